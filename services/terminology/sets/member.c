/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a value set holds a code: rule by rule, imports by recursion.
 *
 * A rule with a version of its own, or one that a rule of the request puts there, is held against the version
 * of the coding:
 *
 *   in the set | in the coding       | the code is looked for in | said
 *   -----------+---------------------+---------------------------+------------------------------------
 *   none       | none                | the latest                | -
 *   none       | known               | the coding's              | -
 *   none       | not known           | the latest                | unknown version, mismatch (default)
 *   known      | the same or none    | the set's                 | -
 *   pattern    | one that it means   | the coding's              | -
 *   known      | other               | the set's                 | mismatch (changed: by a rule)
 *   not known  | any                 | -                         | unknown version (and mismatch)
 *
 * Where the code system itself is not known nobody can say what the rule holds: the answer is unsure. */
#include "member.h"

#include "apart.h"
#include "filter.h"
#include "../compile/tree.h"
#include "../compile/version.h"

struct probe {
	struct tx_context *ctx;
	const struct tx_coding *coding;
	size_t depth; /* sets that are being asked */
};

static enum hs_status ask_set(struct probe *p, struct tx_set set, struct tx_issues *issues,
	enum tx_membership *out, struct tx_hit *hit, struct hs_error *err);

/* ---- versions ---- */

void hs_tx_say_unknown(struct tx_context *ctx, struct tx_issues *issues, struct hs_slice url,
	struct hs_slice version, struct hs_slice path, struct hs_slice *unknown)
{
	struct hs_slice known = version.len ? hs_tx_known_versions(ctx, url) : HS_S_NONE;
	enum tx_message id = !version.len ? TX_MSG_UNKNOWN_CODESYSTEM :
		known.len                 ? TX_MSG_UNKNOWN_CODESYSTEM_VERSION :
					    TX_MSG_UNKNOWN_CODESYSTEM_VERSION_NONE;

	*unknown = known.len ? hs_tx_vurl(ctx->arena, url, version) : url;
	if (!hs_tx_has_issue(issues, id, path))
		hs_tx_issue(ctx, issues, id, path, (struct tx_args) { { url, version, known } });
}

/* A coding's version against a version that the value set, or a rule of the request, asks for. */
static void say_mismatch(struct probe *p, struct tx_issues *issues, const struct tx_resolved *resolved,
	struct hs_slice in_set)
{
	const struct tx_coding *coding = p->coding;
	struct hs_slice shown = resolved->asked;
	enum tx_message id = TX_MSG_VALUESET_VALUE_MISMATCH;

	if (resolved->changed)
		id = TX_MSG_VALUESET_VALUE_MISMATCH_CHANGED;
	else if (!shown.len && resolved->system.row) {
		id = TX_MSG_VALUESET_VALUE_MISMATCH_DEFAULT;
		shown = TX_SYSTEM_VERSION(resolved->system);
	}
	hs_tx_issue(p->ctx, issues, id, coding->at_version,
		(struct tx_args) { { coding->system, shown, coding->version, in_set } });
}

/* The code system in which the code of a rule is to be looked for, by the table above; row NULL: none. */
static struct tx_system choose_system(struct probe *p, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_issues *issues, struct tx_hit *hit)
{
	struct hs_slice url = tx_text(set.layer, rule->system), version = tx_text(set.layer, rule->version);
	const struct tx_coding *coding = p->coding;
	struct tx_resolved resolved = hs_tx_resolve_rule(p->ctx, set, rule);
	struct tx_system own = { NULL, NULL };
	bool has_version = coding->version.len > 0;
	bool own_known = has_version && hs_tx_find_system(&p->ctx->scope, url, coding->version, &own);

