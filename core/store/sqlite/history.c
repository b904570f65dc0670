/* SPDX-License-Identifier: Apache-2.0 */
/* Histories: of one id from its current version and `past`, of a type from the log, of all types from the
 * logs merged; for types with a keeper the keeper's current versions are merged in. */
#include <core/store/sqlite/resource.h>

#include <stdlib.h>

#define COUNT_PAGE 256u /* versions asked of a keeper at a time, only to be counted */

/* A version that may be on the page. */
struct found {
	uint64_t seq;
	uint32_t type;
	int64_t row;
	const struct hs_resource *kept; /* complete already; NULL: to be fetched */
};

struct walk {
	struct hs_txn *txn;
	struct hs_arena *arena;
	const struct hs_history_query *query;
	int64_t stop_ms; /* older than this: nothing behind it can be wanted */
	struct found *items;
	size_t count, room;
	uint64_t total;
};

static bool in_time(const struct hs_history_query *query, int64_t updated_ms)
{
	return updated_ms >= query->since_ms && updated_ms < query->until_ms;
}

static uint64_t before_of(const struct hs_history_query *query)
{
	return query->before_seq && query->before_seq < INT64_MAX ? query->before_seq : INT64_MAX;
}

static enum hs_status add(struct walk *walk, struct found item, struct hs_error *err)
{
	if (walk->count == walk->room) {
		size_t room = walk->room ? walk->room * 2 : 64;
		struct found *items = hs_arena_grow(walk->arena, walk->items, walk->room * sizeof(*items),
			room * sizeof(*items));
		if (!items)
			return hs_fail(err, HS_E_LIMIT, "the page of history does not fit; ask for fewer");
		walk->items = items;
		walk->room = room;
	}
	walk->items[walk->count++] = item;
	return HS_OK;
}

static int newest_first(const void *a, const void *b)
{
	uint64_t x = ((const struct found *)a)->seq, y = ((const struct found *)b)->seq;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Keeps the newest; one more than the page has, to know whether there is more. */
static void cut(struct walk *walk)
{
	size_t most = (size_t)walk->query->count + 1;

	if (walk->count > 1)
		qsort(walk->items, walk->count, sizeof(walk->items[0]), newest_first);
	if (walk->count > most)
		walk->count = most;
}

/* ---- one type ---- */

static enum hs_status walk_log(struct walk *walk, uint32_t type, uint64_t after_seq, struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	struct hs_stmt *stmt = hs_sql(walk->txn,
		"SELECT seq, row, updated FROM log WHERE type = ?1 AND seq < ?2 AND seq > ?3 ORDER BY seq "
		"DESC",
		err);
	enum hs_status status = HS_OK;
	uint32_t wanted = query->count + 1;
	int step;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)before_of(query));
	hs_sql_int(stmt, 3, (int64_t)after_seq);
	while (status == HS_OK && wanted && (step = hs_sql_step(stmt, err)) != 0) {
		if (step < 0) {
			status = (enum hs_status)step;
			break;
		}
		int64_t updated = hs_sql_get_int(stmt, 2);
		if (updated < walk->stop_ms)
			break;
		if (!in_time(query, updated))
			continue;
		struct found item = { (uint64_t)hs_sql_get_int(stmt, 0), type, hs_sql_get_int(stmt, 1),
			NULL };
		status = add(walk, item, err);
		wanted--;
	}
	hs_sql_end(stmt);
	return status;
}

/* Calls the keeper for its current versions, page by page, until enough are in time. */
static enum hs_status walk_keeper(struct walk *walk, uint32_t type, const struct hs__keeping *keeping,
	uint64_t after_seq, struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	uint64_t before = before_of(query);
	uint32_t page = query->count + 1, wanted = page;
	enum hs_status status = HS_OK;

	while (status == HS_OK && wanted) {
		struct hs_resource_list list = { .items = NULL };
		struct hs_recent recent = { after_seq, before, page };
		status = keeping->keeper->recent(walk->txn, walk->arena, keeping->state, &recent, &list, err);
		for (size_t i = 0; status == HS_OK && i < list.count; i++) {
			struct hs_resource *kept = &list.items[i];
			before = kept->seq;
			kept->type = type;
			kept->change = kept->version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE;
			if (kept->updated_ms < walk->stop_ms)
				return HS_OK;
			if (!in_time(query, kept->updated_ms) || !wanted)
				continue;
			status = add(walk, (struct found) { kept->seq, type, 0, kept }, err);
			wanted--;
		}
		if (status == HS_OK && list.count < page)
			break;
	}
	return status;
}

static enum hs_status walk_type(struct walk *walk, uint32_t type, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(walk->txn, type);
	uint64_t after_seq = walk->query->after_seq;

	/* With a full page of newer ones, older ones are of no interest. */
	if (walk->count > walk->query->count && walk->items[walk->query->count].seq > after_seq)
		after_seq = walk->items[walk->query->count].seq;
	enum hs_status status = walk_log(walk, type, after_seq, err);
	if (status == HS_OK && keeping)
		status = walk_keeper(walk, type, keeping, after_seq, err);
	cut(walk);
	return status;
}

