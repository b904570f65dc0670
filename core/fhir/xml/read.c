/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to elements: drives the XML parser as a stream, refuses document types, and says where things
 * are. */
#include <core/fhir/xml/xml_private.h>

#include <libxml/parserInternals.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#define BYTES_DEFAULT ((size_t)256 << 20)
#define DEPTH_DEFAULT 100u
#define DEPTH_MAX 1000u
#define ATTRIBUTES_MAX 16

static pthread_once_t started = PTHREAD_ONCE_INIT;

void hs__xml_start(void)
{
	pthread_once(&started, xmlInitParser);
}

bool hs_xml_is(struct hs_slice text)
{
	if (hs_slice_starts(text, HS_S("\xEF\xBB\xBF")))
		text = hs_slice_from(text, 3);
	text = hs_slice_trim(text);
	return text.len && text.ptr[0] == '<';
}

static struct hs_slice slice_of(const xmlChar *text)
{
	return hs_slice_cstr((const char *)text);
}

struct parse {
	struct hs__xml_reader *reader;
	xmlParserCtxtPtr parser;
};

/* The byte that the parser reads next. The text is UTF-8, so that what it has consumed are bytes of ours. */
static const char *cursor(const struct parse *parse)
{
	const struct hs__xml_reader *reader = parse->reader;
	long at = xmlByteConsumed(parse->parser);
	if (at < 0)
		at = 0;
	return reader->text.ptr + ((size_t)at < reader->text.len ? (size_t)at : reader->text.len);
}

static void end_unless(const struct parse *parse, bool good)
{
	if (!good)
		xmlStopParser(parse->parser);
}

/* The cursor stands behind the attributes, in which there is no '<'. */
static const char *tag_before(const struct parse *parse)
{
	const char *start = parse->reader->text.ptr;
	const char *at = cursor(parse);
	while (at > start && (at == start + parse->reader->text.len || *at != '<'))
		at--;
	return at;
}

/* The name of the element in the source, because nodes of the tree point at it; `tag` is its '<'. */
static struct hs_slice name_at(const struct parse *parse, const char *tag, struct hs_slice prefix,
	struct hs_slice name)
{
	const struct hs__xml_reader *reader = parse->reader;
	struct hs_slice rest = hs_slice_from(reader->text, (size_t)(tag - reader->text.ptr) + 1);
	if (prefix.len && hs_slice_starts(rest, prefix))
		rest = hs_slice_from(rest, prefix.len + 1);
	return hs_slice_starts(rest, name) ? hs_slice_first(rest, name.len) :
					     hs_arena_copy(reader->arena, name);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int spaces,
	const xmlChar **space_list, int count, int defaulted, const xmlChar **attributes)
{
	struct parse *parse = ctx;
	struct hs__xml_attribute list[ATTRIBUTES_MAX];
	size_t kept = 0;
	(void)spaces;
	(void)space_list;
	(void)defaulted;
	if (parse->reader->status)
		return;
	for (int i = 0; i < count && kept < ATTRIBUTES_MAX; i++, attributes += 5) {
		const char *value = (const char *)attributes[3];
		list[kept++] = (struct hs__xml_attribute) { slice_of(attributes[0]), slice_of(attributes[2]),
			hs_slice(value, (size_t)((const char *)attributes[4] - value)) };
	}
	const char *tag = tag_before(parse);
	struct hs_slice own = name_at(parse, tag, slice_of(prefix), slice_of(name));
	end_unless(parse, hs__xml_open(parse->reader, own, slice_of(space), tag, list, kept));
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct parse *parse = ctx;
	(void)name;
	(void)prefix;
	(void)space;
	if (!parse->reader->status)
		end_unless(parse, hs__xml_close(parse->reader, cursor(parse)));
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct parse *parse = ctx;
	if (!parse->reader->status)
		end_unless(parse,
			hs__xml_text(parse->reader, hs_slice((const char *)text, (size_t)len),
				cursor(parse)));
}

static void on_document_type(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct parse *parse = ctx;
	(void)name;
	(void)external;
	(void)system;
	end_unless(parse,
		hs__xml_stop(parse->reader, HS_E_STRUCTURE, cursor(parse),
			"a document type (<!DOCTYPE) and entities of one's own are not allowed in FHIR XML"));
}

/* A fault of the resource that hinders nobody who reads it: told where faults are gathered, else passed over.
 */
