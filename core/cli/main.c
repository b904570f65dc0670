/* SPDX-License-Identifier: Apache-2.0 */
/* handslag: finds the subcommand and hands over. */
#include <core/base/nearest.h>
#include <core/cli/cli.h>

#include <malloc.h>
#include <signal.h>
#include <stdio.h>

struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct subcommand subcommands[] = {
	{ "serve", hs_cli_serve, "host the services" },
	{ "load", hs_cli_load, "load resources and packages into a data directory or a server" },
	{ "convert", hs_cli_convert, "make resources of FHIR R4 ones of R5, or back" },
	{ "export", hs_cli_export, "write what a sandbox has stored as NDJSON" },
	{ "import", hs_cli_import, "import large code systems into a data directory" },
	{ "seed", hs_cli_seed, "make a synthetic Sweden" },
	{ "test", hs_cli_test, "judge a server by suites" },
	{ "suites", hs_cli_suites, "list the suites and their checks" },
	{ "mutate", hs_cli_mutate, "show which check catches which fault" },
	{ "fhirpath", hs_cli_fhirpath, "evaluate FHIRPath on files" },
	{ "validate", hs_cli_validate, "check resources against the definitions" },
	{ "tx", hs_cli_tx, "ask the terminology: lookup, validate, expand, check a value set" },
	{ "package", hs_cli_package, "list and add FHIR packages" },
	{ "sandbox", hs_cli_sandbox, "list, create, reset and delete sandboxes of a server" },
	{ "explain", hs_cli_explain, "say how a search would be carried out" },
	{ "reindex", hs_cli_reindex, "make the search index anew" },
	{ "backup", hs_cli_backup, "copy a sandbox's store while it is in use" },
	{ "restore", hs_cli_restore, "put a copy back" },
	{ "version", hs_cli_version, "versions of the program and its libraries" },
};
#define COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_usage(FILE *to)
{
	fputs("Handslag: shared services between health systems, and the judge of them.\n\n"
	      "Usage:\n  handslag COMMAND [OPTION...]\n\n"
	      "Example:\n  handslag serve\n  handslag test --target "
	      "http://127.0.0.1:8080/fhir/r4\n\nCommands:\n",
		to);
	for (size_t i = 0; i < COUNT; i++)
		if (subcommands[i].run)
			fprintf(to, "  %-10s %s\n", subcommands[i].name, subcommands[i].summary);
	fputs("\nEach has --help. Exit codes: 0 fine, 1 something failed, 2 usage, 3 target unreachable,\n"
	      "4 our own fault, 5 inconclusive, 130 interrupted.\n",
		to);
}

static int unknown(const char *name)
{
	const char *names[COUNT + 1];
	size_t count = 0;

	for (size_t i = 0; i < COUNT; i++)
		if (subcommands[i].run)
			names[count++] = subcommands[i].name;
	names[count] = NULL;
	const char *near = hs_suggest(name, names);
	fprintf(stderr, "handslag: there is no command \"%s\"%s%s%s (handslag --help lists them)\n", name,
		near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return HS_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	/* Few malloc arenas: threads here allocate from arenas of our own, and glibc's cost resident memory.
	 */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_TRIM_THRESHOLD, 512 * 1024);
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return HS_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return HS_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0)
		return hs_cli_version(1, argv);
	for (size_t i = 0; i < COUNT; i++)
		if (subcommands[i].run && strcmp(subcommands[i].name, argv[1]) == 0)
			return subcommands[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
