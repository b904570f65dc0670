/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test: runs suites against a system and says what is wrong with it. */
#include <conformance/engine/engine.h>
#include <conformance/engine/library.h>
#include <conformance/evidence/report.h>
#include <core/base/world.h>
#include <core/cli/cli.h>
#include <core/cli/definitions.h>
#include <core/cli/judge/test_private.h>

#include <handslag/package.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct hs_cli_command command_head = {
	.name = "test",
	.arguments = "[SUITE|FILE|FOLDER...] --target URL",
	.summary = "Judges a server by suites of test scripts; without a name by all suites.",
	.example = "  handslag test --target http://127.0.0.1:8080/fhir/r4\n"
		   "  handslag test rest --target https://fhir.example.org/r4 --bearer TOKEN --report "
		   "html=report.html\n"
		   "  handslag test rest/01-read --tests '*decimal*' --target URL\n"
		   "  handslag test my-script.json --target URL --var PatientId=example",
	.more = "Formats of --report: html, junit, testreport, json, tap, sarif, github. FILE may be - for "
		"standard output.\n"
		"The file of --expect has a line for each failure that is known: ID [fail|warning|error] # "
		"why.\n"
		"IDs may have * in them; a line that nothing answers to is an error.",
	.failed = "the target failed checks",
	.inconclusive = "nothing could be judged",
	.interrupted = true,
	.least = 0,
	.most = -1,
};

struct session {
	struct test_settings settings;
	const struct hs_cli_command *command;
	struct hs_arena *arena;
	struct hs_library *library;
	struct hs_loop *loop;
	struct hs_test_run *run;
	struct hs_defs *r4, *r5;
	struct test_profiles *profiles;
	struct test_progress progress;
	bool interrupted;
};

/* HL7's own scripts mean HL7's own examples: by the rule for relative references they are resources beside
 * the script's url. */
static struct hs_slice find_example(struct session *session, const struct hs_script *script,
	struct hs_slice reference)
{
	struct hs_slice home = HS_S("http://hl7.org/fhir/"), text = HS_S_NONE;
	struct hs_reference parts = { 0 };
	struct hs_package *package = NULL;
	struct hs_error err = { 0 };
	char root[2048];

	if (hs_slice_starts(reference, home))
		reference = hs_slice_from(reference, home.len);
	else if (!hs_slice_starts(script->url, home))
		return HS_S_NONE;
	if (!hs_reference_parse(reference, &parts) || !parts.type.len || !parts.id.len)
		return HS_S_NONE;
	hs_packages_root(NULL, root, sizeof(root));
	const char *core = hs_cli_core_package(session->settings.fhir == HS_FHIR_R5 ? HS_FHIR_R5 :
										      HS_FHIR_R4);
	if (hs_package_find(root, hs_slice_cstr(core), &package, &err))
		return HS_S_NONE;
	struct hs_slice file = hs_arena_printf(session->arena, "%.*s-%.*s.json", HS_S_ARG(parts.type),
		HS_S_ARG(parts.id));
	if (hs_package_read(package, file, session->arena, &text, &err))
		text = HS_S_NONE;
	hs_package_close(package);
	return text;
}

static struct hs_slice find_fixture(void *arg, const struct hs_script *script, struct hs_slice reference)
{
	struct session *session = arg;
	struct hs_slice text = hs_library_fixture(session->library, script, reference);

	return text.ptr ? text : find_example(session, script, reference);
}

static const struct hs_script *find_script(void *arg, const struct hs_script *from, struct hs_slice name)
{
	struct session *session = arg;

	return hs_library_script(session->library, from, name);
}

static void interrupt(int signum, void *arg)
{
	struct session *session = arg;

	(void)signum;
	session->interrupted = true;
	if (session->run)
		hs_test_stop(session->run);
}

static void test_done(struct hs_test_run *run, const struct hs_test_result *test, void *arg)
{
	struct session *session = arg;

	(void)run;
	hs_cli_test_show(&session->progress, test);
}

static void finished(struct hs_test_run *run, void *arg)
{
	struct session *session = arg;

	(void)run;
	hs_loop_stop(session->loop);
}

static enum hs_status run_all(struct session *session, struct hs_test_options *options, struct hs_error *err)
{
	size_t count = 0;
	const struct hs_script *const *scripts = hs_library_selected(session->library, &count);
	enum hs_status status = hs_loop_new(&session->loop, err);

	if (status)
		return status;
	for (size_t i = 0; i < count; i++)
		session->progress.total += scripts[i]->test_count;
	options->events.test_done = test_done;
	options->events.finished = finished;
	options->events.arg = session;
	status = hs_loop_signal(session->loop, SIGINT, interrupt, session, err);
	if (!status)
		status = hs_loop_signal(session->loop, SIGTERM, interrupt, session, err);
	if (!status)
		status = hs_test_start(session->loop, options, scripts, count, &session->run, err);
	if (!status)
		hs_loop_run(session->loop);
	return status;
}

