/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of resources by what they have and lack, from the keys of their outlines. */
#include <core/store/find/counts.h>
#include <core/store/find/set.h>
#include <core/store/index/outline.h>

static void outlines_of(uint32_t type, struct hs__key *from, struct hs__key *to)
{
	hs__outline_begin(type, from);
	*to = *from;
	hs__key_after_prefix(to);
}

/* When none was deleted, whoever has a row is there. */
static enum hs_status is_full(const struct hs__maker *maker, uint64_t *live, uint64_t *last, bool *full,
	struct hs_error *err)
{
	enum hs_status status = hs__find_live(maker->finder->txn, maker->type, live, err);

	if (status == HS_OK)
		status = hs__find_last_row(maker->finder->txn, maker->type, last, err);
	*full = status == HS_OK && *live == *last;
	return status;
}

#define FILLED_A_BLOCK 500u /* words */
static uint64_t filling_cost(const struct hs__maker *maker)
{
	return maker->words / FILLED_A_BLOCK + 1;
}

static enum hs_status outlines_column(const struct hs__maker *maker, enum hs__want want,
	const struct hs__column **column, struct hs_error *err)
{
	struct hs__key prefix;

	hs__outline_begin(maker->type, &prefix);
	return hs__columns_get(maker->finder, maker->type, &prefix, want, column, err);
}

enum hs_status hs__set_add_whole(const struct hs__maker *maker, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	struct hs__range all = { .check = HS__SURE };
	const struct hs__column *column = NULL;
	uint64_t live = 0, last = 0;
	struct hs__key from, to;
	bool full = false;
	enum hs_status status = is_full(maker, &live, &last, &full, err);

	if (status == HS_OK && !full)
		status = outlines_column(maker,
			hs__wanted(maker, HS__ALL, live / HS__SCAN_ROWS, hs__making_cost(maker)), &column,
			err);
	if (status != HS_OK)
		return status;
	if (full)
		hs__set_fill(into, 1, last);
	if (full || column)
		return full ? HS_OK : hs__finds_any(&finds, column, err);
	outlines_of(maker->type, &from, &to);
	all.from = hs__key_slice(&from);
	all.to = hs__key_slice(&to);
	return hs__finds_range(&finds, &all, false, err);
}

/* Most blocks of outlines are full. */
enum hs_status hs__whole_cost(const struct hs__maker *maker, uint64_t *out, struct hs_error *err)
{
	uint64_t live = 0, last = 0;
	bool full = false;
	enum hs_status status = is_full(maker, &live, &last, &full, err);

	*out = full ? filling_cost(maker) : live / HS__BLOCK_ROWS + live / HS__SCAN_ROWS + 1;
	return status;
}

/* What is done with each outline that is meant or, when not `sure`, does not say. */
typedef enum hs_status outline_fn(const struct hs__range *one, bool sure, void *arg, struct hs_error *err);

static enum hs_status each_outline(const struct hs__maker *maker, struct hs__having having, outline_fn *fn,
	void *arg, struct hs_error *err)
{
	struct hs__key at, end, found;
	enum hs_status status = HS_OK;
	int got = 1;

	outlines_of(maker->type, &at, &end);
	size_t begin = at.len;
	found.len = 0;
	while (status == HS_OK &&
		(got = hs__end_key(maker->finder, hs__key_slice(&at), hs__key_slice(&end), false, &found,
			 err)) > 0) {
		int has = hs__outline_has(hs_slice_from(hs__key_slice(&found), begin), having.param);
		struct hs__range one = { .from = hs__key_slice(&found), .single = true, .check = HS__SURE };
		if (has < 0 || (has >= having.least && has <= having.most))
			status = fn(&one, has >= 0, arg, err);
		at = found;
		hs__key_byte(&at, 0);
	}
	return got < 0 ? (enum hs_status)got : status;
}

static enum hs_status add_outline(const struct hs__range *one, bool sure, void *arg, struct hs_error *err)
{
	return hs__finds_range(arg, one, !sure, err);
}

struct counting {
	struct hs__finder *finder;
	uint64_t limit, count;
};

static enum hs_status count_outline(const struct hs__range *one, bool sure, void *arg, struct hs_error *err)
{
	struct counting *counting = arg;
	uint64_t blocks = 0;

	(void)sure;
	if (counting->count >= counting->limit)
		return HS_OK;
	enum hs_status status = hs__count_blocks(counting->finder, one, counting->limit - counting->count,
		&blocks, err);
	counting->count += blocks;
	return status;
}

/* In the column: its outlines are judged, and those that are meant give their rows. */
static uint64_t giving_cost(const struct hs__maker *maker, const struct hs__column *column,
	struct hs__having having, uint64_t members, bool *doubt)
{
	struct hs__extent extent = { .keys = column->key_count - column->keys_read };
	uint64_t asking = hs__asking_cost(maker, members);
	bool by_rows = false;

	for (uint32_t i = 1; i <= column->key_count; i++) {
		int has = hs__outline_has(hs_slice_from(hs__column_key(column, i), column->prefix.len),
			having.param);
		*doubt |= has < 0;
		if (i <= column->keys_read && (has < 0 || (has >= having.least && has <= having.most)))
			hs__extent_add_read(&extent, column, i, i + 1);
	}
	if (!extent.entries && !column->altered_count)
		return 0;
	uint64_t giving = hs__column_cost(column, extent, HS__ALL, &by_rows);
	return giving < asking ? giving : asking;
}

