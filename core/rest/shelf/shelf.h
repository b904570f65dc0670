/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf: resources of packages that are read and found beneath the stored ones, and never changed.
 *
 * One image an edition holds for each of them its id, its place in its package, and its index entries, with
 * texts instead of a store's numbers; it is made when the set of packages changes and mapped ever after. The
 * resource itself is read from its package when it is asked for. A *shelf number* of a type or parameter is
 * that of hs_rest.numbering; conditions over the shelf are parsed with these.
 *
 * Threads: immutable but for struct hs__rest_shade, which is atomic. */
#pragma once

#include <core/rest/rest_private.h>

#include <handslag/image.h>
#include <handslag/package.h>
#include <stdatomic.h>

#define HS__SHELF_KIND 0x464c4853u /* "SHLF" */
#define HS__SHELF_FORMAT 8u        /* changes with the rows below and with what extraction and folding give */

enum hs__shelf_section {
	HS__SHELF_TYPES = 1,
	HS__SHELF_ITEMS,
	HS__SHELF_ROWS,
	HS__SHELF_VALUES, /* values.h */
	HS__SHELF_HOLDERS,
	HS__SHELF_WORDS, /* words.h */
	HS__SHELF_PLACES,
};

struct hs__shelf_type {
	char name[48]; /* here, so that opening touches these rows alone; the rest of it is NUL */
	uint32_t item_first, item_count; /* in order of id */
	uint32_t value_first, value_count;
	uint32_t word_first, word_count; /* in order of text */
	uint32_t rows_most;              /* of one item */
	uint32_t unused;
};

struct hs__shelf_item {
	struct hs_image_text id, file;
	uint64_t content; /* hash of the file's text */
	int64_t updated_ms;
	uint32_t package, size;
	uint32_t row_first, row_count;
};

/* An entry of an item. */
struct hs__shelf_row {
	uint32_t value; /* number in the shelf */
	uint16_t group, unused;
};

struct hs__shelf_value;
struct hs__shelf_word;
struct hs__shelf {
	struct hs_image *image;
	struct hs_package *const *packages;
	const struct hs__shelf_item *items;
	const struct hs__shelf_row *rows;
	const struct hs__shelf_value *values;
	const uint32_t *holders;
	const struct hs__shelf_word *words;
	const char *places;
	const struct hs__shelf_type **types; /* by hs__rest_type.index; NULL: nothing of the type */
};

/* A resource of the shelf is told by this bit of its row; its body is empty until hs__shelf_body. */
#define HS__SHELF_ROW (UINT64_C(1) << 63)

static inline bool hs__shelf_owns(const struct hs_resource *resource)
{
	return resource->row & HS__SHELF_ROW;
}

/* ---- shelf.c ---- */

void hs__shelf_free(struct hs__shelf *shelf);
/* NULL when the shelf has nothing of the type (or there is no shelf). */
const struct hs__shelf_type *hs__shelf_type(const struct hs_rest *rest, const struct hs__rest_type *type);
static inline const struct hs__shelf_item *hs__shelf_item(const struct hs__shelf *shelf,
	const struct hs__shelf_type *type, uint32_t at)
{
	return &shelf->items[type->item_first + at];
}
/* The place of an id within the type; false when it has none. */
bool hs__shelf_find_id(const struct hs__shelf *shelf, const struct hs__shelf_type *type, struct hs_slice id,
	uint32_t *at);
/* As a resource of the sandbox, without body. Its version is a number made of the content. */
void hs__shelf_describe(const struct hs__rest_env *env, const struct hs__rest_type *type, uint32_t at,
	struct hs_resource *out);
/* The same number. */
uint64_t hs__shelf_version(const struct hs__shelf_item *item);
/* The text of a resource with its id and meta; `text` is its package's, and `tree` was parsed from it. */
enum hs_status hs__shelf_compose(struct hs_arena *arena, const struct hs_resource *resource,
	struct hs_slice text, const struct hs_json *tree, struct hs_slice *out, struct hs_error *err);
/* An item as its package has it: its text, and the tree of that. HS_E_IO as below. */
enum hs_status hs__shelf_tree(const struct hs__shelf *shelf, const struct hs__shelf_item *item,
	struct hs_arena *arena, struct hs_slice *text, struct hs_json **tree, struct hs_error *err);
/* The text of a resource of the shelf, with id and meta, read from its package. HS_E_IO when the package was
 * changed on disk since the start. For a stored resource: its body. */
enum hs_status hs__shelf_body(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_resource *resource, struct hs_slice *out, struct hs_error *err);
/* The entries of an item, in `out` (room for type->rows_most). */
size_t hs__shelf_rows(const struct hs__shelf *shelf, const struct hs__shelf_item *item,
	struct hs_index_row *out);
/* Is rows[at] the URL of the entry before it, which names a version too ("url|1", then "url")? */
bool hs__shelf_versioned(const struct hs_index_row *rows, size_t at);

/* ---- build.c ---- */

/* Room for one more at the end of a list on the heap that grows. */
void *hs__shelf_room(void *list, size_t count, size_t *room, size_t size);

/* Maps the image of these packages, or makes it first; *out stays NULL when no type row wants any. */
enum hs_status hs__shelf_open(struct hs_rest *rest, const struct hs_rest_packages *packages,
	struct hs__shelf **out, struct hs_error *err);

/* ---- order.c ---- */

/* What a resource is sorted by. */
struct hs__shelf_rank {
	struct hs__shelf_sort_key {
		bool any, real;
		struct hs_slice text;
		double number;
		int64_t time;
	} values[4];
};
void hs__shelf_rank(const struct hs_search *search, struct hs_slice id, int64_t updated_ms,
	const struct hs_index_row *rows, size_t count, struct hs__shelf_rank *out);
int hs__shelf_compare(const struct hs_search *search, const struct hs__shelf_rank *a,
	const struct hs__shelf_rank *b);

/* ---- find.c ---- */

/* The items of a type that a search finds, hidden ones included, in its order and then by id. */
struct hs__shelf_hit {
	uint32_t at; /* within the type */
	struct hs__shelf_rank *rank;
};
struct hs__shelf_hits {
	struct hs__shelf_hit *items;
	size_t count;
};
struct hs__links;
/* In the arena of `links`; the shelf has something of the type. */
enum hs_status hs__shelf_search(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_search *search, struct hs__shelf_hits *out, struct hs_error *err);
/* Is the search answered from few values, so that it may run on a loop? Parameters may have any numbers. */
bool hs__shelf_is_quick(const struct hs__shelf_type *type, const struct hs_search *search);

/* ---- shade.c: which items are hidden by stored resources of the same id ---- */

/* For one type of a sandbox. `stored`: there when they were read; `touched`: written since the sandbox was
 * opened, so that only the store knows. A writer marks before its commit, so a reader that sees a write sees
 * the mark. */
struct hs__rest_shade {
	_Atomic bool known; /* `stored` was read */
	_Atomic uint64_t *stored, *touched;
};
/* By hs__rest_type.index. */
struct hs__rest_shade *hs__shade_new(const struct hs_rest *rest);
void hs__shade_free(const struct hs_rest *rest, struct hs__rest_shade *shade);
/* In the writing transaction, for each resource that was put or deleted. */
void hs__shade_touch(const struct hs__rest_env *env, const struct hs__rest_type *type, struct hs_slice id);
/* Before hs__shade_hides, in the same transaction. */
enum hs_status hs__shade_learn(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, struct hs_error *err);
enum hs_status hs__shade_hides(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, uint32_t at, bool *out, struct hs_error *err);
