/* SPDX-License-Identifier: Apache-2.0 */
/* Reading XML, as much of it as ClaML needs: tags, attributes, and the text between them. */
#include "claml.h"

#include <handslag/coding.h>

/* 229 or xE5: a character that XML may have. */
static bool read_number(struct hs_slice text, uint64_t *out)
{
	*out = 0;
	if (text.ptr[0] != 'x')
		return hs_slice_u64(text, out) && *out && *out <= 0x10ffff &&
			(*out < 0xd800 || *out > 0xdfff);
	for (size_t i = 1; i < text.len; i++) {
		char c = (char)(text.ptr[i] | 0x20);
		bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
		if ((!digit && !letter) || *out > 0x10ffff)
			return false;
		*out = *out * 16 + (uint64_t)(digit ? c - '0' : c - 'a' + 10);
	}
	return *out && *out <= 0x10ffff && (*out < 0xd800 || *out > 0xdfff);
}

static void put_reference(struct claml_scan *s, struct hs_slice name)
{
	static const struct {
		const char *name;
		char c;
	} named[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	uint64_t code = 0;
	char bytes[4];

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (hs_slice_eq(name, hs_slice_cstr(named[i].name)))
			hs_buf_byte(s->text, named[i].c);
	if (name.len > 1 && name.ptr[0] == '#' && read_number(hs_slice_from(name, 1), &code))
		hs_buf_add(s->text, hs_slice(bytes, hs_utf8_put(bytes, (uint32_t)code)));
}

static void put_plain(struct claml_scan *s, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool blank = text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\t' ||
			text.ptr[i] == ' ';
		if (!blank)
			hs_buf_byte(s->text, text.ptr[i]);
		else if (s->text->len && s->text->ptr[s->text->len - 1] != ' ')
			hs_buf_byte(s->text, ' ');
	}
}

static void put_text(struct claml_scan *s, struct hs_slice text)
{
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		size_t mark = hs_slice_find(text, '&', at);
		put_plain(s, hs_slice(text.ptr + at, (mark == SIZE_MAX ? text.len : mark) - at));
		end = mark == SIZE_MAX ? SIZE_MAX : hs_slice_find(text, ';', mark);
		if (end == SIZE_MAX)
			return;
		put_reference(s, hs_slice(text.ptr + mark + 1, end - mark - 1));
	}
}

/* What ends the thing that begins here. A declaration of the document's type may have others inside. */
static const char *closing(struct hs_slice at)
{
	size_t end = hs_slice_find(at, '>', 0), bracket = hs_slice_find(at, '[', 0);

	if (hs_slice_starts(at, HS_S("<!--")))
		return "-->";
	if (hs_slice_starts(at, HS_S("<![CDATA[")))
		return "]]>";
	return hs_slice_starts(at, HS_S("<!DOCTYPE")) && bracket < end ? "]>" : ">";
}

bool hs_claml_next(struct claml_scan *s, struct claml_tag *out)
{
	for (;;) {
		size_t open = hs_slice_find(s->rest, '<', 0);
		if (open == SIZE_MAX)
			return false;
		if (s->text)
			put_text(s, hs_slice_first(s->rest, open));
		s->rest = hs_slice_from(s->rest, open);
		const char *close = closing(s->rest);
		size_t end = hs_slice_search(s->rest, hs_slice_cstr(close));
		if (end == SIZE_MAX || !s->rest.ptr)
			return false;
		struct hs_slice inside = hs_slice(s->rest.ptr + 1, end - 1);
		s->rest = hs_slice_from(s->rest, end + strlen(close));
		if (s->text && hs_slice_starts(inside, HS_S("![CDATA[")))
			put_plain(s, hs_slice_from(inside, 8));
		if (!inside.ptr || !inside.len || inside.ptr[0] == '!' || inside.ptr[0] == '?')
			continue;
		out->end = inside.ptr[0] == '/';
		out->alone = inside.ptr[inside.len - 1] == '/';
		inside = out->end ? hs_slice_from(inside, 1) : inside;
		size_t n = 0;
		while (n < inside.len && inside.ptr[n] != ' ' && inside.ptr[n] != '\n' &&
			inside.ptr[n] != '\r' && inside.ptr[n] != '\t' && inside.ptr[n] != '/')
			n++;
		out->name = hs_slice_first(inside, n);
		out->attributes = hs_slice_from(inside, n);
		return true;
	}
}

struct hs_slice hs_claml_attribute(const struct claml_tag *tag, const char *name)
{
	struct hs_slice rest = tag->attributes, wanted = hs_slice_cstr(name);

	for (;;) {
		size_t equals = hs_slice_find(rest, '=', 0);
		if (equals == SIZE_MAX || equals + 1 >= rest.len)
			return HS_S_NONE;
		struct hs_slice key = hs_slice_trim(hs_slice_first(rest, equals));
		rest = hs_slice_trim(hs_slice_from(rest, equals + 1));
		size_t end = rest.len ? hs_slice_find(rest, rest.ptr[0], 1) : SIZE_MAX;
		if (end == SIZE_MAX)
			return HS_S_NONE;
		if (hs_slice_eq(key, wanted))
			return hs_slice(rest.ptr + 1, end - 1);
		rest = hs_slice_from(rest, end + 1);
	}
}