static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	struct parse *parse = ctx;
	(void)data;
	if (parse->reader->issues && !parse->reader->status)
		end_unless(parse,
			hs__xml_fault(parse->reader, tag_before(parse), HS_S_NONE, "invalid",
				"a processing instruction (<?%.40s ...?>) is not allowed here; leave it out",
				(const char *)target));
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	struct parse *parse = ctx;
	struct hs__xml_reader *reader = parse->reader;
	struct hs_slice text = hs_slice_trim(hs_slice_cstr(error->message));
	if (reader->status || error->level < XML_ERR_ERROR)
		return;
	hs__xml_stop(reader, HS_E_STRUCTURE, cursor(parse), "the XML is not well formed: %.*s",
		HS_S_ARG(text));
}

static const xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
	.internalSubset = on_document_type,
	.processingInstruction = on_instruction,
	.serror = on_error };

static enum hs_status parse_text(struct hs__xml_reader *reader)
{
	hs__xml_start();
	xmlParserCtxtPtr parser = xmlCreateMemoryParserCtxt(reader->text.ptr, (int)reader->text.len);
	if (!parser)
		return hs_fail(reader->err, HS_E_LIMIT, "there is no memory to read XML");
	struct parse parse = { .reader = reader, .parser = parser };
	*parser->sax = handler;
	parser->userData = &parse;
	/* NOENT: "&amp;" in an attribute arrives as "&"; there are no entities but those of XML. HUGE: our
	 * own limits hold, and an attachment may be longer than the library's limit of an attribute. */
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE);
	*parser->sax = handler;
	xmlParseDocument(parser);
	if (!reader->status && (!parser->wellFormed || !reader->root || reader->depth))
		hs__xml_stop(reader, HS_E_STRUCTURE, cursor(&parse),
			"the XML ends before its root element does");
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	return reader->status;
}

/* FHIR is exchanged in UTF-8 (section 2.1.0.5.1); places would be lost in a conversion, too. */
static enum hs_status check_encoding(struct hs_slice text, struct hs_error *err)
{
	struct hs_slice head = hs_slice_first(text, 200);
	if (!hs_xml_is(text) || memchr(head.ptr, '\0', head.len))
		return hs_fail(err, HS_E_STRUCTURE,
			"this is no XML in UTF-8; a resource begins with <TYPE xmlns=\"%s\">", HS__XML_FHIR);
	size_t end = hs_slice_search(head, HS_S("?>"));
	size_t at = end == SIZE_MAX ? SIZE_MAX : hs_slice_search(hs_slice_first(head, end), HS_S("encoding"));
	if (at == SIZE_MAX)
		return HS_OK;
	struct hs_slice rest = hs_slice_first(head, end);
	size_t open = at + 8;
	while (open < rest.len && rest.ptr[open] != '"' && rest.ptr[open] != '\'')
		open++;
	struct hs_slice name = hs_slice_from(rest, open + 1);
	name = hs_slice_first(name, open < rest.len ? hs_slice_find(name, rest.ptr[open], 0) : 0);
	if (hs_slice_ieq(name, HS_S("utf-8")) || hs_slice_ieq(name, HS_S("us-ascii")))
		return HS_OK;
	return hs_fail(err, HS_E_STRUCTURE, "the XML says encoding \"%.*s\"; FHIR is sent in UTF-8",
		HS_S_ARG(hs_slice_first(name, 40)));
}

enum hs_status hs_xml_read(struct hs_arena *arena, const struct hs_defs *defs, struct hs_slice text,
	const struct hs_xml_limits *limits, struct hs_issues *issues, struct hs_json **out,
	struct hs_error *err)
{
	size_t most = limits && limits->bytes ? limits->bytes : BYTES_DEFAULT;
	uint32_t depth = limits && limits->depth ? limits->depth : DEPTH_DEFAULT;
	struct hs__xml_reader reader = { .arena = arena,
		.defs = defs,
		.text = text,
		.issues = issues,
		.err = err,
		.room = depth < DEPTH_MAX ? depth : DEPTH_MAX,
		.limits = limits,
		.extension = hs_defs_type(defs, HS_S("Extension")) };
	*err = (struct hs_error) { .where = "xml" };
	if (text.len > most || text.len > INT_MAX)
		return hs_fail(err, HS_E_LIMIT, "the XML has %zu bytes; at most %zu are read", text.len,
			most < INT_MAX ? most : (size_t)INT_MAX);
	enum hs_status status = check_encoding(text, err);
	if (status)
		return status;
	reader.frames = hs_arena_array(arena, reader.room, sizeof(*reader.frames));
	if (!reader.frames)
		return hs_fail(err, HS_E_LIMIT, "the resource is too large");
	status = parse_text(&reader);
	if (status)
		return status;
	*out = reader.root;
	return HS_OK;
}
