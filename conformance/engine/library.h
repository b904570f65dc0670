/* SPDX-License-Identifier: Apache-2.0 */
/* The library of suites: scripts, their fixtures and the requirements, from the binary itself, from a folder,
 * or from single files.
 *
 * A suite is a folder of test scripts; a script's id is SUITE/FILE without ".json". Layout of a folder:
 *   suites/SUITE/FILE.json, suites/SUITE/fixtures/..., requirements/FILE.json
 * Thread: one. */
#pragma once

#include <conformance/engine/requirement.h>
#include <conformance/engine/script.h>

struct hs_library;

/* The embedded suites, or with `folder` those of a folder of the layout above. */
enum hs_status hs_library_open(const char *folder, struct hs_library **out, struct hs_error *err);
void hs_library_close(struct hs_library *library);
/* For scripts in XML; before they are selected. The definitions outlive the library; either may be NULL. */
void hs_library_definitions(struct hs_library *library, const struct hs_defs *r4, const struct hs_defs *r5);

struct hs_library_suite {
	struct hs_slice name;
	size_t scripts, tests, asserts;
};
const struct hs_library_suite *hs_library_suites(const struct hs_library *library, size_t *count);
const struct hs_requirements *hs_library_requirements(const struct hs_library *library);

/* Adds the scripts that `name` means to the selection: a suite; else a script id (SUITE/FILE); else the path
 * of a file or of a folder, whose scripts are found at any depth. What cannot be read as a script is there
 * too, with hs_script.refused. HS_E_NOT_FOUND when it is none of these. NULL selects all suites. */
enum hs_status hs_library_select(struct hs_library *library, const char *name, struct hs_error *err);
/* What each of `names` means; all suites when there is none. Ends at the first that is none of these. */
enum hs_status hs_library_select_all(struct hs_library *library, char *const *names, size_t count,
	struct hs_error *err);
const struct hs_script *const *hs_library_selected(const struct hs_library *library, size_t *count);

/* A script that another one runs, by its name, id or url: of the same suite; else of those given, or of the
 * folder that `from` lies in. NULL: there is none. */
const struct hs_script *hs_library_script(struct hs_library *library, const struct hs_script *from,
	struct hs_slice name);

/* The text of a script's own file, for the linter. */
struct hs_slice hs_library_text(const struct hs_library *library, const struct hs_script *script);
/* The text of a file beside the script, in the folders above it (to the suite's), or the only one of its name
 * among the files that were given with a script given by path; empty when there is none. */
struct hs_slice hs_library_fixture(struct hs_library *library, const struct hs_script *script,
	struct hs_slice reference);
/* The library's files whose path begins with `prefix`, in order of path: *at is 0 before the first call.
 * False when there are no more. */
bool hs_library_next(const struct hs_library *library, struct hs_slice prefix, size_t *at,
	struct hs_slice *path, struct hs_slice *text);
