/* SPDX-License-Identifier: Apache-2.0 */
/* Random sequences of writes and reads over the wire, checked against a model that is a few arrays. */
#include "rest_test.h"

#include <unistd.h>

#define IDS 5
#define VALUES 4
#define VERSIONS 400
#define STEPS 1500

/* value -1: a deletion. */
struct model {
	int versions[IDS][VERSIONS + 1]; /* from 1 */
	int count[IDS];
	int log[IDS * VERSIONS]; /* id * VERSIONS + version, in order of commit */
	int log_count;
};

static struct model model;
static uint64_t seed;

static unsigned pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 16) % below);
}

static bool is_there(int id)
{
	return model.count[id] > 0 && model.versions[id][model.count[id]] >= 0;
}

static void note(int id, int value)
{
	model.versions[id][++model.count[id]] = value;
	model.log[model.log_count++] = id * VERSIONS + model.count[id];
}

static const char *body(int id, int value)
{
	return TEXT("{'resourceType':'Basic','id':'m%d','code':{'coding':[{'system':'urn:m',"
		    "'code':'v%d'}]}}",
		id, value);
}

static void do_put(int id, int value)
{
	bool there = is_there(id);
	const char *condition = NULL;
	int status = there ? 200 : 201;
	switch (pick(4)) {
	case 0: /* the right version, or none to match */
		condition = TEXT("If-Match: W/\"%d\"\r\n", model.count[id]);
		status = there ? 200 : 412;
		break;
	case 1:
		condition = TEXT("If-Match: W/\"%d\"\r\n", model.count[id] + 1);
		status = 412;
		break;
	case 2:
		condition = "If-None-Match: *\r\n";
		status = there ? 412 : 201;
		break;
	default:
		break;
	}
	struct fixture_answer a = send_with("PUT", TEXT("Basic/m%d", id), condition, body(id, value), status);
	if (status == 412)
		return;
	note(id, value);
	expect_header(&a, "ETag", TEXT("W/\"%d\"", model.count[id]));
}

static void do_delete(int id)
{
	bool there = is_there(id);
	send_ok("DELETE", TEXT("Basic/m%d", id), NULL, 204);
	if (there)
		note(id, -1);
}

static void do_patch(int id, int value)
{
	int status = is_there(id) ? 200 : model.count[id] ? 410 : 404;
	send_with("PATCH", TEXT("Basic/m%d", id), "Content-Type: application/json-patch+json\r\n",
		TEXT("[{'op':'replace','path':'/code/coding/0/code','value':'v%d'}]", value), status);
	if (status == 200)
		note(id, value);
}

/* Two writes that are kept together or not at all. */
static void do_transaction(int a, int b, int value, bool fails)
{
	const char *text = TEXT("{'resourceType':'Bundle','type':'transaction','entry':[{'resource':%s,"
				"'request':{'method':'PUT','url':'Basic/m%d'}},{'resource':%s,"
				"'request':{'method':'PUT','url':'Basic/m%d'%s}}]}",
		body(a, value), a, body(b, value), b, fails ? ",'ifMatch':'W/\\'9999\\''" : "");
	send_ok("POST", "", text, a == b ? 400 : fails ? 412 : 200);
	if (a == b || fails)
		return;
	note(a, value);
	note(b, value);
}

static void check_read(int id)
{
	int version = model.count[id];
	int status = version == 0 ? 404 : is_there(id) ? 200 : 410;
	struct fixture_answer a = send_ok("GET", TEXT("Basic/m%d", id), NULL, status);
	if (status == 200) {
		expect_text(&a, "/meta/versionId", TEXT("%d", version));
		expect_text(&a, "/code/coding/0/code", TEXT("v%d", model.versions[id][version]));
		send_with("GET", TEXT("Basic/m%d", id), TEXT("If-None-Match: W/\"%d\"\r\n", version), NULL,
			304);
	}
	version = (int)pick((unsigned)version + 2);
	status = version == 0 || version > model.count[id] ? 404 :
		model.versions[id][version] < 0            ? 410 :
							     200;
	a = send_ok("GET", TEXT("Basic/m%d/_history/%d", id, version), NULL, status);
	if (status == 200)
		expect_text(&a, "/code/coding/0/code", TEXT("v%d", model.versions[id][version]));
}

static void check_search(int value)
{
	int wanted = 0;
	for (int id = 0; id < IDS; id++)
		wanted += is_there(id) && model.versions[id][model.count[id]] == value;
	struct fixture_answer a = send_ok("GET", TEXT("Basic?code=urn:m|v%d", value), NULL, 200);
	assert_int_equal(number(&a, "/total"), wanted);
	assert_int_equal(entries(&a), wanted);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
		struct hs_slice id = hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"));
		int at = id.ptr[1] - '0';
		assert_true(is_there(at) && model.versions[at][model.count[at]] == value);
	}
}

/* The whole history of the type, page by page, is the log backwards. */
static void check_history(unsigned count)
{
	const char *path = TEXT("Basic/_history?_count=%u", count);
	int at = model.log_count;
	while (path) {
		struct fixture_answer a = send_ok("GET", path, NULL, 200);
		assert_int_equal(number(&a, "/total"), model.log_count);
		HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
			assert_true(at > 0);
			int item = model.log[--at], id = item / VERSIONS, version = item % VERSIONS;
			struct hs_slice etag = hs_json_get_text(hs_json_get(entry, HS_S("response")),
				HS_S("etag"));
			expect_slice(etag, TEXT("W/\"%d\"", version));
			assert_true(hs_slice_ends(hs_json_get_text(entry, HS_S("fullUrl")),
				hs_slice_cstr(TEXT("/Basic/m%d", id))));
			assert_int_equal(hs_json_get(entry, HS_S("resource")) == NULL,
				model.versions[id][version] < 0);
		}
		path = link_of(&a, "next");
	}
	assert_int_equal(at, 0);
}

static void step(void)
{
	int id = (int)pick(IDS), value = (int)pick(VALUES);
	switch (pick(9)) {
	case 0:
	case 1:
		do_put(id, value);
		break;
	case 2:
		do_delete(id);
		break;
	case 3:
		do_patch(id, value);
		break;
	case 4:
		do_transaction(id, (int)pick(IDS), value, pick(3) == 0);
		break;
	case 5:
		check_search(value);
		break;
	default:
		check_read(id);
	}
}

static void behaves_as_the_model(void **state)
{
	NEED_FHIR();
	const char *given = getenv("HS_SEED");
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)getpid() * 2654435761u + 1;
	print_message("HS_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < STEPS; i++) {
		step();
		if (i % 500 == 250) { /* every part of it survives a restart */
			fixture_restart(fx);
			check_history(7);
		}
	}
	check_history(50);
	for (int id = 0; id < IDS; id++)
		check_read(id);
	for (int value = 0; value < VALUES; value++)
		check_search(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(behaves_as_the_model) };
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
