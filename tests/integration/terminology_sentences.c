/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever asks the terminology in Swedish is refused in Swedish, wherever on its way the question fails, and
 * everybody else in English. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct fixture *f;

#define PARAMETERS(list) "{\"resourceType\":\"Parameters\",\"parameter\":[" list "]}"
#define INCLUDE(list) \
	"{\"resourceType\":\"ValueSet\",\"url\":\"urn:test:vs\",\"status\":\"active\",\"compose\":{" \
	"\"include\":[" list "]}}"
#define EXPAND(list) PARAMETERS("{\"name\":\"valueSet\",\"resource\":" INCLUDE(list) "}")
#define FILTER(property, op, value) \
	"{\"system\":\"urn:test:cs\",\"filter\":[{\"property\":\"" property "\",\"op\":\"" op \
	"\",\"value\":\"" value "\"}]}"
#define SYSTEM(id, more) \
	"{\"resourceType\":\"CodeSystem\",\"id\":\"" id "\",\"url\":\"urn:test:" id "\",\"version\":\"1\"," \
	"\"status\":\"active\",\"content\":\"complete\"," more "}"
#define CODES "\"concept\":[{\"code\":\"a\",\"concept\":[{\"code\":\"b\"}]},{\"code\":\"c\"}]"
#define MAP(id, element, unmapped) \
	"{\"resourceType\":\"ConceptMap\",\"id\":\"" id "\",\"status\":\"active\",\"group\":[{" \
	"\"source\":\"urn:test:cs\",\"target\":\"urn:test:to\",\"element\":[" element \
	"],\"unmapped\":" unmapped "}]}"
#define R4_ELEMENT "{\"code\":\"a\",\"target\":[{\"code\":\"A\",\"equivalence\":\"equal\"}]}"
#define R5_ELEMENT "{\"code\":\"a\",\"target\":[{\"code\":\"A\",\"relationship\":\"equivalent\"}]}"
#define CACHE_NONE "X-Cache-Id: none\r\n"

