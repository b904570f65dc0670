/* SPDX-License-Identifier: Apache-2.0 */
/* What the service keeps: the image of the packages, shared by all, and for each sandbox the compiled
 * uploads.
 *
 * Uploads are compiled anew when something of them was written, by the first question that comes after:
 * `written` notes the commit sequence that the uploads must reach, and a question whose uploads are older
 * reads them again before it is answered. So an upload is usable at once, and a question without news costs
 * one comparison. */
#pragma once

#include "model.h"

#include <handslag/service.h>

#include <pthread.h>
#include <stdatomic.h>

#define TX_IMPORTS_MAX 24u

struct tx_uploads {
	atomic_uint refs;
	uint64_t seq;              /* commit sequence that was seen */
	struct tx_layer layers[2]; /* of R4 and R5; image NULL: nothing was uploaded */
};

struct tx_sandbox {
	struct hs_store *store;
	pthread_mutex_t lock;       /* of `uploads` */
	struct tx_uploads *uploads; /* NULL: not read yet */
	_Atomic uint64_t wanted;    /* sequence that uploads must reach */
	struct tx_sandbox *next;
};

struct tx_service {
	struct tx_layer base;    /* image NULL: no packages */
	struct tx_layer imports[TX_IMPORTS_MAX]; /* large code systems: by URL, the latest version first */
	size_t import_count;
	struct tx_layer builtin; /* grammars and lists of codes */
	const char *lists;       /* setting: where iso-codes is */
	int64_t expansion_limit; /* setting */
	pthread_mutex_t lock;    /* of `sandboxes` */
	struct tx_sandbox *sandboxes;
	uint64_t questions; /* metric */
};

/* packages.c */
enum hs_status hs_tx_packages_open(struct tx_service *service, struct hs_host *host, struct hs_error *err);

/* imports.c */
enum hs_status hs_tx_imports_open(struct tx_service *service, struct hs_host *host, struct hs_error *err);
void hs_tx_imports_close(struct tx_service *service);
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
/* Reads them anew; in a reading transaction. */
enum hs_status hs_tx_uploads_read(struct tx_sandbox *sandbox, struct hs_txn *txn, struct tx_uploads **out,
	struct hs_error *err);

/* metadata.c */
void hs_tx_capability(const void *state, enum hs_fhir_version fhir, const char *type, struct hs_arena *arena,
	struct hs_json *entry);
enum hs_verdict hs_tx_serve_versions(struct hs_request *req, void *state);
struct hs_json *hs_tx_capabilities(struct hs_arena *arena, const struct tx_layer *const *layers, size_t count,
	enum hs_fhir_version fhir);
