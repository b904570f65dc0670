/* SPDX-License-Identifier: Apache-2.0 */
/* The course of an import: which stages are there from one that was cut short, the steps that are left, and
 * the work folder. */
#include "stages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#define DESCRIPTION "description.json"

/* ---- what the importer sees in place of the caller ---- */

static void note_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct tx_stages *s = arg;

	if (s->outer->progress)
		s->outer->progress(s->outer->arg, what, done, total);
}

static bool is_stopped(void *arg)
{
	struct tx_stages *s = arg;

	return s->outer->stopped && s->outer->stopped(s->outer->arg);
}

static void tell_skip(struct tx_stages *s, size_t index)
{
	const struct tx_skip *skip = TX_BUILD_AT(s->skips, struct tx_skip, index);

	if (s->outer->skipped)
		s->outer->skipped(s->outer->arg, hs_arena_cstr(s->arena, skip->file), skip->line,
			hs_arena_cstr(s->arena, skip->why));
}

static void note_skip(void *arg, const char *file, uint64_t line, const char *why)
{
	struct tx_stages *s = arg;
	size_t count = TX_BUILD_COUNT(s->skips, struct tx_skip);
	struct tx_skip skip = { .file = hs_slice_cstr(file), .line = line };

	if (count && hs_slice_eq(TX_BUILD_AT(s->skips, struct tx_skip, count - 1)->file, skip.file))
		skip.file = TX_BUILD_AT(s->skips, struct tx_skip, count - 1)->file;
	else
		skip.file = hs_arena_copy(s->arena, skip.file);
	skip.why = hs_arena_copy(s->arena, hs_slice_cstr(why));
	hs_buf_add(&s->skips, hs_slice((const char *)&skip, sizeof(skip)));
	if (s->outer->skipped)
		s->outer->skipped(s->outer->arg, file, line, why);
}

/* ---- parts ---- */

static void add_part(struct tx_stages *s, struct tx_part part)
{
	if (s->part_count < TX_PARTS_MAX)
		s->parts[s->part_count++] = part;
}

void hs_tx_stages_list(struct tx_stages *s, struct hs_buf *list, size_t row, uint64_t slices, uint64_t cstrs)
{
	add_part(s,
		(struct tx_part) {
			.kind = TX_PART_LIST, .at = list, .row = row, .slices = slices, .cstrs = cstrs });
}

void hs_tx_stages_record(struct tx_stages *s, void *record, size_t bytes, uint64_t slices)
{
	add_part(s,
		(struct tx_part) { .kind = TX_PART_RECORD, .at = record, .row = bytes, .slices = slices });
}

static void stage_numbers(struct tx_stages *s, uint32_t **numbers, const size_t *count, size_t more)
{
	add_part(s,
		(struct tx_part) { .kind = TX_PART_NUMBERS,
			.at = numbers,
			.row = sizeof(uint32_t),
			.count = count,
			.more = more });
}

static void add_given(struct tx_stages *s, struct tx_build *b)
{
	static const uint64_t head = TX_WORD(struct tx_build_head, id) | TX_WORD(struct tx_build_head, url) |
		TX_WORD(struct tx_build_head, version) | TX_WORD(struct tx_build_head, name) |
		TX_WORD(struct tx_build_head, title) | TX_WORD(struct tx_build_head, language) |
		TX_WORD(struct tx_build_head, value_set) | TX_WORD(struct tx_build_head, description) |
		TX_WORD(struct tx_build_head, copyright) | TX_WORD(struct tx_build_head, publisher) |
		TX_WORD(struct tx_build_head, status) | TX_WORD(struct tx_build_head, standards) |
		TX_WORD(struct tx_build_head, source);

	hs_tx_stages_list(s, &b->concepts, sizeof(struct tx_build_concept),
		TX_WORD(struct tx_build_concept, code) | TX_WORD(struct tx_build_concept, definition),
		TX_WORD(struct tx_build_concept, status));
	hs_tx_stages_record(s, &b->head, sizeof(b->head), head);
	hs_tx_stages_list(s, &b->texts, sizeof(struct tx_build_text), TX_BUILD_TEXT_SLICES, 0);
	hs_tx_stages_list(s, &b->links, sizeof(struct tx_build_link), 0, 0);
	hs_tx_stages_list(s, &b->properties, sizeof(struct tx_build_property),
		TX_WORD(struct tx_build_property, code) | TX_WORD(struct tx_build_property, value),
		TX_WORD(struct tx_build_property, key));
	hs_tx_stages_list(s, &b->extensions, sizeof(struct tx_build_extension),
		TX_WORD(struct tx_build_extension, json), 0);
	hs_tx_stages_list(s, &b->defs, sizeof(struct tx_build_def),
		TX_WORD(struct tx_build_def, code) | TX_WORD(struct tx_build_def, uri) |
			TX_WORD(struct tx_build_def, type) | TX_WORD(struct tx_build_def, description),
		0);
	hs_tx_stages_list(s, &b->uses, sizeof(struct tx_use),
		TX_WORD(struct tx_use, system) | TX_WORD(struct tx_use, code) |
			TX_WORD(struct tx_use, display),
		0);
}

