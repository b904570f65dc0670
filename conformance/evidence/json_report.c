/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON report: everything of a run, in our own schema ("handslag-run/1"). */
#include <conformance/evidence/report_private.h>

#include <handslag/time.h>

#include <inttypes.h>

/* A writer of members: commas and quotes. */
struct writer {
	struct hs_buf *out;
	bool comma;
};

static void begin(struct writer *w, const char *key, char bracket)
{
	if (w->comma)
		hs_buf_byte(w->out, ',');
	if (key)
		hs_buf_printf(w->out, "\"%s\":", key);
	hs_buf_byte(w->out, bracket);
	w->comma = false;
}

static void end(struct writer *w, char bracket)
{
	hs_buf_byte(w->out, bracket);
	w->comma = true;
}

static void add_text(struct writer *w, const char *key, struct hs_slice text)
{
	if (!text.len)
		return;
	hs_buf_printf(w->out, "%s\"%s\":", w->comma ? "," : "", key);
	hs_json_write_text(w->out, text);
	w->comma = true;
}

static void add_number(struct writer *w, const char *key, uint64_t number)
{
	hs_buf_printf(w->out, "%s\"%s\":%" PRIu64, w->comma ? "," : "", key, number);
	w->comma = true;
}

static void add_verdict(struct writer *w, enum hs_test_verdict verdict)
{
	add_text(w, "verdict", hs_slice_cstr(hs_test_verdict_name(verdict)));
}

/* Bodies may be anything: what is no UTF-8 becomes U+FFFD. */
static void add_body(struct writer *w, const char *key, struct hs_slice body)
{
	struct hs_buf text;

	hs_buf_init(&text, NULL, body.len * 3 + 1);
	hs_report_utf8(&text, body);
	add_text(w, key, hs_buf_slice(&text));
	hs_buf_free(&text);
}

static void add_headers(struct writer *w, const char *key, const struct hs_http_header *headers, size_t count)
{
	begin(w, key, '[');
	for (size_t i = 0; i < count; i++) {
		begin(w, NULL, '{');
		add_text(w, "name", headers[i].name);
		add_text(w, "value", hs_report_redact(&headers[i]));
		end(w, '}');
	}
	end(w, ']');
}

static void add_exchange(struct writer *w, const struct hs_test_exchange *e)
{
	char sent[HS_INSTANT_LEN + 1];

	hs_time_instant(e->at_ms, sent);
	begin(w, NULL, '{');
	add_number(w, "number", e->number);
	add_text(w, "sent", hs_slice_cstr(sent));
	add_text(w, "method", e->method);
	add_text(w, "url", e->url);
	add_headers(w, "requestHeaders", e->request_headers, e->request_header_count);
	add_body(w, "requestBody", e->request_body);
	add_text(w, "failure", e->failure);
	add_number(w, "status", (uint64_t)(e->status > 0 ? e->status : 0));
	add_headers(w, "headers", e->headers, e->header_count);
	add_body(w, "body", e->body);
	add_text(w, "emulated", e->emulated);
	add_text(w, "tlsChain", e->tls_chain);
	add_number(w, "micros", e->micros);
	end(w, '}');
}

static void add_action(struct writer *w, const struct hs_test_action *action)
{
	begin(w, NULL, '{');
	add_text(w, "id", action->id);
	add_text(w, "kind",
		!action->script || !action->script->is_assert ?
			HS_S("operation") :
			hs_slice_cstr(hs_script_check_name(action->script->u.assertion.check)));
	add_text(w, "label", action->label);
	add_text(w, "description", action->description);
	add_verdict(w, action->verdict);
	if (action->expected)
		add_text(w, "expectedFailure", HS_S("yes"));
	add_text(w, "path", action->path);
	add_body(w, "expected", action->wanted);
	add_body(w, "found", action->found);
	add_text(w, "reason", action->reason);
	if (action->requirement_count) {
		begin(w, "requirements", '[');
		for (size_t i = 0; i < action->requirement_count; i++) {
			hs_buf_cstr(w->out, i ? "," : "");
			hs_json_write_text(w->out, action->requirements[i]->id);
		}
		end(w, ']');
	}
	if (action->exchange)
		add_number(w, "exchange", action->exchange->number);
	end(w, '}');
}

static void add_test(struct writer *w, const struct hs_test_result *test)
{
	begin(w, NULL, '{');
	add_text(w, "id", test->id);
	add_text(w, "name", test->name);
	add_verdict(w, test->verdict);
	add_text(w, "reason", test->reason);
	add_number(w, "micros", test->micros);
	begin(w, "actions", '[');
	for (size_t i = 0; i < test->count; i++)
		add_action(w, &test->actions[i]);
	end(w, ']');
	end(w, '}');
}

static void add_script(struct writer *w, const struct hs_test_script_result *script)
{
	begin(w, NULL, '{');
	add_text(w, "id", script->script->id);
	add_text(w, "url", script->script->url);
	add_text(w, "title", script->script->title.len ? script->script->title : script->script->name);
	add_verdict(w, script->verdict);
	add_text(w, "reason", script->reason);
	add_number(w, "micros", script->micros);
	begin(w, "setup", '[');
	add_test(w, &script->setup);
	end(w, ']');
	begin(w, "tests", '[');
	for (size_t i = 0; i < script->count; i++)
		if (script->tests[i].selected)
			add_test(w, &script->tests[i]);
	end(w, ']');
	begin(w, "teardown", '[');
	add_test(w, &script->teardown);
	end(w, ']');
	begin(w, "exchanges", '[');
	for (const struct hs_test_exchange *e = script->exchanges; e; e = e->next)
		add_exchange(w, e);
	end(w, ']');
	end(w, '}');
}

static void add_counts(struct writer *w, const char *key, const uint32_t *counts)
{
	static const char *const names[HS_TEST_VERDICTS] = { "", "pass", "warning", "skip", "notEvaluated",
		"fail", "error" };

	begin(w, key, '{');
	for (int i = HS_TEST_PASS; i < HS_TEST_VERDICTS; i++)
		add_number(w, names[i], counts[i]);
	end(w, '}');
}

void hs_report_json(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	struct writer w = { .out = out };
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);
	struct hs_test_summary s;
	char began[HS_INSTANT_LEN + 1];

	hs_test_run_summary(run, &s);
	hs_time_instant(hs_test_run_began(run), began);
	begin(&w, NULL, '{');
	add_text(&w, "schema", HS_S("handslag-run/1"));
	add_text(&w, "tool", HS_S("handslag"));
	add_text(&w, "version", hs_slice_cstr(info->version));
	add_text(&w, "target", hs_test_run_options(run)->target);
	add_text(&w, "software", hs_test_run_software(run));
	add_text(&w, "fhir", hs_test_run_fhir(run) == HS_FHIR_R5 ? HS_S("R5") : HS_S("R4"));
	add_number(&w, "seed", hs_test_run_options(run)->seed);
	add_text(&w, "began", hs_slice_cstr(began));
	add_number(&w, "micros", hs_test_run_micros(run));
	add_counts(&w, "tests", s.tests);
	add_counts(&w, "assertions", s.asserts);
	add_number(&w, "exchanges", s.exchanges);
	add_number(&w, "exitCode", (uint64_t)hs_report_exit(run));
	begin(&w, "scripts", '[');
	for (size_t i = 0; i < count; i++)
		if (hs_report_has_script(&scripts[i]))
			add_script(&w, &scripts[i]);
	end(&w, ']');
	end(&w, '}');
	hs_buf_byte(out, '\n');
}
