/* SPDX-License-Identifier: Apache-2.0 */
/* handslag mutate: shows that every check of a suite can fail, by running it against a server that is made
 * faulty in every way the catalogue knows. */
#include <conformance/mutants/lab.h>
#include <core/base/log.h>
#include <core/base/world.h>
#include <core/cli/reference.h>
#include <core/cli/judge/test_private.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REPORT_MAX ((size_t)256 << 20)
#define SHOW_EVERY_NS UINT64_C(100000000)
#define TIMEOUT_MS 15000u

static const struct hs_cli_command command_head = {
	.name = "mutate",
	.arguments = "[SUITE...] [--target URL]",
	.summary = "Shows which check catches which fault, and which check nothing can make fail.",
	.example = "  handslag mutate rest\n"
		   "  handslag mutate --html mutants.html\n"
		   "  handslag mutate rest --fault 'search-*' --all\n"
		   "  handslag mutate directory --target http://127.0.0.1:8080/fhir/r4",
	.more = "A liberty is what a server may do as well: behind it nothing of a suite may fail.\n"
		"Without --target a server of its own is started, over a new directory that is removed at "
		"the end.",
	.failed = "a fault was not caught, a check never failed or a liberty was punished",
	.interrupted = true,
	.least = 0,
	.most = -1,
};

struct session {
	const struct hs_cli_command *command;
	const char *target, *suites, *html;
	struct hs_cli_list faults;
	int64_t lanes;
	bool all, json, quiet, list, interrupted;
	struct hs_arena *arena;
	struct hs_library *library;
	struct hs_mutants *mutants;
	struct hs_loop *loop;
	struct hs_lab *lab;
	struct hs_defs *r4, *r5;
	enum hs_fhir_version fhir; /* of the target */
	struct hs_cli_reference *reference;
	size_t done;
	uint64_t began_ns, shown_ns;
};

static struct hs_slice find_fixture(void *arg, const struct hs_script *script, struct hs_slice reference)
{
	return hs_library_fixture(arg, script, reference);
}

/* ---- while it runs ---- */

static void trial_done(struct hs_lab *lab, const struct hs_lab_trial *trial, void *arg)
{
	struct session *session = arg;
	struct hs_slice name = trial->fault ? trial->fault->id : HS_S("clean");
	uint64_t now = hs_cli_now_ns();
	size_t total = 0;

	hs_lab_trials(lab, &total);
	session->done++;
	if (session->quiet)
		return;
	if (!hs_cli_is_terminal()) {
		fprintf(stderr, "%4zu of %zu  %-12.*s %-40.*s %4zu checks failed, %6.1f ms\n", session->done,
			total, HS_S_ARG(trial->suite), HS_S_ARG(name), trial->caught,
			(double)trial->micros / 1000);
		return;
	}
	if (now - session->shown_ns < SHOW_EVERY_NS && session->done < total)
		return;
	session->shown_ns = now;
	fprintf(stderr, "\r\033[K%zu of %zu, %.*s: %.*s", session->done, total, HS_S_ARG(trial->suite),
		HS_S_ARG(name));
}

static void finished(struct hs_lab *lab, void *arg)
{
	struct session *session = arg;

	(void)lab;
	hs_loop_stop(session->loop);
}

static void interrupt(int signum, void *arg)
{
	struct session *session = arg;

	(void)signum;
	session->interrupted = true;
	if (session->lab)
		hs_lab_stop(session->lab);
}

static enum hs_status run_lab(struct session *session, const struct hs_lab_options *options,
	struct hs_error *err)
{
	enum hs_status status = hs_loop_new(&session->loop, err);

	if (!status)
		status = hs_loop_signal(session->loop, SIGINT, interrupt, session, err);
	if (!status)
		status = hs_loop_signal(session->loop, SIGTERM, interrupt, session, err);
	if (!status)
		status = hs_lab_start(session->loop, options, &session->lab, err);
	if (!status)
		hs_loop_run(session->loop);
	return status;
}

/* ---- its end ---- */

static enum hs_status write_html(const struct session *session, struct hs_error *err)
{
	struct hs_buf out;
	enum hs_status status;

	hs_buf_init(&out, NULL, REPORT_MAX);
	hs_lab_report_html(session->lab, &out);
	status = hs_world_write_file(hs_world_real(), session->html, hs_buf_slice(&out), 0644, err);
	hs_buf_free(&out);
	return status;
}

static int conclude(const struct session *session)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_buf out;

	if (hs_cli_is_terminal() && !session->quiet)
		fputs("\r\033[K", stderr);
	if (hs_lab_failed(session->lab, &err))
		return hs_cli_fail_error(session->command, &err);
	hs_buf_init(&out, NULL, REPORT_MAX);
	if (session->json)
		hs_lab_report_json(session->lab, &out);
	else
		hs_lab_report_text(session->lab, &out, session->all);
	fwrite(out.ptr, 1, out.len, stdout);
	hs_buf_free(&out);
	if (!session->quiet)
		fprintf(stderr, "%.1f s\n", hs_cli_seconds_since(session->began_ns));
	if (session->html && write_html(session, &err))
		return hs_cli_fail_error(session->command, &err);
	if (session->interrupted)
		return HS_EXIT_INTERRUPTED;
	return hs_lab_is_good(session->lab) ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int list_faults(const struct session *session)
{
	size_t count = 0, liberties = 0;
	const struct hs_fault *const *faults = hs_mutants_faults(session->mutants, &count);

	for (size_t i = 0; i < count; i++) {
		printf("%.*s%s: %.*s\n    %.*s\n", HS_S_ARG(faults[i]->id),
			faults[i]->allowed ? " (a liberty)" : "", HS_S_ARG(faults[i]->title),
			HS_S_ARG(faults[i]->source));
		liberties += faults[i]->allowed;
		for (size_t k = 0; k < faults[i]->suite_count; k++)
			printf("%s%.*s%s", k ? ", " : "    for ", HS_S_ARG(faults[i]->suites[k]),
				k + 1 == faults[i]->suite_count ? "\n" : "");
	}
	printf("%zu faults, %zu liberties\n", count - liberties, liberties);
	return HS_EXIT_OK;
}

