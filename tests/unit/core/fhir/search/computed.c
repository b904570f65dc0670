/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries of what an expression works out rather than finds: they are like those of values that stand
 * in the resource. The definitions are a small package of our own. */
#include "../package/make_package.h"
#include "search_test.h"

#define EL(path, max, type) \
	"{\"path\":\"" path "\",\"min\":0,\"max\":\"" max "\",\"type\":[{\"code\":\"" type "\"}]}"
#define SD(name, kind, base, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/" name "\",\"type\":\"" name \
	"\",\"kind\":\"" kind "\",\"baseDefinition\":\"http://t/" base \
	"\",\"derivation\":\"specialization\",\"snapshot\":{\"element\":[{\"path\":\"" name \
	"\",\"min\":0,\"max\":\"*\"}" elements "]}}"
#define SP(code, type, expression) \
	{ \
		"package/" code ".json", \
			"{\"resourceType\":\"SearchParameter\",\"id\":\"" code "\",\"url\":\"http://t/" code \
			"\",\"code\":\"" code "\",\"type\":\"" type \
			"\",\"base\":[\"Thing\"],\"expression\":\"" expression "\"}" \
	}

static const struct made_file files[] = {
	{ "package/package.json", "{\"name\":\"t.core\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}" },
	{ "package/string.json", SD("string", "primitive-type", "none", "") },
	{ "package/resource.json", SD("Resource", "resource", "none", "," EL("Resource.id", "1", "string")) },
	{ "package/thing.json", SD("Thing", "resource", "Resource", "," EL("Thing.name", "*", "string")) },
	SP("names", "number", "Thing.name.count()"),
	SP("below", "number", "Thing.name.count() - 3"),
	SP("share", "number", "Thing.name.count() / 4"),
	SP("many", "number", "iif(Thing.name.exists(), 5000000000L)"),
	SP("named", "token", "Thing.name.exists()"),
	SP("loud", "string", "Thing.name.first().upper()"),
	SP("from", "date", "iif(Thing.name.exists(), @1970-01-02)"),
	SP("moment", "date", "iif(Thing.name.exists(), @1970-01-02T00:00:00Z)"),
};

static char root[64];

static int open_thing(void **state)
{
	struct hs_error err;
	struct hs_package *packages[2] = { NULL };
	(void)state;
	make_folder(root);
	make_package_folder(root, "t.core#1", files, COUNT_OF(files));
	if (hs_package_find(root, HS_S("t.core"), &packages[0], &err))
		fail_msg("%s", err.text);
	struct hs_defs_source source = { .fhir = HS_FHIR_R4, .packages = packages, .world = hs_world_real() };
	names.arena = hs_arena_new(1 << 20);
	hs_map_init(&names.map, names.arena);
	if (hs_defs_open(&source, &defs, &err) || hs_search_rules_new(defs, &rules, &err))
		fail_msg("%s", err.text);
	hs_package_close(packages[0]);
	remove_folder(root);
	return 0;
}

/* The only entry of a parameter of a thing with two names. */
static struct hs_index_row only_row(const char *param)
{
	static char text[] = "{\"resourceType\":\"Thing\",\"name\":[\"a\",\"b\"]}";
	struct hs_arena *arena = names.arena;
	struct hs_index_row *rows = NULL, found = { .param = 0 };
	struct hs_error err;
	size_t count = 0, of_it = 0;
	uint32_t number = number_of(&names, HS_SPACE_PARAM, hs_slice_cstr(param));
	if (hs_search_extract(&(struct hs_search_work) { rules, &numbering, arena },
		    parse_json(arena, hs_slice_cstr(text)), HS_S("http://us/fhir"), &rows, &count, &err))
		fail_msg("%s: %s", param, err.text);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].param != number)
			continue;
		found = rows[i];
		of_it++;
	}
	if (of_it != 1)
		fail_msg("%s has %zu entries", param, of_it);
	return found;
}

static void expect_number(const char *param, double value)
{
	struct hs_index_row row = only_row(param);
	assert_int_equal(row.kind, HS_INDEX_NUMBER);
	if (row.low < value || row.low > value || row.high < value || row.high > value)
		fail_msg("%s: from %g to %g, not %g", param, row.low, row.high, value);
}

static void numbers(void **state)
{
	(void)state;
	expect_number("Thing.names", 2);
	expect_number("Thing.below", -1);
	expect_number("Thing.share", 0.5);
	expect_number("Thing.many", 5e9);
}

static void truths_and_texts(void **state)
{
	(void)state;
	assert_slice(only_row("Thing.named").text, "true");
	assert_slice(only_row("Thing.loud").exact, "A");
	assert_slice(only_row("Thing.loud").text, "a");
}

static void times(void **state)
{
	(void)state;
	struct hs_index_row day = only_row("Thing.from"), second = only_row("Thing.moment");
	assert_int_equal(day.lo, 86400000);
	assert_int_equal(day.hi, 2 * 86400000);
	assert_int_equal(second.lo, 86400000);
	assert_int_equal(second.hi, 86400000 + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(truths_and_texts),
		cmocka_unit_test(times),
	};
	return cmocka_run_group_tests(tests, open_thing, close_rules);
}
