/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an export: what it found, in files of a limited size, and job.json. */
#include <core/host/operations/export.h>

#include <core/base/heap.h>

#include <fcntl.h>
#include <stdio.h>

#define JOB_MAX ((size_t)8 << 20)
#define BUFFER ((size_t)128 << 10)
#define NOTHING UINT32_MAX

static const char *const phases[] = { "running", "running", "done", "failed" };
static const char *const kinds[] = { "output", "deleted", "error" };
static const char *const levels[] = { "system", "type", "patient", "group" };

bool hs__export_path(const struct hs__export_job *job, const char *file, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/exports/%s%s%s", job->sandbox->dir, job->id, file ? "/" : "",
		file ? file : "");
	return n > 0 && (size_t)n < size;
}

static enum hs_status too_long(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
}

enum hs_status hs__export_make(const struct hs__export_job *job, struct hs_error *err)
{
	char path[4096];

	return hs__export_path(job, NULL, path, sizeof(path)) ? hs__make_dirs(path, err) : too_long(err);
}

void hs__export_erase(const struct hs__export_job *job)
{
	char path[4096];
	struct hs_error ignored;

	if (hs__export_path(job, NULL, path, sizeof(path)))
		(void)hs__sandbox_erase(path, true, &ignored);
}

/* ---- job.json ---- */

static struct hs_json *tree_of(const struct hs__export_job *job, struct hs_arena *arena)
{
	struct hs_json *tree = hs_json_object(arena);

	hs_json_add_text(arena, tree, HS_S("fhir"),
		hs_slice_cstr(job->sandbox->host->editions[job->edition].name));
	hs_json_add_text(arena, tree, HS_S("level"), hs_slice_cstr(levels[job->level]));
	hs_json_add_text(arena, tree, HS_S("type"), job->type);
	hs_json_add_text(arena, tree, HS_S("group"), job->group);
	hs_json_add_text(arena, tree, HS_S("params"), job->params);
	hs_json_add_text(arena, tree, HS_S("base"), job->base);
	hs_json_add_text(arena, tree, HS_S("request"), job->request);
	hs_json_add(tree, HS_S("lenient"), hs_json_bool(arena, job->lenient));
	hs_json_add(tree, HS_S("seq"), hs_json_int(arena, (int64_t)job->seq));
	hs_json_add(tree, HS_S("timeMs"), hs_json_int(arena, job->time_ms));
	hs_json_add_text(arena, tree, HS_S("state"), hs_slice_cstr(phases[job->phase]));
	hs_json_add(tree, HS_S("expiresMs"), hs_json_int(arena, job->expires_ms));
	hs_json_add(tree, HS_S("resources"), hs_json_int(arena, (int64_t)job->resources));
	hs_json_add_text(arena, tree, HS_S("error"), hs_slice_cstr(job->error));
	struct hs_json *files = hs_json_add_array(arena, tree, HS_S("files"));
	for (uint32_t i = 0; i < job->file_count && job->phase == HS__EXPORT_DONE; i++) {
		const struct hs__export_file *file = &job->files[i];
		struct hs_json *row = hs_json_push(files, hs_json_object(arena));
		hs_json_add_text(arena, row, HS_S("kind"), hs_slice_cstr(kinds[file->kind]));
		hs_json_add_text(arena, row, HS_S("type"), hs_slice_cstr(file->type));
		hs_json_add_text(arena, row, HS_S("name"), hs_slice_cstr(file->name));
		hs_json_add(row, HS_S("count"), hs_json_int(arena, (int64_t)file->count));
		hs_json_add(row, HS_S("bytes"), hs_json_int(arena, (int64_t)file->bytes));
	}
	return tree;
}

enum hs_status hs__export_save(const struct hs__export_job *job, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(JOB_MAX * 4);
	struct hs_json *tree = tree_of(job, arena);
	struct hs_buf out;
	char path[4096];
	enum hs_status status = HS_OK;

	hs_buf_init(&out, arena, JOB_MAX);
	hs_json_write(&out, tree, HS_JSON_PRETTY);
	if (!hs__export_path(job, "job.json", path, sizeof(path)))
		status = too_long(err);
	else if (out.overflow || hs_arena_full(arena))
		status = hs_fail(err, HS_E_LIMIT, "the export has too many files");
	else
		status = hs_world_write_file(job->sandbox->host->world, path, hs_buf_slice(&out), 0600, err);
	hs_arena_free(arena);
	return status;
}

