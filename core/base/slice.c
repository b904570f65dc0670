/* SPDX-License-Identifier: Apache-2.0 */
/* Searching, cutting and comparing slices. */
#include <handslag/slice.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static unsigned char fold(char c)
{
	unsigned char byte = (unsigned char)c;
	return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

bool hs_slice_ieq(struct hs_slice a, struct hs_slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (fold(a.ptr[i]) != fold(b.ptr[i]))
			return false;
	return true;
}

int hs_slice_cmp(struct hs_slice a, struct hs_slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

/* Is a byte of the eight below 0x20? */
static bool has_control(uint64_t eight)
{
	const uint64_t ones = 0x0101010101010101u;
	return (eight - ones * 0x20) & ~eight & ones * 0x80;
}

#if defined(__SSE2__)
static bool has_control_16(const char *at)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	const __m128i most = _mm_set1_epi8(0x1F);

	return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, most), bytes));
}

/* Of 16 bytes and more, the last together with some before them. */
static bool has_no_control(struct hs_slice s)
{
	for (size_t at = 0; at + 16 < s.len; at += 16)
		if (has_control_16(s.ptr + at))
			return false;
	return !has_control_16(s.ptr + s.len - 16);
}
#endif

bool hs_slice_is_line(struct hs_slice s)
{
	size_t at = 0;
	uint64_t eight;
#if defined(__SSE2__)
	if (s.len >= 16 && has_no_control(s))
		return true;
#endif
	while (s.len - at >= sizeof(eight)) {
		memcpy(&eight, s.ptr + at, sizeof(eight));
		if (has_control(eight))
			break; /* maybe a tab only */
		at += sizeof(eight);
		if (s.len - at < sizeof(eight) && at < s.len)
			at = s.len - sizeof(eight); /* the last ones, some of them again */
	}
	for (; at < s.len; at++)
		if ((unsigned char)s.ptr[at] < 0x20 && s.ptr[at] != '\t')
			return false;
	return true;
}

size_t hs_slice_find(struct hs_slice s, char c, size_t from)
{
	if (from >= s.len)
		return SIZE_MAX;
	const char *found = memchr(s.ptr + from, c, s.len - from);
	return found ? (size_t)(found - s.ptr) : SIZE_MAX;
}

size_t hs_slice_search(struct hs_slice s, struct hs_slice needle)
{
	if (needle.len == 0)
		return 0;
	if (s.len == 0)
		return SIZE_MAX;
	const char *found = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return found ? (size_t)(found - s.ptr) : SIZE_MAX;
}

struct hs_slice hs_slice_cut(struct hs_slice *s, char c)
{
	struct hs_slice head = *s;
	size_t at = hs_slice_find(*s, c, 0);
	if (at == SIZE_MAX) {
		*s = HS_S_NONE;
		return head;
	}
	head.len = at;
	s->ptr += at + 1;
	s->len -= at + 1;
	return head;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct hs_slice hs_slice_trim(struct hs_slice s)
{
	while (s.len && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool hs_slice_u64(struct hs_slice s, uint64_t *out)
{
	uint64_t value = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.ptr[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}
