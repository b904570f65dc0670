/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology registry over the wire: uploads are usable at once, in their own sandbox and version only.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct fixture *f;

#define SYSTEM(display) \
	"{\"resourceType\":\"CodeSystem\",\"id\":\"cs\",\"url\":\"urn:test:cs\",\"version\":\"1\"," \
	"\"status\":\"active\"," \
	"\"content\":\"complete\",\"caseSensitive\":true,\"concept\":[{\"code\":\"a\",\"display\":" \
	"\"" display "\"," \
	"\"concept\":[{\"code\":\"b\",\"display\":\"Beta\"}]}]}"
#define SET \
	"{\"resourceType\":\"ValueSet\",\"id\":\"vs\",\"url\":\"urn:test:vs\",\"status\":\"active\"," \
	"\"compose\":{\"include\":" \
	"[{\"system\":\"urn:test:cs\",\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\",\"value\":" \
	"\"a\"}]}]}}"

#define EDITION(id, url, version) \
	"{\"resourceType\":\"CodeSystem\",\"id\":\"" id "\",\"url\":\"" url "\",\"version\":\"" version \
	"\"," \
	"\"status\":\"active\",\"content\":\"complete\",\"concept\":[{\"code\":\"a\"}]}"

static void need_fhir(void)
{
	if (!fixture_has_fhir(f, HS_FHIR_R4))
		skip();
}

static const char *text(struct fixture_answer a, const char *pointer)
{
	return hs_arena_cstr(fixture_arena(f), fixture_text(f, &a, pointer));
}

static void put(const char *path, const char *body)
{
	struct fixture_answer a = fixture_send(f, "PUT", path, body);

	if (a.status != 200 && a.status != 201)
		fail_msg("%s: %d %.*s", path, a.status, HS_S_ARG(a.body));
}

static const char *lookup(const char *code)
{
	struct hs_slice path = hs_arena_printf(fixture_arena(f),
		"CodeSystem/$lookup?system=urn:test:cs&code=%s", code);
	struct fixture_answer a = fixture_get(f, hs_arena_cstr(fixture_arena(f), path));
	const struct hs_json *tree = fixture_json(f, &a);

	if (a.status != 200)
		return "";
	return hs_arena_cstr(fixture_arena(f), hs_parameter_text(tree, HS_S("display")));
}

static void uploads_are_usable_at_once(void **state)
{
	(void)state;
	need_fhir();
	assert_string_equal(lookup("a"), "");
	put("CodeSystem/cs", SYSTEM("Alpha"));
	assert_string_equal(lookup("a"), "Alpha");
	put("CodeSystem/cs", SYSTEM("Alfa"));
	assert_string_equal(lookup("a"), "Alfa");
	put("ValueSet/vs", SET);
	struct fixture_answer a = fixture_get(f,
		"ValueSet/$validate-code?url=urn:test:vs&system=urn:test:cs&code=b&display=Beta");
	assert_int_equal(a.status, 200);
	assert_true(hs_json_get_bool(hs_parameter(fixture_json(f, &a), HS_S("result")), HS_S("valueBoolean"),
		false));
	assert_int_equal(fixture_send(f, "DELETE", "CodeSystem/cs", NULL).status, 204);
	assert_string_equal(lookup("a"), "");
}

static const char *display_of(const char *url)
{
	struct hs_slice path = hs_arena_printf(fixture_arena(f), "CodeSystem/$lookup?system=%s&code=a", url);
	struct fixture_answer a = fixture_get(f, hs_arena_cstr(fixture_arena(f), path));

	return a.status == 200 ?
		hs_arena_cstr(fixture_arena(f), hs_parameter_text(fixture_json(f, &a), HS_S("display"))) :
		"";
}

static void put_numbered(const char *id, const char *url, unsigned number)
{
	const char *path = hs_arena_cstr(fixture_arena(f),
		hs_arena_printf(fixture_arena(f), "CodeSystem/%s", id));
	struct hs_slice body = hs_arena_printf(fixture_arena(f),
		"{\"resourceType\":\"CodeSystem\",\"id\":\"%s\",\"url\":\"%s\",\"status\":\"active\","
		"\"content\":\"complete\",\"concept\":[{\"code\":\"a\",\"display\":\"%u\"}]}",
		id, url, number);

	put(path, hs_arena_cstr(fixture_arena(f), body));
}

/* Few writes are compiled beside what is there, many with it: each question sees the last of them, whichever
 * it is. */
