/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of primitive types, good and bad, and the narrative. */
#include "../fhir_test.h"

#include <core/fhir/basics/narrative.h>
#include <core/fhir/check/check_private.h>

struct row {
	enum hs_def_code code;
	bool good;
	const char *json;
};

static const struct row rows[] = {
	{ HS_PRIM_BOOLEAN, true, "true" },
	{ HS_PRIM_BOOLEAN, false, "\"true\"" },
	{ HS_PRIM_BOOLEAN, false, "0" },
	{ HS_PRIM_INTEGER, true, "-2147483648" },
	{ HS_PRIM_INTEGER, false, "2147483648" },
	{ HS_PRIM_INTEGER, false, "1.0" },
	{ HS_PRIM_INTEGER, false, "1e2" },
	{ HS_PRIM_INTEGER, false, "\"1\"" },
	{ HS_PRIM_INTEGER64, true, "\"9223372036854775807\"" },
	{ HS_PRIM_INTEGER64, true, "\"-9223372036854775808\"" },
	{ HS_PRIM_INTEGER64, false, "\"9223372036854775808\"" },
	{ HS_PRIM_INTEGER64, false, "5" },
	{ HS_PRIM_POSITIVE_INT, true, "1" },
	{ HS_PRIM_POSITIVE_INT, false, "0" },
	{ HS_PRIM_UNSIGNED_INT, true, "0" },
	{ HS_PRIM_UNSIGNED_INT, false, "-1" },
	{ HS_PRIM_DECIMAL, true, "1.10" },
	{ HS_PRIM_DECIMAL, true, "1e-30" },
	{ HS_PRIM_DECIMAL, false, "\"1.1\"" },
	{ HS_PRIM_STRING, true, "\"a b\\n\\tc\"" },
	{ HS_PRIM_STRING, false, "\"\"" },
	{ HS_PRIM_STRING, false, "\"a\\u0001\"" },
	{ HS_PRIM_STRING, false, "5" },
	{ HS_PRIM_MARKDOWN, true, "\"# x\"" },
	{ HS_PRIM_CODE, true, "\"a b\"" },
	{ HS_PRIM_CODE, false, "\" a\"" },
	{ HS_PRIM_CODE, false, "\"a\\u0001\"" },
	{ HS_PRIM_CODE, false, "\"a \"" },
	{ HS_PRIM_CODE, false, "\"a  b\"" },
	{ HS_PRIM_CODE, false, "\"a\\u00a0\"" },
	{ HS_PRIM_ID, true, "\"A-1.b\"" },
	{ HS_PRIM_ID, false, "\"a_b\"" },
	{ HS_PRIM_URI, false, "\"http://a/b c\"" },
	{ HS_PRIM_URI, true, "\"urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311\"" },
	{ HS_PRIM_URI, true, "\"urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311#part-1\"" },
	{ HS_PRIM_URI, false, "\"urn:uuid:68D043B5\"" },
	{ HS_PRIM_URI, false, "\"urn:oid:X.Y\"" },
	{ HS_PRIM_CANONICAL, true, "\"urn:oid:1.2.3|4\"" },
	{ HS_PRIM_CANONICAL, true, "\"http://a/b|1.0\"" },
	{ HS_PRIM_URL, false, "\"\"" },
	{ HS_PRIM_OID, true, "\"urn:oid:1.2.752.29.4.19\"" },
	{ HS_PRIM_OID, true, "\"urn:oid:2.0\"" },
	{ HS_PRIM_OID, false, "\"urn:oid:3.1\"" },
	{ HS_PRIM_OID, false, "\"urn:oid:1\"" },
	{ HS_PRIM_OID, false, "\"urn:oid:1.02\"" },
	{ HS_PRIM_OID, false, "\"urn:oid:1.2.\"" },
	{ HS_PRIM_OID, false, "\"1.2.3\"" },
	{ HS_PRIM_UUID, true, "\"urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281\"" },
	{ HS_PRIM_UUID, false, "\"urn:uuid:187E0C12-8dd2-67e2-99b2-bf273c878281\"" },
	{ HS_PRIM_UUID, false, "\"187e0c12-8dd2-67e2-99b2-bf273c878281\"" },
	{ HS_PRIM_BASE64, true, "\"aGVq\"" },
	{ HS_PRIM_BASE64, true, "\"aG\\nVq aA==\"" },
	{ HS_PRIM_BASE64, false, "\"aGV\"" },
	{ HS_PRIM_BASE64, false, "\"aG=q\"" },
	{ HS_PRIM_BASE64, false, "\"====\"" },
	{ HS_PRIM_BASE64, false, "\"aG-q\"" },
	{ HS_PRIM_DATE, true, "\"2026-02\"" },
	{ HS_PRIM_DATE, false, "\"2026-02-30\"" },
	{ HS_PRIM_DATE, false, "\"2026-02-01T10:00:00Z\"" },
	{ HS_PRIM_DATETIME, true, "\"2026-02-01T10:00:00+01:00\"" },
	{ HS_PRIM_DATETIME, false, "\"2026-02-01T10:00:00\"" },
	{ HS_PRIM_DATETIME, false, "\"2026-02-01T10:00Z\"" },
	{ HS_PRIM_INSTANT, true, "\"2026-02-01T10:00:00.123Z\"" },
	{ HS_PRIM_INSTANT, false, "\"2026-02-01\"" },
	{ HS_PRIM_TIME, true, "\"23:59:59\"" },
	{ HS_PRIM_TIME, false, "\"24:00:00\"" },
	{ HS_PRIM_TIME, false, "\"10:00\"" },
	{ HS_PRIM_XHTML, true,
		"\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>a<br/>&amp;</p></div>\"" },
	{ HS_PRIM_XHTML, false, "\"<p>a</p>\"" },
};

