/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles that an element's type names, target profiles of references, and those that a resource declares.
 */
#include <core/fhir/validate/walk.h>

/* What is not here may be right; what is here and cannot be used is wrong for everybody who claims it. */
static const struct hs_profile *find_profile(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice canonical, enum hs_severity severity)
{
	struct hs_error err;
	const struct hs_profile *profile = hs_profiles_find(run->profiles, canonical, &err);
	if (profile)
		return profile;
	if (err.status == HS_E_NOT_FOUND)
		hs__validate_add(run, node, HS_S_NONE, NULL, severity, "not-found", "profile-unknown", "%s",
			err.text);
	else
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "processing",
			"profile-unusable", "the profile '%.*s' cannot be used: %s",
			HS_S_ARG(hs_slice_first(canonical, 200)), err.text);
	return NULL;
}

/* ---- profiles of a type ---- */

static const struct hs_profile_use *use_of(const struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	for (uint32_t i = 0; i < element->use_count; i++) {
		const struct hs_def_type *type = element->uses[i].type;
		if (type && node->type && hs_defs_is_a(run->defs, node->type, type))
			return &element->uses[i];
	}
	return NULL;
}

static void check_one_of(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_use *use)
{
	struct hs_buf list;
	hs_buf_init(&list, run->arena, 1000);
	for (uint32_t i = 0; i < use->profile_count; i++) {
		if (hs__validate_try(run, node, use->profiles[i]) != 0)
			return;
		hs_buf_cstr(&list, i ? ", " : "");
		hs_buf_add(&list, use->profiles[i]);
	}
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "profile-none",
		"this must conform to one of: %.*s", HS_S_ARG(hs_buf_slice(&list)));
}

/* An extension is walked by its own definition, when it is met by its URL. */
static bool is_extension_use(const struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_use *use)
{
	struct hs_slice url = hs_json_get_text(node->value, HS_S("url"));
	struct hs_slice profile = use->profiles[0];
	return node->type == run->extension && use->profile_count == 1 &&
		hs_slice_eq(url, hs_slice_first(profile, hs_slice_find(profile, '|', 0)));
}

/* ---- target profiles ---- */

static bool is_target_type(const struct hs__validation *run, const struct hs_def_type *type,
	const struct hs_profile *profile)
{
	return !profile->def_type || !type || hs_defs_is_a(run->defs, type, profile->def_type);
}

static int fits_target(struct hs__validation *run, const struct hs__node *node,
	const struct hs_def_type *type, const struct hs_json *resource, struct hs_slice canonical)
{
	struct hs_error ignored;
	const struct hs_profile *profile = hs_profiles_find(run->profiles, canonical, &ignored);
	if (!profile)
		return -1;
	if (type && !is_target_type(run, type, profile))
		return 0;
	if (!resource || !profile->is_constraint)
		return type ? 1 : -1;
	struct hs__node target = { .up = node,
		.name = HS_S("resolve()"),
		.index = -1,
		.depth = node->depth + 1,
		.value = resource,
		.type = type };
	target.def = type ? hs_defs_root(run->defs, type) : NULL;
	target.resource = &target;
	return hs__validate_try(run, &target, canonical);
}

/* The Reference of a node: itself, or what a CodeableReference holds; NULL of a concept alone. */
static const struct hs_json *reference_of(const struct hs__validation *run, const struct hs__node *node)
{
	if (hs_slice_eq(hs__node_type(run, node), HS_S("CodeableReference")))
		return hs_json_get(node->value, HS_S("reference"));
	return node->value;
}

/* A reference that is found must be of a target profile; of one that is not, the type is enough. */
static void check_targets(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_use *use)
{
	const struct hs_json *reference = reference_of(run, node);
	if (!reference)
		return;
	struct hs_slice text = hs_json_get_text(reference, HS_S("reference"));
	const struct hs_json *resource = text.len ? hs__validate_resolve(run, node, text) : NULL;
	const struct hs_def_type *type = hs_defs_type(run->defs, hs__validate_target(run, node, reference));
	struct hs_buf list;
	hs_buf_init(&list, run->arena, 1000);
	for (uint32_t i = 0; i < use->target_count; i++) {
		if (fits_target(run, node, type, resource, use->targets[i]) != 0)
			return;
		hs_buf_cstr(&list, i ? ", " : "");
		hs_buf_add(&list, use->targets[i]);
	}
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "reference-target",
		"the target of this reference must conform to one of: %.*s", HS_S_ARG(hs_buf_slice(&list)));
}

/* ---- how a reference is to reach its target (R4 ElementDefinition.type.aggregation and .versioning) ---- */

static uint8_t aggregation_of(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	if (hs_slice_starts(text, HS_S("#")))
		return HS_AGGREGATION_CONTAINED;
	return hs__validate_is_bundled(run, node, text) ? HS_AGGREGATION_BUNDLED : HS_AGGREGATION_REFERENCED;
}

