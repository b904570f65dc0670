/* SPDX-License-Identifier: Apache-2.0 */
/* The import of LOINC from its csv files: the table of terms, and what the files beside it say of them
 * ("Using LOINC with FHIR" and LOINC's own CodeSystem resource name the properties). */
#include "loinc.h"

#include "../compile/version.h"
#include "importers.h"

const char *const hs_loinc_dimensions[LOINC_DIMENSIONS] = { "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM",
	"SCALE_TYP", "METHOD_TYP", "CLASS" };

static const struct tx_use short_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("SHORTNAME"),
	HS_S_INIT("SHORTNAME") };
static const struct tx_use consumer_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("ConsumerName"),
	HS_S_INIT("ConsumerName") };
static const struct tx_use display_name = { HS_S_INIT(LOINC_URL), HS_S_INIT("DisplayName"),
	HS_S_INIT("DisplayName") };

/* Columns that are properties of that name, beside the dimensions. */
static const char *const columns[] = { "CLASSTYPE", "STATUS", "STATUS_REASON", "STATUS_TEXT", "ORDER_OBS",
	"VersionLastChanged", "VersionFirstReleased", "CHNG_TYPE", "CHANGE_REASON_PUBLIC", "FORMULA",
	"EXMPL_ANSWERS", "SURVEY_QUEST_TEXT", "SURVEY_QUEST_SRC", "UNITSREQUIRED", "EXAMPLE_UNITS",
	"EXAMPLE_UCUM_UNITS", "UnitsAndRange", "HL7_FIELD_SUBFIELD_ID", "HL7_ATTACHMENT_STRUCTURE",
	"ValidHL7AttachmentRequest", "EXTERNAL_COPYRIGHT_NOTICE", "EXTERNAL_COPYRIGHT_LINK", "PanelType",
	"AskAtOrderEntry", "AssociatedObservations", "COMMON_TEST_RANK", "COMMON_ORDER_RANK", "RELATEDNAMES2",
	"DOCUMENT_SECTION",
	/* texts of the term, too */
	"LONG_COMMON_NAME", "DefinitionDescription", "SHORTNAME", "CONSUMER_NAME", "DisplayName" };

/* ---- terms ---- */

static void take_status(struct loinc *l, struct tx_build_concept *c)
{
	struct hs_slice status = LOINC_VALUE(l, "STATUS");

	if (hs_slice_eq(status, HS_S("DEPRECATED"))) {
		c->flags = TX_INACTIVE | TX_DEPRECATED;
		c->status = "deprecated";
	} else if (hs_slice_eq(status, HS_S("DISCOURAGED")))
		c->status = "discouraged";
	else if (hs_slice_eq(status, HS_S("TRIAL")))
		c->status = "trial";
}

static void take_term(struct loinc *l)
{
	struct tx_table_run *run = l->run;
	struct hs_slice changed = LOINC_VALUE(l, "VersionLastChanged");
	uint32_t concept;

	if (!hs_tx_table_concept(run, &l->csv.lines, LOINC_VALUE(l, "LOINC_NUM"),
		    LOINC_VALUE(l, "LONG_COMMON_NAME"), &concept))
		return;
	hs_tx_build_at(run->build, concept)->definition = LOINC_VALUE(l, "DefinitionDescription");
	take_status(l, hs_tx_build_at(run->build, concept));
	if (hs_tx_version_cmp(changed, l->latest) > 0)
		l->latest = changed;
	for (size_t i = 0; i < LOINC_DIMENSIONS; i++)
		hs_tx_table_property(run, concept, hs_slice_cstr(hs_loinc_dimensions[i]), "valueString",
			LOINC_VALUE(l, hs_loinc_dimensions[i]));
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		hs_tx_table_property(run, concept, hs_slice_cstr(columns[i]), "valueString",
			LOINC_VALUE(l, columns[i]));
	hs_tx_table_property(run, concept, HS_S("copyright"), "valueString",
		LOINC_VALUE(l, "EXTERNAL_COPYRIGHT_NOTICE").len ? HS_S("3rdParty") : HS_S("LOINC"));
	hs_tx_table_designation(run, concept, HS_S("en"), &short_name, LOINC_VALUE(l, "SHORTNAME"));
	hs_tx_table_designation(run, concept, HS_S("en"), &consumer_name, LOINC_VALUE(l, "CONSUMER_NAME"));
	hs_tx_table_designation(run, concept, HS_S("en"), &display_name, LOINC_VALUE(l, "DisplayName"));
}

