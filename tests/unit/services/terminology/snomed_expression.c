/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of post-coordinated expressions: the grammar, the concept model of the small release, and their place
 * in questions. */
#include "ask_test.h"
#include "snomed_test.h"

#include <services/terminology/compile/concept.h>
#include <services/terminology/snomed/expression.h>
#include <services/terminology/compile/source.h>

static struct sct_test t;
static struct ask a;

static int setup(void **state)
{
	(void)state;
	sct_begin(&t);
	ask_begin(&a, (const char *const[]) { NULL });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ask_end(&a);
	sct_end(&t);
	return 0;
}

/* "" when it is right, else why not. */
static const char *judge(const char *text)
{
	struct tx_expression out;
	struct tx_context ctx = { .arena = t.arena };

	if (hs_tx_expression(t.arena, t.s, sct_text(t.arena, text), false, &out))
		return "";
	assert_non_null(out.remarks);
	return hs_arena_cstr(t.arena, hs_tx_remark_text(&ctx, out.remarks));
}

static void takes_what_the_model_allows(void **state)
{
	static const char *const right[] = { "HEART:SITE=HEARTPART", "=== HEART + LUNG",
		"<<< HEART |a heart|", "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}",
		"HEART : { SITE = LEFTLUNG } { SITE = HEARTPART }", "HEART:{SITE=HEARTPART},{SHAPE=TUMOUR}",
		"HEART:CAUSE=PNEUMONIA", "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "PRODUCT:STRENGTH=#12.5",
		"PRODUCT:{STRENGTH=#3}", "HEART:CAUSE=PNEUMONIA,CAUSE=LUNG", "PRODUCT:LABEL=\"x\"",
		"PRODUCT:GENERIC=true", "HEART:CAUSE=(LUNG:{SITE=LEFTLUNG,SHAPE=INFLAMMATION})",
		"HEART:{SITE=HEARTPART},{SITE=LEFTLUNG}", "BOX:COLOUR=\"red\"",
		"BOX:COLOUR=\"dark blue\",{COUNT=#5},{COUNT=#10}",
		"HEART |a| : SITE |b| = ( HEARTPART |c| )" };

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (judge(right[i])[0])
			fail_msg("%s: %s", right[i], judge(right[i]));
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "HEART:SITE=INFLAMMATION", "outside the range" },
		{ "HEART:CAUSE=(BODY:SHAPE=TUMOUR)", "does not allow here the attribute" },
		{ "BODY:SITE=HEARTPART", "does not allow here the attribute" },
		{ "HEART:CAUSE=(BODY:SHAPE=TUMOUR)",
			"it is for FINDING |Finding|, and BODY |Body part| is not" },
		{ "HEART:{CAUSE=PNEUMONIA}", "stands in a group" },
		{ "HEART:CAUSE=PNEUMONIA,CAUSE=CARDITIS", "in an expression at most 1 times" },
		{ "HEART:{SITE=HEARTPART,SITE=LEFTLUNG}", "in one group at most 1 times" },
		{ "BOX:COUNT=#3", "wants the attribute COLOUR |Colour| 1 times or more" },
		{ "BOX:COLOUR=\"red\",COLOUR=\"dark blue\"", "in an expression at most 1 times" },
		{ "BOX:COLOUR=\"green\"", "the value green is outside the range" },
		{ "BOX:COLOUR=#1", "outside the range" },
		{ "BOX:COLOUR=\"red\",COUNT=#6", "int(#1..#5 #10)" },
		{ "BOX:COLOUR=\"red\",COUNT=#0", "outside the range" },
		{ "BOX:COLOUR=\"red\",COUNT=#2.5", "outside the range" },
		{ "PRODUCT:STRENGTH=#0", "outside the range" },
		{ "PRODUCT:STRENGTH=#-1", "outside the range" },
		{ "HEART:CAUSE=(BODY:LABEL=\"x\")", "outside the range" },
		{ "HEART:SITE", "the expression is wrong at character" },
		{ "PRODUCT:STRENGTH=\"x\"", "outside the range" },
		{ "PRODUCT:STRENGTH=HEART", "outside the range" },
		{ "HEART:LUNG=BODY", "is no attribute" },
		{ "OLDHEART:SITE=HEARTPART", "no longer in use" },
		{ "404684003+HEART", "not there" },
		{ "HEART:", "a concept was expected" },
		{ "HEART:SITE", "= was expected" },
		{ "HEART:{SITE=HEARTPART", "} was expected" },
		{ "HEART:SITE=HEARTPART)", "the end of the expression" },
		{ "HEART |x", "closes the term" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strstr(judge(rows[i].text), hs_arena_cstr(t.arena, sct_text(t.arena, rows[i].why))))
			fail_msg("%s: \"%s\", not %s", rows[i].text, judge(rows[i].text), rows[i].why);
}

