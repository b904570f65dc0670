/* SPDX-License-Identifier: Apache-2.0 */
/* The heap, for what lives longer than an arena: zeroed, never NULL (the process stops with a message). */
#pragma once

#include <stddef.h>

void *hs_heap_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
/* The same without zeroing. */
void *hs_heap_raw(size_t size) __attribute__((malloc, alloc_size(1)));
/* Grows or shrinks; new bytes are not zeroed. */
void *hs_heap_grow(void *ptr, size_t size) __attribute__((alloc_size(2)));
void hs_heap_free(void *ptr);                     /* NULL is allowed */
char *hs_heap_cstr(const char *text, size_t len); /* NUL-terminated copy */
