/* SPDX-License-Identifier: Apache-2.0 */
/* Searches inside a search (chains, _has), and the choice among several conditions. */
#pragma once

#include <core/store/find/finder.h>

/* Entries of type `from` that point to what the search inside finds. */
enum hs_status hs__inner_chain(struct hs__finder *finder, uint32_t from, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err);
/* Resources of `type` that what the search inside finds points to. */
enum hs_status hs__inner_has(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err);
/* Is the type kept by a keeper? Then the conditions behind links to it are the keeper's. */
/* Is it known that nothing of a keeper's fulfils the search inside? When finding out costs too much it is
 * not. */
enum hs_status hs__inner_is_empty(struct hs__finder *finder, const struct hs_find *link, bool *out,
	struct hs_error *err);
bool hs__inner_kept(const struct hs__finder *finder, uint32_t type);
/* Does the keeper tell where its resources point, for a _has over its type? */
bool hs__inner_links(const struct hs__finder *finder, const struct hs_find *has);
/* Has that keeper tell it. HS_E_NOT_SUPPORTED: it does not. */
enum hs_status hs__inner_tell(struct hs__finder *finder, const struct hs_links *ask, struct hs_error *err);
/* How many resources that keeper would go through for what is behind a link, at most `limit`. */
enum hs_status hs__inner_estimate(struct hs__finder *finder, const struct hs_find *link, uint64_t limit,
	uint64_t *out, struct hs_error *err);
/* The kid of `cond` with the fewest entries, counted up to `most`, or to HS__MANY; NULL when none can be
 * looked up. Depends on the data only. */
#define HS__MANY 2048u
enum hs_status hs__choose(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	uint64_t most, const struct hs__cond **best, uint64_t *fewest, struct hs_error *err);
