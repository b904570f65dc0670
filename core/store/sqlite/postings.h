/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries that the group has made and taken away, held back until the commit, or until a search of the
 * same transaction wants them: what many resources of a group share (a status, a code, a day) then costs one
 * row of the table `entry` a group instead of one a resource.
 *
 * They are kept in the order they came. To undo some is to forget the last ones; those that had been written
 * by then are undone by SQLite, and wait again. */
#pragma once

#include <core/store/index/block.h>
#include <handslag/arena.h>
#include <handslag/error.h>

struct hs_store;
struct hs__db;

struct hs__posting {
	uint64_t row;  /* within the type */
	uint32_t key;  /* index in `keys` */
	uint32_t prev; /* the one before it of the same key: index + 1; 0: none */
	bool remove;
	bool fresh; /* the row was new: none in the table is as great, of any key of its type */
};
struct hs__posted_key {
	uint64_t hash;
	struct hs_slice text; /* in `arena` */
	uint32_t last;        /* posting: index + 1; 0: none */
	uint32_t round;       /* of the write that last saw it */
};
/* Of the writer thread. */
struct hs__postings {
	struct hs_arena *arena;
	struct hs__posting *items;
	size_t count, room;
	size_t written; /* the first so many are in the table */
	struct hs__posted_key *keys;
	size_t key_count, key_room;
	uint32_t *table; /* open addressing: index in `keys` + 1 */
	size_t table_room;
	uint32_t round;
	int64_t changes; /* rows that writing has changed, as SQLite counts them */
};

void hs__postings_init(struct hs__postings *postings);
void hs__postings_free(struct hs__postings *postings);
/* Forgets all. */
void hs__postings_clear(struct hs__postings *postings);
/* Back to when there were `count`, of which `written` were in the table. */
void hs__postings_rollback(struct hs__postings *postings, size_t count, size_t written);
/* `row` is within its type; `hash` is hs_hash(key). Of a key and row they must come and go in turn: what
 * comes twice in a row counts once. False when there are too many. */
bool hs__postings_add(struct hs__postings *postings, struct hs_slice key, uint64_t hash,
	const struct hs__posting *posting);
/* Writes what waits into the table, in the open transaction. */
enum hs_status hs__postings_write(struct hs_store *store, struct hs_error *err);
/* The same, and forgets it, when there is so much that it weighs. Only where nothing can be undone in part.
 */
enum hs_status hs__postings_relieve(struct hs_store *store, struct hs_error *err);
/* Entries of rows (rising) that the key does not have yet and that lie behind those it has, or between
 * blocks.
 */
enum hs_status hs__postings_insert(struct hs__db *db, struct hs_slice key, const uint64_t *rows, size_t count,
	struct hs_error *err);
