/* SPDX-License-Identifier: Apache-2.0 */
/* One answer: has it the type that the question asks for (R4 section 9.5, item types)? */
#include <core/fhir/validate/rules/response.h>

#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

struct row {
	const char *question; /* Questionnaire.item.type */
	const char *values;   /* endings of value[x] that it takes */
	const char *words;    /* for the message */
};

static const struct row rows[] = {
	{ "boolean", "Boolean", "a boolean (valueBoolean)" },
	{ "decimal", "Decimal", "a decimal (valueDecimal)" },
	{ "integer", "Integer", "an integer (valueInteger)" },
	{ "date", "Date", "a date (valueDate)" },
	{ "dateTime", "DateTime", "a dateTime (valueDateTime)" },
	{ "time", "Time", "a time (valueTime)" },
	{ "string", "String", "a string (valueString)" },
	{ "text", "String", "a string (valueString)" },
	{ "url", "Uri", "a uri (valueUri)" },
	{ "choice", "Coding String Integer Date Time Reference",
		"a Coding, or a value of the question's options" },
	{ "open-choice", "Coding String Integer Date Time Reference",
		"a Coding or string, or a value of the question's options" },
	{ "coding", "Coding String Integer Date Time Reference",
		"a Coding, or a value of the question's options" },
	{ "attachment", "Attachment", "an Attachment (valueAttachment)" },
	{ "reference", "Reference", "a Reference (valueReference)" },
	{ "quantity", "Quantity", "a Quantity (valueQuantity)" },
};

static const struct row *row_of(struct hs_slice type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_slice_eq(type, hs_slice_cstr(rows[i].question)))
			return &rows[i];
	return NULL;
}

bool hs__response_takes(struct hs_slice question_type, struct hs_slice ending)
{
	const struct row *row = row_of(question_type);
	return !row || hs__rules_in(ending, row->values);
}

void hs__response_answer(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer)
{
	const struct row *row = row_of(question->type);
	struct hs_slice type = HS_S_NONE;
	const struct hs_json *member = hs__rules_choice(answer->value, HS_S("value"), &type);
	if (!row || !member)
		return;
	struct hs__node value = hs__below(answer, "", -1, member);
	value.name = hs_json_key(member);
	if (!hs__rules_in(type, row->values) && !hs__response_is_free(question, type)) {
		HS__FAIL(response->run, &value, "", "value", "response-type",
			"the answer to '%.*s' must be %s, not value%.*s", HS__SHOW(question->link_id),
			row->words, HS__SHOW(type));
		return;
	}
	hs__response_option(response, question, answer, &value, type);
	hs__response_limits(response, question, answer, &value, type);
}

/* ---- values beside each other ---- */

static bool is_text(struct hs_slice type)
{
	return hs__rules_in(type, "String Uri Code Markdown");
}

static bool same_coding(const struct hs_json *value, const struct hs_json *wanted)
{
	struct hs_slice system = hs_json_get_text(wanted, HS_S("system"));
	struct hs_slice code = hs_json_get_text(wanted, HS_S("code"));
	return hs_slice_eq(hs_json_get_text(value, HS_S("code")), code) &&
		((code.len && !system.len) || hs_slice_eq(hs_json_get_text(value, HS_S("system")), system));
}

bool hs__response_same(const struct hs_json *value, struct hs_slice type, const struct hs_json *wanted,
	struct hs_slice wanted_type)
{
	bool known = true;
	if (!hs_slice_eq(type, wanted_type))
		return is_text(type) && is_text(wanted_type) &&
			hs_slice_eq(hs_json_text(value), hs_json_text(wanted));
	if (hs_slice_eq(type, HS_S("Coding")))
		return same_coding(value, wanted);
	if (hs_slice_eq(type, HS_S("Reference")))
		return hs_slice_eq(hs_json_get_text(value, HS_S("reference")),
			hs_json_get_text(wanted, HS_S("reference")));
	if (hs__rules_in(type, "Decimal Quantity Integer"))
		return hs__response_compare(value, wanted, type, &known) == 0 && known;
	return hs_json_equal(value, wanted);
}

/* Quantities without a code are of their unit's words, which must then be the same. */
static int compare_quantities(const struct hs_json *a, const struct hs_json *b, bool *known)
{
	struct hs_slice code = HS_S("code");
	struct path_quantity left = { .unit = hs_json_get_text(a, code) };
	struct path_quantity right = { .unit = hs_json_get_text(b, code) };
	*known = hs__path_decimal_parse(hs_json_text(hs_json_get(a, HS_S("value"))), &left.value) &&
		hs__path_decimal_parse(hs_json_text(hs_json_get(b, HS_S("value"))), &right.value) &&
		left.unit.len && right.unit.len &&
		hs_slice_eq(hs_json_get_text(a, HS_S("system")), hs_json_get_text(b, HS_S("system")));
	if (!*known)
		return 0;
	if (hs_slice_eq(left.unit, right.unit))
		return hs__path_decimal_compare(left.value, right.value);
	return hs__path_quantity_compare(&left, &right, false, known);
}

static int compare_moments(struct hs_slice a, struct hs_slice b, bool time, bool *known)
{
	struct path_moment left;
	struct path_moment right;
	*known = time ? hs__path_time_parse(a, &left) && hs__path_time_parse(b, &right) :
			hs__path_moment_parse(a, &left) && hs__path_moment_parse(b, &right);
	if (!*known)
		return 0;
	int order = hs__path_moment_compare(&left, &right, known);
	if (*known)
		return order;
	*known = true;
	if (left.has_zone != right.has_zone) /* the day decides, as far as it can */
		left.has_zone = right.has_zone = false;
	left.precision = right.precision = PATH_SECOND;
	return hs__path_moment_compare(&left, &right, known);
}

int hs__response_compare(const struct hs_json *a, const struct hs_json *b, struct hs_slice type, bool *known)
{
	struct path_decimal left;
	struct path_decimal right;
	if (hs_slice_eq(type, HS_S("Quantity")))
		return compare_quantities(a, b, known);
	if (hs__rules_in(type, "Date DateTime Time"))
		return compare_moments(hs_json_text(a), hs_json_text(b), hs_slice_eq(type, HS_S("Time")),
			known);
	if (hs_slice_eq(type, HS_S("String"))) {
		*known = true;
		return hs_slice_cmp(hs_json_text(a), hs_json_text(b));
	}
	*known = hs__path_decimal_parse(hs_json_text(a), &left) &&
		hs__path_decimal_parse(hs_json_text(b), &right);
	return *known ? hs__path_decimal_compare(left, right) : 0;
}
