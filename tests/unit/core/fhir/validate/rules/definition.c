/* SPDX-License-Identifier: Apache-2.0 */
/* Conformance resources: SearchParameter, CapabilityStatement, OperationDefinition, StructureDefinition,
 * Questionnaire, and the measure behind a report. */
#include "rules_test.h"

static void search_parameters(void **state)
{
#define PARAMETER(base, type, more) \
	"{'resourceType':'SearchParameter','url':'http://a.se/" \
	"sp','name':'x','status':'draft','description':'x'," \
	"'code':'x','base':['" base "'],'type':'" type "'" more "}"
#define COMPONENT "{'definition':'http://hl7.org/fhir/SearchParameter/Patient-name','expression':'name'}"
	static const struct rules_case rows[] = {
		{ PARAMETER("Patient", "string", ",'expression':'Patient.name.given | Patient.name.family'"),
			{ NULL }, "" },
		{ PARAMETER("Patient", "string", ",'expression':'Patient.name.givn'"), { NULL },
			"search-parameter-expression SearchParameter.expression" },
		{ PARAMETER("Patient", "string", ",'expression':'Patient.name.('"), { NULL },
			"search-parameter-expression SearchParameter.expression" },
		{ PARAMETER("Patient", "string", ",'expression':'Group.name'"), { NULL },
			"search-parameter-base SearchParameter.expression" },
		{ PARAMETER("Patient", "composite", ",'component':[" COMPONENT "," COMPONENT "]"), { NULL },
			"" },
		{ PARAMETER("Patient", "composite",
			  ",'component':[" COMPONENT ",{'definition':'http://hl7.org/fhir/SearchParameter/"
			  "Patient-name','expression':'name.('}]"),
			{ NULL }, "search-parameter-expression SearchParameter.component[1].expression" },
		{ PARAMETER("Patient", "composite", ",'component':[" COMPONENT "]"), { NULL },
			"search-parameter-composite SearchParameter" },
		{ PARAMETER("Patient", "string", ",'component':[" COMPONENT "]"), { NULL },
			"search-parameter-composite SearchParameter.component" },
		{ PARAMETER("Patient", "token",
			  ",'derivedFrom':'http://hl7.org/fhir/SearchParameter/Organization-name'"),
			{ NULL },
			"search-parameter-derived SearchParameter; search-parameter-derived "
			"SearchParameter" },
	};
	(void)state;
	RUN_ROWS("search-parameter-", rows);
}

static void capabilities(void **state)
{
#define CAPABILITY(type) \
	"{'resourceType':'CapabilityStatement','status':'draft','date':'2026','kind':'instance','" \
	"fhirVersion':'4.0.1'," \
	"'implementation':{'description':'x'},'format':['json'],'rest':[{'mode':'server','resource':[{'" \
	"type':'Patient'," \
	"'searchParam':[{'name':'name','definition':'http://hl7.org/fhir/SearchParameter/" \
	"Patient-name','type':'" type "'}]}]}]}"
	static const struct rules_case rows[] = {
		{ CAPABILITY("string"), { NULL }, "" },
		{ CAPABILITY("date"), { NULL },
			"capability-search-type CapabilityStatement.rest[0].resource[0].searchParam[0]" },
		{ CAPABILITY("token"), { NULL },
			"capability-search-type? CapabilityStatement.rest[0].resource[0].searchParam[0]" },
	};
	(void)state;
	RUN_ROWS("capability-", rows);
}

static void profiles_of_capabilities(void **state)
{
#define HL7 "http://hl7.org/fhir/StructureDefinition/"
#define SUPPORTS(more) \
	"{'resourceType':'CapabilityStatement','status':'draft','date':'2026','kind':'requirements','" \
	"fhirVersion':'4.0.1','format':['json'],'rest':[{'mode':'server','resource':[{'type':" \
	"'Observation'," more "}]}]}"
	static const struct rules_case rows[] = {
		{ SUPPORTS("'profile':'" HL7 "Observation','supportedProfile':['" HL7 "bp']"), { NULL }, "" },
		{ SUPPORTS("'profile':'" HL7 "DomainResource'"), { NULL }, "" },
		{ SUPPORTS("'profile':'http://a.se/unknown'"), { NULL }, "" },
		{ SUPPORTS("'profile':'" HL7 "Patient'"), { NULL },
			"capability-profile CapabilityStatement.rest[0].resource[0].profile" },
		{ SUPPORTS("'supportedProfile':['" HL7 "bp','" HL7 "Patient']"), { NULL },
			"capability-profile CapabilityStatement.rest[0].resource[0].supportedProfile[1]" },
	};
	(void)state;
	RUN_ROWS("capability-", rows);
}

