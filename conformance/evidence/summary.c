/* SPDX-License-Identifier: Apache-2.0 */
/* A run in one line, and as an exit code. */
#include <conformance/evidence/report.h>

#include <inttypes.h>

static uint32_t sum(const uint32_t *counts)
{
	uint32_t total = 0;

	for (int i = HS_TEST_PASS; i < HS_TEST_VERDICTS; i++)
		total += counts[i];
	return total;
}

static void add_count(struct hs_buf *out, uint32_t count, const char *what)
{
	if (count)
		hs_buf_printf(out, ", %u %s", count, what);
}

void hs_report_summary(struct hs_buf *out, const struct hs_test_run *run)
{
	struct hs_test_summary s;
	uint64_t micros = hs_test_run_micros(run);

	hs_test_run_summary(run, &s);
	hs_buf_printf(out, "%u of %u tests passed", s.tests[HS_TEST_PASS] + s.tests[HS_TEST_WARNING],
		sum(s.tests));
	add_count(out, s.tests[HS_TEST_FAIL], "failed");
	add_count(out, s.tests[HS_TEST_ERROR], "ended by a fault of the script or of ours");
	add_count(out, s.tests[HS_TEST_NOT_EVALUATED], "not evaluated");
	add_count(out, s.tests[HS_TEST_SKIP], "skipped");
	add_count(out, s.setups_failed, s.setups_failed == 1 ? "setup failed" : "setups failed");
	add_count(out, s.tests[HS_TEST_WARNING], "of those that passed with warnings");
	hs_buf_printf(out, "; %u of %u assertions held", s.asserts[HS_TEST_PASS], sum(s.asserts));
	add_count(out, s.asserts[HS_TEST_FAIL], "failed");
	add_count(out, s.asserts[HS_TEST_WARNING], "with a warning");
	add_count(out, s.asserts[HS_TEST_ERROR], "ended by a fault");
	add_count(out, s.asserts[HS_TEST_NOT_EVALUATED], "not evaluated");
	add_count(out, s.asserts[HS_TEST_SKIP], "skipped");
	add_count(out, s.expected, "failures expected");
	add_count(out, s.expected_unused, "expected failures did not come");
	add_count(out, s.emulated, "requests emulated");
	hs_buf_printf(out, "; %u requests in %" PRIu64 ".%02" PRIu64 " s; seed %" PRIu64, s.exchanges,
		micros / 1000000, micros / 10000 % 100, hs_test_run_options(run)->seed);
	if (hs_test_run_stopped(run))
		hs_buf_cstr(out, "; stopped early");
}

struct hs_slice hs_report_shut_out(const struct hs_test_run *run)
{
	const struct hs_test_exchange *probe = hs_test_run_capability(run);

	if (probe && probe->status == 401)
		return HS_S("GET metadata answers 401: the target asks who is calling; give it a token "
			    "(--bearer @FILE), a header (--header) or a client certificate (--cert, --key)");
	if (probe && probe->status == 404)
		return HS_S("GET metadata answers 404: the target has to be the base of a FHIR API, as in "
			    "http://127.0.0.1:8080/fhir/r4");
	if (probe && probe->status == 403)
		return HS_S("GET metadata answers 403: the target does not let this caller in; another token "
			    "(--bearer @FILE) or client certificate (--cert, --key) may");
	return HS_S_NONE;
}

int hs_report_exit(const struct hs_test_run *run)
{
	struct hs_test_summary s;
	struct hs_error err;

	if (hs_test_run_failed(run, &err))
		return 3;
	hs_test_run_summary(run, &s);
	if (s.scripts[HS_TEST_FAIL] || s.tests[HS_TEST_FAIL] || s.expected_unused)
		return 1;
	if (s.scripts[HS_TEST_ERROR] || s.tests[HS_TEST_ERROR])
		return 4;
	return s.asserts[HS_TEST_PASS] + s.asserts[HS_TEST_WARNING] ? 0 : 5;
}
