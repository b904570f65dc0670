/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR XML at the door: a body in XML becomes JSON before anyone looks at it, and an answer becomes XML after
 * all have.
 *
 *   body in XML ──► tree, JSON text ──► handler, REST ──► JSON ──► XML
 *   (a large one on a worker)                             (a large one on a worker)
 *
 * What is said of an element of the body is said with its place in the XML. */
#include <core/host/request/request_private.h>
#include <core/fhir/xml/xml.h>

/* Texts up to this size are converted on the loop: well under a millisecond. */
#define HERE ((size_t)32 << 10)
#define BODY_MAX ((size_t)1 << 30)

/* ---- in ---- */

bool hs__xml_is_media(struct hs_slice media, bool *generic)
{
	*generic = hs_slice_ieq(media, HS_S("application/xml")) || hs_slice_ieq(media, HS_S("text/xml"));
	return *generic || hs_slice_ieq(media, HS_S("application/fhir+xml")) ||
		hs_slice_ieq(media, HS_S("application/xml+fhir"));
}

/* Any XML may be the content of a Binary; only FHIR's own media type says that it is the resource. */
bool hs__xml_is_body(const struct hs_request *req)
{
	bool generic;
	struct hs_slice rest, media;

	if (!req->http->body.len)
		return false;
	rest = hs_http_get_header(req->http, HS_S("Content-Type"));
	media = hs_slice_trim(hs_slice_cut(&rest, ';'));
	return hs__xml_is_media(media, &generic) && req->edition && req->edition->defs &&
		!(generic && hs_slice_starts(req->path, HS_S("Binary")));
}

struct conversion {
	struct hs_request *req;
	hs__next_fn *next;
	struct hs_issues issues;
	struct hs_slice json;
};

/* What comes after sees JSON: body and header. */
static enum hs_status become_json(struct hs_request *req, struct hs_slice json, struct hs_error *err)
{
	size_t count = req->http->header_count;
	struct hs_http_header *headers = hs_arena_array(req->arena, count, sizeof(*headers));

	if (!headers)
		return hs_fail(err, HS_E_LIMIT, "the request is too large");
	for (size_t i = 0; i < count; i++) {
		headers[i] = req->http->headers[i];
		if (hs_slice_ieq(headers[i].name, HS_S("Content-Type")))
			headers[i].value = HS_S("application/fhir+json");
	}
	req->http->headers = headers;
	req->xml_body = req->http->body;
	req->http->body = json;
	return HS_OK;
}

/* Who asks what is wrong is told all of it; elsewhere a body with faults is refused. */
static bool asks_for_faults(const struct hs_request *req)
{
	return hs_slice_ends(req->path, HS_S("/$validate"));
}

static enum hs_status convert_body(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct conversion *job = arg;
	struct hs_request *req = job->req;
	struct hs_json *tree = NULL;
	struct hs_buf out;

	(void)txn;
	job->issues = (struct hs_issues) { .arena = arena };
	enum hs_status status = hs__negotiate_body(req, err);
	if (!status)
		status = hs_xml_read(arena, req->edition->defs, req->http->body, NULL, &job->issues, &tree,
			err);
	if (!status && job->issues.count && asks_for_faults(req))
		req->xml_found = &job->issues;
	if (status || (job->issues.errors && !req->xml_found))
		return status;
	hs_buf_init(&out, arena, BODY_MAX);
	hs_json_write(&out, tree, 0);
	if (out.overflow)
		return hs_fail(err, HS_E_LIMIT, "the request is too large");
	req->xml_tree = tree;
	return become_json(req, hs_buf_slice(&out), err);
}

static enum hs_verdict after_body(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct conversion *job = arg;

	if (status)
		return hs_fail_request(req, err);
	if (job->issues.errors && !req->xml_found)
		return hs_reply_issues(req, 422, &job->issues);
	return job->next(req);
}

enum hs_verdict hs__xml_take_body(struct hs_request *req, hs__next_fn *next)
{
	struct hs_error err = { .status = HS_OK };
	struct conversion *job = hs_arena_alloc(req->arena, sizeof(*job));

	if (!job) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	job->req = req;
	job->next = next;
	if (req->http->body.len > HERE)
		return hs_compute(req, convert_body, job, after_body);
	enum hs_status status = convert_body(NULL, req->arena, job, &err);
	return after_body(req, job, status, &err);
}

