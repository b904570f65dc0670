/* SPDX-License-Identifier: Apache-2.0 */
/* The plug: one constant descriptor says all that a service is, and the host does the rest.
 *
 * A service is a folder under services/ (or a shared object named in the configuration) that exports one
 * symbol, `hs_service_NAME` (`hs_service` in a shared object). The host checks the descriptor, opens the
 * services in the order of their needs, gives each its routes, types, tables, jobs and metrics, and builds
 * the CapabilityStatement from the same rows. A service knows no socket, no other service's folder, and
 * keeps no state outside what the host gives it.
 *
 * Order in a service's main file: includes, settings, tables, handlers, open/drain/close, descriptor last.
 *
 * ABI changes:
 *   1 (2026-11): first. */
#pragma once

#include <handslag/import.h>
#include <handslag/package.h>
#include <handslag/request.h>

#define HS_SERVICE_ABI 1u

/* FHIR versions that a row serves. */
#define HS_ON_R4 1u
#define HS_ON_R5 2u

/* Interactions of a type row; the REST API (core/rest) carries them out. */
#define HS_CAN_READ 0x001u
#define HS_CAN_VREAD 0x002u
#define HS_CAN_CREATE 0x004u /* conditional create with it */
#define HS_CAN_UPDATE 0x008u /* update as create and conditional update with it */
#define HS_CAN_PATCH 0x010u
#define HS_CAN_DELETE 0x020u  /* conditional delete with it */
#define HS_CAN_HISTORY 0x040u /* instance and type */
#define HS_CAN_SEARCH 0x080u
#define HS_CAN_ALL 0x0ffu

/* A write of a resource of the service's type, while its transaction runs (writer thread). */
struct hs_write_event {
	struct hs_txn *txn;
	struct hs_arena *arena;
	enum hs_fhir_version fhir;
	enum hs_change change;
	struct hs_slice type, id;
	struct hs_json *resource;         /* new content, may be changed by `check`; NULL for a deletion */
	const struct hs_resource *before; /* NULL when there was none */
	struct hs_slice producer;         /* who writes: the token's organisation, or empty */
	struct hs_slice language;         /* Accept-Language of who writes, or empty: for sentences */
};

/* Which packages' resources of a type are read and found beside the stored ones. They have their own ids, are
 * never changed, and give way to a stored resource of the same id; storing one is the way to change it. */
enum hs_packaged {
	HS_PACKAGED_NONE,
	HS_PACKAGED_SAME, /* those of packages for the same FHIR version */
	HS_PACKAGED_ANY,  /* the same, and those of all but core packages for other FHIR versions */
};

struct hs_type_row {
	const char *name;      /* "Organization"; "*" owns every type that no other service has */
	uint32_t versions;     /* HS_ON_R4 | HS_ON_R5 */
	uint32_t interactions; /* HS_CAN_... */
	/* Rules beyond the core definitions, before the write: adds issues (errors refuse with 422). May be
	 * NULL. */
	void (*check)(const struct hs_write_event *event, void *state, struct hs_issues *issues);
	/* After the write, in the same transaction: keep own tables in step. May be NULL. */
	enum hs_status (*written)(const struct hs_write_event *event, void *state, struct hs_error *err);
	const struct hs_keeper *keeper; /* own storage; NULL: the store's */
	const char *const *profiles;    /* supportedProfile, ends with NULL; may be NULL */
	const char *documentation;      /* for the CapabilityStatement; may be NULL */
	/* Rules over the whole of a batch or transaction, before any entry is carried out (no transaction
	 * yet; called for every Bundle that is posted to the base): errors refuse it with 422. May be NULL.
	 */
	void (*check_bundle)(const struct hs_json *bundle, void *state, struct hs_issues *issues);
	enum hs_packaged packaged;
};

/* A search parameter that the core definitions do not have. One whose code is a chain ("author.given") adds
 * to what the chain finds: contained resources, which no chain reaches. */
struct hs_param_row {
	const char *type;       /* "DocumentReference"; NULL ends the list */
	const char *code;       /* "creation" */
	const char *kind;       /* "token", "string", "date", "uri", "number" or "quantity" */
	const char *expression; /* FHIRPath over the resource */
	const char *definition; /* canonical of the SearchParameter, may be NULL */
};

