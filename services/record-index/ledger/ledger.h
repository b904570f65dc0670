/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of pointers: what its files share. README.md describes the tables.
 *
 * A pointer is stored as a *shape* (its JSON text with holes) and what fills the holes. Shapes, subjects,
 * custodians and whatever else comes back again and again are *pieces*: kept once, named by a number. The
 * search entries of a pointer are packed the same way: those that every pointer of a shape has are kept with
 * the shape, those of a subject with the subject, and only the rest with the pointer.
 * Thread: that of the transaction. */
#pragma once

#include <handslag/store.h>
#include <handslag/time.h>

/* ---- numbers and texts in bytes ---- */

void hs_ledger_put_number(struct hs_buf *buf, uint64_t value);
void hs_ledger_put_signed(struct hs_buf *buf, int64_t value);
void hs_ledger_put_text(struct hs_buf *buf, struct hs_slice text);
/* Each takes from the front; false when the bytes are not such a thing. */
bool hs_ledger_take_number(struct hs_slice *in, uint64_t *out);
bool hs_ledger_take_signed(struct hs_slice *in, int64_t *out);
bool hs_ledger_take_text(struct hs_slice *in, struct hs_slice *out);
bool hs_ledger_take_bytes(struct hs_slice *in, size_t count, struct hs_slice *out);
/* 48 bits, so that SQLite needs six bytes for it. */
int64_t hs_ledger_hash(uint64_t seed, struct hs_slice text);
/* A UUID in its lower-case form as 16 bytes, and back (36 characters). */
bool hs_ledger_uuid_read(struct hs_slice text, unsigned char out[16]);
void hs_ledger_uuid_write(const unsigned char bytes[16], char out[36]);
/* The number in decimal; `room` is where it is written. */
struct hs_slice hs_ledger_decimal(uint64_t value, char room[20]);

/* ---- split.c: a JSON text as a shape and what fills its holes ---- */

/* Bytes that cannot be in a JSON text stand for what is put in when it is read. */
enum hs_ledger_mark {
	HS_LEDGER_HOLE = 1,
	HS_LEDGER_ID,
	HS_LEDGER_VERSION,
	HS_LEDGER_UPDATED,
	HS_LEDGER_SUBJECT,
	HS_LEDGER_CUSTODIAN,
	HS_LEDGER_DATE,
	HS_LEDGER_MARKS,
};

struct hs_ledger_hole {
	struct hs_slice raw; /* of a string what is between the quotes, else the whole value */
	bool whole;          /* an object that is a piece */
};

struct hs_ledger_split {
	/* in */
	struct hs_arena *arena;
	struct hs_slice text;
	bool is_pointer;                      /* else the text of a piece, where the next three are empty */
	struct hs_slice id, version, updated; /* as the text should have them */
	/* out */
	struct hs_buf shape;
	struct hs_ledger_hole *holes;
	size_t hole_count, hole_room;
	struct hs_slice subject, custodian; /* their JSON texts, or empty */
	bool has_date;                      /* the date is written to the second in UTC */
	int64_t date;                       /* then: seconds since 1970 */
};
/* The byte after the object that begins at `at`; the end of the text when it has none. */
size_t hs_ledger_object_end(struct hs_slice text, size_t at);
/* The date in its usual form: yyyy-mm-ddThh:mm:ssZ of this era. */
bool hs_ledger_plain_date(struct hs_slice value, int64_t *seconds);
/* `text` is JSON that was parsed before, or any bytes when the result is then compared with that of such a
 * text. HS_E_LIMIT when the arena is full. */
enum hs_status hs_ledger_split(struct hs_ledger_split *split, struct hs_error *err);

/* ---- piece.c: what is kept once ---- */

/* A shape in parts: what stands before each mark and, in the last part, after them all. */
struct hs_ledger_part {
	struct hs_slice before;
	enum hs_ledger_mark mark; /* 0: the end */
};
struct hs_ledger_form {
	size_t holes;
	struct hs_slice facts, text;
	struct hs_ledger_part *parts;
	size_t part_count;
};
/* Never changes. The last two are made when they are asked for, in `arena`. */
struct hs_ledger_piece {
	uint64_t number;
	uint64_t shape;       /* 0: `rest` is a shape or a plain text */
	struct hs_slice rest; /* how: pack.c */
	struct hs_arena *arena;
	struct hs_ledger_form *form; /* of a shape or a plain text */
	struct hs_slice text;        /* with its holes filled */
};

