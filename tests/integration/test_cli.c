/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test with a published kind of script: fixtures and bodies in XML, and answers that must conform to
 * a profile from a file. Skipped without the R4 package. */
#include "fixture_private.h"
#include "workbench.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROFILE_URL "http://example.org/fhir/StructureDefinition/named"

static struct fixture *server;

static int start(void **state)
{
	workbench_start(state);
	server = process_serve(workbench_path("data"), (const char *const[]) { NULL });
	return 0;
}

static int stop(void **state)
{
	process_stop(server);
	return workbench_stop(state);
}

/* JSON with ' for ". */
static const char *json_file(const char *name, const char *text)
{
	char *copy = hs_arena_cstr(workbench_arena(), hs_slice_cstr(text));
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return workbench_file(name, copy);
}

static struct process_result judge(const char *asserts, const char *definition)
{
	char script[4096], target[64];

	workbench_file("ann.xml",
		"<?xml version=\"1.0\"?>\n<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"ann\"/><name>"
		"<family value=\"Berg\"/><given value=\"Ann\"/></name></Patient>");
	snprintf(script, sizeof(script),
		"{'resourceType':'TestScript','id':'s','url':'http://example.org/"
		"s','name':'S','status':'draft',"
		"'fixture':[{'id':'ann','autocreate':false,'autodelete':false,'resource':{'reference':'ann."
		"xml'}}],"
		"'profile':[{'id':'named','reference':'" PROFILE_URL "'}],"
		"'test':[{'id':'one','action':["
		"{'operation':{'type':{'code':'update'},'resource':'Patient','accept':'xml','contentType':'"
		"xml',"
		"'sourceId':'ann','targetId':'ann','requestId':'sent','encodeRequestUrl':true}},"
		"{'operation':{'type':{'code':'read'},'resource':'Patient','accept':'xml','params':'/ann',"
		"'responseId':'got','encodeRequestUrl':true}},%s]}]}",
		asserts);
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/fhir/r4", (unsigned)fixture_port(server));
	const char *file = json_file("script.json", script);
	if (!definition)
		return WORKBENCH_RUN("test", "--target", target, file);
	return WORKBENCH_RUN("test", "--target", target, "--def", json_file("named.json", definition), file);
}

static void expect(const struct process_result *result, int code, const char *said)
{
	if (has_text(result->err, "does not declare the type") ||
		has_text(result->err, "none are loaded here"))
		skip();
	if (result->exit != code || (!has_text(result->out, said) && !has_text(result->err, said)))
		fail_msg("exit %d: %.*s %.*s", result->exit, HS_S_ARG(hs_slice_first(result->out, 3000)),
			HS_S_ARG(result->err));
}

static void speaks_xml(void **state)
{
	(void)state;
	struct process_result r = judge(
		"{'assert':{'direction':'response','contentType':'xml','warningOnly':false}},"
		"{'assert':{'direction':'response','sourceId':'got','path':'fhir:Patient/fhir:name/"
		"fhir:family/@value',"
		"'value':'Berg','warningOnly':false}},"
		"{'assert':{'direction':'response','sourceId':'got','expression':'Patient.name.given','value'"
		":'Ann',"
		"'warningOnly':false}},"
		"{'assert':{'direction':'request','headerField':'Accept','value':'application/fhir+xml',"
		"'warningOnly':false}}",
		NULL);
	expect(&r, 0, "1 of 1 tests passed");
	r = judge("{'assert':{'direction':'response','contentType':'json','warningOnly':false}}", NULL);
	expect(&r, 1, "application/fhir+xml");
}

static void reads_scripts_in_xml(void **state)
{
	char target[64];
	(void)state;
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/fhir/r4", (unsigned)fixture_port(server));
	const char *good = workbench_file("script.xml",
		"<TestScript xmlns=\"http://hl7.org/fhir\"><url value=\"http://example.org/x\"/><name "
		"value=\"X\"/><status value=\"draft\"/><test><action><operation><type><code "
		"value=\"capabilities\"/></type><encodeRequestUrl "
		"value=\"true\"/></operation></action><action><assert><response value=\"okay\"/><warningOnly "
		"value=\"false\"/></assert></action></test></TestScript>");
	struct process_result r = WORKBENCH_RUN("test", "--target", target, good);
	expect(&r, 0, "1 of 1 tests passed; 1 of 1 assertions held");
	const char *bad = workbench_file("bad.xml",
		"<TestScript xmlns=\"http://hl7.org/fhir\">\n<test></TestScript>");
	r = WORKBENCH_RUN("test", "--target", target, bad);
	expect(&r, 5, "(line 2)");
}

