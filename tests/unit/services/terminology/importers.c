/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the importers of single files: what becomes of each kind of row, and what is left out and said. */
#include "import_test.h"

#define ICD10 "http://hl7.org/fhir/sid/icd-10"

static void reads_a_table(void **state)
{
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:fruit") },
		{ HS_S("version"), HS_S("3") }, { HS_S("name"), HS_S("Fruit") },
		{ HS_S("language"), HS_S("en") } };
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "fruit.csv",
		"code;display;parent;definition;colour;display:sv\n"
		"F;Fruit;;;;Frukt\n"
		"A;\"Apple, \"\"red\"\"\";F;\"Two\nlines\";red;\xc3\x84pple\n"
		"B;Banana;X;;yellow;\n"
		";nothing;;;;\n"
		"A;again;;;;\n"
		"C;too;many;values;in;this;row\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 4), HS_OK);
	assert_string_equal(p.skipped,
		"6 the code is empty\n"
		"7 the code A was there before\n"
		"8 has 7 values where the header names 6 columns\n"
		"5 the parent X of B is not in the table\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE("urn:x:fruit", "A") ",{'name':'property','valueCode':'colour'}");
	assert_int_equal(a.status, HS_OK);
	assert_string_equal(ask_text(&a, "display"), "Apple, \"red\"");
	assert_string_equal(ask_text(&a, "definition"), "Two\nlines");
	assert_string_equal(ask_text(&a, "version"), "3");
	ask(&a, hs_tx_lookup, CODE("urn:x:fruit", "A") ",{'name':'displayLanguage','valueCode':'sv'}");
	assert_string_equal(ask_text(&a, "display"), "\xc3\x84pple");
	assert_string_equal(parent_of(&a, "A"), "F");
	assert_string_equal(parent_of(&a, "B"), "");
	ask(&a, hs_tx_subsumes,
		"{'name':'system','valueUri':'urn:x:fruit'},{'name':'codeA','valueCode':'F'},"
		"{'name':'codeB','valueCode':'A'}");
	assert_string_equal(ask_text(&a, "outcome"), "subsumes");
	close_image(&a);
	end(&p);
}

static void says_which_column_is_missing(void **state)
{
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:fruit") } };
	const struct hs_pair named[] = { { HS_S("url"), HS_S("urn:x:fruit") }, { HS_S("code"), HS_S("Nr") } };
	struct place p;

	(void)state;
	begin(&p);
	put(&p, "fruit.csv", "Nr,display\n1,One\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 1), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "--code COLUMN"));
	assert_int_equal(run(&p, hs_tx_import_csv, named, 2), HS_OK);
	assert_int_equal(run(&p, hs_tx_import_csv, named + 1, 1), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "--url"));
	const struct hs_pair no_code[] = { named[0], { HS_S("code"), HS_S("No") } };
	assert_int_equal(run(&p, hs_tx_import_csv, no_code, 2), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "no column \"No\" for the code"));
	static const char *const others[] = { "display", "parent", "definition" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct hs_pair wrong[] = { named[0], named[1],
			{ hs_slice_cstr(others[i]), HS_S("Nope") } };
		char told[64];
		snprintf(told, sizeof(told), "no column \"Nope\" for the %s", others[i]);
		assert_int_equal(run(&p, hs_tx_import_csv, wrong, 3), HS_E_VALUE);
		assert_non_null(strstr(p.err.text, told));
	}
	end(&p);
}

static void puts_codes_below_their_beginnings(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "icd.tsv",
		"Kod\tTitel\n"
		"I00-I99\tCirkulationsorganens sjukdomar\n"
		"I30-I52\tAndra former av hj\xc3\xa4rtsjukdom\n"
		"I60\t\"Bl\xc3\xb6"
		"dning\" i hj\xc3\xa4rnan\n"
		"I50\tHj\xc3\xa4rtsvikt\n"
		"I50.0\tHj\xc3\xa4rtinsufficiens med stas\n"
		"I50.0A\tF\xc3\xb6rdjupning\n");
	assert_int_equal(run(&p, hs_tx_import_icd10se, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	assert_string_equal(parent_of(&a, "I50.0"), "I50");
	assert_string_equal(parent_of(&a, "I50.0A"), "I50.0");
	assert_string_equal(parent_of(&a, "I50"), "I30-I52");
	assert_string_equal(parent_of(&a, "I30-I52"), "I00-I99");
	assert_string_equal(parent_of(&a, "I60"), "I00-I99");
	assert_string_equal(parent_of(&a, "I00-I99"), "");
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'urn:oid:1.2.752.116.1.1.1'},{'name':'code','valueCode':'i50.0a'}");
	assert_string_equal(ask_text(&a, "result"), "true");
	assert_string_equal(ask_text(&a, "normalized-code"), "I50.0A");
	close_image(&a);
	end(&p);
}

