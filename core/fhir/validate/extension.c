/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions: known or not, in a place that their definition allows, as their definition says (R4
 * section 2.5). */
#include <core/fhir/validate/walk.h>

#define TYPE_URL "http://hl7.org/fhir/StructureDefinition/"
#define TOOLS_URL "http://hl7.org/fhir/tools/StructureDefinition/"

/* ---- the place ---- */

static struct hs_slice without_choice(struct hs_slice path)
{
	return hs_slice_ends(path, HS_S("[x]")) ? hs_slice_first(path, path.len - 3) : path;
}

/* The path of an element by its definition, without indices: "Patient.contact", "HumanName.given". */
static struct hs_slice path_of(const struct hs__validation *run, const struct hs__node *node)
{
	const struct hs_def_element *def = node->def;
	if (def && def->same_as != HS_DEF_NONE) /* "Questionnaire.item.item" is Questionnaire.item */
		def = hs_defs_element_at(run->defs, def->same_as);
	return def ? without_choice(hs_defs_text(run->defs, def->path)) : HS_S_NONE;
}

static bool is_type_named(const struct hs__validation *run, const struct hs_def_type *type,
	struct hs_slice name)
{
	const struct hs_def_type *wanted = hs_defs_type(run->defs, name);
	return wanted && type && hs_defs_is_a(run->defs, type, wanted);
}

/* "DomainResource.contained" for a place in a Patient: the rest of the path is the same. */
static bool is_base_path(const struct hs__validation *run, struct hs_slice path, struct hs_slice wanted)
{
	struct hs_slice rest = path;
	struct hs_slice wanted_rest = wanted;
	struct hs_slice type = hs_slice_cut(&rest, '.');
	struct hs_slice wanted_type = hs_slice_cut(&wanted_rest, '.');
	return hs_slice_eq(rest, wanted_rest) && rest.len > 0 &&
		is_type_named(run, hs_defs_type(run->defs, type), wanted_type);
}

/* Paths may go on from an element into its type: "Patient.name.given" is also "HumanName.given". */
static bool is_at_path(struct hs__validation *run, const struct hs__node *host, struct hs_slice wanted)
{
	struct hs_slice below = HS_S_NONE;
	for (const struct hs__node *at = host; at; at = at->up) {
		struct hs_slice path = path_of(run, at);
		if (path.len && path.len + below.len == wanted.len && hs_slice_starts(wanted, path) &&
			hs_slice_ends(wanted, below))
			return true;
		if (!below.len && is_base_path(run, path, wanted))
			return true;
		if (at->resource == at || !at->def)
			return false;
		struct hs_slice name = hs_defs_text(run->defs, at->def->name);
		below = hs_arena_printf(run->arena, ".%.*s%.*s", HS_S_ARG(name), HS_S_ARG(below));
	}
	return false;
}

/* The definitions of the primitive types carry the facets of the value on its type. */
static bool is_facet(const struct hs__validation *run, const struct hs__node *host, struct hs_slice wanted)
{
	return hs_slice_eq(wanted, HS_S("ElementDefinition")) &&
		hs_slice_eq(path_of(run, host), HS_S("ElementDefinition.type"));
}

/* A resource of a type that others refer to by its url; of one that R4 does not have, a Basic says the url in
 * an extension (R5 versions, section 2.1.2.8). */
static bool is_canonical(const struct hs__validation *run, const struct hs__node *host)
{
	const struct hs_def_use *use = NULL;
	if (host->resource != host)
		return false;
	if (host->def && hs_defs_child(run->defs, host->def, host->type, HS_S("url"), &use))
		return true;
	HS_JSON_EACH(extension, hs_json_get(host->value, HS_S("extension"))) {
		struct hs_slice release, path;
		if (hs__cut_other_release(hs_json_get_text(extension, HS_S("url")), &release, &path) &&
			hs_slice_ends(path, HS_S(".url")))
			return hs_slice_eq(hs_json_get_text(host->value, HS_S("resourceType")),
				HS_S("Basic"));
	}
	return false;
}

