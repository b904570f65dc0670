/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of current versions, numbers, savepoints, stamps and histories. */
#include "support.h"

static void versions_follow_each_other(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_resource got;

	assert_int_equal(get_it(f, type, "a", &got), HS_E_NOT_FOUND);
	put_ok(f, type, "a", "one", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_slice(got.body, "{\"id\":\"a\",\"v\":1,\"text\":\"one\"}");
	assert_int_equal(got.version, 1);
	assert_int_equal(got.change, HS_CHANGE_CREATE);
	assert_int_equal(got.updated_ms, f->now_ms);
	uint64_t row = got.row, seq = got.seq;
	put_ok(f, type, "a", "two", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.row, row);
	assert_true(got.seq > seq);
	assert_int_equal(got.change, HS_CHANGE_UPDATE);
	assert_int_equal(hs_store_seq(f->store), got.seq);
}

/* An id that was made for the resource is not looked up; the table's key still refuses a second one. */
static enum hs_status put_fresh(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_resource out;
	char text[] = "x";
	struct hs_put put = { .type = *(uint32_t *)arg,
		.id = HS_S("made"),
		.compose = compose_text,
		.arg = text,
		.fresh = true };
	return hs_txn_put(txn, arena, &put, &out, err);
}

static void a_fresh_id_is_taken_once(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_resource got;
	struct hs_error err;

	assert_int_equal(hs_store_write_wait(f->store, f->arena, put_fresh, &type, &err), HS_OK);
	assert_int_equal(get_it(f, type, "made", &got), HS_OK);
	assert_int_equal(got.version, 1);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, put_fresh, &type, &err), HS_E_DUPLICATE);
	assert_int_equal(get_it(f, type, "made", &got), HS_OK);
	assert_int_equal(got.version, 1);
	assert_int_equal(hs_store_check(f->store, &err), HS_OK);
}

static void a_deletion_is_a_version(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_resource got;

	assert_int_equal(delete_it(f, type, "a"), HS_E_NOT_FOUND);
	put_ok(f, type, "a", "one", NULL, 0);
	assert_int_equal(delete_it(f, type, "a"), HS_OK);
	assert_int_equal(get_it(f, type, "a", &got), HS_E_DELETED);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.change, HS_CHANGE_DELETE);
	uint64_t seq = hs_store_seq(f->store);
	assert_int_equal(delete_it(f, type, "a"), HS_E_DELETED);
	assert_int_equal(hs_store_seq(f->store), seq);
	put_ok(f, type, "a", "three", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_int_equal(got.version, 3);
}

static void any_version_is_read(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	static const enum hs_status expected[] = { HS_E_NOT_FOUND, HS_OK, HS_E_DELETED, HS_OK,
		HS_E_NOT_FOUND };

	put_ok(f, type, "a", "one", NULL, 0);
	assert_int_equal(delete_it(f, type, "a"), HS_OK);
	put_ok(f, type, "a", "three", NULL, 0);
	for (uint64_t version = 0; version < 5; version++) {
		struct version_work work = { .type = type, .version = version };
		assert_int_equal(hs_store_read_wait(f->store, f->arena, get_version, &work, &f->err),
			expected[version]);
		if (expected[version] == HS_OK)
			assert_int_equal(work.out.version, version);
	}
	struct version_work first = { .type = type, .version = 1 };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, get_version, &first, &f->err), HS_OK);
	assert_slice(first.out.body, "{\"id\":\"a\",\"v\":1,\"text\":\"one\"}");
}

static void types_do_not_meet(void **state)
{
	struct fixture *f = *state;
	uint32_t one = number_of(f, HS_SPACE_TYPE, "Patient"), two = number_of(f, HS_SPACE_TYPE, "Group");
	struct hs_resource got;

	put_ok(f, one, "a", "patient", NULL, 0);
	assert_int_equal(get_it(f, two, "a", &got), HS_E_NOT_FOUND);
	put_ok(f, two, "a", "group", NULL, 0);
	assert_int_equal(delete_it(f, one, "a"), HS_OK);
	assert_int_equal(get_it(f, two, "a", &got), HS_OK);
	assert_slice(got.body, "{\"id\":\"a\",\"v\":1,\"text\":\"group\"}");
}

static void what_was_stored_is_there_after_reopening(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_resource got;

	put_ok(f, type, "a", "one", NULL, 0);
	put_ok(f, type, "a", "two", NULL, 0);
	uint64_t seq = hs_store_seq(f->store);
	fixture_reopen(f);
	assert_int_equal(hs_store_seq(f->store), seq);
	assert_int_equal(number_of(f, HS_SPACE_TYPE, "Patient"), type);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_int_equal(got.version, 2);
	put_ok(f, type, "b", "one", NULL, 0);
	assert_int_equal(get_it(f, type, "b", &got), HS_OK);
	assert_int_equal(got.seq, seq + 1);
	assert_int_equal(got.row, 2);
}

