/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of index entries that wait for the commit, and of blocks: random work with savepoints, undone parts
 * and searches in its midst, compared with a model and with the store's own check. */
#include "support.h"

#include <core/store/index/block.h>

#define ITEMS 700
#define CODES 6
#define STEPS 90

struct item {
	unsigned codes; /* bits; 0: there is none */
	unsigned order; /* of its first version */
};
struct model {
	struct item items[ITEMS];
	unsigned made;
};

static struct model now;
static uint32_t type, param;
static uint64_t rng;

static uint32_t pick(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 16) % below);
}

static struct hs_slice code_of(unsigned code)
{
	static const char *const all[CODES] = { "a", "A", "active", "b", "c", "final" };
	return hs_slice_cstr(all[code]);
}

static enum hs_status put_item(struct hs_txn *txn, struct hs_arena *arena, unsigned at, unsigned codes,
	struct hs_error *err)
{
	struct hs_index_row rows[2 * CODES];
	size_t count = 0;
	char id[16];

	snprintf(id, sizeof(id), "i%u", at);
	for (unsigned i = 0; i < CODES; i++) {
		/* Some twice, as a resource may have them. */
		for (unsigned times = codes >> i & 1 ? 1 + (pick(4) == 0) : 0; times; times--)
			rows[count++] = (struct hs_index_row) {
				.param = param, .kind = HS_INDEX_TOKEN, .text = code_of(i)
			};
	}
	struct put_work work = { .type = type, .id = id, .text = "", .index = rows, .index_count = count };
	enum hs_status status = put_one(txn, arena, &work, err);
	if (!now.items[at].order)
		now.items[at].order = ++now.made;
	now.items[at].codes = codes;
	return status;
}

/* What has been made, in the order of its making. */
static size_t in_order(unsigned code, unsigned out[ITEMS])
{
	static unsigned places[ITEMS + 1];
	size_t count = 0;

	memset(places, 0, sizeof(places));
	for (unsigned i = 0; i < ITEMS; i++)
		places[now.items[i].order] = i + 1;
	for (unsigned order = 1; order <= now.made; order++) {
		if (places[order] && now.items[places[order] - 1].codes >> code & 1)
			out[count++] = places[order] - 1;
	}
	return count;
}

/* All pages of one code, and the number of them all. */
static enum hs_status compare(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	unsigned code = *(unsigned *)arg, wanted[ITEMS];
	struct hs_find where = { .op = HS_FIND_TOKEN, .param = param, .text = code_of(code) };
	struct hs_find_query query = {
		.type = type, .where = &where, .count = 1 + pick(60), .want_total = true, .keys_only = true
	};
	size_t count = in_order(code, wanted), at = 0;
	enum hs_status status;

	do {
		struct hs_find_page page = { .items = NULL };
		status = hs_txn_find(txn, arena, &query, &page, err);
		if (status != HS_OK)
			return status;
		assert_int_equal(page.total, count);
		for (size_t i = 0; i < page.count; i++) {
			char id[16];
			assert_true(at < count);
			snprintf(id, sizeof(id), "i%u", wanted[at++]);
			assert_slice(page.items[i].id, id);
		}
		query.after = page.next;
	} while (query.after.len);
	assert_int_equal(at, count);
	return HS_OK;
}

static enum hs_status some_step(struct hs_txn *txn, struct hs_arena *arena, struct hs_error *err)
{
	unsigned at = pick(ITEMS), code = pick(CODES);

	if (pick(30) == 0)
		return compare(txn, arena, &code, err);
	if (pick(5) || !now.items[at].codes)
		return put_item(txn, arena, at, 1 + pick((1u << CODES) - 1), err);
	char id[16];
	snprintf(id, sizeof(id), "i%u", at);
	struct put_work work = { .type = type, .id = id };
	now.items[at].codes = 0;
	return delete_one(txn, arena, &work, err);
}

static enum hs_status random_work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	static struct model before[3];
	enum hs_status status = HS_OK;
	unsigned depth = 0;

	for (unsigned i = pick(STEPS); i && status == HS_OK; i--) {
		unsigned what = pick(12);
		if (what == 0 && depth < 3) {
			before[depth++] = now;
			status = hs_txn_savepoint(txn, err);
		} else if (what == 1 && depth) {
			bool keep = pick(2);
			if (!keep)
				now = before[depth - 1];
			depth--;
			status = hs_txn_savepoint_end(txn, keep, err);
		} else {
			status = some_step(txn, arena, err);
		}
	}
	while (depth-- && status == HS_OK)
		status = hs_txn_savepoint_end(txn, true, err);
	return status == HS_OK && *(bool *)arg ? hs_fail(err, HS_E_CONFLICT, "on purpose") : status;
}