static void one_write_among_many(void **state)
{
	char id[20], url[40], number[20];

	(void)state;
	need_fhir();
	for (unsigned i = 0; i < 150; i++) {
		snprintf(id, sizeof(id), "many-%u", i % 100);
		snprintf(url, sizeof(url), "urn:test:many-%u", i % 100);
		snprintf(number, sizeof(number), "%u", i);
		put_numbered(id, url, i);
		if (i % 7 == 0)
			assert_string_equal(display_of(url), number);
	}
	assert_string_equal(display_of("urn:test:many-49"), "149");
	assert_string_equal(display_of("urn:test:many-50"), "50");
	put_numbered("many-50", "urn:test:moved", 7); /* another URL: the old one is gone */
	assert_string_equal(display_of("urn:test:many-50"), "");
	assert_string_equal(display_of("urn:test:moved"), "7");
	assert_int_equal(fixture_send(f, "DELETE", "CodeSystem/many-51", NULL).status, 204);
	assert_string_equal(display_of("urn:test:many-51"), "");
	assert_int_equal(fixture_get(f, "CodeSystem/many-51/$lookup?code=a").status, 404);
	assert_string_equal(display_of("urn:test:many-52"), "52");
}

/* Whichever came first, and whether or not a question was asked between them. */
static void the_latest_version(void **state)
{
#define VERSION(id, number) \
	"{\"resourceType\":\"CodeSystem\",\"id\":\"" id "\",\"url\":\"urn:test:v\",\"version\":\"" number \
	"\",\"status\":\"active\",\"content\":\"complete\",\"concept\":[{\"code\":\"a\",\"display\":" \
	"\"" number "\"}]}"
	char id[20];

	(void)state;
	need_fhir();
	put("CodeSystem/v2", VERSION("v2", "2.0.0"));
	for (unsigned i = 0; i < 150; i++) { /* so many that all is compiled anew, the version with it */
		snprintf(id, sizeof(id), "many-%u", i);
		put_numbered(id, "urn:test:filler", i);
	}
	assert_string_equal(display_of("urn:test:v"), "2.0.0");
	put("CodeSystem/v1", VERSION("v1", "1.2.0"));
	assert_string_equal(display_of("urn:test:v"), "2.0.0");
	put("CodeSystem/v10", VERSION("v10", "10.0.0"));
	assert_string_equal(display_of("urn:test:v"), "10.0.0");
	put("CodeSystem/v10", VERSION("v10", "1.0.0")); /* written anew: the old number is gone */
	assert_string_equal(display_of("urn:test:v"), "2.0.0");
}

/* A long list of codes is sent in pieces; it must be the same list. */
static void a_long_expansion(void **state)
{
	struct hs_buf body;

	(void)state;
	need_fhir();
	hs_buf_init(&body, fixture_arena(f), (size_t)4 << 20);
	hs_buf_cstr(&body,
		"{\"resourceType\":\"CodeSystem\",\"id\":\"long\",\"url\":\"urn:test:long\",\"status\":"
		"\"active\","
		"\"content\":\"complete\",\"concept\":[");
	for (unsigned i = 0; i < 5000; i++)
		hs_buf_printf(&body,
			"%s{\"code\":\"%u\",\"display\":\"Number "
			"%u\",\"property\":[{\"code\":\"odd\",\"valueBoolean\":%s}]}",
			i ? "," : "", i, i, i % 2 ? "true" : "false");
	hs_buf_cstr(&body, "]}");
	put("CodeSystem/long", hs_arena_cstr(fixture_arena(f), hs_buf_slice(&body)));
	put("ValueSet/long",
		"{\"resourceType\":\"ValueSet\",\"id\":\"long\",\"url\":\"urn:test:all\",\"status\":"
		"\"active\","
		"\"compose\":{\"include\":[{\"system\":\"urn:test:long\"}]}}");
	struct fixture_answer a = fixture_get(f, "/fhir/r4/ValueSet/long/$expand?property=odd&offset=10");
	const struct hs_json *expansion = hs_json_get(fixture_json(f, &a), HS_S("expansion"));
	assert_int_equal(a.status, 200);
	assert_int_equal(hs_json_count(hs_json_get(expansion, HS_S("contains"))), 4990);
	assert_string_equal(text(a, "/expansion/total"), "5000");
	assert_string_equal(text(a, "/expansion/contains/0/code"), "10");
	assert_string_equal(text(a, "/expansion/contains/4989/display"), "Number 4999");
	assert_string_equal(text(a, "/expansion/extension/0/extension/0/valueCode"), "odd");
	a = fixture_get(f, "/fhir/r4/ValueSet/long/$expand?count=1900");
	assert_int_equal(hs_json_count(hs_json_get(hs_json_get(fixture_json(f, &a), HS_S("expansion")),
				 HS_S("contains"))),
		1900);
	/* a client may ask for less at once, but not for more than the server gives */
	a = fixture_call(f, "GET", "/fhir/r4/ValueSet/long/$expand", "X-Too-Costly-Threshold: 1000\r\n",
		NULL);
	assert_int_equal(a.status, 422);
	assert_string_equal(text(a, "/issue/0/code"), "too-costly");
	assert_string_equal(text(a, "/issue/0/details/text"),
		"The value set 'urn:test:all' expansion has too many codes to produce (>1000)");
	a = fixture_call(f, "GET", "/fhir/r4/ValueSet/long/$expand?count=2",
		"X-Too-Costly-Threshold: 1000\r\n", NULL);
	assert_int_equal(a.status, 200);
	a = fixture_call(f, "GET", "/fhir/r4/ValueSet/long/$expand", "X-Too-Costly-Threshold: many\r\n",
		NULL);
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/fhir/r4/ValueSet/long/$expand?_format=xml");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_starts(a.body, HS_S("<")));
}

