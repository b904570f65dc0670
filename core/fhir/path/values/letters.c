/* SPDX-License-Identifier: Apache-2.0 */
/* Capitals and small letters of all scripts, by the Unicode tables that PCRE2 has. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <core/fhir/path/values/regex.h>

#include <pcre2.h>

static bool is_ascii(struct hs_slice text)
{
	size_t i = 0;
	while (i < text.len && (unsigned char)text.ptr[i] < 0x80) {
		i++;
	}
	return i == text.len;
}

static bool recase_ascii(struct hs_arena *arena, struct hs_slice text, bool upper, struct hs_slice *out)
{
	char *copy = hs_arena_raw(arena, text.len + 1);
	if (!copy) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool changes = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
		copy[i] = (char)(changes ? c ^ 0x20 : c);
	}
	*out = hs_slice(copy, text.len);
	return true;
}

/* One pass of PCRE2's "other case" over the text. */
static bool substitute(struct hs_arena *arena, pcre2_code *all, bool upper, struct hs_slice *text)
{
	PCRE2_SIZE room = text->len * 3 +
		1; /* a letter of two bytes may have its pair among those of three */
	PCRE2_UCHAR *copy = hs_arena_raw(arena, room);
	PCRE2_SPTR to = (PCRE2_SPTR)(upper ? "\\U$0" : "\\L$0");
	if (!copy ||
		pcre2_substitute(all, (PCRE2_SPTR)text->ptr, text->len, 0, PCRE2_SUBSTITUTE_EXTENDED, NULL,
			NULL, to, 4, copy, &room) != 1) {
		return false;
	}
	*text = hs_slice((const char *)copy, room);
	return true;
}

/* The capital of a sharp s is two letters, of the same two bytes. */
static bool spell_sharp_s(struct hs_arena *arena, struct hs_slice *text)
{
	static const char SHARP[] = "\xC3\x9F";
	char *copy = hs_arena_raw(arena, text->len);
	if (!copy) {
		return false;
	}
	memcpy(copy, text->ptr, text->len);
	for (size_t i = 0; i + 1 < text->len; i++) {
		if (!memcmp(copy + i, SHARP, 2)) {
			copy[i] = copy[i + 1] = 'S';
		}
	}
	*text = hs_slice(copy, text->len);
	return true;
}

bool hs__path_recase(struct hs_arena *arena, struct hs_slice text, bool upper, struct hs_slice *out)
{
	int code;
	PCRE2_SIZE offset;
	if (is_ascii(text)) {
		return recase_ascii(arena, text, upper, out);
	}
	pcre2_code *all = pcre2_compile((PCRE2_SPTR) ".+", 2, PCRE2_UTF | PCRE2_DOTALL, &code, &offset, NULL);
	bool done = all && (!upper || spell_sharp_s(arena, &text)) && substitute(arena, all, upper, &text);
	/* The other case of a third form (the long s, the last sigma, the pair with one capital) is the small
	 * letter; that one leads to the capital. */
	done = done && (!upper || substitute(arena, all, upper, &text));
	pcre2_code_free(all);
	if (done) {
		*out = text;
	}
	return done;
}
