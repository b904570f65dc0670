/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of operations: groups, failures among others, limits of queues, cancellation, budgets, hooks. */
#include "support.h"

#include <pthread.h>

/* A mailbox that the test empties itself. */
struct inbox {
	struct hs_mailbox mailbox; /* first */
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct hs_task *head;
};

static bool post(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct inbox *inbox = (struct inbox *)mailbox;
	pthread_mutex_lock(&inbox->lock);
	task->next = inbox->head;
	inbox->head = task;
	pthread_cond_signal(&inbox->arrived);
	pthread_mutex_unlock(&inbox->lock);
	return true;
}

static void inbox_init(struct inbox *inbox)
{
	*inbox = (struct inbox) { .mailbox.post = post };
	pthread_mutex_init(&inbox->lock, NULL);
	pthread_cond_init(&inbox->arrived, NULL);
}

static void receive(struct inbox *inbox, unsigned count)
{
	while (count) {
		pthread_mutex_lock(&inbox->lock);
		while (!inbox->head)
			pthread_cond_wait(&inbox->arrived, &inbox->lock);
		struct hs_task *task = inbox->head;
		inbox->head = NULL;
		pthread_mutex_unlock(&inbox->lock);
		for (struct hs_task *next; task; task = next, count--) {
			next = task->next;
			task->run(task);
		}
	}
}

static unsigned finished;
static void done(struct hs_store_op *op)
{
	(void)op;
	finished++;
}

/* Holds the writer until the test lets it go, so that what is sent meanwhile becomes one group. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool entered, open;
};

static void gate_init(struct gate *gate)
{
	*gate = (struct gate) { .open = false };
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->changed, NULL);
}

static enum hs_status wait_at_gate(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct gate *gate = arg;
	(void)txn;
	(void)arena;
	(void)err;
	pthread_mutex_lock(&gate->lock);
	gate->entered = true;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
	return HS_OK;
}

static void gate_wait_entered(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	while (!gate->entered)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

struct member {
	struct hs_store_op op;
	struct put_work put;
	struct hs_index_row row;
	char id[16];
	enum hs_status fail; /* after having written */
	unsigned runs;
	bool number;
	bool searches; /* and writes nothing */
	uint64_t found;
};

static uint32_t group_param;

static enum hs_status search(struct hs_txn *txn, struct hs_arena *arena, struct member *member,
	struct hs_error *err)
{
	struct hs_find where = { .op = HS_FIND_TOKEN, .param = group_param, .text = HS_S("shared") };
	struct hs_find_query query = { .type = member->put.type, .where = &where, .want_total = true };
	struct hs_find_page page = { .items = NULL };
	enum hs_status status = hs_txn_find(txn, arena, &query, &page, err);

	member->found = page.total;
	return status;
}

static enum hs_status run_member(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct member *member = arg;

	member->runs++;
	/* What an earlier run left behind in the arena is gone: 64 KiB would not fit twice. */
	assert_non_null(hs_arena_raw(arena, 65536));
	enum hs_status status = member->searches ? search(txn, arena, member, err) :
						   put_one(txn, arena, &member->put, err);
	if (status == HS_OK && member->number && !member->searches)
		assert_int_not_equal(hs_txn_number(txn, HS_SPACE_SYSTEM, hs_slice_cstr(member->id), true), 0);
	if (status == HS_OK && member->fail)
		status = hs_fail(err, member->fail, "on purpose: %s", member->id);
	return status;
}

#define MEMBERS 12

static void send_group(struct fixture *f, struct inbox *inbox, struct member members[MEMBERS], uint32_t type)
{
	for (int i = 0; i < MEMBERS; i++) {
		struct member *member = &members[i];
		snprintf(member->id, sizeof(member->id), "m%d", i);
		member->number = true;
		member->row = (struct hs_index_row) {
			.param = group_param, .kind = HS_INDEX_TOKEN, .text = HS_S("shared")
		};
		member->put = (struct put_work) { .type = type,
			.id = member->id,
			.text = "",
			.index = &member->row,
			.index_count = group_param ? 1 : 0 };
		member->op = (struct hs_store_op) { .work = run_member,
			.arg = member,
			.reply_to = &inbox->mailbox,
			.done = done,
			.arena = hs_arena_new(100000) };
		hs_store_write(f->store, &member->op);
	}
}

