/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile asks of single elements: how many, which type, fixed values, patterns, bounds, invariants;
 * and what the base walk sees without any profile. */
#include "one_profile_test.h"

#define PROFILE(type, elements) \
	"{'resourceType':'StructureDefinition','url':'http://x/" \
	"p','name':'P','status':'draft','kind':'resource'," \
	"'abstract':false,'type':'" type "','baseDefinition':'http://hl7.org/fhir/StructureDefinition/" type \
	"'," \
	"'derivation':'constraint','differential':{'element':[" elements "]}}"

static void counts(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient.name','min':1,'max':'2'},{'path':'Patient.photo','max':'0'},"
		"{'path':'Patient.contact.name','min':1}");
	(void)state;
	good(profile, "{'resourceType':'Patient','name':[{'text':'a'},{'text':'b'}]}");
	bad(profile, "{'resourceType':'Patient'}", "profile-min", "Patient");
	bad(profile, "{'resourceType':'Patient','name':[{'text':'a'},{'text':'b'},{'text':'c'}]}",
		"profile-max", "Patient");
	bad(profile, "{'resourceType':'Patient','name':[{'text':'a'}],'photo':[{'title':'t'}]}",
		"profile-max", "Patient.photo");
	bad(profile, "{'resourceType':'Patient','name':[{'text':'a'}],'contact':[{'gender':'male'}]}",
		"profile-min", "Patient.contact[0]");
}

static void narrows_choices(void **state)
{
	static const char profile[] = PROFILE("Observation",
		"{'path':'Observation.value[x]','type':[{'code':'Quantity'}]}");
	(void)state;
	good(profile,
		"{'resourceType':'Observation','status':'final','code':{'text':'c'},'valueQuantity':{'value':"
		"1}}");
	bad(profile, "{'resourceType':'Observation','status':'final','code':{'text':'c'},'valueString':'1'}",
		"profile-type", "Observation.valueString");
}

/* The name of a choice says the type: what is a kind of an allowed type is another one. */
static void takes_choices_at_their_word(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient.extension.value[x]','type':[{'code':'string'},{'code':'Quantity'}]}");
	(void)state;
#define VALUE(value) "{'resourceType':'Patient','extension':[{'url':'http://example.org/e'," value "}]}"
	good(profile, VALUE("'valueString':'a'"));
	good(profile, VALUE("'valueQuantity':{'value':1}"));
	bad(profile, VALUE("'valueCode':'a'"), "profile-type", "Patient.extension[0].valueCode");
	bad(profile, VALUE("'valueMarkdown':'a'"), "profile-type", "Patient.extension[0].valueMarkdown");
	bad(profile, VALUE("'valueDuration':{'value':1,'unit':'h'}"), "profile-type",
		"Patient.extension[0].valueDuration");
}

static void compares_fixed_values_and_patterns(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient.active','fixedBoolean':true},"
		"{'path':'Patient.maritalStatus','patternCodeableConcept':{'coding':[{'code':'M'}]}}");
	(void)state;
	good(profile,
		"{'resourceType':'Patient','active':true,'maritalStatus':{'text':'x','coding':[{'code':'S'},"
		"{'system':'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus','code':'M'}]}}");
	bad(profile, "{'resourceType':'Patient','active':false}", "profile-fixed", "Patient.active");
	bad(profile, "{'resourceType':'Patient','maritalStatus':{'text':'M'}}", "profile-pattern",
		"Patient.maritalStatus");
}

