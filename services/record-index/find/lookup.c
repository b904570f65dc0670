/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up a condition by marks: who has an identifier or a reference, and what chains and _has lead to. */
#include "columns.h"

#define CHAIN_WHOLE 100000u /* targets that are followed, */
#define CHAIN_PAGE 1000u    /* for a page alone: of more, pointers one after another find it sooner */

/* Is a condition fulfilled by what the piece says alone? */
static enum hs_status piece_holds(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_ledger_party *party, bool *holds)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { .rows = &rows };
	enum hs_status status = hs_ledger_piece_rows(drive->ledger, drive->ledger->arena, party->number,
		party->of == HS_LEDGER_OF_CUSTODIAN, &rows, drive->err);

	*holds = status == HS_OK &&
		hs_ledger_match(drive->ledger, drive->ledger->arena, &subject, find, drive->err) > 0;
	return status;
}

static enum hs_status wait(struct hs_ledger_driving *drive, const struct hs_ledger_party *party)
{
	struct hs_ledger_parties *parties = &drive->parties;

	if (parties->count == parties->room) {
		size_t room = parties->room ? 2 * parties->room : 16;
		void *moved = hs_arena_grow(drive->ledger->arena, parties->items,
			parties->room * sizeof *parties->items, room * sizeof *parties->items);
		if (!moved)
			return hs_fail(drive->err, HS_E_LIMIT, "the search does not fit in memory");
		parties->items = moved;
		parties->room = room;
	}
	parties->items[parties->count++] = *party;
	return HS_OK;
}

/* The first one is kept as a whole: it may be all there is. */
static enum hs_status add_party(struct hs_ledger_driving *drive, const struct hs_ledger_party *party)
{
	struct hs_ledger_party first = drive->party;
	enum hs_status status = HS_OK;

	if (drive->sure && !first.number && !drive->out->count && !drive->parties.count) {
		drive->party = *party;
		return HS_OK;
	}
	drive->party.number = 0;
	if (first.number)
		status = wait(drive, &first);
	return status == HS_OK ? wait(drive, party) : status;
}

/* Candidates under the mark of `text`; for subjects and custodians also those of the pieces under it. `such`
 * is what a piece must fulfil for the condition `find` to hold. */
static enum hs_status drive_pieces(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_find *such, struct hs_slice text)
{
	enum hs_ledger_class of = hs_ledger_class(drive->ledger, find->param);
	int64_t mark = hs_ledger_mark(of, find->param, text);
	struct hs_ledger_numbers pieces = { 0 };
	size_t before = drive->out->count;
	enum hs_status status = hs_ledger_targets(drive->ledger, mark, drive->out, &pieces, drive->err);
	bool chain = find->op == HS_FIND_CHAIN && drive->ledger->lasting;

	drive->sure = drive->sure && drive->out->count == before;
	if (status != HS_OK || (of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN))
		return status;
	for (size_t i = 0; status == HS_OK && i < pieces.count; i++) {
		struct hs_ledger_party party = { of, pieces.items[i] };
		bool holds = false;
		if (drive->sure || chain || drive->known)
			status = piece_holds(drive, such, &party, &holds);
		drive->sure = drive->sure && holds;
		if (status == HS_OK && chain && holds)
			status = hs_ledger_end_note(drive->ledger, find, party.number, true, drive->err);
		if (drive->known && holds && party.number < drive->known_room)
			drive->known[party.number] = HS_LEDGER_YES;
		if (status == HS_OK && !drive->known)
			status = add_party(drive, &party);
	}
	return status;
}

enum hs_status hs_ledger_drive_mark(struct hs_ledger_driving *drive, const struct hs_find *find,
	struct hs_slice text)
{
	return drive_pieces(drive, find, find, text);
}

enum hs_status hs_ledger_drive_id(struct hs_ledger_driving *drive, struct hs_slice id)
{
	struct hs_ledger_pointer pointer;
	int found = id.len ? hs_ledger_by_id(drive->ledger, drive->ledger->arena, id, &pointer, drive->err) :
			     0;

	if (found <= 0)
		return (enum hs_status)found;
	return hs_ledger_add_number(drive->ledger->arena, drive->out,
		hs_ledger_spot(pointer.subject, pointer.row) | HS_LEDGER_AT_SPOT, drive->err);
}

enum hs_status hs_ledger_drive_token(struct hs_ledger_driving *drive, const struct hs_find *find)
{
	enum hs_status status = hs_ledger_drive_mark(drive, find, find->text);
	char id[36];

	/* An identifier made of an id that is a UUID has no mark of its own. */
	if (status == HS_OK && find->text.len == 45 &&
		hs_slice_ieq(hs_slice_first(find->text, 9), HS_S("urn:uuid:"))) {
		for (size_t i = 0; i < sizeof id; i++)
			id[i] = (char)(find->text.ptr[9 + i] | 0x20);
		id[8] = id[13] = id[18] = id[23] = '-';
		status = hs_ledger_drive_id(drive, hs_slice(id, sizeof id));
	}
	return status;
}

