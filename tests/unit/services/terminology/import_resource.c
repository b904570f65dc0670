/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the import of a CodeSystem resource: whatever is asked about it, the answer is the one that it
 * would have got had the resource been uploaded. */
#include "import_test.h"

#include <services/terminology/compile/tree.h>

#define SET(name, rest) \
	"{'resourceType':'ValueSet','url':'urn:set:" name \
	"','status':'active','compose':{'include':[{'system':" \
	"'urn:part'" rest "}]}}"
#define ASKED(name, property, op, value) \
	SET(name, ",'filter':[{'property':'" property "','op':'" op "','value':'" value "'}]")
#define FILTERED(name, property, value) ASKED(name, property, "=", value)

#define SYSTEM \
	"{'resourceType':'CodeSystem','url':'urn:part','version':'1','name':'Part','status':'draft'," \
	"'experimental':true,'publisher':'Us','language':'en','content':'fragment','caseSensitive':true," \
	"'identifier':[{'value':'urn:oid:1.2'}],'property':[" \
	"{'code':'gone','uri':'" TX_PROP "inactive','type':'boolean'}," \
	"{'code':'heading','uri':'" TX_PROP "notSelectable','type':'boolean'}," \
	"{'code':'broader','uri':'" TX_PROP "parent','type':'code'}," \
	"{'code':'state','uri':'" TX_PROP "status','type':'code'}," \
	"{'code':'kind','type':'Coding'},{'code':'inactive','type':'string'}],'concept':[" \
	"{'code':'a','display':'All','property':[{'code':'heading','valueBoolean':true}],'concept':[" \
	"{'code':'b','display':'Bee','property':[{'code':'gone','valueBoolean':true}," \
	"{'code':'inactive','valueString':'no'}]}," \
	"{'code':'c','display':'Cee','property':[{'code':'state','valueCode':'deprecated'}," \
	"{'code':'kind','valueCoding':{'system':'urn:s','code':'k','display':'Kay'}}]," \
	"'designation':[{'language':'sv','value':'Se','extension':[{'url':'" TX_EXT \
	"structuredefinition-standards-status','valueCode':'withdrawn'}]}," \
	"{'language':'sv','value':'Sea'}]}," \
	"{'code':'d','display':'Dee','extension':[{'url':'" TX_EXT \
	"structuredefinition-standards-status','valueCode':'deprecated'},{'url':'" TX_EXT \
	"codesystem-conceptOrder','valueInteger':4}]}," \
	"{'code':'e','display':'Eee','property':[{'code':'broader','valueCode':'d'}," \
	"{'code':'state','valueCode':'retired'}]}]}]}"

static const char *const uploads[] = { SYSTEM, SET("all", ""), FILTERED("kind", "kind", "urn:s|k"),
	FILTERED("state", "state", "retired"), FILTERED("broader", "broader", "d"),
	FILTERED("inactive", "inactive", "no"), ASKED("in", "state", "in", "retired, deprecated"),
	ASKED("not-in", "state", "not-in", "retired,x"), ASKED("regex", "state", "regex", "de.*|x"),
	ASKED("kind-regex", "kind", "regex", "Ka."), ASKED("exists", "state", "exists", "true"),
	ASKED("none", "state", "exists", "false"), ASKED("unclear", "state", "exists", "yes"),
	ASKED("pattern", "state", "regex", "(a"), ASKED("parents", "broader", "exists", "true"), NULL };

#define URL(url) "{'name':'url','valueUri':'" url "'}"
#define ONE(code) "{'name':'code','valueCode':'" code "'}"
#define DISPLAY(display) ",{'name':'display','valueString':'" display "'}"
#define LOOKUP(code) \
	hs_tx_lookup, \
		"{'name':'system','valueUri':'urn:part'}," ONE(code) ",{'name':'property','valueCode':'*'}"
#define VALIDATE(code, more) hs_tx_validate_in_system, URL("urn:part") "," ONE(code) more
#define EXPAND(name) hs_tx_expand, URL("urn:set:" name) ",{'name':'includeDesignations','valueBoolean':true}"

static const struct {
	ask_fn *fn;
	const char *parameters;
} questions[] = { { LOOKUP("a") }, { LOOKUP("b") }, { LOOKUP("c") }, { LOOKUP("d") }, { LOOKUP("e") },
	{ LOOKUP("f") }, { VALIDATE("a", "") }, { VALIDATE("b", "") }, { VALIDATE("c", DISPLAY("Se")) },
	{ VALIDATE("c", DISPLAY("Other")) }, { VALIDATE("d", "") }, { VALIDATE("e", "") },
	{ VALIDATE("f", "") }, { VALIDATE("A", "") }, { EXPAND("all") }, { EXPAND("kind") },
	{ EXPAND("state") }, { EXPAND("broader") }, { EXPAND("inactive") }, { EXPAND("in") },
	{ EXPAND("not-in") }, { EXPAND("regex") }, { EXPAND("kind-regex") }, { EXPAND("exists") },
	{ EXPAND("none") }, { EXPAND("unclear") }, { EXPAND("pattern") }, { EXPAND("parents") },
	{ hs_tx_validate_in_set,
		URL("urn:set:all") "," ONE("zzz") ",{'name':'system','valueUri':'urn:part'}" } };

/* The answer, but for what tells when it was given. */
static struct hs_slice answer(struct ask *a, size_t question)
{
	struct hs_buf text;

