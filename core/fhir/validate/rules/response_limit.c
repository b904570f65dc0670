/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that a questionnaire sets to answers: maxLength, and the extensions for bounds, formats, sizes,
 * units and kinds of reference (R4 questionnaire extensions; SDC for quantities). */
#include <core/fhir/validate/rules/response.h>

#include <core/fhir/path/values/regex.h>

#define CORE_URL "http://hl7.org/fhir/StructureDefinition/"
#define SDC_URL "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"

static const struct hs_json *limit_of(const struct hs__question *question, const char *url,
	struct hs_slice *type)
{
	return hs__rules_extension(question->item, hs_slice_cstr(url), type);
}

/* ---- least and most ---- */

static struct hs_slice shown(struct hs_arena *arena, const struct hs_json *value)
{
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return hs_json_text(value);
	struct hs_slice unit = hs_json_get_text(value, HS_S("unit"));
	if (!unit.len)
		unit = hs_json_get_text(value, HS_S("code"));
	return hs_arena_printf(arena, "%.*s %.*s", HS__SHOW(hs_json_text(hs_json_get(value, HS_S("value")))),
		HS__SHOW(unit));
}

static void check_bound(struct hs__response *response, const struct hs__node *value, struct hs_slice type,
	const struct hs_json *bound, bool least)
{
	bool known = true;
	int order = hs__response_compare(value->value, bound, type, &known);
	struct hs_arena *arena = response->run->arena;
	if (!known && hs_slice_eq(type, HS_S("Quantity")))
		HS__FAIL(response->run, value, "", "invalid", "response-bound",
			"%.*s cannot be compared with the %s of %.*s: both need UCUM codes of the same kind",
			HS__SHOW(shown(arena, value->value)), least ? "least" : "most",
			HS__SHOW(shown(arena, bound)));
	else if (known && (least ? order < 0 : order > 0))
		HS__FAIL(response->run, value, "", "invalid", "response-bound",
			"%.*s is %s than the %s allowed, %.*s", HS__SHOW(shown(arena, value->value)),
			least ? "less" : "greater", least ? "least" : "most", HS__SHOW(shown(arena, bound)));
}

static void check_bounds(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value, struct hs_slice type)
{
	bool quantity = hs_slice_eq(type, HS_S("Quantity"));
	struct hs_slice bound_type = HS_S_NONE;
	const char *urls[2] = { quantity ? SDC_URL "minQuantity" : CORE_URL "minValue",
		quantity ? SDC_URL "maxQuantity" : CORE_URL "maxValue" };
	for (int i = 0; i < 2; i++) {
		const struct hs_json *bound = limit_of(question, urls[i], &bound_type);
		if (!bound)
			bound = limit_of(question, i ? CORE_URL "maxValue" : CORE_URL "minValue",
				&bound_type);
		bool same = hs_slice_eq(bound_type, type) ||
			(hs__rules_in(bound_type, "Date DateTime") && hs__rules_in(type, "Date DateTime")) ||
			(hs__rules_in(bound_type, "Integer Decimal") &&
				hs__rules_in(type, "Integer Decimal"));
		if (bound && same)
			check_bound(response, value, type, bound, i == 0);
	}
}

/* ---- texts ---- */

static size_t count_characters(struct hs_slice text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return count;
}

static void check_format(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value, struct hs_slice text)
{
	struct hs_slice pattern = hs_json_text(limit_of(question, CORE_URL "regex", NULL));
	struct hs_slice example = hs_json_text(limit_of(question, CORE_URL "entryFormat", NULL));
	struct hs_error err;
	bool match = true;
	void *regex = pattern.len ? hs__path_regex(response->run->arena, pattern, HS_S_NONE, true) : NULL;
	if (regex && !hs__path_regex_match(regex, text, &match, &err) && !match)
		HS__FAIL(response->run, value, "", "invalid", "response-format",
			"'%.*s' does not have the form that the question asks for, %.*s%s%.*s",
			HS__SHOW(text), HS__SHOW(pattern), example.len ? ": " : "", HS__SHOW(example));
}

