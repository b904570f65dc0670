/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?": how far one name is from another, and the nearest of a few. */
#pragma once

#include <handslag/slice.h>

#define HS_NEAR_MAX 64 /* bytes; longer names are near to nothing */

/* Bytes to insert, delete, replace or swap with their neighbour, letters' case apart (Damerau-Levenshtein);
 * SIZE_MAX when a name is too long. */
size_t hs_name_distance(struct hs_slice a, struct hs_slice b);
/* The nearest of `names` (ends with NULL) to `word`, or NULL when none is near. */
const char *hs_suggest(const char *word, const char *const *names);
