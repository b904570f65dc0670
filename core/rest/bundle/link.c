/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a resource and its definitions in step and shows every link. */
#include <core/rest/bundle/link.h>

struct walk {
	const struct hs_defs *defs;
	hs__rest_link_fn *fn;
	void *arg;
	struct hs_error *err;
};

static bool is_uri(uint16_t code)
{
	return code == HS_PRIM_URI || code == HS_PRIM_URL || code == HS_PRIM_CANONICAL ||
		code == HS_PRIM_OID || code == HS_PRIM_UUID;
}

static enum hs_status walk_object(const struct walk *walk, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_json *object);

/* What a value is: an element of a type that carries its own children (backbone), a data type, or a resource.
 */
static enum hs_status walk_value(const struct walk *walk, const struct hs_def_element *element,
	const struct hs_def_use *use, struct hs_json *parent, struct hs_json *value)
{
	const struct hs_def_type *type = use && use->type != HS_DEF_NONE ?
		hs_defs_type_at(walk->defs, use->type) :
		NULL;
	if (hs_json_is(value, HS_JSON_STRING))
		return type && is_uri(type->code) ? walk->fn(parent, value, false, walk->arg, walk->err) :
						    HS_OK;
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return HS_OK;
	struct hs_slice resource = hs_json_get_text(value, HS_S("resourceType"));
	if (resource.len > 0) {
		type = hs_defs_type(walk->defs, resource);
		element = type ? hs_defs_root(walk->defs, type) : NULL;
	}
	return element ? walk_object(walk, element, type, value) : HS_OK;
}

static enum hs_status walk_member(const struct walk *walk, const struct hs_def_element *element,
	const struct hs_def_use *use, struct hs_json *object, struct hs_json *member)
{
	enum hs_status status = HS_OK;
	if (!hs_json_is(member, HS_JSON_ARRAY))
		return walk_value(walk, element, use, object, member);
	for (struct hs_json *item = hs_json_first(member), *next; status == HS_OK && item; item = next) {
		next = hs_json_next(item);
		status = walk_value(walk, element, use, member, item);
	}
	return status;
}

static enum hs_status walk_object(const struct walk *walk, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_json *object)
{
	bool reference = type && hs_slice_eq(hs_defs_text(walk->defs, type->name), HS_S("Reference"));
	enum hs_status status = HS_OK;
	for (struct hs_json *member = hs_json_first(object), *next; status == HS_OK && member;
		member = next) {
		next = hs_json_next(member);
		const struct hs_def_use *use = NULL;
		struct hs_slice name = hs_json_key(member);
		if (reference && hs_slice_eq(name, HS_S("reference")) && hs_json_is(member, HS_JSON_STRING)) {
			status = walk->fn(object, member, true, walk->arg, walk->err);
			continue;
		}
		const struct hs_def_element *child = hs_defs_child(walk->defs, element, type, name, &use);
		if (!child)
			continue;
		if (!use && child->type_count == 1)
			use = hs_defs_uses(walk->defs, child);
		status = walk_member(walk, child, use, object, member);
	}
	return status;
}

enum hs_status hs__rest_each_link(const struct hs_defs *defs, struct hs_json *resource, hs__rest_link_fn *fn,
	void *arg, struct hs_error *err)
{
	struct walk walk = { defs, fn, arg, err };
	const struct hs_def_type *type = hs_defs_type(defs, hs_json_get_text(resource, HS_S("resourceType")));
	return type ? walk_object(&walk, hs_defs_root(defs, type), type, resource) : HS_OK;
}
