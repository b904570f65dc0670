/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out a condition over the shelf: a condition on entries is tried on the values that it can be about,
 * and marks the items that have them; the others join such sets. */
#include <core/rest/shelf/sets.h>
#include <core/rest/shelf/values.h>
#include <core/rest/shelf/words.h>

struct work {
	struct hs__links *links;
	const struct hs__rest_type *of;
	const struct hs__shelf *shelf;
	const struct hs__shelf_type *type;
	struct hs_arena *scratch;
	struct hs_error *err;
};

static enum hs_status too_large(const struct work *work)
{
	return hs_fail(work->err, HS_E_LIMIT, "the search is too large");
}

static bool *new_set(const struct work *work)
{
	return hs_arena_array(work->scratch, (size_t)work->type->item_count + 1, sizeof(bool));
}

/* Adds to `out` what fulfils the condition; items that are not in `within` (NULL: all are) need not be looked
 * at, but may be added. */
static enum hs_status add(const struct work *work, const struct hs_find *find, const bool *within, bool *out);

/* ---- conditions on an item ---- */

static void add_values(const struct work *work, const struct hs_find *find, bool *out)
{
	struct hs_slice text = HS_S_NONE;
	uint8_t kind = 0;
	enum hs__shelf_which which = hs__shelf_which(find, &kind, &text);
	if (which == HS__SHELF_OF_PARAM || !find->param)
		return;
	struct hs__shelf_stretch stretch = hs__shelf_stretch(work->shelf, work->type, which, find->param,
		kind, text);
	for (uint32_t i = stretch.first; i < stretch.end; i++) {
		struct hs_index_row entry = hs__shelf_entry(work->shelf, &work->shelf->values[i]);
		if (hs_search_match_entry(find, &entry))
			hs__shelf_mark_holders(work->shelf, &work->shelf->values[i], out);
	}
}

static void add_updated(const struct work *work, const struct hs_find *find, bool *out)
{
	for (uint32_t at = 0; at < work->type->item_count; at++) {
		int64_t ms = hs__shelf_item(work->shelf, work->type, at)->updated_ms;
		out[at] |= hs_span_dates((enum hs_find_cmp)find->cmp, ms, ms + 1, find->lo, find->hi);
	}
}

static void add_id(const struct work *work, const struct hs_find *find, bool *out)
{
	uint32_t at = 0;
	if (hs__shelf_find_id(work->shelf, work->type, find->text, &at))
		out[at] = true;
}

/* ---- what is not so ---- */

static void add_others(const struct work *work, const bool *set, bool *out)
{
	for (uint32_t at = 0; at < work->type->item_count; at++)
		out[at] |= !set[at];
}

static enum hs_status add_missing(const struct work *work, const struct hs_find *find, bool *out)
{
	bool *there = new_set(work);
	struct hs__shelf_stretch stretch = hs__shelf_stretch(work->shelf, work->type, HS__SHELF_OF_PARAM,
		find->param, 0, HS_S_NONE);
	if (!there)
		return too_large(work);
	for (uint32_t i = stretch.first; i < stretch.end; i++)
		hs__shelf_mark_holders(work->shelf, &work->shelf->values[i], there);
	add_others(work, there, out);
	return HS_OK;
}

static enum hs_status add_not(const struct work *work, const struct hs_find *find, const bool *within,
	bool *out)
{
	bool *set = new_set(work);
	enum hs_status status = HS_OK;
	if (!set)
		return too_large(work);
	for (size_t i = 0; status == HS_OK && i < find->kid_count; i++)
		status = add(work, find->kids[i], within, set);
	if (status == HS_OK && find->kid_count == 1)
		add_others(work, set, out);
	return status;
}

/* ---- all of them ---- */

/* What is told by few values comes first, what looks at items last. As deep as the tree, which the parser
 * limits. */
enum turn { FIRST, THEN, LAST, TURNS };
static enum turn turn_of(const struct hs_find *find)
{
	struct hs_slice text;
	uint8_t kind;
	enum turn turn = FIRST;
	switch (find->op) {
	case HS_FIND_ID:
		return FIRST;
	case HS_FIND_CHAIN:
	case HS_FIND_HAS:
	case HS_FIND_SAME_GROUP:
		return LAST;
	case HS_FIND_AND:
	case HS_FIND_OR:
	case HS_FIND_NOT:
		for (size_t i = 0; i < find->kid_count; i++) {
			enum turn other = turn_of(find->kids[i]);
			turn = other > turn ? other : turn;
		}
		return turn;
	default:
		return hs__shelf_which(find, &kind, &text) < HS__SHELF_OF_START ? THEN : FIRST;
	}
}

