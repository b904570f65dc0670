/* SPDX-License-Identifier: Apache-2.0 */
/* $export (HL7 Bulk Data Access 2.0 and 3.0): the kick-off, the job's status and manifest, its files.
 *
 *   GET or POST [base]/$export, Patient/$export, Group/ID/$export, and TYPE/$export as _type=TYPE
 *   GET, DELETE [base]/$export/JOB
 *   GET         [base]/$export/JOB/FILE */
#include <core/host/operations/export.h>

#include <core/base/heap.h>
#include <core/host/request/request_private.h>

#include <fcntl.h>
#include <handslag/coding.h>
#include <handslag/time.h>
#include <stdio.h>

#define QUERY_MAX ((size_t)1 << 20)
#define PIECE ((size_t)64 << 10)

/* ---- kick-off ---- */

struct kick {
	struct hs_request *req;
	struct hs__export_job asked; /* what hs__export_add copies */
	bool added;
	char id[37];
};

static void add_param(struct hs_buf *out, struct hs_slice name, struct hs_slice value)
{
	hs_buf_cstr(out, out->len ? "&" : "");
	hs_percent_encode(out, name, "");
	hs_buf_byte(out, '=');
	hs_percent_encode(out, value, ":,/$");
}

/* Parameters of a body, a reference by its text. */
static void add_body_params(struct hs_buf *out, const struct hs_json *parameters)
{
	HS_JSON_EACH(parameter, hs_json_get(parameters, HS_S("parameter"))) {
		const struct hs_json *value = hs_parameter_value(parameter);
		struct hs_slice text = hs_json_is(value, HS_JSON_OBJECT) ?
			hs_json_get_text(value, HS_S("reference")) :
			hs_json_text(value);
		if (hs_json_is(value, HS_JSON_TRUE) || hs_json_is(value, HS_JSON_FALSE))
			text = hs_json_is(value, HS_JSON_TRUE) ? HS_S("true") : HS_S("false");
		add_param(out, hs_json_get_text(parameter, HS_S("name")), text);
	}
}

static enum hs_status read_params(struct hs_request *req, struct hs_slice *out, struct hs_error *err)
{
	struct hs_slice media = hs_request_header(req, HS_S("Content-Type"));
	bool form = hs_slice_ieq(hs_slice_trim(hs_slice_cut(&media, ';')),
		HS_S("application/x-www-form-urlencoded"));
	struct hs_json *body = NULL;
	struct hs_buf text;
	size_t count = 0;
	const struct hs_pair *pairs = hs_request_query(req, &count);

	hs_buf_init(&text, req->arena, QUERY_MAX);
	for (size_t i = 0; i < count; i++)
		if (!hs_slice_eq(pairs[i].name, HS_S("_format")) &&
			!hs_slice_eq(pairs[i].name, HS_S("_pretty")))
			add_param(&text, pairs[i].name, pairs[i].value);
	if (!form && hs_slice_trim(hs_request_body(req)).len) {
		enum hs_status status = hs_request_json(req, &body, err);
		if (status)
			return status;
		if (!hs_slice_eq(hs_json_get_text(body, HS_S("resourceType")), HS_S("Parameters")))
			return hs_fail_at(err, HS_E_STRUCTURE, HS_S("resourceType"),
				"the body of an export's kick-off is a Parameters resource");
		add_body_params(&text, body);
	}
	*out = hs_buf_slice(&text);
	return text.overflow ? hs_fail(err, HS_E_LIMIT, "the export has too many parameters") : HS_OK;
}

/* In a reading transaction, which fixes the moment. May be run again after a failure only. */
static enum hs_status add_job(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct kick *kick = arg;
	enum hs_status status = HS_OK;

	(void)arena;
	if (kick->added)
		return HS_OK;
	status = hs__export_plan(&kick->asked, txn, &kick->asked.plan, err);
	if (status == HS_OK)
		status = hs__export_add(kick->req->sandbox, &kick->asked, kick->id, err);
	kick->added = status == HS_OK;
	return status;
}

