/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces: what is kept once and named by a number; and marks, the index by hash over both pieces and rows. */
#include "../load/load.h"

#include <stdlib.h>

#define PIECE_SEED (UINT64_C(1) << 63)
#define MARK_SEED 16
#define MARK_TEXT 256 /* what counts of a text */
#define TARGETS_MAX ((size_t)1 << 22)

static const struct {
	const char *name;
	enum hs_ledger_class of;
} params[HS_LEDGER_PARAMS] = {
	{ "DocumentReference.patient", HS_LEDGER_OF_SUBJECT },
	{ "DocumentReference.subject", HS_LEDGER_OF_SUBJECT },
	{ "DocumentReference.patient:identifier", HS_LEDGER_OF_SUBJECT },
	{ "DocumentReference.subject:identifier", HS_LEDGER_OF_SUBJECT },
	{ "DocumentReference.custodian", HS_LEDGER_OF_CUSTODIAN },
	{ "DocumentReference.custodian:identifier", HS_LEDGER_OF_CUSTODIAN },
	{ "DocumentReference.identifier", HS_LEDGER_OF_IDENTIFIER },
	{ "DocumentReference.date", HS_LEDGER_OF_DATE },
};

void hs_ledger_params(struct hs_ledger *ledger,
	uint32_t (*number)(void *arg, unsigned space, struct hs_slice name), void *arg)
{
	for (size_t i = 0; i < HS_LEDGER_PARAMS; i++) {
		struct hs_slice name = hs_slice_cstr(params[i].name);
		ledger->params[i] = (struct hs_ledger_param) { number(arg, HS_SPACE_PARAM, name),
			(uint8_t)params[i].of };
	}
}

static uint32_t number_here(void *arg, unsigned space, struct hs_slice name)
{
	return hs_txn_number(arg, space, name, false);
}

/* A number that was given stays. */
static void recall_params(struct hs_ledger *ledger)
{
	struct hs_ledger_cache *cache = ledger->cache;

	if (cache && cache->named == HS_LEDGER_PARAMS) {
		memcpy(ledger->params, cache->params, sizeof ledger->params);
		return;
	}
	hs_ledger_params(ledger, number_here, ledger->txn);
	if (!cache)
		return;
	memcpy(cache->params, ledger->params, sizeof cache->params);
	cache->named = 0;
	while (cache->named < HS_LEDGER_PARAMS && cache->params[cache->named].number)
		cache->named++;
}

void hs_ledger_begin(struct hs_ledger *ledger, struct hs_txn *txn, struct hs_arena *arena)
{
	*ledger = (struct hs_ledger) { .txn = txn, .arena = arena, .cache = hs_ledger_cache(txn) };
	recall_params(ledger);
}

void hs_ledger_forget(struct hs_ledger *ledger)
{
	memset(ledger->memo, 0, sizeof ledger->memo);
}

enum hs_ledger_class hs_ledger_class(const struct hs_ledger *ledger, uint32_t param)
{
	for (size_t i = 0; param && i < HS_LEDGER_PARAMS; i++) {
		if (ledger->params[i].number == param)
			return (enum hs_ledger_class)ledger->params[i].of;
	}
	return HS_LEDGER_OF_OTHER;
}

/* Codes may be searched without regard to case, so case never counts here. */
int64_t hs_ledger_mark(enum hs_ledger_class of, uint32_t param, struct hs_slice text)
{
	char folded[MARK_TEXT];
	uint64_t seed = of == HS_LEDGER_OF_OTHER ? MARK_SEED + (uint64_t)param : (uint64_t)of;
	size_t len = text.len < sizeof folded ? text.len : sizeof folded;

	for (size_t i = 0; i < len; i++)
		folded[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 :
									      text.ptr[i]);
	return hs_ledger_hash(seed, hs_slice(folded, len));
}

/* ---- marks ---- */

