/* SPDX-License-Identifier: Apache-2.0 */
/* Current versions: reading, storing and deleting them, by the store itself or by a keeper. */
#include <core/store/sqlite/contained.h>
#include <core/store/sqlite/entries.h>
#include <core/store/sqlite/resource.h>

#define ID_MAX 255u

static enum hs_status check_id(uint32_t type, struct hs_slice id, struct hs_error *err)
{
	if (type == 0 || type > HS__TYPE_MAX || id.len == 0 || id.len > ID_MAX)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no resource with this type and id");
	return HS_OK;
}

static enum hs_status no_room(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the resource does not fit in the memory of the request");
}

/* ---- reading ---- */

/* From a row of: row, version, seq, updated, id, body. */
static enum hs_status take_resource(struct hs_stmt *stmt, struct hs_arena *arena, struct hs_resource *out,
	struct hs_error *err)
{
	int64_t row = hs_sql_get_int(stmt, 0);
	bool deleted = hs_sql_is_null(stmt, 5);
	struct hs_resource got = {
		.type = hs__row_type(row),
		.row = hs__row_within(row),
		.version = (uint64_t)hs_sql_get_int(stmt, 1),
		.seq = (uint64_t)hs_sql_get_int(stmt, 2),
		.updated_ms = hs_sql_get_int(stmt, 3),
		.id = hs_arena_copy(arena, hs_sql_get_text(stmt, 4)),
		.body = deleted ? HS_S_NONE : hs_arena_copy(arena, hs_sql_get_blob(stmt, 5)),
	};
	got.change = deleted ? HS_CHANGE_DELETE : got.version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE;
	if (!got.id.ptr || (!deleted && !got.body.ptr))
		return no_room(err);
	*out = got;
	return HS_OK;
}

/* The one row of a statement whose columns are those above: 1, 0 when there is none, or a negative status. */
static int read_one(struct hs_stmt *stmt, struct hs_arena *arena, struct hs_resource *out,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	int step = hs_sql_step(stmt, err);

	if (step > 0)
		status = take_resource(stmt, arena, out, err);
	hs_sql_end(stmt);
	return status == HS_OK ? step : (int)status;
}

/* The version in `resource`; HS_E_NOT_FOUND when there is none. */
static enum hs_status read_current(struct hs_txn *txn, struct hs_arena *arena, uint32_t type,
	struct hs_slice id, struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT r.row, r.version, r.seq, r.updated, r.id, r.body FROM ident i JOIN resource r"
		" ON r.row = i.row WHERE i.id = ?1 AND i.type = ?2",
		err);

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, id);
	hs_sql_int(stmt, 2, type);
	int found = read_one(stmt, arena, out, err);
	if (found == 0)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no resource with the id %.*s", HS_S_ARG(id));
	return found < 0 ? (enum hs_status)found : HS_OK;
}

enum hs_status hs__resource_at(struct hs_txn *txn, struct hs_arena *arena, int64_t row,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT row, version, seq, updated, id, body FROM resource WHERE row = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	int found = read_one(stmt, arena, out, err);
	if (found == 0)
		return hs_fail(err, HS_E_CORRUPT, "an index entry has no resource");
	return found < 0 ? (enum hs_status)found : HS_OK;
}

enum hs_status hs_txn_get(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(txn, type);
	struct hs_resource got = { .type = type };
	enum hs_status status = check_id(type, id, err);

	if (status != HS_OK)
		return status;
	if (keeping) {
		status = keeping->keeper->get(txn, arena, keeping->state, id, &got, err);
		if (status == HS_OK) {
			got.type = type;
			got.change = got.version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE;
		}
		if (status != HS_E_NOT_FOUND)
			goto out;
	}
	status = read_current(txn, arena, type, id, &got, err);
	if (status == HS_OK && got.change == HS_CHANGE_DELETE) {
		*out = got;
		return hs_fail(err, HS_E_DELETED, "the resource with the id %.*s was deleted", HS_S_ARG(id));
	}
out:
	if (status == HS_OK)
		*out = got;
	return status;
}

