/* SPDX-License-Identifier: Apache-2.0 */
/* Beginnings of words that stand in very many texts ("s", "st", "structure"): who has them is found once,
 * when the image is made, so that a search for the first letters that somebody types looks through no long
 * list. */
#include "build.h"

#include <stdlib.h>

/* A beginning is common when it has postings for one text in so many. */
#define SHARE 128u
#define AHEAD 16u /* postings */

/* Words from `from` up to but not with `to` that have their first `len` bytes in common. */
struct beginning {
	uint32_t from, to;
	size_t len;
};

struct common {
	const struct tx_build_index *x;
	const struct hs_slice *words;
	const uint32_t *text_concepts, *concept_texts;
	size_t texts;
	struct hs_arena *arena;
	struct hs_buf found; /* struct beginning; those that were looked at before the others */
};

static size_t postings_of(const struct common *c, uint32_t from, uint32_t to)
{
	return c->x->posting_first[to] - c->x->posting_first[from];
}

/* The beginnings that are one byte longer. */
static void look_within(struct common *c, struct beginning b)
{
	uint32_t at = b.from;

	while (at < b.to && c->words[at].len <= b.len)
		at++; /* the beginning itself */
	while (at < b.to) {
		struct beginning next = { at, at, b.len + 1 };
		char byte = c->words[at].ptr[b.len];
		while (next.to < b.to && c->words[next.to].ptr[b.len] == byte)
			next.to++;
		if (postings_of(c, next.from, next.to) * SHARE > c->texts)
			hs_buf_add(&c->found, hs_slice((const char *)&next, sizeof(next)));
		at = next.to;
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct tx_common *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->last < y->last ? -1 : x->last > y->last;
}

/* Each span of words once, in order. */
static struct tx_common *list_rows(struct common *c, size_t *count)
{
	size_t found = TX_BUILD_COUNT(c->found, struct beginning), n = 0;
	struct tx_common *rows = hs_arena_array(c->arena, found + 1, sizeof(*rows));

	for (size_t i = 1; rows && i < found; i++) { /* the first is no beginning: all words */
		const struct beginning *b = TX_BUILD_AT(c->found, struct beginning, i);
		rows[i - 1] = (struct tx_common) { b->from, b->to };
	}
	if (rows && found > 2)
		qsort(rows, found - 1, sizeof(*rows), compare_rows);
	for (size_t i = 0; rows && i + 1 < found; i++)
		if (!n || compare_rows(&rows[n - 1], &rows[i]) != 0)
			rows[n++] = rows[i];
	*count = rows ? n : 0;
	return rows;
}

/* Who has a beginning, and in which texts. */
struct members {
	uint8_t *masks; /* of each concept */
	size_t concepts, words;
	struct hs_buf *list; /* uint8_t: the masks of members */
};

static void mark_texts(const struct common *c, const struct tx_common *row, uint8_t *masks)
{
	const struct tx_build_index *x = c->x;
	uint32_t end = x->posting_first[row->last];

	for (uint32_t i = x->posting_first[row->first]; i < end; i++) {
		/* Rare words have their texts all over the memory: what comes next is fetched meanwhile. */
		if (i + 2 * AHEAD < end) {
			__builtin_prefetch(&c->text_concepts[x->postings[i + 2 * AHEAD]]);
			__builtin_prefetch(&c->concept_texts[c->text_concepts[x->postings[i + AHEAD]]]);
		}
		uint32_t concept = c->text_concepts[x->postings[i]],
			 text = x->postings[i] - c->concept_texts[concept];
		masks[concept] |= (uint8_t)(1u << (text < TX_MASK_LAST ? text : TX_MASK_LAST));
	}
}

/* Of eight concepts none: most have no such word. */
static bool has_none(const uint8_t *masks)
{
	uint64_t eight;

	memcpy(&eight, masks, sizeof(eight));
	return eight == 0;
}

/* The members of one beginning, in order; the masks begin anew. */
static void put_members(struct members *m, uint64_t *bits, uint32_t *ranks)
{
	for (size_t i = 0; i < m->words; i++) {
		ranks[i] = (uint32_t)m->list->len;
		for (size_t k = i * 64; k < m->concepts && k < (i + 1) * 64; k++) {
			if (k % 8 == 0 && k + 8 <= m->concepts && has_none(m->masks + k)) {
				k += 7;
				continue;
			}
			if (!m->masks[k])
				continue;
			bits[i] |= (uint64_t)1 << (k % 64);
			hs_buf_byte(m->list, (char)m->masks[k]);
			m->masks[k] = 0;
		}
	}
}

static void find_members(struct common *c, struct tx_build_index *out, size_t concepts)
{
	struct members m = { .concepts = concepts,
		.words = hs_tx_bits_words((uint32_t)concepts),
		.masks = hs_arena_alloc(c->arena, concepts + 1),
		.list = &out->common.masks };
	size_t bits = out->common.count * m.words;

	out->common.words = m.words;
	out->common.bits = hs_arena_array(c->arena, bits + 1, sizeof(*out->common.bits));
	out->common.ranks = hs_arena_array(c->arena, bits + 1, sizeof(*out->common.ranks));
	if (!out->common.bits || !out->common.ranks || !m.masks)
		return; /* the arena is full, which the caller sees */
	for (size_t i = 0; i < out->common.count; i++) {
		mark_texts(c, &out->common.rows[i], m.masks);
		put_members(&m, out->common.bits + i * m.words, out->common.ranks + i * m.words);
	}
}

void hs_tx_build_common(struct tx_build_index *x, size_t concepts)
{
	struct common c = { .x = x,
		.words = (const void *)x->words.ptr,
		.text_concepts = (const void *)x->text_concepts.ptr,
		.concept_texts = (const void *)x->concept_texts.ptr,
		.texts = TX_BUILD_COUNT(x->text_concepts, uint32_t),
		.arena = x->arena };
	struct beginning all = { 0, (uint32_t)x->word_count, 0 };

	hs_buf_init(&c.found, NULL, TX_BUILD_MAX);
	hs_buf_add(&c.found, hs_slice((const char *)&all, sizeof(all)));
	for (size_t i = 0; i < TX_BUILD_COUNT(c.found, struct beginning); i++)
		look_within(&c, *TX_BUILD_AT(c.found, struct beginning, i));
	x->common.rows = list_rows(&c, &x->common.count);
	find_members(&c, x, concepts);
	hs_buf_free(&c.found);
}
