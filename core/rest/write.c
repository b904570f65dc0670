/* SPDX-License-Identifier: Apache-2.0 */
/* create, update, patch and delete in a writing transaction, with their conditional forms (R4 section 3.1.0).
 */
#include <core/fhir/patch/patch.h>
#include <core/rest/shelf/shelf.h>

/* What a write needs at every step. */
struct step {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	const struct hs__rest_type *type;
	struct hs__rest_result *result;
	bool fresh; /* a create: its id was made for it */
};

static void fill(const struct step *step, int status, const struct hs_resource *version)
{
	struct hs__rest_result *result = step->result;
	result->status = status;
	result->versioned = true;
	result->located = status == 201 || status == 200;
	result->type = step->type->name;
	result->id = version->id;
	result->version = version->version;
	result->updated_ms = version->updated_ms;
	result->text = version->body;
	result->seq = hs_txn_seq(step->txn);
}

static struct hs_write_event event_of(const struct step *step, enum hs_change change, struct hs_slice id,
	struct hs_json *tree, const struct hs_resource *before)
{
	return (struct hs_write_event) { .txn = step->txn,
		.arena = step->arena,
		.fhir = step->env->rest->fhir,
		.change = change,
		.type = step->type->name,
		.id = id,
		.resource = tree,
		.before = before,
		.producer = step->env->producer,
		.language = step->env->language };
}

/* The service's own rules. They may change the resource; a work function may be run again, so they get a
 * copy, and *in is made anew from it when they did. */
static enum hs_status ask_service(const struct step *step, const struct hs_write_event *event,
	struct hs__rest_incoming *in, struct hs_error *err)
{
	const struct hs_type_row *row = step->type->row;
	struct hs_issues *issues = &step->result->issues;
	struct hs_write_event asked = *event;
	if (!row->check)
		return HS_OK;
	if (event->resource) {
		asked.resource = hs_json_clone(step->arena, event->resource);
		if (!asked.resource)
			return hs_fail(err, HS_E_LIMIT, "the resource is too large");
	}
	row->check(&asked, step->type->state, issues);
	if (issues->errors > 0)
		return hs_fail(err, HS_E_BUSINESS_RULE, "%s refuses this %.*s", step->type->service,
			HS_S_ARG(step->type->name));
	if (!event->resource || hs_json_equal(event->resource, asked.resource))
		return HS_OK;
	*in = (struct hs__rest_incoming) { .tree = asked.resource };
	return hs__rest_ready(step->env, step->arena, in, err);
}

/* Entries and text are made, and the tree has the id under which it will be stored. */
static enum hs_status complete(const struct step *step, struct hs_slice id, struct hs__rest_incoming *in,
	struct hs_error *err)
{
	enum hs_status status = in->ready ? HS_OK : hs__rest_ready(step->env, step->arena, in, err);
	if (status != HS_OK || hs_slice_eq(hs_json_get_text(in->tree, HS_S("id")), id))
		return status;
	in->tree = hs_json_clone(step->arena, in->tree);
	if (!in->tree)
		return hs_fail(err, HS_E_LIMIT, "the resource is too large");
	return hs__rest_give_id(step->arena, id, in->tree, err);
}

/* Stores `given` as the next version of `id`. `before`: the current one, NULL when there is none. */
static enum hs_status put(const struct step *step, struct hs_slice id, const struct hs__rest_incoming *given,
	const struct hs_resource *before, struct hs_error *err)
{
	const struct hs_type_row *row = step->type->row;
	struct hs__rest_incoming in = *given;
	struct hs_resource stored = { 0 };
	enum hs_status status = complete(step, id, &in, err);
	if (status != HS_OK)
		return status;
	struct hs_write_event event = event_of(step, before ? HS_CHANGE_UPDATE : HS_CHANGE_CREATE, id,
		in.tree, before);
	status = ask_service(step, &event, &in, err);
	if (status != HS_OK)
		return status;
	struct hs_put put = { .type = hs__rest_type_number(step->env->sandbox, step->type),
		.id = id,
		.index = in.index,
		.index_count = in.index_count,
		.contained = in.contained,
		.contained_count = in.contained_count,
		.compose = hs__rest_compose,
		.arg = &in.compose,
		.tree = in.tree,
		.fresh = step->fresh };
	hs__shade_touch(step->env, step->type, id);
	status = hs_txn_put(step->txn, step->arena, &put, &stored, err);
	event.resource = in.tree;
	if (status == HS_OK && row->written)
		status = row->written(&event, step->type->state, err);
	if (status != HS_OK)
		return status;
	fill(step, before ? 200 : 201, &stored);
	step->result->wrote = true;
	return HS_OK;
}

