/* SPDX-License-Identifier: Apache-2.0 */
/* Resources that a client sends once and then knows to be here: a cache of its own, for the length of its
 * work.
 *
 * $cache-control makes one and gives its id, which later questions bring in the header X-Cache-Id; in the
 * older way the client chooses the id and sends it as parameter `cache-id`. A cache that nobody has asked for
 * half an hour is forgotten. Source: HL7's tools guide 1.2, OperationDefinition cache-control; HL7's
 * terminology ecosystem, requirements. Thread: all. */
#pragma once

#include "model.h"

#include <stdatomic.h>

struct hs_json;
struct tx_sandbox;

#define TX_KEPT_PARTS 14u
#define TX_KEPT_IDLE_SECONDS 1800

/* Resources that were compiled together. */
struct tx_kept_part {
	atomic_uint refs;
	struct tx_layer layer;
	struct hs_buf texts; /* a resource a line */
	struct hs_buf items; /* of each, in the same order, its name and its text (kept.c) */
};

/* What a cache holds at one moment: it never changes. Each part is at least twice as large as the one after
 * it, so that there are few however they came. */
struct tx_kept {
	atomic_uint refs;
	size_t count;
	struct tx_kept_part *parts[TX_KEPT_PARTS]; /* the newest last */
};

/* An empty cache. False when the id is no name for one (1 to 64 letters, digits and "-._:"). The one that
 * was idle longest makes room where there are too many. */
bool hs_tx_kept_make(struct tx_sandbox *sandbox, struct hs_slice id, bool sealed, int64_t now_ms);
/* A reference to what the cache holds, and it was used now; NULL: there is none of that id. */
struct tx_kept *hs_tx_kept_get(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms);
void hs_tx_kept_unref(void *arg); /* a struct tx_kept; NULL is allowed */
/* Adds the resources of an operation's input, but those that are there in the same words. A sealed cache
 * takes only what comes first, with its making. `layer` is what was compiled of them. HS_E_LIMIT when it
 * would hold too much. */
struct tx_kept_way {
	bool first;   /* with the making of the cache */
	bool swedish; /* the language of an error */
};
enum hs_status hs_tx_kept_add(struct tx_sandbox *sandbox, struct hs_slice id, const struct hs_json *input,
	const struct tx_layer *layer, struct tx_kept_way way, struct hs_error *err);
/* Forgets it; one that is not there is forgotten already. */
void hs_tx_kept_end(struct tx_sandbox *sandbox, struct hs_slice id);
void hs_tx_kept_end_all(struct tx_sandbox *sandbox);

struct tx_kept_state {
	bool sealed;
	size_t resources;
	int64_t idle_ms; /* since the use before this one */
};
/* False when there is none; telling is a use. */
bool hs_tx_kept_tell(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms,
	struct tx_kept_state *out);

/* ---- between kept.c and kept_part.c ---- */

/* The first `count` parts of `of` (NULL: none). */
struct tx_kept *hs_tx_kept_new(const struct tx_kept *of, size_t count);
void hs_tx_kept_part_unref(struct tx_kept_part *part); /* NULL is allowed */
/* A part with the texts of what is new in an operation's input; NULL when nothing is. */
struct tx_kept_part *hs_tx_kept_part_collect(const struct tx_kept *kept, const struct hs_json *input);
enum hs_status hs_tx_kept_part_compile(struct tx_kept_part *part, bool swedish, struct hs_error *err);
/* `kept` with `part`, which is taken over, as its newest; small parts are joined on the way. */
enum hs_status hs_tx_kept_grow(const struct tx_kept *kept, struct tx_kept_part *part, struct tx_kept **out,
	bool swedish, struct hs_error *err);
size_t hs_tx_kept_count(const struct tx_kept_part *part); /* of its resources */