static bool tells(struct ask *a, const char *part)
{
	struct hs_buf out;

	hs_buf_init(&out, a->arena, 1 << 16);
	hs_json_write(&out, a->out, 0);
	return hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(part)) != SIZE_MAX;
}

/* As Socialstyrelsen publishes it: a file for each level, without names of columns. */
static void reads_the_text_files_of_icd10se(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "chapter.txt", "01\t\tEtt kapitel (A00-B99)\n09\t\tHj\xc3\xa4rtat (I00-I99)\n");
	put(&p, "digit3.txt",
		"A00\t\tEn sjukdom\r\nI32\t*\tEn plats (annorst\xc3\xa4"
		"des)\r\n");
	put(&p, "digit4.txt", "A000\t\xe2\x80\xa0\tEn orsak (I32)\tN\xc3\xa5got om den\n");
	put(&p, "digit5.txt", "A000A\t\tEn f\xc3\xb6rdjupning\n");
	put(&p, "blocks.txt", "Kod:\t\tKodtext:\tBeskrivning:\nA00-A09\t\tEtt avsnitt\tOm avsnittet\n");
	if (run(&p, hs_tx_import_icd10se, NULL, 0) != HS_OK)
		fail_msg("%s", p.err.text);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	assert_string_equal(parent_of(&a, "A000A"), "A000");
	assert_string_equal(parent_of(&a, "A000"), "A00");
	assert_string_equal(parent_of(&a, "A00"), "A00-A09");
	assert_string_equal(parent_of(&a, "A00-A09"), "01");
	assert_string_equal(parent_of(&a, "I32"), "09");
	assert_string_equal(parent_of(&a, "09"), "");
	ask(&a, hs_tx_lookup,
		CODE("urn:oid:1.2.752.116.1.1.1", "A000") ",{'name':'property','valueCode':'*'}");
	assert_string_equal(ask_text(&a, "display"), "En orsak (I32)");
	assert_string_equal(ask_text(&a, "definition"), "N\xc3\xa5got om den");
	assert_true(tells(&a, "\"valueCode\":\"usage\"},{\"name\":\"value\",\"valueCode\":\"dagger\"}"));
	ask(&a, hs_tx_lookup,
		CODE("urn:oid:1.2.752.116.1.1.1", "I32") ",{'name':'property','valueCode':'*'}");
	assert_true(tells(&a, "\"valueCode\":\"usage\"},{\"name\":\"value\",\"valueCode\":\"aster\"}"));
	ask(&a, hs_tx_lookup, CODE("urn:oid:1.2.752.116.1.1.1", "01"));
	assert_string_equal(ask_text(&a, "abstract"), "true");
	close_image(&a);
	end(&p);
}

/* What a program for tables has saved in its own way is said to be that. */
static void refuses_workbooks(void **state)
{
	struct place p;

	(void)state;
	begin(&p);
	put(&p, "icd.xlsx", "PK\x03\x04 and more");
	assert_int_equal(run(&p, hs_tx_import_icd10se, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "is a workbook or an archive"));
	end(&p);
}

/* Names of columns in Swedish or English, in capitals or not, with what signs they have; and what was taken.
 */
