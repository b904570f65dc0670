/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to creates, updates and patches that have no resource: what stands in for it.
 *
 * `Prefer: return=representation` is a wish (FHIR R4, http.html#ops: servers SHOULD honor it), so a server
 * that answers with Location and ETag alone, or with an OperationOutcome, does nothing wrong. */
#include <conformance/engine/stage.h>

static bool is_write(const struct hs_script_operation *operation)
{
	struct hs_slice code = operation->code;

	return hs_slice_eq(code, HS_S("create")) || hs_slice_eq(code, HS_S("update")) ||
		hs_slice_eq(code, HS_S("updateCreate")) || hs_slice_eq(code, HS_S("patch"));
}

/* An update of something says in its request what it is about, if nothing else does. */
static bool identify(const struct hs_test_exchange *made, struct hs_reference *out)
{
	struct hs_slice url = made->url;

	if (hs_test_identity(made, out))
		return true;
	if (hs_slice_eq(made->method, HS_S("POST")))
		return false;
	return hs_reference_parse(hs_slice_cut(&url, '?'), out) && out->type.len && out->id.len;
}

/* {"resourceType": ..., "id": ..., "meta": {"versionId": ...}} */
static const struct hs_json *sketch(struct hs_arena *arena, const struct hs_reference *target)
{
	struct hs_json *body = hs_json_object(arena), *meta = hs_json_object(arena);
	struct hs_json *type = hs_json_string(arena, target->type), *id = hs_json_string(arena, target->id);
	struct hs_json *version = hs_json_string(arena, target->version);

	if (!body || !meta || !type || !id || !version)
		return NULL;
	hs_json_set(body, HS_S("resourceType"), type);
	hs_json_set(body, HS_S("id"), id);
	if (target->version.len) {
		hs_json_set(meta, HS_S("versionId"), version);
		hs_json_set(body, HS_S("meta"), meta);
	}
	return body;
}

/* Does the sketch have what this expression asks for? */
static bool is_sketched(struct hs_slice expression, const struct hs_reference *target)
{
	struct hs_slice rest = hs_slice_trim(expression);

	if (hs_slice_starts(rest, target->type) && rest.len > target->type.len &&
		rest.ptr[target->type.len] == '.')
		rest = hs_slice_from(rest, target->type.len + 1);
	return hs_slice_eq(rest, HS_S("id")) ||
		(target->version.len && hs_slice_eq(rest, HS_S("meta.versionId")));
}

static bool test_asks_more(const struct hs_script_test *test, struct hs_slice id)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_script_action *action = &test->actions[i];
		const struct hs_script_assert *assertion = &action->u.assertion;
		if (!action->is_assert) {
			if (hs_slice_eq(action->u.operation.source_id, id))
				return true;
			continue;
		}
		bool content = assertion->check == HS_CHECK_EXPRESSION || assertion->check == HS_CHECK_PATH ||
			assertion->check == HS_CHECK_MINIMUM || assertion->check == HS_CHECK_RESOURCE ||
			assertion->check == HS_CHECK_PROFILE;
		if (hs_slice_eq(assertion->compare_id, id) ||
			(content && hs_slice_eq(assertion->source_id, id)))
			return true;
	}
	return false;
}

/* Does anything of the script that uses the answer under its name want more than its sketch? */
static bool script_asks_more(const struct hs_script *script, struct hs_slice id,
	const struct hs_reference *target)
{
	for (size_t i = 0; i < script->variable_count; i++) {
		const struct hs_script_variable *variable = &script->variables[i];
		if (hs_slice_eq(variable->source_id, id) && !variable->header.len &&
			!is_sketched(variable->expression, target))
			return true;
	}
	for (size_t i = 0; i < script->test_count; i++)
		if (test_asks_more(&script->tests[i], id))
			return true;
	return test_asks_more(&script->setup, id) || test_asks_more(&script->teardown, id);
}

bool hs_test_made_lacks(struct test_stage *stage, const struct hs_script_operation *operation,
	struct hs_test_exchange *made, struct hs_reference *out)
{
	struct hs_slice type = hs_json_get_text(made->json, HS_S("resourceType"));
	struct hs_reference target = { 0 };

	if (!is_write(operation) || !operation->response_id.len || made->status < 200 || made->status > 299 ||
		!identify(made, &target) || hs_slice_eq(type, target.type))
		return false;
	made->stand_in = sketch(stage->arena, &target);
	*out = target;
	return made->stand_in && script_asks_more(stage->script, operation->response_id, &target);
}

bool hs_test_made_take(struct hs_test_exchange *made, const struct hs_test_exchange *read)
{
	struct hs_slice id = hs_json_get_text(made->stand_in, HS_S("id"));

	if (read->failure.len || read->status != 200 ||
		!hs_slice_eq(hs_json_get_text(read->json, HS_S("id")), id))
		return false;
	made->stand_in = read->json;
	return true;
}
