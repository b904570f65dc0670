/* SPDX-License-Identifier: Apache-2.0 */
/* Bulk exports of a sandbox (HL7 Bulk Data Access): jobs that write files below its directory.
 *
 *            tick, or the request that asked             last slice
 *   WAITING -------------------------------> RUNNING ----------------> DONE
 *     ^                                       | |                       |
 *     `-- stopped, or the store was busy -----' `--> FAILED             | cancelled, expired
 *                                                      `----------------+--> (removed)
 *
 * DATA/sandboxes/NAME/exports/ID/ holds job.json and the files. A job that a restart interrupted begins anew
 * and tells of the same commit. A running job uses its sandbox slice by slice, so that a reset or deletion
 * of the sandbox waits for one slice at most and then takes the job with it.
 *
 * Threads: requests look at jobs under the lock of their sandbox's list; a running job's slices are on reader
 * threads, one at a time, and loop 0 starts the next. */
#pragma once

#include <core/host/sandbox/sandbox.h>
#include <core/rest/export/export.h>

enum hs__export_phase { HS__EXPORT_WAITING, HS__EXPORT_RUNNING, HS__EXPORT_DONE, HS__EXPORT_FAILED };
enum hs__export_kind { HS__EXPORT_OUTPUT, HS__EXPORT_DELETED, HS__EXPORT_ERROR };

struct hs__export_file {
	uint8_t kind;
	char type[64]; /* "Patient", "Bundle", "OperationOutcome" */
	char name[96]; /* "Patient.1.ndjson" */
	uint64_t count, bytes;
};
#define HS__EXPORT_FILES_MAX 10000u

struct hs__exports;
struct hs__export_job {
	struct hs__export_job *next;
	struct hs__exports *owner;
	struct hs_sandbox *sandbox;
	struct hs_arena *arena; /* texts of the request */
	char id[37];
	unsigned edition; /* index in hs_host.editions */
	/* as asked */
	enum hs_rest_export_level level;
	bool lenient;
	struct hs_slice type, group, params, base, request; /* params: as in a URL; request: the whole URL */
	uint64_t seq;
	int64_t time_ms; /* transactionTime, of the sandbox's clock */
	/* what came of it; with the lock */
	enum hs__export_phase phase;
	bool cancelled;     /* nobody finds it any more; its files go */
	bool removed;       /* they have gone */
	bool moving;        /* an operation of it is under way */
	int64_t expires_ms; /* of the machine's clock, when done */
	uint64_t resources;
	struct hs_slice now; /* type at hand; of the definitions */
	char error[360];
	struct hs__export_file *files;
	uint32_t file_count, file_room;
	/* of the slice that runs */
	struct hs_rest_export *plan;
	struct hs_rest_export_place place;
	struct hs_arena *work;
	struct hs_store_op op;
};

struct hs__exports {
	struct hs_sandbox *sandbox;
	pthread_mutex_t lock;
	struct hs__export_job *jobs;
	unsigned count;
};

/* ---- export_job.c ---- */

/* With the sandbox's store open: finds the jobs of an earlier time. */
enum hs_status hs__exports_open(struct hs_sandbox *sandbox, struct hs_error *err);
void hs__exports_close(struct hs_sandbox *sandbox); /* no job runs; NULL lists are allowed */
/* Loop 0, some times a second: starts what waits; with `tidy`, now and then, ends what has expired. */
void hs__exports_tick(struct hs_host *host, bool tidy);
/* The same at once, from any thread. */
void hs__exports_wake(struct hs_host *host);
/* A job of `made` (its texts are copied), on disk and in the list; HS_E_THROTTLED when there are too many.
 * Takes the plan. Reader thread. */
enum hs_status hs__export_add(struct hs_sandbox *sandbox, const struct hs__export_job *made, char out_id[37],
	struct hs_error *err);
/* Seconds until there may be room for another: until the first that is kept expires; half a minute while one
 * is in progress. */
unsigned hs__exports_wait(struct hs_sandbox *sandbox);
/* NULL when there is none; with the lock held. */
struct hs__export_job *hs__export_find(struct hs_sandbox *sandbox, struct hs_slice id);
/* With the lock held: its files go soon, and nobody finds it from now on. */
void hs__export_cancel(struct hs__export_job *job);
/* The plan of a job, read within the transaction. */
enum hs_status hs__export_plan(const struct hs__export_job *job, struct hs_txn *txn,
	struct hs_rest_export **out, struct hs_error *err);

/* ---- export_disk.c: files of a job ---- */

bool hs__export_path(const struct hs__export_job *job, const char *file, char *out, size_t size);
enum hs_status hs__export_make(const struct hs__export_job *job, struct hs_error *err);
void hs__export_erase(const struct hs__export_job *job);
/* job.json */
enum hs_status hs__export_save(const struct hs__export_job *job, struct hs_error *err);
enum hs_status hs__export_load(struct hs__export_job *job, struct hs_error *err);
/* One slice: reads and writes; *job changes only when it succeeds. When it was the last, all is on disk. */
enum hs_status hs__export_write(struct hs__export_job *job, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_error *err);

/* ---- export.c: the operation ---- */

extern const struct hs_route hs__export_routes[];
/* Is it a GET of a job's file? It goes out as NDJSON whatever format is accepted. */
bool hs__export_is_file(struct hs_slice path);
