/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $validate-code: membership, versions, displays, states, and what is said about each. */
#include "../ask_test.h"

#define CS \
	"'resourceType':'CodeSystem','content':'complete','caseSensitive':true,'status':'active','language'" \
	":'en'"
#define VS "'resourceType':'ValueSet','status':'active'"

#define STANDARDS(state) \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/" \
	"structuredefinition-standards-status'," \
	"'valueCode':'" state "'}]"

static const char *const resources[] = {
	"{" CS ",'url':'urn:cs','version':'1.0.0','concept':[{'code':'a','display':'Alpha'},{'code':'old','"
	"display':'Old'}]}",
	"{" CS ",'url':'urn:cs','version':'2.0.0','concept':["
	"{'code':'a','display':'Alpha two','designation':[{'language':'sv','value':'Alfa'}],"
	"'concept':[{'code':'b','display':'Beta','property':[{'code':'kin','valueString':'x'}]}]},"
	"{'code':'gone','display':'Gone','property':[{'code':'status','valueCode':'retired'}]},"
	"{'code':'group','display':'Group','property':[{'code':'notSelectable','valueBoolean':true}]}]}",
	"{'resourceType':'CodeSystem','content':'supplement','status':'active','url':'urn:more','supplements'"
	":'"
	"urn:cs','concept':[{'code':'a'}]}",
	"{" VS ",'url':'urn:all','compose':{'include':[{'system':'urn:cs'}]}}",
	"{" VS ",'url':'urn:kin','compose':{'include':[{'system':'urn:cs',"
	"'filter':[{'property':'kin','op':'=','value':'x'}]}]}}",
	"{" VS ",'url':'urn:one','compose':{'include':[{'system':'urn:cs','version':'1.0.0'}]}}",
	"{" VS ",'url':'urn:list','compose':{'include':[{'system':'urn:cs','concept':[{'code':'b'}]}]}}",
	"{" VS ",'url':'urn:under','compose':{'include':[{'system':'urn:cs',"
	"'filter':[{'property':'concept','op':'descendent-of','value':'a'}]}]}}",
	"{" VS ",'url':'urn:less','compose':{'include':[{'valueSet':['urn:all']}],'exclude':[{'valueSet':['"
	"urn:list']}]}}",
	"{" VS ",'url':'urn:inuse','compose':{'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/"
	"valueset-expansion-parameter','extension':[{'url':'name','valueCode':'activeOnly'},{'url':'value','"
	"valueBoolean':true}]}],'include':[{'system':'urn:cs'}]}}",
	"{" VS ",'url':'urn:active','compose':{'inactive':false,'include':[{'system':'urn:cs'}]}}",
	"{" VS ",'url':'urn:lost','compose':{'include':[{'valueSet':['urn:nowhere']}]}}",
	"{" VS ",'url':'urn:vague','compose':{'include':[{'system':'urn:absent'}]}}",
	"{" VS
	",'url':'urn:vaguelist','compose':{'include':[{'system':'urn:absent','concept':[{'code':'b'}]}]}}",
	"{" VS
	",'url':'urn:vagueless','compose':{'include':[{'system':'urn:cs'}],'exclude':[{'system':'urn:cs',"
	"'version':'9'}]}}",
	"{'resourceType':'CodeSystem','content':'complete','status':'draft','url':'urn:sketch','concept':[{'"
	"code':'a'}]}",
	"{" VS
	"," STANDARDS("withdrawn") ",'url':'urn:gone','compose':{'include':[{'system':'urn:sketch'}]}}",
	"{" VS ",'url':'urn:viagone','compose':{'include':[{'valueSet':['urn:gone']}]}}",
	"{'resourceType':'ValueSet','status':'draft','url':'urn:sketched','compose':{'include':[{'system':'"
	"urn:sketch'}]"
	"}}",
	"{" VS ",'url':'urn:viasketched','compose':{'include':[{'valueSet':['urn:sketched']}]}}",
	"{'resourceType':'CodeSystem','content':'fragment','status':'active','url':'urn:part','concept':[{'"
	"code':'p'}]}",
	"{" VS ",'url':'urn:parts','compose':{'include':[{'system':'urn:part'},{'system':'urn:cs'}]}}",
	"{" VS
	",'url':'urn:both','compose':{'include':[{'valueSet':['urn:parts']},{'valueSet':['urn:others']}]}}",
	"{" VS ",'url':'urn:others','compose':{'include':[{'system':'urn:sketch'}]}}",
	"{" VS ",'url':'urn:viaactive','compose':{'include':[{'valueSet':['urn:active']}]}}",
	"{" VS ",'url':'urn:apart','compose':{'include':[{'system':'urn:cs','version':'1.0.0'},{'system':'"
	"urn:cs','version':'2.0.0'}],"
	"'exclude':[{'system':'urn:cs','version':'1.0.0','concept':[{'code':'a'}]}]}}",
	"{" VS ",'url':'urn:ring','compose':{'include':[{'valueSet':['urn:ring2']}]}}",
	"{" VS ",'url':'urn:ring2','compose':{'include':[{'valueSet':['urn:ring']}]}}",
	NULL,
};

