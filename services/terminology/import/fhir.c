/* SPDX-License-Identifier: Apache-2.0 */
/* The import of a CodeSystem resource that is too large to be uploaded: the same rows from its JSON. */
#include "csv.h"
#include "importers.h"

#include "../compile/tree.h"

/* Concepts in one another take two levels of JSON each. Those that stand deeper name their parents. */
#define JSON_DEPTH 10000u

/* A list of concepts that is being read. */
struct level {
	const struct hs_json *next, *list;
	uint32_t parent; /* UINT32_MAX: none */
};

struct walk {
	struct tx_table_run *run;
	struct tx_lines lines;
	struct hs_buf levels;    /* struct level: the outermost first */
	struct hs_buf described; /* of each concept a byte: whether it stands in the resource */
};

/* False: it was described before. A concept may have been named as a parent, which is not to describe it. */
static bool describe(struct walk *w, uint32_t concept)
{
	while (w->described.len <= concept && !w->described.overflow)
		hs_buf_byte(&w->described, false);
	bool fresh = !w->described.overflow && !w->described.ptr[concept];
	if (fresh)
		w->described.ptr[concept] = true;
	return fresh;
}

static void take_properties(struct walk *w, uint32_t concept, const struct hs_json *list)
{
	HS_JSON_EACH(property, list) {
		struct hs_slice code = hs_json_get_text(property, HS_S("code"));
		const struct hs_json *value = hs_tx_value(property);
		struct hs_slice text = hs_tx_scalar(value);
		if (!value || !code.len)
			continue;
		if (hs_slice_eq(code, HS_S("parent")))
			hs_tx_build_link(w->run->build, concept,
				hs_tx_build_concept(w->run->build, text, NULL));
		else
			hs_tx_table_property(w->run, concept, code,
				hs_arena_cstr(w->run->arena, hs_json_key(value)), text);
		bool off = hs_slice_eq(code, HS_S("inactive")) && hs_slice_eq(text, HS_S("true"));
		bool retired = hs_slice_eq(code, HS_S("status")) &&
			(hs_slice_eq(text, HS_S("retired")) || hs_slice_eq(text, HS_S("inactive")));
		if (off || retired)
			hs_tx_build_at(w->run->build, concept)->flags |= TX_INACTIVE;
		if (retired)
			hs_tx_build_at(w->run->build, concept)->status = "retired";
		if (hs_slice_eq(code, HS_S("notSelectable")) && hs_slice_eq(text, HS_S("true")))
			hs_tx_build_at(w->run->build, concept)->flags |= TX_ABSTRACT;
	}
}

static void take_designations(struct walk *w, uint32_t concept, const struct hs_json *list)
{
	HS_JSON_EACH(designation, list) {
		const struct hs_json *use = hs_json_get(designation, HS_S("use"));
		struct tx_use *row = use ? hs_arena_alloc(w->run->arena, sizeof(*row)) : NULL;
		if (row)
			*row = (struct tx_use) { hs_json_get_text(use, HS_S("system")),
				hs_json_get_text(use, HS_S("code")), hs_json_get_text(use, HS_S("display")) };
		hs_tx_table_designation(w->run, concept, hs_json_get_text(designation, HS_S("language")), row,
			hs_json_get_text(designation, HS_S("value")));
	}
}

static void take_concept(struct walk *w, uint32_t concept, const struct hs_json *item, uint32_t parent)
{
	struct tx_build_text text = { .language = w->run->build->head.language,
		.value = hs_json_get_text(item, HS_S("display")),
		.concept = concept };

	if (text.value.len)
		hs_tx_build_text(w->run->build, &text);
	hs_tx_build_at(w->run->build, concept)->definition = hs_json_get_text(item, HS_S("definition"));
	if (parent != UINT32_MAX)
		hs_tx_build_link(w->run->build, concept, parent);
	take_designations(w, concept, hs_json_get(item, HS_S("designation")));
	take_properties(w, concept, hs_json_get(item, HS_S("property")));
}

/* The concept that it is, or UINT32_MAX: its code is missing, which is said. */
static uint32_t take_item(struct walk *w, const struct hs_json *item, uint32_t parent)
{
	struct hs_slice code = hs_json_get_text(item, HS_S("code"));

	w->run->import->rows++;
	if (!code.len) {
		hs_tx_lines_skip(&w->lines, "a concept has no code");
		return UINT32_MAX;
	}
	uint32_t concept = hs_tx_build_concept(w->run->build, code, NULL);
	if (describe(w, concept))
		take_concept(w, concept, item, parent);
	else
		hs_tx_lines_skip(&w->lines, "the code %.*s was there before",
			HS_S_ARG(hs_slice_first(code, 60)));
	return concept;
}

