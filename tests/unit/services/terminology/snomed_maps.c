/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what a release of SNOMED CT answers beyond value sets: implicit concept maps, displays by dialect,
 * and editions side by side. */
#include "ask_test.h"
#include "snomed_test.h"

#include <services/terminology/snomed/dialects.h>

static struct sct_test t, older;
static struct ask a;

static int set_up(void **state)
{
	const struct hs_pair options[] = { { HS_S("edition"), HS_S("45991000052106") },
		{ HS_S("version"), HS_S("20250131") } };

	(void)state;
	sct_begin(&t);
	sct_begin_empty(&older);
	if (sct_import(&older, SMALL_RELEASE, options, 2))
		fail_msg("%s", older.err.text);
	sct_open(&older, "sct-45991000052106-20250131.image");
	ask_begin(&a, (const char *const[]) { NULL });
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end(&a);
	sct_end(&older);
	sct_end(&t);
	return 0;
}

static enum hs_status translate(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_translate(ctx, NULL, out, err);
}

/* The release first, then the older edition. */
static void ask_about(ask_fn *fn, const char *parameters)
{
	struct hs_slice text = sct_text(a.arena, parameters);

	ask_prepare(&a, hs_arena_cstr(a.arena, text));
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&t.layer, a.arena);
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&older.layer, a.arena);
	if (a.status == HS_OK)
		a.status = fn(&a.ctx, &a.out, &a.err);
}

/* "relationship code" of each match, with commas. */
static const char *matches(void)
{
	struct hs_buf out;

	hs_buf_init(&out, a.arena, 1 << 16);
	HS_JSON_EACH(parameter, hs_json_get(a.out, HS_S("parameter"))) {
		const struct hs_json *parts = hs_json_get(parameter, HS_S("part"));
		if (!hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("match")))
			continue;
		struct hs_slice code = hs_json_get_text(hs_parameter_value(hs_json_at(parts, 1)),
			HS_S("code"));
		hs_buf_printf(&out, "%s%.*s %.*s", out.len ? ", " : "",
			HS_S_ARG(hs_json_text(hs_parameter_value(hs_json_at(parts, 0)))), HS_S_ARG(code));
	}
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

static void translates_by_reference_sets(void **state)
{
#define ASK(url, what, code) \
	"{'name':'url','valueUri':'" url "'},{'name':'system','valueUri':'http://snomed.info/sct'}," \
	"{'name':'" what "','valueCode':'" code "'}"
#define SCT "http://snomed.info/sct"
	static const struct {
		const char *question, *matches;
	} rows[] = {
		{ ASK(SCT "?fhir_cm=SAME", "sourceCode", "OLDHEART"), "equivalent HEART" },
		{ ASK(SCT "?fhir_cm=REPLACED", "sourceCode", "OLDLUNG"), "equivalent LUNG" },
		{ ASK(SCT "?fhir_cm=POSSIBLY", "sourceCode", "OLDBOTH"),
			"related-to HEART, related-to LUNG" },
		{ ASK(SCT "?fhir_cm=SAME", "sourceCode", "HEART"), "" },
		{ ASK(SCT "?fhir_cm=SAME", "targetCode", "HEART"), "equivalent HEART" },
		{ ASK(SCT "?fhir_cm=MAP", "sourceCode", "PNEUMONIA"), "related-to J18.9" },
		{ ASK(SCT "?fhir_cm=EXTENDED", "sourceCode", "CARDITIS"), "related-to I51.8" },
		{ ASK(SCT "?fhir_cm=SCHEME", "sourceCode", "HEART"), "equivalent 8867-4" },
		{ ASK(SCT "/CORE?fhir_cm=SAME", "sourceCode", "OLDHEART"), "equivalent HEART" },
		{ ASK(SCT "/CORE/version/20250601?fhir_cm=SAME", "sourceCode", "OLDHEART"),
			"equivalent HEART" },
		{ ASK(SCT "/45991000052106?fhir_cm=SAME", "sourceCode", "OLDHEART"), "equivalent HEART" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask_about(translate, rows[i].question);
		if (a.status)
			fail_msg("%s: %s", rows[i].question, a.err.text);
		if (strcmp(matches(), hs_arena_cstr(a.arena, sct_text(a.arena, rows[i].matches))) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].question, matches(), rows[i].matches);
	}
	ask_about(translate, ASK(SCT "?fhir_cm=BODY", "sourceCode", "HEART"));
	assert_int_not_equal(a.status, HS_OK);
	ask_about(translate, ASK(SCT "/1/version/20200101?fhir_cm=SAME", "sourceCode", "HEART"));
	assert_int_not_equal(a.status, HS_OK);
}

