/* SPDX-License-Identifier: Apache-2.0 */
/* A set of profiles: found by canonical, made when first asked for, kept. */
#include <core/fhir/profile/profile_private.h>

#include <core/base/heap.h>

#include <stdatomic.h>

#define ARENA_MAX ((size_t)8 << 30)
#define CANONICAL_MAX 2000

struct hs_profiles *hs_profiles_new(struct hs_defs *defs, struct hs_library *library,
	struct hs_profiles *below)
{
	struct hs_profiles *set = hs_heap_alloc(sizeof(*set));
	pthread_mutexattr_t recursive;
	atomic_init(&set->refs, 1);
	set->defs = hs_defs_ref(defs);
	set->library = hs_library_ref(library);
	set->below = below ? hs_profiles_ref(below) : NULL;
	set->arena = hs_arena_new(ARENA_MAX);
	hs_map_init(&set->by_canonical, NULL);
	hs_map_init(&set->by_source, NULL);
	hs_map_init(&set->paths, NULL);
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&set->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	return set;
}

struct hs_profiles *hs_profiles_ref(struct hs_profiles *profiles)
{
	atomic_fetch_add_explicit(&profiles->refs, 1, memory_order_relaxed);
	return profiles;
}

void hs_profiles_unref(struct hs_profiles *profiles)
{
	while (profiles && atomic_fetch_sub_explicit(&profiles->refs, 1, memory_order_acq_rel) == 1) {
		struct hs_profiles *below = profiles->below;
		HS_MAP_EACH(slot, &profiles->paths)
			hs_path_free(slot->value.ptr);
		hs_map_free(&profiles->paths);
		hs_map_free(&profiles->by_canonical);
		hs_map_free(&profiles->by_source);
		hs_arena_free(profiles->arena);
		hs_library_unref(profiles->library);
		hs_defs_unref(profiles->defs);
		pthread_mutex_destroy(&profiles->lock);
		hs_heap_free(profiles);
		profiles = below;
	}
}

struct hs_defs *hs_profiles_defs(const struct hs_profiles *profiles)
{
	return profiles->defs;
}

struct hs_library *hs_profiles_library(const struct hs_profiles *profiles)
{
	return profiles->library;
}

/* ---- compiled expressions ---- */

static struct hs_path *compile_path(struct hs_profiles *set, struct hs_slice expression, struct hs_slice type)
{
	struct hs_error ignored;
	struct hs_path *path = NULL;
	if (hs_path_compile(set->defs, expression, type, &path, NULL, &ignored) == HS_OK)
		return path;
	/* What the static check refuses may still be meant for other types; it is judged as it runs. */
	return hs_path_compile(set->defs, expression, HS_S_NONE, &path, NULL, &ignored) ? NULL : path;
}

const struct hs_path *hs_profiles_path(struct hs_profiles *profiles, struct hs_slice expression,
	struct hs_slice type)
{
	bool fresh = false;
	struct hs_arena_mark mark;
	pthread_mutex_lock(&profiles->lock);
	mark = hs_arena_mark(profiles->arena);
	struct hs_slice key = hs_arena_printf(profiles->arena, "%.*s\n%.*s", HS_S_ARG(type),
		HS_S_ARG(expression));
	struct hs_map_slot *slot = key.ptr ? hs_map_put(&profiles->paths, key, &fresh) : NULL;
	if (slot && fresh)
		slot->value.ptr = compile_path(profiles, expression, type);
	else
		hs_arena_rollback(profiles->arena, mark);
	const struct hs_path *path = slot ? slot->value.ptr : NULL;
	pthread_mutex_unlock(&profiles->lock);
	return path;
}

/* ---- finding; the lock is held ---- */

static struct hs__profile_entry *entry_of(struct hs_profiles *set, const struct hs_json *source)
{
	bool fresh = false;
	struct hs_json **key = hs_arena_raw(set->arena, sizeof(*key));
	if (!key)
		return NULL;
	memcpy(key, &source, sizeof(*key));
	struct hs_map_slot *slot = hs_map_put(&set->by_source, hs_slice((const char *)key, sizeof(*key)),
		&fresh);
	if (slot && fresh) {
		struct hs__profile_entry *entry = hs_arena_alloc(set->arena, sizeof(*entry));
		if (entry)
			entry->source = source;
		slot->value.ptr = entry;
	}
	return slot ? slot->value.ptr : NULL;
}

