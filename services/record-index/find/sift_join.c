/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of which several must be judged: what need not be asked is left out, and what chains and _has
 * lead to is looked up last, when it is known how few pointers it decides. */
#include "sift.h"

#include <stdlib.h>

/* Of what links lead to so many are looked up, of the narrowest link first. */
static const uint32_t ends[] = { 64, 160, 400, 1000, 100000 };
#define FEW_ENDS ends[0]      /* of so few left each is sooner asked */
#define ASKED_AT_ONCE 4096u   /* and of so many all at once, where the store can; */
#define ALL_AT_ONCE 65536u    /* of all there are, when a link leads to more than the first of `ends`; */
#define ASKED_FURTHER 262144u /* when a further link is behind, each and a list of all cost more */
#define MOST_ENDS ends[sizeof ends / sizeof *ends - 1]

void *hs_ledger_sift_take(const struct hs_ledger_making *making, size_t count, size_t size)
{
	void *made = hs_arena_array(making->sift->ledger->lasting, count + 1, size);

	if (!made)
		hs_fail(making->err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	return made;
}

enum hs_status hs_ledger_sift_room(const struct hs_ledger_making *making, size_t kids,
	struct hs_ledger_test *test)
{
	test->kids = hs_ledger_sift_take(making, kids, sizeof *test->kids);
	test->asked = hs_ledger_sift_take(making, HS_LEDGER_ZONE, 1);
	test->verdicts = hs_ledger_sift_take(making, HS_LEDGER_ZONE, 1);
	return test->kids && test->asked && test->verdicts ? HS_OK : making->err->status;
}

static int by_cost(const void *a, const void *b)
{
	const struct hs_ledger_test *x = a, *y = b;

	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) :
		x->of != y->of    ? (x->of == HS_LEDGER_OF_CUSTODIAN ? -1 : y->of == HS_LEDGER_OF_CUSTODIAN) :
				    0;
}

/* Is what a test tells between its ends, and what it tells elsewhere, in no zone? */
static bool is_in_no_zone(const struct hs_ledger_columns *columns, const struct hs_ledger_test *test)
{
	bool updated = test->kind == HS_LEDGER_TEST_UPDATED, in = false;

	for (size_t i = 0; i * HS_LEDGER_ZONE < columns->count && !in; i++) {
		const struct hs_ledger_zone *zone = &columns->zones[i];
		int64_t first = updated ? zone->first_update : zone->first_date;
		int64_t last = updated ? zone->last_update : zone->last_date;
		in = (test->inside != HS_LEDGER_NO && first <= test->last && last >= test->first) ||
			(test->outside != HS_LEDGER_NO && (first < test->first || last > test->last)) ||
			(!updated && zone->dateless && test->none != HS_LEDGER_NO);
	}
	return !in;
}

/* Can no pointer fulfil it? */
bool hs_ledger_test_is_vain(const struct hs_ledger_making *making, const struct hs_ledger_test *test)
{
	bool vain = test->listed_count == 0;

	switch (test->kind) {
	case HS_LEDGER_TEST_CONST:
		return test->inside == HS_LEDGER_NO;
	case HS_LEDGER_TEST_SHAPE:
		return !memchr(test->by_shape, HS_LEDGER_YES, making->sift->columns->shape_count) &&
			!memchr(test->by_shape, HS_LEDGER_MAYBE, making->sift->columns->shape_count);
	case HS_LEDGER_TEST_UPDATED:
	case HS_LEDGER_TEST_DATE:
		return is_in_no_zone(making->sift->columns, test);
	case HS_LEDGER_TEST_LISTED:
		return vain;
	case HS_LEDGER_TEST_PARTY:
		return vain && !memchr(test->known, HS_LEDGER_YES, test->known_room);
	case HS_LEDGER_TEST_AND:
		for (size_t i = 0; i < test->kid_count; i++) {
			if (hs_ledger_test_is_vain(making, &test->kids[i]))
				return true;
		}
		return false;
	case HS_LEDGER_TEST_OR:
		for (size_t i = 0; i < test->kid_count; i++) {
			if (!hs_ledger_test_is_vain(making, &test->kids[i]))
				return false;
		}
		return true;
	default:
		return false;
	}
}

static bool is_list(const struct hs_ledger_test *test)
{
	return test->kind == HS_LEDGER_TEST_LISTED;
}