/* What a fixed value lacks, its extensions among it, must be lacking. */
static void fixes_extensions_of_primitives(void **state)
{
#define SAYING(more) "'extension':[{'url':'http://example.org/e','valueString':'" more "'}]"
#define ACTIVE(more) "{'resourceType':'Patient','active':true,'_active':{" more "}}"
	static const char none[] = PROFILE("Patient", "{'path':'Patient.active','fixedBoolean':true}");
	static const char some[] = PROFILE("Patient",
		"{'path':'Patient.active','fixedBoolean':true,'_fixedBoolean':{" SAYING("a") "}}");
	static const char pattern[] = PROFILE("Patient", "{'path':'Patient.active','patternBoolean':true}");
	(void)state;
	good(none, ACTIVE("'id':'x'"));
	good(some, ACTIVE(SAYING("a")));
	good(pattern, ACTIVE(SAYING("a")));
	bad(none, ACTIVE(SAYING("a")), "profile-fixed", "Patient.active");
	bad(some, ACTIVE(SAYING("b")), "profile-fixed", "Patient.active");
	bad(some, "{'resourceType':'Patient','active':true}", "profile-fixed", "Patient.active");
}

static void keeps_bounds(void **state)
{
	static const char profile[] = PROFILE("Observation",
		"{'path':'Observation.valueQuantity','minValueQuantity':{'value':1,'system':'http://"
		"unitsofmeasure.org',"
		"'code':'kg'}},{'path':'Observation.effectiveDateTime','maxValueDateTime':'2020-01-01'},"
		"{'path':'Observation.status','maxLength':5}");
#define OBSERVATION(more) "{'resourceType':'Observation','code':{'text':'c'}," more "}"
	(void)state;
	good(profile,
		OBSERVATION("'status':'final','effectiveDateTime':'2019-12-31','valueQuantity':{'value':1.0,"
			    "'system':'http://unitsofmeasure.org','code':'kg'}"));
	good(profile,
		OBSERVATION("'status':'final','valueQuantity':{'value':1000,'system':'http://"
			    "unitsofmeasure.org',"
			    "'code':'g'}"));
	bad(profile,
		OBSERVATION("'status':'final','valueQuantity':{'value':999,'system':'http://"
			    "unitsofmeasure.org',"
			    "'code':'g'}"),
		"profile-min-value", "Observation.valueQuantity");
	/* The code of another system is another unit; UCUM's of another dimension cannot be within bounds. */
	good(profile,
		OBSERVATION(
			"'status':'final','valueQuantity':{'value':0.5,'system':'http://a.se','code':'kg'}"));
	bad(profile,
		OBSERVATION("'status':'final','valueQuantity':{'value':2,'system':'http://"
			    "unitsofmeasure.org','code':'m'}"),
		"profile-bound-unit", "Observation.valueQuantity");
	bad(profile, OBSERVATION("'status':'final','effectiveDateTime':'2021'"), "profile-max-value",
		"Observation.effectiveDateTime");
	bad(profile, OBSERVATION("'status':'preliminary'"), "profile-max-length", "Observation.status");
}

static void counts_durations_from_now(void **state)
{
	static const char *const profile[] = { PROFILE("Patient",
						       "{'path':'Patient.birthDate','minValueQuantity':{'"
						       "value':100,'system':'http://unitsofmeasure.org',"
						       "'code':'a'}}"),
		NULL };
	struct hs_validate_options options = { .now_ms = 1700000000000 };
	(void)state;
	struct found found = validate_with(profile, "http://x/p",
		"{'resourceType':'Patient','birthDate':'1850-01-01'}", options);
	assert_non_null(find_issue(&found, "profile-min-value"));
	hs_arena_free(found.arena);
	found = validate_with(profile, "http://x/p", "{'resourceType':'Patient','birthDate':'1950-01-01'}",
		options);
	assert_null(find_issue(&found, "profile-min-value"));
	hs_arena_free(found.arena);
}