static enum hs_verdict added(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct kick *kick = arg;
	struct hs_issues issues = { .arena = req->arena };

	if (kick->added)
		hs__exports_wake(req->host);
	if (status)
		return hs__fail_retry(req, status == HS_E_THROTTLED ? hs__exports_wait(req->sandbox) : 0,
			err);
	struct hs_slice where = hs_arena_printf(req->arena, "%.*s/$export/%s", HS_S_ARG(hs_request_base(req)),
		kick->id);
	hs_reply_header(req, HS_S("Content-Location"), where);
	hs_issue_add(&issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE,
		"the export has begun; its state is at %.*s", HS_S_ARG(where));
	return hs_reply_issues(req, 202, &issues);
}

static enum hs_verdict kick_off(struct hs_request *req, enum hs_rest_export_level level)
{
	struct kick *kick = hs_arena_alloc(req->arena, sizeof(*kick));
	struct hs_error err = { .status = HS_OK };
	struct hs_slice query = req->http->query;
	enum hs_status status = HS_OK;

	if (!req->edition->rest)
		return hs_fail_request(req, &req->edition->missing);
	if (!hs_request_prefer(req, HS_S("respond-async")).len)
		status = hs_fail(&err, HS_E_REQUIRED,
			"an export is made in the background: send the header Prefer: respond-async");
	else if (!kick)
		status = hs_fail(&err, HS_E_LIMIT, "the request is too large");
	if (status || !kick)
		return hs_fail_request(req, &err);
	kick->req = req;
	kick->asked = (struct hs__export_job) { .sandbox = req->sandbox,
		.edition = req->edition->fhir == HS_FHIR_R5,
		.level = level,
		.lenient = hs_slice_eq(hs_request_prefer(req, HS_S("handling")), HS_S("lenient")),
		.type = hs_request_part(req, "type"),
		.group = hs_request_part(req, "id"),
		.base = hs_request_base(req) };
	kick->asked.request = hs_arena_printf(req->arena, "%.*s/%.*s%s%.*s", HS_S_ARG(hs_request_base(req)),
		HS_S_ARG(req->path), query.len ? "?" : "", HS_S_ARG(query));
	status = read_params(req, &kick->asked.params, &err);
	return status ? hs_fail_request(req, &err) : hs_read_slow(req, add_job, kick, added);
}

static enum hs_verdict of_system(struct hs_request *req, void *state)
{
	(void)state;
	return kick_off(req, HS_EXPORT_SYSTEM);
}

static enum hs_verdict of_type(struct hs_request *req, void *state)
{
	(void)state;
	return kick_off(req, HS_EXPORT_TYPE);
}

static enum hs_verdict of_patients(struct hs_request *req, void *state)
{
	(void)state;
	return kick_off(req, HS_EXPORT_PATIENT);
}

static enum hs_verdict of_group(struct hs_request *req, void *state)
{
	(void)state;
	return kick_off(req, HS_EXPORT_GROUP);
}

/* ---- status ---- */

static enum hs_verdict no_job(struct hs_request *req)
{
	struct hs_error err = { .status = HS_OK };

	hs_fail(&err, HS_E_NOT_FOUND,
		"there is no such export; it was deleted, has expired, or never was in this sandbox");
	return hs_fail_request(req, &err);
}

static struct hs_json *manifest(struct hs_request *req, const struct hs__export_job *job)
{
	static const char *const lists[] = { "output", "deleted", "error" };
	struct hs_arena *arena = req->arena;
	struct hs_json *tree = hs_json_object(arena);
	char instant[HS_INSTANT_LEN + 1];