void hs_tx_stages_build(struct tx_stages *s, struct tx_build *b)
{
	size_t *const counts[] = { &b->ordered, &b->linked, &b->worded };
	struct {
		uint32_t **at;
		const size_t *count;
		size_t more;
	} const numbers[] = { { &b->place, &b->ordered, 0 }, { &b->order, &b->ordered, 0 },
		{ &b->end, &b->ordered, 0 }, { &b->span_first, &b->ordered, 0 },
		{ &b->span_count, &b->ordered, 0 }, { &b->parent_first, &b->ordered, 1 },
		{ &b->child_first, &b->ordered, 1 }, { &b->text_first, &b->ordered, 1 },
		{ &b->parents, &b->linked, 0 }, { &b->children, &b->linked, 0 },
		{ &b->text_order, &b->worded, 0 } };

	add_given(s, b);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		hs_tx_stages_record(s, counts[i], sizeof(size_t), 0);
	hs_tx_stages_list(s, &b->spans, sizeof(struct tx_span), 0, 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		stage_numbers(s, numbers[i].at, numbers[i].count, numbers[i].more);
}

/* ---- the work folder ---- */

static const char *path_of(const struct tx_stages *s, const char *name)
{
	return hs_arena_cstr(s->arena, hs_arena_printf(s->arena, "%s/%s", s->folder, name));
}

static const char *stage_path(const struct tx_stages *s, size_t number)
{
	char name[40];

	snprintf(name, sizeof(name), "%02zu.stage", number);
	return path_of(s, name);
}

static void remove_folder(const struct tx_stages *s)
{
	DIR *dir = opendir(s->folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir) {
		closedir(dir);
		rmdir(s->folder);
	}
}

/* Sources are read for their digests only when there is something to be compared with, or kept. */
static void describe(struct tx_stages *s)
{
	if (s->description.len)
		return;
	s->description = hs_tx_describe(s);
	s->key = hs_tx_digest(s->description);
}

static enum hs_status make_folder(struct tx_stages *s, struct hs_error *err)
{
	const char *path = path_of(s, DESCRIPTION);
	ssize_t put = -1;

	describe(s);
	if (mkdir(s->folder, 0700) != 0)
		return hs_fail(err, HS_E_IO, "cannot make %s: %s", s->folder, strerrordesc_np(errno));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0) {
		put = write(fd, s->description.ptr, s->description.len);
		close(fd);
	}
	return put == (ssize_t)s->description.len ? HS_OK : hs_fail(err, HS_E_FULL, "cannot write %s", path);
}

static struct hs_slice read_description(const struct tx_stages *s)
{
	char *text = hs_arena_raw(s->arena, TX_DESCRIPTION_MAX);
	int fd = open(path_of(s, DESCRIPTION), O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, text, TX_DESCRIPTION_MAX) : -1;

	if (fd >= 0)
		close(fd);
	return got > 0 ? hs_slice(text, (size_t)got) : HS_S_NONE;
}

/* ---- going on ---- */

static unsigned count_stages(const struct tx_stage *list)
{
	unsigned count = 0;

	for (; list->work; list++)
		count += list->name != NULL;
	return count;
}

