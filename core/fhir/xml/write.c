/* SPDX-License-Identifier: Apache-2.0 */
/* From the tree to XML: members are put in the order of the definitions, primitives joined with their `_`
 * members. */
#include <core/fhir/xml/xml_private.h>

#define MEMBERS_MAX 96 /* of one object; no definition has as many */
#define DEPTH_MAX 200u

struct writer {
	const struct hs_defs *defs;
	struct hs_buf *out;
	struct hs_error *err;
	const struct hs_def_type *extension;
	bool pretty;
	uint32_t depth;
};

/* A member, or the two of a primitive, ready to be put in order. */
struct child {
	const struct hs_def_element *element;
	const struct hs_def_type *type;
	struct hs_slice name;
	const struct hs_json *value, *shadow; /* either may be NULL */
};

static enum hs_status write_object(struct writer *writer, const struct hs_json *object,
	const struct hs_def_element *element, const struct hs_def_type *type);

/* ---- text ---- */

static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return c < 0x20 ? "\xEF\xBF\xBD" : NULL; /* no character of XML 1.0: U+FFFD */
	}
}

/* For attributes in double quotes, and for content. U+FFFE and U+FFFF are no characters of XML either. */
static void add_text(struct hs_buf *out, struct hs_slice text)
{
	size_t kept = 0;
	for (size_t at = 0; at < text.len; at++) {
		unsigned char c = (unsigned char)text.ptr[at];
		const char *escape = NULL;
		size_t len = 1;
		if (c == 0xEF && text.len - at >= 3 && (unsigned char)text.ptr[at + 1] == 0xBF &&
			(unsigned char)text.ptr[at + 2] >= 0xBE) {
			escape = escape_of(0);
			len = 3;
		} else if (c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"') {
			escape = escape_of(c);
		}
		if (!escape)
			continue;
		hs_buf_add(out, hs_slice(text.ptr + kept, at - kept));
		hs_buf_cstr(out, escape);
		kept = at + len;
		at += len - 1;
	}
	hs_buf_add(out, hs_slice_from(text, kept));
}

static void add_attribute(struct hs_buf *out, struct hs_slice name, struct hs_slice value)
{
	hs_buf_byte(out, ' ');
	hs_buf_add(out, name);
	hs_buf_cstr(out, "=\"");
	add_text(out, value);
	hs_buf_byte(out, '"');
}

static void begin_line(const struct writer *writer)
{
	if (!writer->pretty)
		return;
	hs_buf_byte(writer->out, '\n');
	for (uint32_t i = 0; i < writer->depth; i++)
		hs_buf_cstr(writer->out, "  ");
}

static void open_tag(const struct writer *writer, struct hs_slice name)
{
	begin_line(writer);
	hs_buf_byte(writer->out, '<');
	hs_buf_add(writer->out, name);
}

static void close_tag(const struct writer *writer, struct hs_slice name)
{
	hs_buf_cstr(writer->out, "</");
	hs_buf_add(writer->out, name);
	hs_buf_byte(writer->out, '>');
}

static enum hs_status fail_form(const struct writer *writer, const struct child *child, const char *right)
{
	return hs_fail_at(writer->err, HS_E_INVALID, hs_defs_text(writer->defs, child->element->path),
		"'%.*s' cannot be written as XML: it should be %s", HS_S_ARG(child->name), right);
}

/* ---- narrative ---- */

/* "<div>" without its namespace would become an element of FHIR. */
static void write_narrative(const struct writer *writer, struct hs_slice text)
{
	bool bound = false;
	begin_line(writer);
	if (!hs__xml_is_div(text, &bound)) {
		hs_buf_cstr(writer->out, "<div xmlns=\"" HS__XML_XHTML "\">");
		add_text(writer->out, text);
		hs_buf_cstr(writer->out, "</div>");
		return;
	}
	text = hs_slice_trim(text);
	if (!bound) {
		hs_buf_cstr(writer->out, "<div xmlns=\"" HS__XML_XHTML "\"");
		text = hs_slice_from(text, 4);
	}
	hs_buf_add(writer->out, text);
}

/* ---- elements ---- */

static struct hs_slice primitive_text(const struct hs_json *value)
{
	if (hs_json_is(value, HS_JSON_TRUE))
		return HS_S("true");
	return hs_json_is(value, HS_JSON_FALSE) ? HS_S("false") : hs_json_text(value);
}

