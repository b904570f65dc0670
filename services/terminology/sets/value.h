/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a concept's property against the one that a filter of a value set names (R4 section 4.9.5,
 * ValueSet.compose.include.filter.value). Thread: any. */
#pragma once

#include <handslag/arena.h>

/* How values of a type are compared. */
enum tx_value_kind {
	TX_VALUE_TEXT,   /* letter by letter */
	TX_VALUE_NUMBER, /* by amount: 1.0 is 1.00 */
	TX_VALUE_CODING  /* by system#code or system|version#code, system|code, its code, or its display
			  * whatever  the case */
};

/* `key` is the name of the element: valueCode, valueDecimal ... */
enum tx_value_kind hs_tx_value_kind(struct hs_slice key);
/* `value` is a scalar's text, or a Coding as JSON. Codes and texts do not heed case where `ignores_case`. */
bool hs_tx_value_is(struct hs_arena *arena, enum tx_value_kind kind, struct hs_slice value,
	struct hs_slice wanted, bool ignores_case);
