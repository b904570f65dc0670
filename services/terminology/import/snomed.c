/* SPDX-License-Identifier: Apache-2.0 */
/* The import of SNOMED CT: reads a release, gives it to the builder, and writes one image for each version.
 */
#include "rf2.h"

#include <stdio.h>

#define INTERNATIONAL "900000000000207008"

/* ---- links ---- */

static void give_links(struct rf2 *r)
{
	size_t count = TX_BUILD_COUNT(r->relations, struct rf2_relation);
	uint32_t is_a = hs_tx_build_find(r->build, HS_S("116680003"));

	for (size_t i = 0; i < count; i++) {
		const struct rf2_relation *relation = TX_BUILD_AT(r->relations, struct rf2_relation, i);
		if (relation->active && relation->type == is_a)
			hs_tx_build_link(r->build, relation->source, relation->value);
	}
}

/* ---- what the release is ---- */

/* The number of the module dependency reference set, or one behind all. */
static uint32_t find_dependencies(struct rf2 *r)
{
	uint32_t concept = hs_tx_build_find(r->build, HS_S("900000000000534007")), i = 0;
	size_t count = TX_BUILD_COUNT(r->refsets, struct rf2_refset);

	while (i < count && TX_BUILD_AT(r->refsets, struct rf2_refset, i)->concept != concept)
		i++;
	return i;
}

/* The module that depends on others and on which none depends is the edition's (5.2.4.2). Rows of which there
 * are later ones are of no reference set. */
static struct hs_slice find_edition(struct rf2 *r)
{
	uint32_t refset = find_dependencies(r);
	size_t count = TX_BUILD_COUNT(r->members, struct rf2_member);
	struct hs_slice found = HS_S_NONE;

	for (size_t i = 0; i < count; i++) {
		const struct rf2_member *m = TX_BUILD_AT(r->members, struct rf2_member, i);
		bool needed = false;
		if (m->refset != refset || !m->active || m->module == UINT32_MAX)
			continue;
		for (size_t k = 0; k < count && !needed; k++) {
			const struct rf2_member *other = TX_BUILD_AT(r->members, struct rf2_member, k);
			needed = other->refset == m->refset && other->active && other->component == m->module;
		}
		if (!needed)
			found = hs_tx_build_at(r->build, m->module)->code;
	}
	return found.len ? found : HS_S(INTERNATIONAL);
}

