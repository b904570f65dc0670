/* SPDX-License-Identifier: Apache-2.0 */
/* A synthetic Sweden for tests: the same size and seed give the same bytes, on every machine.
 *
 * Names of regions and municipalities and their codes are those of Statistics Sweden (SCB); all else is
 * made up. Organisation numbers are of a series that is not issued (2999xxxxx + check digit), HSA-ids are
 * made of them, and personnummer have birth numbers 980 to 999, which the tax agency keeps for tests. */
#pragma once

#include <handslag/buf.h>
#include <handslag/error.h>

struct hs_seed_options {
	uint64_t pointers; /* 1,000 to 10,000,000 */
	uint64_t seed;
	bool pointers_only; /* leave directory and patients out: for loading a ledger that has them */
};

struct hs_seed_counts {
	uint64_t organizations, locations, services, endpoints, affiliations, practitioners, roles, patients,
		pointers;
};
void hs_seed_count(const struct hs_seed_options *options, struct hs_seed_counts *out);

/* Gives each resource as JSON text without a line end, in an order in which every reference points to one
 * that came before. The text is good during the call. A failing `emit` ends it. Memory stays constant. */
typedef enum hs_status hs_seed_fn(struct hs_slice resource, void *arg, struct hs_error *err);
enum hs_status hs_seed_run(const struct hs_seed_options *options, hs_seed_fn *emit, void *arg,
	struct hs_error *err);

/* ---- the parts, for the writers ---- */

struct hs_seed_region {
	const char *code;           /* two digits of SCB */
	const char *name;           /* "Region Uppsala" */
	double latitude, longitude; /* of its largest town */
};
struct hs_seed_municipality {
	const char *code; /* four digits of SCB; the first two are the region's */
	const char *name;
};
#define HS_SEED_REGIONS 21
#define HS_SEED_MUNICIPALITIES 290
#define HS_SEED_PRIVATE 100
#define HS_SEED_OWNERS (HS_SEED_REGIONS + HS_SEED_MUNICIPALITIES + HS_SEED_PRIVATE)
extern const struct hs_seed_region hs_seed_regions[HS_SEED_REGIONS];
extern const struct hs_seed_municipality hs_seed_municipalities[HS_SEED_MUNICIPALITIES];
/* Index of the region of a municipality. */
unsigned hs_seed_region_of(const struct hs_seed_municipality *municipality);

/* An owner is a care provider in the sense of the law: region, municipality or private; it has units. */
enum hs_seed_owner_kind { HS_SEED_REGION, HS_SEED_MUNICIPALITY, HS_SEED_PRIVATE_PROVIDER };
struct hs_seed_owner {
	enum hs_seed_owner_kind kind;
	unsigned index;  /* 0 .. HS_SEED_OWNERS - 1 */
	unsigned region; /* where it lies */
	unsigned units;
	char id[24]; /* "region-03", "kommun-0380", "privat-007" */
	char name[80];
	char number[11]; /* organisation number */
};
void hs_seed_owner(unsigned index, struct hs_seed_owner *out);

struct hs_seed_unit {
	struct hs_seed_owner owner;
	unsigned number; /* within the owner */
	char id[40];
	char name[120];
	char hsa[32];
	const char *service; /* what it offers, SNOMED CT free: a text */
	double latitude, longitude;
};
/* Units are numbered 0 .. hs_seed_unit_count() - 1 over all owners. */
unsigned hs_seed_unit_count(void);
void hs_seed_unit(unsigned index, struct hs_seed_unit *out);

struct hs_seed_person {
	const char *given, *family;
	bool woman;
	char personnummer[13];
	char birth_date[11];
};
/* A person by number; different numbers have different personnummer up to hs_seed_person_max(). */
uint64_t hs_seed_person_max(void);
void hs_seed_person(uint64_t seed, uint64_t number, struct hs_seed_person *out);

/* A number that depends on all three in a way that looks random. */
uint64_t hs_seed_mix(uint64_t seed, unsigned kind, uint64_t number);

/* One resource as text into `out`. */
void hs_seed_write_owner(unsigned owner, struct hs_buf *out);
void hs_seed_write_endpoint(unsigned owner, struct hs_buf *out);
void hs_seed_write_affiliation(unsigned owner, struct hs_buf *out);
void hs_seed_write_unit(unsigned unit, struct hs_buf *out);
void hs_seed_write_location(unsigned unit, struct hs_buf *out);
void hs_seed_write_service(unsigned unit, struct hs_buf *out);
void hs_seed_write_practitioner(uint64_t seed, uint64_t number, struct hs_buf *out);
void hs_seed_write_role(uint64_t seed, uint64_t number, struct hs_buf *out);
void hs_seed_write_patient(uint64_t seed, uint64_t number, struct hs_buf *out);
/* `patients`: how many there are. */
void hs_seed_write_pointer(uint64_t seed, uint64_t number, uint64_t patients, struct hs_buf *out);
