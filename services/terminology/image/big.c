/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the image of a large code system: codes by hash, the hierarchy by spans. */
#include "big.h"

#include "near.h"
#include "../snomed/columns.h"
#include "../compile/source.h"

static const void *section(const struct tx_layer *layer, uint32_t id, size_t size, size_t *count)
{
	size_t ignored;

	return hs_image_section(layer->image, id, size, count ? count : &ignored);
}

/* A table is whole when it has a row for each concept and its ends lie within what it points into. */
static bool is_whole(const struct tx_big *big)
{
	size_t count = big->concept_count;

	return big->slot_count > count && (big->slot_count & (big->slot_count - 1)) == 0 &&
		big->word_count > 0 && big->span_first[count] <= big->span_count &&
		big->words[big->word_count - 1].posting_first <= big->posting_count &&
		big->values[big->value_count].concept_first <= big->value_concepts_count &&
		big->inactive_count == hs_tx_bits_words((uint32_t)count) &&
		big->common_concepts_count == big->common_count * hs_tx_bits_words((uint32_t)count) &&
		big->common_ranks_count == big->common_concepts_count;
}

static bool find_sections(struct tx_layer *layer, struct tx_big *big)
{
	size_t infos = 0, firsts = 0, concept_texts = 0, text_firsts = 0, values = 0;

	big->info = section(layer, TX_BIG_INFO, sizeof(struct tx_big_info), &infos);
	if (!big->info || !infos || layer->concepts_count < 1 || layer->systems_count != 1)
		return false;
	big->concept_count = layer->concepts_count - 1;
	big->slots = section(layer, TX_BIG_SLOTS, sizeof(struct tx_code_slot), &big->slot_count);
	big->span_first = section(layer, TX_BIG_SPAN_FIRST, sizeof(uint32_t), &firsts);
	big->spans = section(layer, TX_BIG_SPANS, sizeof(struct tx_span), &big->span_count);
	big->text_concepts = section(layer, TX_BIG_TEXT_CONCEPTS, sizeof(uint32_t), &big->text_count);
	big->words = section(layer, TX_BIG_WORDS, sizeof(struct tx_word), &big->word_count);
	big->postings = section(layer, TX_BIG_POSTINGS, sizeof(uint32_t), &big->posting_count);
	big->concept_texts = section(layer, TX_BIG_CONCEPT_TEXTS, sizeof(uint32_t), &concept_texts);
	big->text_words_first = section(layer, TX_BIG_TEXT_WORDS_FIRST, sizeof(uint32_t), &text_firsts);
	big->text_words = section(layer, TX_BIG_TEXT_WORDS, sizeof(uint32_t), &big->text_words_count);
	big->common = section(layer, TX_BIG_COMMON, sizeof(struct tx_common), &big->common_count);
	big->common_concepts = section(layer, TX_BIG_COMMON_CONCEPTS, sizeof(uint64_t),
		&big->common_concepts_count);
	big->common_ranks = section(layer, TX_BIG_COMMON_RANKS, sizeof(uint32_t), &big->common_ranks_count);
	big->common_masks = section(layer, TX_BIG_COMMON_MASKS, sizeof(uint8_t), &big->common_masks_count);
	big->inactive = section(layer, TX_BIG_INACTIVE, sizeof(uint64_t), &big->inactive_count);
	big->values = section(layer, TX_BIG_VALUES, sizeof(struct tx_value_row), &values);
	big->value_count = values ? values - 1 : 0;
	big->value_concepts = section(layer, TX_BIG_VALUE_CONCEPTS, sizeof(uint32_t),
		&big->value_concepts_count);
	if (firsts != layer->concepts_count || concept_texts != layer->concepts_count ||
		text_firsts != big->text_count + 1 || !values || !is_whole(big))
		return false;
	big->sct = big->info->is_snomed ? hs_tx_sct_open(layer, big) : NULL;
	return !big->info->is_snomed || big->sct;
}

enum hs_status hs_tx_big_open(const char *path, struct tx_layer *out, struct hs_error *err)
{
	struct hs_image *image = NULL;
	enum hs_status status = hs_image_open(path, TX_BIG_KIND, TX_IMAGE_FORMAT * 1000 + TX_BIG_FORMAT, 0,
		&image, err);

