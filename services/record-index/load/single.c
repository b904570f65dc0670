/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers that no recipe fits: each is examined as the ordinary way does it and becomes a recipe for itself.
 * So it is read beside the store's work and stored in order with the others, and indexes that were put off
 * stay so. What does more than being stored, or has no id yet, is left to the ordinary way. */
#include "load.h"

#include <handslag/time.h>

#define ROWS_MAX ((size_t)256 << 10) /* of search entries, in bytes */

struct single {
	struct hs_ledger_loader *loader;
	struct hs_arena *arena; /* of the batch; all else is in the loader's scratch */
	struct hs_bulk_examined examined;
	struct hs_ledger_split split;
	struct hs_index_row *rows; /* of neither subject nor custodian */
	size_t count;
	struct hs_ledger_recipe *recipe;
	struct hs_ledger_ready *ready;
};

/* It replaces another one, or is published with its document. */
static bool does_more(const struct hs_json *tree)
{
	HS_JSON_EACH(relation, hs_json_get(tree, HS_S("relatesTo"))) {
		if (hs_slice_eq(hs_json_get_text(relation, HS_S("code")), HS_S("replaces")))
			return true;
	}
	return hs_record_index_claims_publish(tree);
}

static bool examine(struct single *single, struct hs_slice text)
{
	const struct hs_ledger_loader *loader = single->loader;
	struct hs_arena *scratch = loader->scratch;
	char *instant = hs_arena_raw(scratch, HS_INSTANT_LEN + 1);
	struct hs_resource version = { .version = 1, .id = HS_S("a") };
	struct hs_bulk_examined *examined = &single->examined;
	struct hs_error ignored;

	if (!instant || !hs_ledger_examine(loader, scratch, text, &version, examined) ||
		does_more(examined->tree))
		return false;
	hs_time_instant(version.updated_ms, instant);
	single->split = (struct hs_ledger_split) { .arena = scratch,
		.text = hs_arena_copy(single->arena, examined->stored),
		.is_pointer = true,
		.id = version.id,
		.version = HS_S("1"),
		.updated = hs_slice(instant, HS_INSTANT_LEN) };
	return single->split.text.ptr && hs_ledger_split(&single->split, &ignored) == HS_OK;
}

static bool belongs(const struct hs_ledger_split *split, enum hs_ledger_class of)
{
	return (of == HS_LEDGER_OF_SUBJECT && split->subject.len) ||
		(of == HS_LEDGER_OF_CUSTODIAN && split->custodian.len);
}

/* Parts the search entries, and packs those of the pointer itself. */
static bool take_rows(struct single *single)
{
	const struct hs_ledger *names = &single->loader->names;
	const struct hs_bulk_examined *examined = &single->examined;
	struct hs_arena *scratch = single->loader->scratch;
	struct hs_buf steady, own;

	single->rows = hs_arena_array(scratch, examined->count + 1, sizeof *single->rows);
	if (!single->rows)
		return false;
	for (size_t i = 0; i < examined->count; i++) {
		const struct hs_index_row *row = &examined->rows[i];
		enum hs_ledger_class of = hs_ledger_class(names, row->param);
		if (belongs(&single->split, of))
			continue;
		single->rows[single->count++] = *row;
		if (of == HS_LEDGER_OF_DATE && !single->recipe->has_date) {
			single->recipe->has_date = true;
			single->ready->date = row->lo / 1000 - (row->lo % 1000 < 0);
			single->ready->wide_date = hs_ledger_is_wide(row);
		}
	}
	hs_buf_init(&steady, scratch, ROWS_MAX);
	hs_buf_init(&own, scratch, ROWS_MAX);
	hs_ledger_facts_write(names, &single->split, single->rows, single->count, &steady, &own);
	single->recipe->packed = hs_ledger_shape_bytes(single->arena, single->split.hole_count,
		hs_buf_slice(&steady), hs_buf_slice(&single->split.shape));
	single->recipe->own = hs_arena_copy(single->arena, hs_buf_slice(&own));
	return !steady.overflow && !own.overflow && single->recipe->packed.ptr && single->recipe->own.ptr;
}

