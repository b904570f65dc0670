/* SPDX-License-Identifier: Apache-2.0 */
/* POST [base]/$convert: a resource in the format that Accept asks for, JSON of XML and XML of JSON; when that
 * is the format that it came in, it is made one of the other FHIR version, R4 of R5 and R5 of R4.
 *
 * Of the other version the answer is the resource; with `Prefer: return=OperationOutcome` it is Parameters
 * with the resource
 * ("return") and what happened to which element ("outcome"). */
#include <core/fhir/convert/convert.h>
#include <core/host/request/request_private.h>
#include <core/host/operations/validator.h>

#define ISSUES_MAX 1000
#define BODY_KIB 8192u /* conversion takes some fifty times the memory of the text */

struct job {
	struct hs_request *req;
	const struct hs_json *resource;
	struct hs_json *made;
	struct hs_issues issues;
};

static enum hs_status work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;

	(void)txn;
	job->issues = (struct hs_issues) { .arena = arena, .max = ISSUES_MAX };
	return hs_convert(job->req->host->convert, arena, job->resource, job->req->edition->fhir, &job->made,
		&job->issues, err);
}

static struct hs_json *with_outcome(struct hs_arena *arena, const struct job *job)
{
	struct hs_json *parameters = hs_parameters(arena), *outcome = hs_outcome(arena, &job->issues);

	if (!parameters || !outcome)
		return NULL;
	hs_parameters_add(arena, parameters, HS_S("return"), HS_S("resource"), job->made);
	return hs_parameters_add(arena, parameters, HS_S("outcome"), HS_S("resource"), outcome) ? parameters :
												  NULL;
}

static enum hs_verdict after(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	bool report = hs_slice_eq(hs_request_prefer(req, HS_S("return")), HS_S("OperationOutcome"));

	if (status)
		return hs_fail_request(req, err);
	/* Written by the definitions of the other version, which is not that of this base: JSON needs none.
	 */
	req->xml = false;
	req->reply.content_type = req->edition->fhir == HS_FHIR_R4 ?
		HS_S("application/fhir+json; charset=utf-8; fhirVersion=5.0") :
		HS_S("application/fhir+json; charset=utf-8; fhirVersion=4.0");
	if (report)
		hs__reply_static_header(req, HS_S("Preference-Applied"), HS_S("return=OperationOutcome"));
	return hs_reply_json(req, 200, report ? with_outcome(req->arena, job) : job->made);
}

/* Parameters with "resource", or the resource itself; Parameters are not converted. */
static enum hs_status read_request(struct job *job, struct hs_error *err)
{
	struct hs_json *body = NULL;
	enum hs_status status = hs_request_json(job->req, &body, err);

	if (status)
		return status;
	job->resource = body;
	if (hs_slice_eq(hs_json_get_text(body, HS_S("resourceType")), HS_S("Parameters")))
		job->resource = hs_json_get(hs_parameter(body, HS_S("resource")), HS_S("resource"));
	if (!hs_json_is(job->resource, HS_JSON_OBJECT))
		return hs_fail(err, HS_E_REQUIRED,
			"there is nothing to convert: send a resource, or Parameters with \"resource\"");
	return HS_OK;
}

/* Another format than that of the body is asked for in so many words. */
static bool asks_for_format(const struct hs_request *req)
{
	struct hs_slice accept = hs_request_header(req, HS_S("Accept"));

	return accept.len && !hs_slice_starts(accept, HS_S("*/*")) && req->xml != (req->xml_body.len > 0);
}

static enum hs_verdict serve(struct hs_request *req, void *state)
{
	struct job *job = hs_arena_alloc(req->arena, sizeof(*job));
	struct hs_error err = { .status = HS_OK };
	enum hs_status status = HS_OK;

	(void)state;
	if (!job) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	job->req = req;
	if (asks_for_format(req)) {
		status = read_request(job, &err);
		return status ? hs_fail_request(req, &err) : hs_reply_json(req, 200, job->resource);
	}
	for (unsigned i = 0; i < HS__EDITIONS; i++)
		if (!req->host->editions[i].defs)
			return hs_fail_request(req, &req->host->editions[i].missing);
	status = read_request(job, &err);
	return status ? hs_fail_request(req, &err) : hs_compute(req, work, job, after);
}

const struct hs_route hs__convert_routes[] = {
	{ .method = "POST",
		.path = "$convert",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = serve,
		.operation = "convert",
		.definition = "http://hl7.org/fhir/OperationDefinition/Resource-convert",
		.body_kib = BODY_KIB },
	{ .method = NULL },
};
