/* SPDX-License-Identifier: Apache-2.0 */
/* Binary content as it is: wrapped into a resource on the way in, taken out of it on the way out. */
#include <core/rest/binary.h>

#include <handslag/coding.h>

static bool is_binary(const struct hs__rest_type *type)
{
	return type && hs_slice_eq(type->name, HS_S("Binary"));
}

static bool is_fhir(struct hs_slice media)
{
	return hs__rest_media_is_json(media) || hs_slice_ieq(media, HS_S("application/fhir+xml")) ||
		hs_slice_ieq(media, HS_S("application/xml")) || hs_slice_ieq(media, HS_S("text/xml")) ||
		hs_slice_ieq(media, HS_S("*/*")) || hs_slice_ieq(media, HS_S("application/*"));
}

bool hs__rest_is_raw_binary(const struct hs__rest_type *type, struct hs_slice content_type)
{
	struct hs_slice media = hs_slice_trim(hs_slice_cut(&content_type, ';'));
	return is_binary(type) && !is_fhir(media);
}

static void add_member(struct hs_buf *buf, const char *name, struct hs_slice value)
{
	if (value.len == 0)
		return;
	hs_buf_cstr(buf, ",\"");
	hs_buf_cstr(buf, name);
	hs_buf_cstr(buf, "\":");
	hs_json_write_text(buf, value);
}

enum hs_status hs__rest_wrap_binary(struct hs_arena *arena, const struct hs__rest_content *content,
	struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf buf;
	size_t size = content->bytes.len / 3 * 4 + 8;
	hs_buf_init(&buf, arena, size + 65536);
	hs_buf_reserve(&buf, size + 1024);
	hs_buf_cstr(&buf, "{\"resourceType\":\"Binary\"");
	add_member(&buf, "id", content->id);
	add_member(&buf, "contentType", content->media);
	if (content->security_context.len > 0) {
		hs_buf_cstr(&buf, ",\"securityContext\":{\"reference\":");
		hs_json_write_text(&buf, content->security_context);
		hs_buf_byte(&buf, '}');
	}
	if (content->bytes.len > 0)
		hs_buf_cstr(&buf, ",\"data\":\"");
	hs_base64_encode(&buf, content->bytes, HS_BASE64);
	hs_buf_cstr(&buf, content->bytes.len > 0 ? "\"}" : "}");
	if (buf.overflow)
		return hs_fail(err, HS_E_LIMIT, "the content is too large for one request");
	*out = hs_buf_slice(&buf);
	return HS_OK;
}

/* Does the reader ask for other types than those of FHIR? */
static bool is_content_wanted(struct hs_slice accept)
{
	if (accept.len == 0)
		return false;
	while (accept.ptr) {
		struct hs_slice one = hs_slice_cut(&accept, ',');
		if (is_fhir(hs_slice_trim(hs_slice_cut(&one, ';'))))
			return false;
	}
	return true;
}

bool hs_rest_wants_content(struct hs_slice path, struct hs_slice accept)
{
	return hs_slice_starts(path, HS_S("Binary/")) && hs_id_valid(hs_slice_from(path, 7)) &&
		is_content_wanted(accept);
}

bool hs__rest_wants_raw(const struct hs_request *req, const struct hs__rest_type *type)
{
	return is_binary(type) && is_content_wanted(hs_request_header(req, HS_S("Accept")));
}

struct raw {
	struct hs__rest_env env;
	struct hs__rest_call call;
	struct hs__rest_result result;
	struct hs_slice media, bytes, security_context;
};

static enum hs_status unwrap(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct raw *raw = arg;
	struct hs_json *tree = NULL;
	enum hs_status status = hs__rest_run(&raw->env, txn, arena, &raw->call, &raw->result, err);
	if (status == HS_OK)
		status = hs_json_parse(arena, raw->result.text, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	raw->media = hs_json_get_text(tree, HS_S("contentType"));
	raw->security_context = hs_json_get_text(hs_json_get(tree, HS_S("securityContext")),
		HS_S("reference"));
	if (!hs_base64_decode(arena, hs_json_get_text(tree, HS_S("data")), HS_BASE64, &raw->bytes))
		return hs_fail_at(err, HS_E_PROCESSING, HS_S("Binary.data"), "the stored data is no base64");
	return HS_OK;
}

static enum hs_verdict after_unwrap(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct raw *raw = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	hs__rest_tell_version(req, &raw->result);
	if (hs__rest_not_modified(hs_request_header(req, HS_S("If-None-Match")),
		    hs_request_header(req, HS_S("If-Modified-Since")), raw->result.version,
		    raw->result.updated_ms))
		return hs_reply_bytes(req, 304, raw->media, HS_S_NONE);
	/* What a sender stored must not run in a browser as a page of ours. */
	hs_reply_header(req, HS_S("X-Content-Type-Options"), HS_S("nosniff"));
	hs_reply_header(req, HS_S("Content-Security-Policy"), HS_S("sandbox"));
	if (raw->security_context.len > 0)
		hs_reply_header(req, HS_S("X-Security-Context"), raw->security_context);
	return hs_reply_bytes(req, 200, raw->media, raw->bytes);
}

enum hs_verdict hs__rest_serve_raw(const struct hs__rest_env *env, struct hs_request *req,
	const struct hs__rest_type *type, struct hs_slice id)
{
	struct raw *raw = hs_arena_alloc(hs_request_arena(req), sizeof *raw);
	if (!raw)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	raw->env = *env;
	raw->call = (struct hs__rest_call) { .interaction = HS_DO_READ, .type = type, .id = id };
	return hs_read(req, unwrap, raw, after_unwrap);
}
