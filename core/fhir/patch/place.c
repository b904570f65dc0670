/* SPDX-License-Identifier: Apache-2.0 */
/* Places of a patch: a member or an item of one, kept in step with its "_name" sibling. */
#include <core/fhir/patch/patch_private.h>

/* Values of an evaluation are const; the tree is the patch's own. */
static struct hs_json *own(const struct hs_json *node)
{
	return (struct hs_json *)(uintptr_t)node;
}

static bool find_item(struct hs_json *array, const struct hs_json *node, size_t *index)
{
	size_t at = 0;
	HS_JSON_EACH(item, array) {
		if (item == node) {
			*index = at;
			return true;
		}
		at++;
	}
	return false;
}

bool hs__patch_place(const struct hs_path_value *value, struct hs__patch_place *out)
{
	/* A primitive without value stands in the sibling only. */
	const struct hs_json *node = value->node && value->node->type != HS_JSON_NULL ? value->node :
											value->shadow;
	struct hs_json *parent = own(value->parent);
	if (!node || !parent)
		return false;
	HS_JSON_EACH(member, parent) {
		size_t index = 0;
		bool item = hs_json_is(member, HS_JSON_ARRAY) && find_item(member, node, &index);
		if (member != node && !item)
			continue;
		struct hs_slice key = hs_json_key(member);
		*out = (struct hs__patch_place) { .parent = parent,
			.key = hs_slice_starts(key, HS_S("_")) ? hs_slice_from(key, 1) : key,
			.array = item ? member : NULL,
			.index = index,
			.element = value->element };
		return true;
	}
	return false;
}

/* ---- the "_name" sibling ---- */

static struct hs_slice shadow_key(struct hs__patch *patch, struct hs_slice key)
{
	return hs_arena_printf(patch->arena, "_%.*s", HS_S_ARG(key));
}

/* A sibling that has nothing but nulls says nothing, and neither does an empty array. */
static void remove_hollow(struct hs_json *parent, struct hs_json *array)
{
	HS_JSON_EACH(item, array)
		if (!hs_json_is(item, HS_JSON_NULL))
			return;
	hs_json_remove(parent, array);
}

static void remove_item(struct hs_json *parent, struct hs_json *array, size_t index)
{
	struct hs_json *item = hs_json_at(array, index);
	if (!item)
		return;
	hs_json_remove(array, item);
	if (hs_json_count(array) == 0 || hs_slice_starts(hs_json_key(array), HS_S("_")))
		remove_hollow(parent, array);
}

void hs__patch_remove(struct hs__patch *patch, const struct hs__patch_place *place)
{
	struct hs_slice keys[2] = { place->key, shadow_key(patch, place->key) };
	for (size_t i = 0; i < 2; i++) {
		struct hs_json *member = hs_json_get(place->parent, keys[i]);
		if (!member)
			continue;
		if (hs_json_is(member, HS_JSON_ARRAY))
			remove_item(place->parent, member, place->index);
		else
			hs_json_remove(place->parent, member);
	}
}

/* Where an object stands that no path named. */
static bool find_object(struct hs_json *from, const struct hs_json *object, struct hs__patch_place *out)
{
	HS_JSON_EACH(child, from) {
		bool inside = hs_json_is(from, HS_JSON_ARRAY);
		if (child == object) {
			out->array = inside ? from : NULL;
			out->key = hs_json_key(child);
			out->parent = from;
			return !inside || find_item(from, object, &out->index);
		}
		if (!find_object(child, object, out))
			continue;
		if (out->parent == child && hs_json_is(child, HS_JSON_ARRAY)) {
			out->key = hs_json_key(child);
			out->parent = from;
		}
		return true;
	}
	return false;
}

/* What a primitive had beside its value; without a value either, the item is gone. */
static void remove_shadow(struct hs__patch *patch, const struct hs__patch_place *place)
{
	struct hs__patch_place value = *place;
	value.key = hs_slice_from(place->key, 1);
	const struct hs_json *item = hs_json_at(hs_json_get(value.parent, value.key), value.index);
	if (!place->array) {
		hs_json_remove(place->parent, hs_json_get(place->parent, place->key));
	} else if (!item || hs_json_is(item, HS_JSON_NULL)) {
		hs__patch_remove(patch, &value);
	} else {
		hs_json_replace(place->array, hs_json_at(place->array, place->index),
			hs_json_null(patch->arena));
		remove_hollow(place->parent, place->array);
	}
}

