/* SPDX-License-Identifier: Apache-2.0 */
/* Following a chain to one resource, for a keeper that knows the reference already. */
#pragma once

#include <handslag/store.h>

/* Does the resource `id` of chain->target_type fulfil the condition behind the chain (HS_FIND_CHAIN)? 1, 0
 * (also when there is no such resource, or it is deleted), or a negative status as of hs_txn_find. It is
 * looked at alone, at a fraction of the cost of a search. Thread: that of the transaction. */
int hs_txn_follow(struct hs_txn *txn, const struct hs_find *chain, struct hs_slice id, struct hs_error *err);
