/* SPDX-License-Identifier: Apache-2.0 */
/* One ElementDefinition (R4 section 2.28) into the compiled form. */
#include <core/fhir/profile/profile_private.h>

#include <core/fhir/path/values/regex.h>

#define EXTENSION "http://hl7.org/fhir/StructureDefinition/"
#define SYSTEM_TYPE "http://hl7.org/fhirpath/System."
#define TYPE_URL "http://hl7.org/fhir/StructureDefinition/"

static struct hs_slice plain(struct hs_slice canonical)
{
	return hs_slice_first(canonical, hs_slice_find(canonical, '|', 0));
}

static const struct hs_json *extension(const struct hs_json *element, struct hs_slice url)
{
	HS_JSON_EACH(item, hs_json_get(element, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), url))
			return item;
	return NULL;
}

/* ---- the base definition ---- */

static const struct hs_def_type *single_type(const struct hs_profile_element *element)
{
	return element->use_count == 1 ? element->uses[0].type : NULL;
}

static const struct hs_def_element *find_def(const struct hs__compile *compile,
	const struct hs_profile_element *element)
{
	struct hs_defs *defs = compile->set->defs;
	const struct hs_profile_element *parent = element->parent;
	const struct hs_def_type *type = parent ? single_type(parent) : NULL;
	uint32_t count = 0;
	if (!parent)
		return compile->profile->def_type ? hs_defs_root(defs, compile->profile->def_type) : NULL;
	if (!parent->parent)
		type = compile->profile->def_type;
	bool own = parent->def && (parent->def->child_count > 0 || parent->def->same_as != HS_DEF_NONE);
	if (!own && !type)
		return NULL;
	const struct hs_def_element *above = own ? parent->def : hs_defs_root(defs, type);
	const struct hs_def_element *children = hs_defs_children(defs, above, own ? NULL : type, &count);
	for (uint32_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_defs_text(defs, children[i].name), element->name))
			return &children[i];
	return NULL;
}

/* ---- types ---- */

static const struct hs_slice *texts_of(struct hs_arena *arena, const struct hs_json *list, uint32_t *count)
{
	struct hs_slice *texts = hs_arena_array(arena, hs_json_count(list) + 1, sizeof(*texts));
	*count = 0;
	HS_JSON_EACH(item, list)
		if (texts)
			texts[(*count)++] = hs_json_text(item);
	return texts;
}

static uint8_t aggregation_of(const struct hs_json *list)
{
	uint8_t bits = 0;
	HS_JSON_EACH(item, list) {
		struct hs_slice mode = hs_json_text(item);
		bits |= hs_slice_eq(mode, HS_S("contained"))  ? HS_AGGREGATION_CONTAINED :
			hs_slice_eq(mode, HS_S("referenced")) ? HS_AGGREGATION_REFERENCED :
								HS_AGGREGATION_BUNDLED;
	}
	return bits;
}

static void read_use(struct hs__compile *compile, const struct hs_json *type, struct hs_profile_use *use)
{
	struct hs_arena *arena = compile->set->arena;
	struct hs_slice versioning = hs_json_get_text(type, HS_S("versioning"));
	use->code = hs_json_get_text(type, HS_S("code"));
	if (hs_slice_starts(use->code, HS_S(SYSTEM_TYPE)))
		use->code = HS_S("string");
	else if (hs_slice_starts(use->code, HS_S(TYPE_URL)))
		use->code = hs_slice_from(use->code, sizeof(TYPE_URL) - 1);
	use->type = hs_defs_type(compile->set->defs, use->code);
	use->profiles = texts_of(arena, hs_json_get(type, HS_S("profile")), &use->profile_count);
	use->targets = texts_of(arena, hs_json_get(type, HS_S("targetProfile")), &use->target_count);
	use->aggregation = aggregation_of(hs_json_get(type, HS_S("aggregation")));
	use->versioning = hs_slice_eq(versioning, HS_S("independent")) ? 1 :
		hs_slice_eq(versioning, HS_S("specific"))              ? 2 :
									 0;
}

