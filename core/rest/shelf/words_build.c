/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the shelf's index of words: every word gets a number when it is first met, the resources are kept as
 * rows of numbers, and these are turned about by type when its items have their order. */
#include <core/rest/shelf/words.h>

#include <core/base/heap.h>
#include <stdlib.h>

#define BYTES_MAX ((size_t)1 << 30) /* of the places, and of all words */

struct hs__shelf_words {
	struct hs_image_builder *builder;
	struct hs_arena *arena; /* texts */
	struct hs_map numbers;  /* by text */
	struct hs_slice *texts; /* by number */
	uint32_t *taken;        /* numbers of the words of all resources, one after the other */
	struct hs__shelf_word *rows;
	size_t text_count, text_room, taken_count, taken_room, row_count, row_room;
	struct hs_buf places;
};

struct hs__shelf_words *hs__shelf_words_new(struct hs_image_builder *builder)
{
	struct hs__shelf_words *words = hs_heap_alloc(sizeof *words);
	words->builder = builder;
	words->arena = hs_arena_new(BYTES_MAX);
	hs_map_init(&words->numbers, NULL);
	hs_buf_init(&words->places, NULL, BYTES_MAX);
	return words;
}

void hs__shelf_words_free(struct hs__shelf_words *words)
{
	hs_map_free(&words->numbers);
	hs_buf_free(&words->places);
	hs_heap_free(words->texts);
	hs_heap_free(words->taken);
	hs_heap_free(words->rows);
	hs_arena_free(words->arena);
	hs_heap_free(words);
}

/* ---- taking ---- */

/* The number of a word; false: memory is out. */
static bool number_of(struct hs__shelf_words *words, struct hs_slice word, uint32_t *out)
{
	struct hs_map_slot *slot = hs_map_get(&words->numbers, word);
	if (!slot) {
		struct hs_slice text = hs_arena_copy(words->arena, word);
		slot = text.ptr ? hs_map_put(&words->numbers, text, NULL) : NULL;
		if (!slot)
			return false;
		words->texts = hs__shelf_room(words->texts, words->text_count, &words->text_room,
			sizeof *words->texts);
		words->texts[words->text_count] = text;
		slot->value.number = words->text_count++;
	}
	*out = (uint32_t)slot->value.number;
	return true;
}

static bool take_text(struct hs__shelf_words *words, struct hs_slice text, uint32_t *count)
{
	for (*count = 0;; (*count)++) {
		struct hs_slice word = hs__shelf_next_word(&text);
		if (word.len == 0)
			return true;
		words->taken = hs__shelf_room(words->taken, words->taken_count, &words->taken_room,
			sizeof *words->taken);
		if (!number_of(words, word, &words->taken[words->taken_count]))
			return false;
		words->taken_count++;
	}
}

enum hs_status hs__shelf_words_take(struct hs__shelf_words *words, struct hs_arena *arena,
	struct hs_slice body, struct hs__shelf_texts *out, struct hs_error *err)
{
	struct hs_slice narrative = HS_S_NONE, content = HS_S_NONE;
	struct hs_json *tree = NULL;
	enum hs_status status = hs_json_parse(arena, body, NULL, &tree, err);
	if (status == HS_OK)
		status = hs_search_words(arena, tree, &narrative, &content, err);
	if (status != HS_OK)
		return status;
	*out = (struct hs__shelf_texts) { .first = words->taken_count };
	if (!take_text(words, narrative, &out->narrative) || !take_text(words, content, &out->content))
		return hs_fail(err, HS_E_LIMIT, "the packages have too many words");
	return HS_OK;
}

/* ---- turning about ---- */

struct spot {
	uint32_t text, place;
};

struct turn {
	struct hs__shelf_words *words;
	const struct hs__shelf_texts *items;
	uint32_t item_count;
	uint32_t *counts; /* by number: how many spots; then where the next one goes */
	uint32_t *used;   /* numbers that there are, in order of their texts */
	size_t used_count, spot_count;
	struct spot *spots;
};

static void count_words(struct turn *turn)
{
	for (uint32_t i = 0; i < turn->item_count; i++) {
		const struct hs__shelf_texts *item = &turn->items[i];
		const uint32_t *taken = turn->words->taken + item->first;
		for (size_t k = 0; k < (size_t)item->narrative + item->content; k++) {
			if (turn->counts[taken[k]]++ == 0)
				turn->used[turn->used_count++] = taken[k];
			turn->spot_count++;
		}
	}
}