static void tell(const struct tx_stages *s, const char *sentence)
{
	if (s->outer->told)
		s->outer->told(s->outer->arg, sentence);
}

/* Those that are whole, each of which follows the one taken before it. */
static enum hs_status take_whole(struct tx_stages *s, struct hs_error *err)
{
	for (size_t number = 1; number < s->outer->stage_count; number++) {
		enum hs_status status = hs_tx_stage_read(s, stage_path(s, number), err);
		if (status == HS_E_CORRUPT)
			return status;
		if (status == HS_OK)
			s->done = number;
	}
	s->outer->resumed = (unsigned)s->done;
	return HS_OK;
}

static enum hs_status take_stages(struct tx_stages *s, struct hs_error *err)
{
	const struct tx_stage *stage = s->list;
	struct hs_buf text;
	size_t told = 0;

	enum hs_status status = take_whole(s, err);
	if (status)
		return status;
	hs_buf_init(&text, s->arena, 4096);
	hs_buf_cstr(&text, "resuming: there are already");
	for (; told < s->done; stage++)
		if (stage->name)
			hs_buf_printf(&text, "%s %s", told++ ? "," : "", stage->name);
	hs_buf_printf(&text, " (%zu of %u stages)", s->done, s->outer->stage_count);
	tell(s,
		s->done ? hs_arena_cstr(s->arena, hs_buf_slice(&text)) :
			  "beginning anew: an import that was cut short here had no stage whole");
	for (size_t i = 0; i < TX_BUILD_COUNT(s->skips, struct tx_skip); i++)
		tell_skip(s, i);
	return HS_OK;
}

static enum hs_status go_on(struct tx_stages *s, struct hs_error *err)
{
	struct hs_slice then = read_description(s);
	const char *differs = NULL;

	if (then.len) {
		describe(s);
		differs = hs_tx_differs(s->arena, then, s->description);
	}
	s->has_folder = then.len && !differs && !s->outer->restart;
	if (s->has_folder)
		return take_stages(s, err);
	if (then.len && s->outer->restart)
		tell(s, "beginning anew, as asked: what an import that was cut short had done goes");
	else if (then.len)
		tell(s,
			hs_arena_cstr(s->arena,
				hs_arena_printf(s->arena,
					"beginning anew, not from where an import was cut short: %s",
					differs)));
	remove_folder(s);
	return HS_OK;
}

/* ---- the steps ---- */

/* A stage costs: it is written, and the first one reads all sources for their digests. What took less than
 * this is sooner done again. */
#define WORTH_KEEPING_MS 10000u

static uint64_t read_clock(const struct tx_stages *s)
{
	return s->outer->clock_ms ? s->outer->clock_ms(s->outer->arg) : 0;
}

static enum hs_status keep(struct tx_stages *s, size_t number, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (s->outer->clock_ms && read_clock(s) - s->kept_at < WORTH_KEEPING_MS)
		return HS_OK;
	if (!s->has_folder)
		status = make_folder(s, err);
	s->has_folder = status == HS_OK;
	if (status == HS_OK)
		status = hs_tx_stage_write(s, stage_path(s, number), err);
	if (status == HS_OK)
		s->done = number;
	s->kept_at = read_clock(s);
	return status;
}

static enum hs_status take_step(struct tx_stages *s, const struct tx_stage *step, size_t number, void *arg,
	struct hs_error *err)
{
	bool last = number == s->outer->stage_count;

	if (!step->name)
		return step->work(arg, err);
	note_progress(s, step->name, 0, 0);
	if (is_stopped(s))
		return hs_fail(err, HS_E_CANCELLED, "interrupted");
	enum hs_status status = step->work(arg, err);
	if (status == HS_OK && !last)
		status = keep(s, number, err);
	return status;
}

enum hs_status hs_tx_stages_run(struct tx_stages *s, const struct tx_files *files,
	const struct tx_stage *list, void *arg, struct hs_error *err)
{
	s->files = files;
	s->list = list;
	s->outer->stage_count = count_stages(list);
	s->kept_at = read_clock(s);
	enum hs_status status = go_on(s, err);
	size_t number = 0;
	for (; list->work && status == HS_OK; list++) {
		number += list->name != NULL;
		if (list->name && number <= s->outer->resumed)
			continue;
		status = take_step(s, list, number, arg, err);
	}
	return status;
}

