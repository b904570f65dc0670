/* SPDX-License-Identifier: Apache-2.0 */
/* R5: its own elements, types and rules, and what it does not bring along. */
#include "../profile/profile_test.h"

#include <core/fhir/validate/validate.h>

static struct bench bench;
static bool ready;

static int open_release(void **state)
{
	(void)state;
	ready = open_bench(&bench, HS_S("hl7.fhir.r5.core"), HS_FHIR_R5);
	return 0;
}

static int close_release(void **state)
{
	(void)state;
	if (ready)
		close_bench(&bench);
	return 0;
}

/* "id path; " of each error, warnings with '?' behind the id; resources are written with ' for ". */
static void expect(const char *resource, const char *prefix, const char *want)
{
	struct hs_arena *arena = hs_arena_new((size_t)256 << 20);
	struct hs_issues issues = { .arena = arena };
	struct hs_validator_source source = { .profiles = bench.profiles };
	char have[1000] = "";
	if (!ready)
		skip();
	char *text = hs_arena_cstr(arena, hs_slice_cstr(resource));
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	struct hs_validate_options options = { .source = hs_slice_cstr(text) };
	struct hs_validator *validator = hs_validator_new(&source);
	hs_validate(validator, parse_json(arena, options.source), &options, &issues);
	for (const struct hs_issue *issue = issues.first; issue; issue = issue->next) {
		size_t used = strlen(have);
		if (issue->severity != HS_SEVERITY_INFORMATION &&
			hs_slice_starts(issue->detail_code, hs_slice_cstr(prefix)))
			snprintf(have + used, sizeof(have) - used, "%.*s%s %.*s; ",
				HS_S_ARG(issue->detail_code),
				issue->severity == HS_SEVERITY_WARNING ? "?" : "", HS_S_ARG(issue->path));
	}
	assert_string_equal(have, want);
	hs_validator_unref(validator);
	hs_arena_free(arena);
}

static void knows_its_own_elements(void **state)
{
	(void)state;
	expect("{'resourceType':'MedicationRequest','status':'active','intent':'order','medication':{'"
	       "concept':{"
	       "'text':'x'}},'subject':{'reference':'Patient/1'}}",
		"", "");
	expect("{'resourceType':'MedicationRequest','status':'active','intent':'order','"
	       "medicationCodeableConcept':{"
	       "'text':'x'},'subject':{'reference':'Patient/1'}}",
		"", " MedicationRequest.medicationCodeableConcept;  MedicationRequest; ");
	expect("{'resourceType':'MedicationRequest','status':'active','intent':'order','medication':{'"
	       "reference':{'reference':'Medication/1'}},'subject':{'reference':'Patient/1'}}",
		"", "");
	expect("{'resourceType':'MedicationRequest','status':'active','intent':'order','medication':{'"
	       "reference':{'reference':'Patient/1'}},'subject':{'reference':'Patient/1'}}",
		"", " MedicationRequest.medication.reference.reference; ");
	expect("{'resourceType':'DocumentReference','status':'current','content':[{'attachment':{'url':'http:"
	       "//a.se',"
	       "'size':'5000000000'}}]}",
		"", "");
}

static void has_its_own_invariants(void **state)
{
	(void)state;
	expect("{'resourceType':'Bundle','type':'searchset','link':[{'relation':'self','url':'http://a.se/"
	       "Patient'}],"
	       "'entry':[{'fullUrl':'http://a.se/Patient/"
	       "1','resource':{'resourceType':'Patient','id':'1'},'search':{"
	       "'mode':'match'}}]}",
		"bdl-", "");
	expect("{'resourceType':'Bundle','type':'searchset','entry':[{'resource':{'resourceType':'Patient','"
	       "id':'1'},"
	       "'search':{'mode':'match'}}]}",
		"bdl-", "bdl-15 Bundle; bdl-18 Bundle; ");
	expect("{'resourceType':'Bundle','type':'document','identifier':{'system':'http://a.se','value':'1'},"
	       "'timestamp':'2026-01-01T00:00:00Z','entry':[{'fullUrl':'http://a.se/Patient/1','resource':{"
	       "'resourceType':'Patient','id':'1'}}]}",
		"bdl-", "bdl-11 Bundle; ");
}

