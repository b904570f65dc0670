/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of ECL: exact answers on the small release, what does not parse, and random constraints against an
 * evaluator that knows nothing of sets, spans or indexes. */
#include "snomed_test.h"

#include <services/terminology/compile/concept.h>
#include <services/terminology/compile/source.h>

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
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		const char *got = sct_ecl(&t, rows[i].constraint);
		if (strcmp(got, rows[i].names) == 0)
			continue;
		print_error("%s gives \"%s\", not \"%s\"\n", rows[i].constraint, got, rows[i].names);
		wrong++;
	}
	assert_int_equal(wrong, 0);
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
		{ "top (<< HEART OR BODY)", "HEART BODY" },
		{ "Bottom (<< HEART)", "PANCARDITIS" },
		{ "CHILDOF HEART", "BOTH CARDITIS" },
		{ "childOrSelfOf HEART", "HEART BOTH CARDITIS" },
		{ "parentOf BOTH", "HEART LUNG" },
		{ "parentOrSelfOf BOTH", "HEART LUNG BOTH" },
		{ "ancestorOf BOTH", "ROOT FINDING HEART LUNG" },
		{ "ancestorOrSelfOf\tBOTH", "ROOT FINDING HEART LUNG BOTH" },
		{ "<<HEART|a (term), with / signs|", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "/* one * ** */<</**/HEART\r\n/* two */", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "((((< ((HEART))))))", "BOTH CARDITIS PANCARDITIS" },
		{ "<! any AND << FINDING", "FINDING HEART LUNG BOTH CARDITIS PNEUMONIA PANCARDITIS" },
		{ ">! * AND << FINDING", "FINDING HEART LUNG BOTH CARDITIS" },
		{ "!!> (< FINDING)", "HEART LUNG" },
		{ "!!< (< FORM)", "INFLAMMATION TUMOUR" },
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
		{ "memberOf SIMPLE", "HEART BOTH HEARTPART" },
		{ "MEMBEROF (SIMPLE OR MAP)", "HEART LUNG BOTH PNEUMONIA HEARTPART" },
		{ "^ *  MINUS (^ DEPENDENCY OR ^ DOMAINS OR ^ RANGES)",
			"HEART LUNG BOTH CARDITIS PNEUMONIA HEARTPART OLDHEART OLDLUNG OLDBOTH" },
		{ "^R PNEUMONIA", "MAP" },
		{ "refsetContainingAny (BOTH OR BODY)", "SIMPLE EXTENDED" },
		{ "LOINC#8867-4", "HEART" },
		{ "<< loinc#8867-4 |Heart rate|", "HEART BOTH CARDITIS PANCARDITIS" },
		{ "< LOINC#\"LP.1 x\"", "BOTH PNEUMONIA PANCARDITIS" },
		{ "\"LOINC#LP.1 x\" OR BODY", "LUNG BODY" },
		{ "^ BODY", "" },
		{ "(< FINDING) . SITE", "HEARTPART LUNGPART LEFTLUNG" },
		{ "PANCARDITIS . CAUSE . SITE", "LEFTLUNG" },
		{ "PANCARDITIS.CAUSE.(SITE OR SHAPE)", "LEFTLUNG INFLAMMATION" },
		{ "(PANCARDITIS . *) AND < FORM", "INFLAMMATION TUMOUR" },
		{ "< (PANCARDITIS . CAUSE . << ATTRIBUTE) OR HEART", "HEART" },
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
		{ "<< BODY : R19999999103 = CARDITIS", "HEARTPART" },
		{ "<< BODY : REVERSEOF SITE = CARDITIS", "HEARTPART" },
		{ "<< BODY : [1..1] R SITE = < LUNG", "LEFTLUNG" },
		{ "< FINDING : SITE NOT = HEARTPART", "LUNG BOTH PNEUMONIA PANCARDITIS" },
		{ "< FINDING : SITE <> HEARTPART", "LUNG BOTH PNEUMONIA PANCARDITIS" },
		{ "< FINDING : [2 to many] SITE = ANY", "BOTH PANCARDITIS" },
		{ "< FINDING : [ 0 .. 0 ] SHAPE = *, SITE = HEARTPART", "HEART BOTH" },
		{ "< FINDING:[1..1]{[1..1]SITE=*,SHAPE=TUMOUR}", "PANCARDITIS" },
		{ "< FINDING : { SITE = * , ( SHAPE = TUMOUR OR SHAPE = INFLAMMATION ) }",
			"CARDITIS PNEUMONIA PANCARDITIS" },
		{ "< FINDING : (SITE = LEFTLUNG AND SHAPE = *) OR CAUSE = *", "PNEUMONIA PANCARDITIS" },
		{ "< FINDING : { SITE = HEARTPART } AND { SHAPE = TUMOUR }", "PANCARDITIS" },
		{ "< FINDING : ({ SITE = LEFTLUNG } OR { SHAPE = TUMOUR })", "PNEUMONIA PANCARDITIS" },
		{ "< FINDING : SITE = (HEARTPART OR LEFTLUNG) {{ term = \"left\" }}", "PNEUMONIA" },
		{ "< FINDING : CAUSE = (< FINDING : SITE = LEFTLUNG)", "PANCARDITIS" },
		{ "< FINDING : << ATTRIBUTE = LEFTLUNG", "PNEUMONIA" },
		{ "(< FINDING : SITE = HEARTPART) MINUS (< FINDING : SHAPE = *)", "HEART BOTH" },
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
		{ "< PRODUCT : STRENGTH = #+10", "TABLET10" },
		{ "< PRODUCT : (STRENGTH) >= #10", "TABLET10" },
		{ "< PRODUCT : LABEL != \"slow\"", "TABLET10" },
		{ "< PRODUCT : LABEL = match : \"rel fas\"", "TABLET10" },
		{ "< PRODUCT : [0..0] LABEL = wild:\"*\"", "TABLET2 BOX" },
		{ "< PRODUCT : GENERIC = TRUE", "TABLET2" },
		{ "< PRODUCT : GENERIC = true", "TABLET2" },
		{ "< PRODUCT : GENERIC != true", "TABLET10" },
		{ "< PRODUCT : { GENERIC = false, STRENGTH = #10 }", "TABLET10" },
	};
	(void)state;
	CHECK(rows);
}

