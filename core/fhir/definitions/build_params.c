/* SPDX-License-Identifier: Apache-2.0 */
/* SearchParameters become a table, and for each type the list of those that apply, inherited ones included.
 *
 * Known faults of the published parameters, and what is done with them:
 * - hl7.fhir.r4.examples carries samples among the real ones (ids "example", "example-..."): left out;
 * - ten {codesystem,valueset}-extensions-* have no base, so they apply to nothing;
 * - some have no expression (Patient "age", "birthOrderBoolean"; R5 ImagingStudy "reason"): left out, because
 * a parameter that never matches would hide that it is not supported. The specials (_text, _filter ...) stay;
 * - Patient "mothersMaidenName", Device "din" and the genetics ones name extensions that do not exist under
 *   that URL: kept as they are, they find nothing in practice;
 * - Observation "code-value-date" has value.as(DateTime), a type name in the wrong case: see
 * core/fhir/search. */
#include <core/fhir/definitions/build.h>

#include <stdlib.h>

static enum hs_status fail_full(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the packages' search parameters are too large");
}

static bool read_type(struct hs_slice text, uint8_t *out)
{
	static const char *const names[] = { "number", "date", "string", "token", "reference", "composite",
		"quantity", "uri", "special" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_eq(text, hs_slice_cstr(names[i]))) {
			*out = (uint8_t)i;
			return true;
		}
	return false;
}

static struct hs_slice *read_texts(struct hs__build *build, const struct hs_json *array, uint32_t *count)
{
	struct hs_slice *list = hs_arena_array(build->arena, hs_json_count(array), sizeof(*list));
	*count = 0;
	if (list)
		HS_JSON_EACH(item, array)
			list[(*count)++] = hs__build_keep(build, hs_json_text(item));
	return list;
}

static void read_components(struct hs__build *build, const struct hs_json *array, struct hs__raw_param *out)
{
	out->components = hs_arena_array(build->arena, 2 * hs_json_count(array), sizeof(*out->components));
	if (!out->components)
		return;
	HS_JSON_EACH(item, array) {
		struct hs_slice *pair = &out->components[2 * (size_t)out->component_count++];
		pair[0] = hs__build_keep(build, hs__build_plain(hs_json_get_text(item, HS_S("definition"))));
		pair[1] = hs__build_keep(build, hs_json_get_text(item, HS_S("expression")));
	}
}

enum hs_status hs__build_take_param(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err)
{
	uint8_t type;
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	struct hs_slice code = hs_json_get_text(resource, HS_S("code"));
	struct hs_slice expression = hs_json_get_text(resource, HS_S("expression"));
	if (!code.len || !read_type(hs_json_get_text(resource, HS_S("type")), &type) ||
		hs_slice_eq(id, HS_S("example")) || hs_slice_starts(id, HS_S("example-")))
		return HS_OK;
	if (!expression.len && (build->adding || (type != HS_PARAM_SPECIAL && code.ptr[0] != '_')))
		return HS_OK;
	if (build->adding && hs_slice_eq(hs_json_get_text(resource, HS_S("status")), HS_S("retired")))
		return HS_OK;
	struct hs__raw_param *param = hs__vec_push(build, &build->raw_params, sizeof(*param));
	if (!param)
		return fail_full(err);
	param->code = hs__build_keep(build, code);
	param->url = hs__build_keep(build, hs_json_get_text(resource, HS_S("url")));
	param->expression = hs__build_keep(build, expression);
	param->description = hs__build_keep(build, hs_json_get_text(resource, HS_S("description")));
	param->type = type;
	param->added = build->adding;
	param->bases = read_texts(build, hs_json_get(resource, HS_S("base")), &param->base_count);
	param->targets = read_texts(build, hs_json_get(resource, HS_S("target")), &param->target_count);
	read_components(build, hs_json_get(resource, HS_S("component")), param);
	return hs_arena_full(build->arena) ? fail_full(err) : HS_OK;
}

/* ---- laying out ---- */

