/* SPDX-License-Identifier: Apache-2.0 */
/* handslag suites: what can be tested, how much of the specifications that covers, and what is wrong in
 * scripts. */
#include <core/cli/judge/suites_private.h>

#include <stdio.h>

static const struct hs_cli_command command_head = {
	.name = "suites",
	.arguments = "[SUITE|FILE|FOLDER...]",
	.summary = "Lists suites, tests, requirements and their coverage; checks scripts.",
	.example = "  handslag suites\n  handslag suites rest --tests\n  handslag suites --coverage\n"
		   "  handslag suites --lint my-scripts/",
	.failed = "a script has an error (--lint)",
	.least = 0,
	.most = -1,
};

static void add_count(const struct suites_settings *settings, struct hs_json *to, struct hs_slice name,
	size_t count)
{
	hs_json_add(to, name, hs_json_int(settings->arena, (int64_t)count));
}

/* ---- the list ---- */

static void list_suites(const struct suites_settings *settings)
{
	size_t count = 0;
	const struct hs_library_suite *suites = hs_library_suites(settings->library, &count);
	size_t scripts = 0, tests = 0, asserts = 0;

	for (size_t i = 0; i < count; i++) {
		printf("%-16.*s %3zu scripts %4zu tests %4zu assertions\n", HS_S_ARG(suites[i].name),
			suites[i].scripts, suites[i].tests, suites[i].asserts);
		scripts += suites[i].scripts;
		tests += suites[i].tests;
		asserts += suites[i].asserts;
	}
	printf("%zu suites, %zu scripts, %zu tests, %zu assertions, %zu requirements\n", count, scripts,
		tests, asserts, hs_requirements_count(hs_library_requirements(settings->library)));
}

static void list_suites_json(const struct suites_settings *settings)
{
	size_t count = 0;
	const struct hs_library_suite *suites = hs_library_suites(settings->library, &count);
	struct hs_json *root = hs_json_object(settings->arena);
	struct hs_json *list = hs_json_add_array(settings->arena, root, HS_S("suites"));

	for (size_t i = 0; i < count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(settings->arena));
		hs_json_add_text(settings->arena, item, HS_S("name"), suites[i].name);
		add_count(settings, item, HS_S("scripts"), suites[i].scripts);
		add_count(settings, item, HS_S("tests"), suites[i].tests);
		add_count(settings, item, HS_S("assertions"), suites[i].asserts);
	}
	hs_cli_print(root);
}

/* ---- tests ---- */

static void print_asserts(const struct suites_settings *settings, const struct hs_script_test *test)
{
	const struct hs_requirements *requirements = hs_library_requirements(settings->library);

	for (size_t i = 0; i < test->count; i++) {
		const struct hs_script_action *action = &test->actions[i];
		if (!action->is_assert)
			continue;
		for (size_t k = 0; k < action->u.assertion.requirement_count; k++) {
			const struct hs_script_requirement *name = &action->u.assertion.requirements[k];
			const struct hs_requirement *r = hs_requirements_find(requirements, name->reference,
				name->key);
			printf("    %-28.*s %s %.*s\n", HS_S_ARG(action->id),
				r ? hs_requirement_level_name(r->level) : "unknown:",
				HS_S_ARG(r ? r->id : name->key));
		}
	}
}

static void list_tests(const struct suites_settings *settings)
{
	size_t count = 0;
	const struct hs_script *const *scripts = hs_library_selected(settings->library, &count);

	for (size_t i = 0; i < count; i++) {
		printf("%.*s%s%.*s\n", HS_S_ARG(scripts[i]->id), scripts[i]->title.len ? ": " : "",
			HS_S_ARG(scripts[i]->title));
		for (size_t k = 0; k < scripts[i]->test_count; k++) {
			const struct hs_script_test *test = &scripts[i]->tests[k];
			printf("  %.*s%s%.*s\n", HS_S_ARG(test->id), test->name.len ? ": " : "",
				HS_S_ARG(test->name));
			print_asserts(settings, test);
		}
	}
}

static void add_asserts(const struct suites_settings *settings, struct hs_json *item,
	const struct hs_script_test *test)
{
	struct hs_json *list = hs_json_add_array(settings->arena, item, HS_S("assertions"));

	for (size_t i = 0; i < test->count; i++) {
		const struct hs_script_action *action = &test->actions[i];
		if (!action->is_assert)
			continue;
		struct hs_json *check = hs_json_push(list, hs_json_object(settings->arena));
		hs_json_add_text(settings->arena, check, HS_S("id"), action->id);
		struct hs_json *names = hs_json_add_array(settings->arena, check, HS_S("requirements"));
		for (size_t k = 0; k < action->u.assertion.requirement_count; k++) {
			const struct hs_script_requirement *name = &action->u.assertion.requirements[k];
			const struct hs_requirement *r =
				hs_requirements_find(hs_library_requirements(settings->library),
					name->reference, name->key);
			hs_json_push(names, hs_json_string(settings->arena, r ? r->id : name->key));
		}
	}
}

