/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles beside the types that they narrow: types, references, bindings, the order of the elements. */
#include "rules_test.h"

#define PROFILE(elements) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/p','name':'P','status':'draft'," \
	"'kind':'resource','abstract':false,'type':'Patient','derivation':'constraint'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient'," \
	"'differential':{'element':[{'id':'Patient','path':'Patient'}," elements "]}}"
#define ELEMENT(path, more) "{'id':'" path "','path':'" path "'" more "}"
#define TYPE(code) ",'type':[{'code':'" code "'}]"
#define LEADS(target) \
	ELEMENT("Patient.managingOrganization", \
		",'type':[{'code':'Reference','targetProfile':['http://hl7.org/fhir/" \
		"StructureDefinition/" target "']}]")
#define ROW "StructureDefinition.differential.element[1].type[0]"

static void types(void **state)
{
	static const struct rules_case rows[] = {
		{ PROFILE(ELEMENT("Patient.gender", TYPE("code"))), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.gender", TYPE("Quantity"))), { NULL },
			"structure-type-base " ROW ".code" },
		{ PROFILE(ELEMENT("Patient.gender", TYPE("Code"))), { NULL },
			"structure-type-unknown " ROW ".code" },
		{ PROFILE(ELEMENT("Patient.deceased[x]", TYPE("boolean"))), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.deceased[x]", TYPE("string"))), { NULL },
			"structure-type-base " ROW ".code" },
		{ PROFILE(ELEMENT("Patient.extension.value[x]", TYPE("Age"))), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.id", TYPE("http://hl7.org/fhirpath/System.String"))), { NULL },
			"" },
	};
	(void)state;
	RUN_ROWS("structure-type-", rows);
}

static void targets(void **state)
{
	static const struct rules_case rows[] = {
		{ PROFILE(LEADS("Organization")), { NULL }, "" },
		{ PROFILE(LEADS("Patient")), { NULL }, "structure-target-base " ROW ".targetProfile[0]" },
		{ PROFILE(LEADS("HumanName")), { NULL }, "structure-target " ROW ".targetProfile[0]" },
	};
	(void)state;
	RUN_ROWS("structure-target", rows);
}

/* Relative types are FHIR's, absolute ones logical models. */
static void types_of_structures(void **state)
{
#define OWN(url, kind, type, base) \
	"{'resourceType':'StructureDefinition','url':'" url "','name':'X','status':'draft','kind':'" kind \
	"','abstract':false,'type':'" type "','derivation':'specialization'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/" base "','differential':{'element':[{" \
	"'id':'X','path':'X','min':0,'max':'*','definition':'d'}]}}"
#define WRONG "structure-type-name StructureDefinition.type"
	static const struct rules_case rows[] = {
		{ OWN("http://a.se/X", "logical", "http://a.se/X", "Element"), { NULL }, "" },
		{ OWN("http://a.se/X", "logical", "X", "Element"), { NULL }, WRONG },
		{ OWN("http://a.se/X", "resource", "http://a.se/X", "DomainResource"), { NULL }, WRONG },
		{ OWN("http://a.se/X", "resource", "X", "DomainResource"), { NULL }, WRONG },
		{ OWN("http://a.se/X", "resource", "Patient", "DomainResource"), { NULL }, WRONG },
		{ OWN("http://hl7.org/fhir/StructureDefinition/Patient", "resource", "Patient",
			  "DomainResource"),
			{ NULL }, "" },
		{ OWN("http://hl7.org/fhir/StructureDefinition/X", "logical", "Y", "Element"), { NULL },
			"structure-type-name? StructureDefinition.type" },
	};
	(void)state;
	RUN_ROWS("structure-type-name", rows);
}

