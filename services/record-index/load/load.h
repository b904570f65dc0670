/* SPDX-License-Identifier: Apache-2.0 */
/* The bulk way into the ledger: what its files share.
 *
 * Most pointers of a producer differ only in their holes. So the first one of a shape goes through the
 * ordinary way, twice more with made-up values, and what came out is kept as a *recipe*: which hole fills
 * what. A later pointer of that shape whose values are of the same plain kinds is put together by the recipe,
 * without a tree, checks or expressions. Any other is examined as the ordinary way does it and stored
 * together with these (single.c), unless it does more than being stored. Thread: reading (read.c, recipe.c)
 * on one, storing (store.c, defer.c) on that of the transaction; known.c says what they share. */
#pragma once

#include "../record_index.h"
#include "../ledger/table.h"

#include <handslag/bulk.h>

/* ---- set.c: hashes in memory ---- */

struct hs_ledger_set {
	struct hs_arena *room;
	uint64_t *items; /* open addressing, 0 is empty */
	size_t count, size;
};
bool hs_ledger_set_has(const struct hs_ledger_set *set, uint64_t hash);
/* False when there is no memory. */
bool hs_ledger_set_add(struct hs_ledger_set *set, uint64_t hash);
void hs_ledger_set_drop(struct hs_ledger_set *set);

/* ---- known.c: subjects and custodians that came before ---- */

/* One that the ordinary way takes. */
struct hs_ledger_known {
	struct hs_slice text;
	enum hs_ledger_class of;
	uint64_t number, epoch; /* of the thread that stores: the piece, while the epoch is this one */
};
struct hs_ledger_known_list {
	struct hs_arena *texts, *room;
	struct hs_ledger_known **slots;
	size_t count, size;
	struct hs_ledger_known *last[2];
	bool full; /* atomic access */
};
void hs_ledger_known_open(struct hs_ledger_known_list *list);
void hs_ledger_known_close(struct hs_ledger_known_list *list);
/* NULL when it has not come. */
struct hs_ledger_known *hs_ledger_known_get(struct hs_ledger_known_list *list, enum hs_ledger_class of,
	struct hs_slice text);
/* One that has not come: in `arena` when no more are kept, which hs_ledger_known_full then tells. NULL when
 * there is no room there either. */
struct hs_ledger_known *hs_ledger_known_add(struct hs_ledger_known_list *list, struct hs_arena *arena,
	enum hs_ledger_class of, struct hs_slice text);
bool hs_ledger_known_full(const struct hs_ledger_known_list *list);

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

/* What stands before a mark of a shape, or at its end. */
struct hs_ledger_run {
	struct hs_slice bytes;
	enum hs_ledger_mark mark; /* 0: the end */
	bool quoted;              /* the mark is within quotes */
};

struct hs_ledger_recipe {
	struct hs_ledger_recipe *next; /* of those with the same hash */
	struct hs_slice shape;         /* of the text as it was sent */
	struct hs_ledger_run *runs;    /* the same in parts */
	bool good;                     /* false: pointers of this shape go the ordinary way */
	bool has_date;
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
	struct hs_ledger_known_list known; /* subjects and custodians that the ordinary way takes */
	/* ---- of the thread that stores ---- */
	struct hs_ledger ledger;
	struct hs_ledger_texts numbered; /* shapes and prefixes that are pieces */
	int64_t live;                    /* new pointers that are not counted yet */
	struct hs_ledger_later later;    /* marks that are not stored yet */
	uint64_t since;                  /* stored since entries were last whole */
	struct hs_ledger_blocks blocks;  /* those of this transaction */
	bool blind;                      /* the next two are not there, for want of memory for example */
	struct hs_ledger_set ids;        /* ledger.deferred: of every id in the table */
	struct hs_ledger_set taken;      /* the same: every mark of a row */
};

/* The recipe for a text that was split; NULL when none can be made of it, perhaps because it is refused. */
struct hs_ledger_recipe *hs_ledger_recipe(struct hs_ledger_loader *loader,
	const struct hs_ledger_split *split);
