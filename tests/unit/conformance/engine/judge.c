/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of assertion and every operator, where it holds and where it does not. */
#include "bench.h"

struct row {
	const char *assertion;
	enum hs_test_verdict verdict;
};

static const char SCRIPT[] =
	"'fixture': ["
	"  {'id': 'least', 'resource': {'reference': '#least'}},"
	"  {'id': 'more', 'resource': {'reference': '#more'}}],"
	"'contained': ["
	"  {'resourceType': 'Patient', 'id': 'least', 'name': [{'given': ['Ada']}]},"
	"  {'resourceType': 'Patient', 'id': 'more', 'name': [{'given': ['Ada'], 'family': 'Nej'}]}],"
	"'profile': [{'id': 'patient', 'reference': 'http://hl7.org/fhir/StructureDefinition/Patient'},"
	"            {'id': 'other', 'reference': 'http://example.org/p'}],"
	"'variable': [{'name': 'name', 'defaultValue': 'Lovelace'}]";

static const char PATIENT[] =
	"{'resourceType': 'Patient', 'id': '1', 'active': true, 'name': [{'family': 'Lovelace',"
	"'given': ['Augusta', 'Ada']}, {'family': 'Byron'}], 'birthDate': '1815-12-10',"
	"'multipleBirthInteger': 3}";
static const char HEADERS[] =
	"Content-Type: application/fhir+json; charset=utf-8\nETag: W/\"1\"\nX-Number: 41";