struct hs_route {
	const char *method; /* "GET", "POST" ...; "GET POST" for both */
	const char *path;   /* below the FHIR base: "CodeSystem/$lookup", "CodeSystem/{id}/$lookup" */
	uint32_t versions;
	hs_handler_fn *handler;
	const char *operation;   /* "lookup" for an operation, NULL for other routes */
	const char *definition;  /* canonical of the OperationDefinition, for the CapabilityStatement */
	const char *requirement; /* id in conformance/requirements, may be NULL */
	uint32_t body_kib;       /* most that a body may have; 0: the host's limit */
	uint32_t deadline_ms;    /* 0: the host's */
};

enum hs_setting_type { HS_SETTING_BOOL, HS_SETTING_INT, HS_SETTING_TEXT };
struct hs_setting {
	const char *name; /* in the configuration under the service's name */
	enum hs_setting_type type;
	size_t offset;       /* in the service's state: bool, int64_t or const char * */
	const char *initial; /* default, as text */
	const char *help;    /* one sentence, with unit */
};

struct hs_job {
	const char *name;
	uint32_t period_ms;
	hs_work_fn *work; /* in a writing transaction of each sandbox; arg is the service's state */
};

enum hs_metric_type { HS_METRIC_COUNTER, HS_METRIC_GAUGE };
struct hs_metric {
	const char *name; /* handslag_SERVICE_..., Prometheus spelling */
	enum hs_metric_type type;
	const char *help;
	size_t offset; /* in the service's state: a uint64_t written with atomic operations */
};

/* What a service gives to others (by name) and what it cannot do without. */
enum hs_feature_kind { HS_PROVIDES, HS_NEEDS, HS_PREFERS };
struct hs_feature {
	enum hs_feature_kind kind;
	const char *name;      /* "terminology.validate-code" */
	const void *functions; /* PROVIDES: a table of functions, its type named by the feature's header */
};

struct hs_service {
	uint32_t abi;                      /* HS_SERVICE_ABI */
	const char *name;                  /* lower case, dashes */
	const char *summary;               /* one sentence */
	size_t state_size;                 /* one for the process; the host allocates it zeroed */
	size_t sandbox_size;               /* one for each sandbox */
	const struct hs_feature *features; /* this and the next lists end with a row whose first pointer is
					      NULL (features: name NULL); each may be NULL */
	const struct hs_setting *settings;
	const struct hs_type_row *types;
	const struct hs_param_row *params;
	const struct hs_route *routes;
	const struct hs_migration *migrations; /* ends with sql NULL */
	const struct hs_job *jobs;
	const struct hs_metric *metrics;

	/* All may be NULL. Thread: the main thread, except where said. */
	/* Before serving, once; packages are to be read here (see hs_host_packages). */
	enum hs_status (*open)(void *state, struct hs_host *host, struct hs_error *err);
	/* A sandbox was opened or reset: prepare its state. The default one on the main thread before
	 * serving, others on a thread of the host that may wait; their requests wait meanwhile. The same for
	 * close. */
	enum hs_status (*sandbox_open)(void *state, void *sandbox_state, struct hs_store *store,
		struct hs_error *err);
	void (*sandbox_close)(void *state, void *sandbox_state);
	/* No new requests come; end what goes on outside requests. */
	void (*drain)(void *state);
	void (*close)(void *state);
	/* Adds what rows cannot say to rest[0] (type NULL), to the resource entry of a type, or to the
	 * statement itself (type ""). Any loop. */
	void (*capability)(const void *state, enum hs_fhir_version fhir, const char *type,
		struct hs_arena *arena, struct hs_json *entry);
	const struct hs_importer *importers; /* for `handslag import`; ends with name NULL; may be NULL */
};

/* ---- the host, as a service may use it ---- */

/* Packages named in the configuration or loaded, in order; NULL ends. They live as long as the host. */
struct hs_package *const *hs_host_packages(struct hs_host *host);
/* A folder for compiled images of the service, made when missing; to be called while it opens. Lives as long
 * as the host. */
const char *hs_host_cache_dir(struct hs_host *host);
/* The function table of a feature that another service provides, or NULL. Any thread; a service asks for what
 * it named as HS_NEEDS or HS_PREFERS, since only that is open before it. */
const void *hs_host_feature(struct hs_host *host, const char *name);