static void wants_values(void **state)
{
	static const char length[] = PROFILE("Patient",
		"{'path':'Patient.id','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/"
		"minLength',"
		"'valueInteger':3}]}");
	static const char value[] = PROFILE("Patient",
		"{'path':'Patient.active','extension':[{'url':"
		"'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue',"
		"'valueBoolean':true}]}");
	static const char absent[] =
		"{'resourceType':'Patient','_active':{'extension':[{'url':"
		"'http://hl7.org/fhir/StructureDefinition/data-absent-reason','valueCode':'unknown'}]}}";
	(void)state;
	good(length, "{'resourceType':'Patient','id':'abc'}");
	bad(length, "{'resourceType':'Patient','id':'ab'}", "profile-min-length", "Patient.id");
	good(value, "{'resourceType':'Patient','active':false}");
	bad(value, absent, "profile-value", "Patient.active");
	assert_valid(NULL, NULL, absent);
}

/* The extension regex, on the element or on its type: the whole value, of texts and numbers. */
static void wants_forms(void **state)
{
#define FORM \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'[0-9]{3}|abc'}]"
	static const char own[] = PROFILE("Patient", "{'path':'Patient.name.family'," FORM "}");
	static const char of_type[] = PROFILE("Patient",
		"{'path':'Patient.multipleBirthInteger','type':[{'code':'integer'," FORM "}]}");
	(void)state;
	good(own, "{'resourceType':'Patient','name':[{'family':'abc'},{'family':'123'}]}");
	bad(own, "{'resourceType':'Patient','name':[{'family':'abcd'}]}", "profile-regex",
		"Patient.name[0].family");
	good(of_type, "{'resourceType':'Patient','multipleBirthInteger':123}");
	bad(of_type, "{'resourceType':'Patient','multipleBirthInteger':12}", "profile-regex",
		"Patient.multipleBirthInteger");
}

/* A rule that nobody can evaluate protects nobody, and that is said. */
static void tells_of_broken_invariants(void **state)
{
#define BROKEN(severity) \
	PROFILE("Patient", \
		"{'path':'Patient','constraint':[{'key':'p-1','severity':'" severity \
		"','human':'h','expression':'name.where('}]}")
	(void)state;
	bad(BROKEN("error"), "{'resourceType':'Patient'}", "invariant-broken", "Patient");
	good(BROKEN("warning"), "{'resourceType':'Patient'}");
	bad(BROKEN("warning"), "{'resourceType':'Patient'}", "invariant-broken", "Patient");
}

static void evaluates_invariants(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient','constraint':[{'key':'p-1','severity':'error','human':'one "
		"name','expression':"
		"'name.count() = 1'},{'key':'p-2','severity':'warning','human':'a "
		"photo','expression':'photo.exists()'}]}");
	(void)state;
	good(profile, "{'resourceType':'Patient','name':[{'text':'a'}]}");
	bad(profile, "{'resourceType':'Patient'}", "p-1", "Patient");
	bad(profile, "{'resourceType':'Patient','name':[{'text':'a'}]}", "p-2", "Patient");
	assert_found(NULL, NULL, "{'resourceType':'Patient','contact':[{'gender':'male'}]}", "pat-1",
		"Patient.contact[0]");
	assert_found(NULL, NULL, "{'resourceType':'Patient','name':[{'id':'x'}]}", "ele-1",
		"Patient.name[0]");
}

/* An invariant must come out true. That nothing is there is not enough, but asked of nothing, the functions
 * of texts and `is` say no. */
static void wants_invariants_true(void **state)
{
#define RULE(expression) \
	PROFILE("Patient", \
		"{'path':'Patient','constraint':[{'key':'p-1','severity':'error','human':'h'," \
		"'expression':\"" expression "\"}]}")
#define NAMELESS "{'resourceType':'Patient'}"
#define NAMED "{'resourceType':'Patient','name':[{'family':'Ask'}]}"
	(void)state;
	bad(RULE("name.family = \\u0027Ask\\u0027"), NAMELESS, "p-1", "Patient");
	good(RULE("name.family = \\u0027Ask\\u0027"), NAMED);
	bad(RULE("active or name.exists()"), NAMELESS, "p-1", "Patient");
	good(RULE("name.family.startsWith(\\u0027#\\u0027).not()"), NAMELESS);
	good(RULE("name.family.contains(\\u0027b\\u0027).not()"), NAMELESS);
	good(RULE("deceased is dateTime implies deceased.exists()"), NAMELESS);
	good(RULE("(name.family as String) = \\u0027Ask\\u0027"), NAMED);
	assert_found(NULL, NULL,
		"{'resourceType':'Questionnaire','status':'active','item':[{'linkId':'1','type':'integer',"
		"'initial':[{'valueInteger':1},{'valueInteger':2}]}]}",
		"que-13", "Questionnaire.item[0]");
}

