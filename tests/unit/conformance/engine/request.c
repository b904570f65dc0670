/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as requests: url over params over targetId, headers, bodies, and what must not be sent. */
#include "bench.h"

static const char SCRIPT[] =
	"'fixture': [{'id': 'p', 'resource': {'reference': '#p'}}, {'id': 'patch', 'resource': {'reference': "
	"'#patch'}}, {'id': 'inner', 'resource': {'reference': '#b'}, 'expression': "
	"'Bundle.entry.resource'}],"
	"'contained': [{'resourceType': 'Patient', 'id': 'p', 'identifier': [{'value': '${UUID}'}, {'value': "
	"'${UUID}'}],'${name}': [{'${name}': 'x${id}'}]},"
	"{'resourceType': 'Binary', 'id': 'patch', 'contentType': 'application/json-patch+json', 'data': "
	"'W10='}, {'resourceType': 'Bundle', 'id': 'b', 'entry': [{'resource': {'resourceType': 'Patient', "
	"'id': 'meant'}}]}],"
	"'variable': [{'name': 'id', 'defaultValue': '17'}, {'name': 'blank', 'defaultValue': 'a b'}, "
	"{'name': 'location', 'headerField': 'Location', 'sourceId': 'made'}, {'name': 'must', 'hint': 'x'},"
	"{'name': 'name', 'defaultValue': 'text'}, {'name': 'day', 'defaultValue': '${DATE, T, D, -1}'}, "
	"{'name': 'loop', 'defaultValue': '${loop}'}]";

static struct test_request send_ok(struct bench *bench, const char *operation)
{
	struct test_request request;
	struct hs_error err;

	if (bench_request(bench, operation, &request, &err))
		fail_msg("%s: %s", operation, err.text);
	return request;
}

static void urls(void **state)
{
	static const struct {
		const char *operation, *method, *url;
	} rows[] = {
		{ "'type': {'code': 'read'}, 'resource': 'Patient', 'params': '/${id}'", "GET",
			"/Patient/17" },
		{ "'type': {'code': 'read'}, 'resource': 'Patient', 'targetId': 'p'", "GET", "/Patient/p" },
		{ "'type': {'code': 'read'}, 'resource': 'Patient', 'targetId': 'p', 'params': "
		  "'/2/_history/3'",
			"GET", "/Patient/2/_history/3" },
		{ "'type': {'code': 'read'}, 'resource': 'Patient', 'params': '/2', 'url': '/Other/3'", "GET",
			"/Other/3" },
		{ "'type': {'code': 'search'}, 'resource': 'Patient', 'params': '?name=${blank}&x=%20'",
			"GET", "/Patient?name=a%20b&x=%20" },
		{ "'type': {'code': 'search'}, 'resource': 'Patient', 'params': "
		  "'?d=2020-01-01T00:00:00+01:00'",
			"GET", "/Patient?d=2020-01-01T00:00:00%2B01:00" },
		{ "'type': {'code': 'search'}, 'resource': 'Patient', 'params': '?n=a|b', "
		  "'encodeRequestUrl': false",
			"GET", "/Patient?n=a|b" },
		{ "'type': {'code': 'search'}, 'resource': 'Patient', 'params': '?n=a', 'method': 'post'",
			"POST", "/Patient/_search" },
		{ "'type': {'code': 'history'}, 'resource': 'Patient', 'targetId': 'p'", "GET",
			"/Patient/p/_history" },
		{ "'type': {'code': 'history'}, 'resource': 'Patient', 'params': '/1?_count=2'", "GET",
			"/Patient/1/_history?_count=2" },
		{ "'type': {'code': 'history'}, 'params': '?_count=2'", "GET", "/_history?_count=2" },
		{ "'type': {'code': 'create'}, 'resource': 'Patient', 'sourceId': 'p'", "POST", "/Patient" },
		{ "'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p'", "PUT", "/Patient/p" },
		{ "'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p', 'params': '?a=b'",
			"PUT", "/Patient?a=b" },
		{ "'type': {'code': 'deleteCondSingle'}, 'resource': 'Patient', 'params': '?a=b'", "DELETE",
			"/Patient?a=b" },
		{ "'type': {'code': 'transaction'}, 'sourceId': 'p'", "POST", "" },
		{ "'type': {'code': 'capabilities'}, 'params': '?mode=terminology'", "GET",
			"/metadata?mode=terminology" },
		{ "'type': {'code': 'expand'}, 'resource': 'ValueSet', 'params': '?url=x'", "GET",
			"/ValueSet/$expand?url=x" },
		{ "'type': {'code': 'expand'}, 'resource': 'ValueSet', 'params': '/3?filter=x'", "GET",
			"/ValueSet/3/$expand?filter=x" },
		{ "'type': {'code': 'everything'}, 'resource': 'Patient', 'targetId': 'p'", "GET",
			"/Patient/p/$everything" },
		{ "'type': {'code': 'validate-code'}, 'resource': 'ValueSet', 'sourceId': 'p'", "POST",
			"/ValueSet/$validate-code" },
		{ "'method': 'head', 'url': '/Patient/1'", "HEAD", "/Patient/1" },
		{ "'method': 'get', 'url': 'a?b=http://c'", "GET", "/a?b=http://c" },
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, SCRIPT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_request request = send_ok(&bench, rows[i].operation);
		struct hs_slice base = bench.run.options.target;
		assert_slice(request.method, rows[i].method);
		assert_true(hs_slice_starts(request.url, base));
		assert_slice(hs_slice(request.url.ptr + base.len, request.url.len - base.len), rows[i].url);
	}
	bench_close(&bench);
}

