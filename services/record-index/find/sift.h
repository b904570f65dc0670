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
	/* By number of the shape: the verdict or, of a party, that of pointers without such a party. */
	unsigned char *by_shape;
	enum hs_ledger_class of;
	/* By piece: HS_LEDGER_YES or not, or when they are asked 0 for those that were not yet, else 1 more
	 * than holds. */
	unsigned char *known;
	uint64_t known_room;
	size_t *listed; /* numbers of pointers, rising */
	size_t listed_count;
	struct hs_ledger_test *kids;
	size_t kid_count;
	unsigned char *asked, *verdicts; /* of one that has kids, HS_LEDGER_ZONE of them */
};
