/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows can fulfil a search at all: the most selective condition that has a column or marks is looked
 * up; what it finds is checked in full afterwards. */
#include "table.h"

#include <stdlib.h>

/* How good a condition is to begin with, best first. */
enum rank { RANK_ID, RANK_MARK, RANK_CHAIN, RANK_CUSTODIAN, RANK_DATE, RANK_NONE };

#define CHAIN_TARGETS 10000u
#define DATE_WIDTH INT64_C(31708800) /* seconds, 367 days: a date without month is as long as that */

struct drive {
	const struct hs_find *where; /* the whole search */
	struct hs_ledger *ledger;
	struct hs_ledger_numbers *out;
	bool sure;                     /* so far all that was found fulfils the search */
	struct hs_ledger_party party;  /* instead of its rows, when it is all that was found */
	struct hs_ledger_dates *dates; /* may be NULL */
	bool by_dates;                 /* instead of rows, all with such a date are found */
	struct hs_error *err;
};

static enum rank rank_of(const struct hs_ledger *ledger, const struct hs_find *find)
{
	enum hs_ledger_class of = hs_ledger_class(ledger, find->param);
	enum rank rank = RANK_ID;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_ID:
		return RANK_ID;
	case HS_FIND_REFERENCE:
		if (find->match != HS_MATCH_EXACT)
			return RANK_NONE;
		return of == HS_LEDGER_OF_CUSTODIAN ? RANK_CUSTODIAN : RANK_MARK;
	case HS_FIND_TOKEN:
		if (of == HS_LEDGER_OF_OTHER || of == HS_LEDGER_OF_DATE || find->any_code ||
			find->match != HS_MATCH_EXACT)
			return RANK_NONE;
		return of == HS_LEDGER_OF_CUSTODIAN ? RANK_CUSTODIAN : RANK_MARK;
	case HS_FIND_CHAIN:
		return of == HS_LEDGER_OF_CUSTODIAN ? RANK_CUSTODIAN : RANK_CHAIN;
	case HS_FIND_DATE:
		return of == HS_LEDGER_OF_DATE && find->cmp != HS_CMP_NE ? RANK_DATE : RANK_NONE;
	case HS_FIND_OR:
		for (size_t i = 0; i < find->kid_count; i++) {
			enum rank kid = rank_of(ledger, find->kids[i]);
			rank = kid > rank ? kid : rank;
		}
		return rank;
	case HS_FIND_AND:
		rank = RANK_NONE;
		for (size_t i = 0; i < find->kid_count; i++) {
			enum rank kid = rank_of(ledger, find->kids[i]);
			rank = kid < rank ? kid : rank;
		}
		return rank;
	default:
		return RANK_NONE;
	}
}

/* ---- marks ---- */

/* A search for one subject or custodian is decided by the piece. */
static enum hs_status drive_sure(struct drive *drive, const struct hs_find *find,
	const struct hs_ledger_party *party, bool *sure)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { .rows = &rows };

	*sure = false;
	if (find != drive->where)
		return HS_OK;
	enum hs_status status = hs_ledger_piece_rows(drive->ledger, drive->ledger->arena, party->number,
		party->of == HS_LEDGER_OF_CUSTODIAN, &rows, drive->err);
	if (status == HS_OK)
		*sure = hs_ledger_match(drive->ledger, drive->ledger->arena, &subject, find, drive->err) > 0;
	return status;
}

/* Candidates under a mark; for subjects and custodians also those of the pieces under it. */
static enum hs_status drive_mark(struct drive *drive, const struct hs_find *find, struct hs_slice text)
{
	uint32_t param = find->param;
	enum hs_ledger_class of = hs_ledger_class(drive->ledger, param);
	int64_t mark = hs_ledger_mark(of, param, text);
	struct hs_ledger_numbers pieces = { 0 };
	enum hs_status status = hs_ledger_targets(drive->ledger, mark, drive->out, &pieces, drive->err);

	drive->sure = drive->sure && drive->out->count == 0;
	if (status != HS_OK || (of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN))
		return status;
	for (size_t i = 0; status == HS_OK && i < pieces.count; i++) {
		struct hs_ledger_party party = { of, pieces.items[i] };
		bool sure = false;
		status = drive_sure(drive, find, &party, &sure);
		drive->sure = drive->sure && sure;
		if (status == HS_OK && drive->sure && pieces.count == 1 && drive->out->count == 0)
			drive->party = party;
		else if (status == HS_OK)
			status = hs_ledger_party_list(drive->ledger, &party, drive->out, drive->err);
	}
	return status;
}

static enum hs_status drive_id(struct drive *drive, struct hs_slice id)
{
	struct hs_ledger_pointer pointer;
	int found = id.len ? hs_ledger_by_id(drive->ledger, drive->ledger->arena, id, &pointer, drive->err) :
			     0;