static void takes_columns_by_what_they_are_called(void **state)
{
	static const struct {
		const char *header, *told;
	} rows[] = {
		{ "Kod\tTitel\tLatin",
			"; code from Kod, display from Titel, properties or designations from Latin" },
		{ "ICD-10-SE_KOD\tBEN\xc3\x84MNING\t\xc3\x96verordnad kod",
			"; code from ICD-10-SE_KOD, display from BEN\xc3\x84MNING, parent from "
			"\xc3\x96verordnad kod" },
		{ "icd10\tSvensk titel\tBeskrivning",
			"; code from icd10, display from Svensk titel, definition from Beskrivning" },
		{ "Code\tTitle\tDescription",
			"; code from Code, display from Title, definition from Description" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place p;
		struct ask a;
		char text[200];
		begin(&p);
		snprintf(text, sizeof(text), "%s\nA00\tKolera\t\n", rows[i].header);
		put(&p, "icd.tsv", text);
		if (run(&p, hs_tx_import_icd10se, NULL, 0) != HS_OK)
			fail_msg("%s: %s", rows[i].header, p.err.text);
		if (!hs_slice_ends(hs_slice_cstr(p.import.made), hs_slice_cstr(rows[i].told)))
			fail_msg("%s", p.import.made);
		open_image(&p, &a);
		ask(&a, hs_tx_lookup, CODE("urn:oid:1.2.752.116.1.1.1", "A00"));
		assert_string_equal(ask_text(&a, "display"), "Kolera");
		close_image(&a);
		end(&p);
	}
}

static void reads_atc(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "atc.csv",
		"ATC code,ATC level name\nC,HEART\nC10,LIPIDS\nC10AA,STATINS\nC10AA01,simvastatin\n");
	assert_int_equal(run(&p, hs_tx_import_atc, NULL, 0), HS_OK);
	open_image(&p, &a);
	assert_string_equal(parent_of(&a, "C10AA01"), "C10AA");
	assert_string_equal(parent_of(&a, "C10AA"), "C10");
	close_image(&a);
	end(&p);
}

static void puts_doses_together(void **state)
{
	static const char *const told[] = { "\"valueString\":\"10 mg O\"", "\"valueString\":\"5 mg P\"",
		"\"valueString\":\"x\"" };
	struct place p;
	struct ask a;
	struct hs_buf out;

	(void)state;
	begin(&p);
	put(&p, "atc.csv",
		"\xef\xbb\xbf"
		"ATC-kod;ATC-kod text;DDD;DDD-enhet;Administreringsv\xc3\xa4g;extra;display:de;\r\n"
		"C10;LIPIDS;;;;;;\r\nC10AA01;simvastatin;10;mg;O;x;Simva;\r\n"
		"C10AA01;simvastatin;5;mg;P;;;\r\n"
		"C10AA01;another;5;mg;P;;;\r\nC10;LIPIDS;;;;;;\r\n");
	assert_int_equal(run(&p, hs_tx_import_atc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"5 the code C10AA01 was there before\n6 the code C10 was there before\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup,
		CODE("http://www.whocc.no/atc", "C10AA01") ",{'name':'property','valueCode':'*'}");
	hs_buf_init(&out, a.arena, 1 << 20);
	hs_json_write(&out, a.out, 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(told[i])) == SIZE_MAX)
			fail_msg("%s is not told in %.*s", told[i], HS_S_ARG(hs_buf_slice(&out)));
	close_image(&a);
	end(&p);
}

static void reads_tables_as_they_are(void **state)
{
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:t") }, { HS_S("name"), HS_S("T") } };
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "t.tsv",
		"display\tcode\textra\n"
		"a 5\" pipe; with, signs\tA\t\t\n"
		"\"quoted\" at first\tB\n"
		"  \"two\nlines\"  \tC\tx\r\n"
		"\"never closed\tD\n"
		"\"Good too\"\tG\n"
		"latin \xe5\tE\n"
		"\n"
		"good\tF\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_string_equal(p.skipped,
		"6 a quotation mark is opened but never closed\n"
		"8 is not UTF-8 (a whole file is converted with iconv -f WINDOWS-1252 -t UTF-8)\n");
	open_image(&p, &a);
	static const char *const rows[][2] = { { "A", "a 5\" pipe; with, signs" },
		{ "B", "\"quoted\" at first" }, { "C", "two\nlines" }, { "F", "good" }, { "G", "Good too" } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'urn:x:t'},{'name':'code','valueCode':'%s'}",
			rows[i][0]);
		ask(&a, hs_tx_lookup, hs_arena_cstr(a.arena, question));
		assert_string_equal(ask_text(&a, "display"), rows[i][1]);
	}
	close_image(&a);
	put(&p, "t.tsv",
		"K\xf6"
		"d\tNamn\n1\tEtt\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "iconv"));
	end(&p);
}

