/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions as services see them: clock, sequence, savepoints, names. */
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>

void hs__txn_begin(struct hs_txn *txn, struct hs_store *store, struct hs__db *db, struct hs__group *group)
{
	/* Not the error text: it is large and only read after a fault. */
	memset(txn, 0, offsetof(struct hs_txn, fault_error));
	txn->store = store;
	txn->db = db;
	txn->group = group;
	db->begun++;
}

bool hs_txn_writes(const struct hs_txn *txn)
{
	return txn->group != NULL;
}

int64_t hs_txn_now(const struct hs_txn *txn)
{
	if (!txn->now_known) {
		/* Read when first asked for; the caller cannot tell. */
		struct hs_txn *own = (struct hs_txn *)(uintptr_t)txn;
		own->now_ms = txn->store->now_ms(txn->store->now_arg);
		own->now_known = true;
	}
	return txn->now_ms;
}

struct hs_store *hs_txn_store(const struct hs_txn *txn)
{
	return txn->store;
}

const bool *hs_txn_cancelled(const struct hs_txn *txn)
{
	return txn->db->limits.cancelled;
}

/* Sets the sticky fault of a function that cannot report one. */
static void txn_fault(struct hs_txn *txn, const struct hs_error *err)
{
	if (txn->fault)
		return;
	txn->fault = err->status;
	txn->fault_error = *err;
}

/* ---- sequence ---- */

static uint64_t read_seq(struct hs_txn *txn)
{
	struct hs_error err;
	struct hs_stmt *stmt = hs_sql(txn, "SELECT live FROM tally WHERE type = 0", &err);
	uint64_t seq = 0;
	int step = stmt ? hs_sql_step(stmt, &err) : (int)err.status;

	if (step > 0)
		seq = (uint64_t)hs_sql_get_int(stmt, 0);
	else if (step < 0)
		txn_fault(txn, &err);
	hs_sql_end(stmt);
	return seq;
}

uint64_t hs_txn_seq(const struct hs_txn *txn)
{
	if (txn->group)
		return txn->group->seq;
	struct hs__db *db = txn->db;
	if (!db->seq_known) {
		db->seq = read_seq((struct hs_txn *)(uintptr_t)txn);
		db->seq_known = true;
	}
	return db->seq;
}

uint64_t hs_txn_epoch(const struct hs_txn *txn)
{
	return txn->group ? txn->group->epoch : 0;
}

void *hs_txn_keep(struct hs_txn *txn, const struct hs_txn_kept *what)
{
	struct hs__db *db = txn->db;
	struct hs__kept *kept = db->kept;

	if (txn->group)
		return NULL;
	while (kept && kept->what != what)
		kept = kept->next;
	if (!kept) {
		kept = hs_heap_alloc(sizeof *kept + what->size);
		kept->what = what;
		kept->next = db->kept;
		db->kept = kept;
	}
	if (kept->entered != db->begun) {
		kept->entered = db->begun;
		what->enter(kept->bytes);
	}
	return kept->bytes;
}

/* ---- savepoints ---- */

enum hs_status hs_txn_savepoint(struct hs_txn *txn, struct hs_error *err)
{
	HS_ASSERT(txn->group);
	if (txn->depth == HS__SAVEPOINTS)
		return hs_fail(err, HS_E_LIMIT, "savepoints are more than %u deep", HS__SAVEPOINTS);
	struct hs_stmt *stmt = hs_sql(txn, "SAVEPOINT part", err);
	enum hs_status status = stmt ? hs_sql_run(stmt, err) : err->status;
	if (status == HS_OK)
		txn->marks[txn->depth++] = hs__group_mark(txn->group);
	return status;
}

enum hs_status hs_txn_savepoint_end(struct hs_txn *txn, bool keep, struct hs_error *err)
{
	HS_ASSERT(txn->depth > 0);
	enum hs_status status = HS_OK;
	struct hs_stmt *stmt = NULL;

