/* SPDX-License-Identifier: Apache-2.0 */
/* The example service, built outside the tree from the installed headers, in the real program. */
#include "process.h"
#include "fixture_private.h"

#include <fcntl.h>
#include <unistd.h>

static char dir[64];
static struct fixture *f;

static void write_file(const char *name, const char *text, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int start(void **state)
{
	char path[128];

	(void)state;
	process_make_dir(dir);
	/* The command line is above the file. */
	/* Basic is the example's here: the service that takes all other types must leave it. */
	write_file("config.json",
		"{\"services\": {\"greetings\": {\"file\": \"" EXAMPLE_FILE "\", \"greeting\": \"Tjena\"}}}",
		path, sizeof(path));
	f = process_serve(dir,
		(const char *const[]) { "--config", path, "--set", "services.greetings.greeting=Hej", "--set",
			"services.greetings.keepSeconds=60", NULL });
	return 0;
}

static int stop(void **state)
{
	(void)state;
	int code = process_stop(f);
	process_remove_dir(dir);
	return code;
}

static void the_operation_greets(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "$hello?name=Maja");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_eq(fixture_header(&a, "X-Greeting"), HS_S("Hej")));
	assert_true(hs_slice_eq(fixture_text(f, &a, "/parameter/1/valueInteger"), HS_S("1")));
	a = fixture_send(f, "POST", "$hello",
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"name\",\"valueString\":\"Maja\"}"
		"]}");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_eq(fixture_text(f, &a, "/parameter/1/valueInteger"), HS_S("2")));
	a = fixture_get(f, "$hello");
	assert_int_equal(a.status, 400);
	fixture_issue(f, &a);
	a = fixture_get(f, "$greeted");
	assert_true(hs_slice_eq(a.body, HS_S("2")));
	a = fixture_get(f, "/metrics");
	assert_true(hs_slice_search(a.body, HS_S("handslag_greetings_greeted_total 2\n")) != SIZE_MAX);
}

static void its_rule_is_minded(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "metadata");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_search(a.body, HS_S("http://handslag.example/OperationDefinition/hello")) !=
		SIZE_MAX);
	a = fixture_get(f, "/fhir/r4/Basic");
	if (a.status == 503)
		skip(); /* no FHIR packages here */
	a = fixture_send(f, "POST", "Basic", "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}");
	assert_int_equal(a.status, 422);
	assert_true(hs_slice_search(fixture_issue(f, &a), HS_S("must have a subject")) != SIZE_MAX);
	a = fixture_send(f, "POST", "Basic",
		"{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/"
		"1\"}}");
	assert_int_equal(a.status, 201);
}

static void a_wrong_setting_is_named(void **state)
{
	struct process_result r;
	char path[128];

	(void)state;
	write_file("wrong.json",
		"{\"services\": {\"greetings\": {\"file\": \"" EXAMPLE_FILE "\", \"greting\": \"x\"}}}", path,
		sizeof(path));
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
	char other[64];
	process_make_dir(other);
	r = process_run(arena, (const char *const[]) { "serve", "--config", path, "--data", other, NULL });
	assert_int_equal(r.exit, 2);
	assert_true(hs_slice_search(r.err, HS_S("did you mean \"greeting\"")) != SIZE_MAX);
	process_remove_dir(other);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_operation_greets),
		cmocka_unit_test(its_rule_is_minded),
		cmocka_unit_test(a_wrong_setting_is_named),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
