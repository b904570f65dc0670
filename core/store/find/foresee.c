/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns searches of much data will want, told by the index before any search comes.
 *
 * A search never reads more of a parameter than all of its entries. Where that is little, no search will pay
 * for the want of a column; what is left is few parameters of the largest types. Small types come first,
 * since their columns take little memory; of a type, what its resources have at all, then where they point,
 * since that is of use to each chain and _has, and what few ask last: the groups of composites, which serve
 * for their components, too. Of these the dearest to read come first. */
#include <core/store/find/groups.h>
#include <core/store/index/outline.h>

#include <stdio.h>
#include <stdlib.h>

/* Blocks (cost.c has the unit): an eighth of what a search may cost, since it may have several conditions,
 * and pages that nobody has read yet cost some times more. */
#define DEAR 1024u
#define DEAR_EAGER 1u
#define COMPARED (UINT64_C(1) << 16) /* dearer ones are all alike */

struct foreseen {
	struct hs__wanted_column column;
	uint64_t rows; /* of its type */
	uint64_t cost; /* of all entries */
	unsigned rank; /* of the type's */
};
enum { RANK_ALL, RANK_POINTING, RANK_OTHER, RANK_SELDOM, RANK_GROUPS };

struct foresight {
	struct hs__finder finder;
	struct foreseen items[HS__FORESEEN_MOST];
	size_t count;
	uint32_t last_type; /* whose own keys were looked at */
};

/* With where its keys lead, in `target`; 0: nowhere. */
static void add(struct foresight *sight, const struct foreseen *item, uint32_t target)
{
	if (sight->count == HS__FORESEEN_MOST)
		return;
	sight->items[sight->count] = *item;
	sight->items[sight->count++].column.target = target;
}

/* Sets item->cost. */
static enum hs_status is_dear(struct foresight *sight, struct foreseen *item, bool *dear,
	struct hs_error *err)
{
	const struct hs__key *prefix = &item->column.prefix;
	struct hs__key to = *prefix;

	hs__key_after_prefix(&to);
	enum hs_status status = hs__scan_cost(sight->finder.txn, hs__key_slice(prefix), hs__key_slice(&to),
		COMPARED, &item->cost, err);
	*dear = status == HS_OK && item->cost >= (hs__columns_eager(&sight->finder) ? DEAR_EAGER : DEAR);
	return status;
}

/* ---- where keys lead ---- */

/* The type that a reference's key leads to, whether there is what it names or not; 0: the key is of another
 * kind. (One of another kind may look like it by chance: then a link is made that nobody asks for.) */
static uint32_t target_of(const struct foresight *sight, struct hs_slice rest)
{
	struct hs_slice id = hs_slice_cut(&rest, '\0');
	uint32_t type = hs__key_read_number(rest);
	bool whole = id.len && type && rest.len == hs__key_param_len(type);

	return whole && !(type & HS_TYPE_CONTAINED) &&
			hs_txn_name(sight->finder.txn, HS_SPACE_TYPE, type).len &&
			!hs__find_keeper(sight->finder.txn, type, NULL) ?
		type :
		0;
}

/* One key for each first byte of the ids that it leads to. */
static enum hs_status add_targets(struct foresight *sight, struct foreseen *item, struct hs_error *err)
{
	const struct hs__key *prefix = &item->column.prefix;
	uint32_t targets[HS__COLUMN_LINKS] = { 0 };
	struct hs__key at = *prefix, end = *prefix, found;
	unsigned count = 0;
	int got = 1;

	hs__key_after_prefix(&end);
	while (count < HS__COLUMN_LINKS &&
		(got = hs__end_key(&sight->finder, hs__key_slice(&at), hs__key_slice(&end), false, &found,
			 err)) > 0) {
		unsigned i = 0;
		uint32_t target = target_of(sight, hs_slice_from(hs__key_slice(&found), prefix->len));
		while (i < count && targets[i] != target)
			i++;
		if (target && i == count)
			targets[count++] = target;
		at = found;
		if (found.len == prefix->len)
			hs__key_byte(&at, 0);
		at.len = (uint16_t)(prefix->len + 1);
		hs__key_after_prefix(&at);
	}
	item->rank = count ? RANK_POINTING : item->rank;
	for (unsigned i = 0; i < count; i++)
		add(sight, item, targets[i]);
	if (!count)
		add(sight, item, 0);
	return got < 0 ? (enum hs_status)got : HS_OK;
}

