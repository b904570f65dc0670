/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler: takes resources one by one and leaves an image. */
#include "compile.h"

#include "slots.h"
#include "version.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SCRATCH_MAX ((size_t)4 << 30)

struct tx_compile *hs_tx_compile_new(uint64_t source_key)
{
	static atomic_ullong made;
	struct hs_arena *keys = hs_arena_new(SCRATCH_MAX);
	struct tx_compile *c = hs_arena_alloc(keys, sizeof(*c));

	c->keys = keys;
	c->name = source_key ? source_key : atomic_fetch_add(&made, 1);
	c->scratch = hs_arena_new(SCRATCH_MAX);
	c->image = hs_image_builder_new(TX_IMAGE_KIND, TX_IMAGE_FORMAT, source_key);
	for (size_t i = 0; i < TX_SECTIONS_END; i++)
		hs_buf_init(&c->rows[i], NULL, TX_ROWS_MAX);
	for (size_t i = 0; i < TX_KINDS; i++)
		hs_buf_init(&c->key_rows[i], NULL, TX_ROWS_MAX);
	return c;
}

void hs_tx_compile_speak(struct tx_compile *c, bool swedish)
{
	c->swedish = swedish;
}

void hs_tx_compile_free(struct tx_compile *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < TX_SECTIONS_END; i++)
		hs_buf_free(&c->rows[i]);
	for (size_t i = 0; i < TX_KINDS; i++)
		hs_buf_free(&c->key_rows[i]);
	hs_image_builder_free(c->image);
	hs_arena_free(c->scratch);
	hs_arena_free(c->keys);
}

uint32_t hs_tx_put_row(struct tx_compile *c, enum tx_section section, const void *row, size_t size)
{
	uint32_t index = (uint32_t)(c->rows[section].len / size);

	hs_buf_add(&c->rows[section], hs_slice(row, size));
	c->failed |= c->rows[section].overflow;
	return index;
}

struct hs_image_text hs_tx_put_json(struct tx_compile *c, const struct hs_json *value)
{
	struct hs_buf out;

	if (!value)
		return (struct hs_image_text) { 0, 0 };
	hs_buf_init(&out, c->scratch, TX_ROWS_MAX);
	hs_json_write(&out, value, 0);
	return hs_tx_put_text(c, hs_buf_slice(&out));
}

static void put_key(struct tx_compile *c, enum tx_kind kind, const struct tx_key *key)
{
	hs_buf_add(&c->key_rows[kind], hs_slice((const char *)key, sizeof(*key)));
}

void hs_tx_compile_name(struct tx_compile *c, struct hs_slice name, uint32_t row)
{
	struct tx_key key = { .url = hs_arena_copy(c->keys, name), .row = row };

	put_key(c, TX_KIND_NAME, &key);
}

void hs_tx_compile_canonical(struct tx_compile *c, enum tx_kind kind, const struct hs_json *resource,
	const struct tx_head *head, uint32_t row)
{
	struct tx_key key = { .url = hs_arena_copy(c->keys, hs_json_get_text(resource, HS_S("url"))),
		.version = hs_arena_copy(c->keys, hs_json_get_text(resource, HS_S("version"))),
		.row = row,
		.versions_are_text = head->flags & TX_VERSIONS_ARE_TEXT };

	put_key(c, kind, &key);
}

/* ---- what canonical resources have in common ---- */

static bool is_in(const char *const *names, struct hs_slice name)
{
	for (; *names; names++)
		if (hs_slice_eq(hs_slice_cstr(*names), name))
			return true;
	return false;
}

/* The members but for those named, as JSON text; no tree is made for it. */
static struct hs_image_text put_source(struct tx_compile *c, const struct hs_json *resource,
	const char *const *without)
{
	struct hs_json *shallow = hs_json_object(c->scratch);

	HS_JSON_EACH(item, resource)
		if (!is_in(without, hs_json_key(item)))
			hs_json_add(shallow, hs_json_key(item), hs_json_clone(c->scratch, item));
	return hs_tx_put_json(c, shallow);
}

/* versionAlgorithm[x], on a resource of R4 as the extension that stands for it there. */
static bool versions_are_text(struct hs_arena *scratch, const struct hs_json *resource)
{
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	struct hs_slice code = hs_json_get_text(resource, HS_S("versionAlgorithmString"));
	const struct hs_json *coding = hs_json_get(resource, HS_S("versionAlgorithmCoding"));

	if (!code.len && !coding) {
		coding = hs_tx_value(hs_tx_extension(resource,
			hs_arena_printf(scratch, TX_EXT5 "%.*s.versionAlgorithm", HS_S_ARG(type))));
		code = hs_json_text(coding);
	}
	if (hs_json_is(coding, HS_JSON_OBJECT))
		code = hs_json_get_text(coding, HS_S("code"));
	return hs_slice_eq(code, HS_S("alpha"));
}

