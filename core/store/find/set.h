/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as sets of rows, which are joined bit by bit.
 *
 * What a condition finds is read from the index a block of rows at a time, and costs about as many steps as
 * it has blocks. "Not" is taken from all resources of the type, which the keys of their outlines tell, and so
 * is "missing". Facts are looked at where keys do not decide. */
#pragma once

#include <core/store/find/column.h>
#include <core/store/find/inner.h>

/* ---- set.c ---- */

struct hs__maker {
	struct hs__finder *finder;
	uint32_t type;
	size_t words;
};

enum hs_status hs__maker_of(struct hs__finder *finder, uint32_t type, struct hs__maker *out,
	struct hs_error *err);
/* From the budget of a read: what columns were asked, and what is about to be read (which takes it itself,
 * but would be done in vain when it has not enough). */
enum hs_status hs__set_pay(const struct hs__maker *maker, uint64_t cost, struct hs_error *err);
enum hs_status hs__set_foresee(const struct hs__maker *maker, uint64_t cost, struct hs_error *err);
enum hs_status hs__set_empty(const struct hs__maker *maker, struct hs__set *out, struct hs_error *err);

/* A line of a set is what a processor fetches at once. */
#define HS__LINE_WORDS 8u
static inline size_t hs__set_line_count(const struct hs__set *set)
{
	return (set->count + HS__LINE_WORDS - 1) / HS__LINE_WORDS;
}
static inline bool hs__set_has_line(const struct hs__set *set, size_t line)
{
	return !set->lines || set->lines[line / 64] >> line % 64 & 1;
}
/* The first that is there from `line` on, or the count of lines. */
size_t hs__set_line_after(const struct hs__set *set, size_t line);
static inline size_t hs__set_next_line(const struct hs__set *set, size_t line)
{
	return line < hs__set_line_count(set) && hs__set_has_line(set, line) ? line :
									       hs__set_line_after(set, line);
}
/* A word of the set that there is (less than its count). */
static inline uint64_t hs__set_word(const struct hs__set *set, size_t word)
{
	return hs__set_has_line(set, word / HS__LINE_WORDS) ? set->words[word] : 0;
}
/* The first word that has any row from `word` on, or one that there is not. */
size_t hs__set_next_word(const struct hs__set *set, size_t word);
/* From now on it is there, or not; a set that does not say has them all. */
static inline void hs__set_mark_line(struct hs__set *set, size_t line, bool there)
{
	if (set->lines && there)
		set->lines[line / 64] |= UINT64_C(1) << line % 64;
	else if (set->lines)
		set->lines[line / 64] &= ~(UINT64_C(1) << line % 64);
}
/* To add bits to it. */
static inline uint64_t *hs__set_open_word(struct hs__set *set, size_t word)
{
	size_t line = word / HS__LINE_WORDS;

	if (!hs__set_has_line(set, line)) {
		memset(set->words + line * HS__LINE_WORDS, 0, HS__LINE_WORDS * sizeof(uint64_t));
		hs__set_mark_line(set, line, true);
	}
	return &set->words[word];
}
/* Of sets of one maker. */
void hs__set_unite(struct hs__set *into, const struct hs__set *with);
void hs__set_intersect(struct hs__set *into, const struct hs__set *with);
void hs__set_subtract(struct hs__set *from, const struct hs__set *what);
void hs__set_put(struct hs__set *set, uint64_t row);
/* The rows from `first` up to and with `last`. */
void hs__set_fill(struct hs__set *set, uint64_t first, uint64_t last);
/* Takes out what was deleted. */
enum hs_status hs__set_keep_live(const struct hs__maker *maker, struct hs__set *set, struct hs_error *err);
/* Keeps those of which the facts say that they fulfil all conditions. */
enum hs_status hs__set_sift(const struct hs__maker *maker, struct hs__set *set,
	const struct hs__cond *const *conds, size_t count, struct hs_error *err);

