/* SPDX-License-Identifier: Apache-2.0 */
/* Work that is undone and run again from the start, as the store does with a group that was rolled back, ends
 * as if it had been run once. */
#include <core/base/fault.h>
#include <core/rest/bundle/bundle.h>

#include "rest_test.h"

#define UUID_1 "urn:uuid:00000000-0000-4000-8000-000000000001"
#define UUID_2 "urn:uuid:00000000-0000-4000-8000-000000000002"

struct twice {
	hs_work_fn *work;
	void *arg;
};

static enum hs_status run_twice(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct twice *twice = arg;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	enum hs_status status = hs_txn_savepoint(txn, err);
	if (status == HS_OK)
		status = twice->work(txn, arena, twice->arg, err);
	if (status == HS_OK)
		status = hs_txn_savepoint_end(txn, false, err);
	/* What the first run made is gone, and its memory is overwritten by other things. */
	hs_arena_rollback(arena, mark);
	mark = hs_arena_mark(arena);
	char *other = hs_arena_raw(arena, 1 << 20);
	memset(other, 0xa5, 1 << 20);
	hs_arena_rollback(arena, mark);
	return status == HS_OK ? twice->work(txn, arena, twice->arg, err) : status;
}

/* Where the fixture's server keeps its resources. */
static void open_env(struct hs__rest_env *env, struct hs_store **store)
{
	struct hs_sandbox *sandbox = NULL;
	struct hs_error err = { 0 };
	const struct hs_rest_sandbox *numbers = NULL;
	assert_int_equal(hs_host_sandbox(fixture_host(fx), "default", &sandbox, &err), HS_OK);
	const struct hs_rest *rest = hs_sandbox_rest(sandbox, HS_FHIR_R4, &numbers);
	*store = hs_sandbox_store(sandbox);
	*env = (struct hs__rest_env) { .rest = rest, .sandbox = numbers, .base = HS_S("http://h/fhir/r4") };
}

static const char body[] =
	"{'resourceType':'Bundle','type':'transaction','entry':["
	"{'fullUrl':'" UUID_1 "','resource':{'resourceType':'Basic','id':'one','code':{'text':'x'},"
	"'subject':{'reference':'Patient?identifier=urn:a|1'},'author':{'reference':'" UUID_2 "'}},"
	"'request':{'method':'PUT','url':'Basic/one'}},"
	"{'fullUrl':'" UUID_2 "','resource':{'resourceType':'Practitioner','identifier':[{'system':'urn:a',"
	"'value':'2'}]},'request':{'method':'PUT','url':'Practitioner?identifier=urn:a|2'}},"
	"{'resource':{'resourceType':'Basic','code':{'text':'y'},'subject':{'reference':'" UUID_1 "'}},"
	"'request':{'method':'POST','url':'Basic','ifNoneExist':'code=none'}},"
	"{'request':{'method':'GET','url':'Basic/one'}}]}";

