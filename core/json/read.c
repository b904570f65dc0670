/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into trees and comparing them. */
#include <handslag/json.h>

#include <core/base/map.h>

/* From here on members that are not in the same order are looked up in a table. */
#define MANY 32u

struct hs_json *hs_json_get(const struct hs_json *object, struct hs_slice name)
{
	if (!hs_json_is(object, HS_JSON_OBJECT))
		return NULL;
	HS_JSON_EACH(member, object)
		if (member->key_len == name.len &&
			(name.len == 0 || memcmp(member->key, name.ptr, name.len) == 0))
			return member;
	return NULL;
}

struct hs_json *hs_json_at(const struct hs_json *array, size_t index)
{
	if (!hs_json_is(array, HS_JSON_ARRAY) || index >= array->len)
		return NULL;
	if (index == array->len - 1)
		return array->u.last;
	struct hs_json *item = array->u.last->next;
	while (index--)
		item = item->next;
	return item;
}

struct hs_slice hs_json_get_text(const struct hs_json *object, struct hs_slice name)
{
	const struct hs_json *member = hs_json_get(object, name);
	return hs_json_is(member, HS_JSON_STRING) ? hs_json_text(member) : HS_S_NONE;
}

bool hs_json_get_bool(const struct hs_json *object, struct hs_slice name, bool otherwise)
{
	const struct hs_json *member = hs_json_get(object, name);
	return hs_json_is(member, HS_JSON_TRUE)   ? true :
		hs_json_is(member, HS_JSON_FALSE) ? false :
						    otherwise;
}

bool hs_json_i64(const struct hs_json *v, int64_t *out)
{
	uint64_t size;
	if (!hs_json_is(v, HS_JSON_NUMBER))
		return false;
	struct hs_slice text = hs_json_text(v);
	bool negative = hs_slice_starts(text, HS_S("-"));
	if (!hs_slice_u64(hs_slice_from(text, negative), &size) || size > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - size) : (int64_t)size;
	return true;
}

static bool equal_arrays(const struct hs_json *a, const struct hs_json *b)
{
	const struct hs_json *other = hs_json_first(b);
	HS_JSON_EACH(item, a) {
		if (!hs_json_equal(item, other))
			return false;
		other = hs_json_next(other);
	}
	return true;
}

static bool equal_by_table(const struct hs_json *a, const struct hs_json *b)
{
	struct hs_map names;
	bool equal = true;
	hs_map_init(&names, NULL);
	names.seed = hs_hash_secret();
	HS_JSON_EACH(member, b)
		hs_map_put(&names, hs_json_key(member), NULL)->value.ptr = member;
	HS_JSON_EACH(member, a) {
		const struct hs_map_slot *slot = hs_map_get(&names, hs_json_key(member));
		equal = slot && hs_json_equal(member, slot->value.ptr);
		if (!equal)
			break;
	}
	hs_map_free(&names);
	return equal;
}

static bool equal_objects(const struct hs_json *a, const struct hs_json *b)
{
	/* Mostly the order is the same: then one walk along both is enough. */
	const struct hs_json *other = hs_json_first(b);
	HS_JSON_EACH(member, a) {
		if (!hs_slice_eq(hs_json_key(member), hs_json_key(other))) {
			if (a->len >= MANY)
				return equal_by_table(a, b);
			const struct hs_json *found = hs_json_get(b, hs_json_key(member));
			if (!found || !hs_json_equal(member, found))
				return false;
		} else if (!hs_json_equal(member, other)) {
			return false;
		}
		other = hs_json_next(other);
	}
	return true;
}

bool hs_json_equal(const struct hs_json *a, const struct hs_json *b)
{
	if (!a || !b)
		return a == b;
	if (a->type != b->type || (a->type >= HS_JSON_NUMBER && a->len != b->len))
		return false;
	switch ((enum hs_json_type)a->type) {
	case HS_JSON_NUMBER:
	case HS_JSON_STRING:
		return hs_slice_eq(hs_json_text(a), hs_json_text(b));
	case HS_JSON_ARRAY:
		return equal_arrays(a, b);
	case HS_JSON_OBJECT:
		return equal_objects(a, b);
	case HS_JSON_NULL:
	case HS_JSON_FALSE:
	case HS_JSON_TRUE:
		break;
	}
	return true;
}
