/* SPDX-License-Identifier: Apache-2.0 */
/* The linter of scripts: what would spoil an action or make it say nothing, found before anything is sent. */
#include <conformance/engine/script_private.h>

#include <core/fhir/path/path.h>

#include <stdio.h>

struct linter {
	const struct hs_script *script;
	struct hs_slice text;
	struct hs_issues *issues;
	const struct hs_script_test *test; /* under way */
	size_t action;
	char place[300];
	uint32_t line;
};

static void complain(struct linter *l, enum hs_severity severity, const char *what, struct hs_slice name)
{
	struct hs_issue *issue = hs_issue_add(l->issues, severity, "invalid", hs_slice_cstr(l->place),
		"%s%s%.*s", what, name.len ? ": " : "", HS_S_ARG(name));
	if (issue) {
		issue->line = l->line;
		issue->path = hs_arena_copy(l->issues->arena, issue->path);
	}
}

/* ---- names ---- */

static bool is_fixture(const struct linter *l, struct hs_slice id)
{
	for (size_t i = 0; i < l->script->fixture_count; i++)
		if (hs_slice_eq(l->script->fixtures[i].id, id))
			return true;
	return false;
}

static bool made_by(const struct hs_script_test *test, size_t before, struct hs_slice id)
{
	for (size_t i = 0; i < test->count && i < before; i++) {
		const struct hs_script_operation *operation = &test->actions[i].u.operation;
		if (!test->actions[i].is_assert &&
			(hs_slice_eq(operation->response_id, id) || hs_slice_eq(operation->request_id, id)))
			return true;
	}
	return false;
}

static void check_id(struct linter *l, const char *element, struct hs_slice id)
{
	char what[120];
	bool known = !id.len || is_fixture(l, id) || made_by(&l->script->setup, SIZE_MAX, id) ||
		made_by(l->test, l->action, id);

	for (size_t i = 0; i < l->script->test_count && !known; i++)
		known = made_by(&l->script->tests[i], SIZE_MAX, id);
	if (known)
		return;
	snprintf(what, sizeof(what), "%s names nothing that a fixture, responseId or requestId makes",
		element);
	complain(l, HS_SEVERITY_ERROR, what, id);
}

static bool is_engine_name(struct hs_slice name)
{
	static const char *const names[] = { "UUID", "NUMBER", "CURRENTDATE", "CURRENTDATETIME", "NOW",
		"BASE", "RUN" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_eq(name, hs_slice_cstr(names[i])))
			return true;
	return hs_slice_starts(name, HS_S("DATE,"));
}

static void check_variable(void *arg, struct hs_slice name)
{
	struct linter *l = arg;
	const struct hs_script_action *action = l->test ? &l->test->actions[l->action] : NULL;

	for (size_t i = 0; i < l->script->variable_count; i++)
		if (hs_slice_eq(l->script->variables[i].name, name))
			return;
	for (size_t i = 0; action && i < action->binding_count; i++)
		if (hs_slice_eq(action->bindings[i].name, name))
			return;
	if (!is_engine_name(name))
		complain(l, HS_SEVERITY_ERROR, "there is no such variable", name);
}

static void check_text(struct linter *l, struct hs_slice text)
{
	hs_script_each_variable(text, check_variable, l);
}

/* Without placeholders an expression can be compiled now. */
static void check_expression(struct linter *l, struct hs_slice expression)
{
	struct hs_path *path = NULL;
	struct hs_error err = { 0 };

	check_text(l, expression);
	if (!expression.len || hs_slice_search(expression, HS_S("${")) != SIZE_MAX)
		return;
	if (hs_path_compile(NULL, expression, HS_S_NONE, &path, NULL, &err))
		complain(l, HS_SEVERITY_ERROR, err.text, expression);
	hs_path_free(path);
}

/* ---- actions ---- */

static void lint_operation(struct linter *l, const struct hs_script_operation *o)
{
	bool free = hs_slice_eq(o->code, HS_S("capabilities")) || hs_slice_eq(o->code, HS_S("search")) ||
		hs_slice_eq(o->code, HS_S("transaction")) || hs_slice_eq(o->code, HS_S("history")) ||
		hs_slice_eq(o->code, HS_S("batch")) || hs_slice_eq(o->code, HS_S("metadata"));
	bool named = o->target_id.len || o->params.ptr || o->url.len;

	if (!o->code.len && (!o->method.len || !o->url.len))
		complain(l, HS_SEVERITY_ERROR, "an operation without type needs method and url", HS_S_NONE);
	if (o->code.len && !free && !o->source_id.len && !named)
		complain(l, HS_SEVERITY_WARNING,
			"an operation needs sourceId, targetId, params or url (tst-7)", o->code);
	if (o->params.ptr && o->params.len && !strchr("/?$", o->params.ptr[0]) &&
		hs_slice_search(o->params, HS_S("${")) != 0)
		complain(l, HS_SEVERITY_WARNING,
			"params stand after the type as they are; they begin with / or ?", o->params);
	if (o->url.len && o->params.len)
		complain(l, HS_SEVERITY_WARNING, "url wins over params, which are not used", o->params);
	check_id(l, "sourceId", o->source_id);
	check_id(l, "targetId", o->target_id);
	check_text(l, o->params);
	check_text(l, o->url);
	for (size_t i = 0; i < o->header_count; i++)
		check_text(l, o->headers[i].value);
}

