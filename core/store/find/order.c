/* SPDX-License-Identifier: Apache-2.0 */
/* What results are sorted by, and the mark of a page's end.
 *
 * A mark is base64url of: format (1), check of the sort (4), row (8), then for each sort a byte of length
 * (255: the resource has no value) and the value. It names a place in the order, not a page number, so it
 * stays right while others write. */
#include <core/store/find/finder.h>

#include <core/base/map.h>

#define FORMAT 1
#define NO_VALUE 0xffu
#define MARK_MAX (13 + HS__FIND_SORTS * (1 + HS__KEY_SORT))

static size_t special_value(const struct hs_find_sort *sort, const struct hs__facts *facts, double score,
	unsigned char out[HS__KEY_SORT])
{
	struct hs__key key = { .exact = true };

	if (sort->special == HS_SORT_ID)
		hs__key_text(&key, facts->id);
	else if (sort->special == HS_SORT_SCORE)
		hs__key_real(&key, score);
	else
		hs__key_time(&key, facts->updated_ms);
	memcpy(out, key.bytes, key.len);
	return key.len;
}

/* The smallest value of the param, or the largest when falling. */
static bool param_value(const struct hs_find_sort *sort, struct hs__facts facts,
	unsigned char out[HS__KEY_SORT], size_t *len)
{
	unsigned char value[HS__KEY_SORT];
	struct hs__fact fact;
	bool any = false;

	while (hs__facts_next(&facts, &fact)) {
		if (fact.param != sort->param)
			continue;
		size_t size = hs__key_sort(&fact, value);
		int order = any ? hs_slice_cmp(hs_slice((char *)value, size), hs_slice((char *)out, *len)) :
				  0;
		if (any && (sort->falling ? order <= 0 : order >= 0))
			continue;
		memcpy(out, value, size);
		*len = size;
		any = true;
	}
	return any;
}

void hs__rank(const struct hs_find_query *query, const struct hs__cond *where,
	const struct hs__subject *subject, struct hs__ranked *out,
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT])
{
	struct hs__facts facts;
	bool whole = hs__facts_open(subject->facts, &facts);

	out->row = subject->row;
	for (size_t i = 0; i < query->sort_count; i++) {
		const struct hs_find_sort *sort = &query->sort[i];
		size_t len = 0;
		bool any = whole;
		if (any && sort->special != HS_SORT_PARAM)
			len = special_value(sort, &facts, hs__words_score(where, subject->row), space[i]);
		else if (any)
			any = param_value(sort, facts, space[i], &len);
		out->values[i] = any ? hs_slice((char *)space[i], len) : HS_S_NONE;
	}
}

int hs__rank_compare(const struct hs_find_query *query, const struct hs__ranked *a,
	const struct hs__ranked *b)
{
	for (size_t i = 0; i < query->sort_count; i++) {
		if (!a->values[i].ptr || !b->values[i].ptr) {
			if (!a->values[i].ptr != !b->values[i].ptr)
				return a->values[i].ptr ? -1 : 1;
			continue;
		}
		int order = hs_slice_cmp(a->values[i], b->values[i]);
		if (order)
			return query->sort[i].falling ? -order : order;
	}
	return a->row < b->row ? -1 : a->row > b->row;
}

bool hs__rank_keep(struct hs_arena *arena, const struct hs_find_query *query, struct hs__ranked *ranked)
{
	for (size_t i = 0; i < query->sort_count; i++) {
		if (!ranked->values[i].ptr)
			continue;
		ranked->values[i] = hs_arena_copy(arena, ranked->values[i]);
		if (!ranked->values[i].ptr)
			return false;
	}
	return true;
}

/* ---- marks ---- */

static uint32_t check_of(const struct hs_find_query *query)
{
	uint64_t hash = query->type;

	for (size_t i = 0; i < query->sort_count; i++) {
		const struct hs_find_sort *sort = &query->sort[i];
		uint32_t words[4] = { sort->param, sort->kind, (uint32_t)sort->special, sort->falling };
		hash = hs_hash_seeded(hs_slice((const char *)words, sizeof(words)), hash);
	}
	return (uint32_t)(hash ^ hash >> 32);
}

static void put_number(unsigned char *out, uint64_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get_number(const unsigned char *in, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = count; i-- > 0;)
		value = value << 8 | in[i];
	return value;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct hs_slice encode(struct hs_arena *arena, const unsigned char *bytes, size_t count)
{
	size_t len = (count * 4 + 2) / 3;
	char *out = hs_arena_raw(arena, len);

	if (!out)
		return HS_S_NONE;
	for (size_t at = 0, bit = 0; at < len; at++, bit += 6) {
		unsigned pair = (unsigned)bytes[bit / 8] << 8;
		if (bit / 8 + 1 < count)
			pair |= bytes[bit / 8 + 1];
		out[at] = digits[(pair >> (10 - bit % 8)) & 63];
	}
	return hs_slice(out, len);
}

/* The number of bytes, or 0 when it is not such a text. */
static size_t decode(struct hs_slice text, unsigned char out[MARK_MAX + 1])
{
	size_t count = text.len * 3 / 4;
	unsigned held = 0, bits = 0;
	size_t at = 0;

	if (count > MARK_MAX)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
		if (!digit)
			return 0;
		held = (held << 6 | (unsigned)(digit - digits)) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = (unsigned char)(held >> bits);
		}
	}
	return at;
}

struct hs_slice hs__cursor_write(struct hs_arena *arena, const struct hs_find_query *query,
	const struct hs__ranked *last)
{
	unsigned char bytes[MARK_MAX];
	size_t count = 13;

	bytes[0] = FORMAT;
	put_number(bytes + 1, check_of(query), 4);
	put_number(bytes + 5, last->row, 8);
	for (size_t i = 0; i < query->sort_count; i++) {
		struct hs_slice value = last->values[i];
		bytes[count++] = value.ptr ? (unsigned char)value.len : NO_VALUE;
		if (!value.ptr)
			continue;
		memcpy(bytes + count, value.ptr, value.len);
		count += value.len;
	}
	return encode(arena, bytes, count);
}

static bool read_values(const struct hs_find_query *query, const unsigned char *bytes, size_t count,
	struct hs__ranked *ranked)
{
	size_t at = 13;

	for (size_t i = 0; i < query->sort_count; i++) {
		if (at >= count)
			return false;
		size_t len = bytes[at++];
		if (len == NO_VALUE)
			continue;
		if (len > HS__KEY_SORT || len > count - at)
			return false;
		ranked->values[i] = hs_slice((const char *)bytes + at, len);
		at += len;
	}
	return at == count;
}

enum hs_status hs__cursor_read(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs__ranked *out, struct hs_error *err)
{
	unsigned char *bytes = hs_arena_raw(arena, MARK_MAX + 1);
	size_t count = bytes ? decode(query->after, bytes) : 0;
	struct hs__ranked ranked = { .row = 0 };

	if (count >= 13 && bytes[0] == FORMAT && get_number(bytes + 1, 4) == check_of(query)) {
		ranked.row = get_number(bytes + 5, 8);
		if (ranked.row >> 40 == 0 && read_values(query, bytes, count, &ranked)) {
			*out = ranked;
			return HS_OK;
		}
	}
	return hs_fail(err, HS_E_VALUE,
		"the mark of the page is not one that this search gave; follow the links of a search as they "
		"are");
}