static void judges_by_profiles(void **state)
{
	static const char conforms[] =
		"{'assert':{'sourceId':'got','validateProfileId':'named','warningOnly':false}}";
#define PROFILE(path) \
	"{'resourceType':'StructureDefinition','url':'" PROFILE_URL \
	"','name':'Named','status':'draft','kind':" \
	"'resource','abstract':false,'type':'Patient','baseDefinition':" \
	"'http://hl7.org/fhir/StructureDefinition/" \
	"Patient','derivation':'constraint','differential':{'element':" \
	"[{'id':'Patient','path':'Patient'},{'id':'" path "','path':'" path "','min':1}]}}"
	(void)state;
	struct process_result r = judge(conforms, PROFILE("Patient.name"));
	expect(&r, 0, "1 of 1 tests passed");
	r = judge(conforms, PROFILE("Patient.birthDate"));
	expect(&r, 1, "birthDate");
	r = judge(conforms, NULL);
	expect(&r, 5, "--def");
}

/* What published collections do: elements of XML out of order, of a later release's shape, scripts that run
 * one another, fixtures kept in a folder of their own, and a second system. */
static void runs_collections(void **state)
{
	static const char *const folders[] = { "many", "many/data", "many/data/fixtures", "many/scripts",
		"many/scripts/deep" };
	char target[64], second[80];
	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(workbench_path(folders[i]), 0700), 0);
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/fhir/r4", (unsigned)fixture_port(server));
	snprintf(second, sizeof(second), "2=%s/", target);
	workbench_file("many/readme.json",
		"{\"resourceType\":\"TestReport\",\"testScript\":{\"reference\":"
		"\"TestScript/x\"},\"name\":\"TestScript\"}");
	workbench_file("many/data/fixtures/bo.json", "{\"resourceType\":\"Patient\",\"active\":true}");
	workbench_file("many/scripts/deep/odd.xml",
		"<TestScript xmlns=\"http://hl7.org/fhir\"><status value=\"draft\"/><name value=\"Odd\"/>"
		"<fixture id=\"bo\"><autodelete value=\"true\"/><autocreate value=\"true\"/><resource>"
		"<reference value=\"fixtures/bo.json\"/></resource></fixture>"
		"<test><action><operation><type><code value=\"read\"/></type><targetId value=\"bo\"/>"
		"<encodeRequestUrl value=\"true\"/></operation></action>"
		"<action><assert><stopTestOnFail value=\"false\"/><response value=\"gone\"/>"
		"<warningOnly value=\"false\"/></assert></action>"
		"<action><assert><response value=\"okay\"/></assert></action></test></TestScript>");
	json_file("many/scripts/outer.json",
		"{'test':[{'name':'runs','action':[{'assert':{'extension':[{'url':'http://x.test/"
		"assert-subtest',"
		"'extension':[{'url':'testName','valueString':'Inner'}]}]}}]}],'name':'Outer',"
		"'resourceType':'TestScript'}");
	json_file("many/scripts/inner.json",
		"{'resourceType':'TestScript','name':'Inner','test':[{'name':'asks','action':[{'operation':"
		"{'type':{'code':'capabilities'},'destination':2},'assert':{'response':'okay'}}]}]}");
	struct process_result r = WORKBENCH_RUN("test", "--target", target, "--destination", second,
		workbench_path("many"));
	expect(&r, 1, "2 of 3 tests passed, 1 failed; 3 of 4 assertions held");
	r = WORKBENCH_RUN("test", "--target", target, workbench_path("many/scripts/outer.json"));
	expect(&r, 5, "give --destination 2=URL");
}

static void chooses_tests(void **state)
{
	char target[64];
	(void)state;
	struct process_result r = WORKBENCH_RUN("test", "rest/01-read", "--tests", "*decimal*", "--dry-run");
	assert_int_equal(r.exit, 0);
	assert_true(hs_slice_eq(hs_slice_trim(r.out), HS_S("rest/01-read/decimal")));
	/* By what they show: the requirement as reports write it. */
	r = WORKBENCH_RUN("test", "rest", "--tests", "fhir-rest#decimal-precision", "--dry-run");
	assert_int_equal(r.exit, 0);
	assert_true(hs_slice_eq(hs_slice_trim(r.out), HS_S("rest/01-read/decimal")));
	r = WORKBENCH_RUN("test", "rest", "--tests", "*#read-4*", "--dry-run");
	assert_has(r.out, "rest/01-read/absent");
	r = WORKBENCH_RUN("test", "rest/01-read", "--tests", "nothing*", "--target",
		"http://127.0.0.1:1/fhir");
	assert_int_equal(r.exit, 2);
	assert_true(has_text(r.err, "no test matches 'nothing*'"));
	/* A target that is not the base of an API. */
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/", (unsigned)fixture_port(server));
	r = WORKBENCH_RUN("test", "rest/01-read", "--tests", "decimal", "--target", target);
	assert_int_equal(r.exit, 1);
	assert_true(has_text(r.err, "base of a FHIR API"));
}