static void ids(void **state)
{
#define NAMED(id, path, more) PROFILE("{'id':'" id "','path':'" path "'" more "}")
#define CALLED(slice) ",'sliceName':'" slice "'"
#define AT_ID "structure-id? StructureDefinition.differential.element[1].id"
#define AT_SLICE "structure-id? StructureDefinition.differential.element[1].sliceName"
	static const struct rules_case rows[] = {
		{ NAMED("Patient.name", "Patient.name", ""), { NULL }, "" },
		{ NAMED("Patient.name", "Patient.gender", ""), { NULL }, AT_ID },
		{ NAMED("Patient.name.family", "Patient.name", ""), { NULL }, AT_ID },
		{ NAMED("Patient.name", "Patient.name.family", ""), { NULL }, AT_ID },
		{ NAMED("Patient.identifier:a", "Patient.identifier", CALLED("a")), { NULL }, "" },
		{ NAMED("Patient.identifier:a/b", "Patient.identifier", CALLED("a/b")), { NULL }, "" },
		{ NAMED("Patient.identifier:a.system", "Patient.identifier.system", ""), { NULL }, "" },
		{ NAMED("Patient.identifier:a", "Patient.identifier", CALLED("b")), { NULL }, AT_SLICE },
		{ NAMED("Patient.identifier", "Patient.identifier", CALLED("b")), { NULL }, AT_SLICE },
		{ NAMED("Patient.identifier:a", "Patient.identifier", ""), { NULL }, AT_SLICE },
		{ NAMED("Patient.deceased[x]", "Patient.deceasedBoolean", ""), { NULL }, "" },
		{ NAMED("Patient.deceased[x]:deceasedBoolean", "Patient.deceasedBoolean",
			  CALLED("deceasedBoolean")),
			{ NULL }, "" },
	};
	(void)state;
	RUN_ROWS("structure-id", rows);
}

/* Some definitions have a snapshot alone, in which all stands that the base says. */
static void snapshots_alone(void **state)
{
#define SNAPSHOT(element) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/p','name':'P','status':'draft'," \
	"'kind':'resource','abstract':false,'type':'Patient','derivation':'constraint'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient'," \
	"'snapshot':{'element':[{'id':'Patient','path':'Patient','min':0,'max':'*','definition':'d'," \
	"'base':{'path':'Patient','min':0,'max':'*'}}," element "]}}"
#define INVARIANT(expression) \
	",'constraint':[{'key':'a-1','severity':'error','human':'h','expression':'" expression "'}]"
	static const struct rules_case rows[] = {
		{ SNAPSHOT(ELEMENT("Patient.gender", TYPE("code"))), { NULL }, "" },
		{ SNAPSHOT(ELEMENT("Patient.active", ",'meaningWhenMissing':'as the base says'")), { NULL },
			"" },
		{ SNAPSHOT(ELEMENT("Patient.gender", TYPE("Quantity"))), { NULL },
			"structure-type-base StructureDefinition.snapshot.element[1].type[0].code" },
		{ SNAPSHOT(ELEMENT("Patient.name", INVARIANT("family.exists()"))), { NULL }, "" },
		{ SNAPSHOT(ELEMENT("Patient.name", INVARIANT("famly.exists("))), { NULL },
			"structure-expression StructureDefinition.snapshot.element[1].constraint[0]."
			"expression" },
	};
	(void)state;
	RUN_ROWS("structure-", rows);
}

#define SLICED(path, kind, by) \
	PROFILE(ELEMENT(path, \
		",'slicing':{'discriminator':[{'type':'" kind "','path':'" by "'}],'rules':'open'}"))

