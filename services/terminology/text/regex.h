/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions in linear time: whatever the pattern, a match takes time in proportion to the length of
 * the text times that of the pattern. Who writes a value set writes patterns, so they may be hostile.
 *
 * Syntax: that of XML Schema and the common part of Java and PCRE: characters, '.', classes with ranges and
 * \d \w \s \D \W \S, groups (capturing or not), alternation, * + ? {m} {m,} {m,n} (lazy forms too), ^ and $.
 * Back-references, look-around and \p are refused. A match is of the whole text. */
#pragma once

#include <handslag/arena.h>

struct tx_patience;
struct tx_regex;

/* NULL when the pattern cannot be read or is too large (after counts are written out: 20,000 steps). */
const struct tx_regex *hs_tx_regex_new(struct hs_arena *arena, struct hs_slice pattern);
/* Memory for the run is taken from `arena` and given back. False when `patience` (NULL: any amount) is spent
 * before the end. */
bool hs_tx_regex_matches(const struct tx_regex *regex, struct hs_arena *arena, struct hs_slice text,
	struct tx_patience *patience);
