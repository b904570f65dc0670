/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop over libuv: its mailbox, its turn, its clocks. */
#include <core/http/loop_private.h>

#include <core/base/heap.h>
#include <core/base/world.h>

static struct hs_task closed_mark;

/* ---- the mailbox ---- */

static bool post_task(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct hs_loop *loop = HS__HOLDER(mailbox, struct hs_loop, mailbox);
	struct hs_task *head = atomic_load_explicit(&loop->inbox, memory_order_relaxed);

	do {
		if (head == &closed_mark)
			return false;
		task->next = head;
	} while (!atomic_compare_exchange_weak_explicit(&loop->inbox, &head, task, memory_order_release,
		memory_order_relaxed));
	/* Only the first one has to wake the loop: it empties the whole box. */
	if (!head)
		uv_async_send(&loop->wake);
	return true;
}

/* Takes all tasks and runs them in order of arrival. `leave` is what the box holds from now on. */
static void run_inbox(struct hs_loop *loop, struct hs_task *leave)
{
	struct hs_task *newest = atomic_exchange_explicit(&loop->inbox, leave, memory_order_acquire);
	struct hs_task *oldest = NULL;

	if (newest == &closed_mark)
		return;
	while (newest) {
		struct hs_task *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	while (oldest) {
		struct hs_task *task = oldest;

		oldest = task->next;
		task->next = NULL;
		task->run(task);
	}
}

/* ---- the turn ---- */

static void on_again(uv_idle_t *idle)
{
	(void)idle; /* its being active is what keeps the loop from waiting */
}

void hs__loop_flush(struct hs_loop *loop, struct hs__flush *flush)
{
	if (!hs__link_used(&flush->link))
		hs__list_append(&loop->flush, &flush->link);
}

static void run_flushes(struct hs_loop *loop)
{
	struct hs__link due;

	loop->gathers = false;
	hs__list_take(&due, &loop->flush);
	while (!hs__list_empty(&due)) {
		struct hs__link *link = due.next;
		struct hs__flush *flush = HS__HOLDER(link, struct hs__flush, link);

		hs__link_remove(link);
		hs__loop_ran(loop);
		flush->run(flush);
	}
}

void hs__loop_work_begins(struct hs_loop *loop)
{
	const struct hs_world *world = hs_world_real();

	if (loop->gathers)
		return;
	loop->gathers = true;
	loop->gathered_from_ns = world->mono_ns(world->ctx);
}

void hs__loop_work_ends(struct hs_loop *loop)
{
	const struct hs_world *world = hs_world_real();

	if (world->mono_ns(world->ctx) - loop->gathered_from_ns >= loop->gather_ns)
		run_flushes(loop);
}

static void on_prepare(uv_prepare_t *handle)
{
	struct hs_loop *loop = handle->data;

	run_flushes(loop);
	for (unsigned i = 0; i < loop->hook_count; i++)
		loop->hooks[i].fn(loop->hooks[i].arg);
	bool again = !hs__list_empty(&loop->flush) || (loop->waiting && loop->ran);
	if (loop->stopped || loop->again_active == again)
		return;
	loop->again_active = again;
	if (loop->again_active)
		uv_idle_start(&loop->again, on_again);
	else
		uv_idle_stop(&loop->again);
}

static void close_timers_and_signals(struct hs_loop *loop);

static void begin_stop(struct hs_loop *loop)
{
	loop->stopped = true;
	run_inbox(loop, &closed_mark);
	close_timers_and_signals(loop);
	uv_close((uv_handle_t *)&loop->again, NULL);
	uv_close((uv_handle_t *)&loop->wake, NULL);
	/* The prepare handle stays, unreferenced: servers that are still closing flush through it. */
	uv_unref((uv_handle_t *)&loop->prepare);
}

static void on_wake(uv_async_t *handle)
{
	struct hs_loop *loop = handle->data;

	run_inbox(loop, NULL);
	if (atomic_load(&loop->stop_wanted) && !loop->stopped)
		begin_stop(loop);
}

/* ---- life ---- */

enum hs_status hs_loop_new(struct hs_loop **out, struct hs_error *err)
{
	struct hs_loop *loop = hs_heap_alloc(sizeof(*loop));
	int rc = uv_loop_init(&loop->uv);

	if (rc != 0) {
		hs_heap_free(loop);
		return hs_fail(err, HS_E_INTERNAL, "cannot make an event loop: %s", uv_strerror(rc));
	}
	rc = uv_async_init(&loop->uv, &loop->wake, on_wake);
	if (rc != 0) {
		uv_loop_close(&loop->uv);
		hs_heap_free(loop);
		return hs_fail(err, HS_E_INTERNAL, "cannot make a wake-up descriptor: %s", uv_strerror(rc));
	}
	uv_prepare_init(&loop->uv, &loop->prepare);
	uv_idle_init(&loop->uv, &loop->again);
	loop->wake.data = loop;
	loop->prepare.data = loop;
	loop->mailbox.post = post_task;
	loop->date_second = -1;
	loop->wall_at = UINT64_MAX;
	loop->gather_ns = HS__LOOP_GATHER_NS;
	hs__list_init(&loop->flush);
	hs__list_init(&loop->timers);
	hs__list_init(&loop->signals);
	loop->input = hs_heap_alloc(HS__LOOP_INPUT);
	loop->plain = hs_heap_alloc(HS__LOOP_PLAIN);
	loop->stage = hs_heap_alloc(HS__LOOP_PLAIN);
	uv_prepare_start(&loop->prepare, on_prepare);
	*out = loop;
	return HS_OK;
}

struct hs_mailbox *hs_loop_mailbox(struct hs_loop *loop)
{
	return &loop->mailbox;
}

void hs_loop_run(struct hs_loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void hs_loop_turn(struct hs_loop *loop, bool wait)
{
	loop->waiting = wait;
	loop->ran = false;
	uv_run(&loop->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	loop->waiting = false;
	/* What the callbacks of this turn gave must not wait for the next. */
	on_prepare(&loop->prepare);
}

void hs_loop_stop(struct hs_loop *loop)
{
	if (!atomic_exchange(&loop->stop_wanted, true))
		uv_async_send(&loop->wake);
}

void hs_loop_free(struct hs_loop *loop)
{
	if (!loop)
		return;
	if (!loop->stopped)
		begin_stop(loop);
	uv_close((uv_handle_t *)&loop->prepare, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	HS_ASSERT(uv_loop_close(&loop->uv) == 0);
	if (loop->deflate_ready)
		deflateEnd(&loop->deflate);
	hs_heap_free(loop->input);
	hs_heap_free(loop->plain);
	hs_heap_free(loop->stage);
	hs_heap_free(loop);
}

void hs_loop_before_wait(struct hs_loop *loop, void (*fn)(void *arg), void *arg)
{
	HS_ASSERT(loop->hook_count < HS__LOOP_HOOKS);
	loop->hooks[loop->hook_count++] = (struct hs__hook) { fn, arg };
}

/* ---- clocks ---- */

uint64_t hs_loop_mono_ms(const struct hs_loop *loop)
{
	return uv_now(&loop->uv);
}

int64_t hs_loop_now_ms(struct hs_loop *loop)
{
	uint64_t now = uv_now(&loop->uv);

	if (now != loop->wall_at) {
		const struct hs_world *world = hs_world_real();

		loop->wall_ms = world->wall_ms(world->ctx);
		loop->wall_at = now;
	}
	return loop->wall_ms;
}

const char *hs__loop_date(struct hs_loop *loop)
{
	int64_t now = hs_loop_now_ms(loop);

	if (now / 1000 != loop->date_second) {
		loop->date_second = now / 1000;
		hs_time_http(now, loop->date);
	}
	return loop->date;
}

/* ---- timers ---- */

struct hs_timer {
	uv_timer_t uv;
	struct hs_loop *loop;
	struct hs__link link;
	void (*fn)(void *arg);
	void *arg;
};

static void on_timer(uv_timer_t *handle)
{
	struct hs_timer *timer = handle->data;

	hs__loop_ran(timer->loop);
	timer->fn(timer->arg);
}

static void free_timer(uv_handle_t *handle)
{
	hs_heap_free(handle->data);
}

struct hs_timer *hs_timer_start(struct hs_loop *loop, uint64_t ms, uint64_t repeat_ms, void (*fn)(void *arg),
	void *arg)
{
	struct hs_timer *timer = hs_heap_alloc(sizeof(*timer));

	uv_timer_init(&loop->uv, &timer->uv);
	timer->uv.data = timer;
	timer->loop = loop;
	timer->fn = fn;
	timer->arg = arg;
	hs__list_append(&loop->timers, &timer->link);
	/* The cached time may be old when a callback has computed for long. */
	uv_update_time(&loop->uv);
	uv_timer_start(&timer->uv, on_timer, ms, repeat_ms);
	return timer;
}

void hs_timer_stop(struct hs_timer *timer)
{
	if (!timer)
		return;
	hs__link_remove(&timer->link);
	uv_close((uv_handle_t *)&timer->uv, free_timer);
}

/* ---- signals ---- */

struct signal_watch {
	uv_signal_t uv;
	struct hs__link link;
	void (*fn)(int signum, void *arg);
	void *arg;
};

static void on_signal(uv_signal_t *handle, int signum)
{
	struct signal_watch *watch = handle->data;

	watch->fn(signum, watch->arg);
}

static void free_signal(uv_handle_t *handle)
{
	hs_heap_free(handle->data);
}

enum hs_status hs_loop_signal(struct hs_loop *loop, int signum, void (*fn)(int signum, void *arg), void *arg,
	struct hs_error *err)
{
	struct signal_watch *watch = hs_heap_alloc(sizeof(*watch));
	int rc = uv_signal_init(&loop->uv, &watch->uv);

	if (rc != 0) {
		hs_heap_free(watch);
		return hs_fail(err, HS_E_INTERNAL, "cannot watch signal %d: %s", signum, uv_strerror(rc));
	}
	watch->uv.data = watch;
	watch->fn = fn;
	watch->arg = arg;
	rc = uv_signal_start(&watch->uv, on_signal, signum);
	if (rc != 0) {
		uv_close((uv_handle_t *)&watch->uv, free_signal);
		return hs_fail(err, HS_E_INTERNAL, "cannot watch signal %d: %s", signum, uv_strerror(rc));
	}
	/* A watched signal alone does not keep a loop alive. */
	uv_unref((uv_handle_t *)&watch->uv);
	hs__list_append(&loop->signals, &watch->link);
	return HS_OK;
}

static void close_timers_and_signals(struct hs_loop *loop)
{
	while (!hs__list_empty(&loop->timers))
		hs_timer_stop(HS__HOLDER(loop->timers.next, struct hs_timer, link));
	while (!hs__list_empty(&loop->signals)) {
		struct signal_watch *watch = HS__HOLDER(loop->signals.next, struct signal_watch, link);

		hs__link_remove(&watch->link);
		uv_close((uv_handle_t *)&watch->uv, free_signal);
	}
}
