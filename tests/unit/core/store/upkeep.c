/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of upkeep: what single commits gave to a key becomes blocks while nothing is written, new rows and
 * changed ones, and a load is left alone. */
#include "support.h"

#include <time.h>

#define ITEMS 1500
#define CODES 3
#define PATIENCE 20 /* seconds, on a machine that does much else */

static enum hs_status put_some(struct hs_txn *txn, struct hs_arena *arena, unsigned from, unsigned count,
	unsigned shift, struct hs_error *err)
{
	static const char *const codes[CODES] = { "active", "entered", "final" };
	uint32_t type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), true);
	uint32_t param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Patient.code"), true);
	enum hs_status status = HS_OK;

	for (unsigned i = from; i < from + count && status == HS_OK; i++) {
		char id[16];
		snprintf(id, sizeof(id), "i%u", i);
		struct hs_index_row row = { .param = param,
			.kind = HS_INDEX_TOKEN,
			.text = hs_slice_cstr(codes[(i + shift) % CODES]) };
		struct put_work work = {
			.type = type, .id = id, .text = "", .index = &row, .index_count = 1
		};
		status = put_one(txn, arena, &work, err);
	}
	return status;
}

struct some {
	unsigned from, count, shift;
};

static enum hs_status run_some(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct some *some = arg;
	return put_some(txn, arena, some->from, some->count, some->shift, err);
}

/* In commits of `each`. */
static void put_all(struct fixture *f, unsigned each, unsigned shift)
{
	for (unsigned from = 0; from < ITEMS; from += each) {
		struct some some = { from, each, shift };
		if (hs_store_write_wait(f->store, f->arena, run_some, &some, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		hs_arena_reset(f->arena);
	}
}

static enum hs_status count_blocks(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	(void)arena;
	return hs_sql_ask(hs_sql(txn, "SELECT count(*) FROM entry", err), arg, err);
}

static uint64_t blocks(struct fixture *f)
{
	uint64_t count = 0;
	if (hs_store_read_wait(f->store, f->arena, count_blocks, &count, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return count;
}

/* Until there are at most so many. */
static void wait_for_blocks(struct fixture *f, uint64_t most)
{
	time_t end = time(NULL) + PATIENCE;
	uint64_t count;

	while ((count = blocks(f)) > most) {
		if (time(NULL) > end)
			fail_msg("%llu blocks were not merged to %llu", (unsigned long long)count,
				(unsigned long long)most);
	}
	if (hs_store_check(f->store, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

/* The codes, their outlines and one moment: full blocks of three codes, and of two keys that all have. */
#define FULL (UINT64_C(2) * (ITEMS / 128 + 1) + UINT64_C(3) * (ITEMS / CODES / 128 + 1))

/* Rows that are not worth a part may be left, each with its keys. */
#define FEW UINT64_C(50)

static void single_commits_become_blocks(void **state)
{
	struct fixture *f = *state;

	f->merging = true;
	fixture_reopen(f);
	put_all(f, CODES, 0);
	wait_for_blocks(f, FULL + FEW);
	fixture_reopen(f);
	assert_true(blocks(f) <= FULL + FEW);
}

static void changed_ones_do_too(void **state)
{
	struct fixture *f = *state;

	put_all(f, ITEMS, 0);
	put_all(f, ITEMS, 1); /* one commit, but each by itself leaves the block it was in */
	wait_for_blocks(f, FULL);
}

static void a_load_is_merged_from_the_start(void **state)
{
	struct fixture *f = *state;
	uint64_t merged = 0;

	put_all(f, ITEMS, 0);
	assert_true(blocks(f) <= FULL);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, count_blocks, &merged, &f->err), HS_OK);
	fixture_reopen(f);
	assert_int_equal(blocks(f), merged);
}

/* Of rows that are fewer than worth a part nothing is touched, and a store may be closed at any moment. */
static void closing_ends_it(void **state)
{
	struct fixture *f = *state;

	f->merging = true;
	for (unsigned round = 0; round < 40; round++) {
		struct some some = { round * 30, 30, 0 };
		fixture_reopen(f);
		for (some.count = 10; some.from < round * 30 + 30; some.from += 10)
			assert_int_equal(hs_store_write_wait(f->store, f->arena, run_some, &some, &f->err),
				HS_OK);
		hs_arena_reset(f->arena);
	}
	fixture_reopen(f);
	if (hs_store_check(f->store, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

/* ---- work when idle ---- */

static int turns, failing; /* atomic access */

static enum hs_status take_turn(struct hs_txn *txn, struct hs_arena *arena, bool *more, struct hs_error *err)
{
	(void)arena;
	assert_true(hs_txn_writes(txn));
	int turn = __atomic_add_fetch(&turns, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&failing, __ATOMIC_SEQ_CST))
		return hs_fail(err, HS_E_CONFLICT, "on purpose");
	*more = turn % 5 != 0;
	return HS_OK;
}

static void wait_for_turns(int wanted)
{
	time_t end = time(NULL) + PATIENCE;

	while (__atomic_load_n(&turns, __ATOMIC_SEQ_CST) < wanted) {
		if (time(NULL) > end)
			fail_msg("%d turns instead of %d", turns, wanted);
	}
}

static void idle_work_goes_on_until_it_is_done(void **state)
{
	struct fixture *f = *state;
	struct some some = { 0, 1, 0 };

	turns = failing = 0;
	f->merging = true; /* without a pause */
	fixture_reopen(f);
	hs_store_when_idle(f->store, take_turn);
	wait_for_turns(5);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, run_some, &some, &f->err), HS_OK);
	wait_for_turns(10);
	__atomic_store_n(&failing, 1, __ATOMIC_SEQ_CST);
	some.from = 1;
	assert_int_equal(hs_store_write_wait(f->store, f->arena, run_some, &some, &f->err), HS_OK);
	wait_for_turns(11);
	some.from = 2;
	assert_int_equal(hs_store_write_wait(f->store, f->arena, run_some, &some, &f->err), HS_OK);
	wait_for_turns(12);
	fixture_reopen(f);
	assert_int_equal(turns, 12);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(single_commits_become_blocks),
		CASE(changed_ones_do_too),
		CASE(a_load_is_merged_from_the_start),
		CASE(closing_ends_it),
		CASE(idle_work_goes_on_until_it_is_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