/* Each reading mistake and each rule that is not kept, with its place, in the language of the question. */
static const char *remarks_on(struct sct_test *release, const char *text, bool swedish)
{
	struct tx_expression out;
	struct tx_context ctx = { .arena = release->arena, .swedish = swedish };
	struct hs_buf told;

	hs_buf_init(&told, release->arena, 1 << 16);
	hs_tx_expression(release->arena, release->s, sct_text(release->arena, text), false, &out);
	hs_buf_cstr(&told, out.form ? "taken" : "refused");
	for (const struct tx_remark *remark = out.remarks; remark; remark = remark->next)
		hs_buf_printf(&told, "; %.*s", HS_S_ARG(hs_tx_remark_text(&ctx, remark)));
	return hs_arena_cstr(release->arena, hs_buf_slice(&told));
}

static void check_remarks(struct sct_test *release, const char *text, bool swedish, const char *told)
{
	const char *is = remarks_on(release, text, swedish);

	if (strcmp(is, hs_arena_cstr(release->arena, sct_text(release->arena, told))) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", text, is, told);
}

static void tells_every_broken_rule_and_its_place(void **state)
{
	(void)state;
	check_remarks(&t, "HEART: SITE=INFLAMMATION, {CAUSE=PNEUMONIA}", false,
		"refused; at character 15, the value INFLAMMATION |Inflammation| is outside the range that "
		"the concept model gives the attribute SITE |Site|: << BODY (a mandatory rule of RANGES "
		"|Attribute range|); at character 42, the attribute CAUSE |Cause| stands in a group, which "
		"the concept model does not allow (a mandatory rule of DOMAINS |Attribute domain|)");
	check_remarks(&t, "BOX:COUNT=#3", true,
		"refused; vid tecken 1: begreppsmodellen kräver attributet COLOUR |Colour| minst 1 gånger "
		"(en tvingande regel i DOMAINS |Attribute domain|)");
	check_remarks(&t, "HEART+ 404684003", true,
		"refused; uttrycket nämner vid tecken 15 ett begrepp som inte finns: 404684003");
}

/* A release with rules of a nation beside those of the world (rf2_model). */
static void heeds_strength_scope_and_domains_of_rules(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		/* a domain of its own constraint: the members of a reference set */
		{ "HEARTPART:LABEL=\"x\"", "taken" },
		{ "LUNGPART:LABEL=\"x\"",
			"refused; at character 14, the concept model does not allow here the attribute LABEL "
			"|Label|: it is for SIMPLE |Simple|, and LUNGPART |Lung| is not (a mandatory rule of "
			"723604009 |National attribute domains|)" },
		/* optional rules advise */
		{ "HEART:SHAPE=INFLAMMATION", "taken" },
		{ "HEART:SHAPE=TUMOUR",
			"taken; at character 14, the value TUMOUR |Tumor| is outside the range that the "
			"concept model gives the attribute SHAPE |Shape|: << INFLAMMATION (an optional rule "
			"of 723592007 |National attribute ranges|)" },
		{ "HEART:{SITE=HEARTPART},{SITE=LEFTLUNG},{SITE=LEFTLUNG}", "taken" },
		/* the whole rule, where no domain is told */
		{ "TABLET10:GENERIC=true", "taken" },
		{ "HEART:GENERIC=true",
			"refused; at character 14, HEART |Heart finding| does not satisfy the rule that the "
			"concept model has for the attribute GENERIC |Is generic|: << PRODUCT: [0..1] "
			"GENERIC = "
			"true (a mandatory rule of 723592007 |National attribute ranges|)" },
		/* a rule for new concepts of a release, and one of another module, are none here */
		{ "PRODUCT:STRENGTH=#3", "taken" },
		{ "HEART:SITE=HEARTPART", "taken" },
		{ "HEART:CAUSE=PNEUMONIA",
			"taken; the concept model's rule \"<< 999999\" in 723592007 |National attribute "
			"ranges| cannot be read, so the attribute CAUSE |Cause| is not held against it: the "
			"constraint names the concept 999999, which is not in "
			"http://snomed.info/sct/900000000000207008/version/20250601" },
	};
	static const char *const paths[] = { SMALL_RELEASE, SMALL_RELEASE "_model" };
	struct sct_test own;

	(void)state;
	sct_begin_empty(&own);
	own.import = (struct hs_import) { .paths = paths, .path_count = 2, .directory = own.folder };
	if (hs_tx_import_snomed(&own.import, &own.err))
		fail_msg("%s", own.err.text);
	sct_open(&own, "sct-900000000000207008-20250601.image");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_remarks(&own, rows[i].text, false, rows[i].told);
	sct_end(&own);
}

