/* SPDX-License-Identifier: Apache-2.0 */
/* SearchParameter, CapabilityStatement and NamingSystem (R4 sections 6.6, 6.3 and 4.14). */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/check.h>
#include <core/fhir/path/path.h>
#include <core/fhir/search/search_private.h>

/* ---- SearchParameter: its expression ---- */

/* Can a resource of one of the bases be, or be part of, what the name says? */
static bool suits_base(const struct hs_defs *defs, const struct hs_json *bases,
	const struct hs_def_type *root)
{
	HS_JSON_EACH(base, bases) {
		const struct hs_def_type *type = hs_defs_type(defs, hs_json_text(base));
		if (!type || hs_defs_is_a(defs, type, root) || hs_defs_is_a(defs, root, type))
			return true;
	}
	return hs_json_count(bases) == 0;
}

static void check_alternative(struct hs__validation *run, const struct hs__node *node, struct hs_slice part)
{
	struct hs_slice name = hs__search_first_name(part);
	struct hs_path *path = NULL;
	struct hs_error err;
	bool typed = name.len && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z';
	const struct hs_def_type *root = typed ? hs_defs_type(run->defs, name) : NULL;
	if (root && !suits_base(run->defs, hs__rules_array(node->value, "base"), root)) {
		HS__FAIL_OTHERS(run, node, "expression", "invalid", "search-parameter-base",
			"the expression speaks of %.*s, which is not among the bases of the parameter",
			HS__SHOW(name));
		return;
	}
	if (hs_path_compile(run->defs, part, root ? name : HS_S_NONE, &path, NULL, &err))
		HS__FAIL(run, node, "expression", "invalid", "search-parameter-expression",
			"the expression '%.*s' is not right: %s", HS__SHOW(part), err.text);
	hs_path_free(path);
}

static void check_expression(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_json_get_text(node->value, HS_S("expression"));
	for (size_t at = 0; at < text.len;) {
		size_t end = hs__search_alternative(text, at);
		struct hs_slice part = hs_slice_trim(hs_slice(text.ptr + at, end - at));
		if (part.len)
			check_alternative(run, node, part);
		at = end + 1;
	}
}

/* Of a component the expression starts from what the parameter's own gives, whose type is not known here. */
static void check_components(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(component, node, "component") {
		struct hs_slice text = hs_json_get_text(component.value, HS_S("expression"));
		struct hs_path *path = NULL;
		struct hs_error err;
		if (text.len && hs_path_compile(run->defs, text, HS_S_NONE, &path, NULL, &err))
			HS__FAIL(run, &component, "expression", "invalid", "search-parameter-expression",
				"the expression '%.*s' is not right: %s", HS__SHOW(text), err.text);
		hs_path_free(path);
	}
}

/* ---- SearchParameter: what it is derived from ---- */

static bool has_text(const struct hs_json *list, struct hs_slice text)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_text(item), text))
			return true;
	return false;
}

static void check_derived(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice from = hs_json_get_text(node->value, HS_S("derivedFrom"));
	struct hs_slice type = hs_json_get_text(node->value, HS_S("type"));
	const struct hs_json *parent = hs__rules_resource_of(run, node, "SearchParameter", from);
	if (!parent)
		return;
	struct hs_slice parent_type = hs_json_get_text(parent, HS_S("type"));
	if (type.len && parent_type.len && !hs_slice_eq(type, parent_type))
		HS__FAIL(run, node, "", "invalid", "search-parameter-derived",
			"the type is %.*s, but that of '%.*s', which it is derived from, is %.*s",
			HS__SHOW(type), HS__SHOW(from), HS__SHOW(parent_type));
	HS__EACH_BELOW(base, node, "base")
		if (!has_text(hs__rules_array(parent, "base"), hs_json_text(base.value)) &&
			!has_text(hs__rules_array(parent, "base"), HS_S("Resource")))
			HS__FAIL(run, node, "", "invalid", "search-parameter-derived",
				"%.*s is not among the bases of '%.*s', which it is derived from",
				HS__SHOW(hs_json_text(base.value)), HS__SHOW(from));
}

void hs__rule_search_parameter(struct hs__validation *run, const struct hs__node *node)
{
	size_t components = hs_json_count(hs__rules_array(node->value, "component"));
	bool composite = hs_slice_eq(hs_json_get_text(node->value, HS_S("type")), HS_S("composite"));
	if (composite && components < 2)
		HS__FAIL(run, node, "", "business-rule", "search-parameter-composite",
			"a composite parameter joins two components or more");
	if (!composite && components)
		HS__FAIL(run, node, "component", "business-rule", "search-parameter-composite",
			"only a parameter of type 'composite' has components");
	check_expression(run, node);
	check_components(run, node);
	check_derived(run, node);
}