/* Lists of an OR become one; what is in two of them is what the surer says of it. */
static enum hs_status unite_lists(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	struct hs_ledger_test *first = NULL;
	size_t count = 0, kept = 0;
	size_t *listed;

	for (size_t i = 0; i < test->kid_count; i++)
		count += is_list(&test->kids[i]) ? test->kids[i].listed_count : 0;
	listed = hs_ledger_sift_take(making, count, sizeof *listed);
	if (!listed)
		return making->err->status;
	count = 0;
	for (size_t i = 0; i < test->kid_count; i++) {
		struct hs_ledger_test *kid = &test->kids[i];
		if (!is_list(kid) || (first && first->inside != kid->inside)) {
			test->kids[kept++] = *kid;
			continue;
		}
		if (kid->listed_count)
			memcpy(listed + count, kid->listed, kid->listed_count * sizeof *listed);
		count += kid->listed_count;
		if (!first) {
			test->kids[kept] = *kid;
			first = &test->kids[kept++];
		}
	}
	test->kid_count = kept;
	if (!first)
		return HS_OK;
	first->listed = listed;
	first->listed_count = count;
	hs_ledger_sift_put_in_order(making, first);
	return HS_OK;
}

static void take_verdicts(unsigned char *into, const unsigned char *from, size_t count, bool less)
{
	for (size_t i = 0; i < count; i++)
		into[i] = (from[i] < into[i]) == less ? from[i] : into[i];
}

/* Makes of two kids one that says the same, when both are told by shapes or both by parties of a kind. */
static bool unite(const struct hs_ledger_making *making, struct hs_ledger_test *first,
	const struct hs_ledger_test *second, bool all)
{
	if (first->kind != second->kind || first->of != second->of)
		return false;
	if (first->kind == HS_LEDGER_TEST_SHAPE) {
		take_verdicts(first->by_shape, second->by_shape, making->sift->columns->shape_count, all);
		return true;
	}
	if (first->kind != HS_LEDGER_TEST_PARTY || first->listed_count || second->listed_count)
		return false;
	take_verdicts(first->known, second->known, (size_t)making->pieces, all);
	return true;
}

/* Does the last kid become part of one before it? */
static bool unite_last(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	const struct hs_ledger_test *last = &test->kids[test->kid_count - 1];
	size_t i = 0;

	while (i + 1 < test->kid_count &&
		!unite(making, &test->kids[i], last, test->kind == HS_LEDGER_TEST_AND))
		i++;
	if (i + 1 >= test->kid_count)
		return false;
	test->kid_count--;
	return true;
}

/* Kids of an OR that nothing fulfils are left out, and what has one kid is that. */
enum hs_status hs_ledger_sift_simplify(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	enum hs_status status = HS_OK;
	size_t kept = 0;

	if (hs_ledger_test_is_vain(making, test)) {
		hs_ledger_test_constant(test, HS_LEDGER_NO);
		return HS_OK;
	}
	if (test->kind == HS_LEDGER_TEST_OR) {
		for (size_t i = 0; i < test->kid_count; i++) {
			if (!hs_ledger_test_is_vain(making, &test->kids[i]))
				test->kids[kept++] = test->kids[i];
		}
		test->kid_count = kept;
		status = unite_lists(making, test);
	}
	if (status == HS_OK && test->kid_count == 1 && test->kind != HS_LEDGER_TEST_NOT) {
		*test = test->kids[0];
		return HS_OK;
	}
	if (status == HS_OK && test->kid_count)
		qsort(test->kids, test->kid_count, sizeof *test->kids, by_cost);
	return status;
}

enum hs_status hs_ledger_sift_several(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	enum hs_status status = HS_OK;

	test->kind = find->op == HS_FIND_AND ? HS_LEDGER_TEST_AND :
		find->op == HS_FIND_OR       ? HS_LEDGER_TEST_OR :
					       HS_LEDGER_TEST_NOT;
	status = hs_ledger_sift_room(making, find->kid_count, test);
	for (size_t i = 0; i < find->kid_count && status == HS_OK; i++) {
		status = hs_ledger_sift_make_test(making, find->kids[i], &test->kids[test->kid_count++]);
		if (status == HS_OK && test->kind != HS_LEDGER_TEST_NOT)
			unite_last(making, test);
	}
	return status == HS_OK ? hs_ledger_sift_simplify(making, test) : status;
}

