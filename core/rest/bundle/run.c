/* SPDX-License-Identifier: Apache-2.0 */
/* Carries a batch or transaction out, and serves it.
 *
 *   transaction:  resolve conditional targets -> no two entries of one target -> by phase: relink, run
 *                 (any failure fails all; nothing is kept)
 *   batch:        each entry in a savepoint of its own, in the order given */
#include <core/rest/bundle/bundle.h>

#define PREPARE_HERE ((size_t)32 << 10)
#define ENTRY_MEMORY ((size_t)256 << 20) /* to carry out one entry of a large bundle */

/* A work function may be run again: entries are put back as they were prepared. */
static void restore(struct hs__rest_bundle *bundle, struct hs_arena *arena)
{
	hs__rest_bundle_clean(bundle, arena);
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		entry->in = entry->given;
		entry->call.id = entry->given_id;
		entry->status = entry->refused;
	}
}

/* The id that a conditional entry means before anything is changed. */
static enum hs_status resolve(struct hs__rest_bundle *bundle, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs__rest_call *call = &entry->call;
	struct hs_resource match = { 0 };
	enum hs_status status = HS_OK;
	if (call->interaction == HS_DO_UPDATE_CONDITIONAL)
		status = hs__rest_resolve_update(&bundle->env, txn, arena, call, &call->id, err);
	else
		status = hs__rest_match(&bundle->env, txn, arena, call, call->if_none_exist, &match, err);
	if (status == HS_OK && match.id.len > 0)
		call->id = match.id;
	entry->matched = match.id.len > 0 && call->interaction == HS_DO_CREATE;
	return status == HS_OK ? hs__rest_bundle_settle(bundle, arena, entry, err) : status;
}

/* Two entries that change the same resource have no order, so the result would be chance. */
static enum hs_status claim(struct hs_map *taken, struct hs_arena *arena, const struct hs__rest_entry *entry,
	struct hs_error *err)
{
	const struct hs__rest_call *call = &entry->call;
	bool fresh = false;
	if (call->id.len == 0 || entry->matched || !hs__rest_writes(call->interaction))
		return HS_OK;
	struct hs_slice key = hs_arena_printf(arena, "%.*s/%.*s", HS_S_ARG(call->type->name),
		HS_S_ARG(call->id));
	struct hs_map_slot *slot = hs_map_put(taken, key, &fresh);
	if (!slot)
		return hs_fail(err, HS_E_LIMIT, "the transaction is too large");
	if (!fresh)
		return hs_fail(err, HS_E_INVALID,
			"entries %u and %zu both mean %.*s; a transaction changes each resource once",
			(unsigned)slot->value.number, entry->index, HS_S_ARG(key));
	slot->value.number = entry->index;
	return HS_OK;
}

static enum hs_status resolve_all(struct hs__rest_bundle *bundle, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_error *err)
{
	struct hs_map taken;
	hs_map_init(&taken, arena);
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		enum hs_status status = entry->conditional ? resolve(bundle, txn, arena, entry, err) : HS_OK;
		if (status == HS_OK)
			status = claim(&taken, arena, entry, err);
		if (status != HS_OK)
			status = hs__rest_bundle_fault(bundle, arena, entry, err);
		if (status != HS_OK)
			return status;
	}
	return hs__rest_bundle_verdict(bundle, err);
}

static enum hs_status relink(struct hs__rest_bundle *bundle, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	bool changed = false;
	if (!entry->deferred)
		return HS_OK;
	entry->in.tree = hs_json_clone(arena, entry->in.tree);
	if (!entry->in.tree)
		return hs_fail(err, HS_E_LIMIT, "the transaction is too large");
	enum hs_status status = hs__rest_bundle_relink(bundle, txn, arena, entry, &changed, err);
	if (changed)
		entry->in.text = HS_S_NONE;
	return status;
}

static enum hs_status run_entry(struct hs__rest_bundle *bundle, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs_slice expected = entry->call.id;
	bool create = entry->call.interaction == HS_DO_CREATE;
	enum hs_status status = relink(bundle, txn, arena, entry, err);
	if (status == HS_OK)
		status = hs__rest_run(&bundle->env, txn, arena, &entry->call, &entry->result, err);
	if (status == HS_OK && bundle->transaction && create && !hs_slice_eq(entry->result.id, expected))
		status = hs_fail(err, HS_E_MULTIPLE,
			"ifNoneExist means a resource that another entry has just made; give "
			"both entries one fullUrl");
	return status;
}

/* Where an entry is carried out: memory of its own when the bundle is large, taken back after each. */
struct room {
	struct hs_arena *arena, *scratch;
};

static void free_scratch(void *arena)
{
	hs_arena_free(arena);
}

static struct room open_room(const struct hs__rest_bundle *bundle, struct hs_arena *arena)
{
	struct room room = { arena, NULL };
	if (!bundle->large)
		return room;
	room.scratch = hs_arena_new(ENTRY_MEMORY);
	/* With the request: what failed is told from it. */
	if (!hs_arena_defer(arena, free_scratch, room.scratch))
		room.scratch = NULL;
	return room;
}

/* The issues as they are, in other memory. */
static bool move_issues(struct hs_arena *arena, struct hs_issues *issues)
{
	bool good = true;
	issues->arena = arena;
	for (struct hs_issue **at = &issues->first; *at; at = &(*at)->next) {
		struct hs_issue *copy = hs_arena_alloc(arena, sizeof *copy);
		if (!copy) {
			*at = NULL;
			return false;
		}
		*copy = **at;
		struct hs_slice *texts[] = { &copy->text, &copy->path, &copy->detail_system,
			&copy->detail_code, &copy->diagnostics };
		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
			if (texts[i]->len > 0)
				*texts[i] = hs_arena_copy(arena, *texts[i]);
			good = good && (texts[i]->len == 0 || texts[i]->ptr);
		}
		*at = issues->last = copy;
	}
	return good;
}