static void naming_systems(void **state)
{
#define NAMED(type, value) \
	"{'resourceType':'NamingSystem','name':'X','status':'draft','kind':'identifier','date':'2026','" \
	"uniqueId':[{'type':'" type "','value':'" value "'}]}"
	static const char wrong[] = "naming-system-form NamingSystem.uniqueId[0].value";
	static const struct rules_case rows[] = {
		{ NAMED("oid", "1.2.752.129.2.1.3.1"), { NULL }, "" },
		{ NAMED("oid", "urn:oid:1.2.752.129.2.1.3.1"), { NULL }, "" },
		{ NAMED("oid", "http://a.se/1.2"), { NULL }, wrong },
		{ NAMED("oid", "1.02.3"), { NULL }, wrong },
		{ NAMED("uuid", "53fefa32-fcbb-4ff8-8a92-55ee120877b7"), { NULL }, "" },
		{ NAMED("uuid", "53fefa32"), { NULL }, wrong },
		{ NAMED("uri", "http://a.se/x"), { NULL }, "" },
		{ NAMED("other", "x"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("naming-system-", rows);
}

static void operations(void **state)
{
#define OPERATION(more) \
	"{'resourceType':'OperationDefinition','url':'http://a.se/" \
	"op','name':'X','status':'draft','kind':'operation'," \
	"'code':'x','system':true,'type':false,'instance':false," more "}"
#define IN(name, type) "{'name':'" name "','use':'in','min':0,'max':'1','type':'" type "'}"
	static const char base[] =
		"{'resourceType':'OperationDefinition','url':'http://a.se/base','parameter':[" IN("a",
			"string") "]}";
	static const struct rules_case rows[] = {
		{ OPERATION("'parameter':[" IN("a", "string") "," IN("b", "string") "]"), { NULL }, "" },
		{ OPERATION("'parameter':[" IN("a", "string") "," IN("a", "code") "]"), { NULL },
			"operation-parameter-twice OperationDefinition.parameter[1].name" },
		{ OPERATION("'base':'http://a.se/base','parameter':[" IN("a", "code") "]"), { base },
			"operation-parameter OperationDefinition.parameter[0]" },
		{ OPERATION("'parameter':[{'name':'a','use':'in','min':2,'max':'1','type':'string'}]"),
			{ NULL }, "operation-parameter-bounds OperationDefinition.parameter[0]" },
		{ OPERATION("'parameter':[{'name':'a','use':'in','min':2,'max':'*','type':'string'}]"),
			{ NULL }, "" },
		{ OPERATION("'parameter':[{'name':'a','use':'in','min':0,'max':'n','type':'string'}]"),
			{ NULL }, "operation-parameter-bounds OperationDefinition.parameter[0].max" },
	};
	(void)state;
	RUN_ROWS("operation-", rows);
}

/* The profile of Parameters says the same once more. */
static void profiles_of_operations(void **state)
{
#define PARAMETER_SLICE(name, counts, member) \
	"{'id':'Parameters.parameter:" name "','path':'Parameters.parameter','sliceName':'" name "'," counts \
	"},{'id':'Parameters.parameter:" name \
	".name','path':'Parameters.parameter.name','min':1,'fixedString':'" name \
	"'},{'id':'Parameters.parameter:" name ".value[x]','path':'Parameters.parameter.value[x]'," member \
	"}"
	static const char profile[] =
		"{'resourceType':'StructureDefinition','url':'http://a.se/"
		"in','kind':'resource','type':'Parameters',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"Parameters','derivation':'constraint',"
		"'differential':{'element':[{'id':'Parameters.parameter','path':'Parameters.parameter','"
		"slicing':{"
		"'discriminator':[{'type':'value','path':'name'}],'rules':'open'}}," PARAMETER_SLICE("a",
			"'min':0,'max':'1'", "'type':[{'code':'string'}]") "]}}";
#define WITH_PROFILE(parameters) OPERATION("'inputProfile':'http://a.se/in','parameter':[" parameters "]")
#define COUNTED(name, min, max) "{'name':'" name "','use':'in','min':" min ",'max':'" max "','type':'string'}"
	static const struct rules_case rows[] = {
		{ WITH_PROFILE(IN("a", "string")), { profile }, "" },
		{ WITH_PROFILE(IN("a", "code")), { profile },
			"operation-profile OperationDefinition.parameter[0].type" },
		{ WITH_PROFILE(COUNTED("a", "1", "1")), { profile },
			"operation-profile OperationDefinition.parameter[0].min" },
		{ WITH_PROFILE(COUNTED("a", "0", "*")), { profile },
			"operation-profile OperationDefinition.parameter[0].max" },
		{ WITH_PROFILE(IN("b", "string")), { profile },
			"operation-profile-parameter? OperationDefinition.parameter[0].name; "
			"operation-profile-parameter? OperationDefinition" },
		{ WITH_PROFILE(IN("a", "string")), { NULL },
			"" }, /* a profile that is not known says nothing */
	};
	(void)state;
	RUN_ROWS("operation-", rows);
}

#define STRUCTURE(type, elements) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/" \
	"sd','name':'X','status':'draft','kind':'resource'," \
	"'abstract':false,'type':'" type \
	"','baseDefinition':'http://hl7.org/fhir/StructureDefinition/Observation'," \
	"'derivation':'constraint','differential':{'element':[{'id':'Observation','path':'Observation'" \
	"}" elements "]}}"
#define ELEMENT(path, more) ",{'id':'" path "','path':'" path "'," more "}"
#define AT(rest) " StructureDefinition.differential.element[1]" rest

static void structures(void **state)
{
	static const struct rules_case rows[] = {
		{ STRUCTURE("Observation", ELEMENT("Observation.status", "'min':1")), { NULL }, "" },
		{ STRUCTURE("Patient", ""), { NULL }, "structure-type StructureDefinition.type" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.component",
				  "'slicing':{'rules':'open','discriminator':[{'type':'value',"
				  "'path':'code'},{'type':'value','path':'value'}]}")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.component",
				  "'slicing':{'rules':'open','discriminator':[{'type':'value','path':'kind."
				  "code'}]}")),
			{ NULL }, "structure-discriminator" AT(".slicing.discriminator[0].path") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.valueQuantity",
				  "'type':[{'code':'Quantity','profile':["
				  "'http://hl7.org/fhir/StructureDefinition/SimpleQuantity']}]")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.valueQuantity",
				  "'type':[{'code':'Quantity','profile':["
				  "'http://hl7.org/fhir/StructureDefinition/bodytemp']}]")),
			{ NULL }, "structure-type-profile" AT(".type[0].profile[0]") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.status", "'type':[{'code':'code'}],'fixedCode':'final'")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.status", "'type':[{'code':'code'}],'fixedString':'final'")),
			{ NULL }, "structure-fixed-type" AT("") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.status",
				  "'constraint':[{'key':'x-1','severity':'error','human':'x',"
				  "'expression':'$this = '}]")),
			{ NULL }, "structure-expression" AT(".constraint[0].expression") },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

