/* SPDX-License-Identifier: Apache-2.0 */
/* Relations that must hold between answers of the terminology, over random code systems, value sets and
 * concept maps: whatever they hold, sets follow the rules of sets, and what is said of a code in one way is
 * said of it in every other. */
#include "oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CODES 24u /* of each system: a0 ... a23, b0 ... b23 */
#define ROUNDS 30u
#define SETS 20u /* tried in each round */

static struct oracle o;

/* A set of codes of both systems, one bit each. */
typedef uint64_t codes;
#define ALL_OF(system) ((((codes)1 << CODES) - 1) << ((system)*CODES))
#define ONE(code) ((codes)1 << (code))
#define EVERY 48u /* twice as many */

#define TEXT(...) hs_arena_cstr(o.arena, hs_arena_printf(o.arena, __VA_ARGS__))
#define DRAW(limit) ((unsigned)oracle_random(&o, limit))

static char letter(unsigned code)
{
	return (char)('a' + code / CODES);
}

static const char *name_of(unsigned code)
{
	return TEXT("%c%u", letter(code), code % CODES);
}

/* ---- what is asked about ---- */

static unsigned parents[EVERY]; /* of a code; itself: it is a root */

static void put_concept(struct hs_buf *out, unsigned code)
{
	static const char *const words[] = { "alfa", "beta", "gamma", "delta", "epsilon" };
	static const char *const colours[] = { "red", "green", "blue" };
	unsigned colour = DRAW(4), children = 0;

	hs_buf_printf(out,
		"{'code':'%s','display':'%s %s %u','property':[{'code':'inactive','valueBoolean':%s}%s%s%s]",
		name_of(code), words[DRAW(5)], words[DRAW(5)], code, DRAW(5) ? "false" : "true",
		colour < 3 ? ",{'code':'colour','valueCode':'" : "", colour < 3 ? colours[colour] : "",
		colour < 3 ? "'}" : "");
	if (DRAW(2))
		hs_buf_printf(out, ",'designation':[{'language':'sv','value':'%s på svenska %u'}]",
			words[DRAW(5)], code);
	for (unsigned i = code + 1; i < (code / CODES + 1) * CODES; i++)
		if (parents[i] == code) {
			hs_buf_cstr(out, children++ ? "," : ",'concept':[");
			put_concept(out, i);
		}
	hs_buf_cstr(out, children ? "]}" : "}");
}

