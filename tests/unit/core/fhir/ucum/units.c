/* SPDX-License-Identifier: Apache-2.0 */
/* Units of measure: what parses, what is the same, how many of one make another, and how they read. Each unit
 * of FHIR's list of common units is read too; that part is skipped when the package is not in the cache. */
#include <core/fhir/ucum/ucum.h>

#include <handslag/json.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static struct hs_ucum unit(const char *text)
{
	struct hs_ucum out;
	struct hs_error err;

	if (hs_ucum_parse(hs_slice_cstr(text), &out, &err))
		fail_msg("%s: %s", text, err.text);
	return out;
}

/* Every row of the table is known by its code, by its prefixes when it takes some, and has a name. */
static void every_unit_of_the_table(void **state)
{
	struct hs_slice code, name;
	bool metric;
	size_t count = 0;
	char text[100];

	(void)state;
	for (; hs_ucum_unit_at(count, &code, &name, &metric); count++) {
		struct hs_ucum plain = unit((snprintf(text, sizeof(text), "%.*s", HS_S_ARG(code)), text));
		assert_true(name.len > 0);
		assert_true(plain.approximate > 0);
		assert_true(plain.exact || plain.function);
		snprintf(text, sizeof(text), "n%.*s", HS_S_ARG(code));
		if (metric)
			assert_true(hs_ucum_is_valid(hs_slice_cstr(text)));
	}
	assert_int_equal(count, 311);
}

/* 1 `from` is `size` `to`; the figures are those of the definitions of the units themselves. */
static void sizes(void **state)
{
	static const struct {
		const char *from, *to;
		double size;
	} cases[] = {
		{ "kg", "g", 1000 },
		{ "L", "dm3", 1 },
		{ "mL", "cm3", 1 },
		{ "mg/dL", "g/L", 0.01 },
		{ "mm[Hg]", "Pa", 133.322 },
		{ "[in_i]", "cm", 2.54 },
		{ "[lb_av]", "g", 453.59237 },
		{ "[mi_i]", "m", 1609.344 },
		{ "h", "s", 3600 },
		{ "a", "d", 365.25 },
		{ "mo", "d", 30.4375 },
		{ "kcal", "kJ", 4.184 },
		{ "mmol", "mol", 0.001 },
		{ "meq/L", "mmol/L", 1 },
		{ "U", "umol/min", 1 },
		{ "10*6/L", "1/uL", 1 },
		{ "%", "1", 0.01 },
		{ "KiBy", "By", 1024 },
		{ "[IU]", "[iU]", 1 },
		{ "k[IU]/L", "[iU]/mL", 1 },
		{ "deg", "[pi].rad", 1.0 / 180 },
		{ "circ", "deg", 360 },
		{ "eV", "J", 1.60217733e-19 },
		{ "[psi]", "Pa", 6894.757293168361 },
		{ "g/{TotalVolume}", "g", 1 },
		{ "{Ehrlich'U}/100.g", "g", 0.01 },
		{ "J/Cel", "J/K", 1 },
		{ "kg.m/s2", "N", 1 },
		{ "/min", "1/h", 60 },
		{ "[MET]", "mL/min/kg", 3.5 },
		{ "Bq", "s-1", 1 },
		{ "[diop]", "/m", 1 },
	};
	double size;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hs_ucum from = unit(cases[i].from), to = unit(cases[i].to);
		struct hs_ucum_ratio ratio;
		if (!hs_ucum_ratio(&from, &to, &ratio))
			fail_msg("%s to %s has no ratio", cases[i].from, cases[i].to);
		assert_true(hs_ucum_convert(&from, 1, &to, &size));
		if (fabs(size / cases[i].size - 1) > 1e-14)
			fail_msg("1 %s is %.17g %s, not %.17g", cases[i].from, size, cases[i].to,
				cases[i].size);
	}
}

