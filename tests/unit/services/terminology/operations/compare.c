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

#define NO_HIT "{'system':'urn:cs','filter':[{'property':'code','op':'regex','value':'none.*'}]}"

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
	VS("urn:lists", "'include':[" LIST("{'code':'a'},{'code':'zz'}") "]"),
	VS("urn:list-zz", "'include':[" LIST("{'code':'zz'}") "]"),
	VS("urn:just-a", "'include':[" LIST("{'code':'a'}") "]"),
	VS("urn:just-a-and-zz",
		"'include':[" LIST("{'code':'a'}") ",{'system':'urn:cs2','concept':[{'code':'zz'}]}]"),
	/* two versions of a system that tells them apart, and of one that does not */
	"{'resourceType':'CodeSystem','url':'urn:strict','version':'1','versionNeeded':true,'content':'"
	"complete',"
	"'concept':[{'code':'s'}]}",
	"{'resourceType':'CodeSystem','url':'urn:strict','version':'2','versionNeeded':true,'content':'"
	"complete',"
	"'concept':[{'code':'s'}]}",
	CS("urn:loose", "1", "{'code':'s'}"),
	CS("urn:loose", "2", "{'code':'s','concept':[{'code':'t'}]}"),
	VS("urn:strict-1", "'include':[{'system':'urn:strict','version':'1','concept':[{'code':'s'}]}]"),
	VS("urn:strict-2", "'include':[{'system':'urn:strict','version':'2','concept':[{'code':'s'}]}]"),
	VS("urn:strict-all-1", "'include':[{'system':'urn:strict','version':'1'}]"),
	VS("urn:strict-all", "'include':[{'system':'urn:strict'}]"),
	VS("urn:loose-1", "'include':[{'system':'urn:loose','version':'1','concept':[{'code':'s'}]}]"),
	VS("urn:loose-2", "'include':[{'system':'urn:loose','version':'2','concept':[{'code':'s'}]}]"),
	VS("urn:no-hit", "'include':[" NO_HIT "]"),
	VS("urn:no-hit-and-loose",
		"'include':[" NO_HIT ",{'system':'urn:loose','version':'1','concept':[{'code':'s'}]}]"),
	VS("urn:loose-all-1", "'include':[{'system':'urn:loose','version':'1'}]"),
	VS("urn:loose-all-2", "'include':[{'system':'urn:loose','version':'2'}]"),
	VS("urn:loose-isa-1",
		"'include':[{'system':'urn:loose','version':'1','filter':[{'property':'concept',"
		"'op':'is-a','value':'s'}]}]"),
	VS("urn:loose-isa-2",
		"'include':[{'system':'urn:loose','version':'2','filter':[{'property':'concept',"
		"'op':'is-a','value':'s'}]}]"),
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
		/* codes that do not exist are in no set */
		{ "urn:lists", "urn:just-a", "same", "false", "a", "", "" },
		{ "urn:list-zz", "urn:just-a", "disjoint", "false", "", "", "a" },
		{ "urn:list-zz", "urn:list-zz", "empty", "false", "", "", "" },
		{ "urn:just-a-and-zz", "urn:just-a", "same", "false", "a", "", "" },
		/* filters that let nothing through */
		{ "urn:no-hit", "urn:no-hit", "same", "false", "", "", "" },
		{ "urn:no-hit", "urn:loose-1", "disjoint", "false", "", "", "" },
		{ "urn:no-hit-and-loose", "urn:loose-1", "same", "false", "s", "", "" },
		{ "urn:loose-1", "urn:no-hit-and-loose", "same", "false", "s", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice parameters = hs_arena_printf(a.arena,
			"{'name':'thisUrl','valueUri':'%s'},{'name':'otherUrl','valueUri':'%s'},"
			"{'name':'diagnostics','valueBoolean':true}",
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

/* version-policy: when a code of one version is that of another. */
static void versions(void **state)
{
	static const struct {
		const char *self, *other, *as_needed, *always, *never;
	} rows[] = {
		{ "urn:loose-1", "urn:loose-2", "same", "disjoint", "same" },
		{ "urn:loose-1", "urn:loose-1", "same", "same", "same" },
		{ "urn:loose-all-1", "urn:loose-all-2", "same", "disjoint", "same" },
		{ "urn:loose-isa-1", "urn:loose-isa-2", "subset", "disjoint", "same" },
		{ "urn:loose-all-2", "urn:loose-1", "superset", "disjoint", "superset" },
		{ "urn:strict-1", "urn:strict-2", "disjoint", "disjoint", "same" },
		{ "urn:strict-all-1", "urn:strict-all", "disjoint", "disjoint", "same" },
		{ "urn:strict-2", "urn:strict-all", "same", "same", "same" },
	};

	(void)state;
	for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		static const char *const policies[] = { "as-needed", "always", "never" };
		const char *expected[] = { rows[i / 3].as_needed, rows[i / 3].always, rows[i / 3].never };
		struct hs_slice parameters = hs_arena_printf(a.arena,
			"{'name':'thisUrl','valueUri':'%s'},{'name':'otherUrl','valueUri':'%s'},"
			"{'name':'version-policy','valueCode':'%s'}",
			rows[i / 3].self, rows[i / 3].other, policies[i % 3]);
		ask(&a, compare, hs_arena_cstr(a.arena, parameters));
		if (a.status || strcmp(ask_text(&a, "result"), expected[i % 3]) != 0)
			fail_msg("%s, %s, %s: %s", rows[i / 3].self, rows[i / 3].other, policies[i % 3],
				a.status ? a.err.text : ask_text(&a, "result"));
		assert_string_equal(ask_text(&a, "performed-expansion"), ""); /* nobody asked */
	}
	ask(&a, compare,
		"{'name':'thisUrl','valueUri':'urn:a'},{'name':'otherUrl','valueUri':'urn:b'},"
		"{'name':'version-policy','valueCode':'often'}");
	assert_int_equal(a.status, HS_E_VALUE);
}

/* ---- any two sets, held against what their expansions say ---- */

#define PIECES 14u
static const char *const pieces[PIECES] = { "{'system':'urn:cs'}", "{'system':'urn:cs2'}",
	"{'system':'urn:mixed'}", IS_A("a"), IS_A("b"), IS_A("a1"), LIST("{'code':'a'}"),
	LIST("{'code':'zz'}"), LIST("{'code':'a1'},{'code':'a2'},{'code':'a'}"),
	LIST("{'code':'b'},{'code':'zz'}"), "{'system':'urn:cs2','concept':[{'code':'zz'}]}",
	"{'valueSet':['urn:list-ab']}",
	"{'system':'urn:cs','filter':[{'property':'code','op':'regex','value':'a.'}]}",
	"{'system':'urn:mixed','concept':[{'code':'n'}]}" };
/* The codes that the pieces are about, each a bit of a set. */
static const char *const universe[] = { "a", "a1", "a2", "b", "b1", "x", "m", "n" };

static unsigned members(const char *codes)
{
	unsigned set = 0;

	for (size_t i = 0; i < sizeof(universe) / sizeof(universe[0]); i++)
		for (const char *at = codes; (at = strstr(at, universe[i])) != NULL; at++) {
			char before = at == codes ? ' ' : at[-1], after = at[strlen(universe[i])];
			if (!((before >= 'a' && before <= 'z') || (after >= '0' && after <= 'z')))
				set |= 1u << i;
		}
	return set;
}

static const char *relation_of(unsigned self, unsigned other)
{
	if (!(self | other))
		return "empty";
	if (!(self & other))
		return "disjoint";
	return self == other            ? "same" :
		(self & other) == other ? "superset" :
		(self & other) == self  ? "subset" :
					  "overlapping";
}

static void as_expanded(void **state)
{
	enum { SETS = 60 };
	static const char *texts[SETS + 4];
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	unsigned expanded[SETS], seed = 1;
	struct ask b;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		texts[i] = resources[i];
	texts[3] = VS("urn:list-ab", "'include':[" LIST("{'code':'b'},{'code':'a'}") "]");
	for (unsigned i = 4; i < SETS; i++) {
		unsigned pick[3];
		for (size_t k = 0; k < 3; k++)
			pick[k] = (seed = seed * 1103515245u + 12345u) >> 16;
		const char *second = pick[1] % 3 ? pieces[pick[1] % PIECES] : NULL;
		const char *less = pick[2] % 4 == 0 ? pieces[pick[2] / 4 % PIECES] : NULL;
		texts[i] = hs_arena_cstr(arena,
			hs_arena_printf(arena,
				"{'resourceType':'ValueSet','url':'urn:r%u','status':'active','compose':{%s"
				"'include':[%s%s%s]%s%s%s}}",
				i, pick[2] % 5 == 0 ? "'inactive':false," : "", pieces[pick[0] % PIECES],
				second ? "," : "", second ? second : "", less ? ",'exclude':[" : "",
				less ? less : "", less ? "]" : ""));
	}
	texts[SETS] = NULL;
	ask_begin(&b, texts);
	for (unsigned i = 4; i < SETS; i++) {
		struct hs_slice url = hs_arena_printf(arena, "{'name':'url','valueUri':'urn:r%u'}", i);
		ask(&b, hs_tx_expand, hs_arena_cstr(arena, url));
		assert_int_equal(b.status, HS_OK);
		expanded[i] = members(ask_codes(&b));
	}
	for (unsigned i = 4; i < SETS; i++)
		for (unsigned k = 4; k < SETS; k++) {
			struct hs_arena_mark mark = hs_arena_mark(b.arena);
			struct hs_slice both = hs_arena_printf(arena,
				"{'name':'thisUrl','valueUri':'urn:r%u'},{'name':'otherUrl','valueUri':'urn:"
				"r%u'}",
				i, k);
			const char *expected = relation_of(expanded[i], expanded[k]);
			ask(&b, compare, hs_arena_cstr(arena, both));
			const char *found = ask_text(&b, "result");
			if (strcmp(found, expected) != 0)
				fail_msg("%s\n%s\n%s, not %s: %s", texts[i], texts[k], found, expected,
					ask_text(&b, "message"));
			hs_arena_rollback(b.arena, mark);
		}
	ask_end(&b);
	hs_arena_free(arena);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(outcomes), cmocka_unit_test(versions),
		cmocka_unit_test(as_expanded), cmocka_unit_test(refused) };

	return ASK_RUN(&a, resources, tests);
}
