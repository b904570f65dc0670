/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the shelf: an item by its id, its entries, and its text out of the package. */
#include <core/rest/shelf/values.h>

#include <core/base/heap.h>

/* Above all versions that a store numbers, and small enough to be read. */
#define VERSION_MARK (UINT64_C(1) << 47)

void hs__shelf_free(struct hs__shelf *shelf)
{
	if (!shelf)
		return;
	hs_image_unref(shelf->image);
	hs_heap_free(shelf->types);
	hs_heap_free(shelf);
}

const struct hs__shelf_type *hs__shelf_type(const struct hs_rest *rest, const struct hs__rest_type *type)
{
	return rest->shelf && type ? rest->shelf->types[type->index] : NULL;
}

bool hs__shelf_find_id(const struct hs__shelf *shelf, const struct hs__shelf_type *type, struct hs_slice id,
	uint32_t *at)
{
	uint32_t low = 0, high = type->item_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = hs_slice_cmp(id,
			hs_image_text(shelf->image, hs__shelf_item(shelf, type, middle)->id));
		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

uint64_t hs__shelf_version(const struct hs__shelf_item *item)
{
	return VERSION_MARK | (item->content & (VERSION_MARK - 1));
}

void hs__shelf_describe(const struct hs__rest_env *env, const struct hs__rest_type *type, uint32_t at,
	struct hs_resource *out)
{
	const struct hs__shelf *shelf = env->rest->shelf;
	const struct hs__shelf_item *item = hs__shelf_item(shelf, hs__shelf_type(env->rest, type), at);
	*out = (struct hs_resource) { .type = hs__rest_type_number(env->sandbox, type),
		.row = HS__SHELF_ROW | (uint64_t)(item - shelf->items),
		.id = hs_image_text(shelf->image, item->id),
		.version = hs__shelf_version(item),
		.updated_ms = item->updated_ms,
		.change = HS_CHANGE_CREATE };
}

static enum hs_status read_text(const struct hs__shelf *shelf, const struct hs__shelf_item *item,
	struct hs_arena *arena, struct hs_slice *out, struct hs_error *err)
{
	const struct hs_package *package = shelf->packages[item->package];
	struct hs_slice file = hs_image_text(shelf->image, item->file), text = HS_S_NONE;
	enum hs_status status = hs_package_read(package, file, arena, &text, err);
	if (status == HS_E_LIMIT)
		return status;
	if (status != HS_OK || text.len != item->size || hs_hash(text) != item->content)
		return hs_fail(err, HS_E_IO,
			"%.*s of package %.*s was changed on disk since the server started; start it again",
			HS_S_ARG(hs_slice_first(file, 100)), HS_S_ARG(hs_package_name(package)));
	*out = text;
	return HS_OK;
}

enum hs_status hs__shelf_compose(struct hs_arena *arena, const struct hs_resource *resource,
	struct hs_slice text, const struct hs_json *tree, struct hs_slice *out, struct hs_error *err)
{
	struct hs__rest_compose compose;
	struct hs_buf buf;
	hs__rest_compose_init(&compose, tree, text);
	hs_buf_init(&buf, arena, text.len + 1024);
	hs_buf_reserve(&buf, text.len + 512);
	enum hs_status status = hs__rest_compose(resource, &compose, &buf, err);
	if (status == HS_OK)
		*out = hs_buf_slice(&buf);
	return status;
}

enum hs_status hs__shelf_tree(const struct hs__shelf *shelf, const struct hs__shelf_item *item,
	struct hs_arena *arena, struct hs_slice *text, struct hs_json **tree, struct hs_error *err)
{
	enum hs_status status = read_text(shelf, item, arena, text, err);
	return status == HS_OK ? hs_json_parse(arena, *text, NULL, tree, err) : status;
}

enum hs_status hs__shelf_body(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_resource *resource, struct hs_slice *out, struct hs_error *err)
{
	const struct hs__shelf *shelf = env->rest->shelf;
	struct hs_slice text = HS_S_NONE;
	struct hs_json *tree = NULL;
	if (!hs__shelf_owns(resource)) {
		*out = resource->body;
		return HS_OK;
	}
	const struct hs__shelf_item *item = &shelf->items[resource->row & ~HS__SHELF_ROW];
	enum hs_status status = hs__shelf_tree(shelf, item, arena, &text, &tree, err);
	return status == HS_OK ? hs__shelf_compose(arena, resource, text, tree, out, err) : status;
}

size_t hs__shelf_rows(const struct hs__shelf *shelf, const struct hs__shelf_item *item,
	struct hs_index_row *out)
{
	for (uint32_t i = 0; i < item->row_count; i++) {
		const struct hs__shelf_row *row = &shelf->rows[item->row_first + i];
		out[i] = hs__shelf_entry(shelf, &shelf->values[row->value]);
		out[i].group = row->group;
	}
	return item->row_count;
}

bool hs__shelf_versioned(const struct hs_index_row *rows, size_t at)
{
	return at > 0 && rows[at - 1].param == rows[at].param && rows[at - 1].text.len > rows[at].text.len &&
		hs_slice_starts(rows[at - 1].text, rows[at].text) &&
		rows[at - 1].text.ptr[rows[at].text.len] == '|';
}
