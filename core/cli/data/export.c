/* SPDX-License-Identifier: Apache-2.0 */
/* handslag export: what a sandbox has stored, as NDJSON in a folder, without a server. */
#include <core/cli/cli.h>

#include <core/base/map.h>
#include <core/base/world.h>
#include <core/rest/export/export.h>

#include <errno.h>
#include <handslag/coding.h>
#include <handslag/time.h>
#include <stdio.h>
#include <sys/stat.h>

#define SLICE_ARENA ((size_t)512 << 20)
#define QUERY_MAX ((size_t)1 << 20)

static struct hs_cli_host_options host_options;
static const char *sandbox = "default", *out_dir, *since, *until, *elements, *fhir = "r4";
static enum hs_fhir_version version; /* from `fhir` */
static struct hs_cli_list types, filters;
static bool json;

static const struct hs_cli_option options[] = {
	{ "--out", "DIR", "the folder, made when missing; one file a type", HS_CLI_TEXT, &out_dir },
	{ "--type", "TYPE", "only resources of this type", HS_CLI_LIST, &types },
	{ "--filter", "SEARCH", "Patient?gender=female; of several for a type one holds", HS_CLI_LIST,
		&filters },
	{ "--since", "TIME", "only what was changed since, and what was deleted", HS_CLI_TEXT, &since },
	{ "--until", "TIME", "only what was changed before", HS_CLI_TEXT, &until },
	{ "--elements", "NAMES", "only these elements and mandatory ones", HS_CLI_TEXT, &elements },
	HS_CLI_FHIR(&fhir),
	HS_CLI_SANDBOX(&sandbox),
	HS_CLI_HOST(host_options),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "export",
	.arguments = "--out DIR",
	.summary = "Writes what a sandbox has stored as NDJSON, all of one moment.",
	.example = "  handslag export --out backup-friday\n"
		   "  handslag export --type Organization --type Location --since 2026-11-01 --out changes",
	.options = options,
	.more = "Each resource is one line as it was stored, with id and meta, the newest first; \"handslag "
		"load DIR\" reads\n"
		"the folder. With --since, deletions are in deleted.ndjson as transactions that repeat them. "
		"A running server\n"
		"answers the same at [base]/$export.",
	.least = 0,
	.most = 0,
};

/* One file a type. */
struct target {
	FILE *file;
	uint64_t count;
};

struct exporting {
	struct hs_arena *arena;
	const struct hs_rest_sandbox *rest;
	struct hs_rest_export_ask ask;
	struct hs_rest_export *plan;
	struct hs_rest_export_place place;
	struct hs_map targets; /* by the file's name without its end */
	struct hs_cli_progress progress;
	uint64_t resources, deleted;
};

/* ---- files ---- */

static enum hs_status target_of(struct exporting *e, struct hs_slice name, struct target **out,
	struct hs_error *err)
{
	char path[4096];
	struct hs_map_slot *slot = hs_map_get(&e->targets, name);

	if (slot) {
		*out = slot->value.ptr;
		return HS_OK;
	}
	struct target *target = hs_arena_alloc(e->arena, sizeof(*target));
	int n = snprintf(path, sizeof(path), "%s/%.*s.ndjson", out_dir, HS_S_ARG(name));
	if (!target || n < 0 || (size_t)n >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of %s is too long", out_dir);
	target->file = fopen(path, "wx");
	if (!target->file && errno == EEXIST)
		return hs_fail(err, HS_E_DUPLICATE, "%s is there already; choose an empty folder", path);
	if (!target->file)
		return hs_fail(err, HS_E_IO, "%s cannot be written: %s", path, strerrordesc_np(errno));
	hs_map_put(&e->targets, hs_arena_copy(e->arena, name), NULL)->value.ptr = target;
	*out = target;
	return HS_OK;
}

static enum hs_status put(struct exporting *e, struct hs_slice name, struct hs_slice line,
	struct hs_error *err)
{
	struct target *target = NULL;
	enum hs_status status = target_of(e, name, &target, err);

	if (status || !target)
		return status;
	if (fwrite(line.ptr, 1, line.len, target->file) != line.len || fputc('\n', target->file) == EOF)
		return hs_fail(err, HS_E_FULL, "%s/%.*s.ndjson cannot be written: %s", out_dir,
			HS_S_ARG(name), strerrordesc_np(errno));
	target->count++;
	return HS_OK;
}

static enum hs_status put_resource(void *arg, struct hs_slice type, struct hs_slice line,
	struct hs_error *err)
{
	struct exporting *e = arg;

	e->resources++;
	return put(e, type, line, err);
}

static enum hs_status put_deleted(void *arg, struct hs_slice type, struct hs_slice id, struct hs_error *err)
{
	struct exporting *e = arg;
	char line[512];
	int n = snprintf(line, sizeof(line),
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":"
		"{\"method\":\"DELETE\",\"url\":\"%.*s/%.*s\"}}]}",
		HS_S_ARG(type), HS_S_ARG(id));

	e->deleted++;
	return put(e, HS_S("deleted"), hs_slice(line, (size_t)n), err);
}

static enum hs_status close_all(struct exporting *e, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_MAP_EACH(slot, &e->targets) {
		struct target *target = slot->value.ptr;
		if (fclose(target->file) != 0)
			status = hs_fail(err, HS_E_FULL, "%s/%.*s.ndjson cannot be written: %s", out_dir,
				HS_S_ARG(slot->key), strerrordesc_np(errno));
	}
	return status;
}

/* ---- reading ---- */

static enum hs_status make_plan(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct exporting *e = arg;

	(void)arena;
	return hs_rest_export_open(e->rest, &e->ask, txn, &e->plan, err);
}

static enum hs_status slice(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct exporting *e = arg;
	const struct hs_rest_export_sink sink = { put_resource, put_deleted, e };

	return hs_rest_export_slice(e->plan, txn, arena, &e->place, &sink, err);
}

static enum hs_status make_folder(struct hs_error *err)
{
	struct stat info;

