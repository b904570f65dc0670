/* SPDX-License-Identifier: Apache-2.0 */
/* What a row of a concept map says, as matches of $translate. Where a value set stands in the place of a code
 * it is as if the row were there for each of its codes (R5 ConceptMap.group.element.valueSet, target.valueSet
 * and unmapped.valueSet). */
#include "../compile/tree.h"
#include "../sets/expansion.h"
#include "../sets/member.h"
#include "extras.h"
#include "translate.h"

#define MATCHES_MAX 5000u

/* The relationship of R5 and the equivalence of R4 for one another. R4 speaks of the target ("wider" means
 * that the target is wider), R5 of the source. The first row of a pair is the one that is written. */
static const struct {
	const char *relationship, *equivalence;
} relations[] = {
	{ "equivalent", "equivalent" },
	{ "equivalent", "equal" },
	{ "related-to", "relatedto" },
	{ "related-to", "inexact" },
	{ "source-is-narrower-than-target", "wider" },
	{ "source-is-narrower-than-target", "subsumes" },
	{ "source-is-broader-than-target", "narrower" },
	{ "source-is-broader-than-target", "specializes" },
	{ "not-related-to", "disjoint" },
	{ "not-related-to", "unmatched" },
};

static struct hs_slice relationship_of(const struct tx_layer *layer, const struct tx_map_row *row)
{
	struct hs_slice given = tx_text(layer, row->relationship), old = tx_text(layer, row->equivalence);

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]) && !given.len; i++)
		if (hs_slice_eq(hs_slice_cstr(relations[i].equivalence), old))
			given = hs_slice_cstr(relations[i].relationship);
	return given.len ? given : HS_S("related-to");
}

static struct hs_slice equivalence_of(struct hs_slice relationship, struct hs_slice given)
{
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]) && !given.len; i++)
		if (hs_slice_eq(hs_slice_cstr(relations[i].relationship), relationship))
			given = hs_slice_cstr(relations[i].equivalence);
	return given.len ? given : HS_S("relatedto");
}

/* ---- value sets in a row ---- */

/* A value set that is not known, or cannot be expanded, holds nothing; the answer says which. */
static bool find_set(struct tx_translate *t, struct hs_slice canonical, struct tx_set *out)
{
	struct hs_slice url, version;

	hs_tx_canonical(canonical, &url, &version);
	if (hs_tx_resolve_set(t->ctx, url, version, out, NULL)) {
		t->ctx->set = *out;
		t->ctx->set_name = canonical;
		return true;
	}
	hs_tx_issue(t->ctx, &t->ctx->issues, TX_MSG_Unable_to_resolve_value_Set_, HS_S_NONE,
		TX_ARGS(canonical));
	return false;
}

/* A list names its codes, whether their system is known here or not. */
static bool lists(struct tx_set set, const struct tx_coding *coding)
{
	for (uint32_t r = 0; r < set.row->rule_count; r++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + r];
		const struct tx_pick_row *picks = &set.layer->picks[rule->pick_first];
		if (rule->flags & TX_RULE_EXCLUDE ||
			!hs_slice_eq(tx_text(set.layer, rule->system), coding->system))
			continue;
		for (uint32_t i = 0; i < rule->pick_count; i++)
			if (hs_slice_eq(tx_text(set.layer, picks[i].code), coding->code))
				return true;
	}
	return false;
}

bool hs_tx_translate_holds(struct tx_translate *t, struct hs_slice set, struct hs_slice system,
	const struct tx_translate_coding *coding)
{
	struct tx_coding asked = { .system = coding->system.len ? coding->system : system,
		.version = coding->version,
		.code = coding->code };
	struct tx_issues unsaid = { NULL, NULL, 0, 0 };
	enum tx_membership membership = TX_OUT;
	struct hs_error ignored = { .status = HS_OK };
	struct tx_set found;
	struct tx_hit hit;

	if (!find_set(t, set, &found))
		return false;
	if (hs_tx_member(t->ctx, found, &asked, &unsaid, &membership, &hit, &ignored))
		t->ctx->failure = NULL; /* a set that is wrong holds nothing */
	return membership == TX_IN || (membership == TX_UNSURE && lists(found, &asked));
}

