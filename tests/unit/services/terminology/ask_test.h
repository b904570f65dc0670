/* SPDX-License-Identifier: Apache-2.0 */
/* A question to the terminology model in a test: resources and parameters as JSON text, the answer as a tree.
 *
 * JSON is written with single quotes in place of double ones. Everything lives until ask_end. */
#pragma once

#include <services/terminology/operations/operations.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST_FACES 3u

struct ask {
	struct hs_arena *arena;
	struct tx_layer layer;
	struct tx_context ctx;
	struct hs_error err;
	enum hs_status status;
	struct hs_json *out;
};

static inline struct hs_json *ask_json(struct hs_arena *arena, const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));
	struct hs_json *tree = NULL;
	struct hs_error err = { .status = HS_OK };

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	if (hs_json_parse(arena, hs_slice_cstr(copy), NULL, &tree, &err))
		fail_msg("%s in %s", err.text, copy);
	return tree;
}

/* `resources` ends with NULL. */
static inline void ask_begin(struct ask *a, const char *const *resources)
{
	struct hs_image *image = NULL;
	struct hs_error err = { .status = HS_OK };
	struct tx_compile *compile = hs_tx_compile_new(0);

	memset(a, 0, sizeof(*a));
	a->arena = hs_arena_new((size_t)64 << 20);
	for (; *resources; resources++)
		assert_int_equal(hs_tx_compile_add(compile, ask_json(a->arena, *resources), TEST_FACES, NULL,
					 &err),
			HS_OK);
	assert_int_equal(hs_tx_compile_finish(compile, &image, &err), HS_OK);
	hs_tx_compile_free(compile);
	hs_tx_layer_init(&a->layer, image);
}

static inline void ask_end(struct ask *a)
{
	hs_tx_layer_fini(&a->layer);
	hs_arena_free(a->arena);
}

/* Runs tests that all ask the same resources by the same question; gives the exit code. */
#define ASK_RUN(a, resources, tests) \
	(ask_begin((a), (resources)), ask_ended((a), cmocka_run_group_tests((tests), NULL, NULL)))
static inline int ask_ended(struct ask *a, int failed)
{
	ask_end(a);
	return failed;
}

/* `parameters` is the list of Parameters.parameter, without its brackets. */
static inline void ask_prepare(struct ask *a, const char *parameters)
{
	struct hs_slice text = hs_arena_printf(a->arena, "{'resourceType':'Parameters','parameter':[%s]}",
		parameters);
	const struct tx_input input = { .tree = ask_json(a->arena, hs_arena_cstr(a->arena, text)) };

	memset(&a->ctx, 0, sizeof(a->ctx));
	a->ctx.arena = a->arena;
	a->ctx.fhir = HS_FHIR_R5;
	a->ctx.limit = 1000;
	a->ctx.scope.layers[0] = &a->layer;
	a->ctx.scope.count = 1;
	a->ctx.scope.face = TEST_FACES;
	a->out = NULL;
	a->status = hs_tx_params_read(&a->ctx, &input, HS_S_NONE, &a->err);
}

typedef enum hs_status ask_fn(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);

/* The same question, answered as text where the operation can do that: the same bytes as its tree. */
static inline void ask_as_text(const struct ask *a, ask_fn *fn, const char *parameters)
{
	struct ask other = *a;
	struct hs_buf text;

	ask_prepare(&other, parameters);
	other.ctx.as_text = true;
	if (other.status || fn(&other.ctx, &other.out, &other.err) || !other.ctx.written.len)
		return;
	hs_buf_init(&text, a->arena, (size_t)16 << 20);
	hs_json_write(&text, a->out, 0);
	assert_null(other.out);
	if (!hs_slice_eq(hs_buf_slice(&text), other.ctx.written))
		fail_msg("%.*s\nis not %.*s", HS_S_ARG(other.ctx.written), HS_S_ARG(hs_buf_slice(&text)));
}

static inline void ask(struct ask *a, ask_fn *fn, const char *parameters)
{
	ask_prepare(a, parameters);
	if (a->status == HS_OK)
		a->status = fn(&a->ctx, &a->out, &a->err);
	if (a->status == HS_OK)
		ask_as_text(a, fn, parameters);
}

/* Text of the first parameter of that name in the answer; "" when there is none. */
static inline const char *ask_text(const struct ask *a, const char *name)
{
	const struct hs_json *value = hs_parameter_value(hs_parameter(a->out, hs_slice_cstr(name)));

	if (hs_json_type(value) == HS_JSON_TRUE)
		return "true";
	if (hs_json_type(value) == HS_JSON_FALSE)
		return "false";
	return hs_arena_cstr(a->arena, hs_json_text(value));
}

/* message-ids of the answer's issues in order, joined by blanks. */
static inline const char *ask_issues(const struct ask *a)
{
	const struct hs_json *parameter = hs_parameter(a->out, HS_S("issues"));
	struct hs_buf out;

	hs_buf_init(&out, a->arena, 10000);
	HS_JSON_EACH(issue, hs_json_get(hs_json_get(parameter, HS_S("resource")), HS_S("issue"))) {
		const struct hs_json *extension = hs_json_at(hs_json_get(issue, HS_S("extension")), 0);
		struct hs_slice id = hs_json_get_text(extension, HS_S("valueString"));
		hs_buf_printf(&out, "%s%.*s", out.len ? " " : "", HS_S_ARG(id));
	}
	return hs_arena_cstr(a->arena, hs_buf_slice(&out));
}

/* Codes of an expansion, in order, those inside others in brackets: "a b(c d) e". */
static inline void ask_list_codes(const struct hs_json *contains, struct hs_buf *out)
{
	bool first = true;

	HS_JSON_EACH(item, contains) {
		hs_buf_printf(out, "%s%.*s", first ? "" : " ",
			HS_S_ARG(hs_json_get_text(item, HS_S("code"))));
		first = false;
		if (!hs_json_get(item, HS_S("contains")))
			continue;
		hs_buf_byte(out, '(');
		ask_list_codes(hs_json_get(item, HS_S("contains")), out);
		hs_buf_byte(out, ')');
	}
}

static inline const char *ask_codes(const struct ask *a)
{
	struct hs_buf out;

	hs_buf_init(&out, a->arena, 100000);
	ask_list_codes(hs_json_get(hs_json_get(a->out, HS_S("expansion")), HS_S("contains")), &out);
	return hs_arena_cstr(a->arena, hs_buf_slice(&out));
}
