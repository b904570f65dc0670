/* SPDX-License-Identifier: Apache-2.0 */
/* Options of subcommands, read from a table, and the manner in which they fail. */
#include <core/cli/cli.h>

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define OPTIONS_MAX 64
#define VERBS_MAX 16u

int hs_cli_fail(const struct hs_cli_command *command, enum hs_exit code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "handslag %s: ", command->name);
	/* The analyser loses track of va_start here. */
	vfprintf(stderr, format, args); // NOLINT(clang-analyzer-valist.Uninitialized)
	va_end(args);
	fputc('\n', stderr);
	return (int)code;
}

/* The exit code that goes with a status. */
static enum hs_exit exit_of(enum hs_status status)
{
	switch (status) {
	case HS_OK:
		return HS_EXIT_OK;
	case HS_E_NOT_SUPPORTED:
	case HS_E_VALUE:
	case HS_E_REQUIRED:
	case HS_E_NOT_FOUND:
	case HS_E_BUSY:
	case HS_E_FORBIDDEN:
		return HS_EXIT_USAGE;
	case HS_E_NETWORK:
	case HS_E_TIMEOUT:
		return HS_EXIT_UNREACHABLE;
	case HS_E_IO:
	case HS_E_FULL:
	case HS_E_CORRUPT:
	case HS_E_INTERNAL:
		return HS_EXIT_FAULT;
	default:
		return HS_EXIT_FAILED;
	}
}

static const struct hs_cli_option *find(const struct hs_cli_command *command, struct hs_slice name)
{
	for (const struct hs_cli_option *o = command->options; o && o->name; o++)
		if (hs_slice_eq(hs_slice_cstr(o->name), name))
			return o;
	return NULL;
}

bool hs_cli_asks_servers(const struct hs_cli_command *command)
{
	const struct hs_cli_option *target = find(command, HS_S("--target"));

	return target && target->kind == HS_CLI_URL;
}

int hs_cli_fail_error(const struct hs_cli_command *command, const struct hs_error *err)
{
	bool instead = err->status == HS_E_BUSY && hs_cli_asks_servers(command);
	char place[64] = "";

	if (err->line && err->column)
		snprintf(place, sizeof(place), " (line %u, column %u)", err->line, err->column);
	return hs_cli_fail(command, exit_of(err->status), "%s%s%s%s%s", err->path, err->path[0] ? ": " : "",
		err->text, place, instead ? ", or ask the server: --target URL" : "");
}

static void print(const struct hs_json *tree, unsigned flags)
{
	struct hs_buf out;

	hs_buf_init(&out, NULL, (size_t)1 << 30);
	hs_json_write(&out, tree, flags);
	fwrite(out.ptr, 1, out.len, stdout);
	fputc('\n', stdout);
	hs_buf_free(&out);
}

void hs_cli_print(const struct hs_json *tree)
{
	print(tree, HS_JSON_PRETTY);
}

void hs_cli_print_line(const struct hs_json *tree)
{
	print(tree, 0);
}

bool hs_cli_is_terminal(void)
{
	return isatty(STDERR_FILENO) == 1;
}

static int unknown(const struct hs_cli_command *command, const char *argument)
{
	const char *names[OPTIONS_MAX + 1];
	size_t count = 0;

	for (const struct hs_cli_option *o = command->options; o && o->name && count < OPTIONS_MAX - 1; o++)
		names[count++] = o->name;
	names[count++] = "--help";
	names[count] = NULL;
	return hs_cli_unknown(command->name, "option", argument, names);
}

static bool is_url(struct hs_slice text)
{
	return hs_slice_starts(text, HS_S("http://")) || hs_slice_starts(text, HS_S("https://"));
}

