/* SPDX-License-Identifier: Apache-2.0 */
/* DATA/sandboxes/NAME/sandbox.json: when it was made, its clock and its limits. */
#include <core/host/sandbox/sandbox.h>

#include <handslag/json.h>
#include <handslag/time.h>
#include <stdio.h>
#include <unistd.h>

#define META_MAX ((size_t)64 << 10)

static bool meta_path(const struct hs_sandbox *sandbox, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/sandbox.json", sandbox->dir);
	return n > 0 && (size_t)n < size;
}

static int64_t number(const struct hs_json *object, struct hs_slice name, int64_t otherwise)
{
	int64_t value = otherwise;
	hs_json_i64(hs_json_get(object, name), &value);
	return value;
}

static void take(struct hs_sandbox *sandbox, const struct hs_json *meta)
{
	const struct hs_json *clock = hs_json_get(meta, HS_S("clock")),
			     *limits = hs_json_get(meta, HS_S("limits"));
	struct hs_sandbox_limits *own = &sandbox->limits;

	sandbox->created_ms = number(meta, HS_S("createdMs"), sandbox->created_ms);
	hs__clock_set_offset(&sandbox->clock, number(clock, HS_S("offsetMs"), 0));
	if (hs_json_get(clock, HS_S("frozenMs")))
		hs__clock_freeze(&sandbox->clock, number(clock, HS_S("frozenMs"), 0));
	own->requests_per_second = number(limits, HS_S("requestsPerSecond"), own->requests_per_second);
	own->burst = number(limits, HS_S("burst"), own->burst);
	own->versions = number(limits, HS_S("versions"), own->versions);
	own->body_kib = number(limits, HS_S("bodyKib"), own->body_kib);
	for (int64_t i = 0; hs_host_validations[i]; i++)
		if (hs_slice_eq(hs_json_get_text(limits, HS_S("validation")),
			    hs_slice_cstr(hs_host_validations[i])))
			own->validation = i;
}

enum hs_status hs__sandbox_meta_read(struct hs_sandbox *sandbox, struct hs_error *err)
{
	char path[4096];
	struct hs_slice text;
	struct hs_json *meta = NULL;

	/* A directory without one (made by hand, or by a restore) has the defaults. */
	if (!meta_path(sandbox, path, sizeof(path)) || access(path, F_OK) != 0)
		return HS_OK;
	struct hs_arena *arena = hs_arena_new(META_MAX * 4);
	enum hs_status status = hs_world_read_file(sandbox->host->world, arena, path, META_MAX, &text, err);
	if (status == HS_OK)
		status = hs_json_parse(arena, text, NULL, &meta, err);
	if (status == HS_OK)
		take(sandbox, meta);
	else
		status = hs_fail(err, HS_E_CORRUPT, "%s cannot be read as JSON", path);
	hs_arena_free(arena);
	return status;
}

enum hs_status hs__sandbox_meta_write(const struct hs_sandbox *sandbox, struct hs_error *err)
{
	int64_t frozen = atomic_load(&sandbox->clock.frozen_ms);
	struct hs_sandbox_limits limits;
	char path[4096], text[1024], instant[HS_INSTANT_LEN + 1], hold[64] = "";

	hs__limits_get(sandbox, &limits);
	hs_time_instant(sandbox->created_ms, instant);
	if (frozen != INT64_MIN)
		snprintf(hold, sizeof(hold), ", \"frozenMs\": %lld", (long long)frozen);
	int n = snprintf(text, sizeof(text),
		"{\n  \"created\": \"%s\",\n  \"createdMs\": %lld,\n  \"clock\": {\"offsetMs\": %lld%s},\n"
		"  \"limits\": {\"requestsPerSecond\": %lld, \"burst\": %lld, \"versions\": %lld, "
		"\"bodyKib\": %lld, \"validation\": \"%s\"}\n}\n",
		instant, (long long)sandbox->created_ms, (long long)atomic_load(&sandbox->clock.offset_ms),
		hold, (long long)limits.requests_per_second, (long long)limits.burst,
		(long long)limits.versions, (long long)limits.body_kib,
		hs_host_validations[limits.validation]);
	if (!meta_path(sandbox, path, sizeof(path)))
		return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
	return hs_world_write_file(sandbox->host->world, path, hs_slice(text, (size_t)n), 0600, err);
}
