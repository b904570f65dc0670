/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the codes of a value set: includes add, imports intersect, excludes take away. */
#include "expansion_walk.h"

#include "apart.h"
#include "filter.h"
#include "../text/fold.h"
#include "../image/big.h"
#include "../compile/source.h"
#include "../text/texts.h"
#include "../compile/tree.h"
#include "../compile/version.h"

#define LISTED 2u /* steps to put a code on a list */
#define ASKED 10u /* to ask a filter of one, at least */

/* ---- sets of items ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static uint64_t hash_text(uint64_t h, struct hs_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3ull;
	return mix(h, s.len);
}

static uint64_t hash_item(const struct tx_expansion *x, const struct tx_item *item)
{
	if (!x->by_code)
		return mix(mix(1, (uint64_t)(uintptr_t)item->system.row), item->concept);
	return hash_text(hash_text(2, TX_SYSTEM_URL(item->system)), hs_tx_code(item->system, item->concept));
}

static bool same_item(const struct tx_expansion *x, const struct tx_item *a, const struct tx_item *b)
{
	bool same_place = a->concept == b->concept;

	if (a->system.row == b->system.row)
		return same_place;
	return x->by_code && hs_slice_eq(TX_SYSTEM_URL(a->system), TX_SYSTEM_URL(b->system)) &&
		hs_slice_eq(hs_tx_code(a->system, a->concept), hs_tx_code(b->system, b->concept)) &&
		(!x->apart.row || hs_tx_is_same_code(x->ctx, x->apart, a->system, b->system));
}

/* The slot of an equal item or the free one where it belongs. */
static size_t slot_of(const struct tx_expansion *x, const struct tx_item *items, const uint32_t *table,
	size_t room, const struct tx_item *item)
{
	size_t at = hash_item(x, item) & (room - 1);

	while (table[at] && !same_item(x, &items[table[at] - 1], item))
		at = (at + 1) & (room - 1);
	return at;
}

static uint32_t *make_table(struct tx_expansion *x, const struct tx_list *list, size_t *room)
{
	*room = 64;
	while (*room < list->count * 2)
		*room *= 2;
	uint32_t *table = hs_arena_array(x->ctx->arena, *room, sizeof(*table));
	for (size_t i = 0; table && i < list->count; i++) {
		size_t at = slot_of(x, list->items, table, *room, &list->items[i]);
		if (!table[at])
			table[at] = (uint32_t)i + 1;
	}
	return table;
}

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

enum hs_status hs_tx_walk_reserve(struct tx_walk *w, struct tx_list *list, size_t count, struct hs_error *err)
{
	if (count <= list->room)
		return HS_OK;
	void *items = hs_arena_grow(w->ctx->arena, list->items, list->room * sizeof(*list->items),
		count * sizeof(*list->items));
	if (!items)
		return hs_tx_walk_too_costly(w, err);
	list->items = items;
	list->room = count;
	return HS_OK;
}

enum hs_status hs_tx_walk_push(struct tx_walk *w, struct tx_list *list, struct tx_item item,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (!tx_spend(&w->ctx->patience, LISTED))
		return tx_say_spent(err);
	if (list->count == list->room)
		status = hs_tx_walk_reserve(w, list, list->room ? list->room * 2 : 256, err);
	if (status)
		return status;
	list->items[list->count++] = item;
	return HS_OK;
}

/* ---- what is left out ---- */

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

static bool is_wanted(struct tx_walk *w, const struct tx_item *item)
{
	/* abstract codes are left out at the end only: what stands below them is told all the same */
	if (w->depth == 1 && w->ctx->params.for_choice == TX_YES &&
		hs_tx_concept(item->system, item->concept).flags & TX_ABSTRACT)
		return false;
	return !w->active_only || !hs_tx_is_inactive(item->system, item->concept);
}

enum hs_status hs_tx_walk_keep_found(struct tx_walk *w, struct tx_system s, struct tx_bits *bits,
	struct hs_error *err)
{
	struct tx_patience *patience = &w->ctx->patience;

	if (hs_tx_big_search(s.layer, w->ctx->arena, w->x->folded_filter, *bits, patience, bits))
		return HS_OK;
	return tx_is_spent(patience) ? tx_say_spent(err) : hs_tx_walk_too_costly(w, err);
}