static void open_level(struct walk *w, const struct hs_json *list, uint32_t parent)
{
	struct level level = { hs_json_at(list, 0), list, parent };

	if (level.next)
		hs_buf_add(&w->levels, hs_slice((const char *)&level, sizeof(level)));
}

static void take_concepts(struct walk *w, const struct hs_json *list)
{
	open_level(w, list, UINT32_MAX);
	while (w->levels.len) {
		struct level *level = TX_BUILD_AT(w->levels, struct level,
			TX_BUILD_COUNT(w->levels, struct level) - 1);
		const struct hs_json *item = level->next;
		if (!item) {
			w->levels.len -= sizeof(*level);
			continue;
		}
		level->next = hs_json_next(item);
		uint32_t concept = take_item(w, item, level->parent);
		if (concept != UINT32_MAX)
			open_level(w, hs_json_get(item, HS_S("concept")), concept);
	}
}

static void report_undescribed(struct walk *w)
{
	size_t count = TX_BUILD_COUNT(w->run->build->concepts, struct tx_build_concept);

	for (uint32_t i = 0; i < count; i++)
		if (describe(w, i))
			hs_tx_lines_skip(&w->lines, "the code %.*s is named as a parent but not described",
				HS_S_ARG(hs_slice_first(hs_tx_build_at(w->run->build, i)->code, 60)));
}

static void take_head(struct tx_table_run *run, const struct hs_json *system)
{
	struct tx_build_head *head = &run->build->head;

	head->url = head->url.len ? head->url : hs_json_get_text(system, HS_S("url"));
	head->version = head->version.len ? head->version : hs_json_get_text(system, HS_S("version"));
	head->name = head->name.len ? head->name : hs_json_get_text(system, HS_S("name"));
	head->language = head->language.len ? head->language : hs_json_get_text(system, HS_S("language"));
	head->title = hs_json_get_text(system, HS_S("title"));
	head->description = hs_json_get_text(system, HS_S("description"));
	head->publisher = hs_json_get_text(system, HS_S("publisher"));
	head->copyright = hs_json_get_text(system, HS_S("copyright"));
	head->value_set = hs_json_get_text(system, HS_S("valueSet"));
	head->ignores_case = !hs_json_get_bool(system, HS_S("caseSensitive"), false);
	HS_JSON_EACH(property, hs_json_get(system, HS_S("property"))) {
		struct tx_build_def def = { hs_json_get_text(property, HS_S("code")),
			hs_json_get_text(property, HS_S("uri")), hs_json_get_text(property, HS_S("type")),
			hs_json_get_text(property, HS_S("description")) };
		hs_tx_build_def(run->build, &def);
	}
}

static enum hs_status fill(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;
	static const struct hs_json_limits limits = { .depth = JSON_DEPTH };
	struct walk w = { .run = run };
	struct hs_json *system = NULL;

	if (run->files.count != 1)
		return hs_fail(err, HS_E_VALUE,
			"one CodeSystem is imported at a time; the paths given hold %zu files",
			run->files.count);
	hs_tx_lines_begin(&w.lines, run->import, &run->files.items[0]);
	enum hs_status status = hs_json_parse(run->arena, run->files.items[0].text, &limits, &system, err);
	if (status) {
		struct hs_error why = *err;
		return hs_fail(err, status, "%s: %s%s", run->files.items[0].path, why.text,
			status == HS_E_LIMIT ?
				"; concepts that stand deeper are given one after another, each with its "
				"parent as a property" :
				"");
	}
	if (!hs_slice_eq(hs_json_get_text(system, HS_S("resourceType")), HS_S("CodeSystem")))
		return hs_fail(err, HS_E_VALUE, "%s is no CodeSystem", run->files.items[0].path);
	take_head(run, system);
	hs_buf_init(&w.described, run->arena, TX_BUILD_MAX);
	hs_buf_init(&w.levels, run->arena, TX_BUILD_MAX);
	take_concepts(&w, hs_json_get(system, HS_S("concept")));
	report_undescribed(&w);
	return w.described.overflow ?
		hs_fail(err, HS_E_LIMIT, "the code system is too large to be imported") :
		hs_tx_table_named(run, err);
}

enum hs_status hs_tx_import_fhir(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "resource", fill }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "fhir", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}
