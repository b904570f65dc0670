/* SPDX-License-Identifier: Apache-2.0 */
/* TAP 14 (https://testanything.org/tap-version-14-specification.html) and GitHub workflow commands. */
#include <conformance/evidence/report_private.h>

#define ANNOTATIONS_MAX 10u /* GitHub shows no more of a step */

struct lines {
	struct hs_buf *out;
	size_t count;
	enum hs_test_verdict verdict; /* of the annotations wanted */
};

/* In TAP a description has no '#', and '\' escapes. */
static void add_tap_text(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '#' || c == '\\')
			hs_buf_byte(out, '\\');
		hs_buf_byte(out, c == '\n' || c == '\r' ? ' ' : c);
	}
}

static void add_yaml(struct hs_buf *out, const char *key, struct hs_slice text)
{
	if (!text.len)
		return;
	hs_buf_printf(out, "  %s: ", key);
	hs_json_write_text(out, hs_slice_first(text, 2000)); /* a JSON text is a YAML text */
	hs_buf_byte(out, '\n');
}

static void add_diagnostics(struct hs_buf *out, const struct hs_test_result *test)
{
	const struct hs_test_action *action = NULL;

	for (size_t i = 0; i < test->count && !action; i++)
		if (hs_report_is_failure(test->actions[i].verdict))
			action = &test->actions[i];
	if (!action)
		return;
	hs_buf_cstr(out, "  ---\n");
	add_yaml(out, "check", action->id);
	add_yaml(out, "message", action->description);
	if (action->requirement_count)
		add_yaml(out, "requirement", action->requirements[0]->id);
	add_yaml(out, "at", action->path);
	add_yaml(out, "wanted", action->wanted);
	add_yaml(out, "found", action->found);
	add_yaml(out, "reason", action->reason);
	if (action->exchange)
		add_yaml(out, "url", action->exchange->url);
	hs_buf_cstr(out, "  ...\n");
}

static void add_tap_test(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct lines *lines = arg;
	bool failed = hs_report_is_failure(test->verdict);

	(void)script;
	lines->count++;
	hs_buf_printf(lines->out, "%s %zu - ", failed ? "not ok" : "ok", lines->count);
	add_tap_text(lines->out, test->id);
	if (test->verdict == HS_TEST_SKIP || test->verdict == HS_TEST_NOT_EVALUATED) {
		hs_buf_cstr(lines->out, " # SKIP ");
		add_tap_text(lines->out, test->reason);
	}
	hs_buf_byte(lines->out, '\n');
	if (failed)
		add_diagnostics(lines->out, test);
}

static void count_test(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct lines *lines = arg;

	(void)script;
	(void)test;
	lines->count++;
}

void hs_report_tap(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	struct lines lines = { .out = out };

	(void)info;
	hs_report_each_test(run, count_test, &lines);
	hs_buf_printf(out, "TAP version 14\n1..%zu\n", lines.count);
	lines.count = 0;
	hs_report_each_test(run, add_tap_test, &lines);
}

/* ---- GitHub ---- */

static void add_command_text(struct hs_buf *out, struct hs_slice text, bool property)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			hs_buf_printf(out, "%%%02X", (unsigned char)c);
		else
			hs_buf_byte(out, c);
	}
}

static void add_annotation(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct lines *lines = arg;

	for (size_t i = 0; i < test->count && lines->count < ANNOTATIONS_MAX; i++) {
		const struct hs_test_action *action = &test->actions[i];
		struct hs_buf text;
		if (action->verdict != lines->verdict || action->expected)
			continue;
		lines->count++;
		hs_buf_printf(lines->out, "::%s ", action->verdict == HS_TEST_WARNING ? "warning" : "error");
		if (!script->script->suite.len) { /* a file of the repository that is built */
			hs_buf_cstr(lines->out, "file=");
			add_command_text(lines->out, script->script->file, true);
			hs_buf_printf(lines->out, ",line=%u,", action->script ? action->script->line : 1);
		}
		hs_buf_cstr(lines->out, "title=");
		add_command_text(lines->out, action->id, true);
		hs_buf_cstr(lines->out, "::");
		hs_buf_init(&text, NULL, 1 << 20);
		hs_report_explain(&text, action);
		add_command_text(lines->out, hs_buf_slice(&text), false);
		hs_buf_free(&text);
		hs_buf_byte(lines->out, '\n');
	}
}

void hs_report_github(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	static const enum hs_test_verdict order[] = { HS_TEST_FAIL, HS_TEST_ERROR, HS_TEST_WARNING };
	struct lines lines = { .out = out };
	struct hs_buf summary;

	(void)info;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		lines.verdict = order[i];
		hs_report_each_test(run, add_annotation, &lines);
	}
	hs_buf_init(&summary, NULL, 1 << 16);
	hs_report_summary(&summary, run);
	hs_buf_cstr(out, "::notice title=handslag::");
	add_command_text(out, hs_buf_slice(&summary), false);
	hs_buf_byte(out, '\n');
	hs_buf_free(&summary);
}
