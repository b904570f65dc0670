/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue and what its rules do to a message, without a network. */
#include <conformance/mutants/fault.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct hs_arena *arena;
static struct hs_library *library;
static struct hs_mutants *mutants;
static char dir[64];

/* Opens a catalogue of one file; ' stands for ". */
static enum hs_status open_catalogue(const char *text, struct hs_error *err)
{
	char path[128];

	snprintf(dir, sizeof(dir), "/tmp/handslag-mutants-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/mutants", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/mutants/x.json", dir);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (const char *c = text; *c; c++)
		fputc(*c == '\'' ? '"' : *c == '`' ? '\'' : *c, file);
	fclose(file);
	enum hs_status status = hs_library_open(dir, &library, err);
	unlink(path);
	snprintf(path, sizeof(path), "%s/mutants", dir);
	rmdir(path);
	rmdir(dir);
	return status ? status : hs_mutants_open(library, &mutants, err);
}

static void close_catalogue(void)
{
	hs_mutants_close(mutants);
	hs_library_close(library);
	mutants = NULL;
	library = NULL;
}

static const struct hs_fault_rule *rule_of(const char *rest)
{
	char text[2048];
	struct hs_error err = { .status = HS_OK };
	size_t count = 0;

	snprintf(text, sizeof(text), "{'faults': [{'id': 'x', 'title': 't', 'source': 's', %s}]}", rest);
	if (open_catalogue(text, &err))
		fail_msg("%s: %s", rest, err.text);
	const struct hs_fault *const *faults = hs_mutants_faults(mutants, &count);
	assert_int_equal(count, 1);
	return &faults[0]->rules[0];
}

static int start(void **state)
{
	(void)state;
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	close_catalogue();
	hs_arena_free(arena);
	return 0;
}

/* ---- bodies ---- */

static const char BUNDLE[] = "{\"resourceType\":\"Bundle\",\"total\":9,\"entry\":[{\"fullUrl\":\"a\","
			     "\"search\":{\"mode\":\"match\"}},"
			     "{\"fullUrl\":\"b\",\"search\":{\"mode\":\"include\"}}]}";

/* What the response actions make of BUNDLE. */
static void becomes(const char *actions, const char *wanted)
{
	char rest[1024];
	struct fault_message answer = { .arena = arena,
		.status = 200,
		.headers = hs_arena_array(arena, 4, sizeof(struct hs_http_header)),
		.header_room = 4,
		.body = hs_slice_cstr(BUNDLE) };

	snprintf(rest, sizeof(rest), "'response': [%s]", actions);
	const struct hs_fault_rule *rule = rule_of(rest);
	assert_true(hs__fault_meets_answer(rule, &answer));
	for (size_t i = 0; i < rule->counts[FAULT_RESPONSE]; i++)
		hs__fault_apply(&rule->actions[FAULT_RESPONSE][i], &answer);
	hs__fault_settle(&answer);
	if (!hs_slice_eq(answer.body, hs_slice_cstr(wanted)))
		fail_msg("%s: %.*s", actions, HS_S_ARG(answer.body));
	assert_int_equal(answer.differs, strcmp(BUNDLE, wanted) != 0);
	close_catalogue(); /* which holds the text of a body */
}

static void bodies_are_rewritten(void **state)
{
	(void)state;
	becomes("{'delete': 'Bundle.entry.search'}",
		"{\"resourceType\":\"Bundle\",\"total\":9,\"entry\":[{\"fullUrl\":\"a\"},{\"fullUrl\":\"b\"}]"
		"}");
	becomes("{'delete': 'Bundle.entry'}", "{\"resourceType\":\"Bundle\",\"total\":9}");
	becomes("{'delete': 'Bundle.entry.where(search.mode = `include`)'}, {'set': 'Bundle', 'name': "
		"'total', "
		"'by': 'entry.count()'}",
		"{\"resourceType\":\"Bundle\",\"total\":1,\"entry\":[{\"fullUrl\":\"a\",\"search\":{\"mode\":"
		"\"match\"}}]}");
	becomes("{'delete': 'Bundle.entry.search'}, {'reverse': 'Bundle.entry'}",
		"{\"resourceType\":\"Bundle\",\"total\":9,\"entry\":[{\"fullUrl\":\"b\"},{\"fullUrl\":\"a\"}]"
		"}");
	becomes("{'delete': 'Bundle.entry.last()'}, {'repeat': 'Bundle.entry'}, {'delete': "
		"'Bundle.entry.search'}",
		"{\"resourceType\":\"Bundle\",\"total\":9,\"entry\":[{\"fullUrl\":\"a\"},{\"fullUrl\":\"a\"}]"
		"}");
	becomes("{'delete': 'Bundle.entry'}, {'replace': 'Bundle.total', 'with': 1.10}",
		"{\"resourceType\":\"Bundle\",\"total\":1.10}");
	becomes("{'delete': 'Bundle.entry.search'}, {'replace': 'Bundle.entry.fullUrl', 'by': '$this & `x`'}",
		"{\"resourceType\":\"Bundle\",\"total\":9,\"entry\":[{\"fullUrl\":\"ax\"},{\"fullUrl\":"
		"\"bx\"}]}");
	becomes("{'cut': 2}", "{\"");
	becomes("{'body': null}", "");
	becomes("{'body': 'null'}", "null");
	becomes("{'delete': 'Bundle.nothing'}", BUNDLE);
}

/* ---- requests ---- */

static void parameters_are_rewritten(void **state)
{
	struct hs_pair pairs[] = { { HS_S("family:exact"), HS_S("Ek") },
		{ HS_S("birthdate"), HS_S("gt2000") }, { HS_S("_count"), HS_S("2") } };
	struct fault_message request = { .arena = arena, .params = { { .pairs = pairs, .count = 3 } } };

	(void)state;
	const struct hs_fault_rule *rule = rule_of(
		"'when': {'query': '*birthdate=gt*'}, 'request': [{'query': 'family:*', 'rename': "
		"'family'}, {'query': 'birthdate', 'from': 'gt', 'to': 'ge'}, {'query': '_count', 'drop': "
		"true}, {'addQuery': 'active=true'}]");
	assert_true(hs__fault_meets_request(rule, &request));
	for (size_t i = 0; i < rule->counts[FAULT_REQUEST]; i++)
		hs__fault_apply(&rule->actions[FAULT_REQUEST][i], &request);
	const struct fault_params *params = &request.params[0];
	assert_int_equal(params->count, 3);
	assert_true(params->changed && request.differs);
	assert_true(hs_slice_eq(params->pairs[0].name, HS_S("family")));
	assert_true(hs_slice_eq(params->pairs[1].value, HS_S("ge2000")));
	assert_true(hs_slice_eq(params->pairs[2].name, HS_S("active")));
	assert_false(hs__fault_meets_request(rule, &request));
	close_catalogue();
}

static void interactions_are_told_apart(void **state)
{
	static const struct {
		const char *method, *path, *name;
	} rows[] = { { "GET", "Patient/1", "read" }, { "HEAD", "Patient/1", "read" },
		{ "GET", "Patient/1/_history/2", "vread" }, { "GET", "Patient/1/_history", "history" },
		{ "GET", "Patient/_history", "history" }, { "GET", "_history", "history" },
		{ "GET", "Patient", "search" }, { "POST", "Patient/_search", "search" },
		{ "POST", "Patient", "create" }, { "PUT", "Patient", "update" },
		{ "PUT", "Patient/1", "update" }, { "PATCH", "Patient/1", "patch" },
		{ "DELETE", "Patient/1", "delete" }, { "DELETE", "Patient", "delete" },
		{ "POST", "", "bundle" }, { "GET", "metadata", "capabilities" },
		{ "GET", "ValueSet/$expand", "operation" }, { "POST", "ValueSet/1/$expand", "operation" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice name = hs__fault_interaction(hs_slice_cstr(rows[i].method),
			hs_slice_cstr(rows[i].path));
		if (!hs_slice_eq(name, hs_slice_cstr(rows[i].name)))
			fail_msg("%s %s: %.*s", rows[i].method, rows[i].path, HS_S_ARG(name));
	}
}

static void conditions_are_kept(void **state)
{
	struct hs_http_header header = { HS_S("If-Match"), HS_S("W/\"1\"") };
	struct fault_message request = { .arena = arena,
		.method = HS_S("PUT"),
		.path = HS_S("Patient/1"),
		.headers = &header,
		.header_count = 1,
		.body = HS_S("{\"resourceType\":\"Patient\",\"active\":true}") };
	static const struct {
		const char *when;
		bool met;
	} rows[] = { { "'interaction': 'read,update'", true }, { "'interaction': 'read'", false },
		{ "'method': 'PUT'", true }, { "'path': 'Patient/*'", true }, { "'path': 'Group/*'", false },
		{ "'header': 'If-Match: *'", true }, { "'header': 'If-None-Match: *'", false },
		{ "'sent': 'active = true'", true }, { "'sent': 'active = false'", false },
		{ "'query': '*x*'", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char rest[256];
		snprintf(rest, sizeof(rest), "'when': {%s}, 'response': [{'status': 500}]", rows[i].when);
		const struct hs_fault_rule *rule = rule_of(rest);
		if (hs__fault_meets_request(rule, &request) != rows[i].met)
			fail_msg("%s", rows[i].when);
		close_catalogue();
	}
	struct fault_message answer = { .arena = arena, .status = 404 };
	const struct hs_fault_rule *rule =
		rule_of("'when': {'status': '410,4xx'}, 'response': [{'status': 500}]");
	assert_true(hs__fault_meets_answer(rule, &answer));
	answer.status = 200;
	assert_false(hs__fault_meets_answer(rule, &answer));
	close_catalogue();
}

/* ---- the catalogue ---- */

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = { { "{'faults': [{'id': 'x'}]}", "id, title and source" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's'}]}", "request or a response" },
		{ "{'faults': [\n{'id': 'x', 'title': 't', 'source': 's', 'response': [{'delet': 'a'}]}]}",
			":2:" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'response': [{'delete': 'a..b'}]}]}",
			"FHIRPath" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'response': [{'path': 'a'}]}]}",
			"cannot have this here: path" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'response': [{'set': 'a'}]}]}",
			"need" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'when': {'kind': 'x'}, 'response': "
		  "[{'status': 1}]}]}",
			"kind" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'response': [{'status': 1}]}, {'id': "
		  "'x', "
		  "'title': 't', 'source': 's', 'response': [{'status': 1}]}]}",
			"twice" },
		{ "{'faults': [{'id': 'x', 'title': 't', 'source': 's', 'response': [{'status': 1}]}], "
		  "'liberties': "
		  "[{'id': 'x', 'title': 't', 'source': 's', 'response': [{'status': 1}]}]}",
			"twice" },
		{ "{'faults': [", ":1:" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_error err = { .status = HS_OK };
		assert_int_not_equal(open_catalogue(rows[i].text, &err), HS_OK);
		if (!strstr(err.text, rows[i].part) || !strstr(err.text, "mutants/x.json"))
			fail_msg("%s: %s", rows[i].text, err.text);
		close_catalogue();
	}
}

static void our_own_catalogue_is_right(void **state)
{
	struct hs_error err = { .status = HS_OK };
	size_t count = 0;

	(void)state;
	assert_int_equal(hs_library_open(NULL, &library, &err), HS_OK);
	if (hs_mutants_open(library, &mutants, &err))
		fail_msg("%s", err.text);
	const struct hs_fault *const *faults = hs_mutants_faults(mutants, &count);
	assert_true(count >= 60);
	for (size_t i = 0; i < count; i++)
		assert_true(hs_fault_is_for(faults[i], HS_S("rest")) || faults[i]->suite_count > 0);
	close_catalogue();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bodies_are_rewritten, start, stop),
		cmocka_unit_test_setup_teardown(parameters_are_rewritten, start, stop),
		cmocka_unit_test_setup_teardown(interactions_are_told_apart, start, stop),
		cmocka_unit_test_setup_teardown(conditions_are_kept, start, stop),
		cmocka_unit_test_setup_teardown(mistakes_are_named, start, stop),
		cmocka_unit_test_setup_teardown(our_own_catalogue_is_right, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
