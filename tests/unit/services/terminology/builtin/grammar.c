/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of code systems that are grammars (units, language tags, media types) and of the lists beside them,
 * from small lists of our own. */
#include "../ask_test.h"

#include <services/terminology/builtin/grammar.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const resources[] = {
	"{'resourceType':'ValueSet','url':'http://hl7.org/fhir/ValueSet/"
	"ucum-common','version':'4.0.1','status':'draft',"
	"'compose':{'include':[{'system':'http://unitsofmeasure.org','concept':["
	"{'code':'mg/dL','display':'milligram per "
	"deciliter'},{'code':'kg'},{'code':'g'},{'code':'m'},{'code':'kg'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:units','compose':{'include':[{'system':'http://"
	"unitsofmeasure.org'}]}}",
	"{'resourceType':'ValueSet','url':'urn:masses','compose':{'include':[{'system':'http://"
	"unitsofmeasure.org',"
	"'filter':[{'property':'canonical','op':'=','value':'kg'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:bad','compose':{'include':[{'system':'http://"
	"unitsofmeasure.org',"
	"'filter':[{'property':'canonical','op':'=','value':'zork'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:types','compose':{'include':[{'system':'urn:ietf:bcp:13'}]}}",
	"{'resourceType':'ValueSet','url':'urn:regional','compose':{'include':[{'system':'urn:ietf:bcp:47',"
	"'filter':[{'property':'region','op':'exists','value':'true'},{'property':'language','op':'=','value'"
	":'sv'}]}]}}",
	NULL,
};

static const struct {
	const char *name, *text;
} files[] = {
	{ "iso_639-3.json",
		"{\"639-3\":[{\"alpha_2\":\"sv\",\"alpha_3\":\"swe\",\"name\":\"Swedish\"},"
		"{\"alpha_2\":\"es\",\"alpha_3\":\"spa\",\"name\":\"Spanish\"},"
		"{\"alpha_2\":\"zh\",\"alpha_3\":\"zho\",\"name\":\"Chinese\"},"
		"{\"alpha_3\":\"cmn\",\"name\":\"Mandarin Chinese\"},"
		"{\"alpha_3\":\"smj\",\"name\":\"Lule Sami\"}]}" },
	{ "iso_639-2.json",
		"{\"639-2\":[{\"alpha_2\":\"es\",\"alpha_3\":\"spa\",\"name\":\"Spanish; Castilian\"},"
		"{\"alpha_3\":\"qaa-qtz\",\"name\":\"Reserved\"}]}" },
	{ "iso_15924.json", "{\"15924\":[{\"alpha_4\":\"Latn\",\"name\":\"Latin\"}]}" },
	{ "iso_3166-1.json",
		"{\"3166-1\":[{\"alpha_2\":\"SE\",\"alpha_3\":\"SWE\",\"numeric\":\"752\",\"name\":"
		"\"Sweden\"},"
		"{\"alpha_2\":\"FI\",\"alpha_3\":\"FIN\",\"numeric\":\"246\",\"name\":\"Finland\"}]}" },
};

static char folder[] = "/tmp/hs-lists-XXXXXX";
static struct tx_layer builtin;
static struct ask a;

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* A catalogue of one text: Sweden is Sverige. */
static void write_catalogue(void)
{
	static const char texts[] = "Sweden\0Sverige";
	const uint32_t head[11] = { 0x950412deu, 0, 1, 28, 36, 0, 0, 6, 44, 7, 51 };
	char path[200], bytes[44 + sizeof(texts)];

	memcpy(bytes, head, 44);
	memcpy(bytes + 44, texts, sizeof(texts));
	snprintf(path, sizeof(path), "%s/sv", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/sv/LC_MESSAGES", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/sv/LC_MESSAGES/iso_3166-1.mo", folder);
	write_file(path, bytes, sizeof(bytes));
	snprintf(path, sizeof(path), "%s/sv/LC_MESSAGES/iso_639-3.mo", folder);
	write_file(path, bytes, 30); /* cut: names nothing */
}

static void ask_with(ask_fn *fn, const char *parameters)
{
	ask_prepare(&a, parameters);
	hs_tx_grammars_begin(&a.ctx, &builtin);
	if (a.status == HS_OK)
		a.status = fn(&a.ctx, &a.out, &a.err);
}

#define IN(system, code) "{'name':'system','valueUri':'" system "'},{'name':'code','valueCode':'" code "'}"
#define UCUM "http://unitsofmeasure.org"
#define TAGS "urn:ietf:bcp:47"

static bool has_text(const char *text)
{
	HS_JSON_EACH(p, hs_json_get(a.out, HS_S("parameter")))
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part")))
			if (hs_slice_eq(hs_json_get_text(part, HS_S("valueString")), hs_slice_cstr(text)))
				return true;
	return false;
}

