/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions on the date as a span of the seconds in which the dates of pointers begin. */
#include "drive.h"

#define SECOND INT64_C(1000)
#define DAY (86400 * SECOND)
#define DATE_WIDTH (SECOND + 367 * DAY) /* a date without month is as long as that */

static bool is_end(int64_t ms)
{
	return ms == INT64_MIN || ms == INT64_MAX;
}

/* The last second that begins at that millisecond or before it; and the first one that begins before none of
 * it. */
static int64_t at_most(int64_t ms)
{
	return is_end(ms) ? ms : ms / SECOND - (ms % SECOND < 0);
}

static int64_t at_least(int64_t ms)
{
	return is_end(ms) ? ms : at_most(ms) + (ms % SECOND != 0);
}

static int64_t less(int64_t ms, int64_t by)
{
	return is_end(ms) || ms < INT64_MIN + by ? ms : ms - by;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of a date it is known in which second it begins, and that it ends at most `width` after that second does
 * begin. The ends follow from what each comparison says of its ends (handslag/span.h): `first` and `last` for
 * the date of that kind that fulfils it soonest, the sure ones for that which does so last. */
struct hs_ledger_date_span hs_ledger_span_of(const struct hs_find *find, bool wide)
{
	int64_t lo = find->lo, hi = find->hi, width = wide ? DATE_WIDTH : SECOND;
	int64_t until_lo = less(at_least(lo), 1), until_hi = less(at_least(hi), 1);
	struct hs_ledger_date_span span = { INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, false };

	switch ((enum hs_find_cmp)find->cmp) {
	case HS_CMP_EQ:
	case HS_CMP_NE:
		span = (struct hs_ledger_date_span) { at_most(lo), until_hi, at_least(lo),
			at_most(less(hi, width)), false };
		break;
	case HS_CMP_GT:
		span.first = at_most(less(hi, width)) + !is_end(hi);
		span.sure_first = at_least(hi);
		break;
	case HS_CMP_LT:
		span.last = until_lo;
		span.sure_last = less(at_most(lo), 1);
		break;
	case HS_CMP_GE:
		span.first = least(at_most(lo), at_most(less(hi, width)) + !is_end(hi));
		span.sure_first = at_least(lo);
		break;
	case HS_CMP_LE:
		span.last = until_hi;
		span.sure_last = most(at_most(less(hi, width)), less(at_most(lo), 1));
		break;
	case HS_CMP_SA:
		span.first = at_most(hi);
		span.sure_first = at_least(hi);
		break;
	case HS_CMP_EB:
		span.last = until_lo;
		span.sure_last = at_most(less(lo, width));
		break;
	case HS_CMP_AP:
		span = (struct hs_ledger_date_span) { at_most(less(lo, width)) + !is_end(lo), until_hi,
			at_least(lo), less(at_most(hi), 1), false };
		break;
	}
	if (lo >= hi) /* no time at all: nothing is sure of it */
		span = (struct hs_ledger_date_span) { less(span.first, 1),
			span.last + (span.last < INT64_MAX), INT64_MAX, INT64_MIN, false };
	span.exact = span.first == span.sure_first && span.last == span.sure_last;
	return span;
}

bool hs_ledger_is_date(const struct hs_ledger_driving *drive, const struct hs_find *find)
{
	return find->op == HS_FIND_DATE && hs_ledger_rank(drive->ledger, find) == HS_LEDGER_RANK_DATE;
}

/* A condition, or all those of an AND: a pointer has one date. */
static struct hs_ledger_date_span common_span(const struct hs_ledger_driving *drive,
	const struct hs_find *find, bool wide)
{
	struct hs_ledger_date_span all = { .first = INT64_MIN, .last = INT64_MAX, .exact = true };

	if (hs_ledger_is_date(drive, find))
		return hs_ledger_span_of(find, wide);
	for (size_t i = 0; i < find->kid_count; i++) {
		if (!hs_ledger_is_date(drive, find->kids[i])) {
			all.exact = false;
			continue;
		}
		struct hs_ledger_date_span one = hs_ledger_span_of(find->kids[i], wide);
		all.first = one.first > all.first ? one.first : all.first;
		all.last = one.last < all.last ? one.last : all.last;
		all.exact = all.exact && one.exact;
	}
	return all;
}

enum hs_status hs_ledger_drive_dates(struct hs_ledger_driving *drive, const struct hs_find *find)
{
	unsigned state = 0;
	enum hs_status status = hs_ledger_waits(drive->ledger->txn, &state, drive->err);

	if (status != HS_OK)
		return status;
	struct hs_ledger_date_span span = common_span(drive, find, state & HS_LEDGER_WIDE_DATES);
	drive->sure = span.exact && find == drive->aim;
	bool entered = !(state & HS_LEDGER_ENTRIES_WAIT);
	if (entered && drive->sure && drive->of->along_dates) {
		drive->of->dates = (struct hs_ledger_dates) { span.first, span.last };
		drive->by_dates = true;
		return HS_OK;
	}
	struct hs_stmt *stmt = entered ?
		hs_sql(drive->ledger->txn,
			"SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2", drive->err) :
		hs_sql(drive->ledger->txn, "SELECT row FROM record_index_row WHERE date >= ?1 AND date <= ?2",
			drive->err);
	if (!stmt)
		return drive->err->status;
	hs_sql_int(stmt, 1, entered ? hs_ledger_date_key(span.first) : span.first);
	hs_sql_int(stmt, 2, entered ? hs_ledger_date_key(span.last) : span.last);
	return hs_ledger_list(drive->ledger, stmt, 0, drive->out, drive->err);
}

enum hs_status hs_ledger_count_dates(struct hs_ledger_driving *drive, const struct hs_find *find,
	uint64_t limit, uint64_t *out)
{
	unsigned state = 0;
	enum hs_status status = hs_ledger_waits(drive->ledger->txn, &state, drive->err);
	struct hs_ledger_date_span span = common_span(drive, find, state & HS_LEDGER_WIDE_DATES);

	*out = limit;
	return status != HS_OK || state & HS_LEDGER_ENTRIES_WAIT ?
		status :
		hs_ledger_count_entries(drive->ledger, hs_ledger_date_key(span.first),
			hs_ledger_date_key(span.last), limit, out, drive->err);
}

/* ---- of pointers that are looked at ---- */

/* Does the condition tell exactly between which seconds the date is? Then *dates become those of both. */
static bool narrow(const struct hs_ledger_driving *drive, const struct hs_find *find, bool wide,
	struct hs_ledger_dates *dates)
{
	if (!hs_ledger_is_date(drive, find))
		return false;
	struct hs_ledger_date_span span = hs_ledger_span_of(find, wide);
	if (!span.exact)
		return false;
	dates->first = span.first > dates->first ? span.first : dates->first;
	dates->last = span.last < dates->last ? span.last : dates->last;
	return true;
}

enum hs_status hs_ledger_take_dates(struct hs_ledger_driving *drive)
{
	struct hs_ledger_drive *of = drive->of;
	const struct hs_find *others = of->others;
	struct hs_ledger_dates dates = { INT64_MIN, INT64_MAX };
	unsigned state = 0;
	enum hs_status status = hs_ledger_waits(drive->ledger->txn, &state, drive->err);
	bool wide = state & HS_LEDGER_WIDE_DATES, all = others && others->op == HS_FIND_AND;
	size_t count = !others ? 0 : all ? others->kid_count : 1, left = 0;

	if (status != HS_OK || !count)
		return status;
	struct hs_find *rest = hs_arena_alloc(drive->ledger->arena, sizeof *rest);
	const struct hs_find **kids = hs_arena_array(drive->ledger->arena, count, sizeof(*kids));
	if (!rest || !kids)
		return HS_OK; /* each is looked at in full */
	for (size_t i = 0; i < count; i++) {
		const struct hs_find *kid = all ? others->kids[i] : others;
		if (!narrow(drive, kid, wide, &dates))
			kids[left++] = kid;
	}
	*rest = (struct hs_find) { .op = HS_FIND_AND, .kids = kids, .kid_count = left };
	of->dates = dates;
	of->dated = left < count;
	of->others = left ? rest : NULL;
	return HS_OK;
}
