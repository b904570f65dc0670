/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology on the command line, without a server: answers, exit codes, and what is wrong in a value
 * set. */
#include "workbench.h"

#include <handslag/package.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define RUN(...) WORKBENCH_RUN("tx", __VA_ARGS__)

static const char *const system_text =
	"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:test:cs\",\"version\":\"1\",\"status\":\"active\","
	"\"content\":\"complete\",\"caseSensitive\":true,\"language\":\"en\",\"concept\":[{\"code\":\"a\","
	"\"display\":\"Alpha\",\"designation\":[{\"language\":\"sv\",\"value\":\"Alfa\"}],"
	"\"concept\":[{\"code\":\"b\",\"display\":\"Beta\"}]}]}";
static const char *const map_text = "{\"resourceType\":\"ConceptMap\",\"url\":\"urn:test:map\",\"status\":"
				    "\"active\",\"group\":[{\"source\":"
				    "\"urn:test:cs\",\"target\":\"urn:test:other\",\"element\":[{\"code\":"
				    "\"a\",\"target\":[{\"code\":\"x\","
				    "\"equivalence\":\"equal\"}]}]}]}";
static const char *const set_text =
	"{\n"
	" \"resourceType\": \"ValueSet\", \"url\": \"urn:test:vs\", \"status\": \"active\",\n"
	" \"compose\": {\"include\": [\n"
	"  {\"system\": \"urn:test:cs\", \"concept\": [\n"
	"   {\"code\": \"a\", \"display\": \"Alfa\"},\n"
	"   {\"code\": \"b\", \"display\": \"Gamma\"},\n"
	"   {\"code\": \"c\"}]},\n"
	"  {\"system\": \"http://unitsofmeasure.org\", \"concept\": [{\"code\": \"mg/dl\"},\n"
	"   {\"code\": \"kgXX\"}]},\n"
	"  {\"system\": \"urn:none\", \"concept\": [{\"code\": \"a\"}, {\"code\": \"b\"}]},\n"
	"  {\"system\": \"urn:test:cs\", \"filter\": [{\"property\": \"zork\", \"op\": \"=\",\n"
	"   \"value\": \"1\"}]}]}}\n";

static const char *cs, *map, *vs;

static int start(void **state)
{
	struct hs_error err;
	struct hs_package *package = NULL;
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");

	workbench_start(state);
	cs = workbench_file("cs.json", system_text);
	map = workbench_file("map.json", map_text);
	vs = workbench_file("vs.json", set_text);
	const char *root = hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "%s%s",
			set          ? set :
				home ? home :
				       "",
			set ? "" : "/.fhir/packages"));
	bool here = hs_package_find(root, HS_S("hl7.fhir.r4.examples"), &package, &err) == HS_OK ||
		hs_package_find(root, HS_S("hl7.fhir.r4.core"), &package, &err) == HS_OK;
	hs_package_close(package);
	*state = here ? workbench_arena() : NULL;
	return 0;
}

static void need_packages(void **state)
{
	if (!*state)
		skip();
}

static void answers_and_exit_codes(void **state)
{
	need_packages(state);
	struct process_result r = RUN("lookup", "urn:test:cs", "b", "--with", cs);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "b  Beta");
	assert_has(r.out, "parent       a  Alpha");
	r = RUN("lookup", "urn:test:cs", "zork", "--with", cs);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "Unknown code 'zork'");
	r = RUN("validate", "urn:test:cs", "a", "Alfa", "--language", "sv", "--with", cs);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "right: urn:test:cs#a  Alfa");
	r = RUN("validate", "ucum", "kgXX");
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "The unit 'kgXX' is unknown at character 1");
	r = RUN("validate", "urn:test:cs", "c", "--set", "urn:test:vs", "--with", cs, "--with", vs);
	assert_int_equal(r.exit, 1);
	r = RUN("subsumes", "urn:test:cs", "a", "b", "--with", cs);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "subsumes");
	r = RUN("subsumes", "urn:test:cs", "b", "a", "--with", cs);
	assert_int_equal(r.exit, 1);
	r = RUN("translate", "urn:test:cs", "a", "urn:test:map", "--with", cs, "--with", map);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "urn:test:other#x");
	r = RUN("lookup", "urn:test:cs", "a", "--with", cs, "--json");
	assert_has(r.out, "\"resourceType\": \"Parameters\"");
	/* the code system has neither name nor title, and an answer must have a name */
	assert_has(r.out, "\"valueString\": \"urn:test:cs\"");
}

static void a_set_is_expanded_from_a_file(void **state)
{
	const char *set = workbench_file("set.json",
		"{\"resourceType\":\"ValueSet\",\"status\":\"active\",\"compose\":{\"include\":["
		"{\"system\":\"urn:test:cs\"}]}}");

	need_packages(state);
	struct process_result r = RUN("expand", set, "--with", cs, "--filter", "bet");
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "Beta");
	assert_int_equal(hs_slice_search(r.out, HS_S("Alpha")), SIZE_MAX);
	assert_has(r.err, "1 codes in all");
}

static void wrong_codes_have_a_place_and_a_reason(void **state)
{
	need_packages(state);
	struct process_result r = RUN("check", vs, "--with", cs);
	assert_int_equal(r.exit, 1);
	assert_has(r.out,
		"vs.json:6:4: note: ValueSet.compose.include[0].concept[1]: 'Gamma' is not the display");
	assert_has(r.out,
		"vs.json:7:4: error: ValueSet.compose.include[0].concept[2]: the code system "
		"'urn:test:cs' has no code 'c'");
	assert_has(r.out, "vs.json:9:4: error: ValueSet.compose.include[1].concept[1]: Unknown code 'kgXX'");
	assert_has(r.out, "is unknown at character 1");
	assert_has(r.out,
		"vs.json:10:3: warning: ValueSet.compose.include[2]: the code system 'urn:none' is not "
		"known");
	assert_has(r.out, "vs.json:11:53: warning: ValueSet.compose.include[3].filter[0].property: ");
	assert_has(r.err, "2 of 7 listed codes are wrong, 2 rules to be looked at");
	r = RUN("check", vs, "--with", cs, "--json");
	assert_has(r.out, "ValueSet.compose.include[0].concept[2]");
	r = RUN("check", cs);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "holds no ValueSet");
	assert_has(r.err, "handslag validate");
}