static void play_group(struct fixture *f, struct member members[MEMBERS], uint32_t type)
{
	struct inbox inbox;
	struct gate gate;
	struct hs_store_op first = { .work = wait_at_gate,
		.arg = &gate,
		.reply_to = &inbox.mailbox,
		.done = done,
		.arena = f->arena };

	inbox_init(&inbox);
	gate_init(&gate);
	finished = 0;
	hs_store_write(f->store, &first);
	gate_wait_entered(&gate);
	send_group(f, &inbox, members, type);
	assert_int_equal(finished, 0);
	gate_open(&gate);
	receive(&inbox, MEMBERS + 1);
	assert_int_equal(finished, MEMBERS + 1);
	for (int i = 0; i < MEMBERS; i++)
		hs_arena_free(members[i].op.arena);
}

static void a_group_is_one_commit(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct member members[MEMBERS] = { { .fail = HS_OK } };
	struct hs_store_counters before, after;

	hs_store_counters(f->store, &before);
	play_group(f, members, type);
	hs_store_counters(f->store, &after);
	assert_int_equal(after.groups - before.groups, 2);
	assert_int_equal(after.writes - before.writes, MEMBERS + 1);
	for (int i = 0; i < MEMBERS; i++) {
		assert_int_equal(members[i].op.status, HS_OK);
		assert_int_equal(members[i].runs, 1);
		assert_int_equal(members[i].op.seq, i + 1);
	}
}