static void instances(void **state)
{
	(void)state;
	need_fhir();
	put("CodeSystem/cs", SYSTEM("Alpha"));
	put("ValueSet/vs", SET);
	struct fixture_answer a = fixture_get(f, "ValueSet/vs/$expand?excludeNested=true");
	assert_int_equal(a.status, 200);
	assert_string_equal(text(a, "/expansion/contains/1/code"), "b");
	a = fixture_get(f, "CodeSystem/cs/$validate-code?code=b");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "CodeSystem/cs/$subsumes?codeA=a&codeB=b");
	assert_string_equal(text(a, "/parameter/0/valueCode"), "subsumes");
	a = fixture_get(f, "ValueSet/nobody/$expand");
	assert_int_equal(a.status, 404);
	assert_true(fixture_issue(f, &a).len > 0);
}

static void of_one_version_of_fhir_only(void **state)
{
	(void)state;
	need_fhir();
	put("CodeSystem/cs", SYSTEM("Alpha"));
	assert_int_equal(fixture_get(f, "/fhir/r4/CodeSystem/$lookup?system=urn:test:cs&code=a").status, 200);
	assert_int_equal(fixture_get(f, "/fhir/r5/CodeSystem/$lookup?system=urn:test:cs&code=a").status, 404);
}

static void resources_with_the_question(void **state)
{
	(void)state;
	need_fhir();
	struct fixture_answer a = fixture_send(f, "POST", "ValueSet/$expand",
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"url\",\"valueUri\":\"urn:sent:"
		"vs\"},"
		"{\"name\":\"tx-resource\",\"resource\":{\"resourceType\":\"CodeSystem\",\"url\":\"urn:sent:"
		"cs\","
		"\"status\":\"active\",\"content\":\"complete\",\"concept\":[{\"code\":\"x\"}]}},"
		"{\"name\":\"tx-resource\",\"resource\":{\"resourceType\":\"ValueSet\",\"url\":\"urn:sent:"
		"vs\","
		"\"status\":\"active\",\"compose\":{\"include\":[{\"system\":\"urn:sent:cs\"}]}}}]}");
	assert_int_equal(a.status, 200);
	assert_string_equal(text(a, "/expansion/contains/0/code"), "x");
	assert_int_equal(fixture_get(f, "ValueSet/$expand?url=urn:sent:vs").status, 404);
}

static void bad_uploads(void **state)
{
	static const struct {
		const char *path, *body;
	} rows[] = {
		{ "CodeSystem/bad",
			"{\"resourceType\":\"CodeSystem\",\"id\":\"bad\",\"status\":\"active\",\"content\":"
			"\"complete\","
			"\"concept\":[{\"code\":\"a\"},{\"code\":\"b\",\"concept\":[{\"code\":\"a\"}]}]}" },
		{ "ValueSet/bad",
			"{\"resourceType\":\"ValueSet\",\"id\":\"bad\",\"status\":\"active\",\"compose\":{"
			"\"include\":"
			"[{\"version\":\"1\"}]}}" },
		{ "ValueSet/bad",
			"{\"resourceType\":\"ValueSet\",\"id\":\"bad\",\"status\":\"active\",\"compose\":{"
			"\"include\":"
			"[{\"system\":\"urn:x\",\"filter\":[{\"property\":\"code\",\"op\":\"regex\","
			"\"value\":\"(a\"}]}]}}" },
	};

	(void)state;
	need_fhir();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture_answer a = fixture_send(f, "PUT", rows[i].path, rows[i].body);
		assert_int_equal(a.status, 422);
	}
}