static void check_text(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value, struct hs_slice text)
{
	int64_t most;
	int64_t least;
	size_t length = count_characters(text);
	if (hs_json_i64(hs_json_get(question->item, HS_S("maxLength")), &most) && most > 0 &&
		length > (uint64_t)most)
		HS__FAIL(response->run, value, "", "too-long", "response-length",
			"the answer has %zu characters; the question takes %lld at most", length,
			(long long)most);
	if (hs_json_i64(limit_of(question, CORE_URL "minLength", NULL), &least) && least > 0 &&
		length < (uint64_t)least)
		HS__FAIL(response->run, value, "", "invalid", "response-length",
			"the answer has %zu characters; the question asks for at least %lld", length,
			(long long)least);
	check_format(response, question, value, text);
}

static void check_decimal(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value, const struct hs_json *decimal)
{
	int64_t places;
	struct hs_slice text = hs_json_text(decimal);
	size_t point = hs_slice_find(text, '.', 0);
	if (point == SIZE_MAX || hs_slice_find(text, 'e', 0) != SIZE_MAX ||
		hs_slice_find(text, 'E', 0) != SIZE_MAX ||
		!hs_json_i64(limit_of(question, CORE_URL "maxDecimalPlaces", NULL), &places) || places < 0)
		return;
	if (text.len - point - 1 > (uint64_t)places)
		HS__FAIL(response->run, value, "", "invalid", "response-decimals",
			"'%.*s' has more than %lld digits behind the point", HS__SHOW(text),
			(long long)places);
}

/* ---- attachments ---- */

static bool has_type(const struct hs__question *question, struct hs_slice type, bool *limited)
{
	*limited = false;
	HS_JSON_EACH(extension, hs__rules_array(question->item, "extension")) {
		if (!hs_slice_eq(hs_json_get_text(extension, HS_S("url")), HS_S(CORE_URL "mimeType")))
			continue;
		*limited = true;
		if (hs_slice_ieq(hs_json_text(hs__rules_choice(extension, HS_S("value"), NULL)), type))
			return true;
	}
	return false;
}

static void check_attachment(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer, const struct hs__node *value)
{
	int64_t size = 0;
	bool limited;
	struct hs_slice type = hs_json_get_text(value->value, HS_S("contentType"));
	struct hs_slice data = hs_json_get_text(value->value, HS_S("data"));
	struct hs_slice most = hs_json_text(limit_of(question, CORE_URL "maxSize", NULL));
	struct hs_slice have;
	if (!has_type(question, type, &limited) && limited)
		HS__FAIL(response->run, answer, "", "invalid", "response-media-type",
			"the question does not take attachments %s%.*s%s", type.len ? "of type '" : "",
			HS__SHOW(type), type.len ? "'" : "that say no contentType");
	if (data.len)
		size = hs__base64_size(data);
	else
		hs_json_i64(hs_json_get(value->value, HS_S("size")), &size);
	have = hs_arena_printf(response->run->arena, "%lld", (long long)size);
	bool known = true;
	struct hs_json number = { .type = HS_JSON_NUMBER, .u.text = have.ptr, .len = (uint32_t)have.len };
	const struct hs_json *bound = limit_of(question, CORE_URL "maxSize", NULL);
	if (most.len && hs__response_compare(&number, bound, HS_S("Decimal"), &known) > 0 && known)
		HS__FAIL(response->run, answer, "", "too-long", "response-size",
			"the attachment has %lld bytes; the question takes %.*s at most", (long long)size,
			HS__SHOW(most));
}

/* ---- units ---- */

static bool has_unit(const struct hs__question *question, const struct hs_json *quantity, bool *limited)
{
	struct hs_slice code = hs_json_get_text(quantity, HS_S("code"));
	struct hs_slice system = hs_json_get_text(quantity, HS_S("system"));
	*limited = false;
	HS_JSON_EACH(extension, hs__rules_array(question->item, "extension")) {
		const struct hs_json *unit = hs__rules_choice(extension, HS_S("value"), NULL);
		if (!hs_slice_eq(hs_json_get_text(extension, HS_S("url")),
			    HS_S(CORE_URL "questionnaire-unitOption")))
			continue;
		*limited = true;
		if (hs_slice_eq(hs_json_get_text(unit, HS_S("code")), code) &&
			hs_slice_eq(hs_json_get_text(unit, HS_S("system")), system))
			return true;
	}
	return false;
}

