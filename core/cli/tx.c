/* SPDX-License-Identifier: Apache-2.0 */
/* handslag tx: asks the terminology without a server: what a code means, whether it is right, what is in a
 * set. The program serves itself for the length of the question, so that an answer here is the answer there.
 */
#include <core/cli/reference.h>
#include <core/cli/tx.h>

#include <core/base/world.h>
#include <core/cli/definitions.h>

#include <stdio.h>

#define ARENA ((size_t)2 << 30)
#define FILE_MAX ((size_t)256 << 20)

static struct options {
	const char *data, *language, *version, *set, *filter, *target;
	int64_t count, offset;
	struct hs_cli_list packages, with, properties;
	bool json, r5, lenient, designations;
} given;

static const struct hs_cli_option options[] = {
	{ "--data", "DIR", "data directory whose uploads, imports and packages are asked", HS_CLI_TEXT,
		&given.data },
	{ "--package", "NAME", "a FHIR package beside the usual ones; may be repeated", HS_CLI_LIST,
		&given.packages },
	{ "--with", "FILE", "a CodeSystem, ValueSet or ConceptMap to ask with; may be repeated", HS_CLI_LIST,
		&given.with },
	{ "--r5", NULL, "ask as FHIR R5 (R4)", HS_CLI_FLAG, &given.r5 },
	{ "--language", "TAG", "language of displays, as sv or sv,en;q=0.5", HS_CLI_TEXT, &given.language },
	{ "--version", "VERSION", "version of the code system", HS_CLI_TEXT, &given.version },
	{ "--set", "URL", "validate: the value set that the code must be in", HS_CLI_TEXT, &given.set },
	{ "--lenient", NULL, "validate, check: a wrong display is a warning", HS_CLI_FLAG, &given.lenient },
	{ "--property", "CODE", "lookup, expand: a property to tell, * for all; may be repeated", HS_CLI_LIST,
		&given.properties },
	{ "--filter", "TEXT", "expand: beginnings of words", HS_CLI_TEXT, &given.filter },
	{ "--count", "N", "expand: codes of a page", HS_CLI_NUMBER, &given.count },
	{ "--offset", "N", "expand: where the page begins", HS_CLI_NUMBER, &given.offset },
	{ "--designations", NULL, "expand: other names too", HS_CLI_FLAG, &given.designations },
	{ "--target", "SYSTEM", "translate: the code system to translate to", HS_CLI_TEXT, &given.target },
	{ "--json", NULL, "the answer as FHIR", HS_CLI_FLAG, &given.json },
	{ NULL, NULL, NULL, HS_CLI_FLAG, NULL },
};

static const struct hs_cli_command command = {
	.name = "tx",
	.arguments = "VERB ARGUMENT...",
	.summary = "Asks the terminology: what a code means, whether it is right, what is in a value set.",
	.example = "  handslag tx lookup ucum mg/dL\n"
		   "  handslag tx validate country SE Sverige --language sv\n"
		   "  handslag tx expand http://hl7.org/fhir/ValueSet/administrative-gender\n"
		   "  handslag tx check national-value-set.json --with national-code-system.json",
	.options = options,
	.more = "Verbs:\n"
		"  lookup SYSTEM CODE             what the code means\n"
		"  validate SYSTEM CODE [DISPLAY] is the code right (and the display)\n"
		"  expand URL|FILE                the codes of a value set\n"
		"  subsumes SYSTEM CODE CODE      is the first above the second\n"
		"  translate SYSTEM CODE [MAP]    what the code is elsewhere\n"
		"  check FILE...                  which codes of the value sets in the files are wrong, and "
		"why\n"
		"SYSTEM is a URI, or short: ucum, language, mime, country, subdivision, currency, snomed, "
		"loinc,\n"
		"icd10, atc.\n"
		"Exit codes: 0 yes or done, 1 no or wrong, 2 usage, 4 a fault of ours.",
	.least = 2,
	.most = -1,
};

/* ---- questions ---- */

static const struct {
	const char *name, *uri;
} systems[] = { { "ucum", "http://unitsofmeasure.org" }, { "language", "urn:ietf:bcp:47" },
	{ "mime", "urn:ietf:bcp:13" }, { "country", "urn:iso:std:iso:3166" },
	{ "subdivision", "urn:iso:std:iso:3166:-2" }, { "currency", "urn:iso:std:iso:4217" },
	{ "snomed", "http://snomed.info/sct" }, { "loinc", "http://loinc.org" },
	{ "icd10", "http://hl7.org/fhir/sid/icd-10" }, { "atc", "http://www.whocc.no/atc" } };

