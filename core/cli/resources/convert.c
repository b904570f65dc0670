/* SPDX-License-Identifier: Apache-2.0 */
/* handslag convert: resources of FHIR R4 made ones of R5, or back, and what that costs. */
#include <core/cli/definitions.h>
#include <core/cli/files.h>

#include <core/fhir/convert/convert.h>
#include <core/fhir/xml/xml.h>

#include <stdio.h>

#define OUT_MAX ((size_t)4 << 30)

static const char *to;
static bool quiet, json, pretty;

static const struct hs_cli_option options[] = {
	{ "--to", "VERSION", "r4 or r5; what is read is of the other", HS_CLI_TEXT, &to },
	{ "--pretty", NULL, "each resource in lines of its own", HS_CLI_FLAG, &pretty },
	{ "--json", NULL, "what is told as OperationOutcomes, one a line, on standard error", HS_CLI_FLAG,
		&json },
	{ "--quiet", NULL, "tell errors and warnings only", HS_CLI_FLAG, &quiet },
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "convert",
	.arguments = "--to r4|r5 FILE|DIRECTORY|-...",
	.summary = "Converts resources (JSON, NDJSON or XML) between FHIR R4 and R5.",
	.example = "  handslag convert --to r5 organization.json > organization-r5.json\n"
		   "  handslag convert --to r4 exported/Location.ndjson > Location.ndjson",
	.options = options,
	.more = "Resources go to standard output, one a line; what happened to which element goes to "
		"standard error. What the\n"
		"other version has no place for is kept in HL7's cross-version extensions, and is put back "
		"by the way back.",
	.failed = "a resource could not be converted or was left out of a Bundle",
	.least = 1,
	.most = -1,
};

struct converting {
	enum hs_fhir_version from;
	struct hs_convert *convert;
	uint64_t done, failed;
};

static void tell_text(const struct hs_cli_document *document, const struct hs_issue *issue)
{
	static const char *const words[] = { "fatal", "error", "warning", "note" };

	if (quiet && issue->severity > HS_SEVERITY_WARNING)
		return;
	fprintf(stderr, "%s", document->file);
	if (document->line)
		fprintf(stderr, ":%llu", (unsigned long long)document->line);
	fprintf(stderr, ": %s: %.*s%s%.*s\n", words[issue->severity], HS_S_ARG(issue->path),
		issue->path.len ? ": " : "", HS_S_ARG(issue->text));
}

static void tell(const struct hs_cli_document *document, const struct hs_issues *issues)
{
	struct hs_buf line;

	for (const struct hs_issue *issue = json ? NULL : issues->first; issue; issue = issue->next)
		tell_text(document, issue);
	if (!json)
		return;
	hs_buf_init(&line, document->arena, (size_t)16 << 20);
	hs_json_write(&line, hs_outcome(document->arena, issues), 0);
	fprintf(stderr, "%.*s\n", HS_S_ARG(hs_buf_slice(&line)));
}

static enum hs_status convert_text(struct converting *c, const struct hs_cli_document *document,
	struct hs_issues *issues, struct hs_json **out, struct hs_error *err)
{
	struct hs_slice text = document->text;
	struct hs_json *tree = NULL;
	enum hs_status status = hs_xml_is(text) ? hs_cli_json_of_xml(document->arena, c->from, &text, err) :
						  HS_OK;

	if (!status)
		status = hs_json_parse(document->arena, text, NULL, &tree, err);
	return status ? status : hs_convert(c->convert, document->arena, tree, c->from, out, issues, err);
}

/* One that cannot be converted does not keep others from being. */
static enum hs_status convert_one(const struct hs_cli_document *document, void *arg, struct hs_error *err)
{
	struct converting *c = arg;
	struct hs_issues issues = { .arena = document->arena, .max = 1000 };
	struct hs_error own = { .status = HS_OK };
	struct hs_json *out = NULL;
	struct hs_buf text;

	if (convert_text(c, document, &issues, &out, &own)) {
		struct hs_slice place = own.line && !document->line ?
			hs_arena_printf(document->arena, "line %u, column %u: ", own.line, own.column) :
			HS_S_NONE;
		hs_issue_add(&issues, HS_SEVERITY_ERROR, hs_status_issue(own.status), hs_slice_cstr(own.path),
			"%.*s%s", HS_S_ARG(place), own.text);
	}
	if (issues.count)
		tell(document, &issues);
	c->failed += issues.errors > 0;
	if (!out)
		return HS_OK;
	hs_buf_init(&text, NULL, OUT_MAX);
	hs_json_write(&text, out, pretty ? HS_JSON_PRETTY : 0);
	hs_buf_byte(&text, '\n');
	bool written = !text.overflow && fwrite(text.ptr, 1, text.len, stdout) == text.len;
	hs_buf_free(&text);
	c->done++;
	return written ? HS_OK : hs_fail(err, HS_E_FULL, "standard output cannot be written");
}

static enum hs_status run(struct converting *c, int count, char **files, struct hs_error *err)
{
	struct hs_defs *r4 = NULL, *r5 = NULL;
	enum hs_status status = hs_cli_definitions(HS_FHIR_R4, &r4, err);

	if (!status)
		status = hs_cli_definitions(HS_FHIR_R5, &r5, err);
	if (!status)
		c->convert = hs_convert_new(r4, r5);
	for (int i = 0; i < count && !status; i++)
		status = hs_cli_documents(files[i], convert_one, c, err);
	if (!status && fflush(stdout) != 0)
		status = hs_fail(err, HS_E_FULL, "standard output cannot be written");
	hs_convert_free(c->convert);
	hs_defs_unref(r4);
	hs_defs_unref(r5);
	return status;
}

int hs_cli_convert(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct converting converting = { .convert = NULL };
	struct hs_error err = { .status = HS_OK };

	if (code >= 0)
		return code;
	if (!to)
		return hs_cli_fail(&command, HS_EXIT_USAGE, "say what to make: --to r4 or --to r5");
	enum hs_fhir_version made = HS_FHIR_R5;
	if (hs_cli_fhir("--to", to, &made, &err))
		return hs_cli_fail_error(&command, &err);
	converting.from = made == HS_FHIR_R5 ? HS_FHIR_R4 : HS_FHIR_R5;
	if (run(&converting, count, argv, &err))
		return hs_cli_fail_error(&command, &err);
	return converting.failed ? HS_EXIT_FAILED : HS_EXIT_OK;
}