/* In the table a piece is a negative target, so that the two can never be mixed up. */
static int64_t in_table(struct hs_ledger_target target)
{
	return target.is_piece ? -(int64_t)target.number : (int64_t)target.number;
}

static enum hs_status run_mark(struct hs_stmt *stmt, int64_t mark, int64_t target, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, mark);
	hs_sql_int(stmt, 2, target);
	return hs_sql_run(stmt, err);
}

static enum hs_status store_mark(struct hs_ledger *ledger, int64_t mark, int64_t target, struct hs_error *err)
{
	return run_mark(hs_sql(ledger->txn,
				"INSERT OR IGNORE INTO record_index_mark (hash, target) VALUES (?1, ?2)",
				err),
		mark, target, err);
}

static bool put_off(struct hs_ledger_later *later, int64_t mark, int64_t target)
{
	if (later->count == later->room) {
		size_t room = later->room ? later->room * 2 : 1024;
		void *moved = hs_arena_grow(later->arena, later->items, later->room * sizeof *later->items,
			room * sizeof *later->items);
		if (!moved)
			return false;
		later->items = moved;
		later->room = room;
	}
	later->items[later->count++] = (struct hs_ledger_waiting_mark) { mark, target };
	return true;
}

static int by_mark(const void *a, const void *b)
{
	const struct hs_ledger_waiting_mark *x = a, *y = b;

	return x->mark < y->mark ? -1 : x->mark > y->mark;
}

/* Those that are left. */
struct marks {
	const struct hs_ledger_waiting_mark *next, *end;
};

static bool give_mark(void *arg, struct hs_cell cells[HS_CELLS])
{
	struct marks *marks = arg;

	if (marks->next == marks->end)
		return false;
	cells[0] = (struct hs_cell) { .kind = HS_CELL_INT, .number = marks->next->mark };
	cells[1] = (struct hs_cell) { .kind = HS_CELL_INT, .number = marks->next->target };
	marks->next++;
	return true;
}

enum hs_status hs_ledger_add_later(struct hs_ledger *ledger, bool wait, struct hs_error *err)
{
	struct hs_ledger_later *later = ledger->later;
	struct marks marks = { later->items, later->items + later->count };
	enum hs_status status = HS_OK;

	if (!later->count)
		return HS_OK;
	if (wait) {
		status = hs_ledger_note_waits(ledger->txn, HS_LEDGER_MARKS_WAIT, err);
		if (status == HS_OK)
			status = hs_sql_give(ledger->txn,
				"INSERT OR FAIL INTO record_index_waiting (hash, target) SELECT a, b FROM "
				"hs_given",
				give_mark, &marks, err);
	} else {
		qsort(later->items, later->count, sizeof *later->items, by_mark);
		status = hs_sql_give(ledger->txn,
			"INSERT OR IGNORE INTO record_index_mark (hash, target) SELECT a, b FROM hs_given",
			give_mark, &marks, err);
	}
	if (status == HS_OK)
		later->count = 0;
	return status;
}

enum hs_status hs_ledger_add_mark(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_target target,
	struct hs_error *err)
{
	if (ledger->later && (target.is_piece || ledger->later->all) &&
		put_off(ledger->later, mark, in_table(target)))
		return HS_OK;
	return store_mark(ledger, mark, in_table(target), err);
}

enum hs_status hs_ledger_drop_mark(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_target target,
	struct hs_error *err)
{
	return run_mark(hs_sql(ledger->txn, "DELETE FROM record_index_mark WHERE hash = ?1 AND target = ?2",
				err),
		mark, in_table(target), err);
}

enum hs_status hs_ledger_add_number(struct hs_arena *arena, struct hs_ledger_numbers *list, uint64_t number,
	struct hs_error *err)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 32;
		void *moved = list->room < TARGETS_MAX ?
			hs_arena_grow(arena, list->items, list->room * sizeof *list->items,
				room * sizeof *list->items) :
			NULL;
		if (!moved)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"the search meets more than four million pointers; add a condition");
		list->items = moved;
		list->room = room;
	}
	list->items[list->count++] = number;
	return HS_OK;
}

