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

/* At most 20 digits, written two at a time. */
static inline char *hs__put_u64(char *at, uint64_t value)
{
	static const char pairs[200] = "0001020304050607080910111213141516171819"
				       "2021222324252627282930313233343536373839"
				       "4041424344454647484950515253545556575859"
				       "6061626364656667686970717273747576777879"
				       "8081828384858687888990919293949596979899";
	size_t digits = 1;

	for (uint64_t least = 10; digits < 20 && value >= least; least *= 10)
		digits++;
	char *to = at + digits;
	for (; value >= 100; value /= 100)
		memcpy(to -= 2, pairs + value % 100 * 2, 2);
	if (value >= 10)
		memcpy(to - 2, pairs + value * 2, 2);
	else
		to[-1] = (char)('0' + value);
	return at + digits;
}
