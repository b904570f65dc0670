/* SPDX-License-Identifier: Apache-2.0 */
/* The order of results as far as the ledger's columns tell it: by shapes (status, type, category), by
 * subjects and custodians, by the time of update, and by the date; the rest by rankings (ranking.h).
 *
 * Of each pointer a *lead* for each sort is compared, a number that rises in that order; what has the same
 * one is told apart by all of its text, or not at all. Thread: that of the transaction. */
#pragma once

#include "ranking.h"

#define HS_LEDGER_SORTS 4u /* struct hs_find_query has no more */

/* Leads in place of a value: those that have none come last, and of others nothing is known. */
#define HS_LEDGER_SORTED_NONE UINT64_MAX
#define HS_LEDGER_SORTED_UNKNOWN (UINT64_MAX - 1)
#define HS_LEDGER_SORTED_GREATEST (UINT64_MAX - 2)
static inline uint64_t hs_ledger_sorted_turned(const struct hs_find_sort *sort, uint64_t lead)
{
	return sort->falling ? HS_LEDGER_SORTED_GREATEST - lead : lead;
}

static inline uint64_t hs_ledger_sorted_number(const struct hs_find_sort *sort, int64_t value)
{
	return hs_ledger_sorted_turned(sort, (uint64_t)value ^ UINT64_C(1) << 63);
}

enum hs_ledger_sorted_by {
	HS_LEDGER_SORTED_BY_NOTHING, /* the columns do not tell */
	HS_LEDGER_SORTED_BY_SHAPE,
	HS_LEDGER_SORTED_BY_SUBJECT,
	HS_LEDGER_SORTED_BY_CUSTODIAN,
	HS_LEDGER_SORTED_BY_UPDATE,
	HS_LEDGER_SORTED_BY_DATE,
	HS_LEDGER_SORTED_BY_RANK,
};
struct hs_ledger_sorting_part {
	const struct hs_find_sort *sort;
	enum hs_ledger_sorted_by by;
	uint64_t *leads; /* by number of the shape, or by piece */
	bool unknown;    /* that of some is not known */
	/* By shapes or ranks: what these tell, rising, as bytes of a key that rises. */
	struct hs_slice *values;
	size_t value_count;
	/* By parties: the text of each piece, and with what they all begin. */
	struct hs_slice *texts, same;
	size_t party_count;
	bool *whole;           /* by number of the shape: its pointers have a date of one whole second */
	const uint32_t *ranks; /* by number of the pointer */
	struct hs_view_hold ranking;
};
/* Of a lead by shapes or ranks: is it of one value? */
static inline bool hs_ledger_sorted_exactly(const struct hs_find_sort *sort, uint64_t lead)
{
	return hs_ledger_sorted_turned(sort, lead) & 1;
}
/* A place in the order: the key of a pointer, taken apart as far as the columns tell. */
struct hs_ledger_sorting_mark {
	bool there;
	size_t count; /* of sorts that were */
	uint64_t leads[HS_LEDGER_SORTS], row;
	struct hs_slice values[HS_LEDGER_SORTS]; /* in `room` */
	char room[HS_LEDGER_SORTS][128];
};
struct hs_ledger_sorting {
	const struct hs_ledger_columns *columns;
	struct hs_ledger_sorting_part parts[HS_LEDGER_SORTS];
	size_t count;
	struct hs_slice key; /* after which the page is */
	bool told;           /* hardly any pointer must be read to be put in order */
	struct hs_ledger_sorting_mark after, bound;
	/* With rankings: numbers of those that come first as far as leads tell, a heap with the last one on
	 * top. NULL: these are not told apart. */
	uint32_t *best;
	size_t best_count, best_most;
};

/* ---- sorting.c ---- */

/* The first number of what a date or a time is in a key that rises. */
int64_t hs_ledger_sorted_number_in(struct hs_slice bytes);
/* For a page after the key `after` (empty: the first one). Good as long as `ledger->lasting`, the columns and
 * the query, until hs_ledger_sorting_end, which is for what was made in part, too. Not to be copied. */
enum hs_status hs_ledger_sorting_make(struct hs_ledger *ledger, const struct hs_ledger_columns *columns,
	const struct hs_find_query *query, struct hs_slice after, struct hs_ledger_sorting *out,
	struct hs_error *err);
void hs_ledger_sorting_end(struct hs_txn *txn, struct hs_ledger_sorting *sorting);
/* Do the columns lack what a ranking would tell? */
bool hs_ledger_sorting_lacks(const struct hs_ledger_sorting *sorting);
/* Takes the rankings that it lacks, to find the `most` first; `want`: they are made when there are none. */
enum hs_status hs_ledger_sorting_rank(struct hs_ledger *ledger, struct hs_ledger_sorting *sorting,
	size_t most, bool want, struct hs_error *err);
void hs_ledger_sorting_mark(const struct hs_ledger_sorting *sorting, struct hs_slice key,
	struct hs_ledger_sorting_mark *out);
/* What does not come before that key is not on the page. */
void hs_ledger_sorting_bound(struct hs_ledger_sorting *sorting, struct hs_slice key);

/* ---- sorting_run.c ---- */

/* Is it sure that the pointer with the number `at` is not on the page? */
bool hs_ledger_sorting_is_off(const struct hs_ledger_sorting *sorting, size_t at);
/* Is that sure of all of a zone? */
bool hs_ledger_sorting_passes(const struct hs_ledger_sorting *sorting, size_t zone);
/* Drops pointers of a zone that begins with the number `first` of which that is soon seen, those that may
 * fulfil the conditions only with `doubts`. How many of the others these were. */
size_t hs_ledger_sorting_drop(const struct hs_ledger_sorting *sorting, size_t first, bool doubts,
	struct hs_ledger_found_in *found);
/* The same with rankings: leaves of a zone only those that may be among the first so far, and those that come
 * after `after` or may. */
size_t hs_ledger_sorting_choose(struct hs_ledger_sorting *sorting, size_t first, bool doubts,
	struct hs_ledger_found_in *found);
/* Index rows of which its key can be made (hs_ledger_key), in the arena; false: it must be read. */
bool hs_ledger_sorting_rows(const struct hs_ledger_sorting *sorting, size_t at, struct hs_arena *arena,
	struct hs_ledger_rows *out);
