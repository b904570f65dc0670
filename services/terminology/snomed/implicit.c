/* SPDX-License-Identifier: Apache-2.0 */
/* Implicit value sets of large code systems: what their canonicals mean, as resources ("Using SNOMED CT with
 * FHIR", "Using LOINC with FHIR": Implicit Value Sets). */
#include "../compile/tree.h"
#include "semantics.h"

#include <handslag/coding.h>
#include <handslag/service.h>

#define MARK "?fhir_vs"

bool hs_tx_sct_is_implicit(struct hs_slice url)
{
	return hs_slice_starts(url, HS_S("http://snomed.info/")) &&
		hs_slice_search(url, HS_S(MARK)) != SIZE_MAX;
}

struct meaning {
	const char *property, *op;
	struct hs_slice value;
	struct hs_slice title;
};

/* What stands behind "?fhir_vs". */
static bool read_query(struct hs_arena *arena, struct hs_slice query, struct meaning *out)
{
	if (!query.len) {
		*out = (struct meaning) { .title = HS_S("all concepts") };
		return true;
	}
	if (hs_slice_starts(query, HS_S("=isa/")))
		*out = (struct meaning) { "concept", "is-a", hs_slice_from(query, 5),
			HS_S("a concept and those below") };
	else if (hs_slice_eq(query, HS_S("=refset")))
		*out = (struct meaning) { "constraint", "=", HS_S("< 900000000000455006"),
			HS_S("reference sets") };
	else if (hs_slice_starts(query, HS_S("=refset/")))
		*out = (struct meaning) { "concept", "in", hs_slice_from(query, 8), HS_S("a reference set") };
	else if (hs_slice_starts(query, HS_S("=ecl/"))) /* part of a URL, so it may be escaped still */
		*out = (struct meaning) { "constraint", "=",
			hs_percent_decode(arena, hs_slice_from(query, 5), false),
			HS_S("a constraint of ECL") };
	else
		return false;
	return out->value.len > 0;
}

static struct hs_json *value_set(struct hs_arena *arena, struct hs_slice url, struct hs_slice name,
	struct hs_slice title, struct hs_json **include)
{
	struct hs_json *set = hs_json_object(arena);

	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("url"), url);
	hs_json_add_text(arena, set, HS_S("name"), name);
	hs_json_add_text(arena, set, HS_S("title"), title);
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	struct hs_json *compose = hs_json_add_object(arena, set, HS_S("compose"));
	*include = hs_json_push(hs_json_add_array(arena, compose, HS_S("include")), hs_json_object(arena));
	return set;
}

static void add_filter(struct hs_arena *arena, struct hs_json *include, const char *property, const char *op,
	struct hs_slice value)
{
	struct hs_json *filter = hs_json_push(hs_json_add_array(arena, include, HS_S("filter")),
		hs_json_object(arena));

	hs_json_add_text(arena, filter, HS_S("property"), hs_slice_cstr(property));
	hs_json_add_text(arena, filter, HS_S("op"), hs_slice_cstr(op));
	hs_json_add_text(arena, filter, HS_S("value"), value);
}

static struct hs_json *of_snomed(struct hs_arena *arena, struct hs_slice url)
{
	size_t mark = hs_slice_search(url, HS_S(MARK));
	struct hs_slice base = hs_slice_first(url, mark), host = HS_S("http://snomed.info/");
	size_t end = hs_slice_find(base, '/', host.len);
	struct hs_slice system = end == SIZE_MAX ? base : hs_slice_first(base, end);
	struct meaning m;
	struct hs_json *include;

	if (!read_query(arena, hs_slice_from(url, mark + sizeof(MARK) - 1), &m))
		return NULL;
	struct hs_json *set = value_set(arena, url, HS_S("SNOMEDCTImplicitValueSet"),
		hs_arena_printf(arena, "SNOMED CT: %.*s", HS_S_ARG(m.title)), &include);
	hs_json_add_text(arena, include, HS_S("system"), system);
	if (base.len > system.len)
		hs_json_add_text(arena, include, HS_S("version"), base);
	if (!m.property)
		return set;
	add_filter(arena, include, m.property, m.op, m.value);
	return set;
}

/* Of a system whose set of all codes is URL: URL itself, and URL/CODE, which is what stands below the code
 * (answers of a list, terms below a part). */
static struct hs_json *of_layer(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice url)
{
	const struct tx_head *head = &layer->systems[0].head;
	struct hs_slice all = tx_text(layer, layer->systems[0].value_set), code;
	struct hs_json *include, *set;

	if (!all.len || !hs_slice_starts(url, all))
		return NULL;
	code = hs_slice_from(url, all.len);
	if (code.len && (code.ptr[0] != '/' || hs_tx_big_code(layer, hs_slice_from(code, 1)) == UINT32_MAX))
		return NULL;
	set = value_set(arena, url, tx_text(layer, head->name), tx_text(layer, head->title), &include);
	hs_json_add_text(arena, include, HS_S("system"), tx_text(layer, head->url));
	if (code.len)
		add_filter(arena, include, "concept", "descendent-of", hs_slice_from(code, 1));
	return set;
}

static struct hs_json *find(struct hs_arena *arena, const struct tx_scope *scope, struct hs_slice url)
{
	struct hs_json *set = NULL;

	if (hs_tx_sct_is_implicit(url))
		return of_snomed(arena, url);
	for (size_t i = 0; i < scope->count && !set; i++)
		if (scope->layers[i]->source == &hs_tx_big_source && scope->layers[i]->systems_count)
			set = of_layer(arena, scope->layers[i], url);
	return set;
}

static void release(void *arg)
{
	hs_tx_layer_fini(arg);
}

bool hs_tx_implicit_compile(const struct hs_json *resource, struct tx_layer *out)
{
	struct tx_compile *compiler = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	struct hs_error ignored;
	bool made = hs_tx_compile_add(compiler, resource, HS_ON_R4 | HS_ON_R5, NULL, &ignored) == HS_OK &&
		hs_tx_compile_finish(compiler, &image, &ignored) == HS_OK;

	hs_tx_compile_free(compiler);
	if (made)
		hs_tx_layer_init(out, image);
	return made;
}

static struct tx_cache *cache_of(const struct tx_scope *scope)
{
	for (size_t i = 0; i < scope->count; i++)
		if (scope->layers[i]->source == &hs_tx_big_source)
			return TX_BIG(scope->layers[i])->cache;
	return NULL;
}

bool hs_tx_implicit_set(struct tx_context *ctx, struct hs_slice url, struct tx_set *out)
{
	struct tx_cache *cache = cache_of(&ctx->scope);
	struct tx_layer *layer = cache ? hs_arena_alloc(ctx->arena, sizeof(*layer)) : NULL;

	if (!layer)
		return false;
	if (!hs_tx_cache_get(cache, url, layer)) {
		const struct hs_json *resource = find(ctx->arena, &ctx->scope, url);
		if (!resource || !hs_tx_implicit_compile(resource, layer))
			return false;
		hs_tx_cache_put(cache, url, layer);
	}
	*out = (struct tx_set) { layer, &layer->sets[0] };
	return hs_arena_defer(ctx->arena, release, layer);
}