/* The current version of an id: *out NULL when there is none. */
static enum hs_status current_of(const struct step *step, struct hs_slice id, struct hs_resource *room,
	struct hs_resource **out, struct hs_error *err)
{
	enum hs_status status = hs__rest_current(step->env, step->txn, step->arena, step->type, id, room,
		err);
	*out = status == HS_OK ? room : NULL;
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ? HS_OK : status;
}

static struct step step_of(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result)
{
	/* A conditional create may have the id of what it means, which the same transaction has deleted. */
	bool fresh = call->interaction == HS_DO_CREATE && !call->if_none_exist.ptr;
	return (struct step) { env, txn, arena, call->type, result, fresh };
}

enum hs_status hs__rest_create(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct step step = step_of(env, txn, arena, call, result);
	if (call->if_none_exist.ptr) { /* an empty one is a condition that says nothing: refused */
		struct hs_resource match = { 0 };
		enum hs_status status = hs__rest_match(env, txn, arena, call, call->if_none_exist, &match,
			err);
		if (status != HS_OK)
			return status;
		if (match.id.len > 0) {
			fill(&step, 200, &match);
			return HS_OK;
		}
	}
	struct hs_slice id = call->id.len > 0 ? call->id : hs__rest_new_id(arena);
	return put(&step, id, call->in, NULL, err);
}

/* R5 section 3.1.0.5.3, on what R4 leaves open: no match, but the id that is sent means another resource. */
static enum hs_status is_free(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_slice id, struct hs_error *err)
{
	struct hs_resource other = { 0 };
	struct hs_error why = { .status = HS_OK };
	enum hs_status status = hs__rest_current(env, txn, arena, call->type, id, &other, &why);
	if (status == HS_E_NOT_FOUND || status == HS_E_DELETED)
		return HS_OK;
	if (status != HS_OK) {
		*err = why;
		return status;
	}
	return hs_fail_at(err, HS_E_CONFLICT, HS_S("id"),
		"no %.*s fulfils the condition, and %.*s/%.*s, whose id the resource has, is another one; "
		"leave the id out, or update that one by its id",
		HS_S_ARG(call->type->name), HS_S_ARG(call->type->name), HS_S_ARG(id));
}

enum hs_status hs__rest_resolve_update(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_slice *id, struct hs_error *err)
{
	struct hs_slice sent = hs_json_get_text(call->in->tree, HS_S("id"));
	struct hs_resource match = { 0 };
	enum hs_status status = hs__rest_match(env, txn, arena, call, HS_S_NONE, &match, err);
	if (status != HS_OK)
		return status;
	bool found = match.id.len > 0;
	if (found && sent.len > 0 && !hs_slice_eq(sent, match.id))
		return hs_fail_at(err, HS_E_INVALID, HS_S("id"),
			"the condition means %.*s/%.*s, the resource says id \"%.*s\"; leave the id out or "
			"make it the same",
			HS_S_ARG(call->type->name), HS_S_ARG(match.id), HS_S_ARG(hs_slice_first(sent, 64)));
	if (!found && sent.len > 0)
		status = is_free(env, txn, arena, call, sent, err);
	*id = found ? match.id : sent.len > 0 ? sent : hs__rest_new_id(arena);
	return status;
}

enum hs_status hs__rest_update(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct step step = step_of(env, txn, arena, call, result);
	struct hs_slice id = call->id;
	struct hs_resource room = { 0 }, *before = NULL;
	enum hs_status status = HS_OK;
	if (call->interaction == HS_DO_UPDATE_CONDITIONAL && id.len == 0)
		status = hs__rest_resolve_update(env, txn, arena, call, &id, err);
	if (status == HS_OK)
		status = current_of(&step, id, &room, &before, err);
	if (status == HS_OK)
		status = hs__rest_may_write(call, before, err);
	if (status == HS_OK && before && hs__shelf_owns(before))
		before = NULL; /* the first version of the sandbox's own */
	return status == HS_OK ? put(&step, id, call->in, before, err) : status;
}

static enum hs_status gone_or_missing(const struct hs__rest_call *call, struct hs_slice id, bool deleted,
	struct hs_error *err)
{
	if (deleted)
		return hs_fail(err, HS_E_DELETED, "%.*s/%.*s was deleted", HS_S_ARG(call->type->name),
			HS_S_ARG(id));
	return hs_fail(err, HS_E_NOT_FOUND, "there is no %.*s with id %.*s", HS_S_ARG(call->type->name),
		HS_S_ARG(id));
}