/* Versions in `past` have no row of their own; take_resource is given the type with row 0. */
#define PAST_COLUMNS "SELECT type << 40, version, seq, updated, id, body FROM past"
_Static_assert(HS__ROW_BITS == 40, "the shift in PAST_COLUMNS");

enum hs_status hs__resource_past(struct hs_txn *txn, struct hs_arena *arena, uint64_t seq,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, PAST_COLUMNS " WHERE seq = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)seq);
	int found = read_one(stmt, arena, out, err);
	if (found == 0)
		return hs_fail(err, HS_E_CORRUPT, "version %llu of the log has no content",
			(unsigned long long)seq);
	return found < 0 ? (enum hs_status)found : HS_OK;
}

static enum hs_status read_past(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, struct hs_slice id,
	uint64_t version, struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, PAST_COLUMNS " WHERE id = ?1 AND type = ?2 AND version = ?3", err);

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, id);
	hs_sql_int(stmt, 2, type);
	hs_sql_int(stmt, 3, (int64_t)version);
	int found = read_one(stmt, arena, out, err);
	if (found == 0)
		return hs_fail(err, HS_E_NOT_FOUND, "the resource with the id %.*s has no version %llu",
			HS_S_ARG(id), (unsigned long long)version);
	return found < 0 ? (enum hs_status)found : HS_OK;
}

enum hs_status hs_txn_get_version(struct hs_txn *txn, struct hs_arena *arena, uint32_t type,
	struct hs_slice id, uint64_t version, struct hs_resource *out, struct hs_error *err)
{
	struct hs_resource got = { 0 };
	enum hs_status status = hs_txn_get(txn, arena, type, id, &got, err);

	if (status != HS_OK && status != HS_E_DELETED)
		return status;
	if (got.version != version) {
		uint64_t row = got.row;
		status = read_past(txn, arena, type, id, version, &got, err);
		if (status != HS_OK)
			return status;
		got.row = row;
	}
	*out = got;
	if (got.change == HS_CHANGE_DELETE)
		return hs_fail(err, HS_E_DELETED, "version %llu of %.*s is its deletion",
			(unsigned long long)version, HS_S_ARG(id));
	return HS_OK;
}

/* ---- writing ---- */

/* What there is before a change: *found false when there never was anything. */
static enum hs_status read_before(struct hs_txn *txn, struct hs_arena *arena, uint32_t type,
	struct hs_slice id, struct hs_resource *out, bool *found, struct hs_error *err)
{
	enum hs_status status = hs_txn_get(txn, arena, type, id, out, err);

	*found = status == HS_OK || status == HS_E_DELETED;
	return *found || status == HS_E_NOT_FOUND ? HS_OK : status;
}

static enum hs_status add_log(struct hs_txn *txn, const struct hs_resource *version, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO log (type, seq, row, updated, change) VALUES (?1, ?2, ?3, ?4, ?5)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, version->type);
	hs_sql_int(stmt, 2, (int64_t)version->seq);
	hs_sql_int(stmt, 3, hs__row_of(version->type, version->row));
	hs_sql_int(stmt, 4, version->updated_ms);
	hs_sql_int(stmt, 5, (int)version->change);
	return hs_sql_run(stmt, err);
}

static enum hs_status add_past(struct hs_txn *txn, const struct hs_resource *version, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO past (seq, type, version, updated, change, id, body)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)version->seq);
	hs_sql_int(stmt, 2, version->type);
	hs_sql_int(stmt, 3, (int64_t)version->version);
	hs_sql_int(stmt, 4, version->updated_ms);
	hs_sql_int(stmt, 5, (int)version->change);
	hs_sql_text(stmt, 6, version->id);
	if (version->change == HS_CHANGE_DELETE)
		hs_sql_null(stmt, 7);
	else
		hs_sql_blob(stmt, 7, version->body);
	return hs_sql_run(stmt, err);
}

