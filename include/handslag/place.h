/* SPDX-License-Identifier: Apache-2.0 */
/* Where something is in a text, as people are told it.
 *
 * Everywhere in Handslag lines end with a line feed, and columns are UTF-16 code units, both from 1: so count
 * editors, the Language Server Protocol and SARIF. A byte-order mark at the start counts as nothing.
 * Source: SARIF 2.1.0, 3.30.2 and 3.14.18 (columnKind). */
#pragma once

#include <handslag/slice.h>

/* Begins as { .line = 0 } and then belongs to one text. */
struct hs_place {
	size_t at; /* the byte */
	uint32_t line, column;
};

/* Moves to byte `at` of the text, or to its end. Costs what lies between, so places in order cost little. */
void hs_place_go(struct hs_slice text, size_t at, struct hs_place *place);
/* How many UTF-16 code units begin in the bytes [from, to) of the text, which has that many. */
uint32_t hs_place_units(struct hs_slice text, size_t from, size_t to);
