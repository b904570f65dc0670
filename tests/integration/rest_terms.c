/* SPDX-License-Identifier: Apache-2.0 */
/* Searches by value sets and hierarchies of codes (R4 section 3.1.1.4.10), with all services of the binary.
 */
#include "rest_test.h"

static int start_all(void **state)
{
	struct fixture_options options = { 0 };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static void put(const char *type, const char *id, const char *rest)
{
	send_ok("PUT", TEXT("%s/%s", type, id), TEXT("{'resourceType':'%s','id':'%s'%s}", type, id, rest),
		201);
}

static void expect_ids(const char *path, const char *wanted)
{
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry")))
		hs_buf_printf(&out, "%s%.*s", out.len ? " " : "",
			HS_S_ARG(hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"))));
	if (!hs_slice_eq(hs_buf_slice(&out), hs_slice_cstr(wanted)))
		fail_msg("%s: '%.*s' instead of '%s'", path, HS_S_ARG(hs_buf_slice(&out)), wanted);
}

/* Value sets and hierarchies are asked of the terminology of the same server, uploads included. */
static void finds_codes_by_terminology(void **state)
{
	static const struct {
		const char *path, *ids;
	} rows[] = {
		{ "Organization?type:not-in=urn:test:set", "t3" },
		{ "Organization?type:in=urn:test:set", "t1 t2" },
		{ "Organization?type:below=urn:test:codes|root", "t1 t2" },
		{ "Organization?type:below=urn:test:codes|leaf", "t2" },
		{ "Organization?type:above=urn:test:codes|leaf", "t1 t2" },
		{ "Organization?type:in=urn:test:set&_count=1&_sort=-_id", "t2" },
		{ "Organization?type:in=ValueSet/set", "t1 t2" },
		{ "Organization?type:in=ValueSet/canonical", "t3" },
		{ "Organization?type:not-in=ValueSet/set", "t3" },
	};
	NEED_FHIR();
	put("CodeSystem", "codes",
		",'url':'urn:test:codes','status':'active','content':'complete','hierarchyMeaning':'is-a','"
		"concept':["
		"{'code':'root','concept':[{'code':'leaf'}]},{'code':'other'}]");
	put("ValueSet", "set",
		",'url':'urn:test:set','status':'active','compose':{'include':[{'system':'urn:test:codes','"
		"concept':["
		"{'code':'root'},{'code':'leaf'}]}]}");
	put("ValueSet", "other",
		",'url':'ValueSet/canonical','status':'active','compose':{'include':[{'system':"
		"'urn:test:codes','concept':[{'code':'other'}]}]}");
	put("Organization", "t1",
		",'name':'T','type':[{'coding':[{'system':'urn:test:codes','code':'root'}]}]");
	put("Organization", "t2",
		",'name':'T','type':[{'coding':[{'system':'urn:test:codes','code':'leaf'}]}]");
	put("Organization", "t3",
		",'name':'T','type':[{'coding':[{'system':'urn:test:codes','code':'other'}]}]");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect_ids(rows[i].path, rows[i].ids);
	struct fixture_answer a = send_ok("GET", "Organization?type:in=urn:no:such", NULL, 400);
	expect_part(a.body, "cannot be searched by");
	a = send_ok("GET", "Organization?type:below=leaf", NULL, 400);
	expect_part(a.body, "SYSTEM|CODE");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds_codes_by_terminology) };
	return cmocka_run_group_tests(tests, start_all, stop_server);
}
