/* SPDX-License-Identifier: Apache-2.0 */
/* Batch and transaction (R4 section 3.1.0.11). */
#include "rest_test.h"

#define BUNDLE(type, entries) "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]}"
#define REQUEST(method, url, rest) "\"request\":{\"method\":\"" method "\",\"url\":\"" url "\"" rest "}"
#define UUID(n) "urn:uuid:00000000-0000-4000-8000-00000000000" n

static struct fixture_answer post(const char *bundle, int status)
{
	return send_ok("POST", "", bundle, status);
}

static int64_t total(const char *path)
{
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	return number(&a, "/total");
}

static void links_entries(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = post(
		BUNDLE("transaction",
			"{\"fullUrl\":\"" UUID(
				"2") "\",\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\","
				     "\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"" UUID(
					     "1") "\"},"
						  "\"identifier\":[{\"system\":\"urn:ietf:rfc:3986\","
						  "\"value\":\"" UUID(
							  "1") "\"}],"
							       "\"derivedFrom\":[{\"reference\":\"" UUID("2") "\"}],\"valueQuantity\":{\"value\":1.10}}," REQUEST(
								       "POST", "Observation",
								       "") "},"
									   "{\"fullUrl\":\"" UUID(
										   "1") "\",\"resource\":{"
											"\"resourceType\":"
											"\"Patient\"}"
											"," REQUEST("POST",
												"Patient",
												"") "},"
												    "{" REQUEST(
													    "GET",
													    "Patient?_summary=count",
													    "") "}"),
		200);
	expect_text(&a, "/type", "transaction-response");
	assert_int_equal(entries(&a), 3);
	expect_text(&a, "/entry/0/response/status", "201 Created");
	expect_text(&a, "/entry/0/response/etag", "W/\"1\"");
	assert_true(fixture_text(fx, &a, "/entry/0/response/lastModified").len == 24);
	assert_null(hs_json_pointer(fixture_json(fx, &a), HS_S("/entry/0/resource")));
	expect_text(&a, "/entry/2/resource/resourceType", "Bundle");
	struct hs_slice patient = fixture_text(fx, &a, "/entry/1/response/location");
	struct hs_slice observation = fixture_text(fx, &a, "/entry/0/response/location");
	patient.len -= strlen("/_history/1");
	observation.len -= strlen("/_history/1");
	a = send_ok("GET", TEXT("%.*s", HS_S_ARG(observation)), NULL, 200);
	expect_text(&a, "/subject/reference", TEXT("%.*s", HS_S_ARG(patient)));
	expect_text(&a, "/derivedFrom/0/reference", TEXT("%.*s", HS_S_ARG(observation)));
	expect_text(&a, "/identifier/0/value", UUID("1"));
	expect_part(a.body, "\"value\":1.10");
	a = send_ok("GET", TEXT("Observation?subject=%.*s", HS_S_ARG(patient)), NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	send_ok("GET", TEXT("%.*s", HS_S_ARG(patient)), NULL, 200);
}

static void links_old_ids_of_creates(void **state)
{
	NEED_FHIR();
	struct fixture_answer a =
		post(BUNDLE("transaction",
			     "{\"fullUrl\":\"http://other/fhir/Patient/"
			     "77\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"77\"}," REQUEST("POST",
				     "Patient",
				     "") "},"
					 "{\"fullUrl\":\"http://other/fhir/Basic/"
					 "b77\",\"resource\":{\"resourceType\":\"Basic\",\"id\":\"b77\","
					 "\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/"
					 "77\"},"
					 "\"author\":{\"reference\":\"http://other/fhir/Patient/"
					 "77\"}}," REQUEST("PUT", "Basic/b77", "") "}"),
			200);
	struct hs_slice patient = fixture_text(fx, &a, "/entry/0/response/location");
	patient.len -= strlen("/_history/1");
	a = send_ok("GET", "Basic/b77", NULL, 200);
	expect_text(&a, "/subject/reference", TEXT("%.*s", HS_S_ARG(patient)));
	expect_text(&a, "/author/reference", TEXT("%.*s", HS_S_ARG(patient)));
}

