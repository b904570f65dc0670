/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of value sets over SNOMED CT: sets joined as wholes and code by code, their searches, and what is
 * said about constraints that are wrong. */
#include "ask_test.h"
#include "snomed_test.h"

#include <services/terminology/sets/expansion.h>

static struct sct_test t;
static size_t most; /* patience */
static struct ask a;

#define SET(url, rules) "{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{" rules "}}"
#define SCT "'system':'http://snomed.info/sct'"
#define ECL(text) SCT ",'filter':[{'property':'constraint','op':'=','value':'" text "'}]"

#define FILTERED(property, op, value) \
	SET("urn:" property op value, \
		"'include':[{" SCT ",'filter':[{'property':'" property "','op':'" op "','value':'" value \
		"'}]}]")

static const char *const sets[] = {
	SET("urn:heart", "'include':[{" ECL("<< HEART") "}]"),
	SET("urn:lung", "'include':[{" ECL("<< LUNG") "}]"),
	SET("urn:list",
		"'include':[{" SCT
		",'concept':[{'code':'BOTH','display':'Both of them'},{'code':'HEART'}]}]"),
	SET("urn:imports", "'include':[{'valueSet':['urn:heart']},{'valueSet':['urn:lung']}]"),
	SET("urn:common", "'include':[{'valueSet':['urn:heart','urn:lung']}]"),
	SET("urn:less",
		"'include':[{'valueSet':['urn:heart']}],'exclude':[{" SCT ",'concept':[{'code':'BOTH'}]}]"),
	SET("urn:less-a-set", "'include':[{'valueSet':['urn:heart']}],'exclude':[{'valueSet':['urn:list']}]"),
	SET("urn:within", "'include':[{" ECL("<< HEART") ",'valueSet':['urn:list']}]"),
	SET("urn:deep", "'include':[{'valueSet':['urn:imports']}],'exclude':[{'valueSet':['urn:common']}]"),
	SET("urn:with-a-list", "'include':[{'valueSet':['urn:list']},{" ECL("CARDITIS") "}]"),
	SET("urn:nothing", "'include':[{'valueSet':['urn:heart','urn:body']}]"),
	SET("urn:body", "'include':[{" ECL("BODY") "}]"),
	SET("urn:wrong", "'include':[{" ECL("<< HEART AND") "}]"),
	SET("urn:absent", "'include':[{" ECL("<< 999999990989121104") "}]"),
	NULL,
};

/* Filters that are answered as sets, of which each concept can be asked too. */
static const char *const filtered[] = {
	FILTERED("concept", "is-a", "HEART"),
	FILTERED("concept", "descendent-of", "HEART"),
	FILTERED("concept", "is-not-a", "HEART"),
	FILTERED("concept", "child-of", "FINDING"),
	FILTERED("concept", "generalizes", "PANCARDITIS"),
	FILTERED("concept", "descendent-leaf", "FINDING"),
	FILTERED("inactive", "=", "true"),
	FILTERED("inactive", "=", "false"),
	FILTERED("inactive", "in", "true,false"),
	FILTERED("inactive", "=", "maybe"),
	FILTERED("parent", "=", "FINDING"),
	FILTERED("parent", "in", "FINDING, BODY"),
	FILTERED("child", "=", "PANCARDITIS"),
	FILTERED("moduleId", "=", "CORE"),
	FILTERED("moduleId", "=", "HEART"),
	FILTERED("effectiveTime", "=", "20250601"),
	FILTERED("effectiveTime", "=", "2025"),
	FILTERED("sufficientlyDefined", "=", "true"),
	FILTERED("sufficientlyDefined", "=", "false"),
	FILTERED("SITE", "=", "HEARTPART"),
	FILTERED("concept", "in", "SIMPLE"),
	FILTERED("concept", "is-not-a", "1"),
	FILTERED("concept", "child-of", "1"),
	NULL,
};

