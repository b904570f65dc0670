/* SPDX-License-Identifier: Apache-2.0 */
/* CodeSystem, ValueSet, ConceptMap and Coding. */
#include "rules_test.h"

#define SYSTEM(content, more) \
	"{'resourceType':'CodeSystem','url':'http://a.se/cs','status':'draft','content':'" content "'" more \
	"}"
#define CONCEPTS ",'concept':[{'code':'a','display':'Aa'},{'code':'b','concept':[{'code':'c'}]}]"

static void code_systems(void **state)
{
	static const struct rules_case rows[] = {
		{ SYSTEM("complete", CONCEPTS ",'count':3"), { NULL }, "" },
		{ SYSTEM("complete", CONCEPTS ",'count':2"), { NULL }, "code-system-count CodeSystem.count" },
		{ SYSTEM("fragment", CONCEPTS ",'count':20"), { NULL }, "" },
		{ SYSTEM("fragment", CONCEPTS ",'count':2"), { NULL },
			"code-system-count? CodeSystem.count" },
		{ SYSTEM("not-present", CONCEPTS), { NULL }, "code-system-content CodeSystem.concept" },
		{ SYSTEM("complete", ",'supplements':'http://b.se/cs'"), { NULL },
			"code-system-supplement CodeSystem.content" },
		{ SYSTEM("supplement", ""), { NULL }, "code-system-supplement CodeSystem.content" },
		{ SYSTEM("supplement", ",'supplements':'http://b.se/cs','caseSensitive':true"), { NULL },
			"code-system-supplement CodeSystem.caseSensitive" },
		{ SYSTEM("supplement", ",'supplements':'http://b.se/cs','hierarchyMeaning':'is-a'"), { NULL },
			"code-system-supplement CodeSystem.hierarchyMeaning" },
		{ SYSTEM("supplement", ",'supplements':'http://b.se/cs'"), { NULL }, "" },
		{ "{'resourceType':'CodeSystem','url':'http://a.se/"
		  "s','status':'draft','content':'supplement',"
		  "'supplements':'http://a.se/cs','concept':[{'code':'a'},{'code':'z'}]}",
			{ SYSTEM("complete", CONCEPTS) },
			"code-system-supplement-code CodeSystem.concept[1].code" },
	};
	(void)state;
	RUN_ROWS("code-system-", rows);
}

static void sets_of_all_codes(void **state)
{
#define ALL(include) \
	"{'resourceType':'ValueSet','url':'http://a.se/all','status':'draft','compose':{'include':[" include \
	"]}}"
#define OF_ALL SYSTEM("complete", CONCEPTS ",'valueSet':'http://a.se/all'")
	static const struct rules_case rows[] = {
		{ OF_ALL, { ALL("{'system':'http://a.se/cs'}") }, "" },
		{ OF_ALL, { ALL("{'system':'http://b.se/cs'}") },
			"code-system-value-set CodeSystem.valueSet" },
		{ OF_ALL, { ALL("{'system':'http://a.se/cs','concept':[{'code':'a'}]}") },
			"code-system-value-set CodeSystem.valueSet" },
	};
	(void)state;
	RUN_ROWS("code-system-", rows);
}

static void hierarchies(void **state)
{
#define BELOW(code, parent) "{'code':'" code "','property':[{'code':'parent','valueCode':'" parent "'}]}"
#define TREE(concepts) \
	SYSTEM("complete", \
		",'property':[{'code':'parent','uri':'http://hl7.org/fhir/" \
		"concept-properties#parent','type':" \
		"'code'}],'concept':[" concepts "]")
	static const struct rules_case rows[] = {
		{ TREE("{'code':'a'}," BELOW("b", "a") "," BELOW("c", "b")), { NULL }, "" },
		{ TREE("{'code':'a','concept':[" BELOW("b", "a") "]}"), { NULL }, "" },
		{ TREE(BELOW("a", "a")), { NULL }, "code-system-circular CodeSystem.concept[0]" },
		{ TREE("{'code':'z'}," BELOW("a", "c") "," BELOW("b", "a") "," BELOW("c", "b")), { NULL },
			"code-system-circular CodeSystem.concept[1]" },
		{ TREE("{'code':'a','property':[{'code':'parent','valueCode':'b'}],'concept':[{'code':'b'}]"
		       "}"),
			{ NULL }, "code-system-circular CodeSystem.concept[0]" },
	};
	(void)state;
	RUN_ROWS("code-system-", rows);
}

