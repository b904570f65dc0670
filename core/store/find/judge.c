/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions asked of columns: a verdict a key, and then the rows of those keys that fulfil it; or, of few
 * rows, of each the verdict of its keys. */
#include <core/store/find/set.h>
#include <core/store/index/outline.h>

#define BITS 64u
#define NO HS__NO
#define YES HS__YES
#define DOUBT HS__DOUBT
#define UNKNOWN 4u

/* A condition is judged key by key before, or when a row asks: whichever is less. */
struct judge {
	const struct hs__column *column;
	hs__tell_fn *tell; /* of a key that is UNKNOWN */
	const void *arg;
	unsigned char *verdicts; /* by number of key; that of 0 is NO */
};

unsigned hs__range_tells(const struct hs__range *range, bool verify, struct hs_slice key)
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

unsigned hs__ranges_tell(const void *arg, struct hs_slice key)
{
	const struct hs__ranges *ranges = arg;
	unsigned verdict = NO;

	for (size_t i = 0; i < ranges->count && !(verdict & YES); i++) {
		if (is_in(&ranges->items[i], key))
			verdict |= hs__range_tells(&ranges->items[i], ranges->verify, key);
	}
	return verdict;
}

static unsigned verdict_of(const struct judge *judge, uint32_t number)
{
	unsigned char *verdict = &judge->verdicts[number];

	if (*verdict != UNKNOWN)
		return *verdict;
	HS_ASSERT(judge->tell);
	*verdict = (unsigned char)judge->tell(judge->arg, hs__column_key(judge->column, number));
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

/* The numbers of the keys between two places that there were when the column was read; later ones lie between
 * them. */
static void numbers(const struct hs__column *column, size_t place, size_t end, uint32_t *from, uint32_t *to)
{
	while (place < end && column->order[place] > column->keys_read)
		place++;
	while (end > place && column->order[end - 1] > column->keys_read)
		end--;
	*from = place < end ? column->order[place] : 1;
	*to = place < end ? column->order[end - 1] + 1 : 1;
}

void hs__extent_add_read(struct hs__extent *extent, const struct hs__column *column, uint32_t from,
	uint32_t to)
{
	struct hs__giving giving = hs__inverse_giving(column->inverse, from, to);

	extent->keys += to - from;
	extent->entries += hs__inverse_entries(column->inverse, from, to);
	extent->giving.rows += giving.rows;
	extent->giving.bins += giving.bins;
}

void hs__extent_add(struct hs__extent *extent, const struct hs__column *column, size_t place, size_t end)
{
	uint32_t first, last;

	numbers(column, place, end, &first, &last);
	hs__extent_add_read(extent, column, first, last);
	extent->keys += end - place - (last - first);
}

struct hs__extent hs__column_extent(const struct hs__column *column, const struct hs__ranges *ranges)
{
	struct hs__extent extent = { .keys = column->key_count - column->sorted };

	for (size_t i = 0; i < ranges->count; i++) {
		size_t from, to;
		places(column, &ranges->items[i], &from, &to);
		hs__extent_add(&extent, column, from, to);
	}
	return extent;
}

static void judge_all(struct judge *judge, const struct hs__ranges *ranges)
{
	const struct hs__column *column = judge->column;
	size_t from, to;

	for (size_t i = 0; i < ranges->count; i++) {
		const struct hs__range *range = &ranges->items[i];
		for (places(column, range, &from, &to); from < to; from++)
			judge->verdicts[column->order[from]] |= (unsigned char)hs__range_tells(range,
				ranges->verify, hs__column_key(column, column->order[from]));
	}
	for (size_t i = column->sorted; i < column->key_count; i++) {
		judge->verdicts[column->order[i]] = UNKNOWN;
		verdict_of(judge, column->order[i]);
	}
}

static enum hs_status make_verdicts(const struct hs__maker *maker, struct judge *judge, struct hs_error *err)
{
	judge->verdicts = hs__column_verdicts(maker, judge->column);
	return judge->verdicts ?
		HS_OK :
		hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
}

/* ---- rows ask ---- */

static unsigned verdict_of_several(const struct judge *judge, uint64_t row)
{
	unsigned verdict = NO;
	struct hs__further further;
	uint32_t number = hs__column_first(judge->column, row, &further);

	for (; number && !(verdict & YES); number = hs__column_next(judge->column, &further))
		verdict |= verdict_of(judge, number);
	return verdict;
}

/* The verdicts of the rows of one word of a set: those that are surely in, and those in doubt. */
static uint64_t ask_word(const struct judge *judge, size_t word, uint64_t asked, uint64_t *doubts)
{
	const struct hs__forward *forward = judge->column->forward;
	uint64_t sure = 0, read = hs__column_unaltered(judge->column, word);

	*doubts = 0;
	for (; asked; asked &= asked - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(asked);
		uint32_t number = read >> bit & 1 ? hs__forward_number(forward, word * BITS + bit) :
						    forward->several;
		unsigned verdict = number == forward->several ? verdict_of_several(judge, word * BITS + bit) :
								judge->verdicts[number];
		if (verdict == UNKNOWN)
			verdict = verdict_of(judge, number);
		sure |= (uint64_t)(verdict & YES) << bit;
		*doubts |= (uint64_t)(verdict == DOUBT) << bit;
	}
	return sure;
}

static enum hs_status make_doubts(struct hs__finds *finds, struct hs_error *err)
{
	return finds->doubts.words ? HS_OK : hs__set_empty(finds->maker, &finds->doubts, err);
}

static enum hs_status ask_some(struct hs__finds *finds, const struct judge *judge, size_t word,
	uint64_t asked, struct hs_error *err)
{
	uint64_t doubts = 0, sure = ask_word(judge, word, asked, &doubts);

	if (sure)
		*hs__set_open_word(finds->sure, word) |= sure;
	enum hs_status status = doubts ? make_doubts(finds, err) : HS_OK;
	if (doubts && status == HS_OK)
		*hs__set_open_word(&finds->doubts, word) |= doubts;
	return status;
}

/* Rows here and there are each far away in memory, so they are called in crowds, and asked when they come.
 * (Where nearly each word has some, a processor fetches what comes next by itself.) */
#define CROWD 32u
#define CROWD_NEAR 40u /* words that hold a crowd which need not be called */
struct crowd {
	const struct hs__set *within;
	const uint64_t *also;
	size_t next, end; /* words to be looked at */
	size_t count, words[CROWD];
	uint64_t asked[CROWD];
};

static void gather_crowd(struct crowd *crowd)
{
	const struct hs__set *within = crowd->within;

	for (crowd->count = 0; crowd->count < CROWD; crowd->next++) {
		size_t word = crowd->next = within ? hs__set_next_word(within, crowd->next) : crowd->next;
		if (word >= crowd->end)
			break;
		uint64_t asked = (within ? hs__set_word(within, word) : ~UINT64_C(0)) &
			(crowd->also ? crowd->also[word] : ~UINT64_C(0));
		if (!asked)
			continue;
		crowd->words[crowd->count] = word;
		crowd->asked[crowd->count++] = asked;
	}
}

static void call_lists(const struct crowd *crowd, const struct hs__forward *forward,
	void (*call)(const struct hs__forward *forward, uint64_t row))
{
	for (size_t i = 0; i < crowd->count; i++) {
		size_t word = crowd->words[i];
		uint64_t listed = word < forward->row_count / BITS ? forward->listed[word] : 0;
		for (listed &= crowd->asked[i]; listed; listed &= listed - 1)
			call(forward, word * BITS + (unsigned)__builtin_ctzll(listed));
	}
}

static void call_crowd(const struct crowd *crowd, const struct hs__forward *forward)
{
	if (!crowd->count || crowd->words[crowd->count - 1] - crowd->words[0] < CROWD_NEAR)
		return;
	for (size_t i = 0; i < crowd->count; i++)
		hs__forward_call_numbers(forward, crowd->words[i]);
	if (!forward->listed)
		return;
	call_lists(crowd, forward, hs__forward_call_start);
	call_lists(crowd, forward, hs__forward_call_list);
}

/* Those of both `within` and `also`; each NULL: any. */
static enum hs_status ask_rows(struct hs__finds *finds, const struct judge *judge,
	const struct hs__set *within, const uint64_t *also, struct hs_error *err)
{
	struct crowd crowd = { .within = within, .also = also, .end = judge->column->row_count / BITS };
	enum hs_status status = HS_OK;

	if (crowd.end > finds->sure->count)
		crowd.end = finds->sure->count;
	do {
		gather_crowd(&crowd);
		call_crowd(&crowd, judge->column->forward);
		for (size_t i = 0; i < crowd.count && status == HS_OK; i++)
			status = ask_some(finds, judge, crowd.words[i], crowd.asked[i], err);
	} while (crowd.count == CROWD && status == HS_OK);
	return status;
}

/* ---- keys give their rows ---- */

/* What was read stands in runs of rows; rows that have changed since are asked instead. */
static void give_word(const uint64_t *bin, const uint64_t *altered, size_t at, struct hs__set *into)
{
	uint64_t given = altered ? bin[at] & ~altered[at] : bin[at];

	if (given)
		*hs__set_open_word(into, at) |= given;
}

/* The words of a line at once. */
static void give_line(const uint64_t *bin, const uint64_t *altered, size_t first, struct hs__set *into)
{
	const uint64_t *given = bin + first;

	if (!(given[0] | given[1] | given[2] | given[3] | given[4] | given[5] | given[6] | given[7]))
		return;
	uint64_t *words = hs__set_open_word(into, first);
	if (!altered) {
		for (size_t i = 0; i < HS__LINE_WORDS; i++)
			words[i] |= given[i];
		return;
	}
	for (size_t i = 0; i < HS__LINE_WORDS; i++)
		words[i] |= given[i] & ~altered[first + i];
}

/* Of the lines of `within` (NULL: of all); the last one of the column may be shorter. */
static void give_bin(const struct hs__column *column, const uint64_t *bin, const struct hs__set *within,
	struct hs__set *into)
{
	size_t words = column->inverse->words;

	if (words > into->count)
		words = into->count;
	for (size_t line = 0;; line++) {
		line = within ? hs__set_next_line(within, line) : line;
		size_t first = line * HS__LINE_WORDS;
		if (first + HS__LINE_WORDS > words) {
			for (; first < words; first++)
				give_word(bin, column->altered, first, into);
			break;
		}
		give_line(bin, column->altered, first, into);
	}
}

void hs__column_give(const struct hs__column *column, uint32_t from, uint32_t to,
	const struct hs__set *within, struct hs__set *into)
{
	struct hs__run_of_rows run = hs__inverse_run(column->inverse, from, to);

	if (run.bin)
		give_bin(column, run.bin, within, into);
	for (size_t i = 0; i < run.count; i++) {
		uint64_t row = run.rows[i], word = row / BITS;
		uint64_t bit = UINT64_C(1) << row % BITS;
		if (word < into->count && !(column->altered && column->altered[word] & bit))
			*hs__set_open_word(into, word) |= bit;
	}
}

static bool all_hold(const struct judge *judge, uint32_t from, uint32_t to)
{
	while (from < to && (judge->verdicts[from] & YES))
		from++;
	return from == to;
}

/* The next key with a verdict other than NO, up to `to`. */
static uint32_t next_judged(const struct judge *judge, uint32_t from, uint32_t to)
{
	uint64_t eight;

	for (; from < to; from += 8) {
		memcpy(&eight, judge->verdicts + from, sizeof(eight)); /* there is room behind them */
		if (!eight)
			continue;
		while (from < to && judge->verdicts[from] == NO)
			from++;
		return from;
	}
	return to;
}

static enum hs_status give_keys(struct hs__finds *finds, const struct judge *judge, uint32_t from,
	uint32_t to, const struct hs__set *within, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	while ((from = next_judged(judge, from, to)) < to && status == HS_OK) {
		bool sure = judge->verdicts[from] & YES;
		uint32_t end = from + 1;
		while (end < to && judge->verdicts[end] == judge->verdicts[from])
			end++;
		if (!sure)
			status = make_doubts(finds, err);
		if (status == HS_OK)
			hs__column_give(judge->column, from, end, within,
				sure ? finds->sure : &finds->doubts);
		from = end;
	}
	return status;
}

/* When all keys are judged. */
static enum hs_status give_rows(struct hs__finds *finds, const struct judge *judge,
	const struct hs__set *within, struct hs_error *err)
{
	const struct hs__column *column = judge->column;
	const struct hs__inverse *inverse = column->inverse;
	uint32_t end = (uint32_t)column->keys_read + 1;
	enum hs_status status = HS_OK;

	for (unsigned i = 0; i < inverse->bin_count && status == HS_OK; i++) {
		uint32_t from = inverse->firsts[i], to = inverse->firsts[i + 1];
		if (all_hold(judge, from, to))
			give_bin(column, hs__inverse_bin(inverse, i), within, finds->sure);
		else
			status = give_keys(finds, judge, from, to, within, err);
	}
	if (!inverse->bin_count)
		status = give_keys(finds, judge, 1, end, within, err);
	if (status == HS_OK && column->altered)
		status = ask_rows(finds, judge, within, column->altered, err);
	return status;
}

/* ---- what it costs ---- */

#define KEYS_A_BLOCK 12u   /* judged */
#define ASKED_A_BLOCK 64u  /* rows that ask, here and there */
#define GIVEN_A_BLOCK 150u /* rows that keys give */
#define WORDS_A_BLOCK 500u /* of a bin */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t giving_cost(const struct hs__column *column, struct hs__giving giving)
{
	return giving.rows / GIVEN_A_BLOCK + giving.bins * (column->inverse->words / WORDS_A_BLOCK + 1) +
		column->altered_count / ASKED_A_BLOCK;
}

uint64_t hs__column_cost(const struct hs__column *column, struct hs__extent extent, uint64_t members,
	bool *by_rows)
{
	uint64_t asking = least(extent.keys, members) / KEYS_A_BLOCK + members / ASKED_A_BLOCK,
		 giving = extent.keys / KEYS_A_BLOCK + giving_cost(column, extent.giving);

	*by_rows = asking <= giving;
	return 1 + least(asking, giving);
}

/* ---- entries ---- */

void hs__verdicts_open(const struct hs__column *column, unsigned char *verdicts, size_t place, size_t end)
{
	uint32_t first, last;

	numbers(column, place, end, &first, &last);
	memset(verdicts + first, UNKNOWN, last - first);
	memset(verdicts + column->keys_read + 1, UNKNOWN, column->key_count - column->keys_read);
}

enum hs_status hs__finds_asked(struct hs__finds *finds, const struct hs__column *column,
	unsigned char *verdicts, hs__tell_fn *tell, const void *arg, const struct hs__set *within,
	struct hs_error *err)
{
	struct judge judge = { .column = column, .tell = tell, .arg = arg, .verdicts = verdicts };

	return ask_rows(finds, &judge, within, NULL, err);
}

/* What rows ask, of the ranges alone. */
static enum hs_status ask_ranges(struct hs__finds *finds, struct judge *judge,
	const struct hs__ranges *ranges, const struct hs__set *within, struct hs_error *err)
{
	for (size_t i = 0; i < ranges->count; i++) {
		size_t from, to;
		places(judge->column, &ranges->items[i], &from, &to);
		hs__verdicts_open(judge->column, judge->verdicts, from, to);
	}
	return ask_rows(finds, judge, within, NULL, err);
}

#define ASKED_RANGES 16u /* of more than so many the keys are found sooner than the range of a key */

enum hs_status hs__finds_column(struct hs__finds *finds, const struct hs__lookup *lookup,
	const struct hs__set *within, struct hs_error *err)
{
	const struct hs__ranges *ranges = &lookup->ranges;
	struct judge judge = { .column = lookup->column, .tell = hs__ranges_tell, .arg = ranges };

	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	if (status != HS_OK)
		return status;
	if (within && lookup->by_rows && ranges->count <= ASKED_RANGES)
		return ask_ranges(finds, &judge, ranges, within, err);
	judge_all(&judge, ranges);
	return within && lookup->by_rows ? ask_rows(finds, &judge, within, NULL, err) :
					   give_rows(finds, &judge, within, err);
}

enum hs_status hs__finds_any(struct hs__finds *finds, const struct hs__column *column, struct hs_error *err)
{
	struct judge judge = { .column = column };
	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	if (status != HS_OK)
		return status;
	memset(judge.verdicts + 1, YES, column->key_count);
	return give_rows(finds, &judge, NULL, err);
}

enum hs_status hs__finds_having(struct hs__finds *finds, const struct hs__column *column,
	struct hs__having having, const struct hs__set *within, struct hs_error *err)
{
	struct judge judge = { .column = column };
	enum hs_status status = make_verdicts(finds->maker, &judge, err);

	for (uint32_t i = 1; i <= column->key_count && status == HS_OK; i++) {
		int has = hs__outline_has(hs_slice_from(hs__column_key(column, i), column->prefix.len),
			having.param);
		judge.verdicts[i] = has < 0 ? DOUBT : has >= having.least && has <= having.most ? YES : NO;
	}
	return status == HS_OK ? give_rows(finds, &judge, within, err) : status;
}

unsigned char *hs__column_verdicts(const struct hs__maker *maker, const struct hs__column *column)
{
	return hs_arena_array(maker->finder->arena, column->key_count + BITS, 1);
}

enum hs_status hs__finds_judged(struct hs__finds *finds, const struct hs__column *column,
	unsigned char *verdicts, const struct hs__set *within, struct hs_error *err)
{
	struct judge judge = { .column = column, .verdicts = verdicts };

	return give_rows(finds, &judge, within, err);
}
