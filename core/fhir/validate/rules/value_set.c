/* SPDX-License-Identifier: Apache-2.0 */
/* ValueSet and ConceptMap (R4 sections 4.9 and 4.10): systems, filters and codes that they name. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/values/regex.h>
#include <handslag/time.h>

#define IMPORTS_MAX 64u /* value sets within value sets that a circle is looked for in */

static enum hs_validate_answer in_system(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code asked = { system, version, code, HS_S_NONE, true };
	if (!run->terms || !run->terms->in_system || run->options->terms == HS_VALIDATE_TERMS_NONE ||
		!system.len)
		return HS_VALIDATE_UNSUPPORTED;
	return run->terms->in_system(run->terms->arg, run->arena, &asked, &finding);
}

/* ---- filters ---- */

/* The type of a code system's property; empty when it is not known. */
static struct hs_slice property_type(const struct hs_json *system, struct hs_slice property)
{
	HS_JSON_EACH(row, hs__rules_array(system, "property"))
		if (hs_slice_eq(hs_json_get_text(row, HS_S("code")), property))
			return hs_json_get_text(row, HS_S("type"));
	if (hs__rules_in(property, "notSelectable inactive"))
		return HS_S("boolean");
	return HS_S_NONE;
}

/* A code system that says which operators its filter has means no others; but what goes by the hierarchy
 * alone is there wherever one is (R4 ValueSet, section 4.9.7), listed or not. */
static void check_operator(struct hs__validation *run, const struct hs__node *filter,
	const struct hs_json *system, struct hs_slice property, struct hs_slice op)
{
	if (hs_slice_eq(property, HS_S("concept")) &&
		hs__rules_in(op, "is-a descendent-of is-not-a generalizes child-of descendent-leaf"))
		return;
	HS_JSON_EACH(row, hs__rules_array(system, "filter")) {
		if (!hs_slice_eq(hs_json_get_text(row, HS_S("code")), property))
			continue;
		HS_JSON_EACH(allowed, hs__rules_array(row, "operator"))
			if (hs_slice_eq(hs_json_text(allowed), op))
				return;
		HS__FAIL(run, filter, "op", "invalid", "value-set-filter-operator",
			"the filter '%.*s' of the code system does not have the operator '%.*s'",
			HS__SHOW(property), HS__SHOW(op));
		return;
	}
}

/* Properties that any code system has (R4 section 4.8.9; concept-properties), and those of concepts
 * themselves. */
#define STANDARD \
	"concept code display definition designation parent child partOf status inactive deprecated " \
	"notSelectable " \
	"effectiveDate deprecationDate retirementDate synonym comment itemWeight"

static bool declares(const struct hs_json *system, const char *list, struct hs_slice property)
{
	HS_JSON_EACH(row, hs__rules_array(system, list))
		if (hs_slice_eq(hs_json_get_text(row, HS_S("code")), property))
			return true;
	return false;
}

/* A filter asks for "a property or a filter defined in the code system" (ValueSet.compose.include.filter). */
static void check_property(struct hs__validation *run, const struct hs__node *filter,
	const struct hs_json *system, struct hs_slice property)
{
	if (property.len && hs_slice_eq(hs_json_get_text(system, HS_S("content")), HS_S("complete")) &&
		!hs__rules_in(property, STANDARD) && !declares(system, "property", property) &&
		!declares(system, "filter", property))
		HS__WARN(run, filter, "property", "not-found", "value-set-filter-property",
			"the code system '%.*s' declares no property or filter '%.*s'",
			HS__SHOW(hs_json_get_text(system, HS_S("url"))), HS__SHOW(property));
}

static void check_coding_value(struct hs__validation *run, const struct hs__node *filter,
	struct hs_slice property, struct hs_slice value)
{
	struct hs_slice rest = value;
	struct hs_slice system = hs_slice_cut(&rest, '#');
	struct hs_slice version = HS_S_NONE;
	system = hs__rules_canonical(system, &version);
	if (!rest.len || !hs__rules_is_absolute(system))
		HS__FAIL(run, filter, "value", "invalid", "value-set-filter-coding",
			"the property '%.*s' is a Coding: write system#code or system|version#code, not "
			"'%.*s'",
			HS__SHOW(property), HS__SHOW(value));
	else if (in_system(run, system, version, rest) == HS_VALIDATE_NO)
		HS__FAIL(run, filter, "value", "code-invalid", "value-set-filter-code",
			"the code system '%.*s' has no code '%.*s'", HS__SHOW(system), HS__SHOW(rest));
}

/* Is the text a value of the property's type? True for a type that has no form of its own. */
static bool is_of_type(struct hs_slice type, struct hs_slice value)
{
	struct hs_json number = { .type = HS_JSON_NUMBER, .u.text = value.ptr, .len = (uint32_t)value.len };
	struct path_decimal decimal;
	int64_t integer;
	if (hs_slice_eq(type, HS_S("integer")))
		return value.len < 20 && hs_json_i64(&number, &integer);
	if (hs_slice_eq(type, HS_S("decimal")))
		return hs__path_decimal_parse(value, &decimal);
	return !hs_slice_eq(type, HS_S("dateTime")) || hs_time_is_datetime(value) || hs_time_is_date(value);
}