static void filters_texts(void **state)
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
		{ "<< FINDING {{term=\"card\",TYPE=Syn,Language=EN}}", "HEART CARDITIS" },
		{ "<< FINDING {{ TERM = MATCH:\"carditis\" }}", "CARDITIS" },
		{ "<< FINDING {{ term = wild : \"*of*lung\" }}", "" },
		{ "<< FINDING {{ term = wild:\"pan*\" }} {{ term = wild:\"*\\\\**\" }}", "" },
		{ "<< FINDING {{ term = (wild:\"pan*\" match:\"pneu\") }}", "PNEUMONIA PANCARDITIS" },
		{ "<< FINDING {{ term != \"finding\" }} {{ term = \"finding\" }}",
			"HEART LUNG CARDITIS PNEUMONIA PANCARDITIS" },
		{ "<< FINDING {{ term = \"héart\" }}", "" },
		{ "<< FINDING {{ term = \"tissue\" }}", "PNEUMONIA" },
		{ "<< FINDING {{ type = def }}", "PNEUMONIA" },
		{ "<< FINDING {{ type = definition, term = \"inflammation\" }}", "PNEUMONIA" },
		{ "<< FINDING {{ typeId = (DEF FSN), term = \"tissue\" }}", "PNEUMONIA" },
		{ "<< FINDING {{ type = (syn def), term = \"tissue\" }}", "PNEUMONIA" },
		{ "<< FINDING {{ type != syn, term = \"tissue\" }}", "PNEUMONIA" },
		{ "<< FINDING {{ term = \"withdrawn\", active = false }}", "HEART" },
		{ "<< FINDING {{ D active = 0 }}", "HEART LUNG" },
		{ "<< FINDING {{ active = false, language = sv }}", "LUNG" },
		{ "<< FINDING {{ active != true, effectiveTime < \"20241231\" }}", "LUNG" },
		{ "<< FINDING {{ active = *, term = (\"withdrawn\" \"pneu\") }}", "HEART PNEUMONIA" },
		{ "<< FINDING {{ active = 1, term = \"withdrawn\" }}", "" },
		{ "<< FINDING {{ active = 0 }} {{ language = sv }}", "HEART LUNG" },
		{ "<< FINDING {{ id = 739999999119 }}", "CARDITIS" },
		{ "<< FINDING {{ id = (739999999119 649999999115) }}", "HEART CARDITIS" },
		{ "<< FINDING {{ id = 9009999999112, active = false }}", "HEART" },
		{ "<< FINDING {{ moduleId = CORE, term = \"both\" }}", "" },
		{ "<< FINDING {{ moduleId = CORE, language = sv }}", "HEART LUNG CARDITIS" },
		{ "<< FINDING {{ effectiveTime >= \"20250601\", language = sv }}", "CARDITIS" },
		{ "<< FINDING {{ effectiveTime = (\"20250601\" \"20250602\"), language = sv }}", "CARDITIS" },
		{ "<< FINDING {{ dialect = sv-SE }}", "HEART LUNG CARDITIS" },
		{ "<< FINDING {{ dialect = sv-x-sctlang-46011000-052107 (prefer) }}", "HEART LUNG CARDITIS" },
		{ "<< FORM {{ term = \"tumour\", dialect = (en-gb (prefer) en-us (accept)) }}", "TUMOUR" },
		{ "<< FORM {{ term = \"tumor\", dialect = (en-gb en-us) (prefer accept) }}", "TUMOUR" },
		{ "<< FORM {{ term = \"tumor\", dialect = en-gb (900000000000549004 |Acceptable|) }}",
			"TUMOUR" },
		{ "<< FORM {{ term = \"tumor\", type = syn, dialectId = (GB (prefer) SV) }}", "" },
		{ "<< FORM {{ term = \"tumor\", dialectId = << GB (accept) }}", "TUMOUR" },
		{ "<< FORM {{ term = \"tumor\", dialectId = (US OR GB) (900000000000548007) }}", "TUMOUR" },
		{ "<< FORM {{ term = \"tumour\", dialect != en-gb }}", "" },
	};
	(void)state;
	CHECK(rows);
}

