/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a mutation run: each fault with the checks that caught it, and each check. */
#include <conformance/evidence/report_private.h>
#include <conformance/mutants/lab.h>

static void html_liberty(const struct hs_lab_trial *trial, struct hs_buf *out)
{
	hs_buf_cstr(out, trial->unfair ? "punished by<ul>" : "a liberty, granted\n");
	for (const struct hs_lab_unfair *at = trial->unfair; at; at = at->next) {
		hs_buf_cstr(out, "<li><code>");
		hs_report_escape(out, at->id);
		hs_buf_cstr(out, "</code> ");
		hs_report_escape(out, at->reason);
	}
	hs_buf_cstr(out, trial->unfair ? "</ul>\n" : "");
}

static void html_trial(const struct hs_lab *lab, const struct hs_lab_trial *trial, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);

	bool good = trial->fault->allowed ? !trial->unfair : trial->caught > 0;
	hs_buf_printf(out, "<tr class=\"%s\"><td><b>", good ? "good" : "bad");
	hs_report_escape(out, trial->fault->id);
	hs_buf_cstr(out, "</b><br>");
	hs_report_escape(out, trial->fault->title);
	hs_buf_cstr(out, "<br><small>");
	hs_report_escape(out, trial->fault->source);
	hs_buf_cstr(out, "</small><td>");
	hs_report_escape(out, trial->suite);
	hs_buf_cstr(out, trial->fhir == HS_FHIR_R5 ? " on R5" : "");
	hs_buf_printf(out, "<td>%llu of %u<td>", (unsigned long long)trial->touched,
		trial->summary.exchanges);
	if (trial->fault->allowed) {
		html_liberty(trial, out);
		return;
	}
	if (!trial->caught) {
		hs_buf_cstr(out, "by none\n");
		return;
	}
	hs_buf_printf(out, "<details><summary>by %zu</summary><ul>", trial->caught);
	for (size_t i = 0; i < count; i++) {
		if (!trial->failed[i])
			continue;
		hs_buf_cstr(out, "<li><code>");
		hs_report_escape(out, checks[i].id);
		hs_buf_cstr(out, "</code> ");
		hs_report_escape(out, checks[i].description);
	}
	hs_buf_cstr(out, "</ul></details>\n");
}

/* Of a run with a part of the faults nothing is said against a check that none of them made fail. */
static void html_checks(const struct hs_lab *lab, bool narrowed, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);

	hs_buf_cstr(out,
		"</table>\n<h2>Checks</h2>\n<table class=\"list\">"
		"<tr><th>Check<th>Says<th>Faults that make it fail\n");
	for (size_t i = 0; i < count; i++) {
		hs_buf_printf(out, "<tr class=\"%s\"><td><code>",
			checks[i].held && (narrowed || checks[i].caught) ? "good" : "bad");
		hs_report_escape(out, checks[i].id);
		hs_buf_cstr(out, "</code><td>");
		hs_report_escape(out, checks[i].description);
		hs_buf_printf(out, "<td>%u%s\n", checks[i].caught,
			checks[i].held ? "" : " (does not hold on the clean server)");
	}
}

void hs_lab_report_html(const struct hs_lab *lab, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_trial *trials = hs_lab_trials(lab, &count);
	struct hs_lab_score score;

	hs_lab_score(lab, &score);
	hs_report_html_head(out, HS_S("Mutation run"), HS_S_NONE);
	hs_buf_cstr(out, "<body>\n<main>\n<h1>Mutation run</h1>\n");
	hs_buf_printf(out,
		"<p>%zu of %zu faults caught; %zu of %zu checks made to fail by some fault; %zu of %zu "
		"liberties granted%s.",
		score.caught, score.faults, score.proven, score.checks, score.liberties - score.unfair,
		score.liberties, score.narrowed ? " (not all faults ran)" : "");
	hs_buf_cstr(out,
		"<h2>Faults</h2>\n<table class=\"list\">"
		"<tr><th>Fault<th>Suite<th>Exchanges changed<th>Caught\n");
	for (size_t i = 0; i < count; i++)
		if (trials[i].fault && trials[i].done)
			html_trial(lab, &trials[i], out);
	html_checks(lab, score.narrowed, out);
	hs_buf_cstr(out, "</table>\n</main>\n</body>\n</html>\n");
}
