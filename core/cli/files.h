/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line names: files, folders, patterns; and documents in them or on standard input, of
 * NDJSON each line. */
#pragma once

#include <core/cli/cli.h>

/* Calls fn for each file that `path` means: a file of any name; a folder (its .json, .xml and .ndjson files,
 * those of its folders too, by name); a pattern that the shell left as it is ("*.json"). `found` is true of
 * what is in a folder. Fails with HS_E_NOT_FOUND or HS_E_IO when nothing is there or it cannot be read; a
 * failing fn ends the walk. */
typedef enum hs_status hs_cli_file_fn(const char *file, bool found, void *arg, struct hs_error *err);
enum hs_status hs_cli_files(const char *path, hs_cli_file_fn *fn, void *arg, struct hs_error *err);

/* Can a file be written at `path`? Said before the work, not after it: nothing would be left of that. `what`
 * is what is to be written: "the report". HS_E_VALUE. */
enum hs_status hs_cli_check_output(const char *what, const char *path, struct hs_error *err);

struct hs_cli_document {
	const char *file;
	uint64_t line;        /* of NDJSON; else 0 */
	bool found;           /* in a folder, not named itself */
	struct hs_slice text; /* valid during the call */
	struct hs_arena *arena;
};

/* Calls fn for each document of the files that `path` means, and of "-", standard input (NDJSON, or one
 * document); fails as hs_cli_files. */
typedef enum hs_status hs_cli_document_fn(const struct hs_cli_document *document, void *arg,
	struct hs_error *err);
enum hs_status hs_cli_documents(const char *path, hs_cli_document_fn *fn, void *arg, struct hs_error *err);