static uint8_t word_of(const struct hs_json *tree, struct hs_slice key, const char *const *words,
	uint8_t count)
{
	for (uint8_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_json_get_text(tree, key), hs_slice_cstr(words[i])))
			return i;
	return 0;
}

static int64_t number_of(const struct hs_json *tree, struct hs_slice key)
{
	int64_t value = 0;

	hs_json_i64(hs_json_get(tree, key), &value);
	return value;
}

static void copy_name(char *out, size_t size, struct hs_slice text)
{
	snprintf(out, size, "%.*s", HS_S_ARG(text));
}

static struct hs__export_file *add_file(struct hs__export_job *job)
{
	if (job->file_count == job->file_room) {
		job->file_room = job->file_room ? 2 * job->file_room : 16;
		job->files = hs_heap_grow(job->files, job->file_room * sizeof(*job->files));
	}
	struct hs__export_file *file = &job->files[job->file_count++];
	memset(file, 0, sizeof(*file));
	return file;
}

static void take_tree(struct hs__export_job *job, const struct hs_json *tree)
{
	struct hs_arena *arena = job->arena;

	job->edition = hs_slice_eq(hs_json_get_text(tree, HS_S("fhir")), HS_S("r5"));
	job->level = (enum hs_rest_export_level)word_of(tree, HS_S("level"), levels, 4);
	job->phase = (enum hs__export_phase)word_of(tree, HS_S("state"), phases, 4);
	job->type = hs_arena_copy(arena, hs_json_get_text(tree, HS_S("type")));
	job->group = hs_arena_copy(arena, hs_json_get_text(tree, HS_S("group")));
	job->params = hs_arena_copy(arena, hs_json_get_text(tree, HS_S("params")));
	job->base = hs_arena_copy(arena, hs_json_get_text(tree, HS_S("base")));
	job->request = hs_arena_copy(arena, hs_json_get_text(tree, HS_S("request")));
	job->lenient = hs_json_get_bool(tree, HS_S("lenient"), false);
	job->seq = (uint64_t)number_of(tree, HS_S("seq"));
	job->time_ms = number_of(tree, HS_S("timeMs"));
	job->expires_ms = number_of(tree, HS_S("expiresMs"));
	copy_name(job->error, sizeof(job->error), hs_json_get_text(tree, HS_S("error")));
	if (job->phase == HS__EXPORT_DONE)
		job->resources = (uint64_t)number_of(tree, HS_S("resources"));
	HS_JSON_EACH(row, hs_json_get(tree, HS_S("files"))) {
		struct hs__export_file *file = add_file(job);
		file->kind = word_of(row, HS_S("kind"), kinds, 3);
		copy_name(file->type, sizeof(file->type), hs_json_get_text(row, HS_S("type")));
		copy_name(file->name, sizeof(file->name), hs_json_get_text(row, HS_S("name")));
		file->count = (uint64_t)number_of(row, HS_S("count"));
		file->bytes = (uint64_t)number_of(row, HS_S("bytes"));
	}
}

enum hs_status hs__export_load(struct hs__export_job *job, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(JOB_MAX * 8);
	struct hs_json *tree = NULL;
	struct hs_slice text = HS_S_NONE;
	char path[4096];
	enum hs_status status = hs__export_path(job, "job.json", path, sizeof(path)) ?
		hs_world_read_file(job->sandbox->host->world, arena, path, JOB_MAX, &text, err) :
		too_long(err);

	if (status == HS_OK)
		status = hs_json_parse(arena, text, NULL, &tree, err);
	if (status == HS_OK)
		take_tree(job, tree);
	hs_arena_free(arena);
	return status;
}

/* ---- writing ---- */

struct writing {
	struct hs__export_job *job;
	struct hs_arena *arena;
	struct hs_buf pending; /* of the file `open` */
	struct hs_buf deleted; /* entries of a Bundle */
	uint64_t deleted_count, resources;
	uint32_t open; /* index of the file that pending belongs to */
	int fd;
	struct hs_slice now;
};

static enum hs_status flush(struct writing *w, struct hs_error *err)
{
	const struct hs_world *world = w->job->sandbox->host->world;
	struct hs_slice rest = hs_buf_slice(&w->pending);