/* Units with another zero or a function of their own, there and back. */
static void special_units(void **state)
{
	static const struct {
		const char *from, *to;
		double value, is;
	} cases[] = {
		{ "Cel", "K", 37, 310.15 },
		{ "[degF]", "Cel", 98.6, 37 },
		{ "Cel", "[degF]", 100, 212 },
		{ "[degRe]", "Cel", 80, 100 },
		{ "mCel", "K", 1000, 274.15 },
		{ "[pH]", "mol/L", 7, 1e-7 },
		{ "B", "1", 2, 100 },
		{ "dB", "1", 20, 100 },
		{ "Np", "1", 1, 2.718281828459045 },
		{ "B[SPL]", "Pa", 2, 2e-4 },
		{ "dB[W]", "W", 30, 1000 },
		{ "B[V]", "V", 4, 100 },
		{ "bit_s", "1", 8, 256 },
		{ "%[slope]", "deg", 100, 45 },
		{ "[hp'_C]", "1", 1, 0.01 },
	};
	double there, back;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hs_ucum from = unit(cases[i].from), to = unit(cases[i].to);
		struct hs_ucum_ratio ratio;
		assert_false(hs_ucum_ratio(&from, &to, &ratio));
		assert_true(hs_ucum_convert(&from, cases[i].value, &to, &there));
		assert_true(hs_ucum_convert(&to, there, &from, &back));
		if (fabs(there / cases[i].is - 1) > 1e-12 || fabs(back / cases[i].value - 1) > 1e-12)
			fail_msg("%g %s is %.17g %s (and back %.17g)", cases[i].value, cases[i].from, there,
				cases[i].to, back);
	}
	struct hs_ucum small = unit("aB");
	assert_true(hs_ucum_convert(&small, 1, &small,
		&there)); /* far below what 10 to its power can tell from 1 */
	assert_true(fabs(there - 1) < 1e-12);
	struct hs_ucum one = unit("1"), bel = unit("B");
	assert_false(hs_ucum_convert(&one, 0, &bel, &there));
}

static void what_cannot_be_compared(void **state)
{
	static const char *const pairs[][2] = { { "kg", "m" }, { "[iU]", "[arb'U]" }, { "[iU]", "1" },
		{ "m2", "m3" }, { "mol/L", "g/L" }, { "Cel", "s" }, { "[CFU]/mL", "1/mL" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct hs_ucum a = unit(pairs[i][0]), b = unit(pairs[i][1]);
		assert_false(hs_ucum_comparable(&a, &b));
	}
}

static void in_base_units_and_in_words(void **state)
{
	static const struct {
		const char *text, *canonical, *words;
	} cases[] = {
		{ "mg/dL", "g.m-3", "(milligram) / (deciliter)" },
		{ "mg/dL{creat}", "g.m-3", "(milligram) / (deciliter) * 1" },
		{ "mm[Hg]", "g.m-1.s-2", "(millimeter of mercury column)" },
		{ "{cells}", "1", "1" },
		{ "10*6/L", "m-3", "(the number ten for arbitrary powers ^ 6) / (liter)" },
		{ "/min", "s-1", " / (minute)" },
		{ "[iU]/L", "m-3.[iU]", "(international unit) / (liter)" },
		{ "mL/min/{1.73_m2}", "m3.s-1", "(milliliter) / (minute) / 1" },
		{ "kg/(m.s2)", "g.m-1.s-2", "(kilogram) / ((meter) * (second ^ 2))" },
	};
	struct hs_arena *arena = hs_arena_new(65536);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hs_ucum parsed = unit(cases[i].text);
		struct hs_slice canonical = hs_ucum_canonical(arena, &parsed);
		struct hs_slice words = hs_ucum_describe(arena, hs_slice_cstr(cases[i].text));
		if (!hs_slice_eq(canonical, hs_slice_cstr(cases[i].canonical)))
			fail_msg("%s: %.*s", cases[i].text, HS_S_ARG(canonical));
		if (!hs_slice_eq(words, hs_slice_cstr(cases[i].words)))
			fail_msg("%s: %.*s", cases[i].text, HS_S_ARG(words));
	}
	assert_int_equal(hs_ucum_describe(arena, HS_S("kgXX")).len, 0);
	hs_arena_free(arena);
}

static void what_is_meant(void **state)
{
	static const char *const slips[][2] = {
#define M(written, meant) { written, meant },
#include <core/fhir/ucum/meant.def>
#undef M
	};
	struct hs_ucum_unknown unknown = { .character = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(slips); i++) {
		if (hs_ucum_is_valid(hs_slice_cstr(slips[i][0])) ||
			!hs_ucum_is_valid(hs_slice_cstr(slips[i][1])))
			fail_msg("%s, %s", slips[i][0], slips[i][1]);
		assert_true(hs_ucum_unknown(hs_slice_cstr(slips[i][0]), &unknown));
		if (!hs_slice_eq(unknown.meant, hs_slice_cstr(slips[i][1])))
			fail_msg("%s: %.*s", slips[i][0], HS_S_ARG(unknown.meant));
	}
	assert_false(hs_ucum_unknown(HS_S("m("), &unknown));
	assert_false(hs_ucum_unknown(HS_S("mm[Hg]"), &unknown));
	assert_true(hs_ucum_unknown(HS_S("mg/dL/zork2"), &unknown));
	assert_int_equal(unknown.character, 7);
	assert_int_equal(unknown.meant.len, 0);
}

