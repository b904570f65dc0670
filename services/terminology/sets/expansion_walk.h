/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the codes of a value set in two ways: one by one (expansion.c), and as sets of one large code
 * system (expansion_big.c). Lives for one expansion; its memory is that of the question. */
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
/* The code system that a rule names, noted as used; row NULL when the request leaves it out. */
enum hs_status hs_tx_walk_system(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system *out, struct hs_error *err);
/* The value set that a rule includes, noted as used. */
enum hs_status hs_tx_walk_import(struct tx_walk *w, struct tx_set set, uint32_t import, struct tx_set *out,
	struct hs_error *err);

/* ---- lists (expansion_items.c) ----
 *
 * Items are the same by their place, or with x->by_code by URL and code. HS_E_TOO_COSTLY past the arena's
 * cap. */

/* Room for `count` items in all: what is known to be long is not copied while it grows. */
enum hs_status hs_tx_walk_reserve(struct tx_walk *w, struct tx_list *list, size_t count,
	struct hs_error *err);
enum hs_status hs_tx_walk_push(struct tx_walk *w, struct tx_list *list, struct tx_item item,
	struct hs_error *err);

/* A list that has each item once, and the table that tells; begins as { list, NULL, 0 }. */
struct tx_unique {
	struct tx_list *list;
	uint32_t *table; /* open addressing over the items, from 1; 0 is free */
	size_t room;
};
enum hs_status hs_tx_walk_add(struct tx_walk *w, struct tx_unique *u, const struct tx_list *more,
	struct hs_error *err);

/* The code systems of a list, each once, the first TX_WALK_SYSTEMS of them. */
#define TX_WALK_SYSTEMS 16u
size_t hs_tx_walk_systems_of(const struct tx_list *list, struct tx_system *out);
/* Keeps of `list` what is in `other` too; with `less`, the set that excludes, what is not. */
enum hs_status hs_tx_walk_keep(struct tx_walk *w, struct tx_list *list, const struct tx_list *other,
	const struct tx_set *less, struct hs_error *err);

/* ---- one rule in its code system (expansion_rule.c) ---- */

/* The codes that the rule lists, in its order. */
enum hs_status hs_tx_walk_picks(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err);
/* The codes that its filters let through. Those of a large code system and of an index of words have the
 * words that are searched. */
enum hs_status hs_tx_walk_concepts(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err);
/* Takes away the concepts of a large code system that do not have the words that are searched. */
struct tx_bits;
enum hs_status hs_tx_walk_keep_found(struct tx_walk *w, struct tx_system s, struct tx_bits *bits,
	struct hs_error *err);

/* ---- one large code system (expansion_big.c) ---- */

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
