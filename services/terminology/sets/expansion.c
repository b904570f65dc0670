/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the codes of a value set: includes add, imports intersect, excludes take away. */
#include "expansion_walk.h"

#include "apart.h"
#include "filter.h"
#include "../text/fold.h"
#include "../image/big.h"
#include "../text/texts.h"
#include "../compile/tree.h"
#include "../compile/version.h"

#include <stdlib.h>

enum hs_status hs_tx_walk_too_costly(struct tx_walk *w, struct hs_error *err)
{
	struct hs_slice limit = hs_arena_printf(w->ctx->arena, "%u", w->x->limit),
			url = TX_SET_URL(w->ctx->set);

	hs_tx_refuse(w->ctx, TX_MSG_VALUESET_TOO_COSTLY, 422, HS_S_NONE,
		(struct tx_args) { { url.len ? url : w->ctx->set_name, limit } }, err);
	err->status = HS_E_TOO_COSTLY;
	return HS_E_TOO_COSTLY;
}

enum hs_status hs_tx_walk_keep_limit(struct tx_walk *w, struct hs_error *err)
{
	struct tx_params *params = &w->ctx->params;

	if (w->x->count <= w->x->limit || params->count >= 0)
		return HS_OK;
	if (params->limited != TX_YES)
		return hs_tx_walk_too_costly(w, err);
	w->x->cut = true;
	params->count = w->x->limit;
	return HS_OK;
}

/* ---- one rule ---- */

static enum hs_status walk_set(struct tx_walk *w, struct tx_set set, struct tx_list *out,
	struct hs_error *err);

enum hs_status hs_tx_walk_import(struct tx_walk *w, struct tx_set set, uint32_t import, struct tx_set *out,
	struct hs_error *err)
{
	struct hs_slice canonical = tx_text(set.layer, set.layer->imports[import]), url, pinned, version;

	if (!hs_tx_resolve_set(w->ctx, canonical, HS_S_NONE, out, &version)) {
		hs_tx_canonical(canonical, &url, &pinned);
		return hs_tx_refuse(w->ctx,
			version.len ? TX_MSG_VS_EXP_IMPORT_UNK_PINNED : TX_MSG_VS_EXP_IMPORT_UNK, 404,
			HS_S_NONE, (struct tx_args) { { url, version } }, err);
	}
	if (w->x->set_count < sizeof(w->x->sets) / sizeof(w->x->sets[0]))
		w->x->sets[w->x->set_count++] = *out;
	return HS_OK;
}

static enum hs_status expand_import(struct tx_walk *w, struct tx_set set, uint32_t import,
	struct tx_list *out, struct hs_error *err)
{
	struct tx_set other;
	enum hs_status status = hs_tx_walk_import(w, set, import, &other, err);

	if (status == HS_OK)
		status = walk_set(w, other, out, err);
	for (size_t i = 0; i < out->count; i++)
		out->items[i].flat = true;
	return status;
}

/* In the code system `as`, or (row NULL) in that which the rule names. */
static enum hs_status expand_rule(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system as, struct tx_list *out, struct hs_error *err)
{
	struct tx_system s = as;
	enum hs_status status = HS_OK;
	bool begun = false;

	if (!rule->system.len && !rule->import_count) /* it names nothing, so it holds nothing */
		return HS_OK;
	struct tx_openness open = tx_open_rule(w);

	if (rule->system.len) {
		begun = true;
		if (!s.row)
			status = hs_tx_walk_system(w, set, rule, &s, err);
		if (status == HS_OK && s.row)
			status = rule->flags & TX_RULE_ENUM ? hs_tx_walk_picks(w, set, rule, s, out, err) :
							      hs_tx_walk_concepts(w, set, rule, s, out, err);
		tx_open_part(w, &open);
	}
	for (uint32_t i = 0; i < rule->import_count && status == HS_OK; i++) {
		struct tx_list other = { NULL, 0, 0 };
		status = expand_import(w, set, rule->import_first + i, &other, err);
		if (status == HS_OK && begun)
			status = hs_tx_walk_keep(w, out, &other, NULL, err);
		else if (status == HS_OK)
			*out = other;
		begun = true;
		tx_open_part(w, &open);
	}
	tx_open_end(w, rule, open);
	return status;
}

