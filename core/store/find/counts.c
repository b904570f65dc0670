/* SPDX-License-Identifier: Apache-2.0 */
/* The table of counts: a place for each hash of a range, which belongs to the one that was counted last. */
#include <core/store/find/column.h>
#include <core/store/find/counts.h>

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

/* Two ranges of one hash would only make a search choose badly; nobody can make such, since it is secret. */
static uint64_t hash_of(enum hs__counted what, const struct hs__range *range)
{
	uint64_t hash = hs_hash_seeded(range->from, hs_hash_secret() + what);

	return range->single ? hash : hs_hash_seeded(range->to, hash);
}

static bool stands(const struct counted *known, uint64_t seq)
{
	uint64_t between = seq > known->seq ? seq - known->seq : known->seq - seq;

	return between <= known->count / STANDS;
}

static bool recall(struct hs__counts *counts, uint64_t hash, uint64_t seq, uint64_t limit, uint64_t *out)
{
	bool known = false;

	pthread_mutex_lock(&counts->lock);
	if (counts->places) {
		const struct counted *place = &counts->places[hash % PLACES];
		known = place->hash == hash && stands(place, seq) &&
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

enum hs_status hs__count(struct hs__finder *finder, enum hs__counted what, const struct hs__range *range,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__counts *counts = hs__columns_counts(finder);
	struct hs_slice to = range->single ? HS_S_NONE : range->to;
	struct counted counted = { hash_of(what, range), hs_txn_seq(finder->txn), 0, limit };

	if (counts && recall(counts, counted.hash, counted.seq, limit, out))
		return HS_OK;
	enum hs_status status = what == HS__COST ?
		hs__scan_cost(finder->txn, range->from, to, limit, &counted.count, err) :
		hs__scan_count(finder->txn, range->from, to, limit, &counted.count, err);
	if (status == HS_OK && counts)
		remember(counts, &counted);
	*out = counted.count;
	return status;
}
