/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the rows of a plan: from one key, from gathered ranges, or from all of a type. */
#include <core/store/find/inner.h>

#include <stdlib.h>

/* What one resource costs against a read's budget, in SQLite's steps: roughly its share of time. */
#define STEPS_A_ROW 20u

/* ---- what a key tells ---- */

#define REALS_LEN 17u /* class, low and high */

/* Behind the numbers of a quantity stand its system and unit. */
static int holds_unit(const struct hs__range *range, struct hs_slice rest)
{
	const struct hs_find *find = range->cond->find;

	if (!find->any_system && hs__key_read_number(rest) != range->cond->system)
		return 0;
	if (!find->text.len)
		return 1;
	rest = hs_slice_from(rest, hs__key_param_len(hs__key_read_number(rest)));
	return rest.len >= HS__KEY_CUT || find->text.len >= HS__KEY_CUT ? -1 : hs_slice_eq(rest, find->text);
}

static int holds_span(const struct hs__range *range, struct hs_slice rest)
{
	const struct hs_find *find = range->cond->find;
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;

	if (find->op == HS_FIND_DATE) {
		int64_t lo, hi;
		if (!hs__key_read_dates(rest, &lo, &hi))
			return -1;
		return hs_span_dates(cmp, lo, hi, find->lo, find->hi);
	}
	double low, high;
	if (!hs__key_read_reals(rest, &low, &high))
		return -1;
	if (!hs_span_reals(cmp, low, high, find->low, find->high))
		return 0;
	return find->op == HS_FIND_NUMBER ? 1 : holds_unit(range, hs_slice_from(rest, REALS_LEN));
}

static int holds_text(const struct hs__range *range, struct hs_slice rest)
{
	const struct hs_find *find = range->cond->find;

	if (rest.len > HS__KEY_CUT && rest.ptr[HS__KEY_CUT] == 1)
		return -1; /* the rest of the text is not in the key */
	/* Behind a string stands its spelling. */
	return hs_text_matches((enum hs_find_match)find->match, hs_slice_cut(&rest, '\0'), find->text);
}

static int holds_near(const struct hs__range *range, struct hs_slice rest)
{
	const struct hs_find *find = range->cond->find;
	double latitude, longitude;

	hs__key_read_degrees(rest, &latitude, &longitude);
	/* The key is right to a decimetre. */
	double metres = hs_span_metres(latitude, longitude, find->low, find->high);
	return metres > find->radius + 1 ? 0 : metres < find->radius - 1 ? 1 : -1;
}

static int holds_one(const struct hs__range *range, struct hs_slice key)
{
	const struct hs_find *find = range->cond->find;
	struct hs_slice rest = hs_slice_from(key, hs__key_param_len(find->param));
	int64_t updated;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_DATE:
	case HS_FIND_NUMBER:
	case HS_FIND_QUANTITY:
		return holds_span(range, rest);
	case HS_FIND_STRING:
	case HS_FIND_URI:
		return holds_text(range, rest);
	case HS_FIND_NEAR:
		return holds_near(range, rest);
	case HS_FIND_UPDATED:
		updated = hs__key_read_updated(key);
		return hs_span_dates((enum hs_find_cmp)find->cmp, updated, updated + 1, find->lo, find->hi);
	default:
		return -1;
	}
}

int hs__range_holds(const struct hs__range *range, struct hs_slice key)
{
	struct hs__range other = { .cond = range->also };
	int holds = holds_one(range, key);

	if (!holds || !range->also)
		return holds;
	int too = holds_one(&other, key);
	return too > 0 ? holds : too;
}

/* ---- gathering ---- */