uint32_t hs_tx_head_flags(struct hs_arena *scratch, const struct hs_json *resource)
{
	uint32_t flags = hs_json_get(resource, HS_S("experimental")) ? TX_EXPERIMENTAL_GIVEN : 0;

	if (hs_json_get_bool(resource, HS_S("experimental"), false))
		flags |= TX_EXPERIMENTAL;
	return versions_are_text(scratch, resource) ? flags | TX_VERSIONS_ARE_TEXT : flags;
}

void hs_tx_compile_head(struct tx_compile *c, const struct hs_json *resource, const char *const *without,
	struct tx_head *out)
{
	*out = (struct tx_head) { .faces = c->faces };
	out->id = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("id")));
	out->url = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("url")));
	out->version = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("version")));
	out->name = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("name")));
	out->title = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("title")));
	out->status = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("status")));
	out->language = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("language")));
	out->date = hs_tx_put_text(c, hs_json_get_text(resource, HS_S("date")));
	out->standards = hs_tx_put_text(c,
		hs_tx_extension_text(resource, HS_S(TX_EXT "structuredefinition-standards-status")));
	out->flags = hs_tx_head_flags(c->scratch, resource);
	out->source = put_source(c, resource, without);
}

/* ---- one resource ---- */

enum hs_status hs_tx_compile_add(struct tx_compile *c, const struct hs_json *resource, uint32_t faces,
	uint32_t *index, struct hs_error *err)
{
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	uint32_t row = TX_NONE;
	enum hs_status status = HS_OK;

	c->faces = faces;
	if (hs_slice_eq(type, HS_S("CodeSystem")))
		status = hs_tx_compile_system(c, resource, &row, err);
	else if (hs_slice_eq(type, HS_S("ValueSet")))
		status = hs_tx_compile_set(c, resource, &row, err);
	else if (hs_slice_eq(type, HS_S("ConceptMap")))
		status = hs_tx_compile_map(c, resource, &row, err);
	else if (hs_slice_eq(type, HS_S("NamingSystem")))
		status = hs_tx_compile_names(c, resource, err);
	hs_arena_reset(c->scratch);
	if (status == HS_OK && c->failed)
		status = hs_tx_say(err, HS_E_LIMIT, c->swedish, TX_MSG_OWN_IMAGE_FULL, HS_S_NONE,
			TX_ARGS(HS_S_NONE));
	if (status == HS_OK && index)
		*index = row;
	return status;
}

/* ---- the end ---- */

static int compare_keys(const void *a, const void *b)
{
	const struct tx_key *x = a, *y = b;
	int order = hs_slice_cmp(x->url, y->url);

	if (!order)
		order = x->versions_are_text && y->versions_are_text ?
			hs_tx_version_cmp_text(x->version, y->version) :
			hs_tx_version_cmp(x->version, y->version);
	return order ? order : x->row < y->row ? -1 : 1;
}

static void order_by_url(struct tx_compile *c, enum tx_kind kind, enum tx_section section)
{
	struct hs_buf *keys = &c->key_rows[kind];
	size_t count = keys->len / sizeof(struct tx_key);
	const struct tx_key *rows = (const void *)keys->ptr;

	if (count)
		qsort(keys->ptr, count, sizeof(struct tx_key), compare_keys);
	for (size_t i = 0; i < count; i++)
		TX_PUT(c, section, rows[i].row);
}

/* Of the rows that have just been put in order. */
static void make_slots(struct tx_compile *c, enum tx_kind kind, enum tx_section section)
{
	size_t count = c->key_rows[kind].len / sizeof(struct tx_key), room = hs_tx_url_room(count);
	const struct tx_key *rows = (const void *)c->key_rows[kind].ptr;
	struct tx_url_slot *slots = room ? hs_arena_array(c->keys, room, sizeof(*slots)) : NULL;

	for (size_t i = 0; slots && i < count; i++)
		if (!i || !hs_slice_eq(rows[i].url, rows[i - 1].url))
			hs_tx_url_put(slots, room, rows[i].url, i);
	if (slots)
		hs_buf_add(&c->rows[section], hs_slice((const char *)slots, room * sizeof(*slots)));
}

