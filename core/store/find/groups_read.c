/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a column of groups: from the index and, of what has several entries of two components, from their
 * facts. */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <core/store/index/outline.h>

/* ---- which rows ---- */

bool hs__groups_in_doubt(const struct hs__components *components, struct hs_slice outline)
{
	unsigned several = 0;

	for (unsigned i = 0; i < components->count; i++) {
		int has = hs__outline_has(outline, components->params[i]);
		several += has < 0 || has > 1;
	}
	return several > 1;
}

/* Sets the bits of those rows in `rows`, which has words for all of the column. */
static enum hs_status find_doubts(struct hs__finder *finder, const struct hs__column *column,
	const struct hs__components *components, struct hs__set *rows, struct hs_error *err)
{
	struct hs__key from, to, last = { .len = 0 };
	struct hs__scan scan;
	bool doubt = false;
	int step;

	hs__outline_begin(column->type, &from);
	to = from;
	hs__key_after_prefix(&to);
	enum hs_status status = hs__scan_range(finder->txn, hs__key_slice(&from), hs__key_slice(&to), true,
		&scan, err);
	if (status != HS_OK)
		return status;
	while ((step = hs__scan_block(&scan, err)) > 0) {
		if (!hs_slice_eq(scan.key, hs__key_slice(&last))) {
			doubt = hs__groups_in_doubt(components, hs_slice_from(scan.key, from.len));
			last.len = (uint16_t)(scan.key.len < HS__KEY_MAX ? scan.key.len : HS__KEY_MAX);
			memcpy(last.bytes, scan.key.ptr, last.len);
		}
		for (size_t i = 0; doubt && i < scan.count; i++)
			hs__set_put(rows, hs__block_row(&scan.block, i));
	}
	hs__scan_end(&scan);
	return (enum hs_status)step;
}

/* ---- what each row has ---- */

static void know(struct hs__column *column, uint64_t row, bool known)
{
	uint64_t bit = UINT64_C(1) << row % 64;

	column->known[row / 64] = (column->known[row / 64] & ~bit) | (known ? bit : 0);
}

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
}

static void take_key(struct hs_slice key, void *arg)
{
	struct hs__groups_build *build = arg;

	hs__groups_build_add(build, hs__groups_build_key(build, key));
}

/* From the facts. When these have too many they will be looked at each time. */
static enum hs_status read_row(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, uint64_t row, struct hs__groups_build *build,
	struct hs_error *err)
{
	int step = 0;
	struct hs_stmt *stmt = hs__find_facts(finder, column->type, row, &step, err);
	enum hs_status status = step < 0 ? (enum hs_status)step : HS_OK;
	struct hs__facts facts;

	if (step > 0 && !hs__facts_open(hs_sql_get_blob(stmt, 0), &facts)) {
		status = damaged(err);
	} else if (step > 0 && !hs__groups_each(components, facts, take_key, build)) {
		know(column, row, false);
		hs__groups_build_undo(build);
	}
	hs_sql_end(stmt);
	return status;
}

/* `doubts`: of which only the facts tell. */
static enum hs_status read_rows(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, const struct hs__set *doubts, struct hs__groups_build *build,
	size_t most, struct hs_error *err)
{
	struct hs__groups_alone *alone = NULL;
	enum hs_status status = hs__groups_alone_read(finder, components, column->row_count, doubts, most,
		&alone, err);

	if (status != HS_OK)
		return status;
	for (uint32_t row = 1; row < column->row_count && status == HS_OK; row++) {
		hs__groups_build_row(build, row);
		if (hs__set_has(doubts, row))
			status = read_row(finder, column, components, row, build, err);
		else
			hs__groups_alone_give(alone, row, build);
		if (status == HS_OK)
			status = hs__groups_build_fits(build, hs__groups_alone_memory(alone), err);
	}
	hs__groups_alone_free(alone);
	return status;
}

enum hs_status hs__groups_read(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, size_t most, struct hs_error *err)
{
	size_t words = column->row_count / 64;
	struct hs__set doubts = { hs_heap_alloc(words * sizeof(uint64_t)), words, NULL };
	struct hs__groups_build *build = hs__groups_build_new(most);

	column->known = hs_heap_raw(words * sizeof(uint64_t));
	memset(column->known, 0xff, words * sizeof(uint64_t));
	enum hs_status status = find_doubts(finder, column, components, &doubts, err);
	if (status == HS_OK)
		status = read_rows(finder, column, components, &doubts, build, most, err);
	if (status == HS_OK)
		status = hs__groups_build_end(build, column, err);
	hs_heap_free(doubts.words);
	hs__groups_build_free(build);
	return status;
}

/* ---- following ---- */

struct taking {
	struct hs__column *column;
	uint64_t row;
	bool fits;
};

static void put_key(struct hs_slice key, void *arg)
{
	struct taking *taking = arg;

	taking->fits = taking->fits && hs__column_put(taking->column, taking->row, key);
}

enum hs_status hs__groups_take(struct hs__column *column, const struct hs__components *components,
	uint64_t row, struct hs_slice data, struct hs_error *err)
{
	struct taking taking = { column, row, true };
	struct hs__facts facts;

	if (!hs__facts_open(data, &facts))
		return damaged(err);
	bool all = hs__groups_each(components, facts, put_key, &taking);
	if (!all)
		hs__column_clear_row(column, row);
	know(column, row, all);
	return taking.fits ? HS_OK :
			     hs_fail(err, HS_E_LIMIT, "the groups of a composite do not fit in memory");
}
