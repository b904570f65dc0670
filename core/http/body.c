/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request: gathered, inflated when it came compressed, bounded either way. */
#include <core/http/conn.h>

/* ---- zlib in the request's arena ---- */

static voidpf arena_calloc(voidpf arena, uInt count, uInt size)
{
	return hs_arena_raw(arena, (size_t)count * size);
}

static void arena_ignore(voidpf arena, voidpf ptr)
{
	(void)arena;
	(void)ptr;
}

static int begin_inflate(struct hs__request *request)
{
	z_stream *z = hs_arena_alloc(request->pub.arena, sizeof(*z));

	if (!z)
		return 503;
	z->zalloc = arena_calloc;
	z->zfree = arena_ignore;
	z->opaque = request->pub.arena;
	if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK) /* 16: the gzip wrapping, no other */
		return 503;
	request->inflate = z;
	return 0;
}

/* ---- gathering ---- */

int hs__body_begin(struct hs__request *request, const struct hs__guard *guard)
{
	struct hs_slice coding = hs_http_get_header(&request->pub, HS_S("Content-Encoding"));
	bool gzip = hs_slice_ieq(coding, HS_S("gzip")) || hs_slice_ieq(coding, HS_S("x-gzip"));
	uint64_t most = request->conn->server->config.limits.body_bytes;

	if (coding.len > 0 && !gzip && !hs_slice_ieq(coding, HS_S("identity")))
		return 415;
	if (!gzip && guard->body == HS__BODY_LENGTH && guard->content_length <= HS__BODY_IN_ARENA) {
		hs_buf_init(&request->input, request->pub.arena, (size_t)guard->content_length);
		return hs_buf_reserve(&request->input, (size_t)guard->content_length) ? 0 : 503;
	}
	hs_buf_init(&request->input, NULL, (size_t)most);
	return gzip ? begin_inflate(request) : 0;
}

static int keep(struct hs__request *request, struct hs_slice bytes)
{
	struct hs_http_server *server = request->conn->server;
	struct hs_buf *input = &request->input;

	hs_buf_add(input, bytes);
	if (input->overflow)
		return 413;
	if (input->arena)
		return 0;
	server->bodies += input->len - request->held;
	request->held = input->len;
	return server->bodies > server->config.limits.bodies_bytes ? 503 : 0;
}

static int inflate_some(struct hs__request *request, struct hs_slice bytes)
{
	z_stream *z = request->inflate;
	char *out = request->conn->loop->stage;
	int status = 0;

	/* zlib does not write to its input; its interface is older than const. */
	memcpy(&z->next_in, &bytes.ptr, sizeof(z->next_in));
	z->avail_in = (uInt)bytes.len;
	do {
		int rc;

		if (request->inflated)
			return z->avail_in > 0 ? 400 : 0; /* something after the end */
		z->next_out = (Bytef *)out;
		z->avail_out = HS__LOOP_PLAIN;
		rc = inflate(z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return rc == Z_MEM_ERROR ? 503 : 400;
		request->inflated = rc == Z_STREAM_END;
		status = keep(request, hs_slice(out, HS__LOOP_PLAIN - z->avail_out));
	} while (status == 0 && (z->avail_out == 0 || z->avail_in > 0));
	return status;
}

int hs__body_add(struct hs__request *request, struct hs_slice bytes)
{
	return request->inflate ? inflate_some(request, bytes) : keep(request, bytes);
}

int hs__body_end(struct hs__request *request)
{
	if (request->inflate && !request->inflated)
		return 400;
	request->pub.body = hs_buf_slice(&request->input);
	return 0;
}

const char *hs__body_reason(int status)
{
	switch (status) {
	case 413:
		return "the body is too large";
	case 503:
		return "there is no room for the body now; try again later";
	default:
		return "the body is not what its Content-Encoding says: gzip, whole, and nothing behind it";
	}
}

void hs__body_forget(struct hs__request *request)
{
	request->conn->server->bodies -= request->held;
	request->held = 0;
	if (!request->input.arena)
		hs_buf_free(&request->input);
	request->pub.body = HS_S_NONE;
}