	if (status)
		return status;
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	struct tx_big *big = hs_arena_alloc(arena, sizeof(*big));
	hs_tx_layer_init(out, image);
	big->arena = arena;
	big->again = hs_tx_again_table(arena);
	out->source = &hs_tx_big_source;
	out->source_state = big;
	if (find_sections(out, big))
		return HS_OK;
	hs_tx_big_close(out);
	return hs_fail(err, HS_E_CORRUPT, "the image %s is damaged: its tables do not agree", path);
}

void hs_tx_big_near(struct tx_layer *layer)
{
	struct tx_big *big = layer->source_state;

	big->slots = hs_tx_near(big->arena, big->slots, big->slot_count * sizeof(*big->slots));
	big->span_first = hs_tx_near(big->arena, big->span_first,
		(big->concept_count + 1) * sizeof(*big->span_first));
	big->spans = hs_tx_near(big->arena, big->spans, big->span_count * sizeof(*big->spans));
	layer->concepts = hs_tx_near(big->arena, layer->concepts,
		layer->concepts_count * sizeof(*layer->concepts));
}

void hs_tx_big_close(struct tx_layer *layer)
{
	struct hs_arena *arena = layer->source_state ? TX_BIG(layer)->arena : NULL;

	hs_tx_layer_fini(layer);
	hs_arena_free(arena);
}

bool hs_tx_is_big(struct tx_system s)
{
	return s.row && s.row->head.flags & TX_ELSEWHERE && s.layer->source == &hs_tx_big_source;
}

/* ---- codes ---- */

uint64_t hs_tx_big_hash(struct hs_slice text)
{
	uint64_t hash = 0xcbf29ce484222325ull ^ text.len;

	while (text.len >= 8) {
		uint64_t part;
		memcpy(&part, text.ptr, 8);
		hash = (hash ^ part) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
		text = hs_slice(text.ptr + 8, text.len - 8);
	}
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3ull;
	return hash ^ hash >> 31;
}

/* The number that eight figures stand for, the first in the lowest byte; false: one of them is none. Two,
 * four and eight figures become one number in three steps. */
static bool eight_figures(uint64_t bytes, uint64_t *out)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t n = bytes ^ ones * '0';

	if ((n | (n + ones * 6)) & ones * 0xf0)
		return false;
	n = n * 10 + (n >> 8);
	n = (n & 0x00ff00ff00ff00ffu) * 100 + (n >> 16 & 0x00ff00ff00ff00ffu);
	n = (n & 0x0000ffff0000ffffu) * 10000 + (n >> 32 & 0x0000ffff);
	*out = n & 0xffffffffu;
	return true;
}

/* The first 1 to 7 bytes of a code as the last of eight, behind noughts. */
static uint64_t noughts_before(struct hs_slice code, size_t count)
{
	uint64_t bytes = 0;

	if (code.len >= 8)
		memcpy(&bytes, code.ptr, 8);
	else
		for (size_t i = 0; i < count; i++)
			bytes |= (uint64_t)(unsigned char)code.ptr[i] << 8 * i;
	return bytes << (64 - 8 * count) | 0x3030303030303030u >> 8 * count;
}

/* At most eighteen figures, which 64 bits hold. What is more than whole eights of them stands before these,
 * behind as many noughts. */
uint64_t hs_tx_big_key(struct hs_slice code)
{
	uint64_t number = 0, eight = 0;
	size_t at = code.len & 7;
	bool figures = code.len && code.len <= 18 && code.ptr[0] != '0';

	if (figures && at)
		figures = eight_figures(noughts_before(code, at), &number);
	for (; figures && at < code.len; at += 8) {
		memcpy(&eight, code.ptr + at, 8);
		figures = eight_figures(eight, &eight);
		number = number * 100000000u + eight;
	}
	return figures ? number : hs_tx_big_hash(code) | TX_KEY_HASHED;
}

/* What is read of a concept that was found: its row, which lies in two lines of the cache, and where its
 * spans begin. */
static inline void fetch_concept(const struct tx_layer *layer, uint32_t concept)
{
	const struct tx_concept_row *row = &layer->concepts[concept];

	__builtin_prefetch(row);
	__builtin_prefetch(&row->flags);
	__builtin_prefetch(&TX_BIG(layer)->span_first[concept]);
}

