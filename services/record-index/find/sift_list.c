/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of the pointers that alone can fulfil a condition: what was looked up, who has a value, and what a
 * few subjects, custodians or days have. With such a list a search goes along no more than that. */
#include "sift.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* So many are sooner marked among all pointers and gathered there than sorted. */
#define MARKED_LEAST 64u
#define MARKED_SHARE 2048u
#define MARKS 64u

static bool gather(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	size_t count = making->sift->columns->count, marks = count / MARKS + 1, kept = 0;
	uint64_t *marked;

	if (test->listed_count < MARKED_LEAST || test->listed_count < count / MARKED_SHARE)
		return false;
	marked = hs_arena_array(making->sift->ledger->lasting, marks, sizeof *marked);
	if (!marked)
		return false;
	for (size_t i = 0; i < test->listed_count; i++)
		marked[test->listed[i] / MARKS] |= UINT64_C(1) << test->listed[i] % MARKS;
	for (size_t i = 0; i < marks; i++) {
		for (uint64_t left = marked[i]; left; left &= left - 1)
			test->listed[kept++] = i * MARKS + (size_t)__builtin_ctzll(left);
	}
	test->listed_count = kept;
	return true;
}

/* In order, each once. */
void hs_ledger_sift_put_in_order(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	size_t kept = 0;

	if (gather(making, test))
		return;
	if (test->listed_count)
		qsort(test->listed, test->listed_count, sizeof *test->listed, by_number);
	for (size_t i = 0; i < test->listed_count; i++) {
		if (!kept || test->listed[kept - 1] != test->listed[i])
			test->listed[kept++] = test->listed[i];
	}
	test->listed_count = kept;
}

/* Those of the rows that there are. */
enum hs_status hs_ledger_sift_list(const struct hs_ledger_making *making,
	const struct hs_ledger_numbers *rows, struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;

	test->inside = HS_LEDGER_MAYBE;
	test->listed = hs_ledger_sift_take(making, rows->count, sizeof *test->listed);
	if (!test->listed)
		return making->err->status;
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t row = hs_ledger_row_of(rows->items[i]);
		size_t at = hs_ledger_columns_place(columns, row);
		if (at < columns->count && columns->base + columns->rows[at] == row)
			test->listed[test->listed_count++] = at;
	}
	hs_ledger_sift_put_in_order(making, test);
	return HS_OK;
}

/* ---- values ---- */

#define ABREAST 64u /* hashes that are compared at a time */

/* Of the hashes from `first` on, ABREAST at most, how many are this one? Made for vectors. */
static unsigned count_some(const uint32_t *hashes, size_t count, size_t first, uint32_t hash)
{
	unsigned found = 0;

	if (count - first >= ABREAST) {
		for (unsigned i = 0; i < ABREAST; i++)
			found += hashes[first + i] == hash;
		return found;
	}
	for (size_t i = first; i < count; i++)
		found += hashes[i] == hash;
	return found;
}

static size_t count_hashes(const struct hs_ledger_columns *columns, uint32_t param, uint32_t hash)
{
	size_t count = 0;

	for (unsigned k = 0; k < columns->value_count; k++) {
		if (columns->values[k].param != param)
			continue;
		for (size_t first = 0; first < columns->count; first += ABREAST)
			count += count_some(columns->values[k].hashes, columns->count, first, hash);
	}
	return count;
}

static void list_hashes(const struct hs_ledger_columns *columns, unsigned value, uint32_t hash,
	struct hs_ledger_test *test)
{
	const uint32_t *hashes = columns->values[value].hashes;

	for (size_t first = 0; first < columns->count; first += ABREAST) {
		if (!count_some(hashes, columns->count, first, hash))
			continue;
		for (size_t i = first; i < columns->count && i < first + ABREAST; i++) {
			if (hashes[i] == hash)
				test->listed[test->listed_count++] = i;
		}
	}
}

static bool has_hash(const struct hs_ledger_columns *columns, uint32_t param, uint32_t hash, size_t at)
{
	bool has = false;

	for (unsigned k = 0; k < columns->value_count && !has; k++)
		has = columns->values[k].param == param && columns->values[k].hashes[at] == hash;
	return has;
}