static void list_tests_json(const struct suites_settings *settings)
{
	size_t count = 0;
	const struct hs_script *const *scripts = hs_library_selected(settings->library, &count);
	struct hs_json *root = hs_json_object(settings->arena);
	struct hs_json *list = hs_json_add_array(settings->arena, root, HS_S("scripts"));

	for (size_t i = 0; i < count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(settings->arena));
		hs_json_add_text(settings->arena, item, HS_S("id"), scripts[i]->id);
		hs_json_add_text(settings->arena, item, HS_S("title"), scripts[i]->title);
		struct hs_json *tests = hs_json_add_array(settings->arena, item, HS_S("tests"));
		for (size_t k = 0; k < scripts[i]->test_count; k++) {
			const struct hs_script_test *test = &scripts[i]->tests[k];
			struct hs_json *one = hs_json_push(tests, hs_json_object(settings->arena));
			hs_json_add_text(settings->arena, one, HS_S("id"), test->id);
			hs_json_add_text(settings->arena, one, HS_S("name"), test->name);
			add_asserts(settings, one, test);
		}
	}
	hs_cli_print(root);
}

/* ---- lint ---- */

static const char *severity_name(const struct hs_issue *issue)
{
	static const char *const names[] = { "error", "error", "warning", "note" };

	return names[issue->severity];
}

/* FILE:LINE: SEVERITY: PLACE: TEXT, as compilers tell it; a fault of the file as a whole has no line. */
static void print_finding(const struct hs_script *script, const struct hs_issue *issue)
{
	printf("%.*s:", HS_S_ARG(script->file));
	if (issue->line)
		printf("%u:", issue->line);
	printf(" %s: ", severity_name(issue));
	if (issue->path.len)
		printf("%.*s: ", HS_S_ARG(issue->path));
	printf("%.*s\n", HS_S_ARG(issue->text));
}

static void add_finding(const struct suites_settings *settings, struct hs_json *list,
	const struct hs_script *script, const struct hs_issue *issue)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(settings->arena));

	hs_json_add_text(settings->arena, item, HS_S("file"), script->file);
	if (issue->line)
		add_count(settings, item, HS_S("line"), issue->line);
	hs_json_add_text(settings->arena, item, HS_S("severity"), hs_slice_cstr(severity_name(issue)));
	hs_json_add_text(settings->arena, item, HS_S("path"), issue->path);
	hs_json_add_text(settings->arena, item, HS_S("text"), issue->text);
}

static int lint(const struct suites_settings *settings)
{
	size_t count = 0, errors = 0;
	const struct hs_script *const *scripts = hs_library_selected(settings->library, &count);
	struct hs_json *root = hs_json_object(settings->arena);
	struct hs_json *findings = hs_json_add_array(settings->arena, root, HS_S("findings"));

	for (size_t i = 0; i < count; i++) {
		struct hs_issues issues = { .arena = settings->arena };
		hs_script_lint(scripts[i], hs_library_text(settings->library, scripts[i]), &issues);
		for (const struct hs_issue *issue = issues.first; issue; issue = issue->next) {
			if (settings->json)
				add_finding(settings, findings, scripts[i], issue);
			else
				print_finding(scripts[i], issue);
		}
		errors += issues.errors;
	}
	add_count(settings, root, HS_S("scripts"), count);
	add_count(settings, root, HS_S("errors"), errors);
	if (settings->json)
		hs_cli_print(root);
	else
		printf("%zu scripts, %zu errors\n", count, errors);
	return errors ? HS_EXIT_FAILED : HS_EXIT_OK;
}

static int run(struct suites_settings *settings, const struct hs_cli_command *command, int count,
	char **arguments)
{
	struct hs_error err = { 0 };
	enum hs_status status = hs_library_open(settings->suites, &settings->library, &err);

	if (!status)
		status = hs_library_select_all(settings->library, arguments, (size_t)count, &err);
	if (status)
		return hs_cli_fail_error(command, &err);
	if (settings->lint)
		return lint(settings);
	if (settings->coverage)
		return hs_cli_suites_coverage(settings, count > 0);
	if ((settings->tests || count) && settings->json)
		list_tests_json(settings);
	else if (settings->tests || count)
		list_tests(settings);
	else if (settings->json)
		list_suites_json(settings);
	else
		list_suites(settings);
	return HS_EXIT_OK;
}

int hs_cli_suites(int argc, char **argv)
{
	struct suites_settings settings = { .arena = hs_arena_new((size_t)256 << 20) };
	struct hs_cli_command command = command_head;
	const struct hs_cli_option table[] = {
		{ "--tests", NULL, "the tests and the requirements of their assertions", HS_CLI_FLAG,
			&settings.tests },
		{ "--coverage", NULL, "which requirements are tested, waived and open", HS_CLI_FLAG,
			&settings.coverage },
		{ "--lint", NULL, "what is wrong in the scripts", HS_CLI_FLAG, &settings.lint },
		HS_CLI_SUITES(&settings.suites),
		HS_CLI_JSON(&settings.json),
		HS_CLI_END,
	};
	int count = 0;

	command.options = table;
	int code = hs_cli_parse(&command, argc, argv, &count);
	if (code < 0)
		code = run(&settings, &command, count, argv);
	hs_library_close(settings.library);
	hs_arena_free(settings.arena);
	return code;
}