/* ---- savepoints and failing work ---- */

struct part_work {
	uint32_t type;
	bool fail;
	uint32_t number;
};

static enum hs_status put_in_parts(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct part_work *work = arg;
	struct put_work a = { .type = work->type, .id = "kept", .text = "" };
	struct put_work b = { .type = work->type, .id = "undone", .text = "" };

	assert_true(hs_txn_writes(txn));
	enum hs_status status = put_one(txn, arena, &a, err);
	uint64_t seq = hs_txn_seq(txn);
	if (status == HS_OK)
		status = hs_txn_savepoint(txn, err);
	if (status == HS_OK)
		status = put_one(txn, arena, &b, err);
	if (status == HS_OK)
		work->number = hs_txn_number(txn, HS_SPACE_SYSTEM, HS_S("urn:undone"), true);
	assert_int_equal(hs_txn_number(txn, HS_SPACE_SYSTEM, HS_S("urn:undone"), false), work->number);
	assert_slice(hs_txn_name(txn, HS_SPACE_SYSTEM, work->number), "urn:undone");
	if (status == HS_OK)
		status = hs_txn_savepoint_end(txn, false, err);
	assert_int_equal(hs_txn_number(txn, HS_SPACE_SYSTEM, HS_S("urn:undone"), false), 0);
	assert_int_equal(hs_txn_seq(txn), seq);
	if (status == HS_OK && work->fail)
		status = hs_fail(err, HS_E_CONFLICT, "on purpose");
	return status;
}

static void a_savepoint_undoes_a_part(void **state)
{
	struct fixture *f = *state;
	struct part_work work = { .type = number_of(f, HS_SPACE_TYPE, "Patient") };
	struct hs_resource got;

	assert_int_equal(hs_store_write_wait(f->store, f->arena, put_in_parts, &work, &f->err), HS_OK);
	assert_int_equal(get_it(f, work.type, "kept", &got), HS_OK);
	assert_int_equal(get_it(f, work.type, "undone", &got), HS_E_NOT_FOUND);
	/* The number was not used up, and names another text now. */
	assert_int_equal(number_of(f, HS_SPACE_SYSTEM, "urn:other"), work.number);
}

static void failing_work_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct part_work work = { .type = number_of(f, HS_SPACE_TYPE, "Patient"), .fail = true };
	struct hs_resource got;
	uint64_t seq = hs_store_seq(f->store);

	assert_int_equal(hs_store_write_wait(f->store, f->arena, put_in_parts, &work, &f->err),
		HS_E_CONFLICT);
	assert_string_equal(f->err.text, "on purpose");
	assert_int_equal(hs_store_seq(f->store), seq);
	assert_int_equal(get_it(f, work.type, "kept", &got), HS_E_NOT_FOUND);
	put_ok(f, work.type, "kept", "", NULL, 0);
	assert_int_equal(get_it(f, work.type, "kept", &got), HS_OK);
	assert_int_equal(got.version, 1);
}

/* ---- stamps ---- */

static void a_stamp_changes_with_a_write(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	uint32_t before = hs_store_stamp(f->store, type, HS_S("a"));

	assert_int_equal(hs_store_stamp(f->store, type, HS_S("a")), before);
	put_ok(f, type, "a", "", NULL, 0);
	uint32_t after = hs_store_stamp(f->store, type, HS_S("a"));
	assert_int_not_equal(after, before);
	assert_int_equal(hs_store_stamp(f->store, type, HS_S("a")), after);
}

struct stamp_work {
	struct put_work put;
	struct hs_store *store;
	uint32_t first, second;
};

static enum hs_status look_at_stamp(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct stamp_work *work = arg;
	enum hs_status status = put_one(txn, arena, &work->put, err);

	work->first = hs_store_stamp(work->store, work->put.type, HS_S("a"));
	work->second = hs_store_stamp(work->store, work->put.type, HS_S("a"));
	return status;
}

static void a_stamp_in_flux_is_never_the_same(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct stamp_work work = { .put = { .type = type, .id = "a", .text = "" }, .store = f->store };

	assert_int_equal(hs_store_write_wait(f->store, f->arena, look_at_stamp, &work, &f->err), HS_OK);
	assert_int_not_equal(work.first, work.second);
	uint32_t after = hs_store_stamp(f->store, type, HS_S("a"));
	assert_int_not_equal(after, work.first);
	assert_int_not_equal(after, work.second);
}

/* ---- histories ---- */

struct history_work {
	struct hs_history_query query;
	struct hs_resource_list out;
};

static enum hs_status read_history(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct history_work *work = arg;
	return hs_txn_history(txn, arena, &work->query, &work->out, err);
}

static struct hs_resource_list history(struct fixture *f, struct hs_history_query query)
{
	struct history_work work = { .query = query };

