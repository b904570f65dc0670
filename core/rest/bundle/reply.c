/* SPDX-License-Identifier: Apache-2.0 */
/* The reply to a batch or transaction: one entry for each that was sent, in the same order. */
#include <core/rest/bundle/bundle.h>
#include <core/rest/search/page.h>

#include <handslag/time.h>

static void write_status(struct hs_buf *buf, int status)
{
	static const struct {
		int status;
		const char *reason;
	} rows[] = { { 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 412, "Precondition Failed" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" }, { 507, "Insufficient Storage" } };
	hs_buf_u64(buf, (uint64_t)status);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].status == status) {
			hs_buf_byte(buf, ' ');
			hs_buf_cstr(buf, rows[i].reason);
		}
	}
}

static void write_version(struct hs_buf *buf, const struct hs__rest_result *result)
{
	char instant[HS_INSTANT_LEN + 1];
	if (!result->versioned)
		return;
	if (result->located) {
		hs_buf_cstr(buf, ",\"location\":\"");
		hs_buf_add(buf, result->type);
		hs_buf_byte(buf, '/');
		hs_buf_add(buf, result->id);
		hs_buf_cstr(buf, "/_history/");
		hs_buf_u64(buf, result->version);
		hs_buf_byte(buf, '"');
	}
	hs_time_instant(result->updated_ms, instant);
	hs_buf_cstr(buf, ",\"etag\":\"W/\\\"");
	hs_buf_u64(buf, result->version);
	hs_buf_cstr(buf, "\\\"\",\"lastModified\":\"");
	hs_buf_add(buf, hs_slice(instant, HS_INSTANT_LEN));
	hs_buf_byte(buf, '"');
}

static struct hs_json *failure_of(struct hs_arena *arena, const struct hs__rest_entry *entry)
{
	const struct hs_issues *issues = &entry->result.issues;
	return issues->errors > 0 ? hs_outcome(arena, issues) : hs_outcome_of(arena, &entry->err);
}

static struct hs_json *success_of(struct hs_arena *arena, const struct hs__rest_result *result)
{
	struct hs_issues issues = result->issues;
	issues.arena = arena;
	hs_issue_add(&issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE, "%.*s/%.*s: version %llu",
		HS_S_ARG(result->type), HS_S_ARG(result->id), (unsigned long long)result->version);
	return hs_outcome(arena, &issues);
}

static void write_outcome(struct hs_buf *buf, const struct hs_json *outcome)
{
	hs_buf_cstr(buf, ",\"outcome\":");
	hs_json_write(buf, outcome, 0);
}

static void write_entry(struct hs__rest_bundle *bundle, struct hs__rest_page *page,
	const struct hs__rest_entry *entry)
{
	const struct hs__rest_result *result = &entry->result;
	bool failed = entry->asked && result->status >= 300; /* then it answered an outcome */
	bool done = entry->status == HS_OK && !failed;
	bool write = !entry->operation && hs__rest_writes(entry->call.interaction);
	bool body = done && result->text.len > 0 &&
		(!write || hs_slice_eq(bundle->prefer, HS_S("representation")));
	bool named = done && result->versioned;
	struct hs_buf *buf = &page->buf;
	hs__rest_page_entry(page, named ? result->type : HS_S_NONE, result->id);
	if (body) {
		hs_buf_cstr(buf, named ? ",\"resource\":" : "\"resource\":");
		hs_buf_add(buf, result->text);
	}
	hs_buf_cstr(buf, named || body ? ",\"response\":{\"status\":\"" : "\"response\":{\"status\":\"");
	write_status(buf, done || failed ? result->status : hs_status_http(entry->status));
	hs_buf_byte(buf, '"');
	write_version(buf, result);
	if (failed && result->text.len > 0) {
		hs_buf_cstr(buf, ",\"outcome\":");
		hs_buf_add(buf, result->text);
	} else if (!done && !failed)
		write_outcome(buf, failure_of(page->arena, entry));
	else if (write && named && hs_slice_eq(bundle->prefer, HS_S("OperationOutcome")))
		write_outcome(buf, success_of(page->arena, result));
	hs_buf_byte(buf, '}');
	hs__rest_page_entry_end(page);
}

enum hs_status hs__rest_bundle_reply(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs_error *err)
{
	struct hs__rest_page page;
	size_t bytes = bundle->count * 320;
	for (size_t i = 0; i < bundle->count; i++) {
		const struct hs__rest_entry *entry = &bundle->entries[i];
		if (entry->operation || !hs__rest_writes(entry->call.interaction) || bundle->prefer.len > 0)
			bytes += entry->result.text.len;
	}
	hs__rest_page_open(&page, arena, bundle->transaction ? "transaction-response" : "batch-response",
		bundle->env.base, bytes);
	for (size_t i = 0; i < bundle->count; i++)
		write_entry(bundle, &page, &bundle->entries[i]);
	return hs__rest_page_close(&page, &bundle->reply, err);
}
