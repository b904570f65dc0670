/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of importing SNOMED CT: what is kept, what is left out and said, versions of a full release, circles,
 * and that the index of words finds what a look at every text finds. */
#include "snomed_test.h"

#include <services/terminology/compile/concept.h>
#include <services/terminology/text/fold.h>
#include <services/terminology/snomed/columns.h>
#include <services/terminology/snomed/semantics.h>
#include <services/terminology/compile/source.h>

#define CORE "900000000000207008"
#define CONCEPT_HEAD "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n"
#define RELATION_HEAD \
	"id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId" \
	"\tcharacteristicTypeId\tmodifierId\n"
#define TERM_HEAD \
	"id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm" \
	"\tcaseSignificanceId\n"
#define MEMBER_HEAD "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId"
#define IS_A "\t0\t116680003\t900000000000011006\t900000000000451002\n"

static uint32_t find(struct sct_test *t, const char *name)
{
	return hs_tx_big_code(&t->layer, hs_slice_cstr(sct_code(name)));
}

static const char *show(struct sct_test *t, struct hs_slice s)
{
	return hs_arena_cstr(t->arena, s);
}

static void keeps_texts(void **state)
{
	struct sct_test t;
	struct tx_designations texts = { NULL, 0, 0 };

	(void)state;
	sct_begin(&t);
	assert_string_equal(t.skipped, "");
	assert_string_equal(show(&t, TX_SYSTEM_VERSION(t.s)),
		"http://snomed.info/sct/900000000000207008/version/20250601");
	assert_string_equal(show(&t, hs_tx_concept(t.s, find(&t, "TUMOUR")).display), "Tumor");
	assert_string_equal(show(&t, hs_tx_concept(t.s, find(&t, "PNEUMONIA")).definition),
		"Inflammation of the tissue of a lung.");
	assert_true(hs_tx_designations(t.arena, t.s, find(&t, "HEART"), NULL, 0, &texts));
	assert_int_equal(texts.count, 4);
	assert_string_equal(show(&t, texts.items[0].value), "Heart finding");
	assert_string_equal(show(&t, texts.items[1].value), "Heart finding (finding)");
	assert_string_equal(show(&t, texts.items[2].value), "Cardiac finding");
	assert_string_equal(show(&t, texts.items[3].value), "Hjärtfynd");
	assert_string_equal(show(&t, texts.items[3].language), "sv");
	assert_true(hs_tx_is_inactive(t.s, find(&t, "OLDHEART")));
	assert_false(hs_tx_is_inactive(t.s, find(&t, "HEART")));
	sct_end(&t);
}

static void takes_the_displays_of_a_dialect(void **state)
{
	struct sct_test t;
	const struct hs_pair swedish[] = { { HS_S("dialect"), HS_S("46011000052107") },
		{ HS_S("language"), HS_S("sv") } };
	const struct hs_pair british[] = { { HS_S("dialect"), HS_S("900000000000508004") } };

	(void)state;
	sct_begin_empty(&t);
	assert_int_equal(sct_import(&t, SMALL_RELEASE, swedish, 2), HS_OK);
	sct_open(&t, "sct-900000000000207008-20250601.image");
	assert_string_equal(show(&t, hs_tx_concept(t.s, find(&t, "HEART")).display), "Hjärtfynd");
	assert_string_equal(show(&t, hs_tx_concept(t.s, find(&t, "BOTH")).display), "Heart and lung finding");
	hs_tx_big_close(&t.layer);
	assert_int_equal(sct_import(&t, SMALL_RELEASE, british, 1), HS_OK);
	sct_open(&t, "sct-900000000000207008-20250601.image");
	assert_string_equal(show(&t, hs_tx_concept(t.s, find(&t, "TUMOUR")).display), "Tumour");
	sct_end(&t);
}

static const char *property(struct sct_test *t, const char *name, const char *code)
{
	struct tx_properties list = { NULL, 0, 0 };

	assert_true(hs_tx_properties(t->arena, t->s, find(t, name), NULL, 0, &list));
	for (size_t i = 0; i < list.count; i++)
		if (hs_slice_eq(list.items[i].code, sct_text(t->arena, code)))
			return show(t, list.items[i].value);
	return "";
}

