/* SPDX-License-Identifier: Apache-2.0 */
/* The codes that modifiers of ClaML make: a class without classes below it, and the characters of each
 * modifier that holds for it, one position after another. */
#include "claml.h"

#define HOLDING_MAX 16u  /* modifiers of one class */
#define DEPTH_MAX 32u    /* classes above one another */
#define MADE_MAX 5000u   /* codes from one class */
#define ALL_MAX 2000000u /* codes in all */

struct made {
	uint32_t concept;
	struct hs_slice code, label;
};

struct work {
	struct tx_table_run *run;
	struct tx_lines *lines;
	const struct claml_modifiers *all;
	const struct claml_use *uses;
	const struct claml_character *characters;
	const struct claml_note *notes;
	const struct hs_slice *valid;
	size_t use_count, character_count;
	uint32_t *parent; /* of each class, counted from 1; 0: none */
	bool *has_below;
	uint32_t *first_use; /* of each class, counted from 1 */
	struct hs_slice *labels;
	struct made *level[2];
	size_t made;
};

static const struct claml_use *find(const struct claml_use *const *list, size_t count,
	struct hs_slice modifier)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(list[i]->modifier, modifier))
			return list[i];
	return NULL;
}

/* Where a modifier's character stands: as it is told, or as the name ends (S05F10_4). */
static char position_of(const struct claml_use *use)
{
	struct hs_slice text = use->position.len ? use->position : use->modifier;

	return text.ptr[text.len - 1];
}

/* The modifiers that hold for a class: its own and those above it, the nearest word counts. Those for an
 * earlier position come first. */
static size_t holding(const struct work *w, uint32_t concept, const struct claml_use **out)
{
	const struct claml_use *seen[HOLDING_MAX];
	size_t count = 0, n = 0;
	uint32_t at = concept + 1;

	for (unsigned depth = 0; at && depth < DEPTH_MAX; depth++, at = w->parent[at - 1])
		for (size_t i = w->first_use[at - 1];
			i && i <= w->use_count && w->uses[i - 1].concept == at - 1; i++)
			if (count < HOLDING_MAX && !find(seen, count, w->uses[i - 1].modifier))
				seen[count++] = &w->uses[i - 1];
	for (size_t i = 0; i < count; i++) {
		if (seen[i]->excluded)
			continue;
		size_t to = n++;
		for (; to && position_of(out[to - 1]) > position_of(seen[i]); to--)
			out[to] = out[to - 1];
		out[to] = seen[i];
	}
	return n;
}

static bool is_valid(const struct work *w, const struct claml_use *use, struct hs_slice code)
{
	for (size_t i = 0; i < use->valid_count; i++)
		if (hs_slice_eq(w->valid[use->valid_first + i], code))
			return true;
	return !use->some;
}

/* E10 and .0 make E10.0, M00.0 and 1 make M00.01; none when the position is taken. */
static struct hs_slice join(struct hs_arena *arena, struct hs_slice code, struct hs_slice character)
{
	bool dotted = hs_slice_find(code, '.', 0) != SIZE_MAX, dot = character.len && character.ptr[0] == '.';

	if (!character.len || (dotted && dot))
		return HS_S_NONE;
	return hs_arena_printf(arena, "%.*s%s%.*s", HS_S_ARG(code), dotted || dot ? "" : ".",
		HS_S_ARG(character));
}

static void add_notes(struct work *w, uint32_t concept, const struct claml_character *character)
{
	for (size_t i = 0; i < character->note_count; i++) {
		const struct claml_note *note = &w->notes[character->note_first + i];
		hs_tx_table_property(w->run, concept, note->rubric, "valueString", note->text);
	}
}

/* One code more, unless the classification has it in words of its own. */
static bool make(struct work *w, const struct made *from, const struct claml_character *character,
	struct made *out)
{
	struct hs_arena *arena = w->run->arena;

	out->code = join(arena, from->code, character->code);
	if (!out->code.len || hs_tx_build_find(w->run->build, out->code) != UINT32_MAX)
		return false;
	out->label = hs_arena_printf(arena, "%.*s : %.*s", HS_S_ARG(from->label), HS_S_ARG(character->label));
	if (!hs_tx_table_concept(w->run, w->lines, out->code, out->label, &out->concept))
		return false;
	hs_tx_build_link(w->run->build, out->concept, from->concept);
	hs_tx_table_property(w->run, out->concept, HS_S("kind"), "valueCode", HS_S("category"));
	hs_tx_table_property(w->run, out->concept, HS_S("usage"), "valueCode", character->usage);
	add_notes(w, out->concept, character);
	w->made++;
	return true;
}

