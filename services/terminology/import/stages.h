/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of an import, so that one that is cut short goes on where it was.
 *
 * An import is a list of steps. What it has read is registered as parts; after a step that has a name, when
 * some seconds of work have passed since the last time, the parts that have changed meanwhile are written
 * into a file of a work folder (DIRECTORY/IMPORTER.work/NUMBER.stage). The folder also has a description: the
 * importer, its options, and name, size and digest of each source. An import of the same description takes
 * the stages that are there instead of making them, lines that were left out included; of another one, it
 * begins anew and says what differs. The folder goes when the image is there, or when the sources are
 * refused.
 *
 * A stage names the one that it follows, and is trusted for its digest, not for its name: so nobody waits
 * until the disk has it, and one that is needed for seconds only need never be there. A kill loses the steps
 * since the last stage; a loss of power loses besides what the system had not written yet (Linux writes what
 * is half a minute old by itself), and what is not whole then is made again. The digest tells accidents, not
 * attacks: who may write the data directory may write images, too. Thread: one. */
#pragma once

#include "read.h"

struct tx_stage {
	const char *name; /* "descriptions"; NULL: a step that is taken in every run, and not kept */
	enum hs_status (*work)(void *arg, struct hs_error *err); /* NULL ends the list */
};

/* The words of a row that texts begin with (a bit each): slices, which take two, and texts that end with
 * NUL. */
#define TX_WORD(type, member) ((uint64_t)1 << (offsetof(type, member) / sizeof(uint64_t)))

enum tx_part_kind {
	TX_PART_LIST,   /* a struct hs_buf of rows; rows are added, and seldom changed */
	TX_PART_RECORD, /* one row */
	TX_PART_NUMBERS /* an array of uint32_t that is made at once */
};

struct tx_part {
	enum tx_part_kind kind;
	void *at;   /* struct hs_buf *, the row, or uint32_t ** */
	size_t row; /* bytes, a multiple of 8 in lists and records with texts; at most 512 */
	uint64_t slices, cstrs;
	const size_t *count; /* of numbers; 0: they are not there yet */
	size_t more;         /* numbers beyond that */
	size_t kept;         /* rows that the stages have, and their digest as they are in memory */
	uint64_t digest;
};

#define TX_PARTS_MAX 48u
#define TX_STAGES_MAX 16u

struct tx_stages {
	struct hs_import *outer; /* of the caller */
	struct hs_import inner;  /* for the importer: notes what is left out */
	struct hs_arena *arena;
	const struct tx_files *files;
	const char *importer, *folder;
	struct hs_slice description;
	uint64_t key; /* of the description, once there is one */
	struct tx_part parts[TX_PARTS_MAX];
	size_t part_count;
	struct hs_buf skips;                 /* struct tx_skip: of all steps so far */
	struct hs_slice maps[TX_STAGES_MAX]; /* stages that were taken, mapped */
	size_t map_count;
	const struct tx_stage *list;
	size_t done;      /* stages whose work is kept */
	bool has_folder;  /* the work folder is there, and of this description */
	uint64_t kept_at; /* by the caller's clock */
};

/* Begins with what was left out as its only part. `import` stays the caller's; `stages->inner` is what the
 * importer uses in its place. */
void hs_tx_stages_begin(struct tx_stages *stages, struct hs_import *import, const char *importer,
	struct hs_arena *arena);
/* The parts, in the same order in every run. They live as long as `stages`. */
void hs_tx_stages_list(struct tx_stages *stages, struct hs_buf *list, size_t row, uint64_t slices,
	uint64_t cstrs);
void hs_tx_stages_record(struct tx_stages *stages, void *record, size_t bytes, uint64_t slices);
/* What the builder of an image holds, before and after it was put in order. */
void hs_tx_stages_build(struct tx_stages *stages, struct tx_build *build);
#define TX_BUILD_TEXT_SLICES (TX_WORD(struct tx_build_text, language) | TX_WORD(struct tx_build_text, value))
/* Takes the steps, but for those whose stages are there; the last makes the image and is not kept. */
enum hs_status hs_tx_stages_run(struct tx_stages *stages, const struct tx_files *files,
	const struct tx_stage *list, void *arg, struct hs_error *err);
/* Writes what was left out beside the image that is about to be written, for who imports the same again.
 */
enum hs_status hs_tx_stages_report(const struct tx_stages *stages, const char *image, uint64_t source_key,
	struct hs_error *err);
/* Was an image made of these sources before? Then what was left out is told again, and counted, and the work
 * folder of an import that was killed once its image was there goes. */
bool hs_tx_stages_were_done(struct tx_stages *stages, const struct tx_files *files, uint64_t source_key);
/* The folder goes, unless the import was cut short (`status`: cancelled, or the storage failed). Tells the
 * caller's import what was done. */
void hs_tx_stages_end(struct tx_stages *stages, enum hs_status status);

/* ---- between the files ---- */

struct tx_skip {
	struct hs_slice file, why;
	uint64_t line;
};

uint64_t hs_tx_digest(struct hs_slice bytes);
/* Writes what changed since stage `done`. */
enum hs_status hs_tx_stage_write(struct tx_stages *stages, const char *path, struct hs_error *err);
/* HS_E_NOT_FOUND: there is no whole stage of this key that follows `done`. HS_E_CORRUPT: it is none after
 * all, and parts may have been changed. */
enum hs_status hs_tx_stage_read(struct tx_stages *stages, const char *path, struct hs_error *err);
#define TX_DESCRIPTION_MAX ((size_t)4 << 20) /* bytes */
/* In the arena of the stages. */
struct hs_slice hs_tx_describe(const struct tx_stages *stages);
/* NULL: it is the same; else what differs. */
const char *hs_tx_differs(struct hs_arena *arena, struct hs_slice then, struct hs_slice now);