/* What suits the types of the element; those of the base when it names none. */
static void elements_of_structures(void **state)
{
#define CODED(set) "'binding':{'strength':'required','valueSet':'" set "'}"
	static const struct rules_case rows[] = {
		{ STRUCTURE("Observation", ELEMENT("Observation.status", "'fixedCode':'final'")), { NULL },
			"" },
		{ STRUCTURE("Observation", ELEMENT("Observation.status", "'patternString':'final'")),
			{ NULL }, "structure-fixed-type" AT("") },
		{ STRUCTURE("Observation", ELEMENT("Observation.value[x]", "'fixedCode':'x'")), { NULL },
			"structure-fixed-type" AT("") },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueString", "'fixedString':'x'")), { NULL },
			"" },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueString", "'fixedInteger':1")), { NULL },
			"structure-fixed-type" AT("") },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueInteger", "'minValueInteger':1")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.valueInteger", "'minValueDate':'2026-01-01'")),
			{ NULL }, "structure-bound-type" AT("") },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueString", "'maxLength':3")), { NULL },
			"" },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueInteger", "'maxLength':3")), { NULL },
			"" },
		{ STRUCTURE("Observation", ELEMENT("Observation.valueQuantity", "'maxLength':3")), { NULL },
			"structure-length?" AT("") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code",
				  CODED("http://hl7.org/fhir/ValueSet/observation-codes"))),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.issued",
				  CODED("http://hl7.org/fhir/ValueSet/observation-codes"))),
			{ NULL }, "structure-binding?" AT("") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.issued",
				  "'type':[{'code':'instant'}]," CODED(
					  "http://hl7.org/fhir/ValueSet/observation-codes"))),
			{ NULL }, "structure-binding" AT("") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.subject",
				  "'type':[{'code':'Reference','targetProfile':["
				  "'http://hl7.org/fhir/StructureDefinition/Quantity']}]")),
			{ NULL }, "structure-target" AT(".type[0].targetProfile[0]") },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

