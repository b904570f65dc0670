/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and columns of a text, counted from place to place. */
#include <handslag/place.h>

#define BLOCK 32u /* bytes */

/* Most texts are plain for long, and one that is on one line is gone through for every place. */
static bool is_plain(const char *block)
{
	uint64_t words[4];

	memcpy(words, block, sizeof(words));
	return !((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080));
}

/* A character of four bytes has two units, all others one. */
uint32_t hs_place_units(struct hs_slice text, size_t from, size_t to)
{
	uint32_t count = 0;

	while (from < to) {
		size_t end = to - from < BLOCK ? to : from + BLOCK;
		if (end - from == BLOCK && is_plain(text.ptr + from)) {
			count += BLOCK;
			from = end;
		}
		for (; from < end; from++) {
			unsigned char c = (unsigned char)text.ptr[from];
			count += (c & 0xC0) != 0x80;
			count += c >= 0xF0;
		}
	}
	return count;
}

static void go_on(struct hs_slice text, size_t to, struct hs_place *place)
{
	for (const char *feed; (feed = memchr(text.ptr + place->at, '\n', to - place->at)); place->line++) {
		place->at = (size_t)(feed - text.ptr) + 1;
		place->column = 1;
	}
	place->column += hs_place_units(text, place->at, to);
	place->at = to;
}

static void go_back(struct hs_slice text, size_t to, size_t first, struct hs_place *place)
{
	uint32_t line = place->line;

	for (const char *feed; (feed = memrchr(text.ptr + to, '\n', place->at - to)); place->line--)
		place->at = (size_t)(feed - text.ptr);
	if (place->line == line) {
		place->column -= hs_place_units(text, to, place->at);
		place->at = to;
		return;
	}
	const char *feed = memrchr(text.ptr, '\n', to);
	place->at = feed ? (size_t)(feed - text.ptr) + 1 : first;
	place->column = 1;
	go_on(text, to, place);
}

void hs_place_go(struct hs_slice text, size_t at, struct hs_place *place)
{
	size_t first = hs_slice_starts(text, HS_S("\xEF\xBB\xBF")) ? 3 : 0;
	size_t to = at < first ? first : at < text.len ? at : text.len;

	if (!place->line)
		*place = (struct hs_place) { .at = first, .line = 1, .column = 1 };
	if (to < place->at)
		go_back(text, to, first, place);
	else if (to > place->at)
		go_on(text, to, place);
}