static void what_is_wrong(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "kgXX", "The unit 'kgXX' is unknown at character 1" },
		{ "mg/kgXX", "The unit 'kgXX' is unknown at character 4" },
		{ "", "There is no unit; the unit of what has none is 1" },
		{ "mg/", "A unit is missing at character 4" },
		{ "m(", "An operator (. or /) is missing at character 2" },
		{ "(m", "A closing parenthesis is missing at character 3" },
		{ "m)", "An operator (. or /) is missing at character 2" },
		{ "m{a}{b}",
			"A unit has one annotation, not two; an operator (. or /) is missing at character "
			"5" },
		{ "{open", "The annotation is not closed with } at character 1" },
		{ "{a{b}}", "An annotation holds printable ASCII without braces at character 1" },
		{ "m999", "The power must be a whole number from -99 to 99 at character 1" },
		{ "m--1", "The power must be a whole number from -99 to 99 at character 1" },
		{ "mmHg", "The unit 'mmHg' is unknown at character 1; did you mean mm[Hg]?" },
		{ "10*3/µL", "The unit 'µL' is unknown at character 6; did you mean uL?" },
		{ "kwk", "The unit 'kwk' is unknown at character 1" },
		{ "-1", "A sign must follow a unit and stand before digits at character 1" },
		{ "0", "The factor must be a whole number from 1 to 10^37 at character 1" },
		{ "1.73", NULL },
		{ "Ym99.Ym99", "The unit is too large or too small at character 1" },
		{ "((((((((((((((((((((((((((m))))))))))))))))))))))))))",
			"There are too many parentheses at character 25" },
	};
	struct hs_ucum out = { .function = 77 };
	struct hs_error err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (!cases[i].says) { /* 1 times 73 */
			assert_true(hs_ucum_is_valid(hs_slice_cstr(cases[i].text)));
			continue;
		}
		assert_int_not_equal(hs_ucum_parse(hs_slice_cstr(cases[i].text), &out, &err), HS_OK);
		assert_string_equal(err.text, cases[i].says);
		assert_int_equal(out.function, 77);
	}
}

/* More than a fraction holds is kept as an approximation, not refused. */
static void large_factors(void **state)
{
	struct hs_ucum big = unit("[G]3.[h]3.[k]3"), other = unit("[G]3.[h]3.[k]3");
	double size = 0;

	(void)state;
	assert_false(big.exact);
	assert_true(hs_ucum_convert(&big, 2, &other, &size));
	assert_true(fabs(size - 2) < 1e-9);
}

static void common_units_of_fhir(void **state)
{
	const char *cache = getenv("HS_PACKAGES"), *home = getenv("HOME");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s%s/hl7.fhir.r4.examples#4.0.1/package/ValueSet-ucum-common.json",
		cache        ? cache :
			home ? home :
			       "",
		cache ? "" : "/.fhir/packages");
	FILE *file = fopen(path, "rb");
	if (!file)
		skip();
	static char text[4 << 20];
	size_t len = fread(text, 1, sizeof(text), file), count = 0, bad = 0;
	fclose(file);
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_json *tree = NULL;
	struct hs_error err;
	assert_int_equal(hs_json_parse(arena, hs_slice(text, len), NULL, &tree, &err), HS_OK);
	HS_JSON_EACH(include, hs_json_get(hs_json_get(tree, HS_S("compose")), HS_S("include")))
		HS_JSON_EACH(concept, hs_json_get(include, HS_S("concept"))) {
			struct hs_slice code = hs_json_get_text(concept, HS_S("code"));
			struct hs_ucum parsed;
			count++;
			if (hs_ucum_parse(code, &parsed, &err)) {
				print_message("%.*s: %s\n", HS_S_ARG(code), err.text);
				bad++;
			}
		}
	assert_true(count > 1300);
	assert_int_equal(bad, 0);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_unit_of_the_table),
		cmocka_unit_test(sizes),
		cmocka_unit_test(special_units),
		cmocka_unit_test(what_cannot_be_compared),
		cmocka_unit_test(in_base_units_and_in_words),
		cmocka_unit_test(what_is_meant),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(large_factors),
		cmocka_unit_test(common_units_of_fhir),
	};

	return cmocka_run_group_tests_name("core/fhir/ucum/units", tests, NULL, NULL);
}
