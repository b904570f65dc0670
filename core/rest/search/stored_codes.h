/* SPDX-License-Identifier: Apache-2.0 */
/* Value sets and hierarchies that have too many codes to list them for a search (all of a terminology below
 * its root): of the codes that resources here have for the parameter each is judged. So it does not matter
 * how large the set is, and few codes are used as a rule. A code that is first stored while the search goes
 * on may be missed. */
#pragma once

#include <core/rest/rest_private.h>

/* Can the set be asked so: is there anybody who judges, and are all resources of its parameters in the index?
 */
bool hs__stored_codes_can(const struct hs__rest_env *env, const struct hs_search_set *set);
/* The same, and it was asked so lately: it is large. */
bool hs__stored_codes_known(const struct hs__rest_env *env, const struct hs_search_set *set);
/* Fills in the set's codes. `url`: the canonical of a value set that the search names by its address. */
enum hs_verdict hs__stored_codes_take(struct hs_request *req, const struct hs__rest_env *env,
	struct hs_search_set *set, struct hs_slice url, void *arg, hs_after_fn *after);
