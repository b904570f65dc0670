/* SPDX-License-Identifier: Apache-2.0 */
/* $validate-code of CodeSystem and ValueSet (R4 sections 4.8.17 and 4.9.17): each coding is held against the
 * value set and against its code system, and everything that can be said about it is said. */
#include "../sets/member.h"
#include "operations.h"
#include "../compile/source.h"
#include "status.h"
#include "tell.h"
#include "../compile/tree.h"

#define CODINGS_MAX 200u

/* What became of one coding. */
struct verdict {
	enum tx_membership membership;
	struct tx_hit hit;
	struct tx_system system; /* row NULL: not known */
	uint32_t concept;        /* TX_NONE: not in it */
	struct hs_slice unknown; /* canonical of a code system that is not known */
	bool abstract, inactive_refused;
};

struct task {
	struct tx_context *ctx;
	bool in_set, of_concept;   /* against ctx->set; codings of a CodeableConcept */
	struct tx_coding *codings; /* room for as many as were sent, and one */
	size_t count;
	struct verdict best; /* of the coding that the answer speaks of */
	const struct tx_coding *best_coding;
	bool found, unsure;
};

/* ---- what is asked about ---- */

static struct hs_slice path(struct tx_context *ctx, struct hs_slice base, const char *member)
{
	return hs_arena_printf(ctx->arena, "%.*s.%s", HS_S_ARG(base), member);
}

static void add_coding(struct task *t, const struct hs_json *coding, struct hs_slice base)
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
static void keep_system(struct task *t, struct hs_slice url)
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
static void give_system(struct task *t)
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

static enum hs_status read_codings(struct task *t, struct hs_error *err)
{
	const struct tx_params *params = &t->ctx->params;
	size_t room = hs_json_count(hs_json_get(params->codeable, HS_S("coding"))) + 1;
	unsigned index = 0;

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

static struct tx_issue *say(struct task *t, enum tx_message id, struct hs_slice at, struct tx_args args)
{
	return hs_tx_issue(t->ctx, &t->ctx->issues, id, at, args);
}

/* ---- the code system of a coding ---- */

static bool is_relative(struct hs_slice system)
{
	return hs_slice_find(system, ':', 0) == SIZE_MAX;
}

/* Systems that are none; true when that has been said. */
static bool say_no_system(struct task *t, const struct tx_coding *coding)
{
	struct tx_context *ctx = t->ctx;
	struct tx_set set;
	struct tx_system supplement;

	if (!coding->system.len) {
		say(t, TX_MSG_Coding_has_no_system__cannot_validate, coding->at,
			(struct tx_args) { { HS_S_NONE } });
		return true;
	}
	if (is_relative(coding->system))
		say(t, TX_MSG_Terminology_TX_System_Relative, coding->at_system,
			(struct tx_args) { { HS_S_NONE } });
	if (hs_tx_find_supplement(&ctx->scope, coding->system, coding->version, &supplement)) {
		struct hs_slice name = hs_tx_vurl(ctx->arena, TX_SYSTEM_URL(supplement),
			TX_SYSTEM_VERSION(supplement));
		say(t, TX_MSG_CODESYSTEM_CS_NO_SUPPLEMENT, coding->at_system, (struct tx_args) { { name } });
		return true;
	}
	if (hs_tx_find_set(&ctx->scope, coding->system, HS_S_NONE, &set)) {
		say(t, TX_MSG_Terminology_TX_System_ValueSet2, coding->at_system,
			(struct tx_args) { { coding->system } });
		return true;
	}
	return false;
}

/* A canonical with a version in the place of a system, which is a URI. */
static void say_version_in_system(struct task *t, const struct tx_coding *coding)
{
	struct hs_slice url, version;

	hs_tx_canonical(coding->system, &url, &version);
	if (version.len)
		say(t, TX_MSG_OWN_SYSTEM_WITH_VERSION, coding->at_system,
			(struct tx_args) { { coding->system, url, version } });
}

static void find_system(struct task *t, const struct tx_coding *coding, struct verdict *v)
{
	struct tx_context *ctx = t->ctx;

	if (v->hit.system.row) {
		v->system = v->hit.system;
		v->concept = v->hit.concept;
		return;
	}
	v->concept = TX_NONE;
	struct tx_resolved resolved = hs_tx_resolve(ctx, coding->system, coding->version);
	v->system = resolved.system;
	if (resolved.check && !t->in_set)
		say(t, TX_MSG_VALUESET_VERSION_CHECK, coding->at_version,
			(struct tx_args) { { coding->system, TX_SYSTEM_VERSION(resolved.system),
				resolved.check->version } });
	if (!v->system.row && v->membership != TX_UNSURE && !say_no_system(t, coding))
		hs_tx_say_unknown(ctx, &ctx->issues, coding->system, resolved.asked, coding->at_system,
			&v->unknown);
	if (!v->system.row && resolved.asked.len) /* another version can still tell what the code is */
		v->system = hs_tx_resolve(ctx, coding->system, HS_S_NONE).system;
	if (v->system.row)
	v->concept = hs_tx_find_code(ctx->arena, v->system, coding->code, &v->hit.case_differs);
}

/* ---- what is said about a concept ---- */

static void say_unknown_code(struct task *t, const struct tx_coding *coding, struct verdict *v)
{
	struct hs_slice url = TX_SYSTEM_URL(v->system), version = TX_SYSTEM_VERSION(v->system);
	bool fragment = v->system.row->content == TX_CONTENT_FRAGMENT;
	enum tx_message id = fragment ? TX_MSG_UNKNOWN_CODE_IN_FRAGMENT :
		version.len           ? TX_MSG_Unknown_Code_in_Version :
					TX_MSG_Unknown_Code_in;

	say(t, id, coding->at_code, (struct tx_args) { { coding->code, url, version } });
	hs_tx_say_remarks(t->ctx, hs_tx_remarks(t->ctx, v->system, coding->code, TX_NONE), coding->at_code);
}

static struct hs_slice status_text(struct task *t, const struct verdict *v)
{
	struct hs_slice status = hs_tx_concept(v->system, v->concept).status;