static void check_unit(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value)
{
	const struct hs_validate_terminology *terms = response->run->terms;
	struct hs_validate_finding finding = { 0 };
	struct hs_slice set = hs_json_text(limit_of(question, CORE_URL "questionnaire-unitValueSet", NULL));
	struct hs_validate_code code = { .system = hs_json_get_text(value->value, HS_S("system")),
		.code = hs_json_get_text(value->value, HS_S("code")),
		.has_system = true };
	bool limited;
	if (!has_unit(question, value->value, &limited) && limited)
		HS__FAIL(response->run, value, "", "invalid", "response-unit",
			"the unit '%.*s' of '%.*s' is not one of those that the question offers",
			HS__SHOW(code.code), HS__SHOW(code.system));
	if (!set.len || !terms || !terms->in_value_set ||
		response->run->options->terms == HS_VALIDATE_TERMS_NONE)
		return;
	if (!code.code.len ||
		terms->in_value_set(terms->arg, response->run->arena, &code, set, &finding) == HS_VALIDATE_NO)
		HS__FAIL(response->run, value, "", "code-invalid", "response-unit",
			"the unit '%.*s' is not in the value set of units of the question, %.*s",
			HS__SHOW(code.code), HS__SHOW(set));
}

/* ---- references ---- */

/* The type of resource that the extension lets an answer refer to: by its name, or as the type of a profile;
 * empty when it is another extension, or the profile is not known here. */
static struct hs_slice target_of(const struct hs__response *response, const struct hs_json *extension)
{
	struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
	struct hs_slice value = hs_json_text(hs__rules_choice(extension, HS_S("value"), NULL));
	if (hs_slice_eq(url, HS_S(CORE_URL "questionnaire-referenceResource")))
		return value;
	if (!hs_slice_eq(url, HS_S(CORE_URL "questionnaire-referenceProfile")))
		return HS_S_NONE;
	return hs_json_get_text(hs_library_find(response->run->library, HS_S("StructureDefinition"), value,
					NULL),
		HS_S("type"));
}

static void check_target(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *value)
{
	bool limited = false;
	struct hs_slice text = hs_json_get_text(value->value, HS_S("reference"));
	struct hs_slice type = hs__validate_target(response->run, value, value->value);
	if (!text.len || !type.len)
		return;
	if (!hs_defs_type(response->run->defs, type)) {
		HS__FAIL(response->run, value, "", "invalid", "response-target",
			"'%.*s' refers to a %.*s, and there is no such resource type", HS__SHOW(text),
			HS__SHOW(type));
		return;
	}
	HS_JSON_EACH(extension, hs__rules_array(question->item, "extension")) {
		struct hs_slice wanted = target_of(response, extension);
		if (wanted.len && hs_slice_eq(wanted, type))
			return;
		limited |= wanted.len > 0;
	}
	if (limited)
		HS__FAIL(response->run, value, "", "invalid", "response-target",
			"the question does not take references to a %.*s", HS__SHOW(type));
}

void hs__response_limits(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer, const struct hs__node *value, struct hs_slice type)
{
	if (hs__rules_in(type, "String Uri"))
		check_text(response, question, value, hs_json_text(value->value));
	else if (hs_slice_eq(type, HS_S("Attachment")))
		check_attachment(response, question, answer, value);
	else if (hs_slice_eq(type, HS_S("Reference")))
		check_target(response, question, value);
	else if (hs_slice_eq(type, HS_S("Quantity")))
		check_unit(response, question, value);
	if (hs__rules_in(type, "Decimal Quantity"))
		check_decimal(response, question, value,
			hs_slice_eq(type, HS_S("Decimal")) ? value->value :
							     hs_json_get(value->value, HS_S("value")));
	check_bounds(response, question, value, type);
}
