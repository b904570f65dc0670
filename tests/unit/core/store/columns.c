/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of columns as many use them at once, and of the memory they may take. What they answer is proven by
 * find_oracle.c. */
#include "support.h"

#include <core/store/find/column.h>
#include <core/store/index/outline.h>
#include <core/store/sqlite/state.h>
#include <pthread.h>

#define PEOPLE 600u
#define READERS 3u
#define ROUNDS 60u
#define FEW 40u

struct world {
	uint32_t person, visit, code, about;
};

/* A person has the code "odd" or "even", a visit is about the person of the same number. */
static enum hs_status put_person(struct hs_txn *txn, struct hs_arena *arena, const struct world *w,
	unsigned number, const char *code, bool reindex, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	char id[16];
	snprintf(id, sizeof(id), "p%u", number);
	struct hs_index_row row = { .param = w->code, .kind = HS_INDEX_TOKEN, .text = hs_slice_cstr(code) };
	struct put_work work = { .type = w->person, .id = id, .text = "", .index = &row, .index_count = 1 };
	struct hs_put put = { .type = w->person, .id = hs_slice_cstr(id), .index = &row, .index_count = 1 };
	enum hs_status status = reindex ? get_one(txn, arena, &work, err) : put_one(txn, arena, &work, err);
	if (reindex && status == HS_OK)
		status = hs_txn_reindex(txn, arena, &work.out, &put, err);
	hs_arena_rollback(arena, mark);
	return status;
}

static enum hs_status put_visit(struct hs_txn *txn, struct hs_arena *arena, const struct world *w,
	unsigned number, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	char id[16], person[16];
	snprintf(id, sizeof(id), "v%u", number);
	snprintf(person, sizeof(person), "p%u", number);
	struct hs_index_row row = { .param = w->about,
		.kind = HS_INDEX_REFERENCE,
		.target_type = w->person,
		.text = hs_slice_cstr(person) };
	struct put_work work = { .type = w->visit, .id = id, .text = "", .index = &row, .index_count = 1 };
	enum hs_status status = put_one(txn, arena, &work, err);
	hs_arena_rollback(arena, mark);
	return status;
}

static enum hs_status fill(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct world *w = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < PEOPLE && status == HS_OK; i++) {
		status = put_person(txn, arena, w, i, i % 2 ? "odd" : "even", false, err);
		if (status == HS_OK)
			status = put_visit(txn, arena, w, i, err);
	}
	return status;
}

