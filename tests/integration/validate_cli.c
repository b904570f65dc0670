/* SPDX-License-Identifier: Apache-2.0 */
/* `handslag validate` as a user meets it: forms of input and output, exit codes, definitions handed over, the
 * pipe; and `handslag load` of XML. Skipped without the R4 package. */
#include "fixture_private.h"
#include "workbench.h"

#include <sys/stat.h>

#define RUN(...) WORKBENCH_RUN("validate", __VA_ARGS__)
#define GOOD "{\"resourceType\":\"Patient\",\"active\":true}"
#define BAD "{\"resourceType\":\"Patient\",\n \"gender\":\"blå\",\"contact\":[{\"gender\":\"male\"}]}"
#define PROFILE_URL "http://example.org/fhir/StructureDefinition/named"

static bool ready;

static int start(void **state)
{
	workbench_start(state);
	ready = RUN(workbench_file("good.json", GOOD)).exit == 0;
	return 0;
}

static void need_package(void)
{
	if (!ready)
		skip();
}

static struct hs_json *parse(struct hs_slice text)
{
	struct hs_error err;
	struct hs_json *tree = NULL;
	if (hs_json_parse(workbench_arena(), text, NULL, &tree, &err))
		fail_msg("%u:%u %s in %.*s", err.line, err.column, err.text,
			HS_S_ARG(hs_slice_first(text, 300)));
	return tree;
}

static struct hs_slice at(const struct hs_json *tree, const char *pointer)
{
	return hs_json_text(hs_json_pointer(tree, hs_slice_cstr(pointer)));
}

static void tells_people_where_and_what(void **state)
{
	(void)state;
	need_package();
	struct process_result r = RUN(workbench_file("bad.json", BAD));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "bad.json:2:11: error: Patient.gender: ");
	assert_has(r.out, "male");
	assert_has(r.out, "\n    \"gender\":\"blå\"");
	assert_has(r.out, "\n             ^\n");
	assert_has(r.out, "[pat-1]");
	assert_has(r.out, "the rule: name.exists() or telecom.exists()");
	assert_has(r.err, "1 resource validated");
	r = RUN(workbench_file("order.json",
		"{\"resourceType\":\"Patient\",\n\"contact\":[{\"gender\":\"male\"}],\n\"gender\":\"x\"}"));
	assert_true(hs_slice_search(r.out, HS_S("order.json:2:")) <
		hs_slice_search(r.out, HS_S("order.json:3:")));
	r = RUN("--structure",
		workbench_file("pat.json",
			"{\"resourceType\":\"Patient\",\"contact\":[{\"gender\":\"male\"}]}"));
	assert_int_equal(r.exit, 0);
}

