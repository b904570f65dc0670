/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows can fulfil a search at all: what shapes tell, or the most selective condition that has entries
 * or marks, is looked up; what that finds is checked for the others afterwards. */
#include "drive.h"

#include <stdlib.h>

#define FEW 64u   /* not worth finding out whether the shapes tell of fewer */
#define MANY 128u /* of several parties: more are sooner judged along columns than listed */

static enum hs_status drive_by(struct hs_ledger_driving *drive, const struct hs_find *find, bool *all)
{
	enum hs_status status = HS_OK;
	const struct hs_find *best = NULL;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_ID:
		return hs_ledger_drive_id(drive, find->text);
	case HS_FIND_REFERENCE:
		return hs_ledger_drive_mark(drive, find, find->text);
	case HS_FIND_TOKEN:
		return hs_ledger_drive_token(drive, find);
	case HS_FIND_CHAIN:
		return hs_ledger_drive_chain(drive, find, all);
	case HS_FIND_HAS:
		return hs_ledger_drive_has(drive, find, all);
	case HS_FIND_DATE:
		return hs_ledger_drive_dates(drive, find);
	case HS_FIND_OR:
		for (size_t i = 0; i < find->kid_count && status == HS_OK && !*all; i++)
			status = drive_by(drive, find->kids[i], all);
		return status;
	default: /* AND: the best of it */
		status = hs_ledger_choose(drive, find, &best);
		if (status == HS_OK && best)
			return hs_ledger_is_date(drive, best) ? hs_ledger_drive_dates(drive, find) :
								drive_by(drive, best, all);
		*all = true; /* no condition at all */
		return status;
	}
}

/* ---- shapes ---- */

/* Is there a condition of which no lookup tells? */
static bool is_worth_judging(const struct hs_ledger_driving *drive, const struct hs_find *find)
{
	bool worth = hs_ledger_rank(drive->ledger, find) == HS_LEDGER_RANK_NONE;

	for (size_t i = 0; i < find->kid_count && !worth && find->op == HS_FIND_AND; i++)
		worth = hs_ledger_rank(drive->ledger, find->kids[i]) == HS_LEDGER_RANK_NONE;
	return worth;
}

/* Do the shapes decide the search, or tell of fewer pointers than any condition? */
static enum hs_status drive_shapes(struct hs_ledger_driving *drive, bool *done)
{
	struct hs_ledger_drive *of = drive->of;
	uint64_t limit = of->looks_max < HS_LEDGER_COUNTED ? of->looks_max + 1 : HS_LEDGER_COUNTED, count = 0;
	bool none = hs_ledger_rank(drive->ledger, of->where) == HS_LEDGER_RANK_NONE;
	enum hs_status status = none ? HS_OK : hs_ledger_count_by(drive, of->where, limit, &limit);

	*done = false;
	if (status == HS_OK && (none || limit > FEW))
		status = hs_ledger_shapes(drive->ledger, of->where, &of->shapes, drive->err);
	if (status != HS_OK || !of->shapes.known)
		return status;
	if (of->shapes.sure && of->along_shapes && of->shapes.count) {
		of->found = HS_LEDGER_SHAPES;
		*done = true;
		return HS_OK;
	}
	if (of->shapes.all && !of->shapes.sure)
		return HS_OK;
	status = hs_ledger_shapes_count(drive->ledger, &of->shapes, limit, &count, drive->err);
	if (status != HS_OK || count >= limit)
		return status;
	of->found = of->shapes.sure ? HS_LEDGER_SURE : HS_LEDGER_CANDIDATES;
	*done = true;
	return hs_ledger_shapes_list(drive->ledger, &of->shapes, 0, UINT64_MAX, drive->out, drive->err);
}

/* In order, each once. */
static void put_in_order(struct hs_ledger_numbers *rows)
{
	size_t kept = 0;

	if (rows->count)
		qsort(rows->items, rows->count, sizeof *rows->items, hs_ledger_compare_rows);
	for (size_t i = 0; i < rows->count; i++) {
		if (kept == 0 || hs_ledger_compare_rows(&rows->items[kept - 1], &rows->items[i]) != 0)
			rows->items[kept++] = rows->items[i];
	}
	rows->count = kept;
}

/* The search without one of its conditions. */
static const struct hs_find *without(struct hs_ledger_driving *drive, const struct hs_find *one)
{
	const struct hs_find *where = drive->of->where;
	struct hs_find *made = hs_arena_alloc(drive->ledger->arena, sizeof *made);
	const struct hs_find **kids = hs_arena_array(drive->ledger->arena, where->kid_count, sizeof *kids);

	if (!made || !kids)
		return where;
	*made = *where;
	made->kids = kids;
	made->kid_count = 0;
	for (size_t i = 0; i < where->kid_count; i++) {
		if (where->kids[i] != one)
			kids[made->kid_count++] = where->kids[i];
	}
	return made;
}

