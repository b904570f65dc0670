/* SPDX-License-Identifier: Apache-2.0 */
/* What a service sees of the store: transactions over resources, their history and search indexes, and
 * tables of its own.
 *
 * A store belongs to one sandbox. All work happens inside a *work function* that the host runs in a
 * transaction: one that reads sees one moment; one that writes is alone, and what it did is on disk before
 * anybody hears of its success. A work function may be run again from the start (after HS_E_BUDGET on the
 * event loop, or a rolled-back group), so it changes nothing but the transaction and what it makes in the
 * arena it is given.
 *
 * Terms: *type* and *param* are small numbers that the store keeps for names ("Patient", "Patient.name");
 * *seq*, the commit sequence, is a number that strictly increases with each stored version and is never
 * reused; *row* identifies a resource (not a version) within its type and is stable for its life.
 * Thread: a transaction and everything got from it belong to the thread that runs the work function. */
#pragma once

#include <handslag/arena.h>
#include <handslag/buf.h>
#include <handslag/error.h>
#include <handslag/span.h>

struct hs_store;
struct hs_txn;
struct hs_json;
struct hs_bulk;

/* ---- transactions ---- */

typedef enum hs_status hs_work_fn(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err);

bool hs_txn_writes(const struct hs_txn *txn);
/* The sandbox's clock in milliseconds since 1970, the same all through a transaction. */
int64_t hs_txn_now(const struct hs_txn *txn);
/* Highest commit sequence that this transaction sees (its own writes included). */
uint64_t hs_txn_seq(const struct hs_txn *txn);
struct hs_store *hs_txn_store(const struct hs_txn *txn);
/* Of a writing transaction: a number that changes whenever something written may have been undone, and that
 * no other store has. What was learned in writing transactions is still so while it is the same. 0 when
 * reading.
 */
uint64_t hs_txn_epoch(const struct hs_txn *txn);
/* What a service keeps from one reading transaction of a thread on a store to the next: `size` bytes, zeroed
 * when they are made. `enter` is called when a transaction first asks for them, and `drop`, perhaps on
 * another thread, when the store is closed or the thread ends. The address of the struct is the key, so it is
 * static.
 */
struct hs_txn_kept {
	size_t size;
	void (*enter)(void *kept);
	void (*drop)(void *kept);
};
/* NULL in a writing transaction: what that sees may be undone. */
void *hs_txn_keep(struct hs_txn *txn, const struct hs_txn_kept *what);
/* A savepoint, for work that is undone in part: what was written since `begin` is kept or undone. */
enum hs_status hs_txn_savepoint(struct hs_txn *txn, struct hs_error *err);
enum hs_status hs_txn_savepoint_end(struct hs_txn *txn, bool keep, struct hs_error *err);

/* ---- names kept as numbers ---- */

enum hs_space {
	HS_SPACE_TYPE,   /* "Patient"; R5 types as "r5/CodeSystem" */
	HS_SPACE_PARAM,  /* "Patient.name": resource type and search parameter code */
	HS_SPACE_SYSTEM, /* identifier and code systems of tokens */
	HS_SPACE_OWN,    /* first number that services may use for spaces of their own; at most 64 in all */
};
/* The number of `text` (1..), or 0 when it has none. In a writing transaction with `create` it is made. */
uint32_t hs_txn_number(struct hs_txn *txn, unsigned space, struct hs_slice text, bool create);
/* The text of a number; valid until the store is closed; empty when there is none. */
struct hs_slice hs_txn_name(struct hs_txn *txn, unsigned space, uint32_t number);

/* ---- resources ---- */

enum hs_change { HS_CHANGE_CREATE, HS_CHANGE_UPDATE, HS_CHANGE_DELETE };

/* One version of a resource. The slices are in the arena of the call that gave it. */
struct hs_resource {
	uint32_t type;
	uint64_t row;
	struct hs_slice id;
	uint64_t version; /* 1, 2, 3 ... of this id */
	uint64_t seq;
	int64_t updated_ms;
	enum hs_change change;
	struct hs_slice body; /* complete JSON text with id and meta; empty for a deletion */
};

