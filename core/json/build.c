/* SPDX-License-Identifier: Apache-2.0 */
/* Making nodes and changing trees in place. */
#include <core/json/scan.h>

#include <handslag/json.h>

#include <stdio.h>

static struct hs_json *make(struct hs_arena *arena, enum hs_json_type type)
{
	struct hs_json *v = hs_arena_raw(arena, sizeof(*v));
	if (v)
		*v = (struct hs_json) { .type = (uint8_t)type };
	return v;
}

static struct hs_json *make_text(struct hs_arena *arena, enum hs_json_type type, struct hs_slice text)
{
	HS_ASSERT(text.len <= UINT32_MAX);
	struct hs_json *v = make(arena, type);
	if (v) {
		v->u.text = text.ptr ? text.ptr : "";
		v->len = (uint32_t)text.len;
	}
	return v;
}

struct hs_json *hs_json_object(struct hs_arena *arena)
{
	return make(arena, HS_JSON_OBJECT);
}

struct hs_json *hs_json_array(struct hs_arena *arena)
{
	return make(arena, HS_JSON_ARRAY);
}

struct hs_json *hs_json_string(struct hs_arena *arena, struct hs_slice text)
{
	return make_text(arena, HS_JSON_STRING, text);
}

struct hs_json *hs_json_number(struct hs_arena *arena, struct hs_slice lexeme)
{
	const char *end = lexeme.ptr + lexeme.len;
	bool number = lexeme.len && hs__json_scan_number(lexeme.ptr, end) == end;
	return make_text(arena, number ? HS_JSON_NUMBER : HS_JSON_STRING, lexeme);
}

struct hs_json *hs_json_int(struct hs_arena *arena, int64_t value)
{
	struct hs_slice text = hs_arena_printf(arena, "%lld", (long long)value);
	return text.ptr ? make_text(arena, HS_JSON_NUMBER, text) : NULL;
}

struct hs_json *hs_json_bool(struct hs_arena *arena, bool value)
{
	return make(arena, value ? HS_JSON_TRUE : HS_JSON_FALSE);
}

struct hs_json *hs_json_null(struct hs_arena *arena)
{
	return make(arena, HS_JSON_NULL);
}

/* Puts `value` after `before`, or first when that is NULL. */
static void link_after(struct hs_json *parent, struct hs_json *before, struct hs_json *value)
{
	struct hs_json *last = parent->u.last;
	value->flags &= (uint8_t)~HS_JSON_LAST;
	HS_ASSERT(parent->len < UINT32_MAX);
	parent->len++;
	if (!last) {
		value->next = value;
	} else {
		struct hs_json *place = before ? before : last;
		value->next = place->next;
		place->next = value;
	}
	if (!last || before == last) {
		if (last)
			last->flags &= (uint8_t)~HS_JSON_LAST;
		value->flags |= HS_JSON_LAST;
		parent->u.last = value;
	}
}

struct hs_json *hs_json_clone(struct hs_arena *arena, const struct hs_json *v)
{
	struct hs_json *copy = v ? make(arena, (enum hs_json_type)v->type) : NULL;
	if (!copy)
		return NULL;
	*copy = *v;
	copy->next = NULL;
	copy->flags &= (uint8_t)~HS_JSON_LAST;
	if (v->type < HS_JSON_ARRAY)
		return copy;
	copy->len = 0;
	copy->u.last = NULL;
	HS_JSON_EACH(child, v) {
		struct hs_json *child_copy = hs_json_clone(arena, child);
		if (!child_copy)
			return NULL;
		link_after(copy, copy->u.last, child_copy);
	}
	return copy;
}

/* Gives `value` the name, or none; what the parser knew of its place is no longer true. */
static void name_it(struct hs_json *value, struct hs_slice key, bool keyed)
{
	HS_ASSERT(key.len <= UINT16_MAX);
	value->key = keyed && !key.ptr ? "" : key.ptr;
	value->key_len = (uint16_t)key.len;
	value->flags &= (uint8_t) ~(HS_JSON_KEYED | HS_JSON_PLACED | HS_JSON_DECODED);
	value->flags |= keyed ? HS_JSON_KEYED : 0u;
}

struct hs_json *hs_json_push(struct hs_json *array, struct hs_json *value)
{
	if (!value)
		return NULL;
	HS_ASSERT(hs_json_is(array, HS_JSON_ARRAY));
	name_it(value, HS_S_NONE, false);
	link_after(array, array->u.last, value);
	return value;
}

struct hs_json *hs_json_add(struct hs_json *object, struct hs_slice key, struct hs_json *value)
{
	if (!value)
		return NULL;
	HS_ASSERT(hs_json_is(object, HS_JSON_OBJECT));
	name_it(value, key, true);
	link_after(object, object->u.last, value);
	return value;
}

struct hs_json *hs_json_add_text(struct hs_arena *arena, struct hs_json *object, struct hs_slice key,
	struct hs_slice text)
{
	return hs_json_add(object, key, hs_json_string(arena, text));
}

struct hs_json *hs_json_add_object(struct hs_arena *arena, struct hs_json *object, struct hs_slice key)
{
	return hs_json_add(object, key, hs_json_object(arena));
}

struct hs_json *hs_json_add_array(struct hs_arena *arena, struct hs_json *object, struct hs_slice key)
{
	return hs_json_add(object, key, hs_json_array(arena));
}

struct hs_json *hs_json_set(struct hs_json *object, struct hs_slice key, struct hs_json *value)
{
	if (!value)
		return NULL;
	struct hs_json *old = hs_json_get(object, key);
	if (!old)
		return hs_json_add(object, key, value);
	if (old != value)
		hs_json_replace(object, old, value);
	return value;
}

void hs_json_insert(struct hs_json *array, size_t index, struct hs_json *value)
{
	if (!value)
		return;
	HS_ASSERT(hs_json_is(array, HS_JSON_ARRAY) && index <= array->len);
	name_it(value, HS_S_NONE, false);
	link_after(array, index ? hs_json_at(array, index - 1) : NULL, value);
}

/* The child before `child` in the ring, which is `child` itself when it is alone. */
static struct hs_json *before(const struct hs_json *parent, const struct hs_json *child)
{
	struct hs_json *place = parent->u.last;
	HS_ASSERT(place);
	while (place->next != child) {
		place = place->next;
		HS_ASSERT(place != parent->u.last); /* the child is of another parent */
	}
	return place;
}

void hs_json_remove(struct hs_json *parent, struct hs_json *child)
{
	struct hs_json *place = before(parent, child);
	place->next = child->next;
	parent->len--;
	if (place == child) {
		parent->u.last = NULL;
	} else if (parent->u.last == child) {
		place->flags |= HS_JSON_LAST;
		parent->u.last = place;
	}
	child->next = NULL;
	child->flags &= (uint8_t)~HS_JSON_LAST;
}

struct hs_json *hs_json_take(struct hs_json *object, struct hs_slice key)
{
	struct hs_json *member = hs_json_get(object, key);
	if (member)
		hs_json_remove(object, member);
	return member;
}

void hs_json_replace(struct hs_json *parent, struct hs_json *child, struct hs_json *value)
{
	struct hs_json *place = before(parent, child);
	name_it(value, hs_json_key(child), parent->type == HS_JSON_OBJECT);
	value->flags &= (uint8_t)~HS_JSON_LAST;
	value->flags |= child->flags & HS_JSON_LAST;
	value->next = place == child ? value : child->next;
	if (place != child)
		place->next = value;
	if (parent->u.last == child)
		parent->u.last = value;
	child->next = NULL;
	child->flags &= (uint8_t)~HS_JSON_LAST;
}