static void stands_in_a_question_like_a_concept(void **state)
{
	const struct tx_layer *layer = hs_tx_big_question(&t.layer, t.arena);
	struct tx_system s = { layer, &layer->systems[0] };
	struct hs_slice text = sct_text(t.arena, "CARDITIS:SITE=HEARTPART");
	uint32_t made = hs_tx_find_code(t.arena, s, text, NULL);

	(void)state;
	assert_int_not_equal(made, TX_NONE);
	assert_int_equal(hs_tx_find_code(t.arena, s, text, NULL), made);
	assert_true(hs_slice_eq(hs_tx_code(s, made), text));
	assert_true(hs_tx_is_below(s, made, hs_tx_big_code(layer, hs_slice_cstr(sct_code("HEART")))));
	assert_false(hs_tx_is_below(s, made, hs_tx_big_code(layer, hs_slice_cstr(sct_code("LUNG")))));
	assert_false(hs_tx_is_inactive(s, made));
	text = sct_text(t.arena, "CARDITIS:SITE=INFLAMMATION");
	assert_int_equal(hs_tx_find_code(t.arena, s, text, NULL), TX_NONE);
	ask_prepare(&a, "");
	assert_int_equal(hs_tx_remarks(&a.ctx, s, text, TX_NONE)->detail, TX_MSG_OWN_MODEL_RANGE);
	a.ctx.swedish = true;
	text = hs_tx_remark_text(&a.ctx, hs_tx_remarks(&a.ctx, s, HS_S("73211009:"), TX_NONE));
	assert_string_equal(hs_arena_cstr(t.arena, text),
		"uttrycket nämner vid tecken 1 ett begrepp som inte finns: 73211009");
	text = hs_tx_remark_text(&a.ctx, hs_tx_remarks(&a.ctx, s, sct_text(t.arena, "HEART:"), TX_NONE));
	assert_string_equal(hs_arena_cstr(t.arena, text),
		"Uttrycket är fel vid tecken 14: före slutet väntades ett begrepp");
	/* the shared layer knows none */
	assert_int_equal(hs_tx_find_code(t.arena, t.s, sct_text(t.arena, "HEART+LUNG"), NULL), TX_NONE);
}

/* ---- what expressions mean ---- */

static void ask_about(ask_fn *fn, const char *parameters)
{
	struct hs_slice text = sct_text(a.arena, parameters);

	ask_prepare(&a, hs_arena_cstr(a.arena, text));
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&t.layer, a.arena);
	if (a.status == HS_OK)
		a.status = fn(&a.ctx, &a.out, &a.err);
	if (a.status)
		fail_msg("%s: %s", parameters, a.err.text);
}

static enum hs_status validate_in_named_set(struct tx_context *ctx, struct hs_json **out,
	struct hs_error *err)
{
	enum hs_status status = hs_tx_choose_set(ctx, err);

	return status ? status : hs_tx_validate_in_set(ctx, out, err);
}