/* Of those that are listed already the ones with such a value. */
static enum hs_status list_among(const struct hs_ledger_making *making, uint32_t param, uint32_t hash,
	struct hs_ledger_test *test)
{
	const struct hs_ledger_test *list = making->sift->listed;

	test->listed = hs_ledger_sift_take(making, list->listed_count, sizeof *test->listed);
	for (size_t i = 0; i < list->listed_count && test->listed; i++) {
		if (has_hash(making->sift->columns, param, hash, list->listed[i]))
			test->listed[test->listed_count++] = list->listed[i];
	}
	return test->listed ? HS_OK : making->err->status;
}

/* The pointers one of whose values is that of a text. */
enum hs_status hs_ledger_sift_list_values(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	uint32_t hash = hs_ledger_text_hash(find->text);

	test->kind = HS_LEDGER_TEST_LISTED;
	test->inside = HS_LEDGER_MAYBE;
	if (making->sift->listed)
		return list_among(making, find->param, hash, test);
	size_t count = count_hashes(columns, find->param, hash);
	test->listed = hs_ledger_sift_take(making, count, sizeof *test->listed);
	if (!test->listed)
		return making->err->status;
	for (unsigned k = 0; k < columns->value_count && test->listed_count < count; k++) {
		if (columns->values[k].param == find->param)
			list_hashes(columns, k, hash, test);
	}
	hs_ledger_sift_put_in_order(making, test);
	return HS_OK;
}

/* ---- beginnings ---- */

#define BEGUN_SHARE 8u /* of all pointers so many are sooner judged again than listed */

static enum hs_status judge_begun(const struct hs_ledger_making *making, const struct hs_ledger_test *test,
	size_t at, unsigned char *out)
{
	uint32_t prefix = test->values->prefixes[at];
	unsigned char known = prefix < test->known_room ? test->known[prefix] : 0;

	*out = known ? (unsigned char)(known - 1) : HS_LEDGER_NO;
	return known || !test->values->hashes[at] ?
		HS_OK :
		hs_ledger_sift_begun(making->sift, test, prefix, out, making->err);
}

enum hs_status hs_ledger_sift_list_begun(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	const struct hs_ledger_test *list = making->sift->listed;
	size_t all = list ? list->listed_count : columns->count, most = columns->count / BEGUN_SHARE + 64;
	size_t *listed = hs_ledger_sift_take(making, most, sizeof *listed), count = 0;
	unsigned char verdict = HS_LEDGER_NO, least = HS_LEDGER_YES;
	enum hs_status status = HS_OK;

	if (!listed)
		return making->err->status;
	for (size_t i = 0; i < all && status == HS_OK; i++) {
		size_t at = list ? list->listed[i] : i;
		status = judge_begun(making, test, at, &verdict);
		if (verdict == HS_LEDGER_NO)
			continue;
		if (count == most)
			return HS_OK;
		least = verdict < least ? verdict : least;
		listed[count++] = at;
	}
	test->kind = HS_LEDGER_TEST_LISTED;
	test->inside = least;
	test->listed = listed;
	test->listed_count = count;
	return status;
}

/* ---- parties and dates ---- */

/* Of all pointers so few are sooner listed than gone along; of those by date, which are counted one by one,
 * fewer. */
#define LISTED_SHARE 32u
#define DATED_SHARE 1024u

static size_t list_most(const struct hs_ledger_sift *sift, unsigned share)
{
	size_t most = sift->columns->count / share + 64;

	return sift->listed && sift->listed->listed_count < most ? sift->listed->listed_count : most;
}

static enum hs_status narrow_to(const struct hs_ledger_making *making, size_t *listed, size_t count)
{
	struct hs_ledger_test *list = hs_ledger_sift_take(making, 1, sizeof *list);

	if (!list)
		return making->err->status;
	*list = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_LISTED,
		.inside = HS_LEDGER_MAYBE,
		.listed = listed,
		.listed_count = count };
	hs_ledger_sift_put_in_order(making, list);
	making->sift->listed = list;
	return HS_OK;
}

/* The parties of the test that have pointers, one after another; 0 at the end. */
static size_t next_party(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	size_t after)
{
	size_t room = (size_t)test->known_room;
	const unsigned char *known = test->known, *at = NULL;

	room = room < columns->party_room ? room : columns->party_room;
	if (after + 1 < room)
		at = memchr(known + after + 1, HS_LEDGER_YES, room - after - 1);
	return at ? (size_t)(at - known) : 0;
}