static bool read_uses(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *types = hs_json_get(element->definition, HS_S("type"));
	struct hs_profile_use *uses = hs_arena_array(compile->set->arena, hs_json_count(types) + 1,
		sizeof(*uses));
	if (!uses)
		return false;
	HS_JSON_EACH(type, types) {
		read_use(compile, type, &uses[element->use_count]);
		element->profiled |= uses[element->use_count++].profile_count > 0;
	}
	element->uses = uses;
	struct hs_slice reference = hs_json_get_text(element->definition, HS_S("contentReference"));
	if (reference.len)
		element->same_as = hs_slice_from(reference, hs_slice_find(reference, '#', 0) + 1);
	return true;
}

/* ---- fixed values, bounds, bindings, slicing ---- */

static void read_values(struct hs_profile_element *element)
{
	HS_JSON_EACH(member, element->definition) {
		struct hs_slice key = hs_json_key(member);
		if (hs_slice_starts(key, HS_S("fixed"))) {
			element->fixed = member;
		} else if (hs_slice_starts(key, HS_S("pattern"))) {
			element->pattern = member;
		} else if (hs_slice_starts(key, HS_S("_fixed")) || hs_slice_starts(key, HS_S("_pattern"))) {
			element->fixed_shadow = member;
		} else if (hs_slice_starts(key, HS_S("minValue"))) {
			element->min_value = member;
			element->bound_type = hs_slice_from(key, 8);
		} else if (hs_slice_starts(key, HS_S("maxValue"))) {
			element->max_value = member;
			element->bound_type = hs_slice_from(key, 8);
		}
	}
}

static enum hs_binding_strength strength_of(struct hs_slice text)
{
	return hs_slice_eq(text, HS_S("required"))    ? HS_BINDING_REQUIRED :
		hs_slice_eq(text, HS_S("extensible")) ? HS_BINDING_EXTENSIBLE :
		hs_slice_eq(text, HS_S("preferred"))  ? HS_BINDING_PREFERRED :
		hs_slice_eq(text, HS_S("example"))    ? HS_BINDING_EXAMPLE :
							HS_BINDING_NONE;
}

static bool read_binding(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *source = hs_json_get(element->definition, HS_S("binding"));
	const struct hs_json *most = extension(source, HS_S(EXTENSION "elementdefinition-maxValueSet"));
	struct hs_defs *defs = compile->set->defs;
	if (!source)
		return true;
	struct hs_binding *binding = hs_arena_alloc(compile->set->arena, sizeof(*binding));
	if (!binding)
		return false;
	binding->source = source;
	binding->strength = strength_of(hs_json_get_text(source, HS_S("strength")));
	binding->value_set = hs_json_get_text(source, HS_S("valueSet"));
	binding->description = hs_json_get_text(source, HS_S("description"));
	binding->max_value_set = hs_json_get_text(most, HS_S("valueCanonical"));
	if (!binding->max_value_set.len)
		binding->max_value_set = hs_json_get_text(most, HS_S("valueUri"));
	binding->inherited = compile->profile->is_constraint && element->def &&
		element->def->strength == binding->strength &&
		hs_slice_eq(hs_defs_text(defs, element->def->binding), plain(binding->value_set)) &&
		!hs_json_get(source, HS_S("extension")) && !hs_json_get(source, HS_S("additional"));
	element->binding = binding;
	return true;
}

static enum hs_discriminator_kind kind_of(struct hs_slice type)
{
	return hs_slice_eq(type, HS_S("exists"))    ? HS_DISCRIMINATOR_EXISTS :
		hs_slice_eq(type, HS_S("type"))     ? HS_DISCRIMINATOR_TYPE :
		hs_slice_eq(type, HS_S("profile"))  ? HS_DISCRIMINATOR_PROFILE :
		hs_slice_eq(type, HS_S("position")) ? HS_DISCRIMINATOR_POSITION :
						      HS_DISCRIMINATOR_VALUE;
}

