/* SPDX-License-Identifier: Apache-2.0 */
/* A regular expression as a tree: what regex_parse.c reads and regex.c makes a program of. */
#pragma once

#include <handslag/arena.h>
#include <handslag/slice.h>

#include <stdbool.h>
#include <stdint.h>

enum regex_kind {
	REGEX_EMPTY,
	REGEX_CHAR,
	REGEX_ANY,
	REGEX_CLASS,
	REGEX_BEGIN,
	REGEX_END,
	REGEX_CONCAT,
	REGEX_EITHER,
	REGEX_REPEAT
};

struct regex_range {
	uint32_t lo, hi;
};
struct regex_class {
	struct regex_range *ranges;
	size_t count, room;
	bool negated;
};
struct regex_node {
	enum regex_kind kind;
	uint32_t c;
	struct regex_class *class;
	struct regex_node *a, *b;
	uint32_t min, max; /* max 0: no end */
};

/* The tree of a pattern, in the arena; NULL when it is wrong, too deep, or memory was capped. */
const struct regex_node *hs_tx_regex_parse(struct hs_arena *arena, struct hs_slice pattern);
/* The first character of a text that is not empty, and its bytes; a byte that is no part of a character
 * stands for itself. */
uint32_t hs_tx_regex_decode(struct hs_slice s, size_t *step);