/* ---- the whole ---- */

struct whole {
	struct hs_ledger_making making;
	const struct hs_find *const *finds;
	size_t count;
	bool *made; /* of these */
	struct hs_ledger_test *test;
	bool vain, many;
};

static enum hs_status make_one(struct whole *whole, size_t at)
{
	struct hs_ledger_test *kid = &whole->test->kids[whole->test->kid_count];

	whole->many = false;
	return hs_ledger_sift_make_test(&whole->making, whole->finds[at], kid);
}

static enum hs_status take_last(struct whole *whole)
{
	struct hs_ledger_test *test = whole->test;
	enum hs_status status = hs_ledger_sift_narrow(&whole->making, &test->kids[test->kid_count++]);

	unite_last(&whole->making, test);
	for (size_t i = 0; i < test->kid_count; i++)
		whole->vain |= hs_ledger_test_is_vain(&whole->making, &test->kids[i]);
	return status;
}

static enum hs_status keep_one(struct whole *whole, size_t at)
{
	whole->made[at] = true;
	return take_last(whole);
}

static enum hs_status make_among(struct whole *whole)
{
	const struct hs_ledger_sift *sift = whole->making.sift;

	if (!sift->among)
		return HS_OK;
	whole->test->kids[whole->test->kid_count] = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_PARTY,
		.of = sift->among_of,
		.known = sift->among,
		.known_room = whole->making.pieces };
	return take_last(whole);
}

/* Those that are, or are not, ready as they are. */
static enum hs_status make_these(struct whole *whole, bool ready)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < whole->count && status == HS_OK && !whole->vain; i++) {
		if (hs_ledger_has_link(whole->finds[i]) ||
			hs_ledger_sift_is_ready(&whole->making, whole->finds[i]) != ready)
			continue;
		status = make_one(whole, i);
		if (status == HS_OK)
			status = keep_one(whole, i);
	}
	return status;
}

/* When what is ready tells that there is nothing, nothing else is looked up. */
static enum hs_status make_plain(struct whole *whole)
{
	enum hs_status status = make_these(whole, true);

	if (status == HS_OK)
		status = make_these(whole, false);
	return status == HS_OK && !whole->vain ?
		hs_ledger_sift_narrow_dates(&whole->making, whole->test->kids, whole->test->kid_count) :
		status;
}

/* What is left by what was made so far. */
struct left {
	uint64_t pointers, parties[2]; /* subjects, custodians */
	unsigned char *seen;           /* by piece: HS_LEDGER_IS_SUBJECT ... */
	bool whole;                    /* these are all */
};

static void see(struct left *left, unsigned side, uint32_t piece)
{
	unsigned char is = side ? HS_LEDGER_IS_CUSTODIAN : HS_LEDGER_IS_SUBJECT;

	left->parties[side] += piece && !(left->seen[piece] & is);
	left->seen[piece] |= is;
}

/* How many of those that the condition asks: parties of a kind, or pointers. */
static uint64_t asked_of(const struct whole *whole, const struct hs_find *find, const struct left *left)
{
	enum hs_ledger_class of = hs_ledger_class(whole->making.sift->ledger, find->param);

	return find->op != HS_FIND_CHAIN     ? left->pointers :
		of == HS_LEDGER_OF_SUBJECT   ? left->parties[0] :
		of == HS_LEDGER_OF_CUSTODIAN ? left->parties[1] :
					       left->pointers;
}

/* Until the condition asks `most`. */
static enum hs_status count_left(struct whole *whole, const struct hs_find *find, uint64_t most,
	struct left *left)
{
	struct hs_ledger_sift *sift = whole->making.sift;
	const struct hs_ledger_columns *columns = sift->columns;
	struct hs_ledger_found_in found;
	enum hs_status status = HS_OK;
	size_t first = 0;

	for (; first < columns->count && asked_of(whole, find, left) < most && status == HS_OK;
		first += HS_LEDGER_ZONE) {
		status = hs_ledger_sift_zone(sift, first, &found, whole->making.err);
		for (size_t i = 0; status == HS_OK && i < found.count; i++) {
			see(left, 0, columns->subjects[first + found.at[i]]);
			see(left, 1, columns->custodians[first + found.at[i]]);
		}
		left->pointers += status == HS_OK ? found.count : 0;
	}
	left->whole = first >= columns->count;
	return status;
}

