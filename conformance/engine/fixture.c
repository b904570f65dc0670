/* SPDX-License-Identifier: Apache-2.0 */
/* Fixtures: found once, and filled in with the values of variables at each use. */
#include <conformance/engine/stage.h>

size_t hs_test_fixture_index(const struct test_stage *stage, struct hs_slice id)
{
	for (size_t i = 0; id.len && i < stage->script->fixture_count; i++)
		if (hs_slice_eq(stage->script->fixtures[i].id, id))
			return i;
	return SIZE_MAX;
}

static enum hs_status load(struct test_stage *stage, size_t index, struct hs_error *err)
{
	const struct hs_script_fixture *fixture = &stage->script->fixtures[index];
	const struct hs_test_options *options = &stage->run->options;
	struct hs_json *tree = NULL;

	if (fixture->contained) {
		stage->fixtures[index].tree = fixture->contained;
		stage->fixtures[index].loaded = true;
		return HS_OK;
	}
	struct hs_slice text = options->fixture && fixture->reference.len ?
		options->fixture(options->fixture_arg, stage->script, fixture->reference) :
		HS_S_NONE;
	if (!text.ptr)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the fixture %.*s is not here: %.*s was looked for beside the script and above it",
			HS_S_ARG(fixture->id.len ? fixture->id : fixture->reference),
			HS_S_ARG(fixture->reference));
	struct hs_error cause = { 0 };
	enum hs_status status = hs_test_read_text(hs_test_defs(stage->run), stage->arena, text, NULL, &tree,
		&cause);
	if (status == HS_E_NOT_SUPPORTED)
		return hs_fail(err, status, "the fixture %.*s cannot be read: %.200s", HS_S_ARG(fixture->id),
			cause.text);
	if (status)
		return hs_fail(err, HS_E_INVALID, "the fixture %.*s is no resource: %.200s (line %u)",
			HS_S_ARG(fixture->id), cause.text, cause.line);
	stage->fixtures[index].tree = tree;
	stage->fixtures[index].loaded = true;
	return HS_OK;
}

/* *out is the text filled in, or the text itself when there is nothing to fill. */
static enum hs_status fill_text(struct test_stage *stage, struct hs_slice text, struct test_scope *scope,
	struct hs_slice *out, struct hs_error *err)
{
	*out = text;
	return hs_slice_search(text, HS_S("${")) == SIZE_MAX ? HS_OK :
							       hs_test_render(stage, text, scope, out, err);
}

/* Fills in the texts of a tree, in document order, and names of elements: what R4 and R5 call differently. A
 * renamed element goes to the end of its object. */
static enum hs_status fill(struct test_stage *stage, struct hs_json *tree, struct test_scope *scope,
	struct hs_error *err)
{
	bool object = hs_json_is(tree, HS_JSON_OBJECT);
	enum hs_status status = HS_OK;

	for (struct hs_json *child = hs_json_first(tree), *next; child && !status; child = next) {
		struct hs_slice key = object ? hs_json_key(child) : HS_S_NONE, name = key, text;
		next = hs_json_next(child);
		status = fill_text(stage, key, scope, &name, err);
		if (!status && hs_json_is(child, HS_JSON_STRING)) {
			status = fill_text(stage, hs_json_text(child), scope, &text, err);
			if (!status && text.ptr != hs_json_text(child).ptr)
				hs_json_replace(tree, child, hs_json_string(stage->arena, text));
		} else if (!status && child->type >= HS_JSON_ARRAY) {
			status = fill(stage, child, scope, err);
		}
		if (!status && name.ptr != key.ptr)
			hs_json_add(tree, name, hs_json_take(tree, key));
	}
	return status;
}

enum hs_status hs_test_fixture(struct test_stage *stage, size_t index, struct hs_json **out,
	struct hs_error *err)
{
	const struct hs_script_fixture *fixture = &stage->script->fixtures[index];
	struct test_scope scope = { "fixture", index, 0, NULL };
	enum hs_status status = HS_OK;
	struct hs_json *tree;

	if (!stage->fixtures[index].loaded)
		status = load(stage, index, err);
	if (status)
		return status;
	tree = hs_json_clone(stage->arena, stage->fixtures[index].tree);
	if (!tree)
		return hs_fail(err, HS_E_LIMIT, "the fixture %.*s is too large", HS_S_ARG(fixture->id));
	status = fill(stage, tree, &scope, err);
	if (!status && fixture->expression.len) {
		struct hs_path_list list = { 0 };
		status = hs_test_evaluate(stage, fixture->expression, tree, &list, err);
		if (!status && (list.count != 1 || !list.items[0].node))
			status = hs_fail(err, HS_E_INVALID,
				"the fixture %.*s: its expression gives %zu elements, not one",
				HS_S_ARG(fixture->id), list.count);
		if (!status)
			tree = hs_json_clone(stage->arena, list.items[0].node);
	}
	if (!status)
		*out = tree;
	return status;
}
