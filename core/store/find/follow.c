/* SPDX-License-Identifier: Apache-2.0 */
/* Chains followed for a keeper that knows the references already: one by its id, or many by their rows. */
#include <core/store/find/set.h>

#include <handslag/follow.h>

#define SCRATCH ((size_t)64 << 20)

int hs_txn_follow(struct hs_txn *txn, const struct hs_find *chain, struct hs_slice id, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new(SCRATCH) };
	struct hs__cond cond;
	enum hs_status status = hs__find_settle(txn, err);

	HS_ASSERT(chain->op == HS_FIND_CHAIN);
	if (status == HS_OK)
		status = hs__cond_make(&finder, 0, chain, 0, &cond, err);
	int holds = status != HS_OK ? (int)status :
		cond.nothing        ? 0 :
				      hs__match_target(&finder, &cond, id, err);
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	return holds;
}

int hs_txn_row(struct hs_txn *txn, uint32_t type, struct hs_slice id, uint64_t *row, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn };

	return hs__find_keeper(txn, type, NULL) ? 0 : hs__find_row(&finder, type, id, row, err);
}

/* Of `asked` those that fulfil it. */
static enum hs_status find_among(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	const uint64_t *asked, size_t count, struct hs__set *out, struct hs_error *err)
{
	struct hs__set within;
	struct hs__maker maker;
	enum hs_status status = hs__maker_of(finder, type, &maker, err);

	if (status == HS_OK)
		status = hs__set_empty(&maker, &within, err);
	if (status == HS_OK)
		status = hs__set_empty(&maker, out, err);
	for (size_t i = 0; i < count && status == HS_OK; i++)
		hs__set_put(&within, asked[i]);
	if (status == HS_OK)
		status = hs__set_add(&maker, cond, &within, out, err);
	if (status != HS_OK)
		return status;
	hs__set_intersect(out, &within);
	return hs__set_next(out, 0) == HS__NO_ROW ? HS_OK : hs__set_keep_live(&maker, out, err);
}

enum hs_status hs_txn_follow_rows(struct hs_txn *txn, const struct hs_find *chain, const uint64_t *rows,
	size_t count, unsigned char *holds, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new(SCRATCH) };
	/* Of conditions that all must hold each is weighed against a look at what is left. */
	const struct hs_find all = { .op = HS_FIND_AND, .kids = chain->kids, .kid_count = 1 };
	struct hs__set found = { .count = 0 };
	struct hs__cond cond;
	enum hs_status status = hs__find_settle(txn, err);

	HS_ASSERT(chain->op == HS_FIND_CHAIN);
	if (hs__find_keeper(txn, chain->target_type, NULL))
		status = hs_fail(err, HS_E_NOT_SUPPORTED, "the resources of this type are with its service");
	if (status == HS_OK)
		status = hs__cond_make(&finder, chain->target_type,
			chain->kids[0]->op == HS_FIND_AND ? chain->kids[0] : &all, 0, &cond, err);
	if (status == HS_OK)
		status = find_among(&finder, chain->target_type, &cond, rows, count, &found, err);
	for (size_t i = 0; i < count && status == HS_OK; i++)
		holds[i] = hs__set_has(&found, rows[i]);
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	return status;
}

enum hs_status hs_txn_estimate(struct hs_txn *txn, uint32_t type, const struct hs_find *where, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new(SCRATCH) };
	const struct hs_keeper *keeper;
	void *state = NULL;
	uint64_t count = limit;
	struct hs__cond cond;
	enum hs_status status = hs__find_settle(txn, err);

	keeper = hs__find_keeper(txn, type, &state);
	if (status == HS_OK && !keeper)
		status = hs__cond_make(&finder, type, where, 0, &cond, err);
	if (status == HS_OK && !keeper)
		status = hs__estimate(&finder, type, &cond, limit, &count, err);
	if (status == HS_OK && keeper && keeper->estimate)
		status = keeper->estimate(txn, state, where, limit, &count, err);
	*out = count < limit ? count : limit;
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	return status;
}
