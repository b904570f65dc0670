/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of sentences: both languages say the same, and whoever asks in Swedish is answered in
 * Swedish. */
#include "ask_test.h"

static const char *const resources[] = {
	"{'resourceType':'CodeSystem','url':'urn:cs','version':'1','language':'en','content':'complete','"
	"concept':["
	"{'code':'a','display':'Alpha','designation':[{'language':'sv','value':'Alfa'}]}]}",
	"{'resourceType':'ValueSet','url':'urn:vs','status':'active','compose':{'include':[{'system':'urn:cs'"
	"}]}}",
	NULL,
};

/* Which of {0} to {5} a sentence has. */
static unsigned places(const char *text)
{
	unsigned found = 0;

	for (const char *p = text; *p; p++)
		if (p[0] == '{' && p[1] >= '0' && p[1] <= '5' && p[2] == '}')
			found |= 1u << (p[1] - '0');
	return found;
}

static void each_sentence_has_the_same_places_in_both_languages(void **state)
{
	static const struct {
		const char *id, *english, *swedish;
	} rows[] = {
#define X(id, severity, code, type, spoken, english, swedish) { #id, english, swedish },
#include <services/terminology/operations/messages.def>
#undef X
	};
	static const char *const words[] = { " the ", " must ", " is ", " not ", " of ", " could ", " was " };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (places(rows[i].english) != places(rows[i].swedish))
			fail_msg("%s", rows[i].id);
		if (strcmp(rows[i].english, "{0}") != 0 && strcmp(rows[i].english, rows[i].swedish) == 0)
			fail_msg("%s is not in Swedish", rows[i].id);
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strstr(rows[i].swedish, words[w]))
				fail_msg("%s has \"%s\" in Swedish", rows[i].id, words[w]);
	}
}

/* The sentence with A to F in its places. */
static size_t fill(const char *text, char *out)
{
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		bool place = p[0] == '{' && p[1] >= '0' && p[1] <= '5' && p[2] == '}';
		out[n++] = place ? (char)('A' + (p[1] - '0')) : *p;
		p += place ? 2 : 0;
	}
	return n;
}

static void each_sentence_is_filled_to_its_end(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
	const struct tx_args args = TX_ARGS(HS_S("A"), HS_S("B"), HS_S("C"), HS_S("D"), HS_S("E"), HS_S("F"));

	(void)state;
	for (int id = 0; id < TX_MSG_COUNT; id++)
		for (int swedish = 0; swedish < 2; swedish++) {
			char wanted[1000];
			size_t n = fill(hs_tx_words((enum tx_message)id, swedish), wanted);
			struct hs_slice got = hs_tx_sentence(arena, (enum tx_message)id, swedish, args);
			if (!hs_slice_eq(got, hs_slice(wanted, n)))
				fail_msg("\"%.*s\" instead of \"%.*s\"", HS_S_ARG(got), (int)n, wanted);
		}
	hs_arena_free(arena);
}

static const char *message(struct ask *a, const char *language, const char *accept)
{
	struct hs_slice text = hs_arena_printf(a->arena,
		"{'name':'system','valueUri':'urn:cs'},{'name':'url','valueUri':'urn:cs'},{'name':'code','"
		"valueCode':'b'}%s",
		language);

	ask_prepare(a, hs_arena_cstr(a->arena, text));
	assert_int_equal(hs_tx_params_read(&a->ctx, &a->ctx.params.input, hs_slice_cstr(accept), &a->err),
		HS_OK);
	assert_int_equal(hs_tx_validate_in_system(&a->ctx, &a->out, &a->err), HS_OK);
	return ask_text(a, "message");
}

