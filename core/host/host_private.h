/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/host share: the host, its loops, its editions of FHIR and the services' instances.
 *
 * Terms: an *edition* is one FHIR version with its definitions, REST API, routes and capability statement;
 * a *service* here is an instance of a descriptor; an *action* is what a request did (for log and metrics).
 * Owns: all objects here live from open to close of the host. Threads: written before serving, then read by
 * all, except where a member says otherwise. */
#pragma once

#include <core/base/map.h>
#include <core/base/task.h>
#include <core/base/world.h>
#include <core/host/host.h>

#include <pthread.h>
#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

/* The object that `member` at `ptr` is a part of. */
#define HS__OWNER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define HS__LOOPS_MAX 64
#define HS__SERVICES_MAX 64
#define HS__EDITIONS 2
#define HS__SANDBOX_NAME 48

struct hs__router;
struct hs__metrics;
struct hs__access_log;
struct hs__operator;
struct hs__validators;
struct hs__upper;

/* ---- services ---- */

/*   FOUND --check--> CHECKED --open--> OPEN --serve--> SERVING --drain--> DRAINING --close--> CLOSED
 *     |                |               `-----------------close-----------------------------^
 *     `----------------+--> FAILED
 * An illegal move trips an assertion (see registry.c). */
enum hs__service_phase {
	HS__SERVICE_FOUND,
	HS__SERVICE_CHECKED,
	HS__SERVICE_OPEN,
	HS__SERVICE_SERVING,
	HS__SERVICE_DRAINING,
	HS__SERVICE_CLOSED,
	HS__SERVICE_FAILED,
	HS__SERVICE_PHASES,
};

struct hs__service {
	const struct hs_service *plug;
	void *state;
	void *library; /* of dlopen, or NULL */
	enum hs__service_phase phase;
	unsigned index;
};

/* ---- editions ---- */

struct hs__edition {
	enum hs_fhir_version fhir;
	const char *name;     /* "r4" */
	const char *number;   /* "4.0.1" */
	uint32_t bit;         /* HS_ON_R4 */
	struct hs_defs *defs; /* NULL: none were found, `missing` says why */
	struct hs_search_rules *rules;
	struct hs_rest *rest;
	struct hs__router *router;
	struct hs_map owners; /* type name -> index of the service; "*" too */
	struct hs_error missing;
	struct hs__validators *validators; /* validator.h; NULL without definitions */
	pthread_mutex_t capability_lock;
	_Atomic bool capability_ready;
	struct hs_slice capability; /* with marks for the base URL; heap */
};

/* ---- loops ---- */

struct hs__loop {
	struct hs_host *host;
	unsigned index;
	struct hs_loop *loop;
	struct hs_http_server *server;
	struct hs_timer *sweep;
	pthread_t thread;
	struct hs_request *later;             /* requests that wait for work, for deadlines */
	uint64_t request_base, request_count; /* of request ids */
	struct hs__access_log *log;
	struct hs_task stop_task;
	pthread_mutex_t counters_lock;
	struct hs_http_counters counters; /* of `server`, taken by the sweep for readers on other loops */
	_Atomic uint64_t lag_us;          /* largest delay of the sweep timer since it was last read */
	uint64_t sweep_due_ms, tidy_due_ms, tidied;
};

struct hs_host {
	const struct hs_host_config *config;
	const struct hs_world *world;
	struct hs_arena *arena; /* for what lives as long as the host; main thread */
	char *data_dir, *cache_dir, *url;
	int lock_fd, log_fd;
	int64_t started_ms;

	struct hs_package **packages; /* ends with NULL */
	struct hs_task packages_task;
	struct hs__edition editions[HS__EDITIONS];
	struct hs__service *services[HS__SERVICES_MAX]; /* in the order of their needs */
	unsigned service_count;
	const char *opening; /* name of the service whose open runs */

	struct hs_pool *workers, *control;
	struct hs__loop loops[HS__LOOPS_MAX];
	unsigned loop_count;
	uint16_t port;
	struct hs_tls_config *tls;
	struct hs_http_balance *balance; /* of connections over the loops; NULL with one loop */
	_Atomic bool stopping;

	pthread_rwlock_t sandboxes_lock; /* of the list */
	struct hs_sandbox *sandboxes;    /* by name */
	_Atomic unsigned sandboxes_kept; /* in memory: those of the list, and deleted ones (sandbox.h) */
	struct hs_sandbox *standard;     /* "default" */

	struct hs__metrics *metrics;
	char token[65]; /* operator's, hexadecimal */
	struct hs__job *jobs;
	struct hs_convert *convert; /* between the editions; NULL unless both have definitions */
	/* export.h */
	struct hs_task exports_task;
	_Atomic bool exports_due, exports_woken;
	_Atomic unsigned exports_moving;
};

static inline struct hs__edition *hs__edition(struct hs_host *host, enum hs_fhir_version fhir)
{
	return &host->editions[fhir == HS_FHIR_R5];
}

/* registry.c */
enum hs_status hs__registry_find(struct hs_host *host, const struct hs_service *const *builtin,
	struct hs_error *err);
enum hs_status hs__registry_open(struct hs_host *host, struct hs_error *err);
void hs__registry_serve(struct hs_host *host);
void hs__registry_drain(struct hs_host *host);
void hs__registry_close(struct hs_host *host);
/* descriptor.c: is it a descriptor that this host can run? The text names the row that is not. */
enum hs_status hs__descriptor_check(const struct hs_service *plug, struct hs_error *err);
/* settings.c: `values` is the cJSON object of the service, or NULL. */
enum hs_status hs__settings_fill(const struct hs_service *plug, void *state, const void *values,
	struct hs_arena *arena, struct hs_error *err);
/* packages.c */
enum hs_status hs__packages_load(struct hs_host *host, struct hs_error *err);
/* Once, while serving: a worker looks whether packages are what they were when they were compiled, and says
 * so in the log when one is not. */
void hs__packages_check(struct hs_host *host);
void hs__packages_close(struct hs_host *host);
/* editions.c */
/* Names of the package that holds FHIR of an edition, in the order in which they are looked for; NULL ends.
 */
const char *const *hs__edition_cores(unsigned index);
enum hs_status hs__editions_open(struct hs_host *host, struct hs_error *err);
enum hs_status hs__editions_rest(struct hs_host *host, struct hs_error *err);
void hs__editions_close(struct hs_host *host);
/* datadir.c */
enum hs_status hs__datadir_open(struct hs_host *host, struct hs_error *err);
/* Where the server is, for commands that know its directory. */
void hs__datadir_tell(const struct hs_host *host);
void hs__datadir_close(struct hs_host *host);
enum hs_status hs__make_dirs(const char *path, struct hs_error *err);
/* convert.c: $convert */
extern const struct hs_route hs__convert_routes[];
/* capability.c */
enum hs_verdict hs__capability_serve(struct hs_request *req, void *state);
/* jobs.c */
void hs__jobs_start(struct hs_host *host);
void hs__jobs_stop(struct hs_host *host); /* on loop 0; a job in progress goes on to its end */
bool hs__jobs_idle(const struct hs_host *host);
void hs__jobs_free(struct hs_host *host);
/* serve.c: loop 0 stops when its server has drained and no job runs. */
void hs__stop_when_idle(struct hs_host *host);
/* serve.c */
void hs__loops_free(struct hs_host *host);
