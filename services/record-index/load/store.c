/* SPDX-License-Identifier: Apache-2.0 */
/* Storing in bulk: pointers that were read, in a transaction with many others; and the loader's life. */
#include "load.h"

#define REST_MAX ((size_t)1 << 20)
#define MEMORY ((size_t)64 << 20)
#define LATER ((size_t)1 << 30)
#define TAG_PREFIX 100u /* beside the classes */

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the load");
}

/* ---- a transaction ---- */

static void forget_later(struct hs_ledger_loader *loader)
{
	hs_arena_reset(loader->later.arena);
	loader->later = (struct hs_ledger_later) { .arena = loader->later.arena, .all = loader->later.all };
	hs_ledger_blocks_clear(&loader->blocks);
}

/* What was not settled when something was undone was undone with it. Pieces of which it is no longer known
 * that they are there are looked for by their marks, so that these must not wait. */
static enum hs_status enter(struct hs_ledger_loader *loader, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_error *err)
{
	loader->ledger.txn = txn;
	loader->ledger.arena = arena;
	if (loader->ledger.epoch == hs_txn_epoch(txn))
		return HS_OK;
	loader->ledger.epoch = hs_txn_epoch(txn);
	loader->live = 0;
	loader->later.all = false;
	forget_later(loader);
	enum hs_status status = hs_ledger_mend_marks(txn, err);
	return status == HS_OK ? hs_ledger_look_deferred(loader, err) : status;
}

/* No more subjects are kept in memory: from here on they are looked for, too. */
static enum hs_status stop_waiting(struct hs_ledger_loader *loader, struct hs_error *err)
{
	loader->later.all = false;
	enum hs_status status = hs_ledger_add_later(&loader->ledger, false, err);
	return status == HS_OK ? hs_ledger_mend_marks(loader->ledger.txn, err) : status;
}

/* ---- pieces ---- */

static enum hs_status intern_prefix(struct hs_ledger_loader *loader, struct hs_slice text, uint64_t *number,
	struct hs_error *err)
{
	if (hs_ledger_texts_get(&loader->numbered, TAG_PREFIX, loader->ledger.epoch, text, number))
		return HS_OK;
	enum hs_status status = hs_ledger_intern_text(&loader->ledger, text, number, err);
	if (status == HS_OK)
		hs_ledger_texts_put(&loader->numbered, TAG_PREFIX, loader->ledger.epoch, text, *number);
	return status;
}

/* The piece of the subject or custodian; 0 when there is none. */
static enum hs_status intern_party(struct hs_ledger_loader *loader, struct hs_ledger_named *named,
	uint64_t *number, struct hs_error *err)
{
	struct hs_ledger_known *known = named->known;
	struct hs_ledger *ledger = &loader->ledger;
	enum hs_status status = HS_OK;

	if (known && known->epoch != ledger->epoch) {
		if (!named->rows && !hs_ledger_examine_party(loader, ledger->arena, ledger->arena, named))
			return too_large(err); /* it was examined before; only memory can be missing */
		status = hs_ledger_pack_piece(ledger, known->of, known->text, named->rows, named->count,
			&known->number, err);
		if (status == HS_OK)
			known->epoch = ledger->epoch;
	}
	if (status == HS_OK)
		*number = known ? known->number : 0;
	return status;
}

static enum hs_status intern_shape(struct hs_ledger_loader *loader, struct hs_ledger_recipe *recipe,
	struct hs_error *err)
{
	bool fresh = false;

	if (recipe->epoch == loader->ledger.epoch)
		return HS_OK;
	enum hs_status status = hs_ledger_intern(&loader->ledger, 0, recipe->packed, &recipe->number, &fresh,
		err);
	if (status == HS_OK)
		recipe->epoch = loader->ledger.epoch;
	return status;
}

/* ---- one pointer ---- */

static bool is_own_uuid(struct hs_slice text, struct hs_slice id)
{
	unsigned char uuid[16];

	return text.len == id.len + 9 && hs_slice_starts(text, HS_S("urn:uuid:")) &&
		hs_slice_ends(text, id) && hs_ledger_uuid_read(id, uuid);
}

/* Is there a pointer whose id is the UUID of this identifier? */
static int is_an_id(struct hs_ledger_loader *loader, struct hs_slice text, struct hs_slice own,
	struct hs_error *err)
{
	char id[36];

