/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the compiler: codes in order, hierarchies of all shapes, states of concepts, found by canonical.
 */
#include "../ask_test.h"

#include <handslag/service.h>

#define SYSTEM(url, version, rest) \
	"{'resourceType':'CodeSystem','url':'" url "','version':'" version "','content':'complete'," rest "}"

static uint32_t code(struct ask *a, struct tx_system s, const char *text)
{
	return hs_tx_find_code(a->arena, s, hs_slice_cstr(text), NULL);
}

static struct tx_system system_of(struct ask *a, const char *url, const char *version)
{
	struct tx_system s = { NULL, NULL };
	struct tx_scope scope = { { &a->layer }, 1, 0, TEST_FACES };

	if (!hs_tx_find_system(&scope, hs_slice_cstr(url), hs_slice_cstr(version), &s))
		fail_msg("%s|%s is not there", url, version);
	return s;
}

/* The hierarchy of one and the same diamond-free tree, written in three ways. */
static void trees_in_every_form(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:nested", "1",
			"'concept':[{'code':'a','concept':[{'code':'b','concept':[{'code':'c'}]},{'code':'d'}"
			"]},{'code':'e'}]"),
		SYSTEM("urn:parent", "1",
			"'concept':[{'code':'c','property':[{'code':'parent','valueCode':'b'}]},{'code':'a'},"
			"{'code':'b','property':[{'code':'parent','valueCode':'a'}]},"
			"{'code':'d','property':[{'code':'parent','valueCode':'a'}]},{'code':'e'}]"),
		SYSTEM("urn:child", "1",
			"'property':[{'code':'kid','uri':'http://hl7.org/fhir/"
			"concept-properties#child','type':'code'}],"
			"'concept':[{'code':'a','property':[{'code':'kid','valueCode':'b'},{'code':'kid','"
			"valueCode':'d'}]},"
			"{'code':'b','property':[{'code':'kid','valueCode':'c'}]},{'code':'c'},{'code':'d'},{"
			"'code':'e'}]"),
		NULL,
	};
	static const char *const urls[] = { "urn:nested", "urn:parent", "urn:child" };
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	for (size_t i = 0; i < 3; i++) {
		struct tx_system s = system_of(&a, urls[i], "");
		size_t count = 0;
		assert_true(hs_tx_is_below(s, code(&a, s, "c"), code(&a, s, "a")));
		assert_true(hs_tx_is_below(s, code(&a, s, "c"), code(&a, s, "b")));
		assert_true(hs_tx_is_below(s, code(&a, s, "d"), code(&a, s, "a")));
		assert_false(hs_tx_is_below(s, code(&a, s, "d"), code(&a, s, "b")));
		assert_false(hs_tx_is_below(s, code(&a, s, "a"), code(&a, s, "a")));
		assert_false(hs_tx_is_below(s, code(&a, s, "e"), code(&a, s, "a")));
		hs_tx_children(s, code(&a, s, "a"), &count);
		assert_int_equal(count, 2);
		hs_tx_parents(s, code(&a, s, "e"), &count);
		assert_int_equal(count, 0);
	}
	assert_false(system_of(&a, "urn:nested", "").row->head.flags & TX_GRAPH);
	assert_true(system_of(&a, "urn:parent", "").row->head.flags & TX_GRAPH);
	ask_end(&a);
}

static void two_parents_and_cycles(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:diamond", "1",
			"'concept':[{'code':'top'},{'code':'l','property':[{'code':'parent','valueCode':'top'"
			"}]},"
			"{'code':'r','property':[{'code':'parent','valueCode':'top'}]},"
			"{'code':'low','property':[{'code':'parent','valueCode':'l'},{'code':'parent','"
			"valueCode':'r'}]}]"),
		SYSTEM("urn:cycle", "1",
			"'concept':[{'code':'x','property':[{'code':'parent','valueCode':'y'}]},"
			"{'code':'y','property':[{'code':'parent','valueCode':'x'},{'code':'parent','"
			"valueCode':'y'},"
			"{'code':'parent','valueCode':'nobody'}]}]"),
		NULL,
	};
	struct ask a;
	size_t count = 0;

	(void)state;
	ask_begin(&a, resources);
	struct tx_system s = system_of(&a, "urn:diamond", "");
	assert_true(hs_tx_is_below(s, code(&a, s, "low"), code(&a, s, "l")));
	assert_true(hs_tx_is_below(s, code(&a, s, "low"), code(&a, s, "r")));
	assert_true(hs_tx_is_below(s, code(&a, s, "low"), code(&a, s, "top")));
	assert_false(hs_tx_is_below(s, code(&a, s, "l"), code(&a, s, "r")));
	hs_tx_parents(s, code(&a, s, "low"), &count);
	assert_int_equal(count, 2);
	s = system_of(&a, "urn:cycle", "");
	assert_true(hs_tx_is_below(s, code(&a, s, "x"), code(&a, s, "y")));
	assert_true(hs_tx_is_below(s, code(&a, s, "y"), code(&a, s, "x")));
	ask_end(&a);
}

