/* SPDX-License-Identifier: Apache-2.0 */
/* Short hands of the JSON tests: parse a C string or fail the test, and write a tree as one. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <handslag/json.h>

static inline struct hs_json *parse_or_fail(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_error err;
	struct hs_json *root = NULL;
	if (hs_json_parse(arena, text, NULL, &root, &err))
		fail_msg("%.*s: %u:%u: %s", HS_S_ARG(text), err.line, err.column, err.text);
	return root;
}

/* NUL-terminated, in the arena. */
static inline const char *written(struct hs_arena *arena, const struct hs_json *root)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	hs_json_write(&buf, root, 0);
	hs_buf_byte(&buf, '\0');
	assert_false(buf.overflow);
	return buf.ptr;
}
