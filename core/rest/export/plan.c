/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the plan of an export from the parameters of its kick-off. */
#include <core/rest/export/plan.h>

#include <core/base/heap.h>
#include <handslag/time.h>

#define PLAN_MAX ((size_t)256 << 20)
#define FILTERS_MAX 100u /* of one type */
#define IGNORED_MAX 200u

/* ---- what is not supported: refused, or with lenient handling left out and told ---- */

static enum hs_status refuse(struct hs__export_making *m, struct hs_slice name, struct hs_slice value,
	const char *why, struct hs_error *err)
{
	struct hs_rest_export *plan = m->plan;
	struct hs_slice text = hs_arena_printf(plan->arena, "%.*s=%.*s: %s", HS_S_ARG(name),
		HS_S_ARG(hs_slice_first(value, 100)), why);

	if (!m->ask->lenient)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "%.*s", HS_S_ARG(text));
	if (plan->ignored_count < IGNORED_MAX)
		plan->ignored[plan->ignored_count++] = text;
	return HS_OK;
}

/* ---- types ---- */

static struct hs__export_type *chosen(const struct hs_rest_export *plan, const struct hs__rest_type *type)
{
	for (size_t i = 0; i < plan->type_count; i++)
		if (plan->types[i].type == type)
			return &plan->types[i];
	return NULL;
}

static void choose(struct hs_rest_export *plan, const struct hs__rest_type *type)
{
	if (!chosen(plan, type))
		plan->types[plan->type_count++] = (struct hs__export_type) { .type = type,
			.is_patient = hs_slice_eq(type->name, HS_S("Patient")) };
}

static enum hs_status take_types(struct hs__export_making *m, struct hs_slice list, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	while (list.ptr && status == HS_OK) {
		struct hs_slice name = hs_slice_trim(hs_slice_cut(&list, ','));
		const struct hs__rest_type *type = hs__rest_type(m->plan->env.rest, name);
		m->typed = true;
		if (!type)
			status = refuse(m, HS_S("_type"), name, "no resource type that is served here", err);
		else if (m->ask->level == HS_EXPORT_TYPE && !hs_slice_eq(name, m->ask->type))
			status = refuse(m, HS_S("_type"), name, "the URL says another type", err);
		else
			choose(m->plan, type);
	}
	return status;
}

static enum hs_status choose_by_level(struct hs__export_making *m, struct hs_error *err)
{
	const struct hs_rest *rest = m->plan->env.rest;
	const struct hs__rest_type *type = hs__rest_type(rest, m->ask->type);

	if (m->typed)
		return HS_OK;
	if (m->ask->level == HS_EXPORT_TYPE && !type)
		return hs_fail(err, HS_E_NOT_FOUND, "resource type '%.*s' is not served here",
			HS_S_ARG(hs_slice_first(m->ask->type, 64)));
	if (m->ask->level == HS_EXPORT_TYPE)
		choose(m->plan, type);
	for (size_t i = 0; m->ask->level != HS_EXPORT_TYPE && i < rest->type_count; i++)
		if (rest->types[i].row)
			choose(m->plan, &rest->types[i]);
	return HS_OK;
}

/* ---- _typeFilter ---- */

/* Conditions that need other resources would have to see these as they were at the plan's commit. */
static bool looks_elsewhere(const struct hs_find *find)
{
	if (!find)
		return false;
	bool found = find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;
	for (size_t i = 0; !found && i < find->kid_count; i++)
		found = looks_elsewhere(find->kids[i]);
	return found;
}

static enum hs_status take_filter(struct hs__export_making *m, struct hs_slice text, struct hs_error *err)
{
	struct hs_rest_export *plan = m->plan;
	struct hs_slice name = HS_S("_typeFilter"), query = text, type_name = hs_slice_cut(&query, '?');
	struct hs__rest_call call = { .interaction = HS_DO_SEARCH_TYPE,
		.type = hs__rest_type(plan->env.rest, type_name),
		.strict = true };
	struct hs_search search = { 0 };
	struct hs_error why;

	if (!call.type || !query.ptr)
		return refuse(m, name, text, "it is TYPE?SEARCH, such as Patient?gender=female", err);
	struct hs__export_type *type = chosen(plan, call.type);
	if (!type)
		return refuse(m, name, text, "its type is not among those that are exported", err);
	enum hs_status status = hs__rest_query(plan->arena, query, &call.query, &call.query_count, &why);
	if (status == HS_OK)
		status = hs__rest_search_sets(&plan->env, plan->arena, &call, &why);
	if (status == HS_OK && call.set_count == 0)
		status = hs__rest_search_parse(&plan->env, plan->arena, &call, &search, &why);
	if (status != HS_OK)
		return refuse(m, name, text, why.text, err);
	if (call.set_count > 0 || looks_elsewhere(search.where))
		return refuse(m, name, text,
			"chains, _has and conditions that ask the terminology cannot be used in an export",
			err);
	if (search.include_count || search.revinclude_count || search.sort_count || search.count_given)
		return refuse(m, name, text,
			"_include, _revinclude, _sort and _count say nothing in an export", err);
	if (type->filter_count == FILTERS_MAX)
		return refuse(m, name, text, "there are too many of them", err);
	if (!type->filters)
		type->filters = hs_arena_array(plan->arena, FILTERS_MAX, sizeof(*type->filters));
	if (!type->filters)
		return hs_fail(err, HS_E_LIMIT, "the export has too many parameters");
	type->filters[type->filter_count++] = search.where;
	return HS_OK;
}