static const struct question {
	const char *path, *headers, *body; /* body NULL: GET; an upload: PUT */
	const char *english, *swedish;     /* a part of the answer */
} questions[] = {
	/* what is asked */
	{ "CodeSystem/$lookup?code=a", NULL, NULL, "No code system was given", "Inget kodverk är angivet" },
	{ "CodeSystem/$lookup?system=urn:test:cs", NULL, NULL, "No code was given", "Ingen kod är angiven" },
	{ "CodeSystem/$lookup?system=urn:test:cs&code=zz", NULL, NULL, "Unknown code 'zz'",
		"Okänd kod 'zz'" },
	{ "CodeSystem/nobody/$lookup?code=a", NULL, NULL, "there is no CodeSystem with the id nobody",
		"det finns ingen CodeSystem med id nobody" },
	{ "CodeSystem/$subsumes?system=urn:test:cs&codeA=a", NULL, NULL, "codeB or codingB is missing",
		"codeB eller codingB saknas" },
	{ "ConceptMap/$translate", NULL, NULL, "there is nothing to translate",
		"det finns inget att översätta" },
	{ "ConceptMap/$translate?system=urn:test:cs&code=a&targetsystem=urn:test:none", NULL, NULL,
		"No translations found", "Det finns ingen översättning" },
	{ "ValueSet/$compare?thisUrl=urn:test:vs", NULL, NULL, "could not be found", "finns inte här" },
	{ "ValueSet/$expand", NULL,
		PARAMETERS("{\"name\":\"valueSet\",\"resource\":" SYSTEM("own", CODES) "}"),
		"valueSet must be a ValueSet, not a CodeSystem",
		"valueSet måste vara en ValueSet, inte en CodeSystem" },
	{ "ValueSet/$expand", NULL, SYSTEM("own", CODES), "No value set was given",
		"Inget urval är angivet" },
	{ "ValueSet/$expand?context=Patient.gender&contextDirection=incoming", NULL, NULL,
		"context is not supported: which value set is bound to 'Patient.gender'",
		"context stöds inte: vilket urval som är bundet till 'Patient.gender'" },
	{ "ValueSet/$expand?contextDirection=incoming", NULL, NULL, "contextDirection is not supported",
		"contextDirection stöds inte" },
	{ "ValueSet/$validate-code?context=Patient.gender&code=male", NULL, NULL, "context is not supported",
		"context stöds inte" },
	{ "ValueSet/$compare", NULL,
		PARAMETERS("{\"name\":\"thisUrl\",\"valueUri\":\"urn:test:vs\"},"
			   "{\"name\":\"otherValueSet\",\"resource\":" MAP("own", R4_ELEMENT, "{}") "}"),
		"otherValueSet must be a ValueSet, not a ConceptMap",
		"otherValueSet måste vara en ValueSet, inte en ConceptMap" },
	{ "ValueSet/$batch-validate-code", NULL,
		PARAMETERS("{\"name\":\"validation\"},{\"name\":\"validation\",\"resource\":null}"),
		"No value set was given", "Inget urval är angivet" },
	{ "ValueSet/$batch-validate-code", NULL, PARAMETERS(""), "there is nothing to validate",
		"det finns inget att kontrollera" },
	{ "ValueSet/$expand?url=urn:test:vs&count=few", NULL, NULL, "must be a whole number",
		"måste vara ett heltal" },
	{ "ValueSet/$expand?url=urn:test:vs&activeOnly=perhaps", NULL, NULL, "must be true or false",
		"måste vara true eller false" },
	{ "ValueSet/$expand?url=urn:test:vs&useSupplement=urn:test:none", NULL, NULL, "could not be found",
		"finns inte här" },
	{ "ValueSet/$expand?url=urn:test:vs&displayLanguage=-", NULL, NULL, "Invalid displayLanguage",
		"Ogiltigt värde" },
	/* caches */
	{ "$cache-control?mode=often", NULL, NULL, "mode must be start", "mode måste vara start" },
	{ "$cache-control?mode=check", NULL, NULL, "the header X-Cache-Id must name",
		"huvudet X-Cache-Id måste ange" },
	{ "ValueSet/$expand?url=urn:test:vs", CACHE_NONE, NULL, "there is no cache \"none\"",
		"det finns ingen cache \"none\"" },
	{ "ValueSet/$expand?url=urn:test:vs&cache-id=%2A", NULL, NULL, "cache-id must be",
		"cache-id måste vara" },
	/* value sets that are wrong */
	{ "ValueSet/$expand", NULL, EXPAND(FILTER("concept", "like", "a")), "was not understood",
		"går inte att tolka" },
	{ "ValueSet/$expand", NULL, EXPAND(FILTER("colour", "=", "red")), "was not understood",
		"går inte att tolka" },
	{ "ValueSet/$expand", NULL, EXPAND(FILTER("code", "regex", "(")), "regular expression",
		"reguljärt uttryck" },
	{ "ValueSet/$expand", NULL, EXPAND("{\"valueSet\":[\"urn:test:vs\"]}"), "Cyclic reference",
		"inkluderar sig självt" },
	{ "ValueSet/$expand", "X-Too-Costly-Threshold: 1\r\n", EXPAND("{\"system\":\"urn:test:cs\"}"),
		"too many codes", "fler koder än vad som kan visas" },
	{ "ValueSet/$expand", NULL, EXPAND("{\"system\":\"urn:ietf:bcp:13\"}"), "no end of codes",
		"oändligt många koder" },
	/* codes of grammars */
	{ "CodeSystem/$validate-code?url=http://unitsofmeasure.org&code=mg//dl", NULL, NULL,
		"Error processing unit", "det är inget uttryck enligt UCUM" },
	{ "CodeSystem/$validate-code?url=http://unitsofmeasure.org&code=mgg", NULL, NULL,
		"Error processing unit", "Enheten 'mgg' vid tecken 1 finns inte i UCUM" },
	{ "CodeSystem/$validate-code?url=urn:ietf:bcp:47&code=x1-", NULL, NULL, "is no language tag",
		"är ingen språktagg" },
	{ "CodeSystem/$validate-code?url=urn:ietf:bcp:13&code=text", NULL, NULL, "is no media type",
		"är ingen medietyp" },
	/* uploads */
	{ "CodeSystem/twice", NULL, SYSTEM("twice", "\"concept\":[{\"code\":\"a\"},{\"code\":\"a\"}]"),
		"the code \"a\" is there more than once", "koden \"a\" finns mer än en gång" },
	{ "ValueSet/nothing", NULL,
		"{\"resourceType\":\"ValueSet\",\"id\":\"nothing\",\"status\":\"active\",\"compose\":{"
		"\"include\":[{\"version\":\"1\"}]}}",
		"a system or a valueSet is needed", "system eller valueSet måste anges" },
	{ "ValueSet/regex", NULL,
		"{\"resourceType\":\"ValueSet\",\"id\":\"regex\",\"status\":\"active\",\"compose\":{"
		"\"include\":[" FILTER("code", "regex", "(") "]}}",
		"the regular expression cannot be read", "det reguljära uttrycket går inte att tolka" },
	{ "ConceptMap/fixed", NULL, MAP("fixed", R4_ELEMENT, "{\"mode\":\"fixed\"}"),
		"with mode fixed a code is needed (cmd-2)", "med mode fixed måste code anges (cmd-2)" },
	{ "ConceptMap/other", NULL, MAP("other", R4_ELEMENT, "{\"mode\":\"other-map\"}"),
		"with mode other-map url must name", "med mode other-map måste url ange" },
	{ "/fhir/r5/ConceptMap/fixed", NULL,
		MAP("fixed", R5_ELEMENT, "{\"mode\":\"fixed\",\"relationship\":\"equivalent\"}"),
		"either a code or a valueSet is needed, not both (cmd-2)",
		"måste antingen code eller valueSet anges, inte båda (cmd-2)" },
	{ "/fhir/r5/ConceptMap/other", NULL, MAP("other", R5_ELEMENT, "{\"mode\":\"other-map\"}"),
		"with mode other-map otherMap must name", "med mode other-map måste otherMap ange" },
	{ "/fhir/r5/ConceptMap/loose", NULL,
		MAP("loose", R5_ELEMENT,
			"{\"mode\":\"use-source-code\",\"code\":\"x\",\"otherMap\":\"urn:x\"}"),
		"are for mode fixed alone (cmd-8)", "får bara anges med mode fixed (cmd-8)" },
	{ "/fhir/r5/ConceptMap/loose", NULL,
		MAP("loose", R5_ELEMENT,
			"{\"mode\":\"use-source-code\",\"code\":\"x\",\"otherMap\":\"urn:x\"}"),
		"a relationship is needed", "relationship måste anges" },
	{ "/fhir/r5/ConceptMap/loose", NULL,
		MAP("loose", R5_ELEMENT,
			"{\"mode\":\"use-source-code\",\"code\":\"x\",\"otherMap\":\"urn:x\"}"),
		"otherMap is for mode other-map alone", "otherMap får bara anges med mode other-map" },
	{ "/fhir/r5/ConceptMap/none", NULL,
		MAP("none", "{\"noMap\":true,\"target\":[{\"code\":\"A\",\"relationship\":\"equivalent\"}]}",
			"{\"mode\":\"fixed\",\"code\":\"x\",\"relationship\":\"related-to\"}"),
		"either a code or a valueSet is needed, not both (cmd-5)",
		"antingen code eller valueSet måste anges, inte båda (cmd-5)" },
	{ "/fhir/r5/ConceptMap/nothing", NULL,
		MAP("nothing",
			"{\"code\":\"a\",\"noMap\":true,\"target\":[{\"relationship\":\"equivalent\"}]}",
			"{\"mode\":\"fixed\",\"code\":\"x\",\"relationship\":\"related-to\"}"),
		"with noMap there can be no target (cmd-4)", "med noMap kan target inte anges (cmd-4)" },
	/* maps that do not fit the question */
	{ "ConceptMap/$translate?code=a", NULL, NULL, "the code 'a' has no system",
		"koden 'a' saknar kodverk" },
};