static enum hs_status write_reports(struct session *session, struct hs_error *err)
{
	const struct test_settings *settings = &session->settings;
	struct hs_report_info info = { .version = HS_VERSION, .command = settings->repeat };
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < settings->report_count && !status; i++)
		status = hs_report_write(session->run, settings->reports[i].format, &info,
			settings->reports[i].path, err);
	return status;
}

/* What to try when TLS does not come about. */
static const char *way_out(const char *why)
{
	if (strstr(why, "certificate required") || strstr(why, "handshake failure"))
		return "; if it asks for a client certificate: --cert FILE --key FILE";
	if (strstr(why, "certificate"))
		return "; --ca FILE trusts its authority, --insecure any";
	return "";
}

static int conclude(struct session *session)
{
	struct hs_error err = { 0 };
	struct hs_buf line;
	int code = hs_report_exit(session->run);

	if (hs_test_run_failed(session->run, &err) && !session->interrupted)
		return hs_cli_fail(session->command, HS_EXIT_UNREACHABLE, "%s does not answer: %s%s",
			session->settings.target, err.text, way_out(err.text));
	hs_cli_test_end(&session->progress, session->run);
	if (write_reports(session, &err))
		return hs_cli_fail_error(session->command, &err);
	hs_buf_init(&line, NULL, 1 << 16);
	hs_report_summary(&line, session->run);
	fprintf(session->settings.quiet_stdout ? stderr : stdout, "%.*s\n", (int)line.len, line.ptr);
	hs_buf_free(&line);
	struct hs_slice hint = hs_report_shut_out(session->run);
	if (hint.len)
		fprintf(stderr, "handslag test: %.*s\n", HS_S_ARG(hint));
	return session->interrupted ? HS_EXIT_INTERRUPTED : code;
}

static bool is_meant(const struct test_settings *settings, const struct hs_script *script,
	const struct hs_script_test *test)
{
	bool meant = settings->tests.count == 0;

	for (size_t i = 0; i < settings->tests.count && !meant; i++)
		meant = hs_test_is_meant(settings->tests.items[i], script, test);
	return meant;
}

/* Lists the tests that --tests means, or with `quiet` only counts them. */
static size_t list_tests(struct session *session, bool quiet)
{
	size_t count = 0, meant = 0;
	const struct hs_script *const *scripts = hs_library_selected(session->library, &count);

	for (size_t i = 0; i < count; i++) {
		if (scripts[i]->refused.len && !quiet)
			printf("%.*s: not evaluated: %.*s\n", HS_S_ARG(scripts[i]->id),
				HS_S_ARG(scripts[i]->refused));
		meant += scripts[i]->refused.len > 0;
		for (size_t k = 0; k < scripts[i]->test_count; k++) {
			const struct hs_script_test *test = &scripts[i]->tests[k];
			if (!is_meant(&session->settings, scripts[i], test))
				continue;
			meant++;
			if (!quiet)
				printf("%.*s/%.*s\n", HS_S_ARG(scripts[i]->id), HS_S_ARG(test->id));
		}
	}
	return meant;
}

static void clean_up(struct session *session)
{
	hs_test_run_free(session->run);
	hs_loop_free(session->loop);
	hs_library_close(session->library);
	hs_cli_test_profiles_close(session->profiles);
	hs_defs_unref(session->r4);
	hs_defs_unref(session->r5);
	hs_arena_free(session->arena);
}

static int run_command(struct session *session, int count, char **arguments)
{
	struct hs_test_options options = { 0 };
	struct hs_error err = { 0 };
	enum hs_status status = hs_cli_test_version(&session->settings, &err);

	if (!status)
		status = hs_library_open(session->settings.suites, &session->library, &err);
	if (status)
		return hs_cli_fail_error(session->command, &err);
	session->r4 = hs_cli_test_definitions(HS_FHIR_R4);
	session->r5 = session->settings.fhir == HS_FHIR_R4 ? NULL : hs_cli_test_definitions(HS_FHIR_R5);
	hs_library_definitions(session->library, session->r4, session->r5);
	status = hs_library_select_all(session->library, arguments, (size_t)count, &err);
	if (status)
		return hs_cli_fail_error(session->command, &err);
	if (list_tests(session, !session->settings.dry_run) == 0 && session->settings.tests.count > 0)
		return hs_cli_fail(session->command, HS_EXIT_USAGE,
			"no test matches '%s'; --dry-run without --tests lists them",
			session->settings.tests.items[0]);
	if (session->settings.dry_run)
		return HS_EXIT_OK;
	if (!session->settings.target)
		return hs_cli_fail(session->command, HS_EXIT_USAGE,
			"which system is to be judged? Say --target URL");
	session->settings.arguments = arguments;
	session->settings.argument_count = count;
	status = hs_cli_test_options(&session->settings, session->arena, &options, &err);
	if (status)
		return hs_cli_fail_error(session->command, &err);
	options.r4 = session->r4;
	options.r5 = session->r5;
	session->profiles = hs_cli_test_profiles_new(session->arena, &session->settings.packages,
		&session->settings.definitions);
	options.conform = hs_cli_test_conform;
	options.conform_arg = session->profiles;
	options.requirements = hs_library_requirements(session->library);
	options.fixture = find_fixture;
	options.fixture_arg = session;
	options.script = find_script;
	options.script_arg = session;
	hs_cli_test_begin(&session->progress, &session->settings, &options);
	status = run_all(session, &options, &err);
	return status ? hs_cli_fail_error(session->command, &err) : conclude(session);
}

