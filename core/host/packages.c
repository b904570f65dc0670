/* SPDX-License-Identifier: Apache-2.0 */
/* Which FHIR packages there are: those of the configuration, those recorded in DATA/packages.json,
 * and the usual ones of the package cache. */
#include <core/base/heap.h>
#include <core/base/log.h>
#include <core/fhir/package/recall.h>
#include <core/host/host_private.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_MAX ((size_t)1 << 20)
#define PACKAGES_MAX 500
#define TGZ_MAX ((size_t)1 << 30)

/* ---- where they are ---- */

void hs_packages_root(const struct hs_host_config *config, char *out, size_t size)
{
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");

	if (config && config->package_cache[0])
		snprintf(out, size, "%s", config->package_cache);
	else if (set && set[0])
		snprintf(out, size, "%s", set);
	else
		snprintf(out, size, "%s/.fhir/packages", home ? home : "");
}

static bool is_file(const char *what)
{
	return strchr(what, '/') || hs_slice_ends(hs_slice_cstr(what), HS_S(".tgz"));
}

/* Is `what` there, as a file that holds no package? */
static bool is_other_file(const char *what)
{
	struct hs_slice name = hs_slice_cstr(what);
	struct stat info;

	return !hs_slice_ends(name, HS_S(".tgz")) && !hs_slice_ends(name, HS_S(".tar.gz")) &&
		stat(what, &info) == 0 && S_ISREG(info.st_mode);
}

enum hs_status hs_packages_open(const struct hs_host_config *config, const char *what,
	struct hs_package **out, struct hs_error *err)
{
	char root[4096];

	if (is_other_file(what))
		return hs_fail(err, HS_E_VALUE,
			"%s is no package: a package is named by NAME#VERSION, or is a FILE.tgz or a folder",
			what);
	if (is_file(what))
		return hs_package_open(what, out, err);
	hs_packages_root(config, root, sizeof(root));
	enum hs_status status = hs_package_find(root, hs_slice_cstr(what), out, err);
	if (status == HS_E_NOT_FOUND)
		return hs_fail(err, status,
			"the package %s is not in %s; run ci/setup, or put it there as %s/%s/package", what,
			root, root, what);
	return status;
}

/* ---- the recorded list ---- */

static void list_path(const char *data_dir, char *out, size_t size)
{
	snprintf(out, size, "%s/packages.json", data_dir);
}

enum hs_status hs_packages_read(struct hs_arena *arena, const char *data_dir, struct hs_package_list *out,
	struct hs_error *err)
{
	struct hs_slice text;
	struct hs_json *tree = NULL;
	char path[4096];

	list_path(data_dir, path, sizeof(path));
	*out = (struct hs_package_list) { NULL, 0 };
	enum hs_status status = hs_world_read_file(hs_world_real(), arena, path, LIST_MAX, &text, err);
	if (status == HS_E_NOT_FOUND)
		return HS_OK;
	if (status == HS_OK)
		status = hs_json_parse(arena, text, NULL, &tree, err);
	const struct hs_json *list = hs_json_get(tree, HS_S("packages"));
	if (status == HS_OK && !hs_json_is(list, HS_JSON_ARRAY))
		return hs_fail(err, HS_E_CORRUPT, "%s must hold {\"packages\": [...]}", path);
	if (status)
		return status;
	out->items = hs_arena_array(arena, hs_json_count(list) + 1, sizeof(*out->items));
	HS_JSON_EACH(item, list)
		out->items[out->count++] = hs_arena_cstr(arena, hs_json_text(item));
	return HS_OK;
}

/* With `more` behind them, unless it is NULL. */
static enum hs_status write_list(struct hs_arena *arena, const char *data_dir,
	const struct hs_package_list *list, const char *more, struct hs_error *err)
{
	struct hs_buf out;
	char path[4096];

	hs_buf_init(&out, arena, LIST_MAX);
	hs_buf_cstr(&out, "{\n  \"packages\": [");
	for (size_t i = 0; i < list->count + (more != NULL); i++) {
		hs_buf_cstr(&out, i ? ",\n    " : "\n    ");
		hs_json_write_text(&out, hs_slice_cstr(i < list->count ? list->items[i] : more));
	}
	hs_buf_cstr(&out, "\n  ]\n}\n");
	list_path(data_dir, path, sizeof(path));
	if (out.overflow)
		return hs_fail(err, HS_E_LIMIT, "the list of packages is too long");
	return hs_world_write_file(hs_world_real(), path, hs_buf_slice(&out), 0600, err);
}