static enum hs_status write_row(struct hs_txn *txn, const struct hs_resource *version, bool fresh,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		fresh ? "INSERT INTO resource (row, version, seq, updated, id, body) VALUES (?1, ?2, ?3, ?4, "
			"?6, ?5)" :
			"UPDATE resource SET version = ?2, seq = ?3, updated = ?4, body = ?5 WHERE row = ?1",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, hs__row_of(version->type, version->row));
	hs_sql_int(stmt, 2, (int64_t)version->version);
	hs_sql_int(stmt, 3, (int64_t)version->seq);
	hs_sql_int(stmt, 4, version->updated_ms);
	if (version->change == HS_CHANGE_DELETE)
		hs_sql_null(stmt, 5);
	else
		hs_sql_blob(stmt, 5, version->body);
	if (fresh)
		hs_sql_text(stmt, 6, version->id);
	return hs_sql_run(stmt, err);
}

enum hs_status hs__ident_put(struct hs_txn *txn, const struct hs_resource *version, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "INSERT INTO ident (id, type, row) VALUES (?1, ?2, ?3)", err);

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, version->id);
	hs_sql_int(stmt, 2, version->type);
	hs_sql_int(stmt, 3, hs__row_of(version->type, version->row));
	return hs_sql_run(stmt, err);
}

static uint64_t new_row(struct hs_txn *txn, uint32_t type)
{
	struct hs__tally *tally = hs__group_change(txn->store, type);

	return ++tally->last_row;
}

/* Puts `next` in the tables of the store. `before` is NULL for the first version. */
static enum hs_status write_current(struct hs_txn *txn, const struct hs_resource *before,
	struct hs_resource *next, struct hs_error *err)
{
	bool lives = next->change != HS_CHANGE_DELETE;
	bool lived = before && before->change != HS_CHANGE_DELETE;
	enum hs_status status = before ? add_past(txn, before, err) : HS_OK;

	if (status != HS_OK)
		return status;
	next->row = before ? before->row : new_row(txn, next->type);
	if (lives != lived)
		hs__group_change(txn->store, next->type)->live += lives ? 1 : (uint64_t)-1;
	status = write_row(txn, next, !before, err);
	if (status == HS_OK && !before)
		status = hs__ident_put(txn, next, err);
	if (status == HS_OK)
		status = add_log(txn, next, err);
	return status;
}

/* With a keeper: the version before leaves it for `past` and the log; a deletion leaves `resource`. */
static enum hs_status supersede_kept(struct hs_txn *txn, const struct hs_resource *before,
	struct hs_error *err)
{
	enum hs_status status = add_past(txn, before, err);

	if (status != HS_OK)
		return status;
	if (before->change != HS_CHANGE_DELETE)
		return add_log(txn, before, err);
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM resource WHERE row = ?1", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, hs__row_of(before->type, before->row));
	status = hs_sql_run(stmt, err);
	if (status != HS_OK)
		return status;
	stmt = hs_sql(txn, "DELETE FROM ident WHERE id = ?1 AND type = ?2", err);
	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, before->id);
	hs_sql_int(stmt, 2, before->type);
	return hs_sql_run(stmt, err);
}

static enum hs_status put_kept(struct hs_txn *txn, struct hs_arena *arena, const struct hs__keeping *keeping,
	const struct hs_put *put, const struct hs_resource *before, struct hs_resource *next,
	struct hs_error *err)
{
	const struct hs_resource *live = before && before->change != HS_CHANGE_DELETE ? before : NULL;
	enum hs_status status = before ? supersede_kept(txn, before, err) : HS_OK;

	if (status == HS_OK)
		status = keeping->keeper->put(txn, arena, keeping->state, put, live, next, err);
	return status;
}

