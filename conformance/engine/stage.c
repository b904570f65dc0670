/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one script:
 *
 *   idle -> create -> setup -> test (each) -> teardown -> delete -> done
 *             |         |                        ^
 *             +---------+-- not passed: tests ---+
 *                           are skipped
 *
 * Within a phase the actions follow one another: an assertion is judged at once, an operation is sent and the
 * phase goes on when its answer is there. Teardown and delete always run, and what they find is no verdict.
 */
#include <conformance/engine/stage.h>

#include <core/base/world.h>

#include <stdio.h>

static uint64_t now_ns(const struct test_stage *stage)
{
	return stage->run->world->mono_ns(stage->run->world->ctx);
}

static int64_t wall_ms(const struct test_stage *stage)
{
	return stage->run->world->wall_ms(stage->run->world->ctx);
}

/* The worse of two; a failure of the target weighs most. */
static enum hs_test_verdict worse(enum hs_test_verdict a, enum hs_test_verdict b)
{
	static const uint8_t weight[HS_TEST_VERDICTS] = { [HS_TEST_PENDING] = 0,
		[HS_TEST_PASS] = 1,
		[HS_TEST_WARNING] = 2,
		[HS_TEST_SKIP] = 3,
		[HS_TEST_NOT_EVALUATED] = 4,
		[HS_TEST_ERROR] = 5,
		[HS_TEST_FAIL] = 6 };
	return weight[a] >= weight[b] ? a : b;
}

static bool holds_up(enum hs_test_verdict verdict)
{
	return verdict > HS_TEST_WARNING;
}

/* ---- verdicts ---- */

struct hs_test_action *hs_test_stage_action(struct test_stage *stage, const struct hs_script_action *script)
{
	HS_ASSERT(stage->test);
	struct hs_test_action *action = &stage->test->actions[stage->test->count++];

	memset(action, 0, sizeof(*action));
	action->script = script;
	if (script) {
		action->label = script->label;
		action->description = script->description;
		action->id = hs_arena_printf(stage->arena, "%.*s/%.*s", HS_S_ARG(stage->test->id),
			HS_S_ARG(script->id));
	}
	return action;
}

static void find_requirements(struct test_stage *stage, struct hs_test_action *action)
{
	const struct hs_script_assert *assertion = &action->script->u.assertion;
	const struct hs_requirement **list;

	if (!assertion->requirement_count || !stage->run->options.requirements)
		return;
	list = hs_arena_array(stage->arena, assertion->requirement_count, sizeof(*list));
	for (size_t i = 0; list && i < assertion->requirement_count; i++) {
		const struct hs_requirement *requirement =
			hs_requirements_find(stage->run->options.requirements,
				assertion->requirements[i].reference, assertion->requirements[i].key);
		if (requirement)
			list[action->requirement_count++] = requirement;
	}
	action->requirements = list;
}

/* What need not hold is a warning: warningOnly, and requirements that are all weaker than SHALL. */
static bool is_soft(const struct test_stage *stage, const struct hs_test_action *action)
{
	bool soft = action->requirement_count > 0;

	if (action->script->is_assert && action->script->u.assertion.warning_only)
		return true;
	for (size_t i = 0; i < action->requirement_count; i++)
		soft = soft && action->requirements[i]->level != HS_LEVEL_SHALL;
	return soft && !stage->run->options.strict;
}

void hs_test_stage_count(struct test_stage *stage, struct hs_test_action *action)
{
	enum hs_test_verdict before = stage->test->verdict;

	if (action->verdict == HS_TEST_FAIL || action->verdict == HS_TEST_WARNING ||
		action->verdict == HS_TEST_ERROR)
		action->expected = hs_test_run_expects(stage->run, action->id, action->verdict);
	stage->test->verdict = worse(before, action->expected ? HS_TEST_WARNING : action->verdict);
	if (stage->test->verdict != before && holds_up(action->verdict))
		stage->test->reason = action->reason.len ? action->reason : action->description;
}

