/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the texts of a plain code system by beginnings of words: as fast while somebody types as in a
 * large code system (image/big.h), which carries its words with it. Those of a plain one are collected when
 * they are searched for the first time, and serve every question to the same image.
 *
 * Thread: any; collecting is done by one, under a lock. Limit: code systems of fewer than TX_TEXTS_LEAST
 * concepts are read through instead, which takes no longer. */
#pragma once

#include "../image/big.h"
#include "../compile/scope.h"

#define TX_TEXTS_LEAST 500u

/* What a layer holds of them (model.h); several layers over one image share it. */
struct tx_texts *hs_tx_texts_new(void);
struct tx_texts *hs_tx_texts_ref(struct tx_texts *texts);
void hs_tx_texts_unref(struct tx_texts *texts); /* NULL is allowed */

/* *out gets a bit for each concept (counted from the first of the system) of which some text (code, display,
 * designation) may have a word beginning with each of `words` (folded); *sure when it has. False when there
 * is no index for the system, or no memory: its texts are to be read. */
bool hs_tx_texts_search(struct hs_arena *arena, struct tx_system s, struct hs_slice words,
	struct tx_bits *out, bool *sure);
