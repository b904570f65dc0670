/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of columns of groups: they are made beside a search, tell what facts tell, follow what changes.
 * Random composites are in find_oracle.c. */
#include "support.h"

#include <core/store/find/groups.h>
#include <core/store/sqlite/state.h>
#include <pthread.h>

#define READINGS 600u
#define PARTS 2u

struct world {
	struct fixture *f;
	uint32_t reading, code, value;
};

/* Each has the codes "high" and "low": the odd ones have the greater value with "high", the others with
 * "low"; some have so many groups that no column has room for them. */
struct reading {
	const struct world *world;
	unsigned number, groups;
	bool odd;
};

static enum hs_status put_reading(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct reading *reading = arg;
	struct hs_index_row *rows = hs_arena_array(arena, (size_t)2 * reading->groups, sizeof(*rows));
	char id[16];

	snprintf(id, sizeof(id), "r%u", reading->number);
	for (size_t i = 0; i < reading->groups; i++) {
		bool high = i % 2, great = high == reading->odd;
		double value = (great ? 100 : 10) + (i > 1 ? 0.001 * (double)i : 0);
		rows[2 * i] = (struct hs_index_row) { .param = reading->world->code,
			.kind = HS_INDEX_TOKEN,
			.group = (uint16_t)(i + 1),
			.text = high ? HS_S("high") : HS_S("low") };
		rows[2 * i + 1] = (struct hs_index_row) { .param = reading->world->value,
			.kind = HS_INDEX_NUMBER,
			.group = (uint16_t)(i + 1),
			.low = value,
			.high = value };
	}
	struct put_work work = { .type = reading->world->reading,
		.id = id,
		.text = "",
		.index = rows,
		.index_count = (size_t)2 * reading->groups };
	return put_one(txn, arena, &work, err);
}

static void put(const struct world *w, unsigned number, bool odd, unsigned groups)
{
	struct reading reading = { w, number, groups, odd };
	if (hs_store_write_wait(w->f->store, w->f->arena, put_reading, &reading, &w->f->err) != HS_OK)
		fail_msg("%s", w->f->err.text);
	hs_arena_reset(w->f->arena);
}

static void make_world(struct fixture *f, struct world *w)
{
	*w = (struct world) { f, number_of(f, HS_SPACE_TYPE, "Observation"),
		number_of(f, HS_SPACE_PARAM, "Observation.pair$0"),
		number_of(f, HS_SPACE_PARAM, "Observation.pair$1") };
	for (unsigned i = 0; i < READINGS; i++)
		put(w, i, i % 2, PARTS);
}

struct asking {
	struct hs_find_query query;
	struct hs_find_page page;
	struct hs_slice told;
};

static enum hs_status find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct asking *asking = arg;
	return hs_txn_find(txn, arena, &asking->query, &asking->page, err);
}

static enum hs_status explain(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct asking *asking = arg;
	return hs_txn_find_explain(txn, arena, &asking->query, &asking->told, err);
}

/* How many have a group of "high" with a value beyond 50; and is a column of groups asked? */
static uint64_t count_high(const struct world *w, bool *by_column)
{
	struct hs_find high = {
		.op = HS_FIND_TOKEN, .param = w->code, .any_system = true, .text = HS_S("high")
	};
	struct hs_find great = {
		.op = HS_FIND_NUMBER, .param = w->value, .cmp = HS_CMP_GT, .low = 50, .high = 50
	};
	const struct hs_find *parts[] = { &high, &great };
	struct hs_find both = { .op = HS_FIND_SAME_GROUP, .kids = parts, .kid_count = 2 };
	struct asking asking = { .query = { .type = w->reading, .where = &both, .want_total = true } };
	if (hs_store_read_wait(w->f->store, w->f->arena, find, &asking, &w->f->err) != HS_OK ||
		hs_store_read_wait(w->f->store, w->f->arena, explain, &asking, &w->f->err) != HS_OK)
		fail_msg("%s", w->f->err.text);
	char told[4096];
	snprintf(told, sizeof(told), "%.*s", HS_S_ARG(asking.told));
	*by_column = strstr(told, "groups of a column") != NULL;
	hs_arena_reset(w->f->arena);
	return asking.page.total;
}

