/* SPDX-License-Identifier: Apache-2.0 */
/* The words of plain code systems: one list for each, sorted by word, with the concept that each stands in.
 */
#include "texts.h"

#include "../compile/memory.h"
#include "fold.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define POOL_MAX ((size_t)1 << 31) /* bytes of words, and of their list */
#define SCRATCH ((size_t)16 << 20)

/* A word of a text: its first eight bytes as a number decide most comparisons. */
struct word {
	uint64_t start;
	uint32_t offset, len; /* in the pool */
	uint32_t concept;     /* counted from the first of the system */
};

struct index {
	const struct tx_system_row *row;
	struct hs_buf pool, words; /* struct word */
	struct index *next;
};

struct tx_texts {
	atomic_uint refs;
	pthread_mutex_t lock; /* of the list; what is in it does not change */
	struct index *first;
};

/* ---- counted ---- */

struct tx_texts *hs_tx_texts_new(void)
{
	struct tx_texts *texts = hs_tx_memory(sizeof(*texts));

	atomic_init(&texts->refs, 1);
	pthread_mutex_init(&texts->lock, NULL);
	return texts;
}

struct tx_texts *hs_tx_texts_ref(struct tx_texts *texts)
{
	if (texts)
		atomic_fetch_add(&texts->refs, 1);
	return texts;
}

static void free_index(struct index *x)
{
	hs_buf_free(&x->pool);
	hs_buf_free(&x->words);
	hs_tx_memory_free(x);
}

void hs_tx_texts_unref(struct tx_texts *texts)
{
	if (!texts || atomic_fetch_sub(&texts->refs, 1) != 1)
		return;
	for (struct index *x = texts->first, *next; x; x = next) {
		next = x->next;
		free_index(x);
	}
	pthread_mutex_destroy(&texts->lock);
	hs_tx_memory_free(texts);
}

/* ---- order ---- */

static uint64_t start_of(struct hs_slice word)
{
	uint64_t out = 0;

	for (size_t i = 0; i < 8; i++)
		out = out << 8 | (i < word.len ? (unsigned char)word.ptr[i] : 0);
	return out;
}

static struct hs_slice text_of(const struct index *x, const struct word *word)
{
	return hs_slice(x->pool.ptr + word->offset, word->len);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct word *x = a, *y = b;
	const struct index *index = arg;
	int order = x->start < y->start ? -1 : x->start > y->start;

	if (!order && (x->len > 8 || y->len > 8))
		order = hs_slice_cmp(text_of(index, x), text_of(index, y));
	return order ? order : x->concept < y->concept ? -1 : x->concept > y->concept;
}

/* ---- collecting ---- */

static void put_text(struct index *x, struct hs_arena *scratch, uint32_t concept, struct hs_slice text)
{
	struct hs_arena_mark mark = hs_arena_mark(scratch);
	struct hs_slice rest = hs_tx_fold(scratch, text);

	if (text.len && !rest.len)
		x->pool.overflow = true; /* a text that does not fit the scratch */
	for (struct hs_slice word = hs_tx_next_word(&rest); word.len; word = hs_tx_next_word(&rest)) {
		struct word entry = { start_of(word), (uint32_t)x->pool.len, (uint32_t)word.len, concept };
		hs_buf_add(&x->pool, word);
		hs_buf_add(&x->words, hs_slice((const char *)&entry, sizeof(entry)));
	}
	hs_arena_rollback(scratch, mark);
}

static void collect(struct index *x, struct tx_system s)
{
	struct hs_arena *scratch = hs_arena_new(SCRATCH);
	const struct tx_layer *layer = s.layer;

	for (uint32_t i = 0; i < s.row->concept_count && !x->pool.overflow; i++) {
		const struct tx_concept_row *row = &layer->concepts[s.row->concept_first + i];
		put_text(x, scratch, i, tx_text(layer, row->code));
		put_text(x, scratch, i, tx_text(layer, row->display));
		for (uint32_t k = row->designation_first; k < row[1].designation_first; k++)
			put_text(x, scratch, i, tx_text(layer, layer->designations[k].value));
	}
	hs_arena_free(scratch);
}

static struct index *make_index(struct tx_system s)
{
	struct index *x = hs_tx_memory(sizeof(*x));

	x->row = s.row;
	hs_buf_init(&x->pool, NULL, POOL_MAX);
	hs_buf_init(&x->words, NULL, POOL_MAX);
	collect(x, s);
	if (x->pool.overflow || x->words.overflow) { /* kept empty, so that nobody tries again */
		hs_buf_free(&x->pool);
		hs_buf_free(&x->words);
		hs_buf_init(&x->words, NULL, 0);
	} else if (x->words.len) {
		qsort_r(x->words.ptr, x->words.len / sizeof(struct word), sizeof(struct word), compare, x);
	}
	return x;
}

static const struct index *find_index(struct tx_texts *texts, struct tx_system s)
{
	pthread_mutex_lock(&texts->lock);
	struct index *x = texts->first;
	while (x && x->row != s.row)
		x = x->next;
	if (!x) {
		x = make_index(s);
		x->next = texts->first;
		texts->first = x;
	}
	pthread_mutex_unlock(&texts->lock);
	return x;
}

/* ---- searching ---- */

/* The first word that does not come before `begin`, or that comes after all that begin with it. */
static size_t bound(const struct index *x, struct hs_slice begin, bool past)
{
	const struct word *words = (const void *)x->words.ptr;
	size_t lo = 0, hi = x->words.len / sizeof(*words);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		struct hs_slice here = text_of(x, &words[mid]);
		if (hs_slice_cmp(here, begin) < 0 || (past && hs_slice_starts(here, begin)))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool hs_tx_texts_search(struct hs_arena *arena, struct tx_system s, struct hs_slice words,
	struct tx_bits *out, bool *sure)
{
	size_t first = 0, last = SIZE_MAX, count = 0;

	if (s.row->concept_count < TX_TEXTS_LEAST || s.row->head.flags & TX_ELSEWHERE || !s.layer->texts)
		return false;
	const struct index *x = find_index(s.layer->texts, s);
	*out = hs_tx_bits_new(arena, s.row->concept_count);
	if (!x->words.len || !out->blocks)
		return false;
	/* the rarest word gives the concepts */
	for (struct hs_slice word = hs_tx_next_word(&words); word.len;
		word = hs_tx_next_word(&words), count++) {
		size_t from = bound(x, word, false), to = bound(x, word, true);
		if (to - from < last - first) {
			first = from;
			last = to;
		}
	}
	if (!count)
		return false;
	for (size_t i = first; i < last; i++)
		hs_tx_bits_add(*out, ((const struct word *)(const void *)x->words.ptr)[i].concept);
	*sure = count == 1;
	return true;
}
