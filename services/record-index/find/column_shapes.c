/* SPDX-License-Identifier: Apache-2.0 */
/* What shapes tell of the pointers in the ledger's columns, and the values that they leave to each of them.
 */
#include "columns.h"

#include <stdlib.h>

#define SHAPES_MOST ((size_t)4096) /* of a ledger with more there are no columns */
#define EXACT_MOST ((size_t)1024)  /* and of these so many have own rows as they are */
#define SLOTS (4 * SHAPES_MOST)
#define TEXTS_MAX ((size_t)64 << 20)
#define ONE ((size_t)1 << 20)

bool hs_ledger_column_shapes_make(struct hs_ledger_columns *columns)
{
	columns->texts = hs_arena_new(TEXTS_MAX);
	columns->shape = hs_arena_array(columns->texts, SHAPES_MOST, sizeof *columns->shape);
	columns->slots = hs_arena_array(columns->texts, SLOTS, sizeof *columns->slots);
	columns->shape_count = 1;
	return columns->shape && columns->slots;
}

/* ---- copies that stay with the columns ---- */

static bool copy_text(struct hs_arena *arena, struct hs_slice *text)
{
	if (text->ptr && !hs_ledger_is_hole_text(*text))
		*text = hs_arena_copy(arena, *text);
	return !hs_arena_full(arena);
}

static bool copy_rows(struct hs_arena *arena, struct hs_ledger_rows *rows)
{
	struct hs_index_row *items = hs_arena_array(arena, rows->count + 1, sizeof *items);

	if (!items)
		return false;
	for (size_t i = 0; i < rows->count; i++) {
		items[i] = rows->items[i];
		if (!copy_text(arena, &items[i].system) || !copy_text(arena, &items[i].text) ||
			!copy_text(arena, &items[i].exact))
			return false;
	}
	*rows = (struct hs_ledger_rows) { items, rows->count, rows->count };
	return true;
}

static void *copy_array(struct hs_arena *arena, const void *items, size_t count, size_t size)
{
	void *made = hs_arena_array(arena, count + 1, size);

	if (made && count)
		memcpy(made, items, count * size);
	return made;
}

static bool copy_shape(struct hs_arena *arena, struct hs_ledger_column_shape *shape)
{
	shape->own = hs_arena_copy(arena, shape->own);
	shape->told.open = copy_array(arena, shape->told.open, shape->told.open_count,
		sizeof *shape->told.open);
	shape->holes = copy_array(arena, shape->holes, shape->hole_count, sizeof *shape->holes);
	return shape->told.open && shape->holes && copy_rows(arena, &shape->told.rows) &&
		!hs_arena_full(arena);
}

bool hs_ledger_column_shapes_copy(const struct hs_ledger_columns *from, struct hs_ledger_columns *to)
{
	bool fits = hs_ledger_column_shapes_make(to);

	if (!fits)
		return false;
	memcpy(to->slots, from->slots, SLOTS * sizeof *to->slots);
	for (; to->shape_count < from->shape_count && fits; to->shape_count++) {
		to->shape[to->shape_count] = from->shape[to->shape_count];
		fits = copy_shape(to->texts, &to->shape[to->shape_count]);
	}
	return fits;
}

/* ---- values ---- */

bool hs_ledger_column_tells(const struct hs_ledger_columns *columns, uint32_t param)
{
	unsigned i = 0;

	while (i < columns->value_count && columns->values[i].param != param)
		i++;
	return i < columns->value_count;
}

bool hs_ledger_column_begins(const struct hs_ledger_columns *columns, uint32_t param)
{
	unsigned i = 0;

	while (i < columns->value_count && (columns->values[i].param != param || columns->values[i].prefixes))
		i++;
	return i == columns->value_count && hs_ledger_column_tells(columns, param);
}

/* One number a pointer; NULL when there is no room. */
static uint32_t *make_list(struct hs_ledger_columns *columns)
{
	uint32_t *list = columns->list_count < columns->list_most ?
		hs_arena_array(columns->arena, columns->room, sizeof *list) :
		NULL;

	columns->list_count += list != NULL;
	return list;
}

