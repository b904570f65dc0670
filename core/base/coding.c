/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, hexadecimal, percent-encoding and base64. */
#include <core/base/put.h>
#include <handslag/coding.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t hs_utf8_put(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xC0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xE0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3F));
		out[2] = (char)(0x80 | (point & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | (point >> 18 & 7));
	out[1] = (char)(0x80 | (point >> 12 & 0x3F));
	out[2] = (char)(0x80 | (point >> 6 & 0x3F));
	out[3] = (char)(0x80 | (point & 0x3F));
	return 4;
}

/* How many bytes at the beginning of the text are ASCII, counted by words; at least as many as whole words,
 * and all of them, of a text of a word and more, where all are. */
static size_t ascii_run(struct hs_slice text)
{
	uint64_t word;
	size_t i = 0;

	for (; text.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, text.ptr + i, sizeof(word));
		if (word & 0x8080808080808080u)
			return i;
	}
	if (!i)
		return 0;
	memcpy(&word, text.ptr + text.len - sizeof(word), sizeof(word)); /* the last, some of them again */
	return word & 0x8080808080808080u ? i : text.len;
}

bool hs_utf8_valid(struct hs_slice text)
{
	for (size_t i = ascii_run(text); i < text.len;) {
		size_t size = hs_utf8_size(text.ptr + i, text.len - i);
		if (size == 0)
			return false;
		i += size;
	}
	return true;
}

struct hs_slice hs_utf8_mend(struct hs_arena *arena, struct hs_slice text)
{
	char *out = hs_arena_raw(arena, text.len + 1);
	if (!out)
		return HS_S_NONE;
	for (size_t i = 0; i < text.len;) {
		size_t size = hs_utf8_size(text.ptr + i, text.len - i);
		memcpy(out + i, size ? text.ptr + i : "?", size ? size : 1);
		i += size ? size : 1;
	}
	return hs_slice(out, text.len);
}

#define NONE_8 -1, -1, -1, -1, -1, -1, -1, -1
#define NONE_16 NONE_8, NONE_8
#define NONE_64 NONE_16, NONE_16, NONE_16, NONE_16
#define LETTERS_16 -1, 10, 11, 12, 13, 14, 15, -1, NONE_8

const int8_t hs_hex_values[256] = { NONE_16, NONE_16, NONE_16, /* then figures, and letters of both sizes */
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, -1, -1, -1, LETTERS_16, NONE_16, LETTERS_16, NONE_16,
	NONE_64, NONE_64 };

void hs_hex_encode(struct hs_buf *buf, struct hs_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.len; i++) {
		hs_buf_byte(buf, digits[(unsigned char)bytes.ptr[i] >> 4]);
		hs_buf_byte(buf, digits[(unsigned char)bytes.ptr[i] & 15]);
	}
}

bool hs_hex_decode(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i + 1 < text.len; i += 2) {
		int high = hs_hex_digit(text.ptr[i]), low = hs_hex_digit(text.ptr[i + 1]);
		if ((high | low) < 0)
			return false;
		hs_buf_byte(buf, (char)(high << 4 | low));
	}
	return text.len % 2 == 0;
}

/* The byte that the escape at `at` stands for, or -1. */
static inline int escaped(const char *at, const char *end)
{
	if (end - at < 3)
		return -1;
	int high = hs_hex_digit(at[1]), low = hs_hex_digit(at[2]);
	return (high | low) < 0 ? -1 : high * 16 + low;
}

bool hs_percent_valid(struct hs_slice text)
{
	for (size_t at = hs_slice_find(text, '%', 0); at != SIZE_MAX; at = hs_slice_find(text, '%', at + 1))
		if (escaped(text.ptr + at, text.ptr + text.len) < 0)
			return false;
	return true;
}

#if defined(__SSE2__)
/* A bit for each of 16 bytes that is '%' or `plus`. */
static inline unsigned marks_of_16(__m128i bytes, char plus)
{
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')),
		_mm_cmpeq_epi8(bytes, _mm_set1_epi8(plus))));
}
#endif

/* Copies from *at up to the next '%' or `plus`, or to the end; where it ends in the copy. What is copied has
 * never more bytes than what it is of, so that 16 may be stored wherever 16 are left to read. `begin` is that
 * of the whole text. */
