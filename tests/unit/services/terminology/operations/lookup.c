/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $lookup and $subsumes. */
#include "../ask_test.h"

static const char *const resources[] = {
	"{'resourceType':'CodeSystem','url':'urn:cs','version':'1','name':'Cs','language':'en','content':'"
	"complete',"
	"'identifier':[{'system':'urn:ietf:rfc:3986','value':'urn:oid:1.2.3'}],'concept':["
	"{'code':'a','display':'A','definition':'First','concept':[{'code':'b','display':'B',"
	"'property':[{'code':'weight','valueDecimal':1.50},{'code':'flag','valueBoolean':true}],"
	"'designation':[{'language':'sv','value':'Be'}]}]},{'code':'c'}]}",
	"{'resourceType':'CodeSystem','url':'urn:sup','version':'9','content':'supplement','supplements':'"
	"urn:cs|1',"
	"'concept':[{'code':'b','designation':[{'language':'fi','value':'Bee'}]}]}",
	NULL,
};

static struct ask a;

static const struct hs_json *property(const char *name)
{
	HS_JSON_EACH(p, hs_json_get(a.out, HS_S("parameter"))) {
		const struct hs_json *code = hs_json_at(hs_json_get(p, HS_S("part")), 0);
		if (hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("property")) &&
			hs_slice_eq(hs_json_get_text(code, HS_S("valueCode")), hs_slice_cstr(name)))
			return hs_json_at(hs_json_get(p, HS_S("part")), 1);
	}
	return NULL;
}

static size_t count(const char *name)
{
	size_t n = 0;

	HS_JSON_EACH(p, hs_json_get(a.out, HS_S("parameter")))
		n += hs_slice_eq(hs_json_get_text(p, HS_S("name")), hs_slice_cstr(name));
	return n;
}

#define ASK(code) "{'name':'system','valueUri':'urn:cs'},{'name':'code','valueCode':'" code "'}"

static void all_of_a_concept(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'property','valueCode':'*'}");
	assert_int_equal(a.status, HS_OK);
	assert_string_equal(ask_text(&a, "display"), "B");
	assert_string_equal(ask_text(&a, "version"), "1");
	assert_true(hs_slice_eq(hs_json_get_text(property("parent"), HS_S("valueCode")), HS_S("a")));
	assert_true(hs_slice_eq(hs_json_text(hs_json_get(property("weight"), HS_S("valueDecimal"))),
		HS_S("1.50")));
	assert_true(hs_json_get_bool(property("flag"), HS_S("valueBoolean"), false));
	assert_false(hs_json_get_bool(property("inactive"), HS_S("valueBoolean"), true));
	assert_int_equal(count("designation"), 2);
}

static void a_part_of_it(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'property','valueCode':'weight'}");
	assert_non_null(property("weight"));
	assert_null(property("flag"));
	assert_null(property("parent"));
	assert_int_equal(count("designation"), 0);
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'displayLanguage','valueCode':'sv-FI'}");
	assert_string_equal(ask_text(&a, "display"), "Be");
}

/* designation is all of them, lang.X those in one language, with the regions of it. */
static void designations(void **state)
{
	static const struct {
		const char *property;
		size_t told;
	} rows[] = { { "designation", 2 }, { "lang.sv", 1 }, { "lang.en", 1 }, { "lang.sv-FI", 0 },
		{ "lang.fi", 0 }, { "lang.", 0 }, { "lang", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice asked = hs_arena_printf(a.arena,
			ASK("b") ",{'name':'property','valueCode':'%s'}", rows[i].property);
		ask(&a, hs_tx_lookup, hs_arena_cstr(a.arena, asked));
		if (count("designation") != rows[i].told)
			fail_msg("%s: %zu designations", rows[i].property, count("designation"));
	}
	ask(&a, hs_tx_lookup,
		ASK("b") ",{'name':'property','valueCode':'lang.sv'},"
			 "{'name':'property','valueCode':'lang.en'}");
	assert_int_equal(count("designation"), 2);
}

static void supplements(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'useSupplement','valueCanonical':'urn:sup'}");
	assert_int_equal(count("designation"), 3);
	assert_string_equal(ask_text(&a, "used-supplement"), "urn:sup|9");
}

