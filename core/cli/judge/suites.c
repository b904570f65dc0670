/* SPDX-License-Identifier: Apache-2.0 */
/* handslag suites: what can be tested, how much of the specifications that covers, and what is wrong in
 * scripts. */
#include <conformance/engine/library.h>
#include <core/cli/cli.h>

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

struct settings {
	const char *suites;
	bool tests, coverage, lint, json;
	struct hs_arena *arena;
	struct hs_library *library;
};

/* ---- the list ---- */

static void list_suites(const struct settings *settings)
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

static void list_suites_json(const struct settings *settings)
{
	size_t count = 0;
	const struct hs_library_suite *suites = hs_library_suites(settings->library, &count);
	struct hs_json *root = hs_json_object(settings->arena);
	struct hs_json *list = hs_json_add_array(settings->arena, root, HS_S("suites"));

	for (size_t i = 0; i < count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(settings->arena));
		hs_json_add(item, HS_S("name"), hs_json_string(settings->arena, suites[i].name));
		hs_json_add(item, HS_S("scripts"), hs_json_int(settings->arena, (int64_t)suites[i].scripts));
		hs_json_add(item, HS_S("tests"), hs_json_int(settings->arena, (int64_t)suites[i].tests));
		hs_json_add(item, HS_S("assertions"),
			hs_json_int(settings->arena, (int64_t)suites[i].asserts));
	}
	hs_cli_print(root);
}

static void print_asserts(const struct settings *settings, const struct hs_script_test *test)
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

static void list_tests(const struct settings *settings)
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

/* ---- coverage ---- */

/* Counts the check with each requirement that it names; how many of these there are not is the result. */
static size_t mark_named(const struct hs_requirements *requirements, const struct hs_script *script,
	const struct hs_script_cursor *check, uint32_t *checks)
{
	const struct hs_script_assert *a = &check->action->u.assertion;
	size_t unknown = 0;

	for (size_t i = 0; i < a->requirement_count; i++) {
		struct hs_slice reference = a->requirements[i].reference, key = a->requirements[i].key;
		const struct hs_requirement *r = hs_requirements_find(requirements, reference, key);
		if (r) {
			checks[r->index]++;
			continue;
		}
		unknown++;
		fprintf(stderr, "%.*s/%.*s/%.*s: there is no requirement %.*s %.*s\n", HS_S_ARG(script->id),
			HS_S_ARG(check->test->id), HS_S_ARG(check->action->id), HS_S_ARG(reference),
			HS_S_ARG(key));
	}
	return unknown;
}

/* Counts the checks of each requirement; the result is how many are named that there are not. */
static size_t mark_tested(const struct settings *settings, uint32_t *checks)
{
	const struct hs_requirements *requirements = hs_library_requirements(settings->library);
	size_t count = 0, unknown = 0;
	const struct hs_script *const *scripts = hs_library_selected(settings->library, &count);

	for (size_t i = 0; i < count; i++) {
		struct hs_script_cursor check = { NULL, NULL };
		while (hs_script_next_assert(scripts[i], &check))
			unknown += mark_named(requirements, scripts[i], &check, checks);
	}
	return unknown;
}

struct coverage {
	size_t total, tested, waived, open;
};

static void count_one(struct coverage *c, const struct hs_requirement *r, uint32_t checks)
{
	c->total++;
	if (checks)
		c->tested++;
	else if (hs_slice_eq(r->status, HS_S("waived")))
		c->waived++;
	else
		c->open++;
}

static void print_row(const char *name, size_t len, const struct coverage *c)
{
	printf("%-28.*s %4zu in all: %4zu tested, %3zu waived, %3zu open\n", (int)len, name, c->total,
		c->tested, c->waived, c->open);
}

static int print_coverage(const struct settings *settings)
{
	const struct hs_requirements *set = hs_library_requirements(settings->library);
	size_t count = hs_requirements_count(set);
	uint32_t *checks = hs_arena_array(settings->arena, count + 1, sizeof(*checks));
	struct coverage shall = { 0 }, all = { 0 };
	size_t unknown = mark_tested(settings, checks);

	for (size_t i = 0; i < count; i++) {
		const struct hs_requirement *first = hs_requirements_at(set, i);
		struct coverage own = { 0 };
		if (i && hs_slice_eq(hs_requirements_at(set, i - 1)->set, first->set))
			continue;
		for (size_t k = i; k < count && hs_slice_eq(hs_requirements_at(set, k)->set, first->set);
			k++) {
			const struct hs_requirement *r = hs_requirements_at(set, k);
			count_one(&own, r, checks[k]);
			count_one(&all, r, checks[k]);
			if (r->level == HS_LEVEL_SHALL)
				count_one(&shall, r, checks[k]);
		}
		print_row(first->id.ptr, hs_slice_find(first->id, '#', 0), &own);
	}
	print_row("SHALL and SHALL NOT", 19, &shall);
	print_row("all", 3, &all);
	for (size_t i = 0; i < count; i++) {
		const struct hs_requirement *r = hs_requirements_at(set, i);
		if (!checks[i])
			printf("  %s %.*s: %.*s%s%.*s\n",
				r->status.len && r->status.ptr[0] == 'w' ? "waived" : "open  ",
				HS_S_ARG(r->id), HS_S_ARG(r->label.len ? r->label : r->text),
				r->reason.len ? ": " : "", HS_S_ARG(r->reason));
	}
	return unknown ? HS_EXIT_FAILED : HS_EXIT_OK;
}

/* ---- lint ---- */

static int lint(const struct settings *settings)
{
	size_t count = 0, errors = 0;
	const struct hs_script *const *scripts = hs_library_selected(settings->library, &count);

	for (size_t i = 0; i < count; i++) {
		struct hs_issues issues = { .arena = settings->arena };
		hs_script_lint(scripts[i], hs_library_text(settings->library, scripts[i]), &issues);
		for (const struct hs_issue *issue = issues.first; issue; issue = issue->next) {
			static const char *const names[] = { "error", "error", "warning", "note" };
			printf("%.*s:%u: %s: %.*s: %.*s\n", HS_S_ARG(scripts[i]->file), issue->line,
				names[issue->severity], HS_S_ARG(issue->path), HS_S_ARG(issue->text));
		}
		errors += issues.errors;
	}
	printf("%zu scripts, %zu errors\n", count, errors);
	return errors ? HS_EXIT_FAILED : HS_EXIT_OK;
}

static int run(struct settings *settings, const struct hs_cli_command *command, int count, char **arguments)
{
	struct hs_error err = { 0 };
	enum hs_status status = hs_library_open(settings->suites, &settings->library, &err);

	for (int i = 0; i < count && !status; i++)
		status = hs_library_select(settings->library, arguments[i], &err);
	if (!status && count == 0)
		status = hs_library_select(settings->library, NULL, &err);
	if (status)
		return hs_cli_fail_error(command, &err);
	if (settings->lint)
		return lint(settings);
	if (settings->coverage)
		return print_coverage(settings);
	if (settings->tests || count)
		list_tests(settings);
	else if (settings->json)
		list_suites_json(settings);
	else
		list_suites(settings);
	return HS_EXIT_OK;
}

int hs_cli_suites(int argc, char **argv)
{
	struct settings settings = { .arena = hs_arena_new((size_t)256 << 20) };
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
