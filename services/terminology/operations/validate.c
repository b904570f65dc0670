/* SPDX-License-Identifier: Apache-2.0 */
/* $validate-code of CodeSystem and ValueSet (R4 sections 4.8.17 and 4.9.17): each coding is held against the
 * value set and against its code system, and everything that can be said about it is said. */
#include "validate.h"

#include "operations.h"
#include "tell.h"
#include "../compile/tree.h"

#define CODINGS_MAX 200u

/* ---- what is asked about ---- */

static struct hs_slice path(struct tx_context *ctx, struct hs_slice base, const char *member)
{
	return hs_arena_printf(ctx->arena, "%.*s.%s", HS_S_ARG(base), member);
}

static void add_coding(struct tx_validation *t, const struct hs_json *coding, struct hs_slice base)
{
	struct tx_context *ctx = t->ctx;

	if (t->count == CODINGS_MAX)
		return;
	t->codings[t->count++] = (struct tx_coding) {
		.system = hs_json_get_text(coding, HS_S("system")),
		.version = hs_json_get_text(coding, HS_S("version")),
		.code = hs_json_get_text(coding, HS_S("code")),
		.display = hs_json_get_text(coding, HS_S("display")),
		.at = base,
		.at_code = path(ctx, base, "code"),
		.at_system = path(ctx, base, "system"),
		.at_version = path(ctx, base, "version"),
		.at_display = path(ctx, base, "display"),
	};
}

/* A concept has codings of several systems; the question is about those of the code system that was named
 * (http://hl7.org/fhir/R4/codesystem-operation-validate-code.html, codeableConcept). */
static void keep_system(struct tx_validation *t, struct hs_slice url)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (hs_slice_eq(t->codings[i].system, url))
			t->codings[kept++] = t->codings[i];
	}
	if (kept)
		t->count = kept;
}

/* Asked of a code system, a coding that names none is of that one. */
static void give_system(struct tx_validation *t)
{
	const struct tx_params *params = &t->ctx->params;

	for (size_t i = 0; i < t->count && !t->in_set; i++) {
		struct tx_coding *coding = &t->codings[i];
		if (coding->system.len)
			continue;
		coding->system = params->url;
		coding->version = coding->version.len ? coding->version : params->version;
	}
}

static enum hs_status read_codings(struct tx_validation *t, struct hs_error *err)
{
	const struct tx_params *params = &t->ctx->params;
	size_t room = hs_json_count(hs_json_get(params->codeable, HS_S("coding"))) + 1;
	unsigned index = 0;
	enum hs_status status = hs_tx_refuse_two_codes(t->ctx, err);

	if (status)
		return status;
	t->codings = hs_arena_array(t->ctx->arena, room < CODINGS_MAX ? room : CODINGS_MAX,
		sizeof(*t->codings));
	if (!t->codings)
		return hs_tx_no_room(t->ctx->swedish, err);

	if (params->coding) {
		add_coding(t, params->coding, HS_S("Coding"));
		give_system(t);
		return HS_OK;
	}
	if (params->codeable) {
		t->of_concept = true;
		HS_JSON_EACH(coding, hs_json_get(params->codeable, HS_S("coding")))
			add_coding(t, coding,
				hs_arena_printf(t->ctx->arena, "CodeableConcept.coding[%u]", index++));
		if (!t->in_set && params->url.len)
			keep_system(t, params->url);
		give_system(t);
		if (t->count)
			return HS_OK;
	}
	struct hs_slice system = params->system.len || t->in_set ? params->system : params->url;
	if (!params->code.len || (!system.len && params->infer_system != TX_YES && !params->codeable))
		return hs_tx_refuse(t->ctx, TX_MSG_NO_CODE_TO_VALIDATE, 400, HS_S_NONE,
			(struct tx_args) { { HS_S_NONE } }, err);
	t->codings[t->count++] = (struct tx_coding) { .system = system,
		.version = params->version,
		.code = params->code,
		.display = params->display,
		.at = HS_S_NONE,
		.at_code = HS_S("code"),
		.at_system = HS_S("system"),
		.at_version = HS_S("version"),
		.at_display = HS_S("display") };
	return HS_OK;
}
/* ---- code without system ---- */

#define INFERRED_MAX 100u /* code systems that are tried */

struct candidates {
	struct hs_slice urls[INFERRED_MAX];
	size_t count, depth;
};