/* The current version. HS_E_NOT_FOUND when there never was one; HS_E_DELETED, with *out filled, when the
 * current version is a deletion. */
enum hs_status hs_txn_get(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err);
/* Any version, deletions as above. */
enum hs_status hs_txn_get_version(struct hs_txn *txn, struct hs_arena *arena, uint32_t type,
	struct hs_slice id, uint64_t version, struct hs_resource *out, struct hs_error *err);

/* An entry of a search index. `param` numbers a search parameter of the resource's type; `group` ties the
 * components of one composite value together (0 otherwise). A group has entries of each component's param, or
 * there is none: the search relies on it (core/store/find/groups.c). */
enum hs_index_kind {
	HS_INDEX_TOKEN,     /* system (0: none) and code */
	HS_INDEX_STRING,    /* folded text for the default match, and the text itself */
	HS_INDEX_URI,       /* text */
	HS_INDEX_DATE,      /* [lo, hi) in milliseconds; INT64_MIN and INT64_MAX are open ends */
	HS_INDEX_NUMBER,    /* low..high, the span that the written precision implies */
	HS_INDEX_QUANTITY,  /* the same, with system and unit code */
	HS_INDEX_REFERENCE, /* target type (0: not ours) and id, version ignored; or a whole URL in text */
	HS_INDEX_POINT,     /* latitude in low, longitude in high, degrees WGS 84 */
};
struct hs_index_row {
	uint32_t param;
	uint16_t group;
	uint8_t kind;
	struct hs_slice system; /* token, quantity */
	struct hs_slice text;   /* code, folded string, uri, unit code, reference id or URL */
	struct hs_slice exact;  /* string as written; token: display text for :text, may be empty */
	uint32_t target_type;   /* reference */
	int64_t lo, hi;         /* date */
	double low, high;       /* number, quantity, point */
};

/* The entries of a current version that were stored with it, those of `kinds` (a bit for each
 * enum hs_index_kind), texts in `arena`. HS_E_NOT_SUPPORTED for a type with a keeper. */
#define HS_INDEX_KIND(kind) (1u << (kind))
enum hs_status hs_txn_index(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *resource,
	unsigned kinds, struct hs_index_row **out, size_t *count, struct hs_error *err);

/* A resource contained in the one that is put. It is found as a resource of type | HS_TYPE_CONTAINED, with
 * the id "TYPE/ID#LOCAL" (TYPE is a number); its entries have param | HS_PARAM_CONTAINED. Not for types with
 * a keeper. */
#define HS_TYPE_CONTAINED 0x1000u
#define HS_PARAM_CONTAINED 0x40000000u
struct hs_contained {
	uint32_t type;      /* less than HS_TYPE_CONTAINED */
	struct hs_slice id; /* within the container */
	const struct hs_index_row *index;
	size_t index_count;
};

/* A new version. The store numbers it, keeps the one before as history, and replaces the index rows.
 * `compose` makes the final text (with id and meta) once version, seq and time are known. */
struct hs_put {
	uint32_t type;
	struct hs_slice id;
	const struct hs_index_row *index;
	size_t index_count;
	const struct hs_contained *contained;
	size_t contained_count;
	/* Writes the whole JSON text of the version that *version describes. */
	enum hs_status (*compose)(const struct hs_resource *version, void *arg, struct hs_buf *out,
		struct hs_error *err);
	void *arg;
	struct hs_json *tree; /* the same content parsed, for keepers; may be NULL for plain types */
	bool fresh; /* the id was made for this resource, so that none can have it; HS_E_DUPLICATE if one has
		     */
};
enum hs_status hs_txn_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_put *put,
	struct hs_resource *out, struct hs_error *err);
/* For the bulk way of a keeper (handslag/bulk.h), which stores what it is given itself and knows that it does
 * not have the id: numbers the first version of a resource. 0 when the store remembers the id from a
 * deletion, then nothing was done; 1, or a negative status. */
int hs_txn_first(struct hs_txn *txn, uint32_t type, struct hs_slice id, struct hs_resource *out,
	struct hs_error *err);
