/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the snapshot of a profile: the base's elements with the differential laid over them.
 *
 * Source: R4 Profiling, section 5.1.0.14 and on; R4 StructureDefinition, section 5.3.
 * What the differential names below a data type, a profile or a contentReference is unfolded; slices are
 * copies of what they slice. Elements come in the order that published snapshots have. */
#pragma once

#include <core/fhir/profile/library.h>

/* Gives the snapshot (an array of ElementDefinition) of a canonical's StructureDefinition, NULL when there is
 * none; the generator asks for the base and for what it unfolds. */
struct hs_snapshot_source {
	const struct hs_json *(*find)(void *arg, struct hs_slice canonical);
	void *arg;
};

/* A new array in `arena`; texts point into the sources. Faults of the differential that leave a snapshot (an
 * element that is not in the base, a slice without slicing ...) are issues at
 * "StructureDefinition.differential.element[n]"; HS_E_NOT_FOUND when the base is not there, HS_E_LIMIT when
 * it grows beyond 100,000 elements or the arena is full. */
enum hs_status hs_snapshot_make(struct hs_arena *arena, const struct hs_json *structure,
	const struct hs_snapshot_source *source, struct hs_issues *issues, struct hs_json **out,
	struct hs_error *err);
