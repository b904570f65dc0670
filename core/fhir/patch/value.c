/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a patch: value[x] of a part, or, for elements that are no data type, parts that name the members.
 */
#include <core/fhir/patch/patch_private.h>

#define PARTS_DEEP 20

enum hs_status hs__patch_child(struct hs__patch *patch, const struct hs__patch_owner *owner,
	struct hs_slice name, const struct hs_def_element **out)
{
	uint32_t count = 0;
	const struct hs_def_element *children = hs_defs_children(patch->defs, owner->element, owner->type,
		&count);
	for (uint32_t i = 0; children && i < count; i++)
		if (hs_slice_eq(hs_defs_text(patch->defs, children[i].name), name)) {
			*out = &children[i];
			return HS_OK;
		}
	return hs__patch_fail(patch, HS_E_PROCESSING, "'%.*s' has no element '%.*s'",
		HS_S_ARG(owner->element ? hs_defs_text(patch->defs, owner->element->path) : patch->type),
		HS_S_ARG(hs_slice_first(name, 64)));
}

enum hs_status hs__patch_key(struct hs__patch *patch, const struct hs_def_element *element,
	struct hs_slice suffix, struct hs_slice *out)
{
	struct hs_slice name = hs_defs_text(patch->defs, element->name);
	if (!element->choice) {
		*out = name;
		return HS_OK;
	}
	if (!hs_defs_choice(patch->defs, element, suffix))
		return hs__patch_fail(patch, HS_E_PROCESSING, "'%.*s' takes no value of type %.*s",
			HS_S_ARG(hs_defs_text(patch->defs, element->path)),
			HS_S_ARG(hs_slice_first(suffix, 64)));
	*out = hs_arena_printf(patch->arena, "%.*s%.*s", HS_S_ARG(name), HS_S_ARG(suffix));
	return HS_OK;
}

/* value[x] and its "_value[x]" sibling. */
static enum hs_status take_value(struct hs__patch *patch, const struct hs_json *part,
	struct hs__patch_value *out)
{
	*out = (struct hs__patch_value) { 0 };
	HS_JSON_EACH(member, part) {
		struct hs_slice key = hs_json_key(member);
		bool shadow = hs_slice_starts(key, HS_S("_value"));
		if (!shadow && (!hs_slice_starts(key, HS_S("value")) || key.len == 5))
			continue;
		struct hs_json **slot = shadow ? &out->shadow : &out->node;
		out->suffix = hs_slice_from(key, shadow ? 6 : 5);
		*slot = hs_json_clone(patch->arena, member);
		if (!*slot)
			return hs__patch_fail(patch, HS_E_LIMIT, "the patch makes the resource too large");
	}
	return HS_OK;
}

static enum hs_status add(struct hs__patch *patch, const struct hs__patch_owner *owner, struct hs_slice name,
	const struct hs_json *part, unsigned depth);

/* An element without a data type: each part is one of its members. */
static enum hs_status build(struct hs__patch *patch, const struct hs_def_element *element,
	const struct hs_json *parts, unsigned depth, struct hs_json **out)
{
	struct hs__patch_owner inner = { .object = hs_json_object(patch->arena), .element = element };
	enum hs_status status = HS_OK;
	if (depth >= PARTS_DEEP || !inner.object)
		return hs__patch_fail(patch, HS_E_LIMIT, "the parts of the value are nested too deep");
	if (element->type_count == 1)
		inner.type = hs_defs_type_at(patch->defs, hs_defs_uses(patch->defs, element)->type);
	HS_JSON_EACH(part, parts) {
		status = add(patch, &inner, hs_json_get_text(part, HS_S("name")), part, depth + 1);
		if (status)
			return status;
	}
	*out = inner.object;
	return HS_OK;
}

static enum hs_status value_of(struct hs__patch *patch, const struct hs_json *part,
	const struct hs_def_element *element, unsigned depth, struct hs__patch_value *out)
{
	const struct hs_json *parts = hs_json_get(part, HS_S("part"));
	enum hs_status status = take_value(patch, part, out);
	if (!status && !out->node && hs_json_count(parts) && element)
		status = build(patch, element, parts, depth, &out->node);
	if (!status && !out->node && !out->shadow)
		status = hs__patch_fail(patch, HS_E_INVALID,
			"the part 'value' is missing: give value[x], or parts that name the members");
	return status;
}

static enum hs_status set_member(struct hs__patch *patch, const struct hs__patch_owner *owner,
	struct hs_slice key, const struct hs__patch_value *value)
{
	struct hs_slice sibling = hs_arena_printf(patch->arena, "_%.*s", HS_S_ARG(key));
	if (hs_json_get(owner->object, key))
		return hs__patch_fail(patch, HS_E_PROCESSING,
			"'%.*s' has a value already and does not repeat; use replace", HS_S_ARG(key));
	hs_json_add(owner->object, key, value->node);
	if (value->shadow)
		hs_json_set(owner->object, sibling, value->shadow);
	return HS_OK;
}

static enum hs_status add(struct hs__patch *patch, const struct hs__patch_owner *owner, struct hs_slice name,
	const struct hs_json *part, unsigned depth)
{
	const struct hs_def_element *child = NULL;
	struct hs__patch_value value = { 0 };
	struct hs_slice key = HS_S_NONE;
	enum hs_status status = hs__patch_child(patch, owner, name, &child);
	if (!status)
		status = value_of(patch, part, child, depth, &value);
	if (!status && child)
		status = hs__patch_key(patch, child, value.suffix, &key);
	if (status || !child)
		return status;
	if (child->max <= 1)
		return set_member(patch, owner, key, &value);
	return hs__patch_insert(patch, owner->object, key, hs_json_count(hs_json_get(owner->object, key)),
		value.node ? value.node : hs_json_null(patch->arena), value.shadow);
}

enum hs_status hs__patch_value(struct hs__patch *patch, const struct hs_json *part,
	const struct hs_def_element *element, struct hs__patch_value *out)
{
	return value_of(patch, part, element, 0, out);
}

enum hs_status hs__patch_add(struct hs__patch *patch, const struct hs__patch_owner *owner,
	struct hs_slice name, const struct hs_json *part)
{
	return add(patch, owner, name, part, 0);
}
