/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a snapshot: finds for each element of the differential its place in the base's tree, makes slices and
 * unfolds types on the way there, and lays it over.
 *
 * A place is named by the element's id ("Patient.identifier:pnr.system") when that agrees with its path; ids
 * are often missing or wrong in files made by hand, and then the path goes on from the element before it. */
#include <core/fhir/profile/snapshot_private.h>

/* ---- where an element belongs ---- */

static bool split_path(struct hs_slice path, struct hs__place *place)
{
	place->count = 0;
	while (path.ptr) {
		if (place->count == HS__SNAPSHOT_DEPTH)
			return false;
		place->steps[place->count++] = (struct hs__step) { hs_slice_cut(&path, '.'), HS_S_NONE };
	}
	return place->count > 0;
}

/* A dot within a slice's name belongs to it: parts of the id are matched against those of the path. */
static bool same_name(struct hs_slice id_name, struct hs_slice path_name)
{
	return hs_slice_eq(id_name, path_name) || hs__shot_choice(id_name, path_name).len ||
		hs__shot_choice(path_name, id_name).len;
}

static bool split_id(struct hs_slice id, const struct hs__place *path, struct hs_slice slice_name,
	struct hs__place *place)
{
	place->count = 0;
	while (id.ptr) {
		if (place->count == path->count)
			return false;
		struct hs_slice slice = hs_slice_cut(&id, '.');
		struct hs_slice name = hs_slice_cut(&slice, ':');
		if (place->count > 0 && !same_name(name, path->steps[place->count].name))
			return false;
		place->steps[place->count++] = (struct hs__step) { name, slice };
	}
	return place->count == path->count &&
		(slice_name.len == 0 || hs_slice_eq(place->steps[place->count - 1].slice, slice_name));
}

/* The parts of the path, with the slices that the element before was in as far as both go the same way. */
static void follow(const struct hs__place *before, struct hs_slice slice_name, struct hs__place *place)
{
	size_t same = 0;
	size_t last = place->count - 1;
	while (same < before->count && same < last &&
		hs_slice_eq(before->steps[same].name, place->steps[same].name)) {
		place->steps[same].slice = before->steps[same].slice;
		same++;
	}
	place->steps[last].slice = slice_name;
}

static void locate(const struct hs_json *change, const struct hs__place *before, struct hs__place *out)
{
	struct hs__place by_path = { .count = 0 };
	struct hs_slice id = hs_json_get_text(change, HS_S("id"));
	struct hs_slice slice_name = hs_json_get_text(change, HS_S("sliceName"));
	out->count = 0;
	if (!split_path(hs_json_get_text(change, HS_S("path")), &by_path))
		return;
	if (id.len && split_id(id, &by_path, slice_name, out))
		return;
	*out = by_path;
	follow(before, slice_name, out);
}

/* ---- slices ---- */

static void set_slicing(struct hs__snapshot *snapshot, struct hs__shot *head, struct hs_slice kind,
	struct hs_slice path)
{
	struct hs_arena *arena = snapshot->arena;
	struct hs_json *slicing = hs_json_object(arena);
	struct hs_json *list = hs_json_add_array(arena, slicing, HS_S("discriminator"));
	struct hs_json *discriminator = hs_json_push(list, hs_json_object(arena));
	hs_json_add_text(arena, discriminator, HS_S("type"), kind);
	hs_json_add_text(arena, discriminator, HS_S("path"), path);
	hs_json_add(slicing, HS_S("ordered"), hs_json_bool(arena, false));
	hs_json_add_text(arena, slicing, HS_S("rules"), HS_S("open"));
	if (slicing)
		hs_json_set(head->element, HS_S("slicing"), slicing);
}

/* Extensions are always sliced by url, and choices by type, said or not (R4 Profiling, 5.1.0.7). */
static void imply_slicing(struct hs__snapshot *snapshot, struct hs__shot *head, struct hs_slice name)
{
	if (hs_json_get(head->element, HS_S("slicing")))
		return;
	if (hs_slice_ends(head->tail, HS_S("[x]")))
		set_slicing(snapshot, head, HS_S("type"), HS_S("$this"));
	else if (hs_slice_eq(head->tail, HS_S("extension")) ||
		hs_slice_eq(head->tail, HS_S("modifierExtension")))
		set_slicing(snapshot, head, HS_S("value"), HS_S("url"));
	else if (head->slice.len == 0)
		hs__shot_fail(snapshot, HS_SEVERITY_WARNING,
			"the slice '%.*s' divides %.*s, which has no slicing; say by what it is sliced",
			HS_S_ARG(hs_slice_first(name, 100)), HS_S_ARG(hs_slice_first(head->tail, 100)));
}

