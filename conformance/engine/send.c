/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the operations of a script and takes their answers: names them, judges what nobody asked for, reads
 * back what an answer lacks, and asks again where something takes its time. */
#include <conformance/engine/stage.h>

#include <core/base/world.h>

static uint64_t now_ns(const struct test_stage *stage)
{
	return stage->run->world->mono_ns(stage->run->world->ctx);
}

static void name_exchange(struct test_stage *stage, struct hs_slice id,
	const struct hs_test_exchange *exchange, bool request)
{
	struct test_name *name = id.len ? hs_arena_alloc(stage->arena, sizeof(*name)) : NULL;

	if (!name)
		return;
	*name = (struct test_name) { id, exchange, request, stage->names };
	stage->names = name; /* the newest is found first */
}

static bool next_is_assert(const struct test_stage *stage)
{
	const struct hs_script_test *script = stage->test->script;
	return script && stage->action < script->count && script->actions[stage->action].is_assert;
}

/* An answer that nobody asked for ends the test, unless an assertion follows that may want it. */
static void judge_answer(struct test_stage *stage, struct hs_test_action *action)
{
	const struct hs_test_exchange *exchange = stage->last;
	bool gone = (exchange->status == 404 || exchange->status == 410) &&
		hs_slice_eq(exchange->method, HS_S("DELETE")); /* what is to be absent is absent */

	action->exchange = exchange;
	action->verdict = HS_TEST_PASS;
	if (exchange->cancelled) {
		action->verdict = HS_TEST_SKIP;
		action->reason = HS_S("the run was stopped");
	} else if (exchange->failure.len) {
		action->verdict = HS_TEST_FAIL;
		action->reason = exchange->failure;
	} else if (exchange->status >= 400 && !next_is_assert(stage) && !gone) {
		action->verdict = HS_TEST_FAIL;
		action->reason = hs_arena_printf(stage->arena, "the answer is %d", exchange->status);
		action->wanted = HS_S("a status below 400");
		action->found = hs_arena_printf(stage->arena, "%d", exchange->status);
		action->path = HS_S("status");
		hs_test_blame(stage, exchange, action);
	}
	hs_test_stage_count(stage, action);
	if (action->verdict != HS_TEST_PASS)
		stage->stopping = true;
}

static void learn(struct test_stage *stage, const struct hs_script_action *script)
{
	const struct hs_script_operation *operation = &script->u.operation;
	size_t index = hs_test_fixture_index(stage, operation->source_id);
	bool makes = hs_slice_eq(operation->code, HS_S("create")) ||
		hs_slice_starts(operation->code, HS_S("update"));

	if (makes && index != SIZE_MAX)
		hs_test_learn_id(stage, index, stage->last);
}

/* A server need not send back what it made, whatever Prefer asks for. When the script goes on to use more of
 * it than its id and version it is read first, as a step of its own. True when that was sent. */
static bool read_back(struct test_stage *stage, const struct hs_test_action *write)
{
	struct hs_test_exchange *made = (struct hs_test_exchange *)(uintptr_t)write->exchange;
	struct hs_reference target = { 0 };
	struct test_request request = { 0 };
	struct hs_error err = { 0 };

	if (write->verdict != HS_TEST_PASS || !write->script ||
		!hs_test_made_lacks(stage, &write->script->u.operation, made, &target) ||
		hs_test_request_read(stage, &target, &request, &err))
		return false;
	struct hs_test_action *action = hs_test_stage_action(stage, NULL);
	action->id = hs_arena_printf(stage->arena, "%.*s-read", HS_S_ARG(write->id));
	action->label = HS_S("read back");
	action->description = HS_S("Read what was made: the answer does not bring it");
	if (!hs_test_send(stage, action, &request)) {
		hs_test_stage_count(stage, action);
		stage->stopping = true;
		return false;
	}
	stage->made = made;
	return true;
}

/* What cannot be read back is the failure of those who need it. */
static void take_read(struct test_stage *stage, struct hs_test_action *action)
{
	const struct hs_test_exchange *read = action->exchange;

	action->verdict = hs_test_made_take(stage->made, read) ? HS_TEST_PASS : HS_TEST_WARNING;
	if (read->cancelled)
		action->verdict = HS_TEST_SKIP;
	if (action->verdict != HS_TEST_PASS) {
		action->wanted = HS_S("the resource");
		action->found = read->failure.len ?
			read->failure :
			hs_arena_printf(stage->arena, "an answer of status %d without it", read->status);
		action->reason = HS_S("what was made cannot be read back");
	}
	hs_test_stage_count(stage, action);
	stage->stopping = stage->stopping || read->cancelled;
	stage->last = stage->made;
	stage->made = NULL;
}

/* ---- operations that take their time ---- */

#define PATIENCE_MS 60000u  /* for one of them in all */
#define LENIENCE_MS 10000u  /* at most this long for a target that is busy */
#define FIRST_MS 50u        /* before the first request, so that what is quick need not be asked for twice */
#define PAUSE_MOST_MS 2000u /* when the target does not say how long; from FIRST_MS on, doubled each time */

/* Retry-After in seconds (as a date it is rare, and not worth a wrong clock), else longer each time. */
static uint64_t pause_before_next(const struct test_stage *stage, const struct hs_test_exchange *exchange)
{
	uint64_t seconds = 0, pause = FIRST_MS;

	if (hs_slice_u64(hs_test_header(exchange->headers, exchange->header_count, HS_S("Retry-After")),
		    &seconds) &&
		seconds <= PATIENCE_MS / 1000)
		return seconds * 1000;
	for (uint32_t i = 0; i < stage->asked && pause < PAUSE_MOST_MS; i++)
		pause *= 2;
	return pause < PAUSE_MOST_MS ? pause : PAUSE_MOST_MS;
}

