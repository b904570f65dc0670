/* SPDX-License-Identifier: Apache-2.0 */
/* $expand (R4 section 4.9.16): the collected codes become a ValueSet with an expansion. */
#include "../sets/contains.h"
#include "operations.h"
#include "status.h"
#include "../compile/tree.h"

#include <handslag/time.h>

#define R5_PROPERTY "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property"

/* ---- parameters ---- */

static struct hs_json *add_parameter(struct tx_writer *w, struct hs_json *list, const char *name,
	const char *key, struct hs_json *value)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(w->arena));

	hs_json_add_text(w->arena, item, HS_S("name"), hs_slice_cstr(name));
	hs_json_add(item, hs_slice_cstr(key), value);
	return item;
}

static void add_uri(struct tx_writer *w, struct hs_json *list, const char *name, struct hs_slice uri)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("name")), hs_slice_cstr(name)) &&
			hs_slice_eq(hs_json_get_text(item, HS_S("valueUri")), uri))
			return;
	add_parameter(w, list, name, "valueUri", hs_json_string(w->arena, uri));
}

static void add_warning(struct tx_writer *w, struct hs_json *list, const struct tx_layer *layer,
	const struct tx_head *head)
{
	static const char *const names[] = { [TX_STATE_DEPRECATED] = "warning-deprecated",
		[TX_STATE_WITHDRAWN] = "warning-withdrawn",
		[TX_STATE_EXPERIMENTAL] = "warning-experimental",
		[TX_STATE_DRAFT] = "warning-draft" };
	const struct tx_set set = w->ctx->set;
	enum tx_state state = hs_tx_state_of((struct tx_named) { layer, head },
		(struct tx_named) { set.layer, &set.row->head });

	if (state != TX_STATE_FINE)
		add_uri(w, list, names[state],
			hs_tx_vurl(w->arena, tx_text(layer, head->url), tx_text(layer, head->version)));
}

static const struct {
	struct hs_slice name;
	const char *key;
} echoed[] = {
	{ HS_S_INIT("excludeNested"), "valueBoolean" },
	{ HS_S_INIT("excludeNotForUI"), "valueBoolean" },
	{ HS_S_INIT("includeDesignations"), "valueBoolean" },
	{ HS_S_INIT("includeDefinition"), "valueBoolean" },
	{ HS_S_INIT("activeOnly"), "valueBoolean" },
	{ HS_S_INIT("offset"), "valueInteger" },
	{ HS_S_INIT("count"), "valueInteger" },
	{ HS_S_INIT("filter"), "valueString" },
	{ HS_S_INIT("versionsMatch"), "valueBoolean" },
	{ HS_S_INIT("designation"), "valueString" },
	{ HS_S_INIT("exclude-system"), "valueUri" },
};

/* Rules about versions are told when they decided something. */
static const char *const rule_names[] = { [TX_VERSION_DEFAULT] = "system-version",
	[TX_VERSION_CHECK] = "check-system-version",
	[TX_VERSION_FORCE] = "force-system-version",
	[TX_VERSION_SET] = "default-valueset-version" };

static void echo(struct tx_writer *w, struct hs_json *list, struct hs_slice name, struct hs_slice text)
{
	for (size_t i = 0; text.len && i < sizeof(echoed) / sizeof(echoed[0]); i++)
		if (hs_slice_eq(name, echoed[i].name))
			add_parameter(w, list, echoed[i].name.ptr, echoed[i].key,
				hs_tx_property_value(w->arena, hs_slice_cstr(echoed[i].key), text));
}

static void echo_items(struct tx_writer *w, struct hs_json *list, const struct hs_json *items)
{
	HS_JSON_EACH(item, items)
		echo(w, list, hs_json_get_text(item, HS_S("name")), hs_tx_scalar(hs_tx_value(item)));
}

static void echo_given(struct tx_writer *w, struct hs_json *list, const struct tx_input *input)
{
	if (input->tree)
		echo_items(w, list, hs_json_get(input->tree, HS_S("parameter")));
	for (size_t i = 0; !input->tree && i < input->count; i++)
		echo(w, list, input->pairs[i].name, input->pairs[i].value);
}

