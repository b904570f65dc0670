/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the library: its files, and where they come from. */
#pragma once

#include <conformance/engine/library.h>
#include <core/base/map.h>

#include <stdlib.h>

#define LIBRARY_SUITES_MAX 64
#define LIBRARY_ANY 1u /* of a tree: .json and .xml at any depth, a single file too */

struct library_file {
	struct hs_slice path, text;
};

struct hs_library {
	struct hs_arena *arena;
	struct hs_requirements *requirements;
	const struct hs_defs *r4, *r5; /* for scripts in XML; may be NULL */
	struct hs_map by_path;
	struct library_file **files;
	size_t file_count, file_room;
	struct hs_script **scripts;
	size_t script_count, script_room;
	const struct hs_script **selected;
	size_t selected_count, selected_room;
	struct hs_map searched; /* folders that were read for scripts that others run */
	struct hs_library_suite suites[LIBRARY_SUITES_MAX];
	size_t suite_count;
};

enum hs_status hs_library_add_file(struct hs_library *library, struct hs_slice path, struct hs_slice text,
	struct hs_error *err);
const struct library_file *hs_library_file(const struct hs_library *library, struct hs_slice path);
/* All files below `folder` (or that one file), as `name` and their path below it. */
enum hs_status hs_library_add_tree(struct hs_library *library, const char *folder, struct hs_slice name,
	unsigned flags, struct hs_error *err);
enum hs_status hs_library_add_embedded(struct hs_library *library, struct hs_error *err);
/* A file on the disk for a script that was given by path; empty when there is none. */
struct hs_slice hs_library_read_beside(struct hs_library *library, const struct hs_script *script,
	struct hs_slice path);
/* By its first bytes: is this worth reading as a script? */
bool hs_library_looks_like_script(const struct library_file *file);
