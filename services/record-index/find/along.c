/* SPDX-License-Identifier: Apache-2.0 */
/* A search along the ledger's columns: what these decide is counted as it comes by, and only what is on the
 * page, or in doubt, is read. */
#include "find.h"
#include "sorting.h"

#define FEW 128u  /* pointers that are sooner looked up and read than columns made for them, */
#define LEAST 16u /* and that are sooner read than judged along columns there are; */
#define MANY 128u /* that lie together, or that a mark tells: more are sooner judged than read */

static bool is_link(const struct hs_find *find)
{
	return find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;
}

/* Without chains and _has, which take a search to be counted. */
static enum hs_status count_plain(struct hs_ledger_driving *drive, const struct hs_find *where, uint64_t *out)
{
	struct hs_find plain = *where;
	const struct hs_find **kids;

	*out = FEW + 1;
	if (where->op != HS_FIND_AND)
		return is_link(where) ? HS_OK : hs_ledger_count_by(drive, where, FEW + 1, out);
	kids = hs_arena_array(drive->ledger->arena, where->kid_count + 1, sizeof *kids);
	if (!kids)
		return hs_fail(drive->err, HS_E_LIMIT, "the search does not fit in memory");
	plain.kids = kids;
	plain.kid_count = 0;
	for (size_t i = 0; i < where->kid_count; i++) {
		if (!is_link(where->kids[i]))
			kids[plain.kid_count++] = where->kids[i];
	}
	return hs_ledger_count_by(drive, &plain, FEW + 1, out);
}

enum hs_status hs_ledger_columns_get(struct hs_ledger *ledger, uint32_t type, const struct hs_find *where,
	struct hs_view_hold *out, struct hs_error *err)
{
	struct hs_ledger_drive of = { .where = where, .type = type };
	struct hs_ledger_driving drive = { .of = &of, .ledger = ledger, .out = &of.rows, .err = err };
	enum hs_ledger_rank rank = hs_ledger_rank(ledger, where);
	uint64_t count = FEW + 1;
	enum hs_status status = HS_OK;

	*out = (struct hs_view_hold) { NULL, NULL };
	if (rank <= HS_LEDGER_RANK_MARK)
		return HS_OK;
	if (rank != HS_LEDGER_RANK_NONE)
		status = count_plain(&drive, where, &count);
	if (status != HS_OK || count <= LEAST)
		return status;
	status = hs_txn_view(ledger->txn, &hs_ledger_columns_view, 0, false, out, err);
	if (status != HS_OK || out->view)
		return status;
	if (count > FEW && rank != HS_LEDGER_RANK_NONE)
		status = hs_ledger_count_by(&drive, where, FEW + 1, &count);
	return status == HS_OK && count > FEW ?
		hs_txn_view(ledger->txn, &hs_ledger_columns_view, 0, true, out, err) :
		status;
}

enum hs_status hs_ledger_columns_instead(struct hs_ledger *ledger, const struct hs_ledger_drive *drive,
	bool sorted, struct hs_view_hold *out, struct hs_error *err)
{
	bool all = drive->found == HS_LEDGER_AMONG || (drive->found == HS_LEDGER_PARTY && sorted);
	bool rows = drive->found == HS_LEDGER_CANDIDATES || (drive->found == HS_LEDGER_SURE && sorted);
	bool many = (rows && drive->rows.count > MANY) || drive->found == HS_LEDGER_PARTIES;
	enum hs_status status = HS_OK;

	*out = (struct hs_view_hold) { NULL, NULL };
	if (all)
		status = hs_ledger_party_is_more(ledger, &drive->party, MANY, &many, err);
	return status == HS_OK && many ?
		hs_txn_view(ledger->txn, &hs_ledger_columns_view, 0, false, out, err) :
		status;
}

#define FEW_SORTED 64u /* are sooner read than it is found out what columns tell of their order */

/* So many that are read would be too many: that is told before, not after a second. In an order of date most
 * are passed over for what is known of them. */
static enum hs_status check_broad(struct hs_ledger_search *search, struct hs_ledger_sift *sift,
	struct hs_error *err)
{
	struct hs_ledger_sifted sifted = { 0 };
	bool reads = hs_ledger_search_reads(search) && !(search->sorting && search->sorting->told);

	if (sift->columns->count <= search->looks_max || (!search->counts && !search->query->sort_count) ||
		(!hs_ledger_sift_has_doubts(sift) && !reads))
		return HS_OK;
	enum hs_status status = hs_ledger_sift_count(sift, &sifted, err);
	return status == HS_OK && sifted.maybe + (reads ? sifted.yes : 0) > search->looks_max ?
		hs_ledger_refuse_broad(search, err) :
		status;
}