/* A chain costs one span for each of its concepts, whatever its length and whichever way it is written. */
static void chains_of_any_length(void **state)
{
	enum { LENGTH = 20000 };
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);

	(void)state;
	for (unsigned down = 0; down < 2; down++) {
		struct hs_buf text;
		struct ask a;
		hs_buf_init(&text, arena, (size_t)8 << 20);
		hs_buf_cstr(&text,
			"{'resourceType':'CodeSystem','url':'urn:chain','caseSensitive':true,"
			"'content':'complete','concept':[");
		for (unsigned i = 0; i < LENGTH; i++)
			hs_buf_printf(&text,
				"%s{'code':'%u','property':[{'code':'parent','valueCode':'%u'}]}",
				i ? "," : "", i, down ? i - 1 : i + 1);
		hs_buf_cstr(&text, "]}");
		const char *const resources[] = { hs_arena_cstr(arena, hs_buf_slice(&text)), NULL };
		ask_begin(&a, resources);
		struct tx_system s = system_of(&a, "urn:chain", "");
		uint32_t first = code(&a, s, "0"), last = code(&a, s, "19999");
		assert_int_equal(hs_tx_is_below(s, last, first), down);
		assert_int_equal(hs_tx_is_below(s, first, last), !down);
		assert_int_equal(hs_tx_is_below(s, code(&a, s, "700"), code(&a, s, "699")), down);
		assert_true(a.layer.spans_count <= (size_t)2 * LENGTH);
		ask_end(&a);
	}
	hs_arena_free(arena);
}

/* ---- what is below, held against a walk along all links ---- */

#define NODES 24u