static void reads_claml(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "icd.xml",
		"<?xml version=\"1.0\"?>\n<!DOCTYPE ClaML>\n<ClaML version=\"2.0.0\">\n"
		"<Title name=\"ICD-10\" version=\"2019\">ICD</Title><RubricKind name=\"etiology\"/>\n"
		"<!-- <Class code=\"no\"/> -->\n"
		"<Class code=\"IX\" kind=\"chapter\"><SubClass code=\"I50\"/>"
		"<Rubric kind=\"preferred\"><Label xml:lang=\"en\">Circulatory &amp; "
		"other</Label></Rubric></Class>\n"
		"<Class kind=\"category\" code='I50'><SuperClass code=\"IX\"/>"
		"<Rubric kind=\"preferred\"><Label xml:lang=\"en\">Heart\n   "
		"<Term>failure</Term></Label></Rubric>"
		"<Rubric kind=\"inclusion\"><Label xml:lang=\"en\">weak heart</Label></Rubric></Class>\n"
		"<Class code=\"I50\" kind=\"category\"></Class>\n"
		"<Class code=\"I51\" kind=\"category\"><SuperClass code=\"I49\"/></Class>\n"
		"</ClaML>\n");
	assert_int_equal(run(&p, hs_tx_import_icd10, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"9 the code I50 was there before\n"
		"10 the class I49, above I51, is not described\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE(ICD10, "I50"));
	assert_string_equal(ask_text(&a, "display"), "Heart failure");
	assert_string_equal(ask_text(&a, "version"), "2019");
	ask(&a, hs_tx_lookup, CODE(ICD10, "IX"));
	assert_string_equal(ask_text(&a, "display"), "Circulatory & other");
	assert_string_equal(ask_text(&a, "abstract"), "true");
	assert_string_equal(parent_of(&a, "I50"), "IX");
	ask(&a, hs_tx_lookup, CODE(ICD10, "I49"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	assert_non_null(hs_tx_property_def((struct tx_system) { &a.layer, &a.layer.systems[0] },
		HS_S("etiology")));
	close_image(&a);
	end(&p);
}

static void reads_claml_to_its_end(void **state)
{
	static const char *const told[] = { "\"valueString\":\"weak heart (A17.0\xe2\x80\xa0) too\"",
		"\"valueString\":\"one two\"", "{\"name\":\"code\",\"valueCode\":\"SexCode\"}",
		"{\"name\":\"code\",\"valueCode\":\"usage\"},{\"name\":\"value\",\"valueCode\":\"dagger\"}",
		"\"valueString\":\"Hj\xc3\xa4rtsvikt\"" };
	struct place p;
	struct ask a;
	struct hs_buf out;

	(void)state;
	begin(&p);
	put(&p, "icd.xml",
		"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE ClaML [ <!ENTITY x 'y'> <!ELEMENT Class "
		"ANY> ]>\n"
		"<ClaML version='2.0.0'><Title name='ICD-10-GM' version='2024'>x</Title>\n"
		"<UsageKinds><UsageKind name='dagger' mark='\xe2\x80\xa0'/></UsageKinds>\n"
		"<Class code='IX' kind='chapter'><SubClass code='I50'/>\n"
		"<Rubric kind='preferred'><Label xml:lang='de'>Kreislauf</Label></Rubric></Class>\n"
		"<Class code='I50' kind='category' usage='dagger'><Meta name='SexCode' value='9'/>\n"
		"<Rubric kind='preferred'><Label xml:lang='de'>Herz&#x2013;<![CDATA[insuffizienz "
		"<1>]]></Label>"
		"<Label xml:lang='sv'>Hj&#228;rtsvikt</Label></Rubric>\n"
		"<Rubric kind='inclusion'><Label xml:lang='de'>weak heart<Reference class='in brackets' "
		"usage='dagger' "
		"code='A17.0'>A17.0</Reference> too</Label></Rubric>\n"
		"<Rubric kind='note'><Label xml:lang='de'><Para>one</Para><Para>two</Para></Label></Rubric>\n"
		"</Class></ClaML>\n");
	assert_int_equal(run(&p, hs_tx_import_icd10, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup,
		CODE("http://fhir.de/CodeSystem/bfarm/icd-10-gm",
			"I50") ",{'name':'property','valueCode':'*'}");
	assert_int_equal(a.status, HS_OK);
	assert_string_equal(ask_text(&a, "display"), "Herz\xe2\x80\x93insuffizienz <1>");
	assert_string_equal(parent_of(&a, "I50"), "IX");
	hs_buf_init(&out, a.arena, 1 << 20);
	hs_json_write(&out, a.out, 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(told[i])) == SIZE_MAX)
			fail_msg("%s is not told in %.*s", told[i], HS_S_ARG(hs_buf_slice(&out)));
	close_image(&a);
	put(&p, "icd.xml", "<?xml version='1.0' encoding='ISO-8859-1'?>\n<ClaML version='2.0.0'></ClaML>\n");
	assert_int_equal(run(&p, hs_tx_import_icd10, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "not UTF-8"));
	end(&p);
}

static void makes_the_codes_of_modifiers(void **state)
{
#define LABEL(text) "<Rubric kind='preferred'><Label xml:lang='en'>" text "</Label></Rubric>"
#define CHARACTER(modifier, code, text) \
	"<ModifierClass modifier='" modifier "' code='" code "'>", LABEL(text) "</ModifierClass>\n"
#define CLASS(code) "<Class code='" code "' kind='category'>"
	static const char *const text[] = {
		"<ClaML version='2.0.0'>\n<Title name='ICD-10' version='2019'>ICD</Title>\n",
		"<Modifier code='D_4'><SubClass code='.0'/></Modifier>\n",
		"<ModifierClass modifier='D_4' code='.0' usage='dagger'><Rubric kind='etiology'>",
		"<Label xml:lang='en'>Sugar</Label></Rubric>" LABEL("With coma") "</ModifierClass>\n",
		CHARACTER("D_4", ".1", "Without"),
		CHARACTER("P_5", "1", "Hand"),
		CHARACTER("P_5", "2", "Foot"),
		CHARACTER("F_5", "2", "Grave"),
		CHARACTER("F_4", ".0", "Acute"),
		CHARACTER("F_4", ".1", "Late"),
		CHARACTER("A", "7", "Left"),
		CHARACTER("B", ".6", "Open"),
		CLASS("E"),
		"<ModifiedBy code='D_4'/>" LABEL("Block") "</Class>\n",
		CLASS("E10"),
		"<SuperClass code='E'/>" LABEL("Diabetes") "</Class>\n",
		CLASS("E11"),
		"<SuperClass code='E'/><ExcludeModifier code='D_4'/>",
		LABEL("Other") "</Class>\n",
		CLASS("E12"),
		"<SuperClass code='E'/>" LABEL("Its own") "</Class>\n",
		CLASS("M00"),
		"<ModifiedBy code='P_5' all='false'><ValidModifierClass code='1'/></ModifiedBy>",
		LABEL("Arthritis") "</Class>\n",
		CLASS("M00.0"),
		"<SuperClass code='M00'/>" LABEL("Arthritis, of one") "</Class>\n",
		CLASS("F10"),
		"<ModifiedBy code='F_5'/><ModifiedBy code='F_4'/><ModifiedBy code='no'/>",
		LABEL("Alcohol") "</Class>\n",
		CLASS("S10"),
		"<ModifiedBy code='A' position='5'/><ModifiedBy code='B' position='4'/>",
		LABEL("Wound") "</Class>\n</ClaML>\n",
	};
	static const struct {
		const char *code, *display, *parent; /* display NULL: there is no such code */
	} rows[] = {
		{ "E10.0", "Diabetes : With coma", "E10" }, { "E10.1", "Diabetes : Without", "E10" },
		{ "E11.0", NULL, NULL }, /* its modifier is excluded */
		{ "E12.0", "Its own : With coma", "E12" }, { "M00.01", "Arthritis, of one : Hand", "M00.0" },
		{ "M00.02", NULL, NULL }, /* not among those that are valid */
		{ "F10.02", "Alcohol : Acute : Grave", "F10.0" },
		{ "F10.12", "Alcohol : Late : Grave", "F10.1" },
		{ "S10.67", "Wound : Open : Left", "S10.6" }, /* as their positions say, not their names */
	};
	struct place p;
	struct ask a;
	struct hs_buf file;

	(void)state;
	begin(&p);
	hs_buf_init(&file, NULL, 1 << 16);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		hs_buf_cstr(&file, text[i]);
	hs_buf_byte(&file, '\0');
	put(&p, "icd.xml", file.ptr);
	hs_buf_free(&file);
	assert_int_equal(run(&p, hs_tx_import_icd10, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "19 the modifier no of F10.02 is not described\n");
	open_image(&p, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'" ICD10 "'},{'name':'code','valueCode':'%s'}",
			rows[i].code);
		ask(&a, hs_tx_lookup, hs_arena_cstr(a.arena, question));
		if (a.status != (rows[i].display ? HS_OK : HS_E_NOT_FOUND))
			fail_msg("%s: %s", rows[i].code, a.err.text);
		if (!rows[i].display)
			continue;
		assert_string_equal(ask_text(&a, "display"), rows[i].display);
		assert_string_equal(parent_of(&a, rows[i].code), rows[i].parent);
	}
	/* what is noted of a character is noted of its codes, and can be asked for */
	ask(&a, hs_tx_lookup, CODE(ICD10, "E10.0") ",{'name':'property','valueCode':'*'}");
	struct hs_buf out;
	hs_buf_init(&out, a.arena, 1 << 20);
	hs_json_write(&out, a.out, 0);
	assert_true(hs_slice_search(hs_buf_slice(&out), HS_S("\"valueString\":\"Sugar\"")) != SIZE_MAX);
	assert_true(hs_slice_search(hs_buf_slice(&out), HS_S("\"valueCode\":\"dagger\"")) != SIZE_MAX);
	assert_non_null(hs_tx_property_def((struct tx_system) { &a.layer, &a.layer.systems[0] },
		HS_S("etiology")));
	close_image(&a);
	end(&p);
}

static void reads_a_resource(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "system.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x:big\",\"version\":\"1\",\"name\":\"Big\","
		"\"caseSensitive\":true,"
		"\"concept\":[{\"code\":\"a\",\"display\":\"A\",\"concept\":[{\"code\":\"b\",\"display\":"
		"\"B\","
		"\"property\":[{\"code\":\"status\",\"valueCode\":\"retired\"}]}]},{\"code\":\"c\","
		"\"property\":[{\"code\":"
		"\"parent\",\"valueCode\":\"b\"}]},{\"display\":\"no code\"}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "1 a concept has no code\n");
	open_image(&p, &a);
	assert_string_equal(parent_of(&a, "c"), "b");
	ask(&a, hs_tx_subsumes,
		"{'name':'system','valueUri':'urn:x:big'},{'name':'codeA','valueCode':'c'},"
		"{'name':'codeB','valueCode':'a'}");
	assert_string_equal(ask_text(&a, "outcome"), "subsumed-by");
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'urn:x:big'},{'name':'code','valueCode':'B'}");
	assert_string_equal(ask_text(&a, "result"), "false");
	close_image(&a);
	end(&p);
}

/* Where case does not matter, a code in another case is the same code, and that it differs is told of it
 * alone. */
static void tells_codes_in_another_case(void **state)
{
	static const struct {
		const char *code, *issues;
	} rows[] = { { "ab", "" }, { "AB", "CODE_CASE_DIFFERENCE" }, { "Cd", "" },
		{ "cd", "CODE_CASE_DIFFERENCE" } };
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "system.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x:big\",\"version\":\"1\",\"name\":\"Big\","
		"\"caseSensitive\":false,\"concept\":[{\"code\":\"ab\"},{\"code\":\"Cd\"}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	open_image(&p, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice coded = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'urn:x:big'},{'name':'code','valueCode':'%s'}",
			rows[i].code);
		ask(&a, hs_tx_validate_in_system, hs_arena_cstr(a.arena, coded));
		assert_string_equal(ask_text(&a, "result"), "true");
		assert_string_equal(ask_issues(&a), rows[i].issues);
	}
	close_image(&a);
	end(&p);
}

