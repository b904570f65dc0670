/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of pointers: where each lies, how it is read and written, those that wait for their spot, and
 * how all is put in order. Thread: that of the transaction. */
#pragma once

#include "facts.h"

/* ---- where a pointer lies ---- */

/* Its *spot*, the key of its row in the table of pointers, is a *place*, which belongs to the subject, and
 * below that the row: so the pointers of a patient lie side by side in order of row, and one walk over a page
 * or two finds them. The low bits of the subject's number are the high ones of the place: thus each of a few
 * *buckets* gets about as many as any other of what a load brings, and lies together (waiting.c). */
#define HS_LEDGER_BUCKETS 64u
#define HS_LEDGER_ROW_BITS 36
#define HS_LEDGER_ROW_MAX ((UINT64_C(1) << HS_LEDGER_ROW_BITS) - 1)
#define HS_LEDGER_SUBJECT_BITS 27
#define HS_LEDGER_SUBJECT_MAX ((UINT64_C(1) << HS_LEDGER_SUBJECT_BITS) - 1)
#define HS_LEDGER_PLACES (UINT64_C(1) << HS_LEDGER_SUBJECT_BITS)

static inline uint64_t hs_ledger_place(uint64_t subject)
{
	return subject % HS_LEDGER_BUCKETS * (HS_LEDGER_PLACES / HS_LEDGER_BUCKETS) +
		subject / HS_LEDGER_BUCKETS;
}
static inline uint64_t hs_ledger_spot(uint64_t subject, uint64_t row)
{
	return hs_ledger_place(subject) << HS_LEDGER_ROW_BITS | row;
}
static inline uint64_t hs_ledger_spot_subject(uint64_t spot)
{
	uint64_t place = spot >> HS_LEDGER_ROW_BITS, each = HS_LEDGER_PLACES / HS_LEDGER_BUCKETS;

	return place % each * HS_LEDGER_BUCKETS + place / each;
}
static inline uint64_t hs_ledger_spot_bucket(uint64_t spot)
{
	return spot / (HS_LEDGER_PLACES / HS_LEDGER_BUCKETS) >> HS_LEDGER_ROW_BITS;
}
/* Of candidates some are known by their spot, others only by their row. */
#define HS_LEDGER_AT_SPOT (UINT64_C(1) << 63)
static inline uint64_t hs_ledger_row_of(uint64_t candidate)
{
	return candidate & HS_LEDGER_ROW_MAX;
}
/* The row 0 of a subject is its piece, so that a lookup finds it on the page of the pointers (beside.c). A
 * condition for statements that must not meet it: */
#define HS_LEDGER_IS_POINTER "(p.spot & 0xfffffffff) > 0"
/* For qsort over candidates: by row. */
int hs_ledger_compare_rows(const void *a, const void *b);

/* ---- table.c: pointers in their tables ---- */

#define HS_LEDGER_ID_MAX 255
/* An id as the table has it. */
struct hs_slice hs_ledger_id_bytes(struct hs_slice id, char room[HS_LEDGER_ID_MAX + 1]);
struct hs_slice hs_ledger_id_text(struct hs_arena *arena, struct hs_slice bytes);

/* A pointer as the table has it. */
struct hs_ledger_stored {
	uint64_t spot, seq; /* seq 0: that of the row */
	struct hs_slice id, packed;
};
/* Slices of *out are those of *stored, or in `arena`. */
enum hs_status hs_ledger_unpack(const struct hs_ledger_stored *stored, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err);
/* The other way: `room` is for the id, `packed` is made. HS_E_LIMIT when there is no spot for it. */
enum hs_status hs_ledger_pack_pointer(const struct hs_ledger_pointer *pointer,
	char room[HS_LEDGER_ID_MAX + 1], struct hs_buf *packed, struct hs_ledger_stored *out,
	struct hs_error *err);

/* What is packed of a pointer: all but where it lies, its `seq` and its id. False when that is damaged. */
bool hs_ledger_read_packed(struct hs_slice packed, struct hs_ledger_pointer *out);

/* 1, 0 when there is none, or a negative status; slices in `arena`. */
int hs_ledger_by_id(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_ledger_pointer *out, struct hs_error *err);
/* `candidate` is a row, or a spot with HS_LEDGER_AT_SPOT. */
int hs_ledger_at(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t candidate,
	struct hs_ledger_pointer *out, struct hs_error *err);
