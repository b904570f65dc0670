/* SPDX-License-Identifier: Apache-2.0 */
/* From --config, --data and --set to a configuration of the host, and to one that is open. */
#include <core/base/log.h>
#include <core/cli/cli.h>

#include <unistd.h>

static enum hs_status set_one(struct hs_host_config *config, const char *setting, struct hs_error *err)
{
	struct hs_slice value = hs_slice_cstr(setting), name = hs_slice_cut(&value, '=');

	if (!value.ptr)
		return hs_fail(err, HS_E_VALUE, "--set needs KEY=VALUE, not \"%s\"", setting);
	const char *key = hs_arena_cstr(config->arena, name);
	return key ? hs_host_config_set(config, key, value.ptr, err) :
		     hs_fail(err, HS_E_LIMIT, "--set is too long");
}

static enum hs_status set_log(const struct hs_host_config *config, struct hs_error *err)
{
	static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

	for (unsigned i = 0; levels[i]; i++)
		if (strcmp(levels[i], config->log_level) == 0) {
			hs_log_configure((enum hs_log_level)i, isatty(STDERR_FILENO) != 1, STDERR_FILENO);
			return HS_OK;
		}
	return hs_fail(err, HS_E_VALUE, "logLevel must be debug, info, warn or error, not \"%s\"",
		config->log_level);
}

enum hs_status hs_cli_configure(const struct hs_cli_host_options *options, struct hs_host_config *config,
	struct hs_arena *arena, struct hs_error *err)
{
	enum hs_status status = hs_host_config_init(config, arena, err);

	if (status == HS_OK && options->config)
		status = hs_host_config_read(config, options->config, err);
	for (size_t i = 0; i < options->set.count && status == HS_OK; i++)
		status = set_one(config, options->set.items[i], err);
	if (status == HS_OK && options->data)
		status = hs_host_config_set(config, "data", options->data, err);
	return status ? status : set_log(config, err);
}

enum hs_status hs_cli_open(const struct hs_cli_host_options *options, const char *sandbox,
	struct hs_arena *arena, struct hs_host **host, struct hs_sandbox **place, struct hs_error *err)
{
	struct hs_host_config config;
	enum hs_status status = hs_cli_configure(options, &config, arena, err);

	config.data_exists = true;
	if (status == HS_OK)
		status = hs_host_open(&config, hs_services_builtin, host, err);
	return status ? status : hs_host_sandbox(*host, sandbox, place, err);
}
