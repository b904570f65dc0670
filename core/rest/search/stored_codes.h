/* SPDX-License-Identifier: Apache-2.0 */
/* Value sets and hierarchies that have too many codes to list them for a search (all of a terminology below
 * its root): of the codes that resources here have for the parameter each is judged. So it does not matter
 * how large the set is, and few codes are used as a rule. That is done in the transaction of the search, so
 * that it knows each code of what it may find. */
#pragma once

#include <core/rest/rest_private.h>

/* Can the set be asked so: is there anybody who judges, and are all resources of its parameters in the index?
 */
bool hs__stored_codes_can(const struct hs__rest_env *env, const struct hs_search_set *set);
/* The same, and it was asked so lately: it is large. */
bool hs__stored_codes_known(const struct hs__rest_env *env, const struct hs_search_set *set);
/* That set of the call will be. `url`: the canonical of a value set that the search names by its address.
 * False: there is no memory. */
bool hs__stored_codes_note(struct hs_arena *arena, struct hs__rest_call *call, size_t set,
	struct hs_slice url);
/* Fills in the codes of those sets, for the search to be parsed again. hs_work_fn's thread, one that may
 * wait. */
enum hs_status hs__stored_codes_judge(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_error *err);
