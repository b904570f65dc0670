/* SPDX-License-Identifier: Apache-2.0 */
/* Columns: the index entries of one parameter turned by row, in memory.
 *
 * The table of entries finds rows by key, in as many steps as there are blocks. What a row has for a
 * parameter stands there nowhere in one place: a condition that many rows fulfil had to be read in full, or
 * to be checked against the facts of each row that others have found. A column answers that in nanoseconds:
 * its keys are numbered, and for each row of the type it has the number of the row's key (forward.h). A
 * condition is judged by key, and the rows of those that fulfil it are at hand (inverse.h); or, when few rows
 * ask, each asks for the verdict of its number. The numbers of a reference's keys are linked to the rows that
 * they point to, so chains and _has follow links by number instead of looking for ids.
 *
 * Writers know nothing of columns. Those that searches of much data will want (foresee.c) are made by another
 * thread (sqlite/later.c) soon after the store is opened, as far as there is room. A further one is made when
 * a search would otherwise pay much (cost.c): while that waits if it would pay more than making it costs,
 * else by that thread. It is right for one moment of the store, and follows the log of versions to that of
 * the search that wants it. A search in a writing transaction uses none.
 *
 * Memory: that of all stores of the process is bounded together (HS__COLUMNS_MEMORY). Those unused for
 * longest go when it is full; when all are in use, no more are made. What threads are reading at the moment
 * is not counted yet: at most half of the bound each.
 *
 * Threads: a column is never changed while another search has it: it is copied then. What takes long is done
 * without the lock of the shelf, to a column that is marked as busy. Who wants that waits, but on an event
 * loop, or while it is read for the first time, does without. */
#pragma once

#include <core/store/find/finder.h>
#include <core/store/find/forward.h>
#include <core/store/find/parts.h>
#include <handslag/view.h>

#define HS__COLUMN_LINKS 8u

/* Where the keys of references lead, in one type. */
struct hs__link {
	uint32_t type;
	uint32_t *rows;   /* by number of key; 0: nowhere, or to another type */
	size_t key_count; /* so many are known */
	uint32_t *keys;   /* by row: the number of the key that leads there, or 0 */
	size_t row_count;
	size_t led;        /* keys that lead somewhere; 0: whatever goes along the link finds nothing */
	uint64_t last_row; /* of the type, when it was asked last */
};

/* A row that has changed. One that now has several keys has a chain of cells. */
struct hs__column_change {
	uint32_t row;   /* 0: the slot is free */
	uint32_t value; /* a number, 0, or HS__COLUMN_SEVERAL and the place of a cell */
};
struct hs__column_cell {
	uint32_t key, next; /* next: place + 1, or 0 */
};

#define HS__COLUMN_SEVERAL 0x80000000u

struct hs__column {
	uint32_t type;
	struct hs__key prefix; /* what its keys begin with */
	uint64_t seq;          /* the moment it is known to be right for */
	uint64_t changed;      /* and since when */
	/* Keys are numbered from 1 as they came. */
	unsigned char *bytes;
	size_t byte_count, byte_room;
	uint32_t *ends; /* ends[0] is 0 */
	size_t key_count, key_room;
	uint32_t *order; /* numbers in order of their keys; from `sorted` on as they came */
	size_t sorted;
	size_t row_count;
	uint64_t *known; /* of a column of groups, a set: the rows of which it has all; NULL: it is another */
	/* When it was read. */
	size_t keys_read;
	struct hs__inverse *inverse; /* NULL: it is empty */
	struct hs__forward *forward;
	struct hs__parts *parts; /* of a column of groups; NULL: it is another */
	/* What is not true of that any more. What goes later leaves its key and its cells behind. */
	uint64_t *altered; /* a set of rows; NULL: none */
	size_t altered_count, change_room;
	struct hs__column_change *changes; /* of these, a table by hash of the row */
	struct hs__column_cell *cells;
	size_t cell_count, cell_room;
	struct hs__link links[HS__COLUMN_LINKS];
	unsigned link_count;
	/* Of a service's view, which has nothing of the above but its moments, and type 0; NULL: it is none.
	 */
	const struct hs_view *what;
	uint64_t view_of;
	void *view;
	/* the shelf's, under its lock */
	struct hs__columns *shelf; /* NULL: not there any more */
	struct hs__column *next;
	unsigned users;
	uint64_t used;
	size_t counted; /* bytes, in the account of memory */
	bool made;      /* false: it is being read or, when not busy, too large */
	bool busy;      /* somebody works at it without the lock */
};