/* ---- groups of composites ---- */

#define NAME_MOST 512u

/* 0: there is none. */
static uint32_t component_of(struct hs_txn *txn, struct hs_slice composite, unsigned at, const char *form)
{
	char name[NAME_MOST];
	int len = snprintf(name, sizeof(name), "%.*s$%u%s", HS_S_ARG(composite), at, form);

	return len > 0 && (size_t)len < sizeof(name) ?
		hs_txn_number(txn, HS_SPACE_PARAM, hs_slice(name, (size_t)len), false) :
		0;
}

/* The params of a composite's components, in a further form where there is one. */
static void find_components(struct hs_txn *txn, struct hs_slice composite, const char *form,
	struct hs__components *out)
{
	*out = (struct hs__components) { .count = 0 };
	while (out->count < HS__COMPONENTS_MOST) {
		uint32_t param = component_of(txn, composite, out->count, form);
		param = param ? param : component_of(txn, composite, out->count, "");
		if (!param)
			break;
		out->params[out->count++] = param;
	}
}

/* When the entries of one component are dear. */
static enum hs_status add_form(struct foresight *sight, struct foreseen *item,
	const struct hs__components *components, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	uint64_t cost = 0;
	bool any = false;

	for (unsigned i = 0; i < components->count && status == HS_OK; i++) {
		bool dear = false;
		hs__key_begin(&item->column.prefix, components->params[i]);
		status = is_dear(sight, item, &dear, err);
		cost = item->cost > cost ? item->cost : cost;
		any |= dear;
	}
	item->cost = cost;
	hs__components_prefix(components, &item->column.prefix);
	if (status == HS_OK && any)
		add(sight, item, 0);
	return status;
}

/* Of the composite whose first component the item is: their names say so. */
static enum hs_status add_groups(struct foresight *sight, struct foreseen item, struct hs_error *err)
{
	struct hs_txn *txn = sight->finder.txn;
	struct hs_slice name = hs_txn_name(txn, HS_SPACE_PARAM,
		hs__key_read_number(hs__key_slice(&item.column.prefix)));
	struct hs__components plain, canonical;

	if (!hs_slice_ends(name, HS_S("$0")))
		return HS_OK; /* with its first component all were looked at */
	name = hs_slice_first(name, name.len - 2);
	find_components(txn, name, "", &plain);
	find_components(txn, name, ":canonical", &canonical);
	item.rank = RANK_GROUPS;
	enum hs_status status = plain.count > 1 ? add_form(sight, &item, &plain, err) : HS_OK;
	if (status == HS_OK && canonical.count > 1 && memcmp(&plain, &canonical, sizeof(plain)) != 0)
		status = add_form(sight, &item, &canonical, err);
	return status;
}

/* ---- params ---- */

/* The keys that each resource of the type has: when it was changed, and its outline. */
static enum hs_status add_own(struct foresight *sight, struct foreseen item, struct hs_error *err)
{
	struct hs__key keys[2];
	enum hs_status status = HS_OK;

	hs__outline_begin(item.column.type, &keys[0]);
	hs__key_begin(&keys[1], 0);
	hs__key_number(&keys[1], item.column.type);
	item.rank = RANK_ALL;
	for (unsigned i = 0; i < 2 && status == HS_OK; i++) {
		bool dear = false;
		item.column.prefix = keys[i];
		status = is_dear(sight, &item, &dear, err);
		if (dear)
			add(sight, &item, 0);
	}
	return status;
}

