/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that the command line names, one after another, each in an arena of its own. */
#include <core/cli/files.h>

#include <core/base/world.h>

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 30)
#define ARENA_CAP ((size_t)8 << 30)
#define READ_SIZE ((size_t)1 << 20)
#define DEPTH_MAX 16u

/* ---- files ---- */

struct walk {
	hs_cli_file_fn *fn;
	void *arg;
	uint64_t count;
};

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_wanted(struct hs_slice name)
{
	return hs_slice_ends(name, HS_S(".json")) || hs_slice_ends(name, HS_S(".xml")) ||
		hs_slice_ends(name, HS_S(".ndjson"));
}

static enum hs_status give_folder(struct walk *walk, const char *path, unsigned depth, struct hs_error *err)
{
	struct dirent **entries = NULL;
	int count = depth < DEPTH_MAX ? scandir(path, &entries, is_visible, alphasort) : 0;
	enum hs_status status = HS_OK;

	if (count < 0)
		return hs_fail(err, HS_E_IO, "%s cannot be read: %s", path, strerrordesc_np(errno));
	for (int i = 0; i < count; i++) {
		char inner[4096];
		struct stat info;
		int len = snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		bool there = len > 0 && (size_t)len < sizeof(inner) && stat(inner, &info) == 0;
		if (!status && there && S_ISDIR(info.st_mode)) {
			status = give_folder(walk, inner, depth + 1, err);
		} else if (!status && there && is_wanted(hs_slice_cstr(inner))) {
			walk->count++;
			status = walk->fn(inner, true, walk->arg, err);
		}
		(free)(entries[i]);
	}
	(free)(entries);
	return status;
}

static enum hs_status give_path(struct walk *walk, const char *path, struct hs_error *err)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no file %s", path);
	if (!S_ISDIR(info.st_mode))
		return walk->fn(path, false, walk->arg, err);
	walk->count = 0;
	enum hs_status status = give_folder(walk, path, 0, err);
	return status || walk->count ?
		status :
		hs_fail(err, HS_E_NOT_FOUND, "the folder %s has no .json, .xml or .ndjson file", path);
}

enum hs_status hs_cli_files(const char *path, hs_cli_file_fn *fn, void *arg, struct hs_error *err)
{
	struct walk walk = { fn, arg, 0 };
	struct stat info;
	glob_t found;

	if (stat(path, &info) == 0 || !strpbrk(path, "*?["))
		return give_path(&walk, path, err);
	enum hs_status status = HS_OK;
	if (glob(path, 0, NULL, &found) != 0)
		return hs_fail(err, HS_E_NOT_FOUND, "no file is like %s", path);
	for (size_t i = 0; i < found.gl_pathc && !status; i++)
		status = give_path(&walk, found.gl_pathv[i], err);
	globfree(&found);
	return status;
}

/* ---- documents ---- */

struct reader {
	hs_cli_document_fn *fn;
	void *arg;
	bool found; /* in a folder */
};

static enum hs_status give(const struct reader *reader, const char *file, uint64_t line, struct hs_slice text,
	struct hs_error *err)
{
	struct hs_cli_document document = {
		.file = file, .line = line, .found = reader->found, .text = text
	};
	document.arena = hs_arena_new(ARENA_CAP);
	enum hs_status status = reader->fn(&document, reader->arg, err);
	hs_arena_free(document.arena);
	return status;
}

static enum hs_status give_lines(const struct reader *reader, const char *file, struct hs_slice text,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	uint64_t line = 0;

	while (text.ptr && !status) {
		struct hs_slice item = hs_slice_trim(hs_slice_cut(&text, '\n'));
		line++;
		if (item.len)
			status = give(reader, file, line, item, err);
	}
	return status;
}

/* Two lines that each begin an object: NDJSON, even if nothing says so. */
static bool is_lines(struct hs_slice text)
{
	size_t end = hs_slice_find(text, '\n', 0);
	struct hs_slice first = hs_slice_trim(hs_slice_first(text, end == SIZE_MAX ? text.len : end));
	struct hs_slice rest = end == SIZE_MAX ? HS_S_NONE : hs_slice_trim(hs_slice_from(text, end));
	return hs_slice_starts(first, HS_S("{")) && hs_slice_ends(first, HS_S("}")) &&
		hs_slice_starts(rest, HS_S("{"));
}

static enum hs_status give_input(const struct reader *reader, struct hs_error *err)
{
	struct hs_buf in;
	enum hs_status status = HS_OK;
	ssize_t n = 1;

	hs_buf_init(&in, NULL, FILE_MAX);
	while (n > 0) {
		char *room = hs_buf_reserve(&in, READ_SIZE);
		n = room ? read(STDIN_FILENO, room, READ_SIZE) : 0;
		if (n > 0)
			hs_buf_commit(&in, (size_t)n);
	}
	if (n < 0)
		status = hs_fail(err, HS_E_IO, "standard input cannot be read: %s", strerrordesc_np(errno));
	else if (in.overflow)
		status = hs_fail(err, HS_E_LIMIT, "standard input is longer than %zu MiB", FILE_MAX >> 20);
	else if (is_lines(hs_buf_slice(&in)))
		status = give_lines(reader, "standard input", hs_buf_slice(&in), err);
	else
		status = give(reader, "standard input", 0, hs_buf_slice(&in), err);
	hs_buf_free(&in);
	return status;
}

static enum hs_status give_file(const char *path, bool found, void *arg, struct hs_error *err)
{
	struct reader *reader = arg;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_cli_document document = { .file = path, .found = found, .arena = arena };
	enum hs_status status = hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, &document.text,
		err);

	reader->found = found;
	if (!status)
		status = hs_slice_ends(hs_slice_cstr(path), HS_S(".ndjson")) ?
			give_lines(reader, path, document.text, err) :
			reader->fn(&document, reader->arg, err);
	hs_arena_free(arena);
	return status;
}

enum hs_status hs_cli_documents(const char *path, hs_cli_document_fn *fn, void *arg, struct hs_error *err)
{
	struct reader reader = { fn, arg, false };

	return strcmp(path, "-") == 0 ? give_input(&reader, err) :
					hs_cli_files(path, give_file, &reader, err);
}

enum hs_status hs_cli_check_output(const char *what, const char *path, struct hs_error *err)
{
	const char *slash = strrchr(path, '/');
	struct stat info;
	char folder[4096] = ".";

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash == path ? 1 : slash - path), path);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return hs_fail(err, HS_E_VALUE,
			"%s cannot be written to %s: that is a folder; name a file in it", what, path);
	if (access(folder, W_OK) != 0)
		return hs_fail(err, HS_E_VALUE, "%s %s cannot be written: the folder %s: %s", what, path,
			folder, strerrordesc_np(errno));
	return HS_OK;
}