static bool read_slicing(struct hs__compile *compile, struct hs_profile_element *element)
{
	struct hs_arena *arena = compile->set->arena;
	const struct hs_json *source = hs_json_get(element->definition, HS_S("slicing"));
	const struct hs_json *list = hs_json_get(source, HS_S("discriminator"));
	struct hs_slice rules = hs_json_get_text(source, HS_S("rules"));
	if (!source)
		return true;
	struct hs_slicing *slicing = hs_arena_alloc(arena, sizeof(*slicing));
	struct hs_discriminator *all = hs_arena_array(arena, hs_json_count(list) + 1, sizeof(*all));
	if (!slicing || !all)
		return false;
	HS_JSON_EACH(item, list)
		all[slicing->discriminator_count++] = (struct hs_discriminator) {
			kind_of(hs_json_get_text(item, HS_S("type"))), hs_json_get_text(item, HS_S("path"))
		};
	slicing->discriminators = all;
	slicing->ordered = hs_json_get_bool(source, HS_S("ordered"), false);
	slicing->rules = hs_slice_eq(rules, HS_S("closed")) ? HS_SLICING_CLOSED :
		hs_slice_eq(rules, HS_S("openAtEnd"))       ? HS_SLICING_OPEN_AT_END :
							      HS_SLICING_OPEN;
	element->slicing = slicing;
	return true;
}

/* ---- invariants ---- */

/* A constraint that the base type has: by its source, which is written as an address or as a name. */
static bool is_inherited(const struct hs__compile *compile, const struct hs_json *constraint)
{
	struct hs_slice source = plain(hs_json_get_text(constraint, HS_S("source")));
	struct hs_slice key = hs_json_get_text(constraint, HS_S("key"));
	if (!compile->profile->is_constraint)
		return false;
	if (source.len == 0)
		return hs_slice_eq(key, HS_S("ele-1")) || hs_slice_eq(key, HS_S("ext-1")) ||
			hs_slice_starts(key, HS_S("dom-"));
	if (hs_slice_starts(source, HS_S(TYPE_URL)))
		source = hs_slice_from(source, sizeof(TYPE_URL) - 1);
	return hs_defs_type(compile->set->defs, source) != NULL;
}

/* What the expression is evaluated on, for the static check: the path of a backbone, or the type. */
static struct hs_slice input_of(const struct hs__compile *compile, const struct hs_profile_element *element)
{
	struct hs_defs *defs = compile->set->defs;
	const struct hs_def_type *type = element->parent ? single_type(element) : compile->profile->def_type;
	if (element->def && element->def->child_count > 0)
		return hs_defs_text(defs, element->def->path);
	return type ? hs_defs_text(defs, type->name) : HS_S_NONE;
}

/* Published expressions that do not say what their words say. */
static struct hs_slice corrected(struct hs_slice expression)
{
	static const struct {
		struct hs_slice published, meant;
	} errata[] = {
		{ HS_S_INIT("operator = 'exists' implies (answer is Boolean)"), /* R4 que-7 */
			HS_S_INIT("operator = 'exists' implies (answer is boolean)") },
		{ HS_S_INIT("reference.startsWith('#').not() or (reference.substring(1).trace('url') in "
			    "%rootResource.contained.id.trace('ids'))"), /* R4 ref-1; "#" alone is the whole
									  */
			HS_S_INIT("reference.startsWith('#').not() or reference = '#' or "
				  "(reference.substring(1) in %rootResource.contained.id)") },
		/* R4 opd-3; R5 takes the profiles of a resource that is a parameter itself */
		{ HS_S_INIT("targetProfile.exists() implies (type = 'Reference' or type = 'canonical')"),
			HS_S_INIT("targetProfile.exists() implies (type = 'Reference' or type = 'canonical' "
				  "or type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))") },
		{ HS_S_INIT("($this as dateTime).toString().length() >= 8"), /* R4 vs-1: "if it is dateTime"
									      */
			HS_S_INIT("$this is dateTime implies toString().length() >= 8") },
	};
	for (size_t i = 0; i < sizeof(errata) / sizeof(errata[0]); i++)
		if (hs_slice_eq(expression, errata[i].published))
			return errata[i].meant;
	return expression;
}

