/* SPDX-License-Identifier: Apache-2.0 */
/* What the members of a resource must begin with for a parameter to have a value there: most parameters of a
 * type are told to have none by that alone, without evaluating. */
#include <core/fhir/search/search_private.h>

#define STARTS_MAX 32u

struct starts {
	const struct hs_defs *defs;
	struct hs_arena *arena;
	const struct hs_def_type *type;
	struct hs_slice list[STARTS_MAX];
	uint32_t count;
};

/* ---- one alternative ---- */

/* Does the choice allow a type that is also a `narrow`? Then the JSON name may end in either. */
static bool has_other(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_use *narrow)
{
	const struct hs_def_use *uses = hs_defs_uses(defs, element);

	for (uint32_t i = 0; i < element->type_count; i++) {
		if (uses[i].type == narrow->type)
			continue;
		if (uses[i].type == HS_DEF_NONE || narrow->type == HS_DEF_NONE ||
			hs_defs_is_a(defs, hs_defs_type_at(defs, uses[i].type),
				hs_defs_type_at(defs, narrow->type)))
			return true;
	}
	return false;
}

/* "valueQuantity" of the element "value" before " as Quantity", ".as(Quantity)" or ".ofType(Quantity)" when
 * it is a choice; else the element. */
static struct hs_slice narrowed(const struct starts *s, struct hs_slice element, struct hs_slice after)
{
	static const struct hs_slice marks[] = { HS_S_INIT(" as "), HS_S_INIT(".as("),
		HS_S_INIT(".ofType(") };
	const struct hs_def_use *use = NULL;
	struct hs_slice type = HS_S_NONE;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (hs_slice_starts(after, marks[i]))
			type = hs__search_first_name(hs_slice_from(after, marks[i].len));
	}
	if (!type.len)
		return element;
	char first = (char)(type.ptr[0] & ~0x20);
	struct hs_slice name = hs_arena_printf(s->arena, "%.*s%c%.*s", HS_S_ARG(element), first,
		HS_S_ARG(hs_slice_from(type, 1)));
	const struct hs_def_element *child = hs_defs_child(s->defs, hs_defs_root(s->defs, s->type), s->type,
		name, &use);
	return child && child->choice && use && !has_other(s->defs, child, use) ? name : element;
}

/* What is true of an element that is absent ("exists()", "not()") has a value without it. */
static bool holds_of_nothing(struct hs_slice part)
{
	return hs_slice_search(part, HS_S("exists()")) != SIZE_MAX ||
		hs_slice_search(part, HS_S("empty()")) != SIZE_MAX ||
		hs_slice_search(part, HS_S("not()")) != SIZE_MAX;
}

/* Of an element and what comes after it. A function instead of an element cannot be told, but for
 * "extension('...')", whose name is an element's. */
static struct hs_slice element_start(const struct starts *s, struct hs_slice part)
{
	struct hs_slice element = hs__search_first_name(part);
	struct hs_slice after = hs_slice_from(part, (size_t)(element.ptr - part.ptr) + element.len);

	if (after.len && after.ptr[0] == '(')
		return hs_slice_eq(element, HS_S("extension")) ? element : HS_S_NONE;
	return narrowed(s, element, after);
}

/* "name" of "Patient.name", "valueQuantity" of "(Observation.value as Quantity)", "meta" of
 * "Resource.meta.tag"; empty when it cannot be told. */
static struct hs_slice start_of(const struct starts *s, struct hs_slice part)
{
	struct hs_slice name = hs__search_first_name(part);

	if (!name.len || !hs_defs_type(s->defs, name))
		return HS_S_NONE;
	struct hs_slice after = hs_slice_from(part, (size_t)(name.ptr - part.ptr) + name.len);
	if (after.len < 2 || after.ptr[0] != '.')
		return HS_S_NONE;
	return element_start(s, hs_slice_from(after, 1));
}

/* ---- all alternatives ---- */

static bool add(struct starts *s, struct hs_slice start)
{
	if (!start.len || s->count == STARTS_MAX)
		return false;
	s->list[s->count++] = start;
	return true;
}

/* The next alternative of *rest; false when there is none left. */
static bool next_part(struct hs_slice *rest, struct hs_slice *part)
{
	if (!rest->len)
		return false;
	size_t end = hs__search_alternative(*rest, 0);
	*part = hs_slice_trim(hs_slice_first(*rest, end));
	*rest = hs_slice_from(*rest, end < rest->len ? end + 1 : end);
	return true;
}

/* A component's expression, which begins at the resource itself. */
static bool add_component(struct starts *s, struct hs_slice expression)
{
	struct hs_slice part;

	while (next_part(&expression, &part)) {
		struct hs_slice name = hs__search_first_name(part);
		if (!name.len || hs_defs_type(s->defs, name) || holds_of_nothing(part) ||
			!add(s, element_start(s, part)))
			return false;
	}
	return true;
}

/* A composite on the resource itself needs a value of every component: the last one that can be told, since
 * the first is mostly the code that every resource has. */
static bool add_components(struct starts *s, const struct hs_def_param *param)
{
	const struct hs_def_component *components = hs_defs_components(s->defs, param);

	for (uint32_t i = param->component_count; i-- > 0;) {
		uint32_t before = s->count;
		if (add_component(s, hs_defs_text(s->defs, components[i].expression)) && s->count > before)
			return true;
		s->count = before;
	}
	return false;
}

const struct hs_slice *hs__search_starts(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_def_type *type, const struct hs_def_param *param, struct hs_slice expression,
	uint32_t *count)
{
	struct starts s = { .defs = defs, .arena = arena, .type = type };
	struct hs_slice part;

	*count = 0;
	while (next_part(&expression, &part)) {
		bool whole = param->type == HS_PARAM_COMPOSITE &&
			hs_slice_eq(part, hs__search_first_name(part));
		if (holds_of_nothing(part) ||
			!(whole ? add_components(&s, param) : add(&s, start_of(&s, part))))
			return NULL;
	}
	struct hs_slice *kept = hs_arena_array(arena, s.count, sizeof(*kept));
	if (kept && s.count)
		memcpy(kept, s.list, s.count * sizeof(*kept));
	*count = s.count;
	return kept;
}
