/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up the best condition of a search, and its parts: what a condition is worth (choose.c), and how
 * each kind of them is looked up (lookup.c, span.c). drive.c says in which order. Thread: that of the
 * transaction.
 */
#pragma once

#include "../ledger/table.h"

/* What looking up the best condition of a search gave. */
enum hs_ledger_found {
	HS_LEDGER_ALL,        /* nothing: every row must be looked at */
	HS_LEDGER_CANDIDATES, /* those that can fulfil it, by row, each once */
	HS_LEDGER_SURE,       /* the same, and they do */
	HS_LEDGER_PARTY,      /* all the rows of a subject or custodian, which are not listed */
	HS_LEDGER_AMONG,      /* some of the rows of a subject, which lie together and are not listed */
	HS_LEDGER_DATES,      /* all that have such a date, which are not listed */
	HS_LEDGER_SHAPES,     /* all that have one of these shapes, which are not listed */
	HS_LEDGER_PARTIES,    /* all of some subjects or custodians, more than a few: not listed yet */
};
/* Seconds since 1970, both included. */
struct hs_ledger_dates {
	int64_t first, last;
};
struct hs_ledger_drive {
	/* in */
	const struct hs_find *where; /* NULL: all */
	uint32_t type;
	bool whole; /* all that is found is wanted, not only a page */
	uint64_t looks_max;
	uint32_t ends_most; /* of a chain or _has; 0: what is usual */
	bool along_dates;   /* HS_LEDGER_DATES will do */
	bool along_shapes;  /* HS_LEDGER_SHAPES */
	bool along_party;   /* HS_LEDGER_AMONG */
	bool along_parties; /* HS_LEDGER_PARTIES */
	/* out */
	enum hs_ledger_found found;
	struct hs_ledger_numbers rows;
	struct hs_ledger_party party;
	struct hs_ledger_parties {
		struct hs_ledger_party *items;
		size_t count, room;
	} parties;
	bool parties_sure; /* all that they have fulfils the search */
	struct hs_ledger_dates dates;
	bool dated; /* HS_LEDGER_AMONG: of these only those that have such a date */
	struct hs_ledger_shapes shapes;
	/* What must be looked at for what was found: the search without the conditions that are sure. NULL:
	 * nothing. */
	const struct hs_find *others;
};
enum hs_status hs_ledger_drive(struct hs_ledger *ledger, struct hs_ledger_drive *of, struct hs_error *err);
/* Lists what was not listed: of HS_LEDGER_PARTIES it makes HS_LEDGER_SURE or HS_LEDGER_CANDIDATES. */
enum hs_status hs_ledger_drive_list(struct hs_ledger *ledger, struct hs_ledger_drive *of,
	struct hs_error *err);
/* How many rows that would look at, about, and at most `limit`. */
enum hs_status hs_ledger_amount(struct hs_ledger *ledger, uint32_t type, const struct hs_find *where,
	uint64_t limit, uint64_t *out, struct hs_error *err);

/* How good a condition is to begin with, best first. Those from HS_LEDGER_RANK_CHAIN on are counted. */
enum hs_ledger_rank {
	HS_LEDGER_RANK_ID,
	HS_LEDGER_RANK_MARK,
	HS_LEDGER_RANK_CHAIN,
	HS_LEDGER_RANK_CUSTODIAN,
	HS_LEDGER_RANK_DATE,
	HS_LEDGER_RANK_NONE,
};

#define HS_LEDGER_COUNTED 32768u /* of one condition, to choose among several */

struct hs_ledger_driving {
	struct hs_ledger_drive *of;
	struct hs_ledger *ledger;
	struct hs_ledger_numbers *out;
	const struct hs_find *aim;               /* the search, or of an AND what is looked up of it */
	bool sure;                               /* so far all that was found fulfils that */
	struct hs_ledger_party party;            /* instead of its rows, when it is all that was found */
	struct hs_ledger_parties parties;        /* whose rows were found, too, and are not in `out` yet */
	bool by_dates;                           /* instead of rows, all with such a date are found */
	unsigned char *known;                    /* NULL, or by piece: those of parties that would be found */
	uint64_t known_room;                     /* are HS_LEDGER_YES there, instead of their rows; */
	const struct hs_ledger_columns *columns; /* then NULL, or these tell who refers to what */
	const struct hs_find *chosen_of, *chosen; /* the last AND, and its best condition */
	struct hs_error *err;
};

/* ---- choose.c ---- */

enum hs_ledger_rank hs_ledger_rank(const struct hs_ledger *ledger, const struct hs_find *find);
/* Of how many pointers a condition tells, about, and at most `limit`. */
enum hs_status hs_ledger_count_by(struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t limit,
	uint64_t *out);
/* Of an AND the condition that tells of the fewest; NULL when it has none. */
enum hs_status hs_ledger_choose(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_find **out);

/* ---- lookup.c: each adds what it finds to drive->out, or makes it drive->party ---- */

enum hs_status hs_ledger_drive_id(struct hs_ledger_driving *drive, struct hs_slice id);
enum hs_status hs_ledger_drive_mark(struct hs_ledger_driving *drive, const struct hs_find *find,
	struct hs_slice text);
enum hs_status hs_ledger_drive_token(struct hs_ledger_driving *drive, const struct hs_find *find);
/* *all: it leads to so many that pointers are sooner looked at one after another; nothing was added. */
enum hs_status hs_ledger_drive_chain(struct hs_ledger_driving *drive, const struct hs_find *find, bool *all);
enum hs_status hs_ledger_drive_has(struct hs_ledger_driving *drive, const struct hs_find *find, bool *all);

/* ---- span.c ---- */

/* Is it a condition on the date that can be looked up? */
bool hs_ledger_is_date(const struct hs_ledger_driving *drive, const struct hs_find *find);
/* `find` is such a condition, or an AND with some: they are one span. */
enum hs_status hs_ledger_drive_dates(struct hs_ledger_driving *drive, const struct hs_find *find);
/* Seconds in which the dates of pointers begin, both ends included. */
struct hs_ledger_date_span {
	int64_t first, last;           /* no other pointer fulfils the condition, */
	int64_t sure_first, sure_last; /* and these do; none when the last one is less */
	bool exact;                    /* both are the same */
};
/* Of a condition on the date; `wide`: HS_LEDGER_WIDE_DATES. With HS_CMP_NE that of HS_CMP_EQ. */
struct hs_ledger_date_span hs_ledger_span_of(const struct hs_find *find, bool wide);
/* Makes of the conditions on the date in of->others what is of->dated, if that decides them. */
enum hs_status hs_ledger_take_dates(struct hs_ledger_driving *drive);
enum hs_status hs_ledger_count_dates(struct hs_ledger_driving *drive, const struct hs_find *find,
	uint64_t limit, uint64_t *out);