/* A hierarchy that is a chain of many thousands would take memory in the square of its length. */
/* A filter that takes longer than the loop has patience for is answered by a worker, and right. */
static void a_filter_that_takes_long(void **state)
{
	static const char set[] = "{\"resourceType\":\"ValueSet\",\"id\":\"long\",\"url\":\"urn:test:long\","
				  "\"status\":\"active\","
				  "\"compose\":{\"include\":[{\"system\":\"urn:test:long\",\"filter\":[{"
				  "\"property\":\"display\","
				  "\"op\":\"regex\",\"value\":\"(.*a?){900}x\"}]}]}}";
	char as[1001];

	(void)state;
	need_fhir();
	memset(as, 'a', 1000);
	as[1000] = '\0';
	put("CodeSystem/long",
		hs_arena_cstr(fixture_arena(f),
			hs_arena_printf(fixture_arena(f),
				"{\"resourceType\":\"CodeSystem\",\"id\":\"long\",\"url\":\"urn:test:long\","
				"\"status\":\"active\",\"content\":\"complete\",\"concept\":[{\"code\":"
				"\"in\","
				"\"display\":\"%sx\"},{\"code\":\"out\",\"display\":\"%sy\"}]}",
				as, as)));
	put("ValueSet/long", set);
	struct fixture_answer a = fixture_get(f,
		"ValueSet/$validate-code?url=urn:test:long&system=urn:test:long&code=in");
	assert_int_not_equal(hs_slice_search(a.body, HS_S("\"valueBoolean\":true")), SIZE_MAX);
	a = fixture_get(f, "ValueSet/$validate-code?url=urn:test:long&system=urn:test:long&code=out");
	assert_int_not_equal(hs_slice_search(a.body, HS_S("\"valueBoolean\":false")), SIZE_MAX);
	a = fixture_get(f, "ValueSet/$expand?url=urn:test:long");
	assert_string_equal(text(a, "/expansion/contains/0/code"), "in");
	assert_string_equal(text(a, "/expansion/total"), "1");
}

/* Each concept below the one before it. */
static void a_long_chain(void **state)
{
	struct hs_buf body;

	(void)state;
	need_fhir();
	hs_buf_init(&body, fixture_arena(f), (size_t)8 << 20);
	hs_buf_cstr(&body,
		"{\"resourceType\":\"CodeSystem\",\"id\":\"deep\",\"url\":\"urn:test:deep\",\"status\":"
		"\"active\","
		"\"content\":\"complete\",\"concept\":[{\"code\":\"0\"}");
	for (unsigned i = 1; i < 30000; i++)
		hs_buf_printf(&body,
			",{\"code\":\"%u\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"%u\"}]}", i,
			i - 1);
	hs_buf_cstr(&body, "]}");
	hs_buf_byte(&body, '\0');
	assert_false(body.overflow);
	struct fixture_answer a = fixture_send(f, "PUT", "CodeSystem/deep", body.ptr);
	assert_int_equal(a.status, 201);
	a = fixture_get(f, "CodeSystem/$subsumes?system=urn:test:deep&codeA=0&codeB=29999");
	assert_string_equal(text(a, "/parameter/0/valueCode"), "subsumes");
}

/* Many pieces that stay apart, in a chain of parents of which each has them all. */
static void too_entangled_a_hierarchy(void **state)
{
	enum { PIECES = 4000, PARENTS = 3000 };
	struct hs_buf body;

	(void)state;
	need_fhir();
	hs_buf_init(&body, fixture_arena(f), (size_t)8 << 20);
	hs_buf_cstr(&body,
		"{\"resourceType\":\"CodeSystem\",\"id\":\"knot\",\"url\":\"urn:test:knot\",\"status\":"
		"\"active\",\"content\":\"complete\",\"concept\":[{\"code\":\"all\"}");
	for (unsigned i = 0; i < PIECES; i++)
		hs_buf_printf(&body,
			",{\"code\":\"p%u\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"all\"}%s]}", i,
			i % 2 ? ",{\"code\":\"parent\",\"valueCode\":\"u0\"}" : "");
	for (unsigned i = 0; i < PARENTS; i++)
		hs_buf_printf(&body,
			",{\"code\":\"u%u\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"u%u\"}]}", i,
			i + 1);
	hs_buf_cstr(&body, "]}");
	hs_buf_byte(&body, '\0');
	assert_false(body.overflow);
	struct fixture_answer a = fixture_send(f, "PUT", "CodeSystem/knot", body.ptr);
	assert_int_equal(a.status, 422);
	assert_int_not_equal(hs_slice_search(a.body, HS_S("joins in too many places")), SIZE_MAX);
}