static void a_failing_member_undoes_only_its_own(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct member members[MEMBERS] = { { .fail = HS_OK } };
	struct hs_resource got;

	members[3].fail = HS_E_CONFLICT;
	members[8].fail = HS_E_PRECONDITION;
	play_group(f, members, type);
	for (int i = 0; i < MEMBERS; i++) {
		assert_int_equal(members[i].op.status, members[i].fail);
		assert_int_equal(get_it(f, type, members[i].id, &got),
			members[i].fail ? HS_E_NOT_FOUND : HS_OK);
	}
	assert_string_equal(members[3].op.error.text, "on purpose: m3");
	assert_int_equal(hs_store_seq(f->store), MEMBERS - 2);
	/* The numbers of failed members were given back, those of the others stand. */
	fixture_reopen(f);
	assert_int_equal(number_of(f, HS_SPACE_SYSTEM, "m11"), MEMBERS - 2);
	assert_int_equal(number_of(f, HS_SPACE_SYSTEM, "m3"), MEMBERS - 1);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

/* Members that search make the entries of those before them be written; when they fail, nothing of others is
 * undone or done twice. */
static void a_group_finds_what_it_holds(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	group_param = number_of(f, HS_SPACE_PARAM, "Patient.code");

	for (int fails = 0; fails < 2; fails++) {
		struct member members[MEMBERS] = { { .fail = HS_OK } };
		struct member after = { .searches = true, .put.type = type };
		uint64_t before = fails ? MEMBERS - 2 : 0;
		members[4].searches = members[9].searches = true;
		members[4].fail = members[9].fail = HS_E_PRECONDITION;
		members[6].fail = fails ? HS_E_CONFLICT : HS_OK;
		play_group(f, members, type);
		for (int i = 0; i < MEMBERS; i++) {
			assert_int_equal(members[i].op.status, members[i].fail);
			assert_int_equal(members[i].runs, 1 + (fails && i <= 6));
		}
		assert_int_equal(members[4].found, fails ? before : 4);
		assert_int_equal(members[9].found, fails ? before : 8);
		assert_int_equal(hs_store_read_wait(f->store, f->arena, run_member, &after, &f->err), HS_OK);
		assert_int_equal(after.found, MEMBERS - 2);
		if (hs_store_check(f->store, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
	}
	group_param = 0;
}

static void a_full_queue_refuses(void **state)
{
	struct fixture *f = *state;
	struct inbox inbox;
	struct gate gate;
	struct hs_store_config config = {
		.path = f->path, .world = hs_world_real(), .readers = f->pool, .queue_depth = 2
	};
	struct hs_store_op ops[5];

	hs_store_close(f->store);
	assert_int_equal(hs_store_open(&config, &f->store, &f->err), HS_OK);
	inbox_init(&inbox);
	gate_init(&gate);
	finished = 0;
	for (int i = 0; i < 5; i++) {
		ops[i] = (struct hs_store_op) { .work = wait_at_gate,
			.arg = &gate,
			.reply_to = &inbox.mailbox,
			.done = done,
			.arena = f->arena };
		hs_store_write(f->store, &ops[i]);
		if (i == 0)
			gate_wait_entered(&gate);
	}
	assert_int_equal(finished, 0); /* refused, but never inside the call */
	receive(&inbox, 2);
	assert_int_equal(ops[3].status, HS_E_BUSY);
	assert_int_equal(ops[4].status, HS_E_BUSY);
	gate_open(&gate);
	receive(&inbox, 3);
	assert_int_equal(ops[2].status, HS_OK);
}

static void cancelled_work_is_not_done(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	const bool cancelled = true;
	struct inbox inbox;
	struct put_work put = { .type = type, .id = "a", .text = "" };
	struct hs_store_op op = { .work = put_one,
		.arg = &put,
		.reply_to = &inbox.mailbox,
		.done = done,
		.arena = f->arena,
		.cancelled = &cancelled };
	struct hs_resource got;

	inbox_init(&inbox);
	hs_store_write(f->store, &op);
	receive(&inbox, 1);
	assert_int_equal(op.status, HS_E_CANCELLED);
	assert_int_equal(get_it(f, type, "a", &got), HS_E_NOT_FOUND);
	op.work = get_one;
	hs_store_read(f->store, &op);
	receive(&inbox, 1);
	assert_int_equal(op.status, HS_E_CANCELLED);
}

/* ---- reading ---- */

static enum hs_status spin(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT "
		"count(*) FROM n",
		err);

	assert_non_null(stmt);
	assert_non_null(hs_arena_raw(arena, 1000));
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*(int64_t *)arg = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static void a_long_read_leaves_the_loop(void **state)
{
	struct fixture *f = *state;
	int64_t count = 0;
	struct inbox inbox;
	struct hs_store_op op = {
		.work = spin, .arg = &count, .reply_to = &inbox.mailbox, .done = done, .arena = f->arena
	};
	size_t used = hs_arena_used(f->arena);

	inbox_init(&inbox);
	finished = 0;
	assert_int_equal(hs_store_read_now(f->store, &op), HS_E_BUDGET);
	assert_int_equal(count, 0);
	assert_int_equal(finished, 0);
	assert_int_equal(hs_arena_used(f->arena), used);
	hs_store_read(f->store, &op);
	receive(&inbox, 1);
	assert_int_equal(op.status, HS_OK);
	assert_int_equal(count, 300000);
	struct hs_store_counters counters;
	hs_store_counters(f->store, &counters);
	assert_int_equal(counters.budget_exceeded, 1);
	assert_int_equal(counters.reads, 1);
}

static void a_read_has_an_end(void **state)
{
	struct fixture *f = *state;
	struct hs_store_config config = {
		.path = f->path, .world = hs_world_real(), .readers = f->pool, .read_limit_ms = 1
	};
	int64_t count = 0;
	struct inbox inbox;
	struct hs_store_op op = {
		.work = spin, .arg = &count, .reply_to = &inbox.mailbox, .done = done, .arena = f->arena
	};

	hs_store_close(f->store);
	assert_int_equal(hs_store_open(&config, &f->store, &f->err), HS_OK);
	inbox_init(&inbox);
	hs_store_read(f->store, &op);
	receive(&inbox, 1);
	assert_int_equal(op.status, HS_E_TOO_COSTLY);
}

struct moment {
	struct fixture *f;
	uint32_t type;
	struct hs_resource before, after;
};

static enum hs_status read_twice(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct moment *moment = arg;
	enum hs_status status = hs_txn_get(txn, arena, moment->type, HS_S("a"), &moment->before, err);

	uint64_t seq = hs_txn_seq(txn);
	put_ok(moment->f, moment->type, "a", "two", NULL, 0); /* meanwhile, in the writer */
	if (status == HS_OK)
		status = hs_txn_get(txn, arena, moment->type, HS_S("a"), &moment->after, err);
	assert_int_equal(hs_txn_seq(txn), seq);
	assert_false(hs_txn_writes(txn));
	return status;
}

static void a_read_sees_one_moment(void **state)
{
	struct fixture *f = *state;
	struct moment moment = { .f = f, .type = number_of(f, HS_SPACE_TYPE, "Patient") };
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_resource got;

	put_ok(f, moment.type, "a", "one", NULL, 0);
	assert_int_equal(hs_store_read_wait(f->store, arena, read_twice, &moment, &f->err), HS_OK);
	assert_int_equal(moment.before.version, 1);
	assert_int_equal(moment.after.version, 1);
	assert_int_equal(get_it(f, moment.type, "a", &got), HS_OK);
	assert_int_equal(got.version, 2);
	hs_arena_free(arena);
}

/* ---- many threads ---- */

struct reader {
	struct fixture *f;
	uint32_t type;
	bool *stop;
	pthread_t thread;
	uint64_t reads;
};

/* What a cache does: a value stays good while the stamp is the one from before the read. The version read
 * from it must never be older than the version known to be acknowledged before looking. */
static uint64_t acknowledged_version;

static void *read_with_cache(void *arg)
{
	struct reader *reader = arg;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	uint64_t cached = 0;
	uint32_t stamp = 0;
	bool valid = false;

	while (!__atomic_load_n(reader->stop, __ATOMIC_RELAXED)) {
		uint64_t least = __atomic_load_n(&acknowledged_version, __ATOMIC_SEQ_CST);
		if (!valid || hs_store_stamp(reader->f->store, reader->type, HS_S("a")) != stamp) {
			struct put_work work = { .type = reader->type, .id = "a" };
			struct hs_store_op op = { .work = get_one, .arg = &work, .arena = arena };
			stamp = hs_store_stamp(reader->f->store, reader->type, HS_S("a"));
			valid = hs_store_read_now(reader->f->store, &op) == HS_OK;
			cached = work.out.version;
			hs_arena_reset(arena);
		}
		if (valid && cached < least)
			abort();
		reader->reads++;
	}
	hs_arena_free(arena);
	return NULL;
}

static void caches_are_never_stale(void **state)
{
	struct fixture *f = *state;
	struct reader readers[3];
	bool stop = false;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	put_ok(f, type, "a", "", NULL, 0);
	acknowledged_version = 1;
	for (int i = 0; i < 3; i++) {
		readers[i] = (struct reader) { .f = f, .type = type, .stop = &stop };
		assert_int_equal(pthread_create(&readers[i].thread, NULL, read_with_cache, &readers[i]), 0);
	}
	for (unsigned i = 0; i < 300; i++) {
		put_ok(f, type, "a", "", NULL, 0);
		__atomic_add_fetch(&acknowledged_version, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++) {
		pthread_join(readers[i].thread, NULL);
		assert_true(readers[i].reads > 0);
	}
}

static void one_thread_reads_many_stores(void **state)
{
	struct fixture *f = *state;
	struct hs_store *stores[40];
	char paths[40][128];
	struct put_work work = { .type = 1, .id = "a" };
	struct hs_store_op op = { .work = get_one, .arg = &work, .arena = f->arena };

	for (int i = 0; i < 40; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/s%d.db", f->folder, i);
		struct hs_store_config config = {
			.path = paths[i], .world = hs_world_real(), .readers = f->pool
		};
		assert_int_equal(hs_store_open(&config, &stores[i], &f->err), HS_OK);
	}
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 40; i++)
			assert_int_equal(hs_store_read_now(stores[i], &op), HS_E_NOT_FOUND);
	}
	for (int i = 0; i < 40; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };
		hs_store_close(stores[i]);
		for (int e = 0; e < 3; e++) {
			char file[160];
			snprintf(file, sizeof(file), "%s/s%d.db%s", f->folder, i, ends[e]);
			unlink(file);
		}
	}
}

/* Whoever hears of a write reads it: what the store says is committed is not behind an acknowledgement. */
static void an_acknowledged_write_is_committed(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	for (uint64_t i = 1; i < 5; i++) {
		put_ok(f, type, "a", "", NULL, 0);
		assert_int_equal(hs_store_seq(f->store), i);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_group_is_one_commit),
		CASE(a_failing_member_undoes_only_its_own),
		CASE(a_group_finds_what_it_holds),
		CASE(a_full_queue_refuses),
		CASE(cancelled_work_is_not_done),
		CASE(a_long_read_leaves_the_loop),
		CASE(a_read_has_an_end),
		CASE(a_read_sees_one_moment),
		CASE(caches_are_never_stale),
		CASE(one_thread_reads_many_stores),
		CASE(an_acknowledged_write_is_committed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
