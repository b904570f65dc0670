/* SPDX-License-Identifier: Apache-2.0 */
/* MeasureReport beside its Measure (R4 section 14.10): a report's groups, populations and stratifiers are
 * those of its measure, and its score is one that the scoring gives. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/values/decimal.h>

#define PAIRS_MAX 1000000u

struct report {
	struct hs__validation *run;
	const struct hs_json *measure;
	struct hs_slice type, scoring;
	bool complete;
};

/* ---- matching by code ---- */

/* A report may leave the system out, for the measure says it. */
static bool same_coding(const struct hs_json *row, const struct hs_json *defined)
{
	struct hs_slice code = hs_json_get_text(row, HS_S("code"));
	struct hs_slice system = hs_json_get_text(row, HS_S("system"));
	return code.len && hs_slice_eq(code, hs_json_get_text(defined, HS_S("code"))) &&
		(!system.len || hs_slice_eq(system, hs_json_get_text(defined, HS_S("system"))));
}

static bool shares_coding(const struct hs_json *row, const struct hs_json *defined)
{
	HS_JSON_EACH(left, hs__rules_array(row, "coding"))
		HS_JSON_EACH(right, hs__rules_array(defined, "coding"))
			if (same_coding(left, right))
				return true;
	struct hs_slice text = hs_json_get_text(row, HS_S("text"));
	return !hs_json_get(row, HS_S("coding")) && text.len &&
		hs_slice_eq(text, hs_json_get_text(defined, HS_S("text")));
}

/* The code of a row; a report's stratifier may have several (R4: code is a list there). */
static const struct hs_json *code_of(const struct hs_json *row)
{
	const struct hs_json *code = hs_json_get(row, HS_S("code"));
	return hs_json_is(code, HS_JSON_ARRAY) ? hs_json_first(code) : code;
}

static const struct hs_json *match(const struct hs_json *defined, const struct hs_json *row)
{
	HS_JSON_EACH(item, defined)
		if (shares_coding(code_of(row), code_of(item)))
			return item;
	return NULL;
}

static struct hs_slice label(const struct hs_json *row)
{
	const struct hs_json *code = code_of(row);
	struct hs_slice text = hs_json_get_text(code, HS_S("text"));
	struct hs_slice id = hs_json_get_text(row, HS_S("id"));
	const struct hs_json *coding = hs_json_first(hs__rules_array(code, "coding"));
	return coding ? hs_json_get_text(coding, HS_S("code")) : text.len ? text : id;
}

/* What is observed of the members of a population is no count that a report has (R4 section 14.9.3). */
static bool is_optional(const struct hs_json *item)
{
	return hs_slice_eq(label(item), HS_S("measure-observation"));
}

/* Says so when a row before this one has met the same item; `met` has a place for each of `defined`. */
static bool is_met(const struct hs_json *defined, const struct hs_json *found, bool *met)
{
	size_t at = 0;
	HS_JSON_EACH(item, defined) {
		if (item == found)
			break;
		at++;
	}
	bool before = met && met[at];
	if (met)
		met[at] = true;
	return before;
}

/* Each row of the report has its counterpart in the measure, and the other way round. `visit` sees the pairs.
 */
static void check_rows(struct report *report, const struct hs__node *of, const struct hs_json *defining,
	const char *name, void (*visit)(struct report *, const struct hs__node *, const struct hs_json *))
{
	const struct hs_json *defined = hs__rules_array(defining, name);
	const struct hs_json *rows = hs__rules_array(of->value, name);
	bool only = hs_json_count(defined) == 1 && hs_json_count(rows) == 1 &&
		(!code_of(hs_json_first(rows)) || !code_of(hs_json_first(defined)));
	if ((uint64_t)hs_json_count(defined) * hs_json_count(rows) > PAIRS_MAX) {
		HS__WARN(report->run, of, "", "too-costly", "measure-report-size",
			"there are too many to be compared with the measure: %s", name);
		return;
	}
	bool *met = hs_arena_array(report->run->arena, hs_json_count(defined) + 1, sizeof(*met));
	HS__EACH_BELOW(row, of, name) {
		const struct hs_json *found = only ? hs_json_first(defined) : match(defined, row.value);
		if (found && is_met(defined, found, met))
			HS__FAIL(report->run, &row, "", "duplicate", "measure-report-twice",
				"there is a %s with this code already: '%.*s'", name, HS__SHOW(label(found)));
		else if (found)
			visit(report, &row, found);
		else
			HS__FAIL(report->run, &row, "", "not-found", "measure-report-row",
				code_of(row.value) ?
					"the measure has no %s with the code of this one" :
					"this needs a code, to tell which %s of the measure it is",
				name);
	}
	HS_JSON_EACH(item, only ? NULL : defined) {
		bool there = false;
		HS_JSON_EACH(row, rows)
			there = there || shares_coding(code_of(row), code_of(item));
		if (!there && report->complete && !is_optional(item))
			HS__FAIL(report->run, of, "", "required", "measure-report-missing",
				"the measure has a %s '%.*s', and the report does not", name,
				HS__SHOW(label(item)));
	}
}

