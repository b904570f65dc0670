/* SPDX-License-Identifier: Apache-2.0 */
/* The stored text: the sender's bytes with id and meta put in, and nothing else changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <core/rest/compose.h>

static const struct hs_resource version = {
	.id = HS_S_INIT("a-1"), .version = 7, .updated_ms = 1795294694123
};

/* The text that is made of `sent`, from its bytes or from its tree; both must be valid JSON. */
static struct hs_slice composed(struct hs_arena *arena, const char *sent, bool from_tree)
{
	struct hs__rest_compose compose;
	struct hs_json *tree = NULL, *again = NULL;
	struct hs_error err = { 0 };
	struct hs_buf out;
	assert_int_equal(hs_json_parse(arena, hs_slice_cstr(sent), NULL, &tree, &err), HS_OK);
	hs__rest_compose_init(&compose, tree, from_tree ? HS_S_NONE : hs_slice_cstr(sent));
	hs_buf_init(&out, arena, 65536);
	assert_int_equal(hs__rest_compose(&version, &compose, &out, &err), HS_OK);
	assert_int_equal(hs_json_parse(arena, hs_buf_slice(&out), NULL, &again, &err), HS_OK);
	return hs_buf_slice(&out);
}

static void expect(const char *sent, const char *stored)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice text = composed(arena, sent, false);
	assert_string_equal(hs_arena_cstr(arena, text), stored);
	hs_arena_free(arena);
}

#define UPDATED "2026-11-21T20:58:14.123Z"

static void puts_id_and_meta_into_the_bytes(void **state)
{
	(void)state;
	expect("{\"resourceType\":\"Patient\"}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\"}}");
	expect("{\"resourceType\":\"Patient\",\"id\":\"mine\",\"active\":true}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\"},\"active\":true}");
}

static void keeps_the_senders_meta(void **state)
{
	(void)state;
	expect("{\"resourceType\":\"Patient\",\"meta\":{\"source\":\"urn:x\"}}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\",\"source\":\"urn:x\"}}");
	expect("{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"99\",\"source\":\"urn:x\"}}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"lastUpdated\":\"" UPDATED
		"\",\"versionId\":\"7\",\"source\":\"urn:x\"}}");
	expect("{\"resourceType\":\"Patient\",\"meta\":{\"lastUpdated\":\"1999-01-01T00:00:00Z\"}}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\"}}");
	expect("{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"1999-01-01T00:"
	       "00:00Z\"}}",
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\"}}");
}

static void keeps_order_white_space_and_numbers(void **state)
{
	(void)state;
	expect(" {\n  \"meta\" : { } ,\n  \"valueQuantity\": {\"value\": 1.10},\n  \"id\" : \"x\",\n"
	       "  \"resourceType\" : \"Observation\" }\n",
		"{\n  \"meta\" : {\"versionId\":\"7\",\"lastUpdated\":\"" UPDATED
		"\" } ,\n  \"valueQuantity\": {\"value\": 1.10},\n  \"id\" : \"a-1\",\n"
		"  \"resourceType\" : \"Observation\" }");
}

static void finds_the_resource_within_a_bundle(void **state)
{
	const char *text = "{\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"active\":true}}]}";
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs__rest_compose compose;
	struct hs_json *tree = NULL;
	struct hs_error err = { 0 };
	struct hs_buf out;
	(void)state;
	assert_int_equal(hs_json_parse(arena, hs_slice_cstr(text), NULL, &tree, &err), HS_OK);
	tree = hs_json_get(hs_json_first(hs_json_get(tree, HS_S("entry"))), HS_S("resource"));
	hs__rest_compose_init(&compose, tree, hs_slice_cstr(text));
	hs_buf_init(&out, arena, 4096);
	assert_int_equal(hs__rest_compose(&version, &compose, &out, &err), HS_OK);
	assert_string_equal(hs_arena_cstr(arena, hs_buf_slice(&out)),
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\"},\"active\":true}");
	hs_arena_free(arena);
}

static void writes_a_changed_tree(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice text = composed(arena,
		"{\"active\":true,\"meta\":{\"versionId\":\"3\",\"tag\":[{\"code\":\"x\"}]},\"resourceType\":"
		"\"Patient\"}",
		true);
	(void)state;
	assert_string_equal(hs_arena_cstr(arena, text),
		"{\"resourceType\":\"Patient\",\"id\":\"a-1\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
		"\"" UPDATED "\",\"tag\":[{\"code\":\"x\"}]},\"active\":true}");
	hs_arena_free(arena);
}

static void says_when_it_is_too_large(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs__rest_compose compose;
	struct hs_json *tree = NULL;
	struct hs_error err = { 0 };
	struct hs_buf out;
	struct hs_slice text = HS_S("{\"resourceType\":\"Patient\"}");
	(void)state;
	assert_int_equal(hs_json_parse(arena, text, NULL, &tree, &err), HS_OK);
	hs__rest_compose_init(&compose, tree, text);
	hs_buf_init(&out, arena, 40);
	assert_int_equal(hs__rest_compose(&version, &compose, &out, &err), HS_E_LIMIT);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_id_and_meta_into_the_bytes),
		cmocka_unit_test(keeps_the_senders_meta),
		cmocka_unit_test(keeps_order_white_space_and_numbers),
		cmocka_unit_test(finds_the_resource_within_a_bundle),
		cmocka_unit_test(writes_a_changed_tree),
		cmocka_unit_test(says_when_it_is_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
