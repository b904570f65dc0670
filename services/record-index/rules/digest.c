/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4). */
#include "digest.h"

#include <handslag/coding.h>

static uint32_t rotate(uint32_t value, unsigned by)
{
	return value << by | value >> (32 - by);
}

static void add_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t w[80], v[5];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)block[(size_t)4 * i] << 24 | (uint32_t)block[(size_t)4 * i + 1] << 16 |
			(uint32_t)block[(size_t)4 * i + 2] << 8 | block[(size_t)4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, state, sizeof v);
	for (unsigned i = 0; i < 80; i++) {
		uint32_t f = i < 20 ? (v[1] & v[2]) | (~v[1] & v[3]) :
			i < 40      ? v[1] ^ v[2] ^ v[3] :
			i < 60      ? (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]) :
				      v[1] ^ v[2] ^ v[3];
		uint32_t k = i < 20 ? 0x5a827999u : i < 40 ? 0x6ed9eba1u : i < 60 ? 0x8f1bbcdcu : 0xca62c1d6u;
		uint32_t next = rotate(v[0], 5) + f + v[4] + k + w[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		state[i] += v[i];
}

void hs_digest_sha1(struct hs_slice bytes, char out[HS_DIGEST_TEXT])
{
	uint32_t state[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
	unsigned char tail[128] = { 0 }, digest[20];
	size_t whole = bytes.len / 64 * 64, rest = bytes.len - whole;
	size_t end = rest < 56 ? 64 : 128;

	for (size_t at = 0; at < whole; at += 64)
		add_block(state, (const unsigned char *)bytes.ptr + at);
	if (rest)
		memcpy(tail, bytes.ptr + whole, rest);
	tail[rest] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		tail[end - 1 - i] = (unsigned char)((uint64_t)bytes.len * 8 >> (8 * i));
	for (size_t at = 0; at < end; at += 64)
		add_block(state, tail + at);
	for (unsigned i = 0; i < 20; i++)
		digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
	hs_base64_put(out, hs_slice((const char *)digest, 20), HS_BASE64);
	out[28] = 0;
}