static void lay_param(struct hs__build *build, const struct hs__raw_param *raw)
{
	struct hs_def_param *param = hs__vec_push(build, &build->params, sizeof(*param));
	if (!param)
		return;
	param->code = hs_image_builder_text(build->image, raw->code);
	param->url = hs_image_builder_text(build->image, raw->url);
	param->expression = hs_image_builder_text(build->image, raw->expression);
	param->description = hs_image_builder_text(build->image, raw->description);
	param->type = raw->type;
	param->added = raw->added;
	param->first_target = (uint32_t)build->targets.count;
	for (uint32_t i = 0; i < raw->target_count; i++) {
		uint32_t index = hs__build_type_index(build, raw->targets[i]);
		uint32_t *target = index == HS_DEF_NONE ?
			NULL :
			hs__vec_push(build, &build->targets, sizeof(*target));
		if (!target)
			continue;
		*target = index;
		param->target_count++;
	}
	param->first_component = (uint32_t)build->components.count;
	for (uint32_t i = 0; i < raw->component_count; i++) {
		struct hs_def_component *component = hs__vec_push(build, &build->components,
			sizeof(*component));
		if (!component)
			return;
		component->url = hs_image_builder_text(build->image, raw->components[2 * (size_t)i]);
		component->expression = hs_image_builder_text(build->image,
			raw->components[2 * (size_t)i + 1]);
		param->component_count++;
	}
}

/* A parameter of one type, for sorting: by code, then by how near its base is, then by order of reading. */
struct offer {
	struct hs_slice code;
	uint32_t distance;
	uint32_t param;
};

static int by_offer(const void *a, const void *b)
{
	const struct offer *left = a;
	const struct offer *right = b;
	int order = hs_slice_cmp(left->code, right->code);
	if (order)
		return order;
	if (left->distance != right->distance)
		return left->distance < right->distance ? -1 : 1;
	return (left->param > right->param) - (left->param < right->param);
}

/* Steps from `type` up to the base named `name`; HS_DEF_NONE when it is none of its bases. */
static uint32_t distance_to(const struct hs__build *build, uint32_t type, struct hs_slice name)
{
	const struct hs__raw_type *types = build->types.items;
	for (uint32_t steps = 0; type != HS_DEF_NONE && steps < 16; steps++) {
		if (hs_slice_eq(types[type].name, name))
			return steps;
		type = hs__build_type_of_url(build, types[type].base_url);
	}
	return HS_DEF_NONE;
}

static void lay_type(struct hs__build *build, uint32_t type, struct offer *offers)
{
	const struct hs__raw_param *params = build->raw_params.items;
	size_t count = 0;
	for (uint32_t i = 0; i < build->raw_params.count; i++) {
		uint32_t nearest = HS_DEF_NONE;
		for (uint32_t k = 0; k < params[i].base_count; k++) {
			uint32_t steps = distance_to(build, type, params[i].bases[k]);
			nearest = steps < nearest ? steps : nearest;
		}
		if (nearest != HS_DEF_NONE)
			offers[count++] = (struct offer) { params[i].code, nearest, i };
	}
	if (count)
		qsort(offers, count, sizeof(*offers), by_offer);
	struct hs__defs_range *range = hs__vec_push(build, &build->ranges, sizeof(*range));
	if (!range)
		return;
	range->first = (uint32_t)build->type_params.count;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && hs_slice_eq(offers[i].code, offers[i - 1].code))
			continue;
		uint32_t *slot = hs__vec_push(build, &build->type_params, sizeof(*slot));
		if (!slot)
			return;
		*slot = offers[i].param;
		range->count++;
	}
}

static int by_url(const void *a, const void *b, void *arg)
{
	const struct hs__raw_param *params = arg;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	int order = hs_slice_cmp(params[left].url, params[right].url);
	return order ? order : (left > right) - (left < right);
}

enum hs_status hs__build_lay_params(struct hs__build *build, struct hs_error *err)
{
	const struct hs__raw_type *types = build->types.items;
	size_t count = build->raw_params.count;
	struct offer *offers = hs_arena_array(build->arena, count, sizeof(*offers));
	uint32_t *urls = hs_arena_array(build->arena, count, sizeof(*urls));
	if (!offers || !urls)
		return fail_full(err);
	for (uint32_t i = 0; i < count; i++) {
		lay_param(build, (const struct hs__raw_param *)build->raw_params.items + i);
		urls[i] = i;
	}
	for (uint32_t i = 0; i < build->types.count; i++) {
		if (types[i].kind == HS_DEF_RESOURCE)
			lay_type(build, i, offers);
		else
			hs__vec_push(build, &build->ranges, sizeof(struct hs__defs_range));
	}
	if (count) {
		qsort_r(urls, count, sizeof(*urls), by_url, build->raw_params.items);
		hs_image_builder_section(build->image, HS__DEFS_PARAM_URLS, urls, sizeof(*urls), count);
	}
	return hs_arena_full(build->arena) ? fail_full(err) : HS_OK;
}
