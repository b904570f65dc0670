/* SPDX-License-Identifier: Apache-2.0 */
/* Post-coordinated expressions (SNOMED CT compositional grammar 2.4): read, held against the concept model
 * where the release has it, and written with terms. */
#pragma once

#include "../context.h"
#include "form.h"

#define TX_EXPRESSION_MAX 4096u
#define TX_FOCUS_MAX 16u

struct tx_expression {
	struct hs_slice text, display;
	const struct tx_form *form;      /* NULL: it is none */
	const struct tx_remark *remarks; /* why it is none, or what is odd about it; NULL: nothing */
};

/* False when it does not parse, names what is not there or not in use, or breaks a mandatory rule of the
 * concept model: out->remarks say why, syntax in the language that
 * is asked for. In the arena. */
bool hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text, bool swedish,
	struct tx_expression *out);
/* Does the text look like an expression rather than a code? */
bool hs_tx_is_expression(struct hs_slice text);
/* Is the term one of the concept's, but for the case of letters? */
bool hs_tx_sct_has_term(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct hs_slice term);

/* The concept model (concept_model.c): are the attributes of the form, which begins at character `at`,
 * allowed there, with these values, in this number? Says what is not. */
void hs_tx_model_check(struct tx_system s, const struct tx_form *form, uint32_t at,
	struct tx_remarks *remarks);

/* 109999999109 |Heart finding| for sentences. */
struct hs_slice hs_tx_sct_name(struct hs_arena *arena, struct tx_system s, uint32_t concept);
