/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile asks of an element that is divided into slices holds for the items of each slice too (R4
 * Profiling, section 5.1.0.6). A slice is made as a copy of it; what a later profile adds to the whole is
 * laid here on the slices that were there before. */
#include <core/fhir/profile/profile_private.h>

static bool has_constraint(const struct hs_profile_element *element, struct hs_slice key)
{
	for (uint32_t i = 0; i < element->constraint_count; i++)
		if (hs_slice_eq(element->constraints[i].key, key))
			return true;
	return false;
}

static bool add_constraints(struct hs__compile *compile, const struct hs_profile_element *head,
	struct hs_profile_element *slice)
{
	uint32_t count = slice->constraint_count;
	uint32_t more = 0;
	for (uint32_t i = 0; i < head->constraint_count; i++)
		more += !head->constraints[i].inherited && !has_constraint(slice, head->constraints[i].key);
	if (!more)
		return true;
	struct hs_constraint *all = hs_arena_array(compile->set->arena, (size_t)count + more, sizeof(*all));
	if (!all)
		return false;
	for (uint32_t i = 0; i < count; i++)
		all[i] = slice->constraints[i];
	for (uint32_t i = 0; i < head->constraint_count; i++)
		if (!head->constraints[i].inherited && !has_constraint(slice, head->constraints[i].key))
			all[count++] = head->constraints[i];
	slice->constraints = all;
	slice->constraint_count = count;
	return true;
}

static void add_values(const struct hs_profile_element *head, struct hs_profile_element *slice)
{
	if (!slice->fixed && !slice->pattern) {
		slice->fixed = head->fixed;
		slice->pattern = head->pattern;
		slice->fixed_shadow = head->fixed_shadow;
	}
	if (!slice->min_value && !slice->max_value) {
		slice->min_value = head->min_value;
		slice->max_value = head->max_value;
		slice->bound_type = head->bound_type;
	}
	if (!slice->max_length || (head->max_length && head->max_length < slice->max_length))
		slice->max_length = head->max_length;
	if (head->min_length > slice->min_length)
		slice->min_length = head->min_length;
	if (!slice->max_size || (head->max_size && head->max_size < slice->max_size))
		slice->max_size = head->max_size;
	if (!slice->max_decimals || (head->max_decimals && head->max_decimals < slice->max_decimals))
		slice->max_decimals = head->max_decimals;
	if (!slice->regex) {
		slice->regex = head->regex;
		slice->form = head->form;
	}
	if (!slice->value_alternatives) {
		slice->value_alternatives = head->value_alternatives;
		slice->value_alternative_count = head->value_alternative_count;
	}
	slice->must_have_value |= head->must_have_value;
	if (head->binding && !head->binding->inherited && (!slice->binding || slice->binding->inherited))
		slice->binding = head->binding;
}

static void add_types(const struct hs__compile *compile, const struct hs_profile_element *head,
	struct hs_profile_element *slice)
{
	if (!hs__profile_narrows(compile, head) || hs__profile_narrows(compile, slice))
		return;
	slice->uses = head->uses;
	slice->use_count = head->use_count;
	slice->profiled = head->profiled;
}

static struct hs_profile_element *find_slice(const struct hs_profile_element *head, struct hs_slice name)
{
	struct hs_profile_element *slice = head->slices;
	while (slice && !hs_slice_eq(slice->slice_name, name))
		slice = slice->next;
	return slice;
}

static bool lay_over(struct hs__compile *compile, const struct hs_profile_element *head,
	struct hs_profile_element *slice);

static bool lay_over_child(struct hs__compile *compile, const struct hs_profile_element *head,
	struct hs_profile_element *child)
{
	if (head->min > child->min)
		child->min = head->min;
	if (head->max < child->max)
		child->max = head->max;
	if (!child->slices) {
		child->slices = head->slices;
		child->slicing = head->slicing;
	}
	for (const struct hs_profile_element *part = head->slices; part; part = part->next) {
		struct hs_profile_element *own = find_slice(child, part->slice_name);
		if (own && own != part && !lay_over_child(compile, part, own))
			return false;
	}
	return lay_over(compile, head, child);
}

/* How often there is one is each one's own: the whole is counted, too. */
static bool lay_over(struct hs__compile *compile, const struct hs_profile_element *head,
	struct hs_profile_element *slice)
{
	if (!head->says_more && !head->slices)
		return true;
	if (!add_constraints(compile, head, slice))
		return false;
	add_values(head, slice);
	add_types(compile, head, slice);
	slice->says_more = true;
	slice->common = slice->children ? NULL : head->children ? head : head->common;
	for (struct hs_profile_element *child = slice->children; child; child = child->next) {
		const struct hs_profile_element *same = hs_profile_child(head, child->name);
		if (same && !lay_over_child(compile, same, child))
			return false;
	}
	return true;
}

bool hs__profile_slices(struct hs__compile *compile, const struct hs_profile_element *element)
{
	for (struct hs_profile_element *slice = element->slices; slice; slice = slice->next)
		if (!lay_over(compile, element, slice) || !hs__profile_slices(compile, slice))
			return false;
	for (const struct hs_profile_element *child = element->children; child; child = child->next)
		if (!hs__profile_slices(compile, child))
			return false;
	return true;
}
