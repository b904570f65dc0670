/* SPDX-License-Identifier: Apache-2.0 */
/* The only place, beside the arena, that asks the machine for memory. */
#include <core/base/heap.h>

#include <handslag/error.h>

#include <stdio.h>
#include <stdlib.h>

static void *or_stop(void *ptr, size_t size)
{
	if (ptr)
		return ptr;
	fprintf(stderr, "handslag: out of memory: the machine refused %zu bytes\n", size);
	abort();
}

void *hs_heap_alloc(size_t size)
{
	return or_stop(calloc(1, size ? size : 1), size);
}

void *hs_heap_raw(size_t size)
{
	return or_stop(malloc(size ? size : 1), size);
}

void *hs_heap_grow(void *ptr, size_t size)
{
	return or_stop(realloc(ptr, size ? size : 1), size);
}

void hs_heap_free(void *ptr)
{
	free(ptr);
}

char *hs_heap_cstr(const char *text, size_t len)
{
	HS_ASSERT(len < SIZE_MAX);
	char *copy = hs_heap_alloc(len + 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}
