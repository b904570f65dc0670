/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions: known and unknown, where they may be, as modifiers, and as their definition says. */
#include "validate_test.h"

#define EXTENSION(context, elements) \
	"{'resourceType':'StructureDefinition','url':'http://x/e','kind':'complex-type','type':'Extension'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Extension','derivation':'constraint'," \
	"'context':[" context \
	"],'differential':{'element':[{'path':'Extension.url','fixedUri':'http://x/e'}" elements "]}}"
#define AT(path) "{'type':'element','expression':'" path "'}"
#define IN_NAME \
	"{'resourceType':'Patient','name':[{'text':'a','extension':[{'url':'http://x/" \
	"e','valueString':'s'}]}]}"
#define IN_GIVEN \
	"{'resourceType':'Patient','name':[{'given':['a'],'_given':[{'extension':[{'url':'http://x/e'," \
	"'valueString':'s'}]}]}]}"

static void bad(const char *definition, const char *resource, const char *id, const char *path)
{
	const char *const definitions[] = { definition, NULL };
	assert_found(definitions, NULL, resource, id, path);
}

static void good(const char *definition, const char *resource)
{
	const char *const definitions[] = { definition, NULL };
	assert_valid(definitions, NULL, resource);
}

static void knows_where_it_belongs(void **state)
{
	(void)state;
	good(EXTENSION(AT("Patient.name"), ), IN_NAME);
	good(EXTENSION(AT("HumanName"), ), IN_NAME);
	good(EXTENSION(AT("Element"), ), IN_NAME);
	good(EXTENSION(AT("HumanName.given"), ), IN_GIVEN);
	good(EXTENSION(AT("Patient.name.given"), ), IN_GIVEN);
	good(EXTENSION(AT("string"), ), IN_GIVEN);
	good(EXTENSION("{'type':'fhirpath','expression':'Patient.name'}", ), IN_NAME);
	good(EXTENSION(AT("Patient.photo") "," AT("DataType") "," AT("HumanName"), ), IN_NAME);
	bad(EXTENSION(AT("Patient"), ), IN_NAME, "extension-context", "Patient.name[0].extension[0]");
	bad(EXTENSION(AT("Patient.contact.name"), ), IN_NAME, "extension-context",
		"Patient.name[0].extension[0]");
	bad(EXTENSION(AT("HumanName.family"), ), IN_GIVEN, "extension-context",
		"Patient.name[0].given[0].extension[0]");
	bad(EXTENSION("{'type':'fhirpath','expression':'Patient.photo'}", ), IN_NAME, "extension-context",
		"Patient.name[0].extension[0]");
	bad(EXTENSION("{'type':'extension','expression':'http://x/outer'}", ), IN_NAME, "extension-context",
		"Patient.name[0].extension[0]");
}

/* Where FHIR itself let it be it may be, too, when a package has a later version; what neither says is a
 * fault. */
static void belongs_where_fhir_itself_let_it(void **state)
{
#define VERSION(version, context) \
	"{'resourceType':'StructureDefinition','url':'http://x/e','version':'" version \
	"','kind':'complex-type','type':'Extension','derivation':'constraint'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Extension'," \
	"'context':[{'type':'element','expression':'" context "'}]," \
	"'differential':{'element':[{'path':'Extension.url','fixedUri':'http://x/e'}]}}"
	const char *const own[] = { VERSION("9.0.0", "Patient.photo"), VERSION("4.0.1", "HumanName"), NULL };
	const char *const other[] = { VERSION("9.0.0", "Patient.photo"), VERSION("4.0.2", "HumanName"),
		NULL };

	(void)state;
	assert_valid(own, NULL, IN_NAME);
	assert_found(other, NULL, IN_NAME, "extension-context", "Patient.name[0].extension[0]");
}

