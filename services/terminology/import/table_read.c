/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a table: code, display, parent, and every other column a property or designation. Where no column
 * tells the parent the codes do, by their beginnings or by ranges of them. */
#include "table.h"

struct table {
	struct tx_table_run *run;
	const struct tx_table_profile *profile;
	struct csv csv;
	size_t code, display, parent, definition, dose, unit, way, mark;
	struct hs_buf parents; /* struct pending */
	struct hs_buf ranges;  /* struct range */
};

struct range {
	uint32_t concept;
	struct hs_slice from, to; /* the two ends of A00-A09 */
};

struct pending {
	uint32_t concept;
	struct hs_slice parent;
	const struct tx_file *file;
	uint64_t line;
};

/* "Nr", "Titel", ...: for who must choose one */
static const char *columns_there(const struct table *t)
{
	struct hs_buf out;

	hs_buf_init(&out, t->run->arena, 1 << 16);
	for (size_t i = 0; i < t->csv.header.count; i++)
		hs_buf_printf(&out, "%s\"%.*s\"", i ? ", " : "", HS_S_ARG(t->csv.header.values[i]));
	return hs_arena_cstr(t->run->arena, hs_buf_slice(&out));
}

/* The column that an option names must be there; of the names that are known any will do, or none. */
static enum hs_status find_column(const struct table *t, const char *option, const char *const *names,
	size_t *out, struct hs_error *err)
{
	struct hs_slice given = hs_tx_option(t->run->import, option, HS_S_NONE);
	const char *const own[] = { given.len ? hs_arena_cstr(t->run->arena, given) : NULL, NULL };
	size_t found = hs_csv_column(&t->csv, given.len ? own : names);

	if (given.len && found == SIZE_MAX)
		return hs_fail(err, HS_E_VALUE, "%s has no column \"%.*s\" for the %s: there are %s",
			t->csv.lines.file->path, HS_S_ARG(given), option, columns_there(t));
	*out = found;
	return HS_OK;
}

static bool is_other(const struct table *t, size_t column)
{
	return column != t->code && column != t->display && column != t->parent && column != t->definition &&
		column != t->mark &&
		(t->dose == SIZE_MAX || (column != t->dose && column != t->unit && column != t->way));
}

/* "; code from Kod, display from Titel, properties from Latin, Grupp" */
static void tell_columns(struct table *t)
{
	const struct {
		const char *what;
		size_t column;
	} taken[] = { { "; code", t->code }, { ", display", t->display }, { ", parent", t->parent },
		{ ", definition", t->definition }, { ", dose", t->dose }, { ", its unit", t->unit },
		{ ", its way", t->way } };
	struct hs_buf out;
	bool any = false;

	hs_buf_init(&out, t->run->arena, 1 << 16);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (taken[i].column < t->csv.header.count)
			hs_buf_printf(&out, "%s from %.*s", taken[i].what,
				HS_S_ARG(t->csv.header.values[taken[i].column]));
	for (size_t i = 0; i < t->csv.header.count; i++)
		if (is_other(t, i) && t->csv.header.values[i].len) {
			hs_buf_printf(&out, "%s%.*s", any ? ", " : ", properties or designations from ",
				HS_S_ARG(t->csv.header.values[i]));
			any = true;
		}
	t->run->taken = hs_buf_slice(&out);
}

/* Is the first line one like the others: no names of columns, but a code at its beginning? */
static bool is_bare(const struct table *t)
{
	struct hs_slice first = t->csv.header.values[0];
	bool digit = false;

	for (size_t i = 0; i < first.len; i++) {
		char c = first.ptr[i];
		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
		digit |= c >= '0' && c <= '9';
	}
	return t->profile->levels && t->csv.header.count > 2 && digit && first.len < 12;
}

static void place_columns(struct table *t)
{
	t->code = 0;
	t->mark = 1;
	t->display = 2;
	t->definition = 3;
	t->parent = t->dose = t->unit = t->way = SIZE_MAX;
	t->run->taken =
		HS_S("; code, mark, display and definition by their places: the columns have no names");
}

/* The one that is called so, or that stands beside the code without a name. */
static size_t find_mark(const struct table *t)
{
	static const char *const names[] = { "markering", "mark", "tecken", "dagger asterisk", NULL };
	size_t found = t->profile->levels ? hs_csv_column(&t->csv, names) : SIZE_MAX, beside = t->code + 1;

	if (found == SIZE_MAX && t->profile->levels && beside < t->csv.header.count &&
		!t->csv.header.values[beside].len)
		found = beside;
	return found;
}