/* The entry of a canonical in the set that makes it; *owner is that set. NULL when there is none. */
static struct hs__profile_entry *find_entry(struct hs_profiles *set, struct hs_slice canonical,
	struct hs_profiles **owner)
{
	struct hs_map_slot *slot = hs_map_get(&set->by_canonical, canonical);
	const struct hs_json *source = slot ? slot->value.ptr : NULL;
	if (canonical.len == 0 || canonical.len > CANONICAL_MAX)
		return NULL;
	if (!slot) {
		source = hs_library_find(set->library, HS_S("StructureDefinition"), canonical, NULL);
		slot = source ? hs_map_put(&set->by_canonical, hs_arena_copy(set->arena, canonical), NULL) :
				NULL;
		if (slot)
			memcpy(&slot->value.ptr, &source, sizeof(source));
	}
	*owner = set;
	for (struct hs_profiles *below = set->below; source && below; below = below->below)
		if (hs_library_find(below->library, HS_S("StructureDefinition"), canonical, NULL) == source)
			*owner = below;
	return source && *owner == set ? entry_of(set, source) : NULL;
}

static const struct hs_json *find_snapshot(void *arg, struct hs_slice canonical);

/* A base that is here and cannot be used is not unknown: says why. */
static void explain_base(struct hs_profiles *set, const struct hs__profile_entry *entry, struct hs_error *err)
{
	struct hs_profiles *owner = set;
	struct hs_slice base = hs_json_get_text(entry->source, HS_S("baseDefinition"));
	const struct hs__profile_entry *found = find_entry(set, base, &owner);
	if (found && found->busy)
		hs_fail(err, HS_E_INVALID,
			"it is based on '%.*s', which is based on it: bases must not go in a circle",
			HS_S_ARG(hs_slice_first(base, 200)));
	else if (found && found->broken)
		hs_fail(err, found->error.status, "its base '%.*s' cannot be used: %s",
			HS_S_ARG(hs_slice_first(base, 100)), found->error.text);
}

static enum hs_status make_snapshot(struct hs_profiles *set, struct hs__profile_entry *entry,
	struct hs_error *err)
{
	const struct hs_json *given = hs_json_get(hs_json_get(entry->source, HS_S("snapshot")),
		HS_S("element"));
	struct hs_snapshot_source source = { find_snapshot, set };
	struct hs_json *made = NULL;
	if (entry->snapshot)
		return HS_OK;
	if (hs_json_count(given)) {
		entry->snapshot = given;
		return HS_OK;
	}
	if (entry->broken || entry->busy || set->chain > HS__PROFILE_CHAIN) {
		if (entry->broken)
			*err = entry->error;
		else
			hs_fail(err, HS_E_INVALID, "the profile is its own base, or lies on too many others");
		return err->status;
	}
	entry->busy = true;
	set->chain++;
	enum hs_status status = hs_snapshot_make(set->arena, entry->source, &source, NULL, &made, err);
	set->chain--;
	if (status == HS_E_NOT_FOUND)
		explain_base(set, entry, err);
	entry->busy = false;
	entry->broken = status != HS_OK;
	if (status)
		entry->error = *err;
	entry->snapshot = made;
	entry->generated = true;
	return status ? err->status : HS_OK;
}

static const struct hs_json *find_snapshot(void *arg, struct hs_slice canonical)
{
	struct hs_profiles *set = arg;
	struct hs_profiles *owner = set;
	struct hs_error ignored;
	struct hs__profile_entry *entry = find_entry(set, canonical, &owner);
	if (owner != set) {
		pthread_mutex_lock(&owner->lock);
		const struct hs_json *found = find_snapshot(owner, canonical);
		pthread_mutex_unlock(&owner->lock);
		return found;
	}
	return entry && !make_snapshot(set, entry, &ignored) ? entry->snapshot : NULL;
}

const struct hs_json *hs_profiles_snapshot(struct hs_profiles *profiles, struct hs_slice canonical)
{
	pthread_mutex_lock(&profiles->lock);
	const struct hs_json *found = find_snapshot(profiles, canonical);
	pthread_mutex_unlock(&profiles->lock);
	return found;
}

/* ---- compiling ---- */

static bool read_head(struct hs_profiles *set, struct hs__profile_entry *entry, struct hs_profile *profile)
{
	const struct hs_json *source = entry->source;
	profile->source = source;
	profile->snapshot = entry->snapshot;
	profile->generated = entry->generated;
	profile->url = hs_json_get_text(source, HS_S("url"));
	profile->version = hs_json_get_text(source, HS_S("version"));
	profile->name = hs_json_get_text(source, HS_S("name"));
	profile->type = hs_json_get_text(source, HS_S("type"));
	profile->base = hs_json_get_text(source, HS_S("baseDefinition"));
	profile->is_constraint = hs_slice_eq(hs_json_get_text(source, HS_S("derivation")),
		HS_S("constraint"));
	profile->def_type = hs_defs_type(set->defs, profile->type);
	return profile->type.len > 0;
}

