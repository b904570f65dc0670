/* SPDX-License-Identifier: Apache-2.0 */
/* Reading for the bulk way: a text, its recipe, and whether its values are such as the recipe can take. */
#include "load.h"

bool hs_ledger_examine(const struct hs_ledger_loader *loader, struct hs_arena *arena, struct hs_slice text,
	const struct hs_resource *version, struct hs_bulk_examined *out)
{
	const struct hs_bulk_tools *tools = &loader->tools;
	struct hs_issues issues = { .arena = arena };

	if (!text.len || !tools->examine(tools->arg, arena, text, version, out))
		return false;
	struct hs_write_event event = { .arena = arena,
		.fhir = tools->fhir,
		.change = HS_CHANGE_CREATE,
		.type = HS_S("DocumentReference"),
		.id = hs_json_get_text(out->tree, HS_S("id")),
		.resource = out->tree };
	hs_record_index_check(loader->index, &event, &issues);
	return issues.errors == 0;
}

/* ---- subjects and custodians ---- */

bool hs_ledger_copy_row(struct hs_arena *arena, const struct hs_index_row *row, struct hs_index_row *out)
{
	*out = *row;
	out->system = hs_arena_copy(arena, row->system);
	out->text = hs_arena_copy(arena, row->text);
	out->exact = hs_arena_copy(arena, row->exact);
	return out->system.ptr && out->text.ptr && out->exact.ptr;
}

/* What is checked of them and found by does not depend on the rest of the pointer: so they are examined in
 * the shortest one there is. */
bool hs_ledger_examine_party(const struct hs_ledger_loader *loader, struct hs_arena *scratch,
	struct hs_arena *arena, struct hs_ledger_named *named)
{
	const struct hs_ledger_known *known = named->known;
	struct hs_resource version = { .version = 1, .id = HS_S("a") };
	struct hs_bulk_examined examined;
	struct hs_slice text = hs_arena_printf(scratch,
		"{\"resourceType\":\"DocumentReference\",\"id\":\"a\",\"status\":\"current\",\"%s\":%.*s,"
		"\"content\":[{\"attachment\":{\"contentType\":\"text/plain\"}}]}",
		known->of == HS_LEDGER_OF_SUBJECT ? "subject" : "custodian", HS_S_ARG(known->text));

	if (!hs_ledger_examine(loader, scratch, text, &version, &examined))
		return false;
	struct hs_index_row *rows = hs_arena_array(arena, examined.count + 1, sizeof *rows);
	size_t count = 0;
	for (size_t i = 0; rows && i < examined.count; i++) {
		if (hs_ledger_class(&loader->names, examined.rows[i].param) != known->of)
			continue;
		if (!hs_ledger_copy_row(arena, &examined.rows[i], &rows[count++]))
			return false;
	}
	named->rows = rows;
	named->count = count;
	return rows != NULL;
}

bool hs_ledger_find_party(struct hs_ledger_loader *loader, struct hs_arena *arena, enum hs_ledger_class of,
	struct hs_slice text, struct hs_ledger_named *named)
{
	struct hs_ledger_known made = { .text = text, .of = of };

	named->known = text.len ? hs_ledger_known_get(&loader->known, of, text) : NULL;
	if (!text.len || named->known)
		return true;
	named->known = &made;
	/* An address within the pointer would mean something else in the next. */
	if (memchr(text.ptr, '#', text.len) ||
		!hs_ledger_examine_party(loader, loader->scratch, arena, named))
		return false;
	named->known = hs_ledger_known_add(&loader->known, arena, of, text);
	return named->known != NULL;
}

/* ---- a pointer ---- */

static bool holes_fit(const struct hs_ledger_recipe *recipe, const struct hs_ledger_split *split)
{
	for (size_t i = 0; i < recipe->hole_count; i++) {
		if (recipe->rules[i] != HS_LEDGER_RULE_AGAIN &&
			!hs_ledger_rule_holds(recipe->rules[i], split->holes[i].raw))
			return false;
	}
	return true;
}

void *hs_ledger_read(void *arg, struct hs_arena *arena, struct hs_slice text)
{
	struct hs_ledger_loader *loader = arg;
	struct hs_arena *scratch = loader->scratch;
	struct hs_ledger_split split;
	struct hs_error ignored;

	text = hs_slice_trim(text);
	hs_arena_reset(scratch);
	struct hs_ledger_recipe *recipe = hs_ledger_fit(loader, text, &split);
	if (!recipe) {
		split = (struct hs_ledger_split) { .arena = scratch, .text = text, .is_pointer = true };
		if (hs_ledger_split(&split, &ignored) != HS_OK)
			return NULL;
		recipe = hs_ledger_recipe(loader, &split);
		if (recipe && recipe->good)
			hs_ledger_fit_next(loader, recipe);
	}
	if (!recipe || !recipe->good || !holes_fit(recipe, &split))
		return hs_ledger_read_single(loader, arena, text);
	struct hs_ledger_ready *ready = hs_arena_alloc(arena, sizeof *ready);
	struct hs_ledger_hole *holes = hs_arena_array(arena, split.hole_count + 1, sizeof *holes);
	if (!ready || !holes ||
		!hs_ledger_find_party(loader, arena, HS_LEDGER_OF_SUBJECT, split.subject, &ready->subject) ||
		!hs_ledger_find_party(loader, arena, HS_LEDGER_OF_CUSTODIAN, split.custodian,
			&ready->custodian))
		return NULL;
	if (split.hole_count)
		memcpy(holes, split.holes, split.hole_count * sizeof *holes);
	ready->recipe = recipe;
	ready->id = holes[recipe->id].raw;
	ready->master = recipe->master == SIZE_MAX ? HS_S_NONE : holes[recipe->master].raw;
	ready->holes = holes;
	ready->date = split.date;
	return ready;
}