static void filters_concepts(void **state)
{
	static const struct row rows[] = {
		{ "<< FINDING {{ C definitionStatusId = DEFINED }}", "BOTH CARDITIS PNEUMONIA" },
		{ "<< FINDING {{ C definitionStatus != defined }}", "FINDING HEART LUNG PANCARDITIS" },
		{ "<< FINDING {{ C effectiveTime >= \"20250601\" }}", "CARDITIS" },
		{ "<< FINDING {{ C effectiveTime != \"20250101\" }}", "CARDITIS" },
		{ "<< ATTRIBUTE {{ C moduleId = CORE }}", "" },
		{ "* {{ C active = false }}", "OLDHEART OLDLUNG OLDBOTH" },
		{ "(*) {{Cactive=false}}", "OLDHEART OLDLUNG OLDBOTH" },
		{ "* {{ C active != true, effectiveTime = \"20250101\" }}", "OLDHEART OLDLUNG OLDBOTH" },
		{ "^ SAME {{ C active = * }}", "OLDHEART" },
		{ "^ SAME {{ C active = true }}", "" },
		{ "<< FINDING {{ C definitionStatus = (defined primitive) }}",
			"FINDING HEART LUNG BOTH CARDITIS PNEUMONIA PANCARDITIS" },
		{ "<< FINDING {{ C definitionStatusId = (DEFINED PRIMITIVE) }} {{ C effectiveTime > "
		  "\"20250101\" }}",
			"CARDITIS" },
		{ "<< FINDING {{ C moduleId = (< MC) }} {{ D language = sv }}", "HEART LUNG CARDITIS" },
		{ "* {{ C active = 0 }} {{ term = \"or lung\" }}", "OLDBOTH" },
	};
	(void)state;
	CHECK(rows);
}

