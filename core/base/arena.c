/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: a bump pointer in chunks that double from 4 KiB to 256 KiB.
 *
 * The cap is not looked at on the way of an allocation: the `end` of a chunk is set so that it cannot be
 * passed. The arena lives at the start of its own first chunk. With HS_ARENA_EMULATE each allocation gets a
 * chunk of exactly its size, so that ASan sees every overrun and every use after a rollback. */
#include <handslag/arena.h>

#include <core/base/arena_chunk.h>
#include <core/base/fault.h>
#include <handslag/error.h>

#include <stdarg.h>
#include <stdio.h>

#ifdef HS_ARENA_EMULATE
#define EMULATE true
#else
#define EMULATE false
#endif

struct deferred {
	struct deferred *prev;
	void (*fn)(void *arg);
	void *arg;
};

struct hs_arena {
	char *ptr;               /* next free byte of the current chunk */
	char *end;               /* the end of that chunk, or where the cap is reached */
	struct hs__chunk *chunk; /* the current chunk; linked to those before it */
	struct hs__chunk *first;
	size_t before; /* bytes given out from earlier chunks */
	size_t cap;
	struct deferred *defers; /* newest first */
	bool full;
};

#define SELF ((sizeof(struct hs_arena) + 15) & ~(size_t)15)

/* ---- failure on demand ---- */

static __thread struct {
	bool watching; /* a test has called hs_arena_fail_at on this thread */
	int repeat;
	size_t nth;
	size_t count;
} fault;

void hs_arena_fail_at(size_t nth, int repeat)
{
	fault.watching = true;
	fault.nth = nth;
	fault.repeat = repeat;
	fault.count = 0;
}

size_t hs_arena_fail_count(void)
{
	return fault.count;
}

static bool fails_now(void)
{
	fault.count++;
	return fault.nth && (fault.count == fault.nth || (fault.repeat && fault.count > fault.nth));
}

/* ---- chunks ---- */

/* The first byte of a chunk that is given out. */
static char *data_of(const struct hs_arena *arena, struct hs__chunk *chunk)
{
	return chunk == arena->first ? chunk->data + SELF : chunk->data;
}

static size_t given_out(const struct hs_arena *arena)
{
	return arena->before + (size_t)(arena->ptr - data_of(arena, arena->chunk));
}

/* Makes `chunk` the current one, with `used` bytes of it taken. */
static void enter(struct hs_arena *arena, struct hs__chunk *chunk, size_t used)
{
	char *data = data_of(arena, chunk);
	size_t room = (size_t)((char *)chunk + chunk->size - data);
	size_t left = arena->cap - arena->before;
	arena->chunk = chunk;
	arena->ptr = data + used;
	arena->end = data + (room < left ? room : left);
}

struct hs_arena *hs_arena_new(size_t cap)
{
	struct hs__chunk *chunk = hs__chunk_get(EMULATE ? sizeof(*chunk) + SELF : HS__CHUNK_SMALLEST);
	struct hs_arena *arena = (struct hs_arena *)(void *)chunk->data;
	*arena = (struct hs_arena) { .cap = cap, .first = chunk };
	enter(arena, chunk, 0);
	return arena;
}

/* Gives back the chunks that came after `keep`. */
static void drop_after(struct hs_arena *arena, const struct hs__chunk *keep)
{
	struct hs__chunk *chunk = arena->chunk;
	while (chunk && chunk != keep) {
		struct hs__chunk *prev = chunk->prev;
		hs__chunk_put(chunk);
		chunk = prev;
	}
	arena->chunk = chunk;
}

/* A new chunk with room for `size` bytes; each is at least twice the one before it. It has one of the sizes
 * that the thread keeps, unless it is larger than all of them. */
static bool next_chunk(struct hs_arena *arena, size_t size)
{
	size_t given = given_out(arena), need = size + sizeof(struct hs__chunk);
	if (size > arena->cap - given)
		return false;
	size_t whole = arena->chunk->size;
	do
		whole *= 2;
	while (whole < need && whole < HS__CHUNK_LARGEST);
	if (whole > HS__CHUNK_LARGEST)
		whole = HS__CHUNK_LARGEST;
	if (EMULATE || whole < need)
		whole = need;
	struct hs__chunk *chunk = hs__chunk_get(whole);
	chunk->prev = arena->chunk;
	arena->before = given;
	enter(arena, chunk, 0);
	return true;
}

/* ---- allocation ---- */

static inline size_t rounded(size_t size)
{
	return EMULATE ? size : (size + 7) & ~(size_t)7;
}

static void *take_slowly(struct hs_arena *arena, size_t size)
{
	if ((fault.watching && fails_now()) || size > PTRDIFF_MAX / 2 || !next_chunk(arena, rounded(size))) {
		arena->full = true;
		return NULL;
	}
	char *out = arena->ptr;
	arena->ptr += rounded(size);
	return out;
}

