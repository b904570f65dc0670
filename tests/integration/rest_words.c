/* SPDX-License-Identifier: Apache-2.0 */
/* _text and _content over the wire: what is found, and that the index of words keeps up with writes. */
#include "rest_test.h"

static void put(const char *path, const char *body)
{
	struct fixture_answer a = fixture_call(fx, "PUT", path, NULL, quoted(body));
	if (a.status != 200 && a.status != 201)
		fail_msg("%s: %d %.*s", path, a.status, HS_S_ARG(a.body));
}

static void put_all(void)
{
	put("Condition/w1",
		"{'resourceType':'Condition','id':'w1','subject':{'reference':'Patient/w-p1'},"
		"'text':{'status':'generated','div':'<div xmlns=\\'http://www.w3.org/1999/xhtml\\'>"
		"<p>Benskada</p><p>H&ouml;ger underben</p></div>'},"
		"'code':{'text':'Fraktur p\xc3\xa5 skenben'}}");
	put("Condition/w2",
		"{'resourceType':'Condition','id':'w2','subject':{'reference':'Patient/w-p2'},"
		"'text':{'status':'generated','div':'<div xmlns=\\'http://www.w3.org/1999/xhtml\\'>"
		"<p title=\\'fraktur\\'>Covid-19, svår</p></div>'},'code':{'text':'Benskada, gammal'}}");
	put("Condition/w3",
		"{'resourceType':'Condition','id':'w3','subject':{'reference':'Patient/w-p2'},"
		"'code':{'coding':[{'system':'urn:w','code':'B34','display':'Viral infektion'}]},"
		"'note':[{'text':'Underben till h\xc3\xb6ger'}]}");
	put("Patient/w-p1", "{'resourceType':'Patient','id':'w-p1','name':[{'family':'\xc3\x96rtegren'}]}");
	put("Patient/w-p2", "{'resourceType':'Patient','id':'w-p2','name':[{'family':'Aaltonen'}]}");
}

