/* SPDX-License-Identifier: Apache-2.0 */
/* How each condition of a search would be found, in words: by keys of the index, a column, links or outlines,
 * how many entries it has and what it costs. */
#include <core/store/find/set.h>

static const char *const ops[] = { "AND", "OR", "NOT", "ID", "UPDATED", "TOKEN", "STRING", "URI", "DATE",
	"NUMBER", "QUANTITY", "REFERENCE", "NEAR", "MISSING", "SAME_GROUP", "CHAIN", "HAS", "WORDS" };

const char *hs__op_name(unsigned op)
{
	return ops[op];
}

/* The column's keys are what is judged; its rows are asked. */
static void write_column(struct hs_buf *buf, const char *what, const struct hs__column *column)
{
	hs_buf_printf(buf, "%s of a column (%zu keys)", what, column->key_count);
}

static void write_count(struct hs_buf *buf, uint64_t count)
{
	hs_buf_printf(buf, ", %llu%s entries", (unsigned long long)count,
		count >= HS__MANY ? " or more" : "");
}

static enum hs_status write_entries(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs_buf *buf, uint64_t *cost, struct hs_error *err)
{
	struct hs__lookup lookup;
	uint64_t count = 0;
	enum hs_status status = hs__look_up(maker, cond, HS__ALL, HS__COST_DECIDES, &lookup, err);

	if (status == HS_OK)
		status = hs__estimate(maker->finder, maker->type, cond, HS__MANY, &count, err);
	if (status != HS_OK)
		return status;
	if (lookup.column)
		write_column(buf, "keys", lookup.column);
	else
		hs_buf_printf(buf, "%zu range%s of the index", lookup.ranges.count,
			lookup.ranges.count == 1 ? "" : "s");
	write_count(buf, count);
	*cost = lookup.cost;
	return HS_OK;
}

static enum hs_status write_link(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs_buf *buf, uint64_t *cost, struct hs_error *err)
{
	struct hs__following following;
	enum hs_status status = hs__follow(maker, cond, HS__ALL, HS__COST_DECIDES, &following, err);

	if (status != HS_OK)
		return status;
	if (following.by.link)
		write_column(buf, "links", following.by.column);
	else
		hs_buf_cstr(buf, "references one by one");
	*cost = following.cost;
	return HS_OK;
}

static enum hs_status write_missing(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs_buf *buf, uint64_t *cost, struct hs_error *err)
{
	const struct hs__column *column = NULL;
	enum hs_status status = hs__having_cost(maker, hs__lacking(cond->find->param), HS__ALL,
		HS__COST_DECIDES, &column, cost, err);

	if (status == HS_OK && column)
		write_column(buf, "outlines", column);
	else
		hs_buf_cstr(buf, "outlines in the index");
	return status;
}

static enum hs_status write_way(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs_buf *buf, uint64_t *cost, struct hs_error *err)
{
	switch ((enum hs_find_op)cond->find->op) {
	case HS_FIND_CHAIN:
	case HS_FIND_HAS:
		return write_link(maker, cond, buf, cost, err);
	case HS_FIND_MISSING:
		return write_missing(maker, cond, buf, cost, err);
	case HS_FIND_AND:
	case HS_FIND_OR:
	case HS_FIND_NOT:
	case HS_FIND_SAME_GROUP:
	case HS_FIND_WORDS:
		hs_buf_cstr(buf, "rows joined");
		return hs__set_cost(maker, cond, HS__ALL, HS__COST_DECIDES, cost, err);
	default:
		return write_entries(maker, cond, buf, cost, err);
	}
}

static enum hs_status write_condition(const struct hs__maker *maker, const struct hs__cond *cond,
	unsigned depth, struct hs_buf *buf, struct hs_error *err)
{
	struct hs_slice name = hs_txn_name(maker->finder->txn, HS_SPACE_PARAM, cond->find->param);
	bool link = cond->find->op == HS_FIND_CHAIN || cond->find->op == HS_FIND_HAS;
	struct hs__maker inside = *maker;
	enum hs_status status = HS_OK;
	uint64_t cost = 0;

	hs_buf_printf(buf, "  %*s%s%s%.*s: ", (int)(2 * depth), "", ops[cond->find->op], name.len ? " " : "",
		HS_S_ARG(name));
	if (cond->nothing) {
		hs_buf_cstr(buf, "nothing, since there is no such name\n");
		return HS_OK;
	}
	status = write_way(maker, cond, buf, &cost, err);
	hs_buf_printf(buf, ", cost %s%llu\n", cost >= HS__COST_DECIDES ? "at least " : "",
		(unsigned long long)cost);
	/* What is behind a link to a kept type is its keeper's. */
	if (status != HS_OK || (link && hs__inner_kept(maker->finder, cond->find->target_type)))
		return status;
	if (link)
		status = hs__maker_of(maker->finder, cond->find->target_type, &inside, err);
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
		status = write_condition(&inside, &cond->kids[i], depth + 1, buf, err);
	return status;
}

enum hs_status hs__explain_set(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	struct hs_buf *buf, struct hs_error *err)
{
	struct hs__maker maker;
	enum hs_status status = hs__maker_of(finder, type, &maker, err);

	hs_buf_cstr(buf, "conditions, each by itself (cost 4: about a microsecond)\n");
	return status == HS_OK ? write_condition(&maker, where, 0, buf, err) : status;
}
