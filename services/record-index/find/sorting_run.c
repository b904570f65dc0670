/* SPDX-License-Identifier: Apache-2.0 */
/* The order of results along the ledger's columns: which pointers cannot be on the page is known before they
 * are read, and of what its shape, its parties and its date tell the key is made without a look. */
#include "sorting.h"

static uint32_t party_in(const struct hs_ledger_columns *columns, const struct hs_ledger_sorting_part *part,
	size_t at)
{
	return part->by == HS_LEDGER_SORTED_BY_SUBJECT ? columns->subjects[at] : columns->custodians[at];
}

static inline uint64_t lead_by_rank(const struct hs_ledger_sorting_part *part, uint32_t rank)
{
	return rank == HS_LEDGER_RANKED_NONE     ? HS_LEDGER_SORTED_NONE :
		rank == HS_LEDGER_RANKED_UNKNOWN ? HS_LEDGER_SORTED_UNKNOWN :
						   hs_ledger_sorted_turned(part->sort, rank);
}

/* `by` is that of the part; where it is written out, the loop around this is one of its own. */
static inline uint64_t lead_by(const struct hs_ledger_columns *columns,
	const struct hs_ledger_sorting_part *part, enum hs_ledger_sorted_by by, size_t at)
{
	uint32_t party;

	switch (by) {
	case HS_LEDGER_SORTED_BY_SHAPE:
		return part->leads[columns->shapes[at]];
	case HS_LEDGER_SORTED_BY_UPDATE:
		return hs_ledger_sorted_number(part->sort, columns->updates[at]);
	case HS_LEDGER_SORTED_BY_DATE:
		return columns->dates[at] == HS_LEDGER_DATELESS ?
			HS_LEDGER_SORTED_NONE :
			hs_ledger_sorted_number(part->sort, columns->dates[at]);
	case HS_LEDGER_SORTED_BY_RANK:
		return lead_by_rank(part, part->ranks[at]);
	case HS_LEDGER_SORTED_BY_NOTHING:
		return HS_LEDGER_SORTED_UNKNOWN;
	default:
		party = by == HS_LEDGER_SORTED_BY_SUBJECT ? columns->subjects[at] : columns->custodians[at];
		return party < part->party_count ? part->leads[party] : HS_LEDGER_SORTED_UNKNOWN;
	}
}

static uint64_t lead_in(const struct hs_ledger_columns *columns, const struct hs_ledger_sorting_part *part,
	size_t at)
{
	return lead_by(columns, part, part->by, at);
}

/* Those whose leads are the same: by all of their text. */
static int compare_texts(const struct hs_ledger_sorting_part *part, uint32_t party, struct hs_slice value)
{
	int order = hs_slice_cmp(part->texts[party], hs_slice_first(value, value.len - 1));

	return part->sort->falling ? -order : order;
}

/* The same second: by what the dates say below it. */
static int compare_dates(const struct hs_ledger_sorting_part *part, int64_t second, struct hs_slice value)
{
	int64_t from = hs_ledger_sorted_number_in(value),
		until = hs_ledger_sorted_number_in(hs_slice_from(value, 8)), ms = second * 1000;
	int order = ms != from ? (ms < from ? -1 : 1) : ms + 1000 < until ? -1 : ms + 1000 > until;

	return part->sort->falling ? -order : order;
}

/* Does it come before the mark (below 0), behind it, or is it that (0)? Not *sure: nobody knows. */
static int compare(const struct hs_ledger_sorting *sorting, size_t at,
	const struct hs_ledger_sorting_mark *mark, bool *sure)
{
	const struct hs_ledger_columns *columns = sorting->columns;
	int order = 0;

	*sure = true;
	for (size_t i = 0; i < sorting->count && order == 0; i++) {
		const struct hs_ledger_sorting_part *part = &sorting->parts[i];
		uint64_t lead = lead_in(columns, part, at);
		bool party = part->by == HS_LEDGER_SORTED_BY_SUBJECT ||
			part->by == HS_LEDGER_SORTED_BY_CUSTODIAN;
		*sure = lead != HS_LEDGER_SORTED_UNKNOWN && i < mark->count;
		if (!*sure)
			return 0;
		order = lead < mark->leads[i] ? -1 : lead > mark->leads[i];
		if (order || lead == HS_LEDGER_SORTED_NONE)
			continue;
		*sure = part->by != HS_LEDGER_SORTED_BY_RANK || hs_ledger_sorted_exactly(part->sort, lead);
		if (!*sure)
			return 0;
		if (party)
			order = compare_texts(part, party_in(columns, part, at), mark->values[i]);
		if (part->by != HS_LEDGER_SORTED_BY_DATE)
			continue;
		*sure = part->whole[columns->shapes[at]];
		if (!*sure)
			return 0;
		order = compare_dates(part, columns->dates[at], mark->values[i]);
	}
	uint64_t row = columns->base + columns->rows[at];
	return order ? order : row < mark->row ? -1 : row > mark->row;
}

