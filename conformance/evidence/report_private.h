/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reports: the formats, and what they share. */
#pragma once

#include <conformance/evidence/report.h>

typedef void hs_report_fn(const struct hs_test_run *run, const struct hs_report_info *info,
	struct hs_buf *out);
hs_report_fn hs_report_html, hs_report_junit, hs_report_testreport, hs_report_json, hs_report_tap,
	hs_report_sarif, hs_report_github;

/* ---- text.c ---- */
/* Escaped for XML and HTML, in texts and attributes; bytes that XML cannot have become U+FFFD. */
void hs_report_escape(struct hs_buf *out, struct hs_slice text);
/* As it is, but what is no UTF-8 text becomes U+FFFD. */
void hs_report_utf8(struct hs_buf *out, struct hs_slice text);
/* Escaped, for text that may be long: at most `max` bytes, cut at a character. */
void hs_report_escape_cut(struct hs_buf *out, struct hs_slice text, size_t max);
/* "1.234" seconds. */
void hs_report_seconds(struct hs_buf *out, uint64_t micros);
/* An instant, "2026-11-21T22:10:00.000Z". */
void hs_report_instant(struct hs_buf *out, int64_t ms);
/* Why something did not pass, in one paragraph: what was checked, expected, found. Plain text. */
void hs_report_explain(struct hs_buf *out, const struct hs_test_action *action);
/* What the verdict counts among: passed, failed and so on, "not evaluated" is a skip. */
bool hs_report_is_failure(enum hs_test_verdict verdict);

/* Calls fn for each selected test, in order, those of setups that failed first in their script. */
typedef void hs_report_test_fn(void *arg, const struct hs_test_script_result *script,
	const struct hs_test_result *test);
void hs_report_each_test(const struct hs_test_run *run, hs_report_test_fn *fn, void *arg);
/* Was anything of the script run or refused? */
bool hs_report_has_script(const struct hs_test_script_result *script);

/* ---- html.c ---- */
/* A page up to its body, with the style of all pages; `about` may be empty. */
void hs_report_html_head(struct hs_buf *out, struct hs_slice title, struct hs_slice about);

/* ---- html_next.c ---- */
void hs_report_html_next(struct hs_buf *out, const struct hs_test_run *run,
	const struct hs_report_info *info);

/* ---- html_summary.c ---- */
void hs_report_html_requirements(struct hs_buf *out, const struct hs_test_run *run);
void hs_report_html_scripts(struct hs_buf *out, const struct hs_test_run *run);

/* ---- html_test.c ---- */
void hs_report_html_test(struct hs_buf *out, const struct hs_test_run *run,
	const struct hs_test_result *test);
/* report.css, in the binary. */
extern const char hs_report_style[], hs_report_style_end[];
