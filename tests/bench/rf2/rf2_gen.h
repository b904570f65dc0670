/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the generator of synthetic releases. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define GEN_TOPS 10
#define GEN_WORDS 40000u
#define GEN_IDS 16u
#define GEN_ID_ROOM 48u
/* Items of the identifiers of what is not an ordinary concept. */
#define GEN_ATTRIBUTE 90000001ull
#define GEN_ATTRIBUTES 20u
#define GEN_STRENGTH 90000101ull
#define GEN_REFSET 90000201ull
#define GEN_REFSETS 8u
#define GEN_MAP 90000301ull

struct gen {
	const char *dir;
	char date[9];
	uint32_t count;
	uint64_t state, text_count, relation_count;
	char words[GEN_WORDS][48];
	char ids[GEN_IDS][GEN_ID_ROOM]; /* the last few that were made, so that a row may name several */
	unsigned id_next;
	FILE *concepts, *texts, *relations, *values, *language, *simple, *association, *map, *modules,
		*domains, *ranges;
};

/* A number below `limit`. */
uint32_t gen_below(struct gen *g, uint32_t limit);
/* The identifier of an item with its partition and check digit; good for the next GEN_IDS calls. */
const char *gen_id(struct gen *g, uint64_t item, const char *partition);
