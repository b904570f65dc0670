/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the SQLite store share: the store, its transactions, and the state of the group that
 * the writer is working on. */
#pragma once

#include <core/store/sqlite/db.h>
#include <core/store/sqlite/names.h>
#include <core/store/sqlite/postings.h>
#include <core/store/sqlite/upkeep.h>
#include <core/store/store.h>
#include <pthread.h>

#define HS__STAMPS 16384u  /* power of two */
#define HS__SAVEPOINTS 16u /* in one another */
#define HS__TYPE_MAX 65535u
#define HS__BODY_MAX ((size_t)64 << 20)
/* A row in the tables is the type in the high bits and the row within the type below, so that the
 * resources of a type lie together. */
#define HS__ROW_BITS 40

static inline int64_t hs__row_of(uint32_t type, uint64_t row)
{
	return (int64_t)(((uint64_t)type << HS__ROW_BITS) | row);
}
static inline uint64_t hs__row_within(int64_t row)
{
	return (uint64_t)row & ((UINT64_C(1) << HS__ROW_BITS) - 1);
}
static inline uint32_t hs__row_type(int64_t row)
{
	return (uint32_t)((uint64_t)row >> HS__ROW_BITS);
}

/* Per type, in the writer's memory; saved at each commit that changed it. */
struct hs__tally {
	uint64_t live;     /* current versions that are not deletions; of types without keeper */
	uint64_t last_row; /* highest row ever given, within the type */
	uint64_t merged;   /* up to which row blocks of the index were merged (upkeep.c) */
	uint64_t loose;    /* versions since a merging began that took the place of others, about */
	bool dirty;
};
/* What a rollback to a savepoint puts back. */
struct hs__undo {
	uint32_t type;
	struct hs__tally before;
};
struct hs__pending_name {
	unsigned space;
	uint32_t number;
	struct hs_slice key; /* one byte of space, then the text */
};

/* The clock as the versions saw it. It may be set back (a sandbox's can be set at will): then the time of
 * a version is less than that of an earlier one, by at most `slack`. */
struct hs__clock {
	int64_t newest;
	int64_t slack;
};

/* The transactions that the writer will commit together. */
struct hs__group {
	struct hs_arena *arena;
	uint64_t seq;   /* last one given */
	uint64_t epoch; /* hs_txn_epoch */
	struct hs__clock clock;
	struct hs__undo *undo;
	size_t undo_count, undo_room;
	struct hs__pending_name *names;
	size_t name_count, name_room;
	struct hs_map name_map;
	uint32_t *touched; /* stamps */
	size_t touched_count, touched_room;
	struct hs__postings postings;
	bool apart;     /* each piece of work has a savepoint of its own */
	bool reindexed; /* entries were made anew that no version in the log tells of */
};
struct hs__mark {
	uint64_t seq;
	struct hs__clock clock;
	size_t undo_count;
	size_t name_count;
	size_t posting_count, posting_written;
};

struct hs_txn {
	struct hs_store *store;
	struct hs__db *db;
	struct hs__group *group; /* NULL when it only reads */
	int64_t now_ms;
	bool now_known;
	bool changed; /* in a way that SQLite does not count: tables were made */
	unsigned depth;
	struct hs__mark marks[HS__SAVEPOINTS];
	enum hs_status fault; /* of a function that could not report it; fails the work */
	struct hs_error fault_error;
};

struct hs__keeping {
	const struct hs_keeper *keeper;
	void *state;
};

enum hs__writer_state { HS__WRITER_READY, HS__WRITER_BROKEN };

struct hs__writer {
	bool started; /* there is something to stop */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct hs_store_op *head, **tail; /* what waits */
	uint32_t waiting;
	uint32_t wanted; /* how many must wait before the writer is woken */
	bool closing, running;
	hs_idle_fn *idle_work; /* NULL: none; atomic access */
	/* only the thread itself, from here */
	uint32_t last_group;  /* how many the last group had */
	uint64_t patience_ns; /* what the last commit took */
	struct hs__db *db;
	enum hs__writer_state state;
	struct hs__group group;
	struct hs__tally *tallies;
	uint32_t tally_room;
	uint32_t next_name[HS__SPACES];
	struct hs__clock clock; /* committed */
	struct hs__upkeep upkeep;
	uint64_t idle_seq; /* what was committed up to here idle work has seen; UINT64_MAX: it is not done */
	int wal_frames;
};