	while (rest.len) {
		struct hs__export_file *file = &w->job->files[w->open];
		ssize_t n = world->pwrite(world->ctx, w->fd, rest.ptr, rest.len, (off_t)file->bytes);
		if (n <= 0)
			return hs_fail(err, HS_E_FULL, "the export's file %s cannot be written: %s",
				file->name, strerrordesc_np((int)-n));
		file->bytes += (uint64_t)n;
		rest = hs_slice_from(rest, (size_t)n);
	}
	hs_buf_clear(&w->pending);
	return HS_OK;
}

static enum hs_status shut(struct writing *w, bool sync, struct hs_error *err)
{
	const struct hs_world *world = w->job->sandbox->host->world;
	enum hs_status status = w->fd >= 0 ? flush(w, err) : HS_OK;

	if (w->fd >= 0 && sync && status == HS_OK && world->fsync(world->ctx, w->fd) < 0)
		status = hs_fail(err, HS_E_IO, "the export's files cannot be brought to disk");
	if (w->fd >= 0)
		world->close(world->ctx, w->fd);
	w->fd = -1;
	w->open = NOTHING;
	return status;
}

static enum hs_status open_file(struct writing *w, uint32_t index, bool fresh, struct hs_error *err)
{
	const struct hs_world *world = w->job->sandbox->host->world;
	char path[4096];
	enum hs_status status = shut(w, false, err);

	if (status != HS_OK)
		return status;
	if (!hs__export_path(w->job, w->job->files[index].name, path, sizeof(path)))
		return too_long(err);
	w->fd = world->open(world->ctx, path, O_WRONLY | O_CREAT | O_CLOEXEC | (fresh ? O_TRUNC : 0), 0600);
	if (w->fd < 0)
		return hs_fail(err, HS_E_IO, "%s cannot be opened: %s", path, strerrordesc_np(-w->fd));
	w->open = index;
	return HS_OK;
}

/* The last file of that kind and type, and how many there are. */
static uint32_t last_of(const struct hs__export_job *job, enum hs__export_kind kind, struct hs_slice type,
	uint32_t *count)
{
	uint32_t last = NOTHING;

	*count = 0;
	for (uint32_t i = 0; i < job->file_count; i++)
		if (job->files[i].kind == kind && hs_slice_eq(hs_slice_cstr(job->files[i].type), type)) {
			last = i;
			++*count;
		}
	return last;
}

/* The file that the next line goes to: a new one when it does not fit. */
static enum hs_status choose_file(struct writing *w, enum hs__export_kind kind, struct hs_slice type,
	size_t size, struct hs_error *err)
{
	struct hs__export_job *job = w->job;
	uint64_t most = (uint64_t)job->sandbox->host->config->export_file_kib * 1024;
	uint32_t count = 0, last = last_of(job, kind, type, &count);
	uint64_t used = last == NOTHING ? 0 : job->files[last].bytes + (last == w->open ? w->pending.len : 0);

	if (last != NOTHING && used + size <= most)
		return last == w->open ? HS_OK : open_file(w, last, false, err);
	if (job->file_count == HS__EXPORT_FILES_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "the export would have more than %u files",
			HS__EXPORT_FILES_MAX);
	enum hs_status status = shut(w, false, err);
	if (status != HS_OK)
		return status;
	struct hs__export_file *file = add_file(job);
	file->kind = (uint8_t)kind;
	copy_name(file->type, sizeof(file->type), type);
	snprintf(file->name, sizeof(file->name), "%s%.*s.%u.ndjson",
		kind == HS__EXPORT_OUTPUT          ? "" :
			kind == HS__EXPORT_DELETED ? "deleted-" :
						     "error-",
		HS_S_ARG(hs_slice_first(type, 60)), count + 1);
	return open_file(w, job->file_count - 1, true, err);
}

static enum hs_status put_line(struct writing *w, enum hs__export_kind kind, struct hs_slice type,
	struct hs_slice line, uint64_t count, struct hs_error *err)
{
	enum hs_status status = choose_file(w, kind, type, line.len + 1, err);

	if (status == HS_OK && w->pending.len + line.len >= BUFFER)
		status = flush(w, err);
	if (status != HS_OK)
		return status;
	hs_buf_add(&w->pending, line);
	hs_buf_byte(&w->pending, '\n');
	w->job->files[w->open].count += count;
	return w->pending.overflow ? hs_fail(err, HS_E_LIMIT, "a resource is too large for an export") :
				     HS_OK;
}

static enum hs_status put_resource(void *arg, struct hs_slice type, struct hs_slice line,
	struct hs_error *err)
{
	struct writing *w = arg;

