/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's tests share: a store in a directory of its own, and short ways to put and get. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <core/store/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char path[96];
	struct hs_pool *pool;
	struct hs_store *store;
	struct hs_arena *arena;
	struct hs_error err;
	int64_t now_ms;
	bool by_columns; /* hs_store_config.test_columns */
	bool merging;    /* hs_store_config.test_upkeep */
};

static inline int64_t fixture_now(void *arg)
{
	return __atomic_load_n((int64_t *)arg, __ATOMIC_RELAXED);
}

static inline void fixture_open(struct fixture *f)
{
	struct hs_store_config config = { .path = f->path,
		.world = hs_world_real(),
		.now_ms = fixture_now,
		.now_arg = &f->now_ms,
		.readers = f->pool,
		.test_columns = f->by_columns,
		.test_upkeep = f->merging };
	if (hs_store_open(&config, &f->store, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

static inline void fixture_reopen(struct fixture *f)
{
	hs_store_close(f->store);
	f->store = NULL;
	fixture_open(f);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/hs-store-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/store.db", f->folder);
	f->pool = hs_pool_new("read", 2, 64);
	f->arena = hs_arena_new((size_t)64 << 20);
	f->now_ms = INT64_C(1700000000000);
	fixture_open(f);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char path[128];
	static const char *const ends[] = { "", "-wal", "-shm", ".copy", ".copy-wal", ".copy-shm",
		".copy.part" };

	hs_store_close(f->store);
	hs_pool_free(f->pool);
	hs_arena_free(f->arena);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

static inline uint32_t number_of(struct fixture *f, unsigned space, const char *name)
{
	uint32_t number = 0;
	if (hs_store_number(f->store, space, hs_slice_cstr(name), &number, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	return number;
}

/* {"id":ID,"v":VERSION,"text":TEXT} */
static inline enum hs_status compose_text(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	(void)err;
	hs_buf_printf(out, "{\"id\":\"%.*s\",\"v\":%llu,\"text\":\"%s\"}", HS_S_ARG(version->id),
		(unsigned long long)version->version, (const char *)arg);
	return HS_OK;
}

struct put_work {
	uint32_t type;
	const char *id;
	const char *text;
	const struct hs_index_row *index;
	size_t index_count;
	struct hs_resource out;
};

static inline enum hs_status put_one(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct put_work *work = arg;
	struct hs_put put = {
		.type = work->type,
		.id = hs_slice_cstr(work->id),
		.index = work->index,
		.index_count = work->index_count,
		.compose = compose_text,
		.arg = (void *)(uintptr_t)work->text,
	};
	return hs_txn_put(txn, arena, &put, &work->out, err);
}

static inline enum hs_status delete_one(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct put_work *work = arg;
	return hs_txn_delete(txn, arena, work->type, hs_slice_cstr(work->id), &work->out, err);
}

static inline enum hs_status get_one(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct put_work *work = arg;
	return hs_txn_get(txn, arena, work->type, hs_slice_cstr(work->id), &work->out, err);
}

static inline void put_ok(struct fixture *f, uint32_t type, const char *id, const char *text,
	const struct hs_index_row *index, size_t count)
{
	struct put_work work = { .type = type, .id = id, .text = text, .index = index, .index_count = count };
	if (hs_store_write_wait(f->store, f->arena, put_one, &work, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
}

static inline enum hs_status delete_it(struct fixture *f, uint32_t type, const char *id)
{
	struct put_work work = { .type = type, .id = id };
	return hs_store_write_wait(f->store, f->arena, delete_one, &work, &f->err);
}

static inline enum hs_status get_it(struct fixture *f, uint32_t type, const char *id, struct hs_resource *out)
{
	struct put_work work = { .type = type, .id = id };
	enum hs_status status = hs_store_read_wait(f->store, f->arena, get_one, &work, &f->err);
	*out = work.out;
	return status;
}

#define assert_slice(slice, text) \
	do { \
		struct hs_slice slice_ = (slice); \
		assert_int_equal(slice_.len, strlen(text)); \
		assert_memory_equal(slice_.ptr, text, slice_.len); \
	} while (0)

/* A version of the resource "a", as work of a transaction. */
struct version_work {
	uint32_t type;
	uint64_t version;
	struct hs_resource out;
};

static inline enum hs_status get_version(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct version_work *work = arg;
	return hs_txn_get_version(txn, arena, work->type, HS_S("a"), work->version, &work->out, err);
}
