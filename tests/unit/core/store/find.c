/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of searching: which way is taken, that no indexed condition scans, marks of pages, and limits. */
#include "support.h"

#define PATIENTS 6000

struct world {
	uint32_t patient, identifier, family, birth, active;
};

static enum hs_status fill(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct world *w = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < PATIENTS && status == HS_OK; i++) {
		char id[16], code[16], name[16];
		struct hs_arena_mark mark = hs_arena_mark(arena);
		snprintf(id, sizeof(id), "p%u", i);
		snprintf(code, sizeof(code), "%08u", i);
		snprintf(name, sizeof(name), "name%03u", i % 500);
		int64_t day = (int64_t)(i * 37 % 3000) * 86400000;
		struct hs_index_row rows[] = {
			{ .param = w->identifier,
				.kind = HS_INDEX_TOKEN,
				.system = HS_S("urn:pnr"),
				.text = hs_slice_cstr(code) },
			{ .param = w->family, .kind = HS_INDEX_STRING, .text = hs_slice_cstr(name) },
			{ .param = w->birth, .kind = HS_INDEX_DATE, .lo = day, .hi = day + 86400000 },
			{ .param = w->active, .kind = HS_INDEX_TOKEN, .text = HS_S("true") },
		};
		struct put_work work = {
			.type = w->patient, .id = id, .text = "", .index = rows, .index_count = 4
		};
		status = put_one(txn, arena, &work, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static void make_world(struct fixture *f, struct world *w)
{
	w->patient = number_of(f, HS_SPACE_TYPE, "Patient");
	w->identifier = number_of(f, HS_SPACE_PARAM, "Patient.identifier");
	w->family = number_of(f, HS_SPACE_PARAM, "Patient.family");
	w->birth = number_of(f, HS_SPACE_PARAM, "Patient.birthdate");
	w->active = number_of(f, HS_SPACE_PARAM, "Patient.active");
	if (hs_store_write_wait(f->store, f->arena, fill, w, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

struct find_work {
	struct hs_find_query query;
	struct hs_find_page out;
	struct hs_slice text;
};

static enum hs_status run_find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct find_work *work = arg;
	return hs_txn_find(txn, arena, &work->query, &work->out, err);
}

static enum hs_status run_explain(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct find_work *work = arg;
	return hs_txn_find_explain(txn, arena, &work->query, &work->text, err);
}

static void assert_way(struct fixture *f, struct hs_find_query query, const char *way)
{
	struct find_work work = { .query = query };
	char text[4096];
	if (hs_store_read_wait(f->store, f->arena, run_explain, &work, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	snprintf(text, sizeof(text), "%.*s", HS_S_ARG(work.text));
	if (!strstr(text, way) || strstr(text, "SCAN") || strstr(text, "TEMP B-TREE"))
		fail_msg("wanted '%s' without a scan:\n%s", way, text);
}

static void the_way_fits_the_search(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find identifier = { .op = HS_FIND_TOKEN,
		.param = w.identifier,
		.system = HS_S("urn:pnr"),
		.fold_case = true,
		.text = HS_S("00000077") };
	struct hs_find active = { .op = HS_FIND_TOKEN,
		.param = w.active,
		.any_system = true,
		.fold_case = true,
		.text = HS_S("true") };
	struct hs_find family = {
		.op = HS_FIND_STRING, .param = w.family, .match = HS_MATCH_STARTS, .text = HS_S("name01")
	};
	struct hs_find born = {
		.op = HS_FIND_DATE, .param = w.birth, .cmp = HS_CMP_GE, .lo = 0, .hi = 86400000
	};
	const struct hs_find *kids[] = { &active, &born, &identifier };
	struct hs_find narrow = { .op = HS_FIND_AND, .kids = kids, .kid_count = 3 };
	struct hs_find wide = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_sort by_birth = { .param = w.birth, .kind = HS_INDEX_DATE, .falling = true };
#define QUERY(...) (struct hs_find_query) { .type = w.patient, .count = 10, __VA_ARGS__ }
	assert_way(f, QUERY(.where = &identifier), "drive: TOKEN, about 1 of 6000");
	assert_way(f, QUERY(.where = &narrow), "drive: TOKEN, about 1 of 6000");
	assert_way(f, QUERY(.where = &active), "stream the rows of one key");
	assert_way(f, QUERY(.where = &family), "gather the rows of ranges");
	assert_way(f, QUERY(.where = &wide), "stream the rows of one key");
	assert_way(f, QUERY(.where = &born), "walk all resources");
	assert_way(f, QUERY(.where = &born, .want_total = true), "join the rows that each condition finds");
	assert_way(f, QUERY(.where = &wide, .want_total = true), "join the rows that each condition finds");
	assert_way(f, QUERY(.where = &narrow, .want_total = true), "gather the rows of ranges");
	assert_way(f, QUERY(.where = &wide, .sort = &by_birth, .sort_count = 1),
		"along the index of the first sort");
	assert_way(f, QUERY(.where = &identifier, .sort = &by_birth, .sort_count = 1),
		"gather the rows of ranges");
	assert_way(f, QUERY(.sort = &by_birth, .sort_count = 1), "along the index of the first sort");
	assert_way(f, QUERY(.where = NULL), "walk all resources");
}

static enum hs_status fill_named(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct world *w = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < 20 && status == HS_OK; i++) {
		char id[16];
		snprintf(id, sizeof(id), "named%u", i);
		struct hs_index_row row = {
			.param = w->family, .kind = HS_INDEX_STRING, .text = HS_S("name010")
		};
		struct put_work work = {
			.type = w->patient, .id = id, .text = "", .index = &row, .index_count = 1
		};
		status = put_one(txn, arena, &work, err);
	}
	return status;
}

/* Each condition of a join is explained; a remembered count does not outlive what is written. */
static void conditions_are_explained(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find family = {
		.op = HS_FIND_STRING, .param = w.family, .match = HS_MATCH_STARTS, .text = HS_S("name01")
	};
	struct hs_find active = {
		.op = HS_FIND_TOKEN, .param = w.active, .any_system = true, .text = HS_S("true")
	};
	struct hs_find missing = { .op = HS_FIND_MISSING, .param = w.birth };
	const struct hs_find *kids[] = { &active, &family, &missing };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find either = { .op = HS_FIND_OR, .kids = kids + 1, .kid_count = 2 };
	for (int i = 0; i < 2; i++)
		assert_way(f, QUERY(.where = &both, .want_total = true),
			"    STRING Patient.family: ranges of the index: 1, cost 12, found 120");
	assert_way(f, QUERY(.where = &both, .want_total = true),
		"    TOKEN Patient.active: ranges of the index: 1, of 120, cost 141, found 120");
	assert_way(f, QUERY(.where = &either, .want_total = true),
		"    MISSING Patient.birthdate: outlines in the index, cost ");
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill_named, &w, &f->err), HS_OK);
	assert_way(f, QUERY(.where = &both, .want_total = true),
		"    STRING Patient.family: ranges of the index: 1, cost 14, found 140");
}

/* What is said twice is asked once, and several values of a parameter are one question. */
static void values_of_one_parameter_are_asked_together(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find first = {
		.op = HS_FIND_STRING, .param = w.family, .match = HS_MATCH_STARTS, .text = HS_S("name01")
	};
	struct hs_find again = first, second = first;
	second.text = HS_S("name02");
	const struct hs_find *kids[] = { &first, &again, &second };
	struct hs_find any = { .op = HS_FIND_OR, .kids = kids, .kid_count = 3 };
	struct hs_find same = { .op = HS_FIND_OR, .kids = kids, .kid_count = 2 };
	assert_way(f, QUERY(.where = &same, .want_total = true),
		"  STRING Patient.family: ranges of the index: 1, cost 12, found 120");
	assert_way(f, QUERY(.where = &any, .want_total = true),
		"  OR: ranges of the index: 2, cost 24, found 240");
}

/* Beyond the last change there is nothing, and that is known before anything else is asked. */
static void what_was_never_changed_is_not_looked_for(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	const int64_t late = INT64_C(4102444800000); /* 2100-01-01 */
	struct hs_find updated = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GT, .lo = 0, .hi = late };
	struct hs_find active = {
		.op = HS_FIND_TOKEN, .param = w.active, .any_system = true, .text = HS_S("true")
	};
	const struct hs_find *kids[] = { &active, &updated };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	assert_way(f, QUERY(.where = &both), "drive: UPDATED, about 0 of 6000");
	updated.cmp = HS_CMP_SA;
	assert_way(f, QUERY(.where = &both), "drive: UPDATED, about 0 of 6000");
	updated.cmp = HS_CMP_LT;
	updated.lo = 0;
	assert_way(f, QUERY(.where = &both), "drive: UPDATED, about 0 of 6000");
}

static enum hs_status fill_plain(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	unsigned *next = arg;
	uint32_t type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Patient"), true);
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < 1000 && status == HS_OK; i++) {
		char id[16];
		struct hs_arena_mark mark = hs_arena_mark(arena);
		snprintf(id, sizeof(id), "p%u", (*next)++);
		struct put_work work = { .type = type, .id = id, .text = "" };
		status = put_one(txn, arena, &work, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

/* By the time of change alone: what is new is not looked for from the oldest on, and when all is, it is. */
static void what_is_new_is_not_walked_to(void **state)
{
	struct fixture *f = *state;
	struct world w = { .patient = number_of(f, HS_SPACE_TYPE, "Patient") };
	int64_t half = f->now_ms + 11;
	for (unsigned next = 0; next < 21000; f->now_ms++)
		assert_int_equal(hs_store_write_wait(f->store, f->arena, fill_plain, &next, &f->err), HS_OK);
	struct hs_find fresh = { .op = HS_FIND_UPDATED, .cmp = HS_CMP_GE, .lo = half, .hi = half + 1 };
	struct hs_find all = fresh;
	all.lo = all.hi = 5;
	assert_way(f, (struct hs_find_query) { .type = w.patient, .count = 10, .where = &fresh },
		"gather the rows of ranges");
	assert_way(f, (struct hs_find_query) { .type = w.patient, .count = 10, .where = &all },
		"walk all resources");
	struct find_work work = { .query = { .type = w.patient, .count = 10, .where = &fresh } };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_OK);
	assert_int_equal(work.out.count, 10);
	assert_slice(work.out.items[0].id, "p11000");
	work.query.after = work.out.next;
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_OK);
	assert_slice(work.out.items[9].id, "p11019");
}

/* The same search in every way finds the same, within the steps that the loop allows. */
static void narrow_searches_stay_on_the_loop(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find active = {
		.op = HS_FIND_TOKEN, .param = w.active, .any_system = true, .text = HS_S("true")
	};
	struct hs_find identifier = { .op = HS_FIND_TOKEN,
		.param = w.identifier,
		.system = HS_S("urn:pnr"),
		.text = HS_S("00000077") };
	struct hs_find_sort newest = { .special = HS_SORT_UPDATED, .falling = true };
	const struct hs_find *kids[] = { &active, &identifier };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct find_work works[] = {
		{ .query = QUERY(.where = &identifier) },
		{ .query = QUERY(.where = &both, .want_total = true) },
		{ .query = QUERY(.where = &active) },
		{ .query = QUERY(.sort = &newest, .sort_count = 1) },
		{ .query = QUERY(.want_total = true) },
	};
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct hs_store_op op = { .work = run_find, .arg = &works[i], .arena = f->arena };
		assert_int_equal(hs_store_read_now(f->store, &op), HS_OK);
		assert_int_equal(works[i].out.count, i < 2 ? 1 : 10);
	}
	assert_int_equal(works[4].out.total, PATIENTS);
	/* What all have is lacked by none, and that shows at once. */
	struct hs_find missing = { .op = HS_FIND_MISSING, .param = w.birth };
	struct find_work none = { .query = QUERY(.where = &missing, .want_total = true) };
	struct hs_store_op quick = { .work = run_find, .arg = &none, .arena = f->arena };
	assert_int_equal(hs_store_read_now(f->store, &quick), HS_OK);
	assert_int_equal(none.out.total, 0);
	/* And one that cannot: to be sorted by what no index has, each must be looked at. */
	struct hs_find_sort score = { .special = HS_SORT_SCORE };
	struct find_work costly = { .query = QUERY(.sort = &score, .sort_count = 1) };
	struct hs_store_op op = { .work = run_find, .arg = &costly, .arena = f->arena };
	assert_int_equal(hs_store_read_now(f->store, &op), HS_E_BUDGET);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &costly, &f->err), HS_OK);
	assert_int_equal(costly.out.count, 10);
}

