/* SPDX-License-Identifier: Apache-2.0 */
/* Searches of the record index by the time of update: against a plain evaluation of what was written while
 * the clock went forward and back, and that few pointers are looked at. */
#include "rest_test.h"

#include <handslag/time.h>

#define BASE INT64_C(1893456000000) /* 2030-01-01T00:00:00Z */
#define IDS 300
#define STEPS 500
#define QUERIES 60

static struct kept {
	bool alive, superseded;
	uint64_t order; /* of creation */
	int64_t updated;
} kept[IDS];
static uint64_t created;
static int64_t now;
static uint64_t seed = 20300101;

static int64_t random_below(int64_t limit)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(seed >> 33) % limit;
}

static const char *instant(int64_t ms)
{
	char text[HS_INSTANT_LEN + 1];
	hs_time_instant(ms, text);
	return TEXT("%s", text);
}

static void set_clock(int64_t ms)
{
	now = ms;
	struct fixture_answer a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/clock",
		TEXT("{\"frozen\":\"%s\"}", instant(ms)));
	assert_int_equal(a.status, 200);
}

/* ---- writes ---- */

/* With `replaces` >= 0 that one becomes superseded in the same transaction. */
static void put_one(int id, int replaces)
{
	const char *relates = replaces < 0 ? "" :
					     TEXT(",'relatesTo':[{'code':'replaces','target':{'reference':"
						  "'DocumentReference/d%d'}}]",
						     replaces);
	send_ok("PUT", TEXT("DocumentReference/d%d", id),
		TEXT("{'resourceType':'DocumentReference','id':'d%d','status':'%s','description':'%lld'%s,"
		     "'subject':{'reference':'Patient/p1'},'custodian':{'reference':'Organization/o1'},"
		     "'content':[{'attachment':{'url':'urn:x'}}]}",
			id, kept[id].superseded ? "superseded" : "current", (long long)random_below(1 << 30),
			relates),
		kept[id].alive ? 200 : 201);
	if (!kept[id].alive)
		kept[id].order = ++created;
	kept[id].alive = true;
	kept[id].updated = now;
	if (replaces >= 0) {
		kept[replaces].superseded = true;
		kept[replaces].updated = now;
	}
}

static void delete_one(int id)
{
	send_ok("DELETE", TEXT("DocumentReference/d%d", id), NULL, 204);
	kept[id] = (struct kept) { .alive = false };
}

static void write_at_random(void)
{
	int id = (int)random_below(IDS), other = (int)random_below(IDS);

	if (kept[id].alive && random_below(3) == 0)
		delete_one(id);
	else if (!kept[id].alive && kept[other].alive && !kept[other].superseded && random_below(3) == 0)
		put_one(id, other);
	else
		put_one(id, -1);
}

/* ---- searches ---- */

struct condition {
	const char *prefix;
	int64_t lo, hi;
};

static bool holds(const struct condition *c, int64_t t)
{
	bool within = t >= c->lo && t < c->hi;
	switch (c->prefix[0]) {
	case 'g':
		return t >= c->hi || (c->prefix[1] == 'e' && within);
	case 'l':
		return t < c->lo || (c->prefix[1] == 'e' && within);
	case 's':
		return t >= c->hi;
	case 'n':
		return !within;
	default:
		return c->prefix[1] == 'b' ? t < c->lo : within;
	}
}

static struct condition any_condition(void)
{
	static const char *const prefixes[] = { "gt", "ge", "lt", "le", "eq", "ne", "sa", "eb" };
	struct condition c = { .prefix = prefixes[random_below(8)] };
	const struct kept *one = &kept[random_below(IDS)];
	int64_t at = one->alive ? one->updated : BASE + random_below(now - BASE + 100000);
	bool whole = random_below(2);
	c.lo = whole ? at / 1000 * 1000 : at;
	c.hi = c.lo + (whole ? 1000 : 1);
	return c;
}

static const char *written(const struct condition *c)
{
	const char *text = instant(c->lo);
	return c->hi - c->lo == 1 ? TEXT("%s%s", c->prefix, text) : TEXT("%s%.19sZ", c->prefix, text);
}

enum sort { BY_ROW, RISING, FALLING };
static enum sort sort;

