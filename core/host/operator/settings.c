/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator may set of a sandbox: its limits and its clock. */
#include <core/host/operator/operator.h>

#include <handslag/time.h>

static enum hs_status take_member(const struct hs_json *spec, struct hs_slice name, int64_t *out,
	struct hs_error *err)
{
	const struct hs_json *value = hs_json_get(spec, name);

	if (!value)
		return HS_OK;
	int64_t number = 0;
	if (!hs_json_i64(value, &number) || number < 0)
		return hs_fail(err, HS_E_VALUE, "%.*s must be a whole number, 0 for no limit",
			HS_S_ARG(name));
	*out = number;
	return HS_OK;
}

static enum hs_status take_validation(const struct hs_json *spec, int64_t *out, struct hs_error *err)
{
	const struct hs_json *value = hs_json_get(spec, HS_S("validation"));

	for (int64_t i = 0; value && hs_host_validations[i]; i++)
		if (hs_slice_eq(hs_json_text(value), hs_slice_cstr(hs_host_validations[i]))) {
			*out = i;
			return HS_OK;
		}
	return value ? hs_fail(err, HS_E_VALUE, "validation is structure, off or profiles") : HS_OK;
}

enum hs_status hs__operator_take_limits(const struct hs_json *spec, struct hs_sandbox_limits *limits,
	struct hs_error *err)
{
	enum hs_status status = take_member(spec, HS_S("requestsPerSecond"), &limits->requests_per_second,
		err);

	if (status == HS_OK && limits->requests_per_second > 1000000)
		status = hs_fail(err, HS_E_VALUE, "requestsPerSecond is at most 1000000");
	if (status == HS_OK)
		status = take_member(spec, HS_S("burst"), &limits->burst, err);
	if (status == HS_OK)
		status = take_member(spec, HS_S("versions"), &limits->versions, err);
	if (status == HS_OK)
		status = take_validation(spec, &limits->validation, err);
	return status ? status : take_member(spec, HS_S("bodyKib"), &limits->body_kib, err);
}

static enum hs_status set_clock(struct hs_sandbox *sandbox, const struct hs_json *spec, struct hs_error *err)
{
	const struct hs_json *offset = hs_json_get(spec, HS_S("offsetMs"));
	const struct hs_json *advance = hs_json_get(spec, HS_S("advanceMs"));
	struct hs_slice frozen = hs_json_get_text(spec, HS_S("frozen"));
	struct hs_time at;
	int64_t number = 0;

	if ((offset != NULL) + (advance != NULL) + (frozen.len > 0) != 1)
		return hs_fail(err, HS_E_VALUE,
			"give one of \"offsetMs\", \"advanceMs\" (milliseconds), \"frozen\" (instant)");
	if (frozen.len) {
		if (!hs_time_is_instant(frozen) || !hs_time_parse(frozen, 0, &at))
			return hs_fail(err, HS_E_VALUE,
				"frozen must be an instant like 2026-11-21T08:00:00Z");
		hs__clock_freeze(&sandbox->clock, at.lo);
		return HS_OK;
	}
	/* A thousand years either way stays inside what dates can say. */
	if (!hs_json_i64(offset ? offset : advance, &number) || number > 31556952000000 ||
		number < -31556952000000)
		return hs_fail(err, HS_E_VALUE,
			"%s must be a whole number of milliseconds, within a thousand years",
			offset ? "offsetMs" : "advanceMs");
	if (offset)
		hs__clock_set_offset(&sandbox->clock, number);
	else
		hs__clock_advance(&sandbox->clock, number);
	return HS_OK;
}

enum hs_verdict hs__operator_put_clock(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };

	if (set_clock(sandbox, spec, &err))
		return hs_fail_request(req, &err);
	return hs__operator_save(req, sandbox);
}

enum hs_verdict hs__operator_put_limits(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_sandbox_limits limits;

	hs__limits_get(sandbox, &limits);
	if (hs__operator_take_limits(spec, &limits, &err))
		return hs_fail_request(req, &err);
	hs__limits_set(sandbox, &limits);
	return hs__operator_save(req, sandbox);
}
