/* SPDX-License-Identifier: Apache-2.0 */
/* Fits a text to a recipe that was used lately: one comparison of what is between the holes, instead of
 * looking at every byte to find out where holes are. What does not fit is split, as if this were not here. */
#include "load.h"

struct fit {
	const struct hs_ledger_recipe *recipe;
	struct hs_slice text;
	size_t at;
	struct hs_ledger_split *out;
};

bool hs_ledger_fit_prepare(struct hs_arena *arena, struct hs_ledger_recipe *recipe)
{
	struct hs_slice shape = recipe->shape;
	size_t marks = 0, count = 0, from = 0;

	for (size_t i = 0; i < shape.len; i++)
		marks += (unsigned char)shape.ptr[i] < HS_LEDGER_MARKS;
	recipe->runs = hs_arena_array(arena, marks + 1, sizeof *recipe->runs);
	for (size_t i = 0; recipe->runs && i < shape.len; i++) {
		if ((unsigned char)shape.ptr[i] >= HS_LEDGER_MARKS)
			continue;
		recipe->runs[count++] = (struct hs_ledger_run) { hs_slice(shape.ptr + from, i - from),
			(enum hs_ledger_mark)shape.ptr[i], i > from && shape.ptr[i - 1] == '"' };
		from = i + 1;
	}
	if (recipe->runs)
		recipe->runs[count].bytes = hs_slice_from(shape, from);
	return recipe->runs != NULL;
}

static bool fit_hole(struct fit *fit, bool quoted)
{
	struct hs_ledger_split *out = fit->out;
	size_t index = out->hole_count, left = fit->text.len - fit->at;
	const char *begin = fit->text.ptr + fit->at;
	size_t len = 0;

	if (index == fit->recipe->hole_count)
		return false;
	bool whole = fit->recipe->rules[index] == HS_LEDGER_RULE_AGAIN;
	if (whole) {
		len = fit->recipe->again[index].len;
		if (len > left || memcmp(begin, fit->recipe->again[index].ptr, len) != 0)
			return false;
	} else if (quoted) {
		const char *end = memchr(begin, '"', left);
		len = end ? (size_t)(end - begin) : 0;
	} else {
		while (len < left && begin[len] >= '0' && begin[len] <= '9')
			len++;
	}
	out->holes[out->hole_count++] = (struct hs_ledger_hole) { hs_slice(begin, len), whole };
	fit->at += len;
	return len > 0;
}

static bool fit_object(struct fit *fit, struct hs_slice *out)
{
	if (fit->at == fit->text.len || fit->text.ptr[fit->at] != '{')
		return false;
	size_t end = hs_ledger_object_end(fit->text, fit->at);
	*out = hs_slice(fit->text.ptr + fit->at, end - fit->at);
	fit->at = end;
	return true;
}

static bool fit_mark(struct fit *fit, enum hs_ledger_mark mark, bool quoted)
{
	switch (mark) {
	case HS_LEDGER_HOLE:
		return fit_hole(fit, quoted);
	case HS_LEDGER_SUBJECT:
		return fit_object(fit, &fit->out->subject);
	case HS_LEDGER_CUSTODIAN:
		return fit_object(fit, &fit->out->custodian);
	case HS_LEDGER_DATE:
		fit->at += 20;
		fit->out->has_date = fit->at <= fit->text.len &&
			hs_ledger_plain_date(hs_slice(fit->text.ptr + fit->at - 20, 20), &fit->out->date);
		return fit->out->has_date;
	default:
		return false;
	}
}

static bool fits(const struct hs_ledger_recipe *recipe, struct hs_slice text, struct hs_ledger_hole *holes,
	struct hs_ledger_split *out)
{
	struct fit fit = { recipe, text, 0, out };

	*out = (struct hs_ledger_split) { .text = text, .is_pointer = true, .holes = holes };
	for (const struct hs_ledger_run *run = recipe->runs;; run++) {
		if (run->bytes.len > text.len - fit.at ||
			memcmp(text.ptr + fit.at, run->bytes.ptr, run->bytes.len) != 0)
			return false;
		fit.at += run->bytes.len;
		if (!run->mark)
			break;
		if (!fit_mark(&fit, run->mark, run->quoted))
			return false;
	}
	return fit.at == text.len && out->hole_count == recipe->hole_count;
}

struct hs_ledger_recipe *hs_ledger_fit(struct hs_ledger_loader *loader, struct hs_slice text,
	struct hs_ledger_split *out)
{
	for (size_t i = 0; i < HS_LEDGER_RECENT; i++) {
		struct hs_ledger_recipe *recipe = loader->recent[i];
		if (!recipe || !fits(recipe, text, loader->holes, out))
			continue;
		/* One place forward: what is used most comes first. */
		if (i) {
			loader->recent[i] = loader->recent[i - 1];
			loader->recent[i - 1] = recipe;
		}
		return recipe;
	}
	return NULL;
}

void hs_ledger_fit_next(struct hs_ledger_loader *loader, struct hs_ledger_recipe *recipe)
{
	if (recipe->hole_count <= HS_LEDGER_RECENT_HOLES)
		loader->recent[HS_LEDGER_RECENT - 1] = recipe;
}
