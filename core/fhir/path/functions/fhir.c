/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that FHIR adds (R4, http://hl7.org/fhir/R4/fhirpath.html section 2.9.1.3). */
#include <core/fhir/path/functions/functions.h>

#include <handslag/fhir.h>

#define HOLDS_DEPTH 200 /* levels of a tree that are looked through for a node */

static const struct path_step EXTENSION_STEP = { .name = HS_S_INIT("extension") };

/* The extensions of the focus with that url. */
static enum hs_status find_extensions(struct path_call *call, struct path_list *out)
{
	struct hs_slice url;
	bool there;
	enum hs_status status = hs__path_arg_text(call, 0, &url, &there);
	if (status || !there) {
		return status;
	}
	for (uint32_t i = 0; i < call->focus->count; i++) {
		PATH_LIST(all, 4);
		status = hs__path_walk(call->run, &call->focus->items[i], &EXTENSION_STEP, &all);
		for (uint32_t j = 0; !status && j < all.count; j++) {
			if (hs_slice_eq(hs_json_get_text(all.items[j].node, HS_S("url")), url)) {
				status = hs__path_push(call->run, out, &all.items[j]);
			}
		}
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_extension(struct path_call *call)
{
	return find_extensions(call, call->out);
}

enum hs_status hs__path_fn_has_extension(struct path_call *call)
{
	PATH_LIST(found, 2);
	enum hs_status status = find_extensions(call, &found);
	return status ? status : hs__path_push_boolean(call->run, call->out, found.count > 0);
}

enum hs_status hs__path_fn_get_value(struct path_call *call)
{
	if (call->focus->count != 1 || call->focus->items[0].kind == HS_PATH_NODE) {
		return HS_OK;
	}
	struct hs_path_value value = hs__path_system_value(&call->focus->items[0]);
	return hs__path_push(call->run, call->out, &value);
}

/* ---- resolve() ---- */

static const struct hs_json *find_by_id(const struct hs_json *contained, struct hs_slice id)
{
	HS_JSON_EACH(resource, contained) {
		if (hs_slice_eq(hs_json_get_text(resource, HS_S("id")), id)) {
			return resource;
		}
	}
	return NULL;
}

/* Is the node in the tree? */
static bool holds(const struct hs_json *tree, const struct hs_json *node, unsigned depth)
{
	if (tree == node) {
		return true;
	}
	if (depth == HOLDS_DEPTH) {
		return false;
	}
	HS_JSON_EACH(item, tree) {
		if (holds(item, node, depth + 1)) {
			return true;
		}
	}
	return false;
}

/* The entry of the bundle that the node is in, or NULL. */
static const struct hs_json *entry_around(const struct hs_json *bundle, const struct hs_json *node)
{
	HS_JSON_EACH(entry, hs_json_get(bundle, HS_S("entry"))) {
		if (holds(entry, node, 0)) {
			return entry;
		}
	}
	return NULL;
}

static bool is_bundle(const struct hs_json *resource)
{
	return hs_slice_eq(hs_json_get_text(resource, HS_S("resourceType")), HS_S("Bundle"));
}

/* An address without its version, and the version that the resource must have (empty: any). */
struct sought {
	struct hs_slice url, version;
};

/* Is it, by its address, what is sought: by the whole of it, or with *tail, by its end "/Patient/1"? */
static bool fits(const struct hs_json *entry, const struct sought *sought, bool *tail)
{
	struct hs_slice url = hs_json_get_text(entry, HS_S("fullUrl"));
	const struct hs_json *meta = hs_json_get(hs_json_get(entry, HS_S("resource")), HS_S("meta"));
	*tail = url.len > sought->url.len;
	return hs_slice_ends(url, sought->url) && (!*tail || url.ptr[url.len - sought->url.len - 1] == '/') &&
		(!sought->version.len ||
			hs_slice_eq(hs_json_get_text(meta, HS_S("versionId")), sought->version));
}

/* The resource that a reference in a bundle means (R4, bundle.html#references): what is relative belongs to
 * the server of the entry that says it. That entry is looked for only when several servers have such a
 * resource. */
static const struct hs_json *find_entry(struct path_run *run, const struct hs_json *from,
	struct hs_slice reference)
{
	size_t history = hs_slice_search(reference, HS_S("/_history/"));
	struct sought sought = { .url = hs_slice_first(reference, history) };
	const struct hs_json *found = NULL;
	bool several = false, tail;
	if (history != SIZE_MAX) {
		sought.version = hs_slice_from(reference, history + sizeof("/_history/") - 1);
	}
	HS_JSON_EACH(entry, hs_json_get(run->root, HS_S("entry"))) {
		if (!fits(entry, &sought, &tail)) {
			continue;
		}
		if (!tail) {
			return hs_json_get(entry, HS_S("resource"));
		}
		several = found != NULL;
		found = found ? found : entry;
	}
	struct hs_reference own;
	const struct hs_json *around = several ? entry_around(run->root, from) : NULL;
	if (around && hs_reference_parse(hs_json_get_text(around, HS_S("fullUrl")), &own) && own.base.len) {
		return find_entry(run, NULL,
			hs_arena_printf(run->arena, "%.*s/%.*s", HS_S_ARG(own.base), HS_S_ARG(reference)));
	}
	return found ? hs_json_get(found, HS_S("resource")) : NULL;
}

static const struct hs_json *stand_in(struct path_run *run, struct hs_slice reference)
{
	struct hs_reference parts;
	if (!hs_reference_parse(reference, &parts) || !parts.type.len || !parts.id.len) {
		return NULL;
	}
	struct hs_json *resource = hs_json_object(run->arena);
	if (resource) {
		hs_json_add_text(run->arena, resource, HS_S("resourceType"), parts.type);
		hs_json_add_text(run->arena, resource, HS_S("id"), parts.id);
	}
	return resource;
}

/* A reference by identifier alone says at most of what type its target is. */
static const struct hs_json *stand_in_of_type(struct path_run *run, const struct hs_json *reference)
{
	struct hs_slice type = hs_json_get_text(reference, HS_S("type"));
	if (run->context->resolve || !type.len || !hs_json_get(reference, HS_S("identifier"))) {
		return NULL;
	}
	struct hs_json *resource = hs_json_object(run->arena);
	if (resource) {
		hs_json_add_text(run->arena, resource, HS_S("resourceType"), type);
	}
	return resource;
}

/* "#id": contained in the resource, in the outermost one, or in the entry that the reference is in. */
static const struct hs_json *find_contained(struct path_run *run, const struct hs_json *from,
	struct hs_slice id)
{
	const struct hs_json *found = find_by_id(hs_json_get(run->resource, HS_S("contained")), id);
	if (!found) {
		found = find_by_id(hs_json_get(run->root, HS_S("contained")), id);
	}
	if (!found && is_bundle(run->root)) {
		const struct hs_json *entry = entry_around(run->root, from);
		found = find_by_id(hs_json_get(hs_json_get(entry, HS_S("resource")), HS_S("contained")), id);
	}
	return found;
}

static const struct hs_json *find_resource(struct path_run *run, const struct hs_json *from,
	struct hs_slice reference)
{
	if (hs_slice_eq(reference, HS_S("#"))) {
		return run->root;
	}
	bool local = hs_slice_starts(reference, HS_S("#"));
	const struct hs_json *found = local ? find_contained(run, from, hs_slice_from(reference, 1)) :
		is_bundle(run->root)        ? find_entry(run, from, reference) :
					      NULL;
	if (found || (local && !run->context->resolve)) {
		return found;
	}
	return run->context->resolve ? run->context->resolve(run->context->arg, reference) :
				       stand_in(run, reference);
}

enum hs_status hs__path_fn_resolve(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		const struct hs_path_value *value = &call->focus->items[i];
		struct hs_slice reference = value->kind == HS_PATH_NODE ?
			hs_json_get_text(value->node, HS_S("reference")) :
			hs__path_is_text(value) ? value->text :
						  HS_S_NONE;
		const struct hs_json *node = reference.len ?
			find_resource(call->run, value->node, reference) :
			value->kind == HS_PATH_NODE ? stand_in_of_type(call->run, value->node) :
						      NULL;
		if (node) {
			struct hs_path_value resource;
			hs__path_resource(call->run->defs, node, &resource);
			enum hs_status status = hs__path_push(call->run, call->out, &resource);
			if (status) {
				return status;
			}
		}
	}
	return HS_OK;
}
