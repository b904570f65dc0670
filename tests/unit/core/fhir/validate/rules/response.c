/* SPDX-License-Identifier: Apache-2.0 */
/* QuestionnaireResponse beside its Questionnaire: what must be there, where, of which type, and when. */
#include "rules_test.h"

#define QUESTIONNAIRE(items) \
	"{'resourceType':'Questionnaire','url':'http://a.se/q','status':'active','item':[" items "]}"
#define RESPONSE_OF(status, items) \
	"{'resourceType':'QuestionnaireResponse','questionnaire':'http://a.se/q','status':'" status \
	"','item':[" items "]}"
#define RESPONSE(items) RESPONSE_OF("completed", items)
#define ITEM(id, answers) "{'linkId':'" id "','answer':[" answers "]}"
#define EXTENSION(name, value) \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/" name "'," value "}]"

static void items(void **state)
{
	static const char two[] =
		QUESTIONNAIRE("{'linkId':'a','type':'string','required':true},"
			      "{'linkId':'g','type':'group','item':[{'linkId':'b','type':'string'}]}");
	static const char note[] = QUESTIONNAIRE("{'linkId':'d','type':'display'}");
#define OF_VERSION(version) \
	"{'resourceType':'Questionnaire','url':'http://a.se/q','version':'" version \
	"','status':'active','item':[{'linkId':'a','type':'string'}]}"
#define VERSIONED(version, items) \
	"{'resourceType':'QuestionnaireResponse','questionnaire':'http://a.se/q|" version \
	"','status':'completed','item':[" items "]}"
	static const char old[] = OF_VERSION("1"), newer[] = OF_VERSION("2");
	static const struct rules_case rows[] = {
		{ RESPONSE(ITEM("a", "{'valueString':'x'}") ",{'linkId':'g','item':[" ITEM("b",
			  "{'valueString':'x'}") "]}"),
			{ two }, "" },
		{ RESPONSE("{'linkId':'g','item':[" ITEM("b", "{'valueString':'x'}") "]}"), { two },
			"response-required QuestionnaireResponse" },
		{ RESPONSE_OF("in-progress", "{'linkId':'g','item':[" ITEM("b", "{'valueString':'x'}") "]}"),
			{ two }, "response-required? QuestionnaireResponse" },
		{ RESPONSE_OF("entered-in-error",
			  "{'linkId':'g','item':[" ITEM("b", "{'valueString':'x'}") "]}"),
			{ two }, "response-required? QuestionnaireResponse" },
		{ RESPONSE("{'linkId':'a'}"), { two }, "response-required QuestionnaireResponse.item[0]" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}") "," ITEM("z", "{'valueString':'x'}")), { two },
			"response-link-id QuestionnaireResponse" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}") "," ITEM("b", "{'valueString':'x'}")), { two },
			"response-misplaced QuestionnaireResponse.item[1]" },
		{ RESPONSE("{'linkId':'g','item':[" ITEM("b", "{'valueString':'x'}") "]}," ITEM("a",
			  "{'valueString':'x'}")),
			{ two }, "response-order QuestionnaireResponse.item[1]" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'},{'valueString':'y'}")), { two },
			"response-repeats QuestionnaireResponse.item[0]" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}") "," ITEM("a", "{'valueString':'y'}")), { two },
			"response-repeats QuestionnaireResponse" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}") "," ITEM("g", "{'valueString':'x'}")), { two },
			"response-no-answers QuestionnaireResponse.item[1].answer" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}")), { NULL },
			"response-questionnaire? QuestionnaireResponse.questionnaire" },
		{ RESPONSE("{'linkId':'d','item':[" ITEM("a", "{'valueString':'x'}") "]}"), { note },
			"response-items QuestionnaireResponse.item[0].item" },
		/* Another version than the one that was answered says nothing. */
		{ VERSIONED("2", ITEM("z", "{'valueString':'x'}")), { old, newer },
			"response-link-id QuestionnaireResponse" },
		{ VERSIONED("3", ITEM("z", "{'valueString':'x'}")), { old, newer },
			"response-questionnaire? QuestionnaireResponse.questionnaire" },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void types(void **state)
{
#define TYPED(type, value) \
	{ \
		RESPONSE(ITEM("a", "{" value "}")), { QUESTIONNAIRE("{'linkId':'a','type':'" type "'}") }, \
			"" \
	}
#define MISTYPED(type, value, key) \
	{ \
		RESPONSE(ITEM("a", "{" value "}")), { QUESTIONNAIRE("{'linkId':'a','type':'" type "'}") }, \
			"response-type QuestionnaireResponse.item[0].answer[0]." key \
	}
	static const struct rules_case rows[] = {
		TYPED("boolean", "'valueBoolean':true"),
		TYPED("decimal", "'valueDecimal':1.5"),
		TYPED("text", "'valueString':'x'"),
		TYPED("url", "'valueUri':'http://a.se'"),
		TYPED("dateTime", "'valueDateTime':'2026'"),
		TYPED("quantity", "'valueQuantity':{'value':1}"),
		TYPED("open-choice", "'valueString':'x'"),
		MISTYPED("boolean", "'valueString':'true'", "valueString"),
		MISTYPED("integer", "'valueDecimal':1.5", "valueDecimal"),
		MISTYPED("date", "'valueDateTime':'2026'", "valueDateTime"),
		MISTYPED("reference", "'valueString':'x'", "valueString"),
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void conditions(void **state)
{
#define WHEN(operator, answer, more) \
	QUESTIONNAIRE("{'linkId':'a','type':'integer','repeats':true},{'linkId':'b','type':'string','" \
		      "required':true," \
		      "'enableWhen':[{'question':'a','operator':'" \
		      operator"'," answer "}" more "]}")
#define A "{'linkId':'a','answer':[{'valueInteger':3},{'valueInteger':5}]}"
#define B "{'linkId':'b','answer':[{'valueString':'x'}]}"
#define MISSING "response-required QuestionnaireResponse"
#define DISABLED(n) "response-not-enabled QuestionnaireResponse.item[" n "]"
	static const struct rules_case rows[] = {
		{ RESPONSE(A "," B), { WHEN("=", "'answerInteger':5", "") }, "" },
		{ RESPONSE(A), { WHEN("=", "'answerInteger':5", "") }, MISSING },
		{ RESPONSE(A "," B), { WHEN("=", "'answerInteger':4", "") }, DISABLED("1") },
		{ RESPONSE(A), { WHEN("=", "'answerInteger':4", "") }, "" },
		{ RESPONSE(A "," B), { WHEN("!=", "'answerInteger':5", "") }, DISABLED("1") },
		{ RESPONSE(A "," B), { WHEN("!=", "'answerInteger':4", "") }, "" },
		{ RESPONSE(A "," B), { WHEN(">", "'answerInteger':4", "") }, "" },
		{ RESPONSE(A "," B), { WHEN(">", "'answerInteger':5", "") }, DISABLED("1") },
		{ RESPONSE(A "," B), { WHEN("<=", "'answerInteger':3", "") }, "" },
		{ RESPONSE(A "," B), { WHEN("exists", "'answerBoolean':false", "") }, DISABLED("1") },
		{ RESPONSE(B), { WHEN("exists", "'answerBoolean':false", "") }, "" },
		{ RESPONSE(A "," B),
			{ QUESTIONNAIRE("{'linkId':'a','type':'integer','repeats':true},{'linkId':'b','type':"
					"'string',"
					"'enableBehavior':'all','enableWhen':[{'question':'a','operator':'=',"
					"'answerInteger':3},"
					"{'question':'a','operator':'=','answerInteger':4}]}") },
			DISABLED("1") },
		{ RESPONSE(A "," B),
			{ QUESTIONNAIRE("{'linkId':'a','type':'integer','repeats':true},{'linkId':'b','type':"
					"'string',"
					"'enableBehavior':'any','enableWhen':[{'question':'a','operator':'=',"
					"'answerInteger':3},"
					"{'question':'a','operator':'=','answerInteger':4}]}") },
			"" },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

/* What a condition does not say of a Coding need not match. */
static void conditions_on_codings(void **state)
{
#define WHEN_CODED(operator, coding) \
	QUESTIONNAIRE( \
		"{'linkId':'a','type':'choice','answerOption':[{'valueCoding':{'system':'http://a.se'," \
		"'code':'x'}}]},{'linkId':'b','type':'string','enableWhen':[{'question':'a'," \
		"'operator':'" \
		operator"','answerCoding':" coding "}]}")
#define CODED_A "{'linkId':'a','answer':[{'valueCoding':{'system':'http://a.se','code':'x'}}]}"
	static const struct rules_case rows[] = {
		{ RESPONSE(CODED_A "," B), { WHEN_CODED("=", "{'system':'http://a.se','code':'x'}") }, "" },
		{ RESPONSE(CODED_A "," B), { WHEN_CODED("=", "{'code':'x'}") }, "" },
		{ RESPONSE(CODED_A "," B), { WHEN_CODED("=", "{'code':'y'}") }, DISABLED("1") },
		{ RESPONSE(CODED_A "," B), { WHEN_CODED("!=", "{'code':'x'}") }, DISABLED("1") },
		{ RESPONSE(CODED_A "," B), { WHEN_CODED("=", "{'system':'http://b.se','code':'x'}") },
			DISABLED("1") },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

/* In a repeating group a condition asks its own row. */
static void conditions_ask_the_nearest(void **state)
{
	static const char rows_of[] =
		QUESTIONNAIRE("{'linkId':'g','type':'group','repeats':true,'item':["
			      "{'linkId':'a','type':'boolean'},{'linkId':'b','type':'string',"
			      "'enableWhen':[{'question':'a','operator':'=','answerBoolean':true}]}]}");
	static const struct rules_case rows[] = {
		{ RESPONSE("{'linkId':'g','item':[{'linkId':'a','answer':[{'valueBoolean':true}]}," B "]},"
			   "{'linkId':'g','item':[{'linkId':'a','answer':[{'valueBoolean':false}]}," B "]}"),
			{ rows_of }, "response-not-enabled QuestionnaireResponse.item[1].item[1]" },
		/* The answers to one question may stand in an item each. */
		{ RESPONSE(ITEM("a", "{'valueInteger':3}") "," ITEM("a", "{'valueInteger':5}") "," B),
			{ WHEN("=", "'answerInteger':5", "") }, "" },
		{ RESPONSE(ITEM("a", "{'valueInteger':3}") "," ITEM("a", "{'valueInteger':5}") "," B),
			{ WHEN("!=", "'answerInteger':5", "") }, DISABLED("2") },
		{ RESPONSE(ITEM("a", "{'valueInteger':3}") "," ITEM("a", "{'valueInteger':5}")),
			{ WHEN(">", "'answerInteger':4", "") }, MISSING },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void expressions(void **state)
{
	static const char q[] =
		QUESTIONNAIRE("{'linkId':'a','type':'integer'},{'linkId':'b','type':'string','extension':[{"
			      "'url':'http://hl7.org/fhir/uv/sdc/StructureDefinition/"
			      "sdc-questionnaire-enableWhenExpression','valueExpression':{'language':"
			      "'text/fhirpath','expression':'%resource.item.answer.value.first() > 2'}}]}");
	static const char cql[] =
		QUESTIONNAIRE("{'linkId':'a','type':'integer'},{'linkId':'b','type':'string','extension':[{"
			      "'url':'http://hl7.org/fhir/uv/sdc/StructureDefinition/"
			      "sdc-questionnaire-enableWhenExpression','valueExpression':{'language':"
			      "'text/cql','expression':'false'}}]}");
	static const struct rules_case rows[] = {
		{ RESPONSE(ITEM("a", "{'valueInteger':3}") "," B), { cql }, "" },
		{ RESPONSE(ITEM("a", "{'valueInteger':3}") "," B), { q }, "" },
		{ RESPONSE(ITEM("a", "{'valueInteger':1}") "," B), { q }, DISABLED("1") },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

/* Variables of the questionnaire, of a group and of the question: each knows those before it. */
static void variables(void **state)
{
#define EXPRESSION(text) "'valueExpression':{'language':'text/fhirpath','expression':'" text "'"
#define VARIABLE(name, text) \
	"{'url':'http://hl7.org/fhir/StructureDefinition/variable'," EXPRESSION(text) ",'name':'" name "'}}"
#define ENABLED_WHEN(text) \
	"{'url':'http://hl7.org/fhir/uv/sdc/StructureDefinition/" \
	"sdc-questionnaire-enableWhenExpression'," EXPRESSION(text) "}}"
#define ASKS(root, group, item) \
	"{'resourceType':'Questionnaire','url':'http://a.se/q','status':'active','extension':[" root \
	"],'item':[{'linkId':'a','type':'integer'},{'linkId':'g','type':'group','extension':[" group \
	"],'item':[{'linkId':'b','type':'string','extension':[" item "]}]}]}"
#define ANSWERED(number) RESPONSE(ITEM("a", "{'valueInteger':" number "}") ",{'linkId':'g','item':[" B "]}")
	static const char score[] = ASKS(VARIABLE("score", "item.answer.value.ofType(integer).sum()"),
		VARIABLE("double", "%score * 2"), VARIABLE("high", "%double > 5") "," ENABLED_WHEN("%high"));
	static const char nearer[] = ASKS(VARIABLE("x", "true"), VARIABLE("x", "false"), ENABLED_WHEN("%x"));
	static const char unknown[] = ASKS("", "", ENABLED_WHEN("%x"));
	static const char broken[] = ASKS(VARIABLE("x", "1 +"), "", ENABLED_WHEN("%x"));
	static const char not_enabled[] = "response-not-enabled QuestionnaireResponse.item[1].item[0]";
	static const struct rules_case rows[] = {
		{ ANSWERED("3"), { score }, "" },
		{ ANSWERED("2"), { score }, not_enabled },
		{ ANSWERED("3"), { nearer }, not_enabled },
		{ ANSWERED("3"), { unknown }, "" },
		{ ANSWERED("3"), { broken }, "" },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

#define CODING(code) "'valueCoding':{'system':'http://a.se/cs','code':'" code "'}"
static void options_that_exclude(void **state)
{
	static const char symptoms[] =
		QUESTIONNAIRE("{'linkId':'a','type':'choice','repeats':true,'answerOption':[{" CODING(
			"x") "},{" CODING("y") "},{'extension':[{'url':'http://hl7.org/fhir/"
					       "StructureDefinition/questionnaire-optionExclusive',"
					       "'valueBoolean':true}]," CODING("none") "}]}");
	static const struct rules_case rows[] = {
		{ RESPONSE(ITEM("a", "{" CODING("x") "},{" CODING("y") "}")), { symptoms }, "" },
		{ RESPONSE(ITEM("a", "{" CODING("none") "}")), { symptoms }, "" },
		{ RESPONSE(ITEM("a", "{" CODING("x") "},{" CODING("none") "}")), { symptoms },
			"response-exclusive QuestionnaireResponse.item[0].answer[1]" },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void options(void **state)
{
	static const char choice[] = QUESTIONNAIRE(
		"{'linkId':'a','type':'choice','answerOption':[{" CODING("x") "},{" CODING("y") "}]}");
	static const char open[] =
		QUESTIONNAIRE("{'linkId':'a','type':'open-choice','answerOption':[{" CODING("x") "}]}");
	static const char integer[] = QUESTIONNAIRE("{'linkId':'a','type':'integer','answerOption':[{'"
						    "valueInteger':1},{'valueInteger':2}]}");
	static const char set[] = QUESTIONNAIRE("{'linkId':'a','type':'choice','answerValueSet':'http://"
						"hl7.org/fhir/ValueSet/administrative-gender'}");
	static const struct rules_case rows[] = {
		{ RESPONSE(ITEM("a", "{" CODING("y") "}")), { choice }, "" },
		{ RESPONSE(ITEM("a", "{" CODING("z") "}")), { choice },
			"response-option QuestionnaireResponse.item[0].answer[0]" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}")), { choice },
			"response-option-type QuestionnaireResponse.item[0].answer[0]" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}")), { open }, "" },
		{ RESPONSE(ITEM("a", "{" CODING("z") "}")), { open },
			"response-option QuestionnaireResponse.item[0].answer[0]" },
		{ RESPONSE(ITEM("a", "{'valueInteger':2}")), { integer }, "" },
		{ RESPONSE(ITEM("a", "{'valueInteger':3}")), { integer },
			"response-option QuestionnaireResponse.item[0].answer[0].valueInteger" },
		{ RESPONSE(ITEM("a",
			  "{'valueCoding':{'system':'http://hl7.org/fhir/administrative-gender',"
			  "'code':'male'}}")),
			{ set }, "" },
		{ RESPONSE(ITEM("a",
			  "{'valueCoding':{'system':'http://hl7.org/fhir/administrative-gender',"
			  "'code':'man'}}")),
			{ set }, "response-value-set QuestionnaireResponse.item[0].answer[0]" },
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void limits(void **state)
{
#define TWICE(min, max) \
	QUESTIONNAIRE("{'linkId':'g','type':'group','repeats':true,'item':[{'linkId':'b','type':'string'}]," \
		      "'extension':[" \
		      "{'url':'http://hl7.org/fhir/StructureDefinition/" \
		      "questionnaire-minOccurs','valueInteger':" min "}," \
		      "{'url':'http://hl7.org/fhir/StructureDefinition/" \
		      "questionnaire-maxOccurs','valueInteger':" max "}]}")
#define ROW "{'linkId':'g','item':[" B "]}"
	static const struct rules_case groups[] = {
		{ RESPONSE(ROW "," ROW), { TWICE("2", "2") }, "" },
		{ RESPONSE(ROW), { TWICE("2", "2") }, "response-min-occurs QuestionnaireResponse" },
		{ RESPONSE(ROW "," ROW "," ROW), { TWICE("2", "2") },
			"response-max-occurs QuestionnaireResponse" },
	};
#define AT(key) " QuestionnaireResponse.item[0].answer[0]." key
#define LIMITED(type, limit, answer, want) \
	{ \
		RESPONSE(ITEM("a", "{" answer "}")), \
			{ QUESTIONNAIRE("{'linkId':'a','type':'" type "'," limit "}") }, want \
	}
	static const struct rules_case rows[] = {
		LIMITED("string", "'maxLength':3", "'valueString':'\303\245\303\244\303\266'", ""),
		LIMITED("string", "'maxLength':3", "'valueString':'abcd'",
			"response-length" AT("valueString")),
		LIMITED("string", EXTENSION("minLength", "'valueInteger':2"), "'valueString':'a'",
			"response-length" AT("valueString")),
		LIMITED("string", EXTENSION("regex", "'valueString':'[0-9]{2}'"), "'valueString':'12'", ""),
		LIMITED("string", EXTENSION("regex", "'valueString':'[0-9]{2}'"), "'valueString':'123'",
			"response-format" AT("valueString")),
		LIMITED("integer", EXTENSION("maxValue", "'valueInteger':5"), "'valueInteger':5", ""),
		LIMITED("integer", EXTENSION("maxValue", "'valueInteger':5"), "'valueInteger':6",
			"response-bound" AT("valueInteger")),
		LIMITED("date", EXTENSION("minValue", "'valueDate':'2020-02'"), "'valueDate':'2020-01-31'",
			"response-bound" AT("valueDate")),
		LIMITED("decimal", EXTENSION("maxDecimalPlaces", "'valueInteger':1"), "'valueDecimal':1.25",
			"response-decimals" AT("valueDecimal")),
		LIMITED("reference", EXTENSION("questionnaire-referenceResource", "'valueCode':'Patient'"),
			"'valueReference':{'reference':'Group/1'}", "response-target" AT("valueReference")),
		LIMITED("reference",
			EXTENSION("questionnaire-referenceProfile",
				"'valueCanonical':'http://hl7.org/fhir/StructureDefinition/Patient'"),
			"'valueReference':{'reference':'Patient/1'}", ""),
		LIMITED("reference",
			EXTENSION("questionnaire-referenceProfile",
				"'valueCanonical':'http://hl7.org/fhir/StructureDefinition/Patient'"),
			"'valueReference':{'reference':'Group/1'}", "response-target" AT("valueReference")),
		LIMITED("quantity", EXTENSION("maxDecimalPlaces", "'valueInteger':1"),
			"'valueQuantity':{'value':1.25}", "response-decimals" AT("valueQuantity")),
		LIMITED("attachment", EXTENSION("maxSize", "'valueDecimal':3"),
			"'valueAttachment':{'contentType':'text/plain','data':'YWJjZA=='}",
			"response-size QuestionnaireResponse.item[0].answer[0]"),
		LIMITED("attachment", EXTENSION("mimeType", "'valueCode':'image/png'"),
			"'valueAttachment':{'contentType':'text/plain','data':'YWJj'}",
			"response-media-type QuestionnaireResponse.item[0].answer[0]"),
		LIMITED("quantity",
			EXTENSION("questionnaire-unitOption",
				"'valueCoding':{'system':'http://unitsofmeasure.org','code':'m'}"),
			"'valueQuantity':{'value':1,'system':'http://unitsofmeasure.org','code':'kg'}",
			"response-unit" AT("valueQuantity")),
	};
	(void)state;
	RUN_ROWS("response-", groups);
	RUN_ROWS("response-", rows);
}

static void bounds_of_quantities(void **state)
{
#define SDC(name, value) \
	"'extension':[{'url':'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-" name "'," \
	"'valueQuantity':" value "}]"
#define UCUM(value, code) "{'value':" value ",'system':'http://unitsofmeasure.org','code':'" code "'}"
	static const struct rules_case rows[] = {
		LIMITED("quantity", SDC("maxQuantity", UCUM("1", "km")), "'valueQuantity':" UCUM("999", "m"),
			""),
		LIMITED("quantity", SDC("maxQuantity", UCUM("1", "km")), "'valueQuantity':" UCUM("1001", "m"),
			"response-bound" AT("valueQuantity")),
		LIMITED("quantity", SDC("minQuantity", UCUM("1", "km")), "'valueQuantity':" UCUM("5", "kg"),
			"response-bound" AT("valueQuantity")),
	};
	(void)state;
	RUN_ROWS("response-", rows);
}

static void texts(void **state)
{
	static const char asked[] =
		QUESTIONNAIRE("{'linkId':'a','type':'string','text':'Name?','_text':{'extension':[{'url':"
			      "'http://hl7.org/fhir/StructureDefinition/"
			      "translation','extension':[{'url':'lang','valueCode':'sv'},"
			      "{'url':'content','valueString':'Namn?'}]}]}},{'linkId':'b','type':'string'}");
#define SAID(id, text) RESPONSE("{'linkId':'" id "','text':'" text "','answer':[{'valueString':'x'}]}")
	static const struct rules_case rows[] = {
		{ SAID("a", "Name?"), { asked }, "" },
		{ SAID("a", "Namn?"), { asked }, "" }, /* the question in another language */
		{ SAID("a", "Age?"), { asked }, "response-text QuestionnaireResponse.item[0].text" },
		{ SAID("b", "Age?"), { asked }, "" },
		{ RESPONSE(ITEM("a", "{'valueString':'x'}")), { asked }, "" },
	};
	(void)state;
	RUN_ROWS("response-text", rows);
}

static void periods(void **state)
{
#define USED(period) \
	"{'resourceType':'Questionnaire','url':'http://a.se/q','status':'active','effectivePeriod':{" period \
	"}}"
#define GIVEN(date) \
	"{'resourceType':'QuestionnaireResponse','questionnaire':'http://a.se/q','status':'completed'," \
	"'authored':'" date "'}"
#define EARLY "response-period? QuestionnaireResponse.authored"
	static const char used[] = USED("'start':'2026-02-01','end':'2026-02-10'");
	static const struct rules_case rows[] = {
		{ GIVEN("2026-02-05"), { used }, "" },
		{ GIVEN("2026-02-10T23:00:00Z"), { used }, "" },
		{ GIVEN("2026-01-31"), { used }, EARLY },
		{ GIVEN("2026-02-11T00:00:00Z"), { used }, EARLY },
		{ GIVEN("2027"), { USED("'start':'2026'") }, "" },
	};
	(void)state;
	RUN_ROWS("response-period", rows);
}

static void subjects(void **state)
{
#define ABOUT(types) \
	"{'resourceType':'Questionnaire','url':'http://a.se/q','status':'active','subjectType':[" types "]}"
#define OF(subject) \
	"{'resourceType':'QuestionnaireResponse','questionnaire':'http://a.se/q','status':'completed'," \
	"'contained':[{'resourceType':'Device','id':'d'}],'subject':{" subject "}}"
#define WRONG "response-subject QuestionnaireResponse.subject"
	static const char people[] = ABOUT("'Patient','Practitioner'");
	static const struct rules_case rows[] = {
		{ OF("'reference':'Patient/1'"), { people }, "" },
		{ OF("'reference':'https://a.se/fhir/Practitioner/1/_history/2'"), { people }, "" },
		{ OF("'reference':'Device/1'"), { people }, WRONG },
		{ OF("'reference':'#d'"), { people }, WRONG },
		{ OF("'type':'Device','display':'d'"), { people }, WRONG },
		{ OF("'type':'http://a.se/Thing','display':'d'"), { people }, "" },
		{ OF("'display':'d'"), { people }, "" },
		{ OF("'reference':'Device/1'"), { ABOUT("'DomainResource'") }, "" },
		{ OF("'reference':'Device/1'"),
			{ "{'resourceType':'Questionnaire','url':'http://a.se/q','status':'active'}" }, "" },
	};
	(void)state;
	RUN_ROWS("response-subject", rows);
}

/* Of the whole response, but the place in its text is that of the linkId that nobody knows. */
static void shows_the_unknown_item(void **state)
{
	static const char known[] = QUESTIONNAIRE("{'linkId':'a','type':'string'}");
	static const char *const given[] = { known, NULL };
	struct hs_issues issues = { .arena = hs_arena_new((size_t)256 << 20) };
	(void)state;
	if (!rules_bench.open)
		skip();
	validate_beside(RESPONSE(ITEM("a", "{'valueString':'x'}") ",\n" ITEM("z", "{'valueString':'x'}")),
		given, false, &issues);
	assert_int_equal(issues.errors, 1);
	assert_slice(issues.first->path, "QuestionnaireResponse");
	assert_int_equal(issues.first->line, 2);
	hs_arena_free(issues.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items),
		cmocka_unit_test(shows_the_unknown_item),
		cmocka_unit_test(subjects),
		cmocka_unit_test(types),
		cmocka_unit_test(conditions),
		cmocka_unit_test(conditions_on_codings),
		cmocka_unit_test(conditions_ask_the_nearest),
		cmocka_unit_test(expressions),
		cmocka_unit_test(variables),
		cmocka_unit_test(options),
		cmocka_unit_test(options_that_exclude),
		cmocka_unit_test(limits),
		cmocka_unit_test(bounds_of_quantities),
		cmocka_unit_test(texts),
		cmocka_unit_test(periods),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
