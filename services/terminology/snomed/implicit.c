/* SPDX-License-Identifier: Apache-2.0 */
/* Implicit value sets of large code systems: what their canonicals mean, as resources ("Using SNOMED CT with
 * FHIR", "Using LOINC with FHIR": Implicit Value Sets). */
#include "../compile/tree.h"
#include "semantics.h"

#include <handslag/coding.h>
#include <handslag/service.h>

#define MARK "?fhir_vs"
#define TEXTS_USUAL 128u             /* bytes beside the URL */
#define TEXTS_MAX ((size_t)64 << 10) /* the same, with room for a definition */

/* Where "?fhir_vs" stands in http://snomed.info/sct[/EDITION[/version/DATE]]?fhir_vs..., or SIZE_MAX: the URL
 * is no such one. */
static size_t mark_of_snomed(struct hs_slice url)
{
	size_t mark = hs_slice_starts(url, HS_S("http://snomed.info/")) ? hs_slice_find(url, '?', 0) :
									  SIZE_MAX;

	return mark != SIZE_MAX && hs_slice_starts(hs_slice_from(url, mark), HS_S(MARK)) ? mark : SIZE_MAX;
}

struct meaning {
	struct hs_slice property, op, value; /* of the filter; all are empty where there is none */
	struct hs_slice title;
};

/* What stands behind "?fhir_vs". */
static bool read_query(struct hs_arena *arena, struct hs_slice query, struct meaning *out)
{
	if (!query.len) {
		*out = (struct meaning) { .title = HS_S("SNOMED CT: all concepts") };
		return true;
	}
	if (hs_slice_starts(query, HS_S("=isa/")))
		*out = (struct meaning) { HS_S("concept"), HS_S("is-a"), hs_slice_from(query, 5),
			HS_S("SNOMED CT: a concept and those below") };
	else if (hs_slice_eq(query, HS_S("=refset")))
		*out = (struct meaning) { HS_S("constraint"), HS_S("="), HS_S("< 900000000000455006"),
			HS_S("SNOMED CT: reference sets") };
	else if (hs_slice_starts(query, HS_S("=refset/")))
		*out = (struct meaning) { HS_S("concept"), HS_S("in"), hs_slice_from(query, 8),
			HS_S("SNOMED CT: a reference set") };
	else if (hs_slice_starts(query, HS_S("=ecl/"))) /* part of a URL, so it may be escaped still */
		*out = (struct meaning) { HS_S("constraint"), HS_S("="),
			hs_percent_decode(arena, hs_slice_from(query, 5), false),
			HS_S("SNOMED CT: a constraint of ECL") };
	else
		return false;
	return out->value.len > 0;
}

/* The rows of one, in the arena of the question: they are made in less time than they would be found again.
 * Their texts begin with the URL, and most of them are parts of it. */
struct implicit {
	struct tx_layer layer;
	struct tx_set_row set;
	struct tx_rule_row rule;
	struct tx_filter_row filter;
	struct hs_buf texts;
};

static inline struct hs_image_text put(struct implicit *made, struct hs_slice text)
{
	struct hs_image_text out = { (uint32_t)made->texts.len, (uint32_t)text.len };

	hs_buf_add(&made->texts, text);
	return out;
}

/* A text that may be a part of the URL, with which the texts begin. */
static struct hs_image_text put_part(struct implicit *made, struct hs_slice url, struct hs_slice part)
{
	uintptr_t at = (uintptr_t)part.ptr - (uintptr_t)url.ptr;

	if (at <= url.len && part.len <= url.len - at)
		return (struct hs_image_text) { (uint32_t)at, (uint32_t)part.len };
	return put(made, part);
}

static struct implicit *begin_set(struct hs_arena *arena, struct hs_slice url)
{
	struct implicit *made = hs_arena_alloc(arena, sizeof(*made));

	if (!made)
		return NULL;
	hs_buf_init(&made->texts, arena, url.len * 8 + TEXTS_MAX);
	hs_buf_reserve(&made->texts, url.len + TEXTS_USUAL);
	made->set.head = (struct tx_head) { .url = put(made, url), .faces = HS_ON_R4 | HS_ON_R5 };
	made->set.head.status = put(made, HS_S("active"));
	made->set.head.flags = TX_HAS_COMPOSE;
	made->set.rule_count = 1;
	return made;
}

static void put_filter(struct implicit *made, struct hs_slice url, const struct meaning *m)
{
	made->filter = (struct tx_filter_row) { put(made, m->property), put(made, m->op),
		put_part(made, url, m->value) };
	made->rule.filter_count = 1;
}

/* A set of what is below a concept, or of a reference set's members, is one only where there is such a one.
 * An edition that is not there is told when the set is asked. */
static bool names_what_is_there(struct tx_context *ctx, struct hs_slice system, struct hs_slice version,
	const struct meaning *m)
{
	if (!hs_slice_eq(m->property, HS_S("concept")))
		return true;
	struct tx_system s = hs_tx_resolve(ctx, system, version).system;
	if (!s.row || !hs_tx_sct(s))
		return true;
	uint32_t concept = hs_tx_find_code(ctx->arena, s, m->value, NULL);
	if (concept == TX_NONE)
		return false;
	return !hs_slice_eq(m->op, HS_S("in")) ||
		(concept < TX_BIG(s.layer)->concept_count && hs_tx_sct_refset(s.layer, concept));
}

