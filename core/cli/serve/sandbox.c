/* SPDX-License-Identifier: Apache-2.0 */
/* handslag sandbox: lists, makes, resets and deletes sandboxes of a running server, and sets their clocks. */
#include <core/cli/serve/operator.h>

#include <stdio.h>

static struct hs_cli_operator at;
static bool json;
static const char *freeze, *validation;
static int64_t rate, versions;

static const struct hs_cli_option options[] = {
	{ "--target", "URL", "the server (default: the one that uses --data)", HS_CLI_URL, &at.target },
	{ "--data", "DIR", "its data directory, for the operator's token (default: handslag-data)",
		HS_CLI_TEXT, &at.data },
	HS_CLI_OPERATOR_TOKEN(&at.token),
	{ "--rate", "N", "create: requests a second that it takes (0: no limit)", HS_CLI_NUMBER, &rate },
	{ "--versions", "N", "create: versions that it stores (0: no limit)", HS_CLI_NUMBER, &versions },
	{ "--validation", "LEVEL",
		"create: how what is stored is checked: structure, profiles or off (default: structure)",
		HS_CLI_TEXT, &validation },
	{ "--at", "INSTANT", "freeze: the moment, like 2026-11-21T08:00:00Z", HS_CLI_TEXT, &freeze },
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "sandbox",
	.arguments = "list | create|reset|delete|thaw NAME... | freeze NAME... --at INSTANT",
	.summary = "Lists, makes, resets and deletes the sandboxes of a running server.",
	.example = "  handslag sandbox create acme --validation profiles\n  handslag sandbox reset default",
	.options = options,
	.least = 1,
	.most = -1,
};

static void print_one(const struct hs_json *item)
{
	const struct hs_json *base = hs_json_get(item, HS_S("base"));
	struct hs_slice sequence = hs_json_text(hs_json_get(item, HS_S("sequence")));

	printf("%-20.*s %-8.*s %10.*s  %.*s\n", HS_S_ARG(hs_json_get_text(item, HS_S("name"))),
		HS_S_ARG(hs_json_get_text(item, HS_S("phase"))), HS_S_ARG(sequence),
		HS_S_ARG(hs_json_get_text(base, HS_S("r4"))));
}

static void show(const struct hs_json *answer, const char *verb, const char *name)
{
	if (json && answer)
		hs_cli_print(answer);
	else if (json)
		printf("{\"%s\": \"%s\"}\n", verb, name);
	else if (answer && hs_json_get(answer, HS_S("base")))
		print_one(answer);
	else
		printf("%s: %s\n", name, verb);
}

static enum hs_status list(struct hs_arena *arena, struct hs_error *err)
{
	struct hs_json *out = NULL;
	enum hs_status status = hs_cli_operate(arena, &at, "GET", HS_S("sandboxes"), HS_S_NONE, &out, err);

	if (status)
		return status;
	if (json) {
		hs_cli_print(out);
		return HS_OK;
	}
	printf("%-20s %-8s %10s  %s\n", "NAME", "PHASE", "SEQUENCE", "BASE");
	HS_JSON_EACH(item, hs_json_get(out, HS_S("sandboxes")))
		print_one(item);
	return HS_OK;
}

static const struct verb {
	struct hs_cli_verb verb;
	const char *method, *part, *past; /* NULL: nothing is sent for each sandbox */
} verbs[] = {
	{ { "list", true, false }, NULL, NULL, NULL },
	{ { "create", false, true }, "POST", "", "created" },
	{ { "reset", false, true }, "POST", "/reset", "reset" },
	{ { "delete", false, true }, "DELETE", "", "deleted" },
	{ { "freeze", false, true }, "PUT", "/clock", "frozen" },
	{ { "thaw", false, true }, "PUT", "/clock", "running" },
	{ { NULL, false, false }, NULL, NULL, NULL },
};

/* What the new sandbox is to be like; only what was said. */
static struct hs_slice wish(struct hs_arena *arena, const char *name)
{
	struct hs_json *body = hs_json_object(arena), *limits = hs_json_object(arena);
	struct hs_buf text;

	hs_json_add_text(arena, body, HS_S("name"), hs_slice_cstr(name));
	hs_json_add(body, HS_S("limits"), limits);
	hs_json_add(limits, HS_S("requestsPerSecond"), hs_json_int(arena, rate));
	hs_json_add(limits, HS_S("versions"), hs_json_int(arena, versions));
	if (validation)
		hs_json_add_text(arena, limits, HS_S("validation"), hs_slice_cstr(validation));
	hs_buf_init(&text, arena, 1 << 20);
	hs_json_write(&text, body, 0);
	return hs_buf_slice(&text);
}

static enum hs_status apply(struct hs_arena *arena, const struct verb *verb, const char *name,
	struct hs_error *err)
{
	bool create = strcmp(verb->verb.name, "create") == 0;
	struct hs_json *out = NULL;
	struct hs_slice body = HS_S_NONE;
	struct hs_slice path = create ? HS_S("sandboxes") :
					hs_arena_printf(arena, "sandboxes/%s%s", name, verb->part);

	if (create)
		body = wish(arena, name);
	else if (strcmp(verb->verb.name, "freeze") == 0 && !freeze)
		return hs_fail(err, HS_E_REQUIRED, "freeze needs --at INSTANT");
	else if (strcmp(verb->verb.name, "freeze") == 0)
		body = hs_arena_printf(arena, "{\"frozen\":\"%s\"}", freeze);
	else if (strcmp(verb->verb.name, "thaw") == 0)
		body = HS_S("{\"offsetMs\":0}");
	enum hs_status status = hs_cli_operate(arena, &at, verb->method, path, body, &out, err);
	if (status == HS_OK)
		show(out, verb->past, name);
	return status;
}

int hs_cli_sandbox(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	const struct verb *verb = hs_cli_find_verb(&command, "NAME", verbs, sizeof(*verbs), argv[0],
		count - 1);
	if (!verb)
		return HS_EXIT_USAGE;
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = verb->past ? HS_OK : list(arena, &err);
	for (int i = 1; i < count && status == HS_OK; i++)
		status = apply(arena, verb, argv[i], &err);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
