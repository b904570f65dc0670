/* SPDX-License-Identifier: Apache-2.0 */
/* Finds words on the shelf by its index: a word, its beginning, or several in a row. */
#include <core/rest/shelf/words.h>

#include <handslag/coding.h>

#define SCRATCH ((size_t)256 << 20)

/* ---- words of a text ---- */

/* Money, arrows, mathematics, drawings, and what else is neither letter nor number beyond what folding makes
 * a blank of. */
static bool is_sign(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} signs[] = { { 0x207A, 0x207E }, { 0x208A, 0x208E }, { 0x20A0, 0x20CF }, { 0x2103, 0x2103 },
		{ 0x2116, 0x2118 }, { 0x211E, 0x2123 }, { 0x2190, 0x245F }, { 0x2500, 0x2775 },
		{ 0x2794, 0x2BFF }, { 0x3008, 0x3020 }, { 0xFE50, 0xFE6F }, { 0xFEFF, 0xFEFF },
		{ 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF20 }, { 0xFFFC, 0xFFFD }, { 0x1F300, 0x1FAFF } };
	for (size_t i = 0; c >= signs[0].first && i < sizeof signs / sizeof *signs; i++) {
		if (c >= signs[i].first && c <= signs[i].last)
			return true;
	}
	return false;
}

/* The bytes of the character that parts words here; 0 when it is of a word. */
static size_t gap_at(struct hs_slice text)
{
	if ((unsigned char)text.ptr[0] < 0x80)
		return text.ptr[0] == ' ';
	size_t size = hs_utf8_size(text.ptr, text.len);
	return size && is_sign(hs_utf8_point(text.ptr, size)) ? size : 0;
}

struct hs_slice hs__shelf_next_word(struct hs_slice *rest)
{
	size_t gap = 0, len = 0;
	while (rest->len > 0 && (gap = gap_at(*rest)) > 0)
		*rest = hs_slice_from(*rest, gap);
	while (len < rest->len && gap_at(hs_slice_from(*rest, len)) == 0)
		len++;
	struct hs_slice word = hs_slice_first(*rest, len);
	*rest = hs_slice_from(*rest, len);
	return word;
}

/* ---- what the index has ---- */

/* Rows of the words that are meant: one, or all with a beginning. */
struct rows {
	const struct hs__shelf_word *list;
	uint32_t count;
};

static struct rows rows_of(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	struct hs_slice word, bool starts)
{
	const struct hs__shelf_word *list = shelf->words + type->word_first;
	uint32_t low = 0, high = type->word_count, count = 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (hs_slice_cmp(hs_image_text(shelf->image, list[middle].text), word) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low + count < type->word_count && (starts || count == 0); count++) {
		struct hs_slice text = hs_image_text(shelf->image, list[low + count].text);
		if (starts ? !hs_slice_starts(text, word) : !hs_slice_eq(text, word))
			break;
	}
	return (struct rows) { list + low, count };
}

static uint32_t take_number(struct hs_slice *rest)
{
	uint32_t value = 0;
	for (unsigned shift = 0; rest->len > 0 && shift < 32; shift += 7) {
		unsigned char byte = (unsigned char)rest->ptr[0];
		*rest = hs_slice_from(*rest, 1);
		value |= (uint32_t)(byte & 0x7F) << shift;
		if (byte < 0x80)
			break;
	}
	return value;
}

/* The texts that have a word, one after the other. */
struct walk {
	struct hs_slice rest;
	uint32_t text;
	struct hs_slice places;
};

static struct walk walk_of(const struct hs__shelf *shelf, const struct hs__shelf_word *word)
{
	return (struct walk) { .rest = hs_slice(shelf->places + word->first, word->bytes) };
}

static bool walk_on(struct walk *walk)
{
	if (walk->rest.len == 0)
		return false;
	walk->text += take_number(&walk->rest);
	uint32_t bytes = take_number(&walk->rest);
	walk->places = hs_slice_first(walk->rest, bytes);
	walk->rest = hs_slice_from(walk->rest, walk->places.len);
	return true;
}

/* ---- one word ---- */

static bool is_meant(const struct hs__shelf_type *type, const struct hs_find *find, uint32_t text)
{
	return !(find->narrative && text & 1) && text / 2 < type->item_count;
}

static void mark_rows(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	const struct hs_find *find, struct rows rows, bool *marked)
{
	for (uint32_t i = 0; i < rows.count; i++) {
		struct walk walk = walk_of(shelf, &rows.list[i]);
		while (walk_on(&walk)) {
			if (is_meant(type, find, walk.text))
				marked[walk.text / 2] = true;
		}
	}
}