/* How many of a zone fulfil the search and cannot be on the page any more. */
static bool count_beyond(struct hs_ledger_search *search, const struct hs_ledger_found_in *found)
{
	uint64_t count = 0;

	if (search->query->count && (search->query->sort_count || !search->bounded))
		return false;
	for (size_t i = 0; i < found->count; i++) {
		if (found->verdicts[found->at[i]] != HS_LEDGER_YES)
			return false;
		count++;
	}
	hs_ledger_count_hits(search, count);
	return true;
}

/* Where the last ones of those before `end` begin that lead alike in the order of time: of these the first
 * rows come first. */
static size_t run_begin(const struct hs_ledger_search *search, const struct hs_ledger_columns *columns,
	const struct hs_ledger_found_in *found, size_t first, size_t end)
{
	const int64_t *times = search->query->sort[0].special == HS_SORT_UPDATED ? columns->updates :
										   columns->dates;
	size_t begin = end - 1;

	while (begin && times[first + found->at[begin - 1]] == times[first + found->at[end - 1]])
		begin--;
	return begin;
}

static enum hs_status look_at_one(struct hs_ledger_search *search, const struct hs_ledger_columns *columns,
	size_t at, enum hs_ledger_verdict verdict, struct hs_error *err)
{
	if (search->sorting && (verdict == HS_LEDGER_YES || !search->counts) &&
		hs_ledger_sorting_is_off(search->sorting, at)) {
		hs_ledger_count_hits(search, 1);
		return HS_OK;
	}
	struct hs_ledger_pointer known = { .row = columns->base + columns->rows[at],
		.updated_ms = columns->updates[at],
		.subject = columns->subjects[at],
		.custodian = columns->custodians[at],
		.has_date = columns->dates[at] != HS_LEDGER_DATELESS,
		.date = columns->dates[at] };
	return hs_ledger_look_known(search, &known, at, verdict, err);
}

/* Those of a zone that begins at the number `first`; `back`: from the end. */
static enum hs_status look_at_zone(struct hs_ledger_search *search, const struct hs_ledger_columns *columns,
	struct hs_ledger_found_in *found, size_t first, bool back, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (count_beyond(search, found))
		return HS_OK;
	if (search->sorting) {
		hs_ledger_count_hits(search,
			hs_ledger_sorting_drop(search->sorting, first, !search->counts, found));
		hs_ledger_count_hits(search,
			hs_ledger_sorting_choose(search->sorting, first, !search->counts, found));
	}
	for (size_t end = found->count, begin; end && status == HS_OK && !search->done;
		end = back ? begin : 0) {
		begin = back ? run_begin(search, columns, found, first, end) : 0;
		for (size_t i = begin; i < end && status == HS_OK && !search->done; i++)
			status = look_at_one(search, columns, first + found->at[i],
				(enum hs_ledger_verdict)found->verdicts[found->at[i]], err);
	}
	return status;
}

static bool sorts_by_time(const struct hs_ledger_search *search)
{
	return hs_ledger_sorts_by_date(search) || search->query->sort[0].special == HS_SORT_UPDATED;
}

/* A ranking is made for a search that would read much of what there is. */
#define RANKED_SHARE 128u
static enum hs_status take_rankings(struct hs_ledger_search *search, struct hs_ledger_sift *sift,
	struct hs_error *err)
{
	struct hs_ledger_sifted sifted = { 0 };
	enum hs_status status = hs_ledger_sift_count(sift, &sifted, err);
	bool many = (sifted.yes + sifted.maybe) * RANKED_SHARE > sift->columns->count;

	return status == HS_OK ? hs_ledger_sorting_rank(&search->ledger, search->sorting,
					 (size_t)search->query->count + 1, many, err) :
				 status;
}

/* When there is more than a few to be put in order: what columns tell of that. */
static enum hs_status prepare_order(struct hs_ledger_search *search, struct hs_ledger_sift *sift,
	struct hs_ledger_sorting *sorting, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	enum hs_status status = HS_OK;

	if (query->sort_count && query->count) {
		search->sorting = sorting;
		status = hs_ledger_sorting_make(&search->ledger, sift->columns, query, search->after, sorting,
			err);
		if (status == HS_OK && hs_ledger_sorting_lacks(sorting))
			status = take_rankings(search, sift, err);
	}
	return status == HS_OK ? check_broad(search, sift, err) : status;
}

