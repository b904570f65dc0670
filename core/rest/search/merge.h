/* SPDX-License-Identifier: Apache-2.0 */
/* One order over what a search finds of several types: their pages merged by what they are sorted by.
 *
 * The cursor of a page is "I~C*J~D": for each type that has more, by its place among the types, the cursor
 * within it (both.h), empty when nothing of it was shown yet. It stays right while others write. Where two
 * are equal the type that stands first goes first. */
#pragma once

#include <core/rest/shelf/both.h>

struct hs__merge_query {
	const struct hs__both *const
		*types; /* of the same parameters, sorted by something; NULL: has nothing */
	size_t type_count;
	uint32_t count;
	struct hs_slice after; /* cursor; empty: from the start */
};
/* At most query->count, into out->items, which has room for them, and out->next. HS_E_VALUE for a cursor that
 * is none. */
enum hs_status hs__merge_page(const struct hs__merge_query *query, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_find_page *out, struct hs_error *err);
