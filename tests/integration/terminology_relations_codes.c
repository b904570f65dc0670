/* SPDX-License-Identifier: Apache-2.0 */
/* Relations between what is said of codes, over random code systems: $lookup, $subsumes, $validate-code,
 * $translate and $compare must not contradict one another, whichever way a question is put and in whichever
 * release of FHIR. */
#include "relations_test.h"

#define SYSTEM_OF(code) TEXT("urn:r:%c", letter(code))

/* A question with a Coding in the place of system and code. */
static struct hs_json *ask_coding(const char *operation, const char *name, unsigned code,
	const char *const *pairs)
{
	struct hs_json *question = oracle_parameters(&o, pairs);
	struct hs_error err;

	hs_parameters_add(o.arena, question, hs_slice_cstr(name), HS_S("valueCoding"),
		oracle_json(&o, TEXT("{'system':'%s','code':'%s'}", SYSTEM_OF(code), name_of(code))));
	return oracle_ask(&o, operation, question, &err);
}

static bool equal(const struct hs_json *a, const struct hs_json *b)
{
	return a && b && hs_json_equal(a, b);
}

/* ---- one code ---- */

/* The values of a property in an answer of $lookup, as bits of codes of ours. */
static codes property_codes(const struct hs_json *answer, const char *property)
{
	codes out = 0;

	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter"))) {
		struct hs_slice code = HS_S_NONE, value = HS_S_NONE;
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part"))) {
			struct hs_slice name = hs_json_get_text(part, HS_S("name"));
			if (hs_slice_eq(name, HS_S("code")))
				code = hs_json_text(hs_parameter_value(part));
			if (hs_slice_eq(name, HS_S("value")))
				value = hs_json_text(hs_parameter_value(part));
		}
		if (hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("property")) &&
			hs_slice_eq(code, hs_slice_cstr(property)))
			out |= ONE(number_of(value));
	}
	return out;
}

static struct hs_json *look_up(unsigned code, const char *property)
{
	const char *pairs[] = { "uri:system", SYSTEM_OF(code), "code:code", name_of(code), "code:property",
		property, NULL };

	return ask_of("CodeSystem/$lookup", pairs);
}

static void check_lookup(unsigned code)
{
	const char *name = name_of(code), *property[] = { "code:property", "*", NULL };
	struct hs_json *all = look_up(code, "*"), *parent = look_up(code, "parent"),
		       *child = look_up(code, "child");
	codes above = parents[code] == code ? 0 : ONE(parents[code]), below = 0;

	for (unsigned i = code / CODES * CODES; i < (code / CODES + 1) * CODES; i++)
		below |= parents[i] == code && i != code ? ONE(i) : 0;
	same("parent", property_codes(parent, "parent"), above, name, "");
	same("child", property_codes(child, "child"), below, name, "");
	same("parent among all", property_codes(all, "parent"), above, name, "");
	same("child among all", property_codes(all, "child"), below, name, "");
	same("only what was asked for", property_codes(parent, "child"), 0, name, "");
	holds("by coding", equal(ask_coding("CodeSystem/$lookup", "coding", code, property), all), name, "");
	holds("asked again", equal(look_up(code, "*"), all), name, "");
	for (unsigned i = 0; i < EVERY; i++)
		if (below & ONE(i))
			same("a child's parent", property_codes(look_up(i, "parent"), "parent"), ONE(code),
				name, name_of(i));
}

static void check_validation(unsigned code)
{
	const char *name = name_of(code), *system = SYSTEM_OF(code);
	const char *plain[] = { "uri:url", system, "code:code", name, NULL };
	const char *url[] = { "uri:url", system, NULL };
	const char *whole = set_of("urn:r:asked", of_system(code / CODES, ""), "");
	const char *in_set[] = { "uri:system", system, "code:code", name, NULL };
	struct hs_json *answer = ask_of("CodeSystem/$validate-code", plain);
	struct hs_json *member = ask_set("ValueSet/$validate-code", whole, in_set);
	struct hs_slice display = hs_parameter_text(look_up(code, "parent"), HS_S("display"));
	const char *right[] = { "uri:url", system, "code:code", name, "string:display",
		hs_arena_cstr(o.arena, display), NULL };
	const char *wrong[] = { "uri:url", system, "code:code", name, "string:display", "something else",
		NULL };
	const char *lenient[] = { "uri:url", system, "code:code", name, "string:display", "something else",
		"boolean:lenient-display-validation", "true", NULL };

	holds("it is a code", is_true(answer, HS_S("result")), name, "");
	holds("display of $lookup", hs_slice_eq(hs_parameter_text(answer, HS_S("display")), display), name,
		"");
	holds("member of the whole", is_true(member, HS_S("result")), name, "");
	holds("the same display in the set", hs_slice_eq(hs_parameter_text(member, HS_S("display")), display),
		name, "");
	holds("the same state", is_true(answer, HS_S("inactive")) == is_true(member, HS_S("inactive")), name,
		"");
	struct hs_json *coded = ask_coding("CodeSystem/$validate-code", "coding", code, url);
	holds("by coding", is_true(coded, HS_S("result")), name, "");
	holds("by coding, the same display", hs_slice_eq(hs_parameter_text(coded, HS_S("display")), display),
		name, "");
	holds("its display is right", is_true(ask_of("CodeSystem/$validate-code", right), HS_S("result")),
		name, "");
	holds("another is wrong", !is_true(ask_of("CodeSystem/$validate-code", wrong), HS_S("result")), name,
		"");
	holds("or lenient", is_true(ask_of("CodeSystem/$validate-code", lenient), HS_S("result")), name, "");
}