/* ---- words in a row ---- */

/* Where the row may begin: the text above, the place below; rising. */
struct spots {
	uint64_t *list;
	bool *kept;
	size_t count;
};

static uint64_t spot_of(uint32_t text, uint64_t place)
{
	return (uint64_t)text << 32 | place;
}

/* All places of a word, which is the `nth` of the row. */
static bool begin(struct hs_arena *arena, const struct hs__shelf *shelf, const struct hs__shelf_word *word,
	uint32_t nth, bool narrative, struct spots *out)
{
	struct walk walk = walk_of(shelf, word);
	out->list = hs_arena_array(arena, (size_t)word->bytes + 1, sizeof *out->list);
	out->kept = hs_arena_array(arena, (size_t)word->bytes + 1, sizeof *out->kept);
	if (!out->list || !out->kept)
		return false;
	while (walk_on(&walk)) {
		for (uint32_t place = 0; walk.places.len > 0;) {
			place += take_number(&walk.places);
			if (place >= nth && !(narrative && walk.text & 1))
				out->list[out->count++] = spot_of(walk.text, place - nth);
		}
	}
	return true;
}

/* The first spot from `low` on that is not less. */
static size_t seek(const struct spots *spots, size_t low, uint64_t spot)
{
	size_t high = spots->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (spots->list[middle] < spot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Keeps the spots that have one of these words as the `nth` of the row. */
static void keep(const struct hs__shelf *shelf, struct rows rows, uint32_t nth, struct spots *spots)
{
	size_t count = 0;
	memset(spots->kept, 0, spots->count * sizeof *spots->kept);
	for (uint32_t i = 0; i < rows.count; i++) {
		struct walk walk = walk_of(shelf, &rows.list[i]);
		size_t at = 0;
		while (at < spots->count && walk_on(&walk)) {
			at = seek(spots, at, spot_of(walk.text, 0));
			if (at == spots->count || spots->list[at] >> 32 != walk.text)
				continue;
			for (uint32_t place = 0; walk.places.len > 0;) {
				place += take_number(&walk.places);
				uint64_t spot = spot_of(walk.text, place - (uint64_t)nth);
				while (place >= nth && at < spots->count && spots->list[at] < spot)
					at++;
				if (place >= nth && at < spots->count && spots->list[at] == spot)
					spots->kept[at] = true;
			}
		}
	}
	for (size_t i = 0; i < spots->count; i++) {
		if (spots->kept[i])
			spots->list[count++] = spots->list[i];
	}
	spots->count = count;
}

static bool mark_row(struct hs_arena *arena, const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	const struct hs_find *find, const struct rows *words, uint32_t word_count, bool *marked)
{
	struct spots spots = { NULL, NULL, 0 };
	uint32_t rarest = 0;
	/* The last one may be many. */
	for (uint32_t i = 1; i + 1 < word_count; i++) {
		if (words[i].list->bytes < words[rarest].list->bytes)
			rarest = i;
	}
	if (!begin(arena, shelf, words[rarest].list, rarest, find->narrative, &spots))
		return false;
	for (uint32_t i = 0; i < word_count && spots.count > 0; i++) {
		if (i != rarest)
			keep(shelf, words[i], i, &spots);
	}
	for (size_t i = 0; i < spots.count; i++) {
		uint32_t text = (uint32_t)(spots.list[i] >> 32);
		if (is_meant(type, find, text))
			marked[text / 2] = true;
	}
	return true;
}

static bool mark_all(struct hs_arena *arena, const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	const struct hs_find *find, bool *marked)
{
	struct rows *words = hs_arena_array(arena, find->text.len + 1, sizeof *words);
	struct hs_slice rest = find->text, word = hs__shelf_next_word(&rest);
	uint32_t count = 0;
	if (!words)
		return false;
	while (word.len > 0) {
		struct hs_slice next = hs__shelf_next_word(&rest);
		words[count] = rows_of(shelf, type, word, next.len == 0 && find->match == HS_MATCH_STARTS);
		if (words[count++].count == 0)
			return true;
		word = next;
	}
	if (count > 1)
		return mark_row(arena, shelf, type, find, words, count, marked);
	if (count == 1)
		mark_rows(shelf, type, find, words[0], marked);
	return true;
}

bool hs__shelf_words_mark(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	const struct hs_find *find, bool *marked)
{
	struct hs_arena *arena = hs_arena_new(SCRATCH);
	bool fit = mark_all(arena, shelf, type, find, marked);
	hs_arena_free(arena);
	return fit;
}
