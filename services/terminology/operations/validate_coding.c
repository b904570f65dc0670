/* SPDX-License-Identifier: Apache-2.0 */
/* One coding of a $validate-code: is it in the value set, is it in its code system, and what else is to be
 * said of it. */
#include "validate.h"

#include "operations.h"
#include "status.h"
#include "../compile/source.h"
#include "../compile/tree.h"

/* ---- the code system of a coding ---- */

static bool is_relative(struct hs_slice system)
{
	return hs_slice_find(system, ':', 0) == SIZE_MAX;
}

/* Systems that are none; true when that has been said. */
static bool say_no_system(struct tx_validation *t, const struct tx_coding *coding)
{
	struct tx_context *ctx = t->ctx;
	struct tx_set set;
	struct tx_system supplement;

	if (!coding->system.len) {
		tx_say(t, TX_MSG_Coding_has_no_system__cannot_validate, coding->at,
			(struct tx_args) { { HS_S_NONE } });
		return true;
	}
	if (is_relative(coding->system))
		tx_say(t, TX_MSG_Terminology_TX_System_Relative, coding->at_system,
			(struct tx_args) { { HS_S_NONE } });
	if (hs_tx_find_supplement(&ctx->scope, coding->system, coding->version, &supplement)) {
		struct hs_slice name = hs_tx_vurl(ctx->arena, TX_SYSTEM_URL(supplement),
			TX_SYSTEM_VERSION(supplement));
		tx_say(t, TX_MSG_CODESYSTEM_CS_NO_SUPPLEMENT, coding->at_system,
			(struct tx_args) { { name } });
		return true;
	}
	if (hs_tx_find_set(&ctx->scope, coding->system, HS_S_NONE, &set)) {
		tx_say(t, TX_MSG_Terminology_TX_System_ValueSet2, coding->at_system,
			(struct tx_args) { { coding->system } });
		return true;
	}
	return false;
}

/* A canonical with a version in the place of a system, which is a URI. */
static void say_version_in_system(struct tx_validation *t, const struct tx_coding *coding)
{
	struct hs_slice url, version;

	hs_tx_canonical(coding->system, &url, &version);
	if (version.len)
		tx_say(t, TX_MSG_OWN_SYSTEM_WITH_VERSION, coding->at_system,
			(struct tx_args) { { coding->system, url, version } });
}

static void find_system(struct tx_validation *t, const struct tx_coding *coding, struct tx_verdict *v)
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
		tx_say(t, TX_MSG_VALUESET_VERSION_CHECK, coding->at_version,
			(struct tx_args) { { coding->system, TX_SYSTEM_VERSION(resolved.system),
				resolved.check->version } });
	if (!v->system.row && v->membership != TX_UNSURE && !say_no_system(t, coding))
		hs_tx_say_unknown(ctx, &ctx->issues, coding->system, resolved.asked, coding->at_system,
			&v->unknown);
	if (!v->system.row && resolved.asked.len) /* another version can still tell what the code is */
		v->system = hs_tx_resolve(ctx, coding->system, HS_S_NONE).system;
	if (!v->system.row)
		return;
	v->concept = hs_tx_find_code(ctx->arena, v->system, coding->code, &v->hit.case_differs);
}

/* ---- what is said about a concept ---- */

static void say_unknown_code(struct tx_validation *t, const struct tx_coding *coding, struct tx_verdict *v)
{
	struct hs_slice url = TX_SYSTEM_URL(v->system), version = TX_SYSTEM_VERSION(v->system);
	bool fragment = v->system.row->content == TX_CONTENT_FRAGMENT;
	enum tx_message id = fragment ? TX_MSG_UNKNOWN_CODE_IN_FRAGMENT :
		version.len           ? TX_MSG_Unknown_Code_in_Version :
					TX_MSG_Unknown_Code_in;

	tx_say(t, id, coding->at_code, (struct tx_args) { { coding->code, url, version } });
	hs_tx_say_remarks(t->ctx, hs_tx_remarks(t->ctx, v->system, coding->code, TX_NONE), coding->at_code);
}

static struct hs_slice status_text(struct tx_validation *t, const struct tx_verdict *v)
{
	struct hs_slice status = hs_tx_concept(v->system, v->concept).status;

	if (!status.len || hs_slice_eq(status, HS_S("inactive")) || hs_slice_eq(status, HS_S("active")))
		return hs_slice_cstr(tx_word(t->ctx, TX_MSG_WORD_INACTIVE));
	return hs_arena_printf(t->ctx->arena, "%.*s %s", HS_S_ARG(status),
		tx_word(t->ctx, TX_MSG_WORD_AND_INACTIVE));
}

