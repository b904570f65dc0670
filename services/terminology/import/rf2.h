/* SPDX-License-Identifier: Apache-2.0 */
/* Reading SNOMED CT's release format 2 (Release File Specification, section 5) into the builder of an image.
 *
 * Files are told by their names (sct2_Concept_Snapshot_..., der2_cRefset_Language...). Of a full release the
 * latest row of each component that is not later than the wished version counts. Relationships that are not
 * active are left out; concepts, descriptions and members of reference sets are kept and say so. */
#pragma once

#include "../snomed/columns.h"
#include "circles.h"
#include "stages.h"

#define RF2_FIELDS_MAX 16u
#define RF2_US_ENGLISH "900000000000509007"

/* From identifiers to numbers; begins as zeros. */
struct rf2_map {
	struct hs_buf slots; /* struct rf2_slot: open addressing, a power of two */
	size_t room, count;
};
struct rf2_slot {
	uint64_t key; /* 0: free */
	uint32_t value, effective;
};
void hs_rf2_map_free(struct rf2_map *map);
/* The slot of the key, made when it is new (value UINT32_MAX). */
struct rf2_slot *hs_rf2_slot(struct rf2_map *map, uint64_t key);
/* Fetches the slot of an identifier that will be looked for soon. */
void hs_rf2_fetch(const struct rf2_map *map, struct hs_slice id);

/* The rank of a text that is not active, until it is put aside; that of others comes when it is known where
 * they are preferred. */
#define RF2_RETIRED UINT16_MAX

/* Texts by their identifiers: the row, and bits of the hash that tell most others apart without a look at
 * theirs. Half the size of a map; begins as zeros. */
struct rf2_text_slot {
	uint32_t tag, row; /* the row + 1; 0: free */
};
struct rf2_text_table {
	struct hs_buf slots; /* struct rf2_text_slot: open addressing, a power of two */
	size_t room;
};

struct rf2_relation {
	uint32_t source, type, value; /* concepts as they came; value of a text: index in `values` */
	uint16_t group, kind;
	bool active;
};

struct rf2_member {
	uint32_t refset; /* index; UINT32_MAX: a later row has taken its place */
	uint32_t component, effective, module;
	uint32_t field_first;
	bool active;
};

struct rf2_field {
	struct hs_slice text;
};

struct rf2_identifier {
	struct hs_slice code;
	uint32_t scheme, concept, effective;
	bool active;
};

struct rf2_refset {
	uint32_t concept;
	uint32_t field_count;
	struct hs_slice names[RF2_FIELDS_MAX];
};

struct rf2 {
	struct hs_import *import; /* of the stages */
	struct tx_stages stages;
	const char *path; /* of the image */
	struct tx_build *build;
	struct tx_circles circles;
	struct tx_files files;
	struct hs_arena *arena;
	bool full;
	uint32_t until;          /* latest effective time that counts */
	struct hs_slice dialect; /* reference set whose preferred terms are displays; empty: US English, then
				    others */
	uint32_t latest;         /* effective time that was met */
	struct {
		struct hs_slice code;
		uint32_t number; /* of the concept */
	} module;                /* of the row before: mostly the same */

	struct rf2_text_table text_rows; /* until all rows are read: of the builder's texts */
	struct rf2_map relation_rows, member_rows;
	struct hs_buf columns;     /* struct tx_sct_column by concept as it came */
	struct hs_buf apart;       /* struct tx_build_text: texts that are no designations */
	struct hs_buf relations;   /* struct rf2_relation */
	struct hs_buf values;      /* struct hs_slice */
	struct hs_buf members;     /* struct rf2_member */
	struct hs_buf fields;      /* struct rf2_field */
	struct hs_buf refsets;     /* struct rf2_refset */
	struct hs_buf identifiers; /* struct rf2_identifier */
	uint32_t dialects[TX_SCT_DIALECTS_MAX];
	size_t dialect_count;
	struct rf2_beside *beside; /* NULL: not begun, or taken */
};

/* The lists of rows, empty. */
void hs_rf2_begin_lists(struct rf2 *r);
void hs_rf2_free_lists(struct rf2 *r);
/* Tables that are needed while rows are read. */
void hs_rf2_forget_rows(struct rf2 *r);

typedef void rf2_row_fn(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column);
typedef void rf2_fetch_fn(struct rf2 *r, const struct hs_slice *column);
struct rf2_reader {
	const char *prefix; /* of the file's name, after the status letters: "Concept_" */
	size_t columns;     /* that a row has at least */
	rf2_row_fn *take;
	/* Called for rows that will be taken soon: what is looked for first, then what is found by that. May
	 * be NULL. */
	rf2_fetch_fn *fetch, *fetch_more;
};
/* Every row of those files, of the wished kind of release. */
enum hs_status hs_rf2_each(struct rf2 *r, const struct rf2_reader *reader, struct hs_error *err);
bool hs_rf2_is(const struct rf2 *r, const struct tx_file *file, const char *prefix);
/* Rows of those files, guessed by their size: rather too few than too many. */
size_t hs_rf2_guess(const struct rf2 *r, const char *prefix);

/* What every row begins with. False: the row does not count (said, when it is wrong). */
struct rf2_row {
	uint64_t id;
	uint32_t effective;
	bool active;
	uint32_t module; /* concept as it came, or UINT32_MAX */
};
bool hs_rf2_row(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column, bool uuid,
	struct rf2_row *out);
/* A concept of this release; says so when there is none. */
bool hs_rf2_concept(struct rf2 *r, struct tx_lines *lines, struct hs_slice id, uint32_t *out);

enum hs_status hs_rf2_concepts(struct rf2 *r, struct hs_error *err);
/* Into the builder's texts. */
enum hs_status hs_rf2_terms(struct rf2 *r, struct hs_error *err);
void hs_rf2_text_table_free(struct rf2_text_table *table);
/* The text with that identifier; NULL: there is none. */
struct tx_build_text *hs_rf2_text(const struct rf2 *r, uint64_t id);
/* Fetches the place of a text that will be looked for soon; then what stands there. */
void hs_rf2_text_fetch(const struct rf2 *r, uint64_t id);
void hs_rf2_text_fetch_row(const struct rf2 *r, uint64_t id);
/* Which terms are preferred where: after these, while their rows are known. */
enum hs_status hs_rf2_languages(struct rf2 *r, struct hs_error *err);
/* After both: ranks the texts, and puts aside what is not active, and definitions. */
void hs_rf2_rank_texts(struct rf2 *r);
enum hs_status hs_rf2_relations(struct rf2 *r, struct hs_error *err);
enum hs_status hs_rf2_refsets(struct rf2 *r, struct hs_error *err);
enum hs_status hs_rf2_identifiers(struct rf2 *r, struct hs_error *err);
/* Relationships, reference sets and identifiers are read beside the thread that reads descriptions, from
 * lists of their own, once the concepts are there (beside.h). What was left out is told when they are taken.
 */
void hs_rf2_begin_beside(struct rf2 *r);
enum hs_status hs_rf2_end_beside(struct rf2 *r, struct hs_error *err);
/* Nobody will take them; nothing where none were begun. */
void hs_rf2_drop_beside(struct rf2 *r);

/* The columns of SNOMED CT, after the concepts were put in order: tx_build_more_fn of a struct rf2. */
bool hs_rf2_sections(void *rf2, struct hs_image_builder *image);

enum hs_status hs_tx_import_snomed(struct hs_import *import, struct hs_error *err);