static void follows_the_profile_of_a_type(void **state)
{
	static const char *const definitions[] = {
		PROFILE("Patient",
			"{'path':'Patient.name','type':[{'code':'HumanName','profile':['http://x/n']}]}"),
		"{'resourceType':'StructureDefinition','url':'http://x/"
		"n','type':'HumanName','kind':'complex-type',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"HumanName','derivation':'constraint',"
		"'differential':{'element':[{'path':'HumanName.family','min':1}]}}",
		NULL
	};
	(void)state;
	assert_valid(definitions, "http://x/p", "{'resourceType':'Patient','name':[{'family':'a'}]}");
	assert_found(definitions, "http://x/p", "{'resourceType':'Patient','name':[{'text':'a'}]}",
		"profile-min", "Patient.name[0]");
}

static void heeds_declared_profiles(void **state)
{
	static const char *const definitions[] = { PROFILE("Patient", "{'path':'Patient.name','min':1}"),
		NULL };
	static const char *const circle[] = {
		"{'resourceType':'StructureDefinition','url':'http://x/round','name':'R','status':'draft',"
		"'kind':'resource','abstract':false,'type':'Patient','baseDefinition':'http://x/round',"
		"'derivation':'constraint','differential':{'element':[{'path':'Patient.name','min':1}]}}",
		NULL
	};
	(void)state;
	assert_found(definitions, NULL, "{'resourceType':'Patient','meta':{'profile':['http://x/p']}}",
		"profile-min", "Patient");
	assert_found(definitions, NULL, "{'resourceType':'Patient','meta':{'profile':['http://x/none']}}",
		"profile-unknown", "Patient");
	/* What is here and cannot be used is an error. */
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(circle, NULL,
		"{'resourceType':'Patient','meta':{'profile':['http://x/round']}}", options);
	const struct hs_issue *issue = find_issue(&found, "profile-unusable");
	assert_non_null(issue);
	assert_int_equal(issue->severity, HS_SEVERITY_ERROR);
	hs_arena_free(found.arena);
	/* What another version demands says nothing. */
	assert_found(definitions, NULL, "{'resourceType':'Patient','meta':{'profile':['http://x/p|9']}}",
		"profile-version", "Patient");
	assert_valid(definitions, NULL, "{'resourceType':'Patient','meta':{'profile':['http://x/p|9']}}");
	assert_found(definitions, NULL,
		"{'resourceType':'Observation','status':'final','code':{'text':'c'},'meta':{'profile':['http:"
		"//x/p']}}",
		"profile-wrong-type", "Observation");
}

#define ORGANIZATION "http://hl7.org/fhir/StructureDefinition/Organization"
#define OWNER(more) \
	PROFILE("Patient", \
		"{'path':'Patient.managingOrganization','type':[{'code':'Reference','targetProfile':[" \
		"'" ORGANIZATION "']," more "}]}")
#define OWNED(reference) "{'resourceType':'Patient','managingOrganization':{'reference':'" reference "'}}"
#define OWNED_WITHIN \
	"{'resourceType':'Patient','contained':[{'resourceType':'Organization','id':'o','name':'x'}]," \
	"'managingOrganization':{'reference':'#o'}}"

