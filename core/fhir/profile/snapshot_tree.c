/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots as trees and back: reading, copying, unfolding into types, writing. */
#include <core/fhir/profile/snapshot_private.h>

#define TYPE_URL "http://hl7.org/fhir/StructureDefinition/"

struct hs__shot *hs__shot_child(const struct hs__shot *shot, struct hs_slice tail)
{
	for (struct hs__shot *child = shot->children; child; child = child->next)
		if (hs_slice_eq(child->tail, tail))
			return child;
	return NULL;
}

/* Re-slices ("a/b") lie below the slice that they divide, or beside it. */
struct hs__shot *hs__shot_slice(const struct hs__shot *shot, struct hs_slice name)
{
	for (struct hs__shot *slice = shot->slices; slice; slice = slice->next) {
		if (hs_slice_eq(slice->slice, name))
			return slice;
		if (hs_slice_starts(name, slice->slice) && name.len > slice->slice.len &&
			name.ptr[slice->slice.len] == '/') {
			struct hs__shot *found = hs__shot_slice(slice, name);
			if (found)
				return found;
		}
	}
	return NULL;
}

struct hs_slice hs__shot_choice(struct hs_slice tail, struct hs_slice name)
{
	size_t stem = tail.len - 3;
	if (!hs_slice_ends(tail, HS_S("[x]")) || name.len <= stem || memcmp(tail.ptr, name.ptr, stem) != 0 ||
		name.ptr[stem] < 'A' || name.ptr[stem] > 'Z')
		return HS_S_NONE;
	return hs_slice_from(name, stem);
}

struct hs__shot *hs__shot_add(struct hs__snapshot *snapshot, struct hs__shot *parent, struct hs__shot *head,
	struct hs_slice tail, struct hs_json *element)
{
	bool deep = parent && parent->depth + 1 >= HS__SNAPSHOT_DEPTH;
	struct hs__shot *shot = deep || snapshot->count >= HS__SNAPSHOT_ELEMENTS ?
		NULL :
		hs_arena_alloc(snapshot->arena, sizeof(*shot));
	if (!shot || !hs_json_is(element, HS_JSON_OBJECT)) {
		snapshot->full = true;
		return NULL;
	}
	snapshot->count++;
	shot->tail = tail;
	shot->element = element;
	shot->parent = parent;
	shot->head = head;
	shot->depth = parent ? (uint16_t)(parent->depth + 1) : 0;
	if (head) {
		if (head->last_slice)
			head->last_slice->next = shot;
		else
			head->slices = shot;
		head->last_slice = shot;
	} else if (parent) {
		if (parent->last_child)
			parent->last_child->next = shot;
		else
			parent->children = shot;
		parent->last_child = shot;
	}
	return shot;
}

/* ---- reading ---- */

/* What a slice of that path divides: the child of that name, the choice of that type, or another slice. */
static struct hs__shot *find_head(const struct hs__shot *parent, struct hs_slice *tail, struct hs_slice name)
{
	struct hs__shot *head = hs__shot_child(parent, *tail);
	for (struct hs__shot *child = parent->children; !head && child; child = child->next)
		if (hs__shot_choice(child->tail, *tail).len)
			head = child;
	if (!head)
		return NULL;
	*tail = head->tail;
	for (size_t cut = name.len; cut > 0; cut--) {
		struct hs__shot *slice = name.ptr[cut - 1] == '/' ?
			hs__shot_slice(head, hs_slice_first(name, cut - 1)) :
			NULL;
		if (slice)
			return slice;
	}
	return head;
}

static void count_asked(struct hs__shot *head, const struct hs_json *slice)
{
	int64_t min = 0;
	if (hs_json_i64(hs_json_get(slice, HS_S("min")), &min) && min > 0 && min < UINT32_MAX)
		head->asked += min;
}

