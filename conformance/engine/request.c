/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as requests: method, URL, headers and body, by the rules of TestScript.setup.action.operation.
 */
#include <conformance/engine/request_private.h>

static const struct known_operation operations[] = {
	{ HS_S_INIT("read"), HS_S_INIT("GET"), SHAPE_INSTANCE },
	{ HS_S_INIT("vread"), HS_S_INIT("GET"), SHAPE_VERSION },
	{ HS_S_INIT("get"), HS_S_INIT("GET"), SHAPE_INSTANCE },
	{ HS_S_INIT("update"), HS_S_INIT("PUT"), SHAPE_INSTANCE },
	{ HS_S_INIT("updateCreate"), HS_S_INIT("PUT"), SHAPE_INSTANCE },
	{ HS_S_INIT("patch"), HS_S_INIT("PATCH"), SHAPE_INSTANCE },
	{ HS_S_INIT("delete"), HS_S_INIT("DELETE"), SHAPE_INSTANCE },
	{ HS_S_INIT("deleteCondSingle"), HS_S_INIT("DELETE"), SHAPE_TYPE },
	{ HS_S_INIT("deleteCondMultiple"), HS_S_INIT("DELETE"), SHAPE_TYPE },
	{ HS_S_INIT("history"), HS_S_INIT("GET"), SHAPE_HISTORY },
	{ HS_S_INIT("create"), HS_S_INIT("POST"), SHAPE_TYPE },
	{ HS_S_INIT("search"), HS_S_INIT("GET"), SHAPE_TYPE },
	{ HS_S_INIT("batch"), HS_S_INIT("POST"), SHAPE_SYSTEM },
	{ HS_S_INIT("transaction"), HS_S_INIT("POST"), SHAPE_SYSTEM },
	{ HS_S_INIT("capabilities"), HS_S_INIT("GET"), SHAPE_METADATA },
	{ HS_S_INIT("metadata"), HS_S_INIT("GET"), SHAPE_METADATA },
	{ HS_S_INIT("conformance"), HS_S_INIT("GET"), SHAPE_METADATA },
};

static struct known_operation look_up(struct hs_slice code, bool has_body)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (hs_slice_eq(operations[i].code, code))
			return operations[i];
	/* The other codes of the code system, and those seen in the wild, are names of FHIR operations. */
	return (struct known_operation) { code, has_body ? HS_S("POST") : HS_S("GET"),
		code.len ? SHAPE_OPERATION : SHAPE_SYSTEM };
}

/* Bytes that may stand in a URL as they are (RFC 3986 reserved, unreserved, and '%' of what is encoded). */
static bool is_url_byte(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c && strchr("-._~:/?#[]@!$&'()*,;=%", c) != NULL;
}

static struct hs_slice encode_url(struct hs_arena *arena, struct hs_slice url)
{
	struct hs_buf buf;
	bool query = false;

	hs_buf_init(&buf, arena, url.len * 3 + 1);
	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.ptr[i];
		query = query || c == '?';
		/* A plus in a query means a blank to most servers; a script means the plus of +01:00. */
		if ((c == '+' && !query) || is_url_byte(c))
			hs_buf_byte(&buf, (char)c);
		else
			hs_buf_printf(&buf, "%%%02X", c);
	}
	return buf.overflow ? HS_S_NONE : hs_buf_slice(&buf);
}

/* scheme://host:port of an absolute URL, else empty. */
static struct hs_slice origin_of(struct hs_slice url)
{
	size_t colon = hs_slice_search(url, HS_S("://"));
	if (colon == SIZE_MAX || colon == 0 || colon > 8)
		return HS_S_NONE;
	for (size_t i = 0; i < colon; i++) /* a path or a query may have a URL in it */
		if ((url.ptr[i] | 32) < 'a' || (url.ptr[i] | 32) > 'z')
			return HS_S_NONE;
	for (size_t i = colon + 3; i < url.len; i++)
		if (url.ptr[i] == '/' || url.ptr[i] == '?' || url.ptr[i] == '#')
			return hs_slice_first(url, i);
	return url;
}