/* Makes a row a spot. One that is not there stays. */
enum hs_status hs_ledger_find_spot(struct hs_ledger *ledger, uint64_t *candidate, struct hs_error *err);
/* The same, and its custodian (0: none). */
enum hs_status hs_ledger_find_parties(struct hs_ledger *ledger, uint64_t *candidate, uint64_t *custodian,
	struct hs_error *err);
/* Statements select HS_LEDGER_COLUMNS from the table of pointers `p`, or HS_LEDGER_BY_ROW, which is in order
 * of row and finds those that wait, too. */
#define HS_LEDGER_COLUMNS "p.spot, p.seq, p.id, p.packed"
#define HS_LEDGER_BY_ROW \
	"SELECT r.place << 36 | r.row, p.seq, p.id, p.packed FROM record_index_row r" \
	" LEFT JOIN record_index_pointer p ON p.spot = (r.place << 36 | r.row)"
/* What such a statement gave; `rest` is good until the next step. */
enum hs_status hs_ledger_look(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err);
/* The same, with `rest` in the arena. */
enum hs_status hs_ledger_take(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err);
enum hs_status hs_ledger_insert(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err);
/* Its part in the table of pointers. */
enum hs_status hs_ledger_insert_stored(struct hs_txn *txn, const struct hs_ledger_stored *stored,
	struct hs_error *err);
enum hs_status hs_ledger_erase(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err);
/* The greatest number of a piece; 0: there is none. */
enum hs_status hs_ledger_last_piece(struct hs_ledger *ledger, uint64_t *out, struct hs_error *err);
enum hs_status hs_ledger_live(struct hs_ledger *ledger, uint64_t *out, struct hs_error *err);
enum hs_status hs_ledger_count(struct hs_ledger *ledger, int64_t change, struct hs_error *err);

/* ---- beside.c: subjects beside their pointers ---- */

/* Puts the piece of a subject there, where none is yet. */
enum hs_status hs_ledger_put_beside(struct hs_ledger *ledger, uint64_t subject, uint64_t shape,
	struct hs_slice rest, struct hs_error *err);
/* The piece that is there: 1, 0 or a negative status. *rest is good until the statement ends, which the
 * caller does, whatever the answer. */
int hs_ledger_find_beside(struct hs_ledger *ledger, uint64_t subject, struct hs_stmt **stmt, uint64_t *shape,
	struct hs_slice *rest, struct hs_error *err);
/* Appends the row that is to be there, unless it is (waiting.c says how). */
enum hs_status hs_ledger_write_beside(struct hs_txn *txn, uint64_t subject, struct hs_buf *out,
	struct hs_error *err);

/* ---- waiting.c: pointers that wait for their spot ---- */

/* A row of the table of rows. */
struct hs_ledger_row {
	uint64_t row, place, custodian;
	bool has_date;
	int64_t date;
};
/* Buckets, each a block that grows until it is stored; and the rows of what came in this transaction. */
struct hs_ledger_blocks {
	struct {
		struct hs_buf bytes;
		uint64_t number; /* of the block */
	} buckets[HS_LEDGER_BUCKETS];
	struct hs_buf rows; /* struct hs_ledger_row */
};
void hs_ledger_blocks_open(struct hs_ledger_blocks *blocks);
void hs_ledger_blocks_close(struct hs_ledger_blocks *blocks);
/* What is not stored is forgotten. */
void hs_ledger_blocks_clear(struct hs_ledger_blocks *blocks);
/* Adds a pointer, whose row is higher than that of any before it. */
enum hs_status hs_ledger_wait(struct hs_ledger *ledger, struct hs_ledger_blocks *blocks,
	const struct hs_ledger_pointer *pointer, struct hs_error *err);
/* Before the transaction ends: stores the blocks, and their parts in the table of rows. */
enum hs_status hs_ledger_blocks_store(struct hs_ledger *ledger, struct hs_ledger_blocks *blocks,
	struct hs_error *err);
void hs_ledger_put_stored(struct hs_buf *block, const struct hs_ledger_stored *stored);
/* The next pointer of a block that is not at its end; false when it is damaged. */
bool hs_ledger_take_stored(struct hs_slice *block, struct hs_ledger_stored *out);
/* One that waits: 1, 0 when it does not, or a negative status; slices in `arena`. */
int hs_ledger_waiting_at(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t spot,
	struct hs_ledger_pointer *out, struct hs_error *err);
/* The same; looks at all that wait. */
int hs_ledger_waiting_id(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_ledger_pointer *out, struct hs_error *err);