static void filters_members_and_adds_history(void **state)
{
	static const struct row rows[] = {
		{ "^ MAP {{ M mapTarget = \"J\" }}", "LUNG PNEUMONIA" },
		{ "^ MAP {{ M mapTarget = wild:\"J18*\" }}", "PNEUMONIA" },
		{ "^ SIMPLE {{ M active = 0 }}", "LUNG" },
		{ "^ SIMPLE {{ M active = * }}", "HEART LUNG BOTH HEARTPART" },
		{ "^ SIMPLE {{ M active = 1 }} {{ M referencedComponentId = << HEART }}", "HEART BOTH" },
		{ "^ (SIMPLE OR EXTENDED) {{ m active = false }}", "LUNG" },
		{ "^ EXTENDED", "HEART BOTH CARDITIS" },
		{ "^ EXTENDED {{ M mapPriority = #1 }}", "HEART BOTH" },
		{ "^ EXTENDED {{ M mapGroup >= #2, active = * }}", "LUNG BOTH" },
		{ "^ EXTENDED {{ M mapGroup != #1 }}", "BOTH" },
		{ "^ EXTENDED {{ M mapTarget = (\"I51\" wild:\"J9*\") }}", "HEART BOTH CARDITIS" },
		{ "^ EXTENDED {{ M mapTarget = WILD:\"i51.8\" }}", "CARDITIS" },
		{ "^ EXTENDED {{ M mapRule != \"true\" }}", "CARDITIS" },
		{ "^ EXTENDED {{ M correlationId = EXACT }}", "HEART BOTH" },
		{ "^ EXTENDED {{ M correlationId != EXACT }}", "CARDITIS" },
		{ "^ EXTENDED {{ M correlationId = (EXACT PARTIAL), mapGroup = #1 }}", "HEART CARDITIS" },
		{ "^ EXTENDED {{ M checked = true }}", "HEART BOTH" },
		{ "^ EXTENDED {{ M checked = False }}", "CARDITIS" },
		{ "^ EXTENDED {{ M moduleId = MODEL }}", "BOTH" },
		{ "^ EXTENDED {{ M effectiveTime >= \"20250601\" }}", "BOTH" },
		{ "^ * {{ M refsetId = EXTENDED }}", "HEART BOTH CARDITIS" },
		{ "^ DEPENDENCY {{ M sourceEffectiveTime >= \"20250601\" }}", "MODEL" },
		{ "^ DEPENDENCY {{ M sourceEffectiveTime < \"20250601\" }}", "" },
		{ "^ DEPENDENCY {{ M targetEffectiveTime = \"20250601\" }}", "MODEL" },
		{ "^ [correlationId] EXTENDED", "EXACT PARTIAL" },
		{ "^ [ correlationId , referencedComponentId ] EXTENDED {{ M mapGroup = #2 }}",
			"BOTH EXACT" },
		{ "^ [*] EXTENDED {{ M mapGroup = #2 }}", "BOTH EXACT" },
		{ "< ^ [targetComponentId] SAME", "BOTH CARDITIS PANCARDITIS" },
		{ "^ [targetComponentId] SAME", "HEART" },
		{ "^ [targetComponentId, correlationId] (SAME OR EXTENDED)", "HEART EXACT PARTIAL" },
		{ "^ [mapGroup] HEART", "" },
		{ "^ [referencedComponentId] SAME {{ M targetComponentId = HEART }}", "OLDHEART" },
		{ "^ POSSIBLY {{ M targetComponentId = LUNG }}", "OLDBOTH" },
		{ "HEART {{ + HISTORY-MIN }}", "HEART OLDHEART" },
		{ "(HEART OR LUNG) {{ +HISTORY-MOD }}", "HEART LUNG OLDHEART OLDLUNG" },
		{ "LUNG {{ + HISTORY }}", "LUNG OLDLUNG OLDBOTH" },
		{ "LUNG {{ + HISTORY (POSSIBLY) }}", "LUNG OLDBOTH" },
		{ "LUNG {{+history_max}}", "LUNG OLDLUNG OLDBOTH" },
		{ "LUNG {{ + HISTORY ( < HISTORICAL MINUS POSSIBLY ) }}", "LUNG OLDLUNG" },
		{ "<< HEART {{ term = \"carditis\" }} {{ + HISTORY }}", "CARDITIS" },
		{ "(<< HEART {{ + HISTORY-MIN }}) MINUS << HEART", "OLDHEART" },
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
		{ "HEART : SITE = BODY AND SHAPE = BODY OR SITE = LUNG", "a bracket around AND or OR" },
		{ "HEART : SITE = BODY OR SHAPE = BODY, SITE = LUNG", "a bracket around AND or OR" },
		{ "HEART : { SITE = BODY OR SHAPE = BODY AND SITE = LUNG }", "a bracket around AND or OR" },
		{ "HEART : { SITE = BODY } AND { SITE = LUNG } OR { SHAPE = BODY }",
			"a bracket around AND or OR" },
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
		{ "HEART |Hjärtfynd 🫀| x",
			"character 29: the end or an operator was expected, not \"x\"" },
		{ "HEART åäöåäöåäöåäö",
			"character 14: the end or an operator was expected, not \"åäöåäöåäöåäö\"" },
		{ "HEART xåäöåäöåäöåäö", "not \"xåäöåäöåäöåä\"" },
		{ "HEART {{ type = abc }}", "character 24: syn, fsn or def was expected" },
		{ "HEART {{ C definitionStatus = abc }}", "primitive or defined" },
		{ "HEART {{ effectiveTime = \"2025\" }}", "a date like" },
		{ "HEART {{ effectiveTime = \"20251301\" }}", "a date like" },
		{ "HEART {{ dialect = xx-yy }}", "the alias of a dialect" },
		{ "HEART {{ active = maybe }}", "true, false, 1, 0 or *" },
		{ "HEART {{ term > \"x\" }}", "= or !=" },
		{ "^ SIMPLE {{ M mapTarget > BODY }}", "#number or a date" },
		{ "LOINC#", "the code behind #" },
		{ "LOINC#no-such", "identifies no concept" },
		{ "^ [mapGrup] EXTENDED",
			"the field mapGrup, which its reference sets do not have: there are "
			"referencedComponentId, mapGroup, mapPriority" },
		{ "< ^ [correlationId, targetId] (SAME OR POSSIBLY OR EXTENDED)",
			"the field targetId, which its reference sets do not have: there are "
			"referencedComponentId, targetComponentId" },
		{ "^ EXTENDED {{ M mapGroup = #1, mapRole = \"x\" }}",
			"the field mapRole, which its reference sets do not have" },
		{ "^ [mapGroup] SIMPLE", "there are referencedComponentId" },
		{ "OTHER#8867-4", "identifies no concept" },
		{ "LOINC#1-8", "identifies no concept" },
		{ "LOINC", "a concept, * or (" },
		{ "HEART /* open", "the end or an operator" },
		{ "HEART . SITE AND BODY", "the end or an operator" },
		{ "HEART : SITE = #1.", "digits after the point" },
		{ "ANDHEART", "a concept, * or (" },
	};
	(void)state;
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = sct_ecl(&t, rows[i].constraint);
		if (strncmp(got, "error: ", 7) == 0 && strstr(got, rows[i].names))
			continue;
		print_error("%s gives \"%s\", not %s\n", rows[i].constraint, got, rows[i].names);
		wrong++;
	}
	assert_int_equal(wrong, 0);
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

