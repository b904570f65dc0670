/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a value set holds a code, asked without expanding it. */
#pragma once

#include "../context.h"

struct tx_coding {
	struct hs_slice system, version, code, display;
	/* where issues point: "code" or "Coding.code" or "CodeableConcept.coding[0].code", and so on */
	struct hs_slice at, at_code, at_system, at_version, at_display;
};

enum tx_membership {
	TX_OUT,
	TX_IN,
	TX_UNSURE /* a code system that decides it is not known; issues say which */
};

/* A value set that the code was taken from, and the one that imports it. */
struct tx_import_way {
	struct tx_set set, from;
	const struct tx_import_way *next;
};

/* Where it was found. */
struct tx_hit {
	struct tx_system system; /* row NULL: the code system is not known, the list alone names the code */
	uint32_t concept;        /* TX_NONE: a code beyond what a fragment holds */
	bool case_differs;
	bool same_version; /* the rule asked speaks of the very version that the coding names */
	const struct tx_layer *pick_layer;
	const struct tx_pick_row *pick;  /* of a list of codes, else NULL */
	struct tx_set set;               /* whose rule names the code system */
	const struct tx_import_way *way; /* the sets between it and the one asked */
	struct hs_slice
		unknown; /* canonical of a code system that was missing, for x-caused-by-unknown-system */
};

/* An empty coding.system means any. Issues about versions go to `issues`. A failure is a refusal of the
 * request. */
enum hs_status hs_tx_member(struct tx_context *ctx, struct tx_set set, const struct tx_coding *coding,
	struct tx_issues *issues, enum tx_membership *out, struct tx_hit *hit, struct hs_error *err);

/* Says that a code system or a version of it is not known; fills `unknown`. */
void hs_tx_say_unknown(struct tx_context *ctx, struct tx_issues *issues, struct hs_slice url,
	struct hs_slice version, struct hs_slice path, struct hs_slice *unknown);
/* Compares a display with those that are right; adds an issue when it is not. */
void hs_tx_check_display(struct tx_context *ctx, struct tx_issues *issues, const struct tx_coding *coding,
	struct tx_system s, uint32_t concept, const struct tx_hit *hit);
/* Whether the display of the coding is one that is right for what was found. */
bool hs_tx_display_is_right(struct tx_context *ctx, const struct tx_coding *coding, const struct tx_hit *hit);
/* "system|version#code ('display')" */
struct hs_slice hs_tx_coding_name(struct tx_context *ctx, const struct tx_coding *coding, bool with_display);