static bool is_told(const struct hs_json *list, struct hs_slice name)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("name")), name))
			return true;
	return false;
}

static void echo_parameters(struct tx_writer *w, struct hs_json *list)
{
	echo_given(w, list, &w->ctx->params.input);
	echo_items(w, list, w->ctx->params.brought);
	for (size_t i = 0; i < w->ctx->params.rule_count; i++) {
		const struct tx_version_rule *rule = &w->ctx->params.rules[i];
		if (rule->used)
			add_uri(w, list, rule_names[rule->kind],
				hs_tx_vurl(w->arena, rule->url, rule->version));
	}
	if (w->ctx->params.languages_asked)
		add_parameter(w, list, "displayLanguage", "valueCode",
			hs_json_string(w->arena, w->ctx->params.languages.text));
	bool match = w->ctx->params.versions_match == TX_YES ||
		(w->x->merged && w->ctx->params.versions_match == TX_UNSET);
	if (match && !is_told(list, HS_S("versionsMatch")))
		add_parameter(w, list, "versionsMatch", "valueBoolean", hs_json_bool(w->arena, true));
}

static void add_parameters(struct tx_writer *w, struct hs_json *expansion)
{
	struct tx_expansion *x = w->x;
	struct hs_json *list = hs_json_add_array(w->arena, expansion, HS_S("parameter"));

	echo_parameters(w, list);
	for (size_t i = 0; i < x->system_count; i++) {
		struct tx_system s = x->systems[i], own[TX_NAMES_MAX];
		add_uri(w, list, s.row->content == TX_CONTENT_FRAGMENT ? "used-fragment" : "used-codesystem",
			hs_tx_vurl(w->arena, TX_SYSTEM_URL(s), TX_SYSTEM_VERSION(s)));
		size_t count = hs_tx_supplements_of(w->ctx, s, own);
		for (size_t k = 0; k < count; k++)
			add_uri(w, list, "used-supplement",
				hs_tx_vurl(w->arena, TX_SYSTEM_URL(own[k]), TX_SYSTEM_VERSION(own[k])));
		add_warning(w, list, s.layer, &s.row->head);
	}
	for (size_t i = 0; i < x->set_count; i++) {
		struct tx_set set = x->sets[i];
		struct hs_slice url = TX_SET_URL(set);
		if (url.len && url.ptr[0] != '#')
			add_uri(w, list, "used-valueset", hs_tx_vurl(w->arena, url, TX_SET_VERSION(set)));
		add_warning(w, list, set.layer, &set.row->head);
	}
	if (x->basis.row && !x->counted)
		add_warning(w, list, x->basis.layer, &x->basis.row->head);
	add_warning(w, list, w->ctx->set.layer, &w->ctx->set.row->head);
	for (const struct tx_issue *issue = w->ctx->issues.first; issue; issue = issue->next)
		add_parameter(w, list, "warning", "valueString", hs_json_string(w->arena, issue->text));
	if (!hs_json_count(list))
		hs_json_take(expansion, HS_S("parameter"));
}

void hs_tx_property_rows(struct tx_writer *w, struct hs_json *expansion)
{
	struct hs_json *list = hs_json_array(w->arena);

	for (size_t i = 0; i < w->used_count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(w->arena));
		if (w->ctx->fhir == HS_FHIR_R5) {
			hs_json_add_text(w->arena, item, HS_S("code"), w->used[i].code);
			hs_json_add_text(w->arena, item, HS_S("uri"), w->used[i].uri);
			continue;
		}
		struct hs_json *parts = hs_json_add_array(w->arena, item, HS_S("extension"));
		struct hs_json *code = hs_json_push(parts, hs_json_object(w->arena));
		struct hs_json *uri = hs_json_push(parts, hs_json_object(w->arena));
		hs_json_add_text(w->arena, code, HS_S("url"), HS_S("code"));
		hs_json_add_text(w->arena, code, HS_S("valueCode"), w->used[i].code);
		hs_json_add_text(w->arena, uri, HS_S("url"), HS_S("uri"));
		hs_json_add_text(w->arena, uri, HS_S("valueUri"), w->used[i].uri);
		hs_json_add_text(w->arena, item, HS_S("url"), HS_S(R5_PROPERTY));
	}
	struct hs_slice key = w->ctx->fhir == HS_FHIR_R5 ? HS_S("property") : HS_S("extension");
	struct hs_json *there = hs_json_get(expansion, key);
	if (w->used_count && !there)
		hs_json_add(expansion, key, list);
	HS_JSON_EACH(item, there ? list : NULL)
		hs_json_push(there, hs_json_clone(w->arena, item));
}

