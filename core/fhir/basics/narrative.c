/* SPDX-License-Identifier: Apache-2.0 */
/* The narrative's XHTML (R4 section 2.4.1): one div, tags that open and close in pairs, quoted attributes,
 * nothing that runs; and when it is judged strictly, nothing but the elements and attributes that FHIR lists.
 */
#include <core/fhir/basics/narrative.h>

#define MAX_OPEN 200
#define MAX_ATTRIBUTES 40
#define XHTML "http://www.w3.org/1999/xhtml"

struct xhtml {
	struct hs_slice text;
	size_t at;
	struct hs_slice open[MAX_OPEN]; /* names of the tags that are open */
	size_t depth;
	bool strict;
	bool content; /* text or a picture was seen */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blank(struct xhtml *x)
{
	while (x->at < x->text.len && is_blank(x->text.ptr[x->at]))
		x->at++;
}

static struct hs_slice take_name(struct xhtml *x)
{
	size_t start = x->at;
	while (x->at < x->text.len) {
		char c = x->text.ptr[x->at];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			(unsigned char)c >= 0x80;
		if (!letter && c != ':' && c != '-' && c != '_' && c != '.')
			break;
		x->at++;
	}
	return hs_slice(x->text.ptr + start, x->at - start);
}

static bool is_banned(struct hs_slice name)
{
	static const struct hs_slice banned[] = { HS_S_INIT("script"), HS_S_INIT("form"), HS_S_INIT("input"),
		HS_S_INIT("button"), HS_S_INIT("iframe"), HS_S_INIT("frame"), HS_S_INIT("object"),
		HS_S_INIT("embed"), HS_S_INIT("base"), HS_S_INIT("link"), HS_S_INIT("meta"),
		HS_S_INIT("body"), HS_S_INIT("head") };
	if (name.len < 4) /* most tags are shorter than any of these */
		return false;
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		if (hs_slice_ieq(name, banned[i]))
			return true;
	return false;
}

/* ---- what FHIR allows: HTML 4, chapters 7 to 11 (without forms) and 15, links, images with their maps, and
 * style ---- */

/* Asked for every tag and attribute, so the first letter decides most of it. */
static bool in_list(struct hs_slice name, const char *list)
{
	if (name.len == 0)
		return false;
	while (*list) {
		if (*list == *name.ptr && strncmp(list, name.ptr, name.len) == 0 &&
			(list[name.len] == ' ' || list[name.len] == '\0'))
			return true;
		while (*list && *list++ != ' ')
			;
	}
	return false;
}

static bool is_listed_element(struct hs_slice name)
{
	return in_list(name,
		"a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn "
		"div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub "
		"sup table tbody td tfoot th thead tr tt ul var");
}

static bool is_listed_attribute(struct hs_slice element, struct hs_slice name)
{
	if (hs_slice_starts(name, HS_S("xml:")) || hs_slice_starts(name, HS_S("xmlns")))
		return true;
	/* Notes of a program to itself, which nobody shows or runs; HL7's publisher writes data-fhir. */
	if (hs_slice_starts(name, HS_S("data-")))
		return true;
	if (in_list(name,
		    "title style class id lang dir accesskey tabindex span width align valign char charoff "
		    "abbr axis headers scope rowspan colspan cellspacing cellpadding border frame rules "
		    "summary cite start type value height nowrap"))
		return true;
	if (hs_slice_eq(element, HS_S("a")))
		return in_list(name, "href name rel rev charset hreflang shape coords target");
	if (hs_slice_eq(element, HS_S("area")))
		return in_list(name, "href nohref alt shape coords target");
	if (hs_slice_eq(element, HS_S("map")))
		return in_list(name, "name");
	return hs_slice_eq(element, HS_S("img")) &&
		in_list(name, "src alt longdesc ismap usemap hspace vspace");
}

/* ---- entities ---- */

#define BARE "the narrative has a '&' that begins no entity; write &amp;"
#define OF_HTML \
	"the narrative has an entity of HTML (&nbsp;, &reg; and the like), which XML does not have; " \
	"write the character itself, or its number (&#160;)"

/* "#160" or "#xA0": a character that XML knows (XML 1.0, section 2.2). */
static bool is_character(struct hs_slice text)
{
	bool hex = text.len > 1 && text.ptr[1] == 'x';
	uint32_t value = 0;
	size_t at = hex ? 2 : 1;
	if (at == text.len)
		return false;
	for (; at < text.len && value <= 0x10ffff; at++) {
		char c = text.ptr[at], letter = (char)(c | 0x20);
		bool digit = c >= '0' && c <= '9';
		if (!digit && !(hex && letter >= 'a' && letter <= 'f'))
			return false;
		value = value * (hex ? 16 : 10) + (uint32_t)(digit ? c - '0' : letter - 'a' + 10);
	}
	return value == '\t' || value == '\n' || value == '\r' || (value >= 0x20 && value <= 0xd7ff) ||
		(value >= 0xe000 && value <= 0xfffd) || (value >= 0x10000 && value <= 0x10ffff);
}

/* "&name;" or "&#1;" at `at`; a bare ampersand is not well formed, and strictly there are only XML's own
 * names. NULL when it is sound. */
static const char *entity_fault(struct hs_slice text, size_t at, bool strict)
{
	size_t end = at + 1;
	while (end < text.len && end - at < 12 && text.ptr[end] != ';' && !is_blank(text.ptr[end]))
		end++;
	if (end >= text.len || end == at + 1 || text.ptr[end] != ';')
		return BARE;
	struct hs_slice name = hs_slice(text.ptr + at + 1, end - at - 1);
	if (name.ptr[0] == '#')
		return is_character(name) ? NULL : BARE;
	return !strict || in_list(name, "amp lt gt quot apos") ? NULL : OF_HTML;
}

static const char *entities_fault(struct hs_slice text, bool strict)
{
	const char *found;
	const char *fault = NULL;
	for (size_t at = 0;
		!fault && at < text.len && (found = memchr(text.ptr + at, '&', text.len - at)) != NULL;
		at++) {
		at = (size_t)(found - text.ptr);
		fault = entity_fault(text, at, strict);
	}
	return fault;
}

/* ---- tags ---- */

/* Does the value begin with "javascript:", blanks and control characters aside? */
static bool runs(struct hs_slice value)
{
	static const char word[] = "javascript:";
	size_t found = 0;
	for (size_t i = 0; i < value.len && found < sizeof(word) - 1; i++) {
		char c = value.ptr[i];
		if ((unsigned char)c <= ' ')
			continue;
		if ((c | 0x20) != word[found] && c != word[found])
			return false;
		found++;
	}
	return found == sizeof(word) - 1;
}

static const char *take_attribute(struct xhtml *x, struct hs_slice element, struct hs_slice *out)
{
	struct hs_slice name = take_name(x);
	*out = name;
	if (!name.len)
		return "a tag of the narrative is not well formed";
	skip_blank(x);
	if (x->at >= x->text.len || x->text.ptr[x->at] != '=')
		return "an attribute of the narrative has no value; write name=\"value\"";
	x->at++;
	skip_blank(x);
	char quote = x->at < x->text.len ? x->text.ptr[x->at] : '\0';
	if (quote != '"' && quote != '\'')
		return "an attribute of the narrative is not quoted";
	size_t end = hs_slice_find(x->text, quote, x->at + 1);
	if (end == SIZE_MAX)
		return "an attribute of the narrative has no closing quote";
	struct hs_slice value = hs_slice(x->text.ptr + x->at + 1, end - x->at - 1);
	x->at = end + 1;
	if (hs_slice_find(value, '<', 0) != SIZE_MAX)
		return "an attribute of the narrative holds a '<'; write &lt;";
	const char *fault = entities_fault(value, x->strict);
	if (fault)
		return fault;
	/* That of the <div> itself is asked for by those who validate. */
	if (x->depth > 0 && hs_slice_eq(name, HS_S("xmlns")) && !hs_slice_eq(value, HS_S(XHTML)))
		return "the narrative holds an element of another namespace than " XHTML;
	if (name.len > 2 && (name.ptr[0] | 0x20) == 'o' && (name.ptr[1] | 0x20) == 'n')
		return "the narrative must not have event handlers (on... attributes)";
	if (x->strict && !is_listed_attribute(element, name))
		return "a tag of the narrative has an attribute that is not among those that FHIR allows";
	return runs(value) ? "the narrative must not have javascript: links" : NULL;
}

/* After "</". */
static const char *take_end_tag(struct xhtml *x)
{
	struct hs_slice name = take_name(x);
	skip_blank(x);
	if (x->at >= x->text.len || x->text.ptr[x->at] != '>')
		return "a closing tag of the narrative is not well formed";
	x->at++;
	if (x->depth == 0 || !hs_slice_eq(x->open[x->depth - 1], name))
		return "the tags of the narrative do not close in the order in which they open";
	x->depth--;
	return NULL;
}

static bool is_among(const struct hs_slice *names, size_t count, struct hs_slice name)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(names[i], name))
			return true;
	return false;
}