static void compares_meanings(void **state)
{
	static const struct {
		const char *a, *b, *outcome;
	} rows[] = {
		{ "CARDITIS", "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", "equivalent" },
		{ "HEART:{SHAPE=INFLAMMATION, SITE = HEARTPART}", "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}",
			"equivalent" },
		{ "HEART", "=== HEART", "equivalent" },
		{ "HEART", "HEART:SHAPE=TUMOUR", "subsumes" },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION},{SHAPE=TUMOUR}", "CARDITIS", "subsumed-by" },
		{ "HEART:SHAPE=INFLAMMATION", "CARDITIS", "subsumes" },
		{ "CARDITIS:SHAPE=TUMOUR", "PANCARDITIS", "subsumes" },
		{ "LUNG:SITE=LEFTLUNG", "PNEUMONIA", "subsumes" },
		{ "HEART+LUNG", "BOTH", "equivalent" },
		{ "HEART+LUNG", "BOTH:SHAPE=TUMOUR", "subsumes" },
		{ "HEART:SITE=HEARTPART", "HEART", "equivalent" },
		{ "HEART:SITE=LEFTLUNG", "HEART:SITE=LUNGPART", "subsumed-by" },
		{ "HEART:{SITE=LEFTLUNG,SHAPE=TUMOUR}", "HEART:SITE=LUNGPART,SHAPE=TUMOUR", "subsumed-by" },
		{ "HEART:SITE=LUNGPART,SHAPE=TUMOUR", "HEART:{SITE=LUNGPART,SHAPE=TUMOUR}", "subsumes" },
		{ "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "HEART:CAUSE=LUNG", "subsumed-by" },
		{ "HEART:CAUSE=(LUNG:{SITE=LEFTLUNG,SHAPE=INFLAMMATION})", "HEART:CAUSE=PNEUMONIA",
			"equivalent" },
		{ "HEART:CAUSE=(LUNG)", "HEART:CAUSE=LUNG", "equivalent" },
		{ "PRODUCT:STRENGTH=#10", "PRODUCT:STRENGTH=#10.0", "equivalent" },
		{ "PRODUCT:STRENGTH=#10", "PRODUCT:STRENGTH=#5", "not-subsumed" },
		{ "PRODUCT:STRENGTH=#10", "TABLET10", "subsumes" },
		{ "<<< HEART:SHAPE=TUMOUR", "HEART:SHAPE=TUMOUR", "subsumed-by" },
		{ "<<< HEART:SHAPE=TUMOUR", "HEART", "subsumed-by" },
		{ "<<< HEART:SHAPE=TUMOUR", "HEART:SHAPE=TUMOUR,CAUSE=LUNG", "not-subsumed" },
		{ "LUNG:SHAPE=TUMOUR", "CARDITIS", "not-subsumed" },
	};

	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'http://snomed.info/"
			"sct'},{'name':'codeA','valueCode':'%s'},"
			"{'name':'codeB','valueCode':'%s'}",
			rows[i].a, rows[i].b);
		ask_about(hs_tx_subsumes, hs_arena_cstr(a.arena, question));
		if (strcmp(ask_text(&a, "outcome"), rows[i].outcome) == 0)
			continue;
		print_error("%s and %s: %s, not %s\n", rows[i].a, rows[i].b, ask_text(&a, "outcome"),
			rows[i].outcome);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void satisfies_constraints(void **state)
{
	static const struct {
		const char *expression, *constraint;
		bool satisfies;
	} rows[] = {
		{ "HEART:SHAPE=TUMOUR", "*", true },
		{ "HEART:SHAPE=TUMOUR", "< HEART", true },
		{ "HEART:SHAPE=TUMOUR", "<< HEART", true },
		{ "HEART:SHAPE=TUMOUR", "<! HEART", true },
		{ "HEART:SHAPE=TUMOUR", "<! FINDING", false },
		{ "HEART:SHAPE=TUMOUR", "HEART", false },
		{ "HEART:SHAPE=TUMOUR", "< LUNG", false },
		{ "HEART:SHAPE=TUMOUR", "< HEART MINUS < CARDITIS", true },
		{ "HEART:SHAPE=TUMOUR", "< HEART AND < LUNG", false },
		{ "HEART:SHAPE=TUMOUR", "< LUNG OR < (BODY OR HEART)", true },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", "CARDITIS", true },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", "< CARDITIS", false },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", ">> PANCARDITIS", true },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", ">! PANCARDITIS", true },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}", "<<! HEART", true },
		{ "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION},CAUSE=LUNG", "< CARDITIS", true },
		{ "HEART:SHAPE=TUMOUR", "< FINDING : SHAPE = << FORM", true },
		{ "HEART:SHAPE=TUMOUR", "< FINDING : SHAPE = INFLAMMATION", false },
		{ "HEART:SHAPE=TUMOUR", "< FINDING : SITE = HEARTPART", true },
		{ "HEART:SHAPE=TUMOUR", "< FINDING : { SITE = HEARTPART, SHAPE = * }", false },
		{ "HEART:{SHAPE=TUMOUR,SITE=HEARTPART}", "< FINDING : { SITE = HEARTPART, SHAPE = * }",
			true },
		{ "HEART:SHAPE=TUMOUR", "< FINDING : [0..0] CAUSE = *", true },
		{ "HEART:SITE=LEFTLUNG", "< FINDING : [2..2] SITE = *", true },
		{ "HEART:SITE=HEARTPART", "< FINDING : [2..2] SITE = *", false },
		{ "LUNG:SITE=LEFTLUNG", "< FINDING : [1..1] SITE = *", true },
		{ "LUNG:{SITE=LEFTLUNG,SITE=LUNGPART,SHAPE=TUMOUR}", "< FINDING : [2..*] SITE = *", false },
		{ "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "< FINDING : CAUSE = (< LUNG : SHAPE = TUMOUR)", true },
		{ "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "< FINDING : CAUSE = < LUNG", true },
		{ "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "< FINDING : CAUSE != < LUNG", false },
		{ "PRODUCT:STRENGTH=#12.5", "< PRODUCT : STRENGTH > #12", true },
		{ "PRODUCT:STRENGTH=#12.5", "< PRODUCT : STRENGTH < #12", false },
		{ "HEART:SHAPE=TUMOUR", "^ SIMPLE", false },
		{ "HEART:SHAPE=TUMOUR", "< ^ SIMPLE", true },
		{ "HEART:SHAPE=TUMOUR", "< FINDING {{ language = en }}", false },
		{ "HEART:SHAPE=TUMOUR", "< FINDING {{ C active = true }}", true },
		{ "<<< HEART:SHAPE=TUMOUR", "< FINDING {{ C definitionStatus = defined }}", false },
		{ "HEART:SHAPE=TUMOUR", "FINDING . SITE", false },
	};

	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'http://snomed.info/sct?fhir_vs=ecl/%s'},"
			"{'name':'system','valueUri':'http://snomed.info/"
			"sct'},{'name':'code','valueCode':'%s'}",
			rows[i].constraint, rows[i].expression);
		ask_about(validate_in_named_set, hs_arena_cstr(a.arena, question));
		if (strcmp(ask_text(&a, "result"), rows[i].satisfies ? "true" : "false") == 0)
			continue;
		print_error("%s and %s: %s\n", rows[i].expression, rows[i].constraint,
			ask_text(&a, "result"));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static const char *property(const char *code)
{
	HS_JSON_EACH(parameter, hs_json_get(a.out, HS_S("parameter"))) {
		const struct hs_json *parts = hs_json_get(parameter, HS_S("part"));
		const struct hs_json *name = hs_json_at(parts, 0), *value = hs_json_at(parts, 1);
		if (!hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("property")) ||
			!hs_slice_eq(hs_json_get_text(name, HS_S("valueCode")), sct_text(a.arena, code)))
			continue;
		const struct hs_json *given = hs_parameter_value(value);
		return hs_json_type(given) == HS_JSON_TRUE   ? "true" :
			hs_json_type(given) == HS_JSON_FALSE ? "false" :
							       hs_arena_cstr(a.arena, hs_json_text(given));
	}
	return "";
}

