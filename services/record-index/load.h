/* SPDX-License-Identifier: Apache-2.0 */
/* The bulk way into the ledger: what its files share.
 *
 * Most pointers of a producer differ only in their holes. So the first one of a shape goes through the
 * ordinary way, twice more with made-up values, and what came out is kept as a *recipe*: which hole fills
 * what. A later pointer of that shape whose values are of the same plain kinds is put together by the recipe,
 * without a tree, checks or expressions. All else goes the ordinary way. Thread: reading (read.c, recipe.c)
 * on one, storing (store.c, defer.c) on that of the transaction. */
#pragma once

#include "record_index.h"

#include <handslag/bulk.h>

/* ---- texts.c: numbers of texts in memory; what does not fit pushes others out ---- */

struct hs_ledger_text {
	struct hs_slice text;
	uint64_t stamp, number;
	uint32_t tag;
};
struct hs_ledger_texts {
	struct hs_arena *room;  /* of the slots */
	struct hs_arena *bytes; /* of the texts */
	struct hs_ledger_text *slots;
};
bool hs_ledger_texts_open(struct hs_ledger_texts *texts);
void hs_ledger_texts_close(struct hs_ledger_texts *texts);
/* `tag` and `stamp` must be those it was put with. */
bool hs_ledger_texts_get(const struct hs_ledger_texts *texts, uint32_t tag, uint64_t stamp,
	struct hs_slice text, uint64_t *number);
void hs_ledger_texts_put(struct hs_ledger_texts *texts, uint32_t tag, uint64_t stamp, struct hs_slice text,
	uint64_t number);

/* ---- recipe.c ---- */

/* What a hole may hold for its recipe to be used. */
enum hs_ledger_rule {
	HS_LEDGER_RULE_NONE,
	HS_LEDGER_RULE_ID,
	HS_LEDGER_RULE_TEXT,   /* printable ASCII without escapes */
	HS_LEDGER_RULE_URL,    /* the same without blanks */
	HS_LEDGER_RULE_BASE64, /* whole groups of four */
	HS_LEDGER_RULE_SIZE,   /* up to nine digits */
	HS_LEDGER_RULE_AGAIN,  /* this object, byte for byte */
};

/* A row of the table of marks that each pointer of the recipe gets. */
struct hs_ledger_found_by {
	enum hs_ledger_class of;
	uint32_t param;
	size_t hole; /* SIZE_MAX: `text` */
	bool tail;   /* what is after the last '/' or ':' of the hole */
	bool token;  /* of an identifier: one that is the id needs no mark */
	struct hs_slice text;
};

struct hs_ledger_recipe {
	struct hs_ledger_recipe *next; /* of those with the same hash */
	struct hs_slice shape;         /* of the text as it was sent */
	bool good;                     /* false: pointers of this shape go the ordinary way */
	bool has_subject, has_custodian, has_date;
	size_t hole_count;
	enum hs_ledger_rule *rules; /* of each hole as sent */
	struct hs_slice *again;     /* of each hole: the object of HS_LEDGER_RULE_AGAIN */
	size_t id, master;          /* holes; master SIZE_MAX: no masterIdentifier.value */
	struct hs_slice packed;     /* the shape as it is stored: a piece */
	struct hs_slice own;        /* search entries behind the holes */
	struct hs_ledger_found_by *found_by;
	size_t found_by_count;
	/* of the thread that stores */
	uint64_t number, epoch; /* the piece of `packed`, while the epoch is this one */
};

#define HS_LEDGER_RECIPES ((size_t)1024)
#define HS_LEDGER_RECENT 12
#define HS_LEDGER_RECENT_HOLES 64

