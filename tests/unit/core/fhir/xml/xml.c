/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR XML in and out: the forms, what is refused and where. Skipped when the R4 package is missing. */
#include "../defs_test.h"

#include "../../../arena_test.h"

#include <core/fhir/xml/xml.h>

#define OPEN "<Patient xmlns=\"http://hl7.org/fhir\">"
#define CLOSE "</Patient>"

static void assert_becomes(const char *xml, const char *json)
{
	struct hs_error err;
	struct hs_json *tree = NULL;
	struct hs_buf buf;
	if (hs_xml_read(arena, defs, hs_slice_cstr(xml), NULL, NULL, &tree, &err))
		fail_msg("%u:%u %s %s", err.line, err.column, err.path, err.text);
	hs_buf_init(&buf, arena, 1 << 20);
	hs_json_write(&buf, tree, 0);
	assert_slice(hs_buf_slice(&buf), json);
}

static struct hs_slice written(const char *json, unsigned flags)
{
	struct hs_error err;
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	if (hs_xml_write(defs, parse_json(arena, hs_slice_cstr(json)), flags, &buf, &err))
		fail_msg("%s %s", err.path, err.text);
	return hs_buf_slice(&buf);
}

static void assert_refused(const char *xml, enum hs_status status, unsigned line, unsigned column,
	const char *part)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *tree = NULL;
	assert_int_equal(hs_xml_read(arena, defs, hs_slice_cstr(xml), NULL, NULL, &tree, &err), status);
	assert_null(tree);
	assert_in(hs_slice_cstr(err.text), part);
	if (err.line != line || err.column != column)
		fail_msg("%u:%u is not %u:%u: %s", err.line, err.column, line, column, err.text);
}

/* ---- in ---- */

static void reads_values_and_arrays(void **state)
{
	(void)state;
	need_defs();
	assert_becomes(OPEN "<id value=\"a\"/><active value=\"true\"/>"
			    "<name><family value=\"Öberg &amp; &quot;Ek&quot;&#10;x\"/><given "
			    "value=\"A\"/><given value=\"B\"/></name>"
			    "<multipleBirthInteger value=\"2\"/>" CLOSE,
		"{\"resourceType\":\"Patient\",\"id\":\"a\",\"active\":true,\"name\":[{\"family\":\"Öberg & "
		"\\\"Ek\\\"\\nx\","
		"\"given\":[\"A\",\"B\"]}],\"multipleBirthInteger\":2}");
}

static void keeps_decimals(void **state)
{
	(void)state;
	need_defs();
	assert_becomes("<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value "
		       "value=\"1.10\"/></valueQuantity>"
		       "</Observation>",
		"{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":1.10}}");
	assert_becomes("<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value "
		       "value=\"1e-7\"/></valueQuantity>"
		       "</Observation>",
		"{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":1e-7}}");
	/* no number: the check will say so */
	assert_becomes("<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value "
		       "value=\"01\"/></valueQuantity>"
		       "</Observation>",
		"{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":\"01\"}}");
}

static void joins_primitive_extensions(void **state)
{
	(void)state;
	need_defs();
	assert_becomes(OPEN
		"<name><given value=\"A\"/><given id=\"g\"><extension url=\"http://e.org/x\"><valueCode "
		"value=\"c\"/>"
		"</extension></given><given value=\"C\"/></name><birthDate id=\"b\" value=\"1970\"/>" CLOSE,
		"{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null,\"C\"],\"_given\":[null,{"
		"\"id\":\"g\","
		"\"extension\":[{\"url\":\"http://e.org/"
		"x\",\"valueCode\":\"c\"}]},null]}],\"birthDate\":\"1970\",\"_birthDate\":"
		"{\"id\":\"b\"}}");
	assert_becomes(OPEN "<name><given id=\"g\"/></name>" CLOSE,
		"{\"resourceType\":\"Patient\",\"name\":[{\"_given\":[{\"id\":\"g\"}]}]}");
}