static void discriminators(void **state)
{
	static const char wrong[] = "structure-discriminator "
				    "StructureDefinition.differential.element[1].slicing.discriminator[0]."
				    "path";
	static const struct rules_case rows[] = {
		{ SLICED("Patient.identifier", "value", "system"), { NULL }, "" },
		{ SLICED("Patient.identifier", "value", "type.coding.code"), { NULL }, "" },
		{ SLICED("Patient.identifier", "value", "type.codin.code"), { NULL }, wrong },
		{ SLICED("Patient.identifier", "value", "Assigner"), { NULL }, wrong },
		{ SLICED("Patient.contact", "value", "name.famly"), { NULL }, wrong },
		{ SLICED("Patient.contact", "profile", "organization.resolve().name"), { NULL }, "" },
		{ SLICED("Patient.link", "type", "other.resolve()"), { NULL }, "" },
		{ SLICED("Patient.extension", "value", "url"), { NULL }, "" },
		{ SLICED("Patient.extension", "value", "value.coding"), { NULL }, "" },
		{ SLICED("Patient.contained", "value", "code.coding"), { NULL }, "" },
		/* FHIRPath is restricted here. */
		{ SLICED("Patient.contact", "type", "$this.organization"), { NULL }, "" },
		{ SLICED("Patient.identifier", "value", "extension(\\u0027http://a.se/x.y\\u0027).value"),
			{ NULL }, "" },
		{ SLICED("Patient.contained", "value", "value.ofType(Coding).code"), { NULL }, "" },
		{ SLICED("Patient.identifier", "value", "where(use.exists())"), { NULL }, wrong },
		{ SLICED("Patient.identifier", "value", "system | value"), { NULL }, wrong },
		{ SLICED("Patient.identifier", "value", "system."), { NULL }, wrong },
		{ SLICED("Patient.identifier", "value", "type.exists()"), { NULL }, wrong },
	};
	(void)state;
	RUN_ROWS("structure-discriminator", rows);
}

#define FOR(path) \
	"{'resourceType':'StructureDefinition','url':'http://a.se/e','name':'E','status':'draft'," \
	"'kind':'complex-type','abstract':false,'type':'Extension','derivation':'constraint'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Extension','context':[{" \
	"'type':'element','expression':'" path "'}],'differential':{'element':[{'id':'Extension','path'" \
	":'Extension'},{'id':'Extension.url','path':'Extension.url','fixedUri':'http://a.se/e'}]}}"

/* What an extension is for must be there. */
static void contexts(void **state)
{
	static const char wrong[] = "structure-context-element StructureDefinition.context[0].expression";
	static const struct rules_case rows[] = {
		{ FOR("Patient"), { NULL }, "" }, { FOR("Patient.contact.name"), { NULL }, "" },
		{ FOR("Patient.contact.name.family"), { NULL }, "" },
		{ FOR("Observation.value[x]"), { NULL }, "" }, { FOR("Observation.value"), { NULL }, "" },
		{ FOR("Observation.valueQuantity.code"), { NULL }, "" },
		{ FOR("Questionnaire.item.item"), { NULL }, "" }, { FOR("CanonicalResource"), { NULL }, "" },
		{ FOR("Element"), { NULL }, "" },
		{ FOR("http://hl7.org/fhir/StructureDefinition/Patient"), { NULL }, "" },
		{ FOR("Patint"), { NULL }, wrong }, { FOR("Patient.contact.nam"), { NULL }, wrong },
		{ FOR("Observation.value.code.none"), { NULL }, "" }, /* of many types */
	};
	static const struct rules_case expressions[] = {
		{ FOR("Patient'},{'type':'fhirpath','expression':'Patient.name.given"), { NULL }, "" },
		{ FOR("Patient'},{'type':'fhirpath','expression':'Patient.name.("), { NULL },
			"structure-expression StructureDefinition.context[1].expression" },
		{ FOR("Patient'}],'contextInvariant':['name.('],'alias':[{'x':'"), { NULL },
			"structure-expression StructureDefinition.contextInvariant[0]" },
	};
	(void)state;
	RUN_ROWS("structure-expression", expressions);
	RUN_ROWS("structure-context", rows);
}

#define BOUND(strength) ELEMENT("Patient.gender", ",'binding':{'strength':'" strength "'}")
#define SYSTEMS \
	ELEMENT("Patient.identifier", \
		",'slicing':{'discriminator':[{'type':'value','path':'system'}],'rules':'open'}")
#define SLICE(name) "{'id':'Patient.identifier:" name "','path':'Patient.identifier','sliceName':'" name "'}"
#define WITHIN(name, part) \
	"{'id':'Patient.identifier:" name "." part "','path':'Patient.identifier." part "','min':1}"