/* What is found for a condition: surely, or to be looked at. */
struct hs__finds {
	const struct hs__maker *maker;
	struct hs__set *sure;
	struct hs__set doubts; /* none as long as there are no words */
};
/* The entries of a range. `verify`: all in doubt. */
enum hs_status hs__finds_range(struct hs__finds *finds, const struct hs__range *range, bool verify,
	struct hs_error *err);
/* And the rows that were found without the index. */
enum hs_status hs__finds_ranges(struct hs__finds *finds, const struct hs__ranges *ranges,
	struct hs_error *err);
/* Then what is in doubt, is `within` (NULL: anywhere) and fulfils them all. */
enum hs_status hs__finds_settle(struct hs__finds *finds, const struct hs__cond *const *conds, size_t count,
	const struct hs__set *within, struct hs_error *err);
/* ---- judge.c: columns asked ---- */

struct hs__lookup;

/* Which outlines are meant: by how many entries of a param they have, 2 for several. */
struct hs__having {
	uint32_t param;
	int least, most;
};

/* How many keys of the column may be in ranges, how many entries these had when it was read, and what giving
 * the rows of those takes. */
struct hs__extent {
	uint64_t keys, entries;
	struct hs__giving giving;
};
/* Adds the keys that were read from a number up to another; and all from a place in order up to another. */
void hs__extent_add_read(struct hs__extent *extent, const struct hs__column *column, uint32_t from,
	uint32_t to);
void hs__extent_add(struct hs__extent *extent, const struct hs__column *column, size_t place, size_t end);
struct hs__extent hs__column_extent(const struct hs__column *column, const struct hs__ranges *ranges);
/* What it costs to find the rows, of so many members, that have an entry in such ranges (cost.c has the
 * unit). *by_rows: the members are asked, instead of the keys. */
uint64_t hs__column_cost(const struct hs__column *column, struct hs__extent extent, uint64_t members,
	bool *by_rows);
/* The rows (of `within`; NULL: any) that have an entry in the ranges. */
enum hs_status hs__finds_column(struct hs__finds *finds, const struct hs__lookup *lookup,
	const struct hs__set *within, struct hs_error *err);
/* The rows that have any. */
enum hs_status hs__finds_any(struct hs__finds *finds, const struct hs__column *column, struct hs_error *err);
/* The rows whose outline is meant, or does not say. */
enum hs_status hs__finds_having(struct hs__finds *finds, const struct hs__column *column,
	struct hs__having having, const struct hs__set *within, struct hs_error *err);

/* What keys tell of a condition. A verdict with both of the latter bits means yes. */
#define HS__NO 0u
#define HS__YES 1u
#define HS__DOUBT 2u /* the facts must tell */
/* Of a key in the range; and of any key. */
unsigned hs__range_tells(const struct hs__range *range, bool verify, struct hs_slice key);
unsigned hs__ranges_tell(const void *arg, struct hs_slice key); /* arg: struct hs__ranges */
typedef unsigned hs__tell_fn(const void *arg, struct hs_slice key);
/* Room for a verdict of each key, by number: NO. NULL: there is none. */
unsigned char *hs__column_verdicts(const struct hs__maker *maker, const struct hs__column *column);
/* `tell` is to be asked about the keys from a place in order up to another, and those behind the sorted ones.
 */
void hs__verdicts_open(const struct hs__column *column, unsigned char *verdicts, size_t place, size_t end);
/* The rows of `within` that have a key of which the verdicts, or `tell`, say so. */
enum hs_status hs__finds_asked(struct hs__finds *finds, const struct hs__column *column,
	unsigned char *verdicts, hs__tell_fn *tell, const void *arg, const struct hs__set *within,
	struct hs_error *err);
/* The rows of the keys that are judged so, all of them. */
enum hs_status hs__finds_judged(struct hs__finds *finds, const struct hs__column *column,
	unsigned char *verdicts, const struct hs__set *within, struct hs_error *err);
/* Adds what the keys from `from` up to `to`, of one bin, had when the column was read, and what has not
 * changed since; of `within` (NULL: any) at least, and perhaps others. */
void hs__column_give(const struct hs__column *column, uint32_t from, uint32_t to,
	const struct hs__set *within, struct hs__set *into);

/* ---- pointing.c: links followed ---- */

