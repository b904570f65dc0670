/* SPDX-License-Identifier: Apache-2.0 */
/* What every question about codes must keep: it is about now, and about one code. */
#include "operations.h"

#include <handslag/time.h>

#define DAY_MS INT64_C(86400000)

/* $expand: "Use the definitions as they were on the given date, or return an error if this is not possible"
 * (R4 section 4.9.16.1). For $validate-code and $lookup it is the server's policy what to do with a date;
 * they do the same, since an answer about now would be taken for one about then. A day without a zone may
 * still be today somewhere. */
enum hs_status hs_tx_refuse_past(struct tx_context *ctx, struct hs_error *err)
{
	struct hs_slice date = ctx->params.date;
	struct hs_time when;

	if (!date.len)
		return HS_OK;
	if (!hs_time_parse(date, 0, &when))
		return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_DATE, HS_S("date"), TX_ARGS(date), err);
	if (when.hi + DAY_MS > ctx->now_ms)
		return HS_OK;
	return hs_tx_fault(ctx, HS_E_NOT_SUPPORTED, TX_MSG_OWN_PAST, HS_S("date"), TX_ARGS(date), err);
}

static bool is_code(const struct hs_json *coding, struct hs_slice system, struct hs_slice code)
{
	struct hs_slice own = hs_json_get_text(coding, HS_S("system"));

	return hs_slice_eq(hs_json_get_text(coding, HS_S("code")), code) &&
		(!system.len || !own.len || hs_slice_eq(own, system));
}

/* A concept has many codings; one of them is enough. */
static bool has_code(const struct hs_json *concept, struct hs_slice system, struct hs_slice code)
{
	HS_JSON_EACH(coding, hs_json_get(concept, HS_S("coding")))
		if (is_code(coding, system, code))
			return true;
	return !hs_json_count(hs_json_get(concept, HS_S("coding")));
}

static enum hs_status refuse(struct tx_context *ctx, struct hs_slice one, struct hs_slice other,
	struct hs_error *err)
{
	return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_TWO_CODES, other, (struct tx_args) { { one, other } },
		err);
}

enum hs_status hs_tx_refuse_two_codes(struct tx_context *ctx, struct hs_error *err)
{
	const struct tx_params *params = &ctx->params;
	struct hs_slice code = HS_S("code"), coding = HS_S("coding"), concept = HS_S("codeableConcept");

	if (params->code.len && params->coding && !is_code(params->coding, params->system, params->code))
		return refuse(ctx, code, coding, err);
	if (params->code.len && params->codeable && !has_code(params->codeable, params->system, params->code))
		return refuse(ctx, code, concept, err);
	if (params->coding && params->codeable &&
		!has_code(params->codeable, hs_json_get_text(params->coding, HS_S("system")),
			hs_json_get_text(params->coding, HS_S("code"))))
		return refuse(ctx, coding, concept, err);
	return HS_OK;
}
