/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that grows in an arena up to a maximum that must be named; an append that does not fit sets a
 * sticky mark, so that a long row of appends is checked once at the end. */
#pragma once

#include <handslag/arena.h>

struct hs_buf {
	struct hs_arena *arena; /* NULL: the memory is malloc'ed and hs_buf_free gives it back */
	char *ptr;
	size_t len;
	size_t room;
	size_t max;
	bool overflow; /* something did not fit; the content is what was there before */
};

/* In an arena (which must outlive it), or with NULL on the heap. `max` is in bytes. */
void hs_buf_init(struct hs_buf *buf, struct hs_arena *arena, size_t max);
void hs_buf_free(struct hs_buf *buf);
/* Empties it, keeps the memory, clears the mark. */
void hs_buf_clear(struct hs_buf *buf);

/* Room for `size` more bytes to be written at the returned place, then kept with hs_buf_commit; NULL when
 * it does not fit (and the mark is set). */
char *hs_buf_grow(struct hs_buf *buf, size_t size);
static inline char *hs_buf_reserve(struct hs_buf *buf, size_t size)
{
	return size < buf->room - buf->len && !buf->overflow ? buf->ptr + buf->len : hs_buf_grow(buf, size);
}
void hs_buf_commit(struct hs_buf *buf, size_t size);

void hs_buf_append(struct hs_buf *buf, struct hs_slice s); /* hs_buf_add of any text */
/* What a literal holds is stored where it is added. */
static inline void hs_buf_add(struct hs_buf *buf, struct hs_slice s)
{
	if (!__builtin_constant_p(s.len) || s.len > 64) {
		hs_buf_append(buf, s);
		return;
	}
	char *to = hs_buf_reserve(buf, s.len);
	if (to && s.len) {
		memcpy(to, s.ptr, s.len);
		buf->len += s.len;
	}
}
void hs_buf_cstr(struct hs_buf *buf, const char *text);
static inline void hs_buf_byte(struct hs_buf *buf, char c)
{
	char *to = hs_buf_reserve(buf, 1);
	if (to) {
		*to = c;
		buf->len++;
	}
}
void hs_buf_u64(struct hs_buf *buf, uint64_t value);
void hs_buf_printf(struct hs_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes the first `count` bytes away. */
void hs_buf_consume(struct hs_buf *buf, size_t count);

static inline struct hs_slice hs_buf_slice(const struct hs_buf *buf)
{
	return (struct hs_slice) { buf->ptr, buf->len };
}
