/* SPDX-License-Identifier: Apache-2.0 */
/* What a path takes: OPTIONS, the question of a browser before a request, and the refusal of a method. */
#include <core/host/request/request_private.h>

bool hs__is_preflight(const struct hs_request *req)
{
	return req->http->method == HS_HTTP_OPTIONS && req->host->config->cors[0] &&
		hs_request_header(req, HS_S("Access-Control-Request-Method")).len > 0;
}

/* A browser hides the answer from the page when it was not let in before. So all are let in, for all methods:
 * the page then sees our 404 or 405 with its OperationOutcome. */
enum hs_verdict hs__preflight(struct hs_request *req)
{
	req->action = HS__ACT_OPTIONS;
	hs__reply_static_header(req, HS_S("Access-Control-Allow-Methods"),
		HS_S("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
	hs__reply_static_header(req, HS_S("Access-Control-Allow-Headers"),
		HS_S("Accept, Authorization, Content-Type, If-Match, If-None-Exist, If-None-Match, "
		     "If-Modified-Since, If-Unmodified-Since, Prefer, X-Request-Id, X-Security-Context, "
		     "X-Handslag-Producer, X-Handslag-Read-Sequence"));
	hs__reply_static_header(req, HS_S("Access-Control-Max-Age"), HS_S("600"));
	return hs_reply_empty(req, 204);
}

enum hs_verdict hs__refuse_method(struct hs_request *req, uint32_t methods, const char *hint)
{
	char text[HS_HTTP_METHODS_TEXT];
	struct hs_error err = { .status = HS_OK };

	hs_reply_header(req, HS_S("Allow"), hs_http_methods_text(methods, text));
	if (req->http->method == HS_HTTP_OPTIONS) {
		req->action = HS__ACT_OPTIONS;
		return hs_reply_empty(req, 204);
	}
	if (hint)
		hs_fail(&err, HS_E_METHOD, "%.*s is not possible here: %s",
			HS_S_ARG(hs_slice_first(req->http->method_name, 20)), hint);
	else
		hs_http_fail_method(&err, req->http->method_name, methods);
	return hs_fail_request(req, &err);
}
