/* SPDX-License-Identifier: Apache-2.0 */
/* When a code is the same in two versions of its code system. */
#include "apart.h"

struct search {
	struct tx_context *ctx;
	struct hs_slice url;
	const struct tx_system_row *found;
	bool two;
	size_t depth;
};

static void look(struct search *s, struct tx_set set)
{
	if (s->depth++ < TX_SETS_DEEP)
		for (uint32_t i = 0; i < set.row->rule_count && !s->two; i++) {
			const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
			struct tx_system here = { NULL, NULL };
			if (rule->flags & TX_RULE_EXCLUDE)
				continue;
			if (hs_slice_eq(tx_text(set.layer, rule->system), s->url))
				here = hs_tx_resolve_rule(s->ctx, set, rule).system;
			s->two |= here.row && s->found && here.row != s->found;
			s->found = here.row ? here.row : s->found;
			for (uint32_t k = 0; k < rule->import_count && !rule->system.len; k++) {
				struct hs_slice canonical = tx_text(set.layer,
					set.layer->imports[rule->import_first + k]);
				struct tx_set other;
				if (hs_tx_resolve_set(s->ctx, canonical, HS_S_NONE, &other, NULL))
					look(s, other);
			}
		}
	s->depth--;
}

/* Do the includes of the set, and what they import, take codes from two versions of the code system? */
static bool told_apart(struct tx_context *ctx, struct tx_set set, struct hs_slice url)
{
	struct search s = { .ctx = ctx, .url = url };

	look(&s, set);
	return s.two;
}

bool hs_tx_is_same_code(struct tx_context *ctx, struct tx_set set, struct tx_system a, struct tx_system b)
{
	if (!a.row || !b.row || a.row == b.row || ctx->params.versions_match == TX_YES)
		return true;
	return ctx->params.versions_match != TX_NO && !told_apart(ctx, set, TX_SYSTEM_URL(a));
}
