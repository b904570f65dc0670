/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled form of terminology: rows of an image that is mapped and used as it is.
 *
 * One image holds any number of code systems, value sets, concept maps and identifier names. Rows refer to
 * one another by index and to texts by offset. A row's list runs from its `first` index to that of the row
 * after it (there is a row of zeros with the end indexes behind the last one) or has a count of its own.
 * The same form serves packages (a mapped file), uploads of a sandbox and resources sent with a request
 * (both in memory). An image never changes; thread: all. */
#pragma once

#include <handslag/fhir.h>
#include <handslag/image.h>

#define TX_IMAGE_KIND 0x54584d31u /* "TXM1" */
#define TX_IMAGE_FORMAT 7u

#define TX_NONE UINT32_MAX

enum tx_section {
	TX_SYSTEMS = 1,
	TX_CONCEPTS,
	TX_BY_CODE,  /* uint32_t: concepts of each system in order of code */
	TX_BY_FOLD,  /* the same in order of folded code */
	TX_PARENTS,  /* uint32_t: concepts */
	TX_CHILDREN, /* uint32_t: concepts, in the order of the source */
	TX_SPANS,    /* struct tx_span, only of systems that are no tree: see struct tx_concept_row */
	TX_DESIGNATIONS,
	TX_PICK_DESIGNATIONS,
	TX_PROPERTIES,
	TX_PROPERTY_DEFS,
	TX_SETS,
	TX_RULES,
	TX_PICKS,
	TX_PICKS_BY_CODE, /* uint32_t: picks of each rule in order of code */
	TX_FILTERS,
	TX_IMPORTS, /* struct hs_image_text: canonicals */
	TX_MAPS,
	TX_MAP_GROUPS,
	TX_MAP_ROWS,
	TX_MAP_BY_SOURCE, /* uint32_t: rows of each group in order of source code */
	TX_MAP_BY_TARGET,
	TX_NAMES,          /* other names of code systems */
	TX_SYSTEMS_BY_URL, /* uint32_t */
	TX_SETS_BY_URL,
	TX_MAPS_BY_URL,
	TX_SYSTEM_SLOTS, /* struct tx_url_slot: where each URL begins among those by URL (slots.h) */
	TX_SET_SLOTS,
	TX_MAP_SLOTS,
	TX_SECTIONS_END
};

/* What canonical resources have in common. */
struct tx_head {
	struct hs_image_text id, url, version, name, title, status, language, date;
	struct hs_image_text standards; /* code of the standards-status extension */
	struct hs_image_text source;    /* JSON without narrative, contained resources and lists of codes */
	uint32_t flags;
	uint32_t faces; /* HS_ON_R4, HS_ON_R5: where it is seen; TX_GUEST */
};
/* Of a release of FHIR beside the face's own (R4B beside R4): without a version the face's own is meant. */
#define TX_GUEST 4u
#define TX_EXPERIMENTAL 1u
#define TX_EXPERIMENTAL_GIVEN 128u /* true or false, it is there */
#define TX_VERSIONS_ARE_TEXT 512u  /* versionAlgorithm alpha: see hs_tx_version_cmp_text */

enum tx_content {
	TX_CONTENT_COMPLETE,
	TX_CONTENT_NOT_PRESENT,
	TX_CONTENT_EXAMPLE,
	TX_CONTENT_FRAGMENT,
	TX_CONTENT_SUPPLEMENT
};

#define TX_CASE_SENSITIVE 2u
#define TX_VERSION_NEEDED 4u
#define TX_COMPOSITIONAL 8u
#define TX_GRAPH 16u /* some concept has a parent beside the one it stands in */
#define TX_HIERARCHY 32u
#define TX_FOREST 1024u  /* of a graph: trees all the same, but in another order of concepts */
#define TX_ORDERED 256u  /* children stand in an order of their parent's own, which expansions keep */
#define TX_ELSEWHERE 64u /* its concepts are no rows of this image: the layer's source has them */

