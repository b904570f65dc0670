/* SPDX-License-Identifier: Apache-2.0 */
/* Chains and _has as the way to candidates: the search inside runs first. */
#include <core/store/find/inner.h>

#define KEPT_PAGE 512u

struct inner {
	struct hs__finder *finder;
	const struct hs__cond *cond;
	uint32_t type; /* of what is searched outside */
	struct hs__ranges *out;
	bool all_live; /* no row of the type is of what was deleted */
};

static enum hs_status add_pointers(struct inner *inner, struct hs_slice id, struct hs_error *err)
{
	const struct hs_find *find = inner->cond->find;
	struct hs_find points = {
		.op = HS_FIND_REFERENCE, .param = find->param, .target_type = find->target_type, .text = id
	};
	struct hs__cond cond = { .find = &points };
	size_t before = inner->out->count;
	enum hs_status status = hs__ranges_of(inner->finder, inner->type, &cond, inner->out, err);

	/* The condition lives on this stack only; a single range does not look at it. */
	for (size_t i = before; i < inner->out->count; i++)
		inner->out->items[i].cond = inner->cond;
	return status;
}

static int on_target(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	struct hs__facts facts;

	if (!hs__facts_open(subject->facts, &facts))
		return (int)hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	return (int)add_pointers(arg, facts.id, err);
}

/* What the search inside finds is contained in a resource of the type: that one is a candidate. */
static int on_contained(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	const struct inner *inner = arg;
	struct hs__facts facts;
	uint64_t type = 0, row = 0;

	if (!hs__facts_open(subject->facts, &facts))
		return (int)hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	struct hs_slice rest = facts.id;
	if (!hs_slice_u64(hs_slice_cut(&rest, '/'), &type) || type != inner->type)
		return 0;
	int found = hs__find_live_row(inner->finder, inner->type, hs_slice_cut(&rest, '#'), &row, err);
	return found > 0 ? (int)hs__add_row(inner->finder, inner->out, row, err) : found;
}

static enum hs_status chain_to_kept(struct inner *inner, struct hs_error *err)
{
	const struct hs_find *find = inner->cond->find;
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(inner->finder->txn, find->target_type, &state);
	struct hs_find_query query = {
		.type = find->target_type, .where = find->kids[0], .count = KEPT_PAGE, .keys_only = true
	};
	enum hs_status status;

	do {
		struct hs_find_page page = { .items = NULL };
		status = keeper->find(inner->finder->txn, inner->finder->arena, state, &query, &page, err);
		for (size_t i = 0; status == HS_OK && i < page.count; i++)
			status = add_pointers(inner, page.items[i].id, err);
		query.after = status == HS_OK ? page.next : HS_S_NONE;
	} while (status == HS_OK && query.after.len);
	return status;
}

enum hs_status hs__inner_chain(struct hs__finder *finder, uint32_t from, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err)
{
	struct inner inner = { finder, cond, from, out, false };
	uint32_t type = cond->find->target_type;

	if (type & HS_TYPE_CONTAINED) {
		out->verify = true;
		return hs__run_inner(finder, type, &cond->kids[0], on_contained, &inner, err);
	}

	if (hs__find_keeper(finder->txn, type, NULL))
		return chain_to_kept(&inner, err);
	return hs__run_inner(finder, type, &cond->kids[0], on_target, &inner, err);
}

bool hs__inner_kept(const struct hs__finder *finder, uint32_t type)
{
	return hs__find_keeper(finder->txn, type, NULL);
}

bool hs__inner_links(const struct hs__finder *finder, const struct hs_find *has)
{
	const struct hs_keeper *keeper = hs__find_keeper(finder->txn, has->target_type, NULL);

	return keeper && keeper->links;
}

static bool is_counted(const struct hs__kept_count *kept, const struct hs_find *behind, uint64_t limit)
{
	return kept->behind == behind && (kept->limit >= limit || kept->count < kept->limit);
}

/* The price of a link is asked for again and again, as other conditions leave less. */
enum hs_status hs__inner_estimate(struct hs__finder *finder, const struct hs_find *link, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	const struct hs_find *behind = link->kids[0];
	struct hs__kept_count kept = { behind, limit, limit };
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(finder->txn, link->target_type, &state);
	enum hs_status status = HS_OK;
	unsigned at = 0;

	while (at < HS__FIND_KEPT && !is_counted(&finder->kept[at], behind, limit))
		at++;
	if (at < HS__FIND_KEPT)
		kept = finder->kept[at];
	else if (keeper->estimate)
		status = keeper->estimate(finder->txn, state, behind, limit, &kept.count, err);
	if (status == HS_OK && at == HS__FIND_KEPT)
		finder->kept[finder->next_kept++ % HS__FIND_KEPT] = kept;
	*out = kept.count < limit ? kept.count : limit;
	return status;
}

enum hs_status hs__inner_is_empty(struct hs__finder *finder, const struct hs_find *link, bool *out,
	struct hs_error *err)
{
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(finder->txn, link->target_type, &state);
	struct hs_find_query query = {
		.type = link->target_type, .where = link->kids[0], .count = 1, .keys_only = true
	};
	struct hs_find_page page = { .items = NULL };
	enum hs_status status = keeper->find(finder->txn, finder->arena, state, &query, &page, err);

	*out = status == HS_OK && page.count == 0;
	return status == HS_E_TOO_COSTLY ? HS_OK : status;
}