static struct ask a;

#define SET(url) "{'name':'url','valueUri':'" url "'}"
#define CODE(code) ",{'name':'system','valueUri':'urn:cs'},{'name':'code','valueCode':'" code "'}"
#define ABSENT(code) ",{'name':'system','valueUri':'urn:absent'},{'name':'code','valueCode':'" code "'}"
#define SKETCH ",{'name':'system','valueUri':'urn:sketch'},{'name':'code','valueCode':'a'}"
#define DISPLAY(text) ",{'name':'display','valueString':'" text "'}"
#define VERSION(text) ",{'name':'systemVersion','valueString':'" text "'}"

static void check(const char *parameters, const char *result, const char *issues)
{
	ask(&a, hs_tx_validate_in_set, parameters);
	if (a.status)
		fail_msg("%s: %s", parameters, a.err.text);
	if (strcmp(ask_text(&a, "result"), result) != 0 || strcmp(ask_issues(&a), issues) != 0)
		fail_msg("%s: %s with %s", parameters, ask_text(&a, "result"), ask_issues(&a));
}

#define NOT_IN "None_of_the_provided_codes_are_in_the_value_set_one"

static void membership(void **state)
{
	(void)state;
	check(SET("urn:all") CODE("a"), "true", "");
	check(SET("urn:all") CODE("zzz"), "false", "Unknown_Code_in_Version " NOT_IN);
	check(SET("urn:list") CODE("b"), "true", "");
	check(SET("urn:list") CODE("a"), "false", NOT_IN);
	check(SET("urn:under") CODE("b"), "true", "");
	check(SET("urn:under") CODE("a"), "false", NOT_IN);
	check(SET("urn:less") CODE("a"), "true", "");
	check(SET("urn:less") CODE("b"), "false", NOT_IN);
	check(SET("urn:all") ",{'name':'system','valueUri':'urn:other'},{'name':'code','valueCode':'a'}",
		"false", "UNKNOWN_CODESYSTEM " NOT_IN);
	assert_string_equal(ask_text(&a, "x-unknown-system"), "urn:other");
}

/* What is named in the place of a system and is none: said once, as what it is, not as a system that is
 * unknown. */
