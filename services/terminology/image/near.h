/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of an image that every question reads at a place of its own, copied into memory with large pages.
 *
 * Of a table of many megabytes the pages that a file is mapped with are so many that most reads at random
 * have to look up where their page lies, which takes as long as the read. Small tables gain nothing by it. */
#pragma once

#include <handslag/arena.h>

#define TX_NEAR_LEAST ((size_t)1 << 20)  /* bytes of a table that is copied */
#define TX_NEAR_MOST ((size_t)128 << 20) /* bytes of all copies in the process */

/* The copy of a table, which lives as long as the arena; `table` itself where it is too small, where there
 * are copies enough or no memory. What was read of `table`, which must be part of a file's mapping, need not
 * stay resident. Any thread. */
const void *hs_tx_near(struct hs_arena *arena, const void *table, size_t size);
/* The bytes of all copies that there are now. */
size_t hs_tx_near_taken(void);