static unsigned next_chance(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Concepts in one another at random, and parents at random, so that there are circles too. */
static const char *some_graph(struct hs_arena *arena, unsigned *seed, bool above[NODES][NODES])
{
	struct hs_buf text;
	unsigned open = 0, holders[NODES];

	hs_buf_init(&text, arena, 1 << 20);
	hs_buf_cstr(&text, "{'resourceType':'CodeSystem','url':'urn:some','content':'complete','concept':[");
	for (unsigned i = 0; i < NODES; i++) {
		unsigned links = next_chance(seed) % 3;
		hs_buf_printf(&text, "{'code':'%u','property':[{'code':'x','valueString':'y'}", i);
		for (unsigned k = 0; k < links; k++) {
			unsigned parent = next_chance(seed) % NODES;
			hs_buf_printf(&text, ",{'code':'parent','valueCode':'%u'}", parent);
			above[i][parent] |= parent != i;
		}
		if (open)
			above[i][holders[open - 1]] = true;
		bool holds = i + 1 < NODES && next_chance(seed) % 4 == 0;
		hs_buf_cstr(&text, holds ? "],'concept':[" : "]}");
		if (holds)
			holders[open++] = i;
		while (!holds && open && (i + 1 == NODES || next_chance(seed) % 2)) {
			hs_buf_cstr(&text, "]}");
			open--;
		}
		if (!holds && i + 1 < NODES)
			hs_buf_byte(&text, ',');
	}
	hs_buf_cstr(&text, "]}");
	return hs_arena_cstr(arena, hs_buf_slice(&text));
}

static void what_is_below_is_what_links_lead_to(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		bool above[NODES][NODES] = { { false } };
		const char *const resources[] = { some_graph(arena, &seed, above), NULL };
		uint32_t number[NODES];
		struct ask a;
		ask_begin(&a, resources);
		struct tx_system s = system_of(&a, "urn:some", "");
		for (unsigned k = 0; k < NODES; k++)
			for (unsigned i = 0; i < NODES; i++)
				for (unsigned j = 0; j < NODES; j++)
					above[i][j] |= above[i][k] && above[k][j];
		for (unsigned i = 0; i < NODES; i++)
			number[i] = code(&a, s, hs_arena_cstr(arena, hs_arena_printf(arena, "%u", i)));
		for (unsigned i = 0; i < NODES; i++)
			for (unsigned j = 0; j < NODES; j++)
				if (hs_tx_is_below(s, number[i], number[j]) != (i != j && above[i][j]))
					fail_msg("%u below %u: %d in %s", i, j, above[i][j], resources[0]);
		ask_end(&a);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
}

/* Codes are found among many, and nothing else is. */
static void many_codes(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	struct hs_buf text;
	struct ask a;

	(void)state;
	hs_buf_init(&text, arena, (size_t)8 << 20);
	hs_buf_cstr(&text,
		"{'resourceType':'CodeSystem','url':'urn:many','content':'complete','caseSensitive':true,"
		"'concept':[");
	for (unsigned i = 0; i < 5000; i++)
		hs_buf_printf(&text, "%s{'code':'c%u'}", i ? "," : "", i * 7919 % 5000);
	hs_buf_cstr(&text, "]}");
	const char *resources[] = { hs_arena_cstr(arena, hs_buf_slice(&text)), NULL };
	ask_begin(&a, resources);
	struct tx_system s = system_of(&a, "urn:many", "");
	for (unsigned i = 0; i < 5000; i++) {
		struct hs_slice wanted = hs_arena_printf(a.arena, "c%u", i);
		uint32_t found = hs_tx_find_code(a.arena, s, wanted, NULL);
		assert_int_not_equal(found, TX_NONE);
		assert_true(hs_slice_eq(hs_tx_code(s, found), wanted));
	}
	assert_int_equal(code(&a, s, "c5000"), TX_NONE);
	assert_int_equal(code(&a, s, "C1"), TX_NONE);
	assert_int_equal(code(&a, s, ""), TX_NONE);
	ask_end(&a);
	hs_arena_free(arena);
}

static void case_of_codes(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:loose", "1", "'concept':[{'code':'Abc'},{'code':'ÅB'}]"), NULL
	};
	struct ask a;
	bool differs = false;

	(void)state;
	ask_begin(&a, resources);
	struct tx_system s = system_of(&a, "urn:loose", "");
	assert_int_not_equal(hs_tx_find_code(a.arena, s, HS_S("Abc"), &differs), TX_NONE);
	assert_false(differs);
	assert_int_not_equal(hs_tx_find_code(a.arena, s, HS_S("aBC"), &differs), TX_NONE);
	assert_true(differs);
	assert_int_not_equal(code(&a, s, "åb"), TX_NONE);
	assert_int_equal(code(&a, s, "ab"), TX_NONE);
	ask_end(&a);
}

static void states_of_concepts(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:states", "1",
			"'property':[{'code':'not-sel','uri':'http://hl7.org/fhir/"
			"concept-properties#notSelectable',"
			"'type':'boolean'}],'concept':["
			"{'code':'plain'},{'code':'retired','property':[{'code':'status','valueCode':'"
			"retired'}]},"
			"{'code':'off','property':[{'code':'inactive','valueBoolean':true}]},"
			"{'code':'on','property':[{'code':'inactive','valueBoolean':false}]},"
			"{'code':'group','property':[{'code':'not-sel','valueBoolean':true}]},"
			"{'code':'other','property':[{'code':'notSelectable','valueBoolean':true}]}]"),
		NULL,
	};
	static const struct {
		const char *code;
		uint32_t flags;
	} rows[] = { { "plain", 0 }, { "retired", TX_INACTIVE }, { "off", TX_INACTIVE }, { "on", 0 },
		{ "group", TX_ABSTRACT }, { "other", 0 } };
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	struct tx_system s = system_of(&a, "urn:states", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_tx_concept(s, code(&a, s, rows[i].code)).flags != rows[i].flags)
			fail_msg("%s", rows[i].code);
	ask_end(&a);
}

