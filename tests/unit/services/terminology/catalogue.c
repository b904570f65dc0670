/* SPDX-License-Identifier: Apache-2.0 */
/* Every sentence of the catalogue (operations/messages.def) is said by a question that calls for it, with all
 * its places filled, at the right place of the question, in both languages. */
#include "ask_test.h"

#include <handslag/coding.h>

#define CS(url, version, more, concepts) \
	"{'resourceType':'CodeSystem','url':'" url "','version':'" version "','content':'complete'," more \
	",'concept':[" concepts "]}"
#define ACTIVE "'status':'active','language':'en','caseSensitive':true"
#define STATE(state) \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/" \
	"structuredefinition-standards-status'," \
	"'valueCode':'" state "'}]"
#define VS(url, include) \
	"{'resourceType':'ValueSet','status':'active','url':'" url \
	"','version':'7','compose':{'include':[" include "]}}"
#define STATUS(state) "'property':[{'code':'status','valueCode':'" state "'}]"
#define FILTER(property, op, value) \
	"{'system':'urn:cs','filter':[{'property':'" property "','op':'" op "'" value "}]}"

static const char *const resources[] = {
	CS("urn:cs", "1.0.0", ACTIVE, "{'code':'a','display':'Alpha'}"),
	CS("urn:cs", "2.0.0", ACTIVE,
		"{'code':'a','display':'Alpha','designation':[{'language':'sv','value':'Alfa'}]},"
		"{'code':'b','display':'Two "
		"words'},{'code':'group','property':[{'code':'notSelectable','valueBoolean':true}]}"
		",{'code':'gone'," STATUS("retired") "},{'code':'fading'," STATUS(
			"deprecated") "},"
				      "{'code':'late','display':'Late','designation':[{'language':'en','"
				      "value':'Tardy'," STATE("withdrawn") "}]}"),
	CS("urn:loose", "1", "'status':'active','caseSensitive':false", "{'code':'x'}"),
	"{'resourceType':'CodeSystem','url':'urn:bare','status':'active','content':'complete','concept':[{'"
	"code':'n'},"
	"{'code':'a'}]}",
	"{'resourceType':'CodeSystem','url':'urn:part','version':'1','status':'active','content':'fragment','"
	"concept':["
	"{'code':'p'}]}",
	"{'resourceType':'CodeSystem','url':'urn:sup','version':'3','status':'active','content':'supplement',"
	"'supplements':'urn:cs'}",
	CS("urn:draft", "1", "'status':'draft'", "{'code':'d'}"),
	CS("urn:trial", "1", "'status':'active','experimental':true", "{'code':'d'}"),
	CS("urn:fading", "1", "'status':'active'," STATE("deprecated"), "{'code':'d'}"),
	CS("urn:drawn", "1", "'status':'active'," STATE("withdrawn"), "{'code':'d'}"),
	VS("urn:all", "{'system':'urn:cs'}"),
	VS("urn:one", "{'system':'urn:cs','version':'1.0.0'}"),
	VS("urn:list", "{'system':'urn:cs','concept':[{'code':'b'}]}"),
	VS("urn:marked", "{'system':'urn:cs','concept':[{'code':'a'," STATE("deprecated") "}]}"),
	VS("urn:lost", "{'system':'urn:lost'}"),
	VS("urn:lost9", "{'system':'urn:lost','version':'9'}"),
	VS("urn:cs9", "{'system':'urn:cs','version':'9'}"),
	VS("urn:import", "{'valueSet':['urn:nowhere']}"),
	VS("urn:import9", "{'valueSet':['urn:all|9']}"),
	VS("urn:doubt", "{'system':'urn:cs'},{'system':'urn:bare'}"),
	VS("urn:ring", "{'valueSet':['urn:ring2']}"),
	VS("urn:ring2", "{'valueSet':['urn:ring']}"),
	VS("urn:blank", FILTER("concept", "is-a", "")),
	VS("urn:odd", FILTER("shape", "is-a", ",'value':'b'")),
	VS("urn:regex", FILTER("code", "regex", ",'value':'a('")),
	NULL,
};

typedef enum hs_status operation_fn(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);

static enum hs_status compare(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_compare(ctx, (struct tx_set) { NULL, NULL }, (struct tx_set) { NULL, NULL }, out, err);
}

static enum hs_status translate(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_translate(ctx, NULL, out, err);
}

#define P(name, type, value) "{'name':'" name "','" type "':" value "}"
#define URL(url) P("url", "valueUri", "'" url "'")
#define CODE(system, code) \
	"," P("system", "valueUri", "'" system "'") "," P("code", "valueCode", "'" code "'")
