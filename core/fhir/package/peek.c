/* SPDX-License-Identifier: Apache-2.0 */
/* A scan over the first level of a JSON object: strings and brackets are skipped, nothing is checked. */
#include <core/fhir/package/peek.h>

/* The place after the string that opens at `at`, or SIZE_MAX when it is cut. */
static size_t skip_string(struct hs_slice text, size_t at)
{
	for (at++; at < text.len; at++) {
		if (text.ptr[at] == '\\')
			at++;
		else if (text.ptr[at] == '"')
			return at + 1;
	}
	return SIZE_MAX;
}

static size_t skip_blank(struct hs_slice text, size_t at)
{
	while (at < text.len && (text.ptr[at] == ' ' || (text.ptr[at] >= '\t' && text.ptr[at] <= '\r')))
		at++;
	return at;
}

/* The place after the value that begins at `at`: a string, a bracketed value, or a word. */
static size_t skip_value(struct hs_slice text, size_t at)
{
	size_t depth = 0;
	while (at < text.len) {
		char c = text.ptr[at];
		if (c == '"') {
			at = skip_string(text, at);
			if (at == SIZE_MAX)
				return at;
			if (depth == 0)
				return at;
			continue;
		}
		if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return at;
			if (--depth == 0)
				return at + 1;
		} else if (c == ',' && depth == 0) {
			return at;
		}
		at++;
	}
	return SIZE_MAX;
}

bool hs__json_peek(struct hs_slice text, struct hs_slice name, struct hs_slice *out)
{
	size_t at = skip_blank(text, 0);
	if (at >= text.len || text.ptr[at] != '{')
		return false;
	for (at++;;) {
		at = skip_blank(text, at);
		if (at >= text.len || text.ptr[at] != '"')
			return false;
		size_t end = skip_string(text, at);
		if (end == SIZE_MAX)
			return false;
		struct hs_slice key = hs_slice(text.ptr + at + 1, end - at - 2);
		at = skip_blank(text, end);
		if (at >= text.len || text.ptr[at] != ':')
			return false;
		at = skip_blank(text, at + 1);
		end = skip_value(text, at);
		if (end == SIZE_MAX)
			return false;
		if (hs_slice_eq(key, name)) {
			if (text.ptr[at] != '"' || memchr(text.ptr + at, '\\', end - at))
				return false;
			*out = hs_slice(text.ptr + at + 1, end - at - 2);
			return true;
		}
		at = skip_blank(text, end);
		if (at >= text.len || text.ptr[at] != ',')
			return false;
		at++;
	}
}