static void reports_are_written(void **state)
{
	char target[64];
	(void)state;
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/fhir/r4", (unsigned)fixture_port(server));
	const char *report = workbench_path("report.json");
	char json[256], tap[256];
	snprintf(json, sizeof(json), "json=%s", report);
	snprintf(tap, sizeof(tap), "tap=%s", workbench_path("report.tap"));
	struct process_result r = WORKBENCH_RUN("test", "rest/01-read", "--tests", "*/decimal", "--tests",
		"*/absent", "--target", target, "--report", json, "--report", tap, "--html",
		workbench_path("report.html"));
	if (r.exit != 0)
		skip(); /* no definitions */
	assert_int_equal(access(workbench_path("report.tap"), R_OK), 0);
	assert_int_equal(access(workbench_path("report.html"), R_OK), 0);
	r = WORKBENCH_RUN("test", "rest/01-read", "--rerun-failed", report, "--target", target);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "nothing failed in");
	/* A report in which one failed: only that one runs again. */
	const char *failed = json_file("failed.json",
		"{'scripts':[{'tests':[{'id':'rest/01-read/decimal','verdict':'fail'},"
		"{'id':'rest/01-read/absent','verdict':'pass'}]}]}");
	r = WORKBENCH_RUN("test", "rest/01-read", "--rerun-failed", failed, "--target", target);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "1 of 1 tests passed");
	r = WORKBENCH_RUN("test", "rest/01-read", "--report", "pdf=x", "--target", target);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "there is no report format pdf; there are html, junit");
	/* Before the run, not after it. */
	r = WORKBENCH_RUN("test", "rest/01-read", "--html", "/no/such/report.html", "--target", target);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "the report /no/such/report.html cannot be written: the folder /no/such");
	assert_int_equal(r.out.len, 0);
	r = WORKBENCH_RUN("test", "rest/01-read", "--html", "/", "--target", target);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "that is a folder");
	r = WORKBENCH_RUN("test", "rest/01-read", "--report", "html", "--target", target);
	assert_has(r.err, "\"html\" should be FORMAT=FILE");
}

/* Of a suite that is named, what others test is not open; a fault of a whole file has no line. */
static void tells_coverage(void **state)
{
	(void)state;
	struct process_result all = WORKBENCH_RUN("suites", "--coverage");
	expect(&all, 0, "fhir-rest");
	assert_int_equal(hs_slice_search(all.out, HS_S("by other suites")), SIZE_MAX);
	struct process_result own = WORKBENCH_RUN("suites", "bulk", "--coverage");
	expect(&own, 0, "by other suites");
	assert_int_equal(hs_slice_search(own.out, HS_S("mhd")), SIZE_MAX);
	struct process_result told = WORKBENCH_RUN("suites", "bulk", "--coverage", "--json");
	expect(&told, 0, "\"elsewhere\": 0");
	struct process_result tests = WORKBENCH_RUN("suites", "bulk", "--json");
	expect(&tests, 0, "\"bulk-data#kickoff-202\"");
	const char *file = json_file("bare.json", "{'resourceType':'TestScript','status':'draft'}");
	struct process_result lint = WORKBENCH_RUN("suites", "--lint", file);
	expect(&lint, 0, "the script has no tests");
	assert_int_equal(hs_slice_search(lint.out, HS_S(":0:")), SIZE_MAX);
	struct process_result findings = WORKBENCH_RUN("suites", "--lint", "--json", file);
	expect(&findings, 0, "\"severity\": \"warning\"");
}

static void suggests_a_suite(void **state)
{
	(void)state;
	struct process_result r = WORKBENCH_RUN("test", "directry", "--target", "http://127.0.0.1:1/fhir");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "called directry; did you mean directory?");
	r = WORKBENCH_RUN("test", "./nowhere.json", "--target", "http://127.0.0.1:1/fhir");
	assert_int_equal(r.exit, 2);
	assert_false(has_text(r.err, "did you mean"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_xml),
		cmocka_unit_test(reads_scripts_in_xml),
		cmocka_unit_test(runs_collections),
		cmocka_unit_test(chooses_tests),
		cmocka_unit_test(reports_are_written),
		cmocka_unit_test(tells_coverage),
		cmocka_unit_test(suggests_a_suite),
		cmocka_unit_test(judges_by_profiles),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
