/* SPDX-License-Identifier: Apache-2.0 */
/* The search engine's parts and what they share.
 *
 * A search is compiled to conditions (condition.c), the most selective one becomes ranges of index keys
 * (ranges.c, choice by estimate in plan.c), the rows found there are checked against the facts of each
 * resource (match.c), put in order (order.c), and cut to a page (find.c). SQL is used for single steps over
 * keys only; nothing here knows SQLite. */
#pragma once

#include <core/store/index/block.h>
#include <core/store/index/key.h>
#include <core/store/store.h>

#define HS__FIND_DEPTH 24u
#define HS__FIND_ROWS ((size_t)1 << 22) /* most rows one search may gather */
#define HS__FIND_SORTS 4u

/* A condition with its names resolved. */
struct hs__cond {
	const struct hs_find *find;
	uint32_t system;
	bool nothing;      /* cannot match: an unknown name */
	bool grouped;      /* a component of a composite that may have a column of groups */
	uint32_t pointers; /* of "has": how many resources are taken to point to one */
	struct hs__cond *kids;
	size_t kid_count;
	const uint64_t *rows; /* words: where they are, rising */
	size_t row_count;
	const double *scores; /* words, when the search is sorted by them: of each row, the less the better */
};

/* The classes of width that spans of a param have (key.h). */
struct hs__span_classes {
	uint32_t param; /* 0: none yet */
	unsigned count;
	unsigned char items[256];
};
#define HS__FIND_CLASSES 4u
#define HS__FIND_COLUMNS 24u

/* How many resources a keeper would go through for what is behind a link, counted up to the limit. */
struct hs__kept_count {
	const struct hs_find *behind;
	uint64_t count, limit;
};
#define HS__FIND_KEPT 8u

struct hs__finder {
	struct hs_txn *txn;
	struct hs_arena *arena;                            /* scratch, freed at the end */
	struct hs__span_classes classes[HS__FIND_CLASSES]; /* of the last params that were asked for */
	unsigned next_classes;
	struct hs__kept_count kept[HS__FIND_KEPT]; /* of the last links that were asked about */
	unsigned next_kept;
	bool scored;                                  /* the search is sorted by how well words fit */
	struct hs__column *columns[HS__FIND_COLUMNS]; /* that it uses (column.h) */
	unsigned column_count;
	size_t spare; /* bytes that a column for searches to come may need: made where there is room; 0: a
			 search */
	struct hs__trace *trace; /* what it does is noted there (set.h); NULL: nobody asks */
};

/* Do all components of a composite stand in entries, so that their groups can be columns (groups.h)? */
bool hs__is_grouped(const struct hs_find *composite);
/* A condition on resources of `type`. */
enum hs_status hs__cond_make(struct hs__finder *finder, uint32_t type, const struct hs_find *find,
	unsigned depth, struct hs__cond *out, struct hs_error *err);

/* ---- words.c: texts of whole resources ---- */

/* Sets out->rows. HS_E_NOT_SUPPORTED for a type with a keeper. */
enum hs_status hs__words_find(struct hs__finder *finder, const struct hs_find *find, struct hs__cond *out,
	struct hs_error *err);
bool hs__words_in(const struct hs_find *where); /* NULL: no */
enum hs_status hs__words_refuse(struct hs_error *err);
bool hs__words_hold(const struct hs__cond *cond, uint64_t row);
/* How well the words of the search fit the resource, the less the better; 0 for what has none of them. */
double hs__words_score(const struct hs__cond *where, uint64_t row);

/* ---- match.c: does a resource fulfil a condition? ---- */

struct hs__subject {
	uint32_t type;
	uint64_t row; /* within the type */
	struct hs_slice facts;
};
/* 1, 0, or a negative status. */
int hs__match(struct hs__finder *finder, const struct hs__subject *subject, const struct hs__cond *cond,
	struct hs_error *err);
/* The same for what a chain leads to, the resource of that id. */
int hs__match_target(struct hs__finder *finder, const struct hs__cond *cond, struct hs_slice id,
	struct hs_error *err);
