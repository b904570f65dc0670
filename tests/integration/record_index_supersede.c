/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a pointer that another one replaces, in the two ways that are not the default: it is
 * deleted, or it is left to the client. */
#include "rest_test.h"

extern const struct hs_service hs_service_record_index;

#define PATCH "Content-Type: application/json-patch+json\r\n"

static int start_with(const char *way)
{
	char config[128];
	struct fixture_options options = { .config = config };

	snprintf(config, sizeof config, "{\"services\":{\"record-index\":{\"supersede\":\"%s\"}}}", way);
	fx = fixture_start(&options);
	return 0;
}

static int start_deleting(void **state)
{
	(void)state;
	return start_with("hard-delete");
}

static int start_leaving(void **state)
{
	(void)state;
	return start_with("client-patch");
}

/* A pointer of Patient/p1, perhaps in place of another. */
static const char *pointer(const char *id, const char *status, const char *replaced)
{
	const char *relation = replaced ?
		TEXT(",'relatesTo':[{'code':'replaces','target':{'reference':'DocumentReference/%s'}}]",
			replaced) :
		"";
	return TEXT("{'resourceType':'DocumentReference','id':'%s','status':'%s','subject':{'reference':"
		    "'Patient/p1'},'content':[{'attachment':{'url':'urn:x:1'}}]%s}",
		id, status, relation);
}

/* A transaction that puts two pointers, or a pointer and what is refused. */
static const char *both(const char *first, const char *if_match, const char *second_id, const char *second)
{
	return TEXT("{'resourceType':'Bundle','type':'transaction','entry':[{'resource':%s,'request':{'"
		    "method':"
		    "'PUT','url':'DocumentReference/new'}},{'resource':%s,'request':{'method':'PUT','url':"
		    "'DocumentReference/%s'%s}}]}",
		first, second, second_id, if_match);
}

static int64_t total(const char *query)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?%s", query), NULL, 200);
	return number(&a, "/total");
}

static void deletes_what_is_replaced(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/old", pointer("old", "current", NULL), 201);
	send_ok("PUT", "DocumentReference/new", pointer("new", "current", "old"), 201);
	send_ok("GET", "DocumentReference/old", NULL, 410);
	assert_int_equal(total("patient=Patient/p1"), 1);
	assert_int_equal(total("_id=old,new"), 1);
	/* Its history stays. */
	struct fixture_answer a = send_ok("GET", "DocumentReference/old/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	expect_text(&a, "/entry/0/request/method", "DELETE");
	a = send_ok("GET", "DocumentReference/old/_history/1", NULL, 200);
	expect_text(&a, "/status", "current");
	/* It is not there to be replaced again. */
	a = send_ok("PUT", "DocumentReference/newer", pointer("newer", "current", "old"), 422);
	expect_part(a.body, "DocumentReference.relatesTo[0].target");
	send_ok("GET", "DocumentReference/newer", NULL, 404);
	/* The same pointer again changes nothing more. */
	send_ok("PUT", "DocumentReference/new", pointer("new", "current", "old"), 200);
	a = send_ok("GET", "DocumentReference/old/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
}

static void deletes_nothing_when_the_transaction_fails(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/old", pointer("old", "current", NULL), 201);
	/* The second one is refused after the first was carried out. */
	send_ok("POST", "",
		both(pointer("new", "current", "old"), "", "other", pointer("other", "current", "nothing")),
		422);
	send_ok("GET", "DocumentReference/old", NULL, 200);
	send_ok("GET", "DocumentReference/new", NULL, 404);
	assert_int_equal(total("patient=Patient/p1"), 1);
	send_ok("POST", "",
		both(pointer("new", "current", "old"), "", "other", pointer("other", "current", NULL)), 200);
	send_ok("GET", "DocumentReference/old", NULL, 410);
	assert_int_equal(total("patient=Patient/p1"), 2);
}

static void leaves_the_old_one_to_the_client(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/old", pointer("old", "current", NULL), 201);
	send_ok("PUT", "DocumentReference/new", pointer("new", "current", "old"), 201);
	struct fixture_answer a = send_ok("GET", "DocumentReference/old", NULL, 200);
	expect_text(&a, "/status", "current");
	expect_text(&a, "/meta/versionId", "1");
	send_with("PATCH", "DocumentReference/old", PATCH "If-Match: W/\"1\"\r\n",
		"[{'op':'replace','path':'/status','value':'superseded'}]", 200);
	assert_int_equal(total("patient=Patient/p1&status=current"), 1);
	assert_int_equal(total("patient=Patient/p1&status=superseded"), 1);
	/* What may be replaced is looked at all the same. */
	a = send_ok("PUT", "DocumentReference/newer", pointer("newer", "current", "old"), 422);
	expect_part(a.body, "superseded");
	send_ok("PUT", "DocumentReference/newer", pointer("newer", "current", "nothing"), 422);
}

static void takes_both_changes_in_one_transaction(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/old", pointer("old", "current", NULL), 201);
	const char *new = pointer("new", "current", "old"), *old = pointer("old", "superseded", NULL);
	/* The client has seen another version than there is. */
	send_ok("POST", "", both(new, ",'ifMatch':'W/\\\"7\\\"'", "old", old), 412);
	send_ok("GET", "DocumentReference/new", NULL, 404);
	send_ok("POST", "", both(new, ",'ifMatch':'W/\\\"1\\\"'", "old", old), 200);
	struct fixture_answer a = send_ok("GET", "DocumentReference/old", NULL, 200);
	expect_text(&a, "/status", "superseded");
	expect_text(&a, "/meta/versionId", "2");
	assert_int_equal(total("patient=Patient/p1&status=current"), 1);
}

static void tells_of_a_way_that_is_none(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_error err;

	(void)state;
	char *memory = hs_arena_alloc(arena, hs_service_record_index.state_size);
	assert_non_null(memory);
	for (const struct hs_setting *s = hs_service_record_index.settings; s->name; s++) {
		const char *value = strcmp(s->name, "supersede") == 0 ? "shred" : s->initial;
		if (s->type == HS_SETTING_TEXT)
			memcpy(memory + s->offset, &value, sizeof value);
	}
	assert_int_equal(hs_service_record_index.open(memory, NULL, &err), HS_E_VALUE);
	assert_non_null(strstr(err.text, "shred"));
	assert_non_null(strstr(err.text, "hard-delete"));
	hs_arena_free(arena);
}

#define WITH(test, start) cmocka_unit_test_setup_teardown(test, start, stop_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(deletes_what_is_replaced, start_deleting),
		WITH(deletes_nothing_when_the_transaction_fails, start_deleting),
		WITH(leaves_the_old_one_to_the_client, start_leaving),
		WITH(takes_both_changes_in_one_transaction, start_leaving),
		cmocka_unit_test(tells_of_a_way_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
