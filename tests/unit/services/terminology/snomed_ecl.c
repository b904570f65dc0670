/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of ECL: exact answers on the small release, what does not parse, and random constraints against an
 * evaluator that knows nothing of sets, spans or indexes. */
#include "snomed_test.h"

#include <services/terminology/concept.h>
#include <services/terminology/source.h>

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

struct row {
	const char *constraint, *names;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *got = sct_ecl(&t, rows[i].constraint);
		if (strcmp(got, rows[i].names) != 0)
			fail_msg("%s gives \"%s\", not \"%s\"", rows[i].constraint, got, rows[i].names);
	}
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

static void answers_hierarchy(void **state)
{
	static const struct row rows[] = {
		{ "HEART", "HEART" },
		{ "HEART |Heart finding|", "HEART" },
		{ "< HEART", "BOTH CARDITIS PANCARDITIS" },
		{ "<< HEART", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "<! HEART", "BOTH CARDITIS" },
		{ "<<! HEART", "HEART BOTH CARDITIS" },
		{ "> BOTH", "ROOT FINDING HEART LUNG" },
		{ ">> BOTH", "ROOT FINDING HEART LUNG BOTH" },
		{ ">! BOTH", "HEART LUNG" },
		{ ">>! BOTH", "HEART LUNG BOTH" },
		{ "descendantOf HEART", "BOTH CARDITIS PANCARDITIS" },
		{ "descendantOrSelfOf /* of the heart */ HEART", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "< (HEART OR LUNG)", "BOTH CARDITIS PNEUMONIA PANCARDITIS" },
		{ "!!> (<< HEART OR BODY)", "HEART BODY" },
		{ "!!< (<< HEART)", "PANCARDITIS" },
		{ "OLDHEART", "OLDHEART" },
		{ "< OLDHEART", "" },
	};
	(void)state;
	CHECK(rows);
}

static void joins_sets(void **state)
{
	static const struct row rows[] = {
		{ "< HEART AND < LUNG", "BOTH PANCARDITIS" },
		{ "< HEART, < LUNG", "BOTH PANCARDITIS" },
		{ "HEART or LUNG Or BODY", "HEART LUNG BODY" },
		{ "<< HEART MINUS << BOTH", "HEART CARDITIS" },
		{ "(<< HEART MINUS << BOTH) OR LUNG", "HEART LUNG CARDITIS" },
		{ "^ SIMPLE", "HEART BOTH HEARTPART" },
		{ "^SIMPLE AND << FINDING", "HEART BOTH" },
		{ "< ^ SIMPLE", "BOTH CARDITIS PANCARDITIS" },
		{ "^ BODY", "" },
		{ "(< FINDING) . SITE", "HEARTPART LUNGPART LEFTLUNG" },
		{ "PANCARDITIS . CAUSE . SITE", "LEFTLUNG" },
	};
	(void)state;
	CHECK(rows);
}

static void refines(void **state)
{
	static const struct row rows[] = {
		{ "< FINDING : SITE = HEARTPART", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "< FINDING : SITE = << LUNGPART", "LUNG BOTH PNEUMONIA PANCARDITIS" },
		{ "< FINDING : SITE = LEFTLUNG, SHAPE = INFLAMMATION", "PNEUMONIA" },
		{ "< FINDING : SITE = LUNGPART, SHAPE = INFLAMMATION", "PANCARDITIS" },
		{ "< FINDING : { SITE = LUNGPART, SHAPE = INFLAMMATION }", "" },
		{ "< FINDING : { SITE = HEARTPART, SHAPE = INFLAMMATION }", "CARDITIS PANCARDITIS" },
		{ "< FINDING : { SITE = HEARTPART }, { SITE = LUNGPART }", "BOTH PANCARDITIS" },
		{ "< FINDING : SHAPE = TUMOUR OR CAUSE = *", "PANCARDITIS" },
		{ "< FINDING : SITE != HEARTPART", "LUNG BOTH PNEUMONIA PANCARDITIS" },
		{ "< FINDING : [2..2] SITE = *", "BOTH PANCARDITIS" },
		{ "< FINDING : [1..1] SITE = *", "HEART LUNG CARDITIS PNEUMONIA" },
		{ "< FINDING : [0..0] SHAPE = *", "HEART LUNG BOTH" },
		{ "< FINDING : [2..*] { SITE = * }", "BOTH PANCARDITIS" },
		{ "< FINDING : [0..0] { SITE = *, SHAPE = * }", "HEART LUNG BOTH" },
		{ "< FINDING : * = TUMOUR", "PANCARDITIS" },
		{ "< FINDING : (SITE OR CAUSE) = PNEUMONIA", "PANCARDITIS" },
		{ "< FINDING : (SITE = LEFTLUNG OR SHAPE = TUMOUR) AND SHAPE = INFLAMMATION",
			"PNEUMONIA PANCARDITIS" },
		{ "<< BODY : R SITE = CARDITIS", "HEARTPART" },
		{ "* : reverseOf SITE = < LUNG", "HEARTPART LUNGPART LEFTLUNG" },
		{ "< FINDING : { SITE = HEARTPART } OR SHAPE = INFLAMMATION AND SITE = LEFTLUNG",
			"HEART BOTH CARDITIS PNEUMONIA PANCARDITIS" },
	};
	(void)state;
	CHECK(rows);
}

