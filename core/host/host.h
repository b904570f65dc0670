/* SPDX-License-Identifier: Apache-2.0 */
/* The host: one object that owns services, sandboxes, loops and listeners, for the command line and tests.
 *
 *   hs_host_open -> hs_host_listen -> hs_host_run (returns when stopped and drained) -> hs_host_close
 *
 * Without listen and run it is the offline form that loading, seeding and restoring use. Thread: all of it
 * belongs to the thread that opened it, except hs_host_stop. */
#pragma once

#include <core/http/server.h>
#include <core/http/tls.h>
#include <core/rest/rest.h>
#include <core/store/store.h>
#include <handslag/service.h>

struct hs_host;
struct hs_sandbox;

#define HS_VERSION "0.1.0"
#define HS_RELEASE_DATE \
	"2026-11-21" /* of the CapabilityStatement as well: it changes with the program only */

/* What is asked of resources before they are stored. */
enum hs_host_validation {
	HS_HOST_VALIDATE_STRUCTURE, /* elements, cardinality, types, formats, required codes */
	HS_HOST_VALIDATE_OFF,       /* JSON or XML of a known type, no more */
	HS_HOST_VALIDATE_PROFILES,  /* everything: invariants, bindings, profiles of meta.profile, special
				       rules */
};
/* Packages that validation uses beside those named when they are in the cache; NULL ends. */
extern const char *const hs_host_validation_packages[];
/* "structure", "off", "profiles"; NULL ends. */
extern const char *const hs_host_validations[];

/* Limits of one sandbox; 0: none. */
struct hs_sandbox_limits {
	int64_t requests_per_second;
	int64_t burst;      /* requests that may come at once; 0: as many as a second has */
	int64_t versions;   /* stored versions since the last reset, deletions included */
	int64_t body_kib;   /* of one request */
	int64_t validation; /* enum hs_host_validation */
};

/* Filled from defaults, the configuration file and the command line, in that order. Texts live as long as
 * `arena`. README.md lists the keys; core/host/config.c has the table. */
struct hs_host_config {
	struct hs_arena *arena;
	const char *listen; /* "127.0.0.1:8080", "[::1]:0" */
	const char *data_dir;
	const char *base_url; /* what clients see, without the FHIR part; empty: from the Host header */
	const char *
		cache_dir; /* compiled images; empty: XDG_CACHE_HOME/handslag, ~/.cache/handslag or in data */
	const char *package_cache; /* empty: HS_PACKAGES or ~/.fhir/packages */
	const char *access_log;    /* "stderr", "off" or a file */
	const char *log_level;
	const char *cors; /* Access-Control-Allow-Origin; empty: none */
	int64_t loops;    /* 0: one a core, at most 8 */
	int64_t workers;  /* 0: one a core, at least 2 */
	int64_t request_seconds, drain_seconds;
	int64_t read_wait_ms; /* for a commit that a reader asks for */
	int64_t head_kib, body_kib, connections, header_seconds, keep_alive_seconds, arena_mib;
	const char *tls_certificate, *tls_key, *tls_client_ca;
	bool tls_client_required;
	bool bare;        /* neither definitions nor services are opened: for backups and the like */
	bool data_exists; /* the data directory is not made: what only reads it would read nothing of a wrong
			     one */
	int64_t sandbox_idle_seconds; /* then a named sandbox is closed until it is used again; 0: never */
	int64_t export_jobs, export_keep_seconds, export_file_kib; /* of bulk exports, for each sandbox */
	struct hs_sandbox_limits sandbox;
	const char *const *packages; /* NAME#VERSION or a file; before those recorded in the data directory */
	size_t package_count;
	bool no_usual_packages; /* without those of the package cache that are served unless named otherwise
				 */
	void *services;         /* cJSON object "services" of the file, owned by the arena; NULL: none */
};

/* Defaults. `arena` stays the caller's. */
enum hs_status hs_host_config_init(struct hs_host_config *config, struct hs_arena *arena,
	struct hs_error *err);
/* Reads a file over what is there. An unknown key is an error that names the nearest known one. */
enum hs_status hs_host_config_read(struct hs_host_config *config, const char *path, struct hs_error *err);
/* Sets one key from text, "limits.bodyKib" "1024", as the command line does. */
enum hs_status hs_host_config_set(struct hs_host_config *config, const char *name, const char *text,
	struct hs_error *err);
/* The keys, one a call by rising index, for --help; false past the last. */
struct hs_host_config_key {
	const char *name, *initial, *help;
};
bool hs_host_config_key(size_t index, struct hs_host_config_key *out);

/* Where compiled images are unless a configuration says: $XDG_CACHE_HOME/handslag where that is absolute
 * (others do not count: XDG Base Directory Specification), else ~/.cache/handslag. False: there is no home
 * either, and *out is below the root. */
