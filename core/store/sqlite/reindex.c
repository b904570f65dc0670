/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries made anew for a version that is there already: after an upgrade or new search parameters. */
#include <core/store/sqlite/contained.h>
#include <core/store/sqlite/entries.h>
#include <core/store/sqlite/resource.h>

enum hs_status hs_txn_reindex(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *version,
	const struct hs_put *put, struct hs_error *err)
{
	const struct hs__keeping *keeping = hs__txn_keeping(txn, version->type);
	struct hs_resource same = *version;

	HS_ASSERT(txn->group && version->change != HS_CHANGE_DELETE);
	txn->group->reindexed = true;
	hs__group_touch(txn->store, version->type, version->id);
	if (keeping)
		return keeping->keeper->put(txn, arena, keeping->state, put, version, &same, err);
	enum hs_status status = hs__entries_put(txn, arena, version, put->index, put->index_count, false,
		err);
	if (status == HS_OK)
		status = hs__contained_remove(txn, hs__row_of(version->type, version->row), err);
	return status == HS_OK ? hs__contained_put(txn, arena, put, version, err) : status;
}