/* The code systems that the set takes codes from, imports included. */
static void gather(struct tx_context *ctx, struct tx_set set, struct candidates *c)
{
	c->depth++;
	for (uint32_t i = 0; i < set.row->rule_count; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		struct hs_slice url = tx_text(set.layer, rule->system);
		bool known = !url.len || rule->flags & TX_RULE_EXCLUDE;
		for (size_t k = 0; k < c->count && !known; k++)
			known = hs_slice_eq(c->urls[k], url);
		if (!known && c->count < INFERRED_MAX)
			c->urls[c->count++] = url;
		for (uint32_t k = 0; k < rule->import_count && !url.len && c->depth < TX_SETS_DEEP; k++) {
			struct hs_slice canonical = tx_text(set.layer,
				set.layer->imports[rule->import_first + k]);
			struct tx_set other;
			if (!(rule->flags & TX_RULE_EXCLUDE) &&
				hs_tx_resolve_set(ctx, canonical, HS_S_NONE, &other, NULL))
				gather(ctx, other, c);
		}
	}
	c->depth--;
}

/* The one code system of the value set that has the code. A code that a part of a code system does not have
 * may be in it all the same, but nobody would guess that it is meant. */
static enum hs_status infer_system(struct tx_validation *t, struct hs_error *err)
{
	struct tx_context *ctx = t->ctx;
	struct tx_coding *coding = &t->codings[0];
	struct candidates c = { .count = 0 };
	size_t n = 0;

	gather(ctx, ctx->set, &c);
	for (size_t i = 0; i < c.count; i++) {
		struct tx_coding tried = *coding;
		struct tx_issues ignored = { 0 };
		enum tx_membership answer;
		struct tx_hit hit;
		tried.system = c.urls[i];
		enum hs_status status = hs_tx_member(ctx, ctx->set, &tried, &ignored, &answer, &hit, err);
		if (status)
			return status;
		if (answer == TX_IN && hit.concept != TX_NONE)
			c.urls[n++] = c.urls[i];
	}
	if (n == 1) {
		coding->system = c.urls[0];
		return HS_OK;
	}
	struct hs_buf list;
	hs_buf_init(&list, ctx->arena, 65536);
	for (size_t i = 0; i < n; i++)
		hs_buf_printf(&list, "%s%.*s", i ? ", " : "", HS_S_ARG(c.urls[i]));
	tx_say(t,
		n ? TX_MSG_Unable_to_resolve_system__value_set_has_multiple_matches :
		    TX_MSG_UNABLE_TO_INFER_CODESYSTEM,
		coding->at_code, (struct tx_args) { { coding->code, ctx->set_name, hs_buf_slice(&list) } });
	return HS_OK;
}

/* ---- the answer ---- */

static void add_unknowns(struct tx_validation *t, struct tx_told *told, const struct tx_verdict *v)
{
	if (!v->unknown.len)
		return;
	bool cause = v->membership != TX_OUT || hs_slice_find(v->unknown, '|', 0) != SIZE_MAX;
	if (cause && t->in_set)
		TX_TELL(told, "x-caused-by-unknown-system", "valueCanonical", v->unknown);
	else
		TX_TELL(told, "x-unknown-system", "valueCanonical", v->unknown);
}

static void add_concept(struct tx_validation *t, struct tx_told *told)
{
	struct tx_context *ctx = t->ctx;
	const struct tx_verdict *v = &t->best;

	if (v->system.row)
		TX_TELL(told, "version", "valueString", TX_SYSTEM_VERSION(v->system));
	if (v->concept == TX_NONE)
		return;
	struct tx_concept concept = hs_tx_concept(v->system, v->concept);
	bool no_other = ctx->params.languages.no_other;
	ctx->params.languages.no_other = false; /* the wildcard does not count here */
	struct hs_slice display = hs_tx_display(ctx, v->system, v->concept);
	ctx->params.languages.no_other = no_other;
	if (!display.len && v->hit.pick)
		display = tx_text(v->hit.pick_layer, v->hit.pick->display);
	TX_TELL(told, "display", "valueString", display);
	if (concept.flags & TX_INACTIVE) {
		TX_TELL_BOOL(told, "inactive", true);
		if (!hs_slice_eq(concept.status, HS_S("inactive")))
			TX_TELL(told, "status", "valueCode", concept.status);
	} else if (concept.flags & TX_DEPRECATED) {
		TX_TELL(told, "status", "valueCode", HS_S("deprecated"));
	}
	if (v->hit.case_differs)
		TX_TELL(told, "normalized-code", "valueCode", concept.code);
}

