/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling a CodeSystem (R4 section 4.8): concepts in the order of the source, codes sorted beside them. */
#include "compile.h"
#include "roles.h"

#include "../text/fold.h"

#include <stdlib.h>

#define CONCEPTS_MAX 4000000u

/* One code system while it is compiled. */
struct work {
	struct tx_compile *c;
	struct tx_system_row row;
	struct tx_roles roles;
	struct hs_slice *codes; /* of the concepts, in order */
	size_t count, room;
	struct link {
		uint32_t concept;
		struct hs_slice code; /* of its parent or child */
		bool is_child;
	} * links;
	size_t link_count, link_room;
};

static const char *const not_in_source[] = { "text", "contained", "concept", NULL };

static void put_defs(struct work *w, const struct hs_json *system)
{
	w->row.def_first = TX_COUNT(w->c, TX_PROPERTY_DEFS, struct tx_property_def_row);
	HS_JSON_EACH(def, hs_json_get(system, HS_S("property"))) {
		struct tx_property_def_row row = {
			hs_tx_put_text(w->c, hs_json_get_text(def, HS_S("code"))),
			hs_tx_put_text(w->c, hs_json_get_text(def, HS_S("uri"))),
			hs_tx_put_text(w->c, hs_json_get_text(def, HS_S("type"))),
			hs_tx_put_text(w->c, hs_json_get_text(def, HS_S("description"))),
		};
		TX_PUT(w->c, TX_PROPERTY_DEFS, row);
		w->row.def_count++;
	}
	w->roles = hs_tx_roles(system);
}

static void put_designation(struct work *w, const struct hs_json *item)
{
	const struct hs_json *use = hs_json_get(item, HS_S("use"));
	struct tx_designation_row row = {
		hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("language"))),
		hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("value"))),
		hs_tx_put_text(w->c, hs_json_get_text(use, HS_S("system"))),
		hs_tx_put_text(w->c, hs_json_get_text(use, HS_S("code"))),
		hs_tx_put_text(w->c, hs_json_get_text(use, HS_S("display"))),
		hs_tx_put_json(w->c, hs_json_get(item, HS_S("extension"))),
	};

	TX_PUT(w->c, TX_DESIGNATIONS, row);
}

static void add_link(struct work *w, uint32_t concept, struct hs_slice code, bool is_child)
{
	if (w->link_count == w->link_room) {
		size_t room = w->link_room ? w->link_room * 2 : 64;
		w->links = hs_arena_grow(w->c->scratch, w->links, w->link_room * sizeof(struct link),
			room * sizeof(struct link));
		w->link_room = room;
	}
	w->links[w->link_count++] = (struct link) { concept, code, is_child };
}

/* What the standard properties say about a concept. */
static void heed_property(struct work *w, struct tx_concept_row *row, uint32_t concept, struct hs_slice code,
	struct hs_slice value)
{
	row->flags |= hs_tx_role_flags(&w->roles, code, value);
	if (hs_slice_eq(code, w->roles.parent))
		add_link(w, concept, value, false);
	else if (hs_slice_eq(code, w->roles.child))
		add_link(w, concept, value, true);
	else if (hs_slice_eq(code, w->roles.status))
		row->status = hs_tx_put_text(w->c, value);
}

static void put_property(struct work *w, struct tx_concept_row *concept, uint32_t index,
	const struct hs_json *item)
{
	const struct hs_json *value = hs_tx_value(item);
	struct hs_slice code = hs_json_get_text(item, HS_S("code")), text = hs_tx_scalar(value);
	struct tx_property_row row = { hs_tx_put_text(w->c, code), hs_tx_put_text(w->c, hs_json_key(value)),
		hs_json_is(value, HS_JSON_OBJECT) ? hs_tx_put_json(w->c, value) :
						    hs_tx_put_text(w->c, text) };

	if (!value)
		return;
	TX_PUT(w->c, TX_PROPERTIES, row);
	heed_property(w, concept, index, code, text);
}

static enum hs_status put_concepts(struct work *w, const struct hs_json *list, struct hs_error *err);

static enum hs_status put_concept(struct work *w, const struct hs_json *item, struct hs_error *err)
{
	struct hs_slice code = hs_json_get_text(item, HS_S("code"));
	struct tx_concept_row row = {
		.code = hs_tx_put_text(w->c, code),
		.display = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("display"))),
		.definition = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("definition"))),
		.extension = hs_tx_put_json(w->c, hs_json_get(item, HS_S("extension"))),
		.designation_first = TX_COUNT(w->c, TX_DESIGNATIONS, struct tx_designation_row),
		.property_first = TX_COUNT(w->c, TX_PROPERTIES, struct tx_property_row),
	};
	uint32_t index = TX_COUNT(w->c, TX_CONCEPTS, struct tx_concept_row);
	char digits[24];

	if (w->count == CONCEPTS_MAX)
		return hs_tx_say(err, HS_E_LIMIT, w->c->swedish, TX_MSG_OWN_CONCEPTS_MAX,
			HS_S("CodeSystem.concept"), TX_ARGS(hs_tx_digits(CONCEPTS_MAX, digits)));
	HS_JSON_EACH(designation, hs_json_get(item, HS_S("designation")))
		put_designation(w, designation);
	HS_JSON_EACH(property, hs_json_get(item, HS_S("property")))
		put_property(w, &row, index, property);
	row.flags |= hs_tx_standards_flags(item);
	if (w->count == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		w->codes = hs_arena_grow(w->c->scratch, w->codes, w->room * sizeof(struct hs_slice),
			room * sizeof(struct hs_slice));
		w->room = room;
	}
	w->codes[w->count++] = code;
	TX_PUT(w->c, TX_CONCEPTS, row);
	enum hs_status status = put_concepts(w, hs_json_get(item, HS_S("concept")), err);
	if (!w->c->failed)
		TX_ROW(w->c, TX_CONCEPTS, struct tx_concept_row, index)->end = TX_COUNT(w->c, TX_CONCEPTS,
			struct tx_concept_row);
	return status;
}