static void makes_properties(void **state)
{
	struct sct_test t;

	(void)state;
	sct_begin(&t);
	assert_string_equal(property(&t, "CARDITIS", "effectiveTime"), "20250601");
	assert_string_equal(property(&t, "CARDITIS", "moduleId"), CORE);
	assert_string_equal(property(&t, "CARDITIS", "sufficientlyDefined"), "true");
	assert_string_equal(property(&t, "CARDITIS", "SITE"), sct_code("HEARTPART"));
	assert_string_equal(property(&t, "TABLET2", "STRENGTH"), "2.50");
	assert_string_equal(property(&t, "CARDITIS", "normalFormTerse"),
		show(&t, sct_text(t.arena, "=== HEART:{SITE=HEARTPART,SHAPE=INFLAMMATION}")));
	assert_string_equal(property(&t, "PANCARDITIS", "normalFormTerse"),
		show(&t,
			sct_text(t.arena,
				"<<< BOTH+CARDITIS:CAUSE=PNEUMONIA,{SITE=HEARTPART,SHAPE=INFLAMMATION},"
				"{SITE=LUNGPART,SHAPE=TUMOUR}")));
	assert_string_equal(property(&t, "TABLET10", "normalForm"),
		show(&t,
			sct_text(t.arena,
				"<<< PRODUCT|Product|:{STRENGTH|Strength|=#10,LABEL|Label|=\"Fast release\","
				"GENERIC|Is generic|=false}")));
	sct_end(&t);
}

/* Every beginning of every word, and pairs of them, against a look at each text. */
static void finds_words_as_a_scan_does(void **state)
{
	static const char *const asked[] = { "h", "he", "heart", "hjart", "lung find", "find lung", "fynd",
		"inflam heart", "of", "of heart", "2", "10 mg", "mg 2", "zzz", "1", "138875005",
		"pulmo sin left", "finding)", "", "left lung" };
	struct sct_test t;

	(void)state;
	sct_begin(&t);
	uint32_t count = (uint32_t)TX_BIG(&t.layer)->concept_count;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct hs_slice words = hs_tx_fold(t.arena, hs_slice_cstr(asked[i]));
		struct tx_bits found = { NULL, 0 }, want = hs_tx_bits_new(t.arena, count);
		assert_true(hs_tx_big_search(&t.layer, t.arena, words, found, NULL, &found));
		for (uint32_t at = 0; at < count; at++) {
			struct tx_designations texts = { NULL, 0, 0 };
			bool fits = hs_tx_words_start(hs_tx_code(t.s, at), words);
			assert_true(hs_tx_designations(t.arena, t.s, at, NULL, 0, &texts));
			for (size_t k = 0; k < texts.count; k++)
				fits |= hs_tx_words_start(hs_tx_fold(t.arena, texts.items[k].value), words);
			if (fits)
				hs_tx_bits_add(want, at);
		}
		if (strcmp(sct_list(&t, found), sct_list(&t, want)) != 0)
			fail_msg("\"%s\" finds \"%s\", not \"%s\"", asked[i], sct_list(&t, found),
				sct_list(&t, want));
	}
	sct_end(&t);
}

static void subsumes_as_parents_say(void **state)
{
	struct sct_test t;

	(void)state;
	sct_begin(&t);
	uint32_t count = (uint32_t)TX_BIG(&t.layer)->concept_count;
	for (uint32_t a = 0; a < count; a++)
		for (uint32_t b = 0; b < count; b++) {
			size_t parents;
			const uint32_t *list = hs_tx_parents(t.s, a, &parents);
			bool below = false; /* a is below b: a parent of a is b or below it */
			for (size_t i = 0; i < parents; i++)
				below |= list[i] == b || hs_tx_is_below(t.s, list[i], b);
			assert_int_equal(hs_tx_is_below(t.s, a, b), below);
		}
	sct_end(&t);
}

/* ---- releases made here ---- */

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static const char *source_folder(struct sct_test *t)
{
	const char *path = hs_arena_cstr(t->arena, hs_arena_printf(t->arena, "%s/source", t->folder));

	mkdir(path, 0777);
	return path;
}

