/* SPDX-License-Identifier: Apache-2.0 */
/* What an assertion or a variable looks into: a fixture, a request or a response; and FHIRPath over it. */
#include <conformance/engine/stage.h>

#include <core/base/world.h>

#define PRINTED 5u        /* values of a list that are shown */
#define PRINTED_TEXT 300u /* bytes of one */

enum hs_status hs_test_source(struct test_stage *stage, struct hs_slice id, bool request,
	struct test_source *out, struct hs_error *err)
{
	if (!id.len) {
		if (!stage->last)
			return hs_fail(err, HS_E_INVALID, "nothing was sent before this");
		*out = (struct test_source) { .exchange = stage->last, .request = request };
	} else {
		const struct test_name *name = stage->names;
		while (name && !hs_slice_eq(name->id, id))
			name = name->next;
		size_t index = name ? SIZE_MAX : hs_test_fixture_index(stage, id);
		if (!name && index == SIZE_MAX)
			return hs_fail(err, HS_E_NOT_FOUND, "nothing in the script is called %.*s up to here",
				HS_S_ARG(id));
		if (!name) {
			struct hs_json *tree = NULL;
			enum hs_status status = hs_test_fixture(stage, index, &tree, err);
			if (status)
				return status;
			*out = (struct test_source) { .json = tree };
			out->name = hs_arena_printf(stage->arena, "the fixture %.*s", HS_S_ARG(id));
			return HS_OK;
		}
		*out = (struct test_source) { .exchange = name->exchange, .request = name->request };
	}
	out->json = out->request ? out->exchange->request_json : out->exchange->json;
	out->name = out->request ? HS_S("the request") : HS_S("the response");
	/* By its name an answer stands for what it speaks of; the answer itself is judged without one. */
	if (id.len && !out->request && out->exchange->stand_in) {
		out->json = out->exchange->stand_in;
		out->name = HS_S("what is known of it, as the response has no resource,");
	}
	return HS_OK;
}

enum hs_status hs_test_source_json(struct test_stage *stage, const struct test_source *source,
	struct hs_error *err)
{
	const struct hs_test_exchange *e = source->exchange;
	struct hs_slice type;

	(void)stage;
	if (source->json)
		return HS_OK;
	if (!e)
		return hs_fail(err, HS_E_INVALID, "%.*s has no content", HS_S_ARG(source->name));
	if (source->request)
		return hs_fail(err, HS_E_VALUE, "the request has no JSON body");
	if (e->failure.len)
		return hs_fail(err, HS_E_VALUE, "there is no response: %.*s", HS_S_ARG(e->failure));
	if (!e->body.len)
		return hs_fail(err, HS_E_VALUE, "the response (status %d) has no body", e->status);
	if (e->fault.len)
		return hs_fail(err, HS_E_VALUE, "the body of the response is %.*s", HS_S_ARG(e->fault));
	if (e->unread.len)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "the body of the response cannot be read: %.*s",
			HS_S_ARG(e->unread));
	type = hs_test_header(e->headers, e->header_count, HS_S("Content-Type"));
	return hs_fail(err, HS_E_VALUE, "the body of the response is no JSON but %s%.*s",
		type.len ? "" : "of no type", HS_S_ARG(type));
}

enum hs_status hs_test_evaluate(struct test_stage *stage, struct hs_slice expression,
	const struct hs_json *input, struct hs_path_list *out, struct hs_error *err)
{
	struct hs_test_run *run = stage->run;
	const struct hs_defs *defs = hs_test_defs(run);
	struct hs_path_context context = { .arena = stage->arena, .defs = defs };
	struct hs_path *path = NULL;
	struct hs_error cause = { 0 };

	context.now_ms = run->world->wall_ms(run->world->ctx);
	enum hs_status status = hs_path_compile(defs, expression, HS_S_NONE, &path, NULL, &cause);
	if (status)
		return hs_fail(err, HS_E_INVALID, "the expression %.*s is wrong at column %u: %.150s",
			(int)(expression.len > 120 ? 120 : expression.len), expression.ptr, cause.column,
			cause.text);
	status = hs_path_eval(path, &context, input, out, &cause);
	/* What was computed may point into the compiled form, so that one lives as long as the results. */
	if (!hs_arena_defer(stage->arena, (void (*)(void *))hs_path_free, path))
		return hs_fail(err, HS_E_LIMIT, "the script keeps too much");
	if (status)
		return hs_fail(err, HS_E_INVALID, "the expression %.*s cannot be evaluated: %.150s",
			(int)(expression.len > 120 ? 120 : expression.len), expression.ptr, cause.text);
	return HS_OK;
}

static void print_value(struct hs_buf *buf, const struct hs_path_value *value)
{
	size_t before = buf->len;

	struct hs_slice type = hs_json_get_text(value->node, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(value->node, HS_S("id"));

	if (value->kind == HS_PATH_NODE && type.len && id.len)
		hs_buf_printf(buf, "%.*s/%.*s", HS_S_ARG(type), HS_S_ARG(id));
	else if (value->kind == HS_PATH_NODE)
		hs_json_write(buf, value->node, 0);
	else
		hs_buf_add(buf, hs_path_print(buf->arena, value));
	if (buf->len > before + PRINTED_TEXT) {
		buf->len = before + PRINTED_TEXT;
		hs_buf_cstr(buf, " ...");
	}
}

struct hs_slice hs_test_print_list(struct hs_arena *arena, const struct hs_path_list *list)
{
	struct hs_buf buf;

	if (!list->count)
		return HS_S("nothing");
	hs_buf_init(&buf, arena, (size_t)1 << 24);
	for (size_t i = 0; i < list->count && i < PRINTED; i++) {
		if (i)
			hs_buf_cstr(&buf, ", ");
		print_value(&buf, &list->items[i]);
	}
	if (list->count > PRINTED)
		hs_buf_printf(&buf, " and %zu more", list->count - PRINTED);
	return hs_buf_slice(&buf);
}
