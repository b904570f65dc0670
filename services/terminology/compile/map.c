/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling ConceptMap (R4 section 4.10, R5 section 4.10) and NamingSystem (R4 section 4.11). Both shapes of
 * a concept map become the same rows. */
#include "compile.h"

#include <stdlib.h>

static const char *const not_in_source[] = { "text", "contained", "group", NULL };

static struct hs_slice either(const struct hs_json *object, const char *a, const char *b)
{
	struct hs_slice text = hs_json_get_text(object, hs_slice_cstr(a));

	return text.len ? text : hs_json_get_text(object, hs_slice_cstr(b));
}

static struct hs_image_text put_scope(struct tx_compile *c, const struct hs_json *map,
	const char *const *names)
{
	for (; *names; names++) {
		struct hs_slice text = hs_json_get_text(map, hs_slice_cstr(*names));
		if (text.len)
			return hs_tx_put_text(c, text);
	}
	return (struct hs_image_text) { 0, 0 };
}

/* ---- rows ---- */

struct sorted {
	struct hs_slice source, target;
	uint32_t row;
};
struct row_list {
	struct sorted *items;
	size_t count, room;
};

static int by_source(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = hs_slice_cmp(x->source, y->source);

	return order ? order : x->row < y->row ? -1 : 1;
}

static int by_target(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = hs_slice_cmp(x->target, y->target);

	return order ? order : x->row < y->row ? -1 : 1;
}

/* R5 names attributes and properties of a mapping by codes, and says at the map's head which URI each means.
 */
struct meanings {
	const struct hs_json *attributes, *properties;
};

static struct hs_slice uri_of(const struct hs_json *definitions, struct hs_slice code)
{
	HS_JSON_EACH(definition, definitions)
		if (hs_slice_eq(hs_json_get_text(definition, HS_S("code")), code))
			return hs_json_get_text(definition, HS_S("uri"));
	return HS_S_NONE;
}

/* The list as JSON, each item with the URI that `definitions` give to the code in its member `name`. */
static struct hs_image_text put_extras(struct tx_compile *c, const struct hs_json *list,
	const struct hs_json *definitions, struct hs_slice name)
{
	if (!list || !definitions)
		return hs_tx_put_json(c, list);
	struct hs_json *out = hs_json_array(c->scratch);
	HS_JSON_EACH(item, list) {
		struct hs_slice uri = uri_of(definitions, hs_json_get_text(item, name));
		struct hs_json *told = hs_json_clone(c->scratch, item);
		if (uri.len)
			hs_json_add_text(c->scratch, told, HS_S("uri"), uri);
		hs_json_push(out, told);
	}
	return hs_tx_put_json(c, out);
}

static void put_map_row(struct tx_compile *c, const struct meanings *meanings, const struct hs_json *element,
	const struct hs_json *target, struct row_list *list)
{
	struct hs_slice relation = hs_json_get_text(target, HS_S("relationship"));
	struct tx_map_row row = {
		.code = hs_tx_put_text(c, hs_json_get_text(element, HS_S("code"))),
		.display = hs_tx_put_text(c, hs_json_get_text(element, HS_S("display"))),
		.target = hs_tx_put_text(c, hs_json_get_text(target, HS_S("code"))),
		.target_display = hs_tx_put_text(c, hs_json_get_text(target, HS_S("display"))),
		.code_set = hs_tx_put_text(c, hs_json_get_text(element, HS_S("valueSet"))),
		.target_set = hs_tx_put_text(c, hs_json_get_text(target, HS_S("valueSet"))),
		.relationship = hs_tx_put_text(c, relation),
		.equivalence = hs_tx_put_text(c, hs_json_get_text(target, HS_S("equivalence"))),
		.comment = hs_tx_put_text(c, hs_json_get_text(target, HS_S("comment"))),
		.depends_on = put_extras(c, hs_json_get(target, HS_S("dependsOn")), meanings->attributes,
			HS_S("attribute")),
		.product = put_extras(c, hs_json_get(target, HS_S("product")), meanings->attributes,
			HS_S("attribute")),
		.properties = put_extras(c, hs_json_get(target, HS_S("property")), meanings->properties,
			HS_S("code")),
	};

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		list->items = hs_arena_grow(c->scratch, list->items, list->room * sizeof(struct sorted),
			room * sizeof(struct sorted));
		list->room = room;
	}
	list->items[list->count++] = (struct sorted) { hs_json_get_text(element, HS_S("code")),
		hs_json_get_text(target, HS_S("code")), TX_PUT(c, TX_MAP_ROWS, row) };
}

static void put_unmapped(struct tx_compile *c, const struct hs_json *unmapped, struct tx_map_group_row *group)
{
	group->unmapped_mode = hs_tx_put_text(c, hs_json_get_text(unmapped, HS_S("mode")));
	group->unmapped_code = hs_tx_put_text(c, hs_json_get_text(unmapped, HS_S("code")));
	group->unmapped_display = hs_tx_put_text(c, hs_json_get_text(unmapped, HS_S("display")));
	group->unmapped_map = hs_tx_put_text(c, either(unmapped, "otherMap", "url"));
	group->unmapped_relationship = hs_tx_put_text(c, hs_json_get_text(unmapped, HS_S("relationship")));
	group->unmapped_set = hs_tx_put_text(c, hs_json_get_text(unmapped, HS_S("valueSet")));
}

