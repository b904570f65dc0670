/* SPDX-License-Identifier: Apache-2.0 */
/* Rankings are made by reading all pointers twice: for the values that are kept, then for the ranks. */
#include "ranking.h"

#include <stdlib.h>

#define EACH 64u /* of so many pointers one lends its value */
/* Of what there is so much is taken before it is made anew, or so many: where new pointers have a place of
 * their own they all are of one rank. */
#define TAKEN_SHARE 32u
#define TAKEN_LEAST 1000u
#define ROOM_SHARE 16u
#define ONE ((size_t)64 << 20)
#define PIECES_MAX ((size_t)32 << 20)

#define BY_SPOT \
	"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER \
	" ORDER BY p.spot"

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the order of pointers does not fit in memory");
}

/* ---- what a ranking is of ---- */

static uint64_t number_of(const struct hs_find_sort *sort)
{
	return sort->special == HS_SORT_ID ?
		2 :
		(uint64_t)sort->kind << 40 | (uint64_t)sort->param << 2 | sort->falling;
}

static struct hs_find_sort sort_of(uint64_t of)
{
	return (struct hs_find_sort) { .param = (uint32_t)(of >> 2),
		.kind = (unsigned char)(of >> 40),
		.special = of & 2 ? HS_SORT_ID : HS_SORT_PARAM,
		.falling = of & 1 };
}

/* ---- values ---- */

struct reading {
	struct hs_ledger ledger;
	struct hs_arena *pieces, *one;
	struct hs_find_sort sort;
	struct hs_ledger_ranking *ranking;
	struct hs_slice *samples;     /* in `kept` */
	struct hs_ledger_pair *pairs; /* row, rank */
	size_t count, room;           /* of the one or the other */
	struct hs_arena *kept;
};
typedef enum hs_status take_fn(struct reading *reading, const struct hs_ledger_pointer *pointer,
	struct hs_slice value, struct hs_error *err);

static void begin(struct reading *reading, struct hs_txn *txn, struct hs_ledger_ranking *ranking, size_t most)
{
	*reading = (struct reading) { .pieces = hs_arena_new(2 * PIECES_MAX + ONE),
		.one = hs_arena_new(ONE),
		.kept = hs_arena_new(most + ONE),
		.sort = sort_of(ranking->of),
		.ranking = ranking };
	hs_ledger_begin(&reading->ledger, txn, reading->pieces);
}

static void end(struct reading *reading)
{
	hs_ledger_forget(&reading->ledger);
	hs_arena_free(reading->kept);
	hs_arena_free(reading->one);
	hs_arena_free(reading->pieces);
}

/* What the statement is at; a value without bytes: there is none. */
static enum hs_status take_one(struct reading *reading, struct hs_stmt *stmt, take_fn *take,
	struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { 0, &pointer, &rows };
	struct hs_slice value = HS_S_NONE;

	hs_arena_reset(reading->one);
	if (hs_arena_used(reading->pieces) > PIECES_MAX) {
		hs_arena_reset(reading->pieces);
		hs_ledger_forget(&reading->ledger);
	}
	enum hs_status status = hs_ledger_look(&reading->ledger, stmt, reading->one, &pointer, err);
	if (status == HS_OK && reading->sort.special == HS_SORT_PARAM)
		status = hs_ledger_rows_without(&reading->ledger, reading->one, &pointer, &rows, err);
	if (status == HS_OK)
		hs_ledger_value(reading->one, &reading->sort, &subject, &value);
	if (status == HS_OK && pointer.row > UINT32_MAX)
		status = too_large(err);
	return status == HS_OK ? take(reading, &pointer, value, err) : status;
}