/* ---- CapabilityStatement ---- */

static void check_search_param(struct hs__validation *run, const struct hs__node *at)
{
	struct hs_slice canonical = hs_json_get_text(at->value, HS_S("definition"));
	struct hs_slice type = hs_json_get_text(at->value, HS_S("type"));
	const struct hs_json *parameter = hs__rules_resource_of(run, at, "SearchParameter", canonical);
	struct hs_slice defined = hs_json_get_text(parameter, HS_S("type"));
	/* One kind of text said for another misleads nobody about how to search. */
	bool texts = hs__rules_in(defined, "string token uri reference") &&
		hs__rules_in(type, "string token uri reference");
	if (defined.len && type.len && !hs_slice_eq(defined, type))
		HS__SAY(texts || hs__published_by_hl7(run, at) ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, run,
			at, "", "invalid", "capability-search-type",
			"the type is %.*s, but the parameter '%.*s' is defined as %.*s", HS__SHOW(type),
			HS__SHOW(canonical), HS__SHOW(defined));
}

/* A profile of what a server holds of a type is a profile of that type. */
static void check_profile(struct hs__validation *run, const struct hs__node *at, struct hs_slice type)
{
	struct hs_slice canonical = hs_json_text(at->value);
	const struct hs_json *profile = hs__rules_resource_of(run, at, "StructureDefinition", canonical);
	struct hs_slice of = hs_json_get_text(profile, HS_S("type"));
	const struct hs_def_type *own = hs_defs_type(run->defs, type);
	const struct hs_def_type *other = hs_defs_type(run->defs, of);
	if (own && other && !hs_defs_is_a(run->defs, own, other))
		HS__FAIL_OTHERS(run, at, "", "invalid", "capability-profile",
			"'%.*s' is a profile of %.*s, but this is about %.*s", HS__SHOW(canonical),
			HS__SHOW(of), HS__SHOW(type));
}

static void check_profiles(struct hs__validation *run, const struct hs__node *resource)
{
	struct hs_slice type = hs_json_get_text(resource->value, HS_S("type"));
	struct hs__node profile = hs__below(resource, "profile", -1,
		hs_json_get(resource->value, HS_S("profile")));
	check_profile(run, &profile, type);
	HS__EACH_BELOW(supported, resource, "supportedProfile")
		check_profile(run, &supported, type);
}

void hs__rule_capability(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(rest, node, "rest") {
		HS__EACH_BELOW(parameter, &rest, "searchParam")
			check_search_param(run, &parameter);
		HS__EACH_BELOW(resource, &rest, "resource") {
			check_profiles(run, &resource);
			HS__EACH_BELOW(parameter, &resource, "searchParam")
				check_search_param(run, &parameter);
		}
	}
}

/* ---- NamingSystem: each identifier has the form of its kind ---- */

static bool is_form(struct hs_arena *arena, const char *scheme, struct hs_slice value)
{
	struct hs_slice text = hs_slice_starts(value, hs_slice_cstr(scheme)) ?
		value :
		hs_arena_printf(arena, "%s%.*s", scheme, HS_S_ARG(hs_slice_first(value, 1000)));
	struct hs_json json = { .type = HS_JSON_STRING, .u.text = text.ptr, .len = (uint32_t)text.len };
	return hs_check_primitive(HS_PRIM_URI, &json);
}

void hs__rule_naming_system(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(id, node, "uniqueId") {
		struct hs_slice type = hs_json_get_text(id.value, HS_S("type"));
		struct hs_slice value = hs_json_get_text(id.value, HS_S("value"));
		bool oid = hs_slice_eq(type, HS_S("oid"));
		bool uuid = hs_slice_eq(type, HS_S("uuid"));
		if (!value.len || (!oid && !uuid))
			continue;
		if (!is_form(run->arena, oid ? "urn:oid:" : "urn:uuid:", value))
			HS__FAIL(run, &id, "value", "invalid", "naming-system-form",
				"the type says %.*s, and '%.*s' is none, such as %s", HS__SHOW(type),
				HS__SHOW(value),
				oid ? "1.2.752.29.4.19" : "53fefa32-fcbb-4ff8-8a92-55ee120877b7");
	}
}
