/* SPDX-License-Identifier: Apache-2.0 */
/* From the rows of RF2 to the columns of the image, once each concept has its place. */
#include "rf2.h"

#include <stddef.h>
#include <stdlib.h>

struct columns {
	struct rf2 *r;
	struct tx_build *b;
	struct hs_image_builder *image;
	struct hs_arena *scratch; /* until the sections of one kind are written */
	uint32_t count;
};

static uint32_t place_of(const struct columns *c, uint32_t concept)
{
	return concept < c->count ? c->b->place[concept] : UINT32_MAX;
}

typedef int compare_fn(const void *a, const void *b);

/* Sorts rows by the concept (a place) that stands `at` bytes into each, and those of one concept by
 * `compare`: much less than sorting all, for they are few. */
static void sort_by_concept(const struct columns *c, struct hs_slice rows, size_t size, size_t at,
	compare_fn *compare)
{
	size_t count = rows.len / size;
	char *to = (char *)(uintptr_t)rows.ptr;
	struct hs_buf copy, places;
	uint32_t concept;

	hs_buf_init(&copy, NULL, TX_BUILD_MAX);
	hs_buf_init(&places, NULL, TX_BUILD_MAX);
	hs_buf_add(&copy, rows);
	uint32_t *first = (void *)hs_buf_reserve(&places, ((size_t)c->count + 2) * sizeof(*first));
	memset(first, 0, ((size_t)c->count + 2) * sizeof(*first));
	for (size_t i = 0; i < count; i++) {
		memcpy(&concept, to + i * size + at, sizeof(concept));
		first[concept + 2]++;
	}
	for (uint32_t i = 0; i < c->count; i++)
		first[i + 2] += first[i + 1];
	for (size_t i = 0; i < count; i++) { /* first[n + 1] becomes the end of those of n */
		memcpy(&concept, copy.ptr + i * size + at, sizeof(concept));
		memcpy(to + first[concept + 1]++ * size, copy.ptr + i * size, size);
	}
	for (uint32_t i = 0; i < c->count; i++)
		if (first[i + 1] - first[i] > 1)
			qsort(to + first[i] * size, first[i + 1] - first[i], size, compare);
	hs_buf_free(&places);
	hs_buf_free(&copy);
}

/* ---- relationships ---- */