static void reports_every_line_it_leaves_out(void **state)
{
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	put_file(from, "sct2_Concept_Snapshot_X_20250101.txt",
		CONCEPT_HEAD "138875005\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "138875006\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "116680003\t2025\t1\t" CORE "\t900000000000074008\n"
			     "116680003\t20250101\tyes\t" CORE "\t900000000000074008\n"
			     "116680003\t20250101\t1\t" CORE "\n"
			     "x\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "116680003\t20250101\t1\t" CORE "\t900000000000074008\r\n");
	put_file(from, "sct2_Relationship_Snapshot_X_20250101.txt",
		RELATION_HEAD "1\t20250101\t1\t" CORE "\t116680003\t138875005" IS_A "2\t20250101\t1\t" CORE
			      "\t116680003\t404684003" IS_A);
	put_file(from, "der2_Refset_SimpleSnapshot_X_20250101.txt", "not a reference set\n");
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_OK);
	assert_string_equal(t.skipped,
		"3 the check digit of 138875006 does not agree\n"
		"4 effectiveTime \"2025\" is no date\n"
		"5 active is neither 0 nor 1\n"
		"6 has 4 columns, not 5\n"
		"7 \"x\" is no identifier\n"
		"3 refers to concept 404684003, which is not in the release\n"
		"1 is not the first line of a reference set: the file is left out\n");
	assert_int_equal(t.import.skips, 7);
	sct_open(&t, "sct-900000000000207008-20250101.image");
	assert_int_equal(TX_BIG(&t.layer)->concept_count, 2);
	sct_end(&t);
}

static void leaves_out_what_leads_round(void **state)
{
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	put_file(from, "sct2_Concept_Snapshot_X_20250101.txt",
		CONCEPT_HEAD "138875005\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "116680003\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "404684003\t20250101\t1\t" CORE "\t900000000000074008\n");
	put_file(from, "sct2_Relationship_Snapshot_X_20250101.txt",
		RELATION_HEAD "1\t20250101\t1\t" CORE "\t116680003\t138875005" IS_A "2\t20250101\t1\t" CORE
			      "\t404684003\t116680003" IS_A "3\t20250101\t1\t" CORE
			      "\t116680003\t404684003" IS_A);
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_OK);
	assert_string_equal(t.skipped,
		"3 116680003 below 404684003 leads round in a circle: the link is left out\n");
	sct_open(&t, "sct-900000000000207008-20250101.image");
	uint32_t a = hs_tx_big_code(&t.layer, HS_S("116680003")),
		 b = hs_tx_big_code(&t.layer, HS_S("404684003"));
	assert_true(hs_tx_is_below(t.s, b, a));
	assert_false(hs_tx_is_below(t.s, a, b));
	size_t count = 0;
	const uint32_t *parents = hs_tx_parents(t.s, a, &count);
	assert_int_equal(count, 1);
	assert_int_equal(parents[0], hs_tx_big_code(&t.layer, HS_S("138875005")));
	parents = hs_tx_parents(t.s, b, &count);
	assert_int_equal(count, 1);
	assert_int_equal(parents[0], a);
	hs_tx_children(t.s, b, &count);
	assert_int_equal(count, 0);
	sct_end(&t);
}

