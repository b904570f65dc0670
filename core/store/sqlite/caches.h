/* SPDX-License-Identifier: Apache-2.0 */
/* One bound for the page caches of all connections of the process, however many stores are open.
 *
 * While their full sizes fit within it every connection has its full size; beyond that all have a half, a
 * quarter, ... so that they fit, also those that nobody uses. Whoever opens the connection that is one too
 * many shrinks the caches of those that are idle; one in use does it when it is given back, which is also
 * when caches grow again. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct hs__db;

#define HS__CACHES_KIB 262144u /* all together */
#define HS__WRITER_CACHE_KIB 32768u
#define HS__READER_CACHE_KIB 8192u

/* A connection that is about to be opened; it is taken. Sets db->cache_kib. */
void hs__caches_add(struct hs__db *db, bool for_writing);
/* Before it is closed. */
void hs__caches_remove(struct hs__db *db);

/* A connection belongs to whoever has taken it: the thread that reads or writes by it, the writer that ends a
 * kept transaction, or the one that changes the size of its cache. */
bool hs__caches_try_take(struct hs__db *db);
void hs__caches_give_back(struct hs__db *db);
/* Returns when nobody is changing sizes. */
void hs__caches_wait(void);

/* What all of them may hold at this moment, in KiB. */
uint64_t hs__caches_sum(void);
