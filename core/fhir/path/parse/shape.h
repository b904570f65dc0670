/* SPDX-License-Identifier: Apache-2.0 */
/* A shape is what is known about a collection before evaluation: the types its items may have. */
#pragma once

#include <core/fhir/path/node.h>

#define SHAPE_KINDS 12 /* most types that are told apart; beyond them anything is possible */

/* One possible type of the items. */
struct path_kind {
	uint8_t system;                       /* enum hs_path_kind of a system value when `type` is NULL */
	const struct hs_def_type *type;       /* FHIR type */
	const struct hs_def_element *element; /* its definition */
};

struct path_shape {
	bool known;     /* false: items of any type; `kinds` says nothing then */
	bool unordered; /* the order of the items is not defined */
	bool many;      /* there may be several items */
	uint8_t count;  /* known and 0: always empty */
	struct path_kind kinds[SHAPE_KINDS];
};

struct path_shape hs__shape_any(void);
struct path_shape hs__shape_none(void);
struct path_shape hs__shape_system(enum hs_path_kind kind);
/* The items of a FHIR type, as the root of a tree. Any when `type` is NULL. */
struct path_shape hs__shape_type(const struct hs_defs *defs, const struct hs_def_type *type);
/* The type named "Patient", or the element of a path such as "Observation.component". */
struct path_shape hs__shape_path(const struct hs_defs *defs, struct hs_slice path);
/* Adds what `more` may be. */
void hs__shape_add(struct path_shape *shape, const struct path_shape *more);
/* The member `step` of the items; fills in what the step can keep. *exists is false when no item can have it.
 */
struct path_shape hs__shape_member(const struct hs_defs *defs, const struct path_shape *from,
	struct path_step *step, bool *exists);
/* The element that was perhaps meant by a name that no item has: the nearest, or the choice that JSON writes
 * with its type, and *type then ("value" and Quantity for "valueQuantity"). Empty when none is near. */
struct hs_slice hs__shape_nearest(const struct hs_defs *defs, const struct path_shape *from,
	struct hs_slice wanted, const struct hs_def_type **type);
/* The items as they are when taken by type. */
struct path_shape hs__shape_as(const struct hs_defs *defs, const struct path_shape *from,
	const struct path_type_name *type);
/* Can an item be of what the letter stands for (functions.def, focus)? True for what is not known. */
bool hs__shape_fits(const struct path_shape *shape, char letter);
/* Are the items of one type, which is of these kinds or a FHIR primitive that converts to one? */
bool hs__shape_within(const struct path_shape *shape, enum hs_path_kind low, enum hs_path_kind high);
/* Of numbers `kind`, of system quantities a quantity. */
struct path_shape hs__shape_of_amount(const struct path_shape *focus, enum hs_path_kind kind);
/* Its types for people: "HumanName[]", "Quantity|string"; empty when they are not known. */
struct hs_slice hs__shape_name(const struct hs_defs *defs, struct hs_arena *arena,
	const struct path_shape *shape);
/* Can an item be a boolean? */
bool hs__shape_boolean(const struct path_shape *shape);
