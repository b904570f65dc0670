/* SPDX-License-Identifier: Apache-2.0 */
/* Slicing by value, pattern, type, profile and existence; open, closed, at the end, ordered; re-slices. */
#include "one_profile_test.h"

#define PROFILE(type, slicing, elements) \
	"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'" type "'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/" type "','derivation':'constraint'," \
	"'differential':{'element':[{'path':" slicing "}," elements "]}}"
#define BY_SYSTEM(rules) \
	"'Patient.identifier','slicing':{'discriminator':[{'type':'value','path':'system'}]," rules "}"
#define TWO_SLICES \
	"{'path':'Patient.identifier','sliceName':'a','min':1,'max':'1'}," \
	"{'path':'Patient.identifier.system','min':1,'fixedUri':'http://a'}," \
	"{'path':'Patient.identifier','sliceName':'b'}," \
	"{'path':'Patient.identifier.system','min':1,'fixedUri':'http://" \
	"b'},{'path':'Patient.identifier.value','min':1}"
#define A "{'system':'http://a','value':'1'}"
#define B "{'system':'http://b','value':'1'}"
#define C "{'system':'http://c','value':'1'}"
#define PATIENT(identifiers) "{'resourceType':'Patient','identifier':[" identifiers "]}"

static void slices_by_value(void **state)
{
	static const char profile[] = PROFILE("Patient", BY_SYSTEM("'rules':'open'"), TWO_SLICES);
	(void)state;
	good(profile, PATIENT(C "," B "," A));
	bad(profile, PATIENT(B), "slice-min", "Patient");
	bad(profile, PATIENT(A "," A), "slice-max", "Patient");
	bad(profile, PATIENT(A ",{'system':'http://b'}"), "profile-min", "Patient.identifier[1]");
}

static void heeds_the_rules(void **state)
{
	static const char closed[] = PROFILE("Patient", BY_SYSTEM("'rules':'closed'"), TWO_SLICES);
	static const char at_end[] = PROFILE("Patient", BY_SYSTEM("'rules':'openAtEnd'"), TWO_SLICES);
	static const char ordered[] = PROFILE("Patient", BY_SYSTEM("'ordered':true,'rules':'open'"),
		TWO_SLICES);
	(void)state;
	good(closed, PATIENT(B "," A));
	bad(closed, PATIENT(A "," C), "slice-closed", "Patient.identifier[1]");
	good(at_end, PATIENT(A "," B "," C));
	bad(at_end, PATIENT(C "," A), "slice-end", "Patient.identifier[1]");
	good(ordered, PATIENT(A "," C "," B));
	bad(ordered, PATIENT(B "," A), "slice-order", "Patient.identifier[1]");
}

static void slices_by_pattern(void **state)
{
	static const char profile[] = PROFILE("Observation",
		"'Observation.component','slicing':{'discriminator':[{'type':'pattern','path':'code'}],'"
		"rules':'open'}",
		"{'path':'Observation.component','sliceName':'s','min':1},"
		"{'path':'Observation.component.code','patternCodeableConcept':{'coding':[{'code':'1'}]}}");
#define COMPONENT(code) \
	"{'resourceType':'Observation','status':'final','code':{'text':'c'},'component':[{'valueString':'v'" \
	"," \
	"'code':{'text':'t','coding':[{'system':'http://s','code':'" code "'}]}}]}"
	(void)state;
	good(profile, COMPONENT("1"));
	bad(profile, COMPONENT("2"), "slice-min", "Observation");
}

