/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the file: format, services' steps and tables, backup, check, permissions. */
#include "support.h"

#include <sqlite3.h>
#include <sys/stat.h>

static void run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static enum hs_status try_open(struct fixture *f)
{
	struct hs_store_config config = { .path = f->path, .world = hs_world_real(), .readers = f->pool };
	f->store = NULL;
	return hs_store_open(&config, &f->store, &f->err);
}

static void make_content(struct fixture *f, uint32_t type)
{
	uint32_t param = number_of(f, HS_SPACE_PARAM, "Patient.code");
	for (int i = 0; i < 50; i++) {
		char id[8];
		snprintf(id, sizeof(id), "p%d", i % 20);
		struct hs_index_row row = {
			.param = param, .kind = HS_INDEX_TOKEN, .text = hs_slice_cstr(id)
		};
		put_ok(f, type, id, "content", &row, 1);
	}
	assert_int_equal(delete_it(f, type, "p3"), HS_OK);
}

static void only_the_owner_reads_it(void **state)
{
	struct fixture *f = *state;
	static const char *const ends[] = { "", "-wal", "-shm" };
	for (int i = 0; i < 3; i++) {
		char path[128];
		struct stat info;
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 0777, 0600);
	}
}

/* Backwards through the steps of the schema. */
#define BEFORE_UPKEEP "ALTER TABLE tally DROP COLUMN merged; ALTER TABLE tally DROP COLUMN loose;"
#define BEFORE_CONTAINED BEFORE_UPKEEP "DROP TABLE contained;"
#define BEFORE_BLOCKS BEFORE_CONTAINED "ALTER TABLE entry DROP COLUMN more;"

static void a_newer_format_is_refused(void **state)
{
	struct fixture *f = *state;
	hs_store_close(f->store);
	run_sql(f, "PRAGMA user_version = 99");
	assert_int_equal(try_open(f), HS_E_NOT_SUPPORTED);
	assert_non_null(strstr(f->err.text, "format 99"));
	assert_null(f->store);
	run_sql(f, "PRAGMA user_version = 0");
	assert_int_equal(try_open(f), HS_E_NOT_SUPPORTED);
	run_sql(f, "PRAGMA user_version = 7");
	assert_int_equal(try_open(f), HS_OK);
}

