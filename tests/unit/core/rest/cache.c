/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of current versions: hits, staleness by stamp, eviction by bytes, and replies that outlive it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <core/rest/cache.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t stamp;

/* In place of the store's: the cache asks for nothing else. */
uint32_t hs_store_stamp(const struct hs_store *store, uint32_t type, struct hs_slice id)
{
	(void)store;
	(void)type;
	(void)id;
	return stamp;
}

static struct hs_rest rest = { .config = { .cache_bytes = 64 << 10 } };
static struct hs_rest_sandbox sandbox = { .rest = &rest, .serial = 1 };
static struct hs_rest_sandbox other = { .rest = &rest, .serial = 2 };

static struct hs__rest_key key_of(const struct hs_rest_sandbox *box, const char *id)
{
	return (struct hs__rest_key) { box, 7, hs_slice_cstr(id) };
}

/* Puts `size` bytes under an id; true when it was kept. */
static bool put(const char *id, uint64_t version, size_t size)
{
	char *body = malloc(size);
	struct hs__rest_key key = key_of(&sandbox, id);
	memset(body, 'x', size);
	struct hs_resource resource = {
		.version = version, .updated_ms = 1795294694123, .body = hs_slice(body, size)
	};
	struct hs__rest_cached *entry = hs__rest_cache_put(&key, stamp, &resource);
	free(body);
	if (entry)
		hs__rest_cached_unref(entry);
	return entry != NULL;
}

static bool has(const char *id)
{
	struct hs__rest_key key = key_of(&sandbox, id);
	struct hs__rest_cached *entry = hs__rest_cache_get(&key);
	if (entry)
		hs__rest_cached_unref(entry);
	return entry != NULL;
}

static int clear(void **state)
{
	(void)state;
	hs__rest_cache_clear();
	return 0;
}

static void gives_what_was_put(void **state)
{
	struct hs__rest_key key = key_of(&sandbox, "a"), elsewhere = key_of(&other, "a"), type = key;
	(void)state;
	assert_false(has("a"));
	assert_true(put("a", 12, 100));
	struct hs__rest_cached *entry = hs__rest_cache_get(&key);
	assert_non_null(entry);
	assert_int_equal(entry->body_len, 100);
	assert_memory_equal(entry->etag, "W/\"12\"", entry->etag_len);
	assert_string_equal(entry->modified, "Sat, 21 Nov 2026 20:58:14 GMT");
	type.type = 8;
	assert_null(hs__rest_cache_get(&elsewhere));
	assert_null(hs__rest_cache_get(&type));
	assert_true(put("a", 13, 50)); /* in place of the old one, which the reply still holds */
	assert_int_equal(entry->body_len, 100);
	hs__rest_cached_unref(entry);
	entry = hs__rest_cache_get(&key);
	assert_int_equal(entry->version, 13);
	hs__rest_cached_unref(entry);
}

static void forgets_what_a_write_touched(void **state)
{
	(void)state;
	assert_true(put("a", 1, 100));
	assert_true(has("a"));
	stamp++;
	assert_false(has("a"));
	assert_true(put("a", 2, 100));
	assert_true(has("a"));
}

static void stays_within_its_bytes(void **state)
{
	char id[16];
	unsigned kept = 0;
	(void)state;
	assert_false(put("large", 1, 5000)); /* more than a sixteenth */
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "r%d", i);
		assert_true(put(id, 1, 1000));
		assert_true(has("r0")); /* what is used all the time stays */
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "r%d", i);
		kept += has(id);
	}
	assert_in_range(kept, 40, 64);
	assert_true(has("r999"));
	assert_false(has("r1"));
}

static void *other_thread(void *arg)
{
	bool *seen = arg;
	*seen = has("a");
	put("b", 1, 100);
	return NULL;
}

static void is_of_one_thread(void **state)
{
	pthread_t thread;
	bool seen = true;
	(void)state;
	assert_true(put("a", 1, 100));
	assert_int_equal(pthread_create(&thread, NULL, other_thread, &seen), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(seen);
	assert_false(has("b"));
	assert_true(has("a"));
}

static void lets_replies_outlive_it(void **state)
{
	struct hs__rest_key key = key_of(&sandbox, "a");
	(void)state;
	assert_true(put("a", 1, 100));
	struct hs__rest_cached *entry = hs__rest_cache_get(&key);
	hs__rest_cache_clear();
	assert_int_equal(entry->body[99], 'x');
	hs__rest_cached_unref(entry);
	assert_false(has("a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(gives_what_was_put, clear),
		cmocka_unit_test_teardown(forgets_what_a_write_touched, clear),
		cmocka_unit_test_teardown(stays_within_its_bytes, clear),
		cmocka_unit_test_teardown(is_of_one_thread, clear),
		cmocka_unit_test_teardown(lets_replies_outlive_it, clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
