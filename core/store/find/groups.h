/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of groups: which keys of a composite's components stand together in a resource.
 *
 * The index has an entry for each component and says nothing of groups; the facts of a resource do. A column
 * of groups has for a row as many keys as the row has groups, or more when a group has several entries of a
 * component: a key is made of the keys of all components, in their order, so that what fulfils the first few
 * of them lies together. A composite is answered by it alone, so components have no columns of their own. It
 * is a column as any other (column.h), named by a prefix that has the params of all components one behind
 * another; its set `known` has all rows but the few that have too many groups for it.
 *
 * It is read from the index, but for what that leaves in doubt: a group has entries of every component, or
 * there is none (hs_index_row), so where all components but one have a single entry in a resource, each of
 * its groups has just these. Of what has several entries of two components the facts tell. */
#pragma once

#include <core/store/find/set.h>

struct hs__components {
	unsigned count;
	uint32_t params[HS__COMPONENTS_MOST];
};

/* ---- groups_key.c ---- */

/* False: it has too many components, or one that is not on entries. */
bool hs__components_of(const struct hs__cond *composite, struct hs__components *out);
void hs__components_prefix(const struct hs__components *components, struct hs__key *out);
/* False: it is the prefix of another column. */
bool hs__components_read(const struct hs__key *prefix, struct hs__components *out);

/* The key of a group, or the beginning of one. */
struct hs__combined {
	size_t len;
	unsigned char bytes[HS__COMPONENTS_MOST * 2 * (HS__KEY_MAX + 1)];
};
static inline struct hs_slice hs__combined_slice(const struct hs__combined *key)
{
	return (struct hs_slice) { (const char *)key->bytes, key->len };
}
/* Appends one that is to sort as `part`, the key of a component behind its param; then its end. Before that,
 * what is appended sorts before all that begin so, and is their beginning. */
void hs__combined_add(struct hs__combined *key, struct hs_slice part);
void hs__combined_end(struct hs__combined *key);
/* Makes a key that ends with a component sort behind all that begin with it. */
void hs__combined_after(struct hs__combined *key);
/* Takes the next component from *rest: as it stands there, with its end. */
struct hs_slice hs__combined_cut(struct hs_slice *rest);
/* And as the key that it was, with its param. */
void hs__combined_next(struct hs_slice *rest, uint32_t param, struct hs__key *out);

/* The keys of a resource's groups. False: there are too many of them, or the facts are damaged. */
#define HS__GROUP_KEYS_MOST 1024u
typedef void hs__groups_fn(struct hs_slice key, void *arg);
bool hs__groups_each(const struct hs__components *components, struct hs__facts facts, hs__groups_fn *fn,
	void *arg);

/* ---- groups_read.c: as hs__column_read and what it takes of a row that changed (column.h) ---- */

/* May those with the outline (what stands behind the beginning of its key) have several entries of two
 * components? */
bool hs__groups_in_doubt(const struct hs__components *components, struct hs_slice outline);
enum hs_status hs__groups_read(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, size_t most, struct hs_error *err);
enum hs_status hs__groups_take(struct hs__column *column, const struct hs__components *components,
	uint64_t row, struct hs_slice data, struct hs_error *err);

/* ---- groups_build.c: a column in the making ---- */

struct hs__groups_build;

/* Takes at most so many bytes, by and large. */
struct hs__groups_build *hs__groups_build_new(size_t most);
void hs__groups_build_free(struct hs__groups_build *build);
/* The row, greater than those before, that keys are added to from now on; it has none after all. */
void hs__groups_build_row(struct hs__groups_build *build, uint32_t row);
void hs__groups_build_undo(struct hs__groups_build *build);
/* The number of a combined key; some number when there is no room. A row has each once. */
uint32_t hs__groups_build_key(struct hs__groups_build *build, struct hs_slice key);
void hs__groups_build_add(struct hs__groups_build *build, uint32_t key);
/* HS_E_LIMIT when it does not, with what others took `beside` it. */
enum hs_status hs__groups_build_fits(const struct hs__groups_build *build, size_t beside,
	struct hs_error *err);
/* Into an empty column. */
enum hs_status hs__groups_build_end(const struct hs__groups_build *build, struct hs__column *column,
	struct hs_error *err);

/* ---- groups_alone.c: what the index tells ---- */

struct hs__groups_alone;

/* The entries of all rows below `row_count` but those in doubt. */
enum hs_status hs__groups_alone_read(struct hs__finder *finder, const struct hs__components *components,
	size_t row_count, const struct hs__set *doubts, size_t most, struct hs__groups_alone **out,
	struct hs_error *err);
void hs__groups_alone_free(struct hs__groups_alone *alone);
size_t hs__groups_alone_memory(const struct hs__groups_alone *alone);
/* Adds what the row has, each row after those before it. */
void hs__groups_alone_give(struct hs__groups_alone *alone, uint32_t row, struct hs__groups_build *build);

/* ---- groups_judge.c ---- */

/* A column, and the ranges that each component is to be in, in order. */
struct hs__asked_groups {
	const struct hs__column *column;
	struct hs__components components;
	struct hs__ranges ranges[HS__COMPONENTS_MOST];
};
/* Its keys that may be in them: at most, and as good as is soon told; and in *first the number of those whose
 * first component may. False: there is no memory to look. */
bool hs__groups_measure(const struct hs__maker *maker, const struct hs__asked_groups *asked,
	struct hs__extent *extent, uint64_t *first);
/* The rows that have a group with an entry of each component in its ranges. `by_rows`: the rows of `within`
 * are asked, instead of the keys. */
enum hs_status hs__finds_groups(struct hs__finds *finds, const struct hs__asked_groups *asked, bool by_rows,
	const struct hs__set *within, struct hs_error *err);
