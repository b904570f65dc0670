/* SPDX-License-Identifier: Apache-2.0 */
/* The codes that there are: what the current versions in a store have for a token parameter, each code once.
 */
#pragma once

#include <handslag/store.h>

struct hs_stored_code {
	struct hs_slice system, code; /* system empty: none */
};
/* Those that have a system, in `arena`, in the order of the index; perhaps also some that only earlier
 * versions had. `param` may be one of contained resources. HS_E_TOO_COSTLY: there are more than `most`;
 * HS_E_NOT_SUPPORTED for a type with a keeper. Thread: as transactions. */
enum hs_status hs_txn_codes(struct hs_txn *txn, struct hs_arena *arena, uint32_t param, size_t most,
	const struct hs_stored_code **out, size_t *count, struct hs_error *err);