/* The rows that point to one of `targets`. */
enum hs_status hs__finds_pointing(struct hs__finds *finds, const struct hs__column *column,
	const struct hs__link *link, const struct hs__set *targets, const struct hs__set *within,
	struct hs_error *err);
/* What the rows of `sources` point to, deleted or not; of those that are not `within` it may leave some out.
 */
void hs__set_add_pointed(const struct hs__column *column, const struct hs__link *link,
	const struct hs__set *sources, const struct hs__set *within, struct hs__set *into);

/* ---- groups.c ---- */

/* The column of a composite's groups, as hs__columns_get; NULL, too, when it cannot have one. */
enum hs_status hs__groups_column(const struct hs__maker *maker, const struct hs__cond *cond,
	enum hs__want want, const struct hs__column **out, struct hs_error *err);
/* Without it: keeps those that fulfil a composite, of those that fulfil each component; to find them cost
 * `paid`. */
enum hs_status hs__set_settle_groups(const struct hs__maker *maker, struct hs__set *found,
	const struct hs__cond *cond, uint64_t paid, struct hs_error *err);

/* ---- outlines.c ---- */

static inline struct hs__having hs__lacking(uint32_t param)
{
	return (struct hs__having) { param, 0, 0 };
}
static inline struct hs__having hs__having_any(uint32_t param)
{
	return (struct hs__having) { param, 1, 2 };
}
static inline struct hs__having hs__having_several(uint32_t param)
{
	return (struct hs__having) { param, 2, 2 };
}
/* Those of a type by their outlines; `cond` is what they must fulfil whose outline does not say. */
enum hs_status hs__set_add_having(const struct hs__maker *maker, struct hs__having having,
	const struct hs__cond *cond, const struct hs__set *within, struct hs__set *into,
	struct hs_error *err);
/* How they are best found: in a column, or NULL: in the index. */
struct hs__having_way {
	const struct hs__column *column;
	bool by_others; /* as what those leave that are not meant */
	uint64_t cost;
};
enum hs_status hs__having_cost(const struct hs__maker *maker, struct hs__having having, uint64_t members,
	uint64_t limit, struct hs__having_way *out, struct hs_error *err);
/* What a column of the type costs to be asked. */
uint64_t hs__asking_cost(const struct hs__maker *maker, uint64_t members);
/* All of a type. */
enum hs_status hs__set_add_whole(const struct hs__maker *maker, struct hs__set *into, struct hs_error *err);
enum hs_status hs__whole_cost(const struct hs__maker *maker, uint64_t *out, struct hs_error *err);
bool hs__is_missing(const struct hs__cond *cond);
/* One condition on what is missing, or several that all hold. */
bool hs__are_missing(const struct hs__cond *cond);
/* The param of the (first) one. */
uint32_t hs__lacked(const struct hs__cond *cond);

/* ---- cost.c: what each way costs ---- */

#define HS__A_LOOK 8u      /* blocks of entries that are read in the time that one resource's facts take */
#define HS__ALL UINT64_MAX /* members: all of the type are asked about */

/* How entries are found: in the index or, with a column, there. */
struct hs__lookup {
	struct hs__ranges ranges;
	const struct hs__column *column;
	bool by_rows; /* of the column: its rows are asked for their keys */
	uint64_t cost;
};
/* How a chain or _has is followed: by links, or NULL: one by one. */
struct hs__following {
	struct hs__linked by;
	bool reach; /* the search inside looks only at what the members reach by links */
	uint64_t cost;
};
/* `members`: of how many rows it is asked. Costs are in blocks, about; at most `limit` or somewhat more: from
 * HS__COST_DECIDES on, what is found is the way that is best. A column is made when one is worth it. */
#define HS__COST_DECIDES (1u << 20)
enum hs_status hs__look_up(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, struct hs__lookup *out, struct hs_error *err);
enum hs_status hs__follow(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, struct hs__following *out, struct hs_error *err);
/* The links of a chain or _has, as hs__columns_get_linked. */
enum hs_status hs__linked_of(const struct hs__maker *maker, const struct hs__cond *cond, enum hs__want want,
	struct hs__linked *out, struct hs_error *err);
