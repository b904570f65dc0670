/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed from a subcommand's table: its help, its exit codes, and the nearest to a mistyped word. */
#include <core/base/nearest.h>
#include <core/cli/cli.h>
#include <core/cli/definitions.h>

#include <stdio.h>

#define HELP_COLUMN 28

static void print_option(const char *name, const char *value, const char *help, bool list)
{
	char left[80];
	const char *again = list ? "; may be repeated" : "";

	snprintf(left, sizeof(left), "  %s%s%s", name, value ? " " : "", value ? value : "");
	if (strlen(left) >= HELP_COLUMN)
		printf("%s\n%*s%s%s\n", left, HELP_COLUMN, "", help, again);
	else
		printf("%-*s%s%s\n", HELP_COLUMN, left, help, again);
}

/* The rule is one for all commands; only what 1 means differs. */
static void print_exits(const struct hs_cli_command *command)
{
	printf("\nExit codes:\n  0    fine\n  1    %s\n  2    usage or configuration\n",
		command->failed ? command->failed : "refused");
	if (hs_cli_asks_servers(command))
		puts("  3    the target does not answer");
	puts("  4    a fault of ours");
	if (command->inconclusive)
		printf("  5    %s\n", command->inconclusive);
	if (command->interrupted)
		puts("  130  interrupted");
}

void hs_cli_help(const struct hs_cli_command *command)
{
	printf("%s\n\nUsage:\n  handslag %s%s%s\n", command->summary, command->name,
		command->arguments[0] ? " " : "", command->arguments);
	printf("\nExample:\n%s\n\nOptions:\n", command->example);
	for (const struct hs_cli_option *o = command->options; o && o->name; o++)
		print_option(o->name, o->value, o->help, o->kind == HS_CLI_LIST);
	print_option("--help", NULL, "this text", false);
	if (command->more)
		printf("\n%s\n", command->more);
	print_exits(command);
}

int hs_cli_unknown(const char *name, const char *kind, const char *word, const char *const *names)
{
	const char *near = hs_suggest(word, names), *gap = name[0] ? " " : "";

	fprintf(stderr, "handslag%s%s: there is no %s \"%s\"; ", gap, name, kind, word);
	if (near)
		fprintf(stderr, "did you mean \"%s\"? See handslag%s%s --help\n", near, gap, name);
	else
		fprintf(stderr, "see handslag%s%s --help\n", gap, name);
	return HS_EXIT_USAGE;
}

enum hs_status hs_cli_fhir(const char *option, const char *said, enum hs_fhir_version *out,
	struct hs_error *err)
{
	struct hs_slice release = hs_cli_release(said);
	bool r5 = hs_slice_eq(release, HS_S("5.0.0"));

	if (!r5 && !hs_slice_eq(release, HS_S("4.0.1")))
		return hs_fail(err, HS_E_VALUE, "%s must be r4 or r5, not \"%s\"", option, said);
	*out = r5 ? HS_FHIR_R5 : HS_FHIR_R4;
	return HS_OK;
}
