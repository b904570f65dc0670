/* SPDX-License-Identifier: Apache-2.0 */
/* References that lead by canonical URLs, or out of packages: for _include and _revinclude. */
#pragma once

#include <core/rest/rest_private.h>

/* Where is looked, and who is told: `found` for each, whose body is empty when it is of the shelf (shelf.h).
 */
struct hs__refer {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	void (*found)(void *arg, const struct hs_resource *resource);
	void *arg;
};

/* What may be referred to. */
struct hs__referred {
	const struct hs__rest_type *type;
	struct hs_slice id, url; /* url: empty when it has none */
};
/* `resource` as such; its URL is read from its entries or its body. */
enum hs_status hs__refer_to(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_resource *resource, struct hs__referred *out, struct hs_error *err);

/* Resources of packages, of type `source`, that refer to one of these by the search parameter `code`. */
enum hs_status hs__refer_shelf(const struct hs__refer *refer, const struct hs__rest_type *source,
	struct hs_slice code, const struct hs__referred *referred, size_t count, struct hs_error *err);

/* Resources, stored and of packages, that have this URL: with its version when it names one ("url|1"). They
 * are looked for among the types that packages have, or `only` of that type (NULL: any). */
enum hs_status hs__refer_canonical(const struct hs__refer *refer, const struct hs__rest_type *only,
	struct hs_slice canonical, struct hs_error *err);