/* That of the nth hole for the param of a row, made if there is room; value_count when there is none. */
static unsigned value_of(struct hs_ledger_columns *columns, const struct hs_index_row *row, unsigned nth)
{
	struct hs_ledger_values made = { .param = row->param, .nth = nth };
	unsigned at = 0;

	while (at < columns->value_count &&
		(columns->values[at].param != row->param || columns->values[at].nth != nth))
		at++;
	if (at < columns->value_count || at == HS_LEDGER_VALUES)
		return at;
	made.hashes = make_list(columns);
	if (!made.hashes)
		return at;
	made.prefixes = row->kind == HS_INDEX_URI ? make_list(columns) : NULL;
	columns->values[at] = made;
	return columns->value_count++;
}

/* Texts that fill holes and by which no mark finds pointers. */
static bool is_value(const struct hs_ledger *ledger, const struct hs_index_row *row)
{
	return hs_ledger_is_hole_text(row->text) &&
		(row->kind == HS_INDEX_TOKEN || row->kind == HS_INDEX_URI) &&
		hs_ledger_class(ledger, row->param) == HS_LEDGER_OF_OTHER;
}

/* ---- a new shape ---- */

struct adding {
	struct hs_ledger *ledger;
	struct hs_ledger_columns *columns;
	struct hs_ledger_open open;
	struct hs_ledger_column_shape shape;
};

static int by_hole(const void *a, const void *b)
{
	const struct hs_ledger_column_hole *x = a, *y = b;

	return x->hole < y->hole ? -1 : x->hole > y->hole;
}

static void add_open(struct hs_ledger_told *told, uint32_t param)
{
	size_t i = 0;

	while (i < told->open_count && told->open[i] != param)
		i++;
	if (i == told->open_count)
		told->open[told->open_count++] = param;
}

static void add_hole(struct adding *adding, const struct hs_index_row *row,
	const struct hs_ledger_place *place, unsigned nth)
{
	unsigned value = value_of(adding->columns, row, nth);

	if (value < adding->columns->value_count)
		adding->shape.holes[adding->shape.hole_count++] = (struct hs_ledger_column_hole) {
			place->hole, value, place->source == HS_LEDGER_FROM_TAIL
		};
	else
		add_open(&adding->shape.told, row->param);
}

/* Which of its holes have values; the params of others that could are open. */
static enum hs_status add_holes(struct adding *adding, struct hs_error *err)
{
	struct hs_ledger_column_shape *shape = &adding->shape;
	const struct hs_ledger_rows *rows = &shape->told.rows;
	struct hs_slice facts = adding->open.facts;
	struct hs_ledger_place place;
	struct hs_index_row row;

	for (size_t i = 0; facts.len; i++) {
		unsigned nth = 0;
		if (!hs_ledger_facts_next(&facts, &adding->open, &row, &place) || i >= rows->count)
			return hs_fail(err, HS_E_CORRUPT, "the search entries of a pointer are damaged");
		if (shape->party)
			hs_ledger_column_ref_told(shape, &row, &place);
		/* Nobody asks for values of parties. */
		if (shape->party || !is_value(adding->ledger, &rows->items[i]))
			continue;
		for (size_t k = 0; k < i; k++)
			nth += rows->items[k].param == row.param && is_value(adding->ledger, &rows->items[k]);
		add_hole(adding, &row, &place, nth);
	}
	if (shape->hole_count)
		qsort(shape->holes, shape->hole_count, sizeof *shape->holes, by_hole);
	return HS_OK;
}

static enum hs_status read_shape(struct adding *adding, struct hs_error *err)
{
	struct hs_ledger_column_shape *shape = &adding->shape;
	struct hs_arena *arena = adding->ledger->arena;
	struct hs_ledger_told *told = &shape->told;
	size_t own = shape->own.len / sizeof(uint32_t);
	enum hs_status status = hs_ledger_shape_rows(adding->ledger, shape->shape, &adding->open, &told->rows,
		err);
	if (status != HS_OK)
		return status;