/* A slice that is named as the JSON would ("valueQuantity") has that type. */
static void narrow_type(struct hs__snapshot *snapshot, struct hs__shot *slice, struct hs_slice name)
{
	struct hs_slice wanted = hs__shot_choice(slice->tail, name);
	struct hs_json *types = hs_json_get(slice->element, HS_S("type"));
	HS_JSON_EACH(use, types) {
		struct hs_slice code = hs_json_get_text(use, HS_S("code"));
		if (code.len != wanted.len || code.len == 0 ||
			memcmp(code.ptr + 1, wanted.ptr + 1, code.len - 1) != 0 ||
			(code.ptr[0] | 0x20) != (wanted.ptr[0] | 0x20))
			continue;
		struct hs_json *only = hs_json_array(snapshot->arena);
		hs_json_push(only, hs_json_clone(snapshot->arena, use));
		if (only)
			hs_json_set(slice->element, HS_S("type"), only);
		return;
	}
}

static struct hs__shot *make_slice(struct hs__snapshot *snapshot, struct hs__shot *head, struct hs_slice name)
{
	imply_slicing(snapshot, head, name);
	if (head->closed && !hs_slice_ends(head->tail, HS_S("[x]")))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"the base allows no other slices of %.*s than its own, so there can be none '%.*s'",
			HS_S_ARG(hs_slice_first(head->tail, 100)), HS_S_ARG(hs_slice_first(name, 100)));
	struct hs__shot *slice = hs__shot_add(snapshot, head->parent, head, head->tail,
		hs_json_clone(snapshot->arena, head->element));
	if (!slice)
		return NULL;
	slice->slice = name;
	slice->fresh = true;
	hs_json_take(slice->element, HS_S("slicing"));
	hs_json_set(slice->element, HS_S("min"), hs_json_int(snapshot->arena, 0));
	hs__shot_copy_below(snapshot, head, slice);
	narrow_type(snapshot, slice, name);
	return slice;
}

/* The slice of that name; a re-slice "a/b" is made of slice a. */
static struct hs__shot *enter_slice(struct hs__snapshot *snapshot, struct hs__shot *head,
	struct hs_slice name)
{
	struct hs__shot *found = hs__shot_slice(head, name);
	if (found)
		return found;
	for (size_t cut = name.len; cut > 0; cut--) {
		struct hs__shot *part = name.ptr[cut - 1] == '/' ?
			hs__shot_slice(head, hs_slice_first(name, cut - 1)) :
			NULL;
		if (part)
			return make_slice(snapshot, part, name);
	}
	return make_slice(snapshot, head, name);
}

/* ---- walking there ---- */

/* Quantity of valueQuantity: is it a type that the choice has? */
static bool has_type(const struct hs__shot *choice, struct hs_slice wanted)
{
	const struct hs_json *types = hs_json_get(choice->element, HS_S("type"));
	HS_JSON_EACH(use, types) {
		struct hs_slice code = hs_json_get_text(use, HS_S("code"));
		if (code.len == wanted.len && hs_slice_ieq(code, wanted))
			return true;
	}
	return wanted.len && !hs_json_count(types);
}

/* valueQuantity as a path: the slice of value[x] of that type, or value[x] itself when it can be nothing
 * else. */
static struct hs__shot *enter_choice(struct hs__snapshot *snapshot, const struct hs__shot *at,
	struct hs_slice name)
{
	for (struct hs__shot *child = at->children; child; child = child->next)
		if (has_type(child, hs__shot_choice(child->tail, name)))
			return enter_slice(snapshot, child, name);
	return NULL;
}

static struct hs__shot *new_element(struct hs__snapshot *snapshot, struct hs__shot *at, struct hs_slice name)
{
	return hs__shot_add(snapshot, at, NULL, name, hs_json_object(snapshot->arena));
}

static struct hs__shot *enter(struct hs__snapshot *snapshot, struct hs__shot *at, const struct hs__step *step)
{
	struct hs__shot *child = hs__shot_child(at, step->name);
	bool leaf = !child && !at->children;
	if (leaf && hs__shot_unfold(snapshot, at))
		child = hs__shot_child(at, step->name);
	if (!child && (!step->slice.len || hs_slice_eq(step->slice, step->name))) {
		child = enter_choice(snapshot, at, step->name);
		if (child)
			return child;
	}
	if (!child && snapshot->specializes)
		child = new_element(snapshot, at, step->name);
	if (!child || step->slice.len == 0)
		return child;
	return enter_slice(snapshot, child, step->slice);
}

