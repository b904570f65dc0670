/* SPDX-License-Identifier: Apache-2.0 */
/* Reduces resources to the elements that _summary or _elements leave, by the flags of the definitions. */
#include <core/rest/subset.h>

#include <core/rest/rest_private.h>

static const struct word {
	struct hs_slice text;
	enum hs_search_summary summary;
} words[] = {
	{ HS_S_INIT("true"), HS_SUMMARY_TRUE },
	{ HS_S_INIT("text"), HS_SUMMARY_TEXT },
	{ HS_S_INIT("data"), HS_SUMMARY_DATA },
	{ HS_S_INIT("count"), HS_SUMMARY_COUNT },
	{ HS_S_INIT("false"), HS_SUMMARY_NONE },
};

static enum hs_status read_summary(struct hs_slice value, struct hs__rest_subset *out, struct hs_error *err)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (hs_slice_eq(value, words[i].text)) {
			out->summary = words[i].summary;
			return HS_OK;
		}
	}
	return hs_fail(err, HS_E_VALUE, "_summary=%.*s: it is true, text, data, count or false",
		HS_S_ARG(hs_slice_first(value, 40)));
}

enum hs_status hs__rest_subset_of(struct hs_arena *arena, const struct hs_pair *query, size_t count,
	struct hs__rest_subset *out, struct hs_error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct hs_slice value = query[i].value;
		if (hs_slice_eq(query[i].name, HS_S("_summary"))) {
			enum hs_status status = read_summary(value, out, err);
			if (status != HS_OK)
				return status;
		}
		if (!hs_slice_eq(query[i].name, HS_S("_elements")) || value.len == 0)
			continue;
		struct hs_slice *names = hs_arena_array(arena, value.len + 1, sizeof *names);
		if (!names)
			return hs_fail(err, HS_E_LIMIT, "_elements is too long");
		out->element_count = 0;
		while (value.ptr)
			names[out->element_count++] = hs_slice_trim(hs_slice_cut(&value, ','));
		out->elements = names;
	}
	return HS_OK;
}

static bool is_asked(const struct hs__rest_subset *subset, struct hs_slice type, struct hs_slice name)
{
	for (size_t i = 0; i < subset->element_count; i++) {
		struct hs_slice want = subset->elements[i];
		size_t dot = hs_slice_find(want, '.', 0);
		if (dot != SIZE_MAX && hs_slice_eq(hs_slice_first(want, dot), type))
			want = hs_slice_from(want, dot + 1);
		want = hs_slice_first(want, hs_slice_find(want, '.', 0));
		if (hs_slice_eq(want, name))
			return true;
	}
	return false;
}

static bool is_base(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("resourceType")) || hs_slice_eq(name, HS_S("id")) ||
		hs_slice_eq(name, HS_S("meta"));
}

static bool keeps(const struct hs__rest_subset *subset, struct hs_slice type,
	const struct hs_def_element *element, struct hs_slice defined, struct hs_slice written)
{
	bool mandatory = element && element->min > 0;
	if (subset->element_count > 0)
		return mandatory || (element && element->modifier) || is_asked(subset, type, defined) ||
			is_asked(subset, type, written);
	switch (subset->summary) {
	case HS_SUMMARY_TRUE:
		return element && element->summary;
	case HS_SUMMARY_TEXT:
		return mandatory || hs_slice_eq(defined, HS_S("text"));
	case HS_SUMMARY_DATA:
		return !hs_slice_eq(defined, HS_S("text"));
	default:
		return true;
	}
}

/* A member's name without the '_' of a primitive's id and extensions. */
static struct hs_slice plain_name(const struct hs_json *member)
{
	struct hs_slice name = hs_json_key(member);
	return name.len > 1 && name.ptr[0] == '_' ? hs_slice_from(name, 1) : name;
}

static bool is_shadow(const struct hs_json *member)
{
	return hs_slice_starts(hs_json_key(member), HS_S("_"));
}

