/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the rows of a large code system in their final order. */
#include "../text/fold.h"
#include "build.h"

#include <handslag/beside.h>
#include <handslag/service.h>

#include <stdlib.h>

struct writer {
	struct tx_build *b;
	struct hs_image_builder *image;
	uint32_t count;
	struct tx_concept_row *rows;
	struct hs_arena *scratch; /* until the sections of one kind are written */
	bool full;                /* it was, once */
};

static struct hs_image_text text(struct writer *w, struct hs_slice s)
{
	return hs_image_builder_text(w->image, s);
}

/* ---- the system ---- */

static struct hs_image_text source_of(struct writer *w)
{
	const struct tx_build_head *head = &w->b->head;
	struct hs_arena *arena = w->scratch;
	struct hs_json *out = NULL;
	struct hs_error ignored;
	const struct {
		const char *name;
		struct hs_slice value;
	} members[] = { { "resourceType", HS_S("CodeSystem") }, { "id", head->id }, { "url", head->url },
		{ "version", head->version }, { "name", head->name }, { "title", head->title },
		{ "status", head->status.len ? head->status : HS_S("active") },
		{ "description", head->description }, { "publisher", head->publisher },
		{ "copyright", head->copyright } };
	struct hs_buf json;

	if (!head->source.len || hs_json_parse(arena, head->source, NULL, &out, &ignored)) {
		out = hs_json_object(arena);
		hs_json_add_text(arena, out, HS_S("content"), HS_S("complete"));
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].value.len)
			hs_json_set(out, hs_slice_cstr(members[i].name),
				hs_json_string(arena, members[i].value));
	hs_buf_init(&json, arena, 1 << 20);
	hs_json_write(&json, out, 0);
	return text(w, hs_buf_slice(&json));
}

/* Whether there is a hierarchy, and whether it is more than a tree. */
static uint32_t shape(const struct tx_build *b, uint32_t count)
{
	uint32_t flags = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t parents = b->parent_first[i + 1] - b->parent_first[i];
		flags |= (parents > 0 ? TX_HIERARCHY : 0) | (parents > 1 ? TX_GRAPH : 0);
	}
	return flags;
}

static void put_system(struct writer *w)
{
	const struct tx_build_head *head = &w->b->head;
	const struct tx_build_def *def = (const void *)w->b->defs.ptr;
	uint32_t defs = (uint32_t)TX_BUILD_COUNT(w->b->defs, struct tx_build_def), zero = 0;
	struct tx_system_row row = {
		.head = { .id = text(w, head->id),
			.url = text(w, head->url),
			.version = text(w, head->version),
			.name = text(w, head->name),
			.title = text(w, head->title),
			.status = text(w, head->status.len ? head->status : HS_S("active")),
			.standards = text(w, head->standards),
			.language = text(w, head->language),
			.source = source_of(w),
			.flags = TX_ELSEWHERE | head->flags | shape(w->b, w->count),
			.faces = HS_ON_R4 | HS_ON_R5 },
		.value_set = text(w, head->value_set),
		.content = head->content,
		.concept_count = w->count,
		.def_count = defs
	};
	struct tx_property_def_row *rows = hs_arena_array(w->scratch, defs + 1, sizeof(*rows));

	row.head.flags |= (head->ignores_case ? 0 : TX_CASE_SENSITIVE) |
		(head->compositional ? TX_COMPOSITIONAL : 0) | (head->ordered ? TX_ORDERED : 0);
	for (uint32_t i = 0; i < defs; i++)
		rows[i] = (struct tx_property_def_row) { text(w, def[i].code), text(w, def[i].uri),
			text(w, def[i].type), text(w, def[i].description) };
	hs_image_builder_section(w->image, TX_SYSTEMS, &row, sizeof(row), 1);
	hs_image_builder_section(w->image, TX_SYSTEMS_BY_URL, &zero, sizeof(zero), 1);
	hs_image_builder_borrow(w->image, TX_PROPERTY_DEFS, rows, sizeof(*rows), defs);
}

/* ---- codes ---- */

static int compare_keys(const void *a, const void *b, void *arg)
{
	const struct hs_slice *keys = arg;

	return hs_slice_cmp(keys[*(const uint32_t *)a], keys[*(const uint32_t *)b]);
}

