/* SPDX-License-Identifier: Apache-2.0 */
/* Does a pointer fulfil a condition? Decided from its index rows; for chains the store is asked. */
#include "../ledger/facts.h"

#include <handslag/follow.h>

/* ---- one row ---- */

static bool match_token(const struct hs_find *find, const struct hs_index_row *row)
{
	if (!find->any_system && !hs_slice_eq(find->system, row->system))
		return false;
	struct hs_slice code = find->match == HS_MATCH_STARTS ? hs_slice_first(row->text, find->text.len) :
								row->text;
	return find->any_code ||
		(find->fold_case ? hs_slice_ieq(code, find->text) : hs_slice_eq(code, find->text));
}

bool hs_ledger_match_row(const struct hs_find *find, const struct hs_index_row *row)
{
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;
	enum hs_find_match match = (enum hs_find_match)find->match;

	if (row->param != find->param)
		return false;
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_TOKEN:
		return row->kind == HS_INDEX_TOKEN && match_token(find, row);
	case HS_FIND_STRING:
		return row->kind == HS_INDEX_STRING &&
			hs_text_matches(match, match == HS_MATCH_EXACT ? row->exact : row->text, find->text);
	case HS_FIND_URI:
		return row->kind == HS_INDEX_URI && hs_text_matches(match, row->text, find->text);
	case HS_FIND_DATE:
		return row->kind == HS_INDEX_DATE && hs_span_dates(cmp, row->lo, row->hi, find->lo, find->hi);
	case HS_FIND_NUMBER:
		return row->kind == HS_INDEX_NUMBER &&
			hs_span_reals(cmp, row->low, row->high, find->low, find->high);
	case HS_FIND_QUANTITY:
		return row->kind == HS_INDEX_QUANTITY &&
			(find->any_system || hs_slice_eq(find->system, row->system)) &&
			(find->text.len == 0 || hs_slice_eq(row->text, find->text)) &&
			hs_span_reals(cmp, row->low, row->high, find->low, find->high);
	case HS_FIND_REFERENCE:
		return row->kind == HS_INDEX_REFERENCE &&
			(find->target_type == 0 || row->target_type == find->target_type) &&
			hs_text_matches(match, row->text, find->text);
	default:
		return false; /* a pointer has no position */
	}
}

static bool match_any(const struct hs_ledger_rows *rows, const struct hs_find *find, uint16_t group)
{
	for (size_t i = 0; find->param && i < rows->count; i++) {
		if ((!group || rows->items[i].group == group) && hs_ledger_match_row(find, &rows->items[i]))
			return true;
	}
	return false;
}

static bool is_missing(const struct hs_ledger_rows *rows, uint32_t param)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->items[i].param == param)
			return false;
	}
	return true;
}

static bool match_same_group(const struct hs_ledger_rows *rows, const struct hs_find *find)
{
	for (size_t i = 0; find->kid_count && i < rows->count; i++) {
		uint16_t group = rows->items[i].group;
		size_t held = 0;
		while (group && held < find->kid_count && match_any(rows, find->kids[held], group))
			held++;
		if (held == find->kid_count)
			return true;
	}
	return false;
}

/* ---- other resources ---- */

/* Is there a resource of `type` that fulfils both? */
static int exists(struct hs_ledger *ledger, struct hs_arena *arena, uint32_t type,
	const struct hs_find *first, const struct hs_find *second, struct hs_error *err)
{
	const struct hs_find *kids[] = { first, second };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_query query = { .type = type, .where = &both, .count = 1, .keys_only = true };
	struct hs_find_page page = { .count = 0 };
	struct hs_arena_mark mark = hs_arena_mark(arena);
	enum hs_status status = hs_txn_find(ledger->txn, arena, &query, &page, err);

	hs_arena_rollback(arena, mark);
	return status == HS_OK ? page.count > 0 : (int)status;
}

bool hs_ledger_may_be_logical(const struct hs_ledger *ledger, const struct hs_find *kid)
{
	struct hs_slice name = hs_txn_name(ledger->txn, HS_SPACE_PARAM, kid->param);
	bool may = kid->op == HS_FIND_TOKEN && hs_slice_ends(name, HS_S(".identifier"));

	for (size_t i = 0; kid->op == HS_FIND_OR && i < kid->kid_count && !may; i++)
		may = hs_ledger_may_be_logical(ledger, kid->kids[i]);
	return may;
}

/* patient.identifier=...: the identifier in the pointer itself counts as that of the patient, who need not be
 * kept here (IHE MHD, Find Document References [ITI-67]). */