enum hs_status hs__rest_is_patch(const struct hs_json *tree, struct hs_error *err)
{
	if (hs_json_is(tree, HS_JSON_ARRAY) ||
		hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Parameters")))
		return HS_OK;
	return hs_fail(err, HS_E_INVALID,
		"a patch is an array of operations (JSON Patch, RFC 6902) or a Parameters resource (FHIRPath "
		"Patch)");
}

/* The stored resource with the patch applied, checked as an update would be. */
static enum hs_status apply(const struct step *step, struct hs__rest_call *call,
	const struct hs_resource *before, struct hs__rest_incoming *in, struct hs_error *err)
{
	struct hs__rest_call checked = {
		.interaction = HS_DO_UPDATE, .type = call->type, .id = before->id, .in = in
	};
	enum hs_status status = hs_json_parse(step->arena, before->body, NULL, &in->tree, err);
	if (status == HS_OK && hs_json_is(call->patch, HS_JSON_ARRAY))
		status = hs_json_patch(step->arena, &in->tree, call->patch, err);
	else if (status == HS_OK)
		status = hs_fhir_patch(step->env->rest->config.defs, step->arena, in->tree, call->patch, err);
	return status == HS_OK ? hs__rest_check(step->env, &checked, HS_S_NONE, &step->result->issues, err) :
				 status;
}

enum hs_status hs__rest_patch(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct step step = step_of(env, txn, arena, call, result);
	struct hs_resource current = { 0 };
	struct hs__rest_incoming in = { 0 };
	struct hs_slice id = call->id;
	enum hs_status status = HS_OK;
	if (call->interaction == HS_DO_PATCH_CONDITIONAL && id.len == 0) {
		status = hs__rest_match(env, txn, arena, call, HS_S_NONE, &current, err);
		if (status == HS_OK && current.id.len == 0)
			status = hs_fail(err, HS_E_NOT_FOUND, "no %.*s fulfils the condition",
				HS_S_ARG(call->type->name));
		id = current.id;
	}
	if (status == HS_OK) {
		status = hs__rest_current(env, txn, arena, call->type, id, &current, err);
		if (status == HS_E_NOT_FOUND || status == HS_E_DELETED)
			status = gone_or_missing(call, id, status == HS_E_DELETED, err);
	}
	if (status == HS_OK)
		status = hs__rest_may_write(call, &current, err);
	if (status == HS_OK)
		status = apply(&step, call, &current, &in, err);
	return status == HS_OK ? put(&step, id, &in, hs__shelf_owns(&current) ? NULL : &current, err) :
				 status;
}

enum hs_status hs__rest_delete(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct step step = step_of(env, txn, arena, call, result);
	const struct hs_type_row *row = call->type->row;
	uint32_t type = hs__rest_type_number(env->sandbox, call->type);
	struct hs_resource room = { 0 }, *before = NULL, deleted = { 0 };
	struct hs_slice id = call->id;
	enum hs_status status = HS_OK;
	if (call->interaction == HS_DO_DELETE_CONDITIONAL && id.len == 0) {
		status = hs__rest_match(env, txn, arena, call, HS_S_NONE, &room, err);
		id = room.id;
	}
	if (status == HS_OK && id.len > 0)
		status = current_of(&step, id, &room, &before, err);
	if (status == HS_OK)
		status = hs__rest_may_write(call, before, err);
	if (status != HS_OK)
		return status;
	result->seq = hs_txn_seq(txn);
	result->status = 204;
	if (!before)
		return HS_OK; /* nothing there: what was asked for holds already */
	if (hs__shelf_owns(before))
		return hs_fail(err, HS_E_CONFLICT,
			"%.*s/%.*s is part of a package and stays; store one of your own under this id to "
			"have it in its place",
			HS_S_ARG(call->type->name), HS_S_ARG(id));
	hs__shade_touch(env, call->type, id);
	struct hs_write_event event = event_of(&step, HS_CHANGE_DELETE, id, NULL, before);
	status = ask_service(&step, &event, NULL, err);
	if (status == HS_OK)
		status = hs_txn_delete(txn, arena, type, id, &deleted, err);
	if (status == HS_OK && row->written)
		status = row->written(&event, call->type->state, err);
	if (status != HS_OK)
		return status;
	fill(&step, 204, &deleted);
	result->wrote = true;
	result->text = HS_S_NONE;
	return HS_OK;
}
