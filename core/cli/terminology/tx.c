/* SPDX-License-Identifier: Apache-2.0 */
/* handslag tx: asks the terminology without a server: what a code means, whether it is right, what is in a
 * set. The program serves itself for the length of the question, so that an answer here is the answer there.
 */
#include <core/base/nearest.h>
#include <core/cli/reference.h>
#include <core/cli/terminology/tx.h>

#include <core/cli/definitions.h>

#include <stdio.h>

#define ARENA ((size_t)2 << 30)

static struct options {
	const char *data, *language, *version, *set, *filter, *target, *fhir;
	int64_t count, offset;
	struct hs_cli_list packages, with, properties;
	bool json, r5, lenient, strict, designations;
} given;

/* ---- options, and the verbs that have them ---- */

enum verb_at { LOOKUP = 1, VALIDATE = 2, EXPAND = 4, SUBSUMES = 8, TRANSLATE = 16, CHECK = 32, ALL = 63 };

static const struct {
	struct hs_cli_option option;
	unsigned verbs;
} offered[] = {
	{ { "--data", "DIR", "data directory whose uploads, imports and packages are asked", HS_CLI_TEXT,
		  &given.data },
		ALL },
	{ { "--package", "NAME", "a FHIR package beside the usual ones", HS_CLI_LIST, &given.packages },
		ALL },
	{ { "--with", "FILE", "a CodeSystem, ValueSet or ConceptMap to ask with", HS_CLI_LIST, &given.with },
		ALL },
	{ HS_CLI_FHIR(&given.fhir), ALL },
	{ { "--r5", NULL, "short for --fhir r5", HS_CLI_FLAG, &given.r5 }, ALL },
	{ { "--language", "TAG", "language of displays, as sv or sv,en;q=0.5", HS_CLI_TEXT, &given.language },
		ALL },
	{ { "--version", "VERSION", "version of the code system", HS_CLI_TEXT, &given.version },
		LOOKUP | VALIDATE | SUBSUMES },
	{ { "--set", "URL", "the value set that the code must be in", HS_CLI_TEXT, &given.set }, VALIDATE },
	{ { "--lenient", NULL, "a wrong display is a warning", HS_CLI_FLAG, &given.lenient }, VALIDATE },
	{ { "--strict", NULL, "warnings fail too (exit code 1)", HS_CLI_FLAG, &given.strict }, CHECK },
	{ { "--property", "CODE", "a property to tell (lookup tells all)", HS_CLI_LIST, &given.properties },
		LOOKUP | EXPAND },
	{ { "--filter", "TEXT", "beginnings of words in the displays", HS_CLI_TEXT, &given.filter }, EXPAND },
	{ { "--count", "N", "codes of a page", HS_CLI_NUMBER, &given.count }, EXPAND },
	{ { "--offset", "N", "where the page begins", HS_CLI_NUMBER, &given.offset }, EXPAND },
	{ { "--designations", NULL, "other names too", HS_CLI_FLAG, &given.designations }, EXPAND },
	{ { "--target", "SYSTEM", "the code system to translate to", HS_CLI_TEXT, &given.target },
		TRANSLATE },
	{ { "--json", NULL, "the answer as FHIR", HS_CLI_FLAG, &given.json }, ALL },
};
#define OFFERED (sizeof(offered) / sizeof(offered[0]))

#define SYSTEM_IS \
	"SYSTEM is a URI, or short: ucum, language, mime, country, subdivision, currency, snomed, loinc,\n" \
	"icd10, icd10-se, atc."

static const struct hs_cli_option no_options[] = { HS_CLI_END };