/* What a resource says twice, and what it only names. */
static void reports_codes_that_come_twice_or_never(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "system.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\",\"concept\":[\n"
		"{\"code\":\"b\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"a\"},\n"
		"{\"code\":\"parent\",\"valueCode\":\"x\"},{\"code\":\"parent\",\"valueCode\":\"b\"}]},"
		"{\"code\":\"a\",\"display\":\"A\"},\n"
		"{\"code\":\"a\",\"display\":\"again\",\"concept\":[{\"code\":\"c\"}]}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"3 the parent x of b is no code of this code system\n"
		"4 the code a was there before\n"
		"2 b below b leads round in a circle: the link is left out\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE("urn:x", "a"));
	assert_string_equal(ask_text(&a, "display"), "A");
	assert_string_equal(parent_of(&a, "c"), "a");
	ask(&a, hs_tx_lookup, CODE("urn:x", "x"));
	assert_int_equal(a.status, HS_E_NOT_FOUND); /* what is only named is no code */
	close_image(&a);
	put(&p, "system.json", "{\"resourceType\":\"CodeSystem\",\"concept\":[{\"code\":");
	assert_int_not_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_non_null(strstr(p.err.text, "system.json: the text ends"));
	end(&p);
}

/* A link that would close a circle is nowhere: neither in what stands below, nor among the parents. */
static void cuts_circles(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "system.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\",\"concept\":[{\"code\":\"top\"},\n"
		"{\"code\":\"a\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"c\"},"
		"{\"code\":\"parent\",\"valueCode\":\"top\"}]},"
		"{\"code\":\"b\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"a\"}]},"
		"{\"code\":\"c\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"b\"}]},\n"
		"{\"code\":\"x\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"y\"}]},"
		"{\"code\":\"y\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"x\"}]}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"2 a below c leads round in a circle: the link is left out\n"
		"3 x below y leads round in a circle: the link is left out\n");
	open_image(&p, &a);
	static const char *const parents[][2] = { { "a", "top" }, { "b", "a" }, { "c", "b" }, { "x", "" },
		{ "y", "x" } };
	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		assert_string_equal(parent_of(&a, parents[i][0]), parents[i][1]);
	ask(&a, hs_tx_subsumes,
		"{'name':'system','valueUri':'urn:x'},{'name':'codeA','valueCode':'c'},"
		"{'name':'codeB','valueCode':'a'}");
	assert_string_equal(ask_text(&a, "outcome"), "subsumed-by");
	close_image(&a);
	end(&p);
}

