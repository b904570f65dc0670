/* SPDX-License-Identifier: Apache-2.0 */
/* What of a resource is in a slice of a profile, by the name of the slice (for FHIRPath's slice()). */
#include <core/fhir/validate/walk.h>

#define LEVELS 60u /* elements in one another that lead to a slice */

struct search {
	struct hs__validation *run;
	void (*found)(void *arg, const struct hs__node *node);
	void *arg;
	/* From a child of the root to the slice: the element, and the one that it divides when it is a slice.
	 */
	struct {
		const struct hs_profile_element *element, *head;
	} way[LEVELS];
	uint32_t levels;
};

/* The slice of that name, or that id, and what it divides. */
static const struct hs_profile_element *find_named(const struct hs_profile_element *element,
	struct hs_slice name)
{
	const struct hs_profile_element *found = NULL;
	if (element->slice_name.len &&
		(hs_slice_eq(element->slice_name, name) || hs_slice_eq(element->id, name)))
		return element;
	for (const struct hs_profile_element *at = element->slices; at && !found; at = at->next)
		found = find_named(at, name);
	for (const struct hs_profile_element *at = element->children; at && !found; at = at->next)
		found = find_named(at, name);
	return found;
}

static bool divides(const struct hs_profile_element *head, const struct hs_profile_element *slice)
{
	const struct hs_profile_element *at = head->slices;
	while (at && at != slice)
		at = at->next;
	return at != NULL;
}

/* Slices hang on what they divide, which may be a slice itself. */
static const struct hs_profile_element *head_among(const struct hs_profile_element *element,
	const struct hs_profile_element *slice)
{
	const struct hs_profile_element *head = divides(element, slice) ? element : NULL;
	for (const struct hs_profile_element *at = element->slices; at && !head; at = at->next)
		head = head_among(at, slice);
	return head;
}

static const struct hs_profile_element *head_of(const struct hs_profile_element *slice)
{
	const struct hs_profile_element *head = NULL;
	if (!slice->slice_name.len || !slice->parent)
		return NULL;
	for (const struct hs_profile_element *at = slice->parent->children; at && !head; at = at->next)
		head = head_among(at, slice);
	return head;
}

static bool make_way(struct search *search, const struct hs_profile_element *slice)
{
	uint32_t count = 0;
	for (const struct hs_profile_element *at = slice; at->parent; at = at->parent)
		count++;
	if (count == 0 || count > LEVELS)
		return false;
	search->levels = count;
	for (const struct hs_profile_element *at = slice; at->parent; at = at->parent) {
		search->way[--count].element = at;
		search->way[count].head = head_of(at);
	}
	return true;
}

static bool matches(const struct search *search, const struct hs__node *node,
	const struct hs_profile_element *slice, const struct hs_profile_element *head)
{
	const struct hs_profile_element *outer = head_of(head);
	return head->slicing && (!outer || matches(search, node, head, outer)) &&
		hs__slice_matches(search->run, node, slice, head->slicing) == 1;
}

/* The default slice takes what is in none of the others. */
static bool is_in(const struct search *search, const struct hs__node *node, uint32_t level)
{
	const struct hs_profile_element *slice = search->way[level].element, *head = search->way[level].head;
	bool rest = hs_slice_eq(slice->slice_name, HS_S("@default"));
	if (!head || !rest)
		return !head || matches(search, node, slice, head);
	for (const struct hs_profile_element *other = head->slices; other; other = other->next)
		if (other != slice && matches(search, node, other, head))
			return false;
	return true;
}

static void descend(const struct search *search, const struct hs__node *node, uint32_t level)
{
	uint32_t count = 0;
	struct hs__node *items = hs__node_gather(search->run, node, search->way[level].element, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (!is_in(search, &items[i], level))
			continue;
		if (level + 1 == search->levels)
			search->found(search->arg, &items[i]);
		else
			descend(search, &items[i], level + 1);
	}
}

bool hs__slice_find(struct hs__validation *run, const struct hs__node *node, const struct hs_profile *profile,
	struct hs_slice name, void (*found)(void *arg, const struct hs__node *node), void *arg)
{
	struct search search = { .run = run, .found = found, .arg = arg };
	const struct hs_profile_element *slice = find_named(profile->root, name);
	if (!slice || !make_way(&search, slice))
		return false;
	if (node->type && node->type == profile->def_type)
		descend(&search, node, 0);
	else if (hs_slice_eq(node->name, slice->name) && is_in(&search, node, search.levels - 1))
		found(arg, node);
	return true;
}
