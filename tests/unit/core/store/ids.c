/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of pages in order of ids when those of another type, and of very many, come first. */
#include "support.h"

#include <core/store/find/finder.h>

enum {
	PEOPLE = HS__SORTED_IDS_LEAST + 100,
	VISITS = 40000, /* more than are passed over rather than all people looked at */
	PAGE = 7,
};

struct world {
	uint32_t person, visit, code;
};

/* A visit is "a" and a number, a person "p" and one, so that they have an order; one person in 200 is
 * "rare". */
static enum hs_status fill(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct world *w = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < VISITS + PEOPLE && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		bool visit = i < VISITS;
		char id[16];
		snprintf(id, sizeof(id), "%c%05u", visit ? 'a' : 'p', visit ? i : i - VISITS);
		struct hs_index_row row = { .param = w->code,
			.kind = HS_INDEX_TOKEN,
			.text = i % 200 ? HS_S("usual") : HS_S("rare") };
		struct put_work work = { .type = visit ? w->visit : w->person,
			.id = id,
			.text = "",
			.index = &row,
			.index_count = visit ? 0 : 1 };
		status = put_one(txn, arena, &work, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static void make_world(struct fixture *f, struct world *w)
{
	w->person = number_of(f, HS_SPACE_TYPE, "Patient");
	w->visit = number_of(f, HS_SPACE_TYPE, "Encounter");
	w->code = number_of(f, HS_SPACE_PARAM, "Patient.code");
	if (hs_store_write_wait(f->store, f->arena, fill, w, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	hs_arena_reset(f->arena);
}

struct asked {
	struct hs_find_query query;
	struct hs_find_page page;
};

static enum hs_status ask(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct asked *asked = arg;
	return hs_txn_find(txn, arena, &asked->query, &asked->page, err);
}

/* Pages to the end: each `step` persons, from one end, in order. */
static void expect_all(struct fixture *f, const struct world *w, const struct hs_find *where, bool falling,
	unsigned step)
{
	const struct hs_find_sort sort = { .special = HS_SORT_ID, .falling = falling };
	struct asked asked = {
		.query = { .type = w->person, .where = where, .count = PAGE, .sort = &sort, .sort_count = 1 }
	};
	unsigned seen = 0, all = PEOPLE / step;
	do {
		if (hs_store_read_wait(f->store, f->arena, ask, &asked, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		for (size_t i = 0; i < asked.page.count; i++, seen++) {
			char id[16];
			snprintf(id, sizeof(id), "p%05u", step * (falling ? all - 1 - seen : seen));
			assert_true(hs_slice_eq(asked.page.items[i].id, hs_slice_cstr(id)));
		}
		asked.query.after = asked.page.next;
	} while (asked.query.after.len);
	assert_int_equal(seen, all);
}

static void finds_pages_behind_ids_of_others(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find rare = {
		.op = HS_FIND_TOKEN, .param = w.code, .any_system = true, .text = HS_S("rare")
	};
	const struct hs_find *kids[] = { &rare };
	struct hs_find usual = { .op = HS_FIND_NOT, .kids = kids, .kid_count = 1 };
	const struct hs_find *both[] = { &usual, &rare };
	struct hs_find none = { .op = HS_FIND_AND, .kids = both, .kid_count = 2 };
	for (unsigned falling = 0; falling < 2; falling++) {
		expect_all(f, &w, NULL, falling, 1);
		expect_all(f, &w, &rare, falling, 200);
		expect_all(f, &w, &none, falling, PEOPLE + 1);
	}
}

/* As much as an event loop allows is less than it takes to pass over all of these ids. */
static void passes_few_of_the_ids_of_others(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find updated = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_NE, .lo = 0, .hi = 2 * f->now_ms };
	const struct hs_find_sort sort = { .special = HS_SORT_ID };
	struct asked asked = { .query = { .type = w.person,
				       .where = &updated,
				       .count = PAGE,
				       .sort = &sort,
				       .sort_count = 1 } };
	struct hs_store_op op = { .work = ask, .arg = &asked, .arena = f->arena };
	assert_int_equal(hs_store_read_now(f->store, &op), HS_OK);
	assert_int_equal(asked.page.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_pages_behind_ids_of_others, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(passes_few_of_the_ids_of_others, fixture_setup,
			fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
