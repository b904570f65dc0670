/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings that are not those of a request: If-None-Exist, entries of bundles, conditional references.
 */
#include <core/rest/rest_private.h>

#include <handslag/coding.h>

static enum hs_status decode(struct hs_arena *arena, struct hs_slice text, struct hs_slice *out,
	struct hs_error *err)
{
	if (!hs_percent_valid(text))
		return hs_fail(err, HS_E_VALUE, "'%%' in a query is followed by two hexadecimal digits");
	*out = text.len ? hs_percent_decode(arena, text, true) : HS_S("");
	return out->ptr ? HS_OK : hs_fail(err, HS_E_LIMIT, "the query is too long");
}

enum hs_status hs__rest_query(struct hs_arena *arena, struct hs_slice text, const struct hs_pair **out,
	size_t *count, struct hs_error *err)
{
	size_t room = 1;
	for (size_t i = 0; i < text.len; i++)
		room += text.ptr[i] == '&';
	struct hs_pair *pairs = hs_arena_array(arena, room, sizeof *pairs);
	size_t n = 0;
	if (!pairs)
		return hs_fail(err, HS_E_LIMIT, "the query is too long");
	while (text.ptr) {
		struct hs_slice value = hs_slice_cut(&text, '&');
		if (value.len == 0)
			continue;
		struct hs_slice name = hs_slice_cut(&value, '=');
		enum hs_status status = decode(arena, name, &pairs[n].name, err);
		if (status == HS_OK)
			status = decode(arena, value, &pairs[n].value, err);
		if (status != HS_OK)
			return status;
		n++;
	}
	*out = pairs;
	*count = n;
	return HS_OK;
}

struct hs_slice hs__rest_query_get(const struct hs_pair *pairs, size_t count, struct hs_slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (hs_slice_eq(pairs[i].name, name))
			return pairs[i].value;
	}
	return HS_S_NONE;
}

void hs__rest_percent(struct hs_buf *buf, struct hs_slice text)
{
	hs_percent_encode(buf, text, ":,/$");
}