/* Those that are not meant. */
static struct hs__having others(struct hs__having having)
{
	return having.least ? (struct hs__having) { having.param, 0, having.least - 1 } :
			      (struct hs__having) { having.param, having.most + 1, 2 };
}

/* Each resource has one outline, so those that are meant are also what others leave of all that is asked
 * about. */
static enum hs_status column_cost(const struct hs__maker *maker, struct hs__having having, uint64_t members,
	struct hs__having_way *way, struct hs_error *err)
{
	uint64_t live = 0, last = 0, rest;
	bool doubt = false, full = false;

	way->cost = giving_cost(maker, way->column, having, members, &doubt);
	enum hs_status status = members == HS__ALL ? is_full(maker, &live, &last, &full, err) : HS_OK;
	if (status != HS_OK || doubt || (members == HS__ALL && !full))
		return status;
	rest = filling_cost(maker) + giving_cost(maker, way->column, others(having), members, &doubt);
	way->by_others = rest < way->cost || (members != HS__ALL && hs__columns_eager(maker->finder));
	way->cost = way->by_others ? rest : way->cost;
	return HS_OK;
}

enum hs_status hs__having_cost(const struct hs__maker *maker, struct hs__having having, uint64_t members,
	uint64_t limit, struct hs__having_way *out, struct hs_error *err)
{
	struct counting counting = { .finder = maker->finder, .limit = limit };
	struct hs__having_way way = { .column = NULL };
	enum hs_status status = outlines_column(maker, HS__WANT_NOT, &way.column, err);

	if (status == HS_OK && !way.column)
		status = each_outline(maker, having, count_outline, &counting, err);
	if (status == HS_OK && !way.column)
		status = outlines_column(maker,
			hs__wanted(maker, members, counting.count, hs__making_cost(maker)), &way.column, err);
	way.cost = counting.count;
	if (status == HS_OK && way.column)
		status = column_cost(maker, having, members, &way, err);
	if (status == HS_OK)
		*out = way;
	return status;
}

/* Takes those that are not meant from what is asked about. */
static enum hs_status add_but_others(const struct hs__maker *maker, const struct hs__column *column,
	struct hs__having having, const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set base, out;
	struct hs__finds finds = { .maker = maker, .sure = &out };
	enum hs_status status = hs__set_empty(maker, &base, err);

	if (status == HS_OK)
		status = hs__set_empty(maker, &out, err);
	if (status == HS_OK && within)
		hs__set_unite(&base, within);
	else if (status == HS_OK)
		status = hs__set_add_whole(maker, &base, err);
	if (status == HS_OK)
		status = hs__finds_having(&finds, column, others(having), within, err);
	if (status != HS_OK)
		return status;
	hs__set_subtract(&base, &out);
	hs__set_unite(into, &base);
	return HS_OK;
}

static enum hs_status add_with(struct hs__finds *finds, const struct hs__having_way *way,
	struct hs__having having, const struct hs__set *within, struct hs_error *err)
{
	const struct hs__maker *maker = finds->maker;
	enum hs_status status = hs__set_pay(maker, way->cost, err);

	hs__trace_how(maker->finder, HS__HOW_OUTLINE_COLUMN, way->column->key_count, way->cost);
	if (status != HS_OK)
		return status;
	return way->by_others ? add_but_others(maker, way->column, having, within, finds->sure, err) :
				hs__finds_having(finds, way->column, having, within, err);
}

/* `cond`: what those must fulfil whose outline does not say. */
enum hs_status hs__set_add_having(const struct hs__maker *maker, struct hs__having having,
	const struct hs__cond *cond, const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	uint64_t members = within ? hs__set_size(within) : HS__ALL;
	struct hs__having_way way = { .column = NULL };
	enum hs_status status = hs__having_cost(maker, having, members, HS__COST_DECIDES, &way, err);

	if (status == HS_OK && way.column) {
		status = add_with(&finds, &way, having, within, err);
	} else if (status == HS_OK) {
		hs__trace_how(maker->finder, HS__HOW_OUTLINES, 0, way.cost);
		status = each_outline(maker, having, add_outline, &finds, err);
	}
	return status == HS_OK ? hs__finds_settle(&finds, &cond, 1, within, err) : status;
}

bool hs__is_missing(const struct hs__cond *cond)
{
	return !cond->nothing && cond->find->op == HS_FIND_MISSING;
}

uint32_t hs__lacked(const struct hs__cond *cond)
{
	return hs__is_missing(cond) ? cond->find->param : cond->kids[0].find->param;
}

/* A condition on nothing but what is missing. */
bool hs__are_missing(const struct hs__cond *cond)
{
	bool all = cond->find->op == HS_FIND_AND && cond->kid_count && !cond->nothing;

	for (size_t i = 0; i < cond->kid_count && all; i++)
		all = hs__is_missing(&cond->kids[i]);
	return all || hs__is_missing(cond);
}