static const struct hs_test_action *find_key(const struct test_stage *stage, struct hs_slice key)
{
	for (size_t i = 0; i < stage->test->count; i++) {
		const struct hs_test_action *action = &stage->test->actions[i];
		if (action->script && action->script->is_assert &&
			hs_slice_eq(action->script->u.assertion.key, key))
			return action;
	}
	return NULL;
}

/* What follows from an assertion's verdict. */
static void settle(struct test_stage *stage, struct hs_test_action *action)
{
	const struct hs_script_assert *assertion = &action->script->u.assertion;
	bool failed = action->verdict == HS_TEST_FAIL, soft = failed && is_soft(stage, action);

	if (soft)
		action->verdict = HS_TEST_WARNING;
	else if (failed && action->exchange)
		hs_test_blame(stage, action->exchange, action);
	if (action->verdict == HS_TEST_NOT_EVALUATED && assertion->warning_only)
		stage->test->verdict = worse(stage->test->verdict, HS_TEST_WARNING);
	else
		hs_test_stage_count(stage, action);
	stage->action++;
	bool stops = failed && !soft && !assertion->continues;
	if ((stops || (action->exchange && action->exchange->cancelled)) && stage->phase != PHASE_TEARDOWN)
		stage->stopping = true;
}

/* False: a script within this one is under way. */
static bool judge(struct test_stage *stage, const struct hs_script_action *script)
{
	const struct hs_script_assert *assertion = &script->u.assertion;
	struct hs_test_action *action = hs_test_stage_action(stage, script);

	find_requirements(stage, action);
	if (assertion->based_on.len) {
		const struct hs_test_action *key = find_key(stage, assertion->based_on);
		if (!key || key->verdict != HS_TEST_PASS) {
			action->verdict = HS_TEST_SKIP;
			action->reason = hs_arena_printf(stage->arena, "only judged when %.*s holds",
				HS_S_ARG(assertion->based_on));
			stage->action++;
			return true; /* by design: no word on the test */
		}
	}
	if (assertion->check != HS_CHECK_SUBTEST)
		hs_test_judge(stage, script, action);
	else if (hs_test_subtest_begin(stage, action))
		return false;
	settle(stage, action);
	return true;
}

/* Everything after the action that ended the test. */
static void skip_rest(struct test_stage *stage, struct hs_slice reason)
{
	const struct hs_script_test *script = stage->test->script;

	while (stage->action < script->count) {
		struct hs_test_action *action = hs_test_stage_action(stage,
			&script->actions[stage->action++]);
		if (action->script->is_assert)
			find_requirements(stage, action);
		action->verdict = HS_TEST_SKIP;
		action->reason = reason;
	}
}

/* ---- phases ---- */

static void begin_test(struct test_stage *stage, struct hs_test_result *test)
{
	stage->test = test;
	stage->action = 0;
	stage->stopping = false;
	test->began_ms = wall_ms(stage);
	stage->test_began_ns = now_ns(stage);
}

static void end_test(struct test_stage *stage)
{
	struct hs_test_result *test = stage->test;

	if (test->verdict == HS_TEST_PENDING) {
		test->verdict = test->count ? HS_TEST_PASS : HS_TEST_SKIP;
		if (!test->count)
			test->reason = HS_S("it has no actions");
	}
	test->micros = (now_ns(stage) - stage->test_began_ns) / 1000;
}

static void skip_test(struct test_stage *stage, struct hs_test_result *test, enum hs_test_verdict verdict,
	struct hs_slice reason)
{
	begin_test(stage, test);
	skip_rest(stage, reason);
	test->verdict = verdict;
	test->reason = reason;
	end_test(stage);
}

static void report_test(struct test_stage *stage)
{
	const struct hs_test_events *events = &stage->run->options.events;

	stage->result->verdict = worse(stage->result->verdict, stage->test->verdict);
	if (events->test_done && stage->test->selected && !stage->within)
		events->test_done(stage->run, stage->test, events->arg);
}

