/* SPDX-License-Identifier: Apache-2.0 */
/* OperationOutcome, Parameters, references and ids. */
#include "../fhir_test.h"

#include <core/base/fault.h>

static struct hs_slice written(struct hs_arena *arena, const struct hs_json *tree)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	hs_json_write(&buf, tree, 0);
	return hs_buf_slice(&buf);
}

static void writes_an_outcome(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_issues issues = { .arena = arena };
	struct hs_issue *issue = hs_issue_add(&issues, HS_SEVERITY_ERROR, "value", HS_S("Patient.name[0]"),
		"%d is not %s", 1, "right");
	issue->line = 3;
	issue->column = 7;
	issue->detail_system = HS_S("http://example.org");
	issue->detail_code = HS_S("X");
	hs_issue_add(&issues, HS_SEVERITY_WARNING, "informational", HS_S_NONE, "look here");
	assert_int_equal(issues.count, 2);
	assert_int_equal(issues.errors, 1);
	assert_int_equal(issues.warnings, 1);
	assert_slice(written(arena, hs_outcome(arena, &issues)),
		"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":"
		"\"value\",\"details\":"
		"{\"coding\":[{\"system\":\"http://example.org\",\"code\":\"X\"}],\"text\":\"1 is not "
		"right\"},\"location\":"
		"[\"Line[3] "
		"Col[7]\"],\"expression\":[\"Patient.name[0]\"]},{\"severity\":\"warning\",\"code\":"
		"\"informational\",\"details\":{\"text\":\"look here\"}}]}");
	hs_arena_free(arena);
}

static void an_outcome_is_never_empty(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_issues issues = { .arena = arena };
	assert_in(written(arena, hs_outcome(arena, &issues)), "\"severity\":\"information\"");
	struct hs_error err = { .status = HS_E_NOT_FOUND };
	assert_in(written(arena, hs_outcome_of(arena, &err)), "\"code\":\"not-found\"");
	hs_fail_at(&err, HS_E_VALUE, HS_S("Patient.id"), "no");
	assert_in(written(arena, hs_outcome_of(arena, &err)), "\"expression\":[\"Patient.id\"]");
	hs_arena_free(arena);
}

static void issues_have_a_limit_and_say_so(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_issues issues = { .arena = arena, .max = 3 };
	for (int i = 0; i < 50; i++)
		hs_issue_add(&issues, HS_SEVERITY_ERROR, "value", HS_S_NONE, "number %d", i);
	struct hs_json *list = hs_json_get(hs_outcome(arena, &issues), HS_S("issue"));
	assert_int_equal(issues.errors, 50);
	assert_int_equal(hs_json_count(list), 4);
	assert_slice(hs_json_get_text(hs_json_at(list, 3), HS_S("code")), "too-long");
	hs_arena_free(arena);
}

static void warnings_hide_no_error(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_issues issues = { .arena = arena, .max = 3 };
	for (int i = 0; i < 50; i++)
		hs_issue_add(&issues, i < 40 ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, "value", HS_S_NONE,
			"number %d", i);
	struct hs_json *list = hs_json_get(hs_outcome(arena, &issues), HS_S("issue"));
	assert_int_equal(hs_json_count(list), 7);
	assert_slice(hs_json_get_text(hs_json_at(list, 2), HS_S("severity")), "warning");
	assert_slice(hs_json_get_text(hs_json_at(list, 3), HS_S("severity")), "error");
	assert_slice(hs_json_get_text(hs_json_at(list, 6), HS_S("code")), "too-long");
	hs_arena_free(arena);
}

/* A message quotes what was sent, cut to a length: half a character must not reach the reader. */
static void texts_are_valid_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "a\xc3", "a?" },
		{ "a\xe2\x82", "a??" },
		{ "\x80z", "?z" },
		{ "\xc0\xaf", "??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf5z", "?z" },
		{ "\xf4\x90\x80\x80", "????" },
	};
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_issues issues = { .arena = arena };
		struct hs_error err = { .status = HS_E_VALUE };
		struct hs_issue *issue = hs_issue_add(&issues, HS_SEVERITY_ERROR, "value",
			hs_slice_cstr(rows[i].text), "%s", rows[i].text);
		assert_slice(issue->text, rows[i].want);
		assert_slice(issue->path, rows[i].want);
		snprintf(err.text, sizeof(err.text), "%s", rows[i].text);
		assert_in(written(arena, hs_outcome_of(arena, &err)), rows[i].want);
	}
	struct hs_issues issues = { .arena = arena };
	char long_text[3001] = "";
	for (size_t i = 0; i < 3000; i += 2)
		memcpy(long_text + i, "\xc3\xa5", 3);
	struct hs_issue *issue = hs_issue_add(&issues, HS_SEVERITY_ERROR, "value", HS_S_NONE, "x%s",
		long_text);
	parse_json(arena, written(arena, hs_outcome(arena, &issues)));
	assert_true(issue->text.len > 900 && issue->text.len < 1000);
	hs_arena_free(arena);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(1 << 20);
		struct hs_issues issues = { .arena = arena };
		hs_arena_fail_at(nth, 1);
		hs_issue_add(&issues, HS_SEVERITY_ERROR, "value", HS_S("Patient"), "wrong");
		hs_outcome(arena, &issues);
		bool done = hs_arena_fail_count() < nth;
		hs_arena_fail_at(0, 0);
		assert_int_equal(issues.errors, 1);
		hs_arena_free(arena);
		if (done)
			break;
	}
}