static const char *system_of(const char *word)
{
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strcmp(systems[i].name, word) == 0)
			return systems[i].uri;
	return word;
}

void hs_cli_tx_add(struct hs_cli_tx *tx, struct hs_json *parameters, const char *name, const char *key,
	const char *text)
{
	if (text)
		hs_parameters_add(tx->arena, parameters, hs_slice_cstr(name), hs_slice_cstr(key),
			hs_json_string(tx->arena, hs_slice_cstr(text)));
}

enum hs_status hs_cli_tx_ask(struct hs_cli_tx *tx, const char *operation, struct hs_json *parameters,
	int *http, struct hs_json **tree, struct hs_error *err)
{
	struct hs_slice url = hs_arena_printf(tx->arena, "%s/%s", tx->base, operation);
	struct hs_cli_answer answer = { 0, HS_S_NONE };
	struct hs_buf body;

	hs_cli_tx_add(tx, parameters, "displayLanguage", "valueString", tx->language);
	HS_JSON_EACH(resource, tx->beside)
		hs_parameters_add(tx->arena, parameters, HS_S("tx-resource"), HS_S("resource"),
			hs_json_clone(tx->arena, resource));
	hs_buf_init(&body, tx->arena, FILE_MAX);
	hs_json_write(&body, parameters, 0);
	enum hs_status status = hs_cli_call(tx->arena, "POST", hs_arena_cstr(tx->arena, url), NULL,
		hs_buf_slice(&body), &answer, err);
	if (status == HS_OK)
		status = hs_json_parse(tx->arena, answer.body, NULL, tree, err);
	if (status == HS_OK)
		*http = answer.status;
	return status;
}

struct hs_slice hs_cli_tx_reason(const struct hs_json *outcome)
{
	struct hs_slice text = hs_json_text(hs_json_pointer(outcome, HS_S("/issue/0/details/text")));

	return text.len ? text : hs_json_text(hs_json_pointer(outcome, HS_S("/issue/0/diagnostics")));
}

enum hs_status hs_cli_tx_read(struct hs_cli_tx *tx, const char *file, struct hs_json **out,
	struct hs_slice *text, struct hs_error *err)
{
	struct hs_error why = { .status = HS_OK };
	struct hs_slice bytes;
	enum hs_status status = hs_world_read_file(hs_world_real(), tx->arena, file, FILE_MAX, &bytes, err);

	if (status)
		return status;
	if (hs_json_parse(tx->arena, bytes, NULL, out, &why))
		return hs_fail(err, why.status, "%s:%u:%u: %s", file, why.line, why.column, why.text);
	if (text)
		*text = bytes;
	return HS_OK;
}

/* ---- verbs ---- */

typedef void print_fn(struct hs_cli_tx *tx, const struct hs_json *answer);

/* Asks, prints, and gives the exit code: 1 when the answer is an OperationOutcome. */
static int ask_and_print(struct hs_cli_tx *tx, const char *operation, struct hs_json *parameters,
	print_fn *print, struct hs_json **answer)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *tree = NULL;
	int http = 0;

	if (hs_cli_tx_ask(tx, operation, parameters, &http, &tree, &err))
		return hs_cli_fail_error(tx->command, &err);
	*answer = tree;
	if (tx->json)
		hs_cli_print(tree);
	else if (http / 100 == 2)
		print(tx, tree);
	else
		printf("%.*s\n", HS_S_ARG(hs_cli_tx_reason(tree)));
	return http / 100 == 2 ? HS_EXIT_OK : http / 100 == 5 ? HS_EXIT_FAULT : HS_EXIT_FAILED;
}

static struct hs_json *new_question(struct hs_cli_tx *tx, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena);

	hs_cli_tx_add(tx, parameters, "system", "valueUri", system_of(argv[1]));
	return parameters;
}

