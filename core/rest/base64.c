/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 with padding, for Binary.data. */
#include <core/rest/base64.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hs__rest_base64_encode(struct hs_buf *buf, struct hs_slice bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
		if (left > 1)
			group |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)bytes.ptr[i + 2];
		char *to = hs_buf_reserve(buf, 4);
		if (!to)
			return;
		to[0] = digits[group >> 18 & 63];
		to[1] = digits[group >> 12 & 63];
		to[2] = left > 1 ? digits[group >> 6 & 63] : '=';
		to[3] = left > 2 ? digits[group & 63] : '=';
		hs_buf_commit(buf, 4);
	}
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool hs__rest_base64_decode(struct hs_arena *arena, struct hs_slice text, struct hs_slice *out)
{
	char *to = hs_arena_raw(arena, text.len + 4);
	size_t len = 0, count = 0, padding = 0;
	uint32_t group = 0;
	for (size_t i = 0; to && i < text.len; i++) {
		char c = text.ptr[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		int value = c == '=' ? 0 : value_of(c);
		padding += c == '=';
		if (value < 0 || (padding > 0 && c != '='))
			return false;
		group = group << 6 | (uint32_t)value;
		if (++count % 4 == 0) {
			to[len++] = (char)(group >> 16);
			to[len++] = (char)(group >> 8);
			to[len++] = (char)group;
		}
	}
	if (!to || count % 4 != 0 || padding > 2)
		return false;
	*out = hs_slice(to, len - padding);
	return true;
}
