/* SPDX-License-Identifier: Apache-2.0 */
/* $translate of ConceptMap (R4 section 4.10.19, R5 section 4.10.16), both ways and in both shapes. */
#include "extras.h"
#include "operations.h"
#include "../snomed/semantics.h"
#include "../compile/tree.h"

#define CODINGS_MAX 100u
#define MATCHES_MAX 5000u
#define OTHERS_MAX 8u /* maps that are asked one after the other for what the first does not have */

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

/* ---- what is asked ---- */

struct coding {
	struct hs_slice system, version, code;
};

struct task {
	struct tx_context *ctx;
	struct coding codings[CODINGS_MAX];
	size_t count;
	bool reverse;          /* the codings are of the target */
	bool show_source;      /* asked with targetCode: `concept` stays the target and `source` is told */
	struct hs_slice other; /* system at the other end; empty: any */
	struct hs_slice source_scope, target_scope;
	struct hs_json *out;
	size_t matches;
	unsigned others;
	bool related;
};

static struct hs_slice text_of(const struct task *t, const char *const *names)
{
	for (; *names; names++) {
		struct hs_slice text =
			hs_tx_scalar(hs_tx_value(hs_parameter(t->ctx->params.tree, hs_slice_cstr(*names))));
		if (text.len)
			return text;
	}
	return HS_S_NONE;
}

static const struct hs_json *tree_of(const struct task *t, const char *const *names)
{
	for (; *names; names++) {
		const struct hs_json *value = hs_tx_value(hs_parameter(t->ctx->params.tree,
			hs_slice_cstr(*names)));
		if (hs_json_is(value, HS_JSON_OBJECT))
			return value;
	}
	return NULL;
}