/* A contained fixture bears an id only so that the script can name it: it does not travel with a create. */
static void ids_of_creates(void **state)
{
	static const struct {
		const char *operation, *id;
	} rows[] = {
		{ "'type': {'code': 'create'}, 'resource': 'Patient', 'sourceId': 'p'", "" },
		{ "'type': {'code': 'create'}, 'resource': 'Patient', 'sourceId': 'inner'", "meant" },
		{ "'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p'", "p" },
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, SCRIPT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_request request = send_ok(&bench, rows[i].operation);
		assert_slice(hs_json_get_text(request.json, HS_S("id")), rows[i].id);
		assert_int_equal(hs_slice_search(request.body, HS_S("\"id\":")) != SIZE_MAX,
			rows[i].id[0] != '\0');
	}
	bench_close(&bench);
}

static struct hs_slice header(const struct test_request *request, const char *name)
{
	return hs_test_header(request->headers, request->header_count, hs_slice_cstr(name));
}

static void headers(void **state)
{
	static const struct hs_http_header own[] = { { HS_S_INIT("X-Own"), HS_S_INIT("1") } };
	struct bench bench;

	(void)state;
	bench_open(&bench, SCRIPT);
	bench.run.options.headers = own;
	bench.run.options.header_count = 1;
	struct test_request r = send_ok(&bench,
		"'type': {'code': 'create'}, 'resource': 'Patient', 'sourceId': 'p'");
	assert_slice(header(&r, "Accept"), "application/fhir+json");
	assert_slice(header(&r, "Content-Type"), "application/fhir+json");
	assert_slice(header(&r, "X-Own"), "1");
	r = send_ok(&bench,
		"'type': {'code': 'read'}, 'params': '/1', 'resource': 'P', 'accept': 'none', "
		"'requestHeader': [{'field': 'If-None-Match', 'value': 'W/${id}'}]");
	assert_slice(header(&r, "Accept"), "");
	assert_slice(header(&r, "If-None-Match"), "W/17");
	r = send_ok(&bench,
		"'type': {'code': 'patch'}, 'resource': 'Patient', 'params': '/1', 'sourceId': 'patch'");
	assert_slice(header(&r, "Content-Type"), "application/json-patch+json");
	assert_slice(r.body, "[]");
	r = send_ok(&bench,
		"'type': {'code': 'search'}, 'resource': 'Patient', 'params': '?a=b c', 'method': 'post'");
	assert_slice(header(&r, "Content-Type"), "application/x-www-form-urlencoded");
	assert_slice(r.body, "a=b%20c");
	/* A URL from an answer may lead elsewhere: what belongs to the target does not go there. */
	r = send_ok(&bench, "'method': 'get', 'url': 'https://elsewhere.test/x'");
	assert_slice(header(&r, "X-Own"), "");
	assert_true(r.headers[1].name.len && hs_slice_eq(r.headers[1].name, HS_S("Authorization")));
	bench_close(&bench);
}

