/* SPDX-License-Identifier: Apache-2.0 */
/* The table of names in memory: a map and an array a space, behind one lock that readers share. */
#include <core/store/sqlite/names.h>

#include <core/base/heap.h>
#include <handslag/error.h>
#include <pthread.h>

struct space {
	struct hs_map numbers;  /* text to number */
	struct hs_slice *texts; /* by number */
	uint32_t room;
};

struct hs__names {
	pthread_rwlock_t lock;
	struct hs_arena *arena; /* the texts */
	struct space spaces[HS__SPACES];
};

struct hs__names *hs__names_new(void)
{
	struct hs__names *names = hs_heap_alloc(sizeof(*names));

	pthread_rwlock_init(&names->lock, NULL);
	names->arena = hs_arena_new(SIZE_MAX);
	for (unsigned i = 0; i < HS__SPACES; i++)
		hs_map_init(&names->spaces[i].numbers, NULL);
	return names;
}

void hs__names_free(struct hs__names *names)
{
	if (!names)
		return;
	for (unsigned i = 0; i < HS__SPACES; i++) {
		hs_map_free(&names->spaces[i].numbers);
		hs_heap_free(names->spaces[i].texts);
	}
	hs_arena_free(names->arena);
	pthread_rwlock_destroy(&names->lock);
	hs_heap_free(names);
}

uint32_t hs__names_find(struct hs__names *names, unsigned space, struct hs_slice text)
{
	HS_ASSERT(space < HS__SPACES);
	pthread_rwlock_rdlock(&names->lock);
	struct hs_map_slot *slot = hs_map_get(&names->spaces[space].numbers, text);
	uint32_t number = slot ? (uint32_t)slot->value.number : 0;
	pthread_rwlock_unlock(&names->lock);
	return number;
}

struct hs_slice hs__names_text(struct hs__names *names, unsigned space, uint32_t number)
{
	HS_ASSERT(space < HS__SPACES);
	pthread_rwlock_rdlock(&names->lock);
	const struct space *s = &names->spaces[space];
	struct hs_slice text = number < s->room ? s->texts[number] : HS_S_NONE;
	pthread_rwlock_unlock(&names->lock);
	return text;
}

static void make_room(struct space *s, uint32_t number)
{
	if (number < s->room)
		return;
	uint32_t room = s->room ? s->room : 64;
	while (room <= number)
		room *= 2;
	s->texts = hs_heap_grow(s->texts, room * sizeof(s->texts[0]));
	memset(s->texts + s->room, 0, (room - s->room) * sizeof(s->texts[0]));
	s->room = room;
}

void hs__names_add(struct hs__names *names, unsigned space, uint32_t number, struct hs_slice text)
{
	HS_ASSERT(space < HS__SPACES && number > 0 && number <= HS__NAMES_MAX);
	pthread_rwlock_wrlock(&names->lock);
	struct space *s = &names->spaces[space];
	make_room(s, number);
	if (!s->texts[number].ptr) {
		struct hs_slice copy = hs_arena_copy(names->arena, text);
		s->texts[number] = copy;
		hs_map_put(&s->numbers, copy, NULL)->value.number = number;
	}
	pthread_rwlock_unlock(&names->lock);
}
