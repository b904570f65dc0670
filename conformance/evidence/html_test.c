/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: one test with its actions, and for what failed the sentence of the specification, expected
 * and found, and the exchange with a command that repeats it. */
#include <conformance/evidence/report_private.h>

#include <handslag/time.h>

#include <inttypes.h>

#define BODY_FAILED 20000u /* bytes of a body that are shown */
#define BODY_PASSED 3000u
#define TREE_MAX ((size_t)64 << 20)

static void add_class(struct hs_buf *out, enum hs_test_verdict verdict)
{
	hs_buf_cstr(out, verdict == HS_TEST_NOT_EVALUATED ? "not-evaluated" : hs_test_verdict_name(verdict));
}

static void add_tag(struct hs_buf *out, enum hs_test_verdict verdict)
{
	hs_buf_cstr(out, "<span class=\"tag ");
	add_class(out, verdict);
	hs_buf_printf(out, "\">%s</span>", hs_test_verdict_name(verdict));
}

static void add_time(struct hs_buf *out, uint64_t micros)
{
	hs_buf_printf(out, "<span class=\"time\">%" PRIu64 ".%" PRIu64 " ms</span>", micros / 1000,
		micros / 100 % 10);
}

/* ---- exchanges ---- */

static void add_headers(struct hs_buf *out, const struct hs_http_header *headers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		hs_report_escape(out, headers[i].name);
		hs_buf_cstr(out, ": ");
		hs_report_escape(out, hs_report_redact(&headers[i]));
		hs_buf_byte(out, '\n');
	}
}

static void add_body(struct hs_buf *out, struct hs_slice body, const struct hs_json *json, size_t max)
{
	struct hs_buf pretty;

	if (!body.len)
		return;
	hs_buf_byte(out, '\n');
	hs_buf_init(&pretty, NULL, TREE_MAX);
	if (json)
		hs_json_write(&pretty, json, HS_JSON_PRETTY);
	hs_report_escape_cut(out, json && !pretty.overflow ? hs_buf_slice(&pretty) : body, max);
	hs_buf_free(&pretty);
}

static void add_exchange(struct hs_buf *out, const struct hs_test_run *run, const struct hs_test_exchange *e,
	bool failed)
{
	size_t max = failed ? BODY_FAILED : BODY_PASSED;
	char sent[HS_INSTANT_LEN + 1];

	hs_time_instant(e->at_ms, sent);
	hs_buf_printf(out, "<details class=\"plain\"><summary>Request, sent %s</summary><pre>", sent);
	hs_report_escape(out, e->method);
	hs_buf_byte(out, ' ');
	hs_report_escape(out, e->url);
	hs_buf_byte(out, '\n');
	add_headers(out, e->request_headers, e->request_header_count);
	add_body(out, e->request_body, e->request_json, max);
	hs_buf_printf(out, "</pre></details>\n<details class=\"plain\"%s><summary>Response</summary><pre>",
		failed ? " open" : "");
	if (e->failure.len) {
		hs_buf_cstr(out, "none: ");
		hs_report_escape(out, e->failure);
	} else {
		hs_buf_printf(out, "%d\n", e->status);
		add_headers(out, e->headers, e->header_count);
		add_body(out, e->body, e->json, max);
	}
	hs_buf_cstr(out, "</pre></details>\n");
	if (failed) {
		struct hs_buf curl;
		hs_buf_init(&curl, NULL, TREE_MAX);
		hs_report_curl(&curl, run, e);
		hs_buf_cstr(out, "<details class=\"plain\" open><summary>Repeat it</summary><pre>");
		hs_report_escape_cut(out, hs_buf_slice(&curl), BODY_FAILED);
		hs_buf_cstr(out, "</pre></details>\n");
		hs_buf_free(&curl);
	}
}

/* ---- actions ---- */

static void add_requirements(struct hs_buf *out, const struct hs_test_action *action)
{
	for (size_t i = 0; i < action->requirement_count; i++) {
		const struct hs_requirement *r = action->requirements[i];
		hs_buf_printf(out, "<blockquote><p><span class=\"level\">%s%s</span> ",
			hs_requirement_level_name(r->level), r->forbids ? " NOT" : "");
		hs_report_escape(out, r->text);
		hs_buf_cstr(out, "</p><p class=\"soft\">");
		hs_report_escape(out, r->id);
		if (hs_slice_starts(r->source, HS_S("http"))) {
			hs_buf_cstr(out, " &middot; <a rel=\"noreferrer\" href=\"");
			hs_report_escape(out, r->source);
			hs_buf_cstr(out, "\">");
			hs_report_escape(out, r->source);
			hs_buf_cstr(out, "</a>");
		} else if (r->source.len) {
			hs_buf_cstr(out, " &middot; ");
			hs_report_escape(out, r->source);
		}
		hs_buf_cstr(out, "</p></blockquote>\n");
	}
}

static void add_row(struct hs_buf *out, const char *name, const char *class, struct hs_slice text)
{
	if (!text.len)
		return;
	hs_buf_printf(out, "<dt>%s</dt><dd%s%s%s>", name, class[0] ? " class=\"" : "", class,
		class[0] ? "\"" : "");
	hs_report_escape_cut(out, text, 8000);
	hs_buf_cstr(out, "</dd>\n");
}