/* The pattern of an element on the way says what is at its end. */
static void slices_below_a_pattern(void **state)
{
#define BY(path, demand) \
	PROFILE("Observation", \
		"'Observation.component','slicing':{'discriminator':[{'type':'value','path':'" path \
		"'}],'rules':'open'}", \
		"{'path':'Observation.component','sliceName':'a','min':1,'max':'1'}," \
		"{'path':'Observation.component.code','min':1," demand "}")
#define BOTH "'patternCodeableConcept':{'coding':[{'code':'1'},{'code':'2'}]}"
#define MEASURED(codings) \
	"{'resourceType':'Observation','status':'final','code':{'text':'c'}," \
	"'component':[{'code':{'text':'t'," \
	"'coding':[" codings "]},'valueString':'v'}]}"
#define CODED(code) "{'system':'http://a.se','code':'" code "'}"
	static const char one[] = BY("code.coding.code",
		"'patternCodeableConcept':{'coding':[{'system':'http://a.se','code':'1'}]}");
	static const char text[] = BY("code.text", "'patternCodeableConcept':{'text':'t'}");
	static const char other[] = BY("code.text", "'patternCodeableConcept':{'text':'u'}");
	static const char two[] = BY("code.coding.code", BOTH);
	(void)state;
	good(one, MEASURED(CODED("1")));
	good(one, MEASURED(CODED("2") "," CODED("1")));
	bad(one, MEASURED(CODED("2")), "slice-min", "Observation");
	good(text, MEASURED(CODED("1")));
	bad(other, MEASURED(CODED("1")), "slice-min", "Observation");
	good(two, MEASURED(CODED("2") "," CODED("1")));
	bad(two, MEASURED(CODED("2")), "slice-min", "Observation");
}

static void slices_by_type(void **state)
{
	static const char profile[] = PROFILE("Observation",
		"'Observation.value[x]','slicing':{'discriminator':[{'type':'type','path':'$this'}],'rules':'"
		"closed'}",
		"{'path':'Observation.value[x]','sliceName':'valueQuantity','type':[{'code':'Quantity'}]},"
		"{'path':'Observation.value[x].unit','min':1}");
#define OBSERVATION(value) "{'resourceType':'Observation','status':'final','code':{'text':'c'}," value "}"
	(void)state;
	good(profile, OBSERVATION("'valueQuantity':{'value':1,'unit':'x'}"));
	bad(profile, OBSERVATION("'valueQuantity':{'value':1}"), "profile-min", "Observation.valueQuantity");
	bad(profile, OBSERVATION("'valueString':'a'"), "slice-closed", "Observation.valueString");
}

static void slices_by_existence(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"'Patient.name','slicing':{'discriminator':[{'type':'exists','path':'family'}],'rules':'open'"
		"}",
		"{'path':'Patient.name','sliceName':'full','max':'1'},{'path':'Patient.name.family','min':1},"
		"{'path':'Patient.name','sliceName':'short','max':'1'},{'path':'Patient.name.family','max':'"
		"0'}");
	(void)state;
	good(profile, "{'resourceType':'Patient','name':[{'text':'a'},{'family':'b'}]}");
	bad(profile, "{'resourceType':'Patient','name':[{'text':'a'},{'text':'b'}]}", "slice-max", "Patient");
	bad(profile, "{'resourceType':'Patient','name':[{'family':'a'},{'family':'b'}]}", "slice-max",
		"Patient");
}

static void slices_by_what_is_referred_to(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"'Patient.generalPractitioner','slicing':{'discriminator':[{'type':'type','path':'resolve()'}"
		"],"
		"'rules':'open'}",
		"{'path':'Patient.generalPractitioner','sliceName':'unit','max':'1','type':[{'code':'"
		"Reference',"
		"'targetProfile':['http://hl7.org/fhir/StructureDefinition/Organization']}]}");
	(void)state;
	good(profile,
		"{'resourceType':'Patient','generalPractitioner':[{'reference':'Organization/1'},"
		"{'reference':'Practitioner/1'}]}");
	bad(profile,
		"{'resourceType':'Patient','generalPractitioner':[{'reference':'Organization/1'},"
		"{'reference':'Organization/2'}]}",
		"slice-max", "Patient");
}