/* Params that have columns or marks; numbers in this store, 0 when no stored pointer has them. */
enum hs_ledger_class {
	HS_LEDGER_OF_OTHER,
	HS_LEDGER_OF_SUBJECT,
	HS_LEDGER_OF_CUSTODIAN,
	HS_LEDGER_OF_IDENTIFIER,
	HS_LEDGER_OF_DATE,
};
struct hs_ledger_param {
	uint32_t number;
	uint8_t of;
};
#define HS_LEDGER_PARAMS 8
#define HS_LEDGER_MEMO 16

/* ---- cache.c: pieces that come back in pointer after pointer ---- */

/* What a thread remembers of one ledger from one reading transaction to the next. */
struct hs_ledger_cache {
	struct hs_arena *arena;
	struct hs_ledger_piece **slots; /* open addressing by number */
	size_t count, room;
	struct hs_ledger_param params[HS_LEDGER_PARAMS]; /* the first `named` are known */
	size_t named;
};
struct hs_ledger;
/* That of the transaction; NULL when it writes. */
struct hs_ledger_cache *hs_ledger_cache(struct hs_txn *txn);
/* NULL when it is not there. */
struct hs_ledger_piece *hs_ledger_recall(const struct hs_ledger_cache *cache, uint64_t number);
/* Nothing is done when it does not fit. */
void hs_ledger_remember(struct hs_ledger_cache *cache, struct hs_ledger_piece *piece);

/* Marks that are stored later, in order: for many at once. */
struct hs_ledger_waiting_mark {
	int64_t mark, target;
};
struct hs_ledger_later {
	struct hs_arena *arena;
	struct hs_ledger_waiting_mark *items;
	size_t count, room;
	bool all; /* those of rows too, and those by which pieces are interned: none of them is looked up */
};

/* One operation on the ledger. */
struct hs_ledger {
	struct hs_txn *txn;
	struct hs_arena *arena;        /* for pieces, as long as the operation */
	struct hs_ledger_cache *cache; /* NULL when it writes */
	struct hs_ledger_later *later; /* where marks of new pieces go; NULL: to the table */
	struct hs_ledger_texts
		*texts; /* numbers of shapes and plain texts, for `epoch`; NULL: not remembered */
	uint64_t epoch;
	bool deferred;  /* a load's: pointers wait, and what lies beside them */
	unsigned waits; /* as hs_ledger_targets found the tally: HS_LEDGER_MARKS_WAIT ... */
	struct hs_ledger_param params[HS_LEDGER_PARAMS];
	struct hs_ledger_piece *memo[HS_LEDGER_MEMO]; /* pieces in `arena` */
	struct hs_arena *lasting;                     /* of a search, as long as that; else NULL */
	struct hs_ledger_end *ends;                   /* chain.c */
	int64_t updated_ms; /* pointers that came together have the same time, written below; 0: none yet */
	char updated[HS_INSTANT_LEN + 1];
};
/* Asks `number` for the numbers of params. */
void hs_ledger_params(struct hs_ledger *ledger,
	uint32_t (*number)(void *arg, unsigned space, struct hs_slice name), void *arg);
void hs_ledger_begin(struct hs_ledger *ledger, struct hs_txn *txn, struct hs_arena *arena);
/* Pieces in `arena` are no longer good: it was emptied or changed. */
void hs_ledger_forget(struct hs_ledger *ledger);
enum hs_ledger_class hs_ledger_class(const struct hs_ledger *ledger, uint32_t param);
/* The mark of an entry under which rows (or pieces, for subjects and custodians) are found. */
int64_t hs_ledger_mark(enum hs_ledger_class of, uint32_t param, struct hs_slice text);

/* `often`: it belongs to more than one patient, so that it is worth remembering. NULL on failure. Good until
 * hs_ledger_forget or the end of the transaction. */
