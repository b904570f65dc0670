/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed values, patterns, bounds and lengths (R4 ElementDefinition, section 2.28). */
#include <core/fhir/validate/walk.h>

#include <core/fhir/path/moment.h>

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

static void check_fixed(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_json *wanted = element->fixed ? element->fixed : element->pattern;
	bool exactly = element->fixed != NULL;
	if (!wanted || hs__value_fits(node->value, wanted, exactly))
		return;
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

/* Only of the same unit: another one is left to invariants. */
static bool compare_quantities(const struct hs_json *a, const struct hs_json *b, int *order)
{
	return hs_slice_eq(hs_json_get_text(a, HS_S("code")), hs_json_get_text(b, HS_S("code"))) &&
		compare_numbers(hs_json_text(hs_json_get(a, HS_S("value"))),
			hs_json_text(hs_json_get(b, HS_S("value"))), order);
}

static bool compare(const struct hs_json *value, const struct hs_json *bound, struct hs_slice type,
	int *order)
{
	if (hs_json_is(bound, HS_JSON_OBJECT))
		return compare_quantities(value, bound, order);
	if (hs_json_is(bound, HS_JSON_NUMBER))
		return compare_numbers(hs_json_text(value), hs_json_text(bound), order);
	return compare_moments(hs_json_text(value), hs_json_text(bound), hs_slice_eq(type, HS_S("Time")),
		order);
}

static void check_bounds(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	int order = 0;
	if (element->min_value && compare(node->value, element->min_value, element->bound_type, &order) &&
		order < 0)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-min-value",
			"the value is too small; it must be at least %.*s",
			HS_S_ARG(show(run, element->min_value)));
	if (element->max_value && compare(node->value, element->max_value, element->bound_type, &order) &&
		order > 0)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "value", "profile-max-value",
			"the value is too large; it must be at most %.*s",
			HS_S_ARG(show(run, element->max_value)));
}

/* Characters, not bytes: those that begin a code point are counted. */
static void check_length(struct hs__validation *run, const struct hs__node *node, uint32_t most)
{
	struct hs_slice text = hs_json_text(node->value);
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	if (most && count > most)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "too-long",
			"profile-max-length", "the text has %zu characters; at most %u are allowed", count,
			most);
}

void hs__check_values(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	check_fixed(run, node, element);
	if (!node->value)
		return;
	if (element->min_value || element->max_value)
		check_bounds(run, node, element);
	check_length(run, node, element->max_length);
}