static int in_order(const void *a, const void *b)
{
	const struct kept *x = &kept[*(const int *)a], *y = &kept[*(const int *)b];
	if (sort != BY_ROW && x->updated != y->updated)
		return (x->updated < y->updated) == (sort == RISING) ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void expect_pages(const char *query, const int *wanted, size_t count, bool total)
{
	size_t seen = 0;

	for (const char *page = TEXT("DocumentReference?%s", query); page;) {
		struct fixture_answer a = send_ok("GET", page, NULL, 200);
		if (total && number(&a, "/total") != (int64_t)count)
			fail_msg("%s: total %lld instead of %zu", page, (long long)number(&a, "/total"),
				count);
		HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
			struct hs_slice id = hs_json_get_text(hs_json_get(entry, HS_S("resource")),
				HS_S("id"));
			if (seen == count || !hs_slice_eq(id, hs_slice_cstr(TEXT("d%d", wanted[seen]))))
				fail_msg("%s: %.*s is number %zu of %zu", query, HS_S_ARG(id), seen, count);
			seen++;
		}
		page = link_of(&a, "next");
	}
	if (seen != count)
		fail_msg("%s: %zu instead of %zu", query, seen, count);
}

static void search_at_random(void)
{
	static const char *const others[] = { "", "&status=current", "&custodian=Organization/o1" };
	static const char *const sorts[] = { "", "&_sort=_lastUpdated", "&_sort=-_lastUpdated" };
	struct condition a = any_condition(), b = any_condition();
	int wanted[IDS], how = (int)random_below(3), other = (int)random_below(3); /* one, and, or */
	bool total = random_below(2);
	size_t count = 0;

	sort = (enum sort)random_below(3);
	for (int i = 0; i < IDS; i++) {
		bool x = holds(&a, kept[i].updated), y = holds(&b, kept[i].updated);
		if (kept[i].alive &&
			(how == 0                ? x :
					how == 1 ? x && y :
						   x || y) &&
			!(other == 1 && kept[i].superseded))
			wanted[count++] = i;
	}
	if (count)
		qsort(wanted, count, sizeof wanted[0], in_order);
	const char *more = how == 0 ? "" : TEXT("%s%s", how == 1 ? "&_lastUpdated=" : ",", written(&b));
	expect_pages(TEXT("_lastUpdated=%s%s%s%s&_count=%d%s", written(&a), more, others[other], sorts[sort],
			     40 + (int)random_below(60), total ? "" : "&_total=none"),
		wanted, count, total);
}

static int start_plain(void **state)
{
	static const char config[] = "{\"services\":{\"record-index\":{\"check-identifiers\":false}}}";
	struct fixture_options options = { .config = config };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

/* A clock that only goes forward, then one that is set back now and then, by more and more. */
static void finds_what_a_plain_look_finds(void **state)
{
	NEED_FHIR();
	set_clock(BASE);
	for (int i = 0; i < IDS - 40; i++) {
		if (random_below(3))
			set_clock(now + random_below(5000));
		put_one(i, -1);
	}
	for (int step = 0; step < STEPS; step++) {
		if (random_below(2))
			set_clock(now + random_below(4000));
		if (step > STEPS / 3 && random_below(40) == 0)
			set_clock(now - random_below(step < STEPS * 2 / 3 ? 20000 : 800000));
		write_at_random();
		for (int i = 0; step % 100 == 99 && i < QUERIES; i++)
			search_at_random();
	}
}

/* ---- how much is looked at ---- */

static int start_narrow(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"search-looks\":20}}}"
	};
	(void)state;
	fx = fixture_start(&options);
	memset(kept, 0, sizeof kept);
	return 0;
}