static void add_answer(struct tx_validation *t, struct tx_told *told)
{
	struct tx_context *ctx = t->ctx;
	bool result = t->found && !ctx->issues.errors;

	TX_TELL_BOOL(told, "result", result);
	if (t->best_coding) {
		TX_TELL(told, "system", "valueUri", t->best_coding->system);
		TX_TELL(told, "code", "valueCode", t->best_coding->code);
		add_concept(t, told);
	}
	if (t->of_concept)
		hs_tx_tell_value(told, "codeableConcept", "valueCodeableConcept",
			hs_json_clone(ctx->arena, ctx->params.codeable));
	if (ctx->issues.count) {
		TX_TELL(told, "message", "valueString", hs_tx_message(ctx->arena, &ctx->issues));
		TX_TELL_(hs_tx_tell_outcome, told, "issues", "resource", &ctx->issues);
	}
}

/* Whether its code system has the code, or may have it where only a part is known. */
static bool is_of_system(const struct tx_verdict *v)
{
	return v->system.row && (v->concept != TX_NONE || v->system.row->content == TX_CONTENT_FRAGMENT);
}

static enum hs_status run(struct tx_validation *t, struct hs_json **out, struct hs_error *err)
{
	struct tx_context *ctx = t->ctx;
	struct tx_verdict *verdicts = hs_arena_array(ctx->arena, t->count + 1, sizeof(*verdicts));

	if (!verdicts)
		return hs_tx_no_room(ctx->swedish, err);
	for (size_t i = 0; i < t->count; i++) {
		struct tx_verdict *v = &verdicts[i];
		enum hs_status status = hs_tx_judge_coding(t, &t->codings[i], v, err);
		if (status)
			return status;
		bool good = v->membership == TX_IN && !v->abstract && !v->inactive_refused &&
			(t->in_set || is_of_system(v));
		bool shown = !t->of_concept || v->membership == TX_IN;
		if (shown && (!t->best_coding || (good && !t->found))) {
			t->best = *v;
			t->best_coding = &t->codings[i];
		}
		t->found |= good;
		t->unsure |= v->membership == TX_UNSURE;
	}
	if (t->in_set && t->of_concept && !t->found && !t->unsure)
		tx_say(t, TX_MSG_TX_GENERAL_CC_ERROR_MESSAGE, HS_S_NONE,
			(struct tx_args) { { ctx->set_name } });
	if (t->best.system.row && t->best.membership != TX_OUT)
		hs_tx_comment_on_way(t);
	struct tx_told told;
	hs_tx_tell_begin(&told, ctx);
	add_answer(t, &told);
	for (size_t i = 0; i < t->count; i++)
		add_unknowns(t, &told, &verdicts[i]);
	return hs_tx_tell_end(&told, out, err);
}

enum hs_status hs_tx_validate_in_set(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct tx_validation *t = hs_arena_alloc(ctx->arena, sizeof(*t));

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	t->in_set = true;
	enum hs_status status = hs_tx_refuse_past(ctx, err);
	if (status == HS_OK)
		status = hs_tx_choose_set(ctx, err);
	if (status == HS_OK)
		status = read_codings(t, err);
	if (status == HS_OK && !t->codings[0].system.len && !ctx->params.coding && !t->of_concept)
		status = infer_system(t, err);
	return status ? status : run(t, out, err);
}

/* The code system by its URL: a canonical with a version, or sent along as the one that is meant. */
static void name_system(struct tx_context *ctx)
{
	struct tx_params *params = &ctx->params;
	const struct hs_json *sent = hs_json_get(hs_tx_parameter(ctx, HS_S("codeSystem")), HS_S("resource"));
	struct hs_slice version = hs_json_get_text(sent, HS_S("version"));

	if (!params->url.len && sent)
		params->url = hs_json_get_text(sent, HS_S("url"));
	else
		hs_tx_canonical(params->url, &params->url, &version);
	if (!params->version.len)
		params->version = version;
}

enum hs_status hs_tx_validate_in_system(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct tx_validation *t = hs_arena_alloc(ctx->arena, sizeof(*t));

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	name_system(ctx);
	enum hs_status status = hs_tx_refuse_past(ctx, err);
	if (status == HS_OK)
		status = hs_tx_find_supplements(ctx, (struct tx_set) { NULL, NULL }, err);
	if (status == HS_OK)
		status = read_codings(t, err);
	return status ? status : run(t, out, err);
}
