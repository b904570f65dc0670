/* SPDX-License-Identifier: Apache-2.0 */
/* Searches by value sets and hierarchies of codes (R4 section 3.1.1.4.10), with all services of the binary.
 */
#include "rest_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

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

/* What a value set lists is in it, whether its code system is here or not. One that asks the system, cannot
 * be searched by. */
static void finds_listed_codes_of_systems_elsewhere(void **state)
{
	NEED_FHIR();
	put("ValueSet", "elsewhere",
		",'url':'urn:test:elsewhere','version':'1','status':'active','compose':{'include':[{'system':"
		"'urn:test:far','concept':[{'code':'a'}]},{'system':'urn:test:far2','concept':[{'code':'b'}]}"
		"]}");
	put("ValueSet", "asking",
		",'url':'urn:test:asking','status':'active','compose':{'include':[{'system':'urn:test:far'},"
		"{'system':'urn:test:far2','concept':[{'code':'b'}]}]}");
	put("Organization", "f1", ",'name':'F','type':[{'coding':[{'system':'urn:test:far','code':'a'}]}]");
	put("Organization", "f2", ",'name':'F','type':[{'coding':[{'system':'urn:test:far2','code':'b'}]}]");
	put("Organization", "f3", ",'name':'F','type':[{'coding':[{'system':'urn:test:far2','code':'a'}]}]");
	expect_ids("Organization?type:in=urn:test:elsewhere", "f1 f2");
	expect_ids("Organization?type:in=urn:test:elsewhere%7C1", "f1 f2");
	expect_ids("Organization?type:in=ValueSet/elsewhere", "f1 f2");
	expect_ids(TEXT("Organization?type:in=%s/fhir/r4/ValueSet/elsewhere", fixture_url(fx)), "f1 f2");
	send_ok("GET", TEXT("Organization?type:in=%s/fhir/r4xValueSet/elsewhere", fixture_url(fx)), NULL,
		400);
	expect_ids("Organization?name=F&type:not-in=urn:test:elsewhere", "f3");
	struct fixture_answer a = send_ok("GET", "Organization?type:in=urn:test:asking", NULL, 400);
	expect_part(a.body, "urn:test:far");
	send_ok("GET", "Organization?type:in=urn:test:elsewhere%7C2", NULL, 400);
}

enum { CODES = 5000 };

/* 'top' with all but the first `spared` codes below it. */
static const char *a_large_system(int spared)
{
	struct hs_buf body;
	hs_buf_init(&body, fixture_arena(fx), 1 << 20);
	hs_buf_cstr(&body,
		",'url':'urn:test:many','status':'active','content':'complete','caseSensitive':true,"
		"'hierarchyMeaning':'is-a','concept':[{'code':'top','concept':[");
	for (int i = spared; i < CODES; i++)
		hs_buf_printf(&body, "%s{'code':'c%d','display':'The code number %d'}", i > spared ? "," : "",
			i, i);
	hs_buf_cstr(&body, "]}");
	for (int i = 0; i < spared; i++)
		hs_buf_printf(&body, ",{'code':'c%d','display':'The code number %d'}", i, i);
	hs_buf_cstr(&body, "]");
	hs_buf_add(&body, hs_slice("", 1));
	return body.ptr;
}

static void put_coded(const char *id, const char *system, const char *code)
{
	put("Organization", id,
		TEXT(",'name':'L','type':[{'coding':[{'system':'%s','code':'%s'}]}]", system, code));
}

/* An expansion that is streamed is as whole in a batch as by itself. */
static void takes_a_large_expansion(void **state)
{
	NEED_FHIR();
	put("CodeSystem", "many", a_large_system(0));
	put("ValueSet", "many",
		",'url':'urn:test:all','status':'active','compose':{'include':[{'system':'urn:test:many'}]}");
	struct fixture_answer a = send_ok("POST", "",
		TEXT("{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':"
		     "'ValueSet/$expand?url=urn:test:all&count=6000'}}]}"),
		200);
	for (int i = 0; i < CODES; i++)
		expect_part(a.body, TEXT("'display':'The code number %d'", i));
}

/* Of sets with more codes than can be listed the codes of resources here are judged, again when the
 * terminology or the resources change. */