#define IN(set, code) URL(set) CODE("urn:cs", code)
#define VERSION(version) "," P("systemVersion", "valueString", "'" version "'")
#define DISPLAY(text) "," P("display", "valueString", "'" text "'")
#define IN_LANGUAGE(tag) "," P("displayLanguage", "valueCode", "'" tag "'")
#define RULE(name, canonical) "," P(name, "valueUri", "'" canonical "'")
#define CODING(members) P("coding", "valueCoding", "{" members "}")

static const struct row {
	enum tx_message id;
	operation_fn *fn;
	const char *question, *path, *english, *swedish;
} rows[] = {
#define SET hs_tx_validate_in_set
#define SYSTEM hs_tx_validate_in_system
	{ TX_MSG_None_of_the_provided_codes_are_in_the_value_set_one, SET,
		IN("urn:list", "a") DISPLAY("Alpha"), "code",
		"The provided code 'urn:cs#a ('Alpha')' was not found in the value set 'urn:list|7'",
		"Koden 'urn:cs#a ('Alpha')' finns inte i urvalet 'urn:list|7'" },
	{ TX_MSG_TX_GENERAL_CC_ERROR_MESSAGE, SET,
		URL("urn:list") "," P("codeableConcept", "valueCodeableConcept",
			"{'coding':[{'system':'urn:cs','code':'a'}]}"),
		"", "No valid coding was found for the value set 'urn:list|7'",
		"Ingen av kodningarna är giltig i urvalet 'urn:list|7'" },
	{ TX_MSG_Unknown_Code_in_Version, SET, IN("urn:all", "zz"), "code",
		"Unknown code 'zz' in the CodeSystem 'urn:cs' version '2.0.0'",
		"Okänd kod 'zz' i kodverket 'urn:cs' version '2.0.0'" },
	{ TX_MSG_Unknown_Code_in, SYSTEM, CODING("'system':'urn:bare','code':'zz'"), "Coding.code",
		"Unknown code 'zz' in the CodeSystem 'urn:bare'", "Okänd kod 'zz' i kodverket 'urn:bare'" },
	{ TX_MSG_UNKNOWN_CODE_IN_FRAGMENT, SYSTEM, CODING("'system':'urn:part','code':'q'"), "Coding.code",
		"Unknown Code 'q' in the CodeSystem 'urn:part' version '1' - note that the code system is "
		"labeled as a fragment, so "
		"the code may be valid in some other fragment",
		"Okänd kod 'q' i kodverket 'urn:part' version '1' - kodverket är märkt som ett fragment, så "
		"koden kan vara giltig "
		"i en annan del av det" },
	{ TX_MSG_UNKNOWN_CODESYSTEM, SET, URL("urn:lost") CODE("urn:lost", "a"), "system",
		"A definition for CodeSystem 'urn:lost' could not be found, so the code cannot be validated",
		"Kodverket 'urn:lost' finns inte här, så koden kan inte kontrolleras" },
	{ TX_MSG_UNKNOWN_CODESYSTEM_EXP, hs_tx_expand, URL("urn:lost"), "",
		"A definition for CodeSystem 'urn:lost' could not be found, so the value set cannot be "
		"expanded",
		"Kodverket 'urn:lost' finns inte här, så urvalet kan inte expanderas" },
	{ TX_MSG_UNKNOWN_CODESYSTEM_VERSION, SET, IN("urn:all", "a") VERSION("9"), "system",
		"A definition for CodeSystem 'urn:cs' version '9' could not be found, so the code cannot be "
		"validated. Valid "
		"versions: 1.0.0 or 2.0.0",
		"Kodverket 'urn:cs' version '9' finns inte här, så koden kan inte kontrolleras. Versioner "
		"som finns: 1.0.0 "
		"eller 2.0.0" },
	{ TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP, hs_tx_expand, URL("urn:cs9"), "",
		"A definition for CodeSystem 'urn:cs' version '9' could not be found, so the value set "
		"cannot be expanded. Valid "
		"versions: 1.0.0 or 2.0.0",
		"Kodverket 'urn:cs' version '9' finns inte här, så urvalet kan inte expanderas. Versioner "
		"som finns: 1.0.0 "
		"eller 2.0.0" },
	{ TX_MSG_UNKNOWN_CODESYSTEM_VERSION_NONE, SET, URL("urn:lost9") CODE("urn:lost", "a"), "system",
		"A definition for CodeSystem 'urn:lost' version '9' could not be found, so the code cannot "
		"be validated. No "
		"versions of this code system are known",
		"Kodverket 'urn:lost' version '9' finns inte här, så koden kan inte kontrolleras. Ingen "
		"version av kodverket är "
		"känd" },
	{ TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP_NONE, hs_tx_expand, URL("urn:lost9"), "",
		"A definition for CodeSystem 'urn:lost' version '9' could not be found, so the value set "
		"cannot be expanded. No "
		"versions of this code system are known",
		"Kodverket 'urn:lost' version '9' finns inte här, så urvalet kan inte expanderas. Ingen "
		"version av kodverket är "
		"känd" },
	{ TX_MSG_Unable_to_resolve_value_Set_, SET, IN("urn:nowhere|3", "a"), "",
		"A definition for the value Set 'urn:nowhere|3' could not be found",
		"Urvalet 'urn:nowhere|3' finns inte här" },
	{ TX_MSG_VS_EXP_IMPORT_UNK, hs_tx_expand, URL("urn:import"), "",
		"Unable to find included value set 'urn:nowhere'",
		"Det inkluderade urvalet 'urn:nowhere' finns inte här" },
	{ TX_MSG_VS_EXP_IMPORT_UNK_PINNED, hs_tx_expand, URL("urn:import9"), "",
		"Unable to find included value set 'urn:all' version '9'",
		"Det inkluderade urvalet 'urn:all' version '9' finns inte här" },
	{ TX_MSG_VALUESET_VALUE_MISMATCH, SET, IN("urn:one", "a") VERSION("2.0.0"), "version",
		"The code system 'urn:cs' version '1.0.0' in the ValueSet include is different to the one in "
		"the value ('2.0.0')",
		"Urvalet använder version '1.0.0' av kodverket 'urn:cs', men värdet anger version '2.0.0'" },
	{ TX_MSG_VALUESET_VALUE_MISMATCH_CHANGED, SET,
		IN("urn:one", "a") VERSION("1.0.0") RULE("force-system-version", "urn:cs|2.0.0"), "version",
		"The code system 'urn:cs' version '2.0.0' resulting from the version '1.0.0' in the ValueSet "
		"include is different "
		"to the one in the value ('1.0.0')",
		"Urvalets version '1.0.0' av kodverket 'urn:cs' är här utbytt mot version '2.0.0', men "
		"värdet anger version "
		"'1.0.0'" },
	{ TX_MSG_VALUESET_VALUE_MISMATCH_DEFAULT, SET, IN("urn:all", "a") VERSION("9"), "version",
		"The code system 'urn:cs' version '2.0.0' for the versionless include in the ValueSet "
		"include is different to the "
		"one in the value ('9')",
		"Urvalet nämner ingen version av kodverket 'urn:cs' och avser därmed version '2.0.0', men "
		"värdet anger version "
		"'9'" },
	{ TX_MSG_VALUESET_VERSION_CHECK, SET, IN("urn:one", "a") RULE("check-system-version", "urn:cs|2.x"),
		"version",
		"The version '1.0.0' is not allowed for system 'urn:cs': required to be '2.x' by a "
		"version-check parameter",
		"Version '1.0.0' av kodverket 'urn:cs' är inte tillåten, eftersom frågan kräver version "
		"'2.x'" },
	{ TX_MSG_Display_Name_for__should_be_one_of__instead_of, SET, IN("urn:all", "a") DISPLAY("Omega"),
		"display",
		"Wrong Display Name 'Omega' for urn:cs#a. Valid display is one of 2 choices: 'Alpha' (en) or "
		"'Alfa' (sv) (for the "
		"language(s) '--')",
		"Fel benämning 'Omega' för urn:cs#a. Rätt benämning är 'Alfa' (sv) (språk: sv)" },
	{ TX_MSG_Display_Name_WS_for__should_be_one_of__instead_of, SET,
		IN("urn:all", "b") DISPLAY("Two  words") IN_LANGUAGE("en"), "display",
		"Wrong whitespace in Display Name 'Two  words' for urn:cs#b. Valid display is 'Two words' "
		"(en) (for the language(s) "
		"'en')",
		"Fel mellanslag i benämningen 'Two  words' för urn:cs#b. Rätt benämning är 'Two words' (en) "
		"(språk: en)" },
	{ TX_MSG_NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR, SET,
		IN("urn:all", "b") DISPLAY("Zwei") IN_LANGUAGE("de"), "display",
		"Wrong Display Name 'Zwei' for urn:cs#b. There are no valid display names found for "
		"language(s) 'de'. Default "
		"display is 'Two words'",
		"Fel benämning 'Zwei' för urn:cs#b. Det finns ingen benämning på språket 'de'. Kodverkets "
		"egen "
		"benämning är 'Two "
		"words'" },
	{ TX_MSG_NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK, SET,
		IN("urn:all", "b") DISPLAY("Two words") IN_LANGUAGE("de"), "display",
		"There are no valid display names found for the code urn:cs#b for language(s) 'de'. The "
		"display is 'Two words' "
		"which is a valid display for the default language",
		"Det finns ingen benämning för koden urn:cs#b på språket 'de'. Benämningen 'Two words' är "
		"rätt "
		"på kodverkets eget "
		"språk" },
	{ TX_MSG_INACTIVE_DISPLAY_FOUND, SET, IN("urn:all", "late") DISPLAY("Tardy") IN_LANGUAGE("en"),
		"display",
		"'Tardy' is no longer considered a correct display for code 'late' (status = withdrawn). The "
		"correct display is one "
		"of \"Late\".",
		"'Tardy' är inte längre en giltig benämning för koden 'late' (status: withdrawn). Giltig "
		"benämning är någon av "
		"\"Late\"." },
	{ TX_MSG_INACTIVE_CONCEPT_FOUND, SYSTEM, CODING("'system':'urn:cs','code':'gone'"), "Coding",
		"The concept 'gone' has a status of retired and inactive and its use should be reviewed",
		"Begreppet 'gone' har status retired och inaktiv, och användningen bör ses över" },
	{ TX_MSG_DEPRECATED_CONCEPT_FOUND, SET, IN("urn:all", "fading"), "code",
		"The concept 'fading' is deprecated and its use should be reviewed",
		"Begreppet 'fading' håller på att fasas ut, och användningen bör ses över" },
	{ TX_MSG_CONCEPT_DEPRECATED_IN_VALUESET, SET, IN("urn:marked", "a"), "code",
		"The presence of the concept 'a' in the system 'urn:cs' in the value set urn:marked|7 is "
		"marked with a status of "
		"deprecated and its use should be reviewed",
		"Begreppet 'a' i kodverket 'urn:cs' har status deprecated i urvalet urn:marked|7, och "
		"användningen bör ses över" },
	{ TX_MSG_STATUS_CODE_WARNING_CODE, SET,
		IN("urn:all", "gone") "," P("activeOnly", "valueBoolean", "true"), "code",
		"The concept 'gone' is valid but is not active",
		"Begreppet 'gone' är giltigt men inte aktivt" },
	{ TX_MSG_ABSTRACT_CODE_NOT_ALLOWED, SET,
		IN("urn:all", "group") "," P("abstract", "valueBoolean", "false"), "code",
		"Code 'urn:cs#group' is abstract, and not allowed in this context",
		"Koden 'urn:cs#group' är abstrakt och får inte användas här" },
	{ TX_MSG_CODE_CASE_DIFFERENCE, SYSTEM, CODING("'system':'urn:loose','code':'X'"), "Coding.code",
		"The code 'X' differs from the correct code 'x' by case. Although the code system "
		"'urn:loose|1' is case "
		"insensitive, implementers are strongly encouraged to use the correct case anyway",
		"Koden 'X' skiljer sig från den rätta koden 'x' i fråga om stora och små bokstäver. "
		"Kodverket 'urn:loose|1' gör "
		"ingen skillnad på dem, men skriv ändå koden som i kodverket" },
	{ TX_MSG_MSG_DRAFT, SYSTEM, CODING("'system':'urn:draft','code':'d'"), "",
		"Reference to draft CodeSystem urn:draft|1",
		"Hänvisar till kodverket urn:draft|1, som är ett utkast" },
	{ TX_MSG_MSG_DEPRECATED, SYSTEM, CODING("'system':'urn:fading','code':'d'"), "",
		"Reference to deprecated CodeSystem urn:fading|1",
		"Hänvisar till kodverket urn:fading|1, som håller på att fasas ut" },
	{ TX_MSG_MSG_WITHDRAWN, SYSTEM, CODING("'system':'urn:drawn','code':'d'"), "",
		"Reference to withdrawn CodeSystem urn:drawn|1",
		"Hänvisar till kodverket urn:drawn|1, som är indraget" },
	{ TX_MSG_MSG_EXPERIMENTAL, SYSTEM, CODING("'system':'urn:trial','code':'d'"), "",
		"Reference to experimental CodeSystem urn:trial|1",
		"Hänvisar till kodverket urn:trial|1, som är experimentellt" },
	{ TX_MSG_UNABLE_TO_INFER_CODESYSTEM, SET,
		URL("urn:all") "," P("code", "valueCode", "'zz'") "," P("inferSystem", "valueBoolean",
			"true"),
		"code",
		"The System URI could not be determined for the code 'zz' in the ValueSet 'urn:all|7'",
		"Det går inte att avgöra vilket kodverk koden 'zz' hör till i urvalet 'urn:all|7'" },
	{ TX_MSG_Unable_to_resolve_system__value_set_has_multiple_matches, SET,
		URL("urn:doubt") "," P("code", "valueCode", "'a'") "," P("inferSystem", "valueBoolean",
			"true"),
		"code",
		"The System URI could not be determined for the code 'a' in the ValueSet 'urn:doubt|7': "
		"value set expansion has "
		"multiple matches: [urn:cs, urn:bare]",
		"Det går inte att avgöra vilket kodverk koden 'a' hör till i urvalet 'urn:doubt|7', eftersom "
		"den finns i flera: "
		"[urn:cs, urn:bare]" },
	{ TX_MSG_Terminology_TX_System_Relative, SET, URL("urn:all") "," CODING("'system':'cs','code':'a'"),
		"Coding.system", "Coding.system must be an absolute reference, not a local reference",
		"Coding.system måste vara en absolut URI, inte en lokal hänvisning" },
	{ TX_MSG_Terminology_TX_System_ValueSet2, SET,
		URL("urn:all") "," CODING("'system':'urn:list','code':'a'"), "Coding.system",
		"The Coding references a value set, not a code system ('urn:list')",
		"Kodningen hänvisar till ett urval, inte till ett kodverk ('urn:list')" },
	{ TX_MSG_CODESYSTEM_CS_NO_SUPPLEMENT, SET, URL("urn:all") "," CODING("'system':'urn:sup','code':'a'"),
		"Coding.system",
		"CodeSystem urn:sup|3 is a supplement, so can't be used as a value in Coding.system",
		"Kodverket urn:sup|3 är ett tillägg (supplement) och kan därför inte stå i Coding.system" },
	{ TX_MSG_Coding_has_no_system__cannot_validate, SET, URL("urn:all") "," CODING("'code':'a'"),
		"Coding",
		"Coding has no system. A code with no system has no defined meaning, and it cannot be "
		"validated. A system should be "
		"provided",
		"Kodningen saknar kodverk. En kod utan kodverk har ingen bestämd betydelse och kan inte "
		"kontrolleras. Ange system" },
	{ TX_MSG_VALUESET_SUPPLEMENT_MISSING, SET, IN("urn:all", "a") RULE("useSupplement", "urn:nowhere|1"),
		"", "Required supplement not found: urn:nowhere|1",
		"Ett tillägg (supplement) som krävs finns inte här: urn:nowhere|1" },
	{ TX_MSG_UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE, hs_tx_expand, URL("urn:blank"),
		"ValueSet.compose.include[0].filter[0]",
		"The system urn:cs filter with property = concept, op = is-a has no value",
		"Filtret på kodverket urn:cs med property = concept, op = is-a saknar värde" },
	{ TX_MSG_FILTER_NOT_UNDERSTOOD, hs_tx_expand, URL("urn:odd"), "ValueSet.compose.include[0].filter[0]",
		"The filter \"shape is-a b\" from the value set urn:odd|7 was not understood in the context "
		"of urn:cs",
		"Filtret \"shape is-a b\" i urvalet urn:odd|7 går inte att tolka för kodverket urn:cs" },
	{ TX_MSG_FILTER_BAD_REGEX, hs_tx_expand, URL("urn:regex"), "ValueSet.compose.include[0].filter[0]",
		"The filter \"code regex a(\" from the value set urn:regex|7 has a regular expression that "
		"cannot be read",
		"Filtret \"code regex a(\" i urvalet urn:regex|7 har ett reguljärt uttryck som inte går att "
		"tolka" },
	{ TX_MSG_VALUESET_CIRCULAR_REFERENCE, hs_tx_expand, URL("urn:ring"), "",
		"Cyclic reference detected when including urn:ring|7 via [urn:ring|7, urn:ring2|7]",
		"Urvalet urn:ring|7 inkluderar sig självt, via [urn:ring|7, urn:ring2|7]" },
	{ TX_MSG_VALUESET_TOO_COSTLY, hs_tx_expand, URL("urn:all"), "",
		"The value set 'urn:all' expansion has too many codes to produce (>3)",
		"Urvalet 'urn:all' har fler koder än vad som kan visas (fler än 3)" },
	{ TX_MSG_INVALID_DISPLAY_NAME, SET, IN("urn:all", "a") IN_LANGUAGE("-"), "",
		"Invalid displayLanguage: '-'", "Ogiltigt värde på displayLanguage: '-'" },
	{ TX_MSG_NO_CODE_TO_VALIDATE, SET, URL("urn:all"), "",
		"Unable to find code to validate (looked for coding | codeableConcept | code+system | "
		"code+inferSystem in "
		"parameters",
		"Det finns ingen kod att kontrollera (bland parametrarna söktes coding | codeableConcept | "
		"code+system | "
		"code+inferSystem)" },
	{ TX_MSG_NO_VALUE_SET, SET, P("code", "valueCode", "'a'"), "",
		"No value set was given: send url, valueSet, or ask on a value set itself",
		"Inget urval är angivet: skicka url eller valueSet, eller ställ frågan till ett visst "
		"urval" },
	{ TX_MSG_OWN_CONTEXT, SET, P("context", "valueUri", "'Patient.gender'"), "context",
		"context is not supported: which value set is bound to 'Patient.gender' is not looked up "
		"here; send the value set itself, as url or valueSet",
		"context stöds inte: vilket urval som är bundet till 'Patient.gender' slås inte upp här; "
		"skicka själva urvalet, som url eller valueSet" },
	{ TX_MSG_OWN_CONTEXT_DIRECTION, SET, P("contextDirection", "valueCode", "'incoming'"),
		"contextDirection",
		"contextDirection is not supported, as it goes with context, which is not: send the value "
		"set itself, as url or valueSet",
		"contextDirection stöds inte, eftersom den hör till context, som inte heller stöds: skicka "
		"själva urvalet, som url eller valueSet" },
	{ TX_MSG_OWN_DATE, hs_tx_expand, URL("urn:all") "," P("date", "valueDateTime", "'yesterday'"), "date",
		"date must be a date or time like 2024-05-01, not \"yesterday\"",
		"date måste vara ett datum eller en tid som 2024-05-01, inte \"yesterday\"" },
	{ TX_MSG_OWN_PAST, hs_tx_expand, URL("urn:all") "," P("date", "valueDateTime", "'1960'"), "date",
		"what was true on 1960 cannot be told: only what is true now is known; name versions "
		"instead, as version, valueSetVersion or system-version",
		"det går inte att svara på vad som gällde 1960: bara det som gäller nu är känt; ange "
		"versioner i stället, med version, valueSetVersion eller system-version" },
	{ TX_MSG_OWN_TWO_CODES, SET, IN("urn:all", "a") "," CODING("'system':'urn:cs','code':'b'"), "coding",
		"code and coding name different codes: one code is asked about, send one of them",
		"code och coding anger olika koder: en fråga gäller en kod, skicka en av dem" },
	{ TX_MSG_OWN_OTHER_SYSTEM, SYSTEM, URL("urn:cs") "," CODING("'system':'urn:bare','code':'n'"),
		"Coding.system", "The code is of the code system 'urn:bare', not of 'urn:cs'",
		"Koden hör till kodverket 'urn:bare', inte till 'urn:cs'" },
	{ TX_MSG_OWN_SYSTEM_WITH_VERSION, SET,
		URL("urn:all") "," CODING("'system':'urn:cs|2.0.0','code':'a'"), "Coding.system",
		"The system 'urn:cs|2.0.0' has a version in it: the system is 'urn:cs', and its version "
		"'2.0.0' is said beside it",
		"I kodverkets URI 'urn:cs|2.0.0' står en version: kodverket är 'urn:cs', och dess version "
		"'2.0.0' anges för sig" },
	{ TX_MSG_NO_SYSTEM, hs_tx_lookup, P("code", "valueCode", "'a'"), "",
		"No code system was given: send url, system or coding.system",
		"Inget kodverk är angivet: skicka url, system eller coding.system" },
	{ TX_MSG_UNKNOWN_CONCEPT_MAP, translate, IN("urn:map|2", "a"), "",
		"A definition for the concept map 'urn:map|2' could not be found",
		"Mappningen 'urn:map|2' finns inte här" },
	{ TX_MSG_OWN_NUMBER, hs_tx_expand, URL("urn:list") "," P("count", "valueString", "'two'"), "count",
		"count must be a whole number of 0 or more, not \"two\"",
		"count måste vara ett heltal som är 0 eller större, inte \"two\"" },
	{ TX_MSG_OWN_FLAG, hs_tx_expand, URL("urn:list") "," P("activeOnly", "valueString", "'yes'"),
		"activeOnly", "activeOnly must be true or false, not \"yes\"",
		"activeOnly måste vara true eller false, inte \"yes\"" },
	{ TX_MSG_OWN_OBJECT, SET, URL("urn:list") "," P("coding", "valueString", "'a'"), "coding",
		"coding must be sent in a Parameters body, as an object",
		"coding måste skickas som ett objekt i en Parameters-resurs" },
	{ TX_MSG_OWN_NO_CODE, hs_tx_lookup, P("system", "valueUri", "'urn:cs'"), "code",
		"No code was given: send code and system, or coding",
		"Ingen kod är angiven: skicka code och system, eller coding" },
	{ TX_MSG_OWN_EITHER, compare, P("thisUrl", "valueUri", "'urn:all'"), "otherUrl",
		"otherUrl or otherValueSet is missing", "otherUrl eller otherValueSet saknas" },
	{ TX_MSG_OWN_TWO_SYSTEMS, hs_tx_subsumes,
		P("codingA", "valueCoding", "{'system':'urn:cs','code':'a'}") "," P("codingB", "valueCoding",
			"{'system':'urn:bare','code':'n'}"),
		"codingB", "codingB is of another code system than urn:cs; both must be of the same",
		"codingB hör till ett annat kodverk än urn:cs; båda måste höra till samma" },
	{ TX_MSG_OWN_TWO_VERSIONS, hs_tx_subsumes,
		P("codingA", "valueCoding", "{'system':'urn:cs','code':'a'}") "," P("codingB", "valueCoding",
			"{'system':'urn:cs','version':'1.0.0','code':'a'}"),
		"codingB", "codingB is of version 1.0.0, not of 2.0.0; both must be of the same",
		"codingB hör till version 1.0.0, inte till 2.0.0; båda måste höra till samma" },
	{ TX_MSG_OWN_NOTHING_TO_TRANSLATE, translate, P("system", "valueUri", "'urn:cs'"), "",
		"there is nothing to translate: send sourceCode (R4: code) and system, sourceCoding, "
		"sourceCodeableConcept, or "
		"targetCode",
		"det finns inget att översätta: skicka sourceCode (i R4: code) och system, sourceCoding, "
		"sourceCodeableConcept "
		"eller targetCode" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What needs more than a question to these resources is asked below, or where that is: grammars in
 * builtin/grammar.c, SNOMED CT's constraints in snomed_sets.c, its expressions in snomed_expression.c,
 * instances and batches over the wire. */
static const enum tx_message elsewhere[] = { TX_MSG_FILTER_BAD_CONSTRAINT, TX_MSG_OWN_CODE_GRAMMAR,
	TX_MSG_OWN_TERM_DIFFERS, TX_MSG_OWN_EXPRESSION_SYNTAX, TX_MSG_OWN_EXPRESSION_LONG,
	TX_MSG_OWN_EXPRESSION_DEEP, TX_MSG_OWN_EXPRESSION_ATTRIBUTES, TX_MSG_OWN_EXPRESSION_FOCUS,
	TX_MSG_OWN_EXPRESSION_UNKNOWN, TX_MSG_OWN_EXPRESSION_INACTIVE, TX_MSG_OWN_EXPRESSION_NO_ATTRIBUTE,
	TX_MSG_OWN_MODEL_BROKEN, TX_MSG_OWN_MODEL_ADVICE, TX_MSG_OWN_MODEL_UNREADABLE,
	TX_MSG_OWN_MODEL_DOMAIN, TX_MSG_OWN_MODEL_UNGROUPED, TX_MSG_OWN_MODEL_TOO_OFTEN,
	TX_MSG_OWN_MODEL_TOO_OFTEN_IN_GROUP, TX_MSG_OWN_MODEL_TOO_SELDOM_IN_GROUP, TX_MSG_OWN_MODEL_MISSING,
	TX_MSG_OWN_MODEL_RANGE, TX_MSG_OWN_MODEL_RULE, TX_MSG_OWN_CONSTRAINT_TERM,
	TX_MSG_OWN_GRAMMAR_WITHOUT_LIST, TX_MSG_OWN_TOO_MANY, TX_MSG_OWN_TOO_DEEP, TX_MSG_OWN_TOO_MANY_SETS,
	TX_MSG_OWN_EMPTY_BATCH, TX_MSG_OWN_NO_INSTANCE };

/* Sentences that are no issue of a question's answer (integration/terminology_sentences has many of them),
 * and parts of sentences, stand behind this one. */
#define FIRST_OF_OTHERS TX_MSG_OWN_MAP_OTHER_VERSION

static struct ask a;

static const struct tx_issue *ask_for(const struct row *row, const char *accept)
{
	ask_prepare(&a, row->question);
	a.ctx.failure = NULL;
	a.ctx.limit = row->id == TX_MSG_VALUESET_TOO_COSTLY ? 3 : 1000;
	a.status = hs_tx_params_read(&a.ctx, &a.ctx.params.input, hs_slice_cstr(accept), &a.err);
	if (a.status == HS_OK)
		a.status = row->fn(&a.ctx, &a.out, &a.err);
	if (a.ctx.failure)
		return a.ctx.failure->id == row->id ? a.ctx.failure : NULL;
	for (const struct tx_issue *issue = a.ctx.issues.first; issue; issue = issue->next)
		if (issue->id == row->id)
			return issue;
	return NULL;
}

static void check(size_t at, const char *accept, const char *text)
{
	const struct tx_issue *issue = ask_for(&rows[at], accept);

	if (!issue) {
		fail_msg("row %zu (%s) is not said: %s", at, rows[at].english,
			a.status ? a.err.text : ask_issues(&a));
		return;
	}
	if (!hs_slice_eq(issue->text, hs_slice_cstr(text)))
		fail_msg("row %zu: %.*s", at, HS_S_ARG(issue->text));
	if (!hs_slice_eq(issue->path, hs_slice_cstr(rows[at].path)))
		fail_msg("row %zu (%s) is said of \"%.*s\"", at, text, HS_S_ARG(issue->path));
}

static void in_english(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		check(i, NULL, rows[i].english);
}

static void in_swedish(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		check(i, "sv", rows[i].swedish);
}

static void too_many_parameters(void **state)
{
	struct hs_buf question;

	(void)state;
	hs_buf_init(&question, a.arena, 100000);
	hs_buf_cstr(&question, URL("urn:all"));
	for (unsigned i = 0; i <= TX_RULES_MAX; i++)
		hs_buf_printf(&question, RULE("system-version", "urn:cs%u|1"), i);
	ask(&a, hs_tx_expand, hs_arena_cstr(a.arena, hs_buf_slice(&question)));
	assert_int_equal(a.status, HS_E_LIMIT);
	assert_string_equal(a.err.text, "there are more than 64 parameters system-version");
}

/* Each set includes the next, the last nothing that there is. */
static void sets_in_sets(void **state)
{
	const char *chain[TX_SETS_DEEP + 2] = { NULL };
	struct hs_arena *arena = hs_arena_new((size_t)4 << 20);
	struct ask deep;

	(void)state;
	for (unsigned i = 0; i <= TX_SETS_DEEP; i++)
		chain[i] = hs_arena_cstr(arena,
			hs_arena_printf(arena, VS("urn:deep%u", "{'valueSet':['urn:deep%u']}"), i, i + 1));
	ask_begin(&deep, chain);
	ask(&deep, hs_tx_expand, URL("urn:deep0"));
	assert_int_equal(deep.status, HS_E_TOO_COSTLY);
	assert_string_equal(deep.err.text, "value sets include one another more than 40 deep");
	ask(&deep, hs_tx_validate_in_set, IN("urn:deep1", "a"));
	assert_int_equal(deep.status, HS_OK);
	ask_end(&deep);
	hs_arena_free(arena);
}

/* Not deep, but many: each is followed as often as it is included. */
static void sets_in_many_sets(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)4 << 20);
	const char *sets[4] = { NULL, NULL, VS("urn:many2", "{'system':'urn:cs'}"), NULL };
	struct ask many;

	(void)state;
	for (unsigned level = 0; level < 2; level++) {
		struct hs_buf list;
		hs_buf_init(&list, arena, 100000);
		for (unsigned i = 0; i <= 100; i++)
			hs_buf_printf(&list, "%s'urn:many%u'", i ? "," : "", level + 1);
		sets[level] = hs_arena_cstr(arena,
			hs_arena_printf(arena, VS("urn:many%u", "{'valueSet':[%s]}"), level,
				hs_arena_cstr(arena, hs_buf_slice(&list))));
	}
	ask_begin(&many, sets);
	ask(&many, hs_tx_expand, URL("urn:many0"));
	assert_int_equal(many.status, HS_E_TOO_COSTLY);
	assert_string_equal(many.err.text,
		"the value set includes others, and these again others, more than 10000 times in all");
	ask_end(&many);
	hs_arena_free(arena);
}