static void says_it_for_machines(void **state)
{
	(void)state;
	need_package();
	const char *bad = workbench_file("bad.json", BAD), *good = workbench_file("good.json", GOOD);
	struct hs_json *outcome = parse(RUN("--json", bad).out);
	assert_true(hs_slice_eq(at(outcome, "/resourceType"), HS_S("OperationOutcome")));
	assert_true(hs_slice_eq(at(outcome, "/issue/0/expression/0"), HS_S("Patient.gender")));
	struct hs_json *bundle = parse(RUN("--json", good, bad).out);
	assert_true(hs_slice_eq(at(bundle, "/entry/1/fullUrl"),
		hs_arena_printf(workbench_arena(), "file://%s", bad)));
	assert_true(hs_slice_eq(at(bundle, "/entry/1/resource/extension/0/valueString"), hs_slice_cstr(bad)));
	/* What it says is right by its own rules. */
	struct hs_slice said = RUN("--json", good, workbench_file("two.ndjson", GOOD GOOD)).out;
	struct process_result again = RUN("--strict",
		workbench_file("said.json", hs_arena_cstr(workbench_arena(), said)));
	assert_int_equal(again.exit, 0);
	assert_true(hs_slice_eq(at(bundle, "/entry/1/resource/issue/0/severity"), HS_S("error")));
	char *folder = hs_arena_cstr(workbench_arena(),
		hs_slice_first(hs_slice_cstr(good), strlen(good) - strlen("/good.json")));
	assert_true(hs_json_count(hs_json_get(parse(RUN("--json", folder).out), HS_S("entry"))) > 1);
	struct hs_json *sarif = parse(RUN("--sarif", good, bad).out);
	assert_true(hs_slice_eq(at(sarif, "/version"), HS_S("2.1.0")));
	assert_true(hs_slice_eq(at(sarif, "/runs/0/results/0/level"), HS_S("error")));
	assert_true(hs_slice_ends(
		at(sarif, "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"),
		hs_slice_cstr(bad)));
	assert_true(hs_slice_eq(at(sarif, "/runs/0/results/0/locations/0/physicalLocation/region/startLine"),
		HS_S("2")));
	assert_true(hs_slice_eq(at(sarif, "/runs/0/tool/driver/rules/0/id"),
		at(sarif, "/runs/0/results/0/ruleId")));
	assert_true(hs_slice_eq(at(sarif, "/runs/0/results/0/ruleIndex"), HS_S("0")));
	/* The name of a file is part of a URI. */
	sarif = parse(RUN("--sarif", workbench_file("a b\303\245.json", BAD)).out);
	struct hs_slice uri = at(sarif,
		"/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri");
	assert_true(hs_slice_ends(uri, HS_S("/a%20b%C3%A5.json")));
	sarif = parse(RUN("--sarif", good).out);
	assert_int_equal(hs_json_count(hs_json_pointer(sarif, HS_S("/runs/0/results"))), 0);
}