/* After "<". */
static const char *take_start_tag(struct xhtml *x)
{
	struct hs_slice attributes[MAX_ATTRIBUTES];
	size_t count = 0;
	struct hs_slice name = take_name(x);
	if (!name.len)
		return "the narrative has a '<' that begins no tag; write &lt;";
	if (is_banned(name))
		return "the narrative holds an element that is not allowed (script, form, iframe, object "
		       "...)";
	if (x->strict && !is_listed_element(name))
		return "the narrative holds an element that is not among those that FHIR allows";
	x->content = x->content || hs_slice_eq(name, HS_S("img"));
	for (;;) {
		size_t before = x->at;
		skip_blank(x);
		char c = x->at < x->text.len ? x->text.ptr[x->at] : '\0';
		if (c == '>')
			break;
		if (c == '/' && x->at + 1 < x->text.len && x->text.ptr[x->at + 1] == '>') {
			x->at += 2;
			return NULL;
		}
		if (before == x->at)
			return "a tag of the narrative is not well formed";
		if (count == MAX_ATTRIBUTES)
			return "a tag of the narrative has too many attributes";
		const char *fault = take_attribute(x, name, &attributes[count]);
		if (fault)
			return fault;
		if (is_among(attributes, count, attributes[count]))
			return "a tag of the narrative has an attribute twice";
		count++;
	}
	x->at++;
	if (x->depth == MAX_OPEN)
		return "the narrative nests its tags too deep";
	x->open[x->depth++] = name;
	return NULL;
}