static void properties(void **state)
{
#define PROPERTY(code, uri, type) "{'code':'" code "','uri':'" uri "','type':'" type "'}"
#define HL7 "http://hl7.org/fhir/concept-properties#"
#define WITH(properties, value) \
	SYSTEM("complete", ",'property':[" properties "],'concept':[{'code':'a','property':[" value "]}]")
	static const struct rules_case rows[] = {
		{ WITH(PROPERTY("p", "http://a.se/p", "integer"), "{'code':'p','valueInteger':1}"), { NULL },
			"" },
		{ WITH(PROPERTY("p", "http://a.se/p", "integer"), "{'code':'p','valueString':'1'}"), { NULL },
			"code-system-property-value CodeSystem.concept[0].property[0]" },
		{ WITH(PROPERTY("p", "http://a.se/p", "integer"), "{'code':'q','valueString':'1'}"), { NULL },
			"code-system-property? CodeSystem.concept[0].property[0].code" },
		{ SYSTEM("complete", ",'concept':[{'code':'a','property':[{'code':'q','valueString':'1'}]}]"),
			{ NULL }, "code-system-property? CodeSystem.concept[0].property[0].code" },
		/* Nothing to hold the value against, and no value to hold against the type. */
		{ WITH("{'code':'p','uri':'http://a.se/p'}", "{'code':'p','valueString':'1'}"), { NULL },
			"" },
		{ WITH(PROPERTY("p", "http://a.se/p", "integer"), "{'code':'p'}"), { NULL }, "" },
		{ WITH(PROPERTY("p", HL7 "notSelectable", "boolean"), "{'code':'p','valueBoolean':true}"),
			{ NULL }, "" },
		{ WITH(PROPERTY("p", HL7 "notSelectable", "string"), "{'code':'p','valueString':'x'}"),
			{ NULL }, "code-system-property-type CodeSystem.property[0].type" },
		{ WITH(PROPERTY("p", HL7 "own", "string"), "{'code':'p','valueString':'x'}"), { NULL },
			"code-system-property-uri CodeSystem.property[0].uri" },
		{ WITH(PROPERTY("p", "http://a.se/p", "string") "," PROPERTY("p", "http://a.se/q", "string"),
			  "{'code':'p','valueString':'x'}"),
			{ NULL }, "code-system-property-twice CodeSystem.property[1].code" },
		{ WITH(PROPERTY("inactive", HL7 "deprecationDate", "dateTime"), ""), { NULL },
			"code-system-property-code CodeSystem.property[0].code" },
		{ WITH(PROPERTY("parent", HL7 "parent", "code"), "{'code':'parent','valueCode':'a'}"),
			{ NULL }, "code-system-circular CodeSystem.concept[0]" },
		{ WITH(PROPERTY("parent", HL7 "parent", "code"), "{'code':'parent','valueCode':'b'}"),
			{ NULL }, "code-system-property-concept CodeSystem.concept[0].property[0]" },
		{ WITH(PROPERTY("p", "http://a.se/p", "code"), "{'code':'p','valueCode':'a'}"), { NULL },
			"" },
		{ WITH(PROPERTY("p", "http://a.se/p", "code"), "{'code':'p','valueCode':'b'}"), { NULL },
			"code-system-property-concept? CodeSystem.concept[0].property[0]" },
		{ WITH(PROPERTY("status", HL7 "status", "code"), "{'code':'status','valueCode':'retired'}"),
			{ NULL }, "" },
		{ WITH(PROPERTY("st", HL7 "status", "code"), "{'code':'st','valueCode':'retired'}"), { NULL },
			"" },
		{ WITH("{'code':'status','type':'code'}", "{'code':'status','valueCode':'retired'}"),
			{ NULL }, "" },
		{ WITH(PROPERTY("status", "http://a.se/s", "code"), "{'code':'status','valueCode':'b'}"),
			{ NULL }, "code-system-property-concept? CodeSystem.concept[0].property[0]" },
		{ WITH("{'code':'p','type':'code','extension':[{'valueCanonical':'http://a.se/v',"
		       "'url':'http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset'}]}",
			  "{'code':'p','valueCode':'b'}"),
			{ NULL }, "" },
	};
	(void)state;
	RUN_ROWS("code-system-", rows);
}

