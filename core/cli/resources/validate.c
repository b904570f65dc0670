/* SPDX-License-Identifier: Apache-2.0 */
/* `handslag validate`: checks resources in files against the specification and profiles, without a server. */
#include <core/cli/resources/validate_private.h>

#include <core/base/world.h>
#include <core/fhir/package/peek.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHER_MAX ((size_t)16 << 20)

struct settings {
	bool json, sarif, pipe, quiet, strict, bare, structure, no_terminology, best_practice, r5;
	struct hs_cli_list profiles, definitions, packages, domains;
	const char *data, *fhir;
	int64_t most;
};

struct run {
	struct validate_engine engine;
	struct hs_validator *validator;
	struct hs_validate_options options;
	struct validate_report report;
	uint32_t most;
};

/* Folders of resources have other JSON beside them: package.json, indexes, settings of tools. */
static bool is_other(const struct hs_cli_document *document)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;
	struct hs_arena *arena = document->found && !document->line ? hs_arena_new(OTHER_MAX) : NULL;
	bool other = arena && document->text.len < OTHER_MAX / 16 &&
		hs_json_parse(arena, document->text, NULL, &tree, &ignored) == HS_OK &&
		!hs_json_get(tree, HS_S("resourceType"));

	hs_arena_free(arena);
	return other;
}

static enum hs_status validate_one(const struct hs_cli_document *document, void *arg, struct hs_error *err)
{
	struct run *run = arg;
	struct hs_issues issues = { .arena = document->arena, .max = run->most };
	struct hs_slice type = HS_S_NONE;

	(void)err;
	if (!hs__json_peek(document->text, HS_S("resourceType"), &type) && is_other(document)) {
		fprintf(stderr, "handslag validate: %s has no resourceType, so it is left out\n",
			document->file);
		return HS_OK;
	}
	hs_cli_validate_text(&run->engine, run->validator, document->text, &run->options, &issues);
	hs_cli_validate_tell(&run->report, document, &issues);
	return HS_OK;
}

static enum hs_status open_layer(struct run *run, const struct hs_cli_list *files,
	struct validate_layer *layer, struct hs_error *err)
{
	run->validator = run->engine.validator;
	if (!files->count)
		return HS_OK;
	enum hs_status status = hs_cli_validate_layer_files(&run->engine, layer, files, err);
	run->validator = layer->validator;
	return status;
}

static void slices_of(const struct hs_cli_list *list, struct hs_slice *out)
{
	for (size_t i = 0; i < list->count; i++)
		out[i] = hs_slice_cstr(list->items[i]);
}

/* The outcome of one resource stands alone; of several they are in a Bundle. */
static bool is_many(int count, char **files)
{
	struct stat about;

	return count != 1 || stat(files[0], &about) != 0 || S_ISDIR(about.st_mode) ||
		hs_slice_ends(hs_slice_cstr(files[0]), HS_S(".ndjson"));
}

static int validate_files(struct run *run, const struct hs_cli_command *command, int count, char **files,
	bool strict)
{
	uint64_t start = hs_cli_now_ns();
	struct hs_error err = { .status = HS_OK };

	hs_cli_validate_begin(&run->report);
	for (int i = 0; i < count && !err.status; i++)
		(void)hs_cli_documents(files[i], validate_one, run, &err);
	hs_cli_validate_end(&run->report, hs_cli_now_ns() - start);
	if (err.status)
		return hs_cli_fail(command, err.status == HS_E_NOT_FOUND ? HS_EXIT_USAGE : HS_EXIT_FAULT,
			"%s", err.text);
	if (!run->report.documents)
		return hs_cli_fail(command, HS_EXIT_USAGE, "there is no resource in what was named");
	return run->report.errors || (strict && run->report.warnings) ? HS_EXIT_FAILED : HS_EXIT_OK;
}

static struct hs_slice release_of(const struct settings *settings)
{
	return settings->fhir ? hs_cli_release(settings->fhir) : settings->r5 ? HS_S("5.0.0") : HS_S("4.0.1");
}

