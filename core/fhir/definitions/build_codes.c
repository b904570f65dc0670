/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of required bindings, from value sets with a simple compose: whole code systems, listed
 * concepts, imported value sets, exclusions. What needs more (filters, systems that are not here) makes
 * the whole list unknown, because half a list would refuse good codes. */
#include <core/fhir/definitions/build.h>

#include <stdlib.h>

#define MAX_DEPTH \
	10 /* value sets within value sets; concepts within concepts are capped by the JSON depth \
	    */
#define MAX_CODES 100000u

static bool add_code(struct hs__build *build, struct hs__codes *codes, struct hs_slice code,
	struct hs_slice system)
{
	if (codes->count == MAX_CODES)
		return false;
	if (codes->count == codes->room) {
		size_t room = codes->room ? codes->room * 2 : 16;
		struct hs__code *items = hs_arena_grow(build->arena, codes->items,
			codes->room * sizeof(*items), room * sizeof(*items));
		if (!items)
			return false;
		codes->items = items;
		codes->room = room;
	}
	codes->items[codes->count++] = (struct hs__code) { code, system };
	return true;
}

static int by_code(const void *a, const void *b)
{
	const struct hs__code *left = a;
	const struct hs__code *right = b;
	int order = hs_slice_cmp(left->code, right->code);
	return order ? order : hs_slice_cmp(left->system, right->system);
}

static void sort_codes(struct hs__codes *codes)
{
	size_t kept = 0;
	if (codes->count == 0)
		return;
	qsort(codes->items, codes->count, sizeof(*codes->items), by_code);
	for (size_t i = 0; i < codes->count; i++)
		if (i == 0 || by_code(&codes->items[i], &codes->items[kept - 1]) != 0)
			codes->items[kept++] = codes->items[i];
	codes->count = kept;
}

/* Keeps of `codes` those that are (or are not) in `other`; both sorted. */
static void filter_codes(struct hs__codes *codes, const struct hs__codes *other, bool keep_common)
{
	size_t kept = 0;
	for (size_t i = 0; i < codes->count; i++) {
		bool common = other->count &&
			bsearch(&codes->items[i], other->items, other->count, sizeof(*other->items), by_code);
		if (common == keep_common)
			codes->items[kept++] = codes->items[i];
	}
	codes->count = kept;
}

/* The parsed resource; the tree stays in the build's arena. NULL when it is not in the packages. */
static const struct hs_json *find_source(struct hs__build *build, struct hs_slice url)
{
	struct hs_error ignored;
	struct hs_json *tree = NULL;
	const struct hs_map_slot *slot = hs_map_get(&build->sources, hs__build_plain(url));
	if (!slot ||
		hs_json_parse(build->arena, *(const struct hs_slice *)slot->value.ptr, NULL, &tree, &ignored))
		return NULL;
	return tree;
}

static bool add_concepts(struct hs__build *build, const struct hs_json *concepts, struct hs_slice system,
	struct hs__codes *out)
{
	HS_JSON_EACH(concept, concepts) {
		if (!add_code(build, out, hs_json_get_text(concept, HS_S("code")), system) ||
			!add_concepts(build, hs_json_get(concept, HS_S("concept")), system, out))
			return false;
	}
	return true;
}

static bool add_system(struct hs__build *build, struct hs_slice system, struct hs__codes *out)
{
	const struct hs_json *tree = find_source(build, system);
	if (!tree || !hs_slice_eq(hs_json_get_text(tree, HS_S("content")), HS_S("complete")))
		return false;
	return add_concepts(build, hs_json_get(tree, HS_S("concept")), system, out);
}

/* Whether the codes of the value set could be found out; they are added to *out, sorted and single. */
static bool expand(struct hs__build *build, struct hs_slice value_set, int depth, struct hs__codes *out);

