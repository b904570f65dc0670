/* SPDX-License-Identifier: Apache-2.0 */
/* handslag backup: a copy of one moment of a sandbox's store, while it is in use or not. */
#include <core/cli/files.h>
#include <core/cli/serve/operator.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static struct hs_cli_operator at;
static const char *sandbox = "default", *to;
static bool json;

static const struct hs_cli_option options[] = {
	HS_CLI_SANDBOX(&sandbox),
	{ "--to", "FILE", "the copy; without a running server", HS_CLI_TEXT, &to },
	HS_CLI_DATA(&host_options.data),
	{ "--target", "URL", "ask this running server; it writes into backups/ of its data directory",
		HS_CLI_URL, &at.target },
	HS_CLI_OPERATOR_TOKEN(&at.token),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "backup",
	.arguments = "--to FILE | --target URL",
	.summary = "Copies one moment of a sandbox's store into a new file.",
	.example = "  handslag backup --to friday.db\n  handslag backup --target http://127.0.0.1:8080 "
		   "--sandbox acme",
	.options = options,
	.more = "Never copy store.db by hand while a server runs: parts of it are in its write-ahead log.",
	.least = 0,
	.most = 0,
};

static void show(struct hs_arena *arena, const char *file)
{
	struct hs_json *out = hs_json_object(arena);

	if (!json) {
		printf("sandbox %s is copied to %s\n", sandbox, file);
		return;
	}
	hs_json_add_text(arena, out, HS_S("sandbox"), hs_slice_cstr(sandbox));
	hs_json_add_text(arena, out, HS_S("file"), hs_slice_cstr(file));
	hs_cli_print_line(out);
}

static enum hs_status remote(struct hs_arena *arena, struct hs_error *err)
{
	struct hs_json *out = NULL;

	at.data = host_options.data;
	enum hs_status status = hs_cli_operate(arena, &at, "POST",
		hs_arena_printf(arena, "sandboxes/%s/backup", sandbox), HS_S_NONE, &out, err);
	if (status == HS_OK)
		show(arena, hs_arena_cstr(arena, hs_json_get_text(out, HS_S("file"))));
	return status;
}

static enum hs_status local(struct hs_arena *arena, struct hs_error *err)
{
	static const struct hs_service *const none[] = { NULL };
	struct hs_host_config config;
	struct hs_host *host = NULL;
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, err);

	if (status == HS_OK && !to)
		status = hs_fail(err, HS_E_REQUIRED, "give --to FILE, or --target URL for a running server");
	if (status == HS_OK)
		status = hs_cli_check_output("the copy", to, err);
	config.bare = config.data_exists = true;
	if (status == HS_OK)
		status = hs_host_open(&config, none, &host, err);
	if (status == HS_OK)
		status = hs_host_backup(host, sandbox, to, err);
	hs_host_close(host);
	if (status == HS_OK)
		show(arena, to);
	return status;
}

int hs_cli_backup(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = at.target ? remote(arena, &err) : local(arena, &err);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
