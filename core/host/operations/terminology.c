/* SPDX-License-Identifier: Apache-2.0 */
/* Validation's questions in the words of $validate-code and $subsumes (R4 section 4.9.17), put to the service
 * in process, and what its answers mean for a binding. */
#include <core/host/operations/terminology.h>

#include <core/base/heap.h>
#include <core/host/sandbox/sandbox.h>

#include <handslag/terminology.h>

#define QUESTION_MAX ((size_t)64 << 20)

struct view {
	const struct hs_terminology *terminology;
	struct hs_terminology_view *view;
	const struct hs_world *world;
};

/* ---- a question ---- */

static void add(struct hs_arena *arena, struct hs_json *question, const char *name, const char *key,
	struct hs_slice text)
{
	if (text.len)
		hs_parameters_add(arena, question, hs_slice_cstr(name), hs_slice_cstr(key),
			hs_json_string(arena, text));
}

static void add_true(struct hs_arena *arena, struct hs_json *question, const char *name)
{
	hs_parameters_add(arena, question, hs_slice_cstr(name), HS_S("valueBoolean"),
		hs_json_bool(arena, true));
}

static bool says(const struct hs_json *answer, const char *name)
{
	return hs_json_is(hs_parameter_value(hs_parameter(answer, hs_slice_cstr(name))), HS_JSON_TRUE);
}

/* What the answer says about the code; NULL: nothing. */
static const struct hs_json *issues_of(const struct hs_json *answer)
{
	return hs_json_pointer(hs_parameter(answer, HS_S("issues")), HS_S("/resource/issue"));
}

/* Its type, of http://hl7.org/fhir/tools/CodeSystem/tx-issue-type. */
static bool is_of_type(const struct hs_json *issue, const char *type)
{
	return hs_slice_eq(hs_json_text(hs_json_pointer(issue, HS_S("/details/coding/0/code"))),
		hs_slice_cstr(type));
}

static bool has_issue(const struct hs_json *answer, const char *type, const char *severity)
{
	HS_JSON_EACH(issue, issues_of(answer))
		if (is_of_type(issue, type) &&
			hs_slice_eq(hs_json_get_text(issue, HS_S("severity")), hs_slice_cstr(severity)))
			return true;
	return false;
}

/* Has it one with that message id of HL7's terminology ecosystem? */
static bool has_message(const struct hs_json *answer, const char *id)
{
	HS_JSON_EACH(issue, issues_of(answer))
		if (hs_slice_eq(hs_json_text(hs_json_pointer(issue, HS_S("/extension/0/valueString"))),
			    hs_slice_cstr(id)))
			return true;
	return false;
}

/* ---- what the answers mean ---- */

/* What the answer to a question about membership says. */
static enum hs_validate_answer read_membership(enum hs_status status, const struct hs_json *answer)
{
	if (status == HS_E_NOT_FOUND)
		return HS_VALIDATE_NO_VALUE_SET;
	if (status != HS_OK)
		return HS_VALIDATE_UNSUPPORTED;
	if (says(answer, "result"))
		return HS_VALIDATE_YES;
	if (hs_parameter(answer, HS_S("x-caused-by-unknown-system")))
		return HS_VALIDATE_NO_SYSTEM;
	return has_issue(answer, "not-in-vs", "error") ? HS_VALIDATE_NO : HS_VALIDATE_UNSUPPORTED;
}

static struct hs_json *ask_membership(struct hs_arena *arena, const struct hs_validate_code *code)
{
	struct hs_json *question = hs_parameters(arena);

	add(arena, question, "code", "valueCode", code->code);
	add(arena, question, "system", "valueUri", code->system);
	if (!code->has_system)
		add_true(arena, question, "inferSystem");
	add_true(arena, question, "valueset-membership-only");
	return question;
}

static enum hs_validate_answer in_value_set(void *arg, struct hs_arena *out,
	const struct hs_validate_code *code, struct hs_slice value_set, struct hs_validate_finding *finding)
{
	const struct view *view = arg;
	struct hs_arena *arena = hs_arena_new(QUESTION_MAX);
	struct hs_json *question = ask_membership(arena, code), *answer = NULL;
	struct hs_error err = { .status = HS_OK };

	add(arena, question, "url", "valueUri", value_set);
	enum hs_status status = view->terminology->ask(view->view, arena, "ValueSet/$validate-code", question,
		&answer, &err);
	enum hs_validate_answer result = read_membership(status, answer);
	if (result == HS_VALIDATE_NO)
		finding->message = hs_arena_copy(out, hs_parameter_text(answer, HS_S("message")));
	hs_arena_free(arena);
	return result;
}

