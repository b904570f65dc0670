/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger most of whose pointers have search entries that no other one has: the columns keep these of the
 * first of them, and of later ones only which params they are of. */
#include "rest_test.h"

#define KEPT 1024 /* so many are kept as they are */
#define MORE 60

enum turn { DESCRIBED, TIMED, BOTH, TURNS };

static enum turn turn_of(int i)
{
	return (enum turn)(i % TURNS);
}

/* All descriptions and periods differ. */
static const char *pointer(int i, enum turn turn)
{
	const char *description = turn == TIMED ? "" : TEXT(",'description':'note %d'", i);
	const char *period = turn == DESCRIBED ?
		"" :
		TEXT(",'context':{'period':{'start':'2020-01-01T00:%02d:%02dZ','end':'2021'}}", i / 60,
			i % 60);
	return TEXT("{'resourceType':'DocumentReference','id':'n%d','status':'%s','subject':{'reference':"
		    "'Patient/p%d'},'date':'2024-01-01T00:00:00Z','content':[{'attachment':{'url':'urn:x'}}]"
		    "%s%s}",
		i, i % 2 ? "superseded" : "current", i % 7, description, period);
}

static int start_filled(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"check-identifiers\":false,\"immutable\":\"\"}}}"
	};
	(void)state;
	fx = fixture_start(&options);
	for (int i = 0; i < KEPT + MORE && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		send_ok("PUT", TEXT("DocumentReference/n%d", i), pointer(i, turn_of(i)), 201);
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

/* How many are of that turn, or of them current? */
static int64_t of_turn(enum turn turn, bool current)
{
	int64_t count = 0;
	for (int i = 0; i < KEPT + MORE; i++)
		count += turn_of(i) == turn && (!current || i % 2 == 0);
	return count;
}

static void goes_along_the_columns(const char *query)
{
	struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/default/explain",
		quoted(TEXT("{'search':'DocumentReference?%s'}", query)));
	assert_int_equal(a.status, 200);
	expect_part(a.body, "along the columns");
}

/* Some of those that are kept, and all that came when there was no more room. */
static void finds_what_only_one_has(void **state)
{
	NEED_FHIR();
	counts("status=current", (KEPT + MORE) / 2);
	goes_along_the_columns("status=current&description=note");
	for (int i = 0; i < KEPT + MORE; i += i < KEPT - TURNS ? 97 : 1)
		counts(TEXT("description:exact=note%%20%d&status=%s", i, i % 2 ? "superseded" : "current"),
			turn_of(i) != TIMED);
}

static void tells_who_has_any(void **state)
{
	NEED_FHIR();
	counts("description:missing=true", of_turn(TIMED, false));
	counts("description:missing=false&status=current", of_turn(DESCRIBED, true) + of_turn(BOTH, true));
	counts("period:missing=true&status=current", of_turn(DESCRIBED, true));
	counts("period=ge2020-06&status=current", of_turn(TIMED, true) + of_turn(BOTH, true));
	counts("period=lt2020-01-01T00:10:00Z&description:missing=false&status:not=x", 600 / TURNS);
	counts("_filter=not%20(description%20sw%20note)&status=current", of_turn(TIMED, true));
}

static void follows_what_changes(void **state)
{
	NEED_FHIR();
	int last = KEPT + MORE - 1;
	const char *described = TEXT("description:exact=note%%20%d&status:not=x", last);
	for (int turn = DESCRIBED; turn < TURNS; turn++) {
		send_ok("PUT", TEXT("DocumentReference/n%d", last), pointer(last, (enum turn)turn), 200);
		counts(described, turn != TIMED);
		counts("period:missing=true",
			of_turn(DESCRIBED, false) - (turn_of(last) == DESCRIBED) + (turn == DESCRIBED));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_only_one_has),
		cmocka_unit_test(tells_who_has_any),
		cmocka_unit_test(follows_what_changes),
	};
	return cmocka_run_group_tests(tests, start_filled, stop_server);
}