/* Puts the elements into the tree below `root`: stack[depth] is the latest node of that depth. */
static void read_below(struct hs__snapshot *snapshot, const struct hs_json *first, struct hs_slice prefix,
	struct hs__shot *root)
{
	struct hs__shot *stack[HS__SNAPSHOT_DEPTH + 1] = { root };
	for (const struct hs_json *item = first; item && !snapshot->full; item = hs_json_next(item)) {
		struct hs_slice path = hs_json_get_text(item, HS_S("path"));
		struct hs_slice name = hs_json_get_text(item, HS_S("sliceName"));
		size_t depth = 0;
		if (!hs_slice_starts(path, prefix) || path.len <= prefix.len || path.ptr[prefix.len] != '.')
			return; /* beyond what is below the root */
		struct hs_slice rest = hs_slice_from(path, prefix.len + 1);
		struct hs_slice tail = HS_S_NONE;
		while (rest.ptr) {
			tail = hs_slice_cut(&rest, '.');
			depth++;
		}
		struct hs__shot *parent = depth && depth <= HS__SNAPSHOT_DEPTH ? stack[depth - 1] : NULL;
		if (!parent)
			continue; /* an element without its parent: the source is at fault */
		struct hs__shot *head = name.len ? find_head(parent, &tail, name) : NULL;
		struct hs__shot *shot = hs__shot_add(snapshot, parent, head, tail,
			hs_json_clone(snapshot->arena, item));
		if (!shot)
			return;
		shot->slice = head ? name : HS_S_NONE;
		if (head)
			count_asked(head, item);
		shot->closed = hs_slice_eq(hs_json_get_text(hs_json_get(item, HS_S("slicing")),
						   HS_S("rules")),
			HS_S("closed"));
		stack[depth] = shot;
		for (size_t i = depth + 1; i <= HS__SNAPSHOT_DEPTH; i++)
			stack[i] = NULL;
	}
}

struct hs__shot *hs__shot_read(struct hs__snapshot *snapshot, const struct hs_json *elements,
	struct hs_slice name)
{
	const struct hs_json *first = hs_json_first(elements);
	struct hs_slice path = hs_json_get_text(first, HS_S("path"));
	struct hs__shot *root = first ? hs__shot_add(snapshot, NULL, NULL, name.len ? name : path,
						hs_json_clone(snapshot->arena, first)) :
					NULL;
	if (root)
		read_below(snapshot, hs_json_next(first), path, root);
	return root;
}

/* ---- copying and unfolding ---- */

static void copy_slices(struct hs__snapshot *snapshot, const struct hs__shot *from, struct hs__shot *to)
{
	for (const struct hs__shot *slice = from->slices; slice && !snapshot->full; slice = slice->next) {
		struct hs__shot *copy = hs__shot_add(snapshot, to->parent, to, slice->tail,
			hs_json_clone(snapshot->arena, slice->element));
		if (!copy)
			return;
		copy->slice = slice->slice;
		hs__shot_copy_below(snapshot, slice, copy);
		copy_slices(snapshot, slice, copy);
	}
}

void hs__shot_copy_below(struct hs__snapshot *snapshot, const struct hs__shot *from, struct hs__shot *to)
{
	for (const struct hs__shot *child = from->children; child && !snapshot->full; child = child->next) {
		struct hs__shot *copy = hs__shot_add(snapshot, to, NULL, child->tail,
			hs_json_clone(snapshot->arena, child->element));
		if (!copy)
			return;
		hs__shot_copy_below(snapshot, child, copy);
		copy_slices(snapshot, child, copy);
	}
}

static const struct hs_json *find_id(const struct hs_json *elements, struct hs_slice id)
{
	HS_JSON_EACH(item, elements) {
		struct hs_slice own = hs_json_get_text(item, HS_S("id"));
		if (hs_slice_eq(own.len ? own : hs_json_get_text(item, HS_S("path")), id))
			return item;
	}
	return NULL;
}

/* The element that a content reference names: as the type has it, not as a profile that is the base has
 * constrained it (ElementDefinition.contentReference). What no type of FHIR has stands in the base. */
static const struct hs_json *find_content(const struct hs__snapshot *snapshot, struct hs_slice reference)
{
	size_t hash = hs_slice_find(reference, '#', 0);
	struct hs_slice id = hs_slice_from(reference, hash + 1);
	struct hs_slice address = hash != SIZE_MAX && hash > 0 ?
		hs_slice_first(reference, hash) :
		hs_arena_printf(snapshot->arena, TYPE_URL "%.*s",
			HS_S_ARG(hs_slice_first(id, hs_slice_find(id, '.', 0))));
	const struct hs_json *found = find_id(hs__shot_find(snapshot, address), id);
	return found ? found : find_id(snapshot->base, id);
}

static bool unfold_reference(struct hs__snapshot *snapshot, struct hs__shot *shot, struct hs_slice reference)
{
	const struct hs_json *target = find_content(snapshot, reference);
	struct hs_json *types = hs_json_clone(snapshot->arena, hs_json_get(target, HS_S("type")));
	if (!target)
		return false;
	hs_json_take(shot->element, HS_S("contentReference"));
	if (types)
		hs_json_set(shot->element, HS_S("type"), types);
	read_below(snapshot, hs_json_next(target), hs_json_get_text(target, HS_S("path")), shot);
	return shot->children != NULL;
}

