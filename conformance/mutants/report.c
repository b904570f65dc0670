/* SPDX-License-Identifier: Apache-2.0 */
/* The mutation run as text and JSON: which check caught which fault, and what is left. */
#include <conformance/mutants/lab.h>

#define SHOWN 3u

/* Which base the trial was on, where a fault is of R5. */
static const char *base_of(const struct hs_lab_trial *trial)
{
	return trial->fhir == HS_FHIR_R5 ? " on R5" : "";
}

static void add_checks(const struct hs_lab *lab, const struct hs_lab_trial *trial, struct hs_buf *out,
	const char *before, size_t most)
{
	size_t count = 0, shown = 0;
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);

	for (size_t i = 0; i < count && shown < most; i++)
		if (trial->failed[i]) {
			hs_buf_printf(out, "%s%.*s\n", before, HS_S_ARG(checks[i].id));
			shown++;
		}
	if (trial->caught > shown)
		hs_buf_printf(out, "%sand %zu more\n", before, trial->caught - shown);
}

static void text_faults(const struct hs_lab *lab, struct hs_buf *out, bool all)
{
	size_t count = 0;
	const struct hs_lab_trial *trials = hs_lab_trials(lab, &count);

	for (size_t i = 0; i < count; i++) {
		const struct hs_lab_trial *trial = &trials[i];
		if (!trial->fault || !trial->done || !trial->caught)
			continue;
		hs_buf_printf(out, "%.*s [%.*s%s]: caught by %zu of its checks\n", HS_S_ARG(trial->fault->id),
			HS_S_ARG(trial->suite), base_of(trial), trial->caught);
		add_checks(lab, trial, out, "    ", all ? SIZE_MAX : SHOWN);
	}
}

static void text_missed(const struct hs_lab *lab, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_trial *trials = hs_lab_trials(lab, &count);
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		const struct hs_lab_trial *trial = &trials[i];
		if (!trial->fault || trial->fault->allowed || !trial->done || trial->caught)
			continue;
		hs_buf_cstr(out, first ? "\nfaults that no check caught:\n" : "");
		first = false;
		hs_buf_printf(out, "  %.*s [%.*s%s]: %.*s (it changed %llu of %u exchanges)\n",
			HS_S_ARG(trial->fault->id), HS_S_ARG(trial->suite), base_of(trial),
			HS_S_ARG(trial->fault->title), (unsigned long long)trial->touched,
			trial->summary.exchanges);
	}
}

static void text_unfair(const struct hs_lab *lab, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_trial *trials = hs_lab_trials(lab, &count);
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		const struct hs_lab_trial *trial = &trials[i];
		if (!trial->unfair)
			continue;
		hs_buf_cstr(out, first ? "\nliberties that a suite does not grant:\n" : "");
		first = false;
		hs_buf_printf(out, "  %.*s [%.*s%s]: %.*s (%.*s)\n", HS_S_ARG(trial->fault->id),
			HS_S_ARG(trial->suite), base_of(trial), HS_S_ARG(trial->fault->title),
			HS_S_ARG(trial->fault->source));
		for (const struct hs_lab_unfair *at = trial->unfair; at; at = at->next)
			hs_buf_printf(out, "    %.*s: %.*s\n", HS_S_ARG(at->id), HS_S_ARG(at->reason));
	}
}

static void text_checks(const struct hs_lab *lab, struct hs_buf *out)
{
	size_t count = 0;
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);
	struct hs_lab_score score;
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (checks[i].held)
			continue;
		hs_buf_cstr(out, first ? "\nchecks that do not hold on the clean server:\n" : "");
		first = false;
		hs_buf_printf(out, "  %.*s: %.*s\n", HS_S_ARG(checks[i].id), HS_S_ARG(checks[i].description));
	}
	hs_lab_score(lab, &score);
	first = true;
	for (size_t i = 0; i < count && !score.narrowed; i++) {
		if (!checks[i].held || checks[i].caught)
			continue;
		hs_buf_cstr(out, first ? "\nsurviving checks, that no fault made fail:\n" : "");
		first = false;
		hs_buf_printf(out, "  %.*s: %.*s\n", HS_S_ARG(checks[i].id), HS_S_ARG(checks[i].description));
	}
}

