/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of transactions that a thread keeps from one read to the next until it pauses. */
#include "support.h"

#include <pthread.h>

struct look {
	struct put_work get;
	uint64_t seq;
};

static enum hs_status look_at(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct look *look = arg;
	look->seq = hs_txn_seq(txn);
	return get_one(txn, arena, &look->get, err);
}

static struct look read_now(struct fixture *f, uint32_t type, enum hs_status wanted)
{
	struct look look = { .get = { .type = type, .id = "a" } };
	struct hs_store_op op = { .work = look_at, .arg = &look, .arena = f->arena };
	assert_int_equal(hs_store_read_now(f->store, &op), wanted);
	return look;
}

static void what_was_acknowledged_is_seen_without_a_pause(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	hs_store_read_pause();
	assert_int_equal(read_now(f, type, HS_E_NOT_FOUND).seq, 0);
	for (unsigned i = 1; i <= 50; i++) {
		put_ok(f, type, "a", "text", NULL, 0);
		for (unsigned again = 0; again < 3; again++) {
			struct look look = read_now(f, type, HS_OK);
			assert_int_equal(look.get.out.version, i);
			assert_int_equal(look.seq, look.get.out.seq);
		}
		if (i % 7 == 0)
			hs_store_read_pause();
	}
	assert_int_equal(delete_it(f, type, "a"), HS_OK);
	read_now(f, type, HS_E_DELETED);
	hs_store_read_pause();
}

static void names_made_meanwhile_are_known(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	hs_store_read_pause();
	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	uint32_t other = number_of(f, HS_SPACE_TYPE, "Observation");
	put_ok(f, other, "a", "text", NULL, 0);
	assert_int_equal(read_now(f, other, HS_OK).get.out.type, other);
	hs_store_read_pause();
}

static void *close_store(void *arg)
{
	struct fixture *f = arg;
	hs_store_close(f->store);
	return NULL;
}

static void another_thread_may_close_the_store(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	pthread_t thread;

	hs_store_read_pause();
	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	assert_int_equal(pthread_create(&thread, NULL, close_store, f), 0);
	pthread_join(thread, NULL);
	hs_store_read_pause();
	fixture_open(f);
	assert_int_equal(read_now(f, type, HS_OK).get.out.version, 1);
	hs_store_read_pause();
}

/* A backup needs a transaction of its own on the thread that keeps one. */
static void a_kept_transaction_is_in_nobodys_way(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	char path[128];

	hs_store_read_pause();
	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	snprintf(path, sizeof(path), "%s.copy", f->path);
	assert_int_equal(hs_store_backup(f->store, path, &f->err), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	hs_store_read_pause();
	fixture_reopen(f);
	assert_int_equal(read_now(f, type, HS_OK).get.out.version, 1);
	hs_store_read_pause();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_was_acknowledged_is_seen_without_a_pause),
		CASE(names_made_meanwhile_are_known),
		CASE(another_thread_may_close_the_store),
		CASE(a_kept_transaction_is_in_nobodys_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
