/* SPDX-License-Identifier: Apache-2.0 */
/* Post-coordinated expressions (SNOMED CT compositional grammar 2.4): read, and held against the concept
 * model where the release has it (reference sets of attribute domains and ranges, "MRCM"). */
#pragma once

#include "columns.h"

#define TX_EXPRESSION_MAX 4096u
#define TX_FOCUS_MAX 16u

struct tx_expression {
	struct hs_slice text;
	uint32_t focus[TX_FOCUS_MAX];
	size_t focus_count;
};

/* HS_E_VALUE with a sentence when it does not parse, names what is not there or not in use, or breaks the
 * concept model. */
enum hs_status hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_expression *out, struct hs_error *err);
/* Does the text look like an expression rather than a code? */
bool hs_tx_is_expression(struct hs_slice text);
/* Is the expression at or below the concept, by what it is before its refinement? */
bool hs_tx_expression_is_below(struct tx_system s, const struct tx_expression *expression, uint32_t ancestor);