static inline struct hs_slice hs__column_key(const struct hs__column *column, uint32_t number)
{
	size_t start = column->ends[number - 1];

	return hs_slice((const char *)column->bytes + start, column->ends[number] - start);
}
static inline bool hs__column_altered(const struct hs__column *column, uint64_t row)
{
	return column->altered && row < column->row_count && column->altered[row / 64] >> row % 64 & 1;
}
/* Of 64 rows those of which what was read is true. */
static inline uint64_t hs__column_unaltered(const struct hs__column *column, size_t word)
{
	return column->altered && word < column->row_count / 64 ? ~column->altered[word] : ~UINT64_C(0);
}

/* What comes next of a row with several keys: as it was read a place in a list, or a cell. */
struct hs__further {
	uint32_t at, end; /* end HS__IN_CELLS: `at` is a place + 1, or 0 */
};
#define HS__IN_CELLS UINT32_MAX
/* The numbers of a row: the first, and then each further one; 0 at the end. */
static inline uint32_t hs__column_next(const struct hs__column *column, struct hs__further *further)
{
	if (further->end != HS__IN_CELLS)
		return further->at == further->end ?
			0 :
			hs__forward_at(column->forward, column->forward->lists, further->at++);
	if (!further->at)
		return 0;
	const struct hs__column_cell *cell = &column->cells[further->at - 1];
	further->at = cell->next;
	return cell->key;
}
/* Of a row that has changed; of any. */
uint32_t hs__column_first_changed(const struct hs__column *column, uint64_t row, struct hs__further *further);
static inline uint32_t hs__column_first(const struct hs__column *column, uint64_t row,
	struct hs__further *further)
{
	if (hs__column_altered(column, row))
		return hs__column_first_changed(column, row, further);
	uint32_t number = hs__forward_number(column->forward, row);
	*further = (struct hs__further) { 0, 0 };
	if (number != column->forward->several)
		return number;
	hs__forward_list(column->forward, row, &further->at, &further->end);
	return hs__column_next(column, further);
}

/* ---- column.c ---- */

/* Room for rows up to `last`; those that are new have nothing. */
void hs__column_make_rows(struct hs__column *column, uint64_t last);
/* Room for one more key. */
void hs__column_make_keys(struct hs__column *column);
/* The number of a new key, the greatest there is; 0: its keys would need more than 4 GB. */
uint32_t hs__column_add_key(struct hs__column *column, struct hs_slice key);
/* The number of a key, or 0. */
uint32_t hs__column_number(const struct hs__column *column, struct hs_slice key);
/* What changed: the row has nothing, and then a key, if it does not have it yet. False: it is too large. */
void hs__column_clear_row(struct hs__column *column, uint64_t row);
bool hs__column_put(struct hs__column *column, uint64_t row, struct hs_slice key);
/* The place in `order` of the first key, among those in order, that is not less. */
size_t hs__column_place(const struct hs__column *column, struct hs_slice key);
/* The same among those from `low` up to `high`. */
size_t hs__column_place_between(const struct hs__column *column, struct hs_slice key, size_t low,
	size_t high);
/* For one that has the arrays of another (of which nobody else knows): copies of its own. HS_E_LIMIT: a view
 * does not fit; it is then gone. */
enum hs_status hs__column_unshare(struct hs__column *column, struct hs_error *err);
void hs__column_empty(struct hs__column *column);
void hs__column_free(struct hs__column *column);
size_t hs__column_memory(const struct hs__column *column);

/* ---- column_read.c ---- */

/* From the index; at the moment of the search's transaction. HS_E_LIMIT: it needs more memory than `most`,
 * and was emptied. */
enum hs_status hs__column_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err);
/* How many versions of its type there are since; HS__COLUMN_FAR: it is sooner read anew. */
#define HS__COLUMN_FAR UINT64_MAX
enum hs_status hs__column_behind(struct hs__finder *finder, const struct hs__column *column, uint64_t *out,
	struct hs_error *err);
