/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $expand: rules, every filter operator, paging, nesting, searching, limits. */
#include "../ask_test.h"

#include <services/terminology/compile/tree.h>
#include <services/terminology/sets/expansion.h>

#define CS \
	"'resourceType':'CodeSystem','content':'complete','caseSensitive':true,'status':'active','language'" \
	":'en'"

static const char *const resources[] = {
	"{" CS
	",'url':'urn:cs','version':'1','property':[{'code':'p','uri':'urn:p','type':'code'}],'concept':["
	"{'code':'a','display':'Apple tree','property':[{'code':'p','valueCode':'x'}],'concept':["
	"{'code':'b','display':'Bär','property':[{'code':'p','valueCode':'y'}],'concept':[{'code':'c','"
	"display':'Cat'}]},"
	"{'code':'d','display':'Dog','designation':[{'language':'sv','value':'Hund'}]}]},"
	"{'code':'e','display':'Elk','property':[{'code':'inactive','valueBoolean':true}]}]}",
	"{'resourceType':'CodeSystem','url':'urn:more','status':'active','content':'supplement',"
	"'supplements':'urn:cs','property':[{'code':'more','type':'code'}],"
	"'concept':[{'code':'d','property':[{'code':'more','valueCode':'x'}]}]}",
	"{" CS ",'url':'urn:two','version':'1','concept':[{'code':'old'},{'code':'both'}]}",
	"{" CS ",'url':'urn:two','version':'2','concept':[{'code':'both'},{'code':'new'}]}",
	"{" CS ",'url':'urn:groups','concept':[{'code':'g','property':[{'code':'notSelectable','valueBoolean'"
	":true}],'concept':[{'code':'x'},"
	"{'code':'h','property':[{'code':'notSelectable','valueBoolean':true}],'concept':[{'code':'y'}]}]}]}",
	"{'resourceType':'ValueSet','url':'urn:vs:groups','compose':{'include':[{'system':'urn:groups'}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:first','compose':{'include':[{'system':'urn:two','version':"
	"'1'}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:active','compose':{'inactive':false,'include':[{'system':'"
	"urn:cs'}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:swedish','language':'sv','compose':{'include':[{'system':'"
	"urn:cs',"
	"'concept':[{'code':'d','display':'Vovve'},{'code':'a'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:named','compose':{'include':[{'system':'urn:cs','concept':["
	"{'code':'d',"
	"'display':'Doggy'},{'code':'a','display':'Tree'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:stored','expansion':{'contains':[{'system':'urn:cs','code':"
	"'a','contains':"
	"[{'system':'urn:cs','code':'c','display':'Puss'}]},{'system':'urn:two','version':'1','code':'old'},{"
	"'display':'x'}]}}",
	"{'resourceType':'ValueSet','url':'urn:vs:both','compose':{'include':[{'system':'urn:cs','concept':[{"
	"'code':'b'}]}]},"
	"'expansion':{'contains':[{'system':'urn:cs','code':'a'}]}}",
	NULL,
};

static struct ask a;

static void prepare(struct ask *of, const char *parameters, const struct tx_layer *sent)
{
	ask_prepare(of, parameters);
	of->ctx.scope.layers[1] = of->ctx.scope.layers[0];
	of->ctx.scope.layers[0] = sent;
	of->ctx.scope.count = 2;
	of->ctx.limit = 4;
	if (of->status == HS_OK)
		of->ctx.set = (struct tx_set) { sent, &sent->sets[0] };
}

/* The same question as a request asks it: a page that is written at once has the bytes of the tree. */
static void expand_as_text(const char *parameters, const struct tx_layer *sent)
{
	struct ask other = a;
	struct hs_stream_source stream = { .more = NULL };
	struct hs_buf text;

	prepare(&other, parameters, sent);
	other.ctx.as_text = true;
	assert_int_equal(hs_tx_expand_large(&other.ctx, &other.out, &stream, &other.err), HS_OK);
	bool levels = !other.ctx.written.len;
	assert_true(levels == (other.out != NULL));
	hs_buf_init(&text, a.arena, (size_t)1 << 20);
	hs_json_write(&text, a.out, 0);
	if (!levels && !hs_slice_eq(hs_buf_slice(&text), other.ctx.written))
		fail_msg("%.*s\nis not %.*s", HS_S_ARG(other.ctx.written), HS_S_ARG(hs_buf_slice(&text)));
}

