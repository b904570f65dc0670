/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests from fixtures and answers, and the resources on the target that operations mean. */
#include <conformance/engine/request_private.h>

#include <handslag/coding.h>

/* By the body, else by ETag: W/"3" means version 3. */
static struct hs_slice version_of(const struct hs_test_exchange *exchange)
{
	struct hs_slice tag = hs_test_header(exchange->headers, exchange->header_count, HS_S("ETag"));
	struct hs_slice version = hs_json_get_text(hs_json_get(exchange->json, HS_S("meta")),
		HS_S("versionId"));

	if (version.len)
		return version;
	if (hs_slice_starts(tag, HS_S("W/")))
		tag = hs_slice_from(tag, 2);
	if (tag.len < 2 || tag.ptr[0] != '"' || tag.ptr[tag.len - 1] != '"')
		return HS_S_NONE;
	version = hs_slice(tag.ptr + 1, tag.len - 2);
	return hs_id_valid(version) ? version : HS_S_NONE;
}

bool hs_test_identity(const struct hs_test_exchange *exchange, struct hs_reference *out)
{
	struct hs_slice location = hs_test_header(exchange->headers, exchange->header_count,
		HS_S("Location"));
	struct hs_slice type = hs_json_get_text(exchange->json, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(exchange->json, HS_S("id"));

	if (!location.len)
		location = hs_test_header(exchange->headers, exchange->header_count,
			HS_S("Content-Location"));
	if (location.len && hs_reference_parse(location, out) && out->type.len && out->id.len) {
		if (!out->version.len)
			out->version = version_of(exchange);
		return true;
	}
	if (!type.len || !id.len || hs_slice_eq(type, HS_S("OperationOutcome")))
		return false;
	*out = (struct hs_reference) { .type = type, .id = id };
	out->version = version_of(exchange);
	return true;
}

/* What targetId stands for: a resource on the target. */
static enum hs_status find_target(struct test_stage *stage, struct hs_slice id, struct hs_reference *out,
	struct hs_error *err)
{
	size_t index = hs_test_fixture_index(stage, id);
	struct test_source source;
	struct hs_json *tree = NULL;
	enum hs_status status;

	if (index != SIZE_MAX && stage->fixtures[index].server_id.len) {
		*out = (struct hs_reference) { .type = stage->fixtures[index].server_type,
			.id = stage->fixtures[index].server_id };
		return HS_OK;
	}
	if (index != SIZE_MAX) {
		status = hs_test_fixture(stage, index, &tree, err);
		if (status)
			return status;
		*out = (struct hs_reference) { .type = hs_json_get_text(tree, HS_S("resourceType")),
			.id = hs_json_get_text(tree, HS_S("id")) };
		if (!out->id.len)
			return hs_fail(err, HS_E_INVALID,
				"the fixture %.*s has no id, and it was not created on the target",
				HS_S_ARG(id));
		return HS_OK;
	}
	status = hs_test_source(stage, id, false, &source, err);
	if (status)
		return status;
	if (source.exchange->failure.len)
		return hs_fail(err, HS_E_VALUE, "there is no response called %.*s: %.*s", HS_S_ARG(id),
			HS_S_ARG(source.exchange->failure));
	if (!hs_test_identity(source.exchange, out))
		return hs_fail(err, HS_E_VALUE,
			"the response %.*s (status %d) names no resource: it has neither Location nor a body "
			"with id",
			HS_S_ARG(id), source.exchange->status);
	return HS_OK;
}

/* "json" and "xml" are short for FHIR's own types; "none" sends no header. Without definitions JSON stands in
 * for XML, and every report says so. */
struct hs_slice hs_test_request_type(struct request_maker *m, struct hs_slice type)
{
	bool short_form = hs_slice_eq(type, HS_S("xml"));
	if ((short_form || hs_test_is_xml_type(type)) && !hs_test_defs(m->stage->run)) {
		m->out->other_format = true;
		m->out->emulated = HS_S("the script asks for XML, which needs the definitions of FHIR; JSON "
					"was used instead");
		return HS_S("application/fhir+json");
	}
	if (short_form)
		return HS_S("application/fhir+xml");
	if (hs_slice_eq(type, HS_S("json")))
		return HS_S("application/fhir+json");
	if (hs_slice_eq(type, HS_S("ttl")))
		return HS_S("application/fhir+turtle");
	return type;
}

static enum hs_status write_body(struct request_maker *m, const struct hs_json *body)
{
	struct hs_buf buf;

	hs_buf_init(&buf, m->stage->arena, BODY_MAX);
	hs_json_write(&buf, body, 0);
	if (buf.overflow)
		return hs_fail(m->err, HS_E_LIMIT, "the body is too large");
	m->out->json = body;
	m->out->body = hs_buf_slice(&buf);
	return HS_OK;
}

/* The body from sourceId. A Binary that is not meant for Binary itself carries other bytes: a patch, a form,
 * something broken on purpose. */
enum hs_status hs_test_request_body(struct request_maker *m)
{
	struct test_source source;

	if (!m->operation->source_id.len)
		return HS_OK;
	enum hs_status status = hs_test_source(m->stage, m->operation->source_id, false, &source, m->err);
	if (!status)
		status = hs_test_source_json(m->stage, &source, m->err);
	if (status)
		return status;
	m->out->json = source.json;
	if (hs_slice_eq(hs_json_get_text(source.json, HS_S("resourceType")), HS_S("Binary")) &&
		!hs_slice_eq(m->operation->resource, HS_S("Binary"))) {
		if (!hs_base64_decode(m->stage->arena, hs_json_get_text(source.json, HS_S("data")),
			    HS_BASE64_LOOSE, &m->out->body))
			return hs_fail(m->err, HS_E_VALUE, "the data of Binary %.*s are no base64",
				HS_S_ARG(m->operation->source_id));
		m->out->json = NULL;
		m->typed = !m->operation->content_type.len;
		if (m->typed &&
			!hs_test_header_add(m->stage->arena, m->out, HS_S("Content-Type"),
				hs_json_get_text(source.json, HS_S("contentType"))))
			return hs_fail(m->err, HS_E_LIMIT, "the script keeps too much");
		return HS_OK;
	}
	return write_body(m, source.json);
}

/* The body with another id. */
static enum hs_status give_id(struct request_maker *m, struct hs_slice id)
{
	struct hs_json *body = hs_json_clone(m->stage->arena, m->out->json);
	struct hs_json *text = hs_json_string(m->stage->arena, id);

	if (!body || !text)
		return hs_fail(m->err, HS_E_LIMIT, "the script keeps too much");
	hs_json_set(body, HS_S("id"), text);
	return write_body(m, body);
}

/* A contained resource must have an id for the script to name it. A create is not about that id, and a server
 * that would keep one may not be given it. An id that is meant to travel stands inside: fixture.expression.
 */
enum hs_status hs_test_request_nameless(struct request_maker *m)
{
	size_t index = hs_test_fixture_index(m->stage, m->operation->source_id);
	const struct hs_script_fixture *fixture = index == SIZE_MAX ? NULL :
								      &m->stage->script->fixtures[index];
	struct hs_json *body, *id;

	if (!fixture || !fixture->contained || fixture->expression.len || !m->out->json ||
		!hs_slice_eq(m->known.code, HS_S("create")))
		return HS_OK;
	body = hs_json_clone(m->stage->arena, m->out->json);
	id = body ? hs_json_get(body, HS_S("id")) : NULL;
	if (!body)
		return hs_fail(m->err, HS_E_LIMIT, "the script keeps too much");
	if (id)
		hs_json_remove(body, id);
	return write_body(m, body);
}

/* Published scripts, HL7's own among them, update with a body of another id and count on the engine to change
 * it. Our suites mean what they say: a body of another id is how one tests that it is refused. */
enum hs_status hs_test_request_adopt(struct request_maker *m, struct hs_slice params)
{
	struct hs_slice id = hs_slice_from(params, 1);

	if (m->stage->script->suite.len || !m->out->json || !hs_slice_eq(m->out->method, HS_S("PUT")) ||
		!hs_slice_starts(params, HS_S("/")) || !hs_id_valid(id) ||
		hs_slice_eq(hs_json_get_text(m->out->json, HS_S("id")), id))
		return HS_OK;
	m->out->emulated = HS_S("the id of the body was changed to that of the URL");
	return give_id(m, id);
}

/* An update of what the target has named: the body takes that id. */
enum hs_status hs_test_request_target(struct request_maker *m)
{
	const struct hs_script_operation *operation = m->operation;
	bool update = hs_slice_eq(m->known.code, HS_S("update")) ||
		hs_slice_eq(m->known.code, HS_S("updateCreate"));
	enum hs_status status = HS_OK;

	if (operation->target_id.len) {
		status = find_target(m->stage, operation->target_id, &m->target, m->err);
		m->has_target = !status;
		if (status || !update || !m->out->json ||
			hs_slice_eq(hs_json_get_text(m->out->json, HS_S("id")), m->target.id))
			return status;
		return give_id(m, m->target.id);
	} else if (update && m->out->json && !operation->params.len && !operation->url.len) {
		m->target.type = hs_json_get_text(m->out->json, HS_S("resourceType"));
		m->target.id = hs_json_get_text(m->out->json, HS_S("id"));
		m->has_target = m->target.id.len > 0;
	}
	return status;
}
