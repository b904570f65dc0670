/* SPDX-License-Identifier: Apache-2.0 */
/* One $validate-code while it is answered: the codings that are asked about, and what became of each. */
#pragma once

#include "../sets/member.h"

/* What became of one coding. */
struct tx_verdict {
	enum tx_membership membership;
	struct tx_hit hit;
	struct tx_system system; /* row NULL: not known */
	uint32_t concept;        /* TX_NONE: not in it */
	struct hs_slice unknown; /* canonical of a code system that is not known */
	bool abstract, inactive_refused;
};

struct tx_validation {
	struct tx_context *ctx;
	bool in_set, of_concept;   /* against ctx->set; codings of a CodeableConcept */
	struct tx_coding *codings; /* room for as many as were sent, and one */
	size_t count;
	struct tx_verdict best; /* of the coding that the answer speaks of */
	const struct tx_coding *best_coding;
	bool found, unsure;
};

/* validate_coding.c: holds one coding against the value set and its code system, and says all that there is
 * to be said of it. */
enum hs_status hs_tx_judge_coding(struct tx_validation *t, const struct tx_coding *coding,
	struct tx_verdict *v, struct hs_error *err);
/* validate_coding.c: what is to be said of the state of all that stood on the way to the code of t->best: the
 * value set, those it took the code from, and the code system. */
void hs_tx_comment_on_way(struct tx_validation *t);

static inline struct tx_issue *tx_say(struct tx_validation *t, enum tx_message id, struct hs_slice at,
	struct tx_args args)
{
	return hs_tx_issue(t->ctx, &t->ctx->issues, id, at, args);
}
