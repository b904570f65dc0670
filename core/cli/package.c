/* SPDX-License-Identifier: Apache-2.0 */
/* handslag package: the FHIR packages that a data directory serves, and what is in them. */
#include <core/cli/package.h>

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
	.arguments = "list | add PACKAGE... | remove PACKAGE... | show PACKAGE... | check [PACKAGE...]",
	.summary = "Lists, adds, removes, shows or checks FHIR packages of a data directory.",
	.example = "  handslag package add hl7.terminology.r4#7.0.1\n  handslag package show ./my-guide.tgz\n"
		   "  handslag package check --json",
	.options = options,
	.more = "PACKAGE is NAME[#VERSION], looked up in the package cache ($HS_PACKAGES or "
		"~/.fhir/packages), a "
		"FILE.tgz\nor a folder. A VERSION may be open (1.2.x).\n"
		"show tells what it holds and needs; check also reads every resource: is it JSON, has it an "
		"id,\n"
		"is its canonical address the only one of that version, and is all there that it needs? "
		"Without a\n"
		"PACKAGE it checks all that are added. Exit code 1: something is wrong or missing.\n"
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

static enum hs_status remove_some(const struct hs_host_config *config, struct hs_arena *arena, char **what,
	int count, struct hs_error *err)
{
	struct hs_json *out = hs_json_array(arena);

	for (int i = 0; i < count; i++) {
		enum hs_status status = hs_packages_remove(arena, config, what[i], err);
		if (status)
			return status;
		hs_json_push(out, hs_json_string(arena, hs_slice_cstr(what[i])));
		if (!json)
			printf("%s removed\n", what[i]);
	}
	if (json)
		hs_cli_print(out);
	return HS_OK;
}

/* Those named, or all of the data directory. */
static enum hs_status look(const struct hs_host_config *config, struct hs_arena *arena, char **what,
	int count, bool *bad, struct hs_error *err)
{
	struct package_look look = { .config = config,
		.arena = arena,
		.out = json ? hs_json_array(arena) : NULL,
		.check = strcmp(what[0], "check") == 0 };
	struct hs_package_list all = { NULL, 0 };
	enum hs_status status = count == 1 ? hs_packages_read(arena, config->data_dir, &all, err) : HS_OK;

	for (int i = 1; i < count && !status; i++)
		status = hs_cli_package_look(&look, what[i], err);
	for (size_t i = 0; i < all.count && !status; i++)
		status = hs_cli_package_look(&look, all.items[i], err);
	if (!status && json)
		hs_cli_print(look.out);
	else if (!status && count == 1 && !all.count)
		fprintf(stderr, "No packages are added to %s.\n", config->data_dir);
	*bad = look.bad;
	return status;
}

int hs_cli_package(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_arena *arena = NULL;
	struct hs_host_config config;
	struct hs_error err = { .status = HS_OK };
	bool bad = false;

	if (code >= 0)
		return code;
	arena = hs_arena_new((size_t)256 << 20);
	const char *verb = argv[0];
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, &err);
	if (status == HS_OK && strcmp(verb, "list") == 0 && count == 1)
		status = list(&config, arena, &err);
	else if (status == HS_OK && strcmp(verb, "add") == 0 && count > 1)
		status = add(&config, arena, argv + 1, count - 1, &err);
	else if (status == HS_OK && strcmp(verb, "remove") == 0 && count > 1)
		status = remove_some(&config, arena, argv + 1, count - 1, &err);
	else if (status == HS_OK && (strcmp(verb, "check") == 0 || (strcmp(verb, "show") == 0 && count > 1)))
		status = look(&config, arena, argv, count, &bad, &err);
	else if (status == HS_OK)
		status = hs_fail(&err, HS_E_VALUE, "usage: handslag package %s", command.arguments);
	code = status ? hs_cli_fail_error(&command, &err) : bad ? HS_EXIT_FAILED : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