static void waiting_entries_are_found_and_undone(void **state)
{
	struct fixture *f = *state;
	const char *text = getenv("HS_SEED"), *rounds = getenv("HS_ROUNDS");
	uint64_t seed = text ? strtoull(text, NULL, 10) : 20261122;
	unsigned count = rounds ? (unsigned)strtoul(rounds, NULL, 10) : 150;

	printf("seed %llu\n", (unsigned long long)seed);
	rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	memset(&now, 0, sizeof(now));
	type = number_of(f, HS_SPACE_TYPE, "Patient");
	param = number_of(f, HS_SPACE_PARAM, "Patient.code");
	for (unsigned round = 0; round < count; round++) {
		static struct model before;
		bool fails = pick(5) == 0;
		before = now;
		enum hs_status status = hs_store_write_wait(f->store, f->arena, random_work, &fails, &f->err);
		if (status != (fails ? HS_E_CONFLICT : HS_OK))
			fail_msg("%s", f->err.text);
		if (fails)
			now = before;
		f->now_ms += pick(3);
		for (unsigned code = 0; code < CODES; code++)
			assert_int_equal(hs_store_read_wait(f->store, f->arena, compare, &code, &f->err),
				HS_OK);
		if (round % 10 == 9 && hs_store_check(f->store, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		if (round % 50 == 49)
			fixture_reopen(f);
		hs_arena_reset(f->arena);
	}
}

/* The same while blocks are merged whenever no write waits. */
static void merged_entries_are_found_and_undone(void **state)
{
	struct fixture *f = *state;

	f->merging = true;
	fixture_reopen(f);
	waiting_entries_are_found_and_undone(state);
}

/* More than is kept in memory, in savepoints and without. */
static enum hs_status put_all(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	unsigned each = *(unsigned *)arg;
	enum hs_status status = HS_OK;

	for (unsigned i = 0; i < 12000 && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		if (each)
			status = hs_txn_savepoint(txn, err);
		if (status == HS_OK)
			status = put_item(txn, arena, i % ITEMS, (1u << CODES) - 1 - (i / ITEMS) % 3, err);
		if (status == HS_OK && each)
			status = hs_txn_savepoint_end(txn, true, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static void a_load_is_written_in_parts(void **state)
{
	struct fixture *f = *state;

	memset(&now, 0, sizeof(now));
	type = number_of(f, HS_SPACE_TYPE, "Patient");
	param = number_of(f, HS_SPACE_PARAM, "Patient.code");
	for (unsigned each = 0; each < 2; each++) {
		assert_int_equal(hs_store_write_wait(f->store, f->arena, put_all, &each, &f->err), HS_OK);
		assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
		for (unsigned code = 0; code < CODES; code++)
			assert_int_equal(hs_store_read_wait(f->store, f->arena, compare, &code, &f->err),
				HS_OK);
	}
}

/* ---- blocks ---- */

static void blocks_hold_what_was_packed(void **state)
{
	unsigned char space[HS__BLOCK_BYTES];
	uint64_t rows[400];
	(void)state;

	rng = 7;
	for (unsigned round = 0; round < 200; round++) {
		size_t count = 1 + pick(400), at = 0;
		rows[0] = 1 + pick(1000000);
		for (size_t i = 1; i < count; i++)
			rows[i] = rows[i - 1] + 1 + pick(round % 2 ? 3 : 30000);
		while (at < count) {
			struct hs__block block;
			size_t packed = hs__block_pack(rows + at, count - at, space, &block);
			assert_true(packed > 0 && hs__block_is_sound(&block));
			assert_int_equal(hs__block_count(&block), packed);
			for (size_t i = 0; i < packed; i++) {
				assert_int_equal(hs__block_row(&block, i), rows[at + i]);
				assert_int_equal(hs__block_place(&block, rows[at + i]), i);
			}
			assert_int_equal(hs__block_has(&block, rows[at] - 1), false);
			assert_int_equal(hs__block_place(&block, rows[at + packed - 1] + 1), packed);
			at += packed;
			assert_true(at == count || packed == HS__BLOCK_ROWS ||
				rows[at] - rows[at - packed] > 0xffff);
		}
	}
}

static void damaged_blocks_are_told(void **state)
{
	static const char falling[] = { 0, 5, 0, 4 }, same[] = { 0, 0 }, odd[] = { 0, 1, 0 };
	static const char good[] = { 0, 4, 1, 0 };
	struct hs__block block = { 1, hs_slice(good, sizeof(good)) };
	(void)state;

	assert_true(hs__block_is_sound(&block));
	block.more = hs_slice(falling, sizeof(falling));
	assert_false(hs__block_is_sound(&block));
	block.more = hs_slice(same, sizeof(same));
	assert_false(hs__block_is_sound(&block));
	block.more = hs_slice(odd, sizeof(odd));
	assert_false(hs__block_is_sound(&block));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(waiting_entries_are_found_and_undone),
		CASE(merged_entries_are_found_and_undone),
		CASE(a_load_is_written_in_parts),
		cmocka_unit_test(blocks_hold_what_was_packed),
		cmocka_unit_test(damaged_blocks_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
