/* SPDX-License-Identifier: Apache-2.0 */
/* How a search by sets goes, in words: it is done, and each step of it told in order, with what it was
 * thought to cost and what it found. */
#include <core/store/find/set.h>

static const char *const ops[] = { "AND", "OR", "NOT", "ID", "UPDATED", "TOKEN", "STRING", "URI", "DATE",
	"NUMBER", "QUANTITY", "REFERENCE", "NEAR", "MISSING", "SAME_GROUP", "CHAIN", "HAS", "WORDS" };

const char *hs__op_name(unsigned op)
{
	return ops[op];
}

static void write_how(struct hs_buf *buf, const struct hs__step *step)
{
	static const struct {
		const char *before, *after; /* the count */
	} texts[] = {
		[HS__HOW_JOINED] = { "rows joined", NULL },
		[HS__HOW_RANGES] = { "ranges of the index: ", "" },
		[HS__HOW_KEYS] = { "rows of ", " keys of a column" },
		[HS__HOW_ROWS] = { "keys of each row in a column of ", "" },
		[HS__HOW_OUTLINES] = { "outlines in the index", NULL },
		[HS__HOW_OUTLINE_COLUMN] = { "outlines in a column of ", "" },
		[HS__HOW_LINKS] = { "links of a column of ", " keys, from all that is found behind them" },
		[HS__HOW_REACH] = { "links of a column of ", " keys, and behind them what is reached" },
		[HS__HOW_ONE_BY_ONE] = { "references one by one", NULL },
		[HS__HOW_SPAN] = { "both bounds as one range of the index", NULL },
		[HS__HOW_SPAN_KEYS] = { "both bounds as one range of keys of a column", NULL },
		[HS__HOW_GROUPS] = { "rows of ", " groups of a column" },
		[HS__HOW_GROUPS_OF_ROWS] = { "groups of each row in a column of ", "" },
		[HS__HOW_FACTS] = { "each against its facts", NULL },
		[HS__HOW_BEHIND] = { "what is behind it, asked before all else", NULL },
	};

	hs_buf_cstr(buf, texts[step->how].before);
	if (texts[step->how].after)
		hs_buf_printf(buf, "%llu%s", (unsigned long long)step->count, texts[step->how].after);
}

static void write_name(const struct hs__finder *finder, const struct hs__cond *cond, struct hs_buf *buf)
{
	struct hs_slice name = hs_txn_name(finder->txn, HS_SPACE_PARAM, cond->find->param);

	hs_buf_printf(buf, "%s%s%.*s", ops[cond->find->op], name.len ? " " : "", HS_S_ARG(name));
}

static void write_step(const struct hs__finder *finder, const struct hs__step *step, struct hs_buf *buf)
{
	if (!step->cond && !step->members)
		return;
	hs_buf_printf(buf, "  %*s", (int)(2 * step->depth), "");
	if (step->cond)
		write_name(finder, step->cond, buf);
	else
		hs_buf_cstr(buf, "the rest");
	hs_buf_cstr(buf, step->also ? " and another: " : ": ");
	if (step->cond && step->cond->nothing) {
		hs_buf_cstr(buf, "nothing, since there is no such name\n");
		return;
	}
	write_how(buf, step);
	if (step->members != HS__ALL)
		hs_buf_printf(buf, ", of %llu", (unsigned long long)step->members);
	if (step->how == HS__HOW_BEHIND) {
		hs_buf_cstr(buf, step->found ? ", found some or was too much\n" : ", found nothing\n");
		return;
	}
	if (step->how != HS__HOW_JOINED && step->how != HS__HOW_FACTS)
		hs_buf_printf(buf, ", cost %s%llu", step->cost >= HS__COST_DECIDES ? "at least " : "",
			(unsigned long long)step->cost);
	hs_buf_printf(buf, ", found %llu\n", (unsigned long long)step->found);
}

enum hs_status hs__explain_set(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	struct hs_buf *buf, struct hs_error *err)
{
	struct hs__trace trace = { .count = 0 };
	struct hs__set found;

	finder->trace = &trace;
	enum hs_status status = hs__set_find(finder, type, where, &found, err);
	finder->trace = NULL;
	hs_buf_cstr(buf, "steps as they were done (cost 4: about a microsecond, as foreseen)\n");
	for (unsigned i = 0; i < trace.count && i < HS__TRACE_STEPS && status == HS_OK; i++)
		write_step(finder, &trace.steps[i], buf);
	if (trace.count > HS__TRACE_STEPS)
		hs_buf_printf(buf, "  and %u more\n", trace.count - HS__TRACE_STEPS);
	return status;
}
