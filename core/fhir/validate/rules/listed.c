/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that a ValueSet lists or a ConceptMap maps: each is held against its code system, and what is odd
 * about it is said at its line: unknown, not in use any more, called otherwise, of a version nobody has. */
#include <core/fhir/validate/rules/rules_private.h>

static bool has_terms(const struct hs__validation *run)
{
	return run->terms && run->terms->in_system && run->options->terms != HS_VALIDATE_TERMS_NONE;
}

enum hs_validate_answer hs__rules_listed(struct hs__validation *run, const struct hs__node *concept,
	struct hs_slice system, struct hs_slice version)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code code = { .system = system,
		.version = version,
		.code = hs_json_get_text(concept->value, HS_S("code")),
		.display = hs_json_get_text(concept->value, HS_S("display")),
		.has_system = true };
	if (!has_terms(run) || !system.len || !code.code.len)
		return HS_VALIDATE_UNSUPPORTED;
	enum hs_validate_answer answer = run->terms->in_system(run->terms->arg, run->arena, &code, &finding);
	if (answer != HS_VALIDATE_YES)
		return answer;
	if (finding.right_display.len && !finding.loose_display)
		HS__WARN(run, concept, "display", "invalid", "listed-display",
			"'%.*s' is not the display of '%.*s'; its code system says '%.*s'",
			HS__SHOW(code.display), HS__SHOW(code.code), HS__SHOW(finding.right_display));
	if (finding.inactive)
		HS__WARN(run, concept, "code", "business-rule", "listed-inactive",
			"the code '%.*s' is not in use any more", HS__SHOW(code.code));
	return answer;
}

void hs__rules_listed_system(struct hs__validation *run, const struct hs__node *include,
	struct hs_slice system, struct hs_slice version)
{
	bool exact = true;
	if (!has_terms(run) || !version.len)
		return;
	struct hs_slice canonical = hs_arena_printf(run->arena, "%.*s|%.*s", HS_S_ARG(system),
		HS_S_ARG(version));
	const struct hs_json *known = hs_library_find(run->library, HS_S("CodeSystem"), canonical, &exact);
	/* One of which nothing is here has no version to check by; that is told by a note of its own. */
	if (known && !exact && !hs_slice_eq(hs_json_get_text(known, HS_S("content")), HS_S("not-present")))
		HS__WARN(run, include, "version", "not-found", "listed-version",
			"version '%.*s' of the code system '%.*s' is not known; its codes are checked by "
			"version '%.*s'",
			HS__SHOW(version), HS__SHOW(system),
			HS__SHOW(hs_json_get_text(known, HS_S("version"))));
}

enum hs_validate_answer hs__rules_in_system(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code asked = { system, version, code, HS_S_NONE, true };
	if (!has_terms(run) || !system.len)
		return HS_VALIDATE_UNSUPPORTED;
	return run->terms->in_system(run->terms->arg, run->arena, &asked, &finding);
}