/* ---- one rule ---- */

static void use_system(struct tx_expansion *x, struct tx_system s)
{
	for (size_t i = 0; i < x->system_count; i++)
		if (x->systems[i].row == s.row)
			return;
	if (x->system_count < sizeof(x->systems) / sizeof(x->systems[0]))
		x->systems[x->system_count++] = s;
}

/* Whether the includes of a set name one system in two versions, so that codes must be told with theirs. */
static bool names_two_versions(struct tx_set set)
{
	for (uint32_t i = 0; i < set.row->rule_count; i++)
		for (uint32_t k = i + 1; k < set.row->rule_count; k++) {
			const struct tx_rule_row *a = &set.layer->rules[set.row->rule_first + i],
						 *b = a + (k - i);
			if (a->system.len && a->system.offset == b->system.offset &&
				a->system.len == b->system.len && a->version.offset != b->version.offset &&
				(a->flags & TX_RULE_EXCLUDE) == (b->flags & TX_RULE_EXCLUDE))
				return true;
		}
	return false;
}

/* Whether the request leaves the system out (exclude-system); with row NULL, all of its versions. */
static bool is_left_out(const struct tx_walk *w, struct hs_slice url, struct tx_system s)
{
	for (size_t i = 0; i < w->ctx->params.left_out_count; i++) {
		struct hs_slice wanted, version;
		hs_tx_canonical(w->ctx->params.left_out[i], &wanted, &version);
		if (hs_slice_eq(wanted, url) &&
			(!version.len || (s.row && hs_tx_version_meets(version, TX_SYSTEM_VERSION(s)))))
			return true;
	}
	return false;
}

/* *out has no row for a system that is left out. */
enum hs_status hs_tx_walk_system(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system *out, struct hs_error *err)
{
	struct hs_slice url = tx_text(set.layer, rule->system);
	struct tx_resolved resolved = hs_tx_resolve(w->ctx, url, tx_text(set.layer, rule->version));

	*out = (struct tx_system) { NULL, NULL };
	if (is_left_out(w, url, resolved.system))
		return HS_OK;
	if (!resolved.system.row) {
		struct hs_slice known = hs_tx_known_versions(w->ctx, url);
		enum tx_message id = !resolved.asked.len ? TX_MSG_UNKNOWN_CODESYSTEM_EXP :
			known.len                        ? TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP :
							   TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP_NONE;
		return hs_tx_refuse(w->ctx, id, 404, HS_S_NONE,
			(struct tx_args) { { url, resolved.asked, known } }, err);
	}
	if (resolved.check)
		return hs_tx_refuse(w->ctx, TX_MSG_VALUESET_VERSION_CHECK, 422, HS_S_NONE,
			(struct tx_args) {
				{ url, TX_SYSTEM_VERSION(resolved.system), resolved.check->version } },
			err);
	*out = resolved.system;
	use_system(w->x, *out);
	return HS_OK;
}

static enum hs_status list_picks(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (uint32_t i = 0; i < rule->pick_count && status == HS_OK; i++) {
		const struct tx_pick_row *pick = &set.layer->picks[rule->pick_first + i];
		uint32_t concept = hs_tx_find_code(w->ctx->arena, s, tx_text(set.layer, pick->code), NULL);
		if (concept != TX_NONE)
			status = hs_tx_walk_push(w, out,
				(struct tx_item) { s, concept, set.layer, pick, true, false }, err);
	}
	return status;
}

struct taker {
	struct tx_walk *w;
	struct tx_system s;
	struct tx_list *out;
};

static enum hs_status take_found(void *arg, uint32_t concept, struct hs_error *err)
{
	struct taker *t = arg;

	return hs_tx_walk_push(t->w, t->out, (struct tx_item) { .system = t->s, .concept = concept }, err);
}

static enum hs_status list_source(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters, struct tx_list *out, struct hs_error *err)
{
	struct taker taker = { w, s, out };
	struct tx_listing listing = {
		.filters = filters, .filter_count = rule->filter_count, .found = take_found, .arg = &taker
	};
	enum hs_status status = s.layer->source->list(w->ctx, s, &listing, err);