/* One of `each` that the statement gives. */
static enum hs_status read_some(struct reading *reading, struct hs_stmt *stmt, size_t each, take_fn *take,
	struct hs_error *err)
{
	enum hs_status status = stmt ? HS_OK : err->status;
	size_t number = 0;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		if (number++ % each == 0)
			status = take_one(reading, stmt, take, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

static enum hs_status take_sample(struct reading *reading, const struct hs_ledger_pointer *pointer,
	struct hs_slice value, struct hs_error *err)
{
	(void)pointer;
	if (!value.len)
		return HS_OK;
	if (reading->count == reading->room)
		return too_large(err);
	value = hs_arena_copy(reading->kept, value);
	reading->samples[reading->count++] = value;
	return value.ptr ? HS_OK : too_large(err);
}

static int compare_values(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

/* Puts them in order, each once. */
static void put_in_order(struct hs_slice *values, size_t *count)
{
	size_t kept = 0;

	if (!values || !*count)
		return;
	qsort(values, *count, sizeof *values, compare_values);
	for (size_t i = 0; i < *count; i++) {
		if (!kept || !hs_slice_eq(values[kept - 1], values[i]))
			values[kept++] = values[i];
	}
	*count = kept;
}

/* ---- ranks ---- */

size_t hs_ledger_place_among(const struct hs_slice *values, size_t count, struct hs_slice value)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (hs_slice_cmp(values[middle], value) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t rank_of(const struct hs_ledger_ranking *ranking, struct hs_slice value)
{
	struct hs_find_sort sort = sort_of(ranking->of);

	if (!value.len)
		return HS_LEDGER_RANKED_NONE;
	/* Of a text with a NUL a key does not tell where it ends. */
	if (hs_ledger_sorts_text(&sort) && memchr(value.ptr, 0, value.len) != value.ptr + value.len - 1)
		return HS_LEDGER_RANKED_UNKNOWN;
	size_t at = hs_ledger_place_among(ranking->values, ranking->value_count, value);
	return (uint32_t)(2 * at + (at < ranking->value_count && hs_slice_eq(ranking->values[at], value)));
}

static enum hs_status take_rank(struct reading *reading, const struct hs_ledger_pointer *pointer,
	struct hs_slice value, struct hs_error *err)
{
	if (reading->count == reading->room)
		return too_large(err);
	reading->pairs[reading->count++] = (struct hs_ledger_pair) { pointer->row,
		rank_of(reading->ranking, value) };
	return HS_OK;
}

/* ---- making ---- */

static size_t bytes_of(const struct hs_ledger_ranking *ranking)
{
	return ranking->room * 2 * sizeof(uint32_t) + ranking->byte_count +
		ranking->value_count * sizeof(struct hs_slice) + 4096;
}

static bool make_arrays(struct hs_ledger_ranking *ranking)
{
	ranking->arena = hs_arena_new(bytes_of(ranking));
	ranking->rows = hs_arena_raw(ranking->arena, ranking->room * sizeof *ranking->rows);
	ranking->ranks = hs_arena_raw(ranking->arena, ranking->room * sizeof *ranking->ranks);
	ranking->values = hs_arena_array(ranking->arena, ranking->value_count + 1, sizeof *ranking->values);
	ranking->bytes = hs_arena_raw(ranking->arena, ranking->byte_count + 1);
	return ranking->bytes && !hs_arena_full(ranking->arena);
}

/* Values that are elsewhere, one behind the other. */
static void set_values(struct hs_ledger_ranking *ranking, const struct hs_slice *values)
{
	size_t at = 0;

	for (size_t i = 0; i < ranking->value_count; i++) {
		memcpy(ranking->bytes + at, values[i].ptr, values[i].len);
		ranking->values[i] = hs_slice(ranking->bytes + at, values[i].len);
		at += values[i].len;
	}
}

static enum hs_status read_values(struct reading *reading, uint64_t live, size_t most, struct hs_error *err)
{
	struct hs_ledger_ranking *ranking = reading->ranking;

	reading->room = (size_t)(live / EACH + 1);
	reading->samples = hs_arena_array(reading->kept, reading->room, sizeof *reading->samples);
	if (!reading->samples)
		return too_large(err);
	enum hs_status status = read_some(reading, hs_sql(reading->ledger.txn, BY_SPOT, err), EACH,
		take_sample, err);
	if (status != HS_OK)
		return status;
	put_in_order(reading->samples, &reading->count);
	ranking->room = (size_t)(live + live / ROOM_SHARE + 2 * (uint64_t)TAKEN_LEAST);
	ranking->value_count = reading->count;
	for (size_t i = 0; i < reading->count; i++)
		ranking->byte_count += reading->samples[i].len;
	if (bytes_of(ranking) > most || !make_arrays(ranking))
		return too_large(err);
	set_values(ranking, reading->samples);
	return HS_OK;
}

static enum hs_status read_ranks(struct reading *reading, uint64_t live, struct hs_error *err)
{
	struct hs_ledger_ranking *ranking = reading->ranking;

	reading->count = 0;
	reading->room = (size_t)live + 1;
	reading->pairs = hs_arena_raw(reading->kept, reading->room * sizeof *reading->pairs);
	enum hs_status status = reading->pairs ?
		read_some(reading, hs_sql(reading->ledger.txn, BY_SPOT, err), 1, take_rank, err) :
		too_large(err);
	if (status != HS_OK)
		return status;
	hs_ledger_sort(reading->pairs, reading->count);
	for (; ranking->count < reading->count; ranking->count++) {
		ranking->rows[ranking->count] = (uint32_t)reading->pairs[ranking->count].key;
		ranking->ranks[ranking->count] = (uint32_t)reading->pairs[ranking->count].value;
	}
	return HS_OK;
}

static enum hs_status read_ranking(struct hs_txn *txn, void *view, uint64_t of, size_t most,
	struct hs_error *err)
{
	struct hs_ledger_ranking *ranking = view;
	struct reading reading;
	uint64_t live = 0;
	unsigned waits = 0;

	ranking->of = of;
	begin(&reading, txn, ranking, most);
	enum hs_status status = hs_ledger_waits(txn, &waits, err);
	if (status == HS_OK)
		status = hs_ledger_live(&reading.ledger, &live, err);
	if (status == HS_OK && (waits & HS_LEDGER_WAITS || live > most / sizeof *ranking->ranks))
		status = too_large(err);
	if (status == HS_OK)
		status = read_values(&reading, live, most, err);
	if (status == HS_OK)
		status = read_ranks(&reading, live, err);
	end(&reading);
	return status;
}

/* ---- what has changed since ---- */

static enum hs_status behind(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
	struct hs_error *err)
{
	const struct hs_ledger_ranking *ranking = view;
	uint64_t most = ranking->count / TAKEN_SHARE + TAKEN_LEAST, fresh = 0, changed = 0;
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status == HS_OK)
		status = hs_ledger_count_since(txn, seq, most, &fresh, &changed, err);
	if (status == HS_OK)
		*out = waits & HS_LEDGER_WAITS || ranking->taken + fresh + changed >= most ||
				ranking->count + fresh > ranking->room ?
			HS_VIEW_FAR :
			fresh + changed;
	return status;
}

/* Rows come rising when they are new. */
static enum hs_status take_new(struct reading *reading, const struct hs_ledger_pointer *pointer,
	struct hs_slice value, struct hs_error *err)
{
	struct hs_ledger_ranking *ranking = reading->ranking;

	if (ranking->count == ranking->room)
		return too_large(err);
	ranking->rows[ranking->count] = (uint32_t)pointer->row;
	ranking->ranks[ranking->count++] = rank_of(ranking, value);
	ranking->taken++;
	return HS_OK;
}

static enum hs_status take_changed(struct reading *reading, const struct hs_ledger_pointer *pointer,
	struct hs_slice value, struct hs_error *err)
{
	struct hs_ledger_ranking *ranking = reading->ranking;
	size_t low = 0, high = ranking->count;

	(void)err;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranking->rows[middle] < pointer->row)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < ranking->count && ranking->rows[low] == pointer->row)
		ranking->ranks[low] = rank_of(ranking, value);
	ranking->taken++;
	return HS_OK;
}

static struct hs_stmt *since(struct hs_txn *txn, const char *literal_sql, uint64_t seq, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, literal_sql, err);

