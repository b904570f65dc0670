/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf of a store's columns: which there are, who uses them, and which must go. */
#include <core/store/find/column.h>
#include <core/store/find/counts.h>

#include <core/base/heap.h>
#include <pthread.h>

/* For all columns of a store. Those of a million resources take 4 to 20 MB each. */
#define MEMORY_MOST ((size_t)256 << 20)

struct hs__columns {
	pthread_mutex_t lock; /* all that is below, and what each column says of the shelf and its moment */
	struct hs__column *first;
	uint64_t clock;
	size_t memory;
	bool eager;
	struct hs__counts *counts; /* with a lock of its own */
};

bool hs__columns_eager(const struct hs__finder *finder)
{
	const struct hs__columns *columns = hs__find_columns(finder->txn);

	return columns && columns->eager;
}

struct hs__counts *hs__columns_counts(const struct hs__finder *finder)
{
	const struct hs__columns *columns = hs__find_columns(finder->txn);

	return columns ? columns->counts : NULL;
}

struct hs__columns *hs__columns_new(bool eager)
{
	struct hs__columns *columns = hs_heap_alloc(sizeof(*columns));

	columns->eager = eager;
	columns->counts = hs__counts_new();
	pthread_mutex_init(&columns->lock, NULL);
	return columns;
}

/* ---- with the lock held ---- */

static void take_off(struct hs__columns *columns, struct hs__column *column)
{
	struct hs__column **link = &columns->first;

	while (*link != column)
		link = &(*link)->next;
	*link = column->next;
	column->shelved = false;
	columns->memory -= hs__column_memory(column);
	if (!column->users)
		hs__column_free(column);
}

static void put_on(struct hs__columns *columns, struct hs__column *column)
{
	column->next = columns->first;
	column->shelved = true;
	columns->first = column;
	columns->memory += hs__column_memory(column);
}

/* Those unused for longest go, but `kept`. */
static void make_room(struct hs__columns *columns, const struct hs__column *kept)
{
	while (columns->memory > MEMORY_MOST) {
		struct hs__column *oldest = NULL;
		for (struct hs__column *at = columns->first; at; at = at->next) {
			if (at != kept && at->made && (!oldest || at->used < oldest->used))
				oldest = at;
		}
		if (!oldest)
			return;
		take_off(columns, oldest);
	}
}

static struct hs__column *look_for(const struct hs__columns *columns, uint32_t type,
	const struct hs__key *prefix)
{
	struct hs__column *at = columns->first;

	while (at && (at->type != type || !hs_slice_eq(hs__key_slice(&at->prefix), hs__key_slice(prefix))))
		at = at->next;
	return at;
}

typedef enum hs_status change_fn(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err);

/* Changes *column, or a copy in its place when others have it: all but `mine` of its users. */
static enum hs_status change(struct hs__columns *columns, struct hs__finder *finder,
	struct hs__column **column, unsigned mine, change_fn *fn, void *arg, struct hs_error *err)
{
	struct hs__column *own = *column;

	if (own->users > mine) {
		own = hs__column_copy(*column);
		take_off(columns, *column);
		put_on(columns, own);
		*column = own;
	}
	size_t before = hs__column_memory(own);
	enum hs_status status = fn(finder, own, arg, err);
	columns->memory += hs__column_memory(own) - before;
	return status;
}

static enum hs_status follow(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	return hs__column_follow(finder, column, arg, err);
}

struct wanted_link {
	uint32_t type;
	uint64_t last_row;
};

static enum hs_status link_to(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	const struct wanted_link *wanted = arg;

	return hs__column_link(finder, column, wanted->type, wanted->last_row, err);
}

/* Is it, or can it be made, right for the moment of the search? NULL: it is not. */
static enum hs_status bring_up(struct hs__columns *columns, struct hs__finder *finder,
	struct hs__column **column, struct hs_error *err)
{
	uint64_t now = hs_txn_seq(finder->txn);
	bool enough = true;
	enum hs_status status = HS_OK;

	if (!(*column)->made || now < (*column)->changed) {
		*column = NULL;
		return HS_OK;
	}
	if (now > (*column)->seq)
		status = change(columns, finder, column, 0, follow, &enough, err);
	if (status == HS_OK && enough)
		return HS_OK;
	take_off(columns, *column);
	*column = NULL;
	return status;
}

/* ---- getting one ---- */

/* The last one: the search may have an older one, of which a copy was made. */
static struct hs__column *held(const struct hs__finder *finder, uint32_t type, const struct hs__key *prefix)
{
	for (unsigned i = finder->column_count; i-- > 0;) {
		struct hs__column *column = finder->columns[i];
		if (column->type == type &&
			hs_slice_eq(hs__key_slice(&column->prefix), hs__key_slice(prefix)))
			return column->made ? column : NULL;
	}
	return NULL;
}

static void hold(struct hs__columns *columns, struct hs__finder *finder, struct hs__column *column)
{
	column->users++;
	column->used = ++columns->clock;
	finder->columns[finder->column_count++] = column;
	finder->shelf = columns;
}

/* Reads it without the lock; others do without it meanwhile. One that is too large stays, empty, so that it
 * is not tried again. */
