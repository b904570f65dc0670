/* SPDX-License-Identifier: Apache-2.0 */
/* What importers of one code system share: the course of a run, and what they give to the builder. */
#include "csv.h"

#include <stdio.h>

/* ---- one run ---- */

enum hs_status hs_tx_table_order(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;
	enum hs_status status = hs_tx_build_order(run->build, err);

	hs_tx_circles_tell(&run->circles, &run->files, run->import);
	return status;
}

enum hs_status hs_tx_table_image(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;
	struct hs_image_builder *image = NULL;

	enum hs_status status = hs_tx_image_path(run->arena, run->import, &run->build->head, &run->path, err);
	if (status == HS_OK)
		status = hs_tx_build_image(run->path, &image, err);
	if (status == HS_OK)
		status = hs_tx_build_sections(run->build, image, NULL, NULL, err);
	if (status == HS_OK)
		status = hs_tx_stages_report(&run->stages, run->path, run->build->head.source_key, err);
	if (status == HS_OK)
		status = hs_image_builder_end(image, err);
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
	hs_tx_circles_note(&run.circles, run.build);
	hs_tx_stages_build(&run.stages, run.build);
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
