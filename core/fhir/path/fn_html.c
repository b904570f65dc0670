/* SPDX-License-Identifier: Apache-2.0 */
/* htmlChecks(): is a narrative within FHIR's XHTML subset (R4, section 2.4.1; invariant txt-1)? */
#include <core/fhir/path/functions.h>

#define NESTING 64 /* elements in one another */

static bool in_list(struct hs_slice name, const char *list)
{
	struct hs_slice rest = hs_slice_cstr(list);
	while (rest.ptr) {
		if (hs_slice_eq(hs_slice_cut(&rest, ' '), name)) {
			return true;
		}
	}
	return false;
}

static bool is_element(struct hs_slice name)
{
	return in_list(name,
		"a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 "
		"h3 h4 h5 h6 hr i "
		"img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul "
		"var");
}

static bool is_attribute(struct hs_slice element, struct hs_slice name)
{
	if (hs_slice_starts(name, HS_S("xml:")) || hs_slice_starts(name, HS_S("xmlns"))) {
		return true;
	}
	if (in_list(name,
		    "title style class id lang dir accesskey tabindex span width align valign char charoff "
		    "abbr axis headers "
		    "scope rowspan colspan cellspacing cellpadding border frame rules summary cite start "
		    "type value height "
		    "nowrap")) {
		return true;
	}
	if (hs_slice_eq(element, HS_S("a"))) {
		return in_list(name, "href name rel rev charset hreflang shape coords target");
	}
	return hs_slice_eq(element, HS_S("img")) &&
		in_list(name, "src alt longdesc ismap usemap hspace vspace");
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
		c == '-' || c == '_' || c == '.';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct hs_slice take_name(struct hs_slice *rest)
{
	size_t len = 0;
	while (len < rest->len && is_name_byte(rest->ptr[len])) {
		len++;
	}
	struct hs_slice name = hs_slice_first(*rest, len);
	*rest = hs_slice_from(*rest, len);
	return name;
}

static void skip_blanks(struct hs_slice *rest)
{
	while (rest->len && is_blank(rest->ptr[0])) {
		*rest = hs_slice_from(*rest, 1);
	}
}

/* Attributes up to the end of the tag; *closed for an empty element. False when something is not allowed. */
static bool take_attributes(struct hs_slice *rest, struct hs_slice element, bool *closed)
{
	for (;;) {
		skip_blanks(rest);
		*closed = hs_slice_starts(*rest, HS_S("/>"));
		if (*closed || hs_slice_starts(*rest, HS_S(">"))) {
			*rest = hs_slice_from(*rest, *closed ? 2 : 1);
			return true;
		}
		struct hs_slice name = take_name(rest);
		skip_blanks(rest);
		if (!name.len || !is_attribute(element, name) || !hs_slice_starts(*rest, HS_S("="))) {
			return false;
		}
		*rest = hs_slice_from(*rest, 1);
		skip_blanks(rest);
		char quote = rest->len ? rest->ptr[0] : '\0';
		size_t end = quote == '"' || quote == '\'' ? hs_slice_find(*rest, quote, 1) : SIZE_MAX;
		if (end == SIZE_MAX) {
			return false;
		}
		struct hs_slice value = hs_slice_trim(hs_slice(rest->ptr + 1, end - 1));
		if (hs_slice_ieq(hs_slice_first(value, 11), HS_S("javascript:"))) {
			return false;
		}
		*rest = hs_slice_from(*rest, end + 1);
	}
}

struct html {
	struct hs_slice rest;
	struct hs_slice open[NESTING];
	unsigned depth;
	bool content; /* text or a picture was seen */
	bool ended;   /* the outermost element is closed */
};

static bool take_tag(struct html *html)
{
	bool closed;
	if (hs_slice_starts(html->rest, HS_S("<!--"))) {
		size_t end = hs_slice_search(html->rest, HS_S("-->"));
		html->rest = hs_slice_from(html->rest, end == SIZE_MAX ? html->rest.len : end + 3);
		return end != SIZE_MAX;
	}
	if (hs_slice_starts(html->rest, HS_S("</"))) {
		html->rest = hs_slice_from(html->rest, 2);
		struct hs_slice name = take_name(&html->rest);
		skip_blanks(&html->rest);
		if (!html->depth || !hs_slice_eq(name, html->open[html->depth - 1]) ||
			!hs_slice_starts(html->rest, HS_S(">"))) {
			return false;
		}
		html->rest = hs_slice_from(html->rest, 1);
		html->ended = --html->depth == 0;
		return true;
	}
	html->rest = hs_slice_from(html->rest, 1);
	struct hs_slice name = take_name(&html->rest);
	bool first = html->depth == 0;
	if (!is_element(name) || html->ended || (first && !hs_slice_eq(name, HS_S("div"))) ||
		html->depth == NESTING || !take_attributes(&html->rest, name, &closed)) {
		return false;
	}
	html->content = html->content || hs_slice_eq(name, HS_S("img"));
	if (closed) {
		html->ended = first;
	} else {
		html->open[html->depth++] = name;
	}
	return true;
}

/* One div with allowed elements only and something to read in it. */
static bool is_narrative(struct hs_slice text)
{
	struct html html = { .rest = hs_slice_trim(text) };
	while (html.rest.len) {
		if (html.rest.ptr[0] == '<') {
			if (!take_tag(&html)) {
				return false;
			}
			continue;
		}
		size_t end = hs_slice_find(html.rest, '<', 0);
		struct hs_slice words = hs_slice_trim(hs_slice_first(html.rest, end));
		if (html.depth == 0 && words.len) {
			return false;
		}
		html.content = html.content || words.len;
		html.rest = hs_slice_from(html.rest, end);
	}
	return html.ended && html.content;
}

enum hs_status hs__path_fn_html_checks(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		const struct hs_path_value *value = &call->focus->items[i];
		enum hs_status status = hs__path_push_boolean(call->run, call->out,
			value->kind == HS_PATH_STRING && is_narrative(value->text));
		if (status) {
			return status;
		}
	}
	return HS_OK;
}