static void each_is_called_for(void **state)
{
	bool seen[TX_MSG_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		seen[rows[i].id] = true;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		seen[elsewhere[i]] = true;
	for (size_t i = 0; i < FIRST_OF_OTHERS; i++)
		if (!seen[i])
			fail_msg("no question calls for sentence %zu of the catalogue", i + 1);
}

/* What is cut is cut between characters; what is no character is a question mark. */
static void errors_have_whole_characters(void **state)
{
	char part[TX_PART_MAX + 2];
	struct hs_error err;

	(void)state;
	memset(part, 'x', sizeof(part));
	memcpy(part + TX_PART_MAX - 1, "\xc3\xa5", 2);
	part[3] = '\xff';
	hs_tx_say(&err, HS_E_VALUE, true, TX_MSG_OWN_UNREAD_REGEX, HS_S("x.y"),
		TX_ARGS(hs_slice(part, sizeof(part))));
	assert_true(hs_utf8_valid(hs_slice_cstr(err.text)));
	assert_non_null(strstr(err.text, "\"xxx?xxx"));
	assert_non_null(strstr(err.text, "xxx\""));
	assert_string_equal(err.path, "x.y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_english),
		cmocka_unit_test(in_swedish),
		cmocka_unit_test(too_many_parameters),
		cmocka_unit_test(sets_in_sets),
		cmocka_unit_test(sets_in_many_sets),
		cmocka_unit_test(each_is_called_for),
		cmocka_unit_test(errors_have_whole_characters),
	};

	return ASK_RUN(&a, resources, tests);
}
