/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a column: made, brought up to the moment of a search, linked; or left to somebody else. */
#include <core/store/find/shelf.h>

#include <core/base/heap.h>

/* ---- work at a column ---- */

typedef enum hs_status work_fn(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err);

static enum hs_status read_all(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	const size_t *most = arg;

	return hs__column_read(finder, column, *most, err);
}

static enum hs_status count_behind(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	return hs__column_behind(finder, column, arg, err);
}

static enum hs_status follow(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	(void)arg;
	return hs__column_follow(finder, column, err);
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

/* Without the lock meanwhile. The column is there after it, but not on the shelf when it was forgotten. */
static enum hs_status work(struct hs__finder *finder, struct hs__column *column, work_fn *fn, void *arg,
	struct hs_error *err)
{
	column->users++;
	column->busy = true;
	hs__shelf_leave();
	enum hs_status status = fn(finder, column, arg, err);
	hs__shelf_enter();
	column->busy = false;
	column->users--;
	hs__shelf_count(column);
	hs__shelf_call();
	return status;
}

struct copying {
	work_fn *then;
	void *arg;
};

static enum hs_status copy(struct hs__finder *finder, struct hs__column *column, void *arg,
	struct hs_error *err)
{
	const struct copying *copying = arg;

	enum hs_status status = hs__column_unshare(column, err);
	return status == HS_OK ? copying->then(finder, column, copying->arg, err) : status;
}

/* Works at a copy in its place. */
static enum hs_status change_copy(struct hs__finder *finder, struct hs__column **column, work_fn *fn,
	void *arg, struct hs_error *err)
{
	struct hs__column *from = *column, *own = hs_heap_raw(sizeof(*own));
	struct copying copying = { fn, arg };

	from->users++;
	*own = *from;
	own->users = 0;
	hs__shelf_put(from->shelf, own);
	hs__shelf_take_off(from);
	*column = own;
	enum hs_status status = work(finder, own, copy, &copying, err);
	from->users--;
	hs__shelf_let_go(from);
	return status;
}

/* Works at *column, or at a copy when others have it: all but `mine` of its users. NULL: there is no room for
 * one. */
static enum hs_status change(struct hs__finder *finder, struct hs__column **column, unsigned mine,
	work_fn *fn, void *arg, struct hs_error *err)
{
	if ((*column)->users <= mine)
		return work(finder, *column, fn, arg, err);
	if (hs__shelf_make_room((*column)->counted))
		return change_copy(finder, column, fn, arg, err);
	*column = NULL;
	return HS_OK;
}

/* Until a column is not busy any more, or the search is to stop. */
#define LOOKS_A_SECOND 50u
static enum hs_status await(const struct hs__finder *finder, struct hs_error *err)
{
	uint64_t end = hs__find_mono_ns(finder->txn) + 1000000000 / LOOKS_A_SECOND;
	struct timespec until = { (time_t)(end / 1000000000), (long)(end % 1000000000) };
	enum hs_status status = hs__find_spend(finder->txn, 1, err);

	if (status == HS_OK)
		hs__shelf_wait(&until);
	return status;
}

/* ---- getting one ---- */

/* NULL: it is not right for the moment of the search, nor can it be made so. */
static enum hs_status bring_up(struct hs__finder *finder, struct hs__column **column, struct hs_error *err)
{
	uint64_t now = hs_txn_seq(finder->txn), behind = 0;
	struct hs__column *own = *column;

	*column = NULL;
	if (!own->made || own->busy || now < own->changed)
		return HS_OK;
	if (now > own->seq) {
		enum hs_status status = work(finder, own, count_behind, &behind, err);
		bool far = behind == HS__COLUMN_FAR || !own->shelf;
		if (status == HS_OK && !far && behind)
			status = change(finder, &own, 0, follow, NULL, err);
		else if (status == HS_OK && !far)
			own->seq = now;
		/* What could not be counted is as good as before; what cannot be followed is made anew by the
		 * next search that wants it. */
		if (own && (far || (status != HS_OK && (behind || !own->shelf)))) {
			hs__shelf_take_off(own);
			own = NULL;
		}
		if (status == HS_E_LIMIT && behind)
			status = HS_OK;
		if (status != HS_OK)
			return status;
	}
	*column = own;
	return HS_OK;
}

/* The last one: the search may have an older one, of which a copy was made. */
static struct hs__column *held(const struct hs__finder *finder, uint32_t type, const struct hs__key *prefix)
{
	for (unsigned i = finder->column_count; i-- > 0;) {
		struct hs__column *column = finder->columns[i];
		if (column->type == type &&
			hs_slice_eq(hs__key_slice(&column->prefix), hs__key_slice(prefix)))
			return column;
	}
	return NULL;
}

/* What is asked for: the keys of a type that begin so, with the links to a type when that is not 0; or a
 * view.
 */
struct wanted {
	uint32_t type, target;
	const struct hs__key *prefix;
	const struct hs_view *view;
	uint64_t view_of;
	enum hs__want want; /* if there is none */
};

/* One that is too large stays, empty, so that it is not tried again. */
static enum hs_status make(struct hs__columns *columns, struct hs__finder *finder,
	const struct wanted *wanted, struct hs__column **out, struct hs_error *err)
{
	size_t most = hs__shelf_most() / 2;

	if (finder->spare ? !hs__shelf_has_room(finder->spare) : !hs__shelf_make_room(0))
		return HS_OK;
	struct hs__column *column = hs_heap_alloc(sizeof(*column));
	column->type = wanted->type;
	column->prefix = *wanted->prefix;
	column->what = wanted->view;
	column->view_of = wanted->view_of;
	hs__shelf_put(columns, column);
	enum hs_status status = work(finder, column, read_all, &most, err);
	column->made = status == HS_OK;
	if (status == HS_OK)
		*out = column;
	else if (status != HS_E_LIMIT || !column->shelf)
		hs__shelf_take_off(column);
	return status == HS_E_LIMIT ? HS_OK : status;
}

/* To somebody else? */
static bool is_left(const struct hs__finder *finder, const struct wanted *wanted)
{
	struct hs__wanted_column later = {
		.type = wanted->type, .target = wanted->target, .prefix = *wanted->prefix
	};

	return wanted->want == HS__WANT_LATER && hs__find_later(finder->txn, &later);
}

static enum hs_status get(struct hs__finder *finder, const struct wanted *wanted, struct hs__column **out,
	struct hs_error *err)
{
	struct hs__columns *columns;
	struct hs__column *column;
	enum hs_status status = HS_OK;

	/* Asked again with the lock, and after each wait: what is put on the shelf from now on is forgotten
	 * with the rest. */
	while ((columns = hs__find_columns(finder->txn))) {
		column = hs__shelf_look_for(columns, wanted->type, wanted->prefix);
		if (!column || !column->made || !column->busy || !hs__find_may_wait(finder->txn))
			break;
		status = await(finder, err);
		if (status != HS_OK)
			return status;
	}
	if (!columns)
		return HS_OK;
	if (column)
		status = bring_up(finder, &column, err);
	else if (wanted->want != HS__WANT_NOT && !is_left(finder, wanted))
		status = make(columns, finder, wanted, &column, err);
	if (column)
		hs__shelf_hold(finder, column);
	*out = column;
	return status;
}

static enum hs_status get_column(struct hs__finder *finder, const struct wanted *wanted,
	const struct hs__column **out, struct hs_error *err)
{
	struct hs__column *column = held(finder, wanted->type, wanted->prefix);
	enum hs_status status = HS_OK;

	*out = column;
	if (column || !hs__find_columns(finder->txn) || finder->column_count == HS__FIND_COLUMNS ||
		(wanted->type & HS_TYPE_CONTAINED) || hs__find_keeper(finder->txn, wanted->type, NULL))
		return HS_OK;
	hs__shelf_enter();
	status = get(finder, wanted, &column, err);
	hs__shelf_leave();
	*out = column;
	return status;
}

enum hs_status hs__columns_get(struct hs__finder *finder, uint32_t type, const struct hs__key *prefix,
	enum hs__want want, const struct hs__column **out, struct hs_error *err)
{
	struct wanted wanted = { .type = type, .prefix = prefix, .want = want };

	return get_column(finder, &wanted, out, err);
}

enum hs_status hs__columns_get_view(struct hs__finder *finder, const struct hs_view *what, uint64_t of,
	bool want, struct hs__column **out, struct hs_error *err)
{
	struct hs__key prefix = { .len = sizeof(what) + sizeof(of) };
	struct wanted wanted = {
		.prefix = &prefix, .view = what, .view_of = of, .want = want ? HS__WANT_NOW : HS__WANT_NOT
	};
	struct hs__column *column = NULL;
	enum hs_status status = HS_OK;

	memcpy(prefix.bytes, &what, sizeof(what));
	memcpy(prefix.bytes + sizeof(what), &of, sizeof(of));
	if (hs__find_columns(finder->txn)) {
		hs__shelf_enter();
		status = get(finder, &wanted, &column, err);
		hs__shelf_leave();
	}
	*out = column;
	return status;
}

/* With the lock. The search has the column already: in place of a copy it then has both, since a part of it
 * may be using that. */
static enum hs_status add_link(struct hs__finder *finder, const struct hs__column **out,
	struct wanted_link *wanted, struct hs_error *err)
{
	struct hs__column *column = (struct hs__column *)(uintptr_t)*out;

	enum hs_status status = HS_OK;

	while (status == HS_OK && column->shelf && column->busy && hs__find_may_wait(finder->txn))
		status = await(finder, err);
	if (status != HS_OK || !column->shelf || column->busy ||
		(column->users > 1 && finder->column_count == HS__FIND_COLUMNS))
		return status;
	status = change(finder, &column, 1, link_to, wanted, err);
	if (!column)
		return HS_OK;
	if (column != *out)
		hs__shelf_hold(finder, column);
	*out = column;
	return status;
}

/* Has the link little to catch up with? */
#define SOON_LINKED 512u
static bool is_soon_linked(const struct hs__column *column, const struct wanted_link *wanted)
{
	size_t keys = column->key_count;
	uint64_t rows = wanted->last_row;

	for (unsigned i = 0; i < column->link_count; i++) {
		if (column->links[i].type == wanted->type) {
			keys -= column->links[i].key_count;
			rows -= column->links[i].last_row;
		}
	}
	return keys + rows < SOON_LINKED;
}

enum hs_status hs__columns_get_linked(struct hs__finder *finder, uint32_t type, uint32_t param,
	uint32_t target, enum hs__want want, struct hs__linked *out, struct hs_error *err)
{
	struct hs__key prefix;
	struct wanted wanted = { .type = type, .target = target, .prefix = &prefix, .want = want };
	struct wanted_link link = { .type = target };
	struct hs__linked linked = { .link = NULL };

	*out = linked;
	hs__key_begin(&prefix, param);
	enum hs_status status = hs__find_last_row(finder->txn, target, &link.last_row, err);
	if (status == HS_OK)
		status = get_column(finder, &wanted, &linked.column, err);
	if (status != HS_OK || !linked.column)
		return status;
	hs__shelf_enter();
	if (!hs__column_linked(linked.column, target, link.last_row) &&
		(is_soon_linked(linked.column, &link) || (want != HS__WANT_NOT && !is_left(finder, &wanted))))
		status = add_link(finder, &linked.column, &link, err);
	if (status == HS_OK)
		linked.link = hs__column_linked(linked.column, target, link.last_row);
	hs__shelf_leave();
	*out = linked;
	return status;
}

/* A row takes a number in the column and one in its inverse, and has a part in keys, sets and links. */
#define BYTES_A_ROW 16u

static enum hs_status get_wanted(struct hs__finder *finder, const struct hs__wanted_column *wanted, bool *got,
	struct hs_error *err)
{
	uint32_t param = hs__key_read_number(hs__key_slice(&wanted->prefix));
	struct hs__linked linked = { .column = NULL };
	enum hs_status status = wanted->target ?
		hs__columns_get_linked(finder, wanted->type, param, wanted->target, HS__WANT_NOW, &linked,
			err) :
		hs__columns_get(finder, wanted->type, &wanted->prefix, HS__WANT_NOW, &linked.column, err);

	*got = linked.column != NULL;
	return status;
}

enum hs_status hs__columns_make(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__wanted_column *wanted, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = arena };
	uint64_t last = 0;
	bool got = false;
	enum hs_status status = hs__find_last_row(txn, wanted->type, &last, err);

	if (wanted->foreseen)
		finder.spare = ((size_t)last + 1) * BYTES_A_ROW;
	/* The first time one may go that is too far behind. */
	for (unsigned i = 0; i < 2 && !got && status == HS_OK; i++)
		status = get_wanted(&finder, wanted, &got, err);
	hs__columns_release(&finder);
	return status;
}
