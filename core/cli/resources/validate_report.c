/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: what was found, for people and as OperationOutcome; told document by document, so that
 * any number of them takes the memory of one. */
#include <core/cli/resources/validate_private.h>

#include <handslag/coding.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN 100u /* bytes of a source line */

/* ---- for people ---- */

static const char *colour(const struct validate_report *report, enum hs_severity severity)
{
	if (!report->colour)
		return "";
	return severity <= HS_SEVERITY_ERROR    ? "\033[1;31m" :
		severity == HS_SEVERITY_WARNING ? "\033[33m" :
						  "\033[36m";
}

static const char *plain(const struct validate_report *report)
{
	return report->colour ? "\033[0m" : "";
}

static const char *word(enum hs_severity severity)
{
	static const char *const words[] = { "error", "error", "warning", "note" };
	return words[severity];
}

static struct hs_slice line_of(struct hs_slice text, uint32_t number)
{
	struct hs_slice line = HS_S_NONE;
	for (uint32_t i = 0; i < number && text.ptr; i++)
		line = hs_slice_cut(&text, '\n');
	return line;
}

/* The byte of the line that its column begins at (in UTF-16 units). */
static size_t byte_of(struct hs_slice line, uint32_t column)
{
	size_t at = 0;

	for (uint32_t units = 1; units < column && at < line.len; units++) {
		bool pair = (unsigned char)line.ptr[at] >= 0xF0;
		for (at++; at < line.len && (line.ptr[at] & 0xC0) == 0x80;)
			at++;
		units += pair;
	}
	return at;
}

/* The source line with a mark below the place; of a long one the part around it. */
static void show_source(const struct validate_report *report, struct hs_slice text,
	const struct hs_issue *issue)
{
	struct hs_slice line = line_of(text, issue->line);
	if (issue->line == 1 && hs_slice_starts(line, HS_S("\xEF\xBB\xBF")))
		line = hs_slice_from(line, 3);
	size_t at = byte_of(line, issue->column);
	size_t from = at > SHOWN / 2 ? at - SHOWN / 2 : 0;

	if (!line.len || at >= line.len)
		return;
	while (from < at &&
		(line.ptr[from] == ' ' || line.ptr[from] == '\t' || (line.ptr[from] & 0xC0) == 0x80))
		from++;
	struct hs_slice shown = hs_slice_first(hs_slice_from(line, from), SHOWN);
	while (shown.len && from + shown.len < line.len && (line.ptr[from + shown.len] & 0xC0) == 0x80)
		shown.len--;
	if (hs_slice_ends(shown, HS_S("\r")))
		shown.len--;
	printf("    ");
	for (size_t i = 0; i < shown.len; i++)
		putchar(shown.ptr[i] == '\t' ? ' ' : shown.ptr[i]);
	printf("\n    ");
	for (size_t i = from; i < at; i++)
		if ((line.ptr[i] & 0xC0) != 0x80)
			putchar(' ');
	printf("%s^%s\n", colour(report, issue->severity), plain(report));
}

static void tell_issue(const struct validate_report *report, const struct hs_cli_document *document,
	const struct hs_issue *issue)
{
	printf("%s:", document->file);
	if (document->line)
		printf("%" PRIu64 ":", document->line);
	if (issue->line && !document->line)
		printf("%u:%u:", issue->line, issue->column);
	printf(" %s%s%s: ", colour(report, issue->severity), word(issue->severity), plain(report));
	if (issue->path.len)
		printf("%.*s: ", HS_S_ARG(issue->path));
	printf("%.*s", HS_S_ARG(issue->text));
	if (issue->detail_code.len)
		printf(" [%.*s]", HS_S_ARG(issue->detail_code));
	putchar('\n');
	if (issue->line)
		show_source(report, document->text, issue);
	if (issue->diagnostics.len)
		printf("    the rule: %.*s\n", HS_S_ARG(issue->diagnostics));
}

struct placed {
	const struct hs_issue *issue;
	size_t nth;
};

static int by_place(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	const struct hs_issue *x = a->issue, *y = b->issue;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return a->nth < b->nth ? -1 : 1;
}

