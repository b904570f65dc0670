/* SPDX-License-Identifier: Apache-2.0 */
/* From the rows of a snapshot to a tree: parents, slices, content references, and what says more than its
 * base. */
#include <core/fhir/profile/profile_private.h>

#define DEPTH 100

static void append(struct hs_profile_element **list, struct hs_profile_element *element)
{
	while (*list)
		list = &(*list)->next;
	*list = element;
}

static struct hs_profile_element *find_child(const struct hs_profile_element *parent, struct hs_slice name)
{
	struct hs_profile_element *child = parent->children;
	while (child && !hs_slice_eq(child->name, name))
		child = child->next;
	return child;
}

/* "value" of value[x]; *choice tells that it was one. */
static struct hs_slice stem_of(struct hs_slice tail, bool *choice)
{
	*choice = hs_slice_ends(tail, HS_S("[x]"));
	return *choice ? hs_slice_first(tail, tail.len - 3) : tail;
}

static struct hs_profile_element *find_slice(const struct hs_profile_element *head, struct hs_slice name)
{
	for (struct hs_profile_element *slice = head->slices; slice; slice = slice->next) {
		if (hs_slice_eq(slice->slice_name, name))
			return slice;
		struct hs_profile_element *found = find_slice(slice, name);
		if (found)
			return found;
	}
	return NULL;
}

/* What the slice divides: for "a/b" slice a, else the unsliced element of that name (or the choice it is of).
 */
static struct hs_profile_element *find_head(const struct hs_profile_element *parent, struct hs_slice name,
	struct hs_slice slice_name)
{
	struct hs_profile_element *head = find_child(parent, name);
	for (struct hs_profile_element *child = parent->children; !head && child; child = child->next)
		if (child->choice && hs_slice_starts(name, child->name))
			head = child;
	for (size_t cut = slice_name.len; head && cut > 0; cut--) {
		struct hs_profile_element *slice = slice_name.ptr[cut - 1] == '/' ?
			find_slice(head, hs_slice_first(slice_name, cut - 1)) :
			NULL;
		if (slice)
			return slice;
	}
	return head;
}

static void hang(struct hs_profile_element *parent, struct hs_profile_element *element)
{
	struct hs_profile_element *head = element->slice_name.len ?
		find_head(parent, element->name, element->slice_name) :
		NULL;
	element->parent = parent;
	if (head) {
		element->name = head->name;
		element->choice = head->choice;
		append(&head->slices, element);
	} else {
		element->slice_name = HS_S_NONE;
		append(&parent->children, element);
		parent->child_count++;
	}
}

static enum hs_status link_rows(struct hs__compile *compile, struct hs_profile_element *elements)
{
	struct hs_profile_element *stack[DEPTH] = { NULL };
	struct hs_profile_element *element = elements;
	HS_JSON_EACH(row, compile->profile->snapshot) {
		struct hs_slice rest = hs_json_get_text(row, HS_S("path"));
		struct hs_slice tail = HS_S_NONE;
		size_t depth = 0;
		while (rest.ptr) {
			tail = hs_slice_cut(&rest, '.');
			depth++;
		}
		element->definition = row;
		element->slice_name = hs_json_get_text(row, HS_S("sliceName"));
		element->name = stem_of(tail, &element->choice);
		if (depth == 0 || depth >= DEPTH || (depth == 1) != (element == elements) ||
			(depth > 1 && !stack[depth - 2]))
			return hs_fail(compile->err, HS_E_INVALID,
				"the snapshot's element '%.*s' has no parent before it",
				HS_S_ARG(hs_slice_first(hs_json_get_text(row, HS_S("path")), 200)));
		if (depth > 1)
			hang(stack[depth - 2], element);
		stack[depth - 1] = element;
		for (size_t i = depth; i < DEPTH && stack[i]; i++)
			stack[i] = NULL;
		element++;
	}
	return HS_OK;
}

/* What this constrains in the end: the first of its bases that is no constraint itself; NULL when it is not
 * here. */
static const struct hs_profile *definition_of(struct hs__compile *compile)
{
	struct hs_profiles *set = compile->set;
	const struct hs_json *source = compile->profile->source;
	struct hs_error ignored;
	for (unsigned i = 0; source && i < HS__PROFILE_CHAIN; i++) {
		struct hs_slice base = hs_json_get_text(source, HS_S("baseDefinition"));
		source = hs_library_find(set->library, HS_S("StructureDefinition"), base, NULL);
		if (source && !hs_slice_eq(hs_json_get_text(source, HS_S("derivation")), HS_S("constraint")))
			return hs_profiles_find(set, base, &ignored);
	}
	return NULL;
}

/* A content reference means the element as it was before anybody constrained it, however a constraint's
 * snapshot writes it: "#Questionnaire.item" or with an address before (ElementDefinition.contentReference).
 */
static void resolve_contents(struct hs__compile *compile, struct hs_profile_element *elements, size_t count)
{
	const struct hs_profile *definition = compile->profile->is_constraint ? NULL : compile->profile;
	for (size_t i = 0; i < count; i++) {
		if (elements[i].same_as.len == 0)
			continue;
		definition = definition ? definition : definition_of(compile);
		if (!definition)
			return;
		elements[i].content = hs_profile_element(definition, elements[i].same_as);
	}
}

/* Those above say more when something below does. */
static void spread_says_more(struct hs_profile_element *element)
{
	struct hs_profile_element *parent = element->says_more ? element->parent : NULL;
	for (; parent && !parent->says_more; parent = parent->parent)
		parent->says_more = true;
}

enum hs_status hs__profile_compile(struct hs__compile *compile)
{
	struct hs_profile *profile = compile->profile;
	size_t count = hs_json_count(profile->snapshot);
	struct hs_profile_element *elements = count ?
		hs_arena_array(compile->set->arena, count, sizeof(*elements)) :
		NULL;
	if (!elements)
		return hs_fail(compile->err, HS_E_INVALID, "the snapshot has no elements");
	enum hs_status status = link_rows(compile, elements);
	for (size_t i = 0; !status && i < count; i++)
		status = hs__profile_element(compile, &elements[i]);
	if (status)
		return status;
	profile->root = elements;
	resolve_contents(compile, elements, count);
	for (size_t i = 0; i < count; i++)
		spread_says_more(&elements[i]);
	if (!hs__profile_slices(compile, elements))
		return hs_fail(compile->err, HS_E_LIMIT, "there are too many profiles");
	return HS_OK;
}
