/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's columns while a search holds them: what later searches need is done to a copy, and what is
 * held says the same to its end. */
#include "rest_test.h"

#include <pthread.h>
#include <semaphore.h>
#include <services/record-index/find/columns.h>

#define POINTERS 300 /* so many that they are searched along columns */
#define KINDS 3      /* every third one has the custodian o0 */

static struct hs_store *store;

static const char *pointer(int i, const char *status)
{
	return TEXT("{'resourceType':'DocumentReference','id':'h%d','masterIdentifier':{'system':"
		    "'urn:ietf:rfc:3986','value':'urn:oid:1.2.%d'},'status':'%s','subject':{'reference':"
		    "'Patient/p%d'},'custodian':{'reference':'Organization/o%d'},'type':{'coding':[{'code':"
		    "'t%d'}]},'date':'2024-01-%02dT00:00:00Z','content':[{'attachment':{'url':'urn:x:%d'}}]}",
		i, i, status, i % 7, i % KINDS, i % 5, 1 + i % 28, i);
}

static void put(int i, const char *status, int answer)
{
	send_ok("PUT", TEXT("DocumentReference/h%d", i), pointer(i, status), answer);
}

static int start_filled(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"check-identifiers\":false,\"immutable\":\"\"}}}"
	};
	struct hs_sandbox *sandbox = NULL;
	struct hs_error err;
	(void)state;
	fx = fixture_start(&options);
	for (int i = 0; i < POINTERS && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		put(i, "current", 201);
	assert_int_equal(hs_host_sandbox(fixture_host(fx), "default", &sandbox, &err), HS_OK);
	store = hs_sandbox_store(sandbox);
	return 0;
}

static void counts(const char *query, int64_t total)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?_summary=count&%s", query), NULL,
		200);
	if (number(&a, "/total") != total)
		fail_msg("%s: %lld instead of %lld", query, (long long)number(&a, "/total"),
			(long long)total);
}

/* ---- held by another thread ---- */

struct holder {
	sem_t has, may_leave;
	struct hs_slice before, after; /* all that the columns say */
	bool whole;                    /* nothing was left out of them */
	struct hs_arena *arena;
	enum hs_status status;
};

static void say_shape(struct hs_buf *out, const struct hs_ledger_column_shape *shape)
{
	hs_buf_printf(out, "shape %llu %d %d\n", (unsigned long long)shape->shape, shape->alike,
		shape->party);
	for (size_t i = 0; i < shape->told.open_count; i++)
		hs_buf_printf(out, "open %u\n", shape->told.open[i]);
	for (size_t i = 0; i < shape->hole_count; i++)
		hs_buf_printf(out, "hole %zu %u\n", shape->holes[i].hole, shape->holes[i].value);
	for (size_t i = 0; i < shape->told.rows.count; i++) {
		const struct hs_index_row *row = &shape->told.rows.items[i];
		hs_buf_printf(out, "%u %d", row->param, (int)row->kind);
		if (!hs_ledger_is_hole_text(row->text))
			hs_buf_printf(out, " %.*s", HS_S_ARG(row->text));
		hs_buf_printf(out, " %.*s\n", HS_S_ARG(row->system));
	}
}

static void say_parties(struct hs_buf *out, const struct hs_ledger_columns *columns)
{
	for (size_t i = 0; i < columns->party_count; i++)
		hs_buf_printf(out, "party %u %u\n", columns->parties[i], columns->party_of[i]);
	for (unsigned side = 0; side < 2 && columns->sided; side++) {
		for (size_t i = 0; i < columns->party_count; i++)
			hs_buf_printf(out, "last %u\n", columns->sides[side].last[i]);
		for (size_t i = 0; i < columns->count; i++)
			hs_buf_printf(out, "before %u\n", columns->sides[side].before[i]);
	}
}

static struct hs_slice say_all(struct hs_arena *arena, const struct hs_ledger_columns *columns)
{
	struct hs_buf out;
	hs_buf_init(&out, arena, 1 << 20);
	hs_buf_printf(&out, "%zu of which %zu gone\n", columns->count, columns->gone);
	for (size_t i = 0; i < columns->count; i++)
		hs_buf_printf(&out, "%u %u %u %u %lld %lld\n", columns->rows[i], columns->subjects[i],
			columns->custodians[i], columns->shapes[i], (long long)columns->dates[i],
			(long long)columns->updates[i]);
	for (unsigned k = 0; k < columns->value_count; k++) {
		for (size_t i = 0; i < columns->count; i++)
			hs_buf_printf(&out, "value %u\n", columns->values[k].hashes[i]);
	}
	say_parties(&out, columns);
	for (size_t i = 0; i < columns->shape_count; i++)
		say_shape(&out, &columns->shape[i]);
	for (size_t i = 0; i <= columns->count / HS_LEDGER_ZONE; i++)
		hs_buf_printf(&out, "zone %lld %lld %lld %lld %d\n", (long long)columns->zones[i].first_date,
			(long long)columns->zones[i].last_date, (long long)columns->zones[i].first_update,
			(long long)columns->zones[i].last_update, columns->zones[i].dateless);
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

static enum hs_status hold(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct holder *holder = arg;
	struct hs_view_hold held;
	enum hs_status status = hs_txn_view(txn, &hs_ledger_columns_view, 0, true, &held, err);
	const struct hs_ledger_columns *columns = held.view;
	if (held.view)
		holder->before = say_all(arena, held.view);
	holder->whole = columns && columns->sided && columns->referred;
	sem_post(&holder->has);
	while (sem_wait(&holder->may_leave) != 0)
		;
	if (held.view)
		holder->after = say_all(arena, held.view);
	hs_txn_view_end(txn, &held);
	return status;
}

static void *run_holder(void *arg)
{
	struct holder *holder = arg;
	struct hs_error err;
	holder->status = hs_store_read_wait(store, holder->arena, hold, holder, &err);
	return NULL;
}

static pthread_t start_holder(struct holder *holder)
{
	pthread_t thread;
	*holder = (struct holder) { .arena = hs_arena_new((size_t)8 << 20) };
	sem_init(&holder->has, 0, 0);
	sem_init(&holder->may_leave, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, run_holder, holder), 0);
	while (sem_wait(&holder->has) != 0)
		;
	return thread;
}