static void keeps_narrative(void **state)
{
	(void)state;
	need_defs();
	assert_becomes(OPEN "<text><status value=\"generated\"/><div "
			    "xmlns=\"http://www.w3.org/1999/xhtml\"><p id='x'>a &amp; b<br/>"
			    "</p></div></text>" CLOSE,
		"{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
		"xmlns=\\\"http://www.w3.org/1999/"
		"xhtml\\\"><p id='x'>a &amp; b<br/></p></div>\"}}");
	assert_becomes("<f:Patient xmlns:f=\"http://hl7.org/fhir\" "
		       "xmlns:h=\"http://www.w3.org/1999/xhtml\"><f:text>"
		       "<h:div><h:p>a</h:p></h:div></f:text></f:Patient>",
		"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div "
		"xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>a</p></div>\"}}");
	/* attributes that only look like a namespace do not make one */
	assert_becomes("<f:Patient xmlns:f=\"http://hl7.org/fhir\" "
		       "xmlns=\"http://www.w3.org/1999/xhtml\"><f:text>"
		       "<div lxmlns='x' title='of xmlns = y'>a</div></f:text></f:Patient>",
		"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div "
		"xmlns=\\\"http://www.w3.org/1999/xhtml\\\" lxmlns='x' title='of xmlns = y'>a</div>\"}}");
}

static void reads_resources_within(void **state)
{
	(void)state;
	need_defs();
	assert_becomes("<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"collection\"/><entry><fullUrl "
		       "value=\"urn:a\"/><resource>"
		       "<Patient><contained><Group><id "
		       "value=\"g\"/></Group></contained><contained><Group><id value=\"h\"/></Group>"
		       "</contained></Patient></resource></entry></Bundle>",
		"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"urn:a\","
		"\"resource\":{\"resourceType\":"
		"\"Patient\",\"contained\":[{\"resourceType\":\"Group\",\"id\":\"g\"},{\"resourceType\":"
		"\"Group\",\"id\":\"h\"}]}}]}");
}

static void reads_backbones_by_reference(void **state)
{
	(void)state;
	need_defs();
	assert_becomes("<Questionnaire xmlns=\"http://hl7.org/fhir\"><item><linkId "
		       "value=\"1\"/><item><linkId value=\"1.1\"/>"
		       "<required value=\"false\"/></item></item></Questionnaire>",
		"{\"resourceType\":\"Questionnaire\",\"item\":[{\"linkId\":\"1\",\"item\":[{\"linkId\":\"1."
		"1\",\"required\":false}]}]}");
}

static void overlooks_comments_and_schema_location(void **state)
{
	(void)state;
	need_defs();
	assert_becomes("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- a --><Patient "
		       "xmlns=\"http://hl7.org/fhir\" "
		       "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		       "xsi:schemaLocation=\"http://hl7.org/fhir x.xsd\">\n"
		       "<!-- b --><id value=\"a\"/>\n" CLOSE "\n",
		"{\"resourceType\":\"Patient\",\"id\":\"a\"}");
}

/* Told where faults are gathered; a reader who wants the resource alone gets it. */
static void tells_of_processing_instructions(void **state)
{
	struct hs_error err;
	struct hs_json *tree = NULL;
	struct hs_issues issues = { .arena = arena };
	struct hs_slice text = HS_S("<?xml version=\"1.0\"?>\n<?a b?>" OPEN "<?c d?><id value=\"a\"/>" CLOSE);
	(void)state;
	need_defs();
	assert_int_equal(hs_xml_read(arena, defs, text, NULL, NULL, &tree, &err), HS_OK);
	assert_int_equal(hs_xml_read(arena, defs, text, NULL, &issues, &tree, &err), HS_OK);
	assert_int_equal(issues.errors, 2);
	assert_int_equal(issues.first->line, 2);
}

/* ---- refused ---- */

static void refuses_what_is_no_fhir(void **state)
{
	(void)state;
	need_defs();
	assert_refused(OPEN "\n <id value=\"a\">" CLOSE, HS_E_STRUCTURE, 2, 26, "not well formed");
	assert_refused("<Patient xmlns=\"http://hl7.org/fhir\" "
		       "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><active xsi:type=\"boolean\" "
		       "value=\"true\"/></Patient>",
		HS_E_INVALID, 1, 92, "the attribute 'type'");
	assert_refused("<Patient/>", HS_E_STRUCTURE, 1, 1, "namespace");
	assert_refused("<Pet xmlns=\"http://hl7.org/fhir\"/>", HS_E_STRUCTURE, 1, 1, "resource type Pet");
	assert_refused("<DomainResource xmlns=\"http://hl7.org/fhir\"/>", HS_E_STRUCTURE, 1, 1,
		"DomainResource");
	assert_refused("{}", HS_E_STRUCTURE, 0, 0, "no XML");
	assert_refused("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" OPEN CLOSE, HS_E_STRUCTURE, 0, 0,
		"UTF-8");
	assert_refused("<Patient xmlns=\"http://hl7.org/fhir\">", HS_E_STRUCTURE, 1, 38, "not well formed");
}

