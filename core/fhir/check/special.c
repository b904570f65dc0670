/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of single types that their element lists cannot say: references, extensions, required codings. */
#include <core/fhir/check/check_private.h>

/* ---- Reference (R4 references, section 2.3) ---- */

static bool has_contained(const struct hs_json *container, struct hs_slice id)
{
	if (id.len == 0) /* "#": the container itself */
		return true;
	HS_JSON_EACH(item, hs_json_get(container, HS_S("contained")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), id))
			return true;
	return false;
}

/* Text after a scheme such as "urn:" or "mailto:": any URI may be a reference. */
static bool has_scheme(struct hs_slice text)
{
	size_t colon = hs_slice_find(text, ':', 0);
	if (colon == SIZE_MAX || colon == 0)
		return false;
	for (size_t i = 0; i < colon; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return true;
}

static void fail_target(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_use *use, struct hs_slice type)
{
	struct hs_buf list;
	hs_buf_init(&list, check->issues->arena, 600);
	hs_defs_show_targets(&list, check->defs, use);
	hs__check_fail(check, at, HS_S("reference"), value, "value",
		"a reference to %.*s is not allowed here; allowed: %.*s", HS_S_ARG(type),
		HS_S_ARG(hs_buf_slice(&list)));
}

/* Does the element take any resource? Then it may be one of another release, as in the list of a guide. */
static bool takes_any(const struct hs__check *check, const struct hs_def_use *use)
{
	for (uint32_t i = 0; use && i < use->target_count; i++) {
		const struct hs_def_type *target = hs_defs_type_at(check->defs,
			hs_defs_target_at(check->defs, use->first_target + i));
		if (target && hs_slice_eq(hs_defs_text(check->defs, target->name), HS_S("Resource")))
			return true;
	}
	return !use || use->target_count == 0;
}

static void check_target(struct hs__check *check, const struct hs__at *at, const struct hs_json *member,
	const struct hs_def_use *use, const struct hs_reference *reference)
{
	if (!reference->type.len)
		return;
	const struct hs_def_type *type = hs_defs_type(check->defs, reference->type);
	if (type && type->kind == HS_DEF_RESOURCE && !type->abstract) {
		if (!hs_defs_use_allows(check->defs, use, type))
			fail_target(check, at, member, use, reference->type);
	} else if (!reference->base.len && !takes_any(check, use)) {
		/* another server may have resource types that we do not */
		hs__check_fail(check, at, HS_S("reference"), member, "value",
			"there is no resource type '%.*s'", HS_S_ARG(hs_slice_first(reference->type, 64)));
	}
}

/* The Reference within is judged as any: what it may lead to, the element says that holds both (R5). */
static void check_codeable_reference(struct hs__check *check, const struct hs__at *at,
	const struct hs_json *value, const struct hs_def_use *use)
{
	struct hs__at inner = { at, HS_S("reference"), -1, at->depth + 1 };
	const struct hs_json *member = hs_json_get(hs_json_get(value, HS_S("reference")), HS_S("reference"));
	struct hs_reference reference;
	if (use && hs_reference_parse(hs_json_text(member), &reference))
		check_target(check, &inner, member, use, &reference);
}

static void check_reference(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_use *use)
{
	struct hs_reference reference;
	const struct hs_json *member = hs_json_get(value, HS_S("reference"));
	struct hs_slice text = hs_json_text(member);
	if (!text.len)
		return;
	if (!hs_reference_parse(text, &reference)) {
		if (!has_scheme(text) && !check->options.any_reference)
			hs__check_fail(check, at, HS_S("reference"), member, "value",
				"'%.*s' is not a reference; write TYPE/ID, a URL, urn:uuid:..., or #ID of a "
				"contained resource",
				HS_S_ARG(hs_slice_first(text, 100)));
		return;
	}
	if (reference.is_fragment && !has_contained(check->container, reference.id)) {
		hs__check_fail(check, at, HS_S("reference"), member, "value",
			"there is no contained resource with id '%.*s'",
			HS_S_ARG(hs_slice_first(reference.id, 64)));
		return;
	}
	check_target(check, at, member, use, &reference);
}

/* ---- Extension (invariant ext-1: either extensions or a value) ---- */

static void check_extension(struct hs__check *check, const struct hs__at *at, const struct hs_json *value)
{
	bool has_value = false;
	bool has_kids = false;
	HS_JSON_EACH(member, value) {
		struct hs_slice key = hs_json_key(member);
		has_value |= hs_slice_starts(key, HS_S("value")) || hs_slice_starts(key, HS_S("_value"));
		has_kids |= hs_slice_eq(key, HS_S("extension"));
	}
	if (has_value == has_kids)
		hs__check_fail(check, at, HS_S_NONE, value, "invariant",
			has_value ?
				"an extension has a value or extensions of its own, not both (ext-1)" :
				"an extension must have a value (value[x]) or extensions of its own (ext-1)");
}

/* ---- Coding and CodeableConcept with a required binding ---- */

static int coding_allowed(const struct hs__check *check, const struct hs_json *coding,
	const struct hs_def_element *element)
{
	struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
	if (!code.len)
		return -1;
	return hs_defs_coding_allowed(check->defs, element, hs_json_get_text(coding, HS_S("system")), code);
}

static void check_codings(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_type *type, const struct hs_def_element *element)
{
	if (type == check->defs->coding) {
		if (coding_allowed(check, value, element) == 0)
			hs__check_code(check, at, hs_json_get(value, HS_S("code")), element);
		return;
	}
	const struct hs_json *refused = NULL;
	HS_JSON_EACH(coding, hs_json_get(value, HS_S("coding"))) {
		if (coding_allowed(check, coding, element) != 0)
			return; /* one coding of the value set is enough */
		refused = refused ? refused : coding;
	}
	if (refused)
		hs__check_code(check, at, hs_json_get(refused, HS_S("code")), element);
}

void hs__check_special(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_type *type, const struct hs_def_element *element, const struct hs_def_use *use)
{
	if (type == check->defs->reference)
		check_reference(check, at, value, use);
	else if (type == check->defs->codeable_reference)
		check_codeable_reference(check, at, value, use);
	else if (type == check->defs->extension)
		check_extension(check, at, value);
	else if (element->codes != HS_DEF_NONE &&
		(type == check->defs->codeable || type == check->defs->coding))
		check_codings(check, at, value, type, element);
}