/* The row of an id, within its type: 1, 0 when there is none, or a negative status. */
int hs__find_row(struct hs__finder *finder, uint32_t type, struct hs_slice id, uint64_t *row,
	struct hs_error *err);
/* The same for a resource that is not deleted. */
int hs__find_live_row(struct hs__finder *finder, uint32_t type, struct hs_slice id, uint64_t *row,
	struct hs_error *err);
/* Is there a resource in the row that is not deleted? 1, 0 or a negative status. */
int hs__find_is_live(struct hs__finder *finder, uint32_t type, uint64_t row, struct hs_error *err);
/* A statement over the facts of a row, to be ended by the caller; *step as from hs_sql_step. */
struct hs_stmt *hs__find_facts(struct hs__finder *finder, uint32_t type, uint64_t row, int *step,
	struct hs_error *err);

/* ---- scan.c: entries of the index ---- */

/* To be ended with hs__scan_end once it is open. */
struct hs__scan {
	struct hs_stmt *stmt;
	struct hs__block block;
	size_t at, count; /* in the block */
	uint64_t after;
	uint64_t row;        /* the one that hs__scan_next came to, within its type */
	struct hs_slice key; /* of a range with keys; until the next */
};
/* The rows of one key in rising order, those beyond `after`. */
enum hs_status hs__scan_key(struct hs_txn *txn, struct hs_slice key, uint64_t after, struct hs__scan *out,
	struct hs_error *err);
/* The entries with keys in [from, to), by key and then by row. */
enum hs_status hs__scan_range(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, bool with_keys,
	struct hs__scan *out, struct hs_error *err);
/* 1, 0 at the end, or a negative status. */
int hs__scan_next(struct hs__scan *scan, struct hs_error *err);
/* The same for the whole next block, scan->block. */
int hs__scan_block(struct hs__scan *scan, struct hs_error *err);
void hs__scan_end(struct hs__scan *scan);
/* How many entries there are in [from, to), or of the key `from` when `to` is HS_S_NONE; at most `limit`. */
enum hs_status hs__scan_count(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, uint64_t limit,
	uint64_t *out, struct hs_error *err);
/* What reading them costs, at most `limit`: one for each block, and one for so many further rows in them. */
#define HS__SCAN_ROWS 64u
enum hs_status hs__scan_cost(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, uint64_t limit,
	uint64_t *out, struct hs_error *err);

/* ---- ranges.c: a condition as ranges of keys ---- */

enum hs__check {
	HS__SURE,   /* what is found fulfils the condition */
	HS__BY_KEY, /* hs__range_holds says so, or leaves it to the facts */
	HS__VERIFY, /* the facts must be looked at */
};
struct hs__range {
	struct hs_slice from, to; /* keys in [from, to); with `single` only the key `from` */
	bool single;              /* rows come in rising order, each once */
	uint8_t check;            /* enum hs__check */
	const struct hs__cond *cond;
	const struct hs__cond *also; /* another that the same entry fulfils, by key; or NULL */
};
struct hs__ranges {
	struct hs__range *items;
	size_t count, room;
	uint64_t *rows; /* found without the index */
	size_t row_count, row_room;
	bool verify; /* all of it */
};
/* Whether `cond` can be looked up at all. */
bool hs__drivable(const struct hs__finder *finder, const struct hs__cond *cond);
/* Appends. For chains and _has this runs the search inside. */
enum hs_status hs__ranges_of(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err);
/* The classes of a param, asked of the index once a search. */
enum hs_status hs__span_classes(struct hs__finder *finder, uint32_t param,
	const struct hs__span_classes **out, struct hs_error *err);
/* The first or last key in [from, to): 1, 0 when there is none, or a negative status. */
int hs__end_key(struct hs__finder *finder, struct hs_slice from, struct hs_slice to, bool last,
	struct hs__key *out, struct hs_error *err);
/* What an entry's key tells, in ranges to be checked by key: 1 surely, 0 surely not, -1 look at the facts. */
int hs__range_holds(const struct hs__range *range, struct hs_slice key);
/* How many entries the ranges of `cond` have, counted up to `limit`; UINT64_MAX when not drivable. */
enum hs_status hs__estimate(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	uint64_t limit, uint64_t *out, struct hs_error *err);
enum hs_status hs__add_row(struct hs__finder *finder, struct hs__ranges *ranges, uint64_t row,
	struct hs_error *err);

