/* SPDX-License-Identifier: Apache-2.0 */
/* Narrative: XHTML that stays the text it is, in XML an element and in JSON a string. */
#include <core/fhir/xml/xml_private.h>

#include <libxml/parserInternals.h>
#include <limits.h>

/* ---- out of XML ---- */

/* The first tag's bytes after '<', without '>'. */
static struct hs_slice first_tag(struct hs_slice source)
{
	size_t end = hs_slice_find(source, '>', 1);
	struct hs_slice tag = hs_slice_first(source, end == SIZE_MAX ? source.len : end);
	return hs_slice_from(tag, 1);
}

/* Is there an attribute xmlns? What only ends in it, or stands within a value, is none. */
static bool says_namespace(struct hs_slice tag)
{
	char quote = 0;
	for (size_t i = 1; i < tag.len; i++) {
		char c = tag.ptr[i];
		if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (memchr(" \t\r\n", tag.ptr[i - 1], 4) &&
			hs_slice_starts(hs_slice_from(tag, i), HS_S("xmlns"))) {
			struct hs_slice rest = hs_slice_trim(hs_slice_from(tag, i + 5));
			if (rest.len && rest.ptr[0] == '=')
				return true;
		}
	}
	return false;
}

/* "<h:p>" and "</h:p>" lose "h:". */
static void add_without_prefix(struct hs_buf *out, struct hs_slice text, struct hs_slice prefix)
{
	size_t at = 0;
	while (at < text.len) {
		size_t open = hs_slice_find(text, '<', at);
		size_t end = open == SIZE_MAX ? text.len : open + 1;
		if (end < text.len && text.ptr[end] == '/')
			end++;
		hs_buf_add(out, hs_slice(text.ptr + at, end - at));
		at = end;
		if (prefix.len && hs_slice_starts(hs_slice_from(text, at), prefix))
			at += prefix.len;
	}
}

struct hs_slice hs__xml_narrative(struct hs_arena *arena, struct hs_slice source)
{
	struct hs_buf out;
	struct hs_slice tag = first_tag(source);
	size_t name_len = 0;
	while (name_len < tag.len && !memchr(" \t\r\n/", tag.ptr[name_len], 5))
		name_len++;
	size_t colon = hs_slice_find(hs_slice_first(tag, name_len), ':', 0);
	bool prefixed = colon != SIZE_MAX;
	if (!prefixed && says_namespace(tag))
		return hs_arena_copy(arena, source);
	hs_buf_init(&out, arena, source.len + 64);
	hs_buf_cstr(&out, "<div");
	if (!says_namespace(tag))
		hs_buf_cstr(&out, " xmlns=\"" HS__XML_XHTML "\"");
	add_without_prefix(&out, hs_slice_from(source, 1 + name_len),
		prefixed ? hs_slice_first(tag, colon + 1) : HS_S_NONE);
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

/* ---- into XML ---- */

struct look {
	bool bad, bound, root;
};

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int spaces,
	const xmlChar **space_list, int count, int defaulted, const xmlChar **attributes)
{
	struct look *look = ctx;
	(void)spaces;
	(void)space_list;
	(void)count;
	(void)defaulted;
	(void)attributes;
	if (look->root)
		return;
	look->root = true;
	look->bound = hs_slice_eq(hs_slice_cstr((const char *)space), HS_S(HS__XML_XHTML));
	look->bad = look->bad || prefix || !xmlStrEqual(name, (const xmlChar *)"div");
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	struct look *look = ctx;
	look->bad = look->bad || error->level >= XML_ERR_ERROR;
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .serror = on_error
};

/* A declaration before the element would stand in the middle of the document; a document type cannot be here.
 */
bool hs__xml_is_div(struct hs_slice text, bool *bound)
{
	struct look look = { .bad = false };
	text = hs_slice_trim(text);
	if (!hs_slice_starts(text, HS_S("<div")) || text.len > INT_MAX)
		return false;
	hs__xml_start();
	xmlParserCtxtPtr parser = xmlCreateMemoryParserCtxt(text.ptr, (int)text.len);
	if (!parser)
		return false;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
	*parser->sax = handler;
	parser->userData = &look;
	xmlParseDocument(parser);
	bool good = parser->wellFormed && !look.bad && look.root;
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	*bound = look.bound;
	return good;
}