/* A context of kind element: a type, an element by its path, or any ("Element", "Resource" ...). */
static bool is_element_here(struct hs__validation *run, const struct hs__node *host, struct hs_slice wanted)
{
	if (hs_slice_starts(wanted, HS_S(TYPE_URL)))
		wanted = hs_slice_from(wanted, sizeof(TYPE_URL) - 1);
	struct hs_slice fragment = wanted;
	struct hs_slice before = hs_slice_cut(&fragment, '#');
	wanted = without_choice(fragment.ptr ? fragment : before);
	if (hs_slice_eq(wanted, HS_S("Element")))
		return true;
	if (hs_slice_eq(wanted, HS_S("Base")) || is_type_named(run, host->type, wanted))
		return true;
	if (hs_slice_eq(wanted, HS_S("CanonicalResource")) || hs_slice_eq(wanted, HS_S("MetadataResource")))
		return is_canonical(run, host);
	return is_at_path(run, host, wanted) || is_facet(run, host, wanted);
}

static bool is_expression_here(struct hs__validation *run, const struct hs__node *host,
	struct hs_slice expression)
{
	const struct hs__node *resource = host->resource;
	struct hs_error ignored;
	struct hs_path_value input;
	struct hs_path_list list;
	bool found = false;
	const struct hs_path *path = hs_profiles_path(run->profiles, expression, HS_S_NONE);
	if (!path || !resource)
		return true; /* what cannot be judged forbids nothing */
	struct hs_path_context context = { .arena = run->scratch,
		.defs = run->defs,
		.resource = resource->value,
		.now_ms = run->options->now_ms };
	struct hs_arena_mark mark = hs_arena_mark(run->scratch);
	hs__node_path_value(resource, &input);
	if (hs_path_eval_value(path, &context, &input, &list, &ignored) == HS_OK)
		for (size_t i = 0; i < list.count && !found; i++)
			found = (list.items[i].node && list.items[i].node == host->value) ||
				(list.items[i].kind == HS_PATH_BOOLEAN && list.items[i].boolean);
	hs_arena_rollback(run->scratch, mark);
	return found;
}

static bool is_allowed_here(struct hs__validation *run, const struct hs__node *host,
	const struct hs_profile_context *context)
{
	if (hs_slice_eq(context->type, HS_S("element")))
		return is_element_here(run, host, context->expression);
	if (hs_slice_eq(context->type, HS_S("extension"))) { /* on the extension, or on its value */
		const struct hs__node *outer = host->type == run->extension ? host : host->up;
		return outer && outer->type == run->extension &&
			hs_slice_eq(hs_json_get_text(outer->value, HS_S("url")), context->expression);
	}
	if (hs_slice_eq(context->type, HS_S("fhirpath")))
		return is_expression_here(run, host, context->expression);
	return true;
}

static bool is_context_met(struct hs__validation *run, const struct hs__node *host,
	const struct hs_profile *profile)
{
	for (uint32_t i = 0; i < profile->context_count; i++)
		if (is_allowed_here(run, host, &profile->contexts[i]))
			return true;
	return profile->context_count == 0;
}

/* The extension as FHIR itself published it, before it moved to a package of its own; NULL when it did not.
 * Which version of FHIR is spoken here its definition of Extension tells: R4B is R4 otherwise. */
static const struct hs_profile *find_in_fhir(struct hs__validation *run, struct hs_slice url)
{
	struct hs_error ignored;
	const struct hs_profile *base = hs_profiles_find(run->profiles,
		HS_S("http://hl7.org/fhir/StructureDefinition/Extension"), &ignored);
	if (!base)
		return NULL;
	struct hs_slice canonical = hs_arena_printf(run->arena, "%.*s|%.*s", HS_S_ARG(url),
		HS_S_ARG(base->version));
	const struct hs_profile *profile = hs_profiles_find(run->profiles, canonical, &ignored);
	return profile && hs_slice_eq(profile->version, base->version) ? profile : NULL;
}

/* Contexts were corrected from version to version: those of FHIR itself count too, but for "Element", which
 * stood for contexts that nobody had thought about yet. */
static bool is_met_in_fhir(struct hs__validation *run, const struct hs__node *host, struct hs_slice url)
{
	const struct hs_profile *profile = find_in_fhir(run, url);
	for (uint32_t i = 0; profile && i < profile->context_count; i++)
		if (!hs_slice_eq(profile->contexts[i].expression, HS_S("Element")) &&
			is_allowed_here(run, host, &profile->contexts[i]))
			return true;
	return profile && profile->context_count == 0;
}

/* Of FHIR itself or HL7's terminology: "http://hl7.org/fhir/ValueSet/x", "http://hl7.org/fhir/item-type"; but
 * not of a guide ("http://hl7.org/fhir/us/..."), which is judged as everybody's. */