static void assert_high(const struct world *w, uint64_t count)
{
	bool by_column = false;
	assert_int_equal(count_high(w, &by_column), count);
	assert_true(by_column);
}

static void a_column_is_made_beside_the_search(void **state)
{
	struct world w;
	make_world(*state, &w);
	assert_int_equal(count_high(&w, &(bool) { false }), READINGS / 2);
	hs__later_wait(w.f->store);
	assert_high(&w, READINGS / 2);
	for (unsigned i = 0; i < 20; i++)
		put(&w, 2 * i, true, PARTS);
	assert_high(&w, READINGS / 2 + 20);
	for (unsigned i = 0; i < 20; i++)
		put(&w, 2 * i, false, PARTS);
	put(&w, READINGS, true, PARTS); /* a new one */
	assert_high(&w, READINGS / 2 + 1);
}

struct look {
	const struct world *world;
	const struct hs__key *prefix;
	bool there;
};

static enum hs_status look_for_column(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct look *look = arg;
	struct hs__finder finder = { .txn = txn, .arena = arena };
	const struct hs__column *column = NULL;
	enum hs_status status = hs__columns_get(&finder, look->world->reading, look->prefix, HS__WANT_NOT,
		&column, err);
	look->there = column != NULL;
	hs__columns_release(&finder);
	return status;
}

static bool is_there(const struct world *w, const struct hs__key *prefix)
{
	struct look look = { .world = w, .prefix = prefix };
	if (hs_store_read_wait(w->f->store, w->f->arena, look_for_column, &look, &w->f->err) != HS_OK)
		fail_msg("%s", w->f->err.text);
	return look.there;
}

static bool is_foreseen(const struct world *w)
{
	struct hs__components components = { 2, { w->code, w->value } };
	struct hs__key prefix;
	hs__components_prefix(&components, &prefix);
	w->f->by_columns = true;
	fixture_reopen(w->f);
	hs_store_foresee(w->f->store);
	hs__later_wait(w->f->store);
	return is_there(w, &prefix);
}

/* Whether resources have several groups or one each; their components then have no columns of their own. */
static void groups_are_foreseen_and_not_components(void **state)
{
	struct hs__key code;
	struct world w;
	make_world(*state, &w);
	hs__key_begin(&code, w.code);
	assert_true(is_foreseen(&w));
	assert_high(&w, READINGS / 2);
	for (unsigned i = 0; i < READINGS; i++)
		put(&w, i, false, 1);
	assert_true(is_foreseen(&w));
	assert_high(&w, 0);
	assert_false(is_there(&w, &code));
}

/* What a column has no room for is looked at. */
static void too_many_groups_are_asked_of_facts(void **state)
{
	struct world w;
	make_world(*state, &w);
	put(&w, READINGS, true, 600);
	count_high(&w, &(bool) { false });
	hs__later_wait(w.f->store);
	assert_high(&w, READINGS / 2 + 1);
	put(&w, READINGS + 1, true, 600);
	assert_high(&w, READINGS / 2 + 2);
	put(&w, READINGS, false, PARTS);
	assert_high(&w, READINGS / 2 + 1);
}

static void a_store_closes_while_one_is_wanted(void **state)
{
	struct world w;
	make_world(*state, &w);
	for (unsigned i = 0; i < 20; i++) {
		count_high(&w, &(bool) { false });
		fixture_reopen(w.f);
	}
}

struct held {
	const struct world *world;
	bool same, by_column;
	uint64_t after;
};

static void *change_and_count(void *arg)
{
	struct held *held = arg;

	put(held->world, 0, true, PARTS);
	put(held->world, READINGS, true, 600); /* which it cannot have whole */
	put(held->world, READINGS + 1, true, PARTS);
	held->after = count_high(held->world, &held->by_column);
	return NULL;
}