	if (text.len != 45 || !hs_slice_ieq(hs_slice_first(text, 9), HS_S("urn:uuid:")) ||
		is_own_uuid(text, own))
		return 0;
	for (size_t i = 0; i < sizeof id; i++)
		id[i] = (char)(text.ptr[9 + i] | 0x20);
	id[8] = id[13] = id[18] = id[23] = '-';
	return hs_ledger_has_id(loader, hs_slice(id, sizeof id), err);
}

/* May another pointer have this identifier? 1, 0 or a negative status. Looks where drive.c would. */
static int may_be_taken(struct hs_ledger_loader *loader, const struct hs_ledger_ready *ready,
	struct hs_error *err)
{
	struct hs_slice text = ready->master;

	if (!loader->index->unique_master || !text.len)
		return 0;
	int taken = is_an_id(loader, text, ready->id, err);
	if (taken != 0)
		return taken;
	return hs_ledger_has_identifier(loader, hs_ledger_mark(HS_LEDGER_OF_IDENTIFIER, 0, text), err);
}

static enum hs_status pack_holes(struct hs_ledger_loader *loader, const struct hs_ledger_ready *ready,
	struct hs_slice *out, struct hs_error *err)
{
	const struct hs_ledger_recipe *recipe = ready->recipe;
	enum hs_status status = HS_OK;
	struct hs_buf rest;

	hs_buf_init(&rest, loader->ledger.arena, REST_MAX);
	for (size_t i = 0; i < recipe->hole_count && status == HS_OK; i++) {
		const struct hs_ledger_hole *hole = &ready->holes[i];
		size_t cut = i == recipe->id ? 0 : hs_ledger_hole_cut(hole);
		uint64_t prefix = 0;
		if (i == recipe->id)
			continue;
		if (cut)
			status = intern_prefix(loader, hs_slice_first(hole->raw, cut), &prefix, err);
		hs_ledger_put_hole(&rest, hole->raw, cut, prefix, ready->id);
	}
	hs_buf_add(&rest, recipe->own);
	*out = hs_buf_slice(&rest);
	return status == HS_OK && rest.overflow ? too_large(err) : status;
}

static enum hs_status add_marks(struct hs_ledger_loader *loader, const struct hs_ledger_ready *ready,
	uint64_t row, struct hs_error *err)
{
	const struct hs_ledger_recipe *recipe = ready->recipe;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < recipe->found_by_count && status == HS_OK; i++) {
		const struct hs_ledger_found_by *found = &recipe->found_by[i];
		struct hs_slice text = found->hole == SIZE_MAX ? found->text : ready->holes[found->hole].raw;
		if (found->hole != SIZE_MAX && found->tail)
			text = hs_ledger_tail(text);
		if (found->token && is_own_uuid(text, ready->id))
			continue;
		int64_t mark = hs_ledger_mark(found->of, found->param, text);
		status = hs_ledger_add_mark(&loader->ledger, mark, (struct hs_ledger_target) { row, false },
			err);
		hs_ledger_note_mark(loader, mark);
	}
	return status;
}

static enum hs_status store_pieces(struct hs_ledger_loader *loader, struct hs_ledger_ready *ready,
	struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	enum hs_status status = intern_shape(loader, ready->recipe, err);

	pointer->shape = ready->recipe->number;
	if (status == HS_OK)
		status = intern_party(loader, &ready->subject, &pointer->subject, err);
	if (status == HS_OK)
		status = intern_party(loader, &ready->custodian, &pointer->custodian, err);
	return status == HS_OK ? pack_holes(loader, ready, &pointer->rest, err) : status;
}

static int store_pointer(void *arg, struct hs_txn *txn, struct hs_arena *arena, void *read,
	struct hs_error *err)
{
	struct hs_ledger_loader *loader = arg;
	struct hs_ledger_ready *ready = read;
	struct hs_resource first;
	enum hs_status status = enter(loader, txn, arena, err);