static const struct hs_cli_command command = {
	.name = "tx",
	.arguments = "VERB ARGUMENT...",
	.summary = "Asks the terminology: what a code means, whether it is right, what is in a value set.",
	.example = "  handslag tx lookup ucum mg/dL\n"
		   "  handslag tx validate country SE Sverige --language sv\n"
		   "  handslag tx expand http://hl7.org/fhir/ValueSet/administrative-gender\n"
		   "  handslag tx check national-value-set.json --with national-code-system.json",
	.options = no_options,
	.more = "Verbs (handslag tx VERB --help tells the options of each):\n"
		"  lookup SYSTEM CODE             what the code means\n"
		"  validate SYSTEM CODE [DISPLAY] is the code right (and the display)\n"
		"  expand URL|FILE                the codes of a value set\n"
		"  subsumes SYSTEM CODE CODE      is the first above the second\n"
		"  translate SYSTEM CODE [MAP]    what the code is elsewhere\n"
		"  check FILE...                  which codes of the value sets in the files are wrong, and "
		"why\n" SYSTEM_IS,
	.failed = "no or wrong",
	.least = 1,
	.most = -1,
};

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
	if (!tx->json)
		hs_cli_tx_hint(tree);
	return http / 100 == 2 ? HS_EXIT_OK : http / 100 == 5 ? HS_EXIT_FAULT : HS_EXIT_FAILED;
}

/* With the code system that the first argument names; NULL when it names none, and that has been said. */
static struct hs_json *new_question(struct hs_cli_tx *tx, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena);
	const char *uri = hs_cli_tx_system(tx->command, argv[0]);

	hs_cli_tx_add(tx, parameters, "system", "valueUri", uri);
	return uri ? parameters : NULL;
}

static bool says_yes(const struct hs_json *answer)
{
	return hs_json_type(hs_parameter_value(hs_parameter(answer, HS_S("result")))) == HS_JSON_TRUE;
}

static int run_lookup(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = new_question(tx, argv), *answer;

	(void)count;
	if (!parameters)
		return HS_EXIT_USAGE;
	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[1]);
	hs_cli_tx_add(tx, parameters, "version", "valueString", given.version);
	for (size_t i = 0; i < given.properties.count; i++)
		hs_cli_tx_add(tx, parameters, "property", "valueCode", given.properties.items[i]);
	if (!given.properties.count)
		hs_cli_tx_add(tx, parameters, "property", "valueCode", "*");
	return ask_and_print(tx, "CodeSystem/$lookup", parameters, hs_cli_tx_print_lookup, &answer);
}