/* The format before blocks: every entry is one row. */
static void an_older_format_is_brought_up(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	make_content(f, type);
	hs_store_close(f->store);
	run_sql(f, BEFORE_BLOCKS "PRAGMA user_version = 1");
	assert_int_equal(try_open(f), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	make_content(f, type);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

/* The format before outlines. */
static void outlines_of_an_older_format_are_made(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_index_row row = { .kind = HS_INDEX_TOKEN, .text = HS_S("x") };

	row.param = number_of(f, HS_SPACE_PARAM, "Patient.code");
	for (unsigned i = 0; i < 300; i++) {
		char id[16];
		snprintf(id, sizeof(id), "o%u", i);
		put_ok(f, i % 7 ? type : type + 1, id, "content", &row, i % 7 && i % 3 ? 1 : 0);
	}
	hs_store_close(f->store);
	run_sql(f,
		BEFORE_UPKEEP
		"DELETE FROM entry WHERE key >= X'0000C0' AND key < X'0001'; PRAGMA user_version = 4");
	assert_int_equal(try_open(f), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	assert_int_equal(delete_it(f, type, "o1"), HS_OK);
	put_ok(f, type, "o2", "other", NULL, 0);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

static enum hs_status find_exact(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_find exact = {
		.op = HS_FIND_STRING, .match = HS_MATCH_EXACT, .text = HS_S("Berg"), .folded = HS_S("berg")
	};
	struct hs_find_query query = { .where = &exact, .want_total = true };
	struct hs_find_page *page = arg;

	exact.param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Patient.name"), false);
	query.type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), false);
	return hs_txn_find(txn, arena, &query, page, err);
}

/* The format before spellings: the key of a string was its folded text. */
static void strings_of_an_older_format_are_spelled(void **state)
{
	const struct hs_slice spelled[] = { HS_S("Berg"), HS_S("berg"), HS_S("BERG") };
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_index_row rows[] = { { .kind = HS_INDEX_STRING, .text = HS_S("berg") },
		{ .kind = HS_INDEX_STRING, .text = HS_S("berg") } };
	struct hs_find_page page = { .items = NULL };
	char old[384];

	rows[0].param = rows[1].param = number_of(f, HS_SPACE_PARAM, "Patient.name");
	for (unsigned i = 0; i < 300; i++) {
		char id[16];
		snprintf(id, sizeof(id), "s%u", i);
		rows[0].exact = rows[1].exact = spelled[i % 3];
		put_ok(f, type, id, "content", rows, 2);
	}
	hs_store_close(f->store);
	snprintf(old, sizeof(old),
		"DELETE FROM entry WHERE key >= X'%04x' AND key < X'%04x';"
		"INSERT INTO entry (key, row) SELECT X'%04x62657267', row & 0xffffffffff FROM "
		"facts;" BEFORE_UPKEEP "PRAGMA user_version = 5",
		rows[0].param, rows[0].param + 1, rows[0].param);
	run_sql(f, old);
	assert_int_equal(try_open(f), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, find_exact, &page, &f->err), HS_OK);
	assert_int_equal(page.total, 100);
	assert_int_equal(delete_it(f, type, "s1"), HS_OK);
	put_ok(f, type, "s2", "other", NULL, 0);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

static enum hs_status find_late(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_find late = { .op = HS_FIND_DATE, .cmp = HS_CMP_GT, .lo = 500, .hi = 501 };
	struct hs_find_query query = { .where = &late, .count = 10 };
	struct hs_find_page *page = arg;

	late.param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Patient.period"), false);
	query.type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), false);
	return hs_txn_find(txn, arena, &query, page, err);
}

/* The format before classes of width: dates stood under 0 by their beginning, long ones under 1 by their end.
 */
static void spans_of_an_older_format_are_made_anew(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	struct hs_index_row row = { .kind = HS_INDEX_DATE, .lo = 100, .hi = 600 };
	struct hs_find_page page = { .items = NULL };
	char old[384];

	row.param = number_of(f, HS_SPACE_PARAM, "Patient.period");
	put_ok(f, type, "long", "content", &row, 1);
	hs_store_close(f->store);
	snprintf(old, sizeof(old),
		"DELETE FROM entry WHERE key >= X'%04x' AND key < X'%04x';"
		"INSERT INTO entry (key, row) VALUES (X'%04x00aabb', 1), (X'%04x01ccdd', 1);" BEFORE_CONTAINED
		"PRAGMA user_version = 2",
		row.param, row.param + 1, row.param, row.param);
	run_sql(f, old);
	assert_int_equal(try_open(f), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, find_late, &page, &f->err), HS_OK);
	assert_int_equal(page.count, 1);
}

/* *arg: how many it contains. */
static enum hs_status put_container(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	uint32_t type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), true);
	uint32_t param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Patient.code"), true);
	struct hs_index_row row = {
		.param = param | HS_PARAM_CONTAINED, .kind = HS_INDEX_TOKEN, .text = HS_S("inside")
	};
	char text[] = "box";
	struct hs_contained inside[] = { { type, HS_S("a"), &row, 1 }, { type, HS_S("b"), &row, 1 } };
	struct hs_put put = { .type = type,
		.id = HS_S("box"),
		.compose = compose_text,
		.arg = text,
		.contained = inside,
		.contained_count = *(const size_t *)arg };
	struct hs_resource out;

	return hs_txn_put(txn, arena, &put, &out, err);
}

