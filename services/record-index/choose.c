/* SPDX-License-Identifier: Apache-2.0 */
/* Which condition of a search is looked up: that which tells of the fewest pointers. */
#include "drive.h"

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
	struct hs_find_query query = {
		.type = find->target_type, .where = find->kids[0], .want_total = true
	};
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = hs_txn_find(drive->ledger->txn, drive->ledger->arena, &query, &page,
		drive->err);
	bool custodian = hs_ledger_class(drive->ledger, find->param) == HS_LEDGER_OF_CUSTODIAN;
	uint64_t each = find->op == HS_FIND_HAS ? 1 : custodian ? A_CUSTODIAN : A_SUBJECT;

	*out = page.total < limit / each ? page.total * each : limit;
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

/* As deep as the tree, which the parser limits. */
enum hs_status hs_ledger_count_by(struct hs_ledger_driving *drive, const struct hs_find *find, uint64_t limit,
	uint64_t *out)
{
	enum hs_ledger_rank rank = hs_ledger_rank(drive->ledger, find);
	enum hs_status status = HS_OK;
	bool all = find->op == HS_FIND_AND;

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
	case HS_FIND_OR:
		*out = all ? limit : 0;
		for (size_t i = 0; i < find->kid_count && status == HS_OK; i++) {
			uint64_t kid = 0;
			/* Dates of an AND are one span. */
			status = all && hs_ledger_is_date(drive, find->kids[i]) ?
				hs_ledger_count_dates(drive, find, limit, &kid) :
				hs_ledger_count_by(drive, find->kids[i], limit, &kid);
			*out = !all ? *out + kid : kid < *out ? kid : *out;
		}
		return status;
	default:
		return count_custodian(drive, find, limit, out);
	}
}

enum hs_status hs_ledger_choose(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_find **out)
{
	uint64_t fewest = 0, count = 0;
	enum hs_ledger_rank best = HS_LEDGER_RANK_NONE;
	enum hs_status status = HS_OK;

	*out = NULL;
	for (size_t i = 0; i < find->kid_count && status == HS_OK; i++) {
		const struct hs_find *kid = find->kids[i];
		enum hs_ledger_rank rank = hs_ledger_rank(drive->ledger, kid);
		bool counted = rank > HS_LEDGER_RANK_MARK && rank != HS_LEDGER_RANK_NONE &&
			find->kid_count > 1;
		if (*out && (best <= HS_LEDGER_RANK_MARK || rank == HS_LEDGER_RANK_NONE) && rank >= best)
			continue;
		if (counted)
			status = hs_ledger_is_date(drive, kid) ?
				hs_ledger_count_dates(drive, find, HS_LEDGER_COUNTED, &count) :
				hs_ledger_count_by(drive, kid, HS_LEDGER_COUNTED, &count);
		bool better = !*out || rank <= HS_LEDGER_RANK_MARK || best == HS_LEDGER_RANK_NONE ||
			count < fewest || (count == fewest && rank < best);
		if (status == HS_OK && better) {
			*out = kid;
			best = rank;
			fewest = count;
		}
	}
	return status;
}