static void by_canonical(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:v", "1.0.0", "'concept':[{'code':'a'}]"),
		SYSTEM("urn:v", "1.10.0", "'concept':[{'code':'a'}]"),
		SYSTEM("urn:v", "1.2.0", "'concept':[{'code':'a'}]"),
		"{'resourceType':'CodeSystem','url':'urn:v','version':'9','content':'not-present'}",
		"{'resourceType':'CodeSystem','url':'urn:s','version':'1','content':'supplement','"
		"supplements':'urn:v'}",
		"{'resourceType':'NamingSystem','name':'V','kind':'codesystem','uniqueId':["
		"{'type':'oid','value':'1.2.3'},{'type':'uri','value':'urn:v','preferred':true}]}",
		NULL,
	};
	struct ask a;
	struct tx_system s;
	struct hs_slice versions[10];

	(void)state;
	ask_begin(&a, resources);
	struct tx_scope scope = { { &a.layer }, 1, 0, TEST_FACES };
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:v", "")), HS_S("1.10.0")));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:v|1.2.0", "")), HS_S("1.2.0")));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:v", "1.x.0")), HS_S("1.10.0")));
	assert_false(hs_tx_find_system(&scope, HS_S("urn:v"), HS_S("9"), &s));
	assert_false(hs_tx_find_system(&scope, HS_S("urn:s"), HS_S(""), &s));
	assert_true(hs_tx_find_supplement(&scope, HS_S("urn:s"), HS_S(""), &s));
	assert_int_equal(hs_tx_system_versions(&scope, HS_S("urn:v"), versions, 10), 3);
	assert_true(hs_slice_eq(versions[1], HS_S("1.2.0")));
	assert_true(hs_slice_eq(hs_tx_system_of_name(&scope, HS_S("urn:oid:1.2.3")), HS_S("urn:v")));
	assert_int_equal(hs_tx_system_of_name(&scope, HS_S("urn:oid:1.2.4")).len, 0);
	ask_end(&a);
}

/* The latest version, by the resources' own algorithm. */
static void by_version_algorithm(void **state)
{
	static const char *const resources[] = {
		SYSTEM("urn:text", "10", "'versionAlgorithmCoding':{'code':'alpha'}"),
		SYSTEM("urn:text", "9", "'versionAlgorithmString':'alpha'"),
		SYSTEM("urn:number", "10", "'versionAlgorithmString':'integer'"),
		SYSTEM("urn:number", "9", "'versionAlgorithmString':'integer'"),
		SYSTEM("urn:none", "v10", "'title':'a'"),
		SYSTEM("urn:none", "v9", "'title':'b'"),
		SYSTEM("urn:r4", "10",
			"'extension':[{'url':'http://hl7.org/fhir/5.0/StructureDefinition/"
			"extension-CodeSystem.versionAlgorithm','valueCoding':{'code':'alpha'}}]"),
		SYSTEM("urn:r4", "9",
			"'extension':[{'url':'http://hl7.org/fhir/5.0/StructureDefinition/"
			"extension-CodeSystem.versionAlgorithm','valueString':'alpha'}]"),
		NULL,
	};
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:text", "")), HS_S("9")));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:number", "")), HS_S("10")));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:none", "")), HS_S("v10")));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(system_of(&a, "urn:r4", "")), HS_S("9")));
	ask_end(&a);
}

struct on_face {
	const char *resource;
	uint32_t faces;
};

static void begin_on_faces(struct ask *a, const struct on_face *rows, size_t count)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;

	memset(a, 0, sizeof(*a));
	a->arena = hs_arena_new((size_t)1 << 20);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(hs_tx_compile_add(compile, ask_json(a->arena, rows[i].resource),
					 rows[i].faces, NULL, &a->err),
			HS_OK);
	assert_int_equal(hs_tx_compile_finish(compile, &image, &a->err), HS_OK);
	hs_tx_compile_free(compile);
	hs_tx_layer_init(&a->layer, image);
}

/* R4B beside R4: each version is there, and without one R4 is meant. */
static void own_release_first(void **state)
{
	static const struct on_face rows[] = {
		{ SYSTEM("urn:v", "4.0.1", "'concept':[{'code':'a'}]"), HS_ON_R4 },
		{ SYSTEM("urn:v", "4.3.0", "'concept':[{'code':'a'}]"), HS_ON_R4 | TX_GUEST },
		{ SYSTEM("urn:v", "5.0.0", "'concept':[{'code':'a'}]"), HS_ON_R5 },
		{ SYSTEM("urn:new", "4.3.0", "'concept':[{'code':'a'}]"), HS_ON_R4 | TX_GUEST },
	};
	struct ask a;

	(void)state;
	begin_on_faces(&a, rows, sizeof(rows) / sizeof(rows[0]));
	struct tx_scope scope = { { &a.layer }, 1, 0, HS_ON_R4 };
	struct tx_system s;
	assert_true(hs_tx_find_system(&scope, HS_S("urn:v"), HS_S(""), &s));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(s), HS_S("4.0.1")));
	assert_true(hs_tx_find_system(&scope, HS_S("urn:v|4.3.0"), HS_S(""), &s));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(s), HS_S("4.3.0")));
	assert_true(hs_tx_find_system(&scope, HS_S("urn:new"), HS_S(""), &s));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(s), HS_S("4.3.0")));
	scope.face = HS_ON_R5;
	assert_true(hs_tx_find_system(&scope, HS_S("urn:v"), HS_S(""), &s));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(s), HS_S("5.0.0")));
	ask_end(&a);
}

