/* SPDX-License-Identifier: Apache-2.0 */
/* _include and _revinclude (R4 section 3.1.1.5.4): resources that a page of matches refers to, or that refer
 * to it, each once and none that is a match itself. */
#pragma once

#include <core/rest/rest_private.h>

struct hs__rest_included {
	struct hs_resource *items;
	size_t count, room;
	bool truncated; /* there were more than rest->config.include_max */
};

enum hs_status hs__rest_include(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_search *search, const struct hs_find_page *matches, struct hs__rest_included *out,
	struct hs_error *err);
