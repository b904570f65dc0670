/* SPDX-License-Identifier: Apache-2.0 */
/* Following links between what a keeper has and what the store has, for a keeper that knows the references
 * already: by ids or, at a fraction of the cost, by rows.
 *
 * A *row* numbers a resource within its type, from 1, below 2^32. It belongs to the id for ever, also when
 * the resource is deleted and made anew. Thread: that of the transaction. */
#pragma once

#include <handslag/store.h>

/* Does the resource `id` of chain->target_type fulfil the condition behind the chain (HS_FIND_CHAIN)? 1, 0
 * (also when there is no such resource, or it is deleted), or a negative status as of hs_txn_find. It is
 * looked at alone, at a fraction of the cost of a search. */
int hs_txn_follow(struct hs_txn *txn, const struct hs_find *chain, struct hs_slice id, struct hs_error *err);

/* The row of an id: 1, 0 when it has none, as of a type with a keeper, or a negative status. */
int hs_txn_row(struct hs_txn *txn, uint32_t type, struct hs_slice id, uint64_t *row, struct hs_error *err);

/* Which of `rows`, resources of chain->target_type, fulfil the condition behind the chain? holds[i], of as
 * many, becomes 1 or 0. All are looked at together, as a search looks at what its other conditions have
 * left. HS_E_NOT_SUPPORTED for a type with a keeper; else as hs_txn_find. */
enum hs_status hs_txn_follow_rows(struct hs_txn *txn, const struct hs_find *chain, const uint64_t *rows,
	size_t count, unsigned char *holds, struct hs_error *err);

/* How many resources of a type fulfil a condition, about, and at most `limit`: counted in the index, none is
 * looked at. */
enum hs_status hs_txn_estimate(struct hs_txn *txn, uint32_t type, const struct hs_find *where, uint64_t limit,
	uint64_t *out, struct hs_error *err);
