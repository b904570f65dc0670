/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of rows, and what the entries of the index give to them, block by block. */
#include <core/store/find/set.h>

/* Fewer than SQLite takes for a block: what a loop has begun and a worker does again costs more than to go
 * on. */
#define STEPS_A_BLOCK 2u
#define STEPS_A_LOOK 20u /* of a read's budget, as in run.c */
#define BITS 64u

bool hs__set_has(const struct hs__set *set, uint64_t row)
{
	return row / BITS < set->count && set->words[row / BITS] >> row % BITS & 1;
}

void hs__set_put(struct hs__set *set, uint64_t row)
{
	if (row / BITS < set->count)
		set->words[row / BITS] |= UINT64_C(1) << row % BITS;
}

void hs__set_fill(struct hs__set *set, uint64_t first, uint64_t last)
{
	for (; first <= last && first % BITS; first++)
		hs__set_put(set, first);
	for (; first + BITS <= last + 1 && first / BITS < set->count; first += BITS)
		set->words[first / BITS] = ~UINT64_C(0);
	for (; first <= last; first++)
		hs__set_put(set, first);
}

static void take_out(struct hs__set *set, uint64_t row)
{
	set->words[row / BITS] &= ~(UINT64_C(1) << row % BITS);
}

/* How many bits each byte of a word has. */
static uint64_t bits_by_byte(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	return (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}
#define BYTES_HOLD 31u /* words, of at most 8 bits each */

static uint64_t sum_of_bytes(uint64_t bytes)
{
	uint64_t pairs = (bytes & UINT64_C(0x00ff00ff00ff00ff)) + (bytes >> 8 & UINT64_C(0x00ff00ff00ff00ff));

	return pairs * UINT64_C(0x0001000100010001) >> 48;
}

static uint64_t count_anywhere(const struct hs__set *set)
{
	uint64_t size = 0;

	for (size_t i = 0; i < set->count;) {
		size_t end = set->count - i < BYTES_HOLD ? set->count : i + BYTES_HOLD;
		uint64_t bytes = 0;
		for (; i < end; i++)
			bytes += bits_by_byte(set->words[i]);
		size += sum_of_bytes(bytes);
	}
	return size;
}

/* Not each processor that this runs on has an instruction for it, but most do. */
#ifdef __x86_64__
__attribute__((target("popcnt"))) static uint64_t count_with_popcnt(const struct hs__set *set)
{
	uint64_t size = 0;

	for (size_t i = 0; i < set->count; i++)
		size += (uint64_t)__builtin_popcountll(set->words[i]);
	return size;
}

uint64_t hs__set_size(const struct hs__set *set)
{
	return __builtin_cpu_supports("popcnt") ? count_with_popcnt(set) : count_anywhere(set);
}
#else
uint64_t hs__set_size(const struct hs__set *set)
{
	return count_anywhere(set);
}
#endif

uint64_t hs__set_next(const struct hs__set *set, uint64_t row)
{
	size_t at = (size_t)(row / BITS);

	if (at >= set->count)
		return HS__NO_ROW;
	uint64_t word = set->words[at] & ~UINT64_C(0) << row % BITS;
	while (!word && ++at < set->count)
		word = set->words[at];
	return word ? at * BITS + (uint64_t)__builtin_ctzll(word) : HS__NO_ROW;
}

void hs__set_unite(struct hs__set *into, const struct hs__set *with)
{
	for (size_t i = 0; i < into->count; i++)
		into->words[i] |= with->words[i];
}

void hs__set_intersect(struct hs__set *into, const struct hs__set *with)
{
	for (size_t i = 0; i < into->count; i++)
		into->words[i] &= with->words[i];
}

void hs__set_subtract(struct hs__set *from, const struct hs__set *what)
{
	for (size_t i = 0; i < from->count; i++)
		from->words[i] &= ~what->words[i];
}

/* ---- making them ---- */

static uint64_t steps_of(uint64_t cost)
{
	return cost < UINT32_MAX / STEPS_A_BLOCK ? cost * STEPS_A_BLOCK : UINT32_MAX;
}

enum hs_status hs__set_pay(const struct hs__maker *maker, uint64_t cost, struct hs_error *err)
{
	return hs__find_spend(maker->finder->txn, (unsigned)steps_of(cost), err);
}

enum hs_status hs__set_foresee(const struct hs__maker *maker, uint64_t cost, struct hs_error *err)
{
	return hs__find_afford(maker->finder->txn, steps_of(cost), err);
}

enum hs_status hs__set_empty(const struct hs__maker *maker, struct hs__set *out, struct hs_error *err)
{
	uint64_t *words = hs_arena_array(maker->finder->arena, maker->words, sizeof(*words));

	if (!words)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	*out = (struct hs__set) { words, maker->words };
	return HS_OK;
}

/* Does the resource fulfil them all? 1, 0 or negative. */
static int look_at(const struct hs__maker *maker, uint64_t row, const struct hs__cond *const *conds,
	size_t count, struct hs_error *err)
{
	int holds = 0;
	enum hs_status status = hs__find_spend(maker->finder->txn, STEPS_A_LOOK, err);

	if (status != HS_OK)
		return (int)status;
	struct hs_stmt *stmt = hs__find_facts(maker->finder, maker->type, row, &holds, err);
	if (holds > 0) {
		struct hs__subject subject = { maker->type, row, hs_sql_get_blob(stmt, 0) };
		for (size_t i = 0; i < count && holds > 0; i++)
			holds = hs__match(maker->finder, &subject, conds[i], err);
	}
	hs_sql_end(stmt);
	return holds;
}

/* Keeps what the facts say. */
enum hs_status hs__set_sift(const struct hs__maker *maker, struct hs__set *set,
	const struct hs__cond *const *conds, size_t count, struct hs_error *err)
{
	hs__trace_begin(maker->finder, NULL, NULL, set, NULL);
	for (uint64_t row = hs__set_next(set, 0); row != HS__NO_ROW; row = hs__set_next(set, row + 1)) {
		int holds = look_at(maker, row, conds, count, err);
		if (holds < 0)
			return (enum hs_status)holds;
		if (!holds)
			take_out(set, row);
	}
	hs__trace_how(maker->finder, HS__HOW_FACTS, 0, 0);
	hs__trace_end(maker->finder, set, NULL);
	return HS_OK;
}

static enum hs_status take_block(struct hs__finds *finds, const struct hs__block *block, bool sure,
	struct hs_error *err)
{
	struct hs__set *into = sure ? finds->sure : &finds->doubts;
	enum hs_status status = into->words ? HS_OK : hs__set_empty(finds->maker, into, err);

	if (status != HS_OK || !into->words)
		return status;
	for (size_t i = 0, count = hs__block_count(block); i < count; i++)
		hs__set_put(into, hs__block_row(block, i));
	return status;
}

/* What is in doubt and fulfils them all. */
enum hs_status hs__finds_settle(struct hs__finds *finds, const struct hs__cond *const *conds, size_t count,
	const struct hs__set *within, struct hs_error *err)
{
	if (!finds->doubts.words)
		return HS_OK;
	hs__set_subtract(&finds->doubts, finds->sure);
	if (within)
		hs__set_intersect(&finds->doubts, within);
	enum hs_status status = hs__set_sift(finds->maker, &finds->doubts, conds, count, err);
	hs__set_unite(finds->sure, &finds->doubts);
	return status;
}

/* ---- one condition ---- */

enum hs_status hs__finds_range(struct hs__finds *finds, const struct hs__range *range, bool verify,
	struct hs_error *err)
{
	struct hs_txn *txn = finds->maker->finder->txn;
	bool by_key = range->check == HS__BY_KEY && !verify;
	struct hs__scan scan;
	enum hs_status status = range->single ?
		hs__scan_key(txn, range->from, 0, &scan, err) :
		hs__scan_range(txn, range->from, range->to, by_key, &scan, err);
	int step = 0;

	if (status != HS_OK)
		return status;
	while (status == HS_OK && (step = hs__scan_block(&scan, err)) > 0) {
		int holds = by_key                          ? hs__range_holds(range, scan.key) :
			range->check == HS__SURE && !verify ? 1 :
							      -1;
		if (holds)
			status = take_block(finds, &scan.block, holds > 0, err);
	}
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

enum hs_status hs__finds_ranges(struct hs__finds *finds, const struct hs__ranges *ranges,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < ranges->count && status == HS_OK; i++)
		status = hs__finds_range(finds, &ranges->items[i], ranges->verify, err);
	for (size_t i = 0; i < ranges->row_count && status == HS_OK; i++) {
		struct hs__block one = { ranges->rows[i], HS_S_NONE };
		status = take_block(finds, &one, !ranges->verify, err);
	}
	return status;
}