/* HS_E_NOT_FOUND when there is none; deleting a deleted one changes nothing and gives HS_E_DELETED. */
enum hs_status hs_txn_delete(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err);

/* Versions in falling order of seq. */
struct hs_history_query {
	uint32_t type;       /* 0: of all types, or of `types` */
	const bool *types;   /* with type 0: only the types whose number is true here; NULL: all */
	uint32_t type_count; /* how many numbers `types` has; greater ones are not meant */
	struct hs_slice id;  /* empty: of all ids; needs a type */
	uint64_t before_seq; /* only versions with a smaller seq; 0: from the newest */
	uint64_t after_seq;  /* only versions with a greater seq */
	int64_t since_ms;    /* only versions of that moment or later; INT64_MIN: all */
	int64_t until_ms;    /* only versions before it (for _at); INT64_MAX: all */
	uint32_t count;
	bool want_total;
};
struct hs_resource_list {
	struct hs_resource *items;
	size_t count;
	bool more;
	uint64_t total; /* when asked for */
};
enum hs_status hs_txn_history(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_history_query *query, struct hs_resource_list *out, struct hs_error *err);

/* The clock may have been set back: a version may be older than one with a smaller seq, by at most so many
 * milliseconds. */
enum hs_status hs_txn_slack(struct hs_txn *txn, int64_t *out, struct hs_error *err);
/* The first version of the type from that seq on, current versions of a keeper left out: 1, 0 when there is
 * none, or a negative status. */
int hs_txn_logged(struct hs_txn *txn, uint32_t type, uint64_t from_seq, uint64_t *seq, int64_t *updated_ms,
	struct hs_error *err);

/* ---- searching: a tree of conditions over index entries ---- */

enum hs_find_op {
	HS_FIND_AND,
	HS_FIND_OR,         /* over kids; no kid: AND is all, OR is nothing */
	HS_FIND_NOT,        /* of the one kid */
	HS_FIND_ID,         /* text is the id */
	HS_FIND_UPDATED,    /* _lastUpdated: cmp, lo, hi */
	HS_FIND_TOKEN,      /* text is the code, or how it begins (match STARTS); see the flags below */
	HS_FIND_STRING,     /* text; match says how */
	HS_FIND_URI,        /* text; match EXACT, STARTS (:below) or ABOVE */
	HS_FIND_DATE,       /* cmp, lo, hi */
	HS_FIND_NUMBER,     /* cmp, low, high */
	HS_FIND_QUANTITY,   /* cmp, low, high, system, text (unit code); empty: any */
	HS_FIND_REFERENCE,  /* target_type (0: any) and text (id), or a URL in text with target_type 0, or how
			     * that begins (match STARTS) */
	HS_FIND_NEAR,       /* low = latitude, high = longitude, radius in metres */
	HS_FIND_MISSING,    /* the resource has no entry of param */
	HS_FIND_SAME_GROUP, /* composite: kids hold for entries of one and the same group */
	HS_FIND_CHAIN,      /* an entry of reference param points to a target_type resource with kid; to a
			     * contained one by target_type with HS_TYPE_CONTAINED and "#LOCAL" */
	HS_FIND_HAS,        /* a resource of target_type, for which kid holds, points here by param */
	HS_FIND_WORDS, /* text: folded words in a row, anywhere in a resource of target_type, which is the
			* type searched here; match FOLDED, or STARTS: the last one is a beginning */
};

struct hs_find {
	uint8_t op;
	uint8_t cmp;
	uint8_t match;
	bool any_system; /* token, quantity: code alone; false with an empty system: entries without system */
	bool any_code;   /* token: system alone */
	bool fold_case;  /* token: compare code without case */
	bool narrative;  /* words: in the narrative only */
	uint32_t param;  /* 0 for a parameter that no stored resource has: nothing matches */
	uint32_t target_type;
	struct hs_slice system, text;
	struct hs_slice
		folded; /* string, EXACT: the folded form of text, so that the index helps; may be empty */
	int64_t lo, hi;
	double low, high, radius;
	const struct hs_find *const *kids;
	size_t kid_count;
};

