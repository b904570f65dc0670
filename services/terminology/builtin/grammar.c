/* SPDX-License-Identifier: Apache-2.0 */
/* Grammars as a source of concepts: a code is read once in a question and has a number from then on. */
#include "grammar.h"

#include "../sets/filter.h"

#include <handslag/coding.h>
#include <handslag/service.h>

#define MADE_MAX 1000000u

const struct tx_grammar *hs_tx_grammar(size_t row)
{
	static const struct tx_grammar *const grammars[TX_BUILTIN_GRAMMARS] = {
		[TX_BUILTIN_UCUM] = &hs_tx_grammar_units,
		[TX_BUILTIN_LANGUAGE_TAG] = &hs_tx_grammar_tags,
		[TX_BUILTIN_MEDIA_TYPE] = &hs_tx_grammar_media_types,
	};

	return grammars[row];
}

static const struct tx_grammar *grammar_of(struct tx_system s)
{
	return hs_tx_grammar((size_t)(s.row - s.layer->systems));
}

static struct tx_grammars *state_of(struct tx_system s)
{
	return s.layer->source_state;
}

static const struct tx_made *made_of(struct tx_system s, uint32_t concept)
{
	return &state_of(s)->made[concept];
}

/* ---- numbers of codes ---- */

static uint64_t hash_code(const struct tx_grammar *grammar, struct hs_slice code)
{
	uint64_t h = (uint64_t)(uintptr_t)grammar;

	for (size_t i = 0; i < code.len; i++)
		h = (h ^ (unsigned char)code.ptr[i]) * 0x100000001b3ull;
	return h ^ h >> 29;
}

static size_t slot_of(const struct tx_grammars *g, const struct tx_grammar *grammar, struct hs_slice code)
{
	size_t at = hash_code(grammar, code) & (g->table_room - 1);

	while (g->table[at]) {
		const struct tx_made *made = &g->made[g->table[at] - 1];
		if (made->grammar == grammar && hs_slice_eq(made->code, code))
			break;
		at = (at + 1) & (g->table_room - 1);
	}
	return at;
}

/* Room for one more; the old table is left to the arena. */
static bool grow(struct tx_grammars *g)
{
	struct hs_arena *arena = g->ctx->arena;
	size_t room = g->table_room ? g->table_room * 4 : 64;

	if ((size_t)g->count * 2 < g->table_room)
		return true;
	uint32_t *table = hs_arena_array(arena, room, sizeof(*table));
	struct tx_made *made = hs_arena_array(arena, room / 2, sizeof(*made));
	if (!table || !made || g->count >= MADE_MAX)
		return false;
	if (g->count)
		memcpy(made, g->made, g->count * sizeof(*made));
	g->made = made;
	g->table = table;
	g->table_room = room;
	for (uint32_t i = 0; i < g->count; i++)
		table[slot_of(g, made[i].grammar, made[i].code)] = i + 1;
	return true;
}

static uint32_t find(struct hs_arena *arena, struct tx_system s, struct hs_slice code, bool *differs)
{
	struct tx_grammars *g = state_of(s);
	const struct tx_grammar *grammar = grammar_of(s);
	struct hs_slice right = code;
	size_t at = g->table_room ? slot_of(g, grammar, code) : 0;

	(void)arena; /* what is made lives as long as the question */
	if (g->table_room && g->table[at])
		return g->table[at] - 1;
	const void *parsed = grammar->parse(g->ctx->arena, s.layer, &right);
	if (!parsed || !grow(g))
		return TX_NONE;
	if (differs && !hs_slice_eq(code, right))
		*differs = true;
	at = slot_of(g, grammar, right);
	if (!g->table[at]) {
		g->made[g->count] = (struct tx_made) { grammar, hs_arena_copy(g->ctx->arena, right), parsed };
		g->table[at] = ++g->count;
	}
	return g->table[at] - 1;
}

/* ---- what a code says ---- */