static void resolves_conditions(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/tc1",
		"{\"resourceType\":\"Patient\",\"id\":\"tc1\",\"identifier\":[{\"system\":\"urn:t\","
		"\"value\":\"1\"}]}",
		201);
	/* A conditional reference, one to what the same transaction makes, and If-None-Exist that matches. */
	struct fixture_answer a = post(
		BUNDLE("transaction",
			"{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"tc2\",\"code\":{\"text\":\"x\"},"
			"\"subject\":{\"reference\":\"Patient?identifier=urn:t|1\"},"
			"\"author\":{\"reference\":\"Practitioner?identifier=urn:t|9\"}}," REQUEST("PUT",
				"Basic/tc2",
				"") "},"
				    "{\"resource\":{\"resourceType\":\"Practitioner\",\"id\":\"tc9\","
				    "\"identifier\":[{\"system\":\"urn:t\","
				    "\"value\":\"9\"}]}," REQUEST("PUT", "Practitioner/tc9",
					    "") "},"
						"{\"fullUrl\":\"" UUID(
							"1") "\",\"resource\":{\"resourceType\":\"Patient\"}"
							     "," REQUEST("POST", "Patient",
								     ",\"ifNoneExist\":\"identifier=urn:t|"
								     "1\"") "},"
									    "{\"resource\":{\"resourceType\":"
									    "\"Basic\",\"id\":\"tc3\","
									    "\"code\":{\"text\":\"x\"},"
									    "\"subject\":{\"reference\":"
									    "\"" UUID("1") "\"}}," REQUEST(
										    "PUT", "Basic/tc3",
										    "") "}"),
		200);
	expect_text(&a, "/entry/2/response/status", "200 OK");
	expect_text(&a, "/entry/2/response/location", "Patient/tc1/_history/1");
	a = send_ok("GET", "Basic/tc2", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
	expect_text(&a, "/author/reference", "Practitioner/tc9");
	a = send_ok("GET", "Basic/tc3", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
	/* Conditional update and delete with links to what they mean. */
	post(BUNDLE("transaction",
		     "{\"fullUrl\":\"" UUID(
			     "1") "\",\"resource\":{\"resourceType\":\"Patient\",\"active\":true,"
				  "\"identifier\":"
				  "[{\"system\":\"urn:t\",\"value\":\"1\"}]}," REQUEST("PUT",
					  "Patient?identifier=urn:t|1",
					  "") "},"
					      "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"tc4\","
					      "\"code\":{\"text\":\"x\"},"
					      "\"subject\":{\"reference\":\"" UUID("1") "\"}}," REQUEST("PUT",
						      "Basic/tc4",
						      "") "},"
							  "{" REQUEST("DELETE",
								  "Practitioner?identifier=urn:t|9", "") "}"),
		200);
	a = send_ok("GET", "Basic/tc4", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
	a = send_ok("GET", "Patient/tc1", NULL, 200);
	expect_part(a.body, "\"active\":true");
	send_ok("GET", "Practitioner/tc9", NULL, 410);
	a = post(BUNDLE("transaction",
			 "{\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},"
			 "\"subject\":{\"reference\":\"Patient?identifier=urn:t|none\"}}," REQUEST("POST",
				 "Basic", "") "}"),
		412);
	expect_part(fixture_issue(fx, &a), "Patient?identifier=urn:t|none");
}

static void keeps_all_or_nothing(void **state)
{
	NEED_FHIR();
	int64_t before = total("Basic?_summary=count");
	struct fixture_answer a = post(BUNDLE("transaction",
					       "{\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":"
					       "\"x\"}}," REQUEST("POST", "Basic",
						       "") "},"
							   "{\"resource\":{\"resourceType\":\"Patient\","
							   "\"gender\":\"blue\"}," REQUEST("POST", "Patient",
								   "") "}"),
		422);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1].resource.gender");
	a = post(BUNDLE("transaction",
			 "{\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}," REQUEST("POS"
													 "T",
				 "Basic", "") "},"
					      "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"a1\","
					      "\"code\":{\"text\":\"x\"}}," REQUEST("PUT", "Basic/a1",
						      ",\"ifMatch\":\"W/\\\"9\\\"\"") "}"),
		412);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1]");
	post(BUNDLE("transaction",
		     "{\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}," REQUEST("POST",
			     "Basic", "") "},"
					  "{" REQUEST("GET", "Basic/not-there", "") "}"),
		404);
	assert_int_equal(total("Basic?_summary=count"), before);
}

