/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a code system or value set that somebody who refers to it should hear of. */
#pragma once

#include "../compile/model.h"

enum tx_state {
	TX_STATE_FINE,
	TX_STATE_DEPRECATED,
	TX_STATE_WITHDRAWN,
	TX_STATE_EXPERIMENTAL,
	TX_STATE_DRAFT
};

/* One resource: its layer and its head in it; layer NULL: none. */
struct tx_named {
	const struct tx_layer *layer;
	const struct tx_head *head;
};

/* What is to be said of `what` to a reader of `from`, the value set that refers to it (or is it): who is a
 * test or a draft is not told that what it builds on is one. */
enum tx_state hs_tx_state_of(struct tx_named what, struct tx_named from);
