/* SPDX-License-Identifier: Apache-2.0 */
/* Does a resource fulfil a condition? Decided from its facts, and for chains from those of others. */
#include <core/store/find/column.h>

/* ---- one entry ---- */

static bool same_code(const struct hs_find *find, struct hs_slice code)
{
	if (find->match == HS_MATCH_STARTS)
		code = hs_slice_first(code, find->text.len);
	return find->fold_case ? hs_slice_ieq(code, find->text) : hs_slice_eq(code, find->text);
}

static bool match_string(const struct hs_find *find, const struct hs__fact *fact)
{
	if (fact->kind != HS_INDEX_STRING)
		return false;
	return hs_text_matches((enum hs_find_match)find->match,
		find->match == HS_MATCH_EXACT ? fact->exact : fact->text, find->text);
}

static bool match_unit(const struct hs__cond *cond, const struct hs__fact *fact)
{
	const struct hs_find *find = cond->find;

	if (!find->any_system && fact->system != cond->system)
		return false;
	return find->text.len == 0 || hs_slice_eq(fact->text, find->text);
}

static bool match_entry(const struct hs__cond *cond, const struct hs__fact *fact)
{
	const struct hs_find *find = cond->find;
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;

	if (fact->param != find->param)
		return false;
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_TOKEN:
		return fact->kind == HS_INDEX_TOKEN && (find->any_system || fact->system == cond->system) &&
			(find->any_code || same_code(find, fact->text));
	case HS_FIND_STRING:
		return match_string(find, fact);
	case HS_FIND_URI:
		return fact->kind == HS_INDEX_URI &&
			hs_text_matches((enum hs_find_match)find->match, fact->text, find->text);
	case HS_FIND_DATE:
		return fact->kind == HS_INDEX_DATE &&
			hs_span_dates(cmp, fact->lo, fact->hi, find->lo, find->hi);
	case HS_FIND_NUMBER:
		return fact->kind == HS_INDEX_NUMBER &&
			hs_span_reals(cmp, fact->low, fact->high, find->low, find->high);
	case HS_FIND_QUANTITY:
		return fact->kind == HS_INDEX_QUANTITY && match_unit(cond, fact) &&
			hs_span_reals(cmp, fact->low, fact->high, find->low, find->high);
	case HS_FIND_REFERENCE:
		return fact->kind == HS_INDEX_REFERENCE &&
			(find->target_type == 0 || fact->target_type == find->target_type) &&
			hs_text_matches((enum hs_find_match)find->match, fact->text, find->text);
	case HS_FIND_NEAR:
		return fact->kind == HS_INDEX_POINT &&
			hs_span_metres(fact->low, fact->high, find->low, find->high) <= find->radius;
	default:
		return false;
	}
}

static bool match_any(struct hs__facts facts, const struct hs__cond *cond)
{
	struct hs__fact fact;

	while (hs__facts_next(&facts, &fact)) {
		if (match_entry(cond, &fact))
			return true;
	}
	return false;
}

static bool has_param(struct hs__facts facts, uint32_t param)
{
	struct hs__fact fact;

	while (hs__facts_next(&facts, &fact)) {
		if (fact.param == param)
			return true;
	}
	return false;
}

/* ---- composites ---- */

static bool match_in_group(struct hs__facts facts, const struct hs__cond *cond, unsigned group)
{
	struct hs__fact fact;

	while (hs__facts_next(&facts, &fact)) {
		if (fact.group == group && match_entry(cond, &fact))
			return true;
	}
	return false;
}

static bool match_same_group(struct hs__facts facts, const struct hs__cond *cond)
{
	struct hs__facts scan = facts;
	struct hs__fact fact;

	if (!cond->kid_count)
		return false;
	while (hs__facts_next(&scan, &fact)) {
		if (!fact.group || !match_entry(&cond->kids[0], &fact))
			continue;
		size_t held = 1;
		while (held < cond->kid_count && match_in_group(facts, &cond->kids[held], fact.group))
			held++;
		if (held == cond->kid_count)
			return true;
	}
	return false;
}

/* ---- other resources ---- */

int hs__find_row(struct hs__finder *finder, uint32_t type, struct hs_slice id, uint64_t *row,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn, "SELECT row FROM ident WHERE id = ?1 AND type = ?2", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_text(stmt, 1, id);
	hs_sql_int(stmt, 2, type);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*row = (uint64_t)(hs_sql_get_int(stmt, 0) - hs__find_full_row(type, 0));
	hs_sql_end(stmt);
	return step;
}

struct hs_stmt *hs__find_facts(struct hs__finder *finder, uint32_t type, uint64_t row, int *step,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn, "SELECT data FROM facts WHERE row = ?1", err);

	if (!stmt) {
		*step = (int)err->status;
		return NULL;
	}
	hs_sql_int(stmt, 1, hs__find_full_row(type, row));
	*step = hs_sql_step(stmt, err);
	return stmt;
}

int hs__find_is_live(struct hs__finder *finder, uint32_t type, uint64_t row, struct hs_error *err)
{
	int step = 0;

	hs_sql_end(hs__find_facts(finder, type, row, &step, err));
	return step;
}

int hs__find_live_row(struct hs__finder *finder, uint32_t type, struct hs_slice id, uint64_t *row,
	struct hs_error *err)
{
	int found = hs__find_row(finder, type, id, row, err);

	return found > 0 ? hs__find_is_live(finder, type, *row, err) : found;
}