/* ---- beginning and end ---- */

void hs_tx_stages_begin(struct tx_stages *s, struct hs_import *import, const char *importer,
	struct hs_arena *arena)
{
	*s = (struct tx_stages) {
		.outer = import,
		.inner = *import,
		.arena = arena,
		.importer = importer,
	};
	s->inner.progress = note_progress;
	s->inner.stopped = is_stopped;
	s->inner.skipped = note_skip;
	s->inner.arg = s;
	s->folder = hs_arena_cstr(arena, hs_arena_printf(arena, "%s/%s.work", import->directory, importer));
	hs_buf_init(&s->skips, NULL, TX_BUILD_MAX);
	hs_tx_stages_list(s, &s->skips, sizeof(struct tx_skip),
		TX_WORD(struct tx_skip, file) | TX_WORD(struct tx_skip, why), 0);
	hs_tx_stages_record(s, &s->inner.rows, sizeof(s->inner.rows), 0);
	hs_tx_stages_record(s, &s->inner.skips, sizeof(s->inner.skips), 0);
}

void hs_tx_stages_end(struct tx_stages *s, enum hs_status status)
{
	bool cut_short = status == HS_E_CANCELLED || status == HS_E_FULL || status == HS_E_IO;

	if (!cut_short && s->files)
		remove_folder(s);
	s->outer->kept = cut_short ? (unsigned)s->done : 0;
	s->outer->rows = s->inner.rows;
	s->outer->skips = s->inner.skips;
	s->outer->unchanged = s->inner.unchanged;
	memcpy(s->outer->made, s->inner.made, sizeof(s->outer->made));
	for (size_t i = 0; i < s->map_count; i++)
		munmap((void *)(uintptr_t)s->maps[i].ptr, s->maps[i].len);
	hs_buf_free(&s->skips);
}

/* ---- what was left out, beside the image: a stage of three parts, and of no source but itself ---- */

static const struct tx_files no_files;

static void begin_report(const struct tx_stages *s, struct tx_stages *report, uint64_t source_key)
{
	hs_tx_stages_begin(report, s->outer, s->importer, s->arena);
	report->files = &no_files;
	report->key = source_key;
}

static void end_report(struct tx_stages *report)
{
	for (size_t i = 0; i < report->map_count; i++)
		munmap((void *)(uintptr_t)report->maps[i].ptr, report->maps[i].len);
	hs_buf_free(&report->skips);
}

enum hs_status hs_tx_stages_report(const struct tx_stages *s, const char *image, uint64_t source_key,
	struct hs_error *err)
{
	struct tx_stages report;

	begin_report(s, &report, source_key);
	hs_buf_add(&report.skips, hs_buf_slice(&s->skips));
	report.inner.rows = s->inner.rows;
	report.inner.skips = s->inner.skips;
	enum hs_status status = hs_tx_stage_write(&report, hs_tx_report_path(s->arena, image), err);
	end_report(&report);
	return status;
}

bool hs_tx_stages_were_done(struct tx_stages *s, const struct tx_files *files, uint64_t source_key)
{
	const char *image = hs_tx_image_of(s->arena, s->outer, source_key);
	struct hs_slice then = read_description(s);
	struct hs_error ignored;
	struct tx_stages report;

	if (!image)
		return false;
	begin_report(s, &report, source_key);
	bool done = hs_tx_stage_read(&report, hs_tx_report_path(s->arena, image), &ignored) == HS_OK;
	for (size_t i = 0; done && i < TX_BUILD_COUNT(report.skips, struct tx_skip); i++)
		tell_skip(&report, i);
	if (done) {
		s->inner.rows = report.inner.rows;
		s->inner.skips = report.inner.skips;
		s->inner.unchanged = true;
		snprintf(s->inner.made, sizeof(s->inner.made), "%s was made of the same files before", image);
	}
	end_report(&report);
	s->files = files;
	if (done && then.len && hs_slice_eq(then, hs_tx_describe(s)))
		remove_folder(s);
	s->files = NULL;
	return done;
}