static void make_world(struct fixture *f, struct world *w)
{
	f->by_columns = true;
	fixture_reopen(f);
	w->person = number_of(f, HS_SPACE_TYPE, "Patient");
	w->visit = number_of(f, HS_SPACE_TYPE, "Encounter");
	w->code = number_of(f, HS_SPACE_PARAM, "Patient.code");
	w->about = number_of(f, HS_SPACE_PARAM, "Encounter.subject");
	if (hs_store_write_wait(f->store, f->arena, fill, w, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

struct explained {
	struct hs_find_query query;
	struct hs_slice text;
};

/* ---- searches that find as many, whatever the writer has done ---- */

struct totals {
	const struct world *world;
	uint64_t people, visits, visited;
};

static enum hs_status count(struct hs_txn *txn, struct hs_arena *arena, uint32_t type,
	const struct hs_find *where, uint64_t *out, struct hs_error *err)
{
	struct hs_find_query query = { .type = type, .where = where, .want_total = true };
	struct hs_find_page page;
	enum hs_status status = hs_txn_find(txn, arena, &query, &page, err);
	if (status == HS_OK)
		*out = page.total;
	return status;
}

static enum hs_status count_all(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct totals *totals = arg;
	const struct world *w = totals->world;
	struct hs_find odd = {
		.op = HS_FIND_TOKEN, .param = w->code, .any_system = true, .text = HS_S("odd")
	};
	const struct hs_find *kids[] = { &odd };
	struct hs_find chain = {
		.op = HS_FIND_CHAIN, .param = w->about, .target_type = w->person, .kids = kids, .kid_count = 1
	};
	struct hs_find updated = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .hi = 1 };
	const struct hs_find *visit[] = { &updated };
	struct hs_find has = {
		.op = HS_FIND_HAS, .param = w->about, .target_type = w->visit, .kids = visit, .kid_count = 1
	};
	const struct hs_find *both[] = { &odd, &has };
	struct hs_find odd_visited = { .op = HS_FIND_AND, .kids = both, .kid_count = 2 };
	enum hs_status status = count(txn, arena, w->person, &odd, &totals->people, err);
	if (status == HS_OK)
		status = count(txn, arena, w->visit, &chain, &totals->visits, err);
	return status == HS_OK ? count(txn, arena, w->person, &odd_visited, &totals->visited, err) : status;
}

static bool are_half(const struct totals *totals)
{
	return totals->people == PEOPLE / 2 && totals->visits == PEOPLE / 2 && totals->visited == PEOPLE / 2;
}

static void assert_half(struct fixture *f, const struct world *w)
{
	struct totals totals = { .world = w };
	if (hs_store_read_wait(f->store, f->arena, count_all, &totals, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	if (!are_half(&totals))
		fail_msg("%u people, %u visits, %u visited", (unsigned)totals.people, (unsigned)totals.visits,
			(unsigned)totals.visited);
}

/* ---- many at once ---- */

struct reader {
	struct fixture *f;
	const struct world *world;
	bool as_loop;
	unsigned wrong, failed;
	unsigned *reading; /* atomic: how many readers there still are */
};

static void read_once(struct reader *reader, struct hs_arena *arena)
{
	struct totals totals = { .world = reader->world };
	struct hs_store_op op = { .work = count_all, .arg = &totals, .arena = arena };
	struct hs_error err;
	enum hs_status status = reader->as_loop ?
		hs_store_read_now(reader->f->store, &op) :
		hs_store_read_wait(reader->f->store, arena, count_all, &totals, &err);
	if (reader->as_loop && status == HS_E_BUDGET)
		return;
	reader->failed += status != HS_OK;
	reader->wrong += status == HS_OK && !are_half(&totals);
}

static void *read_on(void *arg)
{
	struct reader *reader = arg;
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	for (unsigned i = 0; i < ROUNDS; i++) {
		read_once(reader, arena);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
	__atomic_sub_fetch(reader->reading, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

struct swap {
	const struct world *world;
	unsigned round;
};

/* An odd person becomes even, and an even one odd; in each third round only the index says so. */
static enum hs_status swap_two(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct swap *swap = arg;
	unsigned pair = swap->round / 2 % (PEOPLE / 2) * 2;
	bool back = swap->round % 2, reindex = swap->round % 3 == 0;
	enum hs_status status = put_person(txn, arena, swap->world, pair, back ? "even" : "odd", reindex,
		err);
	return status == HS_OK ?
		put_person(txn, arena, swap->world, pair + 1, back ? "odd" : "even", reindex, err) :
		status;
}

static void write_on(struct fixture *f, const struct world *w, unsigned *reading)
{
	struct swap swap = { .world = w };
	for (; __atomic_load_n(reading, __ATOMIC_SEQ_CST); swap.round++) {
		f->now_ms += 1000;
		if (hs_store_write_wait(f->store, f->arena, swap_two, &swap, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		hs_arena_reset(f->arena);
		hs_store_foresee(f->store);
		/* Room for all, for some and for none of them. */
		hs__columns_bound(swap.round % 5 ? 0 : swap.round % 2 ? 1 : 40000);
	}
	hs__columns_bound(0);
}

static void searches_share_what_a_writer_changes(void **state)
{
	struct fixture *f = *state;
	struct world w;
	struct reader readers[READERS];
	pthread_t threads[READERS];
	unsigned reading = READERS, wrong = 0, failed = 0;

	make_world(f, &w);
	for (unsigned i = 0; i < READERS; i++) {
		readers[i] = (struct reader) { .f = f, .world = &w, .as_loop = i == 0, .reading = &reading };
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	write_on(f, &w, &reading);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		wrong += readers[i].wrong;
		failed += readers[i].failed;
	}
	assert_int_equal(failed, 0);
	assert_int_equal(wrong, 0);
	hs_store_close(f->store);
	f->store = NULL;
	assert_int_equal(hs__columns_memory(), 0);
}

/* ---- memory ---- */

static void stores_have_one_memory(void **state)
{
	struct fixture *f = *state, *other;
	struct world w, v;
	size_t one, bound;
	void *second = NULL;

	make_world(f, &w);
	fixture_setup(&second);
	other = second;
	make_world(other, &v);
	assert_int_equal(hs__columns_memory(), 0);
	assert_half(f, &w);
	one = hs__columns_memory();
	assert_true(one > 0);
	assert_half(other, &v);
	assert_int_equal(hs__columns_memory(), 2 * one);
	/* What the one has not asked of late goes for what the other asks now. */
	bound = one + one / 2;
	hs__columns_bound(bound);
	assert_half(f, &w);
	assert_true(hs__columns_memory() >= one && hs__columns_memory() <= bound);
	assert_half(other, &v);
	assert_true(hs__columns_memory() >= one && hs__columns_memory() <= bound);
	hs__columns_bound(1);
	assert_half(f, &w);
	assert_true(hs__columns_memory() < one / 2); /* but what it knows of those that are too large */
	hs__columns_bound(0);
	fixture_teardown(&second);
	fixture_reopen(f);
	assert_int_equal(hs__columns_memory(), 0);
}

struct updates {
	const struct world *world;
	unsigned made;
};

static enum hs_status update_all(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct updates *updates = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < PEOPLE && status == HS_OK; i++) {
		char code[16];
		snprintf(code, sizeof(code), "o%u", updates->made++);
		status = put_person(txn, arena, updates->world, i, code, false, err);
	}
	return status;
}

static enum hs_status count_coded(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct totals *totals = arg;
	struct hs_find coded = { .op = HS_FIND_TOKEN,
		.param = totals->world->code,
		.match = HS_MATCH_STARTS,
		.any_system = true,
		.text = HS_S("o") };
	const struct hs_find *kids[] = { &coded, &coded };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	return count(txn, arena, totals->world->person, &both, &totals->people, err);
}

static size_t memory_after(struct fixture *f, const struct world *w)
{
	struct totals totals = { .world = w };
	if (hs_store_read_wait(f->store, f->arena, count_coded, &totals, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	assert_int_equal(totals.people, PEOPLE);
	return hs__columns_memory();
}

/* Each update has a key of its own, while the one before is of no use any more. */
static void what_is_gone_is_not_kept_for_ever(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct updates updates = { .world = &w };
	size_t first = 0, most = 0;
	for (unsigned i = 0; i < FEW; i++) {
		if (hs_store_write_wait(f->store, f->arena, update_all, &updates, &f->err) != HS_OK)
			fail_msg("%s", f->err.text);
		hs_arena_reset(f->arena);
		size_t now = memory_after(f, &w);
		first = i ? first : now;
		most = now > most ? now : most;
	}
	if (!first || most > first * 8)
		fail_msg("%zu bytes have become %zu", first, most);
}

/* ---- the order of conditions ---- */

static enum hs_status put_astray(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct world *w = arg;
	return put_visit(txn, arena, w, PEOPLE + 1, err);
}

static enum hs_status explain(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct explained *explained = arg;
	return hs_txn_find_explain(txn, arena, &explained->query, &explained->text, err);
}

static void assert_told(struct fixture *f, const struct hs_find *where, uint32_t type, const char *told)
{
	struct explained explained = { .query = { .type = type, .where = where, .want_total = true } };
	char text[4096];
	if (hs_store_read_wait(f->store, f->arena, explain, &explained, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	snprintf(text, sizeof(text), "%.*s", HS_S_ARG(explained.text));
	if (!strstr(text, told))
		fail_msg("wanted '%s':\n%s", told, text);
}

/* Links that lead nowhere are known to, and nothing is asked beside them; until something is there. */
static void links_that_lead_nowhere_come_first(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	uint32_t other = number_of(f, HS_SPACE_TYPE, "Group");
	struct hs_find changed = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .hi = 1 }, ever = changed;
	const struct hs_find *inside[] = { &ever };
	struct hs_find chain = {
		.op = HS_FIND_CHAIN, .param = w.about, .target_type = other, .kids = inside, .kid_count = 1
	};
	const struct hs_find *kids[] = { &changed, &chain };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	/* The first search makes the column. */
	for (unsigned i = 0; i < 2; i++)
		assert_told(f, &both, w.visit, "AND: rows joined, found 0");
	assert_told(f, &both, w.visit,
		"AND: rows joined, found 0\n"
		"    CHAIN Encounter.subject: what is behind it, asked before all else, found nothing");
	chain.target_type = w.person;
	assert_told(f, &both, w.visit, "AND: rows joined, found 600");
	if (hs_store_write_wait(f->store, f->arena, put_astray, &w, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	assert_told(f, &both, w.visit, "AND: rows joined, found 600");
}

#define OTHERS 50u /* dear enough to follow them all, and less than the column of visits is to make */
static enum hs_status put_others(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct put_work work = { .type = *(const uint32_t *)arg, .text = "" };
	enum hs_status status = HS_OK;
	char id[16];
	work.id = id;
	for (unsigned i = 0; i < OTHERS && status == HS_OK; i++) {
		snprintf(id, sizeof(id), "g%u", i);
		status = put_one(txn, arena, &work, err);
	}
	return status;
}

/* Of a column that is there it is soon known that none of its keys leads to a type. */
static void links_of_a_column_are_cheap(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	f->by_columns = false;
	fixture_reopen(f);
	uint32_t other = number_of(f, HS_SPACE_TYPE, "Group");
	if (hs_store_write_wait(f->store, f->arena, put_others, &other, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	struct hs_find ever = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .hi = 1 };
	const struct hs_find *inside[] = { &ever };
	struct hs_find chain = {
		.op = HS_FIND_CHAIN, .param = w.about, .target_type = w.person, .kids = inside, .kid_count = 1
	};
	assert_told(f, &chain, w.visit, "CHAIN Encounter.subject: links of a column of 600 keys");
	chain.target_type = other;
	assert_told(f, &chain, w.visit, "CHAIN Encounter.subject: links of a column of 600 keys");
}

/* What leads to others finds nothing where one of all conditions there does, or each of any. */
static void what_is_behind_comes_first(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find ever = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .hi = 1 },
		       never = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_LT, .hi = 1 };
	const struct hs_find *one[] = { &ever, &never };
	struct hs_find inside = { .op = HS_FIND_OR, .kids = one, .kid_count = 2 };
	const struct hs_find *behind[] = { &inside };
	struct hs_find chain = {
		.op = HS_FIND_CHAIN, .param = w.about, .target_type = w.person, .kids = behind, .kid_count = 1
	};
	const struct hs_find *kids[] = { &ever, &chain };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	for (unsigned i = 0; i < 2; i++) { /* the first search makes the column */
		inside.op = HS_FIND_OR;
		assert_told(f, &both, w.visit, "AND: rows joined, found 600");
		inside.op = HS_FIND_AND;
		assert_told(f, &both, w.visit,
			"CHAIN Encounter.subject: what is behind it, asked before all else, found nothing");
		assert_told(f, &both, w.visit, "AND: rows joined, found 0");
	}
}

/* ---- before any search ---- */

struct look {
	const struct world *world;
	bool code, linked, outlines;
};

/* What is there and right for this moment; nothing is made. */
static enum hs_status look(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = arena };
	const struct hs__column *code = NULL, *outlines = NULL;
	struct hs__linked linked;
	struct look *look = arg;
	struct hs__key prefix;

	hs__key_begin(&prefix, look->world->code);
	enum hs_status status = hs__columns_get(&finder, look->world->person, &prefix, HS__WANT_NOT, &code,
		err);
	hs__outline_begin(look->world->visit, &prefix);
	if (status == HS_OK)
		status = hs__columns_get(&finder, look->world->visit, &prefix, HS__WANT_NOT, &outlines, err);
	if (status == HS_OK)
		status = hs__columns_get_linked(&finder, look->world->visit, look->world->about,
			look->world->person, HS__WANT_NOT, &linked, err);
	look->code = code != NULL;
	look->outlines = outlines != NULL;
	look->linked = status == HS_OK && linked.link && linked.link->led == PEOPLE;
	hs__columns_release(&finder);
	return status;
}

static struct look look_at(struct fixture *f, const struct world *w)
{
	struct look at = { .world = w };
	if (hs_store_read_wait(f->store, f->arena, look, &at, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return at;
}

static void foresee(struct fixture *f)
{
	hs_store_foresee(f->store);
	hs__later_wait(f->store);
}

static void what_will_be_wanted_is_there_before_a_search(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	fixture_reopen(f);
	assert_false(look_at(f, &w).code);
	foresee(f);
	struct hs_store_counters counters;
	hs_store_counters(f->store, &counters);
	assert_true(counters.later_cpu_us > 0);
	struct look at = look_at(f, &w);
	assert_true(at.code && at.outlines && at.linked);
	size_t memory = hs__columns_memory();
	assert_half(f, &w);
	assert_int_equal(hs__columns_memory(), memory); /* nothing was missing */
	/* It is looked again only when much has come, and none comes any more. */
	hs__columns_bound(1);
	assert_true(look_at(f, &w).code); /* then they go */
	hs__columns_bound(0);
	foresee(f);
	assert_false(look_at(f, &w).code);
	struct updates updates = { .world = &w };
	if (hs_store_write_wait(f->store, f->arena, update_all, &updates, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	foresee(f);
	assert_false(look_at(f, &w).code);
	foresee(f);
	assert_true(look_at(f, &w).code);
}

/* What searches have takes the place of what is foreseen, and never the other way. */
static void what_is_foreseen_takes_room_from_nobody(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	foresee(f);
	size_t all = hs__columns_memory();
	fixture_reopen(f);
	struct totals totals = { .world = &w };
	if (hs_store_read_wait(f->store, f->arena, count_coded, &totals, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	size_t one = hs__columns_memory();
	assert_true(one > 0 && one < all / 2);
	hs__columns_bound(one + 1);
	foresee(f);
	assert_int_equal(hs__columns_memory(), one);
	assert_true(look_at(f, &w).code);
	hs__columns_bound(0);
	fixture_reopen(f);
	foresee(f);
	assert_int_equal(hs__columns_memory(), all);
	hs__columns_bound(all); /* the next one that a search wants makes the first ones go that none has had
				 */
	assert_half(f, &w);
	assert_true(look_at(f, &w).code);
	hs__columns_bound(0);
}

struct changed {
	const struct world *world;
	unsigned first, end; /* people with odd numbers from `first` up to `end` become even */
};

static enum hs_status make_even(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct changed *changed = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = changed->first | 1; i < changed->end && status == HS_OK; i += 2)
		status = put_person(txn, arena, changed->world, i, "even", false, err);
	return status;
}

static enum hs_status estimate_odd(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct totals *totals = arg;
	struct hs__finder finder = { .txn = txn, .arena = arena };
	struct hs_find odd = {
		.op = HS_FIND_TOKEN, .param = totals->world->code, .any_system = true, .text = HS_S("odd")
	};
	struct hs__cond cond;
	enum hs_status status = hs__cond_make(&finder, totals->world->person, &odd, 0, &cond, err);
	return status == HS_OK ?
		hs__estimate(&finder, totals->world->person, &cond, PEOPLE, &totals->people, err) :
		status;
}

static uint64_t estimated_after(struct fixture *f, const struct world *w, unsigned first, unsigned end)
{
	struct changed changed = { w, first, end };
	struct totals totals = { .world = w };
	if (hs_store_write_wait(f->store, f->arena, make_even, &changed, &f->err) != HS_OK ||
		hs_store_read_wait(f->store, f->arena, estimate_odd, &totals, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return totals.people;
}

/* As it was read, while little has changed since: so the index is not asked. */
static void a_column_tells_how_many_there_are(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	foresee(f);
	assert_int_equal(estimated_after(f, &w, 0, 10), PEOPLE / 2);
	assert_int_equal(estimated_after(f, &w, 10, 60), PEOPLE / 2 - 30);
	fixture_reopen(f); /* there is none */
	assert_int_equal(estimated_after(f, &w, 60, 64), PEOPLE / 2 - 32);
}

static void little_data_has_none(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	f->by_columns = false;
	fixture_reopen(f);
	foresee(f);
	assert_int_equal(hs__columns_memory(), 0);
}

/* ---- what looking behind "has" costs ---- */

struct priced {
	const struct world *world;
	uint32_t pointers;
};

static enum hs_status price_has(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct priced *priced = arg;
	struct hs__finder finder = { .txn = txn, .arena = arena };
	struct hs_find updated = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .hi = 1 };
	const struct hs_find *visit[] = { &updated };
	struct hs_find has = { .op = HS_FIND_HAS,
		.param = priced->world->about,
		.target_type = priced->world->visit,
		.kids = visit,
		.kid_count = 1 };
	struct hs__cond cond;
	enum hs_status status = hs__cond_make(&finder, priced->world->person, &has, 0, &cond, err);

	if (status == HS_OK)
		priced->pointers = cond.pointers;
	return status;
}

static enum hs_status fill_visits(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (unsigned i = PEOPLE; i < 6 * PEOPLE + PEOPLE / 2 && status == HS_OK; i++)
		status = put_visit(txn, arena, arg, i, err);
	return status;
}

static void who_has_many_is_dear_to_look_behind(void **state)
{
	struct fixture *f = *state;
	struct world w;
	struct priced priced = { .world = &w };

	make_world(f, &w);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, price_has, &priced, &f->err), HS_OK);
	assert_int_equal(priced.pointers, 1);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill_visits, &w, &f->err), HS_OK);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, price_has, &priced, &f->err), HS_OK);
	assert_int_equal(priced.pointers, 7); /* six and a half for each */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(searches_share_what_a_writer_changes, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(stores_have_one_memory, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_behind_comes_first, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(links_that_lead_nowhere_come_first, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(links_of_a_column_are_cheap, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_gone_is_not_kept_for_ever, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(what_will_be_wanted_is_there_before_a_search, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_foreseen_takes_room_from_nobody, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(a_column_tells_how_many_there_are, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(little_data_has_none, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(who_has_many_is_dear_to_look_behind, fixture_setup,
			fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