static int run_validate(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena), *answer = NULL;
	const char *uri = hs_cli_tx_system(tx->command, argv[0]);

	if (!uri)
		return HS_EXIT_USAGE;
	hs_cli_tx_add(tx, parameters, given.set ? "system" : "url", "valueUri", uri);
	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[1]);
	hs_cli_tx_add(tx, parameters, given.set ? "systemVersion" : "version", "valueString", given.version);
	hs_cli_tx_add(tx, parameters, "display", "valueString", count > 2 ? argv[2] : NULL);
	if (given.lenient)
		hs_parameters_add(tx->arena, parameters, HS_S("lenient-display-validation"),
			HS_S("valueBoolean"), hs_json_bool(tx->arena, true));
	hs_cli_tx_add(tx, parameters, "url", "valueUri", given.set);
	int code = ask_and_print(tx, given.set ? "ValueSet/$validate-code" : "CodeSystem/$validate-code",
		parameters, hs_cli_tx_print_validation, &answer);
	return code ? code : says_yes(answer) ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_expand(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = hs_parameters(tx->arena), *answer, *set = NULL;
	struct hs_error err = { .status = HS_OK };

	(void)count;
	if (strchr(argv[0], ':')) {
		hs_cli_tx_add(tx, parameters, "url", "valueUri", argv[0]);
	} else {
		if (hs_cli_tx_read(tx, argv[0], &set, NULL, &err))
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
	int code = ask_and_print(tx, "ValueSet/$expand", parameters, hs_cli_tx_print_expansion, &answer);
	if (code == HS_EXIT_FAILED && set && !tx->json)
		fprintf(stderr, "handslag tx check %s tells all that is wrong in it, by line\n", argv[0]);
	return code;
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
	if (!parameters)
		return HS_EXIT_USAGE;
	hs_cli_tx_add(tx, parameters, "codeA", "valueCode", argv[1]);
	hs_cli_tx_add(tx, parameters, "codeB", "valueCode", argv[2]);
	hs_cli_tx_add(tx, parameters, "version", "valueString", given.version);
	int code = ask_and_print(tx, "CodeSystem/$subsumes", parameters, print_subsumption, &answer);
	struct hs_slice outcome = hs_parameter_text(answer, HS_S("outcome"));
	bool above = hs_slice_eq(outcome, HS_S("subsumes")) || hs_slice_eq(outcome, HS_S("equivalent"));
	return code ? code : above ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_translate(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_json *parameters = new_question(tx, argv), *answer = NULL;
	const char *target = given.target ? hs_cli_tx_system(tx->command, given.target) : NULL;

	if (!parameters || (given.target && !target))
		return HS_EXIT_USAGE;
	hs_cli_tx_add(tx, parameters, "code", "valueCode", argv[1]);
	hs_cli_tx_add(tx, parameters, "targetsystem", "valueUri", target);
	hs_cli_tx_add(tx, parameters, "url", "valueUri", count > 2 ? argv[2] : NULL);
	int code = ask_and_print(tx, "ConceptMap/$translate", parameters, hs_cli_tx_print_translation,
		&answer);
	return code ? code : says_yes(answer) ? HS_EXIT_OK : HS_EXIT_FAILED;
}

static int run_check(struct hs_cli_tx *tx, int count, char **argv)
{
	struct hs_error err = { .status = HS_OK };
	size_t wrong = 0, warned = 0;

	for (int i = 0; i < count; i++)
		if (hs_cli_tx_check(tx, argv[i], &wrong, &warned, &err))
			return hs_cli_fail_error(tx->command, &err);
	return wrong || (given.strict && warned) ? HS_EXIT_FAILED : HS_EXIT_OK;
}

static const struct verb {
	const char *word;
	enum verb_at at;
	int (*run)(struct hs_cli_tx *tx, int count, char **argv);
	struct hs_cli_command command;
} verbs[] = {
	{ "lookup", LOOKUP, run_lookup,
		{ .name = "tx lookup",
			.arguments = "SYSTEM CODE",
			.summary = "Tells what a code means: its names, its place, its properties.",
			.example = "  handslag tx lookup ucum mg/dL\n"
				   "  handslag tx lookup https://example.org/CodeSystem/x A1 --with x.json",
			.more = SYSTEM_IS,
			.failed = "there is no such code",
			.least = 2,
			.most = 2 } },
	{ "validate", VALIDATE, run_validate,
		{ .name = "tx validate",
			.arguments = "SYSTEM CODE [DISPLAY]",
			.summary = "Says whether a code is right in its code system or a value set, and its "
				   "display.",
			.example = "  handslag tx validate country SE Sverige --language sv\n"
				   "  handslag tx validate ucum mg --set "
				   "http://hl7.org/fhir/ValueSet/units-of-time",
			.more = SYSTEM_IS,
			.failed = "wrong",
			.least = 2,
			.most = 3 } },
	{ "expand", EXPAND, run_expand,
		{ .name = "tx expand",
			.arguments = "URL|FILE",
			.summary = "Lists the codes of a value set.",
			.example = "  handslag tx expand http://hl7.org/fhir/ValueSet/administrative-gender\n"
				   "  handslag tx expand set.json --with codes.json --filter card --count 20",
			.failed = "it cannot be expanded",
			.least = 1,
			.most = 1 } },
	{ "subsumes", SUBSUMES, run_subsumes,
		{ .name = "tx subsumes",
			.arguments = "SYSTEM CODE CODE",
			.summary = "Says how two codes lie in the hierarchy: is the first above the second.",
			.example = "  handslag tx subsumes snomed 73211009 44054006 --data data",
			.more = SYSTEM_IS,
			.failed = "the first is not above the second",
			.least = 3,
			.most = 3 } },
	{ "translate", TRANSLATE, run_translate,
		{ .name = "tx translate",
			.arguments = "SYSTEM CODE [MAP]",
			.summary = "Says what a code is in other code systems, by all maps that are known or "
				   "by one.",
			.example =
				"  handslag tx translate https://example.org/CodeSystem/x A1 --with map.json",
			.more = SYSTEM_IS,
			.failed = "there is no translation",
			.least = 2,
			.most = 3 } },
	{ "check", CHECK, run_check,
		{ .name = "tx check",
			.arguments = "FILE...",
			.summary = "Says which codes of the value sets in files are wrong, on which line, "
				   "and why.",
			.example = "  handslag tx check national-value-set.json --with "
				   "national-code-system.json\n"
				   "  handslag tx check package/ValueSet-*.json --package se.example#1.0.0 "
				   "--strict",
			.more = "Each line says FILE:LINE:COLUMN: error, warning or note: place: reason, as "
				"ValueSet/$validate\n"
				"does, and the answer to an upload with Prefer: return=OperationOutcome.\n"
				"A display of its own is a note: a value set may call a code by another "
				"name. A code system\n"
				"that is not known is a warning: its codes are not checked.",
			.failed = "something is wrong (with --strict: or a warning was given)",
			.least = 1,
			.most = -1 } },
};
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

	hs_packages_root(NULL, root, sizeof(root));
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

/* The verb in front; NULL after a word on what is wrong. */
static const struct verb *find_verb(const char *word)
{
	const char *names[VERBS + 1] = { NULL };

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].word;
		if (strcmp(verbs[i].word, word) == 0)
			return &verbs[i];
	}
	if (word[0] == '-')
		hs_cli_fail(&command, HS_EXIT_USAGE,
			"the verb comes before its options; see handslag tx --help");
	else
		hs_cli_unknown("tx", "verb", word, names);
	return NULL;
}