/* Leaves in `set` what is in `other` too; is there any? */
static bool keep_common(const struct work *work, const bool *other, bool *set)
{
	bool any = false;
	for (uint32_t at = 0; at < work->type->item_count; at++) {
		set[at] &= other[at];
		any |= set[at];
	}
	return any;
}

/* Leaves in `set` what fulfils all conditions. */
static enum hs_status keep_all(const struct work *work, const struct hs_find *find, bool *set)
{
	enum hs_status status = HS_OK;
	bool any = true;
	for (enum turn turn = FIRST; turn < TURNS; turn++) {
		for (size_t i = 0; status == HS_OK && any && i < find->kid_count; i++) {
			struct hs_arena_mark mark = hs_arena_mark(work->scratch);
			if (turn_of(find->kids[i]) != turn)
				continue;
			bool *other = new_set(work);
			if (!other)
				return too_large(work);
			status = add(work, find->kids[i], set, other);
			if (status == HS_OK)
				any = keep_common(work, other, set);
			hs_arena_rollback(work->scratch, mark);
		}
	}
	return status;
}

/* Those of `within`, or all. */
static bool *start_set(const struct work *work, const bool *within)
{
	bool *set = new_set(work);
	for (uint32_t at = 0; set && at < work->type->item_count; at++)
		set[at] = !within || within[at];
	return set;
}

static void add_set(const struct work *work, const bool *set, bool *out)
{
	for (uint32_t at = 0; at < work->type->item_count; at++)
		out[at] |= set[at];
}

static enum hs_status add_all(const struct work *work, const struct hs_find *find, const bool *within,
	bool *out)
{
	bool *set = start_set(work, within);
	if (!set)
		return too_large(work);
	enum hs_status status = keep_all(work, find, set);
	if (status == HS_OK)
		add_set(work, set, out);
	return status;
}

/* Conditions that one group of entries must fulfil: what fulfils them by any entries is looked at. The parser
 * puts conditions on entries there, and ORs of them. */
static enum hs_status add_grouped(const struct work *work, const struct hs_find *find, const bool *within,
	bool *out)
{
	bool *set = start_set(work, within);
	struct hs_index_row *rows = hs_arena_raw(work->scratch,
		((size_t)work->type->rows_most + 1) * sizeof *rows);
	if (!set || !rows)
		return too_large(work);
	enum hs_status status = keep_all(work, find, set);
	for (uint32_t at = 0; status == HS_OK && at < work->type->item_count; at++) {
		if (!set[at] || out[at])
			continue;
		size_t count = hs__shelf_rows(work->shelf, hs__shelf_item(work->shelf, work->type, at), rows);
		out[at] = hs_search_match(find, HS_S_NONE, 0, rows, count, NULL, NULL);
	}
	return status;
}

/* ---- any ---- */

/* As deep as the tree, which the parser limits. */
static enum hs_status add_one(const struct work *work, const struct hs_find *find, const bool *within,
	bool *out)
{
	enum hs_status status = HS_OK;
	switch (find->op) {
	case HS_FIND_AND:
		return add_all(work, find, within, out);
	case HS_FIND_OR:
		for (size_t i = 0; status == HS_OK && i < find->kid_count; i++)
			status = add(work, find->kids[i], within, out);
		return status;
	case HS_FIND_NOT:
		return add_not(work, find, within, out);
	case HS_FIND_ID:
		add_id(work, find, out);
		return HS_OK;
	case HS_FIND_UPDATED:
		add_updated(work, find, out);
		return HS_OK;
	case HS_FIND_MISSING:
		return add_missing(work, find, out);
	case HS_FIND_SAME_GROUP:
		return add_grouped(work, find, within, out);
	case HS_FIND_CHAIN:
	case HS_FIND_HAS:
		return hs__links_add(work->links, work->of, find, within, out, work->err);
	case HS_FIND_WORDS:
		return hs__shelf_words_mark(work->shelf, work->type, find, out) ? HS_OK : too_large(work);
	default:
		add_values(work, find, out);
		return HS_OK;
	}
}

static enum hs_status add(const struct work *work, const struct hs_find *find, const bool *within, bool *out)
{
	struct hs_arena_mark mark = hs_arena_mark(work->scratch);
	enum hs_status status = add_one(work, find, within, out);
	hs_arena_rollback(work->scratch, mark);
	return status;
}

enum hs_status hs__shelf_sets_find(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *where, struct hs_arena *scratch, bool *out, struct hs_error *err)
{
	struct work work = { links, type, links->env->rest->shelf, hs__shelf_type(links->env->rest, type),
		scratch, err };
	if (where)
		return add(&work, where, NULL, out);
	memset(out, true, work.type->item_count);
	return HS_OK;
}