bool hs_ledger_sorting_is_off(const struct hs_ledger_sorting *sorting, size_t at)
{
	bool sure = false;

	if (sorting->bound.there && compare(sorting, at, &sorting->bound, &sure) >= 0 && sure)
		return true;
	return sorting->after.there && compare(sorting, at, &sorting->after, &sure) <= 0 && sure;
}

bool hs_ledger_sorting_passes(const struct hs_ledger_sorting *sorting, size_t zone)
{
	const struct hs_ledger_zone *of = &sorting->columns->zones[zone];
	const struct hs_ledger_sorting_part *part = &sorting->parts[0];
	const struct hs_ledger_sorting_mark *bound = &sorting->bound, *after = &sorting->after;
	bool updated = part->by == HS_LEDGER_SORTED_BY_UPDATE, falls = part->sort->falling;
	int64_t from = updated ? of->first_update : of->first_date,
		until = updated ? of->last_update : of->last_date;

	if (!updated && (part->by != HS_LEDGER_SORTED_BY_DATE || of->dateless))
		return false;
	uint64_t first = hs_ledger_sorted_number(part->sort, falls ? until : from),
		 last = hs_ledger_sorted_number(part->sort, falls ? from : until);
	return (bound->there && bound->count && first > bound->leads[0]) ||
		(after->there && after->count && last < after->leads[0]);
}

/* Those of a zone whose first lead is less than `limit`, or not known. */
#define KEEP(by_) \
	do { \
		for (size_t i_ = 0; i_ < found->count; i_++) { \
			uint16_t at_ = found->at[i_]; \
			uint64_t lead_ = lead_by(columns, part, by_, first + at_); \
			bool sure_ = found->verdicts[at_] == HS_LEDGER_YES; \
			bool stays_ = lead_ < limit || lead_ == HS_LEDGER_SORTED_UNKNOWN || \
				!(sure_ || doubts); \
			found->at[kept] = at_; \
			kept += stays_; \
			dropped += sure_ && !stays_; \
		} \
	} while (0)

size_t hs_ledger_sorting_drop(const struct hs_ledger_sorting *sorting, size_t first, bool doubts,
	struct hs_ledger_found_in *found)
{
	const struct hs_ledger_columns *columns = sorting->columns;
	const struct hs_ledger_sorting_part *part = &sorting->parts[0];
	const struct hs_ledger_sorting_mark *bound = &sorting->bound;
	bool valued = part->by == HS_LEDGER_SORTED_BY_SHAPE || part->by == HS_LEDGER_SORTED_BY_RANK;
	bool sole = sorting->count == 1 &&
		(part->by == HS_LEDGER_SORTED_BY_UPDATE ||
			(valued && hs_ledger_sorted_exactly(part->sort, bound->leads[0])));
	size_t kept = 0, dropped = 0;

	if (!bound->there || !bound->count || bound->leads[0] >= HS_LEDGER_SORTED_UNKNOWN)
		return 0;
	/* Of those with the same lead the rows before that of the bound come first. */
	uint64_t limit = bound->leads[0] + !(sole && columns->base + columns->rows[first] >= bound->row);
	switch (part->by) {
	case HS_LEDGER_SORTED_BY_SHAPE:
		KEEP(HS_LEDGER_SORTED_BY_SHAPE);
		break;
	case HS_LEDGER_SORTED_BY_SUBJECT:
		KEEP(HS_LEDGER_SORTED_BY_SUBJECT);
		break;
	case HS_LEDGER_SORTED_BY_CUSTODIAN:
		KEEP(HS_LEDGER_SORTED_BY_CUSTODIAN);
		break;
	case HS_LEDGER_SORTED_BY_UPDATE:
		KEEP(HS_LEDGER_SORTED_BY_UPDATE);
		break;
	case HS_LEDGER_SORTED_BY_DATE:
		KEEP(HS_LEDGER_SORTED_BY_DATE);
		break;
	case HS_LEDGER_SORTED_BY_RANK:
		KEEP(HS_LEDGER_SORTED_BY_RANK);
		break;
	default:
		return 0;
	}
	found->count = kept;
	return dropped;
}

/* ---- the first ones, by their leads alone ---- */

static bool is_unknown(const struct hs_ledger_sorting *sorting, size_t at)
{
	bool unknown = false;

	for (size_t i = 0; i < sorting->count && !unknown; i++)
		unknown = lead_in(sorting->columns, &sorting->parts[i], at) == HS_LEDGER_SORTED_UNKNOWN;
	return unknown;
}

/* Does `a` come before `b` (below 0)? 0: nobody knows, and is right for all that lead like these. */
static int compare_two(const struct hs_ledger_sorting *sorting, size_t a, size_t b)
{
	const struct hs_ledger_columns *columns = sorting->columns;

	for (size_t i = 0; i < sorting->count; i++) {
		const struct hs_ledger_sorting_part *part = &sorting->parts[i];
		uint64_t x = lead_in(columns, part, a), y = lead_in(columns, part, b);
		if (x != y)
			return x < y ? -1 : 1;
		if (x == HS_LEDGER_SORTED_NONE)
			continue;
		if (part->by == HS_LEDGER_SORTED_BY_DATE ||
			(part->by == HS_LEDGER_SORTED_BY_RANK && !hs_ledger_sorted_exactly(part->sort, x)))
			return 0;
		int order = part->texts ? hs_slice_cmp(part->texts[party_in(columns, part, a)],
						  part->texts[party_in(columns, part, b)]) :
					  0;
		if (order)
			return part->sort->falling ? -order : order;
	}
	return columns->rows[a] < columns->rows[b] ? -1 : columns->rows[a] > columns->rows[b];
}

