/* SPDX-License-Identifier: Apache-2.0 */
/* Walks from values to their members: by name, all children, choices and primitive shadows. */
#include <core/fhir/path/run.h>

/* What is known about the children that a walk is about to make. */
struct place {
	const struct hs_json *parent;
	const struct hs_def_element *element;
	const struct hs_def_type *type;
};

static const struct hs_def_type *type_of_use(const struct hs_defs *defs, const struct hs_def_use *use)
{
	return use && use->type != HS_DEF_NONE ? hs_defs_type_at(defs, use->type) : NULL;
}

/* JSON has dates and times as text. */
static uint8_t kind_of_text(const struct hs_def_type *type)
{
	uint8_t kind = type ? hs__path_primitive_kind(type) : HS_PATH_STRING;
	return kind >= HS_PATH_DATE && kind <= HS_PATH_TIME ? kind : HS_PATH_STRING;
}

void hs_path_value_read(struct hs_path_value *value, const struct hs_json *node)
{
	struct path_decimal number;
	value->kind = HS_PATH_NODE;
	value->node = node;
	switch (hs_json_type(node)) {
	case HS_JSON_TRUE:
	case HS_JSON_FALSE:
		value->kind = HS_PATH_BOOLEAN;
		value->boolean = node->type == HS_JSON_TRUE;
		break;
	case HS_JSON_NUMBER:
		value->text = hs_json_text(node);
		value->kind = HS_PATH_DECIMAL;
		if (!(value->type && value->type->code == HS_PRIM_DECIMAL) &&
			hs_json_i64(node, &value->integer)) {
			bool wide = value->integer < INT32_MIN || value->integer > INT32_MAX ||
				(value->type && value->type->code == HS_PRIM_INTEGER64);
			value->kind = wide ? HS_PATH_LONG : HS_PATH_INTEGER;
		}
		break;
	case HS_JSON_STRING:
		value->text = hs_json_text(node);
		value->kind = kind_of_text(value->type);
		/* JSON has an integer64 as a string. */
		if (value->type && value->type->code == HS_PRIM_INTEGER64 &&
			hs__path_decimal_parse(value->text, &number) &&
			hs__path_decimal_i64(number, &value->integer)) {
			value->kind = HS_PATH_LONG;
		}
		break;
	case HS_JSON_NULL:
		value->node = NULL;
		break;
	default:
		break;
	}
}

void hs__path_resource(const struct hs_defs *defs, const struct hs_json *node, struct hs_path_value *out)
{
	*out = (struct hs_path_value) { .kind = HS_PATH_NODE, .node = node };
	if (!hs_json_is(node, HS_JSON_OBJECT)) {
		hs_path_value_read(out, node);
		return;
	}
	if (defs) {
		out->type = hs_defs_type(defs, hs_json_get_text(node, HS_S("resourceType")));
		out->element = out->type ? hs_defs_root(defs, out->type) : NULL;
	}
}

/* One child as a value and on to the next step, or into the list. */
static enum hs_status reach(struct path_run *run, const struct place *place, const struct hs_json *node,
	const struct hs_json *shadow, const struct path_step *next, struct path_list *out)
{
	struct hs_path_value value = {
		.shadow = shadow, .parent = place->parent, .element = place->element, .type = place->type
	};
	if (node && node->type == HS_JSON_OBJECT && (!value.type || value.type->kind == HS_DEF_RESOURCE)) {
		struct hs_path_value resource;
		hs__path_resource(run->defs, node, &resource);
		if (resource.type) {
			value.type = resource.type;
			value.element = resource.element;
		}
	}
	hs_path_value_read(&value, node);
	return next ? hs__path_walk(run, &value, next, out) : hs__path_push(run, out, &value);
}

static const struct hs_json *object_or_null(const struct hs_json *node)
{
	return hs_json_is(node, HS_JSON_OBJECT) ? node : NULL;
}

