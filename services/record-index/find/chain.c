/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects and custodians a chain leads to. Whether a pointer fulfils "patient.name=..." is decided by
 * its subject alone, so it is found out once a subject, not once a pointer, and before the pointer is read.
 */
#include "../ledger/table.h"

#include <handslag/store.h>

/* What is known about the pieces, by number. */
enum known { UNKNOWN, HOLDS_NOT, HOLDS };
struct hs_ledger_end {
	const struct hs_find *link;
	bool whole; /* those that nobody knows about do not */
	unsigned char *known;
	uint64_t room;
	struct hs_ledger_end *next;
};

static struct hs_ledger_end *end_of(const struct hs_ledger *ledger, const struct hs_find *link)
{
	struct hs_ledger_end *end = ledger->ends;

	while (end && end->link != link)
		end = end->next;
	return end;
}

static enum hs_status add_end(struct hs_ledger *ledger, const struct hs_find *link, struct hs_error *err)
{
	struct hs_ledger_end *end = hs_arena_alloc(ledger->lasting, sizeof *end);
	uint64_t last = 0;
	enum hs_status status = hs_ledger_last_piece(ledger, &last, err);

	if (status != HS_OK)
		return status;
	if (end)
		*end = (struct hs_ledger_end) { .link = link,
			.known = hs_arena_array(ledger->lasting, (size_t)last + 1, 1),
			.room = last + 1,
			.next = ledger->ends };
	if (!end || !end->known)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	ledger->ends = end;
	return HS_OK;
}

uint64_t hs_ledger_end_piece(const struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	const struct hs_find *link)
{
	enum hs_ledger_class of = hs_ledger_class(ledger, link->param);

	if (!pointer || !ledger->lasting)
		return 0;
	return of == HS_LEDGER_OF_SUBJECT    ? pointer->subject :
		of == HS_LEDGER_OF_CUSTODIAN ? pointer->custodian :
					       0;
}

int hs_ledger_end_says(const struct hs_ledger *ledger, const struct hs_find *link, uint64_t piece)
{
	const struct hs_ledger_end *end = end_of(ledger, link);
	unsigned char known = end && piece < end->room ? end->known[piece] : UNKNOWN;

	if (known == UNKNOWN && !(end && end->whole))
		return -1;
	return known == HOLDS;
}

enum hs_status hs_ledger_end_note(struct hs_ledger *ledger, const struct hs_find *link, uint64_t piece,
	bool holds, struct hs_error *err)
{
	enum hs_status status = end_of(ledger, link) ? HS_OK : add_end(ledger, link, err);
	struct hs_ledger_end *end = end_of(ledger, link);

	if (status == HS_OK && piece < end->room)
		end->known[piece] = holds ? HOLDS : HOLDS_NOT;
	return status;
}

enum hs_status hs_ledger_end_close(struct hs_ledger *ledger, const struct hs_find *link, struct hs_error *err)
{
	enum hs_status status = end_of(ledger, link) ? HS_OK : add_end(ledger, link, err);

	if (status == HS_OK)
		end_of(ledger, link)->whole = true;
	return status;
}

/* ---- before a pointer is read ---- */

int hs_ledger_end_holds(struct hs_ledger *ledger, struct hs_arena *arena, const struct hs_find *link,
	uint64_t piece, struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { .rows = &rows };
	bool often = hs_ledger_class(ledger, link->param) == HS_LEDGER_OF_CUSTODIAN;
	int known = hs_ledger_end_says(ledger, link, piece);

	if (known >= 0)
		return known;
	enum hs_status status = hs_ledger_piece_rows(ledger, arena, piece, often, &rows, err);
	int holds = status == HS_OK ? hs_ledger_match(ledger, arena, &subject, link, err) : (int)status;
	if (holds >= 0)
		status = hs_ledger_end_note(ledger, link, piece, holds, err);
	return status == HS_OK ? holds : (int)status;
}

int hs_ledger_parties_hold(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t *candidate,
	const struct hs_find *where, struct hs_error *err)
{
	bool all = where && where->op == HS_FIND_AND, asked = false;
	uint64_t custodian = 0;
	int holds = 1;

	for (size_t i = 0; where && i < (all ? where->kid_count : 1) && holds > 0; i++) {
		const struct hs_find *link = all ? where->kids[i] : where;
		enum hs_ledger_class of = hs_ledger_class(ledger, link->param);
		if (link->op != HS_FIND_CHAIN || (of != HS_LEDGER_OF_SUBJECT && of != HS_LEDGER_OF_CUSTODIAN))
			continue;
		bool known = asked || (*candidate & HS_LEDGER_AT_SPOT && of == HS_LEDGER_OF_SUBJECT);
		if (!known && hs_ledger_find_parties(ledger, candidate, &custodian, err) != HS_OK)
			return (int)err->status;
		asked |= !known;
		uint64_t piece = of == HS_LEDGER_OF_CUSTODIAN ?
			custodian :
			*candidate & HS_LEDGER_AT_SPOT ?
			hs_ledger_spot_subject(*candidate & ~HS_LEDGER_AT_SPOT) :
			0;
		holds = piece ? hs_ledger_end_holds(ledger, arena, link, piece, err) : 1;
	}
	return holds;
}