/* Digits, bytes and letters are asked of types that have them. */
static void facets(void **state)
{
#define FACET(type, facet, value) \
	STRUCTURE("Observation", \
		ELEMENT("Observation.value" type, \
			"'type':[{'code':'" type "'}],'extension':[{'url':" \
			"'http://hl7.org/fhir/StructureDefinition/" facet "'," value "}]"))
	static const struct rules_case rows[] = {
		{ FACET("Quantity", "maxDecimalPlaces", "'valueInteger':2"), { NULL }, "" },
		{ FACET("CodeableConcept", "maxDecimalPlaces", "'valueInteger':2"), { NULL },
			"structure-decimals" AT("") },
		{ FACET("Period", "maxSize", "'valueDecimal':2"), { NULL }, "structure-size" AT("") },
		{ FACET("Period", "minLength", "'valueInteger':2"), { NULL }, "structure-length" AT("") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code.text",
				  "'type':[{'code':'string'}],'extension':[{'url':'http://hl7.org/fhir/"
				  "StructureDefinition/minLength','valueInteger':2}]")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.valueRange",
				  "'type':[{'code':'Range'}]," CODED(
					  "http://hl7.org/fhir/ValueSet/ucum-units"))),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.extension",
				  "'type':[{'code':'Extension'}]," CODED(
					  "http://hl7.org/fhir/ValueSet/observation-codes"))),
			{ NULL }, "" },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

static void invariants_of_structures(void **state)
{
#define RULE(key, expression) "{'key':'" key "','severity':'error','human':'x','expression':'" expression "'}"
	static const struct rules_case rows[] = {
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code", "'constraint':[" RULE("x-1", "coding.exists()") "]")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code", "'constraint':[" RULE("x-1", "codin.exists()") "]")),
			{ NULL }, "structure-expression" AT(".constraint[0].expression") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code",
				  "'constraint':[" RULE("x-1", "coding.exists() or %resource.id = %me") "]")),
			{ NULL }, "structure-variable" AT(".constraint[0].expression") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code", "'constraint':[" RULE("x-1", "coding.exists()") "]")
				  ELEMENT("Observation.method",
					  "'constraint':[" RULE("x-1", "coding.exists()") "]")),
			{ NULL }, "" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.code",
				  "'constraint':[" RULE("x-1", "coding.exists()") "," RULE("x-1",
					  "text.exists()") "]")),
			{ NULL }, "structure-invariant-twice" AT(".constraint[1].key") },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