#define MANY 80
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

/* Constraints with characters taken out, put in and changed: an answer or an error, never anything else. */
static void survives_broken_constraints(void **state)
{
	static const char *const whole[] = {
		"<< HEART {{ term = (wild:\"*a\\\\*\" match:\"b c\"), dialect = (en-gb (prefer) sv-se) "
		"(accept) }}",
		"^ [a, correlationId] EXTENDED {{ M mapGroup >= #1, mapTarget != \"x\", active = * }}",
		"< FINDING : [1..*] { R SITE = (HEARTPART OR LOINC#8867-4), [0..0] STRENGTH >= #-1.5 } OR "
		"LABEL = \"x\"",
		"(!!> (PANCARDITIS . CAUSE . SITE)) MINUS ^R \"LOINC#LP.1 x\" {{ + HISTORY (< HISTORICAL) }}",
		"* {{ C definitionStatusId = (DEFINED PRIMITIVE), effectiveTime < \"20250101\" }} {{ D id = "
		"(12 34) }}",
	};
	static const char letters[] = " ()[]{}<>!=^*.,:#\"\\\\|/-+aR19\xc3\xa5";

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct hs_arena_mark mark = hs_arena_mark(t.arena);
		struct hs_slice text = sct_text(t.arena, whole[draw(sizeof(whole) / sizeof(whole[0]))]);
		char *copy = hs_arena_raw(t.arena, text.len + 8);
		size_t len = text.len;
		struct tx_bits bits = { NULL, 0 };
		struct hs_error err = { .status = HS_OK };
		memcpy(copy, text.ptr, len);
		for (uint32_t change = draw(4) + 1; change && len > 1; change--) {
			size_t at = draw((uint32_t)len);
			uint32_t how = draw(3);
			if (how == 0)
				memmove(copy + at, copy + at + 1, --len - at);
			else if (how == 1 && len < text.len + 8) {
				memmove(copy + at + 1, copy + at, len++ - at);
				copy[at] = letters[draw(sizeof(letters) - 1)];
			} else
				copy[at] = letters[draw(sizeof(letters) - 1)];
		}
		char *exact = hs_arena_raw(t.arena, len); /* so that a step beyond its end is seen */
		memcpy(exact, copy, len);
		enum hs_status status = hs_tx_ecl(t.arena, t.s, hs_slice(exact, len), &bits, &err);
		assert_true(status == HS_OK ? bits.blocks != NULL : err.text[0] != '\0');
		hs_arena_rollback(t.arena, mark);
	}
}

