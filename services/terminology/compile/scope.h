/* SPDX-License-Identifier: Apache-2.0 */
/* What a request can see: layers, the nearest first (sent with the request, kept for its client, uploaded to
 * the sandbox, imported, from packages, built in), and the finding of things in them by canonical URL and
 * version. */
#pragma once

#include "model.h"

#define TX_LAYERS_MAX 48u

struct tx_scope {
	const struct tx_layer *layers[TX_LAYERS_MAX];
	size_t count;
	size_t brought; /* of them, the nearest: they came with the question or stand in its client's cache */
	uint32_t face;  /* HS_ON_R4 or HS_ON_R5 */
};

struct tx_system {
	const struct tx_layer *layer;
	const struct tx_system_row *row;
};
struct tx_set {
	const struct tx_layer *layer;
	const struct tx_set_row *row;
};
struct tx_map {
	const struct tx_layer *layer;
	const struct tx_map_row_head *row;
};

/* `version` may be empty (the latest of the nearest layer that has any) or a pattern (the latest that it
 * means). Code systems without content, and supplements, are not found. */
bool hs_tx_find_system(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_system *out);
bool hs_tx_find_supplement(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_system *out);
bool hs_tx_find_set(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_set *out);
bool hs_tx_find_map(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_map *out);
/* Versions of a code system in rising order, without doubles; at most `room`. */
size_t hs_tx_system_versions(const struct tx_scope *scope, struct hs_slice url, struct hs_slice *out,
	size_t room);
/* The URL of the code system that is also called `name` (an OID, an old URI), or empty. */
struct hs_slice hs_tx_system_of_name(const struct tx_scope *scope, struct hs_slice name);

static inline struct hs_slice tx_system_text(struct tx_system s, struct hs_image_text text)
{
	return tx_text(s.layer, text);
}
#define TX_SYSTEM_URL(s) tx_system_text((s), (s).row->head.url)
#define TX_SYSTEM_VERSION(s) tx_system_text((s), (s).row->head.version)
#define TX_SET_URL(s) tx_text((s).layer, (s).row->head.url)
#define TX_SET_VERSION(s) tx_text((s).layer, (s).row->head.version)
/* Whether codes that are not in use are no members of the set (compose.inactive). */
static inline bool tx_only_active(struct tx_set s)
{
	return s.row->head.flags & TX_INACTIVE_GIVEN && !(s.row->head.flags & TX_INACTIVE_TRUE);
}
/* "url|version", or the URL alone without a version. */
struct hs_slice hs_tx_vurl(struct hs_arena *arena, struct hs_slice url, struct hs_slice version);
