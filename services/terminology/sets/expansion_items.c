/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of the codes of a value set, held against one another: each once, those in both, those in one only.
 */
#include "expansion_walk.h"

#include "apart.h"
#include "../compile/tree.h"

#define LISTED 2u     /* steps to put a code on a list */
#define FIRST_ROOM 8u /* for codes on a list: a set may have a rule for each code */

/* ---- which items are the same ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static uint64_t hash_text(uint64_t h, struct hs_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3ull;
	return mix(h, s.len);
}

static uint64_t hash_item(const struct tx_expansion *x, const struct tx_item *item)
{
	if (!x->by_code)
		return mix(mix(1, (uint64_t)(uintptr_t)item->system.row), item->concept);
	return hash_text(hash_text(2, TX_SYSTEM_URL(item->system)), hs_tx_code(item->system, item->concept));
}

static bool same_item(const struct tx_expansion *x, const struct tx_item *a, const struct tx_item *b)
{
	bool same_place = a->concept == b->concept;

	if (a->system.row == b->system.row)
		return same_place;
	return x->by_code && hs_slice_eq(TX_SYSTEM_URL(a->system), TX_SYSTEM_URL(b->system)) &&
		hs_slice_eq(hs_tx_code(a->system, a->concept), hs_tx_code(b->system, b->concept)) &&
		(!x->apart.row || hs_tx_is_same_code(x->ctx, x->apart, a->system, b->system));
}

/* The slot of an equal item or the free one where it belongs. */
static size_t slot_of(const struct tx_expansion *x, const struct tx_item *items, const uint32_t *table,
	size_t room, const struct tx_item *item)
{
	size_t at = hash_item(x, item) & (room - 1);

	while (table[at] && !same_item(x, &items[table[at] - 1], item))
		at = (at + 1) & (room - 1);
	return at;
}

/* ---- lists ---- */

enum hs_status hs_tx_walk_reserve(struct tx_walk *w, struct tx_list *list, size_t count, struct hs_error *err)
{
	if (count <= list->room)
		return HS_OK;
	void *items = hs_arena_grow(w->ctx->arena, list->items, list->room * sizeof(*list->items),
		count * sizeof(*list->items));
	if (!items)
		return hs_tx_walk_too_costly(w, err);
	list->items = items;
	list->room = count;
	return HS_OK;
}

enum hs_status hs_tx_walk_push(struct tx_walk *w, struct tx_list *list, struct tx_item item,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (!tx_spend(&w->ctx->patience, LISTED))
		return tx_say_spent(err);
	if (list->count == list->room)
		status = hs_tx_walk_reserve(w, list, list->room ? list->room * 2 : FIRST_ROOM, err);
	if (status)
		return status;
	list->items[list->count++] = item;
	return HS_OK;
}

/* The slots of a table over a list, twice as many as it has items. NULL: no memory. */
static uint32_t *make_table(struct tx_expansion *x, const struct tx_list *list, size_t *room)
{
	*room = 64;
	while (*room < list->count * 2)
		*room *= 2;
	uint32_t *table = hs_arena_array(x->ctx->arena, *room, sizeof(*table));
	for (size_t i = 0; table && i < list->count; i++) {
		size_t at = slot_of(x, list->items, table, *room, &list->items[i]);
		if (!table[at])
			table[at] = (uint32_t)i + 1;
	}
	return table;
}

size_t hs_tx_walk_systems_of(const struct tx_list *list, struct tx_system *out)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count && n < TX_WALK_SYSTEMS; i++) {
		size_t k = n;
		while (k && out[k - 1].row != list->items[i].system.row)
			k--;
		if (!k)
			out[n++] = list->items[i].system;
	}
	return n;
}

/* Whether two versions of a code system meet in what is held against each other. */
static bool versions_meet(const struct tx_list *list, const struct tx_list *other)
{
	struct tx_system a[TX_WALK_SYSTEMS], b[TX_WALK_SYSTEMS];
	size_t n = hs_tx_walk_systems_of(list, a), m = hs_tx_walk_systems_of(other, b);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (a[i].row != b[k].row && hs_slice_eq(TX_SYSTEM_URL(a[i]), TX_SYSTEM_URL(b[k])))
				return true;
	return false;
}

enum hs_status hs_tx_walk_keep(struct tx_walk *w, struct tx_list *list, const struct tx_list *other,
	const struct tx_set *less, struct hs_error *err)
{
	struct tx_expansion *x = w->x;
	bool before = x->by_code;
	size_t room, n = 0;

	x->by_code = before || (w->ctx->params.versions_match != TX_NO && versions_meet(list, other));
	x->apart = less ? *less : (struct tx_set) { NULL, NULL };
	uint32_t *table = make_table(x, other, &room);
	if (!table)
		return hs_tx_walk_too_costly(w, err);
	for (size_t i = 0; i < list->count; i++) {
		const struct tx_item *item = &list->items[i];
		uint32_t at = table[slot_of(x, other->items, table, room, item)];
		if ((at != 0) != (less != NULL))
			list->items[n++] = *item;
		else if (less && other->items[at - 1].system.row != item->system.row)
			x->merged = true;
	}
	list->count = n;
	x->by_code = before;
	x->apart = (struct tx_set) { NULL, NULL };
	return HS_OK;
}

enum hs_status hs_tx_walk_add(struct tx_walk *w, struct tx_unique *u, const struct tx_list *more,
	struct hs_error *err)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct tx_item *item = &more->items[i];
		if (u->list->count * 2 >= u->room) {
			u->room = u->room ? u->room : 128;
			while (u->room <= u->list->count * 2)
				u->room *= 4;
			u->table = hs_arena_array(w->ctx->arena, u->room, sizeof(uint32_t));
			for (size_t k = 0; u->table && u->list->items && k < u->list->count; k++)
				u->table[slot_of(w->x, u->list->items, u->table, u->room,
					&u->list->items[k])] = (uint32_t)k + 1;
		}
		if (!u->table)
			return hs_tx_walk_too_costly(w, err);
		size_t at = slot_of(w->x, u->list->items, u->table, u->room, item);
		if (u->table[at])
			continue;
		enum hs_status status = hs_tx_walk_push(w, u->list, *item, err);
		if (status)
			return status;
		u->table[at] = (uint32_t)u->list->count;
	}
	return HS_OK;
}
