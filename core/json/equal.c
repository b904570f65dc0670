/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing trees, with numbers taken as their texts or as their values. */
#include <core/json/decimal.h>

#include <core/base/map.h>

/* From here on members that are not in the same order are looked up in a table. */
#define MANY 32u

typedef bool same_number(struct hs_slice a, struct hs_slice b);

static bool equal(const struct hs_json *a, const struct hs_json *b, same_number *numbers);

static bool equal_arrays(const struct hs_json *a, const struct hs_json *b, same_number *numbers)
{
	const struct hs_json *other = hs_json_first(b);
	HS_JSON_EACH(item, a) {
		if (!equal(item, other, numbers))
			return false;
		other = hs_json_next(other);
	}
	return true;
}

static bool equal_by_table(const struct hs_json *a, const struct hs_json *b, same_number *numbers)
{
	struct hs_map names;
	bool same = true;
	hs_map_init(&names, NULL);
	names.seed = hs_hash_secret();
	HS_JSON_EACH(member, b)
		hs_map_put(&names, hs_json_key(member), NULL)->value.ptr = member;
	HS_JSON_EACH(member, a) {
		const struct hs_map_slot *slot = hs_map_get(&names, hs_json_key(member));
		same = slot && equal(member, slot->value.ptr, numbers);
		if (!same)
			break;
	}
	hs_map_free(&names);
	return same;
}

static bool equal_objects(const struct hs_json *a, const struct hs_json *b, same_number *numbers)
{
	/* Mostly the order is the same: then one walk along both is enough. */
	const struct hs_json *other = hs_json_first(b);
	HS_JSON_EACH(member, a) {
		if (!hs_slice_eq(hs_json_key(member), hs_json_key(other))) {
			if (a->len >= MANY)
				return equal_by_table(a, b, numbers);
			const struct hs_json *found = hs_json_get(b, hs_json_key(member));
			if (!found || !equal(member, found, numbers))
				return false;
		} else if (!equal(member, other, numbers)) {
			return false;
		}
		other = hs_json_next(other);
	}
	return true;
}

static bool equal(const struct hs_json *a, const struct hs_json *b, same_number *numbers)
{
	if (!a || !b)
		return a == b;
	if (a->type != b->type || (a->type >= HS_JSON_STRING && a->len != b->len))
		return false;
	switch ((enum hs_json_type)a->type) {
	case HS_JSON_NUMBER:
		return numbers(hs_json_text(a), hs_json_text(b));
	case HS_JSON_STRING:
		return hs_slice_eq(hs_json_text(a), hs_json_text(b));
	case HS_JSON_ARRAY:
		return equal_arrays(a, b, numbers);
	case HS_JSON_OBJECT:
		return equal_objects(a, b, numbers);
	case HS_JSON_NULL:
	case HS_JSON_FALSE:
	case HS_JSON_TRUE:
		break;
	}
	return true;
}

bool hs_json_equal(const struct hs_json *a, const struct hs_json *b)
{
	return equal(a, b, hs_slice_eq);
}

bool hs__json_same_value(const struct hs_json *a, const struct hs_json *b)
{
	return equal(a, b, hs__json_same_number);
}