static bool holds(struct test_stage *stage, struct hs_slice condition, const struct hs_json *input)
{
	struct hs_path_list found = { 0 };
	struct hs_error err = { 0 };

	/* What cannot be evaluated is a fault of the script, which lint finds: it does not keep a test from
	 * it. */
	return hs_test_evaluate(stage, condition, input, &found, &err) || hs_path_truth(&found) == 1;
}

/* A reason for not running the test at all; empty when there is none. */
static struct hs_slice reason_to_skip(struct test_stage *stage, const struct hs_script_test *script)
{
	struct hs_test_run *run = stage->run;

	if (!run->capability || run->options.no_precheck)
		return HS_S_NONE;
	if (script->needs_true.len && !holds(stage, script->needs_true, run->capability))
		return hs_arena_printf(stage->arena, "by the CapabilityStatement this does not hold: %.*s",
			HS_S_ARG(script->needs_true));
	for (size_t i = 0; i < script->count; i++) {
		struct hs_slice reason = HS_S_NONE;
		if (!script->actions[i].is_assert)
			reason = hs_test_undeclared(stage->arena, run->capability,
				&script->actions[i].u.operation);
		if (reason.len)
			return reason;
	}
	return HS_S_NONE;
}

/* Actions of the test under way, until something is sent (false) or the test is over (true). */
static bool run_actions(struct test_stage *stage)
{
	const struct hs_script_test *script = stage->test->script;

	while (stage->action < script->count && !stage->stopping) {
		const struct hs_script_action *action = &script->actions[stage->action];
		if (!action->is_assert) {
			if (hs_test_send_operation(stage, action))
				return false;
			continue;
		}
		if (!judge(stage, action))
			return false;
	}
	if (stage->phase == PHASE_TEARDOWN && stage->stopping && stage->action < script->count) {
		stage->stopping = false; /* the next action of a teardown is tried whatever happened */
		return run_actions(stage);
	}
	skip_rest(stage, HS_S("the test had ended"));
	end_test(stage);
	return true;
}

/* The next fixture to create or delete; false when there is none. */
static bool run_fixtures(struct test_stage *stage)
{
	const struct hs_script *script = stage->script;
	bool create = stage->phase == PHASE_CREATE;

	for (; stage->fixture < script->fixture_count; stage->fixture++) {
		const struct hs_script_fixture *fixture = &script->fixtures[stage->fixture];
		struct test_request request = { 0 };
		struct hs_error err = { 0 };
		enum hs_status status;
		if (create ? !fixture->autocreate || stage->stopping :
			     !fixture->autodelete || !stage->fixtures[stage->fixture].created)
			continue;
		struct hs_test_action *action = hs_test_stage_action(stage, NULL);
		action->id = hs_arena_printf(stage->arena, "%.*s/%s-%.*s", HS_S_ARG(stage->test->id),
			create ? "create" : "delete", HS_S_ARG(fixture->id));
		action->label = create ? HS_S("autocreate") : HS_S("autodelete");
		action->description = hs_arena_printf(stage->arena, "%s the fixture %.*s",
			create ? "Create" : "Delete", HS_S_ARG(fixture->id));
		status = hs_test_request_fixture(stage, stage->fixture, create, &request, &err);
		if (!status && hs_test_send(stage, action, &request))
			return true;
		if (status) {
			action->verdict = hs_test_verdict_of(status);
			action->reason = hs_arena_printf(stage->arena, "%s", err.text);
		}
		hs_test_stage_count(stage, action);
		stage->stopping = create;
	}
	return false;
}

static void finish(struct test_stage *stage)
{
	const struct hs_test_events *events = &stage->run->options.events;

	stage->phase = PHASE_DONE;
	stage->finished = true;
	stage->result->micros = (now_ns(stage) - stage->began_ns) / 1000;
	if (stage->within) {
		hs_test_subtest_done(stage);
		return;
	}
	if (events->script_done)
		events->script_done(stage->run, stage->result, events->arg);
	hs_test_stage_done(stage);
}