/* The codes of the set that are of `system`, at most as many as an answer tells. */
static struct tx_expansion *expand(struct tx_translate *t, struct hs_slice set)
{
	struct hs_error why = { .status = HS_OK };
	struct tx_expansion *out = NULL;
	struct tx_set found;

	if (!find_set(t, set, &found))
		return NULL;
	if (t->ctx->patience.most && !hs_tx_expansion_is_quick(t->ctx)) {
		tx_spend(&t->ctx->patience, t->ctx->patience.most); /* a worker begins again */
		return NULL;
	}
	if (hs_tx_expansion_make(t->ctx, &out, &why) == HS_OK)
		return out;
	if (t->ctx->failure)
		hs_tx_issue(t->ctx, &t->ctx->issues, TX_MSG_COMPARE_OTHER_FAILED, HS_S_NONE,
			TX_ARGS(t->ctx->failure->text));
	t->ctx->failure = NULL;
	return NULL;
}

/* ---- matches ---- */

static struct hs_json *make_coding(struct hs_arena *arena, struct hs_slice system, struct hs_slice version,
	struct hs_slice code, struct hs_slice display)
{
	struct hs_json *out = hs_json_object(arena);

	if (system.len)
		hs_json_add_text(arena, out, HS_S("system"), system);
	if (version.len)
		hs_json_add_text(arena, out, HS_S("version"), version);
	hs_json_add_text(arena, out, HS_S("code"), code);
	if (display.len)
		hs_json_add_text(arena, out, HS_S("display"), display);
	return out;
}

static void add_relation(struct tx_translate *t, struct hs_json *parts, struct hs_slice relationship,
	struct hs_slice old)
{
	struct hs_arena *arena = t->ctx->arena;

	if (!hs_slice_eq(relationship, HS_S("not-related-to")))
		t->related = true;
	if (t->ctx->fhir == HS_FHIR_R5)
		hs_tx_add_part(t->ctx, parts, "relationship", "valueCode",
			hs_json_string(arena, relationship));
	else
		hs_tx_add_part(t->ctx, parts, "equivalence", "valueCode",
			hs_json_string(arena, equivalence_of(relationship, old)));
}

static void add_origin(struct tx_translate *t, const struct tx_map *map, struct hs_json *parts)
{
	struct hs_slice url = hs_tx_vurl(t->ctx->arena, tx_text(map->layer, map->row->head.url),
		tx_text(map->layer, map->row->head.version));

	if (url.len)
		hs_tx_add_part(t->ctx, parts, "originMap", "valueCanonical",
			hs_json_string(t->ctx->arena, url));
}

/* One end of a row: a code, or a value set of them. */
struct end {
	struct hs_slice system, version, code, display, set;
};

static struct end source_end(const struct tx_layer *layer, const struct tx_map_group_row *group,
	const struct tx_map_row *row)
{
	return (struct end) { tx_text(layer, group->source), tx_text(layer, group->source_version),
		tx_text(layer, row->code), tx_text(layer, row->display), tx_text(layer, row->code_set) };
}

static struct end target_end(const struct tx_layer *layer, const struct tx_map_group_row *group,
	const struct tx_map_row *row)
{
	return (struct end) { tx_text(layer, group->target), tx_text(layer, group->target_version),
		tx_text(layer, row->target), tx_text(layer, row->target_display),
		tx_text(layer, row->target_set) };
}

static struct hs_json *end_coding(struct tx_translate *t, const struct end *end)
{
	return make_coding(t->ctx->arena, end->system, end->version, end->code, end->display);
}

/* Is it in the value set that what a code is mapped to must be in? */
static bool is_wished(struct tx_translate *t, const struct end *far)
{
	struct tx_translate_coding coding = { far->system, far->version, far->code, false };

	return !t->far_members.len || hs_tx_translate_holds(t, t->far_members, HS_S_NONE, &coding);
}