static void read_constraint(struct hs__compile *compile, const struct hs_profile_element *element,
	const struct hs_json *source, struct hs_constraint *out)
{
	const struct hs_json *best = extension(source, HS_S(EXTENSION "elementdefinition-bestpractice"));
	out->key = hs_json_get_text(source, HS_S("key"));
	out->human = hs_json_get_text(source, HS_S("human"));
	out->expression = corrected(hs_json_get_text(source, HS_S("expression")));
	out->severity = hs_slice_eq(hs_json_get_text(source, HS_S("severity")), HS_S("warning")) ?
		HS_SEVERITY_WARNING :
		HS_SEVERITY_ERROR;
	out->best_practice = hs_json_get_bool(best, HS_S("valueBoolean"), false);
	out->inherited = is_inherited(compile, source);
	out->native = hs_slice_eq(out->key, HS_S("ele-1"))         ? HS_CONSTRAINT_ELE_1 :
		hs_slice_eq(out->key, HS_S("ext-1"))               ? HS_CONSTRAINT_EXT_1 :
		hs_slice_eq(out->expression, HS_S("htmlChecks()")) ? HS_CONSTRAINT_HTML :
								     HS_CONSTRAINT_PATH;
	if (out->native == HS_CONSTRAINT_PATH && !out->inherited && out->expression.len)
		out->path = hs_profiles_path(compile->set, out->expression, input_of(compile, element));
}

static bool read_constraints(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *list = hs_json_get(element->definition, HS_S("constraint"));
	struct hs_constraint *all = hs_arena_array(compile->set->arena, hs_json_count(list) + 1,
		sizeof(*all));
	if (!all)
		return false;
	HS_JSON_EACH(item, list)
		read_constraint(compile, element, item, &all[element->constraint_count++]);
	element->constraints = all;
	return true;
}

/* What R5 says with elements of its own, earlier versions say with extensions. */
#define R5_EXTENSION "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."

static bool read_value_control(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *definition = element->definition;
	const struct hs_json *list = hs_json_get(definition, HS_S("valueAlternatives"));
	int64_t least = 0;
	uint32_t count = 0;
	struct hs_slice *all = hs_arena_array(compile->set->arena,
		hs_json_count(list) + hs_json_count(hs_json_get(definition, HS_S("extension"))) + 1,
		sizeof(*all));
	if (!all)
		return false;
	if (hs_json_i64(hs_json_get(extension(definition, HS_S(EXTENSION "minLength")), HS_S("valueInteger")),
		    &least) &&
		least > 0)
		element->min_length = least < UINT32_MAX ? (uint32_t)least : UINT32_MAX;
	element->must_have_value = hs_json_get_bool(definition, HS_S("mustHaveValue"), false) ||
		hs_json_get_bool(extension(definition, HS_S(R5_EXTENSION "mustHaveValue")),
			HS_S("valueBoolean"), false);
	HS_JSON_EACH(item, list)
		all[count++] = hs_json_text(item);
	HS_JSON_EACH(item, hs_json_get(definition, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), HS_S(R5_EXTENSION "valueAlternatives")))
			all[count++] = hs_json_get_text(item, HS_S("valueCanonical"));
	element->value_alternative_count = count;
	element->value_alternatives = count ? all : NULL;
	return true;
}

/* The form is said of the element or, as older definitions have it, of its type. That of a base type is
 * checked with the formats. */
static void read_form(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *found = extension(element->definition, HS_S(EXTENSION "regex"));
	HS_JSON_EACH(type, hs_json_get(element->definition, HS_S("type")))
		found = found ? found : extension(type, HS_S(EXTENSION "regex"));
	element->form = hs_json_get_text(found, HS_S("valueString"));
	if (element->form.len && compile->profile->is_constraint)
		element->regex = hs__path_regex(compile->set->arena, element->form, HS_S_NONE, true);
}

/* How many digits may stand behind the point, + 1 (extension maxDecimalPlaces); 0 where nothing says it. */
static uint32_t read_decimals(const struct hs_profile_element *element)
{
	int64_t most = -1;
	hs_json_i64(hs_json_get(extension(element->definition, HS_S(EXTENSION "maxDecimalPlaces")),
			    HS_S("valueInteger")),
		&most);
	return most >= 0 && most < UINT32_MAX ? (uint32_t)most + 1 : 0;
}