static void derivations(void **state)
{
#define DERIVED(type, more) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/sd','name':'X','status':'draft','kind':" \
	"'resource','abstract':false,'type':'" type \
	"','baseDefinition':'http://hl7.org/fhir/StructureDefinition/" \
	"Patient','differential':{'element':[{'id':" \
	"'Patient','path':'Patient'" more
	static const struct rules_case rows[] = {
		{ DERIVED("Patient", "}]},'derivation':'constraint'}"), { NULL }, "" },
		{ DERIVED("Patient", "}]}}"), { NULL }, "structure-derivation StructureDefinition" },
		{ DERIVED("Patient", "}]},'derivation':'specialization'}"), { NULL },
			"structure-type StructureDefinition.type" },
		{ DERIVED("Patient",
			  "}]},'derivation':'constraint','context':[{'type':'element','expression':'Patient'}"
			  "]}"),
			{ NULL }, "structure-context StructureDefinition.context" },
		{ DERIVED("Patient", "}]},'derivation':'constraint','contextInvariant':['true']}"), { NULL },
			"structure-context StructureDefinition.contextInvariant" },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

static void extensions(void **state)
{
#define MODIFIER(is) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/" \
	"m','kind':'complex-type','type':'Extension'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Extension','derivation':'constraint'," \
	"'differential':{'element':[{'path':'Extension','isModifier':" is \
	"},{'path':'Extension.url','fixedUri':'http://a.se/m'}]}}"
#define EXTENDED(url) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/" \
	"x','name':'X','status':'draft','kind':'complex-type'," \
	"'abstract':false,'type':'Extension','baseDefinition':'http://hl7.org/fhir/StructureDefinition/" \
	"Extension'," \
	"'context':[{'type':'element','expression':'Patient'}],'derivation':'constraint','differential':{'" \
	"element':[{" \
	"'id':'Extension','path':'Extension'},{'id':'Extension.url','path':'Extension.url','fixedUri':'" url \
	"'}]}}"
	static const struct rules_case rows[] = {
		{ EXTENDED("http://a.se/x"), { NULL }, "" },
		{ EXTENDED("http://a.se/y"), { NULL },
			"structure-extension-url StructureDefinition.differential.element[1].fixedUri" },
		{ "{'resourceType':'StructureDefinition','url':'http://a.se/"
		  "x','name':'X','status':'draft','kind':"
		  "'complex-type','abstract':false,'type':'Extension','baseDefinition':"
		  "'http://hl7.org/fhir/StructureDefinition/Extension','context':[{'type':'element',"
		  "'expression':'Patient'}],'derivation':'constraint','differential':{'element':[{'id':"
		  "'Extension','path':'Extension'}]}}",
			{ NULL }, "structure-extension-url StructureDefinition" },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.extension",
				  "'type':[{'code':'Extension','profile':['http://a.se/m']}]")),
			{ MODIFIER("true") }, "structure-modifier" AT(".type[0].profile[0]") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.modifierExtension",
				  "'type':[{'code':'Extension','profile':['http://a.se/m']}]")),
			{ MODIFIER("false") }, "structure-modifier" AT(".type[0].profile[0]") },
		{ STRUCTURE("Observation",
			  ELEMENT("Observation.modifierExtension",
				  "'type':[{'code':'Extension','profile':['http://a.se/m']}]")),
			{ MODIFIER("true") }, "" },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

