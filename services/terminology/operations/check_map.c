/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that a concept map must keep so that $translate can answer from it: invariants of R4 ConceptMap
 * (cmd-2, cmd-3) and of R5 (cmd-2 to cmd-5 and cmd-7 to cmd-10). That codes are there is $validate's to say.
 */
#include "check.h"

static bool has(const struct hs_json *object, const char *name)
{
	return hs_json_get(object, hs_slice_cstr(name)) != NULL;
}

static void say(const struct tx_checking *c, enum tx_message id, struct hs_slice path, const char *key)
{
	hs_tx_check_say(c, id, "invariant", path, key, TX_ARGS(hs_slice_cstr(key)));
}

/* Exactly one of code and valueSet. */
static bool has_one(const struct hs_json *object)
{
	return has(object, "code") != has(object, "valueSet");
}

static void check_unmapped(const struct tx_checking *c, const struct hs_json *unmapped, struct hs_slice path)
{
	bool r5 = c->event->fhir == HS_FHIR_R5;
	struct hs_slice mode = hs_json_get_text(unmapped, HS_S("mode"));
	bool fixed = hs_slice_eq(mode, HS_S("fixed")), other = hs_slice_eq(mode, HS_S("other-map"));

	if (!unmapped || !mode.len)
		return;
	if (fixed && !(r5 ? has_one(unmapped) : has(unmapped, "code")))
		say(c, r5 ? TX_MSG_OWN_MAP_FIXED_R5 : TX_MSG_OWN_MAP_FIXED, path, "cmd-2");
	if (other && !has(unmapped, r5 ? "otherMap" : "url"))
		hs_tx_check_say(c, TX_MSG_OWN_MAP_NO_OTHER, "invariant", path, "cmd-3",
			TX_ARGS(HS_S("cmd-3"), r5 ? HS_S("otherMap") : HS_S("url")));
	if (!r5)
		return;
	if (!fixed && (has(unmapped, "code") || has(unmapped, "display") || has(unmapped, "valueSet")))
		say(c, TX_MSG_OWN_MAP_NOT_FIXED, path, "cmd-8");
	if (!other && !has(unmapped, "relationship"))
		say(c, TX_MSG_OWN_MAP_NO_RELATION, path, "cmd-9");
	if (!other && has(unmapped, "otherMap"))
		say(c, TX_MSG_OWN_MAP_NOT_OTHER, path, "cmd-10");
}

static void check_element(const struct tx_checking *c, const struct hs_json *element, struct hs_slice path)
{
	unsigned index = 0;

	if (!has_one(element))
		say(c, TX_MSG_OWN_MAP_CODE, path, "cmd-5");
	if (hs_json_get_bool(element, HS_S("noMap"), false) && has(element, "target"))
		say(c, TX_MSG_OWN_MAP_NO_MAP, path, "cmd-4");
	HS_JSON_EACH(target, hs_json_get(element, HS_S("target"))) {
		if (!has_one(target))
			say(c, TX_MSG_OWN_MAP_CODE,
				hs_arena_printf(c->event->arena, "%.*s.target[%u]", HS_S_ARG(path), index),
				"cmd-7");
		index++;
	}
}

void hs_tx_check_map(const struct tx_checking *c)
{
	struct hs_arena *arena = c->event->arena;
	unsigned group_index = 0;

	HS_JSON_EACH(group, hs_json_get(c->event->resource, HS_S("group"))) {
		struct hs_slice path = hs_arena_printf(arena, "ConceptMap.group[%u]", group_index++);
		unsigned index = 0;
		check_unmapped(c, hs_json_get(group, HS_S("unmapped")),
			hs_arena_printf(arena, "%.*s.unmapped", HS_S_ARG(path)));
		if (c->event->fhir != HS_FHIR_R5)
			continue; /* R4 lets a code be missing: what it cannot say it says elsewhere */
		HS_JSON_EACH(element, hs_json_get(group, HS_S("element")))
			check_element(c, element,
				hs_arena_printf(arena, "%.*s.element[%u]", HS_S_ARG(path), index++));
	}
}
