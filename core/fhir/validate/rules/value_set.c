/* SPDX-License-Identifier: Apache-2.0 */
/* ValueSet (R4 section 4.9): the code systems, codes and value sets that its rules name. */
#include <core/fhir/validate/rules/rules_private.h>

#define IMPORTS_MAX 64u /* value sets within value sets that a circle is looked for in */

/* ---- includes ---- */

static void check_concepts(struct hs__validation *run, const struct hs__node *include, struct hs_slice system)
{
	struct hs_slice version = hs_json_get_text(include->value, HS_S("version"));
	struct hs_map seen;
	bool known = true;
	hs_map_init(&seen, run->arena);
	seen.seed = hs_hash_secret();
	hs__rules_listed_system(run, include, system, version);
	HS__EACH_BELOW(concept, include, "concept") {
		bool fresh = true;
		struct hs_slice code = hs_json_get_text(concept.value, HS_S("code"));
		if (code.len)
			hs_map_put(&seen, code, &fresh);
		if (!fresh)
			HS__WARN(run, &concept, "code", "duplicate", "value-set-code-twice",
				"the code '%.*s' is listed already", HS__SHOW(code));
		enum hs_validate_answer answer = hs__rules_listed(run, &concept, system, version);
		known = known && answer != HS_VALIDATE_NO_SYSTEM;
		if (answer == HS_VALIDATE_NO)
			HS__WARN(run, &concept, "code", "code-invalid", "value-set-code",
				"the code system '%.*s' has no code '%.*s'", HS__SHOW(system),
				HS__SHOW(hs_json_get_text(concept.value, HS_S("code"))));
	}
	if (!known)
		HS__HINT(run, include, "system", "not-found", "listed-system",
			"the code system '%.*s' is not known here, or not all of it, so not all of its codes "
			"are checked",
			HS__SHOW(system));
}

/* ---- imports: a value set that includes itself has no codes (R4 section 4.9.5) ---- */

/* Does a value set that `set` includes, or one within it, have the url? `budget` bounds the look. */
static bool includes_url(struct hs__validation *run, const struct hs_json *set, struct hs_slice url,
	uint32_t *budget)
{
	HS_JSON_EACH(include, hs__rules_array(hs_json_get(set, HS_S("compose")), "include"))
		HS_JSON_EACH(import, hs__rules_array(include, "valueSet")) {
			struct hs_slice canonical = hs_json_text(import);
			if (hs_slice_eq(hs__rules_canonical(canonical, NULL), url))
				return true;
			const struct hs_json *next = *budget ?
				hs_library_find(run->library, HS_S("ValueSet"), canonical, NULL) :
				NULL;
			*budget -= *budget > 0;
			if (next && next != set && includes_url(run, next, url, budget))
				return true;
		}
	return false;
}

static void check_imports(struct hs__validation *run, const struct hs__node *include)
{
	uint32_t budget = IMPORTS_MAX;
	struct hs_slice own = hs_json_get_text(include->resource->value, HS_S("url"));
	HS__EACH_BELOW(import, include, "valueSet") {
		struct hs_slice canonical = hs_json_text(import.value);
		const struct hs_json *set = hs__rules_resource_of(run, include, "ValueSet", canonical);
		bool circular = own.len && hs_slice_eq(hs__rules_canonical(canonical, NULL), own);
		if (circular || (own.len && set && includes_url(run, set, own, &budget)))
			HS__FAIL(run, &import, "", "invalid", "value-set-circular",
				"the value set includes itself%s%.*s", circular ? "" : " through ",
				HS__SHOW(circular ? HS_S_NONE : canonical));
	}
}

static void check_include(struct hs__validation *run, const struct hs__node *include)
{
	check_imports(run, include);
	struct hs_slice url = hs_json_get_text(include->value, HS_S("system"));
	struct hs_slice plain = hs__rules_canonical(url, NULL);
	if (!url.len)
		return;
	if (!hs__rules_is_absolute(plain)) {
		HS__FAIL_OTHERS(run, include, "", "invalid", "value-set-system-absolute",
			"the system must be an absolute URI, not '%.*s'; name even a contained code system "
			"by its url",
			HS__SHOW(url));
		return;
	}
	const struct hs_json *system = hs_library_find(run->library, HS_S("CodeSystem"), url, NULL);
	if (!system && hs_library_has(run->library, HS_S("ValueSet"), url))
		HS__FAIL(run, include, "system", "invalid", "value-set-system",
			"'%.*s' is a value set; name it in valueSet, or give the code system", HS__SHOW(url));
	if (hs_slice_eq(hs_json_get_text(system, HS_S("content")), HS_S("supplement")))
		HS__FAIL(run, include, "system", "invalid", "value-set-system",
			"'%.*s' is a supplement; the system is what it supplements", HS__SHOW(url));
	HS__EACH_BELOW(filter, include, "filter")
		hs__value_set_filter(run, &filter, url, system);
	check_concepts(run, include, url);
}

void hs__rule_value_set(struct hs__validation *run, const struct hs__node *node)
{
	struct hs__node compose = hs__below(node, "compose", -1, hs_json_get(node->value, HS_S("compose")));
	HS__EACH_BELOW(include, &compose, "include")
		check_include(run, &include);
	HS__EACH_BELOW(exclude, &compose, "exclude")
		check_include(run, &exclude);
}