static void slices_by_profile(void **state)
{
	static const char *const definitions[] = {
		PROFILE("Bundle",
			"'Bundle.entry','slicing':{'discriminator':[{'type':'profile','path':'resource'}],'"
			"rules':'open'}",
			"{'path':'Bundle.entry','sliceName':'named','min':1},"
			"{'path':'Bundle.entry.resource','min':1,'type':[{'code':'Patient','profile':['http:/"
			"/x/q']}]}"),
		"{'resourceType':'StructureDefinition','url':'http://x/q','kind':'resource','type':'Patient',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"Patient','derivation':'constraint',"
		"'differential':{'element':[{'path':'Patient.name','min':1}]}}",
		NULL
	};
#define BUNDLE(patient) \
	"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-" \
	"b04d-cd9187a4c6e0','resource':" patient "}]}"
	(void)state;
	assert_valid(definitions, "http://x/p", BUNDLE("{'resourceType':'Patient','name':[{'text':'a'}]}"));
	assert_found(definitions, "http://x/p", BUNDLE("{'resourceType':'Patient'}"), "slice-min", "Bundle");
}

static void slices_within_slices(void **state)
{
	static const char profile[] = PROFILE("Patient", BY_SYSTEM("'rules':'open'"),
		"{'path':'Patient.identifier','sliceName':'a'},"
		"{'path':'Patient.identifier.system','fixedUri':'http://a'},"
		"{'id':'Patient.identifier:a','path':'Patient.identifier','sliceName':'a',"
		"'slicing':{'discriminator':[{'type':'value','path':'use'}],'rules':'closed'}},"
		"{'id':'Patient.identifier:a/old','path':'Patient.identifier','sliceName':'a/old','max':'1'},"
		"{'id':'Patient.identifier:a/"
		"old.use','path':'Patient.identifier.use','min':1,'fixedCode':'old'}");
	(void)state;
	good(profile, PATIENT("{'system':'http://a','use':'old'}," C));
	bad(profile, PATIENT("{'system':'http://a','use':'usual'}"), "slice-closed", "Patient.identifier[0]");
	bad(profile, PATIENT("{'system':'http://a','use':'old'},{'system':'http://a','use':'old'}"),
		"slice-max", "Patient");
}

/* The shortcut "contentString" in a slice says which type of content[x] it is for. */
static void slices_by_type_of_a_shortcut(void **state)
{
	static const char profile[] = PROFILE("Communication",
		"'Communication.payload','slicing':{'discriminator':[{'type':'type','path':'content'}],'"
		"rules':"
		"'open'}",
		"{'path':'Communication.payload','sliceName':'a','max':'1'},"
		"{'path':'Communication.payload.contentString','min':1,'type':[{'code':'string'}]},"
		"{'path':'Communication.payload','sliceName':'b','max':'2'},"
		"{'path':'Communication.payload.contentAttachment','min':1,'type':[{'code':'Attachment'}]}");
#define SENT(payload) "{'resourceType':'Communication','status':'completed','payload':[" payload "]}"
#define SAID "{'contentString':'x'}"
#define SHOWN "{'contentAttachment':{'title':'x'}}"
	(void)state;
	good(profile, SENT(SAID "," SHOWN "," SHOWN));
	bad(profile, SENT(SAID "," SAID), "slice-max", "Communication");
	bad(profile, SENT(SHOWN "," SHOWN "," SHOWN), "slice-max", "Communication");
}

/* R5: by their places; all but the last slice have a fixed number. */
static void slices_by_position(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"'Patient.name','slicing':{'discriminator':[{'type':'position','path':'$this'}],'rules':'"
		"closed'}",
		"{'path':'Patient.name','sliceName':'first','min':1,'max':'1'},{'path':'Patient.name.family',"
		"'min':"
		"1},{'path':'Patient.name','sliceName':'next','min':0,'max':'2'},{'path':'Patient.name."
		"family',"
		"'max':'0'}");