static void finds_by_sets_of_any_size(void **state)
{
	static const char long_code[] = "c-1234567890-1234567890-1234567890-1234567890-1234567890-1234567890-"
					"1234567890-1234567890-1234567890";
	NEED_FHIR();
	put_coded("l1", "urn:test:many", "c0");
	put_coded("l2", "urn:test:many", "c4999");
	put_coded("l3", "urn:test:many", "top");
	put_coded("l4", "urn:test:many", "nowhere");
	put_coded("l5", "urn:test:far", "c0");
	put_coded("l6", "urn:test:many", "C1"); /* codes of that system are told apart by case */
	put_coded("l7", "urn:test:many", long_code);
	put("Organization", "l9", ",'name':'L','type':[{'coding':[{'code':'c0'}]}]"); /* of no system */
	put("Location", "p1", ",'name':'P','managingOrganization':{'reference':'Organization/l2'}");
	put("Location", "p2",
		",'name':'P','contained':[{'resourceType':'Organization','id':'o','name':'O','type':[{"
		"'coding':[{'system':'urn:test:many','code':'c9'}]}]}],"
		"'managingOrganization':{'reference':'#o'}");
	put("Location", "p3", ",'name':'P','managingOrganization':{'reference':'Organization/l4'}");
	for (int again = 0; again < 2; again++) {
		expect_ids("Organization?name=L&type:below=urn:test:many%7Ctop", "l1 l2 l3");
		expect_ids("Organization?name=L&type:in=urn:test:all", "l1 l2 l3");
		expect_ids("Organization?name=L&type:in=ValueSet/many", "l1 l2 l3");
		expect_ids("Organization?name=L&type:not-in=urn:test:all", "l4 l5 l6 l7 l9");
		expect_ids("Organization?name=L&type:above=urn:test:many%7Cc4999", "l2 l3");
		expect_ids("Location?organization:Organization.type:below=urn:test:many%7Ctop", "p1 p2");
	}
	put_coded("l8", "urn:test:many", "c77");
	expect_ids("Organization?name=L&type:below=urn:test:many%7Ctop", "l1 l2 l3 l8");
	send_ok("PUT", "CodeSystem/many",
		TEXT("{'resourceType':'CodeSystem','id':'many'%s}", a_large_system(1)), 200);
	expect_ids("Organization?name=L&type:below=urn:test:many%7Ctop", "l2 l3 l8");
	expect_ids("Organization?name=L&type:in=urn:test:all", "l1 l2 l3 l8");
	send_ok("DELETE", "ValueSet/many", NULL, 204);
	struct fixture_answer a = send_ok("GET", "Organization?name=L&type:in=urn:test:all", NULL, 404);
	expect_part(a.body, "urn:test:all");
	/* What a service keeps is not in the index. */
	a = send_ok("GET", "DocumentReference?type:below=urn:test:many%7Ctop", NULL, 422);
	expect_part(a.body, "too many to search by");
}

/* ---- codes that come meanwhile ---- */

enum { PAIRS = 120 };

struct pairs {
	atomic_bool ended;
	unsigned failed;
};

/* A transaction: one resource has a code that others have, too, the other one a code that is new here. */
static bool put_pair(int at)
{
	char body[1024], text[1400], answer[512];
	bool ok = false;
	int fd = fixture_connect(fx);
	int len = snprintf(body, sizeof(body),
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
		"{\"request\":{\"method\":\"POST\",\"url\":\"Organization\"},\"resource\":"
		"{\"resourceType\":\"Organization\",\"name\":\"Pair\",\"type\":[{\"coding\":["
		"{\"system\":\"urn:test:many\",\"code\":\"c0\"}]}]}},"
		"{\"request\":{\"method\":\"POST\",\"url\":\"Organization\"},\"resource\":"
		"{\"resourceType\":\"Organization\",\"name\":\"Pair\",\"type\":[{\"coding\":["
		"{\"system\":\"urn:test:many\",\"code\":\"c%d\"}]}]}}]}",
		1000 + at);
	len = snprintf(text, sizeof(text),
		"POST /fhir/r4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		"Content-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n%s",
		len, body);
	if (write(fd, text, (size_t)len) == len && read(fd, answer, sizeof(answer)) > 12)
		ok = memcmp(answer, "HTTP/1.1 200", 12) == 0;
	while (read(fd, answer, sizeof(answer)) > 0)
		continue;
	close(fd);
	return ok;
}

static void *put_pairs(void *arg)
{
	struct pairs *pairs = arg;
	for (int i = 0; i < PAIRS; i++)
		pairs->failed += !put_pair(i);
	atomic_store(&pairs->ended, true);
	return NULL;
}

/* What a search finds was all judged. */
static void misses_no_code_that_is_new(void **state)
{
	struct pairs pairs = { .failed = 0 };
	int64_t total = 0, before = 0;
	unsigned halves = 0;
	pthread_t thread;
	NEED_FHIR();
	put("CodeSystem", "many", a_large_system(0));
	put_coded("n1", "urn:test:many", "c0");
	expect_ids("Organization?name=L&type:below=urn:test:many%7Ctop", "n1"); /* it is known to be large */
	assert_int_equal(pthread_create(&thread, NULL, put_pairs, &pairs), 0);
	while (!atomic_load(&pairs.ended)) {
		struct fixture_answer a = fixture_get(fx,
			"Organization?name=Pair&type:below=urn:test:many%7Ctop&_summary=count");
		hs_json_i64(hs_json_get(fixture_json(fx, &a), HS_S("total")), &total);
		halves += total % 2 != 0 || total < before;
		before = total;
	}
	pthread_join(thread, NULL);
	assert_int_equal(pairs.failed, 0);
	assert_int_equal(halves, 0);
	struct fixture_answer a = fixture_get(fx,
		"Organization?name=Pair&type:below=urn:test:many%7Ctop&_summary=count");
	hs_json_i64(hs_json_get(fixture_json(fx, &a), HS_S("total")), &total);
	assert_int_equal(total, 2 * PAIRS);
	send_ok("DELETE", "Organization/n1", NULL, 204);
	send_ok("DELETE", "CodeSystem/many", NULL, 204);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds_codes_by_terminology),
		cmocka_unit_test(finds_listed_codes_of_systems_elsewhere),
		cmocka_unit_test(misses_no_code_that_is_new), cmocka_unit_test(takes_a_large_expansion),
		cmocka_unit_test(finds_by_sets_of_any_size) };
	return cmocka_run_group_tests(tests, start_all, stop_server);
}