	if (status || !listing.partial)
		return status;
	w->x->unclosed = s;
	w->x->basis = listing.basis;
	w->x->counted = rule->filter_count > 0;
	return HS_OK;
}

void hs_tx_walk_note_open(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters)
{
	const struct hs_json *unwanted = hs_parameter(w->ctx->params.tree, HS_S("excludePostCoordinated"));
	bool open = hs_tx_is_big(s) && TX_BIG(s.layer)->sct &&
		!hs_slice_eq(hs_tx_scalar(hs_tx_value(unwanted)), HS_S("true"));

	for (uint32_t i = 0; i < rule->filter_count && open; i++)
		open = filters[i].on != TX_ON_CODE ||
			(filters[i].op != TX_OP_IN && filters[i].op != TX_OP_EQUAL &&
				filters[i].op != TX_OP_GENERALIZES);
	w->x->open |= open;
}

/* Of a large code system only what has the words that are searched: excluding and importing part sets in the
 * same way with all of their codes as with those. */
static enum hs_status list_big(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters, struct tx_list *out, struct hs_error *err)
{
	struct tx_bits bits = { NULL, 0 };
	enum hs_status status = hs_tx_big_select(w->ctx, s, filters, rule->filter_count, &bits, err);

	hs_tx_walk_note_open(w, rule, s, filters);
	if (status == HS_OK && w->x->folded_filter.len && !w->ctx->supplement_count)
		status = hs_tx_walk_keep_found(w, s, &bits, err);
	for (uint32_t at = status ? UINT32_MAX : hs_tx_bits_next(bits, 0);
		at != UINT32_MAX && status == HS_OK; at = hs_tx_bits_next(bits, at + 1))
		status = hs_tx_walk_push(w, out, (struct tx_item) { .system = s, .concept = at }, err);
	return status;
}

/* The concepts that may have the words that are searched; bits without memory: all. */
struct found {
	struct tx_bits bits;
	bool sure;
};

/* Like list_big, only what has the words: with supplements there are texts that the index does not know. */
static void search_texts(struct tx_walk *w, struct tx_system s, struct found *out)
{
	if (!w->x->folded_filter.len || w->ctx->supplement_count ||
		!hs_tx_texts_search(w->ctx->arena, s, w->x->folded_filter, &out->bits, &out->sure))
		*out = (struct found) { { NULL, 0 }, false };
}

/* What stands below a concept of a graph, by its rows of children. No words: the arena's cap. */
static struct tx_bits bits_below(struct hs_arena *arena, struct tx_system s, uint32_t concept)
{
	uint32_t first = s.row->concept_first, total = s.row->concept_count;
	struct tx_bits out = hs_tx_bits_new(arena, total);
	uint32_t *open = hs_arena_raw(arena, ((size_t)total + 1) * sizeof(*open));
	size_t n = 0;

	if (!out.blocks || !open)
		return (struct tx_bits) { NULL, 0 };
	open[n++] = concept;
	while (n) {
		size_t count = 0;
		const uint32_t *children = hs_tx_children(s, open[--n], &count);
		for (size_t i = 0; i < count; i++) {
			if (hs_tx_bits_has(out, children[i] - first))
				continue;
			hs_tx_bits_add(out, children[i] - first);
			open[n++] = children[i];
		}
	}
	hs_tx_bits_take(out, concept - first); /* in a cycle it is below itself */
	return out;
}

/* Only what is below a concept is asked: in a plain tree that is a range, in a graph a set. Is-a and
 * descendent-of are answered with it. */
static void narrow(struct tx_walk *w, struct tx_system s, struct tx_filter *f, struct found *found,
	uint32_t *from, uint32_t *to)
{
	bool within = f->op == TX_OP_IS_A || f->op == TX_OP_DESCENDENT_OF;
	bool below = within || f->op == TX_OP_DESCENDENT_LEAF || f->op == TX_OP_CHILD_OF;

	if (!below || f->concept == TX_NONE)
		return;
	if (!(s.row->head.flags & TX_GRAPH)) {
		uint32_t first = f->concept + (f->op != TX_OP_IS_A), end = s.layer->concepts[f->concept].end;
		*from = first > *from ? first : *from;
		*to = end < *to ? end : *to;
		f->answered = within;
		return;
	}
	struct tx_bits bits = bits_below(w->ctx->arena, s, f->concept);
	if (!bits.blocks)
		return;
	if (f->op == TX_OP_IS_A)
		hs_tx_bits_add(bits, f->concept - s.row->concept_first);
	if (found->bits.blocks)
		hs_tx_bits_and(found->bits, bits);
	else
		found->bits = bits;
	f->answered = within;
}