	told->open = hs_arena_array(arena, told->rows.count + own + 1, sizeof *told->open);
	shape->holes = hs_arena_array(arena, told->rows.count + 1, sizeof *shape->holes);
	if (!told->open || !shape->holes)
		return hs_ledger_columns_too_large(err);
	if (shape->alike && own) {
		memcpy(told->open, shape->own.ptr, own * sizeof *told->open);
		told->open_count = own;
	}
	status = add_holes(adding, err);
	for (size_t i = 0; i < told->open_count; i++)
		shape->odd |= shape->party; /* what is open may be a reference */
	if (status != HS_OK || shape->alike)
		return status;
	size_t first = told->rows.count;
	status = hs_ledger_facts_read(arena, shape->own, NULL, 0, &told->rows, err);
	for (size_t i = first; i < told->rows.count && status == HS_OK; i++)
		shape->odd |= told->rows.items[i].kind == HS_INDEX_REFERENCE;
	return status;
}

/* ---- finding it ---- */

static uint16_t *slot_of(const struct hs_ledger_columns *columns, const struct hs_ledger_column_shape *wanted)
{
	uint64_t hash = wanted->shape * UINT64_C(0x9e3779b97f4a7c15) + wanted->alike;
	size_t at;

	for (size_t i = 0; i < wanted->own.len; i++)
		hash = (hash ^ (unsigned char)wanted->own.ptr[i]) * UINT64_C(0x100000001b3);
	for (at = (size_t)(hash ^ hash >> 32) % SLOTS; columns->slots[at]; at = (at + 1) % SLOTS) {
		const struct hs_ledger_column_shape *shape = &columns->shape[columns->slots[at]];
		if (shape->shape == wanted->shape && shape->alike == wanted->alike &&
			shape->party == wanted->party && hs_slice_eq(shape->own, wanted->own))
			break;
	}
	return &columns->slots[at];
}

/* The params of own rows, each once, in the order of their numbers, as bytes. */
static enum hs_status params_of(struct hs_arena *arena, struct hs_slice own, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_ledger_place place;
	struct hs_index_row row;
	uint32_t *params = NULL;
	size_t count = 0, at = 0;

	while (own.len) {
		if (!hs_ledger_facts_next(&own, NULL, &row, &place))
			return hs_fail(err, HS_E_CORRUPT, "the search entries of a pointer are damaged");
		for (at = 0; at < count && params[at] < row.param;)
			at++;
		if (at < count && params[at] == row.param)
			continue;
		params = hs_arena_grow(arena, params, count * sizeof *params, (count + 1) * sizeof *params);
		if (!params)
			return hs_ledger_columns_too_large(err);
		memmove(params + at + 1, params + at, (count - at) * sizeof *params);
		params[at] = row.param;
		count++;
	}
	*out = hs_slice((const char *)params, count * sizeof *params);
	return HS_OK;
}

/* Its number, when there is one or room for it; else 0. */
static enum hs_status find(struct adding *adding, uint16_t *out, struct hs_error *err)
{
	struct hs_ledger_columns *columns = adding->columns;
	struct hs_ledger_column_shape *shape = &adding->shape;
	enum hs_status status = HS_OK;

	*out = *slot_of(columns, shape);
	if (!*out && shape->own.len && columns->exact_count == EXACT_MOST) {
		status = params_of(adding->ledger->arena, shape->own, &shape->own, err);
		shape->alike = true;
		*out = status == HS_OK ? *slot_of(columns, shape) : 0;
	}
	if (status != HS_OK || *out || columns->shape_count == SHAPES_MOST)
		return status;
	status = read_shape(adding, err);
	if (status != HS_OK)
		return status;
	if (!copy_shape(columns->texts, shape))
		return hs_ledger_columns_too_large(err);
	columns->exact_count += shape->own.len && !shape->alike;
	columns->shape[columns->shape_count] = *shape;
	*out = (uint16_t)columns->shape_count++;
	*slot_of(columns, shape) = *out;
	return HS_OK;
}

