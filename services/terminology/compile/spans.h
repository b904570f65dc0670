/* SPDX-License-Identifier: Apache-2.0 */
/* What stands at or below a concept, as few spans of numbers.
 *
 * A walk from the roots down numbers each concept when it is first met (preorder); what it meets first below
 * a concept is one span then. Where a concept is met again by another parent, that parent and all above it
 * get the spans of the concept beside their own. A chain, whatever its length, is one span for each of its
 * concepts. Thread: one. */
#pragma once

#include "model.h"

#include <handslag/buf.h>

struct tx_spans {
	uint32_t *first, *count; /* of each concept: its rows; the caller's */
	struct hs_buf *rows;     /* struct tx_span: rising and apart from one another; the caller's */
	struct hs_buf found;     /* of the concept that is being closed; freed by the caller */
	struct tx_span own;
	size_t seen; /* spans that were looked at, which is what all of this costs */
};

/* A concept whose first meetings are `own` is closed: begin, each of its children, which are closed, end. */
void hs_tx_spans_begin(struct tx_spans *spans, struct tx_span own);
void hs_tx_spans_add(struct tx_spans *spans, uint32_t child);
void hs_tx_spans_end(struct tx_spans *spans, uint32_t concept);
