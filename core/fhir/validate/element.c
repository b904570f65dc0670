/* SPDX-License-Identifier: Apache-2.0 */
/* The walk by a profile: only where it says more than the base type, element by element of the profile. */
#include <core/fhir/validate/walk.h>

/* ---- how many ---- */

static struct hs_slice label(const struct hs_profile_element *element)
{
	return element->id.len ? element->id : element->path;
}

static void check_count(struct hs__validation *run, const struct hs__node *parent,
	const struct hs_profile_element *element, uint32_t count)
{
	const struct hs_def_element *def = element->def;
	struct hs_slice name = label(element);
	if (count < element->min && !(def && element->min <= def->min))
		hs__validate_add(run, parent, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "profile-min",
			"the profile wants at least %u of %.*s, but there %s %u", element->min,
			HS_S_ARG(name), count == 1 ? "is" : "are", count);
	if (count > element->max && !(def && element->max >= def->max)) {
		if (element->max == 0)
			hs__validate_add(run, parent, element->name,
				hs_json_get(parent->value, element->name), HS_SEVERITY_ERROR, "structure",
				"profile-max", "the profile does not allow %.*s; leave it out",
				HS_S_ARG(name));
		else
			hs__validate_add(run, parent, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
				"profile-max", "the profile allows at most %u of %.*s, but there are %u",
				element->max, HS_S_ARG(name), count);
	}
}

/* ---- which type ---- */

/* The name of a choice says the very type (R4 formats, section 2.20.0.2): valueCode is no string, though code
 * is a kind of string. What is abstract stands for the types below it.
 */
static bool is_type_allowed(const struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	if (!node->type || element->use_count == 0)
		return true;
	for (uint32_t i = 0; i < element->use_count; i++) {
		const struct hs_def_type *type = element->uses[i].type;
		bool exact = type && element->choice && !type->abstract;
		if (!type || node->type == type || (!exact && hs_defs_is_a(run->defs, node->type, type)))
			return true;
	}
	return false;
}

static bool check_type(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	struct hs_buf list;
	bool narrow = element->choice || (node->type && node->type->kind == HS_DEF_RESOURCE);
	if (!narrow || is_type_allowed(run, node, element))
		return true;
	hs_buf_init(&list, run->arena, 600);
	for (uint32_t i = 0; i < element->use_count; i++) {
		hs_buf_cstr(&list, i ? ", " : "");
		hs_buf_add(&list, element->uses[i].code);
	}
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "profile-type",
		"the type %.*s is not allowed here by the profile; allowed: %.*s",
		HS_S_ARG(hs__node_type(run, node)), HS_S_ARG(hs_buf_slice(&list)));
	return false;
}

/* ---- the walk ---- */

static void walk_child(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *child)
{
	uint32_t count = 0;
	struct hs__node *items = hs__node_gather(run, node, child, &count);
	check_count(run, node, child, count);
	if (!child->slices) {
		for (uint32_t i = 0; i < count; i++)
			hs__walk_element(run, &items[i], child);
		return;
	}
	struct hs__node **list = hs_arena_array(run->arena, (size_t)count + 1, sizeof(struct hs__node *));
	for (uint32_t i = 0; list && i < count; i++)
		list[i] = &items[i];
	if (list)
		hs__walk_slices(run, node, child, list, count);
}

/* Whose children to look at; NULL when the profile says nothing of them. What a content reference names is an
 * element of the definition: the base walk judges it, unless it is a logical model, which has no such walk.
 */
static const struct hs_profile_element *body_of(const struct hs_profile_element *element)
{
	if (element->children || element->common)
		return element->children ? element : element->common;
	return element->content && !element->content->def ? element->content : NULL;
}

void hs__walk_element(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	if (node->depth > HS__VALIDATE_DEPTH)
		return; /* the base walk has said so */
	if (!check_type(run, node, element))
		return;
	hs__check_values(run, node, element);
	hs__check_constraints(run, node, element, false);
	if (element->binding && !element->binding->inherited)
		hs__check_binding(run, node, element->binding);
	if (element->parent)
		hs__check_uses(run, node, element);
	const struct hs_profile_element *body = body_of(element);
	if (!hs__node_object(node)) { /* a primitive without extensions may still miss one */
		struct hs_json nothing = { .type = HS_JSON_OBJECT };
		struct hs__node bare = *node;
		bare.shadow = &nothing;
		for (const struct hs_profile_element *child = body ? body->children : NULL; child;
			child = child->next)
			if (child->says_more || child->slices)
				walk_child(run, &bare, child);
		return;
	}
	for (const struct hs_profile_element *child = body ? body->children : NULL; child;
		child = child->next)
		if (child->says_more || child->slices)
			walk_child(run, node, child);
}

static void validate_imposed(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice canonical)
{
	struct hs_error err;
	const struct hs_profile *profile = hs_profiles_find(run->profiles, canonical, &err);
	if (profile)
		hs__validate_profile(run, node, profile);
	else
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "not-found",
			"profile-unknown", "%s", err.text);
}

bool hs__validate_profile(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile *profile)
{
	uint32_t before = run->faults;
	if (run->nesting >= HS__VALIDATE_NESTING)
		return true;
	run->nesting++;
	hs__walk_element(run, node, profile->root);
	for (uint32_t i = 0; i < profile->imposed_count; i++)
		validate_imposed(run, node, profile->imposed[i]);
	run->nesting--;
	return run->faults == before;
}

int hs__validate_try(struct hs__validation *run, const struct hs__node *node, struct hs_slice profile)
{
	struct hs_error ignored;
	bool was_quiet = run->quiet;
	uint32_t faults = run->faults;
	const struct hs_profile *found = hs_profiles_find(run->profiles, profile, &ignored);
	if (!found || run->nesting >= HS__VALIDATE_NESTING)
		return -1;
	if (found->def_type && node->type && !hs_defs_is_a(run->defs, node->type, found->def_type))
		return 0;
	run->quiet = true;
	bool fits = hs__validate_profile(run, node, found);
	run->quiet = was_quiet;
	run->faults = faults;
	return fits;
}
