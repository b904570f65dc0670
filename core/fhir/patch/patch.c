/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a FHIRPath Patch, one after the other. */
#include <core/fhir/patch/patch_private.h>

#include <stdarg.h>
#include <stdio.h>

enum hs_status hs__patch_fail(struct hs__patch *patch, enum hs_status status, const char *format, ...)
{
	char text[300];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args); /* NOLINT(clang-analyzer-valist.Uninitialized) */
	va_end(args);
	return hs_fail(patch->err, status, "operation %zu of the patch (from 0), %.*s: %s", patch->number,
		HS_S_ARG(hs_slice_first(patch->kind, 16)), text);
}

/* ---- the parts of an operation ---- */

static const struct hs_json *part_of(const struct hs_json *operation, const char *name)
{
	HS_JSON_EACH(part, hs_json_get(operation, HS_S("part")))
		if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), hs_slice_cstr(name)))
			return part;
	return NULL;
}

static struct hs_slice text_of(const struct hs_json *operation, const char *name, struct hs_slice member)
{
	return hs_json_get_text(part_of(operation, name), member);
}

static enum hs_status index_of(struct hs__patch *patch, const struct hs_json *operation, const char *name,
	size_t *out)
{
	int64_t value = -1;
	if (!hs_json_i64(hs_json_get(part_of(operation, name), HS_S("valueInteger")), &value) || value < 0)
		return hs__patch_fail(patch, HS_E_INVALID, "the part '%s' is missing: a valueInteger from 0",
			name);
	*out = (size_t)value;
	return HS_OK;
}

static enum hs_status evaluate(struct hs__patch *patch, struct hs_slice text, struct hs_path_list *out)
{
	struct hs_path *path = NULL;
	struct hs_error why = { 0 };
	struct hs_path_context context = {
		.arena = patch->arena, .defs = patch->defs, .resource = patch->resource, .single_as = true
	};
	if (!text.len)
		return hs__patch_fail(patch, HS_E_INVALID, "the part 'path' is missing: a valueString");
	if (hs_path_compile(patch->defs, text, patch->type, &path, NULL, &why))
		return hs__patch_fail(patch, HS_E_INVALID, "path '%.*s': %.200s",
			HS_S_ARG(hs_slice_first(text, 80)), why.text);
	enum hs_status status = hs_path_eval(path, &context, patch->resource, out, &why);
	hs_path_free(path);
	return status ? hs__patch_fail(patch, HS_E_PROCESSING, "path '%.*s': %.200s",
				HS_S_ARG(hs_slice_first(text, 80)), why.text) :
			HS_OK;
}

/* The one element that the path points at. */
static enum hs_status single(struct hs__patch *patch, struct hs_slice path, struct hs_path_value *out)
{
	struct hs_path_list list = { 0 };
	enum hs_status status = evaluate(patch, path, &list);
	if (status)
		return status;
	if (list.count != 1 || !list.items)
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"path '%.*s' points at %zu elements, not at one", HS_S_ARG(hs_slice_first(path, 80)),
			list.count);
	*out = list.items[0];
	return HS_OK;
}

static enum hs_status single_place(struct hs__patch *patch, const struct hs_path_value *value,
	struct hs_slice path, struct hs__patch_place *out)
{
	if (hs__patch_place(value, out))
		return HS_OK;
	return hs__patch_fail(patch, HS_E_PROCESSING, "path '%.*s' points at no element inside the resource",
		HS_S_ARG(hs_slice_first(path, 80)));
}

/* The element that gets a member `name`; that of a primitive stands beside its value. */
static enum hs_status owner_of(struct hs__patch *patch, struct hs_slice path, struct hs_slice name,
	struct hs__patch_owner *out)
{
	struct hs_path_value value = { 0 };
	struct hs__patch_place place = { 0 };
	struct hs_json *object = NULL;
	enum hs_status status = single(patch, path, &value);
	if (status)
		return status;
	if (hs_json_is(value.node, HS_JSON_OBJECT)) {
		object = (struct hs_json *)(uintptr_t)value.node;
	} else {
		status = single_place(patch, &value, path, &place);
		if (!status && !hs_slice_eq(name, HS_S("extension")) && !hs_slice_eq(name, HS_S("id")))
			status = hs__patch_fail(patch, HS_E_PROCESSING,
				"path '%.*s' points at a primitive, which has id and extension only",
				HS_S_ARG(hs_slice_first(path, 80)));
		object = status ? NULL : hs__patch_shadow(patch, &place);
	}
	if (!status && !object)
		status = hs__patch_fail(patch, HS_E_LIMIT, "the patch makes the resource too large");
	if (!status)
		*out = (struct hs__patch_owner) { object, value.element, value.type };
	return status;
}

