/* SPDX-License-Identifier: Apache-2.0 */
/* The index entries of a stored resource, as they came in. */
#include <core/store/find/finder.h>

static bool add(struct hs_txn *txn, struct hs_arena *arena, const struct hs__fact *fact,
	struct hs_index_row *out)
{
	struct hs_slice text = fact->text.len ? hs_arena_copy(arena, fact->text) : HS_S_NONE;
	struct hs_slice exact = fact->exact.len ? hs_arena_copy(arena, fact->exact) : HS_S_NONE;

	*out = (struct hs_index_row) {
		.param = fact->param,
		.group = fact->group,
		.kind = fact->kind,
		.system = fact->system ? hs_txn_name(txn, HS_SPACE_SYSTEM, fact->system) : HS_S_NONE,
		.text = text,
		.exact = exact,
		.target_type = fact->target_type,
		.lo = fact->lo,
		.hi = fact->hi,
		.low = fact->low,
		.high = fact->high,
	};
	return text.len == fact->text.len && exact.len == fact->exact.len;
}

static enum hs_status read_rows(struct hs_txn *txn, struct hs_arena *arena, struct hs_slice data,
	unsigned kinds, struct hs_index_row **out, size_t *count, struct hs_error *err)
{
	struct hs__facts facts, scan;
	struct hs__fact fact;
	size_t room = 0, made = 0;

	if (!hs__facts_open(data, &facts))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	for (scan = facts; hs__facts_next(&scan, &fact);)
		room += kinds >> fact.kind & 1;
	struct hs_index_row *rows = hs_arena_array(arena, room + 1, sizeof(*rows));
	while (rows && hs__facts_next(&facts, &fact)) {
		if (!(kinds >> fact.kind & 1))
			continue;
		if (!add(txn, arena, &fact, &rows[made++]))
			rows = NULL;
	}
	if (!rows)
		return hs_fail(err, HS_E_LIMIT, "the resource has too many index entries");
	*out = rows;
	*count = made;
	return HS_OK;
}

enum hs_status hs_txn_index(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *resource,
	unsigned kinds, struct hs_index_row **out, size_t *count, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = arena };
	int step = 0;

	if (hs__find_keeper(txn, resource->type, NULL))
		return hs_fail(err, HS_E_NOT_SUPPORTED, "the entries of this type are with its service");
	struct hs_stmt *stmt = hs__find_facts(&finder, resource->type, resource->row, &step, err);
	enum hs_status status = step < 0 ? (enum hs_status)step : HS_OK;
	if (step > 0)
		status = read_rows(txn, arena, hs_sql_get_blob(stmt, 0), kinds, out, count, err);
	else if (step == 0)
		status = hs_fail(err, HS_E_NOT_FOUND, "the resource is not stored");
	hs_sql_end(stmt);
	return status;
}
