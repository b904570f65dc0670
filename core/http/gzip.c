/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed replies (RFC 9110 section 8.4.1.3): small ones on the loop with its one deflate state, large
 * ones by a worker. */
#include <core/http/conn.h>

#include <core/base/heap.h>

enum {
	GZIP_LEAST = 1024,        /* smaller ones fit a packet anyway */
	GZIP_ON_LOOP = 32 * 1024, /* larger ones would hold up the loop */
	LOOP_LEVEL = 1,
	WORKER_LEVEL = 5,
};

/* A worker's job. Lives in the request's arena, which nobody else touches meanwhile. */
struct hs__gzip_job {
	struct hs_task task;
	struct hs__request *request;
	struct hs_http_reply reply;
	char *out;  /* on the heap */
	size_t len; /* 0: it failed, or did not get smaller */
};

/* ---- negotiation (RFC 9110 section 12.5.3) ---- */

/* The weight of one item in thousandths; 0 also for a malformed one. */
static unsigned weight_of(struct hs_slice parameters)
{
	struct hs_slice q = hs_slice_trim(parameters);
	unsigned weight = 0;
	unsigned unit = 100;

	if (q.len == 0)
		return 1000;
	if (q.len < 3 || q.len > 7 || (q.ptr[0] != 'q' && q.ptr[0] != 'Q') || q.ptr[1] != '=' ||
		(q.ptr[2] != '0' && q.ptr[2] != '1'))
		return 0;
	if (q.ptr[2] == '1')
		return 1000;
	if (q.len > 3 && q.ptr[3] != '.')
		return 0;
	for (size_t i = 4; i < q.len; i++, unit /= 10) {
		if (q.ptr[i] < '0' || q.ptr[i] > '9')
			return 0;
		weight += unit * (unsigned)(q.ptr[i] - '0');
	}
	return weight;
}

static bool accepts_gzip(struct hs_slice accept)
{
	bool named = false, any = false;
	unsigned gzip = 0, star = 0, identity = 0;

	while (accept.ptr) {
		struct hs_slice item = hs_slice_cut(&accept, ',');
		struct hs_slice coding = hs_slice_trim(hs_slice_cut(&item, ';'));

		if (hs_slice_ieq(coding, HS_S("gzip")) || hs_slice_ieq(coding, HS_S("x-gzip"))) {
			named = true;
			gzip = weight_of(item);
		} else if (hs_slice_eq(coding, HS_S("*"))) {
			any = true;
			star = weight_of(item);
		} else if (hs_slice_ieq(coding, HS_S("identity"))) {
			identity = weight_of(item);
		}
	}
	if (!named)
		gzip = any ? star : 0;
	return gzip > 0 && gzip >= identity;
}

static bool is_wanted(const struct hs_http_request *req, const struct hs_http_reply *reply)
{
	/* HEAD as well: its headers are those of GET. */
	if (!reply->compressible || reply->status == 204 || reply->status == 206 || reply->status == 304)
		return false;
	for (size_t i = 0; i < reply->header_count; i++)
		if (hs_slice_ieq(reply->headers[i].name, HS_S("Content-Encoding")))
			return false;
	return accepts_gzip(hs_http_get_header(req, HS_S("Accept-Encoding")));
}

bool hs__gzip_wanted(const struct hs_http_request *req, const struct hs_http_reply *reply)
{
	return reply->body.bytes.len >= GZIP_LEAST && is_wanted(req, reply);
}

/* ---- deflate ---- */

/* Compresses all of `in` into `out`; 0 when it does not fit there. */
static size_t deflate_all(z_stream *z, struct hs_slice in, char *out, size_t room)
{
	/* zlib does not write to its input; its interface is older than const. */
	memcpy(&z->next_in, &in.ptr, sizeof(z->next_in));
	z->avail_in = (uInt)in.len;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)room;
	return deflate(z, Z_FINISH) == Z_STREAM_END ? room - z->avail_out : 0;
}