/* Does a filter begin here, rather than another value of the one before? */
static bool begins_filter(const struct hs_rest_export *plan, struct hs_slice text)
{
	size_t mark = hs_slice_find(text, '?', 0);

	return mark != SIZE_MAX && hs__rest_type(plan->env.rest, hs_slice_first(text, mark));
}

/* Version 2 separates several by commas, version 3 repeats the parameter. */
static enum hs_status take_filters(struct hs__export_making *m, struct hs_slice text, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	while (text.len && status == HS_OK) {
		size_t end = hs_slice_find(text, ',', 0);
		while (end != SIZE_MAX && !begins_filter(m->plan, hs_slice_from(text, end + 1)))
			end = hs_slice_find(text, ',', end + 1);
		status = take_filter(m, hs_slice_first(text, end), err);
		text = end == SIZE_MAX ? HS_S_NONE : hs_slice_from(text, end + 1);
	}
	return status;
}

/* ---- compartments ---- */

/* The parameters that put a type into the compartment; *in: it is there at all. */
static enum hs_status read_links(struct hs__export_making *m, struct hs__export_type *type, bool *in,
	struct hs_error *err)
{
	struct hs_rest_export *plan = m->plan;
	const struct hs_defs *defs = plan->env.rest->config.defs;
	uint32_t count = 0;
	const struct hs_image_text *params = hs_defs_compartment(defs, HS_S("Patient"), type->type->name,
		&count);
	uint32_t *links = hs_arena_array(plan->arena, count + 1, sizeof(*links));

	if (!links)
		return hs_fail(err, HS_E_LIMIT, "the export has too many types");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = hs_rest_param_number(plan->env.sandbox, type->type->name,
			hs_defs_text(defs, params[i]));
		if (number)
			links[type->link_count++] = number;
	}
	type->links = links;
	*in = type->is_patient || type->link_count > 0;
	return HS_OK;
}

/* Keeps the types of the compartment; a Group itself goes with neither level. */
static enum hs_status choose_compartment(struct hs__export_making *m, struct hs_error *err)
{
	struct hs_rest_export *plan = m->plan;
	size_t kept = 0;

	if (m->ask->level != HS_EXPORT_PATIENT && m->ask->level != HS_EXPORT_GROUP)
		return HS_OK;
	if (!hs_defs_has_compartment(plan->env.rest->config.defs, HS_S("Patient")))
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the definitions here do not say what belongs to a patient; export the system "
			"instead");
	plan->by_patient = true;
	plan->patient_number = hs_rest_type_number(plan->env.sandbox, HS_S("Patient"));
	for (size_t i = 0; i < plan->type_count; i++) {
		struct hs__export_type type = plan->types[i];
		bool in = false;
		enum hs_status status = read_links(m, &type, &in, err);
		if (status == HS_OK && !in && m->typed)
			status = refuse(m, HS_S("_type"), type.type->name,
				"resources of this type belong to no patient", err);
		if (status != HS_OK)
			return status;
		if (in)
			plan->types[kept++] = type;
	}
	plan->type_count = kept;
	return HS_OK;
}

/* ---- parameters ---- */

static enum hs_status take_time(const struct hs_pair *pair, int64_t *out, struct hs_error *err)
{
	struct hs_time time;
	char text[64];
	size_t len = pair->value.len < sizeof(text) ? pair->value.len : 0;

	/* A plus that was not encoded came as a blank. */
	for (size_t i = 0; i < len; i++)
		text[i] = pair->value.ptr[i] == ' ' ? '+' : pair->value.ptr[i];
	if (!hs_time_is_instant(hs_slice(text, len)) || !hs_time_parse(hs_slice(text, len), 0, &time))
		return hs_fail(err, HS_E_VALUE, "%.*s=%.*s: it is an instant such as 2026-11-21T08:00:00Z",
			HS_S_ARG(pair->name), HS_S_ARG(hs_slice_first(pair->value, 60)));
	*out = time.lo;
	return HS_OK;
}

static enum hs_status check_format(struct hs__export_making *m, const struct hs_pair *pair,
	struct hs_error *err)
{
	static const char *const known[] = { "application/fhir+ndjson", "application/ndjson", "ndjson" };
	struct hs_slice value = hs_slice_trim(pair->value);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (hs_slice_eq(value, hs_slice_cstr(known[i])) ||
			(i == 0 && hs_slice_eq(value, HS_S("application/fhir ndjson")))) /* '+' not encoded */
			return HS_OK;
	return refuse(m, pair->name, value, "the format of exports is application/fhir+ndjson", err);
}

