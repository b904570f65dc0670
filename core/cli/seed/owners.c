/* SPDX-License-Identifier: Apache-2.0 */
/* Care providers and their units: who there is, what it is called, where it lies. */
#include <core/cli/seed/seed.h>

#include <handslag/identifier.h>

#include <stdio.h>

#define REGION_UNITS 8u
#define MUNICIPALITY_UNITS 2u
#define PRIVATE_UNITS 1u

static const char *const private_names[] = { "Ekens vårdcentral", "Solgläntans omsorg", "Hamnhälsan",
	"Fjällklinikens rehab", "Lindens barnmorskemottagning", "Norrskenets hemsjukvård",
	"Kvarnens psykiatri", "Björkbackens tandvård", "Sjöstadens ögonklinik", "Åsens palliativa vård" };

static const char *const region_units[REGION_UNITS] = { "Universitetssjukhuset", "Lasarettet",
	"Vårdcentralen Centrum", "Vårdcentralen Norr", "Vårdcentralen Söder", "Barnhälsan",
	"Psykiatrimottagningen", "Närakuten" };
static const char *const region_services[REGION_UNITS] = { "Specialised hospital care", "Hospital care",
	"Primary care", "Primary care", "Primary care", "Child health care", "Psychiatry", "Urgent care" };
static const char *const municipality_units[MUNICIPALITY_UNITS] = { "Kommunal hälso- och sjukvård",
	"Elevhälsans medicinska insats" };
static const char *const municipality_services[MUNICIPALITY_UNITS] = { "Home health care",
	"School health care" };

void hs_seed_owner(unsigned index, struct hs_seed_owner *out)
{
	out->index = index;
	if (index < HS_SEED_REGIONS) {
		const struct hs_seed_region *region = &hs_seed_regions[index];
		out->kind = HS_SEED_REGION;
		out->region = index;
		out->units = REGION_UNITS;
		snprintf(out->id, sizeof out->id, "region-%s", region->code);
		snprintf(out->name, sizeof out->name, "%s", region->name);
	} else if (index < HS_SEED_REGIONS + HS_SEED_MUNICIPALITIES) {
		const struct hs_seed_municipality *place = &hs_seed_municipalities[index - HS_SEED_REGIONS];
		size_t len = strlen(place->name);
		out->kind = HS_SEED_MUNICIPALITY;
		out->region = hs_seed_region_of(place);
		out->units = MUNICIPALITY_UNITS;
		snprintf(out->id, sizeof out->id, "kommun-%s", place->code);
		/* A name that ends in s takes no other for the genitive. */
		snprintf(out->name, sizeof out->name, "%s%s kommun", place->name,
			place->name[len - 1] == 's' || place->name[len - 1] == 'x' ? "" : "s");
	} else {
		unsigned n = index - HS_SEED_REGIONS - HS_SEED_MUNICIPALITIES;
		out->kind = HS_SEED_PRIVATE_PROVIDER;
		out->region = n % HS_SEED_REGIONS;
		out->units = PRIVATE_UNITS;
		snprintf(out->id, sizeof out->id, "privat-%03u", n % 1000u);
		snprintf(out->name, sizeof out->name, "%s %u AB", private_names[n % 10u], n / 10u + 1u);
	}
	snprintf(out->number, sizeof out->number, "2999%05u", index % 100000u);
	out->number[9] = hs_identifier_luhn(hs_slice(out->number, 9));
	out->number[10] = 0;
}

unsigned hs_seed_unit_count(void)
{
	return HS_SEED_REGIONS * REGION_UNITS + HS_SEED_MUNICIPALITIES * MUNICIPALITY_UNITS +
		HS_SEED_PRIVATE * PRIVATE_UNITS;
}

/* The owner of a unit, and which of its units it is. */
static unsigned owner_of(unsigned unit, unsigned *number)
{
	if (unit < HS_SEED_REGIONS * REGION_UNITS) {
		*number = unit % REGION_UNITS;
		return unit / REGION_UNITS;
	}
	unit -= HS_SEED_REGIONS * REGION_UNITS;
	if (unit < HS_SEED_MUNICIPALITIES * MUNICIPALITY_UNITS) {
		*number = unit % MUNICIPALITY_UNITS;
		return HS_SEED_REGIONS + unit / MUNICIPALITY_UNITS;
	}
	*number = 0;
	return HS_SEED_REGIONS + HS_SEED_MUNICIPALITIES + unit - HS_SEED_MUNICIPALITIES * MUNICIPALITY_UNITS;
}

static void name_unit(struct hs_seed_unit *out)
{
	unsigned n = out->number;
	switch (out->owner.kind) {
	case HS_SEED_REGION:
		out->service = region_services[n];
		snprintf(out->name, sizeof out->name, "%s, %s", region_units[n], out->owner.name);
		break;
	case HS_SEED_MUNICIPALITY:
		out->service = municipality_services[n];
		snprintf(out->name, sizeof out->name, "%s, %s", municipality_units[n], out->owner.name);
		break;
	case HS_SEED_PRIVATE_PROVIDER:
		out->service = "Privately run care";
		snprintf(out->name, sizeof out->name, "%s, mottagningen", out->owner.name);
		break;
	}
}

void hs_seed_unit(unsigned index, struct hs_seed_unit *out)
{
	hs_seed_owner(owner_of(index, &out->number), &out->owner);
	snprintf(out->id, sizeof out->id, "%s-%u", out->owner.id, out->number + 1u);
	snprintf(out->hsa, sizeof out->hsa, "SE%s-E%03u", out->owner.number, (out->number + 1u) % 1000u);
	name_unit(out);
	/* Around the region's largest town, within about 60 km. */
	uint64_t r = hs_seed_mix(1, 'u', index);
	out->latitude = hs_seed_regions[out->owner.region].latitude + (double)(r % 1000) / 1000.0 - 0.5;
	out->longitude = hs_seed_regions[out->owner.region].longitude + (double)(r / 1000 % 1000) / 500.0 -
		1.0;
}