static void expand(const char *compose, const char *parameters)
{
	struct hs_error err;
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	struct hs_slice text = hs_arena_printf(a.arena,
		"{'resourceType':'ValueSet','url':'urn:vs','status':'active','compose':%s}", compose);

	/* the set stands in a layer of its own, as one that is sent with a request does */
	assert_int_equal(hs_tx_compile_add(compile, ask_json(a.arena, hs_arena_cstr(a.arena, text)),
				 TEST_FACES, NULL, &err),
		HS_OK);
	assert_int_equal(hs_tx_compile_finish(compile, &image, &err), HS_OK);
	hs_tx_compile_free(compile);
	static struct tx_layer sent;
	hs_tx_layer_fini(&sent);
	hs_tx_layer_init(&sent, image);
	prepare(&a, parameters, &sent);
	if (a.status == HS_OK)
		a.status = hs_tx_expand(&a.ctx, &a.out, &a.err);
	if (a.status == HS_OK)
		expand_as_text(parameters, &sent);
	if (!compose[0])
		hs_tx_layer_fini(&sent);
}

#define LEAVE_OUT(canonical) ",{'name':'exclude-system','valueCanonical':'" canonical "'}"
#define FLAT "{'name':'excludeNested','valueBoolean':true},{'name':'count','valueInteger':100}"

static void check(const char *compose, const char *parameters, const char *codes)
{
	expand(compose, parameters);
	if (a.status)
		fail_msg("%s: %s", compose, a.err.text);
	if (strcmp(ask_codes(&a), codes) != 0)
		fail_msg("%s gave %s", compose, ask_codes(&a));
}

#define FILTER(property, op, value) \
	"{'include':[{'system':'urn:cs','filter':[{'property':'" property "','op':'" op "','value':'" value \
	"'}]}]}"

