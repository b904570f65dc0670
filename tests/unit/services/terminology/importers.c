/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the importers of single files: what becomes of each kind of row, and what is left out and said. */
#include "ask_test.h"

#include <services/terminology/image/big.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/compile/source.h>

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ICD10 "http://hl7.org/fhir/sid/icd-10"

struct place {
	char folder[64], source[80], skipped[4096];
	struct hs_import import;
	struct hs_error err;
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void begin(struct place *p)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->folder, sizeof(p->folder), "/tmp/handslag-import-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->source, sizeof(p->source), "%s/source", p->folder);
	assert_int_equal(mkdir(p->source, 0777), 0);
}

static void end(struct place *p)
{
	nftw(p->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const struct place *p, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", p->source, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	struct place *p = arg;
	size_t used = strlen(p->skipped);

	(void)file;
	snprintf(p->skipped + used, sizeof(p->skipped) - used, "%llu %s\n", (unsigned long long)line, why);
}

typedef enum hs_status import_fn(struct hs_import *import, struct hs_error *err);

static enum hs_status run(struct place *p, import_fn *fn, const struct hs_pair *options, size_t count)
{
	const char *path = p->source;

	p->skipped[0] = '\0';
	p->import = (struct hs_import) { .paths = &path,
		.path_count = 1,
		.directory = p->folder,
		.options = options,
		.option_count = count,
		.skipped = skipped,
		.arg = p };
	return fn(&p->import, &p->err);
}

/* Questions go to the image that the import left, and to it alone. */
static void open_image(struct place *p, struct ask *a)
{
	char path[400] = "";
	DIR *dir = opendir(p->folder);
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image")))
			snprintf(path, sizeof(path), "%s/%s", p->folder, entry->d_name);
	closedir(dir);
	memset(a, 0, sizeof(*a));
	a->arena = hs_arena_new((size_t)64 << 20);
	if (hs_tx_big_open(path, &a->layer, &p->err))
		fail_msg("%s: %s", path, p->err.text);
}

static void close_image(struct ask *a)
{
	hs_tx_big_close(&a->layer);
	hs_arena_free(a->arena);
}

#define CODE(system, code) "{'name':'system','valueUri':'" system "'},{'name':'code','valueCode':'" code "'}"

static const char *parent_of(struct ask *a, const char *code)
{
	struct tx_system s = { &a->layer, &a->layer.systems[0] };
	uint32_t found = hs_tx_find_code(a->arena, s, hs_slice_cstr(code), NULL);
	size_t count = 0;

	assert_int_not_equal(found, TX_NONE);
	const uint32_t *list = hs_tx_parents(s, found, &count);
	return count ? hs_arena_cstr(a->arena, hs_tx_code(s, list[0])) : "";
}

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
		"ATC-kod;ATC-kod text;DDD;DDD-enhet;Administreringsv\xc3\xa4g;extra;;\r\n"
		"C10;LIPIDS;;;;;;\r\nC10AA01;simvastatin;10;mg;O;x;;\r\nC10AA01;simvastatin;5;mg;P;;;\r\n"
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
		"latin \xe5\tE\n"
		"\n"
		"good\tF\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_string_equal(p.skipped,
		"6 a quotation mark is opened but never closed\n"
		"7 is not UTF-8 (a whole file is converted with iconv -f WINDOWS-1252 -t UTF-8)\n");
	open_image(&p, &a);
	static const char *const rows[][2] = { { "A", "a 5\" pipe; with, signs" },
		{ "B", "\"quoted\" at first" }, { "C", "two\nlines" }, { "F", "good" } };
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
		"<Title name=\"ICD-10\" version=\"2019\">ICD</Title>\n"
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
		"0 the class I49 is named above or below others but not described\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE(ICD10, "I50"));
	assert_string_equal(ask_text(&a, "display"), "Heart failure");
	assert_string_equal(ask_text(&a, "version"), "2019");
	ask(&a, hs_tx_lookup, CODE(ICD10, "IX"));
	assert_string_equal(ask_text(&a, "display"), "Circulatory & other");
	assert_string_equal(ask_text(&a, "abstract"), "true");
	assert_string_equal(parent_of(&a, "I50"), "IX");
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
		CHARACTER("D_4", ".0", "With coma"),
		CHARACTER("D_4", ".1", "Without"),
		CHARACTER("P_5", "1", "Hand"),
		CHARACTER("P_5", "2", "Foot"),
		CHARACTER("F_5", "2", "Grave"),
		CHARACTER("F_4", ".0", "Acute"),
		CHARACTER("F_4", ".1", "Late"),
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
		LABEL("Alcohol") "</Class>\n</ClaML>\n",
	};
	static const struct {
		const char *code, *display, *parent; /* display NULL: there is no such code */
	} rows[] = {
		{ "E10.0", "Diabetes : With coma", "E10" },
		{ "E10.1", "Diabetes : Without", "E10" },
		{ "E11.0", NULL, NULL }, /* its modifier is excluded */
		{ "E12.0", "Its own : With coma", "E12" },
		{ "M00.01", "Arthritis, of one : Hand", "M00.0" },
		{ "M00.02", NULL, NULL }, /* not among those that are valid */
		{ "F10.02", "Alcohol : Acute : Grave", "F10.0" },
		{ "F10.12", "Alcohol : Late : Grave", "F10.1" },
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
	assert_string_equal(p.skipped, "17 the modifier no of F10.02 is not described\n");
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
	close_image(&a);
	end(&p);
}

