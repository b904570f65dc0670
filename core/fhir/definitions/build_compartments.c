/* SPDX-License-Identifier: Apache-2.0 */
/* CompartmentDefinitions become a list of owners and rows (owner, type, codes of search parameters). The
 * sample in hl7.fhir.r4.examples has the code of a real one: left out. */
#include <core/fhir/definitions/build.h>

/* Texts are slices until the image is laid out. */
struct raw_member {
	struct hs_slice type;
	struct hs_slice *codes;
	uint32_t count;
};
struct raw_compartment {
	struct hs_slice owner, url;
	struct raw_member *members;
	size_t count;
};

static void read_member(struct hs__build *build, const struct hs_json *item, struct raw_member *out)
{
	const struct hs_json *params = hs_json_get(item, HS_S("param"));
	out->type = hs__build_keep(build, hs_json_get_text(item, HS_S("code")));
	out->codes = hs_arena_array(build->arena, hs_json_count(params), sizeof(*out->codes));
	if (out->codes)
		HS_JSON_EACH(code, params)
			out->codes[out->count++] = hs__build_keep(build, hs_json_text(code));
}

enum hs_status hs__build_take_compartment(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(resource, HS_S("resource"));
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	if (hs_slice_eq(id, HS_S("example")) || hs_slice_starts(id, HS_S("example-")))
		return HS_OK;
	struct raw_compartment *raw = hs__vec_push(build, &build->raw_compartments, sizeof(*raw));
	struct raw_member *members = hs_arena_array(build->arena, hs_json_count(list), sizeof(*members));
	if (raw && members) {
		raw->owner = hs__build_keep(build, hs_json_get_text(resource, HS_S("code")));
		raw->url = hs__build_keep(build, hs_json_get_text(resource, HS_S("url")));
		raw->members = members;
		HS_JSON_EACH(item, list)
			if (hs_json_count(hs_json_get(item, HS_S("param"))))
				read_member(build, item, &members[raw->count++]);
	}
	return hs_arena_full(build->arena) ?
		hs_fail(err, HS_E_LIMIT, "the packages' compartments are too large") :
		HS_OK;
}

static void lay_member(struct hs__build *build, uint32_t owner, const struct raw_member *raw)
{
	uint32_t type = hs__build_type_index(build, raw->type);
	struct hs__defs_member *member = type == HS_DEF_NONE ?
		NULL :
		hs__vec_push(build, &build->members, sizeof(*member));
	if (!member)
		return;
	*member = (struct hs__defs_member) { owner, type, (uint32_t)build->member_codes.count, raw->count };
	for (uint32_t i = 0; i < raw->count; i++) {
		struct hs_image_text *code = hs__vec_push(build, &build->member_codes, sizeof(*code));
		if (code)
			*code = hs_image_builder_text(build->image, raw->codes[i]);
	}
}

static bool is_laid(const struct hs__build *build, uint32_t owner)
{
	const struct hs_def_compartment *laid = build->compartments.items;
	for (size_t i = 0; i < build->compartments.count; i++)
		if (laid[i].owner == owner)
			return true;
	return false;
}

enum hs_status hs__build_lay_compartments(struct hs__build *build, struct hs_error *err)
{
	const struct raw_compartment *raw = build->raw_compartments.items;
	for (size_t i = 0; i < build->raw_compartments.count; i++) {
		uint32_t owner = hs__build_type_index(build, raw[i].owner);
		struct hs_def_compartment *row = owner == HS_DEF_NONE || is_laid(build, owner) ?
			NULL :
			hs__vec_push(build, &build->compartments, sizeof(*row));
		if (!row)
			continue;
		*row = (struct hs_def_compartment) { owner, hs_image_builder_text(build->image, raw[i].url) };
		for (size_t k = 0; k < raw[i].count; k++)
			lay_member(build, owner, &raw[i].members[k]);
	}
	return hs_arena_full(build->arena) ?
		hs_fail(err, HS_E_LIMIT, "the packages' compartments are too large") :
		HS_OK;
}
