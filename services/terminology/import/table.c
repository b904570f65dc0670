/* SPDX-License-Identifier: Apache-2.0 */
/* What importers of one code system share, and those of code systems that are one table: code, display,
 * parent, and every other column a property. ICD-10-SE and ATC are such tables whose hierarchy is in the
 * codes. */
#include "csv.h"
#include "importers.h"

#include <stdio.h>

/* ---- one run ---- */

enum hs_status hs_tx_table_order(void *arg, struct hs_error *err)
{
	return hs_tx_build_order(((struct tx_table_run *)arg)->build, err);
}

enum hs_status hs_tx_table_words(void *arg, struct hs_error *err)
{
	(void)err;
	hs_tx_build_index(((struct tx_table_run *)arg)->build);
	return HS_OK;
}

enum hs_status hs_tx_table_image(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;
	struct hs_image_builder *image = hs_tx_build_image();

	run->path = hs_tx_image_path(run->arena, run->import, &run->build->head);
	enum hs_status status = hs_tx_build_sections(run->build, image, err);
	if (status == HS_OK)
		status = hs_tx_stages_report(&run->stages, run->path, run->build->head.source_key, err);
	if (status == HS_OK)
		status = hs_image_builder_write(image, NULL, run->path, err);
	hs_image_builder_free(image);
	return status;
}

static enum hs_status carry_out(struct tx_table_run *run, const struct tx_stage *steps, struct hs_error *err)
{
	const struct tx_build_head *head = &run->build->head;
	enum hs_status status = hs_tx_stages_run(&run->stages, &run->files, steps, run, err);

	if (status)
		return status;
	hs_tx_image_replaces(run->arena, run->import, head, run->path);
	snprintf(run->import->made, sizeof(run->import->made), "%.*s%s%.*s: %zu concepts in %s%.*s",
		HS_S_ARG(head->url), head->version.len ? " " : "", HS_S_ARG(head->version),
		TX_BUILD_COUNT(run->build->concepts, struct tx_build_concept), run->path,
		HS_S_ARG(run->taken));
	return HS_OK;
}

static void report_cycle(void *arg, struct hs_slice child, struct hs_slice parent)
{
	struct hs_import *import = arg;
	char why[200];

	snprintf(why, sizeof(why), "%.*s below %.*s leads round in a circle: the link is left out",
		HS_S_ARG(hs_slice_first(child, 40)), HS_S_ARG(hs_slice_first(parent, 40)));
	import->skips++;
	if (import->skipped)
		import->skipped(import->arg, "hierarchy", 0, why);
}

static enum hs_status begin_head(struct tx_table_run *run, struct hs_error *err)
{
	struct tx_build_head *head = &run->build->head;
	enum hs_status status = hs_tx_files_open(&run->files, run->arena, run->import, err);

	head->source_key = hs_tx_files_key(&run->files, run->import);
	head->url = hs_tx_option(run->import, "url", HS_S_NONE);
	head->version = hs_tx_option(run->import, "version", HS_S_NONE);
	head->name = hs_tx_option(run->import, "name", HS_S_NONE);
	head->language = hs_tx_option(run->import, "language", HS_S_NONE);
	if (status == HS_OK && head->url.len)
		status = hs_tx_url_check(head->url, err);
	return status;
}

enum hs_status hs_tx_table_import(struct hs_import *import, const struct tx_table_importer *importer,
	struct hs_error *err)
{
	struct tx_table_run run = {
		.arena = hs_arena_new(TX_BUILD_MAX), .build = hs_tx_build_new(), .more = importer->more
	};

	hs_tx_stages_begin(&run.stages, import, importer->name, run.arena);
	run.import = &run.stages.inner;
	run.build->cycle = report_cycle;
	run.build->cycle_arg = run.import;
	hs_tx_stages_build(&run.stages, run.build, true);
	hs_tx_stages_record(&run.stages, &run.taken, sizeof(run.taken), 1);
	if (importer->add_parts)
		importer->add_parts(&run);
	enum hs_status status = begin_head(&run, err);
	if (status == HS_OK && !hs_tx_stages_were_done(&run.stages, &run.files, run.build->head.source_key))
		status = carry_out(&run, importer->steps, err);
	hs_tx_stages_end(&run.stages, status);
	hs_tx_build_free(run.build);
	hs_tx_files_close(&run.files);
	hs_arena_free(run.arena);
	return status;
}