	if (found <= 0)
		return (enum hs_status)found;
	return hs_ledger_add_number(drive->ledger->arena, drive->out,
		hs_ledger_spot(pointer.subject, pointer.row) | HS_LEDGER_AT_SPOT, drive->err);
}

static enum hs_status drive_token(struct drive *drive, const struct hs_find *find)
{
	enum hs_status status = drive_mark(drive, find, find->text);
	char id[36];

	/* An identifier made of an id that is a UUID has no mark of its own. */
	if (status == HS_OK && find->text.len == 45 &&
		hs_slice_ieq(hs_slice_first(find->text, 9), HS_S("urn:uuid:"))) {
		for (size_t i = 0; i < sizeof id; i++)
			id[i] = (char)(find->text.ptr[9 + i] | 0x20);
		id[8] = id[13] = id[18] = id[23] = '-';
		status = drive_id(drive, hs_slice(id, sizeof id));
	}
	return status;
}

/* patient.identifier=...: the identifiers that pointers themselves have. */
static enum hs_status drive_logical(struct drive *drive, const struct hs_find *chain,
	const struct hs_find *kid)
{
	enum hs_ledger_class of = hs_ledger_class(drive->ledger, chain->param);
	enum hs_status status = HS_OK;

	if (of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN)
		return HS_OK;
	for (size_t i = 0; kid->op == HS_FIND_OR && i < kid->kid_count && status == HS_OK; i++)
		status = drive_logical(drive, chain, kid->kids[i]);
	return kid->op == HS_FIND_TOKEN ? drive_mark(drive, chain, kid->text) : status;
}

/* The targets first, then who points to them. */
static enum hs_status drive_chain(struct drive *drive, const struct hs_find *find, bool *all)
{
	struct hs_find_query query = {
		.type = find->target_type, .where = find->kids[0], .count = CHAIN_TARGETS, .keys_only = true
	};
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = hs_txn_find(drive->ledger->txn, drive->ledger->arena, &query, &page,
		drive->err);

	if (status == HS_OK && page.next.len) {
		*all = true; /* too many: look at every pointer */
		return HS_OK;
	}
	for (size_t i = 0; i < page.count && status == HS_OK; i++)
		status = drive_mark(drive, find, page.items[i].id);
	return status == HS_OK ? drive_logical(drive, find, find->kids[0]) : status;
}

/* ---- dates ---- */

/* Seconds in which the dates of pointers begin, both ends included. */
struct span {
	int64_t first, last;
	bool exact; /* all of these pointers fulfil the conditions, and no other does */
};

static int64_t seconds(int64_t ms, int64_t change)
{
	return ms == INT64_MIN || ms == INT64_MAX ? ms : ms / 1000 - (ms % 1000 < 0) + change;
}

static bool has_until(enum hs_find_cmp cmp)
{
	return cmp != HS_CMP_GT && cmp != HS_CMP_GE && cmp != HS_CMP_SA;
}

static bool has_from(enum hs_find_cmp cmp)
{
	return cmp != HS_CMP_LT && cmp != HS_CMP_LE && cmp != HS_CMP_EB;
}

/* Where the condition begins and ends between two seconds, no date that lies in one second is half in it. */
static struct span exact_span(const struct hs_find *find)
{
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;
	bool after_all = cmp == HS_CMP_GT || cmp == HS_CMP_SA,
	     before_all = cmp == HS_CMP_LT || cmp == HS_CMP_EB;

	return (struct span) { .first = has_from(cmp) ? seconds(after_all ? find->hi : find->lo, 0) :
							INT64_MIN,
		.last = has_until(cmp) ? seconds(before_all ? find->lo : find->hi, -1) : INT64_MAX,
		.exact = true };
}

static struct span span_of(const struct hs_find *find, bool wide)
{
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;

	if (!wide && cmp != HS_CMP_AP && find->lo < find->hi && find->lo % 1000 == 0 && find->hi % 1000 == 0)
		return exact_span(find);
	return (struct span) {
		.first = has_from(cmp) ? seconds(find->lo, wide ? -DATE_WIDTH : -1) : INT64_MIN,
		.last = has_until(cmp) ? seconds(find->hi, 1) : INT64_MAX,
	};
}

static bool is_date(const struct drive *drive, const struct hs_find *find)
{
	return find->op == HS_FIND_DATE && rank_of(drive->ledger, find) == RANK_DATE;
}

/* A condition, or all those of an AND: a pointer has one date. */
static struct span common_span(const struct drive *drive, const struct hs_find *find, bool wide)
{
	struct span all = { INT64_MIN, INT64_MAX, true };