uint32_t hs_tx_big_code(const struct tx_layer *layer, struct hs_slice code)
{
	const struct tx_big *big = TX_BIG(layer);
	const uint64_t key = hs_tx_big_key(code);
	size_t mask = big->slot_count - 1, at = hs_tx_big_place(key, mask);

	for (size_t tries = 0; tries <= mask && big->slots[at].key; tries++, at = (at + 1) & mask) {
		uint32_t concept = big->slots[at].concept;
		if (big->slots[at].key == key && concept < big->concept_count &&
			(!(key & TX_KEY_HASHED) ||
				hs_slice_eq(tx_text(layer, layer->concepts[concept].code), code))) {
			fetch_concept(layer, concept);
			return concept;
		}
	}
	return UINT32_MAX;
}

void hs_tx_big_expect(const struct tx_scope *scope, struct hs_slice code)
{
	const uint64_t key = code.len ? hs_tx_big_key(code) : 0;

	for (size_t i = 0; i < scope->count && key; i++) {
		const struct tx_layer *layer = scope->layers[i];
		if (layer->source == &hs_tx_big_source)
			__builtin_prefetch(&TX_BIG(layer)->slots[hs_tx_big_place(key,
				TX_BIG(layer)->slot_count - 1)]);
	}
}

/* ---- hierarchy ---- */

const struct tx_span *hs_tx_big_spans(const struct tx_layer *layer, uint32_t concept, size_t *count)
{
	const struct tx_big *big = TX_BIG(layer);
	uint32_t first = big->span_first[concept], end = big->span_first[concept + 1];

	*count = first <= end && end <= big->span_count ? end - first : 0;
	return big->spans + first;
}

bool hs_tx_big_is_below(const struct tx_layer *layer, uint32_t concept, uint32_t ancestor)
{
	size_t count;
	const struct tx_span *spans = hs_tx_big_spans(layer, ancestor, &count);

	return concept != ancestor && hs_tx_spans_have(spans, count, concept);
}

/* ---- sets ---- */

void hs_tx_bits_add_below(const struct tx_layer *layer, struct tx_bits bits, uint32_t concept, bool itself)
{
	size_t count;
	const struct tx_span *spans = hs_tx_big_spans(layer, concept, &count);

	for (size_t i = 0; i < count; i++)
		if (itself || concept < spans[i].from || concept >= spans[i].to)
			hs_tx_bits_add_span(bits, spans[i].from, spans[i].to);
		else { /* preorder: a concept opens the span it stands in */
			hs_tx_bits_add_span(bits, spans[i].from, concept);
			hs_tx_bits_add_span(bits, concept + 1, spans[i].to);
		}
}

bool hs_tx_bits_add_above(const struct tx_layer *layer, struct hs_arena *arena, struct tx_bits bits,
	uint32_t concept)
{
	struct tx_numbers todo = { .arena = arena };
	bool ok = hs_tx_numbers_add(&todo, concept);

	while (ok && todo.count) {
		const struct tx_concept_row *row = &layer->concepts[todo.items[--todo.count]];
		for (uint32_t i = row->parent_first;
			i < row[1].parent_first && i < layer->parents_count && ok; i++) {
			uint32_t parent = layer->parents[i];
			if (parent >= bits.count || hs_tx_bits_has(bits, parent))
				continue;
			hs_tx_bits_add(bits, parent);
			ok = hs_tx_numbers_add(&todo, parent);
		}
	}
	return ok;
}

struct tx_bits hs_tx_big_inactive(const struct tx_layer *layer, struct hs_arena *arena)
{
	return hs_tx_bits_of(arena, TX_BIG(layer)->inactive, (uint32_t)TX_BIG(layer)->concept_count);
}

bool hs_tx_big_add_all(const struct tx_layer *layer, struct hs_arena *arena, struct tx_bits bits,
	bool inactive)
{
	struct tx_bits retired = inactive ? bits : hs_tx_big_inactive(layer, arena);

	if (!retired.blocks)
		return false;
	hs_tx_bits_add_span(bits, 0, bits.count);
	if (!inactive)
		hs_tx_bits_minus(bits, retired);
	return true;
}

/* ---- values of properties ---- */

/* The first value of the property, or (`after`) of one behind it. */
static size_t value_from(const struct tx_layer *layer, struct hs_slice property, bool after)
{
	const struct tx_big *big = TX_BIG(layer);
	size_t lo = 0, hi = big->value_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int order = hs_slice_cmp(tx_text(layer, big->values[mid].code), property);
		if (order < 0 || (after && order == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct tx_value_row *hs_tx_big_values(const struct tx_layer *layer, struct hs_slice property,
	size_t *count)
{
	size_t first = value_from(layer, property, false);

	*count = value_from(layer, property, true) - first;
	return TX_BIG(layer)->values + first;
}