/* ---- order.c: what a result is sorted by, and the mark of a page's end ---- */

struct hs__ranked {
	uint64_t row;
	struct hs_slice values[HS__FIND_SORTS]; /* NULL pointer: the resource has none; such come last */
};
/* The values of a resource into `space`; texts point there. `where` is what found it, or NULL. */
void hs__rank(const struct hs_find_query *query, const struct hs__cond *where,
	const struct hs__subject *subject, struct hs__ranked *out,
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT]);
int hs__rank_compare(const struct hs_find_query *query, const struct hs__ranked *a,
	const struct hs__ranked *b);
bool hs__rank_keep(struct hs_arena *arena, const struct hs_find_query *query, struct hs__ranked *ranked);
struct hs_slice hs__cursor_write(struct hs_arena *arena, const struct hs_find_query *query,
	const struct hs__ranked *last);
enum hs_status hs__cursor_read(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs__ranked *out, struct hs_error *err);

/* ---- set.c: conditions as sets of rows ---- */

/* The rows of a type, a bit each, in lines of some words. Of a line that is not there the words say nothing:
 * it is empty. So a set of few rows costs as much as these, however many the type has. Used through set.h. */
struct hs__set {
	uint64_t *words;
	size_t count;    /* words; whole lines, where these are told */
	uint64_t *lines; /* a bit for each that is there; NULL: all are */
};
#define HS__NO_ROW UINT64_MAX

/* All rows of `type` that fulfil `cond`, in the memory of the search. Entries are read and sets are joined;
 * facts are looked at where keys do not decide, or where few rows are left to decide on. */
enum hs_status hs__set_find(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__set *out, struct hs_error *err);
uint64_t hs__set_size(const struct hs__set *set);
bool hs__set_has(const struct hs__set *set, uint64_t row);
/* The first row of the set from `row` on, or HS__NO_ROW. */
uint64_t hs__set_next(const struct hs__set *set, uint64_t row);

/* ---- plan.c ---- */

enum hs__way {
	HS__WAY_STREAM, /* one key: rows in order straight from the index */
	HS__WAY_GATHER, /* rows of ranges, then in order */
	HS__WAY_WALK,   /* every resource of the type in order of row */
	HS__WAY_SORTED, /* along the index of the first sort */
	HS__WAY_SET,    /* the rows of all conditions, joined */
};
struct hs__plan {
	enum hs__way way;
	const struct hs__cond *drive; /* NULL: none */
	bool verify;                  /* the whole search must be checked against the facts */
	uint64_t estimate;
	uint64_t population; /* live resources of the type, when the choice of a broad way needed it */
	struct hs__ranges ranges;
	bool gathered;      /* the rows of the ranges are in ranges.rows, rising, each once */
	struct hs__set set; /* of all that is found, once that was made */
};
/* `where` NULL: all of the type. */
enum hs_status hs__plan_make(struct hs__finder *finder, const struct hs_find_query *query,
	const struct hs__cond *where, struct hs__plan *out, struct hs_error *err);

/* ---- run.c: the rows that a plan finds ---- */

/* One resource that fulfils the search; its facts are empty when nobody asked for them. 0: go on; 1: enough;
 * negative: a fault. */
typedef int hs__each_fn(const struct hs__subject *subject, void *arg, struct hs_error *err);
struct hs__run {
	const struct hs__cond *where;
	uint32_t type;
	uint64_t after_row; /* only rows beyond it */
	bool with_facts;
	uint32_t patience; /* resources that were looked at in vain before it gives up; 0: any number */
	hs__each_fn *fn;   /* called in order of row */
	void *arg;
	/* out */
	uint32_t in_vain;
	uint64_t last_row; /* that was looked at */
};
/* Gave up: the run's patience was used up; rows beyond last_row were not looked at. */
static inline bool hs__run_gave_up(const struct hs__run *run)
{
	return run->patience && run->in_vain >= run->patience;
}
/* Not for HS__WAY_SORTED. */
enum hs_status hs__run(struct hs__finder *finder, struct hs__plan *plan, struct hs__run *run,
	struct hs_error *err);
