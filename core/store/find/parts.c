/* SPDX-License-Identifier: Apache-2.0 */
/* The components of a column's keys, numbered: those of the first lie together, others are looked for. */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <core/base/map.h>

void hs__parts_drop(struct hs__parts *parts)
{
	if (!parts || atomic_fetch_sub(&parts->holders, 1) > 1)
		return;
	hs_heap_free(parts->numbers);
	hs_heap_free(parts);
}

size_t hs__parts_memory(const struct hs__parts *parts)
{
	return sizeof(*parts) + parts->key_count * parts->components * sizeof(uint32_t);
}

/* The number of a component's key, a new one when there is none yet. */
static uint32_t number_of(struct hs_map *numbers, struct hs_slice part)
{
	bool fresh = false;
	struct hs_map_slot *slot = hs_map_put(numbers, part, &fresh);

	if (fresh)
		slot->value.number = numbers->count - 1;
	return (uint32_t)slot->value.number;
}

struct hs__parts *hs__parts_new(const struct hs__column *column, unsigned components)
{
	struct hs__parts *parts = hs_heap_alloc(sizeof(*parts));
	struct hs_map numbers[HS__COMPONENTS_MOST];
	struct hs_slice before = HS_S_NONE;

	*parts =
		(struct hs__parts) { .holders = 1, .components = components, .key_count = column->key_count };
	parts->numbers = hs_heap_raw((column->key_count * components + 1) * sizeof(uint32_t));
	for (unsigned i = 0; i < components; i++) {
		hs_map_init(&numbers[i], NULL);
		numbers[i].seed = hs_hash_secret();
	}
	for (uint32_t key = 1; key <= column->key_count; key++) {
		uint32_t *own = parts->numbers + (size_t)(key - 1) * components;
		struct hs_slice rest = hs__column_key(column, key);
		for (unsigned i = 0; i < components; i++) {
			struct hs_slice part = hs__combined_cut(&rest);
			bool again = !i && key > 1 && hs_slice_eq(part, before);
			own[i] = again ? *(own - components) : number_of(&numbers[i], part);
			before = i ? before : part;
		}
	}
	for (unsigned i = 0; i < components; i++) {
		parts->counts[i] = (uint32_t)numbers[i].count;
		hs_map_free(&numbers[i]);
	}
	return parts;
}
