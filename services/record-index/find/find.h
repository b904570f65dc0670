/* SPDX-License-Identifier: Apache-2.0 */
/* A search of the ledger while it goes on. Thread: that of the transaction. */
#pragma once

#include "drive.h"
#include "order.h"

/* Bytes of pieces that are remembered during a search. */
#define HS_LEDGER_PIECES_MAX ((size_t)32 << 20)

/* What is on the page, perhaps. */
struct hs_ledger_hit {
	struct hs_slice key;
	uint64_t candidate;
};
struct hs_ledger_sorting; /* sorting.h */
struct hs_ledger_search {
	struct hs_ledger ledger;
	struct hs_arena *scratch; /* what lasts as long as the search */
	struct hs_arena *pieces;  /* emptied when it is full */
	struct hs_arena *one;     /* emptied for each pointer */
	const struct hs_find_query *query;
	struct hs_slice after; /* key of the last one of the page before; empty: from the first */
	struct hs_ledger_hit *hits;
	size_t count, room;
	uint64_t total;
	bool done;
	bool counts;        /* all that fulfil the conditions are counted, */
	bool counted;       /* or are already */
	uint64_t looks_max; /* pointers that may be looked at one after another, */
	uint64_t looks;     /* and were along the columns */
	bool by_party;      /* the result is all of drive.party */
	bool bounded;       /* hits were left out: what does not come before `bound` is not on the page, */
	int64_t bound;      /* a row, or in an order of date a second, of update a millisecond, */
	uint64_t bound_row; /* of which the rows from this one on do not, either */
	struct hs_ledger_drive drive;
	struct hs_ledger_sorting *sorting; /* what columns tell of the order; NULL: nothing */
	const struct hs_find *must;        /* what is looked at must fulfil it; NULL: anything does */
	struct hs_ledger_judged judged;    /* of `must` */
};

/* The row of the cursor when results are in order of row: up to it none needs a look if nobody counts. */
uint64_t hs_ledger_search_row(const struct hs_ledger_search *search);
/* Is a page asked for whose order begins with the date? */
bool hs_ledger_sorts_by_date(const struct hs_ledger_search *search);
/* For qsort over hits: by key. */
int hs_ledger_compare_hits(const void *a, const void *b);

/* ---- look.c ---- */

void hs_ledger_search_must(struct hs_ledger_search *search, const struct hs_find *must);

/* Looks at rows that a condition gave (NULL: none did), or at those that the time of update leaves,
 * whichever are fewer: what fulfils the conditions is counted and becomes a hit. Changes the order of `rows`.
 */
enum hs_status hs_ledger_search_look(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err);
/* Looks at those that the time of update leaves, when they are few, or from its end when the page is soon
 * found there: then *done. Else there are *most, at most. */
enum hs_status hs_ledger_search_span(struct hs_ledger_search *search, uint64_t *most, bool *done,
	struct hs_error *err);
/* Looks at all pointers of drive.party, which lie together. */
enum hs_status hs_ledger_look_among(struct hs_ledger_search *search, struct hs_error *err);
/* Looks at each of the rows in turn. Changes their order. */
enum hs_status hs_ledger_look_at_these(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err);
/* Must what is on the page be read to be put in order? */
bool hs_ledger_search_reads(const struct hs_ledger_search *search);
/* Looks at the pointer that has the number `at` in the columns, of which all but its version, its id and what
 * its shape leaves open is known, and that fulfils search->must, or may. It is read only when it can be on
 * the page and the columns do not tell its place there, or when it is in doubt. */
enum hs_status hs_ledger_look_known(struct hs_ledger_search *search, const struct hs_ledger_pointer *known,
	size_t at, enum hs_ledger_verdict verdict, struct hs_error *err);
/* Counts those that fulfil the conditions, when nobody has. */
void hs_ledger_count_hits(struct hs_ledger_search *search, uint64_t count);
/* HS_E_TOO_COSTLY, with what would help. */
enum hs_status hs_ledger_refuse_broad(const struct hs_ledger_search *search, struct hs_error *err);

/* ---- along.c ---- */

/* Is the search worth it, if there are columns? */
bool hs_ledger_goes_along(const struct hs_ledger *ledger, const struct hs_find_query *query);
/* Goes along the columns, when the search is worth it and there are any: then *done. */
enum hs_status hs_ledger_search_along(struct hs_ledger_search *search, bool *done, struct hs_error *err);
/* The same when search->drive has found what would be looked at. */
enum hs_status hs_ledger_search_instead(struct hs_ledger_search *search, bool *done, struct hs_error *err);

/* ---- dates.c: for a ledger whose entries are whole and whose dates say a second each ---- */

/* The rows of the page of all that have such a date, and one more, without a sort; *total is set when the
 * search asks for it. */
enum hs_status hs_ledger_dates_page(struct hs_ledger_search *search, const struct hs_ledger_dates *dates,
	struct hs_ledger_numbers *rows, uint64_t *total, struct hs_error *err);
/* Finds the hits of the page of a search whose order begins with the date, and which need not count: those
 * with such a date (of all that is INT64_MIN to INT64_MAX), in a part of the span that grows until they are
 * there. Not *done: they must be looked for otherwise. */
enum hs_status hs_ledger_search_dates(struct hs_ledger_search *search, struct hs_ledger_dates dates,
	bool *done, struct hs_error *err);
