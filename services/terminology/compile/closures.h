/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of $closure: for each name the concepts that a client has handed in, in the order in which they
 * came.
 *
 * They live as long as the server and are the sandbox's. Thread: any, under the sandbox's `closures_lock`,
 * but for hs_tx_closures_end. */
#pragma once

#include "model.h"
#include "oldest.h"

struct tx_sandbox;

#define TX_CLOSURES 32u           /* of a sandbox; the one that was idle longest makes room */
#define TX_CLOSURE_CONCEPTS 5000u /* of a table */
#define TX_CLOSURE_SYSTEMS 20u    /* of a table */

struct tx_closure_row {
	struct hs_slice code;
	uint32_t system;  /* in `systems` */
	uint32_t version; /* of the table, with which it came */
};

/* A code system, in the version that the table was begun with. */
struct tx_closure_system {
	struct hs_slice url, version;
};

struct tx_closure {
	struct tx_left left;
	struct hs_arena *arena; /* of all that it has, itself too */
	struct hs_slice name;
	uint32_t version; /* raised with each answer that may add */
	struct tx_closure_system systems[TX_CLOSURE_SYSTEMS];
	size_t system_count;
	struct tx_closure_row *rows;
	size_t count, room;
};

struct tx_closure *hs_tx_closure_find(struct tx_sandbox *sandbox, struct hs_slice name); /* NULL: none */
/* An empty table of that name, in the place of the one there may be. */
struct tx_closure *hs_tx_closure_begin(struct tx_sandbox *sandbox, struct hs_slice name);
/* Takes over what the lists have beyond what is there. False at the cap of its memory. */
bool hs_tx_closure_keep(struct tx_closure *closure, const struct tx_closure_system *systems,
	size_t system_count, const struct tx_closure_row *rows, size_t count);
void hs_tx_closures_end(struct tx_sandbox *sandbox); /* forgets all */