static struct hs__shot *walk_to(struct hs__snapshot *snapshot, const struct hs__place *place,
	struct hs_slice path)
{
	struct hs__shot *at = snapshot->root;
	for (size_t i = 1; at && i < place->count; i++) {
		struct hs__shot *next = enter(snapshot, at, &place->steps[i]);
		if (!next && !snapshot->full)
			hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
				"%.*s: the base has no '%.*s' here; a profile can only constrain what is "
				"there",
				HS_S_ARG(hs_slice_first(path, 200)),
				HS_S_ARG(hs_slice_first(place->steps[i].name, 100)));
		at = next;
	}
	return at;
}

/* A choice is there once: when the slice of one type must be there, the choice has that type. */
static void settle_choice(struct hs__snapshot *snapshot, const struct hs__shot *slice)
{
	int64_t min;
	const struct hs_json *types = hs_json_get(slice->element, HS_S("type"));
	const struct hs__shot *head = slice->head;
	if (!head || head->head || !hs_slice_ends(head->tail, HS_S("[x]")) || hs_json_count(types) != 1 ||
		!hs_json_i64(hs_json_get(slice->element, HS_S("min")), &min) || min < 1 ||
		!hs_slice_eq(hs_json_get_text(head->element, HS_S("max")), HS_S("1")))
		return;
	struct hs_json *only = hs_json_clone(snapshot->arena, types);
	if (only)
		hs_json_set(head->element, HS_S("type"), only);
}

/* How often an extension may be there says the root of its own definition; a new slice for it that does not
 * say so itself takes it from there (R4 Profiling, section 5.1.0.13). */
static void bound_extension(struct hs__snapshot *snapshot, const struct hs__shot *slice,
	const struct hs_json *change)
{
	const struct hs_json *use = hs_json_first(hs_json_get(change, HS_S("type")));
	struct hs_slice url = hs_json_text(hs_json_first(hs_json_get(use, HS_S("profile"))));
	const struct hs_json *root, *min, *max;
	if (!slice->fresh || !url.len || hs_json_count(hs_json_get(use, HS_S("profile"))) != 1 ||
		!hs_slice_eq(hs_json_get_text(use, HS_S("code")), HS_S("Extension")))
		return;
	root = hs_json_first(hs__shot_find(snapshot, url));
	min = hs_json_get(root, HS_S("min"));
	max = hs_json_get(root, HS_S("max"));
	if (min && !hs_json_get(change, HS_S("min")))
		hs_json_set(slice->element, HS_S("min"), hs_json_clone(snapshot->arena, min));
	if (max && !hs_json_get(change, HS_S("max")) && !hs_slice_eq(hs_json_text(max), HS_S("*")))
		hs_json_set(slice->element, HS_S("max"), hs_json_clone(snapshot->arena, max));
}

static void apply(struct hs__snapshot *snapshot, const struct hs_json *differential)
{
	struct hs__place before = { .count = 0 };
	HS_JSON_EACH(change, differential) {
		struct hs__place place = { .count = 0 };
		struct hs_slice path = hs_json_get_text(change, HS_S("path"));
		locate(change, &before, &place);
		struct hs__shot *shot = place.count ? walk_to(snapshot, &place, path) : NULL;
		if (shot) {
			hs__shot_check_order(snapshot, &before, &place);
			hs__shot_merge(snapshot, shot, change);
			bound_extension(snapshot, shot, change);
			settle_choice(snapshot, shot);
		}
		if (place.count)
			before = place;
		if (snapshot->full)
			return;
		snapshot->index++;
	}
}

/* ---- all together ---- */

/* The base's roots say where they come from; its own elements get a `base` (R4 ElementDefinition.base). */
static void set_bases(struct hs__snapshot *snapshot, const struct hs_json *elements)
{
	struct hs_arena *arena = snapshot->arena;
	HS_JSON_EACH(element, elements) {
		const struct hs_json *min = hs_json_get(element, HS_S("min"));
		if (hs_json_get(element, HS_S("base")) || !min)
			continue;
		struct hs_json *base = hs_json_add_object(arena, element, HS_S("base"));
		hs_json_add_text(arena, base, HS_S("path"), hs_json_get_text(element, HS_S("path")));
		hs_json_add(base, HS_S("min"), hs_json_clone(arena, min));
		hs_json_add_text(arena, base, HS_S("max"), hs_json_get_text(element, HS_S("max")));
	}
}

/* Anybody may hand over a StructureDefinition, so shapes are looked at before anything is laid over another:
 * elements are objects, and what grows in them are arrays of the right things. */
