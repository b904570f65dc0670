/* SPDX-License-Identifier: Apache-2.0 */
/* Slicing (R4 Profiling, section 5.1.0.6): which item is of which slice, and what the slicing itself demands.
 */
#include <core/fhir/validate/walk.h>

#define UNSLICED UINT32_MAX

struct sorting {
	struct hs__validation *run;
	const struct hs__node *parent;
	const struct hs_profile_element *head;
	struct hs__node *const *items;
	uint32_t count;
	uint32_t *slice; /* number of each item's slice, or UNSLICED */
};

static bool is_default(const struct hs_profile_element *slice)
{
	return hs_slice_eq(slice->slice_name, HS_S("@default"));
}

static void fail_item(const struct sorting *all, const struct hs__node *item, const char *id,
	const char *text)
{
	hs__validate_add(all->run, item, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure", id, "%s (%.*s)",
		text, HS_S_ARG(all->head->id));
}

/* The slice that the item matches; with none, the default one if there is such. */
static uint32_t slice_of(const struct sorting *all, const struct hs__node *item)
{
	uint32_t number = 0;
	uint32_t found = UNSLICED;
	uint32_t otherwise = UNSLICED;
	for (const struct hs_profile_element *slice = all->head->slices; slice; slice = slice->next) {
		bool matches = !is_default(slice) &&
			hs__slice_matches(all->run, item, slice, all->head->slicing) == 1;
		if (is_default(slice))
			otherwise = number;
		if (matches && found != UNSLICED) {
			fail_item(all, item, "slice-several",
				"this is of more than one slice, so it cannot be told what it must be");
			break;
		}
		if (matches)
			found = number;
		number++;
	}
	return found == UNSLICED ? otherwise : found;
}

static bool is_by_position(const struct hs_slicing *slicing)
{
	for (uint32_t i = 0; i < slicing->discriminator_count; i++)
		if (slicing->discriminators[i].kind == HS_DISCRIMINATOR_POSITION)
			return true;
	return false;
}

/* By position (R5 ElementDefinition.slicing): each slice takes its number of items, which is fixed for all
 * but the last; one that may have any number takes those that it must have. */
static void slice_by_position(struct sorting *all)
{
	uint32_t next = 0;
	uint32_t number = 0;
	for (const struct hs_profile_element *slice = all->head->slices; slice; slice = slice->next) {
		uint32_t room = slice->next && slice->max == HS_DEF_MANY ? slice->min : slice->max;
		for (uint32_t taken = 0; taken < room && next < all->count; taken++)
			all->slice[next++] = number;
		number++;
	}
	while (next < all->count)
		all->slice[next++] = UNSLICED;
}

static void check_rules(const struct sorting *all)
{
	const struct hs_slicing *slicing = all->head->slicing;
	uint32_t latest = 0;
	bool seen_unsliced = false;
	for (uint32_t i = 0; i < all->count; i++) {
		uint32_t slice = all->slice[i];
		if (slice == UNSLICED && slicing->rules == HS_SLICING_CLOSED)
			fail_item(all, all->items[i], "slice-closed",
				"this is none of the slices, and the profile allows no others");
		if (slice != UNSLICED && seen_unsliced && slicing->rules == HS_SLICING_OPEN_AT_END)
			fail_item(all, all->items[i], "slice-end",
				"items that are of no slice must come after all that are");
		if (slice != UNSLICED && slicing->ordered && slice < latest)
			fail_item(all, all->items[i], "slice-order",
				"items must come in the order of the slices");
		seen_unsliced |= slice == UNSLICED;
		if (slice != UNSLICED && slice > latest)
			latest = slice;
	}
}

static void check_slice_count(const struct sorting *all, const struct hs_profile_element *slice,
	uint32_t count)
{
	struct hs_slice name = slice->id;
	if (count < slice->min)
		hs__validate_add(all->run, all->parent, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"slice-min", "the profile wants at least %u of slice %.*s, but there %s %u",
			slice->min, HS_S_ARG(name), count == 1 ? "is" : "are", count);
	if (count > slice->max)
		hs__validate_add(all->run, all->parent, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "structure",
			"slice-max", "the profile allows at most %u of slice %.*s, but there %s %u",
			slice->max, HS_S_ARG(name), count == 1 ? "is" : "are", count);
}

/* The items of one slice: counted, divided again when it has slices, else walked. */
static void walk_slice(const struct sorting *all, const struct hs_profile_element *slice, uint32_t number)
{
	uint32_t count = 0;
	struct hs__node **of_slice = hs_arena_array(all->run->arena, (size_t)all->count + 1,
		sizeof(struct hs__node *));
	if (!of_slice)
		return;
	for (uint32_t i = 0; i < all->count; i++)
		if (all->slice[i] == number)
			of_slice[count++] = all->items[i];
	check_slice_count(all, slice, count);
	if (slice->slices && slice->slicing) {
		hs__walk_slices(all->run, all->parent, slice, of_slice, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		hs__walk_element(all->run, of_slice[i], slice);
}

void hs__walk_slices(struct hs__validation *run, const struct hs__node *parent,
	const struct hs_profile_element *head, struct hs__node *const *items, uint32_t count)
{
	struct sorting all = { run, parent, head, items, count, NULL };
	uint32_t number = 0;
	bool sorted = head->slicing && head->slicing->discriminator_count > 0;
	all.slice = hs_arena_array(run->arena, (size_t)count + 1, sizeof(*all.slice));
	if (!all.slice)
		return;
	bool by_position = sorted && is_by_position(head->slicing);
	if (by_position)
		slice_by_position(&all);
	for (uint32_t i = 0; i < count && !by_position; i++)
		all.slice[i] = sorted ? slice_of(&all, items[i]) : UNSLICED;
	if (sorted)
		check_rules(&all);
	for (const struct hs_profile_element *slice = head->slices; sorted && slice; slice = slice->next)
		walk_slice(&all, slice, number++);
	for (uint32_t i = 0; i < count; i++)
		if (all.slice[i] == UNSLICED)
			hs__walk_element(run, items[i], head);
}
