/* SPDX-License-Identifier: Apache-2.0 */
/* Judging pointers along the columns, a zone of them at a time: each test of an AND sifts what the tests
 * before it have left, and other combinations say yes, no or maybe of what they are asked. */
#include "sift.h"

struct span {
	size_t first, count;
	const unsigned char *asked; /* not 0: the verdict is wanted */
	unsigned char *out;         /* HS_LEDGER_NO of what is not asked */
};

static void fill(const struct span *span, unsigned char verdict)
{
	const unsigned char *restrict asked = span->asked;
	unsigned char *restrict out = span->out;

	for (size_t i = 0, count = span->count; i < count; i++)
		out[i] = asked[i] ? verdict : HS_LEDGER_NO;
}

static bool asks_any(const unsigned char *asked, size_t count)
{
	size_t i = 0;

	while (i < count && !asked[i])
		i++;
	return i < count;
}

/* ---- by number ---- */

static void judge_numbers(const struct hs_ledger_test *test, const int64_t *numbers, const struct span *span)
{
	const unsigned char *restrict asked = span->asked;
	unsigned char *restrict out = span->out, inside = test->inside, outside = test->outside;
	int64_t first = test->first, last = test->last;

	for (size_t i = 0, count = span->count; i < count; i++) {
		unsigned char verdict = (numbers[i] >= first) & (numbers[i] <= last) ? inside : outside;
		out[i] = asked[i] ? verdict : HS_LEDGER_NO;
	}
}

static void judge_updates(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	const struct span *span)
{
	const struct hs_ledger_zone *zone = &columns->zones[span->first / HS_LEDGER_ZONE];

	if (zone->first_update > test->last || zone->last_update < test->first)
		fill(span, test->outside);
	else if (zone->first_update >= test->first && zone->last_update <= test->last)
		fill(span, test->inside);
	else
		judge_numbers(test, columns->updates + span->first, span);
}

static void judge_dates(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	const struct span *span)
{
	const struct hs_ledger_zone *zone = &columns->zones[span->first / HS_LEDGER_ZONE];
	const int64_t *dates = columns->dates + span->first;

	if (!zone->dateless && (zone->first_date > test->last || zone->last_date < test->first))
		fill(span, test->outside);
	else if (!zone->dateless && zone->first_date >= test->first && zone->last_date <= test->last)
		fill(span, test->inside);
	else
		judge_numbers(test, dates, span);
	for (size_t i = 0; zone->dateless && i < span->count; i++) {
		if (dates[i] == HS_LEDGER_DATELESS)
			span->out[i] = span->asked[i] ? test->none : HS_LEDGER_NO;
	}
}

static void judge_shapes(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	const struct span *span)
{
	const uint16_t *restrict shapes = columns->shapes + span->first;
	const unsigned char *restrict asked = span->asked, *restrict verdicts = test->by_shape;
	unsigned char *restrict out = span->out;

	for (size_t i = 0, count = span->count; i < count; i++)
		out[i] = asked[i] ? verdicts[shapes[i]] : HS_LEDGER_NO;
}

/* ---- what was looked up ---- */