/* Another thread writes and counts while this transaction uses the column. */
static enum hs_status hold(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct held *held = arg;
	struct hs__components components = { 2, { held->world->code, held->world->value } };
	struct hs__finder finder = { .txn = txn, .arena = arena };
	const struct hs__column *column = NULL;
	struct hs__key prefix;
	pthread_t thread;

	hs__components_prefix(&components, &prefix);
	enum hs_status status = hs__columns_get(&finder, held->world->reading, &prefix, HS__WANT_NOT, &column,
		err);
	if (status == HS_OK && column) {
		struct hs_slice known = hs_slice((const char *)column->known, (size_t)column->row_count / 8);
		struct hs_slice before = hs_arena_copy(arena, known);
		size_t keys = column->key_count;
		if (pthread_create(&thread, NULL, change_and_count, held) == 0)
			pthread_join(thread, NULL);
		held->same = before.len && column->key_count == keys && hs_slice_eq(known, before);
	}
	hs__columns_release(&finder);
	return status;
}

/* Who uses it sees what it was; who comes later has a copy of all that it is made of. */
static void one_in_use_is_copied_before_it_follows(void **state)
{
	struct world w;
	make_world(*state, &w);
	count_high(&w, &(bool) { false });
	hs__later_wait(w.f->store);
	assert_high(&w, READINGS / 2);
	struct held held = { .world = &w };
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	assert_int_equal(hs_store_read_wait(w.f->store, arena, hold, &held, &w.f->err), HS_OK);
	hs_arena_free(arena);
	assert_true(held.same);
	assert_true(held.by_column);
	assert_int_equal(held.after, READINGS / 2 + 3);
	put(&w, 0, false, PARTS);
	put(&w, READINGS, false, PARTS);
	assert_high(&w, READINGS / 2 + 1);
}

/* ---- keys ---- */

static struct hs__combined combined(struct hs_slice first, struct hs_slice second)
{
	struct hs__combined key = { .len = 0 };
	hs__combined_add(&key, first);
	hs__combined_end(&key);
	hs__combined_add(&key, second);
	hs__combined_end(&key);
	return key;
}

/* They sort as pairs of what they are made of, which they give back. */
static void keys_keep_their_order(void **state)
{
	static const struct hs_slice parts[] = { HS_S_INIT(""), HS_S_INIT("\0"), HS_S_INIT("\0\0"),
		HS_S_INIT("\0\001"), HS_S_INIT("\0\377"), HS_S_INIT("\001"), HS_S_INIT("a"), HS_S_INIT("a\0"),
		HS_S_INIT("a\0b"), HS_S_INIT("a\001"), HS_S_INIT("ab"), HS_S_INIT("\377") };
	size_t count = sizeof(parts) / sizeof(parts[0]), all = count * count;
	(void)state;
	for (size_t i = 0; i < all * all; i++) {
		size_t a = i / all, b = i % all;
		struct hs__combined x = combined(parts[a / count], parts[a % count]),
				    y = combined(parts[b / count], parts[b % count]);
		int order = hs_slice_cmp(hs__combined_slice(&x), hs__combined_slice(&y));
		assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
	}
	for (size_t a = 0; a < all; a++) {
		struct hs__combined whole = combined(parts[a / count], parts[a % count]);
		struct hs_slice rest = hs__combined_slice(&whole), left = rest;
		struct hs__key first, second;
		struct hs__combined alone = { .len = 0 };
		hs__combined_add(&alone, parts[a / count]);
		hs__combined_end(&alone);
		assert_true(hs_slice_eq(hs__combined_cut(&left), hs__combined_slice(&alone)));
		alone.len = 0;
		hs__combined_add(&alone, parts[a % count]);
		hs__combined_end(&alone);
		assert_true(hs_slice_eq(hs__combined_cut(&left), hs__combined_slice(&alone)));
		assert_int_equal(left.len, 0);
		hs__combined_next(&rest, 7, &first);
		hs__combined_next(&rest, 7, &second);
		assert_int_equal(rest.len, 0);
		assert_true(hs_slice_eq(hs_slice_from(hs__key_slice(&first), hs__key_param_len(7)),
			parts[a / count]));
		assert_true(hs_slice_eq(hs_slice_from(hs__key_slice(&second), hs__key_param_len(7)),
			parts[a % count]));
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_column_is_made_beside_the_search),
		CASE(groups_are_foreseen_and_not_components),
		CASE(too_many_groups_are_asked_of_facts),
		CASE(a_store_closes_while_one_is_wanted),
		CASE(one_in_use_is_copied_before_it_follows),
		cmocka_unit_test(keys_keep_their_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