static void refuses_two_of_one(void **state)
{
	NEED_FHIR();
	const char *put = "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"o1\",\"code\":{\"text\":\"x\"}}"
			  "," REQUEST("PUT", "Basic/o1", "") "}";
	struct fixture_answer a =
		post(TEXT("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[%s,%s]}", put,
			     put),
			400);
	expect_part(fixture_issue(fx, &a), "Basic/o1");
	post(TEXT("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[%s,{\"request\":{"
		  "\"method\":"
		  "\"DELETE\",\"url\":\"Basic/o1\"}}]}",
		     put),
		400);
	const char *named =
		"{\"fullUrl\":\"" UUID("1") "\",\"resource\":{\"resourceType\":\"Patient\"}," REQUEST("POST",
			"Patient", "") "}";
	post(TEXT("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[%s,%s]}", named, named),
		400);
	const char *once = "{\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:"
			   "o\",\"value\":\"1\"}]}," REQUEST("POST", "Patient",
				   ",\"ifNoneExist\":\"identifier=urn:o|1\"") "}";
	post(TEXT("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[%s,%s]}", once, once),
		412);
	assert_int_equal(total("Patient?identifier=urn:o|1"), 0);
	send_ok("GET", "Basic/o1", NULL, 404);
}

/* DELETE comes before POST, POST before PUT, and GET sees all of it. */
static void keeps_the_order(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Basic/r1",
		"{\"resourceType\":\"Basic\",\"id\":\"r1\",\"code\":{\"text\":\"x\"},"
		"\"identifier\":[{\"system\":\"urn:r\",\"value\":\"1\"}]}",
		201);
	struct fixture_answer a =
		post(BUNDLE("transaction",
			     "{" REQUEST("GET", "Basic/r2",
				     "") "},"
					 "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"r2\",\"code\":{"
					 "\"text\":\"y\"}}," REQUEST("PUT", "Basic/r2",
						 "") "},"
						     "{" REQUEST("DELETE", "Basic/r1",
							     "") "},"
								 "{" REQUEST("GET",
									 "Basic?identifier=urn:r|1", "") "}"),
			200);
	expect_text(&a, "/entry/0/response/status", "200 OK");
	expect_text(&a, "/entry/0/resource/code/text", "y");
	expect_text(&a, "/entry/2/response/status", "204 No Content");
	assert_int_equal(number(&a, "/entry/3/resource/total"), 0);
	a = send_ok("GET", "Basic/_history?_count=2", NULL, 200);
	expect_text(&a, "/entry/0/request/url", "Basic");
	expect_text(&a, "/entry/1/request/method", "DELETE");
}

static void keeps_entries_of_a_batch_apart(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = post(
		BUNDLE("batch",
			"{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"x1\",\"code\":{\"text\":\"x\"}}"
			"," REQUEST("PUT", "Basic/x1",
				"") "},"
				    "{\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"blue\"}"
				    "," REQUEST("POST", "Patient",
					    "") "},"
						"{" REQUEST("GET", "Basic/not-there",
							"") "},"
							    "{" REQUEST("GET", "Chair/1",
								    "") "},"
									"{\"resource\":{\"resourceType\":"
									"\"Basic\",\"id\":\"x1\",\"code\":{"
									"\"text\":\"y\"}}," REQUEST("PUT",
										"Basic/x1",
										",\"ifMatch\":\"W/"
										"\\\"7\\\"\"") "},"
											       "{" REQUEST(
												       "GET",
												       "Basic"
												       "/x1",
												       ",\"if"
												       "NoneM"
												       "atch"
												       "\":"
												       "\"W/"
												       "\\\"1"
												       "\\\""
												       "\"") "},"
													     "{\"resource\":{\"resourceType\":\"Patient\"}},"
													     "{" REQUEST(
														     "GET",
														     "Basic/x1/_history",
														     "") "},"
															 "{" REQUEST(
																 "DELETE",
																 "Basic/x1",
																 "") "}"),
		200);
	static const char *const statuses[] = { "201 Created", "422 Unprocessable Content", "404 Not Found",
		"404 Not Found", "412 Precondition Failed", "304 Not Modified", "400 Bad Request", "200 OK",
		"204 No Content" };
	expect_text(&a, "/type", "batch-response");
	for (int i = 0; i < 9; i++)
		expect_text(&a, TEXT("/entry/%d/response/status", i), statuses[i]);
	expect_text(&a, "/entry/1/response/outcome/issue/0/expression/0", "Bundle.entry[1].resource.gender");
	expect_text(&a, "/entry/2/response/outcome/resourceType", "OperationOutcome");
	expect_text(&a, "/entry/7/resource/type", "history");
	send_ok("GET", "Basic/x1", NULL, 410);
	/* A batch that only reads. */
	a = post(BUNDLE("batch",
			 "{" REQUEST("GET", "/Basic?_id=x1", "") "},{" REQUEST("GET", "Basic/x1", "") "}"),
		200);
	expect_text(&a, "/entry/0/response/status", "200 OK");
	expect_text(&a, "/entry/1/response/status", "410 Gone");
}