/* The characters of one modifier behind each of `from`. */
static size_t apply(struct work *w, const struct claml_use *use, const struct made *from, size_t count,
	struct made *out)
{
	size_t n = 0;
	bool known = false;

	for (size_t i = 0; i < w->character_count; i++) {
		if (!hs_slice_eq(w->characters[i].modifier, use->modifier))
			continue;
		known = true;
		for (size_t k = 0; k < count && n < MADE_MAX && is_valid(w, use, w->characters[i].code); k++)
			n += make(w, &from[k], &w->characters[i], &out[n]);
	}
	w->lines->line = use->line;
	if (!known)
		hs_tx_lines_skip(w->lines, "the modifier %.*s of %.*s is not described",
			HS_S_ARG(hs_slice_first(use->modifier, 60)),
			HS_S_ARG(hs_slice_first(from->code, 60)));
	return n;
}

static void modify(struct work *w, uint32_t concept)
{
	const struct claml_use *uses[HOLDING_MAX];
	size_t use_count = holding(w, concept, uses), count = 1;
	struct made *now = w->level[0], *next = w->level[1];

	now[0] = (struct made) { concept, hs_tx_build_at(w->run->build, concept)->code, w->labels[concept] };
	for (size_t i = 0; i < use_count; i++) {
		size_t made = apply(w, uses[i], now, count, next);
		if (!made)
			continue;
		struct made *swap = now;
		now = next;
		next = swap;
		count = made;
	}
}

static bool prepare(struct work *w, uint32_t count)
{
	struct hs_arena *arena = w->run->arena;
	const struct tx_build_link *links = (const void *)w->run->build->links.ptr;
	const struct claml_label *labels = (const void *)w->all->labels.ptr;

	w->parent = hs_arena_array(arena, count + 1, sizeof(*w->parent));
	w->has_below = hs_arena_array(arena, count + 1, sizeof(*w->has_below));
	w->first_use = hs_arena_array(arena, count + 1, sizeof(*w->first_use));
	w->labels = hs_arena_array(arena, count + 1, sizeof(*w->labels));
	for (size_t i = 0; i < 2; i++)
		w->level[i] = hs_arena_array(arena, MADE_MAX, sizeof(*w->level[i]));
	if (!w->parent || !w->has_below || !w->first_use || !w->labels || !w->level[0] || !w->level[1])
		return false;
	for (size_t i = 0; i < TX_BUILD_COUNT(w->run->build->links, struct tx_build_link); i++) {
		w->has_below[links[i].parent] = true;
		if (!w->parent[links[i].child])
			w->parent[links[i].child] = links[i].parent + 1;
	}
	for (size_t i = 0; i < w->all->labels.len / sizeof(*labels); i++)
		w->labels[labels[i].concept] = labels[i].text;
	for (size_t i = w->use_count; i-- > 0;)
		w->first_use[w->uses[i].concept] = (uint32_t)i + 1;
	return true;
}

enum hs_status hs_claml_modify(struct tx_table_run *run, struct tx_lines *lines,
	const struct claml_modifiers *all, struct hs_error *err)
{
	uint32_t count = (uint32_t)TX_BUILD_COUNT(run->build->concepts, struct tx_build_concept);
	struct work w = { .run = run,
		.lines = lines,
		.all = all,
		.uses = (const void *)all->uses.ptr,
		.characters = (const void *)all->characters.ptr,
		.notes = (const void *)all->notes.ptr,
		.valid = (const void *)all->valid.ptr,
		.use_count = all->uses.len / sizeof(struct claml_use),
		.character_count = all->characters.len / sizeof(struct claml_character) };

	if (!w.use_count)
		return HS_OK;
	if (!prepare(&w, count))
		return hs_fail(err, HS_E_LIMIT, "the classification has too many classes");
	for (uint32_t i = 0; i < count && w.made < ALL_MAX; i++)
		if (!w.has_below[i])
			modify(&w, i);
	return w.made < ALL_MAX ? HS_OK :
				  hs_fail(err, HS_E_LIMIT, "modifiers make more than %u codes", ALL_MAX);
}