/* ---- a set ---- */

static bool is_wanted(struct tx_walk *w, const struct tx_item *item)
{
	/* abstract codes are left out at the end only: what stands below them is told all the same */
	if (w->depth == 1 && w->ctx->params.for_choice == TX_YES &&
		hs_tx_flags(item->system, item->concept) & TX_ABSTRACT)
		return false;
	return !w->active_only || !hs_tx_is_inactive(item->system, item->concept);
}

static void drop_unwanted(struct tx_walk *w, struct tx_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(w, &list->items[i]))
			list->items[n++] = list->items[i];
	list->count = n;
}

static enum hs_status add_found(struct tx_walk *w, struct tx_unique *u, struct tx_list *found,
	const struct tx_rule_row *rule, struct hs_error *err)
{
	drop_unwanted(w, found);
	if (u->list->items || rule->flags & TX_RULE_ENUM)
		return hs_tx_walk_add(w, u, found, err);
	*u->list = *found; /* the first codes, not from a list, differ from one another: no table is needed */
	return HS_OK;
}

/* Takes away what the rule holds: in the version that it names; without one, in those that the codes are of.
 */
static enum hs_status exclude(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_list *out, struct hs_error *err)
{
	struct hs_slice url = tx_text(set.layer, rule->system);
	struct tx_system rows[TX_WALK_SYSTEMS] = { { NULL, NULL } };
	enum hs_status status = HS_OK;
	size_t count = 1;

	if (url.len && !hs_tx_resolve(w->ctx, url, tx_text(set.layer, rule->version)).asked.len) {
		status = hs_tx_walk_system(w, set, rule, &rows[0], err);
		count = status || !rows[0].row ? 0 : hs_tx_walk_systems_of(out, rows);
	}
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct tx_list found = { NULL, 0, 0 };
		if (rows[i].row && !hs_slice_eq(TX_SYSTEM_URL(rows[i]), url))
			continue;
		status = expand_rule(w, set, rule, rows[i], &found, err);
		if (status == HS_OK)
			status = hs_tx_walk_keep(w, out, &found, &set, err);
	}
	return status;
}

static enum hs_status walk_set(struct tx_walk *w, struct tx_set set, struct tx_list *out,
	struct hs_error *err)
{
	struct tx_unique unique = { out, NULL, 0 };
	enum hs_status status = HS_OK;
	bool outer = w->active_only;

	if (w->depth++ == TX_SETS_DEEP) /* sets that include themselves were refused before */
		return hs_tx_too_deep(w->ctx, err);
	w->active_only = tx_only_active(set) || (w->depth == 1 && w->ctx->params.active_only == TX_YES);
	for (int excluding = 0; excluding < 2 && status == HS_OK; excluding++)
		for (uint32_t i = 0; i < set.row->rule_count && status == HS_OK; i++) {
			const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
			struct tx_list found = { NULL, 0, 0 };
			if (((rule->flags & TX_RULE_EXCLUDE) != 0) != excluding)
				continue;
			if (excluding) {
				status = exclude(w, set, rule, out, err);
				continue;
			}
			status = expand_rule(w, set, rule, (struct tx_system) { NULL, NULL }, &found, err);
			if (status == HS_OK)
				status = add_found(w, &unique, &found, rule, err);
		}
	w->active_only = outer;
	w->depth--;
	return status;
}

/* ---- the whole ---- */

