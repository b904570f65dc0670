/* SPDX-License-Identifier: Apache-2.0 */
/* The XHTML of narratives (R4 section 2.4.1). */
#pragma once

#include <handslag/slice.h>

/* NULL when the narrative is sound, else what is wrong (static text). `strict`: only elements and attributes
 * that FHIR lists; without it, all that is safe to store. *content (may be NULL) tells whether there is a
 * text or a picture in it. One pass, no memory, tags in one another are limited. */
const char *hs__narrative_fault(struct hs_slice text, bool strict, bool *content);
