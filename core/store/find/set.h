/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as sets of rows, which are joined bit by bit.
 *
 * What a condition finds is read from the index a block of rows at a time, and costs about as many steps as
 * it has blocks. "Not" is taken from all resources of the type, which the keys of their outlines tell, and so
 * is "missing". Facts are looked at where keys do not decide. */
#pragma once

#include <core/store/find/inner.h>

#define HS__A_LOOK 8u /* blocks that are read in the time that one resource's facts take */

/* ---- set.c ---- */

struct hs__maker {
	struct hs__finder *finder;
	uint32_t type;
	size_t words;
};

enum hs_status hs__set_empty(const struct hs__maker *maker, struct hs__set *out, struct hs_error *err);
/* Of sets of one maker. */
void hs__set_unite(struct hs__set *into, const struct hs__set *with);
void hs__set_intersect(struct hs__set *into, const struct hs__set *with);
void hs__set_subtract(struct hs__set *from, const struct hs__set *what);
void hs__set_put(struct hs__set *set, uint64_t row);
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
/* Then what is in doubt, is `within` (NULL: anywhere) and fulfils them all. */
enum hs_status hs__finds_settle(struct hs__finds *finds, const struct hs__cond *const *conds, size_t count,
	const struct hs__set *within, struct hs_error *err);
/* What hs__ranges_of can find. */
enum hs_status hs__set_add_leaf(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err);

/* ---- outlines.c ---- */

/* Which outlines are meant: by how many entries of a param they have, 2 for several. */
struct hs__having {
	uint32_t param;
	int least, most;
};
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
enum hs_status hs__having_cost(const struct hs__maker *maker, struct hs__having having, uint64_t limit,
	uint64_t *out, struct hs_error *err);
/* All of a type. */
enum hs_status hs__set_add_whole(const struct hs__maker *maker, struct hs__set *into, struct hs_error *err);
enum hs_status hs__whole_cost(const struct hs__maker *maker, uint64_t limit, uint64_t *out,
	struct hs_error *err);
bool hs__is_missing(const struct hs__cond *cond);
/* One condition on what is missing, or several that all hold. */
bool hs__are_missing(const struct hs__cond *cond);
/* The param of the (first) one. */
uint32_t hs__lacked(const struct hs__cond *cond);

/* ---- cost.c: in blocks, about; at most `limit` or somewhat more ---- */

enum hs_status hs__set_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err);
enum hs_status hs__ranges_cost(const struct hs__maker *maker, const struct hs__ranges *ranges, uint64_t limit,
	uint64_t *out, struct hs_error *err);

/* ---- join.c, tree.c ---- */

/* Adds the rows that fulfil the condition; of those that are not in `within` (NULL: all are) it may add some,
 * whether they fulfil it or not. */
enum hs_status hs__set_add(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err);
enum hs_status hs__set_add_all_of(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err);