static int compare_attributes(const void *a, const void *b)
{
	const struct tx_sct_attribute *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static size_t list_attributes(struct columns *c, struct tx_sct_attribute *out)
{
	size_t total = TX_BUILD_COUNT(c->r->relations, struct rf2_relation), n = 0;
	uint32_t is_a = hs_tx_build_find(c->b, HS_S("116680003"));

	for (size_t i = 0; i < total; i++) {
		const struct rf2_relation *relation = TX_BUILD_AT(c->r->relations, struct rf2_relation, i);
		if (!relation->active || relation->type == is_a)
			continue;
		out[n++] = (struct tx_sct_attribute) { .source = place_of(c, relation->source),
			.type = place_of(c, relation->type),
			.value = relation->kind == TX_SCT_CONCEPT ? place_of(c, relation->value) :
								    relation->value,
			.group = relation->group,
			.kind = relation->kind };
	}
	sort_by_concept(c, hs_slice((const char *)out, n * sizeof(*out)), sizeof(*out),
		offsetof(struct tx_sct_attribute, source), compare_attributes);
	return n;
}

/* Concrete values come behind all concepts. */
static uint32_t value_key(const struct columns *c, const struct tx_sct_attribute *a)
{
	return a->kind == TX_SCT_CONCEPT ? a->value : c->count;
}

/* Where the relationships of each type, or with each value, begin. */
static uint32_t *begin_of(struct columns *c, const struct tx_sct_attribute *list, size_t count, bool by_type)
{
	uint32_t *first = hs_tx_build_numbers(c->scratch, (size_t)c->count + 2);

	for (size_t i = 0; i < count; i++)
		first[(by_type ? list[i].type : value_key(c, &list[i])) + 1]++;
	for (uint32_t i = 0; i <= c->count; i++)
		first[i + 1] += first[i];
	return first;
}

/* In order of type, value and source: sorted by value and then by type, each keeping the order before it. */
static void put_pairs(struct columns *c, const struct tx_sct_attribute *list, size_t count)
{
	uint32_t *by_value = begin_of(c, list, count, false), *by_type = begin_of(c, list, count, true);
	uint32_t *order = hs_tx_build_numbers(c->scratch, count);
	struct tx_sct_pair *pairs = hs_arena_array(c->scratch, count + 1, sizeof(*pairs));
	struct tx_sct_attribute_type *types = hs_arena_array(c->scratch, (size_t)c->count + 1,
		sizeof(*types));
	size_t n = 0;

	for (uint32_t i = 0; i < c->count; i++)
		if (by_type[i] < by_type[i + 1])
			types[n++] = (struct tx_sct_attribute_type) { i, by_type[i] };
	types[n++] = (struct tx_sct_attribute_type) { UINT32_MAX, (uint32_t)count };
	for (uint32_t i = 0; i < count; i++)
		order[by_value[value_key(c, &list[i])]++] = i;
	for (size_t i = 0; i < count; i++) {
		const struct tx_sct_attribute *a = &list[order[i]];
		pairs[by_type[a->type]++] =
			(struct tx_sct_pair) { .value = a->kind == TX_SCT_CONCEPT ? a->value : UINT32_MAX,
				.source = a->source & (uint32_t)INT32_MAX,
				.grouped = a->group != 0 };
	}
	hs_image_builder_borrow(c->image, TX_SCT_TYPES, types, sizeof(*types), n);
	hs_image_builder_borrow(c->image, TX_SCT_PAIRS, pairs, sizeof(*pairs), count);
}

static void put_attributes(struct columns *c)
{
	size_t total = TX_BUILD_COUNT(c->r->relations, struct rf2_relation);
	struct tx_sct_attribute *list = hs_arena_array(c->scratch, total + 1, sizeof(*list));
	struct tx_sct_column *columns = hs_arena_array(c->scratch, (size_t)c->count + 1, sizeof(*columns));
	size_t count = list_attributes(c, list), values = TX_BUILD_COUNT(c->r->values, struct hs_slice),
	       at = 0;
	struct hs_image_text *texts = hs_arena_array(c->scratch, values + 1, sizeof(*texts));

	for (uint32_t place = 0; place < c->count; place++) {
		columns[place] = *TX_BUILD_AT(c->r->columns, struct tx_sct_column, c->b->order[place]);
		columns[place].module = place_of(c, columns[place].module);
		columns[place].attribute_first = (uint32_t)at;
		while (at < count && list[at].source == place)
			at++;
	}
	columns[c->count].attribute_first = (uint32_t)count;
	for (size_t i = 0; i < values; i++)
		texts[i] = hs_image_builder_text(c->image, *TX_BUILD_AT(c->r->values, struct hs_slice, i));
	hs_image_builder_borrow(c->image, TX_SCT_COLUMNS, columns, sizeof(*columns), (size_t)c->count + 1);
	hs_image_builder_borrow(c->image, TX_SCT_ATTRIBUTES, list, sizeof(*list), count);
	hs_image_builder_borrow(c->image, TX_SCT_VALUES, texts, sizeof(*texts), values);
	put_pairs(c, list, count);
}

/* ---- texts ---- */

static void put_texts(struct columns *c)
{
	const struct tx_build *b = c->b;
	size_t total = TX_BUILD_COUNT(b->texts, struct tx_build_text) + c->count, n = 0;
	struct tx_sct_text *rows = hs_arena_array(c->scratch, total, sizeof(*rows));
	struct tx_build_again language = { .put = { 0 } };

	for (uint32_t place = 0; place < c->count; place++) {
		uint32_t concept = b->order[place], first = b->text_first[concept],
			 end = b->text_first[concept + 1];
		hs_tx_build_ahead(b, place);
		if (first == end)
			n++;
		for (uint32_t i = first; i < end; i++) {
			const struct tx_build_text *t = TX_BUILD_AT(b->texts, struct tx_build_text,
				b->text_order[i]);
			rows[n++] = (struct tx_sct_text) { .id = t->id,
				.language = hs_tx_build_again(c->image, &language, t->language),
				.effective = t->effective,
				.module = place_of(c, t->module),
				.dialects = t->dialects,
				.type = t->type };
		}
	}
	hs_image_builder_borrow(c->image, TX_SCT_TEXTS, rows, sizeof(*rows), n);
	uint32_t *dialects = hs_tx_build_numbers(c->scratch, TX_SCT_DIALECTS_MAX);
	for (size_t i = 0; i < c->r->dialect_count; i++)
		dialects[i] = place_of(c, c->r->dialects[i]);
	hs_image_builder_borrow(c->image, TX_SCT_DIALECTS, dialects, sizeof(*dialects), c->r->dialect_count);
}

/* ---- reference sets ---- */

struct sorted {
	struct tx_sct_member row;
	uint32_t refset; /* place of its concept */
	uint32_t source; /* struct rf2_member */
	bool retired;
};

static int compare_members(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->refset != y->refset)
		return x->refset < y->refset ? -1 : 1;
	if (x->retired != y->retired)
		return x->retired ? 1 : -1;
	if (x->row.component != y->row.component)
		return x->row.component < y->row.component ? -1 : 1;
	return x->source < y->source ? -1 : 1;
}

