/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions that stand for elements of another release (R5 versions, section 2.1.2.8, "extensions for
 * conversion"): http://hl7.org/fhir/5.0/StructureDefinition/extension-Questionnaire.versionAlgorithm. They
 * have no definitions of their own, but those of the elements. */
#include <core/fhir/validate/rules/rules_private.h>
#include <core/fhir/validate/walk.h>

static const struct {
	const char *release;
	enum hs_fhir_version fhir;
} releases[] = { { "1.0", 0 }, { "3.0", 0 }, { "4.0", HS_FHIR_R4 }, { "4.3", HS_FHIR_R4 },
	{ "5.0", HS_FHIR_R5 }, { "6.0", 0 } };

static struct hs_slice without_choice(struct hs_slice path)
{
	return hs_slice_ends(path, HS_S("[x]")) ? hs_slice_first(path, path.len - 3) : path;
}

static bool is_element_path(struct hs_slice path)
{
	struct hs_slice rest = path;
	bool first = true;
	while (rest.ptr) {
		struct hs_slice name = without_choice(hs_slice_cut(&rest, '.'));
		bool capital = name.len && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z';
		for (size_t i = 0; i < name.len; i++) {
			char c = (char)(name.ptr[i] | 0x20);
			if (!((c >= 'a' && c <= 'z') || (i && name.ptr[i] >= '0' && name.ptr[i] <= '9')))
				return false;
		}
		if (!name.len || capital != first)
			return false;
		first = false;
	}
	return !first;
}

/* ---- by the definitions of that release ---- */

/* An element of the other release. */
struct foreign {
	const struct hs_defs *defs;
	const struct hs_def_element *element;
	struct hs_slice release;
};

static const struct hs_def_element *find_child(const struct hs_defs *defs,
	const struct hs_def_element *element, const struct hs_def_type *type, struct hs_slice name)
{
	uint32_t count = 0;
	const struct hs_def_element *children = hs_defs_children(defs, element, type, &count);
	for (uint32_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_defs_text(defs, children[i].name), name))
			return &children[i];
	return NULL;
}

static const struct hs_def_element *find_element(const struct hs_defs *defs, struct hs_slice path)
{
	struct hs_slice rest = path;
	const struct hs_def_type *type = hs_defs_type(defs, hs_slice_cut(&rest, '.'));
	const struct hs_def_element *element = type ? hs_defs_root(defs, type) : NULL;
	while (element && rest.ptr) {
		element = find_child(defs, element, type, without_choice(hs_slice_cut(&rest, '.')));
		type = NULL;
	}
	return element;
}

/* Can the element have a value of the type that the ending of value[x] says? True when one of its types is
 * not known here, for then another form stands for it. */
static bool takes(const struct hs__validation *run, const struct foreign *foreign, struct hs_slice ending,
	struct hs_buf *types)
{
	const struct hs_def_use *uses = hs_defs_uses(foreign->defs, foreign->element);
	for (uint32_t i = 0; i < foreign->element->type_count; i++) {
		const struct hs_def_type *type = uses[i].type == HS_DEF_NONE ?
			NULL :
			hs_defs_type_at(foreign->defs, uses[i].type);
		struct hs_slice name = type ? hs_defs_text(foreign->defs, type->name) : HS_S_NONE;
		if (!hs_defs_type(run->defs, name))
			return true;
		if (name.len == ending.len && (name.ptr[0] | 0x20) == (ending.ptr[0] | 0x20) &&
			hs_slice_eq(hs_slice_from(name, 1), hs_slice_from(ending, 1)))
			return true;
		hs_buf_cstr(types, i ? ", " : "");
		hs_buf_add(types, name);
	}
	return false;
}

static void check_as(struct hs__validation *run, const struct hs__node *node, const struct foreign *foreign);

/* A part of an extension that stands for an element with elements of its own. */
static void check_part(struct hs__validation *run, const struct hs__node *part, const struct foreign *of)
{
	struct foreign foreign = *of;
	struct hs_slice url = hs_json_get_text(part->value, HS_S("url"));
	if (!url.len || hs_slice_find(url, ':', 0) != SIZE_MAX)
		return;
	foreign.element = find_child(of->defs, of->element, NULL, without_choice(url));
	if (foreign.element)
		check_as(run, part, &foreign);
	else
		hs__validate_add(run, part, HS_S("url"), NULL, HS_SEVERITY_ERROR, "structure",
			"extension-other-release", "the element %.*s of FHIR %.*s has no element '%.*s'",
			HS_S_ARG(hs_defs_text(of->defs, of->element->path)), HS_S_ARG(of->release),
			HS_S_ARG(hs_slice_first(url, 100)));
}

