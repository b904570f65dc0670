/* SPDX-License-Identifier: Apache-2.0 */
/* Writing trees as text, compact or with two blanks a level. */
#include <core/base/put.h>
#include <core/json/scan.h>
#include <handslag/json.h>

/* The escape of a special byte, which is below 128; returns its length. */
static size_t escape(char c, char out[6])
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[128] = {
		['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't',
	};
	unsigned char byte = (unsigned char)c;
	out[0] = '\\';
	if (letters[byte]) {
		out[1] = letters[byte];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = hex[byte >> 4];
	out[5] = hex[byte & 15];
	return 6;
}

#if defined(__SSE2__)
static inline bool copy_16(char *to, const char *from)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);

	_mm_storeu_si128((__m128i *)(void *)to, bytes);
	return !hs__json_specials_16(bytes);
}
#endif

/* Copies a text and looks at it on the way, by pieces of which the last may overlap the one before it. False:
 * a byte of it is special, and what was written is for nothing. */
static inline bool copy_plain(char *to, const char *from, size_t len)
{
	uint64_t first = 0, last = 0;

#if defined(__SSE2__)
	if (len >= 16) {
		const char *tail = from + len - 16;
		for (; from < tail; from += 16, to += 16)
			if (!copy_16(to, from))
				return false;
		return copy_16(to - (from - tail), tail);
	}
#endif
	if (len < 8 || len > 15) {
		if (len)
			memcpy(to, from, len);
		return hs__json_is_plain(from, len);
	}
	memcpy(&first, from, 8);
	memcpy(&last, from + len - 8, 8);
	memcpy(to, &first, 8);
	memcpy(to + len - 8, &last, 8);
	return hs__json_are_plain(first, last);
}

/* Text that needs no escaping, between quotes. */
static inline void write_plain(struct hs_buf *buf, const char *text, size_t len)
{
	char *to = hs_buf_reserve(buf, len + 2);
	if (!to)
		return;
	to[0] = '"';
	if (len)
		memcpy(to + 1, text, len);
	to[len + 1] = '"';
	buf->len += len + 2;
}

static void write_escaped(struct hs_buf *buf, struct hs_slice text)
{
	const char *at = text.ptr;
	const char *end = text.ptr + text.len;
	bool high;
	hs_buf_byte(buf, '"');
	while (at < end) {
		const char *stop = hs__json_plain_run(at, end, &high);
		size_t run = (size_t)(stop - at);
		char out[6];
		size_t more = stop < end ? escape(*stop, out) : 0;
		char *to = hs_buf_reserve(buf, run + more);
		if (!to)
			return;
		memcpy(to, at, run);
		memcpy(to + run, out, more);
		buf->len += run + more;
		if (stop == end)
			break;
		at = stop + 1;
	}
	hs_buf_byte(buf, '"');
}

static inline void write_text(struct hs_buf *buf, struct hs_slice text)
{
	char *to = hs_buf_reserve(buf, text.len + 2);

	if (!to)
		return;
	if (!copy_plain(to + 1, text.ptr, text.len)) { /* hardly ever */
		write_escaped(buf, text);
		return;
	}
	to[0] = to[text.len + 1] = '"';
	buf->len += text.len + 2;
}

void hs_json_write_text(struct hs_buf *buf, struct hs_slice text)
{
	write_text(buf, text.len ? text : HS_S(""));
}

void hs_json_write_between(struct hs_buf *buf, struct hs_slice before, struct hs_slice text,
	struct hs_slice behind)
{
	size_t size = before.len + text.len + behind.len + 2, was = buf->len;
	char *to = hs_buf_reserve(buf, size);

	if (!to)
		return;
	to = hs__put(to, before);
	*to++ = '"';
	if (copy_plain(to, text.ptr, text.len)) {
		to[text.len] = '"';
		hs__put(to + text.len + 1, behind);
		buf->len += size;
		return;
	}
	buf->len += before.len;
	write_escaped(buf, text);
	hs_buf_append(buf, behind);
	if (buf->overflow)
		buf->len = was;
}

static void write_key(struct hs_buf *buf, const struct hs_json *member)
{
	/* A name that the parser took from the source as it stands has nothing to escape. */
	if ((member->flags & (HS_JSON_PLACED | HS_JSON_DECODED)) == HS_JSON_PLACED)
		write_plain(buf, member->key, member->key_len);
	else
		write_text(buf, hs_json_key(member));
}

static void new_line(struct hs_buf *buf, unsigned level)
{
	char *to = hs_buf_reserve(buf, 1 + 2 * (size_t)level);
	if (!to)
		return;
	to[0] = '\n';
	memset(to + 1, ' ', 2 * (size_t)level);
	buf->len += 1 + 2 * (size_t)level;
}

static void write_value(struct hs_buf *buf, const struct hs_json *v, bool pretty, unsigned level);

static void write_container(struct hs_buf *buf, const struct hs_json *v, bool pretty, unsigned level)
{
	bool object = v->type == HS_JSON_OBJECT;
	hs_buf_byte(buf, object ? '{' : '[');
	HS_JSON_EACH(child, v) {
		if (pretty)
			new_line(buf, level + 1);
		if (object) {
			write_key(buf, child);
			hs_buf_add(buf, pretty ? HS_S(": ") : HS_S(":"));
		}
		write_value(buf, child, pretty, level + 1);
		if (!(child->flags & HS_JSON_LAST))
			hs_buf_byte(buf, ',');
	}
	if (pretty && v->u.last)
		new_line(buf, level);
	hs_buf_byte(buf, object ? '}' : ']');
}

static void write_value(struct hs_buf *buf, const struct hs_json *v, bool pretty, unsigned level)
{
	switch (hs_json_type(v)) {
	case HS_JSON_NULL:
		hs_buf_add(buf, HS_S("null"));
		break;
	case HS_JSON_FALSE:
		hs_buf_add(buf, HS_S("false"));
		break;
	case HS_JSON_TRUE:
		hs_buf_add(buf, HS_S("true"));
		break;
	case HS_JSON_NUMBER:
		hs_buf_add(buf, hs_json_text(v));
		break;
	case HS_JSON_STRING:
		if (v->flags & HS_JSON_PLAIN)
			write_plain(buf, v->u.text, v->len);
		else
			write_text(buf, hs_json_text(v));
		break;
	case HS_JSON_ARRAY:
	case HS_JSON_OBJECT:
		/* After an overflow nothing more can be added: do not walk what may be a large tree. */
		if (!buf->overflow)
			write_container(buf, v, pretty, level);
		break;
	}
}

void hs_json_write(struct hs_buf *buf, const struct hs_json *v, unsigned flags)
{
	write_value(buf, v, (flags & HS_JSON_PRETTY) != 0, 0);
}
