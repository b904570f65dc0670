/* SPDX-License-Identifier: Apache-2.0 */
/* Which exchanges a rule touches. */
#include <conformance/mutants/fault.h>

#include <fnmatch.h>
#include <stdio.h>

static bool in_list(struct hs_slice list, struct hs_slice item)
{
	while (list.ptr)
		if (hs_slice_eq(hs_slice_trim(hs_slice_cut(&list, ',')), item))
			return true;
	return false;
}

/* What changes a resource, by its id or by a condition; `otherwise` is what reads. */
static struct hs_slice of_change(struct hs_slice method, struct hs_slice otherwise)
{
	if (hs_slice_eq(method, HS_S("PUT")))
		return HS_S("update");
	if (hs_slice_eq(method, HS_S("PATCH")))
		return HS_S("patch");
	return hs_slice_eq(method, HS_S("DELETE")) ? HS_S("delete") : otherwise;
}

static struct hs_slice of_instance(struct hs_slice method, struct hs_slice third, bool further)
{
	if (hs_slice_eq(third, HS_S("_history")))
		return further ? HS_S("vread") : HS_S("history");
	return third.ptr ? HS_S("other") : of_change(method, HS_S("read"));
}

static struct hs_slice of_type(struct hs_slice method)
{
	return hs_slice_eq(method, HS_S("POST")) ? HS_S("create") : of_change(method, HS_S("search"));
}

struct hs_slice hs__fault_interaction(struct hs_slice method, struct hs_slice path)
{
	struct hs_slice rest = path, first, second, third;

	if (hs_slice_find(path, '$', 0) != SIZE_MAX)
		return HS_S("operation");
	while (hs_slice_ends(rest, HS_S("/")))
		rest.len--;
	if (!rest.len)
		return hs_slice_eq(method, HS_S("POST")) ? HS_S("bundle") : HS_S("search");
	first = hs_slice_cut(&rest, '/');
	second = hs_slice_cut(&rest, '/');
	third = hs_slice_cut(&rest, '/');
	if (hs_slice_eq(first, HS_S("metadata")))
		return HS_S("capabilities");
	if (hs_slice_eq(first, HS_S("_history")) || hs_slice_eq(second, HS_S("_history")))
		return HS_S("history");
	if (hs_slice_eq(first, HS_S("_search")) || hs_slice_eq(second, HS_S("_search")))
		return HS_S("search");
	return second.ptr ? of_instance(method, third, rest.ptr != NULL) : of_type(method);
}

static bool matches(struct hs_arena *arena, const char *glob, struct hs_slice text)
{
	const char *value = glob ? hs_arena_cstr(arena, text) : NULL;
	return !glob || (value && fnmatch(glob, value, 0) == 0);
}

/* The parameters of URL and form as one text, decoded: "family:exact=Strom&_count=2". */
static struct hs_slice query_text(const struct fault_message *request)
{
	struct hs_buf out;

	hs_buf_init(&out, request->arena, 1 << 20);
	for (size_t k = 0; k < 2; k++) {
		const struct fault_params *params = &request->params[k];
		for (size_t i = 0; i < params->count; i++) {
			hs_buf_cstr(&out, out.len ? "&" : "");
			hs_buf_add(&out, params->pairs[i].name);
			hs_buf_byte(&out, '=');
			hs_buf_add(&out, params->pairs[i].value);
		}
	}
	return hs_buf_slice(&out);
}

static bool has_header(const struct hs_fault_rule *rule, const struct fault_message *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		struct hs_slice line = hs_arena_printf(request->arena, "%.*s: %.*s",
			HS_S_ARG(request->headers[i].name), HS_S_ARG(request->headers[i].value));
		if (matches(request->arena, rule->header, line))
			return true;
	}
	return !rule->header;
}

static bool holds(struct hs_path *path, struct fault_message *message)
{
	struct hs_json *tree = path ? hs__fault_tree(message) : NULL;

	if (!path)
		return true;
	if (!tree)
		return false;
	struct hs_path_list found = hs__fault_find(message->arena, path, tree);
	return hs_path_truth(&found) == 1;
}

bool hs__fault_meets_request(const struct hs_fault_rule *rule, struct fault_message *request)
{
	if (rule->interactions.len &&
		!in_list(rule->interactions, hs__fault_interaction(request->method, request->path)))
		return false;
	return matches(request->arena, rule->method, request->method) &&
		matches(request->arena, rule->target, request->path) &&
		(!rule->query || matches(request->arena, rule->query, query_text(request))) &&
		has_header(rule, request) && holds(rule->sent, request);
}

bool hs__fault_meets_answer(const struct hs_fault_rule *rule, struct fault_message *answer)
{
	char exact[16], class[16];

	snprintf(exact, sizeof(exact), "%d", answer->status);
	snprintf(class, sizeof(class), "%dxx", answer->status / 100);
	if (rule->statuses.len && !in_list(rule->statuses, hs_slice_cstr(exact)) &&
		!in_list(rule->statuses, hs_slice_cstr(class)))
		return false;
	return holds(rule->body, answer);
}
