/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the shelf: candidates from keys or words when the condition names one, else every item; then the
 * condition itself over the entries, then order. */
#include <core/rest/shelf/links.h>

#include <stdlib.h>

#define SCRATCH ((size_t)256 << 20)

/* ---- candidates ---- */

/* The entry kind and text by which a condition can be looked up; false when it cannot. */
static bool key_of(const struct hs_find *find, uint8_t *kind, struct hs_slice *text)
{
	*text = find->text;
	switch (find->op) {
	case HS_FIND_TOKEN:
		*kind = HS_INDEX_TOKEN;
		return !find->any_code && find->match == HS_MATCH_EXACT;
	case HS_FIND_URI:
		*kind = HS_INDEX_URI;
		return find->match == HS_MATCH_EXACT;
	case HS_FIND_REFERENCE:
		*kind = HS_INDEX_REFERENCE;
		return find->match == HS_MATCH_EXACT;
	case HS_FIND_STRING:
		*kind = HS_INDEX_STRING;
		*text = find->match == HS_MATCH_EXACT ? find->folded : find->text;
		return find->match == HS_MATCH_FOLDED ||
			(find->match == HS_MATCH_EXACT && find->folded.len > 0);
	default:
		return false;
	}
}

static bool is_drivable(const struct hs_find *find)
{
	uint8_t kind;
	struct hs_slice text;
	bool any = false, all = find->kid_count > 0;
	if (find->op != HS_FIND_AND && find->op != HS_FIND_OR)
		return find->op == HS_FIND_ID || find->op == HS_FIND_WORDS || key_of(find, &kind, &text);
	for (size_t i = 0; i < find->kid_count; i++) {
		bool can = is_drivable(find->kids[i]);
		any = any || can;
		all = all && can;
	}
	return find->op == HS_FIND_AND ? any : all;
}

/* Do the entries of an item tell all? As deep as the tree, which the parser limits. */
static bool is_plain(const struct hs_find *find)
{
	bool plain = find->op != HS_FIND_CHAIN && find->op != HS_FIND_HAS && find->op != HS_FIND_WORDS;
	for (size_t i = 0; plain && i < find->kid_count; i++)
		plain = is_plain(find->kids[i]);
	return plain;
}

bool hs__shelf_is_quick(const struct hs_search *search)
{
	return search->where ? is_drivable(search->where) && is_plain(search->where) :
			       search->sort_count == 0;
}

/* Must the entries of an item be looked at? As deep as the tree, which the parser limits. */
static bool reads_entries(const struct hs_find *find)
{
	bool reads = find->op != HS_FIND_AND && find->op != HS_FIND_OR && find->op != HS_FIND_NOT &&
		find->op != HS_FIND_ID && find->op != HS_FIND_UPDATED && find->op != HS_FIND_WORDS;
	for (size_t i = 0; !reads && i < find->kid_count; i++)
		reads = reads_entries(find->kids[i]);
	return reads;
}

struct finding {
	struct hs__links *links;
	const struct hs__rest_type *of;
	const struct hs__shelf *shelf;
	const struct hs__shelf_type *type;
	struct hs_arena *scratch;
	bool *marked; /* candidates, by place in the type */
	bool full;    /* memory is out */
};

static bool *new_marks(struct finding *finding)
{
	bool *marks = hs_arena_array(finding->scratch, (size_t)finding->type->item_count + 1, sizeof *marks);
	finding->full = finding->full || !marks;
	return marks;
}

static void mark_key(struct finding *finding, uint32_t hash)
{
	const struct hs__shelf_key *keys = finding->shelf->keys + finding->type->key_first;
	uint32_t low = hs__shelf_first_key(finding->shelf, finding->type, hash);
	for (; low < finding->type->key_count && keys[low].hash == hash; low++)
		finding->marked[keys[low].item] = true;
}

static void mark_words(struct finding *finding, const struct hs_find *find)
{
	const bool *holds = hs__links_words(finding->links, finding->of, find);
	for (uint32_t at = 0; holds && at < finding->type->item_count; at++)
		finding->marked[at] |= holds[at];
}

static void mark(struct finding *finding, const struct hs_find *find);