static enum hs_status make(struct hs__columns *columns, struct hs__finder *finder, uint32_t type,
	const struct hs__key *prefix, struct hs__column **out, struct hs_error *err)
{
	struct hs__column *column = hs_heap_alloc(sizeof(*column));

	column->type = type;
	column->prefix = *prefix;
	hold(columns, finder, column);
	put_on(columns, column);
	size_t before = hs__column_memory(column);
	pthread_mutex_unlock(&columns->lock);
	enum hs_status status = hs__column_read(finder, column, MEMORY_MOST / 2, err);
	pthread_mutex_lock(&columns->lock);
	if (column->shelved)
		columns->memory += hs__column_memory(column) - before;
	column->made = status == HS_OK;
	if (status != HS_OK && status != HS_E_LIMIT && column->shelved)
		take_off(columns, column);
	make_room(columns, column);
	*out = column->made ? column : NULL;
	return status == HS_E_LIMIT ? HS_OK : status;
}

static enum hs_status get(struct hs__columns *columns, struct hs__finder *finder, uint32_t type,
	const struct hs__key *prefix, bool want, struct hs__column **out, struct hs_error *err)
{
	struct hs__column *column = look_for(columns, type, prefix);

	if (!column)
		return want ? make(columns, finder, type, prefix, out, err) : HS_OK;
	enum hs_status status = bring_up(columns, finder, &column, err);
	if (column)
		hold(columns, finder, column);
	*out = column;
	return status;
}

enum hs_status hs__columns_get(struct hs__finder *finder, uint32_t type, const struct hs__key *prefix,
	bool want, const struct hs__column **out, struct hs_error *err)
{
	struct hs__columns *columns = hs__find_columns(finder->txn);
	struct hs__column *column = held(finder, type, prefix);
	enum hs_status status = HS_OK;

	*out = column;
	if (column || !columns || finder->column_count == HS__FIND_COLUMNS || (type & HS_TYPE_CONTAINED) ||
		hs__find_keeper(finder->txn, type, NULL))
		return HS_OK;
	pthread_mutex_lock(&columns->lock);
	/* Once more, now that none can be forgotten. */
	if (hs__find_columns(finder->txn))
		status = get(columns, finder, type, prefix, want, &column, err);
	pthread_mutex_unlock(&columns->lock);
	*out = column;
	return status;
}

/* With the lock. The search has the column already: in place of a copy it then has both, since a part of it
 * may be using that. */
static enum hs_status add_link(struct hs__columns *columns, struct hs__finder *finder,
	const struct hs__column **out, struct wanted_link *wanted, struct hs_error *err)
{
	struct hs__column *column = (struct hs__column *)(uintptr_t)*out;

	if (!column->shelved || (column->users > 1 && finder->column_count == HS__FIND_COLUMNS))
		return HS_OK;
	enum hs_status status = change(columns, finder, &column, 1, link_to, wanted, err);
	if (column != *out)
		hold(columns, finder, column);
	*out = column;
	return status;
}

enum hs_status hs__columns_get_linked(struct hs__finder *finder, uint32_t type, uint32_t param,
	uint32_t target, bool want, struct hs__linked *out, struct hs_error *err)
{
	struct wanted_link wanted = { .type = target };
	struct hs__linked linked = { .link = NULL };
	struct hs__key prefix;

	*out = linked;
	hs__key_begin(&prefix, param);
	enum hs_status status = hs__find_last_row(finder->txn, target, &wanted.last_row, err);
	if (status == HS_OK)
		status = hs__columns_get(finder, type, &prefix, want, &linked.column, err);
	if (status != HS_OK || !linked.column)
		return status;
	pthread_mutex_lock(&finder->shelf->lock);
	if (!hs__column_linked(linked.column, target, wanted.last_row))
		status = add_link(finder->shelf, finder, &linked.column, &wanted, err);
	if (status == HS_OK)
		linked.link = hs__column_linked(linked.column, target, wanted.last_row);
	pthread_mutex_unlock(&finder->shelf->lock);
	*out = linked;
	return status;
}

/* ---- the end ---- */

void hs__columns_release(struct hs__finder *finder)
{
	struct hs__columns *columns = finder->shelf;

	if (!columns)
		return;
	pthread_mutex_lock(&columns->lock);
	for (unsigned i = 0; i < finder->column_count; i++) {
		struct hs__column *column = finder->columns[i];
		if (!--column->users && !column->shelved)
			hs__column_free(column);
	}
	finder->column_count = 0;
	make_room(columns, NULL);
	pthread_mutex_unlock(&columns->lock);
}

void hs__columns_forget(struct hs__columns *columns)
{
	hs__counts_forget(columns->counts);
	pthread_mutex_lock(&columns->lock);
	while (columns->first)
		take_off(columns, columns->first);
	pthread_mutex_unlock(&columns->lock);
}

void hs__columns_free(struct hs__columns *columns)
{
	if (!columns)
		return;
	hs__columns_forget(columns);
	hs__counts_free(columns->counts);
	pthread_mutex_destroy(&columns->lock);
	hs_heap_free(columns);
}
