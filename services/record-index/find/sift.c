/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions made ready to be judged along the columns: what shapes tell is found out once a shape, what a
 * chain or a reference leads to is looked up once, and what takes more waits until some pointer needs it. */
#include "sift.h"

#include <stdlib.h>

struct making {
	struct hs_ledger_sift *sift;
	uint32_t type;
	bool wide; /* dates are */
	uint64_t pieces;
	struct hs_error *err;
};

static void *take(const struct making *making, size_t count, size_t size)
{
	void *made = hs_arena_array(making->sift->ledger->lasting, count + 1, size);

	if (!made)
		hs_fail(making->err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	return made;
}

static enum hs_ledger_class class_of(const struct making *making, const struct hs_find *find)
{
	return hs_ledger_class(making->sift->ledger, find->param);
}

static bool is_party(enum hs_ledger_class of)
{
	return of == HS_LEDGER_OF_SUBJECT || of == HS_LEDGER_OF_CUSTODIAN;
}

/* Is it looked up, rather than judged? */
static bool is_looked_up(const struct making *making, const struct hs_find *find)
{
	return find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS ||
		((find->op == HS_FIND_REFERENCE || find->op == HS_FIND_TOKEN) &&
			hs_ledger_rank(making->sift->ledger, find) != HS_LEDGER_RANK_NONE);
}

/* Do the shapes tell all that is told of it before a pointer is looked at? As deep as the tree, which the
 * parser limits. */
static bool is_of_shapes(const struct making *making, const struct hs_find *find)
{
	enum hs_ledger_class of = class_of(making, find);
	bool is = !is_looked_up(making, find) && !is_party(of) && of != HS_LEDGER_OF_DATE &&
		find->op != HS_FIND_UPDATED && find->op != HS_FIND_ID;

	/* That kids hold together for one group is not told by them one by one. */
	for (size_t i = 0; i < find->kid_count && is && find->op != HS_FIND_SAME_GROUP; i++)
		is = is_of_shapes(making, find->kids[i]);
	return is;
}

/* ---- each kind ---- */

static void make_constant(struct hs_ledger_test *test, enum hs_ledger_verdict verdict)
{
	test->kind = HS_LEDGER_TEST_CONST;
	test->inside = (unsigned char)verdict;
}

static enum hs_status judge_shapes(const struct making *making, const struct hs_find *find, bool apart,
	unsigned char **out)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	const struct hs_ledger *ledger = making->sift->ledger;
	/* Parties apart: their params are like any other. */
	struct hs_ledger plain = { .txn = ledger->txn };
	unsigned char *verdicts = take(making, columns->shape_count, 1);

	if (!verdicts)
		return making->err->status;
	for (size_t i = 1; i < columns->shape_count; i++)
		verdicts[i] = (unsigned char)hs_ledger_judge_rows(apart ? &plain : ledger,
			&columns->shape[i].rows, hs_ledger_key_own(columns->shape[i].key), find);
	*out = verdicts;
	return HS_OK;
}

static enum hs_status make_shape(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	test->kind = HS_LEDGER_TEST_SHAPE;
	return judge_shapes(making, find, false, &test->by_shape);
}

static void make_updated(const struct hs_find *find, struct hs_ledger_test *test)
{
	bool other = find->cmp == HS_CMP_NE;
	struct hs_find same = *find;

	if (other)
		same.cmp = HS_CMP_EQ;
	struct hs_ledger_moments moments = hs_ledger_moments_of(&same);
	*test = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_UPDATED,
		.first = moments.from,
		.last = moments.until,
		.inside = other ? HS_LEDGER_NO : HS_LEDGER_YES,
		.outside = other ? HS_LEDGER_YES : HS_LEDGER_NO };
}

static void make_date(const struct making *making, const struct hs_find *find, struct hs_ledger_test *test)
{
	bool other = find->cmp == HS_CMP_NE;
	struct hs_ledger_date_span span = hs_ledger_span_of(find, making->wide);

	*test = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_DATE,
		.first = span.first,
		.last = span.last,
		.inside = !span.exact ? HS_LEDGER_MAYBE :
			other         ? HS_LEDGER_NO :
					HS_LEDGER_YES,
		.outside = other ? HS_LEDGER_YES : HS_LEDGER_NO,
		.none = HS_LEDGER_NO };
}