static void value_sets(void **state)
{
#define SET_BODY(status, include) \
	"'resourceType':'ValueSet','status':'" status "','compose':{'include':[{" include "}]}}"
#define SET_OF(url, status, include) "{'url':'" url "'," SET_BODY(status, include)
#define SET(include) SET_OF("http://a.se/vs", "draft", include)
#define CONTAINED(include) \
	"{'resourceType':'Basic','code':{'text':'x'},'contained':[{'id':'a'," SET_BODY("draft", \
		include) "],'subject':{'reference':'#a'}}"
#define WITHDRAWN(include) SET_OF("http://a.se/vs", "retired", include)
#define OF_HL7(include) SET_OF("http://hl7.org/fhir/ValueSet/vs", "active", include)
#define FILTER(property, op, value) \
	"'system':'http://a.se/cs','filter':[{'property':'" property "','op':'" op "','value':'" value "'}]"
	static const char system[] = SYSTEM("complete",
		CONCEPTS ",'property':[{'code':'kind','type':'Coding'}],"
			 "'filter':[{'code':'odd','operator':['='],'value':'x'}]");
	static const char typed[] = SYSTEM("complete",
		CONCEPTS ",'property':[{'code':'size','type':'integer'},{'code':'share','type':'decimal'},"
			 "{'code':'from','type':'dateTime'}]");
	static const char third[] = "{'resourceType':'ValueSet','url':'http://a.se/third','version':'1',"
				    "'status':'draft','compose':{'include':[{'system':'http://a.se/cs'}]}}";
	static const char other[] = "{'resourceType':'ValueSet','url':'http://a.se/other','status':'draft',"
				    "'compose':{'include':[{'valueSet':['http://a.se/vs']}]}}";
	static const struct rules_case rows[] = {
		{ SET("'system':'http://a.se/cs','concept':[{'code':'c'}]"), { system }, "" },
		{ SET("'system':'http://a.se/cs','concept':[{'code':'z'}]"), { system },
			"value-set-code ValueSet.compose.include[0].concept[0]" },
		/* One that is withdrawn, contained, or published by HL7 itself is to be reviewed. */
		{ CONTAINED("'system':'http://a.se/cs','concept':[{'code':'z'}]"), { system },
			"value-set-code? Basic.contained[0].compose.include[0].concept[0]" },
		{ WITHDRAWN("'system':'http://a.se/cs','concept':[{'code':'z'}]"), { system },
			"value-set-code? ValueSet.compose.include[0].concept[0]" },
		{ OF_HL7("'system':'http://a.se/cs','concept':[{'code':'z'}]"), { system },
			"value-set-code? ValueSet.compose.include[0].concept[0]" },
		{ SET("'valueSet':['http://a.se/none']"), { NULL },
			"value-set-import? ValueSet.compose.include[0].valueSet[0]" },
		{ SET("'valueSet':['http://a.se/third|2']"), { third },
			"value-set-import? ValueSet.compose.include[0].valueSet[0]" },
		{ SET("'valueSet':['http://a.se/third|1']"), { third }, "" },
		{ SET(FILTER("code", "child-of", "z")), { system },
			"value-set-filter-code ValueSet.compose.include[0].filter[0].value" },
		{ SET("'system':'#cs'"), { NULL }, "value-set-system-absolute ValueSet.compose.include[0]" },
		{ SET("'system':'http://hl7.org/fhir/ValueSet/item-type'"), { NULL },
			"value-set-system ValueSet.compose.include[0].system" },
		{ SET("'system':'http://a.se/vs','concept':[{'code':'a'}]"), { NULL },
			"value-set-system ValueSet.compose.include[0].system" },
		{ SET("'system':'http://a.se/cs|1','concept':[{'code':'a'}]"), { system },
			"value-set-system-version ValueSet.compose.include[0].system" },
		{ SET("'system':'http://a.se/cs','concept':[{'code':'a'},{'code':'b'},{'code':'a'}]"),
			{ system }, "value-set-code-twice? ValueSet.compose.include[0].concept[2]" },
		{ SET(FILTER("none", "=", "x")), { system },
			"value-set-filter-property? ValueSet.compose.include[0].filter[0].property" },
		{ SET(FILTER("odd", "=", "x")), { system }, "" },
		{ SET(FILTER("odd", "in", "x")), { system },
			"value-set-filter-operator ValueSet.compose.include[0].filter[0].op" },
		{ SET(FILTER("concept", "descendent-of", "a")), { system }, "" },
		{ SET(FILTER("notSelectable", "=", "true")), { system }, "" },
		{ SET(FILTER("notSelectable", "is-a", "a")), { system },
			"value-set-filter-operator ValueSet.compose.include[0].filter[0].op" },
		{ SET(FILTER("notSelectable", "=", "1")), { system },
			"value-set-filter-boolean ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("kind", "=", "http://a.se/cs#a")), { system }, "" },
		{ SET(FILTER("kind", "=", "a")), { system },
			"value-set-filter-coding ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("kind", "=", "http://a.se/cs#z")), { system },
			"value-set-filter-code ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("code", "regex", "a.*")), { system }, "" },
		{ SET(FILTER("code", "regex", "(a")), { system },
			"value-set-filter-regex ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("size", "=", "3")), { typed }, "" },
		{ SET(FILTER("size", "=", "3.5")), { typed },
			"value-set-filter-type? ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("share", "=", "3.5")), { typed }, "" },
		{ SET(FILTER("share", "=", "much")), { typed },
			"value-set-filter-type? ValueSet.compose.include[0].filter[0].value" },
		{ SET(FILTER("from", "=", "2026-01")), { typed }, "" },
		{ SET(FILTER("from", "=", "now")), { typed },
			"value-set-filter-type? ValueSet.compose.include[0].filter[0].value" },
		{ SET("'valueSet':['http://hl7.org/fhir/ValueSet/item-type']"), { NULL }, "" },
		{ SET("'valueSet':['http://a.se/vs']"), { NULL },
			"value-set-circular ValueSet.compose.include[0].valueSet[0]" },
		{ SET("'valueSet':['http://a.se/other']"), { other },
			"value-set-circular ValueSet.compose.include[0].valueSet[0]" },
		{ SET(FILTER("concept", "is-a", "b")), { system }, "" },
		{ SET(FILTER("concept", "is-a", "z")), { system },
			"value-set-filter-code ValueSet.compose.include[0].filter[0].value" },
	};
	(void)state;
	RUN_ROWS("value-set-", rows);
}

/* What is odd about a listed code, beside being none. */
static void listed_codes(void **state)
{
#define LISTED(rest) \
	"{'resourceType':'ValueSet','url':'http://a.se/" \
	"l','status':'draft','compose':{'include':[{'system':'" \
	"http://a.se/cs'" rest "}]}}"
#define OLD \
	SYSTEM("complete", \
		",'version':'1','concept':[{'code':'a','display':'Aa','designation':[{'value':'Alpha'}]},{'" \
		"code':" \
		"'o','property':[{'code':'inactive','valueBoolean':true}]}]")
	static const struct rules_case rows[] = {
		{ LISTED(",'concept':[{'code':'a','display':'Aa'},{'code':'a','display':'Alpha'}]"), { OLD },
			"" },
		{ LISTED(",'concept':[{'code':'a'},{'code':'o'}]"), { OLD },
			"listed-inactive? ValueSet.compose.include[0].concept[1]" },
		{ LISTED(",'version':'1','concept':[{'code':'a'}]"), { OLD }, "" },
		{ LISTED(",'version':'2','concept':[{'code':'a'}]"), { OLD },
			"listed-version? ValueSet.compose.include[0].version" },
		/* What a version that is not here has cannot be told by another. */
		{ LISTED(",'version':'2','concept':[{'code':'z'}]"), { OLD },
			"listed-version? ValueSet.compose.include[0].version" },
		{ LISTED(",'version':'2','concept':[{'code':'a'}]"), { NULL },
			"listed-system? ValueSet.compose.include[0]" },
		{ LISTED(""), { NULL }, "listed-system? ValueSet.compose.include[0]" },
		{ "{'resourceType':'ConceptMap','status':'draft','group':[{'source':'http://a.se/"
		  "cs','target':"
		  "'http://a.se/"
		  "cs','element':[{'code':'a','display':'Bb','target':[{'code':'o','equivalence':'equal"
		  "'}]}]}]}",
			{ OLD },
			"listed-display? ConceptMap.group[0].element[0].display; listed-inactive? "
			"ConceptMap.group[0].element[0].target[0].code" },
	};
	(void)state;
	RUN_ROWS("listed-", rows);
}

/* Is there an issue with that severity and sentence? */
static void expect_words(const char *set, const char *system, bool swedish, enum hs_severity severity,
	const char *text)
{
	const char *const given[] = { system, NULL };
	struct hs_issues issues = { .arena = hs_arena_new((size_t)64 << 20) };
	bool said = false;
	validate_beside(set, given, swedish, &issues);
	for (const struct hs_issue *issue = issues.first; issue; issue = issue->next) {
		said |= issue->severity == severity && hs_slice_eq(issue->text, hs_slice_cstr(text));
		if (!said && !issue->next)
			fail_msg("%s\nhave: %.*s\nwant: %s", set, HS_S_ARG(issue->text), text);
	}
	assert_true(said);
	hs_arena_free(issues.arena);
}

/* What is told besides: the code that was meant, the code system that was meant, and what no reader need do
 * anything about. */
static void words_on_listed_codes(void **state)
{
	static const struct {
		const char *set;
		bool swedish;
		enum hs_severity severity;
		const char *text;
	} rows[] = {
		{ LISTED(",'concept':[{'code':'A'}]"), false, HS_SEVERITY_ERROR,
			"the code system 'http://a.se/cs' has no code 'A' (it has 'a')" },
		{ LISTED(",'concept':[{'code':' a'}]"), true, HS_SEVERITY_ERROR,
			"kodverket 'http://a.se/cs' har ingen kod ' a' (det har 'a')" },
		{ LISTED(",'concept':[{'code':'a'},{'code':'a'}]"), true, HS_SEVERITY_WARNING,
			"koden 'a' är redan uppräknad, som concept[0]" },
		{ LISTED(",'concept':[{'code':'a','display':'Bb'}]"), false, HS_SEVERITY_INFORMATION,
			"'Bb' is not the display of 'a'; its code system says 'Aa'" },
		{ LISTED(",'concept':[{'code':'g'}]"), false, HS_SEVERITY_INFORMATION,
			"the code 'g' only groups others and is not meant to be chosen" },
		{ "{'resourceType':'ValueSet','status':'draft','compose':{'include':[{'system':"
		  "'http://a.se/sc'}]}}",
			false, HS_SEVERITY_WARNING,
			"the code system 'http://a.se/sc' is not known here, so its codes are not checked; "
			"did you mean http://a.se/cs?" },
	};
	static const char system[] = SYSTEM("complete",
		",'property':[{'code':'group','uri':'" HL7 "notSelectable','type':'boolean'}],"
		"'concept':[{'code':'a','display':'Aa'},{'code':'g','property':[{'code':'group',"
		"'valueBoolean':true}]}]");
	(void)state;
	if (!rules_bench.open)
		skip();
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_words(rows[i].set, system, rows[i].swedish, rows[i].severity, rows[i].text);
}

static void concept_maps(void **state)
{
#define MAP(code) \
	"{'resourceType':'ConceptMap','status':'draft','sourceCanonical':'http://a.se/vs','group':[{" \
	"'source':'http://a.se/cs','target':'http://b.se/cs','element':[{'code':'" code \
	"','target':[{'code':'x','equivalence':'equal'}]}]}]}"
#define ONLY_A SET("'system':'http://a.se/cs','concept':[{'code':'a'}]")
	static const struct rules_case rows[] = {
		{ MAP("a"), { SYSTEM("complete", CONCEPTS), ONLY_A }, "" },
		{ MAP("b"), { SYSTEM("complete", CONCEPTS), ONLY_A },
			"concept-map-value-set ConceptMap.group[0].element[0].code" },
		{ MAP("z"), { SYSTEM("complete", CONCEPTS), ONLY_A },
			"concept-map-code ConceptMap.group[0].element[0].code" },
	};
	(void)state;
	RUN_ROWS("concept-map-", rows);
}

static void codings(void **state)
{
#define CODED(coding) "{'resourceType':'Basic','code':{'coding':[{" coding "}]}}"
#define AT(name) " Basic.code.coding[0]" name
#define FIRST SYSTEM("complete", ",'version':'1'" CONCEPTS)
#define SECOND SYSTEM("complete", ",'version':'2','concept':[{'code':'a'}]")
	static const struct rules_case rows[] = {
		{ CODED("'system':'http://a.se/cs','code':'a','display':'aa'"),
			{ SYSTEM("complete", CONCEPTS) }, "" },
		{ CODED("'system':'http://a.se/cs','code':'a','display':'Bb'"),
			{ SYSTEM("complete", CONCEPTS) }, "coding-display" AT(".display") },
		{ CODED("'system':'http://a.se/cs','code':'z'"), { SYSTEM("complete", CONCEPTS) },
			"coding-unknown-code" AT(".code") },
		{ CODED("'system':'http://a.se/cs','code':'z'"), { SYSTEM("fragment", CONCEPTS) }, "" },
		{ CODED("'system':'http://elsewhere.se/cs','code':'z'"), { NULL }, "" },
		/* By the version that it names; what another would say is no error. */
		{ CODED("'system':'http://a.se/cs','version':'1','code':'b'"), { FIRST, SECOND }, "" },
		{ CODED("'system':'http://a.se/cs','version':'2','code':'b'"), { FIRST, SECOND },
			"coding-unknown-code" AT(".code") },
		{ CODED("'system':'http://a.se/cs','version':'3','code':'z'"), { FIRST, SECOND },
			"coding-version?" AT(".version") },
		{ CODED("'system':'http://a.se/cs','version':'3','code':'a','display':'Bb'"), { FIRST },
			"coding-display?" AT(".display") },
		{ CODED("'system':'cs','code':'a'"), { NULL }, "coding-system-absolute" AT(".system") },
		/* What is no system is not asked for its codes. */
		{ CODED("'system':'cs','code':'z'"),
			{ "{'resourceType':'CodeSystem','url':'cs','status':'draft','content':'"
			  "complete'" CONCEPTS "}" },
			"coding-system-absolute" AT(".system") },
		{ CODED("'code':'a'"), { NULL }, "coding-no-system?" AT("") },
		{ CODED("'system':'http://hl7.org/fhir/ValueSet/item-type','code':'group'"), { NULL },
			"coding-system-value-set" AT(".system") },
		{ CODED("'system':'http://a.se/cs','code':'a'"),
			{ SYSTEM("supplement", CONCEPTS ",'supplements':'http://b.se/cs'") },
			"coding-system-supplement" AT(".system") },
	};
	(void)state;
	RUN_ROWS("coding-", rows);
}

/* Addresses that are nearly those of known systems. */
static void misspelled_systems(void **state)
{
#define OF(system) \
	CODED("'system':'" system "','code':'a'"), \
	{ \
		SYSTEM("complete", CONCEPTS) \
	}
#define WRONG "coding-system-wrong" AT(".system")
#define PAGE "coding-system-page" AT(".system")
#define IN_UNITS(system) \
	"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueQuantity':{'value':1,'" \
	"system':'" system "','code':'mg'}}"
	static const struct rules_case rows[] = {
		{ OF("http://loinc.org"), "" },
		{ OF("http://loinc.org/"), WRONG },
		{ OF("http://loinc.org|2.77"), WRONG },
		{ OF("https://loinc.org"), WRONG },
		{ OF("http://loinc.organic.se"), "" },
		{ OF("http://snomed.info/sct/45991000052106"), WRONG },
		{ OF("https://snomed.info/sct/"), WRONG },
		{ OF("http://unitsofmeasure.org/ucum.html"), WRONG },
		{ OF("http://www.nlm.nih.gov/research/umls/rxnorm/"), WRONG },
		{ OF("http://a.se/cs"), "" },
		{ OF("https://a.se/cs"), WRONG },
		{ OF("https://b.se/cs"), "" },
		{ OF("http://build.fhir.org/codesystem-x.html"), PAGE },
		{ OF("https://hl7.org/fhir/R4/codesystem-x.html"), PAGE },
		{ OF("http://a.se/codesystem-x.html"), "" },
		/* A unit's code has a system, too. */
		{ IN_UNITS("http://unitsofmeasure.org"), { NULL }, "" },
		{ IN_UNITS("http://a.se/units"), { NULL }, "" },
		{ IN_UNITS("https://unitsofmeasure.org"), { NULL },
			"coding-system-wrong Observation.valueQuantity.system" },
		{ IN_UNITS("ucum"), { NULL }, "coding-system-absolute Observation.valueQuantity.system" },
	};
	(void)state;
	RUN_ROWS("coding-system-", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_systems),
		cmocka_unit_test(sets_of_all_codes),
		cmocka_unit_test(hierarchies),
		cmocka_unit_test(properties),
		cmocka_unit_test(value_sets),
		cmocka_unit_test(listed_codes),
		cmocka_unit_test(words_on_listed_codes),
		cmocka_unit_test(concept_maps),
		cmocka_unit_test(codings),
		cmocka_unit_test(misspelled_systems),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
