/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a store, numbers for known names, keepers, counters, and waiting for a write. */
#include <core/store/find/column.h>
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int64_t world_now(void *arg)
{
	const struct hs_world *world = arg;

	return world->wall_ms(world->ctx);
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static struct hs_store *make(const struct hs_store_config *config)
{
	static uint64_t openings;
	struct hs_store *store = hs_heap_alloc(sizeof(*store));
	size_t len = strlen(config->path);

	store->number = __atomic_add_fetch(&openings, 1, __ATOMIC_RELAXED);
	store->path = hs_heap_cstr(config->path, len);
	store->wal_path = hs_heap_alloc(len + sizeof("-wal"));
	memcpy(store->wal_path, config->path, len);
	memcpy(store->wal_path + len, "-wal", sizeof("-wal"));
	store->vfs = config->test_vfs ? hs_heap_cstr(config->test_vfs, strlen(config->test_vfs)) : NULL;
	store->sync_normal = config->test_sync_normal;
	store->world = config->world;
	store->now_ms = config->now_ms ? config->now_ms : world_now;
	/* The world is only read. */
	store->now_arg = config->now_ms ? config->now_arg : (void *)(uintptr_t)config->world;
	store->readers = config->readers;
	store->queue_depth = or_default(config->queue_depth, 4096);
	store->group_max = or_default(config->group_max, 512);
	store->read_budget = or_default(config->read_budget, 20000);
	store->read_limit_ms = or_default(config->read_limit_ms, 10000);
	store->upkeep_rows = config->test_upkeep ? 8 : 1024;
	store->foreseen_least = config->test_columns ? 1 : 1024;
	store->upkeep_ms = config->test_upkeep ? 0 : 20;
	store->names = hs__names_new();
	store->columns = hs__columns_new(config->test_columns);
	store->later = hs__later_new(store);
	return store;
}

/* SQLite would make the file readable by everybody; it makes its other files like this one. */
static enum hs_status make_file(const struct hs_store *store, struct hs_error *err)
{
	const struct hs_world *world = store->world;
	int fd = world->open(world->ctx, store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		hs_fail(err, HS_E_IO, "the store's file %s could not be opened: %s", store->path,
			strerror(-fd));
		err->cause = -fd;
		return HS_E_IO;
	}
	world->close(world->ctx, fd);
	return HS_OK;
}

enum hs_status hs_store_open(const struct hs_store_config *config, struct hs_store **out,
	struct hs_error *err)
{
	struct hs_store *store = make(config);
	enum hs_status status = store->vfs ? HS_OK : make_file(store, err);

	if (status == HS_OK)
		status = hs__writer_start(store, err);
	if (status == HS_OK)
		*out = store;
	else
		hs_store_close(store);
	return status;
}

void hs_store_close(struct hs_store *store)
{
	if (!store)
		return;
	hs__later_stop(store->later);
	hs__reader_close_all(store);
	if (store->writer.started)
		hs__writer_stop(store);
	hs__columns_free(store->columns);
	hs__names_free(store->names);
	hs_heap_free(store->keepings);
	hs_heap_free(store->vfs);
	hs_heap_free(store->wal_path);
	hs_heap_free(store->path);
	hs_heap_free(store);
}

void hs_store_keep(struct hs_store *store, uint32_t type, const struct hs_keeper *keeper, void *state)
{
	HS_ASSERT(type > 0 && type <= HS__TYPE_MAX);
	if (type >= store->keeping_room) {
		uint32_t room = type + 64;
		store->keepings = hs_heap_grow(store->keepings, room * sizeof(store->keepings[0]));
		memset(store->keepings + store->keeping_room, 0,
			(room - store->keeping_room) * sizeof(store->keepings[0]));
		store->keeping_room = room;
	}
	store->keepings[type] = (struct hs__keeping) { keeper, state };
}

uint64_t hs_store_seq(const struct hs_store *store)
{
	return __atomic_load_n(&store->seq, __ATOMIC_ACQUIRE);
}

/* ---- waiting ---- */

struct waiting {
	struct hs_mailbox mailbox; /* first */
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct hs_task *task;
};

static bool post_to_waiting(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct waiting *waiting = (struct waiting *)mailbox;

	pthread_mutex_lock(&waiting->lock);
	waiting->task = task;
	pthread_cond_signal(&waiting->arrived);
	pthread_mutex_unlock(&waiting->lock);
	return true;
}

static void nothing_more(struct hs_store_op *op)
{
	(void)op;
}

enum hs_status hs_store_write_wait(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work,
	void *arg, struct hs_error *err)
{
	struct waiting waiting = { .mailbox.post = post_to_waiting };
	struct hs_store_op op = {
		.work = work, .arg = arg, .arena = arena, .reply_to = &waiting.mailbox, .done = nothing_more
	};

	pthread_mutex_init(&waiting.lock, NULL);
	pthread_cond_init(&waiting.arrived, NULL);
	hs_store_write(store, &op);
	pthread_mutex_lock(&waiting.lock);
	while (!waiting.task)
		pthread_cond_wait(&waiting.arrived, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
	waiting.task->run(waiting.task);
	pthread_cond_destroy(&waiting.arrived);
	pthread_mutex_destroy(&waiting.lock);
	if (op.status != HS_OK)
		*err = op.error;
	return op.status;
}

/* ---- numbers for names that the program knows ---- */

struct number_work {
	unsigned space;
	const struct hs_slice *texts;
	size_t count;
	uint32_t *out;
};

static enum hs_status make_numbers(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	const struct number_work *work = arg;

	(void)arena;
	for (size_t i = 0; i < work->count; i++) {
		work->out[i] = hs_txn_number(txn, work->space, work->texts[i], true);
		if (!work->out[i])
			return txn->fault ? HS_OK : hs_fail(err, HS_E_VALUE, "an empty name has no number");
	}
	return HS_OK;
}

enum hs_status hs_store_numbers(struct hs_store *store, unsigned space, const struct hs_slice *texts,
	size_t count, uint32_t *out, struct hs_error *err)
{
	bool all = true;

	for (size_t i = 0; i < count && all; i++)
		all = (out[i] = hs__names_find(store->names, space, texts[i])) != 0;
	if (all)
		return HS_OK;
	struct number_work work = { space, texts, count, out };
	struct hs_arena *arena = hs_arena_new(4096);
	enum hs_status status = hs_store_write_wait(store, arena, make_numbers, &work, err);
	hs_arena_free(arena);
	return status;
}

enum hs_status hs_store_number(struct hs_store *store, unsigned space, struct hs_slice text, uint32_t *out,
	struct hs_error *err)
{
	return hs_store_numbers(store, space, &text, 1, out, err);
}

/* ---- counters ---- */

static uint64_t size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

enum hs_status hs_store_write_fault(const struct hs_store *store)
{
	return (enum hs_status)__atomic_load_n(&store->write_fault, __ATOMIC_RELAXED);
}

void hs_store_counters(struct hs_store *store, struct hs_store_counters *out)
{
	*out = (struct hs_store_counters) {
		.reads = __atomic_load_n(&store->reads, __ATOMIC_RELAXED),
		.reads_now = __atomic_load_n(&store->reads_now, __ATOMIC_RELAXED),
		.budget_exceeded = __atomic_load_n(&store->budget_exceeded, __ATOMIC_RELAXED),
		.writes = __atomic_load_n(&store->writes, __ATOMIC_RELAXED),
		.groups = __atomic_load_n(&store->groups, __ATOMIC_RELAXED),
		.failed = __atomic_load_n(&store->failed, __ATOMIC_RELAXED),
		.later_cpu_us = __atomic_load_n(&store->later_cpu_us, __ATOMIC_RELAXED),
		.file_bytes = size_of(store->path),
		.wal_bytes = size_of(store->wal_path),
	};
	pthread_mutex_lock(&store->writer.lock);
	out->waiting = store->writer.waiting;
	pthread_mutex_unlock(&store->writer.lock);
}