static void comment_on_concept(struct tx_validation *t, const struct tx_coding *coding, struct tx_verdict *v)
{
	uint32_t flags = hs_tx_flags(v->system, v->concept);
	struct tx_args code = { { coding->code } };

	if (flags & TX_INACTIVE)
		tx_say(t, TX_MSG_INACTIVE_CONCEPT_FOUND, coding->at,
			(struct tx_args) { { coding->code, status_text(t, v) } });
	else if (flags & TX_DEPRECATED)
		tx_say(t, TX_MSG_DEPRECATED_CONCEPT_FOUND, coding->at_code, code);
	if (v->hit.pick && (v->hit.pick->flags & TX_DEPRECATED)) {
		struct hs_slice set = hs_tx_vurl(t->ctx->arena, TX_SET_URL(v->hit.set),
			TX_SET_VERSION(v->hit.set));
		tx_say(t, TX_MSG_CONCEPT_DEPRECATED_IN_VALUESET, coding->at_code,
			(struct tx_args) { { coding->code, coding->system, set, HS_S("deprecated") } });
	}
	if (v->hit.case_differs) {
		struct hs_slice name = hs_tx_vurl(t->ctx->arena, TX_SYSTEM_URL(v->system),
			TX_SYSTEM_VERSION(v->system));
		tx_say(t, TX_MSG_CODE_CASE_DIFFERENCE, coding->at_code,
			(struct tx_args) { { coding->code, hs_tx_code(v->system, v->concept), name } });
	}
}

/* A word on what state a code system or value set is in, said once. */
static void comment_on_state(struct tx_validation *t, const char *what, struct tx_named it,
	struct tx_named from)
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
	tx_say(t, messages[state], HS_S_NONE, (struct tx_args) { { hs_slice_cstr(what), name } });
}

void hs_tx_comment_on_way(struct tx_validation *t)
{
	const struct tx_verdict *v = &t->best;
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
static void refuse_by_state(struct tx_validation *t, const struct tx_coding *coding, struct tx_verdict *v)
{
	uint32_t flags = hs_tx_flags(v->system, v->concept);
	const struct tx_set set = t->ctx->set;
	bool active_only = t->ctx->params.active_only == TX_YES;

	active_only |= t->in_set && tx_only_active(set);
	if (t->ctx->params.abstract == TX_NO && flags & TX_ABSTRACT) {
		v->abstract = true;
		tx_say(t, TX_MSG_ABSTRACT_CODE_NOT_ALLOWED, coding->at_code,
			(struct tx_args) { { hs_tx_coding_name(t->ctx, coding, false) } });
	}
	if (active_only && flags & TX_INACTIVE) {
		v->inactive_refused = true;
		tx_say(t, TX_MSG_STATUS_CODE_WARNING_CODE, coding->at_code,
			(struct tx_args) { { coding->code } });
	}
}

static void say_not_in_set(struct tx_validation *t, const struct tx_coding *coding)
{
	struct tx_issue *issue = tx_say(t, TX_MSG_None_of_the_provided_codes_are_in_the_value_set_one,
		coding->at_code,
		(struct tx_args) { { hs_tx_coding_name(t->ctx, coding, true), t->ctx->set_name } });

	if (!issue || !t->of_concept)
		return;
	issue->severity = HS_SEVERITY_INFORMATION;
	issue->spoken = false;
	issue->type = "this-code-not-in-vs";
	t->ctx->issues.errors--;
}

static void look_at_concept(struct tx_validation *t, const struct tx_coding *coding, struct tx_verdict *v)
{
	bool whole = t->ctx->params.membership_only != TX_YES;

	if (v->concept == TX_NONE) {
		if (v->system.row && (v->membership != TX_UNSURE) && !v->unknown.len && whole)
			say_unknown_code(t, coding, v);
		return;
	}
	refuse_by_state(t, coding, v);
	hs_tx_expect_texts(v->system, v->concept); /* the answer tells them */
	if (!whole)
		return;
	comment_on_concept(t, coding, v);
	hs_tx_say_remarks(t->ctx, hs_tx_remarks(t->ctx, v->system, coding->code, v->concept),
		coding->at_code);
	if (coding->display.len && v->membership != TX_UNSURE)
		hs_tx_check_display(t->ctx, &t->ctx->issues, coding, v->system, v->concept, &v->hit);
}

enum hs_status hs_tx_judge_coding(struct tx_validation *t, const struct tx_coding *coding,
	struct tx_verdict *v, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*v = (struct tx_verdict) { .concept = TX_NONE, .membership = TX_IN };
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
		tx_say(t, TX_MSG_OWN_OTHER_SYSTEM, coding->at_system,
			(struct tx_args) { { coding->system, url } });
	if (!coding->system.len || t->ctx->params.membership_only != TX_YES || v->hit.system.row)
		find_system(t, coding, v);
	look_at_concept(t, coding, v);
	bool refused = v->inactive_refused || (v->abstract && t->in_set);
	if (v->membership == TX_OUT || (t->in_set && refused))
		say_not_in_set(t, coding);
	return HS_OK;
}