struct hs_ledger_piece *hs_ledger_piece(struct hs_ledger *ledger, uint64_t number, bool often,
	struct hs_error *err);
/* The number of a piece, made when there is none: then *fresh. */
enum hs_status hs_ledger_intern(struct hs_ledger *ledger, uint64_t shape, struct hs_slice rest,
	uint64_t *number, bool *fresh, struct hs_error *err);
struct hs_ledger_target {
	uint64_t number; /* of a piece, or a row */
	bool is_piece;
};
enum hs_status hs_ledger_add_mark(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_target target,
	struct hs_error *err);
/* Stores what was put off: where it is looked up, or in the table of marks that wait. */
enum hs_status hs_ledger_add_later(struct hs_ledger *ledger, bool wait, struct hs_error *err);
enum hs_status hs_ledger_drop_mark(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_target target,
	struct hs_error *err);
struct hs_ledger_numbers {
	uint64_t *items;
	size_t count, room;
};
/* Appends the rows and the pieces that have a mark. */
enum hs_status hs_ledger_targets(struct hs_ledger *ledger, int64_t mark, struct hs_ledger_numbers *rows,
	struct hs_ledger_numbers *pieces, struct hs_error *err);
enum hs_status hs_ledger_add_number(struct hs_arena *arena, struct hs_ledger_numbers *list, uint64_t number,
	struct hs_error *err);

/* ---- pack.c: shapes and holes ---- */

#define HS_LEDGER_TEXT_MAX ((size_t)64 << 20)
/* The head of a packed hole: its length in the bits from 3, whether a prefix comes first, and a kind. */
enum hs_ledger_kind { HS_LEDGER_KIND_TEXT, HS_LEDGER_KIND_ID, HS_LEDGER_KIND_UUID };
#define HS_LEDGER_HAS_PREFIX 4u

struct hs_ledger_packed {
	uint64_t shape;
	struct hs_slice rest;
};
/* Packs a split text with those index rows; `rest` is in the arena. */
enum hs_status hs_ledger_pack(struct hs_ledger *ledger, struct hs_ledger_split *split,
	const struct hs_index_row *rows, size_t count, struct hs_ledger_packed *out, struct hs_error *err);
/* The piece of a subject or custodian with its index rows; marks are set when it is new. */
enum hs_status hs_ledger_pack_piece(struct hs_ledger *ledger, enum hs_ledger_class of, struct hs_slice text,
	const struct hs_index_row *rows, size_t count, uint64_t *number, struct hs_error *err);

/* A row of the table of pointers. */
struct hs_ledger_pointer {
	uint64_t row, seq, version;
	int64_t updated_ms;
	struct hs_slice id;
	uint64_t subject, custodian; /* 0: none */
	bool has_date;
	int64_t date;
	uint64_t shape;
	struct hs_slice rest;
};
struct hs_ledger_open {
	struct hs_slice facts;   /* of the shape */
	struct hs_slice *values; /* of the holes */
	size_t count;
	struct hs_slice own; /* facts that only this one has */
};
/* The bytes of a shape, a piece. Empty when memory ends. */
struct hs_slice hs_ledger_shape_bytes(struct hs_arena *arena, size_t holes, struct hs_slice facts,
	struct hs_slice text);
/* Appends a hole whose first `cut` bytes are the piece `prefix` (both 0: none). */
void hs_ledger_put_hole(struct hs_buf *out, struct hs_slice raw, size_t cut, uint64_t prefix,
	struct hs_slice id);
/* How much of a hole is kept as a piece: all of an object, or what comes back in other pointers. */
size_t hs_ledger_hole_cut(const struct hs_ledger_hole *hole);
/* The piece of a plain text. */
enum hs_status hs_ledger_intern_text(struct hs_ledger *ledger, struct hs_slice text, uint64_t *number,
	struct hs_error *err);
/* ---- unpack.c: and back ---- */

/* Goes past what fills a hole; false when that is damaged. */
bool hs_ledger_pass_hole(struct hs_slice *rest);
/* A hash of a text, the same for upper and lower case of ASCII; never 0. */
uint32_t hs_ledger_text_hash(struct hs_slice text);
/* Goes past what fills a hole, too, and tells the hash of that text, or of its tail, and the piece with which
 * it begins (0: none). */
