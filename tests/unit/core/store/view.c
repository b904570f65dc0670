/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of views (handslag/view.h) by one that only says of which moment it is: when it is read, when it
 * follows, that what is held stays, and that nothing is left. */
#include "support.h"

#include <core/store/find/column.h>
#include <handslag/view.h>
#include <pthread.h>
#include <semaphore.h>

#define WORTH 1000u /* bytes that it says it takes */

struct moment {
	uint64_t *seq; /* of its own */
};

/* What was asked of it, and what it is to answer. */
static struct {
	unsigned reads, counts, follows, copies, drops;
	uint64_t behind;
	enum hs_status read_fails, follow_fails, copy_fails;
	size_t most;
	uint64_t of; /* what was read last */
} told;

static enum hs_status take_moment(struct hs_txn *txn, struct moment *moment)
{
	if (!moment->seq)
		moment->seq = calloc(1, sizeof(*moment->seq));
	*moment->seq = hs_txn_seq(txn);
	return HS_OK;
}

static enum hs_status read_moment(struct hs_txn *txn, void *view, uint64_t of, size_t most,
	struct hs_error *err)
{
	told.reads++;
	told.most = most;
	told.of = of;
	take_moment(txn, view);
	return told.read_fails ? hs_fail(err, told.read_fails, "as the test has it") : HS_OK;
}

static enum hs_status behind(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
	struct hs_error *err)
{
	const struct moment *moment = view;
	(void)err;
	told.counts++;
	assert_true(*moment->seq == seq || told.behind == 0);
	assert_true(hs_txn_seq(txn) > seq);
	*out = told.behind;
	return HS_OK;
}

static enum hs_status follow(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err)
{
	struct moment *moment = view;
	told.follows++;
	assert_true(*moment->seq == seq);
	take_moment(txn, moment);
	return told.follow_fails ? hs_fail(err, told.follow_fails, "as the test has it") : HS_OK;
}

static enum hs_status copy(void *to, const void *from, struct hs_error *err)
{
	const struct moment *old = from;
	struct moment *own = to;
	told.copies++;
	own->seq = calloc(1, sizeof(*own->seq));
	*own->seq = *old->seq;
	return told.copy_fails ? hs_fail(err, told.copy_fails, "as the test has it") : HS_OK;
}

static size_t memory(const void *view)
{
	const struct moment *moment = view;
	return moment->seq ? WORTH : 0;
}

static void drop(void *view)
{
	struct moment *moment = view;
	told.drops++;
	free(moment->seq);
}

static const struct hs_view what = { .size = sizeof(struct moment),
	.read = read_moment,
	.behind = behind,
	.follow = follow,
	.copy = copy,
	.memory = memory,
	.drop = drop };

/* ---- looking ---- */

struct look {
	bool quietly;           /* not to be made for it */
	uint64_t of;            /* which one */
	uint64_t now, seen;     /* moments: of the transaction, of the view; 0: there was none */
	sem_t *has, *may_leave; /* another thread is told, and waited for, with the view held */
	uint64_t seen_later;
};

static enum hs_status look_at(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct look *look = arg;
	struct hs_view_hold hold;
	(void)arena;
	enum hs_status status = hs_txn_view(txn, &what, look->of, !look->quietly, &hold, err);
	const struct moment *moment = hold.view;
	look->now = hs_txn_seq(txn);
	look->seen = moment ? *moment->seq : 0;
	if (look->has) {
		sem_post(look->has);
		while (sem_wait(look->may_leave) != 0)
			;
		look->seen_later = moment ? *moment->seq : 0;
	}
	hs_txn_view_end(txn, &hold);
	return status;
}

static enum hs_status look(struct fixture *f, struct look *look)
{
	return hs_store_read_wait(f->store, f->arena, look_at, look, &f->err);
}

static struct look look_ok(struct fixture *f)
{
	struct look one = { .quietly = false };
	if (look(f, &one) != HS_OK)
		fail_msg("%s", f->err.text);
	return one;
}

static void assert_right(const struct look *look)
{
	assert_true(look->seen != 0);
	assert_int_equal(look->seen, look->now);
}

