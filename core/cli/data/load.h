/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: from files to resources (load_source.c), and where these go (load_local.c, load_remote.c). */
#pragma once

#include <core/cli/cli.h>

/* Where resources go. `take` gets the text of one, valid during the call, and where it stood. It counts what
 * it could not store and goes on; a status means that nothing more can be stored. */
struct hs_cli_sink {
	enum hs_status (*take)(struct hs_cli_sink *sink, struct hs_slice text, const char *file,
		uint64_t line, struct hs_error *err);
	enum hs_status (*end)(struct hs_cli_sink *sink, struct hs_error *err); /* all that waits */
	/* The same, when more will come. May be NULL. */
	enum hs_status (*pause)(struct hs_cli_sink *sink, struct hs_error *err);
	/* While the store is still open, also after a failure: nothing is in progress any more. May be NULL.
	 */
	void (*finish)(struct hs_cli_sink *sink);
	void (*free)(struct hs_cli_sink *sink);
	uint64_t stored, failed;
	struct hs_cli_progress progress;
};

/* Every resource of a file (.json, .ndjson, "-" for NDJSON from standard input) or directory. A Bundle gives
 * its entries, unless it is a batch or transaction or the sink takes whole ones. */
enum hs_status hs_cli_load_path(struct hs_cli_sink *sink, const char *path, bool whole_bundles,
	struct hs_error *err);
/* The resources of a package that a server can hold: terminology and definitions. */
enum hs_status hs_cli_load_package(struct hs_cli_sink *sink, const struct hs_package *package,
	struct hs_error *err);
/* Counts a resource that was refused; the first are told. */
void hs_cli_load_refused(struct hs_cli_sink *sink, const char *file, uint64_t line, struct hs_slice why);

enum hs_status hs_cli_load_local(struct hs_host *host, const char *sandbox, enum hs_fhir_version fhir,
	struct hs_cli_sink **out, struct hs_error *err);
/* Each answer may take `seconds`. */
enum hs_status hs_cli_load_remote(const char *base, const char *bearer, int64_t seconds,
	struct hs_cli_sink **out, struct hs_error *err);