static void pages_stay_right_while_others_write(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find active = {
		.op = HS_FIND_TOKEN, .param = w.active, .any_system = true, .text = HS_S("true")
	};
	struct find_work work = { .query = QUERY(.where = &active) };
	for (unsigned page = 0; page < 5; page++) {
		assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_OK);
		assert_int_equal(work.out.count, 10);
		for (unsigned i = 0; i < 10; i++) {
			char id[16];
			snprintf(id, sizeof(id), "p%u", page * 10 + i);
			assert_slice(work.out.items[i].id, id);
		}
		work.query.after = work.out.next;
		/* The last one of the page goes, and one of an earlier page. */
		assert_int_equal(delete_it(f, w.patient, page % 2 ? "p2" : "p9") == HS_E_NOT_FOUND, false);
	}
}

static void a_foreign_mark_is_refused(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find_sort by_birth = { .param = w.birth, .kind = HS_INDEX_DATE };
	struct find_work work = { .query = QUERY(.sort = &by_birth, .sort_count = 1) };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_OK);
	struct hs_slice next = work.out.next;
	struct find_work other = { .query = QUERY(.after = next) };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &other, &f->err), HS_E_VALUE);
	by_birth.falling = true;
	work.query.after = next;
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_E_VALUE);
	by_birth.falling = false;
	for (size_t i = 0; i < next.len; i++) {
		char text[600];
		struct hs_find_page before = work.out;
		assert_true(next.len < sizeof(text));
		memcpy(text, next.ptr, next.len);
		text[i] = i % 3 ? '!' : text[i] == 'A' ? 'B' : 'A';
		work.query.after = hs_slice(text, next.len);
		enum hs_status status = hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err);
		assert_true(status == HS_OK || status == HS_E_VALUE);
		if (i % 3)
			assert_int_equal(status, HS_E_VALUE);
		work.out = before;
		work.query.after = hs_slice_first(next, i);
		if (i)
			assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err),
				HS_E_VALUE);
	}
}

