/* SPDX-License-Identifier: Apache-2.0 */
/* One question over the wire in every way that it can be put: by URL and by body, on the type and on an
 * instance, about what is stored, sent along or kept for the client, in R4 and R5, alone and in a batch. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct fixture *f;

static const char *quoted(const char *text)
{
	char *copy = hs_arena_cstr(fixture_arena(f), hs_slice_cstr(text));

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

#define TEXT(...) hs_arena_cstr(fixture_arena(f), hs_arena_printf(fixture_arena(f), __VA_ARGS__))

#define SYSTEM(url) \
	"{'resourceType':'CodeSystem','id':'ways','url':'" url \
	"','version':'1','status':'active','content':" \
	"'complete','caseSensitive':true,'language':'en','concept':[{'code':'a','display':'Alpha','" \
	"designation':[{" \
	"'language':'sv','value':'Alfa'}],'concept':[{'code':'b','display':'Beta'},{'code':'gone','display'" \
	":'Gone'," \
	"'property':[{'code':'status','valueCode':'retired'}]}]}]}"
#define SET(url, system) \
	"{'resourceType':'ValueSet','id':'ways','url':'" url \
	"','version':'1','status':'active','compose':{'include':[{" \
	"'system':'" system "','filter':[{'property':'concept','op':'descendent-of','value':'a'}]}]}}"

static void need(void)
{
	if (!fixture_has_fhir(f, HS_FHIR_R4) || !fixture_has_fhir(f, HS_FHIR_R5))
		skip();
}

static void store(const char *face)
{
	struct fixture_answer a = fixture_send(f, "PUT", TEXT("/fhir/%s/CodeSystem/ways", face),
		quoted(SYSTEM("urn:ways:cs")));
	struct fixture_answer b = fixture_send(f, "PUT", TEXT("/fhir/%s/ValueSet/ways", face),
		quoted(SET("urn:ways:vs", "urn:ways:cs")));

	assert_int_equal(a.status / 100, 2);
	assert_int_equal(b.status / 100, 2);
}

/* An answer without what tells when it was given. */
static const char *body_of(struct fixture_answer a)
{
	struct hs_json *tree = fixture_json(f, &a), *expansion = hs_json_get(tree, HS_S("expansion"));
	struct hs_buf out;

	hs_json_take(expansion, HS_S("timestamp"));
	hs_json_take(expansion, HS_S("identifier"));
	hs_buf_init(&out, fixture_arena(f), 1 << 20);
	hs_buf_printf(&out, "%d ", a.status);
	hs_json_write(&out, tree, 0);
	return hs_arena_cstr(fixture_arena(f), hs_buf_slice(&out));
}

static const char *ask_get(const char *path)
{
	return body_of(fixture_get(f, path));
}

static const char *ask_post(const char *path, const char *headers, const char *parameters)
{
	return body_of(fixture_call(f, "POST", path, headers,
		quoted(TEXT("{'resourceType':'Parameters','parameter':[%s]}", parameters))));
}

static const struct {
	const char *query, *parameters;
} codes[] = {
	{ "system=urn:ways:cs&code=b&display=Beta",
		"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'b'},{'name':'display'"
		","
		"'valueString':'Beta'}" },
	{ "system=urn:ways:cs&code=b&display=Nope",
		"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'b'},{'name':'display'"
		","
		"'valueString':'Nope'}" },
	{ "system=urn:ways:cs&code=a&displayLanguage=sv",
		"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'a'},{'name':'"
		"displayLanguage',"
		"'valueCode':'sv'}" },
	{ "system=urn:ways:cs&code=gone&activeOnly=true",
		"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'gone'},{'name':'"
		"activeOnly',"
		"'valueBoolean':true}" },
	{ "code=b&inferSystem=true",
		"{'name':'code','valueCode':'b'},{'name':'inferSystem','valueBoolean':true}" },
	{ "system=urn:ways:cs&code=zzz",
		"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'zzz'}" },
	{ "system=urn:ways:none&code=b",
		"{'name':'system','valueUri':'urn:ways:none'},{'name':'code','valueCode':'b'}" },
};
#define CODES (sizeof(codes) / sizeof(codes[0]))

#define NAMED ",{'name':'url','valueUri':'urn:ways:vs'}"
#define ALONG(system) ",{'name':'tx-resource','resource':" system "}"
#define INLINE ",{'name':'valueSet','resource':" SET("urn:ways:vs", "urn:ways:cs") "}"

static void same(const char *what, size_t at, const char *wanted, const char *got)
{
	if (strcmp(wanted, got) != 0)
		fail_msg("question %zu %s:\n%s\ninstead of\n%s", at, what, got, wanted);
}

