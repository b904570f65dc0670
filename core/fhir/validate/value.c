/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed values, patterns, bounds and lengths (R4 ElementDefinition, section 2.28). */
#include <core/fhir/validate/walk.h>

#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>
#include <core/fhir/path/values/regex.h>
#include <handslag/ucum.h>

#define SHOWN 200

/* ---- fixed and pattern ---- */

static bool holds_item(const struct hs_json *array, const struct hs_json *pattern)
{
	HS_JSON_EACH(item, array)
		if (hs__value_fits(item, pattern, false))
			return true;
	return false;
}

bool hs__value_fits(const struct hs_json *value, const struct hs_json *pattern, bool exactly)
{
	if (!value)
		return false;
	if (exactly)
		return hs_json_equal(value, pattern);
	if (hs_json_is(pattern, HS_JSON_OBJECT)) {
		HS_JSON_EACH(member, pattern)
			if (!hs__value_fits(hs_json_get(value, hs_json_key(member)), member, false))
				return false;
		return hs_json_is(value, HS_JSON_OBJECT);
	}
	if (hs_json_is(pattern, HS_JSON_ARRAY)) {
		HS_JSON_EACH(item, pattern)
			if (!holds_item(value, item))
				return false;
		return hs_json_is(value, HS_JSON_ARRAY);
	}
	return hs_json_equal(value, pattern);
}

static struct hs_slice show(struct hs__validation *run, const struct hs_json *value)
{
	struct hs_buf buf;
	hs_buf_init(&buf, run->arena, 1 << 16);
	hs_json_write(&buf, value, 0);
	return hs_slice_first(hs_buf_slice(&buf), SHOWN);
}

/* What is missing in a fixed value is missing in the instance, too: a primitive's extensions. */
static void check_fixed_extensions(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_json *have = hs_json_get(node->shadow, HS_S("extension"));
	const struct hs_json *wanted = hs_json_get(element->fixed_shadow, HS_S("extension"));
	if (have == wanted || (have && wanted && hs_json_equal(have, wanted)))
		return;
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-fixed",
		wanted ? "the profile fixes this value with extensions; they must be %.*s" :
			 "the profile fixes this value, and gives it no extensions%.*s",
		HS_S_ARG(wanted ? show(run, wanted) : HS_S_NONE));
}

static void check_fixed(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_json *wanted = element->fixed ? element->fixed : element->pattern;
	bool exactly = element->fixed != NULL;
	if (!wanted)
		return;
	if (hs__value_fits(node->value, wanted, exactly)) {
		if (exactly)
			check_fixed_extensions(run, node, element);
		return;
	}
	struct hs_slice text = show(run, wanted);
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value",
		exactly ? "profile-fixed" : "profile-pattern",
		exactly ? "the profile fixes this value; it must be %.*s" :
			  "the profile gives a pattern; the value must hold %.*s",
		HS_S_ARG(text));
}

/* ---- bounds ---- */

/* -1, 0, 1; false when the two cannot be compared. */
static bool compare_numbers(struct hs_slice a, struct hs_slice b, int *order)
{
	struct path_decimal left;
	struct path_decimal right;
	if (!hs__path_decimal_parse(a, &left) || !hs__path_decimal_parse(b, &right))
		return false;
	*order = hs__path_decimal_compare(left, right);
	return true;
}

static bool compare_moments(struct hs_slice a, struct hs_slice b, bool time, int *order)
{
	struct path_moment left;
	struct path_moment right;
	bool known = false;
	bool parsed = time ? hs__path_time_parse(a, &left) && hs__path_time_parse(b, &right) :
			     hs__path_moment_parse(a, &left) && hs__path_moment_parse(b, &right);
	if (!parsed)
		return false;
	*order = hs__path_moment_compare(&left, &right, &known);
	return known;
}

static bool read_quantity(const struct hs_json *value, struct path_quantity *out)
{
	out->unit = hs_json_get_text(value, HS_S("code"));
	return hs__path_decimal_parse(hs_json_text(hs_json_get(value, HS_S("value"))), &out->value);
}

