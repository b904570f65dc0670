/* SPDX-License-Identifier: Apache-2.0 */
/* One code of an expansion as it is told: ValueSet.expansion.contains. */
#pragma once

#include "expansion.h"

/* A property that some code of the expansion has. */
struct tx_used_property {
	struct hs_slice code, uri;
};

struct tx_writer {
	struct tx_context *ctx;
	struct tx_expansion *x;
	struct hs_arena *arena;
	bool show_versions; /* two versions of one code system are there */
	size_t used_count;
	struct tx_used_property used[64]; /* written as they are counted */
};

/* Everything in w->arena; notes the properties it uses. */
struct hs_json *hs_tx_contains(struct tx_writer *w, const struct tx_item *item);
/* The same as text, at once for the many that have no more than a display. */
void hs_tx_contains_write(struct tx_writer *w, const struct tx_item *item, struct hs_buf *out);
/* A property's value in its type ("valueBoolean" and so on). */
struct hs_json *hs_tx_property_value(struct hs_arena *arena, struct hs_slice key, struct hs_slice text);

/* ---- an expansion in steps (expand.c) ---- */

/* All but the codes and the list of their properties; `expansion` is the last member of the answer. */
enum hs_status hs_tx_expand_begin(struct tx_context *ctx, struct tx_writer **out, struct hs_json **answer,
	struct hs_error *err);
/* The codes of the page, in a tree where that can be. */
enum hs_status hs_tx_expand_all(struct tx_writer *w, struct hs_json *answer, struct hs_error *err);
/* The answer does not fit into the memory of the question: refuses it. */
enum hs_status hs_tx_expansion_too_large(struct tx_writer *w, struct hs_error *err);
/* Whether codes are told below their parents. */
bool hs_tx_may_nest(const struct tx_writer *w);
/* For each item the item that it stands below, counted from 1; 0: it stands at the top. NULL: the arena's
 * cap. */
uint32_t *hs_tx_nest(struct tx_writer *w);
/* The properties that codes made so far have. */
void hs_tx_property_rows(struct tx_writer *w, struct hs_json *expansion);
