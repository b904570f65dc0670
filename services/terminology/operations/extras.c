/* SPDX-License-Identifier: Apache-2.0 */
/* dependsOn and product of a mapping (R4 section 4.10, ConceptMap.group.element.target; R5 likewise): R4 says
 * property, system and value, R5 attribute and value[x]. A question says what it knows of such attributes as
 * `dependency`, with element and concept or with attribute and value. In R5 a value set may stand in the
 * place of the value: any of its codes is meant. */
#include "extras.h"

#include "../compile/tree.h"
#include "operations.h"

/* One attribute, whichever release wrote it. */
struct extra {
	struct hs_slice attribute; /* as written: R4's URI, R5's code */
	struct hs_slice uri;       /* what it means */
	struct hs_slice system, code, display;
	struct hs_slice set;        /* canonical of a value set instead of a value */
	const struct hs_json *tree; /* its value as it stands; NULL: code, of `system` if there is one */
};

static struct hs_slice either(const struct hs_json *object, struct hs_slice a, struct hs_slice b)
{
	struct hs_slice text = hs_json_get_text(object, a);

	return text.len ? text : hs_json_get_text(object, b);
}

static const struct hs_json *value_of(const struct hs_json *item)
{
	HS_JSON_EACH(member, item)
		if (hs_slice_starts(hs_json_key(member), HS_S("value")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("valueSet")))
			return member;
	return NULL;
}

static struct extra read_extra(const struct hs_json *item)
{
	const struct hs_json *value = value_of(item);
	struct extra out = { .attribute = either(item, HS_S("attribute"), HS_S("property")),
		.uri = hs_json_get_text(item, HS_S("uri")),
		.system = hs_json_get_text(item, HS_S("system")),
		.display = hs_json_get_text(item, HS_S("display")),
		.set = hs_json_get_text(item, HS_S("valueSet")),
		.code = hs_tx_scalar(value) };

	if (!out.uri.len)
		out.uri = out.attribute;
	if (hs_slice_eq(hs_json_key(value), HS_S("value")))
		return out;
	out.tree = value;
	if (hs_json_is(value, HS_JSON_OBJECT)) {
		out.system = hs_json_get_text(value, HS_S("system"));
		out.code = either(value, HS_S("code"), HS_S("value"));
	}
	return out;
}

static struct hs_json *parse(struct tx_context *ctx, struct hs_slice extras)
{
	struct hs_json *list = NULL;
	struct hs_error ignored;

	return extras.len && hs_json_parse(ctx->arena, extras, NULL, &list, &ignored) == HS_OK ? list : NULL;
}

/* ---- what the question says ---- */

static const struct hs_json *part_of(const struct hs_json *parameter, struct hs_slice name)
{
	HS_JSON_EACH(part, hs_json_get(parameter, HS_S("part")))
		if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), name))
			return hs_tx_value(part);
	return NULL;
}

static bool is_code(struct tx_translate *t, const struct extra *wanted,
	const struct tx_translate_coding *coding)
{
	if (!coding->code.len)
		return false;
	if (wanted->set.len)
		return hs_tx_translate_holds(t, wanted->set, HS_S_NONE, coding);
	return hs_slice_eq(coding->code, wanted->code) &&
		(!coding->system.len || !wanted->system.len || hs_slice_eq(coding->system, wanted->system));
}

static bool is_coding(struct tx_translate *t, const struct extra *wanted, const struct hs_json *coding)
{
	struct tx_translate_coding asked = { .system = hs_json_get_text(coding, HS_S("system")),
		.version = hs_json_get_text(coding, HS_S("version")),
		.code = hs_json_get_text(coding, HS_S("code")) };

	return is_code(t, wanted, &asked);
}

/* `value` is a code, a Coding or a CodeableConcept. */
static bool is_value(struct tx_translate *t, const struct extra *wanted, const struct hs_json *value)
{
	struct tx_translate_coding code = { .code = hs_tx_scalar(value) };

	if (!hs_json_is(value, HS_JSON_OBJECT))
		return is_code(t, wanted, &code);
	HS_JSON_EACH(coding, hs_json_get(value, HS_S("coding")))
		if (is_coding(t, wanted, coding))
			return true;
	return is_coding(t, wanted, value);
}

