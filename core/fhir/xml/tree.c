/* SPDX-License-Identifier: Apache-2.0 */
/* From elements to the tree: each open element is a frame that knows its definition and where its content
 * goes.
 *
 *   resource --child--> complex --child--> primitive          value, id and extensions
 *      ^                   |  `-child--> wrapper --> resource  contained, Bundle.entry.resource, parameter
 *      `-------------------'  `-child--> narrative             kept as text
 *                             `-child--> skipped               was reported; nothing in it is read */
#include <core/fhir/xml/xml_private.h>

static bool stop_memory(struct hs__xml_reader *reader, const char *place)
{
	return hs__xml_stop(reader, HS_E_LIMIT, place, "the resource is too large");
}

static struct hs__xml_frame *top(const struct hs__xml_reader *reader)
{
	return reader->depth ? &reader->frames[reader->depth - 1] : NULL;
}

static struct hs__xml_frame *push(struct hs__xml_reader *reader, enum hs__xml_kind kind, struct hs_slice name,
	const char *place)
{
	if (reader->depth == reader->room) {
		hs__xml_stop(reader, HS_E_LIMIT, place, "elements are more than %u deep in one another",
			reader->room);
		return NULL;
	}
	struct hs__xml_frame *frame = &reader->frames[reader->depth++];
	*frame = (struct hs__xml_frame) { .kind = kind, .place = place, .name = name };
	return frame;
}

static bool skip(struct hs__xml_reader *reader, struct hs_slice name, const char *place)
{
	reader->inner = 0;
	return push(reader, HS__XML_SKIPPED, name, place) != NULL;
}

/* ---- values and arrays ---- */

/* What is no number or boolean stays a string: the check of the tree says what is wrong with it. */
static struct hs_json *value_of(struct hs_arena *arena, const struct hs_def_type *type, struct hs_slice text)
{
	switch (type->code) {
	case HS_PRIM_BOOLEAN:
		if (hs_slice_eq(text, HS_S("true")) || hs_slice_eq(text, HS_S("false")))
			return hs_json_bool(arena, text.len == 4);
		break;
	case HS_PRIM_INTEGER:
	case HS_PRIM_POSITIVE_INT:
	case HS_PRIM_UNSIGNED_INT:
	case HS_PRIM_DECIMAL:
		return hs_json_number(arena, hs_arena_copy(arena, text));
	default:
		break;
	}
	return hs_json_string(arena, hs_arena_copy(arena, text));
}

static struct hs_slice shadow_name(struct hs_arena *arena, struct hs_slice name)
{
	return hs_arena_printf(arena, "_%.*s", HS_S_ARG(name));
}

/* The children of one name are over: `_given` is made as long as `given`, and `given` goes when it says
 * nothing. */
static bool end_run(struct hs__xml_reader *reader, struct hs__xml_frame *frame)
{
	bool said = false;
	struct hs_json *array = frame->array, *shadows = frame->shadows;
	frame->array = NULL;
	frame->shadows = NULL;
	if (!array || !shadows)
		return true;
	HS_JSON_EACH(item, array)
		said = said || !hs_json_is(item, HS_JSON_NULL);
	if (!said)
		hs_json_remove(frame->object, array);
	while (hs_json_count(shadows) < hs_json_count(array))
		if (!hs_json_push(shadows, hs_json_null(reader->arena)))
			return stop_memory(reader, frame->place);
	return true;
}

/* The array of a child that repeats; one that was ended already is taken up again. */
static struct hs_json *array_of(struct hs__xml_reader *reader, struct hs__xml_frame *parent,
	const struct hs__xml_frame *child)
{
	if (parent->array)
		return parent->array;
	parent->array = hs_json_get(parent->object, child->name);
	if (!parent->array) {
		parent->array = hs_json_add_array(reader->arena, parent->object, child->name);
		if (parent->array)
			hs_json_set_place(parent->array, child->name.ptr);
	}
	return parent->array;
}

/* Puts the child's value into its parent. */
static bool place_value(struct hs__xml_reader *reader, struct hs__xml_frame *parent,
	struct hs__xml_frame *child, struct hs_json *value)
{
	struct hs_json *array = child->many ? array_of(reader, parent, child) : NULL;
	if (!value || (child->many && !array))
		return stop_memory(reader, child->place);
	if (child->many)
		hs_json_push(array, value);
	else
		hs_json_add(parent->object, child->name, value);
	hs_json_set_place(value, child->name.ptr);
	return true;
}