struct hs_find_sort {
	uint32_t param; /* index entries, smallest (largest when falling) of a resource; 0 with special */
	uint8_t kind;   /* enum hs_index_kind of the param */
	/* SCORE: how well the words of the search fit, the best first (falling: last). */
	enum { HS_SORT_PARAM, HS_SORT_ID, HS_SORT_UPDATED, HS_SORT_SCORE } special;
	bool falling;
};

struct hs_find_query {
	uint32_t type;
	const struct hs_find *where;     /* NULL: all */
	const struct hs_find_sort *sort; /* then by row; without any: by row, the order of creation */
	size_t sort_count;               /* at most 4 */
	uint32_t count;                  /* 0: only the total */
	struct hs_slice after;           /* `next` of the page before, or empty */
	bool want_total;
	bool keys_only; /* no bodies */
};
struct hs_find_page {
	struct hs_resource *items;
	size_t count;
	struct hs_slice next; /* opaque, URL-safe; empty on the last page. Stable while others write */
	uint64_t total;
};
/* HS_E_VALUE when `after` was not made by this function for the same sort. */
enum hs_status hs_txn_find(struct hs_txn *txn, struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_find_page *out, struct hs_error *err);

/* ---- keepers: types whose resources a service keeps in tables of its own ---- */

/* Versions with after_seq < seq < before_seq, at most `count`. */
struct hs_recent {
	uint64_t after_seq, before_seq;
	uint32_t count;
};

/* What a part of mending has done. How much there was before it and is left is about right, in rows, so that
 * progress can be told. */
struct hs_mended {
	bool more;
	uint64_t before, left;
};

/* Asks where kept resources point: what fulfils has->kids[0] points to resources of `type` by has->param. */
struct hs_links {
	const struct hs_find *has; /* HS_FIND_HAS over the keeper's type */
	uint32_t type;
	/* Nobody asks about others than these, by row (handslag/follow.h), rising; others may be told, too.
	 * NULL: about any. */
	const uint64_t *members;
	size_t member_count;
	/* These are told by their ids, or at a fraction of the cost by their rows; each once or more. */
	enum hs_status (*each)(void *arg, struct hs_slice id, struct hs_error *err);
	enum hs_status (*each_row)(void *arg, uint64_t row, struct hs_error *err);
	void *arg;
};

/* Each function works inside the transaction. History of superseded versions stays with the store; rows are
 * below 2^40. */
struct hs_keeper {
	/* As hs_txn_get, current version only; deletions are the store's. */
	enum hs_status (*get)(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_slice id,
		struct hs_resource *out, struct hs_error *err);
	/* Makes `next` (numbered by the store; body composed) the current version in place of `before` (NULL
	 * when there was none or it was a deletion); sets next->row. Both may be the same version, whose
	 * index entries are made anew. */
	enum hs_status (*put)(struct hs_txn *txn, struct hs_arena *arena, void *state,
		const struct hs_put *put, const struct hs_resource *before, struct hs_resource *next,
		struct hs_error *err);
	enum hs_status (*remove)(struct hs_txn *txn, struct hs_arena *arena, void *state,
		const struct hs_resource *before, struct hs_error *err);
	/* Current versions for histories, in falling order of seq; out->more and out->total are not used. */
	enum hs_status (*recent)(struct hs_txn *txn, struct hs_arena *arena, void *state,
		const struct hs_recent *query, struct hs_resource_list *out, struct hs_error *err);
	/* As hs_txn_find. The store also calls it for chains and _has over the type, where `links` does not
	 * serve with an ID or a REFERENCE condition beside that of the client, and with count 0 for the
	 * number of current versions. */
	enum hs_status (*find)(struct hs_txn *txn, struct hs_arena *arena, void *state,
		const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err);
	/* HS_E_NOT_SUPPORTED: all would have to be looked at; the store then asks `find` about one after
	 * another. May be NULL: never supported. */
	enum hs_status (*links)(struct hs_txn *txn, void *state, const struct hs_links *ask,
		struct hs_error *err);
	/* How many resources these two would go through for the condition, about, and at most `limit`. NULL
	 * when links is. */
	enum hs_status (*estimate)(struct hs_txn *txn, void *state, const struct hs_find *where,
		uint64_t limit, uint64_t *out, struct hs_error *err);
	/* How `find` would go about it, in lines for the operator; may be NULL. */
	enum hs_status (*explain)(struct hs_txn *txn, void *state, const struct hs_find_query *query,
		struct hs_buf *out, struct hs_error *err);
	const struct hs_bulk *bulk; /* handslag/bulk.h; may be NULL */
	/* Puts in order what a load has put off, also one that was interrupted, or what an older program has
	 * left: a bounded part of it, with out->more when some is left. Called until nothing is, each time in
	 * a writing transaction of its own, whenever a store is opened, before anything else, and at the end
	 * of a load. May be NULL. */
	enum hs_status (*mend)(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_mended *out,
		struct hs_error *err);
};

