/* SPDX-License-Identifier: Apache-2.0 */
/* Words of whole resources in a full-text table (SQLite's FTS5), which follows the log of versions.
 *
 * words:      by row (as in `facts`), the folded texts; the table is there when it was first needed.
 * words_seen: how far the log of a type was followed. */
#include <core/store/find/finder.h>
#include <core/store/words.h>

enum hs_status hs__words_refuse(struct hs_error *err)
{
	return hs_fail(err, HS_E_NOT_SUPPORTED,
		"the words of this resource type are not indexed; _text and _content cannot search it");
}

bool hs__words_in(const struct hs_find *where)
{
	if (!where)
		return false;
	if (where->op == HS_FIND_WORDS)
		return true;
	for (size_t i = 0; i < where->kid_count; i++) {
		if (hs__words_in(where->kids[i]))
			return true;
	}
	return false;
}

/* One number from a statement with at most two parameters; 0 when there is no row. */
static enum hs_status ask(struct hs_txn *txn, const char *sql, int64_t first, int64_t second, uint64_t *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, sql, err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, first);
	if (second)
		hs_sql_int(stmt, 2, second);
	int step = hs_sql_step(stmt, err);
	*out = step > 0 ? (uint64_t)hs_sql_get_int(stmt, 0) : 0;
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status is_there(struct hs_txn *txn, bool *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT 1 FROM sqlite_schema WHERE name = 'words_seen'", err);

	if (!stmt)
		return err->status;
	int step = hs_sql_step(stmt, err);
	*out = step > 0;
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

/* ---- finding ---- */

/* The words came out of hs_words_fn's folding: there are no quotes among them. */
static struct hs_slice match_text(struct hs_arena *arena, const struct hs_find *find)
{
	return hs_arena_printf(arena, "%s\"%.*s\"%s", find->narrative ? "narrative : " : "",
		HS_S_ARG(find->text), find->match == HS_MATCH_STARTS ? " *" : "");
}

/* Rows, and beside them how well the words fit. */
struct found {
	struct hs__ranges rows;
	double *scores; /* NULL: not asked for */
	size_t room;
};

static enum hs_status add_score(struct hs__finder *finder, struct found *found, double score,
	struct hs_error *err)
{
	size_t at = found->rows.row_count - 1;

	if (at == found->room) {
		size_t room = found->room ? found->room * 2 : 64;
		double *grown = hs_arena_grow(finder->arena, found->scores, found->room * sizeof(*grown),
			room * sizeof(*grown));
		if (!grown)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"the words are found at too many places; narrow the search");
		found->scores = grown;
		found->room = room;
	}
	found->scores[at] = score;
	return HS_OK;
}

static enum hs_status gather(struct hs__finder *finder, struct hs_stmt *stmt, uint32_t type,
	struct found *out, struct hs_error *err)
{
	int64_t base = hs__find_full_row(type, 0);
	enum hs_status status = HS_OK;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		status = hs__add_row(finder, &out->rows, (uint64_t)(hs_sql_get_int(stmt, 0) - base), err);
		if (status == HS_OK && finder->scored)
			status = add_score(finder, out, hs_sql_get_real(stmt, 1), err);
	}
	return step < 0 ? (enum hs_status)step : status;
}

/* FTS5's rank is BM25, the more negative the better; it is worked out only when asked for. */
static struct hs_stmt *look_up(const struct hs__finder *finder, struct hs_error *err)
{
	return finder->scored ?
		hs_sql(finder->txn,
			"SELECT rowid, rank FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3 "
			"ORDER BY rowid",
			err) :
		hs_sql(finder->txn,
			"SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3 "
			"ORDER BY rowid",
			err);
}

enum hs_status hs__words_find(struct hs__finder *finder, const struct hs_find *find, struct hs__cond *out,
	struct hs_error *err)
{
	struct found found = { .scores = NULL };
	bool there = false;

