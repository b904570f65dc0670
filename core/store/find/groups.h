/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of groups: which keys of a composite's components stand together in a resource.
 *
 * The index has an entry for each component and says nothing of groups; the facts of a resource do. A column
 * of groups has for a row as many keys as the row has groups, or more when a group has several entries of a
 * component: a key is made of the keys of all components, in their order, so that what fulfils the first few
 * of them lies together. It is a column as any other (column.h), but is read from facts, and only knows rows
 * that the keys of the components leave in doubt: those that have several entries of two components, and what
 * has changed since; its set `several` has all that it knows. It is named by a prefix that has the params of
 * all components one behind another. */
#pragma once

#include <core/store/find/set.h>

#define HS__COMPONENTS_MOST 4u /* R4 has composites of two and three */

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
/* Takes the next component from *rest: as the key that it was, with its param. */
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

/* ---- groups_judge.c ---- */

/* The rows that have a group with an entry of each component in its ranges: one for each, in order. */
enum hs_status hs__finds_groups(struct hs__finds *finds, const struct hs__column *column,
	const struct hs__ranges *ranges, const struct hs__set *within, struct hs_error *err);
