/* SPDX-License-Identifier: Apache-2.0 */
/* Views of services as columns of the shelf, which holds, copies, renews and bounds them like its own. */
#include <core/store/find/column.h>

#include <core/base/heap.h>

#define STEPS_A_CHANGE 20u

enum hs_status hs__view_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err)
{
	column->seq = column->changed = hs_txn_seq(finder->txn);
	column->view = hs_heap_alloc(column->what->size);
	enum hs_status status = column->what->read(finder->txn, column->view, column->view_of, most, err);
	if (status != HS_OK)
		hs__view_empty(column);
	return status;
}

enum hs_status hs__view_behind(struct hs__finder *finder, const struct hs__column *column, uint64_t *out,
	struct hs_error *err)
{
	uint64_t count = 0;
	enum hs_status status = column->what->behind(finder->txn, column->view, column->seq, &count, err);

	if (status == HS_OK && count && count != HS__COLUMN_FAR)
		status = hs__find_spend(finder->txn, (unsigned)count * STEPS_A_CHANGE, err);
	if (status == HS_OK)
		*out = count;
	return status;
}

enum hs_status hs__view_follow(struct hs__finder *finder, struct hs__column *column, struct hs_error *err)
{
	enum hs_status status = column->what->follow(finder->txn, column->view, column->seq, err);

	if (status == HS_OK)
		column->seq = column->changed = hs_txn_seq(finder->txn);
	return status;
}

enum hs_status hs__view_unshare(struct hs__column *column, struct hs_error *err)
{
	const void *from = column->view;

	column->view = hs_heap_alloc(column->what->size);
	enum hs_status status = column->what->copy(column->view, from, err);
	if (status != HS_OK)
		hs__view_empty(column);
	return status;
}

size_t hs__view_memory(const struct hs__column *column)
{
	return column->view ? column->what->size + column->what->memory(column->view) : 0;
}

void hs__view_empty(struct hs__column *column)
{
	if (!column->view)
		return;
	column->what->drop(column->view);
	hs_heap_free(column->view);
	column->view = NULL;
}

/* ---- for services ---- */

enum hs_status hs_txn_view(struct hs_txn *txn, const struct hs_view *what, uint64_t of, bool want,
	struct hs_view_hold *out, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn };
	struct hs__column *column = NULL;
	enum hs_status status = hs__columns_get_view(&finder, what, of, want, &column, err);

	*out = (struct hs_view_hold) { column ? column->view : NULL, column };
	return status;
}

void hs_txn_view_end(struct hs_txn *txn, struct hs_view_hold *hold)
{
	struct hs__finder finder = { .txn = txn, .columns = { hold->column }, .column_count = 1 };

	if (hold->column)
		hs__columns_release(&finder);
	*hold = (struct hs_view_hold) { NULL, NULL };
}