static void ask_again(void *arg);

static void ask_after(struct test_stage *stage, uint64_t ms)
{
	stage->again = hs_timer_start(stage->run->loop, ms, 0, ask_again, stage);
}

/* True: what was asked for is not done yet, or the target wants less haste; it will be asked for again. */
static bool waits(struct test_stage *stage, const struct hs_test_action *action,
	const struct hs_test_exchange *exchange)
{
	uint64_t pause = pause_before_next(stage, exchange);
	bool undone = action->script && action->script->u.operation.until_done && exchange->status == 202;
	bool hasty = action->script && exchange->status == 429 &&
		hs_test_header(exchange->headers, exchange->header_count, HS_S("Retry-After")).len &&
		pause <= LENIENCE_MS;

	if ((!undone && !hasty) || (now_ns(stage) - stage->asked_ns) / 1000000 + pause > PATIENCE_MS)
		return false;
	stage->action--; /* placeholders will have the values of this time */
	stage->asked++;
	ask_after(stage, pause);
	return true;
}

static void take_answer(struct test_stage *stage, struct hs_test_action *action,
	const struct hs_test_exchange *exchange)
{
	name_exchange(stage, action->script->u.operation.request_id, exchange, true);
	name_exchange(stage, action->script->u.operation.response_id, exchange, false);
	learn(stage, action->script);
	judge_answer(stage, action);
	if (!read_back(stage, action))
		hs_test_stage_go_on(stage);
}

static void answered(struct hs_http_call *call)
{
	struct test_stage *stage = call->user;
	struct hs_test_exchange *exchange = stage->pending;
	struct hs_test_action *action = &stage->test->actions[stage->test->count - 1];

	stage->call = NULL;
	stage->pending = NULL;
	hs_test_exchange_take(stage->run, exchange, call);
	if (stage->made) {
		take_read(stage, action);
		hs_test_stage_go_on(stage);
		return;
	}
	if (stage->phase == PHASE_CREATE || stage->phase == PHASE_DELETE) {
		if (stage->phase == PHASE_CREATE)
			hs_test_learn_id(stage, stage->fixture, exchange);
		stage->fixture++;
		judge_answer(stage, action);
		hs_test_stage_go_on(stage);
	} else if (!waits(stage, action, exchange)) {
		take_answer(stage, action, exchange);
	}
}

bool hs_test_send(struct test_stage *stage, struct hs_test_action *action, const struct test_request *request)
{
	struct hs_http_call *call = NULL;
	struct hs_test_exchange *exchange = hs_test_exchange_new(stage->run, stage->arena, request, &call);

	if (!exchange) {
		action->verdict = HS_TEST_ERROR;
		action->reason = HS_S("the script keeps too much: a larger limit on memory is needed");
		return false;
	}
	exchange->number = ++stage->result->exchange_count;
	*stage->exchange_end = exchange;
	stage->exchange_end = &exchange->next;
	stage->pending = stage->last = exchange;
	stage->call = call;
	action->exchange = exchange;
	call->done = answered;
	call->user = stage;
	hs_http_client_send(stage->run->client, call);
	return true;
}

/* Makes the request of the newest action and sends it; otherwise the action has its verdict. */
static bool make_and_send(struct test_stage *stage, struct hs_test_action *action)
{
	struct test_request request = { 0 };
	struct hs_error err = { 0 };
	enum hs_status status = hs_test_request(stage, action->script, &request, &err);

	stage->action++; /* before it is sent, so that next_is_assert looks at the right one */
	if (!status && hs_test_send(stage, action, &request))
		return true;
	if (status) {
		action->verdict = hs_test_verdict_of(status);
		action->reason = hs_arena_printf(stage->arena, "%s", err.text);
		action->exchange = stage->last;
		if (action->verdict == HS_TEST_FAIL && !action->exchange)
			action->verdict = HS_TEST_ERROR;
	}
	hs_test_stage_count(stage, action);
	stage->stopping = true;
	return false;
}

static void ask_again(void *arg)
{
	struct test_stage *stage = arg;
	struct hs_test_action *action = &stage->test->actions[stage->test->count - 1];

	hs_timer_stop(stage->again);
	stage->again = NULL;
	if (stage->run->stopped) {
		stage->action++;
		action->verdict = HS_TEST_SKIP;
		action->reason = HS_S("the run was stopped");
		hs_test_stage_count(stage, action);
		stage->stopping = true;
	} else if (make_and_send(stage, action)) {
		return;
	}
	hs_test_stage_go_on(stage);
}

bool hs_test_send_operation(struct test_stage *stage, const struct hs_script_action *script)
{
	struct hs_test_action *action = hs_test_stage_action(stage, script);

	stage->asked = 0;
	stage->asked_ns = now_ns(stage);
	if (!script->u.operation.until_done)
		return make_and_send(stage, action);
	ask_after(stage, FIRST_MS);
	return true;
}

void hs_test_send_cancel(struct test_stage *stage)
{
	if (stage->call)
		hs_http_client_cancel(stage->call);
	if (stage->again) { /* now rather than later: it sees that the run was stopped */
		hs_timer_stop(stage->again);
		ask_after(stage, 0);
	}
}
