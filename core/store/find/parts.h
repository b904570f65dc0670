/* SPDX-License-Identifier: Apache-2.0 */
/* What the keys of a column of groups are made of: the different keys of each component are numbered, and of
 * each key there is which of them it has. A search judges each of those once, however many keys have it.
 *
 * It is what was read once, and never changes; columns that are copies of each other share it. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HS__COMPONENTS_MOST 4u /* R4 has composites of two and three */

struct hs__column;

struct hs__parts {
	_Atomic unsigned holders;
	unsigned components;
	uint32_t counts[HS__COMPONENTS_MOST]; /* of different keys */
	size_t key_count;                     /* of the column, numbered from 1 */
	uint32_t *numbers;                    /* by key: one for each component, from 0 */
};

/* With one holder: of all keys of a column, which are in order. */
struct hs__parts *hs__parts_new(const struct hs__column *column, unsigned components);
/* One holder less; NULL is allowed. */
void hs__parts_drop(struct hs__parts *parts);
size_t hs__parts_memory(const struct hs__parts *parts);
static inline uint32_t hs__part_of(const struct hs__parts *parts, uint32_t key, unsigned component)
{
	return parts->numbers[(size_t)(key - 1) * parts->components + component];
}
