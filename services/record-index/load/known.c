/* SPDX-License-Identifier: Apache-2.0 */
/* The subjects and custodians that came before: each text once, for as long as the load lasts. The thread
 * that reads finds them and adds new ones; that which stores numbers them. None is ever taken away, so that
 * both may hold on to what they were given; when the room is used up, new ones are simply not kept. */
#include "load.h"

#define ROOM ((size_t)384 << 20) /* some two million patients */
#define SMALLEST ((size_t)1 << 12)

void hs_ledger_known_open(struct hs_ledger_known_list *list)
{
	list->texts = hs_arena_new(ROOM);
}

void hs_ledger_known_close(struct hs_ledger_known_list *list)
{
	hs_arena_free(list->texts);
	hs_arena_free(list->room);
}

static bool is_it(const struct hs_ledger_known *known, enum hs_ledger_class of, struct hs_slice text)
{
	return known && known->of == of && hs_slice_eq(known->text, text);
}

static size_t place_of(const struct hs_ledger_known_list *list, enum hs_ledger_class of, struct hs_slice text)
{
	return (size_t)hs_ledger_hash(of, text) & (list->size - 1);
}

struct hs_ledger_known *hs_ledger_known_get(struct hs_ledger_known_list *list, enum hs_ledger_class of,
	struct hs_slice text)
{
	struct hs_ledger_known **last = &list->last[of == HS_LEDGER_OF_SUBJECT];

	/* Pointers often come patient by patient. */
	if (is_it(*last, of, text) || !list->size)
		return is_it(*last, of, text) ? *last : NULL;
	size_t i = place_of(list, of, text);
	while (list->slots[i] && !is_it(list->slots[i], of, text))
		i = (i + 1) & (list->size - 1);
	if (list->slots[i])
		*last = list->slots[i];
	return list->slots[i];
}

static void put(struct hs_ledger_known_list *list, struct hs_ledger_known *known)
{
	size_t i = place_of(list, known->of, known->text);

	while (list->slots[i])
		i = (i + 1) & (list->size - 1);
	list->slots[i] = known;
}

static bool grow(struct hs_ledger_known_list *list)
{
	size_t size = list->size ? list->size * 2 : SMALLEST, old_size = list->size;
	struct hs_ledger_known **old = list->slots;
	struct hs_arena *old_room = list->room;
	struct hs_arena *room = hs_arena_new(size * sizeof(struct hs_ledger_known *) + 65536);
	struct hs_ledger_known **slots = hs_arena_array(room, size, sizeof(struct hs_ledger_known *));

	if (!slots) {
		hs_arena_free(room);
		return false;
	}
	list->room = room;
	list->slots = slots;
	list->size = size;
	for (size_t i = 0; i < old_size; i++) {
		if (old[i])
			put(list, old[i]);
	}
	hs_arena_free(old_room);
	return true;
}

static struct hs_ledger_known *make(struct hs_arena *arena, enum hs_ledger_class of, struct hs_slice text)
{
	struct hs_ledger_known *known = hs_arena_alloc(arena, sizeof *known);
	struct hs_slice copy = known ? hs_arena_copy(arena, text) : HS_S_NONE;

	if (!copy.ptr)
		return NULL;
	known->text = copy;
	known->of = of;
	return known;
}

struct hs_ledger_known *hs_ledger_known_add(struct hs_ledger_known_list *list, struct hs_arena *arena,
	enum hs_ledger_class of, struct hs_slice text)
{
	struct hs_ledger_known *known = NULL;

	if (!list->full && (list->count < list->size / 2 || grow(list)))
		known = make(list->texts, of, text);
	if (!known) {
		__atomic_store_n(&list->full, true, __ATOMIC_RELEASE);
		return make(arena, of, text);
	}
	put(list, known);
	list->count++;
	return known;
}

bool hs_ledger_known_full(const struct hs_ledger_known_list *list)
{
	return __atomic_load_n(&list->full, __ATOMIC_ACQUIRE);
}
