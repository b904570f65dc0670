/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox: a store, a clock, limits and faults of its own, opened when first used.
 *
 *            enter of a request            work of the control thread
 *   CLOSED -------------------> OPENING ---------------> RENEWING ------> OPEN
 *     ^  ^                        | | `-- index as it should be --------^   | close, reset, delete
 *     |  `------------------------' failed (waiting requests are told)      |
 *     |                                                    | reset, delete  v
 *     |                                                    `----------> DRAINING --> GONE (delete)
 *     `-------------------------------------------------------------------'
 *                              last user has left
 *
 * Requests that come while it is not open wait in a list and go on when it is. That is soon, but for
 * RENEWING, which lasts as long as there are resources to index: then they are refused, and told how far it
 * is. Threads: any loop enters and leaves; only the control thread (or the main thread before serving) opens,
 * closes and resets. A deleted one is freed when the last who keeps it gives it back: the table, requests
 * that found it by name, users that are no requests, and tasks of the control thread. The control thread
 * itself may use what is in the table without keeping it, since nobody else deletes. */
#pragma once

#include <core/host/operator/fault.h>
#include <core/host/host_private.h>

enum hs__sandbox_phase {
	HS__SANDBOX_CLOSED,
	HS__SANDBOX_OPENING,
	HS__SANDBOX_RENEWING,
	HS__SANDBOX_OPEN,
	HS__SANDBOX_DRAINING,
	HS__SANDBOX_GONE,
};

/* Users per loop, each on a cache line of its own; the last slot is for jobs and the like. */
struct hs__users {
	_Atomic int64_t count;
	char apart[64 - sizeof(int64_t)];
};

/* Frozen at a moment, or the machine's clock and an offset. Any thread. */
struct hs__clock {
	_Atomic int64_t offset_ms;
	_Atomic int64_t frozen_ms; /* INT64_MIN: it runs */
};

/* What REST's policy of a sandbox and edition is given (validator.h). */
struct hs__policy {
	struct hs_sandbox *sandbox;
	struct hs__edition *edition;
};

/* The search index is being made anew (renewal.c). Control thread, but for the numbers and `failed`. */
struct hs__renewal {
	struct hs_task task; /* the next part */
	_Atomic bool posted;
	struct hs_arena *arena;
	unsigned edition;
	struct hs_rest_reindexing work;
	_Atomic uint64_t done, total; /* resources; any thread */
	_Atomic int64_t began_ms;     /* monotonic; any thread */
	int64_t told_ms;
	struct hs_error failed; /* why it ended in CLOSED; under the lock */
};

struct hs_sandbox {
	struct hs_host *host;
	struct hs_sandbox *next;
	char name[HS__SANDBOX_NAME + 1];
	char *dir;
	int64_t created_ms;
	_Atomic int phase;
	_Atomic unsigned keepers;
	pthread_mutex_t lock; /* of waiting, limits as a whole, and of the condition */
	pthread_cond_t left;  /* a user left while draining, or a renewal has ended */
	struct hs_request *waiting;
	struct hs__users users[HS__LOOPS_MAX + 1];

	struct hs_store *store;
	struct hs_rest_sandbox *rest[HS__EDITIONS];
	struct hs__policy policies[HS__EDITIONS];
	struct hs__upper *validators[HS__EDITIONS];
	struct hs__members *members[HS__EDITIONS];
	void **states;               /* of services, by index */
	struct hs__exports *exports; /* export.h */

	struct hs__renewal renewal;
	struct hs__clock clock;
	struct hs_sandbox_limits limits; /* members are read and written with atomic operations */
	_Atomic int64_t bucket_us;       /* see limits.c */
	struct hs__faults faults;
	_Atomic int64_t used_ms;  /* monotonic: last request */
	struct hs_task open_task; /* posted by whoever moves CLOSED to OPENING; keeps it, as the others do */
	struct hs_task idle_task;
	_Atomic bool idle_posted;
};

/* ---- table ---- */

/* [a-z0-9-], not at its ends, at most HS__SANDBOX_NAME bytes. */
bool hs__sandbox_name_valid(struct hs_slice name);
/* Reads DATA/sandboxes; makes and opens the default one. */
enum hs_status hs__sandboxes_open(struct hs_host *host, struct hs_error *err);
/* At the end: first the stores (their last answers go to loops), later the objects. */
void hs__sandboxes_unload(struct hs_host *host);
void hs__sandboxes_close(struct hs_host *host);
/* Control thread, or main thread before and after serving. */
struct hs_sandbox *hs__sandbox_find(struct hs_host *host, struct hs_slice name);
/* The same for any thread: kept for the caller, who releases it; NULL when there is none. */
struct hs_sandbox *hs__sandbox_find_kept(struct hs_host *host, struct hs_slice name);
/* By who knows that it is kept, or holds the table's lock. */
void hs__sandbox_keep(struct hs_sandbox *sandbox);
/* It may be gone then. Any thread. */
void hs__sandbox_release(struct hs_sandbox *sandbox);
/* HS_E_DUPLICATE, HS_E_VALUE. Closed at first. Control thread. */
enum hs_status hs__sandbox_create(struct hs_host *host, struct hs_slice name,
	const struct hs_sandbox_limits *limits, struct hs_sandbox **out, struct hs_error *err);

/* ---- life; control thread, or main thread before and after serving ---- */

