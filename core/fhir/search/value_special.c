/* SPDX-License-Identifier: Apache-2.0 */
/* Values of references, composites and positions. */
#include <core/fhir/search/search_private.h>

#define NEAR_KM 50.0 /* when no distance is given, the server chooses (R4 Location, parameter near) */

/* ---- references (R4 section 3.1.1.4.12): ID, TYPE/ID, URL; with :TYPE the value is an id of that type ----
 */

static bool is_resource_type(const struct hs__parse *parse, struct hs_slice name)
{
	const struct hs_def_type *type = hs_defs_type(parse->rules->defs, name);
	return type && type->kind == HS_DEF_RESOURCE && !type->abstract;
}

static enum hs_status parse_typed(struct hs__parse *parse, struct hs_slice type, struct hs_slice value,
	struct hs_find *find)
{
	struct hs_reference reference = { .type = type, .id = value };
	if (!hs_id_valid(value)) {
		struct hs_reference full;
		if (!hs_reference_parse(value, &full) || !hs_slice_eq(full.type, type))
			return hs__parse_bad(parse, value, "the id of a resource of that type");
		reference = full;
	}
	struct hs__search_target target = hs__search_target(parse->numbers, parse->arena, &reference, value,
		parse->options->base);
	find->target_type = target.type;
	find->text = target.text;
	return HS_OK;
}

static enum hs_status parse_plain(struct hs__parse *parse, const struct hs__search_rule *rule,
	struct hs_slice value, struct hs_find *find)
{
	struct hs_reference reference;
	const struct hs_def_param *def = rule->def;
	if (hs_id_valid(value)) {
		const struct hs_def_type *only = rule->only;
		if (!only && def->target_count == 1)
			only = hs_defs_type_at(parse->rules->defs,
				hs_defs_target_at(parse->rules->defs, def->first_target));
		if (only)
			return parse_typed(parse, hs_defs_text(parse->rules->defs, only->name), value, find);
		find->text = value; /* of any type */
		return HS_OK;
	}
	find->text = value;
	if (!hs_reference_parse(value, &reference))
		return HS_OK; /* some other URL, or a canonical with its version */
	if (!reference.base.len && reference.type.len && !is_resource_type(parse, reference.type))
		return hs__parse_bad(parse, value, "ID, TYPE/ID with a resource type of FHIR, or a URL");
	struct hs__search_target target = hs__search_target(parse->numbers, parse->arena, &reference, value,
		parse->options->base);
	find->target_type = target.type;
	find->text = target.text;
	return HS_OK;
}

enum hs_status hs__parse_reference(struct hs__parse *parse, const struct hs__search_rule *rule,
	uint32_t param, struct hs_slice modifier, struct hs_slice value, const struct hs_find **out)
{
	enum hs_status status;
	if (hs_slice_eq(modifier, HS_S("identifier")))
		return hs__parse_value(parse, HS_PARAM_TOKEN,
			hs__search_param_number(parse->numbers, rule->identifier_name), HS_S_NONE, value,
			out);
	struct hs_find *find = hs__parse_node(parse, HS_FIND_REFERENCE);
	if (!find)
		return parse->err->status;
	find->param = param;
	value = hs__search_unescape(parse->arena, value);
	if (!modifier.len)
		status = parse_plain(parse, rule, value, find);
	else if (is_resource_type(parse, modifier))
		status = parse_typed(parse, modifier, value, find);
	else
		return hs__parse_bad_modifier(parse, modifier,
			":identifier :missing :above :below or a resource type");
	if (!status)
		*out = find;
	return status;
}

/* ---- composites: the components' values with $ between them ---- */

static enum hs_status parse_component(struct hs__parse *parse, const struct hs__search_component *component,
	struct hs_slice value, const struct hs_find **out)
{
	uint32_t param = hs__search_param_number(parse->numbers, component->name);
	if (component->type == HS_PARAM_REFERENCE) {
		/* An untyped rule: the component's own targets do not narrow what an id may mean. */
		struct hs_def_param any = { .type = HS_PARAM_REFERENCE };
		struct hs__search_rule rule = { .def = &any };
		return hs__parse_reference(parse, &rule, param, HS_S_NONE, value, out);
	}
	if (component->type == HS_PARAM_COMPOSITE || component->type == HS_PARAM_SPECIAL)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"search parameter '%.*s' has a component that is not supported",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	if (component->type == HS_PARAM_QUANTITY)
		return hs__parse_quantity(parse, param,
			hs__search_param_number(parse->numbers, component->canonical_name), value, out);
	return hs__parse_value(parse, (enum hs_param_type)component->type, param, HS_S_NONE, value, out);
}