	txn->depth--;
	if (!keep) {
		hs__group_rollback(txn->store, txn->marks[txn->depth]);
		stmt = hs_sql(txn, "ROLLBACK TO part", err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	if (status == HS_OK) {
		stmt = hs_sql(txn, "RELEASE part", err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	return status == HS_OK && keep ? hs__txn_relieve(txn, err) : status;
}

enum hs_status hs__txn_relieve(struct hs_txn *txn, struct hs_error *err)
{
	return txn->depth || txn->group->apart ? HS_OK : hs__postings_relieve(txn->store, err);
}

/* ---- names ---- */

static enum hs_status add_number(struct hs_txn *txn, unsigned space, uint32_t number, struct hs_slice text,
	struct hs_error *err)
{
	if (text.len > HS__NAME_BYTES)
		return hs_fail(err, HS_E_LIMIT, "a name is longer than %u bytes", HS__NAME_BYTES);
	if (number > HS__NAMES_MAX)
		return hs_fail(err, HS_E_LIMIT, "there are more than %u different names of a kind",
			HS__NAMES_MAX);
	struct hs_stmt *stmt = hs_sql(txn, "INSERT INTO name (space, number, text) VALUES (?1, ?2, ?3)", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, space);
	hs_sql_int(stmt, 2, number);
	hs_sql_text(stmt, 3, text);
	enum hs_status status = hs_sql_run(stmt, err);
	if (status == HS_OK && !hs__group_add_name(txn->store, space, number, text))
		status = hs_fail(err, HS_E_LIMIT, "there are too many new names at once");
	return status;
}

static uint32_t make_number(struct hs_txn *txn, unsigned space, struct hs_slice text)
{
	uint32_t number = txn->store->writer.next_name[space];
	struct hs_error err;

	if (add_number(txn, space, number, text, &err) == HS_OK)
		return number;
	txn_fault(txn, &err);
	return 0;
}

uint32_t hs_txn_number(struct hs_txn *txn, unsigned space, struct hs_slice text, bool create)
{
	HS_ASSERT(space < HS__SPACES);
	if (text.len == 0)
		return 0;
	uint32_t number = hs__names_find(txn->store->names, space, text);
	if (number || !txn->group)
		return number;
	number = hs__group_name(txn->group, space, text);
	return number || !create ? number : make_number(txn, space, text);
}

/* A reader may see rows of a commit whose names are not published yet: it is so recent that nobody has
 * heard of it. Then the table has the name. */
static struct hs_slice read_name(struct hs_txn *txn, unsigned space, uint32_t number)
{
	struct hs_error err;
	struct hs_stmt *stmt = hs_sql(txn, "SELECT text FROM name WHERE space = ?1 AND number = ?2", &err);
	struct hs_slice name = HS_S_NONE;
	int step = stmt ? 0 : (int)err.status;

	if (stmt) {
		hs_sql_int(stmt, 1, space);
		hs_sql_int(stmt, 2, number);
		step = hs_sql_step(stmt, &err);
	}
	if (step > 0 && !txn->group) {
		hs__names_add(txn->store->names, space, number, hs_sql_get_text(stmt, 0));
		name = hs__names_text(txn->store->names, space, number);
	} else if (step < 0) {
		txn_fault(txn, &err);
	}
	hs_sql_end(stmt);
	return name;
}

static struct hs_slice pending_name(const struct hs__group *group, unsigned space, uint32_t number)
{
	for (size_t i = group->name_count; i-- > 0;) {
		const struct hs__pending_name *name = &group->names[i];
		if (name->space == space && name->number == number)
			return hs_slice_from(name->key, 1);
	}
	return HS_S_NONE;
}

struct hs_slice hs_txn_name(struct hs_txn *txn, unsigned space, uint32_t number)
{
	HS_ASSERT(space < HS__SPACES);
	if (number == 0 || number > HS__NAMES_MAX)
		return HS_S_NONE;
	struct hs_slice name = hs__names_text(txn->store->names, space, number);
	if (name.ptr)
		return name;
	return txn->group ? pending_name(txn->group, space, number) : read_name(txn, space, number);
}

/* ---- others ---- */

const struct hs__keeping *hs__txn_keeping(const struct hs_txn *txn, uint32_t type)
{
	return hs__keeping_of(txn->store, type);
}

/* A number of the type's tally; 0 when it has none. */
static enum hs_status read_tally(struct hs_stmt *stmt, uint32_t type, uint64_t *out, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	int step = hs_sql_step(stmt, err);
	if (step >= 0)
		*out = step ? (uint64_t)hs_sql_get_int(stmt, 0) : 0;
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs__txn_live(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	if (!txn->group)
		return read_tally(hs_sql(txn, "SELECT live FROM tally WHERE type = ?1", err), type, out, err);
	*out = hs__group_tally(txn->store, type)->live;
	return HS_OK;
}

enum hs_status hs__txn_last_row(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	if (!txn->group)
		return read_tally(hs_sql(txn, "SELECT last_row FROM tally WHERE type = ?1", err), type, out,
			err);
	*out = hs__group_tally(txn->store, type)->last_row;
	return HS_OK;
}