int hs_cli_test(int argc, char **argv)
{
	struct session session = { .arena = hs_arena_new((size_t)64 << 20) };
	struct hs_cli_command command = command_head;
	struct test_settings *s = &session.settings;
	const struct hs_cli_option table[] = {
		{ "--target", "URL", "base URL of the system to judge", HS_CLI_URL, &s->target },
		{ "--tests", "GLOB", "only tests whose id, script, suite or SET#REQUIREMENT matches",
			HS_CLI_LIST, &s->tests },
		{ "--var", "NAME=VALUE", "value of a script's variable", HS_CLI_LIST, &s->variables },
		{ "--destination", "N=URL", "further systems that a script talks to, by its number (2, 3...)",
			HS_CLI_LIST, &s->destinations },
		HS_CLI_SUITES(&s->suites),
		{ "--dry-run", NULL, "list the tests and end", HS_CLI_FLAG, &s->dry_run },
		{ "--seed", "N", "order of an earlier run", HS_CLI_TEXT, &s->seed },
		{ "--in-order", NULL, "no random order", HS_CLI_FLAG, &s->in_order },
		{ "--parallel", "N", "scripts at once (default: 8)", HS_CLI_NUMBER, &s->parallel },
		{ "--fail-fast", NULL, "start nothing more after the first failure", HS_CLI_FLAG,
			&s->fail_fast },
		{ "--strict", NULL, "requirements of level SHOULD and MAY must hold too", HS_CLI_FLAG,
			&s->strict },
		{ "--undeclared", NULL, "test what the CapabilityStatement does not declare too", HS_CLI_FLAG,
			&s->undeclared },
		{ "--fhir", "VERSION", "what the target is: r4 or r5 (default: as it says)", HS_CLI_TEXT,
			&s->said_fhir },
		{ "--r4", NULL, "short for --fhir r4", HS_CLI_FLAG, &s->r4 },
		{ "--r5", NULL, "short for --fhir r5", HS_CLI_FLAG, &s->r5 },
		{ "--package", "NAME#VERSION", "profiles of this package too, for validateProfileId",
			HS_CLI_LIST, &s->packages },
		{ "--def", "FILE", "profiles of this file or folder too", HS_CLI_LIST, &s->definitions },
		{ "--timeout", "SECONDS", "most that one request may take (default: 30)", HS_CLI_NUMBER,
			&s->timeout },
		{ "--ca", "FILE", "trust these certificate authorities too", HS_CLI_TEXT, &s->ca },
		{ "--cert", "FILE", "client certificate", HS_CLI_TEXT, &s->cert },
		{ "--key", "FILE", "its key", HS_CLI_TEXT, &s->key },
		{ "--insecure", NULL, "accept any server certificate", HS_CLI_FLAG, &s->insecure },
		{ "--proxy", "URL", "HTTP proxy; empty: none", HS_CLI_TEXT, &s->proxy },
		{ "--bearer", "TOKEN", "access token; @FILE reads it from a file", HS_CLI_TEXT, &s->bearer },
		{ "--header", "NAME: VALUE", "send this with every request", HS_CLI_LIST, &s->headers },
		{ "--expect", "FILE", "failures that are known", HS_CLI_TEXT, &s->expect },
		{ "--rerun-failed", "FILE", "only the tests that did not pass in this JSON report",
			HS_CLI_TEXT, &s->rerun },
		{ "--report", "FORMAT=FILE", "write a report", HS_CLI_LIST, &s->report_list },
		{ "--html", "FILE", "short for --report html=FILE", HS_CLI_TEXT, &s->html },
		{ "--junit", "FILE", "short for --report junit=FILE", HS_CLI_TEXT, &s->junit },
		{ "--json", NULL, "short for --report json=-", HS_CLI_FLAG, &s->json },
		{ "--quiet", NULL, "only the summary", HS_CLI_FLAG, &s->quiet },
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