/* A full release has every state of a component: the version says which one counts. */
static void reads_versions_of_a_full_release(void **state)
{
	static const char concepts[] = CONCEPT_HEAD "138875005\t20240101\t1\t" CORE "\t900000000000074008\n"
						    "116680003\t20240101\t1\t" CORE "\t900000000000074008\n"
						    "404684003\t20240101\t1\t" CORE "\t900000000000074008\n"
						    "404684003\t20250101\t0\t" CORE "\t900000000000074008\n";
	static const char relations[] = RELATION_HEAD "1\t20240101\t1\t" CORE "\t404684003\t138875005" IS_A
						      "1\t20250101\t0\t" CORE "\t404684003\t138875005" IS_A;
	const struct hs_pair early[] = { { HS_S("version"), HS_S("20240731") } };
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	put_file(from, "sct2_Concept_Full_X_20250101.txt", concepts);
	put_file(from, "sct2_Relationship_Full_X_20250101.txt", relations);
	assert_int_equal(sct_import(&t, from, early, 1), HS_OK);
	sct_open(&t, "sct-900000000000207008-20240731.image");
	uint32_t root = hs_tx_big_code(&t.layer, HS_S("138875005")),
		 c = hs_tx_big_code(&t.layer, HS_S("404684003"));
	assert_false(hs_tx_is_inactive(t.s, c));
	assert_true(hs_tx_is_below(t.s, c, root));
	hs_tx_big_close(&t.layer);
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_OK);
	sct_open(&t, "sct-900000000000207008-20250101.image");
	root = hs_tx_big_code(&t.layer, HS_S("138875005"));
	c = hs_tx_big_code(&t.layer, HS_S("404684003"));
	assert_true(hs_tx_is_inactive(t.s, c));
	assert_false(hs_tx_is_below(t.s, c, root));
	sct_end(&t);
}

/* What has a preferred term in another language alone is shown by its English name: a display is in the
 * language of the release. */
static void takes_displays_in_the_language_of_the_release(void **state)
{
	static const char terms[] = TERM_HEAD
		"29999999114\t20250101\t1\t" CORE "\t138875005\tsv\t900000000000013009\tRot"
		"\t900000000000448009\n"
		"19999999119\t20250101\t1\t" CORE "\t138875005\ten\t900000000000003001\tRoot (root)"
		"\t900000000000448009\n";
	static const char members[] = MEMBER_HEAD "\tacceptabilityId\n"
						  "00000000-0000-4000-8000-000000000001\t20250101\t1\t" CORE
						  "\t46011000052107\t29999999114\t900000000000548007\n";
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	put_file(from, "sct2_Concept_Snapshot_X_20250101.txt",
		CONCEPT_HEAD "138875005\t20250101\t1\t" CORE "\t900000000000074008\n"
			     "46011000052107\t20250101\t1\t" CORE "\t900000000000074008\n");
	put_file(from, "sct2_Description_Snapshot-en_X_20250101.txt", terms);
	put_file(from, "der2_cRefset_LanguageSnapshot-sv_X_20250101.txt", members);
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_OK);
	sct_open(&t, "sct-900000000000207008-20250101.image");
	assert_string_equal(show(&t, hs_tx_concept(t.s, hs_tx_big_code(&t.layer, HS_S("138875005"))).display),
		"Root (root)");
	sct_end(&t);
}

static const struct tx_sct_refset *refset_of(struct sct_test *t, const char *code)
{
	const struct tx_sct_refset *refset = hs_tx_sct_refset(&t->layer,
		hs_tx_big_code(&t->layer, hs_slice_cstr(code)));

	if (!refset)
		fail_msg("%s has no members; left out: %s", code, t->skipped);
	return refset;
}