	if (!status.len || hs_slice_eq(status, HS_S("inactive")) || hs_slice_eq(status, HS_S("active")))
		return hs_slice_cstr(tx_word(t->ctx, TX_MSG_WORD_INACTIVE));
	return hs_arena_printf(t->ctx->arena, "%.*s %s", HS_S_ARG(status),
		tx_word(t->ctx, TX_MSG_WORD_AND_INACTIVE));
}

static void comment_on_concept(struct task *t, const struct tx_coding *coding, struct verdict *v)
{
	uint32_t flags = hs_tx_concept(v->system, v->concept).flags;
	struct tx_args code = { { coding->code } };

	if (flags & TX_INACTIVE)
		say(t, TX_MSG_INACTIVE_CONCEPT_FOUND, coding->at,
			(struct tx_args) { { coding->code, status_text(t, v) } });
	else if (flags & TX_DEPRECATED)
		say(t, TX_MSG_DEPRECATED_CONCEPT_FOUND, coding->at_code, code);
	if (v->hit.pick && (v->hit.pick->flags & TX_DEPRECATED)) {
		struct hs_slice set = hs_tx_vurl(t->ctx->arena, TX_SET_URL(v->hit.set),
			TX_SET_VERSION(v->hit.set));
		say(t, TX_MSG_CONCEPT_DEPRECATED_IN_VALUESET, coding->at_code,
			(struct tx_args) { { coding->code, coding->system, set, HS_S("deprecated") } });
	}
	if (v->hit.case_differs) {
		struct hs_slice name = hs_tx_vurl(t->ctx->arena, TX_SYSTEM_URL(v->system),
			TX_SYSTEM_VERSION(v->system));
		say(t, TX_MSG_CODE_CASE_DIFFERENCE, coding->at_code,
			(struct tx_args) { { coding->code, hs_tx_code(v->system, v->concept), name } });
	}
}

/* A word on what state a code system or value set is in, said once. */
static void comment_on_state(struct task *t, const char *what, struct tx_named it, struct tx_named from)
{
	static const enum tx_message messages[] = { [TX_STATE_DEPRECATED] = TX_MSG_MSG_DEPRECATED,
		[TX_STATE_WITHDRAWN] = TX_MSG_MSG_WITHDRAWN,
		[TX_STATE_EXPERIMENTAL] = TX_MSG_MSG_EXPERIMENTAL,
		[TX_STATE_DRAFT] = TX_MSG_MSG_DRAFT };
	enum tx_state state = hs_tx_state_of(it, from);

	if (state == TX_STATE_FINE)
		return;
	struct hs_slice name = hs_tx_vurl(t->ctx->arena, tx_text(it.layer, it.head->url),
		tx_text(it.layer, it.head->version));
	say(t, messages[state], HS_S_NONE, (struct tx_args) { { hs_slice_cstr(what), name } });
}

/* All that stood on the way to the code: the value set, those it took the code from, and the code system. */
static void comment_on_way(struct task *t)
{
	const struct verdict *v = &t->best;
	const struct tx_set set = t->ctx->set;
	struct tx_named from = { NULL, NULL };

	if (t->in_set) {
		from = (struct tx_named) { set.layer, &set.row->head };
		comment_on_state(t, tx_word(t->ctx, TX_MSG_WORD_VALUE_SET), from, from);
	}
	for (const struct tx_import_way *way = v->hit.way; way; way = way->next) {
		struct tx_named it = { way->set.layer, &way->set.row->head };
		comment_on_state(t, tx_word(t->ctx, TX_MSG_WORD_VALUE_SET), it,
			(struct tx_named) { way->from.layer, &way->from.row->head });
	}
	if (v->hit.set.row)
		from = (struct tx_named) { v->hit.set.layer, &v->hit.set.row->head };
	comment_on_state(t, tx_word(t->ctx, TX_MSG_WORD_CODE_SYSTEM),
		(struct tx_named) { v->system.layer, &v->system.row->head }, from);
}

/* ---- one coding ---- */

/* Reasons why a member of the set is not taken: abstract, or not active where only active ones are. */
static void refuse_by_state(struct task *t, const struct tx_coding *coding, struct verdict *v)
{
	uint32_t flags = hs_tx_concept(v->system, v->concept).flags;
	const struct tx_set set = t->ctx->set;
	bool active_only = t->ctx->params.active_only == TX_YES;

	active_only |= t->in_set && tx_only_active(set);
	if (t->ctx->params.abstract == TX_NO && flags & TX_ABSTRACT) {
		v->abstract = true;
		say(t, TX_MSG_ABSTRACT_CODE_NOT_ALLOWED, coding->at_code,
			(struct tx_args) { { hs_tx_coding_name(t->ctx, coding, false) } });
	}
	if (active_only && flags & TX_INACTIVE) {
		v->inactive_refused = true;
		say(t, TX_MSG_STATUS_CODE_WARNING_CODE, coding->at_code,
			(struct tx_args) { { coding->code } });
	}
}

static void say_not_in_set(struct task *t, const struct tx_coding *coding)
{
	struct tx_issue *issue = say(t, TX_MSG_None_of_the_provided_codes_are_in_the_value_set_one,
		coding->at_code,
		(struct tx_args) { { hs_tx_coding_name(t->ctx, coding, true), t->ctx->set_name } });

	if (!issue || !t->of_concept)
		return;
	issue->severity = HS_SEVERITY_INFORMATION;
	issue->spoken = false;
	issue->type = "this-code-not-in-vs";
	t->ctx->issues.errors--;
}

static void look_at_concept(struct task *t, const struct tx_coding *coding, struct verdict *v)
{
	bool whole = t->ctx->params.membership_only != TX_YES;

	if (v->concept == TX_NONE) {
		if (v->system.row && (v->membership != TX_UNSURE) && !v->unknown.len && whole)
			say_unknown_code(t, coding, v);
		return;
	}
	refuse_by_state(t, coding, v);
	if (!whole)
		return;
	comment_on_concept(t, coding, v);
	hs_tx_say_remarks(t->ctx, hs_tx_remarks(t->ctx, v->system, coding->code, v->concept),
		coding->at_code);
	if (coding->display.len && v->membership != TX_UNSURE)
		hs_tx_check_display(t->ctx, &t->ctx->issues, coding, v->system, v->concept, &v->hit);
}

static enum hs_status judge(struct task *t, const struct tx_coding *coding, struct verdict *v,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*v = (struct verdict) { .concept = TX_NONE, .membership = TX_IN };
	v->hit.concept = TX_NONE;
	if (t->in_set && coding->system.len) {
		status = hs_tx_member(t->ctx, t->ctx->set, coding, &t->ctx->issues, &v->membership, &v->hit,
			err);
		if (status)
			return status;
		if (v->membership == TX_OUT)
			v->hit = (struct tx_hit) { .concept = TX_NONE };
		v->unknown = v->hit.unknown;
	} else if (t->in_set) {
		v->membership = TX_OUT;
	}
	struct hs_slice url = t->in_set ? HS_S_NONE : t->ctx->params.url;
	say_version_in_system(t, coding);
	if (url.len && coding->system.len && !hs_slice_eq(url, coding->system))
		say(t, TX_MSG_OWN_OTHER_SYSTEM, coding->at_system,
			(struct tx_args) { { coding->system, url } });
	if (!coding->system.len || t->ctx->params.membership_only != TX_YES || v->hit.system.row)
		find_system(t, coding, v);
	look_at_concept(t, coding, v);
	bool refused = v->inactive_refused || (v->abstract && t->in_set);
	if (v->membership == TX_OUT || (t->in_set && refused))
		say_not_in_set(t, coding);
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
static enum hs_status infer_system(struct task *t, struct hs_error *err)
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
	say(t,
		n ? TX_MSG_Unable_to_resolve_system__value_set_has_multiple_matches :
		    TX_MSG_UNABLE_TO_INFER_CODESYSTEM,
		coding->at_code, (struct tx_args) { { coding->code, ctx->set_name, hs_buf_slice(&list) } });
	return HS_OK;
}

/* ---- the answer ---- */

static void add_unknowns(struct task *t, struct tx_told *told, const struct verdict *v)
{
	if (!v->unknown.len)
		return;
	bool cause = v->membership != TX_OUT || hs_slice_find(v->unknown, '|', 0) != SIZE_MAX;
	hs_tx_tell_text(told, cause && t->in_set ? "x-caused-by-unknown-system" : "x-unknown-system",
		"valueCanonical", v->unknown);
}

static void add_concept(struct task *t, struct tx_told *told)
{
	struct tx_context *ctx = t->ctx;
	const struct verdict *v = &t->best;

	if (v->system.row)
		hs_tx_tell_text(told, "version", "valueString", TX_SYSTEM_VERSION(v->system));
	if (v->concept == TX_NONE)
		return;
	struct tx_concept concept = hs_tx_concept(v->system, v->concept);
	struct tx_languages asked = ctx->params.languages;
	ctx->params.languages.no_other = false; /* the wildcard does not count here */
	struct hs_slice display = hs_tx_display(ctx, v->system, v->concept);
	ctx->params.languages = asked;
	if (!display.len && v->hit.pick)
		display = tx_text(v->hit.pick_layer, v->hit.pick->display);
	hs_tx_tell_text(told, "display", "valueString", display);
	if (concept.flags & TX_INACTIVE) {
		hs_tx_tell_bool(told, "inactive", true);
		if (!hs_slice_eq(concept.status, HS_S("inactive")))
			hs_tx_tell_text(told, "status", "valueCode", concept.status);
	} else if (concept.flags & TX_DEPRECATED) {
		hs_tx_tell_text(told, "status", "valueCode", HS_S("deprecated"));
	}
	if (v->hit.case_differs)
		hs_tx_tell_text(told, "normalized-code", "valueCode", concept.code);
}

static void add_answer(struct task *t, struct tx_told *told)
{
	struct tx_context *ctx = t->ctx;
	bool result = t->found && !ctx->issues.errors;

	hs_tx_tell_bool(told, "result", result);
	if (t->best_coding) {
		hs_tx_tell_text(told, "system", "valueUri", t->best_coding->system);
		hs_tx_tell_text(told, "code", "valueCode", t->best_coding->code);
		add_concept(t, told);
	}
	if (t->of_concept)
		hs_tx_tell_value(told, "codeableConcept", "valueCodeableConcept",
			hs_json_clone(ctx->arena, ctx->params.codeable));
	if (ctx->issues.count) {
		hs_tx_tell_text(told, "message", "valueString", hs_tx_message(ctx->arena, &ctx->issues));
		hs_tx_tell_json(told, "issues", "resource", hs_tx_outcome_text(ctx->arena, &ctx->issues));
	}
}

static enum hs_status run(struct task *t, struct hs_json **out, struct hs_error *err)
{
	struct tx_context *ctx = t->ctx;
	struct verdict *verdicts = hs_arena_array(ctx->arena, t->count + 1, sizeof(*verdicts));