bool hs_ledger_rule_holds(enum hs_ledger_rule rule, struct hs_slice raw);
/* Does the ordinary way take this text, the service's rules included? */
bool hs_ledger_examine(const struct hs_ledger_loader *loader, struct hs_arena *arena, struct hs_slice text,
	const struct hs_resource *version, struct hs_bulk_examined *out);

/* ---- fit.c: the quick way to a recipe ---- */

/* One that was used lately and that the text fits, with *out as hs_ledger_split would have it but for the
 * shape; NULL when none does. The holes are good until the next call. */
struct hs_ledger_recipe *hs_ledger_fit(struct hs_ledger_loader *loader, struct hs_slice text,
	struct hs_ledger_split *out);
/* Fills `runs`; false when memory ends. */
bool hs_ledger_fit_prepare(struct hs_arena *arena, struct hs_ledger_recipe *recipe);
/* This one was used. */
void hs_ledger_fit_next(struct hs_ledger_loader *loader, struct hs_ledger_recipe *recipe);

/* ---- read.c ---- */

/* The subject or custodian of a pointer. */
struct hs_ledger_named {
	struct hs_ledger_known *known; /* NULL: it has none */
	struct hs_index_row *rows;     /* its own; NULL when it had come before */
	size_t count;
};
/* A pointer that is ready to be stored. */
struct hs_ledger_ready {
	struct hs_ledger_recipe *recipe;
	struct hs_slice id, master;   /* master: value of masterIdentifier, or empty */
	struct hs_ledger_hole *holes; /* recipe->hole_count */
	struct hs_ledger_named subject, custodian;
	int64_t date;
	bool wide_date; /* longer than a second */
};
/* Does it take this subject or custodian, in whichever pointer? Then its index rows are in `arena`. Any
 * thread; `scratch` may be `arena`. */
bool hs_ledger_examine_party(const struct hs_ledger_loader *loader, struct hs_arena *scratch,
	struct hs_arena *arena, struct hs_ledger_named *named);
/* The subject or custodian `text`, examined when it has not come before; false when it is refused or names
 * something within the pointer. */
bool hs_ledger_find_party(struct hs_ledger_loader *loader, struct hs_arena *arena, enum hs_ledger_class of,
	struct hs_slice text, struct hs_ledger_named *named);
bool hs_ledger_copy_row(struct hs_arena *arena, const struct hs_index_row *row, struct hs_index_row *out);
/* The first argument is the struct hs_ledger_loader. */
void *hs_ledger_read(void *arg, struct hs_arena *arena, struct hs_slice text);

/* ---- single.c ---- */

/* A pointer that no recipe fits, with a recipe of its own; NULL: the ordinary way. */
struct hs_ledger_ready *hs_ledger_read_single(struct hs_ledger_loader *loader, struct hs_arena *arena,
	struct hs_slice text);

/* ---- defer.c: entries and marks are cheaper made all at once than one by one ---- */

/* What the transaction says: do entries wait? */
enum hs_status hs_ledger_look_deferred(struct hs_ledger_loader *loader, struct hs_error *err);
/* Lets them wait when so much was loaded that it is the lesser work, or nothing is there yet. */
enum hs_status hs_ledger_defer(struct hs_ledger_loader *loader, struct hs_error *err);
/* 1 when the id may be in the table of pointers, 0 when it is not, or a negative status. */
int hs_ledger_has_id(struct hs_ledger_loader *loader, struct hs_slice id, struct hs_error *err);
/* The same of a row with an identifier that has this mark. */
int hs_ledger_has_identifier(struct hs_ledger_loader *loader, int64_t mark, struct hs_error *err);
/* The id, the mark is in its table now. */
void hs_ledger_note_id(struct hs_ledger_loader *loader, struct hs_slice id);
void hs_ledger_note_mark(struct hs_ledger_loader *loader, int64_t mark);

extern const struct hs_bulk hs_ledger_bulk;
