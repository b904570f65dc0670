/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the compiler share: the rows made so far and how to add one. */
#pragma once

#include "../catalogue.h"
#include "model.h"
#include "tree.h"

#define TX_ROWS_MAX ((size_t)1 << 31) /* bytes of one section */

enum tx_kind { TX_KIND_SYSTEM, TX_KIND_SET, TX_KIND_MAP, TX_KIND_NAME, TX_KINDS };

struct tx_compile {
	struct hs_image_builder *image;
	struct hs_arena *scratch; /* emptied after each resource */
	struct hs_buf rows[TX_SECTIONS_END];
	struct hs_arena *keys; /* url and version of each resource, for the order by url */
	struct hs_buf key_rows[TX_KINDS];
	uint32_t faces;
	uint32_t contained; /* value sets in value sets so far, to name them apart */
	uint64_t name;      /* of this compile, so that such names of two images differ */
	bool failed;
	bool swedish; /* the language of errors */
};

/* What an order by url is made of. */
struct tx_key {
	struct hs_slice url, version;
	uint32_t row;
	bool versions_are_text;
};
/* What a row is found by: another name of a code system, or the resource's url and version. */
void hs_tx_compile_name(struct tx_compile *c, struct hs_slice name, uint32_t row);
void hs_tx_compile_canonical(struct tx_compile *c, enum tx_kind kind, const struct hs_json *resource,
	const struct tx_head *head, uint32_t row);

static inline struct hs_image_text hs_tx_put_text(struct tx_compile *c, struct hs_slice text)
{
	return hs_image_builder_text(c->image, text);
}
struct hs_image_text hs_tx_put_json(struct tx_compile *c, const struct hs_json *value);

#define TX_COUNT(c, section, type) ((uint32_t)((c)->rows[section].len / sizeof(type)))
/* The number of the new row. */
uint32_t hs_tx_put_row(struct tx_compile *c, enum tx_section section, const void *row, size_t size);
#define TX_PUT(c, section, row) hs_tx_put_row((c), (section), &(row), sizeof(row))
#define TX_ROW(c, section, type, index) (&((type *)(void *)(c)->rows[section].ptr)[index])

/* TX_EXPERIMENTAL and others that every canonical resource may have. */
uint32_t hs_tx_head_flags(struct hs_arena *scratch, const struct hs_json *resource);
void hs_tx_compile_head(struct tx_compile *c, const struct hs_json *resource, const char *const *without,
	struct tx_head *out);

enum hs_status hs_tx_compile_system(struct tx_compile *c, const struct hs_json *system, uint32_t *index,
	struct hs_error *err);
enum hs_status hs_tx_compile_set(struct tx_compile *c, const struct hs_json *set, uint32_t *index,
	struct hs_error *err);
enum hs_status hs_tx_compile_map(struct tx_compile *c, const struct hs_json *map, uint32_t *index,
	struct hs_error *err);
enum hs_status hs_tx_compile_names(struct tx_compile *c, const struct hs_json *naming, struct hs_error *err);
/* Parents, children and ancestors of the concepts from `first` on (hierarchy.c). */
struct tx_edge {
	uint32_t child, parent;
};
enum hs_status hs_tx_compile_hierarchy(struct tx_compile *c, struct tx_system_row *system,
	const struct tx_edge *edges, size_t edge_count, struct hs_error *err);