static void reads_loinc(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"CLASS\",\"STATUS\",\"SHORTNAME\",\"LONG_COMMON_"
		"NAME\",\"NEW_THING\"\n"
		"\"1-8\",\"Sugar\",\"MCnc\",\"CHEM\",\"ACTIVE\",\"Sugar Bld\",\"Sugar in Blood\",\"\"\n"
		"\"2-6\",\"Salt\",\"MCnc\",\"CHEM\",\"DEPRECATED\",\"Salt Bld\",\"Salt in Blood\",\"x\"\n"
		"\"3-4\",\"Pulse\",\"NRat\",\"VITALS\",\"ACTIVE\",\"Pulse\",\"Pulse rate\",\"\"\n");
	put(&p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\nLP1-1,COMPONENT,Sugar,Sugar,"
		"ACTIVE\n");
	put(&p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,DisplayText\nLL1-9,Yes or "
		"no,LA1-8,Yes\nLL1-9,Yes or no,LA2-6,No\n");
	put(&p, "ComponentHierarchyBySystem.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP7-8,Laboratory\nLP7-8,1,LP7-8,"
		"LP1-1,Sugar\n"
		"LP7-8.LP1-1,1,LP1-1,1-8,Sugar in Blood\nX,1,X,3-4,Pulse\n");
	put(&p, "svSE24LinguisticVariant.csv", "LOINC_NUM,LONG_COMMON_NAME\n1-8,Socker i blod\n9-9,Nej\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"5 the parent X comes after 3-4 or is missing\n3 9-9 is no term of the table\n");
	assert_true(hs_slice_ends(hs_slice_cstr(p.import.made),
		HS_S("; columns that are not known: NEW_THING")));
	open_image(&p, &a);
	ask(&a, hs_tx_lookup,
		CODE("http://loinc.org", "1-8") ",{'name':'displayLanguage','valueCode':'sv-SE'}");
	assert_string_equal(ask_text(&a, "display"), "Socker i blod");
	assert_string_equal(parent_of(&a, "1-8"), "LP1-1");
	assert_string_equal(parent_of(&a, "LA2-6"), "LL1-9");
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'http://loinc.org'},{'name':'code','valueCode':'2-6'}");
	assert_string_equal(ask_text(&a, "inactive"), "true");
	/* the set of all codes, and a filter of words */
	ask_prepare(&a,
		"{'name':'url','valueUri':'http://loinc.org/vs'},{'name':'filter','valueString':'blood su'}");
	assert_int_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(ask_codes(&a), "1-8");
	close_image(&a);
	end(&p);
}