static void add_hints(struct hs_buf *out, const struct hs_test_action *action)
{
	for (size_t i = 0; i < action->requirement_count; i++) {
		if (!action->requirements[i]->hint.len)
			continue;
		hs_buf_cstr(out, "<p class=\"hint\"><strong>What would be right:</strong> ");
		hs_report_escape(out, action->requirements[i]->hint);
		hs_buf_cstr(out, "</p>\n");
	}
}

/* "GET /Patient/1": the URL without the base that all share. */
static void add_target(struct hs_buf *out, const struct hs_test_run *run, const struct hs_test_exchange *e)
{
	struct hs_slice base = hs_test_run_options(run)->target, url = e->url;

	if (hs_slice_starts(url, base) && url.len > base.len)
		url = hs_slice_from(url, base.len);
	hs_report_escape(out, e->method);
	hs_buf_byte(out, ' ');
	hs_report_escape_cut(out, url, 300);
	hs_buf_printf(out, " &rarr; %d", e->status);
}

static void add_action_head(struct hs_buf *out, const struct hs_test_run *run,
	const struct hs_test_action *action, bool is_assert)
{
	struct hs_slice title = action->description.len ? action->description : action->label;
	bool sent = !is_assert && action->exchange && action->verdict != HS_TEST_SKIP;

	hs_buf_cstr(out, "<div class=\"head\">");
	add_tag(out, action->verdict);
	hs_buf_cstr(out, "<span class=\"name\">");
	if (sent) {
		hs_buf_cstr(out, "<code>");
		add_target(out, run, action->exchange);
		hs_buf_cstr(out, "</code> ");
	}
	if (!title.len && is_assert)
		title = hs_slice_cstr(hs_script_check_name(action->script->u.assertion.check));
	hs_report_escape(out, title);
	hs_buf_cstr(out, action->expected ? " (this failure was announced)</span>" : "</span>");
	if (sent)
		add_time(out, action->exchange->micros);
	hs_buf_cstr(out, "</div>\n");
	if (sent && action->exchange->emulated.len) {
		hs_buf_cstr(out, "<p class=\"soft\">Emulated: ");
		hs_report_escape(out, action->exchange->emulated);
		hs_buf_cstr(out, "</p>\n");
	}
}

static void add_findings(struct hs_buf *out, const struct hs_test_action *action)
{
	add_requirements(out, action);
	hs_buf_cstr(out, "<dl class=\"diff\">\n");
	add_row(out, "at", "", action->path);
	add_row(out, "expected", "good", action->wanted);
	add_row(out, "found", action->verdict == HS_TEST_WARNING ? "" : "bad", action->found);
	add_row(out, "reason", "words", action->reason);
	hs_buf_cstr(out, "</dl>\n");
	if (action->verdict != HS_TEST_NOT_EVALUATED)
		add_hints(out, action);
}

static void add_action(struct hs_buf *out, const struct hs_test_run *run, const struct hs_test_action *action)
{
	bool is_assert = action->script && action->script->is_assert;
	bool failed = hs_report_is_failure(action->verdict);

	hs_buf_cstr(out, "<div class=\"action ");
	add_class(out, action->verdict);
	hs_buf_cstr(out, "\">");
	add_action_head(out, run, action, is_assert);
	if (failed || action->verdict == HS_TEST_WARNING || action->verdict == HS_TEST_NOT_EVALUATED)
		add_findings(out, action);
	if (action->exchange && (failed || (!is_assert && action->verdict != HS_TEST_SKIP)))
		add_exchange(out, run, action->exchange, failed);
	hs_buf_cstr(out, "</div>\n");
}

void hs_report_html_test(struct hs_buf *out, const struct hs_test_run *run, const struct hs_test_result *test)
{
	hs_buf_cstr(out, "<details id=\"");
	hs_report_escape(out, test->id);
	hs_buf_printf(out, "\"%s><summary>", hs_report_is_failure(test->verdict) ? " open" : "");
	add_tag(out, test->verdict);
	hs_buf_cstr(out, "<span class=\"name\">");
	hs_report_escape(out, test->name.len ? test->name : test->id);
	if (test->verdict == HS_TEST_SKIP || test->verdict == HS_TEST_NOT_EVALUATED) {
		hs_buf_cstr(out, " <span class=\"soft\">");
		hs_report_escape_cut(out, test->reason, 400);
		hs_buf_cstr(out, "</span>");
	}
	hs_buf_cstr(out, "</span>");
	add_time(out, test->micros);
	hs_buf_cstr(out, "</summary>\n");
	if (test->name.len) {
		hs_buf_cstr(out, "<p class=\"soft\"><code>");
		hs_report_escape(out, test->id);
		hs_buf_cstr(out, "</code></p>\n");
	}
	if (test->description.len) {
		hs_buf_cstr(out, "<p>");
		hs_report_escape_cut(out, test->description, 2000);
		hs_buf_cstr(out, "</p>\n");
	}
	hs_buf_cstr(out, "<div>\n");
	for (size_t i = 0; i < test->count; i++)
		add_action(out, run, &test->actions[i]);
	hs_buf_cstr(out, "</div>\n</details>\n");
}
