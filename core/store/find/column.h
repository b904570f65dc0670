/* SPDX-License-Identifier: Apache-2.0 */
/* Columns: the index entries of one parameter turned by row, in memory.
 *
 * The table of entries finds rows by key, in as many steps as there are blocks. What a row has for a
 * parameter stands there nowhere in one place: a condition that many rows fulfil had to be read in full, or
 * to be checked against the facts of each row that others have found. A column answers that in nanoseconds:
 * its keys are numbered, and for each row of the type it has the number of the row's key. A condition is
 * judged once a key (or, when few rows ask, when a row asks), and each row asks for the verdict of its
 * number. The numbers of a reference's keys are linked to the rows that they point to, so chains and _has
 * follow links by number instead of looking for ids.
 *
 * Writers know nothing of columns. One is made when a search would otherwise pay much (cost.h), is right for
 * one moment of the store, and follows the log of versions to that of the search that wants it. A search in a
 * writing transaction uses none. Those unused for longest go when memory is full.
 *
 * Threads: a column on the shelf is never changed while another search has it: it is copied then. */
#pragma once

#include <core/store/find/finder.h>

#define HS__COLUMN_LINKS 4u

/* Where the keys of references lead, in one type. */
struct hs__link {
	uint32_t type;
	uint32_t *rows;    /* by number of key; 0: nowhere, or to another type */
	size_t key_count;  /* so many are known */
	uint64_t last_row; /* of the type, when it was asked last */
};

/* A row with several keys has a chain of these. */
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
	/* By row: a number, 0, or HS__COLUMN_SEVERAL and the place of a cell. */
	uint32_t *rows;
	size_t row_count;
	struct hs__column_cell *cells;
	size_t cell_count, cell_room;
	struct hs__link links[HS__COLUMN_LINKS];
	unsigned link_count;
	/* the shelf's */
	struct hs__column *next;
	unsigned users;
	uint64_t used;
	bool made, shelved;
};

static inline struct hs_slice hs__column_key(const struct hs__column *column, uint32_t number)
{
	size_t start = column->ends[number - 1];

	return hs_slice((const char *)column->bytes + start, column->ends[number] - start);
}
/* The numbers of a row: the first, and then each further one from *cell; 0 at the end. */
static inline uint32_t hs__column_next(const struct hs__column *column, uint32_t *cell)
{
	if (!*cell)
		return 0;
	const struct hs__column_cell *at = &column->cells[*cell - 1];
	*cell = at->next;
	return at->key;
}
static inline uint32_t hs__column_first(const struct hs__column *column, uint64_t row, uint32_t *cell)
{
	uint32_t value = row < column->row_count ? column->rows[row] : 0;

	*cell = 0;
	if (!(value & HS__COLUMN_SEVERAL))
		return value;
	*cell = (value & ~HS__COLUMN_SEVERAL) + 1;
	return hs__column_next(column, cell);
}

/* ---- column.c ---- */

/* From the index; at the moment of the search's transaction. HS_E_LIMIT: it needs more memory than `most`,
 * and was emptied. */
enum hs_status hs__column_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err);
/* Up to that moment. *enough false: too much has changed, it is sooner read anew. After a fault it is of no
 * use. */
enum hs_status hs__column_follow(struct hs__finder *finder, struct hs__column *column, bool *enough,
	struct hs_error *err);
/* The place in `order` of the first key, among those in order, that is not less. */
size_t hs__column_place(const struct hs__column *column, struct hs_slice key);
/* The link to `type` that knows all of its rows up to `last_row`; NULL when there is none, or an older one.
 */
const struct hs__link *hs__column_linked(const struct hs__column *column, uint32_t type, uint64_t last_row);
/* Makes it or brings it up to date. There is none after it when there is no room for a further one. */
enum hs_status hs__column_link(struct hs__finder *finder, struct hs__column *column, uint32_t type,
	uint64_t last_row, struct hs_error *err);
struct hs__column *hs__column_copy(const struct hs__column *column);
void hs__column_free(struct hs__column *column);
size_t hs__column_memory(const struct hs__column *column);

/* ---- columns.c: the shelf ---- */

/* See finder.h: hs__find_columns. */
struct hs__columns *hs__columns_new(bool eager);
/* The counts that go with them (counts.h); NULL where the search uses no columns. */
struct hs__counts *hs__columns_counts(const struct hs__finder *finder);
/* Are columns to be used whatever they cost? For tests. */
bool hs__columns_eager(const struct hs__finder *finder);
void hs__columns_free(struct hs__columns *columns);
/* All are wrong from now on. */
void hs__columns_forget(struct hs__columns *columns);
/* The column of the type's keys that begin so, as the search may use it until it ends; NULL when there is
 * none, or not for its moment. */
enum hs_status hs__columns_get(struct hs__finder *finder, uint32_t type, const struct hs__key *prefix,
	bool want, const struct hs__column **out, struct hs_error *err);
/* The same for the references of a parameter, with where they lead in `target`. */
struct hs__linked {
	const struct hs__column *column;
	const struct hs__link *link; /* NULL: none of both is to be used */
};
enum hs_status hs__columns_get_linked(struct hs__finder *finder, uint32_t type, uint32_t param,
	uint32_t target, bool want, struct hs__linked *out, struct hs_error *err);
/* At the end of a search. */
void hs__columns_release(struct hs__finder *finder);