/* What the differential asks for and the base does not have shows when the snapshot is made. */
static void differentials(void **state)
{
	static const struct rules_case rows[] = {
		{ STRUCTURE("Observation", ELEMENT("Observation.birthDate", "'min':1")), { NULL },
			"structure-differential StructureDefinition" },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

static void questionnaires(void **state)
{
#define QUESTIONNAIRE(items) "{'resourceType':'Questionnaire','status':'draft','item':[" items "]}"
#define WHEN(question) "{'question':'" question "','operator':'=','answerString':'x'}"
	static const struct rules_case rows[] = {
		{ QUESTIONNAIRE("{'linkId':'a','type':'string'},{'linkId':'b','type':'string','enableWhen':"
				"[" WHEN("a") "]}"),
			{ NULL }, "" },
		{ QUESTIONNAIRE("{'linkId':'b','type':'string','enableWhen':[" WHEN("a") "]}"), { NULL },
			"questionnaire-condition Questionnaire.item[0].enableWhen[0].question" },
		{ QUESTIONNAIRE("{'linkId':'b','type':'string','enableWhen':[" WHEN("b") "]}"), { NULL },
			"questionnaire-condition Questionnaire.item[0].enableWhen[0].question" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'group','enableWhen':[" WHEN("b") "],'item':[{'linkId':"
											"'b','type':'string'}"
											"]}"),
			{ NULL }, "questionnaire-condition Questionnaire.item[0].enableWhen[0].question" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'string','item':[{'linkId':'b','type':'string','"
				"enableWhen':[" WHEN("a") "]}]}"),
			{ NULL }, "" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'display'},{'linkId':'b','type':'string','enableWhen':"
				"[" WHEN("a") "]}"),
			{ NULL }, "questionnaire-condition? Questionnaire.item[1].enableWhen[0].question" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'integer'},{'linkId':'b','type':'string','enableWhen':"
				"[" WHEN("a") "]}"),
			{ NULL }, "questionnaire-condition? Questionnaire.item[1].enableWhen[0]" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'string'},{'linkId':'b','type':'string','enableWhen':"
				"[" WHEN("a") "," WHEN("a") "]}"),
			{ NULL }, "questionnaire-behavior Questionnaire.item[1]" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'integer','answerOption':[{'valueInteger':1}]}"),
			{ NULL }, "" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'integer','answerOption':[{'valueString':'1'}]}"),
			{ NULL }, "questionnaire-option Questionnaire.item[0].answerOption[0]" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'question'}"), { NULL },
			"questionnaire-type? Questionnaire.item[0].type" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'integer','initial':[{'valueInteger':1}]}"), { NULL },
			"" },
		{ QUESTIONNAIRE("{'linkId':'a','type':'integer','initial':[{'valueString':'1'}]}"), { NULL },
			"questionnaire-initial Questionnaire.item[0].initial[0]" },
	};
	(void)state;
	RUN_ROWS("questionnaire-", rows);
}

/* "define "Adults": true" and "define function Age(): 1", in base64. */
#define LOGIC \
	"{'resourceType':'Library','url':'http://a.se/Library/logic','name':'Logic','status':'draft'," \
	"'type':{'text':'x'},'content':[{'contentType':'text/cql'," \
	"'data':'ZGVmaW5lICJBZHVsdHMiOiB0cnVlCmRlZmluZSBmdW5jdGlvbiBBZ2UoKTogMQo='}]}"
#define WANTS(library, expression) \
	"{'resourceType':'Measure','url':'http://a.se/m','status':'draft','library':['" library \
	"'],'group':[{'population':[{'criteria':{'language':'text/cql','expression':'" expression "'}}]}]}"

static void measure_logic(void **state)
{
	static const char missing[] = "measure-definition Measure.group[0].population[0].criteria";
	static const struct rules_case rows[] = {
		{ WANTS("http://a.se/Library/logic", "Adults"), { LOGIC }, "" },
		{ WANTS("http://a.se/Library/logic", "Logic.Adults"), { LOGIC }, "" },
		{ WANTS("http://a.se/Library/logic", "logic.Age"), { LOGIC }, "" },
		{ WANTS("http://a.se/Library/logic", "Children"), { LOGIC }, missing },
		{ WANTS("http://a.se/Library/logic", "Logic.Children"), { LOGIC }, missing },
		{ WANTS("http://a.se/Library/logic", "Other.Children"), { LOGIC }, "" },
		{ WANTS("http://a.se/Library/logic", "Adults and Children"), { LOGIC }, "" },
		{ WANTS("http://a.se/Library/none", "Children"), { LOGIC }, "" },
		{ "{'resourceType':'Measure','url':'http://a.se/m','status':'draft','group':[{'population':"
		  "[{'criteria':{'language':'text/cql','expression':'Adults'}}]}]}",
			{ NULL }, "measure-no-library Measure.group[0].population[0].criteria" },
		{ WANTS("Library/logic", "Adults"), { LOGIC },
			"measure-no-library Measure.group[0].population[0].criteria" },
		{ "{'resourceType':'Measure','status':'draft','group':[{'population':[{'criteria':{"
		  "'language':'text/cql','expression':'Adults'}}]}]}",
			{ NULL }, "measure-no-library? Measure.group[0].population[0].criteria" },
	};
	(void)state;
	RUN_ROWS("measure-", rows);
}

