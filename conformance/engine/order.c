/* SPDX-License-Identifier: Apache-2.0 */
/* Which tests of a script run, and in which order: those selected and what they need, shuffled where the
 * script allows it, never before what they need. */
#include <conformance/engine/stage.h>

#include <fnmatch.h>
#include <stdio.h>

static bool fits(const char *glob, struct hs_slice first, struct hs_slice second)
{
	char name[512];
	int len = snprintf(name, sizeof(name), "%.*s%s%.*s", HS_S_ARG(first), second.len ? "/" : "",
		HS_S_ARG(second));

	return len > 0 && (size_t)len < sizeof(name) && fnmatch(glob, name, 0) == 0;
}

/* "fhir-rest#read-200", as reports write it: the last part of the canonical, and the key. */
static bool shows(const char *glob, const struct hs_script_test *test)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_script_action *action = &test->actions[i];
		for (size_t k = 0; action->is_assert && k < action->u.assertion.requirement_count; k++) {
			const struct hs_script_requirement *named = &action->u.assertion.requirements[k];
			struct hs_slice set = named->reference;
			while (hs_slice_find(set, '/', 0) != SIZE_MAX)
				hs_slice_cut(&set, '/');
			char id[512];
			int len = snprintf(id, sizeof(id), "%.*s%s%.*s", HS_S_ARG(set),
				named->key.len ? "#" : "", HS_S_ARG(named->key));
			if (len > 0 && (size_t)len < sizeof(id) && fnmatch(glob, id, 0) == 0)
				return true;
		}
	}
	return false;
}

bool hs_test_is_meant(const char *glob, const struct hs_script *script, const struct hs_script_test *test)
{
	return fits(glob, script->id, test->id) || fits(glob, script->id, HS_S_NONE) ||
		fits(glob, script->suite, HS_S_NONE) || fits(glob, test->id, HS_S_NONE) ||
		(strchr(glob, '#') && shows(glob, test));
}

static bool is_selected(struct test_stage *stage, const struct hs_test_result *test)
{
	const struct hs_test_options *options = &stage->run->options;

	if (!options->only_count || stage->within)
		return true;
	for (size_t i = 0; i < options->only_count; i++)
		if (hs_test_is_meant(options->only[i], stage->script, test->script))
			return true;
	return false;
}

static uint64_t bit_of(size_t index)
{
	return index < 64 ? UINT64_C(1) << index : 0;
}

/* Of the tests that wait (nonzero in `waiting`), the ones whose needs are met, chosen at random. */
static size_t pick(struct test_stage *stage, const bool *waiting, uint64_t placed, uint64_t wanted)
{
	size_t ready = 0, count = stage->result->count;

	for (size_t i = 0; i < count; i++)
		ready += waiting[i] && !(stage->script->tests[i].needs & wanted & ~placed);
	size_t chosen = ready ? (size_t)(hs_test_random(stage->run) % ready) : 0;
	for (size_t i = 0; i < count; i++) {
		if (!waiting[i] || (ready && (stage->script->tests[i].needs & wanted & ~placed)))
			continue;
		if (chosen-- == 0)
			return i;
	}
	return SIZE_MAX;
}

bool hs_test_choose(struct test_stage *stage)
{
	struct hs_test_script_result *result = stage->result;
	bool *waiting = hs_arena_array(stage->arena, result->count + 1, sizeof(*waiting));
	uint64_t wanted = 0, placed = 0;
	bool shuffle = stage->script->shuffled && !stage->run->options.in_order, any = false;

	stage->order = hs_arena_array(stage->arena, result->count + 1, sizeof(*stage->order));
	if (!waiting || !stage->order)
		return false;
	for (size_t i = 0; i < result->count; i++) {
		result->tests[i].selected = waiting[i] = is_selected(stage, &result->tests[i]);
		any = any || waiting[i];
		if (waiting[i])
			wanted |= stage->script->tests[i].needs;
	}
	for (size_t i = 0; i < result->count; i++)
		waiting[i] = waiting[i] || (wanted & bit_of(i));
	for (size_t i = 0; i < result->count; i++)
		wanted |= waiting[i] ? bit_of(i) : 0;
	for (size_t i = 0; i < result->count; i++) {
		size_t next = shuffle ? pick(stage, waiting, placed, wanted) : i;
		if (next == SIZE_MAX || !waiting[next])
			continue;
		waiting[next] = false;
		placed |= bit_of(next);
		stage->order[stage->order_count++] = (uint32_t)next;
	}
	return any;
}