/* Gathers if the ranges have fewer than `few` entries in all (then plan->gathered); else changes nothing. */
enum hs_status hs__gather_few(struct hs__finder *finder, struct hs__plan *plan, size_t few,
	struct hs_error *err);
/* How many there are, when that is known without looking at each: not with plan->verify. */
enum hs_status hs__run_count(struct hs__finder *finder, struct hs__plan *plan, uint32_t type,
	const struct hs__cond *where, uint64_t *out, struct hs_error *err);
/* Plans and runs a search inside another: all of `type` that fulfils `where`, with facts. */
enum hs_status hs__run_inner(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	hs__each_fn *fn, void *arg, struct hs_error *err);

/* ---- page.c ---- */

/* A page in the making. */
struct hs__page {
	const struct hs_find_query *query;
	const struct hs__ranked *after; /* NULL: from the beginning */
	struct hs__ranked *items;       /* in order, at most count + 1 when finished */
	size_t count, room;
	bool full; /* the first count + 1 items were sorted by a cut, and nothing worse is of interest */
	uint64_t total;
	struct hs_arena *arena;
};
enum hs_status hs__page_add(struct hs__page *page, const struct hs__ranked *ranked, struct hs_error *err);
/* Sorts, and cuts to count + 1. */
void hs__page_cut(struct hs__page *page);
enum hs_status hs__page_too_much(struct hs_error *err);

/* ---- sorted.c ---- */

bool hs__sorted_can(const struct hs_find_sort *sort);
/* *set: all that is found, when that is known before (words not NULL) or was made on the way. */
enum hs_status hs__sorted_run(struct hs__finder *finder, const struct hs__cond *where, struct hs__page *page,
	struct hs__set *set, struct hs_error *err);
/* ids.c: the rows of a type in order of id, those after `after` (NULL pointer: all), and HS__NO_ROW (set.h)
 * for each so many ids of other types that were passed over. `fn`: 0 go on, 1 enough, negative. */
#define HS__IDS_A_LOOK 16u
typedef int hs__row_fn(uint64_t row, void *arg, struct hs_error *err);
enum hs_status hs__ids_walk(struct hs__finder *finder, const struct hs_find_query *query, bool falling,
	struct hs_slice after, hs__row_fn *fn, void *arg, struct hs_error *err);
/* Fewer resources of a type than that are sooner looked at than ids of all types passed over. */
#define HS__SORTED_IDS_LEAST 500u

/* ---- engine ---- */

/* What this transaction has written can be found from now on. Called before each search. */
enum hs_status hs__find_settle(struct hs_txn *txn, struct hs_error *err);
/* The store's columns (column.h); NULL when the transaction writes, or is older than entries made anew. */
struct hs__columns *hs__find_columns(const struct hs_txn *txn);
/* Has a reader make it when there is time. False: there are no readers. */
struct hs__wanted_column;
bool hs__find_later(struct hs_txn *txn, const struct hs__wanted_column *wanted);
/* May the search wait for another? Not on an event loop. */
bool hs__find_may_wait(const struct hs_txn *txn);
uint64_t hs__find_mono_ns(const struct hs_txn *txn);
/* Takes from the budget of a read, and looks whether it is to stop. */
enum hs_status hs__find_spend(struct hs_txn *txn, unsigned steps, struct hs_error *err);
/* Fails now when the budget does not have so many, which will be taken step by step. */
enum hs_status hs__find_afford(struct hs_txn *txn, uint64_t steps, struct hs_error *err);
/* The keeper of a type, or NULL; the row as the tables know it; live resources of the type. */
const struct hs_keeper *hs__find_keeper(const struct hs_txn *txn, uint32_t type, void **state);
int64_t hs__find_full_row(uint32_t type, uint64_t row);
enum hs_status hs__find_live(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err);
/* The greatest row that a resource of the type ever had. */
enum hs_status hs__find_last_row(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err);
enum hs_status hs__find_fetch(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, uint64_t row,
	bool keys_only, struct hs_resource *out, struct hs_error *err);