/* One include or exclude (R4 value set, section 4.9.8): of several conditions all must hold. */
static bool read_part(struct hs__build *build, const struct hs_json *part, int depth, struct hs__codes *out)
{
	struct hs_slice system = hs_json_get_text(part, HS_S("system"));
	const struct hs_json *concepts = hs_json_get(part, HS_S("concept"));
	bool started = system.len > 0;
	if (hs_json_get(part, HS_S("filter")))
		return false;
	if (started &&
		!(concepts ? add_concepts(build, concepts, system, out) : add_system(build, system, out)))
		return false;
	sort_codes(out);
	HS_JSON_EACH(import, hs_json_get(part, HS_S("valueSet"))) {
		struct hs__codes codes = { 0 };
		if (!expand(build, hs_json_text(import), depth + 1, &codes))
			return false;
		if (started)
			filter_codes(out, &codes, true);
		else
			*out = codes;
		started = true;
	}
	return started;
}

static bool add_expansion(struct hs__build *build, const struct hs_json *contains, struct hs__codes *out)
{
	HS_JSON_EACH(item, contains) {
		struct hs_slice code = hs_json_get_text(item, HS_S("code"));
		if (code.len && !hs_json_get_bool(item, HS_S("abstract"), false) &&
			!add_code(build, out, code, hs_json_get_text(item, HS_S("system"))))
			return false;
		if (!add_expansion(build, hs_json_get(item, HS_S("contains")), out))
			return false;
	}
	return true;
}

static bool expand(struct hs__build *build, struct hs_slice value_set, int depth, struct hs__codes *out)
{
	const struct hs_json *tree = depth > MAX_DEPTH ? NULL : find_source(build, value_set);
	const struct hs_json *compose = hs_json_get(tree, HS_S("compose"));
	if (!compose) {
		const struct hs_json *contains = hs_json_get(hs_json_get(tree, HS_S("expansion")),
			HS_S("contains"));
		bool known = contains && add_expansion(build, contains, out);
		sort_codes(out);
		return known;
	}
	HS_JSON_EACH(include, hs_json_get(compose, HS_S("include"))) {
		struct hs__codes part = { 0 };
		if (!read_part(build, include, depth, &part))
			return false;
		for (size_t i = 0; i < part.count; i++)
			if (!add_code(build, out, part.items[i].code, part.items[i].system))
				return false;
	}
	sort_codes(out);
	HS_JSON_EACH(exclude, hs_json_get(compose, HS_S("exclude"))) {
		struct hs__codes part = { 0 };
		if (!read_part(build, exclude, depth, &part))
			return false;
		filter_codes(out, &part, false);
	}
	return true;
}

static uint32_t lay_codes(struct hs__build *build, const struct hs__codes *codes)
{
	uint32_t index = (uint32_t)build->code_lists.count;
	struct hs__defs_range *range = hs__vec_push(build, &build->code_lists, sizeof(*range));
	if (!range)
		return HS_DEF_NONE;
	range->first = (uint32_t)build->codes.count;
	for (size_t i = 0; i < codes->count; i++) {
		struct hs__defs_code *code = hs__vec_push(build, &build->codes, sizeof(*code));
		if (!code)
			return HS_DEF_NONE;
		code->code = hs_image_builder_text(build->image, codes->items[i].code);
		code->system = hs_image_builder_text(build->image, codes->items[i].system);
		range->count++;
	}
	return index;
}

uint32_t hs__build_codes(struct hs__build *build, struct hs_slice value_set)
{
	bool fresh;
	struct hs_map_slot *slot = hs_map_put(&build->lists, value_set, &fresh);
	if (!slot)
		return HS_DEF_NONE;
	if (!fresh)
		return (uint32_t)slot->value.number;
	struct hs__codes codes = { 0 };
	bool known = expand(build, value_set, 0, &codes) && codes.count > 0;
	uint32_t index = known ? lay_codes(build, &codes) : HS_DEF_NONE;
	slot->value.number = index; /* expanding puts nothing into this map, so the slot is still there */
	return index;
}
