/* SPDX-License-Identifier: Apache-2.0 */
/* Media types as a code system (urn:ietf:bcp:13; RFC 6838 section 4.2 and RFC 2045 section 5.1): type/subtype
 * with parameters. What is registered changes weekly, so a well-formed type of a known top level is a code.
 */
#include "grammar.h"

static const char *const top_levels[] = { "application", "audio", "chemical", "example", "font", "haptics",
	"image", "message", "model", "multipart", "text", "video", NULL };

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && memchr("!#$&-^_.+", c, 9));
}

/* restricted-name: at most 127 characters, the first a letter or digit. */
static bool is_name(struct hs_slice s)
{
	if (!s.len || s.len > 127 || memchr("!#$&-^_.+", s.ptr[0], 9))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_name_char(s.ptr[i]))
			return false;
	return true;
}

static bool is_quoted(struct hs_slice s)
{
	if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.ptr[i] == '"' || (unsigned char)s.ptr[i] < ' ')
			return false;
		if (s.ptr[i] == '\\' && ++i + 1 >= s.len)
			return false;
	}
	return true;
}

/* A parameter's value may hold more than a name may: any character that is no separator. */
static bool is_token(struct hs_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || memchr("()<>@,;:\\\"/[]?=", s.ptr[i], 15))
			return false;
	return s.len > 0;
}

static const void *parse(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice *code)
{
	struct hs_slice rest = *code, type = hs_slice_cut(&rest, ';');
	struct hs_slice subtype = type, top = hs_slice_cut(&subtype, '/');
	/* RFC 2045, section 5.1: whoever agrees on it may have a type of their own, x-NAME */
	bool known = top.len > 2 && hs_slice_starts(top, HS_S("x-")) && is_name(top);

	(void)arena;
	(void)layer;
	for (size_t i = 0; top_levels[i]; i++)
		known |= hs_slice_ieq(top, hs_slice_cstr(top_levels[i]));
	if (!known || !subtype.ptr || !is_name(subtype))
		return NULL;
	while (rest.ptr) {
		struct hs_slice value = hs_slice_trim(hs_slice_cut(&rest, ';'));
		struct hs_slice name = hs_slice_cut(&value, '=');
		if (!is_name(name) || !value.ptr || !(is_token(value) || is_quoted(value)))
			return NULL;
	}
	return code->ptr; /* there is nothing to keep but that it was read */
}

static struct hs_slice display(struct hs_arena *arena, const struct tx_layer *layer,
	const struct tx_made *made)
{
	(void)arena;
	(void)layer;
	return made->code;
}

static struct hs_slice why(struct tx_context *ctx, struct hs_slice code)
{
	return hs_tx_sentence(ctx->arena, TX_MSG_OWN_WHY_MEDIA_TYPE, ctx->swedish,
		TX_ARGS(hs_slice_first(code, 200)));
}

const struct tx_grammar hs_tx_grammar_media_types = {
	.url = "urn:ietf:bcp:13",
	.name = "MimeTypes",
	.title = "Media types (BCP 13)",
	.parse = parse,
	.display = display,
	.why = why,
};
