/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries that are texts: tokens, strings, URIs and references (R4 sections 3.1.1.4.8 to 3.1.1.4.12).
 */
#include <core/fhir/search/search_private.h>

struct hs_slice hs__extract_text(const struct hs_path_value *value)
{
	if (value->node) {
		if (hs_json_is(value->node, HS_JSON_TRUE))
			return HS_S("true");
		return hs_json_is(value->node, HS_JSON_FALSE) ? HS_S("false") : hs_json_text(value->node);
	}
	switch (value->kind) {
	case HS_PATH_BOOLEAN:
		return value->boolean ? HS_S("true") : HS_S("false");
	case HS_PATH_DECIMAL:
	case HS_PATH_STRING:
	case HS_PATH_DATE:
	case HS_PATH_DATETIME:
	case HS_PATH_TIME:
		return value->text;
	default:
		return HS_S_NONE;
	}
}

/* ---- strings ---- */

static void add_string(struct hs__extract *x, uint32_t param, struct hs_slice text)
{
	struct hs_index_row *row = text.len && param ? hs__extract_row(x, HS_INDEX_STRING) : NULL;
	if (!row)
		return;
	row->param = param;
	row->text = hs_search_fold(x->arena, text);
	row->exact = text;
}

static void add_member(struct hs__extract *x, const struct hs_json *object, struct hs_slice name)
{
	const struct hs_json *member = hs_json_get(object, name);
	if (!hs_json_is(member, HS_JSON_ARRAY)) {
		add_string(x, x->param, hs_json_text(member));
		return;
	}
	HS_JSON_EACH(item, member)
		add_string(x, x->param, hs_json_text(item));
}

static void add_members(struct hs__extract *x, const struct hs_json *object, const char *const *names)
{
	for (; *names; names++)
		add_member(x, object, hs_slice_cstr(*names));
}

void hs__extract_string(struct hs__extract *x, const struct hs_path_value *value)
{
	static const char *const name_parts[] = { "text", "family", "given", "prefix", "suffix", NULL };
	static const char *const address_parts[] = { "text", "line", "city", "district", "state",
		"postalCode", "country", NULL };
	static const char *const concept_parts[] = { "text", NULL };
	const struct hs__search_types *types = &x->rules->types;
	if (value->type && value->type == types->name)
		add_members(x, value->node, name_parts);
	else if (value->type && value->type == types->address)
		add_members(x, value->node, address_parts);
	else if (value->type && value->type == types->codeable)
		add_members(x, value->node, concept_parts);
	else
		add_string(x, x->param, hs__extract_text(value));
}

void hs__extract_uri(struct hs__extract *x, const struct hs_path_value *value)
{
	struct hs_slice text = hs__extract_text(value);
	struct hs_index_row *row = text.len ? hs__extract_row(x, HS_INDEX_URI) : NULL;
	if (row)
		row->text = text;
}

/* ---- tokens ---- */

static void add_token_row(struct hs__extract *x, uint32_t param, struct hs_slice system, struct hs_slice code)
{
	struct hs_index_row *row = hs__extract_row(x, HS_INDEX_TOKEN);
	if (!row)
		return;
	row->param = param;
	row->system = system;
	row->text = code;
}

/* A value of a Swedish number series stands there a second time in its one form, when it was sent in another:
 * parse_token brings queries to that form, so that a unit is found by any system and way of writing. */
static void add_token(struct hs__extract *x, uint32_t param, struct hs_slice system, struct hs_slice code)
{
	struct hs_slice one_system = system, one_code = code;
	add_token_row(x, param, system, code);
	hs__search_one_form(x->arena, &one_system, &one_code);
	if (!hs_slice_eq(one_system, system) || !hs_slice_eq(one_code, code))
		add_token_row(x, param, one_system, one_code);
}

/* The number of displays and texts, asked for when there is one. */
static uint32_t text_param(struct hs__extract *x)
{
	if (x->text_param == HS__EXTRACT_ASK)
		x->text_param = hs__search_param_number(x->numbers, x->rule->text_name);
	return x->text_param;
}

static void add_display(struct hs__extract *x, struct hs_slice text)
{
	if (text.len)
		add_string(x, text_param(x), text);
}

static void add_coding(struct hs__extract *x, const struct hs_json *coding)
{
	struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
	struct hs_slice system = hs_json_get_text(coding, HS_S("system"));
	if (code.len || system.len)
		add_token(x, x->param, system, code);
	add_display(x, hs_json_get_text(coding, HS_S("display")));
}

static void add_concept(struct hs__extract *x, const struct hs_json *concept)
{
	const struct hs_json *codings = hs_json_get(concept, HS_S("coding"));
	struct hs_slice text = hs_json_get_text(concept, HS_S("text"));
	HS_JSON_EACH(coding, codings)
		add_coding(x, coding);
	/* A concept that is text only is still there, for :missing. */
	if (text.len && hs_json_count(codings) == 0)
		add_token(x, x->param, HS_S_NONE, HS_S_NONE);
	add_display(x, text);
}

/* A token row of an Identifier under `param`. */
static void extract_identifier(struct hs__extract *x, uint32_t param, const struct hs_json *identifier)
{
	struct hs_slice value = hs_json_get_text(identifier, HS_S("value"));
	struct hs_slice system = hs_json_get_text(identifier, HS_S("system"));
	if (param && (value.len || system.len))
		add_token(x, param, system, value);
}