static bool needs_value(const struct hs_script_assert *a)
{
	return a->op != HS_OP_EMPTY && a->op != HS_OP_NOT_EMPTY && a->op != HS_OP_EVAL &&
		a->op != HS_OP_MANUAL;
}

static void lint_assert(struct linter *l, const struct hs_script_assert *a)
{
	if (a->check == HS_CHECK_NONE)
		complain(l, HS_SEVERITY_ERROR, "the assertion says nothing", HS_S_NONE);
	if ((a->check == HS_CHECK_RESPONSE || a->check == HS_CHECK_RESPONSE_CODE) && a->request)
		complain(l, HS_SEVERITY_ERROR, "a request has no response (tst-12)", HS_S_NONE);
	if (a->compare_id.len && !a->compare_expression.len && !a->compare_path.len)
		complain(l, HS_SEVERITY_ERROR, "compareToSourceId needs an expression or path (tst-10)",
			a->compare_id);
	if ((a->check == HS_CHECK_HEADER || a->check == HS_CHECK_PATH) && !a->value.ptr &&
		!a->compare_id.len && needs_value(a))
		complain(l, HS_SEVERITY_ERROR, "what should it be? there is no value", a->field);
	if (a->check == HS_CHECK_EXPRESSION && !a->value.ptr && !a->compare_id.len && a->op > HS_OP_EQUALS &&
		needs_value(a))
		complain(l, HS_SEVERITY_ERROR, "the operator needs a value", a->field);
	check_id(l, "sourceId", a->source_id);
	check_id(l, "compareToSourceId", a->compare_id);
	if (a->check == HS_CHECK_MINIMUM)
		check_id(l, "minimumId", a->field);
	if (a->check == HS_CHECK_EXPRESSION)
		check_expression(l, a->field);
	else
		check_text(l, a->field);
	check_expression(l, a->compare_expression);
	check_text(l, a->value);
}

/* An assertion judges what was sent before it; without an operation there is nothing. */
static void lint_test(struct linter *l, const struct hs_script_test *test)
{
	bool sent = l->script->setup.count > 0 && test != &l->script->setup;

	l->test = NULL;
	l->line = 0;
	snprintf(l->place, sizeof(l->place), "%.*s", HS_S_ARG(test->id));
	check_expression(l, test->needs_true);
	l->test = test;
	for (l->action = 0; l->action < test->count; l->action++) {
		const struct hs_script_action *action = &test->actions[l->action];
		l->line = action->line;
		snprintf(l->place, sizeof(l->place), "%.*s/%.*s", HS_S_ARG(test->id), HS_S_ARG(action->id));
		if (action->crowded && action->is_assert)
			complain(l, HS_SEVERITY_WARNING,
				"an action is either an operation or an assert (tst-1, tst-2)", HS_S_NONE);
		if (!action->is_assert) {
			sent = true;
			lint_operation(l, &action->u.operation);
			continue;
		}
		if (!sent && !action->u.assertion.source_id.len &&
			action->u.assertion.check != HS_CHECK_SUBTEST)
			complain(l, HS_SEVERITY_ERROR, "nothing was sent before this assertion", HS_S_NONE);
		if (action->fault.len)
			complain(l, HS_SEVERITY_ERROR, "the action means nothing", action->fault);
		else
			lint_assert(l, &action->u.assertion);
	}
	l->test = NULL;
}

static void lint_head(struct linter *l)
{
	const struct hs_script *script = l->script;

	snprintf(l->place, sizeof(l->place), "TestScript");
	for (size_t i = 0; i < script->fixture_count; i++) {
		if (!script->fixtures[i].id.len)
			complain(l, HS_SEVERITY_WARNING, "a fixture without id cannot be used", HS_S_NONE);
		if (hs_slice_starts(script->fixtures[i].reference, HS_S("#")) &&
			!script->fixtures[i].contained)
			complain(l, HS_SEVERITY_ERROR, "there is no contained resource for the fixture",
				script->fixtures[i].id);
	}
	for (size_t i = 0; i < script->variable_count; i++) {
		const struct hs_script_variable *v = &script->variables[i];
		if ((v->expression.len > 0) + (v->header.len > 0) + (v->path.len > 0) > 1)
			complain(l, HS_SEVERITY_ERROR,
				"a variable has one of expression, headerField and path (tst-3)", v->name);
		check_text(l, v->fallback);
		check_expression(l, v->expression);
	}
	if (!script->test_count)
		complain(l, HS_SEVERITY_WARNING, "the script has no tests", HS_S_NONE);
}

void hs_script_lint(const struct hs_script *script, struct hs_slice text, struct hs_issues *issues)
{
	struct linter l = { .script = script, .text = text, .issues = issues };

	if (script->refused.len) {
		snprintf(l.place, sizeof(l.place), "TestScript");
		complain(&l, HS_SEVERITY_FATAL, "cannot be read", script->refused);
		return;
	}
	for (const struct hs_issue *issue = script->doubtful.first; issue; issue = issue->next) {
		snprintf(l.place, sizeof(l.place), "%.*s", HS_S_ARG(issue->path));
		l.line = issue->line;
		complain(&l, HS_SEVERITY_WARNING, "the XML is not as it should be", issue->text);
	}
	l.line = 0;
	lint_head(&l);
	lint_test(&l, &script->setup);
	for (size_t i = 0; i < script->test_count; i++)
		lint_test(&l, &script->tests[i]);
	lint_test(&l, &script->teardown);
}