static void by_other_names(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, "{'name':'system','valueUri':'urn:oid:1.2.3'},{'name':'code','valueCode':'a'}");
	assert_string_equal(ask_text(&a, "definition"), "First");
	ask(&a, hs_tx_lookup, "{'name':'coding','valueCoding':{'system':'urn:cs','code':'c'}}");
	assert_string_equal(ask_text(&a, "code"), "c");
}

static void not_there(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, ASK("z"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_Unknown_Code_in_Version);
	assert_int_equal(a.ctx.failure_status, 404);
	ask(&a, hs_tx_lookup, "{'name':'system','valueUri':'urn:x'},{'name':'code','valueCode':'a'}");
	assert_int_equal(a.ctx.failure->id, TX_MSG_UNKNOWN_CODESYSTEM);
	ask(&a, hs_tx_lookup, "{'name':'code','valueCode':'a'}");
	assert_int_equal(a.ctx.failure_status, 400);
}

static void refused(void **state)
{
	(void)state;
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'coding','valueCoding':{'system':'urn:cs','code':'c'}}");
	assert_int_equal(a.status, HS_E_VALUE);
	ask(&a, hs_tx_lookup, ASK("b") ",{'name':'coding','valueCoding':{'system':'urn:cs','code':'b'}}");
	assert_int_equal(a.status, HS_OK);
	ask_prepare(&a, ASK("b") ",{'name':'date','valueDateTime':'1990-01-01'}");
	a.ctx.now_ms = INT64_C(1795262400000);
	assert_int_equal(hs_tx_lookup(&a.ctx, &a.out, &a.err), HS_E_NOT_SUPPORTED);
}

static void subsumption(void **state)
{
	static const struct {
		const char *parameters, *outcome;
	} rows[] = {
#define PAIR(x, y) \
	"{'name':'system','valueUri':'urn:cs'},{'name':'codeA','valueCode':'" x \
	"'},{'name':'codeB','valueCode':'" y "'}"
		{ PAIR("a", "b"), "subsumes" },
		{ PAIR("b", "a"), "subsumed-by" },
		{ PAIR("b", "b"), "equivalent" },
		{ PAIR("a", "c"), "not-subsumed" },
		{ "{'name':'codingA','valueCoding':{'system':'urn:cs','code':'a'}},"
		  "{'name':'codingB','valueCoding':{'system':'urn:cs','code':'b'}}",
			"subsumes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(&a, hs_tx_subsumes, rows[i].parameters);
		if (a.status)
			fail_msg("%s: %s", rows[i].parameters, a.err.text);
		assert_string_equal(ask_text(&a, "outcome"), rows[i].outcome);
	}
	ask(&a, hs_tx_subsumes, PAIR("a", "z"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	assert_true(hs_slice_eq(a.ctx.failure->path, HS_S("codeB")));
	ask(&a, hs_tx_subsumes, "{'name':'system','valueUri':'urn:cs'},{'name':'codeA','valueCode':'a'}");
	assert_int_equal(a.status, HS_E_REQUIRED);
	ask(&a, hs_tx_subsumes,
		"{'name':'codingA','valueCoding':{'system':'urn:cs','code':'a'}},"
		"{'name':'codingB','valueCoding':{'system':'urn:other','code':'b'}}");
	assert_int_equal(a.status, HS_E_VALUE);
	/* the versions of codings count */
	ask(&a, hs_tx_subsumes,
		"{'name':'codingA','valueCoding':{'system':'urn:cs','version':'99','code':'a'}},"
		"{'name':'codingB','valueCoding':{'system':'urn:cs','code':'b'}}");
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	ask(&a, hs_tx_subsumes,
		"{'name':'codingA','valueCoding':{'system':'urn:cs','code':'a'}},"
		"{'name':'codingB','valueCoding':{'system':'urn:cs','version':'99','code':'b'}}");
	assert_int_equal(a.status, HS_E_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_of_a_concept),
		cmocka_unit_test(a_part_of_it), cmocka_unit_test(designations), cmocka_unit_test(supplements),
		cmocka_unit_test(by_other_names), cmocka_unit_test(not_there), cmocka_unit_test(refused),
		cmocka_unit_test(subsumption) };

	return ASK_RUN(&a, resources, tests);
}
