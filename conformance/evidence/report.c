/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of reports by name, and how they get into files. */
#include <conformance/evidence/report_private.h>

#include <core/base/world.h>

#include <stdio.h>

#define REPORT_MAX ((size_t)1 << 30)

static const struct {
	const char *name;
	hs_report_fn *make;
} formats[HS_REPORT_FORMATS] = {
	[HS_REPORT_HTML] = { "html", hs_report_html },
	[HS_REPORT_JUNIT] = { "junit", hs_report_junit },
	[HS_REPORT_TESTREPORT] = { "testreport", hs_report_testreport },
	[HS_REPORT_JSON] = { "json", hs_report_json },
	[HS_REPORT_TAP] = { "tap", hs_report_tap },
	[HS_REPORT_SARIF] = { "sarif", hs_report_sarif },
	[HS_REPORT_GITHUB] = { "github", hs_report_github },
};

bool hs_report_format(struct hs_slice name, enum hs_report_format *out)
{
	for (int i = 0; i < HS_REPORT_FORMATS; i++) {
		if (hs_slice_eq(name, hs_slice_cstr(formats[i].name))) {
			*out = (enum hs_report_format)i;
			return true;
		}
	}
	return false;
}

enum hs_status hs_report_make(const struct hs_test_run *run, enum hs_report_format format,
	const struct hs_report_info *info, struct hs_buf *out, struct hs_error *err)
{
	formats[format].make(run, info, out);
	if (out->overflow)
		return hs_fail(err, HS_E_LIMIT, "the %s report is too large", formats[format].name);
	return HS_OK;
}

enum hs_status hs_report_write(const struct hs_test_run *run, enum hs_report_format format,
	const struct hs_report_info *info, const char *path, struct hs_error *err)
{
	struct hs_buf out;

	hs_buf_init(&out, NULL, REPORT_MAX);
	enum hs_status status = hs_report_make(run, format, info, &out, err);
	if (!status && strcmp(path, "-") == 0)
		fwrite(out.ptr, 1, out.len, stdout);
	else if (!status)
		status = hs_world_write_file(hs_world_real(), path, hs_buf_slice(&out), 0644, err);
	hs_buf_free(&out);
	return status;
}
