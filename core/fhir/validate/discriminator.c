/* SPDX-License-Identifier: Apache-2.0 */
/* Is an item of a slice? The discriminator's path is followed in the item and in the slice's definition at
 * once, and at its end the two are compared (R4 Profiling, section 5.1.0.7). */
#include <core/fhir/validate/walk.h>

#define UNKNOWN (-1)
#define NEUTRAL 2 /* the slice says nothing of it */

struct matching {
	struct hs__validation *run;
	enum hs_discriminator_kind kind;
	unsigned steps; /* taken so far, for a limit */
};

static int follow(struct matching *match, struct hs_slice path, const struct hs__node *item,
	const struct hs_profile_element *element);

/* ---- the end of the path: what the definition demands there ---- */

static int demand(struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element);

/* A demand of one child: some item of it must meet it. */
static int demand_child(struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *child)
{
	uint32_t count = 0;
	int result = UNKNOWN;
	struct hs__node *items = hs__node_gather(match->run, item, child, &count);
	if (count == 0) {
		int wanted = demand(match, NULL, child);
		return wanted == UNKNOWN || child->min == 0 ? UNKNOWN : 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		int one = demand(match, &items[i], child);
		if (one == 1)
			return 1;
		if (one == 0)
			result = 0;
	}
	return result;
}

static int demand_binding(struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	const struct hs_binding *binding = element->binding;
	if (!binding || binding->strength != HS_BINDING_REQUIRED || binding->inherited)
		return UNKNOWN;
	if (!item)
		return 0;
	enum hs_validate_answer answer = hs__binding_answer(match->run, item, binding->value_set);
	return answer == HS_VALIDATE_YES ? 1 : answer == HS_VALIDATE_NO ? 0 : UNKNOWN;
}

/* Fixed value, pattern, or those of the children, or a required binding. With `item` NULL: is there a demand
 * at all (0) or not (UNKNOWN)? */
static int demand(struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	int result = UNKNOWN;
	if (++match->steps > 5000)
		return UNKNOWN;
	if (element->fixed || element->pattern) {
		const struct hs_json *wanted = element->fixed ? element->fixed : element->pattern;
		return item && hs__value_fits(item->value, wanted, element->fixed != NULL);
	}
	for (const struct hs_profile_element *child = element->children; child; child = child->next) {
		if (!child->says_more && !child->slices)
			continue;
		int one = item ? demand_child(match, item, child) : demand(match, NULL, child);
		if (one == 0)
			return 0;
		if (one == 1)
			result = 1;
		for (const struct hs_profile_element *slice = child->slices; slice; slice = slice->next) {
			one = slice->min == 0 ? UNKNOWN :
				item          ? demand_child(match, item, slice) :
						demand(match, NULL, slice);
			if (one == 0)
				return 0;
			if (one == 1)
				result = 1;
		}
	}
	int bound = demand_binding(match, item, element);
	return bound == UNKNOWN ? result : bound;
}

/* A slice that speaks of "contentString" only means that type, whatever else content[x] may be. */
static int match_type(const struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	if (!item->type || element->use_count == 0)
		return UNKNOWN;
	if (element->choice && element->slices) {
		const struct hs_profile_element *slice = element->slices;
		while (slice && match_type(match, item, slice) != 1)
			slice = slice->next;
		return slice != NULL;
	}
	for (uint32_t i = 0; i < element->use_count; i++) {
		const struct hs_def_type *type = element->uses[i].type;
		if (type &&
			(type == item->type ||
				(type->abstract && hs_defs_is_a(match->run->defs, item->type, type))))
			return 1;
	}
	return 0;
}

static bool names_profiles(const struct hs_profile_element *element)
{
	for (uint32_t i = 0; i < element->use_count; i++)
		if (element->uses[i].profile_count)
			return true;
	/* Of a resource the type alone says something. */
	return element->use_count && element->uses[0].type &&
		element->uses[0].type->kind == HS_DEF_RESOURCE && !element->uses[0].type->abstract;
}

/* Some profile of the element; of a resource that names none, its type. */
static int match_profile(const struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	int result = names_profiles(element) ? 0 : NEUTRAL;
	for (uint32_t i = 0; i < element->use_count; i++) {
		const struct hs_profile_use *use = &element->uses[i];
		if (use->profile_count == 0 && use->type && item->type == use->type && result == 0)
			return 1;
		for (uint32_t k = 0; k < use->profile_count; k++) {
			int one = hs__validate_try(match->run, item, use->profiles[k]);
			if (one == 1)
				return 1;
			if (one == UNKNOWN)
				result = UNKNOWN;
		}
	}
	return result;
}

