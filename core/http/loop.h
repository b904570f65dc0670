/* SPDX-License-Identifier: Apache-2.0 */
/* An event loop: one thread, its timers and the tasks that other threads post to it. libuv is behind it
 * and nowhere else. All functions are for the loop's own thread unless they say otherwise. */
#pragma once

#include <core/base/task.h>
#include <handslag/error.h>

struct hs_loop;

enum hs_status hs_loop_new(struct hs_loop **out, struct hs_error *err);
/* The mailbox to post tasks to, from any thread; unbounded; posting to a stopped loop says false. Threads
 * that may still post are joined before the loop is freed. */
struct hs_mailbox *hs_loop_mailbox(struct hs_loop *loop);
/* Runs until hs_loop_stop and until all handles are closed. */
void hs_loop_run(struct hs_loop *loop);
void hs_loop_stop(struct hs_loop *loop); /* any thread */
/* One turn, for tools and tests that drive a loop themselves: handles what is ready, and when `wait` is set
 * and nothing was (no timer due, no output to write), waits for the first thing that happens. */
void hs_loop_turn(struct hs_loop *loop, bool wait);
/* After run has returned (or was never called). Tasks that are still in the mailbox are run first. */
void hs_loop_free(struct hs_loop *loop);
/* Wall clock in milliseconds, read at most once a millisecond of the loop's own clock. */
int64_t hs_loop_now_ms(struct hs_loop *loop);
/* Monotonic milliseconds as of this turn; costs nothing. */
uint64_t hs_loop_mono_ms(const struct hs_loop *loop);
/* Runs fn on every turn of the loop before it waits, when the replies of the turn are written: for work that
 * nobody waits for. Replies that fn gives are written in the next turn, which then follows at once. */
void hs_loop_before_wait(struct hs_loop *loop, void (*fn)(void *arg), void *arg);

struct hs_timer;
/* Calls fn(arg) once after `ms` milliseconds; repeats every `repeat_ms` when that is not 0. A timer that has
 * fired still belongs to its owner, who stops it; those left at hs_loop_stop are stopped by the loop, and
 * must not be touched after hs_loop_run has returned. */
struct hs_timer *hs_timer_start(struct hs_loop *loop, uint64_t ms, uint64_t repeat_ms, void (*fn)(void *arg),
	void *arg);
void hs_timer_stop(struct hs_timer *timer); /* frees it; NULL is allowed; allowed inside fn */

/* Calls fn(arg) on the loop when the process gets the signal. */
enum hs_status hs_loop_signal(struct hs_loop *loop, int signum, void (*fn)(int signum, void *arg), void *arg,
	struct hs_error *err);