enum hs_status hs__parse_composite(struct hs__parse *parse, const struct hs__search_rule *rule,
	struct hs_slice value, const struct hs_find **out)
{
	struct hs_slice rest = value;
	const struct hs_find **kids = hs_arena_array(parse->arena, rule->component_count + 1, sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	for (uint32_t i = 0; i < rule->component_count; i++) {
		struct hs_slice part = hs__search_cut(&rest, '$');
		bool last = i + 1 == rule->component_count;
		if (!part.len || last != !rest.ptr)
			return hs__parse_bad(parse, value, "a value for each component, with $ between them");
		enum hs_status status = parse_component(parse, &rule->components[i], part, &kids[i]);
		if (status)
			return status;
	}
	struct hs_find *find = hs__parse_node(parse, HS_FIND_SAME_GROUP);
	if (!find)
		return parse->err->status;
	find->kids = kids;
	find->kid_count = rule->component_count;
	*out = find;
	return HS_OK;
}

/* ---- near: LATITUDE|LONGITUDE|DISTANCE|UNITS (R4 Location; IHE mCSD) ---- */

static bool unit_metres(struct hs_slice unit, double *out)
{
	static const struct {
		struct hs_slice name;
		double metres;
	} units[] = { { HS_S_INIT("km"), 1000 }, { HS_S_INIT("m"), 1 }, { HS_S_INIT("cm"), 0.01 },
		{ HS_S_INIT("mi"), 1609.344 }, { HS_S_INIT("mi_i"), 1609.344 },
		{ HS_S_INIT("[mi_i]"), 1609.344 }, { HS_S_INIT("mi_us"), 1609.347219 },
		{ HS_S_INIT("[mi_us]"), 1609.347219 }, { HS_S_INIT("[nmi_i]"), 1852 },
		{ HS_S_INIT("ft"), 0.3048 }, { HS_S_INIT("[ft_i]"), 0.3048 },
		{ HS_S_INIT("[yd_i]"), 0.9144 } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (hs_slice_eq(unit, units[i].name)) {
			*out = units[i].metres;
			return true;
		}
	return false;
}

enum hs_status hs__parse_near(struct hs__parse *parse, uint32_t param, struct hs_slice value,
	const struct hs_find **out)
{
	static const char form[] = "LATITUDE|LONGITUDE|DISTANCE|UNITS, for example 59.33|18.07|10|km";
	struct hs__search_number latitude;
	struct hs__search_number longitude;
	struct hs__search_number distance = { .value = NEAR_KM };
	double unit = 1000;
	struct hs_slice rest = value;
	struct hs_slice part = hs__search_cut(&rest, '|');
	if (!hs__search_number(part, &latitude) || !rest.ptr)
		return hs__parse_bad(parse, value, form);
	part = hs__search_cut(&rest, '|');
	if (!hs__search_number(part, &longitude))
		return hs__parse_bad(parse, value, form);
	part = rest.ptr ? hs__search_cut(&rest, '|') : HS_S_NONE;
	if (part.len && (!hs__search_number(part, &distance) || (rest.len && !unit_metres(rest, &unit))))
		return hs__parse_bad(parse, value, form);
	if (latitude.value < -90 || latitude.value > 90 || longitude.value < -180 || longitude.value > 180 ||
		distance.value < 0)
		return hs__parse_bad(parse, value,
			"a latitude of -90..90, a longitude of -180..180 and a distance from 0 up");
	struct hs_find *find = hs__parse_node(parse, HS_FIND_NEAR);
	if (!find)
		return parse->err->status;
	find->param = param;
	find->low = latitude.value;
	find->high = longitude.value;
	find->radius = distance.value * unit;
	*out = find;
	return HS_OK;
}
