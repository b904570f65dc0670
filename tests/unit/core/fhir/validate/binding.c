/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings, by strength and by what is known of value sets and code systems; fallen back on what is supplied.
 */
#include "validate_test.h"

#define PROFILE(binding) \
	"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Patient'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint'," \
	"'differential':{'element':[{'path':'Patient.maritalStatus','binding':{" binding "}}]}}"
#define SYSTEM \
	"{'resourceType':'CodeSystem','url':'http://x/c','status':'active','content':'complete','concept':[" \
	"{'code':'a','concept':[{'code':'b','property':[{'code':'kind','valueCode':'k'}]}]},{'code':'c'}]}"
#define SET(compose) \
	"{'resourceType':'ValueSet','url':'http://x/v','status':'active','compose':{" compose "}}"
#define PATIENT(code) \
	"{'resourceType':'Patient','maritalStatus':{'coding':[{'system':'http://x/c','code':'" code "'}]}}"
#define REQUIRED PROFILE("'strength':'required','valueSet':'http://x/v'")

static void bad(const char *binding, const char *set, const char *code, const char *id)
{
	const char *const definitions[] = { binding, set, SYSTEM, NULL };
	assert_found(definitions, "http://x/p", code, id, "Patient.maritalStatus");
}

static void good(const char *binding, const char *set, const char *code)
{
	const char *const definitions[] = { binding, set, SYSTEM, NULL };
	assert_valid(definitions, "http://x/p", code);
}

static void judges_by_strength(void **state)
{
	static const char set[] = SET("'include':[{'system':'http://x/c','concept':[{'code':'a'}]}]");
	(void)state;
	good(REQUIRED, set, PATIENT("a"));
	bad(REQUIRED, set, PATIENT("b"), "binding-required");
	bad(REQUIRED, set, "{'resourceType':'Patient','maritalStatus':{'text':'t'}}", "binding-no-code");
	bad(PROFILE("'strength':'extensible','valueSet':'http://x/v'"), set, PATIENT("b"),
		"binding-extensible");
	good(PROFILE("'strength':'extensible','valueSet':'http://x/v'"), set, PATIENT("b"));
	bad(PROFILE("'strength':'required','valueSet':'http://x/none'"), set, PATIENT("b"),
		"value-set-unknown");
	bad(PROFILE("'strength':'extensible','valueSet':'http://hl7.org/fhir/ValueSet/"
		    "marital-status','extension':[{"
		    "'url':'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet',"
		    "'valueCanonical':'http://x/v'}]"),
		set, PATIENT("b"), "binding-required");
}

static void composes_value_sets(void **state)
{
	(void)state;
	good(REQUIRED, SET("'include':[{'system':'http://x/c'}]"), PATIENT("b"));
	bad(REQUIRED, SET("'include':[{'system':'http://x/c'}]"), PATIENT("z"), "binding-required");
	bad(REQUIRED,
		SET("'include':[{'system':'http://x/c'}],'exclude':[{'system':'http://x/c','concept':[{"
		    "'code':'b'}]}]"),
		PATIENT("b"), "binding-required");
	good(REQUIRED,
		SET("'include':[{'system':'http://x/"
		    "c','filter':[{'property':'concept','op':'is-a','value':'a'}]}]"),
		PATIENT("b"));
	bad(REQUIRED,
		SET("'include':[{'system':'http://x/"
		    "c','filter':[{'property':'concept','op':'is-a','value':'a'}]}]"),
		PATIENT("c"), "binding-required");
	bad(REQUIRED,
		SET("'include':[{'system':'http://x/c','filter':[{'property':'concept','op':'descendent-of',"
		    "'value':'a'}]}]"),
		PATIENT("a"), "binding-required");
	good(REQUIRED,
		SET("'include':[{'system':'http://x/"
		    "c','filter':[{'property':'kind','op':'=','value':'k'}]}]"),
		PATIENT("b"));
	bad(REQUIRED, SET("'include':[{'system':'http://x/none'}]"), PATIENT("b"), "binding-required");
	bad(REQUIRED,
		SET("'include':[{'system':'http://x/"
		    "c','filter':[{'property':'code','op':'regex','value':'b'}]}]"),
		PATIENT("b"), "binding-unchecked");
}