static const char *expansion_of(struct ask *a, const char *url)
{
	struct hs_slice question = hs_arena_printf(a->arena, "{'name':'url','valueUri':'%s'}", url);

	ask_prepare(a, hs_arena_cstr(a->arena, question));
	if (hs_tx_expand(&a->ctx, &a->out, &a->err))
		fail_msg("%s: %s", url, a->err.text);
	return ask_codes(a);
}

static void reads_what_stands_beside_loinc(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"\xef\xbb\xbf\"LOINC_NUM\",\"COMPONENT\",\"CLASS\",\"VersionLastChanged\",\"STATUS\",\"LONG_"
		"COMMON_NAME\","
		"\"EXTERNAL_COPYRIGHT_NOTICE\"\r\n"
		"\"1-8\",\"Sugar\",\"CHEM\",\"2.9\",\"ACTIVE\",\"Sugar in Blood\",\"\"\r\n"
		"\"2-6\",\"Salt\",\"CHEM\",\"2.78\",\"DEPRECATED\",\"Salt in Blood\",\"ours\"\r\n"
		"\"3-4\",\"Panel\",\"PANEL\",\"2.70\",\"TRIAL\",\"Blood panel\",\"\"\r\n");
	put(&p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\nLP1-1,COMPONENT,Sugar,Sugar,"
		"ACTIVE\n");
	put(&p, "LoincPartLink_Primary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/COMPONENT\n"
		"9-9,None,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/"
		"COMPONENT\n"
		"2-6,Salt in Blood,LP2-9,Salt,http://loinc.org,COMPONENT,Primary,\n");
	put(&p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,SequenceNumber,DisplayText,Score\n"
		"LL1-9,Yes or no,LA1-8,1,Yes,1\nLL1-9,Yes or no,LA2-6,2,No,0\nLL2-7,No only,LA2-6,1,No,0\n");
	put(&p, "LoincAnswerListLink.csv",
		"LoincNumber,LongCommonName,AnswerListId,AnswerListName,AnswerListLinkType,"
		"ApplicableContext\n"
		"1-8,Sugar in Blood,LL1-9,Yes or no,EXAMPLE,\n");
	put(&p, "PanelsAndForms.csv",
		"ParentId,ParentLoinc,ParentName,ID,SEQUENCE,Loinc,LoincName\n1,3-4,Blood "
		"panel,1,1,3-4,Blood panel\n"
		"1,3-4,Blood panel,2,2,1-8,Sugar in Blood\n");
	put(&p, "MapTo.csv", "LOINC,MAP_TO,COMMENT\n2-6,1-8,\n");
	put(&p, "Group.csv", "ParentGroupId,GroupId,Group,Archetype,Status\n,LG1-4,Blood sugars,,Active\n");
	put(&p, "GroupLoincTerms.csv",
		"Category,GroupId,Archetype,LoincNumber,LongCommonName\nFlow,LG1-4,,1-8,x\n");
	put(&p, "ConsumerName.csv", "LoincNumber,ConsumerName\n1-8,Blood sugar\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"3 9-9 is no term of the table\n4 names no property that LP2-9 is of\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE("http://loinc.org", "1-8") ",{'name':'property','valueCode':'*'}");
	assert_string_equal(ask_text(&a, "version"), "2.78");
	struct hs_buf out;
	hs_buf_init(&out, a.arena, 1 << 20);
	hs_json_write(&out, a.out, 0);
	static const char *const told[] = { "\"code\":\"LP1-1\",\"display\":\"Sugar\"",
		"\"code\":\"LL1-9\",\"display\":\"Yes or no\"", "\"Blood sugar\"",
		"{\"name\":\"code\",\"valueCode\":\"copyright\"},{\"name\":\"value\",\"valueString\":"
		"\"LOINC\"}" };
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(told[i])) == SIZE_MAX)
			fail_msg("%s is not told in %.*s", told[i], HS_S_ARG(hs_buf_slice(&out)));
	assert_true(hs_slice_search(hs_buf_slice(&out), HS_S("\"valueString\":\"Sugar\"")) == SIZE_MAX);
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL1-9"), "LA1-8 LA2-6");
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL2-7"), "LA2-6");
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LG1-4"), "1-8");
	ask_prepare(&a, "{'name':'url','valueUri':'http://loinc.org/vs/LL9-9'}");
	assert_int_not_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
	close_image(&a);
	end(&p);
}