static void a_unit_and_its_words(void **state)
{
	(void)state;
	ask_with(hs_tx_lookup, IN(UCUM, "mg/dL") ",{'name':'property','valueCode':'*'}");
	assert_int_equal(a.status, HS_OK);
	assert_string_equal(ask_text(&a, "display"), "mg/dL");
	assert_string_equal(ask_text(&a, "version"), "2.2");
	assert_true(has_text("(milligram) / (deciliter)"));
	assert_true(has_text("milligram per deciliter"));
	assert_true(has_text("g.m-3"));
	ask_with(hs_tx_lookup, IN(UCUM, "kgXX"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
}

static void units_in_sets(void **state)
{
	(void)state;
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:units'}," IN(UCUM, "mm[Hg]"));
	assert_string_equal(ask_text(&a, "result"), "true");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:masses'}," IN(UCUM, "[lb_av]"));
	assert_string_equal(ask_text(&a, "result"), "true");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:masses'}," IN(UCUM, "L"));
	assert_string_equal(ask_text(&a, "result"), "false");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:units'}," IN(UCUM, "kgXX"));
	assert_string_equal(ask_text(&a, "result"), "false");
	assert_string_equal(ask_issues(&a),
		"Unknown_Code_in_Version  None_of_the_provided_codes_are_in_the_value_set_one");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:bad'}," IN(UCUM, "kg"));
	assert_int_not_equal(a.status, HS_OK);
}

static void expansions_tell_a_list_and_that_there_is_more(void **state)
{
	const struct hs_json *expansion;

	(void)state;
	ask_with(hs_tx_expand, "{'name':'url','valueUri':'urn:units'}");
	expansion = hs_json_get(a.out, HS_S("expansion"));
	assert_string_equal(ask_codes(&a), "mg/dL kg g m");
	assert_int_equal(hs_json_count(hs_json_get(expansion, HS_S("extension"))), 2);
	assert_null(hs_json_get(expansion, HS_S("total")));
	ask_with(hs_tx_expand, "{'name':'url','valueUri':'urn:masses'}");
	assert_string_equal(ask_codes(&a), "kg g");
	assert_true(hs_slice_eq(hs_json_text(hs_json_get(hs_json_get(a.out, HS_S("expansion")),
					HS_S("total"))),
		HS_S("2")));
	ask_with(hs_tx_expand, "{'name':'url','valueUri':'urn:types'}");
	assert_int_equal(a.status, HS_E_TOO_COSTLY);
}

static void units_that_are_the_same(void **state)
{
	static const struct {
		const char *b, *outcome;
	} cases[] = { { "L", "equivalent" }, { "dm3", "equivalent" }, { "mL", "not-subsumed" },
		{ "g", "not-subsumed" } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct hs_slice text = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'" UCUM "'},{'name':'codeA','valueCode':'l'},"
			"{'name':'codeB','valueCode':'%s'}",
			cases[i].b);
		ask_with(hs_tx_subsumes, hs_arena_cstr(a.arena, text));
		assert_string_equal(ask_text(&a, "outcome"), cases[i].outcome);
	}
}