/* A member, which may be an array, beside the array of its shadows. Either may be NULL. */
static enum hs_status reach_member(struct path_run *run, const struct place *place,
	const struct hs_json *node, const struct hs_json *shadow, const struct path_step *next,
	struct path_list *out)
{
	if (!hs_json_is(node, HS_JSON_ARRAY) && !hs_json_is(shadow, HS_JSON_ARRAY)) {
		return reach(run, place, node, object_or_null(shadow), next, out);
	}
	const struct hs_json *item = hs_json_first(node), *beside = hs_json_first(shadow);
	while (item || beside) {
		if (hs__path_enough(out)) {
			return HS_OK;
		}
		if (!hs_json_is(item, HS_JSON_NULL) || object_or_null(beside)) {
			enum hs_status status = reach(run, place, item, object_or_null(beside), next, out);
			if (status) {
				return status;
			}
		}
		item = item ? hs_json_next(item) : NULL;
		beside = beside ? hs_json_next(beside) : NULL;
	}
	return HS_OK;
}

struct hs_slice hs__path_choice_suffix(struct hs_slice key, struct hs_slice name)
{
	static const struct hs_slice TYPES[] = { HS_S_INIT("Address"), HS_S_INIT("Age"),
		HS_S_INIT("Annotation"), HS_S_INIT("Attachment"), HS_S_INIT("Base64Binary"),
		HS_S_INIT("Boolean"), HS_S_INIT("Canonical"), HS_S_INIT("Code"), HS_S_INIT("CodeableConcept"),
		HS_S_INIT("CodeableReference"), HS_S_INIT("Coding"), HS_S_INIT("ContactDetail"),
		HS_S_INIT("ContactPoint"), HS_S_INIT("Contributor"), HS_S_INIT("Count"),
		HS_S_INIT("DataRequirement"), HS_S_INIT("Date"), HS_S_INIT("DateTime"), HS_S_INIT("Decimal"),
		HS_S_INIT("Distance"), HS_S_INIT("Dosage"), HS_S_INIT("Duration"), HS_S_INIT("Expression"),
		HS_S_INIT("HumanName"), HS_S_INIT("Id"), HS_S_INIT("Identifier"), HS_S_INIT("Instant"),
		HS_S_INIT("Integer"), HS_S_INIT("Integer64"), HS_S_INIT("Markdown"), HS_S_INIT("Meta"),
		HS_S_INIT("Money"), HS_S_INIT("Oid"), HS_S_INIT("ParameterDefinition"), HS_S_INIT("Period"),
		HS_S_INIT("PositiveInt"), HS_S_INIT("Quantity"), HS_S_INIT("Range"), HS_S_INIT("Ratio"),
		HS_S_INIT("RatioRange"), HS_S_INIT("Reference"), HS_S_INIT("RelatedArtifact"),
		HS_S_INIT("SampledData"), HS_S_INIT("Signature"), HS_S_INIT("SimpleQuantity"),
		HS_S_INIT("String"), HS_S_INIT("Time"), HS_S_INIT("Timing"), HS_S_INIT("TriggerDefinition"),
		HS_S_INIT("UnsignedInt"), HS_S_INIT("Uri"), HS_S_INIT("Url"), HS_S_INIT("UsageContext"),
		HS_S_INIT("Uuid"), HS_S_INIT("Availability"), HS_S_INIT("ExtendedContactDetail"),
		HS_S_INIT("MonetaryComponent"), HS_S_INIT("VirtualServiceDetail") };
	if (key.len <= name.len || !hs_slice_starts(key, name)) {
		return HS_S_NONE;
	}
	struct hs_slice suffix = hs_slice_from(key, name.len);
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		if (hs_slice_eq(suffix, TYPES[i])) {
			return suffix;
		}
	}
	return HS_S_NONE;
}

/* What a walk looks for in an object: the member, or a choice of that name, and its shadow. */
struct found {
	const struct hs_json *node;
	const struct hs_json *shadow;
	struct hs_slice key; /* as it stands in the JSON */
};

