/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $closure: pairs as concepts come, told again from a version on, limits and refusals. */
#include "../ask_test.h"

#include <services/terminology/state.h>

static const char *const resources[] = {
	/* d has two parents */
	"{'resourceType':'CodeSystem','url':'urn:cs','version':'1','content':'complete','"
	"hierarchyMeaning':'is-a',"
	"'property':[{'code':'parent','uri':'http://hl7.org/fhir/concept-properties#parent','type':'code'}],"
	"'concept':[{'code':'a','concept':[{'code':'b','concept':[{'code':'d','property':[{'code':'parent',"
	"'valueCode':'c'}]}]},{'code':'c'}]},{'code':'z'}]}",
	"{'resourceType':'CodeSystem','url':'urn:cs','version':'0','content':'complete',"
	"'concept':[{'code':'a'}]}",
	"{'resourceType':'CodeSystem','url':'urn:other','version':'1','content':'complete',"
	"'concept':[{'code':'a',"
	"'concept':[{'code':'b'}]}]}",
	NULL,
};

static struct ask a;
static struct tx_sandbox sandbox;

static enum hs_status closure(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_closure(ctx, &sandbox, out, err);
}

/* `ask` asks twice, which a table remembers. */
static void ask_once(const char *parameters)
{
	ask_prepare(&a, parameters);
	if (a.status == HS_OK)
		a.status = closure(&a.ctx, &a.out, &a.err);
}

#define NAME "{'name':'name','valueString':'t'}"
#define CONCEPT(url, c) ",{'name':'concept','valueCoding':{'system':'" url "','code':'" c "'}}"
#define C(c) CONCEPT("urn:cs", c)
#define SINCE(v) ",{'name':'version','valueString':'" v "'}"

/* "2: b<a d<a d=x" */
static const char *told(void)
{
	struct hs_buf out;

	hs_buf_init(&out, a.arena, 100000);
	hs_buf_printf(&out, "%.*s:", HS_S_ARG(hs_json_get_text(a.out, HS_S("version"))));
	HS_JSON_EACH(group, hs_json_get(a.out, HS_S("group")))
		HS_JSON_EACH(element, hs_json_get(group, HS_S("element")))
			HS_JSON_EACH(target, hs_json_get(element, HS_S("target")))
				hs_buf_printf(&out, " %.*s<%.*s",
					HS_S_ARG(hs_json_get_text(element, HS_S("code"))),
					HS_S_ARG(hs_json_get_text(target, HS_S("code"))));
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

static void expect(const char *parameters, const char *pairs)
{
	ask_once(parameters);
	if (a.status)
		fail_msg("%s: %s", parameters, a.err.text);
	assert_string_equal(told(), pairs);
}

static void as_they_come(void **state)
{
	(void)state;
	expect(NAME, "0:");
	expect(NAME C("d"), "1:");
	expect(NAME C("a") C("d") C("z"), "2: d<a");
	expect(NAME C("b") CONCEPT("urn:other", "b") CONCEPT("urn:other", "a"), "3: d<b b<a b<a");
	expect(NAME C("c") C("c"), "4: d<c c<a");
	expect(NAME C("c"), "5:");
	expect(NAME SINCE("3"), "5: d<c c<a");
	expect(NAME SINCE("0"), "5: d<a d<b d<c b<a c<a b<a");
	expect(NAME, "0:");
	expect(NAME C("d") C("c") C("b") C("a"), "1: d<c d<b d<a c<a b<a");
}

static void in_both_shapes(void **state)
{
	(void)state;
	expect(NAME, "0:");
	expect(NAME C("b") C("a"), "1: b<a");
	const struct hs_json *group = hs_json_at(hs_json_get(a.out, HS_S("group")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(group, HS_S("source")), HS_S("urn:cs|1")));
	assert_true(hs_slice_eq(hs_json_text(hs_json_pointer(group,
					HS_S("/element/0/target/0/relationship"))),
		HS_S("source-is-narrower-than-target")));
	ask_prepare(&a, NAME SINCE("0"));
	a.ctx.fhir = HS_FHIR_R4;
	assert_int_equal(closure(&a.ctx, &a.out, &a.err), HS_OK);
	group = hs_json_at(hs_json_get(a.out, HS_S("group")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(group, HS_S("sourceVersion")), HS_S("1")));
	assert_true(hs_slice_eq(hs_json_text(hs_json_pointer(group, HS_S("/element/0/target/0/equivalence"))),
		HS_S("subsumes")));
}

/* What is refused changes nothing. */
static void refused(void **state)
{
	static const struct {
		const char *parameters;
		enum tx_message message;
	} rows[] = {
		{ "{'name':'concept','valueCoding':{'system':'urn:cs','code':'a'}}",
			TX_MSG_OWN_CLOSURE_NAME },
		{ "{'name':'name','valueString':'nobody'}" C("a"), TX_MSG_OWN_CLOSURE_GONE },
		{ "{'name':'name','valueString':'nobody'}" SINCE("1"), TX_MSG_OWN_CLOSURE_GONE },
		{ NAME C("a") SINCE("1"), TX_MSG_OWN_CLOSURE_BOTH },
		{ NAME SINCE("2"), TX_MSG_OWN_CLOSURE_VERSION },
		{ NAME SINCE("x"), TX_MSG_OWN_CLOSURE_VERSION },
		{ NAME C("a") C("nothing"), TX_MSG_Unknown_Code_in_Version },
		{ NAME C("a") CONCEPT("urn:nowhere", "a"), TX_MSG_UNKNOWN_CODESYSTEM },
		{ NAME ",{'name':'concept','valueCoding':{'code':'a'}}", TX_MSG_OWN_CODE_ALONE },
		{ NAME ",{'name':'concept','valueCoding':{'system':'urn:cs','version':'0','code':'a'}}",
			TX_MSG_OWN_CLOSURE_CHANGED },
	};

	(void)state;
	expect(NAME, "0:");
	expect(NAME C("b"), "1:");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask_once(rows[i].parameters);
		if (!a.status || !a.ctx.failure || a.ctx.failure->id != rows[i].message)
			fail_msg("%s: %s", rows[i].parameters, a.status ? a.err.text : told());
		expect(NAME SINCE("0"), "1:");
	}
	/* a table may be about an older version, and stays with it */
	expect(NAME, "0:");
	expect(NAME ",{'name':'concept','valueCoding':{'system':'urn:cs','version':'0','code':'a'}}", "1:");
	ask_once(NAME C("b"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_Unknown_Code_in_Version);
}

static void few_tables(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++) {
		struct hs_slice name = hs_arena_printf(a.arena, "{'name':'name','valueString':'t%d'}", i);
		ask_prepare(&a, hs_arena_cstr(a.arena, name));
		a.ctx.now_ms = i + 1;
		assert_int_equal(closure(&a.ctx, &a.out, &a.err), HS_OK);
	}
	ask_once("{'name':'name','valueString':'t0'}" C("a"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_OWN_CLOSURE_GONE);
	ask_once("{'name':'name','valueString':'t39'}" C("a"));
	assert_int_equal(a.status, HS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_they_come), cmocka_unit_test(in_both_shapes),
		cmocka_unit_test(refused), cmocka_unit_test(few_tables) };

	pthread_mutex_init(&sandbox.closures_lock, NULL);
	int failed = ASK_RUN(&a, resources, tests);
	hs_tx_closures_end(&sandbox);
	pthread_mutex_destroy(&sandbox.closures_lock);
	return failed;
}
