/* SPDX-License-Identifier: Apache-2.0 */
/* Finding, mapping and reading the files of an import. */
#include "importers.h"
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#define DEPTH_MAX 12u
#define FILES_MAX 4096u
#define PROGRESS_LINES 65536u

static enum hs_status map_file(struct tx_files *files, const char *path, const struct stat *st,
	struct hs_error *err)
{
	struct tx_file file = { .size = (uint64_t)st->st_size,
		.changed = (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec };
	const char *slash = strrchr(path, '/');
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *mapping = MAP_FAILED;

	if (fd < 0)
		return hs_fail(err, HS_E_IO, "cannot open %s: %s", path, strerrordesc_np(errno));
	if (file.size)
		mapping = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (file.size && mapping == MAP_FAILED)
		return hs_fail(err, HS_E_IO, "cannot read %s: %s", path, strerrordesc_np(errno));
	file.text = file.size ? hs_slice(mapping, file.size) : HS_S_NONE;
	file.path = hs_arena_cstr(files->arena, hs_slice_cstr(path));
	file.name = file.path + (slash ? slash - path + 1 : 0);
	if (files->count == FILES_MAX)
		return hs_fail(err, HS_E_LIMIT, "there are more than %u files below the paths given",
			FILES_MAX);
	if (files->count == files->room) {
		size_t room = files->room ? files->room * 2 : 64;
		files->items = hs_arena_grow(files->arena, files->items, files->room * sizeof(file),
			room * sizeof(file));
		files->room = room;
	}
	files->items[files->count++] = file;
	return HS_OK;
}

static enum hs_status add_path(struct tx_files *files, const char *path, unsigned depth,
	struct hs_error *err);

static enum hs_status add_directory(struct tx_files *files, const char *path, unsigned depth,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	DIR *dir = depth > DEPTH_MAX ? NULL : opendir(path);
	const struct dirent *entry;

	if (!dir)
		return hs_fail(err, HS_E_IO, "cannot read the directory %s", path);
	while (status == HS_OK && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			status = add_path(files,
				hs_arena_cstr(files->arena,
					hs_arena_printf(files->arena, "%s/%s", path, entry->d_name)),
				depth + 1, err);
	closedir(dir);
	return status;
}

static enum hs_status add_path(struct tx_files *files, const char *path, unsigned depth, struct hs_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return hs_fail(err, HS_E_NOT_FOUND, "cannot read %s: %s", path, strerrordesc_np(errno));
	if (S_ISDIR(st.st_mode))
		return add_directory(files, path, depth, err);
	return S_ISREG(st.st_mode) ? map_file(files, path, &st, err) : HS_OK;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct tx_file *)a)->path, ((const struct tx_file *)b)->path);
}

/* Images are written under another name first: one that is there still was being written by an import that is
 * no more. */
static bool is_leftover(struct hs_slice name)
{
	return hs_slice_ends(name, HS_S(".tmp")) && hs_slice_search(name, HS_S(".image.")) != SIZE_MAX;
}

static void remove_leftovers(int place)
{
	DIR *dir = fdopendir(openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_leftover(hs_slice_cstr(entry->d_name)))
			unlinkat(place, entry->d_name, 0);
	if (dir)
		closedir(dir);
}

/* A lock that ends with the process. */
static enum hs_status enter_place(struct tx_files *files, const struct hs_import *import,
	struct hs_error *err)
{
	files->place = open(import->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->place < 0)
		return hs_fail(err, HS_E_IO, "cannot open the directory %s: %s", import->directory,
			strerrordesc_np(errno));
	if (flock(files->place, LOCK_EX | LOCK_NB) != 0)
		return hs_fail(err, HS_E_CONFLICT,
			"another import is at work in %s: import again when it has ended", import->directory);
	remove_leftovers(files->place);
	return HS_OK;
}

enum hs_status hs_tx_files_open(struct tx_files *files, struct hs_arena *arena, struct hs_import *import,
	struct hs_error *err)
{
	*files = (struct tx_files) { .arena = arena };
	enum hs_status status = enter_place(files, import, err);
	for (size_t i = 0; i < import->path_count && status == HS_OK; i++)
		status = add_path(files, import->paths[i], 0, err);
	if (files->count > 1)
		qsort(files->items, files->count, sizeof(*files->items), compare_files);
	return status;
}

void hs_tx_files_close(struct tx_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].text.len)
			munmap((void *)(uintptr_t)files->items[i].text.ptr, files->items[i].text.len);
	if (files->place > 0)
		close(files->place);
	files->count = 0;
	files->place = 0;
}