	if (is_date(drive, find))
		return span_of(find, wide);
	for (size_t i = 0; i < find->kid_count; i++) {
		if (!is_date(drive, find->kids[i])) {
			all.exact = false;
			continue;
		}
		struct span one = span_of(find->kids[i], wide);
		all.first = one.first > all.first ? one.first : all.first;
		all.last = one.last < all.last ? one.last : all.last;
		all.exact = all.exact && one.exact;
	}
	return all;
}

static enum hs_status drive_dates(struct drive *drive, const struct hs_find *find)
{
	unsigned state = 0;
	enum hs_status status = hs_ledger_waits(drive->ledger->txn, &state, drive->err);

	if (status != HS_OK)
		return status;
	struct span span = common_span(drive, find, state & HS_LEDGER_WIDE_DATES);
	drive->sure = span.exact && find == drive->where;
	bool entered = !(state & HS_LEDGER_ENTRIES_WAIT);
	if (entered && drive->sure && drive->dates) {
		*drive->dates = (struct hs_ledger_dates) { span.first, span.last };
		drive->by_dates = true;
		return HS_OK;
	}
	struct hs_stmt *stmt = entered ?
		hs_sql(drive->ledger->txn,
			"SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2", drive->err) :
		hs_sql(drive->ledger->txn, "SELECT row FROM record_index_row WHERE date >= ?1 AND date <= ?2",
			drive->err);
	if (!stmt)
		return drive->err->status;
	hs_sql_int(stmt, 1, entered ? hs_ledger_date_key(span.first) : span.first);
	hs_sql_int(stmt, 2, entered ? hs_ledger_date_key(span.last) : span.last);
	return hs_ledger_list(drive->ledger, stmt, 0, drive->out, drive->err);
}

static enum hs_status drive_by(struct drive *drive, const struct hs_find *find, bool *all)
{
	enum hs_status status = HS_OK;
	const struct hs_find *best = NULL;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_ID:
		return drive_id(drive, find->text);
	case HS_FIND_REFERENCE:
		return drive_mark(drive, find, find->text);
	case HS_FIND_TOKEN:
		return drive_token(drive, find);
	case HS_FIND_CHAIN:
		return drive_chain(drive, find, all);
	case HS_FIND_DATE:
		return drive_dates(drive, find);
	case HS_FIND_OR:
		for (size_t i = 0; i < find->kid_count && status == HS_OK && !*all; i++)
			status = drive_by(drive, find->kids[i], all);
		return status;
	default: /* AND: the best of it */
		for (size_t i = 0; i < find->kid_count; i++) {
			if (!best || rank_of(drive->ledger, find->kids[i]) < rank_of(drive->ledger, best))
				best = find->kids[i];
		}
		if (best)
			return is_date(drive, best) ? drive_dates(drive, find) : drive_by(drive, best, all);
		*all = true; /* no condition at all */
		return HS_OK;
	}
}

enum hs_status hs_ledger_drive(struct hs_ledger *ledger, const struct hs_find *where,
	struct hs_ledger_numbers *out, struct hs_ledger_party *party, struct hs_ledger_dates *dates,
	enum hs_ledger_found *found, struct hs_error *err)
{
	/* A chain or alternatives may find a row in more ways than one condition tells. */
	bool plain = where && (where->op == HS_FIND_REFERENCE || where->op == HS_FIND_TOKEN);
	struct drive drive = {
		.where = where, .ledger = ledger, .out = out, .sure = plain, .dates = dates, .err = err
	};
	bool all = !where || rank_of(ledger, where) == RANK_NONE;
	size_t kept = 0;

	*found = HS_LEDGER_ALL;
	if (all)
		return HS_OK;
	enum hs_status status = drive_by(&drive, where, &all);
	if (status == HS_E_TOO_COSTLY) /* as many as that: one after the other */
		return HS_OK;
	if (status != HS_OK || all)
		return status;
	if (drive.by_dates) {
		*found = HS_LEDGER_DATES;
		return HS_OK;
	}
	if (drive.party.number && out->count == 0) {
		*party = drive.party;
		*found = HS_LEDGER_PARTY;
		return HS_OK;
	}
	if (drive.party.number)
		status = hs_ledger_party_list(ledger, &drive.party, out, err);
	if (status != HS_OK)
		return status;
	*found = drive.sure ? HS_LEDGER_SURE : HS_LEDGER_CANDIDATES;
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, hs_ledger_compare_rows);
	for (size_t i = 0; i < out->count; i++) {
		if (kept == 0 || hs_ledger_compare_rows(&out->items[kept - 1], &out->items[i]) != 0)
			out->items[kept++] = out->items[i];
	}
	out->count = kept;
	return HS_OK;
}