/* What a kept resource points to. */
static enum hs_status on_link(void *arg, struct hs_slice id, struct hs_error *err)
{
	const struct inner *inner = arg;
	uint64_t row = 0;
	int found = hs__find_live_row(inner->finder, inner->type, id, &row, err);

	return found > 0 ? hs__add_row(inner->finder, inner->out, row, err) : (enum hs_status)found;
}

static enum hs_status on_linked_row(void *arg, uint64_t row, struct hs_error *err)
{
	const struct inner *inner = arg;
	int live = inner->all_live ? 1 : hs__find_is_live(inner->finder, inner->type, row, err);

	return live > 0 ? hs__add_row(inner->finder, inner->out, row, err) : (enum hs_status)live;
}

enum hs_status hs__inner_tell(struct hs__finder *finder, const struct hs_links *ask, struct hs_error *err)
{
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(finder->txn, ask->has->target_type, &state);

	if (!keeper->links)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "nobody tells where resources of the type point");
	return keeper->links(finder->txn, state, ask, err);
}

static enum hs_status has_kept(struct inner *inner, struct hs_error *err)
{
	struct hs_links ask = { .has = inner->cond->find,
		.type = inner->type,
		.each = on_link,
		.each_row = on_linked_row,
		.arg = inner };
	uint64_t live = 0, last = 0;
	enum hs_status status = hs__find_live(inner->finder->txn, inner->type, &live, err);

	if (status == HS_OK)
		status = hs__find_last_row(inner->finder->txn, inner->type, &last, err);
	inner->all_live = live == last;
	return status == HS_OK ? hs__inner_tell(inner->finder, &ask, err) : status;
}

/* Adds the rows that one pointing resource points to. */
static int on_source(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	const struct inner *inner = arg;
	const struct hs_find *find = inner->cond->find;
	struct hs__facts facts;
	struct hs__fact fact;

	if (!hs__facts_open(subject->facts, &facts))
		return (int)hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	while (hs__facts_next(&facts, &fact)) {
		uint64_t row = 0;
		if (fact.kind != HS_INDEX_REFERENCE || fact.param != find->param ||
			fact.target_type != inner->type)
			continue;
		int found = hs__find_live_row(inner->finder, inner->type, fact.text, &row, err);
		if (found < 0)
			return found;
		enum hs_status status = found ? hs__add_row(inner->finder, inner->out, row, err) : HS_OK;
		if (status != HS_OK)
			return (int)status;
	}
	return 0;
}

/* Of what a block of references holds, is anything in the set? */
static bool any_in(const struct hs__block *block, const struct hs__set *set)
{
	for (size_t i = 0, count = hs__block_count(block); i < count; i++) {
		if (hs__set_has(set, hs__block_row(block, i)))
			return true;
	}
	return false;
}

/* Adds the row that the key of a reference points to. */
static enum hs_status add_pointed(const struct inner *inner, struct hs_slice key, struct hs_error *err)
{
	struct hs_slice rest = hs_slice_from(key, hs__key_param_len(inner->cond->find->param));
	struct hs_slice id = hs_slice_cut(&rest, '\0');
	uint64_t row = 0;

	if (hs__key_read_number(rest) != inner->type)
		return HS_OK;
	int found = hs__find_live_row(inner->finder, inner->type, id, &row, err);
	return found > 0 ? hs__add_row(inner->finder, inner->out, row, err) : (enum hs_status)found;
}

/* Goes along the references of the param; those that lead to one place lie together. */
static enum hs_status has_along(const struct inner *inner, struct hs_error *err)
{
	const struct hs__cond *cond = inner->cond;
	struct hs__key from, to, last;
	struct hs__scan scan;
	struct hs__set set;
	int step = 0;
	enum hs_status status = hs__set_find(inner->finder, cond->find->target_type, &cond->kids[0], &set,
		err);

	if (status != HS_OK)
		return status;
	hs__key_begin(&from, cond->find->param);
	to = from;
	hs__key_after_prefix(&to);
	last.len = 0;
	status = hs__scan_range(inner->finder->txn, hs__key_slice(&from), hs__key_slice(&to), true, &scan,
		err);
	if (status != HS_OK)
		return status;
	while (status == HS_OK && (step = hs__scan_block(&scan, err)) > 0) {
		if (hs_slice_eq(scan.key, hs__key_slice(&last)) || !any_in(&scan.block, &set))
			continue;
		status = add_pointed(inner, scan.key, err);
		last.len = (uint16_t)scan.key.len;
		memcpy(last.bytes, scan.key.ptr, scan.key.len);
	}
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

/* So many are sooner gone along in the index than looked at, each for where it points. */
#define ALONG_LEAST 4096u

enum hs_status hs__inner_has(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err)
{
	struct inner inner = { finder, cond, type, out, false };
	uint64_t many = 0;

	if (hs__inner_kept(finder, cond->find->target_type))
		return has_kept(&inner, err);
	enum hs_status status = hs__estimate(finder, cond->find->target_type, &cond->kids[0], ALONG_LEAST,
		&many, err);

	if (status == HS_OK && many >= ALONG_LEAST)
		return has_along(&inner, err);
	if (status != HS_OK)
		return status;
	return hs__run_inner(finder, cond->find->target_type, &cond->kids[0], on_source, &inner, err);
}