/* Only for who does not heed case: else a code is found by its key. */
static void put_folded(struct writer *w)
{
	struct hs_slice *keys = hs_arena_array(w->scratch, w->count, sizeof(*keys));
	uint32_t *order = hs_tx_build_numbers(w->scratch, w->count);

	for (uint32_t i = 0; i < w->count; i++) {
		keys[i] = hs_tx_fold_case(w->scratch, hs_tx_build_at(w->b, w->b->order[i])->code);
		order[i] = i;
	}
	qsort_r(order, w->count, sizeof(*order), compare_keys, keys);
	hs_image_builder_borrow(w->image, TX_BY_FOLD, order, sizeof(*order), w->count);
}

static void put_codes(struct writer *w)
{
	size_t room = 64, mask;

	if (w->b->head.ignores_case)
		put_folded(w);
	while (room < (size_t)w->count + w->count / 3) /* of four places, three are taken at most */
		room *= 2;
	mask = room - 1;
	struct tx_code_slot *slots = hs_arena_array(w->scratch, room, sizeof(*slots));
	for (uint32_t i = 0; slots && i < w->count; i++) { /* as they came, which is how they lie */
		uint64_t key = hs_tx_big_key(hs_tx_build_at(w->b, i)->code);
		size_t at = hs_tx_big_place(key, mask);
		while (slots[at].key)
			at = (at + 1) & mask;
		slots[at] = (struct tx_code_slot) { key, w->b->place[i], 0 };
	}
	hs_image_builder_borrow(w->image, TX_BIG_SLOTS, slots, sizeof(*slots), slots ? room : 0);
}

/* ---- hierarchy ---- */

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Rows of links, by place, in rising order; children that have an order of their own keep it. */
static void put_links(struct writer *w, enum tx_section section, const uint32_t *first, const uint32_t *list,
	bool children)
{
	const struct tx_build *b = w->b;
	uint32_t *out = hs_tx_build_numbers(w->scratch, first[w->count]), n = 0;

	for (uint32_t place = 0; place < w->count; place++) {
		uint32_t concept = b->order[place], begin = n;
		*(children ? &w->rows[place].child_first : &w->rows[place].parent_first) = n;
		for (uint32_t i = first[concept]; i < first[concept + 1]; i++)
			out[n++] = b->place[list[i]];
		if (n - begin > 1 && !(children && b->head.ordered))
			qsort(out + begin, n - begin, sizeof(*out), compare_numbers);
	}
	*(children ? &w->rows[w->count].child_first : &w->rows[w->count].parent_first) = n;
	hs_image_builder_borrow(w->image, section, out, sizeof(*out), n);
}

static void put_spans(struct writer *w)
{
	const struct tx_build *b = w->b;
	size_t total = TX_BUILD_COUNT(b->spans, struct tx_span), n = 0;
	uint32_t *first = hs_tx_build_numbers(w->scratch, (size_t)w->count + 1);
	struct tx_span *out = hs_arena_array(w->scratch, total, sizeof(*out));

	for (uint32_t place = 0; place < w->count; place++) {
		uint32_t concept = b->order[place];
		first[place] = (uint32_t)n;
		memcpy(out + n, TX_BUILD_AT(b->spans, struct tx_span, b->span_first[concept]),
			b->span_count[concept] * sizeof(*out));
		n += b->span_count[concept];
	}
	first[w->count] = (uint32_t)n;
	hs_image_builder_borrow(w->image, TX_BIG_SPAN_FIRST, first, sizeof(*first), (size_t)w->count + 1);
	hs_image_builder_borrow(w->image, TX_BIG_SPANS, out, sizeof(*out), n);
}

/* ---- texts and properties ---- */

/* There are few of what designations are for, and each stands very often. */
struct put_use {
	struct hs_image_text system, code, display;
	bool put;
};

static void put_use(struct writer *w, struct put_use *uses, uint32_t number, struct tx_designation_row *row)
{
	struct put_use *put = &uses[number - 1];
	const struct tx_use *use = TX_BUILD_AT(w->b->uses, struct tx_use, number - 1);

	if (!put->put)
		*put = (struct put_use) { text(w, use->system), text(w, use->code), text(w, use->display),
			true };
	row->use_system = put->system;
	row->use_code = put->code;
	row->use_display = put->display;
}