static void filters(void **state)
{
	static const struct {
		const char *compose, *codes;
	} rows[] = {
		{ "{'include':[{'system':'urn:cs'}]}", "a b c d e" },
		{ FILTER("concept", "is-a", "a"), "a b c d" },
		{ FILTER("concept", "descendent-of", "a"), "b c d" },
		{ FILTER("concept", "is-not-a", "b"), "a d e" },
		{ FILTER("concept", "generalizes", "c"), "a b c" },
		{ FILTER("concept", "child-of", "a"), "b d" },
		{ FILTER("concept", "descendent-leaf", "a"), "c d" },
		{ FILTER("concept", "in", "a, e,zz"), "a e" },
		{ FILTER("concept", "not-in", "a,e"), "b c d" },
		{ FILTER("concept", "regex", "[a-c]"), "a b c" },
		{ FILTER("display", "regex", ".*t.*"), "a c" },
		{ FILTER("p", "=", "y"), "b" },
		{ FILTER("p", "exists", "true"), "a b" },
		{ FILTER("p", "exists", "false"), "c d e" },
		{ FILTER("p", "in", "x,y"), "a b" },
		{ FILTER("p", "not-in", "x"), "b c d e" },
		{ FILTER("parent", "=", "a"), "b d" },
		{ FILTER("child", "=", "b"), "a" },
		{ FILTER("inactive", "=", "true"), "e" },
		{ FILTER("concept", "is-a", "zzz"), "" },
		{ "{'include':[{'system':'urn:cs','filter':[{'property':'concept','op':'is-a','value':'a'},"
		  "{'property':'p','op':'exists','value':'true'}]}]}",
			"a b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].compose, FLAT, rows[i].codes);
}

static void bad_filters(void **state)
{
	static const struct {
		const char *compose;
		enum tx_message why;
	} rows[] = {
		{ FILTER("concept", "is-a", ""), TX_MSG_UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE },
		{ FILTER("concept", "smells-like", "a"), TX_MSG_FILTER_NOT_UNDERSTOOD },
		{ FILTER("nope", "=", "a"), TX_MSG_FILTER_NOT_UNDERSTOOD },
		{ FILTER("p", "is-a", "a"), TX_MSG_FILTER_NOT_UNDERSTOOD },
		{ FILTER("p", "exists", "maybe"), TX_MSG_FILTER_NOT_UNDERSTOOD },
		{ FILTER("concept", "regex", "(a"), TX_MSG_FILTER_BAD_REGEX },
		{ "{'include':[{'system':'urn:unknown'}]}", TX_MSG_UNKNOWN_CODESYSTEM_EXP },
		{ "{'include':[{'system':'urn:cs','version':'7'}]}", TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP },
		{ "{'include':[{'valueSet':['urn:unknown|1']}]}", TX_MSG_VS_EXP_IMPORT_UNK_PINNED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expand(rows[i].compose, FLAT);
		if (!a.status || !a.ctx.failure || a.ctx.failure->id != rows[i].why)
			fail_msg("%s", rows[i].compose);
	}
}

static void filters_of_a_supplement(void **state)
{
	(void)state;
	expand(FILTER("more", "=", "x"), FLAT);
	assert_int_equal(a.ctx.failure->id, TX_MSG_FILTER_NOT_UNDERSTOOD);
	check(FILTER("more", "=", "x"), FLAT ",{'name':'useSupplement','valueCanonical':'urn:more'}", "d");
}

static void include_and_exclude(void **state)
{
	(void)state;
	check("{'include':[{'concept':[{'code':'a'}]}]}", FLAT, ""); /* of what? */
	assert_null(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("extension")));
	check("{'include':[{'system':'urn:cs','concept':[{'code':'e'},{'code':'zz'},{'code':'a'},{'code':'e'}"
	      "]}]}",
		FLAT, "e a");
	check("{'include':[{'system':'urn:cs','concept':[{'code':'b'}]},{'system':'urn:cs'}],"
	      "'exclude':[{'system':'urn:cs','concept':[{'code':'a'}]}]}",
		FLAT, "b c d e");
	check("{'inactive':false,'include':[{'system':'urn:cs'}]}", FLAT, "a b c d");
	check("{'include':[{'system':'urn:cs'}]}", FLAT ",{'name':'activeOnly','valueBoolean':true}",
		"a b c d");
}

/* Codes of two versions of a code system: the same, unless the set takes it in both. */
static void versions_that_meet(void **state)
{
	static const struct {
		const char *compose, *codes;
	} rows[] = {
		{ "{'include':[{'system':'urn:two','version':'2'}],'exclude':[{'system':'urn:two','version':'"
		  "1'}]}",
			"new" },
		{ "{'include':[{'system':'urn:two','version':'1'},{'system':'urn:two','version':'2'}],"
		  "'exclude':[{'system':'urn:two','version':'1','concept':[{'code':'both'}]}]}",
			"both new old" },
		{ "{'include':[{'system':'urn:two','version':'1'},{'system':'urn:two','version':'2'}],"
		  "'exclude':[{'system':'urn:two','concept':[{'code':'both'}]}]}",
			"new old" },
		{ "{'include':[{'system':'urn:two','version':'1'}],'exclude':[{'system':'urn:two'}]}", "" },
		{ "{'include':[{'system':'urn:two','valueSet':['urn:vs:first']}]}", "both" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].compose, FLAT, rows[i].codes);
	check(rows[0].compose, FLAT ",{'name':'versionsMatch','valueBoolean':false}", "both new");
	check(rows[1].compose, FLAT ",{'name':'versionsMatch','valueBoolean':true}", "new old");
}

#define BRINGS(name, value) \
	"{'url':'http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter','extension':[{'url':" \
	"'name','valueCode':'" name "'},{'url':'value'," value "}]}"
#define BRINGING(what, system) "{'extension':[" what "],'include':[{'system':'" system "'}]}"
#define ASKS(name, value) ",{'name':'" name "'," value "}"

/* Names of the expansion's parameters that are not of what was used, in order. */
static const char *told(void)
{
	struct hs_buf out;

	hs_buf_init(&out, a.arena, 1000);
	HS_JSON_EACH(p, hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("parameter"))) {
		struct hs_slice name = hs_json_get_text(p, HS_S("name"));
		if (!hs_slice_starts(name, HS_S("used-")))
			hs_buf_printf(&out, "%s%.*s", out.len ? " " : "", HS_S_ARG(name));
	}
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

/* Parameters that a value set brings hold where the request says nothing, and are told as if it had. */
static void parameters_of_the_set(void **state)
{
	static const struct {
		const char *compose, *parameters, *codes, *told;
	} rows[] = {
		{ BRINGING(BRINGS("activeOnly", "'valueBoolean':true"), "urn:cs"), FLAT, "a b c d",
			"excludeNested count activeOnly" },
		{ BRINGING(BRINGS("activeOnly", "'valueCode':'true'"), "urn:cs"),
			FLAT ASKS("activeOnly", "'valueBoolean':false"), "a b c d e",
			"excludeNested count activeOnly" },
		{ BRINGING(BRINGS("excludeNested", "'valueBoolean':true"), "urn:groups"),
			"{'name':'excludeNotForUI','valueBoolean':true}", "x y",
			"excludeNotForUI excludeNested" },
		{ BRINGING(BRINGS("system-version", "'valueUri':'urn:two|1'"), "urn:two"), FLAT, "old both",
			"excludeNested count system-version" },
		{ BRINGING(BRINGS("system-version", "'valueUri':'urn:two|1'"), "urn:two"),
			FLAT ASKS("system-version", "'valueUri':'urn:two|2'"), "both new",
			"excludeNested count system-version" },
		{ BRINGING(BRINGS("exclude-system", "'valueUri':'urn:two'"), "urn:two"), FLAT, "",
			"excludeNested count exclude-system" },
		{ BRINGING(BRINGS("versionsMatch", "'valueBoolean':true"), "urn:two"), FLAT, "both new",
			"excludeNested count versionsMatch" },
		{ BRINGING(BRINGS("versionsMatch", "'valueString':'false'"), "urn:two"), FLAT, "both new",
			"excludeNested count" },
		/* what is asked for is the client's to say */
		{ BRINGING(BRINGS("count", "'valueInteger':1") "," BRINGS("filter", "'valueString':'x'"),
			  "urn:two"),
			FLAT, "both new", "excludeNested count" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(rows[i].compose, rows[i].parameters, rows[i].codes);
		if (strcmp(told(), rows[i].told) != 0)
			fail_msg("%s tells %s", rows[i].compose, told());
	}
	expand(BRINGING(BRINGS("activeOnly", "'valueCode':'perhaps'"), "urn:cs"), FLAT);
	assert_int_equal(a.status, HS_E_VALUE);
}

/* A set of active codes only has no others for those that take from it either. */
static void active_codes_of_an_import(void **state)
{
	(void)state;
	check("{'include':[{'valueSet':['urn:vs:active']}]}", FLAT, "a b c d");
	check("{'include':[{'system':'urn:cs'}],'exclude':[{'valueSet':['urn:vs:active']}]}", FLAT, "e");
}

/* Codes that only group others are left out where somebody chooses, and those below them move up. */
static void codes_to_choose_from(void **state)
{
	(void)state;
	check("{'include':[{'system':'urn:groups'}]}", "", "g(x h(y))");
	check("{'include':[{'system':'urn:groups'}]}", "{'name':'excludeNotForUI','valueBoolean':true}",
		"x y");
	check("{'include':[{'valueSet':['urn:vs:groups']}]}",
		"{'name':'excludeNotForUI','valueBoolean':true}", "x y");
}

/* The first codes of too many, where the client says that they will do. */
static void the_first_of_too_many(void **state)
{
	(void)state;
	expand("{'include':[{'system':'urn:cs'}]}", "{'name':'excludeNested','valueBoolean':true}");
	assert_int_equal(a.status, HS_E_TOO_COSTLY);
	check("{'include':[{'system':'urn:cs'}]}", "{'name':'limitedExpansion','valueBoolean':true}",
		"a b c d");
	const struct hs_json *expansion = hs_json_get(a.out, HS_S("expansion"));
	assert_string_equal(hs_arena_cstr(a.arena, hs_json_text(hs_json_get(expansion, HS_S("total")))), "5");
	assert_non_null(hs_tx_extension(expansion,
		HS_S("http://hl7.org/fhir/StructureDefinition/valueset-toocostly")));
}

static void nesting(void **state)
{
	(void)state;
	check(FILTER("concept", "is-a", "a"), "", "a(b(c) d)");
	check(FILTER("concept", "is-not-a", "b"), "", "a(d) e");
	check("{'include':[{'system':'urn:cs','concept':[{'code':'a'},{'code':'b'}]}]}", "", "a b");
}

/* "code=display ..." of an expansion by URL. */
static const char *named(const char *url, const char *more)
{
	struct hs_buf out;

	ask(&a, hs_tx_expand,
		hs_arena_cstr(a.arena,
			hs_arena_printf(a.arena, "{'name':'url','valueUri':'%s'}%s", url, more)));
	assert_int_equal(a.status, HS_OK);
	hs_buf_init(&out, a.arena, 10000);
	HS_JSON_EACH(item, hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("contains")))
		hs_buf_printf(&out, "%s%.*s=%.*s", out.len ? " " : "",
			HS_S_ARG(hs_json_get_text(item, HS_S("code"))),
			HS_S_ARG(hs_json_get_text(item, HS_S("display"))));
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

#define LANGUAGE(tag) ",{'name':'displayLanguage','valueCode':'" tag "'}"

/* What a value set calls its codes goes before what the code system does, in the value set's own language;
 * where it names none, the code system's name in the language that is asked for does. */
static void names_of_the_set(void **state)
{
	(void)state;
	assert_string_equal(named("urn:vs:swedish", ""), "d=Vovve a=Apple tree");
	assert_string_equal(named("urn:vs:swedish", LANGUAGE("sv")), "d=Vovve a=Apple tree");
	assert_string_equal(named("urn:vs:swedish", LANGUAGE("sv-SE")), "d=Vovve a=Apple tree");
	assert_string_equal(named("urn:vs:swedish", LANGUAGE("en")), "d=Dog a=Apple tree");
	assert_string_equal(named("urn:vs:named", ""), "d=Doggy a=Tree");
	assert_string_equal(named("urn:vs:named", LANGUAGE("sv")), "d=Hund a=Tree");
	assert_string_equal(named("urn:vs:named", LANGUAGE("en")), "d=Dog a=Apple tree");
}

/* Codes of an expansion that came with a value set count where it says nothing else of what it holds. */
static void stored_with_the_set(void **state)
{
	(void)state;
	assert_string_equal(named("urn:vs:stored", ""), "a=Apple tree c=Puss old=");
	assert_string_equal(named("urn:vs:both", ""), "b=Bär");
	ask(&a, hs_tx_validate_in_set,
		"{'name':'url','valueUri':'urn:vs:stored'},{'name':'system','valueUri':'urn:cs'},{'name':'"
		"code','valueCode':'c'}");
	assert_string_equal(ask_text(&a, "result"), "true");
	ask(&a, hs_tx_validate_in_set,
		"{'name':'url','valueUri':'urn:vs:stored'},{'name':'system','valueUri':'urn:cs'},{'name':'"
		"code','valueCode':'b'}");
	assert_string_equal(ask_text(&a, "result"), "false");
}

static size_t designations_with(const char *parameters)
{
	named("urn:vs:named", parameters);
	const struct hs_json *item =
		hs_json_at(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("contains")), 0);
	return hs_json_count(hs_json_get(item, HS_S("designation")));
}

/* Who names a kind of designation wants it. */
static void designations_named(void **state)
{
	(void)state;
	assert_int_equal(designations_with(""), 0);
	assert_int_equal(designations_with(",{'name':'designation','valueString':'urn:ietf:bcp:47|sv'}"), 1);
	assert_int_equal(designations_with(",{'name':'designation','valueString':'urn:ietf:bcp:47|sv'},{'"
					   "name':"
					   "'includeDesignations','valueBoolean':false}"),
		0);
	assert_int_equal(designations_with(",{'name':'includeDesignations','valueBoolean':true}"), 2);
}

/* Nothing is known of the past, so it is not answered; now is whatever may be today somewhere. */
static void at_a_date(void **state)
{
	static const struct {
		const char *date;
		enum hs_status status;
	} rows[] = { { "2026-11-21", HS_OK }, { "2026-11-20", HS_OK }, { "2026-11-18", HS_E_NOT_SUPPORTED },
		{ "2026", HS_OK }, { "2025", HS_E_NOT_SUPPORTED }, { "2026-10", HS_E_NOT_SUPPORTED },
		{ "2026-11-18T23:00:00+01:00", HS_E_NOT_SUPPORTED }, { "2027-01-01", HS_OK },
		{ "18 nov", HS_E_VALUE } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice asked = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'urn:vs:groups'},{'name':'date','valueDateTime':'%s'}",
			rows[i].date);
		ask_prepare(&a, hs_arena_cstr(a.arena, asked));
		a.ctx.now_ms = INT64_C(1795262400000); /* 2026-11-21T12:00:00Z */
		enum hs_status status = hs_tx_expand(&a.ctx, &a.out, &a.err);
		if (status != rows[i].status)
			fail_msg("%s: status %d", rows[i].date, (int)status);
	}
}