static bool is_below(struct tx_system s, uint32_t concept, uint32_t ancestor)
{
	const struct tx_made *made = made_of(s, concept);

	return made->grammar->is_below && made->grammar->is_below(made, made_of(s, ancestor));
}

static bool same(struct tx_system s, uint32_t a, uint32_t b)
{
	const struct tx_made *made = made_of(s, a);

	return made->grammar->same && made->grammar->same(made, made_of(s, b));
}

/* The set that is told in the place of all codes; `widest`: the one that filters are asked of. */
static bool find_basis(struct tx_context *ctx, const struct tx_grammar *grammar, bool widest,
	struct tx_set *out)
{
	const char *name = widest       ? grammar->widest :
		ctx->fhir == HS_FHIR_R5 ? grammar->common_r5 :
					  grammar->common_r4;
	struct tx_scope all = ctx->scope;

	all.face = HS_ON_R4 | HS_ON_R5;
	return name &&
		(hs_tx_find_set(&ctx->scope, hs_slice_cstr(name), HS_S_NONE, out) ||
			hs_tx_find_set(&all, hs_slice_cstr(name), HS_S_NONE, out));
}

static const struct tx_pick_row *find_pick(struct tx_set set, struct hs_slice url, struct hs_slice code)
{
	for (uint32_t i = 0; i < set.row->rule_count; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		const uint32_t *order = set.layer->picks_by_code + rule->pick_first;
		size_t lo = 0, hi = rule->pick_count;
		if (!hs_slice_eq(tx_text(set.layer, rule->system), url))
			continue;
		while (lo < hi) {
			size_t mid = (lo + hi) / 2;
			if (hs_slice_cmp(tx_text(set.layer, set.layer->picks[order[mid]].code), code) < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < rule->pick_count &&
			hs_slice_eq(tx_text(set.layer, set.layer->picks[order[lo]].code), code))
			return &set.layer->picks[order[lo]];
	}
	return NULL;
}

/* What the list of common codes calls it, or empty. */
static struct hs_slice listed_name(struct tx_system s, const struct tx_made *made)
{
	struct tx_set basis;
	const struct tx_pick_row *pick = NULL;

	if (find_basis(state_of(s)->ctx, made->grammar, true, &basis))
		pick = find_pick(basis, hs_slice_cstr(made->grammar->url), made->code);
	return pick ? tx_text(basis.layer, pick->display) : HS_S_NONE;
}

static struct tx_concept concept_at(struct tx_system s, uint32_t concept)
{
	const struct tx_made *made = made_of(s, concept);

	return (struct tx_concept) { .code = made->code,
		.display = made->grammar->display(state_of(s)->ctx->arena, s.layer, made) };
}

static struct hs_slice code_at(struct tx_system s, uint32_t concept)
{
	return made_of(s, concept)->code;
}

static bool add_other_name(struct hs_arena *arena, struct hs_slice display, struct tx_designation item,
	struct tx_designations *out)
{
	if (!item.value.len || hs_slice_eq(item.value, display))
		return true;
	for (size_t i = 0; i < out->count; i++)
		if (hs_slice_eq(out->items[i].value, item.value))
			return true;
	return hs_tx_add_designation(arena, item, out);
}

/* What the grammar says, and what the list of common codes calls this one. */
static bool texts(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct tx_designations *out)
{
	const struct tx_made *made = made_of(s, concept);
	const struct tx_grammar *grammar = made->grammar;
	struct hs_slice display = concept_at(s, concept).display;
	struct tx_designations own = { NULL, 0, 0 };
	bool ok = !grammar->texts || grammar->texts(arena, s.layer, made, &own);

	for (size_t i = 0; i < own.count && ok; i++)
		ok = add_other_name(arena, display, own.items[i], out);
	return ok &&
		add_other_name(arena, display,
			(struct tx_designation) { .language = HS_S("en"),
				.value = listed_name(s, made),
				.use_system = HS_S("http://snomed.info/sct"),
				.use_code = HS_S("900000000000013009") },
			out);
}

static bool properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	struct tx_properties *out)
{
	const struct tx_made *made = made_of(s, concept);

	return !made->grammar->properties || made->grammar->properties(arena, made, out);
}