/* As a value set of its own, with no rule but this. */
static enum hs_validate_answer in_rule(void *arg, struct hs_arena *out, const struct hs_validate_code *code,
	const struct hs_json *include)
{
	const struct view *view = arg;
	struct hs_arena *arena = hs_arena_new(QUESTION_MAX);
	struct hs_json *question = ask_membership(arena, code), *answer = NULL, *set = hs_json_object(arena);
	struct hs_json *rule = hs_json_clone(arena, include);
	struct hs_error err = { .status = HS_OK };

	(void)out;
	(void)hs_json_take(rule, HS_S("valueSet"));
	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	hs_json_push(hs_json_add_array(arena, hs_json_add_object(arena, set, HS_S("compose")),
			     HS_S("include")),
		rule);
	hs_parameters_add(arena, question, HS_S("valueSet"), HS_S("resource"), set);
	enum hs_status status = view->terminology->ask(view->view, arena, "ValueSet/$validate-code", question,
		&answer, &err);
	enum hs_validate_answer result = read_membership(status, answer);
	hs_arena_free(arena);
	return result == HS_VALIDATE_NO_VALUE_SET ? HS_VALIDATE_NO_SYSTEM : result;
}

/* Standards that fix codes, but whose names every list writes in its own way. */
static bool names_freely(struct hs_slice system)
{
	static const char *const systems[] = { "http://unitsofmeasure.org", "urn:ietf:bcp:47",
		"urn:ietf:bcp:13", "urn:iso:std:iso:3166", "urn:iso:std:iso:3166:-2",
		"urn:iso:std:iso:4217" };

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (hs_slice_eq(system, hs_slice_cstr(systems[i])))
			return true;
	return false;
}

/* Why there is no such code; a grammar says, too, where it cannot be read. */
static struct hs_slice read_reasons(const struct hs_json *answer, struct hs_arena *out)
{
	struct hs_buf text;

	hs_buf_init(&text, out, 4096);
	HS_JSON_EACH(issue, issues_of(answer)) {
		if (!is_of_type(issue, "invalid-code"))
			continue;
		hs_buf_cstr(&text, text.len ? "; " : "");
		hs_buf_add(&text, hs_json_text(hs_json_pointer(issue, HS_S("/details/text"))));
	}
	return hs_buf_slice(&text);
}

static enum hs_validate_answer read_answer(const struct hs_json *answer, struct hs_arena *out,
	struct hs_validate_finding *finding)
{
	if (hs_parameter(answer, HS_S("x-unknown-system")))
		return HS_VALIDATE_NO_SYSTEM;
	finding->message = read_reasons(answer, out);
	if (has_issue(answer, "invalid-code", "error"))
		return HS_VALIDATE_NO;
	if (!hs_parameter(answer, HS_S("display")) && has_issue(answer, "invalid-code", "warning"))
		return HS_VALIDATE_NO_SYSTEM; /* a fragment */
	finding->loose_display = names_freely(hs_parameter_text(answer, HS_S("system")));
	if (has_issue(answer, "invalid-display", "error"))
		finding->right_display = hs_arena_copy(out, hs_parameter_text(answer, HS_S("display")));
	finding->inactive = says(answer, "inactive");
	finding->abstract = has_message(answer, "ABSTRACT_CODE_NOT_ALLOWED");
	return HS_VALIDATE_YES;
}

static enum hs_validate_answer in_system(void *arg, struct hs_arena *out, const struct hs_validate_code *code,
	struct hs_validate_finding *finding)
{
	const struct view *view = arg;
	struct hs_arena *arena = hs_arena_new(QUESTION_MAX);
	struct hs_json *question = hs_parameters(arena), *answer = NULL;
	struct hs_error err = { .status = HS_OK };
	enum hs_validate_answer result = HS_VALIDATE_UNSUPPORTED;