static bool take_marks(struct single *single)
{
	const struct hs_ledger *names = &single->loader->names;
	struct hs_ledger_recipe *recipe = single->recipe;

	recipe->found_by = hs_arena_array(single->arena, single->count + 1, sizeof *recipe->found_by);
	for (size_t i = 0; recipe->found_by && i < single->count; i++) {
		const struct hs_index_row *row = &single->rows[i];
		if (!hs_ledger_has_mark(names, single->ready->id, row))
			continue;
		recipe->found_by[recipe->found_by_count++] = (struct hs_ledger_found_by) {
			.of = hs_ledger_class(names, row->param),
			.param = row->param,
			.hole = SIZE_MAX,
			.text = hs_arena_copy(single->arena, row->text),
		};
	}
	return recipe->found_by != NULL;
}

/* A subject within the pointer is what its `contained` says, in this pointer only. */
static bool take_party(struct single *single, enum hs_ledger_class of, struct hs_slice text,
	struct hs_ledger_named *named)
{
	const struct hs_bulk_examined *examined = &single->examined;
	struct hs_arena *arena = single->arena;

	if (!text.len || !memchr(text.ptr, '#', text.len))
		return hs_ledger_find_party(single->loader, arena, of, text, named);
	named->known = hs_arena_alloc(arena, sizeof *named->known);
	named->rows = hs_arena_array(arena, examined->count + 1, sizeof *named->rows);
	if (!named->known || !named->rows)
		return false;
	*named->known = (struct hs_ledger_known) { .text = text, .of = of };
	for (size_t i = 0; i < examined->count; i++) {
		const struct hs_index_row *row = &examined->rows[i];
		if (hs_ledger_class(&single->loader->names, row->param) == of &&
			!hs_ledger_copy_row(arena, row, &named->rows[named->count++]))
			return false;
	}
	return true;
}

static bool take_holes(struct single *single)
{
	const struct hs_ledger_split *split = &single->split;
	struct hs_ledger_ready *ready = single->ready;

	ready->holes = hs_arena_array(single->arena, split->hole_count + 1, sizeof *ready->holes);
	if (ready->holes && split->hole_count)
		memcpy(ready->holes, split->holes, split->hole_count * sizeof *ready->holes);
	single->recipe->hole_count = split->hole_count;
	single->recipe->id = SIZE_MAX; /* it is no hole of a stored text */
	single->recipe->has_date = split->has_date;
	ready->recipe = single->recipe;
	ready->date = split->date;
	ready->id = hs_arena_copy(single->arena, hs_json_get_text(single->examined.tree, HS_S("id")));
	ready->master = hs_arena_copy(single->arena,
		hs_json_get_text(hs_json_get(single->examined.tree, HS_S("masterIdentifier")),
			HS_S("value")));
	return ready->holes && ready->id.len && ready->master.ptr;
}

struct hs_ledger_ready *hs_ledger_read_single(struct hs_ledger_loader *loader, struct hs_arena *arena,
	struct hs_slice text)
{
	struct single single = { .loader = loader,
		.arena = arena,
		.recipe = hs_arena_alloc(arena, sizeof *single.recipe),
		.ready = hs_arena_alloc(arena, sizeof *single.ready) };

	if (!single.recipe || !single.ready || !examine(&single, text) || !take_holes(&single) ||
		!take_rows(&single) || !take_marks(&single) ||
		!take_party(&single, HS_LEDGER_OF_SUBJECT, single.split.subject, &single.ready->subject) ||
		!take_party(&single, HS_LEDGER_OF_CUSTODIAN, single.split.custodian,
			&single.ready->custodian))
		return NULL;
	return single.ready;
}