static int match_row(struct hs__finder *finder, uint32_t type, uint64_t row, const struct hs__cond *cond,
	struct hs_error *err)
{
	int step = 0;
	struct hs_stmt *stmt = hs__find_facts(finder, type, row, &step, err);

	if (step > 0) {
		struct hs__subject subject = { type, row, hs_sql_get_blob(stmt, 0) };
		step = hs__match(finder, &subject, cond, err);
	}
	hs_sql_end(stmt);
	return step;
}

/* Does the keeper have a current version that fulfils both conditions? */
static int match_kept(struct hs__finder *finder, uint32_t type, const struct hs_find *first,
	const struct hs_find *second, struct hs_error *err)
{
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(finder->txn, type, &state);
	const struct hs_find *kids[] = { first, second };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_query query = { .type = type, .where = &both, .count = 1, .keys_only = true };
	struct hs_find_page page = { .items = NULL };
	struct hs_arena_mark mark = hs_arena_mark(finder->arena);
	enum hs_status status = keeper->find(finder->txn, finder->arena, state, &query, &page, err);

	hs_arena_rollback(finder->arena, mark);
	return status == HS_OK ? page.count > 0 : (int)status;
}

int hs__match_target(struct hs__finder *finder, const struct hs__cond *cond, struct hs_slice id,
	struct hs_error *err)
{
	uint32_t type = cond->find->target_type;
	uint64_t row = 0;

	if (hs__find_keeper(finder->txn, type, NULL)) {
		struct hs_find is = { .op = HS_FIND_ID, .text = id };
		return match_kept(finder, type, &is, cond->kids[0].find, err);
	}
	int found = hs__find_row(finder, type, id, &row, err);
	return found > 0 ? match_row(finder, type, row, &cond->kids[0], err) : found;
}

/* "#m1" of the subject itself. */
static int match_inside(struct hs__finder *finder, const struct hs__subject *subject, struct hs_slice id,
	const struct hs__cond *cond, struct hs_slice local, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(finder->arena);
	struct hs_slice whole = hs_arena_printf(finder->arena, "%u/%.*s%.*s", subject->type, HS_S_ARG(id),
		HS_S_ARG(local));
	int matched = hs__match_target(finder, cond, whole, err);

	hs_arena_rollback(finder->arena, mark);
	return matched;
}

static int match_chain(struct hs__finder *finder, const struct hs__subject *subject, struct hs__facts facts,
	const struct hs__cond *cond, struct hs_error *err)
{
	bool inside = cond->find->target_type & HS_TYPE_CONTAINED;
	struct hs__fact fact;
	int matched = 0;

	while (matched == 0 && hs__facts_next(&facts, &fact)) {
		if (fact.param == cond->find->param && fact.kind == HS_INDEX_REFERENCE &&
			fact.target_type == cond->find->target_type && fact.target_type)
			matched = inside ? match_inside(finder, subject, facts.id, cond, fact.text, err) :
					   hs__match_target(finder, cond, fact.text, err);
	}
	return matched;
}

static int match_has(struct hs__finder *finder, uint32_t type, struct hs_slice id,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__fact pointer = {
		.kind = HS_INDEX_REFERENCE, .param = find->param, .target_type = type, .text = id
	};
	struct hs__key key;
	struct hs__scan scan;
	int matched = 0, step;

	if (hs__find_keeper(finder->txn, find->target_type, NULL)) {
		struct hs_find points = {
			.op = HS_FIND_REFERENCE, .param = find->param, .target_type = type, .text = id
		};
		return match_kept(finder, find->target_type, &points, find->kids[0], err);
	}
	hs__key_of(&pointer, &key);
	enum hs_status status = hs__scan_key(finder->txn, hs__key_slice(&key), 0, &scan, err);
	if (status != HS_OK)
		return (int)status;
	while (matched == 0 && (step = hs__scan_next(&scan, err)) != 0)
		matched = step < 0 ? step :
				     match_row(finder, find->target_type, scan.row, &cond->kids[0], err);
	hs__scan_end(&scan);
	return matched;
}

/* ---- the tree ---- */

static int match_all(struct hs__finder *finder, const struct hs__subject *subject,
	const struct hs__cond *cond, struct hs_error *err)
{
	bool all = cond->find->op == HS_FIND_AND;
	int matched = all;

	for (size_t i = 0; i < cond->kid_count && matched == all; i++)
		matched = hs__match(finder, subject, &cond->kids[i], err);
	return matched;
}

int hs__match(struct hs__finder *finder, const struct hs__subject *subject, const struct hs__cond *cond,
	struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__facts facts;

	if (cond->nothing)
		return 0;
	if (!hs__facts_open(subject->facts, &facts))
		return (int)hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
		return match_all(finder, subject, cond, err);
	case HS_FIND_NOT: {
		int matched = hs__match(finder, subject, &cond->kids[0], err);
		return matched < 0 ? matched : !matched;
	}
	case HS_FIND_ID:
		return hs_slice_eq(facts.id, find->text);
	case HS_FIND_UPDATED:
		return hs_span_dates((enum hs_find_cmp)find->cmp, facts.updated_ms, facts.updated_ms + 1,
			find->lo, find->hi);
	case HS_FIND_MISSING:
		return !has_param(facts, find->param);
	case HS_FIND_SAME_GROUP:
		return match_same_group(facts, cond);
	case HS_FIND_WORDS:
		return hs__words_hold(cond, subject->row);
	case HS_FIND_CHAIN:
		return match_chain(finder, subject, facts, cond, err);
	case HS_FIND_HAS:
		return match_has(finder, subject->type, facts.id, cond, err);
	default:
		return match_any(facts, cond);
	}
}
