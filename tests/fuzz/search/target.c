/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a query string over small definitions of our own. It is understood or refused with a message;
 * what is understood can be matched, its negation says the opposite, and its self link means the same again.
 */
#include "../definitions.h"

#include <core/base/map.h>
#include <core/fhir/search/search.h>
#include <handslag/coding.h>
#include <handslag/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- definitions ---- */

#define SD(name, kind, base, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/" name "\",\"type\":\"" name \
	"\",\"kind\":\"" kind "\",\"baseDefinition\":\"http://t/" base \
	"\",\"derivation\":\"specialization\",\"snapshot\":{\"element\":[{\"path\":\"" name \
	"\",\"min\":0,\"max\":\"*\"}" elements "]}}"
#define EL(path, max, type) \
	",{\"path\":\"" path "\",\"min\":0,\"max\":\"" max "\",\"type\":[{\"code\":\"" type "\"}]}"
#define SP(code, type, base, expression, more) \
	"{\"resourceType\":\"SearchParameter\",\"id\":\"" base "-" code "\",\"url\":\"http://t/" base \
	"-" code "\",\"code\":\"" code "\",\"type\":\"" type "\",\"base\":[\"" base \
	"\"],\"expression\":\"" expression "\"" more "}"

static const char *const files[] = {
	"{\"name\":\"t\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}",
	SD("string", "primitive-type", "Element", ""),
	SD("code", "primitive-type", "string", ""),
	SD("uri", "primitive-type", "Element", ""),
	SD("date", "primitive-type", "Element", ""),
	SD("decimal", "primitive-type", "Element", ""),
	SD("Reference", "complex-type", "Element", EL("Reference.reference", "1", "string")),
	SD("Coding", "complex-type", "Element",
		EL("Coding.system", "1", "uri") EL("Coding.code", "1", "code")
			EL("Coding.display", "1", "string")),
	SD("Quantity", "complex-type", "Element",
		EL("Quantity.value", "1", "decimal") EL("Quantity.code", "1", "code")),
	SD("Resource", "resource", "none", EL("Resource.id", "1", "string")),
	SD("Thing", "resource", "Resource",
		EL("Thing.name", "*", "string") EL("Thing.kind", "*", "Coding") EL("Thing.at", "1", "uri")
			EL("Thing.born", "1", "date") EL("Thing.size", "1", "decimal")
				EL("Thing.weight", "1", "Quantity") EL("Thing.owner", "1", "Reference")
					EL("Thing.position", "1", "Quantity")),
	SP("_id", "token", "Resource", "Resource.id", ""),
	SP("_lastUpdated", "date", "Resource", "Resource.meta.lastUpdated", ""),
	SP("_text", "special", "Resource", "", ""),
	SP("name", "string", "Thing", "Thing.name", ""),
	SP("kind", "token", "Thing", "Thing.kind", ""),
	SP("at", "uri", "Thing", "Thing.at", ""),
	SP("born", "date", "Thing", "Thing.born", ""),
	SP("size", "number", "Thing", "Thing.size", ""),
	SP("weight", "quantity", "Thing", "Thing.weight", ""),
	SP("owner", "reference", "Thing", "Thing.owner", ",\"target\":[\"Thing\"]"),
	SP("near", "special", "Thing", "Thing.position", ""),
	SP("kind-weight", "composite", "Thing", "Thing",
		",\"component\":[{\"definition\":\"http://t/"
		"Thing-kind\",\"expression\":\"kind\"},{\"definition\":"
		"\"http://t/Thing-weight\",\"expression\":\"weight\"}]"),
};

static const char thing[] = "{\"resourceType\":\"Thing\",\"id\":\"a\",\"name\":[\"Åsa, "
			    "A\",\"b\"],\"kind\":[{\"system\":\"s\",\"code\":\"c\",\"display\":\"D\"}],"
			    "\"at\":\"http://a/"
			    "b\",\"born\":\"2000-02\",\"size\":5.4,\"weight\":{\"value\":3,\"code\":\"g\"},"
			    "\"owner\":{\"reference\":"
			    "\"Thing/a\"},\"position\":{\"latitude\":59.3,\"longitude\":18.1}}";

static struct hs_search_rules *rules;
static struct hs_arena *kept;
static struct hs_map numbers;
static struct hs_index_row *rows;
static size_t row_count;

