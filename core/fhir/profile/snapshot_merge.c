/* SPDX-License-Identifier: Apache-2.0 */
/* One element of a differential laid over the element it constrains: what replaces, what adds, what appends.
 */
#include <core/fhir/profile/snapshot_private.h>

#include <stdarg.h>
#include <stdio.h>

void hs__shot_fail(struct hs__snapshot *snapshot, enum hs_severity severity, const char *format, ...)
{
	char text[500];
	va_list args;
	if (!snapshot->issues)
		return;
	va_start(args, format);
	/* The analyser loses track of va_start when the last named parameter is on the stack. */
	vsnprintf(text, sizeof(text), format, args); /* NOLINT(clang-analyzer-valist.Uninitialized) */
	va_end(args);
	struct hs_slice path = hs_arena_printf(snapshot->issues->arena,
		"StructureDefinition.differential.element[%lld]", (long long)snapshot->index);
	hs_issue_add(snapshot->issues, severity, "invalid", path, "%s", text);
}

/* Lists that grow: what is there already (by the member `key`, or as a whole) is not repeated. */
static void append(struct hs__snapshot *snapshot, struct hs_json *element, struct hs_slice name,
	const struct hs_json *items, struct hs_slice key)
{
	struct hs_json *list = hs_json_get(element, name);
	if (!hs_json_is(items, HS_JSON_ARRAY) || (list && !hs_json_is(list, HS_JSON_ARRAY)))
		return; /* the check of the structure says so */
	if (!list) {
		list = hs_json_array(snapshot->arena);
		hs_json_add(element, name, list);
	}
	HS_JSON_EACH(item, items) {
		struct hs_json *same = NULL;
		HS_JSON_EACH(have, list)
			if (key.len ? hs_slice_eq(hs_json_get_text(have, key), hs_json_get_text(item, key)) :
				      hs_json_equal(have, item))
				same = have;
		struct hs_json *copy = same && !key.len ? NULL : hs_json_clone(snapshot->arena, item);
		if (copy && same)
			hs_json_replace(list, same, copy);
		else if (copy)
			hs_json_push(list, copy);
	}
}

static void merge_constraints(struct hs__snapshot *snapshot, struct hs_json *element,
	const struct hs_json *constraints)
{
	append(snapshot, element, HS_S("constraint"), constraints, HS_S("key"));
	HS_JSON_EACH(constraint, hs_json_get(element, HS_S("constraint")))
		if (hs_json_is(constraint, HS_JSON_OBJECT) && !hs_json_get(constraint, HS_S("source")))
			hs_json_add_text(snapshot->arena, constraint, HS_S("source"), snapshot->url);
}

/* A text that begins with "..." is added to that of the base (R4 ElementDefinition, definition). */
static void merge_text(struct hs__snapshot *snapshot, struct hs_json *element, const struct hs_json *change)
{
	struct hs_slice name = hs_json_key(change);
	struct hs_slice text = hs_json_text(change);
	struct hs_slice before = hs_json_get_text(element, name);
	if (hs_slice_starts(text, HS_S("...")) && before.len)
		text = hs_arena_printf(snapshot->arena, "%.*s\r\n%.*s", HS_S_ARG(before),
			HS_S_ARG(hs_slice_from(text, 3)));
	hs_json_set(element, name, hs_json_string(snapshot->arena, text));
}

/* A binding or slicing: what the change leaves out of it stays as it was. */
static void merge_parts(struct hs__snapshot *snapshot, struct hs_json *element, const struct hs_json *change)
{
	static const char *const parts[] = { "strength", "valueSet", "discriminator", "ordered", "rules" };
	struct hs_json *copy = hs_json_clone(snapshot->arena, change);
	const struct hs_json *before = hs_json_get(element, hs_json_key(change));
	for (size_t i = 0; hs_json_is(copy, HS_JSON_OBJECT) && i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct hs_slice name = hs_slice_cstr(parts[i]);
		struct hs_json *old = hs_json_get(before, name);
		if (old && !hs_json_get(copy, name))
			hs_json_add(copy, name, hs_json_clone(snapshot->arena, old));
	}
	if (copy)
		hs_json_set(element, hs_json_key(change), copy);
}

static bool is_one_of(struct hs_slice name, const char *const *list)
{
	for (; *list; list++)
		if (hs_slice_eq(name, hs_slice_cstr(*list)))
			return true;
	return false;
}

static void merge_member(struct hs__snapshot *snapshot, struct hs_json *element, const struct hs_json *member)
{
	static const char *const placed[] = { "id", "path", "sliceName", "base", NULL };
	static const char *const lists[] = { "condition", "alias", "code", "example", "extension", "mapping",
		NULL };
	static const char *const texts[] = { "definition", "comment", "requirements", NULL };
	struct hs_slice name = hs_json_key(member);
	if (is_one_of(name, placed))
		return;
	if (hs_slice_eq(name, HS_S("constraint")))
		merge_constraints(snapshot, element, member);
	else if (is_one_of(name, lists) && hs_json_is(member, HS_JSON_ARRAY))
		append(snapshot, element, name, member, HS_S_NONE);
	else if (hs_slice_eq(name, HS_S("binding")) || hs_slice_eq(name, HS_S("slicing")))
		merge_parts(snapshot, element, member);
	else if (is_one_of(name, texts))
		merge_text(snapshot, element, member);
	else
		hs_json_set(element, name, hs_json_clone(snapshot->arena, member));
}

void hs__shot_merge(struct hs__snapshot *snapshot, struct hs__shot *shot, const struct hs_json *change)
{
	hs__shot_check_narrow(snapshot, shot, change);
	/* A type takes the place of a reference to an element, but not of its children. */
	if (hs_json_get(change, HS_S("type")) && hs_json_get(shot->element, HS_S("contentReference")))
		hs__shot_unfold(snapshot, shot);
	HS_JSON_EACH(member, change)
		merge_member(snapshot, shot->element, member);
}
