/* SPDX-License-Identifier: Apache-2.0 */
/* Code systems whose concepts are no rows of the model's image: those of a grammar, made when a code is asked
 * about, and those that live in an image of another form. Their system row (url, version, name) stands in a
 * layer like any other and carries TX_ELSEWHERE; concept.c, filter.c and expansion.c then ask the layer's
 * source in the place of rows.
 *
 * Thread: the table is const and serves all; `layer->source_state` is either immutable or of one question. A
 * concept is a number that the source gives out: the same code has the same number within one question. */
#pragma once

#include "../context.h"

struct tx_filter;

/* Takes one concept of an expansion; a status other than HS_OK ends it. */
typedef enum hs_status tx_found_fn(void *arg, uint32_t concept, struct hs_error *err);

struct tx_listing {
	const struct tx_filter *filters;
	uint32_t filter_count;
	tx_found_fn *found;
	void *arg; /* of `found` */
	/* The source may say that there are more than can be told, and which set it told in their place. */
	bool partial;
	struct tx_set basis; /* row NULL: none */
};

struct tx_source {
	/* TX_NONE: there is no such code. *differs (may be NULL) when it is written otherwise than it should.
	 */
	uint32_t (*find)(struct hs_arena *arena, struct tx_system s, struct hs_slice code, bool *differs);
	struct tx_concept (*concept)(struct tx_system s, uint32_t concept);
	/* A concept that is one of the layer's rows is that row; `concept` and `code` are asked of others
	 * only. */
	bool has_rows;
	struct hs_slice (*code)(struct tx_system s, uint32_t concept); /* optional: that member of it alone */

	/* Optional, NULL: there is no hierarchy. Lists are rows that live as long as the question. */
	bool (*is_below)(struct tx_system s, uint32_t concept, uint32_t ancestor);
	const uint32_t *(*parents)(struct tx_system s, uint32_t concept, size_t *count);
	const uint32_t *(*children)(struct tx_system s, uint32_t concept, size_t *count);

	/* Optional: texts beside the display, and properties. False at the arena's cap. */
	bool (*texts)(struct hs_arena *arena, struct tx_system s, uint32_t concept,
		struct tx_designations *out);
	bool (*properties)(struct hs_arena *arena, struct tx_system s, uint32_t concept,
		struct tx_properties *out);

	/* Optional: filters beyond those of concept, display and the properties above. `filter_known` says
	 * whether the source answers this one itself (and may fill filter->concept or filter->data). */
	bool (*filter_known)(struct tx_context *ctx, struct tx_system s, struct tx_filter *filter);
	bool (*filter_passes)(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filter,
		uint32_t concept);

	/* Gives `found` the concepts that pass all filters, in the order to be shown. */
	enum hs_status (*list)(struct tx_context *ctx, struct tx_system s, struct tx_listing *listing,
		struct hs_error *err);

	/* Optional: whether two codes mean the same though they are written otherwise. */
	bool (*same)(struct tx_system s, uint32_t a, uint32_t b);

	/* Optional: what there is to say about a code: why it is none (concept TX_NONE), or what is odd about
	 * one that is. In the question's arena; NULL: nothing. */
	const struct tx_remark *(*remarks)(struct tx_context *ctx, struct tx_system s, struct hs_slice code,
		uint32_t concept);
};

static inline const struct tx_source *hs_tx_source(struct tx_system s)
{
	return s.row->head.flags & TX_ELSEWHERE ? s.layer->source : NULL;
}

static inline const struct tx_remark *hs_tx_remarks(struct tx_context *ctx, struct tx_system s,
	struct hs_slice code, uint32_t concept)
{
	const struct tx_source *source = hs_tx_source(s);

	return source && source->remarks ? source->remarks(ctx, s, code, concept) : NULL;
}