static struct implicit *of_snomed(struct tx_context *ctx, struct hs_slice url, size_t mark)
{
	struct hs_arena *arena = ctx->arena;
	struct hs_slice base = hs_slice_first(url, mark), host = HS_S("http://snomed.info/");
	size_t end = hs_slice_find(base, '/', host.len);
	struct hs_slice system = end == SIZE_MAX ? base : hs_slice_first(base, end);
	struct meaning m;

	if (!read_query(arena, hs_slice_from(url, mark + sizeof(MARK) - 1), &m))
		return NULL;
	struct hs_slice version = base.len > system.len ? base : HS_S_NONE;
	if (!names_what_is_there(ctx, system, version, &m))
		return NULL;
	struct implicit *made = begin_set(arena, url);
	if (!made)
		return NULL;
	made->set.head.name = put(made, HS_S("SNOMEDCTImplicitValueSet"));
	made->set.head.title = put(made, m.title);
	made->rule.system = put_part(made, url, system);
	made->rule.version = put_part(made, url, version);
	if (m.property.len)
		put_filter(made, url, &m);
	return made;
}

/* Of a system whose set of all codes is URL: URL itself, and URL/CODE, which is what stands below the code
 * (answers of a list, terms below a part). */
static struct implicit *of_layer(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice url)
{
	const struct tx_head *head = &layer->systems[0].head;
	struct hs_slice all = tx_text(layer, layer->systems[0].value_set), code;

	if (!all.len || !hs_slice_starts(url, all))
		return NULL;
	code = hs_slice_from(url, all.len);
	if (code.len && (code.ptr[0] != '/' || hs_tx_big_code(layer, hs_slice_from(code, 1)) == UINT32_MAX))
		return NULL;
	struct implicit *made = begin_set(arena, url);
	if (!made)
		return NULL;
	made->set.head.name = put(made, tx_text(layer, head->name));
	made->set.head.title = put(made, tx_text(layer, head->title));
	made->rule.system = put(made, tx_text(layer, head->url));
	if (code.len)
		put_filter(made, url,
			&(struct meaning) { .property = HS_S("concept"),
				.op = HS_S("descendent-of"),
				.value = hs_slice_from(code, 1) });
	return made;
}

static struct implicit *make(struct tx_context *ctx, struct hs_slice url)
{
	const struct tx_scope *scope = &ctx->scope;
	size_t mark = mark_of_snomed(url);
	struct implicit *made = NULL;

	for (size_t i = 0; i < scope->count && !made; i++) {
		const struct tx_layer *layer = scope->layers[i];
		if (layer->source != &hs_tx_big_source || !layer->systems_count)
			continue;
		if (mark != SIZE_MAX) /* of whatever edition: its rule says which */
			return of_snomed(ctx, url, mark);
		made = of_layer(ctx->arena, layer, url);
	}
	return made;
}

/* ---- the whole resource, for requests with includeDefinition ---- */

static void add_text(struct implicit *made, struct hs_json *to, const char *name, struct hs_image_text text)
{
	struct hs_arena *arena = made->texts.arena;

	if (text.len)
		hs_json_add_text(arena, to, hs_slice_cstr(name),
			hs_arena_copy(arena, hs_slice(made->texts.ptr + text.offset, text.len)));
}

static struct hs_image_text put_json(struct implicit *made, const struct hs_json *tree)
{
	struct hs_buf text;

	hs_buf_init(&text, made->texts.arena, made->texts.max);
	hs_json_write(&text, tree, 0);
	return put(made, hs_buf_slice(&text));
}

static void put_definition(struct implicit *made)
{
	struct hs_arena *arena = made->texts.arena;
	struct hs_json *head = hs_json_object(arena), *compose = hs_json_object(arena),
		       *include = hs_json_object(arena), *filter = hs_json_object(arena);

	add_text(made, head, "url", made->set.head.url);
	add_text(made, head, "name", made->set.head.name);
	add_text(made, head, "title", made->set.head.title);
	add_text(made, head, "status", made->set.head.status);
	hs_json_push(hs_json_add_array(arena, compose, HS_S("include")), include);
	add_text(made, include, "system", made->rule.system);
	add_text(made, include, "version", made->rule.version);
	add_text(made, filter, "property", made->filter.property);
	add_text(made, filter, "op", made->filter.op);
	add_text(made, filter, "value", made->filter.value);
	if (made->rule.filter_count)
		hs_json_push(hs_json_add_array(arena, include, HS_S("filter")), filter);
	made->set.head.source = put_json(made, head);
	made->set.compose = put_json(made, compose);
}

bool hs_tx_implicit_set(struct tx_context *ctx, struct hs_slice url, struct tx_set *out)
{
	struct implicit *made = make(ctx, url);

	if (!made)
		return false;
	if (ctx->params.definition == TX_YES)
		put_definition(made);
	made->layer.image = hs_image_of_texts(ctx->arena, hs_buf_slice(&made->texts));
	if (made->texts.overflow || !made->layer.image)
		return false;
	made->layer.strings = hs_buf_slice(&made->texts);
	made->layer.sets = &made->set;
	made->layer.rules = &made->rule;
	made->layer.filters = &made->filter;
	made->layer.sets_count = made->layer.rules_count = made->layer.filters_count = 1;
	*out = (struct tx_set) { &made->layer, &made->set };
	return true;
}
