/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions asked of columns: a verdict a key, and for each row the verdict of its keys. */
#include <core/store/find/set.h>
#include <core/store/index/outline.h>

#define BITS 64u
#define LINKED_A_BLOCK 32u /* rows whose links are followed, here and there, in the time of a block */
#define NO 0u
#define YES 1u
#define DOUBT 2u
#define UNKNOWN 4u

/* A condition is judged key by key before, or when a row asks: whichever is less. */
struct judge {
	const struct hs__column *column;
	const struct hs__ranges *ranges;
	unsigned char *verdicts; /* by number of key; that of 0 is NO */
};

static unsigned told_in(const struct hs__range *range, bool verify, struct hs_slice key)
{
	int holds = verify || range->check == HS__VERIFY ? -1 :
		range->check == HS__SURE                 ? 1 :
							   hs__range_holds(range, key);

	return holds < 0 ? DOUBT : holds ? YES : NO;
}

static bool is_in(const struct hs__range *range, struct hs_slice key)
{
	if (range->single)
		return hs_slice_eq(range->from, key);
	return hs_slice_cmp(range->from, key) <= 0 && hs_slice_cmp(key, range->to) < 0;
}

static unsigned verdict_of(const struct judge *judge, uint32_t number)
{
	unsigned char *verdict = &judge->verdicts[number];
	struct hs_slice key;

	if (*verdict != UNKNOWN)
		return *verdict;
	key = hs__column_key(judge->column, number);
	*verdict = NO;
	for (size_t i = 0; i < judge->ranges->count && !(*verdict & YES); i++) {
		if (is_in(&judge->ranges->items[i], key))
			*verdict |= (unsigned char)told_in(&judge->ranges->items[i], judge->ranges->verify,
				key);
	}
	return *verdict;
}

/* The places in order of a range's keys. */
static void places(const struct hs__column *column, const struct hs__range *range, size_t *from, size_t *to)
{
	*from = hs__column_place(column, range->from);
	if (!range->single)
		*to = hs__column_place(column, range->to);
	else
		*to = *from < column->sorted &&
				hs_slice_eq(hs__column_key(column, column->order[*from]), range->from) ?
			*from + 1 :
			*from;
	*to = *to < *from ? *from : *to;
}

uint64_t hs__column_keys(const struct hs__column *column, const struct hs__ranges *ranges)
{
	uint64_t count = column->key_count - column->sorted;

	for (size_t i = 0; i < ranges->count; i++) {
		size_t from, to;
		places(column, &ranges->items[i], &from, &to);
		count += to - from;
	}
	return count;
}

static void judge_all(struct judge *judge)
{
	const struct hs__column *column = judge->column;
	size_t from, to;

	for (size_t i = 0; i < judge->ranges->count; i++) {
		const struct hs__range *range = &judge->ranges->items[i];
		for (places(column, range, &from, &to); from < to; from++)
			judge->verdicts[column->order[from]] |= (unsigned char)told_in(range,
				judge->ranges->verify, hs__column_key(column, column->order[from]));
	}
	for (size_t i = column->sorted; i < column->key_count; i++) {
		judge->verdicts[column->order[i]] = UNKNOWN;
		verdict_of(judge, column->order[i]);
	}
}

static unsigned verdict_of_several(const struct judge *judge, uint64_t row)
{
	unsigned verdict = NO;
	uint32_t cell = 0, number = hs__column_first(judge->column, row, &cell);

	for (; number && !(verdict & YES); number = hs__column_next(judge->column, &cell))
		verdict |= verdict_of(judge, number);
	return verdict;
}

/* The verdicts of the rows of one word of a set: those that are surely in, and those in doubt. */
static uint64_t ask_word(const struct judge *judge, size_t word, uint64_t asked, uint64_t *doubts)
{
	const uint32_t *rows = judge->column->rows + word * BITS;
	uint64_t sure = 0;

	*doubts = 0;
	for (; asked; asked &= asked - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(asked);
		unsigned verdict = rows[bit] & HS__COLUMN_SEVERAL ?
			verdict_of_several(judge, word * BITS + bit) :
			judge->verdicts[rows[bit]];
		if (verdict == UNKNOWN)
			verdict = verdict_of(judge, rows[bit]);
		sure |= (uint64_t)(verdict & YES) << bit;
		*doubts |= (uint64_t)(verdict == DOUBT) << bit;
	}
	return sure;
}

/* All rows of a word, when the verdicts are there. What is common is done without a branch: rows with one key
 * each, of which none is in doubt. */
static uint64_t take_word(const struct judge *judge, size_t word, uint64_t *doubts)
{
	const uint32_t *rows = judge->column->rows + word * BITS;
	uint64_t sure = 0;
	uint32_t several = 0;
	unsigned told = 0;

	for (unsigned bit = 0; bit < BITS; bit++)
		several |= rows[bit];
	*doubts = 0;
	if (several & HS__COLUMN_SEVERAL)
		return ask_word(judge, word, ~UINT64_C(0), doubts);
	for (unsigned bit = 0; bit < BITS; bit++) {
		unsigned verdict = judge->verdicts[rows[bit]];
		sure = sure >> 1 | (uint64_t)verdict << (BITS - 1);
		told |= verdict;
	}
	return told > YES ? ask_word(judge, word, ~UINT64_C(0), doubts) : sure;
}