/* `value` and `shadow` may be NULL or null, not both. */
static enum hs_status write_primitive(struct writer *writer, const struct child *child,
	const struct hs_json *value, const struct hs_json *shadow)
{
	enum hs_status status = HS_OK;
	if (hs_json_count(value) || hs_json_type(value) >= HS_JSON_ARRAY)
		return fail_form(writer, child, "one value");
	if (shadow && !hs_json_is(shadow, HS_JSON_OBJECT) && !hs_json_is(shadow, HS_JSON_NULL))
		return fail_form(writer, child, "an object with id and extension");
	open_tag(writer, child->name);
	const struct hs_json *id = hs_json_get(hs_json_is(shadow, HS_JSON_OBJECT) ? shadow : NULL,
		HS_S("id"));
	if (id)
		add_attribute(writer->out, HS_S("id"), hs_json_text(id));
	if (value && !hs_json_is(value, HS_JSON_NULL))
		add_attribute(writer->out, HS_S("value"), primitive_text(value));
	if (!shadow || hs_json_count(shadow) <= (id ? 1u : 0u)) {
		hs_buf_cstr(writer->out, "/>");
		return HS_OK;
	}
	hs_buf_byte(writer->out, '>');
	writer->depth++;
	status = write_object(writer, shadow, NULL, child->type);
	writer->depth--;
	begin_line(writer);
	close_tag(writer, child->name);
	return status;
}

static enum hs_status write_resource(struct writer *writer, const struct hs_json *resource);

static enum hs_status write_complex(struct writer *writer, const struct child *child,
	const struct hs_json *value)
{
	enum hs_status status;
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return fail_form(writer, child, "an object");
	open_tag(writer, child->name);
	bool wrapper = child->type && child->type->kind == HS_DEF_RESOURCE &&
		child->element->child_count == 0;
	size_t attributes = 0;
	if (!wrapper) {
		const struct hs_json *id = hs_json_get(value, HS_S("id"));
		const struct hs_json *url = child->type == writer->extension ?
			hs_json_get(value, HS_S("url")) :
			NULL;
		if (id)
			add_attribute(writer->out, HS_S("id"), hs_json_text(id));
		if (url)
			add_attribute(writer->out, HS_S("url"), hs_json_text(url));
		attributes = (id ? 1u : 0u) + (url ? 1u : 0u);
	}
	if (hs_json_count(value) == attributes) {
		hs_buf_cstr(writer->out, "/>");
		return HS_OK;
	}
	hs_buf_byte(writer->out, '>');
	writer->depth++;
	status = wrapper ? write_resource(writer, value) :
			   write_object(writer, value, child->element, child->type);
	writer->depth--;
	begin_line(writer);
	close_tag(writer, child->name);
	return status;
}

static enum hs_status write_one(struct writer *writer, const struct child *child, const struct hs_json *value,
	const struct hs_json *shadow)
{
	if (child->type && child->type->code == HS_PRIM_XHTML && hs_json_is(value, HS_JSON_STRING)) {
		write_narrative(writer, hs_json_text(value));
		return HS_OK;
	}
	if (child->type && child->type->kind == HS_DEF_PRIMITIVE)
		return write_primitive(writer, child, value, shadow);
	if (shadow)
		return fail_form(writer, child, "without a member '_' of its name");
	return write_complex(writer, child, value);
}

static enum hs_status write_child(struct writer *writer, const struct child *child)
{
	enum hs_status status = HS_OK;
	bool many = child->element->max > 1;
	if (!many)
		return write_one(writer, child, child->value, child->shadow);
	if ((child->value && !hs_json_is(child->value, HS_JSON_ARRAY)) ||
		(child->shadow && !hs_json_is(child->shadow, HS_JSON_ARRAY)))
		return fail_form(writer, child, "an array");
	const struct hs_json *value = hs_json_first(child->value);
	const struct hs_json *shadow = hs_json_first(child->shadow);
	while (!status && (value || shadow)) {
		status = write_one(writer, child, value, shadow);
		value = value ? hs_json_next(value) : NULL;
		shadow = shadow ? hs_json_next(shadow) : NULL;
	}
	return status;
}

/* ---- objects ---- */

static bool is_attribute(const struct writer *writer, const struct hs_def_type *type, struct hs_slice name)
{
	if (type && type->kind == HS_DEF_RESOURCE)
		return false;
	return hs_slice_eq(name, HS_S("id")) || (type == writer->extension && hs_slice_eq(name, HS_S("url")));
}

