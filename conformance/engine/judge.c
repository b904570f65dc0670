/* SPDX-License-Identifier: Apache-2.0 */
/* Judges an assertion: finds its kind, fills in its placeholders, and makes sure that a verdict against the
 * target can show the exchange that it rests on. */
#include <conformance/engine/stage.h>

typedef enum hs_status judge_fn(struct test_judgement *j);

static enum hs_status judge_nothing(struct test_judgement *j)
{
	return hs_fail(j->err, HS_E_INVALID,
		"the assertion says nothing: it has none of response, responseCode, contentType, "
		"headerField, expression, path, minimumId, navigationLinks, requestMethod, requestURL, "
		"resource and validateProfileId");
}

static enum hs_status judge_manual(struct test_judgement *j)
{
	return hs_fail(j->err, HS_E_NOT_SUPPORTED, "a person has to look at it%s%.*s",
		j->assertion->manual.len ? "; the script proposes: " : "", HS_S_ARG(j->assertion->manual));
}

static judge_fn *const judges[HS_CHECK_COUNT] = {
	[HS_CHECK_NONE] = judge_nothing,
	[HS_CHECK_RESPONSE] = hs_test_judge_response,
	[HS_CHECK_RESPONSE_CODE] = hs_test_judge_response,
	[HS_CHECK_CONTENT_TYPE] = hs_test_judge_content_type,
	[HS_CHECK_HEADER] = hs_test_judge_header,
	[HS_CHECK_EXPRESSION] = hs_test_judge_expression,
	[HS_CHECK_PATH] = hs_test_judge_expression,
	[HS_CHECK_MINIMUM] = hs_test_judge_minimum,
	[HS_CHECK_NAVIGATION] = hs_test_judge_navigation,
	[HS_CHECK_REQUEST_METHOD] = hs_test_judge_request,
	[HS_CHECK_REQUEST_URL] = hs_test_judge_request,
	[HS_CHECK_RESOURCE] = hs_test_judge_resource,
	[HS_CHECK_PROFILE] = hs_test_judge_profile,
	[HS_CHECK_MANUAL] = judge_manual,
	[HS_CHECK_SUBTEST] = NULL, /* subtest.c: it takes time */
	[HS_CHECK_RULE] = hs_test_judge_rule,
};

enum hs_test_verdict hs_test_verdict_of(enum hs_status status)
{
	switch (status) {
	case HS_OK:
		return HS_TEST_PASS;
	case HS_E_VALUE:
		return HS_TEST_FAIL;
	case HS_E_REQUIRED:
		return HS_TEST_SKIP;
	case HS_E_NOT_SUPPORTED:
		return HS_TEST_NOT_EVALUATED;
	default:
		return HS_TEST_ERROR;
	}
}

enum hs_status hs_test_judge_find(struct test_judgement *j, struct test_source *out)
{
	enum hs_status status = hs_test_source(j->stage, j->assertion->source_id, j->assertion->request, out,
		j->err);

	if (status)
		return status;
	j->out->exchange = out->exchange;
	return hs_test_source_json(j->stage, out, j->err);
}

enum hs_status hs_test_judge_text(struct test_judgement *j, struct hs_slice found, struct hs_slice wanted)
{
	int holds = hs_test_operate(j->assertion->op, found, wanted, j->err);

	if (holds < 0)
		return j->err->status;
	j->out->wanted = hs_test_wanted(j->stage->arena, j->assertion->op, wanted);
	j->out->found = found.len ? found : HS_S("nothing");
	j->out->verdict = holds ? HS_TEST_PASS : HS_TEST_FAIL;
	return HS_OK;
}

static enum hs_status render_fields(struct test_judgement *j)
{
	const struct hs_script_assert *assertion = j->assertion;
	bool is_id = assertion->check == HS_CHECK_MINIMUM || assertion->check == HS_CHECK_PROFILE;
	enum hs_status status = HS_OK;

	if (is_id)
		j->field = assertion->field;
	else
		status = hs_test_render(j->stage, assertion->field, &j->scope, &j->field, j->err);
	if (!status)
		status = hs_test_render(j->stage, assertion->value, &j->scope, &j->value, j->err);
	return status;
}

void hs_test_judge(struct test_stage *stage, const struct hs_script_action *action,
	struct hs_test_action *out)
{
	struct hs_error err = { 0 };
	struct test_judgement j = {
		.stage = stage, .action = action, .assertion = &action->u.assertion, .out = out, .err = &err
	};
	enum hs_status status;

	j.scope.kind = "assert";
	j.scope.index = ((size_t)stage->phase * 1000 + stage->test_index) * 100000 + stage->action;
	j.scope.action = action;
	out->exchange = action->fault.len ? NULL : stage->last;
	status = action->fault.len ? hs_fail(&err, HS_E_INVALID, "%.*s", HS_S_ARG(action->fault)) :
				     render_fields(&j);
	if (!status)
		status = judges[j.assertion->check](&j);
	if (status) {
		out->verdict = hs_test_verdict_of(status);
		out->reason = hs_arena_printf(stage->arena, "%s", err.text);
	}
	if (out->verdict == HS_TEST_FAIL && !out->exchange) {
		out->verdict = HS_TEST_ERROR;
		out->reason = hs_arena_printf(stage->arena,
			"the assertion does not hold, but it looks at the script's own fixtures and says "
			"nothing of the target%s%.*s",
			out->reason.len ? ": " : "", HS_S_ARG(out->reason));
	}
}
