/* SPDX-License-Identifier: Apache-2.0 */
/* A Questionnaire that complies with, or extends, another (R4 Questionnaire.derivedFrom with the extension
 * questionnaire-derivationType): the questions that both have must let no answer through that the other does
 * not take. */
#include <core/fhir/validate/rules/response.h>

#define TYPE_URL "http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType"

struct derived {
	struct hs__validation *run;
	struct hs_slice base_url;
	struct hs_map by_id; /* linkId -> item of the base */
	bool closed;         /* compliesWith: no questions of its own */
};

static void gather(struct derived *derived, const struct hs_json *of, uint32_t depth)
{
	HS_JSON_EACH(item, depth > HS__VALIDATE_DEPTH ? NULL : hs__rules_array(of, "item")) {
		struct hs_slice link_id = hs_json_get_text(item, HS_S("linkId"));
		struct hs_map_slot *slot = link_id.len ? hs_map_put(&derived->by_id, link_id, NULL) : NULL;
		if (slot)
			slot->value.ptr = item;
		gather(derived, item, depth + 1);
	}
}

static bool is_true(const struct hs_json *item, struct hs_slice name)
{
	return hs_json_get_bool(item, name, false);
}

static void check_length(struct hs__validation *run, const struct hs__node *at, const struct hs_json *base)
{
	int64_t most;
	int64_t own;
	if (!hs_json_i64(hs_json_get(base, HS_S("maxLength")), &most))
		return;
	if (!hs_json_i64(hs_json_get(at->value, HS_S("maxLength")), &own) || own > most)
		HS__FAIL(run, at, "", "business-rule", "questionnaire-derived",
			"the question takes %lld characters at most in the questionnaire that this is "
			"derived from, so no more here (maxLength)",
			(long long)most);
}

static bool has_option(const struct hs_json *base, const struct hs_json *option)
{
	struct hs_slice type = HS_S_NONE;
	const struct hs_json *value = hs__rules_choice(option, HS_S("value"), &type);
	HS_JSON_EACH(other, hs__rules_array(base, "answerOption")) {
		struct hs_slice other_type = HS_S_NONE;
		const struct hs_json *have = hs__rules_choice(other, HS_S("value"), &other_type);
		if (have && value && hs__response_same(value, type, have, other_type))
			return true;
	}
	return !value;
}

static void check_options(struct hs__validation *run, const struct hs__node *at, const struct hs_json *base)
{
	if (!hs__rules_array(base, "answerOption"))
		return;
	if (!hs__rules_array(at->value, "answerOption"))
		HS__FAIL(run, at, "", "business-rule", "questionnaire-derived",
			"the question has options in the questionnaire that this is derived from, so it "
			"needs some here");
	HS__EACH_BELOW(option, at, "answerOption")
		if (!has_option(base, option.value))
			HS__FAIL(run, &option, "", "business-rule", "questionnaire-derived",
				"the question does not have this option in the questionnaire that this is "
				"derived from");
}

static void check_item(struct derived *derived, const struct hs__node *at, const struct hs_json *base)
{
	struct hs__validation *run = derived->run;
	struct hs_slice type = hs_json_get_text(base, HS_S("type"));
	struct hs_slice own = hs_json_get_text(at->value, HS_S("type"));
	if (type.len && own.len && !hs_slice_eq(type, own))
		HS__FAIL(run, at, "type", "business-rule", "questionnaire-derived",
			"the question is of type %.*s in the questionnaire that this is derived from, not "
			"%.*s",
			HS__SHOW(type), HS__SHOW(own));
	if (is_true(base, HS_S("required")) && !is_true(at->value, HS_S("required")))
		HS__FAIL(run, at, "", "business-rule", "questionnaire-derived",
			"the question is required in the questionnaire that this is derived from, so here "
			"too");
	if (!is_true(base, HS_S("repeats")) && is_true(at->value, HS_S("repeats")))
		HS__FAIL(run, at, "", "business-rule", "questionnaire-derived",
			"the question takes one answer in the questionnaire that this is derived from, so it "
			"cannot repeat here");
	check_length(run, at, base);
	check_options(run, at, base);
}

static void check_items(struct derived *derived, const struct hs__node *of)
{
	if (of->depth > HS__VALIDATE_DEPTH)
		return;
	HS__EACH_BELOW(item, of, "item") {
		struct hs_slice link_id = hs_json_get_text(item.value, HS_S("linkId"));
		const struct hs_map_slot *slot = link_id.len ? hs_map_get(&derived->by_id, link_id) : NULL;
		if (slot)
			check_item(derived, &item, slot->value.ptr);
		else if (link_id.len && derived->closed)
			HS__FAIL(derived->run, &item, "", "business-rule", "questionnaire-derived",
				"the questionnaire that this complies with, '%.*s', has no item '%.*s'",
				HS__SHOW(derived->base_url), HS__SHOW(link_id));
		check_items(derived, &item);
	}
}

/* The kind of derivation, which stands on the address as an extension; empty when it is not said. */
static struct hs_slice kind_of(const struct hs_json *questionnaire, size_t index)
{
	const struct hs_json *shadow = hs_json_at(hs_json_get(questionnaire, HS_S("_derivedFrom")), index);
	const struct hs_json *kind = hs__rules_extension(shadow, HS_S(TYPE_URL), NULL);
	return hs_json_is(kind, HS_JSON_STRING) ? hs_json_text(kind) : hs_json_get_text(kind, HS_S("code"));
}

void hs__questionnaire_derived(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(from, node, "derivedFrom") {
		struct hs_slice kind = kind_of(node->value, (size_t)from.index);
		struct hs_slice url = hs_json_text(from.value);
		struct derived derived = { .run = run, .base_url = url };
		if (!hs__rules_in(kind, "extends compliesWith"))
			continue;
		const struct hs_json *base = hs__rules_resource_of(run, node, "Questionnaire", url);
		if (!base) {
			HS__WARN(run, &from, "", "not-found", "questionnaire-derived-from",
				"the questionnaire '%.*s' is not known here, so nothing tells whether this "
				"one suits it",
				HS__SHOW(url));
			continue;
		}
		derived.closed = hs_slice_eq(kind, HS_S("compliesWith"));
		hs_map_init(&derived.by_id, run->arena);
		derived.by_id.seed = hs_hash_secret();
		gather(&derived, base, 0);
		check_items(&derived, node);
	}
}