static bool is_sound(const struct hs_json *elements)
{
	static const char *const texts[] = { "condition", "alias" };
	static const char *const objects[] = { "constraint", "mapping", "type", "code", "example",
		"extension" };
	HS_JSON_EACH(element, elements) {
		if (!hs_json_is(element, HS_JSON_OBJECT))
			return false;
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			const struct hs_json *list = hs_json_get(element, hs_slice_cstr(texts[i]));
			if (list && !hs_json_is(list, HS_JSON_ARRAY))
				return false;
		}
		for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
			const struct hs_json *list = hs_json_get(element, hs_slice_cstr(objects[i]));
			if (list && !hs_json_is(list, HS_JSON_ARRAY))
				return false;
			HS_JSON_EACH(item, list)
				if (!hs_json_is(item, HS_JSON_OBJECT))
					return false;
		}
		const struct hs_json *binding = hs_json_get(element, HS_S("binding"));
		if (binding && !hs_json_is(binding, HS_JSON_OBJECT))
			return false;
	}
	return true;
}

/* Base is the type above all (R5 has a definition of it, with no elements); logical models name it in R4,
 * too.
 */
static const struct hs_json *snapshot_of_base(struct hs_arena *arena)
{
	struct hs_json *elements = hs_json_array(arena);
	struct hs_json *root = hs_json_push(elements, hs_json_object(arena));
	hs_json_add_text(arena, root, HS_S("id"), HS_S("Base"));
	hs_json_add_text(arena, root, HS_S("path"), HS_S("Base"));
	hs_json_add(root, HS_S("min"), hs_json_int(arena, 0));
	hs_json_add_text(arena, root, HS_S("max"), HS_S("*"));
	return elements;
}

const struct hs_json *hs__shot_find(const struct hs__snapshot *snapshot, struct hs_slice canonical)
{
	const struct hs_json *elements = snapshot->source->find(snapshot->source->arg, canonical);
	return hs_json_is(elements, HS_JSON_ARRAY) && is_sound(elements) ? elements : NULL;
}

enum hs_status hs_snapshot_make(struct hs_arena *arena, const struct hs_json *structure,
	const struct hs_snapshot_source *source, struct hs_issues *issues, struct hs_json **out,
	struct hs_error *err)
{
	struct hs_slice base = hs_json_get_text(structure, HS_S("baseDefinition"));
	const struct hs_json *differential = hs_json_get(hs_json_get(structure, HS_S("differential")),
		HS_S("element"));
	struct hs__snapshot snapshot = {
		.arena = arena,
		.source = source,
		.issues = issues,
		.url = hs_json_get_text(structure, HS_S("url")),
		.specializes = hs_slice_eq(hs_json_get_text(structure, HS_S("derivation")),
			HS_S("specialization")),
	};
	struct hs_slice name = HS_S_NONE;
	struct hs_slice type = hs_json_get_text(structure, HS_S("type"));
	snapshot.of_profile = !hs_slice_ends(hs_slice_first(base, hs_slice_find(base, '|', 0)), type);
	if (base.len)
		snapshot.base = hs__shot_find(&snapshot, base);
	if (!snapshot.base && snapshot.specializes &&
		hs_slice_eq(base, HS_S("http://hl7.org/fhir/StructureDefinition/Base")))
		snapshot.base = snapshot_of_base(arena);
	if (!hs_json_is(snapshot.base, HS_JSON_ARRAY))
		return hs_fail(err, HS_E_NOT_FOUND,
			"the base '%.*s' is not known; load the package or file that has it",
			HS_S_ARG(hs_slice_first(base, 200)));
	if (differential && (!hs_json_is(differential, HS_JSON_ARRAY) || !is_sound(differential)))
		return hs_fail(err, HS_E_INVALID,
			"the differential has elements that are no ElementDefinitions, so it cannot be laid "
			"over the base");
	if (snapshot.specializes) {
		struct hs_slice path = hs_json_get_text(hs_json_first(differential), HS_S("path"));
		name = hs_slice_cut(&path, '.');
	}
	snapshot.root = hs__shot_read(&snapshot, snapshot.base, name);
	if (snapshot.root)
		apply(&snapshot, differential);
	struct hs_json *elements = snapshot.root && !snapshot.full ? hs__shot_write(&snapshot) : NULL;
	if (!elements || snapshot.full || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT,
			"the snapshot has more than %u elements, or paths of more "
			"than %d parts",
			HS__SNAPSHOT_ELEMENTS, HS__SNAPSHOT_DEPTH);
	set_bases(&snapshot, elements);
	*out = elements;
	return HS_OK;
}
