/* SPDX-License-Identifier: Apache-2.0 */
/* The growing, bounded buffer. */
#include <handslag/buf.h>

#include <core/base/heap.h>
#include <core/base/put.h>
#include <handslag/error.h>

#include <stdarg.h>
#include <stdio.h>

#define SMALLEST 256

void hs_buf_init(struct hs_buf *buf, struct hs_arena *arena, size_t max)
{
	*buf = (struct hs_buf) { .arena = arena, .max = max };
}

void hs_buf_free(struct hs_buf *buf)
{
	if (!buf->arena)
		hs_heap_free(buf->ptr);
	*buf = (struct hs_buf) { .arena = buf->arena, .max = buf->max };
}

void hs_buf_clear(struct hs_buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
}

/* Makes room for `size` more bytes; what is there already stays whatever happens. */
static bool grow(struct hs_buf *buf, size_t size)
{
	if (buf->overflow || size > buf->max - buf->len) {
		buf->overflow = true;
		return false;
	}
	size_t need = buf->len + size;
	size_t room = buf->room ? buf->room : SMALLEST;
	while (room < need)
		room = room > buf->max / 2 ? buf->max : room * 2;
	if (room > buf->max)
		room = buf->max;
	char *ptr = buf->arena ? hs_arena_grow(buf->arena, buf->ptr, buf->room, room) :
				 hs_heap_grow(buf->ptr, room);
	if (!ptr) {
		buf->overflow = true;
		return false;
	}
	buf->ptr = ptr;
	buf->room = room;
	return true;
}

char *hs_buf_grow(struct hs_buf *buf, size_t size)
{
	if (buf->overflow)
		return NULL;
	if (size > buf->room - buf->len && !grow(buf, size))
		return NULL;
	/* Never NULL on success, even when nothing was asked for and nothing is there. */
	return buf->ptr || grow(buf, 1) ? buf->ptr + buf->len : NULL;
}

void hs_buf_commit(struct hs_buf *buf, size_t size)
{
	HS_ASSERT(size <= buf->room - buf->len);
	buf->len += size;
}

void hs_buf_append(struct hs_buf *buf, struct hs_slice s)
{
	if (s.len == 0)
		return;
	char *to = hs_buf_reserve(buf, s.len);
	if (!to)
		return;
	hs__put(to, s);
	buf->len += s.len;
}

void hs_buf_cstr(struct hs_buf *buf, const char *text)
{
	hs_buf_add(buf, hs_slice_cstr(text));
}

void hs_buf_u64(struct hs_buf *buf, uint64_t value)
{
	char digits[20];

	hs_buf_append(buf, hs_slice(digits, (size_t)(hs__put_u64(digits, value) - digits)));
}

void hs_buf_printf(struct hs_buf *buf, const char *format, ...)
{
	va_list args;
	va_list again;
	va_start(args, format);
	va_copy(again, args);
	/* First into the room that is there; only a text that does not fit is made twice. */
	size_t room = buf->overflow ? 0 : buf->room - buf->len;
	int need = vsnprintf(room ? buf->ptr + buf->len : NULL, room, format, args);
	if (need >= 0 && !buf->overflow) {
		if ((size_t)need < room) {
			buf->len += (size_t)need;
		} else {
			/* The NUL that vsnprintf writes must fit beside the text, or be kept aside. */
			bool last = (size_t)need == buf->max - buf->len;
			char *to = hs_buf_reserve(buf, (size_t)need + !last);
			if (to && !last) {
				vsnprintf(to, (size_t)need + 1, format, again);
				buf->len += (size_t)need;
			} else if (to) {
				char *aside = hs_heap_alloc((size_t)need + 1);
				vsnprintf(aside, (size_t)need + 1, format, again);
				memcpy(to, aside, (size_t)need);
				buf->len += (size_t)need;
				hs_heap_free(aside);
			}
		}
	}
	va_end(again);
	va_end(args);
}

void hs_buf_consume(struct hs_buf *buf, size_t count)
{
	HS_ASSERT(count <= buf->len);
	buf->len -= count;
	if (buf->len && count)
		memmove(buf->ptr, buf->ptr + count, buf->len);
}