	a->status = questions[question].fn(&a->ctx, &a->out, &a->err);
	if (a->status)
		return hs_arena_printf(a->arena, "%d %s", (int)a->status, a->err.text);
	struct hs_json *expansion = hs_json_get(a->out, HS_S("expansion"));
	if (expansion) {
		hs_json_take(expansion, HS_S("timestamp"));
		hs_json_take(expansion, HS_S("identifier"));
	}
	hs_buf_init(&text, a->arena, (size_t)1 << 20);
	hs_json_write(&text, a->out, 0);
	return hs_buf_slice(&text);
}

static void import(struct place *p, const char *system)
{
	char *text = strdup(system);

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	put(p, "system.json", text);
	free(text);
}

/* Asks of what was imported and of what was uploaded: of `resources` the first is imported in the one case.
 */
static void compare_answers(const char *const *resources, size_t first, size_t count)
{
	struct place p;
	struct ask a, sets, up;

	begin(&p);
	import(&p, resources[0]);
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&up, resources);
	ask_begin(&sets, resources + 1);
	for (size_t i = first; i < first + count; i++) {
		ask_prepare(&up, questions[i].parameters);
		ask_prepare(&sets, questions[i].parameters);
		sets.ctx.scope.layers[sets.ctx.scope.count++] = &a.layer;
		struct hs_slice uploaded = answer(&up, i), imported = answer(&sets, i);
		if (!hs_slice_eq(uploaded, imported))
			fail_msg("%s\nuploaded: %.*s\nimported: %.*s", questions[i].parameters,
				HS_S_ARG(uploaded), HS_S_ARG(imported));
	}
	ask_end(&sets);
	ask_end(&up);
	close_image(&a);
	end(&p);
}

static void as_if_it_were_uploaded(void **state)
{
	(void)state;
	compare_answers(uploads, 0, sizeof(questions) / sizeof(questions[0]));
}

/* Codes alone stay before and between those that have others in them, and one that is named as a parent
 * before its place comes stays in it. */
static void in_the_order_of_the_resource(void **state)
{
	static const char *const resources[] = {
		"{'resourceType':'CodeSystem','url':'urn:part','version':'1','name':'P','status':'active',"
		"'content':'complete','caseSensitive':true,'property':[{'code':'broader','uri':'" TX_PROP
		"parent','type':'code'}],'concept':[{'code':'z'},{'code':'y','concept':[{'code':'x'},"
		"{'code':'n','concept':[{'code':'q'}]},{'code':'b'}]},{'code':'w'},{'code':'v',"
		"'concept':[{'code':'u','property':[{'code':'broader','valueCode':'a'}]}]},"
		"{'code':'c'},{'code':'a','concept':[{'code':'t'}]}]}",
		SET("all", ""), NULL
	};
	size_t expand = 0;

	(void)state;
	while (questions[expand].fn != hs_tx_expand)
		expand++;
	compare_answers(resources, expand, 1);
}

/* A supplement gives a property to codes of the system: filters know it whatever the image says. */
static void filters_what_a_supplement_says(void **state)
{
	static const char *const resources[] = {
		"{'resourceType':'CodeSystem','url':'urn:more','version':'1','name':'M','status':'active',"
		"'content':'supplement','supplements':'urn:part','property':[{'code':'state','type':'code'}],"
		"'concept':[{'code':'b','property':[{'code':'state','valueCode':'retired'}]}]}",
		FILTERED("state", "state", "retired"), NULL
	};
	struct place p;
	struct ask a, b;

	(void)state;
	begin(&p);
	import(&p, SYSTEM);
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&b, resources);
	ask_prepare(&b, URL("urn:set:state") ",{'name':'useSupplement','valueCanonical':'urn:more'}");
	b.ctx.scope.layers[b.ctx.scope.count++] = &a.layer;
	assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
	assert_string_equal(ask_codes(&b), "b e");
	ask_end(&b);
	close_image(&a);
	end(&p);
}

/* What a read of the resource gives, with what was told on the command line. */
static void told_as_it_stands(void **state)
{
	static const struct hs_pair options[] = { { HS_S_INIT("version"), HS_S_INIT("7") } };
	struct hs_json *source = NULL;
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	import(&p, SYSTEM);
	assert_int_equal(run(&p, hs_tx_import_fhir, options, 1), HS_OK);
	open_image(&p, &a);
	struct hs_slice text = tx_text(&a.layer, a.layer.systems[0].head.source);
	assert_int_equal(hs_json_parse(a.arena, text, NULL, &source, &a.err), HS_OK);
	assert_true(hs_slice_eq(hs_json_get_text(source, HS_S("version")), HS_S("7")));
	assert_true(hs_slice_eq(hs_json_get_text(source, HS_S("content")), HS_S("fragment")));
	assert_true(hs_slice_eq(hs_json_get_text(source, HS_S("status")), HS_S("draft")));
	assert_int_equal(hs_json_count(hs_json_get(source, HS_S("property"))), 6);
	assert_null(hs_json_get(source, HS_S("concept")));
	close_image(&a);
	end(&p);
}

static void refuses_what_has_no_codes_of_its_own(void **state)
{
	struct place p;

	(void)state;
	begin(&p);
	import(&p,
		"{'resourceType':'CodeSystem','url':'urn:more','status':'active','content':'supplement',"
		"'supplements':'urn:part','concept':[{'code':'a'}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "\"supplement\""));
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_if_it_were_uploaded),
		cmocka_unit_test(in_the_order_of_the_resource),
		cmocka_unit_test(filters_what_a_supplement_says),
		cmocka_unit_test(told_as_it_stands),
		cmocka_unit_test(refuses_what_has_no_codes_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