static enum hs_status find_columns(struct table *t, struct hs_error *err)
{
	const struct tx_table_profile *p = t->profile;

	enum hs_status status = find_column(t, "code", p->code, &t->code, err);

	if (!status)
		status = find_column(t, "display", p->display, &t->display, err);
	if (!status)
		status = find_column(t, "parent", p->parent, &t->parent, err);
	if (!status)
		status = find_column(t, "definition", p->definition, &t->definition, err);
	if (status)
		return status;
	t->dose = hs_csv_column(&t->csv, p->dose);
	t->unit = hs_csv_column(&t->csv, p->unit);
	t->way = hs_csv_column(&t->csv, p->way);
	t->mark = SIZE_MAX;
	if (t->code != SIZE_MAX) {
		t->mark = find_mark(t);
		tell_columns(t);
		return HS_OK;
	}
	return hs_fail(err, HS_E_VALUE,
		"%s has no column \"%s\" for the code; name the right one with --code COLUMN: there are %s",
		t->csv.lines.file->path, p->code[0], columns_there(t));
}

/* "display:sv" and "designation:sv" are designations in Swedish; what is left is a property. */
static void take_other(struct table *t, uint32_t concept, size_t column, struct hs_slice value)
{
	struct hs_slice name = t->csv.header.values[column], language = name;
	struct hs_slice kind = hs_slice_cut(&language, ':');

	if (language.ptr && (hs_slice_ieq(kind, HS_S("display")) || hs_slice_ieq(kind, HS_S("designation"))))
		hs_tx_table_designation(t->run, concept, language, NULL, value);
	else if (name.len)
		hs_tx_table_property(t->run, concept, name, "valueString", value);
}

static void add_defs(struct table *t)
{
	for (size_t i = 0; i < t->csv.header.count; i++) {
		struct tx_build_def def = { .code = t->csv.header.values[i], .type = HS_S("string") };
		if (is_other(t, i) && def.code.len && hs_slice_find(def.code, ':', 0) == SIZE_MAX)
			hs_tx_build_def(t->run->build, &def);
	}
	struct tx_build_def dose = { .code = HS_S("DDD"),
		.type = HS_S("string"),
		.description = HS_S("Defined daily dose: how much, its unit, and the way it is given.") };
	if (t->dose != SIZE_MAX)
		hs_tx_build_def(t->run->build, &dose);
}

/* "10 mg O" */
static void take_dose(struct table *t, uint32_t concept, const struct csv_row *row)
{
	struct hs_slice dose = hs_csv_value(row, t->dose), unit = hs_csv_value(row, t->unit),
			way = hs_csv_value(row, t->way);

	if (dose.len)
		hs_tx_table_property(t->run, concept, HS_S("DDD"), "valueString",
			hs_arena_printf(t->run->arena, "%.*s%s%.*s%s%.*s", HS_S_ARG(dose),
				unit.len ? " " : "", HS_S_ARG(unit), way.len ? " " : "", HS_S_ARG(way)));
}

/* A further row of a code with several doses says nothing else. True: the row was one. */
static bool take_further(struct table *t, const struct csv_row *row)
{
	struct hs_slice code = hs_csv_value(row, t->code), display = hs_csv_value(row, t->display);
	uint32_t known = code.len && t->dose != SIZE_MAX ? hs_tx_build_find(t->run->build, code) : UINT32_MAX;

	if (known == UINT32_MAX || !hs_csv_value(row, t->dose).len)
		return false;
	size_t count = TX_BUILD_COUNT(t->run->build->texts, struct tx_build_text);
	for (size_t i = count; display.len && i-- > 0;) { /* its display is among the last texts */
		const struct tx_build_text *text = TX_BUILD_AT(t->run->build->texts, struct tx_build_text, i);
		if (text->concept != known || text->rank)
			continue;
		if (!hs_slice_eq(text->value, display))
			return false;
		break;
	}
	take_dose(t, known, row);
	return true;
}

/* "(A00-B99)" at the end of a title */
static struct hs_slice range_in(struct hs_slice title)
{
	size_t open = title.len;