static void judges_formats(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (hs_check_primitive(rows[i].code, parse_json(arena, hs_slice_cstr(rows[i].json))) !=
			rows[i].good)
			fail_msg("row %zu: %s (%s)", i, rows[i].json, hs__check_form(rows[i].code));
	}
	hs_arena_free(arena);
}

static void judges_narratives(void **state)
{
	(void)state;
	static const struct {
		const char *text, *fault; /* NULL: sound */
	} texts[] = {
		{ "<div>a</div>", NULL },
		{ " <div>a</div>\n", NULL },
		{ "<div><!-- - --><a href='http://x'>&#160;&nbsp;</a><img src=\"#i\"/></div>", NULL },
		{ "<div/>", NULL },
		{ "<div>a", "not closed" },
		{ "<div><p>a</div></p>", "order" },
		{ "<div>a</div><div>b</div>", "nothing after" },
		{ "<div>a</div>b", "nothing after" },
		{ "<div><script>x</script></div>", "not allowed" },
		{ "<div><SCRIPT>x</SCRIPT></div>", "not allowed" },
		{ "<div><iframe src=\"x\"/></div>", "not allowed" },
		{ "<div onclick=\"x\">a</div>", "event handlers" },
		{ "<div><a href=\"java\tScript:x\">a</a></div>", "javascript" },
		{ "<div><a href=x>a</a></div>", "not quoted" },
		{ "<div><a href=\"x>a</a></div>", "closing quote" },
		{ "<div><input disabled></div>", "not allowed" },
		{ "<div hidden>a</div>", "no value" },
		{ "<div>a & b</div>", "&amp;" },
		{ "<div>a < b</div>", "&lt;" },
		{ "<div><!-- a</div>", "comment" },
		/* What XML would not read (XML 1.0, sections 2.5, 3.1 and 4.1), and what is no XHTML. */
		{ "<div><!-- a -- b --></div>", "'--'" },
		{ "<div><!-- a ---></div>", "'--'" },
		{ "<div class='a' id='b' class='c'>a</div>", "twice" },
		{ "<div title='a<b'>a</div>", "&lt;" },
		{ "<div title='a & b'>a</div>", "&amp;" },
		{ "<div title='a&amp;b&#x20ac;'>&#xA0;&#128512;</div>", NULL },
		{ "<div>&#0;</div>", "&amp;" },
		{ "<div>&#x;</div>", "&amp;" },
		{ "<div>&#12a;</div>", "&amp;" },
		{ "<div>&#xD800;</div>", "&amp;" },
		{ "<div>&#x110000;</div>", "&amp;" },
		{ "<div>&#99999999;</div>", "&amp;" },
		{ "<div><p xmlns='http://www.w3.org/1999/xhtml'>a</p></div>", NULL },
		{ "<div><p xmlns='http://www.w3.org/2000/svg'>a</p></div>", "namespace" },
		{ "<div><?php x?></div>", "processing" },
		{ "<div><![CDATA[x]]></div>", "declarations" },
		{ "hello", "one <div>" },
		{ "<div", "not well formed" },
		{ "</div>", "one <div>" },
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *fault = hs__narrative_fault(hs_slice_cstr(texts[i].text), false, NULL);
		if (!texts[i].fault != !fault || (fault && !strstr(fault, texts[i].fault)))
			fail_msg("%s: %s", texts[i].text, fault ? fault : "sound");
	}
}

static void judges_narratives_strictly(void **state)
{
	(void)state;
	static const struct {
		const char *text, *fault; /* NULL: sound */
		bool content;
	} texts[] = {
		{ "<div xmlns='http://www.w3.org/1999/xhtml' xml:lang='sv'>a</div>", NULL, true },
		{ "<div><table><tr><td colspan='2'>a</td></tr></table></div>", NULL, true },
		{ "<div><img src='#i' alt='x'/></div>", NULL, true },
		{ "<div> <p>\n</p> </div>", NULL, false },
		{ "<div>&lt;&#160;</div>", NULL, true },
		{ "<div>&reg;</div>", "entity of HTML", true },
		{ "<div>a & b</div>", "&amp;", true },
		{ "<div><map name='m'><area shape='rect' alt='x'/></map></div>", NULL, false },
		{ "<div><video/></div>", "element", false },
		{ "<div data-fhir='generated'><p data-x='1'>a</p></div>", NULL, true },
		{ "<div><p datax='1'>a</p></div>", "attribute", false },
		{ "<div><p href='x'>a</p></div>", "attribute", false },
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		bool content = false;
		const char *fault = hs__narrative_fault(hs_slice_cstr(texts[i].text), true, &content);
		if (!texts[i].fault != !fault || (fault && !strstr(fault, texts[i].fault)))
			fail_msg("%s: %s", texts[i].text, fault ? fault : "sound");
		if (!fault)
			assert_int_equal(content, texts[i].content);
	}
}

static void narratives_nest_to_a_limit(void **state)
{
	(void)state;
	static char text[100000];
	size_t len = 0;
	for (int i = 0; i < 10000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "<div>");
	assert_non_null(strstr(hs__narrative_fault(hs_slice(text, len), false, NULL), "too deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_formats),
		cmocka_unit_test(judges_narratives),
		cmocka_unit_test(judges_narratives_strictly),
		cmocka_unit_test(narratives_nest_to_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