static const char *make_system(unsigned system)
{
	struct hs_buf out;
	unsigned first = system * CODES, count = 0;

	hs_buf_init(&out, o.arena, 1 << 16);
	hs_buf_printf(&out,
		"{'resourceType':'CodeSystem','url':'urn:r:%c','version':'1','status':'active','content':"
		"'complete',"
		"'caseSensitive':true,'language':'en','property':[{'code':'colour','type':'code'},"
		"{'code':'inactive',"
		"'uri':'http://hl7.org/fhir/concept-properties#inactive','type':'boolean'}],'concept':[",
		letter(first));
	for (unsigned i = first; i < first + CODES; i++)
		parents[i] = i == first || !DRAW(6) ? i : first + DRAW(i - first);
	for (unsigned i = first; i < first + CODES; i++)
		if (parents[i] == i) {
			hs_buf_cstr(&out, count++ ? "," : "");
			put_concept(&out, i);
		}
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

static const char *filter(const char *property, const char *op, const char *value)
{
	return TEXT("{'property':'%s','op':'%s','value':'%s'}", property, op, value);
}

static const char *draw_filter(unsigned system)
{
	static const char *const hierarchical[] = { "is-a", "descendent-of", "is-not-a", "generalizes",
		"child-of", "descendent-leaf" };
	const char *code = name_of(system * CODES + DRAW(CODES));

	switch (DRAW(5)) {
	case 0:
		return filter("colour", DRAW(2) ? "=" : "in", DRAW(2) ? "red" : "blue");
	case 1:
		return filter("colour", "exists", DRAW(2) ? "true" : "false");
	case 2:
		return filter("code", "regex", TEXT("%c[0-%u]*", letter(system * CODES), DRAW(9)));
	case 3:
		return filter("inactive", "=", DRAW(2) ? "true" : "false");
	default:
		return filter("concept", hierarchical[DRAW(6)], code);
	}
}

static const char *of_system(unsigned system, const char *more)
{
	return TEXT("{'system':'urn:r:%c'%s}", letter(system * CODES), more);
}

static const char *filtered(unsigned system, const char *filters)
{
	return of_system(system, TEXT(",'filter':[%s]", filters));
}

/* Some codes by name, one that does not exist among them. */
static const char *listed(unsigned system)
{
	struct hs_buf out;

	hs_buf_init(&out, o.arena, 1 << 12);
	hs_buf_cstr(&out, ",'concept':[{'code':'none'}");
	for (unsigned i = system * CODES; i < (system + 1) * CODES; i++)
		if (DRAW(3) == 0)
			hs_buf_printf(&out, ",{'code':'%s'}", name_of(i));
	hs_buf_cstr(&out, "]");
	return of_system(system, hs_arena_cstr(o.arena, hs_buf_slice(&out)));
}

static const char *draw_rule(void)
{
	unsigned system = DRAW(2), kind = DRAW(6);

	return kind == 0  ? of_system(system, "") :
		kind == 1 ? listed(system) :
		kind == 2 ? filtered(system, TEXT("%s,%s", draw_filter(system), draw_filter(system))) :
			    filtered(system, draw_filter(system));
}

static const char *set_of(const char *url, const char *include, const char *exclude)
{
	return TEXT(
		"{'resourceType':'ValueSet','url':'%s','status':'active','compose':{'include':[%s]%s%s%s}}",
		url, include, *exclude ? ",'exclude':[" : "", exclude, *exclude ? "]" : "");
}

/* ---- asking ---- */

static struct hs_json *ask_set(const char *operation, const char *set, const char *const *pairs)
{
	struct hs_json *q = oracle_parameters(&o, pairs);
	struct hs_error err;

	hs_parameters_add(o.arena, q, HS_S("valueSet"), HS_S("resource"), oracle_json(&o, set));
	struct hs_json *answer = oracle_ask(&o, operation, q, &err);
	if (!answer)
		oracle_differs(&o, "%s refuses %s: %s", operation, set, err.text);
	return answer;
}

static unsigned number_of(struct hs_slice code)
{
	uint64_t number = 0;

	if (code.len < 2 || !hs_slice_u64(hs_slice_from(code, 1), &number) || number >= CODES)
		fail_msg("%.*s is no code of ours", HS_S_ARG(code));
	return (unsigned)(code.ptr[0] - 'a') * CODES + (unsigned)number;
}

static const char *const nothing[] = { NULL };

static codes expand_with(const char *set, const char *const *pairs, struct oracle_list *list)
{
	struct hs_json *answer = ask_set("ValueSet/$expand", set, pairs);
	codes out = 0;

	*list = (struct oracle_list) { NULL, 0 };
	if (answer)
		oracle_codes(&o, answer, list);
	for (size_t i = 0; i < list->count; i++) {
		codes one = ONE(number_of(list->items[i].code));
		if (out & one)
			oracle_differs(&o, "%.*s is told twice in %s", HS_S_ARG(list->items[i].code), set);
		out |= one;
	}
	return out;
}

static codes of(const char *include, const char *exclude)
{
	struct oracle_list list;

	return expand_with(set_of("urn:r:asked", include, exclude), nothing, &list);
}

static void same(const char *relation, codes found, codes wanted, const char *a, const char *b)
{
	if (found != wanted)
		oracle_differs(&o, "%s: %llx instead of %llx, of\n  %s\n  %s", relation,
			(unsigned long long)found, (unsigned long long)wanted, a, b);
}

static void within(const char *relation, codes small, codes large, const char *a, const char *b)
{
	same(relation, small & ~large, 0, a, b);
}

static void holds(const char *relation, bool truth, const char *a, const char *b)
{
	same(relation, truth, 1, a, b);
}

static bool is_true(const struct hs_json *answer, struct hs_slice name)
{
	return hs_json_type(hs_parameter_value(hs_parameter(answer, name))) == HS_JSON_TRUE;
}

/* ---- sets follow the rules of sets ---- */

static const char *imported(const char *urls)
{
	return TEXT("{'valueSet':[%s]}", urls);
}

/* Rules `i` and `k` of the round, each also a value set of its own. */
static void check_algebra(const char *const *rules, unsigned i, unsigned k)
{
	const char *a = rules[i], *b = rules[k], *c = rules[DRAW(SETS)];
	const char *url_a = TEXT("'urn:r:s%u'", i), *url_b = TEXT("'urn:r:s%u'", k);
	codes x = of(a, ""), y = of(b, ""), z = of(c, "");

	same("two rules are both", of(TEXT("%s,%s", a, b), ""), x | y, a, b);
	same("in any order", of(TEXT("%s,%s", b, a), ""), x | y, a, b);
	same("a rule twice is once", of(TEXT("%s,%s", a, a), ""), x, a, a);
	same("what is excluded goes", of(a, b), x & ~y, a, b);
	same("without itself nothing is left", of(a, a), 0, a, a);
	same("two excludes are both", of(a, TEXT("%s,%s", b, c)), x & ~(y | z), a, TEXT("%s %s", b, c));
	same("excludes go from all rules", of(TEXT("%s,%s", a, b), c), (x | y) & ~z, TEXT("%s %s", a, b), c);
	same("an import is the set", of(imported(url_a), ""), x, a, a);
	same("two imports are what both have", of(imported(TEXT("%s,%s", url_a, url_b)), ""), x & y, a, b);
	same("imports beside one another", of(TEXT("%s,%s", imported(url_a), imported(url_b)), ""), x | y, a,
		b);
	same("an import is excluded", of(a, imported(url_b)), x & ~y, a, b);
	same("without what it has not",
		of(imported(url_a), TEXT("%s", imported(TEXT("%s,%s", url_a, url_b)))), x & ~y, a, b);
	for (unsigned system = 0; system < 2; system++)
		same("a system and an import", of(of_system(system, TEXT(",'valueSet':[%s]", url_a)), ""),
			x & ALL_OF(system), a, "");
}

/* ---- filters follow from one another ---- */

static codes filtered_by(unsigned system, const char *filters)
{
	return of(filtered(system, filters), "");
}

static void check_hierarchy(unsigned code)
{
	unsigned system = code / CODES;
	const char *name = name_of(code);
	codes below = 0, above = 0, children = 0, leaves = 0;

	for (unsigned i = system * CODES; i < (system + 1) * CODES; i++) {
		unsigned up = i;
		bool leaf = true;
		while (up != code && parents[up] != up)
			up = parents[up];
		for (unsigned n = system * CODES; n < (system + 1) * CODES; n++)
			leaf &= parents[n] != i || n == i;
		below |= up == code ? ONE(i) : 0;
		children |= parents[i] == code && i != code ? ONE(i) : 0;
		leaves |= leaf ? ONE(i) : 0;
	}
	for (unsigned up = code;; up = parents[up]) {
		above |= ONE(up);
		if (parents[up] == up)
			break;
	}
	same("is-a", filtered_by(system, filter("concept", "is-a", name)), below, name, "");
	same("descendent-of", filtered_by(system, filter("concept", "descendent-of", name)),
		below & ~ONE(code), name, "");
	same("is-not-a", filtered_by(system, filter("concept", "is-not-a", name)), ALL_OF(system) & ~below,
		name, "");
	same("child-of", filtered_by(system, filter("concept", "child-of", name)), children, name, "");
	same("generalizes", filtered_by(system, filter("concept", "generalizes", name)), above, name, "");
	same("descendent-leaf", filtered_by(system, filter("concept", "descendent-leaf", name)),
		below & leaves & ~ONE(code), name, "");
	same("parent =", filtered_by(system, filter("parent", "=", name)), children, name, "");
	for (unsigned i = system * CODES; i < (system + 1) * CODES; i++) {
		const char *pairs[] = { "uri:system", TEXT("urn:r:%c", letter(code)), "code:codeA", name,
			"code:codeB", name_of(i), NULL };
		struct hs_error err;
		struct hs_slice said = hs_parameter_text(oracle_ask(&o, "CodeSystem/$subsumes",
								 oracle_parameters(&o, pairs), &err),
			HS_S("outcome"));
		const char *wanted = i == code ? "equivalent" :
			below & ONE(i)         ? "subsumes" :
			above & ONE(i)         ? "subsumed-by" :
						 "not-subsumed";
		holds("$subsumes", hs_slice_eq(said, hs_slice_cstr(wanted)), name, name_of(i));
	}
}

static void check_properties(unsigned system)
{
	codes all = ALL_OF(system), red = filtered_by(system, filter("colour", "=", "red")),
	      blue = filtered_by(system, filter("colour", "=", "blue")),
	      some = filtered_by(system, filter("colour", "exists", "true"));
	const char *one = draw_filter(system), *other = draw_filter(system);
	codes x = filtered_by(system, one), y = filtered_by(system, other);
	char c = letter(system * CODES);

	same("all", of(of_system(system, ""), ""), all, "", "");
	same("in of two values", filtered_by(system, filter("colour", "in", "red,blue")), red | blue,
		"red,blue", "");
	same("in of one", filtered_by(system, filter("colour", "in", "red")), red, "red", "");
	within("not-in is without these", filtered_by(system, filter("colour", "not-in", "red,blue")),
		all & ~(red | blue), "red,blue", "");
	within("who has a value has the property", red | blue, some, "colour", "");
	same("exists and not", filtered_by(system, filter("colour", "exists", "false")), all & ~some,
		"colour", "");
	same("two filters hold both", filtered_by(system, TEXT("%s,%s", one, other)), x & y, one, other);
	same("in any order", filtered_by(system, TEXT("%s,%s", other, one)), x & y, one, other);
	same("a filter twice", filtered_by(system, TEXT("%s,%s", one, one)), x, one, one);
	same("regex of two ways", filtered_by(system, filter("code", "regex", TEXT("%c1|%c2", c, c))),
		ONE(system * CODES + 1) | ONE(system * CODES + 2), "", "");
	same("regex of all", filtered_by(system, filter("code", "regex", ".*")), all, "", "");
	same("code in a list", filtered_by(system, filter("concept", "in", TEXT("%c1,%c2,none", c, c))),
		ONE(system * CODES + 1) | ONE(system * CODES + 2), "", "");
	same("active and inactive are all",
		filtered_by(system, filter("inactive", "=", "true")) |
			filtered_by(system, filter("inactive", "=", "false")),
		all, "", "");
}

/* ---- what is said of a code ---- */

static codes inactive;

static void check_members(const char *set, codes members)
{
	for (unsigned code = 0; code < EVERY; code++) {
		const char *pairs[] = { "uri:system", TEXT("urn:r:%c", letter(code)), "code:code",
			name_of(code), NULL };
		const char *active[] = { "boolean:activeOnly", "true", "uri:system", pairs[1], "code:code",
			pairs[3], NULL };
		const char *infer[] = { "boolean:inferSystem", "true", "code:code", pairs[3], NULL };
		struct hs_json *answer = ask_set("ValueSet/$validate-code", set, pairs);
		bool member = members & ONE(code);
		holds("expanded and validated", is_true(answer, HS_S("result")) == member, set, pairs[3]);
		if (member)
			holds("inactive", is_true(answer, HS_S("inactive")) == !!(inactive & ONE(code)), set,
				pairs[3]);
		answer = ask_set("ValueSet/$validate-code", set, active);
		holds("validated among active ones",
			is_true(answer, HS_S("result")) == !!(members & ~inactive & ONE(code)), set,
			pairs[3]);
		answer = ask_set("ValueSet/$validate-code", set, infer);
		holds("validated by code alone", is_true(answer, HS_S("result")) == member, set, pairs[3]);
	}
}

/* Displays of an expansion are those of $lookup and right in $validate-code; another one is wrong. */
static void check_displays(const char *set, const struct oracle_list *list, const char *language)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct oracle_item *item = &list->items[i];
		const char *system = hs_arena_cstr(o.arena, item->system),
			   *code = hs_arena_cstr(o.arena, item->code),
			   *display = hs_arena_cstr(o.arena, item->display);
		const char *looked[] = { "uri:system", system, "code:code", code, "code:displayLanguage",
			language, NULL };
		const char *right[] = { "uri:system", system, "code:code", code, "string:display", display,
			"code:displayLanguage", language, NULL };
		const char *wrong[] = { "uri:system", system, "code:code", code, "string:display", "another",
			NULL };
		struct hs_error err;
		struct hs_json *answer = oracle_ask(&o, "CodeSystem/$lookup", oracle_parameters(&o, looked),
			&err);
		holds("displays are those of $lookup",
			hs_slice_eq(hs_parameter_text(answer, HS_S("display")), item->display), display,
			language);
		answer = ask_set("ValueSet/$validate-code", set, right);
		holds("a display that was told is right", is_true(answer, HS_S("result")), display, language);
		holds("and is told again",
			hs_slice_eq(hs_parameter_text(answer, HS_S("display")), item->display), display,
			language);
		answer = ask_set("ValueSet/$validate-code", set, wrong);
		holds("another display is wrong", !is_true(answer, HS_S("result")), display, language);
	}
}