	if (!work.query.until_ms)
		work.query.until_ms = INT64_MAX;
	if (!work.query.since_ms)
		work.query.since_ms = INT64_MIN;
	if (hs_store_read_wait(f->store, f->arena, read_history, &work, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return work.out;
}

static void make_history(struct fixture *f, uint32_t *one, uint32_t *two)
{
	*one = number_of(f, HS_SPACE_TYPE, "Patient");
	*two = number_of(f, HS_SPACE_TYPE, "Group");
	for (int i = 0; i < 8; i++) {
		char id[8];
		snprintf(id, sizeof(id), "p%d", i % 3);
		f->now_ms += 1000;
		put_ok(f, i % 4 == 3 ? *two : *one, id, "x", NULL, 0);
	}
	f->now_ms += 1000;
	assert_int_equal(delete_it(f, *one, "p1"), HS_OK);
}

static void history_is_complete_and_falls(void **state)
{
	struct fixture *f = *state;
	uint32_t one, two;

	make_history(f, &one, &two);
	struct hs_resource_list all = history(f,
		(struct hs_history_query) { .count = 50, .want_total = true });
	assert_int_equal(all.count, 9);
	assert_int_equal(all.total, 9);
	assert_false(all.more);
	for (size_t i = 0; i < all.count; i++)
		assert_int_equal(all.items[i].seq, 9 - i);
	assert_int_equal(all.items[0].change, HS_CHANGE_DELETE);
	struct hs_resource_list type = history(f,
		(struct hs_history_query) { .type = two, .count = 50, .want_total = true });
	assert_int_equal(type.count, 2);
	assert_int_equal(type.total, 2);
	bool only[64] = { false };
	assert_true(two < 64);
	only[two] = true;
	struct hs_resource_list few = history(f,
		(struct hs_history_query) {
			.types = only, .type_count = 64, .count = 50, .want_total = true });
	assert_int_equal(few.count, 2);
	assert_int_equal(few.total, 2);
	struct hs_resource_list none = history(f,
		(struct hs_history_query) {
			.types = only, .type_count = two, .count = 50, .want_total = true });
	assert_int_equal(none.count, 0);
	assert_int_equal(none.total, 0);
	struct hs_resource_list id = history(f,
		(struct hs_history_query) { .type = one, .id = HS_S("p1"), .count = 50, .want_total = true });
	assert_int_equal(id.count, id.items[0].version);
	assert_int_equal(id.total, id.count);
	for (size_t i = 0; i < id.count; i++)
		assert_int_equal(id.items[i].version, id.count - i);
}

static void history_pages_by_sequence(void **state)
{
	struct fixture *f = *state;
	uint32_t one, two;
	uint64_t before = 0, seen = 0;

	make_history(f, &one, &two);
	for (bool more = true; more;) {
		struct hs_resource_list page = history(f,
			(struct hs_history_query) { .count = 2, .before_seq = before, .want_total = true });
		assert_int_equal(page.total, 9);
		for (size_t i = 0; i < page.count; i++)
			assert_int_equal(page.items[i].seq, 9 - seen++);
		before = page.items[page.count - 1].seq;
		more = page.more;
	}
	assert_int_equal(seen, 9);
	struct hs_resource_list late = history(f, (struct hs_history_query) { .count = 50, .after_seq = 7 });
	assert_int_equal(late.count, 2);
}

static void history_since_survives_a_clock_set_back(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	int64_t start = f->now_ms;

	put_ok(f, type, "a", "", NULL, 0);
	f->now_ms = start + 100000;
	put_ok(f, type, "b", "", NULL, 0);
	f->now_ms = start + 10;
	put_ok(f, type, "c", "", NULL, 0);
	f->now_ms = start + 200000;
	put_ok(f, type, "d", "", NULL, 0);
	struct hs_resource_list since = history(f,
		(struct hs_history_query) { .type = type, .count = 50, .since_ms = start + 50000 });
	assert_int_equal(since.count, 2);
	assert_slice(since.items[0].id, "d");
	assert_slice(since.items[1].id, "b");
	struct hs_resource_list until = history(f,
		(struct hs_history_query) {
			.type = type, .count = 50, .until_ms = start + 11, .want_total = true });
	assert_int_equal(until.count, 2);
	assert_int_equal(until.total, 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(versions_follow_each_other),
		CASE(a_fresh_id_is_taken_once),
		CASE(a_deletion_is_a_version),
		CASE(any_version_is_read),
		CASE(types_do_not_meet),
		CASE(what_was_stored_is_there_after_reopening),
		CASE(a_savepoint_undoes_a_part),
		CASE(failing_work_leaves_nothing),
		CASE(a_stamp_changes_with_a_write),
		CASE(a_stamp_in_flux_is_never_the_same),
		CASE(history_is_complete_and_falls),
		CASE(history_pages_by_sequence),
		CASE(history_since_survives_a_clock_set_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