	if (find->target_type == 0)
		return HS_OK;
	if (hs__find_keeper(finder->txn, find->target_type, NULL))
		return hs__words_refuse(err);
	enum hs_status status = is_there(finder->txn, &there, err);
	if (status != HS_OK || !there)
		return status;
	struct hs_slice text = match_text(finder->arena, find);
	struct hs_stmt *stmt = text.ptr ? look_up(finder, err) : NULL;
	if (!text.ptr)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many words");
	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, text);
	hs_sql_int(stmt, 2, hs__find_full_row(find->target_type, 0));
	hs_sql_int(stmt, 3, hs__find_full_row(find->target_type + 1, 0));
	status = gather(finder, stmt, find->target_type, &found, err);
	hs_sql_end(stmt);
	out->rows = found.rows.rows;
	out->row_count = found.rows.row_count;
	out->scores = found.scores;
	return status;
}

/* Where the row is among those of the words, or SIZE_MAX. */
static size_t place_of(const struct hs__cond *cond, uint64_t row)
{
	size_t low = 0, high = cond->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (cond->rows[middle] == row)
			return middle;
		if (cond->rows[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

bool hs__words_hold(const struct hs__cond *cond, uint64_t row)
{
	return place_of(cond, row) != SIZE_MAX;
}

double hs__words_score(const struct hs__cond *where, uint64_t row)
{
	double sum = 0;

	if (!where ||
		(where->find->op != HS_FIND_WORDS && where->find->op != HS_FIND_AND &&
			where->find->op != HS_FIND_OR))
		return 0;
	size_t at = where->scores ? place_of(where, row) : SIZE_MAX;
	if (at != SIZE_MAX)
		return where->scores[at];
	for (size_t i = 0; i < where->kid_count; i++)
		sum += hs__words_score(&where->kids[i], row);
	return sum;
}

/* ---- following the log ---- */

static enum hs_status newest(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	return ask(txn, "SELECT seq FROM log WHERE type = ?1 ORDER BY seq DESC LIMIT 1", type, 0, out, err);
}

static enum hs_status seen(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	return ask(txn, "SELECT seq FROM words_seen WHERE type = ?1", type, 0, out, err);
}

enum hs_status hs_txn_words_behind(struct hs_txn *txn, uint32_t type, bool *behind, struct hs_error *err)
{
	uint64_t have = 0, last = 0;
	bool there = false;

	if (hs__find_keeper(txn, type, NULL))
		return hs__words_refuse(err);
	enum hs_status status = is_there(txn, &there, err);
	if (status == HS_OK && there)
		status = seen(txn, type, &have, err);
	if (status == HS_OK)
		status = newest(txn, type, &last, err);
	if (status == HS_OK)
		*behind = have < last;
	return status;
}

static enum hs_status make_tables(struct hs_txn *txn, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs_stmt *stmt;
	bool there = false;

	status = is_there(txn, &there, err);
	if (status != HS_OK || there)
		return status;
	stmt = hs_sql(txn,
		"CREATE VIRTUAL TABLE words USING fts5 (narrative, content, "
		"tokenize = 'unicode61 remove_diacritics 0')",
		err);
	status = stmt ? hs_sql_run(stmt, err) : err->status;
	if (status != HS_OK)
		return status;
	stmt = hs_sql(txn, "CREATE TABLE words_seen (type INTEGER PRIMARY KEY, seq INTEGER NOT NULL)", err);
	return stmt ? hs_sql_run(stmt, err) : err->status;
}

static enum hs_status forget(struct hs_txn *txn, int64_t row, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM words WHERE rowid = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	return hs_sql_run(stmt, err);
}

static enum hs_status learn(struct hs_txn *txn, int64_t row, const struct hs_words *words,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO words (rowid, narrative, content) VALUES (?1, ?2, ?3)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	hs_sql_text(stmt, 2, words->narrative);
	hs_sql_text(stmt, 3, words->content);
	return hs_sql_run(stmt, err);
}

/* A version in the log, unless a later one has taken its place: then that one's turn comes. */
static enum hs_status take(struct hs_txn *txn, struct hs_arena *arena, hs_words_fn *fn, int64_t row,
	uint64_t seq, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT seq, body FROM resource WHERE row = ?1", err);
	struct hs_words words = { HS_S_NONE, HS_S_NONE };
	struct hs_slice body = HS_S_NONE;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	int step = hs_sql_step(stmt, err);
	bool current = step > 0 && (uint64_t)hs_sql_get_int(stmt, 0) == seq;
	if (current && !hs_sql_is_null(stmt, 1))
		body = hs_arena_copy(arena, hs_sql_get_blob(stmt, 1));
	bool deleted = current && hs_sql_is_null(stmt, 1);
	hs_sql_end(stmt);
	if (step < 0)
		return (enum hs_status)step;
	if (!current)
		return HS_OK;
	enum hs_status status = forget(txn, row, err);
	if (status != HS_OK || deleted)
		return status;
	if (!body.ptr)
		return hs_fail(err, HS_E_LIMIT, "a resource is too large for the index of words");
	status = fn(arena, body, &words, err);
	return status == HS_OK ? learn(txn, row, &words, err) : status;
}

static enum hs_status mark_seen(struct hs_txn *txn, uint32_t type, uint64_t seq, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "INSERT OR REPLACE INTO words_seen (type, seq) VALUES (?1, ?2)",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)seq);
	return hs_sql_run(stmt, err);
}

static enum hs_status next_version(struct hs_txn *txn, uint32_t type, uint64_t after, uint64_t *seq,
	int64_t *row, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT seq, row FROM log WHERE type = ?1 AND seq > ?2 ORDER BY seq LIMIT 1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)after);
	int step = hs_sql_step(stmt, err);
	*seq = step > 0 ? (uint64_t)hs_sql_get_int(stmt, 0) : 0;
	*row = step > 0 ? hs_sql_get_int(stmt, 1) : 0;
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs_txn_words_follow(struct hs_txn *txn, struct hs_arena *arena, struct hs_words_follow *follow,
	struct hs_error *err)
{
	uint64_t have = 0, last = 0, seq = 0;
	int64_t row = 0;