static void tells_properties_of_an_expression(void **state)
{
	(void)state;
	ask_about(hs_tx_lookup,
		"{'name':'system','valueUri':'http://snomed.info/sct'},{'name':'property','valueCode':'*'},"
		"{'name':'code','valueCode':'HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION},CAUSE=LUNG'}");
	assert_string_equal(ask_text(&a, "display"),
		hs_arena_cstr(a.arena,
			sct_text(a.arena,
				"HEART|Heart finding|:CAUSE|Cause|=LUNG|Lung finding|,"
				"{SITE|Site|=HEARTPART|Heart|,"
				"SHAPE|Shape|=INFLAMMATION|Inflammation|}")));
	assert_string_equal(property("sufficientlyDefined"), "true");
	assert_string_equal(property("CAUSE"), sct_code("LUNG"));
	assert_string_equal(property("SHAPE"), sct_code("INFLAMMATION"));
	assert_string_equal(property("parent"), sct_code("CARDITIS"));
	assert_string_equal(property("normalFormTerse"),
		hs_arena_cstr(a.arena,
			sct_text(a.arena, "=== CARDITIS:CAUSE=LUNG,{SITE=HEARTPART,SHAPE=INFLAMMATION}")));
	ask_about(hs_tx_lookup,
		"{'name':'system','valueUri':'http://snomed.info/sct'},{'name':'property','valueCode':'*'},"
		"{'name':'code','valueCode':'<<< HEART + LUNG'}");
	assert_string_equal(property("sufficientlyDefined"), "false");
	assert_string_equal(property("normalFormTerse"),
		hs_arena_cstr(a.arena, sct_text(a.arena, "<<< BOTH:{SITE=HEARTPART},{SITE=LUNGPART}")));
}

