/* SPDX-License-Identifier: Apache-2.0 */
/* Equality, equivalence and order of values (FHIRPath sections 6.1 and 6.2). */
#include <core/fhir/path/values/alike.h>
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

bool hs__path_number(const struct hs_path_value *value, struct path_decimal *out)
{
	if (hs__path_is_whole(value)) {
		*out = hs__path_decimal_of(value->integer);
		return true;
	}
	return value->kind == HS_PATH_DECIMAL && hs__path_decimal_parse(value->text, out);
}

bool hs__path_moment(const struct hs_path_value *value, struct path_moment *out)
{
	switch (value->kind) {
	case HS_PATH_TIME:
		return hs__path_time_parse(value->text, out);
	case HS_PATH_DATE:
	case HS_PATH_DATETIME:
		if (!hs__path_moment_parse(value->text, out) || out->kind == HS_PATH_TIME) {
			return false;
		}
		out->kind = out->precision > PATH_DAY ? HS_PATH_DATETIME : value->kind;
		return true;
	default:
		return false;
	}
}

static bool is_moment(const struct hs_path_value *value)
{
	return value->kind == HS_PATH_DATE || value->kind == HS_PATH_DATETIME || value->kind == HS_PATH_TIME;
}

/* A string of a resource whose type is not known reads as a date where a date is expected. */
static struct hs_path_value lift(const struct hs_path_value *value, const struct hs_path_value *other)
{
	struct hs_path_value lifted = *value;
	struct path_moment moment;
	if (value->kind == HS_PATH_STRING && value->node && !value->type && is_moment(other)) {
		bool parsed = other->kind == HS_PATH_TIME ? hs__path_time_parse(value->text, &moment) :
							    hs__path_moment_parse(value->text, &moment);
		lifted.kind = parsed ? moment.kind : lifted.kind;
	}
	return lifted;
}

/* ---- equality ---- */

static enum hs_status equal_nodes(struct path_run *run, const struct hs_path_value *a,
	const struct hs_path_value *b, bool loose, int *out)
{
	*out = 0;
	if (a->kind == HS_PATH_TYPE || b->kind == HS_PATH_TYPE) {
		*out = a->kind == b->kind && hs_slice_eq(a->text, b->text) && hs_slice_eq(a->unit, b->unit);
		return HS_OK;
	}
	const struct hs_json *x = a->node ? a->node : a->shadow, *y = b->node ? b->node : b->shadow;
	return x && y ? hs__path_trees_alike(run, x, y, loose, out) : HS_OK;
}

static int tristate(int order, bool known)
{
	return known ? order == 0 : -1;
}

static int equal_numbers(const struct hs_path_value *a, const struct hs_path_value *b)
{
	struct path_decimal x, y;
	if (hs__path_is_whole(a) && hs__path_is_whole(b)) {
		return a->integer == b->integer;
	}
	return hs__path_number(a, &x) && hs__path_number(b, &y) ? hs__path_decimal_compare(x, y) == 0 :
								  hs_slice_eq(a->text, b->text);
}

static int equal_moments(const struct hs_path_value *a, const struct hs_path_value *b)
{
	struct path_moment x, y;
	bool known = false;
	if (!hs__path_moment(a, &x) || !hs__path_moment(b, &y)) {
		return hs_slice_eq(a->text, b->text);
	}
	if ((x.kind == HS_PATH_TIME) != (y.kind == HS_PATH_TIME)) {
		return 0;
	}
	int order = hs__path_moment_compare(&x, &y, &known);
	return tristate(order, known);
}

/* Is it FHIR's Quantity of a value that is known, not one of "less than"? */
static bool is_amount(const struct path_run *run, const struct hs_path_value *value)
{
	const struct hs_def_type *quantity = run->defs ? hs_defs_type(run->defs, HS_S("Quantity")) : NULL;
	return quantity && value->type && hs_defs_is_a(run->defs, value->type, quantity) &&
		!hs_json_get(value->node, HS_S("comparator"));
}

/* Both as quantities, when at least one is and the other can be one. */
static bool as_quantities(const struct path_run *run, const struct hs_path_value *a,
	const struct hs_path_value *b, struct path_quantity *x, struct path_quantity *y)
{
	bool trees = a->kind == HS_PATH_NODE && b->kind == HS_PATH_NODE;
	if ((trees && !(is_amount(run, a) && is_amount(run, b))) ||
		(hs__path_is_number(a) && hs__path_is_number(b))) {
		return false;
	}
	return hs__path_quantity_of(a, x) && hs__path_quantity_of(b, y);
}