/* The language stands in the name: svSE24LinguisticVariant.csv is sv-SE. */
static void take_variant(struct loinc *l)
{
	const char *name = l->csv.lines.file->name;
	struct hs_slice code = LOINC_VALUE(l, "LOINC_NUM"),
			language = hs_arena_printf(l->run->arena, "%.2s-%.2s", name, name + 2);
	uint32_t concept = hs_tx_build_find(l->run->build, code);

	if (concept == UINT32_MAX) {
		hs_tx_lines_skip(&l->csv.lines, "%.*s is no term of the table",
			HS_S_ARG(hs_slice_first(code, 40)));
		return;
	}
	hs_tx_table_designation(l->run, concept, language, NULL, LOINC_VALUE(l, "LONG_COMMON_NAME"));
	hs_tx_table_designation(l->run, concept, language, &short_name, LOINC_VALUE(l, "SHORTNAME"));
	hs_tx_table_designation(l->run, concept, language, &display_name,
		LOINC_VALUE(l, "LinguisticVariantDisplayName"));
}

static void take_consumer_name(struct loinc *l)
{
	struct hs_slice code = LOINC_VALUE(l, "LoincNumber");
	uint32_t concept = hs_tx_build_find(l->run->build, code);

	if (concept == UINT32_MAX) {
		hs_tx_lines_skip(&l->csv.lines, "%.*s is no term of the table",
			HS_S_ARG(hs_slice_first(code, 40)));
		return;
	}
	hs_tx_table_designation(l->run, concept, HS_S("en"), &consumer_name, LOINC_VALUE(l, "ConsumerName"));
	hs_tx_table_property(l->run, concept, HS_S("CONSUMER_NAME"), "valueString",
		LOINC_VALUE(l, "ConsumerName"));
}

/* ---- what the system says about itself ---- */

void hs_loinc_add_def(struct tx_table_run *run, struct hs_slice code, const char *type,
	const char *description)
{
	struct tx_build_def def = {
		.code = code, .type = hs_slice_cstr(type), .description = hs_slice_cstr(description)
	};

	def.uri = hs_arena_printf(run->arena, LOINC_URL "/property/%.*s", HS_S_ARG(def.code));
	hs_tx_build_def(run->build, &def);
}

static void add_defs(struct tx_table_run *run)
{
	static const struct {
		const char *code, *type, *description;
	} others[] = {
		{ "copyright", "string", "Whose copyright: LOINC or 3rdParty." },
		{ "answer-list", "Coding", "A list of answers to the term." },
		{ "answers-for", "Coding", "A term that the list has answers to." },
		{ "LIST", "code", "A list that the answer stands in." },
		{ "Score", "string", "What the answer counts." },
		{ "panel-member", "Coding", "A term that the panel has." },
		{ "MAP_TO", "code", "The term to be used in the place of this one." },
		{ "PartTypeName", "string", "The kind of the part." },
		{ "ancestor", "code", "A code above this one, at any distance (filters)." },
		{ "descendant", "code", "A code below this one, at any distance (filters)." },
	};

	for (size_t i = 0; i < LOINC_DIMENSIONS; i++)
		hs_loinc_add_def(run, hs_slice_cstr(hs_loinc_dimensions[i]), "Coding",
			"A dimension of the term: a part of LOINC.");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		hs_loinc_add_def(run, hs_slice_cstr(columns[i]), "string", "A column of the table of terms.");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		hs_loinc_add_def(run, hs_slice_cstr(others[i].code), others[i].type, others[i].description);
}

/* Where a part tells a dimension its text says no more. */
static void drop_told(struct loinc *l)
{
	struct hs_buf *list = &l->run->build->properties;
	size_t count = TX_BUILD_COUNT(*list, struct tx_build_property), kept = 0;
	size_t known = TX_BUILD_COUNT(l->linked, uint32_t);

	for (size_t i = 0; i < count; i++) {
		const struct tx_build_property *p = TX_BUILD_AT(*list, struct tx_build_property, i);
		uint32_t told = p->concept < known ? *TX_BUILD_AT(l->linked, uint32_t, p->concept) : 0;
		bool drop = false;
		for (unsigned d = 0; told && d < LOINC_DIMENSIONS && !drop; d++)
			drop = told >> d & 1 && strcmp(p->key, "valueString") == 0 &&
				hs_slice_eq(p->code, hs_slice_cstr(hs_loinc_dimensions[d]));
		if (!drop)
			*TX_BUILD_AT(*list, struct tx_build_property, kept++) = *p;
	}
	list->len = kept * sizeof(struct tx_build_property);
}

/* ---- the run ---- */

static enum hs_status each_row(struct loinc *l, const struct tx_file *file, loinc_row_fn *fn,
	struct hs_error *err)
{
	enum hs_status status = hs_csv_begin(&l->csv, l->run->arena, l->run->import, file, err);

	while (status == HS_OK && hs_csv_next(&l->csv, &l->row))
		fn(l);
	if (status == HS_OK && l->csv.lines.stopped)
		status = hs_fail(err, HS_E_CANCELLED, "interrupted");
	return status;
}

static bool is_named(const struct tx_file *file, const char *name)
{
	struct hs_slice have = hs_slice_cstr(file->name), want = hs_slice_cstr(name);

	if (name[0] != '*')
		return hs_slice_ieq(have, want);
	return have.len > want.len && hs_slice_ends(have, hs_slice_from(want, 1));
}

