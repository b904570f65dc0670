/* SPDX-License-Identifier: Apache-2.0 */
/* handslag explain: how a search would be carried out, by a server or on a data directory. */
#include <core/cli/serve/operator.h>
#include <core/host/host.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static struct hs_cli_operator at;
static const char *sandbox = "default", *fhir = "r4";
static enum hs_fhir_version version; /* from `fhir` */
static bool json;

static const struct hs_cli_option options[] = {
	HS_CLI_SANDBOX(&sandbox),
	HS_CLI_FHIR(&fhir),
	HS_CLI_HOST(host_options),
	{ "--target", "URL", "ask this running server", HS_CLI_URL, &at.target },
	HS_CLI_OPERATOR_TOKEN(&at.token),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "explain",
	.arguments = "SEARCH",
	.summary = "Says how a search would be carried out: its way, what drives it, keys, SQLite's plan.",
	.example = "  handslag explain 'Patient?name=berg&_sort=birthdate' --target http://127.0.0.1:8080",
	.options = options,
	.more = "Without --target the data directory is read; then no server may be running on it.",
	.least = 1,
	.most = 1,
};

static enum hs_status remote(struct hs_arena *arena, const char *search, struct hs_slice *plan,
	struct hs_error *err)
{
	struct hs_json *out = NULL, *body = hs_json_object(arena);
	struct hs_buf text;

	at.data = host_options.data;
	hs_json_add_text(arena, body, HS_S("search"), hs_slice_cstr(search));
	hs_json_add_text(arena, body, HS_S("fhir"), version == HS_FHIR_R5 ? HS_S("r5") : HS_S("r4"));
	hs_buf_init(&text, arena, (size_t)1 << 20);
	hs_json_write(&text, body, 0);
	enum hs_status status = hs_cli_operate(arena, &at, "POST",
		hs_arena_printf(arena, "sandboxes/%s/explain", sandbox), hs_buf_slice(&text), &out, err);
	if (status == HS_OK)
		*plan = hs_json_get_text(out, HS_S("plan"));
	return status;
}

static enum hs_status local(struct hs_arena *arena, const char *search, struct hs_slice *plan,
	struct hs_host **host, struct hs_error *err)
{
	struct hs_sandbox *place = NULL;
	enum hs_status status = hs_cli_open(&host_options, sandbox, arena, host, &place, err);

	return status ? status : hs_sandbox_explain(place, version, arena, hs_slice_cstr(search), plan, err);
}

static void show(struct hs_arena *arena, const char *search, struct hs_slice plan)
{
	struct hs_json *out = hs_json_object(arena);

	if (!json) {
		fwrite(plan.ptr, 1, plan.len, stdout);
		return;
	}
	hs_json_add_text(arena, out, HS_S("search"), hs_slice_cstr(search));
	hs_json_add_text(arena, out, HS_S("plan"), plan);
	hs_cli_print_line(out);
}

int hs_cli_explain(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_error err = { .status = HS_OK };
	struct hs_host *host = NULL;
	struct hs_slice plan = HS_S_NONE;

	if (code >= 0)
		return code;
	if (hs_cli_fhir("--fhir", fhir, &version, &err))
		return hs_cli_fail_error(&command, &err);
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = at.target ? remote(arena, argv[0], &plan, &err) :
					    local(arena, argv[0], &plan, &host, &err);
	if (status == HS_OK)
		show(arena, argv[0], plan);
	hs_host_close(host);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
