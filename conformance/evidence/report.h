/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of a run: one file a format, made from the result tree when the run is over.
 *
 * Credentials in headers (Authorization, Cookie, keys) are shown as "[redacted]" in every format. */
#pragma once

#include <conformance/engine/engine.h>
#include <handslag/time.h>

enum hs_report_format {
	HS_REPORT_HTML,       /* one file for people, no script needed, nothing loaded from elsewhere */
	HS_REPORT_JUNIT,      /* XML as Jenkins and others read it: a suite a script, a case a test */
	HS_REPORT_TESTREPORT, /* FHIR Bundle (collection) of TestReport, one a script */
	HS_REPORT_JSON,       /* everything, our own schema */
	HS_REPORT_TAP,        /* TAP 14, a line a test */
	HS_REPORT_SARIF,      /* SARIF 2.1.0, a result a failing assertion */
	HS_REPORT_GITHUB,     /* workflow commands: the first annotations, worst first */
	HS_REPORT_FORMATS,
};
/* "html", "junit" ...; false when there is none. */
bool hs_report_format(struct hs_slice name, enum hs_report_format *out);

struct hs_report_info {
	const char *version; /* of the program */
	const char *command; /* that repeats the run, without secrets */
};

/* The whole report as text in `out`. */
enum hs_status hs_report_make(const struct hs_test_run *run, enum hs_report_format format,
	const struct hs_report_info *info, struct hs_buf *out, struct hs_error *err);
/* The same into a file; "-" is standard output. */
enum hs_status hs_report_write(const struct hs_test_run *run, enum hs_report_format format,
	const struct hs_report_info *info, const char *path, struct hs_error *err);

/* ---- pieces that the formats and the terminal share ---- */

/* A command line that repeats an exchange; credentials stand as $VARIABLES. */
void hs_report_curl(struct hs_buf *out, const struct hs_test_run *run,
	const struct hs_test_exchange *exchange);
/* A header's value as it may be shown. */
struct hs_slice hs_report_redact(const struct hs_http_header *header);
/* One line: "41 of 42 tests passed, 1 failed; 203 checks held, ...; seed 7; 1.24 s". */
void hs_report_summary(struct hs_buf *out, const struct hs_test_run *run);
/* What to do when the target did not even tell what it is, because it asks who is calling or is elsewhere;
 * else empty. */
struct hs_slice hs_report_shut_out(const struct hs_test_run *run);
/* Pass, failures, and so on as an exit code: 0, 1, 3, 4 or 5, as the command line documents them. */
int hs_report_exit(const struct hs_test_run *run);
