/* SPDX-License-Identifier: Apache-2.0 */
/* OperationOutcome: issues are gathered as they are found and written as a resource at the end. */
#include <handslag/coding.h>
#include <handslag/fhir.h>

#include <stdarg.h>
#include <stdio.h>

#define DEFAULT_MAX 100u
#define TEXT_MAX 1000

static const char *severity_code(enum hs_severity severity)
{
	static const char *const codes[] = { "fatal", "error", "warning", "information" };
	return codes[severity];
}

static struct hs_issue *append(struct hs_issues *issues, enum hs_severity severity, const char *code)
{
	struct hs_issue *issue = hs_arena_alloc(issues->arena, sizeof(*issue));
	if (!issue)
		return NULL;
	issue->severity = severity;
	issue->code = code;
	if (issues->last)
		issues->last->next = issue;
	else
		issues->first = issue;
	issues->last = issue;
	return issue;
}

static void count_issue(struct hs_issues *issues, enum hs_severity severity)
{
	issues->count++;
	issues->errors += severity <= HS_SEVERITY_ERROR;
	issues->warnings += severity == HS_SEVERITY_WARNING;
}

static uint32_t most(const struct hs_issues *issues)
{
	return issues->max ? issues->max : DEFAULT_MAX;
}

struct hs_issue hs_issues_note(struct hs_arena *arena, const struct hs_issues *issues)
{
	return (struct hs_issue) { .severity = HS_SEVERITY_INFORMATION,
		.code = "too-long",
		.text = hs_arena_printf(arena,
			"only the first %u errors and %u other problems are listed; correct them and try "
			"again",
			most(issues), most(issues)) };
}

struct hs_issue *hs_issue_add(struct hs_issues *issues, enum hs_severity severity, const char *code,
	struct hs_slice path, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;
	count_issue(issues, severity); /* counted even when it is not kept, so that an error stays an error */
	uint32_t like = severity <= HS_SEVERITY_ERROR ? issues->errors : issues->count - issues->errors;
	if (like > most(issues)) {
		issues->cut = true;
		return NULL;
	}
	struct hs_issue *issue = append(issues, severity, code);
	if (!issue)
		return NULL;
	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	size_t used = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	issue->text = hs_utf8_mend(issues->arena, hs_slice(text, used));
	issue->path = path.len ? hs_utf8_mend(issues->arena, path) : HS_S_NONE;
	return issue;
}

static void write_details(struct hs_arena *arena, struct hs_json *item, const struct hs_issue *issue)
{
	struct hs_json *details = hs_json_add_object(arena, item, HS_S("details"));
	if (details && issue->detail_code.len) {
		struct hs_json *codings = hs_json_add_array(arena, details, HS_S("coding"));
		struct hs_json *coding = codings ? hs_json_push(codings, hs_json_object(arena)) : NULL;
		if (coding && issue->detail_system.len)
			hs_json_add_text(arena, coding, HS_S("system"), issue->detail_system);
		if (coding)
			hs_json_add_text(arena, coding, HS_S("code"), issue->detail_code);
	}
	if (details && issue->text.len)
		hs_json_add_text(arena, details, HS_S("text"), issue->text);
}

static void write_list(struct hs_arena *arena, struct hs_json *item, struct hs_slice key,
	struct hs_slice text)
{
	struct hs_json *list = hs_json_add_array(arena, item, key);
	if (list)
		hs_json_push(list, hs_json_string(arena, text));
}

/* Line and column: the old `location` is what R4 clients read; the words are those of common validators. */
static void write_issue(struct hs_arena *arena, struct hs_json *list, const struct hs_issue *issue)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	if (!item)
		return;
	hs_json_add_text(arena, item, HS_S("severity"), hs_slice_cstr(severity_code(issue->severity)));
	hs_json_add_text(arena, item, HS_S("code"), hs_slice_cstr(issue->code));
	if (issue->text.len || issue->detail_code.len)
		write_details(arena, item, issue);
	if (issue->diagnostics.len)
		hs_json_add_text(arena, item, HS_S("diagnostics"), issue->diagnostics);
	if (issue->line)
		write_list(arena, item, HS_S("location"),
			hs_arena_printf(arena, "Line[%u] Col[%u]", issue->line, issue->column));
	if (issue->path.len)
		write_list(arena, item, HS_S("expression"), issue->path);
}

static struct hs_json *start(struct hs_arena *arena, struct hs_json **list)
{
	struct hs_json *outcome = hs_json_object(arena);
	if (!outcome)
		return NULL;
	hs_json_add_text(arena, outcome, HS_S("resourceType"), HS_S("OperationOutcome"));
	*list = hs_json_add_array(arena, outcome, HS_S("issue"));
	return *list ? outcome : NULL;
}

struct hs_json *hs_outcome(struct hs_arena *arena, const struct hs_issues *issues)
{
	static const struct hs_issue all_ok = {
		.severity = HS_SEVERITY_INFORMATION, .code = "informational", .text = HS_S_INIT("all is well")
	};
	struct hs_json *list;
	struct hs_json *outcome = start(arena, &list);
	if (!outcome)
		return NULL;
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		write_issue(arena, list, issue);
	if (issues->cut) {
		struct hs_issue note = hs_issues_note(arena, issues);
		write_issue(arena, list, &note);
	} else if (!issues->first) { /* issue has a minimum of one */
		write_issue(arena, list, &all_ok);
	}
	return outcome;
}

struct hs_json *hs_outcome_of(struct hs_arena *arena, const struct hs_error *err)
{
	struct hs_json *list;
	struct hs_json *outcome = start(arena, &list);
	if (!outcome)
		return NULL;
	const char *text = err->text[0] ? err->text : hs_status_text(err->status);
	struct hs_issue issue = {
		.severity = HS_SEVERITY_ERROR,
		.code = hs_status_issue(err->status),
		.text = hs_utf8_mend(arena, hs_slice_cstr(text)),
		.path = err->path[0] ? hs_utf8_mend(arena, hs_slice_cstr(err->path)) : HS_S_NONE,
		.line = err->line,
		.column = err->column,
	};
	write_issue(arena, list, &issue);
	return outcome;
}
