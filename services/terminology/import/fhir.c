/* SPDX-License-Identifier: Apache-2.0 */
/* The import of a CodeSystem resource that is too large to be uploaded: the same rows from its JSON. */
#include "csv.h"
#include "importers.h"

#include "../compile/compile.h"
#include "../compile/roles.h"

#include <handslag/place.h>

/* Concepts in one another take two levels of JSON each. Those that stand deeper name their parents. */
#define JSON_DEPTH 10000u
#define JSON_MAX ((size_t)16 << 20) /* bytes of what is kept as it stands */

/* A list of concepts that is being read. */
struct level {
	const struct hs_json *next, *list;
	uint32_t parent; /* UINT32_MAX: none */
};

struct walk {
	struct tx_table_run *run;
	struct tx_lines lines;
	struct tx_roles roles;
	struct hs_buf levels;    /* struct level: the outermost first */
	struct hs_buf described; /* of each concept a byte: whether it was taken */
	struct hs_place place;   /* in the file, of what was left out last */
};

/* False: it was described before. */
static bool describe(struct walk *w, uint32_t concept)
{
	while (w->described.len <= concept && !w->described.overflow)
		hs_buf_byte(&w->described, false);
	bool fresh = !w->described.overflow && !w->described.ptr[concept];
	if (fresh)
		w->described.ptr[concept] = true;
	return fresh;
}

static struct hs_slice json_of(struct walk *w, const struct hs_json *value)
{
	struct hs_buf out;

	hs_buf_init(&out, w->run->arena, JSON_MAX);
	hs_json_write(&out, value, 0);
	return hs_buf_slice(&out);
}

static void take_extensions(struct walk *w, uint32_t of, bool is_text, const struct hs_json *list)
{
	if (!list)
		return;
	struct tx_build_extension extension = { .json = json_of(w, list), .of = of, .is_text = is_text };
	hs_tx_build_extension(w->run->build, &extension);
}

/* What is left out next stands there. Places come in the order of the file, so none is looked for twice. */
static void stand_at(struct walk *w, const struct hs_json *item)
{
	hs_place_go(w->lines.file->text, hs_json_offset(w->lines.file->text, item), &w->place);
	w->lines.line = w->place.line;
}

/* All codes are known by now. */
static void link_to(struct walk *w, uint32_t concept, const struct hs_json *property, bool is_child)
{
	struct hs_slice other = hs_tx_scalar(hs_tx_value(property));
	uint32_t named = hs_tx_build_find(w->run->build, other);

	if (named != UINT32_MAX) {
		hs_tx_build_link(w->run->build, is_child ? named : concept, is_child ? concept : named);
		return;
	}
	stand_at(w, property);
	hs_tx_lines_skip(&w->lines, "the %s %.*s of %.*s is no code of this code system",
		is_child ? "child" : "parent", HS_S_ARG(hs_slice_first(other, 60)),
		HS_S_ARG(hs_slice_first(hs_tx_build_at(w->run->build, concept)->code, 60)));
}

static void take_property(struct walk *w, uint32_t concept, const struct hs_json *property)
{
	struct hs_slice code = hs_json_get_text(property, HS_S("code"));
	const struct hs_json *value = hs_tx_value(property);
	struct hs_slice text = hs_json_is(value, HS_JSON_OBJECT) ? json_of(w, value) : hs_tx_scalar(value);
	bool is_parent = hs_slice_eq(code, w->roles.parent), is_child = hs_slice_eq(code, w->roles.child);

	if (!text.len || !code.len)
		return;
	if (is_parent || is_child)
		link_to(w, concept, property, is_child);
	/* the image tells a concept's place by these names itself */
	if (!hs_slice_eq(code, HS_S("parent")) && !hs_slice_eq(code, HS_S("child")))
		hs_tx_table_property(w->run, concept, code, hs_arena_cstr(w->run->arena, hs_json_key(value)),
			text);
	struct tx_build_concept *row = hs_tx_build_at(w->run->build, concept);
	row->flags |= hs_tx_role_flags(&w->roles, code, text);
	if (hs_slice_eq(code, w->roles.status))
		row->status = hs_arena_cstr(w->run->arena, text);
}

