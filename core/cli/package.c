/* SPDX-License-Identifier: Apache-2.0 */
/* handslag package: the FHIR packages that a data directory serves. */
#include <core/cli/cli.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static bool json;

static const struct hs_cli_option options[] = {
	{ "--data", "DIR", "data directory (handslag-data)", HS_CLI_TEXT, &host_options.data },
	{ "--config", "FILE", "configuration, JSON", HS_CLI_TEXT, &host_options.config },
	{ "--set", "KEY=VALUE", "a key of the configuration; may be repeated", HS_CLI_LIST,
		&host_options.set },
	{ "--json", NULL, "output as JSON", HS_CLI_FLAG, &json },
	{ NULL, NULL, NULL, HS_CLI_FLAG, NULL },
};

static const struct hs_cli_command command = {
	.name = "package",
	.arguments = "list | add NAME#VERSION|FILE.tgz...",
	.summary = "Lists or adds the FHIR packages that are served from a data directory.",
	.example = "  handslag package add hl7.terminology.r4#7.0.1\n  handslag package list --json",
	.options = options,
	.more = "NAME#VERSION is looked up in the package cache ($HS_PACKAGES or ~/.fhir/packages).\n"
		"A server that is running takes packages up when it is started again.",
	.least = 1,
	.most = -1,
};

static enum hs_status list(const struct hs_host_config *config, struct hs_arena *arena, struct hs_error *err)
{
	struct hs_package_list packages;
	enum hs_status status = hs_packages_read(arena, config->data_dir, &packages, err);

	if (status)
		return status;
	struct hs_json *out = hs_json_array(arena);
	for (size_t i = 0; i < packages.count; i++) {
		if (json)
			hs_json_push(out, hs_json_string(arena, hs_slice_cstr(packages.items[i])));
		else
			printf("%s\n", packages.items[i]);
	}
	if (json)
		hs_cli_print(out);
	else if (!packages.count)
		fprintf(stderr, "No packages are added to %s.\n", config->data_dir);
	return HS_OK;
}

static enum hs_status add(const struct hs_host_config *config, struct hs_arena *arena, char **what, int count,
	struct hs_error *err)
{
	struct hs_json *out = hs_json_array(arena);
	enum hs_status status = HS_OK;

	for (int i = 0; i < count && status == HS_OK; i++) {
		const char *name = NULL;
		bool fresh = false;
		status = hs_packages_add(arena, config, what[i], &name, &fresh, err);
		if (status)
			break;
		struct hs_json *item = hs_json_push(out, hs_json_object(arena));
		hs_json_add_text(arena, item, HS_S("package"), hs_slice_cstr(name));
		hs_json_add(item, HS_S("added"), hs_json_bool(arena, fresh));
		if (!json)
			printf("%s %s\n", name, fresh ? "added" : "was there already");
	}
	if (json && status == HS_OK)
		hs_cli_print(out);
	return status;
}

int hs_cli_package(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_arena *arena = NULL;
	struct hs_host_config config;
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, &err);
	if (status == HS_OK && strcmp(argv[0], "list") == 0 && count == 1)
		status = list(&config, arena, &err);
	else if (status == HS_OK && strcmp(argv[0], "add") == 0 && count > 1)
		status = add(&config, arena, argv + 1, count - 1, &err);
	else if (status == HS_OK)
		status = hs_fail(&err, HS_E_VALUE, "usage: handslag package %s", command.arguments);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