/* The member's place in `children`, which is sorted by definition; the two of a primitive share one. */
static bool add_child(struct child *children, size_t *count, const struct child *fresh)
{
	size_t at = *count;
	for (size_t i = *count; i > 0 && children[i - 1].element >= fresh->element; i--) {
		if (hs_slice_eq(children[i - 1].name, fresh->name)) {
			if (fresh->value)
				children[i - 1].value = fresh->value;
			else
				children[i - 1].shadow = fresh->shadow;
			return true;
		}
		if (children[i - 1].element > fresh->element)
			at = i - 1;
	}
	if (*count == MEMBERS_MAX)
		return false;
	memmove(&children[at + 1], &children[at], (*count - at) * sizeof(*children));
	children[at] = *fresh;
	++*count;
	return true;
}

static enum hs_status sort_members(struct writer *writer, const struct hs_json *object,
	const struct hs_def_element *element, const struct hs_def_type *type, struct child *children,
	size_t *count)
{
	HS_JSON_EACH(member, object) {
		const struct hs_def_use *use = NULL;
		struct hs_slice name = hs_json_key(member);
		bool resource = type && type->kind == HS_DEF_RESOURCE;
		if ((resource && hs_slice_eq(name, HS_S("resourceType"))) || is_attribute(writer, type, name))
			continue;
		bool shadow = name.len && name.ptr[0] == '_';
		struct child child = { .name = hs_slice_from(name, shadow),
			.value = shadow ? NULL : member,
			.shadow = shadow ? member : NULL };
		child.element = hs_defs_child(writer->defs, element, type, child.name, &use);
		if (!child.element)
			return hs_fail_at(writer->err, HS_E_INVALID, name,
				"there is no element '%.*s' in %.*s; it cannot be written as XML",
				HS_S_ARG(name),
				HS_S_ARG(type ? hs_defs_text(writer->defs, type->name) : HS_S("this part")));
		child.type = use ? hs_defs_type_at(writer->defs, use->type) : NULL;
		if (!add_child(children, count, &child))
			return hs_fail(writer->err, HS_E_LIMIT, "an object has more than %d members",
				MEMBERS_MAX);
	}
	return HS_OK;
}

static enum hs_status write_object(struct writer *writer, const struct hs_json *object,
	const struct hs_def_element *element, const struct hs_def_type *type)
{
	size_t count = 0;
	struct child children[MEMBERS_MAX];
	if (writer->depth > DEPTH_MAX)
		return hs_fail(writer->err, HS_E_LIMIT, "the resource is too deep to be written as XML");
	enum hs_status status = sort_members(writer, object, element, type, children, &count);
	for (size_t i = 0; !status && i < count; i++)
		status = write_child(writer, &children[i]);
	return status;
}

static enum hs_status write_resource(struct writer *writer, const struct hs_json *resource)
{
	struct hs_slice name = hs_json_get_text(resource, HS_S("resourceType"));
	const struct hs_def_type *type = hs_defs_type(writer->defs, name);
	if (!type || type->kind != HS_DEF_RESOURCE)
		return hs_fail(writer->err, HS_E_INVALID,
			"there is no resource type '%.*s'; it cannot be written as XML",
			HS_S_ARG(hs_slice_first(name, 64)));
	if (writer->depth)
		begin_line(writer);
	hs_buf_byte(writer->out, '<');
	hs_buf_add(writer->out, name);
	hs_buf_cstr(writer->out, " xmlns=\"" HS__XML_FHIR "\"");
	if (hs_json_count(resource) == 1) {
		hs_buf_cstr(writer->out, "/>");
		return HS_OK;
	}
	hs_buf_byte(writer->out, '>');
	writer->depth++;
	enum hs_status status = write_object(writer, resource, NULL, type);
	writer->depth--;
	begin_line(writer);
	close_tag(writer, name);
	return status;
}

enum hs_status hs_xml_write(const struct hs_defs *defs, const struct hs_json *resource, unsigned flags,
	struct hs_buf *buf, struct hs_error *err)
{
	struct writer writer = { .defs = defs,
		.out = buf,
		.err = err,
		.extension = hs_defs_type(defs, HS_S("Extension")),
		.pretty = (flags & HS_XML_PRETTY) != 0 };
	hs_buf_cstr(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	if (writer.pretty)
		hs_buf_byte(buf, '\n');
	enum hs_status status = write_resource(&writer, resource);
	if (status == HS_OK && buf->overflow)
		status = hs_fail(err, HS_E_LIMIT, "the resource is too large to be written as XML");
	return status;
}