static void make_dateless(struct hs_ledger_test *test)
{
	*test = (struct hs_ledger_test) {
		.kind = HS_LEDGER_TEST_DATE, .first = INT64_MIN, .last = INT64_MAX, .none = HS_LEDGER_YES
	};
}

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* Those of the rows that there are. */
static enum hs_status list(const struct making *making, const struct hs_ledger_numbers *rows,
	struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;

	test->inside = HS_LEDGER_MAYBE;
	test->listed = take(making, rows->count, sizeof *test->listed);
	if (!test->listed)
		return making->err->status;
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t row = hs_ledger_row_of(rows->items[i]);
		size_t at = hs_ledger_columns_place(columns, row);
		if (at < columns->count && columns->base + columns->rows[at] == row)
			test->listed[test->listed_count++] = at;
	}
	if (test->listed_count)
		qsort(test->listed, test->listed_count, sizeof *test->listed, by_number);
	return HS_OK;
}

/* Of a subject or custodian something that is found out for each when it is needed. */
static enum hs_status make_asked(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	test->kind = HS_LEDGER_TEST_ASKED;
	test->of = class_of(making, find);
	test->known_room = making->pieces;
	test->known = take(making, making->pieces, 1);
	return test->known ? judge_shapes(making, find, true, &test->by_shape) : making->err->status;
}

/* Looked up, as drive.c does it, with the parties by themselves. */
static enum hs_status look_up(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	struct hs_ledger_drive of = { .where = find, .type = making->type };
	struct hs_ledger_driving drive = { .of = &of,
		.ledger = making->sift->ledger,
		.out = &of.rows,
		.known = take(making, making->pieces, 1),
		.known_room = making->pieces,
		.err = making->err };
	bool party = is_party(class_of(making, find)) && find->op != HS_FIND_HAS, many = false;
	enum hs_status status = drive.known ? HS_OK : making->err->status;

	if (status == HS_OK)
		status = find->op == HS_FIND_CHAIN ? hs_ledger_drive_chain(&drive, find, &many) :
			find->op == HS_FIND_HAS    ? hs_ledger_drive_has(&drive, find, &many) :
			find->op == HS_FIND_TOKEN  ? hs_ledger_drive_token(&drive, find) :
						     hs_ledger_drive_mark(&drive, find, find->text);
	if (status == HS_OK && many && party)
		return make_asked(making, find, test);
	if (status == HS_OK && many)
		make_constant(test, HS_LEDGER_MAYBE);
	if (status != HS_OK || many)
		return status;
	test->kind = party ? HS_LEDGER_TEST_PARTY : HS_LEDGER_TEST_LISTED;
	test->of = class_of(making, find);
	test->known = drive.known;
	test->known_room = making->pieces;
	return list(making, &of.rows, test);
}

static enum hs_status make_id(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	struct hs_ledger_numbers rows = { 0 };
	struct hs_ledger_driving drive = { .ledger = making->sift->ledger, .out = &rows, .err = making->err };
	enum hs_status status = hs_ledger_drive_id(&drive, find->text);

	test->kind = HS_LEDGER_TEST_LISTED;
	if (status == HS_OK)
		status = list(making, &rows, test);
	test->inside = HS_LEDGER_YES;
	return status;
}

static int by_cost(const void *a, const void *b)
{
	const struct hs_ledger_test *x = a, *y = b;

	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) :
		x->of != y->of    ? (x->of == HS_LEDGER_OF_CUSTODIAN ? -1 : y->of == HS_LEDGER_OF_CUSTODIAN) :
				    0;
}

/* Can no pointer fulfil it? */
static bool is_vain(const struct making *making, const struct hs_ledger_test *test)
{
	bool vain = test->listed_count == 0;

	switch (test->kind) {
	case HS_LEDGER_TEST_CONST:
		return test->inside == HS_LEDGER_NO;
	case HS_LEDGER_TEST_SHAPE:
		return !memchr(test->by_shape, HS_LEDGER_YES, making->sift->columns->shape_count) &&
			!memchr(test->by_shape, HS_LEDGER_MAYBE, making->sift->columns->shape_count);
	case HS_LEDGER_TEST_LISTED:
		return vain;
	case HS_LEDGER_TEST_PARTY:
		return vain && !memchr(test->known, HS_LEDGER_YES, test->known_room);
	case HS_LEDGER_TEST_AND:
		for (size_t i = 0; i < test->kid_count; i++) {
			if (is_vain(making, &test->kids[i]))
				return true;
		}
		return false;
	case HS_LEDGER_TEST_OR:
		for (size_t i = 0; i < test->kid_count; i++) {
			if (!is_vain(making, &test->kids[i]))
				return false;
		}
		return true;
	default:
		return false;
	}
}