static int set_up(void **state)
{
	const char *resources[sizeof(sets) / sizeof(sets[0]) + sizeof(filtered) / sizeof(filtered[0])] = {
		NULL
	};
	size_t n = 0;

	(void)state;
	sct_begin(&t);
	for (size_t i = 0; sets[i]; i++)
		resources[n++] = hs_arena_cstr(t.arena, sct_text(t.arena, sets[i]));
	for (size_t i = 0; filtered[i]; i++)
		resources[n++] = hs_arena_cstr(t.arena, sct_text(t.arena, filtered[i]));
	ask_begin(&a, resources);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end(&a);
	sct_end(&t);
	return 0;
}

static void expand(const char *url, const char *parameters)
{
	struct hs_slice all = hs_arena_printf(a.arena, "{'name':'url','valueUri':'%s'}%s", url, parameters);

	ask_prepare(&a, hs_arena_cstr(a.arena, all));
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&t.layer, a.arena);
	a.ctx.patience.most = most;
	if (a.status == HS_OK)
		a.status = hs_tx_expand(&a.ctx, &a.out, &a.err);
}

/* The names of the codes, in order of snomed_names.def. */
static const char *names(void)
{
	const struct hs_json *contains = hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("contains"));
	struct tx_bits bits = hs_tx_bits_new(a.arena, (uint32_t)TX_BIG(&t.layer)->concept_count);

	HS_JSON_EACH(item, contains)
		hs_tx_bits_add(bits, hs_tx_big_code(&t.layer, hs_json_get_text(item, HS_S("code"))));
	return sct_list(&t, bits);
}

static void joins_what_is_imported(void **state)
{
#define FILTER(text) ",{'name':'filter','valueString':'" text "'}"
	static const struct {
		const char *url, *parameters, *names;
	} rows[] = {
		{ "urn:imports", "", "HEART LUNG BOTH CARDITIS PNEUMONIA PANCARDITIS" },
		{ "urn:common", "", "BOTH PANCARDITIS" },
		{ "urn:less", "", "HEART CARDITIS PANCARDITIS" },
		{ "urn:less-a-set", "", "CARDITIS PANCARDITIS" },
		{ "urn:within", "", "HEART BOTH" },
		{ "urn:deep", "", "HEART LUNG CARDITIS PNEUMONIA" },
		{ "urn:with-a-list", "", "HEART BOTH CARDITIS" },
		{ "urn:nothing", "", "" },
		{ "urn:imports", FILTER("card"), "HEART CARDITIS" },
		{ "urn:deep", FILTER("pneu"), "PNEUMONIA" },
		{ "urn:with-a-list", FILTER("both"), "BOTH" },
		{ "urn:with-a-list", FILTER("card"), "HEART CARDITIS" },
		{ "urn:imports", ",{'name':'offset','valueInteger':6},{'name':'count','valueInteger':3}",
			"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expand(rows[i].url, rows[i].parameters);
		if (a.status)
			fail_msg("%s: %s", rows[i].url, a.err.text);
		if (strcmp(names(), rows[i].names) != 0)
			fail_msg("%s%s gives \"%s\", not \"%s\"", rows[i].url, rows[i].parameters, names(),
				rows[i].names);
	}
}

static void tells_the_sets_it_used(void **state)
{
	static const char *const wanted[] = { "urn:imports", "urn:heart", "urn:lung", "urn:common" };
	struct hs_buf out;

	(void)state;
	expand("urn:deep", "");
	hs_buf_init(&out, a.arena, 1 << 16);
	hs_json_write(&out, hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("parameter")), 0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(wanted[i])) == SIZE_MAX)
			fail_msg("%s is not told", wanted[i]);
}

static bool is_unclosed(void)
{
	const struct hs_json *list = hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("extension"));

	HS_JSON_EACH(extension, list)
		if (hs_slice_ends(hs_json_get_text(extension, HS_S("url")), HS_S("/valueset-unclosed")))
			return true;
	return false;
}

