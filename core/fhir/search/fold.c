/* SPDX-License-Identifier: Apache-2.0 */
/* Texts folded for string search: lower case, no accents, one blank for each run of space and punctuation.
 *
 * Latin letters are decomposed by table (Latin-1, Latin Extended-A), combining marks are dropped, Greek and
 * Cyrillic capitals become small. Other scripts have no case or are left as they are. */
#include <core/fhir/search/search.h>

#include <handslag/coding.h>

/* Base letters of U+00C0..U+00FF and U+0100..U+017F; '*' stands for those of two letters, see pair(). */
static const char latin1[] = "aaaaaa*ceeeeiiii"
			     "*nooooo ouuuuy**"
			     "aaaaaa*ceeeeiiii"
			     "*nooooo ouuuuy*y";
static const char latin_a[] = "aaaaaaccccccccddddeeeeeeeeeegggg"
			      "gggghhhhiiiiiiiiii**jjkkklllllll"
			      "lllnnnnnnnnnoooooo**rrrrrrssssss"
			      "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(latin1) == 65 && sizeof(latin_a) == 129, "one letter each");

static const char *pair(uint32_t c)
{
	switch (c) {
	case 0xC6:
	case 0xE6:
		return "ae";
	case 0xD0:
	case 0xF0:
		return "d";
	case 0xDE:
	case 0xFE:
		return "th";
	case 0xDF:
		return "ss";
	case 0x132:
	case 0x133:
		return "ij";
	default: /* U+0152, U+0153 */
		return "oe";
	}
}

/* The next character of UTF-8 text; what is not valid (a URL can bring it) is a gap, so that nothing grows.
 */
static uint32_t next_char(struct hs_slice text, size_t *at)
{
	size_t size = hs_utf8_size(text.ptr + *at, text.len - *at);
	uint32_t c = size ? hs_utf8_point(text.ptr + *at, size) : ' ';
	*at += size ? size : 1;
	return c;
}

static uint32_t lower(uint32_t c)
{
	if (c >= 0x391 && c <= 0x3A9)
		return c + 32;
	if (c >= 0x410 && c <= 0x42F)
		return c + 32;
	return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

/* Space, punctuation of ASCII and Latin-1, general punctuation, ideographic space and stops. */
static bool is_gap(uint32_t c)
{
	if (c < 0x80)
		return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
	return (c >= 0x80 && c <= 0xBF && c != 0xAA && c != 0xB5 && c != 0xBA) || c == 0xD7 || c == 0xF7 ||
		(c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x3003);
}

/* Writes the folded character (at most 4 bytes, and never more than it took); 0 for a combining mark. */
static size_t fold_char(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c;
		return 1;
	}
	if (c >= 0x300 && c <= 0x36F)
		return 0;
	if (c >= 0xC0 && c <= 0x17F) {
		char letter = c <= 0xFF ? latin1[c - 0xC0] : latin_a[c - 0x100];
		const char *letters = letter == '*' ? pair(c) : &letter;
		size_t len = letter == '*' ? strlen(letters) : 1;
		memcpy(out, letters, len);
		return len;
	}
	return hs_utf8_put(out, lower(c));
}

struct hs_slice hs_search_fold(struct hs_arena *arena, struct hs_slice text)
{
	char *out = hs_arena_raw(arena, text.len + 4);
	size_t len = 0;
	bool gap = false;
	if (!out)
		return HS_S_NONE;
	for (size_t at = 0; at < text.len;) {
		uint32_t c = next_char(text, &at);
		if (is_gap(c)) {
			gap = len > 0;
			continue;
		}
		if (gap)
			out[len++] = ' ';
		gap = false;
		len += fold_char(out + len, c);
	}
	return hs_slice(out, len);
}
