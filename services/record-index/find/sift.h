/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as they are judged along the ledger's columns. */
#pragma once

#include "columns.h"

/* In the order in which those of an AND are asked: the later, the dearer. */
enum hs_ledger_test_kind {
	HS_LEDGER_TEST_CONST,
	HS_LEDGER_TEST_UPDATED,
	HS_LEDGER_TEST_DATE,
	HS_LEDGER_TEST_SHAPE,
	HS_LEDGER_TEST_LISTED,
	HS_LEDGER_TEST_PARTY, /* that are known */
	HS_LEDGER_TEST_BEGUN, /* with which pieces addresses begin, each looked at when a pointer needs it */
	HS_LEDGER_TEST_AND,
	HS_LEDGER_TEST_OR,
	HS_LEDGER_TEST_NOT,
	HS_LEDGER_TEST_ASKED, /* parties, each asked when a pointer needs it */
};
struct hs_ledger_test {
	enum hs_ledger_test_kind kind;
	const struct hs_find *find;
	/* Between both ends, both included, and elsewhere; `none`: of those without a date. A constant is
	 * `inside`, and so are those that are listed. */
	int64_t first, last;
	unsigned char inside, outside, none;
	/* By number of the shape: the verdict. Of a party: what its shape tells or, of pointers without such
	 * a party, theirs. */
	unsigned char *by_shape;
	enum hs_ledger_class of;
	/* By piece: HS_LEDGER_YES or not, or when they are asked or looked at 0 for those that were not yet,
	 * else 1 more than holds, or 1 more than the verdict. */
	unsigned char *known;
	uint64_t known_room;
	const struct hs_ledger_values *values; /* that begin so */
	bool direct;    /* whom a party refers to is asked, the columns tell who that is */
	size_t *listed; /* numbers of pointers, rising */
	size_t listed_count;
	struct hs_ledger_test *kids;
	size_t kid_count;
	unsigned char *asked, *verdicts; /* of one that has kids, HS_LEDGER_ZONE of them */
};

/* ---- making tests ---- */

struct hs_ledger_making {
	struct hs_ledger_sift *sift;
	uint32_t type; /* of pointers */
	bool wide;     /* dates are (table.h) */
	uint64_t pieces;
	/* What a chain or _has leads to is looked up when that is at most so much. Else *many is set, and
	 * subjects or custodians are asked as pointers need them, or pointers looked at. */
	uint32_t ends_most;
	bool *many;
	const uint32_t *left; /* parties that are left, which are few; NULL: nobody knows */
	size_t left_count;
	struct hs_error *err;
};
/* Zeroed memory for the test; NULL when there is none left. */
void *hs_ledger_sift_take(const struct hs_ledger_making *making, size_t count, size_t size);

/* sift.c: the test of one condition. */
enum hs_status hs_ledger_sift_make_test(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test);
/* Is nothing looked up or listed for it? */
bool hs_ledger_sift_is_ready(const struct hs_ledger_making *making, const struct hs_find *find);
/* Does the party fulfil such a test? 1, 0 or a negative status. */
int hs_ledger_sift_ask(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test, uint32_t piece,
	struct hs_error *err);
/* What is told of an address by the piece that it begins with. */
enum hs_status hs_ledger_sift_begun(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	uint32_t prefix, unsigned char *out, struct hs_error *err);
void hs_ledger_test_constant(struct hs_ledger_test *test, enum hs_ledger_verdict verdict);

/* sift_join.c */
enum hs_status hs_ledger_sift_room(const struct hs_ledger_making *making, size_t kids,
	struct hs_ledger_test *test);
enum hs_status hs_ledger_sift_several(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test);
/* Of one with kids, which are put in the order of their cost. */
enum hs_status hs_ledger_sift_simplify(const struct hs_ledger_making *making, struct hs_ledger_test *test);
/* Can no pointer fulfil it? */
bool hs_ledger_test_is_vain(const struct hs_ledger_making *making, const struct hs_ledger_test *test);

/* sift_list.c */
void hs_ledger_sift_put_in_order(const struct hs_ledger_making *making, struct hs_ledger_test *test);
/* Those of the rows that there are, with HS_LEDGER_MAYBE. */
enum hs_status hs_ledger_sift_list(const struct hs_ledger_making *making,
	const struct hs_ledger_numbers *rows, struct hs_ledger_test *test);
enum hs_status hs_ledger_sift_list_values(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test);
/* Of a test by what addresses begin with: a list of those that may fulfil it, when these are not many. */
enum hs_status hs_ledger_sift_list_begun(const struct hs_ledger_making *making, struct hs_ledger_test *test);
/* Sets sift->listed when the test, one of an AND, or these together, leave few; fewer than that has. */
enum hs_status hs_ledger_sift_narrow(const struct hs_ledger_making *making,
	const struct hs_ledger_test *test);
enum hs_status hs_ledger_sift_narrow_dates(const struct hs_ledger_making *making,
	const struct hs_ledger_test *tests, size_t count);