static void check_filter(struct hs__validation *run, const struct hs__node *filter,
	struct hs_slice system_url, const struct hs_json *system)
{
	struct hs_slice property = hs_json_get_text(filter->value, HS_S("property"));
	struct hs_slice op = hs_json_get_text(filter->value, HS_S("op"));
	struct hs_slice value = hs_json_get_text(filter->value, HS_S("value"));
	struct hs_slice type = property_type(system, property);
	bool truth = hs_slice_eq(value, HS_S("true")) || hs_slice_eq(value, HS_S("false"));
	check_property(run, filter, system, property);
	check_operator(run, filter, system, property, op);
	if (type.len && !hs__rules_in(type, "code Coding") &&
		hs__rules_in(op, "is-a descendent-of is-not-a generalizes"))
		HS__FAIL(run, filter, "op", "invalid", "value-set-filter-operator",
			"only codes have others above and below them; the property '%.*s' is of type %.*s, "
			"so '%.*s' cannot be asked of it",
			HS__SHOW(property), HS__SHOW(type), HS__SHOW(op));
	if (hs_slice_eq(op, HS_S("exists")) ||
		(hs_slice_eq(type, HS_S("boolean")) && hs_slice_eq(op, HS_S("=")))) {
		if (value.len && !truth)
			HS__FAIL(run, filter, "value", "invalid", "value-set-filter-boolean",
				"the value of this filter must be 'true' or 'false', not '%.*s'",
				HS__SHOW(value));
	} else if (hs_slice_eq(type, HS_S("Coding")) && hs_slice_eq(op, HS_S("="))) {
		check_coding_value(run, filter, property, value);
	} else if (hs_slice_eq(op, HS_S("regex"))) {
		if (value.len && !hs__path_regex(run->arena, value, HS_S_NONE, true))
			HS__FAIL(run, filter, "value", "invalid", "value-set-filter-regex",
				"'%.*s' is no regular expression", HS__SHOW(value));
	} else if (hs_slice_eq(op, HS_S("=")) && !is_of_type(type, value)) {
		HS__WARN(run, filter, "value", "invalid", "value-set-filter-type",
			"the property '%.*s' is of type %.*s, and '%.*s' is none", HS__SHOW(property),
			HS__SHOW(type), HS__SHOW(value));
	} else if (hs__rules_in(op, "is-a descendent-of is-not-a generalizes") &&
		hs_slice_eq(property, HS_S("concept"))) {
		if (system && in_system(run, system_url, HS_S_NONE, value) == HS_VALIDATE_NO)
			HS__FAIL(run, filter, "value", "code-invalid", "value-set-filter-code",
				"the code system '%.*s' has no code '%.*s'", HS__SHOW(system_url),
				HS__SHOW(value));
	}
}

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
		check_filter(run, &filter, url, system);
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

/* ---- ConceptMap ---- */

/* The side's value set: "sourceUri" or "sourceCanonical" (R5: "sourceScopeCanonical" ...). */
static struct hs_slice side_of(const struct hs_json *map, struct hs_slice side)
{
	return hs_json_text(hs__rules_choice(map, side, NULL));
}

static void check_mapped(struct hs__validation *run, const struct hs__node *at, struct hs_slice system,
	struct hs_slice set)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code code = {
		.system = system, .code = hs_json_get_text(at->value, HS_S("code")), .has_system = true
	};
	if (!code.code.len || !system.len)
		return;
	if (hs__rules_listed(run, at, system, HS_S_NONE) == HS_VALIDATE_NO) {
		HS__FAIL_OTHERS(run, at, "code", "code-invalid", "concept-map-code",
			"the code system '%.*s' has no code '%.*s'", HS__SHOW(system), HS__SHOW(code.code));
		return;
	}
	if (set.len && run->terms && run->terms->in_value_set &&
		run->options->terms != HS_VALIDATE_TERMS_NONE &&
		run->terms->in_value_set(run->terms->arg, run->arena, &code, set, &finding) == HS_VALIDATE_NO)
		HS__FAIL_OTHERS(run, at, "code", "code-invalid", "concept-map-value-set",
			"the code '%.*s' of '%.*s' is not in the value set '%.*s'", HS__SHOW(code.code),
			HS__SHOW(system), HS__SHOW(set));
}

void hs__rule_concept_map(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice source = side_of(node->value, HS_S("source"));
	struct hs_slice target = side_of(node->value, HS_S("target"));
	HS__EACH_BELOW(group, node, "group") {
		struct hs_slice from = hs_json_get_text(group.value, HS_S("source"));
		struct hs_slice to = hs_json_get_text(group.value, HS_S("target"));
		HS__EACH_BELOW(element, &group, "element") {
			check_mapped(run, &element, from, source);
			HS__EACH_BELOW(mapped, &element, "target")
				check_mapped(run, &mapped, to, target);
		}
	}
}
