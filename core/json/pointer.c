/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Pointer (RFC 6901). */
#include <core/json/pointer.h>

bool hs__json_pointer_is_valid(struct hs_slice pointer)
{
	if (pointer.len && pointer.ptr[0] != '/')
		return false;
	for (size_t i = 0; i < pointer.len; i++)
		if (pointer.ptr[i] == '~' &&
			(i + 1 == pointer.len || (pointer.ptr[i + 1] != '0' && pointer.ptr[i + 1] != '1')))
			return false;
	return true;
}

struct hs_slice hs__json_pointer_token(struct hs_slice *pointer)
{
	struct hs_slice rest = hs_slice_from(*pointer, 1);
	struct hs_slice token = hs_slice_cut(&rest, '/');
	/* What is left starts at its own slash again. */
	*pointer = rest.ptr ? hs_slice(rest.ptr - 1, rest.len + 1) : HS_S_NONE;
	return token;
}

/* Whether `token`, with ~0 and ~1 read as ~ and /, is `name`. */
static bool is_name(struct hs_slice token, struct hs_slice name)
{
	size_t at = 0;
	for (size_t i = 0; i < token.len; i++, at++) {
		char c = token.ptr[i];
		if (c == '~' && i + 1 < token.len)
			c = token.ptr[++i] == '1' ? '/' : '~';
		if (at == name.len || name.ptr[at] != c)
			return false;
	}
	return at == name.len;
}

bool hs__json_pointer_index(struct hs_slice token, size_t *out)
{
	uint64_t index;
	if (token.len > 1 && token.ptr[0] == '0')
		return false;
	if (!hs_slice_u64(token, &index))
		return false;
	*out = (size_t)index;
	return true;
}

struct hs_json *hs__json_pointer_child(const struct hs_json *parent, struct hs_slice token)
{
	size_t index;
	if (hs_json_is(parent, HS_JSON_ARRAY))
		return hs__json_pointer_index(token, &index) ? hs_json_at(parent, index) : NULL;
	if (!hs_json_is(parent, HS_JSON_OBJECT))
		return NULL;
	HS_JSON_EACH(member, parent)
		if (is_name(token, hs_json_key(member)))
			return member;
	return NULL;
}

struct hs_slice hs__json_pointer_name(struct hs_arena *arena, struct hs_slice token)
{
	char *name = hs_arena_raw(arena, token.len + 1);
	size_t len = 0;
	if (!name)
		return HS_S_NONE;
	for (size_t i = 0; i < token.len; i++) {
		char c = token.ptr[i];
		if (c == '~' && i + 1 < token.len)
			c = token.ptr[++i] == '1' ? '/' : '~';
		name[len++] = c;
	}
	return hs_slice(name, len);
}

struct hs_json *hs_json_pointer(const struct hs_json *root, struct hs_slice pointer)
{
	/* The tree is the caller's to change; only the walk is const. */
	struct hs_json *at = (struct hs_json *)(uintptr_t)root;
	if (!hs__json_pointer_is_valid(pointer))
		return NULL;
	while (at && pointer.len)
		at = hs__json_pointer_child(at, hs__json_pointer_token(&pointer));
	return at;
}