/* ---- populations ---- */

static void check_subjects(struct report *report, const struct hs__node *at)
{
	const struct hs_json *subjects = hs_json_get(at->value, HS_S("subjectResults"));
	struct hs_slice reference = hs_json_get_text(subjects, HS_S("reference"));
	int64_t count;
	if (!subjects)
		return;
	if (!hs_slice_eq(report->type, HS_S("subject-list"))) {
		HS__FAIL(report->run, at, "", "invalid", "measure-report-subjects",
			"only a report of type 'subject-list' lists its subjects");
		return;
	}
	const struct hs_json *list = reference.len && reference.ptr[0] == '#' ?
		hs__rules_resource_of(report->run, at, "List", reference) :
		NULL;
	if (!list || !hs_json_i64(hs_json_get(at->value, HS_S("count")), &count))
		return;
	size_t have = hs_json_count(hs__rules_array(list, "entry"));
	if (count < 0 || (uint64_t)count != have)
		HS__FAIL(report->run, at, "", "invalid", "measure-report-count",
			"count says %lld, but %zu subjects are listed", (long long)count, have);
}

static void visit_population(struct report *report, const struct hs__node *at, const struct hs_json *defined)
{
	(void)defined;
	check_subjects(report, at);
}

static void visit_stratifier(struct report *report, const struct hs__node *at, const struct hs_json *defined)
{
	(void)report;
	(void)at;
	(void)defined;
}

/* ---- scores ---- */

/* A proportion is a part of a whole: a number without a unit. */
static void check_proportion(struct report *report, const struct hs__node *score)
{
	struct path_decimal value;
	if (hs__path_decimal_parse(hs_json_text(hs_json_get(score->value, HS_S("value"))), &value) &&
		(hs__path_decimal_compare(value, hs__path_decimal_of(0)) < 0 ||
			hs__path_decimal_compare(value, hs__path_decimal_of(1)) > 0))
		HS__FAIL(report->run, score, "value", "value", "measure-report-score-value",
			"the score of a proportion is a number from 0 to 1");
	if (hs_json_get(score->value, HS_S("code")) || hs_json_get(score->value, HS_S("unit")))
		HS__FAIL(report->run, score, "", "invalid", "measure-report-score-unit",
			"the score of a proportion has no unit");
}

static void check_score_value(struct report *report, const struct hs__node *group)
{
	const struct hs_json *value = hs_json_get(group->value, HS_S("measureScore"));
	struct hs__node score = hs__below(group, "measureScore", -1, value);
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return;
	if (!hs_json_get(value, HS_S("value")) && !hs_json_get(value, HS_S("extension")))
		HS__FAIL(report->run, &score, "", "required", "measure-report-score-value",
			"the score has no value");
	if (hs_slice_eq(report->scoring, HS_S("proportion")))
		check_proportion(report, &score);
}

static void check_score(struct report *report, const struct hs__node *group)
{
	bool has = hs_json_get(group->value, HS_S("measureScore")) != NULL;
	if (has && hs_slice_eq(report->scoring, HS_S("cohort")))
		HS__FAIL(report->run, group, "measureScore", "invalid", "measure-report-score",
			"a measure of the scoring 'cohort' has no score");
	if (!hs__rules_in(report->scoring, "proportion ratio continuous-variable"))
		return;
	check_score_value(report, group);
	if (!has && report->complete)
		HS__FAIL(report->run, group, "", "required", "measure-report-score",
			"a complete report of a measure of the scoring '%.*s' has a measureScore",
			HS__SHOW(report->scoring));
}

static void visit_group(struct report *report, const struct hs__node *group, const struct hs_json *defined)
{
	check_score(report, group);
	check_rows(report, group, defined, "population", visit_population);
	check_rows(report, group, defined, "stratifier", visit_stratifier);
}

/* ---- the two resources ---- */

void hs__rule_measure_report(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice canonical = hs_json_get_text(node->value, HS_S("measure"));
	struct report report = { .run = run, .type = hs_json_get_text(node->value, HS_S("type")) };
	report.measure = hs__rules_resource_of(run, node, "Measure", canonical);
	if (!report.measure) {
		if (canonical.len)
			HS__WARN(run, node, "measure", "not-found", "measure-report-measure",
				"the measure '%.*s' is not known here, so the report cannot be judged by it",
				HS__SHOW(canonical));
		return;
	}
	const struct hs_json *scoring = hs_json_get(report.measure, HS_S("scoring"));
	report.scoring = hs_json_get_text(hs_json_first(hs__rules_array(scoring, "coding")), HS_S("code"));
	report.complete = hs_slice_eq(hs_json_get_text(node->value, HS_S("status")), HS_S("complete"));
	if (hs_slice_eq(report.type, HS_S("data-collection"))) {
		if (hs__rules_array(node->value, "group"))
			HS__FAIL(run, node, "group", "invalid", "measure-report-groups",
				"a report of type 'data-collection' has no groups");
		return;
	}
	check_rows(&report, node, report.measure, "group", visit_group);
}