/* Files in XML are as good; only their lines are not told. */
static void files_may_be_xml(void **state)
{
	const char *set = workbench_file("set.xml",
		"<ValueSet xmlns=\"http://hl7.org/fhir\"><status value=\"active\"/><compose><include>\n"
		"<system value=\"urn:test:xml\"/><concept><code value=\"a\"/></concept>\n"
		"<concept><code value=\"zz\"/></concept></include></compose></ValueSet>");
	const char *codes = workbench_file("codes.xml",
		"<CodeSystem xmlns=\"http://hl7.org/fhir\"><url value=\"urn:test:xml\"/><status "
		"value=\"active\"/><content value=\"complete\"/><concept><code value=\"a\"/><display "
		"value=\"Alpha\"/></concept></CodeSystem>");

	need_packages(state);
	struct process_result r = RUN("expand", set, "--with", codes);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "Alpha");
	r = RUN("check", set, "--with", codes);
	assert_int_equal(r.exit, 1);
	assert_has(r.out,
		"set.xml: error: ValueSet.compose.include[0].concept[1]: "
		"the code system 'urn:test:xml' has no code 'zz'");
	assert_has(r.err, "1 of 2 listed codes are wrong");
	r = RUN("check", set, "--with", codes, "--json");
	assert_int_equal(hs_slice_search(r.out, HS_S("Line[")), SIZE_MAX);
	r = RUN("check", workbench_file("torn.xml", "<ValueSet xmlns=\"http://hl7.org/fhir\"><sta"));
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "torn.xml");
}

/* What no code says by itself: another way of writing, a code listed twice, a filter on a code that is none.
 */
static void slips_have_a_hint(void **state)
{
	const char *slips = workbench_file("slips.json",
		"{\"resourceType\":\"ValueSet\",\"status\":\"active\",\"compose\":{\"include\":[\n"
		"{\"system\":\"urn:test:cs\",\"concept\":[{\"code\":\"a\"},\n{\"code\":\"B\"},\n"
		"{\"code\":\"a\"}]},\n"
		"{\"system\":\"urn:test:cs\",\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\",\"value\":"
		"\"A\"}]}]}}");

	need_packages(state);
	struct process_result r = RUN("check", slips, "--with", cs);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "slips.json:3:1: error: ");
	assert_has(r.out, "has no code 'B' (it has 'b')");
	assert_has(r.out, "slips.json:4:1: warning: ");
	assert_has(r.out, "the code 'a' is listed already, as concept[0]");
	assert_has(r.out, "slips.json:5:77: error: ");
	assert_has(r.out, "has no code 'A' (it has 'a')");
	assert_has(r.err, "1 of 3 listed codes are wrong, 1 to be reviewed, 1 rule to be looked at");
	const char *doubtful = workbench_file("doubtful.json",
		"{\"resourceType\":\"ValueSet\",\"status\":\"active\",\"compose\":{\"include\":[\n"
		"{\"system\":\"urn:test:cs\",\"concept\":[{\"code\":\"a\"},\n{\"code\":\"a\"}]}]}}");
	r = RUN("check", doubtful, "--with", cs);
	assert_int_equal(r.exit, 0);
	r = RUN("check", doubtful, "--with", cs, "--strict", "--language", "sv");
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "doubtful.json:3:1: warning: ");
	assert_has(r.out, "koden 'a' är redan uppräknad, som concept[0]");
	assert_has(r.err, "uppräknade koder är fel, 1 bör ses över");
	const char *misspelt = workbench_file("misspelt.json",
		"{\"resourceType\":\"ValueSet\",\"status\":\"active\",\"compose\":{\"include\":[\n"
		"{\"system\":\"urn:tset:cs\",\"concept\":[{\"code\":\"a\"}]}]}}");
	r = RUN("check", misspelt, "--with", cs);
	assert_has(r.out, "; did you mean urn:test:cs?");
	r = RUN("expand", vs, "--with", cs);
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "handslag tx check ");
	r = RUN("lookup", "urn:none", "a");
	assert_has(r.err, "--with FILE");
}

static void mistakes_are_named(void **state)
{
	(void)state;
	struct process_result r = RUN("lokup", "a", "b");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "did you mean \"lookup\"?");
	r = RUN("lookup", "ucum");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "usage: handslag tx lookup SYSTEM CODE");
	r = RUN("lookup", "uucm", "mg");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "did you mean \"ucum\"?");
	r = RUN("--json", "lookup", "ucum", "mg");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "the verb comes before its options");
	r = RUN("lookup", "ucum", "mg", "--filter", "x");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "there is no option \"--filter\"");
	r = RUN("expand", "--help");
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "handslag tx expand URL|FILE");
	assert_has(r.out, "--filter TEXT");
	assert_int_equal(hs_slice_search(r.out, HS_S("--lenient")), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_and_exit_codes),
		cmocka_unit_test(a_set_is_expanded_from_a_file),
		cmocka_unit_test(wrong_codes_have_a_place_and_a_reason),
		cmocka_unit_test(files_may_be_xml),
		cmocka_unit_test(slips_have_a_hint),
		cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests_name("integration/terminology_cli", tests, start, workbench_stop);
}
