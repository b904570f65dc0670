/* SPDX-License-Identifier: Apache-2.0 */
/* UCUM as a code system (http://hl7.org/fhir/ucum.html): every expression that parses is a code; `canonical`
 * is the unit in base units, and as a filter lets through what can be compared with the unit it names. */
#include "../sets/filter.h"
#include "grammar.h"

#include <handslag/ucum.h>

static const void *parse(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice *code)
{
	struct hs_ucum *unit = hs_arena_alloc(arena, sizeof(*unit));
	struct hs_error ignored;

	(void)layer;
	return unit && hs_ucum_parse(*code, unit, &ignored) == HS_OK ? unit : NULL;
}

static struct hs_slice display(struct hs_arena *arena, const struct tx_layer *layer,
	const struct tx_made *made)
{
	(void)arena;
	(void)layer;
	return made->code;
}

static bool texts(struct hs_arena *arena, const struct tx_layer *layer, const struct tx_made *made,
	struct tx_designations *out)
{
	(void)layer;
	return hs_tx_add_designation(arena,
		(struct tx_designation) {
			.language = HS_S("en"), .value = hs_ucum_describe(arena, made->code) },
		out);
}

static bool properties(struct hs_arena *arena, const struct tx_made *made, struct tx_properties *out)
{
	return hs_tx_add_property(arena,
		(struct tx_property) {
			HS_S("canonical"), HS_S("valueString"), hs_ucum_canonical(arena, made->parsed) },
		out);
}

static bool filter_known(struct hs_arena *arena, struct tx_filter *filter)
{
	struct hs_slice value = filter->value;

	if (filter->op != TX_OP_EQUAL || !hs_slice_eq(filter->property, HS_S("canonical")))
		return false;
	filter->data = parse(arena, NULL, &value);
	return filter->data != NULL;
}

static bool filter_passes(const struct tx_filter *filter, const struct tx_made *made)
{
	return hs_ucum_comparable(filter->data, made->parsed);
}

/* "L" and "dm3" are one unit. */
static bool same(const struct tx_made *a, const struct tx_made *b)
{
	struct hs_ucum_ratio ratio;

	return hs_ucum_ratio(a->parsed, b->parsed, &ratio) && ratio.num == ratio.den && ratio.ten == 0;
}

/* In English it has the words of the reader of units, which HL7's own server has, too. */
static struct hs_slice why(struct tx_context *ctx, struct hs_slice code)
{
	struct hs_ucum_unknown unknown;
	struct hs_slice reason;
	struct hs_ucum unit;
	struct hs_error err;
	char digits[24];

	if (hs_ucum_parse(code, &unit, &err) == HS_OK)
		return HS_S_NONE;
	if (hs_ucum_unknown(code, &unknown))
		reason = hs_tx_sentence(ctx->arena,
			unknown.meant.len ? TX_MSG_WORD_UNIT_MEANT : TX_MSG_WORD_UNIT_UNKNOWN, ctx->swedish,
			TX_ARGS(hs_slice_first(unknown.symbol, 100), hs_tx_digits(unknown.character, digits),
				unknown.meant));
	else
		reason = hs_slice_cstr(ctx->swedish ? tx_word(ctx, TX_MSG_WORD_UNIT_WRONG) : err.text);
	return hs_tx_sentence(ctx->arena, TX_MSG_OWN_WHY_UNIT, ctx->swedish,
		TX_ARGS(hs_slice_first(code, 200), reason));
}

const struct tx_grammar hs_tx_grammar_units = {
	.url = HS_UCUM_URL,
	.version = HS_UCUM_VERSION,
	.name = "UCUM",
	.title = "Unified Code for Units of Measure",
	.common_r4 = "http://hl7.org/fhir/ValueSet/ucum-common",
	.common_r5 = "http://hl7.org/fhir/ValueSet/ucum-common",
	.widest = "http://hl7.org/fhir/ValueSet/ucum-common|4.0.1", /* later ones left out what has
								       annotations */
	.parse = parse,
	.display = display,
	.texts = texts,
	.properties = properties,
	.filter_known = filter_known,
	.filter_passes = filter_passes,
	.same = same,
	.why = why,
};
