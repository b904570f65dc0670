/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one parameter by key, in memory: the rows of each key, one key after another in their order,
 * so that neighbouring keys are one run of rows. Runs with many rows have a set of them beside it: a bin,
 * made of a key that many rows have or of several that have as many together. Where the set of one key takes
 * less memory than its run, there is no run. What is found by many keys costs as much as what it finds, and
 * by few bins a step for each 64 rows of the type.
 *
 * It is what was read once, and never changes; columns that are copies of each other share it. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs__inverse {
	_Atomic unsigned holders;
	size_t key_count; /* numbered from 1 */
	uint32_t *starts; /* by number: the entries of the keys before it */
	uint32_t *rows;   /* of the keys one after another, but those that have a set instead */
	size_t count, start_room, row_room; /* count: of entries */
	/* Bin i holds the keys from firsts[i] up to firsts[i + 1]. */
	unsigned bin_count;
	uint32_t *firsts;
	uint32_t *left_out; /* entries before it that are not in `rows`; one more stands at the end */
	uint64_t *bins;     /* `words` for each */
	size_t words;
};

/* With one holder. */
struct hs__inverse *hs__inverse_new(void);
/* One holder less; NULL is allowed. */
void hs__inverse_drop(struct hs__inverse *inverse);
/* While it is read: the next row of `key`, which is the last one or the one after it. */
void hs__inverse_add(struct hs__inverse *inverse, uint32_t key, uint32_t row);
/* When all was read: no more memory than that needs. Then bins for rows below `row_count`. */
void hs__inverse_end(struct hs__inverse *inverse);
void hs__inverse_finish(struct hs__inverse *inverse, size_t row_count);
size_t hs__inverse_memory(const struct hs__inverse *inverse);

/* How many entries the keys from `from` up to `to` have. */
static inline uint64_t hs__inverse_entries(const struct hs__inverse *inverse, uint32_t from, uint32_t to)
{
	return inverse->starts[to] - inverse->starts[from];
}
/* What giving the rows of these keys takes: whole bins, and rows beside them. */
struct hs__giving {
	uint64_t rows, bins;
};
struct hs__giving hs__inverse_giving(const struct hs__inverse *inverse, uint32_t from, uint32_t to);
/* The rows of keys of one bin, from `from` up to `to`: a run or, of a key that has none, the bin. */
struct hs__run_of_rows {
	const uint32_t *rows;
	size_t count;
	const uint64_t *bin; /* NULL: a run */
};
struct hs__run_of_rows hs__inverse_run(const struct hs__inverse *inverse, uint32_t from, uint32_t to);
static inline const uint64_t *hs__inverse_bin(const struct hs__inverse *inverse, unsigned bin)
{
	return inverse->bins + bin * inverse->words;
}