static void differentials(void **state)
{
	static const struct rules_case rows[] = {
		{ PROFILE(BOUND("required")), { NULL }, "" },
		{ PROFILE(BOUND("extensible")), { NULL }, "structure-differential StructureDefinition" },
		{ PROFILE(ELEMENT("Patient.maritalStatus", ",'binding':{'strength':'preferred'}")), { NULL },
			"" },
		{ PROFILE(ELEMENT("Patient.active", ",'min':1") "," ELEMENT("Patient.gender", ",'min':1")),
			{ NULL }, "" },
		/* The value of a primitive has the type of FHIRPath that stands for its own. */
		{ PROFILE(ELEMENT("Patient.active.value.extension", ",'min':1")), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.gender", ",'min':1") "," ELEMENT("Patient.active", ",'min':1")),
			{ NULL }, "structure-differential StructureDefinition" },
		{ PROFILE(ELEMENT("Patient.deceasedBoolean", ",'min':1") "," ELEMENT("Patient.gender", "")),
			{ NULL }, "structure-differential StructureDefinition" },
		{ PROFILE(SYSTEMS "," SLICE("b") "," SLICE("a") "," WITHIN("a", "value")), { NULL }, "" },
		{ PROFILE(SYSTEMS "," SLICE("a") "," WITHIN("a", "value") "," WITHIN("a", "system")),
			{ NULL }, "structure-differential StructureDefinition" },
		{ PROFILE(SYSTEMS
			  "," SLICE("a") "," WITHIN("a", "value") "," SLICE("b") "," WITHIN("b", "system")),
			{ NULL }, "" },
		{ PROFILE(ELEMENT("Patient.deceasedDecimal", ",'min':1")), { NULL },
			"structure-differential StructureDefinition" },
		{ PROFILE(ELEMENT("Patient.name.family", ",'min':1") "," ELEMENT("Patient.name", "")),
			{ NULL }, "structure-differential StructureDefinition" },
		{ PROFILE(SYSTEMS "," WITHIN("a", "value") "," SLICE("a")), { NULL },
			"structure-differential StructureDefinition" },
		{ PROFILE(ELEMENT("Patient.contact", ",'isModifier':true,'isModifierReason':'x'")), { NULL },
			"structure-differential StructureDefinition" },
		{ PROFILE(ELEMENT("Patient.active", ",'isModifier':true,'isModifierReason':'x'")), { NULL },
			"" },
	};
	(void)state;
	RUN_ROWS("structure-differential", rows);
}

#define GENDERS "http://hl7.org/fhir/administrative-gender"
#define NULLS "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
#define SET(name, rules) \
	"{'resourceType':'ValueSet','url':'http://a.se/" name \
	"','name':'V','status':'draft','compose':{" rules "}}"
#define CODES(system, code) "{'system':'" system "','concept':[{'code':'" code "'}]}"
#define BOUND_TO(name) \
	ELEMENT("Patient.gender", ",'binding':{'strength':'required','valueSet':'http://a.se/" name "'}")
#define WIDER "structure-binding-wider StructureDefinition.differential.element[1].binding"

/* Another value set in the place of a required one must be a part of it. */
static void narrows_value_sets(void **state)
{
	static const char part[] = SET("part", "'include':[" CODES(GENDERS, "male") "]");
	static const char more[] = SET("more",
		"'include':[" CODES(GENDERS, "male") "," CODES(NULLS, "UNK") "]");
	static const char but[] = SET("but",
		"'include':[" CODES(GENDERS, "male") "," CODES(NULLS, "UNK") "],'exclude':[" CODES(NULLS,
			"UNK") "]");
	static const char whole[] = SET("whole", "'include':[{'system':'" NULLS "'}]");
	static const char named[] = SET("named", "'include':[{'valueSet':['http://a.se/more']}]");
	static const char filtered[] = SET("filtered",
		"'include':[{'system':'http://a.se/none','filter':[{'property':'p','op':'=','value':'x'}]}]");
	static const struct rules_case rows[] = {
		{ PROFILE(BOUND_TO("part")), { part }, "" },
		{ PROFILE(BOUND_TO("more")), { more }, WIDER },
		{ PROFILE(BOUND_TO("but")), { but }, "" },
		{ PROFILE(BOUND_TO("whole")), { whole }, WIDER },
		{ PROFILE(BOUND_TO("named")), { more, named }, WIDER },
		{ PROFILE(BOUND_TO("filtered")), { filtered }, "" },
		{ PROFILE(BOUND_TO("unknown")), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.maritalStatus",
			  ",'binding':{'strength':'required','valueSet':'http://a.se/more'}")),
			{ more }, "" },
	};
	(void)state;
	RUN_ROWS("structure-binding-wider", rows);
}