#define SUBSUMES(a, b) \
	"{'name':'system','valueUri':'urn:x'},{'name':'codeA','valueCode':'" a \
	"'},{'name':'codeB','valueCode':'" b "'}"

/* Each code below the one before it: the way to the root is no limit, and an answer that nobody could read is
 * given flat. */
static void takes_chains_of_any_length(void **state)
{
	struct hs_pair url = { HS_S("url"), HS_S("urn:x") };
	struct place p;
	struct ask a;
	struct hs_buf text;

	(void)state;
	begin(&p);
	hs_buf_init(&text, NULL, 1 << 20);
	hs_buf_cstr(&text, "code;parent\n0;\n");
	for (unsigned i = 1; i < 10000; i++)
		hs_buf_printf(&text, "%u;%u\n", i, i - 1);
	hs_buf_byte(&text, '\0');
	put(&p, "t.csv", text.ptr);
	hs_buf_free(&text);
	assert_int_equal(run(&p, hs_tx_import_csv, &url, 1), HS_OK);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	ask(&a, hs_tx_subsumes, SUBSUMES("1", "9999"));
	assert_string_equal(ask_text(&a, "outcome"), "subsumes");
	ask(&a, hs_tx_subsumes, SUBSUMES("9999", "1"));
	assert_string_equal(ask_text(&a, "outcome"), "subsumed-by");
	close_image(&a);
	end(&p);
}