/* Filters on properties of an image, by a value set that was compiled beside it. */
static void filters_by_property(void **state)
{
	static const char *const sets[] = {
		"{'resourceType':'ValueSet','url':'urn:x:set','status':'active','compose':{'include':[{'"
		"system':"
		"'http://loinc.org','filter':[{'property':'CLASS','op':'in','value':'CHEM, OTHER'},"
		"{'property':'STATUS','op':'=','value':'ACTIVE'}]}]}}",
		NULL
	};
	struct place p;
	struct ask a, b;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"LOINC_NUM,CLASS,STATUS,LONG_COMMON_NAME\n1-8,CHEM,ACTIVE,One\n2-6,CHEM,DEPRECATED,Two\n3-4,"
		"VITALS,ACTIVE,Three\n"
		"4-2,OTHER,ACTIVE,Four\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&b, sets);
	ask_prepare(&b, "{'name':'url','valueUri':'urn:x:set'}");
	b.ctx.scope.layers[1] = &a.layer;
	b.ctx.scope.count = 2;
	assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
	assert_string_equal(ask_codes(&b), "1-8 4-2");
	ask_prepare(&b,
		"{'name':'url','valueUri':'urn:x:set'},{'name':'count','valueInteger':1},"
		"{'name':'offset','valueInteger':1}");
	b.ctx.scope.layers[1] = &a.layer;
	b.ctx.scope.count = 2;
	assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
	assert_string_equal(ask_codes(&b), "4-2");
	ask_end(&b);
	close_image(&a);
	end(&p);
}

static void filters_by_part_and_ancestor(void **state)
{
#define ASK(url, property, op, value) \
	"{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{'include':[{'system':" \
	"'http://loinc.org','filter':[{'property':'" property "','op':'" op "','value':'" value "'}]}]}}"
#define FILTER(url, property, value) ASK(url, property, "=", value)
	static const char *const sets[] = { FILTER("urn:code", "COMPONENT", "LP1-1"),
		FILTER("urn:name", "COMPONENT", "sugar"), FILTER("urn:class", "CLASS", "CHEM"),
		FILTER("urn:ancestor", "ancestor", "LP7-8"), FILTER("urn:none", "COMPONENT", "LP1"),
		ASK("urn:pattern", "COMPONENT", "regex", "(S|s)ug.*"),
		ASK("urn:out", "COMPONENT", "not-in", "Sugar,x"),
		ASK("urn:some", "COMPONENT", "in", "x,LP1-1"), NULL };
	static const struct {
		const char *url, *codes;
	} rows[] = { { "urn:code", "1-8" }, { "urn:name", "1-8" }, { "urn:class", "1-8 2-6" },
		{ "urn:ancestor", "LP1-1(1-8)" }, { "urn:none", "" }, { "urn:pattern", "1-8" },
		{ "urn:out", "LP7-8(LP1-1) 2-6" }, { "urn:some", "1-8" } };
	struct place p;
	struct ask a, b;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"LOINC_NUM,COMPONENT,CLASS,LONG_COMMON_NAME\n1-8,Sugar,CHEM,One\n2-6,Salt,CHEM,Two\n");
	put(&p, "LoincPartLink_Primary.csv",
		"LoincNumber,PartNumber,PartName,Property\n1-8,LP1-1,Sugar,http://loinc.org/property/"
		"COMPONENT\n");
	put(&p, "ComponentHierarchyBySystem.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP7-8,Laboratory\nLP7-8,1,LP7-8,"
		"LP1-1,Sugar\n"
		"LP7-8.LP1-1,1,LP1-1,1-8,One\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&b, sets);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(b.arena, "{'name':'url','valueUri':'%s'}",
			rows[i].url);
		ask_prepare(&b, hs_arena_cstr(b.arena, question));
		b.ctx.scope.layers[b.ctx.scope.count++] = &a.layer;
		assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
		assert_string_equal(ask_codes(&b), rows[i].codes);
	}
	ask_end(&b);
	close_image(&a);
	end(&p);
}

