/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: what it comes to, by requirement (each sentence that does not hold, once) and by script.
 */
#include <conformance/evidence/report_private.h>

#include <inttypes.h>

#define LINKS_MAX 4u /* to tests, of one requirement */
#define MEMORY_MAX ((size_t)64 << 20)

/* ---- by requirement ---- */

struct tally {
	uint32_t held, broken; /* checks; broken: failed, or warned */
	uint32_t tests;        /* in which it is broken */
	const struct hs_test_result *links[LINKS_MAX];
};

struct ledger {
	const struct hs_requirements *set;
	struct tally *tallies; /* by index of the requirement */
};

static struct tally *tally_of(struct ledger *ledger, const struct hs_requirement *requirement)
{
	bool ours = requirement->index < hs_requirements_count(ledger->set) &&
		hs_requirements_at(ledger->set, requirement->index) == requirement;
	return ours ? &ledger->tallies[requirement->index] : NULL;
}

static void count_test(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct ledger *ledger = arg;

	(void)script;
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_test_action *action = &test->actions[i];
		bool broken = action->verdict == HS_TEST_FAIL || action->verdict == HS_TEST_WARNING;
		for (size_t k = 0; k < action->requirement_count; k++) {
			struct tally *tally = tally_of(ledger, action->requirements[k]);
			if (!tally)
				continue;
			tally->held += action->verdict == HS_TEST_PASS;
			tally->broken += broken;
			bool known = tally->tests && tally->links[(tally->tests - 1) % LINKS_MAX] == test;
			if (broken && !known && tally->tests < LINKS_MAX)
				tally->links[tally->tests] = test;
			tally->tests += broken && !known;
		}
	}
}

static void add_links(struct hs_buf *out, const struct tally *tally)
{
	for (uint32_t i = 0; i < tally->tests && i < LINKS_MAX; i++) {
		hs_buf_cstr(out, i ? ", <a href=\"#" : "<a href=\"#");
		hs_report_escape(out, tally->links[i]->id);
		hs_buf_cstr(out, "\">");
		hs_report_escape(out, tally->links[i]->id);
		hs_buf_cstr(out, "</a>");
	}
	if (tally->tests > LINKS_MAX)
		hs_buf_printf(out, " and %u more", tally->tests - LINKS_MAX);
}

static void add_requirement(struct hs_buf *out, const struct hs_requirement *r, const struct tally *tally)
{
	hs_buf_printf(out, "<tr><td><span class=\"level\">%s%s</span> ", hs_requirement_level_name(r->level),
		r->forbids ? " NOT" : "");
	hs_report_escape(out, r->text);
	hs_buf_cstr(out, "<br><span class=\"soft\">");
	hs_report_escape(out, r->id);
	hs_buf_cstr(out, ": ");
	add_links(out, tally);
	hs_buf_printf(out, "</span></td><td>%u of %u</td></tr>\n", tally->broken,
		tally->broken + tally->held);
}

static void add_requirements(struct hs_buf *out, const struct ledger *ledger)
{
	size_t count = hs_requirements_count(ledger->set), judged = 0, broken[HS_LEVEL_MAY + 1] = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct tally *tally = &ledger->tallies[i];
		judged += tally->held || tally->broken;
		broken[hs_requirements_at(ledger->set, i)->level] += tally->broken > 0;
	}
	size_t all = broken[HS_LEVEL_SHALL] + broken[HS_LEVEL_SHOULD] + broken[HS_LEVEL_MAY];
	if (!judged)
		return;
	hs_buf_printf(out, "<h2>Requirements</h2>\n<p>%zu requirement%s judged", judged,
		judged == 1 ? " was" : "s were");
	if (!all) {
		hs_buf_cstr(out, ", and all hold.</p>\n");
		return;
	}
	hs_buf_printf(out, ": %zu hold; of those that do not, %zu say SHALL, %zu SHOULD and %zu MAY.</p>\n",
		judged - all, broken[HS_LEVEL_SHALL], broken[HS_LEVEL_SHOULD], broken[HS_LEVEL_MAY]);
	hs_buf_printf(out,
		"<details%s><summary><span class=\"name\">What does not hold</span></summary>\n<table>\n"
		"<thead><tr><th scope=\"col\">Requirement, and the tests that show it</th>"
		"<th scope=\"col\">Checks</th></tr></thead>\n<tbody>\n",
		broken[HS_LEVEL_SHALL] ? " open" : "");
	for (int level = HS_LEVEL_SHALL; level <= HS_LEVEL_MAY; level++)
		for (size_t i = 0; i < count; i++)
			if (ledger->tallies[i].broken &&
				(int)hs_requirements_at(ledger->set, i)->level == level)
				add_requirement(out, hs_requirements_at(ledger->set, i), &ledger->tallies[i]);
	hs_buf_cstr(out, "</tbody>\n</table>\n</details>\n");
}