/* In Swedish each sentence is wholly so: what was expected, too. */
static void says_it_in_swedish(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "<", "Villkoret är fel vid tecken 2: före slutet väntades ett begrepp, * eller (" },
		{ "HEART AND", "före slutet väntades ett begrepp" },
		{ "HEART x",
			"Villkoret är fel vid tecken 14: där väntades slutet eller en operator, inte \"x\"" },
		{ "< HEART {{ term = \"a }}", "det avslutande citattecknet" },
		{ "123456789", "Villkoret anger begreppet 123456789, som inte finns i" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_error err = { .status = HS_OK };
		struct tx_bits bits = { NULL, 0 };
		struct ecl_eval e = ECL_EVAL(t.arena, t.s, &err);
		e.swedish = true;
		assert_int_equal(hs_ecl_answer(&e, sct_text(t.arena, rows[i].text), &bits), HS_E_VALUE);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_hierarchy),
		cmocka_unit_test(joins_sets),
		cmocka_unit_test(refines),
		cmocka_unit_test(compares_concrete_values),
		cmocka_unit_test(filters_texts),
		cmocka_unit_test(filters_concepts),
		cmocka_unit_test(filters_members_and_adds_history),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(says_it_in_swedish),
		cmocka_unit_test(limits_depth),
		cmocka_unit_test(agrees_with_a_naive_evaluator),
		cmocka_unit_test(survives_broken_constraints),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