enum hs_status hs_ledger_drive_list(struct hs_ledger *ledger, struct hs_ledger_drive *of,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (of->found != HS_LEDGER_PARTIES)
		return HS_OK;
	for (size_t i = 0; i < of->parties.count && status == HS_OK; i++)
		status = hs_ledger_party_list(ledger, &of->parties.items[i], &of->rows, err);
	of->found = of->parties_sure ? HS_LEDGER_SURE : HS_LEDGER_CANDIDATES;
	put_in_order(&of->rows);
	return status;
}

/* Has one of the parties so many pointers? */
static enum hs_status have_many(struct hs_ledger_driving *drive, bool *many)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < drive->parties.count && status == HS_OK && !*many; i++)
		status = hs_ledger_party_is_more(drive->ledger, &drive->parties.items[i], MANY, many,
			drive->err);
	return status;
}

/* What was looked up has been found. */
static enum hs_status settle(struct hs_ledger_driving *drive)
{
	struct hs_ledger_drive *of = drive->of;
	bool sure = drive->sure && drive->aim == of->where, many = false;
	enum hs_status status = HS_OK;

	if (drive->by_dates) {
		of->found = HS_LEDGER_DATES;
		return HS_OK;
	}
	if (drive->sure)
		of->others = sure ? NULL : without(drive, drive->aim);
	if (drive->party.number && sure && drive->out->count == 0) {
		of->party = drive->party;
		of->found = HS_LEDGER_PARTY;
		return HS_OK;
	}
	if (of->along_party && drive->party.number && drive->out->count == 0 &&
		hs_ledger_lies_together(drive->ledger, &drive->party)) {
		of->party = drive->party;
		of->found = HS_LEDGER_AMONG;
		return hs_ledger_take_dates(drive);
	}
	if (drive->party.number && of->along_parties && !drive->out->count && !drive->parties.count)
		drive->parties = (struct hs_ledger_parties) { &of->party, 1, 1 };
	else if (drive->party.number)
		status = hs_ledger_party_list(drive->ledger, &drive->party, drive->out, drive->err);
	of->party = drive->party;
	if (status == HS_OK && of->along_parties && !drive->out->count)
		status = have_many(drive, &many);
	if (status != HS_OK)
		return status;
	of->found = HS_LEDGER_PARTIES;
	of->parties = drive->parties;
	of->parties_sure = sure;
	return many ? HS_OK : hs_ledger_drive_list(drive->ledger, of, drive->err);
}

/* What is looked up: the search, or the best condition of an AND. All dates of that are one span. */
static enum hs_status take_aim(struct hs_ledger_driving *drive)
{
	const struct hs_find *where = drive->of->where, *best = where;
	enum hs_status status = where->op == HS_FIND_AND ? hs_ledger_choose(drive, where, &best) : HS_OK;

	drive->aim = best && !hs_ledger_is_date(drive, best) ? best : where;
	/* Alternatives may find a row in more ways than one condition tells. */
	drive->sure = drive->aim->op == HS_FIND_REFERENCE || drive->aim->op == HS_FIND_TOKEN ||
		drive->aim->op == HS_FIND_CHAIN;
	return status;
}

enum hs_status hs_ledger_drive(struct hs_ledger *ledger, struct hs_ledger_drive *of, struct hs_error *err)
{
	const struct hs_find *where = of->where;
	struct hs_ledger_driving drive = { .of = of, .ledger = ledger, .out = &of->rows, .err = err };
	enum hs_ledger_rank rank = where ? hs_ledger_rank(ledger, where) : HS_LEDGER_RANK_NONE;
	enum hs_status status = HS_OK;
	bool all = rank == HS_LEDGER_RANK_NONE, done = false;

	of->found = HS_LEDGER_ALL;
	of->others = where;
	if (!where)
		return HS_OK;
	if (rank > HS_LEDGER_RANK_MARK && is_worth_judging(&drive, where))
		status = drive_shapes(&drive, &done);
	if (status != HS_OK || done || all)
		return status;
	status = take_aim(&drive);
	if (status == HS_OK)
		status = drive_by(&drive, drive.aim, &all);
	if (status == HS_E_TOO_COSTLY) /* as many as that: one after the other */
		return HS_OK;
	return status == HS_OK && !all ? settle(&drive) : status;
}

enum hs_status hs_ledger_amount(struct hs_ledger *ledger, uint32_t type, const struct hs_find *where,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_ledger_drive of = { .where = where, .type = type };
	struct hs_ledger_driving drive = { .of = &of, .ledger = ledger, .out = &of.rows, .err = err };
	uint64_t shapes = limit;
	enum hs_status status = hs_ledger_count_by(&drive, where, limit, out);

	if (status == HS_OK && *out > FEW && is_worth_judging(&drive, where))
		status = hs_ledger_shapes(ledger, where, &of.shapes, err);
	if (status == HS_OK && of.shapes.known)
		status = hs_ledger_shapes_count(ledger, &of.shapes, limit, &shapes, err);
	*out = shapes < *out ? shapes : *out;
	return status;
}
