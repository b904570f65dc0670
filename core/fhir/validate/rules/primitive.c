/* SPDX-License-Identifier: Apache-2.0 */
/* Values of primitive types that have the right form and mislead all the same (R4 datatypes, section
 * 2.24.0.1): addresses without "urn:", blank texts, years that nobody means, characters that turn the text
 * around. */
#include <core/fhir/validate/rules/rules_private.h>

#define YEAR_FIRST 1800u
#define YEAR_LAST 2100u

/* ---- uri, url, oid, uuid ---- */

#define UUID_END 45u /* of urn:uuid: and 36 characters; a fragment may follow */

static bool has_capital(struct hs_slice text)
{
	for (size_t i = 0; i < text.len && i < UUID_END; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'F')
			return true;
	return false;
}

/* R4: "For UUID (urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7) use all lowercase". What a definition calls
 * itself is its author's to choose, though not wisely so. */
static void check_uuid(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	bool own = node->up == node->resource && hs_slice_eq(node->name, HS_S("url"));
	if (hs_slice_starts(text, HS_S("urn:uuid:")) && has_capital(text))
		HS__SAY(own ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, run, node, "", "invalid",
			"uri-uuid-case",
			"a UUID is written in lower case, for URIs are compared letter by letter, not '%.*s'",
			HS__SHOW(text));
}

void hs__rule_uri(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_json_text(node->value);
	if (hs_slice_starts(text, HS_S("oid:")) || hs_slice_starts(text, HS_S("uuid:")))
		HS__FAIL(run, node, "", "invalid", "uri-scheme",
			"'%.*s' is no URI that others know; write urn:%.*s", HS__SHOW(text), HS__SHOW(text));
	check_uuid(run, node, text);
}

/* ---- string, markdown ---- */

static bool is_blank(struct hs_slice text)
{
	return hs_slice_trim(text).len == 0;
}

/* The code point of three bytes that begin with E2, as all the characters here do; 0 for another. */
static uint32_t point_at(struct hs_slice text, size_t at)
{
	if (text.len - at < 3)
		return 0;
	return 0x2000u | ((uint32_t)((unsigned char)text.ptr[at + 1] & 0x3F) << 6) |
		((unsigned char)text.ptr[at + 2] & 0x3F);
}

/* Characters that set the direction of what follows must be closed within the text, or it runs on into what
 * stands behind it (Unicode Standard Annex 9; CVE-2021-42574). */
static bool is_turned(struct hs_slice text)
{
	int open = 0;
	int isolated = 0;
	const char *found = text.len ? memchr(text.ptr, 0xE2, text.len) : NULL;
	while (found) {
		size_t at = (size_t)(found - text.ptr);
		uint32_t point = point_at(text, at);
		if (point == 0x202A || point == 0x202B || point == 0x202D || point == 0x202E)
			open++;
		else if (point == 0x202C)
			open -= open > 0;
		else if (point >= 0x2066 && point <= 0x2068)
			isolated++;
		else if (point == 0x2069)
			isolated -= isolated > 0;
		found = memchr(found + 1, 0xE2, text.len - at - 1);
	}
	return open > 0 || isolated > 0;
}

void hs__rule_text(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_json_text(node->value);
	if (text.len && (unsigned char)text.ptr[0] <= ' ' && is_blank(text))
		HS__WARN(run, node, "", "value", "text-blank",
			"the text is blank; leave the element out when there is nothing to say");
	if (is_turned(text))
		HS__WARN(run, node, "", "invalid", "text-direction",
			"a character of the text turns its direction and is not closed, so what follows it "
			"may read wrong");
}

/* ---- date, dateTime, instant ---- */

void hs__rule_date(struct hs__validation *run, const struct hs__node *node)
{
	uint64_t year = 0;
	struct hs_slice text = hs_json_text(node->value);
	if (text.len >= 4 && hs_slice_u64(hs_slice_first(text, 4), &year) &&
		(year < YEAR_FIRST || year > YEAR_LAST))
		HS__WARN(run, node, "", "value", "date-year",
			"the year of '%.*s' is outside of %u to %u; is it mistyped?", HS__SHOW(text),
			YEAR_FIRST, YEAR_LAST);
}

/* ---- base64Binary ---- */

static bool has_blank(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ')
			return true;
	return false;
}

/* R5 takes RFC 4648 at its word; R4 lets white space be. */
void hs__rule_base64(struct hs__validation *run, const struct hs__node *node)
{
	if (has_blank(hs_json_text(node->value)))
		HS__SAY(hs_defs_fhir(run->defs) == HS_FHIR_R4 ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, run,
			node, "", "invalid", "base64-blank", "base64 has no white space (RFC 4648)");
}