#define PAGE ",{'name':'count','valueInteger':20}"

/* Expressions are members of what is asked by hierarchy or constraint, so its codes are not all of it. */
static void says_when_expressions_are_members(void **state)
{
	static const struct {
		const char *url, *parameters;
		bool unclosed;
	} rows[] = {
		{ "urn:heart", "", true },
		{ "urn:imports", "", true },
		{ "urn:within", "", false },
		{ "urn:common", "", true },
		{ "urn:deep", "", true },
		{ "urn:list", "", false },
		{ "http://snomed.info/sct?fhir_vs", "", true },
		{ "http://snomed.info/sct?fhir_vs=isa/109999999109", ",{'name':'count','valueInteger':1}",
			true },
		{ "http://snomed.info/sct?fhir_vs=refset/79999999109", "", false },
		{ "urn:heart", ",{'name':'excludePostCoordinated','valueBoolean':true}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expand(rows[i].url, rows[i].parameters);
		if (a.status)
			fail_msg("%s: %s", rows[i].url, a.err.text);
		if (is_unclosed() != rows[i].unclosed)
			fail_msg("%s%s", rows[i].url, rows[i].parameters);
		const struct hs_json *total = hs_json_get(hs_json_get(a.out, HS_S("expansion")),
			HS_S("total"));
		assert_non_null(total);
	}
}

/* An implicit value set is told like any other when its definition is wanted. */
static void tells_what_an_implicit_set_means(void **state)
{
	static const char *const rows[][3] = {
		{ "http://snomed.info/sct?fhir_vs=isa/109999999109",
			"{\"include\":[{\"system\":\"http://snomed.info/"
			"sct\",\"filter\":[{\"property\":\"concept\","
			"\"op\":\"is-a\",\"value\":\"109999999109\"}]}]}",
			"SNOMED CT: a concept and those below" },
		{ "http://snomed.info/sct?fhir_vs", "{\"include\":[{\"system\":\"http://snomed.info/sct\"}]}",
			"SNOMED CT: all concepts" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_buf compose;
		expand(rows[i][0], PAGE ",{'name':'includeDefinition','valueBoolean':true}");
		assert_int_equal(a.status, HS_OK);
		hs_buf_init(&compose, a.arena, 4096);
		hs_json_write(&compose, hs_json_get(a.out, HS_S("compose")), 0);
		hs_buf_byte(&compose, 0);
		assert_string_equal(compose.ptr, rows[i][1]);
		assert_true(hs_slice_eq(hs_json_get_text(a.out, HS_S("title")), hs_slice_cstr(rows[i][2])));
		assert_true(hs_slice_eq(hs_json_get_text(a.out, HS_S("url")), hs_slice_cstr(rows[i][0])));
	}
}

static void says_where_a_constraint_is_wrong(void **state)
{
	(void)state;
	expand("urn:wrong", "");
	assert_int_not_equal(a.status, HS_OK);
	assert_non_null(a.ctx.failure);
	assert_int_equal(a.ctx.failure->id, TX_MSG_FILTER_BAD_CONSTRAINT);
	assert_true(hs_slice_search(a.ctx.failure->text, HS_S("at character 20: a concept")) != SIZE_MAX);
	expand("urn:absent", "");
	assert_int_equal(a.ctx.failure->id, TX_MSG_FILTER_BAD_CONSTRAINT);
	assert_true(hs_slice_search(a.ctx.failure->text, HS_S("999999990989121104, which is not in")) !=
		SIZE_MAX);
}

/* Of what is not there is no implicit value set: none below it, and none of its members. */
static void knows_no_sets_of_what_is_not_there(void **state)
{
	static const char *const urls[] = { "http://snomed.info/sct?fhir_vs=isa/999999990989121104",
		"http://snomed.info/sct?fhir_vs=isa/HEART:", "http://snomed.info/sct?fhir_vs=refset/HEART",
		"http://snomed.info/sct?fhir_vs=refset/1", "http://snomed.info/sct?fhir_vs=other",
		"http://snomed.info/sct?fhir_vs=isa/" };

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		expand(hs_arena_cstr(t.arena, sct_text(t.arena, urls[i])), "");
		if (!a.ctx.failure || a.ctx.failure->id != TX_MSG_Unable_to_resolve_value_Set_)
			fail_msg("%s is there", urls[i]);
		assert_int_equal(a.ctx.failure_status, 404);
	}
	/* another edition is not there, which is said of the code system */
	expand("http://snomed.info/sct/45991000052106?fhir_vs=isa/999999990989121104", "");
	assert_int_equal(a.ctx.failure->id, TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP);
}

/* Codes count in a constraint, too: a term of another concept is told beside the answer, never instead of it.
 */
static void tells_terms_of_a_constraint_that_are_wrong(void **state)
{
	static const char wrong[] = "http://snomed.info/sct?fhir_vs=ecl/<< HEART |Lung finding| MINUS "
				    "(<< CARDITIS |carditis| OR << LUNG |lung  Finding|)";
	static const char told[] = "The constraint calls HEART |Lung finding|, which is none of its terms: "
				   "its preferred term is "
				   "|Heart finding|";
	struct hs_slice url = sct_text(t.arena, wrong), text = sct_text(t.arena, told);
	struct hs_slice path = HS_S("ValueSet.compose.include[0].filter[0]");

	(void)state;
	expand(hs_arena_cstr(t.arena, url), "");
	assert_int_equal(a.status, HS_OK);
	assert_string_equal(names(), "HEART"); /* the pipe parts no version from it */
	assert_int_equal(a.ctx.issues.count, 1);
	assert_true(hs_slice_eq(a.ctx.issues.first->text, text));
	assert_true(hs_slice_eq(a.ctx.issues.first->path, path));
	const struct hs_json *parameter = NULL;
	HS_JSON_EACH(item, hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("parameter")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("name")), HS_S("warning")))
			parameter = item;
	assert_true(hs_slice_eq(hs_json_get_text(parameter, HS_S("valueString")), text));
	expand(hs_arena_cstr(t.arena,
		       sct_text(t.arena, "http://snomed.info/sct?fhir_vs=ecl/<< HEART |heart finding|")),
		"");
	assert_int_equal(a.ctx.issues.count, 0);
}