static void clean_up(struct session *session)
{
	hs_lab_free(session->lab);
	hs_loop_free(session->loop);
	hs_cli_reference_stop(session->reference);
	hs_mutants_close(session->mutants);
	hs_library_close(session->library);
	hs_defs_unref(session->r4);
	hs_defs_unref(session->r5);
	hs_arena_free(session->arena);
}

static enum hs_status open_all(struct session *session, int count, char **arguments, struct hs_error *err)
{
	enum hs_status status = hs_library_open(session->suites, &session->library, err);

	if (!status)
		status = hs_library_select_all(session->library, arguments, (size_t)count, err);
	return status ? status : hs_mutants_open(session->library, &session->mutants, err);
}

/* Does it answer at all, and in which FHIR version? Else each fault would be caught by a server that is not
 * there. */
static enum hs_status ask_target(struct session *session, struct hs_error *err)
{
	const char *url = hs_arena_cstr(session->arena,
		hs_arena_printf(session->arena, "%s/metadata", session->target));
	struct hs_cli_answer answer = { 0 };
	struct hs_json *statement = NULL;
	struct hs_error ignored;
	enum hs_status status = hs_cli_call(session->arena, "GET", url, NULL, HS_S_NONE, &answer, err);

	if (!status && hs_json_parse(session->arena, answer.body, NULL, &statement, &ignored) == HS_OK &&
		hs_slice_starts(hs_json_get_text(statement, HS_S("fhirVersion")), HS_S("5.")))
		session->fhir = HS_FHIR_R5;
	return status;
}

static int run_command(struct session *session, int count, char **arguments)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_lab_options options = { .only = session->faults.items,
		.only_count = session->faults.count,
		.lanes = (uint32_t)(session->lanes > 16 ? 16 : session->lanes),
		.events = { .trial_done = trial_done, .finished = finished, .arg = session } };
	enum hs_status status = open_all(session, count, arguments, &err);

	session->began_ns = hs_cli_now_ns();
	if (!status && session->list)
		return list_faults(session);
	if (!status)
		status = session->target ? ask_target(session, &err) :
					   hs_cli_reference_start(session->arena, &session->reference, &err);
	if (status)
		return hs_cli_fail_error(session->command, &err);
	session->r4 = hs_cli_test_definitions(HS_FHIR_R4);
	session->r5 = hs_cli_test_definitions(HS_FHIR_R5);
	options.mutants = session->mutants;
	options.scripts = hs_library_selected(session->library, &options.script_count);
	if (!session->target)
		options.r5 = hs_slice_cstr(hs_cli_reference_base(session->reference, session->arena,
			HS_FHIR_R5));
	options.test = (struct hs_test_options) { .fhir = session->fhir,
		.target = hs_slice_cstr(session->target ? session->target :
							  hs_cli_reference_url(session->reference)),
		.r4 = session->r4,
		.r5 = session->r5,
		.requirements = hs_library_requirements(session->library),
		.fixture = find_fixture,
		.fixture_arg = session->library,
		.client = { .total_ms = TIMEOUT_MS } };
	status = run_lab(session, &options, &err);
	return status ? hs_cli_fail_error(session->command, &err) : conclude(session);
}

int hs_cli_mutate(int argc, char **argv)
{
	struct session session = { .fhir = HS_FHIR_R4, .arena = hs_arena_new((size_t)64 << 20) };
	struct hs_cli_command command = command_head;
	const struct hs_cli_option table[] = {
		{ "--target", "URL", "a server that is good, in place of our own", HS_CLI_URL,
			&session.target },
		{ "--fault", "GLOB", "only faults of such an id", HS_CLI_LIST, &session.faults },
		{ "--list", NULL, "list the faults and end", HS_CLI_FLAG, &session.list },
		{ "--all", NULL, "name all checks that caught a fault, not three", HS_CLI_FLAG,
			&session.all },
		{ "--lanes", "N", "faults at once (default: 2)", HS_CLI_NUMBER, &session.lanes },
		{ "--suites", "FOLDER", "suites, requirements and faults from here, not from the binary",
			HS_CLI_TEXT, &session.suites },
		HS_CLI_JSON(&session.json),
		{ "--html", "FILE", "write a page too", HS_CLI_TEXT, &session.html },
		{ "--quiet", NULL, "no progress", HS_CLI_FLAG, &session.quiet },
		HS_CLI_END,
	};
	int count = 0;

	command.options = table;
	session.command = &command;
	int code = hs_cli_parse(&command, argc, argv, &count);
	if (code < 0)
		code = run_command(&session, count, argv);
	clean_up(&session);
	return code;
}