/* ---- sort.c ---- */

struct hs_ledger_pair {
	uint64_t key, value;
};
/* In order of key, and of value below that. */
void hs_ledger_sort(struct hs_ledger_pair *pairs, size_t count);
/* For hs_sql_give: the pairs that are left, as cells a and b. `arg` is a struct hs_ledger_pairs. */
struct hs_ledger_pairs {
	const struct hs_ledger_pair *next, *end;
};
bool hs_ledger_give_pair(void *arg, struct hs_cell cells[HS_CELLS]);

/* ---- entries.c: pointers by custodian, date, id and shape ---- */

/* The table of entries has a row for each of them: a key, and the row of the pointer or, for an id, its spot.
 * Keys of a kind lie together, those of shapes below 0: */
#define HS_LEDGER_DATES_FROM (INT64_C(1) << 39)
#define HS_LEDGER_IDS_FROM (INT64_C(1) << 46)
enum hs_ledger_kinds {
	HS_LEDGER_BY_CUSTODIAN,
	HS_LEDGER_BY_DATE,
	HS_LEDGER_BY_ID,
	HS_LEDGER_BY_SHAPE,
	HS_LEDGER_KINDS
};
static inline int64_t hs_ledger_custodian_key(uint64_t custodian)
{
	return (int64_t)custodian;
}
/* Of seconds since 1970; what lies outside the years that FHIR can tell is as far away as can be. */
static inline int64_t hs_ledger_date_key(int64_t seconds)
{
	const int64_t far = INT64_C(1) << 38;

	return HS_LEDGER_DATES_FROM + (seconds < -far ? -far : seconds > far ? far : seconds);
}
/* Of an id as the table of pointers has it; others may have the same key. */
int64_t hs_ledger_id_key(struct hs_slice bytes);
/* `own`: of its pointers those that have search entries beside what their shape tells. */
static inline int64_t hs_ledger_shape_key(uint64_t shape, bool own)
{
	return -(int64_t)(shape << 1 | own);
}
static inline uint64_t hs_ledger_key_shape(int64_t key)
{
	return (uint64_t)-key >> 1;
}
static inline bool hs_ledger_key_own(int64_t key)
{
	return -key & 1;
}
/* How many there are with keys from `first` to `last`, at most `limit`. */
enum hs_status hs_ledger_count_entries(struct hs_ledger *ledger, int64_t first, int64_t last, uint64_t limit,
	uint64_t *out, struct hs_error *err);
/* Those of a pointer that is in its tables, or was. */
enum hs_status hs_ledger_add_entries(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err);
enum hs_status hs_ledger_drop_entries(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err);
/* From here on entries of new pointers wait: nobody adds them before hs_ledger_mend_entries. */
enum hs_status hs_ledger_put_off_entries(struct hs_txn *txn, struct hs_error *err);
/* A step of mend.c. */
enum hs_status hs_ledger_mend_entries(struct hs_txn *txn, uint64_t *done, struct hs_error *err);

/* ---- shapes.c: pointers by what their shapes tell ---- */

/* Those whose pointers may fulfil a condition; `sure`: all of them do; `all`: and these are all there are.
 * Not `known`: any may. */
struct hs_ledger_shapes {
	bool known, sure, all;
	int64_t *keys; /* of their entries */
	size_t count;
};
enum hs_ledger_verdict { HS_LEDGER_NO, HS_LEDGER_MAYBE, HS_LEDGER_YES };
/* The index rows that a shape gives its pointers; a text or a date that is another in each of them is such a
 * hole's. `open` is of the shape, with such texts. In the ledger's arena or what it remembers. */
enum hs_status hs_ledger_shape_rows(struct hs_ledger *ledger, uint64_t shape, struct hs_ledger_open *open,
	struct hs_ledger_rows *out, struct hs_error *err);
bool hs_ledger_is_hole_text(struct hs_slice text);
/* What is told of a pointer, or of a subject or custodian, before it is read: rows, and the params of which
 * it may have others. */
struct hs_ledger_told {
	struct hs_ledger_rows rows;
	uint32_t *open;
	size_t open_count;
	bool all_open; /* any */
};
/* What that tells of a condition. Nothing is told by holes for the param `but`: they hold nothing that
 * fulfils it (0: any may). */
enum hs_ledger_verdict hs_ledger_judge_told(const struct hs_ledger *ledger, const struct hs_ledger_told *told,
	uint32_t but, const struct hs_find *find);
