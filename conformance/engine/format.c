/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR's two formats as one tree: scripts look into what came and what was sent in the same way, whether it
 * was JSON or XML. XML needs the definitions of the target's FHIR version; without them JSON stands in for
 * it. */
#include <conformance/engine/stage.h>

#include <core/fhir/xml/xml.h>

const struct hs_defs *hs_test_defs(const struct hs_test_run *run)
{
	return run->fhir == HS_FHIR_R5 ? run->options.r5 : run->options.r4;
}

struct hs_slice hs_test_media_type(struct hs_slice content_type)
{
	return hs_slice_trim(hs_slice_cut(&content_type, ';'));
}

static bool is_json_type(struct hs_slice content_type)
{
	struct hs_slice type = hs_test_media_type(content_type);
	return hs_slice_ieq(type, HS_S("application/json")) || hs_slice_ends(type, HS_S("+json"));
}

bool hs_test_is_xml_type(struct hs_slice content_type)
{
	struct hs_slice type = hs_test_media_type(content_type);
	return hs_slice_ieq(type, HS_S("application/fhir+xml")) ||
		hs_slice_ieq(type, HS_S("application/xml")) || hs_slice_ieq(type, HS_S("text/xml")) ||
		hs_slice_ieq(type, HS_S("application/xml+fhir"));
}

static enum hs_status read_xml(const struct hs_defs *defs, struct hs_arena *arena, struct hs_slice text,
	struct hs_issues *issues, struct hs_json **out, struct hs_error *err)
{
	if (!defs)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"it is XML, which is read by the definitions of FHIR; none are loaded here");
	return hs_xml_read(arena, defs, text, NULL, issues, out, err);
}

enum hs_status hs_test_read_text(const struct hs_defs *defs, struct hs_arena *arena, struct hs_slice text,
	struct hs_issues *issues, struct hs_json **out, struct hs_error *err)
{
	return hs_xml_is(text) ? read_xml(defs, arena, text, issues, out, err) :
				 hs_json_parse(arena, text, NULL, out, err);
}

static bool is_lines_type(struct hs_slice content_type)
{
	struct hs_slice type = hs_test_media_type(content_type);
	return hs_slice_ieq(type, HS_S("application/fhir+ndjson")) ||
		hs_slice_ieq(type, HS_S("application/ndjson")) ||
		hs_slice_ieq(type, HS_S("application/x-ndjson"));
}

/* Resources a line each, as a Bundle, so that expressions can look at them. err->line is the file's. */
static enum hs_status read_lines(struct hs_arena *arena, struct hs_slice text, struct hs_json **out,
	struct hs_error *err)
{
	struct hs_json *bundle = hs_json_object(arena), *entries = NULL;
	enum hs_status status = HS_OK;

	if (bundle && hs_json_add_text(arena, bundle, HS_S("resourceType"), HS_S("Bundle")) &&
		hs_json_add_text(arena, bundle, HS_S("type"), HS_S("collection")))
		entries = hs_json_add_array(arena, bundle, HS_S("entry"));
	for (uint32_t line = 1; text.ptr && entries && !status; line++) {
		struct hs_slice row = hs_slice_cut(&text, '\n');
		struct hs_json *resource = NULL, *entry = hs_json_object(arena);
		if (!hs_slice_trim(row).len)
			continue;
		status = hs_json_parse(arena, row, NULL, &resource, err);
		err->line = line;
		if (!status &&
			(!entry || !hs_json_set(entry, HS_S("resource"), resource) ||
				!hs_json_push(entries, entry)))
			status = hs_fail(err, HS_E_LIMIT, "the script keeps too much");
	}
	*out = bundle;
	return entries ? status : hs_fail(err, HS_E_LIMIT, "the script keeps too much");
}

void hs_test_read_body(const struct hs_test_run *run, struct hs_arena *arena,
	struct hs_test_exchange *exchange)
{
	struct hs_slice type = hs_test_header(exchange->headers, exchange->header_count,
		HS_S("Content-Type"));
	struct hs_slice body = hs_slice_trim(exchange->body);
	bool xml = hs_test_is_xml_type(type), lines = is_lines_type(type);
	struct hs_json *tree = NULL;
	struct hs_error err = { 0 };

	if (!body.len || (!xml && !is_json_type(type) && body.ptr[0] != '{' && body.ptr[0] != '['))
		return;
	enum hs_status status = xml ? read_xml(hs_test_defs(run), arena, exchange->body, NULL, &tree, &err) :
		lines               ? read_lines(arena, exchange->body, &tree, &err) :
				      hs_json_parse(arena, exchange->body, NULL, &tree, &err);
	if (status == HS_OK)
		exchange->json = tree;
	else if (status == HS_E_NOT_SUPPORTED)
		exchange->unread = hs_arena_printf(arena, "%s", err.text);
	else
		exchange->fault = hs_arena_printf(arena, "no %s: %s (line %u, column %u)",
			xml ? "FHIR XML" : "JSON", err.text, err.line, err.column);
}

enum hs_status hs_test_write_xml(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_json *tree, size_t max, struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf buf;
	struct hs_error cause = { 0 };

	hs_buf_init(&buf, arena, max);
	enum hs_status status = hs_xml_write(defs, tree, 0, &buf, &cause);
	if (status)
		return hs_fail(err, HS_E_INVALID, "the body cannot be written as XML: %.200s", cause.text);
	if (buf.overflow)
		return hs_fail(err, HS_E_LIMIT, "the body is too large");
	*out = hs_buf_slice(&buf);
	return HS_OK;
}
