/* SPDX-License-Identifier: Apache-2.0 */
/* Compares an operation with the CapabilityStatement: what a system does not declare it is not blamed for. */
#include <conformance/engine/stage.h>

struct interaction {
	struct hs_slice code;                /* of the operation */
	struct hs_slice type, instance, all; /* of CapabilityStatement.rest.resource and, last, of rest */
};

static const struct interaction interactions[] = {
	{ HS_S_INIT("read"), HS_S_INIT("read"), HS_S_INIT("read"), HS_S_INIT("") },
	{ HS_S_INIT("vread"), HS_S_INIT("vread"), HS_S_INIT("vread"), HS_S_INIT("") },
	{ HS_S_INIT("update"), HS_S_INIT("update"), HS_S_INIT("update"), HS_S_INIT("") },
	{ HS_S_INIT("updateCreate"), HS_S_INIT("update"), HS_S_INIT("update"), HS_S_INIT("") },
	{ HS_S_INIT("patch"), HS_S_INIT("patch"), HS_S_INIT("patch"), HS_S_INIT("") },
	{ HS_S_INIT("delete"), HS_S_INIT("delete"), HS_S_INIT("delete"), HS_S_INIT("") },
	{ HS_S_INIT("create"), HS_S_INIT("create"), HS_S_INIT("create"), HS_S_INIT("") },
	{ HS_S_INIT("search"), HS_S_INIT("search-type"), HS_S_INIT("search-type"),
		HS_S_INIT("search-system") },
	{ HS_S_INIT("history"), HS_S_INIT("history-type"), HS_S_INIT("history-instance"),
		HS_S_INIT("history-system") },
	{ HS_S_INIT("batch"), HS_S_INIT(""), HS_S_INIT(""), HS_S_INIT("batch") },
	{ HS_S_INIT("transaction"), HS_S_INIT(""), HS_S_INIT(""), HS_S_INIT("transaction") },
};

static const struct hs_json *server_part(const struct hs_json *capability)
{
	HS_JSON_EACH(rest, hs_json_get(capability, HS_S("rest")))
		if (hs_slice_eq(hs_json_get_text(rest, HS_S("mode")), HS_S("server")))
			return rest;
	return NULL;
}

static const struct hs_json *with_text(const struct hs_json *list, struct hs_slice name, struct hs_slice text)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, name), text))
			return item;
	return NULL;
}

static bool declares(const struct hs_json *part, struct hs_slice code)
{
	return with_text(hs_json_get(part, HS_S("interaction")), HS_S("code"), code) != NULL;
}

static bool has_header(const struct hs_script_operation *operation, struct hs_slice name)
{
	for (size_t i = 0; i < operation->header_count; i++)
		if (hs_slice_ieq(operation->headers[i].name, name))
			return true;
	return false;
}

/* Conditional forms have marks of their own; false is the default of all of them. */
static struct hs_slice undeclared_condition(struct hs_arena *arena, const struct hs_json *resource,
	const struct hs_script_operation *operation)
{
	struct hs_slice mark = HS_S_NONE;

	if (hs_slice_eq(operation->code, HS_S("create")) && has_header(operation, HS_S("If-None-Exist")))
		mark = HS_S("conditionalCreate");
	else if (hs_slice_starts(operation->code, HS_S("update")) &&
		hs_slice_starts(operation->params, HS_S("?")))
		mark = HS_S("conditionalUpdate");
	if (mark.len && !hs_json_get_bool(resource, mark, false))
		return hs_arena_printf(arena, "%.*s is not true for %.*s in the CapabilityStatement",
			HS_S_ARG(mark), HS_S_ARG(operation->resource));
	if (hs_slice_starts(operation->code, HS_S("delete")) &&
		hs_slice_starts(operation->params, HS_S("?"))) {
		struct hs_slice level = hs_json_get_text(resource, HS_S("conditionalDelete"));
		if (!level.len || hs_slice_eq(level, HS_S("not-supported")))
			return hs_arena_printf(arena,
				"conditionalDelete of %.*s is not in the CapabilityStatement",
				HS_S_ARG(operation->resource));
	}
	return HS_S_NONE;
}

static struct hs_slice undeclared_operation(struct hs_arena *arena, const struct hs_json *rest,
	const struct hs_json *resource, const struct hs_script_operation *operation)
{
	struct hs_slice name = operation->code;

	if (hs_slice_starts(name, HS_S("$")))
		name = hs_slice_from(name, 1);
	if (with_text(hs_json_get(rest, HS_S("operation")), HS_S("name"), name) ||
		with_text(hs_json_get(resource, HS_S("operation")), HS_S("name"), name))
		return HS_S_NONE;
	return hs_arena_printf(arena, "the CapabilityStatement does not declare the operation $%.*s%s%.*s",
		HS_S_ARG(name), operation->resource.len ? " of " : "", HS_S_ARG(operation->resource));
}

static const struct interaction *find_interaction(struct hs_slice code)
{
	for (size_t i = 0; i < sizeof(interactions) / sizeof(interactions[0]); i++)
		if (hs_slice_eq(interactions[i].code, code))
			return &interactions[i];
	return NULL;
}

struct hs_slice hs_test_undeclared(struct hs_arena *arena, const struct hs_json *capability,
	const struct hs_script_operation *operation)
{
	const struct hs_json *rest = server_part(capability), *resource;
	const struct interaction *known = find_interaction(operation->code);
	bool instance = operation->target_id.len || hs_slice_starts(operation->params, HS_S("/"));
	struct hs_slice code = operation->code;

	/* By url, or to another system, or something that needs no declaration: nothing to compare with. */
	if (!rest || operation->url.len || !code.len || operation->awaits || operation->destination > 1 ||
		hs_slice_eq(code, HS_S("capabilities")) || hs_slice_eq(code, HS_S("metadata")) ||
		hs_slice_eq(code, HS_S("conformance")) || hs_slice_eq(code, HS_S("get")))
		return HS_S_NONE;
	if (hs_slice_starts(code, HS_S("deleteCond")))
		known = find_interaction(HS_S("delete"));
	resource = with_text(hs_json_get(rest, HS_S("resource")), HS_S("type"), operation->resource);
	if (operation->resource.len && !resource)
		return hs_arena_printf(arena, "the CapabilityStatement does not declare the type %.*s",
			HS_S_ARG(operation->resource));
	if (!known)
		return undeclared_operation(arena, rest, resource, operation);
	struct hs_slice wanted = !operation->resource.len ? known->all :
		instance                                  ? known->instance :
							    known->type;
	if (!wanted.len)
		return HS_S_NONE; /* its type is known only when it is sent */
	if (!declares(operation->resource.len ? resource : rest, wanted))
		return hs_arena_printf(arena, "the CapabilityStatement does not declare %.*s%s%.*s",
			HS_S_ARG(wanted), operation->resource.len ? " for " : "",
			HS_S_ARG(operation->resource));
	return resource ? undeclared_condition(arena, resource, operation) : HS_S_NONE;
}