/* A .tgz is copied so that it can be moved away afterwards. */
static enum hs_status copy_in(struct hs_arena *arena, const char *data_dir, const char *file,
	const char *name, const char **kept, struct hs_error *err)
{
	struct hs_slice bytes;
	char path[4096];

	snprintf(path, sizeof(path), "%s/packages", data_dir);
	enum hs_status status = hs__make_dirs(path, err);
	if (status)
		return status;
	struct hs_arena *big = hs_arena_new(TGZ_MAX);
	snprintf(path, sizeof(path), "%s/packages/%s.tgz", data_dir, name);
	status = hs_world_read_file(hs_world_real(), big, file, TGZ_MAX / 2, &bytes, err);
	if (status == HS_OK)
		status = hs_world_write_file(hs_world_real(), path, bytes, 0600, err);
	hs_arena_free(big);
	if (status == HS_OK)
		*kept = hs_arena_cstr(arena, hs_slice_cstr(path));
	return status;
}

/* Does the entry of the list mean NAME#VERSION: by name, or as the copy of a .tgz? */
static bool is_recorded_as(struct hs_arena *arena, const char *item, const char *name_version)
{
	return strcmp(item, name_version) == 0 ||
		hs_slice_ends(hs_slice_cstr(item), hs_arena_printf(arena, "/%s.tgz", name_version));
}

enum hs_status hs_packages_add(struct hs_arena *arena, const struct hs_host_config *config, const char *what,
	const char **name, bool *fresh, struct hs_error *err)
{
	struct hs_package *package = NULL;
	struct hs_package_list list;
	enum hs_status status = hs__make_dirs(config->data_dir, err);

	if (status == HS_OK)
		status = hs_packages_read(arena, config->data_dir, &list, err);
	if (status == HS_OK)
		status = hs_packages_open(config, what, &package, err);
	if (status)
		return status;
	const char *full = hs_arena_cstr(arena, hs_package_id(package, arena)), *kept = full;
	hs_package_close(package);
	*fresh = true;
	for (size_t i = 0; i < list.count; i++)
		if (is_recorded_as(arena, list.items[i], full))
			*fresh = false;
	if (*fresh && hs_slice_ends(hs_slice_cstr(what), HS_S(".tgz")))
		status = copy_in(arena, config->data_dir, what, full, &kept, err);
	else if (*fresh && is_file(what))
		kept = what;
	if (*fresh && status == HS_OK)
		status = write_list(arena, config->data_dir, &list, kept, err);
	if (status == HS_OK)
		*name = full;
	return status;
}

/* Copies are ours to take away; what was named by a path of its own is not. */
static void remove_copy(const char *data_dir, const char *item)
{
	char folder[4096];

	snprintf(folder, sizeof(folder), "%s/packages/", data_dir);
	if (hs_slice_starts(hs_slice_cstr(item), hs_slice_cstr(folder)))
		(void)unlink(item);
}

enum hs_status hs_packages_remove(struct hs_arena *arena, const struct hs_host_config *config,
	const char *what, struct hs_error *err)
{
	struct hs_package_list list;
	const char *gone = NULL;
	size_t kept = 0;
	enum hs_status status = hs_packages_read(arena, config->data_dir, &list, err);

	if (status)
		return status;
	for (size_t i = 0; i < list.count; i++)
		if (!gone && is_recorded_as(arena, list.items[i], what))
			gone = list.items[i];
		else
			list.items[kept++] = list.items[i];
	list.count = kept;
	if (!gone)
		return hs_fail(err, HS_E_NOT_FOUND,
			"%s is not among the packages of %s; `handslag package list` shows those", what,
			config->data_dir);
	status = write_list(arena, config->data_dir, &list, NULL, err);
	if (!status)
		remove_copy(config->data_dir, gone);
	return status;
}

/* ---- those of a host ---- */

static bool is_there(const struct hs_host *host, size_t count, const struct hs_package *package)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_package_name(host->packages[i]), hs_package_name(package)) &&
			hs_slice_eq(hs_package_version(host->packages[i]), hs_package_version(package)))
			return true;
	return false;
}

static enum hs_status load_one(struct hs_host *host, size_t *count, const char *what, struct hs_error *err)
{
	struct hs_package *package = NULL;
	enum hs_status status = hs_packages_open(host->config, what, &package, err);

	if (status)
		return status;
	if (is_there(host, *count, package)) {
		hs_package_close(package);
		return HS_OK;
	}
	/* Who names a folder of his own is at work on it, and may write over files in place. */
	if (!is_file(what))
		hs__package_recall(package, host->world, host->cache_dir);
	host->packages[(*count)++] = package;
	return HS_OK;
}

/* The version of a package that is served, or nothing. */
static struct hs_slice served_version(const struct hs_host *host, struct hs_slice name)
{
	for (size_t i = 0; host->packages[i]; i++)
		if (hs_slice_eq(hs_package_name(host->packages[i]), name))
			return hs_package_version(host->packages[i]);
	return HS_S_NONE;
}

/* Is another version of it in the cache, which somebody could choose? */
static bool is_known(const struct hs_host *host, struct hs_slice name)
{
	char root[4096];
	struct hs_package *other = NULL;
	struct hs_error ignored;

	hs_packages_root(host->config, root, sizeof(root));
	if (hs_package_find(root, name, &other, &ignored))
		return false;
	hs_package_close(other);
	return true;
}