	if (!resolved.system.row && !resolved.asked.len) {
		hs_tx_say_unknown(p->ctx, issues, url, coding->version, coding->at_system, &hit->unknown);
		return resolved.system;
	}
	bool fits = !has_version ||
		(resolved.system.row && hs_slice_eq(TX_SYSTEM_VERSION(resolved.system), coding->version)) ||
		(own_known && hs_tx_version_meets(resolved.asked, TX_SYSTEM_VERSION(own)));
	if (!resolved.system.row)
		hs_tx_say_unknown(p->ctx, issues, url, resolved.asked, coding->at_system, &hit->unknown);
	if (!fits)
		say_mismatch(p, issues, &resolved, version);
	if (!fits && !own_known)
		hs_tx_say_unknown(p->ctx, issues, url, coding->version, coding->at_system, &hit->unknown);
	if (resolved.system.row && fits && own_known)
		resolved.system = own;
	if (resolved.check && resolved.system.row &&
		!hs_tx_version_meets(resolved.check->version, TX_SYSTEM_VERSION(resolved.system)))
		hs_tx_issue(p->ctx, issues, TX_MSG_VALUESET_VERSION_CHECK, coding->at_version,
			(struct tx_args) {
				{ url, TX_SYSTEM_VERSION(resolved.system), resolved.check->version } });
	return resolved.system;
}

/* ---- one rule ---- */

static const struct tx_pick_row *find_pick(const struct tx_layer *layer, const struct tx_rule_row *rule,
	struct hs_slice code)
{
	const uint32_t *order = layer->picks_by_code + rule->pick_first;
	size_t lo = 0, hi = rule->pick_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(tx_text(layer, layer->picks[order[mid]].code), code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == rule->pick_count || !hs_slice_eq(tx_text(layer, layer->picks[order[lo]].code), code))
		return NULL;
	return &layer->picks[order[lo]];
}

static enum hs_status ask_filters(struct probe *p, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, uint32_t concept, bool *passes, struct hs_error *err)
{
	struct tx_filter *filters = NULL;
	enum hs_status status = hs_tx_filters_prepare(p->ctx, set, rule, s, &filters, err);

	*passes = status == HS_OK;
	for (uint32_t i = 0; i < rule->filter_count && *passes; i++)
		*passes = hs_tx_filter_passes(p->ctx, &filters[i], s, concept);
	return status;
}

/* The part of a rule that names a code system. */
static enum hs_status ask_system(struct probe *p, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_issues *issues, enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	struct hs_slice url = tx_text(set.layer, rule->system), code = p->coding->code;
	struct tx_system s;
	bool passes = true;

	*out = TX_OUT;
	if (p->coding->system.len && !hs_slice_eq(url, p->coding->system))
		return HS_OK;
	s = choose_system(p, set, rule, issues, hit);
	if (!s.row) {
		/* Unknown, a list still says what is not in it. */
		*out = rule->flags & TX_RULE_ENUM && !find_pick(set.layer, rule, code) ? TX_OUT : TX_UNSURE;
		return HS_OK;
	}
	hit->same_version = p->coding->version.len && hs_slice_eq(TX_SYSTEM_VERSION(s), p->coding->version);
	uint32_t concept = hs_tx_find_code(p->ctx->arena, s, code, &hit->case_differs);
	if (concept == TX_NONE && (s.row->content != TX_CONTENT_FRAGMENT || rule->filter_count))
		return HS_OK;
	if (rule->flags & TX_RULE_ENUM) {
		hit->pick = find_pick(set.layer, rule, concept == TX_NONE ? code : hs_tx_code(s, concept));
		hit->pick_layer = set.layer;
		passes = hit->pick != NULL;
	}
	if (passes && rule->filter_count) {
		enum hs_status status = ask_filters(p, set, rule, s, concept, &passes, err);
		if (status)
			return status;
	}
	hit->system = s;
	hit->concept = concept;
	hit->set = set;
	*out = passes ? TX_IN : TX_OUT;
	return HS_OK;
}

/* The code was also taken from `other`, in the way that `inner` tells. */
static void add_way(struct probe *p, struct tx_hit *hit, const struct tx_hit *inner,
	struct tx_import_way last)
{
	for (const struct tx_import_way *way = inner->way;; way = way->next) {
		struct tx_import_way *copy = hs_arena_alloc(p->ctx->arena, sizeof(*copy));
		if (!copy)
			return;
		*copy = way ? *way : last;
		copy->next = hit->way;
		hit->way = copy;
		if (!way)
			return;
	}
}