static bool match_logical(const struct hs_ledger *ledger, const struct hs_ledger_rows *rows,
	const struct hs_find *chain)
{
	const struct hs_find *kid = chain->kids[0];
	enum hs_ledger_class of = hs_ledger_class(ledger, chain->param);

	if (kid->op == HS_FIND_OR) {
		for (size_t i = 0; i < kid->kid_count; i++) {
			struct hs_find one = *chain;
			one.kids = &kid->kids[i];
			if (match_logical(ledger, rows, &one))
				return true;
		}
	}
	if (kid->op != HS_FIND_TOKEN || !hs_ledger_may_be_logical(ledger, kid) ||
		(of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN))
		return false;
	for (size_t i = 0; i < rows->count; i++) {
		const struct hs_index_row *row = &rows->items[i];
		if (row->kind == HS_INDEX_TOKEN && hs_ledger_class(ledger, row->param) == of &&
			match_token(kid, row))
			return true;
	}
	return false;
}

static int match_link(struct hs_ledger *ledger, const struct hs_ledger_rows *rows, const struct hs_find *find,
	struct hs_error *err)
{
	int matched = match_logical(ledger, rows, find);

	for (size_t i = 0; matched == 0 && i < rows->count; i++) {
		const struct hs_index_row *row = &rows->items[i];
		if (row->param == find->param && row->kind == HS_INDEX_REFERENCE && row->target_type &&
			row->target_type == find->target_type)
			matched = hs_txn_follow(ledger->txn, find, row->text, err);
	}
	return matched;
}

static int match_chain(struct hs_ledger *ledger, const struct hs_ledger_subject *subject,
	const struct hs_find *find, struct hs_error *err)
{
	uint64_t piece = hs_ledger_end_piece(ledger, subject->pointer, find);
	int known = piece ? hs_ledger_end_says(ledger, find, piece) : -1;
	int matched = known >= 0 ? known : match_link(ledger, subject->rows, find, err);

	if (known >= 0 || matched < 0 || !piece)
		return matched;
	enum hs_status status = hs_ledger_end_note(ledger, find, piece, matched, err);
	return status == HS_OK ? matched : (int)status;
}

static int match_has(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_subject *subject, const struct hs_find *find, struct hs_error *err)
{
	struct hs_find points = { .op = HS_FIND_REFERENCE,
		.param = find->param,
		.target_type = subject->type,
		.text = subject->pointer->id };

	return exists(ledger, arena, find->target_type, &points, find->kids[0], err);
}

/* ---- the tree ---- */

bool hs_ledger_has_link(const struct hs_find *find)
{
	bool has = find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;

	for (size_t i = 0; i < find->kid_count && !has; i++)
		has = hs_ledger_has_link(find->kids[i]);
	return has;
}

static int match_all(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_subject *subject, const struct hs_find *find, struct hs_error *err)
{
	bool all = find->op == HS_FIND_AND;
	int matched = all;

	/* What other resources tell is asked last. */
	for (int others = 0; others < 2; others++) {
		for (size_t i = 0; i < find->kid_count && matched == (int)all; i++) {
			if (hs_ledger_has_link(find->kids[i]) == others)
				matched = hs_ledger_match(ledger, arena, subject, find->kids[i], err);
		}
	}
	return matched;
}

int hs_ledger_match(struct hs_ledger *ledger, struct hs_arena *arena, const struct hs_ledger_subject *subject,
	const struct hs_find *find, struct hs_error *err)
{
	int matched = 0;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
		return match_all(ledger, arena, subject, find, err);
	case HS_FIND_NOT:
		matched = hs_ledger_match(ledger, arena, subject, find->kids[0], err);
		return matched < 0 ? matched : !matched;
	case HS_FIND_ID:
		return hs_slice_eq(subject->pointer->id, find->text);
	case HS_FIND_UPDATED:
		return hs_span_dates((enum hs_find_cmp)find->cmp, subject->pointer->updated_ms,
			subject->pointer->updated_ms + 1, find->lo, find->hi);
	case HS_FIND_MISSING:
		return is_missing(subject->rows, find->param);
	case HS_FIND_SAME_GROUP:
		return match_same_group(subject->rows, find);
	case HS_FIND_CHAIN:
		return match_chain(ledger, subject, find, err);
	case HS_FIND_HAS:
		return match_has(ledger, arena, subject, find, err);
	default:
		return match_any(subject->rows, find, 0);
	}
}
