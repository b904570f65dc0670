/* SPDX-License-Identifier: Apache-2.0 */
/* What a search is told by the shapes of pointers alone. A status, a type or a category is part of the shape,
 * and a ledger of millions has a few hundred shapes: so a condition is judged once a shape, and the entries
 * of the shapes that can fulfil it are all there is to look at. */
#include "../ledger/table.h"

#include <stdlib.h>

#define SHAPES_MOST 4096u /* of a ledger with more none are judged */

/* Stands for the text of a hole, which is another in every pointer. */
static const char hole_text[] = "\x01";

bool hs_ledger_is_hole_text(struct hs_slice text)
{
	return text.ptr == hole_text;
}

/* ---- judging ---- */

/* A shape, as it is judged. */
struct subject {
	const struct hs_ledger *ledger;
	const struct hs_ledger_told *told;
	uint32_t but;
};

/* May there be rows of this param beside those that are told? */
static bool is_open(const struct subject *subject, uint32_t param)
{
	enum hs_ledger_class of = hs_ledger_class(subject->ledger, param);
	const struct hs_ledger_told *told = subject->told;
	bool open = told->all_open || of == HS_LEDGER_OF_SUBJECT || of == HS_LEDGER_OF_CUSTODIAN;

	for (size_t i = 0; i < told->open_count && !open; i++)
		open = told->open[i] == param;
	return open;
}

/* By a row whose text or time is another in every pointer. */
static enum hs_ledger_verdict judge_hole(const struct hs_find *find, const struct hs_index_row *row)
{
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_TOKEN:
		if (row->kind != HS_INDEX_TOKEN ||
			(!find->any_system && !hs_slice_eq(find->system, row->system)))
			return HS_LEDGER_NO;
		return find->any_code ? HS_LEDGER_YES : HS_LEDGER_MAYBE;
	case HS_FIND_REFERENCE:
		return row->kind == HS_INDEX_REFERENCE &&
				(!find->target_type || row->target_type == find->target_type) ?
			HS_LEDGER_MAYBE :
			HS_LEDGER_NO;
	default:
		return HS_LEDGER_MAYBE;
	}
}

static enum hs_ledger_verdict judge_entry(const struct subject *subject, const struct hs_find *find)
{
	enum hs_ledger_verdict verdict = HS_LEDGER_NO;

	if (!find->param)
		return HS_LEDGER_NO;
	for (size_t i = 0; i < subject->told->rows.count && verdict != HS_LEDGER_YES; i++) {
		const struct hs_index_row *row = &subject->told->rows.items[i];
		enum hs_ledger_verdict one = HS_LEDGER_NO;
		if (row->param == find->param && hs_ledger_is_hole_text(row->text))
			one = subject->but == find->param ? HS_LEDGER_NO : judge_hole(find, row);
		else if (hs_ledger_match_row(find, row))
			one = HS_LEDGER_YES;
		verdict = one > verdict ? one : verdict;
	}
	return verdict == HS_LEDGER_NO && is_open(subject, find->param) ? HS_LEDGER_MAYBE : verdict;
}

static enum hs_ledger_verdict judge_missing(const struct subject *subject, uint32_t param)
{
	for (size_t i = 0; i < subject->told->rows.count; i++) {
		if (subject->told->rows.items[i].param == param)
			return HS_LEDGER_NO;
	}
	return is_open(subject, param) ? HS_LEDGER_MAYBE : HS_LEDGER_YES;
}

/* As deep as the tree, which the parser limits. */
static enum hs_ledger_verdict judge(const struct subject *subject, const struct hs_find *find)
{
	bool all = find->op != HS_FIND_OR;
	enum hs_ledger_verdict verdict = all ? HS_LEDGER_YES : HS_LEDGER_NO;

	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
	case HS_FIND_SAME_GROUP:
		for (size_t i = 0; i < find->kid_count; i++) {
			enum hs_ledger_verdict kid = judge(subject, find->kids[i]);
			verdict = all ? (kid < verdict ? kid : verdict) : (kid > verdict ? kid : verdict);
		}
		/* That they hold for one group is another question. */
		return find->op == HS_FIND_SAME_GROUP && verdict == HS_LEDGER_YES ? HS_LEDGER_MAYBE : verdict;
	case HS_FIND_NOT:
		return (enum hs_ledger_verdict)(HS_LEDGER_YES - judge(subject, find->kids[0]));
	case HS_FIND_MISSING:
		return judge_missing(subject, find->param);
	case HS_FIND_TOKEN:
	case HS_FIND_STRING:
	case HS_FIND_URI:
	case HS_FIND_DATE:
	case HS_FIND_NUMBER:
	case HS_FIND_QUANTITY:
	case HS_FIND_REFERENCE:
		return judge_entry(subject, find);
	default:
		return HS_LEDGER_MAYBE;
	}
}

enum hs_ledger_verdict hs_ledger_judge_told(const struct hs_ledger *ledger, const struct hs_ledger_told *told,
	uint32_t but, const struct hs_find *find)
{
	struct subject subject = { ledger, told, but };

	return judge(&subject, find);
}

enum hs_status hs_ledger_shape_rows(struct hs_ledger *ledger, uint64_t shape, struct hs_ledger_open *open,
	struct hs_ledger_rows *out, struct hs_error *err)
{
	enum hs_status status = hs_ledger_shape_facts(ledger, shape, open, err);

	if (status != HS_OK)
		return status;
	open->values = hs_arena_array(ledger->arena, open->count + 1, sizeof *open->values);
	if (!open->values)
		return hs_fail(err, HS_E_LIMIT, "the search does not fit in memory");
	for (size_t i = 0; i < open->count; i++)
		open->values[i] = hs_slice(hole_text, 1);
	status = hs_ledger_facts_read(ledger->arena, open->facts, open, 0, out, err);
	/* Dates of a shape's facts are those of its pointers. */
	for (size_t i = 0; i < out->count && status == HS_OK; i++) {
		if (out->items[i].kind == HS_INDEX_DATE)
			out->items[i].text = hs_slice(hole_text, 1);
	}
	return status;
}

