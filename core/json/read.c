/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into trees. */
#include <handslag/json.h>

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
