/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are more than plain ASCII: UTF-8 is checked, escapes are decoded into the arena. */
#include <core/json/parser.h>
#include <core/json/scan.h>

#include <handslag/coding.h>

#define BLOCK 16384u

/* ---- UTF-8 ---- */

/* The first byte of [at, end) that is not part of valid UTF-8 (RFC 3629), or NULL. */
static const char *bad_utf8(const char *at, const char *end)
{
	while (at < end) {
		uint64_t eight;
		if (end - at >= 8) {
			memcpy(&eight, at, 8);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				at += 8;
				continue;
			}
		}
		if (!((unsigned char)*at & 0x80)) {
			at++;
			continue;
		}
		size_t size = hs_utf8_size(at, (size_t)(end - at));
		if (size == 0)
			return at;
		at += size;
	}
	return NULL;
}

/* ---- escapes ---- */

/* A string being decoded; `start` is its first byte in the block. */
struct decoding {
	struct hs__json_parser *parser;
	char *start;
	bool plain;
};

/* Makes room for `size` more bytes. A string that outgrows its block moves to a new one. */
static bool make_room(struct decoding *d, size_t size)
{
	struct hs__json_parser *parser = d->parser;
	if (size <= (size_t)(parser->out_end - parser->out))
		return true;
	size_t done = d->start ? (size_t)(parser->out - d->start) : 0;
	size_t left = parser->text.len + 2 * sizeof(char *); /* no string, with its place, is longer */
	size_t room = left < BLOCK ? left : BLOCK;
	while (room < done + size)
		room *= 2;
	char *block = hs_arena_raw(parser->arena, room);
	if (!block) {
		hs__json_fail_memory(parser);
		return false;
	}
	if (done)
		memcpy(block, d->start, done);
	d->start = block;
	parser->out_block = block;
	parser->out = block + done;
	parser->out_end = block + room;
	return true;
}

static bool add(struct decoding *d, const char *bytes, size_t count)
{
	if (count == 0)
		return true;
	if (!make_room(d, count))
		return false;
	memcpy(d->parser->out, bytes, count);
	d->parser->out += count;
	return true;
}

static bool add_point(struct decoding *d, uint32_t point)
{
	char bytes[4];
	size_t count = hs_utf8_put(bytes, point);
	if (count == 1)
		d->plain = d->plain && !hs__json_is_special((char)point);
	return add(d, bytes, count);
}

static bool read_hex(const char *at, const char *end, uint32_t *out)
{
	uint32_t value = 0;
	if (end - at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hs_hex_digit(at[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	*out = value;
	return true;
}

/* `at` is the 'u' of the escape. */
static const char *read_unicode(struct decoding *d, const char *at)
{
	const char *end = d->parser->end;
	uint32_t point;
	uint32_t low;
	if (!read_hex(at + 1, end, &point))
		return hs__json_fail_at(d->parser, HS_E_STRUCTURE, at - 1,
			"\\u must be followed by four hexadecimal digits");
	if (point < 0xD800 || point > 0xDFFF)
		return add_point(d, point) ? at + 5 : NULL;
	if (point > 0xDBFF || end - at < 11 || at[5] != '\\' || at[6] != 'u' ||
		!read_hex(at + 7, end, &low) || low < 0xDC00 || low > 0xDFFF)
		return hs__json_fail_at(d->parser, HS_E_STRUCTURE, at - 1,
			"\\u%04x is half of a surrogate pair: a high half (D800 to DBFF) and a low half "
			"(DC00 to DFFF) must follow one another",
			point);
	point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
	return add_point(d, point) ? at + 11 : NULL;
}

/* `at` is the byte after the backslash. */
static const char *read_escape(struct decoding *d, const char *at)
{
	static const char meant[128] = {
		['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t',
	};
	struct hs__json_parser *parser = d->parser;
	if (at == parser->end)
		return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "the text ends within a string");
	if (*at == 'u')
		return read_unicode(d, at);
	char byte = (unsigned char)*at < sizeof(meant) ? meant[(unsigned char)*at] : '\0';
	if (!byte) {
		parser->wanted = HS__JSON_ESCAPE;
		return hs__json_fail_at(parser, HS_E_STRUCTURE, at - 1,
			"a backslash must be followed by one of \" \\ / b f n r t or u");
	}
	if (!make_room(d, 1))
		return NULL;
	*parser->out++ = byte;
	d->plain = d->plain && byte == '/';
	return at + 1;
}

static const char *check_run(struct hs__json_parser *parser, const char *at, const char *stop, bool high)
{
	const char *bad = high ? bad_utf8(at, stop) : NULL;
	if (bad)
		return hs__json_fail_at(parser, HS_E_STRUCTURE, bad, "byte 0x%02x is not valid UTF-8 here",
			(unsigned char)*bad);
	if (stop == parser->end)
		return hs__json_fail_at(parser, HS_E_STRUCTURE, stop,
			"the text ends within a string: '\"' is missing");
	if ((unsigned char)*stop < 0x20) {
		parser->wanted = HS__JSON_CONTROL;
		return hs__json_fail_at(parser, HS_E_STRUCTURE, stop,
			"control character 0x%02x in a string: it must be written as \\u%04x",
			(unsigned char)*stop, (unsigned char)*stop);
	}
	return stop;
}

/* Everything from the first escape on; `at` is the start of the string, `stop` the backslash. */
static const char *decode(struct decoding *d, const char *at, const char *stop)
{
	bool high;
	while (*stop == '\\') {
		if (!add(d, at, (size_t)(stop - at)))
			return NULL;
		at = read_escape(d, stop + 1);
		if (!at)
			return NULL;
		stop = hs__json_plain_run(at, d->parser->end, &high);
		if (!check_run(d->parser, at, stop, high))
			return NULL;
	}
	return add(d, at, (size_t)(stop - at)) ? stop + 1 : NULL;
}

const char *hs__json_read_text(struct hs__json_parser *parser, const char *at, bool is_key,
	struct hs__json_text *out)
{
	bool high;
	const char *stop = hs__json_plain_run(at, parser->end, &high);
	if (!check_run(parser, at, stop, high))
		return NULL;
	if (*stop == '"') {
		*out = (struct hs__json_text) { hs_slice(at, (size_t)(stop - at)), true, false };
		return stop + 1;
	}
	struct decoding d = { .parser = parser, .plain = true, .start = parser->out };
	if (is_key && !add(&d, (const char *)&at, sizeof(at)))
		return NULL;
	const char *after = decode(&d, at, stop);
	if (!after)
		return NULL;
	size_t skip = is_key ? sizeof(at) : 0;
	char *start = d.start ? d.start + skip : parser->out;
	*out = (struct hs__json_text) { hs_slice(start, (size_t)(parser->out - start)), d.plain, true };
	return after;
}