static enum hs_status count_inside(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct hs_find inside = { .op = HS_FIND_TOKEN, .any_system = true, .text = HS_S("inside") };
	struct hs_find_query query = { .where = &inside, .count = 10, .keys_only = true };
	struct hs_find_page page;
	size_t *count = arg;

	inside.param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Patient.code"), false) | HS_PARAM_CONTAINED;
	query.type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), false) | HS_TYPE_CONTAINED;
	enum hs_status status = hs_txn_find(txn, arena, &query, &page, err);
	*count = status == HS_OK ? page.count : 0;
	return status;
}

static void expect_inside(struct fixture *f, size_t wanted)
{
	size_t count = 99;
	assert_int_equal(hs_store_read_wait(f->store, f->arena, count_inside, &count, &f->err), HS_OK);
	assert_int_equal(count, wanted);
	if (hs_store_check(f->store, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

static void what_is_contained_goes_with_its_container(void **state)
{
	struct fixture *f = *state;
	static const size_t counts[] = { 2, 1, 0, 2 };
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		size_t count = counts[i];
		assert_int_equal(hs_store_write_wait(f->store, f->arena, put_container, &count, &f->err),
			HS_OK);
		expect_inside(f, count);
	}
	assert_int_equal(delete_it(f, type, "box"), HS_OK);
	expect_inside(f, 0);
	size_t again = 2;
	assert_int_equal(hs_store_write_wait(f->store, f->arena, put_container, &again, &f->err), HS_OK);
	expect_inside(f, 2);
	/* A container that is gone without them is noticed. */
	hs_store_close(f->store);
	run_sql(f, "DELETE FROM contained");
	assert_int_equal(try_open(f), HS_OK);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_E_CORRUPT);
}

static void another_database_is_refused(void **state)
{
	struct fixture *f = *state;
	hs_store_close(f->store);
	run_sql(f, "PRAGMA application_id = 7");
	assert_int_equal(try_open(f), HS_E_CORRUPT);
	FILE *file = fopen(f->path, "wb");
	fputs("this is not a database, but it is long enough to have a head of the right size, as one would "
	      "have",
		file);
	fclose(file);
	assert_int_equal(try_open(f), HS_E_CORRUPT);
}

static void a_missing_folder_is_told(void **state)
{
	struct fixture *f = *state;
	struct hs_store_config config = {
		.path = "/nonexistent/store.db", .world = hs_world_real(), .readers = f->pool
	};
	struct hs_store *store = NULL;
	assert_int_equal(hs_store_open(&config, &store, &f->err), HS_E_IO);
	assert_null(store);
	assert_non_null(strstr(f->err.text, "/nonexistent/store.db"));
}

/* ---- steps ---- */

static const struct hs_migration steps[] = {
	{ 1, "first",
		"CREATE TABLE shop_item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL, raw BLOB);"
		"CREATE INDEX shop_name ON shop_item (name);" },
	{ 2, "second", "ALTER TABLE shop_item ADD COLUMN kind TEXT" },
};

static void steps_are_applied_once(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 1, &f->err), HS_OK);
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 1, &f->err), HS_OK);
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 2, &f->err), HS_OK);
	fixture_reopen(f);
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 2, &f->err), HS_OK);
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 1, &f->err), HS_E_NOT_SUPPORTED);
	struct hs_migration changed[] = { steps[0],
		{ 2, "second", "ALTER TABLE shop_item ADD COLUMN sort TEXT" } };
	assert_int_equal(hs_store_migrate(f->store, "shop", changed, 2, &f->err), HS_E_CONFLICT);
}

static void a_wrong_step_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct hs_migration wrong[] = { { 1, "first", "CREATE TABLE shop_a (x); CREATE TABLE shop_a (x);" } };
	struct hs_migration right[] = { { 1, "first", "CREATE TABLE shop_a (x);" } };
	assert_int_not_equal(hs_store_migrate(f->store, "shop", wrong, 1, &f->err), HS_OK);
	assert_int_equal(hs_store_migrate(f->store, "shop", right, 1, &f->err), HS_OK);
}

