/* SPDX-License-Identifier: Apache-2.0 */
/* Post-coordinated expressions (SNOMED CT compositional grammar 2.4): read, held against the concept model
 * where the release has it, and written with terms. */
#pragma once

#include "form.h"

#define TX_EXPRESSION_MAX 4096u
#define TX_FOCUS_MAX 16u

struct tx_expression {
	struct hs_slice text, display;
	const struct tx_form *form;
	/* The first term in pipes that its concept does not have; empty: each has it. */
	struct hs_slice wrong_term;
	uint32_t wrong_concept;
};

/* HS_E_VALUE with a sentence when it does not parse, names what is not there or not in use, or breaks the
 * concept model. In the arena. */
enum hs_status hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_expression *out, struct hs_error *err);
/* Does the text look like an expression rather than a code? */
bool hs_tx_is_expression(struct hs_slice text);

/* The concept model (concept_model.c): are the attributes of the form allowed there, with these values, in
 * this number? False with a sentence in err. */
bool hs_tx_model_allows(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct hs_error *err);

/* 109999999109 |Heart finding| for sentences. */
struct hs_slice hs_tx_sct_name(struct hs_arena *arena, struct tx_system s, uint32_t concept);
