/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals as they are written, compared by amount and without loss, however many digits they have. */
#pragma once

#include <handslag/slice.h>

/* [+-]digits[.digits]: no exponent, no white space. */
bool hs_tx_is_decimal(struct hs_slice text);
/* Below 0: `a` is less; 0: the same amount, as 1.0 and 1.00. Both are decimals. */
int hs_tx_decimal_cmp(struct hs_slice a, struct hs_slice b);
