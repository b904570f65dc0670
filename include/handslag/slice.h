/* SPDX-License-Identifier: Apache-2.0 */
/* A slice is a piece of text that somebody else owns: pointer and length, never NUL-terminated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hs_slice {
	const char *ptr; /* may be NULL when len is 0 */
	size_t len;      /* bytes */
};

/* A name and what it stands for: a query parameter, a header. */
struct hs_pair {
	struct hs_slice name, value;
};

#define HS_S(literal) ((struct hs_slice) { ("" literal), sizeof(literal) - 1 })
#define HS_S_INIT(literal) \
	{ \
		("" literal), sizeof(literal) - 1 \
	}
#define HS_S_NONE ((struct hs_slice) { NULL, 0 })
/* For printf: printf("%.*s", HS_S_ARG(s)). `s` is evaluated twice, so it does nothing but give a text. Texts
 * beyond INT_MAX are cut by the caller. */
#define HS_S_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct hs_slice hs_slice(const char *ptr, size_t len)
{
	return (struct hs_slice) { ptr, len };
}

/* NULL gives the empty slice. */
static inline struct hs_slice hs_slice_cstr(const char *text)
{
	return (struct hs_slice) { text, text ? strlen(text) : 0 };
}

static inline bool hs_slice_eq(struct hs_slice a, struct hs_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool hs_slice_starts(struct hs_slice s, struct hs_slice prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool hs_slice_ends(struct hs_slice s, struct hs_slice suffix)
{
	return s.len >= suffix.len &&
		(suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* The part from byte `from` on; empty when `from` is past the end. */
static inline struct hs_slice hs_slice_from(struct hs_slice s, size_t from)
{
	return from >= s.len ? HS_S_NONE : (struct hs_slice) { s.ptr + from, s.len - from };
}

static inline struct hs_slice hs_slice_first(struct hs_slice s, size_t count)
{
	return (struct hs_slice) { s.ptr, count < s.len ? count : s.len };
}

/* ASCII case folded comparison: header names, media types, hexadecimal. */
bool hs_slice_ieq(struct hs_slice a, struct hs_slice b);
/* Byte order, shorter first on a tie: -1, 0 or 1. */
int hs_slice_cmp(struct hs_slice a, struct hs_slice b);
/* Has it no control character but tabs? Then it can stand in one line, such as that of a header. */
bool hs_slice_is_line(struct hs_slice s);
/* Index of the first `c` at or after `from`, or SIZE_MAX. */
size_t hs_slice_find(struct hs_slice s, char c, size_t from);
/* Index of the first `needle`, or SIZE_MAX. */
size_t hs_slice_search(struct hs_slice s, struct hs_slice needle);
/* Cuts at the first `c`: returns what is before it and leaves the rest in *s. Without `c` all is taken
 * and *s becomes empty with a NULL pointer, so that `while (s.ptr)` walks a list, empty items included. */
struct hs_slice hs_slice_cut(struct hs_slice *s, char c);
/* Without leading and trailing blanks, tabs and line ends. */
struct hs_slice hs_slice_trim(struct hs_slice s);
/* Decimal digits only, no sign, no blanks; false on anything else or overflow, *out untouched. */
bool hs_slice_u64(struct hs_slice s, uint64_t *out);
