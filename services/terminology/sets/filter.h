/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of a value set (R4 valueset-filter-operator and those of R5): prepared once, then asked of
 * concepts. */
#pragma once

#include "../context.h"
#include "../text/regex.h"

enum tx_filter_op {
	TX_OP_EQUAL,
	TX_OP_IS_A,
	TX_OP_DESCENDENT_OF,
	TX_OP_IS_NOT_A,
	TX_OP_REGEX,
	TX_OP_IN,
	TX_OP_NOT_IN,
	TX_OP_GENERALIZES,
	TX_OP_EXISTS,
	TX_OP_CHILD_OF,
	TX_OP_DESCENDENT_LEAF
};

struct tx_filter {
	enum tx_filter_op op;
	enum { TX_ON_CODE, TX_ON_DISPLAY, TX_ON_DEFINITION, TX_ON_PROPERTY, TX_ON_DESIGNATION } on;
	struct hs_slice property, value;
	uint32_t concept; /* that hierarchical filters name; TX_NONE: it is not in the system */
	const struct tx_regex *regex;
	const void *data;    /* of a source */
	struct hs_slice why; /* what a source says is wrong with it, in a sentence; empty: nothing */
	const struct tx_remark *remarks; /* what a source finds odd about it */
	bool of_source;                  /* answered by the system's source */
	bool ignores_case; /* in values, as the codes of a large system do ("Using LOINC with FHIR") */
	bool answered;     /* by the choice of the concepts that are asked */
};

/* The filters of a rule for one code system. Refuses with a reason when one cannot be understood. */
enum hs_status hs_tx_filters_prepare(struct tx_context *ctx, struct tx_set set,
	const struct tx_rule_row *rule, struct tx_system s, struct tx_filter **out, struct hs_error *err);
bool hs_tx_filter_passes(struct tx_context *ctx, const struct tx_filter *filter, struct tx_system s,
	uint32_t concept);
/* Whether one value of the property is what the filter (=, in, regex; of not-in, the list) names. */
bool hs_tx_filter_value_passes(struct tx_context *ctx, const struct tx_filter *filter,
	const struct tx_property *given);