/* ---- tables of a service's own ---- */

static enum hs_status use_sql(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO shop_item (id, name, price, raw) VALUES (?1, ?2, ?3, ?4)", err);
	(void)arena;
	(void)arg;
	assert_non_null(stmt);
	hs_sql_int(stmt, 1, 7);
	hs_sql_text(stmt, 2, HS_S("seven\0eight"));
	hs_sql_real(stmt, 3, 1.5);
	hs_sql_blob(stmt, 4, HS_S("\x00\x01\xff"));
	assert_int_equal(hs_sql_run(stmt, err), HS_OK);
	stmt = hs_sql(txn, "SELECT id, name, price, raw, kind FROM shop_item WHERE id = ?1", err);
	struct hs_stmt *nested = hs_sql(txn, "SELECT id, name, price, raw, kind FROM shop_item WHERE id = ?1",
		err);
	hs_sql_int(stmt, 1, 7);
	hs_sql_int(nested, 1, 8);
	assert_int_equal(hs_sql_step(stmt, err), 1);
	assert_int_equal(hs_sql_step(nested, err), 0);
	hs_sql_end(nested);
	assert_int_equal(hs_sql_get_int(stmt, 0), 7);
	assert_int_equal(hs_sql_get_text(stmt, 1).len, 11);
	assert_true(hs_sql_get_real(stmt, 2) > 1.49 && hs_sql_get_real(stmt, 2) < 1.51);
	assert_int_equal(hs_sql_get_blob(stmt, 3).len, 3);
	assert_true(hs_sql_is_null(stmt, 4));
	assert_int_equal(hs_sql_step(stmt, err), 0);
	hs_sql_end(stmt);
	hs_sql_end(NULL);
	return HS_OK;
}

static enum hs_status insert_twice(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	(void)arena;
	(void)arg;
	for (int i = 0; i < 2 && status == HS_OK; i++) {
		struct hs_stmt *stmt = hs_sql(txn, "INSERT INTO shop_item (name) VALUES ('same')", err);
		status = hs_sql_run(stmt, err);
	}
	return status;
}

static enum hs_status misspell(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arena;
	(void)arg;
	return hs_sql(txn, "SELEKT 1", err) ? HS_OK : err->status;
}

static enum hs_status write_as_reader(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	(void)arena;
	(void)arg;
	return hs_sql_run(hs_sql(txn, "INSERT INTO shop_item (name) VALUES ('reader')", err), err);
}

static void services_have_sql(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(hs_store_migrate(f->store, "shop", steps, 2, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, use_sql, NULL, &f->err), HS_OK);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, insert_twice, NULL, &f->err),
		HS_E_DUPLICATE);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, misspell, NULL, &f->err), HS_E_INTERNAL);
	assert_int_not_equal(hs_store_read_wait(f->store, f->arena, write_as_reader, NULL, &f->err), HS_OK);
	/* None of that stops the writer. */
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	put_ok(f, type, "a", "", NULL, 0);
}

/* ---- names ---- */

static void names_have_limits(void **state)
{
	struct fixture *f = *state;
	static char longest[4098];
	uint32_t number = 0;

	memset(longest, 'n', sizeof(longest) - 1);
	assert_int_equal(hs_store_number(f->store, 5, hs_slice(longest, 4096), &number, &f->err), HS_OK);
	assert_int_equal(number, 1);
	assert_int_equal(hs_store_number(f->store, 5, hs_slice(longest, 4097), &number, &f->err), HS_E_LIMIT);
	assert_int_equal(hs_store_number(f->store, 5, HS_S_NONE, &number, &f->err), HS_E_VALUE);
	struct hs_slice both[] = { HS_S_INIT("x"), HS_S_INIT("y"), HS_S_INIT("x") };
	uint32_t numbers[3];
	assert_int_equal(hs_store_numbers(f->store, 5, both, 3, numbers, &f->err), HS_OK);
	assert_int_equal(numbers[0], 2);
	assert_int_equal(numbers[1], 3);
	assert_int_equal(numbers[2], 2);
}

