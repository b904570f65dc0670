/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: one table of keys with defaults and help, filled from a JSON file and from options. */
#include <core/base/nearest.h>
#include <core/host/host.h>
#include <core/host/request/value.h>
#include <handslag/place.h>

#include <cjson/cJSON.h>
#include <core/base/world.h>
#include <stddef.h>
#include <stdio.h>

#define CONFIG_MAX ((size_t)1 << 20)
#define KEY_MAX 80

enum key_type {
	KEY_BOOL = HS_SETTING_BOOL,
	KEY_INT = HS_SETTING_INT,
	KEY_TEXT = HS_SETTING_TEXT,
	KEY_VALIDATION /* a number, by its word */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	const char *initial;
	int64_t least, most; /* KEY_INT */
	const char *help;
};

#define AT(member) offsetof(struct hs_host_config, member)

const char *const hs_host_validations[] = { "structure", "off", "profiles", NULL };

static const struct key keys[] = {
	{ "listen", KEY_TEXT, AT(listen), "127.0.0.1:8080", 0, 0,
		"address and port; port 0 takes a free one" },
	{ "data", KEY_TEXT, AT(data_dir), "handslag-data", 0, 0, "directory of all that is kept" },
	{ "baseUrl", KEY_TEXT, AT(base_url), "", 0, 0,
		"what clients see before /fhir/..., behind a proxy; empty: from the Host header" },
	{ "cache", KEY_TEXT, AT(cache_dir), "", 0, 0,
		"directory of compiled definitions; empty: ~/.cache/handslag" },
	{ "packageCache", KEY_TEXT, AT(package_cache), "", 0, 0,
		"FHIR package cache; empty: $HS_PACKAGES or ~/.fhir/packages" },
	{ "accessLog", KEY_TEXT, AT(access_log), "stderr", 0, 0,
		"one JSON line a request: stderr, off or a file" },
	{ "logLevel", KEY_TEXT, AT(log_level), "info", 0, 0, "debug, info, warn or error" },
	{ "cors", KEY_TEXT, AT(cors), "*", 0, 0, "Access-Control-Allow-Origin for browsers; empty: none" },
	{ "loops", KEY_INT, AT(loops), "0", 0, 64, "event loops; 0: one a core, at most 8" },
	{ "workers", KEY_INT, AT(workers), "0", 0, 256, "threads for slow work; 0: one a core, at least 2" },
	{ "tls.certificate", KEY_TEXT, AT(tls_certificate), "", 0, 0, "PEM chain; empty: plain HTTP" },
	{ "tls.key", KEY_TEXT, AT(tls_key), "", 0, 0, "PEM private key" },
	{ "tls.clientCa", KEY_TEXT, AT(tls_client_ca), "", 0, 0,
		"PEM; asks clients for certificates of these" },
	{ "tls.clientRequired", KEY_BOOL, AT(tls_client_required), "false", 0, 0,
		"refuse clients without a certificate" },
	{ "limits.headKib", KEY_INT, AT(head_kib), "16", 1, 1024, "request line and headers, KiB" },
	{ "limits.bodyKib", KEY_INT, AT(body_kib), "32768", 1, 4194303, "body of a request, KiB" },
	{ "limits.arenaMib", KEY_INT, AT(arena_mib), "256", 1, 65536, "memory of one request, MiB" },
	{ "limits.connections", KEY_INT, AT(connections), "10000", 1, 1000000, "connections a loop" },
	{ "limits.headerSeconds", KEY_INT, AT(header_seconds), "10", 1, 3600, "for the head of a request" },
	{ "limits.keepAliveSeconds", KEY_INT, AT(keep_alive_seconds), "60", 1, 86400,
		"idle between requests" },
	{ "limits.requestSeconds", KEY_INT, AT(request_seconds), "30", 1, 86400, "work of one request" },
	{ "limits.readWaitMs", KEY_INT, AT(read_wait_ms), "2000", 0, 60000,
		"most that a reader waits for the commit it asks to see, ms" },
	{ "limits.drainSeconds", KEY_INT, AT(drain_seconds), "30", 0, 3600,
		"for requests in progress at the end" },
	{ "exports.jobs", KEY_INT, AT(export_jobs), "8", 1, 1000,
		"bulk exports of a sandbox, in progress or kept" },
	{ "exports.keepSeconds", KEY_INT, AT(export_keep_seconds), "3600", 1, 31536000,
		"for which the files of a bulk export are kept" },
	{ "exports.fileKib", KEY_INT, AT(export_file_kib), "102400", 1, 67108864,
		"of one file of a bulk export, KiB; then the next is begun" },
	{ "sandbox.idleSeconds", KEY_INT, AT(sandbox_idle_seconds), "900", 0, 31536000,
		"after which a named sandbox is closed until it is used again; 0: never" },
	{ "sandbox.requestsPerSecond", KEY_INT, AT(sandbox.requests_per_second), "0", 0, 10000000,
		"of a new sandbox; 0: no limit" },
	{ "sandbox.burst", KEY_INT, AT(sandbox.burst), "0", 0, 10000000, "at once; 0: those of a second" },
	{ "sandbox.versions", KEY_INT, AT(sandbox.versions), "0", 0, INT64_MAX,
		"stored versions of a new sandbox; 0: no limit" },
	{ "sandbox.bodyKib", KEY_INT, AT(sandbox.body_kib), "0", 0, 4194303,
		"body in a new sandbox; 0: the host's" },
	{ "sandbox.validation", KEY_VALIDATION, AT(sandbox.validation), "structure", 0, 0,
		"of what a new sandbox stores, the default one too: structure, off or profiles" },
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static enum hs_status unknown_key(const char *name, struct hs_error *err)
{
	const char *names[KEY_COUNT + 3];

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[i] = keys[i].name;
	names[KEY_COUNT] = "packages";
	names[KEY_COUNT + 1] = "services";
	names[KEY_COUNT + 2] = NULL;
	return hs__value_unknown("the configuration", "key", name, names, err);
}

static struct hs__value value_of(const struct key *key, struct hs_host_config *config)
{
	return (struct hs__value) { key->name, (enum hs_setting_type)key->type, key->least, key->most,
		(char *)config + key->offset };
}

static enum hs_status set_validation(const struct key *key, struct hs_host_config *config, const char *text,
	struct hs_error *err)
{
	for (int64_t i = 0; hs_host_validations[i]; i++)
		if (strcmp(hs_host_validations[i], text) == 0) {
			*(int64_t *)(void *)((char *)config + key->offset) = i;
			return HS_OK;
		}
	const char *near = hs_suggest(text, hs_host_validations);
	return hs_fail(err, HS_E_VALUE, "%s cannot be \"%s\"; it is %s", key->name, text,
		near ? near : key->help);
}

static enum hs_status set_key(const struct key *key, struct hs_host_config *config, const char *text,
	struct hs_error *err)
{
	const struct hs__value value = value_of(key, config);

	return key->type == KEY_VALIDATION ? set_validation(key, config, text, err) :
					     hs__value_set(&value, text, config->arena, err);
}

enum hs_status hs_host_config_init(struct hs_host_config *config, struct hs_arena *arena,
	struct hs_error *err)
{
	memset(config, 0, sizeof(*config));
	config->arena = arena;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		enum hs_status status = set_key(&keys[i], config, keys[i].initial, err);
		if (status)
			return status;
	}
	return HS_OK;
}