/* The first of the list that is not less. */
static size_t place_in(const struct hs_ledger_test *test, size_t number)
{
	size_t low = 0, high = test->listed_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (test->listed[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_listed(const struct hs_ledger_test *test, const struct span *span)
{
	for (size_t i = place_in(test, span->first);
		i < test->listed_count && test->listed[i] < span->first + span->count; i++) {
		size_t at = test->listed[i] - span->first;
		if (span->asked[at] && span->out[at] < test->inside)
			span->out[at] = test->inside;
	}
}

static const uint32_t *parties_of(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test)
{
	return test->of == HS_LEDGER_OF_SUBJECT ? columns->subjects : columns->custodians;
}

static void judge_parties(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	const struct span *span)
{
	const uint32_t *pieces = parties_of(columns, test) + span->first;

	for (size_t i = 0; i < span->count; i++) {
		bool known = span->asked[i] && pieces[i] < test->known_room;
		span->out[i] = known ? test->known[pieces[i]] : HS_LEDGER_NO;
	}
	add_listed(test, span);
}

/* What its shape tells of a party. */
static unsigned char tells_of(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	uint32_t piece)
{
	uint16_t shape = piece < sift->columns->party_count ? sift->columns->parties[piece] : 0;

	return shape ? test->by_shape[shape] : HS_LEDGER_MAYBE;
}

static enum hs_status ask_parties(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	const uint32_t *pieces = parties_of(sift->columns, test) + span->first;
	const uint16_t *shapes = sift->columns->shapes + span->first;

	for (size_t i = 0; i < span->count; i++) {
		uint32_t piece = pieces[i];
		if (!span->asked[i] || !piece || piece >= test->known_room) {
			span->out[i] = span->asked[i] ? test->by_shape[shapes[i]] : HS_LEDGER_NO;
			continue;
		}
		if (!test->known[piece] && tells_of(sift, test, piece) != HS_LEDGER_MAYBE)
			test->known[piece] = tells_of(sift, test, piece) == HS_LEDGER_YES ? 2 : 1;
		if (!test->known[piece]) {
			int holds = hs_ledger_sift_ask(sift, test, piece, err);
			if (holds < 0)
				return (enum hs_status)holds;
			test->known[piece] = (unsigned char)(holds + 1);
		}
		span->out[i] = test->known[piece] == 2 ? HS_LEDGER_YES : HS_LEDGER_NO;
	}
	return HS_OK;
}

/* By what addresses begin with. */
static enum hs_status judge_begun(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	const uint32_t *hashes = test->values->hashes + span->first;
	const uint32_t *prefixes = test->values->prefixes + span->first;
	enum hs_status status = HS_OK;

	fill(span, HS_LEDGER_NO);
	for (size_t i = 0; i < span->count && status == HS_OK; i++) {
		unsigned char known = prefixes[i] < test->known_room ? test->known[prefixes[i]] : 0;
		if (!span->asked[i] || !hashes[i])
			continue;
		if (known)
			span->out[i] = (unsigned char)(known - 1);
		else
			status = hs_ledger_sift_begun(sift, test, prefixes[i], &span->out[i], err);
	}
	return status;
}

/* ---- several ---- */

static void take_less(unsigned char *restrict into, const unsigned char *restrict from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		into[i] = from[i] < into[i] ? from[i] : into[i];
}

static void take_more(unsigned char *restrict into, const unsigned char *restrict from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		into[i] = from[i] > into[i] ? from[i] : into[i];
}

static enum hs_status judge(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err);

/* The least of the verdicts; each kid is asked of those that none has refused. */
static enum hs_status judge_all(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	struct span inner = { span->first, span->count, span->out, test->verdicts };
	enum hs_status status = HS_OK;

	fill(span, HS_LEDGER_YES);
	for (size_t k = 0; k < test->kid_count && status == HS_OK && asks_any(span->out, span->count); k++) {
		status = judge(sift, &test->kids[k], &inner, err);
		take_less(span->out, inner.out, span->count);
	}
	return status;
}

/* The greatest; each is asked of those that none is sure of. */
static enum hs_status judge_any(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	struct span inner = { span->first, span->count, test->asked, test->verdicts };
	enum hs_status status = HS_OK;

	fill(span, HS_LEDGER_NO);
	for (size_t k = 0; k < test->kid_count && status == HS_OK; k++) {
		for (size_t i = 0; i < span->count; i++)
			test->asked[i] = span->asked[i] && span->out[i] != HS_LEDGER_YES;
		if (!asks_any(test->asked, span->count))
			break;
		status = judge(sift, &test->kids[k], &inner, err);
		take_more(span->out, inner.out, span->count);
	}
	return status;
}

static enum hs_status judge_not(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	enum hs_status status = judge(sift, &test->kids[0], span, err);

	for (size_t i = 0; i < span->count; i++)
		span->out[i] = span->asked[i] ? (unsigned char)(HS_LEDGER_YES - span->out[i]) : HS_LEDGER_NO;
	return status;
}

static enum hs_status judge(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	const struct span *span, struct hs_error *err)
{
	switch (test->kind) {
	case HS_LEDGER_TEST_CONST:
		fill(span, test->inside);
		return HS_OK;
	case HS_LEDGER_TEST_UPDATED:
		judge_updates(sift->columns, test, span);
		return HS_OK;
	case HS_LEDGER_TEST_DATE:
		judge_dates(sift->columns, test, span);
		return HS_OK;
	case HS_LEDGER_TEST_SHAPE:
		judge_shapes(sift->columns, test, span);
		return HS_OK;
	case HS_LEDGER_TEST_LISTED:
		fill(span, HS_LEDGER_NO);
		add_listed(test, span);
		return HS_OK;
	case HS_LEDGER_TEST_PARTY:
		judge_parties(sift->columns, test, span);
		return HS_OK;
	case HS_LEDGER_TEST_BEGUN:
		return judge_begun(sift, test, span, err);
	case HS_LEDGER_TEST_AND:
		return judge_all(sift, test, span, err);
	case HS_LEDGER_TEST_OR:
		return judge_any(sift, test, span, err);
	case HS_LEDGER_TEST_NOT:
		return judge_not(sift, test, span, err);
	default:
		return ask_parties(sift, test, span, err);
	}
}

/* ---- sifting ---- */

/* What is left of a zone. */
struct left {
	const struct hs_ledger_columns *columns;
	size_t first, count; /* of the zone */
	uint16_t *at;
	unsigned char *verdicts;
	size_t size;
};

/* Keeps those of which a test does not say no. */
#define SIFT(left, place, verdict_of_it) \
	do { \
		uint16_t *at_ = (left)->at; \
		unsigned char *verdicts_ = (left)->verdicts; \
		size_t kept_ = 0; \
		for (size_t i_ = 0, size_ = (left)->size; i_ < size_; i_++) { \
			uint16_t place = at_[i_]; \
			unsigned char verdict_ = (verdict_of_it); \
			verdicts_[place] = verdict_ < verdicts_[place] ? verdict_ : verdicts_[place]; \
			at_[kept_] = place; \
			kept_ += verdict_ != HS_LEDGER_NO; \
		} \
		(left)->size = kept_; \
	} while (0)

static void sift_numbers(const struct hs_ledger_test *test, const int64_t *numbers, struct left *left)
{
	unsigned char inside = test->inside, outside = test->outside;
	int64_t first = test->first, last = test->last;

	SIFT(left, at, (numbers[at] >= first) & (numbers[at] <= last) ? inside : outside);
}

static void sift_constant(unsigned char verdict, struct left *left)
{
	if (verdict == HS_LEDGER_NO)
		left->size = 0;
	else if (verdict == HS_LEDGER_MAYBE)
		SIFT(left, at, (unsigned char)HS_LEDGER_MAYBE);
}

static void sift_updates(const struct hs_ledger_test *test, struct left *left)
{
	const struct hs_ledger_zone *zone = &left->columns->zones[left->first / HS_LEDGER_ZONE];

	if (zone->first_update > test->last || zone->last_update < test->first)
		sift_constant(test->outside, left);
	else if (zone->first_update >= test->first && zone->last_update <= test->last)
		sift_constant(test->inside, left);
	else
		sift_numbers(test, left->columns->updates + left->first, left);
}

static void sift_dates(const struct hs_ledger_test *test, struct left *left)
{
	const struct hs_ledger_zone *zone = &left->columns->zones[left->first / HS_LEDGER_ZONE];
	const int64_t *dates = left->columns->dates + left->first;
	unsigned char inside = test->inside, outside = test->outside, none = test->none;

	if (zone->dateless)
		SIFT(left, at,
			dates[at] == HS_LEDGER_DATELESS                             ? none :
				dates[at] >= test->first && dates[at] <= test->last ? inside :
										      outside);
	else if (zone->first_date > test->last || zone->last_date < test->first)
		sift_constant(outside, left);
	else if (zone->first_date >= test->first && zone->last_date <= test->last)
		sift_constant(inside, left);
	else
		sift_numbers(test, dates, left);
}

static void sift_shapes(const struct hs_ledger_test *test, struct left *left)
{
	const uint16_t *shapes = left->columns->shapes + left->first;
	const unsigned char *by_shape = test->by_shape;

	SIFT(left, at, by_shape[shapes[at]]);
}

static void sift_parties(const struct hs_ledger_test *test, struct left *left)
{
	const uint32_t *pieces = parties_of(left->columns, test) + left->first;
	const unsigned char *known = test->known;
	uint64_t room = test->known_room;

	SIFT(left, at, pieces[at] < room ? known[pieces[at]] : (unsigned char)HS_LEDGER_NO);
}

#define FEW 64u /* that are sooner judged one by one than with all of the zone */

static enum hs_status sift_each(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	struct left *left, struct hs_error *err)
{
	const unsigned char asked = 1;
	enum hs_status status = HS_OK;
	size_t kept = 0;

	for (size_t i = 0; i < left->size && status == HS_OK; i++) {
		uint16_t at = left->at[i];
		unsigned char out = HS_LEDGER_NO;
		struct span span = { left->first + at, 1, &asked, &out };
		status = judge(sift, test, &span, err);
		left->verdicts[at] = out < left->verdicts[at] ? out : left->verdicts[at];
		left->at[kept] = at;
		kept += out != HS_LEDGER_NO;
	}
	left->size = kept;
	return status;
}

/* By what the test says of them. */
static enum hs_status sift_judged(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	struct left *left, struct hs_error *err)
{
	unsigned char asked[HS_LEDGER_ZONE], out[HS_LEDGER_ZONE];
	struct span span = { left->first, left->count, asked, out };

	if (left->size <= FEW)
		return sift_each(sift, test, left, err);
	memset(asked, 0, left->count);
	for (size_t i = 0; i < left->size; i++)
		asked[left->at[i]] = 1;
	enum hs_status status = judge(sift, test, &span, err);
	if (status == HS_OK)
		SIFT(left, at, out[at]);
	return status;
}

static enum hs_status sift_all(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	struct left *left, struct hs_error *err);

static enum hs_status sift_one(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	struct left *left, struct hs_error *err)
{
	switch (test->kind) {
	case HS_LEDGER_TEST_CONST:
		sift_constant(test->inside, left);
		return HS_OK;
	case HS_LEDGER_TEST_UPDATED:
		sift_updates(test, left);
		return HS_OK;
	case HS_LEDGER_TEST_DATE:
		sift_dates(test, left);
		return HS_OK;
	case HS_LEDGER_TEST_SHAPE:
		sift_shapes(test, left);
		return HS_OK;
	case HS_LEDGER_TEST_PARTY:
		if (test->listed_count)
			return sift_judged(sift, test, left, err);
		sift_parties(test, left);
		return HS_OK;
	case HS_LEDGER_TEST_AND:
		return sift_all(sift, test, left, err);
	default:
		return sift_judged(sift, test, left, err);
	}
}

static enum hs_status sift_all(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	struct left *left, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t k = 0; k < test->kid_count && left->size && status == HS_OK; k++)
		status = sift_one(sift, &test->kids[k], left, err);
	return status;
}

/* ---- zones ---- */

/* All there are or, when only what is listed can fulfil the test, these. */
static void begin(const struct hs_ledger_sift *sift, struct left *left)
{
	const struct hs_ledger_test *list = sift->listed;
	const uint16_t *shapes = left->columns->shapes + left->first;

	for (size_t i = 0; !list && i < left->count; i++) {
		left->at[left->size] = (uint16_t)i;
		left->size += shapes[i] != 0;
	}
	for (size_t i = list ? place_in(list, left->first) : 0;
		list && i < list->listed_count && list->listed[i] < left->first + left->count; i++) {
		size_t at = list->listed[i] - left->first;
		left->at[left->size] = (uint16_t)at;
		left->size += shapes[at] != 0;
	}
}

static bool has_listed(const struct hs_ledger_test *list, size_t first, size_t count)
{
	size_t at = place_in(list, first);

	return at < list->listed_count && list->listed[at] < first + count;
}

enum hs_status hs_ledger_sift_zone(struct hs_ledger_sift *sift, size_t first, struct hs_ledger_found_in *out,
	struct hs_error *err)
{
	const struct hs_ledger_columns *columns = sift->columns;
	size_t there = columns->count - first, within = HS_LEDGER_ZONE - first % HS_LEDGER_ZONE;
	struct left left = { columns, first, there < within ? there : within, out->at, out->verdicts, 0 };
	enum hs_status status = HS_OK;

	out->count = 0;
	if (sift->listed && !has_listed(sift->listed, first, left.count))
		return HS_OK;
	memset(out->at, 0, left.count * sizeof *out->at);
	memset(out->verdicts, HS_LEDGER_YES, left.count);
	begin(sift, &left);
	status = sift_one(sift, sift->test, &left, err);
	out->count = left.size;
	return status;
}

enum hs_status hs_ledger_sift_count(struct hs_ledger_sift *sift, struct hs_ledger_sifted *out,
	struct hs_error *err)
{
	struct hs_ledger_sifted sum = { 0 };
	struct hs_ledger_found_in found;
	enum hs_status status = HS_OK;
	size_t count = sift->columns->count;

	for (size_t first = 0; first < count && status == HS_OK; first += HS_LEDGER_ZONE) {
		status = hs_ledger_sift_zone(sift, first, &found, err);
		for (size_t i = 0; i < found.count; i++) {
			sum.yes += found.verdicts[found.at[i]] == HS_LEDGER_YES;
			sum.maybe += found.verdicts[found.at[i]] == HS_LEDGER_MAYBE;
		}
	}
	if (status == HS_OK)
		*out = sum;
	return status;
}