/* `row_of` has the row of each text that is no display. NULL: there are no extensions. */
static void put_extensions_of_texts(struct writer *w, struct tx_designation_row *rows, const uint32_t *row_of)
{
	const struct tx_build_extension *list = (const void *)w->b->extensions.ptr;

	for (size_t i = 0; i < TX_BUILD_COUNT(w->b->extensions, struct tx_build_extension) && row_of; i++)
		if (list[i].is_text)
			rows[row_of[list[i].of]].extension = text(w, list[i].json);
}

static void put_extensions_of_concepts(struct writer *w)
{
	const struct tx_build_extension *list = (const void *)w->b->extensions.ptr;

	for (size_t i = 0; i < TX_BUILD_COUNT(w->b->extensions, struct tx_build_extension); i++)
		if (!list[i].is_text)
			w->rows[w->b->place[list[i].of]].extension = text(w, list[i].json);
}

/* Where the texts of the next concept will stand in the image: its own are there by now. */
static void fetch_texts(struct writer *w, uint32_t place)
{
	const struct tx_build *b = w->b;

	if (place + 1 == w->count)
		return;
	uint32_t concept = b->order[place + 1], first = b->text_first[concept],
		 end = b->text_first[concept + 1];
	hs_image_builder_fetch(w->image, hs_tx_build_at(w->b, concept)->code);
	for (uint32_t i = first; i < end; i++)
		hs_image_builder_fetch(w->image,
			TX_BUILD_AT(b->texts, struct tx_build_text, b->text_order[i])->value);
}

/* The code stands beside the texts: who tells a concept reads both. */
static void put_texts(struct writer *w)
{
	const struct tx_build *b = w->b;
	size_t total = TX_BUILD_COUNT(b->texts, struct tx_build_text);
	struct tx_designation_row *rows = hs_arena_array(w->scratch, total + 1, sizeof(*rows));
	struct put_use *uses = hs_arena_array(w->scratch, TX_BUILD_COUNT(b->uses, struct tx_use) + 1,
		sizeof(*uses));
	struct tx_build_again language = { .put = { 0 } };
	uint32_t n = 0, *row_of = b->extensions.len ? hs_tx_build_numbers(w->scratch, total + 1) : NULL;

	for (uint32_t place = 0; place < w->count; place++) {
		uint32_t concept = b->order[place], first = b->text_first[concept],
			 end = b->text_first[concept + 1];
		hs_tx_build_ahead(b, place);
		fetch_texts(w, place);
		w->rows[place].designation_first = n;
		w->rows[place].code = text(w, hs_tx_build_at(w->b, concept)->code);
		for (uint32_t i = first; i < end; i++) {
			const struct tx_build_text *t = TX_BUILD_AT(b->texts, struct tx_build_text,
				b->text_order[i]);
			if (i == first) {
				w->rows[place].display = text(w, t->value);
				continue;
			}
			if (row_of)
				row_of[b->text_order[i]] = n;
			rows[n] = (struct tx_designation_row) { .language = hs_tx_build_again(w->image,
									&language, t->language),
				.value = text(w, t->value) };
			if (t->use)
				put_use(w, uses, t->use, &rows[n]);
			n++;
		}
	}
	w->rows[w->count].designation_first = n;
	put_extensions_of_texts(w, rows, row_of);
	hs_image_builder_borrow(w->image, TX_DESIGNATIONS, rows, sizeof(*rows), n);
}