/* What was read must have a URL before anything is made of it. */
enum hs_status hs_tx_table_named(const struct tx_table_run *run, struct hs_error *err)
{
	return run->build->head.url.len ?
		hs_tx_url_check(run->build->head.url, err) :
		hs_fail(err, HS_E_VALUE, "the code system has no URL: give it with --url");
}

/* ---- what is given to the builder ---- */

bool hs_tx_table_concept(struct tx_table_run *run, struct tx_lines *lines, struct hs_slice code,
	struct hs_slice display, uint32_t *concept)
{
	bool fresh = false;

	if (!code.len) {
		hs_tx_lines_skip(lines, "the code is empty");
		return false;
	}
	*concept = hs_tx_build_concept(run->build, code, &fresh);
	if (!fresh) {
		hs_tx_lines_skip(lines, "the code %.*s was there before", HS_S_ARG(hs_slice_first(code, 60)));
		return false;
	}
	if (display.len) {
		struct tx_build_text text = {
			.language = run->build->head.language, .value = display, .concept = *concept
		};
		hs_tx_build_text(run->build, &text);
	}
	return true;
}

void hs_tx_table_property(struct tx_table_run *run, uint32_t concept, struct hs_slice code, const char *key,
	struct hs_slice value)
{
	struct tx_build_property property = { concept, key, code, value };

	if (value.len)
		hs_tx_build_property(run->build, &property);
}

void hs_tx_table_designation(struct tx_table_run *run, uint32_t concept, struct hs_slice language,
	const struct tx_use *use, struct hs_slice value)
{
	struct tx_build_text text = { .language = language,
		.value = value,
		.use = hs_tx_build_use(run->build, use),
		.concept = concept,
		.rank = 9 };

	if (value.len)
		hs_tx_build_text(run->build, &text);
}

/* ---- tables ---- */

enum hierarchy {
	BY_COLUMN,
	BY_PREFIX, /* the longest code that this one begins with */
	BY_RANGE   /* that, or the shortest range (A00-A09) that it lies in */
};

/* How a table is published. */
struct profile {
	const char *url, *name, *title, *language;
	const char *code[12], *display[12], *parent[6],
		*definition[6]; /* names of columns; each list ends with NULL */
	/* A dose with its unit and way, of which a code may have several, each in a row of its own. */
	const char *dose[6], *unit[8], *way[10];
	/* A file for each level: code, mark, title, description by their places where there are no names of
	   columns. What has a range of codes is a chapter or block. */
	bool levels;
	enum hierarchy hierarchy;
};