struct hs_store {
	uint64_t number; /* of this opening, unique in the process */
	int write_fault; /* atomic access; an enum hs_status */
	char *path, *wal_path;
	char *vfs;
	bool sync_normal;
	const struct hs_world *world;
	int64_t (*now_ms)(void *arg);
	void *now_arg;
	struct hs_pool *readers;
	uint32_t queue_depth, group_max, read_budget, read_limit_ms;
	uint32_t upkeep_rows, upkeep_ms; /* rows that are worth merging; after how long without a write */
	uint32_t foreseen_least; /* versions; fewer have no parameter whose entries are dear to read */
	struct hs__names *names;
	struct hs__keeping *keepings; /* by type */
	uint32_t keeping_room;
	struct hs__writer writer;
	struct hs__columns *columns; /* of the search engine: find/column.h */
	struct hs__later *later;     /* which of them are to be made */
	struct hs__db *connections;  /* readers'; under the lock of reader.c */
	/* atomic access */
	uint64_t seq;
	uint64_t ended;     /* groups, committed or not, before they are acknowledged */
	uint64_t reindexed; /* the last of these that made entries anew */
	uint32_t flux;
	uint64_t reads, reads_now, budget_exceeded, writes, groups, failed, later_cpu_us;
	uint32_t stamps[HS__STAMPS];
};

/* ---- schema.c ---- */
enum hs_status hs__schema_prepare(struct hs_store *store, struct hs__db *db, struct hs_error *err);
enum hs_status hs__schema_load(struct hs_store *store, struct hs__db *db, struct hs_error *err);

/* ---- writer.c ---- */
enum hs_status hs__writer_start(struct hs_store *store, struct hs_error *err);
void hs__writer_stop(struct hs_store *store);
/* Has op->done called on op->reply_to. */
void hs__op_reply(struct hs_store_op *op);

/* ---- settle.c: on the writer's thread ---- */
/* The connection that writes. */
enum hs_status hs__writer_open(struct hs_store *store, struct hs_error *err);
/* Runs the list of work, at least one, in one transaction and commits it. Each has its own status and error
 * then; the answers are left to the caller. */
void hs__writer_settle(struct hs_store *store, struct hs_store_op *ops);

/* ---- group.c: the writer's memory of what is not committed yet ---- */
void hs__group_init(struct hs__group *group, uint64_t seq);
void hs__group_free(struct hs__group *group);
struct hs__tally *hs__group_tally(struct hs_store *store, uint32_t type);
/* The same for changing it: remembers what it was. */
struct hs__tally *hs__group_change(struct hs_store *store, uint32_t type);
uint32_t hs__group_name(const struct hs__group *group, unsigned space, struct hs_slice text);
/* False when the group holds too many new names. */
bool hs__group_add_name(struct hs_store *store, unsigned space, uint32_t number, struct hs_slice text);
/* Marks the stamp of (type, id) as in flux until the group has ended. */
void hs__group_touch(struct hs_store *store, uint32_t type, struct hs_slice id);
/* The time of a new version. */
int64_t hs__group_time(struct hs_txn *txn);
struct hs__mark hs__group_mark(const struct hs__group *group);
void hs__group_rollback(struct hs_store *store, struct hs__mark mark);
void hs__group_rollback_all(struct hs_store *store);
/* Into the open transaction: all that waits; the tally of one type. */
enum hs_status hs__group_save(struct hs_store *store, struct hs_error *err);
enum hs_status hs__tally_save(struct hs_store *store, uint32_t type, struct hs_error *err);
/* After the commit (or its failure): publishes names, settles stamps, empties the group. */
void hs__group_end(struct hs_store *store, bool committed);

/* ---- reader.c ---- */
/* Ends the transactions that threads keep and do not use. Any thread. */
void hs__reader_end_kept(struct hs_store *store);
/* As hs_store_read_wait; `cancelled` may be NULL. */
enum hs_status hs__read_unhurried(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work, void *arg,
	const bool *cancelled, struct hs_error *err);
/* Closes the connections of all threads. */
void hs__reader_close_all(struct hs_store *store);

/* ---- later.c ---- */
struct hs__later *hs__later_new(struct hs_store *store);
/* Ends what runs, and frees. */
void hs__later_stop(struct hs__later *later);
/* Until all that was wanted has been made; for tests. */
void hs__later_wait(struct hs_store *store);

/* ---- txn.c ---- */
void hs__txn_begin(struct hs_txn *txn, struct hs_store *store, struct hs__db *db, struct hs__group *group);
/* Writes out what waits for the commit when it has become much, unless a part may still be undone. */
enum hs_status hs__txn_relieve(struct hs_txn *txn, struct hs_error *err);
const struct hs__keeping *hs__txn_keeping(const struct hs_txn *txn, uint32_t type);
/* Live resources of a type without keeper. */
enum hs_status hs__txn_live(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err);
enum hs_status hs__txn_last_row(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err);

static inline const struct hs__keeping *hs__keeping_of(const struct hs_store *store, uint32_t type)
{
	return type < store->keeping_room && store->keepings[type].keeper ? &store->keepings[type] : NULL;
}
