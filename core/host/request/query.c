/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and forms: split, percent-decoded, kept in order. */
#include <core/host/request/request_private.h>

#include <handslag/coding.h>

#define PAIRS_MAX 2000

/* Is a byte of the eight this one? The eight must be ASCII. */
static bool has_byte(uint64_t eight, unsigned char byte)
{
	const uint64_t ones = 0x0101010101010101u;
	return (((eight ^ ones * byte) + ones * 0x7f) & ones * 0x80) != ones * 0x80;
}

/* Does the text stand for itself: ASCII without escapes? Most do. */
static bool is_plain(struct hs_slice text)
{
	uint64_t eight;
	size_t at = 0;

	for (; text.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text.ptr + at, sizeof(eight));
		if (eight & 0x8080808080808080u || has_byte(eight, '%') || has_byte(eight, '+'))
			return false;
	}
	for (; at < text.len; at++)
		if ((unsigned char)text.ptr[at] >= 0x80 || text.ptr[at] == '%' || text.ptr[at] == '+')
			return false;
	return true;
}

/* What is not UTF-8 becomes '?', so that every text of a request can stand in an answer. */
struct hs_slice hs__percent_decode(struct hs_arena *arena, struct hs_slice text, bool plus)
{
	if (is_plain(text))
		return text;
	struct hs_slice plain = hs_percent_decode(arena, text, plus);
	return hs_utf8_valid(plain) ? plain : hs_utf8_mend(arena, plain);
}

static size_t count_pairs(struct hs_slice text)
{
	size_t count = 0;

	while (text.ptr && text.len)
		count += hs_slice_cut(&text, '&').len > 0;
	return count;
}

static size_t split(struct hs_arena *arena, struct hs_slice text, struct hs_pair *pairs, size_t room)
{
	size_t n = 0;

	while (text.ptr && text.len && n < room) {
		struct hs_slice value = hs_slice_cut(&text, '&');
		if (!value.len)
			continue;
		struct hs_slice name = hs_slice_cut(&value, '=');
		pairs[n++] = (struct hs_pair) { hs__percent_decode(arena, name, true),
			hs__percent_decode(arena, value, true) };
	}
	return n;
}

void hs__query_parse(struct hs_request *req)
{
	struct hs_slice form = HS_S_NONE;

	if (req->query_done)
		return;
	req->query_done = true;
	if (req->http->method == HS_HTTP_POST && req->http->body.len) {
		struct hs_slice type = hs_http_get_header(req->http, HS_S("Content-Type"));
		type = hs_slice_trim(hs_slice_cut(&type, ';'));
		if (hs_slice_ieq(type, HS_S("application/x-www-form-urlencoded")))
			form = req->http->body;
	}
	size_t count = count_pairs(req->http->query) + count_pairs(form);
	if (!count)
		return;
	if (count > PAIRS_MAX)
		count = PAIRS_MAX;
	struct hs_pair *pairs = hs_arena_array(req->arena, count, sizeof(*pairs));
	if (!pairs)
		return;
	size_t n = split(req->arena, req->http->query, pairs, count);
	n += split(req->arena, form, pairs + n, count - n);
	req->query = pairs;
	req->query_count = n;
}
