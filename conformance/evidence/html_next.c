/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: what to do next, on the first screen: where to begin, where most fails, what was not run.
 */
#include <conformance/evidence/report_private.h>

#define GROUPS_MAX 64u /* of reasons; what comes after these is rare */

struct group {
	struct hs_slice key, reason; /* the reason up to its first detail; the first such reason, whole */
	uint32_t count;
};

struct digest {
	const struct hs_test_result *failed, *faulty; /* the first of each */
	const struct hs_script *failed_in;
	const struct hs_test_script_result *worst; /* with the most failures */
	uint32_t failures, faults, absent;         /* absent: skipped or not evaluated */
	uint32_t worst_failures;
	struct group groups[GROUPS_MAX];
	size_t group_count;
};

/* Reasons differ in what they name: "the variable x needs a value such as ..." */
static struct hs_slice key_of(struct hs_slice reason)
{
	size_t end = hs_slice_find(reason, '(', 0), colon = hs_slice_find(reason, ':', 0);

	return hs_slice_first(reason, end < colon ? end : colon);
}

static void count_absent(struct digest *digest, struct hs_slice reason)
{
	struct hs_slice key = key_of(reason);
	size_t i = 0;

	digest->absent++;
	while (i < digest->group_count && !hs_slice_eq(digest->groups[i].key, key))
		i++;
	if (i == GROUPS_MAX)
		return;
	if (i == digest->group_count)
		digest->groups[digest->group_count++] = (struct group) { .key = key, .reason = reason };
	digest->groups[i].count++;
}

static void digest_test(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test)
{
	struct digest *digest = arg;

	if (test->verdict == HS_TEST_FAIL && !digest->failures++) {
		digest->failed = test;
		digest->failed_in = script->script;
	}
	if (test->verdict == HS_TEST_ERROR && !digest->faults++)
		digest->faulty = test;
	if (test->verdict == HS_TEST_SKIP || test->verdict == HS_TEST_NOT_EVALUATED)
		count_absent(digest, test->reason);
}

static void find_worst(struct digest *digest, const struct hs_test_run *run)
{
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	for (size_t i = 0; i < count; i++) {
		uint32_t failures = 0;
		for (size_t k = 0; k < scripts[i].count; k++)
			failures += scripts[i].tests[k].selected &&
				scripts[i].tests[k].verdict == HS_TEST_FAIL;
		if (failures > digest->worst_failures) {
			digest->worst_failures = failures;
			digest->worst = &scripts[i];
		}
	}
}

static void add_link(struct hs_buf *out, struct hs_slice id, struct hs_slice reason)
{
	hs_buf_cstr(out, "<a href=\"#");
	hs_report_escape(out, id);
	hs_buf_cstr(out, "\">");
	hs_report_escape(out, id);
	hs_buf_cstr(out, reason.len ? "</a>: " : "</a>");
	hs_report_escape_cut(out, reason, 300);
}

static void add_beginning(struct hs_buf *out, const struct digest *digest, const struct hs_report_info *info)
{
	hs_buf_cstr(out, "<li>Begin with ");
	add_link(out, digest->failed->id, digest->failed->reason);
	hs_buf_cstr(out, "<br><span class=\"soft\">Alone: <code>handslag test ");
	hs_report_escape(out, hs_slice_cstr(info->command ? info->command : ""));
	hs_buf_cstr(out, " --tests '");
	if (digest->failed->script == &digest->failed_in->setup) { /* runs with any test of its script */
		hs_report_escape(out, digest->failed_in->id);
		hs_buf_cstr(out, "/*");
	} else {
		hs_report_escape(out, digest->failed->id);
	}
	hs_buf_cstr(out, "'</code></span></li>\n");
}

static void add_absent(struct hs_buf *out, const struct digest *digest)
{
	const struct group *most = digest->groups;

	for (size_t i = 1; i < digest->group_count; i++)
		if (digest->groups[i].count > most->count)
			most = &digest->groups[i];
	hs_buf_printf(out, "<li>%u %s not judged; of these %u because: ", digest->absent,
		digest->absent == 1 ? "was" : "were", most->count);
	hs_report_escape_cut(out, most->reason, 300);
	hs_buf_cstr(out, "</li>\n");
}

void hs_report_html_next(struct hs_buf *out, const struct hs_test_run *run, const struct hs_report_info *info)
{
	struct digest digest = { 0 };

	hs_report_each_test(run, digest_test, &digest);
	find_worst(&digest, run);
	hs_buf_cstr(out, "<h2>What next</h2>\n<ul>\n");
	if (hs_report_shut_out(run).len) {
		hs_buf_cstr(out, "<li>");
		hs_report_escape(out, hs_report_shut_out(run));
		hs_buf_cstr(out, "</li>\n");
	}
	if (digest.failed)
		add_beginning(out, &digest, info);
	if (digest.worst && digest.worst_failures > 1) {
		hs_buf_printf(out, "<li>Most fails in ");
		hs_report_escape(out, digest.worst->script->id);
		hs_buf_printf(out, ": %u of its %zu tests.</li>\n", digest.worst_failures,
			digest.worst->count);
	}
	if (digest.faulty) {
		hs_buf_printf(out,
			"<li>%u ended by a fault of the script or of ours, which is none of the system's; "
			"the first is ",
			digest.faults);
		add_link(out, digest.faulty->id, digest.faulty->reason);
		hs_buf_cstr(out, "</li>\n");
	}
	if (digest.absent)
		add_absent(out, &digest);
	if (!digest.failed && !digest.faulty && !digest.absent)
		hs_buf_cstr(out,
			"<li>All that was asked for holds. <code>--strict</code> judges what is SHOULD or "
			"MAY as well.</li>\n");
	hs_buf_cstr(out, "</ul>\n");
}
