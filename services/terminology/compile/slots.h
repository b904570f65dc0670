/* SPDX-License-Identifier: Apache-2.0 */
/* Where the rows of a URL begin among a layer's rows in order of URL, found by hash.
 *
 * Slots are made with an image that holds more than a few rows of a kind; other images have none, and are
 * searched by halves. */
#pragma once

#include "model.h"

uint32_t hs_tx_url_hash(struct hs_slice url);
/* How many slots there are to be for so many URLs; 0: none. */
size_t hs_tx_url_room(size_t count);
/* Puts in one of `room` slots, of which some are free, that the rows of a URL begin at `first`. */
void hs_tx_url_put(struct tx_url_slot *slots, size_t room, struct hs_slice url, size_t first);
/* The next slot that may be that of the hash, or NULL. *tries is 0 to begin with. */
static inline const struct tx_url_slot *hs_tx_url_next(const struct tx_url_slot *slots, size_t room,
	uint32_t hash, size_t *tries)
{
	while (*tries < room) {
		const struct tx_url_slot *slot = &slots[(hash + (*tries)++) & (room - 1)];
		if (!slot->first)
			return NULL;
		if (slot->hash == hash)
			return slot;
	}
	return NULL;
}