static void judge_rows(const struct row *rows, size_t count)
{
	struct bench bench;

	bench_open(&bench, SCRIPT);
	bench_exchange(&bench, 200, HEADERS, PATIENT);
	for (size_t i = 0; i < count; i++) {
		enum hs_test_verdict verdict = bench_judge(&bench, rows[i].assertion);
		if (verdict != rows[i].verdict)
			fail_msg("%s: %s, not %s (%.*s)", rows[i].assertion, hs_test_verdict_name(verdict),
				hs_test_verdict_name(rows[i].verdict), HS_S_ARG(bench.action.reason));
		if (verdict == HS_TEST_FAIL)
			assert_non_null(bench.action.exchange);
		if (verdict != HS_TEST_PASS && verdict != HS_TEST_FAIL)
			assert_true(bench.action.reason.len > 0);
	}
	bench_close(&bench);
}
#define JUDGE(rows) judge_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void response_code(void **state)
{
	static const struct row rows[] = {
		{ "'responseCode': '200'", HS_TEST_PASS },
		{ "'responseCode': '201'", HS_TEST_FAIL },
		{ "'responseCode': '20'", HS_TEST_FAIL },
		{ "'responseCode': '200,201', 'operator': 'in'", HS_TEST_PASS },
		{ "'responseCode': '201, 204', 'operator': 'in'", HS_TEST_FAIL },
		{ "'responseCode': '404,410', 'operator': 'notIn'", HS_TEST_PASS },
		{ "'responseCode': '404,200', 'operator': 'notIn'", HS_TEST_FAIL },
		{ "'responseCode': '404', 'operator': 'notEquals'", HS_TEST_PASS },
		{ "'responseCode': '200', 'operator': 'notEquals'", HS_TEST_FAIL },
		{ "'responseCode': '199', 'operator': 'greaterThan'", HS_TEST_PASS },
		{ "'responseCode': '200', 'operator': 'greaterThan'", HS_TEST_FAIL },
		{ "'responseCode': '400', 'operator': 'lessThan'", HS_TEST_PASS },
		{ "'responseCode': '200', 'operator': 'lessThan'", HS_TEST_FAIL },
		{ "'responseCode': '200', 'direction': 'request'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void response_name(void **state)
{
	static const struct row rows[] = {
		{ "'response': 'okay'", HS_TEST_PASS },
		{ "'response': 'created'", HS_TEST_FAIL },
		{ "'response': 'okay,created', 'operator': 'in'", HS_TEST_PASS },
		{ "'response': 'unprocessable'", HS_TEST_FAIL },
		{ "'response': 'unprocessableContent'", HS_TEST_FAIL },
		{ "'response': 'notFound', 'operator': 'notEquals'", HS_TEST_PASS },
		{ "'response': 'splendid'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void content_type(void **state)
{
	static const struct row rows[] = {
		{ "'contentType': 'json'", HS_TEST_PASS },
		{ "'contentType': 'application/fhir+json'", HS_TEST_PASS },
		{ "'contentType': 'application/fhir+json;fhirVersion=4.0'", HS_TEST_PASS },
		{ "'contentType': 'application/json'", HS_TEST_FAIL },
		{ "'contentType': 'xml'", HS_TEST_FAIL },
		/* The request's own, not the response's: the fault of an engine that read the wrong side. */
		{ "'contentType': 'json', 'direction': 'request'", HS_TEST_FAIL },
	};
	(void)state;
	JUDGE(rows);
}

static void header_field(void **state)
{
	static const struct row rows[] = {
		{ "'headerField': 'etag', 'operator': 'notEmpty'", HS_TEST_PASS },
		{ "'headerField': 'Location', 'operator': 'notEmpty'", HS_TEST_FAIL },
		{ "'headerField': 'Location', 'operator': 'empty'", HS_TEST_PASS },
		{ "'headerField': 'ETag', 'operator': 'empty'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'value': '41'", HS_TEST_PASS },
		{ "'headerField': 'X-Number', 'value': '4'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'operator': 'contains', 'value': '4'", HS_TEST_PASS },
		{ "'headerField': 'X-Number', 'operator': 'contains', 'value': '5'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'operator': 'notContains', 'value': '5'", HS_TEST_PASS },
		{ "'headerField': 'X-Number', 'operator': 'notContains', 'value': '1'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'operator': 'greaterThan', 'value': '5'", HS_TEST_PASS },
		{ "'headerField': 'X-Number', 'operator': 'greaterThan', 'value': '41.5'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'operator': 'lessThan', 'value': 'many'", HS_TEST_ERROR },
		{ "'headerField': 'Location', 'value': 'x'", HS_TEST_FAIL },
		{ "'headerField': 'X-Number', 'operator': 'eval', 'value': '41'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void expression(void **state)
{
	static const struct row rows[] = {
		{ "'expression': 'active'", HS_TEST_PASS },
		{ "'expression': 'active.not()'", HS_TEST_FAIL },
		{ "'expression': 'Patient.name.exists()'", HS_TEST_PASS },
		{ "'expression': 'Patient.photo.exists()'", HS_TEST_FAIL },
		{ "'expression': 'Patient.photo'", HS_TEST_FAIL },
		{ "'expression': 'name'", HS_TEST_ERROR }, /* two values are no condition */
		{ "'expression': 'name.count() = 2', 'operator': 'eval'", HS_TEST_PASS },
		{ "'expression': 'name.count() = 3', 'operator': 'eval'", HS_TEST_FAIL },
		{ "'expression': 'name.first().family', 'value': 'Lovelace'", HS_TEST_PASS },
		{ "'expression': 'name.first().family', 'value': '${name}'", HS_TEST_PASS },
		{ "'expression': 'name.first().family', 'value': 'Byron'", HS_TEST_FAIL },
		{ "'expression': 'name.family', 'value': 'Lovelace'", HS_TEST_FAIL }, /* two values */
		{ "'expression': 'name.first().family', 'operator': 'notEquals', 'value': 'Byron'",
			HS_TEST_PASS },
		{ "'expression': 'name.family', 'operator': 'notEquals', 'value': 'Byron'", HS_TEST_FAIL },
		{ "'expression': 'photo', 'operator': 'empty'", HS_TEST_PASS },
		{ "'expression': 'name', 'operator': 'empty'", HS_TEST_FAIL },
		{ "'expression': 'name', 'operator': 'notEmpty'", HS_TEST_PASS },
		{ "'expression': 'photo', 'operator': 'notEmpty'", HS_TEST_FAIL },
		{ "'expression': 'birthDate', 'operator': 'greaterThan', 'value': '1800-01-01'",
			HS_TEST_PASS },
		{ "'expression': 'birthDate', 'operator': 'lessThan', 'value': '1800-01-01'", HS_TEST_FAIL },
		{ "'expression': 'name.count()', 'operator': 'greaterThan', 'value': '1'", HS_TEST_PASS },
		{ "'expression': 'name.count()', 'operator': 'greaterThan', 'value': '10'", HS_TEST_FAIL },
		{ "'expression': 'name.given', 'operator': 'contains', 'value': 'Ada'", HS_TEST_PASS },
		{ "'expression': 'name.given', 'operator': 'contains', 'value': 'Eva'", HS_TEST_FAIL },
		{ "'expression': 'name.given', 'operator': 'notContains', 'value': 'Eva'", HS_TEST_PASS },
		{ "'expression': 'name.given', 'operator': 'notContains', 'value': 'Aug'", HS_TEST_FAIL },
		{ "'expression': 'name[1].family', 'operator': 'in', 'value': 'Byron,Shelley'",
			HS_TEST_PASS },
		{ "'expression': 'name[1].family', 'operator': 'in', 'value': 'Keats,Shelley'",
			HS_TEST_FAIL },
		{ "'expression': 'name[1].family', 'operator': 'notIn', 'value': 'Keats,Shelley'",
			HS_TEST_PASS },
		{ "'expression': 'name[1].family', 'operator': 'notIn', 'value': 'Byron'", HS_TEST_FAIL },
		{ "'expression': 'photo.url', 'value': 'x'", HS_TEST_FAIL },
		{ "'expression': 'name.(', 'value': 'x'", HS_TEST_ERROR },
		{ "'expression': 'name', 'operator': 'manualEval'", HS_TEST_NOT_EVALUATED },
		{ "'expression': '${nothing}', 'value': 'x'", HS_TEST_ERROR },
		{ "'expression': 'active', 'direction': 'request'", HS_TEST_FAIL },
	};
	(void)state;
	JUDGE(rows);
}

static void compare_to(void **state)
{
	static const struct row rows[] = {
		{ "'expression': 'name[0].given[1]', 'compareToSourceId': 'least', "
		  "'compareToSourceExpression': 'name.given'",
			HS_TEST_PASS },
		/* Both sides come from where they should: an engine compared the found value with itself. */
		{ "'expression': 'name[0].given[0]', 'compareToSourceId': 'least', "
		  "'compareToSourceExpression': 'name.given'",
			HS_TEST_FAIL },
		{ "'compareToSourceId': 'more', 'compareToSourceExpression': 'name.family'", HS_TEST_FAIL },
		{ "'path': 'Patient/name[2]/family', 'compareToSourceId': 'more', 'compareToSourcePath': "
		  "'fhir:Patient/fhir:name/fhir:family/@value', 'operator': 'notEquals'",
			HS_TEST_PASS },
		{ "'expression': 'photo', 'compareToSourceId': 'more', 'compareToSourceExpression': 'photo'",
			HS_TEST_ERROR },
		{ "'expression': 'multipleBirth', 'operator': 'greaterThan', 'compareToSourceId': 'more', "
		  "'compareToSourceExpression': 'name.count()'",
			HS_TEST_PASS },
		{ "'expression': 'multipleBirthInteger', 'operator': 'lessThan', 'compareToSourceId': "
		  "'more', 'compareToSourceExpression': 'name.count()'",
			HS_TEST_FAIL },
		{ "'expression': 'active', 'compareToSourceId': 'nobody', 'compareToSourceExpression': "
		  "'active'",
			HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void path(void **state)
{
	static const struct row rows[] = {
		{ "'path': 'fhir:Patient/fhir:name/fhir:family/@value', 'value': 'Byron'",
			HS_TEST_PASS }, /* any */
		{ "'path': 'fhir:Patient/fhir:name/fhir:family/@value', 'value': 'Keats'", HS_TEST_FAIL },
		{ "'path': '/Patient/name[1]/family', 'value': 'Lovelace'", HS_TEST_PASS }, /* from one */
		{ "'path': '/Patient/name[2]/family', 'value': 'Lovelace'", HS_TEST_FAIL },
		{ "'path': '$.name[0].family', 'value': 'Lovelace'", HS_TEST_PASS }, /* from zero */
		{ "'path': '$.name[1].family', 'value': 'Lovelace'", HS_TEST_FAIL },
		{ "'path': 'Patient/photo', 'operator': 'empty'", HS_TEST_PASS },
		{ "'path': 'Patient/name', 'operator': 'empty'", HS_TEST_FAIL },
		{ "'path': '//name', 'value': 'x'", HS_TEST_NOT_EVALUATED },
		{ "'path': 'Patient/name'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void resource(void **state)
{
	static const struct row rows[] = {
		{ "'resource': 'Patient'", HS_TEST_PASS },
		{ "'resource': 'http://hl7.org/fhir/StructureDefinition/Patient'", HS_TEST_PASS },
		{ "'resource': 'Bundle'", HS_TEST_FAIL },
		{ "'resource': 'Patient', 'sourceId': 'least'", HS_TEST_PASS },
		/* A fixture says nothing of the target, so no failure may rest on it. */
		{ "'resource': 'Bundle', 'sourceId': 'least'", HS_TEST_ERROR },
		{ "'resource': 'Patient', 'sourceId': 'nobody'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

static void request(void **state)
{
	static const struct row rows[] = {
		{ "'requestMethod': 'get'", HS_TEST_PASS },
		{ "'requestMethod': 'post'", HS_TEST_FAIL },
		{ "'requestURL': 'a=b', 'operator': 'contains'", HS_TEST_PASS },
		{ "'requestURL': 'a=c', 'operator': 'contains'", HS_TEST_FAIL },
		{ "'requestURL': 'http://target.test/fhir/Patient/1?a=b'", HS_TEST_PASS },
	};
	(void)state;
	JUDGE(rows);
}

static void minimum_and_profile(void **state)
{
	static const struct row rows[] = {
		{ "'minimumId': 'least'", HS_TEST_PASS },
		{ "'minimumId': 'more'", HS_TEST_FAIL },
		{ "'minimumId': 'least', 'sourceId': 'more'", HS_TEST_PASS },
		{ "'minimumId': 'more', 'sourceId': 'least'", HS_TEST_ERROR }, /* of fixtures alone */
		{ "'validateProfileId': 'other'", HS_TEST_NOT_EVALUATED },
		{ "'validateProfileId': 'none'", HS_TEST_ERROR },
		{ "'label': 'says nothing'", HS_TEST_ERROR },
	};
	(void)state;
	JUDGE(rows);
}

/* ---- other bodies ---- */

static void check(struct bench *bench, const char *assertion, enum hs_test_verdict verdict)
{
	enum hs_test_verdict found = bench_judge(bench, assertion);
	if (found != verdict)
		fail_msg("%s: %s, not %s (%.*s)", assertion, hs_test_verdict_name(found),
			hs_test_verdict_name(verdict), HS_S_ARG(bench->action.reason));
}

static void bodies(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, SCRIPT);
	bench_exchange(&bench, 200, "Content-Type: application/fhir+json", "{'resourceType': 'Patient',}");
	check(&bench, "'expression': 'active.not()'", HS_TEST_FAIL);
	assert_true(hs_slice_search(bench.action.reason, HS_S("no JSON")) != SIZE_MAX);
	bench_exchange(&bench, 200, "Content-Type: application/fhir+xml", "<Patient/>");
	check(&bench, "'resource': 'Patient'", HS_TEST_NOT_EVALUATED);
	bench_exchange(&bench, 204, "", "");
	check(&bench, "'resource': 'Patient'", HS_TEST_FAIL);
	check(&bench, "'responseCode': '204'", HS_TEST_PASS);
	bench_exchange(&bench, 200, "Content-Type: text/html", "hello");
	check(&bench, "'minimumId': 'least'", HS_TEST_FAIL);
	bench.stage.last->failure = HS_S("it did not answer");
	check(&bench, "'responseCode': '200'", HS_TEST_FAIL);
	bench.stage.last = NULL;
	check(&bench, "'responseCode': '200'", HS_TEST_ERROR);
	bench_close(&bench);
}

static void navigation(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	bench_exchange(&bench, 200, HEADERS,
		"{'resourceType': 'Bundle', 'type': 'searchset', 'total': 3, 'link': [{'relation': 'self', "
		"'url': "
		"'http://t/x'}, {'relation': 'next', 'url': 'http://t/y'}], 'entry': [{}]}");
	check(&bench, "'navigationLinks': true", HS_TEST_PASS);
	check(&bench, "'navigationLinks': false", HS_TEST_FAIL);
	bench_exchange(&bench, 200, HEADERS,
		"{'resourceType': 'Bundle', 'type': 'searchset', 'total': 3, 'link': [{'relation': 'self', "
		"'url': "
		"'http://t/x'}], 'entry': [{}]}");
	check(&bench, "'navigationLinks': true", HS_TEST_FAIL);
	bench_exchange(&bench, 200, HEADERS, "{'resourceType': 'Bundle', 'type': 'searchset', 'total': 0}");
	check(&bench, "'navigationLinks': true", HS_TEST_FAIL);
	check(&bench, "'navigationLinks': false", HS_TEST_PASS);
	bench_exchange(&bench, 200, HEADERS,
		"{'resourceType': 'Bundle', 'type': 'searchset', 'total': 0, 'link': [{'relation': 'self', "
		"'url': "
		"'a'}, {'relation': 'self', 'url': 'b'}]}");
	check(&bench, "'navigationLinks': true", HS_TEST_FAIL);
	bench_exchange(&bench, 200, HEADERS, PATIENT);
	check(&bench, "'navigationLinks': true", HS_TEST_FAIL);
	bench_close(&bench);
}

#define RULE(id, more) \
	"'extension': [{'url': 'http://x.test/testscript-assert-rule', 'extension': [{'url': 'ruleId', " \
	"'valueId': '" id "'}" more "]}]"

#define PARAMETER(text) \
	", {'url': 'param', 'extension': [{'url': 'name', 'valueString': 'x'}, {'url': 'value', " \
	"'valueString': '" text "'}]}"

static void rules(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	bench_exchange(&bench, 200, HEADERS,
		"{'resourceType': 'Bundle', 'link': [{'relation': 'self', 'url': "
		"'http://t/x?z=1&a=b'}]}");
	check(&bench, RULE("AssertBodyExists", ""), HS_TEST_PASS);
	check(&bench, RULE("assert-self-link", ""), HS_TEST_PASS);
	check(&bench, RULE("unheard-of", ""), HS_TEST_NOT_EVALUATED);
	check(&bench, RULE("AssertRequestUrlContains", PARAMETER("a=b")), HS_TEST_PASS);
	check(&bench, RULE("AssertRequestUrlContains", PARAMETER("a=c")), HS_TEST_FAIL);
	bench_exchange(&bench, 200, HEADERS,
		"{'resourceType': 'Bundle', 'link': [{'relation': 'self', 'url': "
		"'http://t/x?z=1'}]}");
	check(&bench, RULE("assert-self-link", ""), HS_TEST_FAIL);
	bench_exchange(&bench, 204, "", "");
	check(&bench, RULE("AssertBodyExists", ""), HS_TEST_FAIL);
	bench_close(&bench);
}

/* What a failure shows is what the vendor reads first. */
static void failures_show_both_sides(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, SCRIPT);
	bench_exchange(&bench, 200, HEADERS, PATIENT);
	assert_int_equal(bench_judge(&bench,
				 "'expression': 'name[0].given[0]', 'compareToSourceId': 'least', "
				 "'compareToSourceExpression': 'name.given'"),
		HS_TEST_FAIL);
	assert_slice(bench.action.found, "Augusta");
	assert_slice(bench.action.wanted, "Ada");
	assert_int_equal(bench_judge(&bench, "'expression': 'birthDate', 'value': '1816-12-10'"),
		HS_TEST_FAIL);
	assert_slice(bench.action.found, "1815-12-10");
	assert_slice(bench.action.wanted, "1816-12-10");
	assert_int_equal(bench_judge(&bench, "'headerField': 'X-Number', 'value': '4'"), HS_TEST_FAIL);
	assert_slice(bench.action.found, "41");
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(response_code),
		cmocka_unit_test(response_name),
		cmocka_unit_test(content_type),
		cmocka_unit_test(header_field),
		cmocka_unit_test(expression),
		cmocka_unit_test(compare_to),
		cmocka_unit_test(path),
		cmocka_unit_test(resource),
		cmocka_unit_test(request),
		cmocka_unit_test(minimum_and_profile),
		cmocka_unit_test(failures_show_both_sides),
		cmocka_unit_test(bodies),
		cmocka_unit_test(navigation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