/* A moment later. */
static void go_on(struct fixture *f, uint64_t changes)
{
	told.behind = changes;
	put_ok(f, number_of(f, HS_SPACE_TYPE, "Patient"), "p", "", NULL, 0);
}

static int set_up(void **state)
{
	memset(&told, 0, sizeof(told));
	fixture_setup(state);
	go_on(*state, 1);
	return 0;
}

/* All that was made is freed when the store is closed. */
static void assert_nothing_left(struct fixture *f)
{
	hs_store_close(f->store);
	f->store = NULL;
	assert_int_equal(told.drops, told.reads + told.copies);
	assert_int_equal(hs__columns_memory(), 0);
}

/* ---- tests ---- */

static void is_read_once_and_follows(void **state)
{
	struct fixture *f = *state;
	struct look quiet = { .quietly = true };

	assert_int_equal(look(f, &quiet), HS_OK);
	assert_true(quiet.now && !quiet.seen && !told.reads);
	struct look first = look_ok(f), again = look_ok(f);
	assert_right(&first);
	assert_right(&again);
	assert_int_equal(told.reads, 1);
	assert_int_equal(told.counts, 0);
	assert_true(hs__columns_memory() >= WORTH && told.most > WORTH);
	go_on(f, 1);
	assert_int_equal(look(f, &quiet), HS_OK);
	assert_right(&quiet);
	assert_true(quiet.now > first.now);
	/* What nothing has changed for is right as it is. */
	go_on(f, 0);
	struct look same = look_ok(f);
	assert_int_equal(same.seen, quiet.seen);
	assert_true(same.now > same.seen);
	assert_int_equal(told.counts, 2);
	assert_int_equal(told.follows, 1);
	assert_int_equal(told.reads, 1);
	assert_int_equal(told.copies, 0);
	assert_nothing_left(f);
}

static void stands_beside_others_of_its_kind(void **state)
{
	struct fixture *f = *state;
	struct look other = { .of = 7 }, quiet = { .quietly = true, .of = 7 };

	look_ok(f);
	assert_int_equal(told.of, 0);
	assert_int_equal(look(f, &quiet), HS_OK);
	assert_int_equal(quiet.seen, 0);
	assert_int_equal(look(f, &other), HS_OK);
	assert_right(&other);
	assert_int_equal(told.reads, 2);
	assert_int_equal(told.of, 7);
	look_ok(f);
	assert_int_equal(look(f, &quiet), HS_OK);
	assert_right(&quiet);
	assert_int_equal(told.reads, 2);
	assert_nothing_left(f);
}

static void is_read_anew_when_far_behind(void **state)
{
	struct fixture *f = *state;

	look_ok(f);
	go_on(f, HS_VIEW_FAR);
	struct look far = look_ok(f), next = look_ok(f);
	if (far.seen)
		assert_right(&far);
	assert_right(&next);
	assert_int_equal(told.follows, 0);
	assert_int_equal(told.reads, 2);
	assert_nothing_left(f);
}

static void goes_when_it_fails(void **state)
{
	struct fixture *f = *state;
	struct look one = { .quietly = false };

	told.read_fails = HS_E_CORRUPT;
	assert_int_equal(look(f, &one), HS_E_CORRUPT);
	assert_int_equal(one.seen, 0);
	assert_int_equal(hs__columns_memory(), 0);
	told.read_fails = HS_OK;
	look_ok(f);
	go_on(f, 1);
	told.follow_fails = HS_E_CORRUPT;
	assert_int_equal(look(f, &one), HS_E_CORRUPT);
	told.follow_fails = HS_OK;
	struct look next = look_ok(f);
	assert_right(&next);
	assert_int_equal(told.reads, 3);
	assert_nothing_left(f);
}

/* Who finds out does without, and no search fails. */
static void is_read_anew_when_it_cannot_follow(void **state)
{
	struct fixture *f = *state;

	look_ok(f);
	go_on(f, 1);
	told.follow_fails = HS_E_LIMIT;
	assert_int_equal(look_ok(f).seen, 0);
	told.follow_fails = HS_OK;
	struct look next = look_ok(f);
	assert_right(&next);
	assert_int_equal(told.reads, 2);
	assert_nothing_left(f);
}

