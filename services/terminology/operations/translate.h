/* SPDX-License-Identifier: Apache-2.0 */
/* One $translate while it is answered: which codes are asked about, and the matches so far. */
#pragma once

#include "operations.h"

#define TX_TRANSLATE_CODINGS_MAX 100u

struct tx_translate_coding {
	struct hs_slice system, version, code;
	bool loose; /* a code beside its system, rather than a Coding */
};

struct tx_translate {
	struct tx_context *ctx;
	struct tx_translate_coding codings[TX_TRANSLATE_CODINGS_MAX];
	size_t count;
	bool too_many;         /* codings were sent */
	bool reverse;          /* the codings are of the target */
	bool show_source;      /* asked with targetCode: `concept` stays the target and `source` is told */
	struct hs_slice other; /* system at the other end; empty: any */
	struct hs_slice source_scope, target_scope;
	/* Value sets in which the code asked about, and what it is mapped to, must be; empty: any. Of the map
	 * at hand. */
	struct hs_slice near_members, far_members;
	struct hs_json *out; /* Parameters with the matches */
	size_t matches;
	unsigned others; /* maps that are open, each asked for what the one before did not have */
	bool related;    /* a match says more than that there is none */
};

/* One group of a map, and the code that is asked of it. */
struct tx_translate_at {
	const struct tx_map *map;
	const struct tx_map_group_row *group;
	const struct tx_translate_coding *coding;
};

/* translate_match.c: adds what the row says about the code, for each code of a value set that stands in it.
 */
void hs_tx_translate_row(struct tx_translate *t, const struct tx_translate_at *at,
	const struct tx_map_row *row);
/* The same of the group's rule for codes that it does not have: the code itself, or fixed ones. */
void hs_tx_translate_unmapped(struct tx_translate *t, const struct tx_translate_at *at);
/* Does the value set hold the code, which is of `system`? */
bool hs_tx_translate_holds(struct tx_translate *t, struct hs_slice set, struct hs_slice system,
	const struct tx_translate_coding *coding);