static void measure_reports(void **state)
{
#define CODE(code) "'code':{'coding':[{'system':'http://a.se/cs','code':'" code "'}]}"
#define MEASURE(scoring) \
	"{'resourceType':'Measure','url':'http://a.se/" \
	"m','status':'draft','scoring':{'coding':[{'code':'" scoring \
	"'}]},'group':[{" CODE("g") ",'population':[{" CODE("p") "},{" CODE("q") "}]}]}"
#define REPORT(type, group) \
	"{'resourceType':'MeasureReport','status':'complete','type':'" type \
	"','measure':'http://a.se/m','period':{" \
	"'start':'2026'},'contained':[{'resourceType':'List','id':'l','status':'current','mode':'snapshot'," \
	"'entry':[{" \
	"'item':{'reference':'Patient/1'}}]}],'group':[{" group "}]}"
#define BOTH "'population':[{" CODE("p") ",'count':1},{" CODE("q") ",'count':1}]"
#define LISTED(count) \
	"'population':[{" CODE("p") ",'count':" count ",'subjectResults':{'reference':'#l'}},{" CODE("q") "}]"
	static const struct rules_case rows[] = {
		{ REPORT("summary", CODE("g") "," BOTH), { MEASURE("cohort") }, "" },
		{ REPORT("summary", CODE("x") "," BOTH), { MEASURE("cohort") },
			"measure-report-row MeasureReport.group[0]; measure-report-missing "
			"MeasureReport" },
		{ REPORT("summary", CODE("g") ",'population':[{" CODE("p") "},{" CODE("x") "}]"),
			{ MEASURE("cohort") },
			"measure-report-row MeasureReport.group[0].population[1]; "
			"measure-report-missing "
			"MeasureReport.group[0]" },
		{ REPORT("summary", CODE("g") ",'measureScore':{'value':1}," BOTH), { MEASURE("cohort") },
			"measure-report-score MeasureReport.group[0].measureScore" },
		{ REPORT("summary", CODE("g") "," BOTH), { MEASURE("proportion") },
			"measure-report-score MeasureReport.group[0]" },
#define SCORED(score) REPORT("summary", CODE("g") ",'measureScore':{" score "}," BOTH)
		{ SCORED("'value':0.75"), { MEASURE("proportion") }, "" },
		{ SCORED("'value':1.0"), { MEASURE("proportion") }, "" },
		{ SCORED("'value':75"), { MEASURE("proportion") },
			"measure-report-score-value MeasureReport.group[0].measureScore.value" },
		{ SCORED("'value':-0.1"), { MEASURE("proportion") },
			"measure-report-score-value MeasureReport.group[0].measureScore.value" },
		{ SCORED("'value':0.75,'unit':'%'"), { MEASURE("proportion") },
			"measure-report-score-unit MeasureReport.group[0].measureScore" },
		{ SCORED("'value':75,'unit':'%'"), { MEASURE("ratio") }, "" },
		{ SCORED("'unit':'%'"), { MEASURE("ratio") },
			"measure-report-score-value MeasureReport.group[0].measureScore" },
		{ REPORT("summary",
			  CODE("g") ",'population':[{" CODE("p") "},{" CODE("q") "},{" CODE("p") "}"
												 "]"),
			{ MEASURE("cohort") }, "measure-report-twice MeasureReport.group[0].population[2]" },
		{ REPORT("summary", CODE("g") "," BOTH),
			{ "{'resourceType':'Measure','url':'http://a.se/"
			  "m','status':'draft','group':[{" CODE("g") ",'population':[{" CODE("p") "},{" CODE(
				  "q") "},{" CODE("measure-observation") "}]}]}" },
			"" },
		{ REPORT("subject-list", CODE("g") "," LISTED("1")), { MEASURE("cohort") }, "" },
		{ REPORT("subject-list", CODE("g") "," LISTED("2")), { MEASURE("cohort") },
			"measure-report-count MeasureReport.group[0].population[0]" },
		{ REPORT("summary", CODE("g") "," LISTED("1")), { MEASURE("cohort") },
			"measure-report-subjects MeasureReport.group[0].population[0]" },
		{ REPORT("data-collection", CODE("g") "," BOTH), { MEASURE("cohort") },
			"measure-report-groups MeasureReport.group" },
		{ REPORT("summary", CODE("g") "," BOTH), { NULL },
			"measure-report-measure? MeasureReport.measure" },
	};
	(void)state;
	RUN_ROWS("measure-", rows);
}