/* What is no code is none to any operation. */
static void check_unknown(unsigned system)
{
	static const char *const none[] = { "a24", "A0", "b", "none", "a0 ", "0" };
	const char *url = TEXT("urn:r:%c", letter(system * CODES)), *known = name_of(system * CODES);

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		const char *looked[] = { "uri:system", url, "code:code", none[i], NULL };
		const char *asked[] = { "uri:url", url, "code:code", none[i], NULL };
		const char *first[] = { "uri:system", url, "code:codeA", none[i], "code:codeB", known, NULL };
		const char *second[] = { "uri:system", url, "code:codeA", known, "code:codeB", none[i],
			NULL };
		holds("$lookup refuses", !ask_of("CodeSystem/$lookup", looked), none[i], "");
		holds("$validate-code says no",
			!is_true(ask_of("CodeSystem/$validate-code", asked), HS_S("result")), none[i], "");
		holds("$subsumes refuses the first", !ask_of("CodeSystem/$subsumes", first), none[i], "");
		holds("and the second", !ask_of("CodeSystem/$subsumes", second), none[i], "");
		holds("no value set has it",
			!is_true(ask_set("ValueSet/$validate-code",
					 set_of("urn:r:asked", of_system(system, ""), ""), looked),
				HS_S("result")),
			none[i], "");
	}
}

/* ---- two codes and three ---- */

static struct hs_slice outcome(unsigned a, unsigned b)
{
	const char *pairs[] = { "uri:system", SYSTEM_OF(a), "code:codeA", name_of(a), "code:codeB",
		name_of(b), NULL };

	return hs_parameter_text(ask_of("CodeSystem/$subsumes", pairs), HS_S("outcome"));
}

static bool is_above(unsigned a, unsigned b)
{
	struct hs_slice said = outcome(a, b);

	return hs_slice_eq(said, HS_S("subsumes")) || hs_slice_eq(said, HS_S("equivalent"));
}

static void check_order(unsigned a, unsigned b, unsigned c)
{
	struct hs_slice there = outcome(a, b), back = outcome(b, a);
	struct hs_json *question = hs_parameters(o.arena);
	struct hs_error err;
	bool turned = hs_slice_eq(there, HS_S("subsumes")) ? hs_slice_eq(back, HS_S("subsumed-by")) :
		hs_slice_eq(there, HS_S("subsumed-by"))    ? hs_slice_eq(back, HS_S("subsumes")) :
							     hs_slice_eq(back, there);
	const char *both = name_of(a), *other = name_of(b);

	holds("turned round", turned, both, other);
	holds("a code is itself", hs_slice_eq(outcome(a, a), HS_S("equivalent")), both, "");
	holds("only a code is itself", hs_slice_eq(there, HS_S("equivalent")) == (a == b), both, other);
	holds("above what is above", !is_above(a, b) || !is_above(b, c) || is_above(a, c), both, name_of(c));
	holds("above its parent's children", is_above(parents[a], a), both, "");
	hs_parameters_add(o.arena, question, HS_S("codingA"), HS_S("valueCoding"),
		oracle_json(&o, TEXT("{'system':'%s','code':'%s'}", SYSTEM_OF(a), both)));
	hs_parameters_add(o.arena, question, HS_S("codingB"), HS_S("valueCoding"),
		oracle_json(&o, TEXT("{'system':'%s','code':'%s'}", SYSTEM_OF(b), other)));
	holds("by coding",
		hs_slice_eq(hs_parameter_text(oracle_ask(&o, "CodeSystem/$subsumes", question, &err),
				    HS_S("outcome")),
			there),
		both, other);
	codes below = of(filtered(a / CODES, filter("concept", "is-a", both)), "");
	holds("as is-a says", is_above(a, b) == !!(below & ONE(b)), both, other);
}

