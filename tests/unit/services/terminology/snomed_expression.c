/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of post-coordinated expressions: the grammar, the concept model of the small release, and their place
 * in questions. */
#include "snomed_test.h"

#include <services/terminology/concept.h>
#include <services/terminology/snomed/expression.h>
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

/* "" when it is right, else why not. */
static const char *judge(const char *text)
{
	struct tx_expression out;
	struct hs_error err = { .status = HS_OK };

	if (hs_tx_expression(t.arena, t.s, sct_text(t.arena, text), &out, &err) == HS_OK)
		return "";
	return hs_arena_cstr(t.arena, hs_slice_cstr(err.text));
}

static void takes_what_the_model_allows(void **state)
{
	static const char *const right[] = { "HEART:SITE=HEARTPART", "=== HEART + LUNG",
		"<<< HEART |a heart|", "HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}",
		"HEART : { SITE = LEFTLUNG } { SITE = HEARTPART }", "HEART:{SITE=HEARTPART},{SHAPE=TUMOUR}",
		"HEART:CAUSE=PNEUMONIA", "HEART:CAUSE=(LUNG:SHAPE=TUMOUR)", "PRODUCT:STRENGTH=#12.5",
		"PRODUCT:{STRENGTH=#3}", "PRODUCT:LABEL=\"x\"" };

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
		{ "HEART:{CAUSE=PNEUMONIA}", "does not allow here the attribute" },
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
		if (!strstr(judge(rows[i].text), rows[i].why))
			fail_msg("%s: \"%s\", not %s", rows[i].text, judge(rows[i].text), rows[i].why);
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
	assert_non_null(strstr(hs_arena_cstr(t.arena, layer->source->why(t.arena, s, text)),
		"outside the range"));
	/* the shared layer knows none */
	assert_int_equal(hs_tx_find_code(t.arena, t.s, sct_text(t.arena, "HEART+LUNG"), NULL), TX_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_model_allows),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(stands_in_a_question_like_a_concept),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
