/* SPDX-License-Identifier: Apache-2.0 */
/* Folding of case and accents. The table covers U+00C0 to U+017F, which is what European terms are written
 * in. */
#include "fold.h"

#include <handslag/coding.h>

/* Base letters of U+00C0..U+017F; '?' stays as it is, '1' to '5' are ae, ss, th, oe, ij. */
static const char latin[] = "aaaaaa1ceeeeiiii"
			    "dnooooo?ouuuuy32"
			    "aaaaaa1ceeeeiiii"
			    "dnooooo?ouuuuy3y"
			    "aaaaaaccccccccdd"
			    "ddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiii"
			    "ii55jjkk?lllllll"
			    "lllnnnnnn???oooo"
			    "oo44rrrrrrssssss"
			    "ssttttttuuuuuuuu"
			    "uuuuwwyyyzzzzzzs";
static const char *const pairs[] = { "ae", "ss", "th", "oe", "ij" };

static uint32_t lower(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	return c;
}

static size_t put_folded(char *out, uint32_t c)
{
	char base = c >= 0xc0 && c <= 0x17f ? latin[c - 0xc0] : '?';

	if (base == '?')
		return hs_utf8_put(out, lower(c));
	if (base >= '1' && base <= '5') {
		memcpy(out, pairs[base - '1'], 2);
		return 2;
	}
	out[0] = base;
	return 1;
}

static struct hs_slice fold(struct hs_arena *arena, struct hs_slice text, bool accents)
{
	char *out = hs_arena_raw(arena, text.len * 2 + 1);
	size_t n = 0;

	if (!out)
		return HS_S_NONE;
	while (text.len) {
		size_t step = hs_utf8_size(text.ptr, text.len);
		uint32_t c = step ? hs_utf8_point(text.ptr, step) : 0;
		if (!step)
			out[n++] = text.ptr[0];
		else if (accents && (c == 0x308 || (c >= 0x300 && c <= 0x36f)))
			; /* a combining accent */
		else
			n += accents ? put_folded(out + n, c) : hs_utf8_put(out + n, lower(c));
		text = hs_slice_from(text, step ? step : 1);
	}
	return hs_slice(out, n);
}

struct hs_slice hs_tx_fold(struct hs_arena *arena, struct hs_slice text)
{
	return fold(arena, text, true);
}

struct hs_slice hs_tx_fold_case(struct hs_arena *arena, struct hs_slice text)
{
	return fold(arena, text, false);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

struct hs_slice hs_tx_next_word(struct hs_slice *s)
{
	size_t from = 0, to;

	while (from < s->len && !is_word(s->ptr[from]))
		from++;
	for (to = from; to < s->len && is_word(s->ptr[to]); to++)
		;
	struct hs_slice word = hs_slice_first(hs_slice_from(*s, from), to - from);
	*s = hs_slice_from(*s, to);
	return word;
}

bool hs_tx_words_start(struct hs_slice text, struct hs_slice words)
{
	for (struct hs_slice want = hs_tx_next_word(&words); want.len; want = hs_tx_next_word(&words)) {
		struct hs_slice rest = text, have = hs_tx_next_word(&rest);
		while (have.len && !hs_slice_starts(have, want))
			have = hs_tx_next_word(&rest);
		if (!have.len)
			return false;
	}
	return true;
}

struct hs_slice hs_tx_squeeze(struct hs_arena *arena, struct hs_slice text)
{
	char *out = hs_arena_raw(arena, text.len + 1);
	size_t n = 0;

	if (!out)
		return HS_S_NONE;
	text = hs_slice_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		bool blank = text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\n' ||
			text.ptr[i] == '\r';
		if (!blank)
			out[n++] = text.ptr[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return hs_slice(out, n);
}