	if (stmt)
		hs_sql_int(stmt, 1, (int64_t)seq);
	return stmt;
}

/* What is gone keeps its rank, for which nobody asks. */
static enum hs_status follow(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err)
{
	struct reading reading;

	begin(&reading, txn, view, 0);
	enum hs_status status = read_some(&reading,
		since(txn, HS_LEDGER_BY_ROW " WHERE r.row > ?1 ORDER BY r.row", seq, err), 1, take_new, err);
	if (status == HS_OK)
		status = read_some(&reading,
			since(txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.seq > ?1"
				" AND p.seq IS NOT NULL",
				seq, err),
			1, take_changed, err);
	end(&reading);
	return status;
}

/* ---- the view ---- */

static enum hs_status copy(void *to, const void *from, struct hs_error *err)
{
	const struct hs_ledger_ranking *old = from;
	struct hs_ledger_ranking *own = to;

	*own = *old;
	if (!make_arrays(own))
		return too_large(err);
	memcpy(own->rows, old->rows, old->count * sizeof *own->rows);
	memcpy(own->ranks, old->ranks, old->count * sizeof *own->ranks);
	set_values(own, old->values);
	return HS_OK;
}

static size_t memory(const void *view)
{
	const struct hs_ledger_ranking *ranking = view;

	return hs_arena_used(ranking->arena);
}

static void drop(void *view)
{
	const struct hs_ledger_ranking *ranking = view;

	hs_arena_free(ranking->arena);
}

static const struct hs_view ranking_view = {
	.size = sizeof(struct hs_ledger_ranking),
	.read = read_ranking,
	.behind = behind,
	.follow = follow,
	.copy = copy,
	.memory = memory,
	.drop = drop,
};

enum hs_status hs_ledger_ranking_get(struct hs_ledger *ledger, const struct hs_find_sort *sort, bool want,
	struct hs_view_hold *out, struct hs_error *err)
{
	return hs_txn_view(ledger->txn, &ranking_view, number_of(sort), want, out, err);
}

const uint32_t *hs_ledger_ranking_align(const struct hs_ledger_ranking *ranking,
	const struct hs_ledger_columns *columns, struct hs_arena *arena)
{
	uint32_t *made;
	size_t k = 0;

	if (columns->base == 0 && ranking->count >= columns->count &&
		memcmp(ranking->rows, columns->rows, columns->count * sizeof *columns->rows) == 0)
		return ranking->ranks;
	made = hs_arena_raw(arena, (columns->count + 1) * sizeof *made);
	for (size_t i = 0; i < columns->count && made; i++) {
		uint64_t row = columns->base + columns->rows[i];
		while (k < ranking->count && ranking->rows[k] < row)
			k++;
		made[i] = k < ranking->count && ranking->rows[k] == row ? ranking->ranks[k] :
									  HS_LEDGER_RANKED_UNKNOWN;
	}
	return made;
}