static int store(const struct hs_cli_command *command, const struct hs_cli_option *option, const char *value)
{
	uint64_t number = 0;
	struct hs_cli_list *list = option->target;

	switch (option->kind) {
	case HS_CLI_FLAG:
		*(bool *)option->target = true;
		return -1;
	case HS_CLI_URL:
		if (!is_url(hs_slice_cstr(value)))
			return hs_cli_fail(command, HS_EXIT_USAGE,
				"%s must be a URL such as http://127.0.0.1:8080/fhir/r4, not \"%s\"",
				option->name, value);
		*(const char **)option->target = value;
		return -1;
	case HS_CLI_TEXT:
		*(const char **)option->target = value;
		return -1;
	case HS_CLI_NUMBER:
		if (!hs_slice_u64(hs_slice_cstr(value), &number) || number > INT64_MAX)
			return hs_cli_fail(command, HS_EXIT_USAGE, "%s needs a whole number, not \"%s\"",
				option->name, value);
		*(int64_t *)option->target = (int64_t)number;
		return -1;
	case HS_CLI_LIST:
		if (list->count == HS_CLI_LIST_MAX)
			return hs_cli_fail(command, HS_EXIT_USAGE, "%s is given more than %d times",
				option->name, HS_CLI_LIST_MAX);
		list->items[list->count++] = value;
		return -1;
	}
	return -1;
}

/* One option at argv[*at]; its value is after '=' or the next argument. */
static int take(const struct hs_cli_command *command, int argc, char **argv, int *at)
{
	struct hs_slice value = hs_slice_cstr(argv[*at]), name = hs_slice_cut(&value, '=');
	const struct hs_cli_option *option = find(command, name);

	if (!option)
		return unknown(command, argv[*at]);
	if (option->kind == HS_CLI_FLAG) {
		if (value.ptr)
			return hs_cli_fail(command, HS_EXIT_USAGE, "%s takes no value", option->name);
		return store(command, option, NULL);
	}
	if (value.ptr)
		return store(command, option, value.ptr);
	if (*at + 1 >= argc)
		return hs_cli_fail(command, HS_EXIT_USAGE, "%s needs %s; see handslag %s --help",
			option->name, option->value, command->name);
	return store(command, option, argv[++*at]);
}

int hs_cli_parse(const struct hs_cli_command *command, int argc, char **argv, int *count)
{
	int plain = 0, code = -1;
	bool only_plain = false;

	for (int i = 1; i < argc && code < 0; i++) {
		if (!only_plain && strcmp(argv[i], "--") == 0) {
			only_plain = true;
		} else if (!only_plain && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
			hs_cli_help(command);
			return HS_EXIT_OK;
		} else if (!only_plain && argv[i][0] == '-' && argv[i][1]) {
			code = take(command, argc, argv, &i);
		} else {
			argv[plain++] = argv[i];
		}
	}
	if (code >= 0)
		return code;
	if (command->most >= 0 && plain > command->most)
		return hs_cli_fail(command, HS_EXIT_USAGE,
			"there is no place for \"%s\"; usage: handslag %s %s", argv[command->most],
			command->name, command->arguments);
	if (plain < command->least)
		return hs_cli_fail(command, HS_EXIT_USAGE,
			"something is missing; usage: handslag %s %s; see handslag %s --help", command->name,
			command->arguments, command->name);
	*count = plain;
	return -1;
}

const void *hs_cli_find_verb(const struct hs_cli_command *command, const char *thing, const void *rows,
	size_t size, const char *word, int things)
{
	const char *names[VERBS_MAX + 1] = { NULL };

	for (size_t i = 0; i < VERBS_MAX; i++) {
		const struct hs_cli_verb *verb = (const void *)((const char *)rows + i * size);
		if (!verb->name)
			break;
		names[i] = verb->name;
		if (strcmp(word, verb->name) != 0)
			continue;
		if (things ? verb->some : verb->none)
			return verb;
		hs_cli_fail(command, HS_EXIT_USAGE, "%s takes %s %s; see handslag %s --help", word,
			verb->some ? "at least one" : "no", thing, command->name);
		return NULL;
	}
	hs_cli_unknown(command->name, "verb", word, names);
	return NULL;
}