/* Short pages of a large code system begin on the loop. */
static void quick_are_short_pages(void **state)
{
	static const struct {
		const char *url, *parameters;
		bool quick;
	} rows[] = {
		{ "http://snomed.info/sct?fhir_vs=isa/138875005", PAGE, true },
		{ "http://snomed.info/sct?fhir_vs=isa/138875005", "", false },
		{ "http://snomed.info/sct?fhir_vs=isa/138875005", ",{'name':'count','valueInteger':5000}",
			false },
		{ "http://snomed.info/sct?fhir_vs=isa/138875005", PAGE FILTER("pn"), true },
		{ "http://snomed.info/sct?fhir_vs=ecl/<138875005", PAGE, true },
		{ "http://snomed.info/sct?fhir_vs", PAGE, true },
		{ "urn:imports", PAGE, true },
		{ "urn:imports", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expand(rows[i].url, rows[i].parameters);
		assert_int_equal(a.status, HS_OK);
		if (hs_tx_expansion_is_quick(&a.ctx) != rows[i].quick)
			fail_msg("%s%s", rows[i].url, rows[i].parameters);
	}
}

/* Whatever looks at many concepts spends patience: with as much as it takes there is an answer, with a step
 * less there is none, and no failure that would be told to the client. */
static void stops_when_patience_is_over(void **state)
{
	static const char *const constraints[] = { "<< HEART", "!!> (<< FINDING)", "!!< (<< FINDING)",
		">> PANCARDITIS", "< FINDING . SITE", "< FINDING : SITE = << HEART", "* : SHAPE = *",
		"< FINDING : SITE != HEART", "< FINDING : { SITE = HEART, SHAPE = * }",
		"* : R SITE = FINDING", "* : STRENGTH > #1", "^ SIMPLE", "^R CARDITIS",
		"* {{ term = %22card%22 }}", "* {{ C definitionStatus = defined }}",
		"* {{ term = %22a%22, active = 0 }}", "* {{ + HISTORY-MAX }}" };

	(void)state;
	for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
		struct hs_slice text = sct_text(t.arena, constraints[i]);
		const char *url = hs_arena_cstr(t.arena,
			hs_arena_printf(t.arena, "http://snomed.info/sct?fhir_vs=ecl/%.*s", HS_S_ARG(text)));
		for (size_t less = 0; less < 2; less++) {
			expand(url, PAGE);
			if (a.status)
				fail_msg("%s: %s", constraints[i], a.err.text);
			most = a.ctx.patience.spent - less;
			expand(url, PAGE);
			most = 0;
			if (a.status != (less ? HS_E_BUDGET : HS_OK) || a.ctx.failure)
				fail_msg("%s: %s", constraints[i], hs_status_text(a.status));
		}
	}
}

