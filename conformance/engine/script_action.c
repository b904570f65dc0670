/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one action of a TestScript: an operation or an assertion. */
#include <conformance/engine/script_private.h>

#include <stdio.h>

static const char *const operator_names[HS_OP_COUNT] = { "", "equals", "notEquals", "in", "notIn",
	"greaterThan", "lessThan", "empty", "notEmpty", "contains", "notContains", "eval", "manualEval" };

/* The element that makes an assertion what it is, in the order in which they are looked for. */
static const char *const check_names[HS_CHECK_COUNT] = {
	[HS_CHECK_NONE] = "",
	[HS_CHECK_RESPONSE] = "response",
	[HS_CHECK_RESPONSE_CODE] = "responseCode",
	[HS_CHECK_CONTENT_TYPE] = "contentType",
	[HS_CHECK_HEADER] = "headerField",
	[HS_CHECK_EXPRESSION] = "expression",
	[HS_CHECK_PATH] = "path",
	[HS_CHECK_MINIMUM] = "minimumId",
	[HS_CHECK_NAVIGATION] = "navigationLinks",
	[HS_CHECK_REQUEST_METHOD] = "requestMethod",
	[HS_CHECK_REQUEST_URL] = "requestURL",
	[HS_CHECK_RESOURCE] = "resource",
	[HS_CHECK_PROFILE] = "validateProfileId",
	[HS_CHECK_MANUAL] = "manualEval",
	[HS_CHECK_SUBTEST] = "subtest",
	[HS_CHECK_RULE] = "rule",
};

const char *hs_script_operator_name(enum hs_script_operator op)
{
	return operator_names[op];
}

const char *hs_script_check_name(enum hs_script_check check)
{
	return check_names[check];
}

static struct hs_slice text_of(const struct hs_json *object, const char *name)
{
	return hs_json_get_text(object, hs_slice_cstr(name));
}

static enum hs_status read_headers(struct script_reader *reader, const struct hs_json *item,
	struct hs_script_operation *out, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(item, HS_S("requestHeader"));
	struct hs_pair *headers = hs_arena_array(reader->arena, hs_json_count(list) + 1, sizeof(*headers));
	if (!headers)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(header, list)
		headers[out->header_count++] = (struct hs_pair) { text_of(header, "field"),
			text_of(header, "value") };
	out->headers = headers;
	return HS_OK;
}

static enum hs_status read_operation(struct script_reader *reader, const struct hs_json *item,
	struct hs_script_operation *out, struct hs_error *err)
{
	out->code = text_of(hs_json_get(item, HS_S("type")), "code");
	out->resource = text_of(item, "resource");
	out->accept = text_of(item, "accept");
	out->content_type = text_of(item, "contentType");
	out->method = text_of(item, "method");
	out->params = text_of(item, "params");
	out->url = text_of(item, "url");
	out->request_id = text_of(item, "requestId");
	out->response_id = text_of(item, "responseId");
	out->source_id = text_of(item, "sourceId");
	out->target_id = text_of(item, "targetId");
	out->raw_url = !hs_json_get_bool(item, HS_S("encodeRequestUrl"), true);
	/* A lone origin is how client tests are said; with a destination beside it both ends are named. */
	out->awaits = hs_json_get(item, HS_S("origin")) && !hs_json_get(item, HS_S("destination"));
	hs_json_i64(hs_json_get(item, HS_S("destination")), &out->destination);
	HS_JSON_EACH(extension, hs_json_get(item, HS_S("extension")))
		if (hs_slice_eq(text_of(extension, "url"), HS_S(SCRIPT_EXTENSION "operation-until-done")))
			out->until_done = hs_json_get_bool(extension, HS_S("valueBoolean"), false);
	return read_headers(reader, item, out, err);
}

/* False when there is none of that name. */
static bool read_operator(struct hs_slice name, enum hs_script_operator *out)
{
	*out = HS_OP_ABSENT;
	for (int i = HS_OP_EQUALS; name.len && i < HS_OP_COUNT; i++)
		if (hs_slice_eq(name, hs_slice_cstr(operator_names[i])))
			*out = (enum hs_script_operator)i;
	return !name.len || *out != HS_OP_ABSENT;
}

static enum hs_status read_requirements(struct script_reader *reader, const struct hs_json *item,
	struct hs_script_assert *out, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(item, HS_S("requirement"));
	struct hs_script_requirement *items = hs_arena_array(reader->arena, hs_json_count(list) + 1,
		sizeof(*items));
	if (!items)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(requirement, list) {
		struct hs_script_requirement *to = &items[out->requirement_count++];
		to->key = text_of(requirement, "key");
		to->reference = text_of(requirement, "reference");
		if (!to->reference.len)
			to->reference = text_of(requirement, "linkCanonical");
		if (!to->reference.len)
			to->reference = text_of(requirement, "linkUri");
	}
	out->requirements = items;
	return HS_OK;
}