/* What each of them marks, as far as they can. */
static void mark_common(struct finding *finding, const struct hs_find *find)
{
	uint32_t count = finding->type->item_count;
	bool *common = new_marks(finding), *marked = finding->marked;
	for (uint32_t at = 0; !finding->full && at < count; at++)
		common[at] = true;
	for (size_t i = 0; i < find->kid_count && !finding->full; i++) {
		finding->marked = is_drivable(find->kids[i]) ? new_marks(finding) : NULL;
		if (!finding->marked)
			continue;
		mark(finding, find->kids[i]);
		for (uint32_t at = 0; at < count; at++)
			common[at] &= finding->marked[at];
	}
	finding->marked = marked;
	for (uint32_t at = 0; !finding->full && at < count; at++)
		marked[at] |= common[at];
}

/* Marks at least all that fulfil a drivable condition. As deep as the tree, which the parser limits. */
static void mark(struct finding *finding, const struct hs_find *find)
{
	uint8_t kind = 0;
	uint32_t at = 0;
	struct hs_slice text = HS_S_NONE;
	if (find->op == HS_FIND_ID) {
		if (hs__shelf_find_id(finding->shelf, finding->type, find->text, &at))
			finding->marked[at] = true;
		return;
	}
	if (find->op == HS_FIND_WORDS) {
		mark_words(finding, find);
		return;
	}
	if (key_of(find, &kind, &text)) {
		mark_key(finding, hs__shelf_hash(find->param, kind, text));
		return;
	}
	if (find->op == HS_FIND_AND) {
		mark_common(finding, find);
		return;
	}
	for (size_t i = 0; i < find->kid_count; i++)
		mark(finding, find->kids[i]);
}

/* ---- order ---- */

static struct hs__shelf_value value_of(const struct hs_index_row *row)
{
	struct hs__shelf_value value = { .any = true, .text = row->text };
	if (row->kind == HS_INDEX_DATE) {
		value.time = row->lo;
		value.text = HS_S_NONE;
	} else if (row->kind == HS_INDEX_NUMBER || row->kind == HS_INDEX_QUANTITY) {
		value.real = true;
		value.number = row->low;
		value.text = HS_S_NONE;
	}
	return value;
}

