/* SPDX-License-Identifier: Apache-2.0 */
/* What the store knows about a current version for searching, as one compact text of bytes: its id,
 * version and time, then its index entries without loss.
 *
 *   varint version, seq; zigzag updated; id (varint length, bytes);
 *   entries: byte kind | flags << 4, varint param, [varint group], then by kind:
 *     text (varint length, bytes), [exact text], [varint system], [varint target type],
 *     date: zigzag lo, zigzag (hi - lo, modulo 2^64); numbers: two doubles, little-endian
 *
 * Texts point into the bytes read. Damaged bytes end the reading and say so; they never overrun. */
#pragma once

#include <handslag/store.h>

struct hs__fact {
	uint32_t param;
	uint16_t group;
	uint8_t kind; /* enum hs_index_kind */
	uint32_t system;
	uint32_t target_type;
	struct hs_slice text, exact;
	int64_t lo, hi;
	double low, high;
};

struct hs__facts {
	uint64_t version, seq;
	int64_t updated_ms;
	struct hs_slice id;
	struct hs_slice rest; /* entries not read yet */
	bool damaged;
};

void hs__facts_begin(struct hs_buf *buf, const struct hs_resource *version);
void hs__facts_add(struct hs_buf *buf, const struct hs__fact *fact);
/* False when the bytes are damaged. */
bool hs__facts_open(struct hs_slice bytes, struct hs__facts *out);
/* The next entry; false at the end, or with facts->damaged set. */
bool hs__facts_next(struct hs__facts *facts, struct hs__fact *out);