static bool is_of_hl7(const struct hs__validation *run, struct hs_slice url)
{
	static const char core[] = "http://hl7.org/fhir/";
	struct hs_slice rest = hs_slice_from(url, sizeof(core) - 1);
	struct hs_slice first = hs_slice_cut(&rest, '/');
	if (hs_slice_starts(url, HS_S("http://terminology.hl7.org/")))
		return true;
	return hs_slice_starts(url, hs_slice_cstr(core)) && (!rest.ptr || hs_defs_type(run->defs, first));
}

bool hs__published_by_hl7(const struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__node *resource = node->resource;
	while (resource && !is_of_hl7(run, hs_json_get_text(resource->value, HS_S("url"))) && resource->up &&
		hs_slice_eq(resource->name, HS_S("contained")))
		resource = resource->up->resource;
	return resource && is_of_hl7(run, hs_json_get_text(resource->value, HS_S("url")));
}

static void fail_context(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile *profile)
{
	struct hs_buf list;
	hs_buf_init(&list, run->arena, 1000);
	for (uint32_t i = 0; i < profile->context_count; i++) {
		hs_buf_cstr(&list, i ? ", " : "");
		hs_buf_add(&list, hs_slice_first(profile->contexts[i].expression, 100));
	}
	hs__validate_add(run, node, HS_S_NONE, NULL,
		/* HL7's own carry its extensions where the contexts, written down later, do not have them. */
		hs__published_by_hl7(run, node) ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, "structure",
		"extension-context", "the extension %.*s is not allowed at %.*s; it is for: %.*s",
		HS_S_ARG(hs_slice_first(profile->url, 200)), HS_S_ARG(path_of(run, node->up)),
		HS_S_ARG(hs_buf_slice(&list)));
}

static void check_context(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile *profile)
{
	const struct hs__node *host = node->up;
	struct hs_error ignored;
	if (!is_context_met(run, host, profile) && !is_met_in_fhir(run, host, profile->url))
		fail_context(run, node, profile);
	for (uint32_t i = 0; i < profile->context_invariant_count; i++) {
		const struct hs_path *path = hs_profiles_path(run->profiles, profile->context_invariants[i],
			HS_S_NONE);
		if (path && hs__check_expression(run, host, path, node->value, &ignored) == 0)
			hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
				"extension-context-invariant",
				"the extension %.*s is allowed only where this is true: %.*s",
				HS_S_ARG(hs_slice_first(profile->url, 200)),
				HS_S_ARG(hs_slice_first(profile->context_invariants[i], 300)));
	}
}

/* ---- the extension itself ---- */

static bool is_domain_allowed(const struct hs__validation *run, struct hs_slice url)
{
	for (size_t i = 0; i < run->options->extension_domain_count; i++) {
		struct hs_slice domain = run->options->extension_domains[i];
		if (hs_slice_eq(domain, HS_S("*")) || hs_slice_starts(url, domain))
			return true;
	}
	return hs_slice_starts(url, HS_S("http://example.org/")) ||
		hs_slice_starts(url, HS_S("https://example.org/"));
}

/* Extensions within a complex one are named by its own definition, with short names. */
static bool is_inner(const struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	return node->up && node->up->type == run->extension && hs_slice_find(url, ':', 0) == SIZE_MAX;
}

/* HL7's own extensions live in packages, and while one is not loaded nothing tells whether there is such an
 * extension; that is said of the first. R4 carries the common ones itself, R5 does not. */
static bool is_of_missing_pack(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	static const struct {
		const char *prefix, *known, *package;
	} packs[] = {
		{ TYPE_URL, TYPE_URL "data-absent-reason", "hl7.fhir.uv.extensions" },
		{ TOOLS_URL, TOOLS_URL "snapshot-source", "hl7.fhir.uv.tools" },
	};
	for (unsigned i = 0; i < sizeof(packs) / sizeof(packs[0]); i++) {
		if (!hs_slice_starts(url, hs_slice_cstr(packs[i].prefix)))
			continue;
		if (hs_library_has(run->library, HS_S("StructureDefinition"), hs_slice_cstr(packs[i].known)))
			return false;
		if (!(run->told_packs & 1u << i))
			hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "structure",
				"extension-unknown",
				"the extension %.*s is not known, nor are others of HL7's package %s; load "
				"it, or they are not checked",
				HS_S_ARG(hs_slice_first(url, 200)), packs[i].package);
		run->told_packs |= run->quiet ? 0 : 1u << i;
		return true;
	}
	return false;
}