/* ---- the tree of codes ---- */

/* Readers of JSON take a hundred levels or so, and a code takes two. */
#define NEST_MAX 40u

static bool is_too_deep(const uint32_t *under, size_t count)
{
	unsigned depth = 0;

	for (size_t i = 0; i < count && depth <= NEST_MAX; i++) {
		depth = 0;
		for (size_t at = i; under[at] && depth <= NEST_MAX; at = under[at] - 1)
			depth++;
	}
	return depth > NEST_MAX;
}

/* Each code below its parent where that is there too; lists, imports and what has no parent at the top. A
 * tree that is too deep to be read is flat: all are. */
uint32_t *hs_tx_nest(struct tx_writer *w)
{
	struct tx_expansion *x = w->x;
	uint32_t *under = hs_arena_array(w->arena, x->count + 1, sizeof(*under));
	uint32_t first = TX_NONE, last = 0;

	for (size_t i = 0; i < x->count; i++) {
		first = x->items[i].concept < first ? x->items[i].concept : first;
		last = x->items[i].concept > last ? x->items[i].concept : last;
	}
	/* place of each concept among the items, counted from 1 */
	size_t span = x->count ? (size_t)(last - first) + 1 : 1;
	uint32_t *place = hs_arena_array(w->arena, span, sizeof(*place));
	if (!under || !place)
		return NULL;
	for (size_t i = 0; i < x->count; i++)
		if (!x->items[i].flat)
			place[x->items[i].concept - first] = (uint32_t)i + 1;
	for (size_t i = 0; i < x->count; i++) {
		const struct tx_item *item = &x->items[i];
		size_t count = 0;
		const uint32_t *parents = item->flat ? NULL :
						       hs_tx_parents(item->system, item->concept, &count);
		for (size_t k = 0; k < count && !under[i]; k++) {
			uint32_t at = parents[k] >= first && parents[k] <= last ? place[parents[k] - first] :
										  0;
			if (at && x->items[at - 1].system.row == item->system.row && at - 1 != i)
				under[i] = at;
		}
	}
	if (is_too_deep(under, x->count))
		memset(under, 0, x->count * sizeof(*under));
	return under;
}

static struct hs_json *nest(struct tx_writer *w)
{
	struct tx_expansion *x = w->x;
	struct hs_json *top = hs_json_array(w->arena);
	struct hs_json **nodes = hs_arena_array(w->arena, x->count + 1, sizeof(*nodes));
	const uint32_t *under = hs_tx_nest(w);

	for (size_t i = 0; nodes && under && i < x->count; i++)
		nodes[i] = hs_tx_contains(w, &x->items[i]);
	for (size_t i = 0; nodes && under && i < x->count; i++) {
		struct hs_json *above = under[i] ? nodes[under[i] - 1] : NULL;
		struct hs_json *list = above ? hs_json_get(above, HS_S("contains")) : top;
		hs_json_push(list ? list : hs_json_add_array(w->arena, above, HS_S("contains")), nodes[i]);
	}
	return top;
}

static struct hs_json *page(struct tx_writer *w)
{
	const struct tx_params *params = &w->ctx->params;
	struct hs_json *list = hs_json_array(w->arena);
	size_t from = params->offset > 0 ? (size_t)params->offset : 0;
	size_t to = params->count >= 0 ? from + (size_t)params->count : w->x->count;

	for (size_t i = from; i < to && i < w->x->count; i++)
		hs_json_push(list, hs_tx_contains(w, &w->x->items[i - w->x->first]));
	return list;
}

/* A concept with two parents has no one place, and a circle of parents would leave codes out of the tree:
 * code systems with such are shown flat. */