static enum hs_status take_pair(struct hs__export_making *m, const struct hs_pair *pair, struct hs_error *err)
{
	bool patients = m->ask->level == HS_EXPORT_PATIENT || m->ask->level == HS_EXPORT_GROUP;

	if (hs_slice_eq(pair->name, HS_S("_since")))
		return take_time(pair, &m->plan->since_ms, err);
	if (hs_slice_eq(pair->name, HS_S("_until")))
		return take_time(pair, &m->plan->until_ms, err);
	if (hs_slice_eq(pair->name, HS_S("_type")))
		return take_types(m, pair->value, err);
	if (hs_slice_eq(pair->name, HS_S("_outputFormat")))
		return check_format(m, pair, err);
	if (hs_slice_eq(pair->name, HS_S("patient")) && patients)
		return m->ask->level == HS_EXPORT_PATIENT ? hs__export_name_patient(m, pair->value, err) :
							    HS_OK;
	if (hs_slice_eq(pair->name, HS_S("_elements")) || hs_slice_eq(pair->name, HS_S("_typeFilter")) ||
		hs_slice_eq(pair->name, HS_S("_format")) || hs_slice_eq(pair->name, HS_S("_pretty")))
		return HS_OK;
	return refuse(m, pair->name, pair->value, "this parameter is not known for an export", err);
}

static enum hs_status make(struct hs__export_making *m, struct hs_error *err)
{
	enum hs_status status = m->ask->level == HS_EXPORT_GROUP ? hs__export_read_group(m, err) : HS_OK;

	for (size_t i = 0; i < m->param_count && status == HS_OK; i++)
		status = take_pair(m, &m->params[i], err);
	if (status == HS_OK)
		status = hs__export_narrow_group(m, err);
	if (status == HS_OK)
		status = choose_by_level(m, err);
	if (status == HS_OK)
		status = choose_compartment(m, err);
	if (status == HS_OK)
		status = hs__export_few(m->plan, err);
	for (size_t i = 0; i < m->param_count && status == HS_OK; i++)
		if (hs_slice_eq(m->params[i].name, HS_S("_typeFilter")))
			status = take_filters(m, hs_arena_copy(m->plan->arena, m->params[i].value), err);
	if (status == HS_OK)
		status = hs__rest_subset_of(m->plan->arena, m->params, m->param_count, &m->plan->subset, err);
	m->plan->subset.summary = HS_SUMMARY_NONE;
	if (status == HS_OK && hs_arena_full(m->plan->arena))
		status = hs_fail(err, HS_E_LIMIT, "the export has too many parameters");
	return status;
}

enum hs_status hs_rest_export_open(const struct hs_rest_sandbox *sandbox,
	const struct hs_rest_export_ask *ask, struct hs_txn *txn, struct hs_rest_export **out,
	struct hs_error *err)
{
	struct hs_rest_export *plan = hs_heap_alloc(sizeof(*plan));
	struct hs__export_making m = { .plan = plan, .ask = ask, .txn = txn };

	plan->arena = hs_arena_new(PLAN_MAX);
	plan->time_ms = hs_txn_now(txn);
	plan->env = (struct hs__rest_env) { .rest = sandbox->rest,
		.sandbox = sandbox,
		.base = hs_arena_copy(plan->arena, ask->base),
		.now_ms = plan->time_ms };
	plan->seq = ask->seq ? ask->seq : hs_txn_seq(txn);
	plan->since_ms = INT64_MIN;
	plan->until_ms = INT64_MAX;
	plan->types = hs_arena_array(plan->arena, sandbox->rest->type_count + 1, sizeof(*plan->types));
	hs_map_init(&plan->patients, plan->arena);
	/* The texts of parameters stand in conditions. */
	enum hs_status status = hs__rest_query(plan->arena, hs_arena_copy(plan->arena, ask->query), &m.params,
		&m.param_count, err);
	plan->ignored = hs_arena_array(plan->arena, IGNORED_MAX, sizeof(*plan->ignored));
	if (status == HS_OK && (!plan->types || !plan->ignored))
		status = hs_fail(err, HS_E_LIMIT, "the export has too many parameters");
	if (status == HS_OK)
		status = make(&m, err);
	if (status == HS_OK)
		*out = plan;
	else
		hs_rest_export_free(plan);
	return status;
}

void hs_rest_export_free(struct hs_rest_export *plan)
{
	if (!plan)
		return;
	hs_arena_free(plan->arena);
	hs_heap_free(plan);
}

uint64_t hs_rest_export_seq(const struct hs_rest_export *plan)
{
	return plan->seq;
}

int64_t hs_rest_export_time(const struct hs_rest_export *plan)
{
	return plan->time_ms;
}

bool hs_rest_export_tells_deleted(const struct hs_rest_export *plan)
{
	return plan->since_ms != INT64_MIN;
}

const struct hs_slice *hs_rest_export_ignored(const struct hs_rest_export *plan, size_t *count)
{
	*count = plan->ignored_count;
	return plan->ignored;
}
