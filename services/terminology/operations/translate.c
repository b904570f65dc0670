/* SPDX-License-Identifier: Apache-2.0 */
/* $translate of ConceptMap (R4 section 4.10.19, R5 section 4.10.16), both ways and in both shapes. */
#include "extras.h"
#include "translate.h"
#include "../snomed/semantics.h"
#include "../compile/tree.h"
#include "../compile/version.h"

#define OTHERS_MAX 8u /* maps that are asked one after the other for what the first does not have */

static struct hs_slice text_of(const struct tx_translate *t, const char *const *names)
{
	for (; *names; names++) {
		struct hs_slice text =
			hs_tx_scalar(hs_tx_value(hs_tx_parameter(t->ctx, hs_slice_cstr(*names))));
		if (text.len)
			return text;
	}
	return HS_S_NONE;
}

static const struct hs_json *tree_of(const struct tx_translate *t, const char *const *names)
{
	for (; *names; names++) {
		const struct hs_json *value = hs_tx_value(hs_tx_parameter(t->ctx, hs_slice_cstr(*names)));
		if (hs_json_is(value, HS_JSON_OBJECT))
			return value;
	}
	return NULL;
}

static void add_coding(struct tx_translate *t, const struct hs_json *coding)
{
	t->too_many |= coding && t->count == TX_TRANSLATE_CODINGS_MAX;
	if (coding && !t->too_many)
		t->codings[t->count++] = (struct tx_translate_coding) {
			.system = hs_json_get_text(coding, HS_S("system")),
			.version = hs_json_get_text(coding, HS_S("version")),
			.code = hs_json_get_text(coding, HS_S("code")),
		};
}

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void add_code(struct tx_translate *t, struct hs_slice system, const char *const *versions,
	struct hs_slice code)
{
	if (code.len)
		t->codings[t->count++] = (struct tx_translate_coding) { system, text_of(t, versions), code,
			true };
}

static void add_concept(struct tx_translate *t, const struct hs_json *coding, const struct hs_json *concept)
{
	add_coding(t, coding);
	HS_JSON_EACH(item, hs_json_get(concept, HS_S("coding")))
		add_coding(t, item);
}

static enum hs_status check_task(struct tx_translate *t, struct hs_error *err)
{
	struct hs_slice most = hs_arena_printf(t->ctx->arena, "%u", TX_TRANSLATE_CODINGS_MAX);

	if (!t->count)
		return hs_tx_fault(t->ctx, HS_E_REQUIRED, TX_MSG_OWN_NOTHING_TO_TRANSLATE, HS_S_NONE,
			TX_ARGS(HS_S_NONE), err);
	if (t->too_many)
		return hs_tx_fault(t->ctx, HS_E_LIMIT, TX_MSG_OWN_TOO_MANY, HS_S("coding"),
			TX_ARGS(most, HS_S("coding")), err);
	if (!t->codings[0].system.len && t->codings[0].loose)
		return hs_tx_fault(t->ctx, HS_E_REQUIRED, TX_MSG_OWN_CODE_ALONE, HS_S("system"),
			TX_ARGS(t->codings[0].code), err);
	return HS_OK;
}

/* With targetCode, `system` is that of the code (R5), and the other end's when targetSystem says the code's.
 */
static enum hs_status read_task(struct tx_translate *t, struct hs_error *err)
{
	struct hs_slice system = text_of(t, NAMES("system")),
			source_system = text_of(t, NAMES("sourceSystem")),
			target_system = text_of(t, NAMES("targetSystem", "targetsystem")),
			target = text_of(t, NAMES("targetCode"));
	const struct hs_json *target_coding = tree_of(t, NAMES("targetCoding"));
	const struct hs_json *target_concept = tree_of(t, NAMES("targetCodeableConcept"));

	t->source_scope = text_of(t, NAMES("sourceScope", "source"));
	t->target_scope = text_of(t, NAMES("targetScope", "target"));
	t->show_source = target.len || target_coding || target_concept;
	t->reverse = t->show_source || t->ctx->params.reverse == TX_YES;
	if (t->show_source) {
		t->other = source_system.len || !target_system.len ? source_system : system;
		add_code(t, target_system.len ? target_system : system, NAMES("targetVersion", "version"),
			target);
		add_concept(t, target_coding, target_concept);
	} else {
		t->other = target_system;
		add_code(t, source_system.len ? source_system : system, NAMES("sourceVersion", "version"),
			text_of(t, NAMES("sourceCode", "code")));
		add_concept(t, tree_of(t, NAMES("sourceCoding", "coding")),
			tree_of(t, NAMES("sourceCodeableConcept", "codeableConcept")));
	}
	return check_task(t, err);
}

