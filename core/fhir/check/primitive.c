/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of primitive types (R4 datatypes, section 2.24.0.1), by hand: each is one pass. */
#include <core/fhir/check/check_private.h>

#include <core/fhir/basics/narrative.h>
#include <handslag/time.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Control characters other than tab and line ends have no place in a text (section 2.24.0.1, string). */
static bool is_text(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
	}
	return text.len > 0;
}

/* [^\s]+(\s[^\s]+)*, where a no-break space is white space too, without control characters. */
static bool is_code(struct hs_slice text)
{
	bool blank = true; /* a blank at the start is as bad as two in a row */
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] == 0xA0)
			return false;
		if (c < 0x20 && !is_blank((char)c))
			return false;
		if (is_blank((char)c)) {
			if (blank)
				return false;
			blank = true;
		} else {
			blank = false;
		}
	}
	return !blank;
}

/* urn:oid:[0-2](\.(0|[1-9][0-9]*))+ */
static bool is_oid(struct hs_slice text)
{
	if (!hs_slice_starts(text, HS_S("urn:oid:")))
		return false;
	text = hs_slice_from(text, 8);
	struct hs_slice first = hs_slice_cut(&text, '.');
	if (first.len != 1 || first.ptr[0] < '0' || first.ptr[0] > '2' || !text.ptr)
		return false;
	while (text.ptr) {
		struct hs_slice arc = hs_slice_cut(&text, '.');
		if (arc.len == 0 || (arc.len > 1 && arc.ptr[0] == '0'))
			return false;
		for (size_t i = 0; i < arc.len; i++)
			if (!is_digit(arc.ptr[i]))
				return false;
	}
	return true;
}

/* urn:uuid: and 8-4-4-4-12 hexadecimal digits; FHIR wants lower case; of a plain URI core/fhir/validate says
 * so. */
static bool is_uuid(struct hs_slice text, bool any_case)
{
	if (!hs_slice_starts(text, HS_S("urn:uuid:")) || text.len != 45)
		return false;
	for (size_t i = 9; i < 45; i++) {
		char c = text.ptr[i];
		bool dash = i == 17 || i == 22 || i == 27 || i == 32;
		bool digit = is_digit(c) || (c >= 'a' && c <= 'f') || (any_case && c >= 'A' && c <= 'F');
		if (dash ? c != '-' : !digit)
			return false;
	}
	return true;
}

static bool is_uri(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ')
			return false;
	/* Without a canonical's version, and a part of what is named. */
	struct hs_slice plain = hs_slice_first(text, hs_slice_find(text, '|', 0));
	plain = hs_slice_first(plain, hs_slice_find(plain, '#', 0));
	if (hs_slice_starts(text, HS_S("urn:uuid:")))
		return is_uuid(plain, true);
	return text.len > 0 && (!hs_slice_starts(text, HS_S("urn:oid:")) || is_oid(plain));
}

/* Letters in groups of four with padding at the end; white space may stand anywhere. */
static bool is_base64(struct hs_slice text)
{
	size_t letters = 0;
	size_t pads = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' ||
			c == '/';
		if (letter && pads == 0)
			letters++;
		else if (c == '=')
			pads++;
		else if (!is_blank(c))
			return false;
	}
	return letters > 0 && pads <= 2 && (letters + pads) % 4 == 0;
}

static bool is_integer(const struct hs_json *value, int64_t least, int64_t most)
{
	int64_t number;
	return hs_json_i64(value, &number) && number >= least && number <= most;
}

static bool is_integer64(struct hs_slice text)
{
	uint64_t number;
	bool negative = hs_slice_starts(text, HS_S("-"));
	if (!hs_slice_u64(hs_slice_from(text, negative), &number))
		return false;
	return number <= (uint64_t)INT64_MAX + negative;
}

static bool is_string_format(enum hs_def_code code, struct hs_slice text)
{
	switch (code) {
	case HS_PRIM_CODE:
		return is_code(text);
	case HS_PRIM_ID:
		return hs_id_valid(text);
	case HS_PRIM_URI:
	case HS_PRIM_URL:
	case HS_PRIM_CANONICAL:
		return is_uri(text);
	case HS_PRIM_OID:
		return is_oid(text);
	case HS_PRIM_UUID:
		return is_uuid(text, false);
	case HS_PRIM_BASE64:
		return is_base64(text);
	case HS_PRIM_DATE:
		return hs_time_is_date(text);
	case HS_PRIM_DATETIME:
		return hs_time_is_datetime(text);
	case HS_PRIM_INSTANT:
		return hs_time_is_instant(text);
	case HS_PRIM_TIME:
		return hs_time_is_time(text);
	case HS_PRIM_INTEGER64:
		return is_integer64(text);
	default:
		return is_text(text);
	}
}