static const size_t item_sizes[TX_SECTIONS_END] = {
	[TX_SYSTEMS] = sizeof(struct tx_system_row),
	[TX_CONCEPTS] = sizeof(struct tx_concept_row),
	[TX_BY_CODE] = sizeof(uint32_t),
	[TX_BY_FOLD] = sizeof(uint32_t),
	[TX_PARENTS] = sizeof(uint32_t),
	[TX_CHILDREN] = sizeof(uint32_t),
	[TX_SPANS] = sizeof(struct tx_span),
	[TX_DESIGNATIONS] = sizeof(struct tx_designation_row),
	[TX_PICK_DESIGNATIONS] = sizeof(struct tx_designation_row),
	[TX_PROPERTIES] = sizeof(struct tx_property_row),
	[TX_PROPERTY_DEFS] = sizeof(struct tx_property_def_row),
	[TX_SETS] = sizeof(struct tx_set_row),
	[TX_RULES] = sizeof(struct tx_rule_row),
	[TX_PICKS] = sizeof(struct tx_pick_row),
	[TX_PICKS_BY_CODE] = sizeof(uint32_t),
	[TX_FILTERS] = sizeof(struct tx_filter_row),
	[TX_IMPORTS] = sizeof(struct hs_image_text),
	[TX_MAPS] = sizeof(struct tx_map_row_head),
	[TX_MAP_GROUPS] = sizeof(struct tx_map_group_row),
	[TX_MAP_ROWS] = sizeof(struct tx_map_row),
	[TX_MAP_BY_SOURCE] = sizeof(uint32_t),
	[TX_MAP_BY_TARGET] = sizeof(uint32_t),
	[TX_NAMES] = sizeof(struct tx_name_row),
	[TX_SYSTEMS_BY_URL] = sizeof(uint32_t),
	[TX_SETS_BY_URL] = sizeof(uint32_t),
	[TX_MAPS_BY_URL] = sizeof(uint32_t),
	[TX_SYSTEM_SLOTS] = sizeof(struct tx_url_slot),
	[TX_SET_SLOTS] = sizeof(struct tx_url_slot),
	[TX_MAP_SLOTS] = sizeof(struct tx_url_slot),
};

/* Names are put in order of their text, the first one given winning. */
static void order_names(struct tx_compile *c)
{
	struct hs_buf *keys = &c->key_rows[TX_KIND_NAME];
	size_t count = keys->len / sizeof(struct tx_key);
	const struct tx_key *order = (const void *)keys->ptr;

	if (!count)
		return;
	struct tx_name_row *old = hs_arena_array(c->keys, count, sizeof(*old));
	memcpy(old, c->rows[TX_NAMES].ptr, count * sizeof(*old));
	qsort(keys->ptr, count, sizeof(struct tx_key), compare_keys);
	for (size_t i = 0; i < count; i++)
		*TX_ROW(c, TX_NAMES, struct tx_name_row, i) = old[order[i].row];
}

static void close_sections(struct tx_compile *c)
{
	struct tx_concept_row end = {
		.parent_first = TX_COUNT(c, TX_PARENTS, uint32_t),
		.child_first = TX_COUNT(c, TX_CHILDREN, uint32_t),
		.span_first = TX_COUNT(c, TX_SPANS, struct tx_span),
		.designation_first = TX_COUNT(c, TX_DESIGNATIONS, struct tx_designation_row),
		.property_first = TX_COUNT(c, TX_PROPERTIES, struct tx_property_row),
	};

	TX_PUT(c, TX_CONCEPTS, end);
	order_by_url(c, TX_KIND_SYSTEM, TX_SYSTEMS_BY_URL);
	order_by_url(c, TX_KIND_SET, TX_SETS_BY_URL);
	order_by_url(c, TX_KIND_MAP, TX_MAPS_BY_URL);
	make_slots(c, TX_KIND_SYSTEM, TX_SYSTEM_SLOTS);
	make_slots(c, TX_KIND_SET, TX_SET_SLOTS);
	make_slots(c, TX_KIND_MAP, TX_MAP_SLOTS);
	order_names(c);
	for (uint32_t i = 1; i < TX_SECTIONS_END; i++)
		hs_image_builder_section(c->image, i, c->rows[i].ptr, item_sizes[i],
			c->rows[i].len / item_sizes[i]);
}

enum hs_status hs_tx_compile_finish(struct tx_compile *c, struct hs_image **out, struct hs_error *err)
{
	close_sections(c);
	return hs_image_builder_finish(c->image, out, err);
}

enum hs_status hs_tx_compile_write(struct tx_compile *c, const char *path, struct hs_error *err)
{
	close_sections(c);
	return hs_image_builder_write(c->image, NULL, path, err);
}