/* `alone`: a member of this name has no shadow, so that the search ends with it. */
static void find_member(const struct hs_json *object, struct hs_slice name, bool alone, struct found *found)
{
	found->key = name;
	HS_JSON_EACH(member, object) {
		const char *key = member->key;
		/* NOLINTBEGIN(clang-analyzer-core.NonNullParamChecker): names and keys of this length have
		 * text */
		if (member->key_len == name.len && (name.len == 0 || key[0] == name.ptr[0]) &&
			memcmp(key, name.ptr, name.len) == 0) {
			found->node = member;
			if (alone) {
				return;
			}
		} else if (member->key_len == name.len + 1 && key[0] == '_' &&
			memcmp(key + 1, name.ptr, name.len) == 0) {
			found->shadow = member;
		}
		/* NOLINTEND(clang-analyzer-core.NonNullParamChecker) */
	}
}

static void find_choice(const struct hs_json *object, struct hs_slice name, struct found *found)
{
	HS_JSON_EACH(member, object) {
		bool shadow = member->key_len && member->key[0] == '_';
		struct hs_slice key = hs_slice_from(hs_json_key(member), shadow);
		if (key.len <= name.len || key.ptr[0] != name.ptr[0] ||
			!hs__path_choice_suffix(key, name).len) {
			continue;
		}
		if (shadow) {
			found->shadow = member;
		} else {
			found->node = member;
		}
		found->key = key;
	}
}

const struct hs_def_element *hs__path_define(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice key, const struct hs_def_type **out_type)
{
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *child = defs && (type || element) ?
		hs_defs_child(defs, element, type, key, &use) :
		NULL;
	if (child && !use && child->same_as != HS_DEF_NONE) {
		use = hs_defs_uses(defs, hs_defs_element_at(defs, child->same_as));
	}
	*out_type = child ? type_of_use(defs, use) : NULL;
	return child;
}

/* The definition of a child that is found under this key. */
static void find_definition(const struct path_run *run, const struct hs_path_value *from, struct hs_slice key,
	struct place *place)
{
	place->element = hs__path_define(run->defs, from->element, from->type, key, &place->type);
}

/* Was the step compiled for parents such as this one? Then it knows what it leads to. */
static bool is_known(const struct path_run *run, const struct hs_path_value *from,
	const struct path_step *step)
{
	return step->element && run->defs && step->from_type == from->type && step->from == from->element;
}

/* The member that a step means, with its definition. */
static void find_step(const struct path_run *run, const struct hs_path_value *from,
	const struct hs_json *object, const struct path_step *step, struct found *found, struct place *place)
{
	bool known = is_known(run, from, step);
	bool choice = known && step->element->choice;
	place->parent = object;
	if (known && !choice) {
		find_member(object, step->name, step->type->kind != HS_DEF_PRIMITIVE, found);
		place->element = step->element;
		place->type = step->type;
		return;
	}
	if (choice) {
		find_choice(object, step->name, found);
	}
	if (!found->node && !found->shadow) {
		find_member(object, step->name, false, found);
	}
	if (!choice && !found->node && !found->shadow) {
		find_choice(object, step->name, found);
	}
	if (found->node || found->shadow) {
		find_definition(run, from, found->key, place);
	}
}

/* The members of a value that is not an object of the tree: of a type, or of a quantity of the system. */
static enum hs_status walk_system(struct path_run *run, const struct hs_path_value *from,
	const struct path_step *step, struct path_list *out)
{
	struct hs_slice text = HS_S_NONE;
	enum hs_path_kind kind = HS_PATH_STRING;
	if (from->kind == HS_PATH_TYPE) {
		text = hs_slice_eq(step->name, HS_S("name"))       ? from->text :
			hs_slice_eq(step->name, HS_S("namespace")) ? from->unit :
			hs_slice_eq(step->name, HS_S("baseType"))  ? hs__path_base_type(run, from) :
								     HS_S_NONE;
	} else if (from->kind == HS_PATH_QUANTITY && hs_slice_eq(step->name, HS_S("value"))) {
		kind = HS_PATH_DECIMAL;
		text = from->text;
	} else if (from->kind == HS_PATH_QUANTITY && hs_slice_eq(step->name, HS_S("unit"))) {
		text = from->unit;
	}
	if (!text.len || step->next) {
		return HS_OK;
	}
	return hs__path_push_text(run, out, kind, text);
}

