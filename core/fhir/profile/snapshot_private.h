/* SPDX-License-Identifier: Apache-2.0 */
/* The tree in which a snapshot grows: an element with its children and its slices. */
#pragma once

#include <core/fhir/profile/snapshot.h>

#define HS__SNAPSHOT_ELEMENTS 100000u
#define HS__SNAPSHOT_DEPTH 40 /* parts of a path */

struct hs__shot {
	struct hs_slice tail;    /* last part of the path: "value[x]" */
	struct hs_slice slice;   /* "" when it is no slice */
	struct hs_json *element; /* own; id and path are set when it is written */
	struct hs__shot *parent; /* of a slice: that of what it slices */
	struct hs__shot *head;   /* of a slice: what it slices, else NULL */
	struct hs__shot *children, *last_child;
	struct hs__shot *slices, *last_slice;
	struct hs__shot *next;
	uint16_t depth;
	int64_t asked; /* what the slices of it ask for together, as far as it is known */
	bool fresh;    /* a slice that this differential makes */
	bool closed;   /* the base divides it into slices and allows no others */
};

struct hs__snapshot {
	struct hs_arena *arena;
	const struct hs_snapshot_source *source;
	struct hs_issues *issues;   /* may be NULL */
	struct hs_slice url;        /* of the profile, as source of its constraints */
	const struct hs_json *base; /* the base's snapshot, untouched, for what types lack */
	struct hs__shot *root;
	uint32_t count; /* elements so far */
	int64_t index;  /* of the differential's element at hand */
	bool specializes;
	bool of_profile; /* the base is a constraint, not the type itself */
	bool full;       /* a limit was met */
};

/* Where an element belongs: the parts of its path, each with its slice (empty: none). */
struct hs__step {
	struct hs_slice name, slice;
};
struct hs__place {
	struct hs__step steps[HS__SNAPSHOT_DEPTH];
	size_t count;
};
/* Says when the element at `place`, which the tree has, should stand before the one at `before`: the elements
 * of a differential have the order of the base (R4 StructureDefinition.differential). */
void hs__shot_check_order(struct hs__snapshot *snapshot, const struct hs__place *before,
	const struct hs__place *place);

/* The snapshot of a canonical; NULL when there is none, or not one that can be worked with. */
const struct hs_json *hs__shot_find(const struct hs__snapshot *snapshot, struct hs_slice canonical);
/* The tree of a snapshot's elements, its root renamed to `name` (empty: as it is). NULL when there is none.
 */
struct hs__shot *hs__shot_read(struct hs__snapshot *snapshot, const struct hs_json *elements,
	struct hs_slice name);
struct hs_json *hs__shot_write(struct hs__snapshot *snapshot);
struct hs__shot *hs__shot_child(const struct hs__shot *shot, struct hs_slice tail);
struct hs__shot *hs__shot_slice(const struct hs__shot *shot, struct hs_slice name);
/* A new node, the last child of `parent` (or, with `head`, the last slice of it). NULL at the limit. */
struct hs__shot *hs__shot_add(struct hs__snapshot *snapshot, struct hs__shot *parent, struct hs__shot *head,
	struct hs_slice tail, struct hs_json *element);
/* A copy of everything below `from` under `to`. */
void hs__shot_copy_below(struct hs__snapshot *snapshot, const struct hs__shot *from, struct hs__shot *to);
/* Gives a node without children those of its type, profile or contentReference. False when it has none. */
bool hs__shot_unfold(struct hs__snapshot *snapshot, struct hs__shot *shot);
/* Is the JSON-like name (valueQuantity) the choice `tail` (value[x]) with a type? Gives "Quantity". */
struct hs_slice hs__shot_choice(struct hs_slice tail, struct hs_slice name);

/* Says what an element of the differential takes back of what the node has from the base. */
void hs__shot_check_narrow(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change);
/* Lays an element of the differential over a node. */
void hs__shot_merge(struct hs__snapshot *snapshot, struct hs__shot *shot, const struct hs_json *change);
void hs__shot_fail(struct hs__snapshot *snapshot, enum hs_severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
