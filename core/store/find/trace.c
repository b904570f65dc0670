/* SPDX-License-Identifier: Apache-2.0 */
/* Noting what a search does, for explain: each step opens, says how it goes about, and closes with what it
 * has found. A search that nobody wants explained has no trace, and passes by. */
#include <core/store/find/set.h>

static uint64_t count_within(const struct hs__set *set, const struct hs__set *within)
{
	uint64_t count = 0;

	for (uint64_t row = hs__set_next(set, 0); row != HS__NO_ROW; row = hs__set_next(set, row + 1))
		count += !within || hs__set_has(within, row);
	return count;
}

void hs__trace_begin(const struct hs__finder *finder, const struct hs__cond *cond,
	const struct hs__cond *also, const struct hs__set *within, const struct hs__set *into)
{
	struct hs__trace *trace = finder->trace;

	if (!trace)
		return;
	if (trace->depth < HS__TRACE_DEPTH)
		trace->open[trace->depth] = trace->count;
	if (trace->count < HS__TRACE_STEPS)
		trace->steps[trace->count] = (struct hs__step) { .cond = cond,
			.also = also,
			.depth = trace->depth,
			.how = HS__HOW_JOINED,
			.before = into ? count_within(into, within) : 0,
			.members = within ? hs__set_size(within) : HS__ALL };
	trace->count++;
	trace->depth++;
}

/* The step that is open. */
static struct hs__step *open_step(const struct hs__finder *finder)
{
	struct hs__trace *trace = finder->trace;

	if (!trace || !trace->depth || trace->depth > HS__TRACE_DEPTH)
		return NULL;
	unsigned at = trace->open[trace->depth - 1];
	return at < HS__TRACE_STEPS ? &trace->steps[at] : NULL;
}

void hs__trace_how(const struct hs__finder *finder, enum hs__how how, uint64_t count, uint64_t cost)
{
	struct hs__step *step = open_step(finder);

	if (!step)
		return;
	step->how = (uint8_t)how;
	step->count = count;
	step->cost = cost;
}

void hs__trace_end(const struct hs__finder *finder, const struct hs__set *found, const struct hs__set *within)
{
	struct hs__step *step = open_step(finder);

	if (finder->trace)
		finder->trace->depth--;
	if (!step)
		return;
	step->found = count_within(found, within) - step->before;
}