/* Reads at most *left entries, and takes them from it. */
static enum hs_status gather_range(struct hs__finder *finder, struct hs__plan *plan,
	const struct hs__range *range, size_t *left, struct hs_error *err)
{
	bool by_key = range->check == HS__BY_KEY;
	struct hs__scan scan;
	enum hs_status status = range->single ?
		hs__scan_key(finder->txn, range->from, 0, &scan, err) :
		hs__scan_range(finder->txn, range->from, range->to, by_key, &scan, err);
	int step = 0;

	if (status != HS_OK)
		return status;
	plan->verify |= range->check == HS__VERIFY;
	for (; status == HS_OK && *left && (step = hs__scan_next(&scan, err)) > 0; --*left) {
		int holds = by_key ? hs__range_holds(range, scan.key) : 1;
		if (!holds)
			continue;
		plan->verify |= holds < 0;
		status = hs__add_row(finder, &plan->ranges, scan.row, err);
	}
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

static int by_row(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_sorted(const struct hs__ranges *ranges)
{
	for (size_t i = 1; i < ranges->row_count; i++) {
		if (ranges->rows[i] < ranges->rows[i - 1])
			return false;
	}
	return true;
}

/* In order, each once. */
static void put_in_order(struct hs__ranges *ranges)
{
	size_t kept = 0;

	if (ranges->row_count > 1 && !is_sorted(ranges))
		qsort(ranges->rows, ranges->row_count, sizeof(ranges->rows[0]), by_row);
	for (size_t i = 1; i < ranges->row_count; i++) {
		if (ranges->rows[i] != ranges->rows[kept])
			ranges->rows[++kept] = ranges->rows[i];
	}
	if (ranges->row_count)
		ranges->row_count = kept + 1;
}

enum hs_status hs__gather_few(struct hs__finder *finder, struct hs__plan *plan, size_t few,
	struct hs_error *err)
{
	struct hs__ranges *ranges = &plan->ranges;
	size_t before = ranges->row_count;
	size_t left = few > before ? few - before : 0;
	bool verify = plan->verify;
	enum hs_status status = HS_OK;

	if (plan->gathered)
		return HS_OK;
	for (size_t i = 0; i < ranges->count && left && status == HS_OK; i++)
		status = gather_range(finder, plan, &ranges->items[i], &left, err);
	plan->gathered = status == HS_OK && left > 0;
	if (plan->gathered) {
		put_in_order(ranges);
	} else {
		ranges->row_count = before;
		plan->verify = verify;
	}
	return status;
}

static enum hs_status gather(struct hs__finder *finder, struct hs__plan *plan, struct hs_error *err)
{
	/* Never used up: so many rows are refused before. */
	return hs__gather_few(finder, plan, SIZE_MAX, err);
}

/* ---- running ---- */

/* Checks one candidate and hands it on: 0 go on, 1 enough, negative. */
static int visit(struct hs__finder *finder, const struct hs__plan *plan, struct hs__run *run,
	struct hs__subject *subject, struct hs_error *err)
{
	bool verify = plan->verify && plan->way != HS__WAY_SET && run->where;
	struct hs_stmt *stmt = NULL;
	int step = 1;

	enum hs_status status = hs__find_spend(finder->txn, STEPS_A_ROW, err);
	if (status != HS_OK)
		return (int)status;
	if (!subject->facts.ptr && (verify || run->with_facts)) {
		stmt = hs__find_facts(finder, subject->type, subject->row, &step, err);
		if (step > 0)
			subject->facts = hs_sql_get_blob(stmt, 0);
	}
	if (step > 0 && verify)
		step = hs__match(finder, subject, run->where, err);
	run->last_row = subject->row;
	if (step > 0)
		step = run->fn(subject, run->arg, err);
	else if (step == 0 && ++run->in_vain == run->patience)
		step = 1;
	hs_sql_end(stmt);
	return step;
}

static enum hs_status run_stream(struct hs__finder *finder, const struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err)
{
	struct hs__scan scan;
	enum hs_status status = hs__scan_key(finder->txn, plan->ranges.items[0].from, run->after_row, &scan,
		err);
	int step = 0, told = 0;

	if (status != HS_OK)
		return status;
	while (told == 0 && (step = hs__scan_next(&scan, err)) > 0) {
		struct hs__subject subject = { run->type, scan.row, HS_S_NONE };
		told = visit(finder, plan, run, &subject, err);
	}
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : told < 0 ? (enum hs_status)told : HS_OK;
}

static enum hs_status run_walk(struct hs__finder *finder, const struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn,
		"SELECT row, data FROM facts WHERE row > ?1 AND row < ?2 ORDER BY row", err);
	int64_t base = hs__find_full_row(run->type, 0);
	int step = 0, told = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, base + (int64_t)run->after_row);
	hs_sql_int(stmt, 2, hs__find_full_row(run->type + 1, 0));
	while (told == 0 && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs__subject subject = { run->type, (uint64_t)(hs_sql_get_int(stmt, 0) - base),
			hs_sql_get_blob(stmt, 1) };
		told = visit(finder, plan, run, &subject, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : told < 0 ? (enum hs_status)told : HS_OK;
}

static enum hs_status run_gathered(struct hs__finder *finder, struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err)
{
	enum hs_status status = gather(finder, plan, err);
	int told = 0;

	for (size_t i = 0; status == HS_OK && told == 0 && i < plan->ranges.row_count; i++) {
		struct hs__subject subject = { run->type, plan->ranges.rows[i], HS_S_NONE };
		if (subject.row > run->after_row)
			told = visit(finder, plan, run, &subject, err);
	}
	return told < 0 ? (enum hs_status)told : status;
}

/* Found once. */
static enum hs_status find_set(struct hs__finder *finder, struct hs__plan *plan, uint32_t type,
	const struct hs__cond *where, struct hs_error *err)
{
	return plan->set.words ? HS_OK : hs__set_find(finder, type, where, &plan->set, err);
}

static enum hs_status run_set(struct hs__finder *finder, struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err)
{
	enum hs_status status = find_set(finder, plan, run->type, run->where, err);
	uint64_t row = run->after_row;
	int told = 0;

	if (status != HS_OK)
		return status;
	while (told == 0 && (row = hs__set_next(&plan->set, row + 1)) != HS__NO_ROW) {
		struct hs__subject subject = { run->type, row, HS_S_NONE };
		told = visit(finder, plan, run, &subject, err);
	}
	return told < 0 ? (enum hs_status)told : HS_OK;
}

enum hs_status hs__run(struct hs__finder *finder, struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err)
{
	run->in_vain = 0;
	switch (plan->way) {
	case HS__WAY_STREAM:
		return run_stream(finder, plan, run, err);
	case HS__WAY_GATHER:
		return run_gathered(finder, plan, run, err);
	case HS__WAY_WALK:
		return run_walk(finder, plan, run, err);
	case HS__WAY_SET:
		return run_set(finder, plan, run, err);
	case HS__WAY_SORTED:
		break;
	}
	HS_ASSERT(plan->way != HS__WAY_SORTED);
	return HS_OK;
}

enum hs_status hs__run_count(struct hs__finder *finder, struct hs__plan *plan, uint32_t type,
	const struct hs__cond *where, uint64_t *out, struct hs_error *err)
{
	if (plan->way == HS__WAY_SET) {
		enum hs_status status = find_set(finder, plan, type, where, err);
		*out = status == HS_OK ? hs__set_size(&plan->set) : 0;
		return status;
	}
	if (plan->way == HS__WAY_GATHER) {
		enum hs_status status = gather(finder, plan, err);
		*out = plan->ranges.row_count;
		return status;
	}
	if (plan->way != HS__WAY_STREAM)
		return hs__find_live(finder->txn, type, out, err);
	return hs__scan_count(finder->txn, plan->ranges.items[0].from, HS_S_NONE, UINT64_MAX, out, err);
}

enum hs_status hs__run_inner(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	hs__each_fn *fn, void *arg, struct hs_error *err)
{
	struct hs_find_query all = { .type = type, .want_total = true };
	struct hs__run run = { .where = where, .type = type, .with_facts = true, .fn = fn, .arg = arg };
	struct hs__plan plan;
	enum hs_status status = hs__plan_make(finder, &all, where, &plan, err);

	return status == HS_OK ? hs__run(finder, &plan, &run, err) : status;
}
