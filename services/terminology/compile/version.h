/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of canonical resources: which is later, and which a pattern means. */
#pragma once

#include <handslag/slice.h>

/* Part by part at dots, dashes and pluses: numbers as numbers, other parts as text; a pre-release
 * ("1.0.0-ballot") comes before its release, and no version before any. */
int hs_tx_version_cmp(struct hs_slice a, struct hs_slice b);
/* True when `version` is meant by `pattern`: the same text, or a pattern with "x" or "*" for parts ("1.x",
 * "1.0.*"). An empty pattern means every version. */
bool hs_tx_version_meets(struct hs_slice pattern, struct hs_slice version);
bool hs_tx_version_is_pattern(struct hs_slice version);
