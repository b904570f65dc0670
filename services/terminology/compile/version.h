/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of canonical resources: which is later, and which a pattern means. */
#pragma once

#include <handslag/slice.h>

/* Part by part at dots, dashes and pluses: runs of digits as numbers, the rest as text; a pre-release
 * ("1.0.0-ballot") comes before its release, and no version before any. */
int hs_tx_version_cmp(struct hs_slice a, struct hs_slice b);
/* The same for a resource whose versionAlgorithm[x] (R5, http://hl7.org/fhir/version-algorithm) is alpha,
 * that is as text, character by character; the others of these algorithms are what hs_tx_version_cmp does. */
int hs_tx_version_cmp_text(struct hs_slice a, struct hs_slice b);
/* True when `version` is meant by `pattern`: the same text, or a pattern with "x" or "*" for parts ("1.x",
 * "1.0.*"). An empty pattern means every version. */
bool hs_tx_version_meets(struct hs_slice pattern, struct hs_slice version);
