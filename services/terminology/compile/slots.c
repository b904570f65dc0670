/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of URLs and the slots of an image that are found by them. */
#include "slots.h"

#define FEW 8u /* that many are found as soon by halves */

/* By words of eight bytes, the last of which may overlap the one before it. */
uint32_t hs_tx_url_hash(struct hs_slice url)
{
	const uint64_t factor = 0x9e3779b97f4a7c15ull;
	uint64_t hash = url.len * factor, word = 0;

	for (size_t at = 0; url.len >= 8 && at < url.len; at += 8) {
		memcpy(&word, url.ptr + (url.len - at < 8 ? url.len - 8 : at), 8);
		hash = (hash ^ word) * factor;
		hash ^= hash >> 32;
	}
	for (size_t at = 0; url.len < 8 && at < url.len; at++)
		hash = (hash ^ (unsigned char)url.ptr[at]) * factor;
	return (uint32_t)(hash >> 32);
}

size_t hs_tx_url_room(size_t count)
{
	size_t room = 16;

	if (count <= FEW)
		return 0;
	while (room < count * 2)
		room *= 2;
	return room;
}

void hs_tx_url_put(struct tx_url_slot *slots, size_t room, struct hs_slice url, size_t first)
{
	uint32_t hash = hs_tx_url_hash(url);
	size_t at = hash & (room - 1);

	while (slots[at].first)
		at = (at + 1) & (room - 1);
	slots[at] = (struct tx_url_slot) { hash, (uint32_t)first + 1 };
}