static int lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static int compare_texts(struct hs_slice a, struct hs_slice b, bool fold)
{
	if (!fold)
		return hs_slice_cmp(a, b);
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return lower(a.ptr[i]) < lower(b.ptr[i]) ? -1 : 1;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

static int compare_values(const struct hs__shelf_value *a, const struct hs__shelf_value *b, bool fold)
{
	if (a->real)
		return a->number < b->number ? -1 : a->number > b->number;
	if (a->text.len == 0 && b->text.len == 0)
		return a->time < b->time ? -1 : a->time > b->time;
	return compare_texts(a->text, b->text, fold);
}

void hs__shelf_rank(const struct hs_search *search, struct hs_slice id, int64_t updated_ms,
	const struct hs_index_row *rows, size_t count, struct hs__shelf_rank *out)
{
	memset(out, 0, sizeof *out);
	for (size_t s = 0; s < search->sort_count; s++) {
		const struct hs_find_sort *sort = &search->sort[s];
		struct hs__shelf_value *best = &out->values[s];
		if (sort->special == HS_SORT_ID)
			*best = (struct hs__shelf_value) { .any = true, .text = id };
		else if (sort->special == HS_SORT_UPDATED)
			*best = (struct hs__shelf_value) { .any = true, .time = updated_ms };
		for (size_t i = 0; sort->special == HS_SORT_PARAM && i < count; i++) {
			if (rows[i].param != sort->param)
				continue;
			struct hs__shelf_value value = value_of(&rows[i]);
			int order = best->any ? compare_values(&value, best, sort->kind == HS_INDEX_TOKEN) :
						-1;
			if (!best->any || (sort->falling ? order > 0 : order < 0))
				*best = value;
		}
	}
}

int hs__shelf_compare(const struct hs_search *search, const struct hs__shelf_rank *a,
	const struct hs__shelf_rank *b)
{
	for (size_t s = 0; s < search->sort_count; s++) {
		const struct hs__shelf_value *left = &a->values[s], *right = &b->values[s];
		if (left->any != right->any)
			return left->any ? -1 : 1;
		/* The store has ids in the order of their bytes. */
		bool fold = search->sort[s].special == HS_SORT_PARAM &&
			search->sort[s].kind == HS_INDEX_TOKEN;
		int order = left->any ? compare_values(left, right, fold) : 0;
		if (order)
			return search->sort[s].falling ? -order : order;
	}
	return 0;
}

static int by_rank(const void *a, const void *b, void *search)
{
	const struct hs__shelf_hit *left = a, *right = b;
	int order = hs__shelf_compare(search, left->rank, right->rank);
	return order ? order : left->at < right->at ? -1 : left->at > right->at;
}

/* ---- searching ---- */

static bool keep(struct hs_arena *arena, const struct hs_search *search, struct hs_slice id,
	const struct hs__shelf_item *item, const struct hs_index_row *rows, struct hs__shelf_hit *hit)
{
	if (search->sort_count == 0)
		return true;
	hit->rank = hs_arena_alloc(arena, sizeof *hit->rank);
	if (hit->rank)
		hs__shelf_rank(search, id, item->updated_ms, rows, item->row_count, hit->rank);
	return hit->rank != NULL;
}

/* Does the item fulfil the condition? Its entries are in `rows` when there is one. */
static bool holds(struct hs__links *links, const struct hs__rest_type *type, uint32_t at,
	const struct hs_search *search, const struct hs_index_row *rows)
{
	const struct hs__shelf *shelf = links->env->rest->shelf;
	const struct hs__shelf_item *item = hs__shelf_item(shelf, hs__shelf_type(links->env->rest, type), at);
	struct hs__links_item looked = {
		.links = links, .type = type, .at = at, .rows = rows, .count = item->row_count
	};
	bool holds = hs_search_match(search->where, hs_image_text(shelf->image, item->id), item->updated_ms,
		rows, item->row_count, hs__links_related, &looked);
	hs__links_item_end(&looked);
	return holds;
}

enum hs_status hs__shelf_search(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_search *search, struct hs__shelf_hits *out, struct hs_error *err)
{
	const struct hs__shelf *shelf = links->env->rest->shelf;
	struct hs_error wrong = { .status = HS_OK };
	struct hs_error *outer = links->err;
	bool drive = search->where && is_drivable(search->where);
	bool look = (search->where && reads_entries(search->where)) || search->sort_count > 0;
	struct hs_arena *scratch = hs_arena_new(SCRATCH);
	struct finding finding = { .links = links,
		.of = type,
		.shelf = shelf,
		.type = hs__shelf_type(links->env->rest, type),
		.scratch = scratch };
	size_t room = (size_t)finding.type->item_count + 1, count = 0;
	/* Raw, for one item may have tens of thousands and most have few. */
	struct hs_index_row *rows = hs_arena_raw(scratch,
		((size_t)finding.type->rows_most + 1) * sizeof *rows);
	struct hs__shelf_hit *hits = hs_arena_array(links->arena, room, sizeof *hits);
	enum hs_status status = HS_OK;
	finding.marked = new_marks(&finding);
	if (!rows || !hits || finding.full) {
		hs_arena_free(scratch);
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	}
	links->err = &wrong;
	if (drive)
		mark(&finding, search->where);
	if (finding.full)
		status = hs_fail(err, HS_E_LIMIT, "the search is too large");
	for (uint32_t at = 0; status == HS_OK && at < finding.type->item_count; at++) {
		const struct hs__shelf_item *item = hs__shelf_item(shelf, finding.type, at);
		if (drive && !finding.marked[at])
			continue;
		if (look)
			hs__shelf_rows(shelf, item, rows);
		if (!holds(links, type, at, search, rows))
			continue;
		hits[count] = (struct hs__shelf_hit) { .at = at };
		if (!keep(links->arena, search, hs_image_text(shelf->image, item->id), item, rows,
			    &hits[count++]))
			status = hs_fail(err, HS_E_LIMIT, "the search is too large");
	}
	links->err = outer;
	if (status == HS_OK && wrong.status != HS_OK) {
		*err = wrong;
		status = wrong.status;
	}
	if (status == HS_OK && search->sort_count > 0 && count > 1)
		qsort_r(hits, count, sizeof *hits, by_rank, (void *)(uintptr_t)search);
	if (status == HS_OK)
		*out = (struct hs__shelf_hits) { hits, count };
	hs_arena_free(scratch);
	return status;
}
