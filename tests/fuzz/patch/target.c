/* SPDX-License-Identifier: Apache-2.0 */
/* [document, patch] or [document, patch, arena cap]: the patch succeeds or fails with a status; either way
 * the tree can be written and read, and the patch is as it was. */
#include "../must.h"

#include <handslag/json.h>

#define CAP ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_patch(struct hs_arena *outer, const struct hs_json *input)
{
	/* As deep as a patch can make a tree. */
	static const struct hs_json_limits deep = { .depth = 1100 };
	struct hs_error err = { .status = HS_OK };
	struct hs_json *again;
	struct hs_buf buf;
	int64_t cap;
	if (!hs_json_i64(hs_json_at(input, 2), &cap) || cap < 0 || cap > (int64_t)CAP)
		cap = (int64_t)CAP;
	const struct hs_json *patch = hs_json_at(input, 1);
	const struct hs_json *before = hs_json_clone(outer, patch);
	struct hs_json *root = hs_json_clone(outer, hs_json_at(input, 0));
	struct hs_arena *arena = hs_arena_new((size_t)cap);
	enum hs_status status = hs_json_patch(arena, &root, patch, &err);
	must(status == err.status);
	must(!status || err.text[0]);
	must(hs_json_equal(patch, before));
	hs_buf_init(&buf, outer, CAP);
	hs_json_write(&buf, root, 0);
	if (!buf.overflow && hs_json_parse(outer, hs_buf_slice(&buf), &deep, &again, &err) == HS_OK)
		must(hs_json_equal(root, again));
	else
		must(buf.overflow || err.status == HS_E_LIMIT);
	hs_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_error err;
	struct hs_json *input;
	struct hs_slice text = hs_slice((const char *)data, size);
	if (size > 1 << 14)
		return 0;
	struct hs_arena *outer = hs_arena_new(CAP * 8);
	if (!hs_json_parse(outer, text, NULL, &input, &err) && hs_json_is(input, HS_JSON_ARRAY) &&
		hs_json_count(input) >= 2)
		check_patch(outer, input);
	hs_arena_free(outer);
	return 0;
}