	HS_ASSERT(hs_txn_writes(txn));
	if (hs__find_keeper(txn, follow->type, NULL))
		return hs__words_refuse(err);
	enum hs_status status = make_tables(txn, err);
	if (status == HS_OK)
		status = seen(txn, follow->type, &have, err);
	if (status == HS_OK)
		status = newest(txn, follow->type, &last, err);
	uint64_t before = have;
	for (uint32_t i = 0; i < follow->most && have < last && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = next_version(txn, follow->type, have, &seq, &row, err);
		if (status == HS_OK)
			status = take(txn, arena, follow->fn, row, seq, err);
		hs_arena_rollback(arena, mark);
		have = seq;
	}
	if (status == HS_OK && have != before)
		status = mark_seen(txn, follow->type, have, err);
	if (status == HS_OK) {
		follow->done = have;
		follow->of = last;
	}
	return status;
}

/* The first type that is behind; 0: none. */
static enum hs_status find_behind(struct hs_txn *txn, uint32_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT type FROM words_seen s WHERE seq < (SELECT max(seq) FROM log WHERE type = s.type)"
		" LIMIT 1",
		err);
	uint64_t type = 0;
	enum hs_status status = hs_sql_ask(stmt, &type, err);

	*out = (uint32_t)type;
	return status;
}

enum hs_status hs_txn_words_keep_up(struct hs_txn *txn, struct hs_arena *arena,
	struct hs_words_follow *follow, struct hs_error *err)
{
	bool there = false;
	enum hs_status status = is_there(txn, &there, err);

	follow->type = 0;
	if (status == HS_OK && there)
		status = find_behind(txn, &follow->type, err);
	return status == HS_OK && follow->type ? hs_txn_words_follow(txn, arena, follow, err) : status;
}
