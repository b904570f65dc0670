/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the process's connections, and the sizes of their caches. */
#include <core/store/sqlite/caches.h>

#include <core/store/sqlite/db.h>
#include <pthread.h>
#include <stdio.h>

#define MOST_HALVES 6u /* a reader then has 32 pages */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* the list and `full_kib` */
static struct hs__db *all;
static uint64_t full_kib; /* what all would have */
static unsigned halves;   /* atomic access: how often the full sizes are halved */

static uint32_t size_of(const struct hs__db *db)
{
	return db->cache_full_kib >> __atomic_load_n(&halves, __ATOMIC_SEQ_CST);
}

static unsigned halves_for(uint64_t kib)
{
	unsigned count = 0;
	while (count < MOST_HALVES && kib >> count > HS__CACHES_KIB)
		count++;
	return count;
}

bool hs__caches_try_take(struct hs__db *db)
{
	bool no = false;
	return __atomic_compare_exchange_n(&db->taken, &no, true, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static bool fits(struct hs__db *db)
{
	return __atomic_load_n(&db->cache_kib, __ATOMIC_RELAXED) == size_of(db);
}

/* The connection is taken. SQLite gives pages beyond the size back at once. */
static void fit(struct hs__db *db)
{
	uint32_t kib = size_of(db);
	char text[48];
	if (kib == db->cache_kib)
		return;
	snprintf(text, sizeof(text), "PRAGMA cache_size=-%u", kib);
	sqlite3_exec(db->sqlite, text, NULL, NULL, NULL);
	__atomic_store_n(&db->cache_kib, kib, __ATOMIC_RELAXED);
}

/* Who changed the sizes has seen that the connection was taken, or the change is seen here. */
void hs__caches_give_back(struct hs__db *db)
{
	__atomic_store_n(&db->taken, false, __ATOMIC_SEQ_CST);
	while (!fits(db) && hs__caches_try_take(db)) {
		fit(db);
		__atomic_store_n(&db->taken, false, __ATOMIC_SEQ_CST);
	}
}

void hs__caches_wait(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

/* With the lock. */
static void fit_idle(void)
{
	for (struct hs__db *db = all; db; db = db->cache_next) {
		if (!hs__caches_try_take(db))
			continue;
		fit(db);
		__atomic_store_n(&db->taken, false, __ATOMIC_SEQ_CST);
	}
}

void hs__caches_add(struct hs__db *db, bool for_writing)
{
	db->taken = true;
	db->cache_full_kib = for_writing ? HS__WRITER_CACHE_KIB : HS__READER_CACHE_KIB;
	pthread_mutex_lock(&lock);
	unsigned before = halves;
	full_kib += db->cache_full_kib;
	__atomic_store_n(&halves, halves_for(full_kib), __ATOMIC_SEQ_CST);
	if (halves > before)
		fit_idle();
	db->cache_kib = size_of(db);
	db->cache_next = all;
	all = db;
	pthread_mutex_unlock(&lock);
}

void hs__caches_remove(struct hs__db *db)
{
	if (!db->cache_full_kib)
		return;
	pthread_mutex_lock(&lock);
	struct hs__db **link = &all;
	while (*link != db)
		link = &(*link)->cache_next;
	*link = db->cache_next;
	full_kib -= db->cache_full_kib;
	__atomic_store_n(&halves, halves_for(full_kib), __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&lock);
}

uint64_t hs__caches_sum(void)
{
	uint64_t sum = 0;
	pthread_mutex_lock(&lock);
	for (struct hs__db *db = all; db; db = db->cache_next)
		sum += __atomic_load_n(&db->cache_kib, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&lock);
	return sum;
}
