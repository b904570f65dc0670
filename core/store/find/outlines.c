/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of resources by what they have and lack, from the keys of their outlines. */
#include <core/store/find/set.h>
#include <core/store/index/outline.h>

static void outlines_of(uint32_t type, struct hs__key *from, struct hs__key *to)
{
	hs__outline_begin(type, from);
	*to = *from;
	hs__key_after_prefix(to);
}

enum hs_status hs__set_add_whole(const struct hs__maker *maker, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	struct hs__range all = { .check = HS__SURE };
	struct hs__key from, to;

	outlines_of(maker->type, &from, &to);
	all.from = hs__key_slice(&from);
	all.to = hs__key_slice(&to);
	return hs__finds_range(&finds, &all, false, err);
}

enum hs_status hs__whole_cost(const struct hs__maker *maker, uint64_t limit, uint64_t *out,
	struct hs_error *err)
{
	struct hs__key from, to;

	outlines_of(maker->type, &from, &to);
	return hs__scan_blocks(maker->finder->txn, hs__key_slice(&from), hs__key_slice(&to), limit, out, err);
}

/* Goes from outline to outline of the type: 1 with the next key that is meant or does not say (*sure tells),
 * 0 at the end, or negative. `at` is outlines_of's to begin with. */
static int next_outline(const struct hs__maker *maker, const struct hs__having *having, struct hs__key *at,
	struct hs__key *found, bool *sure, struct hs_error *err)
{
	struct hs__key begin, end;
	int got;

	outlines_of(maker->type, &begin, &end);
	while ((got = hs__end_key(maker->finder, hs__key_slice(at), hs__key_slice(&end), false, found, err)) >
		0) {
		int has = hs__outline_has(hs_slice_from(hs__key_slice(found), begin.len), having->param);
		*at = *found;
		hs__key_byte(at, 0);
		*sure = has >= 0;
		if (has < 0 || (has >= having->least && has <= having->most))
			return 1;
	}
	return got;
}

/* `cond`: what those must fulfil whose outline does not say. */
enum hs_status hs__set_add_having(const struct hs__maker *maker, struct hs__having having,
	const struct hs__cond *cond, const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	enum hs_status status = HS_OK;
	struct hs__key at, end, found;
	bool sure = true;
	int got = 1;

	found.len = 0;
	outlines_of(maker->type, &at, &end);
	while (status == HS_OK && (got = next_outline(maker, &having, &at, &found, &sure, err)) > 0) {
		struct hs__range one = { .from = hs__key_slice(&found), .single = true, .check = HS__SURE };
		status = hs__finds_range(&finds, &one, !sure, err);
	}
	if (got < 0)
		return (enum hs_status)got;
	return status == HS_OK ? hs__finds_settle(&finds, &cond, 1, within, err) : status;
}

enum hs_status hs__having_cost(const struct hs__maker *maker, struct hs__having having, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs__key at, end, found;
	bool sure = true;
	int got = 1;

	*out = 0;
	found.len = 0;
	outlines_of(maker->type, &at, &end);
	while (status == HS_OK && *out < limit &&
		(got = next_outline(maker, &having, &at, &found, &sure, err)) > 0) {
		uint64_t blocks = 0;
		status = hs__scan_blocks(maker->finder->txn, hs__key_slice(&found), HS_S_NONE, limit - *out,
			&blocks, err);
		*out += blocks;
	}
	return got < 0 ? (enum hs_status)got : status;
}

bool hs__is_missing(const struct hs__cond *cond)
{
	return !cond->nothing && cond->find->op == HS_FIND_MISSING;
}

uint32_t hs__lacked(const struct hs__cond *cond)
{
	return hs__is_missing(cond) ? cond->find->param : cond->kids[0].find->param;
}

/* A condition on nothing but what is missing. */
bool hs__are_missing(const struct hs__cond *cond)
{
	bool all = cond->find->op == HS_FIND_AND && cond->kid_count && !cond->nothing;

	for (size_t i = 0; i < cond->kid_count && all; i++)
		all = hs__is_missing(&cond->kids[i]);
	return all || hs__is_missing(cond);
}