static uint32_t next_found(const struct found *found, struct tx_system s, uint32_t at)
{
	if (!found->bits.blocks)
		return at;
	uint32_t next = hs_tx_bits_next(found->bits, at - s.row->concept_first);
	return next == UINT32_MAX ? next : s.row->concept_first + next;
}

static enum hs_status list_concepts(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err)
{
	struct tx_filter *filters = NULL;
	struct found found = { { NULL, 0 }, false };
	uint32_t from = s.row->concept_first, to = from + s.row->concept_count;
	enum hs_status status = hs_tx_filters_prepare(w->ctx, set, rule, s, &filters, err);

	if (status == HS_OK && hs_tx_is_big(s))
		return list_big(w, rule, s, filters, out, err);
	if (status == HS_OK && hs_tx_source(s))
		return list_source(w, rule, s, filters, out, err);
	if (status == HS_OK)
		search_texts(w, s, &found);
	for (uint32_t i = 0; i < rule->filter_count && status == HS_OK; i++)
		narrow(w, s, &filters[i], &found, &from, &to);
	bool all = status == HS_OK && from < to && !found.bits.blocks;
	for (uint32_t i = 0; i < rule->filter_count && all; i++)
		all = filters[i].answered;
	if (all)
		status = hs_tx_walk_reserve(w, out, to - from, err);
	for (uint32_t at = next_found(&found, s, from); at < to && status == HS_OK;
		at = next_found(&found, s, at + 1)) {
		bool passes = true;
		for (uint32_t i = 0; i < rule->filter_count && passes; i++)
			passes = filters[i].answered || hs_tx_filter_passes(w->ctx, &filters[i], s, at);
		if (!tx_spend(&w->ctx->patience, all ? 0 : ASKED))
			status = tx_say_spent(err);
		else if (passes)
			status = hs_tx_walk_push(w, out,
				(struct tx_item) { .system = s, .concept = at, .found = found.sure }, err);
	}
	return status;
}

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

/* The code systems of a list, each once. */
#define ROWS_MAX 16u
static size_t rows_of(const struct tx_list *list, struct tx_system *out)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count && n < ROWS_MAX; i++) {
		size_t k = n;
		while (k && out[k - 1].row != list->items[i].system.row)
			k--;
		if (!k)
			out[n++] = list->items[i].system;
	}
	return n;
}

/* Whether two versions of a code system meet in what is held against each other. */
static bool versions_meet(const struct tx_list *list, const struct tx_list *other)
{
	struct tx_system a[ROWS_MAX], b[ROWS_MAX];
	size_t n = rows_of(list, a), m = rows_of(other, b);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (a[i].row != b[k].row && hs_slice_eq(TX_SYSTEM_URL(a[i]), TX_SYSTEM_URL(b[k])))
				return true;
	return false;
}

/* Keeps of `list` what is in `other` too; with `less`, of a set that excludes, what is not. */
static enum hs_status keep(struct tx_walk *w, struct tx_list *list, const struct tx_list *other,
	const struct tx_set *less, struct hs_error *err)
{
	struct tx_expansion *x = w->x;
	bool before = x->by_code;
	size_t room, n = 0;

	x->by_code = before || (w->ctx->params.versions_match != TX_NO && versions_meet(list, other));
	x->apart = less ? *less : (struct tx_set) { NULL, NULL };
	uint32_t *table = make_table(x, other, &room);
	if (!table)
		return hs_tx_walk_too_costly(w, err);
	for (size_t i = 0; i < list->count; i++) {
		const struct tx_item *item = &list->items[i];
		uint32_t at = table[slot_of(x, other->items, table, room, item)];
		if ((at != 0) != (less != NULL))
			list->items[n++] = *item;
		else if (less && other->items[at - 1].system.row != item->system.row)
			x->merged = true;
	}
	list->count = n;
	x->by_code = before;
	x->apart = (struct tx_set) { NULL, NULL };
	return HS_OK;
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
			status = rule->flags & TX_RULE_ENUM ? list_picks(w, set, rule, s, out, err) :
							      list_concepts(w, set, rule, s, out, err);
		tx_open_part(w, &open);
	}
	for (uint32_t i = 0; i < rule->import_count && status == HS_OK; i++) {
		struct tx_list other = { NULL, 0, 0 };
		status = expand_import(w, set, rule->import_first + i, &other, err);
		if (status == HS_OK && begun)
			status = keep(w, out, &other, NULL, err);
		else if (status == HS_OK)
			*out = other;
		begun = true;
		tx_open_part(w, &open);
	}
	tx_open_end(w, rule, open);
	return status;
}