static void expect_found(const char *query, const char *ids)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?%s", query), NULL, 200);
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry")))
		hs_buf_printf(&out, "%s%.*s", out.len ? " " : "",
			HS_S_ARG(hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"))));
	if (!hs_slice_eq(hs_buf_slice(&out), hs_slice_cstr(ids)))
		fail_msg("%s: '%.*s' instead of '%s'", query, HS_S_ARG(hs_buf_slice(&out)), ids);
}

/* More than 20 would be refused: so many of 300 are looked at at most. A minute from one to the next. */
static void looks_at_few(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < IDS; i++) {
		set_clock(BASE + i * INT64_C(60000));
		put_one(i, -1);
	}
	set_clock(BASE + IDS * INT64_C(60000));
	put_one(5, -1);
	put_one(170, -1);
	delete_one(297);
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z", "d5 d170 d298 d299");
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z&_sort=-_lastUpdated", "d5 d170 d299 d298");
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z&_sort=_lastUpdated&_count=3", "d298 d299 d5");
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z&status=current&_sort=_id", "d170 d298 d299 d5");
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z&custodian=Organization/o1", "d5 d170 d298 d299");
	expect_found("_lastUpdated=le2030-01-01T00:06:00Z", "d0 d1 d2 d3 d4 d6");
	expect_found("_lastUpdated=ge2030-01-01T02:48:00Z&_lastUpdated=lt2030-01-01T02:52:00Z",
		"d168 d169 d171");
	expect_found("_lastUpdated=2030-01-01T02:50:00Z", "");
	expect_found("_lastUpdated=2030-01-01T02:51:00Z&_total=none", "d171");
	/* The newest and the oldest, whatever there is between them. */
	expect_found("_sort=-_lastUpdated&_count=5", "d5 d170 d299 d298 d296");
	expect_found("_sort=_lastUpdated&_count=6", "d0 d1 d2 d3 d4 d6");
	expect_found("_lastUpdated=gt2030-01-01T00:20:00Z&_sort=_lastUpdated&_total=none&_count=4",
		"d21 d22 d23 d24");
	expect_found("_lastUpdated=gt2031", "");
	expect_found("_lastUpdated=lt2029&_summary=count", "");
	/* Three minutes that the clock goes back cost as many pointers more on both sides, and no more. */
	set_clock(now - 180000);
	put_one(20, -1);
	expect_found("_lastUpdated=ge2030-01-01T02:48:00Z&_lastUpdated=lt2030-01-01T02:52:00Z",
		"d168 d169 d171");
	expect_found("_lastUpdated=gt2030-01-01T04:56:30Z", "d5 d20 d170 d298 d299");
	struct fixture_answer a = send_ok("GET", "DocumentReference?_lastUpdated=gt2030-01-01T02:00:00Z",
		NULL, 422);
	expect_text(&a, "/issue/0/code", "too-costly");
}

/* What came at one time is in order of row, and no more of it is looked at. */
static void pages_through_one_time(void **state)
{
	int wanted[IDS];

	NEED_FHIR();
	set_clock(BASE);
	for (int i = 0; i < IDS - 2; i++)
		put_one(i, -1);
	set_clock(BASE + 1000);
	put_one(IDS - 2, -1);
	put_one(IDS - 1, -1);
	for (int i = 0; i < IDS; i++)
		wanted[i] = i;
	expect_found("_sort=-_lastUpdated&_count=4", "d298 d299 d0 d1");
	expect_found("_sort=-_lastUpdated,status&_count=4", "d298 d299 d0 d1");
	expect_found("_sort=_lastUpdated&_count=2", "d0 d1");
	expect_found("status=current&_sort=-_lastUpdated&_total=none&_count=3", "d298 d299 d0");
	expect_found("_lastUpdated=gt2029&_sort=-_lastUpdated,-date&_count=2", "d298 d299");
	expect_found("_lastUpdated=lt2029&patient=Patient/p0", "");
	for (int i = 0; i < 3; i++) {
		const char *const conditions[] = { "", "_lastUpdated=gt2029&", "status=current&" };
		sort = RISING;
		qsort(wanted, IDS, sizeof wanted[0], in_order);
		expect_pages(TEXT("%s_sort=_lastUpdated&_count=47", conditions[i]), wanted, IDS, true);
		sort = FALLING;
		qsort(wanted, IDS, sizeof wanted[0], in_order);
		expect_pages(TEXT("%s_sort=-_lastUpdated&_count=47", conditions[i]), wanted, IDS, true);
	}
}

int main(void)
{
	const struct CMUnitTest compared[] = { cmocka_unit_test(finds_what_a_plain_look_finds) };
	const struct CMUnitTest narrow[] = { cmocka_unit_test(looks_at_few) };
	const struct CMUnitTest at_once[] = { cmocka_unit_test(pages_through_one_time) };
	int failed = cmocka_run_group_tests_name("compared", compared, start_plain, stop_server);

	failed += cmocka_run_group_tests_name("narrow", narrow, start_narrow, stop_server);
	return failed + cmocka_run_group_tests_name("at once", at_once, start_narrow, stop_server);
}