	if (!verdicts)
		return hs_tx_no_room(ctx->swedish, err);
	for (size_t i = 0; i < t->count; i++) {
		struct verdict *v = &verdicts[i];
		enum hs_status status = judge(t, &t->codings[i], v, err);
		if (status)
			return status;
		bool good = v->membership == TX_IN && !v->abstract && !v->inactive_refused;
		bool shown = !t->of_concept || v->membership == TX_IN;
		if (shown && (!t->best_coding || (good && !t->found))) {
			t->best = *v;
			t->best_coding = &t->codings[i];
		}
		t->found |= good;
		t->unsure |= v->membership == TX_UNSURE;
	}
	if (t->in_set && t->of_concept && !t->found && !t->unsure)
		say(t, TX_MSG_TX_GENERAL_CC_ERROR_MESSAGE, HS_S_NONE, (struct tx_args) { { ctx->set_name } });
	if (t->best.system.row && t->best.membership != TX_OUT)
		comment_on_way(t);
	struct tx_told told;
	hs_tx_tell_begin(&told, ctx);
	add_answer(t, &told);
	for (size_t i = 0; i < t->count; i++)
		add_unknowns(t, &told, &verdicts[i]);
	return hs_tx_tell_end(&told, out, err);
}

enum hs_status hs_tx_validate_in_set(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct task *t = hs_arena_alloc(ctx->arena, sizeof(*t));

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	t->in_set = true;
	enum hs_status status = hs_tx_choose_set(ctx, err);
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
	const struct hs_json *sent = hs_json_get(hs_parameter(params->tree, HS_S("codeSystem")),
		HS_S("resource"));
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
	struct task *t = hs_arena_alloc(ctx->arena, sizeof(*t));

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	name_system(ctx);
	enum hs_status status = hs_tx_find_supplements(ctx, (struct tx_set) { NULL, NULL }, err);
	if (status == HS_OK)
		status = read_codings(t, err);
	return status ? status : run(t, out, err);
}