static void paging(void **state)
{
#define PAGE(offset, count) \
	"{'name':'offset','valueInteger':" #offset "},{'name':'count','valueInteger':" #count "}"
	static const struct {
		const char *parameters, *codes;
	} rows[] = { { PAGE(0, 2), "a b" }, { PAGE(2, 2), "c d" }, { PAGE(4, 2), "e" }, { PAGE(5, 2), "" },
		{ PAGE(2147483647, 2), "" }, { PAGE(0, 0), "" } };
	int64_t total = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check("{'include':[{'system':'urn:cs'}]}", rows[i].parameters, rows[i].codes);
		assert_true(hs_json_i64(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("total")),
			&total));
		assert_int_equal(total, 5);
	}
	expand("{'include':[{'system':'urn:cs'}]}", "{'name':'count','valueInteger':-1}");
	assert_int_equal(a.status, HS_E_VALUE);
}

static void searching(void **state)
{
#define SEARCH(text) FLAT ",{'name':'filter','valueString':'" text "'}"
	static const struct {
		const char *parameters, *codes;
	} rows[] = { { SEARCH("tree"), "a" }, { SEARCH("TR app"), "a" }, { SEARCH("ree"), "" },
		{ SEARCH("bar"), "b" }, { SEARCH("hund"), "d" }, { SEARCH("c"), "c" },
		{ SEARCH(""), "a b c d e" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check("{'include':[{'system':'urn:cs'}]}", rows[i].parameters, rows[i].codes);
}

static void too_costly(void **state)
{
	(void)state;
	expand("{'include':[{'system':'urn:cs'}]}", ""); /* five codes, the limit is four */
	assert_int_equal(a.status, HS_E_TOO_COSTLY);
	assert_int_equal(a.ctx.failure->id, TX_MSG_VALUESET_TOO_COSTLY);
}

static void what_is_told_of_a_code(void **state)
{
	const struct hs_json *item;

	(void)state;
	check("{'include':[{'system':'urn:cs','concept':[{'code':'d','display':'Hound'}]}]}",
		"{'name':'includeDesignations','valueBoolean':true},{'name':'property','valueString':'parent'"
		"}",
		"d");
	item = hs_json_at(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("contains")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(item, HS_S("display")), HS_S("Hound")));
	assert_int_equal(hs_json_count(hs_json_get(item, HS_S("designation"))), 2);
	const struct hs_json *property = hs_json_at(hs_json_get(item, HS_S("property")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(property, HS_S("valueCode")), HS_S("a")));
	check("{'include':[{'system':'urn:cs','concept':[{'code':'a'},{'code':'b'}]}]}",
		FLAT
		",{'name':'property','valueString':'p'},{'name':'includeDesignations','valueBoolean':true}",
		"a b");
	assert_int_equal(hs_json_count(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("property"))),
		1);
	check("{'include':[{'system':'urn:cs','concept':[{'code':'d'}]}]}",
		"{'name':'displayLanguage','valueCode':'sv'}", "d");
	item = hs_json_at(hs_json_get(hs_json_get(a.out, HS_S("expansion")), HS_S("contains")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(item, HS_S("display")), HS_S("Hund")));
}