/* The text between the quotes after 'url':' */
static const char *url_of(const char *set)
{
	struct hs_slice text = sct_text(a.arena, set);
	size_t from = hs_slice_search(text, HS_S("urn:"));

	return hs_arena_cstr(a.arena, hs_slice(text.ptr + from, hs_slice_find(text, '\'', from) - from));
}

static bool is_member(const char *url, const char *code)
{
	struct hs_slice text = hs_arena_printf(a.arena,
		"{'name':'url','valueUri':'%s'},{'name':'system','valueUri':'http://snomed.info/sct'},"
		"{'name':'code','valueCode':'%s'}",
		url, code);

	ask_prepare(&a, hs_arena_cstr(a.arena, text));
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&t.layer, a.arena);
	assert_int_equal(hs_tx_validate_in_set(&a.ctx, &a.out, &a.err), HS_OK);
	return strcmp(ask_text(&a, "result"), "true") == 0;
}

static void selects_what_each_concept_passes(void **state)
{
	size_t some = 0;

	(void)state;
	for (size_t i = 0; filtered[i]; i++) {
		const char *url = url_of(filtered[i]);
		expand(url, "");
		if (a.status)
			fail_msg("%s: %s", url, a.err.text);
		const char *found = names();
		struct hs_buf want;
		hs_buf_init(&want, a.arena, 1 << 16);
		for (size_t k = 0; k < SCT_NAMES; k++)
			if (is_member(url, sct_names[k].code))
				hs_buf_printf(&want, "%s%s", want.len ? " " : "", sct_names[k].name);
		if (!hs_slice_eq(hs_slice_cstr(found), hs_buf_slice(&want)))
			fail_msg("%s selects \"%s\", not \"%.*s\"", url, found,
				HS_S_ARG(hs_buf_slice(&want)));
		some += want.len > 0;
	}
	assert_in_range(some, 16, 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(joins_what_is_imported),
		cmocka_unit_test(tells_the_sets_it_used), cmocka_unit_test(tells_what_an_implicit_set_means),
		cmocka_unit_test(says_where_a_constraint_is_wrong),
		cmocka_unit_test(knows_no_sets_of_what_is_not_there),
		cmocka_unit_test(tells_terms_of_a_constraint_that_are_wrong),
		cmocka_unit_test(says_when_expressions_are_members), cmocka_unit_test(quick_are_short_pages),
		cmocka_unit_test(stops_when_patience_is_over),
		cmocka_unit_test(selects_what_each_concept_passes) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
