/* SPDX-License-Identifier: Apache-2.0 */
/* What has changed in the ledger since its columns were read. */
#include "columns.h"

#define CHANGED_SHARE 16u /* of what is there so much may have changed at once, */
#define CHANGED_LEAST 1000u
#define GONE_SHARE 8u /* and so much be gone */
#define GONE_LEAST 4096u
#define VERSIONS 64u /* read at a time */
#define ONE ((size_t)64 << 20)

static enum hs_status count_since(struct hs_txn *txn, const char *literal_sql, uint64_t seq, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, literal_sql, err);

	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)seq);
		hs_sql_int(stmt, 2, (int64_t)limit);
	}
	return hs_sql_ask(stmt, out, err);
}

enum hs_status hs_ledger_count_since(struct hs_txn *txn, uint64_t seq, uint64_t most, uint64_t *fresh,
	uint64_t *changed, struct hs_error *err)
{
	enum hs_status status = count_since(txn,
		"SELECT count(*) FROM (SELECT 1 FROM record_index_row WHERE row > ?1 LIMIT ?2)", seq, most,
		fresh, err);

	return status == HS_OK ?
		count_since(txn,
			"SELECT count(*) FROM (SELECT 1 FROM record_index_pointer WHERE seq > ?1 AND seq IS"
			" NOT NULL LIMIT ?2)",
			seq, most, changed, err) :
		status;
}

enum hs_status hs_ledger_columns_behind(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
	struct hs_error *err)
{
	const struct hs_ledger_columns *columns = view;
	uint64_t most = columns->count / CHANGED_SHARE + CHANGED_LEAST, fresh = 0, changed = 0, live = 0,
		 pieces = 0;
	struct hs_ledger ledger = { .txn = txn };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status == HS_OK)
		status = hs_ledger_count_since(txn, seq, most, &fresh, &changed, err);
	if (status == HS_OK)
		status = hs_ledger_live(&ledger, &live, err);
	if (status == HS_OK)
		status = hs_ledger_last_piece(&ledger, &pieces, err);
	if (status != HS_OK)
		return status;
	uint64_t lost = columns->count - columns->gone + fresh - live;
	bool far = waits & HS_LEDGER_WAITS || fresh + changed + lost >= most ||
		columns->count + fresh > columns->room || pieces >= columns->party_room ||
		(columns->gone + lost) * GONE_SHARE > columns->count + GONE_LEAST;
	*out = far ? HS_VIEW_FAR : fresh + changed + lost;
	return HS_OK;
}

/* A place of the row in the columns; SIZE_MAX when it has none. */
static size_t find_row(const struct hs_ledger_columns *columns, uint64_t row)
{
	size_t at = hs_ledger_columns_place(columns, row);

	return at < columns->count && columns->base + columns->rows[at] == row ? at : SIZE_MAX;
}

/* Pointers that a statement gives: those with rows from before have changed, others are new. */
static enum hs_status take(struct hs_ledger *ledger, struct hs_ledger_columns *columns, struct hs_stmt *stmt,
	uint64_t seq, bool fresh, struct hs_error *err)
{
	struct hs_arena *one = hs_arena_new(ONE);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	if (stmt)
		hs_sql_int(stmt, 1, (int64_t)seq);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_ledger_pointer pointer = { .seq = 0 };
		hs_arena_reset(one);
		status = hs_ledger_look(ledger, stmt, one, &pointer, err);
		size_t at = status == HS_OK && !fresh ? find_row(columns, pointer.row) : SIZE_MAX;
		if (status == HS_OK && fresh) {
			at = columns->count;
			status = hs_ledger_columns_append(ledger, columns, &pointer, err);
			if (status == HS_OK)
				hs_ledger_columns_take_sides(columns, at);
		} else if (at != SIZE_MAX) {
			columns->sided &= columns->subjects[at] == pointer.subject &&
				columns->custodians[at] == pointer.custodian;
			status = hs_ledger_columns_set(ledger, columns, at, &pointer, err);
		}
		if (status == HS_OK && at != SIZE_MAX)
			hs_ledger_columns_note_zone(columns, at, fresh && at % HS_LEDGER_ZONE == 0);
	}
	hs_sql_end(stmt);
	hs_arena_free(one);
	return step < 0 ? (enum hs_status)step : status;
}

/* The row of a pointer that was deleted is the sequence of its first version: the last one in its history
 * before it was deleted another time. */
static enum hs_status take_off(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	const struct hs_resource *deletion, struct hs_error *err)
{
	struct hs_history_query query = { .type = deletion->type,
		.id = deletion->id,
		.before_seq = deletion->seq,
		.since_ms = INT64_MIN,
		.until_ms = INT64_MAX,
		.count = VERSIONS };
	struct hs_resource_list list = { .more = true };
	enum hs_status status = HS_OK;
	bool ended = false;

	while (status == HS_OK && list.more && !ended) {
		status = hs_txn_history(ledger->txn, ledger->arena, &query, &list, err);
		for (size_t i = 0; i < list.count && status == HS_OK && !ended; i++) {
			ended = list.items[i].change == HS_CHANGE_DELETE;
			query.before_seq = ended ? query.before_seq : list.items[i].seq;
		}
	}
	size_t at = find_row(columns, query.before_seq);
	if (status == HS_OK && at != SIZE_MAX && columns->shapes[at]) {
		columns->shapes[at] = 0;
		columns->gone++;
	}
	return status;
}

static enum hs_status take_deletions(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t seq, struct hs_error *err)
{
	struct hs_history_query query = { .type = hs_txn_number(ledger->txn, HS_SPACE_TYPE,
						  HS_S("DocumentReference"), false),
		.after_seq = seq,
		.since_ms = INT64_MIN,
		.until_ms = INT64_MAX,
		.count = VERSIONS };
	struct hs_resource_list list = { .more = true };
	uint64_t live = 0;
	enum hs_status status = hs_ledger_live(ledger, &live, err);

	while (status == HS_OK && list.more && columns->count - columns->gone != live) {
		hs_arena_reset(ledger->arena);
		hs_ledger_forget(ledger);
		status = hs_txn_history(ledger->txn, ledger->arena, &query, &list, err);
		for (size_t i = 0; i < list.count && status == HS_OK; i++) {
			query.before_seq = list.items[i].seq;
			if (list.items[i].change == HS_CHANGE_DELETE)
				status = take_off(ledger, columns, &list.items[i], err);
		}
	}
	if (status == HS_OK && columns->count - columns->gone != live)
		return hs_fail(err, HS_E_LIMIT, "the history of pointers does not tell which are gone");
	return status;
}

enum hs_status hs_ledger_columns_follow(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err)
{
	struct hs_ledger_columns *columns = view;
	struct hs_arena *scratch = hs_arena_new(ONE);
	struct hs_ledger ledger;

	hs_ledger_begin(&ledger, txn, scratch);
	enum hs_status status = take(&ledger, columns,
		hs_sql(txn, HS_LEDGER_BY_ROW " WHERE r.row > ?1 ORDER BY r.row", err), seq, true, err);
	if (status == HS_OK)
		status = take(&ledger, columns,
			hs_sql(txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.seq > ?1"
				" AND p.seq IS NOT NULL",
				err),
			seq, false, err);
	if (status == HS_OK)
		status = take_deletions(&ledger, columns, seq, err);
	if (status == HS_OK)
		status = hs_ledger_column_parties(&ledger, columns, columns->party_count, err);
	hs_arena_free(scratch);
	return status;
}
