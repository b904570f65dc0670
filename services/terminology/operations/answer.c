/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that the answers share: parameters, parts, and the value set that is meant. */
#include "operations.h"

#include "../compile/tree.h"

void hs_tx_add_text(struct tx_context *ctx, struct hs_json *parameters, const char *name, const char *key,
	struct hs_slice text)
{
	if (text.len)
		hs_parameters_add(ctx->arena, parameters, hs_slice_cstr(name), hs_slice_cstr(key),
			hs_json_string(ctx->arena, text));
}

void hs_tx_add_bool(struct tx_context *ctx, struct hs_json *parameters, const char *name, bool value)
{
	hs_parameters_add(ctx->arena, parameters, hs_slice_cstr(name), HS_S("valueBoolean"),
		hs_json_bool(ctx->arena, value));
}

struct hs_slice hs_tx_uuid(struct hs_arena *arena, uint64_t a, uint64_t b)
{
	return hs_arena_printf(arena, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu, (unsigned)(b >> 52) & 0xfffu,
		(unsigned long long)(b & 0xffffffffffffull));
}

struct hs_json *hs_tx_add_parts(struct tx_context *ctx, struct hs_json *parameters, const char *name)
{
	struct hs_json *parts = hs_json_array(ctx->arena);

	hs_parameters_add(ctx->arena, parameters, hs_slice_cstr(name), HS_S("part"), parts);
	return parts;
}

void hs_tx_add_part(struct tx_context *ctx, struct hs_json *parts, const char *name, const char *key,
	struct hs_json *value)
{
	struct hs_json *part = hs_json_push(parts, hs_json_object(ctx->arena));

	hs_json_add_text(ctx->arena, part, HS_S("name"), hs_slice_cstr(name));
	hs_json_add(part, hs_slice_cstr(key), value);
}

/* ---- sets that include themselves ---- */

#define SETS_MAX 10000u /* each counts as often as it is included */

struct trail {
	struct tx_set open[TX_SETS_DEEP];
	size_t depth, steps;
};

static struct hs_slice name_of(struct tx_context *ctx, struct tx_set set)
{
	return hs_tx_vurl(ctx->arena, TX_SET_URL(set), TX_SET_VERSION(set));
}

/* With versions: one may include another, and only some of them lead round. */
static enum hs_status refuse_cycle(struct tx_context *ctx, const struct trail *trail, struct tx_set set,
	struct hs_error *err)
{
	struct hs_buf via;

	hs_buf_init(&via, ctx->arena, 65536);
	for (size_t i = 0; i < trail->depth; i++)
		hs_buf_printf(&via, "%s%.*s", i ? ", " : "", HS_S_ARG(name_of(ctx, trail->open[i])));
	return hs_tx_refuse(ctx, TX_MSG_VALUESET_CIRCULAR_REFERENCE, 422, HS_S_NONE,
		(struct tx_args) { { name_of(ctx, set), hs_buf_slice(&via) } }, err);
}

/* The same set may have come with the question and be here too. */
static bool is_same_set(struct tx_set a, struct tx_set b)
{
	return a.row == b.row ||
		(TX_SET_URL(a).len && hs_slice_eq(TX_SET_URL(a), TX_SET_URL(b)) &&
			hs_slice_eq(TX_SET_VERSION(a), TX_SET_VERSION(b)));
}

static enum hs_status follow_imports(struct tx_context *ctx, struct trail *trail, struct tx_set set,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < trail->depth; i++)
		if (is_same_set(trail->open[i], set))
			return refuse_cycle(ctx, trail, set, err);
	if (trail->depth == TX_SETS_DEEP)
		return hs_tx_too_deep(ctx, err);
	if (++trail->steps > SETS_MAX)
		return hs_tx_fault(ctx, HS_E_TOO_COSTLY, TX_MSG_OWN_TOO_MANY_SETS, HS_S_NONE,
			(struct tx_args) { { hs_arena_printf(ctx->arena, "%u", SETS_MAX) } }, err);
	trail->open[trail->depth++] = set;
	for (uint32_t r = 0; r < set.row->rule_count && status == HS_OK; r++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + r];
		for (uint32_t i = 0; i < rule->import_count && status == HS_OK; i++) {
			struct hs_slice canonical = tx_text(set.layer,
				set.layer->imports[rule->import_first + i]);
			struct tx_set other;
			if (hs_tx_resolve_set(ctx, canonical, HS_S_NONE, &other, NULL))
				status = follow_imports(ctx, trail, other, err);
		}
	}
	trail->depth--;
	return status;
}

/* A value set may be meant by the element that it is bound to; structures are not known here. */
static enum hs_status refuse_unnamed(struct tx_context *ctx, struct hs_error *err)
{
	struct hs_slice element = hs_tx_parameter_text(ctx, HS_S("context"));

	if (element.len)
		return hs_tx_fault(ctx, HS_E_NOT_SUPPORTED, TX_MSG_OWN_CONTEXT, HS_S("context"),
			TX_ARGS(element), err);
	if (hs_tx_parameter(ctx, HS_S("contextDirection")))
		return hs_tx_fault(ctx, HS_E_NOT_SUPPORTED, TX_MSG_OWN_CONTEXT_DIRECTION,
			HS_S("contextDirection"), TX_ARGS(HS_S_NONE), err);
	return hs_tx_refuse(ctx, TX_MSG_NO_VALUE_SET, 400, HS_S_NONE, TX_ARGS(HS_S_NONE), err);
}

enum hs_status hs_tx_choose_set(struct tx_context *ctx, struct hs_error *err)
{
	struct tx_params *params = &ctx->params;

	if (ctx->chosen)
		return HS_OK;
	if (!ctx->set.row) {
		struct hs_slice url, version;
		if (!params->url.len)
			return refuse_unnamed(ctx, err);
		hs_tx_canonical(params->url, &url, &version);
		if (params->set_version.len)
			version = params->set_version;
		if (!hs_tx_resolve_set(ctx, url, version, &ctx->set, NULL)) {
			/* the set of all codes of a code system, which nobody has written down */
			return hs_tx_refuse(ctx, TX_MSG_Unable_to_resolve_value_Set_, 404, HS_S_NONE,
				(struct tx_args) { { hs_tx_vurl(ctx->arena, url, version) } }, err);
		}
	}
	struct hs_slice url = TX_SET_URL(ctx->set);
	ctx->set_name = url.len ? hs_tx_vurl(ctx->arena, url, TX_SET_VERSION(ctx->set)) :
				  HS_S("(unidentified)");
	struct trail trail;

	trail.depth = trail.steps = 0;
	enum hs_status status = follow_imports(ctx, &trail, ctx->set, err);
	if (status == HS_OK)
		status = hs_tx_params_of_set(ctx, ctx->set, err);
	if (status == HS_OK)
		status = hs_tx_find_supplements(ctx, ctx->set, err);
	ctx->chosen = status == HS_OK;
	return status;
}
