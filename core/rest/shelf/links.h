/* SPDX-License-Identifier: Apache-2.0 */
/* Chains and _has where packages have a part: a link may lead from what is stored to the shelf and back, and
 * by a canonical URL.
 *
 * A condition comes in shelf numbers. What a link leads to is found once a search, the *end* of the link: the
 * stored resources and those of the shelf that fulfil the condition behind it. For the store the link then
 * becomes "the store's own link, or a reference to one of the shelf's, or to the URL of any of them"; for
 * items of the shelf hs__links_add answers what their entries alone do not tell.
 *
 * One object a search in a transaction; all that is made lies in its arena. */
#pragma once

#include <core/rest/shelf/shelf.h>

struct hs__link_end {
	const struct hs_find *link;
	const struct hs__rest_type *type; /* that it leads to, or of _has that it comes from */
	const struct hs_find *stored;     /* the condition behind it, in the store's numbers */
	bool any_stored;                  /* something stored fulfils it */
	struct hs__shelf_hits shelved;    /* what fulfils it there, hidden ones left out */
	bool *holds;                      /* the same by place; NULL: the shelf has nothing of the type */
	/* Of a chain the canonical URLs of all those; of _has what they refer to: "TYPE/ID" with the shelf
	 * number of the type, and URLs. A version is part of its name: "url|1". */
	struct hs_map names;
	struct hs__link_end *next;
};

struct hs__links {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	struct hs__link_end *ends;
};

/* ---- links.c ---- */

/* Do packages or canonical URLs have a part in the links of a condition on `type`, in the store's numbers? */
bool hs__links_matter(const struct hs__rest_env *env, const struct hs__rest_type *type,
	const struct hs_find *find);
/* The store's number for a parameter of a condition. */
uint32_t hs__links_stored_param(const struct hs__links *links, uint32_t number);
/* A condition on `type` as the store can carry it out. */
enum hs_status hs__links_stored(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *find, const struct hs_find **out, struct hs_error *err);

/* ---- link_end.c ---- */

/* The type of a number that a condition has, its mark for contained ones left out. */
static inline const struct hs__rest_type *hs__links_type(const struct hs__links *links, uint32_t number)
{
	return &links->env->rest->types[(number & ~HS_TYPE_CONTAINED) - 1];
}
uint32_t hs__links_param(const struct hs__links *links, const struct hs__rest_type *type, const char *code);
/* Is a type one whose resources are referred to by URL? */
bool hs__links_canonical(const struct hs_rest *rest, const struct hs__rest_type *type);
/* Where `link`, a chain or _has in a condition on `from`, leads. */
enum hs_status hs__link_end(struct hs__links *links, const struct hs__rest_type *from,
	const struct hs_find *link, struct hs__link_end **out, struct hs_error *err);

/* ---- related.c ---- */

/* Adds to `out`, by place, the items of `type` (the shelf has some) for which `find`, a chain or _has, holds;
 * those that are not in `within` (NULL: all are) need not be looked at. */
enum hs_status hs__links_add(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *find, const bool *within, bool *out, struct hs_error *err);
