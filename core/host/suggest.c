/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?": the nearest of a few words by edit distance. */
#include <core/host/host.h>

#define WORD_MAX 63

/* Damerau-Levenshtein with adjacent swaps, on words of at most WORD_MAX bytes. */
static unsigned distance(struct hs_slice a, struct hs_slice b)
{
	unsigned rows[3][WORD_MAX + 2];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];

	for (unsigned j = 0; j <= b.len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		unsigned *spare = before;
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
	unsigned least = 0;

	if (asked.len == 0 || asked.len > WORD_MAX)
		return NULL;
	for (; *names; names++) {
		struct hs_slice name = hs_slice_cstr(*names);
		if (name.len > WORD_MAX)
			continue;
		unsigned d = distance(asked, name);
		if (d <= 1 + name.len / 4 && (!best || d < least)) {
			best = *names;
			least = d;
		}
	}
	return best;
}