/* ---- two sets ---- */

static struct hs_slice compared(const char *a, const char *b)
{
	const char *pairs[] = { "uri:thisUrl", a, "uri:otherUrl", b, NULL };

	return hs_parameter_text(ask_of("ValueSet/$compare", pairs), HS_S("result"));
}

static const char *relation_of(codes x, codes y)
{
	return x == y        ? "same" :
		(x & y) == y ? "superset" :
		(x & y) == x ? "subset" :
		(x & y) == 0 ? "disjoint" :
			       "overlapping";
}

static struct hs_slice turned_round(struct hs_slice relation)
{
	return hs_slice_eq(relation, HS_S("superset")) ? HS_S("subset") :
		hs_slice_eq(relation, HS_S("subset"))  ? HS_S("superset") :
							 relation;
}

/* Sets `i` and `k` of the round, of these codes. */
static void check_comparison(const char *const *rules, unsigned i, unsigned k)
{
	const char *a = TEXT("urn:r:s%u", i), *b = TEXT("urn:r:s%u", k);
	codes x = of(rules[i], ""), y = of(rules[k], "");
	struct hs_slice said = compared(a, b);

	if (!x || !y) /* of a set that is empty something else may be said */
		return;
	holds("compared as expanded", hs_slice_eq(said, hs_slice_cstr(relation_of(x, y))), rules[i],
		rules[k]);
	holds("turned round", hs_slice_eq(compared(b, a), turned_round(said)), rules[i], rules[k]);
	holds("a set is itself", hs_slice_eq(compared(a, a), HS_S("same")), rules[i], "");
	holds("asked again", hs_slice_eq(compared(a, b), said), rules[i], rules[k]);
}

/* ---- both releases of FHIR ---- */

static void expand_in(struct hs_terminology_view *view, const char *set, struct oracle_list *list)
{
	struct hs_terminology_view *kept = o.view;

	o.view = view;
	expand_with(set, nothing, list);
	o.view = kept;
}

static void check_releases(const char *set)
{
	struct oracle_list r5, r4;

	expand_in(o.own, set, &r5);
	expand_in(o.own_r4, set, &r4);
	holds("R4 and R5 tell the same codes, in the same order", oracle_same_codes(&r4, &r5, true), set, "");
	for (size_t i = 0; i < r4.count && i < r5.count; i++) {
		holds("with the same displays", hs_slice_eq(r4.items[i].display, r5.items[i].display), set,
			"");
		holds("in the same state", r4.items[i].inactive == r5.items[i].inactive, set, "");
	}
}

static void releases_agree_on(unsigned code)
{
	const char *plain[] = { "uri:url", SYSTEM_OF(code), "code:code", name_of(code), NULL };
	struct hs_json *r5 = ask_of("CodeSystem/$validate-code", plain), *looked = look_up(code, "*");

	o.view = o.own_r4;
	struct hs_json *r4 = ask_of("CodeSystem/$validate-code", plain), *old = look_up(code, "*");
	o.view = o.own;
	holds("R4 and R5 validate alike", equal(r4, r5), name_of(code), "");
	holds("R4 and R5 look up alike",
		hs_slice_eq(hs_parameter_text(looked, HS_S("display")),
			hs_parameter_text(old, HS_S("display"))),
		name_of(code), "");
	same("with the same parents", property_codes(old, "parent"), property_codes(looked, "parent"),
		name_of(code), "");
}

/* ---- rounds ---- */

static void begin_round(const char **rules)
{
	const char *texts[SETS + 3] = { make_system(0), make_system(1) };

	for (unsigned i = 0; i < SETS; i++) {
		rules[i] = draw_rule();
		texts[2 + i] = set_of(TEXT("urn:r:s%u", i), rules[i], "");
	}
	oracle_bring(&o, texts);
}

static void relations_hold(void **state)
{
	const char *rules[SETS];

	(void)state;
	need_packages();
	for (unsigned round = 0; round < ROUNDS; round++) {
		begin_round(rules);
		for (unsigned code = 0; code < EVERY; code++) {
			check_lookup(code);
			check_validation(code);
			releases_agree_on(code);
			unsigned first = code / CODES * CODES;
			check_order(code, first + DRAW(CODES), first + DRAW(CODES));
		}
		for (unsigned system = 0; system < 2; system++)
			check_unknown(system);
		for (unsigned i = 0; i < SETS; i++) {
			check_comparison(rules, i, DRAW(SETS));
			check_releases(set_of("urn:r:asked", rules[i], DRAW(2) ? rules[DRAW(SETS)] : ""));
		}
		hs_arena_reset(o.arena);
	}
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(relations_hold) };

	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
