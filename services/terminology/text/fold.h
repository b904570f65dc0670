/* SPDX-License-Identifier: Apache-2.0 */
/* Text without case and accents, for searches and codes that do not heed case. */
#pragma once

#include <handslag/arena.h>

/* Lower case, without the accents of Latin letters (Å and Ä become a, Ö o, É e, Ø o, ß ss); Greek and
 * Cyrillic letters in lower case; all else as it is. At most twice as long. An empty slice at the arena's
 * cap. */
struct hs_slice hs_tx_fold(struct hs_arena *arena, struct hs_slice text);
/* The same for codes: only case goes. */
struct hs_slice hs_tx_fold_case(struct hs_arena *arena, struct hs_slice text);
/* True when each word of `words` (folded) begins some word of `text` (folded). */
bool hs_tx_words_start(struct hs_slice text, struct hs_slice words);
/* The next word of *s, taken off it; empty at the end. */
struct hs_slice hs_tx_next_word(struct hs_slice *s);
/* With runs of blanks as one blank and none at the ends. */
struct hs_slice hs_tx_squeeze(struct hs_arena *arena, struct hs_slice text);