static enum hs_status make(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test);

static enum hs_status make_several(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	enum hs_status status = HS_OK;

	test->kind = find->op == HS_FIND_AND ? HS_LEDGER_TEST_AND :
		find->op == HS_FIND_OR       ? HS_LEDGER_TEST_OR :
					       HS_LEDGER_TEST_NOT;
	test->kids = take(making, find->kid_count, sizeof *test->kids);
	test->asked = take(making, HS_LEDGER_ZONE, 1);
	test->verdicts = take(making, HS_LEDGER_ZONE, 1);
	if (!test->kids || !test->asked || !test->verdicts)
		return making->err->status;
	for (; test->kid_count < find->kid_count && status == HS_OK; test->kid_count++)
		status = make(making, find->kids[test->kid_count], &test->kids[test->kid_count]);
	if (status == HS_OK && is_vain(making, test))
		make_constant(test, HS_LEDGER_NO);
	if (status == HS_OK)
		qsort(test->kids, test->kid_count, sizeof *test->kids, by_cost);
	return status;
}

static enum hs_status make(const struct making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	enum hs_ledger_class of = class_of(making, find);

	*test = (struct hs_ledger_test) { .find = find };
	if (is_of_shapes(making, find))
		return make_shape(making, find, test);
	if (is_looked_up(making, find))
		return look_up(making, find, test);
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
	case HS_FIND_NOT:
		return make_several(making, find, test);
	case HS_FIND_UPDATED:
		make_updated(find, test);
		return HS_OK;
	case HS_FIND_ID:
		return make_id(making, find, test);
	case HS_FIND_DATE:
		if (of == HS_LEDGER_OF_DATE)
			make_date(making, find, test);
		else
			make_constant(test, HS_LEDGER_MAYBE);
		return HS_OK;
	case HS_FIND_MISSING:
		if (of == HS_LEDGER_OF_DATE) {
			make_dateless(test);
			return HS_OK;
		}
		return is_party(of) ? make_asked(making, find, test) : make_shape(making, find, test);
	default:
		if (is_party(of))
			return make_asked(making, find, test);
		make_constant(test, HS_LEDGER_MAYBE);
		return HS_OK;
	}
}

enum hs_status hs_ledger_sift_make(struct hs_ledger_sift *sift, uint32_t type, const struct hs_find *where,
	struct hs_error *err)
{
	struct making making = { .sift = sift, .type = type, .err = err };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(sift->ledger->txn, &waits, err);

	making.wide = waits & HS_LEDGER_WIDE_DATES;
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(sift->ledger->txn, "SELECT max(number) FROM record_index_piece",
					    err),
			&making.pieces, err);
	making.pieces++;
	sift->test = take(&making, 1, sizeof *sift->test);
	if (!sift->test)
		return err->status;
	if (status == HS_OK)
		status = make(&making, where, sift->test);
	if (status == HS_OK && is_vain(&making, sift->test))
		make_constant(sift->test, HS_LEDGER_NO);
	return status;
}

bool hs_ledger_sift_is_vain(const struct hs_ledger_sift *sift)
{
	return sift->test->kind == HS_LEDGER_TEST_CONST && sift->test->inside == HS_LEDGER_NO;
}

static bool has_doubts(const struct hs_ledger_test *test, size_t shapes)
{
	bool doubts = test->inside == HS_LEDGER_MAYBE &&
		(test->kind != HS_LEDGER_TEST_PARTY || test->listed_count);

	doubts |= test->by_shape && memchr(test->by_shape, HS_LEDGER_MAYBE, shapes);
	for (size_t i = 0; i < test->kid_count && !doubts; i++)
		doubts = has_doubts(&test->kids[i], shapes);
	return doubts;
}

bool hs_ledger_sift_has_doubts(const struct hs_ledger_sift *sift)
{
	return has_doubts(sift->test, sift->columns->shape_count);
}