/* patient.identifier=...: the identifiers that pointers themselves have. */
static enum hs_status drive_logical(struct hs_ledger_driving *drive, const struct hs_find *chain,
	const struct hs_find *kid)
{
	enum hs_ledger_class of = hs_ledger_class(drive->ledger, chain->param);
	enum hs_status status = HS_OK;

	if (of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN)
		return HS_OK;
	for (size_t i = 0; kid->op == HS_FIND_OR && i < kid->kid_count && status == HS_OK; i++)
		status = drive_logical(drive, chain, kid->kids[i]);
	return kid->op == HS_FIND_TOKEN ? drive_pieces(drive, chain, chain, kid->text) : status;
}

/* ---- links ---- */

/* What fulfils the condition behind a link; *many when it is too much. */
static enum hs_status find_ends(struct hs_ledger_driving *drive, const struct hs_find *find,
	struct hs_find_page *out, bool *many)
{
	struct hs_find_query query = { .type = find->target_type,
		.where = find->kids[0],
		.count = drive->of->ends_most ? drive->of->ends_most :
			drive->of->whole      ? CHAIN_WHOLE :
						CHAIN_PAGE,
		.keys_only = true };
	enum hs_status status = hs_txn_find(drive->ledger->txn, drive->ledger->arena, &query, out,
		drive->err);

	*many = status == HS_OK && out->next.len;
	return status;
}

/* Do the columns tell of all parties to whom they refer? */
static bool are_told(const struct hs_ledger_driving *drive, const struct hs_find *find)
{
	enum hs_ledger_class of = hs_ledger_class(drive->ledger, find->param);
	unsigned is = of == HS_LEDGER_OF_SUBJECT ? HS_LEDGER_IS_SUBJECT :
		of == HS_LEDGER_OF_CUSTODIAN     ? HS_LEDGER_IS_CUSTODIAN :
						   0;

	return drive->columns && is && drive->columns->sided && drive->columns->referred &&
		!(drive->columns->lacking & is);
}

static enum hs_status note_referring(struct hs_ledger_driving *drive, const struct hs_find *find,
	struct hs_slice id)
{
	enum hs_status status = HS_OK;
	size_t cursor = 0;
	uint32_t piece;

	while (status == HS_OK && (piece = hs_ledger_column_ref(drive->columns, id, &cursor)) != 0) {
		if (!hs_ledger_column_refers(drive->columns, piece, find->param, find->target_type) ||
			piece >= drive->known_room)
			continue;
		drive->known[piece] = HS_LEDGER_YES;
		status = hs_ledger_end_note(drive->ledger, find, piece, true, drive->err);
	}
	return status;
}

/* The targets first, then who points to them: those that nobody can point to are not looked for. */
enum hs_status hs_ledger_drive_chain(struct hs_ledger_driving *drive, const struct hs_find *find, bool *all)
{
	struct hs_find_page page = { .count = 0 };
	bool told = are_told(drive, find);
	bool vain = told && !hs_ledger_columns_refer(drive->columns, find->param, find->target_type);
	enum hs_status status = vain ? HS_OK : find_ends(drive, find, &page, all);

	if (status != HS_OK || *all)
		return status;
	for (size_t i = 0; i < page.count && status == HS_OK && told; i++)
		status = note_referring(drive, find, page.items[i].id);
	for (size_t i = 0; i < page.count && status == HS_OK && !told; i++) {
		struct hs_find points = { .op = HS_FIND_REFERENCE,
			.param = find->param,
			.target_type = find->target_type,
			.text = page.items[i].id };
		status = drive_pieces(drive, find, &points, page.items[i].id);
	}
	if (status == HS_OK)
		status = drive_logical(drive, find, find->kids[0]);
	return status == HS_OK && drive->ledger->lasting ?
		hs_ledger_end_close(drive->ledger, find, drive->err) :
		status;
}

/* The pointers that one of the sources refers to. */
static enum hs_status drive_source(struct hs_ledger_driving *drive, const struct hs_find *find,
	const struct hs_resource *source)
{
	struct hs_index_row *rows = NULL;
	size_t count = 0;
	enum hs_status status = hs_txn_index(drive->ledger->txn, drive->ledger->arena, source,
		HS_INDEX_KIND(HS_INDEX_REFERENCE), &rows, &count, drive->err);

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		if (rows[i].param == find->param && rows[i].target_type == drive->of->type)
			status = hs_ledger_drive_id(drive, rows[i].text);
	}
	return status;
}

/* The sources first, then where they point. */
enum hs_status hs_ledger_drive_has(struct hs_ledger_driving *drive, const struct hs_find *find, bool *all)
{
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = HS_OK;

	*all = find->target_type == drive->of->type;
	if (!*all)
		status = find_ends(drive, find, &page, all);
	for (size_t i = 0; i < page.count && status == HS_OK && !*all; i++)
		status = drive_source(drive, find, &page.items[i]);
	return status;
}