static void asks_how_a_target_is_reached(void **state)
{
	(void)state;
	good(OWNER("'aggregation':['contained']"), OWNED_WITHIN);
	bad(OWNER("'aggregation':['contained']"), OWNED("Organization/1"), "reference-aggregation",
		"Patient.managingOrganization");
	good(OWNER("'aggregation':['referenced','bundled']"), OWNED("Organization/1"));
	bad(OWNER("'aggregation':['referenced','bundled']"), OWNED_WITHIN, "reference-aggregation",
		"Patient.managingOrganization");
	good(OWNER("'aggregation':['contained']"),
		"{'resourceType':'Patient','managingOrganization':{'display':'x'}}");
}

static void asks_for_entries_of_the_bundle(void **state)
{
	static const char profile[] =
		"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Patient',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"Patient','derivation':'constraint',"
		"'differential':{'element':[{'path':'Patient.managingOrganization','type':[{'code':'"
		"Reference',"
		"'targetProfile':['" ORGANIZATION "'],'aggregation':['bundled']}]}]}}";
#define IN_BUNDLE(to) \
	"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://a.se/Patient/" \
	"1','resource':{" \
	"'resourceType':'Patient','id':'1','meta':{'profile':['http://x/" \
	"p']},'managingOrganization':{'reference':" \
	"'" to \
	"'}}},{'fullUrl':'http://a.se/Organization/1','resource':{'resourceType':'Organization','id':'1'," \
	"'name':'x'}}]}"
	static const char *const definitions[] = { profile, NULL };
	(void)state;
	assert_valid(definitions, NULL, IN_BUNDLE("Organization/1"));
	assert_found(definitions, NULL, IN_BUNDLE("Organization/2"), "reference-aggregation",
		"Bundle.entry[0].resource.managingOrganization");
}

static void asks_for_versions_of_a_target(void **state)
{
	(void)state;
	good(OWNER("'versioning':'specific'"), OWNED("Organization/1/_history/2"));
	bad(OWNER("'versioning':'specific'"), OWNED("Organization/1"), "reference-versioning",
		"Patient.managingOrganization.reference");
	good(OWNER("'versioning':'independent'"), OWNED("Organization/1"));
	bad(OWNER("'versioning':'independent'"), OWNED("Organization/1/_history/2"), "reference-versioning",
		"Patient.managingOrganization.reference");
	good(OWNER("'versioning':'either'"), OWNED("Organization/1"));
}

/* The extension maxSize counts the bytes that the base64 stands for. */
static void measures_attachments(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient.photo','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/"
		"maxSize',"
		"'valueDecimal':3}]}");
	(void)state;
	good(profile, "{'resourceType':'Patient','photo':[{'contentType':'text/plain','data':'YWJj'}]}");
	good(profile,
		"{'resourceType':'Patient','photo':[{'contentType':'image/png','size':3,'url':'http://a'}]}");
	bad(profile, "{'resourceType':'Patient','photo':[{'contentType':'text/plain','data':'YWJjZA=='}]}",
		"profile-max-size", "Patient.photo[0]");
	bad(profile,
		"{'resourceType':'Patient','photo':[{'contentType':'image/png','size':4,'url':'http://a'}]}",
		"profile-max-size", "Patient.photo[0]");
	static const char data[] = PROFILE("Patient",
		"{'path':'Patient.photo.data','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/"
		"maxSize','valueDecimal':3}]}");
	good(data, "{'resourceType':'Patient','photo':[{'contentType':'text/plain','data':'YWJj'}]}");
	bad(data, "{'resourceType':'Patient','photo':[{'contentType':'text/plain','data':'YWJjZA=='}]}",
		"profile-max-size", "Patient.photo[0].data");
}

