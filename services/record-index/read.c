/* SPDX-License-Identifier: Apache-2.0 */
/* Reading for the bulk way: a text, its recipe, and whether its values are such as the recipe can take. */
#include "load.h"

bool hs_ledger_examine(struct hs_ledger_loader *loader, struct hs_arena *arena, struct hs_slice text,
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

/* Texts of subjects and custodians that were good in one pointer are good in the next; an address within the
 * pointer would not be. */
static bool was_checked(const struct hs_ledger_loader *loader, const struct hs_ledger_split *split)
{
	uint64_t one;

	return (!split->subject.len ||
		       hs_ledger_texts_get(&loader->checked, HS_LEDGER_OF_SUBJECT, 0, split->subject,
			       &one)) &&
		(!split->custodian.len ||
			hs_ledger_texts_get(&loader->checked, HS_LEDGER_OF_CUSTODIAN, 0, split->custodian,
				&one));
}

static bool names_within(struct hs_slice object)
{
	return object.len && memchr(object.ptr, '#', object.len);
}

static bool check_parties(struct hs_ledger_loader *loader, struct hs_arena *arena,
	const struct hs_ledger_split *split, struct hs_ledger_ready *ready)
{
	struct hs_resource version = { .version = 1, .id = HS_S("a") };

	if (was_checked(loader, split))
		return true;
	if (names_within(split->subject) || names_within(split->custodian))
		return false;
	struct hs_bulk_examined *examined = hs_arena_alloc(arena, sizeof *examined);
	if (!examined || !hs_ledger_examine(loader, arena, split->text, &version, examined))
		return false;
	if (split->subject.len)
		hs_ledger_texts_put(&loader->checked, HS_LEDGER_OF_SUBJECT, 0, split->subject, 1);
	if (split->custodian.len)
		hs_ledger_texts_put(&loader->checked, HS_LEDGER_OF_CUSTODIAN, 0, split->custodian, 1);
	ready->examined = examined;
	return true;
}

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
	struct hs_ledger_recipe *recipe = hs_ledger_fit(loader, text, &split);
	if (!recipe) {
		hs_arena_reset(scratch);
		split = (struct hs_ledger_split) { .arena = scratch, .text = text, .is_pointer = true };
		if (hs_ledger_split(&split, &ignored) != HS_OK)
			return NULL;
		recipe = hs_ledger_recipe(loader, &split);
		if (recipe && recipe->good)
			hs_ledger_fit_next(loader, recipe);
	}
	if (!recipe || !recipe->good || !holes_fit(recipe, &split))
		return NULL;
	struct hs_ledger_ready *ready = hs_arena_alloc(arena, sizeof *ready);
	struct hs_ledger_hole *holes = hs_arena_array(arena, split.hole_count + 1, sizeof *holes);
	if (!ready || !holes || !check_parties(loader, arena, &split, ready))
		return NULL;
	if (split.hole_count)
		memcpy(holes, split.holes, split.hole_count * sizeof *holes);
	ready->recipe = recipe;
	ready->text = split.text;
	ready->holes = holes;
	ready->subject = split.subject;
	ready->custodian = split.custodian;
	ready->date = split.date;
	return ready;
}