/* For :of-type: the codes of the identifier's type, each with the value (R4 section 3.1.1.4.10). */
static void add_typed(struct hs__extract *x, const struct hs_json *identifier)
{
	const struct hs_json *type = hs_json_get(identifier, HS_S("type"));
	struct hs_slice value = hs_json_get_text(identifier, HS_S("value"));

	HS_JSON_EACH(coding, value.len ? hs_json_get(type, HS_S("coding")) : NULL) {
		if (x->of_type_param == HS__EXTRACT_ASK)
			x->of_type_param = hs__search_param_number(x->numbers, x->rule->of_type_name);
		if (x->of_type_param)
			add_token_row(x, x->of_type_param, hs_json_get_text(coding, HS_S("system")),
				hs_arena_printf(x->arena, "%.*s|%.*s",
					HS_S_ARG(hs_json_get_text(coding, HS_S("code"))), HS_S_ARG(value)));
	}
	add_display(x, hs_json_get_text(type, HS_S("text")));
}

/* A code has the system that its required binding says. */
static void add_primitive(struct hs__extract *x, const struct hs_path_value *value)
{
	struct hs_slice text = hs__extract_text(value);
	if (text.len)
		add_token(x, x->param,
			value->element ? hs_defs_code_system(x->rules->defs, value->element, text) :
					 HS_S_NONE,
			text);
}

void hs__extract_token(struct hs__extract *x, const struct hs_path_value *value)
{
	const struct hs__search_types *types = &x->rules->types;
	if (!hs_json_is(value->node, HS_JSON_OBJECT)) {
		add_primitive(x, value);
	} else if (value->type == types->codeable) {
		add_concept(x, value->node);
	} else if (value->type == types->coding) {
		add_coding(x, value->node);
	} else if (value->type == types->identifier) {
		extract_identifier(x, x->param, value->node);
		add_typed(x, value->node);
	} else if (value->type == types->contact) {
		struct hs_slice text = hs_json_get_text(value->node, HS_S("value"));
		struct hs_slice system = hs_json_get_text(value->node, HS_S("system"));
		/* A token has no system there (R4 search, section 3.1.1.4.10); that of the contact is taken
		 * too. */
		if (text.len && system.len)
			add_token(x, x->param, system, text);
		if (text.len)
			add_token(x, x->param, HS_S_NONE, text);
	} else if (value->type == types->codeable_reference && value->type) {
		add_concept(x, hs_json_get(value->node, HS_S("concept")));
	}
}

/* ---- references ---- */

struct hs__search_target hs__search_target(const struct hs_numbering *numbers, struct hs_arena *arena,
	const struct hs_reference *reference, struct hs_slice text, struct hs_slice base)
{
	struct hs__search_target out = { 0, text };
	if (!reference->type.len || !reference->id.len)
		return out;
	if (!reference->base.len || hs_slice_eq(reference->base, base)) {
		out.type = numbers->number(numbers->arg, HS_SPACE_TYPE, reference->type);
		out.text = out.type ? reference->id :
				      hs_arena_printf(arena, "%.*s/%.*s", HS_S_ARG(reference->type),
					      HS_S_ARG(reference->id));
		return out;
	}
	if (reference->version.len) /* the version is no part of what is referred to */
		out.text = hs_arena_printf(arena, "%.*s/%.*s/%.*s", HS_S_ARG(reference->base),
			HS_S_ARG(reference->type), HS_S_ARG(reference->id));
	return out;
}

static void add_reference_text(struct hs__extract *x, struct hs_slice text)
{
	struct hs_reference reference;
	struct hs__search_target target = { 0, text };
	if (!text.len)
		return;
	if (hs_reference_parse(text, &reference)) {
		if (reference.query.len)
			return; /* a condition points nowhere */
		if (reference.is_fragment)
			target.type = hs__search_contained_type(x->numbers, x->resource,
				hs_slice_from(text, 1));
		else
			target = hs__search_target(x->numbers, x->arena, &reference, text, x->base);
		if (reference.is_fragment && !target.type)
			return;
		target.type |= reference.is_fragment ? HS_TYPE_CONTAINED : 0;
	}
	struct hs_index_row *row = hs__extract_row(x, HS_INDEX_REFERENCE);
	if (!row)
		return;
	row->target_type = target.type;
	row->text = target.text;
}

static void add_reference(struct hs__extract *x, const struct hs_json *reference)
{
	const struct hs_json *identifier = hs_json_get(reference, HS_S("identifier"));
	add_reference_text(x, hs_json_get_text(reference, HS_S("reference")));
	if (identifier && x->identifier_param == HS__EXTRACT_ASK)
		x->identifier_param = hs__search_param_number(x->numbers, x->rule->identifier_name);
	extract_identifier(x, x->identifier_param, identifier);
}

/* A canonical is found by its URL with and without its version. */
static void add_canonical(struct hs__extract *x, struct hs_slice text)
{
	size_t bar = hs_slice_find(text, '|', 0);
	add_reference_text(x, text);
	if (bar != SIZE_MAX)
		add_reference_text(x, hs_slice_first(text, bar));
}

/* The first resource of a document or message is "referred to" by Bundle.composition and Bundle.message. */
static void add_inline(struct hs__extract *x, const struct hs_json *resource)
{
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	if (type.len && id.len)
		add_reference_text(x, hs_arena_printf(x->arena, "%.*s/%.*s", HS_S_ARG(type), HS_S_ARG(id)));
}

void hs__extract_reference(struct hs__extract *x, const struct hs_path_value *value)
{
	const struct hs__search_types *types = &x->rules->types;
	if (!hs_json_is(value->node, HS_JSON_OBJECT))
		add_canonical(x, hs__extract_text(value));
	else if (value->type == types->codeable_reference && value->type)
		add_reference(x, hs_json_get(value->node, HS_S("reference")));
	else if (value->type == types->reference)
		add_reference(x, value->node);
	else if (hs_json_get(value->node, HS_S("resourceType")))
		add_inline(x, value->node);
}