/* Profiles of STU3's age bind to BCP 13 itself. */
/* A rule that names a version has the codes of that one; of one that is not here nothing can be denied. */
static void takes_codes_of_the_version(void **state)
{
#define WHOLE(version) SET("'include':[{'system':'http://x/c','version':'" version "'}]")
#define LATER \
	"{'resourceType':'CodeSystem','url':'http://x/c','version':'2','status':'active'," \
	"'content':'complete'," \
	"'concept':[{'code':'a'}]}"
#define EARLIER \
	"{'resourceType':'CodeSystem','url':'http://x/c','version':'1','status':'active'," \
	"'content':'complete'," \
	"'concept':[{'code':'a'},{'code':'b'}]}"
	static const char *const first[] = { REQUIRED, WHOLE("1"), LATER, EARLIER, NULL };
	static const char *const second[] = { REQUIRED, WHOLE("2"), EARLIER, LATER, NULL };
	static const char *const third[] = { REQUIRED, WHOLE("3"), EARLIER, LATER, NULL };
	/* The same of a value set. */
	static const char set[] = SET("'include':[{'system':'http://x/c','concept':[{'code':'a'}]}]");
	static const char other[] = PROFILE("'strength':'required','valueSet':'http://x/v|9'");
	(void)state;
	good(other, set, PATIENT("a"));
	bad(other, set, PATIENT("b"), "value-set-unknown");
	assert_valid(first, "http://x/p",
		"{'resourceType':'Patient','maritalStatus':{'coding':[{'system':'http://x/"
		"c','version':'1','code':'b'}]}}");
	assert_found(second, "http://x/p", PATIENT("b"), "binding-required", "Patient.maritalStatus");
	assert_found(third, "http://x/p", PATIENT("z"), "binding-unchecked", "Patient.maritalStatus");
}

static void knows_media_types_by_two_names(void **state)
{
#define BOUND(set) \
	"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Binary'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Binary','derivation':'constraint'," \
	"'differential':{'element':[{'path':'Binary.contentType','binding':{" \
	"'strength':'required','valueSet':'" set "'}}]}}"
	static const char *const names[] = { BOUND("http://hl7.org/fhir/ValueSet/mimetypes"),
		BOUND("http://www.rfc-editor.org/bcp/bcp13.txt") };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *const definitions[] = { names[i], NULL };
		assert_valid(definitions, "http://x/p",
			"{'resourceType':'Binary','contentType':'text/plain; charset=utf-8'}");
		assert_not_found(definitions, "http://x/p",
			"{'resourceType':'Binary','contentType':'text/plain'}", "value-set-unknown");
	}
}

/* No value set lists the types of FHIRPath, nor logical models. */
static void leaves_addresses_of_types_alone(void **state)
{
#define ELEMENT_OF(type) \
	"{'resourceType':'StructureDefinition','url':'http://x/s','name':'S','status':'draft'," \
	"'kind':'logical','abstract':false,'type':'http://x/s','derivation':'specialization'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Element'," \
	"'differential':{'element':[{'id':'s','path':'s'},{'id':'s.a','path':'s.a','min':0,'max':'1'," \
	"'type':[{'code':'" type "'}]}]}}"
	(void)state;
	assert_not_found(NULL, NULL, ELEMENT_OF("http://hl7.org/fhirpath/System.String"),
		"binding-extensible");
	assert_not_found(NULL, NULL, ELEMENT_OF("http://x/other"), "binding-extensible");
	assert_found(NULL, NULL, ELEMENT_OF("nothing"), "binding-extensible",
		"StructureDefinition.differential.element[1].type[0].code");
}

static void heeds_additional_bindings(void **state)
{
	static const char set[] = SET("'include':[{'system':'http://x/c','concept':[{'code':'a'}]}]");
	static const char more[] = PROFILE("'strength':'example','valueSet':'http://x/w','extension':[{'url':"
					   "'http://hl7.org/fhir/5.0/StructureDefinition/"
					   "extension-ElementDefinition.binding.additional',"
					   "'extension':[{'url':'purpose','valueCode':'required'},{'url':'"
					   "valueSet','valueCanonical':'http://x/v'}]}]");
	(void)state;
	good(more, set, PATIENT("a"));
	bad(more, set, PATIENT("b"), "binding-required");
}

/* Units bind the quantities of a choice, and an extension stands for no code of a required value set. */
static void tells_units_from_concepts(void **state)
{
	(void)state;
	bad(REQUIRED, SET("'include':[{'system':'http://unitsofmeasure.org','concept':[{'code':'mg'}]}]"),
		PATIENT("b"), "binding-extensible");
	assert_found(NULL, NULL,
		"{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/1'},'_category':[{'"
		"extension':"
		"[{'url':'http://hl7.org/fhir/StructureDefinition/data-absent-reason','valueCode':'unknown'}]"
		"}]}",
		"binding-no-code", "AllergyIntolerance.category[0]");
}

/* Age and Duration bind the units of all their values, at the root of their definitions. */
static void binds_units_of_types(void **state)
{
#define ONSET(code) \
	"{'resourceType':'Condition','subject':{'reference':'Patient/1'},'onsetAge':{" \
	"'value':1,'system':'http://unitsofmeasure.org','code':'" code "'}}"
	(void)state;
	assert_not_found(NULL, NULL, ONSET("a"), "binding-extensible");
	assert_found(NULL, NULL, ONSET("kg"), "binding-extensible", "Condition.onsetAge");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_strength),
		cmocka_unit_test(binds_units_of_types),
		cmocka_unit_test(composes_value_sets),
		cmocka_unit_test(takes_codes_of_the_version),
		cmocka_unit_test(knows_media_types_by_two_names),
		cmocka_unit_test(leaves_addresses_of_types_alone),
		cmocka_unit_test(heeds_additional_bindings),
		cmocka_unit_test(tells_units_from_concepts),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