static void add_match(struct tx_translate *t, const struct tx_translate_at *at, const struct tx_map_row *row,
	const struct end *source, const struct end *target)
{
	const struct tx_layer *layer = at->map->layer;

	if (t->matches == MATCHES_MAX || !is_wished(t, t->reverse ? source : target))
		return;
	t->matches++;
	struct hs_json *parts = hs_tx_add_parts(t->ctx, t->out, "match");
	add_relation(t, parts, relationship_of(layer, row), tx_text(layer, row->equivalence));
	hs_tx_add_part(t->ctx, parts, "concept", "valueCoding",
		end_coding(t, t->reverse && !t->show_source ? source : target));
	if (t->show_source)
		hs_tx_add_part(t->ctx, parts, "source", "valueCoding", end_coding(t, source));
	add_origin(t, at->map, parts);
	hs_tx_extras_add(t->ctx, parts, "dependsOn", tx_text(layer, row->depends_on));
	hs_tx_extras_add(t->ctx, parts, "product", tx_text(layer, row->product));
	hs_tx_extras_add_properties(t->ctx, parts, tx_text(layer, row->properties));
}

void hs_tx_translate_row(struct tx_translate *t, const struct tx_translate_at *at,
	const struct tx_map_row *row)
{
	struct end source = source_end(at->map->layer, at->group, row),
		   target = target_end(at->map->layer, at->group, row);
	struct end *near = t->reverse ? &target : &source, *far = t->reverse ? &source : &target;

	if (near->set.len) {
		near->code = at->coding->code;
		near->display = HS_S_NONE;
	}
	if (far->code.len)
		add_match(t, at, row, &source, &target);
	const struct tx_expansion *x = far->set.len ? expand(t, far->set) : NULL;
	for (size_t i = 0; x && i < x->count; i++) {
		const struct tx_item *item = &x->items[i];
		if (far->system.len && !hs_slice_eq(TX_SYSTEM_URL(item->system), far->system))
			continue;
		far->system = TX_SYSTEM_URL(item->system);
		far->code = hs_tx_code(item->system, item->concept);
		far->display = hs_tx_display(t->ctx, item->system, item->concept);
		add_match(t, at, row, &source, &target);
	}
}

/* ---- codes that are not mapped ---- */

static void add_fixed(struct tx_translate *t, const struct tx_translate_at *at, struct end target,
	struct hs_slice relation)
{
	if (t->matches == MATCHES_MAX || !is_wished(t, &target))
		return;
	t->matches++;
	struct hs_json *parts = hs_tx_add_parts(t->ctx, t->out, "match");
	add_relation(t, parts, relation, HS_S_NONE);
	hs_tx_add_part(t->ctx, parts, "concept", "valueCoding", end_coding(t, &target));
	add_origin(t, at->map, parts);
}

void hs_tx_translate_unmapped(struct tx_translate *t, const struct tx_translate_at *at)
{
	const struct tx_layer *layer = at->map->layer;
	const struct tx_map_group_row *group = at->group;
	struct hs_slice mode = tx_text(layer, group->unmapped_mode),
			relation = tx_text(layer, group->unmapped_relationship);
	struct end target = { tx_text(layer, group->target), tx_text(layer, group->target_version),
		tx_text(layer, group->unmapped_code), tx_text(layer, group->unmapped_display),
		tx_text(layer, group->unmapped_set) };

	if (hs_slice_eq(mode, HS_S("use-source-code")) || hs_slice_eq(mode, HS_S("provided"))) {
		target.code = at->coding->code;
		target.display = HS_S_NONE;
		add_fixed(t, at, target, relation.len ? relation : HS_S("equivalent"));
		return;
	}
	if (!hs_slice_eq(mode, HS_S("fixed")))
		return;
	if (!relation.len)
		relation = HS_S("related-to");
	if (target.code.len)
		add_fixed(t, at, target, relation);
	const struct tx_expansion *x = target.set.len ? expand(t, target.set) : NULL;
	for (size_t i = 0; x && i < x->count; i++) {
		target.code = hs_tx_code(x->items[i].system, x->items[i].concept);
		target.display = hs_tx_display(t->ctx, x->items[i].system, x->items[i].concept);
		add_fixed(t, at, target, relation);
	}
}
