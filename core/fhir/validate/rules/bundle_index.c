/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a bundle by address, and what a reference in one of them means (R4 bundle, section 2.36.4.1). */
#include <core/fhir/validate/rules/rules_private.h>

#define COUNT_MAX 100u /* entries of one address that are counted */

/* Puts the entry at the end of the chain of those with the same key; `chain` tells which link is used. */
static void put(struct hs_map *map, struct hs_slice key, struct hs__entry *entry, bool chain)
{
	bool fresh;
	struct hs_map_slot *slot = key.len ? hs_map_put(map, key, &fresh) : NULL;
	if (!slot)
		return;
	if (fresh) {
		slot->value.ptr = entry;
		return;
	}
	if (!chain)
		return;
	struct hs__entry *first = slot->value.ptr;
	/* The first keeps the last one in `tail`, so that many of the same address stay linear. */
	first->tail = first->tail ? first->tail : first;
	first->tail->next = entry;
	first->tail = entry;
}

static struct hs_slice type_and_id(struct hs_arena *arena, struct hs_slice type, struct hs_slice id)
{
	return type.len && id.len ? hs_arena_printf(arena, "%.*s/%.*s", HS_S_ARG(type), HS_S_ARG(id)) :
				    HS_S_NONE;
}

static struct hs__bundle *make_index(struct hs_arena *arena, const struct hs_json *bundle)
{
	const struct hs_json *entries = hs__rules_array(bundle, "entry");
	struct hs__bundle *index = hs_arena_alloc(arena, sizeof(*index));
	if (!index)
		return NULL;
	index->bundle = bundle;
	index->entries = hs_arena_array(arena, hs_json_count(entries) + 1, sizeof(*index->entries));
	hs_map_init(&index->by_url, arena);
	hs_map_init(&index->by_id, arena);
	index->by_url.seed = index->by_id.seed = hs_hash_secret();
	if (!index->entries)
		return NULL;
	HS_JSON_EACH(item, entries) {
		struct hs__entry *entry = &index->entries[index->count];
		entry->index = index->count++;
		entry->entry = item;
		entry->resource = hs_json_get(item, HS_S("resource"));
		entry->url = hs_json_get_text(item, HS_S("fullUrl"));
		entry->type = hs__rules_type(entry->resource);
		entry->id = hs_json_get_text(entry->resource, HS_S("id"));
		put(&index->by_url, entry->url, entry, true);
		put(&index->by_id, type_and_id(arena, entry->type, entry->id), entry, false);
	}
	return index;
}

const struct hs__bundle *hs__bundle_of(struct hs__validation *run, const struct hs_json *bundle)
{
	struct hs__bundle *first = run->rules;
	for (struct hs__bundle *index = first; index; index = index->next)
		if (index->bundle == bundle)
			return index;
	struct hs__bundle *index = make_index(run->arena, bundle);
	if (!index)
		return NULL;
	index->next = first;
	run->rules = index;
	return index;
}

bool hs__bundle_around(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle **bundle, const struct hs__entry **entry)
{
	/* The chain is Bundle - entry - resource. */
	const struct hs__node *at = node;
	while (at &&
		!(at->up && at->up->up && hs_slice_eq(at->name, HS_S("resource")) &&
			hs_slice_eq(at->up->name, HS_S("entry")) &&
			hs_slice_eq(hs__rules_type(at->up->up->value), HS_S("Bundle"))))
		at = at->up;
	if (!at || at->up->index < 0)
		return false;
	*bundle = hs__bundle_of(run, at->up->up->value);
	if (!*bundle || at->up->index >= (int64_t)(*bundle)->count)
		return false;
	*entry = &(*bundle)->entries[at->up->index];
	return true;
}

/* The address that a reference in `from` stands for, without a version; empty when it has none. */
static struct hs_slice full_address(struct hs_arena *arena, const struct hs__entry *from,
	struct hs_slice reference, struct hs_slice *version)
{
	struct hs_reference parts;
	struct hs_reference own;
	*version = HS_S_NONE;
	if (!hs_reference_parse(reference, &parts) || !parts.type.len || !parts.id.len)
		return hs_slice_first(reference, hs_slice_find(reference, '#', 0));
	*version = parts.version;
	if (parts.base.len)
		return hs_arena_printf(arena, "%.*s/%.*s/%.*s", HS_S_ARG(parts.base), HS_S_ARG(parts.type),
			HS_S_ARG(parts.id));
	bool addressed = hs_reference_parse(from->url, &own);
	/* Relative itself, which is told once: then the reference means the entry that says the same. */
	if (addressed && !own.base.len && own.type.len)
		return hs_arena_printf(arena, "%.*s/%.*s", HS_S_ARG(parts.type), HS_S_ARG(parts.id));
	if (!addressed || !own.base.len)
		return HS_S_NONE;
	return hs_arena_printf(arena, "%.*s/%.*s/%.*s", HS_S_ARG(own.base), HS_S_ARG(parts.type),
		HS_S_ARG(parts.id));
}

static uint32_t count_same_id(struct hs_arena *arena, const struct hs__bundle *bundle,
	struct hs_slice reference)
{
	struct hs_reference parts;
	if (!hs_reference_parse(reference, &parts) || !parts.type.len || !parts.id.len)
		return 0;
	return hs_map_get(&bundle->by_id, type_and_id(arena, parts.type, parts.id)) != NULL;
}

const struct hs__entry *hs__bundle_find(struct hs__validation *run, const struct hs__bundle *bundle,
	const struct hs__entry *from, struct hs_slice reference, uint32_t *count, bool *same_id)
{
	struct hs_slice version;
	struct hs_slice address = full_address(run->arena, from, reference, &version);
	const struct hs_map_slot *slot = address.len ? hs_map_get(&bundle->by_url, address) : NULL;
	const struct hs__entry *found = NULL;
	*count = 0;
	for (const struct hs__entry *entry = slot ? slot->value.ptr : NULL; entry && *count < COUNT_MAX;
		entry = entry->next) {
		const struct hs_json *meta = hs_json_get(entry->resource, HS_S("meta"));
		if (version.len && !hs_slice_eq(hs_json_get_text(meta, HS_S("versionId")), version))
			continue;
		found = found ? found : entry;
		++*count;
	}
	if (same_id)
		*same_id = count_same_id(run->arena, bundle, reference);
	return found;
}

/* A link stands in no entry, so what it is relative to is not said: the first entry's server, else any. */
const struct hs__entry *hs__bundle_find_linked(struct hs__validation *run, const struct hs__bundle *bundle,
	struct hs_slice url)
{
	uint32_t count;
	const struct hs__entry none = { .url = HS_S_NONE };
	const struct hs__entry *found = hs__bundle_find(run, bundle, bundle->count ? bundle->entries : &none,
		url, &count, NULL);
	const struct hs_map_slot *slot = found ? NULL : hs_map_get(&bundle->by_id, url);
	return slot ? slot->value.ptr : found;
}
