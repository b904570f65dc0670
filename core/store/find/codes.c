/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of a token parameter: its keys in the index, one after another, or those of its column. */
#include <core/store/codes.h>
#include <core/store/find/column.h>

#define SCRATCH ((size_t)16 << 20)

struct codes {
	struct hs__finder *finder;
	struct hs_arena *arena;
	uint32_t type, param;
	struct hs_stored_code *items;
	size_t count, room, most;
};

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the codes of a parameter do not fit in memory");
}

static enum hs_status add(struct codes *codes, struct hs_slice system, struct hs_slice code,
	struct hs_error *err)
{
	if (codes->count == codes->most)
		return hs_fail(err, HS_E_TOO_COSTLY, "the resources here have more than %zu different codes",
			codes->most);
	if (codes->count == codes->room) {
		size_t room = codes->room ? codes->room * 2 : 64;
		struct hs_stored_code *items = hs_arena_grow(codes->arena, codes->items,
			codes->count * sizeof(*items), room * sizeof(*items));
		if (!items)
			return too_large(err);
		codes->items = items;
		codes->room = room;
	}
	struct hs_slice own = hs_arena_copy(codes->arena, code);
	if (!own.ptr)
		return too_large(err);
	codes->items[codes->count++] = (struct hs_stored_code) { system, own };
	return HS_OK;
}

/* ---- long codes, of which the key has a part only ---- */

static enum hs_status add_from(struct codes *codes, struct hs_slice key, struct hs_slice data,
	struct hs_error *err)
{
	struct hs__facts facts;
	struct hs__fact fact;
	struct hs__key own;

	if (!hs__facts_open(data, &facts))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	while (hs__facts_next(&facts, &fact)) {
		if (fact.param != codes->param || fact.kind != HS_INDEX_TOKEN)
			continue;
		hs__key_of(&fact, &own);
		if (hs_slice_eq(hs__key_slice(&own), key))
			return add(codes, hs_txn_name(codes->finder->txn, HS_SPACE_SYSTEM, fact.system),
				fact.text, err);
	}
	return HS_OK;
}

/* That of one resource that has the key; others whose key is the same have the same, but for a hash. */
static enum hs_status add_long(struct codes *codes, struct hs_slice key, struct hs_error *err)
{
	struct hs__scan scan;
	enum hs_status status = hs__scan_key(codes->finder->txn, key, 0, &scan, err);
	int step = 0;

	if (status != HS_OK)
		return status;
	int got = hs__scan_next(&scan, err);
	struct hs_stmt *stmt = got > 0 ? hs__find_facts(codes->finder, codes->type, scan.row, &step, err) :
					 NULL;
	if (got > 0 && step > 0)
		status = add_from(codes, key, hs_sql_get_blob(stmt, 0), err);
	hs_sql_end(stmt);
	hs__scan_end(&scan);
	return got < 0 ? (enum hs_status)got : step < 0 ? (enum hs_status)step : status;
}

/* ---- keys ---- */

static enum hs_status add_key(struct codes *codes, struct hs_slice key, struct hs_error *err)
{
	struct hs_slice rest = hs_slice_from(key, hs__key_param_len(codes->param));
	uint32_t system = hs__key_read_number(rest);

	if (!system)
		return HS_OK;
	rest = hs_slice_from(rest, hs__key_param_len(system));
	struct hs_slice folded = hs_slice_cut(&rest, '\0');
	if (folded.len > HS__KEY_CUT)
		return add_long(codes, key, err);
	return add(codes, hs_txn_name(codes->finder->txn, HS_SPACE_SYSTEM, system), rest.ptr ? rest : folded,
		err);
}

static enum hs_status from_column(struct codes *codes, const struct hs__column *column, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 1; i <= column->key_count && status == HS_OK; i++)
		status = add_key(codes, hs__column_key(column, (uint32_t)i), err);
	return status;
}

static enum hs_status from_index(struct codes *codes, const struct hs__key *prefix, struct hs_error *err)
{
	struct hs__key at = *prefix, end = *prefix, found = { .len = 0 };
	enum hs_status status = HS_OK;
	int got = 1;

	hs__key_after_prefix(&end);
	while (status == HS_OK &&
		(got = hs__end_key(codes->finder, hs__key_slice(&at), hs__key_slice(&end), false, &found,
			 err)) > 0) {
		status = add_key(codes, hs__key_slice(&found), err);
		at = found;
		hs__key_byte(&at, 0);
	}
	return got < 0 ? (enum hs_status)got : status;
}

/* The type that a parameter is of, by its name: "Observation.code". */
static uint32_t type_of(struct hs_txn *txn, uint32_t param)
{
	struct hs_slice rest = hs_txn_name(txn, HS_SPACE_PARAM, param & ~HS_PARAM_CONTAINED);
	uint32_t type = hs_txn_number(txn, HS_SPACE_TYPE, hs_slice_cut(&rest, '.'), false);

	return type && (param & HS_PARAM_CONTAINED) ? type | HS_TYPE_CONTAINED : type;
}

#define WORTH_A_COLUMN 500u /* codes */

enum hs_status hs_txn_codes(struct hs_txn *txn, struct hs_arena *arena, uint32_t param, size_t most,
	const struct hs_stored_code **out, size_t *count, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new(SCRATCH) };
	struct codes codes = { &finder, arena, type_of(txn, param), param, .most = most };
	const struct hs__column *column = NULL;
	struct hs__key prefix;
	enum hs_status status = hs__find_settle(txn, err);

	hs__key_begin(&prefix, param);
	if (status == HS_OK && (!codes.type || hs__find_keeper(txn, codes.type & ~HS_TYPE_CONTAINED, NULL)))
		status = hs_fail(err, HS_E_NOT_SUPPORTED,
			"the codes of these resources are not in the index");
	if (status == HS_OK)
		status = hs__columns_get(&finder, codes.type, &prefix, HS__WANT_NOT, &column, err);
	if (status == HS_OK)
		status = column ? from_column(&codes, column, err) : from_index(&codes, &prefix, err);
	if (status == HS_OK && !column && codes.count > WORTH_A_COLUMN)
		status = hs__columns_get(&finder, codes.type, &prefix, HS__WANT_LATER, &column, err);
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	*out = codes.items;
	*count = codes.count;
	return status;
}
