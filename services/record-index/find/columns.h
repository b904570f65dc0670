/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's columns: what its pointers are searched by, in memory, and conditions judged along them.
 *
 * Pointers are numbered in order of row. Each has its subject, its custodian, its shape, its date and its
 * time of update, 30 bytes in all, so that any combination of conditions on these is decided for a million
 * of them in a millisecond or two, without an index that had to be chosen or read. What shapes leave open is
 * looked at in full, and nothing else is. The store's shelf keeps the columns (handslag/view.h), and bounds
 * them: a ledger of more than some four million pointers has none, and is searched by its entries alone.
 *
 * Thread: columns that are held never change; the rest is that of the transaction. */
#pragma once

#include "drive.h"

#include <handslag/view.h>

#define HS_LEDGER_ZONE 4096u /* pointers that are judged at a time */

/* Between which dates and times of update those of a zone lie. */
struct hs_ledger_zone {
	int64_t first_date, last_date; /* of those that have one */
	int64_t first_update, last_update;
	bool dateless; /* some have none */
};
/* A shape, perhaps with rows of a pointer's own, as a pointer names it. */
struct hs_ledger_column_shape {
	int64_t key; /* as of its entries; 0: of pointers that are no more */
	struct hs_ledger_rows rows;
};
struct hs_ledger_columns {
	struct hs_arena *arena; /* arrays by number */
	size_t count, room, gone;
	uint64_t base;                   /* less than any row */
	uint32_t *rows;                  /* beyond the base, rising */
	uint32_t *subjects, *custodians; /* pieces; 0: none */
	uint16_t *shapes;                /* in `shape` */
	int64_t *dates;                  /* seconds since 1970, or HS_LEDGER_DATELESS */
	int64_t *updates;                /* milliseconds */
	struct hs_ledger_zone *zones;
	struct hs_arena *texts; /* of shapes */
	struct hs_ledger_column_shape *shape;
	size_t shape_count; /* the first one is that of what is gone */
	uint16_t *slots;    /* open addressing by key */
};
#define HS_LEDGER_DATELESS INT64_MIN

static inline uint64_t hs_ledger_columns_spot(const struct hs_ledger_columns *columns, size_t at)
{
	return hs_ledger_spot(columns->subjects[at], columns->base + columns->rows[at]);
}
/* The number of the first one whose row is not less. */
size_t hs_ledger_columns_place(const struct hs_ledger_columns *columns, uint64_t row);
extern const struct hs_view hs_ledger_columns_view;

/* ---- along.c ---- */

/* The columns for searching by a condition, to be given back with hs_txn_view_end; none when little would be
 * looked at without them. */
enum hs_status hs_ledger_columns_get(struct hs_ledger *ledger, uint32_t type, const struct hs_find *where,
	struct hs_view_hold *out, struct hs_error *err);

/* ---- sift.c: conditions to be judged ---- */

struct hs_ledger_test;
struct hs_ledger_sift {
	struct hs_ledger *ledger; /* with `lasting` memory */
	const struct hs_ledger_columns *columns;
	struct hs_arena *one; /* emptied again and again */
	struct hs_ledger_test *test;
};
/* Makes the test of `where`; `type` is that of pointers. What is behind chains is looked up. Good as long as
 * `ledger->lasting`, the columns and `where`. */
enum hs_status hs_ledger_sift_make(struct hs_ledger_sift *sift, uint32_t type, const struct hs_find *where,
	struct hs_error *err);

/* ---- sift_run.c ---- */

/* Pointers of a zone that fulfil the condition, or may. */
struct hs_ledger_found_in {
	uint16_t at[HS_LEDGER_ZONE];            /* their numbers beyond the first one's of the zone, rising */
	unsigned char verdicts[HS_LEDGER_ZONE]; /* by that */
	size_t count;
};
/* From the number `first` on, which need not begin a zone, to its end. */
enum hs_status hs_ledger_sift_zone(struct hs_ledger_sift *sift, size_t first, struct hs_ledger_found_in *out,
	struct hs_error *err);
/* Does none fulfil it, as far as was seen when it was made? */
bool hs_ledger_sift_is_vain(const struct hs_ledger_sift *sift);
/* May some have to be looked at? */
bool hs_ledger_sift_has_doubts(const struct hs_ledger_sift *sift);
/* How many are judged so. */
struct hs_ledger_sifted {
	uint64_t yes, maybe;
};
enum hs_status hs_ledger_sift_count(struct hs_ledger_sift *sift, struct hs_ledger_sifted *out,
	struct hs_error *err);