/* ---- wishes of an expansion ---- */

static void check_pages(const char *set, codes members, size_t count)
{
	codes met = 0;
	size_t told = 0;

	for (size_t from = 0; from < count; from += 7) {
		const char *pairs[] = { "integer:offset", TEXT("%zu", from), "integer:count", "7", NULL };
		struct oracle_list page;
		codes here = expand_with(set, pairs, &page);
		same("pages do not meet", met & here, 0, set, pairs[1]);
		met |= here;
		told += page.count;
	}
	same("pages are the whole", met, members, set, "");
	same("and no longer", told, count, set, "");
}

static void check_wishes(const char *set)
{
	static const char *const active[] = { "boolean:activeOnly", "true", NULL },
				 *const flat[] = { "boolean:excludeNested", "true", NULL },
				 *const both[] = { "string:filter", "alfa beta", NULL },
				 *const back[] = { "string:filter", "beta alfa", NULL },
				 *const first[] = { "string:filter", "alfa", NULL },
				 *const second[] = { "string:filter", "beta", NULL },
				 *const begun[] = { "string:filter", "ALF", NULL },
				 *const swedish[] = { "code:displayLanguage", "sv", NULL },
				 *const more[] = { "boolean:includeDesignations", "true", "string:property",
					 "colour", NULL };
	struct oracle_list whole, other;
	codes members = expand_with(set, nothing, &whole);
	struct hs_json *answer = ask_set("ValueSet/$expand", set, flat);
	int64_t total = -1;

	hs_json_i64(hs_json_pointer(answer, HS_S("/expansion/total")), &total);
	same("total", (codes)total, whole.count, set, "");
	same("active only", expand_with(set, active, &other), members & ~inactive, set, "");
	same("flat", expand_with(set, flat, &other), members, set, "");
	same("with designations and properties", expand_with(set, more, &other), members, set, "");
	codes x = expand_with(set, first, &other), y = expand_with(set, second, &other);
	within("what is found is there", x | y, members, set, "");
	within("two words find what each finds", expand_with(set, both, &other), x & y, set, "");
	same("words in any order", expand_with(set, both, &other), expand_with(set, back, &other), set, "");
	within("a beginning finds more", x, expand_with(set, begun, &other), set, "");
	same("in another language", expand_with(set, swedish, &other), members, set, "");
	check_displays(set, &other, "sv");
	check_displays(set, &whole, "en");
	check_pages(set, members, whole.count);
	check_members(set, members);
}