bool hs_host_usual_cache(char *out, size_t size);
/* Is there a data directory? HS_E_NOT_FOUND. */
enum hs_status hs_host_data_check(const char *dir, struct hs_error *err);
/* Makes the data directory (unless data_exists: HS_E_NOT_FOUND), takes its lock, opens packages, definitions,
 * services and the default sandbox. `builtin` ends with NULL. *config must live as long as the host. */
enum hs_status hs_host_open(const struct hs_host_config *config, const struct hs_service *const *builtin,
	struct hs_host **out, struct hs_error *err);
/* Opens a listener on each loop; the port is then known. */
enum hs_status hs_host_listen(struct hs_host *host, struct hs_error *err);
uint16_t hs_host_port(const struct hs_host *host);
/* Before run: from now on SIGTERM and SIGINT stop it. */
enum hs_status hs_host_on_signals(struct hs_host *host, struct hs_error *err);
/* Serves until hs_host_stop, on this thread and those of the other loops; drained when it returns. */
void hs_host_run(struct hs_host *host);
void hs_host_stop(struct hs_host *host); /* any thread */
/* After run has returned, or without it. NULL is allowed. */
void hs_host_close(struct hs_host *host);

/* "http://127.0.0.1:8080" for messages. */
const char *hs_host_url(const struct hs_host *host);
const char *hs_host_data_dir(const struct hs_host *host);
/* Why there are no definitions of a version; HS_OK when there are. */
enum hs_status hs_host_edition(const struct hs_host *host, enum hs_fhir_version fhir, struct hs_error *err);

/* ---- offline work on a sandbox (command line) ---- */

/* The open sandbox of that name, opened when needed; HS_E_NOT_FOUND. Not while the host runs, but for the
 * default one. */
enum hs_status hs_host_sandbox(struct hs_host *host, const char *name, struct hs_sandbox **out,
	struct hs_error *err);
struct hs_store *hs_sandbox_store(const struct hs_sandbox *sandbox);
/* What hs_rest_load needs; NULL without definitions of that version. */
const struct hs_rest *hs_sandbox_rest(const struct hs_sandbox *sandbox, enum hs_fhir_version fhir,
	const struct hs_rest_sandbox **out);
/* DATA/sandboxes/NAME/store.db in `out`; false when it does not fit or the name is not one. */
bool hs_sandbox_store_path(const char *data_dir, const char *name, char *out, size_t size);

/* How a search ("Patient?name=x") would be carried out, in words; any thread but a loop's. */
enum hs_status hs_sandbox_explain(const struct hs_sandbox *sandbox, enum hs_fhir_version fhir,
	struct hs_arena *arena, struct hs_slice search, struct hs_slice *out, struct hs_error *err);

/* A copy of one moment of the sandbox as a new file. Offline only. */
enum hs_status hs_host_backup(struct hs_host *host, const char *name, const char *path, struct hs_error *err);
/* Puts a copy back after checking it; makes the sandbox when there is none. Offline only. */
enum hs_status hs_host_restore(struct hs_host *host, const char *name, const char *path,
	struct hs_error *err);

/* DATA/imports/SERVICE in the arena, made when missing: where importers (handslag/import.h) leave their work.
 */
enum hs_status hs_import_dir(struct hs_arena *arena, const char *data_dir, const char *service,
	const char **out, struct hs_error *err);

/* ---- packages recorded in a data directory ---- */

struct hs_package_list {
	const char **items; /* NAME#VERSION or a path, in order */
	size_t count;
};
enum hs_status hs_packages_read(struct hs_arena *arena, const char *data_dir, struct hs_package_list *out,
	struct hs_error *err);
/* Adds one (a .tgz is copied into the directory) or finds it there already: *fresh false. `name` is filled
 * with NAME#VERSION. */
enum hs_status hs_packages_add(struct hs_arena *arena, const struct hs_host_config *config, const char *what,
	const char **name, bool *fresh, struct hs_error *err);
/* Takes one out of the list, by NAME#VERSION or as it is recorded; the copy of a .tgz goes with it.
 * HS_E_NOT_FOUND when it is not there. */
enum hs_status hs_packages_remove(struct hs_arena *arena, const struct hs_host_config *config,
	const char *what, struct hs_error *err);
/* The folder of the package cache: of the configuration (NULL: none), $HS_PACKAGES, or ~/.fhir/packages. */
void hs_packages_root(const struct hs_host_config *config, char *out, size_t size);
/* Opens NAME[#VERSION] from the cache or a .tgz by its path. */
enum hs_status hs_packages_open(const struct hs_host_config *config, const char *what,
	struct hs_package **out, struct hs_error *err);
