/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions on the exchange itself: status, media type, headers, and what was asked. */
#include <conformance/engine/stage.h>

/* Names of assert.response, R4's twelve and R5's forty-four. */
static const struct response_name {
	struct hs_slice name;
	int status;
} response_names[] = {
	{ HS_S_INIT("continue"), 100 },
	{ HS_S_INIT("switchingProtocols"), 101 },
	{ HS_S_INIT("okay"), 200 },
	{ HS_S_INIT("created"), 201 },
	{ HS_S_INIT("accepted"), 202 },
	{ HS_S_INIT("nonAuthoritativeInformation"), 203 },
	{ HS_S_INIT("noContent"), 204 },
	{ HS_S_INIT("resetContent"), 205 },
	{ HS_S_INIT("partialContent"), 206 },
	{ HS_S_INIT("multipleChoices"), 300 },
	{ HS_S_INIT("movedPermanently"), 301 },
	{ HS_S_INIT("found"), 302 },
	{ HS_S_INIT("seeOther"), 303 },
	{ HS_S_INIT("notModified"), 304 },
	{ HS_S_INIT("useProxy"), 305 },
	{ HS_S_INIT("temporaryRedirect"), 307 },
	{ HS_S_INIT("permanentRedirect"), 308 },
	{ HS_S_INIT("bad"), 400 },
	{ HS_S_INIT("badRequest"), 400 },
	{ HS_S_INIT("unauthorized"), 401 },
	{ HS_S_INIT("paymentRequired"), 402 },
	{ HS_S_INIT("forbidden"), 403 },
	{ HS_S_INIT("notFound"), 404 },
	{ HS_S_INIT("methodNotAllowed"), 405 },
	{ HS_S_INIT("notAcceptable"), 406 },
	{ HS_S_INIT("proxyAuthenticationRequired"), 407 },
	{ HS_S_INIT("requestTimeout"), 408 },
	{ HS_S_INIT("conflict"), 409 },
	{ HS_S_INIT("gone"), 410 },
	{ HS_S_INIT("lengthRequired"), 411 },
	{ HS_S_INIT("preconditionFailed"), 412 },
	{ HS_S_INIT("contentTooLarge"), 413 },
	{ HS_S_INIT("uriTooLong"), 414 },
	{ HS_S_INIT("unsupportedMediaType"), 415 },
	{ HS_S_INIT("rangeNotSatisfiable"), 416 },
	{ HS_S_INIT("expectationFailed"), 417 },
	{ HS_S_INIT("misdirectedRequest"), 421 },
	{ HS_S_INIT("unprocessable"), 422 },
	{ HS_S_INIT("unprocessableContent"), 422 },
	{ HS_S_INIT("upgradeRequired"), 426 },
	{ HS_S_INIT("internalServerError"), 500 },
	{ HS_S_INIT("notImplemented"), 501 },
	{ HS_S_INIT("badGateway"), 502 },
	{ HS_S_INIT("serviceUnavailable"), 503 },
	{ HS_S_INIT("gatewayTimeout"), 504 },
	{ HS_S_INIT("httpVersionNotSupported"), 505 },
};

/* "okay" or "okay,created" as "200" or "200,201". */
static bool codes_of(struct hs_arena *arena, struct hs_slice names, struct hs_slice *out)
{
	struct hs_buf buf;

	hs_buf_init(&buf, arena, names.len * 4 + 8);
	while (names.ptr) {
		struct hs_slice name = hs_slice_trim(hs_slice_cut(&names, ','));
		size_t i = 0, count = sizeof(response_names) / sizeof(response_names[0]);
		while (i < count && !hs_slice_eq(response_names[i].name, name))
			i++;
		if (i == count)
			return false;
		hs_buf_printf(&buf, "%s%d", buf.len ? "," : "", response_names[i].status);
	}
	*out = hs_buf_slice(&buf);
	return out->len > 0;
}

/* The exchange that an assertion means: sourceId's, else the last one. */
static enum hs_status find_exchange(struct test_judgement *j, const struct hs_test_exchange **out)
{
	struct test_source source;
	enum hs_status status = hs_test_source(j->stage, j->assertion->source_id, j->assertion->request,
		&source, j->err);