/* After setup: how it ended decides about the tests. */
static void leave_setup(struct test_stage *stage)
{
	struct hs_test_result *setup = &stage->result->setup;

	end_test(stage);
	stage->result->verdict = setup->count ? setup->verdict : HS_TEST_PENDING;
	stage->phase = PHASE_TEST;
	if (!setup->count || !holds_up(setup->verdict))
		return;
	enum hs_test_verdict verdict = setup->verdict == HS_TEST_NOT_EVALUATED ? HS_TEST_NOT_EVALUATED :
										 HS_TEST_SKIP;
	struct hs_slice reason = hs_arena_printf(stage->arena, "setup did not pass (%s)%s%.*s",
		hs_test_verdict_name(setup->verdict), setup->reason.len ? ": " : "", HS_S_ARG(setup->reason));
	for (; stage->order_at < stage->order_count; stage->order_at++) {
		skip_test(stage, &stage->result->tests[stage->order[stage->order_at]], verdict, reason);
		report_test(stage);
	}
}

/* Begins the next test, or leaves for teardown. True when something was sent. */
static void next_test(struct test_stage *stage)
{
	struct hs_slice reason;
	bool stop = stage->run->stopped;

	if (stage->order_at == stage->order_count || stop) {
		stage->phase = PHASE_TEARDOWN;
		begin_test(stage, &stage->result->teardown);
		return;
	}
	stage->test_index = stage->order[stage->order_at++];
	struct hs_test_result *test = &stage->result->tests[stage->test_index];
	reason = reason_to_skip(stage, test->script);
	if (reason.len) {
		skip_test(stage, test, HS_TEST_SKIP, reason);
		report_test(stage);
		stage->test = NULL;
		return;
	}
	begin_test(stage, test);
}

void hs_test_stage_go_on(struct test_stage *stage)
{
	while (!stage->finished) {
		switch (stage->phase) {
		case PHASE_CREATE:
			if (run_fixtures(stage))
				return;
			stage->phase = PHASE_SETUP;
			if (stage->stopping)
				skip_rest(stage, HS_S("a fixture could not be created"));
			break;
		case PHASE_SETUP:
			if (!run_actions(stage))
				return;
			leave_setup(stage);
			stage->test = NULL;
			break;
		case PHASE_TEST:
			if (!stage->test) {
				next_test(stage);
				break;
			}
			if (!run_actions(stage))
				return;
			report_test(stage);
			stage->test = NULL;
			break;
		case PHASE_TEARDOWN:
			if (!run_actions(stage))
				return;
			stage->phase = PHASE_DELETE;
			stage->fixture = 0;
			break;
		case PHASE_DELETE:
			if (run_fixtures(stage))
				return;
			finish(stage);
			return;
		default:
			return;
		}
	}
}

void hs_test_stage_resume(struct test_stage *stage)
{
	settle(stage, &stage->test->actions[stage->test->count - 1]);
	hs_test_stage_go_on(stage);
}

void hs_test_stage_begin(struct test_stage *stage)
{
	const struct hs_script *script = stage->script;
	struct hs_slice undeclared;

	stage->began_ns = now_ns(stage);
	stage->result->began_ms = wall_ms(stage);
	stage->phase = PHASE_CREATE;
	begin_test(stage, &stage->result->setup);
	if (script->refused.len) {
		stage->result->verdict = HS_TEST_NOT_EVALUATED;
		stage->result->reason = script->refused;
		finish(stage);
		return;
	}
	undeclared = reason_to_skip(stage, &script->setup);
	if (undeclared.len) {
		for (size_t i = 0; i < stage->order_count; i++) {
			skip_test(stage, &stage->result->tests[stage->order[i]], HS_TEST_SKIP, undeclared);
			report_test(stage);
		}
		finish(stage);
		return;
	}
	hs_test_stage_go_on(stage);
}

void hs_test_stage_cancel(struct test_stage *stage)
{
	hs_test_send_cancel(stage);
	if (stage->inner)
		hs_test_subtest_cancel(stage->inner);
}