/* ---- SQL for tables of a service's own ---- */

/* One step of a service's schema; `sql` may hold several statements; the table names begin with the
 * service's name. Applied once, in order; the checksum of an applied step must not change. */
struct hs_migration {
	uint32_t number; /* 1, 2, 3 ... */
	const char *name;
	const char *sql;
};

struct hs_stmt;
/* A prepared statement, kept for the connection under the *address* of `sql`: pass a string literal.
 * Parameters are numbered from 1. NULL with *err filled on a mistake. Must be ended with hs_sql_end before
 * the work function returns. */
struct hs_stmt *hs_sql(struct hs_txn *txn, const char *sql, struct hs_error *err);
void hs_sql_int(struct hs_stmt *stmt, int index, int64_t value);
void hs_sql_real(struct hs_stmt *stmt, int index, double value);
void hs_sql_text(struct hs_stmt *stmt, int index, struct hs_slice value); /* not copied */
void hs_sql_blob(struct hs_stmt *stmt, int index, struct hs_slice value); /* not copied */
void hs_sql_null(struct hs_stmt *stmt, int index);
/* 1: a row; 0: no more; negative: enum hs_status, *err filled. */
int hs_sql_step(struct hs_stmt *stmt, struct hs_error *err);
/* Steps a statement that gives no rows to its end and ends it. */
enum hs_status hs_sql_run(struct hs_stmt *stmt, struct hs_error *err);
int64_t hs_sql_get_int(struct hs_stmt *stmt, int column); /* columns from 0 */
double hs_sql_get_real(struct hs_stmt *stmt, int column);
bool hs_sql_is_null(struct hs_stmt *stmt, int column);
struct hs_slice hs_sql_get_text(struct hs_stmt *stmt, int column); /* until the next step */
struct hs_slice hs_sql_get_blob(struct hs_stmt *stmt, int column);
void hs_sql_end(struct hs_stmt *stmt); /* NULL is allowed */
/* The number that a statement with its parameters bound gives first, and the end of it; *out stays when it
 * gives no row. NULL: it could not be made, and *err says why. */
enum hs_status hs_sql_ask(struct hs_stmt *stmt, uint64_t *out, struct hs_error *err);

/* ---- many rows in one statement ---- */

enum hs_cell_kind { HS_CELL_NULL, HS_CELL_INT, HS_CELL_BLOB };
struct hs_cell {
	enum hs_cell_kind kind;
	int64_t number;
	struct hs_slice bytes; /* until the next row is asked for */
};
#define HS_CELLS 4
/* Fills the cells of the next row; false when there is none. Does nothing with the transaction. */
typedef bool hs_give_fn(void *arg, struct hs_cell cells[HS_CELLS]);
/* Runs a statement that takes its rows from the table hs_given, whose columns a, b, c and d are the cells
 * that `give` fills: "INSERT OR FAIL INTO mine (x, y) SELECT a, b FROM hs_given". In the order of the key
 * such rows cost less than half of a statement each. Only in a transaction that writes. */
enum hs_status hs_sql_give(struct hs_txn *txn, const char *sql, hs_give_fn *give, void *arg,
	struct hs_error *err);
