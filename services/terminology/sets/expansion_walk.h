/* SPDX-License-Identifier: Apache-2.0 */
/* What the two ways of collecting the codes of a value set share: one by one (expansion.c), and as sets of
 * one large code system (expansion_big.c). Lives for one expansion; its memory is that of the question. */
#pragma once

#include "expansion.h"

struct tx_list {
	struct tx_item *items;
	size_t count, room;
};

struct tx_walk {
	struct tx_expansion *x;
	struct tx_context *ctx;
	size_t depth;
	bool active_only; /* of the set that is being walked, and of the request for the one that it asks for
			   */
};

enum hs_status hs_tx_walk_too_costly(struct tx_walk *w, struct hs_error *err);
/* More codes than may be told at once, and nobody asked for a page: refused, or the first of them where that
 * will do. */
enum hs_status hs_tx_walk_keep_limit(struct tx_walk *w, struct hs_error *err);
/* Room for `count` items in all: what is known to be long is not copied while it grows. */
enum hs_status hs_tx_walk_reserve(struct tx_walk *w, struct tx_list *list, size_t count,
	struct hs_error *err);
enum hs_status hs_tx_walk_push(struct tx_walk *w, struct tx_list *list, struct tx_item item,
	struct hs_error *err);
/* The code system that a rule names, noted as used; row NULL when the request leaves it out. */
enum hs_status hs_tx_walk_system(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system *out, struct hs_error *err);
/* The value set that a rule includes, noted as used. */
enum hs_status hs_tx_walk_import(struct tx_walk *w, struct tx_set set, uint32_t import, struct tx_set *out,
	struct hs_error *err);
/* Takes away the concepts of a large code system that do not have the words that are searched. */
struct tx_bits;
enum hs_status hs_tx_walk_keep_found(struct tx_walk *w, struct tx_system s, struct tx_bits *bits,
	struct hs_error *err);

/* The large code system whose codes are all that the set has: then whole sets are joined, and no more than
 * the page is listed. Row NULL: it is not so. */
enum hs_status hs_tx_walk_only_system(struct tx_walk *w, struct tx_set set, struct tx_system *out,
	struct hs_error *err);
/* Lists the page that is asked for. */
enum hs_status hs_tx_walk_big(struct tx_walk *w, struct tx_set set, struct tx_system s, struct tx_list *out,
	struct hs_error *err);

/* ---- expressions as members ----
 *
 * What is asked of a hierarchy of SNOMED CT or by a constraint lets expressions through as well; a list or a
 * reference set does not. The parts of a rule (its system, its imports) hold together: it is open when all of
 * them are. */

struct tx_filter;
void hs_tx_walk_note_open(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters);

struct tx_openness {
	bool before, all;
};

static inline struct tx_openness tx_open_rule(struct tx_walk *w)
{
	struct tx_openness o = { w->x->open, true };

	w->x->open = false;
	return o;
}

static inline void tx_open_part(struct tx_walk *w, struct tx_openness *o)
{
	o->all &= w->x->open;
	w->x->open = false;
}

static inline void tx_open_end(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_openness o)
{
	w->x->open = o.before || (o.all && !(rule->flags & TX_RULE_EXCLUDE));
}
