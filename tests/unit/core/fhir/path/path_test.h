/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of FHIRPath share: an expression and an input in, one line of text out. */
#pragma once

#include "../fhir_test.h"

#include <core/fhir/path/path.h>

#define ARENA_CAP ((size_t)64 << 20)
/* 2024-05-17T10:20:30.456Z, two hours east */
#define NOW_MS 1715941230456

struct path_case {
	const char *expression;
	const char *expected; /* results joined by "; ", or "!syntax", "!semantic", "!execution", "!costly" */
};

static inline struct hs_slice join_results(struct hs_arena *arena, const struct hs_path_list *list)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, ARENA_CAP);
	for (size_t i = 0; i < list->count; i++) {
		hs_buf_cstr(&buf, i ? "; " : "");
		hs_buf_add(&buf, hs_path_print(arena, &list->items[i]));
	}
	return buf.len ? hs_slice(buf.ptr, buf.len) : HS_S("");
}

static inline void count_step(void *arg, const struct hs_path_told *told)
{
	size_t *steps = arg;
	assert_true(told->name.len > 0);
	++*steps;
}

/* Evaluates and frees the path. */
static inline struct hs_slice outcome(struct hs_arena *arena, const struct hs_defs *defs,
	struct hs_path *path, const struct hs_json *input)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_path_list list;
	size_t steps = 0;
	struct hs_path_context context = { .arena = arena,
		.defs = defs,
		.now_ms = NOW_MS,
		.zone_min = 120,
		.single_as = true,
		.step = count_step,
		.arg = &steps };
	struct hs_slice text = HS_S("!execution");
	enum hs_status status = hs_path_eval(path, &context, input, &list, &err);
	if (status == HS_E_TOO_COSTLY || (steps && status == HS_E_LIMIT)) {
		text = HS_S("!costly");
	} else if (status == HS_OK) {
		text = hs_arena_copy(arena, join_results(arena, &list));
	} else {
		assert_int_equal(status, HS_E_PROCESSING);
	}
	hs_path_free(path);
	return text;
}

/* Compiles against `type` (NULL: no check) and evaluates; whether it is watched must not matter, unless it
 * comes to a limit: watching takes more steps and more memory. */
static inline struct hs_slice evaluate(struct hs_arena *arena, const struct hs_defs *defs, const char *type,
	const struct hs_json *input, const char *expression)
{
	struct hs_error err = { .status = HS_OK };
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	struct hs_slice source = hs_slice_cstr(expression), base = hs_slice_cstr(type);
	struct hs_path *path = NULL, *watched = NULL;
	if (hs_path_compile(defs, source, base, &path, &phase, &err)) {
		assert_null(path);
		assert_true(err.text[0] != '\0' && err.column >= 1);
		assert_true(hs_path_compile_watched(defs, source, base, &watched, NULL, &err));
		return phase == HS_PATH_SYNTAX ? HS_S("!syntax") : HS_S("!semantic");
	}
	assert_int_equal(hs_path_compile_watched(defs, source, base, &watched, NULL, &err), HS_OK);
	struct hs_slice text = outcome(arena, defs, path, input);
	struct hs_arena *apart = hs_arena_new(ARENA_CAP);
	struct hs_slice seen = outcome(apart, defs, watched, input);
	if (!hs_slice_eq(text, seen) && !hs_slice_eq(seen, HS_S("!costly"))) {
		fail_msg("%s: watched, it gives %.*s", expression, HS_S_ARG(seen));
	}
	hs_arena_free(apart);
	return text;
}

/* Runs a table on one input (JSON text, NULL for none); every failing row is printed. */
static inline void run_cases(const struct hs_defs *defs, const char *type, const char *input,
	const struct path_case *cases, size_t count)
{
	size_t failed = 0;
	for (size_t i = 0; i < count; i++) {
		struct hs_arena *arena = hs_arena_new(ARENA_CAP);
		struct hs_json *tree = input ? parse_json(arena, hs_slice_cstr(input)) : NULL;
		struct hs_slice found = evaluate(arena, defs, type, tree, cases[i].expression);
		if (!hs_slice_eq(found, hs_slice_cstr(cases[i].expected))) {
			print_error("%s\n   expected: %s\n   found:    %.*s\n", cases[i].expression,
				cases[i].expected, HS_S_ARG(found));
			failed++;
		}
		hs_arena_free(arena);
	}
	assert_int_equal(failed, 0);
}
