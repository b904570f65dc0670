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
};

/* Something with output to write. It is run once before the loop waits; what it queues meanwhile is run in
 * the next turn, which then follows at once. */
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
/* Every callback of a timer says so first: what a waiting turn was for may have happened in it. */
static inline void hs__loop_ran(struct hs_loop *loop)
{
	loop->ran = true;
}
/* The text of the Date header, made once a second. */
const char *hs__loop_date(struct hs_loop *loop);