/* ---- long expansions ---- */

#define MANY 3000u

/* A tree in which each code has up to seven below it, some with a text in Swedish, some not in use. */
static void add_code(struct hs_buf *out, unsigned code)
{
	hs_buf_printf(out, "{'code':'%u','display':'Code \\\\ %u'", code, code);
	if (code % 5 == 0)
		hs_buf_cstr(out, ",'designation':[{'language':'sv','value':'K\u00e5d'}]");
	if (code % 11 == 0)
		hs_buf_cstr(out, ",'property':[{'code':'inactive','valueBoolean':true}]");
	for (unsigned i = 1; i <= 7 && code * 7 + i < MANY; i++) {
		hs_buf_cstr(out, i == 1 ? ",'concept':[" : ",");
		add_code(out, code * 7 + i);
	}
	hs_buf_cstr(out, code * 7 + 1 < MANY ? "]}" : "}");
}

static const char *many_codes(struct hs_arena *arena)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, 1 << 20);
	hs_buf_cstr(&out, "{" CS ",'url':'urn:many','version':'1','concept':[");
	add_code(&out, 0);
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(arena, hs_buf_slice(&out));
}

static struct hs_slice streamed(struct ask *long_ask, struct hs_arena *arena, const char *parameters)
{
	struct hs_stream_source stream = { .more = NULL };
	struct hs_buf out;
	bool last = false;