static int by_text(const void *a, const void *b, void *texts)
{
	const struct hs_slice *list = texts;
	return hs_slice_cmp(list[*(const uint32_t *)a], list[*(const uint32_t *)b]);
}

static void place_words(struct turn *turn)
{
	uint32_t next = 0;
	for (size_t i = 0; i < turn->used_count; i++) {
		uint32_t count = turn->counts[turn->used[i]];
		turn->counts[turn->used[i]] = next;
		next += count;
	}
	for (uint32_t i = 0; i < turn->item_count; i++) {
		const struct hs__shelf_texts *item = &turn->items[i];
		const uint32_t *taken = turn->words->taken + item->first;
		for (uint32_t k = 0; k < item->narrative; k++)
			turn->spots[turn->counts[taken[k]]++] = (struct spot) { 2 * i, k };
		for (uint32_t k = 0; k < item->content; k++)
			turn->spots[turn->counts[taken[item->narrative + k]]++] = (struct spot) { 2 * i + 1,
				k };
	}
}

/* ---- writing ---- */

static void put_number(struct hs_buf *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		hs_buf_byte(out, (char)(value | 0x80));
	hs_buf_byte(out, (char)value);
}

static uint32_t size_of(uint32_t value)
{
	uint32_t size = 1;
	for (; value >= 0x80; value >>= 7)
		size++;
	return size;
}

/* The spots of one text; where those of the next begin. */
static size_t put_text(struct hs_buf *out, const struct spot *spots, size_t count, uint32_t before)
{
	uint32_t bytes = 0, place = 0;
	size_t end = 0;
	for (; end < count && spots[end].text == spots[0].text; end++) {
		bytes += size_of(spots[end].place - place);
		place = spots[end].place;
	}
	put_number(out, spots[0].text - before);
	put_number(out, bytes);
	place = 0;
	for (size_t i = 0; i < end; i++) {
		put_number(out, spots[i].place - place);
		place = spots[i].place;
	}
	return end;
}

static void put_word(struct hs__shelf_words *words, struct hs_slice text, const struct spot *spots,
	size_t count)
{
	size_t first = words->places.len;
	uint32_t before = 0;
	for (size_t at = 0; at < count;) {
		uint32_t this = spots[at].text;
		at += put_text(&words->places, spots + at, count - at, before);
		before = this;
	}
	words->rows = hs__shelf_room(words->rows, words->row_count, &words->row_room, sizeof *words->rows);
	words->rows[words->row_count++] =
		(struct hs__shelf_word) { .text = hs_image_builder_text(words->builder, text),
			.first = (uint32_t)first,
			.bytes = (uint32_t)(words->places.len - first) };
}

void hs__shelf_words_put(struct hs__shelf_words *words, const struct hs__shelf_texts *items,
	struct hs__shelf_type *type)
{
	struct turn turn = { .words = words,
		.items = items,
		.item_count = type->item_count,
		.counts = hs_heap_alloc((words->text_count + 1) * sizeof *turn.counts),
		.used = hs_heap_raw((words->text_count + 1) * sizeof *turn.used) };
	uint32_t from = 0;
	count_words(&turn);
	turn.spots = hs_heap_raw((turn.spot_count + 1) * sizeof *turn.spots);
	qsort_r(turn.used, turn.used_count, sizeof *turn.used, by_text, words->texts);
	place_words(&turn);
	type->word_first = (uint32_t)words->row_count;
	type->word_count = (uint32_t)turn.used_count;
	for (size_t i = 0; i < turn.used_count; i++) {
		uint32_t end = turn.counts[turn.used[i]];
		put_word(words, words->texts[turn.used[i]], turn.spots + from, end - from);
		from = end;
	}
	hs_heap_free(turn.counts);
	hs_heap_free(turn.used);
	hs_heap_free(turn.spots);
}

enum hs_status hs__shelf_words_end(struct hs__shelf_words *words, struct hs_error *err)
{
	if (words->places.overflow)
		return hs_fail(err, HS_E_LIMIT, "the packages have too many words");
	hs_image_builder_section(words->builder, HS__SHELF_WORDS, words->rows, sizeof *words->rows,
		words->row_count);
	hs_image_builder_section(words->builder, HS__SHELF_PLACES, words->places.ptr, 1, words->places.len);
	return HS_OK;
}