static void fail_unknown(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	bool modifier = hs_slice_eq(node->name, HS_S("modifierExtension"));
	/* An address with a fragment names a part of a document: there is no definition to be found by it. */
	bool fragment = hs_slice_find(url, '#', 0) != SIZE_MAX;
	if (is_domain_allowed(run, url) || (fragment && !modifier)) {
		hs__validate_add(run, node, HS_S_NONE, NULL,
			modifier ? HS_SEVERITY_WARNING : HS_SEVERITY_INFORMATION, "structure",
			"extension-unknown", "the extension %.*s is not known here",
			HS_S_ARG(hs_slice_first(url, 200)));
		return;
	}
	if (!modifier && is_of_missing_pack(run, node, url))
		return;
	/* HL7's own carry some of theirs that were meant, and never published. */
	bool loose = !modifier && hs_slice_starts(url, HS_S("http://hl7.org/")) &&
		hs__published_by_hl7(run, node);
	hs__validate_add(run, node, HS_S_NONE, NULL, loose ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR,
		"structure", "extension-unknown",
		"the extension %.*s is not known; load the package that defines it, or allow its domain",
		HS_S_ARG(hs_slice_first(url, 200)));
}

static void check_modifier(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile *profile)
{
	bool here = hs_slice_eq(node->name, HS_S("modifierExtension"));
	if (here == profile->root->is_modifier)
		return;
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "extension-modifier",
		here ? "the extension %.*s changes no meaning; write it under 'extension'" :
		       "the extension %.*s changes the meaning of what has it; write it under "
		       "'modifierExtension'",
		HS_S_ARG(hs_slice_first(profile->url, 200)));
}

/* Does the definition name a part of that url? True when it does not say which parts there are. */
static bool has_part(const struct hs_profile *profile, struct hs_slice url)
{
	const struct hs_profile_element *head = profile ? hs_profile_child(profile->root, HS_S("extension")) :
							  NULL;
	for (const struct hs_profile_element *slice = head ? head->slices : NULL; slice;
		slice = slice->next) {
		const struct hs_profile_element *own = hs_profile_child(slice, HS_S("url"));
		if (!own || !own->fixed || hs_slice_eq(hs_json_text(own->fixed), url))
			return true; /* a slice that says no url may be this one */
	}
	return !head;
}

/* The extensions that a complex one has are those that its definition names, or once named. */
static void check_inner(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	struct hs_error ignored;
	struct hs_slice outer = hs_json_get_text(node->up->value, HS_S("url"));
	const struct hs_profile *profile = hs_profiles_find(run->profiles, outer, &ignored);
	const struct hs_profile *first = NULL;
	if (has_part(profile, url))
		return;
	first = find_in_fhir(run, outer);
	if (first && has_part(first, url))
		return;
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", "extension-inner",
		"the extension %.*s has no part '%.*s'", HS_S_ARG(hs_slice_first(outer, 200)),
		HS_S_ARG(hs_slice_first(url, 100)));
}

void hs__check_extension(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_error err;
	struct hs_slice url = hs_json_get_text(node->value, HS_S("url"));
	if (!url.len)
		return;
	if (is_inner(run, node, url)) {
		check_inner(run, node, url);
		return;
	}
	const struct hs_profile *profile = hs_profiles_find(run->profiles, url, &err);
	size_t bar = hs_slice_find(url, '|', 0);
	if (bar != SIZE_MAX) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"extension-version", "the url of an extension has no version; write %.*s",
			HS_S_ARG(hs_slice_first(url, bar < 200 ? bar : 200)));
		if (!profile)
			profile = hs_profiles_find(run->profiles, hs_slice_first(url, bar), &err);
	}
	if (!profile && err.status == HS_E_NOT_FOUND) {
		if (!hs__check_other_release(run, node, url))
			fail_unknown(run, node, url);
		return;
	}
	if (!profile) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "processing",
			"profile-unusable", "the definition of %.*s cannot be used: %s",
			HS_S_ARG(hs_slice_first(url, 200)), err.text);
		return;
	}
	if (!hs_slice_eq(profile->type, HS_S("Extension"))) {
		hs__validate_add(run, node, HS_S("url"), NULL, HS_SEVERITY_ERROR, "structure",
			"extension-not-one", "%.*s is a profile of %.*s, not an extension",
			HS_S_ARG(hs_slice_first(url, 200)), HS_S_ARG(profile->type));
		return;
	}
	check_context(run, node, profile);
	check_modifier(run, node, profile);
	hs__validate_profile(run, node, profile);
}
