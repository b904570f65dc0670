/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of texts in memory, by what the texts are: one slot a hash, the newest stays. */
#include "load.h"

#define SLOTS ((size_t)1 << 17)
#define BYTES ((size_t)32 << 20)
#define TEXT_MAX ((size_t)4096)

bool hs_ledger_texts_open(struct hs_ledger_texts *texts)
{
	texts->room = hs_arena_new(SLOTS * sizeof *texts->slots + 4096);
	texts->bytes = hs_arena_new(2 * BYTES);
	texts->slots = hs_arena_array(texts->room, SLOTS, sizeof *texts->slots);
	return texts->slots != NULL;
}

void hs_ledger_texts_close(struct hs_ledger_texts *texts)
{
	hs_arena_free(texts->room);
	hs_arena_free(texts->bytes);
}

static struct hs_ledger_text *slot_of(const struct hs_ledger_texts *texts, uint32_t tag, struct hs_slice text)
{
	return &texts->slots[(uint64_t)hs_ledger_hash(tag, text) & (SLOTS - 1)];
}

bool hs_ledger_texts_get(const struct hs_ledger_texts *texts, uint32_t tag, uint64_t stamp,
	struct hs_slice text, uint64_t *number)
{
	const struct hs_ledger_text *slot = slot_of(texts, tag, text);

	if (!slot->text.ptr || slot->tag != tag || slot->stamp != stamp || !hs_slice_eq(slot->text, text))
		return false;
	*number = slot->number;
	return true;
}

void hs_ledger_texts_put(struct hs_ledger_texts *texts, uint32_t tag, uint64_t stamp, struct hs_slice text,
	uint64_t number)
{
	if (text.len > TEXT_MAX)
		return;
	if (hs_arena_used(texts->bytes) > BYTES) {
		hs_arena_reset(texts->bytes);
		memset(texts->slots, 0, SLOTS * sizeof *texts->slots);
	}
	*slot_of(texts, tag, text) = (struct hs_ledger_text) { hs_arena_copy(texts->bytes, text), stamp,
		number, tag };
}
