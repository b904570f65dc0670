/* SPDX-License-Identifier: Apache-2.0 */
/* The import of LOINC from its csv files: the table of terms; and, where they are given too, the component
 * hierarchy (parents), parts, answer lists and linguistic variants ("Using LOINC with FHIR" names the
 * properties). */
#include "csv.h"
#include "importers.h"

#include <stdio.h>

#define LOINC_URL "http://loinc.org"

static const struct tx_use short_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("SHORTNAME"),
	HS_S_INIT("SHORTNAME") };
static const struct tx_use consumer_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("ConsumerName"),
	HS_S_INIT("ConsumerName") };
static const struct tx_use display_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("DisplayName"),
	HS_S_INIT("DisplayName") };

static bool is_named(const struct tx_file *file, const char *name)
{
	return hs_slice_ieq(hs_slice_cstr(file->name), hs_slice_cstr(name));
}

#define COLUMN(csv, ...) hs_csv_column((csv), (const char *const[]) { __VA_ARGS__, NULL })

typedef void row_fn(struct tx_table_run *run, struct csv *csv, const struct csv_row *row);

static enum hs_status each_row(struct tx_table_run *run, const struct tx_file *file, row_fn *fn,
	struct hs_error *err)
{
	struct csv csv;
	struct csv_row row;
	enum hs_status status = hs_csv_begin(&csv, run->arena, run->import, file, err);

	while (status == HS_OK && hs_csv_next(&csv, &row))
		fn(run, &csv, &row);
	if (status == HS_OK && csv.lines.stopped)
		status = hs_fail(err, HS_E_CANCELLED, "interrupted");
	return status;
}

/* ---- Loinc.csv ---- */

static void take_term(struct tx_table_run *run, struct csv *csv, const struct csv_row *row)
{
	static const char *const properties[] = { "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM",
		"SCALE_TYP", "METHOD_TYP", "CLASS", "CLASSTYPE", "STATUS", "ORDER_OBS", "VersionLastChanged",
		"VersionFirstReleased", "EXAMPLE_UCUM_UNITS", "UnitsAndRange", "PanelType", NULL };
	struct hs_slice status = hs_csv_value(row, COLUMN(csv, "STATUS"));
	uint32_t concept;

	if (!hs_tx_table_concept(run, &csv->lines, hs_csv_value(row, COLUMN(csv, "LOINC_NUM")),
		    hs_csv_value(row, COLUMN(csv, "LONG_COMMON_NAME")), &concept))
		return;
	struct tx_build_concept *c = hs_tx_build_at(run->build, concept);
	c->definition = hs_csv_value(row, COLUMN(csv, "DefinitionDescription"));
	if (hs_slice_eq(status, HS_S("DEPRECATED"))) {
		c->flags = TX_INACTIVE | TX_DEPRECATED;
		c->status = "deprecated";
	} else if (hs_slice_eq(status, HS_S("DISCOURAGED")))
		c->status = "discouraged";
	for (size_t i = 0; properties[i]; i++)
		hs_tx_table_property(run, concept, hs_slice_cstr(properties[i]), "valueString",
			hs_csv_value(row, COLUMN(csv, properties[i])));
	hs_tx_table_designation(run, concept, HS_S("en"), &short_name,
		hs_csv_value(row, COLUMN(csv, "SHORTNAME")));
	hs_tx_table_designation(run, concept, HS_S("en"), &consumer_name,
		hs_csv_value(row, COLUMN(csv, "CONSUMER_NAME")));
	hs_tx_table_designation(run, concept, HS_S("en"), &display_name,
		hs_csv_value(row, COLUMN(csv, "DisplayName")));
}

/* ---- what stands beside it ---- */

/* PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT: parts come as rows of their own before their terms.
 */
static void take_link(struct tx_table_run *run, struct csv *csv, const struct csv_row *row)
{
	struct hs_slice code = hs_csv_value(row, COLUMN(csv, "CODE")),
			parent = hs_csv_value(row, COLUMN(csv, "IMMEDIATE_PARENT"));
	uint32_t concept = code.len ? hs_tx_build_find(run->build, code) : UINT32_MAX;

	if (!code.len) {
		hs_tx_lines_skip(&csv->lines, "the code is empty");
		return;
	}
	if (concept == UINT32_MAX &&
		!hs_tx_table_concept(run, &csv->lines, code, hs_csv_value(row, COLUMN(csv, "CODE_TEXT")),
			&concept))
		return;
	if (!parent.len)
		return;
	uint32_t above = hs_tx_build_find(run->build, parent);
	if (above == UINT32_MAX)
		hs_tx_lines_skip(&csv->lines, "the parent %.*s comes after %.*s or is missing",
			HS_S_ARG(hs_slice_first(parent, 40)), HS_S_ARG(hs_slice_first(code, 40)));
	else
		hs_tx_build_link(run->build, concept, above);
}