struct hs_ledger_hashed {
	uint32_t hash;
	uint64_t prefix;
};
enum hs_status hs_ledger_hash_hole(struct hs_ledger *ledger, struct hs_slice id, struct hs_slice *rest,
	bool tail, struct hs_ledger_hashed *out, struct hs_error *err);
/* That of a piece without holes, such as a prefix. */
enum hs_status hs_ledger_plain_text(struct hs_ledger *ledger, uint64_t number, struct hs_slice *out,
	struct hs_error *err);
/* Goes past what fills a hole of a piece, and gives it. */
enum hs_status hs_ledger_hole_text(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice *rest,
	struct hs_slice *out, struct hs_error *err);
/* The facts of a shape and the number of its holes, which stay empty. */
enum hs_status hs_ledger_shape_facts(struct hs_ledger *ledger, uint64_t shape, struct hs_ledger_open *out,
	struct hs_error *err);

/* Fills the holes; `arena` for what is made. */
enum hs_status hs_ledger_open(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t shape,
	struct hs_slice rest, struct hs_slice id, struct hs_ledger_open *out, struct hs_error *err);
/* The text of the resource. */
enum hs_status hs_ledger_text(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_slice *out, struct hs_error *err);

/* ---- chain.c: what is known of the ends of chains, while a search goes on ---- */

/* The piece that decides whether the pointer (NULL: there is none) fulfils the chain; 0: none does. */
uint64_t hs_ledger_end_piece(const struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	const struct hs_find *link);
/* Does it, 1 or 0; -1: nobody knows. */
int hs_ledger_end_says(const struct hs_ledger *ledger, const struct hs_find *link, uint64_t piece);
enum hs_status hs_ledger_end_note(struct hs_ledger *ledger, const struct hs_find *link, uint64_t piece,
	bool holds, struct hs_error *err);
/* Can the candidate fulfil the condition, as far as chains tell that its subject or its custodian decides? 1,
 * 0 or a negative status. A row becomes a spot when it was looked up. */
int hs_ledger_parties_hold(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t *candidate,
	const struct hs_find *where, struct hs_error *err);
/* All that do are noted. */
enum hs_status hs_ledger_end_close(struct hs_ledger *ledger, const struct hs_find *link,
	struct hs_error *err);

/* ---- match.c, find.c, drive.c ---- */

struct hs_ledger_rows; /* facts.h */
/* What is matched: a pointer and its index rows. */
struct hs_ledger_subject {
	uint32_t type;
	const struct hs_ledger_pointer *pointer;
	const struct hs_ledger_rows *rows;
};
/* 1, 0 or a negative status. */
int hs_ledger_match(struct hs_ledger *ledger, struct hs_arena *arena, const struct hs_ledger_subject *subject,
	const struct hs_find *find, struct hs_error *err);

/* May what is behind a chain be fulfilled by an identifier in the pointer itself? */
bool hs_ledger_may_be_logical(const struct hs_ledger *ledger, const struct hs_find *kid);
/* Is a chain or _has in the condition? As deep as the tree, which the parser limits. */
bool hs_ledger_has_link(const struct hs_find *find);

/* Does this row of a pointer fulfil a condition on one entry? */
bool hs_ledger_match_row(const struct hs_find *find, const struct hs_index_row *row);

/* ---- party.c ---- */

struct hs_ledger_party {
	enum hs_ledger_class of;
	uint64_t number; /* the piece */
};

/* Appends what the statement gives: rows, or spots with HS_LEDGER_AT_SPOT in `kind`; ends it. */
enum hs_status hs_ledger_list(struct hs_ledger *ledger, struct hs_stmt *stmt, uint64_t kind,
	struct hs_ledger_numbers *out, struct hs_error *err);
