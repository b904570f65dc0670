/* SPDX-License-Identifier: Apache-2.0 */
/* Literals, operators, precedence, scopes and what is refused. */
#include "path_test.h"

static const char PERSON[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true,"
	"\"name\":[{\"use\":\"official\",\"family\":\"Ek\",\"given\":[\"Anna\",\"Maria\"]},"
	"{\"use\":\"usual\",\"given\":[\"Anna\"]}],\"birthDate\":\"1974-12-25\","
	"\"telecom\":[{\"value\":\"1\"},{\"value\":\"2\"}],\"multipleBirthInteger\":2}";

static void literals(void **state)
{
	static const struct path_case CASES[] = {
		{ "1", "1" },
		{ "1.10", "1.10" },
		{ "'a'", "a" },
		{ "true", "true" },
		{ "{}", "" },
		{ "'\\u00e5\\'\\n\\t\\\\\\/\\`\\\"'", "å'\n\t\\/`\"" },
		{ "'\\ud83d\\ude00'", "😀" },
		{ "@2015", "2015" },
		{ "@2015-02-04T14:34:28+10:00", "2015-02-04T14:34:28+10:00" },
		{ "@T14:30", "14:30" },
		{ "@2015-02T", "2015-02" },
		{ "4 days", "4 days" },
		{ "10 'mg'", "10 'mg'" },
		{ "1 year", "1 year" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "92233720368547758070", "92233720368547758070" },
		{ "1 // a comment\n+ /* and\nanother */ 1", "2" },
		{ "  1\t", "1" },
		{ "%ucum", "http://unitsofmeasure.org" },
		{ "%`vs-x`", "http://hl7.org/fhir/ValueSet/x" },
		{ "%'ext-x'", "http://hl7.org/fhir/StructureDefinition/x" },
		{ "%ext-a-b", "http://hl7.org/fhir/StructureDefinition/a-b" },
		{ "@T14:34:28Z", "!execution" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

static void refused_texts(void **state)
{
	static const struct path_case CASES[] = {
		{ "", "!syntax" },
		{ "1 +", "!syntax" },
		{ "2 /* open", "!syntax" },
		{ "'open", "!syntax" },
		{ "'\\ud83d'", "!syntax" },
		{ "(1", "!syntax" },
		{ "1)", "!syntax" },
		{ "a..b", "!syntax" },
		{ "a.", "!syntax" },
		{ "a b", "!syntax" },
		{ "a[", "!syntax" },
		{ "a[1", "!syntax" },
		{ "{1}", "!syntax" },
		{ "$that", "!syntax" },
		{ "%", "!syntax" },
		{ "@", "!syntax" },
		{ "@20", "!syntax" },
		{ "@2015-13", "!syntax" },
		{ "@2015-02-30", "!syntax" },
		{ "@T25", "!syntax" },
		{ "nothing()", "!syntax" },
		{ "a.first(1)", "!syntax" },
		{ "a.where()", "!syntax" },
		{ "a.iif(true)", "!syntax" },
		{ "a is", "!syntax" },
		{ "a as 1", "!syntax" },
		{ "a # b", "!syntax" },
		{ "a.where(b,c)", "!syntax" },
		{ "1 = ", "!syntax" },
		{ "a.ofType('b')", "!syntax" },
		{ "`", "!syntax" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

static void operators(void **state)
{
	static const struct path_case CASES[] = {
		/* precedence and association */
		{ "1+2*3+4", "11" },
		{ "(1+2)*3", "9" },
		{ "8-4-2", "2" },
		{ "-2 + 5", "3" },
		{ "2 - -1", "3" },
		{ "1 | 2 = 1", "false" },
		{ "1 = 1 and 2 = 2", "true" },
		{ "true or false and false", "true" },
		{ "true implies false or true", "true" },
		{ "1 > 2 is Boolean", "!execution" },
		{ "-1.convertsToInteger()", "!execution" },
		{ "(-1).convertsToInteger()", "true" },
		{ "1 in (1 | 2) and true", "true" },
		{ "7 div 2 * 2", "6" },
		/* numbers */
		{ "1 / 2", "0.5" },
		{ "4 / 2", "2" },
		{ "1 / 3", "0.3333333333333333" },
		{ "1 / 0", "" },
		{ "5 mod 3", "2" },
		{ "-5 div 2", "-2" },
		{ "5.5 mod 0.7", "0.6" },
		{ "2.2 div 1.8", "1" },
		{ "5 div 0", "" },
		{ "5 mod 0", "" },
		{ "0.1 + 0.2 = 0.3", "true" },
		{ "1.10 + 1.1", "2.20" },
		{ "1.5 * 1.50", "2.250" },
		{ "1.0 - 1", "0.0" },
		{ "12345678901234567890.5 + 0.5", "12345678901234567891.0" },
		{ "1e2", "!syntax" },
		{ "2000000000 * 2000000000", "" },
		{ "2000000000L * 2000000000", "4000000000000000000" },
		{ "99999999999999999999 * 99999999999999999999", "" },
		/* 37 digits fit, 38 do not, though they would fit the integer below. */
		{ "9999999999999999999 * 999999999999999999", "9999999999999999989000000000000000001" },
		{ "9999999999999999999 * 9999999999999999999", "" },
		/* texts */
		{ "'a' + 'b'", "ab" },
		{ "'a' + {}", "" },
		{ "'a' & {}", "a" },
		{ "{} & {}", "" },
		{ "1 & 'a'", "!execution" },
		{ "'a' - 'b'", "!execution" },
		{ "('a' | 'b') & 'c'", "!execution" },
		{ "'a' + 1", "!execution" },
		/* equality */
		{ "1 = 1.0", "true" },
		{ "1 = '1'", "false" },
		{ "{} = {}", "" },
		{ "1 = {}", "" },
		{ "(1|2) = (1|2)", "true" },
		{ "(1|2) = (2|1)", "false" },
		{ "(1|2) ~ (2|1)", "true" },
		{ "(1|2) = 1", "false" },
		{ "(1|2) != 1", "true" },
		{ "'a' ~ 'A'", "true" },
		{ "'a  b' ~ ' A\\tb'", "true" },
		{ "'a' !~ 'b'", "true" },
		{ "1.2 / 1.8 ~ 0.67", "true" },
		{ "{} ~ {}", "true" },
		{ "1 ~ {}", "false" },
		{ "true = 'true'", "false" },
		/* order */
		{ "1 < 2", "true" },
		{ "2 <= 2.0", "true" },
		{ "'a' < 'b'", "true" },
		{ "1 < 'a'", "!execution" },
		{ "1 < {}", "" },
		{ "(1|2) < 3", "!execution" },
		{ "true < false", "!execution" },
		/* boolean logic */
		{ "true and {}", "" },
		{ "false and {}", "false" },
		{ "{} and false", "false" },
		{ "true or {}", "true" },
		{ "{} or true", "true" },
		{ "false or {}", "" },
		{ "true xor {}", "" },
		{ "true xor true", "false" },
		{ "false implies {}", "true" },
		{ "{} implies true", "true" },
		{ "{} implies {}", "" },
		{ "'x' and true", "true" },
		{ "(1|2) and true", "!execution" },
		{ "false and (1/0 = 1)", "false" },
		/* collections */
		{ "1 | 1 | 2", "1; 2" },
		{ "1 in (1|2)", "true" },
		{ "{} in (1|2)", "" },
		{ "1 in {}", "false" },
		{ "(1|2) contains 2", "true" },
		{ "(1|2) in (1|2)", "!execution" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

static void paths(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.given", "Anna; Maria; Anna" },
		{ "Patient.name.given", "Anna; Maria; Anna" },
		{ "`name`.`given`", "Anna; Maria; Anna" },
		{ "Observation.name", "" },
		{ "name[1].given", "Anna" },
		{ "name[0].given[1]", "Maria" },
		{ "name[2]", "" },
		{ "name[-1]", "" },
		{ "name['a']", "!execution" },
		{ "name.where(use = 'usual').given", "Anna" },
		{ "nothing.at.all", "" },
		{ "multipleBirth", "2" },
		{ "multipleBirth + 1", "3" },
		{ "birthDate > @1970-01-01", "true" },
		{ "birthDate + 7 days", "1975-01-01" },
		{ "active and true", "true" },
		{ "(name | name).count()", "2" },
		{ "name.given.distinct()", "Anna; Maria" },
		{ "name.select(given.first() & ':' & use)", "Anna:official; Anna:usual" },
		{ "telecom.select($index)", "0; 1" },
		{ "telecom.where($index = 1).value", "2" },
		{ "$index", "!execution" },
		{ "$this.id", "p1" },
		{ "%resource.id", "p1" },
		{ "%context.id", "p1" },
		{ "%rootResource.id", "p1" },
		{ "%unknown", "!execution" },
		{ "name.exists(family = 'Ek')", "true" },
		{ "name.all(given.exists())", "true" },
		{ "iif(active, 'y', 'n')", "y" },
		{ "name.first().given.last()", "Maria" },
		{ "name.single()", "!execution" },
		{ "name.where(use='usual').single().given", "Anna" },
		{ "(1 | 2 | 3).aggregate($this + $total, 0)", "6" },
		{ "name.given.aggregate(iif($total.empty(), $this, $total & $this))", "AnnaMariaAnna" },
		{ "defineVariable('a', name.given.first()).select(%a & '!')", "Anna!" },
		{ "defineVariable('a').name.select(%a.id)", "p1; p1" },
		{ "defineVariable('a', 1) | %a", "!execution" },
		{ "defineVariable('a', 1).defineVariable('a', 2)", "!execution" },
		{ "defineVariable('ucum', 1)", "!execution" },
		{ "name.select(defineVariable('g', given.first()).select(%g))", "Anna; Anna" },
		{ "resourceType", "Patient" },
		{ "id is string", "true" },
		{ "Patient is Patient", "true" },
	};
	(void)state;
	run_cases(NULL, NULL, PERSON, CASES, COUNT_OF(CASES));
}

static void tells_undefined_variables(void **state)
{
	(void)state;
	static const struct {
		const char *expression, *name;
	} ROWS[] = {
		{ "%resource.id | %context.id | %rootResource.id | %ucum | %`vs-x` | %terminologies", "" },
		{ "name.where(use = %wanted and true)", "wanted" },
		{ "defineVariable('a', 1).select(%a + %b)", "b" },
		{ "defineVariable('a', 1).select(%a)", "" },
		{ "defineVariable(id).select(%a)", "" },
	};
	for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
		struct hs_error err;
		struct hs_path *path = NULL;
		assert_int_equal(hs_path_compile(NULL, hs_slice_cstr(ROWS[i].expression), HS_S_NONE, &path,
					 NULL, &err),
			HS_OK);
		if (!hs_slice_eq(hs_path_undefined(path), hs_slice_cstr(ROWS[i].name)))
			fail_msg("%s: %.*s", ROWS[i].expression, HS_S_ARG(hs_path_undefined(path)));
		hs_path_free(path);
	}
}

static void depth_is_limited(void **state)
{
	(void)state;
	static const char *const UNITS[] = { "(", "-", "a.where(", "not().", "a[", "1+", "a and ", "{}|" };
	for (size_t i = 0; i < COUNT_OF(UNITS); i++) {
		struct hs_arena *arena = hs_arena_new(ARENA_CAP);
		struct hs_buf buf;
		struct hs_error err;
		struct hs_path *path = NULL;
		hs_buf_init(&buf, arena, 1 << 20);
		for (int n = 0; n < 6000; n++)
			hs_buf_cstr(&buf, UNITS[i]);
		hs_buf_cstr(&buf, "1");
		enum hs_status status = hs_path_compile(NULL, hs_slice(buf.ptr, buf.len), HS_S_NONE, &path,
			NULL, &err);
		assert_int_equal(status, HS_E_INVALID);
		assert_in(hs_slice_cstr(err.text), "nested too deeply");
		hs_arena_free(arena);
	}
}

static void long_texts_are_refused(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	char *text = hs_arena_alloc(arena, 100000);
	struct hs_error err;
	struct hs_path *path = NULL;
	memset(text, ' ', 100000);
	assert_int_equal(hs_path_compile(NULL, hs_slice(text, 100000), HS_S_NONE, &path, NULL, &err),
		HS_E_LIMIT);
	assert_null(path);
	hs_arena_free(arena);
}

static void errors_have_a_place(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_path *path = NULL;
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	assert_int_equal(hs_path_compile(NULL, HS_S("name\n  .nothing()"), HS_S_NONE, &path, &phase, &err),
		HS_E_INVALID);
	assert_int_equal(phase, HS_PATH_SYNTAX);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 4);
	assert_in(hs_slice_cstr(err.text), "nothing");
}

static void steps_are_limited(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_error err;
	struct hs_path *path = NULL;
	struct hs_path_list list = { .count = 77 };
	struct hs_path_context context = { .arena = arena, .steps = 1000 };
	struct hs_slice text =
		HS_S("(1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9)))");
	assert_int_equal(hs_path_compile(NULL, text, HS_S_NONE, &path, NULL, &err), HS_OK);
	assert_int_equal(hs_path_eval(path, &context, NULL, &list, &err), HS_E_TOO_COSTLY);
	assert_int_equal(list.count, 77);
	context.steps = 0;
	assert_int_equal(hs_path_eval(path, &context, NULL, &list, &err), HS_OK);
	assert_int_equal(list.count, 729);
	hs_path_free(path);
	hs_arena_free(arena);
}

/* Ten thousand items, each once or twice: within the limit of steps, and right, for each kind of item. */
static void long_lists_are_distinct(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_buf buf;
	hs_buf_init(&buf, arena, ARENA_CAP / 2);
	hs_buf_cstr(&buf, "{\"resourceType\":\"Bundle\",\"entry\":[");
	for (int i = 0; i < 10000; i++)
		hs_buf_printf(&buf, "%s{\"fullUrl\":\"urn:%06d\",\"n\":%d.%d,\"r\":{\"a\":%d,\"b\":\"x%d\"}}",
			i ? "," : "", i % 9000, i % 8000, i % 2, i % 5, i % 7000);
	hs_buf_cstr(&buf, "]}");
	struct hs_json *tree = parse_json(arena, hs_slice(buf.ptr, buf.len));
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.fullUrl.distinct().count()"), "9000");
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.fullUrl.isDistinct()"), "false");
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.n.distinct().count()"), "8000");
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.r.distinct().count()"), "7000");
	assert_slice(evaluate(arena, NULL, NULL, tree, "(entry.fullUrl | entry.fullUrl).count()"), "9000");
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.fullUrl.exclude(entry.fullUrl).count()"), "0");
	assert_slice(evaluate(arena, NULL, NULL, tree, "entry.fullUrl.subsetOf(entry.fullUrl)"), "true");
	hs_arena_free(arena);
}

/* The rule that what is contained is referred to (dom-3), on a large resource: its references are gathered
 * once. */
static void large_resources_are_searched_once(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_buf buf;
	hs_buf_init(&buf, arena, ARENA_CAP / 2);
	hs_buf_cstr(&buf, "{\"resourceType\":\"List\",\"contained\":[");
	for (int i = 0; i < 200; i++)
		hs_buf_printf(&buf, "%s{\"resourceType\":\"Patient\",\"id\":\"p%d\"}", i ? "," : "", i);
	hs_buf_cstr(&buf, "],\"entry\":[");
	for (int i = 0; i < 10000; i++)
		hs_buf_printf(&buf, "%s{\"item\":{\"reference\":\"#p%d\"}}", i ? "," : "", i % 199);
	hs_buf_cstr(&buf, "]}");
	struct hs_json *tree = parse_json(arena, hs_slice(buf.ptr, buf.len));
	assert_slice(evaluate(arena, NULL, NULL, tree,
			     "contained.where(('#' + id in %resource.descendants().reference).not()).id"),
		"p199");
	hs_arena_free(arena);
}

/* Kinds that can equal each other are found in long lists too. */
static void long_mixed_lists(void **state)
{
	static const struct path_case CASES[] = {
		{ "(1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20).combine('a').combine(1.0 | 2 '1' | "
		  "20.00 | 'a' | 'b').distinct()"
		  ".count()",
			"22" },
		{ "('a'|'b'|'c'|'d'|'e'|'f'|'g'|'h'|'i'|'j'|'k'|'l'|'m'|'n'|'o'|'p'|'q'|'r'|'s'|'t'|'u'|'v'|'"
		  "w'|'x'|'y'|'z'|'a'|'z'|'q')"
		  ".count()",
			"26" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(refused_texts),
		cmocka_unit_test(operators),
		cmocka_unit_test(paths),
		cmocka_unit_test(tells_undefined_variables),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(long_texts_are_refused),
		cmocka_unit_test(errors_have_a_place),
		cmocka_unit_test(steps_are_limited),
		cmocka_unit_test(long_lists_are_distinct),
		cmocka_unit_test(long_mixed_lists),
		cmocka_unit_test(large_resources_are_searched_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
