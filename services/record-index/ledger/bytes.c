/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, texts, hashes and UUIDs as bytes. */
#include "ledger.h"

#include <handslag/coding.h>

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

/* The sign in the lowest bit, so that small ones are short on both sides of nought. */
void hs_ledger_put_signed(struct hs_buf *buf, int64_t value)
{
	hs_ledger_put_number(buf, value < 0 ? ~(uint64_t)value << 1 | 1 : (uint64_t)value << 1);
}

bool hs_ledger_take_signed(struct hs_slice *in, int64_t *out)
{
	uint64_t bits = 0;

	if (!hs_ledger_take_number(in, &bits))
		return false;
	*out = (int64_t)(bits & 1 ? ~(bits >> 1) : bits >> 1);
	return true;
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

/* Where the two digits of each byte of a UUID are. */
static const unsigned char uuid_at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };

/* Are there no capitals among the 36 figures, letters and dashes? All others have one bit in common. */
static bool is_small(const char *text)
{
	const uint64_t bits = 0x2020202020202020u;
	uint64_t words[4], last;

	memcpy(words, text, sizeof words);
	memcpy(&last, text + 36 - sizeof last, sizeof last);
	return (words[0] & words[1] & words[2] & words[3] & last & bits) == bits;
}

bool hs_ledger_uuid_read(struct hs_slice text, unsigned char out[16])
{
	unsigned char bytes[16];

	if (text.len != 36 || text.ptr[8] != '-' || text.ptr[13] != '-' || text.ptr[18] != '-' ||
		text.ptr[23] != '-' || !is_small(text.ptr))
		return false;
	for (size_t i = 0; i < 16; i++) {
		int high = hs_hex_digit(text.ptr[uuid_at[i]]);
		int low = hs_hex_digit(text.ptr[uuid_at[i] + 1]);
		if ((high | low) < 0)
			return false;
		bytes[i] = (unsigned char)(high * 16 + low);
	}
	memcpy(out, bytes, 16);
	return true;
}

void hs_ledger_uuid_write(const unsigned char bytes[16], char out[36])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		out[uuid_at[i]] = digits[bytes[i] >> 4];
		out[uuid_at[i] + 1] = digits[bytes[i] & 15];
	}
	out[8] = out[13] = out[18] = out[23] = '-';
}

struct hs_slice hs_ledger_decimal(uint64_t value, char room[20])
{
	char *at = room + 20;

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	return hs_slice(at, (size_t)(room + 20 - at));
}