static uint64_t mix(uint64_t key, uint64_t value)
{
	key = (key ^ value) * 0x9e3779b97f4a7c15ull;
	return key ^ key >> 31;
}

uint64_t hs_tx_files_key(const struct tx_files *files, const struct hs_import *import)
{
	uint64_t key = (TX_IMAGE_FORMAT * 1000u + TX_BIG_FORMAT) * 1000u + TX_IMPORT_RULES;

	for (size_t i = 0; i < files->count; i++) {
		key = mix(key, hs_tx_big_hash(hs_slice_cstr(files->items[i].name)));
		key = mix(mix(key, files->items[i].size), files->items[i].changed);
	}
	for (size_t i = 0; i < import->option_count; i++)
		key = mix(mix(key, hs_tx_big_hash(import->options[i].name)),
			hs_tx_big_hash(import->options[i].value));
	return key;
}

struct hs_slice hs_tx_option(const struct hs_import *import, const char *name, struct hs_slice otherwise)
{
	for (size_t i = 0; i < import->option_count; i++)
		if (hs_slice_eq(import->options[i].name, hs_slice_cstr(name)))
			return import->options[i].value;
	return otherwise;
}

static bool is_absolute(struct hs_slice url)
{
	size_t colon = hs_slice_find(url, ':', 0);

	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool further = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
		if (c <= ' ' || (i < colon && !letter && (!i || !further)))
			return false;
	}
	return colon != SIZE_MAX && colon > 0 && colon + 1 < url.len;
}

enum hs_status hs_tx_url_check(struct hs_slice url, struct hs_error *err)
{
	return is_absolute(url) ? HS_OK :
				  hs_fail(err, HS_E_VALUE,
					  "\"%.*s\" names no code system: its URL is an absolute URI, as "
					  "https://example.org/CodeSystem/x or urn:oid:1.2.3 (--url)",
					  HS_S_ARG(hs_slice_first(url, 100)));
}

/* ---- lines ---- */

void hs_tx_lines_begin(struct tx_lines *lines, struct hs_import *import, const struct tx_file *file)
{
	*lines = (struct tx_lines) { .import = import, .file = file, .rest = file->text };
	if (hs_slice_starts(lines->rest, HS_S("\xef\xbb\xbf")))
		lines->rest = hs_slice_from(lines->rest, 3);
}

bool hs_tx_lines_next(struct tx_lines *lines, struct hs_slice *line)
{
	struct hs_import *import = lines->import;

	if (lines->line % PROGRESS_LINES == 0) {
		lines->stopped = import->stopped && import->stopped(import->arg);
		if (import->progress)
			import->progress(import->arg, lines->file->name, lines->file->size - lines->rest.len,
				lines->file->size);
	}
	if (!lines->rest.len || lines->stopped)
		return false;
	const char *end = memchr(lines->rest.ptr, '\n', lines->rest.len);
	size_t len = end ? (size_t)(end - lines->rest.ptr) : lines->rest.len;
	*line = hs_slice_first(lines->rest, len);
	lines->rest = hs_slice_from(lines->rest, len + 1);
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	lines->line++;
	import->rows++;
	return true;
}

void hs_tx_file_rest(const struct tx_file *file)
{
	if (file->text.len)
		madvise((void *)(uintptr_t)file->text.ptr, file->text.len, MADV_DONTNEED);
}

void hs_tx_lines_skip(struct tx_lines *lines, const char *format, ...)
{
	struct hs_import *import = lines->import;
	char why[300];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	import->skips++;
	if (import->skipped)
		import->skipped(import->arg, lines->file->path, lines->line, why);
}

size_t hs_tx_split(struct hs_slice line, struct hs_slice *out, size_t room)
{
	size_t n = 0, at = 0;

	for (;;) {
		const char *tab = memchr(line.ptr + at, '\t', line.len - at);
		size_t end = tab ? (size_t)(tab - line.ptr) : line.len;
		if (n < room)
			out[n] = hs_slice(line.ptr + at, end - at);
		n++;
		if (!tab)
			return n;
		at = end + 1;
	}
}

/* ---- the end ---- */

static bool is_of_key(const struct tx_layer *layer, const void *key)
{
	return TX_BIG(layer)->info->source_key == *(const uint64_t *)key;
}

static bool is_of_system(const struct tx_layer *layer, const void *head)
{
	return hs_slice_eq(tx_text(layer, layer->systems[0].head.url),
		((const struct tx_build_head *)head)->url);
}

static bool is_of_version(const struct tx_layer *layer, const void *head)
{
	return is_of_system(layer, head) &&
		hs_slice_eq(tx_text(layer, layer->systems[0].head.version),
			((const struct tx_build_head *)head)->version);
}