/* Are those the codes of the answer, in whatever order? */
static bool same_codes(struct ask *a, const char *codes)
{
	struct hs_slice want = hs_slice_cstr(codes), have = hs_slice_cstr(ask_codes(a));
	size_t wanted = 0, found = 0;

	for (struct hs_slice rest = have; rest.len; wanted++)
		hs_slice_cut(&rest, ' ');
	while (want.len) {
		struct hs_slice code = hs_slice_cut(&want, ' '), rest = have;
		bool there = false;
		while (rest.len && !there)
			there = hs_slice_eq(hs_slice_cut(&rest, ' '), code);
		if (!there)
			return false;
		found++;
	}
	return found == wanted;
}

/* A release of LOINC in small, in the layout of the published files. */
static void put_loinc(struct place *p)
{
	put(p, "Loinc.csv",
		"\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_"
		"TYP\","
		"\"CLASS\",\"VersionLastChanged\",\"STATUS\",\"CONSUMER_NAME\",\"CLASSTYPE\",\"ORDER_OBS\","
		"\"SHORTNAME\",\"LONG_COMMON_NAME\",\"EXTERNAL_COPYRIGHT_NOTICE\",\"DOCUMENT_SECTION\"\r\n"
		"\"1-8\",\"Sugar\",\"MCnc\",\"Pt\",\"Bld\",\"Qn\",\"\",\"CHEM\",\"2.70\",\"ACTIVE\",\"Blood "
		"sugar\",\"1\","
		"\"Both\",\"Sugar Bld\",\"Sugar in Blood\",\"\",\"\"\r\n"
		"\"2-6\",\"Salt\",\"MCnc\",\"24H\",\"Urine\",\"Qn\",\"Test "
		"strip\",\"CHEM\",\"2.71\",\"DEPRECATED\",\"\","
		"\"1\",\"Observation\",\"Salt Ur\",\"Salt in Urine\",\"\",\"\"\r\n"
		"\"3-4\",\"Mood\",\"Find\",\"Pt\",\"^Patient\",\"Ord\",\"\",\"SURVEY\",\"2.72\",\"ACTIVE\","
		"\"How you feel\",\"4\","
		"\"Order\",\"Mood\",\"Mood today\",\"(c) others\",\"Document\"\r\n");
	put(p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\r\n"
		"LP1-1,COMPONENT,Sugar,Sugar,ACTIVE\r\nLP7-8,COMPONENT,Laboratory,Laboratory,ACTIVE\r\n"
		"LP8-6,SYSTEM,Bld,Blood,ACTIVE\r\n");
	put(p, "LoincPartLink_Primary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\r\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/COMPONENT\r\n"
		"1-8,Sugar in "
		"Blood,LP8-6,Bld,http://loinc.org,SYSTEM,Primary,http://loinc.org/property/SYSTEM\r\n");
	put(p, "LoincPartLink_Supplementary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\r\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,DetailedModel,http://loinc.org/property/"
		"analyte\r\n");
	put(p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerListOID,ExtDefinedYN,ExtDefinedAnswerListCodeSystem,"
		"ExtDefinedAnswerListLink,AnswerStringId,LocalAnswerCode,LocalAnswerCodeSystem,"
		"SequenceNumber,DisplayText,"
		"ExtCodeId,ExtCodeDisplayName,ExtCodeSystem,ExtCodeSystemVersion,"
		"ExtCodeSystemCopyrightNotice,"
		"SubsequentTextPrompt,Description,Score\r\n"
		"LL1-9,Moods,,N,,,LA1-8,,,1,Good,,,,,,,,1\r\nLL1-9,Moods,,N,,,LA2-6,,,2,Bad,,,,,,,,0\r\n"
		"LL2-7,Bad only,,N,,,LA2-6,,,1,Bad,,,,,,,,\r\n");
	put(p, "LoincAnswerListLink.csv",
		"LoincNumber,LongCommonName,AnswerListId,AnswerListName,AnswerListLinkType,"
		"ApplicableContext\r\n"
		"3-4,Mood today,LL1-9,Moods,NORMATIVE,\r\n");
	put(p, "MultiAxialHierarchy.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\r\n,1,,LP7-8,Laboratory\r\n"
		"LP7-8,1,LP7-8,LP1-1,Sugar\r\nLP7-8.LP1-1,1,LP1-1,1-8,Sugar in "
		"Blood\r\nLP7-8,2,LP7-8,2-6,Salt in Urine\r\n");
	put(p, "ParentGroup.csv", "ParentGroupId,ParentGroup,Status\r\nLG9-9,Chemistry,Active\r\n");
	put(p, "Group.csv",
		"ParentGroupId,GroupId,Group,Archetype,Status,VersionFirstReleased\r\nLG9-9,LG1-4,Sugars,,"
		"Active,2.60\r\n");
	put(p, "GroupLoincTerms.csv",
		"Category,GroupId,Archetype,LoincNumber,LongCommonName\r\nMass,LG1-4,,1-8,x\r\n");
	put(p, "ConsumerName.csv", "LoincNumber,ConsumerName\r\n2-6,Urine salt\r\n");
	put(p, "PanelsAndForms.csv",
		"ParentId,ParentLoinc,ParentName,ID,SEQUENCE,Loinc,LoincName\r\n1,3-4,Mood "
		"today,1,1,3-4,Mood today\r\n"
		"1,3-4,Mood today,2,2,1-8,Sugar in Blood\r\n");
}

