/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the ledger's pointers by what neither their shapes nor their parties tell: an id, or values
 * that fill holes, such as identifiers and addresses.
 *
 * Of one pointer in 64 the value is kept, in order and each once. A pointer's *rank* is its place among
 * these: odd when it has such a value, even when its own lies before it. So ranks of the same odd number are
 * of the same value; whose are of the same even one must be read to be told apart, which are few. 8 bytes a
 * pointer, and about 2 for values. It is a view (handslag/view.h), made for the first search that would
 * read many pointers to put them in order.
 *
 * Thread: a ranking that is held never changes; the rest is that of the transaction. */
#pragma once

#include "columns.h"
#include "order.h"

#define HS_LEDGER_RANKED_NONE UINT32_MAX /* it has no value */
#define HS_LEDGER_RANKED_UNKNOWN (UINT32_MAX - 1)

struct hs_ledger_ranking {
	struct hs_arena *arena;
	uint64_t of;
	size_t count, room;
	size_t taken;    /* pointers that are new or changed since it was made */
	uint32_t *rows;  /* rising */
	uint32_t *ranks; /* of these */
	size_t byte_count, value_count;
	char *bytes;             /* of the values, */
	struct hs_slice *values; /* which rise: bytes of a key that rises (hs_ledger_value) */
};

/* That of a sort by an id or a param that is none of a subject or custodian; `want`: it is made when there is
 * none. To be given back with hs_txn_view_end. */
enum hs_status hs_ledger_ranking_get(struct hs_ledger *ledger, const struct hs_find_sort *sort, bool want,
	struct hs_view_hold *out, struct hs_error *err);
/* The rank of each pointer by its number in the columns; made in the arena unless the ranking has the same
 * numbers. NULL when that does not fit. */
const uint32_t *hs_ledger_ranking_align(const struct hs_ledger_ranking *ranking,
	const struct hs_ledger_columns *columns, struct hs_arena *arena);
/* The place of the first of values in rising order that is not less. */
size_t hs_ledger_place_among(const struct hs_slice *values, size_t count, struct hs_slice value);