static void add_history(struct hs_buf *url, struct hs_slice params)
{
	struct hs_slice query = params, path = hs_slice_cut(&query, '?');

	hs_buf_add(url, path);
	if (hs_slice_search(path, HS_S("_history")) == SIZE_MAX)
		hs_buf_cstr(url, "/_history");
	if (query.ptr)
		hs_buf_printf(url, "?%.*s", HS_S_ARG(query));
}

/* "/id?x=y" and "?x=y" of an operation: the name stands between the two. */
static void add_operation(struct hs_buf *url, struct hs_slice code, struct hs_slice params)
{
	struct hs_slice query = params, path = hs_slice_cut(&query, '?');

	hs_buf_add(url, path);
	if (hs_slice_find(path, '$', 0) == SIZE_MAX)
		hs_buf_printf(url, "/%s%.*s", hs_slice_starts(code, HS_S("$")) ? "" : "$", HS_S_ARG(code));
	if (query.ptr)
		hs_buf_printf(url, "?%.*s", HS_S_ARG(query));
}

/* As said, else that of targetId; what is created or validated may say it itself. */
static struct hs_slice type_of(const struct request_maker *m)
{
	bool own = hs_slice_eq(m->known.code, HS_S("create")) || hs_slice_eq(m->known.code, HS_S("validate"));

	if (m->operation->resource.len)
		return m->operation->resource;
	if (m->has_target)
		return m->target.type;
	return own ? hs_json_get_text(m->out->json, HS_S("resourceType")) : HS_S_NONE;
}

/* The rule: url wins; else params stand after the type as they are; else targetId. */
static enum hs_status build_url(struct request_maker *m, struct hs_slice params)
{
	struct hs_slice type = type_of(m);
	enum shape shape = m->known.shape;
	struct hs_buf url;

	hs_buf_init(&url, m->stage->arena, 1 << 20);
	hs_buf_add(&url, m->base);
	if (shape == SHAPE_METADATA)
		hs_buf_cstr(&url, "/metadata");
	else if (type.len && shape != SHAPE_SYSTEM)
		hs_buf_printf(&url, "/%.*s", HS_S_ARG(type));
	bool by_id = m->has_target && !params.len && shape != SHAPE_TYPE && shape != SHAPE_SYSTEM &&
		shape != SHAPE_METADATA;
	if (m->has_target && shape == SHAPE_OPERATION && !hs_slice_starts(params, HS_S("/")))
		by_id = true;
	if (by_id)
		hs_buf_printf(&url, "/%.*s", HS_S_ARG(m->target.id));
	if (shape == SHAPE_VERSION && by_id) {
		if (!m->target.version.len)
			return hs_fail(m->err, HS_E_VALUE, "the response %.*s tells no version to read",
				HS_S_ARG(m->operation->target_id));
		hs_buf_printf(&url, "/_history/%.*s", HS_S_ARG(m->target.version));
	}
	if (shape == SHAPE_HISTORY)
		add_history(&url, params);
	else if (shape == SHAPE_OPERATION)
		add_operation(&url, m->known.code, params);
	else
		hs_buf_add(&url, params);
	if (shape == SHAPE_INSTANCE && !by_id && !params.len && !hs_slice_eq(m->known.code, HS_S("get")))
		return hs_fail(m->err, HS_E_INVALID,
			"the operation %.*s does not say which resource: it has no url, "
			"params or targetId",
			HS_S_ARG(m->known.code));
	if (url.overflow)
		return hs_fail(m->err, HS_E_LIMIT, "the URL is too long");
	m->out->url = hs_buf_slice(&url);
	return HS_OK;
}

static enum hs_status make_url(struct request_maker *m)
{
	struct hs_slice params = HS_S_NONE, url = HS_S_NONE;
	enum hs_status status = hs_test_render(m->stage, m->operation->url, &m->scope, &url, m->err);