#define NAMES(names) "{'resourceType':'Patient','name':[" names "]}"
#define FAMILY "{'family':'x'}"
#define TEXT "{'text':'x'}"
	(void)state;
	good(profile, NAMES(FAMILY));
	good(profile, NAMES(FAMILY "," TEXT "," TEXT));
	bad(profile, "{'resourceType':'Patient'}", "slice-min", "Patient");
	bad(profile, NAMES(TEXT), "profile-min", "Patient.name[0]");
	bad(profile, NAMES(FAMILY "," FAMILY), "profile-max", "Patient.name[1].family");
	bad(profile, NAMES(FAMILY "," TEXT "," TEXT "," TEXT), "slice-closed", "Patient.name[3]");
}

static void refuses_what_is_of_two_slices(void **state)
{
	static const char profile[] = PROFILE("Observation",
		"'Observation.category','slicing':{'discriminator':[{'type':'pattern','path':'$this'}],'"
		"rules':"
		"'open'}",
		"{'path':'Observation.category','sliceName':'a','patternCodeableConcept':{'coding':[{'code':'"
		"1'}]}},"
		"{'path':'Observation.category','sliceName':'b','patternCodeableConcept':{'coding':[{'code':'"
		"2'}]}}");
#define CATEGORY(codings) OBSERVATION("'category':[{'coding':[" codings "]}]")
#define CODE(code) "{'system':'http://s','code':'" code "'}"
	(void)state;
	good(profile, CATEGORY(CODE("1")));
	bad(profile, CATEGORY(CODE("1") "," CODE("2")), "slice-several", "Observation.category[0]");
}

/* Counts of re-slices are asked within the slice that they divide. */
static void counts_slices_of_slices(void **state)
{
	static const char profile[] = PROFILE("Patient", BY_SYSTEM("'rules':'open'"),
		"{'path':'Patient.identifier','sliceName':'a','min':1,'slicing':{'discriminator':[{'type':'"
		"value',"
		"'path':'use'}],'rules':'closed'}},{'path':'Patient.identifier.system','min':1,'fixedUri':"
		"'http://a'},{'path':'Patient.identifier','sliceName':'a/old','min':1,'max':'1'},"
		"{'path':'Patient.identifier.use','min':1,'fixedCode':'old'},"
		"{'path':'Patient.identifier','sliceName':'a/usual','max':'1'},"
		"{'path':'Patient.identifier.use','min':1,'fixedCode':'usual'}");
#define OF(use) "{'use':'" use "','system':'http://a','value':'1'}"
	(void)state;
	good(profile, PATIENT(OF("old") "," OF("usual") "," B));
	bad(profile, PATIENT(OF("usual")), "slice-min", "Patient");
	bad(profile, PATIENT(OF("old") "," OF("old")), "slice-max", "Patient");
	bad(profile, PATIENT(OF("old") "," OF("temp")), "slice-closed", "Patient.identifier[1]");
	bad(profile, PATIENT(B), "slice-min", "Patient");
}

