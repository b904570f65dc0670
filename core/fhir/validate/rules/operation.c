/* SPDX-License-Identifier: Apache-2.0 */
/* OperationDefinition (R4 section 6.5): its parameters beside those of the operation that it is based on, and
 * beside the profiles of Parameters that say the same once more. */
#include <core/fhir/validate/rules/rules_private.h>

/* ---- the operation that it is based on ---- */

static const struct hs_json *parameter_named(const struct hs_json *of, struct hs_slice name,
	struct hs_slice use)
{
	HS_JSON_EACH(parameter, hs__rules_array(of, "parameter"))
		if (hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), name) &&
			hs_slice_eq(hs_json_get_text(parameter, HS_S("use")), use))
			return parameter;
	return NULL;
}

static void check_same(struct hs__validation *run, const struct hs__node *at, const struct hs_json *base,
	struct hs_slice member)
{
	struct hs_slice own = hs_json_text(hs_json_get(at->value, member));
	struct hs_slice other = hs_json_text(hs_json_get(base, member));
	if (own.len && other.len && !hs_slice_eq(own, other))
		HS__FAIL(run, at, "", "invalid", "operation-parameter",
			"'%.*s' is %.*s here, but %.*s in the operation that this is based on",
			HS_S_ARG(member), HS__SHOW(own), HS__SHOW(other));
}

static void check_bounds(struct hs__validation *run, const struct hs__node *at)
{
	int64_t min = 0;
	uint64_t max = 0;
	struct hs_slice most = hs_json_get_text(at->value, HS_S("max"));
	if (most.len && !hs_slice_eq(most, HS_S("*")) && !hs_slice_u64(most, &max))
		HS__FAIL(run, at, "max", "invalid", "operation-parameter-bounds",
			"max is a number or '*', not '%.*s'", HS__SHOW(most));
	if (hs_json_i64(hs_json_get(at->value, HS_S("min")), &min) && hs_slice_u64(most, &max) && min > 0 &&
		(uint64_t)min > max)
		HS__FAIL(run, at, "", "invalid", "operation-parameter-bounds",
			"the parameter is there at least %lld times, and at most %llu times", (long long)min,
			(unsigned long long)max);
}

/* ---- the profiles of its input and output (inputProfile, outputProfile) ---- */

/* The parameter's name that a slice of Parameters.parameter is for; empty when it does not say. */
static struct hs_slice name_of_slice(const struct hs_profile_element *slice)
{
	const struct hs_profile_element *name = hs_profile_child(slice, HS_S("name"));
	return name ? hs_json_text(name->fixed ? name->fixed : name->pattern) : HS_S_NONE;
}

static const struct hs_profile_element *slices_of(const struct hs_profile *profile)
{
	const struct hs_profile_element *head = profile ? hs_profile_child(profile->root, HS_S("parameter")) :
							  NULL;
	return head ? head->slices : NULL;
}

static const struct hs_profile_element *slice_for(const struct hs_profile *profile, struct hs_slice name)
{
	for (const struct hs_profile_element *slice = slices_of(profile); slice; slice = slice->next)
		if (hs_slice_eq(name_of_slice(slice), name))
			return slice;
	return NULL;
}

static bool allows(const struct hs_profile_element *element, struct hs_slice type)
{
	for (uint32_t i = 0; element && element->max > 0 && i < element->use_count; i++)
		if (hs_slice_eq(element->uses[i].code, type) ||
			(element->uses[i].type && element->uses[i].type->abstract))
			return true;
	return false;
}

static void check_type(struct hs__validation *run, const struct hs__node *at,
	const struct hs_profile_element *slice, struct hs_slice use)
{
	struct hs_slice code = hs_json_get_text(at->value, HS_S("type"));
	const struct hs_def_type *type = hs_defs_type(run->defs, code);
	const struct hs_profile_element *member = hs_profile_child(slice,
		type && type->kind == HS_DEF_RESOURCE ? HS_S("resource") : HS_S("value"));
	if (!type || type->abstract || !member || allows(member, code))
		return;
	HS__FAIL(run, at, "type", "invalid", "operation-profile",
		"the parameter is of type %.*s, which the %.*sputProfile does not allow it to be",
		HS__SHOW(code), HS__SHOW(use));
}