static void language_tags(void **state)
{
	static const struct {
		const char *tag, *display; /* NULL: no tag */
	} cases[] = {
		{ "sv", "Swedish" },
		{ "sv-FI", "Swedish (Region=Finland)" },
		{ "es-419", "Spanish (Region=Latin America and the Caribbean)" },
		{ "smj-Latn-SE", "Lule Sami (Script=Latin, Region=Sweden)" },
		{ "sv-1996-x-own", "Swedish (Variant=German orthography of 1996, Private-use=x-own)" },
		{ "sv-u-co-trad", "Swedish (Extension=u-co-trad)" },
		{ "qaa", "qaa" },
		{ "sv-XA", "Swedish (Region=XA)" },
		{ "swe", NULL }, /* two letters where there are two */
		{ "xx", NULL },
		{ "sv-ZQ", NULL },
		{ "sv-smj", NULL }, /* is above no extended languages */
		{ "sv-Grek", NULL },
		{ "sv-FI-SE", NULL },
		{ "sv-u", NULL },
		{ "sv--FI", NULL },
		{ "sv-toolongasubtag", NULL },
		{ "i-klingon", "Klingon" }, /* older than the grammar */
		{ "I-Navajo", "Navajo" },
		{ "i-svea", NULL },
		{ "zh-xiang", "Xiang or Hunanese" },
		{ "sgn-BE-FR", "Belgian-French Sign Language" },
		{ "sv-rozaj-biske-1994",
			"Swedish (Variant=Resian, The San Giorgio dialect of Resian, Standardized Resian "
			"orthography)" },
		{ "sv-abcde", NULL }, /* no variant that is registered */
		{ "zh-cmn", "Chinese (Ext-Lang=Mandarin Chinese)" },
		{ "zh-smj", NULL },
		{ "iw", "Hebrew" }, /* what the lists have no more */
		{ "sv-SU", "Swedish (Region=Union of Soviet Socialist Republics)" },
		{ "sv-1901-1901", NULL }, /* a variant stands once, and so does an extension */
		{ "sv-a-bbb-b-ccc", "Swedish (Extension=a-bbb-b-ccc)" },
		{ "sv-a-bbb-a-ccc", NULL },
		{ "sv-x-a-a", "Swedish (Private-use=x-a-a)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_slice text = hs_arena_printf(a.arena,
			"{'name':'system','valueUri':'" TAGS "'},{'name':'code','valueCode':'%s'}",
			cases[i].tag);
		ask_with(hs_tx_lookup, hs_arena_cstr(a.arena, text));
		if (a.status != (cases[i].display ? HS_OK : HS_E_NOT_FOUND))
			fail_msg("%s: %s", cases[i].tag, a.err.text);
		if (cases[i].display)
			assert_string_equal(ask_text(&a, "display"), cases[i].display);
	}
	ask_with(hs_tx_lookup, IN(TAGS, "SV-fi"));
	assert_string_equal(ask_text(&a, "code"), "sv-FI");
	ask_with(hs_tx_lookup, IN(TAGS, "es"));
	assert_true(has_text("Castilian"));
}

/* The sentence of the grammar in the answer. */
static const char *why(const char *set, const char *code, const char *language)
{
	struct hs_slice text = hs_arena_printf(a.arena,
		"{'name':'url','valueUri':'%s'},{'name':'coding','valueCoding':%s},{'name':'displayLanguage',"
		"'valueCode':'%s'}",
		set, code, language);

	ask_with(hs_tx_validate_in_set, hs_arena_cstr(a.arena, text));
	for (const struct tx_issue *issue = a.ctx.issues.first; issue; issue = issue->next)
		if (issue->id == TX_MSG_OWN_CODE_GRAMMAR)
			return hs_arena_cstr(a.arena, issue->text);
	return "";
}

static void what_is_wrong_with_a_code(void **state)
{
#define CODING(system, code) "{'system':'" system "','code':'" code "'}"
	(void)state;
	assert_string_equal(why("urn:units", CODING(UCUM, "kgXX"), "en"),
		"Error processing unit 'kgXX': The unit 'kgXX' is unknown at character 1");
	assert_string_equal(why("urn:units", CODING(UCUM, "g/mmHg"), "en"),
		"Error processing unit 'g/mmHg': The unit 'mmHg' is unknown at character 3; did you mean "
		"mm[Hg]?");
	assert_string_equal(why("urn:units", CODING(UCUM, "g/mmHg"), "sv"),
		"Fel i enheten 'g/mmHg': Enheten 'mmHg' vid tecken 3 finns inte i UCUM; menade du mm[Hg]?");
	assert_string_equal(why("urn:units", CODING(UCUM, "g("), "sv"),
		"Fel i enheten 'g(': det är inget uttryck enligt UCUM");
	assert_non_null(strstr(why("urn:regional", CODING(TAGS, "sv_FI"), "en"),
		"'sv_FI' is no language tag of BCP 47"));
	assert_non_null(strstr(why("urn:regional", CODING(TAGS, "sv_FI"), "sv"),
		"'sv_FI' är ingen språktagg enligt BCP 47"));
	assert_non_null(strstr(why("urn:types", CODING("urn:ietf:bcp:13", "text"), "en"),
		"'text' is no media type"));
	assert_non_null(strstr(why("urn:types", CODING("urn:ietf:bcp:13", "text"), "sv"),
		"'text' är ingen medietyp"));
	ask_with(hs_tx_expand,
		"{'name':'url','valueUri':'urn:types'},{'name':'displayLanguage','valueCode':'sv'}");
	assert_int_equal(a.ctx.failure->id, TX_MSG_OWN_GRAMMAR_WITHOUT_LIST);
	assert_string_equal(a.err.text,
		"Kodverket 'urn:ietf:bcp:13' är en grammatik med oändligt många koder, så urvalet kan inte "
		"expanderas; koderna "
		"kan däremot kontrolleras");
}