/* Do all its pointers lie side by side? After hs_ledger_targets. */
bool hs_ledger_lies_together(const struct hs_ledger *ledger, const struct hs_ledger_party *party);
/* Gives them in turn, from the row after `row` on (hs_ledger_look). NULL on failure. */
struct hs_stmt *hs_ledger_party_open(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	uint64_t row, struct hs_error *err);
/* Appends the candidates of a party, by row. */
enum hs_status hs_ledger_party_list(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	struct hs_ledger_numbers *out, struct hs_error *err);
/* Has it more than so many? No more are counted. */
enum hs_status hs_ledger_party_is_more(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	uint64_t most, bool *out, struct hs_error *err);
/* The page of a search without a sort that finds all of a party; from the row after `after` on. */
enum hs_status hs_ledger_party_page(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	const struct hs_find_query *query, uint64_t after, struct hs_arena *arena, struct hs_find_page *out,
	struct hs_error *err);
/* A pointer as an item of a page. */
enum hs_status hs_ledger_give(struct hs_ledger *ledger, const struct hs_find_query *query,
	struct hs_arena *arena, const struct hs_ledger_pointer *pointer, struct hs_resource *out,
	struct hs_error *err);

/* ---- updated.c: what can have been updated when a search asks for ---- */

/* Rows: `changed`, candidates by row, all less than `first`; then those from `first` to before `end`. */
struct hs_ledger_span {
	uint64_t first, end;
	uint64_t rows; /* from first to end, at most: sequences of other types may be counted in */
	struct hs_ledger_numbers changed;
};
/* No other row fulfils the conditions on _lastUpdated or, in an order of that, comes after the key `after`
 * (empty: any does). With more than `most` changed ones, all from the first row on. */
enum hs_status hs_ledger_updated(struct hs_ledger *ledger, const struct hs_find_query *query,
	struct hs_slice after, uint64_t most, struct hs_ledger_span *out, struct hs_error *err);
/* Does the condition ask for the time of update alone? Then how many there are is told without looking at
 * those that lie well between its ends. */
bool hs_ledger_only_time(const struct hs_find *where);
/* Is the search one that the time of update narrows, or orders first? */
bool hs_ledger_tells_time(const struct hs_find_query *query);
enum hs_status hs_ledger_count_updated(struct hs_ledger *ledger, const struct hs_find_query *query,
	uint64_t *out, struct hs_error *err);
/* Sets span->changed: rows from before it that changed in it. More than `most`: then all from the first row
 * on belong to it. */
enum hs_status hs_ledger_changed(struct hs_ledger *ledger, uint64_t most, struct hs_ledger_span *span,
	struct hs_error *err);
/* The newest or the oldest of a span, without `changed`: `count` rows and changed ones, up to twice as many,
 * or all when there are fewer. */
enum hs_status hs_ledger_span_end(struct hs_ledger *ledger, const struct hs_ledger_span *span, uint64_t count,
	bool is_newest, struct hs_ledger_span *out, struct hs_error *err);
/* Versions before that sequence are not newer than *bound; or those from it on not older. */
enum hs_status hs_ledger_outside(struct hs_ledger *ledger, uint32_t type, uint64_t seq, bool before_it,
	int64_t *bound, struct hs_error *err);

/* ---- find.c ---- */

enum hs_status hs_ledger_find(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err);

/* ---- links.c: of struct hs_keeper ---- */

enum hs_status hs_ledger_links(struct hs_txn *txn, void *state, const struct hs_links *ask,
	struct hs_error *err);
enum hs_status hs_ledger_estimate(struct hs_txn *txn, void *state, const struct hs_find *where,
	uint64_t limit, uint64_t *out, struct hs_error *err);

/* ---- explain.c ---- */

enum hs_status hs_ledger_explain(struct hs_txn *txn, void *state, const struct hs_find_query *query,
	struct hs_buf *out, struct hs_error *err);

/* ---- ledger.c: the keeper ---- */

/* Its state. */
struct hs_ledger_settings {
	int64_t looks_max; /* setting "search-looks" */
};

/* Is the row found by a mark of its own? What is found by a column of the pointer needs none. */
bool hs_ledger_has_mark(const struct hs_ledger *ledger, struct hs_slice id, const struct hs_index_row *row);
extern const struct hs_keeper hs_ledger_keeper;
extern const struct hs_migration hs_ledger_migrations[];
