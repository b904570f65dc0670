/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes of the bulk way: each shape is examined the ordinary way once, what is stored by its recipe later
 * fits it, and what a recipe cannot take goes by itself. The ordinary way is a small one of the test's. */
#include <services/record-index/load/load.h>
#include <services/record-index/record_index.h>

#include <handslag/json.h>
#include <handslag/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SHAPES 40u /* more than are looked at before all others (HS_LEDGER_RECENT) */

static struct hs_arena *arena;
static struct hs_ledger_loader *loader;
static unsigned examined;

/* ---- the ordinary way ---- */

/* A number for each name, the same each time. */
static uint32_t number(void *arg, unsigned space, struct hs_slice name)
{
	uint32_t made = 7 + space;
	(void)arg;
	for (size_t i = 0; i < name.len; i++)
		made = made * 31 + (unsigned char)name.ptr[i];
	return made | 1;
}

static struct hs_index_row row_of(const char *param, const char *system, struct hs_slice text)
{
	return (struct hs_index_row) { .param = number(NULL, HS_SPACE_PARAM, hs_slice_cstr(param)),
		.kind = HS_INDEX_TOKEN,
		.system = hs_slice_cstr(system),
		.text = text };
}

/* With an id there is meta behind it. */
static struct hs_slice with_meta(struct hs_arena *to, struct hs_slice text, const struct hs_resource *version)
{
	char instant[HS_INSTANT_LEN + 1];
	struct hs_slice id = hs_arena_printf(to, "\"id\":\"%.*s\"", HS_S_ARG(version->id));
	size_t at = hs_slice_search(text, id);
	hs_time_instant(version->updated_ms, instant);
	assert_true(at != SIZE_MAX);
	return hs_arena_printf(to, "%.*s,\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"%s\"}%.*s",
		HS_S_ARG(hs_slice_first(text, at + id.len)), instant,
		HS_S_ARG(hs_slice_from(text, at + id.len)));
}

static bool examine(void *arg, struct hs_arena *to, struct hs_slice text, const struct hs_resource *version,
	struct hs_bulk_examined *out)
{
	struct hs_error err;
	struct hs_index_row *rows = hs_arena_array(to, 4, sizeof *rows);
	struct hs_resource called = *version;
	(void)arg;
	examined++;
	*out = (struct hs_bulk_examined) { .rows = rows };
	if (hs_json_parse(to, text, NULL, &out->tree, &err) || !rows ||
		hs_json_get(out->tree, HS_S("refused")))
		return false;
	const struct hs_json *master = hs_json_get(out->tree, HS_S("masterIdentifier"));
	rows[out->count++] = row_of("DocumentReference.identifier", "urn:ietf:rfc:3986",
		hs_json_get_text(master, HS_S("value")));
	rows[out->count++] = row_of("DocumentReference.status", "",
		hs_json_get_text(out->tree, HS_S("status")));
	called.id = hs_json_get_text(out->tree, HS_S("id"));
	out->stored = with_meta(to, text, &called);
	return true;
}

/* ---- what is read ---- */

static int open_loader(void **state)
{
	static struct hs_record_index index;
	static const struct hs_bulk_tools tools = {
		.fhir = HS_FHIR_R4, .number = number, .examine = examine
	};
	(void)state;
	arena = hs_arena_new((size_t)64 << 20);
	loader = hs_ledger_bulk.open(&index, &tools);
	assert_non_null(loader);
	examined = 0;
	return 0;
}

static int close_loader(void **state)
{
	(void)state;
	hs_ledger_bulk.close(loader);
	hs_arena_free(arena);
	return 0;
}

/* A pointer of a shape; `rest` goes behind its status. */
static struct hs_slice pointer(unsigned shape, unsigned id, const char *rest)
{
	return hs_arena_printf(arena,
		"{\"resourceType\":\"DocumentReference\",\"id\":\"p-%u\",\"masterIdentifier\":{\"system\":"
		"\"urn:ietf:rfc:3986\",\"value\":\"urn:oid:1.2.%u\"},\"status\":\"status-%u\"%s,"
		"\"content\":[{\"attachment\":{\"url\":\"https://a.example/%u\"}}]}",
		id, id, shape, rest, id * 7);
}

static const struct hs_ledger_ready *read_it(struct hs_slice text)
{
	const struct hs_ledger_ready *ready = hs_ledger_bulk.read(loader, arena, text);
	if (!ready)
		fail_msg("the bulk way does not take %.*s", HS_S_ARG(text));
	return ready;
}

