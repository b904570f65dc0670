/* SPDX-License-Identifier: Apache-2.0 */
/* handslag version: the program, its service ABI, and the libraries it was built with. */
#include <core/cli/cli.h>

#include <stdio.h>

static bool json;

static const struct hs_cli_option options[] = {
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "version",
	.arguments = "[--json]",
	.summary = "Prints the versions of the program, of its service ABI and of the libraries it was built "
		   "with.",
	.example = "  handslag version --json",
	.options = options,
	.least = 0,
	.most = 0,
};

/* From CMake, as pkg-config names them. */
static const struct {
	const char *name, *version;
} libraries[] = {
	{ "libuv", HS_VERSION_UV },
	{ "llhttp", HS_VERSION_LLHTTP },
	{ "openssl", HS_VERSION_OPENSSL },
	{ "sqlite", HS_VERSION_SQLITE },
	{ "curl", HS_VERSION_CURL },
	{ "cjson", HS_VERSION_CJSON },
	{ "zlib", HS_VERSION_ZLIB },
};

int hs_cli_version(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);

	if (code >= 0)
		return code;
	if (json)
		printf("{\"handslag\": \"" HS_VERSION "\", \"released\": \"" HS_RELEASE_DATE
		       "\", \"serviceAbi\": %u",
			HS_SERVICE_ABI);
	else
		printf("handslag " HS_VERSION " (" HS_RELEASE_DATE "), service ABI %u\n", HS_SERVICE_ABI);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		printf(json ? ", \"%s\": \"%s\"" : "  %-8s %s\n", libraries[i].name, libraries[i].version);
	fputs(json ? "}\n" : "", stdout);
	return HS_EXIT_OK;
}
