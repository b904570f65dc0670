/* SPDX-License-Identifier: Apache-2.0 */
/* The table of counts: a place for each hash of a range, which belongs to the one that was counted last. */
#include <core/store/find/counts.h>
#include <core/store/find/set.h>
#include <core/store/find/shelf.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <pthread.h>

#define PLACES 2048u
/* A count of so many times the versions between two moments stands for both. */
#define STANDS 16u

struct counted {
	uint64_t hash, seq;
	uint64_t count, limit; /* that it was counted up to: when it came so far there may be more */
};

struct hs__counts {
	pthread_mutex_t lock;
	struct counted *places; /* NULL: none yet */
};

struct hs__counts *hs__counts_new(void)
{
	struct hs__counts *counts = hs_heap_alloc(sizeof(*counts));

	pthread_mutex_init(&counts->lock, NULL);
	return counts;
}

void hs__counts_free(struct hs__counts *counts)
{
	pthread_mutex_destroy(&counts->lock);
	hs_heap_free(counts->places);
	hs_heap_free(counts);
}

void hs__counts_forget(struct hs__counts *counts)
{
	pthread_mutex_lock(&counts->lock);
	hs_heap_free(counts->places);
	counts->places = NULL;
	pthread_mutex_unlock(&counts->lock);
}

enum counted_what { ENTRIES, BLOCKS };

/* Two ranges of one hash would only make a search choose badly; nobody can make such, since it is secret. */
static uint64_t hash_of(enum counted_what what, const struct hs__range *range)
{
	uint64_t hash = hs_hash_seeded(range->from, hs_hash_secret() + what);

	return range->single ? hash : hs_hash_seeded(range->to, hash);
}

static uint64_t between(uint64_t seq, uint64_t other)
{
	return seq > other ? seq - other : other - seq;
}

static bool stands(uint64_t count, uint64_t changes)
{
	return changes <= count / STANDS;
}

static bool recall(struct hs__counts *counts, uint64_t hash, uint64_t seq, uint64_t limit, uint64_t *out)
{
	bool known = false;

	pthread_mutex_lock(&counts->lock);
	if (counts->places) {
		const struct counted *place = &counts->places[hash % PLACES];
		known = place->hash == hash && stands(place->count, between(place->seq, seq)) &&
			(place->count < place->limit || limit <= place->limit);
		*out = place->count < limit ? place->count : limit;
	}
	pthread_mutex_unlock(&counts->lock);
	return known;
}

static void remember(struct hs__counts *counts, const struct counted *counted)
{
	pthread_mutex_lock(&counts->lock);
	if (!counts->places)
		counts->places = hs_heap_alloc(PLACES * sizeof(*counts->places));
	counts->places[counted->hash % PLACES] = *counted;
	pthread_mutex_unlock(&counts->lock);
}

/* ---- columns ---- */

/* Not brought up to date for it: what has changed since need only be little. */
static bool told_by(const struct hs__column *column, const struct hs__range *range, uint64_t seq,
	uint64_t *out)
{
	const struct hs__ranges one = { .items = (struct hs__range *)(uintptr_t)range, .count = 1 };

	if (!column || !column->made || column->busy || !column->inverse)
		return false;
	*out = hs__column_extent(column, &one).entries;
	return stands(*out, between(column->seq, seq) + column->altered_count);
}

static bool tell(struct hs__finder *finder, uint32_t type, const struct hs__range *range, uint64_t *out)
{
	uint32_t param = hs__key_read_number(range->from);
	struct hs__columns *columns = param ? hs__find_columns(finder->txn) : NULL;
	struct hs__key prefix;

	if (!columns)
		return false;
	hs__key_begin(&prefix, param);
	hs__shelf_enter();
	bool told = told_by(hs__shelf_look_for(columns, type, &prefix), range, hs_txn_seq(finder->txn), out);
	hs__shelf_leave();
	return told;
}

/* ---- counting ---- */

static enum hs_status count(struct hs__finder *finder, enum counted_what what, const struct hs__range *range,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_slice to = range->single ? HS_S_NONE : range->to;

	return what == BLOCKS ? hs__scan_cost(finder->txn, range->from, to, limit, out, err) :
				hs__scan_count(finder->txn, range->from, to, limit, out, err);
}

static enum hs_status count_once(struct hs__finder *finder, enum counted_what what,
	const struct hs__range *range, uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__counts *counts = hs__columns_counts(finder);
	struct counted counted = { hash_of(what, range), hs_txn_seq(finder->txn), 0, limit };

	if (counts && recall(counts, counted.hash, counted.seq, limit, out))
		return HS_OK;
	enum hs_status status = count(finder, what, range, limit, &counted.count, err);
	if (status == HS_OK && counts)
		remember(counts, &counted);
	*out = counted.count;
	return status;
}

enum hs_status hs__count_entries(struct hs__finder *finder, uint32_t type, const struct hs__range *range,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	if (!tell(finder, type, range, out))
		return count_once(finder, ENTRIES, range, limit, out, err);
	*out = *out < limit ? *out : limit;
	return HS_OK;
}

enum hs_status hs__count_blocks(struct hs__finder *finder, const struct hs__range *range, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	return count_once(finder, BLOCKS, range, limit, out, err);
}