static bool has_demand(struct matching *match, const struct hs_profile_element *element)
{
	return demand(match, NULL, element) != UNKNOWN;
}

static int compare(struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	switch (match->kind) {
	case HS_DISCRIMINATOR_TYPE:
		return match_type(match, item, element);
	case HS_DISCRIMINATOR_PROFILE:
		return match_profile(match, item, element);
	case HS_DISCRIMINATOR_EXISTS:
		return element->max != 0;
	case HS_DISCRIMINATOR_VALUE:
		return has_demand(match, element) ? demand(match, item, element) : NEUTRAL;
	default:
		return UNKNOWN;
	}
}

/* The path leads to nothing in the item. */
static int match_absent(struct matching *match, const struct hs_profile_element *element)
{
	if (match->kind == HS_DISCRIMINATOR_EXISTS)
		return element->min == 0;
	if (element->max == 0)
		return 1;
	if (match->kind == HS_DISCRIMINATOR_VALUE && !has_demand(match, element))
		return NEUTRAL;
	return match->kind == HS_DISCRIMINATOR_PROFILE && !names_profiles(element) ? NEUTRAL : 0;
}

/* ---- steps ---- */

static int best(int a, int b)
{
	if (a == 1 || b == 1)
		return 1;
	if (a == NEUTRAL || b == NEUTRAL)
		return NEUTRAL;
	return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : 0;
}

/* The item's children as the definition's child, and its slices, say. */
static int follow_child(struct matching *match, struct hs_slice rest, const struct hs__node *item,
	const struct hs_profile_element *child)
{
	uint32_t count = 0;
	struct hs__node *items = hs__node_gather(match->run, item, child, &count);
	if (count == 0)
		return match_absent(match, child);
	if (match->kind == HS_DISCRIMINATOR_EXISTS && !rest.len)
		return child->max != 0;
	int result = 0;
	for (uint32_t i = 0; i < count; i++)
		result = best(result, follow(match, rest, &items[i], child));
	if ((result == UNKNOWN || result == NEUTRAL) && child->slices) {
		for (const struct hs_profile_element *slice = child->slices; slice; slice = slice->next) {
			int of_slice = 0;
			for (uint32_t i = 0; i < count; i++)
				of_slice = best(of_slice, follow(match, rest, &items[i], slice));
			if (of_slice == 1 || (of_slice == 0 && slice->min > 0))
				return of_slice;
		}
	}
	return result;
}

/* Where the element's children are defined: here, in its profile, or in its type. */
static const struct hs_profile_element *body_of(const struct matching *match, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	struct hs_error ignored;
	for (uint32_t i = 0; !element->children && i < element->use_count; i++)
		for (uint32_t k = 0; k < element->uses[i].profile_count; k++) {
			const struct hs_profile *profile = hs_profiles_find(match->run->profiles,
				element->uses[i].profiles[k], &ignored);
			if (profile)
				return profile->root;
		}
	const struct hs_def_type *type = item->type;
	if (!type && element->use_count)
		type = element->uses[0].type;
	return hs__element_body(match->run, element, type);
}

static bool is_extension_of(const struct hs_profile_element *slice, struct hs_slice url)
{
	for (uint32_t i = 0; i < slice->use_count; i++)
		for (uint32_t k = 0; k < slice->uses[i].profile_count; k++) {
			struct hs_slice own = slice->uses[i].profiles[k];
			if (hs_slice_eq(hs_slice_first(own, hs_slice_find(own, '|', 0)), url))
				return true;
		}
	return false;
}

static bool has_profile(const struct hs_profile_element *element)
{
	return element->use_count > 0 && element->uses[0].profile_count > 0;
}

/* A re-slice that must be there says more than the slice that it divides. */
static const struct hs_profile_element *innermost(const struct hs_profile_element *slice, struct hs_slice url)
{
	const struct hs_profile_element *part = slice->slices;
	while (part) {
		if (part->min > 0 && is_extension_of(part, url)) {
			slice = part;
			part = slice->slices;
		} else {
			part = part->next;
		}
	}
	return slice;
}

