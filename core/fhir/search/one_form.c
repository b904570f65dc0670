/* SPDX-License-Identifier: Apache-2.0 */
/* Swedish identifiers have several systems and ways of writing for one number: the index and the queries use
 * the preferred ones (include/handslag/identifier.h). */
#include <core/fhir/search/search_private.h>

#include <handslag/identifier.h>

void hs__search_one_form(struct hs_arena *arena, struct hs_slice *system, struct hs_slice *code)
{
	const struct hs_identifier_system *known = hs_identifier_system(*system);
	char room[64] = { 0 };
	if (!known)
		return;
	struct hs_slice normal = hs_identifier_normal(known->kind, *code, room);
	*system = known->canonical;
	if (!hs_slice_eq(normal, *code)) {
		struct hs_slice copy = hs_arena_copy(arena, normal);
		*code = copy.ptr ? copy : *code; /* at the cap the value stays as it was sent */
	}
}