/* ---- concept maps ---- */

static bool pairs_of[CODES][CODES]; /* a code of a means one of b */

static const char *make_map(void)
{
	struct hs_buf out;

	hs_buf_init(&out, o.arena, 1 << 16);
	hs_buf_cstr(&out,
		"{'resourceType':'ConceptMap','url':'urn:r:map','status':'active','group':["
		"{'source':'urn:r:a','target':"
		"'urn:r:b','element':[{'code':'a0','target':[{'code':'b0','relationship':'equivalent'}]}");
	memset(pairs_of, 0, sizeof(pairs_of));
	pairs_of[0][0] = true;
	for (unsigned i = 1; i < CODES; i++) {
		unsigned to = DRAW(CODES), also = (to + 1 + DRAW(CODES - 1)) % CODES;
		if (!DRAW(3))
			continue;
		hs_buf_printf(&out,
			",{'code':'a%u','target':[{'code':'b%u','relationship':'equivalent'},"
			"{'code':'b%u','relationship':"
			"'source-is-narrower-than-target'}]}",
			i, to, also);
		pairs_of[i][to] = pairs_of[i][also] = true;
	}
	hs_buf_cstr(&out, "]}]}");
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

/* The codes that $translate gives, as bits. */
static codes translated(const char *const *pairs)
{
	struct hs_error err;
	struct hs_json *answer = oracle_ask(&o, "ConceptMap/$translate", oracle_parameters(&o, pairs), &err);
	codes out = 0;

	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter")))
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part"))) {
			if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), HS_S("concept")))
				out |= ONE(number_of(hs_json_get_text(hs_parameter_value(part),
					HS_S("code"))));
		}
	holds("result of $translate", is_true(answer, HS_S("result")) == (out != 0), pairs[3], pairs[5]);
	return out;
}