/* In the bound's unit when UCUM can convert. A code of another system means something else. */
static bool compare_quantities(const struct hs_json *a, const struct hs_json *b, int *order)
{
	struct path_quantity left;
	struct path_quantity right;
	if (!read_quantity(a, &left) || !read_quantity(b, &right) ||
		!hs_slice_eq(hs_json_get_text(a, HS_S("system")), hs_json_get_text(b, HS_S("system"))))
		return false;
	if (!hs_slice_eq(left.unit, right.unit) && !hs__path_quantity_level(&left, right.unit, &left.value))
		return false;
	*order = hs__path_decimal_compare(left.value, right.value);
	return true;
}

static int calendar_of(struct hs_slice unit)
{
	static const char *const units[] = { [PATH_CALENDAR_YEAR] = "a",
		[PATH_CALENDAR_MONTH] = "mo",
		[PATH_CALENDAR_WEEK] = "wk",
		[PATH_CALENDAR_DAY] = "d",
		[PATH_CALENDAR_HOUR] = "h",
		[PATH_CALENDAR_MINUTE] = "min",
		[PATH_CALENDAR_SECOND] = "s" };
	for (size_t i = PATH_CALENDAR_YEAR; i < sizeof(units) / sizeof(units[0]); i++)
		if (hs_slice_eq(unit, hs_slice_cstr(units[i])))
			return (int)i;
	return PATH_CALENDAR_NONE;
}

/* A duration as bound of a date counts from now: back for the least, on for the most. */
static bool compare_to_now(const struct hs__validation *run, struct hs_slice value,
	const struct hs_json *bound, bool least, int *order)
{
	struct path_moment have;
	struct path_moment limit;
	struct path_quantity span;
	bool known = false;
	struct path_moment now = hs__path_moment_at(run->options->now_ms, 0);
	int calendar = calendar_of(hs_json_get_text(bound, HS_S("code")));
	if (!read_quantity(bound, &span) || !hs__path_moment_parse(value, &have) || !calendar)
		return false;
	if (least)
		span.value.coefficient = -span.value.coefficient;
	if (!hs__path_moment_add(&now, span.value, calendar, &limit))
		return false;
	limit.kind = have.kind;
	if (limit.precision > have.precision)
		limit.precision = have.precision;
	*order = hs__path_moment_compare(&have, &limit, &known);
	return known;
}

static bool compare(const struct hs__validation *run, const struct hs_json *value,
	const struct hs_json *bound, struct hs_slice type, bool least, int *order)
{
	if (hs_json_is(bound, HS_JSON_OBJECT) && hs_json_is(value, HS_JSON_STRING))
		return compare_to_now(run, hs_json_text(value), bound, least, order);
	if (hs_json_is(bound, HS_JSON_OBJECT))
		return compare_quantities(value, bound, order);
	if (hs_json_is(bound, HS_JSON_NUMBER))
		return compare_numbers(hs_json_text(value), hs_json_text(bound), order);
	return compare_moments(hs_json_text(value), hs_json_text(bound), hs_slice_eq(type, HS_S("Time")),
		order);
}

/* What cannot be converted into the unit of a bound is not within it. */
static void check_dimension(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *bound)
{
	struct path_quantity have;
	struct path_quantity limit;
	struct path_decimal ignored;
	struct hs_slice ucum = HS_S(HS_UCUM_URL);
	if (!hs_json_is(bound, HS_JSON_OBJECT) || !hs_json_is(node->value, HS_JSON_OBJECT) ||
		!hs_slice_eq(hs_json_get_text(bound, HS_S("system")), ucum) ||
		!hs_slice_eq(hs_json_get_text(node->value, HS_S("system")), ucum) ||
		!read_quantity(node->value, &have) || !read_quantity(bound, &limit) || !have.unit.len ||
		!limit.unit.len || hs_slice_eq(have.unit, limit.unit) ||
		hs__path_quantity_level(&have, limit.unit, &ignored))
		return;
	hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-bound-unit",
		"a value in %.*s cannot be compared with the bound of the profile, which is in %.*s",
		HS_S_ARG(hs_slice_first(have.unit, 60)), HS_S_ARG(hs_slice_first(limit.unit, 60)));
}

static void check_bounds(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	int order = 0;
	check_dimension(run, node, element->min_value ? element->min_value : element->max_value);
	if (element->min_value &&
		compare(run, node->value, element->min_value, element->bound_type, true, &order) && order < 0)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-min-value",
			"the value is too small; it must be at least %.*s",
			HS_S_ARG(show(run, element->min_value)));
	if (element->max_value &&
		compare(run, node->value, element->max_value, element->bound_type, false, &order) &&
		order > 0)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-max-value",
			"the value is too large; it must be at most %.*s",
			HS_S_ARG(show(run, element->max_value)));
}

