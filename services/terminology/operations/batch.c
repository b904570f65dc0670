/* SPDX-License-Identifier: Apache-2.0 */
/* $batch-validate-code: many questions in one, each with an answer or an OperationOutcome of its own. */
#include "batch.h"

#include "../compile/tree.h"

static bool has(const struct hs_json *parameters, struct hs_slice name)
{
	return hs_parameter(parameters, name) != NULL;
}

/* The parameters of one item, then those of the whole that it does not have. */
static struct hs_json *merge(struct hs_arena *arena, const struct hs_json *whole, const struct hs_json *item)
{
	struct hs_json *out = hs_parameters(arena);
	struct hs_json *list = hs_json_array(arena);

	hs_json_set(out, HS_S("parameter"), list);
	HS_JSON_EACH(p, hs_json_get(item, HS_S("parameter")))
		hs_json_push(list, hs_json_clone(arena, p));
	HS_JSON_EACH(p, hs_json_get(whole, HS_S("parameter"))) {
		struct hs_slice name = hs_json_get_text(p, HS_S("name"));
		if (!hs_slice_eq(name, HS_S("validation")) && !hs_slice_eq(name, HS_S("tx-resource")) &&
			!has(item, name))
			hs_json_push(list, hs_json_clone(arena, p));
	}
	return out;
}

typedef enum hs_status validate_fn(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);

static struct hs_json *answer_one(struct tx_ask *ask, validate_fn *validate, const struct hs_json *item,
	uint32_t set)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *out = NULL;
	struct hs_arena *arena = hs_request_arena(ask->req);
	const struct tx_input input = { .tree = merge(arena, hs_tx_input_tree(&ask->input), item) };
	enum hs_status status = hs_tx_ask_begin(ask, &input, set, &err);

	if (status == HS_OK)
		status = validate(&ask->ctx, &out, &err);
	if (status == HS_OK)
		return out;
	return ask->ctx.failure ? hs_tx_failure_outcome(&ask->ctx) : hs_outcome_of(arena, &err);
}

static enum hs_status answer(struct tx_ask *ask, validate_fn *validate, struct hs_json **out,
	struct hs_error *err)
{
	struct hs_arena *arena = hs_request_arena(ask->req);
	const struct hs_json *tree = hs_tx_input_tree(&ask->input);
	struct hs_json *answers = hs_parameters(arena);
	size_t n = 0, count = 0;

	HS_JSON_EACH(p, hs_json_get(tree, HS_S("parameter")))
		count += hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("validation"));
	if (!count)
		return hs_tx_fault(&ask->ctx, HS_E_REQUIRED, TX_MSG_OWN_EMPTY_BATCH, HS_S_NONE,
			(struct tx_args) { { HS_S_NONE } }, err);
	HS_JSON_EACH(p, hs_json_get(tree, HS_S("parameter"))) {
		if (!hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("validation")))
			continue;
		uint32_t own = ask->sent_items[n++];
		uint32_t set = own != TX_NONE ? own : ask->sent_set;
		hs_parameters_add(arena, answers, HS_S("validation"), HS_S("resource"),
			answer_one(ask, validate, hs_json_get(p, HS_S("resource")), set));
	}
	*out = answers;
	return HS_OK;
}

enum hs_status hs_tx_batch_in_system(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return answer(ask, hs_tx_validate_in_system, out, err);
}

enum hs_status hs_tx_batch_in_set(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return answer(ask, hs_tx_validate_in_set, out, err);
}
