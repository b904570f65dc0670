/* SPDX-License-Identifier: Apache-2.0 */
/* A page in order of ids: along the table of ids, which all types share, past those of other types. */
#include <core/store/find/set.h>

static struct hs_stmt *begin(struct hs__finder *finder, bool falling, bool after, struct hs_error *err)
{
	if (falling)
		return after ? hs_sql(finder->txn,
				       "SELECT type, row FROM ident WHERE id < ?1 ORDER BY id DESC", err) :
			       hs_sql(finder->txn, "SELECT type, row FROM ident ORDER BY id DESC", err);
	return after ? hs_sql(finder->txn, "SELECT type, row FROM ident WHERE id > ?1 ORDER BY id", err) :
		       hs_sql(finder->txn, "SELECT type, row FROM ident ORDER BY id", err);
}

enum hs_status hs__ids_walk(struct hs__finder *finder, const struct hs_find_query *query, bool falling,
	struct hs_slice after, hs__row_fn *fn, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = begin(finder, falling, after.ptr != NULL, err);
	int64_t base = hs__find_full_row(query->type, 0);
	unsigned passed = 0;
	int step = 0, told = 0;

	if (!stmt)
		return err->status;
	if (after.ptr)
		hs_sql_text(stmt, 1, after);
	while (told == 0 && (step = hs_sql_step(stmt, err)) > 0) {
		if (hs_sql_get_int(stmt, 0) == query->type)
			told = fn((uint64_t)(hs_sql_get_int(stmt, 1) - base), arg, err);
		else if (++passed % HS__IDS_A_LOOK == 0)
			told = fn(HS__NO_ROW, arg, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : told < 0 ? (enum hs_status)told : HS_OK;
}