static inline void *take(struct hs_arena *arena, size_t size, size_t align)
{
	size_t left = (size_t)(arena->end - arena->ptr);
	size_t pad = (0 - (uintptr_t)arena->ptr) & (align - 1);
	if (EMULATE || size > left || rounded(size) + pad > left)
		return take_slowly(arena, size); /* the data of a chunk is aligned to 16 */
	if (fault.watching && fails_now()) {
		arena->full = true;
		return NULL;
	}
	char *out = arena->ptr + pad;
	arena->ptr = out + rounded(size);
	return out;
}

void *hs_arena_alloc(struct hs_arena *arena, size_t size)
{
	void *out = take(arena, size, 16);
	if (out)
		memset(out, 0, size);
	return out;
}

void *hs_arena_raw(struct hs_arena *arena, size_t size)
{
	return take(arena, size, 8);
}

void *hs_arena_array(struct hs_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes)) {
		arena->full = true;
		return NULL;
	}
	return hs_arena_alloc(arena, bytes);
}

void *hs_arena_grow(struct hs_arena *arena, void *old, size_t old_size, size_t new_size)
{
	if (old && !EMULATE && (char *)old + rounded(old_size) == arena->ptr) {
		if (new_size <= (size_t)(arena->end - (char *)old) &&
			rounded(new_size) <= (size_t)(arena->end - (char *)old)) {
			if (fault.watching && new_size > old_size && fails_now()) {
				arena->full = true;
				return NULL;
			}
			arena->ptr = (char *)old + rounded(new_size);
			return old;
		}
	}
	if (old && new_size <= old_size)
		return old;
	void *out = take(arena, new_size, 16);
	if (out && old)
		memcpy(out, old, old_size);
	return out;
}

struct hs_slice hs_arena_copy(struct hs_arena *arena, struct hs_slice s)
{
	if (s.len == 0)
		return HS_S("");
	char *out = hs_arena_raw(arena, s.len);
	if (!out)
		return HS_S_NONE;
	memcpy(out, s.ptr, s.len);
	return hs_slice(out, s.len);
}

struct hs_slice hs_arena_join(struct hs_arena *arena, const struct hs_slice *parts, size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	char *out = hs_arena_raw(arena, len), *at = out;
	if (!out)
		return HS_S_NONE;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len)
			memcpy(at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
	}
	return hs_slice(out, len);
}

char *hs_arena_cstr(struct hs_arena *arena, struct hs_slice s)
{
	char *out = hs_arena_raw(arena, s.len + 1);
	if (!out)
		return NULL;
	if (s.len)
		memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return out;
}

struct hs_slice hs_arena_printf(struct hs_arena *arena, const char *format, ...)
{
	char small[256];
	struct hs_slice out = HS_S_NONE;
	va_list args;
	va_list again;
	va_start(args, format);
	va_copy(again, args);
	int need = vsnprintf(small, sizeof(small), format, args);
	if (need >= 0 && (size_t)need < sizeof(small)) {
		out = hs_arena_copy(arena, hs_slice(small, (size_t)need));
	} else if (need >= 0) {
		char *text = hs_arena_raw(arena, (size_t)need + 1);
		if (text) {
			vsnprintf(text, (size_t)need + 1, format, again);
			out = hs_slice(text, (size_t)need);
		}
	}
	va_end(again);
	va_end(args);
	return out;
}

/* ---- deferred calls, marks, the end ---- */

bool hs_arena_defer(struct hs_arena *arena, void (*fn)(void *arg), void *arg)
{
	struct deferred *deferred = hs_arena_raw(arena, sizeof(*deferred));
	if (!deferred) {
		fn(arg);
		return false;
	}
	*deferred = (struct deferred) { arena->defers, fn, arg };
	arena->defers = deferred;
	return true;
}

/* Each call is taken off before it runs: it may allocate, or defer something itself. */
static void run_defers(struct hs_arena *arena, const struct deferred *until)
{
	while (arena->defers != until) {
		struct deferred *deferred = arena->defers;
		arena->defers = deferred->prev;
		deferred->fn(deferred->arg);
	}
}

struct hs_arena_mark hs_arena_mark(const struct hs_arena *arena)
{
	return (struct hs_arena_mark) { .chunk = arena->chunk,
		.used = (size_t)(arena->ptr - data_of(arena, arena->chunk)),
		.total = arena->before,
		.defers = arena->defers };
}

void hs_arena_rollback(struct hs_arena *arena, struct hs_arena_mark mark)
{
	run_defers(arena, mark.defers);
	drop_after(arena, mark.chunk);
	arena->before = mark.total;
	enter(arena, mark.chunk, mark.used);
}

void hs_arena_reset(struct hs_arena *arena)
{
	run_defers(arena, NULL);
	drop_after(arena, arena->first);
	arena->before = 0;
	arena->full = false;
	enter(arena, arena->first, 0);
}

void hs_arena_free(struct hs_arena *arena)
{
	if (!arena)
		return;
	run_defers(arena, NULL);
	struct hs__chunk *first = arena->first;
	drop_after(arena, first);
	hs__chunk_put(first);
}

size_t hs_arena_used(const struct hs_arena *arena)
{
	return given_out(arena);
}

bool hs_arena_full(const struct hs_arena *arena)
{
	return arena->full;
}
