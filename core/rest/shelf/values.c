/* SPDX-License-Identifier: Apache-2.0 */
/* Finds values of the shelf's entries by their order. */
#include <core/rest/shelf/values.h>

static int lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

int hs__shelf_compare_texts(struct hs_slice a, struct hs_slice b, bool fold)
{
	if (!fold)
		return hs_slice_cmp(a, b);
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return lower(a.ptr[i]) < lower(b.ptr[i]) ? -1 : 1;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

struct hs_index_row hs__shelf_entry(const struct hs__shelf *shelf, const struct hs__shelf_value *value)
{
	struct hs_index_row row = { .param = value->param,
		.target_type = value->target_type,
		.kind = (uint8_t)value->kind,
		.system = hs_image_text(shelf->image, value->system),
		.text = hs_image_text(shelf->image, value->text),
		.exact = hs_image_text(shelf->image, value->exact) };
	if (value->kind == HS_INDEX_DATE) {
		row.lo = value->value.span.lo;
		row.hi = value->value.span.hi;
	} else {
		row.low = value->value.reals.low;
		row.high = value->value.reals.high;
	}
	return row;
}

/* ---- stretches ---- */

struct probe {
	const struct hs__shelf *shelf;
	enum hs__shelf_which which;
	uint32_t param;
	uint8_t kind;
	struct hs_slice text;
};

/* Is the value before (-1), in (0) or behind (1) what is meant? */
static int place_of(const struct probe *probe, const struct hs__shelf_value *value)
{
	if (value->param != probe->param)
		return value->param < probe->param ? -1 : 1;
	if (probe->which == HS__SHELF_OF_PARAM)
		return 0;
	if (value->kind != probe->kind)
		return value->kind < probe->kind ? -1 : 1;
	if (probe->which == HS__SHELF_OF_KIND)
		return 0;
	struct hs_slice text = hs_image_text(probe->shelf->image, value->text);
	if (probe->which == HS__SHELF_OF_START)
		text = hs_slice_first(text, probe->text.len);
	return hs__shelf_compare_texts(text, probe->text, true);
}

/* The first value from `low` to before `high` whose place is at least `place`; high when none is. */
static uint32_t seek(const struct probe *probe, uint32_t low, uint32_t high, int place)
{
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (place_of(probe, &probe->shelf->values[middle]) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct hs__shelf_stretch hs__shelf_stretch(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	enum hs__shelf_which which, uint32_t param, uint8_t kind, struct hs_slice text)
{
	struct probe probe = { shelf, which, param, kind, text };
	uint32_t end = type->value_first + type->value_count;
	uint32_t first = seek(&probe, type->value_first, end, 0);
	return (struct hs__shelf_stretch) { first, seek(&probe, first, end, 1) };
}

static enum hs__shelf_which which_text(const struct hs_find *find)
{
	switch (find->match) {
	case HS_MATCH_EXACT:
	case HS_MATCH_FOLDED:
		return HS__SHELF_OF_TEXT;
	case HS_MATCH_STARTS:
		return HS__SHELF_OF_START;
	default:
		return HS__SHELF_OF_KIND;
	}
}

enum hs__shelf_which hs__shelf_which(const struct hs_find *find, uint8_t *kind, struct hs_slice *text)
{
	*text = find->text;
	switch (find->op) {
	case HS_FIND_TOKEN:
		*kind = HS_INDEX_TOKEN;
		return find->any_code ? HS__SHELF_OF_KIND : which_text(find);
	case HS_FIND_URI:
		*kind = HS_INDEX_URI;
		return which_text(find);
	case HS_FIND_REFERENCE:
		*kind = HS_INDEX_REFERENCE;
		return which_text(find);
	case HS_FIND_STRING:
		*kind = HS_INDEX_STRING;
		if (find->match != HS_MATCH_EXACT)
			return which_text(find);
		*text = find->folded;
		return find->folded.len > 0 ? HS__SHELF_OF_TEXT : HS__SHELF_OF_KIND;
	case HS_FIND_DATE:
		*kind = HS_INDEX_DATE;
		return HS__SHELF_OF_KIND;
	case HS_FIND_NUMBER:
		*kind = HS_INDEX_NUMBER;
		return HS__SHELF_OF_KIND;
	case HS_FIND_QUANTITY:
		*kind = HS_INDEX_QUANTITY;
		return find->text.len > 0 ? HS__SHELF_OF_TEXT : HS__SHELF_OF_KIND;
	case HS_FIND_NEAR:
		*kind = HS_INDEX_POINT;
		return HS__SHELF_OF_KIND;
	default:
		return HS__SHELF_OF_PARAM;
	}
}

void hs__shelf_mark_holders(const struct hs__shelf *shelf, const struct hs__shelf_value *value, bool *marked)
{
	for (uint32_t i = 0; i < value->holder_count; i++)
		marked[shelf->holders[value->holder_first + i]] = true;
}