/* What it costs to look whether one resource fulfils the condition. */
uint64_t hs__look_cost(const struct hs__cond *cond);
/* Is it worth a column that a way costs so much for so many rows? `making` is what it costs to make that. */
enum hs__want hs__wanted(const struct hs__maker *maker, uint64_t members, uint64_t cost, uint64_t making);
uint64_t hs__making_cost(const struct hs__maker *maker);
/* What the keys begin with that tell of a condition on entries, or of several of which any is enough; false
 * when no keys do, or not the same. */
bool hs__column_prefix(const struct hs__maker *maker, const struct hs__cond *cond, struct hs__key *prefix);
enum hs_status hs__ranges_cost(const struct hs__maker *maker, const struct hs__ranges *ranges, uint64_t limit,
	uint64_t *out, struct hs_error *err);

/* One for each kind of condition. */
typedef enum hs_status hs__cost_fn(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t members, uint64_t limit, uint64_t *out, struct hs_error *err);
hs__cost_fn hs__cost_of_entries, hs__cost_of_links, hs__cost_of_missing, hs__cost_of_rows, hs__cost_of_not,
	hs__cost_of_any, hs__cost_of_all, hs__cost_of_group;

/* ---- add.c, join.c: sets of each kind of condition ---- */

/* Adds the rows that fulfil the condition; of those that are not in `within` (NULL: all are) it may add some,
 * whether they fulfil it or not. */
typedef enum hs_status hs__add_fn(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err);
hs__add_fn hs__add_entries, hs__add_chain, hs__add_has, hs__add_missing, hs__add_not, hs__add_any,
	hs__add_all, hs__add_group;

/* ---- nothing.c ---- */

/* Is it soon told that nothing fulfils the condition? Costs at most *left, and takes from it what it did. */
enum hs_status hs__finds_nothing(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t *left,
	bool *out, struct hs_error *err);

/* ---- trace.c ---- */

enum hs__how {
	HS__HOW_JOINED,
	HS__HOW_RANGES,
	HS__HOW_KEYS,
	HS__HOW_ROWS,
	HS__HOW_OUTLINES,
	HS__HOW_OUTLINE_COLUMN,
	HS__HOW_LINKS,
	HS__HOW_REACH,
	HS__HOW_ONE_BY_ONE,
	HS__HOW_SPAN,
	HS__HOW_SPAN_KEYS,
	HS__HOW_GROUPS,
	HS__HOW_GROUPS_OF_ROWS,
	HS__HOW_FACTS,
	HS__HOW_BEHIND,
};
/* What was done for a condition; further ones that it led to follow it, a depth further in. */
struct hs__step {
	const struct hs__cond *cond, *also; /* cond NULL: several that were left */
	unsigned depth;
	uint8_t how;
	uint64_t members;       /* of so many; HS__ALL: of all */
	uint64_t count;         /* ranges, or keys */
	uint64_t cost;          /* as foreseen */
	uint64_t before, found; /* found: beside those there were before it */
};
#define HS__TRACE_STEPS 128u /* more are counted only */
#define HS__TRACE_DEPTH 64u
struct hs__trace {
	struct hs__step steps[HS__TRACE_STEPS];
	unsigned open[HS__TRACE_DEPTH];
	unsigned count, depth;
};

void hs__trace_begin(const struct hs__finder *finder, const struct hs__cond *cond,
	const struct hs__cond *also, const struct hs__set *within, const struct hs__set *into);
void hs__trace_how(const struct hs__finder *finder, enum hs__how how, uint64_t count, uint64_t cost);
/* Of what was found those `within` count. */
void hs__trace_end(const struct hs__finder *finder, const struct hs__set *found,
	const struct hs__set *within);

/* ---- explain_set.c ---- */

const char *hs__op_name(unsigned op);
/* Finds the set, and tells the steps. */
enum hs_status hs__explain_set(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	struct hs_buf *buf, struct hs_error *err);

/* ---- tree.c: the kinds ---- */

hs__add_fn hs__set_add;
hs__cost_fn hs__set_cost;
