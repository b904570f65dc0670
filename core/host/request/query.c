/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and forms: split, percent-decoded, kept in order. */
#include <core/host/request/request_private.h>

#include <handslag/coding.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define PAIRS_MAX 2000u

/* Is a byte of the eight this one? The eight must be ASCII. */
static bool has_byte(uint64_t eight, unsigned char byte)
{
	const uint64_t ones = 0x0101010101010101u;
	return (((eight ^ ones * byte) + ones * 0x7f) & ones * 0x80) != ones * 0x80;
}

/* Does the text stand for itself: ASCII without escapes? Most do. */
static bool is_plain(struct hs_slice text)
{
	uint64_t eight;
	size_t at = 0;

	for (; text.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text.ptr + at, sizeof(eight));
		if (eight & 0x8080808080808080u || has_byte(eight, '%') || has_byte(eight, '+'))
			return false;
	}
	for (; at < text.len; at++)
		if ((unsigned char)text.ptr[at] >= 0x80 || text.ptr[at] == '%' || text.ptr[at] == '+')
			return false;
	return true;
}

/* What is not UTF-8 becomes '?', so that every text of a request can stand in an answer. */
static struct hs_slice decode(struct hs_arena *arena, struct hs_slice text, bool plus)
{
	struct hs_slice plain = hs_percent_decode(arena, text, plus);
	return hs_utf8_valid(plain) ? plain : hs_utf8_mend(arena, plain);
}

struct hs_slice hs__percent_decode(struct hs_arena *arena, struct hs_slice text, bool plus)
{
	return is_plain(text) ? text : decode(arena, text, plus);
}

/* ---- pairs ---- */

struct pairs {
	struct hs_pair *items;
	size_t count, room;
	bool full; /* there is one more than there may be, or than the arena takes */
};

static void add_pair(struct hs_arena *arena, struct pairs *pairs, struct hs_pair pair)
{
	if (pairs->count == PAIRS_MAX) {
		pairs->full = true;
		return;
	}
	if (pairs->count == pairs->room) {
		size_t room = pairs->room ? pairs->room * 2 : 8;
		void *items = hs_arena_grow(arena, pairs->items, pairs->room * sizeof(pair),
			room * sizeof(pair));
		if (!items) {
			pairs->full = true;
			return;
		}
		pairs->items = items;
		pairs->room = room;
	}
	pairs->items[pairs->count++] = pair;
}

/* What a byte of a query is. */
enum { ITSELF, ENDS_PAIR, ENDS_NAME, CODED };

static unsigned kind_of(unsigned char c)
{
	static const uint8_t kinds[128] = {
		['&'] = ENDS_PAIR, ['='] = ENDS_NAME, ['%'] = CODED, ['+'] = CODED
	};
	return c < sizeof(kinds) ? kinds[c] : CODED;
}

#if defined(__SSE2__)
/* A bit for each of 16 bytes that is something else than itself. */
static inline unsigned marks_of_16(const char *at)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')),
		_mm_cmpeq_epi8(bytes, _mm_set1_epi8('=')));
	__m128i codes = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')),
		_mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));

	/* the mask takes the highest bit of each: that of bytes above 127 is set */
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(ends, codes), bytes));
}
#endif

/* The first byte at or after `at` that is something else than itself, or the end. */
static size_t next_mark(struct hs_slice text, size_t at)
{
#if defined(__SSE2__)
	for (; at + 16 <= text.len; at += 16) {
		unsigned marks = marks_of_16(text.ptr + at);
		if (marks)
			return at + (unsigned)__builtin_ctz(marks);
	}
	if (text.len >= 16 && at < text.len) { /* the last ones, and some before them */
		unsigned marks = marks_of_16(text.ptr + text.len - 16) >> (at + 16 - text.len);
		return marks ? at + (unsigned)__builtin_ctz(marks) : text.len;
	}
#endif
	while (at < text.len && kind_of((unsigned char)text.ptr[at]) == ITSELF)
		at++;
	return at;
}

/* The pair that begins at `from`; its end. One pass over the bytes finds where it is cut and what of it is to
 * be decoded; of a value that is, only where it ends. */
static size_t take_pair(struct hs_arena *arena, struct hs_slice text, size_t from, struct hs_pair *out)
{
	bool coded[2] = { false, false };
	size_t at = next_mark(text, from), name_end = SIZE_MAX;

	for (; at < text.len && !coded[1]; at = next_mark(text, at + 1)) {
		unsigned kind = kind_of((unsigned char)text.ptr[at]);
		if (kind == ENDS_PAIR)
			break;
		if (kind == CODED)
			coded[name_end != SIZE_MAX] = true;
		else if (name_end == SIZE_MAX)
			name_end = at;
	}
	if (coded[1]) {
		at = hs_slice_find(text, '&', at);
		at = at == SIZE_MAX ? text.len : at;
	}
	struct hs_slice name = hs_slice(text.ptr + from, (name_end == SIZE_MAX ? at : name_end) - from);
	struct hs_slice value = name_end == SIZE_MAX ? HS_S_NONE :
						       hs_slice(text.ptr + name_end + 1, at - name_end - 1);
	out->name = coded[0] ? decode(arena, name, true) : name;
	out->value = coded[1] ? decode(arena, value, true) : value;
	return at;
}

static void split(struct hs_arena *arena, struct hs_slice text, struct pairs *pairs)
{
	for (size_t from = 0; from < text.len && !pairs->full;) {
		struct hs_pair pair;
		size_t end = take_pair(arena, text, from, &pair);
		if (end > from)
			add_pair(arena, pairs, pair);
		from = end + 1;
	}
}

enum hs_status hs__query_parse(struct hs_request *req, struct hs_error *err)
{
	struct hs_slice form = HS_S_NONE;

	if (req->query_done)
		return HS_OK;
	req->query_done = true;
	if (req->http->method == HS_HTTP_POST && req->http->body.len) {
		struct hs_slice type = hs_http_get_header(req->http, HS_S("Content-Type"));
		type = hs_slice_trim(hs_slice_cut(&type, ';'));
		if (hs_slice_ieq(type, HS_S("application/x-www-form-urlencoded")))
			form = req->http->body;
	}
	struct pairs pairs = { .full = false };
	split(req->arena, req->http->query, &pairs);
	split(req->arena, form, &pairs);
	if (pairs.full && pairs.count == PAIRS_MAX)
		return hs_fail(err, HS_E_LIMIT, "the request has more than %u parameters", PAIRS_MAX);
	if (pairs.full)
		return hs_fail(err, HS_E_LIMIT, "the parameters need more memory than a request may have");
	req->query = pairs.items;
	req->query_count = pairs.count;
	return HS_OK;
}
