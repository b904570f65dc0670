/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as entries of a batch: asked of their service like requests of their own. */
#include "rest_test.h"

static enum hs_verdict echo(struct hs_request *req, void *state)
{
	struct hs_json *input = NULL;
	struct hs_error err = { .status = HS_OK };
	(void)state;
	if (hs_request_parameters(req, &input, &err) != HS_OK)
		return hs_fail_request(req, &err);
	return hs_reply_json(req, 200, input);
}

static enum hs_status nothing(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	(void)arena;
	(void)arg;
	(void)err;
	return HS_OK;
}

static enum hs_verdict after_nothing(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	(void)arg;
	(void)err;
	assert_int_equal(status, HS_OK);
	return echo(req, NULL);
}

static enum hs_verdict slow(struct hs_request *req, void *state)
{
	return hs_compute(req, nothing, state, after_nothing);
}

static enum hs_verdict reading(struct hs_request *req, void *state)
{
	return hs_read_slow(req, nothing, state, after_nothing);
}

static enum hs_status piece(void *arg, struct hs_buf *out, bool *last, struct hs_error *err)
{
	static const char *const pieces[] = { "{\"resourceType\":", "\"Basic\",", "\"id\":\"streamed\"}" };
	size_t *at = arg;
	(void)err;
	hs_buf_cstr(out, pieces[(*at)++]);
	*last = *at == 3;
	return HS_OK;
}

static enum hs_verdict stream(struct hs_request *req, void *state)
{
	size_t *at = hs_arena_alloc(hs_request_arena(req), sizeof(*at));
	(void)state;
	return hs_stream_reply(req, 200, &(struct hs_stream_source) { piece, NULL, at });
}

static enum hs_verdict failing(struct hs_request *req, void *state)
{
	struct hs_error err = { .status = HS_OK };
	(void)state;
	hs_fail(&err, HS_E_CODE_INVALID, "no such code");
	return hs_fail_request(req, &err);
}

static enum hs_verdict words(struct hs_request *req, void *state)
{
	(void)state;
	return hs_reply_bytes(req, 200, HS_S("text/plain"), HS_S("hej"));
}

#define ROUTE(name, fn) \
	{ \
		.method = "GET POST", .path = "Basic/$" name, .versions = HS_ON_R4, .handler = (fn), \
		.operation = name \
	}
static const struct hs_route routes[] = {
	ROUTE("echo", echo),
	ROUTE("slow", slow),
	ROUTE("reading", reading),
	ROUTE("stream", stream),
	ROUTE("fail", failing),
	ROUTE("words", words),
	{ .method = "GET",
		.path = "Basic/{id}/$named",
		.versions = HS_ON_R4,
		.handler = slow,
		.operation = "named" },
	{ .method = NULL },
};
static const struct hs_service service = {
	.abi = HS_SERVICE_ABI, .name = "ops", .summary = "Operations, for tests.", .routes = routes
};

static int start_ops(void **state)
{
	static const struct hs_service *const services[] = { &service, &hs_service_record_source, NULL };
	struct fixture_options options = { .services = services };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

#define BATCH(type, entries) "{'resourceType':'Bundle','type':'" type "','entry':[" entries "]}"
#define ASK(method, url) "{'request':{'method':'" method "','url':'" url "'}}"
#define BASIC(id) \
	"{'resource':{'resourceType':'Basic','id':'" id "','code':{'text':'x'}}," \
	"'request':{'method':'PUT','url':'Basic/" id "'}}"
#define POST_TO(url, name, value) \
	"{'resource':{'resourceType':'Parameters','parameter':[{'name':'" name "','valueString':'" value \
	"'}]}," \
	"'request':{'method':'POST','url':'" url "'}}"

static void asks_them_in_a_batch(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "",
		BATCH("batch",
			ASK("GET", "Basic/$echo?a=1&b=tv%C3%A5") "," POST_TO("Basic/$echo", "c",
				"3") "," BASIC("op1") "," ASK("GET", "/Basic/$slow?d=4") "," ASK("GET",
				"Basic/$reading?e=5") "," ASK("GET", "Basic/$stream") "," ASK("GET",
				"Basic/op1/$named?f=6") "," ASK("GET", "Basic/op1")),
		200);
	expect_text(&a, "/type", "batch-response");
	assert_int_equal(entries(&a), 8);
	expect_text(&a, "/entry/0/response/status", "200 OK");
	expect_text(&a, "/entry/0/resource/parameter/1/valueString", "två");
	expect_text(&a, "/entry/1/resource/parameter/0/name", "c");
	expect_text(&a, "/entry/2/response/status", "201 Created");
	expect_text(&a, "/entry/3/resource/parameter/0/name", "d");
	expect_text(&a, "/entry/4/resource/parameter/0/name", "e");
	expect_text(&a, "/entry/5/resource/id", "streamed");
	expect_text(&a, "/entry/6/resource/parameter/0/name", "f");
	expect_text(&a, "/entry/7/resource/id", "op1");
	assert_true(fixture_header(&a, "X-Handslag-Sequence").len > 0);
}

static void asks_them_alone(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "", BATCH("batch", ASK("GET", "metadata")), 200);
	expect_text(&a, "/entry/0/resource/resourceType", "CapabilityStatement");
	/* What the client accepts is the form of the whole, not of an entry. */
	a = send_with("POST", "", "Accept: application/json\r\n",
		BATCH("batch", ASK("GET", "Basic/$echo?a=1")), 200);
	expect_text(&a, "/entry/0/resource/resourceType", "Parameters");
}

static void tells_what_failed(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "",
		BATCH("batch",
			ASK("GET", "Basic/$fail") "," ASK("GET", "Basic/$unknown") "," ASK("DELETE",
				"Basic/$echo") "," ASK("POST", "Basic/$named") "," ASK("GET",
				"Basic/$echo?a=1") "," ASK("GET", "Basic/$words")),
		200);
	expect_text(&a, "/entry/0/response/status", "422 Unprocessable Content");
	expect_text(&a, "/entry/0/response/outcome/issue/0/details/text", "no such code");
	expect_text(&a, "/entry/1/response/status", "404 Not Found");
	expect_text(&a, "/entry/1/response/outcome/resourceType", "OperationOutcome");
	expect_text(&a, "/entry/2/response/status", "405 Method Not Allowed");
	expect_text(&a, "/entry/3/response/status", "404 Not Found");
	expect_text(&a, "/entry/4/response/status", "200 OK");
	expect_text(&a, "/entry/5/resource/resourceType", "Binary");
	expect_text(&a, "/entry/5/resource/data", "aGVq");
}

static void refuses_them_in_a_transaction(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "",
		BATCH("transaction", BASIC("op2") "," ASK("GET", "Basic/$echo?a=1")), 400);
	expect_part(a.body, "cannot be part of a transaction");
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1]");
	send_ok("GET", "Basic/op2", NULL, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_them_in_a_batch),
		cmocka_unit_test(asks_them_alone),
		cmocka_unit_test(tells_what_failed),
		cmocka_unit_test(refuses_them_in_a_transaction),
	};
	return cmocka_run_group_tests(tests, start_ops, stop_server);
}