static int run_lookup(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = new_question(tx, argv), *answer;

	(void)count;
	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[2]);
	hs_cli_tx_add(tx, parameters, "version", "valueString", tx->version);
	for (size_t i = 0; i < given.properties.count; i++)
		hs_cli_tx_add(tx, parameters, "property", "valueCode", given.properties.items[i]);
	if (!given.properties.count)
		hs_cli_tx_add(tx, parameters, "property", "valueCode", "*");
	return ask_and_print(tx, "CodeSystem/$lookup", parameters, hs_cli_tx_print_lookup, &answer);
}

static int run_validate(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena), *answer = NULL;

	hs_cli_tx_add(tx, parameters, given.set ? "system" : "url", "valueUri", system_of(argv[1]));
	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[2]);
	hs_cli_tx_add(tx, parameters, given.set ? "systemVersion" : "version", "valueString", tx->version);
	if (count > 3)
		hs_cli_tx_add(tx, parameters, "display", "valueString", argv[3]);
	if (given.lenient)
		hs_parameters_add(tx->arena, parameters, HS_S("lenient-display-validation"),
			HS_S("valueBoolean"), hs_json_bool(tx->arena, true));
	if (given.set)
		hs_cli_tx_add(tx, parameters, "url", "valueUri", given.set);
	int code = ask_and_print(tx, given.set ? "ValueSet/$validate-code" : "CodeSystem/$validate-code",
		parameters, hs_cli_tx_print_validation, &answer);
	const struct hs_json *result = hs_parameter_value(hs_parameter(answer, HS_S("result")));
	return code ? code : hs_json_type(result) == HS_JSON_TRUE ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_expand(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena), *answer, *set = NULL;
	struct hs_error err = { .status = HS_OK };

	(void)count;
	if (strchr(argv[1], ':')) {
		hs_cli_tx_add(tx, parameters, "url", "valueUri", argv[1]);
	} else {
		if (hs_cli_tx_read(tx, argv[1], &set, NULL, &err))
			return hs_cli_fail_error(tx->command, &err);
		hs_parameters_add(tx->arena, parameters, HS_S("valueSet"), HS_S("resource"), set);
	}
	hs_cli_tx_add(tx, parameters, "filter", "valueString", given.filter);
	for (size_t i = 0; i < given.properties.count; i++)
		hs_cli_tx_add(tx, parameters, "property", "valueString", given.properties.items[i]);
	if (given.designations)
		hs_parameters_add(tx->arena, parameters, HS_S("includeDesignations"), HS_S("valueBoolean"),
			hs_json_bool(tx->arena, true));
	if (given.count >= 0)
		hs_parameters_add(tx->arena, parameters, HS_S("count"), HS_S("valueInteger"),
			hs_json_int(tx->arena, given.count));
	if (given.offset >= 0)
		hs_parameters_add(tx->arena, parameters, HS_S("offset"), HS_S("valueInteger"),
			hs_json_int(tx->arena, given.offset));
	return ask_and_print(tx, "ValueSet/$expand", parameters, hs_cli_tx_print_expansion, &answer);
}

static void print_subsumption(struct hs_cli_tx *tx, const struct hs_json *answer)
{
	(void)tx;
	printf("%.*s\n", HS_S_ARG(hs_parameter_text(answer, HS_S("outcome"))));
}

