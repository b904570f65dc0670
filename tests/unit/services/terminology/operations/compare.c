/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $compare: by definition where that is enough, else by expansion. */
#include "../ask_test.h"

#define CS(url, version, codes) \
	"{'resourceType':'CodeSystem','url':'" url "','version':'" version \
	"','content':'complete','concept':[" codes "]}"
#define VS(url, compose) \
	"{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{" compose "}}"
#define IS_A(code) "{'system':'urn:cs','filter':[{'property':'concept','op':'is-a','value':'" code "'}]}"
#define LIST(codes) "{'system':'urn:cs','concept':[" codes "]}"

static const char *const resources[] = {
	CS("urn:cs", "1",
		"{'code':'a','concept':[{'code':'a1'},{'code':'a2'}]},{'code':'b','concept':[{'code':'b1'}]"
		"}"),
	CS("urn:cs2", "1", "{'code':'x'}"),
	CS("urn:mixed", "1",
		"{'code':'m','property':[{'code':'status','valueCode':'active'}]},"
		"{'code':'n','property':[{'code':'status','valueCode':'retired'}]}"),
	VS("urn:mixed-all", "'include':[{'system':'urn:mixed'}]"),
	VS("urn:mixed-active", "'inactive':false,'include':[{'system':'urn:mixed'}]"),
	VS("urn:mixed-list", "'inactive':false,'include':[{'system':'urn:mixed','concept':[{'code':'m'}]}]"),
	VS("urn:mixed-lists",
		"'inactive':false,'include':[{'system':'urn:mixed','concept':[{'code':'m'},{'code':'n'}]}]"),
	VS("urn:whole", "'include':[{'system':'urn:cs'}]"),
	VS("urn:whole2", "'include':[{'system':'urn:cs2'},{'system':'urn:cs'}]"),
	VS("urn:a", "'include':[" IS_A("a") "]"),
	VS("urn:a1", "'include':[" IS_A("a1") "]"),
	VS("urn:b", "'include':[" IS_A("b") "]"),
	VS("urn:list-a", "'include':[" LIST("{'code':'a2'},{'code':'a'},{'code':'a1'}") "]"),
	VS("urn:list-ab", "'include':[" LIST("{'code':'b'},{'code':'a'}") "]"),
	VS("urn:list-a1", "'include':[" LIST("{'code':'a1'}") "]"),
	VS("urn:less", "'include':[{'system':'urn:cs'}],'exclude':[" IS_A("b") "]"),
	VS("urn:import", "'include':[{'valueSet':['urn:a']}]"),
	VS("urn:none", "'include':[" LIST("{'code':'zz'}") "],'exclude':[" LIST("{'code':'zz'}") "]"),
	VS("urn:lost", "'include':[{'system':'urn:unknown'}],'exclude':[{'system':'urn:unknown'}]"),
	NULL,
};

static struct ask a;

static enum hs_status compare(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_compare(ctx, (struct tx_set) { NULL, NULL }, (struct tx_set) { NULL, NULL }, out, err);
}

static void outcomes(void **state)
{
	static const struct {
		const char *self, *other, *result, *expanded, *common, *missing, *extra;
	} rows[] = {
		{ "urn:whole", "urn:whole", "same", "false", "", "", "" },
		{ "urn:whole", "urn:whole2", "subset", "false", "", "", "" },
		{ "urn:a", "urn:a1", "superset", "false", "", "", "" },
		{ "urn:a1", "urn:a", "subset", "false", "", "", "" },
		{ "urn:a", "urn:b", "disjoint", "false", "", "", "" },
		{ "urn:list-a", "urn:list-ab", "overlapping", "false", "a", "a1,a2", "b" },
		{ "urn:list-a1", "urn:list-a", "subset", "false", "a1", "", "a,a2" },
		{ "urn:a", "urn:list-a", "same", "true", "", "", "" },
		{ "urn:a", "urn:list-ab", "overlapping", "true", "a", "a1,a2", "b" },
		{ "urn:less", "urn:a", "same", "true", "", "", "" },
		{ "urn:import", "urn:whole", "subset", "true", "a,a1,a2", "", "b,b1" },
		{ "urn:mixed-active", "urn:mixed-active", "same", "false", "", "", "" },
		{ "urn:mixed-all", "urn:mixed-active", "superset", "true", "m", "n", "" },
		{ "urn:mixed-list", "urn:mixed-lists", "same", "true", "", "", "" },
		{ "urn:mixed-lists", "urn:mixed-lists", "same", "false", "", "", "" },
		{ "urn:none", "urn:none", "empty", "true", "", "", "" },
		{ "urn:lost", "urn:a", "indeterminate", "true", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice parameters = hs_arena_printf(a.arena,
			"{'name':'thisUrl','valueUri':'%s'},{'name':'otherUrl','valueUri':'%s'}",
			rows[i].self, rows[i].other);
		ask(&a, compare, hs_arena_cstr(a.arena, parameters));
		if (a.status)
			fail_msg("%s, %s: %s", rows[i].self, rows[i].other, a.err.text);
		if (strcmp(ask_text(&a, "result"), rows[i].result) != 0)
			fail_msg("%s, %s: %s", rows[i].self, rows[i].other, ask_text(&a, "result"));
		assert_string_equal(ask_text(&a, "performed-expansion"), rows[i].expanded);
		assert_string_equal(ask_text(&a, "common-codes"), rows[i].common);
		assert_string_equal(ask_text(&a, "missing-codes"), rows[i].missing);
		assert_string_equal(ask_text(&a, "extra-codes"), rows[i].extra);
	}
}

static void refused(void **state)
{
	(void)state;
	ask(&a, compare, "{'name':'thisUrl','valueUri':'urn:a'}");
	assert_int_equal(a.status, HS_E_REQUIRED);
	ask(&a, compare,
		"{'name':'thisUrl','valueUri':'urn:a'},{'name':'otherUrl','valueUri':'urn:nowhere'}");
	assert_int_equal(a.ctx.failure->id, TX_MSG_Unable_to_resolve_value_Set_);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(outcomes), cmocka_unit_test(refused) };

	return ASK_RUN(&a, resources, tests);
}