struct hs_ledger_loader {
	const struct hs_record_index *index;
	struct hs_bulk_tools tools;
	/* ---- of the thread that reads ---- */
	struct hs_ledger names;   /* only params */
	struct hs_arena *memory;  /* recipes */
	struct hs_arena *scratch; /* emptied for each text */
	struct hs_ledger_recipe *recipes[HS_LEDGER_RECIPES];
	size_t recipe_count;
	struct hs_ledger_recipe *recent[HS_LEDGER_RECENT]; /* fit.c */
	struct hs_ledger_hole holes[HS_LEDGER_RECENT_HOLES];
	struct hs_ledger_texts checked; /* subjects and custodians that the ordinary way took */
	/* ---- of the thread that stores ---- */
	struct hs_ledger ledger;
	uint64_t epoch;
	struct hs_ledger_texts numbered; /* subjects, custodians and prefixes that are pieces */
	int64_t live;                    /* new pointers that are not counted yet */
	struct hs_ledger_later later;    /* marks that are not stored yet */
	uint64_t since;                  /* stored since indexes were last whole */
	bool deferred;                   /* the indexes of pointers are not there */
	struct hs_arena *ids_room;
	uint64_t *ids; /* deferred: of every id in the table; open addressing, 0 is empty */
	size_t ids_count, ids_size;
};

/* The recipe for a text that was split; NULL when none can be made of it, perhaps because it is refused. */
struct hs_ledger_recipe *hs_ledger_recipe(struct hs_ledger_loader *loader,
	const struct hs_ledger_split *split);
bool hs_ledger_rule_holds(enum hs_ledger_rule rule, struct hs_slice raw);
/* Does the ordinary way take this text, the service's rules included? */
bool hs_ledger_examine(struct hs_ledger_loader *loader, struct hs_arena *arena, struct hs_slice text,
	const struct hs_resource *version, struct hs_bulk_examined *out);

/* ---- fit.c: the quick way to a recipe ---- */

/* One that was used lately and that the text fits, with *out as hs_ledger_split would have it but for the
 * shape; NULL when none does. The holes are good until the next call. */
struct hs_ledger_recipe *hs_ledger_fit(struct hs_ledger_loader *loader, struct hs_slice text,
	struct hs_ledger_split *out);
/* This one was used. */
void hs_ledger_fit_next(struct hs_ledger_loader *loader, struct hs_ledger_recipe *recipe);

/* ---- read.c ---- */

/* A pointer that is ready to be stored. */
struct hs_ledger_ready {
	struct hs_ledger_recipe *recipe;
	struct hs_slice text;
	struct hs_ledger_hole *holes; /* recipe->hole_count */
	struct hs_slice subject, custodian;
	int64_t date;
	const struct hs_bulk_examined *examined; /* NULL: subject and custodian were checked before */
};
/* The first argument is the struct hs_ledger_loader. */
void *hs_ledger_read(void *arg, struct hs_arena *arena, struct hs_slice text);

/* ---- store.c ---- */

int hs_ledger_store(void *arg, struct hs_txn *txn, struct hs_arena *arena, void *read, struct hs_error *err);
enum hs_status hs_ledger_settle(void *arg, struct hs_txn *txn, struct hs_arena *arena, bool ordinary,
	struct hs_error *err);

/* ---- defer.c: the indexes of pointers are cheaper made whole than entry by entry ---- */

/* What the transaction says: are they there? */
enum hs_status hs_ledger_look_deferred(struct hs_ledger_loader *loader, struct hs_error *err);
/* Drops them when so much was loaded that making them anew is the lesser work. */
enum hs_status hs_ledger_defer(struct hs_ledger_loader *loader, struct hs_error *err);
/* Makes those that are not there. Its arg is not used; also hs_keeper.mend. */
enum hs_status hs_ledger_mend(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err);
/* 1 when the id may be in the table of pointers, 0 when it is not, or a negative status. */
int hs_ledger_has_id(struct hs_ledger_loader *loader, struct hs_slice id, struct hs_error *err);
/* The id is in the table now. */
void hs_ledger_note_id(struct hs_ledger_loader *loader, struct hs_slice id);

extern const struct hs_bulk hs_ledger_bulk;
