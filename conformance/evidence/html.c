/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: one file that a person likes to read. The verdict first, then what failed, then
 * everything. */
#include <conformance/evidence/report_private.h>

#include <inttypes.h>

static void add_fact(struct hs_buf *out, const char *name, struct hs_slice value)
{
	if (!value.len)
		return;
	hs_buf_printf(out, "<dt>%s</dt><dd>", name);
	hs_report_escape(out, value);
	hs_buf_cstr(out, "</dd>\n");
}

static const char *class_of_run(const struct hs_test_run *run)
{
	switch (hs_report_exit(run)) {
	case 0:
		return "pass";
	case 1:
		return "fail";
	case 4:
		return "error";
	default:
		return "skip";
	}
}

void hs_report_html_head(struct hs_buf *out, struct hs_slice title, struct hs_slice about)
{
	hs_buf_cstr(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	hs_report_escape(out, title);
	hs_buf_cstr(out, about.len ? ": " : "");
	hs_report_escape(out, about);
	hs_buf_cstr(out, "</title>\n<style>\n");
	hs_buf_add(out, hs_slice(hs_report_style, (size_t)(hs_report_style_end - hs_report_style)));
	hs_buf_cstr(out, "</style>\n</head>\n");
}

static void add_head(const struct hs_test_run *run, struct hs_buf *out)
{
	struct hs_buf summary;

	hs_report_html_head(out, HS_S("Conformance report"), hs_test_run_options(run)->target);
	hs_buf_cstr(out, "<body>\n<header>\n<h1>Conformance report</h1>\n<p class=\"soft\">");
	hs_report_escape(out, hs_test_run_options(run)->target);
	hs_buf_printf(out, "</p>\n<div class=\"banner %s\" role=\"status\">", class_of_run(run));
	hs_buf_init(&summary, NULL, 1 << 16);
	hs_report_summary(&summary, run);
	hs_report_escape(out,
		hs_slice_first(hs_buf_slice(&summary), hs_slice_find(hs_buf_slice(&summary), ';', 0)));
	hs_buf_free(&summary);
	hs_buf_cstr(out, "</div>\n");
}

/* Did the target say what it can do? */
static bool declares(const struct hs_test_exchange *probe)
{
	struct hs_slice type = hs_json_get_text(probe ? probe->json : NULL, HS_S("resourceType"));
	return hs_slice_eq(type, HS_S("CapabilityStatement")) && probe->status == 200;
}

static void add_facts(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	const struct hs_test_options *options = hs_test_run_options(run);
	const struct hs_test_exchange *probe = hs_test_run_capability(run);
	struct hs_buf line;

	hs_buf_init(&line, NULL, 1 << 16);
	hs_buf_cstr(out, "<dl class=\"facts\">\n");
	add_fact(out, "System", hs_test_run_software(run));
	if (!declares(probe))
		add_fact(out, "Declares",
			HS_S("nothing: GET metadata brought no CapabilityStatement, so everything was "
			     "asked"));
	add_fact(out, "FHIR", hs_test_run_fhir(run) == HS_FHIR_R5 ? HS_S("R5") : HS_S("R4"));
	hs_report_instant(&line, hs_test_run_began(run));
	add_fact(out, "Began", hs_buf_slice(&line));
	hs_buf_clear(&line);
	hs_report_seconds(&line, hs_test_run_micros(run));
	hs_buf_cstr(&line, " s");
	add_fact(out, "Took", hs_buf_slice(&line));
	hs_buf_clear(&line);
	hs_buf_printf(&line, "handslag %s", info->version);
	add_fact(out, "Judged by", hs_buf_slice(&line));
	hs_buf_clear(&line);
	hs_buf_printf(&line, "%" PRIu64 " (the same order again: --seed %" PRIu64 ")", options->seed,
		options->seed);
	add_fact(out, "Seed", hs_buf_slice(&line));
	if (probe)
		add_fact(out, "TLS", probe->tls_chain);
	hs_buf_cstr(out, "</dl>\n</header>\n<main>\n");
	hs_buf_free(&line);
}

/* ---- tests ---- */

struct lister {
	const struct hs_test_run *run;
	struct hs_buf *out;
	size_t count;
};

static void add_failure(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct lister *lister = arg;

	(void)script;
	if (!hs_report_is_failure(test->verdict))
		return;
	if (!lister->count++)
		hs_buf_cstr(lister->out, "<h2>What failed</h2>\n");
	hs_report_html_test(lister->out, lister->run, test);
}

/* What stands under "What failed", and would be missed here. */
static void add_absent(struct hs_buf *out, const struct hs_test_script_result *script)
{
	size_t absent = 0;

	for (size_t i = 0; i < script->count; i++) {
		const struct hs_test_result *test = &script->tests[i];
		if (!test->selected || !hs_report_is_failure(test->verdict))
			continue;
		hs_buf_cstr(out, absent++ ? ", <a href=\"#" : "<p>Failed, above: <a href=\"#");
		hs_report_escape(out, test->id);
		hs_buf_cstr(out, "\">");
		hs_report_escape(out, test->name.len ? test->name : test->id);
		hs_buf_cstr(out, "</a>");
	}
	hs_buf_cstr(out, absent ? "</p>\n" : "");
}

static void add_script(struct lister *lister, const struct hs_test_script_result *script, size_t index)
{
	struct hs_buf *out = lister->out;

	hs_buf_printf(out, "<h3 id=\"s%zu\" style=\"margin-top:1.5rem\">", index);
	hs_report_escape(out, script->script->id);
	hs_buf_cstr(out, "</h3>\n");
	if (script->script->title.len || script->script->description.len) {
		hs_buf_cstr(out, "<p class=\"soft\">");
		hs_report_escape_cut(out,
			script->script->title.len ? script->script->title : script->script->description, 600);
		hs_buf_cstr(out, "</p>\n");
	}
	if (script->reason.len) {
		hs_buf_printf(out, "<p><span class=\"tag not-evaluated\">%s</span> ",
			hs_test_verdict_name(script->verdict));
		hs_report_escape(out, script->reason);
		hs_buf_cstr(out, "</p>\n");
	}
	add_absent(out, script);
	if (script->setup.count && !hs_report_is_failure(script->setup.verdict))
		hs_report_html_test(out, lister->run, &script->setup);
	for (size_t i = 0; i < script->count; i++) {
		const struct hs_test_result *test = &script->tests[i];
		if (test->selected && !hs_report_is_failure(test->verdict))
			hs_report_html_test(out, lister->run, test);
	}
}

void hs_report_html(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	struct lister lister = { .run = run, .out = out };
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	add_head(run, out);
	add_facts(run, info, out);
	hs_report_html_next(out, run, info);
	hs_report_html_requirements(out, run);
	hs_report_html_scripts(out, run);
	hs_report_each_test(run, add_failure, &lister);
	hs_buf_cstr(out, lister.count ? "<h2>Everything else</h2>\n" : "<h2>Tests</h2>\n");
	for (size_t i = 0; i < count; i++)
		if (hs_report_has_script(&scripts[i]))
			add_script(&lister, &scripts[i], i);
	hs_buf_cstr(out, "</main>\n<footer><p>Made by handslag ");
	hs_report_escape(out, hs_slice_cstr(info->version));
	hs_buf_cstr(out, ". Credentials were left out. To run it again: <code>handslag test ");
	hs_report_escape(out, hs_slice_cstr(info->command ? info->command : ""));
	hs_buf_cstr(out, "</code></p></footer>\n</body>\n</html>\n");
}
