/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the shelf's entries: a part of its image (shelf.h). What entries of a type say is there once,
 * with all items that say it, so that a condition is tried on each value and not on each item; in an order in
 * which those that a condition names stand together.
 *
 * The order within a type: parameter, kind, text without case (ASCII), then the rest. */
#pragma once

#include <core/rest/shelf/shelf.h>

struct hs__shelf_value {
	uint32_t param, target_type; /* shelf numbers */
	struct hs_image_text system, text, exact;
	union {
		struct {
			int64_t lo, hi;
		} span;
		struct {
			double low, high;
		} reals;
	} value;
	uint32_t holder_first, holder_count; /* places of items, rising, each once */
	uint16_t kind;
	uint16_t implied; /* the URL of an entry before it that names a version too ("url|1", then "url") */
	uint32_t unused;
};

/* ---- values.c ---- */

/* Byte order, ASCII letters without case when `fold`. */
int hs__shelf_compare_texts(struct hs_slice a, struct hs_slice b, bool fold);
/* As an entry, of group 0. */
struct hs_index_row hs__shelf_entry(const struct hs__shelf *shelf, const struct hs__shelf_value *value);

/* A part of the values, by number in the shelf: from first to before end. */
struct hs__shelf_stretch {
	uint32_t first, end;
};
enum hs__shelf_which {
	HS__SHELF_OF_PARAM, /* all of the parameter */
	HS__SHELF_OF_KIND,  /* and of the kind */
	HS__SHELF_OF_START, /* and with texts that begin so, whatever the case */
	HS__SHELF_OF_TEXT   /* and with this text, whatever the case */
};
struct hs__shelf_stretch hs__shelf_stretch(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	enum hs__shelf_which which, uint32_t param, uint8_t kind, struct hs_slice text);
/* How the values that can fulfil a condition on one entry are told. */
enum hs__shelf_which hs__shelf_which(const struct hs_find *find, uint8_t *kind, struct hs_slice *text);
/* Marks the items that have a value, by place. */
void hs__shelf_mark_holders(const struct hs__shelf *shelf, const struct hs__shelf_value *value, bool *marked);

/* ---- values_build.c: while the image is made ---- */

struct hs__shelf_values;
struct hs__shelf_values *hs__shelf_values_new(struct hs_image_builder *builder);
void hs__shelf_values_free(struct hs__shelf_values *values);
/* The entries of one resource, kept until they are put. */
struct hs__shelf_taken {
	size_t first;
	uint32_t count;
};
enum hs_status hs__shelf_values_take(struct hs__shelf_values *values, const struct hs_index_row *rows,
	size_t count, struct hs__shelf_taken *out, struct hs_error *err);
/* Of the items of a type, in their order; sets the rows of the items and the values of the type. */
void hs__shelf_values_put(struct hs__shelf_values *values, const struct hs__shelf_taken *taken,
	struct hs__shelf_item *items, struct hs__shelf_type *type);
/* The sections, when all types are put. */
void hs__shelf_values_end(struct hs__shelf_values *values);
