/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/text/texts.c: what the words find in a code system of some size is what
 * reading every text finds. */
#include "../ask_test.h"

#include <services/terminology/text/fold.h>
#include <services/terminology/text/texts.h>

#define CONCEPTS 900u

static struct ask a;

static const char *const syllables[] = { "ka", "ma", "so", "Åre", "öl", "lin", "x-ray", "b", "stor", "é" };

/* The same pseudo-random syllable for the same place. */
static const char *syllable(uint32_t concept, uint32_t place)
{
	uint32_t h = (concept * 7919u + place * 104729u) * 2654435761u;

	return syllables[(h >> 20) % (sizeof(syllables) / sizeof(syllables[0]))];
}

static int set_up(void **state)
{
	struct hs_buf text;
	static const char *const sets = "{'resourceType':'ValueSet','url':'urn:vs','status':'active','"
					"compose':{'include':[{'system':'urn:cs'}]}}";
	static const char *const part = "{'resourceType':'ValueSet','url':'urn:part','status':'active','"
					"compose':{'include':[{'system':'urn:cs',"
					"'filter':[{'property':'concept','op':'is-a','value':'c100'}]}],'"
					"exclude':[{'system':'urn:cs',"
					"'filter':[{'property':'concept','op':'is-a','value':'c102'}]}]}}";

	(void)state;
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	hs_buf_init(&text, arena, (size_t)8 << 20);
	hs_buf_cstr(&text, "{'resourceType':'CodeSystem','url':'urn:cs','content':'complete','concept':[");
	for (uint32_t i = 0; i < CONCEPTS; i++) {
		hs_buf_printf(&text, "%s{'code':'c%u','display':'%s%s %s'", i ? "," : "", i, syllable(i, 0),
			syllable(i, 1), syllable(i, 2));
		if (i % 3 == 0)
			hs_buf_printf(&text, ",'designation':[{'language':'sv','value':'%s %s'}]",
				syllable(i, 3), syllable(i, 4));
		/* c100 holds c101 to c160, of which c102 holds c103 to c140 */
		hs_buf_cstr(&text,
			i == 100 || i == 102         ? ",'concept':[" :
				i == 140 || i == 160 ? "}]}" :
						       "}");
	}
	hs_buf_cstr(&text, "]}");
	/* the comma after an opening bracket is none */
	char *json = hs_arena_cstr(arena, hs_buf_slice(&text));
	for (char *p = json; (p = strstr(p, "[,")); p += 2)
		p[1] = ' ';
	const char *const resources[] = { json, sets, part, NULL };
	ask_begin(&a, resources);
	hs_arena_free(arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end(&a);
	return 0;
}

static bool has_words(uint32_t concept, const char *words)
{
	const struct tx_layer *layer = &a.layer;
	const struct tx_concept_row *row = &layer->concepts[concept];
	struct hs_slice want = hs_tx_fold(a.arena, hs_slice_cstr(words));
	bool found = hs_tx_words_start(hs_tx_fold(a.arena, tx_text(layer, row->code)), want) ||
		hs_tx_words_start(hs_tx_fold(a.arena, tx_text(layer, row->display)), want);

	for (uint32_t i = row->designation_first; i < row[1].designation_first; i++)
		found |= hs_tx_words_start(hs_tx_fold(a.arena, tx_text(layer, layer->designations[i].value)),
			want);
	return found;
}

static const char *const filters[] = { "k", "ka", "KA", "are", "ol", "x", "ray", "x ray", "ka ma", "kama lin",
	"c1", "c10", "c100", "stor e", "b b", "zz", "é", "maso ka", "ka zz", "  ", "-" };

/* Collected in the order of the code system. */
static const char *all_with(const char *words, uint32_t from, uint32_t to, uint32_t skip_from,
	uint32_t skip_to)
{
	struct hs_buf out;

	hs_buf_init(&out, a.arena, 100000);
	for (uint32_t i = from; i < to; i++)
		if ((i < skip_from || i >= skip_to) && has_words(i, words))
			hs_buf_printf(&out, "%s%.*s", out.len ? " " : "",
				HS_S_ARG(tx_text(&a.layer, a.layer.concepts[i].code)));
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

static void expect(const char *set, const char *words, const char *codes)
{
	struct hs_slice question = hs_arena_printf(a.arena,
		"{'name':'url','valueUri':'%s'},{'name':'filter','valueString':'%s'},{'name':'excludeNested',"
		"'valueBoolean':true}",
		set, words);

	ask(&a, hs_tx_expand, hs_arena_cstr(a.arena, question));
	assert_int_equal(a.status, HS_OK);
	if (strcmp(ask_codes(&a), codes) != 0)
		fail_msg("%s \"%s\": %s, not %s", set, words, ask_codes(&a), codes);
}

static void the_same_as_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		expect("urn:vs", filters[i], all_with(filters[i], 0, CONCEPTS, 0, 0));
}

static void within_filters_and_excludes(void **state)
{
	const struct tx_concept_row *rows = a.layer.concepts;

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		expect("urn:part", filters[i], all_with(filters[i], 100, rows[100].end, 102, rows[102].end));
}

static void one_word_is_sure(void **state)
{
	struct tx_system s = { &a.layer, &a.layer.systems[0] };
	struct tx_bits bits;
	bool sure = false;

	(void)state;
	assert_true(hs_tx_texts_search(a.arena, s, HS_S("ka"), &bits, &sure));
	assert_true(sure);
	assert_true(hs_tx_texts_search(a.arena, s, HS_S("ka ma"), &bits, &sure));
	assert_false(sure);
	assert_false(hs_tx_texts_search(a.arena, s, HS_S(" "), &bits, &sure));
}

/* What was collected for one layer serves another over the same image, and lives as long as either. */
static void shared_with_the_image(void **state)
{
	struct tx_layer other;

	(void)state;
	hs_tx_layer_share(&other, &a.layer);
	assert_ptr_equal(other.texts, a.layer.texts);
	hs_tx_layer_fini(&other);
	expect("urn:vs", "c77", "c77 c770 c771 c772 c773 c774 c775 c776 c777 c778 c779");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_as_reading),
		cmocka_unit_test(within_filters_and_excludes),
		cmocka_unit_test(one_word_is_sure),
		cmocka_unit_test(shared_with_the_image),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
