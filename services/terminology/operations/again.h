/* SPDX-License-Identifier: Apache-2.0 */
/* Words that answers about one large code system have in common: what it is called, in which language and for
 * which use a text is. They are made of few texts of its image, and what was written of them once is copied.
 *
 *     struct tx_again again = { .key = { WHICH, { text, text } } };
 *     if (!hs_tx_again_told(&again, &told, layer)) {
 *             TX_TELL(...);
 *             hs_tx_again_learn(&again);
 *     }
 *
 * What is told between the two depends on the key alone. So many words are kept as there is room for in a
 * table of some kilobytes a code system; it never forgets. On any thread. */
#pragma once

#include "tell.h"

#define TX_AGAIN_TEXTS 4u

enum tx_again_words { TX_AGAIN_SYSTEM, TX_AGAIN_DESIGNATION, TX_AGAIN_BASE };

struct tx_again {
	struct tx_again_key {
		uint64_t which; /* enum tx_again_words */
		struct hs_slice texts[TX_AGAIN_TEXTS];
	} key;
	const struct tx_layer *layer; /* NULL: nothing is learnt */
	struct tx_told *told;
	size_t from;
};

/* True: it was told before, and is again. The key is set. */
bool hs_tx_again_told(struct tx_again *again, struct tx_told *told, const struct tx_layer *layer);
/* Keeps what was told since hs_tx_again_told said false. */
void hs_tx_again_learn(const struct tx_again *again);
