/* SPDX-License-Identifier: Apache-2.0 */
/* The pointers of a subject or custodian, and the page that is all there is to a search for one alone. */
#include "../ledger/table.h"
#include "order.h"

enum hs_status hs_ledger_list(struct hs_ledger *ledger, struct hs_stmt *stmt, uint64_t kind,
	struct hs_ledger_numbers *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = hs_ledger_add_number(ledger->arena, out, (uint64_t)hs_sql_get_int(stmt, 0) | kind,
			err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

bool hs_ledger_lies_together(const struct hs_ledger *ledger, const struct hs_ledger_party *party)
{
	return party->of == HS_LEDGER_OF_SUBJECT && !(ledger->waits & HS_LEDGER_POINTERS_WAIT);
}

/* For the pointers of a party after `row`. Those of a subject lie between two spots, unless some wait; those
 * of a custodian have entries, unless these wait. */
static struct hs_stmt *party_stmt(struct hs_ledger *ledger, const struct hs_ledger_party *party, uint64_t row,
	const char *const sql[4], struct hs_error *err)
{
	bool subject = party->of == HS_LEDGER_OF_SUBJECT, together = hs_ledger_lies_together(ledger, party);
	bool entered = !(ledger->waits & HS_LEDGER_ENTRIES_WAIT);
	struct hs_stmt *stmt = hs_sql(ledger->txn, sql[together ? 0 : subject ? 1 : entered ? 2 : 3], err);

	if (!stmt)
		return NULL;
	if (together) {
		hs_sql_int(stmt, 1, (int64_t)hs_ledger_spot(party->number, row));
		hs_sql_int(stmt, 2, (int64_t)hs_ledger_spot(party->number, HS_LEDGER_ROW_MAX));
	} else {
		hs_sql_int(stmt, 1, (int64_t)(subject ? hs_ledger_place(party->number) : party->number));
		hs_sql_int(stmt, 2, (int64_t)row);
	}
	return stmt;
}

enum hs_status hs_ledger_party_list(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	struct hs_ledger_numbers *out, struct hs_error *err)
{
	static const char *const sql[] = {
		"SELECT spot FROM record_index_pointer WHERE spot > ?1 AND spot <= ?2 ORDER BY spot",
		"SELECT row FROM record_index_row WHERE place = ?1 AND row > ?2 ORDER BY row",
		"SELECT target FROM record_index_entry WHERE key = ?1 AND target > ?2 ORDER BY target",
		"SELECT row FROM record_index_row WHERE custodian = ?1 AND row > ?2 ORDER BY row",
	};
	struct hs_stmt *stmt = party_stmt(ledger, party, 0, sql, err);
	uint64_t kind = hs_ledger_lies_together(ledger, party) ? HS_LEDGER_AT_SPOT : 0;

	return stmt ? hs_ledger_list(ledger, stmt, kind, out, err) : err->status;
}

static enum hs_status count_party(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	uint64_t *out, struct hs_error *err)
{
	static const char *const sql[] = {
		"SELECT count(*) FROM record_index_pointer WHERE spot > ?1 AND spot <= ?2",
		"SELECT count(*) FROM record_index_row WHERE place = ?1 AND row > ?2",
		"SELECT count(*) FROM record_index_entry WHERE key = ?1 AND target > ?2",
		"SELECT count(*) FROM record_index_row WHERE custodian = ?1 AND row > ?2",
	};

	return hs_sql_ask(party_stmt(ledger, party, 0, sql, err), out, err);
}

enum hs_status hs_ledger_party_is_more(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	uint64_t most, bool *out, struct hs_error *err)
{
	static const char *const sql[] = {
		"SELECT 1 FROM record_index_pointer WHERE spot > ?1 AND spot <= ?2 LIMIT 1 OFFSET ?3",
		"SELECT 1 FROM record_index_row WHERE place = ?1 AND row > ?2 LIMIT 1 OFFSET ?3",
		"SELECT 1 FROM record_index_entry WHERE key = ?1 AND target > ?2 LIMIT 1 OFFSET ?3",
		"SELECT 1 FROM record_index_row WHERE custodian = ?1 AND row > ?2 LIMIT 1 OFFSET ?3",
	};
	struct hs_stmt *stmt = party_stmt(ledger, party, 0, sql, err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 3, (int64_t)most);
	int step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	*out = step > 0;
	return step < 0 ? (enum hs_status)step : HS_OK;
}

struct hs_stmt *hs_ledger_party_open(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	uint64_t row, struct hs_error *err)
{
	static const char *const sql[] = {
		"SELECT " HS_LEDGER_COLUMNS
		" FROM record_index_pointer p WHERE p.spot > ?1 AND p.spot <= ?2 ORDER BY p.spot",
		HS_LEDGER_BY_ROW " WHERE r.place = ?1 AND r.row > ?2 ORDER BY r.row",
		"SELECT r.place << 36 | r.row, p.seq, p.id, p.packed FROM record_index_entry e"
		" CROSS JOIN record_index_row r ON r.row = e.target"
		" LEFT JOIN record_index_pointer p ON p.spot = (r.place << 36 | r.row)"
		" WHERE e.key = ?1 AND e.target > ?2 ORDER BY e.target",
		HS_LEDGER_BY_ROW " WHERE r.custodian = ?1 AND r.row > ?2 ORDER BY r.row",
	};

	return party_stmt(ledger, party, row, sql, err);
}

enum hs_status hs_ledger_give(struct hs_ledger *ledger, const struct hs_find_query *query,
	struct hs_arena *arena, const struct hs_ledger_pointer *pointer, struct hs_resource *out,
	struct hs_error *err)
{
	*out = (struct hs_resource) { .type = query->type,
		.row = pointer->row,
		.id = pointer->id,
		.version = pointer->version,
		.seq = pointer->seq,
		.updated_ms = pointer->updated_ms,
		.change = pointer->version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE };
	return query->keys_only ? HS_OK : hs_ledger_text(ledger, arena, pointer, &out->body, err);
}

/* As they come, which is the order of a search without a sort. */
static enum hs_status take_page(struct hs_ledger *ledger, const struct hs_find_query *query,
	struct hs_stmt *stmt, struct hs_arena *arena, struct hs_find_page *page, struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };
	enum hs_status status = HS_OK;
	size_t room = 0;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		if (page->count == query->count) {
			struct hs_ledger_subject last = { query->type, &pointer, NULL };
			struct hs_slice key = HS_S_NONE;
			status = hs_ledger_key(ledger->arena, query, &last, &key, err);
			page->next = hs_ledger_cursor(arena, query, key);
			break;
		}
		if (page->count == room) {
			size_t more = room ? 2 * room : 32;
			page->items = hs_arena_grow(arena, page->items, room * sizeof *page->items,
				more * sizeof *page->items);
			room = more;
		}
		if (!page->items)
			return hs_fail(err, HS_E_LIMIT,
				"the page does not fit in memory; ask for fewer (_count)");
		status = hs_ledger_look(ledger, stmt, arena, &pointer, err);
		if (status == HS_OK)
			status = hs_ledger_give(ledger, query, arena, &pointer, &page->items[page->count++],
				err);
	}
	return step < 0 ? (enum hs_status)step : status;
}

enum hs_status hs_ledger_party_page(struct hs_ledger *ledger, const struct hs_ledger_party *party,
	const struct hs_find_query *query, uint64_t after, struct hs_arena *arena, struct hs_find_page *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = query->count ? hs_ledger_party_open(ledger, party, after, err) : NULL;
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = HS_OK;

	if (query->count)
		status = stmt ? take_page(ledger, query, stmt, arena, &page, err) : err->status;
	hs_sql_end(stmt);
	bool whole = query->count && !query->after.len && !page.next.len;
	page.total = page.count;
	if (status == HS_OK && !whole && (query->want_total || !query->count))
		status = count_party(ledger, party, &page.total, err);
	if (status == HS_OK)
		*out = page;
	return status;
}
