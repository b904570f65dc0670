/* SPDX-License-Identifier: Apache-2.0 */
/* What a search found, before and as a Bundle. */
#pragma once

#include <core/rest/search/include.h>
#include <core/rest/search/page.h>

struct hs__rest_found {
	struct hs_find_page page;
	struct hs__rest_included included;
	uint64_t total;
	bool has_total;
	struct hs_slice path, self; /* of the links: "Patient", "name=a" */
	struct hs__rest_trail trail;
};

/* The Bundle. */
enum hs_status hs__rest_found_write(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_search *search, const struct hs__rest_found *found, struct hs_slice *out,
	struct hs_error *err);

/* system.c: _type=A,B at the base. */
enum hs_status hs__rest_search_system(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs__rest_result *result,
	struct hs_error *err);
