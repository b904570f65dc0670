/* SPDX-License-Identifier: Apache-2.0 */
/* Which condition of a search is looked up: that which tells of the fewest pointers. */
#include "drive.h"

#include <handslag/follow.h>

#define FEW 64u       /* for which no search is made to find fewer */
#define A_SUBJECT 16u /* pointers that it has, about; and of a custodian */
#define A_CUSTODIAN 1024u

enum hs_ledger_rank hs_ledger_rank(const struct hs_ledger *ledger, const struct hs_find *find)
{
	enum hs_ledger_class of = hs_ledger_class(ledger, find->param);
	enum hs_ledger_rank rank = HS_LEDGER_RANK_ID;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_ID:
		return HS_LEDGER_RANK_ID;
	case HS_FIND_REFERENCE:
		if (find->match != HS_MATCH_EXACT)
			return HS_LEDGER_RANK_NONE;
		return of == HS_LEDGER_OF_CUSTODIAN ? HS_LEDGER_RANK_CUSTODIAN : HS_LEDGER_RANK_MARK;
	case HS_FIND_TOKEN:
		if (of == HS_LEDGER_OF_OTHER || of == HS_LEDGER_OF_DATE || find->any_code ||
			find->match != HS_MATCH_EXACT)
			return HS_LEDGER_RANK_NONE;
		return of == HS_LEDGER_OF_CUSTODIAN ? HS_LEDGER_RANK_CUSTODIAN : HS_LEDGER_RANK_MARK;
	case HS_FIND_CHAIN:
		return of == HS_LEDGER_OF_CUSTODIAN ? HS_LEDGER_RANK_CUSTODIAN : HS_LEDGER_RANK_CHAIN;
	case HS_FIND_HAS:
		return HS_LEDGER_RANK_CHAIN;
	case HS_FIND_DATE:
		return of == HS_LEDGER_OF_DATE && find->cmp != HS_CMP_NE ? HS_LEDGER_RANK_DATE :
									   HS_LEDGER_RANK_NONE;
	case HS_FIND_OR:
		for (size_t i = 0; i < find->kid_count; i++) {
			enum hs_ledger_rank kid = hs_ledger_rank(ledger, find->kids[i]);
			rank = kid > rank ? kid : rank;
		}
		return rank;
	case HS_FIND_AND:
		rank = HS_LEDGER_RANK_NONE;
		for (size_t i = 0; i < find->kid_count; i++) {
			enum hs_ledger_rank kid = hs_ledger_rank(ledger, find->kids[i]);
			rank = kid < rank ? kid : rank;
		}
		return rank;
	default:
		return HS_LEDGER_RANK_NONE;
	}
}

static enum hs_status count_link(struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t limit,
	uint64_t *out)
{
	bool custodian = hs_ledger_class(drive->ledger, find->param) == HS_LEDGER_OF_CUSTODIAN;
	uint64_t each = find->op == HS_FIND_HAS ? 1 : custodian ? A_CUSTODIAN : A_SUBJECT;

	uint64_t most = limit / each + 1, count = most;
	enum hs_status status = hs_txn_estimate(drive->ledger->txn, find->target_type, find->kids[0], most,
		&count, drive->err);
	*out = count * each < limit ? count * each : limit;
	return status;
}

static enum hs_status count_custodian(struct hs_ledger_driving *drive, const struct hs_find *find,
	uint64_t limit, uint64_t *out)
{
	struct hs_ledger_numbers rows = { 0 }, pieces = { 0 };
	int64_t mark = hs_ledger_mark(HS_LEDGER_OF_CUSTODIAN, find->param, find->text);
	enum hs_status status = hs_ledger_targets(drive->ledger, mark, &rows, &pieces, drive->err);

	*out = rows.count;
	for (size_t i = 0; i < pieces.count && *out < limit && status == HS_OK; i++) {
		int64_t key = hs_ledger_custodian_key(pieces.items[i]);
		uint64_t count = 0;
		status = hs_ledger_count_entries(drive->ledger, key, key, limit - *out, &count, drive->err);
		*out += count;
	}
	return status;
}

/* A condition of an AND, whose dates are one span. */
static enum hs_status count_kid(struct hs_ledger_driving *drive, const struct hs_find *find, size_t at,
	uint64_t limit, uint64_t *out)
{
	return hs_ledger_is_date(drive, find->kids[at]) ?
		hs_ledger_count_dates(drive, find, limit, out) :
		hs_ledger_count_by(drive, find->kids[at], limit, out);
}