static void patches_in_a_bundle(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/bp", "{\"resourceType\":\"Patient\",\"id\":\"bp\"}", 201);
	/* [{"op":"add","path":"/active","value":true}] */
	struct fixture_answer a = post(BUNDLE("transaction",
					       "{\"resource\":{\"resourceType\":\"Binary\",\"contentType\":"
					       "\"application/json-patch+json\",\"data\":"
					       "\"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0"
					       "=\"}," REQUEST("PATCH", "Patient/bp", "") "}"),
		200);
	expect_text(&a, "/entry/0/response/etag", "W/\"2\"");
	a = send_ok("GET", "Patient/bp", NULL, 200);
	expect_part(a.body, "\"active\":true");
	post(BUNDLE("transaction",
		     "{\"resource\":{\"resourceType\":\"Parameters\"}," REQUEST("PATCH", "Patient/bp",
			     "") "}"),
		400);
}

static void returns_what_is_preferred(void **state)
{
	NEED_FHIR();
	const char *bundle = BUNDLE("transaction",
		"{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"w1\",\"code\":{\"text\":\"x\"}}," REQUEST(
			"PUT", "Basic/w1", "") "}");
	struct fixture_answer a = send_with("POST", "", "Prefer: return=representation\r\n", bundle, 200);
	expect_text(&a, "/entry/0/resource/id", "w1");
	expect_text(&a, "/entry/0/fullUrl", TEXT("%s/fhir/r4/Basic/w1", fixture_url(fx)));
	a = send_with("POST", "", "Prefer: return=OperationOutcome\r\n", bundle, 200);
	expect_text(&a, "/entry/0/response/outcome/issue/0/severity", "information");
	assert_true(fixture_header(&a, "X-Handslag-Sequence").len > 0);
}

static void refuses_what_is_no_bundle(void **state)
{
	NEED_FHIR();
	post("{\"resourceType\":\"Patient\"}", 400);
	post(BUNDLE("collection", ""), 400);
	post("{\"resourceType\":\"Bundle\"}", 400);
	post("", 400);
	struct fixture_answer a = post("{\"resourceType\":\"Bundle\",\"type\":\"transaction\"}", 200);
	assert_int_equal(entries(&a), 0);
	a = post(BUNDLE("transaction", "{\"resource\":{\"resourceType\":\"Patient\"}}"), 400);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0].request");
	a = post(BUNDLE("transaction", "{" REQUEST("POST", "Patient", "") "}"), 400);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0]");
	post(BUNDLE("transaction",
		     "{\"resource\":{\"resourceType\":\"Bundle\",\"type\":\"batch\"}," REQUEST("POST", "",
			     "") "}"),
		400);
	a = post(BUNDLE("transaction",
			 "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"b\"}," REQUEST("PUT",
				 "Patient/a", "") "}"),
		400);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0].resource.id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_entries),
		cmocka_unit_test(links_old_ids_of_creates),
		cmocka_unit_test(resolves_conditions),
		cmocka_unit_test(keeps_all_or_nothing),
		cmocka_unit_test(refuses_two_of_one),
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(keeps_entries_of_a_batch_apart),
		cmocka_unit_test(patches_in_a_bundle),
		cmocka_unit_test(returns_what_is_preferred),
		cmocka_unit_test(refuses_what_is_no_bundle),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
