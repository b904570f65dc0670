/* SPDX-License-Identifier: Apache-2.0 */
/* The distance of Levenshtein with one row of memory. */
#include <core/fhir/basics/nearest.h>

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

size_t hs__name_distance(struct hs_slice a, struct hs_slice b)
{
	size_t row[HS__NEAR_MAX + 1];
	if (a.len > HS__NEAR_MAX || b.len > HS__NEAR_MAX)
		return SIZE_MAX;
	for (size_t k = 0; k <= b.len; k++)
		row[k] = k;
	for (size_t i = 1; i <= a.len; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			size_t cost = corner + (fold(a.ptr[i - 1]) != fold(b.ptr[k - 1]));
			corner = row[k];
			size_t least = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
			row[k] = cost < least ? cost : least;
		}
	}
	return row[b.len];
}