/* ---- totals ---- */

static enum hs_status count_with(struct walk *walk, const char *sql, uint32_t type, struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	struct hs_stmt *stmt = hs_sql(walk->txn, sql, err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)query->after_seq);
	hs_sql_int(stmt, 3, query->since_ms);
	hs_sql_int(stmt, 4, query->until_ms);
	if (query->id.len)
		hs_sql_text(stmt, 5, query->id);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		walk->total += (uint64_t)hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

/* The keeper's current versions that were updated in time. */
static enum hs_status find_kept(struct walk *walk, uint32_t type, const struct hs__keeping *keeping,
	struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	const struct hs_find since = { .op = HS_FIND_UPDATED,
		.cmp = HS_CMP_GE,
		.lo = query->since_ms,
		.hi = query->since_ms + (query->since_ms != INT64_MAX) };
	const struct hs_find until = { .op = HS_FIND_UPDATED,
		.cmp = HS_CMP_LT,
		.lo = query->until_ms,
		.hi = query->until_ms + (query->until_ms != INT64_MAX) };
	const struct hs_find *both[2];
	struct hs_find where = { .op = HS_FIND_AND, .kids = both };
	if (query->since_ms != INT64_MIN)
		both[where.kid_count++] = &since;
	if (query->until_ms != INT64_MAX)
		both[where.kid_count++] = &until;
	struct hs_find_query all = {
		.type = type, .where = where.kid_count ? &where : NULL, .want_total = true, .keys_only = true
	};
	struct hs_find_page page = { .items = NULL };
	enum hs_status status = keeping->keeper->find(walk->txn, walk->arena, keeping->state, &all, &page,
		err);
	walk->total += page.total;
	return status;
}

static enum hs_status count_kept(struct walk *walk, uint32_t type, const struct hs__keeping *keeping,
	struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	enum hs_status status = HS_OK;

	if (!query->after_seq)
		return find_kept(walk, type, keeping, err);
	for (uint64_t before = INT64_MAX; status == HS_OK;) {
		struct hs_arena_mark mark = hs_arena_mark(walk->arena);
		struct hs_resource_list list = { .items = NULL };
		struct hs_recent recent = { query->after_seq, before, COUNT_PAGE };
		status = keeping->keeper->recent(walk->txn, walk->arena, keeping->state, &recent, &list, err);
		for (size_t i = 0; status == HS_OK && i < list.count; i++) {
			before = list.items[i].seq;
			walk->total += in_time(query, list.items[i].updated_ms);
		}
		hs_arena_rollback(walk->arena, mark);
		if (list.count < COUNT_PAGE)
			break;
	}
	return status;
}

static enum hs_status count_type(struct walk *walk, uint32_t type, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(walk->txn, type);
	enum hs_status status = count_with(walk,
		"SELECT count(*) FROM log WHERE type = ?1 AND seq > ?2 AND updated >= ?3 AND updated < ?4",
		type, err);

	return status == HS_OK && keeping ? count_kept(walk, type, keeping, err) : status;
}

/* ---- all types ---- */

static bool is_meant(const struct hs_history_query *query, uint32_t type)
{
	return !query->types || (type < query->type_count && query->types[type]);
}

static enum hs_status for_each_type(struct walk *walk,
	enum hs_status (*fn)(struct walk *walk, uint32_t type, struct hs_error *err), struct hs_error *err)
{
	const struct hs_store *store = hs_txn_store(walk->txn);
	enum hs_status status = HS_OK;

	for (uint32_t kept = 0; kept < store->keeping_room && status == HS_OK; kept++) {
		if (store->keepings[kept].keeper && is_meant(walk->query, kept))
			status = fn(walk, kept, err);
	}
	for (int64_t type = 0; status == HS_OK;) {
		struct hs_stmt *stmt = hs_sql(walk->txn,
			"SELECT type FROM log WHERE type > ?1 ORDER BY type LIMIT 1", err);
		if (!stmt)
			return err->status;
		hs_sql_int(stmt, 1, type);
		int step = hs_sql_step(stmt, err);
		if (step > 0)
			type = hs_sql_get_int(stmt, 0);
		hs_sql_end(stmt);
		if (step <= 0)
			return (enum hs_status)step;
		if (!hs__txn_keeping(walk->txn, (uint32_t)type) && is_meant(walk->query, (uint32_t)type))
			status = fn(walk, (uint32_t)type, err);
	}
	return status;
}

/* ---- one id ---- */

static enum hs_status walk_current(struct walk *walk, struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	struct hs_resource *current = hs_arena_alloc(walk->arena, sizeof(*current));

	if (!current)
		return hs_fail(err, HS_E_LIMIT, "the page of history does not fit; ask for fewer");
	enum hs_status status = hs_txn_get(walk->txn, walk->arena, query->type, query->id, current, err);
	if (status != HS_OK && status != HS_E_DELETED)
		return status;
	if (current->seq <= query->after_seq || !in_time(query, current->updated_ms))
		return HS_OK;
	walk->total++;
	return current->seq < before_of(query) ?
		add(walk, (struct found) { current->seq, query->type, 0, current }, err) :
		HS_OK;
}

