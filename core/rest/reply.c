/* SPDX-License-Identifier: Apache-2.0 */
/* From a result to the HTTP reply: status, headers, and the body that the client prefers. */
#include <core/rest/rest_private.h>

#include <handslag/time.h>
#include <stdio.h>

void hs__rest_tell_version(struct hs_request *req, const struct hs__rest_result *result)
{
	char etag[32], date[HS_HTTP_DATE_LEN + 1];
	if (!result->versioned)
		return;
	hs_time_http(result->updated_ms, date);
	hs_reply_header(req, HS_S("ETag"), hs__rest_etag(result->version, etag));
	hs_reply_header(req, HS_S("Last-Modified"), hs_slice(date, HS_HTTP_DATE_LEN));
}

static void tell_place(struct hs_request *req, const struct hs__rest_result *result)
{
	struct hs_slice location = hs_arena_printf(hs_request_arena(req), "%.*s/%.*s/%.*s/_history/%llu",
		HS_S_ARG(hs_request_base(req)), HS_S_ARG(result->type), HS_S_ARG(result->id),
		(unsigned long long)result->version);
	hs_reply_header(req, HS_S("Location"), location);
}

void hs__rest_tell_sequence(struct hs_request *req, uint64_t seq)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%llu", (unsigned long long)seq);
	hs_reply_header(req, HS_S("X-Handslag-Sequence"), hs_slice(text, (size_t)len));
}

static enum hs_verdict reply_outcome(struct hs_request *req, const struct hs__rest_result *result)
{
	struct hs_issues issues = result->issues;
	issues.arena = hs_request_arena(req);
	hs_issue_add(&issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE,
		"%.*s/%.*s: version %llu %s", HS_S_ARG(result->type), HS_S_ARG(result->id),
		(unsigned long long)result->version,
		result->status == 204 ? "says that it is deleted" :
			result->wrote ? "was stored" :
					"was there already");
	return hs_reply_issues(req, result->status == 204 ? 200 : result->status, &issues);
}

enum hs_verdict hs__rest_reply(struct hs_request *req, const struct hs__rest_result *result)
{
	bool write = result->located || result->wrote || result->status == 204;
	struct hs_slice wanted = write ? hs_request_prefer(req, HS_S("return")) : HS_S_NONE;
	hs__rest_tell_version(req, result);
	if (result->located)
		tell_place(req, result);
	if (write || !result->versioned)
		hs__rest_tell_sequence(req, result->seq);
	if (result->status == 304)
		return hs_reply_empty(req, 304);
	if (write && result->versioned && hs_slice_eq(wanted, HS_S("OperationOutcome")))
		return reply_outcome(req, result);
	if (result->text.len == 0 || (write && hs_slice_eq(wanted, HS_S("minimal"))))
		return hs_reply_empty(req, result->status);
	return hs_reply_text(req, result->status, result->text, NULL, NULL);
}

enum hs_verdict hs__rest_refuse(struct hs_request *req, enum hs_status status, const struct hs_issues *issues,
	const struct hs_error *err)
{
	struct hs_error made;
	if (status == HS_E_BUSY)
		hs_reply_header(req, HS_S("Retry-After"), HS_S("1"));
	if (issues && issues->errors > 0)
		return hs_reply_issues(req, hs_status_http(status), issues);
	if (err)
		return hs_fail_request(req, err);
	hs_fail(&made, status, "%s", hs_status_text(status));
	return hs_fail_request(req, &made);
}