static void validation_in_every_way(void **state)
{
	(void)state;
	need();
	store("r4");
	store("r5");
	for (size_t i = 0; i < CODES; i++) {
		const char *by_url = ask_get(TEXT("ValueSet/$validate-code?url=urn:ways:vs&%s",
			codes[i].query));
		const char *type = "ValueSet/$validate-code", *instance = "ValueSet/ways/$validate-code";
		same("by body", i, by_url, ask_post(type, NULL, TEXT("%s" NAMED, codes[i].parameters)));
		same("on the instance", i, by_url, ask_get(TEXT("%s?%s", instance, codes[i].query)));
		same("on the instance by body", i, by_url, ask_post(instance, NULL, codes[i].parameters));
		same("inline", i, by_url, ask_post(type, NULL, TEXT("%s" INLINE, codes[i].parameters)));
		same("sent along", i, by_url,
			ask_post(type, NULL,
				TEXT("%s" NAMED ALONG("%s") ALONG("%s"), codes[i].parameters,
					SYSTEM("urn:ways:cs"), SET("urn:ways:vs", "urn:ways:cs"))));
		same("as R5", i, by_url,
			ask_get(TEXT("/fhir/r5/ValueSet/$validate-code?url=urn:ways:vs&%s", codes[i].query)));
		const char *batch = ask_post("ValueSet/$batch-validate-code", NULL,
			TEXT("{'name':'validation','resource':{'resourceType':'Parameters','parameter':[%"
			     "s" NAMED "]}}",
				codes[i].parameters));
		if (!strstr(batch, by_url + 4)) /* without the status */
			fail_msg("question %zu in a batch: %s", i, batch);
	}
}

static void expansion_in_every_way(void **state)
{
	static const char *const queries[][2] = { { "", "" },
		{ "&count=1", ",{'name':'count','valueInteger':1}" },
		{ "&filter=bet", ",{'name':'filter','valueString':'bet'}" },
		{ "&activeOnly=true", ",{'name':'activeOnly','valueBoolean':true}" },
		{ "&displayLanguage=sv", ",{'name':'displayLanguage','valueCode':'sv'}" },
		{ "&includeDesignations=true", ",{'name':'includeDesignations','valueBoolean':true}" } };

	(void)state;
	need();
	store("r4");
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		const char *by_url = ask_get(TEXT("ValueSet/$expand?url=urn:ways:vs%s", queries[i][0]));
		same("by body", i, by_url,
			ask_post("ValueSet/$expand", NULL, TEXT("%s%s", &NAMED[1], queries[i][1])));
		same("on the instance", i, by_url, ask_get(TEXT("ValueSet/ways/$expand?%s", queries[i][0])));
		same("inline", i, by_url,
			ask_post("ValueSet/$expand", NULL, TEXT("%s%s", &INLINE[1], queries[i][1])));
	}
	/* a value set that stands alone in the body */
	same("as the body", 0, ask_get("ValueSet/$expand?url=urn:ways:vs"),
		body_of(fixture_send(f, "POST", "ValueSet/$expand",
			quoted(SET("urn:ways:vs", "urn:ways:cs")))));
}

/* A code system that is sent along, and asked. */
static void in_a_code_system_of_the_body(void **state)
{
	(void)state;
	need();
	const char *answer = ask_post("CodeSystem/$validate-code", NULL,
		"{'name':'codeSystem','resource':" SYSTEM("urn:sent:cs") "},{'name':'code','valueCode':'b'}");
	if (!strstr(answer, "\"valueBoolean\":true"))
		fail_msg("%s", answer);
}

/* A map that is sent along is the one that is asked, though others know the code. */
static void by_a_map_of_the_body(void **state)
{
#define MAPPING(url, code) \
	"{'resourceType':'ConceptMap'," url \
	"'status':'active','group':[{'source':'urn:ways:cs','target':'urn:there'," \
	"'element':[{'code':'b','target':[{'code':'" code "','equivalence':'equal'}]}]}]}"
#define FROM_B \
	"{'name':'system','valueUri':'urn:ways:cs'},{'name':'code','valueCode':'b'},{'name':'conceptMap','" \
	"resource':"
	(void)state;
	need();
	struct fixture_answer stored = fixture_send(f, "PUT", "ConceptMap/ways",
		quoted(MAPPING("'id':'ways','url':'urn:ways:map',", "stored")));
	assert_int_equal(stored.status / 100, 2);
	const char *named = ask_post("ConceptMap/$translate", NULL,
			   FROM_B MAPPING("'url':'urn:ways:sent',", "sent") "}"),
		   *unnamed = ask_post("ConceptMap/$translate", NULL, FROM_B MAPPING("", "sent") "}");
	if (!strstr(named, "\"sent\"") || strstr(named, "\"stored\""))
		fail_msg("%s", named);
	if (!strstr(unnamed, "\"sent\"") || strstr(unnamed, "\"stored\""))
		fail_msg("%s", unnamed);
}