/* Parties that are left, as a list. */
static enum hs_status list_left(struct whole *whole, const struct left *left)
{
	struct hs_ledger_making *making = &whole->making;
	size_t most = (size_t)(left->parties[0] + left->parties[1]);
	uint32_t *listed = hs_ledger_sift_take(making, most, sizeof *listed);

	making->left_count = 0;
	for (uint32_t i = 1; i < making->sift->columns->party_count && listed && making->left_count < most;
		i++) {
		if (left->seen[i])
			listed[making->left_count++] = i;
	}
	making->left = listed;
	return listed ? HS_OK : making->err->status;
}

/* All parties of the kind that the chain is of, if they are not too many: a few ends are sooner looked up,
 * but of more each costs as much as some hundred parties that are asked at once. */
static enum hs_status list_all(struct whole *whole, const struct hs_find *find)
{
	struct hs_ledger_making *making = &whole->making;
	const struct hs_ledger_columns *columns = making->sift->columns;
	enum hs_ledger_class of = hs_ledger_class(making->sift->ledger, find->param);
	unsigned is = find->op != HS_FIND_CHAIN ? 0 :
		of == HS_LEDGER_OF_SUBJECT      ? HS_LEDGER_IS_SUBJECT :
		of == HS_LEDGER_OF_CUSTODIAN    ? HS_LEDGER_IS_CUSTODIAN :
						  0;
	size_t count = 0;

	for (size_t i = 1; i < columns->party_count; i++)
		count += (columns->party_of[i] & is) != 0;
	if (!count || count > ALL_AT_ONCE)
		return HS_OK;
	uint32_t *listed = hs_ledger_sift_take(making, count, sizeof *listed);
	making->left_count = 0;
	for (uint32_t i = 1; i < columns->party_count && listed; i++) {
		if (columns->party_of[i] & is)
			listed[making->left_count++] = i;
	}
	making->left = listed;
	return listed ? HS_OK : making->err->status;
}

/* Is a further link behind it? A search behind which others are made costs more. */
static bool goes_further(const struct hs_find *find)
{
	return find->kid_count && hs_ledger_has_link(find->kids[0]);
}

/* Is each of so many sooner asked? */
static bool are_few(const struct hs_find *find, uint64_t left)
{
	return left <= (goes_further(find) ? 4 * FEW_ENDS : 2 * FEW_ENDS);
}

/* Looks up what a link leads to, or has parties asked when few are left, or fewer than it leads to. Not
 * *done: that is more than was looked up for, and nobody knows what is left. */
static enum hs_status make_link(struct whole *whole, size_t at, uint32_t most, bool *done)
{
	const struct hs_find *find = whole->finds[at];
	bool last = most == MOST_ENDS || whole->making.sift->listed;
	struct left left = { .pointers = MOST_ENDS, .parties = { MOST_ENDS, MOST_ENDS } };
	enum hs_status status = HS_OK;

	if (last && whole->test->kid_count) {
		left = (struct left) { .seen = hs_ledger_sift_take(&whole->making,
					       (size_t)whole->making.pieces, 1) };
		status = left.seen ? count_left(whole, find, MOST_ENDS, &left) : whole->making.err->status;
	}
	whole->vain |= left.pointers == 0;
	if (status != HS_OK || whole->vain)
		return status;
	bool at_once = left.whole &&
		left.parties[0] + left.parties[1] <= (goes_further(find) ? ASKED_FURTHER : ASKED_AT_ONCE);
	uint64_t asked = asked_of(whole, find, &left);
	most = last ? MOST_ENDS : most;
	whole->making.left = NULL;
	if (at_once)
		status = list_left(whole, &left);
	else if (!last && most > FEW_ENDS)
		status = list_all(whole, find);
	whole->making.ends_most = are_few(find, asked) ? 0 : asked < most ? (uint32_t)asked : most;
	if (status == HS_OK)
		status = make_one(whole, at);
	*done = status == HS_OK && (!whole->many || last);
	return *done ? keep_one(whole, at) : status;
}

/* Those behind which is no further link first: their search costs less. */
static enum hs_status make_links(struct whole *whole, uint32_t most, bool further)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < whole->count && status == HS_OK && !whole->vain; i++) {
		const struct hs_find *find = whole->finds[i];
		bool done = false;
		if (!whole->made[i] && goes_further(find) == further)
			status = make_link(whole, i, most, &done);
	}
	return status;
}