static uint32_t number_of(void *arg, unsigned space, struct hs_slice text)
{
	char key[256];
	bool fresh;
	(void)arg;
	int len = snprintf(key, sizeof(key), "%u %.*s", space, HS_S_ARG(hs_slice_first(text, 200)));
	struct hs_map_slot *slot = hs_map_get(&numbers, hs_slice(key, (size_t)len));
	/* Names that no definition has stay unknown, as in a store. */
	if (!slot && rows)
		return 0;
	if (!slot) {
		slot = hs_map_put(&numbers, hs_arena_copy(kept, hs_slice(key, (size_t)len)), &fresh);
		slot->value.number = numbers.count;
	}
	return (uint32_t)slot->value.number;
}

static const struct hs_numbering numbering = { number_of, NULL };

static void open_rules(void)
{
	struct hs_error err;
	struct hs_defs *defs = definitions_of(files, sizeof(files) / sizeof(files[0]));
	struct hs_json *tree;
	size_t count;
	must(!hs_search_rules_new(defs, &rules, &err));
	kept = hs_arena_new(16 << 20);
	hs_map_init(&numbers, kept);
	const struct hs_slice *names = hs_search_names(rules, HS_S("Thing"), kept, &count);
	must(count >= 10);
	for (size_t i = 0; i < count; i++)
		number_of(NULL, HS_SPACE_PARAM, names[i]);
	number_of(NULL, HS_SPACE_TYPE, HS_S("Thing"));
	must(!hs_json_parse(kept, hs_slice_cstr(thing), NULL, &tree, &err));
	must(!hs_search_extract(&(struct hs_search_work) { rules, &numbering, kept }, tree, HS_S_NONE, &rows,
		&row_count, &err));
	must(row_count >= 10);
}

/* ---- queries ---- */

static size_t split(struct hs_arena *arena, struct hs_slice query, struct hs_pair *pairs, size_t room)
{
	size_t count = 0;
	while (query.ptr && count < room) {
		struct hs_slice pair = hs_slice_cut(&query, '&');
		pairs[count].name = hs_percent_decode(arena, hs_slice_cut(&pair, '='), false);
		pairs[count++].value = hs_percent_decode(arena, pair, false);
	}
	return count;
}

static bool follow(void *arg, const struct hs_find *condition, const struct hs_index_row *via)
{
	(void)arg;
	(void)via;
	/* Words, which are asked here too, hold no condition. */
	return condition->kid_count == 0 ||
		hs_search_match(condition->kids[0], HS_S("a"), 0, rows, row_count, NULL, NULL);
}

static bool matches(const struct hs_find *where)
{
	return hs_search_match(where, HS_S("a"), 0, rows, row_count, follow, NULL);
}

static void check(struct hs_arena *arena, const struct hs_search *search,
	const struct hs_search_options *options)
{
	struct hs_pair pairs[64];
	struct hs_search again;
	struct hs_error err;
	const struct hs_find *kid = search->where;
	struct hs_find not = { .op = HS_FIND_NOT, .kids = &kid, .kid_count = 1 };
	must(search->count <= options->max_count && search->sort_count <= 4);
	if (search->where)
		must(matches(search->where) != matches(&not ));
	if (!search->self.len)
		return;
	size_t count = split(arena, search->self, pairs, 64);
	must(!hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, HS_S("Thing"), pairs,
		count, options, &again, &err));
	must(hs_slice_eq(again.self, search->self) && again.ignored_count == 0);
	must(matches(again.where) == matches(search->where));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hs_search_options options = { .default_count = 20,
		.max_count = 100,
		.base = HS_S_INIT("http://us/fhir"),
		.now_ms = 1700000000000,
		.max_params = 50,
		.max_values = 50,
		.max_chain = 3,
		.words = true };
	struct hs_pair pairs[64];
	struct hs_search search;
	struct hs_error err = { 0 };
	if (!rules)
		open_rules();
	/* No query has a NUL: the reader of requests refuses it, and %00 is not decoded. */
	if (size == 0 || size > 8192 || memchr(data, 0, size))
		return 0;
	struct hs_arena *arena = hs_arena_new(8 << 20);
	size_t count = split(arena, hs_slice((const char *)data, size), pairs, 64);
	if (hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, HS_S("Thing"), pairs,
		    count, &options, &search, &err))
		must(err.status && err.text[0]);
	else
		check(arena, &search, &options);
	hs_arena_free(arena);
	return 0;
}
