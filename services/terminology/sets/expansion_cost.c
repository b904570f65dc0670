/* SPDX-License-Identifier: Apache-2.0 */
/* How much work an expansion will be, told from its rules before anything is collected: a short one is
 * answered at once, where waking a worker would cost more than the answer. */
#include "expansion.h"

#include "../image/big.h"
#include "../compile/source.h"

#define CODES_QUICK 1000u /* looked at one by one, some hundred nanoseconds each */
#define PLACE 3u          /* of them are found by their place in the time that one is told */
#define PAGE_QUICK 100    /* codes of a large code system */
#define RULE 30u          /* codes in the time of joining two sets of a large code system */

struct estimate {
	struct tx_context *ctx;
	size_t weight, left; /* of a code; of what is quick */
};

static bool spend(struct estimate *e, size_t codes)
{
	bool enough = codes <= e->left / e->weight;

	if (enough)
		e->left -= codes * e->weight;
	return enough;
}

static bool has_op(struct tx_set set, const struct tx_rule_row *rule, struct hs_slice op)
{
	for (uint32_t i = 0; i < rule->filter_count; i++)
		if (hs_slice_eq(tx_text(set.layer, set.layer->filters[rule->filter_first + i].op), op))
			return true;
	return false;
}

/* Whether the rule asks below one concept and nothing else. */
static bool places_only(struct tx_set set, const struct tx_rule_row *rule)
{
	return rule->filter_count == 1 &&
		(has_op(set, rule, HS_S("is-a")) || has_op(set, rule, HS_S("descendent-of")));
}

/* A short page of a large code system. What it takes to find it is told by the patience of the question. */
static bool affords_page(struct estimate *e)
{
	const struct tx_params *params = &e->ctx->params;

	return !e->ctx->supplement_count && params->count >= 0 && params->count <= PAGE_QUICK &&
		spend(e, RULE);
}

static bool affords_codes(struct estimate *e, struct tx_set set, const struct tx_rule_row *rule)
{
	struct tx_system s = hs_tx_resolve_rule(e->ctx, set, rule).system;

	if (!s.row) /* the answer is a refusal */
		return true;
	if (rule->flags & TX_RULE_ENUM)
		return spend(e, rule->pick_count);
	if (hs_tx_is_big(s))
		return affords_page(e);
	if (hs_tx_source(s) || has_op(set, rule, HS_S("regex")))
		return false;
	return spend(e,
		places_only(set, rule) ? s.row->concept_count / PLACE + 1 :
					 (size_t)s.row->concept_count * (1 + rule->filter_count));
}

/* Sets that include themselves were refused before, and how deep they go was counted. */
static bool affords_set(struct estimate *e, struct tx_set set)
{
	bool enough = true;

	for (uint32_t i = 0; i < set.row->rule_count && enough; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		if (rule->system.len)
			enough = affords_codes(e, set, rule);
		for (uint32_t k = 0; k < rule->import_count && enough; k++) {
			struct hs_slice url = tx_text(set.layer, set.layer->imports[rule->import_first + k]);
			struct tx_set other;
			enough = spend(e, 1) &&
				(!hs_tx_resolve_set(e->ctx, url, HS_S_NONE, &other, NULL) ||
					affords_set(e, other));
		}
	}
	return enough;
}

bool hs_tx_expansion_is_quick(struct tx_context *ctx)
{
	const struct tx_params *params = &ctx->params;
	bool texts = params->filter.len || params->languages.count,
	     details = tx_tells_designations(params) || params->property_count;
	struct estimate e = { ctx, 1 + (texts ? 2u : 0) + (details ? 4u : 0), CODES_QUICK };

	return affords_set(&e, ctx->set);
}