/* The first of the names that the package cache has, unless one of them is served already. */
static enum hs_status load_first(struct hs_host *host, size_t *count, const char *const *names,
	struct hs_error *err)
{
	struct hs_error missing = { .status = HS_OK };
	enum hs_status status = HS_E_NOT_FOUND;

	for (const char *const *name = names; *name; name++)
		if (served_version(host, hs_slice_cstr(*name)).len)
			return HS_OK;
	for (const char *const *name = names; *name && status == HS_E_NOT_FOUND; name++)
		status = load_one(host, count, *name, &missing);
	if (status != HS_OK && status != HS_E_NOT_FOUND) {
		*err = missing;
		return status;
	}
	return HS_OK;
}

/* FHIR itself and HL7's terminology, when nobody named packages in the configuration: a registry that knows
 * no code of FHIR would be of no use. What is recorded in another version stands instead. */
static enum hs_status load_usual(struct hs_host *host, size_t *count, struct hs_error *err)
{
	static const char *const terminology[] = { "hl7.terminology.r4", NULL };
	enum hs_status status = HS_OK;

	for (unsigned i = 0; i < HS__EDITIONS && status == HS_OK; i++)
		status = load_first(host, count, hs__edition_cores(i), err);
	return status == HS_OK ? load_first(host, count, terminology, err) : status;
}

/* The package is served without it: what it defines of its own is there all the same. Who chose another
 * version of it, or has one to choose, is only reminded. */
static void tell_missing(void *arg, const struct hs_package *of, struct hs_slice name_version,
	const struct hs_error *why)
{
	struct hs_slice rest = name_version, name = hs_slice_cut(&rest, '#');
	struct hs_slice served = served_version(arg, name);

	if (served.len) {
		hs_log_text(HS_LOG_DEBUG, "packages", "%.*s#%.*s depends on %.*s; %.*s serves instead",
			HS_S_ARG(hs_package_name(of)), HS_S_ARG(hs_package_version(of)),
			HS_S_ARG(name_version), HS_S_ARG(served));
		return;
	}
	hs_log_text(is_known(arg, name) ? HS_LOG_DEBUG : HS_LOG_WARN, "packages",
		"%.*s#%.*s depends on %.*s, which is not there: %s; put it into the package cache and start "
		"again",
		HS_S_ARG(hs_package_name(of)), HS_S_ARG(hs_package_version(of)), HS_S_ARG(name_version),
		why->text);
}

static enum hs_status add_dependencies(struct hs_host *host, size_t *count, struct hs_error *err)
{
	char root[4096];

	size_t first = *count;
	hs_packages_root(host->config, root, sizeof(root));
	enum hs_status status = hs_package_add_dependencies(root, host->packages, count, PACKAGES_MAX,
		tell_missing, host, err);
	for (size_t i = first; i < *count; i++)
		hs__package_recall(host->packages[i], host->world, host->cache_dir);
	return status;
}

enum hs_status hs__packages_load(struct hs_host *host, struct hs_error *err)
{
	const struct hs_host_config *config = host->config;
	struct hs_package_list list;
	size_t count = 0;
	enum hs_status status = hs_packages_read(host->arena, host->data_dir, &list, err);

	host->packages = hs_heap_alloc((PACKAGES_MAX + 1) * sizeof(struct hs_package *));
	if (status == HS_OK && config->package_count + list.count > PACKAGES_MAX)
		status = hs_fail(err, HS_E_LIMIT, "there are more than %d packages", PACKAGES_MAX);
	for (size_t i = 0; i < config->package_count && status == HS_OK; i++)
		status = load_one(host, &count, config->packages[i], err);
	for (size_t i = 0; i < list.count && status == HS_OK; i++)
		status = load_one(host, &count, list.items[i], err);
	if (status == HS_OK && !config->no_usual_packages && !config->bare)
		status = load_usual(host, &count, err);
	return status ? status : add_dependencies(host, &count, err);
}

static void check(struct hs_task *task)
{
	struct hs_host *host = HS__OWNER(task, struct hs_host, packages_task);

	for (size_t i = 0; host->packages[i] && !atomic_load(&host->stopping); i++)
		if (!hs__package_check(host->packages[i], host->world, host->cache_dir))
			hs_log_text(HS_LOG_WARN, "packages",
				"files of %.*s#%.*s were written over since it was compiled; start again to "
				"serve it as it is now",
				HS_S_ARG(hs_package_name(host->packages[i])),
				HS_S_ARG(hs_package_version(host->packages[i])));
}

void hs__packages_check(struct hs_host *host)
{
	struct hs_mailbox *workers = hs_pool_mailbox(host->workers);

	host->packages_task.run = check;
	workers->post(workers, &host->packages_task);
}

void hs__packages_close(struct hs_host *host)
{
	for (size_t i = 0; host->packages && host->packages[i]; i++)
		hs_package_close(host->packages[i]);
	hs_heap_free(host->packages);
	host->packages = NULL;
}
