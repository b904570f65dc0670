/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions on the date as a span of the seconds in which the dates of pointers begin. */
#include "drive.h"

#define DATE_WIDTH INT64_C(31708800) /* seconds, 367 days: a date without month is as long as that */

static int64_t seconds(int64_t ms, int64_t change)
{
	return ms == INT64_MIN || ms == INT64_MAX ? ms : ms / 1000 - (ms % 1000 < 0) + change;
}

static bool has_until(enum hs_find_cmp cmp)
{
	return cmp != HS_CMP_GT && cmp != HS_CMP_GE && cmp != HS_CMP_SA;
}

static bool has_from(enum hs_find_cmp cmp)
{
	return cmp != HS_CMP_LT && cmp != HS_CMP_LE && cmp != HS_CMP_EB;
}

/* Where the condition begins and ends between two seconds, no date that lies in one second is half in it. */
static struct hs_ledger_date_span exact_span(const struct hs_find *find)
{
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;
	bool after_all = cmp == HS_CMP_GT || cmp == HS_CMP_SA,
	     before_all = cmp == HS_CMP_LT || cmp == HS_CMP_EB;

	return (struct hs_ledger_date_span) {
		.first = has_from(cmp) ? seconds(after_all ? find->hi : find->lo, 0) : INT64_MIN,
		.last = has_until(cmp) ? seconds(before_all ? find->lo : find->hi, -1) : INT64_MAX,
		.exact = true
	};
}

struct hs_ledger_date_span hs_ledger_span_of(const struct hs_find *find, bool wide)
{
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;

	if (!wide && cmp != HS_CMP_AP && find->lo < find->hi && find->lo % 1000 == 0 && find->hi % 1000 == 0)
		return exact_span(find);
	return (struct hs_ledger_date_span) {
		.first = has_from(cmp) ? seconds(find->lo, wide ? -DATE_WIDTH : -1) : INT64_MIN,
		.last = has_until(cmp) ? seconds(find->hi, 1) : INT64_MAX,
	};
}

bool hs_ledger_is_date(const struct hs_ledger_driving *drive, const struct hs_find *find)
{
	return find->op == HS_FIND_DATE && hs_ledger_rank(drive->ledger, find) == HS_LEDGER_RANK_DATE;
}

/* A condition, or all those of an AND: a pointer has one date. */
static struct hs_ledger_date_span common_span(const struct hs_ledger_driving *drive,
	const struct hs_find *find, bool wide)
{
	struct hs_ledger_date_span all = { INT64_MIN, INT64_MAX, true };

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
