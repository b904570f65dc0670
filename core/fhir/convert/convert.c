/* SPDX-License-Identifier: Apache-2.0 */
/* Conversion of resources: which types can be converted, and the way in. */
#include <core/fhir/convert/convert_private.h>

#include <core/base/heap.h>

#define TYPES_DEEP 24u

/* ---- is every difference of a type in the table? ---- */

struct cover {
	const struct hs_convert *convert;
	struct hs_arena *arena;
	const struct hs_def_type *seen[256]; /* of R4: being looked at, or done */
	size_t seen_count;
	struct hs_slice gap;
};

static bool in_table(struct hs_slice owner, struct hs_slice name, bool r5)
{
	for (size_t i = 0; i < hs__convert_rule_count; i++)
		if (hs_slice_eq(owner, hs_slice_cstr(hs__convert_rules[i].path)) &&
			hs__convert_is_named(r5 ? hs__convert_rules[i].r5 : hs__convert_rules[i].r4, name))
			return true;
	return false;
}

static bool cover_spot(struct cover *cover, struct hs__spot r4, struct hs__spot r5, unsigned depth);

static bool cover_type(struct cover *cover, const struct hs_def_type *r4, unsigned depth)
{
	struct hs_slice name = hs_defs_text(cover->convert->r4, r4->name);
	const struct hs_def_type *r5 = hs_defs_type(cover->convert->r5, name);

	for (size_t i = 0; i < cover->seen_count; i++)
		if (cover->seen[i] == r4)
			return true;
	if (r4->abstract || r4->kind == HS_DEF_PRIMITIVE)
		return true;
	if (cover->seen_count < 256)
		cover->seen[cover->seen_count++] = r4;
	if (!r5) {
		cover->gap = name;
		return false;
	}
	return cover_spot(cover, (struct hs__spot) { NULL, r4 }, (struct hs__spot) { NULL, r5 }, depth);
}

static const struct hs_def_type *first_type(const struct hs_defs *defs, const struct hs_def_element *element)
{
	const struct hs_def_use *use = element->type_count ? hs_defs_uses(defs, element) : NULL;
	return use && use->type != HS_DEF_NONE ? hs_defs_type_at(defs, use->type) : NULL;
}

/* Both have the element: can one be the other without a rule? */
static bool cover_element(struct cover *cover, const struct hs_def_element *a, const struct hs_def_element *b,
	unsigned depth)
{
	const struct hs_def_type *x = first_type(cover->convert->r4, a),
				 *y = first_type(cover->convert->r5, b);

	if (a->same_as != HS_DEF_NONE ||
		hs_slice_eq(hs_defs_text(cover->convert->r4, a->name), HS_S("extension")))
		return true;
	if (a->choice != b->choice)
		return false;
	if (a->choice) /* a type that the other choice lacks is carried */
		return true;
	if (a->child_count && b->child_count)
		return cover_spot(cover, (struct hs__spot) { a, NULL }, (struct hs__spot) { b, NULL },
			depth + 1);
	if (!x || !y)
		return !x && !y;
	if (x->kind == HS_DEF_PRIMITIVE || y->kind == HS_DEF_PRIMITIVE)
		return x->kind == y->kind;
	return hs_slice_eq(hs_defs_text(cover->convert->r4, x->name),
		       hs_defs_text(cover->convert->r5, y->name)) &&
		cover_type(cover, x, depth + 1);
}

static bool cover_spot(struct cover *cover, struct hs__spot r4, struct hs__spot r5, unsigned depth)
{
	const struct hs_defs *defs[2] = { cover->convert->r4, cover->convert->r5 };
	const struct hs__spot spots[2] = { r4, r5 };

	for (unsigned side = 0; side < 2 && depth < TYPES_DEEP; side++) {
		struct hs_slice owner = hs__convert_owner(defs[side], spots[side]);
		uint32_t count = 0;
		const struct hs_def_element *kids = hs_defs_children(defs[side], spots[side].element,
			spots[side].type, &count);
		for (uint32_t i = 0; i < count; i++) {
			struct hs_slice name = hs_defs_text(defs[side], kids[i].name);
			const struct hs_def_element *other = hs__convert_named(defs[1 - side],
				spots[1 - side], name);
			if (in_table(owner, name, side == 1))
				continue;
			if (other && (side == 1 || cover_element(cover, &kids[i], other, depth)))
				continue;
			if (!cover->gap.len)
				cover->gap = hs_arena_printf(cover->arena, "%.*s in R%u",
					HS_S_ARG(hs_defs_text(defs[side], kids[i].path)), side + 4);
			return false;
		}
	}
	return true;
}

