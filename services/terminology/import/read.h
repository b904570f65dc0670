/* SPDX-License-Identifier: Apache-2.0 */
/* What importers share: files found below the paths that were given, mapped, and read line by line; finding
 * out whether the same was imported before; the image's name. */
#pragma once

#include "../image/build.h"

#include <handslag/import.h>

#define TX_COLUMNS_MAX 64u

struct tx_file {
	const char *path;
	const char *name; /* after the last slash */
	struct hs_slice text;
	uint64_t size, changed; /* for the key of the sources */
};

struct tx_files {
	struct hs_arena *arena;
	struct tx_file *items;
	size_t count, room;
	int place; /* the folder of images, locked; below 1: it is not */
};

/* Goes up when importers make something else of the same files: what was imported before is imported again
 * then. */
#define TX_IMPORT_RULES 8u

/* All files below the paths, in order of their paths, mapped until hs_tx_files_close. As long the folder of
 * images is locked: a second import is refused (HS_E_CONFLICT). What one that was killed has half written
 * goes.
 */
enum hs_status hs_tx_files_open(struct tx_files *files, struct hs_arena *arena, struct hs_import *import,
	struct hs_error *err);
void hs_tx_files_close(struct tx_files *files);
/* The file has been read: what is mapped of it may leave the memory until somebody looks again. */
void hs_tx_file_rest(const struct tx_file *file);
/* Names, sizes and times of change, and the options. */
uint64_t hs_tx_files_key(const struct tx_files *files, const struct hs_import *import);

/* The value of an option, or `otherwise`. */
struct hs_slice hs_tx_option(const struct hs_import *import, const char *name, struct hs_slice otherwise);

/* HS_E_VALUE: the text is no absolute URI (RFC 3986, section 4.3), so it names no code system. */
enum hs_status hs_tx_url_check(struct hs_slice url, struct hs_error *err);

/* ---- lines ---- */

struct tx_lines {
	struct hs_import *import;
	const struct tx_file *file;
	struct hs_slice rest;
	uint64_t line; /* of the line read last, from 1 */
	bool stopped;
};

void hs_tx_lines_begin(struct tx_lines *lines, struct hs_import *import, const struct tx_file *file);
/* The next line without its end; false at the end of the file, or when the user wants it to end. */
bool hs_tx_lines_next(struct tx_lines *lines, struct hs_slice *line);
/* Says that the line read last is left out. */
void hs_tx_lines_skip(struct tx_lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Parts at tabs; the number of parts, at most `room` are filled. */
size_t hs_tx_split(struct hs_slice line, struct hs_slice *out, size_t room);

/* ---- the end ---- */

/* *out: DIRECTORY/ID.image in the arena, for the code system of the head, whose id is completed: without one
 * it is NAME-VERSION, and when another code system has that already, a number of its URL follows. HS_E_LIMIT:
 * there are TX_IMPORTS_MAX images, and it takes the place of none. */
enum hs_status hs_tx_image_path(struct hs_arena *arena, const struct hs_import *import,
	struct tx_build_head *head, const char **out, struct hs_error *err);
/* The image at `path` has been written: others of the same version of the code system go. */
void hs_tx_image_replaces(struct hs_arena *arena, const struct hs_import *import,
	const struct tx_build_head *head, const char *path);
/* The whole image that was made from sources of this key; NULL: there is none. */
const char *hs_tx_image_of(struct hs_arena *arena, const struct hs_import *import, uint64_t source_key);
/* Where what was left out of an image is kept, beside it. */
const char *hs_tx_report_path(struct hs_arena *arena, const char *image);