/* HS_OK too when it is RENEWING then. */
enum hs_status hs__sandbox_open(struct hs_sandbox *sandbox, struct hs_error *err);
/* Waits for its users, then closes the store. HS_E_TIMEOUT when users stay. */
enum hs_status hs__sandbox_close(struct hs_sandbox *sandbox, struct hs_error *err);
/* All content away; clock, limits and faults stay as they are. */
enum hs_status hs__sandbox_reset(struct hs_sandbox *sandbox, struct hs_error *err);
/* Of one that the caller keeps. HS_E_TIMEOUT, HS_E_IO: nothing was changed. What cannot be erased of its
 * folder is in the way of nobody, and the next start tries again. */
enum hs_status hs__sandbox_delete(struct hs_sandbox *sandbox, struct hs_error *err);
/* Opens it and refuses, in words for a client, what cannot be used yet: HS_E_BUSY while it is RENEWING. */
enum hs_status hs__sandbox_need(struct hs_sandbox *sandbox, struct hs_error *err);
/* A copy of its store as a new file, while others write; it is open. backup.c. */
enum hs_status hs__sandbox_backup(struct hs_sandbox *sandbox, const char *path, struct hs_error *err);
/* store.c: the store with the services' tables and the numbers of REST; then, when the index is as it should
 * be, the services' states and the exports. */
enum hs_status hs__sandbox_load(struct hs_sandbox *sandbox, struct hs_error *err);
enum hs_status hs__sandbox_furnish(struct hs_sandbox *sandbox, struct hs_error *err);
void hs__sandbox_unload(struct hs_sandbox *sandbox);
/* Removes the files of a directory and those below it, and itself when `whole`. folder.c. */
enum hs_status hs__sandbox_erase(const char *dir, bool whole, struct hs_error *err);
/* Gives the sandbox's folder the name, in `to`, of one that is being erased, all at once. HS_E_IO: it is
 * where it was. Such names are leaving; what is so called is erased, and what cannot be is told to the log.
 */
enum hs_status hs__sandbox_put_away(const struct hs_sandbox *sandbox, char *to, size_t size,
	struct hs_error *err);
bool hs__sandbox_is_leaving(struct hs_slice folder);
void hs__sandbox_erase_leaving(const char *dir);

/* ---- the index made anew (renewal.c) ---- */

/* Of one that is loaded: is anything to be done? */
enum hs_status hs__renewal_begin(struct hs_sandbox *sandbox, bool *needed, struct hs_error *err);
/* All of it when it is little; *ended says so. */
enum hs_status hs__renewal_at_once(struct hs_sandbox *sandbox, bool *ended, struct hs_error *err);
/* In RENEWING: has the control thread go on with it until OPEN; false when it takes no more work. */
bool hs__renewal_post(struct hs_sandbox *sandbox);
void hs__renewal_end(struct hs_sandbox *sandbox);
/* HS_E_BUSY with a text that says how far it is; *retry_s: when to ask again. Any thread. */
enum hs_status hs__renewal_tell(struct hs_sandbox *sandbox, unsigned *retry_s, struct hs_error *err);
/* Until it is over; the reason when it failed. Not on the control thread. */
enum hs_status hs__renewal_wait(struct hs_sandbox *sandbox, struct hs_error *err);

/* ---- use ---- */

enum hs__entry { HS__ENTERED, HS__PARKED, HS__ENTRY_RENEWING, HS__ENTRY_GONE };
/* Counts the request as a user, or parks it and has the sandbox opened; or nothing, when it is RENEWING or
 * gone. */
enum hs__entry hs__sandbox_enter(struct hs_sandbox *sandbox, struct hs_request *req);
void hs__sandbox_leave(struct hs_sandbox *sandbox, unsigned slot);
/* For jobs and the like: true when it is open; it is kept and counts as used until the end. By who knows that
 * it is kept, or holds the table's lock. */
bool hs__sandbox_use(struct hs_sandbox *sandbox);
void hs__sandbox_end_use(struct hs_sandbox *sandbox);
/* The first in use by name after `name` (NULL: of all) that is open, used; NULL past the last. */
struct hs_sandbox *hs__sandbox_use_next(struct hs_host *host, const char *name);

/* Has those closed that nobody has used for the configured time; the default one stays open. Any thread. */
void hs__sandboxes_tidy(struct hs_host *host, int64_t mono_ms);

/* ---- clock (clock.c) ---- */

int64_t hs__clock_at(const struct hs__clock *clock, int64_t wall_ms);
int64_t hs__sandbox_now(void *arg); /* of the sandbox `arg`, for its store */
void hs__clock_set_offset(struct hs__clock *clock, int64_t offset_ms);
void hs__clock_freeze(struct hs__clock *clock, int64_t at_ms);
/* Forward (or back), frozen or not. */
void hs__clock_advance(struct hs__clock *clock, int64_t by_ms);

/* ---- limits (limits.c) ---- */

/* HS_OK, or HS_E_THROTTLED with *retry_s, or HS_E_LIMIT, or HS_E_FULL for a write into a full one. */
enum hs_status hs__limits_check(struct hs_sandbox *sandbox, uint64_t mono_ns, uint64_t body_bytes,
	bool writes, unsigned *retry_s, struct hs_error *err);
void hs__limits_set(struct hs_sandbox *sandbox, const struct hs_sandbox_limits *limits);
void hs__limits_get(const struct hs_sandbox *sandbox, struct hs_sandbox_limits *out);

/* ---- what is kept on disk beside the store (meta.c) ---- */

enum hs_status hs__sandbox_meta_read(struct hs_sandbox *sandbox, struct hs_error *err);
enum hs_status hs__sandbox_meta_write(const struct hs_sandbox *sandbox, struct hs_error *err);
