/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts pairs of numbers where they are, byte by byte from the highest: a load sorts as many as it brings. */
#include "../ledger/table.h"

#define BYTES 16   /* of a pair: those of the key, then those of the value */
#define FEW 48     /* that are sorted by comparing */
#define VALUES 256 /* of a byte */

static size_t byte_of(const struct hs_ledger_pair *pair, unsigned byte)
{
	return (byte < 8 ? pair->key >> (56 - 8 * byte) : pair->value >> (120 - 8 * byte)) & 0xff;
}

static bool is_less(const struct hs_ledger_pair *a, const struct hs_ledger_pair *b)
{
	return a->key != b->key ? a->key < b->key : a->value < b->value;
}

static void sort_few(struct hs_ledger_pair *pairs, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct hs_ledger_pair pair = pairs[i];
		size_t at = i;
		for (; at && is_less(&pair, &pairs[at - 1]); at--)
			pairs[at] = pairs[at - 1];
		pairs[at] = pair;
	}
}

/* Puts every pair to those with the same byte; `next` and `ends` say where these begin and end. */
static void exchange(struct hs_ledger_pair *pairs, unsigned byte, size_t next[VALUES],
	const size_t ends[VALUES])
{
	for (size_t value = 0; value < VALUES; value++) {
		while (next[value] < ends[value]) {
			struct hs_ledger_pair pair = pairs[next[value]];
			for (size_t to = byte_of(&pair, byte); to != value; to = byte_of(&pair, byte)) {
				struct hs_ledger_pair other = pairs[next[to]];
				pairs[next[to]++] = pair;
				pair = other;
			}
			pairs[next[value]++] = pair;
		}
	}
}

/* All bytes before that one are the same. */
static void sort_from(struct hs_ledger_pair *pairs, size_t count, unsigned byte)
{
	size_t next[VALUES], ends[VALUES], at = 0;

	for (; count > FEW && byte < BYTES; byte++) {
		memset(ends, 0, sizeof ends);
		for (size_t i = 0; i < count; i++)
			ends[byte_of(&pairs[i], byte)]++;
		if (ends[byte_of(pairs, byte)] < count)
			break;
	}
	if (count <= FEW || byte == BYTES) {
		sort_few(pairs, byte == BYTES ? 0 : count);
		return;
	}
	for (size_t value = 0; value < VALUES; value++) {
		next[value] = at;
		at += ends[value];
		ends[value] = at;
	}
	exchange(pairs, byte, next, ends);
	for (size_t value = 0; value < VALUES; value++) {
		size_t start = value ? ends[value - 1] : 0;
		if (ends[value] - start > 1)
			sort_from(pairs + start, ends[value] - start, byte + 1);
	}
}

void hs_ledger_sort(struct hs_ledger_pair *pairs, size_t count)
{
	sort_from(pairs, count, 0);
}
