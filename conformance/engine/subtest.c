/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts within scripts: an assertion that another script passes, by the extensions assert-subtest (once)
 * and assert-subtest-each (for each value of an expression) of published scripts.
 *
 *   begin -> child runs -> take its verdict -> next value -> ... -> hs_test_stage_resume
 *
 * A child has a stage of its own in its parent's memory. Its exchanges are its parent's too, so that reports
 * show them; of its verdicts the first that is not good is told. */
#include <conformance/engine/stage.h>

#define DEPTH_MAX 8u    /* scripts in one another */
#define VALUES_MAX 200u /* of one expression */

struct test_subtest {
	struct test_stage *parent;
	struct hs_test_action *action; /* the assertion */
	const struct hs_script *script;
	struct hs_pair *bound;
	size_t bound_count;
	struct hs_slice assumed; /* as in test_stage.inherited */
	struct hs_slice each;    /* variable that takes the values, or empty */
	struct hs_path_list values;
	size_t at, passed;
	bool any, waiting; /* one that passes is enough; the parent has returned to the loop */
	struct test_stage child;
	struct hs_test_script_result result;
};

/* ---- the assertion ---- */

static struct hs_slice text_of(const struct hs_json *extension, const char *url)
{
	HS_JSON_EACH(item, hs_json_get(extension, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), hs_slice_cstr(url)))
			return hs_json_get_text(item, HS_S("valueString"));
	return HS_S_NONE;
}

static bool all_must_pass(const struct hs_json *extension)
{
	HS_JSON_EACH(item, hs_json_get(extension, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), HS_S("allMustPass")))
			return hs_json_get_bool(item, HS_S("valueBoolean"), true);
	return true;
}

/* bindSource is a variable of this script, bindTarget the one of the other that takes its value. */
static enum hs_status bind(struct test_subtest *sub, const struct hs_json *extension, struct hs_error *err)
{
	struct test_stage *stage = sub->parent;
	struct test_scope scope = { "subtest", stage->action, 0, sub->action->script };
	size_t most = hs_json_count(hs_json_get(extension, HS_S("extension"))) + 1; /* one for `each` */

	sub->bound = hs_arena_array(stage->arena, most, sizeof(*sub->bound));
	if (!sub->bound)
		return hs_fail(err, HS_E_LIMIT, "the script keeps too much");
	HS_JSON_EACH(item, hs_json_get(extension, HS_S("extension"))) {
		struct hs_slice source = text_of(item, "bindSource"), target = text_of(item, "bindTarget");
		struct hs_slice name = hs_arena_printf(stage->arena, "${%.*s}", HS_S_ARG(source));
		struct hs_slice value = HS_S_NONE;
		if (!source.len || !target.len)
			continue;
		enum hs_status status = hs_test_render(stage, name, &scope, &value, err);
		if (status)
			return status;
		sub->bound[sub->bound_count++] = (struct hs_pair) { target, value };
	}
	return HS_OK;
}

static enum hs_status find_values(struct test_subtest *sub, struct hs_error *err)
{
	const struct hs_script_assert *assertion = &sub->action->script->u.assertion;
	struct test_stage *stage = sub->parent;
	struct test_scope scope = { "subtest", stage->action, 0, sub->action->script };
	struct hs_slice expression = HS_S_NONE;
	struct test_source source;

	if (!assertion->field.len)
		return hs_fail(err, HS_E_INVALID,
			"it runs a script for each value of an expression it has not");
	enum hs_status status = hs_test_source(stage, assertion->source_id, assertion->request, &source, err);
	if (!status)
		status = hs_test_source_json(stage, &source, err);
	if (!status)
		status = hs_test_render(stage, assertion->field, &scope, &expression, err);
	if (!status)
		status = hs_test_evaluate(stage, expression, source.json, &sub->values, err);
	if (status)
		return status;
	sub->action->path = expression;
	sub->action->exchange = source.exchange;
	if (sub->values.count > VALUES_MAX)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"it runs a script for each of %zu values; at most %u are", sub->values.count,
			VALUES_MAX);
	for (size_t i = 0; i < sub->values.count; i++)
		if (sub->values.items[i].kind == HS_PATH_NODE)
			return hs_fail(err, HS_E_INVALID,
				"a variable takes simple values, and %.*s gives others",
				HS_S_ARG(expression));
	return HS_OK;
}

static unsigned depth_of(const struct test_stage *stage)
{
	unsigned depth = 0;

	while ((stage = stage->outer))
		depth++;
	return depth;
}

static enum hs_status read_assertion(struct test_subtest *sub, struct hs_error *err)
{
	const struct hs_script_assert *assertion = &sub->action->script->u.assertion;
	const struct hs_test_options *options = &sub->parent->run->options;
	struct hs_slice name = text_of(assertion->extension, "testName");

	if (options->script)
		sub->script = options->script(options->script_arg, sub->parent->script, name);
	if (!sub->script || sub->script->refused.len)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"it runs another script, and %.*s is not among those given%s%.*s", HS_S_ARG(name),
			sub->script ? " as one that can be read: " : "",
			sub->script ? (int)sub->script->refused.len : 0,
			sub->script ? sub->script->refused.ptr : "");
	if (depth_of(sub->parent) >= DEPTH_MAX)
		return hs_fail(err, HS_E_INVALID, "scripts run one another without end");
	sub->parent->defaults = HS_S_NONE;
	enum hs_status status = bind(sub, assertion->extension, err);
	sub->assumed = sub->parent->defaults;
	sub->each = text_of(assertion->extension, "bindEachTarget");
	if (!status && sub->each.len)
		status = find_values(sub, err);
	sub->any = !all_must_pass(assertion->extension);
	return status;
}

