/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's rules for header lines (RFC 9112 sections 2.2, 3.2, 5 and 6). */
#include <core/http/guard.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
#define T HS__BYTE_TOKEN
#define V HS__BYTE_VALUE
#define G HS__BYTE_TARGET
#define H HS__BYTE_HOST
/* clang-format off */
const uint8_t hs__byte_class[256] = {
	/* controls: only the tab, and only in values */
	0, 0, 0, 0, 0, 0, 0, 0, 0, V, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* blank ! " # $ % & ' ( ) * + , - . / */
	V, T|V|G|H, V|G, T|V, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	V|G|H, V|G|H, T|V|G|H, T|V|G|H, V|G|H, T|V|G|H, T|V|G|H, V|G,
	/* 0-9 : ; < = > ? */
	T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, V|G, V|G|H, V|G, V|G|H, V|G, V|G,
	/* @ A-Z [ \ ] ^ _ */
	V|G, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, V|G, V|G, V|G, T|V|G, T|V|G|H,
	/* ` a-z { | } ~ DEL */
	T|V|G, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H, T|V|G|H,
	T|V|G|H, T|V|G|H, T|V|G|H, V|G, T|V|G, V|G, T|V|G|H, 0,
	/* obs-text */
	X16(V), X16(V), X16(V), X16(V), X16(V), X16(V), X16(V), X16(V),
};
/* clang-format on */
#undef X16
#undef T
#undef V
#undef G
#undef H

#if defined(__SSE2__)
/* Are all 16 of the class of targets: printed ASCII but '#'? As signed numbers those above 127 are negative.
 */
static bool are_of_target(const uint8_t *at)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i printed = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(' ')),
		_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x7F)));

	return _mm_movemask_epi8(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('#')), printed)) ==
		0xFFFF;
}
#endif

/* Four at a time: every byte of every head comes by here. Those of a target, which is most of it, 16. */
bool hs__bytes_are(struct hs_slice text, uint8_t byte_class)
{
	if (!text.len) /* it may have no address either */
		return true;
	const uint8_t *at = (const uint8_t *)text.ptr, *end = at + text.len;
	uint8_t all = byte_class;

#if defined(__SSE2__)
	if (byte_class == HS__BYTE_TARGET && text.len >= 16) {
		for (; end - at > 16; at += 16)
			if (!are_of_target(at))
				return false;
		return are_of_target(end - 16); /* the last ones, some of them again */
	}
#endif
	for (; end - at >= 4; at += 4)
		all &= hs__byte_class[at[0]] & hs__byte_class[at[1]] & hs__byte_class[at[2]] &
			hs__byte_class[at[3]];
	for (; at < end; at++)
		all &= hs__byte_class[*at];
	return all == byte_class;
}

enum hs__guard_step hs__guard_refuse(struct hs__guard *guard, int status, const char *reason)
{
	guard->status = status;
	guard->reason = reason;
	return HS__GUARD_REFUSED;
}

void hs__guard_init(struct hs__guard *guard, const struct hs__guard_limits *limits)
{
	memset(guard, 0, sizeof(*guard));
	guard->limits = *limits;
}

/* ---- the headers that frame and route ---- */

static enum hs__guard_step take_host(struct hs__guard *guard, struct hs_slice head, struct hs_slice value)
{
	if (guard->has_host)
		return hs__guard_refuse(guard, 400, "there must be one Host header, not several");
	if (!hs__guard_is_authority(value))
		return hs__guard_refuse(guard, 400, "Host must be a name or address with an optional port");
	guard->has_host = true;
	guard->host = (struct hs__guard_range) { (uint32_t)(value.ptr - head.ptr), (uint32_t)value.len };
	return HS__GUARD_MORE;
}

static enum hs__guard_step take_length(struct hs__guard *guard, struct hs_slice value)
{
	if (guard->has_length)
		return hs__guard_refuse(guard, 400, "there must be one Content-Length header, not several");
	guard->has_length = true;
	if (!hs_slice_u64(value, &guard->content_length))
		return hs__guard_refuse(guard, 400, "Content-Length must be one number of bytes");
	return HS__GUARD_MORE;
}