/* Nobody publishes terms for expressions, so none is wrong. */
static void takes_any_display_of_an_expression(void **state)
{
	(void)state;
	ask_about(hs_tx_validate_in_system,
		"{'name':'url','valueUri':'http://snomed.info/"
		"sct'},{'name':'code','valueCode':'HEART:SHAPE=TUMOUR'},"
		"{'name':'display','valueString':'A lump in the heart'}");
	assert_string_equal(ask_text(&a, "result"), "true");
	assert_string_equal(ask_text(&a, "display"),
		hs_arena_cstr(a.arena, sct_text(a.arena, "HEART|Heart finding|:SHAPE|Shape|=TUMOUR|Tumor|")));
}

/* Codes count, terms beside them are for people: a wrong one misleads, so it is told with the right one. */
static void tells_terms_that_are_of_another_concept(void **state)
{
	static const struct {
		const char *code, *told;
	} rows[] = {
		{ "HEART |Heart finding| : SHAPE = TUMOUR | tumor |", "" },
		{ "HEART|Heart finding (finding)|:SHAPE=TUMOUR", "" },
		{ "HEART:SHAPE=TUMOUR", "" },
		{ "HEART|Lung finding|:SHAPE=TUMOUR",
			"The expression calls HEART |Lung finding|, which is none of its terms: its "
			"preferred term is "
			"|Heart finding|" },
		{ "HEART|Heart finding|:SHAPE|Shape|=(TUMOUR|Lump|)",
			"The expression calls TUMOUR |Lump|, which is none of its terms: its preferred term "
			"is |Tumor|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'http://snomed.info/sct'},{'name':'code','valueCode':'%s'}",
			rows[i].code);
		ask_about(hs_tx_validate_in_system, hs_arena_cstr(a.arena, question));
		assert_string_equal(ask_text(&a, "result"), "true");
		struct hs_slice told = HS_S_NONE;
		for (const struct tx_issue *issue = a.ctx.issues.first; issue; issue = issue->next)
			if (issue->id == TX_MSG_OWN_TERM_DIFFERS)
				told = issue->text;
		if (!hs_slice_eq(told, sct_text(a.arena, rows[i].told)))
			fail_msg("%s: \"%.*s\"", rows[i].code, HS_S_ARG(told));
	}
}

static void expands_below_an_expression(void **state)
{
	(void)state;
	ask_about(hs_tx_expand,
		"{'name':'url','valueUri':'http://snomed.info/sct?fhir_vs=isa/HEART:SHAPE=INFLAMMATION'}");
	assert_string_equal(ask_codes(&a), hs_arena_cstr(a.arena, sct_text(a.arena, "PANCARDITIS CARDITIS")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_model_allows),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(tells_every_broken_rule_and_its_place),
		cmocka_unit_test(heeds_strength_scope_and_domains_of_rules),
		cmocka_unit_test(stands_in_a_question_like_a_concept),
		cmocka_unit_test(compares_meanings),
		cmocka_unit_test(satisfies_constraints),
		cmocka_unit_test(tells_properties_of_an_expression),
		cmocka_unit_test(takes_any_display_of_an_expression),
		cmocka_unit_test(tells_terms_that_are_of_another_concept),
		cmocka_unit_test(expands_below_an_expression),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