static void expect_ids(const char *path, const char *wanted)
{
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	struct hs_buf buf;
	hs_buf_init(&buf, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry")))
		hs_buf_printf(&buf, "%s%.*s", buf.len ? " " : "",
			HS_S_ARG(hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"))));
	struct hs_slice got = buf.len ? hs_buf_slice(&buf) : HS_S("");
	if (!hs_slice_eq(got, hs_slice_cstr(wanted)))
		fail_msg("%s: '%.*s' instead of '%s'", path, HS_S_ARG(got), wanted);
}

static void finds_words(void **state)
{
	static const char *const rows[][2] = {
		{ "Condition?_text=benskada", "w1" },
		{ "Condition?_content=benskada", "w1 w2" },
		{ "Condition?_text=fraktur",
			"" }, /* neither an attribute nor what is outside the narrative */
		{ "Condition?_content=fraktur", "w1" },
		{ "Condition?_content=div", "" },
		{ "Condition?_content=H%C3%96GER", "w1 w3" }, /* any case; from a character reference too */
		{ "Condition?_content=hoger", "w1 w3" },      /* folded as strings are */
		{ "Condition?_content=p%C3%A5", "w1" },
		{ "Condition?_content=under*", "w1 w3" },
		{ "Condition?_content=under", "" },
		{ "Condition?_content=B34", "w3" },
		{ "Condition?_content=covid-19", "w2" },
		{ "Condition?_content=19-covid", "" },
		{ "Condition?_content=%22h%C3%B6ger%20underben%22", "w1" },
		{ "Condition?_content=%22underben%20till%20h%C3%B6*%22", "" }, /* the star stands outside */
		{ "Condition?_content=%22underben%20till%20h%C3%B6%22*", "w3" },
		{ "Condition?_content=h%C3%B6ger%20underben", "w1 w3" },
		{ "Condition?_content=h%C3%B6ger%20AND%20underben", "w1 w3" },
		{ "Condition?_content=viral%20OR%20covid", "w2 w3" },
		{ "Condition?_content=viral,covid", "w2 w3" },
		{ "Condition?_content=benskada%20NOT%20gammal", "w1" },
		{ "Condition?_content=benskada%20-gammal", "w1" },
		{ "Condition?_content=underben%20(viral%20OR%20fraktur)", "w1 w3" },
		{ "Condition?_content=underben%20NOT(viral%20OR%20covid)", "w1" },
		{ "Condition?_content=NOT%20viral", "w1 w2" },
		{ "Condition?_content=underben&_text=benskada", "w1" },
		{ "Condition?_content=underben&subject=Patient/w-p2", "w3" },
		{ "Condition?_content=underben&_sort=-_id", "w3 w1" },
		{ "Condition?_filter=_content%20eq%20viral%20or%20_id%20eq%20w1", "w1 w3" },
		{ "Condition?subject:Patient._content=%C3%B6rtegren", "w1" },
		{ "Patient?_has:Condition:subject:_text=covid", "w-p2" },
		{ "?_type=Patient,Condition&_content=aaltonen,viral", "w-p2 w3" },
		{ "Observation?_content=viral", "" },
	};
	NEED_FHIR();
	put_all();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect_ids(rows[i][0], rows[i][1]);
	struct fixture_answer a = send_ok("GET", "Condition?_content=underben&_summary=count", NULL, 200);
	expect_part(a.body, "\"total\":2");
}

static void keeps_up(void **state)
{
	NEED_FHIR();
	put_all();
	expect_ids("Condition?_content=viral", "w3");
	put("Condition/w3",
		"{'resourceType':'Condition','id':'w3','subject':{'reference':'Patient/w-p2'},"
		"'code':{'text':'Bakteriell infektion'}}");
	expect_ids("Condition?_content=viral", ""); /* history is not searched */
	expect_ids("Condition?_content=bakteriell", "w3");
	send_ok("DELETE", "Condition/w3", NULL, 204);
	expect_ids("Condition?_content=bakteriell", "");
	put_all();
	expect_ids("Condition?_content=viral", "w3");
	fixture_restart(fx);
	expect_ids("Condition?_content=viral", "w3");
}

/* More versions than one transaction takes up, and pages over them. */
static void pages(void **state)
{
	struct hs_buf bundle;
	NEED_FHIR();
	hs_buf_init(&bundle, fixture_arena(fx), 1 << 20);
	hs_buf_cstr(&bundle, "{'resourceType':'Bundle','type':'transaction','entry':[");
	for (int i = 0; i < 600; i++)
		hs_buf_printf(&bundle,
			"%s{'resource':{'resourceType':'Basic','id':'p%03d','code':{'text':'sida %s'}},"
			"'request':{'method':'PUT','url':'Basic/p%03d'}}",
			i ? "," : "", i, i % 2 ? "udda" : "jämn", i);
	hs_buf_cstr(&bundle, "]}");
	send_ok("POST", "", hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&bundle)), 200);
	struct fixture_answer a = send_ok("GET", "Basic?_content=udda&_count=100&_total=accurate", NULL, 200);
	expect_part(a.body, "\"total\":300");
	size_t seen = 0;
	for (int page = 0; page < 3; page++) {
		HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry")))
			seen += hs_json_get(entry, HS_S("resource")) != NULL;
		const char *next = link_of(&a, "next");
		assert_int_equal(next != NULL, page < 2);
		if (next)
			a = send_ok("GET", next, NULL, 200);
	}
	assert_int_equal(seen, 300);
}

/* The more of a resource the words are, the earlier it comes; pages go on where they ended. */
static void comes_in_order_of_relevance(void **state)
{
	static const char *const texts[] = { "annat", "lavendel och timjan och salvia och mynta",
		"lavendel lavendel", "lavendel och timjan", "lavendel timjan timjan timjan" };
	NEED_FHIR();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put(TEXT("Flag/s%zu", i),
			TEXT("{'resourceType':'Flag','id':'s%zu','status':'active','code':{'text':'%s'},'"
			     "subject':{"
			     "'reference':'Patient/x'}}",
				i, texts[i]));
	expect_ids("Flag?_content=lavendel&_sort=_score", "s2 s3 s4 s1");
	expect_ids("Flag?_content=lavendel&_sort=-_score", "s1 s4 s3 s2");
	expect_ids("Flag?_content=lavendel%20OR%20timjan&_sort=_score", "s4 s3 s1 s2");
	expect_ids("Flag?_content=lavendel&_sort=subject,_score", "s2 s3 s4 s1");
	expect_ids("Flag?_content=lavendel&_sort=_score&_count=2", "s2 s3");
	struct fixture_answer a = send_ok("GET", "Flag?_content=lavendel&_sort=_score&_count=2", NULL, 200);
	expect_ids(link_of(&a, "next"), "s4 s1");
	a = send_ok("GET", "Flag?subject=Patient/x&_sort=_score", NULL, 400);
	expect_part(a.body, "_content");
}

static void refuses(void **state)
{
	static const char *const rows[][2] = {
		{ "Condition?_content=%22open", "words" },
		{ "Condition?_content=(a", "words" },
		{ "Condition?_content=a)", "words" },
		{ "Condition?_content=a%20AND", "words" },
		{ "Condition?_content=OR", "words" },
		{ "Condition?_content=-", "words" },
		{ "Condition?_content=%2B%2B", "words" },
		{ "Condition?_content:contains=a", ":contains" },
		{ "Condition?_text:missing=true", ":missing" },
	};
	NEED_FHIR();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture_answer a = send_ok("GET", rows[i][0], NULL, 400);
		expect_part(a.body, rows[i][1]);
	}
	send_with("POST", "Condition", "If-None-Exist: _content=viral\r\n",
		"{'resourceType':'Condition','subject':{'reference':'Patient/w-p2'}}", 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_words),
		cmocka_unit_test(keeps_up),
		cmocka_unit_test(pages),
		cmocka_unit_test(comes_in_order_of_relevance),
		cmocka_unit_test(refuses),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
