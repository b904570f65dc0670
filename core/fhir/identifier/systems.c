/* SPDX-License-Identifier: Apache-2.0 */
/* The table of Swedish identifier systems: URIs and OIDs that name the same series stand together. */
#include <handslag/identifier.h>

#define PERSONNUMMER "http://electronichealth.se/identifier/personnummer"
#define SAMORDNINGSNUMMER "http://electronichealth.se/identifier/samordningsnummer"
#define NATIONAL_RESERVE "http://electronichealth.se/identifier/nationelltReservnummer"
#define LMA "http://electronichealth.se/identifier/LMA-nummer"
#define HSA "urn:oid:1.2.752.29.4.19"
#define ORGANISATION "urn:oid:2.5.4.97"

#define ROW(kind, uri, canonical, name) \
	{ \
		kind, HS_S_INIT(uri), HS_S_INIT(canonical), name \
	}

static const struct hs_identifier_system systems[] = {
	ROW(HS_ID_PERSONNUMMER, PERSONNUMMER, PERSONNUMMER, "personnummer"),
	ROW(HS_ID_PERSONNUMMER, "urn:oid:1.2.752.129.2.1.3.1", PERSONNUMMER, "personnummer"),
	ROW(HS_ID_SAMORDNINGSNUMMER, SAMORDNINGSNUMMER, SAMORDNINGSNUMMER, "samordningsnummer"),
	ROW(HS_ID_SAMORDNINGSNUMMER, "urn:oid:1.2.752.129.2.1.3.3", SAMORDNINGSNUMMER, "samordningsnummer"),
	ROW(HS_ID_RESERVE_NATIONAL, NATIONAL_RESERVE, NATIONAL_RESERVE, "national reserve number"),
	ROW(HS_ID_RESERVE_NATIONAL, "urn:oid:1.2.752.74.9.1", NATIONAL_RESERVE, "national reserve number"),
	ROW(HS_ID_RESERVE_STOCKHOLM, "urn:oid:1.2.752.97.3.1.3", "urn:oid:1.2.752.97.3.1.3",
		"reserve number of Region Stockholm"),
	ROW(HS_ID_RESERVE_VGR, "urn:oid:1.2.752.113.11.0.2.1.1.1", "urn:oid:1.2.752.113.11.0.2.1.1.1",
		"reserve number of Västra Götalandsregionen"),
	ROW(HS_ID_RESERVE_REGIONAL, "urn:oid:1.2.752.74.9.2", "urn:oid:1.2.752.74.9.2",
		"reserve number of Region Värmland"),
	ROW(HS_ID_RESERVE_REGIONAL, "urn:oid:1.2.752.129.2.1.3.2", "urn:oid:1.2.752.129.2.1.3.2",
		"reserve number of Inera"),
	ROW(HS_ID_LMA, LMA, LMA, "LMA number"),
	ROW(HS_ID_HSA, HSA, HSA, "HSA-id"),
	/* The same value space under the OID of the RIV-TA contracts. */
	ROW(HS_ID_HSA, "urn:oid:1.2.752.129.2.1.4.1", HSA, "HSA-id"),
	ROW(HS_ID_ORGANISATION, ORGANISATION, ORGANISATION, "organisation number"),
	ROW(HS_ID_ORGANISATION, "urn:oid:1.2.752.29.4.3", ORGANISATION, "organisation number"),
	ROW(HS_ID_ORGANISATION, "urn:oid:1.2.752.29.4.13", ORGANISATION, "organisation number"),
};

const struct hs_identifier_system *hs_identifier_system(struct hs_slice uri)
{
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		if (hs_slice_eq(systems[i].uri, uri)) {
			return &systems[i];
		}
	}
	return NULL;
}
