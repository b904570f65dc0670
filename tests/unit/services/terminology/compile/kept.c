/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the caches of clients: what is kept, for how long, in how many parts, and what replaces what. */
#include "../ask_test.h"

#include <services/terminology/state.h>

#include <stdio.h>

static struct tx_sandbox sandbox;
static struct hs_arena *arena;

#define HOUR INT64_C(3600000)
#define ID HS_S("the-id")

static struct hs_json *input_of(const char *url, const char *display)
{
	struct hs_slice text = hs_arena_printf(arena,
		"{'resourceType':'Parameters','parameter':[{'name':'tx-resource','resource':{'resourceType':'"
		"CodeSystem',"
		"'url':'%s','content':'complete','status':'active','concept':[{'code':'a','display':'%s'}]}},"
		"{'name':'tx-resource','resource':{'resourceType':'Patient'}},{'name':'url','valueUri':'urn:"
		"x'}]}",
		url, display);

	return ask_json(arena, hs_arena_cstr(arena, text));
}

static void add(const char *url, const char *display, bool first)
{
	struct hs_error err;

	if (hs_tx_kept_add(&sandbox, ID, input_of(url, display), NULL,
		    (struct tx_kept_way) { .first = first }, &err))
		fail_msg("%s", err.text);
}

/* The display of code a as a question sees it: the newest part first; "" when it is not there. */
static const char *display_of(const char *url)
{
	struct tx_kept *kept = hs_tx_kept_get(&sandbox, ID, 0);
	struct tx_scope scope = { .face = TEST_FACES };
	struct tx_system found;
	const char *out = "";

	assert_non_null(kept);
	for (size_t i = kept->count; i-- > 0;)
		scope.layers[scope.count++] = &kept->parts[i]->layer;
	if (hs_tx_find_system(&scope, hs_slice_cstr(url), HS_S_NONE, &found))
		out = hs_arena_cstr(arena,
			hs_tx_concept(found, hs_tx_find_code(arena, found, HS_S("a"), NULL)).display);
	hs_tx_kept_unref(kept);
	return out;
}

static struct tx_kept_state tell(int64_t now)
{
	struct tx_kept_state state = { .sealed = false };

	assert_true(hs_tx_kept_tell(&sandbox, ID, now, &state));
	return state;
}

static void keeps_what_was_sent(void **state)
{
	(void)state;
	assert_null(hs_tx_kept_get(&sandbox, ID, 0));
	assert_true(hs_tx_kept_make(&sandbox, ID, false, 0));
	assert_string_equal(display_of("urn:a"), "");
	add("urn:a", "one", false);
	add("urn:b", "two", false);
	assert_string_equal(display_of("urn:a"), "one");
	assert_string_equal(display_of("urn:b"), "two");
	add("urn:a", "one", false); /* in the same words: nothing new */
	assert_int_equal(tell(0).resources, 2);
	add("urn:a", "other", false);
	assert_string_equal(display_of("urn:a"), "other");
	add("urn:a", "one", false); /* again what it was first */
	assert_string_equal(display_of("urn:a"), "one");
	hs_tx_kept_end(&sandbox, ID);
	assert_null(hs_tx_kept_get(&sandbox, ID, 0));
	hs_tx_kept_end(&sandbox, ID);
}

/* However they come, there are few parts, and all is found. */
static void many_are_few_parts(void **state)
{
	char url[40];

	(void)state;
	assert_true(hs_tx_kept_make(&sandbox, ID, false, 0));
	for (unsigned i = 0; i < 300; i++) {
		snprintf(url, sizeof(url), "urn:many:%u", i);
		add(url, url, false);
		struct tx_kept *kept = hs_tx_kept_get(&sandbox, ID, 0);
		assert_true(kept->count <= 10);
		hs_tx_kept_unref(kept);
	}
	assert_int_equal(tell(0).resources, 300);
	for (unsigned i = 0; i < 300; i += 37) {
		snprintf(url, sizeof(url), "urn:many:%u", i);
		assert_string_equal(display_of(url), url);
	}
	hs_tx_kept_end(&sandbox, ID);
}

