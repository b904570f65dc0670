/* SPDX-License-Identifier: Apache-2.0 */
/* The distance of Damerau and Levenshtein with three rows of memory. */
#include <core/base/nearest.h>

#include <stdint.h>
#include <string.h>

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same(struct hs_slice a, size_t i, struct hs_slice b, size_t j)
{
	return fold(a.ptr[i - 1]) == fold(b.ptr[j - 1]);
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t hs_name_distance(struct hs_slice a, struct hs_slice b)
{
	size_t rows[3][HS_NEAR_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (a.len > HS_NEAR_MAX || b.len > HS_NEAR_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = lesser(last[j - 1] + !same(a, i, b, j),
				lesser(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a, i, b, j - 1) && same(a, i - 1, b, j))
				best = lesser(best, before[j - 2] + 1);
			row[j] = best;
		}
		size_t *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b.len];
}

const char *hs_suggest(const char *word, const char *const *names)
{
	struct hs_slice asked = hs_slice_cstr(word);
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (; asked.len && *names; names++) {
		size_t d = hs_name_distance(asked, hs_slice_cstr(*names));
		if (d <= 1 + strlen(*names) / 4 && d < least) {
			best = *names;
			least = d;
		}
	}
	return best;
}
