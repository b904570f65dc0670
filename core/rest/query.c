/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings that are not those of a request: If-None-Exist, entries of bundles, conditional references.
 */
#include <core/rest/rest_private.h>

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum hs_status decode(struct hs_arena *arena, struct hs_slice text, struct hs_slice *out,
	struct hs_error *err)
{
	char *to = hs_arena_raw(arena, text.len + 1);
	size_t len = 0;
	if (!to)
		return hs_fail(err, HS_E_LIMIT, "the query is too long");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '%') {
			int hi = text.len - i > 2 ? hex_of(text.ptr[i + 1]) : -1;
			int lo = text.len - i > 2 ? hex_of(text.ptr[i + 2]) : -1;
			if (hi < 0 || lo < 0)
				return hs_fail(err, HS_E_VALUE,
					"'%%' in a query is followed by two hexadecimal digits");
			c = (char)(hi * 16 + lo);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		to[len++] = c;
	}
	*out = hs_slice(to, len);
	return HS_OK;
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
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '-' || c == '.' || c == '_' || c == '~' || c == ':' || c == ',' || c == '/' ||
			c == '$';
		if (plain) {
			hs_buf_byte(buf, (char)c);
			continue;
		}
		hs_buf_byte(buf, '%');
		hs_buf_byte(buf, digits[c >> 4]);
		hs_buf_byte(buf, digits[c & 15]);
	}
}
