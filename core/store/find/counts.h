/* SPDX-License-Identifier: Apache-2.0 */
/* How much the ranges of the index hold, remembered.
 *
 * A way is chosen by counts, and the same ranges are counted again by each search that is like another, and
 * by a worker after a loop whose budget was used up. A count is right as long as nothing was written; a
 * search in a writing transaction remembers none. One that a few versions more or less cannot change by much
 * stands until more of them came. Where there is a column it tells how many entries a range has, in a moment.
 * What is found never depends on it.
 *
 * Threads: any. Memory: one table a store, made when the first count is remembered. */
#pragma once

#include <core/store/find/finder.h>

struct hs__counts *hs__counts_new(void);
void hs__counts_free(struct hs__counts *counts);
/* Entries were made anew. */
void hs__counts_forget(struct hs__counts *counts);

/* Entries of the type in a range of one parameter's keys, at most `limit`: remembered, told by a column, or
 * counted now. */
enum hs_status hs__count_entries(struct hs__finder *finder, uint32_t type, const struct hs__range *range,
	uint64_t limit, uint64_t *out, struct hs_error *err);
/* And what it costs to read them (hs__scan_cost). */
enum hs_status hs__count_blocks(struct hs__finder *finder, const struct hs__range *range, uint64_t limit,
	uint64_t *out, struct hs_error *err);