static void give_defs(struct rf2 *r)
{
	static const struct {
		const char *code, *type, *description;
	} rows[] = {
		{ "inactive", "boolean", "Whether the concept is out of use." },
		{ "sufficientlyDefined", "boolean", "Whether its relationships define the concept fully." },
		{ "moduleId", "code", "The module that the concept is kept in." },
		{ "effectiveTime", "string", "The date of the concept's present state." },
		{ "normalForm", "string", "The concept as an expression of its relationships, with terms." },
		{ "normalFormTerse", "string", "The same without terms." },
		{ "parent", "code", "A concept directly above." },
		{ "child", "code", "A concept directly below." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tx_build_def def = { .code = hs_slice_cstr(rows[i].code),
			.uri = hs_arena_printf(r->arena, TX_SCT_URL "/id/%s", rows[i].code),
			.type = hs_slice_cstr(rows[i].type),
			.description = hs_slice_cstr(rows[i].description) };
		hs_tx_build_def(r->build, &def);
	}
}

/* Gives the builder its texts, links and system row. */
static enum hs_status give_all(struct rf2 *r, struct hs_error *err)
{
	struct tx_build_head *head = &r->build->head;
	struct hs_slice edition = hs_tx_option(r->import, "edition", HS_S_NONE);
	struct hs_slice base = hs_tx_option(r->import, "url", HS_S(TX_SCT_URL));

	if (!TX_BUILD_COUNT(r->build->concepts, struct tx_build_concept))
		return hs_fail(err, HS_E_VALUE,
			"there is no %srelease of SNOMED CT below the paths given: no file like "
			"sct2_Concept_%s_INT_20260131.txt has a concept",
			r->full && hs_tx_option(r->import, "release", HS_S_NONE).len ? "full " : "",
			r->full ? "Full" : "Snapshot");
	if (!edition.len)
		edition = find_edition(r);
	give_links(r);
	give_defs(r);
	uint32_t version = r->until != 99991231 ? r->until : r->latest;
	head->url = base;
	head->version = hs_arena_printf(r->arena, "%.*s/%.*s/version/%08u", HS_S_ARG(base), HS_S_ARG(edition),
		(unsigned)version);
	head->id = hs_arena_printf(r->arena, "sct-%.*s-%08u", HS_S_ARG(edition), (unsigned)version);
	head->name = HS_S("SNOMED_CT");
	head->title = hs_arena_printf(r->arena, "SNOMED CT, edition %.*s", HS_S_ARG(edition));
	head->language = hs_tx_option(r->import, "language", HS_S("en"));
	head->value_set = hs_arena_printf(r->arena, "%.*s?fhir_vs", HS_S_ARG(base));
	head->compositional = true;
	head->is_snomed = true;
	head->trees_first = true;
	return HS_OK;
}

/* ---- the run ---- */

static enum hs_status prepare(struct rf2 *r, struct hs_error *err)
{
	struct hs_import *import = r->import;
	struct hs_slice release = hs_tx_option(import, "release", HS_S_NONE),
			version = hs_tx_option(import, "version", HS_S("99991231"));
	uint64_t until = 0;

	if (!hs_slice_u64(version, &until) || until < 19000101 || until > 99991231)
		return hs_fail(err, HS_E_VALUE, "the version %.*s is no date like 20260131",
			HS_S_ARG(version));
	if (release.len && !hs_slice_eq(release, HS_S("full")) && !hs_slice_eq(release, HS_S("snapshot")))
		return hs_fail(err, HS_E_VALUE, "the release is full or snapshot, not %.*s",
			HS_S_ARG(release));
	r->until = (uint32_t)until;
	r->dialect = hs_tx_option(import, "dialect", HS_S(RF2_US_ENGLISH));
	r->full = hs_slice_eq(release, HS_S("full"));
	bool any = false;
	for (size_t i = 0; i < r->files.count; i++)
		any |= hs_rf2_is(r, &r->files.items[i], "_Concept_");
	if (!any && !release.len)
		r->full = true;
	hs_rf2_begin_lists(r);
	return HS_OK;
}

static struct hs_buf *list_of(struct rf2 *r, size_t number)
{
	struct hs_buf *const lists[] = { &r->columns, &r->apart, &r->relations, &r->values, &r->members,
		&r->fields, &r->refsets, &r->identifiers };

	return number < sizeof(lists) / sizeof(lists[0]) ? lists[number] : NULL;
}

void hs_rf2_begin_lists(struct rf2 *r)
{
	struct hs_buf *list;

	for (size_t i = 0; (list = list_of(r, i)); i++)
		hs_buf_init(list, NULL, TX_BUILD_MAX);
}

void hs_rf2_free_lists(struct rf2 *r)
{
	struct hs_buf *list;

	for (size_t i = 0; (list = list_of(r, i)); i++)
		hs_buf_free(list);
}

void hs_rf2_forget_rows(struct rf2 *r)
{
	hs_rf2_text_table_free(&r->text_rows);
	hs_rf2_map_free(&r->relation_rows);
	hs_rf2_map_free(&r->member_rows);
}

static void release(struct rf2 *r)
{
	hs_rf2_drop_beside(r);
	hs_rf2_free_lists(r);
	hs_rf2_forget_rows(r);
	hs_tx_build_free(r->build);
	hs_tx_files_close(&r->files);
	hs_arena_free(r->arena);
}

/* ---- the steps ---- */

static enum hs_status read_concepts(void *arg, struct hs_error *err)
{
	return hs_rf2_concepts(arg, err);
}

/* Kept are the concepts, not the table that finds them. */
static enum hs_status know_concepts(void *arg, struct hs_error *err)
{
	struct rf2 *r = arg;

	(void)err;
	if (r->stages.outer->resumed > 0)
		hs_tx_build_reindex(r->build);
	return HS_OK;
}

static enum hs_status read_descriptions(void *arg, struct hs_error *err)
{
	struct rf2 *r = arg;

	hs_rf2_begin_beside(r);
	enum hs_status status = hs_rf2_terms(r, err);
	if (status == HS_OK)
		status = hs_rf2_languages(r, err);
	if (status == HS_OK)
		hs_rf2_rank_texts(r);
	hs_rf2_forget_rows(r);
	return status;
}

static enum hs_status take_beside(void *arg, struct hs_error *err)
{
	struct rf2 *r = arg;

	if (!r->beside)
		hs_rf2_begin_beside(r);
	return hs_rf2_end_beside(r, err);
}

/* The links are there for the order alone. */
static enum hs_status order(void *arg, struct hs_error *err)
{
	struct rf2 *r = arg;
	enum hs_status status = give_all(r, err);

	if (status == HS_OK)
		status = hs_tx_build_order(r->build, err);
	hs_buf_free(&r->build->links);
	hs_tx_circles_tell(&r->circles, &r->files, r->import);
	return status;
}

static enum hs_status write_image(void *arg, struct hs_error *err)
{
	struct rf2 *r = arg;
	struct hs_image_builder *image = NULL;

	enum hs_status status = hs_tx_image_path(r->arena, r->import, &r->build->head, &r->path, err);
	if (status == HS_OK)
		status = hs_tx_build_image(r->path, &image, err);
	if (status == HS_OK)
		status = hs_tx_build_sections(r->build, image, hs_rf2_sections, r, err);
	if (status == HS_OK)
		status = hs_tx_stages_report(&r->stages, r->path, r->build->head.source_key, err);
	if (status == HS_OK)
		status = hs_image_builder_end(image, err);
	hs_image_builder_free(image);
	return status;
}

static const struct tx_stage steps[] = { { "concepts", read_concepts }, { NULL, know_concepts },
	{ "descriptions", read_descriptions }, { "relationships and reference sets", take_beside },
	{ "hierarchy", order }, { "image", write_image }, { NULL, NULL } };

static void add_parts(struct rf2 *r)
{
	struct tx_stages *s = &r->stages;
	uint64_t names = 0;

	for (size_t i = 0; i < RF2_FIELDS_MAX; i++)
		names |= TX_WORD(struct rf2_refset, names[i]);
	hs_tx_stages_build(s, r->build);
	hs_tx_stages_record(s, &r->latest, sizeof(r->latest), 0);
	hs_tx_stages_record(s, r->dialects, sizeof(r->dialects), 0);
	hs_tx_stages_record(s, &r->dialect_count, sizeof(r->dialect_count), 0);
	hs_tx_stages_list(s, &r->columns, sizeof(struct tx_sct_column), 0, 0);
	hs_tx_stages_list(s, &r->apart, sizeof(struct tx_build_text), TX_BUILD_TEXT_SLICES, 0);
	hs_tx_stages_list(s, &r->relations, sizeof(struct rf2_relation), 0, 0);
	hs_tx_stages_list(s, &r->values, sizeof(struct hs_slice), 1, 0);
	hs_tx_stages_list(s, &r->members, sizeof(struct rf2_member), 0, 0);
	hs_tx_stages_list(s, &r->fields, sizeof(struct rf2_field), 1, 0);
	hs_tx_stages_list(s, &r->refsets, sizeof(struct rf2_refset), names, 0);
	hs_tx_stages_list(s, &r->identifiers, sizeof(struct rf2_identifier),
		TX_WORD(struct rf2_identifier, code), 0);
}

static void tell(struct rf2 *r)
{
	const struct tx_build_head *head = &r->build->head;

	snprintf(r->import->made, sizeof(r->import->made), "%.*s: %zu concepts in %s",
		HS_S_ARG(head->version), TX_BUILD_COUNT(r->build->concepts, struct tx_build_concept),
		r->path);
}

static enum hs_status run(struct rf2 *r, struct hs_error *err)
{
	enum hs_status status = prepare(r, err);

	if (status == HS_OK)
		status = hs_tx_url_check(hs_tx_option(r->import, "url", HS_S(TX_SCT_URL)), err);
	if (status)
		return status;
	r->build->head.source_key = hs_tx_files_key(&r->files, r->import);
	hs_tx_circles_note(&r->circles, r->build);
	add_parts(r);
	if (hs_tx_stages_were_done(&r->stages, &r->files, r->build->head.source_key))
		return HS_OK;
	status = hs_tx_stages_run(&r->stages, &r->files, steps, r, err);
	if (status)
		return status;
	hs_tx_image_replaces(r->arena, r->import, &r->build->head, r->path);
	tell(r);
	return HS_OK;
}

enum hs_status hs_tx_import_snomed(struct hs_import *import, struct hs_error *err)
{
	struct rf2 r = { .arena = hs_arena_new(TX_BUILD_MAX), .build = hs_tx_build_new() };

	hs_tx_stages_begin(&r.stages, import, "snomed", r.arena);
	r.import = &r.stages.inner;
	enum hs_status status = hs_tx_files_open(&r.files, r.arena, import, err);
	if (status == HS_OK)
		status = run(&r, err);
	hs_tx_stages_end(&r.stages, status);
	release(&r);
	return status;
}