	if (status)
		return status;
	if (!source.exchange)
		return hs_fail(j->err, HS_E_INVALID,
			"%.*s is a fixture; %s is about what was sent or answered", HS_S_ARG(source.name),
			hs_script_check_name(j->assertion->check));
	j->out->exchange = source.exchange;
	*out = source.exchange;
	return HS_OK;
}

static enum hs_status find_answer(struct test_judgement *j, const struct hs_test_exchange **out)
{
	enum hs_status status = find_exchange(j, out);

	if (status || !*out || !(*out)->failure.len)
		return status;
	return hs_fail(j->err, HS_E_VALUE, "there is no response: %.*s", HS_S_ARG((*out)->failure));
}

enum hs_status hs_test_judge_response(struct test_judgement *j)
{
	const struct hs_test_exchange *exchange = NULL;
	struct hs_slice wanted = j->field;
	bool named = j->assertion->check == HS_CHECK_RESPONSE;
	enum hs_status status = find_answer(j, &exchange);

	if (status || !exchange)
		return status;
	if (j->assertion->request)
		return hs_fail(j->err, HS_E_INVALID, "a request has no status; direction must be response");
	if (named && !codes_of(j->stage->arena, j->field, &wanted))
		return hs_fail(j->err, HS_E_INVALID, "\"%.*s\" is no name of a response code",
			HS_S_ARG(j->field));
	j->out->path = HS_S("status");
	return hs_test_judge_text(j, hs_arena_printf(j->stage->arena, "%d", exchange->status), wanted);
}

enum hs_status hs_test_judge_content_type(struct test_judgement *j)
{
	const struct hs_test_exchange *e = NULL;
	struct hs_slice found, wanted = hs_test_media_type(j->field);
	enum hs_status status = j->assertion->request ? find_exchange(j, &e) : find_answer(j, &e);

	if (status || !e)
		return status;
	if (e->other_format)
		return hs_fail(j->err, HS_E_NOT_SUPPORTED, "%.*s", HS_S_ARG(e->emulated));
	if (hs_slice_eq(wanted, HS_S("json")))
		wanted = HS_S("application/fhir+json");
	else if (hs_slice_eq(wanted, HS_S("xml")))
		wanted = HS_S("application/fhir+xml");
	found = j->assertion->request ?
		hs_test_header(e->request_headers, e->request_header_count, HS_S("Content-Type")) :
		hs_test_header(e->headers, e->header_count, HS_S("Content-Type"));
	j->out->path = HS_S("Content-Type");
	status = hs_test_judge_text(j, hs_test_media_type(found), wanted);
	if (!status && found.len)
		j->out->found = found;
	return status;
}

enum hs_status hs_test_judge_header(struct test_judgement *j)
{
	const struct hs_test_exchange *e = NULL;
	enum hs_status status = j->assertion->request ? find_exchange(j, &e) : find_answer(j, &e);

	if (status || !e)
		return status;
	if (j->assertion->request && e->other_format)
		return hs_fail(j->err, HS_E_NOT_SUPPORTED, "%.*s", HS_S_ARG(e->emulated));
	j->out->path = j->field;
	return hs_test_judge_text(j,
		j->assertion->request ?
			hs_test_header(e->request_headers, e->request_header_count, j->field) :
			hs_test_header(e->headers, e->header_count, j->field),
		j->value);
}

enum hs_status hs_test_judge_request(struct test_judgement *j)
{
	const struct hs_test_exchange *e = NULL;
	bool method = j->assertion->check == HS_CHECK_REQUEST_METHOD;
	enum hs_status status = find_exchange(j, &e);
	struct hs_slice wanted = j->field;

	if (status || !e)
		return status;
	j->out->path = method ? HS_S("request method") : HS_S("request URL");
	if (method) { /* the code system has them in lower case */
		char *upper = hs_arena_cstr(j->stage->arena, wanted);
		for (size_t i = 0; upper && i < wanted.len; i++)
			if (upper[i] >= 'a' && upper[i] <= 'z')
				upper[i] = (char)(upper[i] - 32);
		wanted = hs_slice(upper, upper ? wanted.len : 0);
	}
	return hs_test_judge_text(j, method ? e->method : e->url, wanted);
}
