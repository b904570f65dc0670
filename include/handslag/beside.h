/* SPDX-License-Identifier: Apache-2.0 */
/* Work that runs beside the thread that gives it: for what takes seconds and falls into parts that are
 * independent, as an import does. Requests have their own way (request.h).
 *
 * Owner and thread: one thread begins and ends it. Meanwhile the two share only what neither of them writes;
 * what the work has made is the giver's once it has ended. Where the giver may use one core only, or there is
 * no further thread to be had, the work runs when it is ended, on the giver's thread: what comes out
 * must not depend on which of them is sooner. Limits: none of its own; a giver has one or two. */
#pragma once

struct hs_beside;

/* `arg` lives until the work has ended. Never NULL. */
struct hs_beside *hs_beside_begin(void (*work)(void *arg), void *arg);
/* Waits until it has ended; frees. NULL is allowed. */
void hs_beside_end(struct hs_beside *beside);