	ask_prepare(long_ask, parameters);
	long_ask->ctx.limit = 100000;
	assert_int_equal(hs_tx_expand_large(&long_ask->ctx, &long_ask->out, &stream, &long_ask->err), HS_OK);
	assert_non_null(stream.more);
	hs_buf_init(&out, arena, 10 << 20);
	while (!last)
		assert_int_equal(stream.more(stream.arg, &out, &last, &long_ask->err), HS_OK);
	return hs_buf_slice(&out);
}

/* A long expansion in pieces is the same text as one that is written at once. */
static void long_ones_are_the_same_in_pieces(void **state)
{
#define ALL "{'name':'url','valueUri':'urn:all'}"
#define SOME "{'name':'url','valueUri':'urn:some'}"
#define FLAG(name) ",{'name':'" name "','valueBoolean':true}"
	static const char *const rows[] = { ALL, ALL FLAG("excludeNested"), ALL FLAG("activeOnly"), SOME,
		SOME FLAG("includeDesignations"), ALL ",{'name':'displayLanguage','valueCode':'sv'}",
		ALL ",{'name':'offset','valueInteger':7},{'name':'count','valueInteger':2500}" };
	struct ask long_ask;
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	const char *const long_resources[] = { many_codes(arena),
		"{'resourceType':'ValueSet','url':'urn:all','status':'active','compose':{'include':["
		"{'system':'urn:many'}]}}",
		"{'resourceType':'ValueSet','url':'urn:some','status':'active','compose':{'include':["
		"{'system':'urn:many'}],'exclude':[{'system':'urn:many','concept':[{'code':'3'},{'code':'20'"
		"}]}]}}",
		NULL };

	(void)state;
	ask_begin(&long_ask, long_resources);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice text = streamed(&long_ask, arena, rows[i]);
		struct hs_buf whole;
		ask_prepare(&long_ask, rows[i]);
		long_ask.ctx.limit = 100000;
		assert_int_equal(hs_tx_expand(&long_ask.ctx, &long_ask.out, &long_ask.err), HS_OK);
		hs_buf_init(&whole, long_ask.arena, 10 << 20);
		hs_json_write(&whole, long_ask.out, 0);
		assert_true(text.len > 100000);
		if (!hs_slice_eq(text, hs_buf_slice(&whole)))
			fail_msg("%s gave another text in pieces", rows[i]);
	}
	ask_end(&long_ask);
	hs_arena_free(arena);
}

#define IN_GRAPH(op, code) \
	"{'include':[{'system':'urn:graph','filter':[{'property':'concept','op':'" op "','value':'" code \
	"'}]}]}"
#define NODE(code, parents) "{'code':'" code "','property':[" parents "]}"
#define BELOW(code) "{'code':'parent','valueCode':'" code "'}"

