/* SPDX-License-Identifier: Apache-2.0 */
/* The public face: compile, evaluate, free. */
#include <core/fhir/path/run.h>

#define DEFAULT_STEPS 1000000u

enum hs_status hs__path_open(const struct hs_defs *defs, struct hs_slice expression, struct hs_path **out,
	struct hs_error *err)
{
	if (expression.len > PATH_MAX_TEXT) {
		return hs_fail(err, HS_E_LIMIT, "an expression has at most %u bytes", PATH_MAX_TEXT);
	}
	struct hs_arena *arena = hs_arena_new(PATH_ARENA_CAP);
	struct hs_path *path = hs_arena_alloc(arena, sizeof(*path));
	struct hs_slice text = hs_arena_copy(arena, expression);
	if (!path || !text.ptr) {
		hs_arena_free(arena);
		return hs_fail(err, HS_E_LIMIT, "the expression is too large");
	}
	/* The reference count is the only thing about definitions that changes. */
	*path = (struct hs_path) { .arena = arena,
		.text = text,
		.defs = defs ? hs_defs_ref((struct hs_defs *)(uintptr_t)defs) : NULL };
	*out = path;
	return HS_OK;
}

static enum hs_status compile(const struct hs_defs *defs, struct hs_slice expression, struct hs_slice type,
	struct hs_path **out, enum hs_path_phase *phase, struct hs_error *err)
{
	enum hs_path_phase ignored;
	struct hs_path *path = NULL;
	phase = phase ? phase : &ignored;
	*phase = HS_PATH_SYNTAX;
	enum hs_status status = hs__path_open(defs, expression, &path, err);
	if (!status) {
		status = hs__path_parse(path, err);
	}
	if (!status) {
		*phase = HS_PATH_SEMANTIC;
		status = hs__path_check(path, type, type.len ? PATH_CHECK_STRICT : 0, err);
	}
	if (status) {
		hs_path_free(path);
		return status;
	}
	*out = path;
	return HS_OK;
}

enum hs_status hs_path_compile(const struct hs_defs *defs, struct hs_slice expression, struct hs_slice type,
	struct hs_path **out, enum hs_path_phase *phase, struct hs_error *err)
{
	enum hs_status status = compile(defs, expression, type, out, phase, err);
	if (!status) {
		hs__path_fold(*out);
		hs__path_find_once(*out);
	}
	return status;
}

enum hs_status hs_path_compile_watched(const struct hs_defs *defs, struct hs_slice expression,
	struct hs_slice type, struct hs_path **out, enum hs_path_phase *phase, struct hs_error *err)
{
	enum hs_status status = compile(defs, expression, type, out, phase, err);
	if (!status) {
		hs__path_watch(*out);
	}
	return status;
}

void hs_path_free(struct hs_path *path)
{
	if (path) {
		if (path->defs) {
			hs_defs_unref(path->defs);
		}
		hs_arena_free(path->arena);
	}
}

struct path_run hs__path_run_of(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input, struct hs_error *err)
{
	struct path_run run = { .context = context,
		.defs = context->defs ? context->defs : path->defs,
		.arena = context->arena,
		.input = input,
		.text = path->text,
		.once_count = path->once,
		.err = err };
	run.steps = context->steps ? context->steps : DEFAULT_STEPS;
	run.resource = context->resource ? context->resource : input ? input->node : NULL;
	run.root = context->root ? context->root : run.resource;
	return run;
}

enum hs_status hs_path_eval_value(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input, struct hs_path_list *out, struct hs_error *err)
{
	struct path_run run = hs__path_run_of(path, context, input, err);
	struct path_scope scope = { .self = input, .self_count = input ? 1 : 0, .index = -1 };
	struct path_list list = { .items = NULL };
	bool was_full = hs_arena_full(context->arena);
	enum hs_status status = hs__path_eval(&run, path->root, &scope, &list);
	if (!status && !was_full && hs_arena_full(context->arena)) {
		status = hs__path_full(&run); /* a step that went without what it could not have */
	}
	if (!status) {
		out->items = list.items;
		out->count = list.count;
	}
	return status;
}

enum hs_status hs_path_eval(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_json *input, struct hs_path_list *out, struct hs_error *err)
{
	struct hs_path_value value;
	if (!input) {
		return hs_path_eval_value(path, context, NULL, out, err);
	}
	hs__path_resource(context->defs ? context->defs : path->defs, input, &value);
	return hs_path_eval_value(path, context, &value, out, err);
}

int hs_path_truth(const struct hs_path_list *list)
{
	if (list->count != 1) {
		return list->count ? -2 : -1;
	}
	return list->items[0].kind == HS_PATH_BOOLEAN ? list->items[0].boolean : 1;
}