static void runs_a_transaction_again(void **state)
{
	NEED_FHIR();
	struct hs__rest_env env;
	struct hs_store *store = NULL;
	struct hs_error err = { 0 };
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	send_ok("PUT", "Patient/pa",
		"{'resourceType':'Patient','id':'pa','identifier':[{'system':'urn:a','value':'1'}]}", 201);
	open_env(&env, &store);
	struct hs__rest_bundle bundle = { .env = env, .body = hs_slice_cstr(quoted(body)) };
	assert_int_equal(hs__rest_bundle_prepare(NULL, arena, &bundle, &err), HS_OK);
	struct twice twice = { hs__rest_bundle_run, &bundle };
	if (hs_store_write_wait(store, arena, run_twice, &twice, &err) != HS_OK)
		fail_msg("%s", err.text);
	struct fixture_answer a = { .status = 200, .body = bundle.reply };
	expect_text(&a, "/entry/0/response/etag", "W/\"1\"");
	expect_text(&a, "/entry/3/resource/subject/reference", "Patient/pa");
	a = send_ok("GET", "Basic/one", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/pa");
	expect_text(&a, "/meta/versionId", "1");
	struct hs_slice author = fixture_text(fx, &a, "/author/reference");
	a = send_ok("GET", TEXT("%.*s", HS_S_ARG(author)), NULL, 200);
	expect_text(&a, "/identifier/0/value", "2");
	a = send_ok("GET", "Basic?subject=Basic/one&_summary=count", NULL, 200);
	a = send_ok("GET", "Practitioner?_summary=count", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	hs_arena_free(arena);
}

/* The n-th allocation fails and those after it; then all is undone. */
struct starved {
	struct hs__rest_bundle bundle;
	size_t nth;
	bool ended; /* there were fewer allocations */
	enum hs_status status;
};

static enum hs_status run_starved(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct starved *starved = arg;
	struct hs_error inner = { 0 };
	hs_arena_fail_at(starved->nth, 1);
	starved->status = hs__rest_bundle_run(txn, arena, &starved->bundle, &inner);
	starved->ended = hs_arena_fail_count() < starved->nth;
	hs_arena_fail_at(0, 0);
	return hs_fail(err, HS_E_CANCELLED, "undone");
}

static void fails_cleanly_when_memory_ends(void **state)
{
	NEED_FHIR();
	struct hs__rest_env env;
	struct hs_store *store = NULL;
	struct hs_error err = { 0 };
	struct starved starved = { .nth = 1 };
	open_env(&env, &store);
	struct hs_slice text = hs_slice_cstr(quoted(body));
	for (; !starved.ended && starved.nth < 100000; starved.nth += 1 + starved.nth / 64) {
		struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
		starved.bundle = (struct hs__rest_bundle) { .env = env, .body = text };
		hs_arena_fail_at(starved.nth, 1);
		enum hs_status status = hs__rest_bundle_prepare(NULL, arena, &starved.bundle, &err);
		hs_arena_fail_at(0, 0);
		if (status != HS_OK) {
			assert_true(err.text[0]);
			hs_arena_free(arena); /* it remembers that it was full */
			arena = hs_arena_new((size_t)64 << 20);
			starved.bundle = (struct hs__rest_bundle) { .env = env, .body = text };
			assert_int_equal(hs__rest_bundle_prepare(NULL, arena, &starved.bundle, &err), HS_OK);
		}
		assert_int_equal(hs_store_write_wait(store, arena, run_starved, &starved, &err),
			HS_E_CANCELLED);
		hs_arena_free(arena);
	}
	assert_true(starved.ended);
	assert_int_equal(starved.status, HS_OK);
	assert_true(starved.nth > 50);
}

static enum hs_status run_call(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs__rest_result result;
	struct hs__rest_call *call = arg;
	struct hs__rest_env env;
	struct hs_store *store = NULL;
	open_env(&env, &store);
	return hs__rest_run(&env, txn, arena, call, &result, err);
}

static void runs_a_conditional_update_again(void **state)
{
	NEED_FHIR();
	struct hs__rest_env env;
	struct hs_store *store = NULL;
	struct hs_error err = { 0 };
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_slice text = hs_slice_cstr(quoted("{'resourceType':'Patient','active':true,"
						    "'identifier':[{'system':'urn:a','value':'new'}]}"));
	struct hs_pair pair = { HS_S_INIT("identifier"), HS_S_INIT("urn:a|new") };
	struct hs__rest_incoming in = { .text = text };
	open_env(&env, &store);
	assert_int_equal(hs_json_parse(arena, text, NULL, &in.tree, &err), HS_OK);
	assert_int_equal(hs__rest_ready(&env, arena, &in, &err), HS_OK);
	struct hs__rest_call call = { .interaction = HS_DO_UPDATE_CONDITIONAL,
		.type = hs__rest_type(env.rest, HS_S("Patient")),
		.query = &pair,
		.query_count = 1,
		.in = &in };
	struct twice twice = { run_call, &call };
	for (int i = 1; i <= 2; i++) { /* first it creates, then it updates */
		if (hs_store_write_wait(store, arena, run_twice, &twice, &err) != HS_OK)
			fail_msg("%s", err.text);
		struct fixture_answer a = send_ok("GET", "Patient?identifier=urn:a|new", NULL, 200);
		assert_int_equal(number(&a, "/total"), 1);
		expect_text(&a, "/entry/0/resource/meta/versionId", TEXT("%d", i));
	}
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_a_transaction_again),
		cmocka_unit_test(runs_a_conditional_update_again),
		cmocka_unit_test(fails_cleanly_when_memory_ends),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
