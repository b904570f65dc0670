/* SPDX-License-Identifier: Apache-2.0 */
/* The stored text of a resource: the sender's own bytes with id, versionId and lastUpdated put in their
 * places, so that decimals, order and white space stay as they were sent (design D2). */
#pragma once

#include <handslag/json.h>
#include <handslag/store.h>

/* What is put into the text at one place. */
struct hs__rest_edit {
	size_t at, skip;            /* offset, and bytes of the sender's that go */
	const char *before, *after; /* literals around the value */
	enum { HS_PUT_ID, HS_PUT_VERSION, HS_PUT_UPDATED, HS_PUT_META } value;
};

struct hs__rest_compose {
	struct hs_slice text; /* of the object; empty: it is written from `tree` */
	const struct hs_json *tree;
	struct hs__rest_edit edits[4];
	size_t edit_count;
};

/* `text`: what `tree` (an object with resourceType first or later) was parsed from, or empty for a tree that
 * was made or changed. */
void hs__rest_compose_init(struct hs__rest_compose *compose, const struct hs_json *tree,
	struct hs_slice text);
/* For struct hs_put; arg is the struct hs__rest_compose. */
enum hs_status hs__rest_compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err);