	if (!status)
		status = hs_test_render(m->stage, m->operation->params, &m->scope, &params, m->err);
	if (status)
		return status;
	if (!url.len) {
		bool form = hs_slice_eq(m->known.code, HS_S("search")) &&
			hs_slice_eq(m->out->method, HS_S("POST"));
		if (form) {
			m->out->body = hs_slice_starts(params, HS_S("?")) ? hs_slice_from(params, 1) : params;
			if (!m->operation->raw_url)
				m->out->body = encode_url(m->stage->arena, m->out->body);
			params = HS_S("/_search");
		}
		status = hs_test_request_adopt(m, params);
		if (!status)
			status = build_url(m, params);
	} else if (origin_of(url).len) {
		m->out->url = url;
	} else {
		m->out->url = hs_arena_printf(m->stage->arena, "%.*s%s%.*s", HS_S_ARG(m->base),
			hs_slice_starts(url, HS_S("/")) || hs_slice_starts(url, HS_S("?")) ? "" : "/",
			HS_S_ARG(url));
	}
	if (!status && !m->operation->raw_url)
		m->out->url = encode_url(m->stage->arena, m->out->url);
	return status;
}

static struct hs_slice body_type(struct request_maker *m)
{
	if (m->operation->content_type.len)
		return hs_test_request_type(m, m->operation->content_type);
	if (m->out->body.len && !m->out->json && hs_slice_ends(m->out->url, HS_S("/_search")))
		return HS_S("application/x-www-form-urlencoded");
	if (hs_slice_eq(m->out->method, HS_S("PATCH")) && hs_json_is(m->out->json, HS_JSON_ARRAY))
		return HS_S("application/json-patch+json");
	return HS_S("application/fhir+json");
}

/* Credentials of the run go to the target only: a Location of the target's may lead anywhere. */
static bool add_own_headers(struct request_maker *m)
{
	const struct hs_test_options *options = &m->stage->run->options;
	struct hs_arena *arena = m->stage->arena;

	if (!hs_slice_ieq(origin_of(m->out->url), origin_of(options->target)))
		return hs_test_header_add(arena, m->out, HS_S("Authorization"), HS_S(""));
	for (size_t i = 0; i < options->header_count; i++)
		if (!hs_test_header_add(arena, m->out, options->headers[i].name, options->headers[i].value))
			return false;
	return true;
}

static enum hs_status make_headers(struct request_maker *m)
{
	const struct hs_script_operation *operation = m->operation;
	struct hs_slice accept = hs_test_request_type(m, operation->accept), type = body_type(m);
	struct hs_arena *arena = m->stage->arena;
	bool good = true;

	if (!accept.len)
		accept = HS_S("application/fhir+json");
	if (hs_slice_eq(accept, HS_S("none")))
		accept = HS_S("");
	if (hs_slice_eq(type, HS_S("none")))
		type = HS_S("");
	if (m->out->json && hs_test_is_xml_type(type)) {
		enum hs_status status = hs_test_write_xml(hs_test_defs(m->stage->run), arena, m->out->json,
			BODY_MAX, &m->out->body, m->err);
		if (status)
			return status;
	}
	good = hs_test_header_add(arena, m->out, HS_S("Accept"), accept);
	if ((m->out->body.len || operation->content_type.len) && !m->typed)
		good = good && hs_test_header_add(arena, m->out, HS_S("Content-Type"), type);
	good = good && add_own_headers(m);
	for (size_t i = 0; i < operation->header_count && good; i++) {
		struct hs_slice value = HS_S_NONE;
		enum hs_status status = hs_test_render(m->stage, operation->headers[i].value, &m->scope,
			&value, m->err);
		if (status)
			return status;
		good = hs_test_header_add(arena, m->out, operation->headers[i].name, value);
	}
	return good ? HS_OK : hs_fail(m->err, HS_E_LIMIT, "the script keeps too much");
}

static struct hs_slice upper(struct hs_arena *arena, struct hs_slice text)
{
	char *bytes = hs_arena_cstr(arena, text);