void hs_report_html_requirements(struct hs_buf *out, const struct hs_test_run *run)
{
	struct ledger ledger = { .set = hs_test_run_options(run)->requirements };
	struct hs_arena *arena;

	if (!ledger.set)
		return;
	arena = hs_arena_new(MEMORY_MAX);
	ledger.tallies = hs_arena_array(arena, hs_requirements_count(ledger.set) + 1,
		sizeof(*ledger.tallies));
	if (ledger.tallies) {
		hs_report_each_test(run, count_test, &ledger);
		add_requirements(out, &ledger);
	}
	hs_arena_free(arena);
}

/* ---- by script ---- */

static void add_cell(struct hs_buf *out, size_t number)
{
	hs_buf_printf(out, "<td%s>%zu</td>", number ? "" : " class=\"zero\"", number);
}

/* Those that failed stand apart from the others, so their number leads to the first of them. */
static void add_failed_cell(struct hs_buf *out, const struct hs_test_script_result *script, size_t number)
{
	const struct hs_test_result *first = script->setup.verdict == HS_TEST_FAIL ? &script->setup : NULL;

	for (size_t i = 0; i < script->count && !first; i++)
		if (script->tests[i].selected && script->tests[i].verdict == HS_TEST_FAIL)
			first = &script->tests[i];
	if (!first) {
		add_cell(out, number);
		return;
	}
	hs_buf_cstr(out, "<td><a href=\"#");
	hs_report_escape(out, first->id);
	if (first == &script->setup)
		hs_buf_cstr(out, "\">setup</a></td>");
	else
		hs_buf_printf(out, "\">%zu</a></td>", number);
}

static void add_counts(struct hs_buf *out, const struct hs_test_script_result *script, const size_t *counts)
{
	add_cell(out, counts[HS_TEST_PASS] + counts[HS_TEST_WARNING]);
	add_cell(out, counts[HS_TEST_WARNING]);
	if (script)
		add_failed_cell(out, script, counts[HS_TEST_FAIL]);
	else
		add_cell(out, counts[HS_TEST_FAIL]);
	add_cell(out, counts[HS_TEST_SKIP]);
	add_cell(out, counts[HS_TEST_NOT_EVALUATED]);
	add_cell(out, counts[HS_TEST_ERROR]);
}

static void add_row(struct hs_buf *out, const struct hs_test_script_result *script, size_t index,
	size_t *totals)
{
	size_t counts[HS_TEST_VERDICTS] = { 0 };

	for (size_t i = 0; i < script->count; i++)
		if (script->tests[i].selected)
			counts[script->tests[i].verdict]++;
	for (size_t i = 0; i < HS_TEST_VERDICTS; i++)
		totals[i] += counts[i];
	hs_buf_printf(out, "<tr><td><a href=\"#s%zu\">", index);
	hs_report_escape(out, script->script->id);
	hs_buf_cstr(out, "</a></td>");
	add_counts(out, script, counts);
	hs_buf_printf(out, "<td>%" PRIu64 " ms</td></tr>\n", script->micros / 1000);
}

void hs_report_html_scripts(struct hs_buf *out, const struct hs_test_run *run)
{
	size_t count = 0, totals[HS_TEST_VERDICTS] = { 0 };
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	hs_buf_cstr(out,
		"<h2>Scripts</h2>\n<table>\n<thead><tr><th scope=\"col\">Script</th>"
		"<th scope=\"col\">Passed</th><th scope=\"col\">with warnings</th>"
		"<th scope=\"col\">Failed</th><th scope=\"col\">Skipped</th>"
		"<th scope=\"col\">Not evaluated</th><th scope=\"col\">Errors</th>"
		"<th scope=\"col\">Time</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count; i++)
		if (hs_report_has_script(&scripts[i]))
			add_row(out, &scripts[i], i, totals);
	hs_buf_cstr(out, "</tbody>\n<tfoot><tr><td>All</td>");
	add_counts(out, NULL, totals);
	hs_buf_printf(out, "<td>%" PRIu64 " ms</td></tr></tfoot>\n</table>\n",
		hs_test_run_micros(run) / 1000);
	hs_buf_cstr(out,
		"<p class=\"soft\">A warning is a SHOULD or MAY that does not hold, which a system is free "
		"to do. What is skipped is not declared by the system, or rests on something that failed. An "
		"error is a fault of the script or of ours. Scripts run side by side, so their times add up "
		"to more than the whole.</p>\n");
}
