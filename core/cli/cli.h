/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one file a subcommand, options from a table, exit codes from one list.
 *
 * Data goes to standard output, talk (progress, errors) to standard error. A subcommand is a function
 * hs_cli_NAME(argc, argv) with argv[0] its own name; main.c has the table of them. What is wrong is told in
 * one manner: "handslag NAME: what, where; what would be right". */
#pragma once

#include <core/host/host.h>

enum hs_exit {
	HS_EXIT_OK = 0,
	HS_EXIT_FAILED = 1,       /* the thing was done and the result is bad: checks failed, input refused */
	HS_EXIT_USAGE = 2,        /* the command line or the configuration is wrong */
	HS_EXIT_UNREACHABLE = 3,  /* the target does not answer */
	HS_EXIT_FAULT = 4,        /* ours: no disk, damaged data, a bug */
	HS_EXIT_INCONCLUSIVE = 5, /* ran, and nothing can be said */
	HS_EXIT_INTERRUPTED = 130,
};

/* ---- subcommands ---- */

int hs_cli_serve(int argc, char **argv);
int hs_cli_load(int argc, char **argv);
int hs_cli_convert(int argc, char **argv);
int hs_cli_export(int argc, char **argv);
int hs_cli_import(int argc, char **argv);
int hs_cli_package(int argc, char **argv);
int hs_cli_sandbox(int argc, char **argv);
int hs_cli_backup(int argc, char **argv);
int hs_cli_explain(int argc, char **argv);
int hs_cli_reindex(int argc, char **argv);
int hs_cli_restore(int argc, char **argv);
int hs_cli_version(int argc, char **argv);
int hs_cli_seed(int argc, char **argv);
int hs_cli_test(int argc, char **argv);
int hs_cli_suites(int argc, char **argv);
int hs_cli_mutate(int argc, char **argv);
int hs_cli_fhirpath(int argc, char **argv);
int hs_cli_validate(int argc, char **argv);
int hs_cli_tx(int argc, char **argv);

/* ---- options ---- */

enum hs_cli_kind {
	HS_CLI_FLAG,   /* bool * */
	HS_CLI_TEXT,   /* const char ** */
	HS_CLI_URL,    /* const char **: where a server is, http or https */
	HS_CLI_NUMBER, /* int64_t *, not negative */
	HS_CLI_LIST,   /* struct hs_cli_list *, may be repeated; the help says so by itself */
};
#define HS_CLI_LIST_MAX 64
struct hs_cli_list {
	const char *items[HS_CLI_LIST_MAX];
	size_t count;
};
struct hs_cli_option {
	const char *name;  /* "--listen"; NULL ends the table */
	const char *value; /* what to call its value in the help; NULL for a flag */
	const char *help;
	enum hs_cli_kind kind;
	void *target;
};
struct hs_cli_command {
	const char *name;
	const char *arguments; /* "[SUITE...] --target URL" */
	const char *summary;   /* one sentence */
	const char *example;   /* one or more lines */
	const struct hs_cli_option *options;
	const char *more;         /* printed after the options; may be NULL */
	const char *failed;       /* what exit code 1 says of this command; NULL: "refused" */
	const char *inconclusive; /* what exit code 5 says; NULL: it has none */
	bool interrupted;         /* SIGINT ends it in order, with 130 */
	int least, most;          /* number of arguments beside options; most < 0: any */
};

/* Options that several subcommands have, worded once. */
#define HS_CLI_ROW(...) \
	{ \
		__VA_ARGS__ \
	}
#define HS_CLI_WORD(name, value, help, text) HS_CLI_ROW(name, value, help, HS_CLI_TEXT, text)
#define HS_CLI_DATA(text) HS_CLI_WORD("--data", "DIR", "data directory (default: handslag-data)", text)
#define HS_CLI_CONFIG(text) HS_CLI_WORD("--config", "FILE", "configuration, JSON", text)
#define HS_CLI_SET(list) HS_CLI_ROW("--set", "KEY=VALUE", "a key of the configuration", HS_CLI_LIST, list)
/* Of a command that opens a data directory: as the server over it has it, packages and all. */
#define HS_CLI_HOST(host) HS_CLI_DATA(&(host).data), HS_CLI_CONFIG(&(host).config), HS_CLI_SET(&(host).set)
#define HS_CLI_SANDBOX(text) HS_CLI_WORD("--sandbox", "NAME", "which sandbox (default: default)", text)
#define HS_CLI_FHIR(text) HS_CLI_WORD("--fhir", "VERSION", "r4 or r5 (default: r4)", text)
#define HS_CLI_RELEASE(text) HS_CLI_WORD("--fhir", "VERSION", "r4, r4b or r5 (default: r4)", text)
#define HS_CLI_OPERATOR_TOKEN(text) \
	HS_CLI_WORD("--token", "TOKEN", "the operator's token; or HANDSLAG_TOKEN", text)
