/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer does for the search index while nothing waits to be written: it puts the rows that single
 * commits gave to a key into blocks, as a load would have. Thread: the writer's. */
#pragma once

#include <core/base/map.h>

struct hs_store;
struct hs__tally;

enum hs__upkeep_phase { HS__UPKEEP_REST, HS__UPKEEP_GATHER, HS__UPKEEP_MERGE };

struct hs__upkeep {
	bool due; /* some type has rows enough that stand alone */
	bool off; /* the index is damaged: nothing is merged until the store is opened again */
	/* the part in progress: rows of one type, from `first` to `last` */
	enum hs__upkeep_phase phase;
	uint32_t type;
	uint64_t first, last;
	uint32_t rows;          /* that were read */
	struct hs_arena *arena; /* of the keys */
	struct hs_map known;    /* how many rows have each key */
	struct hs_slice *keys;  /* those of two or more, sorted */
	size_t count, at;
};

/* The tally of a type is as it was read, or is to be saved after a group that changed it: sees whether
 * anything is due. Rows that came together, as in a load, are in blocks from the start. */
void hs__upkeep_note(struct hs_store *store, const struct hs__tally *before, struct hs__tally *tally);
/* A version takes the place of another: its entries go where blocks are already, most of them alone. */
void hs__upkeep_loosen(struct hs_store *store, uint32_t type);
/* Is there anything to be done now? */
bool hs__upkeep_wanted(const struct hs_store *store);
/* Does a bit of it, some milliseconds, or less when a write has come: reads the keys of the next rows, or
 * merges blocks in a transaction of its own. */
void hs__upkeep_step(struct hs_store *store);
void hs__upkeep_free(struct hs__upkeep *upkeep);