/* Takes these, up to the moment of the search. After a fault the column is of no use. */
enum hs_status hs__column_follow(struct hs__finder *finder, struct hs__column *column, struct hs_error *err);

/* ---- view.c: the same of a column that is a view ---- */

enum hs_status hs__view_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err);
enum hs_status hs__view_behind(struct hs__finder *finder, const struct hs__column *column, uint64_t *out,
	struct hs_error *err);
enum hs_status hs__view_follow(struct hs__finder *finder, struct hs__column *column, struct hs_error *err);
enum hs_status hs__view_unshare(struct hs__column *column, struct hs_error *err);
size_t hs__view_memory(const struct hs__column *column);
void hs__view_empty(struct hs__column *column);

/* ---- link.c ---- */

/* The link to `type` that knows all of its rows up to `last_row`; NULL when there is none, or an older one.
 */
const struct hs__link *hs__column_linked(const struct hs__column *column, uint32_t type, uint64_t last_row);
/* How many keys lead to the type, whether anything is there or not. */
size_t hs__column_leading(const struct hs__column *column, uint32_t type);
/* Makes it or brings it up to date. There is none after it when there is no room for a further one. */
enum hs_status hs__column_link(struct hs__finder *finder, struct hs__column *column, uint32_t type,
	uint64_t last_row, struct hs_error *err);

/* ---- columns.c, shelf.c: the shelf ---- */

/* Those of a million resources take 10 to 30 MB each. */
#define HS__COLUMNS_MEMORY ((size_t)256 << 20)

/* What those of all stores take. */
size_t hs__columns_memory(void);
/* Another bound, for tests; 0: the usual one. */
void hs__columns_bound(size_t most);
/* A store's; see finder.h: hs__find_columns. */
struct hs__columns *hs__columns_new(bool eager);
/* The counts that go with them (counts.h); NULL where the search uses no columns. */
struct hs__counts *hs__columns_counts(const struct hs__finder *finder);
/* Are columns to be used whatever they cost? For tests. */
bool hs__columns_eager(const struct hs__finder *finder);
void hs__columns_free(struct hs__columns *columns); /* when nobody searches the store any more */
/* All are wrong from now on. */
void hs__columns_forget(struct hs__columns *columns);
/* What if there is none? It is made while the search waits, or by somebody else while it does without. */
enum hs__want { HS__WANT_NOT, HS__WANT_LATER, HS__WANT_NOW };
/* The column of the type's keys that begin so, as the search may use it until it ends; NULL when there is
 * none, or not for its moment. */
enum hs_status hs__columns_get(struct hs__finder *finder, uint32_t type, const struct hs__key *prefix,
	enum hs__want want, const struct hs__column **out, struct hs_error *err);
/* A service's view, in the same way. */
enum hs_status hs__columns_get_view(struct hs__finder *finder, const struct hs_view *what, uint64_t of,
	bool want, struct hs__column **out, struct hs_error *err);
/* The same for the references of a parameter, with where they lead in `target`. */
struct hs__linked {
	const struct hs__column *column;
	const struct hs__link *link; /* NULL: none of both is to be used */
};
enum hs_status hs__columns_get_linked(struct hs__finder *finder, uint32_t type, uint32_t param,
	uint32_t target, enum hs__want want, struct hs__linked *out, struct hs_error *err);
/* What was wanted later, or was foreseen to be. */
struct hs__wanted_column {
	uint32_t type, target; /* that it is to have links to; 0: none */
	struct hs__key prefix;
	bool foreseen; /* made only where there is room for it, and the first to go; else brought up to date
			*/
};
enum hs_status hs__columns_make(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__wanted_column *wanted, struct hs_error *err);

/* ---- foresee.c ---- */

#define HS__FORESEEN_MOST 128u
/* At most so many, in the order in which they are best made. */
enum hs_status hs__columns_foresee(struct hs_txn *txn, struct hs_arena *arena, struct hs__wanted_column *out,
	size_t *count, struct hs_error *err);

/* ---- shelf.c ---- */

/* At the end of a search. */
void hs__columns_release(struct hs__finder *finder);