static void targets(void **state)
{
	struct test_name made = { .id = HS_S_INIT("made") };
	struct bench bench;
	struct test_request request;
	struct hs_error err;

	(void)state;
	bench_open(&bench, SCRIPT);
	made.exchange = bench_exchange(&bench, 201, "Location: http://target.test/fhir/Patient/77/_history/4",
		"");
	bench.stage.names = &made;
	request = send_ok(&bench, "'type': {'code': 'vread'}, 'resource': 'Patient', 'targetId': 'made'");
	assert_slice(request.url, "http://target.test/fhir/Patient/77/_history/4");
	request = send_ok(&bench, "'method': 'get', 'url': '${location}'");
	assert_slice(request.url, "http://target.test/fhir/Patient/77/_history/4");
	/* The target's id goes into the body of an update by targetId, not of one by params. */
	request = send_ok(&bench,
		"'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p', 'targetId': 'made'");
	assert_slice(hs_json_get_text(request.json, HS_S("id")), "77");
	assert_true(hs_slice_search(request.body, HS_S("\"id\":\"77\"")) != SIZE_MAX);
	request = send_ok(&bench,
		"'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p', 'params': '/9'");
	assert_slice(hs_json_get_text(request.json, HS_S("id")), "p");
	bench.script->suite = HS_S_NONE; /* a published script counts on the engine to change the id */
	request = send_ok(&bench,
		"'type': {'code': 'update'}, 'resource': 'Patient', 'sourceId': 'p', 'params': '/9'");
	assert_slice(hs_json_get_text(request.json, HS_S("id")), "9");
	assert_true(request.emulated.len > 0);
	hs_test_learn_id(&bench.stage, 0, made.exchange);
	request = send_ok(&bench, "'type': {'code': 'read'}, 'resource': 'Patient', 'targetId': 'p'");
	assert_slice(request.url, "http://target.test/fhir/Patient/77");
	made.exchange = bench_exchange(&bench, 201, "", "");
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'targetId': 'made'", &request,
				 &err),
		HS_E_VALUE);
	assert_int_equal(bench_request(&bench, "'method': 'get', 'url': '${location}'", &request, &err),
		HS_E_VALUE);
	bench_close(&bench);
}

static void refused(void **state)
{
	struct bench bench;
	struct test_request request;
	struct hs_error err;

	(void)state;
	bench_open(&bench, SCRIPT);
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'resource': 'Patient'", &request,
				 &err),
		HS_E_INVALID);
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'params': '/${must}'", &request,
				 &err),
		HS_E_REQUIRED);
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'params': '/${nobody}'", &request,
				 &err),
		HS_E_NOT_FOUND);
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'params': '/${loop}'", &request,
				 &err),
		HS_E_INVALID);
	assert_int_equal(bench_request(&bench, "'type': {'code': 'read'}, 'params': '/1', 'origin': 1",
				 &request, &err),
		HS_E_NOT_SUPPORTED);
	bench_close(&bench);
}

static struct hs_slice rendered(struct bench *bench, const char *text, struct test_scope *scope)
{
	struct hs_slice out = HS_S_NONE;
	struct hs_error err = { 0 };

	if (hs_test_render(&bench->stage, hs_slice_cstr(text), scope, &out, &err))
		fail_msg("%s: %s", text, err.text);
	return out;
}

static void placeholders(void **state)
{
	struct test_scope a = { "a", 1, 0, NULL }, again = a;
	struct bench bench;
	struct hs_json *first = NULL, *second = NULL;
	struct hs_error err;
	char today[HS_INSTANT_LEN + 1];
	const struct hs_world *world = hs_world_real();

	(void)state;
	bench_open(&bench, SCRIPT);
	struct hs_slice uuid = rendered(&bench, "${UUID}", &a);
	assert_int_equal(uuid.len, 36);
	assert_false(hs_slice_eq(uuid, rendered(&bench, "${UUID}", &a)));    /* another place */
	assert_true(hs_slice_eq(uuid, rendered(&bench, "${UUID}", &again))); /* the same one */
	hs_time_instant(world->wall_ms(world->ctx) - INT64_C(86400000), today);
	today[10] = '\0';
	assert_slice(rendered(&bench, "${day}", &a), today);
	assert_slice(rendered(&bench, "$ {id} ${id}$", &a), "$ {id} 17$");
	assert_slice(rendered(&bench, "${BASE}", &a), "http://target.test/fhir");
	assert_int_equal(rendered(&bench, "${DATE, T, Y, +1}", &a).len, 10);
	/* A fixture is the same at every use, and its two UUIDs are two. */
	assert_int_equal(hs_test_fixture(&bench.stage, 0, &first, &err), HS_OK);
	assert_int_equal(hs_test_fixture(&bench.stage, 0, &second, &err), HS_OK);
	assert_true(hs_json_equal(first, second));
	assert_false(hs_json_equal(hs_json_at(hs_json_get(first, HS_S("identifier")), 0),
		hs_json_at(hs_json_get(first, HS_S("identifier")), 1)));
	/* Names of elements are filled in, too. */
	assert_slice(hs_json_text(hs_json_pointer(first, HS_S("/text/0/text"))), "x17");
	assert_null(hs_json_get(first, HS_S("${name}")));
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(ids_of_creates),
		cmocka_unit_test(headers),
		cmocka_unit_test(targets),
		cmocka_unit_test(refused),
		cmocka_unit_test(placeholders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
