/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and forms: split, percent-decoded, kept in order. */
#include <core/host/request_private.h>

#define PAIRS_MAX 2000

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Length of the UTF-8 sequence at p (RFC 3629), or 0. */
static size_t sequence(const unsigned char *p, size_t left)
{
	size_t len = p[0] < 0x80 ? 1 :
		p[0] < 0xc2      ? 0 :
		p[0] < 0xe0      ? 2 :
		p[0] < 0xf0      ? 3 :
		p[0] < 0xf5      ? 4 :
				   0;

	if (len == 0 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
		(p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* What is not UTF-8 becomes '?', so that every text of a request can stand in an answer. */
static void mend(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t step = sequence((const unsigned char *)text + i, len - i);
		if (!step)
			text[i] = '?';
		i += step ? step : 1;
	}
}

/* An escape that is none, and %00, stay as they are written. */
struct hs_slice hs__percent_decode(struct hs_arena *arena, struct hs_slice text, bool plus)
{
	size_t plain = 0;

	while (plain < text.len && !(text.ptr[plain] & 0x80) && text.ptr[plain] != '%' &&
		!(plus && text.ptr[plain] == '+'))
		plain++;
	if (plain == text.len)
		return text;
	char *out = hs_arena_raw(arena, text.len);
	size_t n = 0;
	unsigned char seen = 0;
	if (!out)
		return HS_S_NONE;
	memcpy(out, text.ptr, plain);
	n = plain;
	for (size_t i = plain; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '%' && i + 2 < text.len) {
			int high_digit = hex(text.ptr[i + 1]), low_digit = hex(text.ptr[i + 2]);
			if (high_digit >= 0 && low_digit >= 0 && high_digit + low_digit > 0) {
				c = (char)(high_digit << 4 | low_digit);
				i += 2;
			}
		} else if (c == '+' && plus) {
			c = ' ';
		}
		seen |= (unsigned char)c;
		out[n++] = c;
	}
	if (seen & 0x80)
		mend(out, n);
	return hs_slice(out, n);
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