static void in_swedish(void **state)
{
	static const char *const swedish = "Accept-Language: sv\r\n";

	(void)state;
	need();
	const char *batch = ask_post("ValueSet/$batch-validate-code", swedish, ""),
		   *instance = ask_post("ValueSet/nowhere/$expand", swedish, "");
	if (strncmp(batch, "400", 3) != 0 || !strstr(batch, "det finns inget att kontrollera"))
		fail_msg("%s", batch);
	if (strncmp(instance, "404", 3) != 0 || !strstr(instance, "det finns ingen ValueSet med id nowhere"))
		fail_msg("%s", instance);
}

/* ---- caches of clients ---- */

#define BROUGHT ALONG(SYSTEM("urn:kept:cs")) ALONG(SET("urn:kept:vs", "urn:kept:cs"))
#define QUESTION \
	"{'name':'url','valueUri':'urn:kept:vs'},{'name':'system','valueUri':'urn:kept:cs'},{'name':'code'," \
	"'valueCode':'b'}"

static void expect(const char *answer, const char *status, const char *part)
{
	if (strncmp(answer, status, 3) != 0 || !strstr(answer, quoted(part)))
		fail_msg("instead of %s with %s: %s", status, part, answer);
}

static void a_cache_of_its_own(void **state)
{
	(void)state;
	need();
	struct fixture_answer a = fixture_send(f, "POST", "$cache-control?mode=start", "{");
	assert_int_equal(a.status, 400); /* no JSON */
	a = fixture_send(f, "POST", "$cache-control?mode=start",
		quoted(TEXT("{'resourceType':'Parameters','parameter':[%s]}", &BROUGHT[1])));
	assert_int_equal(a.status, 200);
	const char *header = TEXT("X-Cache-Id: %.*s\r\n",
		HS_S_ARG(hs_parameter_text(fixture_json(f, &a), HS_S("cache-id"))));
	expect(ask_post("ValueSet/$validate-code", header, QUESTION), "200",
		"'name':'result','valueBoolean':true");
	expect(ask_post("/fhir/r5/ValueSet/$expand", header, "{'name':'url','valueUri':'urn:kept:vs'}"),
		"200", "'code':'gone'");
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION), "404", "urn:kept:vs");
	/* what comes with a question is kept, and is no instance */
	ask_post("ValueSet/$validate-code", header, QUESTION ALONG(SYSTEM("urn:kept:later")));
	expect(ask_post("CodeSystem/$lookup", header,
		       "{'name':'system','valueUri':'urn:kept:later'},{'name':'code','valueCode':'a'}"),
		"200", "Alpha");
	expect(ask_post("$cache-control?mode=check", header, ""), "200",
		"'resource-count','valueUnsignedInt':3");
	expect(ask_post("$cache-control?mode=end", header, ""), "200", "Parameters");
	expect(ask_post("ValueSet/$validate-code", header, QUESTION), "404", "there is no cache");
	expect(ask_post("$cache-control?mode=check", header, ""), "200", "'valid','valueBoolean':false");
	expect(ask_post("$cache-control?mode=end", header, ""), "200", "Parameters");
	expect(ask_post("$cache-control?mode=end", NULL, ""), "400", "X-Cache-Id");
	expect(ask_post("$cache-control?mode=mend", header, ""), "400", "start, check or end");
}

static void a_cache_named_by_the_client(void **state)
{
#define MINE ",{'name':'cache-id','valueId':'mine'}"
	(void)state;
	need();
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION MINE), "404", "urn:kept:vs");
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION MINE BROUGHT), "200",
		"'valueBoolean':true");
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION MINE), "200", "'valueBoolean':true");
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION ",{'name':'cache-id','valueId':'yours'}"),
		"404", "urn:kept:vs");
	expect(ask_post("ValueSet/$validate-code", NULL, QUESTION ",{'name':'cache-id','valueId':'a b'}"),
		"400", "cache-id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validation_in_every_way),
		cmocka_unit_test(expansion_in_every_way),
		cmocka_unit_test(in_a_code_system_of_the_body),
		cmocka_unit_test(by_a_map_of_the_body),
		cmocka_unit_test(in_swedish),
		cmocka_unit_test(a_cache_of_its_own),
		cmocka_unit_test(a_cache_named_by_the_client),
	};

	return FIXTURE_RUN(f, NULL, tests);
}
