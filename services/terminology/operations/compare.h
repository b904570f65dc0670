/* SPDX-License-Identifier: Apache-2.0 */
/* One $compare while it is answered: two value sets, and what is known so far of how they lie to one another.
 */
#pragma once

#include "../context.h"

/* Whether a code of one version of its system is that of another (parameter version-policy). */
enum tx_compare_policy {
	TX_COMPARE_AS_NEEDED, /* it is, unless the system says versionNeeded; filters may choose otherwise */
	TX_COMPARE_ALWAYS,    /* it is not */
	TX_COMPARE_NEVER,     /* it is, whatever chooses the codes */
};

struct tx_compared {
	struct hs_slice system, code;
	struct hs_slice version; /* empty where versions do not matter */
};

/* What is known so far: a code in both, one in this only, one in the other only. */
struct tx_finding {
	bool common, missing, extra;
};

struct tx_compare {
	struct tx_context *ctx;
	struct tx_set self, other;
	struct hs_slice self_name, other_name;
	enum tx_compare_policy policy;
	struct tx_finding found;
	bool told; /* the lists below are to be told */
	struct hs_buf common, missing, extra;
};

/* compare.c: holds the codes of both against one another, in the order in which they are told; what the lists
 * told before is forgotten. */
void hs_tx_compare_lists(struct tx_compare *t, const struct tx_compared *self, size_t self_count,
	const struct tx_compared *other, size_t other_count);
/* The version that codes of the system (row NULL: not known) are told apart by; `written` in the value set.
 */
struct hs_slice hs_tx_compare_version(const struct tx_compare *t, struct tx_system s,
	struct hs_slice written);

/* compare_definition.c: false when the definitions do not tell how the sets lie to one another. */
bool hs_tx_compare_definitions(struct tx_compare *t);