	hs_time_instant(job->time_ms, instant);
	hs_json_add_text(arena, tree, HS_S("transactionTime"),
		hs_arena_copy(arena, hs_slice(instant, HS_INSTANT_LEN)));
	hs_json_add_text(arena, tree, HS_S("request"), hs_arena_copy(arena, job->request));
	hs_json_add(tree, HS_S("requiresAccessToken"), hs_json_bool(arena, false));
	for (unsigned kind = 0; kind < 3; kind++) {
		struct hs_json *list = hs_json_add_array(arena, tree, hs_slice_cstr(lists[kind]));
		for (uint32_t i = 0; i < job->file_count; i++) {
			const struct hs__export_file *file = &job->files[i];
			if (file->kind != kind)
				continue;
			struct hs_json *row = hs_json_push(list, hs_json_object(arena));
			hs_json_add_text(arena, row, HS_S("type"),
				hs_arena_copy(arena, hs_slice_cstr(file->type)));
			hs_json_add_text(arena, row, HS_S("url"),
				hs_arena_printf(arena, "%.*s/$export/%s/%s", HS_S_ARG(hs_request_base(req)),
					job->id, file->name));
			hs_json_add(row, HS_S("count"), hs_json_int(arena, (int64_t)file->count));
		}
	}
	return tree;
}

static enum hs_verdict reply_done(struct hs_request *req, const struct hs_json *tree, int64_t expires_ms)
{
	struct hs_buf out;
	char date[HS_HTTP_DATE_LEN + 1];

	hs_time_http(expires_ms, date);
	hs_reply_header(req, HS_S("Expires"), hs_slice(date, HS_HTTP_DATE_LEN));
	hs_buf_init(&out, req->arena, QUERY_MAX * 16);
	hs_json_write(&out, tree, req->pretty ? HS_JSON_PRETTY : 0);
	return hs_reply_bytes(req, 200, HS_S("application/json"), hs_buf_slice(&out));
}

static enum hs_verdict reply_running(struct hs_request *req, uint64_t resources, struct hs_slice now)
{
	hs_reply_header(req, HS_S("Retry-After"), HS_S("1"));
	hs_reply_header(req, HS_S("X-Progress"),
		hs_arena_printf(req->arena, "%llu resources%s%.*s", (unsigned long long)resources,
			now.len ? ", now " : "", HS_S_ARG(now)));
	return hs_reply_empty(req, 202);
}

static enum hs_verdict serve_status(struct hs_request *req, void *state)
{
	struct hs__exports *exports = req->sandbox->exports;
	struct hs_error err = { .status = HS_OK };
	struct hs_json *tree = NULL;
	enum hs__export_phase phase = HS__EXPORT_WAITING;
	struct hs_slice now = HS_S_NONE;
	uint64_t resources = 0;
	int64_t expires_ms = 0;

	(void)state;
	pthread_mutex_lock(&exports->lock);
	const struct hs__export_job *job = hs__export_find(req->sandbox, hs_request_part(req, "job"));
	if (job) {
		phase = job->phase;
		now = job->now;
		resources = job->resources;
		expires_ms = job->expires_ms;
		if (phase == HS__EXPORT_DONE)
			tree = manifest(req, job);
		if (phase == HS__EXPORT_FAILED)
			hs_fail(&err, HS_E_INTERNAL, "the export failed: %.300s", job->error);
	}
	pthread_mutex_unlock(&exports->lock);
	if (!job)
		return no_job(req);
	if (phase == HS__EXPORT_FAILED)
		return hs_fail_request(req, &err);
	return tree ? reply_done(req, tree, expires_ms) : reply_running(req, resources, now);
}

static enum hs_verdict serve_delete(struct hs_request *req, void *state)
{
	struct hs__exports *exports = req->sandbox->exports;
	struct hs_issues issues = { .arena = req->arena };

	(void)state;
	pthread_mutex_lock(&exports->lock);
	struct hs__export_job *job = hs__export_find(req->sandbox, hs_request_part(req, "job"));
	if (job)
		hs__export_cancel(job);
	pthread_mutex_unlock(&exports->lock);
	if (!job)
		return no_job(req);
	hs_issue_add(&issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE,
		"the export is cancelled and its files are removed");
	return hs_reply_issues(req, 202, &issues);
}

