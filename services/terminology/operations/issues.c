/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to say: issues from the catalogue, as OperationOutcome and as one message. */
#include "../context.h"
#include "tell.h"

#include <handslag/coding.h>

#include <stdlib.h>
#include <string.h>

#define ISSUES_MAX 500u
#define MESSAGE_MAX ((size_t)256 * 1024)

static const struct {
	struct hs_slice id;
	enum hs_severity severity;
	struct hs_slice code;
	const char *type;
	bool spoken;
} catalogue[TX_MSG_COUNT] = {
#define X(id, severity, code, type, spoken, english, swedish) \
	{ HS_S_INIT(#id), HS_SEVERITY_##severity, HS_S_INIT(code), type, spoken },
#include "messages.def"
#undef X
};

static struct tx_issue *make(struct tx_context *ctx, enum tx_message id, struct hs_slice path,
	const struct tx_args *args)
{
	struct tx_issue *issue = hs_arena_alloc(ctx->arena, sizeof(*issue));

	if (!issue)
		return NULL;
	*issue = (struct tx_issue) { .id = id,
		.severity = catalogue[id].severity,
		.text = hs_tx_sentence(ctx->arena, id, ctx->swedish, *args),
		.path = path,
		.spoken = catalogue[id].spoken,
		.type = catalogue[id].type };
	return issue;
}

/* NULL past the limit or at the arena's cap, which the caller need not heed: the answer then has less to say.
 */
struct tx_issue *hs_tx_issue(struct tx_context *ctx, struct tx_issues *issues, enum tx_message id,
	struct hs_slice path, struct tx_args args)
{
	struct tx_issue *issue = issues->count < ISSUES_MAX ? make(ctx, id, path, &args) : NULL;

	if (!issue)
		return NULL;
	if (issues->last)
		issues->last->next = issue;
	else
		issues->first = issue;
	issues->last = issue;
	issues->count++;
	issues->errors += issue->severity == HS_SEVERITY_ERROR;
	return issue;
}

bool hs_tx_remark(struct tx_remarks *remarks, struct tx_remark remark)
{
	struct tx_remark *kept = hs_arena_raw(remarks->arena, sizeof(*kept));

	remarks->wrong |= remark.wrong;
	if (!kept)
		return false;
	*kept = remark;
	if (remarks->last)
		remarks->last->next = kept;
	else
		remarks->first = kept;
	remarks->last = kept;
	return !remark.wrong;
}

struct hs_slice hs_tx_remark_text(struct tx_context *ctx, const struct tx_remark *remark)
{
	struct tx_args args = remark->args;

	if (remark->detailed)
		args.a[0] = hs_tx_sentence(ctx->arena, remark->detail, ctx->swedish, remark->detail_args);
	return hs_tx_sentence(ctx->arena, remark->id, ctx->swedish, args);
}

void hs_tx_say_remarks(struct tx_context *ctx, const struct tx_remark *list, struct hs_slice path)
{
	for (; list; list = list->next) {
		struct hs_slice text = hs_tx_remark_text(ctx, list);
		bool said = false;
		for (const struct tx_issue *i = ctx->issues.first; i && !said; i = i->next)
			said = i->id == list->id && hs_slice_eq(i->path, path) && hs_slice_eq(i->text, text);
		struct tx_issue *issue = said ? NULL :
						hs_tx_issue(ctx, &ctx->issues, list->id, path, list->args);
		if (issue)
			issue->text = text;
	}
}

enum hs_status hs_tx_refuse(struct tx_context *ctx, enum tx_message id, int http, struct hs_slice path,
	struct tx_args args, struct hs_error *err)
{
	ctx->failure = make(ctx, id, path, &args);
	ctx->failure_status = http;
	if (!ctx->failure)
		return hs_tx_no_room(ctx->swedish, err);
	return hs_fail(err, http == 404 ? HS_E_NOT_FOUND : HS_E_PROCESSING, "%.*s",
		HS_S_ARG(ctx->failure->text));
}

void hs_tx_add_reasons(struct tx_context *ctx, const struct tx_remark *list, struct hs_error *err)
{
	struct hs_buf text;

	if (!ctx->failure || !list)
		return;
	hs_buf_init(&text, ctx->arena, MESSAGE_MAX);
	hs_buf_add(&text, ctx->failure->text);
	for (; list; list = list->next) {
		if (catalogue[list->id].severity != HS_SEVERITY_ERROR)
			continue;
		hs_buf_cstr(&text, ". ");
		hs_buf_add(&text, hs_tx_remark_text(ctx, list));
	}
	ctx->failure->text = hs_buf_slice(&text);
	hs_fail(err, err->status, "%.*s", HS_S_ARG(ctx->failure->text));
}

enum hs_status hs_tx_fault(struct tx_context *ctx, enum hs_status status, enum tx_message id,
	struct hs_slice path, struct tx_args args, struct hs_error *err)
{
	for (size_t i = 0; i < sizeof(args.a) / sizeof(args.a[0]); i++)
		args.a[i] = hs_utf8_mend(ctx->arena, hs_slice_first(args.a[i], TX_PART_MAX));
	hs_tx_refuse(ctx, id, hs_status_http(status), path, args, err);
	err->status = ctx->failure ? status : HS_E_LIMIT;
	return err->status;
}

enum hs_status hs_tx_too_deep(struct tx_context *ctx, struct hs_error *err)
{
	return hs_tx_fault(ctx, HS_E_TOO_COSTLY, TX_MSG_OWN_TOO_DEEP, HS_S_NONE,
		(struct tx_args) { { hs_arena_printf(ctx->arena, "%u", TX_SETS_DEEP) } }, err);
}

bool hs_tx_has_issue(const struct tx_issues *issues, enum tx_message id, struct hs_slice path)
{
	for (const struct tx_issue *i = issues->first; i; i = i->next)
		if (i->id == id && hs_slice_eq(i->path, path))
			return true;
	return false;
}

/* ---- as OperationOutcome ---- */

#define OUTCOME_MAX ((size_t)64 << 20)
#define OUTCOME_USUAL 1000u

static const struct hs_slice severities[] = { HS_S_INIT("fatal"), HS_S_INIT("error"), HS_S_INIT("warning"),
	HS_S_INIT("information") };

#define ISSUE_USUAL 512u /* bytes, what stands before a text has fewer beside the words of the catalogue */

/* A literal and a word, into memory that has room; the place behind them. */
#define PUT(at, literal, word) \
	put_word((char *)memcpy(at, literal, sizeof(literal) - 1) + sizeof(literal) - 1, word)
static inline char *put_word(char *at, struct hs_slice word)
{
	if (word.len)
		memcpy(at, word.ptr, word.len);
	return at + word.len;
}

/* All that stands before the text. The words are the catalogue's, which have nothing to escape. Only
 * sentences of the terminology ecosystem have a name (message-id) there. */
static char *put_head(char *at, const struct tx_issue *issue)
{
	struct hs_slice id = catalogue[issue->id].id, type = hs_slice_cstr(issue->type);

	*at++ = '{';
	if (type.len && !hs_slice_starts(id, HS_S("OWN_"))) {
		at = PUT(at,
			"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
			"operationoutcome-message-id\",\"valueString\":\"",
			id);
		at = PUT(at, "\"}],", HS_S_NONE);
	}
	at = PUT(at, "\"severity\":\"", severities[issue->severity]);
	at = PUT(at, "\",\"code\":\"", catalogue[issue->id].code);
	at = PUT(at, "\",\"details\":{", HS_S_NONE);
	if (type.len) {
		at = PUT(at,
			"\"coding\":[{\"system\":\"http://hl7.org/fhir/tools/CodeSystem/tx-issue-type\","
			"\"code\":\"",
			type);
		at = PUT(at, "\"}],", HS_S_NONE);
	}
	return PUT(at, "\"text\":", HS_S_NONE);
}

static void write_issue(struct hs_buf *out, const struct tx_issue *issue)
{
	struct hs_slice path = issue->path;
	char *at = hs_buf_reserve(out,
		ISSUE_USUAL + catalogue[issue->id].id.len + catalogue[issue->id].code.len +
			strlen(issue->type));

	if (!at)
		return;
	hs_buf_commit(out, (size_t)(put_head(at, issue) - at));
	hs_json_write_between(out, HS_S_NONE, issue->text, path.len ? HS_S("},") : HS_S("}}"));
	if (path.len)
		hs_json_write_between(out, HS_S("\"expression\":["), path, HS_S("]}"));
}

void hs_tx_write_outcome(struct hs_buf *out, const struct tx_issues *issues)
{
	hs_buf_add(out, HS_S("{\"resourceType\":\"OperationOutcome\",\"issue\":["));
	for (const struct tx_issue *i = issues->first; i; i = i->next) {
		if (i != issues->first)
			hs_buf_byte(out, ',');
		write_issue(out, i);
	}
	hs_buf_add(out, HS_S("]}"));
}

struct hs_slice hs_tx_outcome_text(struct hs_arena *arena, const struct tx_issues *issues)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, OUTCOME_MAX);
	hs_buf_reserve(&out, OUTCOME_USUAL);
	hs_tx_write_outcome(&out, issues);
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

struct hs_json *hs_tx_failure_outcome(struct tx_context *ctx)
{
	struct tx_issues one = { ctx->failure, ctx->failure, 1, 1 };

	ctx->failure->next = NULL;
	return hs_tx_tree_of(ctx->arena, hs_tx_outcome_text(ctx->arena, &one));
}

/* ---- as one message ---- */

static int compare_texts(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

struct hs_slice hs_tx_message(struct hs_arena *arena, const struct tx_issues *issues)
{
	struct hs_slice *texts = hs_arena_array(arena, issues->count + 1, sizeof(*texts));
	struct hs_buf out;
	size_t n = 0;

	if (!texts)
		return HS_S_NONE;
	for (const struct tx_issue *i = issues->first; i; i = i->next)
		if (i->spoken)
			texts[n++] = i->text;
	if (n == 1)
		return texts[0];
	qsort(texts, n, sizeof(*texts), compare_texts);
	hs_buf_init(&out, arena, MESSAGE_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i && hs_slice_eq(texts[i], texts[i - 1]))
			continue;
		if (i)
			hs_buf_cstr(&out, "; ");
		hs_buf_add(&out, texts[i]);
	}
	return hs_buf_slice(&out);
}
