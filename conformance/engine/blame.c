/* SPDX-License-Identifier: Apache-2.0 */
/* Whose fault is it? A request that is itself wrong may be refused, and what nobody said is there may be
 * absent: neither is a failure of the target. */
#include <conformance/engine/stage.h>

#include <core/fhir/check.h>

#define CORE "http://hl7.org/fhir/StructureDefinition/"

/* A type of the core definitions, by its structure. */
static enum hs_status check_type(const struct hs_test_run *run, const struct hs_test_conformance *asked,
	struct hs_issues *issues, struct hs_error *err)
{
	const struct hs_defs *defs = hs_test_defs(run);
	struct hs_slice name = asked->profile;

	name = hs_slice_from(hs_slice_cut(&name, '|'), sizeof(CORE) - 1);
	if (!hs_slice_starts(asked->profile, HS_S(CORE)) || !defs || !hs_defs_type(defs, name))
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"profile validation: %.*s is no type of the core definitions that are loaded here",
			HS_S_ARG(asked->profile));
	struct hs_slice type = hs_json_get_text(asked->resource, HS_S("resourceType"));
	if (!hs_slice_eq(type, name))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "structure", HS_S("resourceType"), "it is a %.*s",
			HS_S_ARG(type));
	else
		hs_check_resource(defs, asked->resource, asked->source, issues);
	return HS_OK;
}

enum hs_status hs_test_conform(struct hs_test_run *run, const struct hs_test_conformance *asked,
	struct hs_issues *issues, struct hs_error *err)
{
	return run->options.conform ? run->options.conform(run->options.conform_arg, asked, issues, err) :
				      check_type(run, asked, issues, err);
}

/* What is wrong with the body that was sent; NULL when nothing is, or nobody can tell. */
static const struct hs_issue *fault_of_body(struct test_stage *stage, const struct hs_json *body)
{
	struct hs_slice type = hs_json_get_text(body, HS_S("resourceType"));
	struct hs_issues issues = { .arena = stage->arena };
	struct hs_test_conformance asked = { .fhir = stage->run->fhir, .resource = body };
	struct hs_error err = { 0 };

	if (!type.len)
		return NULL;
	asked.profile = hs_arena_printf(stage->arena, CORE "%.*s", HS_S_ARG(type));
	if (hs_test_conform(stage->run, &asked, &issues, &err))
		return NULL;
	for (const struct hs_issue *issue = issues.first; issue; issue = issue->next)
		if (issue->severity <= HS_SEVERITY_ERROR)
			return issue;
	return NULL;
}

/* Has a script of this run made such a resource (one of that type, when there is no id)? */
static bool made_one(const struct hs_test_exchange *list, const struct hs_reference *wanted)
{
	for (const struct hs_test_exchange *e = list; e; e = e->next) {
		struct hs_slice url = e->url, type = hs_json_get_text(e->request_json, HS_S("resourceType"));
		struct hs_reference made = { 0 };
		if (hs_slice_eq(e->method, HS_S("GET")) || e->status < 200 || e->status > 299)
			continue;
		if (hs_slice_eq(type, HS_S("Bundle")) && !hs_slice_eq(wanted->type, type))
			return true; /* one of many things */
		if (!hs_test_identity(e, &made) && !hs_reference_parse(hs_slice_cut(&url, '?'), &made))
			continue;
		if (hs_slice_eq(made.type, wanted->type) &&
			(!wanted->id.len || hs_slice_eq(made.id, wanted->id)))
			return true;
	}
	return false;
}

static bool made_in_run(const struct test_stage *stage, const struct hs_reference *wanted)
{
	const struct hs_test_run *run = stage->run;

	for (; stage; stage = stage->outer)
		if (made_one(stage->result->exchanges, wanted))
			return true;
	for (size_t i = 0; i < run->count; i++)
		if (made_one(run->results[i].exchanges, wanted))
			return true;
	return false;
}

/* The type after the base URL. */
static struct hs_slice type_of(const struct hs_test_run *run, struct hs_slice url)
{
	struct hs_slice rest = hs_slice_from(url, run->options.target.len + 1);

	rest = hs_slice_cut(&rest, '?');
	return hs_slice_cut(&rest, '/');
}

static bool is_gone(int status)
{
	return status == 404 || status == 410;
}

