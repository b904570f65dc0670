/* SPDX-License-Identifier: Apache-2.0 */
/* Equality by value, where 1.0 is 1 and 10e-1 is 1 too. For the patch. */
#pragma once

#include <handslag/json.h>

/* As hs_json_equal, but numbers are compared by value (RFC 6902 section 4.6), exactly, at any size. */
bool hs__json_same_value(const struct hs_json *a, const struct hs_json *b);
/* Whether two JSON number texts have the same value. */
bool hs__json_same_number(struct hs_slice a, struct hs_slice b);