static void compares_concrete_values(void **state)
{
	static const struct row rows[] = {
		{ "< PRODUCT : STRENGTH = #10", "TABLET10" },
		{ "< PRODUCT : STRENGTH = #2.5", "TABLET2" },
		{ "< PRODUCT : STRENGTH >= #2.5", "TABLET10 TABLET2" },
		{ "< PRODUCT : STRENGTH > #2.50", "TABLET10" },
		{ "< PRODUCT : STRENGTH < #10.0", "TABLET2" },
		{ "< PRODUCT : STRENGTH != #10", "TABLET2" },
		{ "< PRODUCT : STRENGTH > #-1", "TABLET10 TABLET2" },
		{ "< PRODUCT : LABEL = \"fast rel\"", "TABLET10" },
		{ "< PRODUCT : LABEL = exact:\"fast release\"", "" },
		{ "< PRODUCT : LABEL = wild:\"*release\"", "TABLET10" },
		{ "< PRODUCT : LABEL = (\"slow\" \"fast\")", "TABLET10" },
		{ "< PRODUCT : GENERIC = true", "TABLET2" },
		{ "< PRODUCT : GENERIC != true", "TABLET10" },
		{ "< PRODUCT : { GENERIC = false, STRENGTH = #10 }", "TABLET10" },
	};
	(void)state;
	CHECK(rows);
}

static void filters_concepts_and_texts(void **state)
{
	static const struct row rows[] = {
		{ "<< FINDING {{ term = \"inflam\" }}", "CARDITIS PNEUMONIA" },
		{ "<< FINDING {{ D term = \"heart lung\" }}", "BOTH" },
		{ "<< FINDING {{ term = (\"carditis\" \"pneu\") }}", "CARDITIS PNEUMONIA" },
		{ "<< FINDING {{ term = wild:\"*carditis\" }}", "CARDITIS PANCARDITIS" },
		{ "<< FINDING {{ term = \"hjärt\" }}", "HEART CARDITIS" },
		{ "<< FINDING {{ term = \"lung\", language = sv }}", "LUNG" },
		{ "<< FINDING {{ language = sv }}", "HEART LUNG CARDITIS" },
		{ "<< FINDING {{ term = \"lung\", type = syn }} {{ C definitionStatus = defined }}",
			"BOTH PNEUMONIA" },
		{ "<< FINDING {{ term = \"finding\", typeId = FSN }} {{ term = \"cardiac\" }}", "HEART" },
		{ "<< FORM {{ term = \"tumour\", dialect = en-gb (prefer) }}", "TUMOUR" },
		{ "<< FORM {{ term = \"tumour\", dialect = en-us }}", "" },
		{ "<< FORM {{ term = \"tumor\", dialectId = GB (accept) }}", "TUMOUR" },
		{ "<< FINDING {{ dialectId = SV }}", "HEART LUNG CARDITIS" },
		{ "<< FINDING {{ term = \"withdrawn\" }}", "" },
		{ "<< FINDING {{ C definitionStatusId = DEFINED }}", "BOTH CARDITIS PNEUMONIA" },
		{ "<< FINDING {{ C definitionStatus != defined }}", "FINDING HEART LUNG PANCARDITIS" },
		{ "<< FINDING {{ C effectiveTime >= \"20250601\" }}", "CARDITIS" },
		{ "<< FINDING {{ C effectiveTime != \"20250101\" }}", "CARDITIS" },
		{ "<< ATTRIBUTE {{ C moduleId = CORE }}", "" },
		{ "* {{ C active = false }}", "OLDHEART OLDLUNG OLDBOTH" },
		{ "* {{ C active = 0 }} {{ term = \"or lung\" }}", "OLDBOTH" },
		{ "^ MAP {{ M mapTarget = \"J\" }}", "LUNG PNEUMONIA" },
		{ "^ MAP {{ M mapTarget = wild:\"J18*\" }}", "PNEUMONIA" },
		{ "^ [targetComponentId] SAME", "HEART" },
		{ "^ [referencedComponentId] SAME {{ M targetComponentId = HEART }}", "OLDHEART" },
		{ "^ POSSIBLY {{ M targetComponentId = LUNG }}", "OLDBOTH" },
		{ "HEART {{ + HISTORY-MIN }}", "HEART OLDHEART" },
		{ "(HEART OR LUNG) {{ +HISTORY-MOD }}", "HEART LUNG OLDHEART OLDLUNG" },
		{ "LUNG {{ + HISTORY }}", "LUNG OLDLUNG OLDBOTH" },
		{ "LUNG {{ + HISTORY (POSSIBLY) }}", "LUNG OLDBOTH" },
	};
	(void)state;
	CHECK(rows);
}

