/* SPDX-License-Identifier: Apache-2.0 */
/* handslag serve: hosts the services until SIGTERM or SIGINT. */
#include <core/base/log.h>
#include <core/cli/cli.h>

#include <stdio.h>

static struct hs_cli_host_options host_options;
static const char *listen_at;
static bool json;

static const struct hs_cli_option options[] = {
	{ "--listen", "ADDRESS:PORT", "where to listen (default: 127.0.0.1:8080); port 0 takes a free one",
		HS_CLI_TEXT, &listen_at },
	{ "--data", "DIR", "directory of all that is kept (default: handslag-data)", HS_CLI_TEXT,
		&host_options.data },
	HS_CLI_CONFIG(&host_options.config),
	HS_CLI_SET(&host_options.set),
	{ "--json", NULL, "the ready line as JSON", HS_CLI_FLAG, &json },
	HS_CLI_END,
};

static struct hs_cli_command command = {
	.name = "serve",
	.arguments = "[--listen ADDRESS:PORT] [--data DIR] [--config FILE]",
	.summary = "Hosts the services: FHIR at /fhir/r4 and /fhir/r5, sandboxes below /sandbox/NAME.",
	.example = "  handslag serve --listen 127.0.0.1:8080 --data ./data\n"
		   "  handslag serve --set tls.certificate=server.pem --set tls.key=server.key",
	.options = options,
	.least = 0,
	.most = 0,
};

/* The keys of the configuration, from their own table. */
static const char *keys_help(struct hs_arena *arena)
{
	struct hs_host_config_key key;
	struct hs_buf out;

	hs_buf_init(&out, arena, 65536);
	hs_buf_cstr(&out,
		"Keys of the configuration (a.b is {\"a\": {\"b\": ...}} in the file), with defaults:");
	for (size_t i = 0; hs_host_config_key(i, &key); i++)
		hs_buf_printf(&out, "\n  %-28s%s%s(%s)", key.name, key.help, key.help[0] ? " " : "",
			key.initial[0] ? key.initial : "empty");
	hs_buf_cstr(&out,
		"\n  packages                    list of NAME#VERSION or files, beside those that were added"
		"\n  services.NAME.enabled       false leaves a service out"
		"\n  services.NAME.file          a service from a shared object"
		"\n  services.NAME.SETTING       a setting of the service");
	hs_buf_byte(&out, '\0');
	return out.ptr;
}

static void say_ready(struct hs_arena *arena, const struct hs_host *host)
{
	struct hs_json *out = hs_json_object(arena);

	hs_json_add_text(arena, out, HS_S("event"), HS_S("ready"));
	hs_json_add_text(arena, out, HS_S("url"), hs_slice_cstr(hs_host_url(host)));
	hs_json_add_text(arena, out, HS_S("data"), hs_slice_cstr(hs_host_data_dir(host)));
	if (json)
		hs_cli_print_line(out);
	else
		printf("handslag " HS_VERSION " is ready at %s (FHIR at /fhir/r4 and /fhir/r5; data in %s)\n",
			hs_host_url(host), hs_host_data_dir(host));
	fflush(stdout);
}

static void warn_missing(const struct hs_host *host)
{
	struct hs_error err = { .status = HS_OK };

	if (hs_host_edition(host, HS_FHIR_R4, &err))
		hs_log_text(HS_LOG_WARN, "definitions", "%s", err.text);
	if (hs_host_edition(host, HS_FHIR_R5, &err))
		hs_log_text(HS_LOG_WARN, "definitions", "%s", err.text);
}

int hs_cli_serve(int argc, char **argv)
{
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	struct hs_error err = { .status = HS_OK };
	struct hs_host_config config;
	struct hs_host *host = NULL;
	int count = 0, code = 0;

	command.more = keys_help(arena);
	code = hs_cli_parse(&command, argc, argv, &count);
	if (code >= 0) {
		hs_arena_free(arena);
		return code;
	}
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, &err);
	if (status == HS_OK && listen_at)
		status = hs_host_config_set(&config, "listen", listen_at, &err);
	if (status == HS_OK)
		status = hs_host_open(&config, hs_services_builtin, &host, &err);
	if (status == HS_OK)
		status = hs_host_listen(host, &err);
	if (status == HS_OK)
		status = hs_host_on_signals(host, &err);
	if (status == HS_OK) {
		warn_missing(host);
		say_ready(arena, host);
		hs_host_run(host);
	}
	hs_host_close(host);
	if (status == HS_OK)
		hs_log_text(HS_LOG_INFO, "stopped", "all that was acknowledged is on disk");
	if (status == HS_E_NETWORK) /* an address that is not ours to listen on */
		err.status = HS_E_VALUE;
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
