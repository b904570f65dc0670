/* SPDX-License-Identifier: Apache-2.0 */
/* How much the ranges of the index hold, remembered.
 *
 * A way is chosen by counts, and the same ranges are counted again by each search that is like another, and
 * by a worker after a loop whose budget was used up. A count is right as long as nothing was written; a
 * search in a writing transaction remembers none. One that a few versions more or less cannot change by much
 * stands until more of them came. What is found never depends on it.
 *
 * Threads: any. Memory: one table a store, made when the first count is remembered. */
#pragma once

#include <core/store/find/finder.h>

struct hs__counts *hs__counts_new(void);
void hs__counts_free(struct hs__counts *counts);
/* Entries were made anew. */
void hs__counts_forget(struct hs__counts *counts);

enum hs__counted { HS__ENTRIES, HS__COST };
/* What a range holds, at most `limit`: remembered, or counted now. */
enum hs_status hs__count(struct hs__finder *finder, enum hs__counted what, const struct hs__range *range,
	uint64_t limit, uint64_t *out, struct hs_error *err);