/* The narrowest first, whether there is a further one behind it or not. */
static enum hs_status make_all_links(struct whole *whole)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && status == HS_OK; i++) {
		status = make_links(whole, ends[i], false);
		if (status == HS_OK)
			status = make_links(whole, ends[i], true);
	}
	return status;
}

enum hs_status hs_ledger_sift_make(struct hs_ledger_sift *sift, uint32_t type, const struct hs_find *where,
	struct hs_error *err)
{
	bool all = where->op == HS_FIND_AND;
	struct whole whole = { .making = { .sift = sift, .type = type, .err = err },
		.finds = all ? where->kids : &where,
		.count = all ? where->kid_count : 1 };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(sift->ledger->txn, &waits, err);

	whole.making.many = &whole.many;
	whole.making.wide = waits & HS_LEDGER_WIDE_DATES;
	if (status == HS_OK)
		status = hs_ledger_last_piece(sift->ledger, &whole.making.pieces, err);
	whole.making.pieces++;
	whole.made = hs_ledger_sift_take(&whole.making, whole.count, sizeof *whole.made);
	whole.test = sift->test = hs_ledger_sift_take(&whole.making, 1, sizeof *sift->test);
	if (!whole.made || !whole.test)
		return err->status;
	whole.test->kind = HS_LEDGER_TEST_AND;
	if (status == HS_OK)
		status = hs_ledger_sift_room(&whole.making, whole.count + 1, whole.test);
	if (status == HS_OK)
		status = make_among(&whole);
	if (status == HS_OK)
		status = make_plain(&whole);
	if (status == HS_OK)
		status = make_all_links(&whole);
	if (status != HS_OK)
		return status;
	if (whole.vain)
		hs_ledger_test_constant(sift->test, HS_LEDGER_NO);
	return hs_ledger_sift_simplify(&whole.making, sift->test);
}

bool hs_ledger_sift_is_vain(const struct hs_ledger_sift *sift)
{
	return sift->test->kind == HS_LEDGER_TEST_CONST && sift->test->inside == HS_LEDGER_NO;
}

static bool has_doubts(const struct hs_ledger_test *test, size_t shapes)
{
	bool doubts = test->inside == HS_LEDGER_MAYBE &&
		(test->kind != HS_LEDGER_TEST_PARTY || test->listed_count);

	doubts |= test->kind == HS_LEDGER_TEST_BEGUN;
	doubts |= test->by_shape && memchr(test->by_shape, HS_LEDGER_MAYBE, shapes);
	for (size_t i = 0; i < test->kid_count && !doubts; i++)
		doubts = has_doubts(&test->kids[i], shapes);
	return doubts;
}

bool hs_ledger_sift_has_doubts(const struct hs_ledger_sift *sift)
{
	return has_doubts(sift->test, sift->columns->shape_count);
}

#define FEW_READ 128u /* that is no matter */

/* Did the lookup find more than so many? */
static enum hs_status found_more(const struct hs_ledger_sift *sift, const struct hs_ledger_drive *drive,
	uint64_t most, bool *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*out = drive->rows.count > most;
	if (drive->found == HS_LEDGER_AMONG || drive->found == HS_LEDGER_PARTY)
		return hs_ledger_party_is_more(sift->ledger, &drive->party, most, out, err);
	for (size_t i = 0; i < drive->parties.count && status == HS_OK && !*out; i++)
		status = hs_ledger_party_is_more(sift->ledger, &drive->parties.items[i], most, out, err);
	return status;
}

enum hs_status hs_ledger_sift_instead(struct hs_ledger_sift *sift, const struct hs_ledger_drive *drive,
	bool *worth, struct hs_error *err)
{
	struct hs_ledger_sifted sifted = { 0 };
	enum hs_status status = hs_ledger_sift_make(sift, drive->type, drive->where, err);

	*worth = status == HS_OK && (hs_ledger_sift_is_vain(sift) || !hs_ledger_sift_has_doubts(sift));
	if (status != HS_OK || *worth)
		return status;
	status = hs_ledger_sift_count(sift, &sifted, err);
	*worth = status == HS_OK && sifted.maybe <= FEW_READ;
	return status != HS_OK || *worth ? status : found_more(sift, drive, 2 * sifted.maybe, worth, err);
}
