/* SPDX-License-Identifier: Apache-2.0 */
/* An arena gives out memory that is taken back all at once: one a request, one an operation.
 *
 * Owner: whoever made it. Thread: one at a time; hand-over between threads is a transfer of ownership.
 * Limits: every arena has a cap in bytes; a request beyond it gives NULL and sets the `full` mark, which
 * callers turn into HS_E_LIMIT. When the machine itself is out of memory the process stops with a message.
 * Tests make the n-th allocation fail with hs_arena_fail_at (core/base/fault.h). */
#pragma once

#include <handslag/slice.h>

struct hs_arena;

/* A new arena that gives out at most `cap` bytes. Never NULL. */
struct hs_arena *hs_arena_new(size_t cap);
/* Runs the deferred calls in reverse order and frees everything. NULL is allowed. */
void hs_arena_free(struct hs_arena *arena);
/* As free, then ready for use again; keeps its first chunk. */
void hs_arena_reset(struct hs_arena *arena);

/* Zeroed memory aligned to 16 bytes, or NULL at the cap. */
void *hs_arena_alloc(struct hs_arena *arena, size_t size) __attribute__((malloc, alloc_size(2)));
/* The same without zeroing, and aligned to 8 bytes. */
void *hs_arena_raw(struct hs_arena *arena, size_t size) __attribute__((malloc, alloc_size(2)));
/* `count` zeroed elements; NULL at the cap or when the product overflows. */
void *hs_arena_array(struct hs_arena *arena, size_t count, size_t size);
/* The array at `old` (NULL for none), made `new_size` bytes long: in place when it was the last allocation or
 * shrinks, else moved. New bytes are not zeroed. NULL at the cap; `old` then stays as it is. */
void *hs_arena_grow(struct hs_arena *arena, void *old, size_t old_size, size_t new_size);

/* A copy of `s`; the empty slice with NULL pointer at the cap (an empty `s` gives a non-NULL pointer). */
struct hs_slice hs_arena_copy(struct hs_arena *arena, struct hs_slice s);
/* The texts one after another, as one; HS_S_NONE at the cap. */
struct hs_slice hs_arena_join(struct hs_arena *arena, const struct hs_slice *parts, size_t count);
#define HS_ARENA_JOIN(arena, ...) \
	hs_arena_join(arena, (const struct hs_slice[]) { __VA_ARGS__ }, \
		sizeof((const struct hs_slice[]) { __VA_ARGS__ }) / sizeof(struct hs_slice))
/* A copy of `s`, NUL-terminated, for the rare call that needs a C string. NULL at the cap. */
char *hs_arena_cstr(struct hs_arena *arena, struct hs_slice s);
struct hs_slice hs_arena_printf(struct hs_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Calls fn(arg) when the arena is reset or freed, last registered first. False at the cap (fn is then
 * called at once, so that nothing leaks). */
bool hs_arena_defer(struct hs_arena *arena, void (*fn)(void *arg), void *arg);

/* A place to return to: memory given out since is taken back. Deferred calls since then are run. */
struct hs_arena_mark {
	void *chunk;
	size_t used;
	size_t total;
	void *defers;
};
struct hs_arena_mark hs_arena_mark(const struct hs_arena *arena);
void hs_arena_rollback(struct hs_arena *arena, struct hs_arena_mark mark);

/* Bytes given out so far, and whether any request was refused. */
size_t hs_arena_used(const struct hs_arena *arena);
bool hs_arena_full(const struct hs_arena *arena);