static void add_coding(struct task *t, const struct hs_json *coding)
{
	if (coding && t->count < CODINGS_MAX)
		t->codings[t->count++] = (struct coding) { hs_json_get_text(coding, HS_S("system")),
			hs_json_get_text(coding, HS_S("version")), hs_json_get_text(coding, HS_S("code")) };
}

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static enum hs_status read_task(struct task *t, struct hs_error *err)
{
	struct hs_slice target = text_of(t, NAMES("targetCode"));
	const struct hs_json *target_coding = tree_of(t, NAMES("targetCoding"));
	const struct hs_json *target_concept = tree_of(t, NAMES("targetCodeableConcept"));

	t->show_source = target.len || target_coding || target_concept;
	t->reverse = t->show_source || t->ctx->params.reverse == TX_YES;
	struct hs_slice source_system = text_of(t, NAMES("sourceSystem", "system"));
	struct hs_slice target_system = text_of(t, NAMES("targetSystem", "targetsystem"));
	t->source_scope = text_of(t, NAMES("sourceScope", "source"));
	t->target_scope = text_of(t, NAMES("targetScope", "target"));
	t->other = t->show_source ? source_system : target_system;
	if (target.len)
		t->codings[t->count++] = (struct coding) { target_system, HS_S_NONE, target };
	add_coding(t, target_coding);
	struct hs_slice code = text_of(t, NAMES("sourceCode", "code"));
	if (!t->show_source && code.len)
		t->codings[t->count++] = (struct coding) { source_system, text_of(t, NAMES("version")),
			code };
	if (!t->show_source)
		add_coding(t, tree_of(t, NAMES("sourceCoding", "coding")));
	const struct hs_json *concept = t->show_source ?
		target_concept :
		tree_of(t, NAMES("sourceCodeableConcept", "codeableConcept"));
	HS_JSON_EACH(coding, hs_json_get(concept, HS_S("coding")))
		add_coding(t, coding);
	if (!t->count)
		return hs_tx_fault(t->ctx, HS_E_REQUIRED, TX_MSG_OWN_NOTHING_TO_TRANSLATE, HS_S_NONE,
			(struct tx_args) { { HS_S_NONE } }, err);
	return HS_OK;
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

static void add_relation(struct task *t, struct hs_json *parts, struct hs_slice relationship,
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

static void add_origin(struct task *t, const struct tx_map *map, struct hs_json *parts)
{
	struct hs_slice url = hs_tx_vurl(t->ctx->arena, tx_text(map->layer, map->row->head.url),
		tx_text(map->layer, map->row->head.version));

	if (url.len)
		hs_tx_add_part(t->ctx, parts, "originMap", "valueCanonical",
			hs_json_string(t->ctx->arena, url));
}

static void add_match(struct task *t, const struct tx_map *map, const struct tx_map_group_row *group,
	const struct tx_map_row *row)
{
	const struct tx_layer *layer = map->layer;
	struct hs_arena *arena = t->ctx->arena;
	struct hs_slice target = tx_text(layer, row->target);

	if (t->matches == MATCHES_MAX || !target.len)
		return;
	t->matches++;
	struct hs_json *parts = hs_tx_add_parts(t->ctx, t->out, "match");
	struct hs_json *source_coding = make_coding(arena, tx_text(layer, group->source),
		tx_text(layer, group->source_version), tx_text(layer, row->code),
		tx_text(layer, row->display));
	struct hs_json *target_coding = make_coding(arena, tx_text(layer, group->target),
		tx_text(layer, group->target_version), target, tx_text(layer, row->target_display));
	add_relation(t, parts, relationship_of(layer, row), tx_text(layer, row->equivalence));
	hs_tx_add_part(t->ctx, parts, "concept", "valueCoding",
		t->reverse && !t->show_source ? source_coding : target_coding);
	if (t->show_source)
		hs_tx_add_part(t->ctx, parts, "source", "valueCoding", source_coding);
	add_origin(t, map, parts);
	hs_tx_extras_add(t->ctx, parts, "dependsOn", tx_text(layer, row->depends_on));
	hs_tx_extras_add(t->ctx, parts, "product", tx_text(layer, row->product));
}

static void ask_map(struct task *t, const struct tx_map *map, const struct coding *coding);

/* Another map knows the codes that this one does not have. */
static void ask_other(struct task *t, struct hs_slice canonical, const struct coding *coding)
{
	struct hs_slice url, version;
	struct tx_map other;

	hs_tx_canonical(canonical, &url, &version);
	if (!hs_tx_find_map(&t->ctx->scope, url, version, &other)) {
		hs_tx_issue(t->ctx, &t->ctx->issues, TX_MSG_UNKNOWN_CONCEPT_MAP, HS_S_NONE,
			(struct tx_args) { { canonical } });
		return;
	}
	if (t->others == OTHERS_MAX)
		return;
	t->others++;
	ask_map(t, &other, coding);
	t->others--;
}

/* What the group does with codes that it does not have. */
static void add_unmapped(struct task *t, const struct tx_map *map, const struct tx_map_group_row *group,
	const struct coding *coding)
{
	const struct tx_layer *layer = map->layer;
	struct hs_slice mode = tx_text(layer, group->unmapped_mode),
			code = tx_text(layer, group->unmapped_code);
	struct hs_slice relation = tx_text(layer, group->unmapped_relationship);
	bool same = hs_slice_eq(mode, HS_S("use-source-code")) || hs_slice_eq(mode, HS_S("provided"));

	if (t->reverse || t->matches == MATCHES_MAX)
		return;
	if (hs_slice_eq(mode, HS_S("other-map")))
		ask_other(t, tx_text(layer, group->unmapped_map), coding);
	if (!same && !hs_slice_eq(mode, HS_S("fixed")))
		return;
	t->matches++;
	struct hs_json *parts = hs_tx_add_parts(t->ctx, t->out, "match");
	struct hs_slice fallback = same ? HS_S("equivalent") : HS_S("related-to");
	add_relation(t, parts, relation.len ? relation : fallback, HS_S_NONE);
	hs_tx_add_part(t->ctx, parts, "concept", "valueCoding",
		make_coding(t->ctx->arena, tx_text(layer, group->target), HS_S_NONE,
			same ? coding->code : code,
			same ? HS_S_NONE : tx_text(layer, group->unmapped_display)));
	add_origin(t, map, parts);
}

/* ---- maps and groups ---- */

static size_t first_row(const struct task *t, const struct tx_layer *layer,
	const struct tx_map_group_row *group, struct hs_slice code)
{
	const uint32_t *order = (t->reverse ? layer->map_by_target : layer->map_by_source) + group->row_first;
	size_t lo = 0, hi = group->row_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct tx_map_row *row = &layer->map_rows[order[mid]];
		if (hs_slice_cmp(tx_text(layer, t->reverse ? row->target : row->code), code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void ask_group(struct task *t, const struct tx_map *map, const struct tx_map_group_row *group,
	const struct coding *coding)
{
	const struct tx_layer *layer = map->layer;
	struct hs_slice here = tx_text(layer, t->reverse ? group->target : group->source);
	struct hs_slice there = tx_text(layer, t->reverse ? group->source : group->target);
	const uint32_t *order = (t->reverse ? layer->map_by_target : layer->map_by_source) + group->row_first;
	bool found = false;

	if ((coding->system.len && !hs_slice_eq(here, coding->system)) ||
		(t->other.len && !hs_slice_eq(there, t->other)))
		return;
	for (size_t i = first_row(t, layer, group, coding->code); i < group->row_count; i++) {
		const struct tx_map_row *row = &layer->map_rows[order[i]];
		if (!hs_slice_eq(tx_text(layer, t->reverse ? row->target : row->code), coding->code))
			break;
		found = true;
		if (hs_tx_extras_fit(t->ctx, tx_text(layer, row->depends_on)))
			add_match(t, map, group, row);
	}
	if (!found)
		add_unmapped(t, map, group, coding);
}

static void ask_map(struct task *t, const struct tx_map *map, const struct coding *coding)
{
	for (uint32_t i = 0; i < map->row->group_count; i++)
		ask_group(t, map, &map->layer->map_groups[map->row->group_first + i], coding);
}

static void ask_codings(struct task *t, const struct tx_map *map)
{
	for (size_t c = 0; c < t->count; c++)
		ask_map(t, map, &t->codings[c]);
}

static bool scopes_fit(const struct task *t, const struct tx_map *map)
{
	struct hs_slice source = tx_text(map->layer, map->row->source_scope);
	struct hs_slice target = tx_text(map->layer, map->row->target_scope);

	return (!t->source_scope.len || hs_slice_eq(t->source_scope, source)) &&
		(!t->target_scope.len || hs_slice_eq(t->target_scope, target));
}

/* Without a map: the latest version of every one that is seen. */
static void ask_all(struct task *t)
{
	const struct tx_scope *scope = &t->ctx->scope;

	for (size_t l = 0; l < scope->count; l++) {
		const struct tx_layer *layer = scope->layers[l];
		for (size_t i = 0; i < layer->maps_by_url_count; i++) {
			struct tx_map map = { layer, &layer->maps[layer->maps_by_url[i]] }, latest;
			struct hs_slice url = tx_text(layer, map.row->head.url);
			if (!hs_tx_is_seen(layer, &map.row->head, scope->face) || !scopes_fit(t, &map))
				continue;
			if (url.len && hs_tx_find_map(scope, url, HS_S_NONE, &latest) &&
				!hs_slice_eq(tx_text(latest.layer, latest.row->head.version),
					tx_text(layer, map.row->head.version)))
				continue;
			ask_codings(t, &map);
		}
	}
}

/* A map that stands in no resource but in a release. */
static bool find_implicit(const struct task *t, struct hs_slice url, struct tx_map *out)
{
	struct hs_slice codes[CODINGS_MAX];

	for (size_t i = 0; i < t->count; i++)
		codes[i] = t->codings[i].code;
	return hs_tx_implicit_map(t->ctx, url, codes, t->count, t->reverse, out);
}

/* The map that came as parameter conceptMap: the question is about it, whether it has a URL or not. */
static bool find_sent(const struct task *t, struct tx_map *out)
{
	const struct hs_json *sent = hs_json_get(hs_parameter(t->ctx->params.tree, HS_S("conceptMap")),
		HS_S("resource"));
	const struct tx_scope *scope = &t->ctx->scope;

	for (size_t l = 0; sent && l < scope->brought; l++)
		for (size_t i = scope->layers[l]->maps_count; i-- > 0;) {
			const struct tx_layer *layer = scope->layers[l];
			const struct tx_head *head = &layer->maps[i].head;
			if (!hs_slice_eq(tx_text(layer, head->url), hs_json_get_text(sent, HS_S("url"))) ||
				!hs_slice_eq(tx_text(layer, head->version),
					hs_json_get_text(sent, HS_S("version"))))
				continue;
			*out = (struct tx_map) { layer, &layer->maps[i] };
			return true;
		}
	return false;
}

/* The map of the question, in *out, or all maps: *one false. */
static enum hs_status choose_map(const struct task *t, struct tx_map *out, bool *one, struct hs_error *err)
{
	struct hs_slice url = t->ctx->params.url, version = text_of(t, NAMES("conceptMapVersion")), pinned;

	*one = true;
	if (find_sent(t, out))
		return HS_OK;
	*one = url.len > 0;
	if (!*one)
		return HS_OK;
	hs_tx_canonical(url, &url, &pinned);
	if (!version.len)
		version = pinned;
	if (hs_tx_find_map(&t->ctx->scope, url, version, out) || find_implicit(t, t->ctx->params.url, out))
		return HS_OK;
	return hs_tx_refuse(t->ctx, TX_MSG_UNKNOWN_CONCEPT_MAP, 404, HS_S_NONE,
		(struct tx_args) { { hs_tx_vurl(t->ctx->arena, url, version) } }, err);
}

enum hs_status hs_tx_translate(struct tx_context *ctx, const struct tx_map *map, struct hs_json **out,
	struct hs_error *err)
{
	struct task *t = hs_arena_alloc(ctx->arena, sizeof(*t));
	struct tx_map named;
	bool one = true;

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	enum hs_status status = read_task(t, err);
	if (status == HS_OK && !map)
		status = choose_map(t, &named, &one, err);
	if (status)
		return status;
	struct hs_json *answer = hs_parameters(ctx->arena);
	t->out = hs_parameters(ctx->arena);
	if (one)
		ask_codings(t, map ? map : &named);
	else
		ask_all(t);
	hs_tx_add_bool(ctx, answer, "result", t->related);
	if (!t->matches)
		hs_tx_add_text(ctx, answer, "message", "valueString",
			ctx->issues.count ? hs_tx_message(ctx->arena, &ctx->issues) :
					    hs_slice_cstr(tx_word(ctx, TX_MSG_WORD_NO_TRANSLATION)));
	HS_JSON_EACH(match, hs_json_get(t->out, HS_S("parameter")))
		hs_json_push(hs_json_get(answer, HS_S("parameter")), hs_json_clone(ctx->arena, match));
	*out = answer;
	return HS_OK;
}
