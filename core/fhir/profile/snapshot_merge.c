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

/* A required binding is a promise to readers of the base: nobody may take it back (R4 Profiling, section
 * 5.1.0.6). */
static void check_strength(struct hs__snapshot *snapshot, const struct hs_json *before,
	const struct hs_json *change)
{
	struct hs_slice had = hs_json_get_text(before, HS_S("strength"));
	struct hs_slice has = hs_json_get_text(change, HS_S("strength"));
	if (has.len && hs_slice_eq(had, HS_S("required")) && !hs_slice_eq(has, had))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"the base binds to %.*s with strength required; a profile cannot make that '%.*s'",
			HS_S_ARG(hs_slice_first(hs_json_get_text(before, HS_S("valueSet")), 200)),
			HS_S_ARG(hs_slice_first(has, 20)));
}

/* What the change leaves out of a binding stays as it was. */
static void merge_binding(struct hs__snapshot *snapshot, struct hs_json *element,
	const struct hs_json *change)
{
	struct hs_json *binding = hs_json_clone(snapshot->arena, change);
	const struct hs_json *before = hs_json_get(element, HS_S("binding"));
	static const char *const kept[] = { "strength", "valueSet" };
	check_strength(snapshot, before, change);
	for (size_t i = 0; hs_json_is(binding, HS_JSON_OBJECT) && i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct hs_slice name = hs_slice_cstr(kept[i]);
		struct hs_json *old = hs_json_get(before, name);
		if (old && !hs_json_get(binding, name))
			hs_json_add(binding, name, hs_json_clone(snapshot->arena, old));
	}
	if (binding)
		hs_json_set(element, HS_S("binding"), binding);
}

static uint64_t upper_bound(struct hs_slice max)
{
	uint64_t value = 0;
	return hs_slice_eq(max, HS_S("*")) || !hs_slice_u64(max, &value) ? UINT64_MAX : value;
}

static void check_bounds(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	int64_t base_min;
	int64_t min;
	struct hs_slice base_max = hs_json_get_text(shot->element, HS_S("max"));
	struct hs_slice max = hs_json_get_text(change, HS_S("max"));
	struct hs_slice path = hs_json_get_text(change, HS_S("path"));
	bool is_slice = shot->slice.len > 0; /* one slice may ask for less than all of them together */
	if (!is_slice && hs_json_i64(hs_json_get(shot->element, HS_S("min")), &base_min) &&
		hs_json_i64(hs_json_get(change, HS_S("min")), &min) && min < base_min)
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: min %lld is lower than the base's %lld; a profile can only narrow",
			HS_S_ARG(hs_slice_first(path, 200)), (long long)min, (long long)base_min);
	if (max.len && base_max.len && upper_bound(max) > upper_bound(base_max))
		hs__shot_fail(snapshot, is_slice ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR,
			"%.*s: max %.*s is higher than the base's %.*s; a profile can only narrow",
			HS_S_ARG(hs_slice_first(path, 200)), HS_S_ARG(hs_slice_first(max, 20)),
			HS_S_ARG(hs_slice_first(base_max, 20)));
}

/* Only where an element is first defined can it be said to change the meaning of others (R4
 * ElementDefinition.isModifier); the root of an extension is such a place. */
static void check_modifier(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	const struct hs_json *is = hs_json_get(change, HS_S("isModifier"));
	const struct hs_json *was = hs_json_get(shot->element, HS_S("isModifier"));
	if (is && was && shot->parent && !snapshot->specializes && hs_json_is(was, HS_JSON_FALSE) &&
		hs_json_is(is, HS_JSON_TRUE))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: the base says that this changes no meaning; a profile cannot make it a "
			"modifier",
			HS_S_ARG(hs_slice_first(hs_json_get_text(change, HS_S("path")), 200)));
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
	else if (hs_slice_eq(name, HS_S("binding")))
		merge_binding(snapshot, element, member);
	else if (is_one_of(name, texts))
		merge_text(snapshot, element, member);
	else
		hs_json_set(element, name, hs_json_clone(snapshot->arena, member));
}

void hs__shot_merge(struct hs__snapshot *snapshot, struct hs__shot *shot, const struct hs_json *change)
{
	check_bounds(snapshot, shot, change);
	check_modifier(snapshot, shot, change);
	/* A type takes the place of a reference to an element, but not of its children. */
	if (hs_json_get(change, HS_S("type")) && hs_json_get(shot->element, HS_S("contentReference")))
		hs__shot_unfold(snapshot, shot);
	HS_JSON_EACH(member, change)
		merge_member(snapshot, shot->element, member);
}