/* R4 has objects of type and expression; earlier versions had texts. */
static void read_contexts(struct hs_profiles *set, struct hs_profile *profile)
{
	const struct hs_json *list = hs_json_get(profile->source, HS_S("context"));
	struct hs_profile_context *contexts = hs_arena_array(set->arena, hs_json_count(list) + 1,
		sizeof(*contexts));
	const struct hs_json *invariants = hs_json_get(profile->source, HS_S("contextInvariant"));
	struct hs_slice *texts = hs_arena_array(set->arena, hs_json_count(invariants) + 1, sizeof(*texts));
	if (!contexts || !texts)
		return;
	HS_JSON_EACH(item, list)
		contexts[profile->context_count++] = (struct hs_profile_context) {
			hs_json_get_text(item, HS_S("type")), hs_json_get_text(item, HS_S("expression"))
		};
	HS_JSON_EACH(item, invariants)
		texts[profile->context_invariant_count++] = hs_json_text(item);
	profile->contexts = contexts;
	profile->context_invariants = texts;
}

#define IMPOSE "http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"

static void read_imposed(struct hs_profiles *set, struct hs_profile *profile)
{
	const struct hs_json *list = hs_json_get(profile->source, HS_S("extension"));
	struct hs_slice *imposed = NULL;
	HS_JSON_EACH(item, list) {
		if (!hs_slice_eq(hs_json_get_text(item, HS_S("url")), HS_S(IMPOSE)))
			continue;
		imposed = imposed ? imposed :
				    hs_arena_array(set->arena, hs_json_count(list), sizeof(*imposed));
		if (imposed)
			imposed[profile->imposed_count++] = hs_json_get_text(item, HS_S("valueCanonical"));
	}
	profile->imposed = imposed;
}

static struct hs_profile *compile(struct hs_profiles *set, struct hs__profile_entry *entry,
	struct hs_error *err)
{
	if (entry->profile)
		return entry->profile;
	if (make_snapshot(set, entry, err))
		return NULL;
	struct hs_profile *profile = hs_arena_alloc(set->arena, sizeof(*profile));
	struct hs__compile work = { set, profile, err };
	if (!profile || !read_head(set, entry, profile)) {
		hs_fail(err, HS_E_INVALID, "the StructureDefinition has no type");
		return NULL;
	}
	read_contexts(set, profile);
	read_imposed(set, profile);
	if (hs__profile_compile(&work))
		return NULL;
	entry->profile = profile;
	return profile;
}

const struct hs_profile *hs_profiles_find(struct hs_profiles *profiles, struct hs_slice canonical,
	struct hs_error *err)
{
	struct hs_profiles *owner = profiles;
	const struct hs_profile *profile = NULL;
	pthread_mutex_lock(&profiles->lock);
	struct hs__profile_entry *entry = find_entry(profiles, canonical, &owner);
	if (entry)
		profile = compile(profiles, entry, err);
	pthread_mutex_unlock(&profiles->lock);
	if (entry)
		return profile;
	if (owner != profiles)
		return hs_profiles_find(owner, canonical, err);
	hs_fail(err, HS_E_NOT_FOUND, "the profile '%.*s' is not known; load the package or file that has it",
		HS_S_ARG(hs_slice_first(canonical, 200)));
	return NULL;
}

const struct hs_profile *hs_profiles_type(struct hs_profiles *profiles, const struct hs_def_type *type)
{
	struct hs_error ignored;
	struct hs_slice url = type ? hs_defs_text(profiles->defs, type->url) : HS_S_NONE;
	return url.len ? hs_profiles_find(profiles, url, &ignored) : NULL;
}

/* ---- questions ---- */

const struct hs_profile_element *hs_profile_child(const struct hs_profile_element *element,
	struct hs_slice name)
{
	for (const struct hs_profile_element *child = element->children; child; child = child->next)
		if (hs_slice_eq(child->name, name))
			return child;
	return NULL;
}

static const struct hs_profile_element *find_id(const struct hs_profile_element *element, struct hs_slice id)
{
	for (; element; element = element->next) {
		const struct hs_profile_element *found = hs_slice_eq(element->id, id) ? element : NULL;
		if (!found && hs_slice_starts(id, element->id))
			found = find_id(element->children, id);
		if (!found)
			found = find_id(element->slices, id);
		if (found)
			return found;
	}
	return NULL;
}

const struct hs_profile_element *hs_profile_element(const struct hs_profile *profile, struct hs_slice id)
{
	return find_id(profile->root, id);
}