static void what_is_no_system(void **state)
{
	static const struct {
		const char *url, *issues;
	} rows[] = {
		{ "urn:more", "CODESYSTEM_CS_NO_SUPPLEMENT " NOT_IN },
		{ "urn:list", "Terminology_TX_System_ValueSet2 " NOT_IN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice coded = hs_arena_printf(a.arena,
			SET("urn:all") ",{'name':'system','valueUri':'%s'},{'name':'code','valueCode':'a'}",
			rows[i].url);
		check(hs_arena_cstr(a.arena, coded), "false", rows[i].issues);
	}
}

/* What decides is not known here: then the answer is not "no", but "nobody can say". */
static void unknown_systems(void **state)
{
	(void)state;
	check(SET("urn:vague") ABSENT("a"), "false", "UNKNOWN_CODESYSTEM");
	assert_string_equal(ask_text(&a, "x-caused-by-unknown-system"), "urn:absent");
	check(SET("urn:vague") CODE("a"), "false", NOT_IN);
	check(SET("urn:vaguelist") ABSENT("b"), "false", "UNKNOWN_CODESYSTEM");
	check(SET("urn:vaguelist") ABSENT("a"), "false", "UNKNOWN_CODESYSTEM " NOT_IN);
	assert_string_equal(ask_text(&a, "x-unknown-system"), "urn:absent");
	check(SET("urn:vagueless") CODE("a"), "false", "UNKNOWN_CODESYSTEM_VERSION");
	assert_string_equal(ask_text(&a, "x-caused-by-unknown-system"), "urn:cs|9");
}

static void versions(void **state)
{
	(void)state;
	check(SET("urn:all") CODE("old"), "false", "Unknown_Code_in_Version " NOT_IN);
	check(SET("urn:one") CODE("old"), "true", "");
	assert_string_equal(ask_text(&a, "version"), "1.0.0");
	check(SET("urn:all") CODE("old") VERSION("1.0.0"), "true", "");
	check(SET("urn:one") CODE("a") VERSION("2.0.0"), "false", "VALUESET_VALUE_MISMATCH");
	check(SET("urn:all") CODE("a") VERSION("3.0.0"), "false",
		"VALUESET_VALUE_MISMATCH_DEFAULT UNKNOWN_CODESYSTEM_VERSION");
	assert_string_equal(ask_text(&a, "x-caused-by-unknown-system"), "urn:cs|3.0.0");
	check(SET("urn:all") CODE("old") ",{'name':'system-version','valueCanonical':'urn:cs|1.0.0'}", "true",
		"");
	/* a property that only the later version has */
	check(SET("urn:kin") CODE("b"), "true", "");
	check(SET("urn:kin") CODE("a") VERSION("1.0.0"), "false", NOT_IN);
	check(SET("urn:apart") CODE("a"), "true", "");
	assert_string_equal(ask_text(&a, "version"), "2.0.0");
	check(SET("urn:apart") CODE("a") VERSION("1.0.0"), "false", NOT_IN);
	check(SET("urn:apart") CODE("old"), "true", "");
	check(SET("urn:apart") CODE("a") ",{'name':'versionsMatch','valueBoolean':true}", "false", NOT_IN);
	check(SET("urn:one") CODE("b") ",{'name':'force-system-version','valueCanonical':'urn:cs|2.0.0'}",
		"true", "");
	check(SET("urn:one") CODE("a") ",{'name':'check-system-version','valueCanonical':'urn:cs|2.x.x'}",
		"false", "VALUESET_VERSION_CHECK");
}

static void displays(void **state)
{
	(void)state;
	check(SET("urn:all") CODE("a") DISPLAY("Alpha two"), "true", "");
	check(SET("urn:all") CODE("a") DISPLAY("ALPHA TWO"), "true", "");
	check(SET("urn:all") CODE("a") DISPLAY("Alfa"), "true", "");
	check(SET("urn:all") CODE("a") DISPLAY("Alpha  two"), "false",
		"Display_Name_WS_for__should_be_one_of__instead_of");
	check(SET("urn:all") CODE("a") DISPLAY("Nope"), "false",
		"Display_Name_for__should_be_one_of__instead_of");
	assert_string_equal(ask_text(&a, "message"),
		"Wrong Display Name 'Nope' for urn:cs#a. Valid display is one of 2 choices: 'Alpha two' (en) "
		"or 'Alfa' (sv) "
		"(for the language(s) '--')");
	check(SET("urn:all") CODE("a")
			DISPLAY("Nope") ",{'name':'lenient-display-validation','valueBoolean':true}",
		"true", "Display_Name_for__should_be_one_of__instead_of");
	check(SET("urn:all") CODE("a") ",{'name':'displayLanguage','valueCode':'sv'}", "true", "");
	assert_string_equal(ask_text(&a, "display"), "Alfa");
	check(SET("urn:all") CODE("b") DISPLAY("Beta") ",{'name':'displayLanguage','valueCode':'sv'}", "true",
		"NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK");
	check(SET("urn:all") CODE("b") DISPLAY("Nope") ",{'name':'displayLanguage','valueCode':'sv'}",
		"false", "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR");
}

/* Where no name is in the language that is asked for, those of a wider one are right, then the code system's
 * own; never one of a third language. */
static void displays_of_languages(void **state)
{
#define IN_LANGUAGE(tag, text) \
	SET("urn:all") CODE("a") DISPLAY(text) ",{'name':'displayLanguage','valueCode':'" tag "'}"
	static const struct {
		const char *parameters, *result, *issues;
	} rows[] = {
		{ IN_LANGUAGE("sv", "Alfa"), "true", "" },
		{ IN_LANGUAGE("sv-SE", "Alfa"), "true", "" },
		{ IN_LANGUAGE("sv-SE", "Alpha two"), "false",
			"Display_Name_for__should_be_one_of__instead_of" },
		{ IN_LANGUAGE("en-GB", "Alpha two"), "true", "" },
		{ IN_LANGUAGE("en-GB", "Alfa"), "false", "Display_Name_for__should_be_one_of__instead_of" },
		{ IN_LANGUAGE("fr", "Alpha two"), "true", "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK" },
		{ IN_LANGUAGE("fr", "Alfa"), "false", "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR" },
		{ IN_LANGUAGE("fr, sv;q=0.5", "Alfa"), "true", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].parameters, rows[i].result, rows[i].issues);
}

static void states(void **state)
{
	(void)state;
	check(SET("urn:all") CODE("gone"), "true", "INACTIVE_CONCEPT_FOUND");
	assert_string_equal(ask_text(&a, "inactive"), "true");
	assert_string_equal(ask_text(&a, "status"), "retired");
	check(SET("urn:active") CODE("gone"), "false",
		"STATUS_CODE_WARNING_CODE INACTIVE_CONCEPT_FOUND " NOT_IN);
	check(SET("urn:all") CODE("gone") ",{'name':'activeOnly','valueBoolean':true}", "false",
		"STATUS_CODE_WARNING_CODE INACTIVE_CONCEPT_FOUND " NOT_IN);
	check(SET("urn:inuse") CODE("gone"), "false",
		"STATUS_CODE_WARNING_CODE INACTIVE_CONCEPT_FOUND " NOT_IN);
	check(SET("urn:viaactive") CODE("a"), "true", "");
	check(SET("urn:viaactive") CODE("gone"), "false", "INACTIVE_CONCEPT_FOUND " NOT_IN);
	check(SET("urn:all") CODE("group"), "true", "");
	check(SET("urn:all") CODE("group") ",{'name':'abstract','valueBoolean':false}", "false",
		"ABSTRACT_CODE_NOT_ALLOWED " NOT_IN);
}

/* Whoever refers to a draft hears of it, unless it is one itself; imports are told like the code system. */
static void publication_states(void **state)
{
	(void)state;
	check(SET("urn:gone") SKETCH, "true", "MSG_WITHDRAWN MSG_DRAFT");
	check(SET("urn:viagone") SKETCH, "true", "MSG_WITHDRAWN MSG_DRAFT");
	check(SET("urn:sketched") SKETCH, "true", "");
	check(SET("urn:viasketched") SKETCH, "true", "MSG_DRAFT");
	check(SET("urn:gone") CODE("a"), "false", NOT_IN);
}

static void concepts_with_many_codings(void **state)
{
	(void)state;
	check(SET("urn:list") ",{'name':'codeableConcept','valueCodeableConcept':{'coding':["
			      "{'system':'urn:cs','code':'a'},{'system':'urn:cs','code':'b'}]}}",
		"true", NOT_IN);
	assert_string_equal(ask_text(&a, "code"), "b");
	check(SET("urn:list") ",{'name':'codeableConcept','valueCodeableConcept':{'coding':[{'system':'urn:"
			      "cs','code':'a'}]}}",
		"false", NOT_IN " TX_GENERAL_CC_ERROR_MESSAGE");
	assert_string_equal(ask_text(&a, "code"), "");
}

static void without_a_system(void **state)
{
	(void)state;
	check(SET("urn:list") ",{'name':'code','valueCode':'b'},{'name':'inferSystem','valueBoolean':true}",
		"true", "");
	assert_string_equal(ask_text(&a, "system"), "urn:cs");
	check(SET("urn:list") ",{'name':'code','valueCode':'q'},{'name':'inferSystem','valueBoolean':true}",
		"false", "UNABLE_TO_INFER_CODESYSTEM Coding_has_no_system__cannot_validate " NOT_IN);
	/* a code that a part of a code system does not have is not guessed to be of it */
	check(SET("urn:parts") ",{'name':'code','valueCode':'b'},{'name':'inferSystem','valueBoolean':true}",
		"true", "");
	assert_string_equal(ask_text(&a, "system"), "urn:cs");
	check(SET("urn:both") ",{'name':'code','valueCode':'a'},{'name':'inferSystem','valueBoolean':true}",
		"false",
		"Unable_to_resolve_system__value_set_has_multiple_matches "
		"Coding_has_no_system__cannot_validate " NOT_IN);
	check(SET("urn:list") ",{'name':'coding','valueCoding':{'code':'b'}}", "false",
		"Coding_has_no_system__cannot_validate " NOT_IN);
}

static void refused(void **state)
{
	(void)state;
	ask(&a, hs_tx_validate_in_set, SET("urn:nowhere") CODE("a"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	assert_int_equal(a.ctx.failure->id, TX_MSG_Unable_to_resolve_value_Set_);
	ask(&a, hs_tx_validate_in_set, SET("urn:ring") CODE("a"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_VALUESET_CIRCULAR_REFERENCE);
	ask(&a, hs_tx_validate_in_set, SET("urn:all"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_NO_CODE_TO_VALIDATE);
	ask(&a, hs_tx_validate_in_set, CODE("a") + 1);
	assert_int_equal(a.ctx.failure->id, TX_MSG_NO_VALUE_SET);
	ask(&a, hs_tx_validate_in_set,
		SET("urn:all") CODE("a") ",{'name':'displayLanguage','valueCode':'-'}");
	assert_int_equal(a.ctx.failure->id, TX_MSG_INVALID_DISPLAY_NAME);
	ask(&a, hs_tx_validate_in_set,
		SET("urn:all") CODE("a") ",{'name':'useSupplement','valueCanonical':'urn:nope'}");
	assert_int_equal(a.ctx.failure->id, TX_MSG_VALUESET_SUPPLEMENT_MISSING);
	ask(&a, hs_tx_validate_in_set, SET("urn:all") CODE("a") ",{'name':'abstract','valueString':'maybe'}");
	assert_int_equal(a.status, HS_E_VALUE);
	check(SET("urn:lost") CODE("a"), "false", "Unable_to_resolve_value_Set_");
}

/* One code is asked about; said twice it is the same. */
static void one_code_at_a_time(void **state)
{
#define CODING(system, code) ",{'name':'coding','valueCoding':{'system':'" system "','code':'" code "'}}"
#define CONCEPT(a, b) \
	",{'name':'codeableConcept','valueCodeableConcept':{'coding':[{'system':'urn:cs','code':'" a \
	"'},{'system':'urn:cs','code':'" b "'}]}}"
	static const struct {
		const char *parameters;
		bool refused;
	} rows[] = {
		{ SET("urn:all") CODE("a") CODING("urn:cs", "a"), false },
		{ SET("urn:all") CODE("a") CODING("urn:cs", "b"), true },
		{ SET("urn:all") CODE("a") CODING("urn:both", "a"), true },
		{ SET("urn:all") CODE("a") CONCEPT("b", "a"), false },
		{ SET("urn:all") CODE("a") CONCEPT("b", "c"), true },
		{ SET("urn:all") CODING("urn:cs", "b") CONCEPT("b", "a"), false },
		{ SET("urn:all") CODING("urn:cs", "c") CONCEPT("b", "a"), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(&a, hs_tx_validate_in_set, rows[i].parameters);
		if ((a.status != HS_OK) != rows[i].refused)
			fail_msg("%s: status %d", rows[i].parameters, (int)a.status);
	}
}

/* An answer about now would be taken for one about then. */
static void of_the_past(void **state)
{
	static const struct {
		const char *date;
		enum hs_status status;
	} rows[] = { { "2026-11-21", HS_OK }, { "2026-11-18", HS_E_NOT_SUPPORTED },
		{ "18 nov", HS_E_VALUE } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice asked = hs_arena_printf(a.arena, "%s,{'name':'date','valueDateTime':'%s'}",
			SET("urn:all") CODE("a"), rows[i].date);
		ask_prepare(&a, hs_arena_cstr(a.arena, asked));
		a.ctx.now_ms = INT64_C(1795262400000); /* 2026-11-21T12:00:00Z */
		assert_int_equal(hs_tx_validate_in_set(&a.ctx, &a.out, &a.err), rows[i].status);
	}
}

static void in_a_code_system(void **state)
{
	(void)state;
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'urn:cs'},{'name':'code','valueCode':'b'}");
	assert_string_equal(ask_text(&a, "result"), "true");
	assert_string_equal(ask_text(&a, "display"), "Beta");
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'urn:cs'},{'name':'version','valueString':'1.0.0'},{'name':'code','"
		"valueCode':'b'}");
	assert_string_equal(ask_text(&a, "result"), "false");
	assert_string_equal(ask_issues(&a), "Unknown_Code_in_Version");
	/* the answer speaks of the coding that is in it */
	ask(&a, hs_tx_validate_in_system,
		"{'name':'codeableConcept','valueCodeableConcept':{'coding':["
		"{'system':'urn:cs','code':'zzz'},{'system':'urn:cs','code':'b'}]}}");
	assert_string_equal(ask_text(&a, "result"), "false");
	assert_string_equal(ask_text(&a, "display"), "Beta");
}

/* The code system that is asked is that of a coding without one, and no other. */
static void of_which_code_system(void **state)
{
	static const struct {
		const char *parameters, *result, *issues;
	} rows[] = {
		{ "{'name':'url','valueUri':'urn:cs'},{'name':'coding','valueCoding':{'code':'b'}}", "true",
			"" },
		{ "{'name':'url','valueUri':'urn:cs'},{'name':'coding','valueCoding':{'code':'zzz'}}",
			"false", "Unknown_Code_in_Version" },
		{ "{'name':'url','valueUri':'urn:cs|1.0.0'},{'name':'coding','valueCoding':{'code':'old'}}",
			"true", "" },
		{ "{'name':'url','valueUri':'urn:cs|1.0.0'},{'name':'code','valueCode':'old'}", "true", "" },
		{ "{'name':'url','valueUri':'urn:cs'},{'name':'coding','valueCoding':{'system':'urn:sketch','"
		  "code':'a'}}",
			"false", "OTHER" },
		{ "{'name':'url','valueUri':'urn:cs'},{'name':'codeableConcept','valueCodeableConcept':{'"
		  "coding':[{"
		  "'system':'urn:sketch','code':'a'},{'system':'urn:cs','code':'b'}]}}",
			"true", "" },
		/* nobody has looked for a code without a system */
		{ "{'name':'coding','valueCoding':{'code':'b'}}", "false",
			"Coding_has_no_system__cannot_validate" },
		{ "{'name':'codeableConcept','valueCodeableConcept':{'coding':[{'code':'b'},{'system':'urn:cs"
		  "','code':'a'}]}}",
			"true", "Coding_has_no_system__cannot_validate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool other = strcmp(rows[i].issues, "OTHER") == 0; /* a sentence of our own has no name */
		ask(&a, hs_tx_validate_in_system, rows[i].parameters);
		if (a.status || strcmp(ask_text(&a, "result"), rows[i].result) != 0 ||
			(other ? !strstr(ask_text(&a, "message"), "urn:sketch', not of 'urn:cs'") :
				 strcmp(ask_issues(&a), rows[i].issues) != 0))
			fail_msg("%s: %s with %s", rows[i].parameters, ask_text(&a, "result"),
				ask_issues(&a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(membership), cmocka_unit_test(what_is_no_system),
		cmocka_unit_test(unknown_systems), cmocka_unit_test(versions), cmocka_unit_test(displays),
		cmocka_unit_test(displays_of_languages), cmocka_unit_test(states),
		cmocka_unit_test(publication_states), cmocka_unit_test(concepts_with_many_codings),
		cmocka_unit_test(without_a_system), cmocka_unit_test(refused),
		cmocka_unit_test(one_code_at_a_time), cmocka_unit_test(of_the_past),
		cmocka_unit_test(in_a_code_system), cmocka_unit_test(of_which_code_system) };

	return ASK_RUN(&a, resources, tests);
}
