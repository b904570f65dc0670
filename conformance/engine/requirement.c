/* SPDX-License-Identifier: Apache-2.0 */
/* Reads FHIR Requirements resources into one table of statements. */
#include <conformance/engine/requirement.h>

#include <core/base/heap.h>
#include <core/base/map.h>

#define MEMORY_MAX ((size_t)64 << 20)

struct hs_requirements {
	struct hs_arena *arena;
	struct hs_map by_id; /* "set#key" -> struct hs_requirement */
	const struct hs_requirement **items;
	size_t count, room;
};

const char *hs_requirement_level_name(enum hs_requirement_level level)
{
	static const char *const names[] = { "SHALL", "SHOULD", "MAY" };
	return names[level];
}

struct hs_requirements *hs_requirements_new(void)
{
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct hs_requirements *set = hs_arena_alloc(arena, sizeof(*set));

	set->arena = arena;
	hs_map_init(&set->by_id, arena);
	return set;
}

void hs_requirements_free(struct hs_requirements *set)
{
	if (set)
		hs_arena_free(set->arena);
}

/* The last part of a canonical, without version. */
static struct hs_slice last_part(struct hs_slice url)
{
	struct hs_slice rest = url, name = hs_slice_cut(&rest, '|'), part = name;

	while (name.ptr)
		part = hs_slice_cut(&name, '/');
	return part;
}

/* The text of the extension whose url ends in `name`. */
static struct hs_slice extension_text(const struct hs_json *statement, struct hs_slice name)
{
	HS_JSON_EACH(extension, hs_json_get(statement, HS_S("extension"))) {
		if (!hs_slice_ends(hs_json_get_text(extension, HS_S("url")), name))
			continue;
		HS_JSON_EACH(member, extension)
			if (hs_slice_starts(hs_json_key(member), HS_S("value")))
				return hs_json_text(member);
	}
	return HS_S_NONE;
}

static void read_level(const struct hs_json *statement, struct hs_requirement *requirement)
{
	struct hs_slice code = hs_json_text(hs_json_first(hs_json_get(statement, HS_S("conformance"))));

	requirement->forbids = hs_slice_ends(code, HS_S("-NOT")) || hs_slice_ends(code, HS_S(" NOT"));
	requirement->level = HS_LEVEL_SHALL;
	if (hs_slice_starts(code, HS_S("SHOULD")))
		requirement->level = HS_LEVEL_SHOULD;
	else if (hs_slice_starts(code, HS_S("MAY")))
		requirement->level = HS_LEVEL_MAY;
}

static enum hs_status add_statement(struct hs_requirements *set, const struct hs_json *resource,
	const struct hs_json *statement, struct hs_error *err)
{
	struct hs_requirement *requirement = hs_arena_alloc(set->arena, sizeof(*requirement));
	bool fresh = false;
	if (!requirement)
		return hs_fail(err, HS_E_LIMIT, "there are too many requirements");
	requirement->set = hs_json_get_text(resource, HS_S("url"));
	requirement->key = hs_json_get_text(statement, HS_S("key"));
	requirement->label = hs_json_get_text(statement, HS_S("label"));
	requirement->text = hs_json_get_text(statement, HS_S("requirement"));
	requirement->source = hs_json_text(hs_json_first(hs_json_get(statement, HS_S("reference"))));
	requirement->hint = extension_text(statement, HS_S(HS_REQUIREMENT_HINT));
	requirement->status = extension_text(statement, HS_S(HS_REQUIREMENT_STATUS));
	requirement->reason = extension_text(statement, HS_S(HS_REQUIREMENT_REASON));
	read_level(statement, requirement);
	struct hs_slice name = last_part(requirement->set);
	if (!requirement->key.len || !requirement->text.len || !name.len)
		return hs_fail(err, HS_E_INVALID,
			"a statement of Requirements needs key and requirement, and the resource a url");
	requirement->id = hs_arena_printf(set->arena, "%.*s#%.*s", HS_S_ARG(name),
		HS_S_ARG(requirement->key));
	requirement->index = (uint32_t)set->count;
	struct hs_map_slot *slot = hs_map_put(&set->by_id, requirement->id, &fresh);
	if (!slot)
		return hs_fail(err, HS_E_LIMIT, "there are too many requirements");
	if (!fresh)
		return hs_fail(err, HS_E_DUPLICATE, "the requirement %.*s is there twice",
			HS_S_ARG(requirement->id));
	slot->value.ptr = requirement;
	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 256;
		void *items = hs_arena_grow(set->arena, set->items, set->room * sizeof(*set->items),
			room * sizeof(*set->items));
		if (!items)
			return hs_fail(err, HS_E_LIMIT, "there are too many requirements");
		set->items = items;
		set->room = room;
	}
	set->items[set->count++] = requirement;
	return HS_OK;
}

enum hs_status hs_requirements_add(struct hs_requirements *set, struct hs_slice text, struct hs_error *err)
{
	struct hs_slice copy = hs_arena_copy(set->arena, text);
	struct hs_json *resource = NULL;
	if (text.len && !copy.ptr)
		return hs_fail(err, HS_E_LIMIT, "there are too many requirements");
	enum hs_status status = hs_json_parse(set->arena, copy, NULL, &resource, err);
	if (status)
		return status;
	if (!hs_slice_eq(hs_json_get_text(resource, HS_S("resourceType")), HS_S("Requirements")))
		return hs_fail(err, HS_E_INVALID, "this is no Requirements resource");
	HS_JSON_EACH(statement, hs_json_get(resource, HS_S("statement"))) {
		status = add_statement(set, resource, statement, err);
		if (status)
			return status;
	}
	return HS_OK;
}

const struct hs_requirement *hs_requirements_find(const struct hs_requirements *set,
	struct hs_slice reference, struct hs_slice key)
{
	char id[512];
	struct hs_slice rest = reference, url = hs_slice_cut(&rest, '#');

	if (!set)
		return NULL;
	if (!key.len)
		key = rest.ptr ? rest : HS_S_NONE;
	struct hs_slice name = last_part(url);
	if (!key.len || name.len + key.len + 1 > sizeof(id))
		return NULL;
	memcpy(id, name.ptr, name.len);
	id[name.len] = '#';
	memcpy(id + name.len + 1, key.ptr, key.len);
	struct hs_map_slot *slot = hs_map_get(&set->by_id, hs_slice(id, name.len + key.len + 1));
	return slot ? slot->value.ptr : NULL;
}

size_t hs_requirements_count(const struct hs_requirements *set)
{
	return set ? set->count : 0;
}

const struct hs_requirement *hs_requirements_at(const struct hs_requirements *set, size_t index)
{
	return set->items[index];
}