/* What others refer to by its url: also a Basic that stands for a resource of a later release. */
static void belongs_to_canonical_resources(void **state)
{
#define CANONICAL EXTENSION(AT("CanonicalResource"), )
#define BASIC(url) \
	"{'resourceType':'Basic','code':{'text':'t'},'extension':[{'url':'http://x/e','valueString':'s'}," \
	"{'url':'" url "','valueUri':'http://x/a'}]}"
	(void)state;
	good(CANONICAL,
		"{'resourceType':'ValueSet','url':'http://x/v','status':'draft','extension':[{'url':"
		"'http://x/e','valueString':'s'}]}");
	/* It is one, whether this one has a url or not. */
	good(CANONICAL,
		"{'resourceType':'ValueSet','status':'draft','extension':[{'url':'http://x/e',"
		"'valueString':'s'}]}");
	good(CANONICAL, BASIC("http://hl7.org/fhir/5.0/StructureDefinition/extension-ActorDefinition.url"));
	bad(CANONICAL, BASIC("http://hl7.org/fhir/5.0/StructureDefinition/extension-ActorDefinition.name"),
		"extension-context", "Basic.extension[0]");
	bad(CANONICAL, BASIC("http://hl7.org/fhir/StructureDefinition/x.url"), "extension-context",
		"Basic.extension[0]");
	bad(CANONICAL, IN_NAME, "extension-context", "Patient.name[0].extension[0]");
}

/* An invariant of the context is asked of what has the extension; %extension is the extension itself. */
static void may_ask_more_of_where_it_is(void **state)
{
#define ASKING(invariant) EXTENSION(AT("HumanName") "],'contextInvariant':['" invariant "'", )
	(void)state;
	good(ASKING("text.exists()"), IN_NAME);
	bad(ASKING("family.exists()"), IN_NAME, "extension-context-invariant",
		"Patient.name[0].extension[0]");
	good(ASKING("%extension.value is string"), IN_NAME);
	bad(ASKING("%extension.value is code"), IN_NAME, "extension-context-invariant",
		"Patient.name[0].extension[0]");
}

/* R4 let bodySite be anywhere; who loads a later definition that says where is told by it. */
static void is_no_longer_anywhere(void **state)
{
#define SITE "http://hl7.org/fhir/StructureDefinition/bodySite"
	static const char later[] =
		"{'resourceType':'StructureDefinition','url':'" SITE
		"','version':'9.0.0','kind':'complex-type',"
		"'type':'Extension','baseDefinition':'http://hl7.org/fhir/StructureDefinition/Extension',"
		"'derivation':'constraint','context':[" AT(
			"Observation.bodySite") "],'differential':{'element':[{'path':'Extension.url','"
						"fixedUri':'" SITE "'}]}}";
	(void)state;
	bad(later, "{'resourceType':'Patient','extension':[{'url':'" SITE "','valueString':'s'}]}",
		"extension-context", "Patient.extension[0]");
}

static void is_what_its_definition_says(void **state)
{
	static const char code[] = EXTENSION(AT("HumanName"),
		",{'path':'Extension.value[x]','min':1,"
		"'type':[{'code':'code'}]}");
	(void)state;
	bad(code, IN_NAME, "profile-type", "Patient.name[0].extension[0].valueString");
	good(code,
		"{'resourceType':'Patient','name':[{'text':'a','extension':[{'url':'http://x/"
		"e','valueCode':'s'}]}]}");
}

static void has_the_parts_of_its_definition(void **state)
{
	static const char complex[] = EXTENSION(AT("Patient"),
		",{'path':'Extension.extension','sliceName':'a','min':1},"
		"{'path':'Extension.extension.url','fixedUri':'a'},{'path':'Extension.value[x]','max':'0'}");
#define PARTS(name) \
	"{'resourceType':'Patient','extension':[{'url':'http://x/" \
	"e','extension':[{'url':'a','valueString':'s'}," \
	"{'url':'" name "','valueString':'s'}]}]}"
	(void)state;
	good(complex, PARTS("a"));
	bad(complex, PARTS("b"), "extension-inner", "Patient.extension[0].extension[1]");
}

static void is_unknown(void **state)
{
	static const char patient[] =
		"{'resourceType':'Patient','extension':[{'url':'http://y/e','valueString':'s'}]}";
	const struct hs_slice domain = HS_S("http://y/");
	struct hs_validate_options options = { .extension_domains = &domain, .extension_domain_count = 1 };
	(void)state;
	assert_found(NULL, NULL, patient, "extension-unknown", "Patient.extension[0]");
	struct found found = validate_with(NULL, NULL, patient, options);
	assert_int_equal(found.issues.errors, 0);
	hs_arena_free(found.arena);
}

