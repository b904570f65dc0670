/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's columns: what its pointers are searched by, in memory, and conditions judged along them.
 *
 * Pointers are numbered in order of row. Each has its subject, its custodian, its shape, its date and its
 * time of update, 30 bytes in all, and 4 for each of the *values*: hashes of texts that fill holes and by
 * which no mark finds pointers (an address); of an address 4 more, for the piece that it begins with. Of each
 * subject and custodian its shape is known, 2 bytes, and where its pointers are, 8 bytes a pointer. So any
 * combination of conditions on these is decided for a million pointers in a millisecond or two, without an
 * index that had to be chosen or read. What that leaves open is looked at in full, and nothing else is. The
 * store's shelf keeps the columns (handslag/view.h), and bounds them: a ledger of more than some four million
 * pointers has none, and is searched by its entries alone. Values are left out first, one by one: eight lists
 * of 4 bytes fit up to some 1.7 million pointers, one up to two and a half; where the pointers of each
 * subject and custodian are, up to some three million.
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
/* A hole whose text is a value. */
struct hs_ledger_column_hole {
	size_t hole;
	unsigned value; /* which */
	bool tail;      /* of the text its tail alone */
};
/* A shape, and the rows of their own that its pointers have, when there are few such in the ledger. Else all
 * whose own rows are of the same params are one, and these params open. */
struct hs_ledger_column_shape {
	uint64_t shape;      /* its piece; 0: of pointers that are no more */
	struct hs_slice own; /* facts as they are packed, or the params */
	bool alike;          /* the params */
	bool party;          /* of subjects or custodians */
	struct hs_ledger_told told;
	struct hs_ledger_column_hole *holes; /* rising */
	size_t hole_count;
	bool refers, odd; /* of parties: to one thing, by an id that is in this hole; or else */
	struct hs_ledger_column_hole ref;
};
/* Hashes (hs_ledger_text_hash) of the text by which a pointer has a param: of the first hole for it in its
 * shape, or of the next one; 0: none. And of addresses the pieces with which they begin; 0: with none, or it
 * is not known. */
#define HS_LEDGER_VALUES 4u
struct hs_ledger_values {
	uint32_t param;
	unsigned nth;                /* hole of it, from 0 */
	uint32_t *hashes, *prefixes; /* prefixes: NULL when it is no address, or there was no room */
};
/* The pointers of each subject, or of each custodian: how many, the last one, and of each pointer the one
 * before it that has the same. Numbers and 1; 0: none. */
struct hs_ledger_side {
	uint32_t *counts, *last, *before; /* two by piece; by pointer */
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
	size_t exact_count; /* of them those with own rows as they are */
	uint16_t *slots;    /* open addressing */
	struct hs_ledger_values values[HS_LEDGER_VALUES];
	unsigned value_count;
	unsigned list_count, list_most; /* of numbers for these; there is room for so many */
	uint16_t *parties;              /* by piece: its shape; 0: not known */
	unsigned char *party_of;        /* and what it is: bits HS_LEDGER_IS_SUBJECT ... */
	unsigned lacking;               /* bits of what some pointer lacks */
	bool sided;                     /* there was room for these, and no pointer has changed sides: */
	struct hs_ledger_side sides[2]; /* subjects, custodians */
	/* With these, unless a party is odd: to which ids pieces refer, and a table of the pieces by that;
	 * the same by the rows of these resources in the store (handslag/follow.h), 0: it had none. */
	bool referred;
	struct hs_slice *refs;
	uint32_t *ref_slots, *ref_rows, *row_slots;
	size_t rowless;                 /* pieces that refer to what had none */
	size_t party_count, party_room; /* pieces */
};
#define HS_LEDGER_DATELESS INT64_MIN
#define HS_LEDGER_IS_SUBJECT 1u
#define HS_LEDGER_IS_CUSTODIAN 2u

static inline uint64_t hs_ledger_columns_spot(const struct hs_ledger_columns *columns, size_t at)
{
	return hs_ledger_spot(columns->subjects[at], columns->base + columns->rows[at]);
}
/* The number of the first one whose row is not less. */
size_t hs_ledger_columns_place(const struct hs_ledger_columns *columns, uint64_t row);
extern const struct hs_view hs_ledger_columns_view;

/* ---- column_shapes.c ---- */

bool hs_ledger_column_shapes_make(struct hs_ledger_columns *columns);
/* `from` made in `to`, which has none; false: there is no room. */
bool hs_ledger_column_shapes_copy(const struct hs_ledger_columns *from, struct hs_ledger_columns *to);
/* Sets the shape and the values of the pointer that has the number `at`. HS_E_LIMIT: there are too many. */
enum hs_status hs_ledger_column_shape_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	size_t at, const struct hs_ledger_pointer *pointer, struct hs_error *err);
/* The shapes of the pieces from that number on. */
enum hs_status hs_ledger_column_parties(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t from, struct hs_error *err);
/* Does some value tell of the param? */
bool hs_ledger_column_tells(const struct hs_ledger_columns *columns, uint32_t param);
/* Do all its values tell with which pieces they begin? */
bool hs_ledger_column_begins(const struct hs_ledger_columns *columns, uint32_t param);