	if (mkdir(out_dir, 0700) == 0)
		return HS_OK;
	if (errno != EEXIST)
		return hs_fail(err, HS_E_VALUE, "the folder %s cannot be made: %s", out_dir,
			strerrordesc_np(errno));
	return stat(out_dir, &info) == 0 && S_ISDIR(info.st_mode) ?
		HS_OK :
		hs_fail(err, HS_E_VALUE, "--out %s is a file; name a folder", out_dir);
}

static enum hs_status read_all(struct exporting *e, struct hs_store *store, struct hs_error *err)
{
	struct hs_arena *work = hs_arena_new(SLICE_ARENA);
	enum hs_status status = hs_store_read_wait(store, work, make_plan, e, err);

	if (!status) /* what is asked for is right: only now is something made */
		status = make_folder(err);
	hs_cli_progress_begin(&e->progress, "resources");
	while (!status && !e->place.done) {
		hs_arena_reset(work);
		status = hs_store_read_wait(store, work, slice, e, err);
		hs_cli_progress_show(&e->progress, e->resources, 0, false);
	}
	if (!status)
		hs_cli_progress_show(&e->progress, e->resources, 0, true);
	hs_arena_free(work);
	return status;
}

/* ---- the command ---- */

static void add_param(struct hs_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	hs_buf_printf(out, "%s%s=", out->len ? "&" : "", name);
	hs_percent_encode(out, hs_slice_cstr(value), ":,/");
}

/* People write a date, the protocol wants an instant: the first of that date, in UTC. */
static void add_time(struct hs_buf *out, const char *name, const char *value)
{
	char instant[HS_INSTANT_LEN + 1];
	struct hs_time time;

	if (value && hs_time_is_date(hs_slice_cstr(value)) && hs_time_parse(hs_slice_cstr(value), 0, &time)) {
		hs_time_instant(time.lo, instant);
		value = instant;
	}
	add_param(out, name, value);
}

static enum hs_status check_time(const char *option, const char *value, struct hs_error *err)
{
	if (!value || hs_time_is_date(hs_slice_cstr(value)) || hs_time_is_instant(hs_slice_cstr(value)))
		return HS_OK;
	return hs_fail(err, HS_E_VALUE,
		"%s %s: say a date or an instant, such as 2026-11-21 or "
		"2026-11-21T08:00:00Z",
		option, value);
}

static struct hs_slice make_query(struct hs_arena *arena)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, QUERY_MAX);
	for (size_t i = 0; i < types.count; i++)
		add_param(&out, "_type", types.items[i]);
	for (size_t i = 0; i < filters.count; i++)
		add_param(&out, "_typeFilter", filters.items[i]);
	add_time(&out, "_since", since);
	add_time(&out, "_until", until);
	add_param(&out, "_elements", elements);
	return hs_buf_slice(&out);
}

static void show(struct exporting *e)
{
	char instant[HS_INSTANT_LEN + 1];

	hs_time_instant(hs_rest_export_time(e->plan), instant);
	if (!json) {
		printf("%llu resources", (unsigned long long)e->resources);
		if (e->deleted)
			printf(" and %llu deletions", (unsigned long long)e->deleted);
		printf(" as of %s are in %s\n", instant, out_dir);
		return;
	}
	struct hs_json *tree = hs_json_object(e->arena);
	hs_json_add_text(e->arena, tree, HS_S("transactionTime"), hs_slice_cstr(instant));
	hs_json_add(tree, HS_S("sequence"), hs_json_int(e->arena, (int64_t)hs_rest_export_seq(e->plan)));
	struct hs_json *files = hs_json_add_object(e->arena, tree, HS_S("files"));
	HS_MAP_EACH(slot, &e->targets) {
		const struct target *target = slot->value.ptr;
		hs_json_add(files, hs_arena_printf(e->arena, "%.*s.ndjson", HS_S_ARG(slot->key)),
			hs_json_int(e->arena, (int64_t)target->count));
	}
	hs_cli_print(tree);
}

static enum hs_status run(struct exporting *e, struct hs_error *err)
{
	struct hs_host *host = NULL;
	struct hs_sandbox *opened = NULL;
	struct hs_error ignored;
	enum hs_status status = hs_cli_open(&host_options, sandbox, e->arena, &host, &opened, err);

	if (!status)
		status = hs_host_edition(host, version, err);
	if (status)
		goto out;
	hs_sandbox_rest(opened, version, &e->rest);
	e->ask.query = make_query(e->arena);
	status = read_all(e, hs_sandbox_store(opened), err);
	if (!status)
		status = close_all(e, err);
	else
		(void)close_all(e, &ignored);
	if (!status)
		show(e);
out:
	hs_rest_export_free(e->plan);
	hs_host_close(host);
	return status;
}

int hs_cli_export(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct exporting exporting = { .ask = { .level = HS_EXPORT_SYSTEM } };
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	if (!out_dir)
		return hs_cli_fail(&command, HS_EXIT_USAGE, "say where to: --out DIR");
	if (hs_cli_fhir("--fhir", fhir, &version, &err) || check_time("--since", since, &err) ||
		check_time("--until", until, &err))
		return hs_cli_fail_error(&command, &err);
	exporting.arena = hs_arena_new((size_t)64 << 20);
	hs_map_init(&exporting.targets, NULL);
	enum hs_status status = run(&exporting, &err);
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_map_free(&exporting.targets);
	hs_arena_free(exporting.arena);
	return code;
}
