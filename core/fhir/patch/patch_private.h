/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/fhir/patch share: places in a resource, and values that are put there. */
#pragma once

#include <core/fhir/patch/patch.h>
#include <core/fhir/path/path.h>

struct hs__patch {
	const struct hs_defs *defs;
	struct hs_arena *arena;
	struct hs_json *resource;
	struct hs_slice type; /* of the resource */
	size_t number;        /* of the operation, from 0 */
	struct hs_slice kind; /* "add" ... */
	struct hs_error *err;
};

/* ---- place.c: where a value stands in the tree ---- */

/* A member of `parent`, or an item of a member that is an array. Primitive members may have a "_name" sibling
 * with ids and extensions; of an array it has the same indices. */
struct hs__patch_place {
	struct hs_json *parent;
	struct hs_slice key;   /* without the underscore */
	struct hs_json *array; /* NULL: the member itself */
	size_t index;          /* in the array */
	const struct hs_def_element *element;
};
/* False for the resource itself and for computed values. */
bool hs__patch_place(const struct hs_path_value *value, struct hs__patch_place *out);
void hs__patch_remove(struct hs__patch *patch, const struct hs__patch_place *place);
/* An object that has lost its last member is no element any more (ele-1): it goes, and so does what holds
 * nothing but it. */
void hs__patch_prune(struct hs__patch *patch, struct hs_json *object);
/* The object for id and extensions beside a primitive, made when it is missing; NULL without memory. */
struct hs_json *hs__patch_shadow(struct hs__patch *patch, const struct hs__patch_place *place);
/* Puts a value (and what belongs into its "_name" sibling, or NULL) before `index` of a member that repeats.
 */
enum hs_status hs__patch_insert(struct hs__patch *patch, struct hs_json *parent, struct hs_slice key,
	size_t index, struct hs_json *value, struct hs_json *shadow);
/* The value in the place of what is there; NULL keeps it. */
void hs__patch_put(struct hs__patch *patch, const struct hs__patch_place *place, struct hs_json *value,
	struct hs_json *shadow);
void hs__patch_move(struct hs__patch *patch, const struct hs__patch_place *place, size_t to);

/* ---- value.c: what is put there ---- */

/* An element that something is added to: an object of the tree with what is known of it. */
struct hs__patch_owner {
	struct hs_json *object;
	const struct hs_def_element *element;
	const struct hs_def_type *type;
};
/* The value of a part (value[x], or parts that name the members of a backbone element). */
struct hs__patch_value {
	struct hs_json *node, *shadow;
	struct hs_slice suffix; /* "Boolean" of valueBoolean; empty for parts */
};
/* The child of that name; a choice goes by its stem ("deceased"). */
enum hs_status hs__patch_child(struct hs__patch *patch, const struct hs__patch_owner *owner,
	struct hs_slice name, const struct hs_def_element **out);
/* The JSON name of the element with a value of that type ("deceasedBoolean"). */
enum hs_status hs__patch_key(struct hs__patch *patch, const struct hs_def_element *element,
	struct hs_slice suffix, struct hs_slice *out);
/* `element` may be NULL when it is not known; then there can be no parts. */
enum hs_status hs__patch_value(struct hs__patch *patch, const struct hs_json *part,
	const struct hs_def_element *element, struct hs__patch_value *out);
/* Appends when the element repeats; refuses what is there already when it does not. */
enum hs_status hs__patch_add(struct hs__patch *patch, const struct hs__patch_owner *owner,
	struct hs_slice name, const struct hs_json *part);
/* HS_E_PROCESSING or HS_E_INVALID with "operation 3 (add): ...". */
enum hs_status hs__patch_fail(struct hs__patch *patch, enum hs_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