/* The same for id and extensions of a primitive; the array of values holds the item already. */
static bool place_shadow(struct hs__xml_reader *reader, struct hs__xml_frame *parent,
	struct hs__xml_frame *child)
{
	struct hs_arena *arena = reader->arena;
	struct hs_slice name = shadow_name(arena, child->name);
	if (!name.ptr)
		return stop_memory(reader, child->place);
	if (!child->many) {
		hs_json_add(parent->object, name, child->object);
		return true;
	}
	if (!parent->shadows)
		parent->shadows = hs_json_get(parent->object, name);
	if (!parent->shadows)
		parent->shadows = hs_json_add_array(arena, parent->object, name);
	while (parent->shadows && hs_json_count(parent->shadows) + 1 < hs_json_count(parent->array))
		if (!hs_json_push(parent->shadows, hs_json_null(arena)))
			return stop_memory(reader, child->place);
	if (!parent->shadows)
		return stop_memory(reader, child->place);
	hs_json_push(parent->shadows, child->object);
	hs_json_set_place(child->object, child->name.ptr);
	return true;
}

/* ---- attributes ---- */

static bool own_object(struct hs__xml_reader *reader, struct hs__xml_frame *frame)
{
	if (!frame->object)
		frame->object = hs_json_object(reader->arena);
	return frame->object || stop_memory(reader, frame->place);
}

/* Has it the id of an Element, which is an attribute? Those of resources are elements. */
static bool has_element_id(const struct hs__xml_reader *reader, const struct hs__xml_frame *frame)
{
	if (frame->kind == HS__XML_RESOURCE)
		return frame->type->kind == HS_DEF_LOGICAL &&
			hs_defs_is_a(reader->defs, frame->type, hs_defs_type(reader->defs, HS_S("Element")));
	return frame->kind == HS__XML_COMPLEX || frame->kind == HS__XML_PRIMITIVE;
}

static bool take_attribute(struct hs__xml_reader *reader, struct hs__xml_frame *frame,
	const struct hs__xml_attribute *attribute)
{
	bool is_id = hs_slice_eq(attribute->name, HS_S("id")) && has_element_id(reader, frame);
	bool is_url = frame->kind == HS__XML_COMPLEX && frame->type == reader->extension &&
		hs_slice_eq(attribute->name, HS_S("url"));
	/* schemaLocation and noNamespaceSchemaLocation say nothing of the content; type would. */
	if (hs_slice_eq(attribute->space, HS_S("http://www.w3.org/2001/XMLSchema-instance")) &&
		hs_slice_ends(attribute->name, HS_S("chemaLocation")))
		return true;
	if (attribute->space.len == 0 && frame->kind == HS__XML_PRIMITIVE &&
		hs_slice_eq(attribute->name, HS_S("value"))) {
		frame->has_value = true;
		frame->value = value_of(reader->arena, frame->type, attribute->value);
		return frame->value || stop_memory(reader, frame->place);
	}
	if (attribute->space.len == 0 && (is_id || is_url)) {
		struct hs_slice text = hs_arena_copy(reader->arena, attribute->value);
		return own_object(reader, frame) &&
			(hs_json_add_text(reader->arena, frame->object, is_id ? HS_S("id") : HS_S("url"),
				 text) ||
				stop_memory(reader, frame->place));
	}
	return hs__xml_fault(reader, frame->place, HS_S_NONE, "structure",
		"the attribute '%.*s' is not allowed here; %s", HS_S_ARG(hs_slice_first(attribute->name, 60)),
		frame->kind == HS__XML_PRIMITIVE         ? "a primitive has value and id" :
			frame->type == reader->extension ? "an extension has url and id" :
			frame->kind == HS__XML_COMPLEX   ? "it has id only" :
							   "it has none");
}

/* ---- elements ---- */

static const struct hs_def_type *resource_type(const struct hs__xml_reader *reader, struct hs_slice name)
{
	const struct hs_def_type *type = hs_defs_type(reader->defs, name);
	return type && type->kind == HS_DEF_RESOURCE && !type->abstract ? type : NULL;
}