/* Nor is it tried again. */
static void is_not_there_when_too_large(void **state)
{
	struct fixture *f = *state;

	told.read_fails = HS_E_LIMIT;
	assert_int_equal(look_ok(f).seen, 0);
	assert_int_equal(look_ok(f).seen, 0);
	assert_int_equal(told.reads, 1);
	assert_nothing_left(f);
}

static void goes_for_want_of_memory(void **state)
{
	struct fixture *f = *state;

	look_ok(f);
	hs__columns_bound(WORTH / 2);
	go_on(f, 1);
	look_ok(f);
	look_ok(f);
	hs__columns_bound(0);
	assert_true(told.drops > 0);
	struct look next = look_ok(f);
	assert_right(&next);
	assert_nothing_left(f);
}

struct holder {
	struct fixture *f;
	struct look look;
	enum hs_status status;
};

static void *hold_on(void *arg)
{
	struct holder *holder = arg;
	struct hs_error err;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	holder->status = hs_store_read_wait(holder->f->store, arena, look_at, &holder->look, &err);
	hs_arena_free(arena);
	return NULL;
}

/* What a search of now is given while one of before holds the view. */
static struct look look_beside_a_holder(struct fixture *f, unsigned *drops)
{
	pthread_t thread;
	sem_t has, may_leave;
	struct holder holder = { .f = f, .look = { .has = &has, .may_leave = &may_leave } };

	sem_init(&has, 0, 0);
	sem_init(&may_leave, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, hold_on, &holder), 0);
	while (sem_wait(&has) != 0)
		;
	go_on(f, 1);
	struct look now = look_ok(f);
	*drops = told.drops;
	sem_post(&may_leave);
	pthread_join(thread, NULL);
	sem_destroy(&has);
	sem_destroy(&may_leave);
	assert_int_equal(holder.status, HS_OK);
	assert_right(&holder.look);
	assert_int_equal(holder.look.seen_later, holder.look.seen);
	assert_true(now.now > holder.look.now);
	assert_int_equal(told.copies, 1);
	return now;
}

/* A search of before is not disturbed by one of now: that has a copy. */
static void stays_as_it_is_while_it_is_held(void **state)
{
	struct fixture *f = *state;
	unsigned drops = 0;
	struct look now = look_beside_a_holder(f, &drops);

	assert_right(&now);
	assert_int_equal(drops, 0);
	assert_int_equal(told.drops, 1); /* the older one, as nobody has it any more */
	struct look next = look_ok(f);
	assert_right(&next);
	assert_int_equal(told.reads, 1);
	assert_nothing_left(f);
}

/* Who would have had the copy does without, and no search fails. */
static void is_read_anew_when_a_copy_does_not_fit(void **state)
{
	struct fixture *f = *state;
	unsigned drops = 0;

	told.copy_fails = HS_E_LIMIT;
	assert_int_equal(look_beside_a_holder(f, &drops).seen, 0);
	assert_int_equal(drops, 1); /* what was copied of it */
	assert_int_equal(told.follows, 0);
	struct look next = look_ok(f);
	assert_right(&next);
	assert_int_equal(told.reads, 2);
	assert_nothing_left(f);
}

static void is_none_for_a_writer(void **state)
{
	struct fixture *f = *state;
	struct look one = { .quietly = false };

	look_ok(f);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, look_at, &one, &f->err), HS_OK);
	assert_int_equal(one.seen, 0);
	assert_nothing_left(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(is_read_once_and_follows),
		TEST(stands_beside_others_of_its_kind),
		TEST(is_read_anew_when_far_behind),
		TEST(goes_when_it_fails),
		TEST(is_read_anew_when_it_cannot_follow),
		TEST(is_not_there_when_too_large),
		TEST(goes_for_want_of_memory),
		TEST(stays_as_it_is_while_it_is_held),
		TEST(is_read_anew_when_a_copy_does_not_fit),
		TEST(is_none_for_a_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
