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
	return row / BITS < set->count && hs__set_word(set, row / BITS) >> row % BITS & 1;
}

void hs__set_put(struct hs__set *set, uint64_t row)
{
	if (row / BITS < set->count)
		*hs__set_open_word(set, row / BITS) |= UINT64_C(1) << row % BITS;
}

/* Of a line that need not be there yet. */
static void fill_line(struct hs__set *set, size_t line)
{
	memset(set->words + line * HS__LINE_WORDS, 0xff, HS__LINE_WORDS * sizeof(*set->words));
	hs__set_mark_line(set, line, true);
}

void hs__set_fill(struct hs__set *set, uint64_t first, uint64_t last)
{
	const uint64_t line = (uint64_t)HS__LINE_WORDS * BITS, rows = (uint64_t)set->count * BITS;
	uint64_t end = last < rows ? last + 1 : rows;

	for (; first < end && first % line; first++)
		hs__set_put(set, first);
	for (; first + line <= end; first += line)
		fill_line(set, first / line);
	for (; first < end; first++)
		hs__set_put(set, first);
}

static void take_out(struct hs__set *set, uint64_t row)
{
	set->words[row / BITS] &= ~(UINT64_C(1) << row % BITS);
}

/* ---- lines ---- */

/* The first bit that is set in `words` from `at` on, or `end`. */
static size_t next_bit(const uint64_t *words, size_t at, size_t end)
{
	if (at >= end)
		return end;
	uint64_t word = words[at / BITS] & ~UINT64_C(0) << at % BITS;
	for (at /= BITS; !word && (at + 1) * BITS < end;)
		word = words[++at];
	at = word ? at * BITS + (size_t)__builtin_ctzll(word) : end;
	return at < end ? at : end;
}

size_t hs__set_line_after(const struct hs__set *set, size_t line)
{
	return set->lines ? next_bit(set->lines, line, hs__set_line_count(set)) : line;
}

size_t hs__set_next_word(const struct hs__set *set, size_t word)
{
	while (word < set->count && !hs__set_word(set, word)) {
		size_t line = word / HS__LINE_WORDS;
		word = hs__set_has_line(set, line) ? word + 1 : hs__set_next_line(set, line) * HS__LINE_WORDS;
	}
	return word;
}

/* The words of a line: [first, end). */
static void words_of(const struct hs__set *set, size_t line, size_t *first, size_t *end)
{
	*first = line * HS__LINE_WORDS;
	*end = *first + HS__LINE_WORDS < set->count ? *first + HS__LINE_WORDS : set->count;
}
#define EACH_LINE(set, line) \
	for (size_t line = hs__set_next_line(set, 0); line < hs__set_line_count(set); \
		line = hs__set_next_line(set, line + 1))

/* ---- bits ---- */

/* How many bits a word has, where no instruction says. */
static unsigned bits_of(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

static uint64_t count_anywhere(const struct hs__set *set)
{
	uint64_t size = 0;
	size_t at, end;

	EACH_LINE(set, line)
	{
		for (words_of(set, line, &at, &end); at < end; at++)
			size += bits_of(set->words[at]);
	}
	return size;
}

/* Not each processor that this runs on has an instruction for it, but most do. */
#ifdef __x86_64__
__attribute__((target("popcnt"))) static uint64_t count_with_popcnt(const struct hs__set *set)
{
	uint64_t size = 0;
	size_t at, end;

	EACH_LINE(set, line)
	{
		for (words_of(set, line, &at, &end); at < end; at++)
			size += (uint64_t)__builtin_popcountll(set->words[at]);
	}
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
	size_t word = (size_t)(row / BITS);

	if (word >= set->count)
		return HS__NO_ROW;
	uint64_t bits = hs__set_word(set, word) & ~UINT64_C(0) << row % BITS;
	if (!bits) {
		word = hs__set_next_word(set, word + 1);
		bits = word < set->count ? set->words[word] : 0;
	}
	return bits ? word * BITS + (uint64_t)__builtin_ctzll(bits) : HS__NO_ROW;
}

/* What is done to a whole line is done to its words at once. */
static void unite_line(struct hs__set *into, size_t line, const uint64_t *with)
{
	uint64_t *words = into->words + line * HS__LINE_WORDS;

	if (hs__set_has_line(into, line)) {
		for (size_t i = 0; i < HS__LINE_WORDS; i++)
			words[i] |= with[i];
		return;
	}
	memcpy(words, with, HS__LINE_WORDS * sizeof(*words));
	hs__set_mark_line(into, line, true);
}

void hs__set_unite(struct hs__set *into, const struct hs__set *with)
{
	size_t at, end;

	EACH_LINE(with, line)
	{
		words_of(with, line, &at, &end);
		if (end - at == HS__LINE_WORDS) {
			unite_line(into, line, with->words + at);
			continue;
		}
		for (; at < end; at++)
			*hs__set_open_word(into, at) |= with->words[at];
	}
}

void hs__set_intersect(struct hs__set *into, const struct hs__set *with)
{
	size_t at, end;

	EACH_LINE(into, line)
	{
		uint64_t left = 0;
		words_of(into, line, &at, &end);
		if (!hs__set_has_line(with, line))
			end = at;
		for (; at < end; at++)
			left |= into->words[at] &= with->words[at];
		if (!left)
			hs__set_mark_line(into, line, false);
	}
}

void hs__set_subtract(struct hs__set *from, const struct hs__set *what)
{
	size_t at, end;

	EACH_LINE(what, line)
	{
		if (!hs__set_has_line(from, line))
			continue;
		for (words_of(what, line, &at, &end); at < end; at++)
			from->words[at] &= ~what->words[at];
	}
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
	struct hs_arena *arena = maker->finder->arena;
	size_t lines = maker->words / HS__LINE_WORDS;
	uint64_t *words = hs_arena_raw(arena, maker->words * sizeof(*words)),
		 *there = hs_arena_array(arena, lines / BITS + 1, sizeof(*there));

	if (!words || !there)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	*out = (struct hs__set) { words, maker->words, there };
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