struct hs_path_value hs__path_system_value(const struct hs_path_value *from)
{
	return (struct hs_path_value) { .kind = from->kind,
		.boolean = from->boolean,
		.integer = from->integer,
		.text = from->text,
		.unit = from->unit };
}

/* The property `value` that every primitive of FHIR has (FHIR R4, section 2.9.1.1), though no JSON shows it.
 */
static bool is_own_value(const struct hs_path_value *from, const struct path_step *step)
{
	return from->kind != HS_PATH_NODE && from->type && from->type->kind == HS_DEF_PRIMITIVE &&
		hs_slice_eq(step->name, HS_S("value"));
}

static enum hs_status walk_entry(struct path_run *run, const struct hs_path_value *from,
	const struct path_step *step, struct path_list *out, bool *taken)
{
	struct path_type_name type = { .name = step->name, .fhir = true, .type = step->from_type };
	if (!type.type && run->defs) {
		type.type = hs_defs_type(run->defs, step->name);
	}
	*taken = hs__path_is(run, from, &type, true);
	if (!*taken) {
		return HS_OK;
	}
	return step->next ? hs__path_walk(run, from, step->next, out) : hs__path_push(run, out, from);
}

enum hs_status hs__path_walk(struct path_run *run, const struct hs_path_value *from,
	const struct path_step *step, struct path_list *out)
{
	enum hs_status status = hs__path_tick(run);
	if (status) {
		return status;
	}
	if (step->entry && step->name.len && step->name.ptr[0] >= 'A' && step->name.ptr[0] <= 'Z') {
		bool taken;
		status = walk_entry(run, from, step, out, &taken);
		if (status || taken) {
			return status;
		}
	}
	if (is_own_value(from, step)) {
		struct hs_path_value value = hs__path_system_value(from);
		return step->next ? hs__path_walk(run, &value, step->next, out) :
				    hs__path_push(run, out, &value);
	}
	const struct hs_json *object = hs_json_is(from->node, HS_JSON_OBJECT) ? from->node : from->shadow;
	if (!object) {
		return walk_system(run, from, step, out);
	}
	struct found found = { .node = NULL };
	struct place place = { .parent = NULL };
	find_step(run, from, object, step, &found, &place);
	if (!found.node && !found.shadow) {
		return HS_OK;
	}
	if (place.element && !place.element->choice && found.key.len > step->name.len) {
		return HS_OK; /* an element whose name happens to end like a type */
	}
	return reach_member(run, &place, found.node, found.shadow, step->next, out);
}

/* Is there a member of that name without the underscore? */
static bool has_value_beside(const struct hs_json *object, struct hs_slice shadow_key)
{
	return hs_json_get(object, hs_slice_from(shadow_key, 1)) != NULL;
}

enum hs_status hs__path_children(struct path_run *run, const struct hs_path_value *from,
	struct path_list *out)
{
	const struct hs_json *object = hs_json_is(from->node, HS_JSON_OBJECT) ? from->node : from->shadow;
	HS_JSON_EACH(member, object) {
		enum hs_status status = hs__path_tick(run);
		if (status) {
			return status;
		}
		struct hs_slice key = hs_json_key(member);
		if (hs_slice_eq(key, HS_S("resourceType")) || hs_slice_eq(key, HS_S("fhir_comments"))) {
			continue;
		}
		struct found found = { .node = member, .key = key };
		if (hs_slice_starts(key, HS_S("_"))) {
			if (has_value_beside(object, key)) {
				continue;
			}
			found = (struct found) { .shadow = member, .key = hs_slice_from(key, 1) };
		} else if (!hs_json_is(member, HS_JSON_OBJECT)) {
			struct found both = { .node = NULL };
			find_member(object, key, false, &both);
			found.shadow = both.shadow;
		}
		struct place place = { .parent = object };
		find_definition(run, from, found.key, &place);
		status = reach_member(run, &place, found.node, found.shadow, NULL, out);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}