/* What is no resource may be of a logical model, in whose definitions the resources are, too. */
static void find_model(struct hs__xml_reader *reader, struct hs_slice name, struct hs_xml_model *out)
{
	const struct hs_xml_limits *limits = reader->limits;
	*out = (struct hs_xml_model) { .type = resource_type(reader, name) };
	if (out->type || !limits || !limits->model || !limits->model(limits->arg, name, out))
		return;
	reader->defs = out->defs;
	reader->space = out->space;
	reader->extension = hs_defs_type(out->defs, HS_S("Extension"));
}

static bool open_resource(struct hs__xml_reader *reader, struct hs_slice name, const struct hs_def_type *type,
	const char *place)
{
	struct hs__xml_frame *parent = top(reader);
	if (!type) {
		if (!parent)
			return hs__xml_stop(reader, HS_E_STRUCTURE, place, "there is no resource type %.*s",
				HS_S_ARG(hs_slice_first(name, 64)));
		return hs__xml_fault(reader, place, HS_S_NONE, "structure", "there is no resource type %.*s",
			       HS_S_ARG(hs_slice_first(name, 64))) &&
			skip(reader, name, place);
	}
	struct hs_json *object = hs_json_object(reader->arena);
	struct hs__xml_frame *frame = push(reader, HS__XML_RESOURCE, name, place);
	if (!frame)
		return false;
	if (!object || !hs_json_add_text(reader->arena, object, HS_S("resourceType"), name))
		return stop_memory(reader, place);
	frame->type = type;
	frame->object = object;
	if (!parent) {
		reader->root = object;
		hs_json_set_place(object, name.ptr);
		return true;
	}
	if (parent->object)
		return hs__xml_fault(reader, place, HS_S_NONE, "structure",
			"there is one resource in '%.*s' already; repeat the element around it",
			HS_S_ARG(parent->name));
	parent->object = object;
	/* The wrapper's own place: its resource is the value of the member. */
	return place_value(reader, parent - 1, parent, object);
}

static enum hs__xml_kind kind_of(const struct hs_def_element *element, const struct hs_def_type *type)
{
	if (type && type->code == HS_PRIM_XHTML)
		return HS__XML_NARRATIVE;
	if (type && type->kind == HS_DEF_PRIMITIVE)
		return HS__XML_PRIMITIVE;
	if (type && type->kind == HS_DEF_RESOURCE && element->child_count == 0)
		return HS__XML_WRAPPER;
	return HS__XML_COMPLEX;
}

/* Order and number of a child against those that came before it. */
static bool follow(struct hs__xml_reader *reader, struct hs__xml_frame *parent, struct hs_slice name,
	const struct hs_def_element *element, const char *place, bool *repeated)
{
	bool again = hs_slice_eq(parent->run, name);
	*repeated = false;
	if (!again) {
		if (!end_run(reader, parent))
			return false;
		if (parent->child && element < parent->child &&
			!hs__xml_fault(reader, place, name, "structure",
				"'%.*s' stands after '%.*s'; in XML the order is that of the definition",
				HS_S_ARG(name), HS_S_ARG(parent->run)))
			return false;
		again = parent->object && hs_json_get(parent->object, name);
	}
	if (!parent->child || element > parent->child)
		parent->child = element;
	parent->run = name;
	if (again && element->max <= 1) {
		*repeated = true;
		return hs__xml_fault(reader, place, name, "structure", "'%.*s' may be there once only",
			HS_S_ARG(name));
	}
	return true;
}

static bool is_attribute_name(const struct hs__xml_reader *reader, const struct hs__xml_frame *parent,
	struct hs_slice name)
{
	return (hs_slice_eq(name, HS_S("id")) && has_element_id(reader, parent)) ||
		(parent->type == reader->extension && hs_slice_eq(name, HS_S("url")));
}