static void sealed_takes_only_what_comes_first(void **state)
{
	(void)state;
	assert_true(hs_tx_kept_make(&sandbox, ID, true, 0));
	add("urn:a", "one", true);
	add("urn:b", "two", false);
	assert_string_equal(display_of("urn:a"), "one");
	assert_string_equal(display_of("urn:b"), "");
	assert_true(tell(0).sealed);
	hs_tx_kept_end(&sandbox, ID);
}

static void forgets_what_is_not_used(void **state)
{
	(void)state;
	assert_true(hs_tx_kept_make(&sandbox, ID, false, HOUR));
	assert_int_equal(tell(HOUR + HOUR / 4).idle_ms, HOUR / 4);
	assert_int_equal(tell(HOUR).idle_ms, 0); /* the clock was set back */
	assert_int_equal(tell(HOUR + HOUR / 2).idle_ms, HOUR / 2);
	struct tx_kept *used = hs_tx_kept_get(&sandbox, ID, 2 * HOUR);
	assert_non_null(used);
	assert_null(hs_tx_kept_get(&sandbox, ID, 2 * HOUR + HOUR / 2 + 1));
	hs_tx_kept_unref(used); /* whoever has it may go on using it */
}

static void makes_room(void **state)
{
	char name[20];

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "cache-%u", i);
		assert_true(hs_tx_kept_make(&sandbox, hs_slice_cstr(name), false, i));
	}
	struct tx_kept *kept = hs_tx_kept_get(&sandbox, HS_S("cache-39"), 40);
	assert_non_null(kept);
	hs_tx_kept_unref(kept);
	assert_null(hs_tx_kept_get(&sandbox, HS_S("cache-7"), 40)); /* idle longest */
	hs_tx_kept_end_all(&sandbox);
	assert_null(hs_tx_kept_get(&sandbox, HS_S("cache-39"), 40));
}

/* Neither the first nor the last of the list goes, but the one whose use lies furthest back. */
static void closure_tables_make_room(void **state)
{
	char name[20];

	(void)state;
	for (unsigned i = 0; i < TX_CLOSURES; i++) {
		snprintf(name, sizeof(name), "table-%u", i);
		hs_tx_closure_begin(&sandbox, hs_slice_cstr(name))->left.used_ms = i == 5 ? 1 : 100 - i;
	}
	hs_tx_closure_begin(&sandbox, HS_S("table-0"))->left.used_ms = 100; /* in the place of itself */
	assert_non_null(hs_tx_closure_find(&sandbox, HS_S("table-5")));
	hs_tx_closure_begin(&sandbox, HS_S("another"))->left.used_ms = 200;
	assert_null(hs_tx_closure_find(&sandbox, HS_S("table-5")));
	for (unsigned i = 0; i < TX_CLOSURES; i++) {
		snprintf(name, sizeof(name), "table-%u", i);
		if (i != 5)
			assert_non_null(hs_tx_closure_find(&sandbox, hs_slice_cstr(name)));
	}
	hs_tx_closures_end(&sandbox);
	assert_null(hs_tx_closure_find(&sandbox, HS_S("another")));
}

static void refuses_names(void **state)
{
	char longest[66] = { 0 };

	(void)state;
	memset(longest, 'x', 65);
	assert_false(hs_tx_kept_make(&sandbox, HS_S(""), false, 0));
	assert_false(hs_tx_kept_make(&sandbox, HS_S("a b"), false, 0));
	assert_false(hs_tx_kept_make(&sandbox, HS_S("å"), false, 0));
	assert_false(hs_tx_kept_make(&sandbox, hs_slice(longest, 65), false, 0));
	assert_true(hs_tx_kept_make(&sandbox, hs_slice(longest, 64), false, 0));
	assert_true(hs_tx_kept_make(&sandbox, hs_slice(longest, 64), false, 0)); /* it is there */
	hs_tx_kept_end_all(&sandbox);
}

static int set_up(void **state)
{
	(void)state;
	pthread_mutex_init(&sandbox.lock, NULL);
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hs_tx_kept_end_all(&sandbox);
	pthread_mutex_destroy(&sandbox.lock);
	hs_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_sent),
		cmocka_unit_test(many_are_few_parts),
		cmocka_unit_test(sealed_takes_only_what_comes_first),
		cmocka_unit_test(forgets_what_is_not_used),
		cmocka_unit_test(makes_room),
		cmocka_unit_test(closure_tables_make_room),
		cmocka_unit_test(refuses_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
