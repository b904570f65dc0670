/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into memory that is known to have room: each returns the place behind what it wrote. */
#pragma once

#include <handslag/slice.h>

static inline char *hs__put(char *at, struct hs_slice text)
{
	if (text.len)
		memcpy(at, text.ptr, text.len);
	return at + text.len;
}

/* At most 20 digits. */
static inline char *hs__put_u64(char *at, uint64_t value)
{
	size_t digits = 1;

	for (uint64_t least = 10; digits < 20 && value >= least; least *= 10)
		digits++;
	for (size_t i = digits; i > 0; value /= 10)
		at[--i] = (char)('0' + value % 10);
	return at + digits;
}