static void tags_below_tags_and_in_sets(void **state)
{
	(void)state;
	ask_with(hs_tx_subsumes,
		"{'name':'system','valueUri':'" TAGS "'},{'name':'codeA','valueCode':'sv'},"
		"{'name':'codeB','valueCode':'sv-FI'}");
	assert_string_equal(ask_text(&a, "outcome"), "subsumes");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:regional'}," IN(TAGS, "sv-FI"));
	assert_string_equal(ask_text(&a, "result"), "true");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:regional'}," IN(TAGS, "sv"));
	assert_string_equal(ask_text(&a, "result"), "false");
	ask_with(hs_tx_validate_in_set, "{'name':'url','valueUri':'urn:regional'}," IN(TAGS, "es-SE"));
	assert_string_equal(ask_text(&a, "result"), "false");
}

static void media_types(void **state)
{
	static const char *const good[] = { "text/plain", "application/fhir+json; fhirVersion=4.0",
		"image/svg+xml", "TEXT/html;charset=\\\"utf-8\\\"", "application/vnd.ms-excel" };
	static const char *const bad[] = { "text", "text/", "words/plain", "text/pl ain",
		"text/plain;charset", "text/plain;=x", "text/.x" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]) + sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = sizeof(good) / sizeof(good[0]);
		struct hs_slice text = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'urn:types'},{'name':'system','valueUri':'urn:ietf:bcp:13'}"
			","
			"{'name':'code','valueCode':'%s'}",
			i < n ? good[i] : bad[i - n]);
		ask_with(hs_tx_validate_in_set, hs_arena_cstr(a.arena, text));
		if (strcmp(ask_text(&a, "result"), i < n ? "true" : "false") != 0)
			fail_msg("%s", i < n ? good[i] : bad[i - n]);
	}
}

static void countries_in_swedish(void **state)
{
	(void)state;
	ask_with(hs_tx_lookup,
		IN("urn:iso:std:iso:3166", "SWE") ",{'name':'displayLanguage','valueCode':'sv'}");
	assert_string_equal(ask_text(&a, "display"), "Sverige");
	ask_with(hs_tx_lookup, IN("urn:iso:std:iso:3166", "752"));
	assert_string_equal(ask_text(&a, "display"), "Sweden");
	ask_with(hs_tx_lookup, IN("urn:ietf:bcp:47:language", "sv"));
	assert_int_equal(a.status, HS_E_NOT_FOUND); /* its subtags are no code system of their own */
}

/* Without the lists tags are read by their shape, and nothing else is there. */
static void without_lists(void **state)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct tx_layer with = builtin;
	struct hs_image *image = NULL;

	(void)state;
	assert_int_equal(hs_tx_builtin_compile(compile, "/nowhere", "/nowhere", &a.err), HS_OK);
	assert_int_equal(hs_tx_compile_finish(compile, &image, &a.err), HS_OK);
	hs_tx_compile_free(compile);
	hs_tx_layer_init(&builtin, image);
	ask_with(hs_tx_lookup, IN(TAGS, "xx-ZQ"));
	assert_int_equal(a.status, HS_OK);
	ask_with(hs_tx_lookup, IN(TAGS, "4x"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	ask_with(hs_tx_lookup, IN("urn:iso:std:iso:3166", "SE"));
	assert_int_equal(a.status, HS_E_NOT_FOUND);
	hs_tx_layer_fini(&builtin);
	builtin = with;
}

static int begin(void **state)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	struct hs_error err;
	char path[200];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		write_file(path, files[i].text, strlen(files[i].text));
	}
	write_catalogue();
	if (hs_tx_builtin_compile(compile, folder, folder, &err) ||
		hs_tx_compile_finish(compile, &image, &err))
		fail_msg("%s", err.text);
	hs_tx_compile_free(compile);
	hs_tx_layer_init(&builtin, image);
	ask_begin(&a, resources);
	return 0;
}

static int end(void **state)
{
	static const char *const made[] = { "sv/LC_MESSAGES/iso_3166-1.mo", "sv/LC_MESSAGES/iso_639-3.mo",
		"sv/LC_MESSAGES", "sv" };
	char path[200];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		remove(path);
	}
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
		remove(path);
	}
	rmdir(folder);
	ask_end(&a);
	hs_tx_layer_fini(&builtin);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_and_its_words),
		cmocka_unit_test(units_in_sets),
		cmocka_unit_test(expansions_tell_a_list_and_that_there_is_more),
		cmocka_unit_test(units_that_are_the_same),
		cmocka_unit_test(language_tags),
		cmocka_unit_test(what_is_wrong_with_a_code),
		cmocka_unit_test(tags_below_tags_and_in_sets),
		cmocka_unit_test(media_types),
		cmocka_unit_test(countries_in_swedish),
		cmocka_unit_test(without_lists),
	};

	return cmocka_run_group_tests_name("services/terminology/grammar", tests, begin, end);
}
