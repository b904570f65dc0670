/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that ask a terminology: memberOf, subsumes, subsumedBy (R4,
 * http://hl7.org/fhir/R4/fhirpath.html section 2.9.1.3). */
#include <core/fhir/path/functions/functions.h>

enum hs_status hs__path_fn_member_of(struct path_call *call)
{
	struct hs_slice value_set;
	bool there;
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	if (!status) {
		status = hs__path_arg_text(call, 0, &value_set, &there);
	}
	if (status || !value || !there) {
		return status;
	}
	const struct hs_path_context *context = call->run->context;
	int member = context->oracle && context->oracle->member_of ?
		context->oracle->member_of(context->oracle_arg, value, value_set) :
		-1;
	return member < 0 ? HS_OK : hs__path_push_boolean(call->run, call->out, member);
}

/* The codings of a CodeableConcept, or the Coding itself as the only one. */
static const struct hs_json *codings_of(const struct hs_json *node, bool *alone)
{
	const struct hs_json *list = hs_json_get(node, HS_S("coding"));
	*alone = !list;
	return list ? hs_json_first(list) : node;
}

/* Codes of different systems have nothing to do with one another. */
static int pair_subsumes(const struct hs_path_context *context, const struct hs_json *above,
	const struct hs_json *below)
{
	struct hs_slice system = hs_json_get_text(above, HS_S("system"));
	struct hs_slice upper = hs_json_get_text(above, HS_S("code"));
	struct hs_slice lower = hs_json_get_text(below, HS_S("code"));
	if (!upper.len || !lower.len || !system.len ||
		!hs_slice_eq(system, hs_json_get_text(below, HS_S("system")))) {
		return 0;
	}
	if (hs_slice_eq(upper, lower)) {
		return 1;
	}
	return context->oracle && context->oracle->subsumes ?
		context->oracle->subsumes(context->oracle_arg, system, upper, lower) :
		-1;
}

/* 1 when any coding of the one subsumes any of the other; what is not known comes before no. */
static int any_subsumes(const struct hs_path_context *context, const struct hs_json *above,
	const struct hs_json *below)
{
	int result = 0;
	bool one_above, one_below;
	const struct hs_json *first = codings_of(below, &one_below);
	for (const struct hs_json *a = codings_of(above, &one_above); a && result != 1;
		a = one_above ? NULL : hs_json_next(a)) {
		for (const struct hs_json *b = first; b && result != 1;
			b = one_below ? NULL : hs_json_next(b)) {
			int answer = pair_subsumes(context, a, b);
			result = answer ? answer : result;
		}
	}
	return result;
}

static enum hs_status answer(struct path_call *call, bool focus_is_above)
{
	const struct hs_path_value *value = NULL;
	struct hs_path_value other;
	bool there = false;
	enum hs_status status = hs__path_focus(call, &value);
	if (!status) {
		status = hs__path_arg_one(call, 0, &other, &there);
	}
	if (status || !value || !there) {
		return status;
	}
	if (!hs_json_is(value->node, HS_JSON_OBJECT) || !hs_json_is(other.node, HS_JSON_OBJECT)) {
		return hs__path_fault(call->run, call->node, "%s() is for Coding and CodeableConcept",
			focus_is_above ? "subsumes" : "subsumedBy");
	}
	int result = any_subsumes(call->run->context, focus_is_above ? value->node : other.node,
		focus_is_above ? other.node : value->node);
	return result < 0 ? HS_OK : hs__path_push_boolean(call->run, call->out, result);
}

enum hs_status hs__path_fn_subsumes(struct path_call *call)
{
	return call->node->count == 1 ? answer(call, true) : hs__path_terminologies_subsumes(call);
}

enum hs_status hs__path_fn_subsumed_by(struct path_call *call)
{
	return answer(call, false);
}