static void sink(struct hs_ledger_sorting *sorting)
{
	uint32_t *best = sorting->best, moved = best[0];
	size_t at = 0, next;

	while ((next = 2 * at + 1) < sorting->best_count) {
		if (next + 1 < sorting->best_count && compare_two(sorting, best[next + 1], best[next]) > 0)
			next++;
		if (compare_two(sorting, best[next], moved) <= 0)
			break;
		best[at] = best[next];
		at = next;
	}
	best[at] = moved;
}

static void rise(struct hs_ledger_sorting *sorting, uint32_t made)
{
	uint32_t *best = sorting->best;
	size_t at = sorting->best_count++;

	for (; at && compare_two(sorting, made, best[(at - 1) / 2]) > 0; at = (at - 1) / 2)
		best[at] = best[(at - 1) / 2];
	best[at] = made;
}

static bool is_behind_best(const struct hs_ledger_sorting *sorting, size_t at)
{
	return sorting->best_count == sorting->best_most && compare_two(sorting, at, sorting->best[0]) > 0;
}

static void put_among_best(struct hs_ledger_sorting *sorting, size_t at)
{
	if (sorting->best_count < sorting->best_most) {
		rise(sorting, (uint32_t)at);
	} else if (compare_two(sorting, at, sorting->best[0]) < 0) {
		sorting->best[0] = (uint32_t)at;
		sink(sorting);
	}
}

size_t hs_ledger_sorting_choose(struct hs_ledger_sorting *sorting, size_t first, bool doubts,
	struct hs_ledger_found_in *found)
{
	size_t dropped = 0;

	if (!sorting->best)
		return 0;
	/* The second time all of the zone are among the best that are. */
	for (unsigned time = 0; time < 2; time++) {
		size_t kept = 0;
		for (size_t i = 0; i < found->count; i++) {
			size_t at = first + found->at[i];
			bool yes = found->verdicts[found->at[i]] == HS_LEDGER_YES, sure = false;
			bool known = !is_unknown(sorting, at), off = known && is_behind_best(sorting, at);
			if (!off && time == 0 && known && yes) {
				int order = sorting->after.there ?
					compare(sorting, at, &sorting->after, &sure) :
					1;
				off = sure && order <= 0;
				if (order > 0)
					put_among_best(sorting, at);
			}
			found->at[kept] = found->at[i];
			kept += !off || !(yes || doubts);
			dropped += off && yes;
		}
		found->count = kept;
	}
	return dropped;
}

/* ---- keys without a look ---- */

/* A row that tells its value for that sort, beside what its shape does. */
static struct hs_index_row row_of(const struct hs_ledger_columns *columns,
	const struct hs_ledger_sorting_part *part, size_t at)
{
	struct hs_index_row row = { .param = part->sort->param, .kind = part->sort->kind };

	if (part->by == HS_LEDGER_SORTED_BY_DATE) {
		row.lo = columns->dates[at] * 1000;
		row.hi = row.lo + 1000;
	} else {
		row.text = part->texts[party_in(columns, part, at)];
	}
	return row;
}

bool hs_ledger_sorting_rows(const struct hs_ledger_sorting *sorting, size_t at, struct hs_arena *arena,
	struct hs_ledger_rows *out)
{
	const struct hs_ledger_columns *columns = sorting->columns;
	uint16_t shape = columns->shapes[at];
	const struct hs_ledger_rows *told = &columns->shape[shape].told.rows;
	struct hs_index_row *items = hs_arena_array(arena, told->count + sorting->count, sizeof *items);
	size_t count = 0;

	for (size_t i = 0; i < told->count && items; i++) {
		if (!hs_ledger_is_hole_text(told->items[i].text))
			items[count++] = told->items[i];
	}
	for (size_t i = 0; i < sorting->count && items; i++) {
		const struct hs_ledger_sorting_part *part = &sorting->parts[i];
		uint64_t lead = lead_in(columns, part, at);
		bool dated = part->by == HS_LEDGER_SORTED_BY_DATE;
		if (lead == HS_LEDGER_SORTED_UNKNOWN ||
			(dated && lead != HS_LEDGER_SORTED_NONE && !part->whole[shape]))
			return false;
		if (part->ranks && lead != HS_LEDGER_SORTED_NONE)
			return false;
		if (lead != HS_LEDGER_SORTED_NONE && (dated || part->texts))
			items[count++] = row_of(columns, part, at);
	}
	*out = (struct hs_ledger_rows) { items, count, count };
	return items != NULL;
}