/* The package of HL7's extensions is another; without it those cannot be judged. */
static void does_without_the_package_of_extensions(void **state)
{
	(void)state;
	expect("{'resourceType':'Patient','extension':[{'url':"
	       "'http://hl7.org/fhir/StructureDefinition/patient-birthPlace','valueAddress':{'city':'x'}}]}",
		"extension-", "extension-unknown? Patient.extension[0]; ");
	/* Said once, however many there are. */
	expect("{'resourceType':'Patient','extension':[{'url':"
	       "'http://hl7.org/fhir/StructureDefinition/patient-birthPlace','valueAddress':{'city':'x'}},"
	       "{'url':'http://hl7.org/fhir/StructureDefinition/patient-bornStatus','valueCode':'x'}]}",
		"extension-", "extension-unknown? Patient.extension[0]; ");
	expect("{'resourceType':'Patient','extension':[{'url':'http://a.se/x','valueString':'x'}]}",
		"extension-", "extension-unknown Patient.extension[0]; ");
	expect("{'resourceType':'Patient','modifierExtension':[{'url':'http://hl7.org/fhir/"
	       "StructureDefinition/x',"
	       "'valueString':'x'}]}",
		"extension-", "extension-unknown Patient.modifierExtension[0]; ");
}

static void takes_base64_at_its_word(void **state)
{
	(void)state;
	expect("{'resourceType':'Binary','contentType':'image/png','data':'YW Jj'}", "base64-",
		"base64-blank Binary.data; ");
}

static void has_each_code_once(void **state)
{
#define NESTED(code) \
	"{'resourceType':'CodeSystem','url':'http://a.se/cs','status':'draft','content':'complete'," \
	"'hierarchyMeaning':'is-a','concept':[{'code':'a'},{'code':'b','concept':[{'code':'" code "'}]}]}"
	(void)state;
	expect(NESTED("c"), "c", "");
	expect(NESTED("a"), "c", "code-system-code-twice CodeSystem; ");
}

/* The profile wants a code of what stands first, and writes its content reference with an address. */
static void leaves_nested_concepts_as_they_were(void **state)
{
#define EXPANSION(code) \
	"{'resourceType':'ValueSet','meta':{'profile':['http://hl7.org/fhir/StructureDefinition/" \
	"executablevalueset']},'url':'http://a.se/v','version':'1','title':'V','experimental':true," \
	"'description':'d','status':'draft','expansion':{'timestamp':'2026-01-01'," \
	"'contains':[{'system':'http://a.se'," code "'contains':[{'abstract':true,'display':'x'}]}]}}"
	(void)state;
	expect(EXPANSION("'code':'a',"), "profile-min", "");
	expect(EXPANSION("'display':'a',"), "profile-min", "profile-min ValueSet.expansion.contains[0]; ");
}

/* Whether something else than an option may be answered: R5 says so beside the type of the question. */
static void takes_answers_beside_the_options(void **state)
{
#define CHOOSING(type, constraint, answer) \
	"{'resourceType':'QuestionnaireResponse','status':'completed','questionnaire':'#q','contained':[{" \
	"'resourceType':'Questionnaire','id':'q','status':'active','item':[{'linkId':'a','type':'" type \
	"'," constraint "'answerOption':[{'valueCoding':{'system':'http://a.se','code':'a'}}," \
	"{'valueInteger':1}]}]}],'item':[{'linkId':'a','answer':[{" answer "}]}]}"
#define OR_STRING "'answerConstraint':'optionsOrString',"
#define OR_TYPE "'answerConstraint':'optionsOrType',"
#define A_CODE(code) "'valueCoding':{'system':'http://a.se','code':'" code "'}"
	static const char at[] = "response-option QuestionnaireResponse.item[0].answer[0]; ";
	static const char type[] = "response-option-type QuestionnaireResponse.item[0].answer[0]; ";
	(void)state;
	expect(CHOOSING("coding", "", A_CODE("a")), "response", "");
	expect(CHOOSING("coding", "", A_CODE("b")), "response", at);
	expect(CHOOSING("coding", "", "'valueString':'b'"), "response", type);
	expect(CHOOSING("coding", OR_STRING, "'valueString':'b'"), "response", "");
	expect(CHOOSING("coding", OR_STRING, A_CODE("b")), "response", at);
	expect(CHOOSING("coding", OR_TYPE, A_CODE("b")), "response", "");
	expect(CHOOSING("coding", OR_TYPE, "'valueString':'b'"), "response", type);
	expect(CHOOSING("integer", OR_STRING, "'valueString':'b'"), "response", "");
	expect(CHOOSING("integer", OR_TYPE, "'valueInteger':7"), "response", "");
	expect(CHOOSING("integer", OR_TYPE, "'valueString':'b'"), "response",
		"response-type QuestionnaireResponse.item[0].answer[0].valueString; ");
	expect(CHOOSING("integer", "", "'valueInteger':7"), "response",
		"response-option QuestionnaireResponse.item[0].answer[0].valueInteger; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_each_code_once),
		cmocka_unit_test(takes_answers_beside_the_options),
		cmocka_unit_test(knows_its_own_elements),
		cmocka_unit_test(leaves_nested_concepts_as_they_were),
		cmocka_unit_test(has_its_own_invariants),
		cmocka_unit_test(does_without_the_package_of_extensions),
		cmocka_unit_test(takes_base64_at_its_word),
	};
	return cmocka_run_group_tests(tests, open_release, close_release);
}