static int run_all(const struct hs_cli_command *command, const struct settings *settings, int count,
	char **files)
{
	struct hs_slice profiles[HS_CLI_LIST_MAX], domains[HS_CLI_LIST_MAX];
	const struct hs_world *world = hs_world_real();
	struct run run = { .most = settings->most ? (uint32_t)settings->most : 1000 };
	struct hs_slice release = release_of(settings);
	struct validate_setup setup = { .fhir = hs_slice_starts(release, HS_S("5")) ? HS_FHIR_R5 : HS_FHIR_R4,
		.release = release,
		.packages = &settings->packages,
		.data = settings->data,
		.no_terminology = settings->no_terminology || settings->structure,
		.bare = settings->bare };
	struct validate_layer layer = { .library = NULL };
	struct hs_error err = { .status = HS_OK };
	int code = HS_EXIT_OK;

	if (settings->data && hs_host_data_check(settings->data, &err))
		return hs_cli_fail_error(command, &err);
	slices_of(&settings->profiles, profiles);
	slices_of(&settings->domains, domains);
	run.options = (struct hs_validate_options) { .profiles = profiles,
		.profile_count = settings->profiles.count,
		.level = settings->structure ? HS_VALIDATE_STRUCTURE : HS_VALIDATE_PROFILES,
		.terms = settings->no_terminology ? HS_VALIDATE_TERMS_NONE : HS_VALIDATE_TERMS_ALL,
		.extension_domains = domains,
		.extension_domain_count = settings->domains.count,
		.best_practice = settings->best_practice,
		.now_ms = world->wall_ms(world->ctx) };
	const char *no_colour = getenv("NO_COLOR");
	run.report = (struct validate_report) { .form = settings->json ? VALIDATE_JSON :
			settings->sarif                                ? VALIDATE_SARIF :
									 VALIDATE_TEXT,
		.colour = isatty(STDOUT_FILENO) == 1 && !(no_colour && no_colour[0]),
		.quiet = settings->quiet,
		.many = is_many(count, files) };
	enum hs_status status = hs_cli_validate_open(&run.engine, &setup, &err);
	if (!status)
		status = open_layer(&run, &settings->definitions, &layer, &err);
	if (status)
		code = hs_cli_fail(command, HS_EXIT_USAGE, "%s", err.text);
	else if (settings->pipe)
		hs_cli_validate_pipe(&run.engine, &run.options);
	else
		code = validate_files(&run, command, count, files, settings->strict);
	if (layer.library)
		hs_cli_validate_layer_end(&layer);
	hs_cli_validate_close(&run.engine);
	return code;
}

static const char EXAMPLE[] =
	"  handslag validate patient.json\n"
	"  handslag validate --def profiles/ --profile http://example.org/Patient patients.ndjson\n"
	"  handslag validate --sarif --package se.example.base#1.0.0 resources/ > findings.sarif";

static const char MORE[] = "FILE is JSON, XML or NDJSON, a folder, a pattern, or - for standard input. "
			   "Packages come from the cache\n"
			   "($HS_PACKAGES or ~/.fhir/packages); those of HL7's terminology and extensions "
			   "are used when they are there.";

int hs_cli_validate(int argc, char **argv)
{
	struct settings settings = { .json = false };
	const struct hs_cli_option table[] = {
		{ "--profile", "URL", "also against this profile", HS_CLI_LIST, &settings.profiles },
		{ "--def", "FILE", "definitions to know: a file, a folder, a Bundle", HS_CLI_LIST,
			&settings.definitions },
		{ "--package", "NAME#VER", "a FHIR package, or a .tgz, with what it depends on", HS_CLI_LIST,
			&settings.packages },
		{ "--data", "DIR",
			"data directory whose imported code systems are asked (see handslag import)",
			HS_CLI_TEXT, &settings.data },
		{ "--allow-extension", "PREFIX", "unknown extensions with this URL are no errors; * for any",
			HS_CLI_LIST, &settings.domains },
		{ "--json", NULL, "print an OperationOutcome; of several resources a Bundle of them",
			HS_CLI_FLAG, &settings.json },
		{ "--sarif", NULL, "print SARIF 2.1.0", HS_CLI_FLAG, &settings.sarif },
		{ "--quiet", NULL, "print errors only", HS_CLI_FLAG, &settings.quiet },
		{ "--strict", NULL, "warnings fail too", HS_CLI_FLAG, &settings.strict },
		{ "--structure", NULL, "elements, cardinality, types and formats only", HS_CLI_FLAG,
			&settings.structure },
		{ "--no-terminology", NULL, "no codes but those of required bindings", HS_CLI_FLAG,
			&settings.no_terminology },
		{ "--best-practice", NULL, "warn of broken best practices too", HS_CLI_FLAG,
			&settings.best_practice },
		{ "--core-only", NULL, "without the terminology and extension packages of the cache",
			HS_CLI_FLAG, &settings.bare },
		HS_CLI_RELEASE(&settings.fhir),
		{ "--r5", NULL, "short for --fhir r5", HS_CLI_FLAG, &settings.r5 },
		{ "--max", "N", "findings shown of a resource (default: 1000)", HS_CLI_NUMBER,
			&settings.most },
		{ "--pipe", NULL,
			"answer JSON lines {\"id\", \"file\", \"support\", \"profile\"} from standard input",
			HS_CLI_FLAG, &settings.pipe },
		HS_CLI_END,
	};
	const struct hs_cli_command command = { .name = "validate",
		.arguments = "FILE... | --pipe",
		.summary = "Validates FHIR resources against the specification and profiles.",
		.example = EXAMPLE,
		.options = table,
		.more = MORE,
		.failed = "errors were found (with --strict: or warnings)",
		.least = 0,
		.most = -1 };
	int count;
	int code = hs_cli_parse(&command, argc, argv, &count);

	if (code >= 0)
		return code;
	if (settings.pipe == (count > 0))
		return hs_cli_fail(&command, HS_EXIT_USAGE,
			settings.pipe ? "--pipe takes no files" :
					"a FILE is missing; see handslag validate --help");
	if (!release_of(&settings).len || (settings.r5 && !hs_slice_eq(release_of(&settings), HS_S("5.0.0"))))
		return hs_cli_fail(&command, HS_EXIT_USAGE,
			"--fhir must be r4, r4b or r5 (r5 with --r5), not \"%s\"", settings.fhir);
	if (settings.json && settings.sarif)
		return hs_cli_fail(&command, HS_EXIT_USAGE, "choose one of --json and --sarif");
	return run_all(&command, &settings, count, argv);
}