/* Text up to the next tag. */
static const char *take_text(struct xhtml *x)
{
	size_t end = hs_slice_find(x->text, '<', x->at);
	end = end == SIZE_MAX ? x->text.len : end;
	x->content = x->content || hs_slice_trim(hs_slice(x->text.ptr + x->at, end - x->at)).len > 0;
	const char *fault = entities_fault(hs_slice(x->text.ptr + x->at, end - x->at), x->strict);
	x->at = end;
	return fault;
}

static const char *take_markup(struct xhtml *x)
{
	struct hs_slice rest = hs_slice_from(x->text, x->at);
	if (hs_slice_starts(rest, HS_S("<!--"))) {
		rest = hs_slice_from(rest, 4);
		size_t end = hs_slice_search(rest, HS_S("--"));
		if (end == SIZE_MAX)
			return "a comment of the narrative does not end";
		x->at += 4 + end + 3;
		return hs_slice_starts(hs_slice_from(rest, end), HS_S("-->")) ?
			NULL :
			"a comment of the narrative holds '--', which XML does not allow there";
	}
	if (hs_slice_starts(rest, HS_S("<!")) || hs_slice_starts(rest, HS_S("<?")))
		return "the narrative must not have declarations or processing instructions";
	bool ends = hs_slice_starts(rest, HS_S("</"));
	x->at += ends ? 2 : 1;
	return ends ? take_end_tag(x) : take_start_tag(x);
}

const char *hs__narrative_fault(struct hs_slice text, bool strict, bool *content)
{
	struct xhtml x = { .text = hs_slice_trim(text), .strict = strict };
	const char *fault = NULL;
	if (!hs_slice_starts(x.text, HS_S("<div")))
		return "the narrative must be one <div> element of XHTML";
	while (!fault && x.at < x.text.len) {
		if (x.text.ptr[x.at] == '<')
			fault = take_markup(&x);
		else
			fault = take_text(&x);
		if (!fault && x.depth == 0 && x.at < x.text.len)
			fault = "the narrative must be one <div> element, with nothing after it";
	}
	if (!fault && x.depth > 0)
		fault = "a tag of the narrative is not closed";
	if (content)
		*content = x.content;
	return fault;
}
