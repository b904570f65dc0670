/* SPDX-License-Identifier: Apache-2.0 */
/* Importers: how a service takes in what is too large, or too foreign, to be sent to it as resources.
 *
 * A service's descriptor lists its importers; `handslag import NAME` finds them there, so that the command
 * line knows no format. An import runs without a server, on the caller's thread and, for parts of it, beside
 * that (beside.h), and leaves complete files in the service's folder of the data directory or none. It goes
 * in stages. Those that took some seconds are kept until it has ended: after a kill, a loss of power, a full
 * disk or an interruption the same import goes on with the first stage that is not there. Two imports into
 * one folder at once: the second is refused (HS_E_CONFLICT). */
#pragma once

#include <handslag/error.h>

struct hs_import_option {
	const char *name;  /* "edition"; NULL ends the list */
	const char *value; /* what to call its value in the help */
	const char *help;  /* one sentence */
};

struct hs_host;
/* Folder of what a service's importers made (to be called while it opens; lives as long as the host); NULL:
 * there can be none. */
const char *hs_host_import_dir(struct hs_host *host);

/* One run. The caller owns all of it. */
struct hs_import {
	const char *const *paths; /* files and directories to be read */
	size_t path_count;
	const char *directory;         /* the service's folder; exists */
	const struct hs_pair *options; /* those given, names as in the importer's list */
	size_t option_count;
	/* How far it has come; total 0: not known. */
	void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	/* A line that was left out, and why; line 0: the file as a whole. */
	void (*skipped)(void *arg, const char *file, uint64_t line, const char *why);
	/* True when the user wants it to end: it then fails with HS_E_CANCELLED and leaves nothing half done.
	 * Any thread. */
	bool (*stopped)(void *arg);
	/* How it begins, one sentence, when an import was cut short here before: from which stage, or why
	 * anew.
	 */
	void (*told)(void *arg, const char *sentence);
	/* Milliseconds of a clock that only goes forward: what took less than some seconds is not kept as a
	 * stage. NULL: each stage is kept. */
	uint64_t (*clock_ms)(void *arg);
	void *arg;
	bool restart; /* what an import that was cut short has done is not to be used */

	/* What was done. */
	uint64_t rows, skips; /* lines read, lines left out */
	bool unchanged;       /* the same sources had been imported before */
	/* How many stages there are, how many were there when it began, and, when it fails, how many are
	 * kept.
	 */
	unsigned stage_count, resumed, kept;
	char made[600]; /* one sentence: what there is now */
};

struct hs_importer {
	const char *name;                       /* "snomed"; NULL ends the list */
	const char *arguments;                  /* "DIRECTORY|FILE..." */
	const char *summary;                    /* one sentence */
	const char *example;                    /* what stands behind "handslag import NAME", as in use */
	const struct hs_import_option *options; /* may be NULL */
	enum hs_status (*run)(struct hs_import *import, struct hs_error *err);
};