/* How many pointers these have, with what else is listed; SIZE_MAX: more than `most`. */
static size_t count_parties(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	size_t most)
{
	const struct hs_ledger_side *side = &columns->sides[test->of == HS_LEDGER_OF_CUSTODIAN];
	size_t count = test->listed_count, piece = 0;

	if (test->known[0] != HS_LEDGER_NO)
		return SIZE_MAX;
	while (count <= most && (piece = next_party(columns, test, piece)) != 0)
		count += side->counts[piece];
	return count <= most ? count : SIZE_MAX;
}

static void list_parties(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test,
	size_t *listed)
{
	const struct hs_ledger_side *side = &columns->sides[test->of == HS_LEDGER_OF_CUSTODIAN];
	size_t count = test->listed_count, piece = 0;

	if (count)
		memcpy(listed, test->listed, count * sizeof *listed);
	while ((piece = next_party(columns, test, piece)) != 0) {
		for (uint32_t next = side->last[piece]; next; next = side->before[next - 1])
			listed[count++] = next - 1;
	}
}

enum hs_status hs_ledger_sift_narrow(const struct hs_ledger_making *making, const struct hs_ledger_test *test)
{
	struct hs_ledger_sift *sift = making->sift;
	size_t most = list_most(sift, LISTED_SHARE), count;
	size_t *listed;

	if (test->kind == HS_LEDGER_TEST_LISTED &&
		(!sift->listed || test->listed_count < sift->listed->listed_count))
		return narrow_to(making, test->listed, test->listed_count);
	if (test->kind != HS_LEDGER_TEST_PARTY || !sift->columns->sided)
		return HS_OK;
	count = count_parties(sift->columns, test, most);
	if (count == SIZE_MAX)
		return HS_OK;
	listed = hs_ledger_sift_take(making, count, sizeof *listed);
	if (!listed)
		return making->err->status;
	list_parties(sift->columns, test, listed);
	return narrow_to(making, listed, count);
}

/* Narrows *dates to what fulfils all the tests; false: some have none, or nobody knows. As deep as the tests.
 */
static bool common_dates(const struct hs_ledger_test *tests, size_t count, struct hs_ledger_dates *dates)
{
	bool told = false;

	for (size_t i = 0; i < count; i++) {
		const struct hs_ledger_test *test = &tests[i];
		if (test->kind == HS_LEDGER_TEST_AND)
			told |= common_dates(test->kids, test->kid_count, dates);
		if (test->kind != HS_LEDGER_TEST_DATE || test->none != HS_LEDGER_NO ||
			test->outside != HS_LEDGER_NO)
			continue;
		told = true;
		dates->first = test->first > dates->first ? test->first : dates->first;
		dates->last = test->last < dates->last ? test->last : dates->last;
	}
	return told;
}

enum hs_status hs_ledger_sift_narrow_dates(const struct hs_ledger_making *making,
	const struct hs_ledger_test *tests, size_t count)
{
	struct hs_ledger_sift *sift = making->sift;
	struct hs_ledger_numbers rows = { 0 };
	struct hs_ledger_test found = { .kind = HS_LEDGER_TEST_LISTED };
	struct hs_ledger_dates dates = { INT64_MIN, INT64_MAX };
	uint64_t most = list_most(sift, DATED_SHARE), many = 0;

	if (!common_dates(tests, count, &dates) || dates.first > dates.last)
		return HS_OK;
	int64_t first = hs_ledger_date_key(dates.first), last = hs_ledger_date_key(dates.last);
	enum hs_status status = hs_ledger_count_entries(sift->ledger, first, last, most, &many, making->err);
	if (status != HS_OK || many >= most)
		return status;
	struct hs_stmt *stmt = hs_sql(sift->ledger->txn,
		"SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2", making->err);
	if (!stmt)
		return making->err->status;
	hs_sql_int(stmt, 1, first);
	hs_sql_int(stmt, 2, last);
	status = hs_ledger_list(sift->ledger, stmt, 0, &rows, making->err);
	if (status == HS_OK)
		status = hs_ledger_sift_list(making, &rows, &found);
	return status == HS_OK ? narrow_to(making, found.listed, found.listed_count) : status;
}
