/* SPDX-License-Identifier: Apache-2.0 */
/* The id of an element of a StructureDefinition beside its path and sliceName, which it is made of (R4
 * ElementDefinition, section 2.34.3.2): "Patient.identifier:mrn.system". */
#include <core/fhir/validate/rules/rules_private.h>

/* Do the names mean one element? A choice may stand with its type in either of them: value[x], valueQuantity.
 */
static bool is_same(struct hs_slice in_id, struct hs_slice in_path)
{
	struct hs_slice choice = hs_slice_ends(in_id, HS_S("[x]")) ? in_id : in_path;
	struct hs_slice typed = choice.ptr == in_id.ptr ? in_path : in_id;
	return hs_slice_eq(in_id, in_path) ||
		(hs_slice_ends(choice, HS_S("[x]")) &&
			hs_slice_starts(typed, hs_slice_first(choice, choice.len - 3)));
}

/* Whether the id is that of the path; `slice` becomes what its last part says. */
static bool follows_path(struct hs_slice id, struct hs_slice path, struct hs_slice *slice)
{
	while (id.ptr && path.ptr) {
		*slice = hs_slice_cut(&id, '.');
		struct hs_slice name = hs_slice_cut(slice, ':');
		if (!is_same(name, hs_slice_cut(&path, '.')))
			return false;
	}
	return !id.ptr && !path.ptr;
}

void hs__structure_id(struct hs__validation *run, const struct hs__node *at)
{
	struct hs_slice id = hs_json_get_text(at->value, HS_S("id"));
	struct hs_slice path = hs_json_get_text(at->value, HS_S("path"));
	struct hs_slice name = hs_json_get_text(at->value, HS_S("sliceName"));
	struct hs_slice slice = HS_S_NONE;
	if (!id.len || !path.len)
		return;
	if (!follows_path(id, path, &slice))
		HS__WARN(run, at, "id", "value", "structure-id",
			"the id '%.*s' is not that of the path '%.*s'; an id is the path, with :SLICE behind "
			"each part that is a slice",
			HS__SHOW(id), HS__SHOW(path));
	else if (!hs_slice_eq(slice, name) && (slice.len || name.len))
		HS__WARN(run, at, "sliceName", "value", "structure-id",
			"the slice is '%.*s' by the id '%.*s', and '%.*s' by its sliceName", HS__SHOW(slice),
			HS__SHOW(id), HS__SHOW(name));
}
