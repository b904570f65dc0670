/* SPDX-License-Identifier: Apache-2.0 */
/* Versions by their place in the tables, for history and search. */
#pragma once

#include <core/store/sqlite/state.h>

/* The current version at `row` (hs__row_of); HS_E_CORRUPT when there is none. */
enum hs_status hs__resource_at(struct hs_txn *txn, struct hs_arena *arena, int64_t row,
	struct hs_resource *out, struct hs_error *err);
/* The superseded version with this seq; its row is 0. */
enum hs_status hs__resource_past(struct hs_txn *txn, struct hs_arena *arena, uint64_t seq,
	struct hs_resource *out, struct hs_error *err);
/* Makes the id of a version lead to its row. */
enum hs_status hs__ident_put(struct hs_txn *txn, const struct hs_resource *version, struct hs_error *err);