static size_t sort_members(struct columns *c, struct sorted *out)
{
	size_t total = TX_BUILD_COUNT(c->r->members, struct rf2_member), n = 0;

	for (uint32_t i = 0; i < total; i++) {
		const struct rf2_member *m = TX_BUILD_AT(c->r->members, struct rf2_member, i);
		if (m->refset == UINT32_MAX)
			continue;
		const struct rf2_refset *refset = TX_BUILD_AT(c->r->refsets, struct rf2_refset, m->refset);
		out[n++] = (struct sorted) { .row = { .component = place_of(c, m->component),
						     .effective = m->effective,
						     .module = place_of(c, m->module) },
			.refset = place_of(c, refset->concept),
			.source = i,
			.retired = !m->active };
	}
	if (n)
		qsort(out, n, sizeof(*out), compare_members);
	return n;
}

struct refset_rows {
	struct tx_sct_refset *refsets;
	struct tx_sct_member *members;
	struct tx_sct_field *fields;
	struct hs_image_text *names;
	size_t refset_count, field_count, name_count;
};

static void add_refset(struct columns *c, struct refset_rows *out, const struct sorted *first,
	uint32_t member)
{
	const struct rf2_member *m = TX_BUILD_AT(c->r->members, struct rf2_member, first->source);
	const struct rf2_refset *refset = TX_BUILD_AT(c->r->refsets, struct rf2_refset, m->refset);

	out->refsets[out->refset_count++] = (struct tx_sct_refset) { .concept = first->refset,
		.member_first = member,
		.name_first = (uint32_t)out->name_count,
		.field_count = refset->field_count };
	for (uint32_t i = 0; i < refset->field_count; i++)
		out->names[out->name_count++] = hs_image_builder_text(c->image, refset->names[i]);
}

static void add_fields(struct columns *c, struct refset_rows *out, const struct sorted *from, uint32_t count)
{
	const struct rf2_member *m = TX_BUILD_AT(c->r->members, struct rf2_member, from->source);

	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice text = TX_BUILD_AT(c->r->fields, struct rf2_field, m->field_first + i)->text;
		uint32_t concept = hs_tx_build_find(c->b, text);
		out->fields[out->field_count++] = (struct tx_sct_field) {
			.text = hs_image_builder_text(c->image, text),
			.concept = place_of(c, concept),
		};
	}
}

static void put_refsets(struct columns *c)
{
	struct hs_arena *arena = c->scratch;
	size_t total = TX_BUILD_COUNT(c->r->members, struct rf2_member),
	       refsets = TX_BUILD_COUNT(c->r->refsets, struct rf2_refset);
	struct sorted *sorted = hs_arena_array(arena, total + 1, sizeof(*sorted));
	size_t count = sort_members(c, sorted);
	struct refset_rows out = {
		.refsets = hs_arena_array(arena, refsets + 1, sizeof(*out.refsets)),
		.members = hs_arena_array(arena, count + 1, sizeof(*out.members)),
		.fields = hs_arena_array(arena, TX_BUILD_COUNT(c->r->fields, struct rf2_field) + 1,
			sizeof(*out.fields)),
		.names = hs_arena_array(arena, refsets * RF2_FIELDS_MAX + 1, sizeof(*out.names)),
	};

	for (uint32_t i = 0; i < count; i++) {
		if (!i || sorted[i].refset != sorted[i - 1].refset)
			add_refset(c, &out, &sorted[i], i);
		struct tx_sct_refset *refset = &out.refsets[out.refset_count - 1];
		*(sorted[i].retired ? &refset->retired_count : &refset->member_count) += 1;
		out.members[i] = sorted[i].row;
		out.members[i].field_first = (uint32_t)out.field_count;
		add_fields(c, &out, &sorted[i], refset->field_count);
	}
	hs_image_builder_borrow(c->image, TX_SCT_REFSETS, out.refsets, sizeof(*out.refsets),
		out.refset_count);
	hs_image_builder_borrow(c->image, TX_SCT_MEMBERS, out.members, sizeof(*out.members), count);
	hs_image_builder_borrow(c->image, TX_SCT_MEMBER_FIELDS, out.fields, sizeof(*out.fields),
		out.field_count);
	hs_image_builder_borrow(c->image, TX_SCT_FIELD_NAMES, out.names, sizeof(*out.names), out.name_count);
}

