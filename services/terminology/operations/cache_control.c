/* SPDX-License-Identifier: Apache-2.0 */
/* $cache-control: a client begins a cache for the resources of its work, asks whether it is still there, and
 * ends it (HL7's tools guide 1.2, OperationDefinition cache-control). */
#include "../compile/tree.h"
#include "../state.h"
#include "operations.h"

static struct hs_json *add(struct hs_arena *arena, struct hs_json *out, const char *name, const char *key,
	struct hs_json *value)
{
	return hs_parameters_add(arena, out, hs_slice_cstr(name), hs_slice_cstr(key), value);
}

/* ---- start ---- */

struct start {
	const struct hs_json *input;
	struct tx_sandbox *sandbox;
	struct hs_slice id;
	bool sealed, swedish;
};

static enum hs_status load(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct start *start = arg;

	(void)txn;
	(void)arena;
	return hs_tx_kept_add(start->sandbox, start->id, start->input, NULL,
		(struct tx_kept_way) { .first = true, .swedish = start->swedish }, err);
}

static enum hs_verdict started(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct start *start = arg;
	struct hs_arena *arena = hs_request_arena(req);
	struct hs_json *out = hs_parameters(arena);

	if (status) {
		hs_tx_kept_end(start->sandbox, start->id);
		return hs_fail_request(req, err);
	}
	add(arena, out, "cache-id", "valueId", hs_json_string(arena, start->id));
	add(arena, out, "sealed", "valueBoolean", hs_json_bool(arena, start->sealed));
	return hs_reply_json(req, 200, out);
}

/* The guide seals a cache unless its client says otherwise; the clients that are about count on being able to
 * add, and HL7's own server lets them. So does this one, and says so in the answer. */
static enum hs_verdict start(struct hs_request *req, const struct hs_json *input, bool swedish)
{
	static atomic_ullong made;
	struct hs_arena *arena = hs_request_arena(req);
	struct start *start = hs_arena_alloc(arena, sizeof(*start));
	uint64_t seed = UINT64_C(1469598103934665603) ^ (uint64_t)hs_request_now(req);
	struct hs_slice name = hs_request_id(req);
	struct hs_error err;

	if (!start) {
		hs_tx_no_room(swedish, &err);
		return hs_fail_request(req, &err);
	}
	for (size_t i = 0; i < name.len; i++)
		seed = (seed ^ (unsigned char)name.ptr[i]) * UINT64_C(1099511628211);
	*start = (struct start) { .input = input,
		.sandbox = hs_request_sandbox_state(req),
		.id = hs_tx_uuid(arena, seed,
			atomic_fetch_add(&made, 1) * UINT64_C(0x9e3779b97f4a7c15) ^ seed >> 9),
		.sealed = hs_slice_eq(hs_tx_scalar(hs_tx_value(hs_parameter(input, HS_S("sealed")))),
			HS_S("true")),
		.swedish = swedish };
	hs_tx_kept_make(start->sandbox, start->id, start->sealed, hs_request_now(req));
	if (!hs_parameter(input, HS_S("tx-resource")))
		return started(req, start, HS_OK, NULL);
	return hs_compute(req, load, start, started);
}

/* ---- check and end ---- */

static enum hs_verdict check(struct hs_request *req, struct hs_slice id)
{
	struct hs_arena *arena = hs_request_arena(req);
	struct hs_json *out = hs_parameters(arena);
	struct tx_kept_state state = { .sealed = false };
	bool there = hs_tx_kept_tell(hs_request_sandbox_state(req), id, hs_request_now(req), &state);

	add(arena, out, "cache-id", "valueId", hs_json_string(arena, id));
	add(arena, out, "valid", "valueBoolean", hs_json_bool(arena, there));
	if (!there)
		return hs_reply_json(req, 200, out);
	add(arena, out, "sealed", "valueBoolean", hs_json_bool(arena, state.sealed));
	add(arena, out, "resource-count", "valueUnsignedInt", hs_json_int(arena, (int64_t)state.resources));
	add(arena, out, "idle", "valueUnsignedInt", hs_json_int(arena, state.idle_ms / 1000));
	add(arena, out, "timeout", "valueUnsignedInt", hs_json_int(arena, TX_KEPT_IDLE_SECONDS));
	return hs_reply_json(req, 200, out);
}

enum hs_verdict hs_tx_serve_cache_control(struct hs_request *req, void *state)
{
	struct hs_slice mode = hs_request_query_value(req, HS_S("mode")),
			id = hs_request_header(req, HS_S("X-Cache-Id"));
	struct hs_error err = { .status = HS_OK };
	struct hs_json *input = NULL;

	(void)state;
	if (hs_request_parameters(req, &input, &err))
		return hs_fail_request(req, &err);
	bool swedish = hs_tx_speaks_swedish(hs_request_header(req, HS_S("Accept-Language")),
		hs_parameter_text(input, HS_S("displayLanguage")));
	if (!mode.len)
		mode = hs_parameter_text(input, HS_S("mode"));
	if (hs_slice_eq(mode, HS_S("start")))
		return start(req, input, swedish);
	bool end = hs_slice_eq(mode, HS_S("end"));
	if (!end && !hs_slice_eq(mode, HS_S("check")))
		hs_tx_say(&err, HS_E_VALUE, swedish, TX_MSG_OWN_CACHE_MODE, HS_S("mode"), TX_ARGS(mode));
	else if (!id.len)
		hs_tx_say(&err, HS_E_REQUIRED, swedish, TX_MSG_OWN_CACHE_HEADER, HS_S("X-Cache-Id"),
			TX_ARGS(HS_S_NONE));
	if (err.status)
		return hs_fail_request(req, &err);
	if (!end)
		return check(req, id);
	hs_tx_kept_end(hs_request_sandbox_state(req), id);
	return hs_reply_json(req, 200, hs_parameters(hs_request_arena(req)));
}
