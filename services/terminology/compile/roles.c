/* SPDX-License-Identifier: Apache-2.0 */
/* What the standard properties of a code system say. */
#include "roles.h"

#include "model.h"

uint32_t hs_tx_content(const struct hs_json *system)
{
	static const char *const names[] = { "complete", "not-present", "example", "fragment", "supplement" };
	struct hs_slice text = hs_json_get_text(system, HS_S("content"));

	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_eq(text, hs_slice_cstr(names[i])))
			return i;
	return TX_CONTENT_COMPLETE;
}

uint32_t hs_tx_system_flags(const struct hs_json *system)
{
	uint32_t flags = hs_json_get_bool(system, HS_S("caseSensitive"), false) ? TX_CASE_SENSITIVE : 0;

	if (hs_json_get_bool(system, HS_S("versionNeeded"), false))
		flags |= TX_VERSION_NEEDED;
	return hs_json_get_bool(system, HS_S("compositional"), false) ? flags | TX_COMPOSITIONAL : flags;
}

static struct hs_slice code_of(const struct hs_json *system, const char *name)
{
	struct hs_slice want = hs_slice_cstr(name);

	HS_JSON_EACH(def, hs_json_get(system, HS_S("property"))) {
		struct hs_slice uri = hs_json_get_text(def, HS_S("uri"));
		if (hs_slice_starts(uri, HS_S(TX_PROP)) &&
			hs_slice_eq(hs_slice_from(uri, sizeof(TX_PROP) - 1), want))
			return hs_json_get_text(def, HS_S("code"));
	}
	return want;
}

struct tx_roles hs_tx_roles(const struct hs_json *system)
{
	return (struct tx_roles) { .inactive = code_of(system, "inactive"),
		.abstract = code_of(system, "notSelectable"),
		.status = code_of(system, "status"),
		.deprecated = code_of(system, "deprecated"),
		.parent = code_of(system, "parent"),
		.child = code_of(system, "child") };
}

static uint32_t status_flags(struct hs_slice value)
{
	if (hs_slice_eq(value, HS_S("retired")) || hs_slice_eq(value, HS_S("inactive")))
		return TX_INACTIVE;
	return hs_slice_eq(value, HS_S("deprecated")) ? TX_DEPRECATED : 0;
}

uint32_t hs_tx_role_flags(const struct tx_roles *roles, struct hs_slice code, struct hs_slice value)
{
	bool yes = hs_slice_eq(value, HS_S("true"));
	uint32_t flags = hs_slice_eq(code, roles->status) ? status_flags(value) : 0;

	if (hs_slice_eq(code, roles->inactive))
		return yes ? flags | TX_INACTIVE : flags;
	if (hs_slice_eq(code, roles->abstract))
		return yes ? flags | TX_ABSTRACT : flags;
	bool dated = hs_slice_eq(code, roles->deprecated) && value.len && !hs_slice_eq(value, HS_S("false"));
	return dated ? flags | TX_DEPRECATED : flags;
}

uint32_t hs_tx_standards_flags(const struct hs_json *concept)
{
	struct hs_slice status = hs_tx_extension_text(concept,
		HS_S(TX_EXT "structuredefinition-standards-status"));

	return hs_slice_eq(status, HS_S("deprecated")) ? TX_DEPRECATED : 0;
}