static void a_search_has_limits(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find deep[40];
	const struct hs_find *kids[40];
	deep[39] = (struct hs_find) { .op = HS_FIND_ID, .text = HS_S("p1") };
	for (int i = 38; i >= 0; i--) {
		kids[i] = &deep[i + 1];
		deep[i] = (struct hs_find) { .op = HS_FIND_NOT, .kids = &kids[i], .kid_count = 1 };
	}
	struct find_work work = { .query = QUERY(.where = &deep[0]) };
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_E_TOO_COSTLY);
	work.query = QUERY(.where = NULL);
	work.query.count = 100001;
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_E_TOO_COSTLY);
	struct hs_find unknown = { .op = HS_FIND_TOKEN, .any_system = true, .text = HS_S("x") };
	work.query = QUERY(.where = &unknown, .want_total = true);
	assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err), HS_OK);
	assert_int_equal(work.out.total, 0);
}

static uint64_t total_of(struct fixture *f, struct hs_find_query query)
{
	struct find_work work = { .query = query };
	work.query.want_total = true;
	if (hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return work.out.total;
}

/* From ... to ...: one entry may fulfil both, or one each. */
static void two_spans_of_one_parameter(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	const int64_t day = 86400000;
	struct hs_find from = {
		.op = HS_FIND_DATE, .param = w.birth, .cmp = HS_CMP_GE, .lo = 100 * day, .hi = 101 * day
	};
	struct hs_find to = {
		.op = HS_FIND_DATE, .param = w.birth, .cmp = HS_CMP_LT, .lo = 103 * day, .hi = 104 * day
	};
	const struct hs_find *kids[] = { &from, &to };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_sort by_birth = { .param = w.birth, .kind = HS_INDEX_DATE };
	/* 6,000 on 3,000 days. */
	assert_int_equal(total_of(f, QUERY(.where = &both)), 6);
	struct hs_index_row rows[] = {
		{ .param = w.birth, .kind = HS_INDEX_DATE, .lo = 5 * day, .hi = 6 * day },
		{ .param = w.birth, .kind = HS_INDEX_DATE, .lo = 500 * day, .hi = 501 * day },
	};
	put_ok(f, w.patient, "outside", "", rows, 2);
	put_ok(f, w.patient, "early", "", rows, 1);
	assert_int_equal(total_of(f, QUERY(.where = &both)), 7);
	assert_int_equal(total_of(f, QUERY(.where = &both, .sort = &by_birth, .sort_count = 1)), 7);
	/* With very many such it is found without that. */
	for (unsigned i = 0; i < 300; i++) {
		char id[16];
		snprintf(id, sizeof(id), "two%u", i);
		put_ok(f, w.patient, id, "", rows, 2);
	}
	assert_int_equal(total_of(f, QUERY(.where = &both)), 307);
}

static enum hs_status fill_reports(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	const struct world *w = arg;
	uint32_t type = hs_txn_number(txn, HS_SPACE_TYPE, HS_S("Report"), true);
	enum hs_status status = HS_OK;
	for (unsigned i = 0; i < PATIENTS && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		char id[16], patient[16];
		snprintf(id, sizeof(id), "r%u", i);
		snprintf(patient, sizeof(patient), "p%u", i % 1000);
		struct hs_index_row rows[] = {
			{ .kind = HS_INDEX_REFERENCE,
				.target_type = w->patient,
				.text = hs_slice_cstr(patient) },
			{ .kind = HS_INDEX_TOKEN, .text = HS_S("final") },
			{ .kind = HS_INDEX_TOKEN, .text = HS_S("rare") },
		};
		rows[0].param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Report.subject"), true);
		rows[1].param = rows[2].param = hs_txn_number(txn, HS_SPACE_PARAM, HS_S("Report.status"),
			true);
		struct put_work work = {
			.type = type, .id = id, .text = "", .index = rows, .index_count = i % 1500 ? 2 : 3
		};
		status = put_one(txn, arena, &work, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

/* Who has a report: by many, along the references; by few, from each. */
static void those_that_are_pointed_to(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	assert_int_equal(hs_store_write_wait(f->store, f->arena, fill_reports, &w, &f->err), HS_OK);
	struct hs_find status = { .op = HS_FIND_TOKEN,
		.param = number_of(f, HS_SPACE_PARAM, "Report.status"),
		.text = HS_S("final") };
	const struct hs_find *kids[] = { &status };
	struct hs_find has = { .op = HS_FIND_HAS,
		.param = number_of(f, HS_SPACE_PARAM, "Report.subject"),
		.target_type = number_of(f, HS_SPACE_TYPE, "Report"),
		.kids = kids,
		.kid_count = 1 };
	const struct hs_find *not_kids[] = { &has };
	struct hs_find none = { .op = HS_FIND_NOT, .kids = not_kids, .kid_count = 1 };
	assert_int_equal(total_of(f, QUERY(.where = &has)), 1000);
	assert_int_equal(total_of(f, QUERY(.where = &none)), PATIENTS - 1000);
	assert_int_equal(delete_it(f, w.patient, "p7"), HS_OK);
	assert_int_equal(total_of(f, QUERY(.where = &has)), 999);
	status.text = HS_S("rare");
	assert_int_equal(total_of(f, QUERY(.where = &has)), 2);
}

static enum hs_status index_anew(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct world *w = arg;
	struct hs_resource version;
	struct hs_index_row row = { .param = w->identifier,
		.kind = HS_INDEX_TOKEN,
		.system = HS_S("urn:pnr"),
		.text = HS_S("other") };
	struct hs_index_row deep = row;
	struct hs_contained inside = { w->patient, HS_S("a"), &deep, 1 };
	struct hs_put put = { .index = &row, .index_count = 1, .contained = &inside, .contained_count = 1 };
	deep.param |= HS_PARAM_CONTAINED;
	enum hs_status status = hs_txn_get(txn, arena, w->patient, HS_S("p77"), &version, err);
	return status == HS_OK ? hs_txn_reindex(txn, arena, &version, &put, err) : status;
}

/* What an index entry says may change without a new version; what is contained is made anew too, once. */
static void entries_are_made_anew(void **state)
{
	struct fixture *f = *state;
	struct world w;
	make_world(f, &w);
	struct hs_find old = { .op = HS_FIND_TOKEN,
		.param = w.identifier,
		.system = HS_S("urn:pnr"),
		.text = HS_S("00000077") };
	struct hs_find new = old;
	struct find_work before = { .query = QUERY(.where = &old) },
			 after = { .query = QUERY(.where = &new) };
	struct find_work inside = { .query = QUERY(.want_total = true) };
	new.text = HS_S("other");
	inside.query.type = w.patient | HS_TYPE_CONTAINED;
	inside.query.count = 0; /* they have no body of their own */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(hs_store_write_wait(f->store, f->arena, index_anew, &w, &f->err), HS_OK);
		assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &before, &f->err), HS_OK);
		assert_int_equal(before.out.count, 0);
		assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &after, &f->err), HS_OK);
		assert_int_equal(after.out.count, 1);
		assert_slice(after.out.items[0].id, "p77");
		assert_int_equal(after.out.items[0].version, 1);
		assert_int_equal(hs_store_read_wait(f->store, f->arena, run_find, &inside, &f->err), HS_OK);
		assert_int_equal(inside.out.total, 1);
	}
	assert_int_equal(hs_store_check(f->store, &f->err), HS_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_way_fits_the_search),
		CASE(conditions_are_explained),
		CASE(values_of_one_parameter_are_asked_together),
		CASE(what_was_never_changed_is_not_looked_for),
		CASE(what_is_new_is_not_walked_to),
		CASE(narrow_searches_stay_on_the_loop),
		CASE(pages_stay_right_while_others_write),
		CASE(a_foreign_mark_is_refused),
		CASE(a_search_has_limits),
		CASE(two_spans_of_one_parameter),
		CASE(those_that_are_pointed_to),
		CASE(entries_are_made_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
