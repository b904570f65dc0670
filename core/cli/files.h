/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that the command line names: files, folders, patterns, standard input; of NDJSON each line. */
#pragma once

#include <core/cli/cli.h>

struct hs_cli_document {
	const char *file;
	uint64_t line;        /* of NDJSON; else 0 */
	bool found;           /* in a folder, not named itself */
	struct hs_slice text; /* valid during the call */
	struct hs_arena *arena;
};

/* Calls fn for each document below `path`: a file of any name; a folder (its .json, .xml and .ndjson files,
 * those of its folders too, by name); a pattern that the shell left as it is ("*.json"); "-" for standard
 * input (NDJSON, or one document). What cannot be read fails with HS_E_NOT_FOUND or HS_E_IO; a failing fn
 * ends the walk. */
typedef enum hs_status hs_cli_document_fn(const struct hs_cli_document *document, void *arg,
	struct hs_error *err);
enum hs_status hs_cli_documents(const char *path, hs_cli_document_fn *fn, void *arg, struct hs_error *err);