/* Each property and filter that "Using LOINC with FHIR" and LOINC's own CodeSystem name. */
static void filters_loinc_as_its_page_says(void **state)
{
	static const struct {
		const char *property, *op, *value, *codes;
	} rows[] = {
		{ "STATUS", "=", "ACTIVE", "LP1-1 LP7-8 LP8-6 1-8 3-4" },
		{ "STATUS", "=", "deprecated", "2-6" },
		{ "COMPONENT", "=", "LP1-1", "1-8" },
		{ "COMPONENT", "=", "sugar", "1-8" },
		{ "COMPONENT", "regex", "S.*", "1-8 2-6" },
		{ "PROPERTY", "=", "mcnc", "1-8 2-6" },
		{ "TIME_ASPCT", "=", "24H", "2-6" },
		{ "SYSTEM", "=", "lp8-6", "1-8" },
		{ "SYSTEM", "=", "^Patient", "3-4" },
		{ "SCALE_TYP", "in", "Ord,Nom", "3-4" },
		{ "METHOD_TYP", "=", "Test strip", "2-6" },
		{ "CLASS", "=", "chem", "1-8 2-6" },
		{ "CONSUMER_NAME", "=", "blood sugar", "1-8" },
		{ "CONSUMER_NAME", "regex", ".*sa.*", "2-6" },
		{ "CLASSTYPE", "=", "4", "3-4" },
		{ "ORDER_OBS", "=", "both", "1-8" },
		{ "DOCUMENT_SECTION", "=", "Document", "3-4" },
		{ "SHORTNAME", "regex", "Sugar.*", "1-8" },
		{ "LONG_COMMON_NAME", "=", "mood today", "3-4" },
		{ "analyte", "=", "LP1-1", "1-8" },
		{ "copyright", "=", "3rdParty", "3-4" },
		{ "copyright", "=", "LOINC", "1-8 2-6" },
		{ "parent", "=", "LP7-8", "LP1-1 2-6" },
		{ "parent", "in", "LP1-1, lp7-8", "LP1-1 1-8 2-6" },
		{ "child", "=", "1-8", "LP1-1 LG1-4" },
		{ "ancestor", "=", "LP7-8", "LP1-1 1-8 2-6" },
		{ "ancestor", "in", "LP1-1,LG9-9", "1-8 LG1-4" },
		{ "descendant", "=", "1-8", "LP1-1 LP7-8 LG1-4 LG9-9" },
		{ "descendant", "in", "LA1-8,2-6", "LP7-8 LL1-9" },
		{ "LIST", "=", "LL1-9", "LA1-8 LA2-6" },
		{ "LIST", "=", "LL2-7", "LA2-6" },
		{ "answer-list", "=", "LL1-9", "3-4" },
		{ "answers-for", "=", "3-4", "LL1-9" },
		{ "panel-member", "=", "1-8", "3-4" },
		{ "concept", "is-a", "LP1-1", "LP1-1 1-8" },
		{ "concept", "in", "1-8,la1-8", "1-8 LA1-8" },
	};
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put_loinc(&p);
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char set[512];
		snprintf(set, sizeof(set), ASK("urn:x", "%s", "%s", "%s"), rows[i].property, rows[i].op,
			rows[i].value);
		const char *const sets[] = { set, NULL };
		struct ask b;
		ask_begin(&b, sets);
		ask_prepare(&b,
			"{'name':'url','valueUri':'urn:x'},{'name':'excludeNested','valueBoolean':true}");
		b.ctx.scope.layers[b.ctx.scope.count++] = &a.layer;
		if (hs_tx_expand(&b.ctx, &b.out, &b.err))
			fail_msg("%s %s %s: %s", rows[i].property, rows[i].op, rows[i].value, b.err.text);
		if (!same_codes(&b, rows[i].codes))
			fail_msg("%s %s %s: %s", rows[i].property, rows[i].op, rows[i].value, ask_codes(&b));
		ask_end(&b);
	}
	static const char *const implicit[][2] = { { "http://loinc.org/vs/LL1-9", "LA1-8 LA2-6" },
		{ "http://loinc.org/vs/LP7-8", "LP1-1 1-8 2-6" },
		{ "http://loinc.org/vs/LG9-9", "LG1-4 1-8" },
		{ "http://loinc.org/vs",
			"1-8 2-6 3-4 LA1-8 LA2-6 LG1-4 LG9-9 LL1-9 LL2-7 LP1-1 LP7-8 LP8-6" } };
	for (size_t i = 0; i < sizeof(implicit) / sizeof(implicit[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'%s'},{'name':'excludeNested','valueBoolean':true}",
			implicit[i][0]);
		ask_prepare(&a, hs_arena_cstr(a.arena, question));
		assert_int_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
		if (!same_codes(&a, implicit[i][1]))
			fail_msg("%s: %s", implicit[i][0], ask_codes(&a));
	}
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
	assert_string_equal(p.skipped, "0 a concept has no code\n");
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
		"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\",\"concept\":["
		"{\"code\":\"b\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"a\"},"
		"{\"code\":\"parent\",\"valueCode\":\"x\"},{\"code\":\"parent\",\"valueCode\":\"b\"}]},"
		"{\"code\":\"a\",\"display\":\"A\"},"
		"{\"code\":\"a\",\"display\":\"again\",\"concept\":[{\"code\":\"c\"}]}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"0 the code a was there before\n"
		"0 the code x is named as a parent but not described\n"
		"0 b below b leads round in a circle: the link is left out\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE("urn:x", "a"));
	assert_string_equal(ask_text(&a, "display"), "A");
	assert_string_equal(parent_of(&a, "c"), "a");
	close_image(&a);
	put(&p, "system.json", "{\"resourceType\":\"CodeSystem\",\"concept\":[{\"code\":");
	assert_int_not_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	assert_non_null(strstr(p.err.text, "system.json: the text ends"));
	end(&p);
}

