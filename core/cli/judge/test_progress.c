/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test: what is shown while it runs, and the failures in full at its end. Everything goes to
 * standard error, so that a report on standard output stays whole. */
#include <core/cli/judge/test_private.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOW_EVERY_NS UINT64_C(50000000)
#define FAILURES_MAX 25u
#define BODY_SHOWN 600u

static const char *colour_of(const struct test_progress *progress, enum hs_test_verdict verdict)
{
	if (!progress->colour)
		return "";
	switch (verdict) {
	case HS_TEST_PASS:
		return "\033[32m";
	case HS_TEST_FAIL:
	case HS_TEST_ERROR:
		return "\033[31m";
	default:
		return "\033[33m";
	}
}

static const char *no_colour(const struct test_progress *progress)
{
	return progress->colour ? "\033[0m" : "";
}

void hs_cli_test_begin(struct test_progress *progress, const struct test_settings *settings,
	const struct hs_test_options *options)
{
	const char *none = getenv("NO_COLOR");

	progress->settings = settings;
	progress->terminal = hs_cli_is_terminal() && !settings->quiet;
	progress->colour = progress->terminal && !(none && none[0]);
	if (!settings->quiet)
		fprintf(stderr, "target %.*s, seed %" PRIu64 "\n", HS_S_ARG(options->target), options->seed);
}

static void show_line(const struct test_progress *progress, const struct hs_test_result *test)
{
	fprintf(stderr, "%s%s%-13s%s %.*s%s%.*s\n", progress->terminal ? "\r\033[K" : "",
		colour_of(progress, test->verdict), hs_test_verdict_name(test->verdict), no_colour(progress),
		HS_S_ARG(test->id), test->reason.len ? ": " : "",
		(int)(test->reason.len > 200 ? 200 : test->reason.len),
		test->reason.ptr ? test->reason.ptr : "");
}

void hs_cli_test_show(struct test_progress *progress, const struct hs_test_result *test)
{
	uint64_t now = hs_cli_now_ns();

	progress->done++;
	progress->failed += test->verdict == HS_TEST_FAIL;
	if (progress->settings->quiet)
		return;
	if (!progress->terminal || test->verdict == HS_TEST_FAIL || test->verdict == HS_TEST_ERROR)
		show_line(progress, test);
	if (progress->terminal &&
		(now - progress->shown_ns > SHOW_EVERY_NS || progress->done == progress->total)) {
		progress->shown_ns = now;
		fprintf(stderr, "\r\033[K%zu of %zu tests, %zu failed: %.*s", progress->done, progress->total,
			progress->failed, HS_S_ARG(test->id));
	}
}

/* ---- the end ---- */

static void print_indented(const char *label, struct hs_slice text)
{
	bool first = true;

	while (text.ptr && text.len) {
		struct hs_slice line = hs_slice_cut(&text, '\n');
		fprintf(stderr, "  %-12s %.*s\n", first ? label : "", HS_S_ARG(line));
		first = false;
	}
}

static void print_exchange(const struct hs_test_run *run, const struct hs_test_exchange *exchange)
{
	struct hs_buf curl;

	fprintf(stderr, "  %-12s %.*s %.*s\n", "request", HS_S_ARG(exchange->method),
		HS_S_ARG(exchange->url));
	if (exchange->failure.len)
		print_indented("no answer", exchange->failure);
	else
		fprintf(stderr, "  %-12s %d, %zu bytes, %.1f ms\n", "answer", exchange->status,
			exchange->body.len, (double)exchange->micros / 1000);
	print_indented("", hs_slice_first(exchange->body, exchange->status >= 400 ? BODY_SHOWN : 0));
	hs_buf_init(&curl, NULL, (size_t)64 << 20);
	hs_report_curl(&curl, run, exchange);
	print_indented("repeat", curl.len < 2000 ? hs_buf_slice(&curl) : HS_S("see the HTML report"));
	hs_buf_free(&curl);
}

static void print_action(const struct test_progress *progress, const struct hs_test_run *run,
	const struct hs_test_action *action)
{
	fprintf(stderr, "\n%s%s%s %.*s%s\n", colour_of(progress, action->verdict),
		hs_test_verdict_name(action->verdict), no_colour(progress), HS_S_ARG(action->id),
		action->expected ? " (expected)" : "");
	print_indented("check", action->description);
	for (size_t i = 0; i < action->requirement_count; i++) {
		const struct hs_requirement *requirement = action->requirements[i];
		print_indented(hs_requirement_level_name(requirement->level), requirement->text);
		print_indented("source", requirement->source);
		print_indented("hint", requirement->hint);
	}
	print_indented("at", action->path);
	print_indented("expected", action->wanted);
	print_indented("found", hs_slice_first(action->found, 2000));
	print_indented("reason", action->reason);
	if (action->exchange)
		print_exchange(run, action->exchange);
}

static void print_test(const struct test_progress *progress, const struct hs_test_run *run,
	const struct hs_test_result *test, unsigned *left)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_test_action *action = &test->actions[i];
		if (action->verdict != HS_TEST_FAIL && action->verdict != HS_TEST_ERROR)
			continue;
		if (*left) {
			print_action(progress, run, action);
			(*left)--;
		}
	}
}

static void print_unused(const struct hs_test_run *run)
{
	const struct hs_test_options *options = hs_test_run_options(run);

	for (size_t i = 0; i < options->expected_count; i++)
		if (!hs_test_run_expected_used(run, i))
			fprintf(stderr, "expected, but it did not come: %.*s\n",
				HS_S_ARG(options->expected[i].name));
}

void hs_cli_test_end(struct test_progress *progress, const struct hs_test_run *run)
{
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);
	unsigned left = FAILURES_MAX;

	if (progress->terminal)
		fputs("\r\033[K", stderr);
	for (size_t i = 0; i < count && !progress->settings->quiet; i++) {
		if (scripts[i].reason.len)
			fprintf(stderr, "%-13s %.*s: %.*s\n", hs_test_verdict_name(scripts[i].verdict),
				HS_S_ARG(scripts[i].script->id), HS_S_ARG(scripts[i].reason));
		print_test(progress, run, &scripts[i].setup, &left);
		for (size_t k = 0; k < scripts[i].count; k++)
			print_test(progress, run, &scripts[i].tests[k], &left);
	}
	print_unused(run);
	if (!left)
		fprintf(stderr, "\nmore failures are in the reports; see --report\n");
}