static void put_group(struct tx_compile *c, const struct meanings *meanings, const struct hs_json *item)
{
	struct hs_slice source, source_version, target, target_version;
	struct row_list list = { NULL, 0, 0 };

	hs_tx_canonical(hs_json_get_text(item, HS_S("source")), &source, &source_version);
	hs_tx_canonical(hs_json_get_text(item, HS_S("target")), &target, &target_version);
	if (!source_version.len)
		source_version = hs_json_get_text(item, HS_S("sourceVersion"));
	if (!target_version.len)
		target_version = hs_json_get_text(item, HS_S("targetVersion"));
	struct tx_map_group_row group = { hs_tx_put_text(c, source), hs_tx_put_text(c, source_version),
		hs_tx_put_text(c, target), hs_tx_put_text(c, target_version),
		.row_first = TX_COUNT(c, TX_MAP_ROWS, struct tx_map_row) };
	put_unmapped(c, hs_json_get(item, HS_S("unmapped")), &group);
	HS_JSON_EACH(element, hs_json_get(item, HS_S("element"))) {
		HS_JSON_EACH(mapping, hs_json_get(element, HS_S("target")))
			put_map_row(c, meanings, element, mapping, &list);
		if (!hs_json_count(hs_json_get(element, HS_S("target"))))
			put_map_row(c, meanings, element, NULL, &list); /* noMap: known, without a target */
	}
	group.row_count = (uint32_t)list.count;
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_source);
	for (size_t i = 0; i < list.count; i++)
		TX_PUT(c, TX_MAP_BY_SOURCE, list.items[i].row);
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_target);
	for (size_t i = 0; i < list.count; i++)
		TX_PUT(c, TX_MAP_BY_TARGET, list.items[i].row);
	TX_PUT(c, TX_MAP_GROUPS, group);
}

enum hs_status hs_tx_compile_map(struct tx_compile *c, const struct hs_json *map, uint32_t *index,
	struct hs_error *err)
{
	static const char *const source[] = { "sourceScopeUri", "sourceScopeCanonical", "sourceUri",
		"sourceCanonical", NULL };
	static const char *const target[] = { "targetScopeUri", "targetScopeCanonical", "targetUri",
		"targetCanonical", NULL };
	struct meanings meanings = { hs_json_get(map, HS_S("additionalAttribute")),
		hs_json_get(map, HS_S("property")) };
	struct tx_map_row_head row = { .group_first = TX_COUNT(c, TX_MAP_GROUPS, struct tx_map_group_row) };

	hs_tx_compile_head(c, map, not_in_source, &row.head);
	row.source_scope = put_scope(c, map, source);
	row.target_scope = put_scope(c, map, target);
	HS_JSON_EACH(group, hs_json_get(map, HS_S("group"))) {
		put_group(c, &meanings, group);
		row.group_count++;
	}
	(void)err;
	*index = TX_PUT(c, TX_MAPS, row);
	hs_tx_compile_canonical(c, TX_KIND_MAP, map, &row.head, *index);
	return HS_OK;
}

/* ---- names of identifier and code systems ---- */

/* The URI by which a system is called: the preferred one, else the first. */
static struct hs_slice preferred_uri(const struct hs_json *naming)
{
	struct hs_slice first = HS_S_NONE;

	HS_JSON_EACH(id, hs_json_get(naming, HS_S("uniqueId"))) {
		if (!hs_slice_eq(hs_json_get_text(id, HS_S("type")), HS_S("uri")))
			continue;
		if (hs_json_get_bool(id, HS_S("preferred"), false))
			return hs_json_get_text(id, HS_S("value"));
		if (!first.len)
			first = hs_json_get_text(id, HS_S("value"));
	}
	return first;
}

enum hs_status hs_tx_compile_names(struct tx_compile *c, const struct hs_json *naming, struct hs_error *err)
{
	struct hs_slice uri = preferred_uri(naming);

	(void)err;
	if (!uri.len || hs_slice_eq(hs_json_get_text(naming, HS_S("kind")), HS_S("root")))
		return HS_OK;
	HS_JSON_EACH(id, hs_json_get(naming, HS_S("uniqueId"))) {
		struct hs_slice value = hs_json_get_text(id, HS_S("value"));
		if (hs_slice_eq(value, uri) || !value.len)
			continue;
		if (hs_slice_eq(hs_json_get_text(id, HS_S("type")), HS_S("oid")))
			value = hs_arena_printf(c->scratch, "urn:oid:%.*s", HS_S_ARG(value));
		struct tx_name_row row = { hs_tx_put_text(c, value), hs_tx_put_text(c, uri) };
		hs_tx_compile_name(c, value, TX_PUT(c, TX_NAMES, row));
	}
	return HS_OK;
}
