/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the tags of a narrative, with their attributes and what stands between them. */
#include <core/fhir/validate/rules/narrative_tags.h>

bool hs__next_tag(struct hs__tags *tags, struct hs__tag *out)
{
	out->before = HS_S_NONE;
	for (;;) {
		size_t open = hs_slice_find(tags->rest, '<', 0);
		if (open == SIZE_MAX)
			return false;
		if (!hs_slice_trim(out->before).len)
			out->before = hs_slice_first(tags->rest, open);
		tags->rest = hs_slice_from(tags->rest, open + 1);
		if (!hs_slice_starts(tags->rest, HS_S("!")))
			break;
		tags->rest = hs_slice_from(tags->rest, hs_slice_search(tags->rest, HS_S("-->")));
		tags->rest = hs_slice_from(tags->rest, sizeof("-->") - 1);
	}
	size_t end = 0;
	char quote = '\0'; /* a '>' in quotes does not end the tag */
	for (; end < tags->rest.len && (quote || tags->rest.ptr[end] != '>'); end++) {
		char c = tags->rest.ptr[end];
		if (quote ? c == quote : (c == '"' || c == '\''))
			quote = quote ? '\0' : c;
	}
	struct hs_slice text = hs_slice_first(tags->rest, end);
	tags->rest = hs_slice_from(tags->rest, end + 1);
	out->end = hs_slice_starts(text, HS_S("/"));
	out->alone = hs_slice_ends(text, HS_S("/"));
	text = hs_slice_from(text, out->end);
	size_t name = 0;
	while (name < text.len && (unsigned char)text.ptr[name] > ' ' && text.ptr[name] != '/')
		name++;
	out->name = hs_slice_first(text, name);
	out->attributes = hs_slice_from(text, name);
	return true;
}

struct hs_slice hs__tag_attribute(const struct hs__tag *tag, struct hs_slice name)
{
	struct hs_slice rest = hs_slice_trim(tag->attributes);
	while (rest.len) {
		size_t equal = hs_slice_find(rest, '=', 0);
		if (equal == SIZE_MAX)
			break;
		struct hs_slice key = hs_slice_trim(hs_slice_first(rest, equal));
		rest = hs_slice_trim(hs_slice_from(rest, equal + 1));
		if (!rest.len)
			break;
		size_t close = hs_slice_find(rest, rest.ptr[0], 1);
		if (close == SIZE_MAX)
			break;
		if (hs_slice_eq(key, name))
			return hs_slice(rest.ptr + 1, close - 1);
		rest = hs_slice_trim(hs_slice_from(rest, close + 1));
	}
	return HS_S_NONE;
}