static void says_what_is_wrong(void **state)
{
	static const struct row rows[] = {
		{ "", "character 1: a concept, * or ( was expected before its end" },
		{ "<< ", "character 4" },
		{ "HEART AND LUNG OR BODY", "a bracket around one of the operators" },
		{ "HEART MINUS LUNG MINUS BODY", "a bracket around one of the operators" },
		{ "(HEART", ") was expected" },
		{ "HEART :", "a concept" },
		{ "HEART : SITE", "a comparison" },
		{ "HEART : [3..1] SITE = BODY", "a cardinality" },
		{ "HEART : { { SITE = BODY } }", "groups do not stand in groups" },
		{ "HEART {{ M active = 1 }}", "behind ^" },
		{ "HEART {{ colour = red }}", "term, language" },
		{ "HEART {{ term = \"x }}", "the closing quotation mark" },
		{ "HEART {{ + HISTORY-SOME }}", "MIN, MOD or MAX" },
		{ "!!< << HEART", "a concept, * or ( was expected" },
		{ "12345", "6 to 18 digits" },
		{ "999999999", "is not in" },
		{ "HEART |open", "closes the term" },
		{ "HEART : SITE < BODY", "#number" },
		{ "HEART BODY", "the end or an operator" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = sct_ecl(&t, rows[i].constraint);
		if (strncmp(got, "error: ", 7) != 0 || !strstr(got, rows[i].names))
			fail_msg("%s gives \"%s\", not %s", rows[i].constraint, got, rows[i].names);
	}
}

static void limits_depth(void **state)
{
	struct hs_buf text;

	(void)state;
	hs_buf_init(&text, t.arena, 1 << 20);
	for (int i = 0; i < 10000; i++)
		hs_buf_byte(&text, '(');
	assert_non_null(strstr(sct_ecl(&t, hs_arena_cstr(t.arena, hs_buf_slice(&text))),
		"brackets more than"));
	hs_buf_clear(&text);
	hs_buf_cstr(&text, "HEART : ");
	for (int i = 0; i < 60; i++)
		hs_buf_byte(&text, '(');
	assert_non_null(strstr(sct_ecl(&t, hs_arena_cstr(t.arena, hs_buf_slice(&text))), "error"));
}

/* ---- random constraints against a naive evaluator ---- */

static uint64_t chance = 42;
static uint32_t draw(uint32_t limit)
{
	chance = chance * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((chance >> 33) % limit);
}

#define MANY 64
typedef bool names_set[MANY];

static uint32_t number_of(size_t name)
{
	return hs_tx_big_code(&t.layer, hs_slice_cstr(sct_names[name].code));
}

static bool is_parent(size_t child, size_t parent)
{
	size_t count;
	const uint32_t *list = hs_tx_parents(t.s, number_of(child), &count);

	for (size_t i = 0; i < count; i++)
		if (list[i] == number_of(parent))
			return true;
	return false;
}

static bool is_above(size_t above, size_t below)
{
	for (size_t i = 0; i < SCT_NAMES; i++)
		if (is_parent(below, i) && (i == above || is_above(above, i)))
			return true;
	return false;
}

static const char *const operators[] = { "", "<", "<<", "<!", ">", ">>", ">!" };

static bool reached(size_t operator, size_t from, size_t to)
{
	switch (operator) {
	case 0:
		return from == to;
	case 1:
		return is_above(from, to);
	case 2:
		return from == to || is_above(from, to);
	case 3:
		return is_parent(to, from);
	case 4:
		return is_above(to, from);
	case 5:
		return from == to || is_above(to, from);
	default:
		return is_parent(from, to);
	}
}

static bool has_attribute(size_t source, size_t type, const names_set values, bool equal)
{
	size_t count;
	const struct tx_sct_attribute *list = hs_tx_sct_attributes(&t.layer, number_of(source), &count);

	for (size_t i = 0; i < count; i++)
		for (size_t v = 0; v < SCT_NAMES; v++)
			if (list[i].kind == TX_SCT_CONCEPT && list[i].type == number_of(type) &&
				list[i].value == number_of(v) && values[v] == equal)
				return true;
	return false;
}

/* A random constraint as text, and what it means name by name. */
static void make(struct hs_buf *text, names_set out, int depth)
{
	names_set left = { false }, right = { false };
	uint32_t what = depth ? draw(8) : 0;

	if (what < 4) {
		size_t operator= draw(7), name = draw((uint32_t)SCT_NAMES);
		hs_buf_printf(text, "%s %s", operators[operator], sct_names[name].name);
		for (size_t i = 0; i < SCT_NAMES; i++)
			out[i] = reached(operator, name, i);
		return;
	}
	hs_buf_byte(text, '(');
	make(text, left, depth - 1);
	if (what < 7) {
		hs_buf_cstr(text, what == 4 ? ") AND (" : what == 5 ? ") OR (" : ") MINUS (");
		make(text, right, depth - 1);
		for (size_t i = 0; i < SCT_NAMES; i++)
			out[i] = what == 4 ? left[i] && right[i] :
				what == 5  ? left[i] || right[i] :
					     left[i] && !right[i];
	} else {
		bool equal = draw(3) != 0, site = draw(2);
		hs_buf_printf(text, ") : %s %s (", site ? "SITE" : "SHAPE", equal ? "=" : "!=");
		make(text, right, depth - 1);
		size_t type = 0;
		while (strcmp(sct_names[type].name, site ? "SITE" : "SHAPE") != 0)
			type++;
		for (size_t i = 0; i < SCT_NAMES; i++)
			out[i] = left[i] && has_attribute(i, type, right, equal);
	}
	hs_buf_byte(text, ')');
}

static void agrees_with_a_naive_evaluator(void **state)
{
	(void)state;
	assert_true(SCT_NAMES <= MANY);
	for (int round = 0; round < 400; round++) {
		struct hs_arena_mark mark = hs_arena_mark(t.arena);
		struct hs_buf text, want;
		names_set expected = { false };
		hs_buf_init(&text, t.arena, 1 << 16);
		hs_buf_init(&want, t.arena, 1 << 16);
		make(&text, expected, 3);
		for (size_t i = 0; i < SCT_NAMES; i++)
			if (expected[i])
				hs_buf_printf(&want, "%s%s", want.len ? " " : "", sct_names[i].name);
		struct row row = { hs_arena_cstr(t.arena, hs_buf_slice(&text)),
			hs_arena_cstr(t.arena, hs_buf_slice(&want)) };
		check(&row, 1);
		hs_arena_rollback(t.arena, mark);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_hierarchy),
		cmocka_unit_test(joins_sets),
		cmocka_unit_test(refines),
		cmocka_unit_test(compares_concrete_values),
		cmocka_unit_test(filters_concepts_and_texts),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(limits_depth),
		cmocka_unit_test(agrees_with_a_naive_evaluator),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