static void derived_questionnaires(void **state)
{
#define ASKED(items) \
	"{'resourceType':'Questionnaire','url':'http://a.se/base','status':'active','item':[" items "]}"
#define DERIVED_FROM(kind, items) \
	"{'resourceType':'Questionnaire','status':'draft','derivedFrom':['http://a.se/" \
	"base'],'_derivedFrom':[{" \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/" \
	"questionnaire-derivationType','valueCoding':{" \
	"'system':'http://hl7.org/fhir/questionnaire-derivationType','code':'" kind "'}}]}],'item':[" items \
	"]}"
#define QUESTION(more) "{'linkId':'a','text':'x'," more "}"
#define CHOICE(value) "{'valueInteger':" value "}"
#define AT_ITEM "questionnaire-derived Questionnaire.item[0]"
	static const char text[] = ASKED(QUESTION("'type':'string','required':true,'maxLength':5"));
	static const char choice[] =
		ASKED(QUESTION("'type':'choice','answerOption':[" CHOICE("1") "," CHOICE("2") "]"));
	static const struct rules_case rows[] = {
		{ DERIVED_FROM("compliesWith", QUESTION("'type':'string','required':true,'maxLength':4")),
			{ text }, "" },
		{ DERIVED_FROM("compliesWith", QUESTION("'type':'integer','required':true,'maxLength':4")),
			{ text }, AT_ITEM ".type" },
		{ DERIVED_FROM("extends", QUESTION("'type':'string','maxLength':4")), { text }, AT_ITEM },
		{ DERIVED_FROM("extends", QUESTION("'type':'string','required':true,'maxLength':6")),
			{ text }, AT_ITEM },
		{ DERIVED_FROM("extends",
			  QUESTION("'type':'string','required':true,'maxLength':5,'repeats':true")),
			{ text }, AT_ITEM },
		{ DERIVED_FROM("compliesWith", "{'linkId':'z','type':'string'}"), { text }, AT_ITEM },
		{ DERIVED_FROM("extends", "{'linkId':'z','type':'string'}"), { text }, "" },
		{ DERIVED_FROM("inspiredBy", "{'linkId':'a','type':'integer'}"), { text }, "" },
		{ DERIVED_FROM("extends", QUESTION("'type':'choice','answerOption':[" CHOICE("2") "]")),
			{ choice }, "" },
		{ DERIVED_FROM("extends", QUESTION("'type':'choice','answerOption':[" CHOICE("3") "]")),
			{ choice }, AT_ITEM ".answerOption[0]" },
		{ DERIVED_FROM("extends", QUESTION("'type':'choice'")), { choice }, AT_ITEM },
		{ DERIVED_FROM("extends", QUESTION("'type':'string'")), { NULL },
			"questionnaire-derived-from? Questionnaire.derivedFrom[0]" },
	};
	(void)state;
	RUN_ROWS("questionnaire-derived", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_parameters),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(profiles_of_capabilities),
		cmocka_unit_test(naming_systems),
		cmocka_unit_test(operations),
		cmocka_unit_test(profiles_of_operations),
		cmocka_unit_test(structures),
		cmocka_unit_test(facets),
		cmocka_unit_test(elements_of_structures),
		cmocka_unit_test(invariants_of_structures),
		cmocka_unit_test(derivations),
		cmocka_unit_test(extensions),
		cmocka_unit_test(differentials),
		cmocka_unit_test(questionnaires),
		cmocka_unit_test(measure_logic),
		cmocka_unit_test(measure_reports),
		cmocka_unit_test(derived_questionnaires),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
