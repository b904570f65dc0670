/* SPDX-License-Identifier: Apache-2.0 */
/* How bytes and characters are written as text: UTF-8 (RFC 3629), hexadecimal, percent-encoding (RFC 3986
 * section 2.1) and base64 (RFC 4648). Pure functions, for any thread. */
#pragma once

#include <handslag/buf.h>

/* ---- UTF-8 ---- */

/* Bytes of the well-formed character at `at`, or 0: no overlong forms, no surrogates, nothing above U+10FFFF
 * (RFC 3629 section 4). `left` is at least 1. */
static inline size_t hs_utf8_size(const char *at, size_t left)
{
	const unsigned char *p = (const unsigned char *)at;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
	if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
			return 0;
		bool overlong = p[0] == 0xE0 && p[1] < 0xA0;
		bool surrogate = p[0] == 0xED && p[1] > 0x9F;
		return overlong || surrogate ? 0 : 3;
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		if (left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
			return 0;
		bool overlong = p[0] == 0xF0 && p[1] < 0x90;
		bool beyond = p[0] == 0xF4 && p[1] > 0x8F;
		return overlong || beyond ? 0 : 4;
	}
	return 0;
}

/* The character at `at`, whose size (1 to 4) hs_utf8_size gave. */
static inline uint32_t hs_utf8_point(const char *at, size_t size)
{
	const unsigned char *p = (const unsigned char *)at;
	uint32_t point = size == 1 ? p[0] : p[0] & (0x7Fu >> size);
	for (size_t i = 1; i < size; i++)
		point = point << 6 | (p[i] & 0x3Fu);
	return point;
}

/* Writes `point` (at most U+10FFFF) and says how many bytes of `out`, which has room for four, it took. */
size_t hs_utf8_put(char *out, uint32_t point);
bool hs_utf8_valid(struct hs_slice text);
/* A copy in which every byte that is no part of a character is '?'. HS_S_NONE when the arena is full. */
struct hs_slice hs_utf8_mend(struct hs_arena *arena, struct hs_slice text);

/* ---- hexadecimal and percent-encoding ---- */

/* What each byte is worth as a digit of either case, or -1. */
extern const int8_t hs_hex_values[256];

static inline int hs_hex_digit(char c)
{
	return hs_hex_values[(unsigned char)c];
}

void hs_hex_encode(struct hs_buf *buf, struct hs_slice bytes); /* small letters */
/* False, with `buf` holding a part, when the text is no pairs of digits. */
bool hs_hex_decode(struct hs_buf *buf, struct hs_slice text);

/* Is there no '%' without two digits behind it? */
bool hs_percent_valid(struct hs_slice text);
/* `text` itself when it has nothing to decode. An escape that is none, and %00, stay as they are written.
 * With `form` a '+' is a space (application/x-www-form-urlencoded). The bytes may be any. HS_S_NONE when the
 * arena is full. */
struct hs_slice hs_percent_decode(struct hs_arena *arena, struct hs_slice text, bool form);
/* Escapes all but letters, digits, "-._~" (the unreserved) and the characters of `keep`. */
void hs_percent_encode(struct hs_buf *buf, struct hs_slice text, const char *keep);

/* ---- base64 ---- */

enum hs_base64 {
	HS_BASE64,          /* '+' and '/', with padding: section 4 */
	HS_BASE64_URL,      /* '-' and '_', with padding: section 5 */
	HS_BASE64_LOOSE = 2 /* beside either, when decoding: padding may be missing */
};

/* Characters that `size` bytes take. */
static inline size_t hs_base64_size(size_t size)
{
	return (size + 2) / 3 * 4;
}

/* Writes hs_base64_size(bytes.len) characters. */
void hs_base64_put(char *out, struct hs_slice bytes, unsigned how);
void hs_base64_encode(struct hs_buf *buf, struct hs_slice bytes, unsigned how);
/* Blanks and line ends are passed over. False, with *out untouched, when the text is something else or the
 * arena is full. */
bool hs_base64_decode(struct hs_arena *arena, struct hs_slice text, unsigned how, struct hs_slice *out);
