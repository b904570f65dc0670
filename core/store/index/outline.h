/* SPDX-License-Identifier: Apache-2.0 */
/* The outline of a resource: which parameters it has entries of, and of which several. Each resource has one
 * key that says it, and few outlines occur among the resources of a type, so that those which lack a
 * parameter, and all of a type, are found by the keys of a few outlines.
 *
 *   key   param 0, type with a mark (as param), then the params in rising order as varints: twice the
 * distance from the one before, and one more when there are several entries; of a resource with more than
 * fit, a zero byte ends those that do */
#pragma once

#include <core/store/index/key.h>

#define HS__OUTLINE_PARAMS 160u

struct hs__outline {
	uint32_t params[HS__OUTLINE_PARAMS]; /* rising; twice the param, and one more when it is repeated */
	uint16_t count;
	bool cut; /* there are more */
};

static inline void hs__outline_init(struct hs__outline *outline)
{
	outline->count = 0;
	outline->cut = false;
}
/* For each entry, in any order. */
void hs__outline_add(struct hs__outline *outline, uint32_t param);
void hs__outline_key(const struct hs__outline *outline, uint32_t type, struct hs__key *out);
/* What the keys of all outlines of a type begin with. */
void hs__outline_begin(uint32_t type, struct hs__key *out);
/* From the bytes behind that: how many entries of the param it has, 2 for several; -1 when the key does not
 * say.
 */
int hs__outline_has(struct hs_slice rest, uint32_t param);
