/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of types that a service keeps in a table of its own: the store numbers, remembers what was superseded
 * and deleted, and merges both for reads and histories. */
#include "support.h"

static const struct hs_migration steps[] = {
	{ 1, "note",
		"CREATE TABLE note_item (row INTEGER PRIMARY KEY, id TEXT UNIQUE, version INTEGER, seq "
		"INTEGER,"
		" updated INTEGER, body TEXT); CREATE INDEX note_seq ON note_item (seq);" },
};

static enum hs_status take(struct hs_stmt *stmt, struct hs_arena *arena, struct hs_resource *out)
{
	*out = (struct hs_resource) {
		.row = (uint64_t)hs_sql_get_int(stmt, 0),
		.id = hs_arena_copy(arena, hs_sql_get_text(stmt, 1)),
		.version = (uint64_t)hs_sql_get_int(stmt, 2),
		.seq = (uint64_t)hs_sql_get_int(stmt, 3),
		.updated_ms = hs_sql_get_int(stmt, 4),
		.body = hs_arena_copy(arena, hs_sql_get_text(stmt, 5)),
	};
	return HS_OK;
}

static enum hs_status note_get(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT row, id, version, seq, updated, body FROM note_item WHERE id = ?1", err);
	assert_string_equal(state, "the keeper's state");
	assert_non_null(stmt);
	hs_sql_text(stmt, 1, id);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		take(stmt, arena, out);
	hs_sql_end(stmt);
	return step > 0  ? HS_OK :
		step < 0 ? (enum hs_status)step :
			   hs_fail(err, HS_E_NOT_FOUND, "no such note");
}

static enum hs_status note_put(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_put *put, const struct hs_resource *before, struct hs_resource *next,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "INSERT OR REPLACE INTO note_item VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		err);
	(void)arena;
	(void)state;
	(void)put;
	assert_non_null(stmt);
	next->row = before ? before->row : 1000 + next->seq;
	hs_sql_int(stmt, 1, (int64_t)next->row);
	hs_sql_text(stmt, 2, next->id);
	hs_sql_int(stmt, 3, (int64_t)next->version);
	hs_sql_int(stmt, 4, (int64_t)next->seq);
	hs_sql_int(stmt, 5, next->updated_ms);
	hs_sql_text(stmt, 6, next->body);
	return hs_sql_run(stmt, err);
}

static enum hs_status note_remove(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_resource *before, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM note_item WHERE row = ?1", err);
	(void)arena;
	(void)state;
	assert_non_null(stmt);
	hs_sql_int(stmt, 1, (int64_t)before->row);
	return hs_sql_run(stmt, err);
}

static enum hs_status note_recent(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_recent *query, struct hs_resource_list *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT row, id, version, seq, updated, body FROM note_item WHERE seq > ?1 AND seq < ?2"
		" ORDER BY seq DESC LIMIT ?3",
		err);
	(void)state;
	assert_non_null(stmt);
	hs_sql_int(stmt, 1, (int64_t)query->after_seq);
	hs_sql_int(stmt, 2, (int64_t)query->before_seq);
	hs_sql_int(stmt, 3, query->count);
	out->items = hs_arena_array(arena, query->count, sizeof(out->items[0]));
	while (hs_sql_step(stmt, err) > 0)
		take(stmt, arena, &out->items[out->count++]);
	hs_sql_end(stmt);
	return HS_OK;
}

/* Knows ID, REFERENCE (as the id of the only one that points) and AND of them. */
static bool note_matches(const struct hs_find *find, struct hs_slice id)
{
	bool all = true;
	if (!find)
		return true;
	if (find->op != HS_FIND_AND)
		return find->op != HS_FIND_ID || hs_slice_eq(find->text, id);
	for (size_t i = 0; i < find->kid_count; i++)
		all &= note_matches(find->kids[i], id);
	return all;
}

static enum hs_status note_find(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_resource_list all = { .items = NULL };
	struct hs_recent everything = { 0, INT64_MAX, 100 };
	enum hs_status status = note_recent(txn, arena, state, &everything, &all, err);
	*out = (struct hs_find_page) { .items = all.items };
	for (size_t i = 0; i < all.count; i++) {
		if (!note_matches(query->where, all.items[i].id))
			continue;
		out->total++;
		if (out->count < query->count)
			out->items[out->count++] = all.items[i];
	}
	return status;
}

static const struct hs_keeper keeper = {
	.get = note_get, .put = note_put, .remove = note_remove, .recent = note_recent, .find = note_find
};