struct tx_system_row {
	struct tx_head head;
	struct hs_image_text supplements; /* canonical */
	struct hs_image_text value_set;   /* canonical of the set of all its codes */
	uint32_t content;                 /* enum tx_content */
	uint32_t concept_first, concept_count;
	uint32_t def_first, def_count;
};

/* Numbers from `from` up to but not with `to`. */
struct tx_span {
	uint32_t from, to;
};

#define TX_INACTIVE 1u
#define TX_ABSTRACT 2u
#define TX_DEPRECATED 4u
#define TX_GENERATED 8u /* its display is made here: there is none that would be wrong (never in a row) */

struct tx_concept_row {
	struct hs_image_text code, display, definition;
	struct hs_image_text extension; /* JSON array, or empty */
	struct hs_image_text status;    /* value of the status property */
	uint32_t end;                   /* one past the last concept that stands inside this one */
	uint32_t parent_first, child_first, designation_first, property_first;
	uint32_t span_first; /* an empty span at its number, then those at or below it (spans.h) */
	uint32_t flags;
};

struct tx_designation_row {
	struct hs_image_text language, value;
	struct hs_image_text use_system, use_code, use_display;
	struct hs_image_text extension;
};

/* A property of a concept: `key` is "valueCode" and so on, `value` the text, or JSON for a Coding. */
struct tx_property_row {
	struct hs_image_text code, key, value;
};

struct tx_property_def_row {
	struct hs_image_text code, uri, type, description;
};

#define TX_INACTIVE_GIVEN 2u /* compose.inactive is there */
#define TX_INACTIVE_TRUE 4u
#define TX_HAS_COMPOSE 8u

struct tx_set_row {
	struct tx_head head;
	struct hs_image_text compose;                /* JSON */
	struct hs_image_text params;                 /* JSON array: valueset-expansion-parameter extensions */
	uint32_t supplement_first, supplement_count; /* in TX_IMPORTS: valueset-supplement extensions */
	uint32_t rule_first, rule_count;             /* includes, then excludes */
};

#define TX_RULE_EXCLUDE 1u
#define TX_RULE_ENUM 2u /* has a concept list, be it empty */

struct tx_rule_row {
	struct hs_image_text system, version;
	uint32_t flags;
	uint32_t index; /* of its kind in the compose, for paths */
	uint32_t pick_first, pick_count;
	uint32_t filter_first, filter_count;
	uint32_t import_first, import_count;
};

struct tx_pick_row {
	struct hs_image_text code, display, extension;
	uint32_t designation_first, designation_count;
	uint32_t flags; /* TX_DEPRECATED: marked so by the value set */
};

struct tx_filter_row {
	struct hs_image_text property, op, value;
};

struct tx_map_row_head {
	struct tx_head head;
	struct hs_image_text source_scope, target_scope;
	uint32_t group_first, group_count;
};

struct tx_map_group_row {
	struct hs_image_text source, source_version, target, target_version;
	struct hs_image_text unmapped_mode, unmapped_code, unmapped_display, unmapped_map;
	struct hs_image_text unmapped_relationship, unmapped_set;
	uint32_t row_first, row_count;
};

struct tx_map_row {
	struct hs_image_text code, display, target, target_display;
	struct hs_image_text code_set, target_set; /* a value set in the place of a code: its canonical */
	struct hs_image_text relationship;         /* R5 code; empty with `equivalence` when it came as R4 */
	struct hs_image_text equivalence;          /* R4 code */
	struct hs_image_text comment;
	/* JSON arrays; each item has, beside what its author wrote, the `uri` that the map gives to its code.
	 */
	struct hs_image_text depends_on, product, properties;
};

struct tx_name_row {
	struct hs_image_text name, url;
};

/* Open addressing by the hash of the URL, a power of two of them. */
struct tx_url_slot {
	uint32_t hash;
	uint32_t first; /* of the rows by URL, counted from 1; 0: the slot is free */
};

struct tx_source; /* source.h */
struct tx_texts;  /* texts.h */

