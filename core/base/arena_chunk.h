/* SPDX-License-Identifier: Apache-2.0 */
/* The memory beneath arenas: chunks from malloc, with a small store of free ones per thread. For arena.c. */
#pragma once

#include <stddef.h>

/* Sizes are of the whole chunk, head included; those between are powers of two. */
#define HS__CHUNK_SMALLEST ((size_t)4096)
#define HS__CHUNK_LARGEST ((size_t)262144)

struct hs__chunk {
	struct hs__chunk *prev; /* the owner's */
	size_t size;            /* of the whole chunk */
	_Alignas(16) char data[];
};

/* A chunk of at least `size` bytes in all; content undefined. Never NULL. */
struct hs__chunk *hs__chunk_get(size_t size);
void hs__chunk_put(struct hs__chunk *chunk);
