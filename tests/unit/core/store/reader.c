/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of transactions that a thread keeps from one read to the next. */
#include "support.h"

#include <pthread.h>
#include <sys/stat.h>

#define LONG ((size_t)250000)
#define WRITTEN ((size_t)100000000)

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

static void what_was_acknowledged_is_seen(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	assert_int_equal(read_now(f, type, HS_E_NOT_FOUND).seq, 0);
	for (unsigned i = 1; i <= 50; i++) {
		put_ok(f, type, "a", "text", NULL, 0);
		for (unsigned again = 0; again < 3; again++) {
			struct look look = read_now(f, type, HS_OK);
			assert_int_equal(look.get.out.version, i);
			assert_int_equal(look.seq, look.get.out.seq);
		}
	}
	assert_int_equal(delete_it(f, type, "a"), HS_OK);
	read_now(f, type, HS_E_DELETED);
}

static void names_made_meanwhile_are_known(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	uint32_t other = number_of(f, HS_SPACE_TYPE, "Observation");
	put_ok(f, other, "a", "text", NULL, 0);
	assert_int_equal(read_now(f, other, HS_OK).get.out.type, other);
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

	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	assert_int_equal(pthread_create(&thread, NULL, close_store, f), 0);
	pthread_join(thread, NULL);
	fixture_open(f);
	assert_int_equal(read_now(f, type, HS_OK).get.out.version, 1);
}

/* A backup needs a transaction of its own on the thread that keeps one. */
static void a_kept_transaction_is_in_nobodys_way(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	char path[128];

	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	snprintf(path, sizeof(path), "%s.copy", f->path);
	assert_int_equal(hs_store_backup(f->store, path, &f->err), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	fixture_reopen(f);
	assert_int_equal(read_now(f, type, HS_OK).get.out.version, 1);
}

/* Else it would grow as long as the thread does not read again. */
static void the_log_starts_over_all_the_same(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	char *text = hs_arena_alloc(f->arena, LONG + 1), path[128];
	struct stat log;

	memset(text, 'x', LONG);
	put_ok(f, type, "a", "text", NULL, 0);
	read_now(f, type, HS_OK);
	for (size_t i = 0; i < WRITTEN / LONG; i++) {
		struct hs_arena_mark mark = hs_arena_mark(f->arena);
		put_ok(f, type, "b", text, NULL, 0);
		hs_arena_rollback(f->arena, mark);
	}
	snprintf(path, sizeof(path), "%s-wal", f->path);
	assert_int_equal(stat(path, &log), 0);
	assert_true((size_t)log.st_size < WRITTEN / 2);
	assert_int_equal(read_now(f, type, HS_OK).get.out.version, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_was_acknowledged_is_seen),
		CASE(names_made_meanwhile_are_known),
		CASE(another_thread_may_close_the_store),
		CASE(a_kept_transaction_is_in_nobodys_way),
		CASE(the_log_starts_over_all_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