bool hs_tx_may_nest(const struct tx_writer *w)
{
	const struct tx_params *params = &w->ctx->params;

	if (params->exclude_nested == TX_YES || params->offset >= 0 || params->count >= 0 ||
		params->filter.len)
		return false;
	if (w->x->system_count != 1)
		return false;
	uint32_t flags = w->x->systems[0].row->head.flags;
	return flags & TX_HIERARCHY && (flags & TX_FOREST || !(flags & TX_GRAPH));
}

/* ---- the answer ---- */

/* What tells which value set it is; its rows have it, nothing is parsed. */
static void add_name(struct tx_writer *w, struct hs_json *out)
{
	const struct tx_layer *layer = w->ctx->set.layer;
	const struct tx_head *head = &w->ctx->set.row->head;
	const struct {
		struct hs_slice key;
		struct hs_image_text text;
	} members[] = { { HS_S("language"), head->language }, { HS_S("url"), head->url },
		{ HS_S("version"), head->version }, { HS_S("name"), head->name },
		{ HS_S("title"), head->title }, { HS_S("status"), head->status },
		{ HS_S("date"), head->date } };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].text.len)
			hs_json_add_text(w->arena, out, members[i].key, tx_text(layer, members[i].text));
	if (head->flags & TX_EXPERIMENTAL_GIVEN)
		hs_json_add(out, HS_S("experimental"), hs_json_bool(w->arena, head->flags & TX_EXPERIMENTAL));
}

/* The whole definition, as includeDefinition wishes. */
static enum hs_status add_definition(struct tx_writer *w, struct hs_json *out, struct hs_error *err)
{
	struct tx_set set = w->ctx->set;
	struct hs_slice text = tx_text(set.layer, set.row->compose);
	struct hs_json *source = NULL, *compose = NULL;
	enum hs_status status = hs_json_parse(w->arena, tx_text(set.layer, set.row->head.source), NULL,
		&source, err);

	if (status == HS_OK && text.len)
		status = hs_json_parse(w->arena, text, NULL, &compose, err);
	if (status)
		return status;
	HS_JSON_EACH(member, source)
		if (!hs_slice_eq(hs_json_key(member), HS_S("resourceType")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("id")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("meta")))
			hs_json_add(out, hs_json_key(member), hs_json_clone(w->arena, member));
	if (compose)
		hs_json_add(out, HS_S("compose"), compose);
	return HS_OK;
}

/* A name for this expansion: the same for the same question at the same moment. */
static struct hs_slice identifier(struct tx_writer *w)
{
	uint64_t a = (uint64_t)w->ctx->now_ms * 0x9e3779b97f4a7c15ull + w->x->count,
		 b = 1469598103934665603ull;

	for (size_t i = 0; i < w->ctx->set_name.len; i++)
		b = (b ^ (unsigned char)w->ctx->set_name.ptr[i]) * 1099511628211ull;
	a ^= b >> 7;
	return HS_ARENA_JOIN(w->arena, HS_S("urn:uuid:"), hs_tx_uuid(w->arena, a, b));
}

static struct hs_json *add_extension(struct tx_writer *w, struct hs_json *expansion, const char *url)
{
	struct hs_json *list = hs_json_get(expansion, HS_S("extension"));
	struct hs_json *extension =
		hs_json_push(list ? list : hs_json_add_array(w->arena, expansion, HS_S("extension")),
			hs_json_object(w->arena));

	hs_json_add_text(w->arena, extension, HS_S("url"), hs_slice_cstr(url));
	return extension;
}

/* Too many codes for one answer, of which the client wanted the first all the same. */
static void say_cut(struct tx_writer *w, struct hs_json *expansion)
{
	if (w->x->cut)
		hs_json_add(add_extension(w, expansion, TX_EXT "valueset-toocostly"), HS_S("valueBoolean"),
			hs_json_bool(w->arena, true));
}

/* A grammar has more codes than can be told, and expressions stand below concepts that are. */
static void say_unclosed(struct tx_writer *w, struct hs_json *expansion)
{
	struct tx_system s = w->x->unclosed;
	struct tx_set basis = w->x->basis;

	if (!s.row && !w->x->open)
		return;
	hs_json_add(add_extension(w, expansion, TX_EXT "valueset-unclosed"), HS_S("valueBoolean"),
		hs_json_bool(w->arena, true));
	if (!basis.row || !s.row)
		return;
	hs_json_add_text(w->arena, add_extension(w, expansion, TX_EXT "valueset-unclosed-reason"),
		HS_S("valueString"),
		hs_arena_printf(w->arena,
			"The code System '%.*s' has a grammar and so has infinite members. This extension is "
			"based on %.*s",
			HS_S_ARG(TX_SYSTEM_URL(s)), HS_S_ARG(TX_SET_URL(basis))));
}