/* ---- the operations ---- */

static enum hs_status do_add(struct hs__patch *patch, const struct hs_json *operation, struct hs_slice path)
{
	struct hs__patch_owner owner = { 0 };
	struct hs_slice name = text_of(operation, "name", HS_S("valueString"));
	if (!name.len)
		return hs__patch_fail(patch, HS_E_INVALID, "the part 'name' is missing: a valueString");
	enum hs_status status = owner_of(patch, path, name, &owner);
	return status ? status : hs__patch_add(patch, &owner, name, part_of(operation, "value"));
}

/* The element that has the list: what stands before the last dot of the path. */
static enum hs_status list_owner(struct hs__patch *patch, struct hs_slice path, struct hs__patch_owner *owner,
	struct hs_slice *name)
{
	size_t dot = SIZE_MAX;
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '.')
			dot = i;
	*name = dot == SIZE_MAX ? HS_S_NONE : hs_slice_from(path, dot + 1);
	if (!name->len || hs_slice_find(*name, '(', 0) != SIZE_MAX ||
		hs_slice_find(*name, '[', 0) != SIZE_MAX)
		return hs__patch_fail(patch, HS_E_INVALID,
			"path '%.*s' must end with the name of a list, as in Patient.name",
			HS_S_ARG(hs_slice_first(path, 80)));
	return owner_of(patch, hs_slice_first(path, dot), *name, owner);
}

static enum hs_status do_insert(struct hs__patch *patch, const struct hs_json *operation,
	struct hs_slice path)
{
	struct hs__patch_owner owner = { 0 };
	struct hs__patch_value value = { 0 };
	const struct hs_def_element *child = NULL;
	struct hs_slice name = HS_S_NONE, key = HS_S_NONE;
	size_t index = 0;
	enum hs_status status = list_owner(patch, path, &owner, &name);
	if (!status)
		status = index_of(patch, operation, "index", &index);
	if (!status)
		status = hs__patch_child(patch, &owner, name, &child);
	if (!status)
		status = hs__patch_value(patch, part_of(operation, "value"), child, &value);
	if (!status && child)
		status = hs__patch_key(patch, child, value.suffix, &key);
	if (status || !child)
		return status;
	size_t count = hs_json_count(hs_json_get(owner.object, key));
	if (child->max <= 1)
		return hs__patch_fail(patch, HS_E_PROCESSING, "'%.*s' does not repeat; use add or replace",
			HS_S_ARG(key));
	if (index > count)
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"index %zu is past the end: '%.*s' has %zu items", index, HS_S_ARG(key), count);
	return hs__patch_insert(patch, owner.object, key, index,
		value.node ? value.node : hs_json_null(patch->arena), value.shadow);
}

/* What is not there need not be deleted. */
static enum hs_status do_delete(struct hs__patch *patch, const struct hs_json *operation,
	struct hs_slice path)
{
	struct hs_path_list list = { 0 };
	struct hs__patch_place place = { 0 };
	(void)operation;
	enum hs_status status = evaluate(patch, path, &list);
	if (status || list.count == 0)
		return status;
	if (list.count > 1)
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"path '%.*s' points at %zu elements; delete one by one",
			HS_S_ARG(hs_slice_first(path, 80)), list.count);
	status = single_place(patch, &list.items[0], path, &place);
	if (status)
		return status;
	hs__patch_remove(patch, &place);
	hs__patch_prune(patch, place.parent);
	return HS_OK;
}