/* Is it a further form of another param; is it one component of a composite? Their names say so. */
static bool is_further(struct hs_txn *txn, uint32_t param)
{
	return hs_slice_find(hs_txn_name(txn, HS_SPACE_PARAM, param), ':', 0) != SIZE_MAX;
}
static bool is_component(struct hs_txn *txn, uint32_t param)
{
	return hs_slice_find(hs_txn_name(txn, HS_SPACE_PARAM, param), '$', 0) != SIZE_MAX;
}

/* 0: it has none here. */
static uint32_t type_of(struct hs_txn *txn, uint32_t param)
{
	struct hs_slice name = hs_txn_name(txn, HS_SPACE_PARAM, param);
	uint32_t type = name.len ? hs_txn_number(txn, HS_SPACE_TYPE, hs_slice_cut(&name, '.'), false) : 0;

	return type && !hs__find_keeper(txn, type, NULL) ? type : 0;
}

static enum hs_status add_param(struct foresight *sight, uint32_t param, const struct hs__key *prefix,
	struct hs_error *err)
{
	struct foreseen item = {
		.column = { .type = type_of(sight->finder.txn, param), .prefix = *prefix, .foreseen = true },
		.rank = is_further(sight->finder.txn, param) ? RANK_SELDOM : RANK_OTHER
	};
	enum hs_status status = HS_OK;
	bool dear = false;

	if (!item.column.type)
		return HS_OK;
	status = hs__find_last_row(sight->finder.txn, item.column.type, &item.rows, err);
	if (status == HS_OK && is_component(sight->finder.txn, param))
		return add_groups(sight, item, err);
	if (status == HS_OK)
		status = is_dear(sight, &item, &dear, err);
	if (!dear || status != HS_OK)
		return status;
	if (item.column.type != sight->last_type)
		status = add_own(sight, item, err);
	sight->last_type = item.column.type;
	return status == HS_OK ? add_targets(sight, &item, err) : status;
}

static enum hs_status each_param(struct foresight *sight, struct hs_error *err)
{
	static const unsigned char beyond[] = { 0xff, 0xff, 0xff, 0xff };
	struct hs_slice end = { (const char *)beyond, sizeof(beyond) };
	enum hs_status status = HS_OK;
	struct hs__key at, found;
	int got = 1;

	hs__key_begin(&at, 1); /* 0 are each resource's own */
	while (status == HS_OK &&
		(got = hs__end_key(&sight->finder, hs__key_slice(&at), end, false, &found, err)) > 0) {
		uint32_t param = hs__key_read_number(hs__key_slice(&found));
		hs__key_begin(&at, param);
		status = add_param(sight, param, &at, err);
		hs__key_after_prefix(&at);
	}
	return status == HS_OK && got < 0 ? (enum hs_status)got : status;
}

static int by_rank(const void *a, const void *b)
{
	const struct foreseen *x = a, *y = b;

	if (x->rows != y->rows)
		return x->rows < y->rows ? -1 : 1;
	if (x->column.type != y->column.type)
		return x->column.type < y->column.type ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	int order = hs_slice_cmp(hs__key_slice(&x->column.prefix), hs__key_slice(&y->column.prefix));
	return order ? order : x->column.target < y->column.target ? -1 : x->column.target > y->column.target;
}

enum hs_status hs__columns_foresee(struct hs_txn *txn, struct hs_arena *arena, struct hs__wanted_column *out,
	size_t *count, struct hs_error *err)
{
	struct foresight *sight = hs_arena_array(arena, 1, sizeof(*sight));

	*count = 0;
	if (!sight)
		return hs_fail(err, HS_E_LIMIT, "there is no memory to look for what searches will want");
	sight->finder = (struct hs__finder) { .txn = txn, .arena = arena };
	enum hs_status status = each_param(sight, err);
	if (status != HS_OK)
		return status;
	qsort(sight->items, sight->count, sizeof(sight->items[0]), by_rank);
	for (; *count < sight->count; ++*count)
		out[*count] = sight->items[*count].column;
	return HS_OK;
}
