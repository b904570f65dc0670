/* SPDX-License-Identifier: Apache-2.0 */
/* handslag: finds the subcommand and hands over. */
#include <core/cli/cli.h>

#include <malloc.h>
#include <signal.h>
#include <stdio.h>

struct subcommand {
	const char *name; /* NULL: the heading of those that follow */
	int (*run)(int argc, char **argv);
	const char *summary;
};

/* A heading is what a folder beside this file is about; its commands are there. */
static const struct subcommand subcommands[] = {
	{ NULL, NULL, "A server and its sandboxes" },
	{ "serve", hs_cli_serve, "host the services" },
	{ "sandbox", hs_cli_sandbox, "list, create, reset and delete sandboxes of a server" },
	{ "explain", hs_cli_explain, "say how a search would be carried out" },
	{ "reindex", hs_cli_reindex, "make the search index anew" },
	{ "backup", hs_cli_backup, "copy a sandbox's store while it is in use" },
	{ "restore", hs_cli_restore, "put a copy back" },
	{ NULL, NULL, "Data in and out" },
	{ "load", hs_cli_load, "load resources and packages into a data directory or a server" },
	{ "seed", hs_cli_seed, "make a synthetic Sweden" },
	{ "export", hs_cli_export, "write what a sandbox has stored as NDJSON" },
	{ "package", hs_cli_package, "list, add, remove, show and check FHIR packages" },
	{ NULL, NULL, "Judging servers" },
	{ "test", hs_cli_test, "judge a server by suites" },
	{ "suites", hs_cli_suites, "list the suites and their checks" },
	{ "mutate", hs_cli_mutate, "show which check catches which fault" },
	{ NULL, NULL, "Resources in files" },
	{ "validate", hs_cli_validate, "check resources against the definitions" },
	{ "fhirpath", hs_cli_fhirpath, "evaluate FHIRPath on files" },
	{ "convert", hs_cli_convert, "make resources of FHIR R4 ones of R5, or back" },
	{ NULL, NULL, "Terminology" },
	{ "tx", hs_cli_tx, "ask the terminology: lookup, validate, expand, check a value set" },
	{ "import", hs_cli_import, "import large code systems into a data directory" },
	{ NULL, NULL, "This program" },
	{ "version", hs_cli_version, "versions of the program and its libraries" },
};
#define COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_usage(FILE *to)
{
	fputs("Handslag: shared services between health systems, and the judge of them.\n\n"
	      "Usage:\n  handslag COMMAND [OPTION...]\n\n"
	      "Example:\n  handslag serve\n  handslag test --target "
	      "http://127.0.0.1:8080/fhir/r4\n",
		to);
	for (const struct subcommand *s = subcommands; s < subcommands + COUNT; s++)
		if (s->name)
			fprintf(to, "  %-10s %s\n", s->name, s->summary);
		else
			fprintf(to, "\n%s:\n", s->summary);
	fputs("\nhandslag COMMAND --help tells more of each.\n"
	      "Exit codes:\n  0    fine\n  1    something failed\n  2    usage or configuration\n"
	      "  3    the target does not answer\n  4    a fault of ours\n  5    nothing could be judged\n"
	      "  130  interrupted\n",
		to);
}

static const struct subcommand *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (subcommands[i].name && strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int unknown(const char *name)
{
	static const char *const own[] = { "--help", "--version", NULL };
	const char *names[COUNT + 1] = { NULL };
	size_t count = 0;

	if (name[0] == '-')
		return hs_cli_unknown("", "option", name, own);
	for (size_t i = 0; i < COUNT; i++)
		if (subcommands[i].name)
			names[count++] = subcommands[i].name;
	return hs_cli_unknown("", "command", name, names);
}

/* handslag help, handslag help COMMAND */
static int help(int argc, char **argv)
{
	const struct subcommand *of = argc > 2 ? find(argv[2]) : NULL;
	char flag[] = "--help", *asked[] = { argc > 2 ? argv[2] : NULL, flag, NULL };

	if (argc > 2)
		return of ? of->run(2, asked) : unknown(argv[2]);
	print_usage(stdout);
	return HS_EXIT_OK;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

int main(int argc, char **argv)
{
	/* Few malloc arenas: threads here use arenas of our own, and glibc's cost resident memory. */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_TRIM_THRESHOLD, 512 * 1024);
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return HS_EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(argc, argv);
	if (is_one_of(argv[1], "--help", "-h"))
		return help(1, argv);
	if (is_one_of(argv[1], "--version", "-V"))
		return hs_cli_version(1, argv);
	const struct subcommand *command = find(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown(argv[1]);
}