/* Nothing is there of what was asked for, and it is not of this run's making. */
static bool is_absent(const struct test_stage *stage, const struct hs_test_exchange *exchange)
{
	struct hs_slice url = exchange->url, path = hs_slice_cut(&url, '?');
	bool bundle = hs_slice_eq(hs_json_get_text(exchange->json, HS_S("type")), HS_S("searchset"));
	struct hs_reference wanted = { 0 };

	if (!hs_slice_eq(exchange->method, HS_S("GET")) || !hs_slice_starts(path, stage->run->options.target))
		return false;
	if (is_gone(exchange->status))
		return hs_reference_parse(path, &wanted) && !made_in_run(stage, &wanted);
	wanted.type = type_of(stage->run, exchange->url);
	return exchange->status == 200 && bundle &&
		!hs_json_count(hs_json_get(exchange->json, HS_S("entry"))) && !made_in_run(stage, &wanted);
}

/* A read of what is not there is answered with 404 (FHIR R4, http.html#read); only an id that is none makes
 * it a bad request. Scripts of FHIR's first days hold that ids have no capitals. */
static bool reads_valid_id(const struct test_stage *stage, const struct hs_test_exchange *exchange)
{
	struct hs_slice base = stage->run->options.target, id;

	if (!hs_slice_eq(exchange->method, HS_S("GET")) || !hs_slice_starts(exchange->url, base))
		return false;
	id = hs_slice_from(exchange->url, base.len + 1);
	hs_slice_cut(&id, '/');
	return hs_id_valid(id);
}

/* An update of what is not there makes it, or brings it back, and is answered with 201 (http.html#upsert).
 * Whether it was there is what this script last saw of it. */
static bool updates_what_was_gone(const struct test_stage *stage, const struct hs_test_exchange *exchange)
{
	bool gone = false;

	if (!hs_slice_eq(exchange->method, HS_S("PUT")))
		return false;
	for (const struct hs_test_exchange *e = stage->result->exchanges; e && e != exchange; e = e->next) {
		bool done = e->status >= 200 && e->status < 300;
		if (!hs_slice_eq(e->url, exchange->url) || !(done || is_gone(e->status)))
			continue;
		gone = is_gone(e->status) || hs_slice_eq(e->method, HS_S("DELETE"));
	}
	return gone;
}

/* Statuses that scripts ask for although the specification asks for another: why the answer is right, or
 * empty. */
static struct hs_slice why_right(const struct test_stage *stage, const struct hs_test_exchange *exchange,
	const struct hs_test_action *out)
{
	if (exchange->status == 404 && hs_slice_eq(out->wanted, HS_S("400")) &&
		reads_valid_id(stage, exchange))
		return HS_S("the id that is read is a valid one (letters of any case, digits, - and .), so "
			    "404 is right and the script is not");
	if (exchange->status == 201 && hs_slice_eq(out->wanted, HS_S("200")) &&
		updates_what_was_gone(stage, exchange))
		return HS_S("the resource was not there any more, so the update makes it anew: 201 is right "
			    "and the script is not");
	return HS_S_NONE;
}

void hs_test_blame(struct test_stage *stage, const struct hs_test_exchange *exchange,
	struct hs_test_action *out)
{
	struct hs_slice right = why_right(stage, exchange, out);
	const struct hs_issue *fault = NULL;

	if (exchange->status == 400 || exchange->status == 422)
		fault = fault_of_body(stage, exchange->request_json);
	if (fault) {
		out->verdict = HS_TEST_ERROR;
		out->reason = hs_arena_printf(stage->arena,
			"what the script sends is no valid %.*s, so the target may refuse it: %.*s: %.*s",
			HS_S_ARG(hs_json_get_text(exchange->request_json, HS_S("resourceType"))),
			HS_S_ARG(fault->path), HS_S_ARG(fault->text));
	} else if (right.len) {
		out->verdict = HS_TEST_ERROR;
		out->reason = right;
	} else if (exchange->defaults.len && is_absent(stage, exchange)) {
		out->verdict = HS_TEST_SKIP;
		out->reason = hs_arena_printf(stage->arena,
			"the target has nothing of what the script assumes to be there (%.*s); say by --var "
			"NAME=VALUE what it has",
			HS_S_ARG(exchange->defaults));
	} else if (exchange->defaults.len && !out->reason.len) {
		out->reason = hs_arena_printf(stage->arena,
			"the script assumes %.*s; when the target has other data, say so by --var",
			HS_S_ARG(exchange->defaults));
	}
}
