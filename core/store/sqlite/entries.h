/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping the search index of a resource in step with its current version. For resource.c and check.c. */
#pragma once

#include <core/store/index/key.h>
#include <core/store/sqlite/state.h>

/* Facts and entries for a new current version; the old ones, if any, are replaced. `count` 0 and a NULL
 * `index` are a version without entries of its own. */
enum hs_status hs__entries_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *version,
	const struct hs_index_row *index, size_t count, bool fresh, struct hs_error *err);
enum hs_status hs__entries_remove(struct hs_txn *txn, int64_t row, struct hs_error *err);

/* Sorted keys without repetition. */
struct hs__keys {
	struct hs_slice *items;
	size_t count;
};
/* The keys that the facts of a resource of `type` call for; HS_E_CORRUPT when the facts are damaged. */
enum hs_status hs__entries_keys(struct hs_arena *arena, uint32_t type, struct hs_slice facts,
	struct hs__keys *out, struct hs_error *err);