static void shows_the_terms_of_a_dialect(void **state)
{
	static const struct {
		const char *language, *code, *display;
	} rows[] = {
		{ "en", "TUMOUR", "Tumor" },
		{ "en-us", "TUMOUR", "Tumor" },
		{ "en-gb", "TUMOUR", "Tumour" },
		{ "en-x-sctlang-90000000-00005080-04", "TUMOUR", "Tumour" },
		{ "sv", "HEART", "Hjärtfynd" },
		{ "sv-se", "HEART", "Hjärtfynd" },
		{ "sv-x-sctlang-46011000-052107", "HEART", "Hjärtfynd" },
		{ "sv-se, en-gb;q=0.5", "TUMOUR", "Tumour" },
		{ "de", "TUMOUR", "Tumor" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'" SCT "'},{'name':'code','valueCode':'%s'},"
			"{'name':'displayLanguage','valueCode':'%s'}",
			rows[i].code, rows[i].language);
		ask_about(hs_tx_lookup, hs_arena_cstr(a.arena, question));
		if (a.status || strcmp(ask_text(&a, "display"), rows[i].display) != 0)
			fail_msg("%s in %s: \"%s\", not \"%s\"", rows[i].code, rows[i].language,
				a.status ? a.err.text : ask_text(&a, "display"), rows[i].display);
	}
	ask_about(hs_tx_validate_in_system,
		"{'name':'url','valueUri':'" SCT "'},{'name':'code','valueCode':'TUMOUR'},"
		"{'name':'display','valueString':'Tumour'},{'name':'displayLanguage','valueCode':'en-gb'}");
	assert_string_equal(ask_text(&a, "result"), "true");
	assert_string_equal(ask_text(&a, "message"), "");
}

static void reads_dialects_of_tags(void **state)
{
	static const struct {
		const char *tag;
		uint64_t refset;
	} rows[] = {
		{ "en-GB", 900000000000508004 },
		{ "SV-se", 46011000052107 },
		{ "sv", 0 },
		{ "sv-x-46011000052107", 46011000052107 },
		{ "sv-x-sctlang-46011000-052107", 46011000052107 },
		{ "en-GB-X-SCTLANG-90000000-00005080-04", 900000000000508004 },
		{ "en-x-abc", 0 },
		{ "en-x-1234567890123456789", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(hs_tx_sct_dialect(hs_slice_cstr(rows[i].tag)) == rows[i].refset);
}

static void keeps_editions_apart(void **state)
{
	static const struct {
		const char *version, *found; /* found NULL: there is none */
	} rows[] = {
		{ "", SCT "/900000000000207008/version/20250601" },
		{ SCT "/900000000000207008", SCT "/900000000000207008/version/20250601" },
		{ SCT "/900000000000207008/version/20250601", SCT "/900000000000207008/version/20250601" },
		{ SCT "/45991000052106", SCT "/45991000052106/version/20250131" },
		{ SCT "/45991000052106/version/20250131", SCT "/45991000052106/version/20250131" },
		{ SCT "/45991000052106/version/20250601", NULL },
		{ SCT "/4599100005210", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'" SCT "'},{'name':'code','valueCode':'HEART'}%s%s%s",
			rows[i].version[0] ? ",{'name':'version','valueString':'" : "", rows[i].version,
			rows[i].version[0] ? "'}" : "");
		ask_about(hs_tx_lookup, hs_arena_cstr(a.arena, question));
		assert_int_equal(a.status == HS_OK, rows[i].found != NULL);
		if (rows[i].found)
			assert_string_equal(ask_text(&a, "version"), rows[i].found);
	}
}

static struct hs_slice look_up(const char *question, bool as_text)
{
	struct hs_slice text = sct_text(a.arena, question);
	struct hs_buf out;

	ask_prepare(&a, hs_arena_cstr(a.arena, text));
	a.ctx.as_text = as_text;
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&t.layer, a.arena);
	a.ctx.scope.layers[a.ctx.scope.count++] = hs_tx_big_question(&older.layer, a.arena);
	assert_int_equal(a.status, HS_OK);
	if (hs_tx_lookup(&a.ctx, &a.out, &a.err))
		fail_msg("%s: %s", question, a.err.text);
	if (as_text)
		return a.ctx.written;
	hs_buf_init(&out, a.arena, (size_t)1 << 20);
	hs_json_write(&out, a.out, 0);
	return hs_buf_slice(&out);
}

/* Words that answers have in common are written once and copied from then on. */
static void texts_are_those_of_trees_each_time(void **state)
{
	static const char *const more[] = { "", ",{'name':'property','valueCode':'lang.sv'}",
		",{'name':'property','valueCode':'*'}", ",{'name':'displayLanguage','valueCode':'sv'}" };

	(void)state;
	for (unsigned times = 0; times < 2; times++)
		for (size_t i = 0; i < SCT_NAMES * 4; i++) {
			const char *question = hs_arena_cstr(a.arena,
				hs_arena_printf(a.arena,
					"{'name':'system','valueUri':'" SCT "'},"
					"{'name':'code','valueCode':'%s'}%s",
					sct_names[i / 4].code, more[i % 4]));
			if (hs_tx_big_code(&t.layer, hs_slice_cstr(sct_names[i / 4].code)) == UINT32_MAX)
				continue;
			struct hs_slice tree = look_up(question, false), text = look_up(question, true);
			if (!hs_slice_eq(tree, text))
				fail_msg("%.*s\nis not %.*s", HS_S_ARG(text), HS_S_ARG(tree));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(translates_by_reference_sets),
		cmocka_unit_test(shows_the_terms_of_a_dialect),
		cmocka_unit_test(reads_dialects_of_tags),
		cmocka_unit_test(keeps_editions_apart),
		cmocka_unit_test(texts_are_those_of_trees_each_time),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