/* What is stored is filled in from the text itself. */
static void assert_filled(const struct hs_ledger_ready *ready, unsigned id)
{
	struct hs_slice want = hs_arena_printf(arena, "p-%u", id),
			oid = hs_arena_printf(arena, "urn:oid:1.2.%u", id);
	assert_true(hs_slice_eq(ready->id, want));
	assert_true(hs_slice_eq(ready->master, oid));
	assert_int_equal(ready->recipe->hole_count, 3);
}

/* ---- tests ---- */

static void learn_each_shape_once(void **state)
{
	const struct hs_ledger_recipe *first[SHAPES];
	(void)state;
	for (unsigned i = 0; i < SHAPES; i++) {
		const struct hs_ledger_ready *ready = read_it(pointer(i, 100 + i, ""));
		assert_true(ready->recipe->good);
		assert_filled(ready, 100 + i);
		first[i] = ready->recipe;
	}
	assert_int_equal(loader->recipe_count, SHAPES);
	unsigned before = examined;
	for (unsigned i = 0; i < SHAPES * 3; i++) {
		const struct hs_ledger_ready *ready = read_it(pointer(i % SHAPES, 9000 + i, ""));
		assert_ptr_equal(ready->recipe, first[i % SHAPES]);
		assert_filled(ready, 9000 + i);
	}
	assert_int_equal(examined, before);
	assert_int_equal(loader->recipe_count, SHAPES);
}

static void are_of_what_the_text_has(void **state)
{
	static const char *const rests[] = { "", ",\"subject\":{\"display\":\"A\"}",
		",\"custodian\":{\"display\":\"A\"}", ",\"date\":\"2020-02-03T04:05:06Z\"",
		",\"subject\":{\"display\":\"A\"},\"custodian\":{\"display\":\"A\"}" };
	enum { RESTS = sizeof rests / sizeof rests[0] };
	(void)state;
	for (unsigned i = 0; i < 2 * RESTS; i++) {
		const struct hs_ledger_ready *ready = read_it(pointer(0, i, rests[i % RESTS]));
		const char *rest = rests[i % RESTS];
		assert_true(ready->recipe->good);
		assert_true((ready->subject.known != NULL) == (strstr(rest, "subject") != NULL));
		assert_true((ready->custodian.known != NULL) == (strstr(rest, "custodian") != NULL));
		assert_true(ready->recipe->has_date == (strstr(rest, "date") != NULL));
		assert_int_equal(ready->date, strstr(rest, "date") ? 1580702706 : 0);
	}
	assert_int_equal(loader->recipe_count, RESTS);
}

/* An object that is kept whole is part of what a recipe is for. */
static void compare_what_is_kept_whole(void **state)
{
	static const char author[] = ",\"author\":[{\"reference\":\"Practitioner/%u\"}]";
	const struct hs_ledger_recipe *of[SHAPES];
	char rest[100];
	(void)state;
	for (unsigned i = 0; i < 2 * SHAPES; i++) {
		snprintf(rest, sizeof rest, author, i % SHAPES);
		const struct hs_ledger_ready *ready = read_it(pointer(0, i, rest));
		assert_true(ready->recipe->good);
		if (i < SHAPES)
			of[i] = ready->recipe;
		else
			assert_ptr_equal(ready->recipe, of[i - SHAPES]);
	}
	assert_int_equal(loader->recipe_count, SHAPES);
}

static void leave_what_they_cannot_take(void **state)
{
	(void)state;
	const struct hs_ledger_ready *ready = read_it(pointer(0, 1, ""));
	const struct hs_ledger_recipe *usual = ready->recipe;
	/* An escape: what is stored may be written in another way. */
	struct hs_slice odd =
		HS_S("{\"resourceType\":\"DocumentReference\",\"id\":\"p-2\",\"masterIdentifier\":{"
		     "\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:oid:1.2.2\"},\"status\":"
		     "\"status-0\",\"content\":[{\"attachment\":{\"url\":\"https://a.example/\\u0041\""
		     "}}]}");
	ready = hs_ledger_bulk.read(loader, arena, odd);
	assert_true(!ready || ready->recipe != usual);
	/* What the ordinary way refuses, or what means more than it says. */
	assert_null(hs_ledger_bulk.read(loader, arena, pointer(1, 3, ",\"refused\":true")));
	ready = hs_ledger_bulk.read(loader, arena,
		pointer(1, 4, ",\"relatesTo\":[{\"code\":\"replaces\",\"target\":{\"reference\":\"x\"}}]"));
	assert_true(!ready || !ready->recipe->good || ready->recipe != usual);
	assert_ptr_equal(read_it(pointer(0, 5, ""))->recipe, usual);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loader, close_loader)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(learn_each_shape_once),
		TEST(are_of_what_the_text_has),
		TEST(compare_what_is_kept_whole),
		TEST(leave_what_they_cannot_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
