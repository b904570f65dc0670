/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf of columns: which there are of each store, and which must go. */
#include <core/store/find/counts.h>
#include <core/store/find/shelf.h>

#include <core/base/heap.h>

/* A store's. */
struct hs__columns {
	struct hs__column *first;
	struct hs__columns *next;
	bool eager;
	struct hs__counts *counts; /* with a lock of its own */
};

/* Of all stores together: there may be a thousand (sandboxes), and memory is one. */
static struct {
	pthread_mutex_t lock; /* all that is here, stores' lists, and what a column says of the shelf; what it
			       * says of its moment, unless it is busy */
	pthread_cond_t ready; /* a column is not busy any more */
	struct hs__columns *first;
	struct hs__column *gone; /* to be freed without the lock, which takes long */
	uint64_t clock;
	size_t memory, most;
} shelf = { .lock = PTHREAD_MUTEX_INITIALIZER, .most = HS__COLUMNS_MEMORY };
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_ready(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&shelf.ready, &attr);
	pthread_condattr_destroy(&attr);
}

void hs__shelf_enter(void)
{
	pthread_mutex_lock(&shelf.lock);
}

void hs__shelf_leave(void)
{
	struct hs__column *gone = shelf.gone;

	shelf.gone = NULL;
	pthread_mutex_unlock(&shelf.lock);
	while (gone) {
		struct hs__column *next = gone->next;
		hs__column_free(gone);
		gone = next;
	}
}

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

	pthread_once(&once, make_ready);
	columns->eager = eager;
	columns->counts = hs__counts_new();
	hs__shelf_enter();
	columns->next = shelf.first;
	shelf.first = columns;
	hs__shelf_leave();
	return columns;
}

size_t hs__columns_memory(void)
{
	hs__shelf_enter();
	size_t memory = shelf.memory;
	hs__shelf_leave();
	return memory;
}

void hs__columns_bound(size_t most)
{
	hs__shelf_enter();
	shelf.most = most ? most : HS__COLUMNS_MEMORY;
	hs__shelf_leave();
}

void hs__shelf_call(void)
{
	pthread_cond_broadcast(&shelf.ready);
}

void hs__shelf_wait(const struct timespec *until)
{
	pthread_cond_timedwait(&shelf.ready, &shelf.lock, until);
}

size_t hs__shelf_most(void)
{
	return shelf.most;
}

/* ---- with the lock held ---- */

void hs__shelf_count(struct hs__column *column)
{
	size_t bytes = hs__column_memory(column);

	shelf.memory += bytes - column->counted;
	column->counted = bytes;
}

void hs__shelf_let_go(struct hs__column *column)
{
	if (column->users || column->shelf)
		return;
	shelf.memory -= column->counted;
	column->next = shelf.gone;
	shelf.gone = column;
}

void hs__shelf_put(struct hs__columns *columns, struct hs__column *column)
{
	shelf.memory += column->counted;
	column->next = columns->first;
	column->shelf = columns;
	columns->first = column;
}

/* Then it is gone when nobody has it. */
void hs__shelf_take_off(struct hs__column *column)
{
	if (column->shelf) {
		struct hs__column **link = &column->shelf->first;
		while (*link != column)
			link = &(*link)->next;
		*link = column->next;
		column->shelf = NULL;
	}
	hs__shelf_let_go(column);
}

/* The one that nobody has had for longest. */
static struct hs__column *oldest(void)
{
	struct hs__column *oldest = NULL;

	for (struct hs__columns *columns = shelf.first; columns; columns = columns->next) {
		for (struct hs__column *at = columns->first; at; at = at->next) {
			if (at->made && !at->users && (!oldest || at->used < oldest->used))
				oldest = at;
		}
	}
	return oldest;
}

/* Is there room for so much more? */
bool hs__shelf_make_room(size_t bytes)
{
	struct hs__column *column;

	while (shelf.memory + bytes > shelf.most && (column = oldest()))
		hs__shelf_take_off(column);
	return shelf.memory + bytes <= shelf.most;
}

bool hs__shelf_has_room(size_t bytes)
{
	return bytes <= shelf.most && shelf.memory <= shelf.most - bytes;
}

struct hs__column *hs__shelf_look_for(const struct hs__columns *columns, uint32_t type,
	const struct hs__key *prefix)
{
	struct hs__column *at = columns->first;

	while (at && (at->type != type || !hs_slice_eq(hs__key_slice(&at->prefix), hs__key_slice(prefix))))
		at = at->next;
	return at;
}

void hs__shelf_hold(struct hs__finder *finder, struct hs__column *column)
{
	column->users++;
	if (!finder->spare)
		column->used = ++shelf.clock;
	finder->columns[finder->column_count++] = column;
}

/* ---- the end ---- */

void hs__columns_release(struct hs__finder *finder)
{
	if (!finder->column_count)
		return;
	hs__shelf_enter();
	for (unsigned i = 0; i < finder->column_count; i++) {
		finder->columns[i]->users--;
		hs__shelf_let_go(finder->columns[i]);
	}
	finder->column_count = 0;
	hs__shelf_make_room(0);
	hs__shelf_leave();
}

void hs__columns_forget(struct hs__columns *columns)
{
	hs__counts_forget(columns->counts);
	hs__shelf_enter();
	while (columns->first)
		hs__shelf_take_off(columns->first);
	hs__shelf_leave();
}

void hs__columns_free(struct hs__columns *columns)
{
	struct hs__columns **link = &shelf.first;

	if (!columns)
		return;
	hs__columns_forget(columns);
	hs__shelf_enter();
	while (*link != columns)
		link = &(*link)->next;
	*link = columns->next;
	hs__shelf_leave();
	hs__counts_free(columns->counts);
	hs_heap_free(columns);
}