/* The extension maxDecimalPlaces counts digits as they are written. */
static void counts_decimals(void **state)
{
#define PROBABLE(value) \
	"{'resourceType':'RiskAssessment','status':'final','subject':{'reference':'Patient/1'}," \
	"'prediction':[{'probabilityDecimal':" value "}]}"
#define PLACES(most) \
	PROFILE("RiskAssessment", \
		"{'path':'RiskAssessment.prediction.probability[x]','type':[{'code':'decimal'}]," \
		"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces'," \
		"'valueInteger':" most "}]}")
	static const char at[] = "RiskAssessment.prediction[0].probabilityDecimal";
	(void)state;
	good(PLACES("2"), PROBABLE("1"));
	good(PLACES("2"), PROBABLE("0.25"));
	good(PLACES("0"), PROBABLE("12"));
	bad(PLACES("2"), PROBABLE("0.250"), "profile-max-decimals", at);
	bad(PLACES("2"), PROBABLE("1e-3"), "profile-max-decimals", at);
	bad(PLACES("0"), PROBABLE("1.0"), "profile-max-decimals", at);
	static const char quantity[] = PROFILE("Observation",
		"{'path':'Observation.valueQuantity','extension':[{'url':'http://hl7.org/fhir/"
		"StructureDefinition/maxDecimalPlaces','valueInteger':1}]}");
	good(quantity, OBSERVATION("'status':'final','valueQuantity':{'value':1.5}"));
	bad(quantity, OBSERVATION("'status':'final','valueQuantity':{'value':1.25}"), "profile-max-decimals",
		"Observation.valueQuantity");
}

/* The extension imposeProfile: what conforms to the one conforms to the other. */
static void imposes_profiles(void **state)
{
#define IMPOSING(url) \
	"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Patient'," \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile'," \
	"'valueCanonical':'" url "'}],'derivation':'constraint'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient'," \
	"'differential':{'element':[{'path':'Patient.name','min':1}]}}"
	static const char *const definitions[] = { IMPOSING("http://x/other"),
		"{'resourceType':'StructureDefinition','url':'http://x/"
		"other','kind':'resource','type':'Patient',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"Patient','derivation':'constraint',"
		"'differential':{'element':[{'path':'Patient.gender','min':1}]}}",
		NULL };
	static const char *const circle[] = { IMPOSING("http://x/p"), NULL };
	static const char *const nobody[] = { IMPOSING("http://x/none"), NULL };
	static const char named[] = "{'resourceType':'Patient','name':[{'text':'a'}]}";
	(void)state;
	assert_valid(definitions, "http://x/p",
		"{'resourceType':'Patient','gender':'male','name':[{'text':'a'}]}");
	assert_found(definitions, "http://x/p", named, "profile-min", "Patient");
	assert_valid(circle, "http://x/p", named);
	assert_valid(nobody, "http://x/p", named);
	assert_found(nobody, "http://x/p", named, "profile-unknown", "Patient");
}

/* What an invariant asks of a resource that is elsewhere cannot be told; within a bundle it can. */
/* A content reference means the element as nobody has constrained it, written short or with an address. */
static void leaves_nested_items_as_they_were(void **state)
{
#define ITEM(id, more) "{'linkId':'" id "','type':'group'" more "}"
#define QUESTIONS(items) "{'resourceType':'Questionnaire','status':'draft','item':[" items "]}"
#define QUESTIONNAIRE_ADDRESS "http://hl7.org/fhir/StructureDefinition/Questionnaire"
	static const char differential[] = PROFILE("Questionnaire",
		"{'path':'Questionnaire.item.text','min':1}");
	static const char given[] =
		"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource',"
		"'type':'Questionnaire','baseDefinition':'" QUESTIONNAIRE_ADDRESS "','derivation':"
		"'constraint','snapshot':{'element':[{'id':'Questionnaire','path':'Questionnaire'},"
		"{'id':'Questionnaire.item','path':'Questionnaire.item','min':0,'max':'*','type':[{'code':"
		"'BackboneElement'}]},{'id':'Questionnaire.item.text','path':'Questionnaire.item.text',"
		"'min':1,'max':'1','type':[{'code':'string'}]},{'id':'Questionnaire.item.item','path':"
		"'Questionnaire.item.item','min':0,'max':'*','contentReference':'" QUESTIONNAIRE_ADDRESS
		"#Questionnaire.item'}]}}";
	static const char nested[] = PROFILE("Questionnaire",
		"{'path':'Questionnaire.item.text','min':1},{'path':'Questionnaire.item.item.code','min':1}");
	(void)state;
	for (int i = 0; i < 2; i++) {
		good(i ? given : differential,
			QUESTIONS(ITEM("1", ",'text':'t','item':[" ITEM("2", "") "]")));
		bad(i ? given : differential, QUESTIONS(ITEM("1", ",'item':[" ITEM("2", "") "]")),
			"profile-min", "Questionnaire.item[0]");
	}
	/* What is said of the nested ones holds there, one level deep. */
	good(nested,
		QUESTIONS(ITEM("1",
			",'text':'t','item':[" ITEM("2",
				",'code':[{'code':'c'}],'item':[" ITEM("3", "") "]") "]")));
	bad(nested, QUESTIONS(ITEM("1", ",'text':'t','item':[" ITEM("2", "") "]")), "profile-min",
		"Questionnaire.item[0].item[0]");
}