static size_t count_images(const struct place *p)
{
	DIR *dir = opendir(p->folder);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image"));
	closedir(dir);
	return count;
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

/* ---- imports that are killed ---- */

static long left; /* reports of progress until the process dies */

static void die_later(void *arg, const char *what, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)what;
	(void)done;
	(void)total;
	if (left-- == 0)
		raise(SIGKILL);
}

static bool is_killed(const struct place *p, import_fn *fn, const struct hs_pair *url, long reports)
{
	pid_t child = fork();
	int how = 0;

	assert_true(child >= 0);
	if (child == 0) {
		const char *path = p->source;
		struct hs_error err = { .status = HS_OK };
		struct hs_import import = { .paths = &path,
			.path_count = 1,
			.directory = p->folder,
			.options = url,
			.option_count = 1,
			.progress = die_later };
		left = reports;
		_exit(fn(&import, &err) == HS_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &how, 0), child);
	return WIFSIGNALED(how);
}

/* At every report of progress: no image is there, and the next import says that it begins again. */
static void begin_again_after_being_killed(void **state)
{
	static import_fn *const all[] = { hs_tx_import_loinc, hs_tx_import_icd10, hs_tx_import_csv };
	const struct hs_pair url = { HS_S("url"), HS_S("urn:x") };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct place p;
		begin(&p);
		if (i == 0)
			put_loinc(&p);
		else if (i == 1)
			put(&p, "icd.xml",
				"<ClaML version=\"2.0.0\"><Title name=\"ICD\" version=\"1\"/><Class code=\"A\" "
				"kind=\"category\"><Rubric kind=\"preferred\"><Label>Ett</Label></Rubric></Class>"
				"</ClaML>");
		else
			put(&p, "t.csv", "kod;namn\n1;Ett\n");
		for (long deaths = 0; is_killed(&p, all[i], &url, deaths); deaths++) {
			assert_int_equal(count_images(&p), 0);
			assert_in_range(deaths, 0, 1000);
		}
		assert_int_equal(count_images(&p), 1);
		assert_int_equal(run(&p, all[i], &url, 1), HS_OK);
		assert_true(p.import.unchanged && !p.import.begun_again);
		put(&p, "more.csv", "kod;namn\n2;Tv\xc3\xa5\n"); /* other sources */
		assert_true(is_killed(&p, all[i], &url, 0));
		run(&p, all[i], &url, 1);
		assert_true(p.import.begun_again);
		end(&p);
	}
}

static void refuses_claml_that_is_cut(void **state)
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
		cmocka_unit_test(reads_loinc),
		cmocka_unit_test(reads_what_stands_beside_loinc),
		cmocka_unit_test(filters_loinc_as_its_page_says),
		cmocka_unit_test(begin_again_after_being_killed),
		cmocka_unit_test(filters_by_property),
		cmocka_unit_test(filters_by_part_and_ancestor),
		cmocka_unit_test(reads_a_resource),
		cmocka_unit_test(tells_codes_in_another_case),
		cmocka_unit_test(reports_codes_that_come_twice_or_never),
		cmocka_unit_test(keeps_code_systems_apart),
		cmocka_unit_test(refuses_claml_that_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
