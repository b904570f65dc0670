/* SPDX-License-Identifier: Apache-2.0 */
/* Where a value was in its source text. */
#include <core/json/parser.h>
#include <core/json/scan.h>

#include <handslag/place.h>

const char *hs__json_place(const struct hs_json *value)
{
	const char *place;
	if (!(value->flags & HS_JSON_PLACED))
		return NULL;
	if (!(value->flags & HS_JSON_DECODED))
		return value->key;
	memcpy(&place, value->key - sizeof(place), sizeof(place));
	return place;
}

void hs__json_line(struct hs_slice text, const char *at, uint32_t *line, uint32_t *column)
{
	struct hs_place place = { .line = 0 };
	hs_place_go(text, (size_t)(at - text.ptr), &place);
	*line = place.line;
	*column = place.column;
}

/* The byte after the string whose opening quote is before `at`. The text was parsed before: it is whole. */
static const char *after_string(const char *at, const char *end)
{
	bool high;
	while ((at = hs__json_plain_run(at, end, &high)) < end && *at != '"')
		at += at + 1 < end && *at == '\\' ? 2 : 1;
	return at < end ? at + 1 : end;
}

void hs_json_set_place(struct hs_json *value, const char *place)
{
	if (!(value->flags & HS_JSON_KEYED))
		value->key = place;
	if (value->key == place)
		value->flags |= HS_JSON_PLACED;
}

/* No JSON text begins so: the tree was read from XML, where the name of an element is its place. */
static bool is_xml(struct hs_slice text)
{
	const char *end = text.ptr + text.len;
	const char *at = hs__json_skip(text.ptr, end);
	if (end - at >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
		at = hs__json_skip(at + 3, end);
	return at < end && *at == '<';
}

/* The first byte of `value` within `text`, or NULL. */
static const char *start_of(struct hs_slice text, const struct hs_json *value)
{
	const char *end = text.ptr + text.len;
	const char *at = value ? hs__json_place(value) : NULL;
	if (!at || (uintptr_t)at < (uintptr_t)text.ptr || (uintptr_t)at >= (uintptr_t)end)
		return NULL;
	if (!(value->flags & HS_JSON_KEYED) || is_xml(text))
		return at;
	at = hs__json_skip(after_string(at, end), end);
	return at < end ? hs__json_skip(at + 1, end) : NULL; /* beyond the colon */
}

void hs_json_position(struct hs_slice text, const struct hs_json *value, uint32_t *line, uint32_t *column)
{
	const char *at = start_of(text, value);
	*line = 0;
	*column = 0;
	if (at)
		hs__json_line(text, at, line, column);
}

size_t hs_json_offset(struct hs_slice text, const struct hs_json *value)
{
	const char *at = start_of(text, value);
	return at ? (size_t)(at - text.ptr) : SIZE_MAX;
}

struct hs_slice hs_json_source(struct hs_slice text, const struct hs_json *value)
{
	const char *end = text.ptr + text.len;
	const char *start = start_of(text, value);
	const char *at = start;
	size_t depth = 0;
	if (!start || is_xml(text))
		return HS_S_NONE;
	/* Containers end where their brackets are even; all else ends before a separator. */
	while (at < end) {
		char c = *at;
		if (c == '"') {
			at = after_string(at + 1, end);
			if (depth == 0)
				break;
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']' || c == '}' || hs__json_is_blank(c)))
			break;
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		at++;
		if (depth == 0 && (c == ']' || c == '}'))
			break;
	}
	return hs_slice(start, (size_t)(at - start));
}
