/* SPDX-License-Identifier: Apache-2.0 */
/* Failure on demand, for tests: the n-th arena allocation from now fails, and how many were asked for. */
#pragma once

#include <stddef.h>

/* The `nth` arena allocation of this thread (1 is the next) gives NULL, and each after it when `repeat`.
 * 0 switches it off. */
void hs_arena_fail_at(size_t nth, int repeat);
/* Allocations of this thread since the last call of hs_arena_fail_at. */
size_t hs_arena_fail_count(void);