/* A missing import makes the whole set unusable: nobody can say what is in it. */
static enum hs_status ask_imports(struct probe *p, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_issues *issues, enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	struct tx_coding code = *p->coding;
	struct probe within = { p->ctx, &code, p->depth };
	enum hs_status status = HS_OK;

	/* The rule's own code system has judged of the version, or the include that found what this excludes.
	 */
	if ((hit->system.row || rule->flags & TX_RULE_EXCLUDE) && p->ctx->params.versions_match != TX_NO)
		code.version = HS_S_NONE;
	for (uint32_t i = 0; i < rule->import_count && *out == TX_IN && status == HS_OK; i++) {
		struct hs_slice canonical = tx_text(set.layer, set.layer->imports[rule->import_first + i]);
		struct tx_set other;
		struct tx_hit inner = { .concept = TX_NONE };
		struct hs_slice url, version, asked;
		if (!hs_tx_resolve_set(p->ctx, canonical, HS_S_NONE, &other, &asked)) {
			hs_tx_canonical(canonical, &url, &version);
			hs_tx_issue(p->ctx, issues, TX_MSG_Unable_to_resolve_value_Set_, HS_S_NONE,
				(struct tx_args) { { hs_tx_vurl(p->ctx->arena, url, asked) } });
			*out = TX_UNSURE;
			break;
		}
		status = ask_set(&within, other, issues, out, &inner, err);
		if (*out == TX_UNSURE)
			hit->unknown = inner.unknown;
		if (status || *out != TX_IN)
			continue;
		const struct tx_import_way *before = hit->way;
		if (!hit->system.row)
			*hit = inner;
		hit->way = before;
		add_way(p, hit, &inner, (struct tx_import_way) { .set = other, .from = set });
	}
	return status;
}

static enum hs_status ask_rule(struct probe *p, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_issues *issues, enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	*hit = (struct tx_hit) { .concept = TX_NONE };
	*out = TX_IN;
	if (!rule->system.len && !rule->import_count) {
		*out = TX_OUT;
		return HS_OK;
	}
	enum hs_status status = HS_OK;
	if (rule->system.len)
		status = ask_system(p, set, rule, issues, out, hit, err);
	if (status == HS_OK && *out == TX_IN)
		status = ask_imports(p, set, rule, issues, out, hit, err);
	return status;
}

/* ---- a set ---- */

static void append_issues(struct tx_context *ctx, struct tx_issues *to, const struct tx_issues *from)
{
	for (const struct tx_issue *i = from->first; i; i = i->next) {
		struct tx_issue *copy = hs_tx_has_issue(to, i->id, i->path) ?
			NULL :
			hs_tx_issue(ctx, to, i->id, i->path, (struct tx_args) { { HS_S_NONE } });
		if (!copy)
			continue;
		struct tx_issue *next = copy->next;
		*copy = *i;
		copy->next = next;
	}
}

/* The code that a rule has found, against the excludes: what one of them holds is out; where nobody can say
 * what one holds, it is unsure. One without a version is asked about the code in the version in which it was
 * found. */
static enum hs_status ask_excludes(struct probe *p, struct tx_set set, struct tx_issues *issues,
	enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	struct tx_coding found = *p->coding;
	struct probe inner = { p->ctx, &found, p->depth };

	for (uint32_t i = 0; i < set.row->rule_count && *out != TX_OUT; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		struct tx_issues own = { 0 };
		struct tx_hit at;
		enum tx_membership answer;
		if (!(rule->flags & TX_RULE_EXCLUDE))
			continue;
		found.version = hit->system.row && !rule->version.len ? TX_SYSTEM_VERSION(hit->system) :
									p->coding->version;
		enum hs_status status = ask_rule(&inner, set, rule, &own, &answer, &at, err);
		if (status)
			return status;
		if (answer == TX_IN && hs_tx_is_same_code(p->ctx, set, hit->system, at.system)) {
			*out = TX_OUT;
		} else if (answer == TX_UNSURE) {
			*out = TX_UNSURE;
			hit->unknown = at.unknown;
			append_issues(p->ctx, issues, &own);
		}
	}
	return HS_OK;
}