static enum hs_status ask_rows(struct hs__finds *finds, const struct judge *judge,
	const struct hs__set *within, struct hs_error *err)
{
	size_t words = judge->column->row_count / BITS;
	enum hs_status status = HS_OK;
	uint64_t doubts = 0;

	if (words > finds->sure->count)
		words = finds->sure->count;
	for (size_t i = 0; i < words && status == HS_OK; i++) {
		if (within && !within->words[i])
			continue;
		uint64_t sure = !within || within->words[i] == ~UINT64_C(0) ?
			take_word(judge, i, &doubts) :
			ask_word(judge, i, within->words[i], &doubts);
		finds->sure->words[i] |= sure;
		if (doubts && !finds->doubts.words)
			status = hs__set_empty(finds->maker, &finds->doubts, err);
		if (doubts && status == HS_OK)
			finds->doubts.words[i] |= doubts;
	}
	return status;
}

static enum hs_status make_verdicts(const struct hs__maker *maker, struct judge *judge, struct hs_error *err)
{
	judge->verdicts = hs_arena_array(maker->finder->arena, judge->column->key_count + 1, 1);
	return judge->verdicts ?
		HS_OK :
		hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
}

enum hs_status hs__finds_column(struct hs__finds *finds, const struct hs__column *column,
	const struct hs__ranges *ranges, const struct hs__set *within, struct hs_error *err)
{
	struct judge judge = { .column = column, .ranges = ranges };
	uint64_t asked = within ? hs__set_size(within) : UINT64_MAX;
	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	if (status != HS_OK)
		return status;
	if (hs__column_keys(column, ranges) <= asked)
		judge_all(&judge);
	else
		memset(judge.verdicts + 1, UNKNOWN, column->key_count);
	return ask_rows(finds, &judge, within, err);
}

enum hs_status hs__finds_having(struct hs__finds *finds, const struct hs__column *column,
	struct hs__having having, const struct hs__set *within, struct hs_error *err)
{
	struct hs__ranges none = { .items = NULL };
	struct judge judge = { .column = column, .ranges = &none };
	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	for (uint32_t i = 1; i <= column->key_count && status == HS_OK; i++) {
		int has = hs__outline_has(hs_slice_from(hs__column_key(column, i), column->prefix.len),
			having.param);
		judge.verdicts[i] = has < 0 ? DOUBT : has >= having.least && has <= having.most ? YES : NO;
	}
	return status == HS_OK ? ask_rows(finds, &judge, within, err) : status;
}

/* ---- links ---- */

/* The rows of a key of the column, from the index. */
static enum hs_status key_rows(struct hs__finds *finds, const struct hs__column *column, uint32_t number,
	struct hs_error *err)
{
	struct hs__range one = { .from = hs__column_key(column, number), .single = true, .check = HS__SURE };

	return hs__finds_range(finds, &one, false, err);
}

enum hs_status hs__finds_pointing(struct hs__finds *finds, const struct hs__column *column,
	const struct hs__link *link, const struct hs__set *targets, const struct hs__set *within,
	struct hs_error *err)
{
	uint64_t asking = hs__asking_cost(finds->maker, within ? hs__set_size(within) : HS__ALL), keys = 0;
	struct hs__ranges none = { .items = NULL };
	struct judge judge = { .column = column, .ranges = &none };
	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	for (size_t i = 1; i <= column->key_count && status == HS_OK; i++) {
		judge.verdicts[i] = link->rows[i] && hs__set_has(targets, link->rows[i]);
		keys += judge.verdicts[i];
	}
	bool ask = keys * HS__A_KEY >= asking;
	if (status == HS_OK && ask)
		status = hs__set_pay(finds->maker, asking, err);
	if (status != HS_OK || ask)
		return status == HS_OK ? ask_rows(finds, &judge, within, err) : status;
	for (uint32_t i = 1; i <= column->key_count && status == HS_OK; i++)
		status = judge.verdicts[i] ? key_rows(finds, column, i, err) : HS_OK;
	return status;
}

/* Is one of `sources` among the rows of the key? 1, 0 or negative. */
static int is_pointed(const struct hs__maker *maker, struct hs_slice key, const struct hs__set *sources,
	struct hs_error *err)
{
	struct hs__scan scan;
	enum hs_status status = hs__scan_key(maker->finder->txn, key, 0, &scan, err);
	int step = 0, found = 0;

	if (status != HS_OK)
		return (int)status;
	while (!found && (step = hs__scan_next(&scan, err)) > 0)
		found = hs__set_has(sources, scan.row);
	hs__scan_end(&scan);
	return step < 0 ? step : found;
}

enum hs_status hs__set_add_pointed(const struct hs__maker *maker, const struct hs__column *column,
	const struct hs__link *link, const struct hs__set *sources, const struct hs__set *within,
	struct hs__set *into, struct hs_error *err)
{
	uint64_t asked = within ? hs__set_size(within) : HS__ALL / HS__A_KEY;

	if (asked * HS__A_KEY < hs__set_size(sources) / LINKED_A_BLOCK) {
		for (uint32_t i = 1; i <= column->key_count; i++) {
			if (!link->rows[i] || !hs__set_has(within, link->rows[i]))
				continue;
			int found = is_pointed(maker, hs__column_key(column, i), sources, err);
			if (found < 0)
				return (enum hs_status)found;
			if (found)
				hs__set_put(into, link->rows[i]);
		}
		return HS_OK;
	}
	for (uint64_t row = hs__set_next(sources, 0); row != HS__NO_ROW;
		row = hs__set_next(sources, row + 1)) {
		uint32_t cell = 0, number = hs__column_first(column, row, &cell);
		for (; number; number = hs__column_next(column, &cell)) {
			if (link->rows[number])
				hs__set_put(into, link->rows[number]);
		}
	}
	return HS_OK;
}
