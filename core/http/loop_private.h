/* SPDX-License-Identifier: Apache-2.0 */
/* What the other files of this folder may know of a loop: its libuv loop, its scratch memory, its clocks
 * and the list of things that write before the loop waits. */
#pragma once

#include <core/http/list.h>
#include <core/http/loop.h>
#include <handslag/time.h>
#include <stdatomic.h>
#include <uv.h>
#include <zlib.h>

enum {
	HS__LOOP_INPUT = 64 * 1024, /* one read of a socket */
	HS__LOOP_PLAIN = 16 * 1024, /* one TLS record */
	HS__LOOP_HOOKS = 16,
	HS__LOOP_GATHER_NS = 100 * 1000,
};

/* Something with output to write. It is run once before the loop waits, or when the work of this turn has
 * taken gather_ns; what it queues meanwhile is run in the next turn, which then follows at once. */
struct hs__flush {
	struct hs__link link;
	void (*run)(struct hs__flush *flush);
};

struct hs__hook {
	void (*fn)(void *arg);
	void *arg;
};

struct hs_loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_prepare_t prepare;
	uv_idle_t again; /* active while there is something to flush in the next turn */
	struct hs_mailbox mailbox;
	_Atomic(struct hs_task *) inbox; /* a stack of tasks, newest first; &closed_mark when stopped */
	atomic_bool stop_wanted;
	bool stopped;
	bool again_active;
	bool waiting; /* a turn of hs_loop_turn that may wait */
	bool ran;     /* something of ours ran in it before it waited */
	struct hs__hook hooks[HS__LOOP_HOOKS];
	unsigned hook_count;
	struct hs__link flush;
	uint64_t gather_ns;        /* HS__LOOP_GATHER_NS; tests choose another */
	uint64_t gathered_from_ns; /* when the work began whose output stands in `flush` */
	bool gathers;
	struct hs__link timers;
	struct hs__link signals;
	uint64_t wall_at; /* uv_now when wall_ms was read */
	int64_t wall_ms;
	int64_t date_second;
	char date[HS_HTTP_DATE_LEN + 1];
	z_stream deflate; /* reused for small replies */
	bool deflate_ready;
	char *input; /* HS__LOOP_INPUT bytes: one read, parsed before the next */
	char *plain; /* HS__LOOP_PLAIN bytes: decrypted input */
	char *stage; /* HS__LOOP_PLAIN bytes: output gathered into one TLS record */
};

/* Queues `flush` once; harmless when it is queued already. */
void hs__loop_flush(struct hs_loop *loop, struct hs__flush *flush);
/* Around the work for one thing that is ready. What many such things give within gather_ns is written in one
 * go: a reply wakes its reader, and one that is awake still with the reply before it costs nothing to wake,
 * which is a sixth of what a short request costs. What takes longer is not kept waiting for what comes after
 * it. */
void hs__loop_work_begins(struct hs_loop *loop);
void hs__loop_work_ends(struct hs_loop *loop);
/* Every callback of a timer says so first: what a waiting turn was for may have happened in it. */
static inline void hs__loop_ran(struct hs_loop *loop)
{
	loop->ran = true;
}
/* The text of the Date header, made once a second. */
const char *hs__loop_date(struct hs_loop *loop);