/* Characters, not bytes: those that begin a code point are counted. */
static void check_length(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	struct hs_slice text = hs_json_text(node->value);
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	if (element->max_length && count > element->max_length)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "too-long",
			"profile-max-length", "the text has %zu characters; at most %u are allowed", count,
			element->max_length);
	if (count < element->min_length)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-min-length",
			"the text has %zu characters; at least %u are wanted", count, element->min_length);
}

int64_t hs__base64_size(struct hs_slice data)
{
	int64_t letters = 0;
	int64_t pads = 0;
	for (size_t i = 0; i < data.len; i++) {
		unsigned char c = (unsigned char)data.ptr[i];
		pads += c == '=';
		letters += c > ' ' && c != '=';
	}
	return (letters + pads) % 4 == 0 && pads <= 2 ? letters * 3 / 4 : -1;
}

static void check_size(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	int64_t size = -1;
	bool attached = hs_json_is(node->value, HS_JSON_OBJECT);
	struct hs_slice data = attached ? hs_json_get_text(node->value, HS_S("data")) :
					  hs_json_text(node->value);
	if (data.ptr)
		size = hs__base64_size(data);
	else
		hs_json_i64(hs_json_get(node->value, HS_S("size")), &size);
	if (size > element->max_size)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "too-long",
			"profile-max-size", "the %s %lld bytes; the profile allows %lld at most",
			attached ? "attachment has" : "data stands for", (long long)size,
			(long long)element->max_size);
}

/* Of a number or of a Quantity's. As they are written: 1.50 has two. An exponent moves the point. */
static void check_decimals(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	struct path_decimal number;
	uint32_t most = element->max_decimals - 1;
	const struct hs_json *value = hs_json_is(node->value, HS_JSON_OBJECT) ?
		hs_json_get(node->value, HS_S("value")) :
		node->value;
	if (hs_json_is(value, HS_JSON_NUMBER) && hs__path_decimal_parse(hs_json_text(value), &number) &&
		number.scale > 0 && (uint32_t)number.scale > most)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value",
			"profile-max-decimals",
			"%.*s has %u digits behind the point; the profile allows %u at most",
			HS_S_ARG(hs_slice_first(hs_json_text(value), 60)), (uint32_t)number.scale, most);
}

static void check_form(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	struct hs_error ignored;
	bool match = true;
	struct hs_slice text = hs_json_text(node->value);
	if (text.ptr && !hs__path_regex_match(element->regex, text, &match, &ignored) && !match)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-regex",
			"'%.*s' does not have the form that the profile wants: %.*s",
			HS_S_ARG(hs_slice_first(text, 100)), HS_S_ARG(hs_slice_first(element->form, 200)));
}

static bool has_alternative(const struct hs__node *node, const struct hs_profile_element *element)
{
	HS_JSON_EACH(item, hs_json_get(node->shadow, HS_S("extension")))
		for (uint32_t i = 0; i < element->value_alternative_count; i++)
			if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), element->value_alternatives[i]))
				return true;
	return false;
}

/* A primitive that only has extensions. */
static void check_missing(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	if (element->must_have_value)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "required", "profile-value",
			"the profile wants a value here; extensions cannot stand for it");
	else if (element->value_alternatives && !has_alternative(node, element))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "required",
			"profile-value-alternative",
			"without a value the profile wants one of the extensions that may stand for it, such "
			"as %.*s",
			HS_S_ARG(hs_slice_first(element->value_alternatives[0], 200)));
}

void hs__check_values(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	check_fixed(run, node, element);
	if (!node->value) {
		check_missing(run, node, element);
		return;
	}
	if (element->min_value || element->max_value)
		check_bounds(run, node, element);
	if ((element->max_length || element->min_length) && hs_json_is(node->value, HS_JSON_STRING))
		check_length(run, node, element);
	if (element->regex)
		check_form(run, node, element);
	if (element->max_size)
		check_size(run, node, element);
	if (element->max_decimals)
		check_decimals(run, node, element);
}
