/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of a value set, collected rule by rule, before anything is written. */
#pragma once

#include "../context.h"

struct tx_item {
	struct tx_system system;
	uint32_t concept;
	const struct tx_layer *pick_layer; /* of `pick` */
	const struct tx_pick_row *pick;    /* what a list of codes says about it, or NULL */
	bool flat;                         /* from a list or an import: has no place in a hierarchy */
	bool found;                        /* has the words that are searched, for sure */
};

struct tx_expansion {
	struct tx_context *ctx;
	struct tx_item *items;
	size_t count;
	size_t first;        /* number of items[0]: of a large code system only a page is listed */
	bool by_code;        /* items are held against one another by URL and code, else by their place */
	struct tx_set apart; /* by code: the set that may tell versions apart; row NULL: none does */
	bool merged;         /* an exclude took codes of another version than its own */
	bool show_versions;  /* codes must be told with their version */
	uint32_t limit;
	struct hs_slice folded_filter;

	/* a code system whose members cannot all be told (row NULL: none), and the set that was told for it
	 */
	struct tx_system unclosed;
	struct tx_set basis;
	bool cut;     /* the first codes of too many */
	bool counted; /* what was told is all that the filters let through of the basis */
	/* Expressions of SNOMED CT are members too, which no list has: the codes told are all, the members
	 * not. */
	bool open;

	/* what was used, for expansion.parameter; of the lists only what was counted has been written */
	size_t system_count, set_count;
	struct tx_system systems[256];
	struct tx_set sets[256];
};

/* Whether what hs_tx_choose_set has chosen is expanded in well under a millisecond, by the number of codes
 * that have to be looked at; those of a large code system count when they are found (image/patience.h). */
bool hs_tx_expansion_is_quick(struct tx_context *ctx);
/* Expands ctx->set. HS_E_TOO_COSTLY past the limit, with ctx->failure set. */
enum hs_status hs_tx_expansion_make(struct tx_context *ctx, struct tx_expansion **out, struct hs_error *err);
