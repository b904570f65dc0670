/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a differential's elements: that of the base, or readers that go through both in step lose
 * those that come too late. */
#include <core/fhir/profile/snapshot_private.h>

/* The child that a part of a path names: by its name, or as the choice of a type ("valueQuantity"). */
static const struct hs__shot *child_of(const struct hs__shot *at, struct hs_slice name, uint32_t *index)
{
	*index = 0;
	for (const struct hs__shot *child = at->children; child; child = child->next, (*index)++)
		if (hs_slice_eq(child->tail, name) || hs__shot_choice(child->tail, name).len)
			return child;
	return NULL;
}

static bool same_step(const struct hs__step *a, const struct hs__step *b)
{
	return hs_slice_eq(a->name, b->name) && hs_slice_eq(a->slice, b->slice);
}

/* Where the node of the step is; NULL when the tree does not have it. */
static const struct hs__shot *down(const struct hs__shot *at, const struct hs__step *step)
{
	uint32_t ignored;
	const struct hs__shot *child = child_of(at, step->name, &ignored);
	return child && step->slice.len ? hs__shot_slice(child, step->slice) : child;
}

void hs__shot_check_order(struct hs__snapshot *snapshot, const struct hs__place *before,
	const struct hs__place *place)
{
	const struct hs__shot *at = snapshot->root;
	size_t same = 1;
	uint32_t earlier = 0;
	uint32_t later = 0;
	if (snapshot->specializes)
		return;
	while (at && same < before->count && same < place->count &&
		same_step(&before->steps[same], &place->steps[same]))
		at = down(at, &place->steps[same++]);
	if (at && same == place->count && same < before->count)
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"'%.*s' comes after '%.*s', which is below it; an element is there before its "
			"children",
			HS_S_ARG(hs_slice_first(place->steps[same - 1].name, 100)),
			HS_S_ARG(hs_slice_first(before->steps[same].name, 100)));
	/* Slices have an order among themselves that the differential makes. */
	if (!at || same >= before->count || same >= place->count ||
		!child_of(at, before->steps[same].name, &earlier) ||
		!child_of(at, place->steps[same].name, &later) || later >= earlier)
		return;
	hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
		"'%.*s' comes after '%.*s'; the elements of a differential have the order of the base",
		HS_S_ARG(hs_slice_first(place->steps[same].name, 100)),
		HS_S_ARG(hs_slice_first(before->steps[same].name, 100)));
}