/* Concepts that hold one another, down to what the reader of JSON takes. */
static void reads_concepts_in_one_another(void **state)
{
	static const struct {
		unsigned depth;
		enum hs_status status;
	} rows[] = { { 4990, HS_OK }, { 5010, HS_E_LIMIT } };
	struct place p;
	struct ask a;

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		struct hs_buf text;
		begin(&p);
		hs_buf_init(&text, NULL, 1 << 20);
		hs_buf_cstr(&text, "{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\",\"concept\":[");
		for (unsigned i = 1; i <= rows[r].depth; i++)
			hs_buf_printf(&text, "%s{\"code\":\"%u\"", i > 1 ? ",\"concept\":[" : "", i);
		for (unsigned i = 1; i <= rows[r].depth; i++)
			hs_buf_cstr(&text, "}]");
		hs_buf_cstr(&text, "}");
		hs_buf_byte(&text, '\0');
		put(&p, "system.json", text.ptr);
		hs_buf_free(&text);
		assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), rows[r].status);
		if (rows[r].status) {
			assert_non_null(strstr(p.err.text, "each with its parent as a property"));
			end(&p);
			continue;
		}
		assert_string_equal(p.skipped, "");
		open_image(&p, &a);
		ask(&a, hs_tx_subsumes, SUBSUMES("1", "4990"));
		assert_string_equal(ask_text(&a, "outcome"), "subsumes");
		assert_string_equal(parent_of(&a, "4990"), "4989");
		close_image(&a);
		end(&p);
	}
}