static void find_doubles(struct tx_writer *w)
{
	for (size_t i = 0; i < w->x->system_count; i++)
		for (size_t k = i + 1; k < w->x->system_count; k++)
			w->show_versions |= hs_slice_eq(TX_SYSTEM_URL(w->x->systems[i]),
				TX_SYSTEM_URL(w->x->systems[k]));
}

enum hs_status hs_tx_expand_begin(struct tx_context *ctx, struct tx_writer **out, struct hs_json **answer,
	struct hs_error *err)
{
	struct tx_writer *w = hs_arena_raw(ctx->arena, sizeof(*w));
	struct hs_json *tree = hs_json_object(ctx->arena);
	char instant[HS_INSTANT_LEN + 1];

	if (!w)
		return hs_tx_no_room(ctx->swedish, err);
	memset(w, 0, offsetof(struct tx_writer, used));
	w->ctx = ctx;
	w->arena = ctx->arena;
	enum hs_status status = hs_tx_refuse_past(ctx, err);
	if (status == HS_OK)
		status = hs_tx_choose_set(ctx, err);
	if (status == HS_OK)
		status = hs_tx_expansion_make(ctx, &w->x, err);
	if (status)
		return status;
	hs_json_add_text(w->arena, tree, HS_S("resourceType"), HS_S("ValueSet"));
	if (ctx->params.definition != TX_YES)
		add_name(w, tree);
	else if (add_definition(w, tree, err))
		return err->status;
	w->show_versions = w->x->show_versions;
	find_doubles(w);
	struct hs_json *expansion = hs_json_add_object(ctx->arena, tree, HS_S("expansion"));
	hs_time_instant(ctx->now_ms, instant);
	hs_json_add_text(ctx->arena, expansion, HS_S("identifier"), identifier(w));
	hs_json_add_text(ctx->arena, expansion, HS_S("timestamp"),
		hs_arena_copy(ctx->arena, hs_slice_cstr(instant)));
	say_unclosed(w, expansion);
	say_cut(w, expansion);
	if (!w->x->unclosed.row || w->x->counted)
		hs_json_add(expansion, HS_S("total"), hs_json_int(ctx->arena, (int64_t)w->x->count));
	if (ctx->params.offset >= 0)
		hs_json_add(expansion, HS_S("offset"), hs_json_int(ctx->arena, ctx->params.offset));
	add_parameters(w, expansion);
	*out = w;
	*answer = tree;
	return HS_OK;
}

enum hs_status hs_tx_expand_all(struct tx_writer *w, struct hs_json *answer, struct hs_error *err)
{
	struct hs_json *expansion = hs_json_get(answer, HS_S("expansion"));
	struct hs_json *contains = hs_tx_may_nest(w) ? nest(w) : page(w);

	hs_tx_property_rows(w, expansion);
	if (hs_json_count(contains))
		hs_json_add(expansion, HS_S("contains"), contains);
	return hs_arena_full(w->arena) ? hs_tx_expansion_too_large(w, err) : HS_OK;
}

enum hs_status hs_tx_expansion_too_large(struct tx_writer *w, struct hs_error *err)
{
	struct tx_context *ctx = w->ctx;

	return hs_tx_refuse(ctx, TX_MSG_VALUESET_TOO_COSTLY, 422, HS_S_NONE,
		(struct tx_args) { { ctx->set_name, hs_arena_printf(ctx->arena, "%u", ctx->limit) } }, err);
}

enum hs_status hs_tx_expand(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct tx_writer *w = NULL;
	struct hs_json *answer = NULL;
	enum hs_status status = hs_tx_expand_begin(ctx, &w, &answer, err);

	if (status == HS_OK && w)
		status = hs_tx_expand_all(w, answer, err);
	if (status == HS_OK)
		*out = answer;
	return status;
}
