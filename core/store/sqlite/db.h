/* SPDX-License-Identifier: Apache-2.0 */
/* One SQLite connection: opened with the settings that the store relies on, with a cache of prepared
 * statements and the limits of the work in progress. A connection is used by one thread at a time. */
#pragma once

#include <handslag/store.h>
#include <sqlite3.h>
#include <stddef.h>

struct hs_stmt {
	struct hs__db *db;
	sqlite3_stmt *sqlite;
	const char *sql;      /* the literal; its address is the key */
	struct hs_stmt *twin; /* another one of the same text, for nested use */
	bool busy;
};

/* hs_txn_keep: the bytes follow. */
struct hs__kept {
	struct hs__kept *next;
	const struct hs_txn_kept *what;
	uint64_t entered; /* the transaction that last did */
	max_align_t bytes[];
};

/* What hs_sql_give is giving. */
struct hs__given {
	hs_give_fn *give; /* NULL: nothing */
	void *arg;
	struct hs_cell cells[HS_CELLS];
};

/* What may stop a statement that runs. Zero: nothing. */
struct hs__limits {
	const bool *cancelled; /* atomic access; may be NULL */
	uint64_t steps;        /* that are left, when `counted` */
	bool counted;
	uint64_t deadline_ns; /* on the world's monotonic clock; 0: none */
};

struct hs__db {
	struct hs_store *store;
	sqlite3 *sqlite;
	struct hs_stmt **cache; /* open addressing by the address of the text */
	size_t cache_room;
	size_t cache_count;
	unsigned busy; /* statements in use */
	struct hs__limits limits;
	enum hs_status stopped; /* why the progress handler stopped the work; HS_OK: it did not */
	enum hs_status failed;  /* HS_E_IO or HS_E_FULL: the disk has failed since this was last cleared */
	bool in_txn;
	struct hs__given given;
	/* see caches.h */
	bool taken;              /* atomic access: somebody uses it */
	uint32_t cache_full_kib; /* 0: not in the list */
	uint32_t cache_kib;      /* atomic access */
	struct hs__db *cache_next;
	/* of a reader, see reader.c */
	bool open;      /* a transaction is open, perhaps kept from the read before */
	bool seq_known; /* seq is the commit sequence that the open transaction sees */
	uint64_t seq, ended;
	struct hs__kept *kept;
	uint64_t begun; /* how many transactions there have been */
	struct hs__db *next;
	struct hs__slot *slot;
};

/* `for_writing` creates the file. The connection is taken (caches.h). On failure nothing is left open. */
enum hs_status hs__db_open(struct hs_store *store, bool for_writing, struct hs__db **out,
	struct hs_error *err);
void hs__db_close(struct hs__db *db); /* NULL is allowed */
/* Puts the fault of the last call on the connection into *err. */
enum hs_status hs__db_fail(struct hs__db *db, int code, const char *doing, struct hs_error *err);
/* One or more statements without parameters or results. */
enum hs_status hs__db_run(struct hs__db *db, const char *sql, struct hs_error *err);
/* One number from the first row; `otherwise` when there is no row. */
enum hs_status hs__db_number(struct hs__db *db, const char *sql, int64_t otherwise, int64_t *out,
	struct hs_error *err);
/* As hs_sql, for a connection. */
struct hs_stmt *hs__db_stmt(struct hs__db *db, const char *sql, struct hs_error *err);
/* Makes the table of hs_sql_give known to the connection. */
enum hs_status hs__given_add(struct hs__db *db, struct hs_error *err);
/* Takes `steps` from the budget and looks at the limits, for loops that run outside SQLite. */
enum hs_status hs__db_spend(struct hs__db *db, unsigned steps, struct hs_error *err);
/* The same for what is still to be done: takes nothing from a budget that has so much. */
enum hs_status hs__db_afford(struct hs__db *db, uint64_t steps, struct hs_error *err);