static enum hs_status judge_shape(struct hs_ledger *ledger, int64_t key, const struct hs_find *find,
	enum hs_ledger_verdict *out, struct hs_error *err)
{
	struct hs_ledger_told told = { .all_open = hs_ledger_key_own(key) };
	struct hs_ledger_open open;
	enum hs_status status = hs_ledger_shape_rows(ledger, hs_ledger_key_shape(key), &open, &told.rows,
		err);

	if (status == HS_OK)
		*out = hs_ledger_judge_told(ledger, &told, 0, find);
	return status;
}

/* ---- of one pointer ---- */

/* The key of its shape. */
static enum hs_status key_of(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer, int64_t *out,
	struct hs_error *err)
{
	struct hs_ledger_open open = { .count = 0 };
	struct hs_slice rest = pointer->rest;
	enum hs_status status = hs_ledger_shape_facts(ledger, pointer->shape, &open, err);

	for (size_t i = 0; i < open.count && status == HS_OK; i++) {
		if (!hs_ledger_pass_hole(&rest))
			status = hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	}
	if (status == HS_OK)
		*out = hs_ledger_shape_key(pointer->shape, rest.len > 0);
	return status;
}

enum hs_status hs_ledger_judge(struct hs_ledger *ledger, struct hs_ledger_judged *judged,
	const struct hs_ledger_pointer *pointer, const struct hs_find *find, enum hs_ledger_verdict *out,
	struct hs_error *err)
{
	int64_t key = 0;
	enum hs_status status = key_of(ledger, pointer, &key, err);

	if (status != HS_OK)
		return status;
	size_t at = (size_t)-key % HS_LEDGER_JUDGED;
	if (judged->keys[at] != key) {
		status = judge_shape(ledger, key, find, &judged->verdicts[at], err);
		judged->keys[at] = status == HS_OK ? key : 0;
	}
	*out = judged->verdicts[at];
	return status;
}

/* ---- the shapes there are ---- */

/* The next key after `after`: 1, 0 when there is none, or negative. */
static int next_key(struct hs_ledger *ledger, int64_t after, int64_t *key, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT key FROM record_index_entry WHERE key > ?1 AND key < 0 ORDER BY key LIMIT 1", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, after);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*key = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step;
}

enum hs_status hs_ledger_shapes(struct hs_ledger *ledger, const struct hs_find *find,
	struct hs_ledger_shapes *out, struct hs_error *err)
{
	struct hs_ledger_shapes shapes = { .known = true, .sure = true, .all = true };
	enum hs_ledger_verdict verdict = HS_LEDGER_NO;
	int64_t key = INT64_MIN;
	unsigned waits = 0;
	int step = 1;
	enum hs_status status = hs_ledger_waits(ledger->txn, &waits, err);

	*out = (struct hs_ledger_shapes) { .known = false };
	if (status != HS_OK || waits & HS_LEDGER_ENTRIES_WAIT)
		return status;
	shapes.keys = hs_arena_array(ledger->arena, SHAPES_MOST, sizeof *shapes.keys);
	if (!shapes.keys)
		return hs_fail(err, HS_E_LIMIT, "the search does not fit in memory");
	for (size_t seen = 0; (step = next_key(ledger, key, &key, err)) > 0; seen++) {
		if (seen == SHAPES_MOST)
			return HS_OK;
		status = judge_shape(ledger, key, find, &verdict, err);
		if (status != HS_OK)
			return status;
		shapes.sure &= verdict != HS_LEDGER_MAYBE;
		shapes.all &= verdict != HS_LEDGER_NO;
		if (verdict != HS_LEDGER_NO)
			shapes.keys[shapes.count++] = key;
	}
	if (step == 0)
		*out = shapes;
	return (enum hs_status)step;
}

/* ---- their pointers ---- */

enum hs_status hs_ledger_shapes_count(struct hs_ledger *ledger, const struct hs_ledger_shapes *shapes,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	uint64_t total = 0;

	if (shapes->all) {
		status = hs_ledger_live(ledger, &total, err);
		*out = total < limit ? total : limit;
		return status;
	}
	for (size_t i = 0; i < shapes->count && total < limit && status == HS_OK; i++) {
		uint64_t count = 0;
		status = hs_ledger_count_entries(ledger, shapes->keys[i], shapes->keys[i], limit - total,
			&count, err);
		total += count;
	}
	*out = total;
	return status;
}

enum hs_status hs_ledger_shapes_list(struct hs_ledger *ledger, const struct hs_ledger_shapes *shapes,
	uint64_t after, uint64_t most, struct hs_ledger_numbers *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < shapes->count && status == HS_OK; i++) {
		struct hs_stmt *stmt = hs_sql(ledger->txn,
			"SELECT target FROM record_index_entry WHERE key = ?1 AND target > ?2"
			" ORDER BY target LIMIT ?3",
			err);
		if (!stmt)
			return err->status;
		hs_sql_int(stmt, 1, shapes->keys[i]);
		hs_sql_int(stmt, 2, (int64_t)after);
		hs_sql_int(stmt, 3, (int64_t)(most < INT64_MAX ? most : INT64_MAX));
		status = hs_ledger_list(ledger, stmt, 0, out, err);
	}
	if (status == HS_OK && shapes->count > 1 && out->count)
		qsort(out->items, out->count, sizeof *out->items, hs_ledger_compare_rows);
	if (out->count > most)
		out->count = (size_t)most;
	return status;
}