/* "NAME#VERSION,FILE" */
static enum hs_status set_packages(struct hs_host_config *config, struct hs_slice text, struct hs_error *err)
{
	const char **items = hs_arena_array(config->arena, text.len + 1, sizeof(*items));
	size_t n = 0;

	if (!items)
		return hs_fail(err, HS_E_LIMIT, "packages: the list is too long");
	while (text.len) {
		struct hs_slice item = hs_slice_trim(hs_slice_cut(&text, ','));
		if (item.len)
			items[n++] = hs_arena_cstr(config->arena, item);
	}
	config->packages = items;
	config->package_count = n;
	config->no_usual_packages = true;
	return HS_OK;
}

static void delete_tree(void *tree)
{
	cJSON_Delete(tree);
}

/* The object under this name, made when there is none. */
static cJSON *object_in(cJSON *parent, const char *name)
{
	cJSON *found = cJSON_GetObjectItemCaseSensitive(parent, name);

	return cJSON_IsObject(found) ? found : cJSON_AddObjectToObject(parent, name);
}

/* "services.NAME.SETTING": joins what the file says of services. Only the service knows the type of a
 * setting, so the text stays as it is until then (cJSON calls that raw). */
static enum hs_status set_service(struct hs_host_config *config, const char *name, const char *text,
	struct hs_error *err)
{
	struct hs_slice rest = hs_slice_cstr(name + strlen("services."));
	const char *service = hs_arena_cstr(config->arena, hs_slice_cut(&rest, '.'));
	const char *setting = rest.len ? hs_arena_cstr(config->arena, rest) : NULL;
	bool enabled = setting && strcmp(setting, "enabled") == 0, on = strcmp(text, "true") == 0;
	cJSON *value;