/* The definition is found all the same, so that the rest of it is judged too. */
static void has_no_version_in_its_url(void **state)
{
	static const char code[] = EXTENSION(AT("Patient"),
		",{'path':'Extension.value[x]','min':1,'type':[{'code':'code'}]}");
	static const char patient[] =
		"{'resourceType':'Patient','extension':[{'url':'http://x/e|1.0','valueString':'s'}]}";
	(void)state;
	bad(code, patient, "extension-version", "Patient.extension[0]");
	bad(code, patient, "profile-type", "Patient.extension[0].valueString");
}

#define WITH(url) "{'resourceType':'Patient','extension':[{'url':'" url "','valueString':'s'}]}"

static void finds(const char *resource, const char *id, enum hs_severity severity)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(NULL, NULL, resource, options);
	const struct hs_issue *issue = find_issue(&found, id);
	if (!issue || issue->severity != severity) {
		print_issues(&found);
		fail_msg("%s: there is no %s of that severity", resource, id);
	}
	hs_arena_free(found.arena);
}

/* An element of another release as an extension has no definition of its own; HL7's tools have theirs in a
 * package that few load. */
static void may_come_from_another_release(void **state)
{
	(void)state;
	finds(WITH("http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.version"),
		"extension-other-release", HS_SEVERITY_INFORMATION);
	finds(WITH("http://hl7.org/fhir/5.0/StructureDefinition/extension-Questionnaire.version[x]"),
		"extension-other-release", HS_SEVERITY_INFORMATION);
	finds(WITH("http://hl7.org/fhir/4.0/StructureDefinition/extension-Patient.active"),
		"extension-own-release", HS_SEVERITY_ERROR);
	finds(WITH("http://hl7.org/fhir/5.7/StructureDefinition/extension-Patient.version"),
		"extension-unknown", HS_SEVERITY_ERROR);
	finds(WITH("http://hl7.org/fhir/5.0/StructureDefinition/extension-patient"), "extension-unknown",
		HS_SEVERITY_ERROR);
	finds(WITH("http://hl7.org/fhir/tools/StructureDefinition/snapshot-source"), "extension-unknown",
		HS_SEVERITY_WARNING);
}

static void is_a_modifier_or_not(void **state)
{
	(void)state;
	bad(EXTENSION(AT("Patient"), ",{'path':'Extension','isModifier':true}"),
		"{'resourceType':'Patient','extension':[{'url':'http://x/e','valueString':'s'}]}",
		"extension-modifier", "Patient.extension[0]");
	bad(EXTENSION(AT("Patient"), ),
		"{'resourceType':'Patient','modifierExtension':[{'url':'http://x/e',"
		"'valueString':'s'}]}",
		"extension-modifier", "Patient.modifierExtension[0]");
}

static void is_asked_for_by_a_profile(void **state)
{
	static const char *const definitions[] = { EXTENSION(AT("Patient"), ),
		"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Patient',"
		"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
		"Patient','derivation':'constraint',"
		"'differential':{'element':[{'path':'Patient.extension','sliceName':'e','min':1,'type':[{"
		"'code':'Extension','profile':['http://x/e']}]}]}}",
		NULL };
	(void)state;
	assert_valid(definitions, "http://x/p",
		"{'resourceType':'Patient','extension':[{'url':'http://x/e','valueString':'s'}]}");
	assert_found(definitions, "http://x/p", "{'resourceType':'Patient'}", "slice-min", "Patient");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_where_it_belongs),
		cmocka_unit_test(belongs_where_fhir_itself_let_it),
		cmocka_unit_test(belongs_to_canonical_resources),
		cmocka_unit_test(may_ask_more_of_where_it_is),
		cmocka_unit_test(is_no_longer_anywhere),
		cmocka_unit_test(is_what_its_definition_says),
		cmocka_unit_test(has_the_parts_of_its_definition),
		cmocka_unit_test(is_unknown),
		cmocka_unit_test(has_no_version_in_its_url),
		cmocka_unit_test(may_come_from_another_release),
		cmocka_unit_test(is_a_modifier_or_not),
		cmocka_unit_test(is_asked_for_by_a_profile),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
