/* SPDX-License-Identifier: Apache-2.0 */
/* handslag package: the FHIR packages that a data directory serves, and what is in them. */
#include <core/cli/data/package.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static bool json;

static const struct hs_cli_option options[] = {
	HS_CLI_HOST(host_options),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "package",
	.arguments = "list | add PACKAGE... | remove PACKAGE... | show PACKAGE... | check [PACKAGE...]",
	.summary = "Lists, adds, removes, shows or checks FHIR packages of a data directory.",
	.example = "  handslag package add hl7.terminology.r4#7.0.1\n  handslag package show ./my-guide.tgz\n"
		   "  handslag package check --json",
	.options = options,
	.more = "PACKAGE is NAME[#VERSION], looked up in the package cache ($HS_PACKAGES or "
		"~/.fhir/packages), a FILE.tgz\n"
		"or a folder. A VERSION may be open (1.2.x).\n"
		"show tells what it holds and needs; check also reads every resource: is it JSON, has it an "
		"id,\n"
		"is its canonical address the only one of that version, and is all there that it needs? "
		"Without a\n"
		"PACKAGE it checks all that are added.\n"
		"A server that is running takes packages up when it is started again.",
	.failed = "something is wrong or missing",
	.least = 1,
	.most = -1,
};

/* One run of a verb over what stands behind it. */
struct call {
	const struct hs_host_config *config;
	struct hs_arena *arena;
	char **what;
	int count;
	bool check, bad; /* bad: done, and something is wrong */
};

static void tell_there_is_none(const struct call *call)
{
	fprintf(stderr, "No packages are added to %s.\n", call->config->data_dir);
}

static enum hs_status read_added(const struct call *call, struct hs_package_list *out, struct hs_error *err)
{
	enum hs_status status = hs_host_data_check(call->config->data_dir, err);
	return status ? status : hs_packages_read(call->arena, call->config->data_dir, out, err);
}

static enum hs_status list(struct call *call, struct hs_error *err)
{
	struct hs_package_list packages;
	enum hs_status status = read_added(call, &packages, err);

	if (status)
		return status;
	struct hs_json *out = hs_json_array(call->arena);
	for (size_t i = 0; i < packages.count; i++) {
		if (json)
			hs_json_push(out, hs_json_string(call->arena, hs_slice_cstr(packages.items[i])));
		else
			printf("%s\n", packages.items[i]);
	}
	if (json)
		hs_cli_print(out);
	else if (!packages.count)
		tell_there_is_none(call);
	return HS_OK;
}

static enum hs_status add(struct call *call, struct hs_error *err)
{
	struct hs_json *out = hs_json_array(call->arena);

	for (int i = 0; i < call->count; i++) {
		const char *name = NULL;
		bool fresh = false;
		enum hs_status status = hs_packages_add(call->arena, call->config, call->what[i], &name,
			&fresh, err);
		if (status)
			return status;
		struct hs_json *item = hs_json_push(out, hs_json_object(call->arena));
		hs_json_add_text(call->arena, item, HS_S("package"), hs_slice_cstr(name));
		hs_json_add(item, HS_S("added"), hs_json_bool(call->arena, fresh));
		if (!json)
			printf("%s %s\n", name, fresh ? "added" : "was there already");
	}
	if (json)
		hs_cli_print(out);
	return HS_OK;
}

static enum hs_status remove_some(struct call *call, struct hs_error *err)
{
	struct hs_json *out = hs_json_array(call->arena);

	for (int i = 0; i < call->count; i++) {
		enum hs_status status = hs_packages_remove(call->arena, call->config, call->what[i], err);
		if (status)
			return status;
		hs_json_push(out, hs_json_string(call->arena, hs_slice_cstr(call->what[i])));
		if (!json)
			printf("%s removed\n", call->what[i]);
	}
	if (json)
		hs_cli_print(out);
	return HS_OK;
}

/* Those named, or all of the data directory. */
static enum hs_status look(struct call *call, struct hs_error *err)
{
	struct package_look look = { .config = call->config,
		.arena = call->arena,
		.out = json ? hs_json_array(call->arena) : NULL,
		.check = call->check };
	struct hs_package_list all = { NULL, 0 };
	enum hs_status status = call->count ? HS_OK : read_added(call, &all, err);

	for (int i = 0; i < call->count && !status; i++)
		status = hs_cli_package_look(&look, call->what[i], err);
	for (size_t i = 0; i < all.count && !status; i++)
		status = hs_cli_package_look(&look, all.items[i], err);
	if (!status && json)
		hs_cli_print(look.out);
	else if (!status && !call->count && !all.count)
		tell_there_is_none(call);
	call->bad = look.bad;
	return status;
}

static enum hs_status check(struct call *call, struct hs_error *err)
{
	call->check = true;
	return look(call, err);
}

static const struct verb {
	struct hs_cli_verb verb;
	enum hs_status (*run)(struct call *call, struct hs_error *err);
} verbs[] = {
	{ { "list", true, false }, list },
	{ { "add", false, true }, add },
	{ { "remove", false, true }, remove_some },
	{ { "show", false, true }, look },
	{ { "check", true, true }, check },
	{ { NULL, false, false }, NULL },
};

int hs_cli_package(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_host_config config;
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	const struct verb *verb = hs_cli_find_verb(&command, "PACKAGE", verbs, sizeof(*verbs), argv[0],
		count - 1);
	if (!verb)
		return HS_EXIT_USAGE;
	struct call call = { .config = &config,
		.arena = hs_arena_new((size_t)256 << 20),
		.what = argv + 1,
		.count = count - 1 };
	enum hs_status status = hs_cli_configure(&host_options, &config, call.arena, &err);
	if (status == HS_OK)
		status = verb->run(&call, &err);
	code = status ? hs_cli_fail_error(&command, &err) : call.bad ? HS_EXIT_FAILED : HS_EXIT_OK;
	hs_arena_free(call.arena);
	return code;
}