/* The targets that a statement gives, and what waits. */
static enum hs_status list_targets(struct hs_ledger *ledger, struct hs_stmt *stmt, int64_t mark,
	struct hs_ledger_numbers *rows, struct hs_ledger_numbers *pieces, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, mark);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		int64_t target = hs_sql_get_int(stmt, 0);
		ledger->waits = (unsigned)hs_sql_get_int(stmt, 1);
		if (target > 0)
			status = hs_ledger_add_number(ledger->arena, rows, (uint64_t)target, err);
		else if (target < 0)
			status = hs_ledger_add_number(ledger->arena, pieces, (uint64_t)-target, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

enum hs_status hs_ledger_targets(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_numbers *rows,
	struct hs_ledger_numbers *pieces, struct hs_error *err)
{
	enum hs_status status = list_targets(ledger,
		hs_sql(ledger->txn,
			"SELECT m.target, t.waiting FROM record_index_tally t LEFT JOIN record_index_mark m"
			" ON m.hash = ?1",
			err),
		mark, rows, pieces, err);

	if (status != HS_OK || !(ledger->waits & HS_LEDGER_MARKS_WAIT))
		return status;
	return list_targets(ledger,
		hs_sql(ledger->txn,
			"SELECT DISTINCT w.target, t.waiting FROM record_index_tally t, record_index_waiting "
			"w WHERE w.hash = ?1",
			err),
		mark, rows, pieces, err);
}

/* ---- pieces ---- */

static struct hs_ledger_piece *copy_piece(struct hs_arena *arena, const struct hs_ledger_piece *found)
{
	struct hs_ledger_piece *piece = hs_arena_alloc(arena, sizeof *piece);
	struct hs_slice rest = hs_arena_copy(arena, found->rest);

	if (!piece || !rest.ptr)
		return NULL;
	*piece = (struct hs_ledger_piece) {
		.number = found->number, .shape = found->shape, .rest = rest, .arena = arena
	};
	return piece;
}

/* In the memory that stays, if it is worth that and fits, or else in that of the operation. */
static struct hs_ledger_piece *keep_piece(struct hs_ledger *ledger, const struct hs_ledger_piece *found,
	bool often)
{
	struct hs_ledger_cache *cache = often ? ledger->cache : NULL;
	struct hs_ledger_piece *piece = cache ? copy_piece(cache->arena, found) : NULL;

	if (piece) {
		hs_ledger_remember(cache, piece);
		return piece;
	}
	piece = copy_piece(ledger->arena, found);
	if (piece)
		ledger->memo[found->number % HS_LEDGER_MEMO] = piece;
	return piece;
}

/* As of hs_ledger_find_beside. */
static int find_number(struct hs_ledger *ledger, uint64_t number, struct hs_stmt **stmt,
	struct hs_ledger_piece *out, struct hs_error *err)
{
	*stmt = hs_sql(ledger->txn, "SELECT shape, rest FROM record_index_piece WHERE number = ?1", err);
	if (!*stmt)
		return (int)err->status;
	hs_sql_int(*stmt, 1, (int64_t)number);
	int step = hs_sql_step(*stmt, err);
	if (step == 0)
		return (int)hs_fail(err, HS_E_CORRUPT, "a pointer names piece %llu, which is not there",
			(unsigned long long)number);
	if (step > 0) {
		out->shape = (uint64_t)hs_sql_get_int(*stmt, 0);
		out->rest = hs_sql_get_blob(*stmt, 1);
	}
	return step;
}

/* What is not read often is a subject. */
static struct hs_ledger_piece *read_piece(struct hs_ledger *ledger, uint64_t number, bool often,
	struct hs_error *err)
{
	struct hs_ledger_piece found = { .number = number }, *piece = NULL;
	struct hs_stmt *stmt = NULL;
	int step = often ? 0 : hs_ledger_find_beside(ledger, number, &stmt, &found.shape, &found.rest, err);

	if (step == 0) {
		hs_sql_end(stmt);
		step = find_number(ledger, number, &stmt, &found, err);
	}
	if (step > 0) {
		piece = keep_piece(ledger, &found, often);
		if (!piece)
			hs_fail(err, HS_E_LIMIT, "the pointers do not fit in memory; ask for fewer");
	}
	hs_sql_end(stmt);
	return piece;
}

struct hs_ledger_piece *hs_ledger_piece(struct hs_ledger *ledger, uint64_t number, bool often,
	struct hs_error *err)
{
	struct hs_ledger_piece *piece = ledger->memo[number % HS_LEDGER_MEMO];

	if (piece && piece->number == number)
		return piece;
	piece = often && ledger->cache ? hs_ledger_recall(ledger->cache, number) : NULL;
	return piece ? piece : read_piece(ledger, number, often, err);
}

static enum hs_status insert_piece(struct hs_ledger *ledger, uint64_t shape, struct hs_slice rest,
	uint64_t *number, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"INSERT INTO record_index_piece (shape, rest) VALUES (?1, ?2) RETURNING number", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)shape);
	hs_sql_blob(stmt, 2, rest);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*number = (uint64_t)hs_sql_get_int(stmt, 0);
	while (step > 0)
		step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	return (enum hs_status)step;
}