static bool is_in(const char *const *names, size_t count, struct hs_slice name)
{
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		found = hs_slice_ieq(hs_slice_cstr(names[i]), name);
	return found;
}

/* Columns of the table of terms that a later release may have. */
static void tell_columns(struct loinc *l)
{
	struct hs_buf out;

	hs_buf_init(&out, l->run->arena, 1 << 16);
	for (size_t i = 0; i < l->csv.header.count; i++) {
		struct hs_slice name = l->csv.header.values[i];
		if (is_in(hs_loinc_dimensions, LOINC_DIMENSIONS, name) ||
			is_in(columns, sizeof(columns) / sizeof(columns[0]), name) ||
			hs_slice_ieq(name, HS_S("LOINC_NUM")))
			continue;
		hs_buf_printf(&out, "%s%.*s",
			out.len ? ", " : "; columns that are not known: ", HS_S_ARG(name));
	}
	l->run->taken = hs_buf_slice(&out);
}

/* Every file of that name; how many there are in *found (may be NULL). */
static enum hs_status each_file(struct loinc *l, const char *name, loinc_row_fn *fn, size_t *found,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < l->run->files.count && status == HS_OK; i++) {
		if (!is_named(&l->run->files.items[i], name))
			continue;
		if (found)
			++*found;
		status = each_row(l, &l->run->files.items[i], fn, err);
	}
	return status;
}

static enum hs_status each_of(struct loinc *l, const struct loinc_file *files, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (; files->name && status == HS_OK; files++)
		status = each_file(l, files->name, files->fn, NULL, err);
	return status;
}

static void begin_head(struct tx_table_run *run)
{
	struct tx_build_head *head = &run->build->head;

	head->url = head->url.len ? head->url : HS_S(LOINC_URL);
	head->name = HS_S("LOINC");
	head->title = HS_S("Logical Observation Identifiers Names and Codes");
	head->language = head->language.len ? head->language : HS_S("en");
	head->value_set = HS_S(LOINC_URL "/vs");
	head->publisher = HS_S("Regenstrief Institute, Inc.");
	head->ignores_case = true;
	head->trees_first = true;
	add_defs(run);
}

static struct loinc *loinc_of(void *arg)
{
	struct tx_table_run *run = arg;
	struct loinc *l = run->more;

	l->run = run;
	return l;
}

static enum hs_status read_terms(void *arg, struct hs_error *err)
{
	struct loinc *l = loinc_of(arg);
	size_t found = 0;

	begin_head(l->run);
	enum hs_status status = each_file(l, "Loinc.csv", take_term, &found, err);
	if (status == HS_OK && !found)
		status = each_file(l, "LoincTableCore.csv", take_term, &found, err);
	if (status == HS_OK && !found)
		return hs_fail(err, HS_E_VALUE, "there is no Loinc.csv below the paths given");
	if (status == HS_OK)
		tell_columns(l);
	return status;
}

/* Kept are the concepts, not the table that finds them. */
static enum hs_status know_terms(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;

	(void)err;
	if (run->stages.outer->resumed > 0)
		hs_tx_build_reindex(run->build);
	return HS_OK;
}

static enum hs_status read_parts(void *arg, struct hs_error *err)
{
	return each_of(loinc_of(arg), hs_loinc_parts, err);
}

static enum hs_status read_answers(void *arg, struct hs_error *err)
{
	return each_of(loinc_of(arg), hs_loinc_answers, err);
}

static enum hs_status read_groups(void *arg, struct hs_error *err)
{
	return each_of(loinc_of(arg), hs_loinc_groups, err);
}

static enum hs_status read_names(void *arg, struct hs_error *err)
{
	struct loinc *l = loinc_of(arg);
	struct tx_build_head *head = &l->run->build->head;
	enum hs_status status = each_file(l, "ConsumerName.csv", take_consumer_name, NULL, err);

	if (status == HS_OK)
		status = each_file(l, "*LinguisticVariant.csv", take_variant, NULL, err);
	if (status == HS_OK)
		drop_told(l);
	if (!head->version.len)
		head->version = l->latest;
	return status;
}

static void add_parts(struct tx_table_run *run)
{
	struct loinc *l = run->more;

	hs_tx_stages_list(&run->stages, &l->linked, sizeof(uint32_t), 0, 0);
	hs_tx_stages_record(&run->stages, &l->latest, sizeof(l->latest), 1);
}

enum hs_status hs_tx_import_loinc(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "terms", read_terms }, { NULL, know_terms },
		{ "parts", read_parts }, { "answers", read_answers }, { "groups", read_groups },
		{ "names", read_names }, TX_TABLE_STEPS };
	struct loinc l = { .run = NULL };
	const struct tx_table_importer importer = { "loinc", steps, add_parts, &l };

	hs_buf_init(&l.linked, NULL, TX_BUILD_MAX / 16);
	enum hs_status status = hs_tx_table_import(import, &importer, err);
	hs_buf_free(&l.linked);
	return status;
}