static struct fixture_answer ask(const struct question *q, const char *language)
{
	const char *headers = hs_arena_cstr(fixture_arena(f),
		hs_arena_printf(fixture_arena(f), "%sAccept-Language: %s\r\n", q->headers ? q->headers : "",
			language));

	return fixture_call(f,
		!q->body                     ? "GET" :
			strchr(q->path, '$') ? "POST" :
					       "PUT",
		q->path, headers, q->body);
}

/* The body with JSON's marks of quotation marks taken away. */
static struct hs_slice plain(struct hs_slice body)
{
	struct hs_buf out;

	hs_buf_init(&out, fixture_arena(f), body.len + 1);
	for (size_t i = 0; i < body.len; i++)
		if (body.ptr[i] != '\\')
			hs_buf_byte(&out, body.ptr[i]);
	return hs_buf_slice(&out);
}

static bool says(const struct fixture_answer *answer, const char *words)
{
	return hs_slice_search(plain(answer->body), hs_slice_cstr(words)) != SIZE_MAX;
}

/* Words that no Swedish sentence has. */
static const char *english_word(const struct fixture_answer *answer)
{
	static const char *const words[] = { " the ", " must ", " is ", " not ", " of ", " could ", " was ",
		NULL };
	size_t i = 0;

	while (words[i] && !says(answer, words[i]))
		i++;
	return words[i];
}

static void each_in_both_languages(void **state)
{
	(void)state;
	if (!fixture_has_fhir(f, HS_FHIR_R4))
		skip();
	assert_int_equal(fixture_send(f, "PUT", "CodeSystem/cs", SYSTEM("cs", CODES)).status, 201);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *q = &questions[i];
		struct fixture_answer english = ask(q, "en"), swedish = ask(q, "sv-SE, en; q=0.5");
		if (!says(&english, q->english))
			fail_msg("%s: %.*s", q->path, HS_S_ARG(english.body));
		if (!says(&swedish, q->swedish))
			fail_msg("%s: %.*s", q->path, HS_S_ARG(swedish.body));
		if (english_word(&swedish))
			fail_msg("%s has \"%s\": %.*s", q->path, english_word(&swedish),
				HS_S_ARG(swedish.body));
		assert_int_equal(english.status, swedish.status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_in_both_languages),
	};

	return FIXTURE_RUN(f, NULL, tests);
}