/* ---- descriptions that stand apart, and what other schemes call concepts ---- */

static int compare_asides(const void *a, const void *b)
{
	const struct tx_sct_aside *x = a, *y = b;
	uint64_t left[] = { x->concept, x->detail.id }, right[] = { y->concept, y->detail.id };
	size_t differing = left[0] == right[0];

	return left[differing] < right[differing] ? -1 : left[differing] > right[differing];
}

static void put_asides(struct columns *c)
{
	size_t total = TX_BUILD_COUNT(c->r->apart, struct tx_build_text), n = 0;
	struct tx_sct_aside *rows = hs_arena_array(c->scratch, total + 1, sizeof(*rows));
	struct tx_build_again language = { .put = { 0 } };

	for (size_t i = 0; i < total; i++) {
		const struct tx_build_text *t = TX_BUILD_AT(c->r->apart, struct tx_build_text, i);
		rows[n++] = (struct tx_sct_aside) {
			.detail = { .id = t->id,
				.language = hs_tx_build_again(c->image, &language, t->language),
				.effective = t->effective,
				.module = place_of(c, t->module),
				.dialects = t->dialects,
				.type = t->type },
			.value = hs_image_builder_text(c->image, t->value),
			.concept = place_of(c, t->concept),
			.active = t->rank != RF2_RETIRED,
		};
	}
	sort_by_concept(c, hs_slice((const char *)rows, n * sizeof(*rows)), sizeof(*rows),
		offsetof(struct tx_sct_aside, concept), compare_asides);
	hs_image_builder_borrow(c->image, TX_SCT_ASIDES, rows, sizeof(*rows), n);
}

static int compare_identifiers(const void *a, const void *b)
{
	const struct rf2_identifier *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	if (order)
		return order;
	if (x->scheme != y->scheme)
		return x->scheme < y->scheme ? -1 : 1;
	return x->effective < y->effective ? -1 : x->effective > y->effective;
}

/* Of the rows of one code in one scheme the latest counts. */
static void put_identifiers(struct columns *c)
{
	size_t total = TX_BUILD_COUNT(c->r->identifiers, struct rf2_identifier), n = 0;
	struct rf2_identifier *list = (void *)c->r->identifiers.ptr;
	struct tx_sct_identifier *rows = hs_arena_array(c->scratch, total + 1, sizeof(*rows));

	if (total)
		qsort(list, total, sizeof(*list), compare_identifiers);
	for (size_t i = 0; i < total; i++) {
		bool last = i + 1 == total || list[i + 1].scheme != list[i].scheme ||
			!hs_slice_eq(list[i + 1].code, list[i].code);
		if (last && list[i].active)
			rows[n++] = (struct tx_sct_identifier) { hs_image_builder_text(c->image,
									 list[i].code),
				place_of(c, list[i].scheme), place_of(c, list[i].concept) };
	}
	hs_image_builder_borrow(c->image, TX_SCT_IDENTIFIERS, rows, sizeof(*rows), n);
}

static void put_relations(struct columns *c)
{
	put_attributes(c);
	hs_buf_free(&c->r->relations);
}

/* Rows are in memory for one kind of sections at a time. */
bool hs_rf2_sections(void *rf2, struct hs_image_builder *image)
{
	static void (*const kinds[])(struct columns * c) = { put_relations, put_texts, put_refsets,
		put_asides, put_identifiers };
	struct rf2 *r = rf2;
	struct columns c = { r, r->build, image, hs_arena_new(TX_BUILD_MAX),
		(uint32_t)TX_BUILD_COUNT(r->build->concepts, struct tx_build_concept) };
	bool full = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !full; i++) {
		kinds[i](&c);
		full = hs_arena_full(c.scratch);
		hs_arena_reset(c.scratch);
	}
	hs_arena_free(c.scratch);
	return !full;
}