static enum hs_status put_concepts(struct work *w, const struct hs_json *list, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(item, list) {
		status = put_concept(w, item, err);
		if (status || w->c->failed)
			break;
	}
	return status;
}

/* ---- codes in order ---- */

static int compare_codes(const void *a, const void *b, void *arg)
{
	const struct hs_slice *codes = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = hs_slice_cmp(codes[x], codes[y]);

	return order ? order : x < y ? -1 : 1;
}

static uint32_t *sort_codes(struct work *w, struct hs_slice *codes)
{
	uint32_t *order = hs_arena_array(w->c->scratch, w->count + 1, sizeof(*order));

	for (uint32_t i = 0; i < w->count; i++)
		order[i] = i;
	qsort_r(order, w->count, sizeof(*order), compare_codes, codes);
	return order;
}

static void put_order(struct work *w, enum tx_section section, const uint32_t *order)
{
	for (size_t i = 0; i < w->count; i++) {
		uint32_t concept = w->row.concept_first + order[i];
		TX_PUT(w->c, section, concept);
	}
}

static uint32_t find_code(const struct work *w, const uint32_t *order, struct hs_slice code)
{
	size_t lo = 0, hi = w->count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(w->codes[order[mid]], code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < w->count && hs_slice_eq(w->codes[order[lo]], code) ? order[lo] : TX_NONE;
}

static enum hs_status put_hierarchy(struct work *w, const uint32_t *order, struct hs_error *err)
{
	struct tx_edge *edges = hs_arena_array(w->c->scratch, w->link_count + 1, sizeof(*edges));
	size_t count = 0;

	for (size_t i = 0; i < w->link_count; i++) {
		uint32_t other = find_code(w, order, w->links[i].code);
		if (other == TX_NONE)
			continue;
		other += w->row.concept_first;
		edges[count++] = w->links[i].is_child ? (struct tx_edge) { other, w->links[i].concept } :
							(struct tx_edge) { w->links[i].concept, other };
	}
	return hs_tx_compile_hierarchy(w->c, &w->row, edges, count, err);
}

static enum hs_status put_codes(struct work *w, struct hs_error *err)
{
	uint32_t *order = sort_codes(w, w->codes);

	put_order(w, TX_BY_CODE, order);
	enum hs_status status = put_hierarchy(w, order, err);
	if (!(w->row.head.flags & TX_CASE_SENSITIVE)) {
		struct hs_slice *folded = hs_arena_array(w->c->scratch, w->count + 1, sizeof(*folded));
		for (size_t i = 0; i < w->count; i++)
			folded[i] = hs_tx_fold_case(w->c->scratch, w->codes[i]);
		order = sort_codes(w, folded);
	}
	put_order(w, TX_BY_FOLD, order);
	return status;
}

enum hs_status hs_tx_compile_system(struct tx_compile *c, const struct hs_json *system, uint32_t *index,
	struct hs_error *err)
{
	struct work w = { .c = c };

	hs_tx_compile_head(c, system, not_in_source, &w.row.head);
	w.row.head.flags |= hs_tx_system_flags(system);
	w.row.content = hs_tx_content(system);
	w.row.supplements = hs_tx_put_text(c, hs_json_get_text(system, HS_S("supplements")));
	w.row.value_set = hs_tx_put_text(c, hs_json_get_text(system, HS_S("valueSet")));
	w.row.concept_first = TX_COUNT(c, TX_CONCEPTS, struct tx_concept_row);
	put_defs(&w, system);
	enum hs_status status = put_concepts(&w, hs_json_get(system, HS_S("concept")), err);
	w.row.concept_count = (uint32_t)w.count;
	if (status == HS_OK && !c->failed)
		status = put_codes(&w, err);
	if (status)
		return status;
	*index = TX_PUT(c, TX_SYSTEMS, w.row);
	hs_tx_compile_canonical(c, TX_KIND_SYSTEM, system, &w.row.head, *index);
	HS_JSON_EACH(identifier, hs_json_get(system, HS_S("identifier"))) {
		struct tx_name_row name = { hs_tx_put_text(c, hs_json_get_text(identifier, HS_S("value"))),
			w.row.head.url };
		if (!name.name.len)
			continue;
		uint32_t row = TX_PUT(c, TX_NAMES, name);
		hs_tx_compile_name(c, hs_json_get_text(identifier, HS_S("value")), row);
	}
	return HS_OK;
}