#define SET(version, include) \
	"{'resourceType':'ValueSet','url':'urn:set','version':'" version \
	"','status':'active','compose':{'include':[{" include "}]}}"

static void expands_to(struct ask *a, const char *parameters, const char *codes)
{
	ask_prepare(a, parameters);
	a->ctx.scope.face = HS_ON_R4;
	assert_int_equal(hs_tx_expand(&a->ctx, &a->out, &a->err), HS_OK);
	assert_string_equal(ask_codes(a), codes);
}

/* A value set of R4B that names no version means the code systems of R4B. */
static void sets_keep_to_their_release(void **state)
{
	static const struct on_face rows[] = {
		{ SYSTEM("urn:v", "4.0.1", "'concept':[{'code':'a'}]"), HS_ON_R4 },
		{ SYSTEM("urn:v", "4.3.0", "'concept':[{'code':'a'},{'code':'b'}]"), HS_ON_R4 | TX_GUEST },
		{ SET("4.0.1", "'system':'urn:v'"), HS_ON_R4 },
		{ SET("4.3.0", "'system':'urn:v'"), HS_ON_R4 | TX_GUEST },
		{ SET("4.3.1", "'system':'urn:v'"), HS_ON_R4 | TX_GUEST },
	};
	static const char b_in_r4b[] =
		"{'name':'url','valueUri':'urn:set'},{'name':'valueSetVersion','valueString':'4.3.0'},"
		"{'name':'system','valueUri':'urn:v'},{'name':'code','valueCode':'b'}";
	struct ask a;

	(void)state;
	begin_on_faces(&a, rows, sizeof(rows) / sizeof(rows[0]));
	expands_to(&a, "{'name':'url','valueUri':'urn:set'}", "a");
	expands_to(&a, "{'name':'url','valueUri':'urn:set|4.3.0'}", "a b");
	/* of that release there is no code system */
	expands_to(&a, "{'name':'url','valueUri':'urn:set|4.3.1'}", "a");
	expands_to(&a,
		"{'name':'url','valueUri':'urn:set|4.3.0'},"
		"{'name':'system-version','valueUri':'urn:v|4.0.1'}",
		"a");
	ask_prepare(&a, b_in_r4b);
	a.ctx.scope.face = HS_ON_R4;
	assert_int_equal(hs_tx_validate_in_set(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(ask_text(&a, "result"), "true");
	assert_string_equal(ask_text(&a, "version"), "4.3.0");
	ask_end(&a);
}

static void nearest_layer_first(void **state)
{
	static const char *const near[] = { SYSTEM("urn:v", "1", "'title':'near','concept':[{'code':'a'}]"),
		NULL };
	static const char *const far[] = { SYSTEM("urn:v", "2", "'title':'far','concept':[{'code':'a'}]"),
		NULL };
	struct ask a, b;
	struct tx_system s;

	(void)state;
	ask_begin(&a, near);
	ask_begin(&b, far);
	struct tx_scope scope = { { &a.layer, &b.layer }, 2, 0, TEST_FACES };
	assert_true(hs_tx_find_system(&scope, HS_S("urn:v"), HS_S(""), &s));
	assert_true(hs_slice_eq(TX_SYSTEM_VERSION(s), HS_S("1")));
	assert_true(hs_tx_find_system(&scope, HS_S("urn:v"), HS_S("2"), &s));
	assert_true(hs_slice_eq(tx_system_text(s, s.row->head.title), HS_S("far")));
	ask_end(&a);
	ask_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(trees_in_every_form),
		cmocka_unit_test(two_parents_and_cycles), cmocka_unit_test(chains_of_any_length),
		cmocka_unit_test(what_is_below_is_what_links_lead_to), cmocka_unit_test(many_codes),
		cmocka_unit_test(case_of_codes), cmocka_unit_test(states_of_concepts),
		cmocka_unit_test(by_canonical), cmocka_unit_test(by_version_algorithm),
		cmocka_unit_test(own_release_first), cmocka_unit_test(sets_keep_to_their_release),
		cmocka_unit_test(nearest_layer_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