enum hs_json_type hs__check_json_type(enum hs_def_code code)
{
	switch (code) {
	case HS_PRIM_BOOLEAN:
		return HS_JSON_TRUE;
	case HS_PRIM_INTEGER:
	case HS_PRIM_POSITIVE_INT:
	case HS_PRIM_UNSIGNED_INT:
	case HS_PRIM_DECIMAL:
		return HS_JSON_NUMBER;
	default: /* integer64 is a string in JSON (R5 json, section 2.1.5.1) */
		return HS_JSON_STRING;
	}
}

bool hs_check_primitive(enum hs_def_code code, const struct hs_json *value)
{
	switch (code) {
	case HS_PRIM_BOOLEAN:
		return hs_json_is(value, HS_JSON_TRUE) || hs_json_is(value, HS_JSON_FALSE);
	case HS_PRIM_INTEGER:
		return hs_json_is(value, HS_JSON_NUMBER) && is_integer(value, INT32_MIN, INT32_MAX);
	case HS_PRIM_POSITIVE_INT:
		return hs_json_is(value, HS_JSON_NUMBER) && is_integer(value, 1, INT32_MAX);
	case HS_PRIM_UNSIGNED_INT:
		return hs_json_is(value, HS_JSON_NUMBER) && is_integer(value, 0, INT32_MAX);
	case HS_PRIM_DECIMAL:
		return hs_json_is(value, HS_JSON_NUMBER);
	case HS_PRIM_XHTML:
		return hs_json_is(value, HS_JSON_STRING) &&
			!hs__narrative_fault(hs_json_text(value), false, NULL);
	default:
		return hs_json_is(value, HS_JSON_STRING) && is_string_format(code, hs_json_text(value));
	}
}

const char *hs__check_form(enum hs_def_code code)
{
	switch (code) {
	case HS_PRIM_BOOLEAN:
		return "true or false";
	case HS_PRIM_INTEGER:
		return "a whole number from -2147483648 to 2147483647";
	case HS_PRIM_INTEGER64:
		return "a whole number of 64 bits";
	case HS_PRIM_POSITIVE_INT:
		return "a whole number from 1 to 2147483647";
	case HS_PRIM_UNSIGNED_INT:
		return "a whole number from 0 to 2147483647";
	case HS_PRIM_DECIMAL:
		return "a number";
	case HS_PRIM_CODE:
		return "a code: no white space at its ends, and single blanks within";
	case HS_PRIM_ID:
		return "1 to 64 letters A-Z a-z, digits, '-' and '.'";
	case HS_PRIM_URI:
	case HS_PRIM_URL:
	case HS_PRIM_CANONICAL:
		return "a URI without blanks (urn:uuid: with a UUID, urn:oid: with numbers and dots)";
	case HS_PRIM_OID:
		return "urn:oid: and numbers with dots, for example urn:oid:1.2.752.29.4.19";
	case HS_PRIM_UUID:
		return "urn:uuid: and a UUID in lower case";
	case HS_PRIM_BASE64:
		return "base64 with its padding";
	case HS_PRIM_DATE:
		return "a date: YYYY, YYYY-MM or YYYY-MM-DD";
	case HS_PRIM_DATETIME:
		return "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm)";
	case HS_PRIM_INSTANT:
		return "YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm)";
	case HS_PRIM_TIME:
		return "a time: hh:mm:ss";
	default:
		return "a text that is not empty and has no control characters";
	}
}

/* A '0' of the form stands for any digit. */
static bool has_form(struct hs_slice text, const char *form)
{
	for (size_t i = 0; i < text.len; i++) {
		bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
		if (!form[i] || (form[i] == '0' ? !digit : text.ptr[i] != form[i]))
			return false;
	}
	return !form[text.len];
}

const char *hs__check_calendar(enum hs_def_code code, struct hs_slice text)
{
	struct hs_slice day = hs_slice_first(text, 10), rest = hs_slice_from(text, 11);
	struct hs_slice time = code == HS_PRIM_TIME ? text : rest;
	bool dated = code == HS_PRIM_DATE || code == HS_PRIM_DATETIME || code == HS_PRIM_INSTANT;

	if (dated && has_form(text, "0000-00"))
		return "there is no such month";
	if (dated && has_form(day, "0000-00-00") && !hs_time_is_date(day))
		return "there is no such day";
	/* With the zone that it needs, or the form is what is wrong. */
	bool whole = code == HS_PRIM_TIME ||
		(dated &&
			(hs_slice_ends(rest, HS_S("Z")) || has_form(hs_slice_from(rest, 8), "+00:00") ||
				has_form(hs_slice_from(rest, 8), "-00:00")));
	return whole && has_form(hs_slice_first(time, 8), "00:00:00") ? "there is no such time of day" : NULL;
}