static enum hs__guard_step take_coding(struct hs__guard *guard, struct hs_slice value)
{
	if (guard->has_coding)
		return hs__guard_refuse(guard, 400,
			"there must be one Transfer-Encoding header, not several");
	guard->has_coding = true;
	if (!hs_slice_ieq(value, HS_S("chunked")))
		return hs__guard_refuse(guard, 400, "Transfer-Encoding must be exactly \"chunked\"");
	return HS__GUARD_MORE;
}

static enum hs__guard_step take_expect(struct hs__guard *guard, struct hs_slice value)
{
	if (!hs_slice_ieq(value, HS_S("100-continue")))
		return hs__guard_refuse(guard, 417, "the only expectation that can be met is 100-continue");
	guard->expect_continue = true;
	return HS__GUARD_MORE;
}

static void take_connection(struct hs__guard *guard, struct hs_slice value)
{
	while (value.ptr) {
		struct hs_slice option = hs_slice_trim(hs_slice_cut(&value, ','));

		if (hs_slice_ieq(option, HS_S("close")))
			guard->says_close = true;
		else if (hs_slice_ieq(option, HS_S("keep-alive")))
			guard->says_keep_alive = true;
	}
}

static enum hs__guard_step take_header(struct hs__guard *guard, struct hs_slice head, struct hs_slice name,
	struct hs_slice value)
{
	switch (name.len) {
	case 4:
		if (hs_slice_ieq(name, HS_S("Host")))
			return take_host(guard, head, value);
		break;
	case 6:
		if (hs_slice_ieq(name, HS_S("Expect")))
			return take_expect(guard, value);
		break;
	case 10:
		if (hs_slice_ieq(name, HS_S("Connection")))
			take_connection(guard, value);
		break;
	case 14:
		if (hs_slice_ieq(name, HS_S("Content-Length")))
			return take_length(guard, value);
		break;
	case 17:
		if (hs_slice_ieq(name, HS_S("Transfer-Encoding")))
			return take_coding(guard, value);
		break;
	default:
		break;
	}
	return HS__GUARD_MORE;
}

static enum hs__guard_step header_line(struct hs__guard *guard, struct hs_slice head, struct hs_slice line)
{
	size_t colon = 0;
	struct hs_slice value;

	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return hs__guard_refuse(guard, 400,
			"a header line must not begin with a blank (line folding)");
	if (++guard->header_count > guard->limits.header_count)
		return hs__guard_refuse(guard, 431, "there are too many headers");
	while (colon < line.len && hs__byte_class[(uint8_t)line.ptr[colon]] & HS__BYTE_TOKEN)
		colon++;
	if (colon == 0 || colon == line.len || line.ptr[colon] != ':')
		return hs__guard_refuse(guard, 400, "a header name must be a token followed by a colon");
	value = hs_slice_from(line, colon + 1);
	if (!hs__bytes_are(value, HS__BYTE_VALUE))
		return hs__guard_refuse(guard, 400, "a header value must not have control characters");
	while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
		value = hs_slice_from(value, 1);
	while (value.len > 0 && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t'))
		value.len--;
	return take_header(guard, head, hs_slice_first(line, colon), value);
}

/* ---- the end of the head: do the headers agree? ---- */

static bool body_is_defined(struct hs_slice method)
{
	return !hs_slice_eq(method, HS_S("GET")) && !hs_slice_eq(method, HS_S("HEAD")) &&
		!hs_slice_eq(method, HS_S("DELETE")) && !hs_slice_eq(method, HS_S("TRACE"));
}

static enum hs__guard_step end_of_head(struct hs__guard *guard, struct hs_slice head)
{
	struct hs_slice method = { head.ptr + guard->method.at, guard->method.len };
	struct hs_slice host = { head.ptr + guard->host.at, guard->host.len };
	struct hs_slice authority = { head.ptr + guard->authority.at, guard->authority.len };