static bool open_child(struct hs__xml_reader *reader, struct hs_slice name, const char *place,
	const struct hs__xml_attribute *attributes, size_t count)
{
	struct hs__xml_frame *parent = top(reader);
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *element = hs_defs_child(reader->defs, parent->element, parent->type,
		name, &use);
	bool repeated = false;
	if (!element || is_attribute_name(reader, parent, name))
		return hs__xml_fault(reader, place, name, "structure",
			       element ? "'%.*s' is an attribute here, not an element" :
					 "there is no element '%.*s' here",
			       HS_S_ARG(hs_slice_first(name, 80))) &&
			skip(reader, name, place);
	if (!follow(reader, parent, name, element, place, &repeated))
		return false;
	if (repeated)
		return skip(reader, name, place);
	const struct hs_def_type *type = use ? hs_defs_type_at(reader->defs, use->type) : NULL;
	struct hs__xml_frame *frame = push(reader, kind_of(element, type), name, place);
	if (!frame)
		return false;
	frame->element = element;
	frame->type = type;
	frame->many = element->max > 1;
	frame->index = frame->many ? (uint32_t)hs_json_count(parent->array) : 0;
	if (frame->kind == HS__XML_NARRATIVE)
		return true;
	for (size_t i = 0; i < count; i++)
		if (!take_attribute(reader, frame, &attributes[i]))
			return false;
	if (parent->kind == HS__XML_PRIMITIVE && !own_object(reader, parent))
		return false;
	if (frame->kind != HS__XML_COMPLEX)
		return true;
	return own_object(reader, frame) && place_value(reader, parent, frame, frame->object);
}

/* The narrative is XHTML, and readers of XML know that by its namespace (R4 narrative, section 2.4.0). Told
 * once. */
static bool check_narrative(struct hs__xml_reader *reader, struct hs__xml_frame *frame, struct hs_slice name,
	struct hs_slice space, const char *place)
{
	if (frame->kind != HS__XML_NARRATIVE || frame->said || hs_slice_eq(space, HS_S(HS__XML_XHTML)))
		return true;
	frame->said = true;
	return hs__xml_fault(reader, place, HS_S_NONE, "structure",
		"the element '%.*s' of the narrative is in the namespace \"%.*s\"; write "
		"<div xmlns=\"%s\">",
		HS_S_ARG(hs_slice_first(name, 60)), HS_S_ARG(hs_slice_first(space, 80)), HS__XML_XHTML);
}

static bool enter_resource(struct hs__xml_reader *reader, struct hs_slice name,
	const struct hs_def_type *type, const char *place, const struct hs__xml_attribute *attributes,
	size_t count)
{
	if (!open_resource(reader, name, type, place))
		return false;
	struct hs__xml_frame *frame = top(reader);
	for (size_t i = 0; frame->kind == HS__XML_RESOURCE && i < count; i++)
		if (!take_attribute(reader, frame, &attributes[i]))
			return false;
	return true;
}

bool hs__xml_open(struct hs__xml_reader *reader, struct hs_slice name, struct hs_slice space,
	const char *place, const struct hs__xml_attribute *attributes, size_t count)
{
	struct hs__xml_frame *parent = top(reader);
	struct hs_xml_model root = { .type = NULL };
	if (!name.ptr)
		return stop_memory(reader, place);
	if (!parent)
		find_model(reader, name, &root);
	bool fhir = hs_slice_eq(space, HS_S(HS__XML_FHIR)) ||
		(reader->space.len && hs_slice_eq(space, reader->space));
	if (parent)
		parent->filled = true;
	if (parent && (parent->kind == HS__XML_NARRATIVE || parent->kind == HS__XML_SKIPPED)) {
		if (++reader->inner > reader->room)
			return hs__xml_stop(reader, HS_E_LIMIT, place,
				"elements are more than %u deep in one another", reader->room);
		return check_narrative(reader, parent, name, space, place);
	}
	if (!parent && !fhir)
		return hs__xml_stop(reader, HS_E_STRUCTURE, place,
			"the root element is in the namespace \"%.*s\"; a resource is in \"%s\"",
			HS_S_ARG(hs_slice_first(space, 100)), HS__XML_FHIR);
	reader->inner = 0;
	bool narrative = parent && hs_slice_eq(name, HS_S("div")) && hs_slice_eq(space, HS_S(HS__XML_XHTML));
	if (parent && !fhir && !narrative)
		return hs__xml_fault(reader, place, name, "structure",
			       "the element '%.*s' is in the namespace \"%.*s\"; those of FHIR are in \"%s\"",
			       HS_S_ARG(hs_slice_first(name, 60)), HS_S_ARG(hs_slice_first(space, 80)),
			       HS__XML_FHIR) &&
			skip(reader, name, place);
	if (parent && parent->kind != HS__XML_WRAPPER)
		return open_child(reader, name, place, attributes, count) &&
			check_narrative(reader, top(reader), name, space, place);
	return enter_resource(reader, name, parent ? resource_type(reader, name) : root.type, place,
		attributes, count);
}

