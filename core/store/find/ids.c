/* SPDX-License-Identifier: Apache-2.0 */
/* A page in order of ids: along the table of ids, which all types share, past those of other types. */
#include <core/store/find/finder.h>

static struct hs_stmt *begin(struct hs__finder *finder, const struct hs__page *page, struct hs_error *err)
{
	const struct hs__ranked *after = page->after;
	struct hs_stmt *stmt;

	/* From the mark on, its own id included: a further sort never comes into play, since ids differ. */
	if (page->query->sort->falling)
		stmt = after ?
			hs_sql(finder->txn,
				"SELECT row FROM ident WHERE type = ?1 AND id < ?2 ORDER BY id DESC", err) :
			hs_sql(finder->txn, "SELECT row FROM ident WHERE type = ?1 ORDER BY id DESC", err);
	else
		stmt = after ? hs_sql(finder->txn,
				       "SELECT row FROM ident WHERE type = ?1 AND id > ?2 ORDER BY id", err) :
			       hs_sql(finder->txn, "SELECT row FROM ident WHERE type = ?1 ORDER BY id", err);
	if (!stmt)
		return NULL;
	hs_sql_int(stmt, 1, page->query->type);
	if (after)
		hs_sql_text(stmt, 2, after->values[0]);
	return stmt;
}

static enum hs_status take(struct hs__finder *finder, const struct hs__cond *where, struct hs__page *page,
	uint64_t row, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	struct hs__ranked ranked;
	int step = 0;
	struct hs_stmt *stmt = hs__find_facts(finder, page->query->type, row, &step, err);

	if (step > 0) {
		struct hs__subject subject = { page->query->type, row, hs_sql_get_blob(stmt, 0) };
		step = where ? hs__match(finder, &subject, where, err) : 1;
		if (step > 0) {
			hs__rank(page->query, &subject, &ranked, space);
			step = (int)hs__page_add(page, &ranked, err);
		}
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : hs__find_spend(finder->txn, 20, err);
}

enum hs_status hs__sorted_by_id(struct hs__finder *finder, const struct hs__cond *where,
	struct hs__page *page, struct hs_error *err)
{
	struct hs_stmt *stmt = begin(finder, page, err);
	int64_t base = hs__find_full_row(page->query->type, 0);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && page->count <= page->query->count && (step = hs_sql_step(stmt, err)) > 0)
		status = take(finder, where, page, (uint64_t)(hs_sql_get_int(stmt, 0) - base), err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}
