/* SPDX-License-Identifier: Apache-2.0 */
/* An arena as a fixture, of each test or of a group: `arena`. */
#pragma once

#include <handslag/arena.h>

static struct hs_arena *arena;

static inline int begin_arena(void **state)
{
	(void)state;
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static inline int end_arena(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return 0;
}