void hs_lab_report_text(const struct hs_lab *lab, struct hs_buf *out, bool all)
{
	struct hs_lab_score score;

	hs_lab_score(lab, &score);
	text_faults(lab, out, all);
	text_missed(lab, out);
	text_unfair(lab, out);
	text_checks(lab, out);
	hs_buf_printf(out,
		"\n%zu faults, %zu caught; %zu checks, %zu made to fail by some fault; %zu liberties, %zu "
		"granted%s%s\n",
		score.faults, score.caught, score.checks, score.proven, score.liberties,
		score.liberties - score.unfair, score.narrowed ? " (not all faults ran)" : "",
		score.stopped ? " (interrupted)" : "");
}

/* ---- JSON ---- */

static void member(struct hs_buf *out, const char *name, struct hs_slice text, const char *after)
{
	hs_buf_printf(out, "\"%s\":", name);
	hs_json_write_text(out, text);
	hs_buf_cstr(out, after);
}

static void json_trial(const struct hs_lab *lab, const struct hs_lab_trial *trial, struct hs_buf *out)
{
	size_t count = 0, written = 0;
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);

	hs_buf_byte(out, '{');
	member(out, "fault", trial->fault->id, ",");
	member(out, "suite", trial->suite, ",");
	member(out, "fhir", trial->fhir == HS_FHIR_R5 ? HS_S("r5") : HS_S("r4"), ",");
	member(out, "title", trial->fault->title, ",");
	member(out, "source", trial->fault->source, ",");
	hs_buf_printf(out, "\"allowed\":%s,\"exchanges\":%u,\"changed\":%llu,\"micros\":%llu,\"unfair\":[",
		trial->fault->allowed ? "true" : "false", trial->summary.exchanges,
		(unsigned long long)trial->touched, (unsigned long long)trial->micros);
	for (const struct hs_lab_unfair *at = trial->unfair; at; at = at->next) {
		hs_json_write_text(out, at->id);
		hs_buf_cstr(out, at->next ? "," : "");
	}
	hs_buf_cstr(out, "],\"caughtBy\":[");
	for (size_t i = 0; i < count; i++) {
		if (!trial->failed[i])
			continue;
		hs_buf_cstr(out, written++ ? "," : "");
		hs_json_write_text(out, checks[i].id);
	}
	hs_buf_cstr(out, "]}");
}

void hs_lab_report_json(const struct hs_lab *lab, struct hs_buf *out)
{
	size_t count = 0, written = 0;
	const struct hs_lab_trial *trials = hs_lab_trials(lab, &count);
	struct hs_lab_score score;

	hs_lab_score(lab, &score);
	hs_buf_printf(out, "{\"good\":%s,\"faults\":%zu,\"caught\":%zu,\"checks\":%zu,\"proven\":%zu,",
		hs_lab_is_good(lab) ? "true" : "false", score.faults, score.caught, score.checks,
		score.proven);
	hs_buf_printf(out, "\"liberties\":%zu,\"unfair\":%zu,\"allFaults\":%s,\"trials\":[", score.liberties,
		score.unfair, score.narrowed ? "false" : "true");
	for (size_t i = 0; i < count; i++) {
		if (!trials[i].fault || !trials[i].done)
			continue;
		hs_buf_cstr(out, written++ ? ",\n" : "\n");
		json_trial(lab, &trials[i], out);
	}
	hs_buf_cstr(out, "],\"checkList\":[");
	const struct hs_lab_check *checks = hs_lab_checks(lab, &count);
	for (size_t i = 0; i < count; i++) {
		hs_buf_cstr(out, i ? ",\n{" : "\n{");
		member(out, "id", checks[i].id, ",");
		member(out, "description", checks[i].description, ",");
		hs_buf_printf(out, "\"holdsClean\":%s,\"faults\":%u}", checks[i].held ? "true" : "false",
			checks[i].caught);
	}
	hs_buf_cstr(out, "]}\n");
}
