/* SPDX-License-Identifier: Apache-2.0 */
/* A search over what is stored and what packages hold (shelf.h) as if it were one: pages in one order, right
 * totals, and what is hidden by a stored resource of the same id left out.
 *
 * Without an order of its own the stored come first, then those of packages by id. The cursor of a page is
 * "N~S": how many of the shelf's hits have passed, and the store's own cursor ("" not begun, "!" ended). Both
 * stay right while others write. Where the shelf has nothing of a type it is the store's cursor as it is.
 * Chains, _has and words look into both (links.h). */
#pragma once

#include <core/rest/shelf/shelf.h>

struct hs__both {
	const struct hs__rest_env *env;
	const struct hs__rest_type *type;
	const struct hs_search *stored;     /* parsed with the store's numbers */
	const struct hs__shelf_type *shelf; /* NULL: the store alone */
	bool with_total;                    /* pages tell the total too; only for the store alone */
	struct hs_search shelved;           /* the same with shelf numbers, where these are needed */
	struct hs__shelf_hits hits;
};

/* `call` has type and parameters; `search` is what they were parsed to and outlives the object. */
enum hs_status hs__both_open(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct hs_search *search, struct hs__both *out,
	struct hs_error *err);
/* At most `count` from the cursor on; those of the shelf without bodies. A page may end early when its
 * resources are large. HS_E_VALUE for a cursor that is none. */
enum hs_status hs__both_page(const struct hs__both *both, struct hs_txn *txn, struct hs_arena *arena,
	uint32_t count, struct hs_slice after, struct hs_find_page *out, struct hs_error *err);
/* The number of all that is found, on whatever page. */
enum hs_status hs__both_total(const struct hs__both *both, struct hs_txn *txn, struct hs_arena *arena,
	uint64_t *total, struct hs_error *err);
