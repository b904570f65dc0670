/* SPDX-License-Identifier: Apache-2.0 */
/* What people write in the place of a unit, and the code that they mean: mmHg is mm[Hg]. Where UCUM knows the
 * text as another unit (C is coulomb, F farad, MG megagauss) nothing can be told. */
#include <core/fhir/ucum/ucum.h>

static const struct {
	struct hs_slice written, meant;
} slips[] = {
#define M(w, m) { .written = HS_S_INIT(w), .meant = HS_S_INIT(m) },
#include "meant.def"
#undef M
};

struct hs_slice hs__ucum_meant(struct hs_slice symbol)
{
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (hs_slice_eq(slips[i].written, symbol))
			return slips[i].meant;
	return HS_S_NONE;
}

bool hs_ucum_unknown(struct hs_slice text, struct hs_ucum_unknown *out)
{
	struct hs__ucum_scan scan = { text, 0 };
	struct hs__ucum_word word;

	hs__ucum_ready();
	do
		word = hs__ucum_next(&scan);
	while (word.kind != HS__UCUM_END && word.kind != HS__UCUM_WRONG);
	if (word.kind != HS__UCUM_WRONG || !word.unknown)
		return false;
	*out = (struct hs_ucum_unknown) { word.text, hs__ucum_meant(word.text), word.at + 1 };
	return true;
}