/* How good an answer of a rule is: 0 not in it; 1 unsure; 2 in it, but with a complaint; 3 in it, but with
 * another display than the coding's; 4 in it. */
static int rank(struct probe *p, enum tx_membership answer, const struct tx_issues *issues,
	const struct tx_hit *hit)
{
	if (answer != TX_IN)
		return answer == TX_UNSURE;
	if (issues->errors)
		return 2;
	if (p->coding->display.len && !p->coding->version.len && hit->system.row && hit->concept != TX_NONE &&
		!hs_tx_display_is_right(p->ctx, p->coding, hit))
		return 3;
	return 4;
}

/* Includes: the best answer of any, with its complaints. A rule that speaks of the very version of the coding
 * and does not hold the code weighs more than one of another version that does. */
static enum hs_status ask_includes(struct probe *p, struct tx_set set, struct tx_issues *issues,
	enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	struct tx_issues best = { 0 };
	int best_rank = 0;
	bool denied = false;

	*out = TX_OUT;
	for (uint32_t i = 0; i < set.row->rule_count && best_rank < 4; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		struct tx_issues own = { 0 };
		struct tx_hit at;
		enum tx_membership answer;
		if (rule->flags & TX_RULE_EXCLUDE)
			continue;
		enum hs_status status = ask_rule(p, set, rule, &own, &answer, &at, err);
		if (status == HS_OK && answer == TX_IN)
			status = ask_excludes(p, set, &own, &answer, &at, err);
		if (status)
			return status;
		denied |= answer == TX_OUT && at.same_version;
		int here = rank(p, answer, &own, &at);
		if (here <= best_rank)
			continue;
		best_rank = here;
		*out = answer;
		*hit = at;
		best = own;
	}
	if (denied && best_rank == 2) {
		*out = TX_OUT;
		return HS_OK;
	}
	append_issues(p->ctx, issues, &best);
	return HS_OK;
}

/* Sets that include themselves were refused before. */
static enum hs_status ask_set(struct probe *p, struct tx_set set, struct tx_issues *issues,
	enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	if (p->depth == TX_SETS_DEEP)
		return hs_tx_too_deep(p->ctx, err);
	p->depth++;
	enum hs_status status = ask_includes(p, set, issues, out, hit, err);
	/* Of the set that was asked for the caller says it in words of its own. */
	bool taken = p->depth > 1 && tx_only_active(set) && hit->system.row && hit->concept != TX_NONE;
	if (status == HS_OK && *out == TX_IN && taken && hs_tx_is_inactive(hit->system, hit->concept))
		*out = TX_OUT;
	p->depth--;
	return status;
}

enum hs_status hs_tx_member(struct tx_context *ctx, struct tx_set set, const struct tx_coding *coding,
	struct tx_issues *issues, enum tx_membership *out, struct tx_hit *hit, struct hs_error *err)
{
	struct probe p = { .ctx = ctx, .coding = coding };

	*hit = (struct tx_hit) { .concept = TX_NONE };
	return ask_set(&p, set, issues, out, hit, err);
}

struct hs_slice hs_tx_coding_name(struct tx_context *ctx, const struct tx_coding *coding, bool with_display)
{
	struct hs_slice system = hs_tx_vurl(ctx->arena, coding->system,
		with_display ? coding->version : HS_S_NONE);

	if (with_display && coding->display.len)
		return HS_ARENA_JOIN(ctx->arena, system, HS_S("#"), coding->code, HS_S(" ('"),
			coding->display, HS_S("')"));
	return HS_ARENA_JOIN(ctx->arena, system, HS_S("#"), coding->code);
}