static void refuses_entities_and_document_types(void **state)
{
	(void)state;
	need_defs();
	struct hs_error err;
	struct hs_json *tree = NULL;
	static const char *const bad[] = {
		"<!DOCTYPE Patient [<!ENTITY a \"b\">]>" OPEN "<id value=\"&a;\"/>" CLOSE,
		"<!DOCTYPE Patient SYSTEM \"file:///etc/passwd\">" OPEN CLOSE,
		"<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]>" OPEN CLOSE,
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(hs_xml_read(arena, defs, hs_slice_cstr(bad[i]), NULL, NULL, &tree, &err),
			HS_E_STRUCTURE);
		assert_in(hs_slice_cstr(err.text), "document type");
	}
	assert_int_equal(hs_xml_read(arena, defs, HS_S(OPEN "<id value=\"&nbsp;\"/>" CLOSE), NULL, NULL,
				 &tree, &err),
		HS_E_STRUCTURE);
	assert_in(hs_slice_cstr(err.text), "nbsp");
}

static void keeps_limits(void **state)
{
	(void)state;
	need_defs();
	struct hs_error err;
	struct hs_json *tree = NULL;
	struct hs_buf buf;
	struct hs_xml_limits small = { .bytes = 40 };
	assert_int_equal(hs_xml_read(arena, defs, HS_S(OPEN "<id value=\"a\"/>" CLOSE), &small, NULL, &tree,
				 &err),
		HS_E_LIMIT);
	hs_buf_init(&buf, arena, 1 << 20);
	hs_buf_cstr(&buf, "<Questionnaire xmlns=\"http://hl7.org/fhir\">");
	for (int i = 0; i < 150; i++)
		hs_buf_cstr(&buf, "<item>");
	assert_int_equal(hs_xml_read(arena, defs, hs_buf_slice(&buf), NULL, NULL, &tree, &err), HS_E_LIMIT);
	hs_buf_clear(&buf);
	hs_buf_cstr(&buf, OPEN "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">");
	for (int i = 0; i < 150; i++)
		hs_buf_cstr(&buf, "<div>");
	assert_int_equal(hs_xml_read(arena, defs, hs_buf_slice(&buf), NULL, NULL, &tree, &err), HS_E_LIMIT);
	assert_null(tree);
}

/* XHTML by its namespace, the tags within too; told once. */
static void refuses_narrative_of_no_namespace(void **state)
{
	static const char *const texts[] = { "<div>a</div>", "<div><p>a</p></div>",
		"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p xmlns=\"http://hl7.org/fhir\">a</p><p "
		"xmlns=\"urn:x\"/></div>" };
	struct hs_error err;
	(void)state;
	need_defs();
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct hs_json *tree = NULL;
		struct hs_issues issues = { .arena = arena };
		struct hs_slice text = hs_arena_printf(arena, OPEN "<text>%s</text>" CLOSE, texts[i]);
		assert_int_equal(hs_xml_read(arena, defs, text, NULL, NULL, &tree, &err), HS_E_INVALID);
		assert_int_equal(hs_xml_read(arena, defs, text, NULL, &issues, &tree, &err), HS_OK);
		assert_int_equal(issues.errors, 1);
		assert_slice(issues.first->path, "Patient.text.div");
	}
}

/* No element is empty, that of a resource neither; of Parameters there may be none. */
static void tells_of_empty_resources(void **state)
{
	static const struct {
		const char *xml, *path;
	} rows[] = {
		{ "<Patient xmlns=\"http://hl7.org/fhir\"/>", "Patient" },
		{ OPEN " <!-- none -->\n" CLOSE, "Patient" },
		{ OPEN "<contained><Organization/></contained>" CLOSE, "Patient.contained[0]" },
		{ OPEN "<x value=\"1\"/>" CLOSE, "Patient.x" },
		{ OPEN "<id value=\"a\"/>" CLOSE, NULL },
		{ "<Parameters xmlns=\"http://hl7.org/fhir\"/>", NULL },
	};
	struct hs_error err;
	(void)state;
	need_defs();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_json *tree = NULL;
		struct hs_issues issues = { .arena = arena };
		assert_int_equal(hs_xml_read(arena, defs, hs_slice_cstr(rows[i].xml), NULL, &issues, &tree,
					 &err),
			HS_OK);
		if (issues.errors != (rows[i].path != NULL))
			fail_msg("%s: %u errors", rows[i].xml, issues.errors);
		if (rows[i].path)
			assert_slice(issues.first->path, rows[i].path);
	}
}