	if (!title.len || title.ptr[title.len - 1] != ')')
		return HS_S_NONE;
	while (open && title.ptr[open - 1] != '(')
		open--;
	struct hs_slice range = hs_slice(title.ptr + open, title.len - open - 1);
	return open && range.len == 7 && range.ptr[3] == '-' ? range : HS_S_NONE;
}

/* A block is called by its range; a chapter tells it in its title, and its own code is no letter and figures.
 */
static void note_range(struct table *t, uint32_t concept, struct hs_slice code, struct hs_slice title)
{
	bool chapter = t->profile->levels && code.len < 3;
	struct hs_slice text = chapter ? range_in(title) : code;
	size_t dash = hs_slice_find(text, '-', 0);
	struct range range = { concept, hs_slice_first(text, dash), hs_slice_from(text, dash + 1) };

	if (t->profile->hierarchy != BY_RANGE || dash == SIZE_MAX || !range.from.len || !range.to.len)
		return;
	hs_buf_add(&t->ranges, hs_slice((const char *)&range, sizeof(range)));
	hs_tx_build_at(t->run->build, concept)->flags |= TX_ABSTRACT;
}

/* Codes for a cause and for where it shows itself stand together: dagger and asterisk. */
static void take_mark(struct table *t, uint32_t concept, struct hs_slice mark)
{
	bool dagger = hs_slice_eq(mark, HS_S("\xe2\x80\xa0")) || hs_slice_eq(mark, HS_S("+"));
	bool aster = hs_slice_eq(mark, HS_S("*"));

	hs_tx_table_property(t->run, concept, HS_S("usage"), "valueCode",
		dagger        ? HS_S("dagger") :
			aster ? HS_S("aster") :
				mark);
}

static void take_row(struct table *t, const struct csv_row *row)
{
	uint32_t concept;

	if (take_further(t, row) ||
		!hs_tx_table_concept(t->run, &t->csv.lines, hs_csv_value(row, t->code),
			hs_csv_value(row, t->display), &concept))
		return;
	hs_tx_build_at(t->run->build, concept)->definition = hs_csv_value(row, t->definition);
	note_range(t, concept, hs_csv_value(row, t->code), hs_csv_value(row, t->display));
	take_dose(t, concept, row);
	take_mark(t, concept, hs_csv_value(row, t->mark));
	struct pending pending = { concept, hs_csv_value(row, t->parent), t->csv.lines.file,
		t->csv.lines.line };
	hs_buf_add(&t->parents, hs_slice((const char *)&pending, sizeof(pending)));
	for (size_t i = 0; i < row->count; i++)
		if (is_other(t, i))
			take_other(t, concept, i, row->values[i]);
}

static uint32_t parent_by_prefix(const struct table *t, struct hs_slice code)
{
	for (size_t len = code.len; len-- > 1;) {
		struct hs_slice prefix = hs_slice_first(code, len);
		uint32_t found = hs_tx_build_find(t->run->build, prefix);
		if (found != UINT32_MAX)
			return found;
	}
	return UINT32_MAX;
}

/* Does a code lie within from..to, by as many characters as these have? */
static bool lies_within(struct hs_slice code, const struct range *range)
{
	return hs_slice_cmp(hs_slice_first(code, range->from.len), range->from) >= 0 &&
		hs_slice_cmp(hs_slice_first(code, range->to.len), range->to) <= 0;
}

static bool is_wider(const struct range *a, const struct range *b)
{
	return hs_slice_cmp(a->from, b->from) <= 0 && hs_slice_cmp(a->to, b->to) >= 0 &&
		(!hs_slice_eq(a->from, b->from) || !hs_slice_eq(a->to, b->to));
}

/* The range of a chapter or block; NULL: it is neither. */
static const struct range *range_of(const struct table *t, uint32_t concept)
{
	size_t count = TX_BUILD_COUNT(t->ranges, struct range);

	for (size_t i = 0; i < count; i++)
		if (TX_BUILD_AT(t->ranges, struct range, i)->concept == concept)
			return TX_BUILD_AT(t->ranges, struct range, i);
	return NULL;
}