static void ask_map(struct tx_translate *t, const struct tx_map *map,
	const struct tx_translate_coding *coding);

/* Another map knows the codes that this one does not have. */
static void ask_other(struct tx_translate *t, struct hs_slice canonical,
	const struct tx_translate_coding *coding)
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

/* ---- maps and groups ---- */

static size_t first_row(const struct tx_translate *t, const struct tx_layer *layer,
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

/* Rows in which a value set stands for the codes of this end: those without a code, which are the first. */
static bool ask_sets(struct tx_translate *t, const struct tx_translate_at *at, const uint32_t *order)
{
	const struct tx_layer *layer = at->map->layer;
	bool found = false;

	for (size_t i = 0; i < at->group->row_count; i++) {
		const struct tx_map_row *row = &layer->map_rows[order[i]];
		struct hs_slice set = tx_text(layer, t->reverse ? row->target_set : row->code_set);
		if (tx_text(layer, t->reverse ? row->target : row->code).len)
			break;
		if (!set.len ||
			!hs_tx_translate_holds(t, set,
				tx_text(layer, t->reverse ? at->group->target : at->group->source),
				at->coding))
			continue;
		found = true;
		if (hs_tx_extras_fit(t, tx_text(layer, row->depends_on)))
			hs_tx_translate_row(t, at, row);
	}
	return found;
}

/* Is the group about this code's system, in this version where both say one, and about the system at the
 * other end that is wished? */
static bool group_fits(struct tx_translate *t, const struct tx_translate_at *at)
{
	const struct tx_layer *layer = at->map->layer;
	const struct tx_map_group_row *group = at->group;
	struct hs_slice here = tx_text(layer, t->reverse ? group->target : group->source),
			there = tx_text(layer, t->reverse ? group->source : group->target),
			version = tx_text(layer, t->reverse ? group->target_version : group->source_version);

	if ((here.len && !hs_slice_eq(here, at->coding->system)) ||
		(t->other.len && !hs_slice_eq(there, t->other)))
		return false;
	if (!version.len || !at->coding->version.len || hs_tx_version_meets(version, at->coding->version) ||
		hs_tx_version_meets(at->coding->version, version))
		return true;
	hs_tx_issue(t->ctx, &t->ctx->issues, TX_MSG_OWN_MAP_OTHER_VERSION, HS_S_NONE,
		TX_ARGS(tx_text(layer, at->map->row->head.url), here, version, at->coding->version));
	return false;
}

static void ask_group(struct tx_translate *t, const struct tx_translate_at *at)
{
	const struct tx_map_group_row *group = at->group;
	const struct tx_layer *layer = at->map->layer;
	const uint32_t *order = (t->reverse ? layer->map_by_target : layer->map_by_source) + group->row_first;

	if (!group_fits(t, at))
		return;
	bool found = ask_sets(t, at, order);
	for (size_t i = first_row(t, layer, group, at->coding->code); i < group->row_count; i++) {
		const struct tx_map_row *row = &layer->map_rows[order[i]];
		if (!hs_slice_eq(tx_text(layer, t->reverse ? row->target : row->code), at->coding->code))
			break;
		found = true;
		if (hs_tx_extras_fit(t, tx_text(layer, row->depends_on)))
			hs_tx_translate_row(t, at, row);
	}
	if (found || t->reverse)
		return;
	if (hs_slice_eq(tx_text(layer, group->unmapped_mode), HS_S("other-map")))
		ask_other(t, tx_text(layer, group->unmapped_map), at->coding);
	else
		hs_tx_translate_unmapped(t, at);
}

static void ask_map(struct tx_translate *t, const struct tx_map *map,
	const struct tx_translate_coding *coding)
{
	for (uint32_t i = 0; i < map->row->group_count; i++) {
		struct tx_translate_at at = { map, &map->layer->map_groups[map->row->group_first + i],
			coding };
		ask_group(t, &at);
	}
}

static void ask_codings(struct tx_translate *t, const struct tx_map *map)
{
	for (size_t c = 0; c < t->count; c++)
		if (!t->near_members.len ||
			hs_tx_translate_holds(t, t->near_members, HS_S_NONE, &t->codings[c]))
			ask_map(t, map, &t->codings[c]);
}

/* The canonical of the value set that a logical id or a relative location means; else `asked` itself. */
static struct hs_slice scope_url(const struct tx_translate *t, struct hs_slice asked)
{
	const struct tx_scope *scope = &t->ctx->scope;
	struct hs_slice id = hs_slice_starts(asked, HS_S("ValueSet/")) ? hs_slice_from(asked, 9) : asked;

	for (size_t l = 0; hs_slice_find(asked, ':', 0) == SIZE_MAX && l < scope->count; l++)
		for (size_t i = scope->layers[l]->sets_count; i-- > 0;) {
			const struct tx_layer *layer = scope->layers[l];
			if (hs_tx_is_seen(layer, &layer->sets[i].head, scope->face) &&
				hs_slice_eq(tx_text(layer, layer->sets[i].head.id), id))
				return tx_text(layer, layer->sets[i].head.url);
		}
	return asked;
}

static bool is_scope(struct hs_slice url, struct hs_slice version, struct hs_slice own)
{
	struct hs_slice own_url, own_version;

	hs_tx_canonical(own, &own_url, &own_version);
	return hs_slice_eq(url, own_url) &&
		(!version.len || !own_version.len || hs_tx_version_meets(version, own_version) ||
			hs_tx_version_meets(own_version, version));
}

/* Does a map with the scope `own` fit the one that is asked for? R4 means the scope of the map; R5 means that
 * the code is in the value set, which *members then names: so each map is asked that is of another scope. A
 * map that was named need not say its scope. */
static bool scope_fits(const struct tx_translate *t, struct hs_slice asked, struct hs_slice own, bool named,
	struct hs_slice *members)
{
	struct hs_slice url, version;
	struct tx_set set;

	*members = HS_S_NONE;
	if (!asked.len)
		return true;
	hs_tx_canonical(scope_url(t, asked), &url, &version);
	if (is_scope(url, version, own))
		return true;
	if (!hs_tx_resolve_set(t->ctx, url, version, &set, NULL))
		return named && !own.len;
	*members = hs_tx_vurl(t->ctx->arena, url, version);
	return true;
}

static bool scopes_fit(struct tx_translate *t, const struct tx_map *map, bool named)
{
	struct hs_slice *near = t->reverse ? &t->far_members : &t->near_members,
			*far = t->reverse ? &t->near_members : &t->far_members;

	return scope_fits(t, t->source_scope, tx_text(map->layer, map->row->source_scope), named, near) &&
		scope_fits(t, t->target_scope, tx_text(map->layer, map->row->target_scope), named, far);
}

static void ask_named(struct tx_translate *t, const struct tx_map *map)
{
	if (scopes_fit(t, map, true))
		ask_codings(t, map);
	else
		hs_tx_issue(t->ctx, &t->ctx->issues, TX_MSG_OWN_MAP_OTHER_SCOPE, HS_S_NONE,
			TX_ARGS(tx_text(map->layer, map->row->head.url),
				tx_text(map->layer, map->row->source_scope),
				tx_text(map->layer, map->row->target_scope)));
}

/* Without a map: the latest version of every one that is seen, in the nearest layer that has it. */
static void ask_all(struct tx_translate *t)
{
	const struct tx_scope *scope = &t->ctx->scope;

	for (size_t l = 0; l < scope->count; l++) {
		const struct tx_layer *layer = scope->layers[l];
		for (size_t i = 0; i < layer->maps_by_url_count; i++) {
			struct tx_map map = { layer, &layer->maps[layer->maps_by_url[i]] }, latest;
			struct hs_slice url = tx_text(layer, map.row->head.url);
			if (!hs_tx_is_seen(layer, &map.row->head, scope->face) || !scopes_fit(t, &map, false))
				continue;
			if (url.len && hs_tx_find_map(scope, url, HS_S_NONE, &latest) &&
				(latest.layer != layer ||
					!hs_slice_eq(tx_text(latest.layer, latest.row->head.version),
						tx_text(layer, map.row->head.version))))
				continue;
			ask_codings(t, &map);
		}
	}
}

/* A map that stands in no resource but in a release. */
static bool find_implicit(const struct tx_translate *t, struct hs_slice url, struct tx_map *out)
{
	struct hs_slice codes[TX_TRANSLATE_CODINGS_MAX];

	for (size_t i = 0; i < t->count; i++)
		codes[i] = t->codings[i].code;
	return hs_tx_implicit_map(t->ctx, url, codes, t->count, t->reverse, out);
}

/* The map that came as parameter conceptMap: the question is about it, whether it has a URL or not. */
static bool find_sent(const struct tx_translate *t, struct tx_map *out)
{
	const struct hs_json *sent = hs_json_get(hs_tx_parameter(t->ctx, HS_S("conceptMap")),
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
static enum hs_status choose_map(const struct tx_translate *t, struct tx_map *out, bool *one,
	struct hs_error *err)
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
	struct tx_translate *t = hs_arena_alloc(ctx->arena, sizeof(*t));
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
		ask_named(t, map ? map : &named);
	else
		ask_all(t);
	if (tx_is_spent(&ctx->patience))
		return tx_say_spent(err);
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