static uint32_t keep_notes(struct fixture *f)
{
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Note");
	if (hs_store_migrate(f->store, "note", steps, 1, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	hs_store_keep(f->store, type, &keeper, (void *)(uintptr_t) "the keeper's state");
	return type;
}

static void a_kept_resource_lives_through_it_all(void **state)
{
	struct fixture *f = *state;
	uint32_t type = keep_notes(f);
	struct hs_resource got;

	assert_int_equal(get_it(f, type, "a", &got), HS_E_NOT_FOUND);
	put_ok(f, type, "a", "one", NULL, 0);
	put_ok(f, type, "a", "two", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.type, type);
	assert_int_equal(got.change, HS_CHANGE_UPDATE);
	assert_int_equal(delete_it(f, type, "a"), HS_OK);
	assert_int_equal(get_it(f, type, "a", &got), HS_E_DELETED);
	assert_int_equal(got.version, 3);
	assert_int_equal(delete_it(f, type, "a"), HS_E_DELETED);
	put_ok(f, type, "a", "four", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &got), HS_OK);
	assert_int_equal(got.version, 4);
	static const enum hs_status expected[] = { HS_E_NOT_FOUND, HS_OK, HS_OK, HS_E_DELETED, HS_OK,
		HS_E_NOT_FOUND };
	for (uint64_t version = 0; version < 6; version++) {
		struct version_work work = { .type = type, .version = version };
		assert_int_equal(hs_store_read_wait(f->store, f->arena, get_version, &work, &f->err),
			expected[version]);
	}
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

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

static struct hs_resource_list history(struct fixture *f, uint32_t type, const char *id, uint64_t before,
	uint32_t count)
{
	struct history_work work = { .query = { .type = type,
					     .id = hs_slice_cstr(id),
					     .before_seq = before,
					     .count = count,
					     .since_ms = INT64_MIN,
					     .until_ms = INT64_MAX,
					     .want_total = true } };
	if (hs_store_read_wait(f->store, f->arena, read_history, &work, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return work.out;
}

static void histories_are_merged(void **state)
{
	struct fixture *f = *state;
	uint32_t type = keep_notes(f), plain = number_of(f, HS_SPACE_TYPE, "Patient");
	uint64_t before = 0, seen = 0;

	for (int i = 0; i < 4; i++) {
		put_ok(f, type, "a", "", NULL, 0);
		put_ok(f, type, i % 2 ? "b" : "c", "", NULL, 0);
		put_ok(f, plain, "p", "", NULL, 0);
	}
	assert_int_equal(delete_it(f, type, "b"), HS_OK);
	for (bool more = true; more;) {
		struct hs_resource_list page = history(f, 0, NULL, before, 3);
		assert_int_equal(page.total, 13);
		for (size_t i = 0; i < page.count; i++)
			assert_int_equal(page.items[i].seq, 13 - seen++);
		before = page.items[page.count - 1].seq;
		more = page.more;
	}
	assert_int_equal(seen, 13);
	struct hs_resource_list notes = history(f, type, NULL, 0, 50);
	assert_int_equal(notes.count, 9);
	assert_int_equal(notes.total, 9);
	struct hs_resource_list a = history(f, type, "a", 0, 50);
	assert_int_equal(a.count, 4);
	assert_int_equal(a.total, 4);
	for (size_t i = 0; i < a.count; i++)
		assert_int_equal(a.items[i].version, 4 - i);
	fixture_reopen(f);
	keep_notes(f);
	put_ok(f, type, "d", "", NULL, 0);
	assert_int_equal(hs_store_seq(f->store), 14);
}

/* ---- searching across ---- */

struct find_work {
	struct hs_find_query query;
	struct hs_find_page out;
};

static enum hs_status run_find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct find_work *work = arg;
	return hs_txn_find(txn, arena, &work->query, &work->out, err);
}

static void searches_cross_over(void **state)
{
	struct fixture *f = *state;
	uint32_t type = keep_notes(f), plain = number_of(f, HS_SPACE_TYPE, "Patient");
	uint32_t param = number_of(f, HS_SPACE_PARAM, "Patient.note"),
		 back = number_of(f, HS_SPACE_PARAM, "Note.patient");
	struct hs_index_row row = {
		.param = param, .kind = HS_INDEX_REFERENCE, .target_type = type, .text = HS_S("a")
	};

	put_ok(f, type, "a", "", NULL, 0);
	put_ok(f, type, "b", "", NULL, 0);
	put_ok(f, plain, "p", "", &row, 1);
	row.text = HS_S("b");
	put_ok(f, plain, "q", "", &row, 1);
	struct hs_find is_a = { .op = HS_FIND_ID, .text = HS_S("a") };
	struct hs_find is_p = { .op = HS_FIND_ID, .text = HS_S("p") };
	const struct hs_find *kid = &is_a;
	struct hs_find chain = {
		.op = HS_FIND_CHAIN, .param = param, .target_type = type, .kids = &kid, .kid_count = 1
	};
	struct hs_find has = {
		.op = HS_FIND_HAS, .param = back, .target_type = type, .kids = &kid, .kid_count = 1
	};
	const struct hs_find *both[] = { &is_p, &chain };
	struct hs_find checked = { .op = HS_FIND_AND, .kids = both, .kid_count = 2 };
	const struct hs_find *wheres[] = { &chain, &checked, &has };
	static const size_t expected[] = { 1, 1, 2 };
	for (int i = 0; i < 3; i++) {
		struct find_work work = {
			.query = { .type = plain, .where = wheres[i], .count = 10, .want_total = true }
		};
		if (hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		assert_int_equal(work.out.count, expected[i]);
		assert_int_equal(work.out.total, expected[i]);
		assert_slice(work.out.items[0].id, "p");
	}
	struct find_work notes = { .query = { .type = type, .count = 10 } };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &notes, &f->err), HS_OK);
	assert_int_equal(notes.out.count, 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_kept_resource_lives_through_it_all),
		CASE(histories_are_merged),
		CASE(searches_cross_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