	if (status == HS_OK)
		status = hs_ledger_defer(loader, err);
	if (status == HS_OK && loader->later.all && hs_ledger_known_full(&loader->known))
		status = stop_waiting(loader, err);
	if (status != HS_OK)
		return (int)status;
	int known = hs_ledger_has_id(loader, ready->id, err);
	if (known == 0)
		known = may_be_taken(loader, ready, err);
	if (known != 0)
		return known > 0 ? 0 : known;
	int begun = hs_txn_first(txn, loader->tools.type, ready->id, &first, err);
	if (begun <= 0)
		return begun;
	struct hs_ledger_pointer pointer = { .row = first.seq,
		.seq = first.seq,
		.version = 1,
		.updated_ms = first.updated_ms,
		.id = first.id,
		.has_date = ready->recipe->has_date,
		.date = ready->date };
	status = store_pieces(loader, ready, &pointer, err);
	if (status == HS_OK && ready->wide_date)
		status = hs_ledger_note_waits(txn, HS_LEDGER_WIDE_DATES | HS_LEDGER_SURE_DATES, err);
	if (status == HS_OK)
		status = loader->ledger.deferred ?
			hs_ledger_wait(&loader->ledger, &loader->blocks, &pointer, err) :
			hs_ledger_insert(&loader->ledger, &pointer, err);
	if (status == HS_OK)
		status = add_marks(loader, ready, pointer.row, err);
	if (status != HS_OK)
		return (int)status;
	hs_ledger_note_id(loader, first.id);
	loader->live++;
	loader->since++;
	return 1;
}

static enum hs_status settle(void *arg, struct hs_txn *txn, struct hs_arena *arena, bool ordinary,
	struct hs_error *err)
{
	struct hs_ledger_loader *loader = arg;
	enum hs_status status = enter(loader, txn, arena, err);

	if (status == HS_OK)
		status = hs_ledger_add_later(&loader->ledger, loader->later.all, err);
	if (status == HS_OK && loader->live && loader->ledger.deferred)
		status = hs_ledger_blocks_store(&loader->ledger, &loader->blocks, err);
	if (status == HS_OK && loader->live)
		status = hs_ledger_count(&loader->ledger, loader->live, err);
	if (status != HS_OK)
		return status;
	forget_later(loader);
	loader->live = 0;
	if (!ordinary || !loader->ledger.deferred)
		return HS_OK;
	loader->since = 0;
	status = hs_ledger_mend_all(txn, err);
	loader->ledger.deferred = status != HS_OK;
	loader->later.all = false;
	return status;
}

/* ---- the loader ---- */

static void close_loader(void *arg)
{
	struct hs_ledger_loader *loader = arg;

	hs_ledger_known_close(&loader->known);
	hs_ledger_texts_close(&loader->numbered);
	hs_ledger_blocks_close(&loader->blocks);
	hs_arena_free(loader->scratch);
	hs_arena_free(loader->later.arena);
	hs_ledger_set_drop(&loader->ids);
	hs_ledger_set_drop(&loader->taken);
	hs_arena_free(loader->memory); /* which the loader itself is in */
}

static void *open_loader(void *state, const struct hs_bulk_tools *tools)
{
	const struct hs_record_index *index = state;

	if (index->require_producer) /* a file does not say who writes it */
		return NULL;
	struct hs_arena *memory = hs_arena_new(MEMORY);
	struct hs_ledger_loader *loader = hs_arena_alloc(memory, sizeof *loader);
	if (!loader) {
		hs_arena_free(memory);
		return NULL;
	}
	loader->index = index;
	loader->tools = *tools;
	loader->memory = memory;
	loader->scratch = hs_arena_new(MEMORY);
	loader->later.arena = hs_arena_new(LATER);
	loader->ledger.later = &loader->later;
	loader->ledger.texts = &loader->numbered;
	loader->blind = true; /* until the sets are made */
	hs_ledger_blocks_open(&loader->blocks);
	hs_ledger_known_open(&loader->known);
	hs_ledger_params(&loader->names, tools->number, tools->arg);
	hs_ledger_params(&loader->ledger, tools->number, tools->arg);
	if (hs_ledger_texts_open(&loader->numbered))
		return loader;
	close_loader(loader);
	return NULL;
}

const struct hs_bulk hs_ledger_bulk = {
	.open = open_loader,
	.close = close_loader,
	.read = hs_ledger_read,
	.store = store_pointer,
	.settle = settle,
};