enum hs_status hs_txn_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_put *put,
	struct hs_resource *out, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(txn, put->type);
	struct hs_resource before = { 0 }, next = { .type = put->type };
	struct hs_buf body;
	bool found = false;
	enum hs_status status = HS_OK;

	HS_ASSERT(txn->group);
	if (!put->fresh)
		status = read_before(txn, arena, put->type, put->id, &before, &found, err);
	if (status != HS_OK)
		return status;
	if (put->id.len == 0 || put->id.len > ID_MAX)
		return hs_fail(err, HS_E_VALUE, "an id has 1 to %u bytes", ID_MAX);
	next.id = hs_arena_copy(arena, put->id);
	next.version = found ? before.version + 1 : 1;
	next.seq = txn->group->seq + 1;
	next.updated_ms = hs__group_time(txn);
	next.change = next.version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE;
	hs_buf_init(&body, arena, HS__BODY_MAX);
	status = put->compose(&next, put->arg, &body, err);
	if (status != HS_OK)
		return status;
	if (!next.id.ptr || body.overflow)
		return no_room(err);
	next.body = hs_buf_slice(&body);
	txn->group->seq = next.seq;
	hs__group_touch(txn->store, put->type, put->id);
	if (keeping) {
		status = put_kept(txn, arena, keeping, put, found ? &before : NULL, &next, err);
	} else {
		status = write_current(txn, found ? &before : NULL, &next, err);
		if (status == HS_OK)
			status = hs__entries_put(txn, arena, &next, put->index, put->index_count,
				!found || before.change == HS_CHANGE_DELETE, err);
		if (status == HS_OK && (found || put->contained_count))
			status = hs__contained_put(txn, arena, put, &next, err);
	}
	if (status == HS_OK)
		*out = next;
	return status;
}

int hs_txn_first(struct hs_txn *txn, uint32_t type, struct hs_slice id, struct hs_resource *out,
	struct hs_error *err)
{
	HS_ASSERT(txn->group);
	/* Rows of a type with a keeper are its deletions. */
	if (hs__group_tally(txn->store, type)->last_row) {
		struct hs_stmt *stmt = hs_sql(txn, "SELECT 1 FROM ident WHERE id = ?1 AND type = ?2", err);
		if (!stmt)
			return (int)err->status;
		hs_sql_text(stmt, 1, id);
		hs_sql_int(stmt, 2, type);
		int step = hs_sql_step(stmt, err);
		hs_sql_end(stmt);
		if (step != 0)
			return step < 0 ? step : 0;
	}
	*out = (struct hs_resource) {
		.type = type,
		.id = id,
		.version = 1,
		.seq = ++txn->group->seq,
		.updated_ms = hs__group_time(txn),
		.change = HS_CHANGE_CREATE,
	};
	hs__group_touch(txn->store, type, id);
	return 1;
}

enum hs_status hs_txn_delete(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(txn, type);
	struct hs_resource before;
	enum hs_status status = hs_txn_get(txn, arena, type, id, &before, err);

	HS_ASSERT(txn->group);
	if (status == HS_E_DELETED)
		*out = before;
	if (status != HS_OK)
		return status;
	struct hs_resource next = {
		.type = type,
		.id = before.id,
		.version = before.version + 1,
		.seq = ++txn->group->seq,
		.updated_ms = hs__group_time(txn),
		.change = HS_CHANGE_DELETE,
	};
	hs__group_touch(txn->store, type, id);
	if (keeping) {
		status = supersede_kept(txn, &before, err);
		if (status == HS_OK)
			status = keeping->keeper->remove(txn, arena, keeping->state, &before, err);
		if (status == HS_OK) {
			next.row = new_row(txn, type);
			status = write_row(txn, &next, true, err);
		}
		if (status == HS_OK)
			status = hs__ident_put(txn, &next, err);
		if (status == HS_OK)
			status = add_log(txn, &next, err);
	} else {
		status = write_current(txn, &before, &next, err);
		if (status == HS_OK)
			status = hs__entries_remove(txn, hs__row_of(type, before.row), err);
		if (status == HS_OK)
			status = hs__contained_remove(txn, hs__row_of(type, before.row), err);
	}
	if (status == HS_OK)
		*out = next;
	return status;
}
