/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, texts, hashes and UUIDs as bytes. */
#include "ledger.h"

void hs_ledger_put_number(struct hs_buf *buf, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		hs_buf_byte(buf, (char)(0x80 | (value & 0x7f)));
	hs_buf_byte(buf, (char)value);
}

void hs_ledger_put_text(struct hs_buf *buf, struct hs_slice text)
{
	hs_ledger_put_number(buf, text.len);
	hs_buf_add(buf, text);
}

bool hs_ledger_take_number(struct hs_slice *in, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < in->len && i < 10; i++) {
		unsigned char byte = (unsigned char)in->ptr[i];
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			*out = value;
			*in = hs_slice_from(*in, i + 1);
			return true;
		}
	}
	return false;
}

bool hs_ledger_take_bytes(struct hs_slice *in, size_t count, struct hs_slice *out)
{
	if (in->len < count)
		return false;
	*out = hs_slice_first(*in, count);
	*in = hs_slice(in->ptr + count, in->len - count);
	return true;
}

bool hs_ledger_take_text(struct hs_slice *in, struct hs_slice *out)
{
	uint64_t len = 0;

	return hs_ledger_take_number(in, &len) && len <= in->len &&
		hs_ledger_take_bytes(in, (size_t)len, out);
}

int64_t hs_ledger_hash(uint64_t seed, struct hs_slice text)
{
	uint64_t hash = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ text.len, word;
	size_t at = 0;

	for (; at + 8 <= text.len; at += 8) {
		memcpy(&word, text.ptr + at, 8);
		hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	word = 0;
	if (at < text.len)
		memcpy(&word, text.ptr + at, text.len - at);
	hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 29;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return (int64_t)(hash >> 17); /* 47 bits: SQLite keeps it in six bytes with sign */
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hs_ledger_uuid_read(struct hs_slice text, unsigned char out[16])
{
	unsigned char bytes[16] = { 0 };

	if (text.len != 36)
		return false;
	for (size_t i = 0, n = 0; i < 36; i++) {
		int digit = digit_of(text.ptr[i]);
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.ptr[i] != '-')
				return false;
			continue;
		}
		if (digit < 0)
			return false;
		bytes[n / 2] = (unsigned char)(bytes[n / 2] << 4 | digit);
		n++;
	}
	memcpy(out, bytes, 16);
	return true;
}

void hs_ledger_uuid_write(const unsigned char bytes[16], char out[36])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0, n = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			out[i] = '-';
			continue;
		}
		out[i] = digits[n % 2 ? bytes[n / 2] & 15 : bytes[n / 2] >> 4];
		n++;
	}
}