static const char *const graph[] = {
	"{" CS ",'url':'urn:graph','concept':[{'code':'a'}," NODE("b", BELOW("a")) "," NODE("c",
		BELOW("a")) "," NODE("d", BELOW("b") "," BELOW("c")) "," NODE("e",
		BELOW("d")) ",{'code':'f'}," NODE("x", BELOW("y")) "," NODE("y", BELOW("x")) "]}",
	NULL
};

/* Below a concept of a graph: by every way, each once, and not for ever where they go in a circle. */
static void filters_in_a_graph(void **state)
{
	static const struct {
		const char *compose, *codes;
	} rows[] = {
		{ IN_GRAPH("is-a", "a"), "a b c d e" },
		{ IN_GRAPH("is-a", "c"), "c d e" },
		{ IN_GRAPH("descendent-of", "b"), "d e" },
		{ IN_GRAPH("descendent-of", "e"), "" },
		{ IN_GRAPH("descendent-leaf", "a"), "e" },
		{ IN_GRAPH("child-of", "c"), "d" },
		{ IN_GRAPH("is-a", "f"), "f" },
		{ IN_GRAPH("is-a", "x"), "x y" },
		{ IN_GRAPH("descendent-of", "x"), "y" },
	};
	struct ask before = a;

	(void)state;
	ask_begin(&a, graph);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].compose, FLAT, rows[i].codes);
	ask_end(&a);
	a = before;
}

static size_t kin_told(size_t item)
{
	const struct hs_json *expansion = hs_json_get(a.out, HS_S("expansion"));

	return hs_json_count(hs_json_get(hs_json_at(hs_json_get(expansion, HS_S("contains")), item),
		HS_S("property")));
}

/* Of some parents a concept says that they hold it, of others that it lies in them: all are its parents. */
static void parents_told_in_two_ways(void **state)
{
	static const char *const mixed[] = {
		"{" CS
		",'url':'urn:graph','concept':[{'code':'a','property':[{'code':'child','valueCode':'e'}],"
		"'concept':[" NODE("b", BELOW("c") "," BELOW("gone")) "]},{'code':'c'},{'code':'e'}]}",
		NULL
	};
	static const struct {
		const char *compose, *codes;
	} rows[] = {
#define IN_MIXED(property, op, value) \
	"{'include':[{'system':'urn:graph','filter':[{'property':'" property "','op':'" op \
	"','value':'" value "'}]}]}"
		{ IN_MIXED("parent", "=", "a"), "b e" },
		{ IN_MIXED("parent", "=", "c"), "b" },
		{ IN_MIXED("parent", "=", "gone"), "b" },
		{ IN_MIXED("parent", "in", "a,c"), "b e" },
		{ IN_MIXED("parent", "not-in", "a"), "a c" },
		{ IN_MIXED("child", "=", "b"), "a c" },
		{ IN_MIXED("child", "=", "e"), "a" },
	};
	struct ask before = a;

	(void)state;
	ask_begin(&a, mixed);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].compose, FLAT, rows[i].codes);
	check("{'include':[{'system':'urn:graph'}]}",
		FLAT ",{'name':'property','valueString':'parent'},{'name':'property','valueString':'child'}",
		"a b c e");
	assert_int_equal(kin_told(0), 2); /* b, e */
	assert_int_equal(kin_told(1), 3); /* c, gone, a */
	assert_int_equal(kin_told(2), 1);
	assert_int_equal(kin_told(3), 1);
	ask_end(&a);
	a = before;
}

/* Parents that are told by properties make trees, too, wherever they stand. */
static void nesting_by_properties(void **state)
{
	static const char *const trees[] = {
		"{" CS ",'url':'urn:graph','concept':[" NODE("d",
			BELOW("b")) ",{"
				    "'code':'a'}," NODE("b", BELOW("a")) "," NODE("c", BELOW("a")) "]}",
		NULL
	};
	struct ask before = a;

	(void)state;
	ask_begin(&a, trees);
	check("{'include':[{'system':'urn:graph'}]}", "", "a(b(d) c)");
	check(IN_GRAPH("descendent-of", "a"), "", "b(d) c");
	check("{'include':[{'system':'urn:graph'}]}", FLAT, "d a b c");
	ask_end(&a);
	ask_begin(&a, graph);
	check(IN_GRAPH("descendent-of", "a"), "", "b c d e"); /* d has two parents */
	ask_end(&a);
	a = before;
}

static bool is_quick(struct ask *q, const char *parameters)
{
	ask_prepare(q, parameters);
	assert_int_equal(q->status, HS_OK);
	assert_int_equal(hs_tx_choose_set(&q->ctx, &q->err), HS_OK);
	return hs_tx_expansion_is_quick(&q->ctx);
}

