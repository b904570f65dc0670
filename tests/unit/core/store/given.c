/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rows that a statement reads from memory: all of them arrive, as what they are, and a statement
 * that fails leaves nothing behind. */
#include "support.h"

#define MANY 5000

struct numbers {
	int64_t next, end;
};

/* n, n times two or nothing, its decimal text, its parity */
static bool give_number(void *arg, struct hs_cell cells[HS_CELLS])
{
	struct numbers *numbers = arg;
	static char text[24];

	if (numbers->next == numbers->end)
		return false;
	int64_t n = numbers->next++;
	int len = snprintf(text, sizeof text, "%lld", (long long)n);
	cells[0] = (struct hs_cell) { .kind = HS_CELL_INT, .number = n };
	cells[1] = (struct hs_cell) { .kind = n % 3 ? HS_CELL_INT : HS_CELL_NULL, .number = 2 * n };
	cells[2] = (struct hs_cell) { .kind = HS_CELL_BLOB,
		.bytes = hs_slice(text, n % 2 ? (size_t)len : 0) };
	cells[3] = (struct hs_cell) { .kind = HS_CELL_INT, .number = -(n % 2) };
	return true;
}

static enum hs_status make_table(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"CREATE TABLE given_test (n INTEGER PRIMARY KEY, twice INTEGER, text BLOB, parity INTEGER)",
		err);

	(void)arena;
	(void)arg;
	return stmt ? hs_sql_run(stmt, err) : err->status;
}

static enum hs_status fill(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arena;
	return hs_sql_give(txn,
		"INSERT OR FAIL INTO given_test (n, twice, text, parity) SELECT a, b, c, d FROM hs_given",
		give_number, arg, err);
}

static enum hs_status compare(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT n, twice, text, parity FROM given_test ORDER BY n", err);
	int64_t count = 0;

	(void)arena;
	assert_non_null(stmt);
	for (; hs_sql_step(stmt, err) > 0; count++) {
		char text[24];
		snprintf(text, sizeof text, "%lld", (long long)count);
		assert_int_equal(hs_sql_get_int(stmt, 0), count);
		assert_int_equal(hs_sql_is_null(stmt, 1), count % 3 == 0);
		assert_int_equal(hs_sql_get_int(stmt, 1), count % 3 ? 2 * count : 0);
		assert_true(hs_slice_eq(hs_sql_get_blob(stmt, 2),
			count % 2 ? hs_slice_cstr(text) : HS_S_NONE));
		assert_int_equal(hs_sql_get_int(stmt, 3), -(count % 2));
	}
	hs_sql_end(stmt);
	*(int64_t *)arg = count;
	return HS_OK;
}

static int64_t count_same(struct fixture *f)
{
	int64_t count = -1;

	assert_int_equal(hs_store_read_wait(f->store, f->arena, compare, &count, &f->err), HS_OK);
	return count;
}

static void arrive(void **state)
{
	struct fixture *f = *state;
	struct numbers none = { 0, 0 }, first = { 0, 1 }, rest = { 1, MANY };

	assert_int_equal(hs_store_write_wait(f->store, f->arena, make_table, NULL, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &none, &f->err), HS_OK);
	assert_int_equal(count_same(f), 0);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &first, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &rest, &f->err), HS_OK);
	assert_int_equal(count_same(f), MANY);
}

static void fail_as_one(void **state)
{
	struct fixture *f = *state;
	struct numbers first = { 10, 20 }, again = { 0, 15 }, before = { 0, 10 };

	assert_int_equal(hs_store_write_wait(f->store, f->arena, make_table, NULL, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &first, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &again, &f->err), HS_E_DUPLICATE);
	/* Of those before the one that is there already, none stayed. */
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill, &before, &f->err), HS_OK);
	assert_int_equal(count_same(f), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(arrive, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(fail_as_one, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