static int follow_extension(struct matching *match, struct hs_slice url, struct hs_slice rest,
	const struct hs__node *item, const struct hs_profile_element *element)
{
	const struct hs_profile_element *body = body_of(match, item, element);
	const struct hs_profile_element *head = body ? hs_profile_child(body, HS_S("extension")) : NULL;
	const struct hs_profile_element *wanted = NULL;
	uint32_t count = 0;
	int result = 0;
	bool there = false;
	struct hs__node *items = head ? hs__node_gather(match->run, item, head, &count) : NULL;
	for (const struct hs_profile_element *slice = head ? head->slices : NULL; slice; slice = slice->next)
		if (is_extension_of(slice, url))
			wanted = innermost(slice, url);
	if (!wanted)
		return UNKNOWN;
	for (uint32_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_json_get_text(items[i].value, HS_S("url")), url)) {
			there = true;
			result = best(result, follow(match, rest, &items[i], wanted));
		}
	return there ? result : match_absent(match, wanted);
}

/* A node for a resource that a reference means. */
static struct hs__node resolved(const struct matching *match, const struct hs__node *item,
	const struct hs_json *resource)
{
	struct hs__node node = { .up = item,
		.name = HS_S("resolve()"),
		.index = -1,
		.depth = item->depth + 1,
		.value = resource,
		.type = hs_defs_type(match->run->defs, hs_json_get_text(resource, HS_S("resourceType"))) };
	node.def = node.type ? hs_defs_root(match->run->defs, node.type) : NULL;
	return node;
}

/* The type that a reference's text names, without the resource. */
static const struct hs_def_type *type_in_reference(const struct matching *match, const struct hs_json *value)
{
	struct hs_reference reference;
	struct hs_slice type = hs_json_get_text(value, HS_S("type"));
	if (!type.len && hs_reference_parse(hs_json_get_text(value, HS_S("reference")), &reference))
		type = reference.type;
	return type.len ? hs_defs_type(match->run->defs, type) : NULL;
}

static int match_target(struct matching *match, struct hs_slice rest, const struct hs__node *target,
	const struct hs_def_type *type, struct hs_slice canonical)
{
	struct hs_error ignored;
	const struct hs_profile *profile = hs_profiles_find(match->run->profiles, canonical, &ignored);
	if (!profile)
		return UNKNOWN;
	if (match->kind == HS_DISCRIMINATOR_TYPE && !rest.len)
		return type ? profile->def_type && hs_defs_is_a(match->run->defs, type, profile->def_type) :
			      UNKNOWN;
	if (!target)
		return type && profile->def_type && !hs_defs_is_a(match->run->defs, type, profile->def_type) ?
			0 :
			UNKNOWN;
	if (match->kind == HS_DISCRIMINATOR_PROFILE && !rest.len)
		return hs__validate_try(match->run, target, canonical);
	return follow(match, rest, target, profile->root);
}

static int follow_reference(struct matching *match, struct hs_slice rest, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	struct hs_slice text = hs_json_get_text(item->value, HS_S("reference"));
	const struct hs_json *resource = text.len ? hs__validate_resolve(match->run, item, text) : NULL;
	struct hs__node target = { .value = NULL };
	const struct hs_def_type *type = type_in_reference(match, item->value);
	int result = 0;
	if (resource) {
		target = resolved(match, item, resource);
		target.resource = &target;
		type = target.type;
	}
	for (uint32_t i = 0; i < element->use_count; i++)
		for (uint32_t k = 0; k < element->uses[i].target_count; k++)
			result = best(result,
				match_target(match, rest, resource ? &target : NULL, type,
					element->uses[i].targets[k]));
	return result;
}

/* ofType(X): the definition's element stays the same; an item of another type is not of the slice. */
static int follow_type(struct matching *match, struct hs_slice name, struct hs_slice rest,
	const struct hs__node *item, const struct hs_profile_element *element)
{
	if (hs_slice_starts(name, HS_S("FHIR.")))
		name = hs_slice_from(name, 5);
	const struct hs_def_type *type = hs_defs_type(match->run->defs, name);
	if (type && item->type && !hs_defs_is_a(match->run->defs, item->type, type))
		return 0;
	return follow(match, rest, item, element);
}

/* Cuts the next step off: "name", or "name(argument)". Dots within parentheses belong to it. */
static struct hs_slice cut_step(struct hs_slice *path)
{
	size_t end = 0;
	int depth = 0;
	while (end < path->len && (path->ptr[end] != '.' || depth > 0)) {
		depth += path->ptr[end] == '(' ? 1 : path->ptr[end] == ')' ? -1 : 0;
		end++;
	}
	struct hs_slice step = hs_slice_first(*path, end);
	*path = hs_slice_from(*path, end + 1);
	return step;
}

