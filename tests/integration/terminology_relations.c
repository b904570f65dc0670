/* SPDX-License-Identifier: Apache-2.0 */
/* Relations that must hold between answers of the terminology, over random code systems, value sets and
 * concept maps: whatever they hold, sets follow the rules of sets, and what is said of a code in one way is
 * said of it in every other. */
#include "relations_test.h"

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

	(void)state;
	need_packages();
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
		hs_arena_reset(o.arena);
	}
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(relations_hold) };

	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
