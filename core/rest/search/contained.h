/* SPDX-License-Identifier: Apache-2.0 */
/* What a search finds inside other resources. */
#pragma once

#include <core/rest/rest_private.h>

struct hs__contained_hit {
	const struct hs__rest_type *container;
	struct hs_slice id, local; /* "23", "m1" */
};
struct hs__contained {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	const struct hs__rest_type *type;
	bool alone; /* _containedType=contained */
	struct hs__contained_hit *hits;
	size_t count; /* the total */
};

/* Lists all that `call` asks for; HS_E_TOO_COSTLY when that is too much. */
enum hs_status hs__contained_open(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__contained *out, struct hs_error *err);
/* At most `count` from the cursor on (empty: the first). One that is shown by itself has the type of its
 * container and the id "23#m1". */
enum hs_status hs__contained_page(struct hs__contained *contained, uint32_t count, struct hs_slice after,
	struct hs_find_page *page, struct hs_error *err);