/* ---- pointers and parties ---- */

static enum hs_status pass_holes(struct hs_slice *rest, size_t count, struct hs_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!hs_ledger_pass_hole(rest))
			return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	}
	return HS_OK;
}

static void set_value(const struct hs_ledger_values *values, size_t at, struct hs_ledger_hashed hashed)
{
	values->hashes[at] = hashed.hash;
	if (values->prefixes)
		values->prefixes[at] = hashed.prefix <= UINT32_MAX ? (uint32_t)hashed.prefix : 0;
}

static enum hs_status set_values(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t at,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	const struct hs_ledger_column_shape *shape = &columns->shape[columns->shapes[at]];
	struct hs_slice rest = pointer->rest;
	enum hs_status status = HS_OK;
	size_t passed = 0;

	for (unsigned i = 0; i < columns->value_count; i++)
		set_value(&columns->values[i], at, (struct hs_ledger_hashed) { 0, 0 });
	for (size_t i = 0; i < shape->hole_count && status == HS_OK; i++) {
		const struct hs_ledger_column_hole *hole = &shape->holes[i];
		struct hs_ledger_hashed hashed;
		struct hs_slice here;
		status = pass_holes(&rest, hole->hole - passed, err);
		passed = hole->hole;
		here = rest; /* one hole may fill several rows */
		if (status == HS_OK)
			status = hs_ledger_hash_hole(ledger, pointer->id, &here, hole->tail, &hashed, err);
		if (status == HS_OK)
			set_value(&columns->values[hole->value], at, hashed);
	}
	return status;
}

enum hs_status hs_ledger_column_shape_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	size_t at, const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	struct adding adding = { .ledger = ledger, .columns = columns, .shape = { .shape = pointer->shape } };
	struct hs_slice own = pointer->rest;
	enum hs_status status = hs_ledger_shape_facts(ledger, pointer->shape, &adding.open, err);

	if (status == HS_OK)
		status = pass_holes(&own, adding.open.count, err);
	adding.shape.own = own;
	if (status == HS_OK)
		status = find(&adding, &columns->shapes[at], err);
	if (status != HS_OK)
		return status;
	return columns->shapes[at] ? set_values(ledger, columns, at, pointer, err) :
				     hs_ledger_columns_too_large(err);
}

static enum hs_status set_party(struct hs_ledger *ledger, struct hs_ledger_columns *columns, uint64_t number,
	uint64_t shape, struct hs_slice rest, struct hs_error *err)
{
	struct adding adding = {
		.ledger = ledger, .columns = columns, .shape = { .shape = shape, .party = true }
	};
	enum hs_status status = hs_ledger_shape_facts(ledger, shape, &adding.open, err);

	if (status == HS_OK)
		status = pass_holes(&rest, adding.open.count, err);
	adding.shape.own = rest;
	return status == HS_OK ? find(&adding, &columns->parties[number], err) : status;
}

enum hs_status hs_ledger_column_parties(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t from, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT number, shape, rest FROM record_index_piece WHERE number >= ?1 ORDER BY number", err);
	struct hs_arena *one = hs_arena_new(ONE);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	if (stmt)
		hs_sql_int(stmt, 1, (int64_t)from);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t number = (uint64_t)hs_sql_get_int(stmt, 0),
			 shape = (uint64_t)hs_sql_get_int(stmt, 1);
		if (number >= columns->party_room)
			status = hs_ledger_columns_too_large(err);
		else if (shape)
			status = set_party(ledger, columns, number, shape, hs_sql_get_blob(stmt, 2), err);
		hs_arena_reset(one);
		if (status == HS_OK && shape && columns->sided)
			status = hs_ledger_column_ref_set(ledger, columns, number, hs_sql_get_blob(stmt, 2),
				one, err);
		columns->party_count = (size_t)number + 1;
	}
	hs_sql_end(stmt);
	hs_arena_free(one);
	return step < 0 ? (enum hs_status)step : status;
}