static bool fits(struct tx_translate *t, const struct extra *wanted)
{
	bool spoken = false;

	HS_JSON_EACH(p, hs_tx_parameters(t->ctx)) {
		if (!hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("dependency")))
			continue;
		struct hs_slice attribute = hs_tx_scalar(part_of(p, HS_S("attribute")));
		if (!attribute.len)
			attribute = hs_tx_scalar(part_of(p, HS_S("element")));
		if (!hs_slice_eq(attribute, wanted->uri) && !hs_slice_eq(attribute, wanted->attribute))
			continue;
		const struct hs_json *value = part_of(p, HS_S("value"));
		if (is_value(t, wanted, value ? value : part_of(p, HS_S("concept"))))
			return true;
		spoken = true;
	}
	return !spoken;
}

bool hs_tx_extras_fit(struct tx_translate *t, struct hs_slice extras)
{
	if (!hs_tx_parameter(t->ctx, HS_S("dependency")))
		return true;
	HS_JSON_EACH(item, parse(t->ctx, extras)) {
		struct extra wanted = read_extra(item);
		if (!fits(t, &wanted))
			return false;
	}
	return true;
}

/* ---- the answer ---- */

static struct hs_json *coding_of(struct hs_arena *arena, const struct extra *extra)
{
	struct hs_json *out = hs_json_object(arena);

	if (extra->system.len)
		hs_json_add_text(arena, out, HS_S("system"), extra->system);
	hs_json_add_text(arena, out, HS_S("code"), extra->code);
	if (extra->display.len)
		hs_json_add_text(arena, out, HS_S("display"), extra->display);
	return out;
}

static void add_r4(struct tx_context *ctx, struct hs_json *parts, const struct extra *extra)
{
	bool coding = extra->tree && hs_slice_eq(hs_json_key(extra->tree), HS_S("valueCoding"));

	hs_tx_add_part(ctx, parts, "element", "valueUri", hs_json_string(ctx->arena, extra->uri));
	if (extra->set.len)
		return; /* R4 has no place for a value set */
	hs_tx_add_part(ctx, parts, "concept", "valueCoding",
		coding ? hs_json_clone(ctx->arena, extra->tree) : coding_of(ctx->arena, extra));
}

static void add_r5(struct tx_context *ctx, struct hs_json *parts, const char *name, const struct extra *extra)
{
	struct hs_arena *arena = ctx->arena;

	hs_tx_add_part(ctx, parts, name, "valueUri", hs_json_string(arena, extra->uri));
	if (extra->set.len)
		hs_tx_add_part(ctx, parts, "value", "valueUri", hs_json_string(arena, extra->set));
	else if (extra->tree)
		hs_tx_add_part(ctx, parts, "value", hs_arena_cstr(arena, hs_json_key(extra->tree)),
			hs_json_clone(arena, extra->tree));
	else if (extra->system.len)
		hs_tx_add_part(ctx, parts, "value", "valueCoding", coding_of(arena, extra));
	else
		hs_tx_add_part(ctx, parts, "value", "valueString", hs_json_string(arena, extra->code));
}

void hs_tx_extras_add(struct tx_context *ctx, struct hs_json *parts, const char *name, struct hs_slice extras)
{
	HS_JSON_EACH(item, parse(ctx, extras)) {
		struct extra extra = read_extra(item);
		struct hs_json *inner = hs_json_array(ctx->arena);
		hs_tx_add_part(ctx, parts, name, "part", inner);
		if (ctx->fhir == HS_FHIR_R5)
			add_r5(ctx, inner, "attribute", &extra);
		else
			add_r4(ctx, inner, &extra);
	}
}

void hs_tx_extras_add_properties(struct tx_context *ctx, struct hs_json *parts, struct hs_slice properties)
{
	if (ctx->fhir != HS_FHIR_R5)
		return; /* R4 has no such part */
	HS_JSON_EACH(item, parse(ctx, properties)) {
		struct extra extra = read_extra(item);
		struct hs_json *inner = hs_json_array(ctx->arena);
		if (!extra.uri.len)
			extra.uri = hs_json_get_text(item, HS_S("code"));
		hs_tx_add_part(ctx, parts, "property", "part", inner);
		add_r5(ctx, inner, "uri", &extra);
	}
}