/* Bytes, as a decimal (extension maxSize, of an Attachment or base64Binary). */
static int64_t read_size(const struct hs_profile_element *element)
{
	struct hs_slice text =
		hs_json_text(hs_json_get(extension(element->definition, HS_S(EXTENSION "maxSize")),
			HS_S("valueDecimal")));
	uint64_t whole = 0;
	text = hs_slice_first(text, hs_slice_find(text, '.', 0));
	return hs_slice_u64(text, &whole) && whole < INT64_MAX ? (int64_t)whole : 0;
}

/* ---- does it say more than the base type? ---- */

bool hs__profile_narrows(const struct hs__compile *compile, const struct hs_profile_element *element)
{
	if (!element->def)
		return element->use_count > 0;
	const struct hs_def_use *uses = hs_defs_uses(compile->set->defs, element->def);
	if (element->use_count && element->use_count != element->def->type_count)
		return element->def->type_count > 0;
	for (uint32_t i = 0; i < element->use_count; i++) {
		const struct hs_profile_use *use = &element->uses[i];
		if (use->profile_count || use->aggregation || use->versioning ||
			use->target_count != uses[i].target_count)
			return true;
		for (uint32_t k = 0; k < use->target_count; k++) {
			const struct hs_def_type *target = hs_defs_type_at(compile->set->defs,
				hs_defs_target_at(compile->set->defs, uses[i].first_target + k));
			if (!target ||
				!hs_slice_eq(hs_defs_text(compile->set->defs, target->url),
					plain(use->targets[k])))
				return true;
		}
	}
	return false;
}

static bool says_more(const struct hs__compile *compile, const struct hs_profile_element *element)
{
	const struct hs_def_element *def = element->def;
	if (!compile->profile->is_constraint || !def || element->slice_name.len)
		return true;
	for (uint32_t i = 0; i < element->constraint_count; i++)
		if (!element->constraints[i].inherited)
			return true;
	if (element->fixed || element->pattern || element->fixed_shadow || element->min_value ||
		element->max_value || element->max_length || element->min_length ||
		element->must_have_value || element->value_alternatives || element->regex ||
		element->max_size || element->max_decimals)
		return true;
	if (element->binding && !element->binding->inherited)
		return true;
	return element->parent &&
		(element->min > def->min || element->max < def->max || hs__profile_narrows(compile, element));
}

static uint32_t read_max(struct hs_slice text)
{
	uint64_t value = 0;
	return hs_slice_u64(text, &value) && value < HS_DEF_MANY ? (uint32_t)value : HS_DEF_MANY;
}

enum hs_status hs__profile_element(struct hs__compile *compile, struct hs_profile_element *element)
{
	const struct hs_json *definition = element->definition;
	int64_t number = 0;
	element->path = hs_json_get_text(definition, HS_S("path"));
	element->id = hs_json_get_text(definition, HS_S("id"));
	if (element->id.len == 0)
		element->id = element->path;
	if (hs_json_i64(hs_json_get(definition, HS_S("min")), &number) && number > 0)
		element->min = number < HS_DEF_MANY ? (uint32_t)number : HS_DEF_MANY;
	element->max = read_max(hs_json_get_text(definition, HS_S("max")));
	if (hs_json_i64(hs_json_get(definition, HS_S("maxLength")), &number) && number > 0)
		element->max_length = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	element->is_modifier = hs_json_get_bool(definition, HS_S("isModifier"), false);
	read_values(element);
	read_form(compile, element);
	element->max_size = read_size(element);
	element->max_decimals = read_decimals(element);
	bool room = read_uses(compile, element);
	element->def = find_def(compile, element);
	if (!room || !read_binding(compile, element) || !read_slicing(compile, element) ||
		!read_constraints(compile, element) || !read_value_control(compile, element))
		return hs_fail(compile->err, HS_E_LIMIT, "there are too many profiles");
	element->says_more = says_more(compile, element);
	return HS_OK;
}