#define HS_CLI_SUITES(text) \
	HS_CLI_WORD("--suites", "FOLDER", "suites and requirements from here, not from the binary", text)
#define HS_CLI_JSON(flag) HS_CLI_ROW("--json", NULL, "output as JSON", HS_CLI_FLAG, flag)
#define HS_CLI_END HS_CLI_ROW(NULL, NULL, NULL, HS_CLI_FLAG, NULL)

/* Reads the command line. Returns -1 to go on, with the plain arguments moved to argv[0..*count); otherwise
 * the exit code (0 after --help, HS_EXIT_USAGE with a message). --name=value and -- are understood. */
int hs_cli_parse(const struct hs_cli_command *command, int argc, char **argv, int *count);
/* Prints "handslag NAME: what" and returns `code`. */
int hs_cli_fail(const struct hs_cli_command *command, enum hs_exit code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Does it have --target URL: may it ask a server? */
bool hs_cli_asks_servers(const struct hs_cli_command *command);
/* The same for an error, with its element and position. */
int hs_cli_fail_error(const struct hs_cli_command *command, const struct hs_error *err);
/* HS_EXIT_USAGE: there is no `kind` (command, verb, option) called `word`, but perhaps one near to it among
 * `names` (ends with NULL), and where to look. `name` is that of the command, "" for the program itself. */
int hs_cli_unknown(const char *name, const char *kind, const char *word, const char *const *names);
/* A verb of a command that works on things, named one by one: `none` if it goes without, `some` if it takes
 * them. */
struct hs_cli_verb {
	const char *name;
	bool none, some;
};
/* The row of a table for the verb `word` and so many things; NULL after a word on what is wrong. Rows of
 * `size` bytes begin with a struct hs_cli_verb, and the last has no name. `thing` is what the help calls one:
 * "PACKAGE". */
const void *hs_cli_find_verb(const struct hs_cli_command *command, const char *thing, const void *rows,
	size_t size, const char *word, int things);
/* The help, from the command's table, on standard output. */
void hs_cli_help(const struct hs_cli_command *command);
/* "r4" or "r5" (or 4.0, 5.0.0, ...) as given with `option`; HS_E_VALUE otherwise. */
enum hs_status hs_cli_fhir(const char *option, const char *said, enum hs_fhir_version *out,
	struct hs_error *err);
/* Prints a tree to standard output, for people; as one line, for programs that read line by line. */
void hs_cli_print(const struct hs_json *tree);
void hs_cli_print_line(const struct hs_json *tree);
/* Is standard error a terminal whose lines may be rewritten? (no CI, no NO_COLOR matter here) */
bool hs_cli_is_terminal(void);

/* ---- what several subcommands share ---- */

extern const struct hs_service *const hs_services_builtin[];

/* The configuration from --config, --data and --set KEY=VALUE. */
struct hs_cli_host_options {
	const char *config, *data;
	struct hs_cli_list set;
};
enum hs_status hs_cli_configure(const struct hs_cli_host_options *options, struct hs_host_config *config,
	struct hs_arena *arena, struct hs_error *err);

/* Opens a data directory that is there and one of its sandboxes, without a server: *place is of *host, which
 * the caller closes whatever comes. HS_E_BUSY: a server has it. Thread: main. */
enum hs_status hs_cli_open(const struct hs_cli_host_options *options, const char *sandbox,
	struct hs_arena *arena, struct hs_host **host, struct hs_sandbox **place, struct hs_error *err);

/* One HTTP exchange with a server, waited for. `token` may be NULL. */
struct hs_cli_answer {
	int status;
	struct hs_slice body; /* in the arena */
};
enum hs_status hs_cli_call(struct hs_arena *arena, const char *method, const char *url, const char *token,
	struct hs_slice body, struct hs_cli_answer *out, struct hs_error *err);
/* details.text or diagnostics of the first issue of an OperationOutcome; or the status alone. */
struct hs_slice hs_cli_reason(struct hs_arena *arena, const struct hs_cli_answer *answer);
/* Time that only goes forward, and how much of it is over since `began_ns`. */
uint64_t hs_cli_now_ns(void);
double hs_cli_seconds_since(uint64_t began_ns);
/* A count with a rate, rewritten in place on a terminal, else a line every few seconds. */
struct hs_cli_progress {
	const char *what;
	uint64_t begun_ns, started_ns, shown_ns; /* the whole, what is counted now, the latest line */
};
void hs_cli_progress_begin(struct hs_cli_progress *progress, const char *what);
/* The next part of the same work: counted anew, but whoever waits is told as often as before. */
void hs_cli_progress_next(struct hs_cli_progress *progress, const char *what);
/* `done` 0: there is nothing to count. */
void hs_cli_progress_show(struct hs_cli_progress *progress, uint64_t done, uint64_t total, bool last);
/* Takes the line on a terminal away, for what is printed next. */
void hs_cli_progress_end(const struct hs_cli_progress *progress);
