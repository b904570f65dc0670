/* SPDX-License-Identifier: Apache-2.0 */
/* One search parameter serves many types with a union ("AllergyIntolerance.patient |
 * CarePlan.subject.where(...) | ..."); each type keeps only the alternatives that can give something for it.
 */
#include <core/fhir/search/search_private.h>

size_t hs__search_alternative(struct hs_slice text, size_t at)
{
	int depth = 0;
	char quote = '\0';
	for (; at < text.len; at++) {
		char c = text.ptr[at];
		if (quote) {
			if (c == '\\')
				at++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '\'' || c == '"' || c == '`') {
			quote = c;
		} else if (c == '(' || c == '[') {
			depth++;
		} else if (c == ')' || c == ']') {
			depth--;
		} else if (c == '|' && depth == 0) {
			return at;
		}
	}
	return text.len;
}

struct hs_slice hs__search_first_name(struct hs_slice part)
{
	size_t start = 0;
	while (start < part.len && (part.ptr[start] == '(' || part.ptr[start] == ' '))
		start++;
	size_t end = start;
	while (end < part.len) {
		char c = part.ptr[end];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			break;
		end++;
	}
	return hs_slice(part.ptr + start, end - start);
}

static bool applies(const struct hs_defs *defs, const struct hs_def_type *type, struct hs_slice part)
{
	struct hs_slice name = hs__search_first_name(part);
	if (!name.len || name.ptr[0] < 'A' || name.ptr[0] > 'Z')
		return true; /* relative to whatever the resource is */
	const struct hs_def_type *root = hs_defs_type(defs, name);
	return !root || hs_defs_is_a(defs, type, root);
}

struct hs_slice hs__search_split(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_def_type *type, struct hs_slice expression)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, expression.len + 16);
	for (size_t at = 0; at < expression.len;) {
		size_t end = hs__search_alternative(expression, at);
		struct hs_slice part = hs_slice_trim(hs_slice(expression.ptr + at, end - at));
		if (part.len && applies(defs, type, part)) {
			hs_buf_cstr(&buf, buf.len ? " | " : "");
			hs_buf_add(&buf, part);
		}
		at = end + 1;
	}
	return hs_buf_slice(&buf);
}

const struct hs_def_type *hs__search_only(const struct hs_defs *defs, struct hs_slice expression)
{
	static const struct hs_slice mark = HS_S_INIT("resolve() is ");
	struct hs_slice only = HS_S_NONE;
	for (size_t at = 0; at < expression.len;) {
		size_t end = hs__search_alternative(expression, at);
		struct hs_slice part = hs_slice(expression.ptr + at, end - at);
		size_t found = hs_slice_search(part, mark);
		if (found == SIZE_MAX)
			return NULL;
		struct hs_slice name = hs__search_first_name(hs_slice_from(part, found + mark.len));
		if (only.len && !hs_slice_eq(only, name))
			return NULL;
		only = name;
		at = end + 1;
	}
	return only.len ? hs_defs_type(defs, only) : NULL;
}