static void reads_and_writes_parameters(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *made = hs_parameters(arena);
	hs_parameters_add(arena, made, HS_S("code"), HS_S("valueCode"), hs_json_string(arena, HS_S("a")));
	hs_parameters_add(arena, made, HS_S("active"), HS_S("valueBoolean"), hs_json_bool(arena, true));
	assert_slice(hs_parameter_text(made, HS_S("code")), "a");
	assert_slice(hs_parameter_text(made, HS_S("active")), "true");
	assert_slice(hs_parameter_text(made, HS_S("none")), "");
	assert_null(hs_parameter_value(hs_parameter(made, HS_S("none"))));
	struct hs_json *parts = parse_json(arena,
		HS_S("{\"name\":\"p\",\"part\":[{\"name\":\"x\",\"valueInteger\":5}]}"));
	assert_slice(hs_json_text(hs_parameter_value(hs_parameter(parts, HS_S("x")))), "5");
	hs_arena_free(arena);
}

static void takes_references_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		const char *base, *type, *id, *version, *query;
	} rows[] = {
		{ "Patient/1", true, "", "Patient", "1", "", "" },
		{ "Patient/1/_history/2", true, "", "Patient", "1", "2", "" },
		{ "http://a.se/fhir/Patient/1", true, "http://a.se/fhir", "Patient", "1", "", "" },
		{ "https://a.se/Patient/1/_history/9", true, "https://a.se", "Patient", "1", "9", "" },
		{ "Patient/1#x", true, "", "Patient", "1", "", "" },
		{ "#a", true, "", "", "a", "", "" },
		{ "#", true, "", "", "", "", "" },
		{ "urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281", true, "", "", "", "", "" },
		{ "Patient?identifier=x|1", true, "", "Patient", "", "", "identifier=x|1" },
		{ "", false, NULL, NULL, NULL, NULL, NULL },
		{ "Patient", false, NULL, NULL, NULL, NULL, NULL },
		{ "patient/1", false, NULL, NULL, NULL, NULL, NULL },
		{ "Patient/", false, NULL, NULL, NULL, NULL, NULL },
		{ "Patient/a b", false, NULL, NULL, NULL, NULL, NULL },
		{ "x/Patient/1", false, NULL, NULL, NULL, NULL, NULL },
		{ "Patient/1/_history/", false, NULL, NULL, NULL, NULL, NULL },
		{ "/_history/1", false, NULL, NULL, NULL, NULL, NULL },
		{ "urn:", false, NULL, NULL, NULL, NULL, NULL },
		{ "patient?x=1", false, NULL, NULL, NULL, NULL, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_reference out;
		if (hs_reference_parse(hs_slice_cstr(rows[i].text), &out) != rows[i].good)
			fail_msg("'%s'", rows[i].text);
		if (!rows[i].good)
			continue;
		assert_slice(out.base, rows[i].base);
		assert_slice(out.type, rows[i].type);
		assert_slice(out.id, rows[i].id);
		assert_slice(out.version, rows[i].version);
		assert_slice(out.query, rows[i].query);
	}
}

static void knows_ids(void **state)
{
	(void)state;
	char long_id[66];
	memset(long_id, 'a', sizeof(long_id));
	assert_true(hs_id_valid(HS_S("A-z.0")));
	assert_true(hs_id_valid(hs_slice(long_id, 64)));
	assert_false(hs_id_valid(hs_slice(long_id, 65)));
	assert_false(hs_id_valid(HS_S("")));
	assert_false(hs_id_valid(HS_S("a_b")));
	assert_false(hs_id_valid(HS_S("\xc3\xa5")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_an_outcome),
		cmocka_unit_test(an_outcome_is_never_empty),
		cmocka_unit_test(issues_have_a_limit_and_say_so),
		cmocka_unit_test(warnings_hide_no_error),
		cmocka_unit_test(texts_are_valid_utf8),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(reads_and_writes_parameters),
		cmocka_unit_test(takes_references_apart),
		cmocka_unit_test(knows_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