/* ---- places ---- */

/* The value at a path of names and indexes ("Patient.name[0].given[1]"), or as far as the path goes. */
static const struct hs_json *walk(const struct hs_json *tree, struct hs_slice path)
{
	hs_slice_cut(&path, '.');
	while (path.ptr && tree) {
		struct hs_slice step = hs_slice_cut(&path, '.');
		struct hs_slice name = hs_slice_cut(&step, '[');
		struct hs_slice number = hs_slice_cut(&step, ']');
		uint64_t index = 0;
		const struct hs_json *below = hs_json_is(tree, HS_JSON_OBJECT) ? hs_json_get(tree, name) :
										 NULL;
		if (hs_json_is(below, HS_JSON_ARRAY) && hs_slice_u64(number, &index))
			below = hs_json_at(below, index);
		if (!below)
			return tree;
		tree = below;
	}
	return tree;
}

void hs__xml_place(struct hs_request *req, struct hs_slice path, uint32_t *line, uint32_t *column)
{
	if (!req->xml_tree || !*line)
		return;
	size_t offset = hs_json_offset(req->xml_body, walk(req->xml_tree, path));
	*line = *column = 0;
	if (offset == SIZE_MAX)
		return;
	hs_place_go(req->xml_body, offset, &req->xml_at);
	*line = req->xml_at.line;
	*column = req->xml_at.column;
}

/* ---- out ---- */

/* What cannot be said in XML (an element beyond the definitions) is said in JSON to be so. */
static struct hs_slice refuse(struct hs_request *req, const struct hs_error *err, int *status)
{
	struct hs_buf out;
	struct hs_error own;

	hs_fail(&own, HS_E_NOT_ACCEPTABLE,
		"the answer cannot be given as XML (%s); accept application/fhir+json", err->text);
	hs_buf_init(&out, req->arena, BODY_MAX);
	hs_json_write(&out, hs_outcome_of(req->arena, &own), 0);
	*status = hs_status_http(own.status);
	req->reply.content_type = HS_S("application/fhir+json; charset=utf-8");
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

struct hs_slice hs__xml_of_tree(struct hs_request *req, const struct hs_json *tree, int *status)
{
	struct hs_buf out;
	struct hs_error err = { .status = HS_OK };

	hs_buf_init(&out, req->arena, BODY_MAX);
	if (hs_xml_write(req->edition->defs, tree, req->pretty ? HS_XML_PRETTY : 0, &out, &err))
		return refuse(req, &err, status);
	return hs_buf_slice(&out);
}

struct answer {
	struct hs_request *req;
	struct hs_slice json, xml;
	int status;
	void (*release)(void *owner);
	void *owner;
};

static enum hs_status convert_answer(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct answer *answer = arg;
	struct hs_json *tree = NULL;

	(void)txn;
	enum hs_status status = hs_json_parse(arena, answer->json, NULL, &tree, err);
	if (status == HS_OK)
		answer->xml = hs__xml_of_tree(answer->req, tree, &answer->status);
	return status;
}

static enum hs_verdict after_answer(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct answer *answer = arg;

	if (answer->release)
		answer->release(answer->owner);
	answer->release = NULL;
	if (status)
		answer->xml = refuse(req, err, &answer->status);
	return hs__reply_made(req, answer->status, answer->xml);
}

static void release_answer(void *arg)
{
	struct answer *answer = arg;

	if (answer->release)
		answer->release(answer->owner);
}

enum hs_verdict hs__xml_of_text(struct hs_request *req, int status, struct hs_slice json,
	void (*release)(void *owner), void *owner)
{
	struct answer *answer = hs_arena_alloc(req->arena, sizeof(*answer));
	struct hs_error err = { .status = HS_OK };

	/* Released when it was converted, or with the request when that never came. */
	if (!answer || !hs_arena_defer(req->arena, release_answer, answer)) {
		if (release)
			release(owner);
		return hs__reply_made(req, 500, HS_S_NONE);
	}
	*answer = (struct answer) { req, json, HS_S_NONE, status, release, owner };
	if (json.len > HERE)
		return hs_compute(req, convert_answer, answer, after_answer);
	enum hs_status failed = convert_answer(NULL, req->arena, answer, &err);
	return after_answer(req, answer, failed, &err);
}
