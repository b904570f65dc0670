/* SPDX-License-Identifier: Apache-2.0 */
/* The escapes of search values: \, \$ \| and \\ (R4 section 3.1.1.4.1). */
#include <core/fhir/search/search_private.h>

struct hs_slice hs__search_cut(struct hs_slice *text, char mark)
{
	struct hs_slice head = *text;
	if (hs_slice_find(*text, '\\', 0) == SIZE_MAX)
		return hs_slice_cut(text, mark);
	for (size_t at = 0; at < text->len; at++) {
		if (text->ptr[at] == '\\') {
			at++;
		} else if (text->ptr[at] == mark) {
			head.len = at;
			text->ptr += at + 1;
			text->len -= at + 1;
			return head;
		}
	}
	*text = HS_S_NONE;
	return head;
}

struct hs_slice hs__search_unescape(struct hs_arena *arena, struct hs_slice text)
{
	if (hs_slice_find(text, '\\', 0) == SIZE_MAX)
		return text;
	char *out = hs_arena_raw(arena, text.len);
	size_t len = 0;
	if (!out)
		return HS_S_NONE;
	for (size_t at = 0; at < text.len; at++) {
		char next = at + 1 < text.len ? text.ptr[at + 1] : '\0';
		if (text.ptr[at] == '\\' && (next == ',' || next == '$' || next == '|' || next == '\\'))
			at++;
		out[len++] = text.ptr[at];
	}
	return hs_slice(out, len);
}