	if (guard->minor == 1 && !guard->has_host)
		return hs__guard_refuse(guard, 400, "HTTP/1.1 requires a Host header");
	if (authority.len > 0 && guard->has_host && !hs_slice_ieq(authority, host))
		return hs__guard_refuse(guard, 400, "the authority of the target and the Host header differ");
	if (guard->has_coding && guard->has_length)
		return hs__guard_refuse(guard, 400,
			"Content-Length and Transfer-Encoding exclude each other");
	if (guard->has_coding && guard->minor == 0)
		return hs__guard_refuse(guard, 400, "HTTP/1.0 has no Transfer-Encoding");
	if (guard->has_coding)
		guard->body = HS__BODY_CHUNKED;
	else if (guard->content_length > 0)
		guard->body = HS__BODY_LENGTH;
	if (guard->body != HS__BODY_NONE && !body_is_defined(method))
		return hs__guard_refuse(guard, 400, "a request with this method has no body");
	if (guard->content_length > guard->limits.body_bytes)
		return hs__guard_refuse(guard, 413, "the body is too large");
	if (guard->body == HS__BODY_NONE || guard->minor == 0)
		guard->expect_continue = false;
	guard->keep_alive = !guard->says_close && (guard->minor == 1 || guard->says_keep_alive);
	guard->safe = hs_slice_eq(method, HS_S("GET")) || hs_slice_eq(method, HS_S("HEAD")) ||
		hs_slice_eq(method, HS_S("OPTIONS"));
	return HS__GUARD_DONE;
}

static enum hs__guard_step take_line(struct hs__guard *guard, struct hs_slice head, struct hs_slice line)
{
	if (line.len == 0 || line.ptr[line.len - 1] != '\r')
		return hs__guard_refuse(guard, 400, "a line must end with CR LF");
	line.len--;
	if (guard->has_line)
		return line.len > 0 ? header_line(guard, head, line) : end_of_head(guard, head);
	if (line.len == 0) {
		/* RFC 9112 section 2.2: one empty line before the request line is ignored. */
		if (guard->at > 2)
			return hs__guard_refuse(guard, 400, "the request line is missing");
		guard->start = guard->at;
		return HS__GUARD_MORE;
	}
	guard->has_line = true;
	guard->lines = guard->at;
	return hs__guard_request_line(guard, head, line);
}

/* ---- lines that are known ---- */

/* The same bytes behind a request line say the same. */
static enum hs__guard_step take_known(struct hs__guard *guard, struct hs_slice head, size_t seen)
{
	const struct hs__guard_lines *known = guard->known;
	struct hs_slice rest = hs_slice(head.ptr + guard->at, seen - guard->at);

	if (guard->minor != 1 || !hs_slice_starts(rest, known->bytes))
		return HS__GUARD_MORE;
	guard->knew = true;
	guard->header_count = known->header_count;
	guard->has_host = true;
	guard->host = (struct hs__guard_range) { guard->lines + known->host.at, known->host.len };
	guard->says_close = known->says_close;
	guard->says_keep_alive = known->says_keep_alive;
	guard->at += (uint32_t)known->bytes.len;
	return end_of_head(guard, head);
}

bool hs__guard_learn(const struct hs__guard *guard, struct hs_slice head, struct hs__guard_lines *out)
{
	if (guard->minor != 1 || guard->has_length || guard->has_coding)
		return false;
	*out = (struct hs__guard_lines) { .bytes = hs_slice(head.ptr + guard->lines,
						  guard->at - guard->lines),
		.header_count = guard->header_count,
		.host = { guard->host.at - guard->lines, guard->host.len },
		.says_close = guard->says_close,
		.says_keep_alive = guard->says_keep_alive };
	return true;
}

enum hs__guard_step hs__guard_head(struct hs__guard *guard, struct hs_slice head)
{
	size_t seen = head.len < guard->limits.head_bytes ? head.len : guard->limits.head_bytes;
	enum hs__guard_step step = HS__GUARD_MORE;

	while (step == HS__GUARD_MORE && guard->at < seen) {
		const char *from = head.ptr + guard->at;
		const char *end = memchr(from, '\n', seen - guard->at);

		if (!end)
			break;
		guard->at = (uint32_t)(end + 1 - head.ptr);
		step = take_line(guard, head, hs_slice(from, (size_t)(end - from)));
		if (step == HS__GUARD_MORE && guard->known && guard->at == guard->lines)
			step = take_known(guard, head, seen);
	}
	if (step == HS__GUARD_MORE && head.len > guard->limits.head_bytes)
		return guard->has_line ? hs__guard_refuse(guard, 431, "the request head is too large") :
					 hs__guard_refuse(guard, 414, "the request target is too long");
	return step;
}