/* ---- files ---- */

bool hs__export_is_file(struct hs_slice path)
{
	return hs_slice_starts(path, HS_S("$export/")) && hs_slice_find(path, '/', 8) != SIZE_MAX;
}

struct reading {
	const struct hs_world *world;
	int fd;
	uint64_t at, size;
};

static enum hs_status read_piece(void *arg, struct hs_buf *out, bool *last, struct hs_error *err)
{
	struct reading *reading = arg;
	uint64_t left = reading->size - reading->at;
	size_t want = left < PIECE ? (size_t)left : PIECE;
	char *room = hs_buf_reserve(out, want + 1);
	ssize_t n = room ?
		reading->world->pread(reading->world->ctx, reading->fd, room, want, (off_t)reading->at) :
		-1;

	if (n < 0 || (n == 0 && want))
		return hs_fail(err, HS_E_IO, "a file of the export is shorter than it was");
	hs_buf_commit(out, (size_t)n);
	reading->at += (uint64_t)n;
	*last = reading->at == reading->size;
	return HS_OK;
}

static void end_reading(void *arg)
{
	struct reading *reading = arg;

	reading->world->close(reading->world->ctx, reading->fd);
	hs_heap_free(reading);
}

static const struct hs__export_file *file_of(const struct hs__export_job *job, struct hs_slice name)
{
	for (uint32_t i = 0; job && job->phase == HS__EXPORT_DONE && i < job->file_count; i++)
		if (hs_slice_eq(hs_slice_cstr(job->files[i].name), name))
			return &job->files[i];
	return NULL;
}

static enum hs_verdict serve_file(struct hs_request *req, void *state)
{
	struct hs__exports *exports = req->sandbox->exports;
	const struct hs_world *world = req->host->world;
	struct hs_error err = { .status = HS_OK };
	char path[4096];
	uint64_t size = 0;

	(void)state;
	pthread_mutex_lock(&exports->lock);
	const struct hs__export_job *job = hs__export_find(req->sandbox, hs_request_part(req, "job"));
	const struct hs__export_file *file = file_of(job, hs_request_part(req, "file"));
	bool known = file && hs__export_path(job, file->name, path, sizeof(path));
	if (known)
		size = file->bytes;
	pthread_mutex_unlock(&exports->lock);
	int fd = known ? world->open(world->ctx, path, O_RDONLY | O_CLOEXEC, 0) : -1;
	if (fd < 0) {
		hs_fail(&err, HS_E_NOT_FOUND,
			"there is no such file; the export's manifest lists those there are");
		return hs_fail_request(req, &err);
	}
	struct reading *reading = hs_heap_alloc(sizeof(*reading));
	*reading = (struct reading) { world, fd, 0, size };
	req->xml = false;
	enum hs_verdict verdict = hs_stream_reply(req, 200,
		&(struct hs_stream_source) { read_piece, end_reading, reading });
	req->reply.content_type = HS_S("application/fhir+ndjson");
	return verdict;
}

#define BULK "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
#define EXPORT(where, serve, name, about) \
	{ \
		.method = "GET POST", .path = (where), .versions = HS_ON_R4 | HS_ON_R5, .handler = (serve), \
		.operation = (name), .definition = (about) \
	}
const struct hs_route hs__export_routes[] = {
	EXPORT("$export", of_system, "export", BULK "export"),
	EXPORT("Patient/$export", of_patients, "export", BULK "patient-export"),
	EXPORT("Group/{id}/$export", of_group, "export", BULK "group-export"),
	EXPORT("{type}/$export", of_type, NULL, NULL),
	{ .method = "GET",
		.path = "$export/{job}",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = serve_status },
	{ .method = "DELETE",
		.path = "$export/{job}",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = serve_delete },
	{ .method = "GET",
		.path = "$export/{job}/{file}",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = serve_file },
	{ .method = NULL },
};