/* What is newest came last, most of it: a falling order of time begins there, so that little comes before
 * what was kept already. */
static enum hs_status look_at_zones(struct hs_ledger_search *search, struct hs_ledger_sift *sift,
	struct hs_ledger_sorting *sorting, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	const struct hs_ledger_columns *columns = sift->columns;
	struct hs_ledger_found_in found;
	uint64_t after = search->counts ? 0 : hs_ledger_search_row(search), seen = 0;
	size_t begin = hs_ledger_columns_place(columns, after + 1), zones, first;
	bool back = query->sort_count && query->sort[0].falling && sorts_by_time(search), prepared = false;
	enum hs_status status = HS_OK;

	zones = begin < columns->count ? (columns->count - 1) / HS_LEDGER_ZONE - begin / HS_LEDGER_ZONE + 1 :
					 0;
	for (size_t i = 0; i < zones && status == HS_OK && !search->done; i++) {
		first = (begin / HS_LEDGER_ZONE + (back ? zones - 1 - i : i)) * HS_LEDGER_ZONE;
		first = first < begin ? begin : first;
		if (!search->counts && search->sorting &&
			hs_ledger_sorting_passes(search->sorting, first / HS_LEDGER_ZONE))
			continue;
		status = hs_ledger_sift_zone(sift, first, &found, err);
		seen += found.count;
		if (status == HS_OK && !prepared && (seen > FEW_SORTED || seen > search->looks_max)) {
			status = prepare_order(search, sift, sorting, err);
			prepared = true;
		}
		if (status == HS_OK)
			status = look_at_zone(search, columns, &found, first, back, err);
	}
	return status;
}

static enum hs_status look_along(struct hs_ledger_search *search, struct hs_ledger_sift *sift,
	struct hs_error *err)
{
	struct hs_ledger_sorting sorting;

	if (hs_ledger_sift_is_vain(sift))
		return HS_OK;
	search->ledger.arena = search->pieces; /* what came before is in `scratch`, which lasts as long */
	enum hs_status status = look_at_zones(search, sift, &sorting, err);
	if (search->sorting)
		hs_ledger_sorting_end(search->ledger.txn, &sorting);
	search->sorting = NULL;
	return status;
}

/* Not for a span of time, whose ends are found in the log (updated.c), nor for all there is; but for an order
 * of these that the dates do not give. */
bool hs_ledger_goes_along(const struct hs_ledger *ledger, const struct hs_find_query *query)
{
	bool time = query->where && hs_ledger_only_time(query->where);

	if (query->where && !time)
		return true;
	if (!query->count || !query->sort_count)
		return false;
	return time || query->sort[0].special != HS_SORT_PARAM ||
		hs_ledger_class(ledger, query->sort[0].param) != HS_LEDGER_OF_DATE;
}

enum hs_status hs_ledger_search_along(struct hs_ledger_search *search, bool *done, struct hs_error *err)
{
	static const struct hs_find all = { .op = HS_FIND_AND };
	const struct hs_find_query *query = search->query;
	const struct hs_find *where = query->where ? query->where : &all;
	struct hs_view_hold hold = { NULL, NULL };

	*done = false;
	if (!hs_ledger_goes_along(&search->ledger, query))
		return HS_OK;
	enum hs_status status = hs_ledger_columns_get(&search->ledger, query->type, where, &hold, err);
	struct hs_ledger_sift sift = { .ledger = &search->ledger, .columns = hold.view, .one = search->one };
	*done = status == HS_OK && hold.view;
	if (*done)
		status = hs_ledger_sift_make(&sift, query->type, where, err);
	if (*done && status == HS_OK)
		status = look_along(search, &sift, err);
	hs_txn_view_end(search->ledger.txn, &hold);
	return status;
}

enum hs_status hs_ledger_search_instead(struct hs_ledger_search *search, bool *done, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_view_hold hold = { NULL, NULL };
	enum hs_status status = hs_ledger_columns_instead(&search->ledger, &search->drive,
		query->sort_count != 0, &hold, err);
	struct hs_ledger_sift sift = { .ledger = &search->ledger, .columns = hold.view, .one = search->one };

	*done = false;
	if (status == HS_OK && hold.view)
		status = hs_ledger_sift_instead(&sift, &search->drive, done, err);
	if (status == HS_OK && *done) {
		search->looks_max = UINT64_MAX; /* the lookup bounds it */
		status = look_along(search, &sift, err);
	}
	hs_txn_view_end(search->ledger.txn, &hold);
	return status;
}