/* An image with its sections found: what everybody else reads. */
struct tx_layer {
	struct hs_image *image;
	struct hs_slice strings;        /* the image's texts */
	const struct tx_source *source; /* of systems that are TX_ELSEWHERE, else NULL */
	void *source_state;             /* what the source keeps; it owns it */
	struct tx_texts *texts; /* words that were searched, a reference; NULL in an image without concepts */
	/* The layer behind it when both hold one set of uploads: of these the latest version counts, wherever
	 * it is. Else NULL. */
	const struct tx_layer *rest;
	/* Rows that were written anew or deleted since the image was made; not owned. */
	const struct tx_head *const *hidden;
	size_t hidden_count;
#define TX_LIST(type, name) \
	const type *name; \
	size_t name##_count
	TX_LIST(struct tx_system_row, systems);
	TX_LIST(struct tx_concept_row, concepts);
	TX_LIST(uint32_t, by_code);
	TX_LIST(uint32_t, by_fold);
	TX_LIST(uint32_t, parents);
	TX_LIST(uint32_t, children);
	TX_LIST(struct tx_span, spans);
	TX_LIST(struct tx_designation_row, designations);
	TX_LIST(struct tx_designation_row, pick_designations);
	TX_LIST(struct tx_property_row, properties);
	TX_LIST(struct tx_property_def_row, property_defs);
	TX_LIST(struct tx_set_row, sets);
	TX_LIST(struct tx_rule_row, rules);
	TX_LIST(struct tx_pick_row, picks);
	TX_LIST(uint32_t, picks_by_code);
	TX_LIST(struct tx_filter_row, filters);
	TX_LIST(struct hs_image_text, imports);
	TX_LIST(struct tx_map_row_head, maps);
	TX_LIST(struct tx_map_group_row, map_groups);
	TX_LIST(struct tx_map_row, map_rows);
	TX_LIST(uint32_t, map_by_source);
	TX_LIST(uint32_t, map_by_target);
	TX_LIST(struct tx_name_row, names);
	TX_LIST(uint32_t, systems_by_url);
	TX_LIST(uint32_t, sets_by_url);
	TX_LIST(uint32_t, maps_by_url);
	TX_LIST(struct tx_url_slot, system_slots);
	TX_LIST(struct tx_url_slot, set_slots);
	TX_LIST(struct tx_url_slot, map_slots);
#undef TX_LIST
};

/* Is the row seen on `face`? */
static inline bool hs_tx_is_seen(const struct tx_layer *layer, const struct tx_head *head, uint32_t face)
{
	for (size_t i = 0; i < layer->hidden_count; i++)
		if (layer->hidden[i] == head)
			return false;
	return (head->faces & face) != 0;
}

/* Takes over the reference to `image`. */
void hs_tx_layer_init(struct tx_layer *layer, struct hs_image *image);
/* Another layer over the same image. */
void hs_tx_layer_share(struct tx_layer *layer, const struct tx_layer *of);
void hs_tx_layer_fini(struct tx_layer *layer);

static inline struct hs_slice tx_text(const struct tx_layer *layer, struct hs_image_text text)
{
	return hs_image_text_of(layer->strings, text);
}

/* ---- compiling (compile.c and its siblings) ---- */

struct tx_compile;

struct tx_compile *hs_tx_compile_new(uint64_t source_key);
void hs_tx_compile_free(struct tx_compile *compile);
void hs_tx_compile_speak(struct tx_compile *compile,
	bool swedish); /* the language of errors; English at first */
/* CodeSystem, ValueSet, ConceptMap or NamingSystem; others are passed over. `index` (may be NULL) gets the
 * row within its kind. */
enum hs_status hs_tx_compile_add(struct tx_compile *compile, const struct hs_json *resource, uint32_t faces,
	uint32_t *index, struct hs_error *err);
enum hs_status hs_tx_compile_finish(struct tx_compile *compile, struct hs_image **out, struct hs_error *err);
/* Also writes it as a file. */
enum hs_status hs_tx_compile_write(struct tx_compile *compile, const char *path, struct hs_error *err);