/* ---- backup and check ---- */

static void a_backup_is_a_store(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	char copy[128];
	struct hs_resource got;

	make_content(f, type);
	snprintf(copy, sizeof(copy), "%s.copy", f->path);
	assert_int_equal(hs_store_backup(f->store, copy, &f->err), HS_OK);
	assert_int_equal(hs_store_backup(f->store, copy, &f->err), HS_E_DUPLICATE);
	put_ok(f, type, "later", "", NULL, 0);
	uint64_t seq = hs_store_seq(f->store);
	hs_store_close(f->store);
	char original[96];
	memcpy(original, f->path, sizeof(original));
	memcpy(f->path, copy, sizeof(f->path));
	fixture_open(f);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	assert_int_equal(hs_store_seq(f->store), seq - 1);
	assert_int_equal(get_it(f, type, "p4", &got), HS_OK);
	assert_int_equal(get_it(f, type, "later", &got), HS_E_NOT_FOUND);
	memcpy(f->path, original, sizeof(original));
}

static void damage_is_found(void **state)
{
	struct fixture *f = *state;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	static const struct {
		const char *sql, *undo, *text;
	} cases[] = {
		{ "CREATE TABLE t AS SELECT * FROM entry LIMIT 1; DELETE FROM entry WHERE (key, row) IN "
		  "(SELECT key, row FROM t)",
			"INSERT INTO entry SELECT * FROM t; DROP TABLE t", "index entries that are missing" },
		{ "INSERT INTO entry (key, row) VALUES (x'00000001ff', 3)",
			"DELETE FROM entry WHERE key = x'00000001ff'",
			"index entries that nothing calls for" },
		{ "UPDATE entry SET more = x'00020001'", "UPDATE entry SET more = NULL",
			"blocks of the index that are damaged" },
		{ "CREATE TABLE t AS SELECT * FROM ident LIMIT 1; DELETE FROM ident WHERE id IN (SELECT id "
		  "FROM t)",
			"INSERT INTO ident SELECT * FROM t; DROP TABLE t",
			"resources that their id does not lead to" },
		{ "UPDATE tally SET live = live + 1 WHERE type > 0",
			"UPDATE tally SET live = live - 1 WHERE type > 0", "counts of resources" },
		{ "UPDATE tally SET live = live - 5 WHERE type = 0",
			"UPDATE tally SET live = live + 5 WHERE type = 0",
			"beyond the last commit sequence" },
		{ "UPDATE past SET seq = seq + 1000", "UPDATE past SET seq = seq - 1000", "without content" },
		{ "UPDATE facts SET data = x'ff' WHERE row = (SELECT max(row) FROM facts)", "", "damaged" },
	};

	make_content(f, type);
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run_sql(f, cases[i].sql);
		assert_int_equal(hs_store_check(f->store, &f->err), HS_E_CORRUPT);
		if (!strstr(f->err.text, cases[i].text))
			fail_msg("%s", f->err.text);
		run_sql(f, cases[i].undo);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(only_the_owner_reads_it),
		CASE(a_newer_format_is_refused),
		CASE(an_older_format_is_brought_up),
		CASE(outlines_of_an_older_format_are_made),
		CASE(strings_of_an_older_format_are_spelled),
		CASE(spans_of_an_older_format_are_made_anew),
		CASE(what_is_contained_goes_with_its_container),
		CASE(another_database_is_refused),
		CASE(a_missing_folder_is_told),
		CASE(steps_are_applied_once),
		CASE(a_wrong_step_leaves_nothing),
		CASE(services_have_sql),
		CASE(names_have_limits),
		CASE(a_backup_is_a_store),
		CASE(damage_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