	if (!service || !service[0] || !setting)
		return hs_fail(err, HS_E_VALUE, "%s must be services.NAME.SETTING", name);
	if (enabled && !on && strcmp(text, "false") != 0)
		return hs_fail(err, HS_E_VALUE, "%s must be true or false, not \"%s\"", name, text);
	if (!config->services) {
		config->services = cJSON_CreateObject();
		hs_arena_defer(config->arena, delete_tree, config->services);
	}
	if (enabled)
		value = cJSON_CreateBool(on);
	else
		value = strcmp(setting, "file") == 0 ? cJSON_CreateString(text) : cJSON_CreateRaw(text);
	cJSON *own = object_in(config->services, service);
	cJSON_DeleteItemFromObjectCaseSensitive(own, setting);
	return cJSON_AddItemToObject(own, setting, value) ? HS_OK :
							    hs_fail(err, HS_E_LIMIT, "%s is too long", name);
}

enum hs_status hs_host_config_set(struct hs_host_config *config, const char *name, const char *text,
	struct hs_error *err)
{
	const struct key *key = find_key(name);

	if (strcmp(name, "packages") == 0)
		return set_packages(config, hs_slice_cstr(text), err);
	if (hs_slice_starts(hs_slice_cstr(name), HS_S("services.")))
		return set_service(config, name, text, err);
	return key ? set_key(key, config, text, err) : unknown_key(name, err);
}

bool hs_host_config_key(size_t index, struct hs_host_config_key *out)
{
	if (index >= KEY_COUNT)
		return false;
	*out = (struct hs_host_config_key) { keys[index].name, keys[index].initial, keys[index].help };
	return true;
}

static enum hs_status take_packages(struct hs_host_config *config, const cJSON *list, struct hs_error *err)
{
	size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
	const char **items = hs_arena_array(config->arena, count + 1, sizeof(*items));
	const cJSON *item = NULL;
	size_t n = 0;

	if (!cJSON_IsArray(list) || !items)
		return hs_fail(err, HS_E_VALUE, "packages must be a list of \"NAME#VERSION\" or files");
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			return hs_fail(err, HS_E_VALUE,
				"packages[%zu] must be a text, \"NAME#VERSION\" or a file", n);
		items[n++] = item->valuestring; /* the tree lives as long as the arena */
	}
	config->packages = items;
	config->package_count = n;
	config->no_usual_packages = true;
	return HS_OK;
}

/* One value of the file; objects other than "services" continue the key with a dot. */
static enum hs_status take_value(struct hs_host_config *config, const char *name, const cJSON *value,
	struct hs_error *err)
{
	const struct key *key = find_key(name);

	if (!key)
		return unknown_key(name, err);
	struct hs__value found = value_of(key, config);
	if (key->type == KEY_VALIDATION && cJSON_IsString(value))
		return set_validation(key, config, value->valuestring, err);
	if (key->type == KEY_VALIDATION)
		found.type = HS_SETTING_TEXT; /* which it is not: to be told so */
	return hs__value_read(&found, value, config->arena, err);
}

static enum hs_status take_object(struct hs_host_config *config, const char *prefix, const cJSON *object,
	struct hs_error *err)
{
	const cJSON *member = NULL;
	char name[KEY_MAX];

	cJSON_ArrayForEach(member, object)
	{
		enum hs_status status = HS_OK;
		snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] ? "." : "", member->string);
		if (strcmp(name, "packages") == 0)
			status = take_packages(config, member, err);
		else if (strcmp(name, "services") == 0 && cJSON_IsObject(member))
			config->services = (cJSON *)(uintptr_t)member;
		else if (cJSON_IsObject(member) && !prefix[0])
			status = take_object(config, name, member, err);
		else
			status = take_value(config, name, member, err);
		if (status)
			return status;
	}
	return HS_OK;
}

enum hs_status hs_host_config_read(struct hs_host_config *config, const char *path, struct hs_error *err)
{
	struct hs_slice text;
	enum hs_status status = hs_world_read_file(hs_world_real(), config->arena, path, CONFIG_MAX, &text,
		err);

	if (status)
		return status;
	const char *end = NULL;
	cJSON *tree = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);
	struct hs_slice rest = tree ? hs_slice_trim(hs_slice_from(text, (size_t)(end - text.ptr))) : text;
	if (!tree || rest.len) {
		struct hs_place place = { .line = 0 };
		hs_place_go(text, end ? (size_t)(end - text.ptr) : 0, &place);
		cJSON_Delete(tree);
		return hs_fail(err, HS_E_VALUE, "%s is not valid JSON at line %u, column %u", path,
			place.line, place.column);
	}
	hs_arena_defer(config->arena, delete_tree, tree);
	if (!cJSON_IsObject(tree))
		return hs_fail(err, HS_E_VALUE, "%s must hold a JSON object", path);
	return take_object(config, "", tree, err);
}