static void the_language_of_the_question(void **state)
{
	static const char *const swedish = "Okänd kod 'b' i kodverket 'urn:cs' version '1'",
				 *const english = "Unknown code 'b' in the CodeSystem 'urn:cs' version '1'",
				 *const by_parameter = ",{'name':'displayLanguage','valueCode':'sv'}";
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	assert_string_equal(message(&a, "", NULL), english);
	assert_string_equal(message(&a, "", "sv-SE, en;q=0.5"), swedish);
	assert_string_equal(message(&a, "", "en, sv;q=0.5"), english);
	assert_string_equal(message(&a, by_parameter, NULL), swedish);
	assert_string_equal(message(&a, by_parameter, "en"), english); /* the header is the reader's own */
	ask_end(&a);
}

static void a_query_says_what_parameters_say(void **state)
{
	static const struct hs_pair pairs[] = { { HS_S_INIT("system"), HS_S_INIT("urn:cs") },
		{ HS_S_INIT("url"), HS_S_INIT("urn:cs") }, { HS_S_INIT("code"), HS_S_INIT("b") },
		{ HS_S_INIT("displayLanguage"), HS_S_INIT("sv") }, { HS_S_INIT("x-note"), HS_S_INIT("n") } };
	static const struct hs_pair coding[] = { { HS_S_INIT("coding"), HS_S_INIT("a") } };
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	ask_prepare(&a, "");
	struct tx_input input = {
		.arena = a.arena, .pairs = pairs, .count = sizeof(pairs) / sizeof(pairs[0])
	};
	assert_int_equal(hs_tx_params_read(&a.ctx, &input, HS_S_NONE, &a.err), HS_OK);
	assert_int_equal(hs_tx_validate_in_system(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(ask_text(&a, "message"), "Okänd kod 'b' i kodverket 'urn:cs' version '1'");
	assert_null(a.ctx.params.input.tree); /* nobody had a use for it */
	assert_true(hs_slice_eq(hs_tx_parameter_text(&a.ctx, HS_S("x-note")), HS_S("n")));
	assert_null(hs_tx_parameter(&a.ctx, HS_S("x-other")));
	assert_null(a.ctx.params.input.tree);
	assert_true(hs_slice_eq(hs_json_get_text(hs_tx_parameter(&a.ctx, HS_S("x-note")),
					HS_S("valueString")),
		HS_S("n")));
	assert_true(hs_slice_eq(hs_tx_parameter_text(&a.ctx, HS_S("x-note")), HS_S("n")));
	input = (struct tx_input) { .arena = a.arena, .pairs = coding, .count = 1 };
	assert_int_equal(hs_tx_params_read(&a.ctx, &input, HS_S_NONE, &a.err), HS_E_VALUE);
	ask_end(&a);
}

static const char *compared(struct ask *a, const char *accept)
{
	ask_prepare(a, "{'name':'thisUrl','valueUri':'urn:vs'},{'name':'otherUrl','valueUri':'urn:vs'}");
	assert_int_equal(hs_tx_params_read(&a->ctx, &a->ctx.params.input, hs_slice_cstr(accept), &a->err),
		HS_OK);
	assert_int_equal(hs_tx_compare(&a->ctx, (struct tx_set) { NULL, NULL },
				 (struct tx_set) { NULL, NULL }, &a->out, &a->err),
		HS_OK);
	return ask_text(a, "message");
}

static void comparisons_too(void **state)
{
	struct ask a;

	(void)state;
	ask_begin(&a, resources);
	assert_string_equal(compared(&a, "en"), "The value sets urn:vs and urn:vs contain the same codes");
	assert_string_equal(compared(&a, "sv"), "Urvalen urn:vs och urn:vs har samma koder");
	ask_end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence_has_the_same_places_in_both_languages),
		cmocka_unit_test(each_sentence_is_filled_to_its_end),
		cmocka_unit_test(a_query_says_what_parameters_say),
		cmocka_unit_test(the_language_of_the_question),
		cmocka_unit_test(comparisons_too),
	};

	return cmocka_run_group_tests_name("services/terminology/messages", tests, NULL, NULL);
}