/* Takes out of an element what is no part of the summary: the flags of backbones and of data types say so
 * (the bytes of an Attachment). Extensions, and resources within a resource, stay whole. */
static void summarise(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_use *use, struct hs_json *value)
{
	const struct hs_def_type *type = use && use->type != HS_DEF_NONE ? hs_defs_type_at(defs, use->type) :
									   NULL;
	if (hs_json_is(value, HS_JSON_ARRAY)) {
		HS_JSON_EACH(item, value)
			summarise(defs, element, use, item);
		return;
	}
	if (!hs_json_is(value, HS_JSON_OBJECT) || hs_json_get(value, HS_S("resourceType")) ||
		(type && hs_slice_eq(hs_defs_text(defs, type->name), HS_S("Extension"))))
		return;
	for (struct hs_json *member = hs_json_first(value), *next; member; member = next) {
		next = hs_json_next(member);
		const struct hs_def_use *its = NULL;
		const struct hs_def_element *child = hs_defs_child(defs, element, type, plain_name(member),
			&its);
		if (child && !child->summary && child->min == 0)
			hs_json_remove(value, member);
		else if (child && !is_shadow(member))
			summarise(defs, child, its, member);
	}
}

static void reduce(const struct hs_defs *defs, const struct hs__rest_subset *subset, struct hs_json *tree)
{
	struct hs_slice name = hs_json_get_text(tree, HS_S("resourceType"));
	const struct hs_def_type *type = hs_defs_type(defs, name);
	const struct hs_def_element *root = type ? hs_defs_root(defs, type) : NULL;
	for (struct hs_json *member = hs_json_first(tree), *next; root && member; member = next) {
		next = hs_json_next(member);
		const struct hs_def_use *use = NULL;
		struct hs_slice written = plain_name(member);
		if (is_base(written))
			continue;
		const struct hs_def_element *element = hs_defs_child(defs, root, type, written, &use);
		struct hs_slice defined = element ? hs_defs_text(defs, element->name) : written;
		if (!keeps(subset, name, element, defined, written))
			hs_json_remove(tree, member);
		else if (element && subset->element_count == 0 && subset->summary == HS_SUMMARY_TRUE &&
			!is_shadow(member))
			summarise(defs, element, use, member);
	}
}

/* meta.tag says that this is not all of it (R4 section 3.1.1.5.8). */
static void mark_subsetted(struct hs_arena *arena, struct hs_json *tree)
{
	struct hs_json *meta = hs_json_get(tree, HS_S("meta"));
	if (!meta)
		meta = hs_json_add_object(arena, tree, HS_S("meta"));
	struct hs_json *tags = hs_json_get(meta, HS_S("tag"));
	if (meta && !tags)
		tags = hs_json_add_array(arena, meta, HS_S("tag"));
	HS_JSON_EACH(tag, tags) {
		if (hs_slice_eq(hs_json_get_text(tag, HS_S("code")), HS_S("SUBSETTED")))
			return;
	}
	struct hs_json *tag = hs_json_object(arena);
	if (!tags || !tag)
		return; /* the arena is full, which is noticed where the text is written */
	hs_json_add_text(arena, tag, HS_S("system"),
		HS_S("http://terminology.hl7.org/CodeSystem/v3-ObservationValue"));
	hs_json_add_text(arena, tag, HS_S("code"), HS_S("SUBSETTED"));
	hs_json_push(tags, tag);
}

enum hs_status hs__rest_subset_text(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_subset *subset, struct hs_slice body, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_json *tree = NULL;
	struct hs_buf buf;
	enum hs_status status = hs_json_parse(arena, body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	reduce(env->rest->config.defs, subset, tree);
	mark_subsetted(arena, tree);
	hs_buf_init(&buf, arena, body.len + 4096);
	hs_json_write(&buf, tree, 0);
	if (buf.overflow || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the reply is too large");
	*out = hs_buf_slice(&buf);
	return HS_OK;
}