/* A choice may change its type, and with it its JSON name. */
static enum hs_status do_replace(struct hs__patch *patch, const struct hs_json *operation,
	struct hs_slice path)
{
	struct hs_path_value old = { 0 };
	struct hs__patch_place place = { 0 };
	struct hs__patch_value value = { 0 };
	enum hs_status status = single(patch, path, &old);
	if (!status)
		status = single_place(patch, &old, path, &place);
	if (!status)
		status = hs__patch_value(patch, part_of(operation, "value"), place.element, &value);
	if (!status && place.element && place.element->choice) {
		struct hs_slice key = HS_S_NONE;
		status = hs__patch_key(patch, place.element, value.suffix, &key);
		if (status)
			return status;
		hs__patch_remove(patch, &place);
		place.key = key;
	}
	if (status)
		return status;
	hs__patch_put(patch, &place, value.node, value.shadow);
	return HS_OK;
}

static enum hs_status do_move(struct hs__patch *patch, const struct hs_json *operation, struct hs_slice path)
{
	struct hs_path_list list = { 0 };
	struct hs__patch_place place = { 0 };
	size_t from = 0, to = 0;
	enum hs_status status = index_of(patch, operation, "source", &from);
	if (!status)
		status = index_of(patch, operation, "destination", &to);
	if (!status)
		status = evaluate(patch, path, &list);
	if (status)
		return status;
	if (from >= list.count || to >= list.count)
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"source %zu or destination %zu is past the end: %zu items", from, to, list.count);
	status = single_place(patch, &list.items[from], path, &place);
	if (!status && (!place.array || hs_json_count(place.array) != list.count))
		status = hs__patch_fail(patch, HS_E_PROCESSING, "path '%.*s' points at no single list",
			HS_S_ARG(hs_slice_first(path, 80)));
	if (!status)
		hs__patch_move(patch, &place, to);
	return status;
}

static const struct {
	struct hs_slice name;
	enum hs_status (*run)(struct hs__patch *patch, const struct hs_json *operation, struct hs_slice path);
} kinds[] = {
	{ HS_S_INIT("add"), do_add },
	{ HS_S_INIT("insert"), do_insert },
	{ HS_S_INIT("delete"), do_delete },
	{ HS_S_INIT("replace"), do_replace },
	{ HS_S_INIT("move"), do_move },
};

static enum hs_status run(struct hs__patch *patch, const struct hs_json *operation)
{
	patch->kind = text_of(operation, "type", HS_S("valueCode"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (hs_slice_eq(patch->kind, kinds[i].name))
			return kinds[i].run(patch, operation,
				text_of(operation, "path", HS_S("valueString")));
	return hs__patch_fail(patch, HS_E_INVALID,
		"the part 'type' must be add, insert, delete, replace or move");
}

enum hs_status hs_fhir_patch(const struct hs_defs *defs, struct hs_arena *arena, struct hs_json *resource,
	const struct hs_json *patch, struct hs_error *err)
{
	struct hs__patch work = { .defs = defs,
		.arena = arena,
		.resource = resource,
		.type = hs_json_get_text(resource, HS_S("resourceType")),
		.err = err };
	if (!hs_slice_eq(hs_json_get_text(patch, HS_S("resourceType")), HS_S("Parameters")))
		return hs_fail(err, HS_E_INVALID, "a FHIRPath Patch is a Parameters resource");
	if (!hs_json_count(hs_json_get(patch, HS_S("parameter"))))
		return hs_fail(err, HS_E_INVALID, "the FHIRPath Patch has no parameter 'operation'");
	if (hs_json_count(hs_json_get(patch, HS_S("parameter"))) > HS_FHIR_PATCH_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "a FHIRPath Patch has at most %u operations",
			HS_FHIR_PATCH_MAX);
	HS_JSON_EACH(operation, hs_json_get(patch, HS_S("parameter"))) {
		if (!hs_slice_eq(hs_json_get_text(operation, HS_S("name")), HS_S("operation")))
			return hs_fail(err, HS_E_INVALID,
				"parameter %zu (from 0) of a FHIRPath Patch must have the name 'operation'",
				work.number);
		enum hs_status status = run(&work, operation);
		if (status)
			return status;
		work.number++;
	}
	return HS_OK;
}