/* A variable that is not there is an error (FHIRPath section 9), whoever asks for it. */
static void wants_variables_to_be_there(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient','constraint':[{'key':'own-1','severity':'error','human':'h','expression':"
		"'id = %me'}]}");
	const char *const definitions[] = { profile, NULL };
	(void)state;
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(definitions, "http://x/p", "{'resourceType':'Patient','id':'a'}",
		options);
	const struct hs_issue *issue = find_issue(&found, "invariant-not-evaluated");
	assert_non_null(issue);
	assert_int_equal(issue->severity, HS_SEVERITY_ERROR);
	hs_arena_free(found.arena);
}

static void leaves_what_is_elsewhere(void **state)
{
	static const char profile[] = PROFILE("Patient",
		"{'path':'Patient','constraint':[{'key':'own-1','severity':'error','human':'h','expression':"
		"'managingOrganization.resolve() is Organization'}]}");
	(void)state;
	bad(profile, "{'resourceType':'Patient','managingOrganization':{'reference':'Organization/1'}}",
		"invariant-not-evaluated", "Patient");
	good(profile, "{'resourceType':'Patient','managingOrganization':{'reference':'Organization/1'}}");
	good(profile,
		"{'resourceType':'Patient','contained':[{'resourceType':'Organization','id':'o','name':'n'}],"
		"'managingOrganization':{'reference':'#o'}}");
	bad(profile, "{'resourceType':'Patient'}", "own-1", "Patient");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(narrows_choices),
		cmocka_unit_test(takes_choices_at_their_word),
		cmocka_unit_test(compares_fixed_values_and_patterns),
		cmocka_unit_test(fixes_extensions_of_primitives),
		cmocka_unit_test(keeps_bounds),
		cmocka_unit_test(counts_durations_from_now),
		cmocka_unit_test(wants_values),
		cmocka_unit_test(wants_forms),
		cmocka_unit_test(tells_of_broken_invariants),
		cmocka_unit_test(evaluates_invariants),
		cmocka_unit_test(wants_invariants_true),
		cmocka_unit_test(follows_the_profile_of_a_type),
		cmocka_unit_test(heeds_declared_profiles),
		cmocka_unit_test(asks_how_a_target_is_reached),
		cmocka_unit_test(asks_for_entries_of_the_bundle),
		cmocka_unit_test(asks_for_versions_of_a_target),
		cmocka_unit_test(measures_attachments),
		cmocka_unit_test(counts_decimals),
		cmocka_unit_test(imposes_profiles),
		cmocka_unit_test(leaves_nested_items_as_they_were),
		cmocka_unit_test(wants_variables_to_be_there),
		cmocka_unit_test(leaves_what_is_elsewhere),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