/* Keeps of a result what the reply is made of. */
static enum hs_status close_room(const struct room *room, const struct hs__rest_bundle *bundle,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs__rest_result *result = &entry->result;
	bool whole = !hs__rest_writes(entry->call.interaction) ||
		hs_slice_eq(bundle->prefer, HS_S("representation"));
	if (!room->scratch)
		return HS_OK;
	bool good = move_issues(room->arena, &result->issues);
	if (result->id.len > 0)
		result->id = hs_arena_copy(room->arena, result->id);
	result->text = whole && result->text.len > 0 ? hs_arena_copy(room->arena, result->text) : HS_S_NONE;
	entry->in = (struct hs__rest_incoming) { .tree = NULL };
	hs_arena_reset(room->scratch);
	return good && !hs_arena_full(room->arena) ? HS_OK :
						     hs_fail(err, HS_E_LIMIT, "the Bundle is too large");
}

static struct hs_arena *arena_of(const struct room *room)
{
	return room->scratch ? room->scratch : room->arena;
}

/* Entries of one phase do not rest on each other, so all that is wrong with them is told; what comes after
 * may rest on what failed. */
static enum hs_status run_phase(struct hs__rest_bundle *bundle, struct hs_txn *txn, const struct room *room,
	int phase, struct hs_error *err)
{
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		if (entry->phase != phase)
			continue;
		enum hs_status status = run_entry(bundle, txn, arena_of(room), entry, err);
		if (status != HS_OK)
			status = hs__rest_bundle_fault(bundle, room->arena, entry, err);
		if (status == HS_OK)
			status = close_room(room, bundle, entry, err);
		if (status != HS_OK)
			return status;
	}
	return hs__rest_bundle_verdict(bundle, err);
}

static enum hs_status run_transaction(struct hs__rest_bundle *bundle, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_error *err)
{
	struct room room = open_room(bundle, arena);
	enum hs_status status = resolve_all(bundle, txn, arena, err);
	for (int phase = 0; status == HS_OK && phase < HS_PHASE_COUNT; phase++)
		status = run_phase(bundle, txn, &room, phase, err);
	return status;
}

static bool is_own_fault(enum hs_status status)
{
	return hs_status_http(status) < 500;
}

static enum hs_status run_batch(struct hs__rest_bundle *bundle, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_error *err)
{
	struct room room = open_room(bundle, arena);
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		bool point = hs_txn_writes(txn);
		enum hs_status status = HS_OK;
		if (entry->refused != HS_OK || entry->operation)
			continue;
		if (point)
			status = hs_txn_savepoint(txn, err);
		if (status != HS_OK)
			return status;
		entry->status = run_entry(bundle, txn, arena_of(&room), entry, &entry->err);
		hs__rest_entry_place(arena, entry, &entry->result.issues);
		status = close_room(&room, bundle, entry, err);
		if (status != HS_OK)
			return status;
		if (point)
			status = hs_txn_savepoint_end(txn, entry->status == HS_OK, err);
		if (status != HS_OK)
			return status;
		/* The store failed, or the loop's budget was used up: that is no matter of one entry. */
		if (entry->status != HS_OK && !is_own_fault(entry->status)) {
			*err = entry->err;
			return entry->status;
		}
	}
	return HS_OK;
}

enum hs_status hs__rest_bundle_run(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct hs__rest_bundle *bundle = arg;
	restore(bundle, arena);
	enum hs_status status = bundle->transaction ? run_transaction(bundle, txn, arena, err) :
						      run_batch(bundle, txn, arena, err);
	bundle->seq = hs_txn_seq(txn);
	return status == HS_OK && bundle->operations == 0 ? hs__rest_bundle_reply(bundle, arena, err) :
							    status;
}

/* ---- serving ---- */

static enum hs_verdict after_run(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct hs__rest_bundle *bundle = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, &bundle->issues, err);
	return bundle->operations > 0 ? hs__rest_bundle_ask(req, bundle) : hs__rest_bundle_send(req, bundle);
}

static enum hs_verdict after_prepare(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct hs__rest_bundle *bundle = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, &bundle->issues, err);
	return bundle->writes ? hs_write(req, hs__rest_bundle_run, bundle, after_run) :
				hs_read(req, hs__rest_bundle_run, bundle, after_run);
}

enum hs_verdict hs__rest_serve_bundle(const struct hs__rest_env *env, struct hs_request *req)
{
	struct hs_error err = { 0 };
	struct hs_arena *arena = hs_request_arena(req);
	struct hs__rest_bundle *bundle = hs_arena_alloc(arena, sizeof *bundle);
	if (!bundle)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	bundle->env = *env;
	bundle->body = hs_request_body(req);
	bundle->prefer = hs_request_prefer(req, HS_S("return"));
	bundle->strict = hs_slice_eq(hs_request_prefer(req, HS_S("handling")), HS_S("strict"));
	if (!hs__rest_media_is_json(hs_request_header(req, HS_S("Content-Type")))) {
		hs_fail(&err, HS_E_MEDIA_TYPE, "a Bundle is sent as application/fhir+json");
		return hs__rest_refuse(req, err.status, NULL, &err);
	}
	if (hs__rest_check_is_slow(env, false))
		return hs_read_slow(req, hs__rest_bundle_prepare, bundle, after_prepare);
	if (bundle->body.len > PREPARE_HERE)
		return hs_compute(req, hs__rest_bundle_prepare, bundle, after_prepare);
	return after_prepare(req, bundle, hs__rest_bundle_prepare(NULL, arena, bundle, &err), &err);
}