/* In the order in which the conditions of an AND are counted: what needs no count, then the others, dates,
 * which are counted one by one, so that it helps to know of how few the others tell; and chains and _has,
 * each of which takes a search. */
enum turn { TURN_SURE, TURN_PLAIN, TURN_DATES, TURN_LINKS, TURNS };

static enum turn turn_of(const struct hs_ledger_driving *drive, const struct hs_find *find)
{
	if (find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS)
		return TURN_LINKS;
	if (hs_ledger_is_date(drive, find))
		return TURN_DATES;
	return hs_ledger_rank(drive->ledger, find) <= HS_LEDGER_RANK_MARK ? TURN_SURE : TURN_PLAIN;
}

struct turns {
	enum turn turn;
	size_t at; /* the kid after this one is next */
};

/* The next condition, at turns->at - 1; links are left out when the others tell of so few. False at the end.
 */
static bool next_kid(const struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t fewest,
	struct turns *turns)
{
	for (; turns->turn < TURNS; turns->turn++, turns->at = 0) {
		if (turns->turn == TURN_LINKS && fewest <= FEW)
			return false;
		while (turns->at < find->kid_count) {
			if (turn_of(drive, find->kids[turns->at++]) == turns->turn)
				return true;
		}
	}
	return false;
}

static enum hs_status count_all(struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t limit,
	uint64_t *out)
{
	enum hs_status status = HS_OK;
	struct turns turns = { TURN_SURE, 0 };

	*out = limit;
	while (status == HS_OK && next_kid(drive, find, *out, &turns))
		status = count_kid(drive, find, turns.at - 1, *out, out);
	return status;
}

/* As deep as the tree, which the parser limits. */
enum hs_status hs_ledger_count_by(struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t limit,
	uint64_t *out)
{
	enum hs_ledger_rank rank = hs_ledger_rank(drive->ledger, find);
	enum hs_status status = HS_OK;

	*out = rank == HS_LEDGER_RANK_ID ? 1 : rank == HS_LEDGER_RANK_MARK ? A_SUBJECT : limit;
	if (rank <= HS_LEDGER_RANK_MARK || rank == HS_LEDGER_RANK_NONE)
		return HS_OK;
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_CHAIN:
	case HS_FIND_HAS:
		return count_link(drive, find, limit, out);
	case HS_FIND_DATE:
		return hs_ledger_count_dates(drive, find, limit, out);
	case HS_FIND_AND:
		return count_all(drive, find, limit, out);
	case HS_FIND_OR:
		*out = 0;
		for (size_t i = 0; i < find->kid_count && status == HS_OK; i++) {
			uint64_t kid = 0;
			status = hs_ledger_count_by(drive, find->kids[i], limit, &kid);
			*out += kid;
		}
		return status;
	default:
		return count_custodian(drive, find, limit, out);
	}
}

enum hs_status hs_ledger_choose(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_find **out)
{
	uint64_t fewest = HS_LEDGER_COUNTED - 1, count = 0;
	enum hs_ledger_rank best = HS_LEDGER_RANK_NONE;
	const struct hs_find *chosen = NULL;
	enum hs_status status = HS_OK;
	struct turns turns = { TURN_SURE, 0 };

	*out = drive->chosen;
	if (drive->chosen_of == find)
		return HS_OK;
	while (status == HS_OK && next_kid(drive, find, fewest, &turns)) {
		size_t at = turns.at - 1;
		if (best <= HS_LEDGER_RANK_MARK && turns.turn != TURN_SURE)
			break;
		enum hs_ledger_rank rank = hs_ledger_rank(drive->ledger, find->kids[at]);
		bool counted = rank > HS_LEDGER_RANK_MARK && rank != HS_LEDGER_RANK_NONE &&
			find->kid_count > 1;
		if (chosen && (rank <= HS_LEDGER_RANK_MARK || rank == HS_LEDGER_RANK_NONE) && rank >= best)
			continue;
		if (counted)
			status = count_kid(drive, find, at, fewest + 1, &count);
		bool better = !chosen || rank <= HS_LEDGER_RANK_MARK || best == HS_LEDGER_RANK_NONE ||
			count < fewest || (count == fewest && rank < best);
		if (status == HS_OK && better) {
			chosen = find->kids[at];
			best = rank;
			fewest = counted ? count : fewest;
		}
	}
	if (status != HS_OK)
		return status;
	drive->chosen_of = find;
	*out = drive->chosen = chosen;
	return HS_OK;
}