/* Values of XML are text in attributes: of quotes and objects there is nothing to say, and once is enough. */
static void speaks_of_xml_as_xml(void **state)
{
	(void)state;
	need_package();
	struct process_result r = RUN(workbench_file("wrong.xml",
		"<Patient xmlns=\"http://hl7.org/fhir\">\n<active value=\"1\"/>\n<communication/>\n"
		"</Patient>"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out,
		"wrong.xml:2:2: error: Patient.active: '1' is not a valid boolean; it is true or "
		"false\n");
	assert_has(r.out, "wrong.xml:3:2: error: Patient.communication[0]: an element must not be empty");
	assert_has(r.err, "2 errors");
}

static void reads_every_form(void **state)
{
	(void)state;
	need_package();
	struct process_result r = RUN(workbench_file("a.xml",
		"<Patient xmlns=\"http://hl7.org/fhir\">\n<nmae value=\"x\"/></Patient>"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "a.xml:2:1: error: Patient.nmae");
	r = RUN(workbench_file("a.ndjson", GOOD "\n\n{\"resourceType\":\"Patient\",\"gender\":\"x\"}\n"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "a.ndjson:3: error: Patient.gender");
	assert_has(r.err, "2 resources validated");
	r = RUN(workbench_file("b.json", "{\"resourceType\":\"Patient\",}"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "b.json:1:27: error");
	/* Slips are told all, and the rest is validated nevertheless. */
	r = RUN(workbench_file("slips.json",
		"{\n  // mine\n  resourceType: 'Patient',\n  \"name\": [{\"given\": [\"a\",]}]\n"
		"  \"gender\": \"x\",\n  \"active\": true, \"active\": true\n}"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "slips.json:2:3: error");
	assert_has(r.out, "slips.json:3:3: error");
	assert_has(r.out, "slips.json:4:27: error: Patient.name[0].given");
	assert_has(r.out, "slips.json:5:3: error: Patient");
	assert_has(r.out, "\"active\" is there twice");
	assert_has(r.out, "slips.json:5:13: error: Patient.gender");
	r = RUN(workbench_file("mark.json", "\xEF\xBB\xBF" GOOD));
	assert_int_equal(r.exit, 0);
	const char *folder = workbench_path("sub");
	assert_int_equal(mkdir(folder, 0700), 0);
	workbench_file("sub/one.json", GOOD);
	workbench_file("sub/two.xml",
		"<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\"/></Patient>");
	workbench_file("sub/notes.txt", "no resource");
	const char *other = workbench_file("sub/package.json", "{\"name\":\"se.example\"}");
	r = RUN(folder);
	assert_int_equal(r.exit, 0);
	assert_has(r.err, "package.json has no resourceType, so it is left out");
	assert_int_equal(RUN(other).exit, 1); /* asked for by name, it is judged */
	assert_int_equal(RUN(folder).exit, 0);
	assert_has(r.err, "2 resources validated");
	r = RUN(hs_arena_cstr(workbench_arena(), hs_arena_printf(workbench_arena(), "%s/*.xml", folder)));
	assert_has(r.err, "1 resource validated");
	/* Who names a folder without any has named another than was meant. */
	const char *empty = workbench_path("empty");
	assert_int_equal(mkdir(empty, 0700), 0);
	r = RUN(empty);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "has no .json, .xml or .ndjson file");
}

static void takes_definitions(void **state)
{
	(void)state;
	need_package();
	const char *def = workbench_file("def.json",
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"" PROFILE_URL
		"\",\"name\":\"Named\",\"status\":\"active\",\"kind\":\"resource\",\"abstract\":false,"
		"\"type\":\"Patient\","
		"\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/"
		"Patient\",\"derivation\":\"constraint\","
		"\"differential\":{\"element\":[{\"id\":\"Patient.name\",\"path\":\"Patient.name\",\"min\":1}"
		"]}}");
	const char *good = workbench_file("good.json", GOOD);
	struct process_result r = RUN("--def", def, "--profile", PROFILE_URL, good);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "Patient.name");
	r = RUN("--def", def, good);
	assert_int_equal(r.exit, 0);
	r = RUN("--package", "no.such.package#1", good);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "no.such.package");
}

#define FROM_R5(path, rest) \
	"{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"extension\":[{\"url\":\"http://hl7.org/" \
	"fhir/5.0/StructureDefinition/extension-" path "\"," rest "}]}"

/* With the definitions of the other release at hand, what stands for its elements is judged by them. */
static void judges_elements_of_another_release(void **state)
{
	static const struct {
		const char *resource, *want; /* NULL: well */
	} rows[] = {
		{ FROM_R5("Encounter.plannedStartDate", "\"valueDateTime\":\"2024-01-01\""), NULL },
		{ FROM_R5("Encounter.plannedStartDate", "\"valueString\":\"x\""),
			"is dateTime, so not valueString" },
		{ FROM_R5("Encounter.none", "\"valueString\":\"x\""), "no element Encounter.none" },
		{ FROM_R5("Encounter.reason", "\"valueString\":\"x\""), "has no value, but elements" },
		{ FROM_R5("Encounter.reason",
			  "\"extension\":[{\"url\":\"use\",\"valueCodeableConcept\":{\"text\":\"x\"}}]"),
			NULL },
		{ FROM_R5("Encounter.reason", "\"extension\":[{\"url\":\"x\",\"valueString\":\"x\"}]"),
			"has no element 'x'" },
		{ FROM_R5("Encounter.reason.value", "\"valueString\":\"x\""), NULL },
		{ "{\"resourceType\":\"Appointment\",\"status\":\"proposed\",\"participant\":[{\"status\":"
		  "\"accepted\",\"type\":[{\"text\":\"x\"}],\"extension\":[{\"url\":\"http://hl7.org/"
		  "fhir/5.0/StructureDefinition/extension-Encounter.plannedStartDate\","
		  "\"valueDateTime\":\"2024\"}]}]}",
			"so it is for Encounter alone" },
	};
	(void)state;
	need_package();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process_result r = RUN(workbench_file("other.json", rows[i].resource));
		if (hs_slice_search(r.out, HS_S("definitions are not here")) != SIZE_MAX) /* no R5 */
			skip();
		assert_int_equal(r.exit, rows[i].want != NULL);
		if (rows[i].want)
			assert_has(r.out, rows[i].want);
	}
}

/* A context of Element is any element, the resource itself too; HL7's own definitions may go beyond contexts.
 */
static void judges_contexts_of_extensions(void **state)
{
	(void)state;
	need_package();
	struct process_result r = RUN(workbench_file("wg.json",
		"{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"extension\":[{\"url\":"
		"\"http://hl7.org/fhir/StructureDefinition/"
		"structuredefinition-wg\",\"valueCode\":\"fhir\"}]}"));
	assert_int_equal(r.exit, 0);
	const char *const set =
		"{\"resourceType\":\"CodeSystem\",\"url\":\"http://%s/CodeSystem/x\",\"status\":\"draft\","
		"\"content\":\"complete\",\"concept\":[{\"code\":\"a\",\"extension\":[{\"url\":\"http://"
		"hl7.org/fhir/"
		"StructureDefinition/structuredefinition-normative-version\",\"valueCode\":\"4.0.1\"}]}]}";
	char text[600];
	snprintf(text, sizeof(text), set, "example.org");
	assert_int_equal(RUN("--core-only", workbench_file("own.json", text)).exit, 1);
	snprintf(text, sizeof(text), set, "hl7.org/fhir");
	assert_int_equal(RUN("--core-only", workbench_file("hl7.json", text)).exit, 0);
}

static void refuses_wrong_usage(void **state)
{
	(void)state;
	assert_int_equal(WORKBENCH_RUN("validate").exit, 2);
	assert_int_equal(RUN("--json", "--sarif", "x").exit, 2);
	assert_int_equal(RUN("--pipe", "x").exit, 2);
	struct process_result r = RUN("--help");
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "--profile");
	need_package();
	r = RUN("/no/such/file.json");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "/no/such/file.json");
}