struct hs_slice hs_convert_gap(const struct hs_convert *convert, struct hs_arena *arena, struct hs_slice type)
{
	struct cover cover = { .convert = convert, .arena = arena };
	const struct hs_def_type *r4 = hs_defs_type(convert->r4, type);

	if (!r4 || r4->kind != HS_DEF_RESOURCE || r4->abstract)
		return type.len ? hs_slice_first(type, 64) : HS_S("a type");
	if (cover_type(&cover, r4, 0))
		return HS_S_NONE;
	return cover.gap.len ? cover.gap : HS_S("an element");
}

static bool can_convert(const struct hs_convert *convert, struct hs_arena *arena, struct hs_slice name,
	struct hs_slice *gap)
{
	const struct hs_def_type *type = hs_defs_type(convert->r4, name);
	_Atomic uint8_t *known = type ? &convert->known[hs_defs_type_index(convert->r4, type)] : NULL;

	*gap = HS_S_NONE;
	if (known && atomic_load_explicit(known, memory_order_relaxed) == 1)
		return true;
	*gap = hs_convert_gap(convert, arena, name);
	if (known)
		atomic_store_explicit(known, gap->len ? 2 : 1, memory_order_relaxed);
	return !gap->len;
}

struct hs_convert *hs_convert_new(const struct hs_defs *r4, const struct hs_defs *r5)
{
	struct hs_convert *convert = hs_heap_alloc(sizeof(*convert));

	convert->r4 = r4;
	convert->r5 = r5;
	convert->known = hs_heap_alloc(hs_defs_type_count(r4) + 1);
	return convert;
}

void hs_convert_free(struct hs_convert *convert)
{
	if (!convert)
		return;
	hs_heap_free((void *)(uintptr_t)convert->known);
	hs_heap_free(convert);
}

/* ---- resources ---- */

static struct hs_json *convert_one(struct hs__convert_run *run, const struct hs_json *src,
	struct hs_error *err)
{
	struct hs_slice name = hs_json_get_text(src, HS_S("resourceType"));
	struct hs_slice gap = HS_S_NONE;

	if (!name.len) {
		hs_fail(err, HS_E_STRUCTURE, "a resource is an object with a resourceType");
		return NULL;
	}
	if (!can_convert(run->convert, run->arena, name, &gap)) {
		hs_fail(err, HS_E_NOT_SUPPORTED,
			"%.*s cannot be converted between R4 and R5: there is no rule for %.*s",
			HS_S_ARG(hs_slice_first(name, 64)), HS_S_ARG(gap));
		return NULL;
	}
	return hs__convert_object(run, (struct hs__spot) { NULL, hs_defs_type(run->from, name) },
		(struct hs__spot) { NULL, hs_defs_type(run->to, name) }, src);
}

struct hs_json *hs__convert_resource(struct hs__convert_run *run, const struct hs_json *src)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *out = convert_one(run, src, &err);

	if (!out)
		hs__convert_tell(run, HS_SEVERITY_ERROR, "not-supported",
			hs_json_get_text(src, HS_S("resourceType")), "%s; it is left out", err.text);
	return out;
}

enum hs_status hs_convert(const struct hs_convert *convert, struct hs_arena *arena,
	const struct hs_json *resource, enum hs_fhir_version from, struct hs_json **out,
	struct hs_issues *issues, struct hs_error *err)
{
	bool up = from == HS_FHIR_R4;
	struct hs__convert_run run = { .convert = convert,
		.arena = arena,
		.from = up ? convert->r4 : convert->r5,
		.to = up ? convert->r5 : convert->r4,
		.up = up,
		.issues = issues };
	struct hs_error own = { .status = HS_OK };
	struct hs_json *made = convert_one(&run, resource, &own);

	if (own.status) {
		*err = own;
		return own.status;
	}
	if (!made || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the resource is too large to be converted");
	*out = made;
	return HS_OK;
}