#define MAPPED(identity) ELEMENT("Patient.name", ",'mapping':[{'identity':'" identity "','map':'x'}]")

static void mappings_are_declared(void **state)
{
	static const struct rules_case rows[] = {
		{ PROFILE(MAPPED("own") "]},'mapping':[{'identity':'own','name':'N'}],'alias':{'x':["),
			{ NULL }, "" },
		{ PROFILE(MAPPED("rim")), { NULL }, "" }, /* the base declares it */
		{ PROFILE(MAPPED("other")), { NULL },
			"structure-mapping? "
			"StructureDefinition.differential.element[1].mapping[0].identity" },
	};
	(void)state;
	RUN_ROWS("structure-mapping", rows);
}

/* Slices of what is there once, invariants of the base's keys, meanings: none of it is for a profile to say.
 */
static void leaves_to_the_base(void **state)
{
#define RULE(key, expression) \
	ELEMENT("Patient.contact", \
		",'constraint':[{'key':'" key "','severity':'error','human':'h','expression':'" expression \
		"'}]")
	static const struct rules_case slices[] = {
		{ SLICED("Patient.deceased[x]", "type", "$this"), { NULL }, "" },
		{ SLICED("Patient.name.given", "value", "$this"), { NULL }, "" },
		{ SLICED("Patient.maritalStatus", "value", "coding.code"), { NULL },
			"structure-slicing-single StructureDefinition.differential.element[1].slicing" },
	};
	static const struct rules_case rules[] = {
		{ PROFILE(RULE("a-1", "true")), { NULL }, "" },
		{ PROFILE(RULE("dom-2", "contained.contained.empty()")), { NULL }, "" },
		{ PROFILE(ELEMENT("Patient.contact",
			  ",'constraint':[{'key':'dom-2','severity':'error','human':'h'}]")),
			{ NULL }, "" }, /* it says nothing else */
		{ PROFILE(RULE("dom-2", "true")), { NULL },
			"structure-invariant-base "
			"StructureDefinition.differential.element[1].constraint[0].key" },
	};
	static const struct rules_case meanings[] = {
		{ PROFILE(ELEMENT("Patient.active", ",'meaningWhenMissing':'x'")), { NULL },
			"structure-meaning StructureDefinition.differential.element[1].meaningWhenMissing" },
		{ PROFILE(ELEMENT("Patient.extension", ",'meaningWhenMissing':'x'")), { NULL }, "" },
	};
	static const struct rules_case kinds[] = {
		{ "{'resourceType':'StructureDefinition','url':'http://a.se/p','name':'P','status':'draft',"
		  "'kind':'complex-type','abstract':false,'type':'Patient','derivation':'constraint',"
		  "'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient',"
		  "'differential':{'element':[{'id':'Patient','path':'Patient'}]}}",
			{ NULL }, "structure-kind StructureDefinition.kind" },
	};
	(void)state;
	RUN_ROWS("structure-slicing-single", slices);
	RUN_ROWS("structure-invariant-base", rules);
	RUN_ROWS("structure-meaning", meanings);
	RUN_ROWS("structure-kind", kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(targets),
		cmocka_unit_test(types_of_structures),
		cmocka_unit_test(ids),
		cmocka_unit_test(snapshots_alone),
		cmocka_unit_test(discriminators),
		cmocka_unit_test(contexts),
		cmocka_unit_test(differentials),
		cmocka_unit_test(narrows_value_sets),
		cmocka_unit_test(mappings_are_declared),
		cmocka_unit_test(leaves_to_the_base),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