static int run_subsumes(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = new_question(tx, argv), *answer = NULL;

	(void)count;
	hs_cli_tx_add(tx, parameters, "codeA", "valueCode", argv[2]);
	hs_cli_tx_add(tx, parameters, "codeB", "valueCode", argv[3]);
	hs_cli_tx_add(tx, parameters, "version", "valueString", tx->version);
	int code = ask_and_print(tx, "CodeSystem/$subsumes", parameters, print_subsumption, &answer);
	struct hs_slice outcome = hs_parameter_text(answer, HS_S("outcome"));
	bool above = hs_slice_eq(outcome, HS_S("subsumes")) || hs_slice_eq(outcome, HS_S("equivalent"));
	return code ? code : above ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_translate(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = new_question(tx, argv), *answer = NULL;

	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[2]);
	hs_cli_tx_add(tx, parameters, "targetsystem", "valueUri",
		given.target ? system_of(given.target) : NULL);
	if (count > 3)
		hs_cli_tx_add(tx, parameters, "url", "valueUri", argv[3]);
	int code = ask_and_print(tx, "ConceptMap/$translate", parameters, hs_cli_tx_print_translation,
		&answer);
	const struct hs_json *result = hs_parameter_value(hs_parameter(answer, HS_S("result")));
	return code ? code : hs_json_type(result) == HS_JSON_TRUE ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_check(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_error err = { .status = HS_OK };
	size_t wrong = 0;

	for (int i = 1; i < count; i++)
		if (hs_cli_tx_check(tx, argv[i], &wrong, &err))
			return hs_cli_fail_error(tx->command, &err);
	return wrong ? HS_EXIT_FAILED : HS_EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(struct hs_cli_tx *tx, int count, char **argv);
	int least, most; /* arguments, the verb included */
} verbs[] = { { "lookup", run_lookup, 3, 3 }, { "validate", run_validate, 3, 4 },
	{ "expand", run_expand, 2, 2 }, { "subsumes", run_subsumes, 4, 4 },
	{ "translate", run_translate, 3, 4 }, { "check", run_check, 2, 1000 } };
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* ---- the command ---- */

/* FHIR itself and HL7's terminology, as far as the cache has them, then those of the command line. */
static const char *const *choose_packages(struct hs_arena *arena)
{
	static const char *const usual[] = { "hl7.fhir.r4.core", "hl7.fhir.r4.examples", "hl7.terminology.r4",
		"hl7.fhir.r5.core" };
	const char **list = hs_arena_array(arena, HS_CLI_LIST_MAX + 5, sizeof(*list));
	char root[2048];
	size_t n = 0;

	hs_cli_packages_root(root, sizeof(root));
	for (size_t i = 0; list && i < sizeof(usual) / sizeof(usual[0]); i++) {
		struct hs_package *package = NULL;
		struct hs_error ignored;
		if (i == 1 && n) /* the same definitions, with examples */
			continue;
		if (hs_package_find(root, hs_slice_cstr(usual[i]), &package, &ignored) == HS_OK)
			list[n++] = usual[i];
		hs_package_close(package);
	}
	for (size_t i = 0; list && i < given.packages.count; i++)
		list[n++] = given.packages.items[i];
	return list;
}

static enum hs_status read_beside(struct hs_cli_tx *tx, struct hs_error *err)
{
	struct hs_json *list = hs_json_array(tx->arena);
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < given.with.count && status == HS_OK; i++) {
		struct hs_json *tree = NULL;
		status = hs_cli_tx_read(tx, given.with.items[i], &tree, NULL, err);
		if (status == HS_OK)
			hs_json_push(list, tree);
	}
	tx->beside = list;
	return status;
}

static int find_verb(const char *word, int count)
{
	const char *names[VERBS + 1] = { NULL };

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (strcmp(verbs[i].name, word) != 0)
			continue;
		if (count >= verbs[i].least && count <= verbs[i].most)
			return (int)i;
		hs_cli_fail(&command, HS_EXIT_USAGE,
			"%s has another number of arguments; see handslag tx --help", word);
		return -1;
	}
	const char *near = hs_suggest(word, names);
	hs_cli_fail(&command, HS_EXIT_USAGE, "there is no verb \"%s\"%s%s%s; see handslag tx --help", word,
		near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return -1;
}

int hs_cli_tx(int argc, char **argv)
{
	struct hs_cli_reference *reference = NULL;
	struct hs_error err = { .status = HS_OK };
	int count = 0;

	given.count = given.offset = -1;
	int code = hs_cli_parse(&command, argc, argv, &count);
	if (code >= 0)
		return code;
	int verb = find_verb(argv[0], count);
	if (verb < 0)
		return HS_EXIT_USAGE;
	struct hs_arena *arena = hs_arena_new(ARENA);
	struct hs_cli_tx tx = { .command = &command,
		.arena = arena,
		.language = given.language,
		.version = given.version,
		.json = given.json,
		.lenient = given.lenient };
	struct hs_cli_reference_options open = { .data = given.data, .packages = choose_packages(arena) };
	enum hs_status status = read_beside(&tx, &err);
	if (status == HS_OK)
		status = hs_cli_reference_open(arena, &open, &reference, &err);
	if (status) {
		code = hs_cli_fail_error(&command, &err);
	} else {
		tx.base = hs_cli_reference_base(reference, arena, given.r5 ? HS_FHIR_R5 : HS_FHIR_R4);
		code = verbs[verb].run(&tx, count, argv);
	}
	hs_cli_reference_stop(reference);
	hs_arena_free(arena);
	return code;
}
