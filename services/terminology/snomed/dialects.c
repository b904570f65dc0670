/* SPDX-License-Identifier: Apache-2.0 */
/* Which language reference set a language tag names. */
#include "dialects.h"

/* ECL's appendix of aliases as it is now, and as it was when its examples were written. */
static const struct {
	const char *alias;
	uint64_t refset;
} aliases[] = {
	{ "da-dk", 554461000005103 },
	{ "de", 722130004 },
	{ "en-au", 32570271000036106 },
	{ "en-ca", 19491000087109 },
	{ "en-gb", 900000000000508004 },
	{ "en-gb-x-drug", 999000681000001101 },
	{ "en-gb-x-ext", 999001251000000103 },
	{ "en-ie", 21000220103 },
	{ "en-int-gmdn", 608771002 },
	{ "en-nhs-clinical", 999001261000000100 },
	{ "en-nhs-dmd", 999000671000001103 },
	{ "en-nhs-pharmacy", 999000691000001104 },
	{ "en-nz", 271000210107 },
	{ "en-nz-pat", 281000210109 },
	{ "en-nz-x-pat", 281000210109 },
	{ "en-uk-drug", 999000681000001101 },
	{ "en-uk-ext", 999001251000000103 },
	{ "en-us", 900000000000509007 },
	{ "en-x-gmdn", 608771002 },
	{ "en-x-nhs-clinical", 999001261000000100 },
	{ "en-x-nhs-dmd", 999000671000001103 },
	{ "en-x-nhs-pharmacy", 999000691000001104 },
	{ "es", 450828004 },
	{ "es-ar", 450828004 },
	{ "es-uy", 5641000179103 },
	{ "et-ee", 71000181105 },
	{ "fr", 722131000 },
	{ "fr-be", 21000172104 },
	{ "fr-ca", 20581000087109 },
	{ "ja", 722129009 },
	{ "mi", 291000210106 },
	{ "nb-no", 61000202103 },
	{ "nl-be", 31000172101 },
	{ "nl-nl", 31000146106 },
	{ "nn-no", 91000202106 },
	{ "sv-se", 46011000052107 },
	{ "zh", 722128001 },
};

/* The digits of a private part, which stand in pieces of at most eight. */
static uint64_t spelled(struct hs_slice rest)
{
	uint64_t number = 0;
	size_t digits = 0;

	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] == '-')
			continue;
		if (rest.ptr[i] < '0' || rest.ptr[i] > '9' || ++digits > 18)
			return 0;
		number = number * 10 + (uint64_t)(rest.ptr[i] - '0');
	}
	return digits >= 6 ? number : 0;
}

uint64_t hs_tx_sct_dialect(struct hs_slice tag)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (hs_slice_ieq(hs_slice_cstr(aliases[i].alias), tag))
			return aliases[i].refset;
	for (size_t at = 0; at + 3 < tag.len; at++) {
		struct hs_slice rest = hs_slice_from(tag, at);
		if (!hs_slice_ieq(hs_slice_first(rest, 3), HS_S("-x-")))
			continue;
		rest = hs_slice_from(rest, 3);
		if (hs_slice_ieq(hs_slice_first(rest, 8), HS_S("sctlang-")))
			rest = hs_slice_from(rest, 8);
		return spelled(rest);
	}
	return 0;
}