void hs__patch_prune(struct hs__patch *patch, struct hs_json *object)
{
	struct hs__patch_place place = { 0 };
	while (hs_json_is(object, HS_JSON_OBJECT) && hs_json_count(object) == 0 &&
		find_object(patch->resource, object, &place)) {
		if (hs_slice_starts(place.key, HS_S("_")))
			remove_shadow(patch, &place);
		else
			hs__patch_remove(patch, &place);
		object = place.parent;
	}
}

/* The array of `key`, made long enough with nulls when it is the sibling. */
static struct hs_json *array_of(struct hs__patch *patch, struct hs_json *parent, struct hs_slice key,
	size_t count)
{
	struct hs_json *array = hs_json_get(parent, key);
	if (!array)
		array = hs_json_add_array(patch->arena, parent, key);
	while (array && hs_json_count(array) < count)
		if (!hs_json_push(array, hs_json_null(patch->arena)))
			return NULL;
	return array;
}

enum hs_status hs__patch_insert(struct hs__patch *patch, struct hs_json *parent, struct hs_slice key,
	size_t index, struct hs_json *value, struct hs_json *shadow)
{
	struct hs_json *array = hs_json_get(parent, key);
	if (array && !hs_json_is(array, HS_JSON_ARRAY))
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"'%.*s' does not repeat, so nothing can be inserted", HS_S_ARG(key));
	struct hs_slice sibling = shadow_key(patch, key);
	size_t count = hs_json_count(array);
	bool shadowed = shadow || hs_json_get(parent, sibling);
	array = array_of(patch, parent, key, 0);
	struct hs_json *shadows = shadowed && array ? array_of(patch, parent, sibling, count) : NULL;
	if (!array || !value || (shadowed && !shadows))
		return hs__patch_fail(patch, HS_E_LIMIT, "the patch makes the resource too large");
	hs_json_insert(array, index, value);
	if (shadows)
		hs_json_insert(shadows, index, shadow ? shadow : hs_json_null(patch->arena));
	return HS_OK;
}

struct hs_json *hs__patch_shadow(struct hs__patch *patch, const struct hs__patch_place *place)
{
	struct hs_slice sibling = shadow_key(patch, place->key);
	struct hs_json *made = hs_json_object(patch->arena), *had = hs_json_get(place->parent, sibling);
	if (!place->array) {
		if (!had)
			hs_json_add(place->parent, sibling, made);
		return had ? had : made;
	}
	struct hs_json *array = array_of(patch, place->parent, sibling, place->index + 1);
	had = hs_json_at(array, place->index);
	if (!had || !made || hs_json_is(had, HS_JSON_OBJECT))
		return made ? had : NULL;
	hs_json_replace(array, had, made);
	return made;
}

static void move_item(struct hs_json *array, size_t from, size_t to)
{
	struct hs_json *item = hs_json_at(array, from);
	if (!item || to >= hs_json_count(array))
		return;
	hs_json_remove(array, item);
	hs_json_insert(array, to, item);
}

void hs__patch_move(struct hs__patch *patch, const struct hs__patch_place *place, size_t to)
{
	move_item(hs_json_get(place->parent, place->key), place->index, to);
	move_item(hs_json_get(place->parent, shadow_key(patch, place->key)), place->index, to);
}

static void put(struct hs_json *parent, struct hs_slice key, const struct hs__patch_place *place,
	struct hs_json *value)
{
	struct hs_json *member = hs_json_get(parent, key);
	struct hs_json *now = place->array ? hs_json_at(member, place->index) : member;
	if (now && value)
		hs_json_replace(place->array ? member : parent, now, value);
	else if (!place->array)
		hs_json_add(parent, key, value);
}

void hs__patch_put(struct hs__patch *patch, const struct hs__patch_place *place, struct hs_json *value,
	struct hs_json *shadow)
{
	put(place->parent, place->key, place, value);
	put(place->parent, shadow_key(patch, place->key), place, shadow);
}
