/* SPDX-License-Identifier: Apache-2.0 */
/* The order of versions, of packages and of the definitions in them. */
#pragma once

#include <handslag/slice.h>

/* Do two versions compare as less (below 0), equal (0), more (above 0)? Part by part between dots, numbers as
 * numbers, other parts as text; a release comes after its pre-releases ("1.0.0-ballot"), and anything after a
 * version that is not given (empty). */
int hs__package_compare(struct hs_slice a, struct hs_slice b);
