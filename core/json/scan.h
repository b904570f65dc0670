/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the next byte that matters, 16 at a time where SSE2 is there. For core/json. */
#pragma once

#include <handslag/slice.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool hs__json_is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The first byte of [at, end) that is not white space, or `end`. */
static inline const char *hs__json_skip(const char *at, const char *end)
{
#if defined(__SSE2__)
	const __m128i blank = _mm_set1_epi8(' ');
	const __m128i line_feed = _mm_set1_epi8('\n');
	const __m128i carriage_return = _mm_set1_epi8('\r');
	const __m128i tab = _mm_set1_epi8('\t');
	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i most = _mm_or_si128(_mm_cmpeq_epi8(bytes, blank), _mm_cmpeq_epi8(bytes, line_feed));
		__m128i rest = _mm_or_si128(_mm_cmpeq_epi8(bytes, carriage_return),
			_mm_cmpeq_epi8(bytes, tab));
		unsigned other = (unsigned)_mm_movemask_epi8(_mm_or_si128(most, rest)) ^ 0xFFFFu;
		if (other)
			return at + __builtin_ctz(other);
	}
#endif
	while (at < end && hs__json_is_blank(*at))
		at++;
	return at;
}

/* A byte that cannot stand for itself in a string: quote, backslash or control character. */
static inline bool hs__json_is_special(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

#if defined(__SSE2__)
/* A bit for each of 16 bytes that is special. */
static inline unsigned hs__json_specials_16(__m128i bytes)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1F);
	__m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(marks,
		_mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes)));
}
#endif

/* The first special byte of [at, end), or `end`. *high is set when a byte above 0x7F comes before it. */
static inline const char *hs__json_plain_run(const char *at, const char *end, bool *high)
{
	unsigned seen = 0;
#if defined(__SSE2__)
	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		unsigned special = hs__json_specials_16(bytes);
		unsigned above = (unsigned)_mm_movemask_epi8(bytes);
		if (special) {
			seen |= above & ((special & (0u - special)) - 1u);
			*high = seen != 0;
			return at + __builtin_ctz(special);
		}
		seen |= above;
	}
#endif
	for (; at < end && !hs__json_is_special(*at); at++)
		seen |= (unsigned char)*at & 0x80u;
	*high = seen != 0;
	return at;
}

#if !defined(__SSE2__)
/* Whether a byte of the word is special: not 0 then. */
static inline uint64_t hs__json_specials(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';

	return (((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
		       ((backslash - ones) & ~backslash)) &
		ones * 0x80;
}
#endif

/* The same of two words at once. */
static inline bool hs__json_are_plain(uint64_t first, uint64_t last)
{
#if defined(__SSE2__)
	return !hs__json_specials_16(_mm_set_epi64x((long long)last, (long long)first));
#else
	return !(hs__json_specials(first) | hs__json_specials(last));
#endif
}

/* Whether no byte of the text is special. Most texts are short: they are looked at as two words that overlap,
 * and what is left of a long one together with bytes that were looked at before. */
static inline bool hs__json_is_plain(const char *at, size_t len)
{
	uint64_t first = 0, last = 0;

#if defined(__SSE2__)
	if (len >= 16) {
		const char *left = at + len - 16;
		for (; at < left; at += 16)
			if (hs__json_specials_16(_mm_loadu_si128((const __m128i *)(const void *)at)))
				return false;
		return !hs__json_specials_16(_mm_loadu_si128((const __m128i *)(const void *)left));
	}
#else
	for (; len > 16; at += 8, len -= 8) {
		memcpy(&first, at, 8);
		if (hs__json_specials(first))
			return false;
	}
#endif
	if (len >= 8) {
		memcpy(&first, at, 8);
		memcpy(&last, at + len - 8, 8);
	} else if (len >= 4) {
		uint32_t low, high;
		memcpy(&low, at, 4);
		memcpy(&high, at + len - 4, 4);
		first = last = (uint64_t)high << 32 | low;
	} else {
		return !len ||
			!(hs__json_is_special(at[0]) || hs__json_is_special(at[len / 2]) ||
				hs__json_is_special(at[len - 1]));
	}
	return hs__json_are_plain(first, last);
}

/* ---- numbers ---- */

static inline bool hs__json_is_digit(char c)
{
	return (unsigned)(c - '0') < 10u;
}

static inline const char *hs__json_skip_digits(const char *at, const char *end)
{
	while (at < end && hs__json_is_digit(*at))
		at++;
	return at;
}

/* The end of the number at `at`, or NULL (RFC 8259 section 6). */
static inline const char *hs__json_scan_number(const char *at, const char *end)
{
	at += *at == '-';
	if (at == end || !hs__json_is_digit(*at))
		return NULL;
	at = *at == '0' ? at + 1 : hs__json_skip_digits(at + 1, end);
	if (at < end && *at == '.') {
		const char *fraction = at + 1;
		at = hs__json_skip_digits(fraction, end);
		if (at == fraction)
			return NULL;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		const char *exponent = at + 1;
		if (exponent < end && (*exponent == '+' || *exponent == '-'))
			exponent++;
		at = hs__json_skip_digits(exponent, end);
		if (at == exponent)
			return NULL;
	}
	/* 01 and 1a are seen here, where the message can be about numbers. */
	return at < end && (hs__json_is_digit(*at) || *at == '.') ? NULL : at;
}
