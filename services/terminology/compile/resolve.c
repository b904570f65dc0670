/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver: which version of a code system or value set a reference means.
 *
 *   reference | rule of the request  | means
 *   ----------+----------------------+--------------------------------------------
 *   any       | force-system-version | the rule's version, whatever the reference says
 *   none      | system-version       | the rule's version
 *   none      | check-system-version | the rule's version
 *   none      | -                    | the latest; in a guest's value set that of the set's own release
 *   version   | -                    | that version; a pattern: the latest that it means
 *
 * Afterwards a check rule that the version found does not meet is broken, and the caller says so. */
#include "../context.h"

#include "../snomed/semantics.h"
#include "tree.h"
#include "version.h"

static struct tx_version_rule *rule_of(struct tx_context *ctx, enum tx_version_kind kind, struct hs_slice url)
{
	for (size_t i = 0; i < ctx->params.rule_count; i++)
		if (ctx->params.rules[i].kind == kind && hs_slice_eq(ctx->params.rules[i].url, url))
			return &ctx->params.rules[i];
	return NULL;
}

static struct tx_resolved resolve(struct tx_context *ctx, struct hs_slice url, struct hs_slice version)
{
	struct tx_resolved out = { .asked = version };
	struct tx_version_rule *check = rule_of(ctx, TX_VERSION_CHECK, url);
	struct tx_version_rule *use = rule_of(ctx, TX_VERSION_FORCE, url);
	if (!use && !version.len)
		use = rule_of(ctx, TX_VERSION_DEFAULT, url);
	if (!use && !version.len)
		use = check;
	if (use)
		use->used = true;
	if (use && !hs_slice_eq(use->version, version)) {
		out.asked = use->version;
		out.changed = true;
	}
	if (!hs_tx_find_system(&ctx->scope, url, out.asked, &out.system))
		out.system = (struct tx_system) { NULL, NULL };
	else if (check && !hs_tx_version_meets(check->version, TX_SYSTEM_VERSION(out.system)))
		out.check = check;
	return out;
}

struct tx_resolved hs_tx_resolve(struct tx_context *ctx, struct hs_slice url, struct hs_slice version)
{
	if (!url.len || !hs_slice_eq(ctx->last.url, url) || !hs_slice_eq(ctx->last.version, version)) {
		ctx->last.found = resolve(ctx, url, version);
		ctx->last.url = url;
		ctx->last.version = version;
	}
	return ctx->last.found;
}

/* FHIR's own value sets and code systems have the version of their release. What lies nearer than the
 * packages goes before both. */
struct tx_resolved hs_tx_resolve_rule(struct tx_context *ctx, struct tx_set set,
	const struct tx_rule_row *rule)
{
	struct hs_slice url = tx_text(set.layer, rule->system);
	struct tx_resolved out = hs_tx_resolve(ctx, url, tx_text(set.layer, rule->version));
	struct tx_system own;

	if (!(set.row->head.faces & TX_GUEST) || out.asked.len || out.system.layer != set.layer ||
		!TX_SET_VERSION(set).len)
		return out;
	if (hs_tx_find_system(&ctx->scope, url, TX_SET_VERSION(set), &own) && own.layer == set.layer &&
		own.row->head.faces & TX_GUEST)
		out.system = own;
	return out;
}

struct hs_slice hs_tx_known_versions(const struct tx_context *ctx, struct hs_slice url)
{
	struct hs_slice versions[100];
	size_t n = hs_tx_system_versions(&ctx->scope, url, versions, 100);
	struct hs_buf out;

	hs_buf_init(&out, ctx->arena, 65536);
	for (size_t i = 0; i < n; i++) {
		if (i)
			hs_buf_cstr(&out, i + 1 == n ? tx_word(ctx, TX_MSG_WORD_OR) : ", ");
		hs_buf_add(&out, versions[i]);
	}
	return hs_buf_slice(&out);
}

bool hs_tx_resolve_set(struct tx_context *ctx, struct hs_slice canonical, struct hs_slice version,
	struct tx_set *out, struct hs_slice *asked)
{
	struct hs_slice url, pinned;

	hs_tx_canonical(canonical, &url, &pinned);
	if (!version.len)
		version = pinned;
	struct tx_version_rule *rule = version.len ? NULL : rule_of(ctx, TX_VERSION_SET, url);
	if (rule) {
		rule->used = true;
		version = rule->version;
	}
	if (asked)
		*asked = version;
	return hs_tx_find_set(&ctx->scope, url, version, out) || hs_tx_implicit_set(ctx, url, out);
}

/* ---- supplements ---- */

static enum hs_status add_supplement(struct tx_context *ctx, struct hs_slice canonical, struct hs_error *err)
{
	struct hs_slice url, version;
	struct tx_system found;

	hs_tx_canonical(canonical, &url, &version);
	if (!hs_tx_find_supplement(&ctx->scope, url, version, &found))
		return hs_tx_refuse(ctx, TX_MSG_VALUESET_SUPPLEMENT_MISSING, 404, HS_S_NONE,
			(struct tx_args) { { canonical } }, err);
	for (size_t i = 0; i < ctx->supplement_count; i++)
		if (ctx->supplements[i].row == found.row)
			return HS_OK;
	if (ctx->supplement_count == TX_NAMES_MAX)
		return hs_tx_fault(ctx, HS_E_LIMIT, TX_MSG_OWN_TOO_MANY_SUPPLEMENTS, HS_S("useSupplement"),
			TX_ARGS(hs_arena_printf(ctx->arena, "%u", TX_NAMES_MAX)), err);
	ctx->supplements[ctx->supplement_count++] = found;
	return HS_OK;
}

enum hs_status hs_tx_find_supplements(struct tx_context *ctx, struct tx_set set, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < ctx->params.supplement_count && status == HS_OK; i++)
		status = add_supplement(ctx, ctx->params.supplements[i], err);
	for (uint32_t i = 0; set.row && i < set.row->supplement_count && status == HS_OK; i++)
		status = add_supplement(ctx,
			tx_text(set.layer, set.layer->imports[set.row->supplement_first + i]), err);
	return status;
}

size_t hs_tx_supplements_of(const struct tx_context *ctx, struct tx_system s, struct tx_system *out)
{
	size_t n = 0;

	for (size_t i = 0; i < ctx->supplement_count; i++) {
		struct tx_system supplement = ctx->supplements[i];
		struct hs_slice url, version;
		hs_tx_canonical(tx_text(supplement.layer, supplement.row->supplements), &url, &version);
		if (hs_slice_eq(url, TX_SYSTEM_URL(s)) && hs_tx_version_meets(version, TX_SYSTEM_VERSION(s)))
			out[n++] = supplement;
	}
	return n;
}

bool hs_tx_texts(struct tx_context *ctx, struct tx_system s, uint32_t concept, struct tx_designations *out)
{
	struct tx_system own[TX_NAMES_MAX];
	size_t count = hs_tx_supplements_of(ctx, s, own);

	return hs_tx_designations(ctx->arena, s, concept, own, count, out);
}

struct hs_slice hs_tx_display(struct tx_context *ctx, struct tx_system s, uint32_t concept)
{
	struct tx_designations texts = { NULL, 0, 0 };

	if (!ctx->params.languages.count && !ctx->supplement_count)
		return hs_tx_own_display(s, concept);
	if (!hs_tx_texts(ctx, s, concept, &texts))
		return HS_S_NONE;
	const struct tx_designation *chosen = hs_tx_choose_display(&texts, &ctx->params.languages);
	return chosen ? chosen->value : HS_S_NONE;
}