static const struct tx_remark *remarks(struct tx_context *ctx, struct tx_system s, struct hs_slice code,
	uint32_t concept)
{
	const struct tx_grammar *grammar = grammar_of(s);
	struct hs_slice why = concept == TX_NONE && grammar->why ? grammar->why(ctx, code) : HS_S_NONE;
	struct tx_remark *out = why.len ? hs_arena_alloc(ctx->arena, sizeof(*out)) : NULL;

	if (out) /* what is repeated of the code may end within a character */
		*out = (struct tx_remark) { .id = TX_MSG_OWN_CODE_GRAMMAR,
			.args = { { hs_utf8_mend(ctx->arena, why) } },
			.wrong = true };
	return out;
}

/* ---- filters and lists ---- */

static bool filter_known(struct tx_context *ctx, struct tx_system s, struct tx_filter *filter)
{
	const struct tx_grammar *grammar = grammar_of(s);

	return grammar->filter_known && grammar->filter_known(ctx->arena, filter);
}

static bool filter_passes(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filter,
	uint32_t concept)
{
	const struct tx_made *made = made_of(s, concept);

	(void)ctx;
	return made->grammar->filter_passes(filter, made);
}

static enum hs_status list_picks(struct tx_context *ctx, struct tx_system s, const struct tx_rule_row *rule,
	const struct tx_listing *l, struct hs_error *err)
{
	const struct tx_layer *layer = l->basis.layer;
	enum hs_status status = HS_OK;

	for (uint32_t i = rule->pick_first; i < rule->pick_first + rule->pick_count && status == HS_OK; i++) {
		struct hs_slice code = tx_text(layer, layer->picks[i].code);
		/* lists name some codes twice */
		bool first = find_pick(l->basis, TX_SYSTEM_URL(s), code) == &layer->picks[i];
		uint32_t concept = first ? find(ctx->arena, s, code, NULL) : TX_NONE;
		bool passes = concept != TX_NONE;
		for (uint32_t k = 0; k < l->filter_count && passes; k++)
			passes = hs_tx_filter_passes(ctx, &l->filters[k], s, concept);
		if (passes)
			status = l->found(l->arg, concept, err);
	}
	return status;
}

static enum hs_status list(struct tx_context *ctx, struct tx_system s, struct tx_listing *l,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (!find_basis(ctx, grammar_of(s), l->filter_count > 0, &l->basis)) {
		hs_tx_refuse(ctx, TX_MSG_OWN_GRAMMAR_WITHOUT_LIST, 422, HS_S_NONE,
			(struct tx_args) { { TX_SYSTEM_URL(s) } }, err);
		return err->status = HS_E_TOO_COSTLY;
	}
	l->partial = true;
	for (uint32_t i = 0; i < l->basis.row->rule_count && status == HS_OK; i++) {
		const struct tx_rule_row *rule = &l->basis.layer->rules[l->basis.row->rule_first + i];
		if (hs_slice_eq(tx_text(l->basis.layer, rule->system), TX_SYSTEM_URL(s)))
			status = list_picks(ctx, s, rule, l, err);
	}
	return status;
}

static const struct tx_source source = {
	.find = find,
	.concept = concept_at,
	.code = code_at,
	.is_below = is_below,
	.texts = texts,
	.properties = properties,
	.filter_known = filter_known,
	.filter_passes = filter_passes,
	.list = list,
	.same = same,
	.remarks = remarks,
};

void hs_tx_grammars_begin(struct tx_context *ctx, const struct tx_layer *builtin)
{
	struct tx_grammars *g = &ctx->grammars;

	g->ctx = ctx;
	g->made = NULL;
	g->table = NULL;
	g->count = 0;
	g->table_room = 0;
	g->layer.image = NULL;
	if (!builtin->image)
		return;
	g->layer = *builtin;
	g->layer.source = &source;
	g->layer.source_state = g;
	ctx->scope.layers[ctx->scope.count++] = &g->layer;
}
