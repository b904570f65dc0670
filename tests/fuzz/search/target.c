/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a query string over small definitions of our own. It is understood or refused with a message;
 * what is understood can be matched, its negation says the opposite, and its self link means the same again.
 * What begins as an object is a resource instead: its entries are such as can be searched. */
#include "../things.h"

#include <core/base/map.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	struct hs_defs *defs = definitions_of(thing_files, sizeof(thing_files) / sizeof(thing_files[0]));
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
	size_t count = split_query(arena, search->self, pairs, 64);
	must(!hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, HS_S("Thing"), pairs,
		count, options, &again, &err));
	must(hs_slice_eq(again.self, search->self) && again.ignored_count == 0);
	must(matches(again.where) == matches(search->where));
}

/* ---- resources ---- */

static void check_row(const struct hs_index_row *row)
{
	must(row->param && row->kind <= HS_INDEX_POINT);
	must(row->kind != HS_INDEX_DATE || row->lo < row->hi);
	must((row->kind != HS_INDEX_NUMBER && row->kind != HS_INDEX_QUANTITY) || row->low <= row->high);
	must(row->kind != HS_INDEX_REFERENCE || row->text.len);
	must(row->kind != HS_INDEX_STRING || row->exact.len);
}

static void extract(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_json *tree = NULL;
	struct hs_index_row *made = NULL;
	struct hs_error err = { 0 };
	size_t count = 0;
	if (hs_json_parse(arena, text, NULL, &tree, &err) ||
		!hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Thing")))
		return;
	enum hs_status status = hs_search_extract(&(struct hs_search_work) { rules, &numbering, arena }, tree,
		HS_S("http://us/fhir"), &made, &count, &err);
	must(status == HS_OK || (err.text[0] && !made));
	for (size_t i = 0; status == HS_OK && i < count; i++)
		check_row(&made[i]);
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
	size_t count = split_query(arena, hs_slice((const char *)data, size), pairs, 64);
	if (data[0] == '{')
		extract(arena, hs_slice((const char *)data, size));
	else if (hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, HS_S("Thing"), pairs,
			 count, &options, &search, &err))
		must(err.status && err.text[0]);
	else
		check(arena, &search, &options);
	hs_arena_free(arena);
	return 0;
}