typedef bool layer_fn(const struct tx_layer *layer, const void *about);

/* Of a file that is an image of this format. */
static bool image_is(const char *path, layer_fn *is, const void *about)
{
	struct tx_layer layer;
	struct hs_error ignored;

	if (hs_tx_big_open(path, &layer, &ignored))
		return false;
	bool yes = is(&layer, about);
	hs_tx_big_close(&layer);
	return yes;
}

static bool is_image(const struct tx_layer *layer, const void *about)
{
	(void)layer;
	(void)about;
	return true;
}

/* A resource's id: letters, digits, dashes and points, 64 of them (R4 datatypes, id). */
static struct hs_slice id_of(struct hs_arena *arena, struct hs_slice name, const char *more)
{
	char *id = hs_arena_cstr(arena,
		hs_arena_printf(arena, "%.*s%s", HS_S_ARG(hs_slice_first(name, 64 - strlen(more))), more));

	for (char *at = id; *at; at++)
		if (!((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
			    (*at >= 'A' && *at <= 'Z') || *at == '.'))
			*at = '-';
	return hs_slice_cstr(id);
}

static const char *path_of(struct hs_arena *arena, const struct hs_import *import, struct hs_slice name)
{
	return hs_arena_cstr(arena, hs_arena_printf(arena, "%s/%.*s", import->directory, HS_S_ARG(name)));
}

static const char *choose_path(struct hs_arena *arena, const struct hs_import *import,
	struct tx_build_head *head)
{
	struct hs_slice name = head->id;
	char more[16];

	if (!name.len)
		name = hs_arena_printf(arena, "%.*s-%.*s", HS_S_ARG(head->name), HS_S_ARG(head->version));
	head->id = id_of(arena, name, "");
	const char *path = path_of(arena, import, HS_ARENA_JOIN(arena, head->id, HS_S(".image")));
	if (image_is(path, is_of_system, head) || !image_is(path, is_image, NULL))
		return path;
	snprintf(more, sizeof(more), "-%08x", (uint32_t)hs_tx_big_hash(head->url));
	head->id = id_of(arena, name, more);
	return path_of(arena, import, HS_ARENA_JOIN(arena, head->id, HS_S(".image")));
}

/* The first image in the folder, other than `but` (may be NULL), of which `is` holds; NULL: none. */
static const char *find_image(struct hs_arena *arena, const struct hs_import *import, const char *but,
	layer_fn *is, const void *about)
{
	DIR *dir = opendir(import->directory);
	const struct dirent *entry;
	const char *found = NULL;

	while (dir && !found && (entry = readdir(dir))) {
		if (!hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image")))
			continue;
		const char *path = path_of(arena, import, hs_slice_cstr(entry->d_name));
		if ((!but || strcmp(path, but) != 0) && image_is(path, is, about))
			found = path;
	}
	if (dir)
		closedir(dir);
	return found;
}

static size_t count_images(const struct hs_import *import)
{
	DIR *dir = opendir(import->directory);
	const struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir)))
		count += hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image"));
	if (dir)
		closedir(dir);
	return count;
}

enum hs_status hs_tx_image_path(struct hs_arena *arena, const struct hs_import *import,
	struct tx_build_head *head, const char **out, struct hs_error *err)
{
	const char *path = choose_path(arena, import, head);
	bool replaces = access(path, F_OK) == 0 ||
		find_image(arena, import, NULL, is_of_version, head) != NULL;

	if (!replaces && count_images(import) >= TX_IMPORTS_MAX)
		return hs_fail(err, HS_E_LIMIT,
			"%s has %u imported code systems, as many as a server takes: remove one that nobody "
			"needs (its file ends in .image), and import again",
			import->directory, TX_IMPORTS_MAX);
	*out = path;
	return HS_OK;
}

const char *hs_tx_report_path(struct hs_arena *arena, const char *image)
{
	size_t stem = strlen(image) - strlen(".image");

	return hs_arena_cstr(arena, hs_arena_printf(arena, "%.*s.left-out", (int)stem, image));
}

void hs_tx_image_replaces(struct hs_arena *arena, const struct hs_import *import,
	const struct tx_build_head *head, const char *path)
{
	const char *other;

	while ((other = find_image(arena, import, path, is_of_version, head))) {
		unlink(hs_tx_report_path(arena, other));
		if (unlink(other))
			return;
	}
}

const char *hs_tx_image_of(struct hs_arena *arena, const struct hs_import *import, uint64_t source_key)
{
	return find_image(arena, import, NULL, is_of_key, &source_key);
}