static void chooses_the_release(void **state)
{
	(void)state;
	need_package();
	const char *good = workbench_file("good.json", GOOD);
	assert_int_equal(RUN("--fhir", "4.0", good).exit, 0);
	assert_int_equal(RUN("--fhir", "R4", good).exit, 0);
	struct process_result r = RUN("--fhir", "3.0", good);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "--fhir must be r4, r4b or r5");
	assert_int_equal(RUN("--fhir", "4.0", "--r5", good).exit, 2);
	r = RUN("--fhir", "4.3", good);
	if (r.exit != 0) { /* the cache has no R4B */
		assert_int_equal(r.exit, 2);
		assert_has(r.err, "npm pack hl7.fhir.r4b.core@4.3.0");
	}
}

static void loads_xml(void **state)
{
	(void)state;
	need_package();
	const char *data = workbench_path("data");
	const char *xml = workbench_file("load.xml",
		"<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"lx\"/></Patient>");
	struct process_result r = WORKBENCH_RUN("load", "--data", data, xml);
	assert_int_equal(r.exit, 0);
	r = WORKBENCH_RUN("load", "--data", data,
		workbench_file("broken.xml", "<Patient xmlns=\"http://hl7.org/fhir\">"));
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "broken.xml:1: the XML is not well formed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_people_where_and_what),
		cmocka_unit_test(says_it_for_machines),
		cmocka_unit_test(speaks_of_xml_as_xml),
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(takes_definitions),
		cmocka_unit_test(judges_contexts_of_extensions),
		cmocka_unit_test(judges_elements_of_another_release),
		cmocka_unit_test(refuses_wrong_usage),
		cmocka_unit_test(chooses_the_release),
		cmocka_unit_test(loads_xml),
	};
	return cmocka_run_group_tests(tests, start, workbench_stop);
}
