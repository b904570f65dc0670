/* SPDX-License-Identifier: Apache-2.0 */
/* handslag restore: puts a copy that backup made back as a sandbox's store. */
#include <core/cli/cli.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static const char *sandbox = "default";
static bool json;

static const struct hs_cli_option options[] = {
	{ "--sandbox", "NAME", "which sandbox, made when there is none (default: default)", HS_CLI_TEXT,
		&sandbox },
	HS_CLI_DATA(&host_options.data),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "restore",
	.arguments = "FILE [--sandbox NAME]",
	.summary = "Puts a backup back as a sandbox's store, after checking it. No server may be running.",
	.example = "  handslag restore friday.db --sandbox default",
	.options = options,
	.more = "What the sandbox has now is lost. A damaged copy, or one of a newer program, is refused "
		"and\n"
		"nothing is changed.",
	.least = 1,
	.most = 1,
};

int hs_cli_restore(int argc, char **argv)
{
	static const struct hs_service *const none[] = { NULL };
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_error err = { .status = HS_OK };
	struct hs_host_config config;
	struct hs_host *host = NULL;

	if (code >= 0)
		return code;
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, &err);
	config.bare = true;
	if (status == HS_OK)
		status = hs_host_open(&config, none, &host, &err);
	if (status == HS_OK)
		status = hs_host_restore(host, sandbox, argv[0], &err);
	hs_host_close(host);
	if (status == HS_OK && json)
		printf("{\"sandbox\": \"%s\", \"restored\": true}\n", sandbox);
	else if (status == HS_OK)
		printf("sandbox %s is restored from %s\n", sandbox, argv[0]);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
