/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Patch (RFC 6902). Each operation is checked as a whole before it changes the tree. */
#include <core/json/decimal.h>
#include <core/json/pointer.h>

/* A copy of a value into its own leaf doubles the depth of the tree: without a limit a few operations would
 * make one that no recursive walk survives. */
#define MOST_DEPTH 1000u

struct patch {
	struct hs_arena *arena;
	struct hs_json **root;
	struct hs_error *err;
	size_t index; /* of the operation at hand, from 0 */
};

/* An operation that was read: where it points, and what it brings. */
struct operation {
	struct hs_slice name;
	struct hs_slice path;
	struct hs_slice from;        /* of move and copy */
	const struct hs_json *value; /* of add, replace and test */
};

/* What a path names. `parent` is NULL for the whole document, `child` when there is no such value yet. */
struct target {
	struct hs_json *parent;
	struct hs_json *child;
	struct hs_slice token;
};

static enum hs_status fail(const struct patch *patch, enum hs_status status, const char *what,
	struct hs_slice path)
{
	hs_fail(patch->err, status, "operation %zu of the patch (from 0): %s: \"%.*s\"", patch->index, what,
		path.len < 120 ? (int)path.len : 120, path.ptr ? path.ptr : "");
	patch->err->where = "patch";
	return status;
}

static enum hs_status fail_memory(const struct patch *patch)
{
	hs_fail(patch->err, HS_E_LIMIT,
		"operation %zu of the patch (from 0) needs more memory than is allowed here", patch->index);
	patch->err->where = "patch";
	return HS_E_LIMIT;
}

static enum hs_status read_path(const struct patch *patch, const struct hs_json *json, struct hs_slice name,
	struct hs_slice *out)
{
	const struct hs_json *member = hs_json_get(json, name);
	if (!hs_json_is(member, HS_JSON_STRING))
		return fail(patch, HS_E_INVALID, "a member with a JSON Pointer as its text is missing", name);
	*out = hs_json_text(member);
	if (!hs__json_pointer_is_valid(*out))
		return fail(patch, HS_E_INVALID,
			"not a JSON Pointer: it is empty or starts with '/', and '~' is written ~0", *out);
	return HS_OK;
}

static enum hs_status find(const struct patch *patch, struct hs_slice path, struct target *out)
{
	struct target target = { .child = *patch->root };
	unsigned depth = 0;
	for (struct hs_slice rest = path; rest.len;) {
		target.parent = target.child;
		target.token = hs__json_pointer_token(&rest);
		target.child = hs__json_pointer_child(target.parent, target.token);
		if (!target.child && rest.len)
			return fail(patch, HS_E_PROCESSING, "no value is at a step of the path", path);
		if (++depth > MOST_DEPTH)
			return fail(patch, HS_E_LIMIT, "the path has too many steps", path);
	}
	if (target.parent && target.parent->type < HS_JSON_ARRAY)
		return fail(patch, HS_E_PROCESSING, "the value around it is no array or object", path);
	*out = target;
	return HS_OK;
}

static enum hs_status find_existing(const struct patch *patch, struct hs_slice path, struct target *out)
{
	enum hs_status status = find(patch, path, out);
	if (!status && !out->child)
		status = fail(patch, HS_E_PROCESSING, "no value is there", path);
	return status;
}