static void take_designations(struct walk *w, uint32_t concept, const struct hs_json *list)
{
	HS_JSON_EACH(designation, list) {
		const struct hs_json *use = hs_json_get(designation, HS_S("use"));
		struct tx_use *row = use ? hs_arena_alloc(w->run->arena, sizeof(*row)) : NULL;
		if (row)
			*row = (struct tx_use) { hs_json_get_text(use, HS_S("system")),
				hs_json_get_text(use, HS_S("code")), hs_json_get_text(use, HS_S("display")) };
		struct hs_slice value = hs_json_get_text(designation, HS_S("value"));
		if (!value.len)
			continue;
		take_extensions(w, (uint32_t)TX_BUILD_COUNT(w->run->build->texts, struct tx_build_text), true,
			hs_json_get(designation, HS_S("extension")));
		hs_tx_table_designation(w->run, concept, hs_json_get_text(designation, HS_S("language")), row,
			value);
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
	take_extensions(w, concept, false, hs_json_get(item, HS_S("extension")));
	HS_JSON_EACH(property, hs_json_get(item, HS_S("property")))
		take_property(w, concept, property);
	hs_tx_build_at(w->run->build, concept)->flags |= hs_tx_standards_flags(item);
}

/* The concept that it is, or UINT32_MAX: its code is missing, which is said. */
static uint32_t take_item(struct walk *w, const struct hs_json *item, uint32_t parent)
{
	struct hs_slice code = hs_json_get_text(item, HS_S("code"));

	w->run->import->rows++;
	if (!code.len) {
		stand_at(w, item);
		hs_tx_lines_skip(&w->lines, "a concept has no code");
		return UINT32_MAX;
	}
	uint32_t concept = hs_tx_build_find(w->run->build, code);
	if (describe(w, concept)) {
		take_concept(w, concept, item, parent);
		return concept;
	}
	stand_at(w, item);
	hs_tx_lines_skip(&w->lines, "the code %.*s was there before", HS_S_ARG(hs_slice_first(code, 60)));
	return concept;
}

/* A concept is numbered where it stands, before others name it as their parent. */
static uint32_t number_item(struct walk *w, const struct hs_json *item, uint32_t parent)
{
	struct hs_slice code = hs_json_get_text(item, HS_S("code"));

	(void)parent;
	return code.len ? hs_tx_build_concept(w->run->build, code, NULL) : UINT32_MAX;
}

typedef uint32_t item_fn(struct walk *w, const struct hs_json *item, uint32_t parent);

static void open_level(struct walk *w, const struct hs_json *list, uint32_t parent)
{
	struct level level = { hs_json_at(list, 0), list, parent };

	if (level.next)
		hs_buf_add(&w->levels, hs_slice((const char *)&level, sizeof(level)));
}

/* Each concept in the order of the resource. What is inside one of which `fn` says UINT32_MAX is passed over.
 */
static void each_concept(struct walk *w, const struct hs_json *list, item_fn *fn)
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
		uint32_t concept = fn(w, item, level->parent);
		if (concept != UINT32_MAX)
			open_level(w, hs_json_get(item, HS_S("concept")), concept);
	}
}

static bool is_list(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("concept")) || hs_slice_eq(name, HS_S("contained")) ||
		hs_slice_eq(name, HS_S("text"));
}

/* What a read of the resource tells: all but the lists. */
static struct hs_slice source_of(struct walk *w, const struct hs_json *system)
{
	struct hs_json *shallow = hs_json_object(w->run->arena);

	HS_JSON_EACH(item, system)
		if (!is_list(hs_json_key(item)))
			hs_json_add(shallow, hs_json_key(item), hs_json_clone(w->run->arena, item));
	return json_of(w, shallow);
}

static void take_head(struct walk *w, const struct hs_json *system)
{
	struct tx_build_head *head = &w->run->build->head;
	uint32_t flags = hs_tx_system_flags(system);

	head->url = head->url.len ? head->url : hs_json_get_text(system, HS_S("url"));
	head->version = head->version.len ? head->version : hs_json_get_text(system, HS_S("version"));
	head->name = head->name.len ? head->name : hs_json_get_text(system, HS_S("name"));
	head->language = head->language.len ? head->language : hs_json_get_text(system, HS_S("language"));
	head->title = hs_json_get_text(system, HS_S("title"));
	head->description = hs_json_get_text(system, HS_S("description"));
	head->publisher = hs_json_get_text(system, HS_S("publisher"));
	head->copyright = hs_json_get_text(system, HS_S("copyright"));
	head->value_set = hs_json_get_text(system, HS_S("valueSet"));
	head->status = hs_json_get_text(system, HS_S("status"));
	head->standards = hs_tx_extension_text(system, HS_S(TX_EXT "structuredefinition-standards-status"));
	head->content = hs_tx_content(system);
	head->ignores_case = !(flags & TX_CASE_SENSITIVE);
	head->flags = flags | hs_tx_head_flags(w->run->arena, system);
	head->source = source_of(w, system);
	HS_JSON_EACH(property, hs_json_get(system, HS_S("property"))) {
		struct tx_build_def def = { hs_json_get_text(property, HS_S("code")),
			hs_json_get_text(property, HS_S("uri")), hs_json_get_text(property, HS_S("type")),
			hs_json_get_text(property, HS_S("description")) };
		hs_tx_build_def(w->run->build, &def);
	}
	w->roles = hs_tx_roles(system);
}

/* A supplement has no codes of its own, an example is none of them in earnest. */
static enum hs_status check_resource(const struct hs_json *system, const char *path, struct hs_error *err)
{
	if (!hs_slice_eq(hs_json_get_text(system, HS_S("resourceType")), HS_S("CodeSystem")))
		return hs_fail(err, HS_E_VALUE, "%s is no CodeSystem", path);
	uint32_t content = hs_tx_content(system);
	return content == TX_CONTENT_COMPLETE || content == TX_CONTENT_FRAGMENT ?
		HS_OK :
		hs_fail(err, HS_E_VALUE,
			"%s has the content \"%.*s\": only a code system with all of its codes or a fragment "
			"of one is imported; upload this one",
			path, HS_S_ARG(hs_json_get_text(system, HS_S("content"))));
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
	status = check_resource(system, run->files.items[0].path, err);
	if (status)
		return status;
	take_head(&w, system);
	hs_buf_init(&w.described, run->arena, TX_BUILD_MAX);
	hs_buf_init(&w.levels, run->arena, TX_BUILD_MAX);
	each_concept(&w, hs_json_get(system, HS_S("concept")), number_item);
	each_concept(&w, hs_json_get(system, HS_S("concept")), take_item);
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