static void end_holder(pthread_t thread, struct holder *holder)
{
	sem_post(&holder->may_leave);
	pthread_join(thread, NULL);
	assert_int_equal(holder->status, HS_OK);
	assert_true(holder->before.len > 0 && holder->whole);
	if (!hs_slice_eq(holder->before, holder->after))
		fail_msg("what was held has changed:\n%.*s\n%.*s", HS_S_ARG(holder->before),
			HS_S_ARG(holder->after));
	sem_destroy(&holder->has);
	sem_destroy(&holder->may_leave);
}

/* Other shapes, too: updates of a few that were not there before, one that is new, and a deletion. */
static void change_some(void)
{
	for (int i = 0; i < 4; i++)
		put(i, "superseded", 200);
	put(POINTERS, "entered-in-error", 201);
	send_ok("DELETE", "DocumentReference/h5", NULL, 204);
}

/* How many of the pointers up to this one have a date from the 25th on? */
static int64_t late(int last)
{
	int64_t count = 0;
	for (int i = 0; i <= last; i++)
		count += 1 + i % 28 >= 25;
	return count;
}

/* How many are left of a subject, a custodian and a type; -1: of any. */
static int64_t left_of(int subject, int custodian, int type)
{
	int64_t count = 0;
	for (int i = 0; i <= POINTERS; i++)
		count += i != 5 && (subject < 0 || i % 7 == subject) &&
			(custodian < 0 || i % KINDS == custodian) && (type < 0 || i % 5 == type);
	return count;
}

static void counts_of_parties(void)
{
	counts("patient=Patient/p3", left_of(3, -1, -1));
	counts("patient=Patient/p3&status=current", left_of(3, -1, -1) - 1);
	counts("patient=Patient/p5&type=t0", left_of(5, -1, 0));
	counts("patient=Patient/p5,Patient/p6&custodian=Organization/o1",
		left_of(5, 1, -1) + left_of(6, 1, -1));
	counts("custodian=Organization/o2&type=t0,t1", left_of(-1, 2, 0) + left_of(-1, 2, 1));
	counts("patient:missing=false&type=t4", left_of(-1, -1, 4));
	counts("identifier=urn:oid:1.2.300&status=entered-in-error", 1);
	counts("identifier=urn:oid:1.2.5&custodian:missing=false", 0);
	counts("location=urn:x:8&status=current", 1);
	counts("_filter=not%20(location%20eq%20urn:x:8)&status=current", POINTERS - 6);
}

static void counts_what_was_changed(void)
{
	counts("status=current", POINTERS - 5);
	counts("status=superseded", 4);
	counts("status=entered-in-error&custodian=Organization/o0", 1);
	counts("status:not=entered-in-error&custodian=Organization/o0", POINTERS / KINDS);
	counts("custodian=Organization/o2&date=ge2024-01-01", POINTERS / KINDS - 1);
	counts("date=ge2024-01-25", late(POINTERS));
	counts("date=lt2024-01-25", POINTERS - late(POINTERS));
	counts_of_parties();
}

static void later_searches_have_a_copy(void **state)
{
	struct holder first, second;
	NEED_FHIR();
	counts("status=current", POINTERS);
	counts("date=ge2024-01-25", late(POINTERS - 1));
	pthread_t thread = start_holder(&first);
	change_some();
	/* While the older columns are held, and what is now again. */
	counts_what_was_changed();
	pthread_t other = start_holder(&second);
	counts_what_was_changed();
	end_holder(thread, &first);
	counts_what_was_changed();
	assert_true(!hs_slice_eq(first.before, second.before));
	end_holder(other, &second);
	counts_what_was_changed();
	hs_arena_free(first.arena);
	hs_arena_free(second.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_searches_have_a_copy),
	};
	return cmocka_run_group_tests(tests, start_filled, stop_server);
}