static bool begin_deflate(z_stream *z, int level)
{
	memset(z, 0, sizeof(*z));
	return deflateInit2(z, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

static bool reply_on_loop(struct hs__request *request, const struct hs_http_reply *reply)
{
	struct hs_loop *loop = request->conn->loop;
	struct hs_slice in = reply->body.bytes;
	char *out = hs_arena_raw(request->pub.arena, in.len);
	size_t len;

	if (!out)
		return false;
	if (!loop->deflate_ready && !begin_deflate(&loop->deflate, LOOP_LEVEL))
		return false;
	loop->deflate_ready = true;
	deflateReset(&loop->deflate);
	len = deflate_all(&loop->deflate, in, out, in.len);
	if (len == 0)
		return false;
	hs__reply_finish(request, reply, hs_slice(out, len));
	return true;
}

/* ---- the worker ---- */

static void job_done(struct hs_task *task)
{
	struct hs__gzip_job *job = HS__HOLDER(task, struct hs__gzip_job, task);
	struct hs__request *request = job->request;

	request->stage = HS__REQUEST_RUNNING;
	request->job = NULL;
	/* Without room for the deferral the result has been freed: the reply goes as it was. */
	if (!hs_arena_defer(request->pub.arena, hs_heap_free, job->out))
		job->len = 0;
	hs__reply_finish(request, &job->reply, job->len > 0 ? hs_slice(job->out, job->len) : HS_S_NONE);
}

static void job_run(struct hs_task *task)
{
	struct hs__gzip_job *job = HS__HOLDER(task, struct hs__gzip_job, task);
	struct hs_mailbox *home = hs_loop_mailbox(job->request->conn->loop);
	struct hs_slice in = job->reply.body.bytes;
	z_stream z;

	job->out = hs_heap_alloc(in.len);
	if (begin_deflate(&z, WORKER_LEVEL)) {
		job->len = deflate_all(&z, in, job->out, in.len);
		deflateEnd(&z);
	}
	task->run = job_done;
	/* The loop does not stop before its connections have ended. */
	HS_ASSERT(home->post(home, task));
}

static bool reply_by_worker(struct hs__request *request, const struct hs_http_reply *reply)
{
	struct hs_mailbox *workers = request->conn->server->config.workers;
	struct hs__gzip_job *job = hs_arena_alloc(request->pub.arena, sizeof(*job));
	struct hs_http_header *headers = hs_arena_raw(request->pub.arena,
		(reply->header_count + 1) * sizeof(*headers));

	if (!job || !headers)
		return false;
	/* The array is the caller's and may be on its stack; the texts live as long as the arena. */
	if (reply->header_count > 0)
		memcpy(headers, reply->headers, reply->header_count * sizeof(*headers));
	job->task.run = job_run;
	job->request = request;
	job->reply = *reply;
	job->reply.headers = headers;
	request->stage = HS__REQUEST_WORKING;
	request->job = job;
	if (workers->post(workers, &job->task))
		return true;
	request->stage = HS__REQUEST_RUNNING;
	request->job = NULL;
	return false;
}

bool hs__gzip_reply(struct hs__request *request, const struct hs_http_reply *reply)
{
	if (reply->body.bytes.len > UINT32_MAX)
		return false;
	if (reply->body.bytes.len > GZIP_ON_LOOP && request->conn->server->config.workers)
		return reply_by_worker(request, reply);
	return reply_on_loop(request, reply);
}

/* ---- streams ---- */

static void end_deflate(void *z)
{
	deflateEnd(z);
}

bool hs__gzip_stream(struct hs__request *request, const struct hs_http_reply *head)
{
	if (!is_wanted(&request->pub, head))
		return false;
	z_stream *z = hs_arena_alloc(request->pub.arena, sizeof(*z));
	if (!z || !begin_deflate(z, LOOP_LEVEL) || !hs_arena_defer(request->pub.arena, end_deflate, z))
		return false;
	request->deflate = z;
	return true;
}

/* Each piece is flushed, so that the reader has all of it before the next one is made. */
bool hs__gzip_piece(struct hs__request *request, struct hs_http_body *piece, bool last)
{
	z_stream *z = request->deflate;
	struct hs_slice in = piece->bytes;
	size_t room = in.len + in.len / 8 +
		512; /* more than deflate makes of it, flush and trailer included */
	bool good = in.len < UINT32_MAX / 2;
	char *out = hs_heap_raw(good ? room : 1);

	if (good) {
		memcpy(&z->next_in, &in.ptr, sizeof(z->next_in));
		z->avail_in = (uInt)in.len;
		z->next_out = (Bytef *)out;
		z->avail_out = (uInt)room;
		int result = deflate(z, last ? Z_FINISH : Z_SYNC_FLUSH);
		good = (last ? result == Z_STREAM_END : result == Z_OK || result == Z_BUF_ERROR) &&
			z->avail_in == 0;
	}
	if (piece->release)
		piece->release(piece->owner);
	*piece = (struct hs_http_body) { hs_slice(out, good ? room - z->avail_out : 0), hs_heap_free, out };
	return good;
}
