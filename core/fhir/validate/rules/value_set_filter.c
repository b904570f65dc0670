/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of a ValueSet's rules (R4 ValueSet, section 4.9.7): properties, operators and values beside what
 * the code system declares. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/values/regex.h>
#include <handslag/time.h>

/* Operators that go by what is above and below a code. */
#define HIERARCHY "is-a descendent-of is-not-a generalizes child-of descendent-leaf"

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
	if (hs_slice_eq(property, HS_S("concept")) && hs__rules_in(op, HIERARCHY))
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
	else if (hs__rules_in_system(run, system, version, rest) == HS_VALIDATE_NO)
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

/* A code that is none makes the rule empty without a word. */
static void check_code_value(struct hs__validation *run, const struct hs__node *filter,
	struct hs_slice system, struct hs_slice value)
{
	if (hs__rules_in_system(run, system, HS_S_NONE, value) == HS_VALIDATE_NO)
		HS__FAIL(run, filter, "value", "code-invalid", "value-set-filter-code",
			HS__IN_WORDS(run, "the code system '%.*s' has no code '%.*s'%.*s",
				"kodverket '%.*s' har ingen kod '%.*s'%.*s"),
			HS__SHOW(system), HS__SHOW(value),
			HS_S_ARG(hs__rules_near_code(run, system, HS_S_NONE, value)));
}

void hs__value_set_filter(struct hs__validation *run, const struct hs__node *filter,
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
	} else if (hs__rules_in(op, HIERARCHY) && hs__rules_in(property, "concept code")) {
		check_code_value(run, filter, system_url, value);
	}
}