static void check_aggregation(struct hs__validation *run, const struct hs__node *node, struct hs_slice text,
	uint8_t allowed)
{
	uint8_t have = aggregation_of(run, node, text);
	if (have & allowed)
		return;
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "reference-aggregation",
		"'%.*s' refers to %s, but the profile wants the target%s%s%s",
		HS_S_ARG(hs_slice_first(text, 100)),
		have == HS_AGGREGATION_CONTAINED       ? "what is contained" :
			have == HS_AGGREGATION_BUNDLED ? "an entry of the bundle" :
							 "another place",
		allowed & HS_AGGREGATION_CONTAINED ? " contained" : "",
		allowed & HS_AGGREGATION_BUNDLED ?
			(allowed & HS_AGGREGATION_CONTAINED ? " or in the bundle" : " in the bundle") :
			"",
		allowed & HS_AGGREGATION_REFERENCED ? " or in another place" : "");
}

static void check_reference(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_use *use)
{
	struct hs_reference parts;
	struct hs_slice text = hs_json_get_text(reference_of(run, node), HS_S("reference"));
	if (!text.len)
		return;
	if (use->aggregation)
		check_aggregation(run, node, text, use->aggregation);
	if (!use->versioning || !hs_reference_parse(text, &parts) || !parts.type.len)
		return;
	bool specific = use->versioning == 2;
	if (specific != (parts.version.len > 0))
		hs__validate_add(run, node, HS_S("reference"), NULL, HS_SEVERITY_ERROR, "structure",
			"reference-versioning",
			specific ?
				"the profile wants a reference to a version: %.*s/_history/..." :
				"the profile wants a reference to the resource, not to a version of it: %.*s",
			HS_S_ARG(hs_slice_first(text, 100)));
}

void hs__check_uses(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_profile_use *use = use_of(run, node, element);
	const struct hs_profile *profile;
	if (!use)
		return;
	if (use->profile_count == 1 && (run->quiet || !is_extension_use(run, node, use))) {
		profile = find_profile(run, node, use->profiles[0], HS_SEVERITY_ERROR);
		if (profile)
			hs__validate_profile(run, node, profile);
	} else if (use->profile_count > 1) {
		check_one_of(run, node, use);
	}
	if ((use->aggregation || use->versioning) && node->value)
		check_reference(run, node, use);
	if (use->target_count && node->value && element->says_more)
		check_targets(run, node, use);
}

/* ---- profiles that the resource declares, and those of the caller ---- */

/* Is the profile of the version that the canonical asks for, or of one within it ("1.2" of "1.2.3")? */
static bool is_of_version(const struct hs_profile *profile, struct hs_slice canonical)
{
	struct hs_slice version = canonical;
	(void)hs_slice_cut(&version, '|');
	version = hs_slice_first(version, hs_slice_find(version, '#', 0));
	return !version.len || hs_slice_eq(profile->version, version) ||
		(hs_slice_starts(profile->version, version) && profile->version.ptr[version.len] == '.');
}

/* What another version of a profile demands says nothing about who claims this one. */
static void check_declared(struct hs__validation *run, const struct hs__node *node, struct hs_slice canonical,
	enum hs_severity severity)
{
	const struct hs_profile *profile = find_profile(run, node, canonical, severity);
	if (!profile)
		return;
	if (!is_of_version(profile, canonical)) {
		hs__validate_add(run, node, HS_S_NONE, NULL, severity, "not-found", "profile-version",
			"the profile '%.*s' is known here in another version ('%.*s'), so it is not checked",
			HS_S_ARG(hs_slice_first(canonical, 200)),
			HS_S_ARG(hs_slice_first(profile->version, 50)));
		return;
	}
	if (profile->def_type && node->type && !hs_defs_is_a(run->defs, node->type, profile->def_type)) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"profile-wrong-type", "%.*s is a profile of %.*s, but this is %.*s",
			HS_S_ARG(hs_slice_first(canonical, 200)), HS_S_ARG(profile->type),
			HS_S_ARG(hs__node_type(run, node)));
		return;
	}
	hs__validate_profile(run, node, profile);
}

void hs__check_profiles(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs_json *declared = hs_json_get(hs_json_get(node->value, HS_S("meta")), HS_S("profile"));
	if (!run->options->ignore_meta && hs_json_is(declared, HS_JSON_ARRAY))
		HS_JSON_EACH(item, declared)
			if (hs_json_text(item).len)
				check_declared(run, node, hs_json_text(item), HS_SEVERITY_WARNING);
	for (size_t i = 0; !node->up && i < run->options->profile_count; i++)
		check_declared(run, node, run->options->profiles[i], HS_SEVERITY_ERROR);
}