/* The canonical of what a node's children come from: the one profile, or the type that all uses share. */
static struct hs_slice content_of(struct hs__snapshot *snapshot, const struct hs__shot *shot)
{
	struct hs_slice code = HS_S_NONE;
	const struct hs_json *types = hs_json_get(shot->element, HS_S("type"));
	const struct hs_json *first = hs_json_first(types);
	const struct hs_json *profiles = hs_json_get(first, HS_S("profile"));
	if (hs_json_count(types) == 1 && hs_json_count(profiles) == 1)
		return hs_json_text(hs_json_first(profiles));
	HS_JSON_EACH(use, types) {
		struct hs_slice own = hs_json_get_text(use, HS_S("code"));
		if (code.len && !hs_slice_eq(code, own))
			code = HS_S("Element");
		else
			code = own;
	}
	/* A type of FHIRPath: the FHIR type that it stands for, where that is said. */
	if (hs_slice_starts(code, HS_S("http://hl7.org/fhirpath/")))
		HS_JSON_EACH(item, hs_json_get(first, HS_S("extension")))
			if (hs_slice_eq(hs_json_get_text(item, HS_S("url")),
				    HS_S(TYPE_URL "structuredefinition-fhir-type")))
				code = hs_json_get_text(item, HS_S("valueUrl"));
	if (code.len == 0 || hs_slice_find(code, ':', 0) != SIZE_MAX)
		return code; /* the address of a logical model */
	return hs_arena_printf(snapshot->arena, TYPE_URL "%.*s", HS_S_ARG(code));
}

bool hs__shot_unfold(struct hs__snapshot *snapshot, struct hs__shot *shot)
{
	struct hs_slice reference = hs_json_get_text(shot->element, HS_S("contentReference"));
	if (shot->children)
		return true;
	if (reference.len)
		return unfold_reference(snapshot, shot, reference);
	struct hs_slice canonical = content_of(snapshot, shot);
	const struct hs_json *elements = canonical.len ? hs__shot_find(snapshot, canonical) : NULL;
	if (!elements && canonical.len) { /* a profile that is not here: its type will do */
		struct hs_slice code =
			hs_json_get_text(hs_json_first(hs_json_get(shot->element, HS_S("type"))),
				HS_S("code"));
		elements = hs__shot_find(snapshot,
			hs_arena_printf(snapshot->arena, TYPE_URL "%.*s", HS_S_ARG(code)));
	}
	const struct hs_json *first = hs_json_first(elements);
	if (!first)
		return false;
	read_below(snapshot, hs_json_next(first), hs_json_get_text(first, HS_S("path")), shot);
	return shot->children != NULL;
}

/* ---- writing ---- */

static void write_shot(struct hs__snapshot *snapshot, struct hs_json *array, const struct hs__shot *shot,
	struct hs_slice parent_path, struct hs_slice parent_id)
{
	struct hs_arena *arena = snapshot->arena;
	const char *dot = parent_path.len ? "." : "";
	struct hs_slice path = hs_arena_printf(arena, "%.*s%s%.*s", HS_S_ARG(parent_path), dot,
		HS_S_ARG(shot->tail));
	struct hs_slice id = hs_arena_printf(arena, "%.*s%s%.*s%s%.*s", HS_S_ARG(parent_id), dot,
		HS_S_ARG(shot->tail), shot->slice.len ? ":" : "", HS_S_ARG(shot->slice));
	struct hs_json *element = shot->element;
	if (snapshot->full || !id.ptr || !path.ptr) {
		snapshot->full = true;
		return;
	}
	hs_json_set(element, HS_S("id"), hs_json_string(arena, id));
	hs_json_set(element, HS_S("path"), hs_json_string(arena, path));
	if (shot->slice.len)
		hs_json_set(element, HS_S("sliceName"), hs_json_string(arena, shot->slice));
	hs_json_push(array, element);
	for (const struct hs__shot *child = shot->children; child; child = child->next)
		write_shot(snapshot, array, child, path, id);
	for (const struct hs__shot *slice = shot->slices; slice; slice = slice->next)
		write_shot(snapshot, array, slice, parent_path, parent_id);
}

struct hs_json *hs__shot_write(struct hs__snapshot *snapshot)
{
	struct hs_json *array = hs_json_array(snapshot->arena);
	if (array)
		write_shot(snapshot, array, snapshot->root, HS_S_NONE, HS_S_NONE);
	return array;
}