/* The narrowest range around a code, or around another range. */
static uint32_t parent_by_range(const struct table *t, const struct range *own, struct hs_slice code)
{
	size_t count = TX_BUILD_COUNT(t->ranges, struct range);
	const struct range *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct range *range = TX_BUILD_AT(t->ranges, struct range, i);
		bool around = own ? is_wider(range, own) : lies_within(code, range);
		if (around && (!best || is_wider(best, range)))
			best = range;
	}
	return best ? best->concept : UINT32_MAX;
}

static void link_all(struct table *t)
{
	size_t count = TX_BUILD_COUNT(t->parents, struct pending);

	for (size_t i = 0; i < count; i++) {
		const struct pending *p = TX_BUILD_AT(t->parents, struct pending, i);
		struct hs_slice code = hs_tx_build_at(t->run->build, p->concept)->code;
		const struct range *range = range_of(t, p->concept);
		uint32_t parent = UINT32_MAX;
		if (p->parent.len) {
			parent = hs_tx_build_find(t->run->build, p->parent);
			t->csv.lines.file = p->file;
			t->csv.lines.line = p->line;
			if (parent == UINT32_MAX)
				hs_tx_lines_skip(&t->csv.lines, "the parent %.*s of %.*s is not in the table",
					HS_S_ARG(hs_slice_first(p->parent, 60)),
					HS_S_ARG(hs_slice_first(code, 60)));
		} else if (t->profile->hierarchy != BY_COLUMN && !range) /* A00-A09 is not below A00 */
			parent = parent_by_prefix(t, code);
		if (parent == UINT32_MAX && !p->parent.len && t->profile->hierarchy == BY_RANGE)
			parent = parent_by_range(t, range, code);
		if (parent != UINT32_MAX)
			hs_tx_build_link(t->run->build, p->concept, parent);
	}
}

static enum hs_status read_table(struct table *t, const struct tx_file *file, struct hs_error *err)
{
	struct csv_row row;

	if (hs_slice_starts(file->text, HS_S("PK\x03\x04")))
		return hs_fail(err, HS_E_VALUE,
			"%s is a workbook or an archive: save its table as text with tabs or as csv, or "
			"unpack it",
			file->path);
	enum hs_status status = hs_csv_begin(&t->csv, t->run->arena, t->run->import, file, err);
	if (status)
		return status;
	if (is_bare(t)) {
		row = t->csv.header;
		place_columns(t);
		t->csv.header = (struct csv_row) { .count = TX_COLUMNS_MAX };
		take_row(t, &row);
	} else
		status = find_columns(t, err);
	if (status)
		return status;
	add_defs(t);
	while (hs_csv_next(&t->csv, &row))
		take_row(t, &row);
	return t->csv.lines.stopped ? hs_fail(err, HS_E_CANCELLED, "interrupted") : HS_OK;
}

static enum hs_status read_tables(struct tx_table_run *run, const struct tx_table_profile *profile,
	struct hs_error *err)
{
	struct table t = { .run = run, .profile = profile };
	enum hs_status status = HS_OK;

	hs_buf_init(&t.parents, NULL, TX_BUILD_MAX);
	hs_buf_init(&t.ranges, NULL, TX_BUILD_MAX);
	if (profile->levels)
		hs_tx_build_def(run->build,
			&(struct tx_build_def) { .code = HS_S("usage"),
				.type = HS_S("code"),
				.description =
					HS_S("How the code is used beside another: dagger or aster.") });
	for (size_t i = 0; i < run->files.count && status == HS_OK; i++)
		status = read_table(&t, &run->files.items[i], err);
	if (status == HS_OK)
		link_all(&t);
	hs_buf_free(&t.parents);
	hs_buf_free(&t.ranges);
	return status;
}

enum hs_status hs_tx_table_fill(struct tx_table_run *run, const struct tx_table_profile *p,
	struct hs_error *err)
{
	struct tx_build_head *head = &run->build->head;

	if (!head->url.len)
		head->url = hs_slice_cstr(p->url);
	if (!head->name.len)
		head->name = hs_slice_cstr(p->name);
	if (!head->language.len)
		head->language = hs_slice_cstr(p->language);
	head->title = hs_slice_cstr(p->title);
	if (run->files.count < 1 || (run->files.count > 1 && !p->levels))
		return hs_fail(err, HS_E_VALUE,
			"one table is imported at a time; the paths given hold %zu files", run->files.count);
	enum hs_status status = read_tables(run, p, err);
	return status ? status : hs_tx_table_named(run, err);
}
