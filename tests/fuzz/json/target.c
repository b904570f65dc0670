/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes: the parser accepts or refuses; what it accepts is written, read again and then equal, its places
 * lie in the text, and a tree changed by removing members is still whole. What it refuses may be mended. */
#include "../must.h"

#include <core/json/mend.h>

#define CAP ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes of each value are a JSON text of their own that means the same. */
static void check_places(struct hs_arena *arena, struct hs_slice text, const struct hs_json *value)
{
	struct hs_error err;
	struct hs_json *again;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs_slice bytes = hs_json_source(text, value);
	must(bytes.len > 0);
	must(hs_json_parse(arena, bytes, NULL, &again, &err) == HS_OK);
	must(hs_json_equal(value, again));
	hs_arena_rollback(arena, mark);
}

static void check_written(struct hs_arena *arena, const struct hs_json *root, unsigned flags)
{
	struct hs_buf buf;
	struct hs_error err;
	struct hs_json *again;
	hs_buf_init(&buf, arena, CAP);
	hs_json_write(&buf, root, flags);
	must(!buf.overflow);
	must(hs_json_parse(arena, hs_buf_slice(&buf), NULL, &again, &err) == HS_OK);
	must(hs_json_equal(root, again));
}

/* What is mended is read without any slip; without the bytes that were added it is as long as it was, and
 * every line of it begins where it began. */
static void check_mended(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_json_mended mended;
	struct hs_json_mended again;
	struct hs_error err;
	if (hs_json_mend(arena, text, &mended, &err))
		return;
	must(mended.text.len == text.len + mended.added_count && mended.slip_count <= HS_JSON_SLIPS_MAX);
	size_t next = 0;
	for (size_t i = 0; i < mended.text.len; i++) {
		if (next < mended.added_count && mended.added[next] == i)
			next++;
		else
			must((mended.text.ptr[i] == '\n') == (text.ptr[i - next] == '\n'));
	}
	must(next == mended.added_count);
	must(hs_json_mend(arena, mended.text, &again, &err) == HS_OK);
	must(again.slip_count <= mended.slip_count && hs_json_equal(mended.tree, again.tree));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice text = hs_slice((const char *)data, size);
	struct hs_error err = { .status = HS_OK };
	struct hs_json *root = NULL;
	if (size > 1 << 16)
		return 0;
	struct hs_arena *arena = hs_arena_new(CAP);
	check_mended(arena, text);
	if (hs_json_parse(arena, text, NULL, &root, &err)) {
		must(!root && err.status && err.text[0]);
		must(err.line >= 1 && err.column >= 1 && err.column <= size + 1);
		goto out;
	}
	check_written(arena, root, 0);
	check_written(arena, root, HS_JSON_PRETTY);
	check_places(arena, text, root);
	HS_JSON_EACH(child, root)
		check_places(arena, text, child);
	must(hs_json_equal(hs_json_clone(arena, root), root));
	while (hs_json_count(root) > 1) {
		hs_json_remove(root, hs_json_next(hs_json_first(root)));
		if (hs_json_count(root) < 4)
			check_written(arena, root, 0);
	}
out:
	hs_arena_free(arena);
	return 0;
}