static void put_properties(struct writer *w)
{
	const struct tx_build *b = w->b;
	size_t total = TX_BUILD_COUNT(b->properties, struct tx_build_property);
	const struct tx_build_property *p = (const void *)b->properties.ptr;
	struct tx_property_row *rows = hs_arena_array(w->scratch, total + 1, sizeof(*rows));
	struct hs_slice *codes = hs_arena_array(w->scratch, total + 1, sizeof(*codes));
	uint32_t *at = hs_tx_build_numbers(w->scratch, (size_t)w->count + 1);

	for (size_t i = 0; i < total; i++)
		at[b->place[p[i].concept] + 1]++;
	for (uint32_t i = 0; i < w->count; i++)
		at[i + 1] += at[i];
	for (uint32_t i = 0; i <= w->count; i++)
		w->rows[i].property_first = at[i];
	for (size_t i = 0; i < total; i++) {
		uint32_t row = at[b->place[p[i].concept]]++;
		codes[row] = p[i].code;
		rows[row] = (struct tx_property_row) { text(w, p[i].code), text(w, hs_slice_cstr(p[i].key)),
			text(w, p[i].value) };
	}
	hs_image_builder_borrow(w->image, TX_PROPERTIES, rows, sizeof(*rows), total);
	w->full |= !hs_tx_build_values(&(struct tx_build_properties) {
		w->scratch, w->image, w->rows, w->count, rows, codes });
}

static void put_concepts(struct writer *w)
{
	size_t words = hs_tx_bits_words(w->count);
	uint64_t *inactive = hs_arena_array(w->scratch, words, sizeof(*inactive));

	for (uint32_t place = 0; place < w->count; place++) {
		const struct tx_build_concept *c = hs_tx_build_at(w->b, w->b->order[place]);
		struct tx_concept_row *row = &w->rows[place];
		row->definition = text(w, c->definition);
		row->status = text(w, hs_slice_cstr(c->status));
		row->end = w->b->end[place];
		row->flags = c->flags;
		if (inactive && c->flags & TX_INACTIVE)
			inactive[place / 64] |= (uint64_t)1 << (place % 64);
	}
	put_extensions_of_concepts(w);
	hs_image_builder_borrow(w->image, TX_BIG_INACTIVE, inactive, sizeof(*inactive), inactive ? words : 0);
	hs_image_builder_borrow(w->image, TX_CONCEPTS, w->rows, sizeof(*w->rows), (size_t)w->count + 1);
}

static void make_index(void *arg)
{
	hs_tx_build_index(arg);
}

/* What has been written needs no memory any more. */
static void put_kind(struct writer *w, void (*put)(struct writer *w))
{
	put(w);
	w->full |= hs_arena_full(w->scratch);
	hs_arena_reset(w->scratch);
}

static void put_parents(struct writer *w)
{
	put_links(w, TX_PARENTS, w->b->parent_first, w->b->parents, false);
}

static void put_children(struct writer *w)
{
	put_links(w, TX_CHILDREN, w->b->child_first, w->b->children, true);
}

static void put_all(struct writer *w)
{
	static void (*const kinds[])(struct writer * w) = { put_system, put_texts, put_parents, put_children,
		put_spans, put_properties, put_concepts, put_codes };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !w->full; i++)
		put_kind(w, kinds[i]);
}

/* The words take as long as all the rest. Texts get their places in the image in one order, whichever of the
 * two is sooner: those of the words last. */
enum hs_status hs_tx_build_sections(struct tx_build *b, struct hs_image_builder *image,
	tx_build_more_fn *more, void *arg, struct hs_error *err)
{
	struct tx_big_info info = { .source_key = b->head.source_key, .is_snomed = b->head.is_snomed };
	struct writer w = { .b = b,
		.image = image,
		.count = (uint32_t)TX_BUILD_COUNT(b->concepts, struct tx_build_concept),
		.scratch = hs_arena_new(TX_BUILD_MAX) };

	w.rows = hs_arena_array(b->arena, (size_t)w.count + 1, sizeof(*w.rows));
	w.full = !w.rows;
	hs_image_builder_expect(image, w.count + TX_BUILD_COUNT(b->texts, struct tx_build_text));
	struct hs_beside *index = hs_beside_begin(make_index, b);
	hs_image_builder_section(image, TX_BIG_INFO, &info, sizeof(info), 1);
	put_all(&w);
	if (more && !w.full)
		w.full = !more(arg, image);
	hs_arena_free(w.scratch);
	hs_beside_end(index);
	hs_tx_build_forget(b);
	hs_tx_build_words(b, image);
	return w.full || hs_arena_full(b->arena) || hs_arena_full(b->index.arena) ?
		hs_fail(err, HS_E_LIMIT, "the code system is too large to be imported") :
		HS_OK;
}