/* Two code systems may have one name; one version of one code system has one image. */
static void keeps_code_systems_apart(void **state)
{
	struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:a") }, { HS_S("version"), HS_S("1") },
		{ HS_S("name"), HS_S("V\xc3\xa5r lista") } };
	struct place p;

	(void)state;
	begin(&p);
	put(&p, "t.csv", "kod;namn\n1;Ett\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_non_null(strstr(p.import.made, "/Imported-1.image; code from kod, display from namn"));
	options[0].value = HS_S("urn:x:b");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_non_null(strstr(p.import.made, "/Imported-1-"));
	assert_int_equal(count_images(&p), 2);
	put(&p, "t.csv", "kod;namn\n1;Ett\n2;Tre\n"); /* again: in the place of the second */
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_int_equal(count_images(&p), 2);
	assert_int_equal(run(&p, hs_tx_import_csv, options, 3), HS_OK); /* under another name, too */
	assert_non_null(strstr(p.import.made, "/V--r-lista-1.image"));
	assert_int_equal(count_images(&p), 2);
	options[1].value = HS_S("2");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 3), HS_OK);
	assert_int_equal(count_images(&p), 3);
	end(&p);
}

static void refuses_claml_that_cannot_be_used(void **state)
{
	struct hs_pair url = { HS_S("url"), HS_S("urn:x") };
	struct place p;

	(void)state;
	begin(&p);
	put(&p, "icd.xml",
		"<ClaML version=\"2.0.0\"><Class code=\"A\" kind=\"category\"></Class><Class code=\"B\" ki");
	assert_int_equal(run(&p, hs_tx_import_icd10, &url, 1), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "icd.xml ends before </ClaML>"));
	assert_int_equal(count_images(&p), 0);
	/* a title that tells no code system */
	put(&p, "icd.xml",
		"<ClaML version=\"2.0.0\"><Title name=\"Mine\" version=\"1\">Mine</Title>"
		"<Class code=\"A\" kind=\"category\"></Class></ClaML>");
	assert_int_equal(run(&p, hs_tx_import_icd10, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "\"Mine\" tells no code system (as ICD-10"));
	assert_int_equal(run(&p, hs_tx_import_icd10, &url, 1), HS_OK);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_table),
		cmocka_unit_test(says_which_column_is_missing),
		cmocka_unit_test(puts_codes_below_their_beginnings),
		cmocka_unit_test(reads_the_text_files_of_icd10se),
		cmocka_unit_test(refuses_workbooks),
		cmocka_unit_test(takes_columns_by_what_they_are_called),
		cmocka_unit_test(reads_atc),
		cmocka_unit_test(puts_doses_together),
		cmocka_unit_test(reads_tables_as_they_are),
		cmocka_unit_test(reads_claml),
		cmocka_unit_test(reads_claml_to_its_end),
		cmocka_unit_test(makes_the_codes_of_modifiers),
		cmocka_unit_test(reads_a_resource),
		cmocka_unit_test(tells_codes_in_another_case),
		cmocka_unit_test(reports_codes_that_come_twice_or_never),
		cmocka_unit_test(cuts_circles),
		cmocka_unit_test(takes_chains_of_any_length),
		cmocka_unit_test(reads_concepts_in_one_another),
		cmocka_unit_test(keeps_code_systems_apart),
		cmocka_unit_test(refuses_claml_that_cannot_be_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
