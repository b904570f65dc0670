/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling a tree of search conditions: names become numbers, shapes are checked. */
#include <core/store/find/finder.h>

#define KIDS_MAX 100000u

static enum hs_status check_shape(const struct hs_find *find, unsigned depth, struct hs_error *err)
{
	bool one = find->op == HS_FIND_NOT || find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;

	HS_ASSERT(find->op <= HS_FIND_WORDS && (!one || find->kid_count == 1));
	if (depth > HS__FIND_DEPTH || find->kid_count > KIDS_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; split it");
	return HS_OK;
}

static bool needs_param(unsigned op)
{
	return op >= HS_FIND_TOKEN && op != HS_FIND_MISSING && op != HS_FIND_SAME_GROUP &&
		op != HS_FIND_WORDS;
}

static bool joins(const struct hs__cond *cond)
{
	return cond->find->op == HS_FIND_AND || cond->find->op == HS_FIND_OR;
}

static enum hs_status no_room(struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; split it");
}

static bool is_equal(double a, double b)
{
	return a <= b && a >= b;
}

/* Whether two conditions on entries say the same. */
static bool is_same(const struct hs_find *a, const struct hs_find *b)
{
	return a == b ||
		(!a->kid_count && !b->kid_count && a->op == b->op && a->op != HS_FIND_WORDS &&
			a->cmp == b->cmp && a->match == b->match && a->any_system == b->any_system &&
			a->any_code == b->any_code && a->fold_case == b->fold_case && a->param == b->param &&
			a->target_type == b->target_type && a->lo == b->lo && a->hi == b->hi &&
			is_equal(a->low, b->low) && is_equal(a->high, b->high) &&
			is_equal(a->radius, b->radius) && hs_slice_eq(a->system, b->system) &&
			hs_slice_eq(a->text, b->text) && hs_slice_eq(a->folded, b->folded));
}

/* Of many none is looked for: that would cost more than it can save. */
#define COMPARED 32u
static bool is_repeated(const struct hs__cond *cond, const struct hs__cond *kids, size_t count)
{
	for (size_t i = 0; i < count && count <= COMPARED; i++) {
		if (is_same(kids[i].find, cond->find))
			return true;
	}
	return false;
}

static void take_kid(const struct hs__cond *kid, struct hs__cond *kids, size_t *count)
{
	if (!is_repeated(kid, kids, *count))
		kids[(*count)++] = *kid;
}

/* What stands in brackets within its like is one with it ("and" in "and"), a single condition is itself, and
 * of those of which any is enough, what cannot match is left out; what is said twice is asked once. Thus all
 * that must hold together is seen together, however it was written. */
static enum hs_status splice(struct hs_arena *arena, struct hs__cond *cond, struct hs_error *err)
{
	bool any = cond->find->op == HS_FIND_OR;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < cond->kid_count; i++)
		count += cond->kids[i].find->op == cond->find->op ? cond->kids[i].kid_count : 1;
	struct hs__cond *kids = hs_arena_array(arena, count + 1, sizeof(*kids));
	if (!kids)
		return no_room(err);
	for (size_t i = 0; i < cond->kid_count; i++) {
		const struct hs__cond *kid = &cond->kids[i];
		bool like = kid->find->op == cond->find->op;
		for (size_t k = 0; like && k < kid->kid_count; k++)
			take_kid(&kid->kids[k], kids, &at);
		if (!like && !(any && kid->nothing))
			take_kid(kid, kids, &at);
	}
	cond->kids = kids;
	cond->kid_count = at;
	if (at == 1)
		*cond = kids[0];
	return HS_OK;
}

#define POINTERS 6u /* where the resources that may point are kept elsewhere */
#define POINTERS_MOST UINT64_C(1000)

/* As many as there are of the one type for each of the other. */
static enum hs_status take_pointers(struct hs__finder *finder, uint32_t type, struct hs__cond *cond,
	struct hs_error *err)
{
	uint64_t pointing = 0, pointed = 0;
	enum hs_status status = hs__find_live(finder->txn, cond->find->target_type, &pointing, err);

	if (status == HS_OK)
		status = hs__find_live(finder->txn, type, &pointed, err);
	cond->pointers = POINTERS;
	if (status != HS_OK || !pointing || !pointed)
		return status;
	uint64_t each = (pointing + pointed - 1) / pointed;
	cond->pointers = (uint32_t)(each < POINTERS_MOST ? each : POINTERS_MOST);
	return HS_OK;
}

/* What is known of its names and types before its kids are. */
static enum hs_status look_up(struct hs__finder *finder, uint32_t type, struct hs__cond *made,
	struct hs_error *err)
{
	const struct hs_find *find = made->find;
	uint64_t live = 0;

	made->nothing = needs_param(find->op) && find->param == 0;
	if ((find->op == HS_FIND_TOKEN || find->op == HS_FIND_QUANTITY) && !find->any_system &&
		find->system.len) {
		made->system = hs_txn_number(finder->txn, HS_SPACE_SYSTEM, find->system, false);
		made->nothing |= made->system == 0;
	}
	if (find->op == HS_FIND_HAS)
		return take_pointers(finder, type, made, err);
	if (find->op != HS_FIND_CHAIN || !(find->target_type & HS_TYPE_CONTAINED))
		return HS_OK;
	enum hs_status status = hs__find_live(finder->txn, find->target_type, &live, err);
	made->nothing |= live == 0;
	return status;
}

enum hs_status hs__cond_make(struct hs__finder *finder, uint32_t type, const struct hs_find *find,
	unsigned depth, struct hs__cond *out, struct hs_error *err)
{
	bool leads = find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;
	struct hs__cond made = { .find = find, .kid_count = find->kid_count };
	enum hs_status status = check_shape(find, depth, err);

	if (status != HS_OK)
		return status;
	status = look_up(finder, type, &made, err);
	if (status == HS_OK && find->op == HS_FIND_WORDS)
		status = hs__words_find(finder, find, &made, err);
	if (find->kid_count) {
		made.kids = hs_arena_array(finder->arena, find->kid_count, sizeof(made.kids[0]));
		if (!made.kids)
			return no_room(err);
	}
	for (size_t i = 0; i < find->kid_count && status == HS_OK; i++)
		status = hs__cond_make(finder, leads ? find->target_type : type, find->kids[i], depth + 1,
			&made.kids[i], err);
	for (size_t i = 0; i < find->kid_count && hs__is_grouped(find); i++)
		made.kids[i].grouped = true;
	if (status == HS_OK && joins(&made))
		status = splice(finder->arena, &made, err);
	if (status == HS_OK)
		*out = made;
	return status;
}
