/* SPDX-License-Identifier: Apache-2.0 */
/* Which test of a script uses what another one makes, so that a test that runs alone brings its prerequisites
 * along and shuffled tests keep the order that matters. */
#include <conformance/engine/script_private.h>

#define TESTS_MAX 64u /* bits of hs_script_test.needs */
#define DEPTH_MAX 16u

struct finder {
	const struct hs_script *script;
	size_t test; /* whose needs are looked for */
	uint64_t needs;
	unsigned depth;
};

void hs_script_each_variable(struct hs_slice text, void (*fn)(void *arg, struct hs_slice name), void *arg)
{
	for (size_t at = 0; (at = hs_slice_find(text, '$', at)) != SIZE_MAX; at++) {
		if (at + 1 >= text.len || text.ptr[at + 1] != '{')
			continue;
		size_t end = hs_slice_find(text, '}', at + 2);
		if (end == SIZE_MAX)
			return;
		fn(arg, hs_slice(text.ptr + at + 2, end - at - 2));
	}
}

static bool makes(const struct hs_script_test *test, struct hs_slice id)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_script_operation *operation = &test->actions[i].u.operation;
		if (!test->actions[i].is_assert &&
			(hs_slice_eq(operation->response_id, id) || hs_slice_eq(operation->request_id, id)))
			return true;
	}
	return false;
}

/* The test that makes `id`: itself, else the nearest one before it. Setup's ids need nothing. */
static void need_id(struct finder *finder, struct hs_slice id)
{
	const struct hs_script *script = finder->script;

	if (!id.len || makes(&script->tests[finder->test], id) || makes(&script->setup, id))
		return;
	for (size_t i = finder->test; i > 0; i--) {
		if (makes(&script->tests[i - 1], id) && i - 1 < TESTS_MAX) {
			finder->needs |= UINT64_C(1) << (i - 1);
			return;
		}
	}
}

static void need_text(struct finder *finder, struct hs_slice text);

static void need_variable(void *arg, struct hs_slice name)
{
	struct finder *finder = arg;

	if (finder->depth >= DEPTH_MAX)
		return;
	for (size_t i = 0; i < finder->script->variable_count; i++) {
		const struct hs_script_variable *variable = &finder->script->variables[i];
		if (!hs_slice_eq(variable->name, name))
			continue;
		finder->depth++;
		need_id(finder, variable->source_id);
		need_text(finder, variable->fallback);
		need_text(finder, variable->expression);
		finder->depth--;
	}
}

static void need_text(struct finder *finder, struct hs_slice text)
{
	hs_script_each_variable(text, need_variable, finder);
}

static void need_operation(struct finder *finder, const struct hs_script_operation *operation)
{
	need_id(finder, operation->source_id);
	need_id(finder, operation->target_id);
	need_text(finder, operation->params);
	need_text(finder, operation->url);
	for (size_t i = 0; i < operation->header_count; i++)
		need_text(finder, operation->headers[i].value);
}

static void need_assert(struct finder *finder, const struct hs_script_assert *assertion)
{
	need_id(finder, assertion->source_id);
	need_id(finder, assertion->compare_id);
	if (assertion->check == HS_CHECK_MINIMUM)
		need_id(finder, assertion->field);
	need_text(finder, assertion->field);
	need_text(finder, assertion->value);
	need_text(finder, assertion->compare_expression);
}

void hs_script_find_needs(struct hs_script *script)
{
	for (size_t i = 0; i < script->test_count; i++) {
		struct finder finder = { .script = script, .test = i };
		struct hs_script_test *test = &script->tests[i];
		for (size_t k = 0; k < test->count; k++) {
			if (test->actions[k].is_assert)
				need_assert(&finder, &test->actions[k].u.assertion);
			else
				need_operation(&finder, &test->actions[k].u.operation);
		}
		test->needs = finder.needs;
		for (size_t k = 0; k < i && k < TESTS_MAX; k++) /* theirs too; they come earlier */
			if (test->needs >> k & 1)
				test->needs |= script->tests[k].needs;
	}
}