/* AEGIS's rules and MITRE's subtests: what published scripts say by extension. */
static void read_extensions(const struct hs_json *item, struct hs_script_assert *out)
{
	HS_JSON_EACH(extension, hs_json_get(item, HS_S("extension"))) {
		struct hs_slice url = text_of(extension, "url");
		if (hs_slice_search(url, HS_S("stopTestOnFail")) != SIZE_MAX) {
			out->continues = !hs_json_get_bool(extension, HS_S("valueBoolean"), true);
		} else if (hs_slice_search(url, HS_S("assert-subtest")) != SIZE_MAX) {
			out->check = HS_CHECK_SUBTEST;
			out->extension = extension;
		} else if (out->check == HS_CHECK_NONE &&
			(hs_slice_ends(url, HS_S("-rule")) || hs_slice_ends(url, HS_S("/rule")) ||
				hs_slice_search(url, HS_S("assert-rule")) != SIZE_MAX)) {
			out->check = HS_CHECK_RULE;
			out->extension = extension;
		}
	}
	if (out->check == HS_CHECK_NONE && hs_json_get(item, HS_S("rule"))) {
		out->check = HS_CHECK_RULE; /* as STU3 had it */
		out->extension = hs_json_get(item, HS_S("rule"));
	}
}

static void read_check(const struct hs_json *item, struct hs_script_assert *out)
{
	static const enum hs_script_check order[] = { HS_CHECK_RESPONSE, HS_CHECK_RESPONSE_CODE,
		HS_CHECK_CONTENT_TYPE, HS_CHECK_HEADER, HS_CHECK_EXPRESSION, HS_CHECK_PATH, HS_CHECK_MINIMUM,
		HS_CHECK_REQUEST_METHOD, HS_CHECK_REQUEST_URL, HS_CHECK_RESOURCE, HS_CHECK_PROFILE };

	if (out->check != HS_CHECK_NONE) /* an extension said it */
		out->field = text_of(item, "expression");
	for (size_t i = 0; out->check == HS_CHECK_NONE && i < sizeof(order) / sizeof(order[0]); i++) {
		const struct hs_json *field = hs_json_get(item, hs_slice_cstr(check_names[order[i]]));
		if (field) {
			out->check = order[i];
			out->field = hs_json_text(field);
		}
	}
	if (out->check == HS_CHECK_NONE && hs_json_get(item, HS_S("navigationLinks")))
		out->check = HS_CHECK_NAVIGATION;
	if (out->check == HS_CHECK_NONE && (out->compare_expression.len || out->compare_path.len)) {
		/* R4's own example compares without saying what with: the same place of the source. */
		out->check = out->compare_expression.len ? HS_CHECK_EXPRESSION : HS_CHECK_PATH;
		out->field = out->compare_expression.len ? out->compare_expression : out->compare_path;
	}
	if (out->op == HS_OP_MANUAL)
		out->check = HS_CHECK_MANUAL;
}

static enum hs_status read_assert(struct script_reader *reader, const struct hs_json *item,
	struct hs_script_assert *out, struct hs_error *err)
{
	out->value = text_of(item, "value");
	out->source_id = text_of(item, "sourceId");
	out->compare_id = text_of(item, "compareToSourceId");
	out->compare_expression = text_of(item, "compareToSourceExpression");
	out->compare_path = text_of(item, "compareToSourcePath");
	out->key = text_of(item, "key");
	out->based_on = text_of(item, "evaluateBasedOn");
	out->manual = text_of(item, "defaultManualCompletion");
	out->warning_only = hs_json_get_bool(item, HS_S("warningOnly"), false);
	out->continues = !hs_json_get_bool(item, HS_S("stopTestOnFail"), true);
	out->wants_links = hs_json_get_bool(item, HS_S("navigationLinks"), false);
	read_extensions(item, out);
	read_check(item, out);
	struct hs_slice direction = text_of(item, "direction");
	out->request = direction.len ?
		hs_slice_eq(direction, HS_S("request")) :
		out->check == HS_CHECK_REQUEST_METHOD || out->check == HS_CHECK_REQUEST_URL;
	return read_requirements(reader, item, out, err);
}

enum hs_status hs_script_read_action(struct script_reader *reader, const struct hs_json *item, bool assertion,
	struct hs_script_action *out, struct hs_error *err)
{
	const struct hs_json *body = hs_json_get(item, assertion ? HS_S("assert") : HS_S("operation"));
	uint32_t column = 0;

	hs_json_position(reader->text, item, &out->line, &column);
	if (assertion && !read_operator(text_of(body, "operator"), &out->u.assertion.op))
		out->fault = hs_arena_printf(reader->arena,
			"there is no operator \"%.*s\"; the specification has equals, notEquals, in, notIn, "
			"greaterThan, lessThan, empty, notEmpty, contains, notContains, eval and manualEval",
			HS_S_ARG(hs_slice_first(text_of(body, "operator"), 64)));
	out->label = text_of(body, "label");
	out->description = text_of(body, "description");
	out->id = out->label.len ? out->label : text_of(item, "id");
	out->is_assert = assertion;
	enum hs_status status = assertion ? read_assert(reader, body, &out->u.assertion, err) :
					    read_operation(reader, body, &out->u.operation, err);
	if (status) {
		err->line = out->line;
		err->column = column;
	}
	return status;
}
