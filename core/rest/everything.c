/* SPDX-License-Identifier: Apache-2.0 */
/* $everything: the operation's parameters as those of a search within a compartment. */
#include <core/rest/everything.h>

#define PARAMS_MAX 50

/* How a parameter of the operation is said to the search. */
static const struct known {
	struct hs_slice name, as, prefix;
} known[] = {
	{ HS_S_INIT("_since"), HS_S_INIT("_lastUpdated"), HS_S_INIT("ge") },
	{ HS_S_INIT("_type"), HS_S_INIT("_type"), HS_S_INIT("") },
	{ HS_S_INIT("_count"), HS_S_INIT("_count"), HS_S_INIT("") },
	{ HS_S_INIT("_cursor"), HS_S_INIT("_cursor"), HS_S_INIT("") },
	{ HS_S_INIT("_elements"), HS_S_INIT("_elements"), HS_S_INIT("") },
	{ HS_S_INIT("_summary"), HS_S_INIT("_summary"), HS_S_INIT("") },
	{ HS_S_INIT("_format"), HS_S_INIT("_format"), HS_S_INIT("") },
	{ HS_S_INIT("_pretty"), HS_S_INIT("_pretty"), HS_S_INIT("") },
};

/* A Parameters resource as pairs; repeated ones (_type) as a list. */
static enum hs_status read_body(struct hs_arena *arena, struct hs_slice body, struct hs_pair *pairs,
	size_t *count, struct hs_error *err)
{
	struct hs_json *tree = NULL;
	enum hs_status status = hs_json_parse(arena, body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	if (!hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Parameters")))
		return hs_fail_at(err, HS_E_INVALID, HS_S("resourceType"),
			"$everything is sent a Parameters resource");
	HS_JSON_EACH(item, hs_json_get(tree, HS_S("parameter"))) {
		struct hs_pair pair = { .name = hs_json_get_text(item, HS_S("name")) };
		HS_JSON_EACH(member, item)
			if (hs_slice_starts(hs_json_key(member), HS_S("value")))
				pair.value = hs_json_text(member);
		if (*count == PARAMS_MAX)
			return hs_fail(err, HS_E_LIMIT, "$everything takes at most %d parameters",
				PARAMS_MAX);
		pairs[(*count)++] = pair;
	}
	return HS_OK;
}

static enum hs_status take(struct hs_arena *arena, const struct hs_pair *pair, struct hs__rest_call *call,
	struct hs_pair *out, size_t *count, struct hs_error *err)
{
	if (hs_slice_eq(pair->name, HS_S("start"))) {
		call->care.start = pair->value;
		return HS_OK;
	}
	if (hs_slice_eq(pair->name, HS_S("end"))) {
		call->care.end = pair->value;
		return HS_OK;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (!hs_slice_eq(pair->name, known[i].name))
			continue;
		for (size_t k = 0; k < *count; k++) {
			if (!hs_slice_eq(out[k].name, known[i].as))
				continue;
			out[k].value = hs_arena_printf(arena, "%.*s,%.*s", HS_S_ARG(out[k].value),
				HS_S_ARG(pair->value));
			return HS_OK;
		}
		out[(*count)++] = (struct hs_pair) { known[i].as,
			hs_arena_printf(arena, "%.*s%.*s", HS_S_ARG(known[i].prefix),
				HS_S_ARG(pair->value)) };
		return HS_OK;
	}
	return hs_fail(err, HS_E_NOT_SUPPORTED,
		"$everything has no parameter '%.*s'; it has start, end, _since, _type and _count",
		HS_S_ARG(hs_slice_first(pair->name, 64)));
}

/* As the links of the answer carry it. */
static struct hs_slice written(struct hs_arena *arena, const struct hs_pair *pairs, size_t count)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 8192);
	for (size_t i = 0; i < count; i++) {
		if (hs_slice_eq(pairs[i].name, HS_S("_cursor")))
			continue;
		hs_buf_cstr(&buf, buf.len ? "&" : "");
		hs__rest_percent(&buf, pairs[i].name);
		hs_buf_byte(&buf, '=');
		hs__rest_percent(&buf, pairs[i].value);
	}
	return buf.overflow || !buf.len ? HS_S_NONE : hs_buf_slice(&buf);
}

enum hs_status hs__rest_everything(struct hs_arena *arena, struct hs_slice body, struct hs__rest_call *call,
	struct hs_error *err)
{
	struct hs_pair *given = hs_arena_array(arena, PARAMS_MAX, sizeof *given);
	struct hs_pair *out = hs_arena_array(arena, PARAMS_MAX + 3, sizeof *out);
	size_t given_count = 0, count = 0;
	if (!given || !out || call->query_count > PARAMS_MAX)
		return hs_fail(err, HS_E_LIMIT, "$everything takes at most %d parameters", PARAMS_MAX);
	if (call->query_count > 0)
		memcpy(given, call->query, call->query_count * sizeof *given);
	given_count = call->query_count;
	enum hs_status status = body.len ? read_body(arena, body, given, &given_count, err) : HS_OK;
	for (size_t i = 0; status == HS_OK && i < given_count; i++)
		status = take(arena, &given[i], call, out, &count, err);
	if (status != HS_OK)
		return status;
	call->self = written(arena, given, given_count);
	out[count++] = (struct hs_pair) { HS_S("_include"), HS_S("*") };
	call->query = out;
	call->query_count = count;
	return HS_OK;
}

/* The parameter that says when care was given, under the names that the types have for it. */
static struct hs_slice date_of(const struct hs__rest_env *env, struct hs_slice type)
{
	static const struct hs_slice names[] = { HS_S_INIT("date"), HS_S_INIT("period"),
		HS_S_INIT("authored"), HS_S_INIT("authoredon"), HS_S_INIT("effective-time"),
		HS_S_INIT("effective"), HS_S_INIT("whenhandedover"), HS_S_INIT("onset-date"),
		HS_S_INIT("created"), HS_S_INIT("sent"), HS_S_INIT("issued") };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct hs_def_param *param = hs_defs_param(env->rest->config.defs, type, names[i]);
		if (param && param->type == HS_PARAM_DATE)
			return names[i];
	}
	return HS_S_NONE;
}

enum hs_status hs__rest_everything_of(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs_error *err)
{
	struct hs_slice date = date_of(env, call->type->name);
	struct hs_pair *pairs = hs_arena_array(arena, call->query_count + 2, sizeof *pairs);
	bool owner = hs_slice_eq(call->type->name, call->compartment.owner);
	if (!pairs)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	memcpy(pairs, call->query, call->query_count * sizeof *pairs);
	if (date.len && !owner && call->care.start.len)
		pairs[call->query_count++] = (struct hs_pair) { date,
			hs_arena_printf(arena, "ge%.*s", HS_S_ARG(call->care.start)) };
	if (date.len && !owner && call->care.end.len)
		pairs[call->query_count++] = (struct hs_pair) { date,
			hs_arena_printf(arena, "le%.*s", HS_S_ARG(call->care.end)) };
	call->query = pairs;
	return HS_OK;
}