	w->now = type;
	w->resources++;
	return put_line(w, HS__EXPORT_OUTPUT, type, line, 1, err);
}

static enum hs_status put_deleted(void *arg, struct hs_slice type, struct hs_slice id, struct hs_error *err)
{
	struct writing *w = arg;

	(void)err;
	hs_buf_cstr(&w->deleted, w->deleted.len ? "," : "");
	hs_buf_cstr(&w->deleted, "{\"request\":{\"method\":\"DELETE\",\"url\":\"");
	hs_buf_add(&w->deleted, type);
	hs_buf_byte(&w->deleted, '/');
	hs_buf_add(&w->deleted, id);
	hs_buf_cstr(&w->deleted, "\"}}");
	w->deleted_count++;
	return HS_OK;
}

/* The deletions of a slice are one Bundle; `count` of the manifest counts lines. */
static enum hs_status put_deletions(struct writing *w, struct hs_error *err)
{
	struct hs_buf line;

	if (!w->deleted_count)
		return HS_OK;
	hs_buf_init(&line, w->arena, w->deleted.len + 100);
	hs_buf_cstr(&line, "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
	hs_buf_add(&line, hs_buf_slice(&w->deleted));
	hs_buf_cstr(&line, "]}");
	return put_line(w, HS__EXPORT_DELETED, HS_S("Bundle"), hs_buf_slice(&line), 1, err);
}

/* What lenient handling left out. */
static enum hs_status put_errors(struct writing *w, struct hs_error *err)
{
	size_t count = 0;
	const struct hs_slice *ignored = hs_rest_export_ignored(w->job->plan, &count);
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs_issues issues = { .arena = w->arena };
		struct hs_buf line;
		hs_issue_add(&issues, HS_SEVERITY_WARNING, "not-supported", HS_S_NONE, "%.*s",
			HS_S_ARG(ignored[i]));
		hs_buf_init(&line, w->arena, 8192);
		hs_json_write(&line, hs_outcome(w->arena, &issues), 0);
		status = put_line(w, HS__EXPORT_ERROR, HS_S("OperationOutcome"), hs_buf_slice(&line), 1, err);
	}
	return status;
}

static enum hs_status sync_all(struct writing *w, struct hs_error *err)
{
	enum hs_status status = shut(w, false, err);

	for (uint32_t i = 0; i < w->job->file_count && status == HS_OK; i++) {
		status = open_file(w, i, false, err);
		if (status == HS_OK)
			status = shut(w, true, err);
	}
	return status;
}

static enum hs_status write_slice(struct writing *w, struct hs_txn *txn, struct hs_rest_export_place *place,
	struct hs_error *err)
{
	const struct hs_rest_export_sink sink = { put_resource, put_deleted, w };
	enum hs_status status = hs_rest_export_slice(w->job->plan, txn, w->arena, place, &sink, err);

	if (status == HS_OK)
		status = put_deletions(w, err);
	if (status == HS_OK && place->done)
		status = put_errors(w, err);
	if (status == HS_OK && place->done)
		status = sync_all(w, err);
	return status;
}

enum hs_status hs__export_write(struct hs__export_job *job, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_error *err)
{
	struct hs_rest_export_place place = job->place;
	uint32_t count = job->file_count;
	size_t kept_size = count * sizeof(*job->files);
	struct hs__export_file *kept = hs_heap_alloc(kept_size + 1);
	struct writing w = { .job = job, .arena = arena, .open = NOTHING, .fd = -1 };
	struct hs_error ignored;

	memcpy(kept, job->files ? job->files : kept, kept_size);
	hs_buf_init(&w.pending, NULL, (size_t)1 << 30);
	hs_buf_init(&w.deleted, NULL, (size_t)64 << 20);
	enum hs_status status = write_slice(&w, txn, &place, err);
	if (status == HS_OK)
		status = shut(&w, false, err);
	else
		(void)shut(&w, false, &ignored);
	if (status == HS_OK) {
		job->place = place;
		pthread_mutex_lock(&job->owner->lock);
		job->resources += w.resources;
		job->now = w.now.len ? w.now : job->now;
		pthread_mutex_unlock(&job->owner->lock);
	} else {
		if (count)
			memcpy(job->files, kept, kept_size);
		job->file_count = count;
	}
	hs_buf_free(&w.pending);
	hs_buf_free(&w.deleted);
	hs_heap_free(kept);
	return status;
}