/* What stands between the parentheses, without quotes. */
static struct hs_slice argument_of(struct hs_slice step)
{
	struct hs_slice argument = hs_slice_from(step, hs_slice_find(step, '(', 0) + 1);
	argument = hs_slice_trim(hs_slice_first(argument, argument.len ? argument.len - 1 : 0));
	if (argument.len >= 2 && (argument.ptr[0] == '\'' || argument.ptr[0] == '"'))
		argument = hs_slice(argument.ptr + 1, argument.len - 2);
	return argument;
}

/* ---- what a fixed value or pattern on the way says of the end ---- */

/* Has the value, down the path, something that fits? */
static bool has_below(const struct hs_json *value, struct hs_slice path, const struct hs_json *wanted,
	bool exact)
{
	if (hs_json_is(value, HS_JSON_ARRAY)) {
		HS_JSON_EACH(item, value)
			if (has_below(item, path, wanted, exact))
				return true;
		return false;
	}
	if (!path.len)
		return value && hs__value_fits(value, wanted, exact);
	struct hs_slice step = cut_step(&path);
	return value && has_below(hs_json_get(value, step), path, wanted, exact);
}

/* Of all that `wanted` has down the path the item must have the like: 1 or 0, UNKNOWN when it has nothing
 * there. */
static int match_below(struct matching *match, const struct hs_json *wanted, struct hs_slice path,
	const struct hs_json *item, struct hs_slice whole, bool exact)
{
	int result = UNKNOWN;
	if (!wanted || ++match->steps > 5000)
		return UNKNOWN;
	if (hs_json_is(wanted, HS_JSON_ARRAY)) {
		HS_JSON_EACH(part, wanted) {
			int one = match_below(match, part, path, item, whole, exact);
			if (one == 0)
				return 0;
			result = one == 1 ? 1 : result;
		}
		return result;
	}
	if (!path.len)
		return has_below(item, whole, wanted, exact);
	struct hs_slice step = cut_step(&path);
	return match_below(match, hs_json_get(wanted, step), path, item, whole, exact);
}

/* The pattern of code says what code.coding.code is, too. */
static int match_above(struct matching *match, struct hs_slice path, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	const struct hs_json *wanted = element->fixed ? element->fixed : element->pattern;
	if (match->kind != HS_DISCRIMINATOR_VALUE || !wanted)
		return UNKNOWN;
	return match_below(match, wanted, path, item->value, path, element->fixed != NULL);
}

static int follow(struct matching *match, struct hs_slice path, const struct hs__node *item,
	const struct hs_profile_element *element)
{
	struct hs_slice rest = path;
	struct hs_slice step = cut_step(&rest);
	if (++match->steps > 5000)
		return UNKNOWN;
	if (step.len == 0)
		return compare(match, item, element);
	if (hs_slice_eq(step, HS_S("$this")))
		return follow(match, rest, item, element);
	if (hs_slice_eq(step, HS_S("resolve()")))
		return follow_reference(match, rest, item, element);
	if (hs_slice_starts(step, HS_S("extension(")))
		return follow_extension(match, argument_of(step), rest, item, element);
	if (hs_slice_starts(step, HS_S("ofType(")))
		return follow_type(match, argument_of(step), rest, item, element);
	if (hs_slice_eq(step, HS_S("url")) && item->type == match->run->extension && has_profile(element))
		return is_extension_of(element, hs_json_get_text(item->value, HS_S("url")));
	const struct hs_profile_element *body = body_of(match, item, element);
	const struct hs_profile_element *child = body ? hs_profile_child(body, step) : NULL;
	int above = match_above(match, path, item, element);
	int result = child && above != 0 ? follow_child(match, rest, item, child) : UNKNOWN;
	return above == 0 || (above == 1 && (result == UNKNOWN || result == NEUTRAL)) ? above : result;
}

/* A discriminator of which the slice says nothing leaves the decision to the others. */
int hs__slice_matches(struct hs__validation *run, const struct hs__node *item,
	const struct hs_profile_element *slice, const struct hs_slicing *slicing)
{
	int result = UNKNOWN;
	for (uint32_t i = 0; i < slicing->discriminator_count; i++) {
		struct matching match = { run, slicing->discriminators[i].kind, 0 };
		int one = follow(&match, slicing->discriminators[i].path, item, slice);
		if (one == 0 || one == UNKNOWN)
			return one;
		if (one == 1)
			result = 1;
	}
	return result;
}
