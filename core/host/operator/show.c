/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator API shows of a sandbox. */
#include <core/host/operator/operator.h>

#include <handslag/time.h>

enum hs_verdict hs__operator_reply(struct hs_request *req, int status, const struct hs_json *body)
{
	req->reply.content_type = HS_S("application/json");
	return hs_reply_json(req, status, body);
}

struct hs_json *hs__operator_show_clock(struct hs_arena *arena, const struct hs_sandbox *sandbox)
{
	struct hs_json *out = hs_json_object(arena);
	int64_t frozen = atomic_load(&sandbox->clock.frozen_ms);
	char text[HS_INSTANT_LEN + 1];

	hs_time_instant(hs__sandbox_now((void *)(uintptr_t)sandbox), text);
	hs_json_add_text(arena, out, HS_S("now"), hs_arena_copy(arena, hs_slice_cstr(text)));
	hs_json_add(out, HS_S("offsetMs"), hs_json_int(arena, atomic_load(&sandbox->clock.offset_ms)));
	if (frozen != INT64_MIN) {
		hs_time_instant(frozen, text);
		hs_json_add_text(arena, out, HS_S("frozen"), hs_arena_copy(arena, hs_slice_cstr(text)));
	}
	return out;
}

struct hs_json *hs__operator_show_limits(struct hs_arena *arena, const struct hs_sandbox *sandbox)
{
	struct hs_json *out = hs_json_object(arena);
	struct hs_sandbox_limits limits;

	hs__limits_get(sandbox, &limits);
	hs_json_add(out, HS_S("requestsPerSecond"), hs_json_int(arena, limits.requests_per_second));
	hs_json_add(out, HS_S("burst"), hs_json_int(arena, limits.burst));
	hs_json_add(out, HS_S("versions"), hs_json_int(arena, limits.versions));
	hs_json_add(out, HS_S("bodyKib"), hs_json_int(arena, limits.body_kib));
	hs_json_add_text(arena, out, HS_S("validation"),
		hs_slice_cstr(hs_host_validations[limits.validation]));
	return out;
}

struct hs_json *hs__operator_show(struct hs_request *req, struct hs_sandbox *sandbox)
{
	static const char *const phases[] = { "closed", "opening", "renewing", "open", "draining", "gone" };
	struct hs_arena *arena = req->arena;
	struct hs_json *out = hs_json_object(arena);
	char text[HS_INSTANT_LEN + 1];

	hs_time_instant(sandbox->created_ms, text);
	hs_json_add_text(arena, out, HS_S("name"), hs_slice_cstr(sandbox->name));
	hs_json_add_text(arena, out, HS_S("phase"), hs_slice_cstr(phases[atomic_load(&sandbox->phase)]));
	hs_json_add_text(arena, out, HS_S("created"), hs_arena_copy(arena, hs_slice_cstr(text)));
	bool standard = sandbox == req->host->standard;
	struct hs_json *bases = hs_json_add_object(arena, out, HS_S("base"));
	for (unsigned i = 0; i < HS__EDITIONS; i++)
		hs_json_add_text(arena, bases, hs_slice_cstr(req->host->editions[i].name),
			hs_arena_printf(arena, "%.*s%s%s/fhir/%s", HS_S_ARG(hs_request_base(req)),
				standard ? "" : "/sandbox/", standard ? "" : sandbox->name,
				req->host->editions[i].name));
	hs_json_add(out, HS_S("clock"), hs__operator_show_clock(arena, sandbox));
	hs_json_add(out, HS_S("limits"), hs__operator_show_limits(arena, sandbox));
	if (hs__sandbox_use(sandbox)) {
		struct hs_store_counters counters;
		hs_store_counters(sandbox->store, &counters);
		hs_json_add(out, HS_S("sequence"), hs_json_int(arena, (int64_t)hs_store_seq(sandbox->store)));
		hs_json_add(out, HS_S("bytes"),
			hs_json_int(arena, (int64_t)(counters.file_bytes + counters.wal_bytes)));
		hs__sandbox_end_use(sandbox);
	}
	return out;
}
