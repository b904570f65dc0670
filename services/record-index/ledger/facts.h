/* SPDX-License-Identifier: Apache-2.0 */
/* Index rows in bytes: how the search entries of pointers and pieces are packed. Thread: that of the
 * transaction. */
#pragma once

#include "ledger.h"

struct hs_ledger_rows {
	struct hs_index_row *items;
	size_t count, room;
};
/* Writes each row to `steady` (when every text of this shape has it) or to `own`. */
void hs_ledger_facts_write(const struct hs_ledger *ledger, const struct hs_ledger_split *split,
	const struct hs_index_row *rows, size_t count, struct hs_buf *steady, struct hs_buf *own);
/* What is after the last '/' or ':'. */
struct hs_slice hs_ledger_tail(struct hs_slice raw);
/* Where a row has its text: in the facts, in what fills a hole, in the end of that (hs_ledger_tail); or it is
 * a date that is the pointer's. */
enum hs_ledger_source { HS_LEDGER_FROM_TEXT, HS_LEDGER_FROM_WHOLE, HS_LEDGER_FROM_TAIL, HS_LEDGER_FROM_DATE };
struct hs_ledger_place {
	enum hs_ledger_source source;
	size_t hole;
};
/* The next row of facts that are not at their end; false when they are damaged. */
bool hs_ledger_facts_next(struct hs_slice *facts, const struct hs_ledger_open *open, struct hs_index_row *row,
	struct hs_ledger_place *place);
/* Appends the rows of `facts`. `date`: seconds, for rows that say so. */
enum hs_status hs_ledger_facts_read(struct hs_arena *arena, struct hs_slice facts,
	const struct hs_ledger_open *open, int64_t date, struct hs_ledger_rows *out, struct hs_error *err);
/* Appends the index rows of a subject or custodian; number 0 has none. `often`: as of hs_ledger_piece. */
enum hs_status hs_ledger_piece_rows(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t number,
	bool often, struct hs_ledger_rows *out, struct hs_error *err);
/* Index rows of a pointer without those of its subject and its custodian: none for a param of these classes.
 */
enum hs_status hs_ledger_rows_without(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_ledger_rows *out, struct hs_error *err);
/* All index rows of a pointer. */
enum hs_status hs_ledger_rows(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_ledger_rows *out, struct hs_error *err);
