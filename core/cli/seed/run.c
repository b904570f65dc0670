/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of the synthetic Sweden, resource after resource. */
#include <core/cli/seed/seed.h>

#define TEXT_MAX 8192

void hs_seed_count(const struct hs_seed_options *options, struct hs_seed_counts *out)
{
	uint64_t n = options->pointers;
	uint64_t people = n / 100 < 200 ? 200 : n / 100;
	*out = (struct hs_seed_counts) {
		.organizations = HS_SEED_OWNERS + hs_seed_unit_count(),
		.locations = hs_seed_unit_count(),
		.services = hs_seed_unit_count(),
		.endpoints = HS_SEED_OWNERS,
		.affiliations = HS_SEED_PRIVATE,
		.practitioners = people,
		.roles = people,
		.patients = (n + 23) / 24 * 2,
		.pointers = n,
	};
}

struct run {
	const struct hs_seed_options *options;
	struct hs_seed_counts counts;
	struct hs_buf text;
	hs_seed_fn *emit;
	void *arg;
	struct hs_error *err;
};

static enum hs_status give(struct run *run)
{
	HS_ASSERT(!run->text.overflow);
	enum hs_status status = run->emit(hs_buf_slice(&run->text), run->arg, run->err);
	hs_buf_clear(&run->text);
	return status;
}

/* The writers take what they need of (seed, number). */
static void write_owner(struct run *run, uint64_t n)
{
	hs_seed_write_owner((unsigned)n, &run->text);
}
static void write_endpoint(struct run *run, uint64_t n)
{
	hs_seed_write_endpoint((unsigned)n, &run->text);
}
static void write_affiliation(struct run *run, uint64_t n)
{
	hs_seed_write_affiliation(HS_SEED_REGIONS + HS_SEED_MUNICIPALITIES + (unsigned)n, &run->text);
}
static void write_unit(struct run *run, uint64_t n)
{
	hs_seed_write_unit((unsigned)n, &run->text);
}
static void write_location(struct run *run, uint64_t n)
{
	hs_seed_write_location((unsigned)n, &run->text);
}
static void write_service(struct run *run, uint64_t n)
{
	hs_seed_write_service((unsigned)n, &run->text);
}
static void write_practitioner(struct run *run, uint64_t n)
{
	hs_seed_write_practitioner(run->options->seed, n, &run->text);
}
static void write_role(struct run *run, uint64_t n)
{
	hs_seed_write_role(run->options->seed, n, &run->text);
}
static void write_patient(struct run *run, uint64_t n)
{
	hs_seed_write_patient(run->options->seed, n, &run->text);
}
static void write_pointer(struct run *run, uint64_t n)
{
	hs_seed_write_pointer(run->options->seed, n, run->counts.patients, &run->text);
}

static enum hs_status each(struct run *run, uint64_t count, void (*write)(struct run *run, uint64_t n))
{
	enum hs_status status = HS_OK;
	for (uint64_t n = 0; n < count && status == HS_OK; n++) {
		write(run, n);
		status = give(run);
	}
	return status;
}

enum hs_status hs_seed_run(const struct hs_seed_options *options, hs_seed_fn *emit, void *arg,
	struct hs_error *err)
{
	struct run run = { .options = options, .emit = emit, .arg = arg, .err = err };
	hs_seed_count(options, &run.counts);
	if (run.counts.patients + run.counts.practitioners > hs_seed_person_max()) {
		return hs_fail(err, HS_E_LIMIT, "There are test personnummer for at most %llu people",
			(unsigned long long)hs_seed_person_max());
	}
	hs_buf_init(&run.text, NULL, TEXT_MAX);
	const struct hs_seed_counts *c = &run.counts;
	const struct {
		uint64_t count;
		void (*write)(struct run *run, uint64_t n);
		bool pointer;
	} parts[] = {
		{ c->endpoints, write_endpoint, false },
		{ HS_SEED_OWNERS, write_owner, false },
		{ c->affiliations, write_affiliation, false },
		{ c->locations, write_unit, false },
		{ c->locations, write_location, false },
		{ c->services, write_service, false },
		{ c->practitioners, write_practitioner, false },
		{ c->roles, write_role, false },
		{ c->patients, write_patient, false },
		{ c->pointers, write_pointer, true },
	};
	enum hs_status status = HS_OK;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == HS_OK; i++) {
		if (parts[i].pointer || !options->pointers_only) {
			status = each(&run, parts[i].count, parts[i].write);
		}
	}
	hs_buf_free(&run.text);
	return status;
}
