/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of a type's items, by place: what fulfils a condition, made of the values that fulfil its parts. */
#pragma once

#include <core/rest/shelf/links.h>

/* The items of a type that fulfil a condition, in `out` (room for all of them, all false). `where` NULL: all.
 * In the arena of `links` stays what its links lead to, in `scratch` nothing. */
enum hs_status hs__shelf_sets_find(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *where, struct hs_arena *scratch, bool *out, struct hs_error *err);