/* A later profile speaks of all items; those of the slices that were there before are among them. */
static void asks_of_slices_what_it_asks_of_all(void **state)
{
#define LATER(elements) \
	{ \
		PROFILE("Patient", BY_SYSTEM("'rules':'open'"), TWO_SLICES), \
			"{'resourceType':'StructureDefinition','url':'http://x/q','kind':'resource'," \
			"'type':'Patient','baseDefinition':'http://x/p','derivation':'constraint'," \
			"'differential':{'element':[" elements "]}}", \
			NULL \
	}
	static const char *const below[] = LATER("{'path':'Patient.identifier.use','min':1}");
	static const char *const rule[] = LATER(
		"{'path':'Patient.identifier','constraint':[{'key':'q-1','severity':'error','human':'h',"
		"'expression':'use.exists()'}]}");
	static const char *const coding[] = LATER(
		"{'path':'Patient.identifier.type.coding','slicing':{'discriminator':[{'type':'value',"
		"'path':'system'}],'rules':'open'}},{'path':'Patient.identifier.type.coding','sliceName':'t',"
		"'max':'1'},{'path':'Patient.identifier.type.coding.system','min':1,'fixedUri':'http://t'}");
	static const char used[] = PATIENT("{'use':'usual','system':'http://a','value':'1'}");
	(void)state;
	assert_valid(below, "http://x/q", used);
	assert_found(below, "http://x/q", PATIENT(A), "profile-min", "Patient.identifier[0]");
	assert_found(below, "http://x/q", PATIENT("{'use':'usual','system':'http://a','value':'1'}," C),
		"profile-min", "Patient.identifier[1]");
	assert_valid(rule, "http://x/q", used);
	assert_found(rule, "http://x/q", PATIENT(A), "q-1", "Patient.identifier[0]");
	assert_valid(coding, "http://x/q", PATIENT(A));
	assert_found(coding, "http://x/q",
		PATIENT("{'system':'http://a','value':'1','type':{'coding':[{'system':'http://t','code':'1'},"
			"{'system':'http://t','code':'2'}]}}"),
		"slice-max", "Patient.identifier[0].type");
}

/* All that can be said of a value, of an element that a slice speaks of, too. */
static void asks_of_slices_each_thing_of_a_value(void **state)
{
#define ABOUT_VALUE(said) LATER("{'path':'Patient.identifier.value'," said "}")
#define BY_EXTENSION(url, value) "'extension':[{'url':'" url "'," value "}]"
#define R5 "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."
#define CORE "http://hl7.org/fhir/StructureDefinition/"
	static const struct {
		const char *definitions[3], *code;
	} cases[] = {
		{ ABOUT_VALUE("'fixedString':'2'"), "profile-fixed" },
		{ ABOUT_VALUE("'patternString':'2'"), "profile-pattern" },
		{ ABOUT_VALUE("'maxLength':2"), "profile-max-length" },
		{ ABOUT_VALUE(BY_EXTENSION(CORE "minLength", "'valueInteger':4")), "profile-min-length" },
		{ ABOUT_VALUE(BY_EXTENSION(CORE "regex", "'valueString':'[a-z]+'")), "profile-regex" },
		{ ABOUT_VALUE(BY_EXTENSION(R5 "mustHaveValue", "'valueBoolean':true")), "profile-value" },
		{ ABOUT_VALUE(BY_EXTENSION(R5 "valueAlternatives", "'valueCanonical':'http://x/other'")),
			"profile-value-alternative" },
	};
	static const char with[] = PATIENT("{'system':'http://a'},{'system':'http://b','value':'123'}");
	static const char without[] =
		PATIENT("{'system':'http://a'},{'system':'http://b','_value':{'extension':[{'url':'" CORE
			"data-absent-reason','valueCode':'unknown'}]}}");
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool of_absence = strncmp(cases[i].code, "profile-value", 13) == 0;
		assert_found(cases[i].definitions, "http://x/q", of_absence ? without : with, cases[i].code,
			"Patient.identifier[1].value");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_by_value),
		cmocka_unit_test(heeds_the_rules),
		cmocka_unit_test(slices_by_pattern),
		cmocka_unit_test(slices_below_a_pattern),
		cmocka_unit_test(slices_by_type),
		cmocka_unit_test(slices_by_existence),
		cmocka_unit_test(slices_by_what_is_referred_to),
		cmocka_unit_test(slices_by_profile),
		cmocka_unit_test(slices_within_slices),
		cmocka_unit_test(slices_by_type_of_a_shortcut),
		cmocka_unit_test(slices_by_position),
		cmocka_unit_test(refuses_what_is_of_two_slices),
		cmocka_unit_test(counts_slices_of_slices),
		cmocka_unit_test(asks_of_slices_what_it_asks_of_all),
		cmocka_unit_test(asks_of_slices_each_thing_of_a_value),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