static inline char *copy_plain(char *to, const char **at, const char *begin, const char *end, char plus)
{
	const char *from = *at;
#if defined(__SSE2__)
	for (; end - from >= 16; from += 16, to += 16) {
		const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
		unsigned found = marks_of_16(bytes, plus);
		_mm_storeu_si128((__m128i *)(void *)to, bytes);
		if (found) {
			*at = from + __builtin_ctz(found);
			return to + __builtin_ctz(found);
		}
	}
	if (end - begin >= 16) { /* the last ones, and some before them */
		const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
		unsigned found = marks_of_16(bytes, plus) >> (16 - (end - from));
		*at = found ? from + __builtin_ctz(found) : end;
		return hs__put(to, hs_slice(from, (size_t)(*at - from)));
	}
#else
	(void)begin;
#endif
	while (from < end && *from != '%' && *from != plus)
		*to++ = *from++;
	*at = from;
	return to;
}

struct hs_slice hs_percent_decode(struct hs_arena *arena, struct hs_slice text, bool form)
{
	if (hs_slice_find(text, '%', 0) == SIZE_MAX && (!form || hs_slice_find(text, '+', 0) == SIZE_MAX))
		return text;
	const char plus = form ? '+' : '%', *at = text.ptr, *end = text.ptr + text.len;
	char *out = hs_arena_raw(arena, text.len), *to = out;
	if (!out)
		return HS_S_NONE;
	while (at < end) {
		to = copy_plain(to, &at, text.ptr, end, plus);
		for (; at < end && (*at == '%' || *at == plus); at++) {
			int byte = *at == '%' ? escaped(at, end) : ' ';
			at += *at == '%' && byte > 0 ? 2 : 0;
			*to++ = byte > 0 ? (char)byte : '%';
		}
	}
	return hs_slice(out, (size_t)(to - out));
}

static bool is_kept(unsigned char c, const char *keep)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c && (strchr("-._~", c) || strchr(keep, c)));
}

void hs_percent_encode(struct hs_buf *buf, struct hs_slice text, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t at = 0; at < text.len;) {
		size_t run = at;
		while (run < text.len && is_kept((unsigned char)text.ptr[run], keep))
			run++;
		hs_buf_add(buf, hs_slice(text.ptr + at, run - at));
		if (run < text.len) {
			unsigned char c = (unsigned char)text.ptr[run++];
			hs_buf_add(buf, hs_slice((const char[]) { '%', digits[c >> 4], digits[c & 15] }, 3));
		}
		at = run;
	}
}

static char letter(uint32_t six, unsigned how)
{
	return how & HS_BASE64_URL && six >= 62 ? "-_"[six - 62] : base64[six];
}

void hs_base64_put(char *out, struct hs_slice bytes, unsigned how)
{
	for (size_t i = 0; i < bytes.len; i += 3, out += 4) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
		if (left > 1)
			group |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)bytes.ptr[i + 2];
		out[0] = letter(group >> 18 & 63, how);
		out[1] = letter(group >> 12 & 63, how);
		out[2] = left > 1 ? letter(group >> 6 & 63, how) : '=';
		out[3] = left > 2 ? letter(group & 63, how) : '=';
	}
}

void hs_base64_encode(struct hs_buf *buf, struct hs_slice bytes, unsigned how)
{
	size_t size = hs_base64_size(bytes.len);
	char *out = hs_buf_reserve(buf, size);
	if (!out)
		return;
	hs_base64_put(out, bytes, how);
	hs_buf_commit(buf, size);
}

static int value_of(char c, unsigned how)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (how & HS_BASE64_URL)
		return c == '-' ? 62 : c == '_' ? 63 : -1;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool hs_base64_decode(struct hs_arena *arena, struct hs_slice text, unsigned how, struct hs_slice *out)
{
	size_t digits = 0, pads = 0, len = 0;
	uint32_t held = 0;
	char *to = hs_arena_raw(arena, text.len / 4 * 3 + 4);
	if (!to)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		int value = value_of(c, how);
		pads += c == '=';
		if (c == '=' && pads <= 2)
			continue;
		if (value < 0 || pads)
			return false;
		held = held << 6 | (uint32_t)value;
		digits++;
		if (digits % 4 != 1)
			to[len++] = (char)(held >> (6 - 2 * ((digits - 1) % 4)));
	}
	bool bare = how & HS_BASE64_LOOSE && pads == 0;
	if (digits % 4 == 1 || (!bare && (digits + pads) % 4 != 0))
		return false;
	*out = hs_slice(to, len);
	return true;
}