/* By the codes that have to be looked at, not by those that are told. */
static void quick_are_those_with_little_to_look_at(void **state)
{
#define SET(name, compose) \
	"{'resourceType':'ValueSet','url':'urn:" name "','status':'active','compose':{'include':[" compose \
	"]}}"
#define ON(name) "{'name':'url','valueUri':'urn:" name "'}"
	struct hs_arena *arena = hs_arena_new((size_t)4 << 20);
	struct hs_buf text;
	struct ask q;

	(void)state;
	hs_buf_init(&text, arena, (size_t)1 << 20);
	hs_buf_cstr(&text, "{" CS ",'url':'urn:600','concept':[{'code':'c0'}");
	for (unsigned i = 1; i < 600; i++)
		hs_buf_printf(&text, ",{'code':'c%u'}", i);
	hs_buf_cstr(&text, "]}");
	const char *const sets[] = { hs_arena_cstr(arena, hs_buf_slice(&text)),
		SET("whole", "{'system':'urn:600'}"),
		SET("twice", "{'system':'urn:600'},{'valueSet':['urn:whole']}"),
		SET("list", "{'system':'urn:600','concept':[{'code':'c1'},{'code':'c2'}]}"),
		SET("below",
			"{'system':'urn:600','filter':[{'property':'concept','op':'is-a','value':'c1'}]}"),
		SET("both",
			"{'system':'urn:600','filter':[{'property':'concept','op':'is-a','value':'c1'},"
			"{'property':'code','op':'in','value':'c1,c2'}]}"),
		SET("regex", "{'system':'urn:600','filter':[{'property':'code','op':'regex','value':'c1'}]}"),
		SET("lists", "{'valueSet':['urn:list']},{'valueSet':['urn:list']}"), NULL };
	ask_begin(&q, sets);
	assert_true(is_quick(&q, ON("whole")));
	assert_true(is_quick(&q, ON("list")));
	assert_true(is_quick(&q, ON("lists")));
	assert_false(is_quick(&q, ON("twice")));
	assert_true(is_quick(&q, ON("below")));
	assert_false(is_quick(&q, ON("both")));
	assert_false(is_quick(&q, ON("regex")));
	assert_false(is_quick(&q, ON("whole") ",{'name':'includeDesignations','valueBoolean':true}"));
	assert_true(is_quick(&q, ON("list") ",{'name':'includeDesignations','valueBoolean':true}"));
	assert_false(is_quick(&q, ON("whole") ",{'name':'filter','valueString':'c'}"));
	ask_end(&q);
	hs_arena_free(arena);
}

/* Each include costs what it holds, not what the largest one might. */
static void an_include_for_each_code(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)4 << 20);
	struct hs_buf text;

	(void)state;
	hs_buf_init(&text, arena, (size_t)2 << 20);
	for (unsigned i = 0; i < 20000; i++)
		hs_buf_printf(&text, "%s{'system':'urn:cs','concept':[{'code':'%s'}]}",
			i ? "," : "{'include':[", i % 2 ? "e" : "a");
	hs_buf_cstr(&text, "]}");
	check(hs_arena_cstr(arena, hs_buf_slice(&text)), FLAT, "a e");
	hs_arena_free(arena);
}

static void left_out_systems(void **state)
{
	static const char *const compose = "{'include':[{'system':'urn:cs','concept':[{'code':'a'},{'code':'"
					   "e'}]},{'system':'urn:other'}]}";

	(void)state;
	check(compose, FLAT LEAVE_OUT("urn:other"), "a e"); /* nobody asks whether it is known */
	check(compose, FLAT LEAVE_OUT("urn:other") LEAVE_OUT("urn:cs|1"), "");
	check(compose, FLAT LEAVE_OUT("urn:other") LEAVE_OUT("urn:cs|2"), "a e");
	expand(compose, FLAT LEAVE_OUT("urn:cs"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_UNKNOWN_CODESYSTEM_EXP);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(left_out_systems), cmocka_unit_test(filters),
		cmocka_unit_test(bad_filters), cmocka_unit_test(filters_of_a_supplement),
		cmocka_unit_test(include_and_exclude), cmocka_unit_test(versions_that_meet),
		cmocka_unit_test(parameters_of_the_set), cmocka_unit_test(active_codes_of_an_import),
		cmocka_unit_test(codes_to_choose_from), cmocka_unit_test(the_first_of_too_many),
		cmocka_unit_test(nesting), cmocka_unit_test(nesting_by_properties),
		cmocka_unit_test(names_of_the_set), cmocka_unit_test(stored_with_the_set),
		cmocka_unit_test(designations_named), cmocka_unit_test(at_a_date), cmocka_unit_test(paging),
		cmocka_unit_test(searching), cmocka_unit_test(too_costly),
		cmocka_unit_test(what_is_told_of_a_code), cmocka_unit_test(long_ones_are_the_same_in_pieces),
		cmocka_unit_test(filters_in_a_graph), cmocka_unit_test(parents_told_in_two_ways),
		cmocka_unit_test(an_include_for_each_code),
		cmocka_unit_test(quick_are_those_with_little_to_look_at) };

	return ASK_RUN(&a, resources, tests);
}
