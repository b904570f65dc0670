/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of ECL 2.2, production by production: for each what it lets through, with its exact answer on
 * the small release, and what it keeps out, with the place and the reason in both languages. */
#include "snomed_test.h"

static struct sct_test t;

static int setup(void **state)
{
	(void)state;
	sct_begin(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sct_end(&t);
	return 0;
}

/* ---- what is let through ---- */

/* The names of the answer, in the order of snomed_names.def. */
static const struct accepted {
	const char *production, *constraint, *names;
} accepted[] = {
#define A(production, constraint, names) { #production, constraint, names },
#define R(production, constraint, expected)
#include "snomed_grammar.def"
#undef A
#undef R
};

static void lets_through(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		const char *got = sct_ecl(&t, accepted[i].constraint);
		if (strcmp(got, accepted[i].names) == 0)
			continue;
		print_error("%s: %s gives \"%s\", not \"%s\"\n", accepted[i].production,
			accepted[i].constraint, got, accepted[i].names);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* ---- what is kept out ---- */

static const struct refused {
	const char *production, *constraint, *expected;
} refused[] = {
#define A(production, constraint, names)
#define R(production, constraint, expected) { #production, constraint, expected },
#include "snomed_grammar.def"
#undef A
#undef R
};

static const struct {
	const char *english, *swedish;
} words[] = {
#define X(english, swedish) { english, swedish },
#include <services/terminology/snomed/expected.def>
#undef X
};

static const char *in_swedish(const char *expected)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].english, expected) == 0)
			return words[i].swedish;
	fail_msg("expected.def does not have \"%s\"", expected);
	return "";
}

/* The whole sentence that a refusal must be; ~ in the constraint marks the place. */
static struct hs_slice sentence(const struct refused *row, struct hs_slice before, struct hs_slice rest,
	bool swedish)
{
	const char *what = swedish ? in_swedish(row->expected) : row->expected;
	size_t at = before.len + 1;

	rest = hs_slice_first(rest, 24);
	if (!swedish && rest.len)
		return hs_arena_printf(t.arena,
			"the constraint is wrong at character %zu: %s was expected, not \"%.*s\"", at, what,
			HS_S_ARG(rest));
	if (!swedish)
		return hs_arena_printf(t.arena,
			"the constraint is wrong at character %zu: %s was expected before its end", at, what);
	if (rest.len)
		return hs_arena_printf(t.arena,
			"Villkoret \xc3\xa4r fel vid tecken %zu: d\xc3\xa4r v\xc3\xa4ntades %s, inte "
			"\"%.*s\"",
			at, what, HS_S_ARG(rest));
	return hs_arena_printf(t.arena,
		"Villkoret \xc3\xa4r fel vid tecken %zu: f\xc3\xb6re slutet v\xc3\xa4ntades %s", at, what);
}

static bool is_refused(const struct refused *row, bool swedish)
{
	struct hs_slice rest = sct_text(t.arena, row->constraint), before = hs_slice_cut(&rest, '~');
	struct hs_slice want = sentence(row, before, rest, swedish);
	struct hs_error err = { .status = HS_OK };
	struct ecl_eval e = ECL_EVAL(t.arena, t.s, &err);
	struct tx_bits bits = { NULL, 0 };

	e.swedish = swedish;
	enum hs_status status = hs_ecl_answer(&e, HS_ARENA_JOIN(t.arena, before, rest), &bits);
	if (status == HS_E_VALUE && err.column == before.len + 1 &&
		hs_slice_eq(hs_slice_cstr(err.text), want))
		return true;
	print_error("%s: %s says \"%s\", not \"%.*s\"\n", row->production, row->constraint,
		status ? err.text : "nothing", HS_S_ARG(want));
	return false;
}

static void keeps_out(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		wrong += !is_refused(&refused[i], false);
		wrong += !is_refused(&refused[i], true);
	}
	assert_int_equal(wrong, 0);
}

/* ---- that no production is left out ---- */

/* In the order of the published grammar. Of those that any text can be read as (blanks, characters) and of
 * letters alone only the first kind of row is asked for. */
static const struct {
	const char *name;
	bool any;
} productions[] = {
#define P(name) { #name, false },
#define ANY(name) { #name, true },
#include "snomed_productions.def"
#undef P
#undef ANY
};

static void walks_every_production(void **state)
{
	size_t count = sizeof(productions) / sizeof(productions[0]), missing = 0;

	(void)state;
	for (size_t p = 0; p < count; p++) {
		bool through = false, out = productions[p].any;
		for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
			through |= strcmp(accepted[i].production, productions[p].name) == 0;
		for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
			out |= strcmp(refused[i].production, productions[p].name) == 0;
		if (through && out)
			continue;
		print_error("%s has no row of what it %s\n", productions[p].name,
			through ? "keeps out" : "lets through");
		missing++;
	}
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_through),
		cmocka_unit_test(keeps_out),
		cmocka_unit_test(walks_every_production),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