static void check_as(struct hs__validation *run, const struct hs__node *node, const struct foreign *foreign)
{
	struct hs_slice path = hs_defs_text(foreign->defs, foreign->element->path);
	struct hs_slice ending = HS_S_NONE;
	struct hs_buf types;
	(void)hs__rules_choice(node->value, HS_S("value"), &ending);
	hs_buf_init(&types, run->arena, 1000);
	if (foreign->element->child_count || foreign->element->same_as != HS_DEF_NONE) {
		if (ending.len)
			hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
				"extension-other-release",
				"the element %.*s of FHIR %.*s has no value, but elements; write an "
				"extension for each of them",
				HS_S_ARG(path), HS_S_ARG(foreign->release));
		HS__EACH_BELOW(part, node, "extension")
			check_part(run, &part, foreign);
	} else if (ending.len && !takes(run, foreign, ending, &types)) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"extension-other-release", "the element %.*s of FHIR %.*s is %.*s, so not value%.*s",
			HS_S_ARG(path), HS_S_ARG(foreign->release), HS_S_ARG(hs_buf_slice(&types)),
			HS_S_ARG(hs_slice_first(ending, 50)));
	}
}

/* Is it within a resource, or an element of a data type, that has the element there? Names below that differ
 * from release to release. Resources that this release does not have come as Basic. */
static bool is_in_place(const struct hs__validation *run, const struct hs__node *node, struct hs_slice path)
{
	struct hs_slice rest = path;
	const struct hs_def_type *type = hs_defs_type(run->defs, hs_slice_cut(&rest, '.'));
	const struct hs_def_type *basic = hs_defs_type(run->defs, HS_S("Basic"));
	for (const struct hs__node *at = node->up; type && at; at = at->up) {
		if (at->type && (at->type == basic || hs_defs_is_a(run->defs, at->type, type)))
			return true;
		if (at->resource == at)
			return at->type == NULL;
	}
	return true;
}

static void check_place(struct hs__validation *run, const struct hs__node *node, struct hs_slice path,
	struct hs_slice release)
{
	struct hs_slice rest = path;
	struct hs_slice type = hs_slice_cut(&rest, '.');
	if (!is_in_place(run, node, path))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"extension-context",
			"the extension stands for the element %.*s of FHIR %.*s, so it is for %.*s alone",
			HS_S_ARG(path), HS_S_ARG(release), HS_S_ARG(type));
}

static void check_release(struct hs__validation *run, const struct hs__node *node, struct hs_slice release,
	struct hs_slice path, enum hs_fhir_version fhir)
{
	const struct hs_validator *validator = run->validator;
	const struct hs_defs *defs = fhir && validator->other_release ?
		validator->other_release(validator->other_arg) :
		NULL;
	struct foreign foreign = { .release = release };
	if (!defs || hs_defs_fhir(defs) != fhir) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_INFORMATION, "informational",
			"extension-other-release",
			"the extension stands for the element %.*s of FHIR %.*s, whose definitions are not "
			"here; it is not checked",
			HS_S_ARG(path), HS_S_ARG(release));
		return;
	}
	foreign.defs = defs;
	foreign.element = find_element(defs, path);
	if (foreign.element) {
		check_place(run, node, path, release);
		check_as(run, node, &foreign);
	} else {
		hs__validate_add(run, node, HS_S("url"), NULL, HS_SEVERITY_ERROR, "structure",
			"extension-other-release",
			"FHIR %.*s has no element %.*s for the extension to stand for", HS_S_ARG(release),
			HS_S_ARG(path));
	}
}

bool hs__cut_other_release(struct hs_slice url, struct hs_slice *release, struct hs_slice *path)
{
	static const char host[] = "http://hl7.org/fhir/";
	static const char middle[] = "StructureDefinition/extension-";
	struct hs_slice rest = hs_slice_from(url, sizeof(host) - 1);
	*release = hs_slice_cut(&rest, '/');
	*path = hs_slice_from(rest, sizeof(middle) - 1);
	return hs_slice_starts(url, hs_slice_cstr(host)) && rest.ptr &&
		hs_slice_starts(rest, hs_slice_cstr(middle));
}

bool hs__check_other_release(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	struct hs_slice release, path;
	if (!hs__cut_other_release(url, &release, &path))
		return false;
	size_t i = 0;
	while (i < sizeof(releases) / sizeof(releases[0]) &&
		!hs_slice_eq(release, hs_slice_cstr(releases[i].release)))
		i++;
	if (i == sizeof(releases) / sizeof(releases[0]) || !is_element_path(path))
		return false;
	if (releases[i].fhir == hs_defs_fhir(run->defs))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"extension-own-release",
			"the extension %.*s stands for an element of FHIR %.*s, which this is; write the "
			"element itself",
			HS_S_ARG(hs_slice_first(url, 200)), HS_S_ARG(release));
	else
		check_release(run, node, release, hs_slice_first(path, 200), releases[i].fhir);
	return true;
}