static void check_map(void)
{
	for (unsigned i = 0; i < CODES; i++) {
		const char *there[] = { "uri:url", "urn:r:map", "code:code", name_of(i), "uri:system",
			"urn:r:a", NULL };
		const char *back[] = { "uri:url", "urn:r:map", "code:code", name_of(CODES + i), "uri:system",
			"urn:r:b", "boolean:reverse", "true", NULL };
		codes forth = 0, home = 0;
		for (unsigned k = 0; k < CODES; k++) {
			forth |= pairs_of[i][k] ? ONE(CODES + k) : 0;
			home |= pairs_of[k][i] ? ONE(k) : 0;
		}
		same("translated", translated(there), forth, there[3], "");
		same("and back", translated(back), home, back[3], "");
	}
}

/* ---- rounds ---- */

/* Two systems, rules over them as sets of their own, a map. */
static void begin_round(const char **rules)
{
	const char *texts[SETS + 4] = { make_system(0), make_system(1), make_map() };

	for (unsigned i = 0; i < SETS; i++) {
		rules[i] = draw_rule();
		texts[3 + i] = set_of(TEXT("urn:r:s%u", i), rules[i], "");
	}
	oracle_bring(&o, texts);
	inactive = filtered_by(0, filter("inactive", "=", "true")) |
		filtered_by(1, filter("inactive", "=", "true"));
}

static void relations_hold(void **state)
{
	const char *rules[SETS];
	size_t asked = 0;

	(void)state;
	if (!o.f)
		skip();
	for (unsigned round = 0; round < ROUNDS; round++) {
		begin_round(rules);
		for (unsigned i = 0; i < SETS; i++)
			check_algebra(rules, i, DRAW(SETS));
		for (unsigned i = 0; i < 4; i++)
			check_hierarchy(DRAW(EVERY));
		for (unsigned i = 0; i < 4; i++)
			check_properties(i % 2);
		for (unsigned i = 0; i < 3; i++)
			check_wishes(set_of("urn:r:asked", rules[DRAW(SETS)],
				DRAW(2) ? rules[DRAW(SETS)] : ""));
		check_map();
		asked = o.asked;
		hs_arena_reset(o.arena);
	}
	print_message("%zu questions\n", asked);
	if (o.differences)
		fail_msg("%zu differences", o.differences);
}

static int set_up(void **state)
{
	(void)state;
	oracle_open(&o);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	oracle_close(&o);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relations_hold),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