/* In the order in which somebody reads the file, not in that of the validator's walks. */
static void tell_text(const struct validate_report *report, const struct hs_cli_document *document,
	const struct hs_issues *issues)
{
	size_t count = 0;

	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		count++;
	struct placed *placed = hs_arena_alloc(document->arena, count * sizeof(*placed));
	count = 0;
	for (const struct hs_issue *issue = placed ? issues->first : NULL; issue; issue = issue->next)
		if (!report->quiet || issue->severity <= HS_SEVERITY_ERROR) {
			placed[count] = (struct placed) { issue, count };
			count++;
		}
	if (count)
		qsort(placed, count, sizeof(*placed), by_place);
	for (size_t i = 0; i < count; i++)
		tell_issue(report, document, placed[i].issue);
	if (issues->cut) {
		struct hs_issue note = hs_issues_note(document->arena, issues);
		printf("%s: %snote%s: %.*s\n", document->file, colour(report, note.severity), plain(report),
			HS_S_ARG(note.text));
	}
}

/* ---- as OperationOutcome ---- */

static void print_json(struct hs_arena *arena, const struct hs_json *tree)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, (size_t)1 << 30);
	hs_json_write(&out, tree, HS_JSON_PRETTY);
	fwrite(out.ptr, 1, out.len, stdout);
}

/* HL7's extension for what an outcome is about, as other validators write it. */
static void add_file(const struct hs_cli_document *document, struct hs_json *outcome)
{
	struct hs_json *file = hs_json_object(document->arena);

	hs_json_add_text(document->arena, file, HS_S("url"),
		HS_S("http://hl7.org/fhir/StructureDefinition/operationoutcome-file"));
	hs_json_add_text(document->arena, file, HS_S("valueString"), hs_slice_cstr(document->file));
	hs_json_push(hs_json_add_array(document->arena, outcome, HS_S("extension")), file);
}

/* file:///DIR/FILE, of a line of NDJSON with its number; empty for what is no file. */
static struct hs_slice url_of(const struct hs_cli_document *document)
{
	char path[PATH_MAX];
	struct hs_buf out;

	if (!realpath(document->file, path))
		return HS_S_NONE;
	hs_buf_init(&out, document->arena, (size_t)1 << 20);
	hs_buf_cstr(&out, "file://");
	hs_percent_encode(&out, hs_slice_cstr(path), "/");
	if (document->line)
		hs_buf_printf(&out, "#%" PRIu64, document->line);
	return hs_buf_slice(&out);
}

static void tell_json(const struct validate_report *report, const struct hs_cli_document *document,
	const struct hs_issues *issues)
{
	struct hs_json *outcome = hs_outcome(document->arena, issues);

	add_file(document, outcome);
	if (!report->many) {
		print_json(document->arena, outcome);
		putchar('\n');
		return;
	}
	struct hs_json *entry = hs_json_object(document->arena);
	struct hs_slice url = url_of(document);
	if (url.len)
		hs_json_add_text(document->arena, entry, HS_S("fullUrl"), url);
	hs_json_add(entry, HS_S("resource"), outcome);
	fputs(report->documents > 1 ? ",\n" : "", stdout);
	print_json(document->arena, entry);
}

/* ---- all ---- */

void hs_cli_validate_begin(struct validate_report *report)
{
	if (report->form == VALIDATE_JSON && report->many)
		fputs("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n", stdout);
	if (report->form == VALIDATE_SARIF)
		hs_cli_validate_sarif_begin(&report->sarif);
}

void hs_cli_validate_tell(struct validate_report *report, const struct hs_cli_document *document,
	const struct hs_issues *issues)
{
	report->documents++;
	report->faulty += issues->errors > 0;
	if (report->form == VALIDATE_TEXT)
		tell_text(report, document, issues);
	else if (report->form == VALIDATE_JSON)
		tell_json(report, document, issues);
	else
		hs_cli_validate_sarif(&report->sarif, document, issues);
	report->errors += issues->errors;
	report->warnings += issues->count - issues->errors;
}

static const char *ending(uint64_t count)
{
	return count == 1 ? "" : "s";
}

void hs_cli_validate_end(struct validate_report *report, uint64_t ns)
{
	if (report->form == VALIDATE_JSON && report->many)
		fputs("\n]}\n", stdout);
	if (report->form == VALIDATE_SARIF)
		hs_cli_validate_sarif_end(&report->sarif);
	fflush(stdout);
	if (!report->documents)
		return; /* why there is none is told by what ended the run */
	fprintf(stderr,
		"%" PRIu64 " resource%s validated in %.2f s: %" PRIu64 " with errors; %" PRIu64
		" error%s, %" PRIu64 " warning%s or note%s\n",
		report->documents, ending(report->documents), (double)ns / 1e9, report->faulty,
		report->errors, ending(report->errors), report->warnings, ending(report->warnings),
		ending(report->warnings));
}