static void what_the_service_says_of_itself(void **state)
{
	(void)state;
	need_fhir();
	struct fixture_answer a = fixture_get(f, "metadata?mode=terminology");
	assert_string_equal(text(a, "/resourceType"), "TerminologyCapabilities");
	/* Each release has its own codes, and R5 says of each code system how much of it is here. */
	assert_string_equal(text(a, "/kind"), "instance"); /* R5 terminology-service: fixed */
	assert_string_equal(text(a, "/codeSearch"), "all");
	a = fixture_get(f, "/fhir/r5/metadata?mode=terminology");
	assert_string_equal(text(a, "/codeSearch"), "in-compose-or-expansion");
	assert_string_equal(text(a, "/codeSystem/0/content"), "complete");
	a = fixture_get(f, "metadata");
	assert_string_equal(text(a, "/instantiates/0"),
		"http://hl7.org/fhir/CapabilityStatement/terminology-server");
	assert_string_equal(text(a, "/rest/0/security/service/0/text"),
		"None: nobody is asked who they are.");
	a = fixture_get(f, "$versions");
	assert_string_equal(text(a, "/parameter/0/valueString"), "4.0");
	a = fixture_get(f, "/fhir/r5/$versions");
	assert_string_equal(text(a, "/parameter/0/valueString"), "5.0");
}

/* How often the capabilities name the code system, with which versions; the one that is meant has a star. */
static const char *capable(const char *url)
{
	struct fixture_answer a = fixture_get(f, "metadata?mode=terminology");
	static char said[200];
	size_t n = 0;

	said[0] = '\0';
	HS_JSON_EACH(system, hs_json_get(fixture_json(f, &a), HS_S("codeSystem"))) {
		if (!hs_slice_eq(hs_json_get_text(system, HS_S("uri")), hs_slice_cstr(url)))
			continue;
		n += (size_t)snprintf(said + n, sizeof(said) - n, "%s(", n ? " " : "");
		HS_JSON_EACH(version, hs_json_get(system, HS_S("version")))
			n += (size_t)snprintf(said + n, sizeof(said) - n, " %.*s%s",
				HS_S_ARG(hs_json_get_text(version, HS_S("code"))),
				hs_json_get_bool(version, HS_S("isDefault"), false) ? "*" : "");
		n += (size_t)snprintf(said + n, sizeof(said) - n, " )");
	}
	return said;
}

/* One entry for a code system whose versions were uploaded, or are built in and uploaded. */
static void each_system_is_named_once(void **state)
{
	(void)state;
	need_fhir();
	put("CodeSystem/many-2", EDITION("many-2", "urn:many", "2"));
	assert_string_equal(capable("urn:many"), "( 2 )");
	put("CodeSystem/many-10", EDITION("many-10", "urn:many", "10"));
	assert_string_equal(capable("urn:many"), "( 2 10* )");
#define UCUM "http://unitsofmeasure.org"
	assert_string_equal(capable(UCUM), "( 2.2 )");
	put("CodeSystem/units", EDITION("units", UCUM, "1.9")); /* an upload goes first */
	assert_string_equal(capable(UCUM), "( 1.9* 2.2 )");
	put("CodeSystem/units", EDITION("units", "urn:other", "1.9"));
	assert_string_equal(capable(UCUM), "( 2.2 )");
}

/* Uploads come back after a restart. */
static void after_a_restart(void **state)
{
	(void)state;
	need_fhir();
	put("CodeSystem/cs", SYSTEM("Kept"));
	fixture_restart(f);
	assert_string_equal(lookup("a"), "Kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(uploads_are_usable_at_once),
		cmocka_unit_test(one_write_among_many), cmocka_unit_test(the_latest_version),
		cmocka_unit_test(a_long_expansion), cmocka_unit_test(instances),
		cmocka_unit_test(of_one_version_of_fhir_only), cmocka_unit_test(resources_with_the_question),
		cmocka_unit_test(bad_uploads), cmocka_unit_test(a_filter_that_takes_long),
		cmocka_unit_test(a_long_chain), cmocka_unit_test(too_entangled_a_hierarchy),
		cmocka_unit_test(what_the_service_says_of_itself),
		cmocka_unit_test(each_system_is_named_once), cmocka_unit_test(after_a_restart) };

	return FIXTURE_RUN(f, NULL, tests);
}