	add(arena, question, "url", "valueUri", code->system);
	add(arena, question, "code", "valueCode", code->code);
	add(arena, question, "version", "valueString", code->version);
	add(arena, question, "display", "valueString", code->display);
	hs_parameters_add(arena, question, HS_S("abstract"), HS_S("valueBoolean"),
		hs_json_bool(arena, false));
	enum hs_status status = view->terminology->ask(view->view, arena, "CodeSystem/$validate-code",
		question, &answer, &err);
	if (status == HS_E_NOT_FOUND)
		result = HS_VALIDATE_NO_SYSTEM;
	else if (status == HS_OK)
		result = read_answer(answer, out, finding);
	/* Its language chooses displays as well, so it is not in the question that judges one. */
	if (result == HS_VALIDATE_NO && code->swedish) {
		add(arena, question, "displayLanguage", "valueCode", HS_S("sv"));
		if (view->terminology->ask(view->view, arena, "CodeSystem/$validate-code", question, &answer,
			    &err) == HS_OK)
			finding->message = read_reasons(answer, out);
	}
	hs_arena_free(arena);
	return result;
}

static enum hs_validate_answer subsumes(void *arg, struct hs_slice system, struct hs_slice above,
	struct hs_slice below)
{
	const struct view *view = arg;
	struct hs_arena *arena = hs_arena_new(QUESTION_MAX);
	struct hs_json *question = hs_parameters(arena), *answer = NULL;
	struct hs_error err = { .status = HS_OK };
	enum hs_validate_answer result = HS_VALIDATE_NO_SYSTEM;

	add(arena, question, "system", "valueUri", system);
	add(arena, question, "codeA", "valueCode", above);
	add(arena, question, "codeB", "valueCode", below);
	if (view->terminology->ask(view->view, arena, "CodeSystem/$subsumes", question, &answer, &err) ==
		HS_OK) {
		struct hs_slice outcome = hs_parameter_text(answer, HS_S("outcome"));
		bool yes = hs_slice_eq(outcome, HS_S("subsumes")) || hs_slice_eq(outcome, HS_S("equivalent"));
		result = yes ? HS_VALIDATE_YES : HS_VALIDATE_NO;
	}
	hs_arena_free(arena);
	return result;
}

static enum hs_status ask(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	const struct view *view = arg;

	return view->terminology->ask(view->view, arena, operation, parameters, out, err);
}

static bool is_stale(void *arg)
{
	const struct view *view = arg;

	return view->terminology->is_stale &&
		view->terminology->is_stale(view->view, view->world->wall_ms(view->world->ctx));
}

/* ---- views ---- */

static void close_view(void *arg)
{
	struct view *view = arg;

	view->terminology->close(view->view);
	hs_heap_free(view);
}

static const struct hs__service *provider(const struct hs_host *host,
	const struct hs_terminology **terminology)
{
	for (unsigned i = 0; i < host->service_count; i++)
		for (const struct hs_feature *f = host->services[i]->plug->features; f && f->name; f++)
			if (f->kind == HS_PROVIDES && strcmp(f->name, HS_TERMINOLOGY_FEATURE) == 0) {
				*terminology = f->functions;
				return host->services[i];
			}
	return NULL;
}

enum hs_status hs_host_terminology(struct hs_host *host, const struct hs_host_sight *sight,
	struct hs_validate_terminology *out, struct hs_error *err)
{
	const struct hs_terminology *terminology = NULL;
	const struct hs__service *service = provider(host, &terminology);
	struct hs_terminology_view *opened = NULL;

	if (!service)
		return hs_fail(err, HS_E_NOT_FOUND, "no terminology is served here");
	struct hs_terminology_sight seen = { .fhir = sight->fhir,
		.sandbox_state = sight->sandbox && sight->sandbox->states ?
			sight->sandbox->states[service->index] :
			NULL,
		.txn = sight->txn,
		.resources = sight->resources,
		.resource_count = sight->resource_count };
	enum hs_status status = terminology->open(service->state, &seen, &opened, err);
	if (status)
		return status;
	struct view *view = hs_heap_alloc(sizeof(*view));
	*view = (struct view) { terminology, opened, host->world };
	*out = (struct hs_validate_terminology) { .in_value_set = in_value_set,
		.in_rule = in_rule,
		.in_system = in_system,
		.subsumes = subsumes,
		.ask = ask,
		.is_stale = is_stale,
		.close = close_view,
		.arg = view };
	return HS_OK;
}