enum hs_status hs__path_equal(struct path_run *run, const struct hs_path_value *left,
	const struct hs_path_value *right, int *out)
{
	enum hs_status status = hs__path_tick(run);
	if (status) {
		return status;
	}
	struct hs_path_value a = lift(left, right), b = lift(right, left);
	struct path_quantity x, y;
	bool known = false;
	if (a.kind == HS_PATH_STRING && b.kind == HS_PATH_STRING) {
		*out = hs_slice_eq(a.text, b.text);
	} else if (hs__path_is_number(&a) && hs__path_is_number(&b)) {
		*out = equal_numbers(&a, &b);
	} else if (a.kind == HS_PATH_BOOLEAN && b.kind == HS_PATH_BOOLEAN) {
		*out = a.boolean == b.boolean;
	} else if (is_moment(&a) && is_moment(&b)) {
		*out = equal_moments(&a, &b);
	} else if (as_quantities(run, &a, &b, &x, &y)) {
		int order = hs__path_quantity_compare(&x, &y, false, &known);
		*out = tristate(order, known);
	} else if (a.kind >= HS_PATH_BOOLEAN && b.kind >= HS_PATH_BOOLEAN && a.kind != HS_PATH_TYPE) {
		/* A FHIR date is text to a string. */
		*out = hs__path_is_text(&a) && hs__path_is_text(&b) && hs_slice_eq(a.text, b.text);
	} else {
		return equal_nodes(run, &a, &b, false, out);
	}
	return HS_OK;
}

enum hs_status hs__path_equal_lists(struct path_run *run, const struct path_list *a,
	const struct path_list *b, int *out)
{
	if (a->count == 0 || b->count == 0) {
		*out = -1;
		return HS_OK;
	}
	*out = a->count == b->count;
	for (uint32_t i = 0; *out == 1 && i < a->count; i++) {
		enum hs_status status = hs__path_equal(run, &a->items[i], &b->items[i], out);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

/* ---- equivalence ---- */

static bool equivalent_numbers(const struct hs_path_value *a, const struct hs_path_value *b)
{
	struct path_decimal x, y;
	return hs__path_number(a, &x) && hs__path_number(b, &y) ? hs__path_decimal_alike(x, y) :
								  hs_slice_eq(a->text, b->text);
}

static enum hs_status equivalent(struct path_run *run, const struct hs_path_value *left,
	const struct hs_path_value *right, int *out)
{
	enum hs_status status = hs__path_tick(run);
	if (status) {
		return status;
	}
	struct hs_path_value a = lift(left, right), b = lift(right, left);
	struct path_quantity x, y;
	if (a.kind == HS_PATH_STRING && b.kind == HS_PATH_STRING) {
		*out = hs__path_texts_alike(run, a.text, b.text);
	} else if (hs__path_is_number(&a) && hs__path_is_number(&b)) {
		*out = equivalent_numbers(&a, &b);
	} else if (as_quantities(run, &a, &b, &x, &y)) {
		*out = hs__path_quantity_equivalent(&x, &y);
	} else if (a.kind == HS_PATH_NODE && b.kind == HS_PATH_NODE) {
		return equal_nodes(run, &a, &b, true, out);
	} else {
		status = hs__path_equal(run, &a, &b, out);
		*out = *out == 1;
	}
	return status;
}

enum hs_status hs__path_equivalent_lists(struct path_run *run, const struct path_list *a,
	const struct path_list *b, bool *out)
{
	*out = a->count == b->count;
	if (!*out || a->count == 0) {
		return HS_OK;
	}
	bool *taken = hs_arena_alloc(run->arena, b->count);
	if (!taken) {
		return hs__path_full(run);
	}
	for (uint32_t i = 0; *out && i < a->count; i++) {
		int same = 0;
		for (uint32_t j = 0; same != 1 && j < b->count; j++) {
			if (taken[j]) {
				continue;
			}
			enum hs_status status = equivalent(run, &a->items[i], &b->items[j], &same);
			if (status) {
				return status;
			}
			taken[j] = same == 1;
		}
		*out = same == 1;
	}
	return HS_OK;
}

/* ---- order ---- */

enum hs_status hs__path_order(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *left, const struct hs_path_value *right, int *out, bool *known)
{
	struct hs_path_value a = lift(left, right), b = lift(right, left);
	struct path_decimal m, n;
	struct path_moment s, t;
	struct path_quantity x, y;
	*known = true;
	if (hs__path_is_number(&a) && hs__path_is_number(&b) && hs__path_number(&a, &m) &&
		hs__path_number(&b, &n)) {
		*out = hs__path_decimal_compare(m, n);
	} else if (a.kind == HS_PATH_STRING && b.kind == HS_PATH_STRING) {
		*out = hs_slice_cmp(a.text, b.text);
	} else if (hs__path_moment(&a, &s) && hs__path_moment(&b, &t) &&
		(s.kind == HS_PATH_TIME) == (t.kind == HS_PATH_TIME)) {
		*out = hs__path_moment_compare(&s, &t, known);
	} else if (hs__path_quantity_of(&a, &x) && hs__path_quantity_of(&b, &y)) {
		*out = hs__path_quantity_compare(&x, &y, false, known);
	} else {
		return hs__path_fault(run, node,
			"%.*s and %.*s have no order: compare numbers, strings, dates or quantities",
			HS_S_ARG(hs_path_type_name(run->defs, left)),
			HS_S_ARG(hs_path_type_name(run->defs, right)));
	}
	return HS_OK;
}
