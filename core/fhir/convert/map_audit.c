/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of AuditEvent: what kind of event, how it ended, from where in the network. */
#include <core/fhir/convert/convert_private.h>

/* ---- R4: a type, and subtypes as Codings; R5: categories, and one code that must be there. Without subtypes
 * the type is the code too. An R4 type that is the first of its own subtypes stands for an R5 code without
 * category, so that each has its way back. ---- */

static bool same(const struct hs_json *a, const struct hs_json *b)
{
	return a && b && hs_json_equal(a, b);
}

void hs__map_event_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *type = hs__map_get(src, "type"), *subtypes = hs__map_get(src, "subtype");
	struct hs_json *category = hs_json_object(run->arena), *code = hs_json_object(run->arena);

	(void)rule;
	if (type && !same(type, hs_json_first(subtypes))) {
		hs__tree_push(hs__map_list(run, category, "coding"), hs_json_clone(run->arena, type));
		hs__tree_push(hs__map_list(run, dst, "category"), category);
	}
	hs__map_push_all(run, code, "coding", subtypes);
	if (type && !hs_json_first(subtypes))
		hs__tree_push(hs__map_list(run, code, "coding"), hs_json_clone(run->arena, type));
	if (hs_json_count(code))
		hs__tree_set(dst, HS_S("code"), code);
}

void hs__map_event_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *category = hs_json_first(hs__map_get(src, "category"));
	const struct hs_json *codings = hs__map_get(hs__map_get(src, "code"), "coding");
	const struct hs_json *type = hs_json_first(category ? hs__map_get(category, "coding") : codings);
	bool alone = category && hs_json_count(codings) == 1 && same(type, hs_json_first(codings));

	(void)rule;
	hs__map_put(run, dst, "type", type);
	if (!alone)
		hs__map_push_all(run, dst, "subtype", codings);
}

/* ---- the outcome: in R5 a severity, and details ---- */

#define SEVERITIES "http://hl7.org/fhir/issue-severity"

/* audit-event-outcome of R4 and issue-severity of R5 */
static const char *const outcomes[] = { "0", "success", "4", "warning", "8", "error", "12", "fatal", NULL };

static const char *other_outcome(struct hs_slice code, unsigned from)
{
	for (const char *const *word = outcomes; *word; word += 2)
		if (hs_slice_eq(code, hs_slice_cstr(word[from])))
			return word[1 - from];
	return NULL;
}

void hs__map_outcome_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const char *severity = other_outcome(hs_json_get_text(src, HS_S("outcome")), 0);
	struct hs_json *outcome = hs_json_object(run->arena), *code = hs_json_object(run->arena);
	struct hs_json *detail = hs_json_object(run->arena);

	(void)rule;
	if (!severity) /* R5 says nothing of how it ended without a code */
		return;
	hs__tree_text(run->arena, code, HS_S("system"), HS_S(SEVERITIES));
	hs__tree_text(run->arena, code, HS_S("code"), hs_slice_cstr(severity));
	hs__tree_add(outcome, HS_S("code"), code);
	hs__map_put(run, detail, "text", hs__map_get(src, "outcomeDesc"));
	if (hs_json_count(detail))
		hs__tree_push(hs__map_list(run, outcome, "detail"), detail);
	hs__tree_set(dst, HS_S("outcome"), outcome);
}

void hs__map_outcome_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *outcome = hs__map_get(src, "outcome"), *code = hs__map_get(outcome, "code");
	const struct hs_json *detail = hs_json_first(hs__map_get(outcome, "detail"));
	const char *own = hs_slice_eq(hs_json_get_text(code, HS_S("system")), HS_S(SEVERITIES)) ?
		other_outcome(hs_json_get_text(code, HS_S("code")), 1) :
		NULL;

	(void)rule;
	if (!own)
		return;
	hs__tree_text(run->arena, dst, HS_S("outcome"), hs_slice_cstr(own));
	hs__map_put(run, dst, "outcomeDesc", hs__map_get(detail, "text"));
}

/* ---- where in the network: R4 has an address and what it is, R5 an address that is a URI or not ---- */

#define IS_URI "5" /* network-type */

void hs__map_network_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *network = hs__map_get(src, "network");
	bool uri = hs_slice_eq(hs_json_get_text(network, HS_S("type")), HS_S(IS_URI));

	(void)rule;
	hs__map_put(run, dst, uri ? "networkUri" : "networkString", hs__map_get(network, "address"));
}

void hs__map_network_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *uri = hs__map_get(src, "networkUri");
	struct hs_json *network = hs_json_object(run->arena);

	(void)rule;
	hs__map_put(run, network, "address", uri ? uri : hs__map_get(src, "networkString"));
	if (uri)
		hs__tree_text(run->arena, network, HS_S("type"), HS_S(IS_URI));
	if (hs_json_count(network))
		hs__tree_set(dst, HS_S("network"), network);
}
