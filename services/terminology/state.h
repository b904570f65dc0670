/* SPDX-License-Identifier: Apache-2.0 */
/* What the service keeps: the image of the packages, shared by all, and for each sandbox the compiled
 * uploads.
 *
 * Uploads are compiled when something of them was written, by the first question that comes after: `written`
 * notes the commit sequence that the uploads must reach and which resource it was, and a question whose
 * uploads are older reads what is new before it is answered. So an upload is usable at once, costs what it
 * holds and not what is there, and a question without news costs one comparison. */
#pragma once

#include "compile/closures.h"
#include "compile/kept.h"
#include "compile/model.h"
#include "import/importers.h"

#include <handslag/service.h>

#include <pthread.h>
#include <stdatomic.h>

/* A resource that was written: what uploads that are older than `seq` do not have as it is now. */
struct tx_change {
	uint64_t seq;
	uint8_t type; /* index in hs_tx_upload_types */
	bool r5;
	char id[65];
};
#define TX_CHANGES_MAX 64u
extern const char *const hs_tx_upload_types[4];

struct tx_uploads {
	atomic_uint refs;
	uint64_t seq;              /* commit sequence that was seen */
	uint64_t whole_seq;        /* that at which `layers` were made; what came later stands in `fresh` */
	struct tx_layer layers[2]; /* of R4 and R5; image NULL: nothing was uploaded */
	struct tx_layer fresh[2];  /* the same, nearer */
	struct hs_buf hidden[2];   /* const struct tx_head *: rows of `layers` that are not true any more */
};

struct tx_sandbox {
	struct hs_store *store;
	pthread_mutex_t lock;       /* of all below but `wanted` */
	struct tx_uploads *uploads; /* NULL: not read yet */
	/* Writes after `changes_after`, each resource once; more than there is room for raise it. */
	struct tx_change changes[TX_CHANGES_MAX];
	size_t change_count;
	uint64_t changes_after;
	struct tx_left *caches; /* of clients (kept.c) */
	pthread_mutex_t closures_lock;
	struct tx_left *closures; /* compile/closures.c; under that lock */
	_Atomic uint64_t wanted;  /* sequence that uploads must reach */
	struct tx_sandbox *next;
};

/* The imported code systems of one moment: by URL, the latest version first. */
struct tx_import;
struct tx_imports {
	atomic_uint refs;
	size_t count;
	struct tx_import *items[TX_IMPORTS_MAX];
};

struct tx_service {
	struct tx_layer base;    /* image NULL: no packages */
	struct tx_layer builtin; /* grammars and lists of codes */
	const char *import_dir;  /* NULL: there can be no imports */
	pthread_mutex_t imports_lock;
	struct tx_imports *imports;                   /* those of now; under the lock, as is what follows */
	int64_t imports_looked_ms;                    /* when the folder was looked at */
	int64_t imports_seconds, imports_nanoseconds; /* its time then */
	bool imports_settled;                         /* which was long enough ago to be trusted */
	uint64_t imports_refused;                     /* metric */
	const char *lists;                            /* setting: where iso-codes is */
	int64_t expansion_limit;                      /* setting */
	pthread_mutex_t lock;                         /* of `sandboxes` */
	struct tx_sandbox *sandboxes;
	uint64_t questions; /* metric */
};

/* packages.c */
enum hs_status hs_tx_packages_open(struct tx_service *service, struct hs_host *host, struct hs_error *err);

/* imports.c */
enum hs_status hs_tx_imports_open(struct tx_service *service, struct hs_host *host, struct hs_error *err);
void hs_tx_imports_close(struct tx_service *service);
/* A reference to the imports as they are now; the folder is looked at when that was long ago. May be NULL. */
struct tx_imports *hs_tx_imports_get(struct tx_service *service, int64_t now_ms);
void hs_tx_imports_unref(void *arg); /* a struct tx_imports; NULL is allowed */
const struct tx_layer *hs_tx_import(const struct tx_imports *imports, size_t at);
/* Whether all have their tables in memory with large pages (image/near.h), as far as these may be. */
bool hs_tx_imports_are_near(struct tx_service *service);
/* Puts such ones in the place of the others for questions to come. On a worker: it reads tens of megabytes.
 */
void hs_tx_imports_bring_near(struct tx_service *service);
/* builtin_image.c */
enum hs_status hs_tx_builtin_open(struct tx_service *service, struct hs_host *host, struct hs_error *err);

/* uploads.c */
enum hs_status hs_tx_sandbox_open(void *state, void *sandbox_state, struct hs_store *store,
	struct hs_error *err);
void hs_tx_sandbox_close(void *state, void *sandbox_state);
enum hs_status hs_tx_written(const struct hs_write_event *event, void *state, struct hs_error *err);
/* A reference to the uploads when they are new enough, else NULL. */
struct tx_uploads *hs_tx_uploads_get(struct tx_sandbox *sandbox);
void hs_tx_uploads_unref(void *arg); /* a struct tx_uploads; NULL is allowed */
/* Notes a write (uploads_fresh.c). */
void hs_tx_uploads_note(struct tx_sandbox *sandbox, const struct hs_write_event *event, uint64_t seq);
/* `made` becomes `old` and what was written since; false when that must be read as a whole. In a reading
 * transaction. */
bool hs_tx_uploads_freshen(struct tx_sandbox *sandbox, struct hs_txn *txn, const struct tx_uploads *old,
	struct tx_uploads *made);
/* Reads them anew; in a reading transaction. */
enum hs_status hs_tx_uploads_read(struct tx_sandbox *sandbox, struct hs_txn *txn, struct tx_uploads **out,
	struct hs_error *err);

/* metadata.c */
void hs_tx_capability(const void *state, enum hs_fhir_version fhir, const char *type, struct hs_arena *arena,
	struct hs_json *entry);
enum hs_verdict hs_tx_serve_versions(struct hs_request *req, void *state);
struct tx_scope;
/* TerminologyCapabilities of what can be seen there. */
struct hs_json *hs_tx_capabilities(struct hs_arena *arena, const struct tx_scope *scope,
	enum hs_fhir_version fhir);

/* cache_control.c */
enum hs_verdict hs_tx_serve_cache_control(struct hs_request *req, void *state);