/* Containers in one another in `value`, counted no further than `most` + 1. */
static unsigned depth_of(const struct hs_json *value, unsigned most)
{
	unsigned deepest = 0;
	if (value->type < HS_JSON_ARRAY || most == 0)
		return value->type >= HS_JSON_ARRAY;
	HS_JSON_EACH(child, value) {
		unsigned depth = depth_of(child, most - 1);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

static enum hs_status check_depth(const struct patch *patch, struct hs_slice path,
	const struct hs_json *value)
{
	unsigned steps = 0;
	for (size_t i = 0; i < path.len; i++)
		steps += path.ptr[i] == '/';
	if (steps + depth_of(value, MOST_DEPTH) > MOST_DEPTH)
		return fail(patch, HS_E_LIMIT, "arrays and objects would be nested too deep", path);
	return HS_OK;
}

/* Puts `value`, which has no parent, where an add says. */
static enum hs_status put(const struct patch *patch, struct hs_slice path, struct hs_json *value)
{
	struct target target;
	size_t index;
	enum hs_status status = find(patch, path, &target);
	if (!status)
		status = check_depth(patch, path, value);
	if (status)
		return status;
	if (!target.parent) {
		/* A document has no name, even when the value was a member before. */
		value->key = NULL;
		value->key_len = 0;
		value->flags &= (uint8_t) ~(HS_JSON_KEYED | HS_JSON_PLACED | HS_JSON_DECODED);
		*patch->root = value;
		return HS_OK;
	}
	if (target.parent->type == HS_JSON_ARRAY) {
		if (hs_slice_eq(target.token, HS_S("-")))
			index = target.parent->len;
		else if (!hs__json_pointer_index(target.token, &index) || index > target.parent->len)
			return fail(patch, HS_E_PROCESSING,
				"not a place of the array: 0 to its length, or '-'", path);
		hs_json_insert(target.parent, index, value);
		return HS_OK;
	}
	if (target.child) {
		hs_json_replace(target.parent, target.child, value);
		return HS_OK;
	}
	struct hs_slice name = hs__json_pointer_name(patch->arena, target.token);
	if (!name.ptr)
		return fail_memory(patch);
	if (name.len > UINT16_MAX)
		return fail(patch, HS_E_LIMIT, "a member name is longer than 65535 bytes", path);
	hs_json_add(target.parent, name, value);
	return HS_OK;
}

static enum hs_status add_value(const struct patch *patch, const struct operation *operation)
{
	struct hs_json *copy = hs_json_clone(patch->arena, operation->value);
	return copy ? put(patch, operation->path, copy) : fail_memory(patch);
}

static enum hs_status remove_value(const struct patch *patch, const struct operation *operation)
{
	struct target target;
	enum hs_status status = find_existing(patch, operation->path, &target);
	if (status)
		return status;
	if (!target.parent)
		return fail(patch, HS_E_PROCESSING, "the whole document cannot be removed", operation->path);
	hs_json_remove(target.parent, target.child);
	return HS_OK;
}

static enum hs_status replace_value(const struct patch *patch, const struct operation *operation)
{
	struct target target;
	enum hs_status status = find_existing(patch, operation->path, &target);
	if (status)
		return status;
	if (!target.parent)
		return add_value(patch, operation);
	status = check_depth(patch, operation->path, operation->value);
	if (status)
		return status;
	struct hs_json *copy = hs_json_clone(patch->arena, operation->value);
	if (!copy)
		return fail_memory(patch);
	hs_json_replace(target.parent, target.child, copy);
	return HS_OK;
}

static enum hs_status move_value(const struct patch *patch, const struct operation *operation)
{
	struct target target;
	enum hs_status status = find_existing(patch, operation->from, &target);
	if (status || hs_slice_eq(operation->from, operation->path))
		return status;
	bool within = hs_slice_starts(operation->path, operation->from) &&
		operation->path.ptr[operation->from.len] == '/';
	if (within || !target.parent)
		return fail(patch, HS_E_PROCESSING, "a value cannot be moved into itself", operation->path);
	hs_json_remove(target.parent, target.child);
	return put(patch, operation->path, target.child);
}

static enum hs_status copy_value(const struct patch *patch, const struct operation *operation)
{
	struct target target;
	enum hs_status status = find_existing(patch, operation->from, &target);
	if (status)
		return status;
	struct hs_json *copy = hs_json_clone(patch->arena, target.child);
	return copy ? put(patch, operation->path, copy) : fail_memory(patch);
}

static enum hs_status test_value(const struct patch *patch, const struct operation *operation)
{
	struct target target;
	enum hs_status status = find_existing(patch, operation->path, &target);
	if (!status && !hs__json_same_value(target.child, operation->value))
		status = fail(patch, HS_E_PROCESSING, "the test failed: the value there is another",
			operation->path);
	return status;
}

static const struct kind {
	struct hs_slice name;
	enum hs_status (*run)(const struct patch *patch, const struct operation *operation);
	bool has_value;
	bool has_from;
} kinds[] = {
	{ HS_S_INIT("add"), add_value, true, false },
	{ HS_S_INIT("remove"), remove_value, false, false },
	{ HS_S_INIT("replace"), replace_value, true, false },
	{ HS_S_INIT("move"), move_value, false, true },
	{ HS_S_INIT("copy"), copy_value, false, true },
	{ HS_S_INIT("test"), test_value, true, false },
};

static enum hs_status run(const struct patch *patch, const struct hs_json *json)
{
	struct operation operation = { .name = hs_json_get_text(json, HS_S("op")) };
	const struct kind *kind = NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (hs_slice_eq(kinds[i].name, operation.name))
			kind = &kinds[i];
	if (!kind)
		return fail(patch, HS_E_INVALID,
			"\"op\" must be add, remove, replace, move, copy or test, not", operation.name);
	enum hs_status status = read_path(patch, json, HS_S("path"), &operation.path);
	if (!status && kind->has_from)
		status = read_path(patch, json, HS_S("from"), &operation.from);
	if (status)
		return status;
	operation.value = hs_json_get(json, HS_S("value"));
	if (kind->has_value && !operation.value)
		return fail(patch, HS_E_INVALID, "a member is missing", HS_S("value"));
	return kind->run(patch, &operation);
}

enum hs_status hs_json_patch(struct hs_arena *arena, struct hs_json **root, const struct hs_json *patch,
	struct hs_error *err)
{
	struct patch state = { .arena = arena, .root = root, .err = err };
	if (!hs_json_is(patch, HS_JSON_ARRAY))
		return hs_fail(err, HS_E_INVALID, "a JSON Patch is an array of operations");
	HS_JSON_EACH(operation, patch) {
		enum hs_status status = run(&state, operation);
		if (status)
			return status;
		state.index++;
	}
	return HS_OK;
}
