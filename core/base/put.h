/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into memory that is known to have room: each returns the place behind what it wrote. */
#pragma once

#include <handslag/slice.h>

struct hs__sixteen {
	char bytes[16];
};

static inline char *hs__put(char *at, struct hs_slice text)
{
	if (text.len > 16 && text.len <= 32 && !__builtin_constant_p(text.len)) {
		struct hs__sixteen first, last;
		memcpy(&first, text.ptr, 16);
		memcpy(&last, text.ptr + text.len - 16, 16);
		memcpy(at, &first, 16);
		memcpy(at + text.len - 16, &last, 16);
	} else if (__builtin_constant_p(text.len) || text.len > 16) {
		if (text.len)
			memcpy(at, text.ptr, text.len);
	} else if (text.len >= 8) { /* two halves, which may overlap: no call for short ones */
		uint64_t first, last;
		memcpy(&first, text.ptr, 8);
		memcpy(&last, text.ptr + text.len - 8, 8);
		memcpy(at, &first, 8);
		memcpy(at + text.len - 8, &last, 8);
	} else if (text.len >= 4) {
		uint32_t first, last;
		memcpy(&first, text.ptr, 4);
		memcpy(&last, text.ptr + text.len - 4, 4);
		memcpy(at, &first, 4);
		memcpy(at + text.len - 4, &last, 4);
	} else {
		for (size_t i = 0; i < text.len; i++)
			at[i] = text.ptr[i];
	}
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