/* A layer has each text once, so the place of a text stands for it. */
static int by_system(const void *a, const void *b)
{
	const struct tx_rule_row *x = *(const struct tx_rule_row *const *)a,
				 *y = *(const struct tx_rule_row *const *)b;
	uint32_t from_x = x->flags & TX_RULE_EXCLUDE, from_y = y->flags & TX_RULE_EXCLUDE;

	if (x->system.offset != y->system.offset)
		return x->system.offset < y->system.offset ? -1 : 1;
	if (x->system.len != y->system.len)
		return x->system.len < y->system.len ? -1 : 1;
	return from_x < from_y ? -1 : from_x > from_y;
}

/* Whether the includes of a set name one system in two versions, so that codes must be told with theirs.
 * There may be a hundred thousand of them: they are sorted, not held against one another. */
static bool names_two_versions(struct hs_arena *arena, struct tx_set set)
{
	uint32_t count = set.row->rule_count;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	const struct tx_rule_row **rules = count > 1 ? hs_arena_array(arena, count, sizeof(*rules)) : NULL;
	bool found = false;

	if (!rules)
		return false;
	for (uint32_t i = 0; i < count; i++)
		rules[i] = &set.layer->rules[set.row->rule_first + i];
	qsort(rules, count, sizeof(*rules), by_system);
	for (uint32_t i = 1; i < count && !found; i++)
		found = rules[i]->system.len && by_system(&rules[i - 1], &rules[i]) == 0 &&
			rules[i - 1]->version.offset != rules[i]->version.offset;
	hs_arena_rollback(arena, mark);
	return found;
}

static void read_options(struct tx_expansion *x)
{
	x->by_code = x->ctx->params.versions_match == TX_YES;
	x->show_versions = names_two_versions(x->ctx->arena, x->ctx->set);
	if (x->ctx->params.filter.len)
		x->folded_filter = hs_tx_fold(x->ctx->arena, x->ctx->params.filter);
	x->limit = x->ctx->limit;
}

static bool matches_filter(struct tx_walk *w, const struct tx_item *item)
{
	struct hs_arena *arena = w->ctx->arena;
	struct hs_slice words = w->x->folded_filter;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct tx_designations texts = { NULL, 0, 0 };
	bool found = false;

	if (!words.len || item->found)
		return true;
	found = hs_tx_words_start(hs_tx_fold(arena, hs_tx_code(item->system, item->concept)), words);
	if (!found && item->pick)
		found = hs_tx_words_start(hs_tx_fold(arena, tx_text(item->pick_layer, item->pick->display)),
			words);
	if (!found)
		hs_tx_texts(w->ctx, item->system, item->concept, &texts);
	for (size_t i = 0; i < texts.count && !found; i++)
		found = hs_tx_words_start(hs_tx_fold(arena, texts.items[i].value), words);
	hs_arena_rollback(arena, mark);
	return found;
}

enum hs_status hs_tx_expansion_make(struct tx_context *ctx, struct tx_expansion **out, struct hs_error *err)
{
	struct tx_expansion *x = hs_arena_raw(ctx->arena, sizeof(*x));
	struct tx_walk w = { .x = x, .ctx = ctx };
	struct tx_list list = { NULL, 0, 0 };
	size_t n = 0;

	if (!x)
		return hs_tx_no_room(ctx->swedish, err);
	memset(x, 0, offsetof(struct tx_expansion, systems));
	x->ctx = ctx;
	read_options(x);
	struct tx_system big = { NULL, NULL };
	enum hs_status status = hs_tx_walk_only_system(&w, ctx->set, &big, err);
	if (status == HS_OK && big.row) {
		status = hs_tx_walk_big(&w, ctx->set, big, &list, err);
		x->items = list.items;
		*out = x;
		return status;
	}
	if (status == HS_OK)
		status = walk_set(&w, ctx->set, &list, err);
	if (status)
		return status;
	for (size_t i = 0; i < list.count; i++)
		if (matches_filter(&w, &list.items[i]))
			list.items[n++] = list.items[i];
	x->items = list.items;
	x->count = n;
	status = hs_tx_walk_keep_limit(&w, err);
	if (status)
		return status;
	*out = x;
	return HS_OK;
}