	if (!bytes)
		return text;
	for (size_t i = 0; i < text.len; i++)
		if (bytes[i] >= 'a' && bytes[i] <= 'z')
			bytes[i] = (char)(bytes[i] - 32);
	return hs_slice(bytes, text.len);
}

/* The system that a script calls its first destination is the target; the user names the others. */
static enum hs_status find_base(struct request_maker *m)
{
	const struct hs_test_options *options = &m->stage->run->options;
	int64_t wanted = m->operation->destination;
	uint64_t index = 0;

	m->base = options->target;
	if (wanted <= 1)
		return HS_OK;
	for (size_t i = 0; i < options->destination_count; i++) {
		if (!hs_slice_u64(options->destinations[i].name, &index) || index != (uint64_t)wanted)
			continue;
		m->base = options->destinations[i].value;
		while (m->base.len && m->base.ptr[m->base.len - 1] == '/')
			m->base.len--;
		return HS_OK;
	}
	return hs_fail(m->err, HS_E_REQUIRED,
		"the script talks to a further system: give --destination %d=URL", (int)wanted);
}

enum hs_status hs_test_request(struct test_stage *stage, const struct hs_script_action *action,
	struct test_request *out, struct hs_error *err)
{
	const struct hs_script_operation *operation = &action->u.operation;
	struct request_maker m = {
		.stage = stage, .action = action, .operation = operation, .out = out, .err = err
	};

	if (operation->awaits)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the script waits for a request from the system under test; that needs a recording "
			"sandbox");
	m.scope.kind = "action";
	m.scope.index = ((size_t)stage->phase * 1000 + stage->test_index) * 100000 + stage->action;
	m.scope.action = action;
	*out = (struct test_request) { 0 };
	stage->defaults = HS_S_NONE;
	m.known = look_up(operation->code, operation->source_id.len > 0);
	out->method = operation->method.len ? upper(stage->arena, operation->method) : m.known.method;
	enum hs_status status = find_base(&m);
	if (!status)
		status = hs_test_request_body(&m);
	if (!status)
		status = hs_test_request_nameless(&m);
	if (!status)
		status = hs_test_request_target(&m);
	if (!status)
		status = make_url(&m);
	if (!status)
		status = make_headers(&m);
	out->defaults = stage->defaults;
	return status;
}

enum hs_status hs_test_request_fixture(struct test_stage *stage, size_t fixture, bool create,
	struct test_request *out, struct hs_error *err)
{
	const struct test_fixture *state = &stage->fixtures[fixture];
	struct hs_script_action action = { 0 };
	struct hs_script_operation *operation = &action.u.operation;

	operation->code = create ? HS_S("create") : HS_S("delete");
	if (create) {
		struct hs_json *tree = NULL;
		enum hs_status status = hs_test_fixture(stage, fixture, &tree, err);
		if (status)
			return status;
		operation->resource = hs_json_get_text(tree, HS_S("resourceType"));
		operation->source_id = stage->script->fixtures[fixture].id;
	} else {
		operation->resource = state->server_type;
		operation->target_id = stage->script->fixtures[fixture].id;
	}
	return hs_test_request(stage, &action, out, err);
}

enum hs_status hs_test_request_read(struct test_stage *stage, const struct hs_reference *target,
	struct test_request *out, struct hs_error *err)
{
	struct hs_script_action action = { 0 };

	action.u.operation.code = HS_S("read");
	action.u.operation.resource = target->type;
	action.u.operation.params = hs_arena_printf(stage->arena, "/%.*s", HS_S_ARG(target->id));
	return hs_test_request(stage, &action, out, err);
}

void hs_test_learn_id(struct test_stage *stage, size_t fixture, const struct hs_test_exchange *exchange)
{
	struct hs_reference identity;

	if (exchange->failure.len || exchange->status < 200 || exchange->status > 299 ||
		!hs_test_identity(exchange, &identity))
		return;
	stage->fixtures[fixture].server_type = identity.type;
	stage->fixtures[fixture].server_id = identity.id;
	stage->fixtures[fixture].created = true;
}
