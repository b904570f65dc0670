/* SPDX-License-Identifier: Apache-2.0 */
/* Relations between answers about several versions of a code system and of a value set, about languages and
 * about supplements, over random ones: what a rule names, what a parameter says instead, and what is meant
 * when nobody says anything. */
#include "relations_test.h"

#define SYSTEM "urn:v:a"
#define VERSIONS 4u

/* From the oldest to the newest. */
static const char *const versions[VERSIONS] = { "1.0.0", "1.2.0", "1.10.0", "2.0.0" };
static codes has[VERSIONS], swedish[VERSIONS], supplemented;

/* ---- what is asked about ---- */

static const char *make_version(unsigned v)
{
	struct hs_buf out;
	const char *comma = "";

	hs_buf_init(&out, o.arena, 1 << 16);
	hs_buf_printf(&out,
		"{'resourceType':'CodeSystem','url':'" SYSTEM "','version':'%s','status':'active','content':"
		"'complete','caseSensitive':true,'language':'en','concept':[",
		versions[v]);
	has[v] = swedish[v] = 0;
	for (unsigned i = 0; i < CODES; i++) {
		if (i && !DRAW(3))
			continue;
		hs_buf_printf(&out, "%s{'code':'a%u','display':'English %u of %u'", comma, i, i, v);
		if (DRAW(2)) {
			hs_buf_printf(&out, ",'designation':[{'language':'sv','value':'Svenska %u av %u'}]",
				i, v);
			swedish[v] |= ONE(i);
		}
		hs_buf_cstr(&out, "}");
		has[v] |= ONE(i);
		comma = ",";
	}
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

/* Names in German for some codes of the newest version. */
static const char *make_supplement(void)
{
	struct hs_buf out;
	const char *comma = "";

	hs_buf_init(&out, o.arena, 1 << 16);
	hs_buf_cstr(&out,
		"{'resourceType':'CodeSystem','url':'urn:v:de','version':'1','status':'active','content':"
		"'supplement','supplements':'" SYSTEM "','concept':[");
	supplemented = ONE(0);
	for (unsigned i = 0; i < CODES; i++) {
		if (!(has[VERSIONS - 1] & ONE(i)) || (i && DRAW(2)))
			continue;
		hs_buf_printf(&out, "%s{'code':'a%u','designation':[{'language':'de','value':'Deutsch %u'}]}",
			comma, i, i);
		supplemented |= ONE(i);
		comma = ",";
	}
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

static const char *pinned(const char *version)
{
	return TEXT("{'system':'" SYSTEM "','version':'%s'}", version);
}

static const char *set_in(const char *version, const char *include)
{
	return TEXT(
		"{'resourceType':'ValueSet','url':'urn:v:set','version':'%s','status':'active','compose':{"
		"'include':[%s]}}",
		version, include);
}

/* ---- versions of a code system ---- */

static codes expanded(const char *include, const char *name, const char *value)
{
	const char *pairs[] = { name, value, NULL };
	struct oracle_list list;

	return expand_with(set_of("urn:r:asked", include, ""), name ? pairs : nothing, &list);
}

static bool is_refused(const char *include, const char *name, const char *value)
{
	const char *pairs[] = { name, value, NULL };
	struct hs_json *question = oracle_parameters(&o, pairs);
	struct hs_error err;

	hs_parameters_add(o.arena, question, HS_S("valueSet"), HS_S("resource"),
		oracle_json(&o, set_of("urn:r:asked", include, "")));
	return !oracle_ask(&o, "ValueSet/$expand", question, &err);
}

#define DEFAULT "uri:system-version"
#define FORCE "uri:force-system-version"
#define CHECK "uri:check-system-version"

static void check_rules(unsigned v, unsigned w)
{
	const char *plain = "{'system':'" SYSTEM "'}", *of_v = pinned(versions[v]),
		   *rule_w = TEXT(SYSTEM "|%s", versions[w]);
	codes newest = has[VERSIONS - 1];

	same("no version is the newest", expanded(plain, NULL, NULL), newest, versions[v], "");
	same("the version that is named", expanded(of_v, NULL, NULL), has[v], versions[v], "");
	same("a default for who names none", expanded(plain, DEFAULT, rule_w), has[w], rule_w, "");
	same("but not for who names one", expanded(of_v, DEFAULT, rule_w), has[v], versions[v], rule_w);
	same("forced for who names none", expanded(plain, FORCE, rule_w), has[w], rule_w, "");
	same("and for who names one", expanded(of_v, FORCE, rule_w), has[w], versions[v], rule_w);
	same("checked for who names none", expanded(plain, CHECK, rule_w), has[w], rule_w, "");
	if (v == w)
		same("checked, and right", expanded(of_v, CHECK, rule_w), has[v], versions[v], rule_w);
	else
		holds("checked, and wrong", is_refused(of_v, CHECK, rule_w), versions[v], rule_w);
	same("a rule on another system changes nothing",
		expanded(of_v, FORCE, TEXT("urn:v:other|%s", versions[w])), has[v], versions[v], "");
	holds("a version that is not there", is_refused(pinned("7.0.0"), NULL, NULL), "7.0.0", "");
	same("1.x is the newest of 1", expanded(pinned("1.x"), NULL, NULL), has[2], "1.x", "");
	same("1.2.x is the newest of 1.2", expanded(pinned("1.2.x"), NULL, NULL), has[1], "1.2.x", "");
	same("1.x as default", expanded(plain, DEFAULT, SYSTEM "|1.x"), has[2], "1.x", "");
	same("1.x forced", expanded(of_v, FORCE, SYSTEM "|1.x"), has[2], versions[v], "1.x");
}

/* A set that says itself which version is meant. */
static codes brought(const char *include, const char *brings, const char *rule, const char *asks,
	const char *value)
{
	const char *pairs[] = { asks, value, NULL };
	struct oracle_list list;
	const char *set =
		TEXT("{'resourceType':'ValueSet','url':'urn:r:asked','status':'active','compose':{'extension'"
		     ":[{'url':'http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter',"
		     "'extension':[{'url':'name','valueCode':'%s'},{'url':'value','valueUri':'%s'}]}],"
		     "'include':[%s]}}",
			brings, rule, include);

	return expand_with(set, asks ? pairs : nothing, &list);
}

static void check_brought_rules(unsigned v, unsigned w)
{
	const char *plain = "{'system':'" SYSTEM "'}", *of_v = pinned(versions[v]),
		   *rule_v = TEXT(SYSTEM "|%s", versions[v]), *rule_w = TEXT(SYSTEM "|%s", versions[w]);

	same("a default that the set brings", brought(plain, "system-version", rule_w, NULL, NULL), has[w],
		rule_w, "");
	same("the request's goes first", brought(plain, "system-version", rule_w, DEFAULT, rule_v), has[v],
		rule_w, rule_v);
	same("no default for who names one", brought(of_v, "system-version", rule_w, NULL, NULL), has[v],
		versions[v], rule_w);
	same("what the set forces", brought(of_v, "force-system-version", rule_w, NULL, NULL), has[w],
		versions[v], rule_w);
	same("force goes before default", brought(plain, "force-system-version", rule_w, DEFAULT, rule_v),
		has[w], rule_w, rule_v);
}

/* The same code asked for in each way, of each version. */
static void check_code(unsigned v, unsigned code)
{
	const char *name = TEXT("a%u", code), *version = versions[v];
	const char *looked[] = { "uri:system", SYSTEM, "code:code", name, "string:version", version, NULL };
	const char *asked[] = { "uri:url", SYSTEM, "code:code", name, "string:version", version, NULL };
	const char *plain[] = { "uri:url", SYSTEM, "code:code", name, NULL };
	const char *member[] = { "uri:system", SYSTEM, "code:code", name, NULL };
	const char *exact[] = { "uri:system", SYSTEM, "code:code", name, "string:systemVersion", version,
		NULL };
	const char *set = set_of("urn:r:asked", pinned(version), "");
	bool there = has[v] & ONE(code);
	struct hs_json *answer = ask_of("CodeSystem/$validate-code", asked);
	struct hs_json *lookup = ask_of("CodeSystem/$lookup", looked);

	holds("$lookup of a version", !!lookup == there, name, version);
	holds("$validate-code of a version", is_true(answer, HS_S("result")) == there, name, version);
	holds("of none: the newest",
		is_true(ask_of("CodeSystem/$validate-code", plain), HS_S("result")) ==
			!!(has[VERSIONS - 1] & ONE(code)),
		name, "");
	holds("in a set of a version",
		is_true(ask_set("ValueSet/$validate-code", set, member), HS_S("result")) == there, name,
		version);
	holds("in it, by version",
		is_true(ask_set("ValueSet/$validate-code", set, exact), HS_S("result")) == there, name,
		version);
	if (!there)
		return;
	holds("the same display",
		hs_slice_eq(hs_parameter_text(answer, HS_S("display")),
			hs_parameter_text(lookup, HS_S("display"))),
		name, version);
	holds("the display of that version",
		hs_slice_eq(hs_parameter_text(lookup, HS_S("display")),
			hs_slice_cstr(TEXT("English %u of %u", code, v))),
		name, version);
	holds("and it is told which",
		hs_slice_eq(hs_parameter_text(answer, HS_S("version")), hs_slice_cstr(version)), name,
		version);
}

/* ---- versions of a value set ---- */

static codes imported(const char *canonical, const char *name, const char *value)
{
	return expanded(TEXT("{'valueSet':['%s']}", canonical), name, value);
}

static void check_set_versions(unsigned v, unsigned w)
{
	const char *named = TEXT("urn:v:set|%s", versions[v]), *rule = TEXT("urn:v:set|%s", versions[w]);

	same("a set without version is the newest", imported("urn:v:set", NULL, NULL), has[VERSIONS - 1], "",
		"");
	same("the set that is named", imported(named, NULL, NULL), has[v], named, "");
	same("a default for who names none", imported("urn:v:set", "uri:default-valueset-version", rule),
		has[w], rule, "");
	same("but not for who names one", imported(named, "uri:default-valueset-version", rule), has[v],
		named, rule);
	holds("a set that is not there", is_refused("{'valueSet':['urn:v:set|7.0.0']}", NULL, NULL), "", "");
}

/* ---- languages ---- */

static struct hs_slice looked_up(unsigned code, const char *language, bool german)
{
	const char *pairs[] = { "uri:system", SYSTEM, "code:code", TEXT("a%u", code), "code:displayLanguage",
		language, german ? "uri:useSupplement" : NULL, "urn:v:de", NULL };

	return hs_parameter_text(ask_of("CodeSystem/$lookup", pairs), HS_S("display"));
}

static struct hs_slice told(unsigned code, const char *language, bool german)
{
	const char *pairs[] = { "code:displayLanguage", language, german ? "uri:useSupplement" : NULL,
		"urn:v:de", NULL };
	struct oracle_list list;

	expand_with(set_of("urn:r:asked", "{'system':'" SYSTEM "'}", ""), pairs, &list);
	const struct oracle_item *item = oracle_find(&list, HS_S(SYSTEM), hs_slice_cstr(TEXT("a%u", code)));
	return item ? item->display : HS_S_NONE;
}

static void shows(const char *relation, unsigned code, const char *language, bool german, const char *wanted)
{
	holds(TEXT("%s: $lookup", relation),
		hs_slice_eq(looked_up(code, language, german), hs_slice_cstr(wanted)), language, wanted);
	holds(TEXT("%s: $expand", relation), hs_slice_eq(told(code, language, german), hs_slice_cstr(wanted)),
		language, wanted);
}

static void check_language(unsigned code)
{
	const unsigned v = VERSIONS - 1;
	const char *english = TEXT("English %u of %u", code, v);
	const char *own = swedish[v] & ONE(code) ? TEXT("Svenska %u av %u", code, v) : english;
	const char *german = supplemented & ONE(code) ? TEXT("Deutsch %u", code) : english;

	shows("its own language", code, "en", false, english);
	shows("a language that it has, or not", code, "sv", false, own);
	shows("a country's way of it", code, "sv-SE", false, own);
	shows("the first of two", code, "sv,en", false, own);
	shows("the wanted more", code, "sv;q=0.5,en", false, english);
	shows("in any order", code, "en,sv;q=0.5", false, english);
	shows("weights", code, "en;q=0.5,sv;q=0.9", false, own);
	shows("a language that nobody has, then one", code, "fi,sv", false, own);
	shows("a language that nobody has", code, "fi", false, english);
	shows("a supplement that is asked for", code, "de", true, german);
	shows("a supplement that is not", code, "de", false, english);
	shows("a supplement leaves others be", code, "sv", true, own);
}

/* property=lang.X of a lookup: the names in that language. */
static void check_names_by_language(unsigned code)
{
	static const char *const properties[] = { "lang.en", "lang.sv", "lang.de" };
	const bool has_name[] = { true, swedish[VERSIONS - 1] & ONE(code), supplemented & ONE(code) };

	for (size_t i = 0; i < 3; i++) {
		const char *pairs[] = { "uri:system", SYSTEM, "code:code", TEXT("a%u", code), "code:property",
			properties[i], "uri:useSupplement", "urn:v:de", NULL };
		size_t names = 0;
		HS_JSON_EACH(p, hs_json_get(ask_of("CodeSystem/$lookup", pairs), HS_S("parameter")))
			names += hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("designation"));
		holds("names by language", names == (has_name[i] ? 1 : 0), TEXT("a%u", code), properties[i]);
	}
}

/* The names of an answer's codes in a language, as bits of codes that have one. */
static codes with_name(const struct hs_json *answer, const char *language)
{
	codes out = 0;

	HS_JSON_EACH(item, hs_json_get(hs_json_get(answer, HS_S("expansion")), HS_S("contains")))
		HS_JSON_EACH(name, hs_json_get(item, HS_S("designation")))
			if (hs_slice_eq(hs_json_get_text(name, HS_S("language")), hs_slice_cstr(language)))
				out |= ONE(number_of(hs_json_get_text(item, HS_S("code"))));
	return out;
}

static void check_designations(void)
{
	static const char *const all[] = { "boolean:includeDesignations", "true", NULL };
	static const char *const german[] = { "boolean:includeDesignations", "true", "uri:useSupplement",
		"urn:v:de", NULL };
	static const char *const plain[] = { "uri:useSupplement", "urn:v:de", NULL };
	static const char *const none[] = { "uri:useSupplement", "urn:v:none", NULL };
	const char *set = set_of("urn:r:asked", "{'system':'" SYSTEM "'}", "");
	struct hs_json *every = ask_set("ValueSet/$expand", set, all);
	struct hs_json *also = ask_set("ValueSet/$expand", set, german);
	struct oracle_list list;

	same("Swedish names", with_name(every, "sv"), swedish[VERSIONS - 1], set, "");
	same("no German ones", with_name(every, "de"), 0, set, "");
	same("German ones with the supplement", with_name(also, "de"), supplemented, set, "");
	same("beside the Swedish", with_name(also, "sv"), swedish[VERSIONS - 1], set, "");
	same("a supplement adds no codes", expand_with(set, plain, &list), has[VERSIONS - 1], set, "");
	holds("one that is not there is missed", is_refused("{'system':'" SYSTEM "'}", none[0], none[1]), set,
		"");
}

/* Names are right in their language, and without a language any of them. */
static void check_names(unsigned code)
{
	const unsigned v = VERSIONS - 1;
	const char *english = TEXT("English %u of %u", code, v), *own = TEXT("Svenska %u av %u", code, v);
	const char *any[] = { "uri:url", SYSTEM, "code:code", TEXT("a%u", code), "string:display", own,
		NULL };
	const char *first[] = { "uri:url", SYSTEM, "code:code", any[3], "string:display", english, NULL };
	const char *asked[] = { "uri:url", SYSTEM, "code:code", any[3], "string:display", own,
		"code:displayLanguage", "sv", NULL };
	const char *german[] = { "uri:url", SYSTEM, "code:code", any[3], "string:display",
		TEXT("Deutsch %u", code), "uri:useSupplement", "urn:v:de", NULL };
	const char *without[] = { "uri:url", SYSTEM, "code:code", any[3], "string:display", german[5], NULL };
	bool named = swedish[v] & ONE(code);

	holds("the display", is_true(ask_of("CodeSystem/$validate-code", first), HS_S("result")), english,
		"");
	holds("another name", is_true(ask_of("CodeSystem/$validate-code", any), HS_S("result")) == named, own,
		"");
	holds("in its language", is_true(ask_of("CodeSystem/$validate-code", asked), HS_S("result")) == named,
		own, "sv");
	holds("a supplement's name",
		is_true(ask_of("CodeSystem/$validate-code", german), HS_S("result")) ==
			!!(supplemented & ONE(code)),
		german[5], "");
	holds("not without it", !is_true(ask_of("CodeSystem/$validate-code", without), HS_S("result")),
		german[5], "");
}

/* ---- rounds ---- */

/* Brought in any order, it is the same. */
static void begin_round(void)
{
	const char *texts[2 * VERSIONS + 2] = { NULL };
	size_t count = 0;

	for (unsigned v = 0; v < VERSIONS; v++) {
		texts[count++] = make_version(v);
		texts[count++] = set_in(versions[v], pinned(versions[v]));
	}
	texts[count++] = make_supplement();
	for (size_t i = count; i > 1; i--) {
		size_t other = DRAW(i);
		const char *text = texts[i - 1];
		texts[i - 1] = texts[other];
		texts[other] = text;
	}
	oracle_bring(&o, texts);
}

static void relations_hold(void **state)
{
	(void)state;
	need_packages();
	for (unsigned round = 0; round < ROUNDS; round++) {
		begin_round();
		for (unsigned v = 0; v < VERSIONS; v++) {
			for (unsigned w = 0; w < VERSIONS; w++) {
				check_rules(v, w);
				check_brought_rules(v, w);
				check_set_versions(v, w);
			}
			for (unsigned code = 0; code < CODES; code++)
				check_code(v, code);
		}
		for (unsigned code = 0; code < CODES; code++)
			if (has[VERSIONS - 1] & ONE(code)) {
				check_language(code);
				check_names(code);
				check_names_by_language(code);
			}
		check_designations();
		hs_arena_reset(o.arena);
	}
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(relations_hold) };

	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