/* ---- verdicts ---- */

/* The first action of a script within that is as bad as the script is. */
static const struct hs_test_action *find_worst(const struct hs_test_result *test,
	enum hs_test_verdict verdict)
{
	for (size_t i = 0; i < test->count; i++)
		if (test->actions[i].verdict == verdict)
			return &test->actions[i];
	return NULL;
}

static void take_verdict(struct test_subtest *sub)
{
	struct hs_test_script_result *result = &sub->result;
	struct hs_test_action *out = sub->action;
	const struct hs_test_action *worst = find_worst(&result->setup, result->verdict);
	struct hs_slice reason = result->reason;

	if (result->verdict == HS_TEST_PASS || result->verdict == HS_TEST_WARNING) {
		sub->passed++;
		return;
	}
	if (result->verdict == HS_TEST_PENDING) {
		result->verdict = HS_TEST_SKIP;
		reason = sub->parent->run->stopped ? HS_S("the run was stopped") : HS_S("it has no tests");
	}
	for (size_t i = 0; i < result->count && !worst; i++) {
		worst = find_worst(&result->tests[i], result->verdict);
		reason = result->tests[i].reason;
	}
	if (out->verdict != HS_TEST_PENDING) /* an earlier one was told */
		return;
	out->verdict = result->verdict;
	if (worst) {
		out->exchange = worst->exchange;
		out->wanted = worst->wanted;
		out->found = worst->found;
		out->path = worst->path;
		reason = worst->reason.len ? worst->reason : worst->description;
	}
	out->reason = hs_arena_printf(sub->parent->arena, "the script %.*s within it: %.*s%s%.*s",
		HS_S_ARG(sub->script->name), worst ? (int)worst->id.len : 0, worst ? worst->id.ptr : "",
		worst && reason.len ? ": " : "", HS_S_ARG(reason));
}

static void conclude(struct test_subtest *sub)
{
	struct hs_test_action *out = sub->action;

	sub->parent->inner = NULL;
	if (sub->each.len && !sub->values.count) {
		out->verdict = HS_TEST_FAIL;
		out->wanted = HS_S("at least one value to run the script with");
		out->found = HS_S("nothing");
		return;
	}
	if (out->verdict == HS_TEST_PENDING || (sub->any && sub->passed)) {
		out->verdict = HS_TEST_PASS;
		out->reason = out->wanted = out->found = HS_S_NONE;
	}
}

/* ---- running ---- */

/* Its exchanges become its parent's. */
static void take_exchanges(struct test_subtest *sub)
{
	struct test_stage *parent = sub->parent;

	if (!sub->result.exchanges)
		return;
	for (struct hs_test_exchange *e = sub->result.exchanges; e; e = e->next)
		e->number = ++parent->result->exchange_count;
	*parent->exchange_end = sub->result.exchanges;
	parent->exchange_end = sub->child.exchange_end;
}

static bool begin_child(struct test_subtest *sub)
{
	struct test_stage *child = &sub->child, *parent = sub->parent;

	sub->result = (struct hs_test_script_result) { 0 };
	if (!hs_test_stage_init(child, parent->run, sub->script, &sub->result, parent->arena))
		return false;
	child->within = sub;
	child->outer = parent;
	child->inherited = sub->assumed;
	child->bound = sub->bound;
	child->bound_count = sub->bound_count;
	if (sub->each.len) {
		sub->bound[sub->bound_count] = (struct hs_pair) { sub->each,
			hs_path_print(parent->arena, &sub->values.items[sub->at]) };
		child->bound_count++;
	}
	hs_test_choose(child);
	hs_test_stage_begin(child);
	return true;
}

/* Runs children until one has to wait (true) or all are done. */
static bool run_children(struct test_subtest *sub)
{
	size_t count = sub->each.len ? sub->values.count : 1;

	while (sub->at < count) {
		if (!begin_child(sub)) {
			sub->action->verdict = HS_TEST_ERROR;
			sub->action->reason =
				HS_S("the script keeps too much: a larger limit on memory is needed");
			break;
		}
		if (!sub->child.finished)
			return sub->waiting = true;
		take_exchanges(sub);
		take_verdict(sub);
		sub->at++;
	}
	conclude(sub);
	return false;
}

bool hs_test_subtest_begin(struct test_stage *stage, struct hs_test_action *action)
{
	struct test_subtest *sub = hs_arena_alloc(stage->arena, sizeof(*sub));
	struct hs_error err = { 0 };

	if (!sub) {
		action->verdict = hs_test_verdict_of(HS_E_LIMIT);
		action->reason = HS_S("the script keeps too much");
		return false;
	}
	sub->parent = stage;
	sub->action = action;
	enum hs_status status = read_assertion(sub, &err);
	if (status) {
		action->verdict = hs_test_verdict_of(status);
		action->reason = hs_arena_printf(stage->arena, "%s", err.text);
		return false;
	}
	stage->inner = sub;
	return run_children(sub);
}

void hs_test_subtest_done(struct test_stage *stage)
{
	struct test_subtest *sub = stage->within;

	if (!sub->waiting)
		return; /* it is still in run_children, which sees for itself */
	sub->waiting = false;
	take_exchanges(sub);
	take_verdict(sub);
	sub->at++;
	if (!run_children(sub))
		hs_test_stage_resume(sub->parent);
}

void hs_test_subtest_cancel(struct test_subtest *sub)
{
	hs_test_stage_cancel(&sub->child);
}