/* ---- ends ---- */

static bool say_empty(struct hs__xml_reader *reader, const struct hs__xml_frame *frame)
{
	return hs__xml_fault(reader, frame->place, HS_S_NONE, "structure",
		frame->kind == HS__XML_PRIMITIVE ?
			"'%.*s' is empty; give it a value attribute, an extension, or leave it out" :
			frame->kind == HS__XML_WRAPPER ? "'%.*s' is empty; a resource is expected in it" :
							 "'%.*s' is empty; give it content or leave it out",
		HS_S_ARG(frame->name));
}

/* No element is empty (R4 section 2.6.1.1), and that of a resource is one. In JSON it has resourceType at
 * least. Of Parameters there may be none: that is an operation's input without any. */
static bool is_bare(const struct hs__xml_frame *frame)
{
	return !frame->filled && !hs_slice_eq(frame->name, HS_S("Parameters"));
}

static bool close_primitive(struct hs__xml_reader *reader, struct hs__xml_frame *parent,
	struct hs__xml_frame *frame)
{
	if (!frame->has_value && !frame->object)
		return say_empty(reader, frame);
	struct hs_json *value = frame->value;
	if (!value && frame->many)
		value = hs_json_null(reader->arena);
	if (frame->many || value)
		if (!place_value(reader, parent, frame, value))
			return false;
	return !frame->object || place_shadow(reader, parent, frame);
}

static bool close_narrative(struct hs__xml_reader *reader, struct hs__xml_frame *parent,
	struct hs__xml_frame *frame, const char *end)
{
	struct hs_slice source = hs_slice(frame->place,
		end > frame->place ? (size_t)(end - frame->place) : 0);
	struct hs_slice text = hs__xml_narrative(reader->arena, source);
	return place_value(reader, parent, frame, text.ptr ? hs_json_string(reader->arena, text) : NULL);
}

bool hs__xml_close(struct hs__xml_reader *reader, const char *end)
{
	struct hs__xml_frame *frame = top(reader);
	struct hs__xml_frame *parent = frame - (reader->depth > 1);
	bool good = true;
	if ((frame->kind == HS__XML_NARRATIVE || frame->kind == HS__XML_SKIPPED) && reader->inner) {
		reader->inner--;
		return true;
	}
	switch (frame->kind) {
	case HS__XML_PRIMITIVE:
		good = (!frame->object || end_run(reader, frame)) && close_primitive(reader, parent, frame);
		break;
	case HS__XML_NARRATIVE:
		good = close_narrative(reader, parent, frame, end);
		break;
	case HS__XML_WRAPPER:
		good = frame->object || say_empty(reader, frame);
		break;
	case HS__XML_COMPLEX: /* where faults are gathered it is in the tree, whose check says so */
		good = end_run(reader, frame) &&
			(hs_json_count(frame->object) || reader->issues || say_empty(reader, frame));
		break;
	case HS__XML_RESOURCE:
		good = end_run(reader, frame) && (!is_bare(frame) || say_empty(reader, frame));
		break;
	case HS__XML_SKIPPED:
		break;
	}
	reader->depth--;
	return good;
}

bool hs__xml_text(struct hs__xml_reader *reader, struct hs_slice text, const char *place)
{
	struct hs__xml_frame *frame = top(reader);
	text = hs_slice_trim(text);
	if (!frame || !text.len || frame->said || frame->kind == HS__XML_NARRATIVE ||
		frame->kind == HS__XML_SKIPPED)
		return true;
	frame->said = true;
	return hs__xml_fault(reader, place, HS_S_NONE, "structure",
		"text is not allowed here (\"%.*s\"); values of elements are in the attribute 'value'",
		HS_S_ARG(hs_slice_first(text, 40)));
}