/* 1 with its number when there is such a piece, 0, or a negative status. */
static int find_piece(struct hs_ledger *ledger, int64_t mark, uint64_t shape, struct hs_slice rest,
	uint64_t *number, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT p.number, p.shape, p.rest FROM record_index_mark m JOIN record_index_piece p"
		" ON p.number = -m.target WHERE m.hash = ?1 AND m.target < 0",
		err);
	int step = 0, found = 0;

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, mark);
	while (!found && (step = hs_sql_step(stmt, err)) > 0) {
		found = (uint64_t)hs_sql_get_int(stmt, 1) == shape &&
			hs_slice_eq(hs_sql_get_blob(stmt, 2), rest);
		*number = (uint64_t)hs_sql_get_int(stmt, 0);
	}
	hs_sql_end(stmt);
	return step < 0 ? step : found;
}

/* The number and, unless it is put off, the mark by which it is found here the next time. */
static enum hs_status add_piece(struct hs_ledger *ledger, int64_t mark, uint64_t shape, struct hs_slice rest,
	uint64_t *number, struct hs_error *err)
{
	enum hs_status status = insert_piece(ledger, shape, rest, number, err);
	struct hs_ledger_target target = { *number, true };

	if (status != HS_OK)
		return status;
	/* Shapes are looked up again before what was put off is stored. */
	return shape && ledger->later && ledger->later->all ? hs_ledger_add_mark(ledger, mark, target, err) :
							      store_mark(ledger, mark, in_table(target), err);
}

enum hs_status hs_ledger_intern(struct hs_ledger *ledger, uint64_t shape, struct hs_slice rest,
	uint64_t *number, bool *fresh, struct hs_error *err)
{
	int64_t mark = hs_ledger_hash(PIECE_SEED | shape, rest);
	struct hs_ledger_texts *texts = shape ? NULL : ledger->texts;
	uint64_t made = 0;

	*fresh = false;
	if (texts && hs_ledger_texts_get(texts, 0, ledger->epoch, rest, number))
		return HS_OK;
	int found = find_piece(ledger, mark, shape, rest, &made, err);
	enum hs_status status = found < 0 ? (enum hs_status)found : HS_OK;

	if (found == 0)
		status = add_piece(ledger, mark, shape, rest, &made, err);
	if (status != HS_OK)
		return status;
	if (texts)
		hs_ledger_texts_put(texts, 0, ledger->epoch, rest, made);
	*number = made;
	*fresh = found == 0;
	return HS_OK;
}