/* Members have states, too; the module on which none depends is the edition's, by what holds at that date. */
static void reads_members_of_a_full_release(void **state)
{
#define SWEDISH "45991000052106"
#define MEMBER(id) "00000000-0000-4000-8000-00000000000" id
#define DEPENDS "\t900000000000534007\t"
#define SAME_AS "\t900000000000527005\t"
	static const char concepts[] = CONCEPT_HEAD
		"138875005\t20240101\t1\t" CORE "\t900000000000074008\n" CORE "\t20240101\t1\t" CORE
		"\t900000000000074008\n" SWEDISH "\t20240101\t1\t" CORE "\t900000000000074008\n"
		"900000000000012004\t20240101\t1\t" CORE "\t900000000000074008\n"
		"900000000000534007\t20240101\t1\t" CORE "\t900000000000074008\n"
		"900000000000527005\t20240101\t1\t" CORE "\t900000000000074008\n";
	static const char modules[] = MEMBER_HEAD
		"\tsourceEffectiveTime\ttargetEffectiveTime\n" MEMBER("a") "\t20240101\t1\t" CORE
			DEPENDS "900000000000012004\t20240101\t20240101\n" MEMBER("a") "\t20250101\t1\t" CORE
				DEPENDS "900000000000012004\t20250101\t20250101\n" MEMBER(
					"b") "\t20250101\t1\t" SWEDISH DEPENDS CORE
					     "\t20250101\t20250101\n" MEMBER(
						     "e") "\t20250101\t0\t138875005" DEPENDS SWEDISH
							  "\t20250101\t20250101\n"; /* it is retired */
	static const char same[] = MEMBER_HEAD "\ttargetComponentId\n" MEMBER("c") "\t20240101\t1\t" CORE
		SAME_AS "138875005\t" CORE "\n" MEMBER("d") "\t20240101\t1\t" CORE SAME_AS
			CORE "\t138875005\n" MEMBER("d") "\t20250101\t0\t" CORE SAME_AS CORE "\t138875005\n";
	const struct hs_pair early[] = { { HS_S("version"), HS_S("20240731") } };
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	put_file(from, "sct2_Concept_Full_X_20250101.txt", concepts);
	put_file(from, "der2_ssRefset_ModuleDependencyFull_X_20250101.txt", modules);
	put_file(from, "der2_cRefset_AssociationFull_X_20250101.txt", same);
	assert_int_equal(sct_import(&t, from, early, 1), HS_OK);
	sct_open(&t, "sct-" CORE "-20240731.image");
	assert_int_equal(refset_of(&t, "900000000000527005")->member_count, 2);
	assert_int_equal(refset_of(&t, "900000000000534007")->member_count, 1);
	hs_tx_big_close(&t.layer);
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_OK);
	sct_open(&t, "sct-" SWEDISH "-20250101.image");
	assert_int_equal(refset_of(&t, "900000000000527005")->member_count, 1);
	assert_int_equal(refset_of(&t, "900000000000527005")->retired_count, 1);
	assert_int_equal(refset_of(&t, "900000000000534007")->member_count, 2);
	sct_end(&t);
}

static bool stop_now(void *arg)
{
	(void)arg;
	return true;
}

static void leaves_nothing_when_stopped_and_does_nothing_twice(void **state)
{
	struct sct_test t;
	const char *path = SMALL_RELEASE;
	char image[300];

	(void)state;
	sct_begin_empty(&t);
	t.import = (struct hs_import) {
		.paths = &path, .path_count = 1, .directory = t.folder, .stopped = stop_now
	};
	assert_int_equal(hs_tx_import_snomed(&t.import, &t.err), HS_E_CANCELLED);
	snprintf(image, sizeof(image), "%s/sct-900000000000207008-20250601.image", t.folder);
	assert_int_not_equal(access(image, F_OK), 0);
	assert_int_equal(sct_import(&t, path, NULL, 0), HS_OK);
	assert_int_equal(access(image, F_OK), 0);
	assert_false(t.import.unchanged);
	uint64_t rows = t.import.rows, skips = t.import.skips;
	assert_int_equal(sct_import(&t, path, NULL, 0), HS_OK);
	assert_true(t.import.unchanged);
	assert_int_equal(t.import.rows, rows); /* of the import that is there */
	assert_int_equal(t.import.skips, skips);
	sct_end(&t);
}

static void says_when_there_is_no_release(void **state)
{
	struct sct_test t;

	(void)state;
	sct_begin_empty(&t);
	const char *from = source_folder(&t);
	assert_int_equal(sct_import(&t, from, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(t.err.text, "sct2_Concept_"));
	assert_int_equal(sct_import(&t, "/nowhere", NULL, 0), HS_E_NOT_FOUND);
	sct_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_texts),
		cmocka_unit_test(takes_the_displays_of_a_dialect),
		cmocka_unit_test(takes_displays_in_the_language_of_the_release),
		cmocka_unit_test(makes_properties),
		cmocka_unit_test(finds_words_as_a_scan_does),
		cmocka_unit_test(subsumes_as_parents_say),
		cmocka_unit_test(reports_every_line_it_leaves_out),
		cmocka_unit_test(leaves_out_what_leads_round),
		cmocka_unit_test(reads_versions_of_a_full_release),
		cmocka_unit_test(reads_members_of_a_full_release),
		cmocka_unit_test(leaves_nothing_when_stopped_and_does_nothing_twice),
		cmocka_unit_test(says_when_there_is_no_release),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