/* ---- a set ---- */

/* Adds to a list without doubles. The table over it grows with it. */
struct unique {
	struct tx_list *list;
	uint32_t *table;
	size_t room;
};

/* The first codes need no table when they are known to differ from one another. */
static void take_distinct(struct tx_walk *w, struct tx_list *to, const struct tx_list *from)
{
	size_t n = 0;

	*to = *from;
	for (size_t i = 0; i < from->count; i++)
		if (is_wanted(w, &from->items[i]))
			to->items[n++] = from->items[i];
	to->count = n;
}

static enum hs_status add_unique(struct tx_walk *w, struct unique *u, const struct tx_list *more,
	struct hs_error *err)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct tx_item *item = &more->items[i];
		if (u->list->count * 2 >= u->room) {
			u->room = u->room ? u->room : 128;
			while (u->room <= u->list->count * 2)
				u->room *= 4;
			u->table = hs_arena_array(w->ctx->arena, u->room, sizeof(uint32_t));
			for (size_t k = 0; u->table && u->list->items && k < u->list->count; k++)
				u->table[slot_of(w->x, u->list->items, u->table, u->room,
					&u->list->items[k])] = (uint32_t)k + 1;
		}
		if (!u->table)
			return hs_tx_walk_too_costly(w, err);
		size_t at = slot_of(w->x, u->list->items, u->table, u->room, item);
		if (u->table[at] || !is_wanted(w, item))
			continue;
		enum hs_status status = hs_tx_walk_push(w, u->list, *item, err);
		if (status)
			return status;
		u->table[at] = (uint32_t)u->list->count;
	}
	return HS_OK;
}

static enum hs_status add_found(struct tx_walk *w, struct unique *u, const struct tx_list *found,
	const struct tx_rule_row *rule, struct hs_error *err)
{
	if (u->list->items || rule->flags & TX_RULE_ENUM)
		return add_unique(w, u, found, err);
	take_distinct(w, u->list, found);
	return HS_OK;
}

/* Takes away what the rule holds: in the version that it names; without one, in those that the codes are of.
 */
static enum hs_status exclude(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_list *out, struct hs_error *err)
{
	struct hs_slice url = tx_text(set.layer, rule->system);
	struct tx_system rows[ROWS_MAX] = { { NULL, NULL } };
	enum hs_status status = HS_OK;
	size_t count = 1;

	if (url.len && !hs_tx_resolve(w->ctx, url, tx_text(set.layer, rule->version)).asked.len) {
		status = hs_tx_walk_system(w, set, rule, &rows[0], err);
		count = status || !rows[0].row ? 0 : rows_of(out, rows);
	}
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct tx_list found = { NULL, 0, 0 };
		if (rows[i].row && !hs_slice_eq(TX_SYSTEM_URL(rows[i]), url))
			continue;
		status = expand_rule(w, set, rule, rows[i], &found, err);
		if (status == HS_OK)
			status = keep(w, out, &found, &set, err);
	}
	return status;
}

static enum hs_status walk_set(struct tx_walk *w, struct tx_set set, struct tx_list *out,
	struct hs_error *err)
{
	struct unique unique = { out, NULL, 0 };
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

static void read_options(struct tx_expansion *x)
{
	x->by_code = x->ctx->params.versions_match == TX_YES;
	x->show_versions = names_two_versions(x->ctx->set);
	if (x->ctx->params.filter.len)
		x->folded_filter = hs_tx_fold(x->ctx->arena, x->ctx->params.filter);
	x->limit = x->ctx->limit;
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
