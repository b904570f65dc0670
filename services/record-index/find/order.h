/* SPDX-License-Identifier: Apache-2.0 */
/* The order of results, as bytes, and the marks of pages made of them. Thread: that of the transaction. */
#pragma once

#include "../ledger/facts.h"

/* The key a result is put in order by: bytes that memcmp compares. */
enum hs_status hs_ledger_key(struct hs_arena *arena, const struct hs_find_query *query,
	const struct hs_ledger_subject *subject, struct hs_slice *out, struct hs_error *err);
/* What an order by a param is by, as bytes of such a key that rises: its smallest value in the rows, or the
 * largest when the order falls. False when there is none. */
bool hs_ledger_sort_value(struct hs_arena *arena, const struct hs_find_sort *sort,
	const struct hs_ledger_rows *rows, struct hs_slice *out);
/* The same of any sort; `subject` has the rows that it needs. */
bool hs_ledger_value(struct hs_arena *arena, const struct hs_find_sort *sort,
	const struct hs_ledger_subject *subject, struct hs_slice *out);
/* Is that a text, which ends with a NUL? */
bool hs_ledger_sorts_text(const struct hs_find_sort *sort);
/* The time of update in the key of an order that begins with it; false when it is too short. */
bool hs_ledger_key_time(const struct hs_find_query *query, struct hs_slice key, int64_t *ms);
/* A mark of a page's end, and back; HS_E_VALUE when it was made for another sort. */
struct hs_slice hs_ledger_cursor(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_slice key);
enum hs_status hs_ledger_cursor_read(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_slice *key, struct hs_error *err);