/* ---- column_refs.c ---- */

size_t hs_ledger_column_refs_bytes(size_t party_room);
bool hs_ledger_column_refs_make(struct hs_ledger_columns *columns);
/* `from` into `to`, for which they were made, and which has shapes and parties; false: there is no room. */
bool hs_ledger_column_refs_copy(const struct hs_ledger_columns *from, struct hs_ledger_columns *to);
/* Notes what a row of a party's shape says of that. */
void hs_ledger_column_ref_told(struct hs_ledger_column_shape *shape, const struct hs_index_row *row,
	const struct hs_ledger_place *place);
/* Enters a piece whose shape is set; `rest` as it is stored; `one` for what is made on the way. */
enum hs_status hs_ledger_column_ref_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t piece, struct hs_slice rest, struct hs_arena *one, struct hs_error *err);
/* The next piece that refers to the id, in columns that are referred; 0: none. *cursor is 0 to begin with. */
uint32_t hs_ledger_column_ref(const struct hs_ledger_columns *columns, struct hs_slice id, size_t *cursor);
/* The same by the row of the resource. */
uint32_t hs_ledger_column_ref_to(const struct hs_ledger_columns *columns, uint64_t row, size_t *cursor);
/* Does it so by the param, to that type? */
bool hs_ledger_column_refers(const struct hs_ledger_columns *columns, uint32_t piece, uint32_t param,
	uint32_t type);
/* Does any? It may say so of what did before a change. */
bool hs_ledger_columns_refer(const struct hs_ledger_columns *columns, uint32_t param, uint32_t type);

/* ---- column_follow.c: what has changed since (handslag/view.h) ---- */

enum hs_status hs_ledger_columns_behind(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
	struct hs_error *err);
enum hs_status hs_ledger_columns_follow(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err);

/* How many pointers are new since then, and how many others have changed; each at most `most`. */
enum hs_status hs_ledger_count_since(struct hs_txn *txn, uint64_t seq, uint64_t most, uint64_t *fresh,
	uint64_t *changed, struct hs_error *err);

/* ---- columns.c ---- */

enum hs_status hs_ledger_columns_too_large(struct hs_error *err);
/* Adds the next pointer; sets all but the row of another; makes the zone of one hold it. */
enum hs_status hs_ledger_columns_append(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	const struct hs_ledger_pointer *pointer, struct hs_error *err);
enum hs_status hs_ledger_columns_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t at,
	const struct hs_ledger_pointer *pointer, struct hs_error *err);
void hs_ledger_columns_note_zone(struct hs_ledger_columns *columns, size_t at, bool fresh);
/* Adds it to the pointers of its subject and its custodian; after all before it. */
void hs_ledger_columns_take_sides(struct hs_ledger_columns *columns, size_t at);

/* ---- along.c ---- */

/* The columns for searching by a condition, to be given back with hs_txn_view_end; none when little would be
 * looked at without them. */
enum hs_status hs_ledger_columns_get(struct hs_ledger *ledger, uint32_t type, const struct hs_find *where,
	struct hs_view_hold *out, struct hs_error *err);

/* The same when it is known what a lookup found: those that are there already, when that is much and would be
 * read one by one. `sorted`: an order is asked for that is not that of rows. */
enum hs_status hs_ledger_columns_instead(struct hs_ledger *ledger, const struct hs_ledger_drive *drive,
	bool sorted, struct hs_view_hold *out, struct hs_error *err);

/* ---- sift.c: conditions to be judged ---- */

struct hs_ledger_test;
struct hs_ledger_sift {
	struct hs_ledger *ledger; /* with `lasting` memory */
	const struct hs_ledger_columns *columns;
	struct hs_arena *one; /* emptied again and again */
	struct hs_ledger_test *test;
	const struct hs_ledger_test *listed; /* none but what this lists can fulfil it; NULL: any may */
	/* By piece: HS_LEDGER_YES of those subjects or custodians whose pointers alone are asked about; NULL:
	 * all are. */
	unsigned char *among;
	enum hs_ledger_class among_of;
};
/* Makes the test of `where`; `type` is that of pointers. What is behind chains is looked up. Good as long as
 * `ledger->lasting`, the columns and `where`. */
enum hs_status hs_ledger_sift_make(struct hs_ledger_sift *sift, uint32_t type, const struct hs_find *where,
	struct hs_error *err);

/* sift_join.c: the same for what a lookup found (hs_ledger_columns_instead); not *worth: half of it would
 * have to be read all the same, one by one, and is sooner read as it lies. */
enum hs_status hs_ledger_sift_instead(struct hs_ledger_sift *sift, const struct hs_ledger_drive *drive,
	bool *worth, struct hs_error *err);

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
