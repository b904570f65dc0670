/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of tables in memory with large pages, within one limit for the whole process. */
#include "near.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE ((size_t)2 << 20) /* bytes of a large page */

struct copy {
	void *mapping;
	size_t size; /* of the mapping */
};

static atomic_size_t taken;

static size_t up(size_t n, size_t unit)
{
	return (n + unit - 1) & ~(unit - 1);
}

static bool take(size_t size)
{
	size_t had = atomic_fetch_add(&taken, size);

	if (size <= TX_NEAR_MOST && had <= TX_NEAR_MOST - size)
		return true;
	atomic_fetch_sub(&taken, size);
	return false;
}

static void give_back(void *arg)
{
	const struct copy *copy = arg;

	munmap(copy->mapping, copy->size);
	atomic_fetch_sub(&taken, copy->size);
}

/* The pages that lie wholly in what has been copied; they are read anew if somebody asks for them. */
static void let_go(const void *table, size_t size)
{
	const size_t page = 4096;
	uintptr_t from = up((uintptr_t)table, page), to = ((uintptr_t)table + size) & ~(page - 1);

	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

const void *hs_tx_near(struct hs_arena *arena, const void *table, size_t size)
{
	struct copy *copy = size < TX_NEAR_LEAST ? NULL : hs_arena_raw(arena, sizeof(*copy));

	if (!copy)
		return table;
	copy->size = up(size, LARGE) + LARGE; /* one more, so that one begins where the copy does */
	if (!take(copy->size))
		return table;
	copy->mapping = mmap(NULL, copy->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (copy->mapping == MAP_FAILED) {
		atomic_fetch_sub(&taken, copy->size);
		return table;
	}
	char *out = (char *)copy->mapping + (up((uintptr_t)copy->mapping, LARGE) - (uintptr_t)copy->mapping);
	madvise(out, up(size, LARGE), MADV_HUGEPAGE); /* a wish: without it the copy serves as well */
	memcpy(out, table, size);
	mprotect(out, up(size, LARGE), PROT_READ);
	let_go(table, size);
	return hs_arena_defer(arena, give_back, copy) ? out : table;
}

size_t hs_tx_near_taken(void)
{
	return atomic_load(&taken);
}