/* PartNumber,PartTypeName,PartName,PartDisplayName,Status */
static void take_part(struct tx_table_run *run, struct csv *csv, const struct csv_row *row)
{
	struct hs_slice display = hs_csv_value(row, COLUMN(csv, "PartDisplayName")),
			name = hs_csv_value(row, COLUMN(csv, "PartName"));
	uint32_t concept;

	if (hs_tx_table_concept(run, &csv->lines, hs_csv_value(row, COLUMN(csv, "PartNumber")),
		    display.len ? display : name, &concept)) {
		hs_tx_table_property(run, concept, HS_S("PartTypeName"), "valueString",
			hs_csv_value(row, COLUMN(csv, "PartTypeName")));
		hs_tx_table_property(run, concept, HS_S("STATUS"), "valueString",
			hs_csv_value(row, COLUMN(csv, "Status")));
	}
}

/* AnswerListId,AnswerListName,...,AnswerStringId,...,DisplayText: the list and its answers are codes, and an
 * answer is below each of its lists. */
static void take_answer(struct tx_table_run *run, struct csv *csv, const struct csv_row *row)
{
	struct hs_slice list = hs_csv_value(row, COLUMN(csv, "AnswerListId")),
			answer = hs_csv_value(row, COLUMN(csv, "AnswerStringId", "AnswerStringID"));
	uint32_t list_concept = list.len ? hs_tx_build_find(run->build, list) : UINT32_MAX,
		 answer_concept = answer.len ? hs_tx_build_find(run->build, answer) : UINT32_MAX;

	if (list_concept == UINT32_MAX &&
		!hs_tx_table_concept(run, &csv->lines, list, hs_csv_value(row, COLUMN(csv, "AnswerListName")),
			&list_concept))
		return;
	if (!answer.len)
		return; /* a list that is defined elsewhere */
	if (answer_concept == UINT32_MAX &&
		!hs_tx_table_concept(run, &csv->lines, answer, hs_csv_value(row, COLUMN(csv, "DisplayText")),
			&answer_concept))
		return;
	hs_tx_build_link(run->build, answer_concept, list_concept);
}

/* The language stands in the name: svSE24LinguisticVariant.csv is sv-SE. */
static void take_variant(struct tx_table_run *run, struct csv *csv, const struct csv_row *row)
{
	const char *name = csv->lines.file->name;
	struct hs_slice code = hs_csv_value(row, COLUMN(csv, "LOINC_NUM")),
			language = hs_arena_printf(run->arena, "%.2s-%.2s", name, name + 2);
	uint32_t concept = hs_tx_build_find(run->build, code);

	if (concept == UINT32_MAX) {
		hs_tx_lines_skip(&csv->lines, "%.*s is no term of the table",
			HS_S_ARG(hs_slice_first(code, 40)));
		return;
	}
	hs_tx_table_designation(run, concept, language, NULL,
		hs_csv_value(row, COLUMN(csv, "LONG_COMMON_NAME")));
	hs_tx_table_designation(run, concept, language, &short_name,
		hs_csv_value(row, COLUMN(csv, "SHORTNAME")));
}

/* ---- the run ---- */

static void add_defs(struct tx_table_run *run)
{
	static const char *const codes[] = { "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP",
		"METHOD_TYP", "CLASS", "CLASSTYPE", "STATUS", "ORDER_OBS" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct tx_build_def def = { hs_slice_cstr(codes[i]),
			hs_arena_printf(run->arena, LOINC_URL "/property/%s", codes[i]), HS_S("string"),
			HS_S_NONE };
		hs_tx_build_def(run->build, &def);
	}
}

/* Parts go first, so that the hierarchy finds its parents; variants last. */
static enum hs_status fill(struct tx_table_run *run, struct hs_error *err)
{
	static const struct {
		const char *name;
		row_fn *fn;
	} order[] = { { "Loinc.csv", take_term }, { "Part.csv", take_part },
		{ "AnswerList.csv", take_answer }, { "ComponentHierarchyBySystem.csv", take_link },
		{ "MultiAxialHierarchy.csv", take_link }, { NULL, take_variant } };
	struct tx_build_head *head = &run->build->head;
	enum hs_status status = HS_OK;
	bool any = false;

	head->url = head->url.len ? head->url : HS_S(LOINC_URL);
	head->name = HS_S("LOINC");
	head->title = HS_S("Logical Observation Identifiers Names and Codes");
	head->language = head->language.len ? head->language : HS_S("en");
	head->value_set = HS_S(LOINC_URL "/vs");
	add_defs(run);
	for (size_t step = 0; step < sizeof(order) / sizeof(order[0]); step++)
		for (size_t i = 0; i < run->files.count && status == HS_OK; i++) {
			const struct tx_file *file = &run->files.items[i];
			bool variant = hs_slice_ends(hs_slice_cstr(file->name),
					       HS_S("LinguisticVariant.csv")) &&
				strlen(file->name) > 24;
			if (order[step].name ? !is_named(file, order[step].name) : !variant)
				continue;
			any |= step == 0;
			status = each_row(run, file, order[step].fn, err);
		}
	if (status == HS_OK && !any)
		return hs_fail(err, HS_E_VALUE, "there is no Loinc.csv below the paths given");
	return status;
}

enum hs_status hs_tx_import_loinc(struct hs_import *import, struct hs_error *err)
{
	return hs_tx_table_import(import, fill, err);
}