/* What was judged of one condition, the last few hundred shapes; zeroed to begin with. */
#define HS_LEDGER_JUDGED 256u
struct hs_ledger_judged {
	int64_t keys[HS_LEDGER_JUDGED];
	enum hs_ledger_verdict verdicts[HS_LEDGER_JUDGED];
};
/* Does a pointer fulfil the condition? With HS_LEDGER_MAYBE it must be looked at. */
enum hs_status hs_ledger_judge(struct hs_ledger *ledger, struct hs_ledger_judged *judged,
	const struct hs_ledger_pointer *pointer, const struct hs_find *find, enum hs_ledger_verdict *out,
	struct hs_error *err);
enum hs_status hs_ledger_shapes(struct hs_ledger *ledger, const struct hs_find *find,
	struct hs_ledger_shapes *out, struct hs_error *err);
/* How many pointers they have, at most `limit`. */
enum hs_status hs_ledger_shapes_count(struct hs_ledger *ledger, const struct hs_ledger_shapes *shapes,
	uint64_t limit, uint64_t *out, struct hs_error *err);
/* The first `most` rows of these after `after`, in order. */
enum hs_status hs_ledger_shapes_list(struct hs_ledger *ledger, const struct hs_ledger_shapes *shapes,
	uint64_t after, uint64_t most, struct hs_ledger_numbers *out, struct hs_error *err);

/* ---- chain.c ---- */

/* Does the piece fulfil the condition (ledger.h: hs_ledger_end_says), which is found out if need be? 1, 0 or
 * a negative status. */
int hs_ledger_end_holds(struct hs_ledger *ledger, struct hs_arena *arena, const struct hs_find *link,
	uint64_t piece, struct hs_error *err);

/* ---- updated.c ---- */

/* Milliseconds since 1970, both included. */
struct hs_ledger_moments {
	int64_t from, until;
};
/* When what fulfils a condition on _lastUpdated was updated; all there are with HS_CMP_NE. */
struct hs_ledger_moments hs_ledger_moments_of(const struct hs_find *find);

/* ---- mend.c: puts in order what was put off ---- */

/* What a load has put off, bits in the tally. */
#define HS_LEDGER_MARKS_WAIT 1u
#define HS_LEDGER_POINTERS_WAIT 2u
#define HS_LEDGER_ENTRIES_WAIT 8u
#define HS_LEDGER_WAITS (HS_LEDGER_MARKS_WAIT | HS_LEDGER_POINTERS_WAIT | HS_LEDGER_ENTRIES_WAIT)
/* And two that stay: some date says no second (with validation off), or nobody knows (an older ledger); and
 * it is known. */
#define HS_LEDGER_WIDE_DATES 4u
#define HS_LEDGER_SURE_DATES 16u
static inline bool hs_ledger_is_wide(const struct hs_index_row *date)
{
	return date->hi - date->lo > 1000;
}

/* hs_keeper.mend: a part of it. */
enum hs_status hs_ledger_mend(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_mended *out,
	struct hs_error *err);
/* All of it. */
enum hs_status hs_ledger_mend_all(struct hs_txn *txn, struct hs_error *err);
/* All of it, if pointers or entries wait: before something is written the ordinary way. */
enum hs_status hs_ledger_mend_pointers(struct hs_txn *txn, struct hs_error *err);
/* Puts marks that wait in their table into that which is looked up. */
enum hs_status hs_ledger_mend_marks(struct hs_txn *txn, struct hs_error *err);
/* Is there a table or an index of that name? */
enum hs_status hs_ledger_is_there(struct hs_txn *txn, const char *name, bool *out, struct hs_error *err);
/* The tally's bits HS_LEDGER_MARKS_WAIT ... */
enum hs_status hs_ledger_waits(struct hs_txn *txn, unsigned *out, struct hs_error *err);
enum hs_status hs_ledger_note_waits(struct hs_txn *txn, unsigned bits, struct hs_error *err);
enum hs_status hs_ledger_end_waits(struct hs_txn *txn, unsigned bits, struct hs_error *err);

/* old.c: moves some rows of an older program's table to where pointers wait; *done grows by their number. */
enum hs_status hs_ledger_move_old(struct hs_txn *txn, uint64_t *done, struct hs_error *err);
/* A step of mend.c: finds out whether dates are wide, when nobody knows. */
enum hs_status hs_ledger_mend_dates(struct hs_txn *txn, uint64_t *done, struct hs_error *err);