static int ask(const struct verb *verb, const struct hs_cli_command *own, int count, char **argv)
{
	struct hs_cli_reference *reference = NULL;
	struct hs_error err = { .status = HS_OK };
	struct hs_arena *arena = hs_arena_new(ARENA);
	struct hs_cli_tx tx = { .command = own,
		.arena = arena,
		.language = given.language,
		.json = given.json,
		.swedish = given.language && strncmp(given.language, "sv", 2) == 0 };
	struct hs_cli_reference_options open = { .data = given.data, .packages = choose_packages(arena) };
	int code;

	enum hs_status status = hs_cli_fhir("--fhir",
		given.fhir       ? given.fhir :
			given.r5 ? "r5" :
				   "r4",
		&tx.fhir, &err);
	if (status == HS_OK)
		status = read_beside(&tx, &err);
	if (status == HS_OK)
		status = hs_cli_reference_open(arena, &open, &reference, &err);
	if (status) {
		code = hs_cli_fail_error(own, &err);
	} else {
		tx.base = hs_cli_reference_base(reference, arena, tx.fhir);
		code = verb->run(&tx, count, argv);
	}
	hs_cli_reference_stop(reference);
	hs_arena_free(arena);
	return code;
}

int hs_cli_tx(int argc, char **argv)
{
	struct hs_cli_option options[OFFERED + 1] = { { NULL, NULL, NULL, HS_CLI_FLAG, NULL } };
	size_t offers = 0;
	int count = 0;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		int code = hs_cli_parse(&command, argc, argv, &count);
		return code >= 0 ? code : HS_EXIT_USAGE;
	}
	const struct verb *verb = find_verb(argv[1]);
	if (!verb)
		return HS_EXIT_USAGE;
	for (size_t i = 0; i < OFFERED; i++)
		if (offered[i].verbs & verb->at)
			options[offers++] = offered[i].option;
	struct hs_cli_command own = verb->command;
	own.options = options;
	given.count = given.offset = -1;
	int code = hs_cli_parse(&own, argc - 1, argv + 1, &count);
	return code >= 0 ? code : ask(verb, &own, count, argv + 1);
}