static void reports_each_fault(void **state)
{
	(void)state;
	need_defs();
	static const char xml[] = OPEN
		"\n<active value=\"true\" size=\"1\"/>\n<id value=\"a\"/>\n<name>\n<family value=\"x\"/>"
		"<family value=\"y\"/><pet value=\"z\"><a/></pet></name>\n<gender/>stray\n<contact id=\"c\"/>"
		"<x xmlns=\"urn:x\"/><contact/><contained/><id value=\"b\"/><extension><url "
		"value=\"u\"/></extension>" CLOSE;
	static const struct {
		const char *path, *part;
		unsigned line, column;
	} wanted[] = {
		{ "Patient.active", "'size'", 2, 1 },
		{ "Patient.id", "after 'active'", 3, 1 },
		{ "Patient.name[0].family", "once only", 5, 20 },
		{ "Patient.name[0].pet", "no element 'pet'", 5, 39 },
		{ "Patient.gender", "is empty", 6, 1 },
		{ "Patient", "stray", 6, 0 },
		{ "Patient.x", "urn:x", 7, 0 },
		{ "Patient.contained", "after 'contact'", 7, 0 },
		{ "Patient.contained[0]", "is empty", 7, 0 },
		{ "Patient.id", "after 'contained'", 7, 0 },
		{ "Patient.id", "once only", 7, 0 },
		{ "Patient.extension", "after 'id'", 7, 0 },
		{ "Patient.extension[0].url", "attribute", 7, 0 },
	};
	struct hs_error err;
	struct hs_json *tree = NULL;
	struct hs_issues issues = { .arena = arena };
	assert_int_equal(hs_xml_read(arena, defs, hs_slice_cstr(xml), NULL, &issues, &tree, &err), HS_OK);
	const struct hs_issue *issue = issues.first;
	for (size_t i = 0; i < COUNT_OF(wanted); i++, issue = issue->next) {
		assert_non_null(issue);
		if (!hs_slice_eq(issue->path, hs_slice_cstr(wanted[i].path)) ||
			issue->line != wanted[i].line ||
			(wanted[i].column && issue->column != wanted[i].column))
			fail_msg("%zu: %.*s %u:%u %.*s", i, HS_S_ARG(issue->path), issue->line, issue->column,
				HS_S_ARG(issue->text));
		assert_in(issue->text, wanted[i].part);
	}
	assert_null(issue);
	assert_slice(hs_json_get_text(hs_json_at(hs_json_get(tree, HS_S("name")), 0), HS_S("family")), "x");
}

static void knows_places(void **state)
{
	(void)state;
	need_defs();
	static const char xml[] = OPEN
		"\n  <name>\n    <given value=\"A\"/>\n    <given value=\"B\"/>\n  </name>\n" CLOSE;
	struct hs_error err;
	struct hs_json *tree = NULL;
	uint32_t line, column;
	assert_int_equal(hs_xml_read(arena, defs, hs_slice_cstr(xml), NULL, NULL, &tree, &err), HS_OK);
	const struct hs_json *name = hs_json_at(hs_json_get(tree, HS_S("name")), 0);
	hs_json_position(HS_S_NONE, name, &line, &column);
	assert_int_equal(line, 0);
	hs_json_position(hs_slice(xml, sizeof(xml) - 1), name, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 4);
	hs_json_position(hs_slice(xml, sizeof(xml) - 1), hs_json_at(hs_json_get(name, HS_S("given")), 1),
		&line, &column);
	assert_int_equal(line, 4);
	assert_int_equal(column, 6);
	assert_int_equal(hs_json_source(hs_slice(xml, sizeof(xml) - 1), name).len, 0);
}

/* ---- out ---- */

static void writes_in_order_and_escaped(void **state)
{
	(void)state;
	need_defs();
	assert_slice(written("{\"resourceType\":\"Patient\",\"birthDate\":\"1970\",\"_birthDate\":{\"id\":"
			     "\"b\",\"extension\":[{\"url\":"
			     "\"u\",\"valueString\":\"<\\\"&\\r\\n\\u0001\"}]},\"id\":\"a\",\"name\":[{"
			     "\"id\":\"n\",\"_given\":[null,"
			     "{\"id\":\"g\"}],\"given\":[\"A\",null]}]}",
			     0),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><id "
		"value=\"a\"/><name id=\"n\">"
		"<given value=\"A\"/><given id=\"g\"/></name><birthDate id=\"b\" value=\"1970\"><extension "
		"url=\"u\"><valueString "
		"value=\"&lt;&quot;&amp;&#13;&#10;\xEF\xBF\xBD\"/></extension></birthDate></Patient>");
}