static enum hs_status walk_past(struct walk *walk, struct hs_error *err)
{
	const struct hs_history_query *query = walk->query;
	struct hs_stmt *stmt = hs_sql(walk->txn,
		"SELECT seq, updated FROM past WHERE id = ?1 AND type = ?2 ORDER BY version DESC", err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, query->id);
	hs_sql_int(stmt, 2, query->type);
	while (status == HS_OK && walk->count <= query->count && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t seq = (uint64_t)hs_sql_get_int(stmt, 0);
		if (seq <= query->after_seq)
			break;
		if (seq < before_of(query) && in_time(query, hs_sql_get_int(stmt, 1)))
			status = add(walk, (struct found) { seq, query->type, -1, NULL }, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

static enum hs_status walk_id(struct walk *walk, struct hs_error *err)
{
	enum hs_status status = walk_current(walk, err);

	if (status == HS_OK)
		status = walk_past(walk, err);
	if (status == HS_OK && walk->query->want_total)
		status = count_with(walk,
			"SELECT count(*) FROM past WHERE id = ?5 AND type = ?1 AND seq > ?2"
			" AND updated >= ?3 AND updated < ?4",
			walk->query->type, err);
	return status;
}

/* ---- the page ---- */

/* A version in the log is current when `resource` still has it, else in `past`. */
static enum hs_status fetch(struct walk *walk, const struct found *item, struct hs_resource *out,
	struct hs_error *err)
{
	if (item->kept) {
		*out = *item->kept;
		return HS_OK;
	}
	if (item->row >= 0) {
		struct hs_stmt *stmt = hs_sql(walk->txn, "SELECT seq FROM resource WHERE row = ?1", err);
		if (!stmt)
			return err->status;
		hs_sql_int(stmt, 1, item->row);
		int step = hs_sql_step(stmt, err);
		bool current = step > 0 && (uint64_t)hs_sql_get_int(stmt, 0) == item->seq;
		hs_sql_end(stmt);
		if (step < 0)
			return (enum hs_status)step;
		if (current)
			return hs__resource_at(walk->txn, walk->arena, item->row, out, err);
	}
	return hs__resource_past(walk->txn, walk->arena, item->seq, out, err);
}

/* ---- the clock ---- */

enum hs_status hs_txn_slack(struct hs_txn *txn, int64_t *out, struct hs_error *err)
{
	int64_t slack = 0;

	if (txn->group) {
		*out = txn->group->clock.slack;
		return HS_OK;
	}
	struct hs_stmt *stmt = hs_sql(txn, "SELECT last_row FROM tally WHERE type = -1", err);
	int step = stmt ? hs_sql_step(stmt, err) : (int)err->status;
	if (step > 0)
		slack = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	if (step < 0)
		return (enum hs_status)step;
	*out = slack;
	return HS_OK;
}

int hs_txn_logged(struct hs_txn *txn, uint32_t type, uint64_t from_seq, uint64_t *seq, int64_t *updated_ms,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT seq, updated FROM log WHERE type = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)from_seq);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		*seq = (uint64_t)hs_sql_get_int(stmt, 0);
		*updated_ms = hs_sql_get_int(stmt, 1);
	}
	hs_sql_end(stmt);
	return step;
}

/* How far back a clock that was set back can have hidden versions of `since` or later. */
static enum hs_status find_stop(struct walk *walk, struct hs_error *err)
{
	int64_t slack = 0;

	walk->stop_ms = walk->query->since_ms;
	if (walk->stop_ms == INT64_MIN)
		return HS_OK;
	enum hs_status status = hs_txn_slack(walk->txn, &slack, err);
	walk->stop_ms = walk->stop_ms < INT64_MIN + slack ? INT64_MIN : walk->stop_ms - slack;
	return status;
}

enum hs_status hs_txn_history(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_history_query *query, struct hs_resource_list *out, struct hs_error *err)
{
	struct walk walk = { .txn = txn, .arena = arena, .query = query };
	struct hs_resource_list list = { .items = NULL };

	HS_ASSERT(!query->id.len || query->type);
	if (query->count >= UINT32_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "the page of history would be too long");
	enum hs_status status = find_stop(&walk, err);
	if (status == HS_OK)
		status = query->id.len ? walk_id(&walk, err) :
			query->type    ? walk_type(&walk, query->type, err) :
					 for_each_type(&walk, walk_type, err);
	if (status == HS_OK && query->want_total && !query->id.len)
		status = query->type ? count_type(&walk, query->type, err) :
				       for_each_type(&walk, count_type, err);
	if (status != HS_OK)
		return status;
	list.more = walk.count > query->count;
	list.count = list.more ? query->count : walk.count;
	list.total = walk.total;
	list.items = hs_arena_array(arena, list.count ? list.count : 1, sizeof(list.items[0]));
	if (!list.items)
		return hs_fail(err, HS_E_LIMIT, "the page of history does not fit; ask for fewer");
	for (size_t i = 0; i < list.count && status == HS_OK; i++)
		status = fetch(&walk, &walk.items[i], &list.items[i], err);
	if (status == HS_OK)
		*out = list;
	return status;
}