struct table {
	struct tx_table_run *run;
	const struct profile *profile;
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

static size_t find_column(const struct table *t, const char *option, const char *const *names)
{
	struct hs_slice given = hs_tx_option(t->run->import, option, HS_S_NONE);
	const char *const own[] = { given.len ? hs_arena_cstr(t->run->arena, given) : NULL, NULL };
	size_t found = given.len ? hs_csv_column(&t->csv, own) : hs_csv_column(&t->csv, names);

	return found;
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
	const struct profile *p = t->profile;

	t->code = find_column(t, "code", p->code);
	t->display = find_column(t, "display", p->display);
	t->parent = find_column(t, "parent", p->parent);
	t->definition = find_column(t, "definition", p->definition);
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
		"%s has no column \"%s\" for the code; name the right one with --code COLUMN",
		t->csv.lines.file->path, p->code[0]);
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

static bool has_def(const struct table *t, struct hs_slice code)
{
	const struct hs_buf *defs = &t->run->build->defs;

	for (size_t i = 0; i < TX_BUILD_COUNT(*defs, struct tx_build_def); i++)
		if (hs_slice_eq(TX_BUILD_AT(*defs, struct tx_build_def, i)->code, code))
			return true;
	return false;
}

static void add_defs(struct table *t)
{
	for (size_t i = 0; i < t->csv.header.count; i++) {
		struct tx_build_def def = { .code = t->csv.header.values[i], .type = HS_S("string") };
		if (is_other(t, i) && def.code.len && hs_slice_find(def.code, ':', 0) == SIZE_MAX &&
			!has_def(t, def.code))
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
	for (size_t i = count; display.len && i-- > 0;) { /* its text is among the last */
		const struct tx_build_text *text = TX_BUILD_AT(t->run->build->texts, struct tx_build_text, i);
		if (text->concept == known && !hs_slice_eq(text->value, display))
			return false;
		if (text->concept == known)
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

static enum hs_status read_tables(struct tx_table_run *run, const struct profile *profile,
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

static enum hs_status fill_with(struct tx_table_run *run, const struct profile *p, struct hs_error *err)
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

static const struct profile plain = { .name = "Imported",
	.title = "Imported code system",
	.code = { "code", "kod" },
	.display = { "display", "name", "term", "text", "title", "namn", "ben\xc3\xa4mning", "titel",
		"klartext" },
	.parent = { "parent", "parentCode", "\xc3\xb6verordnad kod", "\xc3\xb6verordnad",
		"f\xc3\xb6r\xc3\xa4lder" },
	.definition = { "definition", "description", "beskrivning" },
	.hierarchy = BY_COLUMN };

static enum hs_status fill_plain(void *arg, struct hs_error *err)
{
	return fill_with(arg, &plain, err);
}

enum hs_status hs_tx_import_csv(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_plain }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "csv", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}

/* The URL is the identifier that Socialstyrelsen gave it. Its text files are a folder: chapter.txt, and one
 * for the codes of each length. */
static const struct profile icd10se = { .url = "urn:oid:1.2.752.116.1.1.1",
	.name = "ICD10SE",
	.title = "ICD-10-SE",
	.language = "sv",
	.code = { "kod", "icd kod", "icd10", "icd10se", "diagnoskod", "icd10 kod", "icd10se kod", "code" },
	.display = { "titel", "ben\xc3\xa4mning", "klartext", "rubrik", "svensk titel", "kodtext",
		"diagnostext", "text", "display", "title", "name" },
	.parent = { "\xc3\xb6verordnad kod", "\xc3\xb6verordnad", "overordnad", "parent", "parent code" },
	.definition = { "beskrivning", "definition", "description" },
	.levels = true,
	.hierarchy = BY_RANGE };

static enum hs_status fill_icd10se(void *arg, struct hs_error *err)
{
	((struct tx_table_run *)arg)->build->head.ignores_case = true;
	return fill_with(arg, &icd10se, err);
}

enum hs_status hs_tx_import_icd10se(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_icd10se }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "icd10-se", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}

static const struct profile atc = { .url = "http://www.whocc.no/atc",
	.name = "ATC",
	.title = "Anatomical Therapeutic Chemical classification",
	.language = "en",
	.code = { "atc code", "atc kod", "atc", "kod", "code" },
	.display = { "atc level name", "atc name", "atc kod text", "atc text", "name", "namn",
		"ben\xc3\xa4mning", "klartext", "substans", "text", "display" },
	.parent = { "parent", "\xc3\xb6verordnad kod", "\xc3\xb6verordnad" },
	.definition = { "note", "comment", "definition" },
	.dose = { "ddd", "ddd v\xc3\xa4rde", "ddd value", "dddamt" },
	.unit = { "u", "uom", "unit", "unittype", "ddd enhet", "enhet", "ddd unit" },
	.way = { "adm r", "adm route", "adm code", "administreringsv\xc3\xa4g", "adm v\xc3\xa4g", "route" },
	.hierarchy = BY_PREFIX };

static enum hs_status fill_atc(void *arg, struct hs_error *err)
{
	return fill_with(arg, &atc, err);
}

enum hs_status hs_tx_import_atc(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_atc }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "atc", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}