static void writes_pretty(void **state)
{
	(void)state;
	need_defs();
	assert_slice(written("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":"
			     "\"Group\",\"id\":\"a\"}}]}",
			     HS_XML_PRETTY),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Bundle xmlns=\"http://hl7.org/fhir\">\n  "
		"<entry>\n    <resource>\n"
		"      <Group xmlns=\"http://hl7.org/fhir\">\n        <id value=\"a\"/>\n      </Group>\n    "
		"</resource>\n  </entry>\n"
		"</Bundle>");
}

static void writes_narrative_safely(void **state)
{
	(void)state;
	need_defs();
	assert_in(written("{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div>a</div>\"}}", 0),
		"<text><div xmlns=\"http://www.w3.org/1999/xhtml\">a</div></text>");
	/* what is no XHTML cannot break out of its place */
	assert_in(written("{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div>a</div></text><active "
			  "value='x'/>\"}}",
			  0),
		"<div xmlns=\"http://www.w3.org/1999/xhtml\">&lt;div&gt;a&lt;/div&gt;&lt;/text&gt;");
	assert_in(written("{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div>a&nbsp;b</div>\"}}", 0),
		"&amp;nbsp;");
}

static void refuses_to_write_what_is_not_known(void **state)
{
	(void)state;
	need_defs();
	static const struct {
		const char *json, *part;
	} bad[] = {
		{ "{\"resourceType\":\"Patient\",\"pet\":1}", "'pet'" },
		{ "{\"resourceType\":\"Pet\"}", "'Pet'" },
		{ "{\"id\":\"a\"}", "resource type" },
		{ "{\"resourceType\":\"Patient\",\"name\":{}}", "an array" },
		{ "{\"resourceType\":\"Patient\",\"name\":[1]}", "an object" },
		{ "{\"resourceType\":\"Patient\",\"birthDate\":[\"1970\"]}", "one value" },
		{ "{\"resourceType\":\"Patient\",\"_birthDate\":1}", "extension" },
		{ "{\"resourceType\":\"Patient\",\"_name\":[{}]}", "'_'" },
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct hs_error err = { .status = HS_OK };
		struct hs_buf buf;
		hs_buf_init(&buf, arena, 1 << 20);
		assert_int_equal(hs_xml_write(defs, parse_json(arena, hs_slice_cstr(bad[i].json)), 0, &buf,
					 &err),
			HS_E_INVALID);
		assert_in(hs_slice_cstr(err.text), bad[i].part);
	}
}

static void stops_at_a_full_buffer_or_arena(void **state)
{
	(void)state;
	need_defs();
	struct hs_error err;
	struct hs_json *tree = NULL;
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 50);
	assert_int_equal(hs_xml_write(defs,
				 parse_json(arena, HS_S("{\"resourceType\":\"Patient\",\"id\":\"a\"}")), 0,
				 &buf, &err),
		HS_E_LIMIT);
	for (size_t cap = 64; cap < 40000; cap += 97) {
		struct hs_arena *small = hs_arena_new(cap);
		enum hs_status status = hs_xml_read(small, defs,
			HS_S(OPEN "<name><given value=\"A\"/><given id=\"g\"/></name><text><div "
				  "xmlns=\"http://www.w3.org/1999/"
				  "xhtml\"/></text>" CLOSE),
			NULL, NULL, &tree, &err);
		assert_true(status == HS_OK || status == HS_E_LIMIT || status == HS_E_INVALID);
		hs_arena_free(small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_values_and_arrays, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(keeps_decimals, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(joins_primitive_extensions, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(keeps_narrative, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(refuses_narrative_of_no_namespace, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(reads_resources_within, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(reads_backbones_by_reference, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(overlooks_comments_and_schema_location, begin_arena,
			end_arena),
		cmocka_unit_test_setup_teardown(tells_of_processing_instructions, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_fhir, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(refuses_entities_and_document_types, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(keeps_limits, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(tells_of_empty_resources, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(reports_each_fault, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(knows_places, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(writes_in_order_and_escaped, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(writes_pretty, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(writes_narrative_safely, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(refuses_to_write_what_is_not_known, begin_arena, end_arena),
		cmocka_unit_test_setup_teardown(stops_at_a_full_buffer_or_arena, begin_arena, end_arena),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