static void check_counts(struct hs__validation *run, const struct hs__node *at,
	const struct hs_profile_element *slice, struct hs_slice use)
{
	int64_t min = 0;
	uint64_t max = HS_DEF_MANY;
	struct hs_slice most = hs_json_get_text(at->value, HS_S("max"));
	bool has_min = hs_json_i64(hs_json_get(at->value, HS_S("min")), &min);
	bool has_max = hs_slice_eq(most, HS_S("*")) || hs_slice_u64(most, &max);
	if (has_min && min != (int64_t)slice->min)
		HS__FAIL(run, at, "min", "invalid", "operation-profile",
			"the parameter is there at least %lld times, but %u times by the %.*sputProfile",
			(long long)min, slice->min, HS__SHOW(use));
	if (has_max && max != slice->max)
		HS__FAIL(run, at, "max", "invalid", "operation-profile",
			"the parameter may be there '%.*s' times at most, which the %.*sputProfile says "
			"otherwise",
			HS__SHOW(most), HS__SHOW(use));
}

static void check_profile(struct hs__validation *run, const struct hs__node *node, const char *member,
	struct hs_slice use)
{
	struct hs_error ignored;
	struct hs_slice canonical = hs_json_get_text(node->value, hs_slice_cstr(member));
	const struct hs_profile *profile = canonical.len ?
		hs_profiles_find(run->profiles, canonical, &ignored) :
		NULL;
	if (!slices_of(profile))
		return;
	HS__EACH_BELOW(parameter, node, "parameter") {
		struct hs_slice name = hs_json_get_text(parameter.value, HS_S("name"));
		const struct hs_profile_element *slice = slice_for(profile, name);
		if (!hs_slice_eq(hs_json_get_text(parameter.value, HS_S("use")), use))
			continue;
		if (!slice) {
			HS__WARN(run, &parameter, "name", "not-found", "operation-profile-parameter",
				"the %.*sputProfile does not have the parameter '%.*s'", HS__SHOW(use),
				HS__SHOW(name));
			continue;
		}
		check_counts(run, &parameter, slice, use);
		check_type(run, &parameter, slice, use);
	}
	for (const struct hs_profile_element *slice = slices_of(profile); slice; slice = slice->next) {
		struct hs_slice name = name_of_slice(slice);
		if (name.len && !parameter_named(node->value, name, use))
			HS__WARN(run, node, "", "not-found", "operation-profile-parameter",
				"the %.*sputProfile has a parameter '%.*s', and the operation has none",
				HS__SHOW(use), HS__SHOW(name));
	}
}

void hs__rule_operation(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_map seen;
	const struct hs_json *base = hs__rules_resource_of(run, node, "OperationDefinition",
		hs_json_get_text(node->value, HS_S("base")));
	hs_map_init(&seen, run->arena);
	HS__EACH_BELOW(parameter, node, "parameter") {
		struct hs_slice name = hs_json_get_text(parameter.value, HS_S("name"));
		struct hs_slice use = hs_json_get_text(parameter.value, HS_S("use"));
		bool fresh = true;
		if (name.len && use.len)
			hs_map_put(&seen,
				hs_arena_printf(run->arena, "%.*s %.*s", HS__SHOW(use), HS__SHOW(name)),
				&fresh);
		if (!fresh)
			HS__FAIL(run, &parameter, "name", "duplicate", "operation-parameter-twice",
				"there are two parameters '%.*s' (%.*s)", HS__SHOW(name), HS__SHOW(use));
		const struct hs_json *same = base ? parameter_named(base, name, use) : NULL;
		if (same)
			check_same(run, &parameter, same, HS_S("type"));
		check_bounds(run, &parameter);
	}
	check_profile(run, node, "inputProfile", HS_S("in"));
	check_profile(run, node, "outputProfile", HS_S("out"));
}
